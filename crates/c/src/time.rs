//! Times: each thread has its own results, as on Windows, and everything has 64 bits.

use std::cell::UnsafeCell;
use std::ffi::c_long;
use std::ptr;
use std::sync::atomic::{AtomicI64, Ordering};

use libc::{time_t, tm};

use crate::errno::{EINVAL, ERANGE, invalid, set_errno};
use crate::secure::answer;
use crate::unit::{self, Unit, pair};

std::thread_local! {
    /// What `localtime` and `gmtime` point at.
    static BROKEN_DOWN: UnsafeCell<tm> = const {
        // SAFETY: a structure of numbers and one pointer may be all zero.
        UnsafeCell::new(unsafe { std::mem::zeroed() })
    };
    /// What `asctime` and `ctime` point at.
    static TEXT: UnsafeCell<[u8; 26]> = const { UnsafeCell::new([0; 26]) };
    static WIDE_TEXT: UnsafeCell<[u16; 26]> = const { UnsafeCell::new([0; 26]) };
}

/// The last second Windows' functions take: the end of the year 3000.
const LAST: time_t = 32_535_215_999;

type BreakDown = unsafe extern "C" fn(*const time_t, *mut tm) -> *mut tm;

/// # Safety
/// `to` is null or valid for a write, `time` null or valid for a read.
unsafe fn break_down(to: *mut tm, time: *const time_t, by: BreakDown) -> i32 {
    if to.is_null() {
        return invalid(EINVAL);
    }
    // SAFETY: by this function's contract.
    unsafe {
        if time.is_null() || !(0..=LAST).contains(&*time) {
            let mut none: tm = std::mem::zeroed();
            for field in [
                &mut none.tm_sec,
                &mut none.tm_min,
                &mut none.tm_hour,
                &mut none.tm_mday,
                &mut none.tm_mon,
                &mut none.tm_year,
                &mut none.tm_wday,
                &mut none.tm_yday,
                &mut none.tm_isdst,
            ] {
                *field = -1;
            }
            *to = none;
            return if time.is_null() {
                invalid(EINVAL)
            } else {
                set_errno(EINVAL);
                EINVAL
            };
        }
        by(time, to);
    }
    0
}

/// `localtime_s`, `_localtime64_s`: 0, or `EINVAL` for null and for a time before 1970 or after 3000; all fields are then -1.
#[unsafe(no_mangle)]
unsafe extern "C" fn localtime_s(to: *mut tm, time: *const time_t) -> i32 {
    // SAFETY: the caller gives both or null.
    unsafe { break_down(to, time, libc::localtime_r) }
}

/// `gmtime_s`, `_gmtime64_s`: as `localtime_s`, in UTC.
#[unsafe(no_mangle)]
unsafe extern "C" fn gmtime_s(to: *mut tm, time: *const time_t) -> i32 {
    // SAFETY: the caller gives both or null.
    unsafe { break_down(to, time, libc::gmtime_r) }
}

/// # Safety
/// `time` is null or valid for a read.
unsafe fn own(time: *const time_t, by: BreakDown) -> *mut tm {
    let to = BROKEN_DOWN.with(UnsafeCell::get);
    // SAFETY: this thread's own place; the rest by this function's contract.
    if unsafe { break_down(to, time, by) } == 0 {
        to
    } else {
        ptr::null_mut()
    }
}

/// `localtime`, `_localtime64`: this thread's structure; null with `EINVAL`, as `localtime_s`.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_localtime(time: *const time_t) -> *mut tm {
    // SAFETY: the caller gives a time or null.
    unsafe { own(time, libc::localtime_r) }
}

/// `gmtime`, `_gmtime64`: as `localtime`, in UTC.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_gmtime(time: *const time_t) -> *mut tm {
    // SAFETY: the caller gives a time or null.
    unsafe { own(time, libc::gmtime_r) }
}

/// `_mkgmtime64`: as `mktime`, of a time in UTC; -1.
#[unsafe(no_mangle)]
unsafe extern "C" fn _mkgmtime64(time: *mut tm) -> time_t {
    if time.is_null() {
        invalid(EINVAL);
        return -1;
    }
    // SAFETY: the caller gives a structure.
    unsafe { libc::timegm(time) }
}

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `Wed Jan  2 02:03:55 1980`, a line end; `None` for fields out of range.
fn line(time: &tm) -> Option<String> {
    let name = |names: &'static [&str], at: i32| {
        usize::try_from(at)
            .ok()
            .and_then(|at| names.get(at))
            .copied()
    };
    let within = (0..24).contains(&time.tm_hour)
        && (0..60).contains(&time.tm_min)
        && (0..=60).contains(&time.tm_sec)
        && (1..=31).contains(&time.tm_mday)
        && (0..=8099).contains(&time.tm_year);
    if !within {
        return None;
    }
    Some(format!(
        "{} {} {:02} {:02}:{:02}:{:02} {:04}\n",
        name(&DAYS, time.tm_wday)?,
        name(&MONTHS, time.tm_mon)?,
        time.tm_mday,
        time.tm_hour,
        time.tm_min,
        time.tm_sec,
        time.tm_year + 1900,
    ))
}

/// # Safety
/// `to` has `size` units or is null, `time` is null or valid for a read.
unsafe fn text<U: Unit>(to: *mut U, size: usize, time: *const tm) -> i32 {
    if to.is_null() || size == 0 {
        return invalid(EINVAL);
    }
    // SAFETY: by this function's contract; size is not 0.
    unsafe {
        to.write(U::default());
        if time.is_null() || size < 26 {
            return invalid(if time.is_null() { EINVAL } else { ERANGE });
        }
        match line(&*time) {
            Some(line) => answer(to, size, &unit::from_bytes::<U>(line.as_bytes())),
            None => invalid(EINVAL),
        }
    }
}

/// # Safety
/// As [`text`].
unsafe fn text_of_time<U: Unit>(to: *mut U, size: usize, time: *const time_t) -> i32 {
    if to.is_null() || size < 26 {
        return invalid(if to.is_null() { EINVAL } else { ERANGE });
    }
    // SAFETY: by this function's contract; a structure of numbers may be all zero.
    unsafe {
        to.write(U::default());
        let mut fields = std::mem::zeroed();
        match break_down(&raw mut fields, time, libc::localtime_r) {
            0 => text(to, size, &raw const fields),
            code => code,
        }
    }
}

pair! {
    /// `asctime_s`, `_wasctime_s`: `Wed Jan 02 02:03:55 1980` and a line end, which takes 26 units; `ERANGE` for less room.
    asctime_s, _wasctime_s, (to: *mut U, size: usize, time: *const tm) -> i32 => text
}
pair! {
    /// `ctime_s`, `_wctime_s`: as `asctime_s` of a time in seconds, in local time.
    ctime_s, _wctime_s, (to: *mut U, size: usize, time: *const time_t) -> i32 => text_of_time
}

/// `asctime`: this thread's text; null.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_asctime(time: *const tm) -> *mut u8 {
    let to = TEXT.with(UnsafeCell::get).cast::<u8>();
    // SAFETY: this thread's own 26 bytes; the caller gives a structure.
    if unsafe { text(to, 26, time) } == 0 {
        to
    } else {
        ptr::null_mut()
    }
}

/// `ctime`, `_ctime64`: this thread's text; null.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_ctime(time: *const time_t) -> *mut u8 {
    let to = TEXT.with(UnsafeCell::get).cast::<u8>();
    // SAFETY: this thread's own 26 bytes; the caller gives a time.
    if unsafe { text_of_time(to, 26, time) } == 0 {
        to
    } else {
        ptr::null_mut()
    }
}

/// `_wasctime`: as `asctime`.
#[unsafe(no_mangle)]
unsafe extern "C" fn _wasctime(time: *const tm) -> *mut u16 {
    let to = WIDE_TEXT.with(UnsafeCell::get).cast::<u16>();
    // SAFETY: this thread's own 26 units; the caller gives a structure.
    if unsafe { text(to, 26, time) } == 0 {
        to
    } else {
        ptr::null_mut()
    }
}

/// `_wctime`, `_wctime64`: as `ctime`.
#[unsafe(no_mangle)]
unsafe extern "C" fn _wctime(time: *const time_t) -> *mut u16 {
    let to = WIDE_TEXT.with(UnsafeCell::get).cast::<u16>();
    // SAFETY: this thread's own 26 units; the caller gives a time.
    if unsafe { text_of_time(to, 26, time) } == 0 {
        to
    } else {
        ptr::null_mut()
    }
}

/// Now, in local time.
fn now() -> (time_t, u16, tm) {
    // SAFETY: structures of numbers may be all zero; libc fills both.
    unsafe {
        let mut time = std::mem::zeroed::<libc::timespec>();
        libc::clock_gettime(libc::CLOCK_REALTIME, &raw mut time);
        let mut fields = std::mem::zeroed();
        libc::localtime_r(&raw const time.tv_sec, &raw mut fields);
        (
            time.tv_sec,
            u16::try_from(time.tv_nsec / 1_000_000).unwrap_or(0),
            fields,
        )
    }
}

/// # Safety
/// `to` has `size` units or is null.
unsafe fn date<U: Unit>(to: *mut U, size: usize) -> i32 {
    let (_, _, time) = now();
    let text = format!(
        "{:02}/{:02}/{:02}",
        time.tm_mon + 1,
        time.tm_mday,
        time.tm_year % 100
    );
    // SAFETY: by this function's contract.
    unsafe { answer(to, size, &unit::from_bytes::<U>(text.as_bytes())) }
}

/// # Safety
/// `to` has `size` units or is null.
unsafe fn clock<U: Unit>(to: *mut U, size: usize) -> i32 {
    let (_, _, time) = now();
    let text = format!("{:02}:{:02}:{:02}", time.tm_hour, time.tm_min, time.tm_sec);
    // SAFETY: by this function's contract.
    unsafe { answer(to, size, &unit::from_bytes::<U>(text.as_bytes())) }
}

/// # Safety
/// `to` has 9 units.
unsafe fn date_old<U: Unit>(to: *mut U) -> *mut U {
    // SAFETY: by this function's contract.
    if unsafe { date(to, 9) } == 0 {
        to
    } else {
        ptr::null_mut()
    }
}

/// # Safety
/// `to` has 9 units.
unsafe fn clock_old<U: Unit>(to: *mut U) -> *mut U {
    // SAFETY: by this function's contract.
    if unsafe { clock(to, 9) } == 0 {
        to
    } else {
        ptr::null_mut()
    }
}

pair! {
    /// `_strdate_s`, `_wstrdate_s`: today as `mm/dd/yy`, 9 units; `ERANGE` for less room.
    _strdate_s, _wstrdate_s, (to: *mut U, size: usize) -> i32 => date
}
pair! {
    /// `_strtime_s`, `_wstrtime_s`: now as `hh:mm:ss`, 9 units; `ERANGE` for less room.
    _strtime_s, _wstrtime_s, (to: *mut U, size: usize) -> i32 => clock
}
pair! {
    /// `_strdate`, `_wstrdate`: as `_strdate_s` into 9 units.
    _strdate, _wstrdate, (to: *mut U) -> *mut U => date_old
}
pair! {
    /// `_strtime`, `_wstrtime`: as `_strtime_s` into 9 units.
    _strtime, _wstrtime, (to: *mut U) -> *mut U => clock_old
}

/// When the program began, in milliseconds of the monotonic clock.
static BEGAN: AtomicI64 = AtomicI64::new(0);

/// Runs before the program's own code.
#[used]
#[unsafe(link_section = ".init_array")]
static BEGIN: extern "C" fn() = begin;

extern "C" fn begin() {
    BEGAN.store(monotonic(), Ordering::Relaxed);
}

fn monotonic() -> i64 {
    // SAFETY: a structure of numbers may be all zero; libc fills it.
    unsafe {
        let mut time = std::mem::zeroed::<libc::timespec>();
        libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time);
        time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}

/// `clock`: the milliseconds since the program began, whatever the processor did meanwhile.
#[unsafe(no_mangle)]
extern "C" fn larboard_clock() -> libc::clock_t {
    monotonic() - BEGAN.load(Ordering::Relaxed)
}

/// `struct __timeb64`.
#[repr(C)]
struct TimeB {
    time: i64,
    millitm: u16,
    timezone: i16,
    dstflag: i16,
}

/// `_ftime64_s`: seconds, milliseconds, minutes west of UTC, and whether it is summer time; `EINVAL` for null.
#[unsafe(no_mangle)]
unsafe extern "C" fn _ftime64_s(to: *mut TimeB) -> i32 {
    if to.is_null() {
        return invalid(EINVAL);
    }
    let (time, millitm, fields) = now();
    let west = -fields.tm_gmtoff / 60 + if fields.tm_isdst > 0 { 60 } else { 0 };
    let timezone = i16::try_from(west).unwrap_or(0);
    // SAFETY: the caller gives a structure.
    unsafe {
        to.write(TimeB {
            time,
            millitm,
            timezone,
            dstflag: i16::from(fields.tm_isdst > 0),
        })
    };
    0
}

unsafe extern "C" {
    #[link_name = "timezone"]
    static ZONE: c_long;
    #[link_name = "daylight"]
    static SUMMER: i32;
    fn tzset();
}

/// `_get_timezone`: seconds west of UTC, without summer time; `EINVAL` for null.
#[unsafe(no_mangle)]
unsafe extern "C" fn _get_timezone(to: *mut c_long) -> i32 {
    if to.is_null() {
        return invalid(EINVAL);
    }
    // SAFETY: the caller gives a place; libc's variable is set by `tzset`.
    unsafe {
        tzset();
        *to = ZONE;
    }
    0
}

/// `_get_daylight`: 1 if the zone has summer time; `EINVAL` for null.
#[unsafe(no_mangle)]
unsafe extern "C" fn _get_daylight(to: *mut i32) -> i32 {
    if to.is_null() {
        return invalid(EINVAL);
    }
    // SAFETY: as above.
    unsafe {
        tzset();
        *to = SUMMER;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_out_of_range_gives_fields_of_minus_one() {
        // SAFETY: a structure of numbers may be all zero.
        let mut fields: tm = unsafe { std::mem::zeroed() };
        // SAFETY: two places.
        unsafe {
            assert_eq!(gmtime_s(&raw mut fields, &-1), EINVAL);
            assert_eq!((fields.tm_year, fields.tm_sec), (-1, -1));
            assert_eq!(gmtime_s(&raw mut fields, &86_400), 0);
        }
        assert_eq!(line(&fields).as_deref(), Some("Fri Jan 02 00:00:00 1970\n"));
    }

    #[test]
    fn a_buffer_for_a_time_has_twenty_six_units() {
        crate::errno::returning_handler();
        let mut to = [7_u16; 26];
        // SAFETY: the array's size, and a structure of numbers that may be all zero.
        unsafe {
            let mut fields: tm = std::mem::zeroed();
            fields.tm_mday = 1;
            assert_eq!(text(to.as_mut_ptr(), 25, &raw const fields), ERANGE);
            assert_eq!(to[0], 0);
            assert_eq!(text(to.as_mut_ptr(), 26, &raw const fields), 0);
            assert_eq!(
                String::from_utf16_lossy(&to),
                "Sun Jan 01 00:00:00 1900\n\0"
            );
        }
    }
}
