//! Barriers.
//!
//! Left out: that a thread which was let through does not touch the memory after `delete` has returned. The model's way of
//! waking lies in the barrier, Linux' way only uses the address. As in `once`, Linux' comparing of half a word is the model's.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use larboard_kernel::lock::barrier::{Barrier, Manner};

use super::explore;
use super::locks::{Guarded, spawn};

/// Meets the others twice and again: between two meetings the last one to come has the number to himself.
fn meet(barrier: &Guarded<Barrier>, manner: Manner, rounds: u32) {
    for round in 1..=rounds {
        if barrier.lock.enter(manner) {
            barrier.add();
        }
        barrier.lock.enter(manner);
        assert_eq!(barrier.get(), round);
    }
}

#[test]
fn one_of_those_who_meet_came_last_and_they_meet_again_at_once() {
    explore(3, || {
        let barrier = Guarded::new(Barrier::new(2, 0));
        let other = spawn(&barrier, |barrier| meet(barrier, Manner::BlockOnly, 2));
        meet(&barrier, Manner::BlockOnly, 2);
        other.join().unwrap();
    });
}

#[test]
fn three_meet() {
    explore(2, || {
        let barrier = Guarded::new(Barrier::new(3, 0));
        let meet = |barrier: &Guarded<Barrier>| meet(barrier, Manner::Usual, 1);
        let others = [spawn(&barrier, meet), spawn(&barrier, meet)];
        meet(&barrier);
        others.into_iter().for_each(|other| other.join().unwrap());
    });
}

#[test]
fn who_sleeps_meets_who_only_looks() {
    explore(3, || {
        let barrier = Guarded::new(Barrier::new(2, 0));
        let other = spawn(&barrier, |barrier| meet(barrier, Manner::SpinOnly, 1));
        meet(&barrier, Manner::BlockOnly, 1);
        other.join().unwrap();
    });
}

/// More threads than the barrier is for. Nobody is counted in a round that he does not wait for: another one would be left
/// alone.
#[test]
fn four_meet_in_pairs() {
    explore(1, || {
        let last = Arc::new(AtomicUsize::new(0));
        let barrier = Guarded::new(Barrier::new(2, 0));
        let enter = |last: Arc<AtomicUsize>| {
            move |barrier: &Guarded<Barrier>| {
                last.fetch_add(barrier.lock.enter(Manner::BlockOnly).into(), Relaxed);
            }
        };
        let others = [(); 3].map(|()| spawn(&barrier, enter(last.clone())));
        enter(last.clone())(&barrier);
        others.into_iter().for_each(|other| other.join().unwrap());
        assert_eq!(last.load(Relaxed), 2);
    });
}

#[test]
fn who_deletes_hears_that_the_last_one_has_left() {
    explore(4, || {
        let barrier = Guarded::new(Barrier::new(2, 0));
        let other = spawn(&barrier, |barrier| {
            barrier.lock.enter(Manner::BlockOnly);
        });
        barrier.lock.enter(Manner::BlockOnly);
        barrier.lock.delete();
        other.join().unwrap();
    });
}
