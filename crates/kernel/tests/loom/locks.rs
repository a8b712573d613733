//! Locks that lie in the program's memory.

use std::sync::Arc;
use std::time::Instant;

use larboard_kernel::lock::condition::{ConditionVariable, Lock};
use larboard_kernel::lock::critical_section::CriticalSection;
use larboard_kernel::lock::srw::SrwLock;
use loom::cell::UnsafeCell;
use loom::thread;

use super::explore;

/// A number that a lock protects: loom reports two threads that are at it at the same time.
pub struct Guarded<L> {
    pub lock: L,
    number: UnsafeCell<u32>,
}

impl<L> Guarded<L> {
    pub fn new(lock: L) -> Arc<Self> {
        let number = UnsafeCell::new(0);
        Arc::new(Self { lock, number })
    }

    pub fn add(&self) {
        // SAFETY: the lock under test keeps others out, or loom says so.
        self.number.with_mut(|number| unsafe { *number += 1 });
    }

    fn remove(&self) {
        // SAFETY: as above.
        self.number.with_mut(|number| unsafe { *number -= 1 });
    }

    pub fn get(&self) -> u32 {
        // SAFETY: as above, for writers.
        self.number.with(|number| unsafe { *number })
    }
}

// SAFETY: the number is used under the lock.
unsafe impl<L: Send> Send for Guarded<L> {}
// SAFETY: as above.
unsafe impl<L: Sync> Sync for Guarded<L> {}

pub fn spawn<L: Send + Sync + 'static>(
    guarded: &Arc<Guarded<L>>,
    body: impl FnOnce(&Guarded<L>) + 'static,
) -> thread::JoinHandle<()> {
    let guarded = guarded.clone();
    thread::spawn(move || body(&guarded))
}

#[test]
fn a_section_has_one_thread_at_a_time() {
    explore(2, || {
        let section = Guarded::new(CriticalSection::new(0));
        let enter = |section: &Guarded<CriticalSection>| {
            section.lock.enter();
            section.lock.enter();
            section.add();
            section.lock.leave();
            section.lock.leave();
        };
        let others = [spawn(&section, enter), spawn(&section, enter)];
        enter(&section);
        others.into_iter().for_each(|other| other.join().unwrap());
        assert!(section.lock.try_enter());
        assert_eq!(section.get(), 3);
    });
}

#[test]
fn trying_a_section_takes_it_or_not() {
    explore(4, || {
        let section = Guarded::new(CriticalSection::new(0));
        let try_enter = |section: &Guarded<CriticalSection>| {
            if section.lock.try_enter() {
                section.add();
                section.lock.leave();
            }
        };
        let other = spawn(&section, try_enter);
        section.lock.enter();
        section.add();
        section.lock.leave();
        other.join().unwrap();
        section.lock.enter();
        assert!((1..=2).contains(&section.get()));
    });
}

fn write(guarded: &Guarded<SrwLock>) {
    guarded.lock.acquire_exclusive();
    guarded.add();
    guarded.lock.release_exclusive();
}

fn read(guarded: &Guarded<SrwLock>) {
    guarded.lock.acquire_shared();
    guarded.get();
    guarded.lock.release_shared();
}

#[test]
fn writers_are_alone() {
    explore(2, || {
        let lock = Guarded::new(SrwLock::default());
        let others = [spawn(&lock, write), spawn(&lock, write)];
        write(&lock);
        others.into_iter().for_each(|other| other.join().unwrap());
        assert!(lock.lock.try_acquire_exclusive());
        assert_eq!(lock.get(), 3);
    });
}

#[test]
fn a_writer_among_readers() {
    explore(2, || {
        let lock = Guarded::new(SrwLock::default());
        let others = [spawn(&lock, read), spawn(&lock, write)];
        read(&lock);
        others.into_iter().for_each(|other| other.join().unwrap());
        assert!(lock.lock.try_acquire_exclusive());
        assert_eq!(lock.get(), 1);
    });
}

#[test]
fn readers_behind_writers() {
    explore(2, || {
        let lock = Guarded::new(SrwLock::default());
        lock.lock.acquire_exclusive();
        let others = [spawn(&lock, read), spawn(&lock, write)];
        lock.add();
        lock.lock.release_exclusive();
        read(&lock);
        others.into_iter().for_each(|other| other.join().unwrap());
        assert!(lock.lock.try_acquire_exclusive());
        assert_eq!(lock.get(), 2);
    });
}

#[test]
fn trying_a_slim_lock_loses_nobody() {
    explore(3, || {
        let lock = Guarded::new(SrwLock::default());
        let try_both = |lock: &Guarded<SrwLock>| {
            if lock.lock.try_acquire_exclusive() {
                lock.add();
                lock.lock.release_exclusive();
            } else if lock.lock.try_acquire_shared() {
                lock.get();
                lock.lock.release_shared();
            }
        };
        let others = [spawn(&lock, try_both), spawn(&lock, write)];
        read(&lock);
        others.into_iter().for_each(|other| other.join().unwrap());
        assert!(lock.lock.try_acquire_exclusive());
    });
}

/// What a condition variable is used for: a lock, the variable, and a number to wait for.
type Waiting<L> = Guarded<(L, ConditionVariable)>;

#[test]
fn a_wake_up_is_not_lost() {
    explore(3, || {
        let waiting = Guarded::new((SrwLock::default(), ConditionVariable::default()));
        let sleeper = spawn(&waiting, |waiting: &Waiting<SrwLock>| {
            let (lock, variable) = &waiting.lock;
            lock.acquire_exclusive();
            while waiting.get() == 0 {
                assert!(variable.sleep(Lock::Exclusive(lock), None));
            }
            lock.release_exclusive();
        });
        let (lock, variable) = &waiting.lock;
        lock.acquire_exclusive();
        waiting.add();
        lock.release_exclusive();
        variable.wake();
        sleeper.join().unwrap();
    });
}

#[test]
fn all_are_woken() {
    explore(2, || {
        let section = CriticalSection::new(0);
        let waiting = Guarded::new((section, ConditionVariable::default()));
        let sleep = |waiting: &Waiting<CriticalSection>| {
            let (section, variable) = &waiting.lock;
            section.enter();
            while waiting.get() == 0 {
                assert!(variable.sleep(Lock::Section(section), None));
            }
            section.leave();
        };
        let sleepers = [spawn(&waiting, sleep), spawn(&waiting, sleep)];
        let (section, variable) = &waiting.lock;
        section.enter();
        waiting.add();
        variable.wake_all();
        section.leave();
        sleepers
            .into_iter()
            .for_each(|sleeper| sleeper.join().unwrap());
    });
}

#[test]
fn each_of_two_wake_ups_reaches_a_sleeper() {
    explore(2, || {
        let waiting = Guarded::new((SrwLock::default(), ConditionVariable::default()));
        let take = |waiting: &Waiting<SrwLock>| {
            let (lock, variable) = &waiting.lock;
            lock.acquire_exclusive();
            while waiting.get() == 0 {
                assert!(variable.sleep(Lock::Exclusive(lock), None));
            }
            waiting.remove();
            lock.release_exclusive();
        };
        let sleepers = [spawn(&waiting, take), spawn(&waiting, take)];
        let (lock, variable) = &waiting.lock;
        for _ in 0..2 {
            lock.acquire_exclusive();
            waiting.add();
            lock.release_exclusive();
            variable.wake();
        }
        sleepers
            .into_iter()
            .for_each(|sleeper| sleeper.join().unwrap());
        assert_eq!(waiting.get(), 0);
    });
}

#[test]
fn who_gives_up_has_the_lock_again() {
    explore(3, || {
        let waiting = Guarded::new((SrwLock::default(), ConditionVariable::default()));
        let sleeper = spawn(&waiting, |waiting: &Waiting<SrwLock>| {
            let (lock, variable) = &waiting.lock;
            lock.acquire_exclusive();
            variable.sleep(Lock::Exclusive(lock), Some(Instant::now()));
            waiting.add();
            lock.release_exclusive();
        });
        let (lock, variable) = &waiting.lock;
        lock.acquire_exclusive();
        waiting.add();
        lock.release_exclusive();
        variable.wake();
        sleeper.join().unwrap();
        assert_eq!(waiting.get(), 2);
    });
}
