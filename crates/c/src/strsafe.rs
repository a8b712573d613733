//! The functions of strsafe.h: always terminated, and an HRESULT.

use crate::format::arguments::{Passed, VaList};
use crate::format::sink::Buffer;
use crate::unit::{self, Unit, pair};

const S_OK: i32 = 0;
/// `STRSAFE_E_INVALID_PARAMETER`.
const INVALID_PARAMETER: i32 = 0x8007_0057_u32.cast_signed();
/// `STRSAFE_E_INSUFFICIENT_BUFFER`: what fits is there.
const INSUFFICIENT_BUFFER: i32 = 0x8007_007a_u32.cast_signed();
/// `STRSAFE_E_END_OF_FILE`.
const END_OF_FILE: i32 = 0x8007_0026_u32.cast_signed();
/// `STRSAFE_MAX_CCH`.
const MOST: usize = 0x7fff_ffff;

/// Copies to `to + at` what fits of `text`.
///
/// # Safety
/// `to` has `size` units, `at` is below `size`.
unsafe fn place<U: Unit>(to: *mut U, size: usize, at: usize, text: *const U, count: usize) -> i32 {
    let kept = count.min(size - at - 1);
    // SAFETY: by this function's contract; the source has `count` units.
    unsafe {
        to.add(at).copy_from(text, kept);
        to.add(at + kept).write(U::default());
    }
    if kept < count {
        INSUFFICIENT_BUFFER
    } else {
        S_OK
    }
}

/// # Safety
/// `to` has `size` units, `from` is text or has `count` units.
unsafe fn copy_first<U: Unit>(to: *mut U, size: usize, from: *const U, count: usize) -> i32 {
    if to.is_null() || size == 0 || size > MOST {
        return INVALID_PARAMETER;
    }
    // SAFETY: by this function's contract; not more is read than may be placed, and one unit.
    unsafe {
        if count > MOST {
            to.write(U::default());
            return INVALID_PARAMETER;
        }
        let length = if from.is_null() {
            0
        } else {
            unit::length_within(from, count.min(size))
        };
        if length == 0 {
            to.write(U::default());
            return S_OK;
        }
        place(to, size, 0, from, length)
    }
}

/// # Safety
/// As [`copy_first`].
unsafe fn copy<U: Unit>(to: *mut U, size: usize, from: *const U) -> i32 {
    // SAFETY: by this function's contract.
    unsafe { copy_first(to, size, from, MOST) }
}

/// # Safety
/// As [`copy_first`]; `to` is text.
unsafe fn append_first<U: Unit>(to: *mut U, size: usize, from: *const U, count: usize) -> i32 {
    if to.is_null() || size == 0 || size > MOST || count > MOST {
        return INVALID_PARAMETER;
    }
    // SAFETY: by this function's contract.
    unsafe {
        let at = unit::length_within(to, size);
        if at >= size {
            return INVALID_PARAMETER;
        }
        if from.is_null() {
            return S_OK;
        }
        let length = unit::length_within(from, count.min(size));
        place(to, size, at, from, length)
    }
}

/// # Safety
/// As [`append_first`].
unsafe fn append<U: Unit>(to: *mut U, size: usize, from: *const U) -> i32 {
    // SAFETY: by this function's contract.
    unsafe { append_first(to, size, from, MOST) }
}

/// # Safety
/// `to` has `size` units, `format` is text, `list` has its arguments.
unsafe fn print<U: Unit>(to: *mut U, size: usize, format: *const U, list: *mut VaList) -> i32 {
    if to.is_null() || size == 0 || size > MOST {
        return INVALID_PARAMETER;
    }
    // SAFETY: by this function's contract; the terminator stands below `size`.
    unsafe {
        to.write(U::default());
        if format.is_null() {
            return INVALID_PARAMETER;
        }
        let mut sink = Buffer::new(to, size - 1);
        let written = crate::format::write(unit::text(format), &mut Passed::new(list), &mut sink);
        let total = sink.total();
        to.add(if written.is_ok() {
            total.min(size - 1)
        } else {
            0
        })
        .write(U::default());
        match written {
            Err(_) => INVALID_PARAMETER,
            Ok(()) if total >= size => INSUFFICIENT_BUFFER,
            Ok(()) => S_OK,
        }
    }
}

/// # Safety
/// `text` is null or has `most` units or a terminator; `to` is null or valid for a write.
unsafe fn length<U: Unit>(text: *const U, most: usize, to: *mut usize) -> i32 {
    // SAFETY: by this function's contract.
    unsafe {
        let found = if text.is_null() || most == 0 || most > MOST {
            most
        } else {
            unit::length_within(text, most)
        };
        let fits = !text.is_null() && most <= MOST && found < most;
        if !to.is_null() {
            *to = if fits { found } else { 0 };
        }
        if fits { S_OK } else { INVALID_PARAMETER }
    }
}

/// # Safety
/// `to` has `size` units.
unsafe fn line<U: Unit>(to: *mut U, size: usize) -> i32 {
    if to.is_null() || size == 0 || size > MOST {
        return INVALID_PARAMETER;
    }
    // SAFETY: standard input is open.
    let stream = unsafe { crate::stream::Locked::for_reading(crate::stream::standard_input()) };
    let mut units: Vec<U> = Vec::new();
    let mut any = false;
    let mut ended = false;
    // What does not fit stays for the next call.
    while units.len() < size - 1 && !ended {
        let Some(byte) = stream.byte() else { break };
        any = true;
        ended = byte == b'\n';
        if !ended {
            let mut character = vec![byte];
            while U::WIDE
                && std::str::from_utf8(&character).is_err_and(|error| error.error_len().is_none())
            {
                let Some(next) = stream.byte() else { break };
                character.push(next);
            }
            U::extend_narrow(&mut units, &character);
        }
    }
    units.truncate(size - 1);
    // SAFETY: the units and a terminator fit, by this function's contract.
    unsafe { place(to, size, 0, units.as_ptr(), units.len()) };
    match (any, ended) {
        (false, _) => END_OF_FILE,
        (_, true) => S_OK,
        _ if units.len() == size - 1 => INSUFFICIENT_BUFFER,
        _ => S_OK,
    }
}

pair! {
    /// `StringCchCopyA/W`: 0; `STRSAFE_E_INSUFFICIENT_BUFFER` with what fits; `STRSAFE_E_INVALID_PARAMETER` for size 0 and
    /// sizes beyond `STRSAFE_MAX_CCH`.
    StringCchCopyA, StringCchCopyW, (to: *mut U, size: usize, from: *const U) -> i32 => copy
}
pair! {
    /// `StringCchCopyNA/W`: as `StringCchCopy` of the first `count` units.
    StringCchCopyNA, StringCchCopyNW, (to: *mut U, size: usize, from: *const U, count: usize) -> i32 => copy_first
}
pair! {
    /// `StringCchCatA/W`: as `StringCchCopy`, behind the text that is there.
    StringCchCatA, StringCchCatW, (to: *mut U, size: usize, from: *const U) -> i32 => append
}
pair! {
    /// `StringCchCatNA/W`: as `StringCchCat` of the first `count` units.
    StringCchCatNA, StringCchCatNW, (to: *mut U, size: usize, from: *const U, count: usize) -> i32 => append_first
}
pair! {
    /// `StringCchVPrintfA/W`: as `StringCchCopy`, of a format; `STRSAFE_E_INVALID_PARAMETER` also for a format that is refused.
    StringCchVPrintfA, StringCchVPrintfW, (to: *mut U, size: usize, format: *const U, list: *mut VaList) -> i32 => print
}
pair! {
    /// `StringCchLengthA/W`: the length of a text with a terminator within `most` units; otherwise
    /// `STRSAFE_E_INVALID_PARAMETER`.
    StringCchLengthA, StringCchLengthW, (text: *const U, most: usize, to: *mut usize) -> i32 => length
}
pair! {
    /// `StringCchGetsA/W`: a line of standard input without its end; `STRSAFE_E_END_OF_FILE` when there is none.
    StringCchGetsA, StringCchGetsW, (to: *mut U, size: usize) -> i32 => line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_there() {
        let mut to = [b'#'; 4];
        // SAFETY: the array's size is passed.
        unsafe {
            assert_eq!(
                copy(to.as_mut_ptr(), 4, c"abcd".as_ptr().cast()),
                INSUFFICIENT_BUFFER
            );
            assert_eq!(&to, b"abc\0");
            assert_eq!(copy(to.as_mut_ptr(), 4, c"ab".as_ptr().cast()), S_OK);
            assert_eq!(
                append(to.as_mut_ptr(), 4, c"cd".as_ptr().cast()),
                INSUFFICIENT_BUFFER
            );
            assert_eq!(&to, b"abc\0");
            assert_eq!(
                copy(to.as_mut_ptr(), 0, c"a".as_ptr().cast()),
                INVALID_PARAMETER
            );
            let mut count = 9;
            assert_eq!((length(to.as_ptr(), 4, &raw mut count), count), (S_OK, 3));
            assert_eq!(
                (length(to.as_ptr(), 3, &raw mut count), count),
                (INVALID_PARAMETER, 0)
            );
        }
    }
}
