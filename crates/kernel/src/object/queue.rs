//! The queue under a completion port: entries first-in first-out, waiting threads last-in first-out, and a limit to how
//! many of the queue's threads run at a time.
//!
//! Everything here is a decision under the lock that the owner keeps around the queue; sleeping, polling and waking are
//! done by the owner after it. The owner's part of the agreement:
//! - A thread calls `take`; if that brings nothing, `begin_wait`, then it sleeps without the lock until it is
//!   unparked, then `end_wait`, and `take` again.
//! - Whoever adds an entry or frees a slot asks `whom_to_wake` before it lets go of the lock, and does what the answer
//!   says. [`Wake::Later`] means that a thread is expected back, and that somebody has to look after it if it does not
//!   come: the owner's monitor calls `release_one`.
//!
//! Invariants:
//! 1. `running` is the number of threads whose seat is `counted` here.
//! 2. A thread stands in `waiters` exactly while its ticket is WAITING. Who is released leaves the stack and counts as
//!    running in the same step, so a slot is never given twice.
//! 3. A thread that has been released looks at the entries before it may time out: no wake-up is used up in vain.

use std::collections::VecDeque;

use super::thread::Thread;
use crate::sync::{Arc, Ordering};

/// A queue of entries of kind `E`.
pub struct Queue<E> {
    /// What waits to be taken, oldest first.
    pub entries: VecDeque<E>,
    /// Some thread polls for further entries.
    pub leading: bool,
    /// Nothing is given out any more.
    pub closed: bool,
    /// Threads that wait, the last to begin on top. Who leads is one of them.
    waiters: Vec<Arc<Thread>>,
    /// Threads that have been released and have not come back yet.
    coming: usize,
    running: u32,
    concurrency: u32,
    /// Counts attempts to take: whether anything moves.
    activity: u64,
    seen: u64,
    /// `activity` when the last poll began.
    polled: u64,
    seen_polled: u64,
}

/// What is to be done once the lock is gone.
#[must_use]
pub enum Wake {
    /// Nothing: there is nothing to do, or whoever will do it is awake.
    Nobody,
    /// Nothing now; the monitor has to watch.
    Later,
    /// Unpark this thread.
    Now(Arc<Thread>),
}

/// So many entries wake another thread even if one is expected back.
const BACKLOG: usize = 32;

/// How many entries are taken before somebody polls, even if there are more.
const TURNS: u64 = 128;

// Tickets of `Seat`.
const NONE: u32 = 0;
const WAITING: u32 = 1;
const RELEASED: u32 = 2;

impl<E> Queue<E> {
    /// An empty queue of which at most `concurrency` threads run.
    pub fn new(concurrency: u32) -> Queue<E> {
        Queue {
            entries: VecDeque::new(),
            leading: false,
            closed: false,
            waiters: Vec::new(),
            coming: 0,
            running: 0,
            concurrency,
            activity: 0,
            seen: 0,
            polled: 0,
            seen_polled: 0,
        }
    }

    /// The oldest entry, if `thread` may run. It counts as running with it, and as not running without.
    #[inline]
    pub fn take(&mut self, thread: &Thread) -> Option<E> {
        self.activity += 1;
        self.stop_counting(thread);
        if !self.has_room() {
            return None;
        }
        let entry = self.entries.pop_front()?;
        self.count(thread);
        Some(entry)
    }

    /// [`take`](Self::take) for a thread that counts as running, which is the usual one: nothing but the entries changes.
    /// None: `take` knows why.
    #[inline]
    pub fn take_again(&mut self, thread: &Thread) -> Option<E> {
        let runs = thread.seat.counted.load(Ordering::Relaxed);
        if !runs || self.closed || self.running > self.concurrency || self.is_poll_due() {
            return None;
        }
        let entry = self.entries.pop_front()?;
        self.activity += 1;
        Some(entry)
    }

    /// Has so much been taken since the last poll that what waits to be polled for is kept from its turn? Those who always
    /// have something here would keep out the others for ever.
    #[inline]
    pub fn is_poll_due(&self) -> bool {
        !self.leading && self.activity - self.polled >= TURNS
    }

    /// A poll begins, or there is nothing to poll for.
    pub fn note_poll(&mut self) {
        self.polled = self.activity;
    }

    /// Has anybody polled since this was last asked?
    pub fn has_polled(&mut self) -> bool {
        std::mem::replace(&mut self.seen_polled, self.polled) != self.polled
    }

    /// May another thread run?
    pub fn has_room(&self) -> bool {
        self.running < self.concurrency
    }

    /// Does anybody wait?
    pub fn has_waiters(&self) -> bool {
        !self.waiters.is_empty()
    }

    /// `thread` is about to sleep.
    pub fn begin_wait(&mut self, thread: &Arc<Thread>) {
        thread.seat.ticket.store(WAITING, Ordering::Relaxed);
        self.waiters.push(thread.clone());
    }

    /// It is awake again, for whatever reason.
    pub fn end_wait(&mut self, thread: &Arc<Thread>) {
        match thread.seat.ticket.load(Ordering::Relaxed) {
            WAITING => self.waiters.retain(|waiter| !Arc::ptr_eq(waiter, thread)),
            RELEASED => self.coming -= 1,
            _ => {}
        }
        thread.seat.ticket.store(NONE, Ordering::Relaxed);
    }

    /// Decides who is woken: for the entries, or to lead. `eager`: nobody is expected back soon. `expecting`: whoever
    /// leads would find further entries.
    #[inline]
    pub fn whom_to_wake(&mut self, eager: bool, expecting: bool) -> Wake {
        let work = !self.entries.is_empty();
        if !work && self.leading {
            return Wake::Nobody;
        }
        let at_once = eager || self.entries.len() >= BACKLOG;
        if at_once
            && !self.is_answered()
            && self.has_room()
            && let Some(thread) = self.release_one()
        {
            return Wake::Now(thread);
        }
        if work || expecting {
            Wake::Later
        } else {
            Wake::Nobody
        }
    }

    /// Takes the top waiter off the stack; it counts as running from here on.
    pub fn release_one(&mut self) -> Option<Arc<Thread>> {
        let thread = self.waiters.pop()?;
        thread.seat.ticket.store(RELEASED, Ordering::Relaxed);
        self.coming += 1;
        self.count(&thread);
        Some(thread)
    }

    /// Are threads on their way for all that is here? They may be late on a busy machine; to release another one would
    /// let it come first, out of turn.
    pub fn is_answered(&self) -> bool {
        self.coming != 0 && self.coming >= self.entries.len()
    }

    /// Releases everybody for good. They are to be unparked.
    pub fn close(&mut self) -> Vec<Arc<Thread>> {
        self.closed = true;
        let waiters = std::mem::take(&mut self.waiters);
        for thread in &waiters {
            thread.seat.ticket.store(RELEASED, Ordering::Relaxed);
        }
        self.coming += waiters.len();
        waiters
    }

    /// Has any thread tried to take anything since this was last asked?
    pub fn has_moved(&mut self) -> bool {
        std::mem::replace(&mut self.seen, self.activity) != self.activity
    }

    /// `thread` runs.
    #[inline]
    pub fn count(&mut self, thread: &Thread) {
        // The seat is read and written under the owner's lock only.
        if !thread.seat.counted.load(Ordering::Relaxed) {
            thread.seat.counted.store(true, Ordering::Relaxed);
            self.running += 1;
        }
    }

    /// `thread` does not run, or not here.
    #[inline]
    pub fn stop_counting(&mut self, thread: &Thread) {
        if thread.seat.counted.load(Ordering::Relaxed) {
            thread.seat.counted.store(false, Ordering::Relaxed);
            self.running -= 1;
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{BACKLOG, Queue, TURNS, Wake};
    use crate::object::thread::Thread;
    use crate::sync::Arc;

    fn threads<const N: usize>() -> [Arc<Thread>; N] {
        std::array::from_fn(|_| Arc::new(Thread::new()))
    }

    fn woken(wake: Wake) -> Option<u32> {
        match wake {
            Wake::Now(thread) => Some(thread.serial()),
            Wake::Nobody | Wake::Later => None,
        }
    }

    #[test]
    fn the_last_to_wait_is_the_first_to_be_released() {
        let mut queue = Queue::new(2);
        let [first, second] = threads();
        queue.begin_wait(&first);
        queue.begin_wait(&second);
        queue.entries.extend([1, 2, 3]);
        assert_eq!(
            woken(queue.whom_to_wake(true, false)),
            Some(second.serial())
        );
        assert_eq!(woken(queue.whom_to_wake(true, false)), Some(first.serial()));
        queue.end_wait(&second);
        assert_eq!(
            queue.take(&second),
            Some(1),
            "the first to come is the first to go"
        );
    }

    #[test]
    fn who_is_released_takes_a_slot_at_once() {
        let mut queue = Queue::new(1);
        let [first, second] = threads();
        queue.begin_wait(&first);
        queue.begin_wait(&second);
        queue.entries.extend([1, 2]);
        assert_eq!(
            woken(queue.whom_to_wake(true, false)),
            Some(second.serial())
        );
        assert!(!queue.has_room());
        assert!(matches!(queue.whom_to_wake(true, false), Wake::Later));
        queue.end_wait(&first);
        assert_eq!(queue.take(&first), None, "the slot is given away");
        queue.stop_counting(&second);
        assert!(queue.has_room());
    }

    #[test]
    fn who_is_on_the_way_answers_for_one_entry() {
        let mut queue = Queue::new(3);
        let [first, second] = threads();
        queue.begin_wait(&first);
        queue.begin_wait(&second);
        assert!(!queue.is_answered(), "nobody is on the way");
        queue.entries.push_back(1);
        assert!(matches!(queue.whom_to_wake(true, false), Wake::Now(_)));
        assert!(queue.is_answered());
        assert!(matches!(queue.whom_to_wake(true, false), Wake::Later));
        queue.entries.push_back(2);
        assert!(!queue.is_answered(), "one comes, two are needed");
        assert!(matches!(queue.whom_to_wake(true, false), Wake::Now(_)));
        assert!(queue.is_answered());
        queue.end_wait(&second);
        queue.end_wait(&first);
        assert!(!queue.is_answered(), "both are here");
    }

    #[test]
    fn a_thread_counts_once() {
        let mut queue = Queue::<u8>::new(1);
        let [thread] = threads();
        queue.count(&thread);
        queue.count(&thread);
        assert!(!queue.has_room());
        queue.stop_counting(&thread);
        queue.stop_counting(&thread);
        assert!(queue.has_room());
        queue.count(&thread);
        assert!(!queue.has_room());
    }

    #[test]
    fn who_runs_takes_again_and_nobody_else() {
        let mut queue = Queue::new(1);
        let [thread, other] = threads();
        queue.entries.extend([1, 2]);
        assert_eq!(queue.take_again(&thread), None, "it does not run yet");
        assert_eq!(queue.take(&thread), Some(1));
        assert_eq!(queue.take_again(&other), None);
        assert_eq!(queue.take_again(&thread), Some(2));
        assert_eq!(queue.take_again(&thread), None, "nothing is left");
        queue.entries.push_back(3);
        queue.count(&other);
        assert_eq!(queue.take_again(&thread), None, "too many run");
        queue.stop_counting(&other);
        let _ = queue.close();
        assert_eq!(queue.take_again(&thread), None);
    }

    #[test]
    fn a_queue_that_is_never_empty_is_left_for_a_poll_now_and_then() {
        let mut queue = Queue::new(1);
        let [thread] = threads();
        queue.entries.extend(0..2 * TURNS);
        assert_eq!(queue.take(&thread), Some(0));
        for n in 1..TURNS {
            assert_eq!(queue.take_again(&thread), Some(n));
        }
        assert!(queue.is_poll_due() && queue.take_again(&thread).is_none());
        queue.note_poll();
        assert!(queue.has_polled() && !queue.has_polled());
        assert_eq!(queue.take_again(&thread), Some(TURNS));
    }

    #[test]
    fn a_short_queue_waits_for_who_is_expected_back_and_a_long_one_does_not() {
        let mut queue = Queue::new(2);
        let [thread] = threads();
        queue.begin_wait(&thread);
        for _ in 1..BACKLOG {
            queue.entries.push_back(0);
            assert!(matches!(queue.whom_to_wake(false, false), Wake::Later));
        }
        queue.entries.push_back(0);
        assert!(matches!(queue.whom_to_wake(false, false), Wake::Now(_)));
    }

    #[test]
    fn somebody_has_to_lead_while_entries_are_expected() {
        let mut queue = Queue::<u8>::new(1);
        assert!(matches!(queue.whom_to_wake(false, true), Wake::Later));
        assert!(matches!(queue.whom_to_wake(false, false), Wake::Nobody));
        let [thread] = threads();
        queue.begin_wait(&thread);
        queue.leading = true;
        assert!(matches!(queue.whom_to_wake(true, true), Wake::Nobody));
        queue.leading = false;
        assert!(matches!(queue.whom_to_wake(true, true), Wake::Now(_)));
    }
}
