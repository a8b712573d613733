//! One-time initialisation: one thread does it, the others wait, or all do it and the first result counts.
//!
//! The word is Windows': the low two bits say how far it is, and once it is complete the rest is the context. While a
//! thread is at it, a further bit says that others sleep, on the lower half of the word.

use super::blocking;
use crate::status::Status;
use crate::sync::{Ordering, WideFutex, sanitizer};

const UNTOUCHED: u64 = 0;
const PENDING: u64 = 1;
const COMPLETE: u64 = 2;
const PENDING_ASYNC: u64 = 3;
/// The bits that say how far it is; a context has none of them.
pub const RESERVED: u64 = 3;
const PENDING_WANTED: u64 = PENDING | 4;

/// INIT_ONCE, 8 bytes; all zero is untouched.
#[repr(transparent)]
#[derive(Default)]
pub struct Once(WideFutex);

#[cfg(not(loom))]
const _: () = assert!(size_of::<Once>() == 8);

/// How a thread begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Only look.
    Check,
    /// Alone, the others wait.
    Synchronous,
    /// Side by side; the first one to complete counts.
    Asynchronous,
}

/// What a thread that begins has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It is done: the context.
    Complete(u64),
    /// The caller initialises, and says when it is done.
    Pending,
}

impl Once {
    /// Begins. UNSUCCESSFUL if it is not done and only to be looked at; INVALID_PARAMETER if others do it in another way.
    pub fn begin(&self, way: Way) -> Result<Begun, Status> {
        loop {
            let word = self.0.0.load(Ordering::Acquire);
            match (word & RESERVED, way) {
                (COMPLETE, _) => {
                    sanitizer::acquire(self);
                    return Ok(Begun::Complete(word & !RESERVED));
                }
                (_, Way::Check) => return Err(Status::UNSUCCESSFUL),
                (UNTOUCHED, Way::Synchronous) if self.change(word, PENDING) => {
                    return Ok(Begun::Pending);
                }
                (UNTOUCHED, Way::Asynchronous) if self.change(word, PENDING_ASYNC) => {
                    return Ok(Begun::Pending);
                }
                (UNTOUCHED, _) => {}
                (PENDING, Way::Synchronous) => self.wait(word),
                (PENDING_ASYNC, Way::Asynchronous) => return Ok(Begun::Pending),
                _ => return Err(Status::INVALID_PARAMETER),
            }
        }
    }

    /// Done, with a context that has no reserved bits. UNSUCCESSFUL if another one was first or nobody has begun;
    /// INVALID_PARAMETER if it was begun in the other way.
    pub fn complete(&self, way: Way, context: u64) -> Result<(), Status> {
        self.finish(way, context | COMPLETE)
    }

    /// Not done: the next one may try. Errors as for [`complete`](Self::complete).
    pub fn fail(&self) -> Result<(), Status> {
        self.finish(Way::Synchronous, UNTOUCHED)
    }

    fn finish(&self, way: Way, to: u64) -> Result<(), Status> {
        sanitizer::release(self);
        loop {
            let word = self.0.0.load(Ordering::Relaxed);
            match (word & RESERVED, way) {
                (PENDING, Way::Synchronous) | (PENDING_ASYNC, Way::Asynchronous) => {}
                (PENDING | PENDING_ASYNC, _) => return Err(Status::INVALID_PARAMETER),
                _ => return Err(Status::UNSUCCESSFUL),
            }
            if self.change(word, to) {
                if word == PENDING_WANTED {
                    self.0.wake_all();
                }
                return Ok(());
            }
        }
    }

    /// Sleeps on the lower half. A completed one never looks like a pending one.
    fn wait(&self, word: u64) {
        if word == PENDING_WANTED || self.change(word, PENDING_WANTED) {
            blocking(|| self.0.wait(PENDING_WANTED as u32));
        }
    }

    fn change(&self, from: u64, to: u64) -> bool {
        self.0
            .0
            .compare_exchange(from, to, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
    }
}
