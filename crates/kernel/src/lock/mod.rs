//! Locks that lie in the program's own memory: critical sections, slim locks, condition variables and what else has no
//! handle.
//!
//! Each is a structure of the size Windows gives it, and nothing beside it: no registration, no memory to give back. An
//! uncontended call is one atomic instruction. Who has to wait looks a few times more, then sleeps on a word of the
//! structure, and leaves the running count of its completion port meanwhile, as in any other wait.
//!
//! The threads that sleep here drive no I/O; the monitor looks after it if nobody else does.

// Without a model: the queues in which the threads sleep are those of parking_lot_core.
#[cfg(not(loom))]
pub mod address;
pub mod barrier;
pub mod condition;
pub mod critical_section;
pub mod once;
pub mod slist;
pub mod srw;

use crate::object::thread::Thread;
use crate::sync::Ordering;

/// How often a waiting thread looks again before it sleeps, where nobody has said how often.
const SPINS: u32 = 100;
/// How often at most, whoever says so.
const MOST_SPINS: u32 = 4000;

/// Calls `look` until it says that there is nothing to wait for any more, `limit` times at most. In between the
/// processor is told that this is a loop. On a single processor nobody could change anything meanwhile.
fn spin(limit: u32, mut look: impl FnMut() -> bool) {
    for _ in 0..limit.min(most_spins()) {
        if look() {
            return;
        }
        std::hint::spin_loop();
    }
}

/// A model has every order anyway.
#[cfg(loom)]
fn most_spins() -> u32 {
    0
}

#[cfg(not(loom))]
fn most_spins() -> u32 {
    use crate::sync::AtomicU32;
    static MOST: AtomicU32 = AtomicU32::new(u32::MAX);
    let known = MOST.load(Ordering::Relaxed);
    if known != u32::MAX {
        return known;
    }
    let several = std::thread::available_parallelism().is_ok_and(|processors| processors.get() > 1);
    let most = if several { MOST_SPINS } else { 0 };
    MOST.store(most, Ordering::Relaxed);
    most
}

/// Runs `sleep`, in which this thread may block.
fn blocking<R>(sleep: impl FnOnce() -> R) -> R {
    Thread::with_current(|thread| thread.blocking(sleep))
}
