//! Writing text, and its colours (CON-02, CON-03).

use std::ffi::c_void;

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_PARAMETER, ERROR_NOACCESS, FALSE, HANDLE, TRUE,
};
use windows_sys::Win32::System::Console::CONSOLE_CHARACTER_ATTRIBUTES;
use windows_sys::core::{BOOL, PCSTR, PCWSTR};

use super::{handles, screen, terminal};
use crate::error::Win32Error;
use crate::guard::{is_bad, store, win32};

/// Writes wide text to a terminal, which takes it as UTF-8; counts 16-bit units.
///
/// Errors: `ERROR_INVALID_HANDLE` for what is no terminal, such as output that was redirected; `ERROR_NOACCESS` for a null
/// pointer.
///
/// # Safety
/// The text is valid for its length, the count is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WriteConsoleW(
    hconsoleoutput: HANDLE,
    lpbuffer: PCWSTR,
    nnumberofcharstowrite: u32,
    lpnumberofcharswritten: *mut u32,
    _lpreserved: *const c_void,
) -> BOOL {
    win32(FALSE, || {
        let fd = handles::output(hconsoleoutput)?;
        // SAFETY: this function's contract.
        let units = unsafe { copied(lpbuffer, nnumberofcharstowrite) }?;
        let mut units = &units[..];
        let held = take_held(&mut units);
        let text: String = char::decode_utf16(held.into_iter().chain(units.iter().copied()))
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        terminal::write(fd, text.as_bytes());
        // SAFETY: null or valid for a write by this function's contract.
        unsafe { store(lpnumberofcharswritten, nnumberofcharstowrite) };
        Ok(TRUE)
    })
}

/// Writes narrow text, UTF-8, to a terminal; counts bytes.
///
/// Errors: as [`WriteConsoleW`].
///
/// # Safety
/// As for [`WriteConsoleW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WriteConsoleA(
    hconsoleoutput: HANDLE,
    lpbuffer: PCSTR,
    nnumberofcharstowrite: u32,
    lpnumberofcharswritten: *mut u32,
    _lpreserved: *const c_void,
) -> BOOL {
    win32(FALSE, || {
        let fd = handles::output(hconsoleoutput)?;
        // SAFETY: this function's contract.
        let bytes = unsafe { copied(lpbuffer, nnumberofcharstowrite) }?;
        terminal::write(fd, &bytes);
        // SAFETY: null or valid for a write by this function's contract.
        unsafe { store(lpnumberofcharswritten, nnumberofcharstowrite) };
        Ok(TRUE)
    })
}

/// Sets the colours of what is written from now on. Light grey on black are the terminal's own colours.
///
/// Errors: `ERROR_INVALID_HANDLE` for what is no terminal; nothing is written then.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetConsoleTextAttribute(
    hconsoleoutput: HANDLE,
    wattributes: CONSOLE_CHARACTER_ATTRIBUTES,
) -> BOOL {
    win32(FALSE, || {
        let fd = handles::output(hconsoleoutput)?;
        terminal::write(fd, screen::sequence(wattributes).as_bytes());
        screen::change(fd, |screen| screen.colours = wattributes);
        Ok(TRUE)
    })
}

/// The first half of a character that was written in two calls.
static HELD: std::sync::Mutex<Option<u16>> = std::sync::Mutex::new(None);

/// Takes the half that was held back, and holds the half at the end back.
fn take_held(units: &mut &[u16]) -> Option<u16> {
    let mut held = HELD.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let before = held.take();
    if let Some((&last @ 0xD800..0xDC00, rest)) = units.split_last() {
        (*held, *units) = (Some(last), rest);
    }
    before
}

/// # Safety
/// The text is valid for its length.
pub(super) unsafe fn copied<U: Copy>(text: *const U, length: u32) -> Result<Vec<U>, Win32Error> {
    if length > i32::MAX as u32 {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    if length > 0 && is_bad(text) {
        return Err(ERROR_NOACCESS.into());
    }
    let units = (0..length as usize)
        // SAFETY: within the length.
        .map(|at| unsafe { text.add(at).read_unaligned() });
    Ok(units.collect())
}
