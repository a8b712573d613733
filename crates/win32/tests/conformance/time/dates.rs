//! Dates and file times, in UTC and where the machine stands.

use std::ptr::{null, null_mut};

use crate::common::last_error;
use crate::common::w::Win32::Foundation::{ERROR_INVALID_PARAMETER, FILETIME, SYSTEMTIME};
use crate::common::w::Win32::Storage::FileSystem::{
    CompareFileTime, FileTimeToLocalFileTime, LocalFileTimeToFileTime,
};
use crate::common::w::Win32::System::SystemInformation::{
    GetLocalTime, GetSystemTime, GetSystemTimeAsFileTime,
};
use crate::common::w::Win32::System::Time::{
    DYNAMIC_TIME_ZONE_INFORMATION, FileTimeToSystemTime, GetDynamicTimeZoneInformation,
    GetTimeZoneInformation, SystemTimeToFileTime, SystemTimeToTzSpecificLocalTime,
    TIME_ZONE_INFORMATION, TzSpecificLocalTimeToSystemTime,
};

fn file_time(ticks: u64) -> FILETIME {
    FILETIME {
        dwLowDateTime: ticks as u32,
        dwHighDateTime: (ticks >> 32) as u32,
    }
}

fn ticks(time: FILETIME) -> u64 {
    u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime)
}

fn date(year: u16, month: u16, day: u16, hour: u16, minute: u16) -> SYSTEMTIME {
    SYSTEMTIME {
        wYear: year,
        wMonth: month,
        wDay: day,
        wHour: hour,
        wMinute: minute,
        ..SYSTEMTIME::default()
    }
}

fn fields(date: &SYSTEMTIME) -> [u16; 5] {
    [date.wYear, date.wMonth, date.wDay, date.wHour, date.wMinute]
}

fn to_ticks(date: &SYSTEMTIME) -> Result<u64, u32> {
    let mut time = FILETIME::default();
    match call!(SystemTimeToFileTime(date, &mut time)) {
        0 => Err(last_error()),
        _ => Ok(ticks(time)),
    }
}

/// DATE-01: A file time counts 100 ns since 1601; its date has the day of the week, and milliseconds.
#[test]
fn date_01_dates_and_file_times() {
    for (date, expected, weekday) in [
        (date(1601, 1, 1, 0, 0), 0, 1),
        (date(1970, 1, 1, 0, 0), 116_444_736_000_000_000, 4),
        (date(2000, 2, 29, 12, 30), 125_963_010_000_000_000, 2),
        (date(2024, 12, 31, 23, 59), 133_801_631_400_000_000, 2),
    ] {
        assert_eq!(to_ticks(&date), Ok(expected));
        let mut back = SYSTEMTIME::default();
        let time = file_time(expected + 1_234_567);
        assert_ne!(call!(FileTimeToSystemTime(&time, &mut back)), 0);
        assert_eq!(fields(&back), fields(&date));
        assert_eq!((back.wDayOfWeek, back.wMilliseconds), (weekday, 123));
    }
    let (early, late) = (file_time(1 << 32), file_time((1 << 32) + 1));
    assert_eq!(call!(CompareFileTime(&early, &late)), -1);
    assert_eq!(call!(CompareFileTime(&late, &early)), 1);
    assert_eq!(call!(CompareFileTime(&late, &late)), 0);
}

/// DATE-01: The time of day is the same as a date and as a file time.
#[test]
fn date_01_the_time_of_day() {
    let (mut before, mut now, mut after) = (
        FILETIME::default(),
        SYSTEMTIME::default(),
        FILETIME::default(),
    );
    call!(GetSystemTimeAsFileTime(&mut before));
    call!(GetSystemTime(&mut now));
    call!(GetSystemTimeAsFileTime(&mut after));
    let now = to_ticks(&now).expect("a date");
    let millisecond = 10_000;
    assert!(ticks(before) / millisecond <= now / millisecond);
    assert!(now <= ticks(after));
}

/// DATE-02: Dates that do not exist, times beyond the range and null pointers are refused.
#[test]
fn date_02_dates_that_do_not_exist() {
    for wrong in [
        date(1600, 12, 31, 0, 0),
        date(2023, 2, 29, 0, 0),
        date(2024, 13, 1, 0, 0),
        date(2024, 1, 0, 0, 0),
        date(2024, 1, 1, 24, 0),
        date(30828, 1, 1, 0, 0),
    ] {
        assert_eq!(to_ticks(&wrong), Err(ERROR_INVALID_PARAMETER));
    }
    let mut back = SYSTEMTIME::default();
    let beyond = file_time(1 << 63);
    assert_eq!(call!(FileTimeToSystemTime(&beyond, &mut back)), 0);
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
    assert_eq!(call!(SystemTimeToFileTime(null(), null_mut())), 0);
}

/// DATE-03: Local time is the bias of the time zone away from UTC, and summer time's if that is in force.
#[test]
fn date_03_local_time() {
    let (mut zone, mut now, mut local) = (
        TIME_ZONE_INFORMATION::default(),
        FILETIME::default(),
        FILETIME::default(),
    );
    let kind = call!(GetTimeZoneInformation(&mut zone));
    let bias = zone.Bias
        + match kind {
            0 => 0,
            1 => zone.StandardBias,
            _ => zone.DaylightBias,
        };
    let mut dynamic = DYNAMIC_TIME_ZONE_INFORMATION::default();
    assert_eq!(call!(GetDynamicTimeZoneInformation(&mut dynamic)), kind);
    assert_eq!(
        (dynamic.Bias, dynamic.DaylightBias),
        (zone.Bias, zone.DaylightBias)
    );
    assert_eq!(dynamic.TimeZoneKeyName[..32], zone.StandardName);
    call!(GetSystemTimeAsFileTime(&mut now));
    assert_ne!(call!(FileTimeToLocalFileTime(&now, &mut local)), 0);
    let ahead = ticks(local) as i64 - ticks(now) as i64;
    assert_eq!(ahead, -i64::from(bias) * 60 * 10_000_000);
    let mut back = FILETIME::default();
    assert_ne!(call!(LocalFileTimeToFileTime(&local, &mut back)), 0);
    assert_eq!(ticks(back), ticks(now));

    let (mut universal, mut local, mut shown) = Default::default();
    call!(GetSystemTime(&mut universal));
    assert_ne!(
        call!(SystemTimeToTzSpecificLocalTime(
            null(),
            &universal,
            &mut local
        )),
        0
    );
    call!(GetLocalTime(&mut shown));
    let (local, shown) = (
        to_ticks(&local).expect("a date"),
        to_ticks(&shown).expect("a date"),
    );
    assert!((local..local + 600_000_000).contains(&shown));
}

/// Central European time: the last Sundays of March and October.
fn berlin() -> TIME_ZONE_INFORMATION {
    TIME_ZONE_INFORMATION {
        Bias: -60,
        DaylightBias: -60,
        StandardDate: SYSTEMTIME {
            wMonth: 10,
            wDay: 5,
            wHour: 3,
            ..SYSTEMTIME::default()
        },
        DaylightDate: SYSTEMTIME {
            wMonth: 3,
            wDay: 5,
            wHour: 2,
            ..SYSTEMTIME::default()
        },
        ..TIME_ZONE_INFORMATION::default()
    }
}

/// DATE-04: A time zone given by its rules is followed, also one of the southern half of the Earth.
#[test]
fn date_04_rules_of_a_time_zone() {
    let mut sydney = berlin();
    sydney.Bias = -600;
    sydney.StandardDate.wMonth = 4;
    sydney.StandardDate.wDay = 1;
    sydney.DaylightDate.wMonth = 10;
    sydney.DaylightDate.wDay = 1;
    for (zone, universal, expected) in [
        (&berlin(), date(2024, 3, 31, 0, 59), [2024, 3, 31, 1, 59]),
        (&berlin(), date(2024, 3, 31, 1, 0), [2024, 3, 31, 3, 0]),
        (&berlin(), date(2024, 10, 27, 0, 59), [2024, 10, 27, 2, 59]),
        (&berlin(), date(2024, 10, 27, 1, 0), [2024, 10, 27, 2, 0]),
        (&sydney, date(2024, 1, 1, 0, 0), [2024, 1, 1, 11, 0]),
        (&sydney, date(2024, 7, 1, 0, 0), [2024, 7, 1, 10, 0]),
    ] {
        let mut local = SYSTEMTIME::default();
        assert_ne!(
            call!(SystemTimeToTzSpecificLocalTime(
                zone, &universal, &mut local
            )),
            0
        );
        assert_eq!(fields(&local), expected);
    }
    let (local, mut universal) = (date(2024, 7, 1, 12, 0), SYSTEMTIME::default());
    assert_ne!(
        call!(TzSpecificLocalTimeToSystemTime(
            &berlin(),
            &local,
            &mut universal
        )),
        0
    );
    assert_eq!(fields(&universal), [2024, 7, 1, 10, 0]);
}
