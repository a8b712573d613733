//! Barriers: threads wait until as many have come as the barrier is for, again and again.
//!
//! The word counts the threads that are still to come, and the *round* how often all have come. The last one to come
//! sets the count anew before it counts the round, so whoever comes early for the next round finds it right.

use super::{blocking, spin};
use crate::sync::{AtomicU32, Futex, Ordering, sanitizer};

/// SYNCHRONIZATION_BARRIER, 32 bytes.
#[repr(C)]
pub struct Barrier {
    total: AtomicU32,
    missing: AtomicU32,
    round: Futex,
    /// Threads that are inside `enter`.
    inside: Futex,
    spins: AtomicU32,
    reserved: [u32; 3],
}

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

impl Barrier {
    /// A barrier for `total` threads, which look `spins` times before they sleep.
    pub fn new(total: u32, spins: u32) -> Barrier {
        Barrier {
            total: AtomicU32::new(total),
            missing: AtomicU32::new(total),
            round: Futex::new(0),
            inside: Futex::new(0),
            spins: AtomicU32::new(spins),
            reserved: [0; 3],
        }
    }

    /// Waits for the others. True for the one that came last.
    pub fn enter(&self, manner: Manner) -> bool {
        sanitizer::release(self);
        self.inside.0.fetch_add(1, Ordering::Relaxed);
        let round = self.round.0.load(Ordering::Acquire);
        let last = self.missing.fetch_sub(1, Ordering::AcqRel) == 1;
        if last {
            let total = self.total.load(Ordering::Relaxed);
            self.missing.store(total, Ordering::Relaxed);
            self.round.0.fetch_add(1, Ordering::Release);
            self.round.wake_all();
        } else {
            self.wait(round, manner);
        }
        sanitizer::acquire(self);
        if self.inside.0.fetch_sub(1, Ordering::Release) == 1 {
            self.inside.wake_all();
        }
        last
    }

    fn wait(&self, round: u32, manner: Manner) {
        let is_over = || self.round.0.load(Ordering::Acquire) != round;
        match manner {
            Manner::Usual => spin(self.spins.load(Ordering::Relaxed), is_over),
            Manner::SpinOnly => {
                while !is_over() {
                    spin(u32::MAX, is_over);
                    std::thread::yield_now();
                }
            }
            Manner::BlockOnly => {}
        }
        if !is_over() {
            blocking(|| {
                while !is_over() {
                    self.round.wait(round, None);
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
