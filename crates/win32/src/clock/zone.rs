//! Local time: the time zone of the system, as the C library knows it (DATE).

use windows_sys::Win32::Foundation::{ERROR_INVALID_PARAMETER, FALSE, FILETIME, SYSTEMTIME, TRUE};
use windows_sys::Win32::System::Time::{DYNAMIC_TIME_ZONE_INFORMATION, TIME_ZONE_INFORMATION};
use windows_sys::core::BOOL;

use super::date::{
    EPOCH, SECOND, date, days_before, days_of_month, file_time, split, system_time, ticks,
};
use crate::error::Win32Error;
use crate::guard::{infallible, is_bad, store, win32};

/// What the functions of time zones give when they fail.
const TIME_ZONE_ID_INVALID: u32 = u32::MAX;

/// Date and time of day where the machine stands.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetLocalTime(lpsystemtime: *mut SYSTEMTIME) {
    infallible((), || {
        let now = crate::system::now_ticks();
        if let Ok(date) = date(now.wrapping_add_signed(offset_at(now))) {
            // SAFETY: this function's contract.
            unsafe { store(lpsystemtime, date) };
        }
    });
}

/// The local time of a file time, by what is in force now, whatever was in force then.
///
/// Errors: `ERROR_INVALID_PARAMETER` for a null pointer and a time outside the range.
///
/// # Safety
/// The pointers are null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FileTimeToLocalFileTime(
    lpfiletime: *const FILETIME,
    lplocalfiletime: *mut FILETIME,
) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        moved(lpfiletime, lplocalfiletime, |offset| offset)
    })
}

/// The file time of a local time, by what is in force now, whatever was in force then.
///
/// Errors: as [`FileTimeToLocalFileTime`].
///
/// # Safety
/// The pointers are null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LocalFileTimeToFileTime(
    lplocalfiletime: *const FILETIME,
    lpfiletime: *mut FILETIME,
) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        moved(lplocalfiletime, lpfiletime, |offset| -offset)
    })
}

/// The time zone of the system, with the rules of this year: 0 if it has no summer time, 1 in standard time, 2 in summer
/// time. The names are the short ones of the zone, such as `KST`.
///
/// Errors: `TIME_ZONE_ID_INVALID` with `ERROR_INVALID_PARAMETER` for a null pointer.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetTimeZoneInformation(
    lptimezoneinformation: *mut TIME_ZONE_INFORMATION,
) -> u32 {
    win32(TIME_ZONE_ID_INVALID, || {
        if is_bad(lptimezoneinformation) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        let (zone, id) = current()?;
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { store(lptimezoneinformation, zone) };
        Ok(id)
    })
}

/// As [`GetTimeZoneInformation`], with a key of the zone, which is its short name in standard time: there is no registry that
/// it could be a key of. Rules of other years are not switched off.
///
/// Errors: as of [`GetTimeZoneInformation`].
///
/// # Safety
/// As for [`GetTimeZoneInformation`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetDynamicTimeZoneInformation(
    ptimezoneinformation: *mut DYNAMIC_TIME_ZONE_INFORMATION,
) -> u32 {
    win32(TIME_ZONE_ID_INVALID, || {
        if is_bad(ptimezoneinformation) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        let (zone, id) = current()?;
        let mut key = [0; 128];
        key[..zone.StandardName.len()].copy_from_slice(&zone.StandardName);
        let dynamic = DYNAMIC_TIME_ZONE_INFORMATION {
            Bias: zone.Bias,
            StandardName: zone.StandardName,
            StandardDate: zone.StandardDate,
            StandardBias: zone.StandardBias,
            DaylightName: zone.DaylightName,
            DaylightDate: zone.DaylightDate,
            DaylightBias: zone.DaylightBias,
            TimeZoneKeyName: key,
            DynamicDaylightTimeDisabled: false,
        };
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { store(ptimezoneinformation, dynamic) };
        Ok(id)
    })
}

/// The zone with the rules of this year, and whether it has summer time, and has it now.
fn current() -> Result<(TIME_ZONE_INFORMATION, u32), Win32Error> {
    let now = crate::system::now_ticks();
    let zone = of_year(date(now)?.wYear)?;
    let id = match zone.DaylightDate.wMonth {
        0 => 0,
        _ => 1 + u32::from(local(now).is_summer),
    };
    Ok((zone, id))
}

/// The local date of a date in UTC, in the zone given, or in the zone of the system.
///
/// Errors: `ERROR_INVALID_PARAMETER` for a null pointer and a date that does not exist.
///
/// # Safety
/// The pointers are null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SystemTimeToTzSpecificLocalTime(
    lptimezoneinformation: *const TIME_ZONE_INFORMATION,
    lpuniversaltime: *const SYSTEMTIME,
    lplocaltime: *mut SYSTEMTIME,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        let universal = ticks(&unsafe { system_time(lpuniversaltime) }?)?;
        if is_bad(lplocaltime) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        // SAFETY: this function's contract.
        let offset = match unsafe { zone(lptimezoneinformation) } {
            Some(zone) => zone_offset(&zone, universal, false)?,
            None => offset_at(universal),
        };
        let local = universal.checked_add_signed(offset);
        let local = date(local.ok_or(ERROR_INVALID_PARAMETER)?)?;
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { store(lplocaltime, local) };
        Ok(TRUE)
    })
}

/// The date in UTC of a local date, in the zone given, or in the zone of the system.
///
/// Errors: `ERROR_INVALID_PARAMETER` for a null pointer and a date that does not exist.
///
/// # Safety
/// The pointers are null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn TzSpecificLocalTimeToSystemTime(
    lptimezoneinformation: *const TIME_ZONE_INFORMATION,
    lplocaltime: *const SYSTEMTIME,
    lpuniversaltime: *mut SYSTEMTIME,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        let local = ticks(&unsafe { system_time(lplocaltime) }?)?;
        if is_bad(lpuniversaltime) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        // SAFETY: this function's contract.
        let offset = match unsafe { zone(lptimezoneinformation) } {
            Some(zone) => zone_offset(&zone, local, true)?,
            // What was in force at about that time decides, then what was in force at the time found.
            None => {
                let near = offset_at(local.wrapping_add_signed(-offset_at(local)));
                offset_at(local.wrapping_add_signed(-near))
            }
        };
        let universal = local.checked_add_signed(-offset);
        let universal = date(universal.ok_or(ERROR_INVALID_PARAMETER)?)?;
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { store(lpuniversaltime, universal) };
        Ok(TRUE)
    })
}

/// # Safety
/// The pointers are null or valid.
unsafe fn moved(
    from: *const FILETIME,
    to: *mut FILETIME,
    direction: fn(i64) -> i64,
) -> Result<BOOL, Win32Error> {
    // SAFETY: this function's contract.
    let time = unsafe { file_time(from) }?;
    let offset = direction(offset_at(crate::system::now_ticks()));
    let moved = time.checked_add_signed(offset);
    let moved = moved.filter(|&ticks| ticks <= i64::MAX as u64);
    if is_bad(to) {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    // SAFETY: checked for null; otherwise valid for a write by this function's contract.
    unsafe { store(to, split(moved.ok_or(ERROR_INVALID_PARAMETER)?)) };
    Ok(TRUE)
}

/// # Safety
/// The pointer is null or valid for a read.
unsafe fn zone(zone: *const TIME_ZONE_INFORMATION) -> Option<TIME_ZONE_INFORMATION> {
    // SAFETY: this function's contract; it need not be aligned.
    (!is_bad(zone)).then(|| unsafe { zone.read_unaligned() })
}

/// What the C library knows of a moment.
struct Local {
    /// Seconds east of UTC.
    offset: i64,
    is_summer: bool,
    /// The short name of the zone.
    name: [u16; 32],
}

fn local(ticks: u64) -> Local {
    let seconds = (ticks / SECOND).cast_signed() - EPOCH;
    // SAFETY: integers and a pointer that may be null: all zero is a value.
    let mut parts: libc::tm = unsafe { std::mem::zeroed() };
    let mut name = [0; 32];
    // SAFETY: both are variables of this frame. The name is a string of the C library that lasts as long as the zone is
    // not changed.
    unsafe {
        if libc::localtime_r(&seconds, &mut parts).is_null() {
            return Local {
                offset: 0,
                is_summer: false,
                name,
            };
        }
        if !parts.tm_zone.is_null() {
            let bytes = std::ffi::CStr::from_ptr(parts.tm_zone).to_bytes();
            for (to, &byte) in name[..31].iter_mut().zip(bytes) {
                *to = byte.into();
            }
        }
    }
    Local {
        offset: parts.tm_gmtoff,
        is_summer: parts.tm_isdst > 0,
        name,
    }
}

/// What local time is ahead of UTC at a moment, in units of a file time.
fn offset_at(ticks: u64) -> i64 {
    local(ticks).offset * SECOND.cast_signed()
}

/// The zone of the system with the rules of one year.
fn of_year(year: u16) -> Result<TIME_ZONE_INFORMATION, Win32Error> {
    let first = days_before(year, 1, 1) * 24 * 3600 * SECOND;
    let last = days_before(year, 12, 31) * 24 * 3600 * SECOND;
    let begins = local(first);
    let minutes = |local: &Local| -(local.offset / 60) as i32;
    let mut zone = TIME_ZONE_INFORMATION {
        Bias: minutes(&begins),
        StandardName: begins.name,
        DaylightName: begins.name,
        ..TIME_ZONE_INFORMATION::default()
    };
    let mut day = first;
    while day < last {
        let next = day + 24 * 3600 * SECOND;
        let (before, after) = (local(day), local(next));
        if before.is_summer != after.is_summer {
            let (standard, summer) = if after.is_summer {
                (&before, &after)
            } else {
                (&after, &before)
            };
            zone.Bias = minutes(standard);
            zone.DaylightBias = minutes(summer) - minutes(standard);
            zone.StandardName = standard.name;
            zone.DaylightName = summer.name;
            // The rule tells the moment by the clock that is about to be changed.
            let change = change_between(day, next);
            let rule = rule(&date(
                change.wrapping_add_signed(before.offset * SECOND.cast_signed()),
            )?);
            if after.is_summer {
                zone.DaylightDate = rule;
            } else {
                zone.StandardDate = rule;
            }
        }
        day = next;
    }
    // A year in which only one of two changes happens has no rule.
    if zone.DaylightDate.wMonth == 0 || zone.StandardDate.wMonth == 0 {
        (zone.DaylightDate, zone.StandardDate) = Default::default();
        zone.DaylightBias = 0;
    }
    Ok(zone)
}

/// The moment within a day at which summer time begins or ends.
fn change_between(mut before: u64, mut after: u64) -> u64 {
    let summer = local(before).is_summer;
    while after - before > SECOND {
        let middle = before + (after - before) / 2 / SECOND * SECOND;
        if local(middle).is_summer == summer {
            before = middle;
        } else {
            after = middle;
        }
    }
    after
}

/// A date as a rule for every year: the first to fourth, or 5 for the last, such weekday of the month.
fn rule(date: &SYSTEMTIME) -> SYSTEMTIME {
    let is_last = date.wDay + 7 > days_of_month(date.wYear, date.wMonth);
    SYSTEMTIME {
        wYear: 0,
        wDay: if is_last { 5 } else { (date.wDay - 1) / 7 + 1 },
        ..*date
    }
}

/// What local time is ahead of UTC by the rules of a zone, in units of a file time.
fn zone_offset(zone: &TIME_ZONE_INFORMATION, time: u64, is_local: bool) -> Result<i64, Win32Error> {
    let minutes = |bias: i32| -i64::from(bias) * 60 * SECOND.cast_signed();
    let standard = minutes(zone.Bias.wrapping_add(zone.StandardBias));
    let summer = minutes(zone.Bias.wrapping_add(zone.DaylightBias));
    if zone.StandardDate.wMonth == 0 || zone.DaylightDate.wMonth == 0 {
        return Ok(minutes(zone.Bias));
    }
    let by_standard = if is_local {
        time
    } else {
        time.wrapping_add_signed(standard)
    };
    let by_summer = if is_local {
        time
    } else {
        time.wrapping_add_signed(summer)
    };
    let year = date(by_standard)?.wYear;
    let begins = moment(&zone.DaylightDate, year)?;
    let ends = moment(&zone.StandardDate, year)?;
    let is_summer = if begins < ends {
        by_standard >= begins && by_summer < ends
    } else {
        by_standard >= begins || by_summer < ends
    };
    Ok(if is_summer { summer } else { standard })
}

/// The moment of a rule in a year.
fn moment(rule: &SYSTEMTIME, year: u16) -> Result<u64, Win32Error> {
    if rule.wYear != 0 {
        return ticks(rule);
    }
    if !(1..=12).contains(&rule.wMonth) || !(1..=5).contains(&rule.wDay) || rule.wDayOfWeek > 6 {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    let first = ((days_before(year, rule.wMonth, 1) + 1) % 7) as u16;
    let mut day = 1 + (rule.wDayOfWeek + 7 - first) % 7 + (rule.wDay - 1) * 7;
    if day > days_of_month(year, rule.wMonth) {
        day -= 7;
    }
    ticks(&SYSTEMTIME {
        wYear: year,
        wDay: day,
        ..*rule
    })
}
