//! Random programs over descriptors on a bad day (`engine::simulated`), by seed.
//!
//! Whatever a program does - receives, sends, cancels, closes, associates, posts, waits, from several threads, told by
//! packets, events or routines - this holds:
//! - an operation that was accepted completes once, one that was refused not at all, and it is told of in exactly the
//!   ways it asked for;
//! - memory is untouched but for the bytes that the completion reports;
//! - what is received is what was sent, in order;
//! - data that lies in a socket reaches the receive that waits for it: nothing hangs.
//!
//! A failure prints its seed; `LARBOARD_SEED=n` runs that one alone.

mod connections;

use std::collections::HashSet;
use std::os::fd::IntoRawFd;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, RwLock};

use crate::device::socket::transfer::{Receive, Send, flag};
use crate::device::socket::{Operation, Socket, phase};
use crate::device::{Buffers, Device};
use crate::engine::simulated::{self, Faults, Random};
use crate::io::cancel::{self, Which};
use crate::io::complete::{Finished, read_status};
use crate::io::file::{self, File};
use crate::io::packet::Packet;
use crate::io::plain;
use crate::io::port::{Empty, Port};
use crate::io::request::{
    self, Completion, Overlapped, OverlappedPtr, Rare, Routine, Started, nudge,
};
use crate::object::event::Event;
use crate::object::handle_table::{Handle, HandleTable};
use crate::object::thread::Thread;
use crate::object::{ObjectRef, wait};
use crate::status::Status;
use crate::sync::Arc;

const SEEDS: u64 = 200;
const ACTORS: u64 = 3;
const STEPS: usize = 60;
const LIMIT: Duration = Duration::from_secs(60);
const CANARY: u8 = 0xA5;
const GUARD: usize = 16;

/// Keys: a socket's own number, or one of these.
const POSTED: usize = usize::MAX - 1;
const STOP: usize = usize::MAX;

#[test]
fn random_programs_keep_their_promises() {
    for seed in seeds(SEEDS) {
        if let Err(panic) = std::panic::catch_unwind(AssertUnwindSafe(|| run(seed))) {
            eprintln!("LARBOARD_SEED={seed}");
            std::panic::resume_unwind(panic);
        }
    }
}

/// The one of the environment, or so many.
fn seeds(count: u64) -> std::ops::Range<u64> {
    let given = std::env::var("LARBOARD_SEED").ok();
    match given.and_then(|seed| seed.parse().ok()) {
        Some(seed) => seed..seed + 1,
        None => 0..count,
    }
}

/// One operation, with its memory. It stays where it is until its program is over.
#[repr(C)]
struct Op {
    overlapped: Overlapped,
    memory: Vec<u8>,
    wait_all: bool,
    /// How it asked to be told.
    event: Option<Arc<Event>>,
    packet: bool,
    routine: bool,
    /// The socket had its port before the operation was started.
    associated: bool,
    /// FILE_SKIP_COMPLETION_PORT_ON_SUCCESS.
    skips: bool,
    started: Started,
    issuer: u32,
    packets: AtomicU32,
    calls: AtomicU32,
}

// SAFETY: the raw parts of an Op are its OVERLAPPED's numbers; what other threads touch meanwhile is atomic.
unsafe impl Sync for Op {}

impl Op {
    fn overlapped(&self) -> OverlappedPtr {
        OverlappedPtr((&raw const self.overlapped).cast_mut())
    }

    fn buffer(&self) -> &[u8] {
        &self.memory[GUARD..self.memory.len() - GUARD]
    }

    /// How it ended, if it was accepted and has.
    fn outcome(&self) -> Option<(Status, usize)> {
        if matches!(self.started, Started::Failed(_)) {
            return None;
        }
        // SAFETY: the Op lives.
        let outcome = unsafe { read_status(self.overlapped().0) };
        (outcome.0 != Status::PENDING).then_some(outcome)
    }

    fn is_pending(&self) -> bool {
        self.started == Started::Pending && self.outcome().is_none()
    }
}

/// Operations do not move: the system has their addresses.
#[allow(clippy::vec_box)]
type Ops = Mutex<Vec<Box<Op>>>;

/// One end of a connection.
struct Side {
    file: Arc<File>,
    fd: i32,
    handle: Handle,
    skips: bool,
    closed: AtomicBool,
    /// What was started on it, in order. Locked while something is started, which makes the order.
    receives: Ops,
    sends: Ops,
}

impl Side {
    fn new(fd: i32, faults: Faults, random: &mut Random) -> Side {
        simulated::attach(fd, faults, random.draw());
        let socket = Socket::new(2, 1, 6);
        socket.connected(0);
        let file = File::new(fd, Device::Socket(socket), file::OVERLAPPED);
        let skips = random.chance(300);
        if skips {
            file.add_modes(file::SKIP_PORT_ON_SUCCESS).unwrap();
        }
        Side {
            handle: HandleTable::process().insert(file.clone()).unwrap(),
            file,
            fd,
            skips,
            closed: AtomicBool::new(false),
            receives: Mutex::default(),
            sends: Mutex::default(),
        }
    }

    fn close(&self) {
        if !self.closed.swap(true, SeqCst) {
            simulated::detach(self.fd);
            HandleTable::process().close(self.handle).unwrap();
        }
    }

    /// Bytes wait to be received.
    fn has_unread(&self) -> bool {
        self.ask(libc::FIONREAD) > 0
    }

    /// Bytes have not arrived yet.
    fn has_unsent(&self) -> bool {
        self.ask(libc::TIOCOUTQ) > 0
    }

    fn ask(&self, what: libc::Ioctl) -> i32 {
        let mut n = 0;
        // SAFETY: `n` is of this frame.
        let _ = self
            .file
            .with_fd(|fd| unsafe { libc::ioctl(fd, what, &raw mut n) });
        n
    }
}

struct World {
    /// Sides 2n and 2n + 1 are connected.
    sides: Vec<Side>,
    ports: Vec<Arc<Port>>,
    posted: AtomicUsize,
    fetched: AtomicUsize,
    /// Serial numbers of threads that do not stay to hear of their operations.
    ended: Mutex<HashSet<u32>>,
    working: AtomicUsize,
    /// Workers may start operations.
    live: RwLock<bool>,
    /// Sides that have received everything.
    drained: Mutex<HashSet<usize>>,
}

fn run(seed: u64) {
    let mut random = Random(seed);
    let world = World::new(&mut random);
    std::thread::scope(|scope| {
        let mut workers = Vec::new();
        for port in &world.ports {
            for _ in 0..1 + random.below(2) {
                let (seed, world) = (random.draw(), &world);
                let working = Working::new(&world.working);
                workers.push(scope.spawn(move || world.work(port, working, Random(seed))));
            }
        }
        let act = |_| {
            let (seed, world) = (random.draw(), &world);
            scope.spawn(move || world.act(Random(seed)))
        };
        let actors: Vec<_> = (0..ACTORS).map(act).collect();
        let mut good = actors
            .into_iter()
            .fold(true, |good, actor| good & actor.join().is_ok());
        // Whatever was found: the workers have to end, or nobody hears of it.
        let found = std::panic::catch_unwind(AssertUnwindSafe(|| {
            *world.live.write() = false;
            world.drain();
            world.finish(&mut random);
        }));
        world.stop_workers();
        good &= workers
            .into_iter()
            .fold(true, |good, worker| good & worker.join().is_ok());
        found.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        assert!(good, "a thread of the program has failed");
    });
    world.check();
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let limit = Instant::now() + LIMIT;
    while !done() {
        assert!(Instant::now() < limit, "it hangs: {what}");
        wait::sleep(1, false);
    }
}

impl World {
    fn new(random: &mut Random) -> World {
        let mut chance = |most: usize| random.below(most + 1) as u32;
        let faults = Faults {
            delay: chance(300),
            short: chance(500),
            memory: chance(20),
            reset: if chance(3) == 0 { chance(20) } else { 0 },
            hold: chance(300),
        };
        let over_tcp = random.chance(500);
        let sides = (0..1 + random.below(3)).flat_map(|_| {
            let ends = if over_tcp { tcp_pair() } else { unix_pair() };
            ends.map(|fd| Side::new(fd, faults, random))
        });
        let sides = sides.collect();
        let ports =
            (0..1 + random.below(2)).map(|_| Port::new(1 + random.below(2) as u32).unwrap());
        World {
            sides,
            ports: ports.collect(),
            posted: AtomicUsize::new(0),
            fetched: AtomicUsize::new(0),
            ended: Mutex::default(),
            working: AtomicUsize::new(0),
            live: RwLock::new(true),
            drained: Mutex::default(),
        }
    }

    // ---- the program ----

    fn act(&self, mut random: Random) {
        let steps = random.below(STEPS);
        for _ in 0..steps {
            self.step(&mut random);
        }
        let serial = Thread::with_current(|thread| thread.serial());
        if random.chance(500) {
            self.ended.lock().insert(serial); // and with it its routines
            return;
        }
        // It stays to hear of its own operations.
        for side in &self.sides {
            cancel::cancel(&side.file, Which::StartedBy(serial));
        }
        until("a routine of a cancelled operation", || {
            wait::sleep(0, true);
            let mine = |op: &Op| op.issuer == serial && op.routine && op.calls.load(SeqCst) == 0;
            !self.any_op(|op| mine(op) && op.is_accepted())
        });
    }

    fn step(&self, random: &mut Random) {
        let at = random.below(self.sides.len());
        let side = &self.sides[at];
        let port = &self.ports[random.below(self.ports.len())];
        match random.below(100) {
            0..30 => self.start(side, true, random),
            30..60 => self.start(side, false, random),
            60..66 => drop(side.file.associate(port, at)),
            66..70 => drop(cancel::cancel(&side.file, Which::All)),
            70..74 => {
                let serial = Thread::with_current(|thread| thread.serial());
                cancel::cancel(&side.file, Which::StartedBy(serial));
            }
            74..78 => {
                let ops = side.receives.lock();
                if let Some(op) = ops.last() {
                    cancel::cancel(&side.file, Which::Overlapped(op.overlapped()));
                }
            }
            78..79 => side.close(),
            79..84 => self.post(port),
            84..88 => nudge(&side.file),
            88..94 => drop(wait::sleep(random.below(2) as u32, true)),
            94..97 => {
                let object: ObjectRef = side.file.clone();
                wait::one(&object, 1, true);
            }
            _ => {
                if let Ok(packet) = port.dequeue(random.below(2) as u32, random.chance(500)) {
                    self.take(packet);
                }
            }
        }
    }

    fn start(&self, side: &Side, receives: bool, random: &mut Random) {
        let length = match random.below(10) {
            0 => 0,
            1..7 => 1 + random.below(64),
            _ => 1 + random.below(6000),
        };
        let event = random
            .chance(300)
            .then(|| Arc::new(Event::new(true, false)));
        let routine = event.is_none() && random.chance(200);
        let wait_all = receives && length > 0 && random.chance(200);
        let mut memory = vec![CANARY; length + 2 * GUARD];
        if !receives {
            memory[GUARD..GUARD + length].fill_with(|| random.draw() as u8);
        }
        let mut queue = if receives {
            &side.receives
        } else {
            &side.sends
        }
        .lock();
        let mut op = Box::new(Op {
            // SAFETY: all zeros is a valid OVERLAPPED.
            overlapped: unsafe { std::mem::zeroed() },
            memory,
            wait_all,
            event,
            packet: random.chance(900),
            routine,
            associated: side.file.is_associated(),
            skips: side.skips,
            started: Started::Pending,
            issuer: Thread::with_current(|thread| thread.serial()),
            packets: AtomicU32::new(0),
            calls: AtomicU32::new(0),
        });
        let usual = op.event.is_none() && !routine && !wait_all && random.chance(500);
        let start = op.memory[GUARD..].as_mut_ptr();
        let operation = operation(&mut op, receives, random);
        let (overlapped, packet, completion) = (op.overlapped(), op.packet, op.completion());
        queue.push(op);
        let way = if receives {
            plain::receive
        } else {
            plain::send
        };
        // SAFETY: the Op stays where it is until its program is over.
        let short =
            usual.then(|| unsafe { way(&side.file, start, length as u32, overlapped, packet) });
        let at = queue.len() - 1;
        queue[at].started = match short.flatten() {
            Some(Ok(bytes)) => Started::Done(Finished {
                status: Status::SUCCESS,
                bytes,
                flags: 0,
            }),
            Some(Err(Status::PENDING)) => Started::Pending,
            Some(Err(status)) => Started::Failed(status),
            None => request::start(&side.file, operation, completion),
        };
    }

    fn post(&self, port: &Port) {
        self.posted.fetch_add(1, SeqCst);
        port.post(Packet::new(
            Status::SUCCESS,
            0,
            POSTED,
            OverlappedPtr(std::ptr::null_mut()),
        ));
    }

    fn work(&self, port: &Arc<Port>, working: Working<'_>, mut random: Random) {
        let _working = working;
        loop {
            let milliseconds = if random.chance(700) {
                u32::MAX
            } else {
                random.below(3) as u32
            };
            let (alertable, room) = (random.chance(300), 1 + random.below(4));
            let mut packets = Vec::new();
            let taken = port.dequeue_many(milliseconds, alertable, |_, p| packets.push(p), room);
            match taken {
                Err(Empty::Abandoned) => panic!("nobody closes the ports"),
                Err(_) => {}
                Ok(n) => assert_eq!(n, packets.len()),
            }
            let stops = packets.iter().any(|packet| packet.key == STOP);
            packets.into_iter().for_each(|packet| self.take(packet));
            if stops {
                let serial = Thread::with_current(|thread| thread.serial());
                self.ended.lock().insert(serial);
                return;
            }
            let live = self.live.read();
            if *live && random.chance(300) {
                let side = &self.sides[random.below(self.sides.len())];
                self.start(side, random.chance(500), &mut random);
            }
        }
    }

    fn take(&self, packet: Packet) {
        match packet.key {
            STOP => {}
            POSTED => drop(self.fetched.fetch_add(1, SeqCst)),
            key => {
                assert!(key < self.sides.len());
                // SAFETY: packets with other keys come from operations of this program, whose memory it keeps.
                let op = unsafe { &*packet.overlapped.0.cast::<Op>() };
                assert_eq!(op.packets.fetch_add(1, SeqCst), 0, "a second packet");
                // SAFETY: as above.
                let (status, bytes) = unsafe { read_status(packet.overlapped.0) };
                assert_eq!((packet.status(), packet.bytes() as usize), (status, bytes));
            }
        }
    }

    // ---- its end ----

    /// Receives until nothing lies in the sockets any more: whatever waits and can go on must do so by itself.
    fn drain(&self) {
        let mut random = Random(0);
        until("data, or a send that could go on", || {
            let busy = |at| self.drain_side(at, &mut random);
            let sides = (0..self.sides.len()).filter(|at| !self.is_cut(*at));
            sides.map(busy).fold(true, |done, busy| done & !busy)
        });
        let whole = (0..self.sides.len()).filter(|at| !self.is_cut(*at) && !self.is_cut(at ^ 1));
        self.drained.lock().extend(whole);
    }

    /// Is there anything on its way to this side?
    fn drain_side(&self, at: usize, random: &mut Random) -> bool {
        let (side, peer) = (&self.sides[at], &self.sides[at ^ 1]);
        let waits = |ops: &Ops| ops.lock().iter().any(|op| op.is_pending());
        let sending = !self.is_cut(at ^ 1) && (waits(&peer.sends) || peer.has_unsent());
        let busy = side.has_unread() || sending;
        if busy && !waits(&side.receives) {
            self.start(side, true, random);
        }
        busy
    }

    /// Closed or reset: it need not go on.
    fn is_cut(&self, at: usize) -> bool {
        let side = &self.sides[at];
        let Device::Socket(socket) = side.file.device() else {
            unreachable!("it is a socket")
        };
        side.closed.load(SeqCst) || socket.is(phase::RESET)
    }

    /// Cancels or closes what still waits; then everything must have been told.
    fn finish(&self, random: &mut Random) {
        for side in &self.sides {
            if random.chance(500) {
                side.close();
            } else {
                until("a cancelled operation", || {
                    cancel::cancel(&side.file, Which::All);
                    let ops = [&side.receives, &side.sends];
                    !ops.iter()
                        .any(|ops| ops.lock().iter().any(|op| op.is_pending()))
                });
            }
        }
        until("a posted packet", || {
            self.fetched.load(SeqCst) == self.posted.load(SeqCst)
        });
        until("a packet of an operation", || {
            !self.any_op(|op| op.must_have_packet() && op.packets.load(SeqCst) == 0)
        });
        while wait::sleep(0, true) {} // the routines of what `drain` has started
    }

    fn stop_workers(&self) {
        until("a worker", || {
            self.ports.iter().for_each(|port| stop(port));
            wait::sleep(1, false);
            self.working.load(SeqCst) == 0
        });
        self.sides.iter().for_each(Side::close);
    }

    // ---- the promises ----

    fn any_op(&self, is: impl Fn(&Op) -> bool) -> bool {
        let all = self
            .sides
            .iter()
            .flat_map(|side| [&side.receives, &side.sends]);
        let mut found = false;
        for ops in all {
            found |= ops.lock().iter().any(|op| is(op));
        }
        found
    }

    fn check(&self) {
        for side in &self.sides {
            let (receives, sends) = (side.receives.lock(), side.sends.lock());
            receives.iter().for_each(|op| self.check_op(side, op, true));
            sends.iter().for_each(|op| self.check_op(side, op, false));
        }
        for (at, side) in self.sides.iter().enumerate() {
            let whole = self.drained.lock().contains(&at);
            check_stream(
                &self.sides[at ^ 1].sends.lock(),
                &side.receives.lock(),
                whole,
            );
        }
    }

    fn check_op(&self, side: &Side, op: &Op, receives: bool) {
        let packets = op.packets.load(SeqCst);
        let calls = op.calls.load(SeqCst);
        let signalled = op
            .event
            .as_ref()
            .is_some_and(|event| crate::object::Object::dispatcher(&**event).is_set());
        let edges = [&op.memory[..GUARD], &op.memory[op.memory.len() - GUARD..]];
        assert!(
            edges.iter().all(|guard| guard.iter().all(|b| *b == CANARY)),
            "memory around a buffer"
        );
        let Some((status, bytes)) = op.outcome() else {
            assert!(
                matches!(op.started, Started::Failed(_)),
                "it never completed"
            );
            assert_eq!(
                (packets, calls, signalled),
                (0, 0, false),
                "told of what was refused"
            );
            return;
        };
        if let Started::Done(Finished {
            status: s,
            bytes: b,
            ..
        }) = op.started
        {
            assert_eq!((s, b as usize), (status, bytes));
        }
        assert_eq!(signalled, op.event.is_some(), "the event");
        let dead = self.ended.lock().contains(&op.issuer);
        assert!(
            calls <= 1 && (dead || calls == u32::from(op.routine)),
            "{calls} calls"
        );
        let may_have_packet = op.packet && !op.routine && side.file.is_associated();
        let skipped = side.skips && matches!(op.started, Started::Done(_));
        assert!(
            packets <= u32::from(may_have_packet && !skipped),
            "a packet nobody asked for"
        );
        if op.must_have_packet() {
            assert_eq!(packets, 1);
        }
        if receives && !op.has_a_hole() {
            assert!(
                op.buffer()[bytes..].iter().all(|b| *b == CANARY),
                "more was written than told"
            );
        }
    }
}

impl Op {
    fn is_accepted(&self) -> bool {
        !matches!(self.started, Started::Failed(_))
    }

    /// A packet is certain: not only possible because the association came while it was in flight.
    fn must_have_packet(&self) -> bool {
        let skipped = self.skips && matches!(self.started, Started::Done(_));
        self.is_accepted() && self.associated && self.packet && !self.routine && !skipped
    }

    /// A failed receive of MSG_WAITALL does not say how much it had taken.
    fn has_a_hole(&self) -> bool {
        self.wait_all && self.outcome().is_none_or(|(status, _)| is_error(status))
    }

    fn completion(&self) -> Completion {
        let routine = self.routine.then(|| {
            let thread = Thread::with_current(Arc::clone);
            Box::new(Rare {
                routine: Some((Routine::Socket(routine), thread)),
                ..Rare::default()
            })
        });
        Completion {
            overlapped: self.overlapped(),
            event: self.event.clone(),
            packet: self.packet,
            rare: routine,
        }
    }
}

/// Neither success nor a cancellation, which both say how many bytes there were.
fn is_error(status: Status) -> bool {
    status.is_failure() && status != Status::CANCELLED && status != Status::CONNECTION_ABORTED
}

fn operation(op: &mut Op, receives: bool, random: &mut Random) -> Operation {
    let length = op.memory.len() - 2 * GUARD;
    let start = op.memory[GUARD..].as_mut_ptr();
    let buffers = if random.chance(700) {
        Buffers::one(start, length)
    } else {
        let cut = random.below(length + 1);
        let parts = [(start, cut), (start.wrapping_add(cut), length - cut)];
        Buffers::many(parts.into_iter())
    };
    if receives {
        let flags = if op.wait_all { flag::WAIT_ALL } else { 0 };
        Operation::Receive(Receive {
            buffers,
            flags,
            done: 0,
            rare: None,
        })
    } else {
        Operation::Send(Send {
            buffers,
            flags: 0,
            done: 0,
            rare: None,
        })
    }
}

/// The routine of all operations that have one.
unsafe extern "system" fn routine(
    _error: u32,
    bytes: u32,
    overlapped: *mut std::ffi::c_void,
    _flags: u32,
) {
    // SAFETY: the OVERLAPPED is the first field of an Op, which its program keeps.
    let op = unsafe { &*overlapped.cast::<Op>() };
    op.calls.fetch_add(1, SeqCst);
    assert_eq!(op.issuer, Thread::with_current(|thread| thread.serial()));
    assert_eq!(op.outcome().map(|(_, n)| n), Some(bytes as usize));
}

/// What arrived is what was sent, as far as it goes; all of it if it is `whole`.
fn check_stream(sends: &[Box<Op>], receives: &[Box<Op>], whole: bool) {
    let (mut sent, mut whole) = (Vec::new(), whole);
    for op in sends {
        match (op.outcome(), op.started) {
            (Some((status, bytes)), _) if !is_error(status) => {
                sent.extend_from_slice(&op.buffer()[..bytes]);
            }
            (None, Started::Failed(status)) if status != Status::CONNECTION_RESET => {}
            _ => {
                // A connection that broke does not say how much of this has gone. Nothing follows.
                sent.extend_from_slice(op.buffer());
                whole = false;
                break;
            }
        }
    }
    let mut received = Vec::new();
    for op in receives {
        if op.has_a_hole() {
            whole = false;
            break;
        }
        if let Some((_, bytes)) = op.outcome() {
            received.extend_from_slice(&op.buffer()[..bytes]);
        }
    }
    assert!(
        sent.starts_with(&received),
        "the stream is not what was sent"
    );
    assert!(
        !whole || sent.len() == received.len(),
        "the stream has lost its end"
    );
}

/// Counts a worker while it works, however it ends.
struct Working<'w>(&'w AtomicUsize);

impl<'w> Working<'w> {
    fn new(count: &'w AtomicUsize) -> Self {
        count.fetch_add(1, SeqCst);
        Working(count)
    }
}

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

fn stop(port: &Port) {
    port.post(Packet::new(
        Status::SUCCESS,
        0,
        STOP,
        OverlappedPtr(std::ptr::null_mut()),
    ));
}

/// Both ends with little room, so that sends have to wait.
fn narrow(fds: [i32; 2]) -> [i32; 2] {
    let (level, option, bytes) = (libc::SOL_SOCKET, libc::SO_SNDBUF, 4096);
    for fd in fds {
        // SAFETY: the value is of this frame.
        unsafe { libc::setsockopt(fd, level, option, (&raw const bytes).cast(), 4) };
    }
    fds
}

fn tcp_pair() -> [i32; 2] {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    narrow([client, server].map(|stream| {
        stream.set_nonblocking(true).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.into_raw_fd()
    }))
}

fn unix_pair() -> [i32; 2] {
    let (one, other) = std::os::unix::net::UnixStream::pair().unwrap();
    narrow([one, other].map(|stream| {
        stream.set_nonblocking(true).unwrap();
        stream.into_raw_fd()
    }))
}
