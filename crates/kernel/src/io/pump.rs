//! Who polls. A [`Pump`] is a poller with the files registered there; every port has one (driven by its workers, see
//! `port`), and [`GENERAL`] is the one for files without a port, driven by whichever thread waits.
//!
//! The token of a registration is the address of its file, and the registration owns one reference to it. A poll that
//! has begun may report a file that is being unregistered; so `unregister` hands the reference to `retired` while
//! somebody polls, and whoever ends a poll drops what has been retired after turning the reports into references.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::file::File;
use super::monitor::Found;
use super::request;
use super::{complete, monitor};
use crate::device::Device;
use crate::engine::{Epoll, Events};
use crate::object::thread::Thread;
use crate::status::Status;
use crate::sync::{Arc, Mutex};

/// A count that the workers of a port would pass to and fro between their processors, twice for each receive, is kept in
/// parts. One thread may count up and another one down in different parts; only their sum means anything.
const SHARDS: usize = 8;

#[derive(Default)]
#[repr(align(64))]
struct Shard(AtomicI32);

thread_local! {
    /// The part that the calling thread counts in; SHARDS or more if it has none yet.
    static SHARD: Cell<usize> = const { Cell::new(SHARDS) };
}

#[cold]
fn choose_shard() -> usize {
    let serial = Thread::with_current(|thread| thread.serial());
    let shard = serial as usize % SHARDS;
    SHARD.set(shard);
    shard
}

/// A poller and what is registered with it.
pub struct Pump {
    engine: Epoll,
    /// Requests in flight on its files.
    pending: [Shard; SHARDS],
    registered: AtomicU32,
    lead: Mutex<Lead>,
}

#[derive(Default)]
struct Lead {
    polling: bool,
    retired: Vec<Arc<File>>,
}

impl Pump {
    pub(super) fn new() -> Result<Pump, Status> {
        Ok(Pump {
            engine: Epoll::new()?,
            pending: Default::default(),
            registered: AtomicU32::new(0),
            lead: Mutex::default(),
        })
    }

    pub(super) fn engine(&self) -> &Epoll {
        &self.engine
    }

    /// From now on edges of `fd` are reported as `file`.
    pub(super) fn register(&self, fd: i32, file: &Arc<File>) -> Result<(), Status> {
        let token = Arc::into_raw(file.clone());
        let address = token.expose_provenance() as u64;
        let result = match file.device() {
            Device::Watched => self.engine.register_input(fd, address),
            Device::Socket(_) | Device::Disk(_) => self.engine.register(fd, address),
        };
        if result.is_err() {
            // SAFETY: made two lines above and not handed to anybody.
            drop(unsafe { Arc::from_raw(token) });
        } else {
            self.registered.fetch_add(1, Ordering::Relaxed);
        }
        result
    }

    /// Ends a registration.
    pub(super) fn unregister(&self, fd: i32, file: &File) {
        self.engine.unregister(fd);
        self.registered.fetch_sub(1, Ordering::Relaxed);
        // SAFETY: `register` made this reference of the same file; a file is registered once at a time.
        let reference = unsafe { Arc::from_raw(std::ptr::from_ref(file)) };
        let mut lead = self.lead.lock();
        if lead.polling {
            lead.retired.push(reference);
        } else {
            drop(lead);
            drop(reference);
        }
    }

    pub(super) fn has_registrations(&self) -> bool {
        self.registered.load(Ordering::Relaxed) != 0
    }

    /// `n` more requests are in flight.
    #[inline]
    pub(super) fn pended(&self, n: usize) {
        self.shard().fetch_add(n as i32, Ordering::SeqCst);
    }

    #[inline]
    pub(super) fn settled(&self, n: usize) {
        self.shard().fetch_sub(n as i32, Ordering::Relaxed);
    }

    #[inline]
    fn shard(&self) -> &AtomicI32 {
        let shard = SHARD.get();
        let shard = if shard < SHARDS {
            shard
        } else {
            choose_shard()
        };
        &self.pending[shard].0
    }

    pub(super) fn has_pending(&self) -> bool {
        if !self.has_registrations() {
            return false; // a port that is only posted to need not add up
        }
        let sum = |sum: i32, shard: &Shard| sum.wrapping_add(shard.0.load(Ordering::SeqCst));
        self.pending.iter().fold(0, sum) != 0
    }

    /// Waits for edges and hands every file that has work to `ready`, which may perform it. One caller at a time.
    pub(super) fn poll(
        &self,
        events: &mut Events,
        wait: impl FnOnce(&Epoll, &mut Events),
        mut ready: impl FnMut(&Arc<File>),
    ) {
        // A caller that has been unparked already does not wait; what stands there then is of an earlier poll, and its
        // files may be gone.
        events.clear();
        self.lead.lock().polling = true;
        wait(&self.engine, events);
        let mut reports = events.iter().peekable();
        while let Some((address, readiness)) = reports.next() {
            if let Some((next, _)) = reports.peek() {
                prefetch(std::ptr::without_provenance::<File>(*next as usize));
            }
            let file = std::ptr::with_exposed_provenance(address as usize);
            // SAFETY: the file is registered, or was when this poll began and is in `retired`; either way a reference to
            // it is kept until `polling` is cleared below. It is lent here, not given.
            let file = unsafe { ManuallyDrop::new(Arc::<File>::from_raw(file)) };
            if file.state.note_edge(readiness) {
                ready(&file);
            }
        }
        let mut lead = self.lead.lock();
        lead.polling = false;
        let retired = std::mem::take(&mut lead.retired);
        drop(lead);
        drop(retired);
    }
}

/// Of a thousand connections each is out of the cache when its turn comes: its turn is after this one's system calls.
#[inline]
pub(super) fn prefetch<T>(of: *const T) {
    #[cfg(target_arch = "x86_64")]
    for line in (0..size_of::<T>()).step_by(64) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a hint; the address need not even be valid.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(of.wrapping_byte_add(line).cast()) };
    }
    let _ = of;
}

/// Room for one poll, kept by each thread that polls.
pub(super) fn with_events<R>(f: impl FnOnce(&mut Events, &mut Vec<Arc<File>>) -> R) -> R {
    thread_local! {
        static ROOM: RefCell<(Events, Vec<Arc<File>>)> = RefCell::default();
    }
    let mut f = Some(f);
    let mut run =
        |(events, tokens): &mut (Events, Vec<Arc<File>>)| f.take().map(|f| f(events, tokens));
    let done = ROOM.try_with(|room| run(&mut room.borrow_mut()));
    // A thread that is past the destructors of its locals takes room of its own.
    match done.unwrap_or_else(|_| run(&mut Default::default())) {
        Some(result) => result,
        None => unreachable!("nobody has run it"),
    }
}

/// The pump of files without a port, and the threads that may drive it.
pub struct General {
    pump: OnceLock<Pump>,
    drivers: Mutex<Drivers>,
    activity: AtomicU64,
}

#[derive(Default)]
struct Drivers {
    leading: bool,
    /// Threads that sleep on their futex because somebody else leads or there was nothing to drive.
    followers: Vec<Arc<Thread>>,
}

/// The process has one.
pub static GENERAL: General = General {
    pump: OnceLock::new(),
    drivers: Mutex::new(Drivers {
        leading: false,
        followers: Vec::new(),
    }),
    activity: AtomicU64::new(0),
};

impl General {
    /// Made when it is first needed: the status says why it cannot be had.
    pub(super) fn pump(&self) -> Result<&Pump, Status> {
        if let Some(pump) = self.pump.get() {
            return Ok(pump);
        }
        let pump = Pump::new()?;
        Ok(self.pump.get_or_init(|| pump))
    }

    /// Sleeps for `thread`, in the poller if that is free and of use. False: sleep on the futex without being known.
    pub(super) fn drive(&self, thread: &Arc<Thread>, deadline: Option<Instant>) -> bool {
        let mut drivers = self.drivers.lock();
        let gives_way = thread.seat.gives_way.swap(false, Ordering::Relaxed);
        let Some(pump) = self
            .pump
            .get()
            .filter(|p| p.has_registrations() && !drivers.leading && !gives_way)
        else {
            drivers.followers.push(thread.clone());
            drop(drivers);
            thread.park_on_futex(deadline);
            self.drivers
                .lock()
                .followers
                .retain(|follower| !Arc::ptr_eq(follower, thread));
            return true;
        };
        let Some(kick) = thread.kick_fd() else {
            return false;
        };
        if !thread.seat.kicks_general.load(Ordering::Relaxed) {
            if pump.engine().register_kick(kick).is_err() {
                return false;
            }
            thread.seat.kicks_general.store(true, Ordering::Relaxed);
        }
        drivers.leading = true;
        drop(drivers);
        let brought = self.lead(pump, |engine, events| {
            if thread.enter_poll() {
                engine.wait(events, deadline);
                thread.leave_poll();
            }
        });
        // What came was for others. They will be back to wait and had better poll for themselves.
        if brought && thread.claim().outcome().is_none() {
            thread.seat.gives_way.store(true, Ordering::Relaxed);
        }
        true
    }

    /// Performs what is ready, without sleeping. Not if somebody leads, not in the place of those whom `thread` has to
    /// let go first, and not for each of many tests in a row. True if that was anything.
    pub(super) fn catch_up(&self, thread: &Thread, testing: bool) -> bool {
        let Some(pump) = self.pump.get().filter(|pump| pump.has_registrations()) else {
            return false;
        };
        if thread.seat.gives_way.load(Ordering::Relaxed) || testing && !is_time_to_test() {
            return false;
        }
        if std::mem::replace(&mut self.drivers.lock().leading, true) {
            return false;
        }
        self.lead(pump, Epoll::poll)
    }

    /// One poll, and everything it brings performed. True if that was anything.
    fn lead(&self, pump: &Pump, wait: impl FnOnce(&Epoll, &mut Events)) -> bool {
        let mut tokens = with_events(|events, tokens| {
            pump.poll(events, wait, |file| tokens.push(file.clone()));
            std::mem::take(tokens)
        });
        let brought = !tokens.is_empty();
        for file in tokens.drain(..) {
            request::redeem(&file, &mut complete::post);
        }
        with_events(|_, room| *room = tokens); // its capacity is worth keeping
        self.activity.fetch_add(1, Ordering::Relaxed);
        self.drivers.lock().leading = false;
        if pump.has_pending() {
            monitor::arm(); // it may have gone to sleep while we led
        }
        brought
    }

    /// Performs what is ready, for a thread that is inside another poll already and has found this one ready there.
    pub(super) fn perform_ready(&self) {
        const ROUNDS: u32 = 32; // what comes after them is left to the monitor
        let Some(pump) = self.pump.get() else {
            return;
        };
        for _ in 0..ROUNDS {
            if std::mem::replace(&mut self.drivers.lock().leading, true) {
                return;
            }
            let (mut events, mut tokens) = (Events::default(), Vec::new());
            pump.poll(&mut events, Epoll::poll, |file| tokens.push(file.clone()));
            for file in &tokens {
                request::redeem(file, &mut complete::post);
            }
            self.activity.fetch_add(1, Ordering::Relaxed);
            self.drivers.lock().leading = false;
            if events.iter().next().is_none() {
                break;
            }
        }
        if pump.has_pending() {
            monitor::arm();
        }
    }

    /// Called by the monitor.
    pub(super) fn tick(&self, seen: &mut u64) -> Found {
        let Some(pump) = self.pump.get().filter(|pump| pump.has_pending()) else {
            return Found::Nothing;
        };
        let mut drivers = self.drivers.lock();
        if drivers.leading {
            return Found::Nothing;
        }
        let activity = self.activity.load(Ordering::Relaxed);
        if std::mem::replace(seen, activity) != activity {
            return Found::Moving;
        }
        if let Some(thread) = drivers.followers.last().cloned() {
            drop(drivers);
            thread.unpark();
            return Found::Stuck;
        }
        drivers.leading = true;
        drop(drivers);
        if self.lead(pump, Epoll::poll) {
            Found::Stuck
        } else {
            Found::Moving // nothing has come: no need to look so often
        }
    }
}

/// A program may test its events one after another (WAIT-48). A poll for each would cost more than all the tests.
fn is_time_to_test() -> bool {
    const PAUSE: Duration = Duration::from_micros(50);
    thread_local! {
        static LAST: Cell<Option<Instant>> = const { Cell::new(None) };
    }
    let now = Instant::now();
    let due = LAST.get().is_none_or(|last| now - last >= PAUSE);
    if due {
        LAST.set(Some(now));
    }
    due
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::IntoRawFd;
    use std::os::unix::net::UnixStream;

    use super::{Device, Pump};
    use crate::device::socket::Socket;
    use crate::engine::{Epoll, Events};
    use crate::io::file::{File, OVERLAPPED};
    use crate::sync::Arc;

    fn readable_file() -> (Arc<File>, UnixStream) {
        let (mut near, far) = UnixStream::pair().unwrap();
        near.write_all(b"x").unwrap();
        let device = Device::Socket(Socket::new(2, 1, 6));
        (File::new(far.into_raw_fd(), device, OVERLAPPED), near)
    }

    fn poll(pump: &Pump, events: &mut Events, wait: impl FnOnce(&Epoll, &mut Events)) -> usize {
        pump.poll(events, wait, |_| ());
        events.iter().count()
    }

    /// Otherwise a thread that was unparked just before its wait would report files that are gone.
    #[test]
    fn a_poll_that_does_not_wait_reports_nothing_of_the_poll_before() {
        let (pump, mut events) = (Pump::new().unwrap(), Events::default());
        let (file, _near) = readable_file();
        let fd = file.with_fd(|fd| fd).unwrap();
        pump.register(fd, &file).unwrap();
        assert_eq!(poll(&pump, &mut events, Epoll::poll), 1);
        pump.unregister(fd, &file);
        drop(file);
        assert_eq!(poll(&pump, &mut events, |_, _| {}), 0);
    }

    #[test]
    fn a_registration_keeps_its_file_and_a_poll_keeps_those_that_end_meanwhile() {
        let (pump, mut events) = (Pump::new().unwrap(), Events::default());
        let (file, _near) = readable_file();
        let fd = file.with_fd(|fd| fd).unwrap();
        pump.register(fd, &file).unwrap();
        let (address, alive) = (Arc::as_ptr(&file), Arc::downgrade(&file));
        drop(file);
        assert!(pump.has_registrations() && alive.strong_count() == 1);
        pump.poll(
            &mut events,
            |engine, events| {
                engine.poll(events);
                // SAFETY: the registration's reference is there.
                pump.unregister(fd, unsafe { &*address });
                assert_eq!(
                    alive.strong_count(),
                    1,
                    "kept until its report is dealt with"
                );
            },
            |_| (),
        );
        assert!(!pump.has_registrations() && alive.strong_count() == 0);
    }
}
