//! A mutex for sections of a few instructions.
//!
//! The kernel takes some ten locks for one echo, nearly always uncontended. What such a lock costs is its atomic
//! read-modify-write instructions, and most mutexes need two: one to lock, and one to unlock, because unlocking must see
//! whether somebody sleeps. Nobody sleeps here: whoever finds the lock taken spins, then gives its time slice away, then
//! naps for longer and longer, up to a twentieth of a millisecond. So unlocking is a plain store.
//!
//! That is right for locks that are held for well under a microsecond, or, as a file's, during a system call that does
//! not block. A holder that is preempted delays the others by its absence and one nap.
//!
//! The store that unlocks is a release and meets the acquire of the swap that locks next.

use std::cell::UnsafeCell;
use std::hint::spin_loop;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::sanitizer;

/// How often to look before giving the processor away.
const SPINS: u32 = 64;
/// How often to give it away before napping.
const YIELDS: u32 = 16;
/// Naps grow from the first to the longest.
const FIRST_NAP: Duration = Duration::from_micros(3);
const LONGEST_NAP: Duration = Duration::from_micros(50);

/// A value and the lock around it.
#[derive(Default)]
pub struct Mutex<T> {
    locked: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: the lock hands the value to one thread at a time.
unsafe impl<T: Send> Sync for Mutex<T> {}
// SAFETY: a lock is as movable as its value.
unsafe impl<T: Send> Send for Mutex<T> {}

impl<T> Mutex<T> {
    /// An open lock around `value`.
    pub const fn new(value: T) -> Mutex<T> {
        Mutex {
            locked: AtomicBool::new(false),
            value: UnsafeCell::new(value),
        }
    }

    /// Takes the lock.
    #[inline]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        if self.locked.swap(true, Ordering::Acquire) {
            self.wait();
        }
        sanitizer::acquire(self);
        MutexGuard {
            mutex: self,
            stays_on_its_thread: PhantomData,
        }
    }

    #[cold]
    fn wait(&self) {
        let mut turn = 0u32;
        loop {
            if !self.locked.load(Ordering::Relaxed) && !self.locked.swap(true, Ordering::Acquire) {
                return;
            }
            if turn < SPINS {
                spin_loop();
            } else if turn < SPINS + YIELDS {
                std::thread::yield_now();
            } else {
                std::thread::sleep(
                    (FIRST_NAP * (turn - SPINS - YIELDS + 1).min(16)).min(LONGEST_NAP),
                );
            }
            turn = turn.saturating_add(1);
        }
    }

    /// The value, which nobody else can see now.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}

/// The lock, taken.
pub struct MutexGuard<'m, T> {
    mutex: &'m Mutex<T>,
    stays_on_its_thread: PhantomData<*const ()>,
}

// SAFETY: a shared guard gives out shared references to the value.
unsafe impl<T: Sync> Sync for MutexGuard<'_, T> {}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: this guard exists, so this thread has the lock.
        unsafe { &*self.mutex.value.get() }
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this guard exists, so this thread has the lock, and it is borrowed mutably.
        unsafe { &mut *self.mutex.value.get() }
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        sanitizer::release(self.mutex);
        self.mutex.locked.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::Mutex;
    use std::time::{Duration, Instant};

    #[test]
    fn one_at_a_time() {
        let mutex = Mutex::new((0u64, 0u64));
        std::thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| {
                    for _ in 0..20_000 {
                        let mut guard = mutex.lock();
                        guard.0 += 1;
                        guard.1 += 1;
                        assert_eq!(guard.0, guard.1);
                    }
                });
            }
        });
        assert_eq!(*mutex.lock(), (80_000, 80_000));
    }

    #[test]
    fn whoever_finds_it_taken_for_long_gets_it_in_the_end() {
        let mutex = Mutex::new(());
        let guard = mutex.lock();
        std::thread::scope(|threads| {
            let (tell, told) = std::sync::mpsc::channel();
            let mutex = &mutex;
            let other = threads.spawn(move || {
                // SAFETY: gettid has no preconditions.
                tell.send(unsafe { libc::gettid() }).unwrap();
                drop(mutex.lock());
            });
            // It has spun and yielded in vain and takes its naps.
            let stat = format!("/proc/self/task/{}/stat", told.recv().unwrap());
            let start = Instant::now();
            while !std::fs::read_to_string(&stat).unwrap().contains(") S ") {
                assert!(start.elapsed() < Duration::from_secs(60));
            }
            assert!(!other.is_finished());
            drop(guard);
        });
    }
}
