//! One conversion of a format: flags, width, precision, size, type.

use super::Invalid;
use super::arguments::Arguments;
use crate::unit::Unit;

/// The size that stands before the type.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Size {
    /// Nothing.
    #[default]
    Usual,
    /// `hh`: 8 bits.
    Byte,
    /// `h`: 16 bits, or narrow text.
    Short,
    /// `l`: 32 bits (a LONG), or wide text.
    Long,
    /// `ll`, `I64`, `j`, `z`, `t`, `I`: 64 bits.
    Quad,
    /// `I32`: 32 bits.
    Word,
    /// `L`: a long double.
    Extended,
    /// `w`: wide text.
    Wide,
}

/// One conversion.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Spec {
    pub(crate) left: bool,
    pub(crate) plus: bool,
    pub(crate) space: bool,
    pub(crate) alternate: bool,
    pub(crate) zero: bool,
    pub(crate) width: usize,
    pub(crate) precision: Option<usize>,
    pub(crate) size: Size,
    /// The type as an ASCII character; 0xff for anything else.
    pub(crate) kind: u8,
}

impl Spec {
    /// Reads a conversion behind its `%`; returns it and what follows. A format that ends in the middle is invalid.
    pub(crate) fn parse<'a, U: Unit>(
        mut format: &'a [U],
        arguments: &mut dyn Arguments,
    ) -> Result<(Self, &'a [U]), Invalid> {
        let mut spec = Self::default();
        while spec.flag(format) {
            format = &format[1..];
        }
        if let Some(rest) = starred(format) {
            spec.set_width(as_int(arguments.integer()));
            format = rest;
        } else {
            (spec.width, format) = number(format);
        }
        if peek(format) == b'.' {
            format = &format[1..];
            if let Some(rest) = starred(format) {
                spec.precision = usize::try_from(as_int(arguments.integer())).ok();
                format = rest;
            } else {
                let (precision, rest) = number(format);
                (spec.precision, format) = (Some(precision), rest);
            }
        }
        (spec.size, format) = Size::parse(format);
        let (kind, rest) = format.split_first().ok_or(Invalid)?;
        spec.kind = kind.byte();
        Ok((spec, rest))
    }

    fn flag<U: Unit>(&mut self, format: &[U]) -> bool {
        let flag = match peek(format) {
            b'-' => &mut self.left,
            b'+' => &mut self.plus,
            b' ' => &mut self.space,
            b'#' => &mut self.alternate,
            b'0' => &mut self.zero,
            _ => return false,
        };
        *flag = true;
        true
    }

    /// A negative width from the arguments means left.
    fn set_width(&mut self, width: i32) {
        self.left |= width < 0;
        self.width = width.unsigned_abs() as usize;
    }
}

impl Size {
    /// Reads the sizes that stand here, of which the last counts, and what follows.
    pub(crate) fn parse<U: Unit>(mut format: &[U]) -> (Self, &[U]) {
        let mut size = Self::Usual;
        loop {
            let mut taken = 1;
            size = match (peek(format), peek(rest(format, 1)), peek(rest(format, 2))) {
                (b'h', b'h', _) => {
                    taken = 2;
                    Self::Byte
                }
                (b'h', ..) => Self::Short,
                (b'l', b'l', _) => {
                    taken = 2;
                    Self::Quad
                }
                (b'l', ..) => Self::Long,
                (b'I', b'6', b'4') => {
                    taken = 3;
                    Self::Quad
                }
                (b'I', b'3', b'2') => {
                    taken = 3;
                    Self::Word
                }
                (b'I' | b'j' | b'z' | b't', ..) => Self::Quad,
                (b'L', ..) => Self::Extended,
                (b'w', ..) => Self::Wide,
                _ => return (size, format),
            };
            format = &format[taken..];
        }
    }
}

/// The first unit as an ASCII character; 0xff for anything else and at the end.
pub(crate) fn peek<U: Unit>(format: &[U]) -> u8 {
    format.first().map_or(0xff, |unit| unit.byte())
}

fn rest<U>(format: &[U], from: usize) -> &[U] {
    format.get(from..).unwrap_or_default()
}

fn starred<U: Unit>(format: &[U]) -> Option<&[U]> {
    (peek(format) == b'*').then(|| &format[1..])
}

/// The low half, as a C `int`.
pub(crate) fn as_int(value: u64) -> i32 {
    value as u32 as i32
}

/// A decimal number, at most `i32::MAX`, and what follows.
pub(crate) fn number<U: Unit>(mut format: &[U]) -> (usize, &[U]) {
    let mut value = 0_usize;
    while let digit @ b'0'..=b'9' = peek(format) {
        value = value
            .saturating_mul(10)
            .saturating_add(usize::from(digit - b'0'));
        format = &format[1..];
    }
    (value.min(i32::MAX as usize), format)
}
