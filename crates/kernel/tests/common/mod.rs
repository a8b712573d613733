//! What the tests of the kernel share: a connected socket, and the memory of one operation.

#![allow(dead_code)] // each test takes its part

use std::net::{TcpListener, TcpStream};
use std::os::fd::IntoRawFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use larboard_kernel::device::socket::transfer::Receive;
use larboard_kernel::device::socket::{Operation, Socket};
use larboard_kernel::device::{Buffers, Device};
use larboard_kernel::io::complete::read_status;
use larboard_kernel::io::file::{File, OVERLAPPED};
use larboard_kernel::io::packet::Packet;
use larboard_kernel::io::port::Port;
use larboard_kernel::io::request::{self, Completion, Overlapped, OverlappedPtr, Started};
use larboard_kernel::object::Object;
use larboard_kernel::object::event::Event;
use larboard_kernel::status::Status;

/// Long enough for anything that is not a hang.
pub const LIMIT: Duration = Duration::from_secs(60);
pub const MILLISECONDS: u32 = 60_000;

/// A file object, closed in the end. Operations on it have to be over by then: their memory may have gone before.
pub struct Open(Arc<File>);

impl std::ops::Deref for Open {
    type Target = Arc<File>;

    fn deref(&self) -> &Arc<File> {
        &self.0
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.last_handle_closed();
    }
}

/// A socket of the kernel and its peer.
pub fn pair() -> (Open, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    server.set_nonblocking(true).unwrap();
    let socket = Socket::new(2, 1, 6);
    socket.connected(0);
    let device = Device::Socket(socket);
    let file = File::new(server.into_raw_fd(), device, OVERLAPPED);
    (Open(file), client)
}

/// OVERLAPPED and buffer of one receive, at a fixed address.
pub struct Block {
    overlapped: Overlapped,
    pub buffer: [u8; 64],
}

impl Block {
    pub fn new() -> Box<Block> {
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

    pub fn receive(&mut self, file: &Arc<File>, flags: u32, event: Option<&Arc<Event>>) -> Started {
        let operation = Operation::Receive(Receive {
            buffers: Buffers::one(self.buffer.as_mut_ptr(), self.buffer.len()),
            flags,
            done: 0,
            rare: None,
        });
        let completion = Completion {
            overlapped: OverlappedPtr(&mut self.overlapped),
            event: event.cloned(),
            packet: true,
            rare: None,
        };
        request::start(file, operation, completion)
    }

    pub fn outcome(&mut self) -> (Status, usize) {
        // SAFETY: the block lives.
        unsafe { read_status(&mut self.overlapped) }
    }

    /// Looks at the status without calling the library: the thread computes.
    pub fn compute_until_done(&mut self) -> (Status, usize) {
        let limit = Instant::now() + LIMIT;
        while self.outcome().0 == Status::PENDING {
            assert!(Instant::now() < limit, "no progress while all compute");
            std::hint::spin_loop();
        }
        self.outcome()
    }
}

pub fn post(port: &Port, key: usize) {
    port.post(Packet::new(
        Status::SUCCESS,
        0,
        key,
        OverlappedPtr(std::ptr::null_mut()),
    ));
}
