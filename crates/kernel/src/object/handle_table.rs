//! The handle table: handle values to objects, looked up without a lock.
//!
//! A handle is `(generation << 20 | index) << 2`: a multiple of 4 below 2^31, so that it survives a round trip through
//! `int` (HND-01). The two low bits are ignored (HND-02). Closing raises the slot's generation, so a stale value is an
//! error and never somebody else's object; freed slots are reused oldest first and only when [`QUARANTINE`] others
//! have been freed after them, so a value comes back after 512 × 256 closings at the earliest.
//!
//! One word per slot carries everything: `generation | OCCUPIED | LIVE | pins`.
//! - A look-up adds a pin, then checks LIVE and the generation. While a slot is pinned its object stays in it, so the
//!   look-up needs no reference of its own, and a handle may be closed while it is in use.
//! - Closing clears LIVE. Whoever takes the pins to zero on a slot that is OCCUPIED and not LIVE clears OCCUPIED by
//!   compare-and-swap; the winner alone empties the slot and gives it back.
//! - A look-up that comes too late may pin an empty slot for a moment: it sees LIVE missing and reads nothing.
//!
//! Release/acquire: the object is written before `fetch_or(LIVE, Release)`; the pin is an acquire and meets it.
//! Unpinning is a release; the winner's compare-and-swap is an acquire and meets all of them.

use std::any::Any;
use std::collections::VecDeque;
use std::ops::Deref;

use super::{Object, ObjectRef, Tagged};
use crate::status::Status;
use crate::sync::{Arc, AtomicPtr, AtomicU32, AtomicU64, Mutex, Ordering, UnsafeCell};

/// A handle value as the application sees it, without its two low bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Handle(pub usize);

#[cfg(not(loom))]
const SEGMENT: usize = 1024;
#[cfg(not(loom))]
const SEGMENTS: usize = 1024;
#[cfg(loom)]
const SEGMENT: usize = 2;
#[cfg(loom)]
const SEGMENTS: usize = 1;

const INDEX_BITS: u32 = 20;
const GENERATIONS: u64 = 512;
/// How many slots must have been freed after a slot before it is used again.
#[cfg(not(loom))]
const QUARANTINE: usize = 256;
#[cfg(loom)]
const QUARANTINE: usize = 0;

/// Four bits among the flags are not a flag: the tag of the object.
const TAG_SHIFT: u32 = 4;
const TAG_BITS: u32 = 0xF << TAG_SHIFT;
const FLAGS: u32 = !TAG_BITS;

const PINS: u64 = 0xFFFF_FFFF;
const LIVE: u64 = 1 << 32;
const OCCUPIED: u64 = 1 << 33;
const GENERATION_SHIFT: u32 = 40;

/// The closing of this handle is refused (HANDLE_FLAG_PROTECT_FROM_CLOSE).
pub const PROTECT_FROM_CLOSE: u32 = 2;

struct Slot {
    word: AtomicU64,
    flags: AtomicU32,
    object: UnsafeCell<Option<ObjectRef>>,
}

// SAFETY: `object` is written only by the one thread that owns the slot (between its removal from the free list and
// `fetch_or(LIVE)`, or after winning the OCCUPIED bit) and read only under a pin on a LIVE slot.
unsafe impl Sync for Slot {}
// SAFETY: an ObjectRef may move between threads.
unsafe impl Send for Slot {}

impl Slot {
    fn new() -> Slot {
        Slot {
            word: AtomicU64::new(0),
            flags: AtomicU32::new(0),
            object: UnsafeCell::new(None),
        }
    }
}

/// The table of one process.
pub struct HandleTable {
    segments: [AtomicPtr<Slot>; SEGMENTS],
    free: Mutex<Free>,
}

struct Free {
    slots: VecDeque<u32>,
    /// Slots below this index have been given out at least once. Index 0 is never used: handle 0 is NULL.
    fresh: u32,
}

#[cfg(loom)]
impl Default for HandleTable {
    fn default() -> Self {
        HandleTable {
            segments: std::array::from_fn(|_| AtomicPtr::new(std::ptr::null_mut())),
            free: Mutex::new(Free {
                slots: VecDeque::new(),
                fresh: 1,
            }),
        }
    }
}

#[cfg(not(loom))]
static PROCESS: HandleTable = HandleTable::new();

#[cfg(not(loom))]
impl HandleTable {
    /// The one table of the process (HND-01).
    #[inline]
    pub fn process() -> &'static HandleTable {
        &PROCESS
    }

    /// An empty table.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> HandleTable {
        HandleTable {
            segments: [const { AtomicPtr::new(std::ptr::null_mut()) }; SEGMENTS],
            free: Mutex::new(Free {
                slots: VecDeque::new(),
                fresh: 1,
            }),
        }
    }
}

impl HandleTable {
    /// Gives `object` a handle. TOO_MANY_OPENED_FILES when 1,048,575 handles are open.
    pub fn insert(&self, object: ObjectRef) -> Result<Handle, Status> {
        let index = self.take_index()?;
        let slot = self
            .slot(index)
            .expect("the segment was made with the index");
        object.handles().opened();
        let tag = u32::from(object.tag());
        // SAFETY: the index came off the free list, so this thread alone owns the empty slot.
        slot.object
            .with_mut(|place| unsafe { *place = Some(object) });
        slot.flags.store(tag << TAG_SHIFT, Ordering::Relaxed);
        let before = slot.word.fetch_or(LIVE | OCCUPIED, Ordering::Release);
        let generation = before >> GENERATION_SHIFT;
        Ok(Handle(
            ((generation as usize) << INDEX_BITS | index as usize) << 2,
        ))
    }

    /// The object behind `handle`, pinned: it stays until the reference is dropped, even if the handle is closed.
    #[inline(always)]
    pub fn get(&self, handle: Handle) -> Result<Pinned<'_, dyn Object>, Status> {
        let (slot, generation) = self.locate(handle).ok_or(Status::INVALID_HANDLE)?;
        let before = slot.word.fetch_add(1, Ordering::Acquire);
        let pin = Pin {
            table: self,
            slot,
            index: index_of(handle),
        };
        if before & LIVE == 0 || before >> GENERATION_SHIFT != generation {
            return Err(Status::INVALID_HANDLE);
        }
        // SAFETY: the slot is LIVE and pinned, so its object is there and stays (see the top of the file).
        let whole = slot.object.with(|place| unsafe { (*place).as_ref() });
        let whole = whole.ok_or(Status::INVALID_HANDLE)?;
        Ok(Pinned {
            object: &**whole,
            whole,
            pin,
        })
    }

    /// Is the handle open? Without a pin the answer may be out of date at once.
    #[inline]
    pub fn is_open(&self, handle: Handle) -> bool {
        self.locate(handle).is_some_and(|(slot, generation)| {
            let word = slot.word.load(Ordering::Acquire);
            word & LIVE != 0 && word >> GENERATION_SHIFT == generation
        })
    }

    /// Like [`get`](Self::get) for one kind of object; OBJECT_TYPE_MISMATCH if it is another kind.
    #[inline(always)]
    pub fn get_as<T: Object>(&self, handle: Handle) -> Result<Pinned<'_, T>, Status> {
        let any = self.get(handle)?;
        let object = (any.object as &dyn Any)
            .downcast_ref::<T>()
            .ok_or(Status::OBJECT_TYPE_MISMATCH)?;
        Ok(Pinned {
            object,
            whole: any.whole,
            pin: any.pin,
        })
    }

    /// Like [`get_as`](Self::get_as) for the kinds that have a tag.
    #[inline(always)]
    pub fn get_tagged<T: Tagged>(&self, handle: Handle) -> Result<Pinned<'_, T>, Status> {
        let any = self.get(handle)?;
        if any.pin.slot.flags.load(Ordering::Relaxed) & TAG_BITS != u32::from(T::TAG) << TAG_SHIFT {
            return Err(Status::OBJECT_TYPE_MISMATCH);
        }
        let object: *const T = std::ptr::from_ref(any.object).cast();
        Ok(Pinned {
            // SAFETY: the tag was written with the object, and only a T has it (see `Tagged`).
            object: unsafe { &*object },
            whole: any.whole,
            pin: any.pin,
        })
    }

    /// Closes a handle. The object's cleanup runs here, on the caller's thread, if it was the last handle.
    pub fn close(&self, handle: Handle) -> Result<(), Status> {
        let object = self.get(handle)?;
        if object.pin.slot.flags.load(Ordering::Relaxed) & PROTECT_FROM_CLOSE != 0 {
            return Err(Status::INVALID_HANDLE);
        }
        self.retire(&object)
    }

    /// Closes a handle if it denotes a `T` for which `check` says yes; otherwise nothing happens.
    pub fn close_as<T: Object>(
        &self,
        handle: Handle,
        check: impl FnOnce(&T) -> Result<(), Status>,
    ) -> Result<(), Status> {
        let object = self.get_as::<T>(handle)?;
        check(&object)?;
        self.retire(&object)
    }

    fn retire<T: Object + ?Sized>(&self, object: &Pinned<'_, T>) -> Result<(), Status> {
        let before = object.pin.slot.word.fetch_and(!LIVE, Ordering::AcqRel);
        if before & LIVE == 0 {
            return Err(Status::INVALID_HANDLE); // another thread closed it between our look-up and now
        }
        if object.handles().closed() {
            object.last_handle_closed();
        }
        Ok(())
    }

    /// The flags of a handle (HANDLE_FLAG_INHERIT, HANDLE_FLAG_PROTECT_FROM_CLOSE).
    pub fn flags(&self, handle: Handle) -> Result<u32, Status> {
        Ok(self.get(handle)?.pin.slot.flags.load(Ordering::Relaxed) & FLAGS)
    }

    /// Changes the flags named by `mask`.
    pub fn set_flags(&self, handle: Handle, mask: u32, flags: u32) -> Result<(), Status> {
        let object = self.get(handle)?;
        let (slot, mask) = (object.pin.slot, mask & FLAGS);
        slot.flags.fetch_and(!mask, Ordering::Relaxed);
        slot.flags.fetch_or(mask & flags, Ordering::Relaxed);
        Ok(())
    }

    /// The handles that are open now, with their objects: for thread exit and the last WSACleanup, not for hot paths.
    pub fn snapshot(&self) -> Vec<(Handle, ObjectRef)> {
        let fresh = self.free.lock().fresh;
        let live = |index: u32| {
            let slot = self.slot(index)?;
            let word = slot.word.load(Ordering::Relaxed);
            let generation = (word >> GENERATION_SHIFT) as usize;
            let handle = Handle((generation << INDEX_BITS | index as usize) << 2);
            Some((handle, self.get(handle).ok()?.to_object()))
        };
        (1..fresh).filter_map(live).collect()
    }

    #[inline]
    fn locate(&self, handle: Handle) -> Option<(&Slot, u64)> {
        let number = handle.0 >> 2;
        let generation = (number >> INDEX_BITS) as u64;
        if generation >= GENERATIONS {
            return None;
        }
        Some((self.slot(index_of(handle))?, generation))
    }

    #[inline]
    fn slot(&self, index: u32) -> Option<&Slot> {
        let segment = self.segments.get(index as usize / SEGMENT)?;
        let first = segment.load(Ordering::Acquire);
        if first.is_null() {
            return None;
        }
        // SAFETY: a segment, once published, has SEGMENT slots and lives as long as the table.
        Some(unsafe { &*first.add(index as usize % SEGMENT) })
    }

    fn take_index(&self) -> Result<u32, Status> {
        let mut free = self.free.lock();
        if free.slots.len() > QUARANTINE
            && let Some(index) = free.slots.pop_front()
        {
            return Ok(index);
        }
        if free.fresh as usize == SEGMENT * SEGMENTS {
            return free.slots.pop_front().ok_or(Status::TOO_MANY_OPENED_FILES);
        }
        let index = free.fresh;
        self.ensure_segment(index);
        free.fresh += 1;
        Ok(index)
    }

    /// Called with the free list locked, so a segment is made once.
    fn ensure_segment(&self, index: u32) {
        let segment = &self.segments[index as usize / SEGMENT];
        if segment.load(Ordering::Relaxed).is_null() {
            let slots: Box<[Slot]> = (0..SEGMENT).map(|_| Slot::new()).collect();
            segment.store(Box::into_raw(slots).cast(), Ordering::Release);
        }
    }

    /// Drops one pin; the last one on a closed slot empties it.
    #[inline]
    fn unpin(&self, slot: &Slot, index: u32) {
        let before = slot.word.fetch_sub(1, Ordering::Release);
        if before & PINS == 1 && before & (LIVE | OCCUPIED) == OCCUPIED {
            self.empty(slot, index, before - 1);
        }
    }

    /// Takes the object out, unless another thread has done so or pinned the slot again.
    #[cold]
    fn empty(&self, slot: &Slot, index: u32, expected: u64) {
        let generation = ((expected >> GENERATION_SHIFT) + 1) % GENERATIONS;
        let emptied = generation << GENERATION_SHIFT;
        if slot
            .word
            .compare_exchange(expected, emptied, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
        {
            // SAFETY: winning OCCUPIED makes this thread the owner of the slot until it is on the free list.
            let object = slot.object.with_mut(|place| unsafe { (*place).take() });
            self.free.lock().slots.push_back(index);
            drop(object);
        }
    }
}

impl Drop for HandleTable {
    fn drop(&mut self) {
        for segment in &self.segments {
            let first = segment.load(Ordering::Acquire);
            if !first.is_null() {
                let slots = std::ptr::slice_from_raw_parts_mut(first, SEGMENT);
                // SAFETY: made by Box::into_raw of SEGMENT slots in `ensure_segment`; nobody else is left.
                drop(unsafe { Box::from_raw(slots) });
            }
        }
    }
}

fn index_of(handle: Handle) -> u32 {
    ((handle.0 >> 2) & ((1 << INDEX_BITS) - 1)) as u32
}

struct Pin<'t> {
    table: &'t HandleTable,
    slot: &'t Slot,
    index: u32,
}

impl Drop for Pin<'_> {
    #[inline]
    fn drop(&mut self) {
        self.table.unpin(self.slot, self.index);
    }
}

/// An object found through its handle, kept in its slot by a pin.
pub struct Pinned<'t, T: ?Sized> {
    object: &'t T,
    whole: &'t ObjectRef,
    pin: Pin<'t>,
}

impl<T: ?Sized> Deref for Pinned<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // Through the cell for loom's sake: it checks that the slot is not emptied meanwhile.
        self.pin.slot.object.with(|_| self.object)
    }
}

impl<T: ?Sized> Pinned<'_, T> {
    /// Is the handle still open? While the pin lasts, its value denotes this object or nothing.
    #[inline]
    pub fn is_open(&self) -> bool {
        self.pin.slot.word.load(Ordering::Acquire) & LIVE != 0
    }

    /// A counted reference that outlives the pin.
    pub fn to_object(&self) -> ObjectRef {
        self.whole.clone()
    }
}

impl<T: Object> Pinned<'_, T> {
    /// A counted reference that outlives the pin.
    pub fn to_arc(&self) -> Arc<T> {
        let object: *const T = self.object;
        // SAFETY: `object` is the inside of the Arc in the slot: `get_as` checked that its type is T, and every
        // `Arc<dyn Object>` comes from an `Arc` of the concrete type. The pin keeps the count above zero.
        unsafe {
            Arc::increment_strong_count(object);
            Arc::from_raw(object)
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{Handle, HandleTable, PROTECT_FROM_CLOSE, QUARANTINE};
    use crate::object::event::Event;
    use crate::object::semaphore::Semaphore;
    use crate::object::{Object, ObjectRef};
    use crate::status::Status;
    use crate::sync::Arc;

    fn event() -> ObjectRef {
        Arc::new(Event::new(false, false))
    }

    #[test]
    fn a_handle_is_a_multiple_of_four_that_fits_an_int() {
        let table = HandleTable::new();
        for _ in 0..2000 {
            let handle = table.insert(event()).unwrap();
            assert!(handle.0 != 0 && handle.0.is_multiple_of(4) && i32::try_from(handle.0).is_ok());
            for low_bits in 1..4 {
                assert!(table.get(Handle(handle.0 | low_bits)).is_ok());
            }
        }
    }

    #[test]
    fn what_was_never_a_handle_is_none() {
        let table = HandleTable::new();
        table.insert(event()).unwrap();
        for number in [0, 8, 1 << 21, 1 << 31, usize::MAX, usize::MAX - 1] {
            let status = table.get(Handle(number)).err();
            assert_eq!(status, Some(Status::INVALID_HANDLE), "{number:#x}");
        }
    }

    #[test]
    fn a_slot_rests_before_it_is_used_again_and_then_has_another_number() {
        let table = HandleTable::new();
        let first = table.insert(event()).unwrap();
        table.close(first).unwrap();
        let slot = |handle: Handle| handle.0 & ((1 << 22) - 1);
        for closed in 1.. {
            let next = table.insert(event()).unwrap();
            assert!(table.get(first).is_err() && next != first);
            table.close(next).unwrap();
            if slot(next) == slot(first) {
                assert_eq!(next.0 - first.0, 1 << 22, "the next generation");
                assert!(closed > QUARANTINE, "it rested for {closed} closings");
                return;
            }
            assert!(closed < 4 * QUARANTINE, "it never comes back");
        }
    }

    #[test]
    fn all_generations_of_a_slot_are_different() {
        let table = HandleTable::new();
        let mut seen = std::collections::HashSet::new();
        for _ in 0..(QUARANTINE + 1) * 8 {
            let handle = table.insert(event()).unwrap();
            table.close(handle).unwrap();
            assert!(seen.insert(handle), "{handle:?} twice");
        }
    }

    #[test]
    fn the_full_table_says_so_and_recovers() {
        let table = HandleTable::new();
        let object = event();
        let mut last = Handle(0);
        let failed = loop {
            match table.insert(object.clone()) {
                Ok(handle) => last = handle,
                Err(status) => break status,
            }
        };
        assert_eq!(failed, Status::TOO_MANY_OPENED_FILES);
        assert_eq!(table.snapshot().len(), (1 << 20) - 1);
        table.close(last).unwrap();
        let again = table.insert(object).unwrap();
        assert_ne!(again, last);
    }

    #[test]
    fn an_object_outlives_its_handle_while_it_is_used() {
        let table = HandleTable::new();
        let object = event();
        let alive = Arc::downgrade(&object);
        let handle = table.insert(object).unwrap();
        let used = table.get_as::<Event>(handle).ok().unwrap();
        table.close(handle).unwrap();
        assert_eq!(table.close(handle), Err(Status::INVALID_HANDLE));
        used.set();
        assert!(used.dispatcher().is_set() && alive.upgrade().is_some());
        drop(used);
        assert!(alive.upgrade().is_none(), "the last use has let it go");
    }

    #[test]
    fn the_kind_of_the_object_is_checked() {
        let table = HandleTable::new();
        let handle = table.insert(event()).unwrap();
        let wrong = table.get_as::<Semaphore>(handle).err();
        assert_eq!(wrong, Some(Status::OBJECT_TYPE_MISMATCH));
        assert!(table.close_as::<Semaphore>(handle, |_| Ok(())).is_err());
        let refused = table.close_as::<Event>(handle, |_| Err(Status::ACCESS_DENIED));
        assert_eq!(refused, Err(Status::ACCESS_DENIED));
        assert!(table.get(handle).is_ok(), "nothing has closed it");
    }

    #[test]
    fn a_protected_handle_stays_open() {
        let table = HandleTable::new();
        let handle = table.insert(event()).unwrap();
        table
            .set_flags(handle, PROTECT_FROM_CLOSE, PROTECT_FROM_CLOSE)
            .unwrap();
        assert_eq!(table.flags(handle), Ok(PROTECT_FROM_CLOSE));
        assert_eq!(table.close(handle), Err(Status::INVALID_HANDLE));
        table.set_flags(handle, PROTECT_FROM_CLOSE, 0).unwrap();
        assert_eq!(table.close(handle), Ok(()));
    }
}
