//! One conversion of a format, as `wsprintf` and the inserts of `FormatMessage` know it.

use crate::guard::is_bad;
use crate::text;

/// A unit of output: a byte of narrow or 16 bits of wide text.
pub(super) trait Unit: text::Unit + PartialEq {
    const IS_WIDE: bool;

    fn ascii(byte: u8) -> Self;
    /// The unit as a byte, if it is ASCII.
    fn as_ascii(self) -> Option<u8>;
    fn of_narrow(bytes: &[u8]) -> Vec<Self>;
    fn of_wide(units: &[u16]) -> Vec<Self>;
}

impl Unit for u8 {
    const IS_WIDE: bool = false;

    fn ascii(byte: u8) -> u8 {
        byte
    }

    fn as_ascii(self) -> Option<u8> {
        self.is_ascii().then_some(self)
    }

    fn of_narrow(bytes: &[u8]) -> Vec<u8> {
        bytes.to_vec()
    }

    fn of_wide(units: &[u16]) -> Vec<u8> {
        String::from_utf16_lossy(units).into_bytes()
    }
}

impl Unit for u16 {
    const IS_WIDE: bool = true;

    fn ascii(byte: u8) -> u16 {
        byte.into()
    }

    fn as_ascii(self) -> Option<u8> {
        u8::try_from(self).ok().filter(u8::is_ascii)
    }

    fn of_narrow(bytes: &[u8]) -> Vec<u16> {
        String::from_utf8_lossy(bytes).encode_utf16().collect()
    }

    fn of_wide(units: &[u16]) -> Vec<u16> {
        units.to_vec()
    }
}

/// The beginning of what does not change, as units.
pub(super) fn plain<U: Unit>(text: &str) -> Vec<U> {
    U::of_narrow(text.as_bytes())
}

/// How wide an argument is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Size {
    #[default]
    Usual,
    /// `h`
    Short,
    /// `l`, `w`: 32 bits for numbers
    Long,
    /// `I64`, `ll`, `I`: 64 bits
    Double,
}

/// Between `%` and the letter of the conversion, and that letter.
#[derive(Clone, Copy, Default)]
pub(super) struct Specification {
    left: bool,
    zeros: bool,
    prefix: bool,
    sign: Option<u8>,
    pub(super) width: Extent,
    pub(super) precision: Extent,
    size: Size,
    conversion: u8,
}

/// A width or a precision.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Extent {
    #[default]
    None,
    Number(usize),
    /// An argument of its own.
    Argument,
}

/// What one extent may be: more is a mistake of the caller's.
const LONGEST: usize = 0xFFFF;

/// The rest of a format.
struct Rest<'f, U>(&'f [U]);

impl<U: Unit> Rest<'_, U> {
    /// Steps over a character if it is one of these.
    fn one_of(&mut self, characters: &[u8]) -> Option<u8> {
        let byte = self.0.first()?.as_ascii()?;
        let found = characters.contains(&byte).then_some(byte);
        self.0 = &self.0[usize::from(found.is_some())..];
        found
    }

    /// Steps over a text if it is there.
    fn text(&mut self, text: &[u8]) -> bool {
        let mut units = self.0.iter();
        let fits = text
            .iter()
            .all(|&byte| units.next() == Some(&U::ascii(byte)));
        if fits {
            self.0 = units.as_slice();
        }
        fits
    }

    fn extent(&mut self) -> Extent {
        if self.one_of(b"*").is_some() {
            return Extent::Argument;
        }
        let mut extent = Extent::None;
        while let Some(digit) = self.one_of(b"0123456789") {
            let digit = usize::from(digit - b'0');
            extent = match extent {
                Extent::Number(so_far) => Extent::Number((so_far * 10 + digit).min(LONGEST)),
                _ => Extent::Number(digit),
            };
        }
        extent
    }

    fn size(&mut self) -> Size {
        if self.text(b"I64") || self.text(b"ll") {
            Size::Double
        } else if self.text(b"I32") {
            Size::Long
        } else if self.text(b"I") {
            Size::Double
        } else if self.text(b"h") {
            Size::Short
        } else if self.text(b"l") || self.text(b"w") {
            Size::Long
        } else {
            Size::Usual
        }
    }
}

/// Reads a conversion from the start of a format behind its `%`: the conversion and the rest. None if it is none.
pub(super) fn parse<U: Unit>(format: &[U]) -> Option<(Specification, &[U])> {
    let mut spec = Specification::default();
    let mut rest = Rest(format);
    while let Some(flag) = rest.one_of(b"-0#+ ") {
        match flag {
            b'-' => spec.left = true,
            b'0' => spec.zeros = true,
            b'#' => spec.prefix = true,
            sign => spec.sign = Some(sign),
        }
    }
    spec.width = rest.extent();
    if rest.text(b".") {
        spec.precision = match rest.extent() {
            Extent::None => Extent::Number(0),
            extent => extent,
        };
    }
    spec.size = rest.size();
    spec.conversion = rest.one_of(b"cCdiuxXopsS")?;
    Some((spec, rest.0))
}

impl Specification {
    /// The conversion of an insert without one: a string of the width of the output.
    pub(super) fn string() -> Self {
        Self {
            conversion: b's',
            ..Self::default()
        }
    }

    /// Takes a width that was an argument: a negative one means to the left.
    pub(super) fn set_width(&mut self, width: i32) {
        self.left |= width < 0;
        self.width = Extent::Number((width.unsigned_abs() as usize).min(LONGEST));
    }

    /// Takes a precision that was an argument: a negative one means none.
    pub(super) fn set_precision(&mut self, precision: i32) {
        let precision = usize::try_from(precision).ok();
        self.precision = precision.map_or(Extent::None, |n| Extent::Number(n.min(LONGEST)));
    }

    /// The argument as text.
    ///
    /// # Safety
    /// For a string the value is null or points at one of the width that the conversion says, which ends with 0 or is as
    /// long as the precision.
    pub(super) unsafe fn render<U: Unit>(&self, value: u64) -> Vec<U> {
        let width = match self.width {
            Extent::Number(width) => width,
            _ => 0,
        };
        let mut text = match self.conversion {
            // SAFETY: this function's contract.
            b's' | b'S' => unsafe { self.string_at(value) },
            b'c' | b'C' if self.is_wide::<U>() => U::of_wide(&[value as u16]),
            b'c' | b'C' => U::of_narrow(&[value as u8]),
            _ => plain(&self.number(value, width)),
        };
        let missing = width.saturating_sub(text.len());
        let blanks = std::iter::repeat_n(U::ascii(b' '), missing);
        let at = if self.left { text.len() } else { 0 };
        text.splice(at..at, blanks);
        text
    }

    /// Whether characters and strings of this conversion are wide.
    fn is_wide<U: Unit>(&self) -> bool {
        match self.size {
            Size::Short => false,
            Size::Long => true,
            _ if self.conversion.is_ascii_uppercase() => !U::IS_WIDE,
            _ => U::IS_WIDE,
        }
    }

    /// # Safety
    /// As for `render`.
    unsafe fn string_at<U: Unit>(&self, value: u64) -> Vec<U> {
        let limit = match self.precision {
            Extent::Number(limit) => limit,
            _ => usize::MAX,
        };
        let address = value as usize;
        if is_bad(std::ptr::with_exposed_provenance::<u8>(address)) {
            return plain::<U>("(null)").into_iter().take(limit).collect();
        }
        // SAFETY: this function's contract.
        unsafe {
            if self.is_wide::<U>() {
                U::of_wide(&units(std::ptr::with_exposed_provenance(address), limit))
            } else {
                U::of_narrow(&units(std::ptr::with_exposed_provenance(address), limit))
            }
        }
    }

    fn number(&self, value: u64, width: usize) -> String {
        let is_double = self.size == Size::Double || self.conversion == b'p';
        let unsigned = match self.size {
            _ if is_double => value,
            Size::Short => u64::from(value as u16),
            _ => u64::from(value as u32),
        };
        let signed = match self.size {
            _ if is_double => value.cast_signed(),
            Size::Short => i64::from(value as i16),
            _ => i64::from(value as i32),
        };
        let (digits, sign) = match self.conversion {
            b'd' | b'i' if signed < 0 => (signed.unsigned_abs().to_string(), "-"),
            b'd' | b'i' => {
                let sign = self
                    .sign
                    .map_or("", |sign| if sign == b'+' { "+" } else { " " });
                (signed.unsigned_abs().to_string(), sign)
            }
            b'x' => (format!("{unsigned:x}"), if self.prefix { "0x" } else { "" }),
            b'X' => (format!("{unsigned:X}"), if self.prefix { "0X" } else { "" }),
            b'o' => (format!("{unsigned:o}"), ""),
            b'p' => (format!("{unsigned:016X}"), ""),
            _ => (unsigned.to_string(), ""),
        };
        let least = match self.precision {
            Extent::Number(least) => least,
            _ if self.zeros && !self.left => width.saturating_sub(sign.len()),
            _ => 0,
        };
        format!("{sign}{digits:0>least$}")
    }
}

/// # Safety
/// The string ends with 0 or has at least `limit` units.
unsafe fn units<T: Copy + PartialEq + Default>(from: *const T, limit: usize) -> Vec<T> {
    (0..limit)
        // SAFETY: `take_while` stops at the terminator, and the range at the limit.
        .map(|at| unsafe { from.add(at).read_unaligned() })
        .take_while(|&unit| unit != T::default())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(format: &str, value: u64) -> String {
        let units: Vec<u16> = format.encode_utf16().collect();
        let (spec, rest) = parse(&units).expect("a conversion");
        assert!(rest.is_empty());
        // SAFETY: the conversions below are of numbers.
        String::from_utf16_lossy(&unsafe { spec.render::<u16>(value) })
    }

    #[test]
    fn numbers() {
        assert_eq!(render("d", u64::MAX), "-1");
        assert_eq!(render("05d", 42), "00042");
        assert_eq!(render("-5u", 7), "7    ");
        assert_eq!(render("#x", 255), "0xff");
        assert_eq!(render("lu", u64::MAX), "4294967295");
        assert_eq!(render("I64d", u64::MAX), "-1");
        assert_eq!(render("8.4X", 0xAB), "    00AB");
        assert_eq!(render("c", 0xB2FB), "닻");
    }
}
