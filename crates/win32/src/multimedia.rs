//! The clock of the multimedia functions (TIME-01, TIME-02).

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use windows_sys::Win32::Media::{TIMECAPS, TIMERR_NOCANDO, TIMERR_NOERROR};

use crate::guard::{infallible, is_bad};
use crate::system;

/// Milliseconds since the machine was started; begins anew after 49.7 days (TIME-01).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn timeGetTime() -> u32 {
    system::milliseconds_since_start() as u32
}

/// Asks for a resolution in milliseconds (TIME-02). Waits are as exact as Linux can make them without it, so nothing
/// changes.
///
/// Errors: `TIMERR_NOCANDO` for 0 or more than 1,000,000.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn timeBeginPeriod(uperiod: u32) -> u32 {
    infallible(TIMERR_NOCANDO, || {
        if !(PERIOD_MIN..=PERIOD_MAX).contains(&uperiod) {
            return TIMERR_NOCANDO;
        }
        *periods().entry(uperiod).or_default() += 1;
        TIMERR_NOERROR
    })
}

/// Takes a resolution back (TIME-02).
///
/// Errors: `TIMERR_NOCANDO` for one that was not asked for.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn timeEndPeriod(uperiod: u32) -> u32 {
    infallible(TIMERR_NOCANDO, || match periods().get_mut(&uperiod) {
        Some(count) if *count > 0 => {
            *count -= 1;
            TIMERR_NOERROR
        }
        _ => TIMERR_NOCANDO,
    })
}

/// The range of resolutions: 1 to 1,000,000 milliseconds (TIME-02).
///
/// Errors: `TIMERR_NOCANDO` for a null pointer or a size below that of the structure.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn timeGetDevCaps(ptc: *mut TIMECAPS, cbtc: u32) -> u32 {
    if is_bad(ptc) || (cbtc as usize) < size_of::<TIMECAPS>() {
        return TIMERR_NOCANDO;
    }
    let range = TIMECAPS {
        wPeriodMin: PERIOD_MIN,
        wPeriodMax: PERIOD_MAX,
    };
    // SAFETY: not bad, so valid for a write by this function's contract.
    unsafe { ptc.write_unaligned(range) };
    TIMERR_NOERROR
}

const PERIOD_MIN: u32 = 1;
const PERIOD_MAX: u32 = 1_000_000;

static PERIODS: LazyLock<Mutex<HashMap<u32, u32>>> = LazyLock::new(Mutex::default);

/// How often each resolution has been asked for and not taken back.
fn periods() -> std::sync::MutexGuard<'static, HashMap<u32, u32>> {
    PERIODS
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}
