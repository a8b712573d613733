//! One-time initialisation.
//!
//! Left out: that Linux compares half of a word which is changed as a whole. The model sleeps while it compares that half of
//! the whole word.

use std::sync::Arc;

use larboard_kernel::lock::once::{Begun, Once, Way};
use larboard_kernel::status::Status;

use super::explore;
use super::locks::{Guarded, spawn};

const CONTEXT: u64 = 8;

/// What every thread does that needs it to be initialised.
fn initialise(once: &Guarded<Once>) {
    match once.lock.begin(Way::Synchronous).unwrap() {
        Begun::Pending => {
            once.add();
            once.lock.complete(Way::Synchronous, CONTEXT).unwrap();
        }
        Begun::Complete(context) => assert_eq!(context, CONTEXT),
    }
    assert_eq!(once.get(), 1);
}

#[test]
fn one_initialises_and_all_see_it() {
    explore(3, || {
        let once = Guarded::new(Once::default());
        let others = [spawn(&once, initialise), spawn(&once, initialise)];
        initialise(&once);
        others.into_iter().for_each(|other| other.join().unwrap());
    });
}

#[test]
fn after_a_failure_one_of_those_who_wait_tries_again() {
    explore(3, || {
        let once = Guarded::new(Once::default());
        let initialise = |once: &Guarded<Once>| match once.lock.begin(Way::Synchronous).unwrap() {
            Begun::Pending => {
                once.add();
                match once.get() {
                    1 => once.lock.fail().unwrap(),
                    _ => once.lock.complete(Way::Synchronous, CONTEXT).unwrap(),
                }
            }
            Begun::Complete(context) => {
                assert_eq!(context, CONTEXT);
                assert_eq!(once.get(), 2);
            }
        };
        let others = [spawn(&once, initialise), spawn(&once, initialise)];
        initialise(&once);
        others.into_iter().for_each(|other| other.join().unwrap());
        assert_eq!(once.lock.begin(Way::Check), Ok(Begun::Complete(CONTEXT)));
        assert_eq!(once.get(), 2);
    });
}

#[test]
fn a_look_sees_everything_or_nothing() {
    explore(4, || {
        let once = Guarded::new(Once::default());
        let other = spawn(&once, |once| match once.lock.begin(Way::Check) {
            Ok(begun) => {
                assert_eq!(begun, Begun::Complete(CONTEXT));
                assert_eq!(once.get(), 1);
            }
            Err(status) => assert_eq!(status, Status::UNSUCCESSFUL),
        });
        initialise(&once);
        other.join().unwrap();
    });
}

/// An initialisation that several threads do side by side: each has its own place for what it makes.
struct SideBySide {
    once: Once,
    made: [Arc<Guarded<()>>; 3],
}

/// Number `me` makes its own; true if that one counts.
fn make(shared: &Guarded<SideBySide>, me: usize) -> bool {
    let SideBySide { once, made } = &shared.lock;
    let mut first = false;
    if once.begin(Way::Asynchronous) == Ok(Begun::Pending) {
        made[me].add();
        let completed = once.complete(Way::Asynchronous, me as u64 * CONTEXT);
        assert!(matches!(completed, Ok(()) | Err(Status::UNSUCCESSFUL)));
        first = completed.is_ok();
    }
    let Ok(Begun::Complete(context)) = once.begin(Way::Check) else {
        panic!("one of them has completed");
    };
    let winner = (context / CONTEXT) as usize;
    assert!(!first || winner == me);
    assert_eq!(made[winner].get(), 1);
    first
}

#[test]
fn of_those_who_initialise_side_by_side_the_first_counts() {
    explore(3, || {
        let shared = Guarded::new(SideBySide {
            once: Once::default(),
            made: [(); 3].map(Guarded::new),
        });
        let others = [1, 2].map(|me| {
            spawn(&shared, move |shared: &Guarded<SideBySide>| {
                if make(shared, me) {
                    shared.add();
                }
            })
        });
        if make(&shared, 0) {
            shared.add();
        }
        others.into_iter().for_each(|other| other.join().unwrap());
        assert_eq!(shared.get(), 1);
    });
}
