//! The wait functions (WAIT-01 to WAIT-15, WAIT-38 to WAIT-42, WAIT-47 to WAIT-49).

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_PARAMETER, ERROR_NOACCESS, FALSE, HANDLE, WAIT_ABANDONED_0, WAIT_EVENT,
    WAIT_FAILED, WAIT_IO_COMPLETION, WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use windows_sys::Win32::Networking::WinSock::WSAEFAULT;
use windows_sys::core::BOOL;

use larboard_kernel::object::wait::{self, MAXIMUM_WAIT_OBJECTS, Outcome};

use crate::error::{Win32Error, WsaError};
use crate::guard::{infallible, is_bad, win32, winsock};
use crate::handles;
use crate::wait_list;

/// Waits until an object is signalled or the time, in milliseconds, is over (WAIT-01, WAIT-02).
///
/// Errors: `WAIT_FAILED` with `ERROR_INVALID_HANDLE` (WAIT-06).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WaitForSingleObject(
    hhandle: HANDLE,
    dwmilliseconds: u32,
) -> WAIT_EVENT {
    single(hhandle, dwmilliseconds, false)
}

/// As [`WaitForSingleObject`], alertable if asked for: `WAIT_IO_COMPLETION` when at least one APC ran (APC-04).
///
/// # Safety
/// As for [`WaitForSingleObject`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WaitForSingleObjectEx(
    hhandle: HANDLE,
    dwmilliseconds: u32,
    balertable: BOOL,
) -> WAIT_EVENT {
    single(hhandle, dwmilliseconds, balertable != FALSE)
}

/// Waits for one or for all of up to 64 objects (WAIT-08 to WAIT-14).
///
/// Errors: `WAIT_FAILED` with `ERROR_INVALID_PARAMETER` for 0 or more than 64 objects and for the same object twice in
/// a wait for all; `ERROR_INVALID_HANDLE` if any handle is invalid or a pseudo handle; `ERROR_NOACCESS` for a null
/// array.
///
/// # Safety
/// `lphandles` is null or valid for `ncount` reads.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WaitForMultipleObjects(
    ncount: u32,
    lphandles: *const HANDLE,
    bwaitall: BOOL,
    dwmilliseconds: u32,
) -> WAIT_EVENT {
    // SAFETY: this function's contract.
    win32(WAIT_FAILED, || unsafe {
        multiple(ncount, lphandles, bwaitall, dwmilliseconds, FALSE)
    })
}

/// As [`WaitForMultipleObjects`], alertable if asked for: `WAIT_IO_COMPLETION` when at least one APC ran (APC-05).
///
/// # Safety
/// As for [`WaitForMultipleObjects`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WaitForMultipleObjectsEx(
    ncount: u32,
    lphandles: *const HANDLE,
    bwaitall: BOOL,
    dwmilliseconds: u32,
    balertable: BOOL,
) -> WAIT_EVENT {
    // SAFETY: this function's contract.
    win32(WAIT_FAILED, || unsafe {
        multiple(ncount, lphandles, bwaitall, dwmilliseconds, balertable)
    })
}

/// Waits for one or for all of up to 64 events; no event is reset (WAIT-47, WAIT-49).
///
/// Errors: `WSA_WAIT_FAILED` with `WSA_INVALID_HANDLE`, `WSA_INVALID_PARAMETER`, `WSAEFAULT` for a null array,
/// `WSANOTINITIALISED`.
///
/// # Safety
/// `lphevents` is null or valid for `cevents` reads.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAWaitForMultipleEvents(
    cevents: u32,
    lphevents: *const HANDLE,
    fwaitall: BOOL,
    dwtimeout: u32,
    falertable: BOOL,
) -> WAIT_EVENT {
    winsock(WAIT_FAILED, || {
        // SAFETY: this function's contract.
        unsafe { multiple(cevents, lphevents, fwaitall, dwtimeout, falertable) }.map_err(|error| {
            match error.0 {
                ERROR_NOACCESS => WsaError(WSAEFAULT),
                // WSA_INVALID_HANDLE and WSA_INVALID_PARAMETER are the numbers of their Windows counterparts.
                code => WsaError(code.cast_signed()),
            }
        })
    })
}

/// Signals an event, releases a mutex or one count of a semaphore, then waits for another object (WAIT-38).
///
/// Errors: `WAIT_FAILED` with `ERROR_INVALID_HANDLE` (either handle, or an object that cannot be signalled),
/// `ERROR_TOO_MANY_POSTS`, `ERROR_NOT_OWNER`; nothing is waited for then (WAIT-39).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SignalObjectAndWait(
    hobjecttosignal: HANDLE,
    hobjecttowaiton: HANDLE,
    dwmilliseconds: u32,
    balertable: BOOL,
) -> WAIT_EVENT {
    win32(WAIT_FAILED, || {
        let object = handles::any(hobjecttowaiton)?;
        handles::real(hobjecttosignal)?.signal()?;
        Ok(code(wait::one(
            &object,
            dwmilliseconds,
            balertable != FALSE,
        )))
    })
}

/// Sleeps; 0 only yields (WAIT-41).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Sleep(dwmilliseconds: u32) {
    infallible((), || {
        wait::sleep(dwmilliseconds, false);
    });
}

/// Sleeps, alertably if asked for: 0 when the time is over, `WAIT_IO_COMPLETION` when at least one APC ran (WAIT-41,
/// APC-10).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SleepEx(dwmilliseconds: u32, balertable: BOOL) -> u32 {
    infallible(0, || {
        if wait::sleep(dwmilliseconds, balertable != FALSE) {
            WAIT_IO_COMPLETION
        } else {
            0
        }
    })
}

/// The result of a wait as Windows writes it (WAIT-01).
pub(crate) fn code(outcome: Outcome) -> WAIT_EVENT {
    match outcome {
        Outcome::Object(index) => WAIT_OBJECT_0 + index as u32,
        Outcome::Abandoned(index) => WAIT_ABANDONED_0 + index as u32,
        Outcome::Apc => WAIT_IO_COMPLETION,
        Outcome::TimedOut => WAIT_TIMEOUT,
    }
}

fn single(handle: HANDLE, milliseconds: u32, alertable: bool) -> WAIT_EVENT {
    win32(WAIT_FAILED, || {
        Ok(code(wait::one(
            &handles::any(handle)?,
            milliseconds,
            alertable,
        )))
    })
}

/// # Safety
/// `handles` is null or valid for `count` reads.
unsafe fn multiple(
    count: u32,
    handles: *const HANDLE,
    all: BOOL,
    milliseconds: u32,
    alertable: BOOL,
) -> Result<WAIT_EVENT, Win32Error> {
    let count = count as usize;
    if count == 0 || count > MAXIMUM_WAIT_OBJECTS {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    if is_bad(handles) {
        return Err(ERROR_NOACCESS.into());
    }
    // SAFETY: valid for `count` reads by this function's contract.
    let outcome = unsafe {
        wait_list::with_objects(count, handles, |objects| {
            wait::multiple(objects, all != FALSE, milliseconds, alertable != FALSE)
        })
    };
    Ok(code(outcome??))
}
