//! Counters.

use std::time::{Duration, Instant};

use crate::common::last_error;
use crate::common::w::Win32::Foundation::ERROR_NOACCESS;
use crate::common::w::Win32::System::Performance::{
    QueryPerformanceCounter, QueryPerformanceFrequency,
};

/// DATE-05: The counter goes forward, by the frequency in a second, which is 10 MHz.
#[test]
fn date_05_the_counter() {
    let count = || {
        let mut count = 0;
        assert_ne!(call!(QueryPerformanceCounter(&mut count)), 0);
        count
    };
    let mut frequency = 0;
    assert_ne!(call!(QueryPerformanceFrequency(&mut frequency)), 0);
    assert_eq!(frequency, 10_000_000);
    let (start, before) = (Instant::now(), count());
    std::thread::sleep(Duration::from_millis(20));
    let (after, elapsed) = (count(), start.elapsed());
    let counted = Duration::from_nanos((after - before) as u64 * 100);
    assert!(
        counted >= Duration::from_millis(20) && counted <= elapsed,
        "{counted:?}"
    );
}

/// DATE-05: Null is refused.
#[cfg(not(windows))]
#[test]
fn date_05_null_is_refused() {
    assert_eq!(call!(QueryPerformanceCounter(std::ptr::null_mut())), 0);
    assert_eq!(last_error(), ERROR_NOACCESS);
}
