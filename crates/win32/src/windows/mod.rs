//! Windows without a display, and the messages they get. Every call of user32 that a server needs is here; what would
//! draw, or come from a keyboard or a mouse, does not exist.

pub(crate) mod async_select;
pub(crate) mod classes;
pub(crate) mod messages;
pub(crate) mod procedures;
pub(crate) mod sending;
pub(crate) mod stock;
pub(crate) mod timers;
pub(crate) mod tree;
pub(crate) mod values;
pub(crate) mod wait;
pub(crate) mod window;

use std::sync::Arc;

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_CLASS_ALREADY_EXISTS, ERROR_CLASS_DOES_NOT_EXIST,
    ERROR_CLASS_HAS_WINDOWS, ERROR_INVALID_PARAMETER, ERROR_INVALID_THREAD_ID,
    ERROR_INVALID_WINDOW_HANDLE, ERROR_NO_MORE_USER_HANDLES, ERROR_NOT_ENOUGH_MEMORY,
    ERROR_NOT_ENOUGH_QUOTA, ERROR_TIMEOUT, HWND,
};

use larboard_kernel::message::window::{self as kernel, Window};
use larboard_kernel::message::{Refused, atom};

use crate::error::Win32Error;
use crate::guard::is_bad;
use crate::text::{Unit, narrow, wide};

impl From<Refused> for Win32Error {
    fn from(refused: Refused) -> Self {
        Self(match refused {
            Refused::NoWindow => ERROR_INVALID_WINDOW_HANDLE,
            Refused::NoQueue => ERROR_INVALID_THREAD_ID,
            Refused::Full => ERROR_NOT_ENOUGH_QUOTA,
            Refused::NotOwner => ERROR_ACCESS_DENIED,
            Refused::TimedOut => ERROR_TIMEOUT,
            Refused::NoTimer => ERROR_INVALID_PARAMETER,
            Refused::NoClass => ERROR_CLASS_DOES_NOT_EXIST,
            Refused::ClassExists => ERROR_CLASS_ALREADY_EXISTS,
            Refused::ClassInUse => ERROR_CLASS_HAS_WINDOWS,
            Refused::NoAtom => ERROR_NOT_ENOUGH_MEMORY,
            Refused::TooManyWindows => ERROR_NO_MORE_USER_HANDLES,
        })
    }
}

/// The units that a function or a window procedure takes text in.
pub(super) trait Text: Unit {
    /// 16-bit units.
    const WIDE: bool;

    /// The text behind a pointer; none for a null pointer.
    ///
    /// # Safety
    /// `text` is null or points at text that ends with 0.
    unsafe fn read(text: *const Self) -> Option<String>;
}

impl Text for u8 {
    const WIDE: bool = false;

    unsafe fn read(text: *const u8) -> Option<String> {
        // SAFETY: this function's contract.
        unsafe { narrow(text) }
    }
}

impl Text for u16 {
    const WIDE: bool = true;

    unsafe fn read(text: *const u16) -> Option<String> {
        // SAFETY: this function's contract.
        unsafe { wide(text) }
    }
}

/// `ERROR_INVALID_WINDOW_HANDLE` if there is no such window.
fn find(window: HWND) -> Result<Arc<Window>, Win32Error> {
    Ok(kernel::find(window.addr())?)
}

/// A window's handle, or null.
fn handle_of(window: Option<Arc<Window>>) -> HWND {
    window.map_or(std::ptr::null_mut(), |window| window.pointer())
}

/// The longest name of a class.
const LONGEST_NAME: usize = 256;

/// The number of a class that is given by name or by number; a name gets a number if `adds` says so.
///
/// # Safety
/// `class` is a number below 65,536 or points at text that ends with 0.
unsafe fn class_number<T: Text>(class: *const T, adds: bool) -> Result<Option<u16>, Win32Error> {
    if let Ok(number) = u16::try_from(class.addr()) {
        return Ok((number != 0).then_some(number));
    }
    // SAFETY: this function's contract.
    let name = unsafe { T::read(class) }.ok_or(ERROR_INVALID_PARAMETER)?;
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    Ok(if adds {
        Some(atom::add(&name)?)
    } else {
        atom::find(&name)
    })
}

/// Copies as much of `text` as fits to a buffer of `capacity` units, and ends it with 0. Gives the number of units
/// without the 0. A character of several bytes is not cut.
///
/// # Safety
/// `to` is null or valid for writes of `capacity` units.
unsafe fn put_what_fits<T: Text>(text: &str, to: *mut T, capacity: usize) -> usize {
    if is_bad(to) || capacity == 0 {
        return 0;
    }
    let mut end = text.len();
    let mut units = T::encode(text);
    while units.len() > capacity {
        end = text.floor_char_boundary(end - 1);
        units = T::encode(&text[..end]);
    }
    for (at, unit) in units.iter().enumerate() {
        // SAFETY: `at` is below the capacity promised by the caller.
        unsafe { to.add(at).write_unaligned(*unit) };
    }
    units.len() - 1
}
