//! Registered buffers and identifiers.

use std::ptr::{null, without_provenance};

use super::{INVALID_BUFFERID, Queue, Requests, Slab, done, pair, rio};
use crate::common::w::Win32::Networking::WinSock::{RIO_BUF, WSAEFAULT, WSAEINVAL};
use crate::common::wsa_error;

/// RIO-03: Registering memory gives an identifier; a null or impossible pointer is WSAEFAULT, a length of 0 WSAEINVAL, and the
/// identifier then RIO_INVALID_BUFFERID.
#[test]
fn rio_03_what_can_be_registered() {
    super::Queue::new(1);
    for bad in [null(), without_provenance(8)] {
        assert_eq!(rio!(RIORegisterBuffer(bad, 10)), INVALID_BUFFERID);
        assert_eq!(wsa_error(), WSAEFAULT);
    }
    let memory = [0u8; 8];
    assert_eq!(
        rio!(RIORegisterBuffer(memory.as_ptr(), 0)),
        INVALID_BUFFERID
    );
    assert_eq!(wsa_error(), WSAEINVAL);
    let (first, second) = (Slab::new(10), Slab::new(10));
    assert_ne!(first.id(), second.id());
}

/// RIO-04: A de-registered identifier is stale: a request with it is WSAEFAULT, also when another buffer has been registered since.
/// De-registering what is not registered is ignored.
#[test]
fn rio_04_stale_buffers_are_refused() {
    let (near, _far) = pair();
    let (queue, slab) = (Queue::new(2), Slab::new(100));
    let requests = Requests::new(&near, 1, &queue, 0);
    let stale = slab.part(0, 10);
    drop(slab);
    let others: Vec<_> = (0..10).map(|_| Slab::new(100)).collect();
    assert_eq!(requests.receive(stale, 0, 0), Err(WSAEFAULT));
    assert_eq!(requests.send(stale, 0, 0), Err(WSAEFAULT));
    for id in [stale.BufferId, INVALID_BUFFERID, 0, -1, others[0].id() + 1] {
        rio!(RIODeregisterBuffer(id));
    }
    assert_eq!(requests.receive(others[0].part(0, 10), 0, 0), Ok(()));
}

/// RIO-05: A request keeps its buffer: one that is de-registered meanwhile is filled all the same.
#[test]
fn rio_05_a_buffer_in_use_stays_good() {
    let (near, far) = pair();
    let (queue, slab) = (Queue::new(2), Slab::new(100));
    let requests = Requests::new(&near, 1, &queue, 7);
    requests.receive(slab.part(10, 20), 0, 1).expect("receive");
    rio!(RIODeregisterBuffer(slab.id()));
    far.send(b"hello").expect("send");
    assert_eq!(queue.next(), done(5, 7, 1));
    assert_eq!(slab.read(10, 5), b"hello");
    assert_eq!(requests.receive(slab.part(0, 1), 0, 2), Err(WSAEFAULT));
}

/// RIO-07: Identifiers of buffers, completion queues and request queues are never taken for one another, and a stale one never for
/// what came after it.
#[test]
fn rio_07_identifiers_are_never_confused() {
    let (near, _far) = pair();
    let (queue, slab) = (Queue::new(4), Slab::new(10));
    let requests = Requests::new(&near, 1, &queue, 0);
    let as_buffer = |id: isize| RIO_BUF {
        BufferId: id,
        Offset: 0,
        Length: 1,
    };
    assert_eq!(requests.receive(as_buffer(queue.0), 0, 0), Err(WSAEFAULT));
    assert_eq!(
        requests.receive(as_buffer(requests.0), 0, 0),
        Err(WSAEFAULT)
    );
    let wrong = Requests(queue.0);
    assert_eq!(wrong.receive(slab.part(0, 1), 0, 0), Err(WSAEINVAL));
    assert_eq!(Requests(slab.id()).commit_sends(), Err(WSAEINVAL));
    assert_eq!(rio!(RIONotify(requests.0)), WSAEINVAL);

    let (other, _far) = pair();
    near.close();
    let next = Requests::new(&other, 1, &queue, 0);
    assert_ne!(next.0, requests.0);
    assert_eq!(requests.receive(slab.part(0, 1), 0, 0), Err(WSAEINVAL));
    assert_eq!(next.receive(slab.part(0, 1), 0, 0), Ok(()));
}
