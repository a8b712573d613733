//! Strings with the size of their buffer: `strcpy_s` and its relatives.
//!
//! What breaks the contract is an invalid parameter: the handler is called, the buffer emptied, the error returned.

use crate::errno::{EINVAL, ERANGE, STRUNCATE, TRUNCATE, invalid};
use crate::unit::{self, Unit, pair};

/// Empties the buffer and reports.
///
/// # Safety
/// `to` has a unit.
unsafe fn refuse<U: Unit>(to: *mut U, code: i32) -> i32 {
    // SAFETY: by this function's contract.
    unsafe { to.write(U::default()) };
    invalid(code)
}

/// Copies to `to + at`, where the buffer has `size` units in all.
///
/// # Safety
/// `to` has `size` units, of which `at` are used; `from` has `count` units.
unsafe fn place<U: Unit>(to: *mut U, size: usize, at: usize, from: *const U, count: usize) -> i32 {
    // SAFETY: by this function's contract; what is written stands below `size`.
    unsafe {
        if count >= size - at {
            return refuse(to, ERANGE);
        }
        to.add(at).copy_from(from, count);
        to.add(at + count).write(U::default());
    }
    0
}

/// # Safety
/// `to` has `size` units or is null, `from` is text or null.
unsafe fn copy<U: Unit>(to: *mut U, size: usize, from: *const U) -> i32 {
    if to.is_null() || size == 0 {
        return invalid(EINVAL);
    }
    // SAFETY: by this function's contract.
    unsafe {
        if from.is_null() {
            return refuse(to, EINVAL);
        }
        place(to, size, 0, from, unit::length_within(from, size))
    }
}

pair! {
    /// `strcpy_s`, `wcscpy_s`: 0, or `EINVAL` for null and size 0, `ERANGE` for what does not fit.
    strcpy_s, wcscpy_s, (to: *mut U, size: usize, from: *const U) -> i32 => copy
}

/// # Safety
/// As [`copy`]; `to` is text or has no terminator.
unsafe fn append<U: Unit>(to: *mut U, size: usize, from: *const U) -> i32 {
    // SAFETY: by this function's contract.
    unsafe { append_first(to, size, from, usize::MAX - 1) }
}

pair! {
    /// `strcat_s`, `wcscat_s`: as `strcpy_s`; `EINVAL` too when the buffer has no terminator.
    strcat_s, wcscat_s, (to: *mut U, size: usize, from: *const U) -> i32 => append
}

/// # Safety
/// As [`copy`], `from` with `count` units at least if it has no terminator.
unsafe fn copy_first<U: Unit>(to: *mut U, size: usize, from: *const U, count: usize) -> i32 {
    if to.is_null() && size == 0 && count == 0 {
        return 0;
    }
    if to.is_null() || size == 0 {
        return invalid(EINVAL);
    }
    // SAFETY: by this function's contract.
    unsafe {
        if count == 0 {
            to.write(U::default());
            return 0;
        }
        if from.is_null() {
            return refuse(to, EINVAL);
        }
        first(to, size, 0, from, count)
    }
}

/// Copies the first `count` units, or what fits with [`TRUNCATE`].
///
/// # Safety
/// As [`place`].
unsafe fn first<U: Unit>(to: *mut U, size: usize, at: usize, from: *const U, count: usize) -> i32 {
    let room = size - at;
    // SAFETY: by this function's contract.
    unsafe {
        let length = unit::length_within(from, count.min(room));
        if count == TRUNCATE && length >= room {
            place(to, size, at, from, room - 1);
            return STRUNCATE;
        }
        place(to, size, at, from, length)
    }
}

pair! {
    /// `strncpy_s`, `wcsncpy_s`: the first `count` units and a terminator; with `_TRUNCATE` what fits, and `STRUNCATE`.
    strncpy_s, wcsncpy_s, (to: *mut U, size: usize, from: *const U, count: usize) -> i32 => copy_first
}

/// # Safety
/// As [`copy_first`].
unsafe fn append_first<U: Unit>(to: *mut U, size: usize, from: *const U, count: usize) -> i32 {
    if to.is_null() && size == 0 && count == 0 {
        return 0;
    }
    if to.is_null() || size == 0 {
        return invalid(EINVAL);
    }
    // SAFETY: by this function's contract.
    unsafe {
        if from.is_null() && count != 0 {
            return refuse(to, EINVAL);
        }
        let at = unit::length_within(to, size);
        if at >= size {
            return refuse(to, EINVAL);
        }
        if count == 0 {
            return 0;
        }
        first(to, size, at, from, count)
    }
}

pair! {
    /// `strncat_s`, `wcsncat_s`: as `strcat_s` with the first `count` units; with `_TRUNCATE` what fits, and `STRUNCATE`.
    strncat_s, wcsncat_s, (to: *mut U, size: usize, from: *const U, count: usize) -> i32 => append_first
}

/// # Safety
/// `text` has `limit` units, or a terminator, or is null.
unsafe fn length<U: Unit>(text: *const U, limit: usize) -> usize {
    if text.is_null() {
        return 0;
    }
    // SAFETY: by this function's contract.
    unsafe { unit::length_within(text, limit) }
}

pair! {
    /// `strnlen_s`, `wcsnlen_s`: the length up to a limit; 0 for null.
    strnlen_s, wcsnlen_s, (text: *const U, limit: usize) -> usize => length
}

/// # Safety
/// `to` has `size` units or is null, `from` has `count` units or is null.
unsafe fn memory<U: Unit>(to: *mut U, size: usize, from: *const U, count: usize) -> i32 {
    if count == 0 {
        return 0;
    }
    if to.is_null() {
        return invalid(EINVAL);
    }
    // SAFETY: by this function's contract; `copy_from` allows overlap.
    unsafe {
        if from.is_null() || size < count {
            for at in 0..size {
                to.add(at).write(U::default());
            }
            return invalid(if from.is_null() { EINVAL } else { ERANGE });
        }
        to.copy_from(from, count);
    }
    0
}

pair! {
    /// `memcpy_s`, `wmemcpy_s`: 0, or `EINVAL` for null, `ERANGE` for what does not fit; then the buffer is all zeros.
    memcpy_s, wmemcpy_s, (to: *mut U, size: usize, from: *const U, count: usize) -> i32 => memory
}

/// # Safety
/// As [`memory`].
unsafe fn moved<U: Unit>(to: *mut U, size: usize, from: *const U, count: usize) -> i32 {
    if count == 0 {
        return 0;
    }
    if to.is_null() || from.is_null() {
        return invalid(EINVAL);
    }
    if size < count {
        return invalid(ERANGE);
    }
    // SAFETY: by this function's contract; `copy_from` allows overlap.
    unsafe { to.copy_from(from, count) };
    0
}

pair! {
    /// `memmove_s`, `wmemmove_s`: as `memcpy_s`, for areas that overlap; a buffer that is too small stays as it is.
    memmove_s, wmemmove_s, (to: *mut U, size: usize, from: *const U, count: usize) -> i32 => moved
}

/// Puts a text that some function made into a buffer.
///
/// # Safety
/// `to` has `size` units or is null.
pub(crate) unsafe fn answer<U: Unit>(to: *mut U, size: usize, text: &[U]) -> i32 {
    if to.is_null() || size == 0 {
        return invalid(EINVAL);
    }
    // SAFETY: by this function's contract.
    unsafe { place(to, size, 0, text.as_ptr(), text.len()) }
}

/// # Safety
/// `to` has `size` units or is null.
unsafe fn error_text<U: Unit>(to: *mut U, size: usize, code: i32) -> i32 {
    if to.is_null() || size == 0 {
        return invalid(EINVAL);
    }
    let text = unit::from_bytes::<U>(&crate::errno::text(code));
    // A text that is too long is cut, as there.
    let kept = text.len().min(size - 1);
    // SAFETY: by this function's contract.
    unsafe { answer(to, size, &text[..kept]) }
}

pair! {
    /// `strerror_s`, `_wcserror_s`: the text of an errno code, cut to the buffer.
    strerror_s, _wcserror_s, (to: *mut U, size: usize, code: i32) -> i32 => error_text
}

/// `_wcserror`: the text of an errno code; this thread's.
#[unsafe(no_mangle)]
extern "C" fn _wcserror(code: i32) -> *mut u16 {
    std::thread_local! {
        static TEXT: std::cell::UnsafeCell<[u16; 256]> = const { std::cell::UnsafeCell::new([0; 256]) };
    }
    let to = TEXT.with(std::cell::UnsafeCell::get).cast::<u16>();
    // SAFETY: this thread's own 256 units.
    unsafe { error_text(to, 256, code) };
    to
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errno::returning_handler;

    #[test]
    fn copies_and_what_does_not_fit() {
        returning_handler();
        let mut to = [b'#'; 4];
        // SAFETY: the array's size is passed.
        unsafe {
            assert_eq!(copy(to.as_mut_ptr(), 4, c"abc".as_ptr().cast::<u8>()), 0);
            assert_eq!(&to, b"abc\0");
            assert_eq!(
                copy(to.as_mut_ptr(), 4, c"abcd".as_ptr().cast::<u8>()),
                ERANGE
            );
            assert_eq!(to[0], 0);
            assert_eq!(copy(to.as_mut_ptr(), 0, c"a".as_ptr().cast::<u8>()), EINVAL);
            assert_eq!(copy::<u8>(to.as_mut_ptr(), 4, std::ptr::null()), EINVAL);
            assert_eq!(append(to.as_mut_ptr(), 4, c"ab".as_ptr().cast::<u8>()), 0);
            assert_eq!(append(to.as_mut_ptr(), 4, c"c".as_ptr().cast::<u8>()), 0);
            assert_eq!(&to, b"abc\0");
            assert_eq!(
                append(to.as_mut_ptr(), 4, c"d".as_ptr().cast::<u8>()),
                ERANGE
            );
            assert_eq!(to[0], 0);
        }
    }

    #[test]
    fn the_first_units_and_what_fits() {
        returning_handler();
        let mut to = [0xff_ff_u16; 4];
        let from: Vec<u16> = "서버입니다\0".encode_utf16().collect();
        // SAFETY: the array's size is passed.
        unsafe {
            assert_eq!(copy_first(to.as_mut_ptr(), 4, from.as_ptr(), 2), 0);
            assert_eq!(to[..3], [from[0], from[1], 0]);
            assert_eq!(
                copy_first(to.as_mut_ptr(), 4, from.as_ptr(), TRUNCATE),
                STRUNCATE
            );
            assert_eq!(to, [from[0], from[1], from[2], 0]);
            assert_eq!(copy_first(to.as_mut_ptr(), 4, from.as_ptr(), 4), ERANGE);
            assert_eq!(to[0], 0);
            assert_eq!(
                append_first(to.as_mut_ptr(), 4, from.as_ptr(), TRUNCATE),
                STRUNCATE
            );
            assert_eq!(length(to.as_ptr(), 4), 3);
        }
    }

    #[test]
    fn memory_with_a_size() {
        returning_handler();
        let mut to = [7_u8; 3];
        // SAFETY: the arrays' sizes are passed.
        unsafe {
            assert_eq!(memory(to.as_mut_ptr(), 3, b"ab".as_ptr(), 2), 0);
            assert_eq!(&to, b"ab\x07");
            assert_eq!(memory(to.as_mut_ptr(), 3, b"abcd".as_ptr(), 4), ERANGE);
            assert_eq!(to, [0; 3]);
            assert_eq!(moved::<u8>(to.as_mut_ptr(), 3, std::ptr::null(), 4), EINVAL);
        }
    }
}
