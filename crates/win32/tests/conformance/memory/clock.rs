//! The clock of the multimedia functions.

use std::ptr::null_mut;

use crate::common::w::Win32::Media::{
    TIMECAPS, TIMERR_NOCANDO, TIMERR_NOERROR, timeBeginPeriod, timeEndPeriod, timeGetDevCaps,
    timeGetTime,
};
use crate::common::w::Win32::System::SystemInformation::GetTickCount;

/// TIME-01: the multimedia time counts milliseconds since the start of the machine, as the tick count does.
#[test]
fn time_01_milliseconds_since_the_start() {
    let before = call!(GetTickCount());
    let time = call!(timeGetTime());
    let after = call!(GetTickCount());
    assert!(time.wrapping_sub(before) <= after.wrapping_sub(before).max(32));
    std::thread::sleep(std::time::Duration::from_millis(20));
    assert!(call!(timeGetTime()).wrapping_sub(time) >= 19);
}

/// TIME-02: a resolution in the range that is told can be asked for, and taken back as often.
#[test]
fn time_02_resolutions() {
    let mut range = TIMECAPS::default();
    let size = size_of::<TIMECAPS>() as u32;
    assert_eq!(call!(timeGetDevCaps(&mut range, size)), TIMERR_NOERROR);
    assert_eq!((range.wPeriodMin, range.wPeriodMax), (1, 1_000_000));
    assert_ne!(call!(timeGetDevCaps(&mut range, size - 1)), TIMERR_NOERROR);
    assert_ne!(call!(timeGetDevCaps(null_mut(), size)), TIMERR_NOERROR);
    assert_eq!(call!(timeBeginPeriod(0)), TIMERR_NOCANDO);
    assert_eq!(call!(timeBeginPeriod(1_000_001)), TIMERR_NOCANDO);
    for _ in 0..2 {
        assert_eq!(call!(timeBeginPeriod(3)), TIMERR_NOERROR);
    }
    for _ in 0..2 {
        assert_eq!(call!(timeEndPeriod(3)), TIMERR_NOERROR);
    }
    assert_eq!(call!(timeEndPeriod(3)), TIMERR_NOCANDO);
}
