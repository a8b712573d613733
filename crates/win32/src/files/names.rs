//! Whole names of files.

use std::path::{Component, Path, PathBuf};

use windows_sys::core::{PCSTR, PCWSTR, PSTR, PWSTR};

use crate::error::Win32Error;
use crate::guard::{is_bad, store, win32};
use crate::path;
use crate::text::Unit;

/// The whole name of a file, from the root, without `.` and `..`; nothing need be there. The result is as that of
/// `GetCurrentDirectoryW`; the last part is told if the name does not end with a separator, null otherwise.
///
/// Errors: 0 with `ERROR_PATH_NOT_FOUND` for a null or empty name.
///
/// # Safety
/// The name is null or ends with 0, the buffer is null or valid for its length, `lpfilepart` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFullPathNameW(
    lpfilename: PCWSTR,
    nbufferlength: u32,
    lpbuffer: PWSTR,
    lpfilepart: *mut PWSTR,
) -> u32 {
    // SAFETY: this function's contract.
    win32(0, || unsafe {
        full(lpfilename, nbufferlength, lpbuffer, lpfilepart)
    })
}

/// As [`GetFullPathNameW`], with narrow names.
///
/// # Safety
/// As for [`GetFullPathNameW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFullPathNameA(
    lpfilename: PCSTR,
    nbufferlength: u32,
    lpbuffer: PSTR,
    lpfilepart: *mut PSTR,
) -> u32 {
    // SAFETY: this function's contract.
    win32(0, || unsafe {
        full(lpfilename, nbufferlength, lpbuffer, lpfilepart)
    })
}

/// The long form of a name of something that is there: the name itself, since there are no short forms. The result is as
/// that of `GetCurrentDirectoryW`.
///
/// Errors: 0 with `ERROR_FILE_NOT_FOUND`, `ERROR_PATH_NOT_FOUND`, `ERROR_ACCESS_DENIED`.
///
/// # Safety
/// The name is null or ends with 0, the buffer is null or valid for its length; they may be the same.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetLongPathNameW(
    lpszshortpath: PCWSTR,
    lpszlongpath: PWSTR,
    cchbuffer: u32,
) -> u32 {
    // SAFETY: this function's contract.
    win32(0, || unsafe {
        long(lpszshortpath, lpszlongpath, cchbuffer)
    })
}

/// As [`GetLongPathNameW`], with narrow names.
///
/// # Safety
/// As for [`GetLongPathNameW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetLongPathNameA(
    lpszshortpath: PCSTR,
    lpszlongpath: PSTR,
    cchbuffer: u32,
) -> u32 {
    // SAFETY: this function's contract.
    win32(0, || unsafe {
        long(lpszshortpath, lpszlongpath, cchbuffer)
    })
}

/// A name from the root on, without `.` and `..`.
pub(crate) fn whole(name: &Path) -> Result<PathBuf, Win32Error> {
    let absolute = std::path::absolute(name).map_err(|_| path::NO_PATH)?;
    let mut whole = PathBuf::new();
    for part in absolute.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                whole.pop();
            }
            other => whole.push(other),
        }
    }
    Ok(whole)
}

/// # Safety
/// The name is null or ends with 0, the buffer is null or valid for its length, `part` is null or valid for a write.
unsafe fn full<U: Unit>(
    name: *const U,
    capacity: u32,
    to: *mut U,
    part: *mut *mut U,
) -> Result<u32, Win32Error> {
    // SAFETY: this function's contract.
    let name = unsafe { path::given(name) }?;
    let mut whole = whole(path::as_path(&name))?
        .into_os_string()
        .into_encoded_bytes();
    if name.as_bytes().ends_with(b"/") && whole != b"/" {
        whole.push(b'/');
    }
    // SAFETY: this function's contract.
    let length = unsafe { path::give(&path::windows(&whole), to, capacity) };
    if length < capacity && !is_bad(to) {
        let last = (0..length as usize)
            .rev()
            // SAFETY: below the length that was written.
            .find(|&at| unsafe { to.add(at).read_unaligned() } == U::from(b'\\'))
            .map_or(0, |at| at + 1);
        let file = if last == length as usize {
            std::ptr::null_mut()
        } else {
            to.wrapping_add(last)
        };
        // SAFETY: null or valid for a write by this function's contract.
        unsafe { store(part, file) };
    }
    Ok(length)
}

/// # Safety
/// The name is null or ends with 0, the buffer is null or valid for its length.
unsafe fn long<U: Unit>(name: *const U, to: *mut U, capacity: u32) -> Result<u32, Win32Error> {
    // SAFETY: this function's contract.
    let found = unsafe { path::given(name) }?;
    super::attributes::stat(&found)?;
    // SAFETY: this function's contract.
    let name = unsafe { U::bytes(name) }.unwrap_or_default();
    // SAFETY: this function's contract.
    Ok(unsafe { path::give(&name, to, capacity) })
}
