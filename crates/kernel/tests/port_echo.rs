//! The kernel end to end without the Win32 layer: sockets on a completion port, events, cancellation.

mod common;

use std::io::{Read, Write};
use std::sync::Arc;

use common::pair;
use larboard_kernel::device::Buffers;
use larboard_kernel::device::socket::Operation;
use larboard_kernel::device::socket::transfer::{Receive, Send};
use larboard_kernel::io::cancel::{self, Which};
use larboard_kernel::io::complete::read_status;
use larboard_kernel::io::file::File;
use larboard_kernel::io::packet::Packet;
use larboard_kernel::io::port::{Empty, Port};
use larboard_kernel::io::request::{self, Completion, Overlapped, OverlappedPtr, Started};
use larboard_kernel::object::event::Event;
use larboard_kernel::object::wait::{self, Outcome};
use larboard_kernel::object::{Object, ObjectRef};
use larboard_kernel::status::Status;

const SECONDS: u32 = 10_000;

/// OVERLAPPED and buffer of one operation, at a fixed address.
struct Block {
    overlapped: Overlapped,
    buffer: [u8; 64],
}

impl Block {
    fn new() -> Box<Block> {
        Box::new(Block {
            overlapped: Overlapped {
                internal: 0,
                internal_high: 0,
                offset: 0,
                offset_high: 0,
                event: 0,
            },
            buffer: [0; 64],
        })
    }

    fn completion(&mut self, event: Option<Arc<Event>>) -> Completion {
        Completion {
            overlapped: OverlappedPtr(&mut self.overlapped),
            event,
            packet: true,
            rare: None,
        }
    }

    fn receive(&mut self, file: &Arc<File>, event: Option<Arc<Event>>) -> Started {
        let buffers = Buffers::one(self.buffer.as_mut_ptr(), self.buffer.len());
        let operation = Operation::Receive(Receive {
            buffers,
            flags: 0,
            done: 0,
            rare: None,
        });
        request::start(file, operation, self.completion(event))
    }

    fn send(&mut self, file: &Arc<File>, n: usize) -> Started {
        let buffers = Buffers::one(self.buffer.as_mut_ptr(), n);
        let operation = Operation::Send(Send {
            buffers,
            flags: 0,
            done: 0,
            rare: None,
        });
        request::start(file, operation, self.completion(None))
    }

    fn is(&self, packet: &Packet) -> bool {
        std::ptr::eq(packet.overlapped.0, &self.overlapped)
    }
}

#[test]
fn an_echo_over_a_port() {
    let port = Port::new(1).unwrap();
    let (file, mut client) = pair();
    file.associate(&port, 77).unwrap();
    let mut block = Block::new();
    for round in 0..1000u32 {
        assert_eq!(block.receive(&file, None), Started::Pending);
        client.write_all(&round.to_be_bytes()).unwrap();
        let packet = port.dequeue(SECONDS, false).unwrap();
        assert!(
            block.is(&packet) && packet.key == 77 && packet.bytes() == 4,
            "{packet:?}"
        );
        assert!(matches!(block.send(&file, 4), Started::Done(done) if done.bytes == 4));
        assert!(block.is(&port.dequeue(SECONDS, false).unwrap()));
        let mut back = [0; 4];
        client.read_exact(&mut back).unwrap();
        assert_eq!(back, round.to_be_bytes());
    }
    assert_eq!(port.dequeue(0, false).unwrap_err(), Empty::TimedOut);
}

#[test]
fn a_receive_completes_by_event_while_a_thread_waits() {
    let (file, mut client) = pair();
    let event = Arc::new(Event::new(true, false));
    let object: ObjectRef = event.clone();
    let mut block = Block::new();
    for _ in 0..100 {
        assert_eq!(block.receive(&file, Some(event.clone())), Started::Pending);
        assert_eq!(wait::one(&object, 0, false), Outcome::TimedOut);
        client.write_all(b"abc").unwrap();
        assert_eq!(wait::one(&object, SECONDS, false), Outcome::Object(0));
        // SAFETY: the block lives.
        let (status, bytes) = unsafe { read_status(&mut block.overlapped) };
        assert_eq!((status, bytes), (Status::SUCCESS, 3));
    }
}

#[test]
fn a_receive_completes_while_nobody_waits() {
    let (file, mut client) = pair();
    let mut block = Block::new();
    assert_eq!(block.receive(&file, None), Started::Pending);
    client.write_all(b"abc").unwrap();
    let limit = std::time::Instant::now() + std::time::Duration::from_secs(10);
    // SAFETY: the block lives.
    while unsafe { read_status(&mut block.overlapped).0 } == Status::PENDING {
        assert!(
            std::time::Instant::now() < limit,
            "no progress without a waiting thread"
        );
        std::thread::yield_now();
    }
    assert!(file.dispatcher().is_set());
}

#[test]
fn cancelling_brings_a_packet() {
    let port = Port::new(1).unwrap();
    let (file, _client) = pair();
    file.associate(&port, 1).unwrap();
    let mut block = Block::new();
    assert_eq!(block.receive(&file, None), Started::Pending);
    assert_eq!(cancel::cancel(&file, Which::All), 1);
    assert_eq!(
        port.dequeue(SECONDS, false).unwrap().status(),
        Status::CANCELLED
    );
}

#[test]
fn many_workers_take_each_packet_once() {
    let port = Port::new(4).unwrap();
    let total = 20_000usize;
    let sum = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut sum = 0;
                    loop {
                        let packet = port.dequeue(SECONDS, false).unwrap();
                        if packet.key == usize::MAX {
                            return sum;
                        }
                        sum += packet.key;
                    }
                })
            })
            .collect();
        let null = OverlappedPtr(std::ptr::null_mut());
        let post = |key| port.post(Packet::new(Status::SUCCESS, 0, key, null));
        (1..=total).for_each(post);
        (0..4).for_each(|_| post(usize::MAX));
        workers
            .into_iter()
            .map(|w| w.join().unwrap())
            .sum::<usize>()
    });
    assert_eq!(sum, total * (total + 1) / 2);
}
