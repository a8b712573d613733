//! Threads that wait for many objects each, and tell when one is signalled or its time is over.
//!
//! A thread waits for its control event and up to 63 objects. Who adds or removes one sets the event. Who removes one waits
//! besides until the thread has come out of the wait that it may have been in, so that it takes no signal any more that is
//! meant for others; a signal that it had taken already is given back.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use larboard_kernel::object::ObjectRef;
use larboard_kernel::object::event::Event;
use larboard_kernel::object::wait::{self, MAXIMUM_WAIT_OBJECTS, Outcome};
use larboard_kernel::status::Status;

/// What is told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Signalled,
    TimedOut,
}

/// Who is told, once, on the waiting thread.
pub(super) type Sink = Box<dyn FnOnce(Told) + Send>;

/// One wait, for its removal.
pub(super) struct Watch {
    id: u64,
    waiter: Arc<Waiter>,
}

struct Waiter {
    control: Arc<Event>,
    state: Mutex<State>,
    /// The thread has come out of a wait.
    turned: Condvar,
}

#[derive(Default)]
struct State {
    entries: Vec<Entry>,
    /// How often the thread has come out of its wait.
    turns: u64,
    /// The thread waits, or is about to.
    waiting: bool,
    thread: Option<ThreadId>,
}

struct Entry {
    id: u64,
    object: ObjectRef,
    deadline: Option<Instant>,
    sink: Sink,
}

static WAITERS: Mutex<Vec<Arc<Waiter>>> = Mutex::new(Vec::new());

/// The control event takes one place.
const ROOM: usize = MAXIMUM_WAIT_OBJECTS - 1;

/// Waits for an object, at most for a time.
pub(super) fn watch(
    object: ObjectRef,
    limit: Option<Duration>,
    sink: Sink,
) -> Result<Watch, Status> {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let id = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    let entry = Entry {
        id,
        object,
        deadline: limit.map(|limit| Instant::now() + limit),
        sink,
    };
    let mut waiters = WAITERS
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    let found = waiters
        .iter()
        .find(|waiter| waiter.lock().entries.len() < ROOM);
    let waiter = match found {
        Some(waiter) => waiter.clone(),
        None => {
            let waiter = Waiter::start()?;
            waiters.push(waiter.clone());
            waiter
        }
    };
    waiter.lock().entries.push(entry);
    drop(waiters);
    waiter.control.set();
    Ok(Watch { id, waiter })
}

impl Watch {
    /// True if nothing was told, and nothing will be. False if it was told, or is being told.
    pub(super) fn cancel(&self) -> bool {
        let waiter = &self.waiter;
        let mut state = waiter.lock();
        let Some(at) = state.entries.iter().position(|entry| entry.id == self.id) else {
            return false;
        };
        let entry = state.entries.swap_remove(at);
        let here = state.thread == Some(std::thread::current().id());
        let turns = state.turns;
        drop(state);
        waiter.control.set();
        if !here {
            let mut state = waiter.lock();
            while state.waiting && state.turns == turns {
                state = waiter
                    .turned
                    .wait(state)
                    .unwrap_or_else(|poisoned| poisoned.into_inner());
            }
        }
        drop(entry);
        true
    }
}

impl Waiter {
    fn start() -> Result<Arc<Self>, Status> {
        let waiter = Arc::new(Self {
            control: Arc::new(Event::new(false, false)),
            state: Mutex::default(),
            turned: Condvar::new(),
        });
        let thread = waiter.clone();
        std::thread::Builder::new()
            .name("larboard-wait".into())
            .spawn(move || thread.run())
            .map_err(|_| Status::NO_MEMORY)?;
        Ok(waiter)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn run(&self) {
        self.lock().thread = Some(std::thread::current().id());
        loop {
            let (mut objects, mut ids) = (vec![self.control.clone() as ObjectRef], vec![0]);
            let mut first: Option<Instant> = None;
            let mut state = self.lock();
            for entry in &state.entries {
                objects.push(entry.object.clone());
                ids.push(entry.id);
                first = [first, entry.deadline].into_iter().flatten().min();
            }
            state.waiting = true;
            drop(state);
            let outcome = wait::multiple(&objects, false, until(first), false);
            let mut told = Vec::new();
            let mut state = self.lock();
            state.turns += 1;
            state.waiting = false;
            if let Ok(Outcome::Object(at @ 1..) | Outcome::Abandoned(at @ 1..)) = outcome {
                match state.entries.iter().position(|entry| entry.id == ids[at]) {
                    Some(at) => told.push((state.entries.swap_remove(at), Told::Signalled)),
                    // Nobody waits for it here any more.
                    None => _ = objects[at].signal(),
                }
            }
            let now = Instant::now();
            let is_over =
                |entry: &mut Entry| entry.deadline.is_some_and(|deadline| deadline <= now);
            let over: Vec<Entry> = state.entries.extract_if(.., is_over).collect();
            told.extend(over.into_iter().map(|entry| (entry, Told::TimedOut)));
            drop(state);
            self.turned.notify_all();
            for (entry, what) in told {
                (entry.sink)(what);
            }
        }
    }
}

/// Milliseconds until a moment, rounded up; without one for ever.
fn until(moment: Option<Instant>) -> u32 {
    let Some(moment) = moment else {
        return u32::MAX;
    };
    let left = moment.saturating_duration_since(Instant::now());
    u32::try_from(left.as_nanos().div_ceil(1_000_000))
        .unwrap_or(u32::MAX - 1)
        .min(u32::MAX - 1)
}
