//! What windows do by themselves, and their text.

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_PARAMETER, FALSE, HWND, LPARAM, LRESULT, TRUE, WPARAM,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    CREATESTRUCTW, WM_CLOSE, WM_GETTEXT, WM_GETTEXTLENGTH, WM_NCCREATE, WM_QUERYENDSESSION,
    WM_QUERYOPEN, WM_SETTEXT, WNDPROC,
};
use windows_sys::core::{BOOL, PCSTR, PCWSTR, PSTR, PWSTR};

use super::sending::{FOREVER, send};
use super::{Text, find, put_what_fits};
use crate::error::Win32Error;
use crate::guard::{is_bad, win32};

/// What a window does with a message that its procedure has no use for: keeps its text (`WM_NCCREATE`, `WM_SETTEXT`,
/// `WM_GETTEXT`, `WM_GETTEXTLENGTH`), ends at `WM_CLOSE`, agrees to `WM_QUERYENDSESSION` and `WM_QUERYOPEN`. The answer
/// to everything else is 0.
///
/// Errors: 0 with `ERROR_INVALID_WINDOW_HANDLE`.
///
/// # Safety
/// Pointers in the message are what the message says they are.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DefWindowProcW(
    hwnd: HWND,
    msg: u32,
    wparam: WPARAM,
    lparam: LPARAM,
) -> LRESULT {
    // SAFETY: this function's contract.
    win32(0, || unsafe { answer::<u16>(hwnd, msg, wparam, lparam) })
}

/// As [`DefWindowProcW`]; text in the message is narrow.
///
/// # Safety
/// As for [`DefWindowProcW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DefWindowProcA(
    hwnd: HWND,
    msg: u32,
    wparam: WPARAM,
    lparam: LPARAM,
) -> LRESULT {
    // SAFETY: this function's contract.
    win32(0, || unsafe { answer::<u8>(hwnd, msg, wparam, lparam) })
}

/// Calls a window procedure, usually the one that was there before `SetWindowLongPtrW` put another in its place.
///
/// Errors: 0 with `ERROR_INVALID_PARAMETER` for a null procedure.
///
/// # Safety
/// The procedure may be called with the message. Text in it is in the units that the procedure takes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CallWindowProcW(
    lpprevwndfunc: WNDPROC,
    hwnd: HWND,
    msg: u32,
    wparam: WPARAM,
    lparam: LPARAM,
) -> LRESULT {
    // SAFETY: this function's contract.
    win32(0, || unsafe {
        call(lpprevwndfunc, hwnd, (msg, wparam, lparam))
    })
}

/// As [`CallWindowProcW`].
///
/// # Safety
/// As for [`CallWindowProcW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CallWindowProcA(
    lpprevwndfunc: WNDPROC,
    hwnd: HWND,
    msg: u32,
    wparam: WPARAM,
    lparam: LPARAM,
) -> LRESULT {
    // SAFETY: this function's contract.
    win32(0, || unsafe {
        call(lpprevwndfunc, hwnd, (msg, wparam, lparam))
    })
}

/// Gives a window another text: sends it `WM_SETTEXT`.
///
/// Errors: `ERROR_INVALID_WINDOW_HANDLE`.
///
/// # Safety
/// The text is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetWindowTextW(hwnd: HWND, lpstring: PCWSTR) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe { set_text(hwnd, lpstring) })
}

/// As [`SetWindowTextW`], narrow.
///
/// # Safety
/// As for [`SetWindowTextW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetWindowTextA(hwnd: HWND, lpstring: PCSTR) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe { set_text(hwnd, lpstring) })
}

/// As much of a window's text as fits into `nmaxcount` units, by `WM_GETTEXT`. Gives the length without the final 0.
///
/// Errors: 0 with `ERROR_INVALID_WINDOW_HANDLE`; `ERROR_INVALID_PARAMETER` for a null buffer or a negative count.
///
/// # Safety
/// The buffer is null or valid for writes of `nmaxcount` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetWindowTextW(hwnd: HWND, lpstring: PWSTR, nmaxcount: i32) -> i32 {
    // SAFETY: this function's contract.
    win32(0, || unsafe { text(hwnd, lpstring, nmaxcount) })
}

/// As [`GetWindowTextW`], narrow.
///
/// # Safety
/// As for [`GetWindowTextW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetWindowTextA(hwnd: HWND, lpstring: PSTR, nmaxcount: i32) -> i32 {
    // SAFETY: this function's contract.
    win32(0, || unsafe { text(hwnd, lpstring, nmaxcount) })
}

/// The length of a window's text in 16-bit units, by `WM_GETTEXTLENGTH`.
///
/// Errors: 0 with `ERROR_INVALID_WINDOW_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetWindowTextLengthW(hwnd: HWND) -> i32 {
    win32(0, || {
        // SAFETY: this message has no parameters.
        Ok(unsafe { send::<u16>(hwnd, (WM_GETTEXTLENGTH, 0, 0), FOREVER) }? as i32)
    })
}

/// As [`GetWindowTextLengthW`], in bytes.
///
/// # Safety
/// As for [`GetWindowTextLengthW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetWindowTextLengthA(hwnd: HWND) -> i32 {
    win32(0, || {
        // SAFETY: this message has no parameters.
        Ok(unsafe { send::<u8>(hwnd, (WM_GETTEXTLENGTH, 0, 0), FOREVER) }? as i32)
    })
}

/// # Safety
/// Pointers in the message are what the message says they are, text in units of `T`.
unsafe fn answer<T: Text>(
    window: HWND,
    message: u32,
    wparam: WPARAM,
    lparam: LPARAM,
) -> Result<LRESULT, Win32Error> {
    let window = find(window)?;
    let pointer = std::ptr::with_exposed_provenance_mut::<T>(lparam.cast_unsigned());
    Ok(match message {
        WM_NCCREATE => {
            if !is_bad(pointer) {
                // SAFETY: the parameter is a CREATESTRUCT; the two kinds differ in the type of the text only.
                let given = unsafe { pointer.cast::<CREATESTRUCTW>().read_unaligned() };
                // SAFETY: its name is null or ends with 0.
                let name = unsafe { T::read(given.lpszName.cast()) };
                window.details.lock().text = name.unwrap_or_default();
            }
            1
        }
        WM_SETTEXT => {
            // SAFETY: the parameter is null or text that ends with 0.
            window.details.lock().text = unsafe { T::read(pointer) }.unwrap_or_default();
            1
        }
        WM_GETTEXT => {
            let text = window.details.lock().text.clone();
            // SAFETY: the parameters are a buffer and its capacity.
            (unsafe { put_what_fits(&text, pointer, wparam) }).cast_signed()
        }
        WM_GETTEXTLENGTH => {
            let units = T::encode(&window.details.lock().text).len();
            (units - 1).cast_signed()
        }
        WM_CLOSE => {
            window.destroy()?;
            0
        }
        WM_QUERYENDSESSION | WM_QUERYOPEN => 1,
        _ => 0,
    })
}

/// # Safety
/// The procedure may be called with the message.
unsafe fn call(
    procedure: WNDPROC,
    window: HWND,
    (message, wparam, lparam): (u32, WPARAM, LPARAM),
) -> Result<LRESULT, Win32Error> {
    let procedure = procedure.ok_or(ERROR_INVALID_PARAMETER)?;
    if is_bad(procedure as *const ()) {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    // SAFETY: this function's contract.
    Ok(unsafe { procedure(window, message, wparam, lparam) })
}

/// # Safety
/// The text is null or ends with 0.
unsafe fn set_text<T: Text>(window: HWND, text: *const T) -> Result<BOOL, Win32Error> {
    let text = text.expose_provenance().cast_signed();
    // SAFETY: this function's contract.
    let answer = unsafe { send::<T>(window, (WM_SETTEXT, 0, text), FOREVER) }?;
    Ok(if answer != 0 { TRUE } else { FALSE })
}

/// # Safety
/// The buffer is null or valid for writes of `capacity` units.
unsafe fn text<T: Text>(window: HWND, to: *mut T, capacity: i32) -> Result<i32, Win32Error> {
    let capacity = usize::try_from(capacity).map_err(|_| ERROR_INVALID_PARAMETER)?;
    if is_bad(to) {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    let to = to.expose_provenance().cast_signed();
    // SAFETY: this function's contract.
    Ok(unsafe { send::<T>(window, (WM_GETTEXT, capacity, to), FOREVER) }? as i32)
}
