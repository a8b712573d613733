//! What ends requests, and what does not.

use super::{Queue, Requests, Slab, done, pair};
use crate::common::w::Win32::Networking::WinSock::{
    RIO_MSG_DEFER, SO_SNDBUF, SOL_SOCKET, WSA_OPERATION_ABORTED, WSAEINVAL,
};
use crate::common::w::Win32::System::IO::{CancelIo, CancelIoEx};
use crate::common::{LIMIT, event, wait};
use crate::io::{never, within};

/// RIO-23: closesocket ends what is pending with WSA_OPERATION_ABORTED, in order, into the completion queue; the request queue is gone.
#[test]
fn rio_23_closing_the_socket_aborts_its_requests() {
    let (near, far) = pair();
    let (event, slab) = (event(), Slab::new(100));
    let queue = Queue::with_event(8, &event, false);
    let requests = Requests::new(&near, 4, &queue, 3);
    for n in 0..3 {
        requests
            .receive(slab.part(n, 1), 0, n as usize)
            .expect("receive");
    }
    requests
        .receive(slab.part(3, 1), RIO_MSG_DEFER, 3)
        .expect("receive");
    assert_eq!(queue.notify(), 0);
    near.close();
    assert_eq!(requests.receive(slab.part(0, 1), 0, 9), Err(WSAEINVAL));
    assert_eq!(wait(event.raw(), LIMIT), 0);
    for n in 0..4 {
        let end = queue.next();
        assert_eq!((end.status, end.bytes), (WSA_OPERATION_ABORTED, 0));
        assert_eq!((end.socket, end.request), (3, n));
    }
    assert_eq!(queue.take(1), []);
    assert_eq!(far.recv(&mut [0; 8]), Ok(0), "the peer sees the end");
}

/// RIO-23: Sends that wait for room end in the same way; what had completed before stays as it was.
#[test]
fn rio_23_closing_aborts_sends_and_keeps_completions() {
    const LENGTH: u32 = 8 << 20;
    let (near, _far) = pair();
    near.set(SOL_SOCKET, SO_SNDBUF, 8192).expect("SO_SNDBUF");
    let (queue, slab) = (Queue::new(8), Slab::new(LENGTH));
    let requests = Requests::new(&near, 4, &queue, 0);
    requests.send(slab.part(0, 10), 0, 1).expect("send");
    requests.send(slab.part(0, LENGTH), 0, 2).expect("send");
    requests.send(slab.part(0, 10), 0, 3).expect("send");
    near.close();
    assert_eq!(queue.next(), done(10, 0, 1));
    for n in 2..4 {
        let end = queue.next();
        assert_eq!((end.status, end.request), (WSA_OPERATION_ABORTED, n));
    }
}

/// RIO-23: The share of a closed socket in the completion queue is free once its completions are dequeued.
#[test]
fn rio_23_a_closed_socket_frees_its_share() {
    let (queue, slab) = (Queue::new(4), Slab::new(100));
    for _ in 0..20 {
        let (near, _far) = pair();
        let requests = Requests::new(&near, 2, &queue, 0);
        requests.receive(slab.part(0, 1), 0, 1).expect("receive");
        near.close();
        assert_eq!(queue.next().status, WSA_OPERATION_ABORTED);
    }
}

/// RIO-24: CancelIo and CancelIoEx do not end registered requests.
#[test]
fn rio_24_cancelling_leaves_registered_requests() {
    let (near, far) = pair();
    let (queue, slab) = (Queue::new(8), Slab::new(100));
    let requests = Requests::new(&near, 4, &queue, 0);
    requests.receive(slab.part(0, 1), 0, 1).expect("receive");
    call!(CancelIo(near.handle()));
    call!(CancelIoEx(near.handle(), std::ptr::null()));
    never("an end", || !queue.take(1).is_empty());
    far.send(b"x").expect("send");
    assert_eq!(queue.next(), done(1, 0, 1));
}

/// RIO-24: Requests outlive the thread that started them.
#[test]
fn rio_24_requests_outlive_their_thread() {
    let (near, far) = pair();
    let (event, slab) = (event(), Slab::new(100));
    let queue = Queue::with_event(8, &event, false);
    let requests = Requests::new(&near, 4, &queue, 0);
    let parts: Vec<_> = (0..3).map(|n| slab.part(n, 1)).collect();
    within("the thread that starts", move || {
        for (n, part) in parts.into_iter().enumerate() {
            requests.receive(part, 0, n).expect("receive");
        }
    });
    never("an end", || !queue.take(1).is_empty());
    assert_eq!(queue.notify(), 0);
    far.send(b"xyz").expect("send");
    assert_eq!(wait(event.raw(), LIMIT), 0);
    for n in 0..3 {
        assert_eq!(queue.next(), done(1, 0, n));
    }
    assert_eq!(slab.read(0, 3), b"xyz");
}

/// RIO-24: And the notification that was asked for comes although nobody has dequeued since the thread ended.
#[test]
fn rio_24_a_notification_outlives_the_thread() {
    let (near, far) = pair();
    let (event, slab) = (event(), Slab::new(100));
    let queue = Queue::with_event(8, &event, false);
    let requests = Requests::new(&near, 4, &queue, 0);
    let part = slab.part(0, 1);
    within("the thread that starts", move || {
        requests.receive(part, 0, 1).expect("receive");
        std::mem::forget(near);
    });
    assert_eq!(queue.notify(), 0);
    assert_eq!(wait(event.raw(), 20), 258, "no notification without data");
    far.send(b"x").expect("send");
    assert_eq!(wait(event.raw(), LIMIT), 0);
    assert_eq!(queue.next(), done(1, 0, 1));
}
