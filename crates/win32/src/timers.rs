//! Waitable timers (WAIT-31 to WAIT-34).

use std::ffi::c_void;
use std::sync::Arc;

use windows_sys::Win32::Foundation::{ERROR_NOACCESS, FALSE, HANDLE, TRUE};
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::Win32::System::Threading::{
    CREATE_WAITABLE_TIMER_MANUAL_RESET, PTIMERAPCROUTINE, REASON_CONTEXT,
    SYNCHRONIZATION_ACCESS_RIGHTS,
};
use windows_sys::core::{BOOL, PCSTR, PCWSTR};

use larboard_kernel::object::timer::Timer;

use crate::guard::{is_bad, win32};
use crate::handles;
use crate::named::{self, Name};
use crate::text::{narrow, wide};

/// Creates a timer that is not set, or opens the one of that name: then the last error is `ERROR_ALREADY_EXISTS`.
///
/// Errors: null with `ERROR_INVALID_HANDLE` if the name belongs to another kind of object.
///
/// # Safety
/// The attributes are null or valid; the name is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateWaitableTimerW(
    lptimerattributes: *const SECURITY_ATTRIBUTES,
    bmanualreset: BOOL,
    lptimername: PCWSTR,
) -> HANDLE {
    // SAFETY: this function's contract.
    unsafe {
        create(lptimerattributes, bmanualreset != FALSE, || {
            wide(lptimername)
        })
    }
}

/// As [`CreateWaitableTimerW`], with a narrow name.
///
/// # Safety
/// As for [`CreateWaitableTimerW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateWaitableTimerA(
    lptimerattributes: *const SECURITY_ATTRIBUTES,
    bmanualreset: BOOL,
    lptimername: PCSTR,
) -> HANDLE {
    // SAFETY: this function's contract.
    unsafe {
        create(lptimerattributes, bmanualreset != FALSE, || {
            narrow(lptimername)
        })
    }
}

/// As [`CreateWaitableTimerW`], with the kind as a flag. Every timer has high resolution; the handle has all rights.
///
/// # Safety
/// As for [`CreateWaitableTimerW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateWaitableTimerExW(
    lptimerattributes: *const SECURITY_ATTRIBUTES,
    lptimername: PCWSTR,
    dwflags: u32,
    _dwdesiredaccess: u32,
) -> HANDLE {
    // SAFETY: this function's contract.
    unsafe {
        create(
            lptimerattributes,
            dwflags & CREATE_WAITABLE_TIMER_MANUAL_RESET != 0,
            || wide(lptimername),
        )
    }
}

/// As [`CreateWaitableTimerExW`], with a narrow name.
///
/// # Safety
/// As for [`CreateWaitableTimerW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateWaitableTimerExA(
    lptimerattributes: *const SECURITY_ATTRIBUTES,
    lptimername: PCSTR,
    dwflags: u32,
    _dwdesiredaccess: u32,
) -> HANDLE {
    // SAFETY: this function's contract.
    unsafe {
        create(
            lptimerattributes,
            dwflags & CREATE_WAITABLE_TIMER_MANUAL_RESET != 0,
            || narrow(lptimername),
        )
    }
}

/// Opens the timer of a name; names are compared with case. The handle has all rights.
///
/// Errors: null with `ERROR_INVALID_PARAMETER` for a null name, `ERROR_FILE_NOT_FOUND`, `ERROR_INVALID_HANDLE` for
/// another kind of object (WAIT-21).
///
/// # Safety
/// The name is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenWaitableTimerW(
    _dwdesiredaccess: SYNCHRONIZATION_ACCESS_RIGHTS,
    binherithandle: BOOL,
    lptimername: PCWSTR,
) -> HANDLE {
    // SAFETY: this function's contract.
    named::open::<Timer>(binherithandle, || unsafe { wide(lptimername) })
}

/// As [`OpenWaitableTimerW`], with a narrow name.
///
/// # Safety
/// The name is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenWaitableTimerA(
    _dwdesiredaccess: u32,
    binherithandle: BOOL,
    lptimername: PCSTR,
) -> HANDLE {
    // SAFETY: this function's contract.
    named::open::<Timer>(binherithandle, || unsafe { narrow(lptimername) })
}

/// Sets a timer: a negative due time is relative in 100 ns, a positive one a `FILETIME`, 0 is now (WAIT-31). A period
/// in milliseconds repeats it (WAIT-32). The routine is queued to the calling thread (WAIT-33).
///
/// Nothing wakes a sleeping machine, so `fresume` has no effect.
///
/// Errors: `ERROR_INVALID_HANDLE`; `ERROR_INVALID_PARAMETER` for a negative period; `ERROR_NOACCESS` for a null time.
///
/// # Safety
/// `lpduetime` is null or valid. The routine and its argument stay callable until the timer is cancelled.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetWaitableTimer(
    htimer: HANDLE,
    lpduetime: *const i64,
    lperiod: i32,
    pfncompletionroutine: PTIMERAPCROUTINE,
    lpargtocompletionroutine: *const c_void,
    _fresume: BOOL,
) -> BOOL {
    // SAFETY: this function's contract.
    unsafe {
        set(
            htimer,
            lpduetime,
            lperiod,
            pfncompletionroutine,
            lpargtocompletionroutine,
        )
    }
}

/// As [`SetWaitableTimer`]; the timer is never later than it has to be, whatever delay would be tolerated.
///
/// # Safety
/// As for [`SetWaitableTimer`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetWaitableTimerEx(
    htimer: HANDLE,
    lpduetime: *const i64,
    lperiod: i32,
    pfncompletionroutine: PTIMERAPCROUTINE,
    lpargtocompletionroutine: *const c_void,
    _wakecontext: *const REASON_CONTEXT,
    _tolerabledelay: u32,
) -> BOOL {
    // SAFETY: this function's contract.
    unsafe {
        set(
            htimer,
            lpduetime,
            lperiod,
            pfncompletionroutine,
            lpargtocompletionroutine,
        )
    }
}

/// Stops a timer; its signal stays as it is, calls that were not delivered are dropped (WAIT-34).
///
/// Errors: `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CancelWaitableTimer(htimer: HANDLE) -> BOOL {
    win32(FALSE, || {
        handles::get::<Timer>(htimer)?.cancel();
        Ok(TRUE)
    })
}

/// # Safety
/// The attributes are null or valid for a read.
unsafe fn create(attributes: *const SECURITY_ATTRIBUTES, manual: bool, name: impl Name) -> HANDLE {
    // SAFETY: this function's contract.
    unsafe { named::create(attributes, name, || Ok(Arc::new(Timer::new(manual)))) }
}

/// # Safety
/// As for [`SetWaitableTimer`].
unsafe fn set(
    timer: HANDLE,
    due: *const i64,
    period: i32,
    routine: PTIMERAPCROUTINE,
    argument: *const c_void,
) -> BOOL {
    win32(FALSE, || {
        let timer = handles::get::<Timer>(timer)?.to_arc();
        if is_bad(due) {
            return Err(ERROR_NOACCESS.into());
        }
        // SAFETY: checked for null; otherwise valid by this function's contract.
        let due = unsafe { due.read_unaligned() };
        timer.set(
            due,
            period,
            routine.map(|routine| (routine, argument.expose_provenance())),
        )?;
        Ok(TRUE)
    })
}
