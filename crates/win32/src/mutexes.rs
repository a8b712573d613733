//! Mutexes (WAIT-26 to WAIT-29).

use windows_sys::Win32::Foundation::{FALSE, HANDLE, TRUE};
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::Win32::System::Threading::{
    CREATE_MUTEX_INITIAL_OWNER, SYNCHRONIZATION_ACCESS_RIGHTS,
};
use windows_sys::core::{BOOL, PCSTR, PCWSTR};

use larboard_kernel::object::mutex::Mutex;

use crate::guard::win32;
use crate::handles;
use crate::named::{self, Name};
use crate::text::{narrow, wide};

/// Creates a mutex, owned by the calling thread if asked for, or opens the one of that name: then nobody becomes its
/// owner and the last error is `ERROR_ALREADY_EXISTS`.
///
/// Errors: null with `ERROR_INVALID_HANDLE` if the name belongs to another kind of object.
///
/// # Safety
/// The attributes are null or valid; `lpname` is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateMutexW(
    lpmutexattributes: *const SECURITY_ATTRIBUTES,
    binitialowner: BOOL,
    lpname: PCWSTR,
) -> HANDLE {
    // SAFETY: this function's contract.
    unsafe { create(lpmutexattributes, binitialowner != FALSE, || wide(lpname)) }
}

/// As [`CreateMutexW`], with a narrow name.
///
/// # Safety
/// As for [`CreateMutexW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateMutexA(
    lpmutexattributes: *const SECURITY_ATTRIBUTES,
    binitialowner: BOOL,
    lpname: PCSTR,
) -> HANDLE {
    // SAFETY: this function's contract.
    unsafe { create(lpmutexattributes, binitialowner != FALSE, || narrow(lpname)) }
}

/// As [`CreateMutexW`], with the owner as a flag. The handle has all rights.
///
/// # Safety
/// As for [`CreateMutexW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateMutexExW(
    lpmutexattributes: *const SECURITY_ATTRIBUTES,
    lpname: PCWSTR,
    dwflags: u32,
    _dwdesiredaccess: u32,
) -> HANDLE {
    // SAFETY: this function's contract.
    unsafe {
        create(
            lpmutexattributes,
            dwflags & CREATE_MUTEX_INITIAL_OWNER != 0,
            || wide(lpname),
        )
    }
}

/// As [`CreateMutexExW`], with a narrow name.
///
/// # Safety
/// As for [`CreateMutexW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateMutexExA(
    lpmutexattributes: *const SECURITY_ATTRIBUTES,
    lpname: PCSTR,
    dwflags: u32,
    _dwdesiredaccess: u32,
) -> HANDLE {
    // SAFETY: this function's contract.
    unsafe {
        create(
            lpmutexattributes,
            dwflags & CREATE_MUTEX_INITIAL_OWNER != 0,
            || narrow(lpname),
        )
    }
}

/// Opens the mutex of a name; names are compared with case. The handle has all rights.
///
/// Errors: null with `ERROR_INVALID_PARAMETER` for a null name, `ERROR_FILE_NOT_FOUND`, `ERROR_INVALID_HANDLE` for
/// another kind of object (WAIT-21).
///
/// # Safety
/// `lpname` is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenMutexW(
    _dwdesiredaccess: SYNCHRONIZATION_ACCESS_RIGHTS,
    binherithandle: BOOL,
    lpname: PCWSTR,
) -> HANDLE {
    // SAFETY: this function's contract.
    named::open::<Mutex>(binherithandle, || unsafe { wide(lpname) })
}

/// As [`OpenMutexW`], with a narrow name.
///
/// # Safety
/// `lpname` is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenMutexA(
    _dwdesiredaccess: u32,
    binherithandle: BOOL,
    lpname: PCSTR,
) -> HANDLE {
    // SAFETY: this function's contract.
    named::open::<Mutex>(binherithandle, || unsafe { narrow(lpname) })
}

/// Takes back one acquisition by the owner (WAIT-26).
///
/// Errors: `ERROR_INVALID_HANDLE`; `ERROR_NOT_OWNER` for every other thread (WAIT-27).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReleaseMutex(hmutex: HANDLE) -> BOOL {
    win32(FALSE, || {
        handles::get::<Mutex>(hmutex)?.release()?;
        Ok(TRUE)
    })
}

/// # Safety
/// The attributes are null or valid for a read.
unsafe fn create(attributes: *const SECURITY_ATTRIBUTES, owned: bool, name: impl Name) -> HANDLE {
    // SAFETY: this function's contract.
    unsafe { named::create(attributes, name, || Ok(Mutex::new(owned))) }
}
