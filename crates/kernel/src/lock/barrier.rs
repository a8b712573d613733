//! Barriers: threads wait until as many have come as the barrier is for, again and again.
//!
//! One word has both: in its upper half the number of threads that are still to come, in its lower half the *round*, how often
//! all have come. So a thread is counted in the very round whose end it waits for, even if more threads than the barrier is
//! for go in and out. The threads sleep on the round.

use super::{blocking, spin};
use crate::sync::{AtomicU32, Futex, Ordering, WideFutex, sanitizer, yield_now};

/// SYNCHRONIZATION_BARRIER, 32 bytes.
#[repr(C)]
pub struct Barrier {
    total: AtomicU32,
    spins: AtomicU32,
    arrivals: WideFutex,
    /// Threads that are inside `enter`.
    inside: Futex,
    reserved: [u32; 3],
}

#[cfg(not(loom))]
const _: () = assert!(size_of::<Barrier>() == 32);

/// How a thread waits at a barrier.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It looks for a while and sleeps then.
    Usual,
    /// It only looks.
    SpinOnly,
    /// It sleeps at once.
    BlockOnly,
}

fn arrivals(missing: u32, round: u32) -> u64 {
    u64::from(missing) << 32 | u64::from(round)
}

impl Barrier {
    /// A barrier for `total` threads, which look `spins` times before they sleep.
    pub fn new(total: u32, spins: u32) -> Barrier {
        Barrier {
            total: AtomicU32::new(total),
            spins: AtomicU32::new(spins),
            arrivals: WideFutex::new(arrivals(total, 0)),
            inside: Futex::new(0),
            reserved: [0; 3],
        }
    }

    /// Waits for the others. True for the one that came last.
    pub fn enter(&self, manner: Manner) -> bool {
        sanitizer::release(self);
        self.inside.0.fetch_add(1, Ordering::Relaxed);
        let (round, last) = self.arrive();
        if last {
            self.arrivals.wake_all();
        } else {
            self.wait(round, manner);
        }
        sanitizer::acquire(self);
        if self.inside.0.fetch_sub(1, Ordering::Release) == 1 {
            self.inside.wake_all();
        }
        last
    }

    /// Counts the caller: in which round, and whether all have come with it, which ends the round.
    fn arrive(&self) -> (u32, bool) {
        let word = &self.arrivals.0;
        let mut now = word.load(Ordering::Relaxed);
        loop {
            let (missing, round) = ((now >> 32) as u32, now as u32);
            let last = missing == 1;
            let next = if last {
                arrivals(self.total.load(Ordering::Relaxed), round.wrapping_add(1))
            } else {
                arrivals(missing.wrapping_sub(1), round)
            };
            match word.compare_exchange_weak(now, next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return (round, last),
                Err(other) => now = other,
            }
        }
    }

    fn wait(&self, round: u32, manner: Manner) {
        let is_over = || self.arrivals.0.load(Ordering::Acquire) as u32 != round;
        match manner {
            Manner::Usual => spin(self.spins.load(Ordering::Relaxed), is_over),
            Manner::SpinOnly => {
                while !is_over() {
                    spin(u32::MAX, is_over);
                    yield_now();
                }
            }
            Manner::BlockOnly => {}
        }
        if !is_over() {
            blocking(|| {
                while !is_over() {
                    self.arrivals.wait(round);
                }
            });
        }
    }

    /// Waits until the threads that were let through have left the memory of the barrier.
    pub fn delete(&self) {
        loop {
            let inside = self.inside.0.load(Ordering::Acquire);
            if inside == 0 {
                return;
            }
            blocking(|| self.inside.wait(inside, None));
        }
    }
}
