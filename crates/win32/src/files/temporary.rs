//! The folder for temporary files, and names for them.

use std::ffi::{CString, OsString};
use std::fs::OpenOptions;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use windows_sys::Win32::Foundation::{
    ERROR_BUFFER_OVERFLOW, ERROR_DIRECTORY, ERROR_FILE_EXISTS, ERROR_INVALID_PARAMETER, MAX_PATH,
};
use windows_sys::core::{PCSTR, PCWSTR, PSTR, PWSTR};

use crate::error::Win32Error;
use crate::guard::{infallible, is_bad, win32};
use crate::path;
use crate::text::{Unit, put_units};

/// The folder for temporary files, with a separator at its end: `TMPDIR`, or `/tmp`. The result is as that of
/// `GetCurrentDirectoryW`.
///
/// # Safety
/// The buffer is null or valid for writes of the length given.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetTempPathW(nbufferlength: u32, lpbuffer: PWSTR) -> u32 {
    // SAFETY: this function's contract.
    infallible(0, || unsafe {
        path::give(&folder(), lpbuffer, nbufferlength)
    })
}

/// As [`GetTempPathW`], in bytes.
///
/// # Safety
/// As for [`GetTempPathW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetTempPathA(nbufferlength: u32, lpbuffer: PSTR) -> u32 {
    // SAFETY: this function's contract.
    infallible(0, || unsafe {
        path::give(&folder(), lpbuffer, nbufferlength)
    })
}

/// A name for a temporary file: folder, up to three characters of the prefix, the number in hexadecimal digits, `.TMP`. With
/// the number 0 one is found whose file is not there yet, and an empty file is made. The number is returned.
///
/// Errors: 0 with `ERROR_DIRECTORY` for what is no folder, `ERROR_BUFFER_OVERFLOW` for a name of `MAX_PATH` and more,
/// `ERROR_INVALID_PARAMETER` for a null pointer, `ERROR_FILE_EXISTS` if 65,535 names are taken.
///
/// # Safety
/// The strings are null or end with 0; `lptempfilename` is null or valid for `MAX_PATH` characters.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetTempFileNameW(
    lppathname: PCWSTR,
    lpprefixstring: PCWSTR,
    uunique: u32,
    lptempfilename: PWSTR,
) -> u32 {
    // SAFETY: this function's contract.
    win32(0, || unsafe {
        name(lppathname, lpprefixstring, uunique, lptempfilename)
    })
}

/// As [`GetTempFileNameW`], with narrow names.
///
/// # Safety
/// As for [`GetTempFileNameW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetTempFileNameA(
    lppathname: PCSTR,
    lpprefixstring: PCSTR,
    uunique: u32,
    lptempfilename: PSTR,
) -> u32 {
    // SAFETY: this function's contract.
    win32(0, || unsafe {
        name(lppathname, lpprefixstring, uunique, lptempfilename)
    })
}

fn folder() -> Vec<u8> {
    let folder = std::env::temp_dir().into_os_string().into_encoded_bytes();
    let mut folder = path::windows(&folder);
    if folder.last() != Some(&b'\\') {
        folder.push(b'\\');
    }
    folder
}

/// # Safety
/// The strings are null or end with 0; `to` is null or valid for `MAX_PATH` units.
unsafe fn name<U: Unit>(
    folder: *const U,
    prefix: *const U,
    unique: u32,
    to: *mut U,
) -> Result<u32, Win32Error> {
    if is_bad(folder) || is_bad(to) {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    // SAFETY: this function's contract.
    let (folder, prefix) = unsafe { (path::given(folder)?, U::bytes(prefix).unwrap_or_default()) };
    if !path::as_path(&folder).is_dir() {
        return Err(ERROR_DIRECTORY.into());
    }
    let prefix: String = String::from_utf8_lossy(&prefix).chars().take(3).collect();
    let tell = |number: u32| {
        let mut name = folder.as_bytes().to_vec();
        if name.last() != Some(&b'/') {
            name.push(b'/');
        }
        name.extend(format!("{prefix}{:X}.TMP", number & 0xFFFF).bytes());
        name
    };
    let (number, name) = match unique {
        0 => free(&tell)?,
        number => (number, tell(number)),
    };
    // SAFETY: valid for that many units by this function's contract.
    unsafe { put_units(&U::of_bytes(&path::windows(&name)), to, MAX_PATH as usize) }
        .map_err(|_| ERROR_BUFFER_OVERFLOW)?;
    Ok(number)
}

/// The next number whose file is not there; the file is made.
fn free(tell: &dyn Fn(u32) -> Vec<u8>) -> Result<(u32, Vec<u8>), Win32Error> {
    static LAST: AtomicU32 = AtomicU32::new(0);
    if LAST.load(Ordering::Relaxed) == 0 {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        LAST.store(
            now.subsec_nanos() >> 8 ^ std::process::id(),
            Ordering::Relaxed,
        );
    }
    for _ in 0..0xFFFF {
        let number = LAST.fetch_add(1, Ordering::Relaxed) % 0xFFFF + 1;
        let name = tell(number);
        let file = OsString::from_vec(name.clone());
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(Path::new(&file));
        match made {
            Ok(_) => return Ok((number, name)),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                let name = CString::new(name).unwrap_or_default();
                return Err(path::error(error.raw_os_error().unwrap_or_default(), &name));
            }
        }
    }
    Err(ERROR_FILE_EXISTS.into())
}
