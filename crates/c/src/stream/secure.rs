//! Streams: what Microsoft has with a size, and some small things.

use std::ffi::{c_int, c_void};

use libc::FILE;

use super::{Locked, none, standard_input};
use crate::errno::{EINVAL, ERANGE, invalid};
use crate::unit::Unit;

/// Reads a line of standard input without its end.
///
/// # Safety
/// `buffer` has `size` units, or as many as the line needs.
unsafe fn line<U: Unit>(
    buffer: *mut U,
    size: usize,
    next: impl Fn(&Locked) -> Option<U>,
) -> *mut U {
    if buffer.is_null() || size == 0 {
        invalid(EINVAL);
        return none();
    }
    // SAFETY: standard input is open.
    let stream = unsafe { Locked::new(standard_input()) };
    let mut length = 0;
    let mut any = false;
    while let Some(unit) = next(&stream) {
        any = true;
        if unit.code() == 10 {
            break;
        }
        if length + 1 == size {
            // The rest of the line is read, as there, and nothing of it is given.
            while next(&stream).is_some_and(|unit| unit.code() != 10) {}
            drop(stream);
            // SAFETY: `size` is not 0.
            unsafe { *buffer = U::default() };
            invalid(ERANGE);
            return none();
        }
        // SAFETY: `length` is below `size - 1`.
        unsafe { buffer.add(length).write(unit) };
        length += 1;
    }
    // SAFETY: `length` is below `size`.
    unsafe { buffer.add(length).write(U::default()) };
    if any { buffer } else { none() }
}

/// `gets`: a line of standard input without its end, however long; null at the end of the file.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_gets(buffer: *mut u8) -> *mut u8 {
    // SAFETY: the caller has room for the line, as the function demands.
    unsafe { line(buffer, usize::MAX, Locked::byte) }
}

/// `gets_s`: a line of standard input without its end; null at the end of the file. A line that does not fit is an invalid
/// parameter (`ERANGE`), and empties the buffer.
#[unsafe(no_mangle)]
unsafe extern "C" fn gets_s(buffer: *mut u8, size: usize) -> *mut u8 {
    // SAFETY: the caller's buffer has `size` units.
    unsafe { line(buffer, size, Locked::byte) }
}

/// `_getws_s`: as `gets_s`.
#[unsafe(no_mangle)]
unsafe extern "C" fn _getws_s(buffer: *mut u16, size: usize) -> *mut u16 {
    // SAFETY: the caller's buffer has `size` units.
    unsafe { line(buffer, size, Locked::wide) }
}

/// `fread_s`: as `fread` into a buffer of `room` bytes. What does not fit is an invalid parameter (`ERANGE`).
#[unsafe(no_mangle)]
unsafe extern "C" fn fread_s(
    buffer: *mut c_void,
    room: usize,
    size: usize,
    count: usize,
    file: *mut FILE,
) -> usize {
    if size == 0 || count == 0 {
        return 0;
    }
    if buffer.is_null() || file.is_null() {
        invalid(EINVAL);
        return 0;
    }
    if size.checked_mul(count).is_none_or(|bytes| bytes > room) {
        // SAFETY: the caller's buffer has `room` bytes.
        unsafe { buffer.cast::<u8>().write_bytes(0, room) };
        invalid(ERANGE);
        return 0;
    }
    // SAFETY: the product is at most `room`.
    unsafe { libc::fread(buffer, size, count, file) }
}

/// `clearerr_s`: as `clearerr`; `EINVAL` for null.
#[unsafe(no_mangle)]
unsafe extern "C" fn clearerr_s(file: *mut FILE) -> c_int {
    if file.is_null() {
        return invalid(EINVAL);
    }
    // SAFETY: the caller gives an open stream.
    unsafe { libc::clearerr(file) };
    0
}
