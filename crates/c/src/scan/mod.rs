//! What the scanf family reads: the format language of Microsoft's C runtime, for narrow and wide text.
//!
//! `l` is 32 bits, unless the header has said that the argument points at a `long`, which has 64 here. The secure forms take the size of
//! a buffer behind it.

mod entry;
mod items;
mod source;

use items::Item;
use source::{Limited, Source};

use crate::errno::{EINVAL, ENOMEM, invalid, set_errno};
use crate::format::arguments::Arguments;
use crate::format::spec::{Size, number, peek};
use crate::unit::Unit;

/// How one call reads.
pub(crate) struct Scan<'a, U: Unit> {
    pub(crate) source: &'a mut dyn Source<U>,
    pub(crate) arguments: &'a mut dyn Arguments,
    /// Buffers have their size behind them.
    pub(crate) secure: bool,
    /// For each argument whether it points at a `long`; what is not there does not.
    pub(crate) longs: *const u8,
    /// How many arguments were taken.
    taken: usize,
    assigned: i32,
}

/// Why a scan ends before its format.
enum Stop {
    /// The input is at its end.
    Input,
    /// The input is something else than the format says.
    Mismatch,
    /// The format or a buffer is refused; what was assigned counts.
    Refused,
}

impl<'a, U: Unit> Scan<'a, U> {
    /// # Safety
    /// The arguments are pointers to what the format names; `longs` is null or has a byte for each of them.
    pub(crate) unsafe fn new(
        source: &'a mut dyn Source<U>,
        arguments: &'a mut dyn Arguments,
        secure: bool,
        longs: *const u8,
    ) -> Self {
        Self {
            source,
            arguments,
            secure,
            longs,
            taken: 0,
            assigned: 0,
        }
    }

    /// Reads by `format`: how many arguments were assigned, or -1 when the input ended before the first conversion.
    pub(crate) fn run(mut self, format: &[U]) -> i32 {
        let mut converted = false;
        match self.all(format, &mut converted) {
            Err(Stop::Input) if !converted => -1,
            Err(Stop::Refused) if self.assigned == 0 => -1,
            _ => self.assigned,
        }
    }

    fn all(&mut self, mut format: &[U], converted: &mut bool) -> Result<(), Stop> {
        while let Some((unit, rest)) = format.split_first() {
            format = rest;
            if is_space(*unit) {
                self.skip_space();
            } else if unit.byte() == b'%' && peek(format) != b'%' {
                let (item, rest) = Item::parse(format).ok_or_else(refuse)?;
                format = rest;
                self.convert(&item)?;
                *converted |= item.kind != b'n';
            } else {
                if unit.byte() == b'%' {
                    format = &format[1..];
                    self.skip_space();
                }
                self.literal(*unit)?;
            }
        }
        Ok(())
    }

    fn skip_space(&mut self) {
        while let Some(unit) = self.source.next() {
            if !is_space(unit) {
                self.source.back(unit);
                break;
            }
        }
    }

    fn literal(&mut self, wanted: U) -> Result<(), Stop> {
        let unit = self.source.next().ok_or(Stop::Input)?;
        if unit != wanted {
            self.source.back(unit);
            return Err(Stop::Mismatch);
        }
        Ok(())
    }

    fn convert(&mut self, item: &Item<U>) -> Result<(), Stop> {
        if !matches!(item.kind, b'c' | b'C' | b'[' | b'n') {
            self.skip_space();
        }
        match item.kind {
            b'd' | b'u' => self.integer(item, 10),
            b'i' => self.integer(item, 0),
            b'o' => self.integer(item, 8),
            b'x' | b'X' | b'p' => self.integer(item, 16),
            b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'a' | b'A' => self.floating(item),
            b's' | b'S' | b'c' | b'C' | b'[' => self.text(item),
            b'n' => {
                let read = self.source.read();
                self.assigned -= i32::from(!item.suppressed);
                self.store_integer(item, read);
                Ok(())
            }
            _ => Err(refuse()),
        }
    }

    fn integer(&mut self, item: &Item<U>, base: u32) -> Result<(), Stop> {
        let mut input = Limited::new(self.source, item.width);
        let text = items::integer(&mut input, base).ok_or(Stop::Input)?;
        let parsed = crate::wide::numbers::integer(&text, base);
        if parsed.used == 0 {
            return Err(Stop::Mismatch);
        }
        let value = if parsed.negative {
            parsed.magnitude.wrapping_neg()
        } else {
            parsed.magnitude
        };
        self.store_integer(item, value);
        Ok(())
    }

    fn store_integer(&mut self, item: &Item<U>, value: u64) {
        let Some((to, long)) = self.target(item) else {
            return;
        };
        let bytes = value.to_ne_bytes();
        let size = match item.size {
            _ if item.kind == b'p' => 8,
            Size::Byte => 1,
            Size::Short => 2,
            Size::Quad | Size::Extended => 8,
            Size::Usual | Size::Long | Size::Word | Size::Wide => {
                if long {
                    8
                } else {
                    4
                }
            }
        };
        // SAFETY: the caller's pointer is to an integer of this size, by the contract of `new`.
        unsafe { to.copy_from_nonoverlapping(bytes.as_ptr(), size) };
    }

    /// The next argument, and whether it points at a `long`; `None` where the result is not wanted.
    fn target(&mut self, item: &Item<U>) -> Option<(*mut u8, bool)> {
        if item.suppressed {
            return None;
        }
        let long = if self.longs.is_null() {
            false
        } else {
            // SAFETY: one byte for each argument, by the contract of `new`.
            unsafe { *self.longs.add(self.taken) != 0 }
        };
        self.taken += 1;
        self.assigned += 1;
        Some((self.arguments.pointer(), long))
    }

    fn floating(&mut self, item: &Item<U>) -> Result<(), Stop> {
        let mut input = Limited::new(self.source, item.width);
        let mut text = items::floating(&mut input).ok_or(Stop::Input)?;
        text.push(0);
        let mut end = std::ptr::null_mut();
        // SAFETY: text with its terminator, and a place for the end.
        let value = unsafe { libc::strtod(text.as_ptr().cast(), &raw mut end) };
        if end.addr() == text.as_ptr().addr() {
            return Err(Stop::Mismatch);
        }
        let Some((to, _)) = self.target(item) else {
            return Ok(());
        };
        // SAFETY: the caller's pointer is to a number of this type, by the contract of `new`.
        unsafe {
            match item.size {
                Size::Long | Size::Quad => to.cast::<f64>().write_unaligned(value),
                Size::Extended => items::write_long_double(to, value),
                _ => to.cast::<f32>().write_unaligned(value as f32),
            }
        }
        Ok(())
    }

    fn text(&mut self, item: &Item<U>) -> Result<(), Stop> {
        let characters = matches!(item.kind, b'c' | b'C');
        let width = item
            .width
            .unwrap_or(if characters { 1 } else { usize::MAX });
        let target = self.target(item);
        let room = match target {
            Some(_) if self.secure => {
                self.taken += 1;
                self.arguments.integer() as u32 as usize
            }
            _ => usize::MAX,
        };
        let mut text = Vec::new();
        let mut ended = false;
        while text.len() < width {
            let Some(unit) = self.source.next() else {
                ended = true;
                break;
            };
            if !item.accepts(unit) {
                self.source.back(unit);
                break;
            }
            text.push(unit);
        }
        if text.is_empty() || (characters && text.len() < width) {
            self.assigned -= i32::from(target.is_some());
            return Err(if ended { Stop::Input } else { Stop::Mismatch });
        }
        let Some((to, _)) = target else { return Ok(()) };
        // SAFETY: the caller's buffer has `room` units of the kind, or is large enough, by the contract of `new`.
        let stored = unsafe {
            if item.is_wide() {
                items::store::<U, u16>(to.cast(), room, &text, !characters)
            } else {
                items::store::<U, u8>(to, room, &text, !characters)
            }
        };
        if !stored {
            self.assigned -= 1;
            set_errno(ENOMEM);
            return Err(Stop::Mismatch);
        }
        Ok(())
    }
}

fn refuse() -> Stop {
    invalid(EINVAL);
    Stop::Refused
}

/// A blank by C's rules.
pub(crate) fn is_space<U: Unit>(unit: U) -> bool {
    matches!(unit.byte(), b' ' | 9..=13) || (U::WIDE && unit.code() == 0x3000)
}

/// Reads the width of a conversion, if there is one that is not 0.
fn width<U: Unit>(format: &[U]) -> (Option<usize>, &[U]) {
    let (width, rest) = number(format);
    (Some(width).filter(|width| *width > 0), rest)
}

#[cfg(test)]
mod tests;
