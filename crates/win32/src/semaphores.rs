//! Semaphores (WAIT-23 to WAIT-25).

use std::sync::Arc;

use windows_sys::Win32::Foundation::{ERROR_INVALID_PARAMETER, FALSE, HANDLE, TRUE};
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::Win32::System::Threading::SYNCHRONIZATION_ACCESS_RIGHTS;
use windows_sys::core::{BOOL, PCSTR, PCWSTR};

use larboard_kernel::object::semaphore::Semaphore;

use crate::error::set_last_error;
use crate::guard::{store, win32};
use crate::handles;
use crate::named::{self, Name};
use crate::text::{narrow, wide};

/// Creates a semaphore, or opens the one of that name: then the counts are ignored and the last error is
/// `ERROR_ALREADY_EXISTS`.
///
/// Errors: null with `ERROR_INVALID_PARAMETER` unless 0 ≤ initial ≤ maximum and maximum > 0 (WAIT-23);
/// `ERROR_INVALID_HANDLE` if the name belongs to another kind of object.
///
/// # Safety
/// The attributes are null or valid; `lpname` is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateSemaphoreW(
    lpsemaphoreattributes: *const SECURITY_ATTRIBUTES,
    linitialcount: i32,
    lmaximumcount: i32,
    lpname: PCWSTR,
) -> HANDLE {
    // SAFETY: this function's contract.
    unsafe {
        create(lpsemaphoreattributes, linitialcount, lmaximumcount, || {
            wide(lpname)
        })
    }
}

/// As [`CreateSemaphoreW`], with a narrow name.
///
/// # Safety
/// As for [`CreateSemaphoreW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateSemaphoreA(
    lpsemaphoreattributes: *const SECURITY_ATTRIBUTES,
    linitialcount: i32,
    lmaximumcount: i32,
    lpname: PCSTR,
) -> HANDLE {
    // SAFETY: this function's contract.
    unsafe {
        create(lpsemaphoreattributes, linitialcount, lmaximumcount, || {
            narrow(lpname)
        })
    }
}

/// As [`CreateSemaphoreW`]; the flags must be 0, else `ERROR_INVALID_PARAMETER`. The handle has all rights.
///
/// # Safety
/// As for [`CreateSemaphoreW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateSemaphoreExW(
    lpsemaphoreattributes: *const SECURITY_ATTRIBUTES,
    linitialcount: i32,
    lmaximumcount: i32,
    lpname: PCWSTR,
    dwflags: u32,
    _dwdesiredaccess: u32,
) -> HANDLE {
    if dwflags != 0 {
        return refuse();
    }
    // SAFETY: this function's contract.
    unsafe {
        create(lpsemaphoreattributes, linitialcount, lmaximumcount, || {
            wide(lpname)
        })
    }
}

/// As [`CreateSemaphoreExW`], with a narrow name.
///
/// # Safety
/// As for [`CreateSemaphoreW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateSemaphoreExA(
    lpsemaphoreattributes: *const SECURITY_ATTRIBUTES,
    linitialcount: i32,
    lmaximumcount: i32,
    lpname: PCSTR,
    dwflags: u32,
    _dwdesiredaccess: u32,
) -> HANDLE {
    if dwflags != 0 {
        return refuse();
    }
    // SAFETY: this function's contract.
    unsafe {
        create(lpsemaphoreattributes, linitialcount, lmaximumcount, || {
            narrow(lpname)
        })
    }
}

/// Opens the semaphore of a name; names are compared with case. The handle has all rights.
///
/// Errors: null with `ERROR_INVALID_PARAMETER` for a null name, `ERROR_FILE_NOT_FOUND`, `ERROR_INVALID_HANDLE` for
/// another kind of object (WAIT-21).
///
/// # Safety
/// `lpname` is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenSemaphoreW(
    _dwdesiredaccess: SYNCHRONIZATION_ACCESS_RIGHTS,
    binherithandle: BOOL,
    lpname: PCWSTR,
) -> HANDLE {
    // SAFETY: this function's contract.
    named::open::<Semaphore>(binherithandle, || unsafe { wide(lpname) })
}

/// As [`OpenSemaphoreW`], with a narrow name.
///
/// # Safety
/// `lpname` is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenSemaphoreA(
    _dwdesiredaccess: u32,
    binherithandle: BOOL,
    lpname: PCSTR,
) -> HANDLE {
    // SAFETY: this function's contract.
    named::open::<Semaphore>(binherithandle, || unsafe { narrow(lpname) })
}

/// Adds to the count and stores the count before, if asked for (WAIT-24).
///
/// Errors: `ERROR_INVALID_HANDLE`; `ERROR_INVALID_PARAMETER` for a count of 0 or less (WAIT-25);
/// `ERROR_TOO_MANY_POSTS` beyond the maximum, and nothing has changed (WAIT-24).
///
/// # Safety
/// `lppreviouscount` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReleaseSemaphore(
    hsemaphore: HANDLE,
    lreleasecount: i32,
    lppreviouscount: *mut i32,
) -> BOOL {
    win32(FALSE, || {
        let previous = handles::get::<Semaphore>(hsemaphore)?.release(lreleasecount)?;
        // SAFETY: null or valid for a write by this function's contract.
        unsafe { store(lppreviouscount, previous) };
        Ok(TRUE)
    })
}

/// # Safety
/// The attributes are null or valid for a read.
unsafe fn create(
    attributes: *const SECURITY_ATTRIBUTES,
    count: i32,
    limit: i32,
    name: impl Name,
) -> HANDLE {
    // SAFETY: this function's contract.
    unsafe {
        named::create(attributes, name, || {
            Semaphore::new(count, limit).map(Arc::new)
        })
    }
}

fn refuse() -> HANDLE {
    set_last_error(ERROR_INVALID_PARAMETER);
    std::ptr::null_mut()
}
