//! Numbers to text: `_itoa` and its relatives; and narrow text to 64-bit numbers.

use crate::errno::{EINVAL, ERANGE, invalid};
use crate::secure::answer;
use crate::unit::{self, Unit, pair};
use crate::wide::numbers::integer;

/// The digits in a base from 2 to 36; a minus sign only in base 10.
fn digits(value: i64, bits: u32, base: i32) -> Vec<u8> {
    let negative = base == 10 && value < 0;
    let mask = u64::MAX >> (64 - bits);
    let magnitude = if negative {
        value.unsigned_abs()
    } else {
        value.cast_unsigned() & mask
    };
    let mut text = unsigned(magnitude, base);
    if negative {
        text.insert(0, b'-');
    }
    text
}

fn unsigned(mut value: u64, base: i32) -> Vec<u8> {
    let base = u64::from(base.unsigned_abs());
    let mut text = Vec::with_capacity(64);
    loop {
        text.push(
            b"0123456789abcdefghijklmnopqrstuvwxyz"[usize::try_from(value % base).unwrap_or(0)],
        );
        value /= base;
        if value == 0 {
            break;
        }
    }
    text.reverse();
    text
}

/// # Safety
/// `to` has `size` units, or as many as the text needs, or is null.
unsafe fn stored<U: Unit>(
    to: *mut U,
    size: usize,
    base: i32,
    text: impl FnOnce() -> Vec<u8>,
) -> i32 {
    if to.is_null() || size == 0 {
        return invalid(EINVAL);
    }
    // SAFETY: by this function's contract.
    unsafe {
        if !(2..=36).contains(&base) {
            to.write(U::default());
            return invalid(EINVAL);
        }
        answer(to, size, &unit::from_bytes::<U>(&text()))
    }
}

/// # Safety
/// As [`stored`].
unsafe fn int<U: Unit>(value: i32, to: *mut U, base: i32) -> *mut U {
    // SAFETY: by this function's contract.
    unsafe { stored(to, usize::MAX, base, || digits(value.into(), 32, base)) };
    to
}

/// # Safety
/// As [`stored`].
unsafe fn int_within<U: Unit>(value: i32, to: *mut U, size: usize, base: i32) -> i32 {
    // SAFETY: by this function's contract.
    unsafe { stored(to, size, base, || digits(value.into(), 32, base)) }
}

/// # Safety
/// As [`stored`].
unsafe fn word<U: Unit>(value: u32, to: *mut U, base: i32) -> *mut U {
    // SAFETY: by this function's contract.
    unsafe { stored(to, usize::MAX, base, || unsigned(value.into(), base)) };
    to
}

/// # Safety
/// As [`stored`].
unsafe fn word_within<U: Unit>(value: u32, to: *mut U, size: usize, base: i32) -> i32 {
    // SAFETY: by this function's contract.
    unsafe { stored(to, size, base, || unsigned(value.into(), base)) }
}

/// # Safety
/// As [`stored`].
unsafe fn quad<U: Unit>(value: i64, to: *mut U, base: i32) -> *mut U {
    // SAFETY: by this function's contract.
    unsafe { stored(to, usize::MAX, base, || digits(value, 64, base)) };
    to
}

/// # Safety
/// As [`stored`].
unsafe fn quad_within<U: Unit>(value: i64, to: *mut U, size: usize, base: i32) -> i32 {
    // SAFETY: by this function's contract.
    unsafe { stored(to, size, base, || digits(value, 64, base)) }
}

/// # Safety
/// As [`stored`].
unsafe fn unsigned_quad<U: Unit>(value: u64, to: *mut U, base: i32) -> *mut U {
    // SAFETY: by this function's contract.
    unsafe { stored(to, usize::MAX, base, || unsigned(value, base)) };
    to
}

/// # Safety
/// As [`stored`].
unsafe fn unsigned_quad_within<U: Unit>(value: u64, to: *mut U, size: usize, base: i32) -> i32 {
    // SAFETY: by this function's contract.
    unsafe { stored(to, size, base, || unsigned(value, base)) }
}

pair! {
    /// `_itoa`, `_itow`, `_ltoa`, `_ltow`: a 32-bit number in a base from 2 to 36; another base is an invalid parameter.
    _itoa, _itow, (value: i32, to: *mut U, base: i32) -> *mut U => int
}
pair! {
    /// `_itoa_s`, `_itow_s`: as `_itoa` with the buffer's size; `ERANGE` when it does not fit.
    _itoa_s, _itow_s, (value: i32, to: *mut U, size: usize, base: i32) -> i32 => int_within
}
pair! {
    /// `_ultoa`, `_ultow`: as `_itoa`, unsigned.
    _ultoa, _ultow, (value: u32, to: *mut U, base: i32) -> *mut U => word
}
pair! {
    /// `_ultoa_s`, `_ultow_s`: as `_itoa_s`, unsigned.
    _ultoa_s, _ultow_s, (value: u32, to: *mut U, size: usize, base: i32) -> i32 => word_within
}
pair! {
    /// `_i64toa`, `_i64tow`: as `_itoa`, of 64 bits.
    _i64toa, _i64tow, (value: i64, to: *mut U, base: i32) -> *mut U => quad
}
pair! {
    /// `_i64toa_s`, `_i64tow_s`: as `_itoa_s`, of 64 bits.
    _i64toa_s, _i64tow_s, (value: i64, to: *mut U, size: usize, base: i32) -> i32 => quad_within
}
pair! {
    /// `_ui64toa`, `_ui64tow`: as `_itoa`, of 64 bits and unsigned.
    _ui64toa, _ui64tow, (value: u64, to: *mut U, base: i32) -> *mut U => unsigned_quad
}
pair! {
    /// `_ui64toa_s`, `_ui64tow_s`: as `_itoa_s`, of 64 bits and unsigned.
    _ui64toa_s, _ui64tow_s, (value: u64, to: *mut U, size: usize, base: i32) -> i32 => unsigned_quad_within
}

/// `_atoi64`: a 64-bit number in text, 0 without one; beyond it the limit, and `ERANGE`.
#[unsafe(no_mangle)]
unsafe extern "C" fn _atoi64(text: *const u8) -> i64 {
    if text.is_null() {
        invalid(EINVAL);
        return 0;
    }
    // SAFETY: the caller gives text.
    integer(unsafe { unit::text(text) }, 10).signed(i64::MIN, i64::MAX)
}

/// `_fcvt_s`, `_ecvt_s` and `_gcvt_s` share this: the digits as libc prints them.
fn printed(format: &std::ffi::CStr, digits: i32, value: f64) -> Vec<u8> {
    let mut buffer = [0_u8; 800];
    // SAFETY: the formats take an int and a double; the buffer's size is passed.
    let length = unsafe {
        libc::snprintf(
            buffer.as_mut_ptr().cast(),
            buffer.len(),
            format.as_ptr(),
            digits,
            value,
        )
    };
    buffer[..usize::try_from(length).unwrap_or(0).min(buffer.len() - 1)].to_vec()
}

/// `_gcvt_s`: a number with so many significant digits; `ERANGE` when it does not fit.
#[unsafe(no_mangle)]
unsafe extern "C" fn _gcvt_s(to: *mut u8, size: usize, value: f64, digits: i32) -> i32 {
    if to.is_null() || size == 0 {
        return invalid(EINVAL);
    }
    let text = printed(c"%.*g", digits.clamp(0, 300), value);
    if usize::try_from(digits).is_ok_and(|digits| digits >= size) {
        // SAFETY: `size` is not 0.
        unsafe { to.write(0) };
        return invalid(ERANGE);
    }
    // SAFETY: the caller's buffer has `size` bytes.
    unsafe { answer(to, size, &text) }
}

/// `_gcvt`: as `_gcvt_s` without a size.
#[unsafe(no_mangle)]
unsafe extern "C" fn _gcvt(value: f64, digits: i32, to: *mut u8) -> *mut u8 {
    // SAFETY: the caller has room, as the function demands.
    unsafe {
        answer(
            to,
            usize::MAX,
            &printed(c"%.*g", digits.clamp(0, 300), value),
        )
    };
    to
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_and_signs() {
        assert_eq!(digits(-5, 32, 10), b"-5");
        assert_eq!(digits(-1, 32, 16), b"ffffffff");
        assert_eq!(digits(-1, 64, 36), unsigned(u64::MAX, 36));
        assert_eq!(digits(5, 32, 2), b"101");
        assert_eq!(digits(i64::MIN, 64, 10), i64::MIN.to_string().into_bytes());
        assert_eq!(digits(0, 32, 10), b"0");
    }
}
