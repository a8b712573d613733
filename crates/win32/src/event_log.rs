//! The event log: syslog(3).

use std::collections::BTreeMap;
use std::ffi::{CString, c_void};
use std::sync::{Mutex, MutexGuard};

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, FALSE, HANDLE, TRUE,
};
use windows_sys::Win32::Security::PSID;
use windows_sys::Win32::System::EventLog::{
    EVENTLOG_AUDIT_FAILURE, EVENTLOG_AUDIT_SUCCESS, EVENTLOG_ERROR_TYPE, EVENTLOG_WARNING_TYPE,
    REPORT_EVENT_TYPE,
};
use windows_sys::core::{BOOL, PCSTR, PCWSTR};

use crate::error::Win32Error;
use crate::guard::{is_bad, win32};
use crate::text::Unit;

/// A handle for reports under a name. There is only this computer: the name of another one is refused.
///
/// Errors: null with `ERROR_INVALID_PARAMETER`.
///
/// # Safety
/// The names are null or end with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegisterEventSourceW(
    lpuncservername: PCWSTR,
    lpsourcename: PCWSTR,
) -> HANDLE {
    // SAFETY: this function's contract.
    win32(std::ptr::null_mut(), || unsafe {
        register(lpuncservername, lpsourcename)
    })
}

/// As [`RegisterEventSourceW`], with narrow names.
///
/// # Safety
/// As for [`RegisterEventSourceW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegisterEventSourceA(
    lpuncservername: PCSTR,
    lpsourcename: PCSTR,
) -> HANDLE {
    // SAFETY: this function's contract.
    win32(std::ptr::null_mut(), || unsafe {
        register(lpuncservername, lpsourcename)
    })
}

/// Gives a handle of [`RegisterEventSourceW`] back.
///
/// Errors: `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DeregisterEventSource(heventlog: HANDLE) -> BOOL {
    win32(FALSE, || {
        let removed = sources().names.remove(&heventlog.addr());
        removed.map(|_| TRUE).ok_or(ERROR_INVALID_HANDLE.into())
    })
}

/// Reports an event: the source, the event's number and the strings go to syslog as one line, with a severity by the type.
/// The category, the user and the data are not kept.
///
/// Errors: `ERROR_INVALID_HANDLE`; `ERROR_INVALID_PARAMETER` for strings that are announced and not there.
///
/// # Safety
/// The strings are null or as many as announced, each null or terminated.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReportEventW(
    heventlog: HANDLE,
    wtype: REPORT_EVENT_TYPE,
    _wcategory: u16,
    dweventid: u32,
    _lpusersid: PSID,
    wnumstrings: u16,
    _dwdatasize: u32,
    lpstrings: *const PCWSTR,
    _lprawdata: *const c_void,
) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        report(heventlog, wtype, dweventid, wnumstrings, lpstrings)
    })
}

/// As [`ReportEventW`], with narrow strings.
///
/// # Safety
/// As for [`ReportEventW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReportEventA(
    heventlog: HANDLE,
    wtype: REPORT_EVENT_TYPE,
    _wcategory: u16,
    dweventid: u32,
    _lpusersid: PSID,
    wnumstrings: u16,
    _dwdatasize: u32,
    lpstrings: *const PCSTR,
    _lprawdata: *const c_void,
) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        report(heventlog, wtype, dweventid, wnumstrings, lpstrings)
    })
}

/// The sources that are registered. Their handles are no other handles' values.
struct Sources {
    names: BTreeMap<usize, String>,
    last: usize,
}

static SOURCES: Mutex<Sources> = Mutex::new(Sources {
    names: BTreeMap::new(),
    last: 1 << 41,
});

fn sources() -> MutexGuard<'static, Sources> {
    SOURCES
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// # Safety
/// The names are null or end with 0.
unsafe fn register<U: Unit>(server: *const U, source: *const U) -> Result<HANDLE, Win32Error> {
    // SAFETY: this function's contract.
    let (server, source) = unsafe { (U::bytes(server).unwrap_or_default(), U::bytes(source)) };
    let source = source.ok_or(ERROR_INVALID_PARAMETER)?;
    if !server.is_empty() {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    let mut sources = sources();
    sources.last += 4;
    let handle = sources.last;
    sources
        .names
        .insert(handle, String::from_utf8_lossy(&source).into_owned());
    Ok(std::ptr::without_provenance_mut(handle))
}

/// # Safety
/// The strings are null or as many as announced, each null or terminated.
unsafe fn report<U: Unit>(
    handle: HANDLE,
    kind: REPORT_EVENT_TYPE,
    event: u32,
    count: u16,
    strings: *const *const U,
) -> Result<BOOL, Win32Error> {
    let source = sources().names.get(&handle.addr()).cloned();
    let source = source.ok_or(ERROR_INVALID_HANDLE)?;
    if count > 0 && is_bad(strings) {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    // The number without severity and facility.
    let mut line = format!("{source}[{}]:", event & 0xFFFF);
    for at in 0..usize::from(count) {
        // SAFETY: below their number, each null or terminated, by this function's contract.
        let text = unsafe { U::bytes(strings.add(at).read_unaligned()) }.unwrap_or_default();
        line.push(' ');
        line.push_str(&String::from_utf8_lossy(&text));
    }
    let severity = match kind {
        EVENTLOG_ERROR_TYPE => libc::LOG_ERR,
        EVENTLOG_WARNING_TYPE | EVENTLOG_AUDIT_FAILURE => libc::LOG_WARNING,
        EVENTLOG_AUDIT_SUCCESS => libc::LOG_NOTICE,
        _ => libc::LOG_INFO,
    };
    let line = CString::new(line).map_err(|_| ERROR_INVALID_PARAMETER)?;
    // SAFETY: a format that takes one terminated text.
    unsafe { libc::syslog(libc::LOG_DAEMON | severity, c"%s".as_ptr(), line.as_ptr()) };
    Ok(TRUE)
}
