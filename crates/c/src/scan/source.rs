//! Where scanned text comes from.

use crate::stream::Locked;
use crate::unit::Unit;

/// Gives units, and takes the last one back.
pub(crate) trait Source<U: Unit> {
    /// The next unit.
    fn next(&mut self) -> Option<U>;

    /// Takes back the unit that was given last.
    fn back(&mut self, unit: U);

    /// How many units were given.
    fn read(&self) -> u64;
}

/// Text in memory.
pub(crate) struct Text<'a, U> {
    text: &'a [U],
    at: usize,
}

impl<'a, U> Text<'a, U> {
    pub(crate) fn new(text: &'a [U]) -> Self {
        Self { text, at: 0 }
    }
}

impl<U: Unit> Source<U> for Text<'_, U> {
    fn next(&mut self) -> Option<U> {
        let unit = *self.text.get(self.at)?;
        self.at += 1;
        Some(unit)
    }

    fn back(&mut self, _: U) {
        self.at -= 1;
    }

    fn read(&self) -> u64 {
        self.at as u64
    }
}

/// A stream.
pub(crate) struct Stream<'a> {
    pub(crate) stream: &'a Locked,
    pub(crate) read: u64,
}

impl Source<u8> for Stream<'_> {
    fn next(&mut self) -> Option<u8> {
        let byte = self.stream.byte()?;
        self.read += 1;
        Some(byte)
    }

    fn back(&mut self, unit: u8) {
        self.stream.unread_byte(unit);
        self.read -= 1;
    }

    fn read(&self) -> u64 {
        self.read
    }
}

impl Source<u16> for Stream<'_> {
    fn next(&mut self) -> Option<u16> {
        let unit = self.stream.wide()?;
        self.read += 1;
        Some(unit)
    }

    fn back(&mut self, unit: u16) {
        self.stream.unread_wide(unit);
        self.read -= 1;
    }

    fn read(&self) -> u64 {
        self.read
    }
}

/// A conversion's part of a source: so many units at most.
pub(super) struct Limited<'a, U> {
    source: &'a mut dyn Source<U>,
    left: usize,
    /// The source itself was at its end.
    pub(super) ended: bool,
}

impl<'a, U: Unit> Limited<'a, U> {
    pub(super) fn new(source: &'a mut dyn Source<U>, width: Option<usize>) -> Self {
        Self {
            source,
            left: width.unwrap_or(usize::MAX),
            ended: false,
        }
    }

    /// Takes the next unit as ASCII if it is wanted.
    pub(super) fn take(&mut self, wanted: impl FnOnce(u8) -> bool) -> Option<u8> {
        if self.left == 0 {
            return None;
        }
        let Some(unit) = self.source.next() else {
            self.ended = true;
            return None;
        };
        if !wanted(unit.byte()) {
            self.source.back(unit);
            return None;
        }
        self.left -= 1;
        Some(unit.byte())
    }
}
