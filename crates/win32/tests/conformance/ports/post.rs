//! PostQueuedCompletionStatus.

use std::ptr::{null, null_mut};
use std::sync::Arc;

use super::{Operation, Packet, Port, Start, send_now};
use crate::common::w::Win32::Foundation::ERROR_INVALID_HANDLE;
use crate::common::w::Win32::System::IO::PostQueuedCompletionStatus;
use crate::common::{event, last_error, task, tcp_pair};

/// PORT-46: the three values come back exactly as posted, and the pointer is never followed.
#[test]
fn port_46_values_come_back_unchanged() {
    let port = Port::new(0);
    let values = [
        (0, 0, 1),
        (u32::MAX, usize::MAX, usize::MAX),
        (5, 0x1234_5678_9abc, 0xdead_beef),
    ];
    for (bytes, key, overlapped) in values {
        port.post(bytes, key, overlapped);
    }
    for (bytes, key, overlapped) in values {
        assert_eq!(port.next(), Packet::new(bytes, key, overlapped));
    }
}

/// PORT-47: a null OVERLAPPED may be posted and comes back with TRUE, unlike a timeout.
#[test]
fn port_47_null_overlapped() {
    let port = Port::new(0);
    port.post(3, 4, 0);
    assert_eq!(port.poll(0), Some(Packet::new(3, 4, 0)));
    assert_eq!(port.poll(0), None);
}

/// PORT-48: posting to what is no port fails with ERROR_INVALID_HANDLE.
#[test]
fn port_48_invalid_handle() {
    let other = event();
    let closed = Port::new(0).0.close();
    for bad in [null_mut(), closed, other.raw()] {
        assert_eq!(call!(PostQueuedCompletionStatus(bad, 0, 0, null())), 0);
        assert_eq!(last_error(), ERROR_INVALID_HANDLE);
    }
}

/// PORT-49: posted packets and those of operations stand in one queue, first in first out.
#[test]
fn port_49_one_queue() {
    let (port, (client, server)) = (Port::new(0), tcp_pair());
    port.associate(server.handle(), 49);
    let operation = Operation::new();
    assert_eq!(operation.receive(*server), Start::Pending);
    port.post(0, 1, 0);
    send_now(*client, b"between");
    assert_eq!(operation.await_status(), 0);
    port.post(0, 2, 0);
    let keys = [port.next().key, port.next().key, port.next().key];
    assert_eq!(keys, [1, 49, 2]);
}

/// PORT-50: as many packets with an agreed key as there are workers end them all.
#[test]
fn port_50_posting_ends_workers() {
    const END: usize = usize::MAX;
    let port = Arc::new(Port::new(0));
    let worker = |_| {
        let port = port.clone();
        task(move || (0..).take_while(|_| port.next().key != END).count())
    };
    let workers: Vec<_> = (0..6).map(worker).collect();
    (0..100).for_each(|key| port.post(0, key, 0));
    workers.iter().for_each(|_| port.post(0, END, 0));
    assert_eq!(
        workers
            .into_iter()
            .map(|worker| worker.result())
            .sum::<usize>(),
        100
    );
    assert_eq!(port.poll(0), None);
}
