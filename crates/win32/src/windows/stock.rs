//! The icons, cursors and drawing objects that are always there. Nothing draws here, so they are only names: programs put
//! them into their window classes.

use std::ffi::c_void;

use windows_sys::Win32::Foundation::{
    ERROR_RESOURCE_DATA_NOT_FOUND, ERROR_RESOURCE_NAME_NOT_FOUND, HINSTANCE,
};
use windows_sys::Win32::Graphics::Gdi::{DC_PEN, GET_STOCK_OBJECT_FLAGS, HGDIOBJ};
use windows_sys::Win32::UI::WindowsAndMessaging::{HCURSOR, HICON};
use windows_sys::core::{PCSTR, PCWSTR};

use crate::error::Win32Error;
use crate::guard::win32;

/// The numbers of the predefined icons, from IDI_APPLICATION to IDI_SHIELD.
const ICONS: &[std::ops::RangeInclusive<usize>] = &[32512..=32518];
/// Those of the cursors: IDC_ARROW to IDC_UPARROW, IDC_SIZE to IDC_SIZEALL, IDC_NO to IDC_HELP, IDC_PIN and IDC_PERSON.
const CURSORS: &[std::ops::RangeInclusive<usize>] =
    &[32512..=32516, 32640..=32646, 32648..=32651, 32671..=32672];

/// A predefined icon (`IDI_APPLICATION` …); programs have no resources of their own here.
///
/// Errors: null with `ERROR_RESOURCE_NAME_NOT_FOUND` if no icon has this number, `ERROR_RESOURCE_DATA_NOT_FOUND` for the icon
/// of a module.
///
/// # Safety
/// Sound to call at any time, since only a null module has icons, by number; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LoadIconW(hinstance: HINSTANCE, lpiconname: PCWSTR) -> HICON {
    win32(std::ptr::null_mut(), || {
        predefined(hinstance, lpiconname.addr(), ICONS, 0x1_0001)
    })
}

/// As [`LoadIconW`].
///
/// # Safety
/// As for [`LoadIconW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LoadIconA(hinstance: HINSTANCE, lpiconname: PCSTR) -> HICON {
    win32(std::ptr::null_mut(), || {
        predefined(hinstance, lpiconname.addr(), ICONS, 0x1_0001)
    })
}

/// A predefined cursor (`IDC_ARROW` …), as [`LoadIconW`] gives icons.
///
/// Errors: as of [`LoadIconW`].
///
/// # Safety
/// As for [`LoadIconW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LoadCursorW(hinstance: HINSTANCE, lpcursorname: PCWSTR) -> HCURSOR {
    win32(std::ptr::null_mut(), || {
        predefined(hinstance, lpcursorname.addr(), CURSORS, 0x2_0001)
    })
}

/// As [`LoadCursorW`].
///
/// # Safety
/// As for [`LoadIconW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LoadCursorA(hinstance: HINSTANCE, lpcursorname: PCSTR) -> HCURSOR {
    win32(std::ptr::null_mut(), || {
        predefined(hinstance, lpcursorname.addr(), CURSORS, 0x2_0001)
    })
}

/// A brush, pen, font or palette that is always there (`WHITE_BRUSH` …). It need not be deleted.
///
/// Errors: null for a number without object; the last error stays as it was.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetStockObject(i: GET_STOCK_OBJECT_FLAGS) -> HGDIOBJ {
    // 9 is a number without object, on Windows too.
    match (0..=DC_PEN).contains(&i) && i != 9 {
        true => handle(0x190_0010 + i as usize),
        false => std::ptr::null_mut(),
    }
}

fn predefined(
    module: HINSTANCE,
    name: usize,
    names: &[std::ops::RangeInclusive<usize>],
    first: usize,
) -> Result<*mut c_void, Win32Error> {
    if !module.is_null() {
        return Err(ERROR_RESOURCE_DATA_NOT_FOUND.into());
    }
    match names.iter().any(|names| names.contains(&name)) {
        // The same one every time, as of shared resources.
        true => Ok(handle(first + 2 * (name - 32512))),
        false => Err(ERROR_RESOURCE_NAME_NOT_FOUND.into()),
    }
}

fn handle(value: usize) -> *mut c_void {
    std::ptr::without_provenance_mut(value)
}
