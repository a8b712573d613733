//! What happens rarely: resets, very many buffers, threads that come late or have nearly ended.

mod common;

use std::cell::RefCell;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use common::{Block, LIMIT, MILLISECONDS, pair, post};
use larboard_kernel::device::Buffers;
use larboard_kernel::device::socket::Operation;
use larboard_kernel::device::socket::transfer::{Receive, Send, flag};
use larboard_kernel::io::blocking::{self, Patience};
use larboard_kernel::io::packet::Packet;
use larboard_kernel::io::port::Port;
use larboard_kernel::io::request::{OverlappedPtr, Started};
use larboard_kernel::object::event::Event;
use larboard_kernel::object::handle_table::{Handle, HandleTable};
use larboard_kernel::object::{ObjectRef, wait};
use larboard_kernel::status::Status;

/// Closes the connection with a reset.
fn reset(client: TcpStream) {
    let linger = libc::linger {
        l_onoff: 1,
        l_linger: 0,
    };
    // SAFETY: the option's value is of this frame and has the size given.
    let set = unsafe {
        libc::setsockopt(
            client.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_LINGER,
            (&raw const linger).cast(),
            size_of::<libc::linger>() as u32,
        )
    };
    assert_eq!(set, 0);
}

/// OVL-49: Linux tells of a reset once; every receive that waits hears of it.
#[test]
fn a_reset_ends_all_receives_that_wait() {
    let port = Port::new(1).unwrap();
    for receives in 1..4 {
        let (file, client) = pair();
        file.associate(&port, 1).unwrap();
        let mut blocks: Vec<_> = (0..receives).map(|_| Block::new()).collect();
        for block in &mut blocks {
            assert_eq!(block.receive(&file, 0, None), Started::Pending);
        }
        reset(client);
        for n in 0..receives {
            let packet = port.dequeue(MILLISECONDS, false).unwrap();
            let outcome = (packet.status(), packet.bytes());
            assert_eq!(outcome, (Status::CONNECTION_RESET, 0), "{n} of {receives}");
        }
    }
}

/// A worker that waits for posted packets only has to poll once there is a file.
#[test]
fn a_worker_that_waits_already_hears_of_the_first_file() {
    for round in 0..50 {
        let port = Port::new(1).unwrap();
        let workers_port = port.clone();
        let worker = thread::spawn(move || workers_port.dequeue(MILLISECONDS, false));
        if round % 2 == 0 {
            thread::yield_now(); // so that it waits sometimes and sometimes comes later
        }
        let (file, mut client) = pair();
        file.associate(&port, round).unwrap();
        let mut block = Block::new();
        assert_eq!(block.receive(&file, 0, None), Started::Pending);
        client.write_all(b"abc").unwrap();
        assert_eq!(worker.join().unwrap().unwrap().key, round);
    }
}

/// More buffers than Linux takes in one call.
const MANY: usize = 2500;

fn parts(memory: &mut [u8]) -> Buffers {
    Buffers::many(memory.chunks_mut(4).map(|part| (part.as_mut_ptr(), 4)))
}

#[test]
fn more_buffers_than_linux_takes_are_sent() {
    let (file, mut client) = pair();
    let mut memory: Vec<u8> = (0..MANY * 4).map(|i| i as u8).collect();
    let mut send = Operation::Send(Send {
        buffers: parts(&mut memory),
        flags: 0,
        done: 0,
        rare: None,
    });
    let patience = Patience::Milliseconds(MILLISECONDS);
    let finished = blocking::transfer(&file, &mut send, patience);
    assert_eq!(finished.bytes as usize, memory.len());
    let mut there = vec![0; memory.len()];
    client.read_exact(&mut there).unwrap();
    assert!(there == memory);
}

#[test]
fn more_buffers_than_linux_takes_are_filled() {
    let (file, mut client) = pair();
    let data: Vec<u8> = (0..MANY * 4).map(|i| i as u8).collect();
    client.write_all(&data).unwrap();
    let mut memory = vec![0; data.len()];
    let mut receive = Operation::Receive(Receive {
        buffers: parts(&mut memory),
        flags: flag::WAIT_ALL,
        done: 0,
        rare: None,
    });
    let patience = Patience::Milliseconds(MILLISECONDS);
    let finished = blocking::transfer(&file, &mut receive, patience);
    assert_eq!(finished.bytes as usize, data.len());
    assert!(memory == data);
}

/// PORT-55: the one who comes to a port whose slots are all taken has the monitor look, however long it has slept.
#[test]
fn who_comes_late_finds_out_that_the_slot_is_only_blocked() {
    let port = Port::new(1).unwrap();
    let (go, gone) = mpsc::channel::<()>();
    let (tell, told) = mpsc::channel();
    post(&port, 1);
    let first = port.clone();
    let blocked = thread::spawn(move || {
        tell.send(first.dequeue(MILLISECONDS, false).unwrap().key)
            .unwrap();
        let _ = gone.recv_timeout(LIMIT);
    });
    assert_eq!(told.recv_timeout(LIMIT), Ok(1));
    post(&port, 2);
    thread::sleep(Duration::from_millis(400)); // the monitor looks for a tenth of a second
    let packet = port.dequeue(2000, false);
    assert_eq!(packet.map(|packet| packet.key), Ok(2));
    drop(go);
    blocked.join().unwrap();
}

/// A thread's own destructors may run after those of the library.
#[test]
fn a_destructor_of_a_thread_may_use_its_port() {
    struct Last(Handle);
    impl Drop for Last {
        fn drop(&mut self) {
            let packet = Packet::new(Status::SUCCESS, 0, 7, OverlappedPtr(std::ptr::null_mut()));
            let posted = Port::with_handle(self.0, |port| port.post(packet));
            assert!(posted.is_ok());
            let taken = Port::with_handle(self.0, |port| port.dequeue(0, false));
            assert!(matches!(taken, Ok(Ok(Packet { key: 7, .. }))));
        }
    }
    thread_local! {
        static LAST: RefCell<Option<Last>> = const { RefCell::new(None) };
    }
    let port: Arc<Port> = Port::new(1).unwrap();
    let handle = HandleTable::process().insert(port.clone()).unwrap();
    for _ in 0..3 {
        thread::spawn(move || {
            LAST.with(|last| *last.borrow_mut() = Some(Last(handle)));
            for _ in 0..2 {
                let none = Port::with_handle(handle, |port| port.dequeue(1, false));
                assert!(matches!(none, Ok(Err(_))));
            }
        })
        .join()
        .unwrap();
    }
    post(&port, 8);
    let packet = port.dequeue(2000, false);
    assert_eq!(packet.map(|packet| packet.key), Ok(8), "no slot is lost");
    HandleTable::process().close(handle).unwrap();
}

/// The thread that polled for the file until its association does not poll for the port.
#[test]
fn a_receive_that_waits_at_the_association_is_looked_after() {
    let port = Port::new(1).unwrap();
    let (file, mut client) = pair();
    let event = Arc::new(Event::new(true, false));
    let mut block = Block::new();
    assert_eq!(block.receive(&file, 0, Some(&event)), Started::Pending);
    let object: ObjectRef = event;
    let waiter = thread::spawn(move || wait::one(&object, MILLISECONDS / 2, false));
    thread::sleep(Duration::from_millis(400)); // the waiter polls, and the monitor sleeps
    file.associate(&port, 1).unwrap();
    thread::sleep(Duration::from_millis(50));
    client.write_all(b"abc").unwrap();
    assert_eq!(waiter.join().unwrap(), wait::Outcome::Object(0));
}
