//! Closing a port.

use super::{Operation, Port, Start, dequeue, send_now};
use crate::common::w::Win32::Foundation::{ERROR_ABANDONED_WAIT_0, ERROR_INVALID_HANDLE};
use crate::common::w::Win32::System::IO::GetOverlappedResult;
use crate::common::{LIMIT, Task, duplicate, event, task, tcp_pair, wait};

/// PORT-35: a thread that waits while the port is closed gets FALSE, a null OVERLAPPED and ERROR_ABANDONED_WAIT_0.
/// PORT-61: so do all threads that wait at that moment.
#[test]
fn port_61_closing_wakes_every_waiter() {
    let port = Port::new(1);
    let number = port.raw() as usize;
    let waiters: Vec<_> = (0..4)
        .map(|_| task(move || dequeue(number as _, LIMIT)))
        .collect();
    Task::await_sleep_of(&waiters);
    port.0.close();
    for waiter in waiters {
        assert_eq!(waiter.result(), Err(ERROR_ABANDONED_WAIT_0));
    }
}

/// PORT-60: packets nobody fetched are discarded with the port, and its handle is invalid from then on.
#[test]
fn port_60_unfetched_packets_are_discarded() {
    let port = Port::new(0);
    let (client, server) = tcp_pair();
    port.associate(server.handle(), 60);
    let operation = Operation::new();
    assert!(operation.receive(*server).accepted());
    send_now(*client, b"unseen");
    assert_eq!(operation.await_status(), 0);
    port.post(1, 2, 3);
    let handle = port.0.close();
    assert_eq!(dequeue(handle, 0), Err(ERROR_INVALID_HANDLE));
}

/// PORT-60: a second handle keeps the port, its packets and its waiters.
#[test]
fn port_60_a_second_handle_keeps_the_port() {
    let port = Port::new(0);
    let copy = Port(duplicate(port.raw()));
    port.post(1, 2, 3);
    port.0.close();
    assert_eq!(copy.next().key, 2);
    copy.post(4, 5, 6);
    assert_eq!(copy.next().key, 5);
}

/// PORT-62: operations that complete after their port was closed vanish quietly; status, count and event are set all the same.
#[test]
fn port_62_completions_after_closing_vanish() {
    let (port, (client, server), event) = (Port::new(0), tcp_pair(), event());
    port.associate(server.handle(), 62);
    let operation = Operation::with_event(event.raw());
    assert_eq!(operation.receive(*server), Start::Pending);
    port.0.close();
    send_now(*client, b"later");
    assert_eq!(wait(event.raw(), LIMIT), 0);
    assert_eq!((operation.status(), operation.count()), (0, 5));

    let mut bytes = 0;
    assert_ne!(
        call!(GetOverlappedResult(
            server.handle(),
            operation.overlapped,
            &mut bytes,
            0
        )),
        0
    );
    assert_eq!(bytes, 5);
    assert!(operation.send(*server, b"still usable").accepted());
    assert_eq!(operation.await_status(), 0);
}
