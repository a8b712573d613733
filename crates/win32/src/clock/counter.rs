//! Counters that only go forward (DATE).

use windows_sys::Win32::Foundation::{ERROR_NOACCESS, FALSE, TRUE};
use windows_sys::core::BOOL;

use crate::guard::{infallible, is_bad, store, win32};

/// Ticks of 100 ns since the machine was started, time asleep included. Costs no system call.
///
/// Errors: `ERROR_NOACCESS` for a null pointer.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn QueryPerformanceCounter(lpperformancecount: *mut i64) -> BOOL {
    win32(FALSE, || {
        if is_bad(lpperformancecount) {
            return Err(ERROR_NOACCESS.into());
        }
        let ticks = ticks(libc::CLOCK_BOOTTIME).cast_signed();
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { store(lpperformancecount, ticks) };
        Ok(TRUE)
    })
}

/// Ticks of `QueryPerformanceCounter` in a second: 10,000,000.
///
/// Errors: `ERROR_NOACCESS` for a null pointer.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn QueryPerformanceFrequency(lpfrequency: *mut i64) -> BOOL {
    win32(FALSE, || {
        if is_bad(lpfrequency) {
            return Err(ERROR_NOACCESS.into());
        }
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { store(lpfrequency, TICKS_PER_SECOND) };
        Ok(TRUE)
    })
}

/// Units of 100 ns since the machine was started, without the time asleep.
///
/// Errors: `ERROR_NOACCESS` for a null pointer.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn QueryUnbiasedInterruptTime(unbiasedtime: *mut u64) -> BOOL {
    win32(FALSE, || {
        if is_bad(unbiasedtime) {
            return Err(ERROR_NOACCESS.into());
        }
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { store(unbiasedtime, ticks(libc::CLOCK_MONOTONIC)) };
        Ok(TRUE)
    })
}

/// Units of 100 ns since the machine was started, time asleep included.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn QueryInterruptTime(lpinterrupttime: *mut u64) {
    // SAFETY: this function's contract.
    infallible((), || unsafe {
        store(lpinterrupttime, ticks(libc::CLOCK_BOOTTIME))
    });
}

const TICKS_PER_SECOND: i64 = 10_000_000;

fn ticks(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is a variable of this frame; both clocks exist since Linux 2.6.39.
    unsafe { libc::clock_gettime(clock, &mut time) };
    time.tv_sec.cast_unsigned() * TICKS_PER_SECOND.cast_unsigned()
        + time.tv_nsec.cast_unsigned() / 100
}
