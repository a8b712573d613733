//! At the limit of open descriptors: errors where something new is asked for, progress for what is there, recovery.
//! A binary of its own with one test, since the limit is the process's.

mod common;

use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;

use common::{Block, LIMIT, MILLISECONDS, pair, post};
use larboard_kernel::io::port::Port;
use larboard_kernel::io::request::Started;
use larboard_kernel::object::ObjectRef;
use larboard_kernel::object::event::Event;
use larboard_kernel::object::wait::{self, Outcome};
use larboard_kernel::status::Status;

/// Takes every descriptor that is left.
fn exhaust() -> Vec<std::fs::File> {
    let limit = libc::rlimit {
        rlim_cur: 96,
        rlim_max: 96,
    };
    // SAFETY: the limit is of this frame.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) }, 0);
    std::iter::from_fn(|| std::fs::File::open("/dev/null").ok()).collect()
}

/// Runs `f` in a new thread, which has no descriptor to be kicked by, and gives its result within the limit.
fn in_new_thread<R: Send + 'static>(f: impl FnOnce() -> R + Send + 'static) -> mpsc::Receiver<R> {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || tell.send(f()));
    told
}

#[test]
fn the_kernel_goes_on_without_descriptors_and_recovers() {
    let port = Port::new(2).unwrap();
    let (on_port, mut port_client) = pair();
    on_port.associate(&port, 7).unwrap();
    let (alone, mut client) = pair();
    let mut first = Block::new();
    assert_eq!(first.receive(&alone, 0, None), Started::Pending);

    let taken = exhaust();
    assert!(!taken.is_empty());
    assert_eq!(Port::new(1).err(), Some(Status::TOO_MANY_OPENED_FILES));

    // A thread that cannot sleep in a poller waits for an event.
    client.write_all(b"abc").unwrap();
    assert_eq!(first.compute_until_done(), (Status::SUCCESS, 3));
    let event = Arc::new(Event::new(false, false));
    let mut second = Block::new();
    assert_eq!(second.receive(&alone, 0, Some(&event)), Started::Pending);
    let object: ObjectRef = event.clone();
    let waiter = in_new_thread(move || wait::one(&object, MILLISECONDS, false));
    client.write_all(b"defg").unwrap();
    assert_eq!(waiter.recv_timeout(LIMIT), Ok(Outcome::Object(0)));
    assert_eq!(second.outcome(), (Status::SUCCESS, 4));

    // One that waits for a packet, of an operation and posted.
    let mut third = Block::new();
    assert_eq!(third.receive(&on_port, 0, None), Started::Pending);
    let dequeue_elsewhere = || {
        let port = port.clone();
        let dequeue = move || port.dequeue(MILLISECONDS, false);
        in_new_thread(move || dequeue().map(|packet| (packet.key, packet.bytes())))
    };
    let worker = dequeue_elsewhere();
    port_client.write_all(b"hi").unwrap();
    assert_eq!(worker.recv_timeout(LIMIT), Ok(Ok((7, 2))));
    let worker = dequeue_elsewhere();
    post(&port, 9);
    assert_eq!(worker.recv_timeout(LIMIT), Ok(Ok((9, 0))));

    // With descriptors again everything is as it was, for this thread too, which had failed to get one.
    assert_eq!(
        wait::one(&(event.clone() as ObjectRef), 1, false),
        Outcome::TimedOut
    );
    drop(taken);
    assert!(Port::new(1).is_ok());
    let mut fourth = Block::new();
    assert_eq!(fourth.receive(&alone, 0, Some(&event)), Started::Pending);
    client.write_all(b"xyz").unwrap();
    assert_eq!(
        wait::one(&(event as ObjectRef), MILLISECONDS, false),
        Outcome::Object(0)
    );
}
