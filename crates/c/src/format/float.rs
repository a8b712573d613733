//! Digits of floating-point numbers. libc's are exact; the rest is Microsoft's way to show them.

use std::ffi::{c_char, c_int};

use super::spec::Spec;

/// More digits than any double has behind the point: what follows is zeros.
const EXACT: usize = 1100;

/// Sign, integer digits of the largest double, point, [`EXACT`] digits, exponent.
const ROOM: usize = EXACT + 400;

/// A number as text, in parts: padding with zeros goes behind `prefix`, digits beyond the exact ones before `tail`.
pub(crate) struct Digits {
    pub(crate) prefix: Vec<u8>,
    pub(crate) body: Vec<u8>,
    /// Zeros between `body` and `tail`.
    pub(crate) zeros: usize,
    pub(crate) tail: Vec<u8>,
    /// No padding with zeros: not a number, or infinite.
    pub(crate) special: bool,
}

/// The text of `value` for one of `a e f g` in either case.
pub(crate) fn digits(spec: &Spec, value: f64) -> Digits {
    let upper = spec.kind.is_ascii_uppercase();
    let sign: &[u8] = match (value.is_sign_negative(), spec.plus, spec.space) {
        (true, ..) => b"-",
        (_, true, _) => b"+",
        (.., true) => b" ",
        _ => b"",
    };
    if !value.is_finite() {
        return special(sign, value, upper);
    }
    let precision = spec.precision.unwrap_or(match spec.kind {
        b'a' | b'A' => 13,
        _ => 6,
    });
    let text = printed(spec, value.abs(), precision.min(EXACT));
    let mut prefix = sign.to_vec();
    let mut body = text.as_slice();
    if let b'a' | b'A' = spec.kind {
        prefix.extend_from_slice(&body[..2]);
        body = &body[2..];
    }
    let zeros = match spec.kind {
        b'g' | b'G' if !spec.alternate => 0,
        _ => precision.saturating_sub(EXACT),
    };
    let mark: fn(&u8) -> bool = match spec.kind {
        b'a' | b'A' => |byte| matches!(byte, b'p' | b'P'),
        _ => |byte| matches!(byte, b'e' | b'E'),
    };
    let split = body.iter().position(mark).unwrap_or(body.len());
    let (body, tail) = body.split_at(split);
    Digits {
        prefix,
        body: body.to_vec(),
        zeros,
        tail: tail.to_vec(),
        special: false,
    }
}

fn special(sign: &[u8], value: f64, upper: bool) -> Digits {
    const QUIET: u64 = 1 << 51;
    const INDEFINITE: u64 = 0xfff8_0000_0000_0000;
    let text: &[u8] = match value.to_bits() {
        _ if value.is_infinite() => b"inf",
        INDEFINITE => b"nan(ind)",
        bits if bits & QUIET == 0 => b"nan(snan)",
        _ => b"nan",
    };
    let body = if upper {
        text.to_ascii_uppercase()
    } else {
        text.to_vec()
    };
    Digits {
        prefix: sign.to_vec(),
        body,
        zeros: 0,
        tail: Vec::new(),
        special: true,
    }
}

/// What libc makes of a number that is not negative.
fn printed(spec: &Spec, value: f64, precision: usize) -> Vec<u8> {
    let format = if spec.alternate {
        [b'%', b'#', b'.', b'*', spec.kind, 0]
    } else {
        [b'%', b'.', b'*', spec.kind, 0, 0]
    };
    let mut buffer = [0_u8; ROOM];
    let precision = c_int::try_from(precision).unwrap_or(c_int::MAX);
    // SAFETY: the format takes an int and a double, which are passed, and the buffer has the room that is named.
    let length = unsafe {
        libc::snprintf(
            buffer.as_mut_ptr().cast::<c_char>(),
            ROOM,
            format.as_ptr().cast(),
            precision,
            value,
        )
    };
    buffer[..usize::try_from(length).unwrap_or(0).min(ROOM - 1)].to_vec()
}
