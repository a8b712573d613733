//! Numbers in wide text.

use std::ffi::c_char;

use crate::errno::{EINVAL, ERANGE, invalid, set_errno};
use crate::unit::{self, Unit};

/// What an integer in text is.
pub(crate) struct Parsed {
    pub(crate) negative: bool,
    /// Saturated at `u64::MAX`.
    pub(crate) magnitude: u64,
    pub(crate) overflow: bool,
    /// Units up to the end of the number; 0 if there is none.
    pub(crate) used: usize,
}

/// Reads an integer: blanks, sign, prefix, digits, by C's rules. Base 0 asks the prefix.
pub(crate) fn integer<U: Unit>(text: &[U], mut base: u32) -> Parsed {
    let at = |index: usize| text.get(index).map_or(0, |unit| unit.byte());
    let mut index = text
        .iter()
        .take_while(|unit| matches!(unit.byte(), b' ' | 9..=13))
        .count();
    let negative = at(index) == b'-';
    index += usize::from(matches!(at(index), b'-' | b'+'));
    let hexadecimal = at(index) == b'0'
        && matches!(at(index + 1), b'x' | b'X')
        && at(index + 2).is_ascii_hexdigit();
    if matches!(base, 0 | 16) && hexadecimal {
        (index, base) = (index + 2, 16);
    } else if base == 0 {
        base = if at(index) == b'0' { 8 } else { 10 };
    }
    let mut parsed = Parsed {
        negative,
        magnitude: 0,
        overflow: false,
        used: 0,
    };
    while let Some(digit) = char::from(at(index))
        .to_digit(36)
        .filter(|digit| *digit < base)
    {
        let next = parsed
            .magnitude
            .checked_mul(base.into())
            .and_then(|value| value.checked_add(digit.into()));
        parsed.overflow |= next.is_none();
        parsed.magnitude = next.unwrap_or(u64::MAX);
        index += 1;
        parsed.used = index;
    }
    parsed
}

impl Parsed {
    /// As a signed number between limits; beyond them the limit, and errno is `ERANGE`.
    pub(crate) fn signed(&self, least: i64, most: i64) -> i64 {
        let magnitude = i128::from(self.magnitude);
        let value = if self.negative { -magnitude } else { magnitude };
        let within = value.clamp(least.into(), most.into());
        if self.overflow || within != value {
            set_errno(ERANGE);
        }
        let limit = if self.negative { least } else { most };
        if self.overflow {
            limit
        } else {
            i64::try_from(within).unwrap_or(limit)
        }
    }

    /// As an unsigned number up to a limit, a minus sign negating it within the type; errno is `ERANGE` beyond it.
    pub(crate) fn unsigned(&self, most: u64) -> u64 {
        if self.overflow || self.magnitude > most {
            set_errno(ERANGE);
            return most;
        }
        if self.negative {
            self.magnitude.wrapping_neg() & most
        } else {
            self.magnitude
        }
    }
}

/// # Safety
/// `text` is null or text, `end` null or valid for a write.
unsafe fn parse(text: *const u16, end: *mut *mut u16, base: i32) -> Parsed {
    let fits = base == 0 || (2..=36).contains(&base);
    if text.is_null() || !fits {
        if !end.is_null() {
            // SAFETY: by this function's contract.
            unsafe { *end = text.cast_mut() };
        }
        invalid(EINVAL);
        return Parsed {
            negative: false,
            magnitude: 0,
            overflow: false,
            used: 0,
        };
    }
    // SAFETY: by this function's contract; `used` is an index of the text.
    unsafe {
        let parsed = integer(unit::text(text), base.unsigned_abs());
        if !end.is_null() {
            *end = text.add(parsed.used).cast_mut();
        }
        parsed
    }
}

/// `wcstol`: C's `long`, of 64 bits here. Beyond it the limit and `ERANGE`; a wrong base is an invalid parameter.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcstol(text: *const u16, end: *mut *mut u16, base: i32) -> i64 {
    // SAFETY: the caller gives text.
    unsafe { parse(text, end, base) }.signed(i64::MIN, i64::MAX)
}

/// `wcstoll`, `_wcstoi64`, `wcstoimax`: as `wcstol`.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcstoll(text: *const u16, end: *mut *mut u16, base: i32) -> i64 {
    // SAFETY: the caller gives text.
    unsafe { parse(text, end, base) }.signed(i64::MIN, i64::MAX)
}

/// `wcstoul`: as `wcstol`, unsigned.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcstoul(text: *const u16, end: *mut *mut u16, base: i32) -> u64 {
    // SAFETY: the caller gives text.
    unsafe { parse(text, end, base) }.unsigned(u64::MAX)
}

/// `wcstoull`, `_wcstoui64`, `wcstoumax`: as `wcstoul`.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcstoull(text: *const u16, end: *mut *mut u16, base: i32) -> u64 {
    // SAFETY: the caller gives text.
    unsafe { parse(text, end, base) }.unsigned(u64::MAX)
}

/// # Safety
/// As [`parse`]; `convert` is libc's function for narrow text.
unsafe fn floating<T>(
    text: *const u16,
    end: *mut *mut u16,
    convert: unsafe extern "C" fn(*const c_char, *mut *mut c_char) -> T,
) -> T {
    if text.is_null() {
        invalid(EINVAL);
    }
    // SAFETY: by this function's contract; libc gets text with a terminator.
    unsafe {
        // A number is ASCII: what follows it stops libc as a zero does.
        let units = if text.is_null() {
            &[]
        } else {
            unit::text(text)
        };
        let mut ascii: Vec<u8> = units
            .iter()
            .map(|unit| unit.byte())
            .take_while(u8::is_ascii)
            .collect();
        ascii.push(0);
        let mut stop = std::ptr::null_mut();
        let value = convert(ascii.as_ptr().cast(), &raw mut stop);
        if !end.is_null() {
            let used = stop.addr() - ascii.as_ptr().addr();
            *end = text.add(used).cast_mut();
        }
        value
    }
}

unsafe extern "C" {
    fn strtof(text: *const c_char, end: *mut *mut c_char) -> f32;
}

/// `wcstod`: as `strtod`.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcstod(text: *const u16, end: *mut *mut u16) -> f64 {
    // SAFETY: the caller gives text.
    unsafe { floating(text, end, libc::strtod) }
}

/// `wcstof`: as `strtof`.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcstof(text: *const u16, end: *mut *mut u16) -> f32 {
    // SAFETY: the caller gives text.
    unsafe { floating(text, end, strtof) }
}

/// `_wtoi`, `_wtol`: a 32-bit number in wide text, 0 without one. Beyond it the limit, and `ERANGE`.
#[unsafe(no_mangle)]
unsafe extern "C" fn _wtoi(text: *const u16) -> i32 {
    // SAFETY: the caller gives text.
    let value =
        unsafe { parse(text, std::ptr::null_mut(), 10) }.signed(i32::MIN.into(), i32::MAX.into());
    i32::try_from(value).unwrap_or(0)
}

/// `_wtoi64`, `_wtoll`: as `_wtoi`, of 64 bits.
#[unsafe(no_mangle)]
unsafe extern "C" fn _wtoi64(text: *const u16) -> i64 {
    // SAFETY: the caller gives text.
    unsafe { parse(text, std::ptr::null_mut(), 10) }.signed(i64::MIN, i64::MAX)
}

/// `_wtof`: as `wcstod` without the end.
#[unsafe(no_mangle)]
unsafe extern "C" fn _wtof(text: *const u16) -> f64 {
    // SAFETY: the caller gives text.
    unsafe { floating(text, std::ptr::null_mut(), libc::strtod) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, base: u32) -> (i64, usize) {
        let text: Vec<u16> = text.encode_utf16().collect();
        let parsed = integer(&text, base);
        (parsed.signed(i64::MIN, i64::MAX), parsed.used)
    }

    #[test]
    fn integers_in_text() {
        assert_eq!(read(" \t-42x", 10), (-42, 5));
        assert_eq!(read("0x1F", 0), (31, 4));
        assert_eq!(read("0x1F", 16), (31, 4));
        assert_eq!(read("0xg", 16), (0, 1));
        assert_eq!(read("017", 0), (15, 3));
        assert_eq!(read("zz", 36), (1295, 2));
        assert_eq!(read("서버", 10), (0, 0));
        assert_eq!(read("-9223372036854775808", 10), (i64::MIN, 20));
        assert_eq!(read("99999999999999999999", 10), (i64::MAX, 20));
        assert_eq!(crate::errno::errno(), ERANGE);
    }

    #[test]
    fn a_minus_before_an_unsigned_number_wraps() {
        assert_eq!(integer(b"-1", 10).unsigned(u64::MAX), u64::MAX);
        assert_eq!(
            integer(b"-1", 10).unsigned(u64::from(u32::MAX)),
            u64::from(u32::MAX)
        );
        assert_eq!(
            integer(b"4294967296", 10).unsigned(u64::from(u32::MAX)),
            u64::from(u32::MAX)
        );
    }
}
