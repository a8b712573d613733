//! Completion routines.

mod common;

use common::{LONG, SHORT, connection, eventually};
use larboard::net::TcpStream;
use larboard::{
    CompletionPort, Done, Event, Operation, Wake, code, sleep_alertable, wait_any_alertable,
};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

/// APC-22: A routine never runs inside the call that starts the operation, even if the data is there.
/// APC-16: Nor in a wait that is not alertable.
#[test]
fn apc_22_only_in_alertable_waits() {
    let (ours, peer) = connection();
    peer.send(b"early").unwrap();
    eventually("the data", || ours.bytes_available().unwrap() == 5);
    let ran = Rc::new(Cell::new(false));
    let flag = ran.clone();
    ours.recv_then(Operation::new([0; 16]), move |_| flag.set(true))
        .unwrap();
    assert!(!ran.get());
    assert!(!Event::auto(false).unwrap().wait_timeout(SHORT).unwrap());
    assert!(!ran.get());
    assert!(sleep_alertable(Some(LONG)));
    assert!(ran.get());
}

/// APC-05: The wait that ran routines says so once, and takes no object.
/// APC-08: An object that is signalled already wins over the routine.
#[test]
fn apc_08_objects_win_over_routines() {
    let (ours, peer) = connection();
    let event = Event::auto(true).unwrap();
    let ran = Rc::new(Cell::new(false));
    let flag = ran.clone();
    ours.recv_then(Operation::new([0; 16]), move |_| flag.set(true))
        .unwrap();
    peer.send(b"ahoy").unwrap();
    assert_eq!(event.wait_alertable(Some(LONG)).unwrap(), Wake::Object(0));
    assert!(!ran.get());
    assert_eq!(
        wait_any_alertable(&[&event], Some(LONG)).unwrap(),
        Wake::Routine
    );
    assert!(ran.get());
    assert_eq!(
        event.wait_alertable(Some(Duration::ZERO)).unwrap(),
        Wake::Timeout
    );
}

/// APC-27: A routine may start the next operation; a server of one thread grows out of it.
#[test]
fn apc_27_routines_start_routines() {
    type Echo = Operation<[u8; 8], (TcpStream, usize)>;

    fn receive(operation: Echo) {
        let socket = operation.data().0.clone();
        let started = socket.recv_then(operation, |done| match done.bytes {
            Ok(count) if count > 0 => send(done.operation, count),
            _ => {}
        });
        started.unwrap();
    }
    fn send(mut operation: Echo, count: usize) {
        operation.data_mut().1 += count;
        let socket = operation.data().0.clone();
        socket
            .send_then(operation, ..count, |done| receive(done.operation))
            .unwrap();
    }

    let (ours, peer) = connection();
    receive(Operation::with_data([0; 8], (ours, 0)));
    for round in 0..10u8 {
        peer.send(&[round; 20]).unwrap();
        let mut answer = Vec::new();
        peer.set_nonblocking(true).unwrap();
        eventually("the echo", || {
            sleep_alertable(Some(Duration::from_millis(1)));
            let mut buffer = [0; 20];
            let count = peer.recv(&mut buffer).unwrap_or(0);
            answer.extend_from_slice(&buffer[..count]);
            answer.len() == 20
        });
        assert_eq!(answer, [round; 20]);
    }
    drop(peer);
    eventually("the end", || {
        sleep_alertable(Some(Duration::from_millis(10)))
    });
}

/// APC-06: Routines run in the order of the completions.
#[test]
fn apc_06_in_order() {
    let (ours, peer) = connection();
    let order = Rc::new(RefCell::new(Vec::new()));
    for number in 0..3 {
        let order = order.clone();
        ours.recv_then(Operation::new([0; 1]), move |done| {
            order
                .borrow_mut()
                .push((number, done.operation.filled()[0]))
        })
        .unwrap();
    }
    peer.send(b"abc").unwrap();
    eventually("three routines", || {
        sleep_alertable(Some(Duration::from_millis(10)));
        order.borrow().len() == 3
    });
    assert_eq!(*order.borrow(), [(0, b'a'), (1, b'b'), (2, b'c')]);
}

/// APC-23: The routine is told the error, as a Winsock code.
#[test]
fn apc_23_routine_is_told_the_error() {
    let (ours, _peer) = connection();
    let outcome = Rc::new(RefCell::new(None));
    let into = outcome.clone();
    ours.recv_then(Operation::new([0; 16]), move |done| {
        *into.borrow_mut() = Some(done.bytes)
    })
    .unwrap();
    assert!(ours.cancel_all());
    assert!(sleep_alertable(Some(LONG)));
    assert_eq!(
        outcome.take().unwrap().unwrap_err().code(),
        code::ERROR_OPERATION_ABORTED
    );
}

/// OVL-40: A routine is refused on a socket that is associated with a port; the operation comes back.
#[test]
fn ovl_40_routine_refused_beside_a_port() {
    let port = CompletionPort::<()>::new().unwrap();
    let (ours, _peer) = connection();
    let ours = port.associate(ours, ()).unwrap();
    let refused = ours
        .recv_then(Operation::new([0; 16]), |_| unreachable!())
        .unwrap_err();
    assert_eq!(refused.error.code(), code::WSAEINVAL);
}

#[test]
fn panic_goes_on_in_the_thread() {
    let (ours, peer) = connection();
    ours.recv_then(Operation::new([0; 16]), |done: Done<_>| {
        panic!("after {} bytes", done.operation.transferred())
    })
    .unwrap();
    peer.send(b"ahoy").unwrap();
    let panic = catch_unwind(AssertUnwindSafe(|| sleep_alertable(Some(LONG)))).unwrap_err();
    assert_eq!(panic.downcast_ref::<String>().unwrap(), "after 4 bytes");
    assert!(!sleep_alertable(Some(Duration::ZERO)));
}

/// APC-17: A thread that blocks in a socket call runs its routines meanwhile, and goes on blocking.
#[test]
fn apc_17_blocking_calls_run_routines() {
    let (ours, peer) = connection();
    let (blocked, other_peer) = connection();
    let ran = Rc::new(Cell::new(false));
    let flag = ran.clone();
    ours.recv_then(Operation::new([0; 16]), move |_| {
        flag.set(true);
        other_peer.send(b"now").unwrap();
    })
    .unwrap();
    peer.send(b"ahoy").unwrap();
    assert_eq!(blocked.recv(&mut [0; 16]), Ok(3));
    assert!(ran.get());
}
