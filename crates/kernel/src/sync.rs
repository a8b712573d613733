//! The synchronisation primitives of the kernel behind one name, so that loom can replace them.
//!
//! Everything that is modelled by loom (handle table, dispatcher, waits, APC queue, the queue of a port, the locks in the
//! program's memory) takes its atomics, locks, cells and parking from here and from nowhere else. Built with `--cfg loom` the same names are
//! loom's. Two things are not modelled: reference counts are std's, and time does not pass - every deadline is over
//! as soon as it is asked for, so that a time-out competes with everything else in every order.

#[cfg(not(loom))]
mod brief;
#[cfg(not(loom))]
pub mod sanitizer;

#[cfg(not(loom))]
mod native {
    pub use super::brief::{Mutex, MutexGuard};
    pub use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering};
    pub use std::thread::yield_now;
    pub use std::thread_local;

    use std::time::{Duration, Instant};

    /// A word that threads can sleep on. It may lie in memory of the program, so it is nothing but the word.
    #[derive(Default)]
    #[repr(transparent)]
    pub struct Futex(pub AtomicU32);

    impl Futex {
        /// A word with this value.
        pub const fn new(value: u32) -> Futex {
            Futex(AtomicU32::new(value))
        }

        /// Sleeps while the word holds `expected`, for `timeout` at most. May return early.
        pub fn wait(&self, expected: u32, timeout: Option<Duration>) {
            let limit = timeout.map(|t| libc::timespec {
                tv_sec: t.as_secs().min(i64::MAX as u64) as libc::time_t,
                tv_nsec: t.subsec_nanos().into(),
            });
            let limit = limit
                .as_ref()
                .map_or(std::ptr::null(), |t| t as *const libc::timespec);
            let operation = libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG;
            // SAFETY: the word outlives the call and `limit` is null or points to a timespec of this frame.
            unsafe {
                libc::syscall(libc::SYS_futex, self.0.as_ptr(), operation, expected, limit);
            }
        }

        /// Wakes one thread that sleeps on the word. True if there was one.
        pub fn wake(&self) -> bool {
            self.wake_up_to(1) > 0
        }

        /// Wakes all threads that sleep on the word.
        pub fn wake_all(&self) {
            self.wake_up_to(i32::MAX);
        }

        fn wake_up_to(&self, count: i32) -> libc::c_long {
            let operation = libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG;
            // SAFETY: the kernel only uses the address as a key; it need not even be mapped.
            unsafe { libc::syscall(libc::SYS_futex, self.0.as_ptr(), operation, count) }
        }
    }

    /// A word of 64 bits. Threads can sleep on its lower half.
    #[derive(Default)]
    #[repr(transparent)]
    pub struct WideFutex(pub AtomicU64);

    impl WideFutex {
        /// A word with this value.
        pub const fn new(value: u64) -> WideFutex {
            WideFutex(AtomicU64::new(value))
        }

        /// Sleeps while the lower half holds `expected`. May return early.
        pub fn wait(&self, expected: u32) {
            self.low_half().wait(expected, None);
        }

        /// Wakes all threads that sleep on the lower half.
        pub fn wake_all(&self) {
            self.low_half().wake_all();
        }

        fn low_half(&self) -> &Futex {
            const LOW: usize = if cfg!(target_endian = "little") { 0 } else { 1 };
            let halves = std::ptr::from_ref(&self.0).cast::<AtomicU32>();
            // SAFETY: half of the word, which this reference keeps alive; a Futex is an AtomicU32. This crate never reads
            // or writes through it: Linux does, for which the two sizes may be mixed.
            unsafe { &*halves.add(LOW).cast::<Futex>() }
        }
    }

    /// `std::cell::UnsafeCell` in loom's manner.
    pub struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

    impl<T> UnsafeCell<T> {
        pub fn new(value: T) -> Self {
            Self(std::cell::UnsafeCell::new(value))
        }
        /// For reading.
        #[inline(always)]
        pub fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
            f(self.0.get())
        }
        /// For writing.
        #[inline(always)]
        pub fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
            f(self.0.get())
        }
    }

    /// Is this moment over? None never is.
    pub fn is_over(deadline: Option<Instant>) -> bool {
        deadline.is_some_and(|moment| Instant::now() >= moment)
    }
}

#[cfg(not(loom))]
pub use native::*;
pub use std::sync::{Arc, Weak};

#[cfg(loom)]
mod model {
    pub use loom::cell::UnsafeCell;
    pub use loom::sync::MutexGuard;
    pub use loom::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering};
    pub use loom::thread::yield_now;
    pub use loom::thread_local;

    use std::time::{Duration, Instant};

    /// loom's mutex with parking_lot's signature.
    #[derive(Debug, Default)]
    pub struct Mutex<T>(loom::sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub fn new(value: T) -> Self {
            Self(loom::sync::Mutex::new(value))
        }
        pub fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().expect("a model never poisons")
        }
    }

    /// The threads that sleep on a word, and how many they are. The lock stands for the kernel's, under which it compares
    /// the word and puts the thread to sleep.
    #[derive(Default)]
    struct Sleepers(Mutex<u32>, loom::sync::Condvar);

    impl Sleepers {
        fn wait(&self, is_unchanged: impl FnOnce() -> bool) {
            let mut count = self.0.lock();
            if is_unchanged() {
                *count += 1;
                drop(self.1.wait(count));
            }
        }

        fn wake(&self) -> bool {
            let mut count = self.0.lock();
            let any = *count > 0;
            if any {
                *count -= 1;
                self.1.notify_one();
            }
            any
        }

        fn wake_all(&self) {
            *self.0.lock() = 0;
            self.1.notify_all();
        }
    }

    #[derive(Default)]
    pub struct Futex(pub AtomicU32, Sleepers);

    impl Futex {
        pub fn new(value: u32) -> Futex {
            Futex(AtomicU32::new(value), Sleepers::default())
        }

        pub fn wait(&self, expected: u32, timeout: Option<Duration>) {
            let word = &self.0;
            self.1
                .wait(|| timeout.is_none() && word.load(Ordering::SeqCst) == expected);
        }

        pub fn wake(&self) -> bool {
            self.1.wake()
        }

        pub fn wake_all(&self) {
            self.1.wake_all();
        }
    }

    #[derive(Default)]
    pub struct WideFutex(pub AtomicU64, Sleepers);

    impl WideFutex {
        pub fn new(value: u64) -> WideFutex {
            WideFutex(AtomicU64::new(value), Sleepers::default())
        }

        pub fn wait(&self, expected: u32) {
            self.1
                .wait(|| self.0.load(Ordering::SeqCst) as u32 == expected);
        }

        pub fn wake_all(&self) {
            self.1.wake_all();
        }
    }

    pub fn is_over(deadline: Option<Instant>) -> bool {
        deadline.is_some()
    }

    /// There is nobody to tell.
    pub mod sanitizer {
        /// Nothing.
        pub fn acquire<T>(_place: *const T) {}
        /// Nothing.
        pub fn release<T>(_place: *const T) {}
    }
}

#[cfg(loom)]
pub use model::*;
