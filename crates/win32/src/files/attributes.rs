//! Attributes of files by name.

use std::ffi::{CString, c_void};

use windows_sys::Win32::Foundation::{ERROR_INVALID_PARAMETER, ERROR_NOACCESS, FALSE, TRUE};
use windows_sys::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_READONLY, FILE_FLAGS_AND_ATTRIBUTES,
    GET_FILEEX_INFO_LEVELS, GetFileExInfoStandard, INVALID_FILE_ATTRIBUTES,
    WIN32_FILE_ATTRIBUTE_DATA,
};
use windows_sys::core::{BOOL, PCSTR, PCWSTR};

use super::information::{Times, attributes};
use crate::error::Win32Error;
use crate::guard::{is_bad, store, win32};
use crate::path;

/// The attributes of a file or folder: `FILE_ATTRIBUTE_DIRECTORY`, `FILE_ATTRIBUTE_READONLY` where nobody may write,
/// `FILE_ATTRIBUTE_HIDDEN` for a name that begins with a dot, `FILE_ATTRIBUTE_ARCHIVE` for every file. Links are followed.
///
/// Errors: `INVALID_FILE_ATTRIBUTES` with `ERROR_FILE_NOT_FOUND`, `ERROR_PATH_NOT_FOUND`, `ERROR_ACCESS_DENIED`.
///
/// # Safety
/// The name is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFileAttributesW(lpfilename: PCWSTR) -> u32 {
    win32(INVALID_FILE_ATTRIBUTES, || {
        // SAFETY: this function's contract.
        of(&unsafe { path::given(lpfilename) }?)
    })
}

/// As [`GetFileAttributesW`], with a narrow name.
///
/// # Safety
/// As for [`GetFileAttributesW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFileAttributesA(lpfilename: PCSTR) -> u32 {
    win32(INVALID_FILE_ATTRIBUTES, || {
        // SAFETY: this function's contract.
        of(&unsafe { path::given(lpfilename) }?)
    })
}

/// Attributes, times and size of a file by name, at the level `GetFileExInfoStandard`.
///
/// Errors: as [`GetFileAttributesW`]; `ERROR_INVALID_PARAMETER` for another level; `ERROR_NOACCESS`.
///
/// # Safety
/// The name is null or ends with 0; `lpfileinformation` is null or valid for a `WIN32_FILE_ATTRIBUTE_DATA`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFileAttributesExW(
    lpfilename: PCWSTR,
    finfolevelid: GET_FILEEX_INFO_LEVELS,
    lpfileinformation: *mut c_void,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        unsafe { describe(path::given(lpfilename)?, finfolevelid, lpfileinformation) }
    })
}

/// As [`GetFileAttributesExW`], with a narrow name.
///
/// # Safety
/// As for [`GetFileAttributesExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFileAttributesExA(
    lpfilename: PCSTR,
    finfolevelid: GET_FILEEX_INFO_LEVELS,
    lpfileinformation: *mut c_void,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        unsafe { describe(path::given(lpfilename)?, finfolevelid, lpfileinformation) }
    })
}

/// Sets or clears `FILE_ATTRIBUTE_READONLY` of a file, by the rights to write. The other attributes have no effect, and none
/// has on a folder.
///
/// Errors: as [`GetFileAttributesW`].
///
/// # Safety
/// The name is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetFileAttributesW(
    lpfilename: PCWSTR,
    dwfileattributes: FILE_FLAGS_AND_ATTRIBUTES,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        set(&unsafe { path::given(lpfilename) }?, dwfileattributes)
    })
}

/// As [`SetFileAttributesW`], with a narrow name.
///
/// # Safety
/// As for [`SetFileAttributesW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetFileAttributesA(
    lpfilename: PCSTR,
    dwfileattributes: FILE_FLAGS_AND_ATTRIBUTES,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        set(&unsafe { path::given(lpfilename) }?, dwfileattributes)
    })
}

/// What stat(2) tells.
pub(super) fn stat(name: &CString) -> Result<libc::stat, Win32Error> {
    // SAFETY: integers: all zero is a value.
    let mut stat: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: the name ends with 0, `stat` is of this frame.
    match unsafe { libc::stat(name.as_ptr(), &mut stat) } {
        0 => Ok(stat),
        _ => Err(path::last_error_of(name)),
    }
}

/// A name that begins with a dot, and is not `.` or `..`.
pub(super) fn is_hidden(name: &[u8]) -> bool {
    name.starts_with(b".") && name != b"." && name != b".."
}

fn hidden_by_path(name: &CString) -> bool {
    let last = path::as_path(name).file_name();
    last.is_some_and(|last| is_hidden(last.as_encoded_bytes()))
}

fn of(name: &CString) -> Result<u32, Win32Error> {
    Ok(attributes(&stat(name)?, hidden_by_path(name)))
}

/// # Safety
/// `to` is null or valid for a `WIN32_FILE_ATTRIBUTE_DATA`.
unsafe fn describe(
    name: CString,
    level: GET_FILEEX_INFO_LEVELS,
    to: *mut c_void,
) -> Result<BOOL, Win32Error> {
    if level != GetFileExInfoStandard {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    if is_bad(to) {
        return Err(ERROR_NOACCESS.into());
    }
    let stat = stat(&name)?;
    let times = Times::of(&stat);
    let size = if stat.st_mode & libc::S_IFMT == libc::S_IFDIR {
        0
    } else {
        stat.st_size
    };
    let data = WIN32_FILE_ATTRIBUTE_DATA {
        dwFileAttributes: attributes(&stat, hidden_by_path(&name)),
        ftCreationTime: times.created,
        ftLastAccessTime: times.accessed,
        ftLastWriteTime: times.written,
        nFileSizeHigh: (size >> 32) as u32,
        nFileSizeLow: size as u32,
    };
    // SAFETY: valid for this structure by this function's contract.
    unsafe { store(to.cast(), data) };
    Ok(TRUE)
}

fn set(name: &CString, wanted: u32) -> Result<BOOL, Win32Error> {
    let stat = stat(name)?;
    if attributes(&stat, false) & FILE_ATTRIBUTE_DIRECTORY != 0 {
        return Ok(TRUE);
    }
    let mode = stat.st_mode & 0o7777;
    let mode = match (wanted & FILE_ATTRIBUTE_READONLY != 0, mode & 0o222 == 0) {
        (true, false) => mode & !0o222,
        (false, true) => mode | 0o200,
        _ => return Ok(TRUE),
    };
    // SAFETY: the name ends with 0.
    match unsafe { libc::chmod(name.as_ptr(), mode) } {
        0 => Ok(TRUE),
        _ => Err(path::last_error_of(name)),
    }
}
