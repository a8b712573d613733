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
//!
//! Beside the lock stands a *hint*: could a wait be satisfied now? It is written whenever the lock is given back, and
//! lets a wait for many objects pass over those that are not signalled with one load each. A reader may be late by what
//! another processor has not published yet, so "no" is never the last word: whoever goes on to wait, or to report that
//! nothing is signalled, looks under the lock first.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};

use super::thread::Thread;
use crate::sync::{Arc, AtomicBool, Mutex, MutexGuard, Ordering, Weak};

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
    /// Would a wait of some thread be satisfied now? A mutex may be for its owner.
    #[inline]
    fn may_satisfy(&self) -> bool {
        match self {
            Signal::Notification(set) | Signal::Synchronization(set) => *set,
            Signal::Semaphore { count, .. } => *count > 0,
            Signal::Mutex(_) => true,
        }
    }

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
    /// Not counted: the block stands in a list only while the thread is inside its wait function.
    thread: *const Thread,
    /// Index in the caller's array, for a wait for any.
    index: u32,
    all: bool,
}

// SAFETY: a Thread may be used from any thread; that it is still there is the first invariant.
unsafe impl Send for WaitBlock {}

impl WaitBlock {
    fn thread(&self) -> &Thread {
        // SAFETY: the block is in a list (the only place where blocks are looked at) under the header's lock, which its
        // thread has to take to remove it before it returns from the wait function that lent the reference.
        unsafe { &*self.thread }
    }

    /// A counted reference, to wake the thread once the lock is gone.
    fn to_arc(&self) -> Arc<Thread> {
        // SAFETY: as above; `enlist` got the address from an `Arc`.
        unsafe {
            Arc::increment_strong_count(self.thread);
            Arc::from_raw(self.thread)
        }
    }
}

/// Signal and waiters under one lock.
pub struct State {
    /// The signal.
    pub signal: Signal,
    /// The oldest block: mostly there is no other, and it needs no heap.
    first: Option<WaitBlock>,
    /// The blocks after it, in order of arrival. Empty if there is no first one.
    #[allow(clippy::box_collection)] // there is one header per object, and few need this
    more: Option<Box<VecDeque<WaitBlock>>>,
}

/// The waitable header of an object.
pub struct Dispatcher {
    /// See the top of the file.
    hint: AtomicBool,
    state: Mutex<State>,
}

/// The state of an object, locked.
pub struct Locked<'d> {
    hint: &'d AtomicBool,
    state: MutexGuard<'d, State>,
}

impl Deref for Locked<'_> {
    type Target = State;

    #[inline]
    fn deref(&self) -> &State {
        &self.state
    }
}

impl DerefMut for Locked<'_> {
    #[inline]
    fn deref_mut(&mut self) -> &mut State {
        &mut self.state
    }
}

impl Drop for Locked<'_> {
    #[inline]
    fn drop(&mut self) {
        // Before the lock goes, so that the hints of two holders come in their order.
        self.hint
            .store(self.state.signal.may_satisfy(), Ordering::Relaxed);
    }
}

impl Dispatcher {
    /// A header with this signal and nobody waiting.
    pub fn new(signal: Signal) -> Dispatcher {
        Dispatcher {
            hint: AtomicBool::new(signal.may_satisfy()),
            state: Mutex::new(State {
                signal,
                first: None,
                more: None,
            }),
        }
    }

    /// The state, locked.
    #[inline]
    pub fn lock(&self) -> Locked<'_> {
        Locked {
            state: self.state.lock(),
            hint: &self.hint,
        }
    }

    /// Is it worth taking the lock to see whether a wait is satisfied? See the top of the file for what "no" is worth.
    #[inline]
    pub(super) fn may_satisfy(&self) -> bool {
        self.hint.load(Ordering::Relaxed)
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
        if state.first.is_none() {
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
    /// Adds a block for `thread` at the end of the list. Before `thread` returns from the wait function that calls this
    /// it must call `delist`.
    pub(super) fn enlist(&mut self, thread: &Arc<Thread>, index: u32, all: bool) {
        let block = WaitBlock {
            thread: Arc::as_ptr(thread),
            index,
            all,
        };
        if self.first.is_none() {
            self.first = Some(block);
        } else {
            self.more.get_or_insert_default().push_back(block);
        }
    }

    /// Removes every block of `thread`.
    pub(super) fn delist(&mut self, thread: &Arc<Thread>) {
        let others = |block: &WaitBlock| !std::ptr::eq(block.thread, Arc::as_ptr(thread));
        if let Some(more) = &mut self.more {
            more.retain(others);
        }
        if !self.first.as_ref().is_some_and(others) {
            self.first = self.more.as_mut().and_then(|more| more.pop_front());
        }
        if self.more.as_ref().is_some_and(|more| more.is_empty()) {
            self.more = None;
        }
    }

    /// Offers the signal to the waiters in order until it is used up.
    fn satisfy(&mut self) -> Woken {
        let mut woken = Woken::default();
        for block in self
            .first
            .iter()
            .chain(self.more.iter().flat_map(|m| m.iter()))
        {
            if !self.signal.is_signalled_for(block.thread()) {
                if matches!(self.signal, Signal::Mutex(_)) {
                    continue;
                }
                break;
            }
            if block.all {
                woken.push(block.to_arc());
            } else if block
                .thread()
                .claim()
                .satisfy(block.index, self.signal.is_abandoned())
            {
                self.signal.consume(block.thread());
                woken.push(block.to_arc());
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
    fn push(&mut self, thread: Arc<Thread>) {
        if self.first.is_none() {
            self.first = Some(thread);
        } else {
            self.more.push(thread);
        }
    }

    fn wake(self) {
        for thread in self.first.into_iter().chain(self.more) {
            thread.unpark();
        }
    }
}

/// Locks several different headers in the order of their addresses.
pub(super) fn lock_all<'d>(headers: impl Iterator<Item = &'d Dispatcher>) -> Vec<Locked<'d>> {
    let headers: Vec<_> = headers.collect();
    let mut order: Vec<usize> = (0..headers.len()).collect();
    order.sort_by_key(|&i| std::ptr::from_ref(headers[i]).addr());
    let mut guards: Vec<Option<Locked<'d>>> = headers.iter().map(|_| None).collect();
    for i in order {
        guards[i] = Some(headers[i].lock());
    }
    guards.into_iter().flatten().collect()
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{Dispatcher, Ownership, Signal};
    use crate::object::thread::Thread;
    use crate::sync::Arc;

    fn enlist(header: &Dispatcher) -> Arc<Thread> {
        let thread = Arc::new(Thread::new());
        thread.claim().begin(false);
        header.lock().enlist(&thread, 0, false);
        thread
    }

    /// WAIT-15, whichever thread gives up before.
    #[test]
    fn threads_are_released_in_the_order_they_came() {
        for leaves in 0..5 {
            let header = Dispatcher::new(Signal::Synchronization(false));
            let mut threads: Vec<_> = (0..4).map(|_| enlist(&header)).collect();
            if leaves < threads.len() {
                header.lock().delist(&threads.remove(leaves));
            }
            for at in 0..threads.len() {
                header.set();
                let released = threads.iter().position(|t| t.claim().outcome().is_none());
                assert_eq!(released.unwrap_or(threads.len()), at + 1);
                header.lock().delist(&threads[at]);
            }
            header.set();
            assert!(header.is_set(), "nobody is left to take it");
        }
    }

    #[test]
    fn the_hint_follows_the_signal() {
        let header = Dispatcher::new(Signal::Synchronization(true));
        assert!(header.may_satisfy());
        header.lock().signal.consume(&Thread::new());
        assert!(!header.may_satisfy());
        header.set();
        assert!(header.may_satisfy());
        header.reset();
        header.pulse();
        assert!(!header.may_satisfy());
        let limit = 2;
        let semaphore = Dispatcher::new(Signal::Semaphore { count: 0, limit });
        assert!(!semaphore.may_satisfy());
        semaphore.update(|signal| *signal = Signal::Semaphore { count: 1, limit });
        assert!(semaphore.may_satisfy());
    }

    #[test]
    fn a_mutex_may_always_be_for_its_owner() {
        let owned = Ownership {
            owner: 1,
            recursion: 1,
            ..Ownership::default()
        };
        assert!(Dispatcher::new(Signal::Mutex(Box::new(owned))).may_satisfy());
    }
}
