//! The string functions of the system: `lstrlen` and its family (TXT).
//!
//! They survive what is no pointer: the answer is then null, or a length of 0.

use std::cmp::Ordering;
use std::ptr::null_mut;

use windows_sys::core::{PCSTR, PCWSTR, PSTR, PWSTR};

use super::compare;
use crate::guard::{infallible, is_bad};
use crate::text::{narrow, wide};

/// The length of a string in bytes, the terminator not counted; 0 for what is no pointer.
///
/// # Safety
/// The string is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrlenA(lpstring: PCSTR) -> i32 {
    // SAFETY: this function's contract.
    infallible(0, || unsafe { length(lpstring) } as i32)
}

/// Copies a string with its terminator; null if one of the two is no pointer.
///
/// # Safety
/// The string is null or ends with 0; the buffer is null or has room for it.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrcpyA(lpstring1: PSTR, lpstring2: PCSTR) -> PSTR {
    // SAFETY: this function's contract.
    infallible(null_mut(), || unsafe {
        copy(lpstring1, lpstring2, usize::MAX)
    })
}

/// Copies as much of a string as fits into a buffer of `imaxlength` bytes, terminator included.
///
/// # Safety
/// The string is null or ends with 0; the buffer is null or has the length given.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrcpynA(
    lpstring1: PSTR,
    lpstring2: PCSTR,
    imaxlength: i32,
) -> PSTR {
    // SAFETY: this function's contract.
    infallible(null_mut(), || unsafe {
        copy_within(lpstring1, lpstring2, imaxlength)
    })
}

/// Appends a string to another; null if one of the two is no pointer.
///
/// # Safety
/// Both are null or end with 0, and the first has room for both.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrcatA(lpstring1: PSTR, lpstring2: PCSTR) -> PSTR {
    // SAFETY: this function's contract.
    infallible(null_mut(), || unsafe { append(lpstring1, lpstring2) })
}

/// Compares as a dictionary does: -1, 0 or 1. Small letters come before the same capital ones; null is less than any
/// string.
///
/// # Safety
/// Both are null or end with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrcmpA(lpstring1: PCSTR, lpstring2: PCSTR) -> i32 {
    // SAFETY: this function's contract.
    infallible(0, || unsafe {
        compared(narrow(lpstring1), narrow(lpstring2), false)
    })
}

/// As [`lstrcmpA`], without regard to case.
///
/// # Safety
/// Both are null or end with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrcmpiA(lpstring1: PCSTR, lpstring2: PCSTR) -> i32 {
    // SAFETY: this function's contract.
    infallible(0, || unsafe {
        compared(narrow(lpstring1), narrow(lpstring2), true)
    })
}

/// The length of a string in 16-bit units, the terminator not counted; 0 for what is no pointer.
///
/// # Safety
/// The string is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrlenW(lpstring: PCWSTR) -> i32 {
    // SAFETY: this function's contract.
    infallible(0, || unsafe { length(lpstring) } as i32)
}

/// Copies a string with its terminator; null if one of the two is no pointer.
///
/// # Safety
/// The string is null or ends with 0; the buffer is null or has room for it.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrcpyW(lpstring1: PWSTR, lpstring2: PCWSTR) -> PWSTR {
    // SAFETY: this function's contract.
    infallible(null_mut(), || unsafe {
        copy(lpstring1, lpstring2, usize::MAX)
    })
}

/// Copies as much of a string as fits into a buffer of `imaxlength` 16-bit units, terminator included.
///
/// # Safety
/// The string is null or ends with 0; the buffer is null or has the length given.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrcpynW(
    lpstring1: PWSTR,
    lpstring2: PCWSTR,
    imaxlength: i32,
) -> PWSTR {
    // SAFETY: this function's contract.
    infallible(null_mut(), || unsafe {
        copy_within(lpstring1, lpstring2, imaxlength)
    })
}

/// Appends a string to another; null if one of the two is no pointer.
///
/// # Safety
/// Both are null or end with 0, and the first has room for both.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrcatW(lpstring1: PWSTR, lpstring2: PCWSTR) -> PWSTR {
    // SAFETY: this function's contract.
    infallible(null_mut(), || unsafe { append(lpstring1, lpstring2) })
}

/// Compares as a dictionary does: -1, 0 or 1. Small letters come before the same capital ones; null is less than any
/// string.
///
/// # Safety
/// Both are null or end with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrcmpW(lpstring1: PCWSTR, lpstring2: PCWSTR) -> i32 {
    // SAFETY: this function's contract.
    infallible(0, || unsafe {
        compared(wide(lpstring1), wide(lpstring2), false)
    })
}

/// As [`lstrcmpW`], without regard to case.
///
/// # Safety
/// Both are null or end with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn lstrcmpiW(lpstring1: PCWSTR, lpstring2: PCWSTR) -> i32 {
    // SAFETY: this function's contract.
    infallible(0, || unsafe {
        compared(wide(lpstring1), wide(lpstring2), true)
    })
}

fn compared(one: Option<String>, other: Option<String>, ignores_case: bool) -> i32 {
    let order = match (one, other) {
        (Some(one), Some(other)) => compare::as_words(&one, &other, ignores_case),
        (one, other) => one.is_some().cmp(&other.is_some()),
    };
    match order {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }
}

/// # Safety
/// The string is null or ends with 0.
unsafe fn length<U: Copy + PartialEq + Default>(text: *const U) -> usize {
    if is_bad(text) {
        return 0;
    }
    // SAFETY: no unit behind the terminator is read.
    let is_end = |at: &usize| unsafe { text.add(*at).read_unaligned() } == U::default();
    (0..).find(is_end).unwrap_or_default()
}

/// Copies at most `capacity` units, a terminator among them.
///
/// # Safety
/// As for `lstrcpyn`.
unsafe fn copy<U: Copy + PartialEq + Default>(
    to: *mut U,
    from: *const U,
    capacity: usize,
) -> *mut U {
    if is_bad(to) || is_bad(from) {
        return null_mut();
    }
    // SAFETY: the string ends with 0; the buffer has room by this function's contract. They may overlap.
    unsafe {
        let length = length(from).min(capacity - 1);
        std::ptr::copy(from.cast::<u8>(), to.cast::<u8>(), length * size_of::<U>());
        to.add(length).write_unaligned(U::default());
    }
    to
}

/// # Safety
/// As for `lstrcpyn`.
unsafe fn copy_within<U: Copy + PartialEq + Default>(
    to: *mut U,
    from: *const U,
    capacity: i32,
) -> *mut U {
    match usize::try_from(capacity) {
        Err(_) => null_mut(),
        Ok(0) => to,
        // SAFETY: this function's contract.
        Ok(capacity) => unsafe { copy(to, from, capacity) },
    }
}

/// # Safety
/// As for `lstrcat`.
unsafe fn append<U: Copy + PartialEq + Default>(to: *mut U, from: *const U) -> *mut U {
    if is_bad(to) || is_bad(from) {
        return null_mut();
    }
    // SAFETY: the end of the first string lies in its buffer, which has room by this function's contract.
    unsafe { copy(to.add(length(to)), from, usize::MAX) };
    to
}
