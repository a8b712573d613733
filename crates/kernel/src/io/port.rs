//! Completion ports.
//!
//! A port is a queue of entries and a stack of waiting threads under one short lock. An entry is a *packet*, or a
//! *token*: a file whose descriptor has become ready while requests wait for it, and which is performed by whoever takes
//! it.
//!
//! **Who polls.** A worker that finds the queue empty leads: it sleeps in the port's poller instead of on its futex,
//! performs what has become ready there, up to a number of bytes, and leaves the rest as tokens. There is one leader at a
//! time; the others are followers. The leader stands in the stack of waiters like them, so the last one to begin to wait
//! is the first to be released, whoever leads (PORT-51).
//!
//! **Whom to wake** is decided under the lock, done after it. Waking a thread on another core costs as much as two to
//! four echoes, so while handlers are short (see `handlers`) a worker's own completions and the edges it has
//! found wake nobody: it is expected back. Handlers that turn out to be long, a long backlog, a foreign thread or
//! PostQueuedCompletionStatus wake at once; and the monitor rescues who was expected back and does not come.
//!
//! **Concurrency** (PORT-53 to 59). A thread that has returned from a dequeue counts as running until it dequeues
//! again, turns to another port, ends, or blocks in a wait of this library. A waiter is released only while fewer than
//! `concurrency` are running, and is counted from the decision on. Threads blocked in foreign system calls are found
//! by the monitor when packets wait and all slots seem taken.

use std::cell::Cell;
use std::collections::VecDeque;
use std::mem::ManuallyDrop;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::file::File;
use super::handlers::{Handlers, Stopwatch};
use super::monitor::Found;
use super::packet::{Packet, Words};
use super::pump::{self, Pump};
use super::request;
use super::{complete, monitor};
use crate::engine::{Epoll, Events};
use crate::object::dispatcher::{Dispatcher, Signal};
use crate::object::handle_table::{Handle, HandleTable};
use crate::object::queue::{Queue, Wake};
use crate::object::thread::Thread;
use crate::object::{HandleCount, Object, Tagged, apc, wait};
use crate::status::Status;
use crate::sync::{Arc, Mutex, MutexGuard, Weak};

/// Why a dequeue brought nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empty {
    /// The time was over.
    TimedOut,
    /// The port was closed.
    Abandoned,
    /// An APC ran.
    Apc,
}

enum Entry {
    Packet(Words),
    Token(Arc<File>),
}

/// So many bytes are received at once by whoever polls: what they are received into stays in the cache.
const AT_ONCE: u32 = 16 * 1024;

/// A completion port.
pub struct Port {
    dispatcher: Dispatcher,
    handles: HandleCount,
    pump: Pump,
    work: Handlers,
    /// Every association is a thread of the program; kept to look for those blocked in foreign system calls.
    members: Mutex<Vec<Weak<Thread>>>,
    queue: Mutex<Queue<Entry>>,
}

impl Object for Port {
    fn dispatcher(&self) -> &Dispatcher {
        &self.dispatcher
    }
    fn handles(&self) -> &HandleCount {
        &self.handles
    }
    fn tag(&self) -> u8 {
        Port::TAG
    }
    fn last_handle_closed(&self) {
        self.close();
    }
}

// SAFETY: the only implementation of `Tagged` with this number.
unsafe impl Tagged for Port {
    const TAG: u8 = 2;
}

impl Port {
    /// A new port. `concurrency` 0 means the number of processors of the process (PORT-04).
    pub fn new(concurrency: u32) -> Result<Arc<Port>, Status> {
        super::install();
        let port = Arc::new(Port {
            dispatcher: Dispatcher::new(Signal::Notification(false)),
            handles: HandleCount::default(),
            pump: Pump::new()?,
            work: Handlers::new(),
            members: Mutex::default(),
            queue: Mutex::new(Queue::new(if concurrency == 0 {
                processors()
            } else {
                concurrency
            })),
        });
        monitor::watch(&port);
        Ok(port)
    }

    pub(super) fn pump(&self) -> &Pump {
        &self.pump
    }

    /// A file has been registered with the pump: somebody who waits has to poll from now on.
    pub(super) fn registered(&self) {
        let mut queue = self.queue.lock();
        if queue.leading || !queue.has_room() {
            return;
        }
        let woken = queue.release_one();
        drop(queue);
        if let Some(thread) = woken {
            thread.unpark();
        }
    }

    /// PostQueuedCompletionStatus: wakes at once. The three values are not looked at (PORT-46).
    #[inline]
    pub fn post(&self, packet: Packet) {
        self.push(packet, true);
    }

    /// A packet of a completed operation.
    #[inline(always)]
    pub(super) fn complete(&self, packet: Packet) {
        let own = HERE.with(|here| std::ptr::eq(here.running.get(), self));
        self.push(packet, !own || self.work.are_long());
    }

    #[inline(always)]
    fn push(&self, packet: Packet, eager: bool) {
        let mut queue = self.queue.lock();
        if queue.closed {
            return; // nobody is left to take it (PORT-62)
        }
        queue.entries.push_back(Entry::Packet(packet.into()));
        self.let_go(queue, eager);
    }

    /// PostQueuedCompletionStatus to the port behind `handle`. INVALID_HANDLE; OBJECT_TYPE_MISMATCH.
    #[inline]
    pub fn post_to(handle: Handle, packet: Packet) -> Result<(), Status> {
        let Some(port) = Here::known_port(handle) else {
            return Self::post_from_outside(handle, packet);
        };
        // SAFETY: the thread belongs to that port, which is kept until it leaves, and nothing here leaves.
        unsafe { &*port }.push(packet, true);
        Ok(())
    }

    #[inline(never)]
    fn post_from_outside(handle: Handle, packet: Packet) -> Result<(), Status> {
        let port = HandleTable::process().get_tagged::<Port>(handle)?;
        port.push(packet, true);
        Ok(())
    }

    /// Runs `f` with the port behind `handle`. A thread that belongs to the port already finds it without touching
    /// the reference counts that all its workers share.
    #[inline]
    pub fn with_handle<R>(handle: Handle, f: impl FnOnce(&Arc<Port>) -> R) -> Result<R, Status> {
        if let Some(port) = Here::known_port(handle) {
            let _lent = Lent::new();
            // SAFETY: a known handle means that this thread belongs to `port`; should it leave it meanwhile, the
            // reference is kept until `_lent` is gone.
            let port = ManuallyDrop::new(unsafe { Arc::from_raw(port) });
            return Ok(f(&port));
        }
        let port = HandleTable::process().get_tagged::<Port>(handle)?.to_arc();
        let result = f(&port);
        HERE.with(|here| {
            if std::ptr::eq(here.port.get(), Arc::as_ptr(&port)) {
                here.handle.set(handle);
            }
        });
        Ok(result)
    }

    /// Takes one packet if the calling thread belongs to the port behind `handle` and there is an entry: the usual way of
    /// a worker that has something to do. None: [`with_handle`](Self::with_handle) and [`dequeue`](Self::dequeue).
    #[inline]
    pub fn dequeue_at_once(handle: Handle) -> Option<Packet> {
        let port = Here::known_port(handle)?;
        HERE.with(|here| {
            // SAFETY: a known handle means that this thread belongs to the port and has a place in it; both are kept
            // until the thread leaves, which nothing here does.
            let (port, thread) = unsafe { (&*port, &*here.thread.get()) };
            let mut queue = port.queue.lock();
            let entry = queue.take_again(thread)?;
            here.watch.lap(&port.work);
            // As `take_up`, which would be handed the entry in memory.
            port.let_go(queue, port.work.are_long());
            port.redeem(entry)
        })
    }

    /// Takes one packet, waiting for at most `milliseconds`.
    #[inline]
    pub fn dequeue(self: &Arc<Self>, milliseconds: u32, alertable: bool) -> Result<Packet, Empty> {
        Thread::with_current(|thread| {
            self.sit_down(thread);
            let result = self.take(thread, milliseconds, alertable);
            if result.is_err() && self.pump.has_pending() {
                monitor::arm(); // it may have gone to sleep while this thread led
            }
            if matches!(result, Err(Empty::Abandoned)) {
                leave_port(thread);
            } else if thread.seat.taken.load(Ordering::Relaxed) {
                HERE.with(|here| here.running.set(Arc::as_ptr(self)));
            } else {
                self.stand_aside(thread); // it could not take a seat: nobody would free its slot
            }
            result
        })
    }

    /// Takes up to `packets.len()` packets, waiting for the first only (PORT-41). Gives their number.
    pub fn dequeue_many(
        self: &Arc<Self>,
        milliseconds: u32,
        alertable: bool,
        mut each: impl FnMut(usize, Packet),
        room: usize,
    ) -> Result<usize, Empty> {
        let first = self.dequeue(milliseconds, alertable)?;
        each(0, first);
        let mut n = 1;
        while n < room {
            let Some(entry) = self.queue.lock().entries.pop_front() else {
                break;
            };
            if let Some(packet) = self.redeem(entry) {
                each(n, packet);
                n += 1;
            }
        }
        Ok(n)
    }

    #[inline]
    fn take(
        self: &Arc<Self>,
        thread: &Arc<Thread>,
        ms: u32,
        alertable: bool,
    ) -> Result<Packet, Empty> {
        let mut queue = self.queue.lock();
        if queue.is_poll_due() {
            queue = self.poll_in_between(queue);
        }
        if !queue.closed
            && let Some(entry) = queue.take(thread)
        {
            if let Some(packet) = self.take_up(queue, entry) {
                return Ok(packet);
            }
            queue = self.queue.lock();
        }
        let result = self.wait_and_take(queue, thread, ms, alertable);
        HERE.with(|here| here.watch.restart());
        result
    }

    /// Hands a slot on if that is due, and makes a packet of the entry.
    fn take_up(&self, queue: MutexGuard<'_, Queue<Entry>>, entry: Entry) -> Option<Packet> {
        self.let_go(queue, self.work.are_long());
        self.redeem(entry)
    }

    /// Unlocks the queue, and wakes whom its state asks for. `eager`: nobody is expected back soon.
    #[inline(always)]
    fn let_go(&self, queue: MutexGuard<'_, Queue<Entry>>, eager: bool) {
        if queue.has_waiters() {
            return self.let_go_and_wake(queue, eager);
        }
        // There is nobody to wake: those who run will be back, or the monitor looks after what they leave.
        let more = !queue.entries.is_empty() || self.pump.has_registrations();
        drop(queue);
        if more {
            monitor::arm();
        }
    }

    #[inline(never)]
    fn let_go_and_wake(&self, mut queue: MutexGuard<'_, Queue<Entry>>, eager: bool) {
        // What there is to expect counts only if there is nothing at hand and nobody looks out for more.
        let expecting = queue.entries.is_empty() && !queue.leading && self.pump.has_pending();
        let woken = queue.whom_to_wake(eager, expecting);
        drop(queue);
        match woken {
            Wake::Now(thread) => thread.unpark(),
            Wake::Later => monitor::arm(),
            Wake::Nobody => {}
        }
    }

    #[inline(never)]
    fn wait_and_take<'p>(
        self: &'p Arc<Self>,
        mut queue: MutexGuard<'p, Queue<Entry>>,
        thread: &Arc<Thread>,
        ms: u32,
        alertable: bool,
    ) -> Result<Packet, Empty> {
        let mut deadline = None;
        let mut polled = false;
        loop {
            if queue.closed {
                return Err(Empty::Abandoned);
            }
            if let Some(entry) = queue.take(thread) {
                if let Some(packet) = self.take_up(queue, entry) {
                    return Ok(packet);
                }
                queue = self.queue.lock();
                continue;
            }
            if alertable && !thread.apcs.is_empty() {
                queue.count(thread);
                drop(queue);
                apc::deliver(thread);
                return Err(Empty::Apc);
            }
            if ms == 0 && !polled && !queue.leading {
                polled = true;
                queue = self.poll(queue, Epoll::poll);
                continue;
            }
            let limit = *deadline.get_or_insert_with(|| wait::deadline(ms));
            if ms == 0 || limit.is_some_and(|d| Instant::now() >= d) {
                queue.count(thread); // it runs on (PORT-59)
                return Err(Empty::TimedOut);
            }
            queue = self.wait(queue, thread, limit, alertable);
        }
    }

    /// Sleeps once, as leader or follower.
    fn wait<'p>(
        &'p self,
        mut queue: MutexGuard<'p, Queue<Entry>>,
        thread: &Arc<Thread>,
        deadline: Option<Instant>,
        alertable: bool,
    ) -> MutexGuard<'p, Queue<Entry>> {
        let claim = thread.claim();
        if alertable {
            claim.begin(true);
            if !thread.apcs.is_empty() {
                claim.end();
                return queue;
            }
        }
        queue.begin_wait(thread);
        // A futex is woken faster than a poller: packets that are only posted need no more.
        let lead = !queue.leading
            && queue.has_room()
            && self.pump.has_registrations()
            && self.can_lead(thread);
        if lead {
            queue = self.poll(queue, |engine, events| {
                if thread.enter_poll() {
                    engine.wait(events, deadline);
                    thread.leave_poll();
                }
            });
        } else {
            // Something is there, but the slots are taken: perhaps by threads that are blocked elsewhere.
            let kept_out = !queue.entries.is_empty();
            drop(queue);
            if kept_out {
                monitor::arm();
            }
            thread.park_on_futex(deadline);
            queue = self.queue.lock();
        }
        queue.end_wait(thread);
        if alertable {
            claim.end();
        }
        queue
    }

    /// Leads for one poll, and performs what is ready: many short receives in a row run faster than the same receives
    /// between sends, because the system's code for them stays in the cache. What comes after [`AT_ONCE`] bytes is left
    /// to whoever takes the tokens.
    fn poll<'p>(
        &'p self,
        mut queue: MutexGuard<'p, Queue<Entry>>,
        wait: impl FnOnce(&Epoll, &mut Events),
    ) -> MutexGuard<'p, Queue<Entry>> {
        queue.leading = true;
        queue.note_poll();
        drop(queue);
        let mut bytes = 0;
        pump::with_events(|events, _| {
            self.pump.poll(events, wait, |file| {
                if bytes >= AT_ONCE {
                    return self.add(Entry::Token(file.clone()));
                }
                request::redeem(file, &mut |port, packet| {
                    if std::ptr::eq(&**port, self) {
                        bytes += packet.bytes();
                        self.add(Entry::Packet(packet.into()));
                    } else {
                        complete::post(port, packet);
                    }
                });
            });
        });
        let mut queue = self.queue.lock();
        queue.leading = false;
        queue
    }

    /// Others are to have their turn as well: a poll although there are entries.
    #[cold]
    fn poll_in_between<'p>(
        &'p self,
        mut queue: MutexGuard<'p, Queue<Entry>>,
    ) -> MutexGuard<'p, Queue<Entry>> {
        queue.note_poll();
        if self.pump.has_pending() {
            self.poll(queue, Epoll::poll)
        } else {
            queue
        }
    }

    /// An entry that the calling thread has found while it led: it will decide itself whom to wake for it.
    fn add(&self, entry: Entry) {
        let mut queue = self.queue.lock();
        if !queue.closed || matches!(entry, Entry::Token(_)) {
            queue.entries.push_back(entry);
        }
    }

    fn can_lead(&self, thread: &Thread) -> bool {
        let Some(kick) = thread.kick_fd() else {
            return false;
        };
        let port = std::ptr::from_ref(self).addr();
        if thread.seat.kicks_port.load(Ordering::Relaxed) == port {
            return true;
        }
        let registered = self.pump.engine().register_kick(kick).is_ok();
        if registered {
            thread.seat.kicks_port.store(port, Ordering::Relaxed);
        }
        registered
    }

    /// The packet of an entry. A token may bring none, or several: the first is the caller's, the rest is queued.
    #[inline(always)]
    fn redeem(&self, entry: Entry) -> Option<Packet> {
        match entry {
            Entry::Packet(words) => Some(words.into()),
            Entry::Token(file) => self.redeem_token(file),
        }
    }

    #[inline(never)]
    fn redeem_token(&self, file: Arc<File>) -> Option<Packet> {
        let mut mine = None;
        request::redeem(&file, &mut |port, packet| {
            if mine.is_none() && std::ptr::eq(&**port, self) {
                mine = Some(packet);
            } else {
                complete::post(port, packet);
            }
        });
        mine
    }

    /// The calling thread belongs to this port from now on, and to no other (PORT-54).
    #[inline]
    fn sit_down(self: &Arc<Self>, thread: &Arc<Thread>) {
        HERE.with(|here| {
            if std::ptr::eq(here.port.get(), Arc::as_ptr(self)) {
                here.watch.lap(&self.work);
            } else {
                self.take_seat(thread);
            }
        });
    }

    #[cold]
    fn take_seat(self: &Arc<Self>, thread: &Arc<Thread>) {
        leave_port(thread);
        // A thread that is past the destructors of its locals does not stay: it is not counted.
        if KEEPER
            .try_with(|keeper| keeper.port.set(Some(self.clone())))
            .is_err()
        {
            return;
        }
        HERE.with(|here| {
            here.port.set(Arc::as_ptr(self));
            here.thread.set(Arc::as_ptr(thread));
        });
        thread.seat.taken.store(true, Ordering::Relaxed);
        let mut members = self.members.lock();
        members.retain(|member| member.strong_count() > 0);
        members.push(Arc::downgrade(thread));
    }

    /// A thread does not run here any more: its slot is free for another.
    fn stand_aside(&self, thread: &Thread) {
        let mut queue = self.queue.lock();
        queue.stop_counting(thread);
        self.let_go(queue, true);
    }

    fn close(&self) {
        let mut queue = self.queue.lock();
        // Files that are ready stay: their operations still complete, without packets (PORT-62).
        queue
            .entries
            .retain(|entry| matches!(entry, Entry::Token(_)));
        let waiters = queue.close();
        drop(queue);
        for thread in waiters {
            thread.unpark();
        }
        monitor::arm();
    }

    /// Called by the monitor.
    pub(super) fn tick(self: &Arc<Self>) -> Found {
        let mut queue = self.queue.lock();
        let unled = !queue.leading && self.pump.has_pending();
        if !unled && queue.entries.is_empty() {
            return Found::Nothing;
        }
        let polled = queue.has_polled();
        if !queue.closed && queue.has_moved() {
            if unled && !polled {
                drop(self.poll(queue, Epoll::poll)); // long handlers, and always one more
            }
            return Found::Moving;
        }
        if unled {
            queue = self.poll(queue, Epoll::poll);
        }
        if queue.is_answered() {
            return Found::Moving;
        }
        if !queue.entries.is_empty() && !queue.has_room() && queue.has_waiters() {
            self.discount_blocked(&mut queue);
        }
        if queue.has_room()
            && let Some(thread) = queue.release_one()
        {
            drop(queue);
            self.work.note_overdue();
            thread.unpark();
            return Found::Stuck;
        }
        if unled || queue.closed {
            let idle = queue.entries.is_empty();
            Self::sweep(queue);
            return if idle { Found::Moving } else { Found::Stuck };
        }
        if queue.has_waiters() {
            Found::Stuck
        } else {
            Found::Nothing
        }
    }

    /// Nobody comes for the tokens: performs what they allow, so that buffers fill and events are set.
    /// The packets stay: who looks for one meanwhile has to find it.
    fn sweep(mut queue: MutexGuard<'_, Queue<Entry>>) {
        let entries = std::mem::take(&mut queue.entries);
        let is_packet = |entry: &Entry| matches!(entry, Entry::Packet(_));
        let (packets, tokens): (VecDeque<_>, VecDeque<_>) =
            entries.into_iter().partition(is_packet);
        queue.entries = packets;
        drop(queue);
        for entry in tokens {
            if let Entry::Token(file) = entry {
                request::redeem(&file, &mut complete::post);
            }
        }
    }

    /// A thread that counts as running but sleeps in the kernel is blocked in a foreign system call (PORT-55).
    fn discount_blocked(&self, queue: &mut Queue<Entry>) {
        for thread in self.members.lock().iter().filter_map(Weak::upgrade) {
            if thread.seat.counted.load(Ordering::Relaxed) && is_asleep(thread.id()) {
                queue.stop_counting(&thread);
            }
        }
    }
}

/// What the calling thread has to know of its port. Without a destructor, so that looking at it is one instruction.
struct Here {
    port: Cell<*const Port>,
    /// The calling thread, while it belongs to a port.
    thread: Cell<*const Thread>,
    /// The port, while the thread has a packet of it in hand.
    running: Cell<*const Port>,
    /// A handle that denotes `port`, if it is still open; 0 if none is known.
    handle: Cell<Handle>,
    /// How many `with_handle` further down the stack use `port` without counting.
    lent: Cell<u32>,
    /// The thread has left a port while it was lent.
    left: Cell<bool>,
    watch: Stopwatch,
}

/// What keeps the port alive that [`Here`] points to.
#[derive(Default)]
struct Keeper {
    port: Cell<Option<Arc<Port>>>,
    /// Ports that the thread has left while they were lent.
    former: Cell<Vec<Arc<Port>>>,
}

thread_local! {
    static HERE: Here = const {
        Here {
            port: Cell::new(std::ptr::null()),
            thread: Cell::new(std::ptr::null()),
            running: Cell::new(std::ptr::null()),
            handle: Cell::new(Handle(0)),
            lent: Cell::new(0),
            left: Cell::new(false),
            watch: Stopwatch::new(),
        }
    };
    static KEEPER: Keeper = const {
        Keeper { port: Cell::new(None), former: Cell::new(Vec::new()) }
    };
}

impl Here {
    /// The port that the calling thread belongs to, if it is known to be behind `handle`.
    #[inline]
    fn known_port(handle: Handle) -> Option<*const Port> {
        HERE.with(|here| {
            let known = here.handle.get() == handle && HandleTable::process().is_open(handle);
            known.then(|| here.port.get())
        })
    }

    fn forget_port(&self) {
        self.port.set(std::ptr::null());
        self.thread.set(std::ptr::null());
        self.running.set(std::ptr::null());
        self.handle.set(Handle(0));
    }
}

impl Drop for Keeper {
    /// Whichever of the thread's locals goes first, its port hears that it has ended.
    fn drop(&mut self) {
        if let Some(port) = self.port.take() {
            Thread::with_current(|thread| port.stand_aside(thread));
            HERE.with(Here::forget_port);
        }
    }
}

/// A `with_handle` that uses the thread's port without counting.
struct Lent;

impl Lent {
    #[inline]
    fn new() -> Lent {
        HERE.with(|here| here.lent.set(here.lent.get() + 1));
        Lent
    }
}

impl Drop for Lent {
    #[inline]
    fn drop(&mut self) {
        HERE.with(|here| {
            here.lent.set(here.lent.get() - 1);
            if here.lent.get() == 0 && here.left.replace(false) {
                let _ = KEEPER.try_with(|keeper| keeper.former.take());
            }
        });
    }
}

/// Runs `f` with the port that the calling thread belongs to.
fn with_port(f: impl FnOnce(&Port)) {
    // SAFETY: null, or kept alive by KEEPER; nothing that `f` does here leaves the port.
    if let Some(port) = unsafe { HERE.with(|here| here.port.get()).as_ref() } {
        f(port);
    }
}

/// The calling thread is about to block.
pub(super) fn thread_blocks(thread: &Thread) {
    with_port(|port| port.stand_aside(thread));
}

/// It runs again; the number of running threads may exceed the concurrency value for a while (PORT-55).
pub(super) fn thread_resumes(thread: &Thread) {
    with_port(|port| port.queue.lock().count(thread));
}

/// The calling thread ends.
pub(super) fn thread_exits(thread: &Arc<Thread>) {
    if thread.seat.taken.load(Ordering::Relaxed) {
        leave_port(thread);
    }
}

fn leave_port(thread: &Arc<Thread>) {
    thread_blocks(thread);
    // Another port may come to lie where this one was, and its poller does not have the kick descriptor.
    thread.seat.kicks_port.store(0, Ordering::Relaxed);
    with_port(|port| {
        port.members
            .lock()
            .retain(|member| !std::ptr::eq(member.as_ptr(), Arc::as_ptr(thread)));
    });
    let lent = HERE.with(|here| {
        here.forget_port();
        here.left.set(here.lent.get() != 0);
        here.left.get()
    });
    let _ = KEEPER.try_with(|keeper| {
        let port = keeper.port.take();
        if lent {
            let mut former = keeper.former.take();
            former.extend(port);
            keeper.former.set(former);
        }
    });
}

/// The number of processors that the process may use (PORT-04).
fn processors() -> u32 {
    // SAFETY: all zeros is a valid, empty set, and it is of this frame.
    let count = unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        match libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &mut set) {
            0 => libc::CPU_COUNT(&set),
            _ => 1, // more processors than the set has room for: any number is as good
        }
    };
    count.max(1) as u32
}

/// Does the thread sleep, according to the kernel?
fn is_asleep(thread: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/self/task/{thread}/stat"));
    // The state follows the name, which is in parentheses and may contain anything.
    let state = stat
        .as_deref()
        .ok()
        .and_then(|s| s.rsplit_once(") "))
        .and_then(|(_, rest)| rest.chars().next());
    matches!(state, Some('S' | 'D'))
}
