//! Interlocked lists. Whoever has taken an entry writes over it at once, so loom reports everybody who still looks at it.
//!
//! Left out: how long a thread waits for another one that takes. The model only knows that it gives its processor away.

use std::cell::UnsafeCell;

use larboard_kernel::lock::slist::{Entry, List};

use super::explore;
use super::locks::{Guarded, spawn};

const ENTRIES: usize = 3;

/// A list and the entries that are put into it.
#[derive(Default)]
struct Shared {
    list: List,
    entries: [UnsafeCell<Entry>; ENTRIES],
}

// SAFETY: an entry is used by the list, or by the thread that has taken it.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Shared {
    fn push(&self, entry: usize) {
        let entry = self.entries[entry].get();
        entry.expose_provenance();
        // SAFETY: the entry is the caller's, and stays valid as long as the list.
        unsafe { self.list.push(entry, entry, 1) };
    }

    fn push_chain(&self, [first, last]: [usize; 2]) {
        let [first, last] = [first, last].map(|entry| self.entries[entry].get());
        let address = last.expose_provenance() as u64;
        first.expose_provenance();
        // SAFETY: the entries are the caller's, and stay valid as long as the list.
        unsafe {
            (*first).with_mut(|next| *next = address);
            self.list.push(first, last, 2);
        }
    }

    fn pop(&self) -> Option<usize> {
        // SAFETY: all entries live as long as the list.
        let address = unsafe { self.list.pop() };
        let (entry, _) = self.take(address)?;
        Some(entry)
    }

    /// Takes all; the first one in front.
    fn flush(&self) -> Vec<usize> {
        let mut all = Vec::new();
        let mut address = self.list.flush();
        while let Some((entry, next)) = self.take(address) {
            all.push(entry);
            address = next;
        }
        all
    }

    /// Which entry this is, and the address of the next one; nobody else may look at it from here on.
    fn take(&self, address: u64) -> Option<(usize, u64)> {
        let is_it = |entry: &UnsafeCell<Entry>| entry.get().addr() as u64 == address;
        let entry = self.entries.iter().position(is_it)?;
        // SAFETY: the list has given it to this thread alone, or loom says so.
        let entry_itself = unsafe { &mut *self.entries[entry].get() };
        let next = entry_itself.with_mut(|next| std::mem::replace(next, u64::MAX));
        Some((entry, next))
    }
}

/// Every entry was taken once.
fn assert_all(taken: impl IntoIterator<Item = usize>) {
    let mut taken = Vec::from_iter(taken);
    taken.sort_unstable();
    assert_eq!(taken, Vec::from_iter(0..ENTRIES));
}

/// Runs `other` in a second thread and `mine` in this one, over a list of these entries, the first one in front; the results,
/// and what is left in the list.
fn beside<A: Send + 'static, B>(
    chain: &[usize],
    other: impl FnOnce(&Shared) -> A + Send + 'static,
    mine: impl FnOnce(&Shared) -> B,
) -> (A, B, Vec<usize>) {
    let shared = Guarded::new(Shared::default());
    for entry in chain.iter().rev() {
        shared.lock.push(*entry);
    }
    let result = std::sync::Arc::new(std::sync::Mutex::new(None));
    let theirs = result.clone();
    let other = spawn(&shared, move |shared: &Guarded<Shared>| {
        *theirs.lock().unwrap() = Some(other(&shared.lock));
    });
    let mine = mine(&shared.lock);
    other.join().unwrap();
    let depth = shared.lock.list.depth();
    let left = shared.lock.flush();
    assert_eq!(left.len(), usize::from(depth));
    assert_eq!(shared.lock.pop(), None);
    let other = result.lock().unwrap().take().unwrap();
    (other, mine, left)
}

#[test]
fn what_two_threads_push_and_pop_is_neither_lost_nor_doubled() {
    explore(4, || {
        let push_and_pop = |entry| {
            move |shared: &Shared| {
                shared.push(entry);
                shared.pop().expect("two were pushed before")
            }
        };
        let (other, mine, left) = beside(&[0], push_and_pop(1), push_and_pop(2));
        assert_all(left.into_iter().chain([other, mine]));
    });
}

/// The second thread takes two entries and puts the first one back, while the other one takes: the list begins with the
/// entry that it began with, and goes on with another one.
#[test]
fn an_entry_that_comes_back_is_not_taken_for_the_one_before() {
    explore(4, || {
        let (kept, popped, left) = beside(
            &[0, 1, 2],
            |shared| {
                let back = shared.pop().unwrap();
                let kept = shared.pop().unwrap();
                shared.push(back);
                kept
            },
            |shared| shared.pop().unwrap(),
        );
        assert_all(left.into_iter().chain([kept, popped]));
    });
}

#[test]
fn a_flush_takes_everything_once() {
    explore(4, || {
        let (popped, flushed, left) = beside(
            &[0, 1],
            |shared| {
                shared.push(2);
                shared.pop()
            },
            Shared::flush,
        );
        assert!(flushed.len() + usize::from(popped.is_some()) >= 2);
        assert_all(left.into_iter().chain(flushed).chain(popped));
    });
}

#[test]
fn of_two_flushes_one_has_everything() {
    explore(4, || {
        let (other, mine, left) = beside(&[0, 1, 2], Shared::flush, Shared::flush);
        let all = if mine.is_empty() { other } else { mine };
        assert_eq!(all, [0, 1, 2]);
        assert!(left.is_empty());
    });
}

#[test]
fn a_chain_stays_together() {
    explore(4, || {
        let (popped, (), left) = beside(
            &[2],
            |shared| shared.pop().unwrap(),
            |shared| shared.push_chain([0, 1]),
        );
        assert_eq!(left, if popped == 0 { [1, 2] } else { [0, 1] });
    });
}

#[test]
fn a_flush_of_an_empty_list_takes_what_comes_or_nothing() {
    explore(4, || {
        let (flushed, popped, left) = beside(&[], Shared::flush, |shared| {
            shared.push(0);
            shared.push(1);
            shared.pop()
        });
        let mut taken = Vec::from_iter(left.into_iter().chain(flushed).chain(popped));
        taken.sort_unstable();
        assert_eq!(taken, [0, 1]);
    });
}
