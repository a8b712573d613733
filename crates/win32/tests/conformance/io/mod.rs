//! The kit of the I/O tests: sockets with their everyday calls, operations that own their memory until the system has
//! let go of it, and blocking calls that can't hang a test.

pub mod address;
pub mod extension;
pub mod operation;
pub mod port;
pub mod socket;

use std::thread;
use std::time::{Duration, Instant};

use crate::common::w::Win32::Networking::WinSock::SOCKET_ERROR;
use crate::common::w::Win32::System::Threading::SleepEx;
use crate::common::{DEADLINE, QUIET, Task, last_error, task, wait_until, wsa_error};

pub use operation::{Operation, Start};
pub use port::Port;
pub use socket::{connected, connected_pair, datagram_pair};

/// A Winsock result as a `Result`: SOCKET_ERROR becomes the Winsock error.
pub fn checked(result: i32) -> Result<i32, i32> {
    if result == SOCKET_ERROR {
        Err(wsa_error())
    } else {
        Ok(result)
    }
}

/// A BOOL result as a `Result`: FALSE becomes the last error.
pub fn succeeded(result: i32) -> Result<(), u32> {
    if result == 0 {
        Err(last_error())
    } else {
        Ok(())
    }
}

/// Waits for `condition`, and fails the test when it doesn't come true.
#[track_caller]
pub fn eventually(what: &str, condition: impl FnMut() -> bool) {
    assert!(wait_until(DEADLINE, condition), "never happened: {what}");
}

/// Watches for a moment that `condition` stays false.
#[track_caller]
pub fn never(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while start.elapsed() < quiet() {
        assert!(!condition(), "must not happen: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// How long a thing that must not happen is watched.
fn quiet() -> Duration {
    Duration::from_millis(QUIET.into())
}

/// Lets routines and APCs of this thread run, for at most `milliseconds`; the answer is SleepEx's own.
pub fn sleep_alertably(milliseconds: u32) -> u32 {
    call!(SleepEx(milliseconds, 1))
}

/// Runs a call that may block in a thread of its own, and fails the test when the call doesn't return.
#[track_caller]
pub fn within<T: Send + 'static>(what: &str, call: impl FnOnce() -> T + Send + 'static) -> T {
    Background::start(call).join(what)
}

/// A blocking call running in a thread of its own.
pub struct Background<T>(Task<T>);

impl<T: Send + 'static> Background<T> {
    pub fn start(call: impl FnOnce() -> T + Send + 'static) -> Self {
        Background(task(call))
    }

    /// Fails the test when the call does not block, or returns within a moment.
    #[track_caller]
    pub fn still_blocked(&self, what: &str) {
        self.0.still_blocked(what);
    }

    /// The call's result once its thread has ended; fails the test when the call doesn't return.
    #[track_caller]
    pub fn join(self, what: &str) -> T {
        self.0.result_of(what)
    }
}
