//! Slim reader/writer locks.
//!
//! The state word counts the readers, or says that a writer has the lock, and has one flag for each kind of thread that
//! sleeps. Readers sleep on the state word itself. Writers sleep on a second word, the *call*, which counts how often a
//! writer was called: so a release wakes one writer without waking the readers.
//!
//! - A flag is set by a thread that is about to sleep, and cleared by who wakes the threads of that kind. All readers
//!   are woken at once, one writer at a time; a writer that was woken takes the lock with the writers' flag set, since
//!   others may sleep still.
//! - Whoever makes the lock free and sees a flag wakes: a writer first, and the readers if no writer slept after all.
//! - While anybody sleeps no reader comes in, so writers do not starve.
//! - A writer reads the call before it looks at the state for the last time. So a call that comes after that look finds
//!   another number than the one the writer wants to sleep on.
//!
//! The release of every unlocking instruction meets the acquire of every locking one, through the state word.

use super::{SPINS, blocking, spin};
use crate::sync::{Futex, Ordering, sanitizer};

/// A writer has the lock; below are numbers of readers.
const WRITING: u32 = (1 << 30) - 1;
const HOLDERS: u32 = WRITING;
const READERS_SLEEP: u32 = 1 << 30;
const WRITERS_SLEEP: u32 = 1 << 31;

/// SRWLOCK, 8 bytes; all zero is a free lock.
#[repr(C)]
#[derive(Default)]
pub struct SrwLock {
    state: Futex,
    call: Futex,
}

#[cfg(not(loom))]
const _: () = assert!(size_of::<SrwLock>() == 8);

fn is_free(state: u32) -> bool {
    state & HOLDERS == 0
}

fn admits_reader(state: u32) -> bool {
    state < WRITING - 1
}

impl SrwLock {
    /// Takes the lock alone.
    #[inline]
    pub fn acquire_exclusive(&self) {
        if !self.change(0, WRITING) {
            self.wait_to_write();
        }
        sanitizer::acquire(self);
    }

    /// Takes the lock alone if nobody has it.
    #[inline]
    pub fn try_acquire_exclusive(&self) -> bool {
        let mut state = self.state.0.load(Ordering::Relaxed);
        while is_free(state) {
            match self.exchange(state, state | WRITING) {
                Ok(_) => {
                    sanitizer::acquire(self);
                    return true;
                }
                Err(now) => state = now,
            }
        }
        false
    }

    /// Gives a lock back that the caller has alone. Nothing happens if nobody has it alone.
    #[inline]
    pub fn release_exclusive(&self) {
        sanitizer::release(self);
        if self.change(WRITING, 0) {
            return;
        }
        let mut state = self.state.0.load(Ordering::Relaxed);
        while state & HOLDERS == WRITING {
            match self.exchange(state, state - WRITING) {
                Ok(_) => return self.wake(state - WRITING),
                Err(now) => state = now,
            }
        }
    }

    /// Takes the lock together with other readers.
    #[inline]
    pub fn acquire_shared(&self) {
        let state = self.state.0.load(Ordering::Relaxed);
        if !admits_reader(state) || !self.change(state, state + 1) {
            self.wait_to_read();
        }
        sanitizer::acquire(self);
    }

    /// Takes the lock together with other readers if that needs no waiting.
    #[inline]
    pub fn try_acquire_shared(&self) -> bool {
        let mut state = self.state.0.load(Ordering::Relaxed);
        while admits_reader(state) {
            match self.exchange(state, state + 1) {
                Ok(_) => {
                    sanitizer::acquire(self);
                    return true;
                }
                Err(now) => state = now,
            }
        }
        false
    }

    /// Gives one reader's share back. Nothing happens if no reader has the lock.
    #[inline]
    pub fn release_shared(&self) {
        let readers = self.state.0.load(Ordering::Relaxed) & HOLDERS;
        if readers == 0 || readers == WRITING {
            return;
        }
        sanitizer::release(self);
        let state = self.state.0.fetch_sub(1, Ordering::Release) - 1;
        // Whoever sleeps behind readers: the writers, and the readers that came after them.
        if is_free(state) && state != 0 {
            self.wake(state);
        }
    }

    #[inline]
    fn change(&self, from: u32, to: u32) -> bool {
        self.exchange(from, to).is_ok()
    }

    /// Every change of the state that takes the lock or gives it back.
    #[inline]
    fn exchange(&self, from: u32, to: u32) -> Result<u32, u32> {
        let word = &self.state.0;
        word.compare_exchange(from, to, Ordering::AcqRel, Ordering::Relaxed)
    }

    /// The state as soon as `is_enough` likes it, or after a while.
    fn look(&self, is_enough: impl Fn(u32) -> bool) -> u32 {
        let mut state = self.state.0.load(Ordering::Relaxed);
        spin(SPINS, || {
            state = self.state.0.load(Ordering::Relaxed);
            is_enough(state)
        });
        state
    }

    #[cold]
    fn wait_to_read(&self) {
        // Behind sleepers there is nothing to be gained by looking on.
        let waits_for_good = |state| admits_reader(state) || state > HOLDERS;
        let mut state = self.look(waits_for_good);
        loop {
            if admits_reader(state) {
                match self.exchange(state, state + 1) {
                    Ok(_) => return,
                    Err(now) => state = now,
                }
                continue;
            }
            let asleep = state | READERS_SLEEP;
            if state == asleep || self.change(state, asleep) {
                blocking(|| self.state.wait(asleep, None));
            }
            state = self.look(waits_for_good);
        }
    }

    #[cold]
    fn wait_to_write(&self) {
        let waits_for_good = |state| is_free(state) || state & WRITERS_SLEEP != 0;
        let mut state = self.look(waits_for_good);
        let mut others = 0;
        loop {
            if is_free(state) {
                match self.exchange(state, state | WRITING | others) {
                    Ok(_) => return,
                    Err(now) => state = now,
                }
                continue;
            }
            if state & WRITERS_SLEEP == 0
                && let Err(now) = self.exchange(state, state | WRITERS_SLEEP)
            {
                state = now;
                continue;
            }
            others = WRITERS_SLEEP; // from here on they may sleep unseen: this writer may have taken their call
            let call = self.call.0.load(Ordering::Acquire);
            state = self.state.0.load(Ordering::Relaxed);
            if is_free(state) || state & WRITERS_SLEEP == 0 {
                continue;
            }
            blocking(|| self.call.wait(call, None));
            state = self.look(waits_for_good);
        }
    }

    /// The lock has become free with this state. If somebody takes it meanwhile, waking is his task when he leaves.
    #[cold]
    fn wake(&self, mut state: u32) {
        if state == WRITERS_SLEEP {
            match self.exchange(state, 0) {
                Ok(_) => {
                    self.call_writer();
                    return;
                }
                Err(now) => state = now,
            }
        }
        if state == WRITERS_SLEEP | READERS_SLEEP {
            if !self.change(state, READERS_SLEEP) || self.call_writer() {
                return;
            }
            state = READERS_SLEEP;
        }
        if state == READERS_SLEEP && self.change(state, 0) {
            self.state.wake_all();
        }
    }

    /// True if a writer slept.
    fn call_writer(&self) -> bool {
        self.call.0.fetch_add(1, Ordering::Release);
        self.call.wake()
    }
}
