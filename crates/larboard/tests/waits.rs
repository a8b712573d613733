//! Objects and waits.

mod common;

use common::{LONG, SHORT, connection};
use larboard::{
    Event, MAXIMUM_WAIT_OBJECTS, Operation, Semaphore, Waitable, WaitableTimer, Wake, code,
    sleep_alertable, wait_all, wait_all_alertable, wait_all_timeout, wait_any, wait_any_alertable,
    wait_any_timeout,
};
use std::time::{Duration, Instant};

fn objects(events: &[Event]) -> Vec<&dyn Waitable> {
    events.iter().map(|event| event as _).collect()
}

/// WAIT-08: No object and more than 64 are errors, and no panic.
/// WAIT-09: The 64th object is as good as the first.
#[test]
fn wait_08_the_limit_is_an_error() {
    let events: Vec<_> = (0..=MAXIMUM_WAIT_OBJECTS)
        .map(|_| Event::auto(false).unwrap())
        .collect();
    events[63].set();
    let all = objects(&events);
    for count in [0, 65] {
        let error = wait_any(&all[..count]).unwrap_err();
        assert_eq!(error.code(), code::ERROR_INVALID_PARAMETER);
        assert_eq!(wait_all(&all[..count]).unwrap_err(), error);
        assert_eq!(wait_any_alertable(&all[..count], None).unwrap_err(), error);
    }
    assert_eq!(wait_any(&all[..64]).unwrap(), 63);
}

/// WAIT-10: The lowest index wins, and only its object is taken.
#[test]
fn wait_10_lowest_index() {
    let events = [
        Event::auto(false).unwrap(),
        Event::auto(true).unwrap(),
        Event::auto(true).unwrap(),
    ];
    let all = objects(&events);
    assert_eq!(wait_any(&all).unwrap(), 1);
    assert_eq!(wait_any(&all).unwrap(), 2);
    assert_eq!(wait_any_timeout(&all, Duration::ZERO).unwrap(), None);
}

/// WAIT-11: Waiting for all takes all at once, or none.
#[test]
fn wait_11_all_or_nothing() {
    let events = [Event::auto(true).unwrap(), Event::auto(false).unwrap()];
    let all = objects(&events);
    assert!(!wait_all_timeout(&all, SHORT).unwrap());
    assert!(
        events[0].wait_timeout(Duration::ZERO).unwrap(),
        "nothing was taken"
    );
    std::thread::scope(|s| {
        s.spawn(|| events.iter().for_each(Event::set));
        wait_all(&all).unwrap();
    });
    assert_eq!(
        wait_all_alertable(&all, Some(Duration::ZERO)).unwrap(),
        Wake::Timeout
    );
}

/// WAIT-04: A wait never ends before its time.
#[test]
fn wait_04_never_early() {
    let event = Event::manual(false).unwrap();
    for micros in [1, 999, 1500, 10_001] {
        let (timeout, start) = (Duration::from_micros(micros), Instant::now());
        assert!(!event.wait_timeout(timeout).unwrap());
        assert!(start.elapsed() >= timeout);
        let start = Instant::now();
        assert!(!sleep_alertable(Some(timeout)));
        assert!(start.elapsed() >= timeout);
    }
}

/// WAIT-07: A manual event stays, an auto event is taken.
/// WAIT-18: A pulse with nobody there leaves nothing behind.
#[test]
fn wait_07_events() {
    let (manual, auto) = (Event::manual(true).unwrap(), Event::auto(true).unwrap());
    for event in [&manual, &auto] {
        event.set();
        event.wait().unwrap();
    }
    assert!(manual.wait_timeout(Duration::ZERO).unwrap());
    assert!(!auto.wait_timeout(Duration::ZERO).unwrap());
    manual.reset();
    for event in [&manual, &auto] {
        event.pulse();
        assert!(!event.wait_timeout(Duration::ZERO).unwrap());
    }
}

/// WAIT-23: Impossible counts are refused.
/// WAIT-24: Too much is refused and changes nothing.
#[test]
fn wait_23_semaphores() {
    for (initial, maximum) in [(-1, 1), (2, 1), (0, 0)] {
        assert_eq!(
            Semaphore::new(initial, maximum).unwrap_err().code(),
            code::ERROR_INVALID_PARAMETER
        );
    }
    let semaphore = Semaphore::new(1, 3).unwrap();
    assert_eq!(
        semaphore.release(3).unwrap_err().code(),
        code::ERROR_TOO_MANY_POSTS
    );
    assert_eq!(
        semaphore.release(0).unwrap_err().code(),
        code::ERROR_INVALID_PARAMETER
    );
    assert_eq!(semaphore.release(2), Ok(1));
    for _ in 0..3 {
        assert!(semaphore.wait_timeout(Duration::ZERO).unwrap());
    }
    assert!(!semaphore.wait_timeout(Duration::ZERO).unwrap());
}

/// WAIT-31: A timer set again forgets the earlier setting and its signal.
/// WAIT-32: A periodic auto timer ticks again and again; a manual one stays signalled.
/// WAIT-34: A cancelled timer never comes.
#[test]
fn wait_31_timers() {
    let (manual, auto) = (
        WaitableTimer::manual().unwrap(),
        WaitableTimer::auto().unwrap(),
    );
    manual.set(Duration::ZERO).unwrap();
    assert!(manual.wait_timeout(LONG).unwrap());
    assert!(manual.wait_timeout(Duration::ZERO).unwrap());
    manual.set(LONG).unwrap();
    assert!(!manual.wait_timeout(Duration::ZERO).unwrap());

    let start = Instant::now();
    auto.set_periodic(Duration::from_millis(5), Duration::from_millis(5))
        .unwrap();
    for _ in 0..4 {
        assert!(auto.wait_timeout(LONG).unwrap());
    }
    assert!(start.elapsed() >= Duration::from_millis(20));
    auto.cancel().unwrap();
    auto.wait_timeout(Duration::ZERO).unwrap(); // a tick that came before
    assert!(!auto.wait_timeout(SHORT * 2).unwrap());
}

/// WAIT-52: Operations in flight are waited for beside other objects, and their results are there when the wait ends.
#[test]
fn wait_52_operations_among_objects() {
    let (ours, peer) = connection();
    let (other, other_peer) = connection();
    let stop = Event::manual(false).unwrap();
    let first = ours.recv_overlapped(Operation::new([0; 16])).unwrap();
    let second = other.recv_overlapped(Operation::new([0; 16])).unwrap();
    assert!(!first.is_finished());
    assert_eq!(
        wait_any_timeout(&[&stop, &first, &second], SHORT).unwrap(),
        None
    );

    other_peer.send(b"second").unwrap();
    assert_eq!(
        wait_any_timeout(&[&stop, &first, &second], LONG).unwrap(),
        Some(2)
    );
    assert_eq!(second.try_finish().unwrap().operation.filled(), b"second");

    let first = first.try_finish().unwrap_err();
    let first = first.wait_timeout(SHORT).unwrap_err();
    peer.send(b"first").unwrap();
    assert_eq!(wait_any_timeout(&[&stop, &first], LONG).unwrap(), Some(1));
    assert!(first.is_finished());
    assert!(!first.cancel(), "nothing to cancel any more");
    assert_eq!(first.wait().operation.filled(), b"first");
}

/// WAIT-52: The event of an operation's last use never passes for that of the next.
#[test]
fn wait_52_reused_operation() {
    let (ours, peer) = connection();
    let mut operation = Operation::new([0; 4]);
    for round in 0..200u32 {
        let pending = ours.recv_overlapped(operation).unwrap();
        if round % 2 == 0 {
            assert!(!pending.is_finished());
        }
        peer.send(&round.to_ne_bytes()).unwrap();
        let done = pending.wait_timeout(LONG).unwrap();
        assert_eq!(done.operation.filled(), round.to_ne_bytes());
        operation = done.operation;
    }
}
