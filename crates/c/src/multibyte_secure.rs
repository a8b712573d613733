//! Multibyte text to wide text and back, with the sizes of the buffers.

use crate::errno::{EILSEQ, EINVAL, ERANGE, STRUNCATE, TRUNCATE, invalid, set_errno};
use crate::unit::{self, Unit};

/// Stores at most `limit` units of `text` and the terminator.
///
/// # Safety
/// `converted` is null or valid for a write, `to` has `size` units or is null.
unsafe fn store<U: Unit>(
    converted: *mut usize,
    to: *mut U,
    size: usize,
    text: &[U],
    limit: usize,
) -> i32 {
    // SAFETY: by this function's contract; what is written stands below `size`.
    unsafe {
        let tell = |count: usize| {
            if !converted.is_null() {
                *converted = count;
            }
        };
        if to.is_null() {
            tell(text.len() + 1);
            return 0;
        }
        let wanted = text.len().min(limit);
        let (kept, code) = match wanted < size {
            true => (wanted, 0),
            false if limit == TRUNCATE => (size - 1, STRUNCATE),
            false => {
                to.write(U::default());
                tell(0);
                return invalid(ERANGE);
            }
        };
        to.copy_from_nonoverlapping(text.as_ptr(), kept);
        to.add(kept).write(U::default());
        tell(kept + 1);
        code
    }
}

/// # Safety
/// As [`store`].
unsafe fn empty<U: Unit>(converted: *mut usize, to: *mut U, size: usize) {
    // SAFETY: by this function's contract.
    unsafe {
        if !converted.is_null() {
            *converted = 0;
        }
        if !to.is_null() && size > 0 {
            to.write(U::default());
        }
    }
}

/// `mbstowcs_s`: at most `limit` units and a terminator; `converted` counts it. `ERANGE` when it does not fit, with
/// `_TRUNCATE` what fits and `STRUNCATE`; `EILSEQ` for what is no UTF-8. Without a buffer the size needed.
#[unsafe(no_mangle)]
unsafe extern "C" fn mbstowcs_s(
    converted: *mut usize,
    to: *mut u16,
    size: usize,
    text: *const u8,
    limit: usize,
) -> i32 {
    // SAFETY: the caller gives places, a buffer of `size` units, and text.
    unsafe {
        empty(converted, to, size);
        if to.is_null() != (size == 0) || text.is_null() {
            return invalid(EINVAL);
        }
        match std::str::from_utf8(unit::text(text)) {
            Ok(text) => store(
                converted,
                to,
                size,
                &text.encode_utf16().collect::<Vec<_>>(),
                limit,
            ),
            Err(_) => {
                set_errno(EILSEQ);
                EILSEQ
            }
        }
    }
}

/// `wcstombs_s`: as `mbstowcs_s`, the other way. A character that does not fit whole is left out.
#[unsafe(no_mangle)]
unsafe extern "C" fn wcstombs_s(
    converted: *mut usize,
    to: *mut u8,
    size: usize,
    text: *const u16,
    limit: usize,
) -> i32 {
    // SAFETY: as in `mbstowcs_s`.
    unsafe {
        empty(converted, to, size);
        if to.is_null() != (size == 0) || text.is_null() {
            return invalid(EINVAL);
        }
        let Ok(text) = String::from_utf16(unit::text(text)) else {
            set_errno(EILSEQ);
            return EILSEQ;
        };
        let most = if limit == TRUNCATE {
            size.saturating_sub(1)
        } else {
            limit
        };
        let end = if to.is_null() {
            text.len()
        } else {
            text.floor_char_boundary(most.min(text.len()))
        };
        let code = store(converted, to, size, &text.as_bytes()[..end], limit);
        if code == 0 && limit == TRUNCATE && end < text.len() {
            STRUNCATE
        } else {
            code
        }
    }
}

/// `wctomb_s`: the bytes of one unit; `EILSEQ` for half a pair, `ERANGE` when they do not fit.
#[unsafe(no_mangle)]
unsafe extern "C" fn wctomb_s(length: *mut i32, to: *mut u8, size: usize, unit: u16) -> i32 {
    let mut bytes = 0;
    // SAFETY: the caller gives a place or null, and a buffer of `size` bytes or null.
    unsafe {
        let code = one(&mut bytes, to, size, unit);
        if !length.is_null() {
            *length = i32::try_from(bytes).unwrap_or(0);
        }
        code
    }
}

/// `wcrtomb_s`: as `wctomb_s` for units that are no half of a pair.
#[unsafe(no_mangle)]
unsafe extern "C" fn wcrtomb_s(
    length: *mut usize,
    to: *mut u8,
    size: usize,
    unit: u16,
    _state: *mut u8,
) -> i32 {
    let mut bytes = 0;
    // SAFETY: as in `wctomb_s`.
    unsafe {
        let code = one(&mut bytes, to, size, unit);
        if !length.is_null() {
            *length = bytes;
        }
        code
    }
}

/// # Safety
/// `to` has `size` bytes or is null.
unsafe fn one(length: &mut usize, to: *mut u8, size: usize, unit: u16) -> i32 {
    let Ok(text) = String::from_utf16(&[unit]) else {
        set_errno(EILSEQ);
        return EILSEQ;
    };
    if !to.is_null() {
        if text.len() > size {
            return invalid(ERANGE);
        }
        // SAFETY: just compared with the size.
        unsafe { to.copy_from_nonoverlapping(text.as_ptr(), text.len()) };
    }
    *length = text.len();
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_and_what_fits() {
        crate::errno::returning_handler();
        let (mut count, mut wide, mut narrow) = (0, [0_u16; 3], [0_u8; 6]);
        // SAFETY: places, arrays with their sizes, texts.
        unsafe {
            let text = c"서버".as_ptr().cast::<u8>();
            assert_eq!(
                (
                    mbstowcs_s(&raw mut count, wide.as_mut_ptr(), 3, text, TRUNCATE),
                    count
                ),
                (0, 3)
            );
            assert_eq!(wide, [0xc11c, 0xbc84, 0]);
            assert_eq!(
                (
                    mbstowcs_s(&raw mut count, wide.as_mut_ptr(), 2, text, 2),
                    count
                ),
                (ERANGE, 0)
            );
            assert_eq!(
                (
                    mbstowcs_s(&raw mut count, std::ptr::null_mut(), 0, text, 0),
                    count
                ),
                (0, 3)
            );
            let text = [0xc11c, 0xbc84, 0].as_ptr();
            assert_eq!(
                (
                    wcstombs_s(&raw mut count, narrow.as_mut_ptr(), 6, text, TRUNCATE),
                    count
                ),
                (STRUNCATE, 4)
            );
            assert_eq!(&narrow[..4], "서\0".as_bytes());
            assert_eq!(
                wcstombs_s(&raw mut count, narrow.as_mut_ptr(), 6, text, 6),
                ERANGE
            );
        }
    }
}
