//! Interlocked singly linked lists.
//!
//! The head is one word: how many entries there are, the address of the first one, and the *taker's bit*. An entry is
//! pushed by one compare-and-swap. To take one, its successor has to be read, and meanwhile another thread could take it,
//! free it, or push it again: reading it would touch foreign memory, and the swap would not see that the list is another
//! one. So who takes sets the taker's bit first. Nobody else takes while it is set, so the first entry stays in the list
//! and its memory with it; others may push meanwhile, which the second swap sees.
//!
//! The bit is held for two instructions. Who finds it set looks again, and gives its processor away after a while.
//!
//! A push releases the entry's successor and contents; whoever takes it acquires them through the head.

use super::spin;
use crate::sync::{AtomicU64, Ordering, sanitizer, yield_now};

/// SLIST_ENTRY: the program's memory begins with the address of the next entry.
pub type Entry = AtomicU64;

/// SLIST_HEADER, 16 bytes; all zero is an empty list.
#[repr(C)]
#[derive(Default)]
pub struct List {
    head: AtomicU64,
    reserved: u64,
}

#[cfg(not(loom))]
const _: () = assert!(size_of::<List>() == 16);

const DEPTH: u64 = 0xFFFF;
/// Addresses are multiples of 8 and have 48 bits.
const ADDRESS_SHIFT: u32 = 16 - 3;
const ADDRESS: u64 = ((1 << 48) - 1) & !0x7;
const TAKER: u64 = 1 << 63;

fn address(head: u64) -> u64 {
    head >> ADDRESS_SHIFT & ADDRESS
}

fn compose(address: u64, depth: u64) -> u64 {
    (address & ADDRESS) << ADDRESS_SHIFT | depth & DEPTH
}

impl List {
    /// How many entries there are, modulo 65,536.
    pub fn depth(&self) -> u16 {
        (self.head.load(Ordering::Relaxed) & DEPTH) as u16
    }

    /// Puts a chain of `count` entries in front. The address of the entry that was the first before, 0 if none.
    ///
    /// # Safety
    /// `first` and `last` are aligned to 8 and lead from one to the other; they stay valid until they are taken.
    pub unsafe fn push(&self, first: *const Entry, last: *const Entry, count: u64) -> u64 {
        sanitizer::release(self);
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            // SAFETY: valid by this function's contract, and nobody else's before the swap succeeds.
            unsafe { (*last).store(address(head), Ordering::Relaxed) };
            let new = compose(first.addr() as u64, (head & DEPTH) + count) | head & TAKER;
            match self.exchange(head, new) {
                Ok(_) => return address(head),
                Err(now) => head = now,
            }
        }
    }

    /// Takes the first entry; 0 if there is none.
    ///
    /// # Safety
    /// All entries are valid.
    pub unsafe fn pop(&self) -> u64 {
        let Some(mut head) = self.begin_to_take() else {
            return 0;
        };
        loop {
            let first = std::ptr::with_exposed_provenance::<Entry>(address(head) as usize);
            // SAFETY: the entry is in the list, where it stays while this thread has the taker's bit.
            let next = unsafe { (*first).load(Ordering::Relaxed) };
            match self.exchange(head, compose(next, (head & DEPTH).wrapping_sub(1))) {
                Ok(_) => {
                    sanitizer::acquire(self);
                    return address(head);
                }
                Err(now) => head = now,
            }
        }
    }

    /// Takes all entries: the address of the first, 0 if there is none.
    pub fn flush(&self) -> u64 {
        match self.begin_to_take() {
            Some(_) => {
                let head = self.head.swap(0, Ordering::AcqRel);
                sanitizer::acquire(self);
                address(head)
            }
            None => 0,
        }
    }

    /// Sets the taker's bit; none if the list is empty. The head as it is now.
    fn begin_to_take(&self) -> Option<u64> {
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            if address(head) == 0 {
                return None;
            }
            if head & TAKER != 0 {
                head = self.wait_for_taker();
                continue;
            }
            match self.exchange(head, head | TAKER) {
                Ok(_) => return Some(head | TAKER),
                Err(now) => head = now,
            }
        }
    }

    #[cold]
    fn wait_for_taker(&self) -> u64 {
        let mut head = 0;
        let mut is_free = || {
            head = self.head.load(Ordering::Relaxed);
            head & TAKER == 0
        };
        while !is_free() {
            spin(super::SPINS, &mut is_free);
            yield_now();
        }
        head
    }

    fn exchange(&self, from: u64, to: u64) -> Result<u64, u64> {
        self.head
            .compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire)
    }
}
