//! Receiving and sending on streams.

use std::ptr::{null, without_provenance};

use super::{Queue, Requests, Slab, done, pair, registered_tcp, rio, started};
use crate::common::w::Win32::Networking::WinSock::{
    RIO_BUF, RIO_MSG_COMMIT_ONLY, RIO_MSG_DEFER, RIO_MSG_DONT_NOTIFY, RIO_MSG_WAITALL, SD_SEND,
    SO_SNDBUF, SOL_SOCKET, WSAECONNRESET, WSAEFAULT, WSAEINVAL, WSAENOBUFS, WSAENOTCONN,
    WSAESHUTDOWN,
};
use crate::io::{eventually, never};

/// RIO-13: A receive completes with what has come, at its place in the registered buffer, with the values of request queue and request.
#[test]
fn rio_13_a_receive_brings_data_and_contexts() {
    let (near, far) = pair();
    let (queue, slab) = (Queue::new(8), Slab::new(100));
    let requests = Requests::new(&near, 2, &queue, 0xABCD);
    requests
        .receive(slab.part(50, 20), 0, usize::MAX)
        .expect("receive");
    assert_eq!(queue.take(8), []);
    far.send(b"hello").expect("send");
    assert_eq!(queue.next(), done(5, 0xABCD, u64::MAX));
    assert_eq!(slab.read(50, 5), b"hello");
    assert_eq!(slab.read(55, 15), [0; 15]);

    far.send(b"again").expect("send");
    requests.receive(slab.part(0, 3), 0, 1).expect("receive");
    assert_eq!(queue.next(), done(3, 0xABCD, 1));
    assert_eq!(slab.read(0, 3), b"aga");
}

/// RIO-13: A send completes when all of its data has gone, and receives and sends may complete into different queues.
#[test]
fn rio_13_a_send_takes_all_its_data() {
    const LENGTH: u32 = 4 << 20;
    let (near, far) = pair();
    let (receives, sends, slab) = (Queue::new(1), Queue::new(1), Slab::new(LENGTH));
    let requests = Requests::make(&near, (1, 1), &receives, &sends, 5).expect("a queue");
    let text: Vec<u8> = (0..LENGTH).map(|n| (n % 251) as u8).collect();
    let part = slab.write(0, &text);
    requests.send(part, 0, 6).expect("send");
    assert!(
        sends.take(1).is_empty(),
        "more than the socket takes at once"
    );
    assert_eq!(far.recv_all(LENGTH as usize), text);
    assert_eq!(sends.next(), done(LENGTH, 5, 6));
    assert_eq!(receives.take(1), []);
}

/// RIO-13: A receive of no bytes completes when there is something to receive, and takes nothing.
#[test]
fn rio_13_a_receive_of_nothing_waits_for_data() {
    let (near, far) = pair();
    let (queue, slab) = (Queue::new(8), Slab::new(10));
    let requests = Requests::new(&near, 2, &queue, 0);
    requests.receive(slab.part(0, 0), 0, 1).expect("receive");
    never("an end without data", || !queue.take(1).is_empty());
    far.send(b"x").expect("send");
    assert_eq!(queue.next(), done(0, 0, 1));
    requests.receive(slab.part(0, 10), 0, 2).expect("receive");
    assert_eq!(queue.next(), done(1, 0, 2));
}

/// RIO-14: What a request refuses: an unknown request queue, unknown flags, RIO_MSG_WAITALL on a send, more than one buffer and a part
/// beyond its buffer are WSAEINVAL; a null part with a count of 1 and an unknown buffer are WSAEFAULT.
#[test]
fn rio_14_what_a_request_refuses() {
    let (near, _far) = pair();
    let (queue, slab) = (Queue::new(8), Slab::new(100));
    let requests = Requests::new(&near, 2, &queue, 0);
    let good = slab.part(0, 10);
    for unknown in [0, -1, 77] {
        assert_eq!(Requests(unknown).receive(good, 0, 0), Err(WSAEINVAL));
        assert_eq!(Requests(unknown).commit_receives(), Err(WSAEINVAL));
    }
    for flags in [0x10, 0x8000_0000, RIO_MSG_COMMIT_ONLY] {
        assert_eq!(requests.receive(good, flags, 0), Err(WSAEINVAL));
        assert_eq!(requests.send(good, flags, 0), Err(WSAEINVAL));
    }
    assert_eq!(requests.send(good, RIO_MSG_WAITALL, 0), Err(WSAEINVAL));
    for (offset, length) in [(91, 10), (0, 101), (101, 0), (u32::MAX, 10)] {
        let beyond = slab.part(offset, length);
        assert_eq!(requests.receive(beyond, 0, 0), Err(WSAEINVAL));
        assert_eq!(requests.send(beyond, 0, 0), Err(WSAEINVAL));
    }
    let receive =
        |part: *const RIO_BUF, count| started(rio!(RIOReceive(requests.0, part, count, 0, null())));
    assert_eq!(receive(null(), 1), Err(WSAEFAULT));
    assert_eq!(receive(without_provenance(4), 1), Err(WSAEFAULT));
    assert_eq!(receive(&good, 2), Err(WSAEINVAL));
    assert_eq!(receive(&good, 0), Err(WSAEINVAL));
    assert_eq!(queue.take(8), []);
}

/// RIO-14: A stream that is not connected is WSAENOTCONN; after shutdown a send is WSAESHUTDOWN.
#[test]
fn rio_14_the_socket_must_be_able_to() {
    let (queue, slab) = (Queue::new(8), Slab::new(100));
    let alone = registered_tcp();
    let requests = Requests::new(&alone, 1, &queue, 0);
    assert_eq!(requests.receive(slab.part(0, 1), 0, 0), Err(WSAENOTCONN));
    assert_eq!(requests.send(slab.part(0, 1), 0, 0), Err(WSAENOTCONN));
    let (near, _far) = pair();
    let requests = Requests::new(&near, 1, &queue, 0);
    near.shutdown(SD_SEND).expect("shutdown");
    assert_eq!(requests.send(slab.part(0, 1), 0, 0), Err(WSAESHUTDOWN));
    assert_eq!(queue.take(8), []);
}

/// RIO-15: As many requests may be outstanding as the request queue allows, deferred ones included; one more is WSAENOBUFS. A request is
/// outstanding until its completion has been dequeued.
#[test]
fn rio_15_no_more_than_the_limit() {
    let (near, far) = pair();
    let (queue, slab) = (Queue::new(3), Slab::new(100));
    let requests = Requests::make(&near, (2, 1), &queue, &queue, 0).expect("a queue");
    let part = slab.part(0, 1);
    requests.receive(part, RIO_MSG_DEFER, 1).expect("receive");
    requests.receive(part, 0, 2).expect("receive");
    assert_eq!(requests.receive(part, 0, 3), Err(WSAENOBUFS));
    requests.send(part, 0, 4).expect("send");
    assert_eq!(far.recv_all(1), [0]);
    assert_eq!(requests.send(part, 0, 5), Err(WSAENOBUFS));
    assert_eq!(queue.next(), done(1, 0, 4));
    assert_eq!(requests.send(part, 0, 5), Ok(()));
    far.send(b"xy").expect("send");
    eventually("room for a receive", || {
        // The completion of the second send may come first.
        queue.take(1);
        requests.receive(part, 0, 6).is_ok()
    });
}

/// RIO-15: A direction with a limit of 0 takes no request.
#[test]
fn rio_15_a_limit_of_nothing() {
    let (near, _far) = pair();
    let (queue, slab) = (Queue::new(3), Slab::new(100));
    let requests = Requests::make(&near, (0, 1), &queue, &queue, 0).expect("a queue");
    assert_eq!(requests.receive(slab.part(0, 1), 0, 0), Err(WSAENOBUFS));
    assert_eq!(requests.send(slab.part(0, 1), 0, 0), Ok(()));
}

/// RIO-16: Deferred requests are started by RIO_MSG_COMMIT_ONLY at the latest, in their order.
#[test]
fn rio_16_a_commit_starts_what_was_deferred() {
    let (near, far) = pair();
    let (queue, slab) = (Queue::new(16), Slab::new(100));
    let requests = Requests::new(&near, 8, &queue, 0);
    for n in 0..4 {
        let part = slab.write(n, &[b'a' + n as u8]);
        requests
            .send(part, RIO_MSG_DEFER, n as usize)
            .expect("send");
        let part = slab.part(10 + n, 1);
        requests
            .receive(part, RIO_MSG_DEFER, 10 + n as usize)
            .expect("receive");
    }
    requests.commit_sends().expect("commit");
    assert_eq!(far.recv_all(4), b"abcd");
    requests.commit_receives().expect("commit");
    far.send(b"wxyz").expect("send");
    let mut seen: Vec<_> = (0..8).map(|_| queue.next().request).collect();
    let order = |range: std::ops::Range<u64>, seen: &[u64]| {
        let of: Vec<_> = seen.iter().copied().filter(|n| range.contains(n)).collect();
        assert!(of.is_sorted() && of.len() == 4, "{seen:?}");
    };
    order(0..4, &seen);
    order(10..14, &seen);
    seen.sort_unstable();
    assert_eq!(slab.read(10, 4), b"wxyz");
    assert_eq!(requests.commit_sends(), Ok(()), "nothing to commit");
}

/// RIO-16: A request that is not deferred starts those before it as well.
#[test]
fn rio_16_a_request_commits_those_before_it() {
    let (near, far) = pair();
    let (queue, slab) = (Queue::new(16), Slab::new(100));
    let requests = Requests::new(&near, 8, &queue, 0);
    requests
        .send(slab.write(0, b"one"), RIO_MSG_DEFER, 1)
        .expect("send");
    requests.send(slab.write(3, b"two"), 0, 2).expect("send");
    assert_eq!(far.recv_all(6), b"onetwo");
    assert_eq!((queue.next(), queue.next()), (done(3, 0, 1), done(3, 0, 2)));
}

/// RIO-16: With RIO_MSG_COMMIT_ONLY everything else must be null or 0, otherwise it is WSAEINVAL.
#[test]
fn rio_16_a_commit_has_no_other_arguments() {
    let (near, _far) = pair();
    let (queue, slab) = (Queue::new(16), Slab::new(100));
    let requests = Requests::new(&near, 8, &queue, 0);
    let (part, none) = (slab.part(0, 1), null());
    let only = RIO_MSG_COMMIT_ONLY;
    let send = |data: *const RIO_BUF, count, flags, context: usize| {
        let context = context as *const _;
        started(rio!(RIOSend(requests.0, data, count, flags, context)))
    };
    assert_eq!(send(none, 0, only, 0), Ok(()));
    assert_eq!(send(&part, 1, only, 0), Err(WSAEINVAL));
    assert_eq!(send(none, 1, only, 0), Err(WSAEINVAL));
    assert_eq!(send(none, 0, only, 9), Err(WSAEINVAL));
    assert_eq!(send(none, 0, only | RIO_MSG_DONT_NOTIFY, 0), Err(WSAEINVAL));
    let more = rio!(RIOSendEx(
        requests.0,
        none,
        0,
        none,
        &part,
        none,
        none,
        only,
        null()
    ));
    assert_eq!(started(more), Err(WSAEINVAL));
}

/// RIO-18: With RIO_MSG_WAITALL a receive completes when its part is full, or the stream has ended.
#[test]
fn rio_18_wait_all_fills_the_part() {
    let (near, far) = pair();
    let (queue, slab) = (Queue::new(8), Slab::new(100));
    let requests = Requests::new(&near, 2, &queue, 0);
    requests
        .receive(slab.part(0, 6), RIO_MSG_WAITALL, 1)
        .expect("receive");
    requests
        .receive(slab.part(10, 6), RIO_MSG_WAITALL, 2)
        .expect("receive");
    far.send(b"abc").expect("send");
    never("an end before the part is full", || {
        !queue.take(1).is_empty()
    });
    far.send(b"defgh").expect("send");
    assert_eq!(queue.next(), done(6, 0, 1));
    assert_eq!(slab.read(0, 6), b"abcdef");
    never("an end before the part is full", || {
        !queue.take(1).is_empty()
    });
    far.shutdown(SD_SEND).expect("shutdown");
    assert_eq!(queue.next(), done(2, 0, 2));
    assert_eq!(slab.read(10, 2), b"gh");
}

/// RIO-25: At the end of the stream receives complete with 0 bytes, again and again.
#[test]
fn rio_25_the_end_of_the_stream_is_a_receive_of_nothing() {
    let (near, far) = pair();
    let (queue, slab) = (Queue::new(8), Slab::new(100));
    let requests = Requests::new(&near, 2, &queue, 0);
    requests.receive(slab.part(0, 6), 0, 1).expect("receive");
    requests.receive(slab.part(0, 6), 0, 2).expect("receive");
    far.shutdown(SD_SEND).expect("shutdown");
    assert_eq!((queue.next(), queue.next()), (done(0, 0, 1), done(0, 0, 2)));
    requests.receive(slab.part(0, 6), 0, 3).expect("receive");
    assert_eq!(queue.next(), done(0, 0, 3));
}

/// RIO-25: A reset ends pending receives with WSAECONNRESET; later requests are refused or end with it.
#[test]
fn rio_25_a_reset_ends_requests() {
    let (near, far) = pair();
    let (queue, slab) = (Queue::new(8), Slab::new(100));
    let requests = Requests::new(&near, 2, &queue, 0);
    requests.receive(slab.part(0, 6), 0, 1).expect("receive");
    requests.receive(slab.part(0, 6), 0, 2).expect("receive");
    far.reset();
    for n in 1..=2 {
        let end = queue.next();
        assert_eq!((end.status, end.bytes, end.request), (WSAECONNRESET, 0, n));
    }
    let later = requests.receive(slab.part(0, 6), 0, 3);
    assert!(later == Err(WSAECONNRESET) || queue.next().status == WSAECONNRESET);
}

/// RIO-30: Many receives and sends of one stream keep their order, however the data comes.
#[test]
fn rio_30_requests_of_a_stream_keep_their_order() {
    const COUNT: u32 = 200;
    let (near, far) = pair();
    let (queue, slab) = (Queue::new(2 * COUNT), Slab::new(COUNT * 20));
    let requests = Requests::new(&near, COUNT, &queue, 0);
    for n in 0..COUNT {
        let flags = if n % 3 == 0 { 0 } else { RIO_MSG_DEFER };
        requests
            .receive(slab.part(n * 7, 7), flags, n as usize)
            .expect("receive");
    }
    requests.commit_receives().expect("commit");
    let text: Vec<u8> = (0..COUNT * 7).map(|n| (n % 251) as u8).collect();
    let mut received = Vec::new();
    let mut next = 0;
    for piece in text.chunks(23) {
        far.send(piece).expect("send");
        for end in queue.take(5) {
            assert_eq!((end.status, end.request), (0, next));
            received.extend(slab.read(next as u32 * 7, end.bytes));
            next += 1;
        }
    }
    eventually("all the data", || {
        for end in queue.take(50) {
            assert_eq!((end.status, end.request), (0, next));
            received.extend(slab.read(next as u32 * 7, end.bytes));
            next += 1;
        }
        received.len() == text.len() || next == u64::from(COUNT)
    });
    assert_eq!(received, text[..received.len()]);

    for n in 0..COUNT {
        let part = slab.write(n * 7, &text[n as usize * 7..][..7]);
        requests.send(part, 0, n as usize).expect("send");
    }
    assert_eq!(far.recv_all(text.len()), text);
}

/// RIO-31: Sends that wait for room go before the end of the stream that shutdown asks for.
#[test]
fn rio_31_shutdown_waits_for_sends() {
    const LENGTH: u32 = 3 << 20;
    let (near, far) = pair();
    near.set(SOL_SOCKET, SO_SNDBUF, 8192).expect("SO_SNDBUF");
    let (queue, slab) = (Queue::new(8), Slab::new(LENGTH));
    let requests = Requests::new(&near, 4, &queue, 0);
    requests.send(slab.part(0, LENGTH), 0, 1).expect("send");
    requests.send(slab.write(0, b"last"), 0, 2).expect("send");
    near.shutdown(SD_SEND).expect("shutdown");
    assert_eq!(far.recv_all(LENGTH as usize + 4).len(), LENGTH as usize + 4);
    assert_eq!(far.recv(&mut [0; 8]), Ok(0));
    assert_eq!(
        (queue.next(), queue.next()),
        (done(LENGTH, 0, 1), done(4, 0, 2))
    );
}
