//! Condition variables: waiting for somebody who changes what a lock protects.
//!
//! One word counts the wake-ups, the other one the threads that are waiting. A thread reads the wake-ups while it has the
//! lock still, and sleeps while they are the same number. So whoever takes the lock afterwards, changes something and
//! wakes, changes the number first, and the sleeper sees it. A thread may be woken without need, as on Windows.

use std::time::Instant;

use super::blocking;
use super::critical_section::CriticalSection;
use super::srw::SrwLock;
use crate::sync::{AtomicU32, Futex, Ordering, is_over};

/// CONDITION_VARIABLE, 8 bytes; all zero is one that nobody waits for.
#[repr(C)]
#[derive(Default)]
pub struct ConditionVariable {
    wake_ups: Futex,
    waiting: AtomicU32,
}

#[cfg(not(loom))]
const _: () = assert!(size_of::<ConditionVariable>() == 8);

/// The lock that a thread gives up while it waits, and how it has it.
#[derive(Clone, Copy)]
pub enum Lock<'l> {
    /// A critical section, taken once.
    Section(&'l CriticalSection),
    /// A slim lock, alone.
    Exclusive(&'l SrwLock),
    /// A slim lock, as a reader.
    Shared(&'l SrwLock),
}

impl Lock<'_> {
    fn release(self) {
        match self {
            Lock::Section(section) => section.leave(),
            Lock::Exclusive(lock) => lock.release_exclusive(),
            Lock::Shared(lock) => lock.release_shared(),
        }
    }

    fn acquire(self) {
        match self {
            Lock::Section(section) => section.enter(),
            Lock::Exclusive(lock) => lock.acquire_exclusive(),
            Lock::Shared(lock) => lock.acquire_shared(),
        }
    }
}

impl ConditionVariable {
    /// Gives the lock up, waits to be woken, and takes the lock again. False if the time was over before.
    pub fn sleep(&self, lock: Lock<'_>, deadline: Option<Instant>) -> bool {
        let before = self.wake_ups.0.load(Ordering::Relaxed);
        self.waiting.fetch_add(1, Ordering::Relaxed);
        lock.release();
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        blocking(|| self.wake_ups.wait(before, left));
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        let woken = self.wake_ups.0.load(Ordering::Relaxed) != before || !is_over(deadline);
        lock.acquire();
        woken
    }

    /// Wakes one thread that waits.
    pub fn wake(&self) {
        if self.count() {
            self.wake_ups.wake();
        }
    }

    /// Wakes all threads that wait.
    pub fn wake_all(&self) {
        if self.count() {
            self.wake_ups.wake_all();
        }
    }

    /// Counts a wake-up; false if nobody waits. Who has changed something under the lock sees here whoever has looked at it
    /// under the lock before; for others there is no before.
    fn count(&self) -> bool {
        if self.waiting.load(Ordering::Acquire) == 0 {
            return false;
        }
        self.wake_ups.0.fetch_add(1, Ordering::Release);
        true
    }
}
