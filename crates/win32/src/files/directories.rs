//! Folders: making and removing them, the working folder, the space on a device.

use std::ffi::CString;

use windows_sys::Win32::Foundation::{
    ERROR_ALREADY_EXISTS, ERROR_FILE_EXISTS, ERROR_FILE_NOT_FOUND, FALSE, TRUE,
};
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::core::{BOOL, PCSTR, PCWSTR, PSTR, PWSTR};

use crate::error::Win32Error;
use crate::guard::{store, win32};
use crate::path;
use crate::text::Unit;

/// Makes a folder. The security attributes have no effect.
///
/// Errors: `ERROR_ALREADY_EXISTS`; `ERROR_PATH_NOT_FOUND` if the folder above is not there; `ERROR_ACCESS_DENIED`.
///
/// # Safety
/// The name is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateDirectoryW(
    lppathname: PCWSTR,
    _lpsecurityattributes: *const SECURITY_ATTRIBUTES,
) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || make(&unsafe { path::given(lppathname) }?))
}

/// As [`CreateDirectoryW`], with a narrow name.
///
/// # Safety
/// As for [`CreateDirectoryW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateDirectoryA(
    lppathname: PCSTR,
    _lpsecurityattributes: *const SECURITY_ATTRIBUTES,
) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || make(&unsafe { path::given(lppathname) }?))
}

/// Removes an empty folder.
///
/// Errors: `ERROR_FILE_NOT_FOUND`, `ERROR_PATH_NOT_FOUND`, `ERROR_DIR_NOT_EMPTY`, `ERROR_DIRECTORY` for what is no
/// folder, `ERROR_ACCESS_DENIED`.
///
/// # Safety
/// The name is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RemoveDirectoryW(lppathname: PCWSTR) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || remove(&unsafe { path::given(lppathname) }?))
}

/// As [`RemoveDirectoryW`], with a narrow name.
///
/// # Safety
/// As for [`RemoveDirectoryW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RemoveDirectoryA(lppathname: PCSTR) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || remove(&unsafe { path::given(lppathname) }?))
}

/// The working folder, in characters without the terminator; if the buffer is too small the size needed with it.
///
/// Errors: 0 with `ERROR_PATH_NOT_FOUND` if it has been removed.
///
/// # Safety
/// The buffer is null or valid for writes of the length given.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetCurrentDirectoryW(nbufferlength: u32, lpbuffer: PWSTR) -> u32 {
    win32(0, || {
        // SAFETY: this function's contract.
        Ok(unsafe { path::give(&working()?, lpbuffer, nbufferlength) })
    })
}

/// As [`GetCurrentDirectoryW`], in bytes.
///
/// # Safety
/// As for [`GetCurrentDirectoryW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetCurrentDirectoryA(nbufferlength: u32, lpbuffer: PSTR) -> u32 {
    win32(0, || {
        // SAFETY: this function's contract.
        Ok(unsafe { path::give(&working()?, lpbuffer, nbufferlength) })
    })
}

/// Changes the working folder of the process.
///
/// Errors: `ERROR_FILE_NOT_FOUND`, `ERROR_PATH_NOT_FOUND`, `ERROR_DIRECTORY` for what is no folder,
/// `ERROR_ACCESS_DENIED`.
///
/// # Safety
/// The name is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetCurrentDirectoryW(lppathname: PCWSTR) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || change(&unsafe { path::given(lppathname) }?))
}

/// As [`SetCurrentDirectoryW`], with a narrow name.
///
/// # Safety
/// As for [`SetCurrentDirectoryW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetCurrentDirectoryA(lppathname: PCSTR) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || change(&unsafe { path::given(lppathname) }?))
}

/// Bytes on the device of a folder: free for this user, in all, free in all. A null name is the working folder.
///
/// Errors: `ERROR_FILE_NOT_FOUND`, `ERROR_PATH_NOT_FOUND`.
///
/// # Safety
/// The name is null or ends with 0, each pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetDiskFreeSpaceExW(
    lpdirectoryname: PCWSTR,
    lpfreebytesavailabletocaller: *mut u64,
    lptotalnumberofbytes: *mut u64,
    lptotalnumberoffreebytes: *mut u64,
) -> BOOL {
    let to = [
        lpfreebytesavailabletocaller,
        lptotalnumberofbytes,
        lptotalnumberoffreebytes,
    ];
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe { space(lpdirectoryname, to) })
}

/// As [`GetDiskFreeSpaceExW`], with a narrow name.
///
/// # Safety
/// As for [`GetDiskFreeSpaceExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetDiskFreeSpaceExA(
    lpdirectoryname: PCSTR,
    lpfreebytesavailabletocaller: *mut u64,
    lptotalnumberofbytes: *mut u64,
    lptotalnumberoffreebytes: *mut u64,
) -> BOOL {
    let to = [
        lpfreebytesavailabletocaller,
        lptotalnumberofbytes,
        lptotalnumberoffreebytes,
    ];
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe { space(lpdirectoryname, to) })
}

fn make(name: &CString) -> Result<BOOL, Win32Error> {
    // SAFETY: the name ends with 0.
    if unsafe { libc::mkdir(name.as_ptr(), 0o777) } == 0 {
        return Ok(TRUE);
    }
    Err(match path::last_error_of(name) {
        Win32Error(ERROR_FILE_EXISTS) => ERROR_ALREADY_EXISTS.into(),
        // The one that is not there is the folder above, whatever it is called.
        Win32Error(ERROR_FILE_NOT_FOUND) => path::NO_PATH,
        other => other,
    })
}

fn remove(name: &CString) -> Result<BOOL, Win32Error> {
    // SAFETY: the name ends with 0.
    if unsafe { libc::rmdir(name.as_ptr()) } == 0 {
        Ok(TRUE)
    } else {
        Err(path::last_error_of_folder(name))
    }
}

fn change(name: &CString) -> Result<BOOL, Win32Error> {
    // SAFETY: the name ends with 0.
    if unsafe { libc::chdir(name.as_ptr()) } == 0 {
        Ok(TRUE)
    } else {
        Err(path::last_error_of_folder(name))
    }
}

/// The working folder as programs expect it.
pub(crate) fn working() -> Result<Vec<u8>, Win32Error> {
    let folder = std::env::current_dir().map_err(|_| path::NO_PATH)?;
    Ok(path::windows(folder.as_os_str().as_encoded_bytes()))
}

/// # Safety
/// The name is null or ends with 0, each pointer is null or valid for a write.
unsafe fn space<U: Unit>(name: *const U, to: [*mut u64; 3]) -> Result<BOOL, Win32Error> {
    let name = if name.is_null() {
        c".".to_owned()
    } else {
        // SAFETY: this function's contract.
        unsafe { path::given(name) }?
    };
    // SAFETY: integers: all zero is a value.
    let mut about: libc::statvfs64 = unsafe { std::mem::zeroed() };
    // SAFETY: the name ends with 0, `about` is of this frame.
    if unsafe { libc::statvfs64(name.as_ptr(), &mut about) } != 0 {
        return Err(path::last_error_of(&name));
    }
    let blocks = [about.f_bavail, about.f_blocks, about.f_bfree];
    for (to, blocks) in to.into_iter().zip(blocks) {
        // SAFETY: null or valid for a write by this function's contract.
        unsafe { store(to, blocks.saturating_mul(about.f_frsize)) };
    }
    Ok(TRUE)
}
