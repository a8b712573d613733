//! Where formatted text goes.

use crate::unit::Unit;

/// Takes units of text.
pub(crate) trait Sink<U: Unit> {
    /// Takes `units`.
    fn put(&mut self, units: &[U]);

    /// Takes `count` times the same unit.
    fn fill(&mut self, unit: U, mut count: usize) {
        let units = [unit; 64];
        while count > 0 {
            let part = count.min(units.len());
            self.put(&units[..part]);
            count -= part;
        }
    }
}

/// A buffer of the caller's: keeps what fits, counts everything.
pub(crate) struct Buffer<U> {
    start: *mut U,
    room: usize,
    total: usize,
}

impl<U: Unit> Buffer<U> {
    /// # Safety
    /// `start` is valid for writes of `room` units for as long as the buffer is used.
    pub(crate) unsafe fn new(start: *mut U, room: usize) -> Self {
        Self {
            start,
            room,
            total: 0,
        }
    }

    /// Everything that was put, kept or not.
    pub(crate) fn total(&self) -> usize {
        self.total
    }
}

impl<U: Unit> Sink<U> for Buffer<U> {
    fn put(&mut self, units: &[U]) {
        let kept = self.room.saturating_sub(self.total).min(units.len());
        if kept > 0 {
            // SAFETY: `total + kept` is at most `room`, so the target is writable by the contract of `new`; the source
            // may be text of the caller's that lies in the buffer, which `copy` allows.
            unsafe { self.start.add(self.total).copy_from(units.as_ptr(), kept) };
        }
        self.total = self.total.saturating_add(units.len());
    }

    fn fill(&mut self, unit: U, count: usize) {
        let kept = self.room.saturating_sub(self.total).min(count);
        for offset in 0..kept {
            // SAFETY: as in `put`.
            unsafe { self.start.add(self.total + offset).write(unit) };
        }
        self.total = self.total.saturating_add(count);
    }
}

impl<U: Unit> Sink<U> for Vec<U> {
    fn put(&mut self, units: &[U]) {
        self.extend_from_slice(units);
    }
}
