//! Strings in Microsoft's ways: copies, without regard to case, changed in place.

use std::cmp::Ordering;
use std::ptr;

use crate::errno::{EINVAL, ENOMEM, ERANGE, invalid, set_errno};
use crate::unit::{self, Unit, pair};

/// What comparisons answer for a null pointer: `_NLSCMPERROR`.
const NOT_COMPARED: i32 = i32::MAX;

/// Memory of `malloc` with the text in it, for the program to free; null with `ENOMEM`.
pub(crate) fn allocated<U: Unit>(text: &[U]) -> *mut U {
    // SAFETY: room for the text and its terminator is asked for, and both are written only if it was given.
    unsafe {
        let memory = libc::malloc((text.len() + 1) * size_of::<U>()).cast::<U>();
        if memory.is_null() {
            set_errno(ENOMEM);
            return memory;
        }
        memory.copy_from_nonoverlapping(text.as_ptr(), text.len());
        memory.add(text.len()).write(U::default());
        memory
    }
}

/// # Safety
/// `text` is null or text.
unsafe fn duplicate<U: Unit>(text: *const U) -> *mut U {
    if text.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: text by this function's contract.
    allocated(unsafe { unit::text(text) })
}

pair! {
    /// `_strdup`, `_wcsdup`: a copy for `free`; null for null, and null with `ENOMEM`.
    _strdup, _wcsdup, (text: *const U) -> *mut U => duplicate
}

/// # Safety
/// Both are null or text, or have `limit` units.
unsafe fn compare<U: Unit>(first: *const U, second: *const U, limit: usize) -> i32 {
    if first.is_null() || second.is_null() {
        invalid(EINVAL);
        return NOT_COMPARED;
    }
    for at in 0..limit {
        // SAFETY: all units before were the same letters and not the terminator, so both have this one.
        let (a, b) = unsafe { (first.add(at).read().lower(), second.add(at).read().lower()) };
        match a.cmp(&b) {
            Ordering::Equal if a == U::default() => break,
            Ordering::Equal => {}
            _ => return a.code().cast_signed() - b.code().cast_signed(),
        }
    }
    0
}

/// # Safety
/// As [`compare`].
unsafe fn compare_all<U: Unit>(first: *const U, second: *const U) -> i32 {
    // SAFETY: by this function's contract.
    unsafe { compare(first, second, usize::MAX) }
}

pair! {
    /// `_stricmp`, `_wcsicmp`: less than, equal to or greater than 0, without regard to case. A null pointer is an invalid
    /// parameter.
    _stricmp, _wcsicmp, (first: *const U, second: *const U) -> i32 => compare_all
}

pair! {
    /// `_strnicmp`, `_wcsnicmp`: as `_stricmp`, of at most `limit` units.
    _strnicmp, _wcsnicmp, (first: *const U, second: *const U, limit: usize) -> i32 => compare
}

/// # Safety
/// Both have `count` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn _memicmp(first: *const u8, second: *const u8, count: usize) -> i32 {
    if count > 0 && (first.is_null() || second.is_null()) {
        invalid(EINVAL);
        return NOT_COMPARED;
    }
    for at in 0..count {
        // SAFETY: `at` is below `count`.
        let (a, b) = unsafe { (first.add(at).read().lower(), second.add(at).read().lower()) };
        if a != b {
            return i32::from(a) - i32::from(b);
        }
    }
    0
}

/// The text's units, to be changed.
///
/// # Safety
/// `text` is text that may be written.
unsafe fn units<'a, U: Unit>(text: *mut U) -> &'a mut [U] {
    // SAFETY: by this function's contract.
    unsafe { std::slice::from_raw_parts_mut(text, unit::length(text)) }
}

/// # Safety
/// `text` is null or text that may be written.
unsafe fn change<U: Unit>(text: *mut U, body: impl FnOnce(&mut [U])) -> *mut U {
    if text.is_null() {
        invalid(EINVAL);
    } else {
        // SAFETY: by this function's contract.
        body(unsafe { units(text) });
    }
    text
}

/// # Safety
/// As [`change`].
unsafe fn lower<U: Unit>(text: *mut U) -> *mut U {
    // SAFETY: by this function's contract.
    unsafe {
        change(text, |units| {
            units.iter_mut().for_each(|unit| *unit = unit.lower())
        })
    }
}

/// # Safety
/// As [`change`].
unsafe fn upper<U: Unit>(text: *mut U) -> *mut U {
    // SAFETY: by this function's contract.
    unsafe {
        change(text, |units| {
            units.iter_mut().for_each(|unit| *unit = unit.upper())
        })
    }
}

/// # Safety
/// As [`change`].
unsafe fn reverse<U: Unit>(text: *mut U) -> *mut U {
    // SAFETY: by this function's contract.
    unsafe { change(text, <[U]>::reverse) }
}

/// # Safety
/// As [`change`].
unsafe fn set<U: Unit>(text: *mut U, value: i32) -> *mut U {
    // SAFETY: by this function's contract.
    unsafe { change(text, |units| units.fill(from_int(value))) }
}

/// # Safety
/// As [`change`].
unsafe fn set_first<U: Unit>(text: *mut U, value: i32, count: usize) -> *mut U {
    // SAFETY: by this function's contract.
    unsafe {
        change(text, |units| {
            let count = count.min(units.len());
            units[..count].fill(from_int(value));
        })
    }
}

/// A character as C passes it.
fn from_int<U: Unit>(value: i32) -> U {
    // SAFETY: an int is larger than a unit, every value of whose bytes is one; both processors put the low bytes first.
    unsafe { (&raw const value).cast::<U>().read_unaligned() }
}

pair! {
    /// `_strlwr`, `_wcslwr`: small letters, in place.
    _strlwr, _wcslwr, (text: *mut U) -> *mut U => lower
}
pair! {
    /// `_strupr`, `_wcsupr`: capital letters, in place.
    _strupr, _wcsupr, (text: *mut U) -> *mut U => upper
}
pair! {
    /// `_strrev`, `_wcsrev`: the other way round, in place.
    _strrev, _wcsrev, (text: *mut U) -> *mut U => reverse
}
pair! {
    /// `_strset`, `_wcsset`: every unit becomes the same.
    _strset, _wcsset, (text: *mut U, value: i32) -> *mut U => set
}
pair! {
    /// `_strnset`, `_wcsnset`: the first units become the same.
    _strnset, _wcsnset, (text: *mut U, value: i32, count: usize) -> *mut U => set_first
}

/// Changes a text of at most `size` units with its terminator.
///
/// # Safety
/// `text` is null or has `size` units.
unsafe fn change_within<U: Unit>(text: *mut U, size: usize, body: impl FnOnce(&mut [U])) -> i32 {
    if text.is_null() {
        return invalid(EINVAL);
    }
    // SAFETY: by this function's contract; the first unit is written only if there is one.
    unsafe {
        let length = unit::length_within(text, size);
        if length >= size {
            if size > 0 {
                text.write(U::default());
            }
            return invalid(if size == 0 { EINVAL } else { ERANGE });
        }
        body(std::slice::from_raw_parts_mut(text, length));
    }
    0
}

/// # Safety
/// As [`change_within`].
unsafe fn lower_within<U: Unit>(text: *mut U, size: usize) -> i32 {
    // SAFETY: by this function's contract.
    unsafe {
        change_within(text, size, |units| {
            units.iter_mut().for_each(|unit| *unit = unit.lower())
        })
    }
}

/// # Safety
/// As [`change_within`].
unsafe fn upper_within<U: Unit>(text: *mut U, size: usize) -> i32 {
    // SAFETY: by this function's contract.
    unsafe {
        change_within(text, size, |units| {
            units.iter_mut().for_each(|unit| *unit = unit.upper())
        })
    }
}

/// # Safety
/// As [`change_within`].
unsafe fn set_within<U: Unit>(text: *mut U, size: usize, value: i32) -> i32 {
    // SAFETY: by this function's contract.
    unsafe { change_within(text, size, |units| units.fill(from_int(value))) }
}

/// # Safety
/// As [`change_within`].
unsafe fn set_first_within<U: Unit>(text: *mut U, size: usize, value: i32, count: usize) -> i32 {
    // SAFETY: by this function's contract.
    unsafe {
        change_within(text, size, |units| {
            let count = count.min(units.len());
            units[..count].fill(from_int(value));
        })
    }
}

pair! {
    /// `_strlwr_s`, `_wcslwr_s`: as `_strlwr` with the buffer's size; a text without terminator is an invalid parameter.
    _strlwr_s, _wcslwr_s, (text: *mut U, size: usize) -> i32 => lower_within
}
pair! {
    /// `_strupr_s`, `_wcsupr_s`: as `_strlwr_s`.
    _strupr_s, _wcsupr_s, (text: *mut U, size: usize) -> i32 => upper_within
}
pair! {
    /// `_strset_s`, `_wcsset_s`: as `_strlwr_s`.
    _strset_s, _wcsset_s, (text: *mut U, size: usize, value: i32) -> i32 => set_within
}
pair! {
    /// `_strnset_s`, `_wcsnset_s`: as `_strlwr_s`.
    _strnset_s, _wcsnset_s, (text: *mut U, size: usize, value: i32, count: usize) -> i32 => set_first_within
}

/// # Safety
/// `text` is text.
unsafe fn next<U: Unit>(text: *const U) -> *mut U {
    // SAFETY: by this function's contract; the terminator is not passed.
    unsafe { text.add(usize::from(*text != U::default())).cast_mut() }
}

pair! {
    /// `_strinc`, `_wcsinc`: the next unit.
    _strinc, _wcsinc, (text: *const U) -> *mut U => next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_regard_to_case() {
        // SAFETY: texts.
        unsafe {
            assert_eq!(
                compare_all(c"HeLLo".as_ptr().cast::<u8>(), c"hEllO".as_ptr().cast()),
                0
            );
            assert!(compare_all(c"a".as_ptr().cast::<u8>(), c"B".as_ptr().cast()) < 0);
            assert_eq!(
                compare(c"abX".as_ptr().cast::<u8>(), c"ABy".as_ptr().cast(), 2),
                0
            );
        }
    }

    #[test]
    fn in_place() {
        let mut text = *b"aBc\0";
        // SAFETY: text in an array of ours.
        unsafe {
            upper(text.as_mut_ptr());
            reverse(text.as_mut_ptr());
            set_first(text.as_mut_ptr(), b'x'.into(), 1);
        }
        assert_eq!(&text, b"xBA\0");
        // SAFETY: as above.
        let code = unsafe { lower_within(text.as_mut_ptr(), 4) };
        assert_eq!((code, &text), (0, b"xba\0"));
    }
}
