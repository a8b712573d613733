//! Waiting until somebody says that memory has changed.
//!
//! The threads that sleep stand in the queues of `parking_lot_core`, by the address they wait for.

use std::time::Instant;

use parking_lot_core::{DEFAULT_PARK_TOKEN, DEFAULT_UNPARK_TOKEN, ParkResult};

use super::blocking;

/// Sleeps while `is_unchanged` says so when it is asked, once, before it sleeps: no waker of this address comes in
/// between. True if it was woken or did not sleep, false if the time was over.
pub fn wait(address: usize, is_unchanged: impl Fn() -> bool, deadline: Option<Instant>) -> bool {
    if !is_unchanged() {
        return true;
    }
    let result = blocking(|| {
        // SAFETY: the key is the address of memory that the program waits for; nobody else parks on it. The functions
        // neither panic nor call parking_lot.
        unsafe {
            parking_lot_core::park(
                address,
                is_unchanged,
                || {},
                |_, _| {},
                DEFAULT_PARK_TOKEN,
                deadline,
            )
        }
    });
    result != ParkResult::TimedOut
}

/// Wakes the thread that has waited for this address longest.
pub fn wake(address: usize) {
    // SAFETY: as in `wait`; the function only returns a constant.
    unsafe { parking_lot_core::unpark_one(address, |_| DEFAULT_UNPARK_TOKEN) };
}

/// Wakes all threads that wait for this address.
pub fn wake_all(address: usize) {
    // SAFETY: as in `wait`.
    unsafe { parking_lot_core::unpark_all(address, DEFAULT_UNPARK_TOKEN) };
}
