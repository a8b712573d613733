//! RIONotify.

use std::time::{Duration, Instant};

use super::{Queue, Requests, Slab, done, pair};
use crate::common::w::Win32::Networking::WinSock::{RIO_MSG_DONT_NOTIFY, WSAEALREADY, WSAEINVAL};
use crate::common::{LIMIT, auto_event, event, signalled, wait};
use crate::io::{Port, eventually, never, within};

/// RIO-19: With an event, RIONotify sets it when a completion comes, and at once when there is one already.
#[test]
fn rio_19_an_event_is_set() {
    let (near, far) = pair();
    let (event, slab) = (event(), Slab::new(100));
    let queue = Queue::with_event(8, &event, false);
    let requests = Requests::new(&near, 2, &queue, 0);
    requests.receive(slab.part(0, 10), 0, 1).expect("receive");
    assert_eq!(queue.notify(), 0);
    assert!(!signalled(event.raw()));
    far.send(b"x").expect("send");
    assert_eq!(wait(event.raw(), LIMIT), 0);
    assert_eq!(queue.notify(), 0, "the completion is still there");
    assert_eq!(queue.next(), done(1, 0, 1));
    assert!(signalled(event.raw()), "nobody has reset it");
}

/// RIO-19: Without NotifyReset the event stays as it is when a notification is asked for; with it the event is reset then.
#[test]
fn rio_19_asking_resets_the_event_if_it_is_to() {
    for resets in [false, true] {
        let event = event();
        let queue = Queue::with_event(8, &event, resets);
        call!(crate::common::w::Win32::System::Threading::SetEvent(
            event.raw()
        ));
        assert_eq!(queue.notify(), 0);
        assert_eq!(signalled(event.raw()), !resets);
    }
}

/// RIO-19: With NotifyReset an event that notifies at once is set when RIONotify returns, or soon after.
#[test]
fn rio_19_a_reset_does_not_lose_a_notification() {
    let (near, far) = pair();
    let (event, slab) = (event(), Slab::new(100));
    let queue = Queue::with_event(8, &event, true);
    let requests = Requests::new(&near, 2, &queue, 0);
    for round in 0..50 {
        requests
            .receive(slab.part(0, 10), 0, round)
            .expect("receive");
        far.send(b"x").expect("send");
        assert_eq!(queue.notify(), 0);
        assert_eq!(wait(event.raw(), LIMIT), 0);
        assert_eq!(queue.next(), done(1, 0, round as u64));
    }
}

/// RIO-20: With a port, RIONotify queues a packet of 0 bytes with the key and the OVERLAPPED of the notification.
#[test]
fn rio_20_a_packet_is_queued() {
    let (near, far) = pair();
    let (port, slab) = (Port::new(), Slab::new(100));
    let queue = Queue::with_port(8, &port, 0x1234, 0x5678);
    let requests = Requests::new(&near, 2, &queue, 0);
    requests.receive(slab.part(0, 10), 0, 1).expect("receive");
    assert_eq!(queue.notify(), 0);
    port.stays_empty();
    far.send(b"x").expect("send");
    for completion in [Some(done(1, 0, 1)), None] {
        let packet = port.next();
        assert_eq!((packet.error, packet.bytes), (0, 0));
        assert_eq!((packet.key, packet.overlapped as usize), (0x1234, 0x5678));
        port.stays_empty();
        if completion.is_some() {
            assert_eq!(queue.notify(), 0, "the completion is still there");
        } else {
            assert_eq!(queue.next(), done(1, 0, 1));
        }
    }
}

/// RIO-20: A worker that waits at the port is woken by what a registered socket receives.
#[test]
fn rio_20_a_waiting_worker_is_woken() {
    let (near, far) = pair();
    let slab = Slab::new(100);
    let worker = within("the worker", move || {
        let port = Port::new();
        let queue = Queue::with_port(8, &port, 1, 2);
        let requests = Requests::new(&near, 2, &queue, 0);
        let sender = std::thread::spawn(move || {
            for _ in 0..100 {
                far.send(b"ping").expect("send");
                assert_eq!(far.recv_all(4), b"ping");
            }
        });
        for round in 0..100 {
            requests
                .receive(slab.part(0, 4), 0, round)
                .expect("receive");
            assert_eq!(queue.notify(), 0);
            assert_eq!(port.next().key, 1);
            assert_eq!(queue.next(), done(4, 0, round as u64));
            requests
                .send(slab.part(0, 4), RIO_MSG_DONT_NOTIFY, 0)
                .expect("send");
            assert_eq!(queue.next(), done(4, 0, 0));
        }
        sender.join().expect("the sender");
        true
    });
    assert!(worker);
}

/// RIO-21: One request is one notification. A second request before it has come is WSAEALREADY.
#[test]
fn rio_21_a_notification_comes_once() {
    let (near, far) = pair();
    let (event, slab) = (auto_event(), Slab::new(100));
    let queue = Queue::with_event(8, &event, false);
    let requests = Requests::new(&near, 3, &queue, 0);
    for n in 0..3 {
        requests
            .receive(slab.part(n, 1), 0, n as usize)
            .expect("receive");
    }
    assert_eq!(queue.notify(), 0);
    assert_eq!(queue.notify(), WSAEALREADY);
    far.send(b"x").expect("send");
    assert_eq!(wait(event.raw(), LIMIT), 0);
    far.send(b"yz").expect("send");
    for n in 0..3 {
        assert_eq!(queue.next(), done(1, 0, n));
    }
    never("a second notification", || signalled(event.raw()));
    assert_eq!(queue.notify(), 0);
    assert_eq!(queue.notify(), WSAEALREADY);
}

/// RIO-21: A completion queue without a notification, and an unknown one, are WSAEINVAL.
#[test]
fn rio_21_only_who_can_be_told_is_told() {
    assert_eq!(Queue::new(8).notify(), WSAEINVAL);
    let queue = std::mem::ManuallyDrop::new(Queue(0));
    assert_eq!(queue.notify(), WSAEINVAL);
}

/// RIO-21: A notification that is due comes although the completion is dequeued first.
#[test]
fn rio_21_dequeuing_does_not_take_a_notification_away() {
    let (near, far) = pair();
    let (event, slab) = (auto_event(), Slab::new(100));
    let queue = Queue::with_event(8, &event, false);
    let requests = Requests::new(&near, 3, &queue, 0);
    requests.receive(slab.part(0, 1), 0, 1).expect("receive");
    assert_eq!(queue.notify(), 0);
    far.send(b"x").expect("send");
    assert_eq!(queue.next(), done(1, 0, 1));
    assert_eq!(wait(event.raw(), LIMIT), 0);
}

/// RIO-22: Completions of requests with RIO_MSG_DONT_NOTIFY set off no notification, neither when they come nor when one is asked for;
/// they can be dequeued as ever.
#[test]
fn rio_22_some_requests_do_not_notify() {
    let (near, far) = pair();
    let (event, slab) = (event(), Slab::new(100));
    let queue = Queue::with_event(8, &event, false);
    let requests = Requests::new(&near, 3, &queue, 0);
    let silent = RIO_MSG_DONT_NOTIFY;
    requests
        .receive(slab.part(0, 1), silent, 1)
        .expect("receive");
    far.send(b"x").expect("send");
    requests.send(slab.part(0, 1), silent, 2).expect("send");
    assert_eq!(far.recv_all(1).len(), 1);
    assert_eq!(queue.notify(), 0);
    requests
        .receive(slab.part(1, 1), silent, 3)
        .expect("receive");
    far.send(b"y").expect("send");
    never("a notification", || signalled(event.raw()));
    requests.receive(slab.part(2, 1), 0, 4).expect("receive");
    far.send(b"z").expect("send");
    assert_eq!(wait(event.raw(), LIMIT), 0);
    let mut seen: Vec<_> = (0..4).map(|_| queue.next().request).collect();
    seen.sort_unstable();
    assert_eq!(seen, [1, 2, 3, 4]);
    assert_eq!(slab.read(0, 3), b"xyz");
}

/// RIO-29: A notification comes within milliseconds although the thread that has started the request and asked for it computes, and
/// nobody waits.
#[test]
fn rio_29_notifications_come_while_threads_compute() {
    let (near, far) = pair();
    let (event, slab) = (event(), Slab::new(100));
    let queue = Queue::with_event(8, &event, false);
    let requests = Requests::new(&near, 3, &queue, 0);
    requests.receive(slab.part(0, 1), 0, 1).expect("receive");
    assert_eq!(queue.notify(), 0);
    let sender = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(30));
        far.send(b"x").expect("send");
        (Instant::now(), far)
    });
    // Computes, and looks at memory alone.
    let begin = Instant::now();
    while slab.read(0, 1) != b"x" {
        std::hint::spin_loop();
        assert!(begin.elapsed() < Duration::from_secs(10), "no data");
    }
    let (sent, _far) = sender.join().expect("the sender");
    assert!(
        sent.elapsed() < Duration::from_secs(2),
        "{:?}",
        sent.elapsed()
    );
    eventually("the notification", || signalled(event.raw()));
    assert_eq!(queue.next(), done(1, 0, 1));
}
