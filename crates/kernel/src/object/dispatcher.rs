//! The dispatcher header: the part of an object that can be waited on - a signal state and the threads that wait.
//!
//! Invariants, all under the header's lock:
//! - A wait block stands in the list only while its thread is inside a wait function; the thread takes its blocks out
//!   before it returns. So a signal never reaches a thread that waits for something else.
//! - Whoever makes an object signalled offers it to the blocks in order of arrival. A wait for *any* is satisfied by
//!   claiming its thread (one compare-and-swap, see `thread::Claim`) and consuming the object in its name, in this one
//!   step: a signal is never given to two threads nor lost to one that is timing out (WAIT-51).
//! - A wait for *all* cannot be satisfied from one object. Its thread is woken to look at all of its objects under all
//!   their locks, and the object goes on to the next block: half a wait holds nobody back (WAIT-11).

use std::collections::VecDeque;

use super::ObjectRef;
use super::thread::Thread;
use crate::sync::{Arc, Mutex, MutexGuard, Weak};

/// What an object's signal is, and what a satisfied wait does to it (WAIT-07).
pub enum Signal {
    /// Stays signalled until reset: manual-reset event, manual-reset timer, thread, file object.
    Notification(bool),
    /// One satisfied wait resets it: auto-reset event, synchronisation timer.
    Synchronization(bool),
    /// Signalled while the count is above zero.
    Semaphore {
        /// What is left.
        count: i32,
        /// What it may grow to.
        limit: i32,
    },
    /// Signalled while nobody owns it, and for its owner.
    Mutex(Box<Ownership>),
}

/// The state of a mutex.
#[derive(Default)]
pub struct Ownership {
    /// Thread id of the owner, 0 if free.
    pub owner: u32,
    /// How often the owner has to release it.
    pub recursion: u32,
    /// The last owner ended without releasing it.
    pub abandoned: bool,
    /// The mutex itself, for the owner's list of what to abandon.
    pub object: Option<Weak<dyn super::Object>>,
}

/// What consuming an object told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Consumed {
    /// The usual case.
    Normal,
    /// A mutex whose owner had ended.
    Abandoned,
}

impl Signal {
    /// Would a wait of this thread be satisfied now?
    pub fn is_signalled_for(&self, thread: &Thread) -> bool {
        match self {
            Signal::Notification(set) | Signal::Synchronization(set) => *set,
            Signal::Semaphore { count, .. } => *count > 0,
            Signal::Mutex(m) => m.owner == 0 || m.owner == thread.id(),
        }
    }

    /// Takes the object for `thread`. Only after `is_signalled_for` said yes under the same lock.
    pub fn consume(&mut self, thread: &Thread) -> Consumed {
        match self {
            Signal::Notification(_) => {}
            Signal::Synchronization(set) => *set = false,
            Signal::Semaphore { count, .. } => *count -= 1,
            Signal::Mutex(m) => return m.acquire(thread),
        }
        Consumed::Normal
    }
}

impl Ownership {
    fn acquire(&mut self, thread: &Thread) -> Consumed {
        self.recursion += 1;
        if self.owner == 0 {
            self.owner = thread.id();
            thread.owns(self.object.clone());
        }
        if std::mem::take(&mut self.abandoned) {
            Consumed::Abandoned
        } else {
            Consumed::Normal
        }
    }
}

/// One object in one thread's wait.
struct WaitBlock {
    thread: Arc<Thread>,
    /// Index in the caller's array, for a wait for any.
    index: u32,
    all: bool,
}

/// Signal and waiters under one lock.
pub struct State {
    /// The signal.
    pub signal: Signal,
    // Boxed: most objects are never waited on, and there is one header per socket.
    #[allow(clippy::box_collection)]
    waiters: Option<Box<VecDeque<WaitBlock>>>,
}

/// The waitable header of an object.
pub struct Dispatcher(Mutex<State>);

impl Dispatcher {
    /// A header with this signal and nobody waiting.
    pub fn new(signal: Signal) -> Dispatcher {
        Dispatcher(Mutex::new(State {
            signal,
            waiters: None,
        }))
    }

    /// The state, locked.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }

    /// Changes the signal, then gives it to whoever it satisfies. The one way an object becomes signalled.
    pub fn update<R>(&self, change: impl FnOnce(&mut Signal) -> R) -> R {
        let mut state = self.lock();
        let result = change(&mut state.signal);
        let woken = state.satisfy();
        drop(state);
        woken.wake();
        result
    }

    /// Sets a two-state signal. Does nothing to the others.
    pub fn set(&self) {
        let mut state = self.lock();
        if let Signal::Notification(set) | Signal::Synchronization(set) = &mut state.signal {
            *set = true;
        }
        if state.waiters.is_none() {
            return;
        }
        let woken = state.satisfy();
        drop(state);
        woken.wake();
    }

    /// Clears a two-state signal.
    pub fn reset(&self) {
        if let Signal::Notification(set) | Signal::Synchronization(set) = &mut self.lock().signal {
            *set = false;
        }
    }

    /// Is a two-state signal set?
    pub fn is_set(&self) -> bool {
        matches!(
            self.lock().signal,
            Signal::Notification(true) | Signal::Synchronization(true)
        )
    }

    /// Signals for those that wait now and nobody later (PulseEvent).
    pub fn pulse(&self) {
        let mut state = self.lock();
        if let Signal::Notification(set) | Signal::Synchronization(set) = &mut state.signal {
            *set = true;
        }
        let woken = state.satisfy();
        if let Signal::Notification(set) | Signal::Synchronization(set) = &mut state.signal {
            *set = false;
        }
        drop(state);
        woken.wake();
    }
}

impl State {
    /// Adds a block for `thread` at the end of the list.
    pub(super) fn enlist(&mut self, thread: &Arc<Thread>, index: u32, all: bool) {
        self.waiters.get_or_insert_default().push_back(WaitBlock {
            thread: thread.clone(),
            index,
            all,
        });
    }

    /// Removes every block of `thread`.
    pub(super) fn delist(&mut self, thread: &Arc<Thread>) {
        if let Some(waiters) = &mut self.waiters {
            waiters.retain(|block| !Arc::ptr_eq(&block.thread, thread));
            if waiters.is_empty() {
                self.waiters = None;
            }
        }
    }

    /// Offers the signal to the waiters in order until it is used up.
    fn satisfy(&mut self) -> Woken {
        let mut woken = Woken::default();
        let Some(waiters) = &mut self.waiters else {
            return woken;
        };
        for block in waiters.iter() {
            if !self.signal.is_signalled_for(&block.thread) {
                if matches!(self.signal, Signal::Mutex(_)) {
                    continue;
                }
                break;
            }
            if block.all {
                woken.push(&block.thread);
            } else if block
                .thread
                .claim()
                .satisfy(block.index, self.signal.is_abandoned())
            {
                self.signal.consume(&block.thread);
                woken.push(&block.thread);
            }
        }
        woken
    }
}

impl Signal {
    /// A mutex whose owner has ended.
    pub(super) fn is_abandoned(&self) -> bool {
        matches!(self, Signal::Mutex(m) if m.abandoned)
    }
}

/// Threads to be woken once the lock is gone. One is the usual number and needs no heap.
#[derive(Default)]
struct Woken {
    first: Option<Arc<Thread>>,
    more: Vec<Arc<Thread>>,
}

impl Woken {
    fn push(&mut self, thread: &Arc<Thread>) {
        if self.first.is_none() {
            self.first = Some(thread.clone());
        } else {
            self.more.push(thread.clone());
        }
    }

    fn wake(self) {
        for thread in self.first.into_iter().chain(self.more) {
            thread.unpark();
        }
    }
}

/// Locks the headers of several different objects in the order of their addresses.
pub(super) fn lock_all<'o>(objects: &[&'o ObjectRef]) -> Vec<MutexGuard<'o, State>> {
    let mut order: Vec<usize> = (0..objects.len()).collect();
    order.sort_by_key(|&i| std::ptr::from_ref(objects[i].dispatcher()).addr());
    let mut guards: Vec<Option<MutexGuard<'o, State>>> = objects.iter().map(|_| None).collect();
    for i in order {
        guards[i] = Some(objects[i].dispatcher().lock());
    }
    guards.into_iter().flatten().collect()
}
