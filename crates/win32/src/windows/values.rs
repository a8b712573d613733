//! The numbers that a window keeps: styles, procedure, the program's own.

use std::sync::atomic::Ordering;

use windows_sys::Win32::Foundation::{ERROR_INVALID_INDEX, HWND};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    GWL_EXSTYLE, GWL_STYLE, GWLP_HINSTANCE, GWLP_HWNDPARENT, GWLP_ID, GWLP_USERDATA, GWLP_WNDPROC,
    WINDOW_LONG_PTR_INDEX,
};

use larboard_kernel::message::window::Window;

use super::{find, handle_of};
use crate::error::Win32Error;
use crate::guard::win32;

/// A number of a window: `GWLP_WNDPROC`, `GWLP_HINSTANCE`, `GWLP_HWNDPARENT`, `GWLP_ID`, `GWLP_USERDATA`, `GWL_STYLE`,
/// `GWL_EXSTYLE`, or eight of the bytes that its class asked for, by their offset.
///
/// Errors: 0 with `ERROR_INVALID_WINDOW_HANDLE`, `ERROR_INVALID_INDEX`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetWindowLongPtrW(
    hwnd: HWND,
    nindex: WINDOW_LONG_PTR_INDEX,
) -> isize {
    win32(0, || get(&*find(hwnd)?, nindex, WHOLE))
}

/// As [`GetWindowLongPtrW`]. The procedure is the same for both.
///
/// # Safety
/// As for [`GetWindowLongPtrW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetWindowLongPtrA(
    hwnd: HWND,
    nindex: WINDOW_LONG_PTR_INDEX,
) -> isize {
    win32(0, || get(&*find(hwnd)?, nindex, WHOLE))
}

/// As [`GetWindowLongPtrW`] in 32 bits: four of the extra bytes, the low half of numbers of 64 bits, and
/// `ERROR_INVALID_INDEX` for the procedure and the module.
///
/// # Safety
/// As for [`GetWindowLongPtrW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetWindowLongW(hwnd: HWND, nindex: WINDOW_LONG_PTR_INDEX) -> i32 {
    win32(0, || Ok(get(&*find(hwnd)?, nindex, HALF)? as i32))
}

/// As [`GetWindowLongW`].
///
/// # Safety
/// As for [`GetWindowLongPtrW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetWindowLongA(hwnd: HWND, nindex: WINDOW_LONG_PTR_INDEX) -> i32 {
    win32(0, || Ok(get(&*find(hwnd)?, nindex, HALF)? as i32))
}

/// Changes a number of a window and gives the one before. The parent cannot be changed.
///
/// A procedure set by this function takes wide text.
///
/// Errors: 0 with `ERROR_INVALID_WINDOW_HANDLE`, `ERROR_INVALID_INDEX`.
///
/// # Safety
/// For `GWLP_WNDPROC` the number is the address of a window procedure.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetWindowLongPtrW(
    hwnd: HWND,
    nindex: WINDOW_LONG_PTR_INDEX,
    dwnewlong: isize,
) -> isize {
    // SAFETY: this function's contract.
    win32(0, || unsafe {
        set(&*find(hwnd)?, nindex, dwnewlong, WHOLE, true)
    })
}

/// As [`SetWindowLongPtrW`]. A procedure set by this function takes narrow text.
///
/// # Safety
/// As for [`SetWindowLongPtrW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetWindowLongPtrA(
    hwnd: HWND,
    nindex: WINDOW_LONG_PTR_INDEX,
    dwnewlong: isize,
) -> isize {
    // SAFETY: this function's contract.
    win32(0, || unsafe {
        set(&*find(hwnd)?, nindex, dwnewlong, WHOLE, false)
    })
}

/// As [`SetWindowLongPtrW`] in 32 bits, as for [`GetWindowLongW`].
///
/// # Safety
/// As for [`SetWindowLongPtrW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetWindowLongW(
    hwnd: HWND,
    nindex: WINDOW_LONG_PTR_INDEX,
    dwnewlong: i32,
) -> i32 {
    win32(0, || {
        // SAFETY: this function's contract.
        Ok(unsafe { set(&*find(hwnd)?, nindex, dwnewlong as isize, HALF, true) }? as i32)
    })
}

/// As [`SetWindowLongW`].
///
/// # Safety
/// As for [`SetWindowLongPtrW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetWindowLongA(
    hwnd: HWND,
    nindex: WINDOW_LONG_PTR_INDEX,
    dwnewlong: i32,
) -> i32 {
    win32(0, || {
        // SAFETY: this function's contract.
        Ok(unsafe { set(&*find(hwnd)?, nindex, dwnewlong as isize, HALF, false) }? as i32)
    })
}

const WHOLE: usize = size_of::<isize>();
const HALF: usize = size_of::<i32>();

/// Whether an index is only for numbers of the whole width.
fn needs_whole(index: WINDOW_LONG_PTR_INDEX) -> bool {
    matches!(index, GWLP_WNDPROC | GWLP_HINSTANCE | GWLP_HWNDPARENT)
}

fn get(window: &Window, index: WINDOW_LONG_PTR_INDEX, width: usize) -> Result<isize, Win32Error> {
    if width != WHOLE && needs_whole(index) {
        return Err(ERROR_INVALID_INDEX.into());
    }
    let details = window.details.lock();
    Ok(match index {
        GWLP_WNDPROC => (window.procedure() as *const ()).expose_provenance() as isize,
        GWLP_USERDATA => window.user_data.load(Ordering::Acquire),
        GWLP_HINSTANCE => details.instance as isize,
        GWLP_HWNDPARENT => handle_of(details.parent.clone()).addr() as isize,
        GWLP_ID => details.id as isize,
        GWL_STYLE => details.style as i32 as isize,
        GWL_EXSTYLE => details.extended_style as i32 as isize,
        _ => read(extra(&details.extra, index, width)?),
    })
}

/// # Safety
/// For `GWLP_WNDPROC` the number is the address of a window procedure.
unsafe fn set(
    window: &Window,
    index: WINDOW_LONG_PTR_INDEX,
    value: isize,
    width: usize,
    wide: bool,
) -> Result<isize, Win32Error> {
    let before = get(window, index, width)?;
    let mut details = window.details.lock();
    match index {
        GWLP_WNDPROC => {
            if value == 0 {
                return Err(ERROR_INVALID_INDEX.into());
            }
            // SAFETY: this function's contract.
            let before = unsafe { window.set_procedure(value as usize, wide) };
            return Ok(before as isize);
        }
        GWLP_USERDATA => return Ok(window.user_data.swap(value, Ordering::AcqRel)),
        GWLP_HINSTANCE => details.instance = value as usize,
        GWLP_HWNDPARENT => return Err(ERROR_INVALID_INDEX.into()),
        GWLP_ID => details.id = value as usize,
        GWL_STYLE => details.style = value as u32,
        GWL_EXSTYLE => details.extended_style = value as u32,
        _ => {
            let at = index as usize;
            details.extra[at..at + width].copy_from_slice(&value.to_ne_bytes()[..width]);
        }
    }
    Ok(before)
}

fn extra(bytes: &[u8], index: WINDOW_LONG_PTR_INDEX, width: usize) -> Result<&[u8], Win32Error> {
    let at = usize::try_from(index).map_err(|_| ERROR_INVALID_INDEX)?;
    let end = at.checked_add(width).ok_or(ERROR_INVALID_INDEX)?;
    Ok(bytes.get(at..end).ok_or(ERROR_INVALID_INDEX)?)
}

fn read(bytes: &[u8]) -> isize {
    match <[u8; HALF]>::try_from(bytes) {
        Ok(half) => i32::from_ne_bytes(half) as isize,
        Err(_) => <[u8; WHOLE]>::try_from(bytes).map_or(0, isize::from_ne_bytes),
    }
}
