//! Critical sections: a lock with an owner who may take it again.
//!
//! The word is Windows' `LockCount`, in the form it has had since Vista: the lowest bit is clear while the section is
//! held, and the ones' complement of the rest counts the threads that wait. Here the count is only none or at least
//! one, so there are three values. Who sleeps has left `WANTED` behind; who leaves and finds `WANTED` wakes one thread,
//! which takes the section as `WANTED` again, since others may still sleep.
//!
//! Owner and recursion are written by the owner alone. Others compare the owner with themselves: what they read is
//! stale or not, but never their own id unless they wrote it.
//!
//! The release of the swap in `leave` meets the acquire of whichever instruction takes the section next.

use super::{SPINS, blocking, spin};
use crate::object::thread::Thread;
use crate::sync::{AtomicU32, AtomicU64, Futex, Ordering, sanitizer};

const FREE: u32 = u32::MAX;
const HELD: u32 = FREE - 1;
const WANTED: u32 = FREE - 5;
/// Memory that was zeroed and never initialised; it counts as free.
const ZEROED: u32 = 0;

/// CRITICAL_SECTION, 40 bytes.
#[repr(C)]
pub struct CriticalSection {
    debug_info: AtomicU64,
    lock_count: Futex,
    recursion_count: AtomicU32,
    owning_thread: AtomicU64,
    lock_semaphore: AtomicU64,
    spin_count: AtomicU64,
}

#[cfg(not(loom))]
const _: () = assert!(size_of::<CriticalSection>() == 40);

/// The value of `DebugInfo` of a section without any.
const NO_DEBUG_INFO: u64 = u64::MAX;

impl CriticalSection {
    /// A free section. `spins`: how often to look before sleeping, 0 for the usual number.
    pub fn new(spins: u32) -> CriticalSection {
        CriticalSection {
            debug_info: AtomicU64::new(NO_DEBUG_INFO),
            lock_count: Futex::new(FREE),
            recursion_count: AtomicU32::new(0),
            owning_thread: AtomicU64::new(0),
            lock_semaphore: AtomicU64::new(0),
            spin_count: AtomicU64::new(spins.into()),
        }
    }

    /// Takes the section, once more if it is the caller's already.
    #[inline]
    pub fn enter(&self) {
        let me = me();
        if self.take(FREE) {
            self.own(me);
        } else if self.owning_thread.load(Ordering::Relaxed) == me {
            self.again();
        } else {
            self.wait();
            self.own(me);
        }
    }

    /// Takes the section if nobody else has it.
    #[inline]
    pub fn try_enter(&self) -> bool {
        let me = me();
        if self.take(FREE) || self.take(ZEROED) {
            self.own(me);
            return true;
        }
        let mine = self.owning_thread.load(Ordering::Relaxed) == me;
        if mine {
            self.again();
        }
        mine
    }

    /// Gives the section back as often as it was taken. Nothing happens if nobody has it.
    #[inline]
    pub fn leave(&self) {
        match self.recursion_count.load(Ordering::Relaxed) {
            0 => {}
            1 => {
                sanitizer::release(self);
                self.owning_thread.store(0, Ordering::Relaxed);
                self.recursion_count.store(0, Ordering::Relaxed);
                if self.lock_count.0.swap(FREE, Ordering::Release) == WANTED {
                    self.lock_count.wake();
                }
            }
            depth => self.recursion_count.store(depth - 1, Ordering::Relaxed),
        }
    }

    /// Sets how often to look before sleeping, and returns the number before.
    pub fn set_spin_count(&self, spins: u32) -> u32 {
        self.spin_count.swap(spins.into(), Ordering::Relaxed) as u32
    }

    #[inline]
    fn take(&self, from: u32) -> bool {
        let word = &self.lock_count.0;
        word.compare_exchange(from, HELD, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
    }

    #[inline]
    fn own(&self, me: u64) {
        sanitizer::acquire(self);
        self.owning_thread.store(me, Ordering::Relaxed);
        self.recursion_count.store(1, Ordering::Relaxed);
    }

    #[inline]
    fn again(&self) {
        let depth = self.recursion_count.load(Ordering::Relaxed);
        self.recursion_count.store(depth + 1, Ordering::Relaxed);
    }

    #[cold]
    fn wait(&self) {
        let spins = match self.spin_count.load(Ordering::Relaxed) as u32 {
            0 => SPINS,
            spins => spins,
        };
        // Where somebody sleeps already, looking on would only take his turn.
        spin(spins, || self.lock_count.0.load(Ordering::Relaxed) != HELD);
        if self.take(FREE) || self.take(ZEROED) {
            return;
        }
        blocking(|| {
            while !self.take_as_wanted() {
                self.lock_count.wait(WANTED, None);
            }
        });
    }

    /// Takes the section if it is free; leaves behind that somebody may sleep either way.
    fn take_as_wanted(&self) -> bool {
        let before = self.lock_count.0.swap(WANTED, Ordering::Acquire);
        before == FREE || before == ZEROED
    }
}

/// The id of the calling thread.
#[inline]
fn me() -> u64 {
    Thread::with_current(|thread| thread.id().into())
}
