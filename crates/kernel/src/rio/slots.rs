//! Numbered places that never move, and the identifiers that stand for what is in them.
//!
//! An identifier is the generation of its place in the upper half, the number of the place and the kind of thing below.
//! The generation changes whenever a place is emptied, so an identifier that has become stale, or is of another kind, or
//! was never given out, leads to nothing.
//!
//! Places are made in chunks, each twice as large as the one before, and stay: reading a place needs no lock.

use std::sync::OnceLock;

use crate::status::Status;
use crate::sync::Mutex;

const FIRST_CHUNK: u32 = 64;
const CHUNKS: usize = 17;
/// No more than so many things of one kind, some eight million.
const MOST: u32 = FIRST_CHUNK * ((1 << CHUNKS) - 1);

/// An identifier as the program has it. Never 0, never negative, and never 0xFFFFFFFF.
pub type Id = usize;

/// What an identifier stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A registered buffer.
    Buffer = 1,
    /// A completion queue.
    CompletionQueue = 2,
    /// A request queue.
    RequestQueue = 3,
}

/// The identifier of a place.
pub fn id(kind: Kind, index: u32, generation: u32) -> Id {
    let generation = (generation & GENERATIONS) as usize + 1;
    generation << 32 | (index as usize) << 2 | kind as usize
}

/// The place and generation that an identifier speaks of, if it is of this kind.
#[inline]
pub fn place(kind: Kind, id: Id) -> Option<(u32, u32)> {
    let generation = (id >> 32).checked_sub(1)?;
    let fits = generation <= GENERATIONS as usize && id & 3 == kind as usize;
    fits.then_some(((id as u32) >> 2, generation as u32))
}

/// Generations begin again after so many: an identifier is confused at the earliest when its place has been emptied two
/// thousand million times.
pub const GENERATIONS: u32 = (1 << 30) - 1;

/// The places of one kind.
pub struct Slots<S> {
    chunks: [OnceLock<Box<[S]>>; CHUNKS],
    free: Mutex<Free>,
}

struct Free {
    returned: Vec<u32>,
    /// All places from here on have never been used.
    fresh: u32,
}

impl<S: Default> Slots<S> {
    /// No places yet.
    pub const fn new() -> Slots<S> {
        Slots {
            chunks: [const { OnceLock::new() }; CHUNKS],
            free: Mutex::new(Free {
                returned: Vec::new(),
                fresh: 0,
            }),
        }
    }

    /// A place, if it has ever been used.
    #[inline]
    pub fn get(&self, index: u32) -> Option<&S> {
        let (chunk, offset) = locate(index)?;
        self.chunks[chunk].get()?.get(offset)
    }

    /// A place that nobody has. INSUFFICIENT_RESOURCES if there are too many.
    pub fn take(&self) -> Result<(u32, &S), Status> {
        let mut free = self.free.lock();
        let index = match free.returned.pop() {
            Some(index) => index,
            None if free.fresh < MOST => {
                free.fresh += 1;
                free.fresh - 1
            }
            None => return Err(Status::INSUFFICIENT_RESOURCES),
        };
        drop(free);
        let (chunk, offset) = locate(index).ok_or(Status::INSUFFICIENT_RESOURCES)?;
        let places = self.chunks[chunk].get_or_init(|| {
            let length = FIRST_CHUNK << chunk;
            (0..length).map(|_| S::default()).collect()
        });
        Ok((index, &places[offset]))
    }

    /// Nobody has this place any more.
    pub fn give_back(&self, index: u32) {
        self.free.lock().returned.push(index);
    }
}

/// The chunk of a place, and where it lies there.
#[inline]
fn locate(index: u32) -> Option<(usize, usize)> {
    if index >= MOST {
        return None;
    }
    let position = index / FIRST_CHUNK + 1;
    let chunk = position.ilog2();
    let first = FIRST_CHUNK * ((1 << chunk) - 1);
    Some((chunk as usize, (index - first) as usize))
}

/// Things with identifiers, each behind a lock of its own.
pub struct Table<T> {
    kind: Kind,
    slots: Slots<Mutex<Held<T>>>,
}

/// What is in a place.
struct Held<T> {
    generation: u32,
    value: Option<T>,
}

impl<T> Default for Held<T> {
    fn default() -> Self {
        Held {
            generation: 0,
            value: None,
        }
    }
}

impl<T> Table<T> {
    /// Nothing of this kind yet.
    pub const fn new(kind: Kind) -> Table<T> {
        Table {
            kind,
            slots: Slots::new(),
        }
    }

    /// Gives `value` an identifier.
    pub fn insert(&self, value: T) -> Result<Id, Status> {
        let (index, slot) = self.slots.take()?;
        let mut held = slot.lock();
        held.value = Some(value);
        Ok(id(self.kind, index, held.generation))
    }

    /// Runs `f` with the thing, which stays and is nobody else's meanwhile. None if there is none.
    #[inline]
    pub fn with<R>(&self, id: Id, f: impl FnOnce(&T) -> R) -> Option<R> {
        let (index, generation) = place(self.kind, id)?;
        let held = self.slots.get(index)?.lock();
        if held.generation != generation {
            return None;
        }
        held.value.as_ref().map(f)
    }

    /// Takes the thing out. From now on its identifier is stale.
    pub fn remove(&self, id: Id) -> Option<T> {
        let (index, generation) = place(self.kind, id)?;
        let mut held = self.slots.get(index)?.lock();
        if held.generation != generation {
            return None;
        }
        let value = held.value.take()?;
        held.generation = (held.generation + 1) & GENERATIONS;
        drop(held);
        self.slots.give_back(index);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, MOST, Slots, Table, id, locate, place};

    #[test]
    fn every_place_lies_in_one_chunk() {
        let mut last = (0, 0);
        for index in 1..200_000 {
            let here = locate(index).unwrap();
            let follows = here == (last.0, last.1 + 1) || here == (last.0 + 1, 0);
            assert!(follows, "{index}: {last:?} {here:?}");
            last = here;
        }
        assert!(locate(MOST - 1).is_some() && locate(MOST).is_none());
    }

    #[test]
    fn identifiers_tell_place_generation_and_kind() {
        for (index, generation) in [(0, 0), (5, 1), (MOST - 1, super::GENERATIONS)] {
            let id = id(Kind::RequestQueue, index, generation);
            assert_eq!(place(Kind::RequestQueue, id), Some((index, generation)));
            assert_eq!(place(Kind::Buffer, id), None);
            assert!(id as isize > 0 && id != 0xFFFF_FFFF);
        }
        for never in [0, 1, 2, 3, 0xFFFF_FFFF, usize::MAX] {
            assert_eq!(place(Kind::Buffer, never), None, "{never:#x}");
        }
    }

    #[test]
    fn a_removed_thing_leaves_a_stale_identifier() {
        let table = Table::new(Kind::Buffer);
        let first = table.insert("first").unwrap();
        assert_eq!(table.with(first, |value| *value), Some("first"));
        assert_eq!(table.remove(first), Some("first"));
        let second = table.insert("second").unwrap();
        assert_ne!(first, second);
        assert_eq!(
            (table.with(first, |_| ()), table.remove(first)),
            (None, None)
        );
        assert_eq!(table.with(second, |value| *value), Some("second"));
    }

    #[test]
    fn places_are_used_again() {
        let slots = Slots::<u8>::new();
        let (first, _) = slots.take().unwrap();
        slots.give_back(first);
        assert_eq!(slots.take().unwrap().0, first);
    }
}
