//! Request queues.

use std::ptr::null;

use super::{
    INVALID_RQ, Queue, Requests, Slab, done, pair, registered_tcp, registered_udp, rio, started,
};
use crate::common::w::Win32::Networking::WinSock::{
    WSAEINVAL, WSAENOBUFS, WSAENOTSOCK, WSAEOPNOTSUPP, WSAETOOMANYREFS,
};
use crate::common::{Socket, wsa_error};
use crate::io::operation::ADDRESS_ROOM;
use crate::io::{Operation, Start};

/// RIO-10: A request queue needs a socket made with WSA_FLAG_REGISTERED_IO: another one is WSAEOPNOTSUPP, what is no socket WSAENOTSOCK.
#[test]
fn rio_10_only_registered_sockets_have_request_queues() {
    let queue = Queue::new(8);
    for socket in [Socket::tcp(), Socket::udp(), Socket::tcp_not_overlapped()] {
        let made = Requests::make(&socket, (1, 1), &queue, &queue, 0);
        assert_eq!(made.err(), Some(WSAEOPNOTSUPP));
    }
    for socket in [registered_tcp(), registered_udp()] {
        assert!(Requests::make(&socket, (1, 1), &queue, &queue, 0).is_ok());
    }
    let made = rio!(RIOCreateRequestQueue(
        4,
        1,
        1,
        1,
        1,
        queue.0,
        queue.0,
        null()
    ));
    assert_eq!((made, wsa_error()), (INVALID_RQ, WSAENOTSOCK));
}

/// RIO-10: An invalid completion queue, no requests at all, a number of buffers other than 1, and a second request queue of one socket are
/// WSAEINVAL.
#[test]
fn rio_10_what_a_request_queue_refuses() {
    let (socket, queue) = (registered_tcp(), Queue::new(8));
    let closed = Queue(Queue::new(8).0);
    rio!(RIOCloseCompletionQueue(closed.0));
    let make = |limits, receives: &Queue, sends: &Queue| {
        Requests::make(&socket, limits, receives, sends, 0).map(|requests| requests.0)
    };
    assert_eq!(make((1, 1), &closed, &queue), Err(WSAEINVAL));
    assert_eq!(make((1, 1), &queue, &closed), Err(WSAEINVAL));
    assert_eq!(make((0, 0), &queue, &queue), Err(WSAEINVAL));
    for (receives, sends) in [(0, 1), (2, 1), (1, 0), (1, 2)] {
        let made = rio!(RIOCreateRequestQueue(
            socket.raw(),
            1,
            receives,
            1,
            sends,
            queue.0,
            queue.0,
            null()
        ));
        assert_eq!((made, wsa_error()), (INVALID_RQ, WSAEINVAL));
    }
    assert!(make((1, 1), &queue, &queue).is_ok());
    assert_eq!(make((1, 1), &queue, &queue), Err(WSAEINVAL));
}

/// RIO-11: A completion queue must have room for everything that its request queues may have outstanding: otherwise a further one is
/// WSAENOBUFS. The end of a socket frees its share.
#[test]
fn rio_11_completion_queues_have_room_for_all() {
    let (queue, other) = (Queue::new(10), Queue::new(3));
    let sockets: Vec<_> = (0..4).map(|_| registered_tcp()).collect();
    let make = |at: usize, limits, sends: &Queue| {
        Requests::make(&sockets[at], limits, &queue, sends, 0).map(drop)
    };
    assert_eq!(make(0, (6, 5), &queue), Err(WSAENOBUFS));
    assert_eq!(make(0, (6, 4), &other), Err(WSAENOBUFS));
    assert_eq!(make(0, (6, 3), &other), Ok(()));
    assert_eq!(make(1, (5, 0), &queue), Err(WSAENOBUFS));
    assert_eq!(make(1, (4, 0), &queue), Ok(()));
    assert_eq!(make(2, (1, 0), &queue), Err(WSAENOBUFS));
    drop(sockets);
    let socket = registered_tcp();
    assert!(Requests::make(&socket, (10, 3), &queue, &other, 0).is_ok());
}

/// RIO-12: The limits of a request queue can be changed: not both to 0 (WSAEINVAL), not below what is outstanding (WSAETOOMANYREFS), not
/// beyond the completion queue's room (WSAENOBUFS).
#[test]
fn rio_12_resizing_a_request_queue() {
    let (near, far) = pair();
    let (queue, slab) = (Queue::new(6), Slab::new(100));
    let requests = Requests::new(&near, 2, &queue, 0);
    let resize =
        |receives, sends| started(rio!(RIOResizeRequestQueue(requests.0, receives, sends)));
    requests.receive(slab.part(0, 5), 0, 1).expect("receive");
    requests.receive(slab.part(5, 5), 0, 2).expect("receive");
    assert_eq!(requests.receive(slab.part(10, 5), 0, 3), Err(WSAENOBUFS));
    assert_eq!(resize(0, 0), Err(WSAEINVAL));
    assert_eq!(resize(1, 2), Err(WSAETOOMANYREFS));
    assert_eq!(resize(3, 4), Err(WSAENOBUFS));
    assert_eq!(resize(4, 2), Ok(()));
    assert_eq!(requests.receive(slab.part(10, 5), 0, 3), Ok(()));
    assert_eq!(
        started(rio!(RIOResizeRequestQueue(INVALID_RQ, 1, 1))),
        Err(WSAEINVAL)
    );
    far.send(b"0123456789abcde").expect("send");
    for n in 1..=3 {
        assert_eq!(queue.next(), done(5, 0, n));
    }
    assert_eq!(resize(1, 1), Ok(()));
}

/// RIO-33: An accepted socket is fit for registered I/O if its listener is.
#[test]
fn rio_33_accepted_sockets_inherit_the_attribute() {
    let queue = Queue::new(8);
    for (registered, expected) in [(true, Ok(())), (false, Err(WSAEOPNOTSUPP))] {
        let listener = if registered {
            let listener = registered_tcp();
            listener.bind(&crate::common::loopback(0)).expect("bind");
            listener.listen(4).expect("listen");
            listener
        } else {
            Socket::listener()
        };
        let _client = Socket::connected_to(&listener);
        let accepted = listener.accept().expect("accept");
        let made = Requests::make(&accepted, (1, 1), &queue, &queue, 0);
        assert_eq!(made.map(drop), expected);
    }
}

/// RIO-33: A request queue may be made before its socket has a connection, by connect or by AcceptEx, and then serves that connection.
#[test]
fn rio_33_a_request_queue_may_come_before_the_connection() {
    let (queue, slab) = (Queue::new(8), Slab::new(100));
    let listener = Socket::listener();
    let connects = registered_tcp();
    let requests = Requests::new(&connects, 2, &queue, 1);
    connects
        .connect(&listener.name().expect("a name"))
        .expect("connect");
    let far = listener.accept().expect("accept");
    far.limit_receives();
    serves(&requests, &far, &queue, &slab, 1);

    let accepts = registered_tcp();
    let requests = Requests::new(&accepts, 2, &queue, 2);
    let operation = Operation::new(2 * ADDRESS_ROOM as usize);
    assert_eq!(operation.accept(&listener, &accepts, 0), Start::Pending);
    let far = Socket::connected_to(&listener);
    assert_eq!(operation.finish(&listener), Ok(0));
    serves(&requests, &far, &queue, &slab, 2);
}

fn serves(requests: &Requests, far: &Socket, queue: &Queue, slab: &Slab, context: u64) {
    requests.receive(slab.part(0, 10), 0, 1).expect("receive");
    far.send(b"hello").expect("send");
    assert_eq!(queue.next(), done(5, context, 1));
    requests.send(slab.part(0, 5), 0, 2).expect("send");
    assert_eq!(far.recv_all(5), b"hello");
    assert_eq!(queue.next(), done(5, context, 2));
}
