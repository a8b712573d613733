//! The synchronisation primitives of the kernel behind one name, so that loom can replace them.
//!
//! Everything that is modelled by loom (handle table, dispatcher, waits, APC queue) takes its atomics, locks and
//! parking from here and from nowhere else. Built with `--cfg loom` the same names are loom's.

#[cfg(not(loom))]
mod native {
    pub use parking_lot::{Mutex, MutexGuard};
    pub use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering};
    pub use std::sync::{Arc, Weak};

    use std::time::Duration;

    /// Sleeps while `word` holds `expected`, for `timeout` at most. May return early.
    pub fn futex_wait(word: &AtomicU32, expected: u32, timeout: Option<Duration>) {
        let limit = timeout.map(|t| libc::timespec {
            tv_sec: t.as_secs().min(i64::MAX as u64) as libc::time_t,
            tv_nsec: t.subsec_nanos().into(),
        });
        let limit = limit
            .as_ref()
            .map_or(std::ptr::null(), |t| t as *const libc::timespec);
        // SAFETY: `word` outlives the call and `limit` is null or points to a timespec of this frame.
        unsafe {
            libc::syscall(
                libc::SYS_futex,
                word.as_ptr(),
                libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
                expected,
                limit,
            );
        }
    }

    /// Wakes one thread that sleeps on `word`.
    pub fn futex_wake(word: &AtomicU32) {
        // SAFETY: the kernel only uses the address as a key; it need not even be mapped.
        unsafe {
            libc::syscall(
                libc::SYS_futex,
                word.as_ptr(),
                libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG,
                1,
            );
        }
    }
}

#[cfg(not(loom))]
pub use native::*;

#[cfg(loom)]
mod model {
    pub use loom::sync::Arc;
    pub use loom::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering};
    pub use std::sync::Weak;

    use std::time::Duration;

    /// loom's mutex with parking_lot's signature.
    #[derive(Debug, Default)]
    pub struct Mutex<T>(loom::sync::Mutex<T>);
    pub type MutexGuard<'a, T> = loom::sync::MutexGuard<'a, T>;

    impl<T> Mutex<T> {
        pub fn new(value: T) -> Self {
            Self(loom::sync::Mutex::new(value))
        }
        pub fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().expect("a model never poisons")
        }
    }

    /// Under loom a futex wait is a yield: the caller's loop looks again.
    pub fn futex_wait(_word: &AtomicU32, _expected: u32, _timeout: Option<Duration>) {
        loom::thread::yield_now();
    }

    pub fn futex_wake(_word: &AtomicU32) {}
}

#[cfg(loom)]
pub use model::*;
