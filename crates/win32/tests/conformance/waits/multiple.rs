//! WaitForMultipleObjects: any and all.

use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::common::w::Win32::Foundation::{
    ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, HANDLE, WAIT_ABANDONED_0, WAIT_FAILED,
    WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use crate::common::w::Win32::System::Threading::{
    CreateMutexW, CreateSemaphoreW, ReleaseMutex, ReleaseSemaphore, SetEvent,
    WaitForMultipleObjects, WaitForMultipleObjectsEx,
};
use crate::common::{
    DEADLINE, Handle, LIMIT, QUIET, ROUNDS_LIMIT, SENTINEL, Task, auto_event, event, in_own_thread,
    last_error, set_last_error, signalled, task, wait,
};

fn any(handles: &[HANDLE], milliseconds: u32) -> u32 {
    call!(WaitForMultipleObjects(
        handles.len() as u32,
        handles.as_ptr(),
        0,
        milliseconds
    ))
}

fn all(handles: &[HANDLE], milliseconds: u32) -> u32 {
    call!(WaitForMultipleObjects(
        handles.len() as u32,
        handles.as_ptr(),
        1,
        milliseconds
    ))
}

/// WAIT-08: No handle at all, or more than 64, is ERROR_INVALID_PARAMETER for wait-any and wait-all.
#[test]
fn wait_08_a_count_of_zero_or_above_64_is_refused() {
    let events: Vec<Handle> = (0..65).map(|_| event()).collect();
    let handles: Vec<HANDLE> = events.iter().map(Handle::raw).collect();
    for count in [0, 65] {
        for wait_all in [0, 1] {
            set_last_error(SENTINEL);
            let result = call!(WaitForMultipleObjects(count, handles.as_ptr(), wait_all, 0));
            assert_eq!(result, WAIT_FAILED);
            assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
            set_last_error(SENTINEL);
            let result = call!(WaitForMultipleObjectsEx(
                count,
                handles.as_ptr(),
                wait_all,
                0,
                1
            ));
            assert_eq!(result, WAIT_FAILED);
            assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
        }
    }
}

/// WAIT-09: Sixty-four handles are allowed, and the last of them is reported as WAIT_OBJECT_0 + 63.
#[test]
fn wait_09_sixty_four_handles_are_accepted() {
    let events: Vec<Handle> = (0..64).map(|_| auto_event()).collect();
    let handles: Vec<HANDLE> = events.iter().map(Handle::raw).collect();
    assert_eq!(any(&handles, 0), WAIT_TIMEOUT);
    call!(SetEvent(handles[63]));
    assert_eq!(any(&handles, LIMIT), WAIT_OBJECT_0 + 63);
    for handle in &handles {
        call!(SetEvent(*handle));
    }
    assert_eq!(all(&handles, LIMIT), WAIT_OBJECT_0);
    assert_eq!(
        any(&handles, 0),
        WAIT_TIMEOUT,
        "wait-all has consumed all sixty-four"
    );
}

/// WAIT-10: Wait-any reports the lowest signalled index and consumes that object alone.
#[test]
fn wait_10_the_lowest_signalled_index_wins() {
    let events = [auto_event(), auto_event(), auto_event()];
    let handles = events.each_ref().map(Handle::raw);
    call!(SetEvent(handles[2]));
    call!(SetEvent(handles[1]));
    assert_eq!(any(&handles, 0), WAIT_OBJECT_0 + 1);
    assert_eq!(any(&handles, 0), WAIT_OBJECT_0 + 2);
    assert_eq!(any(&handles, 0), WAIT_TIMEOUT);
}

/// WAIT-11: Wait-all takes nothing until everything is signalled, then takes everything.
#[test]
fn wait_11_wait_all_takes_all_or_nothing() {
    let (first, second) = (auto_event(), auto_event());
    let semaphore = Handle::new(call!(CreateSemaphoreW(null(), 0, 1, null())));
    let handles = [*first, *second, *semaphore];
    call!(SetEvent(*first));
    assert_eq!(all(&handles, 0), WAIT_TIMEOUT);
    call!(SetEvent(*second));
    assert_eq!(all(&handles, 5), WAIT_TIMEOUT);
    assert_ne!(call!(ReleaseSemaphore(*semaphore, 1, null_mut())), 0);
    assert_eq!(all(&handles, LIMIT), WAIT_OBJECT_0);
    assert!(handles.iter().all(|handle| !signalled(*handle)));
}

/// WAIT-11: A wait-all that has part of its objects does not keep an auto-reset event from another waiter.
#[test]
fn wait_11_a_partly_satisfied_wait_all_reserves_nothing() {
    let (first, second) = (Arc::new(auto_event()), Arc::new(auto_event()));
    let both = (Arc::clone(&first), Arc::clone(&second));
    let waiter = task(move || all(&[**both.0, **both.1], LIMIT));
    waiter.await_sleep();
    for _ in 0..20 {
        call!(SetEvent(**first));
        assert_eq!(
            wait(**first, LIMIT),
            WAIT_OBJECT_0,
            "the event belongs to whoever can take it"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(!waiter.ended());
    call!(SetEvent(**second));
    assert_eq!(wait(**second, 0), WAIT_OBJECT_0);
    call!(SetEvent(**first));
    call!(SetEvent(**second));
    assert_eq!(waiter.result(), WAIT_OBJECT_0);
    assert!(!signalled(**first) && !signalled(**second));
}

/// WAIT-11: A thread that waits for one auto-reset event alone gets it, though a wait-all that lacks its other object came before.
#[test]
fn wait_11_a_later_waiter_overtakes_a_partly_satisfied_wait_all() {
    let (first, second) = (Arc::new(auto_event()), Arc::new(auto_event()));
    let both = (Arc::clone(&first), Arc::clone(&second));
    let waits_for_all = task(move || all(&[**both.0, **both.1], LIMIT));
    waits_for_all.await_sleep();
    let alone = Arc::clone(&first);
    let waits_for_one = task(move || wait(**alone, LIMIT));
    waits_for_one.await_sleep();
    call!(SetEvent(**first));
    assert_eq!(waits_for_one.result(), WAIT_OBJECT_0);
    assert!(!waits_for_all.ended() && !signalled(**first));
    call!(SetEvent(**first));
    call!(SetEvent(**second));
    assert_eq!(waits_for_all.result(), WAIT_OBJECT_0);
}

/// WAIT-11: Five threads that each need two of five auto-reset events never hold one together and never stop one another for good.
#[test]
fn wait_11_wait_all_is_atomic_between_competing_threads() {
    const SEATS: usize = 5;
    const MEALS: u32 = 300;
    let forks: Vec<Handle> = (0..SEATS).map(|_| auto_event()).collect();
    let holders: Vec<AtomicU32> = (0..SEATS).map(|_| AtomicU32::new(0)).collect();
    for fork in &forks {
        call!(SetEvent(**fork));
    }
    let start = Instant::now();
    std::thread::scope(|scope| {
        for seat in 0..SEATS {
            let (forks, holders) = (&forks, &holders);
            scope.spawn(move || {
                // Half of the threads name their two events the other way round: order must not matter.
                let mut mine = [seat, (seat + 1) % SEATS];
                mine.rotate_left(seat % 2);
                for meal in 0..MEALS {
                    // Who eats for ever may keep its neighbours from it for as long.
                    if meal > 0 && start.elapsed() > ROUNDS_LIMIT {
                        break;
                    }
                    let handles = mine.map(|fork| *forks[fork]);
                    assert_eq!(all(&handles, LIMIT), WAIT_OBJECT_0);
                    for fork in mine {
                        assert_eq!(
                            holders[fork].fetch_add(1, Ordering::SeqCst),
                            0,
                            "held twice"
                        );
                    }
                    std::thread::yield_now();
                    for fork in mine {
                        holders[fork].fetch_sub(1, Ordering::SeqCst);
                        call!(SetEvent(*forks[fork]));
                    }
                }
            });
        }
    });
    assert!(
        forks.iter().all(|fork| signalled(**fork)),
        "every event is back"
    );
}

/// WAIT-11: While one thread waits for all and others take single objects, semaphore counts are neither lost nor made up.
#[test]
fn wait_11_wait_all_and_wait_any_share_counts_exactly() {
    const UNITS: u32 = 600;
    let first = Handle::new(call!(CreateSemaphoreW(null(), 0, i32::MAX, null())));
    let second = Handle::new(call!(CreateSemaphoreW(null(), 0, i32::MAX, null())));
    let (pairs, singles) = (AtomicU32::new(0), AtomicU32::new(0));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    if all(&[*first, *second], 2) == WAIT_OBJECT_0 {
                        pairs.fetch_add(1, Ordering::SeqCst);
                    }
                }
            });
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    if any(&[*second, *first], 2) != WAIT_TIMEOUT {
                        singles.fetch_add(1, Ordering::SeqCst);
                    }
                }
            });
        }
        for _ in 0..UNITS {
            assert_ne!(call!(ReleaseSemaphore(*first, 1, null_mut())), 0);
            assert_ne!(call!(ReleaseSemaphore(*second, 1, null_mut())), 0);
            std::thread::yield_now();
        }
        let start = Instant::now();
        let taken = || 2 * pairs.load(Ordering::SeqCst) + singles.load(Ordering::SeqCst);
        while taken() < 2 * UNITS && start.elapsed() < DEADLINE {
            std::thread::yield_now();
        }
        done.store(true, Ordering::SeqCst);
    });
    assert_eq!(2 * pairs.into_inner() + singles.into_inner(), 2 * UNITS);
    assert!(!signalled(*first) && !signalled(*second));
}

/// WAIT-12: Wait-all returns WAIT_OBJECT_0, or a value of the abandoned range if a mutex among the objects was abandoned.
#[test]
fn wait_12_wait_all_reports_an_abandoned_mutex() {
    in_own_thread(|| {
        let mutex = Arc::new(Handle::new(call!(CreateMutexW(null(), 0, null()))));
        let set = event();
        call!(SetEvent(*set));
        let owned = Arc::clone(&mutex);
        task(move || assert_eq!(wait(**owned, LIMIT), WAIT_OBJECT_0)).result();
        let handles = [*set, **mutex];
        let result = all(&handles, LIMIT);
        assert!(
            (WAIT_ABANDONED_0..WAIT_ABANDONED_0 + 2).contains(&result),
            "{result:#x}"
        );
        assert_ne!(call!(ReleaseMutex(**mutex)), 0, "the waiter owns the mutex");
        assert_eq!(
            all(&handles, LIMIT),
            WAIT_OBJECT_0,
            "and it is a normal one again"
        );
        assert_ne!(call!(ReleaseMutex(**mutex)), 0);
    });
}

/// WAIT-13: The same handle twice is refused by wait-all with ERROR_INVALID_PARAMETER and accepted by wait-any.
#[test]
fn wait_13_duplicates_only_in_wait_any() {
    let set = auto_event();
    call!(SetEvent(*set));
    set_last_error(SENTINEL);
    assert_eq!(all(&[*set, *set], 0), WAIT_FAILED);
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
    assert_eq!(any(&[*set, *set], 0), WAIT_OBJECT_0);
    assert_eq!(any(&[*set, *set], 5), WAIT_TIMEOUT);
}

/// WAIT-14: One invalid handle fails the whole call with ERROR_INVALID_HANDLE, though another object is signalled; nothing is consumed.
#[test]
fn wait_14_one_invalid_handle_fails_the_whole_call() {
    let set = auto_event();
    let stale = event().close();
    call!(SetEvent(*set));
    for bad in [null_mut(), stale] {
        for handles in [[*set, bad], [bad, *set]] {
            for wait_all in [0, 1] {
                set_last_error(SENTINEL);
                let result = call!(WaitForMultipleObjects(2, handles.as_ptr(), wait_all, LIMIT));
                assert_eq!(result, WAIT_FAILED);
                assert_eq!(last_error(), ERROR_INVALID_HANDLE);
            }
        }
    }
    assert!(signalled(*set), "the signalled event was not consumed");
}

/// WAIT-14: A handle that was good in the last wait of the thread and has been closed since is as invalid as any other.
#[test]
fn wait_14_a_handle_closed_after_the_last_wait_is_invalid() {
    let mut events: Vec<_> = (0..8).map(|_| event()).collect();
    let handles: Vec<HANDLE> = events.iter().map(|event| **event).collect();
    assert_eq!(any(&handles, 0), WAIT_TIMEOUT);
    let stale = events.remove(3).close();
    call!(SetEvent(handles[0]));
    for array in [&handles[..], &handles[1..], &handles[3..4]] {
        set_last_error(SENTINEL);
        assert_eq!(any(array, 0), WAIT_FAILED);
        assert_eq!(last_error(), ERROR_INVALID_HANDLE);
    }
    let left: Vec<HANDLE> = handles.into_iter().filter(|h| *h != stale).collect();
    assert_eq!(any(&left, 0), WAIT_OBJECT_0, "the others are as they were");
}

/// WAIT-10: The array may differ from wait to wait in any way: what counts is what stands in it now.
#[test]
fn wait_10_every_wait_reads_its_array_anew() {
    let events: Vec<_> = (0..8).map(|_| event()).collect();
    let mut handles: Vec<HANDLE> = events.iter().map(|event| **event).collect();
    call!(SetEvent(handles[7]));
    assert_eq!(any(&handles, LIMIT), WAIT_OBJECT_0 + 7);
    handles.swap(2, 7);
    assert_eq!(any(&handles, LIMIT), WAIT_OBJECT_0 + 2);
    handles.remove(2);
    assert_eq!(any(&handles, 0), WAIT_TIMEOUT);
    handles.insert(0, *events[7]);
    assert_eq!(any(&handles, LIMIT), WAIT_OBJECT_0);
}

/// WAIT-15: One SetEvent of an auto-reset event releases exactly one of its waiters.
#[test]
fn wait_15_an_auto_reset_event_releases_one() {
    const WAITERS: usize = 4;
    let set = Arc::new(auto_event());
    let released = Arc::new(AtomicU32::new(0));
    let waiters: Vec<_> = (0..WAITERS)
        .map(|_| {
            let (set, released) = (Arc::clone(&set), Arc::clone(&released));
            task(move || {
                assert_eq!(wait(**set, LIMIT), WAIT_OBJECT_0);
                released.fetch_add(1, Ordering::SeqCst);
            })
        })
        .collect();
    for round in 1..=WAITERS as u32 {
        call!(SetEvent(**set));
        assert!(crate::common::wait_until(DEADLINE, || released
            .load(Ordering::SeqCst)
            >= round));
        std::thread::sleep(Duration::from_millis(u64::from(QUIET) / 2));
        assert_eq!(
            released.load(Ordering::SeqCst),
            round,
            "one SetEvent, one thread"
        );
    }
    waiters.into_iter().for_each(|waiter| waiter.result());
    assert!(!signalled(**set));
}

/// WAIT-15: Setting a manual-reset event releases all that wait for it, whether alone, among others, or for all.
#[test]
fn wait_15_a_manual_reset_event_releases_all() {
    let (gate, never, open) = (Arc::new(event()), Arc::new(event()), Arc::new(event()));
    call!(SetEvent(**open));
    let waiters: Vec<_> = (0..6)
        .map(|kind| {
            let (gate, never, open) = (Arc::clone(&gate), Arc::clone(&never), Arc::clone(&open));
            task(move || match kind % 3 {
                0 => wait(**gate, LIMIT),
                1 => any(&[**gate, **never], LIMIT),
                _ => all(&[**gate, **open], LIMIT),
            })
        })
        .collect();
    Task::await_sleep_of(&waiters);
    call!(SetEvent(**gate));
    for waiter in waiters {
        assert_eq!(waiter.result(), WAIT_OBJECT_0);
    }
    assert!(signalled(**gate));
}
