//! Finding windows: by name, by place, by thread.

use std::sync::Arc;

use windows_sys::Win32::Foundation::{ERROR_INVALID_WINDOW_HANDLE, FALSE, HWND, TRUE};
use windows_sys::Win32::UI::WindowsAndMessaging::{HWND_MESSAGE, WS_CHILD, WS_POPUP};
use windows_sys::core::{BOOL, PCSTR, PCWSTR};

use larboard_kernel::message::window::{self as kernel, Window};

use super::{Text, class_number, find, handle_of};
use crate::error::Win32Error;
use crate::guard::{store, win32};

/// The youngest top-level window with this class and this text, either of which may be null for any; if there is none,
/// the youngest such message-only window. Neither minds case.
///
/// Errors: null; the last error is untouched if there is merely no such window.
///
/// # Safety
/// The class is null, a number, or ends with 0; the text is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FindWindowW(lpclassname: PCWSTR, lpwindowname: PCWSTR) -> HWND {
    let null = std::ptr::null_mut();
    // SAFETY: this function's contract.
    win32(null, || unsafe {
        search(null, null, lpclassname, lpwindowname)
    })
}

/// As [`FindWindowW`], with narrow text.
///
/// # Safety
/// As for [`FindWindowW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FindWindowA(lpclassname: PCSTR, lpwindowname: PCSTR) -> HWND {
    let null = std::ptr::null_mut();
    // SAFETY: this function's contract.
    win32(null, || unsafe {
        search(null, null, lpclassname, lpwindowname)
    })
}

/// As [`FindWindowW`], among the children of a window (`HWND_MESSAGE`: the message-only windows), behind one of them.
///
/// Errors: null with `ERROR_INVALID_WINDOW_HANDLE` for a parent that does not exist, or a child that is not one of its.
///
/// # Safety
/// As for [`FindWindowW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FindWindowExW(
    hwndparent: HWND,
    hwndchildafter: HWND,
    lpszclass: PCWSTR,
    lpszwindow: PCWSTR,
) -> HWND {
    // SAFETY: this function's contract.
    win32(std::ptr::null_mut(), || unsafe {
        search(hwndparent, hwndchildafter, lpszclass, lpszwindow)
    })
}

/// As [`FindWindowExW`], with narrow text.
///
/// # Safety
/// As for [`FindWindowW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FindWindowExA(
    hwndparent: HWND,
    hwndchildafter: HWND,
    lpszclass: PCSTR,
    lpszwindow: PCSTR,
) -> HWND {
    // SAFETY: this function's contract.
    win32(std::ptr::null_mut(), || unsafe {
        search(hwndparent, hwndchildafter, lpszclass, lpszwindow)
    })
}

/// The parent of a child, the owner of a pop-up window, null for others.
///
/// Errors: null with `ERROR_INVALID_WINDOW_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetParent(hwnd: HWND) -> HWND {
    win32(std::ptr::null_mut(), || {
        let window = find(hwnd)?;
        let details = window.details.lock();
        let told = details.style & (WS_CHILD | WS_POPUP) != 0;
        Ok(handle_of(details.parent.clone().filter(|_| told)))
    })
}

/// Whether a window is a child of another one, or of a child of it, and so on.
///
/// Errors: false with `ERROR_INVALID_WINDOW_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsChild(hwndparent: HWND, hwnd: HWND) -> BOOL {
    win32(FALSE, || {
        let parent = find(hwndparent)?;
        Ok(find(hwnd)?.is_below(&parent).into())
    })
}

/// The id of the thread that made a window, and of its process.
///
/// Errors: 0 with `ERROR_INVALID_WINDOW_HANDLE`.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetWindowThreadProcessId(hwnd: HWND, lpdwprocessid: *mut u32) -> u32 {
    win32(0, || {
        let window = find(hwnd)?;
        // SAFETY: null or valid for a write by this function's contract.
        unsafe { store(lpdwprocessid, std::process::id()) };
        Ok(window.queue().thread())
    })
}

/// Whether a window's procedure takes wide text.
///
/// Errors: false with `ERROR_INVALID_WINDOW_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsWindowUnicode(hwnd: HWND) -> BOOL {
    win32(FALSE, || {
        Ok(if find(hwnd)?.is_wide() { TRUE } else { FALSE })
    })
}

/// # Safety
/// The class is null, a number, or ends with 0; the text is null or ends with 0.
unsafe fn search<T: Text>(
    parent: HWND,
    after: HWND,
    class: *const T,
    text: *const T,
) -> Result<HWND, Win32Error> {
    let atom = match class.is_null() {
        true => None,
        // SAFETY: this function's contract.
        false => match unsafe { class_number(class, false) }? {
            Some(atom) => Some(atom),
            None => return Ok(std::ptr::null_mut()),
        },
    };
    // SAFETY: this function's contract.
    let text = unsafe { T::read(text) }.map(|text| text.to_lowercase());
    let wanted = |window: &Arc<Window>| {
        atom.is_none_or(|atom| window.class().atom == atom)
            && (text.as_ref()).is_none_or(|text| window.details.lock().text.to_lowercase() == *text)
    };
    let found = siblings(parent, after)?.into_iter().find(wanted);
    Ok(handle_of(found))
}

/// The children of a window, those behind `after` if that is given.
fn siblings(parent: HWND, after: HWND) -> Result<Vec<Arc<Window>>, Win32Error> {
    let mut windows = kernel::all();
    let message_only = |window: &Arc<Window>| window.details.lock().message_only;
    if parent == HWND_MESSAGE {
        windows.retain(message_only);
    } else if parent.is_null() {
        let others: Vec<Arc<Window>> = windows
            .iter()
            .filter(|w| message_only(w))
            .cloned()
            .collect();
        windows.retain(|window| window.is_top_level());
        if after.is_null() {
            windows.extend(others);
        }
    } else {
        let parent = find(parent)?;
        windows.retain(|window| window.is_child_of(&parent));
    }
    if !after.is_null() {
        let at = windows.iter().position(|window| window.pointer() == after);
        windows.drain(..=at.ok_or(ERROR_INVALID_WINDOW_HANDLE)?);
    }
    Ok(windows)
}
