//! Connections on a bad day: AcceptEx, ConnectEx and TransmitFile over one port, by seed. Each completes once, with the
//! right addresses and bytes, and what is left of the accepts ends with the listener.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::io::{Seek, Write};
use std::panic::AssertUnwindSafe;

use parking_lot::Mutex;

use super::{CANARY, STOP, seeds, stop, until};
use crate::device::socket::address::{AF_INET, Address};
use crate::device::socket::connect::{Accept, Connect, Output};
use crate::device::socket::transfer::{Receive, Send};
use crate::device::socket::transmit::{Disconnect, Element, Transmit};
use crate::device::socket::{self, Operation, STREAM, Socket, phase};
use crate::device::{Buffers, Device};
use crate::engine::simulated::{self, Faults, Random};
use crate::io::file::{self, File};
use crate::io::port::Port;
use crate::io::request::{self, Completion, Overlapped, OverlappedPtr, Rare, Started};
use crate::object::Object;
use crate::status::Status;
use crate::sync::Arc;

const AREA: usize = 32;
const FIRST: usize = 40;
const DISK: usize = 30_000;

#[test]
fn connections_come_about_once_and_carry_what_was_sent() {
    for seed in seeds(60) {
        if let Err(panic) = std::panic::catch_unwind(AssertUnwindSafe(|| run(seed))) {
            eprintln!("LARBOARD_SEED={seed}");
            std::panic::resume_unwind(panic);
        }
    }
}

fn run(seed: u64) {
    let mut random = Random(seed);
    let (port, results) = (Port::new(2).unwrap(), Results::default());
    std::thread::scope(|scope| {
        let workers = [(); 2].map(|()| scope.spawn(|| collect(&port, &results)));
        let found = std::panic::catch_unwind(AssertUnwindSafe(|| {
            connect_all(&port, &results, &mut random);
        }));
        (0..2).for_each(|_| stop(&port));
        let good = workers.map(|worker| worker.join().is_ok()) == [true; 2];
        found.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        assert!(good, "a worker has failed");
    });
}

/// What the packets said, by OVERLAPPED.
type Results = Mutex<HashMap<usize, (Status, usize)>>;

fn collect(port: &Arc<Port>, results: &Results) {
    loop {
        let packet = port.dequeue(u32::MAX, false).unwrap();
        if packet.key == STOP {
            return;
        }
        let result = (packet.status(), packet.bytes() as usize);
        let before = results.lock().insert(packet.overlapped.0.addr(), result);
        assert_eq!(before, None, "a second packet");
    }
}

fn connect_all(port: &Arc<Port>, results: &Results, random: &mut Random) {
    let faults = Faults {
        delay: random.below(400) as u32,
        short: random.below(500) as u32,
        hold: random.below(300) as u32,
        ..Faults::default()
    };
    let (listener, fd, address) = listen(faults, random);
    listener.associate(port, 1).unwrap();
    let count = 1 + random.below(5);
    let spare = random.below(3);
    let mut accepts = Vec::new();
    let mut clients = Vec::new();
    while accepts.len() < count + spare || clients.len() < count {
        if accepts.len() < count + spare && (clients.len() == count || random.chance(500)) {
            accepts.push(Accepting::start(&listener, port, random.chance(500)));
        } else {
            let number = clients.len() as u8;
            clients.push(Client::start(address, number, faults, port, random));
        }
    }
    for client in &mut clients {
        let result = results_of(results, &client.overlapped, "a connect");
        assert_eq!(result, (Status::SUCCESS, FIRST));
        client.transmit();
    }
    let done = || {
        let results = results.lock();
        let done = accepts
            .iter()
            .filter(|accept| results.contains_key(&accept.address()));
        done.count()
    };
    until("an accept", || done() == count);
    let (served, left): (Vec<_>, Vec<_>) = accepts
        .into_iter()
        .partition(|accept| results.lock().contains_key(&accept.address()));
    let mut numbers: Vec<u8> = served.iter().map(|accept| accept.serve(results)).collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(0..count as u8), "each client once");
    for client in &mut clients {
        let expected = (Status::SUCCESS, client.head.len() + DISK);
        assert_eq!(
            results_of(results, &client.overlapped, "a transmission"),
            expected
        );
        simulated::detach(client.fd);
        client.file.last_handle_closed();
    }
    simulated::detach(fd);
    listener.last_handle_closed();
    for accept in left {
        let (status, _) = results_of(results, &accept.overlapped, "an accept left over");
        assert_eq!(status, Status::CANCELLED);
        accept.acceptor.last_handle_closed();
    }
}

/// Waits for the packet of an operation and takes it.
fn results_of(results: &Results, overlapped: &Overlapped, what: &str) -> (Status, usize) {
    let address = std::ptr::from_ref(overlapped).addr();
    let mut result = None;
    until(what, || {
        result = results.lock().remove(&address);
        result.is_some()
    });
    result.unwrap_or_else(|| unreachable!("waited for"))
}

fn overlapped() -> Overlapped {
    // SAFETY: all zeros is a valid OVERLAPPED.
    unsafe { std::mem::zeroed() }
}

fn completion(overlapped: &mut Overlapped, rare: Option<Box<Rare>>) -> Completion {
    Completion {
        overlapped: OverlappedPtr(overlapped),
        event: None,
        packet: true,
        rare,
    }
}

/// 127.0.0.1, any port.
fn nowhere() -> Address {
    let mut bytes = [0; 16];
    bytes[..2].copy_from_slice(&AF_INET.to_ne_bytes());
    bytes[4..8].copy_from_slice(&[127, 0, 0, 1]);
    Address::from_windows(&bytes).unwrap()
}

fn bound(listens: bool) -> i32 {
    let fd = socket::open(AF_INET, STREAM, 6).unwrap();
    let address = nowhere();
    // SAFETY: the address is valid for its length.
    let result = unsafe { libc::bind(fd, address.as_ptr(), address.length()) };
    assert_eq!(result, 0);
    if listens {
        // SAFETY: plain system call.
        assert_eq!(unsafe { libc::listen(fd, 16) }, 0);
    }
    fd
}

fn file(fd: i32, phases: u32) -> Arc<File> {
    let socket = Socket::new(AF_INET, STREAM, 6);
    socket.set(phases);
    File::new(fd, Device::Socket(socket), file::OVERLAPPED)
}

fn listen(faults: Faults, random: &mut Random) -> (Arc<File>, i32, Address) {
    let fd = bound(true);
    simulated::attach(fd, faults, random.draw());
    (
        file(fd, phase::BOUND | phase::LISTENING),
        fd,
        Address::of_socket(fd),
    )
}

/// An AcceptEx and what it writes to.
struct Accepting {
    overlapped: Overlapped,
    acceptor: Arc<File>,
    memory: Vec<u8>,
    receive: usize,
}

impl Accepting {
    fn start(listener: &Arc<File>, port: &Arc<Port>, receives: bool) -> Box<Accepting> {
        let receive = if receives { FIRST } else { 0 };
        let acceptor = file(socket::open(AF_INET, STREAM, 6).unwrap(), phase::ACCEPTOR);
        acceptor.associate(port, 2).unwrap();
        let mut accepting = Box::new(Accepting {
            overlapped: overlapped(),
            acceptor: acceptor.clone(),
            memory: vec![CANARY; receive + 2 * AREA],
            receive,
        });
        let operation = Operation::Accept(Box::new(Accept {
            accepted: None,
            peer: Address::empty(),
            output: Output {
                buffer: accepting.memory.as_mut_ptr(),
                receive: receive as u32,
                local: AREA as u32,
                remote: AREA as u32,
            },
        }));
        let rare = Rare {
            acceptor: Some(acceptor),
            listener: Some(listener.clone()),
            ..Rare::default()
        };
        let completion = completion(&mut accepting.overlapped, Some(Box::new(rare)));
        assert_eq!(
            request::start(listener, operation, completion),
            Started::Pending
        );
        accepting
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(&self.overlapped).addr()
    }

    /// Receives everything the client sends and checks it. Gives the client's number.
    fn serve(&self, results: &Results) -> u8 {
        let (status, first) = results_of(results, &self.overlapped, "an accept");
        assert_eq!(status, Status::SUCCESS);
        assert_eq!(first > 0, self.receive > 0);
        let family = AF_INET.to_ne_bytes();
        assert_eq!(
            self.memory[self.receive..][..2],
            family,
            "the local address"
        );
        assert_eq!(
            self.memory[self.receive + AREA..][..2],
            family,
            "the remote address"
        );
        assert!(
            self.memory[first..self.receive]
                .iter()
                .all(|b| *b == CANARY)
        );
        let mut stream = self.memory[..first].to_vec();
        loop {
            let mut buffer = Box::new((overlapped(), [CANARY; 4000]));
            let operation = Operation::Receive(Receive {
                buffers: Buffers::one(buffer.1.as_mut_ptr(), buffer.1.len()),
                flags: 0,
                done: 0,
                rare: None,
            });
            let completion = completion(&mut buffer.0, None);
            let started = request::start(&self.acceptor, operation, completion);
            assert!(!matches!(started, Started::Failed(_)), "{started:?}");
            let (status, bytes) = results_of(results, &buffer.0, "a receive");
            assert_eq!(status, Status::SUCCESS);
            if bytes == 0 {
                break;
            }
            stream.extend_from_slice(&buffer.1[..bytes]);
        }
        self.acceptor.last_handle_closed();
        let number = stream[0];
        assert!(stream[..FIRST].iter().all(|b| *b == number));
        assert!(
            stream[FIRST..stream.len() - DISK]
                .iter()
                .all(|b| *b == !number)
        );
        assert!(
            stream[stream.len() - DISK..]
                .iter()
                .copied()
                .eq(disk_bytes()),
            "the file"
        );
        number
    }
}

fn disk_bytes() -> impl Iterator<Item = u8> {
    let mut random = Random(1);
    (0..DISK).map(move |_| random.draw() as u8)
}

/// A ConnectEx with its first bytes, then a TransmitFile.
struct Client {
    overlapped: Overlapped,
    file: Arc<File>,
    fd: i32,
    first: [u8; FIRST],
    head: Vec<u8>,
}

impl Client {
    fn start(
        address: Address,
        number: u8,
        faults: Faults,
        port: &Arc<Port>,
        random: &mut Random,
    ) -> Box<Client> {
        let fd = bound(false);
        simulated::attach(fd, faults, random.draw());
        let file = file(fd, phase::BOUND | phase::CONNECTING | phase::CONNECT_EX);
        file.associate(port, 3).unwrap();
        let mut client = Box::new(Client {
            overlapped: overlapped(),
            file,
            fd,
            first: [number; FIRST],
            head: vec![!number; random.below(3000)],
        });
        let send = Send {
            buffers: Buffers::one(client.first.as_mut_ptr(), FIRST),
            flags: 0,
            done: 0,
            rare: None,
        };
        let operation = Operation::Connect(Box::new(Connect {
            address,
            send: Some(send),
            connected: false,
            context: phase::CONNECT_CONTEXT,
        }));
        let completion = completion(&mut client.overlapped, None);
        assert_eq!(
            request::start(&client.file, operation, completion),
            Started::Pending
        );
        client
    }

    fn transmit(&mut self) {
        let mut disk = tempfile();
        disk.write_all(&disk_bytes().collect::<Vec<_>>()).unwrap();
        disk.rewind().unwrap();
        let head = Buffers::one(self.head.as_mut_ptr(), self.head.len());
        let file = Element::File {
            file: disk.into(),
            offset: 0,
            left: None,
        };
        let operation = Operation::Transmit(Box::new(Transmit {
            elements: VecDeque::from([Element::Memory(head), file]),
            done: 0,
            disconnect: Disconnect::Yes,
        }));
        let completion = completion(&mut self.overlapped, None);
        assert_eq!(
            request::start(&self.file, operation, completion),
            Started::Pending
        );
    }
}

/// A file in memory that nobody else sees.
fn tempfile() -> std::fs::File {
    // SAFETY: plain system call with a literal name; the result is checked before it is owned.
    unsafe {
        let fd = libc::memfd_create(c"larboard-test".as_ptr(), libc::MFD_CLOEXEC);
        assert!(fd >= 0);
        std::os::fd::FromRawFd::from_raw_fd(fd)
    }
}
