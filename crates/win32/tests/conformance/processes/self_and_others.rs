//! This process and others, by their handles.

use std::ptr::null_mut;

use crate::common::w::Win32::Foundation::{
    ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_NOACCESS, FILETIME, STILL_ACTIVE,
    WAIT_TIMEOUT,
};
use crate::common::w::Win32::System::Threading::{
    GetCurrentProcess, GetCurrentProcessId, GetExitCodeProcess, GetPriorityClass,
    GetProcessAffinityMask, GetProcessHandleCount, GetProcessId, GetProcessTimes, OpenProcess,
    PROCESS_ALL_ACCESS, SetPriorityClass, SetProcessAffinityMask,
};
use crate::common::{Handle, event, last_error, wait};

/// PROC-11: a process is opened by its id; this one's handle denotes the same process as the pseudo handle.
#[test]
fn proc_11_opening() {
    let id = call!(GetCurrentProcessId());
    let this = Handle::new(call!(OpenProcess(PROCESS_ALL_ACCESS, 0, id)));
    assert_eq!(call!(GetProcessId(this.raw())), id);
    assert_eq!(wait(this.raw(), 0), WAIT_TIMEOUT);
    let mut code = 0;
    assert_eq!(call!(GetExitCodeProcess(this.raw(), &mut code)), 1);
    assert_eq!(code, STILL_ACTIVE as u32);
    for id in [0, u32::MAX] {
        assert!(call!(OpenProcess(PROCESS_ALL_ACCESS, 0, id)).is_null());
        assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
    }
    let event = event();
    assert_eq!(call!(GetExitCodeProcess(event.raw(), &mut code)), 0);
    assert_eq!(last_error(), ERROR_INVALID_HANDLE);
}

/// PROC-15: the times of a process: it began before now, has not ended, and has run for some time.
#[test]
fn proc_15_times() {
    let mut times = [FILETIME::default(); 4];
    let [begun, ended, system, user] = &mut times;
    let process = call!(GetCurrentProcess());
    assert_eq!(
        call!(GetProcessTimes(process, begun, ended, system, user)),
        1
    );
    let [begun, ended, system, user] =
        times.map(|time| u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime));
    let mut now = FILETIME::default();
    call!(crate::common::w::Win32::System::SystemInformation::GetSystemTimeAsFileTime(&mut now));
    let now = u64::from(now.dwHighDateTime) << 32 | u64::from(now.dwLowDateTime);
    assert_eq!(ended, 0);
    assert!(
        now - begun < 24 * 3600 * 10_000_000,
        "began {} ago",
        now - begun
    );
    assert!(system + user > 0);
    let mut only = FILETIME::default();
    let nothing = null_mut();
    assert_eq!(
        call!(GetProcessTimes(
            process, &mut only, nothing, nothing, nothing
        )),
        0
    );
    assert_eq!(last_error(), ERROR_NOACCESS);
}

/// PROC-16: the processors of a process are some of those there are; setting them to what they are changes nothing.
#[test]
fn proc_16_processors() {
    let current = call!(GetCurrentProcess());
    let (mut process, mut system) = (0, 0);
    assert_eq!(
        call!(GetProcessAffinityMask(current, &mut process, &mut system)),
        1
    );
    assert!(process != 0 && process & !system == 0);
    assert_eq!(call!(SetProcessAffinityMask(current, process)), 1);
    assert_eq!(call!(SetProcessAffinityMask(current, 0)), 0);
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
    assert_eq!(
        call!(GetProcessAffinityMask(current, &mut process, null_mut())),
        0
    );
    assert_eq!(last_error(), ERROR_NOACCESS);
}

/// PROC-17: the priority class that was set is the one that is told, normal at first.
#[test]
fn proc_17_priority_classes() {
    let process = call!(GetCurrentProcess());
    assert_eq!(call!(GetPriorityClass(process)), 0x20);
    for class in [0x80, 0x4000, 0x20] {
        assert_eq!(call!(SetPriorityClass(process, class)), 1);
        assert_eq!(call!(GetPriorityClass(process)), class);
    }
    assert_eq!(call!(SetPriorityClass(process, 3)), 0);
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
}

/// PROC-18: open handles are counted.
#[test]
fn proc_18_handles_are_counted() {
    let kept: Vec<Handle> = (0..5_000).map(|_| event()).collect();
    let mut count = 0;
    let process = call!(GetCurrentProcess());
    assert_eq!(call!(GetProcessHandleCount(process, &mut count)), 1);
    assert!(count as usize >= kept.len());
}
