//! Times of processes and threads.

use windows_sys::Win32::Foundation::{ERROR_NOACCESS, FALSE, FILETIME, HANDLE, TRUE};
use windows_sys::core::BOOL;

use crate::clock::date::split;
use crate::error::Win32Error;
use crate::guard::{is_bad, store, win32};
use crate::system;

/// When a process began and ended, and its time in the system and outside (PROC-15). The last two of another process that
/// runs are exact to the tick of Linux' clock.
///
/// Errors: `ERROR_INVALID_HANDLE`, `ERROR_NOACCESS` for a null pointer.
///
/// # Safety
/// The pointers are null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetProcessTimes(
    hprocess: HANDLE,
    lpcreationtime: *mut FILETIME,
    lpexittime: *mut FILETIME,
    lpkerneltime: *mut FILETIME,
    lpusertime: *mut FILETIME,
) -> BOOL {
    win32(FALSE, || {
        let process = super::get(hprocess)?;
        process.look();
        let at_the_end = process.state().times;
        let times = match at_the_end {
            Some(times) => times,
            None => Times::of_running(&process).unwrap_or_default(),
        };
        let places = [lpcreationtime, lpexittime, lpkerneltime, lpusertime];
        // SAFETY: this function's contract.
        unsafe { tell(places, [times.begun, times.ended, times.system, times.user]) }
    })
}

/// Writes four times. `ERROR_NOACCESS` if a place is bad.
///
/// # Safety
/// The places are bad or valid for a write.
pub(crate) unsafe fn tell(places: [*mut FILETIME; 4], times: [u64; 4]) -> Result<BOOL, Win32Error> {
    if places.iter().any(|&place| is_bad(place)) {
        return Err(ERROR_NOACCESS.into());
    }
    for (place, time) in places.into_iter().zip(times) {
        // SAFETY: not bad, so valid for a write by this function's contract.
        unsafe { store(place, split(time)) };
    }
    Ok(TRUE)
}

/// Times in 100 ns: of the clock, or spent.
#[derive(Clone, Copy, Default)]
pub(crate) struct Times {
    pub(crate) begun: u64,
    pub(crate) ended: u64,
    pub(crate) system: u64,
    pub(crate) user: u64,
}

impl Times {
    pub(super) fn of_usage(usage: &libc::rusage) -> Self {
        let ticks = |time: libc::timeval| {
            time.tv_sec.unsigned_abs() * 10_000_000 + time.tv_usec.unsigned_abs() * 10
        };
        Self {
            system: ticks(usage.ru_stime),
            user: ticks(usage.ru_utime),
            ..Self::default()
        }
    }

    fn of_running(process: &super::Process) -> Option<Self> {
        let mut times = stat(&format!("/proc/{}/stat", process.id))?;
        if process.is_current() {
            // SAFETY: numbers: all zero is a value.
            let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
            // SAFETY: `usage` is of this frame.
            unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) };
            let exact = Self::of_usage(&usage);
            (times.system, times.user) = (exact.system, exact.user);
        }
        Some(times)
    }
}

/// The times in a `stat` file of `/proc`.
pub(crate) fn stat(path: &str) -> Option<Times> {
    let text = std::fs::read_to_string(path).ok()?;
    // The name of the program is between brackets, and may have anything in it.
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    // SAFETY: takes a number.
    let hertz = u64::try_from(unsafe { libc::sysconf(libc::_SC_CLK_TCK) }).ok()?;
    let ticks = |clock: u64| clock * (10_000_000 / hertz.max(1));
    let (user, system, begun) = (field(14)?, field(15)?, field(22)?);
    let since_start = system::milliseconds_since_start() * 10_000;
    let start = system::now_ticks().saturating_sub(since_start);
    Some(Times {
        begun: start + ticks(begun),
        ended: 0,
        system: ticks(system),
        user: ticks(user),
    })
}
