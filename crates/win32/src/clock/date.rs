//! Calendar dates and file times (DATE).

use std::cmp::Ordering;

use windows_sys::Win32::Foundation::{ERROR_INVALID_PARAMETER, FALSE, FILETIME, SYSTEMTIME, TRUE};
use windows_sys::core::BOOL;

use crate::error::Win32Error;
use crate::guard::{infallible, is_bad, store, win32};

/// The date of a file time, both in UTC.
///
/// Errors: `ERROR_INVALID_PARAMETER` for a null pointer and a time with the top bit set.
///
/// # Safety
/// The pointers are null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FileTimeToSystemTime(
    lpfiletime: *const FILETIME,
    lpsystemtime: *mut SYSTEMTIME,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        let time = unsafe { file_time(lpfiletime) }?;
        if is_bad(lpsystemtime) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { store(lpsystemtime, date(time)?) };
        Ok(TRUE)
    })
}

/// The file time of a date, both in UTC. The day of the week is not looked at.
///
/// Errors: `ERROR_INVALID_PARAMETER` for a null pointer and a date that does not exist or is not within the years 1601 to
/// 30827.
///
/// # Safety
/// The pointers are null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SystemTimeToFileTime(
    lpsystemtime: *const SYSTEMTIME,
    lpfiletime: *mut FILETIME,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        let date = unsafe { system_time(lpsystemtime) }?;
        if is_bad(lpfiletime) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { store(lpfiletime, split(ticks(&date)?)) };
        Ok(TRUE)
    })
}

/// Which of two file times is earlier: -1 the first, 1 the second, 0 neither. What is no pointer counts as time 0.
///
/// # Safety
/// The pointers are null or valid for reads.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CompareFileTime(
    lpfiletime1: *const FILETIME,
    lpfiletime2: *const FILETIME,
) -> i32 {
    infallible(0, || {
        // SAFETY: this function's contract.
        let (one, other) = unsafe { (read(lpfiletime1), read(lpfiletime2)) };
        match one.cmp(&other) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }
    })
}

/// Date and time of day in UTC.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSystemTime(lpsystemtime: *mut SYSTEMTIME) {
    infallible((), || {
        if let Ok(date) = date(crate::system::now_ticks()) {
            // SAFETY: this function's contract.
            unsafe { store(lpsystemtime, date) };
        }
    });
}

/// Units of a file time in a second and in a day.
pub(crate) const SECOND: u64 = 10_000_000;
const DAY: u64 = 86_400 * SECOND;
/// Seconds between the beginnings of Windows' and of Linux' time.
pub(crate) const EPOCH: i64 = 11_644_473_600;

/// # Safety
/// The pointer is null or valid for a read.
pub(crate) unsafe fn file_time(time: *const FILETIME) -> Result<u64, Win32Error> {
    if is_bad(time) {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    // SAFETY: this function's contract.
    Ok(unsafe { read(time) })
}

/// # Safety
/// The pointer is null or valid for a read.
pub(crate) unsafe fn system_time(date: *const SYSTEMTIME) -> Result<SYSTEMTIME, Win32Error> {
    if is_bad(date) {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    // SAFETY: this function's contract; it need not be aligned.
    Ok(unsafe { date.read_unaligned() })
}

/// # Safety
/// The pointer is null or valid for a read.
unsafe fn read(time: *const FILETIME) -> u64 {
    if is_bad(time) {
        return 0;
    }
    // SAFETY: this function's contract; it need not be aligned.
    let time = unsafe { time.read_unaligned() };
    u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime)
}

pub(crate) fn split(ticks: u64) -> FILETIME {
    FILETIME {
        dwLowDateTime: ticks as u32,
        dwHighDateTime: (ticks >> 32) as u32,
    }
}

/// The date of a file time.
pub(crate) fn date(ticks: u64) -> Result<SYSTEMTIME, Win32Error> {
    if ticks > i64::MAX as u64 {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    let (days, within) = (ticks / DAY, ticks % DAY);
    let (year, month, day) = civil(days);
    let seconds = within / SECOND;
    Ok(SYSTEMTIME {
        wYear: year,
        wMonth: month,
        wDayOfWeek: ((days + 1) % 7) as u16, // 1 January 1601 was a Monday
        wDay: day,
        wHour: (seconds / 3600) as u16,
        wMinute: (seconds / 60 % 60) as u16,
        wSecond: (seconds % 60) as u16,
        wMilliseconds: (within % SECOND / 10_000) as u16,
    })
}

/// The file time of a date.
pub(crate) fn ticks(date: &SYSTEMTIME) -> Result<u64, Win32Error> {
    let exists = (1601..=30827).contains(&date.wYear)
        && (1..=12).contains(&date.wMonth)
        && (1..=days_of_month(date.wYear, date.wMonth)).contains(&date.wDay)
        && date.wHour < 24
        && date.wMinute < 60
        && date.wSecond < 60
        && date.wMilliseconds < 1000;
    if !exists {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    let [hour, minute, second, milliseconds] =
        [date.wHour, date.wMinute, date.wSecond, date.wMilliseconds].map(u64::from);
    let seconds = (hour * 60 + minute) * 60 + second;
    Ok(days_before(date.wYear, date.wMonth, date.wDay) * DAY
        + seconds * SECOND
        + milliseconds * 10_000)
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

pub(crate) fn days_of_month(year: u16, month: u16) -> u16 {
    match month {
        2 => 28 + u16::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1 January 1601 to a date.
pub(crate) fn days_before(year: u16, month: u16, day: u16) -> u64 {
    let years = u64::from(year) - 1601;
    let months: u64 = (1..month)
        .map(|month| u64::from(days_of_month(year, month)))
        .sum();
    years * 365 + years / 4 - years / 100 + years / 400 + months + u64::from(day) - 1
}

/// Year, month and day of a number of days since 1 January 1601.
fn civil(days: u64) -> (u16, u16, u16) {
    const CYCLE: u64 = 146_097; // days of 400 years
    let (cycles, mut rest) = (days / CYCLE, days % CYCLE);
    let centuries = (rest / 36_524).min(3);
    rest -= centuries * 36_524;
    let leaps = rest / 1_461;
    rest -= leaps * 1_461;
    let singles = (rest / 365).min(3);
    rest -= singles * 365;
    let year = (1601 + cycles * 400 + centuries * 100 + leaps * 4 + singles) as u16;
    let mut month = 1;
    while rest >= days_of_month(year, month).into() {
        rest -= u64::from(days_of_month(year, month));
        month += 1;
    }
    (year, month, rest as u16 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_eight_centuries_goes_out_and_comes_back() {
        for day in 0..292_194 {
            let (year, month, of_month) = civil(day);
            assert_eq!(days_before(year, month, of_month), day);
        }
        assert_eq!(civil(0), (1601, 1, 1));
        assert_eq!(civil(134_774), (1970, 1, 1));
    }
}
