//! Window classes.

use std::sync::Arc;

use windows_sys::Win32::Foundation::{
    ERROR_CLASS_DOES_NOT_EXIST, ERROR_INVALID_PARAMETER, ERROR_NOACCESS, FALSE, HINSTANCE, HWND,
    TRUE,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    WNDCLASSA, WNDCLASSEXA, WNDCLASSEXW, WNDCLASSW, WNDPROC,
};
use windows_sys::core::{BOOL, PCSTR, PCWSTR, PSTR, PWSTR};

use larboard_kernel::message::class::{self, Class};

use super::{Text, class_number, find, put_what_fits};
use crate::error::Win32Error;
use crate::guard::{is_bad, win32};

/// Makes a class of windows known and gives its number (an atom). Names ignore case.
///
/// Icon, cursor, brush and menu are kept for `GetClassInfoW` and otherwise unused.
///
/// Errors: 0 with `ERROR_CLASS_ALREADY_EXISTS`; `ERROR_INVALID_PARAMETER` without a procedure, for a name that is empty
/// or has more than 256 characters, for negative sizes; `ERROR_NOACCESS` for a null pointer; `ERROR_NOT_ENOUGH_MEMORY`
/// when there are 16,384 names.
///
/// # Safety
/// The pointer is null or valid; the name is a number or ends with 0; the procedure is a window procedure.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegisterClassW(lpwndclass: *const WNDCLASSW) -> u16 {
    // SAFETY: this function's contract.
    win32(0, || unsafe { register::<u16>(widen(read(lpwndclass)?)) })
}

/// As [`RegisterClassW`]; windows of the class take narrow text.
///
/// # Safety
/// As for [`RegisterClassW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegisterClassA(lpwndclass: *const WNDCLASSA) -> u16 {
    // SAFETY: this function's contract.
    win32(0, || unsafe {
        register::<u8>(widen(as_wide(read(lpwndclass)?)))
    })
}

/// As [`RegisterClassW`], with a small icon. `ERROR_INVALID_PARAMETER` also for a wrong `cbSize`.
///
/// # Safety
/// As for [`RegisterClassW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegisterClassExW(param0: *const WNDCLASSEXW) -> u16 {
    win32(0, || {
        // SAFETY: this function's contract.
        let class = unsafe { read(param0) }?;
        check_size(class.cbSize)?;
        // SAFETY: as above.
        unsafe { register::<u16>(class) }
    })
}

/// As [`RegisterClassExW`]; windows of the class take narrow text.
///
/// # Safety
/// As for [`RegisterClassW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegisterClassExA(param0: *const WNDCLASSEXA) -> u16 {
    win32(0, || {
        // SAFETY: this function's contract.
        let class = unsafe { read(param0) }?;
        check_size(class.cbSize)?;
        // SAFETY: as above.
        unsafe { register::<u8>(as_wide_extended(class)) }
    })
}

/// Forgets a class.
///
/// Errors: `ERROR_CLASS_DOES_NOT_EXIST`; `ERROR_CLASS_HAS_WINDOWS`.
///
/// # Safety
/// The name is a number or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UnregisterClassW(lpclassname: PCWSTR, hinstance: HINSTANCE) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe { unregister(lpclassname, hinstance) })
}

/// As [`UnregisterClassW`], with a narrow name.
///
/// # Safety
/// As for [`UnregisterClassW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UnregisterClassA(lpclassname: PCSTR, hinstance: HINSTANCE) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe { unregister(lpclassname, hinstance) })
}

/// What a class was registered with; the name is the pointer that was given.
///
/// Errors: `ERROR_CLASS_DOES_NOT_EXIST`, `ERROR_NOACCESS` for a null structure.
///
/// # Safety
/// The name is a number or ends with 0; the structure is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetClassInfoExW(
    hinstance: HINSTANCE,
    lpszclass: PCWSTR,
    lpwcx: *mut WNDCLASSEXW,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        let info = unsafe { info::<u16>(hinstance, lpszclass) }?;
        // SAFETY: as above.
        unsafe { write(lpwcx, info) }
    })
}

/// As [`GetClassInfoExW`], with a narrow name.
///
/// # Safety
/// As for [`GetClassInfoExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetClassInfoExA(
    hinstance: HINSTANCE,
    lpszclass: PCSTR,
    lpwcx: *mut WNDCLASSEXA,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        let info = unsafe { info::<u8>(hinstance, lpszclass) }?;
        // SAFETY: as above; both structures have the same fields, but for the type of what the pointers point at.
        unsafe { write(lpwcx.cast::<WNDCLASSEXW>(), info) }
    })
}

/// As [`GetClassInfoExW`], without the small icon.
///
/// # Safety
/// As for [`GetClassInfoExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetClassInfoW(
    hinstance: HINSTANCE,
    lpclassname: PCWSTR,
    lpwndclass: *mut WNDCLASSW,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        let info = unsafe { info::<u16>(hinstance, lpclassname) }?;
        // SAFETY: as above.
        unsafe { write(lpwndclass, shorten(info)) }
    })
}

/// As [`GetClassInfoW`], with a narrow name.
///
/// # Safety
/// As for [`GetClassInfoExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetClassInfoA(
    hinstance: HINSTANCE,
    lpclassname: PCSTR,
    lpwndclass: *mut WNDCLASSA,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        let info = unsafe { info::<u8>(hinstance, lpclassname) }?;
        // SAFETY: as above; both structures have the same fields, but for the type of what the pointers point at.
        unsafe { write(lpwndclass.cast::<WNDCLASSW>(), shorten(info)) }
    })
}

/// The name of a window's class: as much as fits into `nmaxcount` units. Gives the length without the final 0.
///
/// Errors: 0 with `ERROR_INVALID_WINDOW_HANDLE`; `ERROR_INVALID_PARAMETER` for a null buffer or none at all.
///
/// # Safety
/// The buffer is null or valid for writes of `nmaxcount` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetClassNameW(hwnd: HWND, lpclassname: PWSTR, nmaxcount: i32) -> i32 {
    // SAFETY: this function's contract.
    win32(0, || unsafe { name(hwnd, lpclassname, nmaxcount) })
}

/// As [`GetClassNameW`], narrow.
///
/// # Safety
/// As for [`GetClassNameW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetClassNameA(hwnd: HWND, lpclassname: PSTR, nmaxcount: i32) -> i32 {
    // SAFETY: this function's contract.
    win32(0, || unsafe { name(hwnd, lpclassname, nmaxcount) })
}

/// # Safety
/// `from` is null or valid for a read.
unsafe fn read<C>(from: *const C) -> Result<C, Win32Error> {
    if is_bad(from) {
        return Err(ERROR_NOACCESS.into());
    }
    // SAFETY: this function's contract.
    Ok(unsafe { from.read_unaligned() })
}

/// # Safety
/// `to` is null or valid for a write.
unsafe fn write<C>(to: *mut C, value: C) -> Result<BOOL, Win32Error> {
    if is_bad(to) {
        return Err(ERROR_NOACCESS.into());
    }
    // SAFETY: this function's contract.
    unsafe { to.write_unaligned(value) };
    Ok(TRUE)
}

fn check_size(size: u32) -> Result<(), Win32Error> {
    if size as usize == size_of::<WNDCLASSEXW>() {
        Ok(())
    } else {
        Err(ERROR_INVALID_PARAMETER.into())
    }
}

fn as_wide(class: WNDCLASSA) -> WNDCLASSW {
    WNDCLASSW {
        style: class.style,
        lpfnWndProc: class.lpfnWndProc,
        cbClsExtra: class.cbClsExtra,
        cbWndExtra: class.cbWndExtra,
        hInstance: class.hInstance,
        hIcon: class.hIcon,
        hCursor: class.hCursor,
        hbrBackground: class.hbrBackground,
        lpszMenuName: class.lpszMenuName.cast(),
        lpszClassName: class.lpszClassName.cast(),
    }
}

fn as_wide_extended(class: WNDCLASSEXA) -> WNDCLASSEXW {
    WNDCLASSEXW {
        cbSize: class.cbSize,
        style: class.style,
        lpfnWndProc: class.lpfnWndProc,
        cbClsExtra: class.cbClsExtra,
        cbWndExtra: class.cbWndExtra,
        hInstance: class.hInstance,
        hIcon: class.hIcon,
        hCursor: class.hCursor,
        hbrBackground: class.hbrBackground,
        lpszMenuName: class.lpszMenuName.cast(),
        lpszClassName: class.lpszClassName.cast(),
        hIconSm: class.hIconSm,
    }
}

fn widen(class: WNDCLASSW) -> WNDCLASSEXW {
    WNDCLASSEXW {
        cbSize: size_of::<WNDCLASSEXW>() as u32,
        style: class.style,
        lpfnWndProc: class.lpfnWndProc,
        cbClsExtra: class.cbClsExtra,
        cbWndExtra: class.cbWndExtra,
        hInstance: class.hInstance,
        hIcon: class.hIcon,
        hCursor: class.hCursor,
        hbrBackground: class.hbrBackground,
        lpszMenuName: class.lpszMenuName,
        lpszClassName: class.lpszClassName,
        hIconSm: std::ptr::null_mut(),
    }
}

fn shorten(class: WNDCLASSEXW) -> WNDCLASSW {
    WNDCLASSW {
        style: class.style,
        lpfnWndProc: class.lpfnWndProc,
        cbClsExtra: class.cbClsExtra,
        cbWndExtra: class.cbWndExtra,
        hInstance: class.hInstance,
        hIcon: class.hIcon,
        hCursor: class.hCursor,
        hbrBackground: class.hbrBackground,
        lpszMenuName: class.lpszMenuName,
        lpszClassName: class.lpszClassName,
    }
}

/// # Safety
/// The name points at text in units of `T`, or is a number; the procedure is a window procedure.
unsafe fn register<T: Text>(given: WNDCLASSEXW) -> Result<u16, Win32Error> {
    let procedure = given.lpfnWndProc.ok_or(ERROR_INVALID_PARAMETER)?;
    if is_bad(procedure as *const ()) {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    // SAFETY: this function's contract.
    let atom = unsafe { class_number(given.lpszClassName.cast::<T>(), true) }?;
    let extra = |size: i32| usize::try_from(size).map_err(|_| ERROR_INVALID_PARAMETER);
    let mut class = Class::new(atom.ok_or(ERROR_INVALID_PARAMETER)?, procedure, T::WIDE);
    class.style = given.style;
    class.window_extra = extra(given.cbWndExtra)?;
    class.class_extra = extra(given.cbClsExtra)?;
    class.instance = given.hInstance.addr();
    class.looks = [
        given.hIcon.expose_provenance(),
        given.hCursor.expose_provenance(),
        given.hbrBackground.expose_provenance(),
        given.lpszMenuName.expose_provenance(),
        given.hIconSm.expose_provenance(),
    ];
    Ok(class::register(class)?)
}

/// # Safety
/// The name is a number or ends with 0.
unsafe fn unregister<T: Text>(name: *const T, instance: HINSTANCE) -> Result<BOOL, Win32Error> {
    // SAFETY: this function's contract.
    let atom = unsafe { class_number(name, false) }?.ok_or(ERROR_CLASS_DOES_NOT_EXIST)?;
    class::unregister(atom, instance.addr())?;
    Ok(TRUE)
}

/// # Safety
/// The name is a number or ends with 0.
unsafe fn info<T: Text>(instance: HINSTANCE, name: *const T) -> Result<WNDCLASSEXW, Win32Error> {
    // SAFETY: this function's contract.
    let atom = unsafe { class_number(name, false) }?.ok_or(ERROR_CLASS_DOES_NOT_EXIST)?;
    let class: Arc<Class> = class::find(atom, instance.addr()).ok_or(ERROR_CLASS_DOES_NOT_EXIST)?;
    let [icon, cursor, brush, menu, small_icon] =
        class.looks.map(std::ptr::with_exposed_provenance_mut);
    let procedure: WNDPROC = Some(class.procedure);
    Ok(WNDCLASSEXW {
        cbSize: size_of::<WNDCLASSEXW>() as u32,
        style: class.style,
        lpfnWndProc: procedure,
        cbClsExtra: class.class_extra as i32,
        cbWndExtra: class.window_extra as i32,
        hInstance: instance,
        hIcon: icon,
        hCursor: cursor,
        hbrBackground: brush,
        lpszMenuName: menu.cast(),
        lpszClassName: name.cast(),
        hIconSm: small_icon,
    })
}

/// # Safety
/// The buffer is null or valid for writes of `capacity` units.
unsafe fn name<T: Text>(window: HWND, to: *mut T, capacity: i32) -> Result<i32, Win32Error> {
    let class = find(window)?.class().clone();
    let capacity = usize::try_from(capacity).unwrap_or_default();
    if is_bad(to) || capacity == 0 {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    // SAFETY: this function's contract.
    Ok(unsafe { put_what_fits(&class.name(), to, capacity) } as i32)
}
