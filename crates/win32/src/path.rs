//! Names of files: what Windows programs write, and what Linux has.
//!
//! There is one root. A name that is taken may have `\` or `/` between its parts; a drive letter is dropped
//! (`C:\data\a.txt` is `/data/a.txt`), as are the prefixes `\\?\` and `\\.\`; `NUL` is `/dev/null`, and `CON`, `CONIN$`
//! and `CONOUT$` are the terminal. A name that is given has `\`, since programs look for it. Case counts, as Linux has it.
//! Narrow names are taken byte for byte, wide ones become UTF-8.

use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_DIR_NOT_EMPTY, ERROR_DIRECTORY, ERROR_DISK_FULL, ERROR_FILE_EXISTS,
    ERROR_FILE_NOT_FOUND, ERROR_FILENAME_EXCED_RANGE, ERROR_GEN_FAILURE, ERROR_INVALID_NAME,
    ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY, ERROR_NOT_SAME_DEVICE, ERROR_PATH_NOT_FOUND,
    ERROR_SHARING_VIOLATION, ERROR_TOO_MANY_OPEN_FILES, ERROR_WRITE_PROTECT,
};

use crate::error::Win32Error;
use crate::text::Unit;

/// The name that Linux knows for one that a Windows program gives.
pub fn native(name: &[u8]) -> Vec<u8> {
    let mut path: Vec<u8> = name
        .iter()
        .map(|&byte| if byte == b'\\' { b'/' } else { byte })
        .collect();
    for prefix in [b"//?/", b"//./"] {
        if path.starts_with(prefix) {
            path.drain(..prefix.len());
        }
    }
    if let [letter, b':', ..] = path[..]
        && letter.is_ascii_alphabetic()
    {
        path.drain(..2);
        if path.is_empty() {
            path.push(b'.');
        }
    }
    match device(&path) {
        Some(device) => device.as_bytes().to_vec(),
        None => path,
    }
}

/// The devices that stand in every folder of Windows.
fn device(path: &[u8]) -> Option<&'static str> {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
    if name.eq_ignore_ascii_case(b"nul") {
        return Some("/dev/null");
    }
    let terminal = [&b"con"[..], b"conin$", b"conout$"];
    terminal
        .iter()
        .any(|known| path.eq_ignore_ascii_case(known))
        .then_some("/dev/tty")
}

/// The side of the console that a name means: true for its input, false for its output.
pub(crate) fn console_side(name: &[u8]) -> Option<bool> {
    let sides = [(&b"conin$"[..], true), (b"conout$", false)];
    let side = sides
        .iter()
        .find(|(known, _)| name.eq_ignore_ascii_case(known));
    side.map(|&(_, side)| side)
}

/// [`native`] for a name in 16-bit units.
pub fn native_wide(name: &[u16]) -> Vec<u8> {
    native(String::from_utf16_lossy(name).as_bytes())
}

/// A name of Linux as a Windows program expects it.
pub fn windows(path: &[u8]) -> Vec<u8> {
    path.iter()
        .map(|&byte| if byte == b'/' { b'\\' } else { byte })
        .collect()
}

/// The name behind a pointer, as Linux knows it: `ERROR_PATH_NOT_FOUND` if it is null or empty.
///
/// # Safety
/// `name` is null or points at units that end with 0.
pub(crate) unsafe fn given<U: Unit>(name: *const U) -> Result<CString, Win32Error> {
    // SAFETY: this function's contract.
    unsafe { as_written(name) }.and_then(|name| of(&name))
}

/// The name behind a pointer as it is. Errors and contract as [`given`].
///
/// # Safety
/// As for [`given`].
pub(crate) unsafe fn as_written<U: Unit>(name: *const U) -> Result<Vec<u8>, Win32Error> {
    // SAFETY: this function's contract.
    let name = unsafe { U::bytes(name) }.filter(|name| !name.is_empty());
    name.ok_or(ERROR_PATH_NOT_FOUND.into())
}

/// A name as Linux knows it.
pub(crate) fn of(name: &[u8]) -> Result<CString, Win32Error> {
    CString::new(native(name)).map_err(|_| ERROR_INVALID_NAME.into())
}

/// A folder on the way is not there.
pub(crate) const NO_PATH: Win32Error = Win32Error(ERROR_PATH_NOT_FOUND);

/// The file is used in a way that does not allow this.
pub(crate) const IN_USE: Win32Error = Win32Error(ERROR_SHARING_VIOLATION);

/// A terminated name as a path.
pub(crate) fn as_path(name: &CString) -> &Path {
    Path::new(OsStr::from_bytes(name.as_bytes()))
}

/// The Win32 error of a system call that failed on a name (DEV-09).
pub(crate) fn error(errno: i32, name: &CString) -> Win32Error {
    Win32Error(match errno {
        libc::ENOENT => {
            let parent = as_path(name).parent();
            let there =
                parent.is_none_or(|folder| folder.as_os_str().is_empty() || folder.is_dir());
            if there {
                ERROR_FILE_NOT_FOUND
            } else {
                ERROR_PATH_NOT_FOUND
            }
        }
        libc::ENOTDIR => ERROR_PATH_NOT_FOUND,
        libc::EACCES | libc::EPERM | libc::EISDIR => ERROR_ACCESS_DENIED,
        libc::EEXIST => ERROR_FILE_EXISTS,
        libc::ENOTEMPTY => ERROR_DIR_NOT_EMPTY,
        libc::EXDEV => ERROR_NOT_SAME_DEVICE,
        libc::EBUSY | libc::ETXTBSY => ERROR_SHARING_VIOLATION,
        libc::EINVAL => ERROR_INVALID_PARAMETER,
        libc::EMFILE | libc::ENFILE => ERROR_TOO_MANY_OPEN_FILES,
        libc::ENAMETOOLONG => ERROR_FILENAME_EXCED_RANGE,
        libc::ENOSPC | libc::EDQUOT => ERROR_DISK_FULL,
        libc::EROFS => ERROR_WRITE_PROTECT,
        libc::ENOMEM => ERROR_NOT_ENOUGH_MEMORY,
        // No terminal belongs to this process.
        libc::ENXIO | libc::ENODEV => ERROR_FILE_NOT_FOUND,
        _ => ERROR_GEN_FAILURE,
    })
}

/// [`error`] of the system call that has just failed.
pub(crate) fn last_error_of(name: &CString) -> Win32Error {
    error(errno(), name)
}

/// `ERROR_DIRECTORY` for the folder that is none, otherwise as [`last_error_of`].
pub(crate) fn last_error_of_folder(name: &CString) -> Win32Error {
    match errno() {
        libc::ENOTDIR if as_path(name).exists() => ERROR_DIRECTORY.into(),
        errno => error(errno, name),
    }
}

/// The number of the last failure of a system call.
pub(crate) fn errno() -> i32 {
    let error = std::io::Error::last_os_error();
    error.raw_os_error().unwrap_or_default()
}

/// Gives a text to a buffer of `capacity` units, as GetCurrentDirectory and its like do: the length without the
/// terminator, or if the buffer is too small the length needed with it.
///
/// # Safety
/// `to` is null or valid for writes of `capacity` units.
pub(crate) unsafe fn give<U: Unit>(text: &[u8], to: *mut U, capacity: u32) -> u32 {
    let units = U::of_bytes(text);
    // SAFETY: this function's contract.
    match unsafe { crate::text::put_units(&units, to, capacity as usize) } {
        Ok(written) => written as u32 - 1,
        Err(needed) => needed as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_windows_become_names_of_linux() {
        for (theirs, ours) in [
            ("log\\a.txt", "log/a.txt"),
            ("C:\\data\\a.txt", "/data/a.txt"),
            ("c:a.txt", "a.txt"),
            ("C:", "."),
            ("\\\\?\\C:\\data", "/data"),
            ("\\\\.\\NUL", "/dev/null"),
            ("folder\\nul", "/dev/null"),
            ("CONOUT$", "/dev/tty"),
            ("folder/console", "folder/console"),
            ("..\\x/y", "../x/y"),
        ] {
            assert_eq!(native(theirs.as_bytes()), ours.as_bytes(), "{theirs}");
        }
        assert_eq!(windows(b"/tmp/x"), b"\\tmp\\x");
    }

    #[test]
    fn wide_names_become_utf_8() {
        let name: Vec<u16> = "로그\\가.txt".encode_utf16().collect();
        assert_eq!(native_wide(&name), "로그/가.txt".as_bytes());
    }
}
