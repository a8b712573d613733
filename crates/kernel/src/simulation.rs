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

use std::collections::HashSet;
use std::os::fd::IntoRawFd;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::device::socket::transfer::{Receive, Send, flag};
use crate::device::socket::{Operation, Socket};
use crate::device::{Buffers, Device};
use crate::engine::simulated::{self, Faults, Random};
use crate::io::cancel::{self, Which};
use crate::io::complete::{Finished, read_status};
use crate::io::file::{self, File};
use crate::io::port::{Empty, Packet, Port};
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
const LIMIT: Duration = Duration::from_secs(20);
const CANARY: u8 = 0xA5;
const GUARD: usize = 16;

/// Keys: a socket's own number, or one of these.
const POSTED: usize = usize::MAX - 1;
const STOP: usize = usize::MAX;

#[test]
fn random_programs_keep_their_promises() {
    let given = std::env::var("LARBOARD_SEED").ok();
    let seeds = match given.and_then(|seed| seed.parse().ok()) {
        Some(seed) => seed..seed + 1,
        None => 0..SEEDS,
    };
    for seed in seeds {
        if let Err(panic) = std::panic::catch_unwind(AssertUnwindSafe(|| run(seed))) {
            eprintln!("LARBOARD_SEED={seed}");
            std::panic::resume_unwind(panic);
        }
    }
}

/// One operation, with its memory. It stays where it is until its program is over.
#[repr(C)]
struct Op {
    overlapped: Overlapped,
    memory: Vec<u8>,
    receives: bool,
    wait_all: bool,
    /// How it asked to be told.
    event: Option<Arc<Event>>,
    packet: bool,
    routine: bool,
    /// The socket had its port before the operation was started.
    associated: bool,
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

/// One end of a connection.
struct Side {
    file: Arc<File>,
    fd: i32,
    handle: Handle,
    skips: bool,
    closed: AtomicBool,
    /// What was started on it, in order. Locked while something is started, which makes the order.
    receives: Mutex<Vec<Box<Op>>>,
    sends: Mutex<Vec<Box<Op>>>,
}

impl Side {
    fn new(fd: i32, faults: Faults, random: &mut Random) -> Side {
        simulated::attach(fd, faults, random.next());
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

    /// Bytes that wait to be received.
    fn readable(&self) -> bool {
        let mut n = 0;
        // SAFETY: `n` is of this frame.
        let ask = |fd| unsafe { libc::ioctl(fd, libc::FIONREAD, &raw mut n) };
        self.file.with_fd(ask).is_ok() && n > 0
    }
}

struct World {
    /// Sides 2n and 2n + 1 are connected.
    sides: Vec<Side>,
    ports: Vec<Arc<Port>>,
    posted: AtomicUsize,
    fetched: AtomicUsize,
    ended: Mutex<HashSet<u32>>,
    working: AtomicUsize,
}

fn run(seed: u64) {
    let mut random = Random(seed);
    let world = World::new(&mut random);
    std::thread::scope(|scope| {
        for port in &world.ports {
            for _ in 0..1 + random.below(2) {
                let (seed, world) = (random.next(), &world);
                world.working.fetch_add(1, SeqCst);
                scope.spawn(move || world.work(port, Random(seed)));
            }
        }
        let actors: Vec<_> = (0..ACTORS)
            .map(|_| {
                let (seed, world) = (random.next(), &world);
                scope.spawn(move || world.act(Random(seed)))
            })
            .collect();
        let panicked = actors.into_iter().map(|actor| actor.join().is_err());
        let panicked = panicked.fold(false, |any, this| any | this);
        // Whatever was found: the workers have to end, or nobody hears of it.
        let verdict = std::panic::catch_unwind(AssertUnwindSafe(|| {
            assert!(!panicked, "an actor has failed");
            world.drain();
            world.finish(&mut random);
        }));
        world.stop_workers();
        verdict.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
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
        let ports = (0..1 + random.below(2)).map(|_| Port::new(1 + random.below(2) as u32).unwrap());
        World {
            sides,
            ports: ports.collect(),
            posted: AtomicUsize::new(0),
            fetched: AtomicUsize::new(0),
            ended: Mutex::default(),
            working: AtomicUsize::new(0),
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
        let event = random.chance(300).then(|| Arc::new(Event::new(true, false)));
        let routine = event.is_none() && random.chance(200);
        let wait_all = receives && length > 0 && random.chance(200);
        let mut memory = vec![CANARY; length + 2 * GUARD];
        if !receives {
            memory[GUARD..GUARD + length].fill_with(|| random.next() as u8);
        }
        let mut queue = if receives { &side.receives } else { &side.sends }.lock();
        let mut op = Box::new(Op {
            // SAFETY: all zeros is a valid OVERLAPPED.
            overlapped: unsafe { std::mem::zeroed() },
            memory,
            receives,
            wait_all,
            event,
            packet: random.chance(900),
            routine,
            associated: side.file.is_associated(),
            started: Started::Pending,
            issuer: Thread::with_current(|thread| thread.serial()),
            packets: AtomicU32::new(0),
            calls: AtomicU32::new(0),
        });
        let operation = operation(&mut op, random);
        let completion = op.completion();
        queue.push(op);
        let at = queue.len() - 1;
        queue[at].started = request::start(&side.file, operation, completion);
    }

    fn post(&self, port: &Port) {
        self.posted.fetch_add(1, SeqCst);
        port.post(Packet {
            bytes: 0,
            key: POSTED,
            overlapped: OverlappedPtr(std::ptr::null_mut()),
            status: Status::SUCCESS,
        });
    }

    fn work(&self, port: &Arc<Port>, mut random: Random) {
        loop {
            let milliseconds = if random.chance(700) { u32::MAX } else { random.below(3) as u32 };
            let alertable = random.chance(300);
            let mut packets = Vec::new();
            let room = 1 + random.below(4);
            let take = |_, packet| packets.push(packet);
            match port.dequeue_many(milliseconds, alertable, take, room) {
                Err(Empty::Abandoned) => panic!("nobody closes the ports"),
                Err(_) => {}
                Ok(n) => assert_eq!(n, packets.len()),
            }
            let stops = packets.iter().filter(|packet| packet.key == STOP).count();
            packets.into_iter().for_each(|packet| self.take(packet));
            if stops > 0 {
                (1..stops).for_each(|_| stop(port)); // somebody else's
                self.working.fetch_sub(1, SeqCst);
                return;
            }
            if random.chance(300) {
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
                assert_eq!((packet.status, packet.bytes as usize), (status, bytes));
            }
        }
    }

    // ---- its end ----

    /// Receives until nothing lies in the sockets any more: whatever waits and can go on must do so by itself.
    fn drain(&self) {
        let mut random = Random(0);
        until("data or a send that could go on", || {
            let mut done = true;
            for (at, side) in self.sides.iter().enumerate() {
                let peer = &self.sides[at ^ 1];
                if side.closed.load(SeqCst) {
                    continue;
                }
                let waits = |ops: &Mutex<Vec<Box<Op>>>| ops.lock().iter().any(|op| op.is_pending());
                let sending = !peer.closed.load(SeqCst) && waits(&peer.sends);
                if side.readable() || sending {
                    done = false;
                    if !waits(&side.receives) {
                        self.start(side, true, &mut random);
                    }
                }
            }
            done
        });
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
                    !ops.iter().any(|ops| ops.lock().iter().any(|op| op.is_pending()))
                });
            }
        }
        until("a posted packet", || self.fetched.load(SeqCst) == self.posted.load(SeqCst));
        until("a packet of an operation", || {
            !self.any_op(|op| op.must_have_packet(self) && op.packets.load(SeqCst) == 0)
        });
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
        let all = self.sides.iter().flat_map(|side| [&side.receives, &side.sends]);
        let mut found = false;
        for ops in all {
            found |= ops.lock().iter().any(|op| is(op));
        }
        found
    }

    fn check(&self) {
        for side in &self.sides {
            for ops in [&side.receives, &side.sends] {
                ops.lock().iter().for_each(|op| self.check_op(side, op));
            }
        }
        for (at, side) in self.sides.iter().enumerate() {
            check_stream(&self.sides[at ^ 1].sends.lock(), &side.receives.lock());
        }
    }

    fn check_op(&self, side: &Side, op: &Op) {
        let packets = op.packets.load(SeqCst);
        let calls = op.calls.load(SeqCst);
        let signalled = op.event.as_ref().is_some_and(|event| crate::object::Object::dispatcher(&**event).is_set());
        let edges = [&op.memory[..GUARD], &op.memory[op.memory.len() - GUARD..]];
        assert!(edges.iter().all(|guard| guard.iter().all(|b| *b == CANARY)), "memory around a buffer");
        let Some((status, bytes)) = op.outcome() else {
            assert!(matches!(op.started, Started::Failed(_)), "it never completed");
            assert_eq!((packets, calls, signalled), (0, 0, false), "told of what was refused");
            return;
        };
        if let Started::Done(Finished { status: s, bytes: b, .. }) = op.started {
            assert_eq!((s, b as usize), (status, bytes));
        }
        assert_eq!(signalled, op.event.is_some(), "the event");
        let dead = self.ended.lock().contains(&op.issuer);
        assert!(calls <= 1 && (dead || calls == u32::from(op.routine)), "{calls} calls");
        let may_have_packet = op.packet && !op.routine && side.file.is_associated();
        let skipped = side.skips && matches!(op.started, Started::Done(_));
        assert!(packets <= u32::from(may_have_packet && !skipped), "a packet nobody asked for");
        if op.must_have_packet(self) {
            assert_eq!(packets, 1);
        }
        if op.receives && !op.has_a_hole() {
            assert!(op.buffer()[bytes..].iter().all(|b| *b == CANARY), "more was written than told");
        }
    }
}

impl Op {
    fn is_accepted(&self) -> bool {
        !matches!(self.started, Started::Failed(_))
    }

    /// A packet is certain: not only possible because the association came while it was in flight.
    fn must_have_packet(&self, world: &World) -> bool {
        let skips = || {
            let holds = |ops: &Mutex<Vec<Box<Op>>>| ops.lock().iter().any(|op| std::ptr::eq(&**op, self));
            let _ = holds;
            world.skips(self)
        };
        self.is_accepted()
            && self.associated
            && self.packet
            && !self.routine
            && !(matches!(self.started, Started::Done(_)) && skips())
    }

    /// A failed receive of MSG_WAITALL does not say how much it had taken.
    fn has_a_hole(&self) -> bool {
        let failed = self.outcome().is_some_and(|(status, _)| status.is_failure());
        self.wait_all && (failed || !self.is_accepted())
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
