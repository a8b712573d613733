//! How long the handlers of a port take, and so whether a worker is expected back soon.
//!
//! A handler is what a worker does between two dequeues. While handlers are short, to wait for the worker is cheaper than
//! to wake another one: a wake across processors costs as much as two to four echoes. While they are long, what waits
//! behind one waits long, and everything wakes at once.
//!
//! What counts is the handler that is under way when something comes. Long handlers are under way for longer, so this is
//! not the mean of their lengths but the sum of the squares over the sum. Receives and sends by turns, one of 22 and the
//! next of 1 microsecond, are a handler of 21, not of 11.
//!
//! The time of one handler in every [`SAMPLE`] is taken, and both sums are kept as running means. A sample that changes
//! the mode, or speaks for the other one, makes all workers time the next few, so that a change is seen after some handlers, not after as many
//! times [`SAMPLE`]; all of them, because one worker may get the long handlers and another one the short. A handler that
//! outlasts a look of the monitor while somebody waits is long without a sample.

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// A handler that lasts longer than this, in nanoseconds, is long. One that sends to a thread that sleeps on another
/// processor is below.
const LONG: u64 = 19_000;
/// No sample counts for more: one handler of a second among short ones is not enough, one in twenty is.
const MOST: u64 = 3 * LONG;
/// Every so many dequeues a sample is taken. A prime: programs take receives and sends by turns, in two or in four.
const SAMPLE: u32 = 251;
/// The first one of a thread comes earlier.
const FIRST: u32 = 7;
/// So many samples are taken in a row after one that changes the mode or speaks for the other one.
const ROW: u32 = 24;
/// The weight of a sample, as a shift.
const WEIGHT: u32 = 3;

/// The handlers of one port.
#[derive(Default)]
pub(super) struct Handlers {
    long: AtomicBool,
    /// Samples that are still to be taken in a row.
    wanted: AtomicU32,
    /// Running mean of the lengths, in nanoseconds.
    mean: AtomicU64,
    /// Running mean of their squares.
    square: AtomicU64,
    /// The mode was given and stays.
    fixed: bool,
}

impl Handlers {
    /// `LARBOARD_HANDLERS=short` or `long` fixes the mode of all ports, to measure what it brings.
    pub(super) fn new() -> Handlers {
        static GIVEN: OnceLock<Option<String>> = OnceLock::new();
        let given = GIVEN.get_or_init(|| std::env::var("LARBOARD_HANDLERS").ok());
        let given = given.as_deref();
        Handlers {
            long: AtomicBool::new(given == Some("long")),
            fixed: matches!(given, Some("short" | "long")),
            ..Handlers::default()
        }
    }

    /// Is nobody expected back soon?
    #[inline]
    pub(super) fn are_long(&self) -> bool {
        self.long.load(Ordering::Relaxed)
    }

    /// A handler has outlasted a look of the monitor while another worker waits. The next sample may say otherwise.
    pub(super) fn note_overdue(&self) {
        if !self.fixed {
            self.long.store(true, Ordering::Relaxed);
        }
    }

    /// Takes a sample into the means. Of samples taken at the same time one may be lost: there will be others. Only one
    /// that was due may ask for more: those in a row would ask for ever where handlers are mixed.
    fn note(&self, nanoseconds: u64, due: bool) {
        if self.fixed {
            return;
        }
        let length = nanoseconds.min(MOST);
        let mean = take_in(&self.mean, length);
        let square = take_in(&self.square, length * length);
        let long = square > LONG * mean;
        let changed = self.long.swap(long, Ordering::Relaxed) != long;
        let wanted = match self.wanted.load(Ordering::Relaxed) {
            0 if due && (changed || (length > LONG) != long) => ROW,
            wanted => wanted.saturating_sub(1),
        };
        self.wanted.store(wanted, Ordering::Relaxed);
    }
}

/// Moves a running mean towards a value; gives the new mean.
fn take_in(mean: &AtomicU64, value: u64) -> u64 {
    let before = mean.load(Ordering::Relaxed);
    let after = before - (before >> WEIGHT) + (value >> WEIGHT);
    mean.store(after, Ordering::Relaxed);
    after
}

/// What a worker samples its handlers with.
pub(super) struct Stopwatch {
    /// Dequeues until the next sample.
    left: Cell<u32>,
    /// The thread's processor time when the handler began whose time is taken.
    began: Cell<Option<u64>>,
    /// That one was due.
    due: Cell<bool>,
}

impl Stopwatch {
    pub(super) const fn new() -> Stopwatch {
        Stopwatch {
            left: Cell::new(FIRST),
            began: Cell::new(None),
            due: Cell::new(false),
        }
    }

    /// The calling thread dequeues: one handler ends, the next begins.
    #[inline]
    pub(super) fn lap(&self, handlers: &Handlers) {
        let left = self.left.get() - 1;
        self.left.set(left);
        if left == 0 || self.began.get().is_some() || handlers.wanted.load(Ordering::Relaxed) != 0 {
            self.sample(handlers);
        }
    }

    #[cold]
    fn sample(&self, handlers: &Handlers) {
        let now = processor_time();
        if let Some(began) = self.began.take() {
            handlers.note(now - began, self.due.get());
        }
        let due = self.left.get() == 0;
        self.due.set(due);
        if due {
            self.left.set(SAMPLE);
        }
        if due || handlers.wanted.load(Ordering::Relaxed) != 0 {
            self.began.set(Some(now));
        }
    }

    /// The dequeue has polled, perhaps performed operations, and slept: the handler begins only now.
    pub(super) fn restart(&self) {
        if self.began.get().is_some() {
            self.began.set(Some(processor_time()));
        }
    }
}

/// The processor time of the calling thread in nanoseconds. A handler's length is told by it: a thread that was preempted,
/// by the peer it has just sent to for one, has not become slow, and to take it for slow would wake another in vain.
fn processor_time() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is of this frame.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{FIRST, Handlers, LONG, MOST, ROW, SAMPLE, Stopwatch};
    use std::sync::atomic::Ordering;

    /// Samples until the mode changes.
    fn samples_until(handlers: &Handlers, nanoseconds: u64) -> u32 {
        let before = handlers.are_long();
        (1..100)
            .find(|_| {
                handlers.note(nanoseconds, true);
                handlers.are_long() != before
            })
            .expect("samples that all say the same are believed")
    }

    #[test]
    fn a_change_is_believed_after_a_few_samples() {
        let handlers = Handlers::default();
        assert!(!handlers.are_long());
        assert!((1..ROW).contains(&samples_until(&handlers, 3 * LONG)));
        assert!((1..ROW).contains(&samples_until(&handlers, LONG / 8)));
    }

    #[test]
    fn a_sample_that_changes_the_mode_makes_all_take_the_next() {
        let handlers = Handlers::default();
        handlers.note(LONG / 8, true);
        assert_eq!(handlers.wanted.load(Ordering::Relaxed), 0);
        handlers.note(2 * LONG, true);
        for left in (0..ROW).rev() {
            handlers.note(LONG / 8, true);
            assert_eq!(handlers.wanted.load(Ordering::Relaxed), left);
        }
        handlers.note(2 * LONG, false);
        assert_eq!(handlers.wanted.load(Ordering::Relaxed), 0, "one of the row");
    }

    #[test]
    fn a_worker_with_short_handlers_does_not_speak_for_one_with_long_ones() {
        let (handlers, short, long) = (Handlers::default(), Stopwatch::new(), Stopwatch::new());
        while super::processor_time() < MOST {} // there has to be a time before
        for turn in 0..20 * SAMPLE {
            short.lap(&handlers);
            long.began.set(long.began.get().map(|began| began - MOST)); // its handler took so long
            long.lap(&handlers);
            assert!(turn < 2 * FIRST || handlers.are_long(), "turn {turn}");
        }
    }

    #[test]
    fn one_slow_handler_among_short_ones_is_forgotten_within_the_row() {
        let handlers = Handlers::default();
        for _ in 0..20 {
            handlers.note(u64::MAX, true);
            for _ in 0..20 {
                handlers.note(LONG / 8, true);
            }
            assert!(!handlers.are_long());
        }
    }

    #[test]
    fn what_the_monitor_has_seen_lasts_until_a_short_sample() {
        let handlers = Handlers::default();
        handlers.note_overdue();
        assert!(handlers.are_long());
        handlers.note(LONG / 8, true);
        assert!(!handlers.are_long());
    }

    #[test]
    fn long_handlers_are_noticed_soon_after_a_sample() {
        let (handlers, watch) = (Handlers::default(), Stopwatch::new());
        let compute = || {
            let began = super::processor_time();
            while super::processor_time() - began < 3 * LONG {}
        };
        for _ in 0..FIRST + 12 {
            watch.lap(&handlers);
            compute();
        }
        assert!(handlers.are_long());
    }
}
