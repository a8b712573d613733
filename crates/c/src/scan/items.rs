//! One conversion of a scanned format, and what is collected for it.

use super::source::Limited;
use super::{is_space, width};
use crate::format::spec::{Size, peek};
use crate::unit::Unit;

/// A number in text is not longer than this for any use; the rest does not belong to it.
const LONGEST: usize = 4096;

/// One conversion.
pub(super) struct Item<'a, U> {
    pub(super) suppressed: bool,
    pub(super) width: Option<usize>,
    pub(super) size: Size,
    pub(super) kind: u8,
    /// Between the brackets of `%[`.
    set: &'a [U],
    negated: bool,
}

impl<'a, U: Unit> Item<'a, U> {
    /// Reads a conversion behind its `%`, and what follows.
    pub(super) fn parse(mut format: &'a [U]) -> Option<(Self, &'a [U])> {
        let suppressed = peek(format) == b'*';
        format = &format[usize::from(suppressed)..];
        let (width, rest) = width(format);
        let (size, rest) = Size::parse(rest);
        let (kind, mut format) = rest.split_first()?;
        let kind = kind.byte();
        let mut item = Self {
            suppressed,
            width,
            size,
            kind,
            set: &[],
            negated: false,
        };
        if kind == b'[' {
            item.negated = peek(format) == b'^';
            format = &format[usize::from(item.negated)..];
            // A bracket right at the start belongs to the set.
            let end = format.iter().skip(1).position(|unit| unit.byte() == b']')? + 1;
            item.set = &format[..end];
            format = &format[end + 1..];
        }
        Some((item, format))
    }

    /// Whether a unit belongs to this conversion's text.
    pub(super) fn accepts(&self, unit: U) -> bool {
        match self.kind {
            b's' | b'S' => !is_space(unit),
            b'[' => self.contains(unit) != self.negated,
            _ => true,
        }
    }

    fn contains(&self, unit: U) -> bool {
        let mut at = 0;
        while at < self.set.len() {
            let first = self.set[at];
            let range = self.set.get(at + 1).is_some_and(|dash| dash.byte() == b'-');
            match self.set.get(at + 2) {
                Some(last) if range => {
                    if (first.min(*last)..=first.max(*last)).contains(&unit) {
                        return true;
                    }
                    at += 3;
                }
                _ => {
                    if first == unit {
                        return true;
                    }
                    at += 1;
                }
            }
        }
        false
    }

    /// Whether the buffer is for wide text.
    pub(super) fn is_wide(&self) -> bool {
        match (self.size, self.kind) {
            (Size::Short, _) => false,
            (Size::Long | Size::Wide | Size::Quad, _) => true,
            (_, b'S' | b'C') => !U::WIDE,
            _ => U::WIDE,
        }
    }
}

/// The text of an integer; `None` when the input is at its end.
pub(super) fn integer<U: Unit>(input: &mut Limited<U>, mut base: u32) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    text.extend(input.take(|byte| matches!(byte, b'+' | b'-')));
    if let Some(zero) = input.take(|byte| byte == b'0') {
        text.push(zero);
        if matches!(base, 0 | 16)
            && let Some(mark) = input.take(|byte| matches!(byte, b'x' | b'X'))
        {
            text.push(mark);
            base = 16;
        } else if base == 0 {
            base = 8;
        }
    }
    let base = if base == 0 { 10 } else { base };
    while text.len() < LONGEST
        && let Some(digit) = input.take(|byte| char::from(byte).is_digit(base))
    {
        text.push(digit);
    }
    (!text.is_empty() || !input.ended).then_some(text)
}

/// The text of a floating-point number; `None` when the input is at its end.
pub(super) fn floating<U: Unit>(input: &mut Limited<U>) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    text.extend(input.take(|byte| matches!(byte, b'+' | b'-')));
    if let Some(letter) = input.take(|byte| matches!(byte, b'i' | b'I' | b'n' | b'N')) {
        text.push(letter);
        while text.len() < 9
            && let Some(letter) = input.take(|byte| byte.is_ascii_alphabetic())
        {
            text.push(letter);
        }
        return Some(text);
    }
    let mut hexadecimal = false;
    if let Some(zero) = input.take(|byte| byte == b'0') {
        text.push(zero);
        if let Some(mark) = input.take(|byte| matches!(byte, b'x' | b'X')) {
            text.push(mark);
            hexadecimal = true;
        }
    }
    let digit = |byte: u8| {
        if hexadecimal {
            byte.is_ascii_hexdigit()
        } else {
            byte.is_ascii_digit()
        }
    };
    let digits = |text: &mut Vec<u8>, input: &mut Limited<U>| {
        while text.len() < LONGEST
            && let Some(byte) = input.take(digit)
        {
            text.push(byte);
        }
    };
    digits(&mut text, input);
    if let Some(point) = input.take(|byte| byte == b'.') {
        text.push(point);
        digits(&mut text, input);
    }
    let mark = |byte: u8| {
        if hexadecimal {
            matches!(byte, b'p' | b'P')
        } else {
            matches!(byte, b'e' | b'E')
        }
    };
    if text.iter().any(u8::is_ascii_digit)
        && let Some(mark) = input.take(mark)
    {
        text.push(mark);
        text.extend(input.take(|byte| matches!(byte, b'+' | b'-')));
        while text.len() < LONGEST
            && let Some(byte) = input.take(|byte| byte.is_ascii_digit())
        {
            text.push(byte);
        }
    }
    (!text.is_empty() || !input.ended).then_some(text)
}

/// Stores text in a buffer of `room` units, with a terminator if that is wanted; false, and an empty buffer, if it does
/// not fit.
///
/// # Safety
/// The buffer has `room` units, or as many as are needed.
pub(super) unsafe fn store<U: Unit, T: Unit>(
    to: *mut T,
    room: usize,
    text: &[U],
    end: bool,
) -> bool {
    let mut units: Vec<T> = Vec::with_capacity(text.len() + 1);
    // SAFETY: the slice is reinterpreted as what it is: U is u8 or u16.
    unsafe {
        if U::WIDE {
            T::extend_wide(
                &mut units,
                std::slice::from_raw_parts(text.as_ptr().cast(), text.len()),
            );
        } else {
            T::extend_narrow(
                &mut units,
                std::slice::from_raw_parts(text.as_ptr().cast(), text.len()),
            );
        }
    }
    if end {
        units.push(T::default());
    }
    // SAFETY: only what fits into `room` is written, by this function's contract.
    unsafe {
        if units.len() > room {
            if room > 0 {
                to.write_unaligned(T::default());
            }
            return false;
        }
        to.copy_from_nonoverlapping(units.as_ptr(), units.len());
    }
    true
}

/// Writes a number as C's `long double` of this processor.
///
/// # Safety
/// `to` points at a `long double`.
pub(super) unsafe fn write_long_double(to: *mut u8, value: f64) {
    let bits = value.to_bits();
    let sign = u16::from(value.is_sign_negative()) << 15;
    let exponent = u16::try_from(bits >> 52 & 0x7ff).unwrap_or(0);
    let fraction = bits & ((1 << 52) - 1);
    let (head, fraction) = match exponent {
        0x7ff => (0x7fff, fraction),
        0 if fraction == 0 => (0, 0),
        // What is subnormal as a double is normal here: the leading one moves up to where it is implied.
        0 => {
            let shift = fraction.leading_zeros() - 11;
            (
                16383 - 1022 - u16::try_from(shift).unwrap_or(0),
                fraction << shift & ((1 << 52) - 1),
            )
        }
        normal => (normal + (16383 - 1023), fraction),
    };
    #[cfg(target_arch = "x86_64")]
    let bytes = {
        let leading = u64::from(head != 0) << 63;
        u128::from(leading | fraction << 11) | u128::from(head | sign) << 64
    };
    #[cfg(not(target_arch = "x86_64"))]
    let bytes = u128::from(fraction) << 60 | u128::from(head | sign) << 112;
    // SAFETY: by this function's contract; a `long double` has 16 bytes on both processors.
    unsafe { to.cast::<u128>().write_unaligned(bytes) };
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;

    #[test]
    fn doubles_as_extended_numbers() {
        for (value, mantissa, head) in [
            (1.0, 1_u64 << 63, 16383_u128),
            (-3.0, 3 << 62, 16384 | 0x8000),
            (f64::from_bits(1), 1 << 63, 16383 - 1074),
            (f64::from_bits(3), 3 << 62, 16383 - 1073),
            (0.0, 0, 0),
        ] {
            let mut place = 0_u128;
            // SAFETY: 16 bytes.
            unsafe { write_long_double((&raw mut place).cast(), value) };
            assert_eq!(place, u128::from(mantissa) | head << 64, "{value}");
        }
    }
}
