//! Making and ending windows.

use std::ffi::c_void;
use std::sync::Arc;

use windows_sys::Win32::Foundation::{
    ERROR_CANNOT_FIND_WND_CLASS, ERROR_TLW_WITH_WSCHILD, FALSE, HINSTANCE, HWND, TRUE,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    CREATESTRUCTW, HMENU, HWND_MESSAGE, SHOW_WINDOW_CMD, SW_HIDE, WINDOW_EX_STYLE, WINDOW_STYLE,
    WM_CREATE, WM_NCCREATE, WS_CHILD, WS_VISIBLE,
};
use windows_sys::core::{BOOL, PCSTR, PCWSTR};

use larboard_kernel::message::class::{self, Class};
use larboard_kernel::message::window::{Details, Window};

use super::{Text, class_number, find};
use crate::error::Win32Error;
use crate::guard::{infallible, win32};

/// Makes a window of the calling thread. Its procedure gets `WM_NCCREATE` and `WM_CREATE` with a `CREATESTRUCT` and may
/// refuse: by FALSE, or by -1.
///
/// There is no display: position and size are told to the procedure and then forgotten. With `HWND_MESSAGE` as parent
/// the window is not among those that are found by `FindWindowW` or told by broadcasts.
///
/// Errors: null with `ERROR_CANNOT_FIND_WND_CLASS`; `ERROR_INVALID_WINDOW_HANDLE` for a parent that does not exist;
/// `ERROR_TLW_WITH_WSCHILD` for a child without a parent; `ERROR_NO_MORE_USER_HANDLES`; with the last error untouched if
/// the procedure refuses.
///
/// # Safety
/// The class is a number or ends with 0, the name is null or ends with 0; the procedure may be called with `lpparam`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateWindowExW(
    dwexstyle: WINDOW_EX_STYLE,
    lpclassname: PCWSTR,
    lpwindowname: PCWSTR,
    dwstyle: WINDOW_STYLE,
    x: i32,
    y: i32,
    nwidth: i32,
    nheight: i32,
    hwndparent: HWND,
    hmenu: HMENU,
    hinstance: HINSTANCE,
    lpparam: *const c_void,
) -> HWND {
    let given = CREATESTRUCTW {
        lpCreateParams: lpparam.cast_mut(),
        hInstance: hinstance,
        hMenu: hmenu,
        hwndParent: hwndparent,
        cy: nheight,
        cx: nwidth,
        y,
        x,
        style: dwstyle.cast_signed(),
        lpszName: lpwindowname,
        lpszClass: lpclassname,
        dwExStyle: dwexstyle,
    };
    // SAFETY: this function's contract.
    win32(std::ptr::null_mut(), || unsafe { create::<u16>(given) })
}

/// As [`CreateWindowExW`], with narrow text.
///
/// # Safety
/// As for [`CreateWindowExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateWindowExA(
    dwexstyle: WINDOW_EX_STYLE,
    lpclassname: PCSTR,
    lpwindowname: PCSTR,
    dwstyle: WINDOW_STYLE,
    x: i32,
    y: i32,
    nwidth: i32,
    nheight: i32,
    hwndparent: HWND,
    hmenu: HMENU,
    hinstance: HINSTANCE,
    lpparam: *const c_void,
) -> HWND {
    let given = CREATESTRUCTW {
        lpCreateParams: lpparam.cast_mut(),
        hInstance: hinstance,
        hMenu: hmenu,
        hwndParent: hwndparent,
        cy: nheight,
        cx: nwidth,
        y,
        x,
        style: dwstyle.cast_signed(),
        lpszName: lpwindowname.cast(),
        lpszClass: lpclassname.cast(),
        dwExStyle: dwexstyle,
    };
    // SAFETY: this function's contract.
    win32(std::ptr::null_mut(), || unsafe { create::<u8>(given) })
}

/// Ends a window, and those that it owns or that are parts of it: `WM_DESTROY` to the window and then to its children,
/// `WM_NCDESTROY` to the children and then to the window. What is posted to it goes, its timers stop.
///
/// Errors: `ERROR_INVALID_WINDOW_HANDLE`; `ERROR_ACCESS_DENIED` for a window of another thread.
///
/// # Safety
/// The procedures may be called.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DestroyWindow(hwnd: HWND) -> BOOL {
    win32(FALSE, || {
        find(hwnd)?.destroy()?;
        Ok(TRUE)
    })
}

/// Whether a window exists.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsWindow(hwnd: HWND) -> BOOL {
    infallible(FALSE, || find(hwnd).is_ok().into())
}

/// Remembers whether a window is shown; nothing is drawn and no message sent. Gives whether it was shown before.
///
/// Errors: false with `ERROR_INVALID_WINDOW_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ShowWindow(hwnd: HWND, ncmdshow: SHOW_WINDOW_CMD) -> BOOL {
    win32(FALSE, || {
        let window = find(hwnd)?;
        let mut details = window.details.lock();
        let before = details.style & WS_VISIBLE != 0;
        if ncmdshow == SW_HIDE {
            details.style &= !WS_VISIBLE;
        } else {
            details.style |= WS_VISIBLE;
        }
        Ok(before.into())
    })
}

/// Whether a window and those it is part of are shown, in the sense of [`ShowWindow`].
///
/// Errors: false with `ERROR_INVALID_WINDOW_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsWindowVisible(hwnd: HWND) -> BOOL {
    win32(FALSE, || {
        let mut next = Some(find(hwnd)?);
        while let Some(window) = next {
            let details = window.details.lock();
            if details.style & WS_VISIBLE == 0 {
                return Ok(FALSE);
            }
            let parent = details.parent.clone();
            next = parent.filter(|_| details.style & WS_CHILD != 0);
        }
        Ok(TRUE)
    })
}

/// There is nothing to draw: true for every window.
///
/// Errors: `ERROR_INVALID_WINDOW_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UpdateWindow(hwnd: HWND) -> BOOL {
    win32(FALSE, || find(hwnd).map(|_| TRUE))
}

/// # Safety
/// The texts of `given` are in units of `T`.
unsafe fn create<T: Text>(given: CREATESTRUCTW) -> Result<HWND, Win32Error> {
    // SAFETY: this function's contract.
    let class = unsafe { class_of::<T>(&given) }?;
    let is_wide = class.wide;
    let details = Details {
        style: given.style.cast_unsigned(),
        extended_style: given.dwExStyle,
        instance: given.hInstance.addr(),
        id: given.hMenu.addr(),
        message_only: given.hwndParent == HWND_MESSAGE,
        parent: parent_of(&given)?,
        ..Details::default()
    };
    let window = Window::create(class, details)?;
    // SAFETY: this function's contract.
    let lives = unsafe {
        if is_wide == T::WIDE {
            introduce(&window, given)
        } else if is_wide {
            introduce_as::<T, u16>(&window, given)
        } else {
            introduce_as::<T, u8>(&window, given)
        }
    };
    Ok(if lives {
        window.pointer()
    } else {
        std::ptr::null_mut()
    })
}

/// # Safety
/// As for `create`.
unsafe fn class_of<T: Text>(given: &CREATESTRUCTW) -> Result<Arc<Class>, Win32Error> {
    // SAFETY: this function's contract.
    let atom = unsafe { class_number(given.lpszClass.cast::<T>(), false) };
    let class = atom.ok().flatten();
    let class = class.and_then(|atom| class::find(atom, given.hInstance.addr()));
    Ok(class.ok_or(ERROR_CANNOT_FIND_WND_CLASS)?)
}

fn parent_of(given: &CREATESTRUCTW) -> Result<Option<Arc<Window>>, Win32Error> {
    if given.hwndParent == HWND_MESSAGE {
        return Ok(None);
    }
    if !given.hwndParent.is_null() {
        return find(given.hwndParent).map(Some);
    }
    if given.style.cast_unsigned() & WS_CHILD != 0 {
        return Err(ERROR_TLW_WITH_WSCHILD.into());
    }
    Ok(None)
}

/// `introduce` with the texts in the units that the procedure takes.
///
/// # Safety
/// The texts of `given` are in units of `T`.
unsafe fn introduce_as<T: Text, U: Text>(window: &Arc<Window>, mut given: CREATESTRUCTW) -> bool {
    // SAFETY: this function's contract.
    let name = unsafe { T::read(given.lpszName.cast()) }.map(|name| U::encode(&name));
    let class = U::encode(&window.class().name());
    if let Some(name) = &name {
        given.lpszName = name.as_ptr().cast();
    }
    if u16::try_from(given.lpszClass.addr()).is_err() {
        given.lpszClass = class.as_ptr().cast();
    }
    // SAFETY: the texts are now what the procedure takes, and outlive the call.
    unsafe { introduce(window, given) }
}

/// Tells the procedure of its window. False if it refused: the window is gone then.
///
/// # Safety
/// The procedure may be called with the structure.
unsafe fn introduce(window: &Arc<Window>, mut given: CREATESTRUCTW) -> bool {
    let structure = (&raw mut given).expose_provenance().cast_signed();
    // SAFETY: this function's contract; the structure is of this frame.
    let accepted = unsafe { window.call(WM_NCCREATE, 0, structure) } != 0;
    if !accepted && window.is_alive() {
        window.destroy_unborn();
    }
    if !window.is_alive() {
        return false;
    }
    // SAFETY: as above.
    if unsafe { window.call(WM_CREATE, 0, structure) } == -1 {
        // It may have ended itself already.
        let _ = window.destroy();
    }
    window.is_alive()
}
