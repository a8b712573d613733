//! What the printf family writes: the format language of Microsoft's C runtime, for narrow and wide text.
//!
//! `l` is 32 bits. In wide formats `%s` and `%c` take wide text, `%S` and `%C` narrow text; in narrow formats the reverse.
//! Width and precision of text count units of the argument. `%n` is an invalid parameter.

pub(crate) mod arguments;
mod buffers;
mod float;
pub(crate) mod sink;
pub(crate) mod spec;
mod streams;

use arguments::Arguments;
use sink::Sink;
use spec::{Size, Spec};

use crate::unit::{self, Unit};

/// The format is one that Microsoft's runtime refuses as an invalid parameter.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Invalid;

/// Writes `format` with its `arguments`.
///
/// # Safety
/// The arguments are those that the format names; text among them ends with a zero or reaches as far as the precision.
pub(crate) unsafe fn write<U: Unit>(
    mut format: &[U],
    arguments: &mut dyn Arguments,
    sink: &mut dyn Sink<U>,
) -> Result<(), Invalid> {
    let percent = U::ascii(b'%');
    while !format.is_empty() {
        let plain = format
            .iter()
            .position(|unit| *unit == percent)
            .unwrap_or(format.len());
        sink.put(&format[..plain]);
        let Some(behind) = format.get(plain + 1..) else {
            break;
        };
        if behind.first() == Some(&percent) {
            sink.put(&[percent]);
            format = &behind[1..];
            continue;
        }
        let (spec, rest) = Spec::parse(behind, arguments)?;
        let kind = behind[behind.len() - rest.len() - 1];
        // SAFETY: by this function's contract.
        unsafe { convert(&spec, kind, arguments, sink) }?;
        format = rest;
    }
    Ok(())
}

/// One conversion; `unknown` is what a type without meaning prints: itself.
///
/// # Safety
/// As [`write`].
unsafe fn convert<U: Unit>(
    spec: &Spec,
    unknown: U,
    arguments: &mut dyn Arguments,
    sink: &mut dyn Sink<U>,
) -> Result<(), Invalid> {
    match spec.kind {
        b'd' | b'i' => {
            let value = signed(spec.size, arguments.integer());
            integer(spec, value < 0, value.unsigned_abs(), sink);
        }
        b'u' | b'o' | b'x' | b'X' => {
            let value = unsigned(spec.size, arguments.integer());
            integer(
                &Spec {
                    plus: false,
                    space: false,
                    ..*spec
                },
                false,
                value,
                sink,
            );
        }
        b'p' => {
            let spec = Spec {
                kind: b'X',
                precision: Some(16),
                plus: false,
                space: false,
                ..*spec
            };
            integer(&spec, false, arguments.integer(), sink);
        }
        b'c' | b'C' => character(spec, arguments.integer(), sink),
        // SAFETY: the argument is text, by the contract.
        b's' | b'S' => unsafe { text(spec, arguments.pointer(), sink) },
        b'a' | b'A' | b'e' | b'E' | b'f' | b'F' | b'g' | b'G' => {
            let value = match spec.size {
                Size::Extended => arguments.long_double(),
                _ => arguments.double(),
            };
            number(spec, value, sink);
        }
        b'n' => return Err(Invalid),
        _ => sink.put(&[unknown]),
    }
    Ok(())
}

fn signed(size: Size, value: u64) -> i64 {
    match size {
        Size::Byte => (value as i8).into(),
        Size::Short => (value as i16).into(),
        Size::Quad | Size::Extended => value.cast_signed(),
        Size::Usual | Size::Long | Size::Word | Size::Wide => (value as i32).into(),
    }
}

fn unsigned(size: Size, value: u64) -> u64 {
    match size {
        Size::Byte => (value as u8).into(),
        Size::Short => (value as u16).into(),
        Size::Quad | Size::Extended => value,
        Size::Usual | Size::Long | Size::Word | Size::Wide => (value as u32).into(),
    }
}

fn integer<U: Unit>(spec: &Spec, negative: bool, value: u64, sink: &mut dyn Sink<U>) {
    let mut buffer = [0; 22];
    let mut digits = in_base(value, spec.kind, &mut buffer);
    let mut precision = spec.precision.unwrap_or(1);
    if value == 0 && precision == 0 {
        digits = &[];
    }
    let mut prefix = match (negative, spec.plus, spec.space) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (.., true) => " ",
        _ => "",
    };
    match spec.kind {
        b'x' if spec.alternate && value != 0 => prefix = "0x",
        b'X' if spec.alternate && value != 0 => prefix = "0X",
        b'o' if spec.alternate && !digits.starts_with(b"0") => {
            precision = precision.max(digits.len() + 1)
        }
        _ => {}
    }
    let mut zeros = precision.saturating_sub(digits.len());
    let used = prefix.len() + zeros + digits.len();
    let mut padding = spec.width.saturating_sub(used);
    if spec.zero && !spec.left && spec.precision.is_none() {
        zeros += std::mem::take(&mut padding);
    }
    padded(spec.left, padding, sink, |sink| {
        put_ascii(sink, prefix.as_bytes());
        sink.fill(U::ascii(b'0'), zeros);
        put_ascii(sink, digits);
    });
}

/// The digits of `value`: octal, hexadecimal in small or large letters, otherwise decimal.
fn in_base(mut value: u64, kind: u8, buffer: &mut [u8; 22]) -> &[u8] {
    let (base, letters) = match kind {
        b'o' => (8, b"0123456789abcdef"),
        b'x' => (16, b"0123456789abcdef"),
        b'X' => (16, b"0123456789ABCDEF"),
        _ => (10, b"0123456789abcdef"),
    };
    let mut at = buffer.len();
    loop {
        at -= 1;
        buffer[at] = letters[(value % base) as usize];
        value /= base;
        if value == 0 {
            return &buffer[at..];
        }
    }
}

fn number<U: Unit>(spec: &Spec, value: f64, sink: &mut dyn Sink<U>) {
    let digits = float::digits(spec, value);
    let used = digits.prefix.len() + digits.body.len() + digits.zeros + digits.tail.len();
    let mut padding = spec.width.saturating_sub(used);
    let mut leading = 0;
    if spec.zero && !spec.left && !digits.special {
        leading = std::mem::take(&mut padding);
    }
    padded(spec.left, padding, sink, |sink| {
        put_ascii(sink, &digits.prefix);
        sink.fill(U::ascii(b'0'), leading);
        put_ascii(sink, &digits.body);
        sink.fill(U::ascii(b'0'), digits.zeros);
        put_ascii(sink, &digits.tail);
    });
}

/// Whether text or a character argument is wide.
fn is_wide<U: Unit>(spec: &Spec) -> bool {
    match (spec.size, spec.kind) {
        (Size::Short, _) => false,
        (Size::Long | Size::Wide | Size::Quad, _) => true,
        (_, b'S' | b'C') => !U::WIDE,
        _ => U::WIDE,
    }
}

fn character<U: Unit>(spec: &Spec, value: u64, sink: &mut dyn Sink<U>) {
    let mut units = Vec::with_capacity(4);
    match (is_wide::<U>(spec), U::WIDE) {
        (false, _) => U::extend_narrow(&mut units, &[value as u8]),
        (true, true) => U::extend_wide(&mut units, &[value as u16]),
        (true, false) => U::extend_wide(&mut units, &[value as u16]),
    }
    text_padded(spec, 1, &units, sink);
}

/// # Safety
/// `argument` is null or text of the kind that `spec` says, as long as its precision or with a zero at its end.
unsafe fn text<U: Unit>(spec: &Spec, argument: *const u8, sink: &mut dyn Sink<U>) {
    let limit = spec.precision.unwrap_or(usize::MAX);
    let mut units = Vec::new();
    let count;
    if argument.is_null() {
        let null = b"(null)";
        count = null.len().min(limit);
        U::extend_narrow(&mut units, &null[..count]);
    } else if is_wide::<U>(spec) {
        // SAFETY: by this function's contract.
        let text = unsafe { unit::text_within(argument.cast::<u16>(), limit) };
        if U::WIDE {
            // SAFETY: the unit is u16, as its being wide says.
            let text = unsafe { std::slice::from_raw_parts(text.as_ptr().cast::<U>(), text.len()) };
            return text_padded(spec, text.len(), text, sink);
        }
        count = text.len();
        U::extend_wide(&mut units, text);
    } else {
        // SAFETY: by this function's contract.
        let text = unsafe { unit::text_within(argument, limit) };
        if !U::WIDE {
            // SAFETY: the unit is u8, as its not being wide says.
            let text = unsafe { std::slice::from_raw_parts(text.as_ptr().cast::<U>(), text.len()) };
            return text_padded(spec, text.len(), text, sink);
        }
        count = text.len();
        U::extend_narrow(&mut units, text);
    }
    text_padded(spec, count, &units, sink);
}

fn text_padded<U: Unit>(spec: &Spec, count: usize, units: &[U], sink: &mut dyn Sink<U>) {
    let padding = spec.width.saturating_sub(count);
    if spec.zero && !spec.left {
        sink.fill(U::ascii(b'0'), padding);
        sink.put(units);
    } else {
        padded(spec.left, padding, sink, |sink| sink.put(units));
    }
}

fn padded<U: Unit>(
    left: bool,
    padding: usize,
    sink: &mut dyn Sink<U>,
    body: impl FnOnce(&mut dyn Sink<U>),
) {
    let blank = U::ascii(b' ');
    if !left {
        sink.fill(blank, padding);
    }
    body(sink);
    if left {
        sink.fill(blank, padding);
    }
}

fn put_ascii<U: Unit>(sink: &mut dyn Sink<U>, text: &[u8]) {
    for part in text.chunks(64) {
        let mut units = [U::default(); 64];
        for (unit, byte) in units.iter_mut().zip(part) {
            *unit = U::ascii(*byte);
        }
        sink.put(&units[..part.len()]);
    }
}

#[cfg(test)]
mod tests;
