//! Operations complete while no thread of the program waits for them, also after a long time with nothing to do.
//! A binary of its own with one test: other tests would keep the monitor awake.

mod common;

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use common::{Block, MILLISECONDS, pair};
use larboard_kernel::io::port::{Empty, Port};
use larboard_kernel::io::request::Started;
use larboard_kernel::object::event::Event;
use larboard_kernel::object::wait::{self, Outcome};
use larboard_kernel::object::{Object, ObjectRef};
use larboard_kernel::status::Status;

/// Longer than the monitor stays awake with nothing to do.
const CALM: u32 = 300;

#[test]
fn operations_complete_while_all_threads_compute() {
    an_operation_without_a_port_completes_after_its_leader_has_gone_to_compute();
    an_operation_on_a_port_completes_after_its_leader_has_timed_out();
    an_operation_on_a_port_completes_while_its_worker_has_a_packet();
}

/// Somebody has led for so long that the monitor has gone to sleep, and then computes.
fn an_operation_without_a_port_completes_after_its_leader_has_gone_to_compute() {
    let (file, mut client) = pair();
    let never: ObjectRef = Arc::new(Event::new(true, false));
    let mut block = Block::new();
    assert_eq!(block.receive(&file, 0, None), Started::Pending);
    assert_eq!(wait::one(&never, CALM, false), Outcome::TimedOut);
    client.write_all(b"abc").unwrap();
    assert_eq!(block.compute_until_done(), (Status::SUCCESS, 3));
    assert!(file.dispatcher().is_set());
}

fn an_operation_on_a_port_completes_after_its_leader_has_timed_out() {
    let port = Port::new(1).unwrap();
    let (file, mut client) = pair();
    file.associate(&port, 7).unwrap();
    let mut block = Block::new();
    assert_eq!(block.receive(&file, 0, None), Started::Pending);
    assert_eq!(port.dequeue(CALM, false).unwrap_err(), Empty::TimedOut);
    client.write_all(b"abc").unwrap();
    assert_eq!(block.compute_until_done(), (Status::SUCCESS, 3));
    assert_eq!(port.dequeue(MILLISECONDS, false).unwrap().key, 7);
}

fn an_operation_on_a_port_completes_while_its_worker_has_a_packet() {
    let port = Port::new(1).unwrap();
    let [(busy, mut busy_client), (file, mut client)] = [pair(), pair()];
    busy.associate(&port, 1).unwrap();
    file.associate(&port, 2).unwrap();
    let [mut first, mut second] = [Block::new(), Block::new()];
    assert_eq!(first.receive(&busy, 0, None), Started::Pending);
    assert_eq!(second.receive(&file, 0, None), Started::Pending);
    let writer = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(CALM.into())); // the worker leads meanwhile
        busy_client.write_all(b"a").unwrap();
        busy_client
    });
    assert_eq!(port.dequeue(MILLISECONDS, false).unwrap().key, 1);
    let _busy_client = writer.join().unwrap();
    client.write_all(b"abc").unwrap();
    assert_eq!(second.compute_until_done(), (Status::SUCCESS, 3));
    assert_eq!(port.dequeue(MILLISECONDS, false).unwrap().key, 2);
}
