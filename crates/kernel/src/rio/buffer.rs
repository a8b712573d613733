//! Registered buffers: memory of the program that requests speak of by identifier and offset.
//!
//! A request that has begun keeps address and length itself, so a buffer that is de-registered meanwhile stays good for
//! it: the memory is the program's, and nothing here holds or moves it. Linux could pin the pages, but its limit on
//! pinned memory is small, and requests of the usual size gain nothing by it.
//!
//! Every request looks a buffer up, and many threads use one buffer. So a look-up writes nothing: it reads the place
//! between two looks at its version, which is odd while there is a buffer and moves on whenever one comes or goes.
//! The look-up's first load is an acquire and meets the release that ends `register`. Should it read what a later
//! `register` has written, its fence meets the one there, and its second look sees that the version has moved on.

use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};

use super::slots::{GENERATIONS, Id, Kind, Slots, id, place};
use crate::status::Status;

/// A part of a registered buffer, as the program writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The buffer.
    pub buffer: Id,
    /// Where it begins, in bytes from the buffer's beginning.
    pub offset: u32,
    /// Its length in bytes.
    pub length: u32,
}

/// Where a part lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// The first byte.
    pub base: *mut u8,
    /// Bytes.
    pub length: u32,
}

// SAFETY: an address and a length of memory that the program lets any thread read and write while a request uses it.
unsafe impl Send for Region {}

#[derive(Default)]
struct Slot {
    /// Twice the generation, and one more while there is a buffer.
    version: AtomicU64,
    base: AtomicUsize,
    length: AtomicU32,
}

static BUFFERS: Slots<Slot> = Slots::new();

/// Registers memory. INSUFFICIENT_RESOURCES if there are millions already.
pub fn register(base: *mut u8, length: u32) -> Result<Id, Status> {
    let (index, slot) = BUFFERS.take()?;
    let version = slot.version.load(Ordering::Relaxed);
    fence(Ordering::Release);
    slot.base.store(base.expose_provenance(), Ordering::Relaxed);
    slot.length.store(length, Ordering::Relaxed);
    slot.version.store(version + 1, Ordering::Release);
    Ok(id(Kind::Buffer, index, generation(version)))
}

/// Forgets a buffer. An unknown one is ignored. Requests that use it go on.
pub fn deregister(buffer: Id) {
    let Some((index, wanted)) = place(Kind::Buffer, buffer) else {
        return;
    };
    let Some(slot) = BUFFERS.get(index) else {
        return;
    };
    let version = slot.version.load(Ordering::Acquire);
    if version & 1 == 0 || generation(version) != wanted {
        return;
    }
    let (success, failure) = (Ordering::AcqRel, Ordering::Relaxed);
    // Of two that forget the same buffer one gives the place back.
    if slot
        .version
        .compare_exchange(version, version + 1, success, failure)
        .is_ok()
    {
        BUFFERS.give_back(index);
    }
}

/// Where a part lies. ACCESS_VIOLATION for an unknown buffer, INVALID_PARAMETER for a part beyond its end.
#[inline]
pub fn find(part: Part) -> Result<Region, Status> {
    let (base, length) = look_up(part.buffer).ok_or(Status::ACCESS_VIOLATION)?;
    let end = part.offset.checked_add(part.length);
    if end.is_none_or(|end| end > length) {
        return Err(Status::INVALID_PARAMETER);
    }
    let base = std::ptr::with_exposed_provenance_mut::<u8>(base);
    Ok(Region {
        base: base.wrapping_add(part.offset as usize),
        length: part.length,
    })
}

#[inline]
fn look_up(buffer: Id) -> Option<(usize, u32)> {
    let (index, wanted) = place(Kind::Buffer, buffer)?;
    let slot = BUFFERS.get(index)?;
    let version = slot.version.load(Ordering::Acquire);
    if version & 1 == 0 || generation(version) != wanted {
        return None;
    }
    let base = slot.base.load(Ordering::Relaxed);
    let length = slot.length.load(Ordering::Relaxed);
    fence(Ordering::Acquire);
    (slot.version.load(Ordering::Relaxed) == version).then_some((base, length))
}

#[inline]
fn generation(version: u64) -> u32 {
    (version >> 1) as u32 & GENERATIONS
}

#[cfg(test)]
mod tests {
    use super::{Part, deregister, find, register};
    use crate::status::Status;

    #[test]
    fn parts_lie_within_their_buffer() {
        let mut memory = [0u8; 100];
        let buffer = register(memory.as_mut_ptr(), 100).unwrap();
        let part = |offset, length| {
            find(Part {
                buffer,
                offset,
                length,
            })
        };
        let region = part(40, 60).unwrap();
        assert_eq!((region.base, region.length), (&raw mut memory[40], 60));
        assert!(part(100, 0).is_ok());
        for (offset, length) in [(40, 61), (101, 0), (u32::MAX, 1), (1, u32::MAX)] {
            assert_eq!(part(offset, length), Err(Status::INVALID_PARAMETER));
        }
        deregister(buffer);
        deregister(buffer);
        assert_eq!(part(0, 1), Err(Status::ACCESS_VIOLATION));
    }

    #[test]
    fn readers_never_see_half_a_registration() {
        let stop = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|threads| {
            let first = register(std::ptr::without_provenance_mut(0x1_0001), 1).unwrap();
            threads.spawn(|| {
                for n in 2..20_000u32 {
                    let base = std::ptr::without_provenance_mut(0x1_0000 + n as usize);
                    let buffer = register(base, n).unwrap();
                    deregister(buffer);
                }
                stop.store(true, std::sync::atomic::Ordering::Relaxed);
            });
            // Guesses at what is registered now: wherever one is right, base and length are of one registration.
            for guess in (0..).map(|n| first + ((n % 20_000usize) << 32) + 4) {
                if let Some((base, length)) = super::look_up(guess) {
                    assert_eq!(base - 0x1_0000, length as usize);
                }
                if stop.load(std::sync::atomic::Ordering::Relaxed) {
                    break;
                }
            }
            deregister(first);
        });
    }
}
