//! Environment variables.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use windows_sys::Win32::Foundation::{
    ERROR_ENVVAR_NOT_FOUND, ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY, FALSE, TRUE,
};
use windows_sys::core::{BOOL, PCSTR, PCWSTR, PSTR, PWSTR};

use crate::error::Win32Error;
use crate::guard::{infallible, is_bad, win32};
use crate::path;
use crate::text::Unit;

/// The value of a variable: its length without the terminator; if the buffer is too small the size needed with it. A name
/// that is not there as written is looked for without regard to case.
///
/// Errors: 0 with `ERROR_ENVVAR_NOT_FOUND`; an empty value is 0 as well, and leaves the last error.
///
/// # Safety
/// The name is null or ends with 0, the buffer is null or valid for its length.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetEnvironmentVariableW(
    lpname: PCWSTR,
    lpbuffer: PWSTR,
    nsize: u32,
) -> u32 {
    // SAFETY: this function's contract.
    win32(0, || unsafe { value(lpname, lpbuffer, nsize) })
}

/// As [`GetEnvironmentVariableW`], in bytes.
///
/// # Safety
/// As for [`GetEnvironmentVariableW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetEnvironmentVariableA(
    lpname: PCSTR,
    lpbuffer: PSTR,
    nsize: u32,
) -> u32 {
    // SAFETY: this function's contract.
    win32(0, || unsafe { value(lpname, lpbuffer, nsize) })
}

/// Sets a variable, or with a null value removes it.
///
/// Errors: `ERROR_INVALID_PARAMETER` for a null or empty name and one with `=`; `ERROR_ENVVAR_NOT_FOUND` for removing what
/// is not there.
///
/// # Safety
/// The strings are null or end with 0. No other thread uses the environment of C without its lock meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetEnvironmentVariableW(lpname: PCWSTR, lpvalue: PCWSTR) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe { set(lpname, lpvalue) })
}

/// As [`SetEnvironmentVariableW`], with narrow strings.
///
/// # Safety
/// As for [`SetEnvironmentVariableW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetEnvironmentVariableA(lpname: PCSTR, lpvalue: PCSTR) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe { set(lpname, lpvalue) })
}

/// Replaces each `%NAME%` by the variable's value; one that is not there stays as it is. Returns the size with the
/// terminator, whether it fitted or not.
///
/// Errors: 0 with `ERROR_INVALID_PARAMETER` for a null source.
///
/// # Safety
/// The source is null or ends with 0, the buffer is null or valid for its length.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ExpandEnvironmentStringsW(
    lpsrc: PCWSTR,
    lpdst: PWSTR,
    nsize: u32,
) -> u32 {
    // SAFETY: this function's contract.
    win32(0, || unsafe { expand(lpsrc, lpdst, nsize) })
}

/// As [`ExpandEnvironmentStringsW`], in bytes.
///
/// # Safety
/// As for [`ExpandEnvironmentStringsW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ExpandEnvironmentStringsA(
    lpsrc: PCSTR,
    lpdst: PSTR,
    nsize: u32,
) -> u32 {
    // SAFETY: this function's contract.
    win32(0, || unsafe { expand(lpsrc, lpdst, nsize) })
}

/// All variables: `NAME=value` one after the other, each with its terminator, and one more at the end. To be given back to
/// `FreeEnvironmentStringsW`.
///
/// Errors: null with `ERROR_NOT_ENOUGH_MEMORY`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetEnvironmentStringsW() -> PWSTR {
    win32(std::ptr::null_mut(), block)
}

/// As [`GetEnvironmentStringsW`], in bytes; the header calls it `GetEnvironmentStringsA` too.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetEnvironmentStrings() -> PSTR {
    win32(std::ptr::null_mut(), block)
}

/// Frees what [`GetEnvironmentStringsW`] has given.
///
/// Errors: `ERROR_INVALID_PARAMETER` for a null pointer.
///
/// # Safety
/// Null, or from [`GetEnvironmentStringsW`] and not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FreeEnvironmentStringsW(penv: PCWSTR) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe { free(penv) })
}

/// Frees what [`GetEnvironmentStrings`] has given.
///
/// Errors: as [`FreeEnvironmentStringsW`].
///
/// # Safety
/// Null, or from [`GetEnvironmentStrings`] and not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FreeEnvironmentStringsA(penv: PCSTR) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe { free(penv) })
}

fn find(name: &[u8]) -> Option<OsString> {
    if name.is_empty() || name.contains(&b'=') {
        return None;
    }
    let exact = std::env::var_os(OsStr::from_bytes(name));
    exact.or_else(|| {
        std::env::vars_os()
            .find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

/// # Safety
/// The name is null or ends with 0, the buffer is null or valid for its length.
unsafe fn value<U: Unit>(name: *const U, to: *mut U, capacity: u32) -> Result<u32, Win32Error> {
    // SAFETY: this function's contract.
    let name = unsafe { U::bytes(name) }.unwrap_or_default();
    let value = find(&name).ok_or(ERROR_ENVVAR_NOT_FOUND)?;
    // SAFETY: this function's contract.
    Ok(unsafe { path::give(value.as_bytes(), to, capacity) })
}

/// # Safety
/// As for [`SetEnvironmentVariableW`].
unsafe fn set<U: Unit>(name: *const U, value: *const U) -> Result<BOOL, Win32Error> {
    // SAFETY: this function's contract.
    let (name, value) = unsafe { (U::bytes(name).unwrap_or_default(), U::bytes(value)) };
    if name.is_empty() || name.contains(&b'=') {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    let name = OsString::from_vec(name);
    match value {
        // SAFETY: under the lock of the standard library; other users of the environment are the caller's care.
        Some(value) => unsafe { std::env::set_var(name, OsString::from_vec(value)) },
        None if std::env::var_os(&name).is_none() => return Err(ERROR_ENVVAR_NOT_FOUND.into()),
        // SAFETY: as above.
        None => unsafe { std::env::remove_var(name) },
    }
    Ok(TRUE)
}

/// # Safety
/// The source is null or ends with 0, the buffer is null or valid for its length.
unsafe fn expand<U: Unit>(source: *const U, to: *mut U, capacity: u32) -> Result<u32, Win32Error> {
    // SAFETY: this function's contract.
    let source = unsafe { U::bytes(source) }.ok_or(ERROR_INVALID_PARAMETER)?;
    let expanded = expanded(&source);
    // SAFETY: this function's contract.
    let length = unsafe { path::give(&expanded, to, capacity) };
    let needed = U::of_bytes(&expanded).len() as u32;
    Ok(needed.max(length))
}

fn expanded(mut source: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    while let Some(begin) = source.iter().position(|&byte| byte == b'%') {
        text.extend(&source[..begin]);
        let rest = &source[begin + 1..];
        let named = rest.iter().position(|&byte| byte == b'%').and_then(|end| {
            let value = find(&rest[..end])?;
            Some((value, &rest[end + 1..]))
        });
        match named {
            Some((value, after)) => {
                text.extend(value.as_bytes());
                source = after;
            }
            None => {
                text.push(b'%');
                source = rest;
            }
        }
    }
    text.extend(source);
    text
}

fn block<U: Unit>() -> Result<*mut U, Win32Error> {
    let mut units = Vec::new();
    for (name, value) in std::env::vars_os() {
        let entry = [name.as_bytes(), b"=", value.as_bytes()].concat();
        units.extend(U::of_bytes(&entry));
    }
    units.push(U::default());
    // SAFETY: a number of bytes; the result is checked.
    let to = unsafe { libc::malloc(units.len() * size_of::<U>()) }.cast::<U>();
    if to.is_null() {
        return Err(ERROR_NOT_ENOUGH_MEMORY.into());
    }
    // SAFETY: fresh memory of this size.
    unsafe { to.copy_from_nonoverlapping(units.as_ptr(), units.len()) };
    Ok(to)
}

/// # Safety
/// Null, or from [`block`] and not freed yet.
unsafe fn free<U: Unit>(block: *const U) -> Result<BOOL, Win32Error> {
    if is_bad(block) {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    // SAFETY: made by malloc in `block`, by this function's contract.
    infallible((), || unsafe { libc::free(block.cast_mut().cast()) });
    Ok(TRUE)
}

#[cfg(test)]
mod tests {
    use super::expanded;

    #[test]
    fn what_is_not_there_stays() {
        let path = std::env::var("PATH").unwrap_or_default();
        assert_eq!(expanded(b"a %PATH% b"), format!("a {path} b").into_bytes());
        assert_eq!(expanded(b"100% %no such name% %"), b"100% %no such name% %");
    }
}
