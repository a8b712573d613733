//! Threads as the kernel sees them: a claim, a parking place, an APC queue, and what has to happen at their end.
//!
//! Every thread that calls into the library has a [`Thread`], made on its first call.
//!
//! **Claim.** A thread waits for at most one thing at a time. The claim word says whether it waits and, once, how the
//! wait ended: `Running → Waiting → {Satisfied(i), Alerted, TimedOut} → Running`. Leaving `Waiting` is one
//! compare-and-swap, so of all the signals, APCs and time-outs that compete for a thread exactly one wins.
//!
//! **Parking.** `park` sleeps on a futex, or inside epoll where the thread drives I/O for itself; `unpark` knows
//! which. A permit given before `park` makes it return at once; spurious returns are allowed, callers loop.

use std::cell::{Cell, OnceCell};
#[cfg(not(loom))]
use std::collections::HashMap;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
#[cfg(not(loom))]
use std::sync::LazyLock;
use std::sync::OnceLock;
use std::time::Instant;

use super::apc::ApcQueue;
use super::dispatcher::{Dispatcher, Signal};
use super::{HandleCount, Object};
use crate::sync::{
    Arc, AtomicBool, AtomicU32, Futex, Mutex, Ordering, Weak, sanitizer, thread_local,
};

/// STILL_ACTIVE: the exit code of a thread that has not ended.
pub const STILL_ACTIVE: u32 = 259;

/// What waits need from the I/O side, which lies above this module.
pub trait IoHooks: Sync {
    /// Sleeps in the poller on behalf of `thread` until it is unparked or the time is over, completing I/O meanwhile.
    /// False if somebody else does that already or there is nothing to drive: the caller sleeps on its futex then.
    fn drive(&self, thread: &Arc<Thread>, deadline: Option<Instant>) -> bool;
    /// Performs the I/O that is ready, without sleeping, unless somebody else is at it. True if that was anything.
    /// `testing`: for a wait of 0 ms, of which there may be many in a row.
    fn catch_up(&self, thread: &Thread, testing: bool) -> bool;
    /// `thread` begins to block: it leaves the running count of its completion port (PORT-55).
    fn blocks(&self, thread: &Thread);
    /// It runs again.
    fn resumes(&self, thread: &Thread);
    /// It ends: cancel what it has started (CXL-12).
    fn exits(&self, thread: &Arc<Thread>);
}

/// What a layer above keeps with a thread.
pub trait Extension: std::any::Any + Send + Sync {
    /// The thread ends.
    fn thread_ends(&self);
}

static HOOKS: OnceLock<&'static dyn IoHooks> = OnceLock::new();

/// Installs the I/O side. The first call counts.
pub fn install_hooks(hooks: &'static dyn IoHooks) {
    let _ = HOOKS.set(hooks);
}

/// A thread's place in a completion port. Owned by `io::port`, which touches it under the port's lock except for
/// `taken`, which the thread itself sets and reads.
#[derive(Default)]
pub struct Seat {
    /// The thread belongs to a port: waits have to tell it.
    pub taken: AtomicBool,
    /// It counts as running there.
    pub counted: AtomicBool,
    /// How its wait for a packet goes on.
    pub ticket: AtomicU32,
    /// The port whose poller has this thread's kick descriptor, by address.
    pub kicks_port: std::sync::atomic::AtomicUsize,
    /// The thread has polled for others and leaves the next poll to them.
    pub gives_way: AtomicBool,
    /// The general poller has it.
    pub kicks_general: AtomicBool,
}

/// A thread.
pub struct Thread {
    dispatcher: Dispatcher,
    handles: HandleCount,
    id: AtomicU32,
    claim: Claim,
    parker: Parker,
    kick: OnceLock<OwnedFd>,
    /// APCs that wait for an alertable wait of this thread.
    pub apcs: ApcQueue,
    owned: Mutex<Vec<Weak<dyn Object>>>,
    exit_code: AtomicU32,
    ended: AtomicBool,
    serial: u32,
    /// The thread has started operations that its end would cancel. Written by `io::request` only.
    pub started_io: AtomicBool,
    /// Its place in a completion port.
    pub seat: Seat,
    /// A synchronous operation blocks this thread: 0 none, 1 blocked, 2 cancelled (CancelSynchronousIo).
    pub synchronous: AtomicU32,
    /// Its message queue, if it has one.
    pub extension: OnceLock<Arc<dyn Extension>>,
    /// What is only remembered of it.
    pub details: Details,
}

/// What programs tell of a thread, and ask again; nothing here depends on it.
#[derive(Default)]
pub struct Details {
    /// Its priority, the bits of an `i32`.
    pub priority: std::sync::atomic::AtomicU32,
    /// It wants no boosts.
    pub unboosted: std::sync::atomic::AtomicBool,
    /// The processor it would like best, plus one.
    pub ideal_processor: std::sync::atomic::AtomicU32,
    /// Its description, in 16-bit units.
    pub description: std::sync::Mutex<Vec<u16>>,
    /// When it began, in 100 ns since 1601.
    pub begun: OnceLock<u64>,
    /// When it ended, and its time in the system and outside, each in 100 ns.
    pub ended: OnceLock<[u64; 3]>,
}

impl Object for Thread {
    fn dispatcher(&self) -> &Dispatcher {
        &self.dispatcher
    }
    fn handles(&self) -> &HandleCount {
        &self.handles
    }
}

impl Default for Thread {
    fn default() -> Self {
        Self::new()
    }
}

impl Thread {
    /// A thread that has not begun to run.
    pub fn new() -> Thread {
        Thread {
            dispatcher: Dispatcher::new(Signal::Notification(false)),
            handles: HandleCount::default(),
            id: AtomicU32::new(0),
            claim: Claim::default(),
            parker: Parker::default(),
            kick: OnceLock::new(),
            apcs: ApcQueue::default(),
            owned: Mutex::new(Vec::new()),
            exit_code: AtomicU32::new(STILL_ACTIVE),
            ended: AtomicBool::new(false),
            serial: next_serial(),
            started_io: AtomicBool::new(false),
            seat: Seat::default(),
            synchronous: AtomicU32::new(0),
            extension: OnceLock::new(),
            details: Details::default(),
        }
    }

    /// Runs `f` with the calling thread's object.
    #[inline]
    pub fn with_current<R>(f: impl FnOnce(&Arc<Thread>) -> R) -> R {
        let mut thread = HERE.get();
        if thread.is_null() {
            thread = CURRENT
                .try_with(|current| std::ptr::from_ref(current.get()))
                .unwrap_or_default();
            HERE.set(thread);
        }
        // SAFETY: the reference stays in the thread's local until the thread ends, and `f` is over before that.
        match unsafe { thread.as_ref() } {
            Some(thread) => f(thread),
            // The thread is past the destructors of its locals: it gets an object for this one call.
            None => f(&Thread::of_this_os_thread()),
        }
    }

    fn of_this_os_thread() -> Arc<Thread> {
        let thread = Arc::new(Thread::new());
        thread.adopt_os_thread();
        thread
    }

    /// The thread of this id that has called the library and not ended.
    #[cfg(not(loom))]
    pub fn of_id(id: u32) -> Option<Arc<Thread>> {
        LIVING.lock().get(&id).and_then(Weak::upgrade)
    }

    /// Makes `self` the calling thread's object. For the first lines of a thread that CreateThread made.
    pub fn enter(self: &Arc<Self>) {
        self.adopt_os_thread();
        self.live();
        let first = CURRENT.with(|current| current.0.set(self.clone()));
        debug_assert!(
            first.is_ok(),
            "a thread enters before it calls anything else"
        );
    }

    fn adopt_os_thread(&self) {
        // SAFETY: gettid has no preconditions.
        let id = unsafe { libc::gettid() } as u32;
        // All threads of a loom model are one to the system.
        let id = if cfg!(loom) { self.serial } else { id };
        self.id.store(id, Ordering::Relaxed);
    }

    /// From now on the thread is found by its id.
    fn live(self: &Arc<Self>) {
        #[cfg(not(loom))]
        {
            LIVING.lock().insert(self.id(), Arc::downgrade(self));
            let _ = self
                .details
                .begun
                .set(super::timer::filetime(std::time::SystemTime::now()));
        }
    }

    /// The thread ends: it is not found any more, and its times are known.
    fn die(&self) {
        #[cfg(not(loom))]
        {
            LIVING.lock().remove(&self.id());
            let [system, user] = Self::times_of_this();
            let now = super::timer::filetime(std::time::SystemTime::now());
            let _ = self.details.ended.set([now, system, user]);
        }
    }

    /// The time that the calling thread has spent in the system and outside, in 100 ns.
    pub fn times_of_this() -> [u64; 2] {
        // SAFETY: numbers: all zero is a value.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: `usage` is of this frame.
        unsafe { libc::getrusage(libc::RUSAGE_THREAD, &mut usage) };
        [usage.ru_stime, usage.ru_utime]
            .map(|time| time.tv_sec.unsigned_abs() * 10_000_000 + time.tv_usec.unsigned_abs() * 10)
    }

    /// For a thread of another process: what waits for it and who asks for its code learn of its end.
    pub fn ended_elsewhere(&self, code: u32) {
        self.set_exit_code(code);
        self.ended.store(true, Ordering::Release);
        self.dispatcher.set();
    }

    /// For a thread of another process: its id.
    pub fn set_id(&self, id: u32) {
        self.id.store(id, Ordering::Relaxed);
    }

    /// The thread id; 0 before the thread runs.
    pub fn id(&self) -> u32 {
        self.id.load(Ordering::Relaxed)
    }

    /// A number that no other thread of the process has had or will have.
    pub fn serial(&self) -> u32 {
        self.serial
    }

    /// The claim word.
    pub fn claim(&self) -> &Claim {
        &self.claim
    }

    /// STILL_ACTIVE or what the thread left behind.
    pub fn exit_code(&self) -> u32 {
        self.exit_code.load(Ordering::Acquire)
    }

    /// Sets what GetExitCodeThread will show after the end.
    pub fn set_exit_code(&self, code: u32) {
        self.exit_code.store(code, Ordering::Release);
    }

    /// Has the thread ended?
    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// Remembers a mutex that this thread has come to own.
    pub(super) fn owns(&self, mutex: Option<Weak<dyn Object>>) {
        self.owned.lock().extend(mutex);
    }

    /// Forgets a mutex that it has released.
    pub(super) fn released(&self, mutex: &Weak<dyn Object>) {
        let mut owned = self.owned.lock();
        if let Some(at) = owned.iter().rposition(|m| Weak::ptr_eq(m, mutex)) {
            owned.swap_remove(at);
        }
    }

    /// The end of the thread: cancel, abandon, signal (in this order: who waits for the thread sees all of it done).
    fn end(self: &Arc<Self>) {
        if let Some(hooks) = HOOKS.get() {
            hooks.exits(self);
        }
        if let Some(extension) = self.extension.get() {
            extension.thread_ends();
        }
        self.apcs.close();
        let owned = std::mem::take(&mut *self.owned.lock());
        for mutex in owned {
            if let Some(mutex) = mutex.upgrade() {
                super::mutex::abandon(mutex.dispatcher(), self.id());
            }
        }
        if self.exit_code() == STILL_ACTIVE {
            self.set_exit_code(0);
        }
        self.die();
        self.ended.store(true, Ordering::Release);
        self.dispatcher.set();
    }

    /// Sleeps until unparked or the time is over. May return early.
    pub fn park(self: &Arc<Self>, deadline: Option<Instant>) {
        if let Some(hooks) = HOOKS.get()
            && hooks.drive(self, deadline)
        {
            return;
        }
        self.park_on_futex(deadline);
    }

    /// See [`IoHooks::catch_up`].
    pub fn catch_up(&self, testing: bool) -> bool {
        HOOKS
            .get()
            .is_some_and(|hooks| hooks.catch_up(self, testing))
    }

    /// `park` without driving I/O.
    pub fn park_on_futex(&self, deadline: Option<Instant>) {
        if !self.parker.enter(FUTEX) {
            return;
        }
        let left = deadline.map(|d| d.saturating_duration_since(Instant::now()));
        self.parker.0.wait(FUTEX, left);
        self.parker.leave();
    }

    /// Ends the present or the next `park`.
    pub fn unpark(&self) {
        match self.parker.notify() {
            FUTEX => {
                self.parker.0.wake();
            }
            POLL => self.kick(),
            _ => {}
        }
    }

    /// The wait is over: a permit that was given for it would only cost the next one a turn.
    pub(super) fn forget_permit(&self) {
        self.parker.leave();
    }

    /// Announces that this thread is about to sleep in a poller that has [`kick_fd`](Self::kick_fd) registered.
    /// False if a permit was there: do not sleep.
    pub fn enter_poll(&self) -> bool {
        self.parker.enter(POLL)
    }

    /// Back from the poller. True if somebody unparked the thread meanwhile.
    pub fn leave_poll(&self) -> bool {
        self.parker.leave()
    }

    /// An eventfd that is written to when the thread is unparked inside a poller. None if there is no fd to be had at
    /// present: the thread must not sleep in a poller then. Called before `enter_poll`, since `unpark` does not make it.
    pub fn kick_fd(&self) -> Option<i32> {
        if let Some(fd) = self.kick.get() {
            return Some(fd.as_raw_fd());
        }
        // SAFETY: plain system call; the result is checked before it is owned.
        let fd = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        // SAFETY: a fresh descriptor that nobody else owns.
        let fd = (fd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(fd) })?;
        sanitizer::release(&self.kick);
        Some(self.kick.get_or_init(|| fd).as_raw_fd())
    }

    fn kick(&self) {
        if let Some(fd) = self.kick.get() {
            sanitizer::acquire(&self.kick);
            let one = 1u64.to_ne_bytes();
            // SAFETY: the eventfd lives as long as `self`; eight bytes are read from this frame.
            unsafe { libc::write(fd.as_raw_fd(), one.as_ptr().cast(), 8) };
        }
    }

    /// Empties the eventfd. Needed only where it is polled level-triggered.
    pub fn drain_kick(&self) {
        if let Some(fd) = self.kick.get() {
            let mut count = [0u8; 8];
            // SAFETY: as in `kick`, with a buffer of eight bytes.
            unsafe { libc::read(fd.as_raw_fd(), count.as_mut_ptr().cast(), 8) };
        }
    }

    /// Tells the thread's completion port that the thread blocks, for the time of `f`.
    pub fn blocking<R>(&self, f: impl FnOnce() -> R) -> R {
        if !self.seat.taken.load(Ordering::Relaxed) {
            return f();
        }
        let hooks = HOOKS.get();
        if let Some(hooks) = hooks {
            hooks.blocks(self);
        }
        let result = f();
        if let Some(hooks) = hooks {
            hooks.resumes(self);
        }
        result
    }
}

fn next_serial() -> u32 {
    static LAST: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    LAST.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1
}

/// The threads that can be found by their id.
#[cfg(not(loom))]
static LIVING: LazyLock<parking_lot::Mutex<HashMap<u32, Weak<Thread>>>> =
    LazyLock::new(Default::default);

struct Current(OnceCell<Arc<Thread>>);

impl Current {
    #[inline]
    fn get(&self) -> &Arc<Thread> {
        self.0.get_or_init(|| {
            let thread = Thread::of_this_os_thread();
            thread.live();
            thread
        })
    }
}

impl Drop for Current {
    fn drop(&mut self) {
        HERE.set(std::ptr::null());
        if let Some(thread) = self.0.take() {
            thread.end();
        }
    }
}

#[cfg(not(loom))]
thread_local! {
    /// Where CURRENT has its object. Without a destructor, so that looking at it is one instruction.
    static HERE: Cell<*const Arc<Thread>> = const { Cell::new(std::ptr::null()) };
    static CURRENT: Current = const { Current(OnceCell::new()) };
}
#[cfg(loom)]
thread_local! {
    static CURRENT: Current = Current(OnceCell::new());
}

/// A model asks CURRENT each time.
#[cfg(loom)]
static HERE: Nowhere = Nowhere;
#[cfg(loom)]
struct Nowhere;

#[cfg(loom)]
impl Nowhere {
    fn get(&self) -> *const Arc<Thread> {
        std::ptr::null()
    }
    fn set(&self, _thread: *const Arc<Thread>) {}
}

const EMPTY: u32 = 0;
const NOTIFIED: u32 = 1;
const FUTEX: u32 = 2;
const POLL: u32 = 3;

/// One permit. `EMPTY ⇄ {FUTEX, POLL}` by the owner, `→ NOTIFIED` by others.
#[derive(Default)]
struct Parker(Futex);

impl Parker {
    /// False if there was a permit, which is used up.
    fn enter(&self, how: u32) -> bool {
        let word = &self.0.0;
        word.compare_exchange(EMPTY, how, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
            || word.swap(EMPTY, Ordering::Acquire) != NOTIFIED
    }

    fn leave(&self) -> bool {
        self.0.0.swap(EMPTY, Ordering::Acquire) == NOTIFIED
    }

    fn notify(&self) -> u32 {
        self.0.0.swap(NOTIFIED, Ordering::AcqRel)
    }
}

const RUNNING: u32 = 0;
const WAITING: u32 = 1;
const WAITING_ALERTABLE: u32 = 2;
const ALERTED: u32 = 3;
const TIMED_OUT: u32 = 4;
const SATISFIED: u32 = 0x100;
const SATISFIED_ABANDONED: u32 = 0x200;

/// Who ended the wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// Object number `index` satisfied it and has been consumed.
    Satisfied {
        /// Position in the array of objects.
        index: u32,
        /// It was an abandoned mutex.
        abandoned: bool,
    },
    /// An APC was queued.
    Alerted,
    /// The time was over.
    TimedOut,
}

/// The word that one compare-and-swap takes out of `Waiting`.
#[derive(Default)]
pub struct Claim(AtomicU32);

impl Claim {
    /// The owner begins to wait.
    pub fn begin(&self, alertable: bool) {
        let state = if alertable {
            WAITING_ALERTABLE
        } else {
            WAITING
        };
        self.0.store(state, Ordering::SeqCst);
    }

    /// An object offers itself. True: the wait is over and the object has to be consumed.
    pub fn satisfy(&self, index: u32, abandoned: bool) -> bool {
        let base = if abandoned {
            SATISFIED_ABANDONED
        } else {
            SATISFIED
        };
        self.take(base | index)
    }

    /// An APC was queued. True: the wait is over.
    pub fn alert(&self) -> bool {
        sanitizer::release(self);
        self.0
            .compare_exchange(
                WAITING_ALERTABLE,
                ALERTED,
                Ordering::SeqCst,
                Ordering::SeqCst,
            )
            .is_ok()
    }

    /// The time is over. False: something else was quicker.
    pub fn time_out(&self) -> bool {
        self.take(TIMED_OUT)
    }

    /// How the wait ended; None while it goes on.
    pub fn outcome(&self) -> Option<Claimed> {
        let word = self.0.load(Ordering::SeqCst);
        sanitizer::acquire(self);
        match word {
            WAITING | WAITING_ALERTABLE | RUNNING => None,
            ALERTED => Some(Claimed::Alerted),
            TIMED_OUT => Some(Claimed::TimedOut),
            word => Some(Claimed::Satisfied {
                index: word & 0xFF,
                abandoned: word & SATISFIED_ABANDONED != 0,
            }),
        }
    }

    /// The owner runs again.
    pub fn end(&self) {
        self.0.store(RUNNING, Ordering::SeqCst);
    }

    fn take(&self, outcome: u32) -> bool {
        sanitizer::release(self);
        let swap = |from| {
            self.0
                .compare_exchange(from, outcome, Ordering::SeqCst, Ordering::SeqCst)
                .is_ok()
        };
        swap(WAITING) || swap(WAITING_ALERTABLE)
    }
}
