//! Writing profiles (INI-06, INI-07).

use std::sync::Mutex;

use windows_sys::Win32::Foundation::{ERROR_FILE_NOT_FOUND, ERROR_INVALID_PARAMETER, FALSE, TRUE};
use windows_sys::core::{BOOL, PCSTR, PCWSTR};

use super::document::Document;
use crate::error::Win32Error;
use crate::guard::{is_bad, win32};
use crate::path;
use crate::text::{Unit, narrow, wide};

/// Sets a key of a profile, which is made if it is not there. Without a value the key is removed, without a key the section,
/// and without a section nothing happens: nothing is kept back that would have to be written.
///
/// Errors: `ERROR_FILE_NOT_FOUND` for no name, `ERROR_PATH_NOT_FOUND`, `ERROR_ACCESS_DENIED` and others of files;
/// `ERROR_INVALID_PARAMETER` for a value or key without its section.
///
/// # Safety
/// The strings are null or end with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WritePrivateProfileStringA(
    lpappname: PCSTR,
    lpkeyname: PCSTR,
    lpstring: PCSTR,
    lpfilename: PCSTR,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        let names = unsafe { (narrow(lpappname), narrow(lpkeyname), narrow(lpstring)) };
        // SAFETY: this function's contract.
        unsafe { set_key(names, lpfilename) }
    })
}

/// Replaces a section by lines, each with its terminator and one more at the end; without lines the section is removed.
///
/// Errors: as [`WritePrivateProfileStringA`].
///
/// # Safety
/// The names are null or end with 0; the lines are null or end with an empty one.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WritePrivateProfileSectionA(
    lpappname: PCSTR,
    lpstring: PCSTR,
    lpfilename: PCSTR,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        unsafe { replace_section(lpappname, lpstring, lpfilename, narrow) }
    })
}

/// Sets a key of a profile, which is made if it is not there. Without a value the key is removed, without a key the section,
/// and without a section nothing happens: nothing is kept back that would have to be written.
///
/// Errors: `ERROR_FILE_NOT_FOUND` for no name, `ERROR_PATH_NOT_FOUND`, `ERROR_ACCESS_DENIED` and others of files;
/// `ERROR_INVALID_PARAMETER` for a value or key without its section.
///
/// # Safety
/// The strings are null or end with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WritePrivateProfileStringW(
    lpappname: PCWSTR,
    lpkeyname: PCWSTR,
    lpstring: PCWSTR,
    lpfilename: PCWSTR,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        let names = unsafe { (wide(lpappname), wide(lpkeyname), wide(lpstring)) };
        // SAFETY: this function's contract.
        unsafe { set_key(names, lpfilename) }
    })
}

/// Replaces a section by lines, each with its terminator and one more at the end; without lines the section is removed.
///
/// Errors: as [`WritePrivateProfileStringW`].
///
/// # Safety
/// The names are null or end with 0; the lines are null or end with an empty one.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WritePrivateProfileSectionW(
    lpappname: PCWSTR,
    lpstring: PCWSTR,
    lpfilename: PCWSTR,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        unsafe { replace_section(lpappname, lpstring, lpfilename, wide) }
    })
}

/// Section, key and value, of which any may be missing.
///
/// # Safety
/// The file's name is null or ends with 0.
unsafe fn set_key<U: Unit>(
    names: (Option<String>, Option<String>, Option<String>),
    file: *const U,
) -> Result<BOOL, Win32Error> {
    // SAFETY: this function's contract.
    unsafe {
        changed(file, |profile| match names {
            (Some(section), Some(key), value) => {
                profile.set(section.trim(), key.trim(), value.as_deref());
                Ok(())
            }
            (Some(section), None, _) => {
                profile.replace(&section, None);
                Ok(())
            }
            (None, None, None) => Ok(()),
            _ => Err(ERROR_INVALID_PARAMETER.into()),
        })
    }
}

/// # Safety
/// The names are null or end with 0; the lines are null or end with an empty one. `read` reads a string that is null or
/// ends with 0.
unsafe fn replace_section<U: Unit + PartialEq>(
    section: *const U,
    lines: *const U,
    file: *const U,
    read: unsafe fn(*const U) -> Option<String>,
) -> Result<BOOL, Win32Error> {
    // SAFETY: this function's contract.
    let section = unsafe { read(section) }.ok_or(ERROR_INVALID_PARAMETER)?;
    let mut given = Vec::new();
    let mut at = lines;
    // SAFETY: this function's contract: the strings follow each other up to an empty one.
    while let Some(line) = unsafe { read(at) }.filter(|line| !line.is_empty()) {
        at = at.wrapping_add(length(at) + 1);
        given.push(line);
    }
    let given = (!is_bad(lines)).then_some(&given[..]);
    // SAFETY: this function's contract.
    unsafe {
        changed(file, |profile| {
            profile.replace(section.trim(), given);
            Ok(())
        })
    }
}

/// The units of a string that was just read.
fn length<U: Unit + PartialEq>(text: *const U) -> usize {
    // SAFETY: whoever has read it has found its terminator.
    let is_end = |at: &usize| unsafe { text.add(*at).read_unaligned() } == U::default();
    (0..).find(is_end).unwrap_or_default()
}

/// One change at a time: it is read, changed and written.
static WRITING: Mutex<()> = Mutex::new(());

/// # Safety
/// The name is null or ends with 0.
unsafe fn changed<U: Unit>(
    name: *const U,
    change: impl FnOnce(&mut Document) -> Result<(), Win32Error>,
) -> Result<BOOL, Win32Error> {
    // SAFETY: this function's contract.
    let name = unsafe { path::given(name) }.map_err(|_| ERROR_FILE_NOT_FOUND)?;
    let _one = WRITING
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut profile = match Document::read(path::as_path(&name)) {
        Ok(profile) => profile,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Document::empty(),
        Err(error) => return Err(path::error(error.raw_os_error().unwrap_or_default(), &name)),
    };
    change(&mut profile)?;
    profile.write(&name)?;
    Ok(TRUE)
}
