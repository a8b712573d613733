//! Completion queues.

use std::ptr::{null, null_mut};

use super::{
    INVALID_CQ, Queue, Requests, Slab, done, event_notification, pair, port_notification, rio,
    started,
};
use crate::common::w::Win32::Networking::WinSock::{
    RIO_CORRUPT_CQ, RIO_MAX_CQ_SIZE, RIO_NOTIFICATION_COMPLETION, RIORESULT, WSAEFAULT, WSAEINVAL,
    WSAETOOMANYREFS,
};
use crate::common::{event, wsa_error};
use crate::io::{Port, eventually};

/// RIO-06: A completion queue has at least one entry and at most RIO_MAX_CQ_SIZE; otherwise it is WSAEINVAL.
#[test]
fn rio_06_sizes_of_a_completion_queue() {
    drop(Queue::new(1));
    drop(Queue::new(100_000));
    for size in [0, RIO_MAX_CQ_SIZE + 1, u32::MAX] {
        assert_eq!(rio!(RIOCreateCompletionQueue(size, null())), INVALID_CQ);
        assert_eq!(wsa_error(), WSAEINVAL, "{size}");
    }
}

/// RIO-06: The notification is by event or by port with an OVERLAPPED; another type, a handle of another kind and a null OVERLAPPED are
/// WSAEINVAL, an impossible pointer WSAEFAULT.
#[test]
fn rio_06_notifications_of_a_completion_queue() {
    let (event, port) = (event(), Port::new());
    let mut other = event_notification(&event, false);
    other.Type = 3;
    let mut swapped = port_notification(&port, 1, 2);
    swapped.Anonymous.Iocp.IocpHandle = event.raw();
    let mut unknown = event_notification(&event, false);
    unknown.Anonymous.Event.EventHandle = 0x7FFF_FFF4 as _;
    let no_overlapped = port_notification(&port, 1, 0);
    for bad in [&other, &swapped, &unknown, &no_overlapped] {
        assert_eq!(rio!(RIOCreateCompletionQueue(8, bad)), INVALID_CQ);
        assert_eq!(wsa_error(), WSAEINVAL);
    }
    let impossible = 16 as *const RIO_NOTIFICATION_COMPLETION;
    assert_eq!(rio!(RIOCreateCompletionQueue(8, impossible)), INVALID_CQ);
    assert_eq!(wsa_error(), WSAEFAULT);
}

/// RIO-08: A closed completion queue is RIO_CORRUPT_CQ to RIODequeueCompletion and WSAEINVAL to everything else; closing it again, or
/// what never was one, is ignored.
#[test]
fn rio_08_a_closed_completion_queue_is_invalid() {
    let (near, _far) = pair();
    let queue = Queue::new(8);
    let value = queue.0;
    let requests = Requests::new(&near, 2, &queue, 0);
    let slab = Slab::new(10);
    drop(queue);
    let again = Queue::new(8);
    assert_ne!(again.0, value);

    let mut result = RIORESULT::default();
    let dequeued = rio!(RIODequeueCompletion(value, &mut result, 1));
    assert_eq!(dequeued, RIO_CORRUPT_CQ);
    assert_eq!(rio!(RIONotify(value)), WSAEINVAL);
    let resized = started(rio!(RIOResizeCompletionQueue(value, 9)));
    assert_eq!(resized, Err(WSAEINVAL));
    assert_eq!(requests.receive(slab.part(0, 1), 0, 0), Err(WSAEINVAL));
    assert_eq!(requests.send(slab.part(0, 1), 0, 0), Err(WSAEINVAL));
    for id in [value, INVALID_CQ, -1, 12345] {
        rio!(RIOCloseCompletionQueue(id));
    }
    assert_eq!(again.take(1), []);
}

/// RIO-08: What completes after the queue was closed is dropped, and the socket closes as ever.
#[test]
fn rio_08_completions_of_a_closed_queue_are_dropped() {
    let (near, far) = pair();
    let (queue, slab) = (Queue::new(8), Slab::new(100));
    let requests = Requests::new(&near, 2, &queue, 0);
    requests.receive(slab.part(0, 10), 0, 1).expect("receive");
    requests.receive(slab.part(10, 10), 0, 2).expect("receive");
    drop(queue);
    far.send(b"0123456789").expect("send");
    near.close();
    let mut rest = [0; 16];
    // Either an end or a reset: it was closed with data unread, or with all data read.
    assert!(matches!(far.recv(&mut rest), Ok(0) | Err(_)));
}

/// RIO-09: A completion queue can be made larger and smaller; its completions stay.
/// RIO-09: Below what its request queues may need it is WSAETOOMANYREFS, beyond the limits WSAEINVAL.
#[test]
fn rio_09_resizing_a_completion_queue() {
    let (near, far) = pair();
    let (queue, slab) = (Queue::new(4), Slab::new(100));
    let requests = Requests::new(&near, 2, &queue, 3);
    let resize = |size| started(rio!(RIOResizeCompletionQueue(queue.0, size)));
    assert_eq!(resize(3), Err(WSAETOOMANYREFS));
    assert_eq!(resize(0), Err(WSAEINVAL));
    assert_eq!(resize(RIO_MAX_CQ_SIZE + 1), Err(WSAEINVAL));
    requests.send(slab.write(0, b"one"), 0, 1).expect("send");
    requests.send(slab.write(3, b"two"), 0, 2).expect("send");
    assert_eq!(far.recv_all(6), b"onetwo");
    assert_eq!(resize(1000), Ok(()));
    assert_eq!((queue.next(), queue.next()), (done(3, 3, 1), done(3, 3, 2)));
    assert_eq!(resize(4), Ok(()));
}

/// RIO-17: RIODequeueCompletion gives completions in the order in which they were queued, as many as there is room for, and 0 when
/// there are none.
#[test]
fn rio_17_completions_are_dequeued_in_order() {
    let (near, far) = pair();
    let (queue, slab) = (Queue::new(32), Slab::new(100));
    let requests = Requests::new(&near, 16, &queue, 9);
    assert_eq!(queue.take(4), []);
    for n in 0..10 {
        requests
            .send(slab.write(n, b"x"), 0, n as usize)
            .expect("send");
    }
    assert_eq!(far.recv_all(10), [b'x'; 10]);
    let mut seen = Vec::new();
    eventually("ten completions", || {
        seen.extend(queue.take(3));
        seen.len() == 10
    });
    let expected: Vec<_> = (0..10).map(|n| done(1, 9, n)).collect();
    assert_eq!(seen, expected);
    assert_eq!(queue.take(4), []);
    assert_eq!(rio!(RIODequeueCompletion(queue.0, null_mut(), 0)), 0);
    assert_eq!(
        rio!(RIODequeueCompletion(queue.0, null_mut(), 1)),
        RIO_CORRUPT_CQ
    );
}
