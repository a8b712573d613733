//! Slim reader/writer locks and condition variables.

use std::time::{Duration, Instant};

use super::Shared;
use crate::common::w::Win32::Foundation::{ERROR_INVALID_PARAMETER, ERROR_TIMEOUT};
use crate::common::w::Win32::System::Threading::{
    AcquireSRWLockExclusive, AcquireSRWLockShared, CONDITION_VARIABLE, CONDITION_VARIABLE_INIT,
    CRITICAL_SECTION, EnterCriticalSection, INFINITE, InitializeConditionVariable,
    InitializeCriticalSection, InitializeSRWLock, LeaveCriticalSection, ReleaseSRWLockExclusive,
    ReleaseSRWLockShared, SRWLOCK, SRWLOCK_INIT, SleepConditionVariableCS,
    SleepConditionVariableSRW, TryAcquireSRWLockExclusive, TryAcquireSRWLockShared,
    TryEnterCriticalSection, WakeAllConditionVariable, WakeConditionVariable,
};
use crate::common::{DEADLINE, LIMIT, Task, last_error, task, wait_until};

fn lock() -> Shared<SRWLOCK> {
    Shared::new(SRWLOCK_INIT)
}

fn in_a_thread<T: Send + 'static>(
    lock: &Shared<SRWLOCK>,
    body: impl FnOnce(*mut SRWLOCK) -> T + Send + 'static,
) -> Task<T> {
    let lock = lock.clone();
    task(move || body(lock.at()))
}

/// LOCK-07: a slim lock is one pointer that is null when it is free, whether initialised by the function or statically.
#[test]
fn lock_07_a_free_lock_is_zero() {
    assert_eq!(size_of::<SRWLOCK>(), size_of::<usize>());
    let lock = Shared::new(SRWLOCK {
        Ptr: std::ptr::without_provenance_mut(usize::MAX),
    });
    call!(InitializeSRWLock(lock.at()));
    for _ in 0..2 {
        assert!(call!((*lock.at()).Ptr).is_null());
        call!(AcquireSRWLockExclusive(lock.at()));
        call!(ReleaseSRWLockExclusive(lock.at()));
        call!(AcquireSRWLockShared(lock.at()));
        call!(ReleaseSRWLockShared(lock.at()));
    }
}

/// LOCK-08: who has the lock alone keeps readers and writers out.
#[test]
fn lock_08_a_writer_is_alone() {
    let lock = lock();
    call!(AcquireSRWLockExclusive(lock.at()));
    let reader = in_a_thread(&lock, |lock| {
        call!(AcquireSRWLockShared(lock));
        call!(ReleaseSRWLockShared(lock));
    });
    let writer = in_a_thread(&lock, |lock| {
        call!(AcquireSRWLockExclusive(lock));
        call!(ReleaseSRWLockExclusive(lock));
    });
    reader.still_blocked("a reader");
    writer.still_blocked("a writer");
    call!(ReleaseSRWLockExclusive(lock.at()));
    reader.result();
    writer.result();
}

/// LOCK-09: readers have the lock together; the last one that leaves lets a writer in.
#[test]
fn lock_09_readers_share() {
    let lock = lock();
    call!(AcquireSRWLockShared(lock.at()));
    in_a_thread(&lock, |lock| {
        call!(AcquireSRWLockShared(lock));
        call!(ReleaseSRWLockShared(lock));
    })
    .result();
    let writer = in_a_thread(&lock, |lock| {
        call!(AcquireSRWLockExclusive(lock));
        call!(ReleaseSRWLockExclusive(lock));
    });
    writer.still_blocked("a writer");
    call!(ReleaseSRWLockShared(lock.at()));
    writer.result();
}

/// LOCK-09: readers and writers in any order never meet, and everybody gets in.
#[test]
fn lock_09_readers_and_writers_never_meet() {
    const ROUNDS: u64 = 10_000;
    let (lock, values) = (lock(), Shared::new([0u64; 2]));
    let tasks: Vec<Task<()>> = (0..6)
        .map(|number| {
            let values = values.clone();
            in_a_thread(&lock, move |lock| {
                for round in 0..ROUNDS {
                    if (round + number) % 3 == 0 {
                        call!(AcquireSRWLockExclusive(lock));
                        let [first, second] = call!(values.at().read());
                        assert_eq!(first, second);
                        call!((*values.at())[0] = first + 1);
                        if round % 1024 == 0 {
                            std::thread::yield_now();
                        }
                        call!((*values.at())[1] = second + 1);
                        call!(ReleaseSRWLockExclusive(lock));
                    } else {
                        call!(AcquireSRWLockShared(lock));
                        let [first, second] = call!(values.at().read());
                        assert_eq!(first, second);
                        call!(ReleaseSRWLockShared(lock));
                    }
                }
            })
        })
        .collect();
    tasks.into_iter().for_each(Task::result);
    let written = (0..6u64)
        .map(|number| {
            (0..ROUNDS)
                .filter(|round| (round + number) % 3 == 0)
                .count() as u64
        })
        .sum::<u64>();
    assert_eq!(call!(values.at().read()), [written; 2]);
    assert!(
        call!(TryAcquireSRWLockExclusive(lock.at())),
        "it is free in the end"
    );
}

/// LOCK-10: to try never waits, and says whether the lock was taken.
#[test]
fn lock_10_trying_does_not_wait() {
    let lock = lock();
    assert!(call!(TryAcquireSRWLockShared(lock.at())));
    assert!(call!(TryAcquireSRWLockShared(lock.at())));
    assert!(!call!(TryAcquireSRWLockExclusive(lock.at())));
    call!(ReleaseSRWLockShared(lock.at()));
    assert!(!call!(TryAcquireSRWLockExclusive(lock.at())));
    call!(ReleaseSRWLockShared(lock.at()));
    assert!(call!(TryAcquireSRWLockExclusive(lock.at())));
    assert!(!call!(TryAcquireSRWLockExclusive(lock.at())));
    assert!(!call!(TryAcquireSRWLockShared(lock.at())));
    call!(ReleaseSRWLockExclusive(lock.at()));
}

/// LOCK-11: a condition variable is one pointer that is null when nobody waits; waking then does nothing.
#[test]
fn lock_11_an_unused_variable_is_zero() {
    assert_eq!(size_of::<CONDITION_VARIABLE>(), size_of::<usize>());
    let mut variable = CONDITION_VARIABLE {
        Ptr: std::ptr::without_provenance_mut(usize::MAX),
    };
    call!(InitializeConditionVariable(&mut variable));
    assert!(variable.Ptr.is_null());
    call!(WakeConditionVariable(&mut variable));
    call!(WakeAllConditionVariable(&mut variable));
    let mut lock = SRWLOCK_INIT;
    call!(AcquireSRWLockExclusive(&mut lock));
    // The wake-ups are not kept for later.
    assert_eq!(
        call!(SleepConditionVariableSRW(&mut variable, &mut lock, 20, 0)),
        0
    );
    assert_eq!(last_error(), ERROR_TIMEOUT);
}

/// LOCK-12: the lock is free while a thread sleeps, and the thread has it again afterwards, in the way it had it.
#[test]
fn lock_12_sleeping_gives_the_lock_up() {
    let (lock, variable) = (lock(), Shared::new(CONDITION_VARIABLE_INIT));
    for shared in [0, 1] {
        let sleeper = in_a_thread(&lock, {
            let variable = variable.clone();
            move |lock| {
                if shared == 1 {
                    call!(AcquireSRWLockShared(lock));
                } else {
                    call!(AcquireSRWLockExclusive(lock));
                }
                let woken = call!(SleepConditionVariableSRW(
                    variable.at(),
                    lock,
                    LIMIT,
                    shared
                ));
                assert_eq!(woken, 1);
                // As a reader it lets others read, alone it does not.
                let reads = call!(TryAcquireSRWLockShared(lock));
                if shared == 1 {
                    call!(ReleaseSRWLockShared(lock));
                    call!(ReleaseSRWLockShared(lock));
                } else {
                    call!(ReleaseSRWLockExclusive(lock));
                }
                reads
            }
        });
        sleeper.await_sleep();
        call!(AcquireSRWLockExclusive(lock.at()));
        call!(WakeConditionVariable(variable.at()));
        sleeper.still_blocked("a sleeper without its lock");
        call!(ReleaseSRWLockExclusive(lock.at()));
        assert_eq!(sleeper.result(), shared == 1);
    }
}

/// LOCK-12: with a critical section the thread leaves it once, and owns it again afterwards.
#[test]
fn lock_12_sleeping_leaves_a_section() {
    let section = Shared::new(CRITICAL_SECTION::default());
    let variable = Shared::new(CONDITION_VARIABLE_INIT);
    call!(InitializeCriticalSection(section.at()));
    let ready = Shared::new(false);
    let sleeper = task({
        let (section, variable, ready) = (section.clone(), variable.clone(), ready.clone());
        move || {
            call!(EnterCriticalSection(section.at()));
            while !call!(ready.at().read()) {
                assert_eq!(
                    call!(SleepConditionVariableCS(
                        variable.at(),
                        section.at(),
                        INFINITE
                    )),
                    1
                );
            }
            let depth = call!((*section.at()).RecursionCount);
            call!(LeaveCriticalSection(section.at()));
            depth
        }
    });
    sleeper.await_sleep();
    assert_ne!(call!(TryEnterCriticalSection(section.at())), 0);
    call!(ready.at().write(true));
    call!(LeaveCriticalSection(section.at()));
    call!(WakeConditionVariable(variable.at()));
    assert_eq!(sleeper.result(), 1);
}

/// LOCK-13: when the time is over the call fails with ERROR_TIMEOUT, and the lock is taken again; 0 ms is over at once.
#[test]
fn lock_13_the_time_is_over() {
    let (lock, variable) = (lock(), Shared::new(CONDITION_VARIABLE_INIT));
    call!(AcquireSRWLockExclusive(lock.at()));
    for milliseconds in [0, 30] {
        let start = Instant::now();
        let woken = call!(SleepConditionVariableSRW(
            variable.at(),
            lock.at(),
            milliseconds,
            0
        ));
        assert_eq!((woken, last_error()), (0, ERROR_TIMEOUT));
        assert!(start.elapsed() >= Duration::from_millis(milliseconds.into()));
        assert!(!call!(TryAcquireSRWLockShared(lock.at())));
    }
    let wrong = call!(SleepConditionVariableSRW(variable.at(), lock.at(), 0, 2));
    assert_eq!((wrong, last_error()), (0, ERROR_INVALID_PARAMETER));
    call!(ReleaseSRWLockExclusive(lock.at()));
}

/// LOCK-14: one wake-up lets one sleeper go, and waking all lets all go.
#[test]
fn lock_14_one_or_all() {
    const SLEEPERS: usize = 5;
    let (lock, variable) = (lock(), Shared::new(CONDITION_VARIABLE_INIT));
    // How many may go, and how many have gone.
    let counts = Shared::new([0usize; 2]);
    let sleepers: Vec<Task<()>> = (0..SLEEPERS)
        .map(|_| {
            let (variable, counts) = (variable.clone(), counts.clone());
            in_a_thread(&lock, move |lock| {
                call!(AcquireSRWLockExclusive(lock));
                while call!((*counts.at())[0]) == 0 {
                    assert_eq!(
                        call!(SleepConditionVariableSRW(variable.at(), lock, INFINITE, 0)),
                        1
                    );
                }
                call!((*counts.at())[0] -= 1);
                call!((*counts.at())[1] += 1);
                call!(ReleaseSRWLockExclusive(lock));
            })
        })
        .collect();
    Task::await_sleep_of(&sleepers);
    let let_go = |count: usize, all: bool| {
        call!(AcquireSRWLockExclusive(lock.at()));
        call!((*counts.at())[0] += count);
        call!(ReleaseSRWLockExclusive(lock.at()));
        if all {
            call!(WakeAllConditionVariable(variable.at()));
        } else {
            call!(WakeConditionVariable(variable.at()));
        }
    };
    let gone = || {
        call!(AcquireSRWLockShared(lock.at()));
        let gone = call!((*counts.at())[1]);
        call!(ReleaseSRWLockShared(lock.at()));
        gone
    };
    for round in 1..=2 {
        let_go(1, false);
        assert!(wait_until(DEADLINE, || gone() == round));
    }
    let_go(SLEEPERS - 2, true);
    sleepers.into_iter().for_each(Task::result);
    assert_eq!(gone(), SLEEPERS);
}

/// LOCK-14: producers and consumers of a full queue lose no wake-up.
#[test]
fn lock_14_no_wake_up_is_lost() {
    const ROUNDS: usize = 5_000;
    let (lock, filled) = (lock(), Shared::new(CONDITION_VARIABLE_INIT));
    let (emptied, queue) = (Shared::new(CONDITION_VARIABLE_INIT), Shared::new(0usize));
    let mut tasks: Vec<Task<()>> = Vec::new();
    for consumes in [true, false, true, false] {
        let (filled, emptied, queue) = (filled.clone(), emptied.clone(), queue.clone());
        tasks.push(in_a_thread(&lock, move |lock| {
            let (mine, other) = if consumes {
                (filled, emptied)
            } else {
                (emptied, filled)
            };
            for _ in 0..ROUNDS {
                call!(AcquireSRWLockExclusive(lock));
                while call!(queue.at().read()) == if consumes { 0 } else { 2 } {
                    let woken = call!(SleepConditionVariableSRW(mine.at(), lock, LIMIT, 0));
                    assert_eq!(woken, 1, "nobody wakes this thread");
                }
                let now = call!(queue.at().read());
                call!(queue.at().write(if consumes { now - 1 } else { now + 1 }));
                call!(ReleaseSRWLockExclusive(lock));
                call!(WakeConditionVariable(other.at()));
            }
        }));
    }
    tasks.into_iter().for_each(Task::result);
    assert_eq!(call!(queue.at().read()), 0);
}
