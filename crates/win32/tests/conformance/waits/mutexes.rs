//! Mutexes: ownership, recursion, abandonment.

use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::common::w::Win32::Foundation::{
    ERROR_INVALID_HANDLE, ERROR_NOT_OWNER, HANDLE, WAIT_ABANDONED_0, WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use crate::common::w::Win32::System::Threading::{
    CreateMutexW, ReleaseMutex, SetEvent, WaitForMultipleObjects,
};
use crate::common::{
    Handle, LIMIT, SENTINEL, create_thread, duplicate, event, in_own_thread, last_error,
    set_last_error, task, wait,
};

fn mutex(owned: bool) -> Arc<Handle> {
    Arc::new(Handle::new(call!(CreateMutexW(
        null(),
        owned.into(),
        null()
    ))))
}

fn release(mutex: HANDLE) -> bool {
    call!(ReleaseMutex(mutex)) != 0
}

/// What a wait of 0 ms returns in another thread, which gives up again what it got.
fn seen_by_another(mutex: &Arc<Handle>) -> u32 {
    let mutex = Arc::clone(mutex);
    task(move || {
        let result = wait(**mutex, 0);
        if result != WAIT_TIMEOUT {
            assert!(release(**mutex));
        }
        result
    })
    .result()
}

/// Lets a thread take the mutex so many times and end without a release.
fn abandon(mutex: &Arc<Handle>, times: u32) {
    let mutex = Arc::clone(mutex);
    task(move || (0..times).for_each(|_| assert_eq!(wait(**mutex, LIMIT), WAIT_OBJECT_0))).result();
}

/// WAIT-26: The owner's own waits succeed at once, and only as many releases free the mutex for others.
#[test]
fn wait_26_a_mutex_is_recursive() {
    in_own_thread(|| {
        let mutex = mutex(true);
        assert_eq!(wait(**mutex, LIMIT), WAIT_OBJECT_0);
        assert_eq!(wait(**mutex, 0), WAIT_OBJECT_0);
        for _ in 0..3 {
            assert_eq!(seen_by_another(&mutex), WAIT_TIMEOUT);
            assert!(release(**mutex));
        }
        assert_eq!(seen_by_another(&mutex), WAIT_OBJECT_0);
        assert!(!release(**mutex));
        assert_eq!(last_error(), ERROR_NOT_OWNER);
    });
}

/// WAIT-26: Ownership belongs to the thread and not to the handle: a duplicate counts on the same mutex.
#[test]
fn wait_26_recursion_works_through_a_duplicate() {
    in_own_thread(|| {
        let mutex = mutex(true);
        let second = duplicate(**mutex);
        assert_eq!(wait(*second, 0), WAIT_OBJECT_0);
        assert!(release(**mutex));
        assert!(release(*second));
        assert_eq!(seen_by_another(&mutex), WAIT_OBJECT_0);
    });
}

/// WAIT-27: Releasing a mutex of another thread, or of nobody, is ERROR_NOT_OWNER and changes nothing.
#[test]
fn wait_27_only_the_owner_releases() {
    in_own_thread(|| {
        let mutex = mutex(false);
        set_last_error(SENTINEL);
        assert!(!release(**mutex));
        assert_eq!(last_error(), ERROR_NOT_OWNER);
        assert_eq!(wait(**mutex, 0), WAIT_OBJECT_0);
        let other = Arc::clone(&mutex);
        let refused = task(move || {
            set_last_error(SENTINEL);
            (release(**other), last_error())
        });
        assert_eq!(refused.result(), (false, ERROR_NOT_OWNER));
        assert_eq!(seen_by_another(&mutex), WAIT_TIMEOUT);
        assert!(release(**mutex));
    });
}

/// HND-27: ReleaseMutex on an object of another kind or on NULL is ERROR_INVALID_HANDLE.
#[test]
fn hnd_27_only_mutexes_can_be_released() {
    let event = event();
    for handle in [null_mut(), *event] {
        set_last_error(SENTINEL);
        assert!(!release(handle));
        assert_eq!(last_error(), ERROR_INVALID_HANDLE);
    }
}

/// WAIT-28: A mutex whose owner ended is given to one later wait as abandoned, with recursion 1; after that thread's release it is a
/// normal mutex again.
#[test]
fn wait_28_an_abandoned_mutex_is_told_once() {
    in_own_thread(|| {
        for times in [1, 3] {
            let mutex = mutex(false);
            abandon(&mutex, times);
            assert_eq!(wait(**mutex, LIMIT), WAIT_ABANDONED_0);
            assert_eq!(seen_by_another(&mutex), WAIT_TIMEOUT);
            assert_eq!(
                wait(**mutex, 0),
                WAIT_OBJECT_0,
                "the second time is ordinary recursion"
            );
            assert!(release(**mutex));
            assert!(release(**mutex));
            assert!(!release(**mutex));
            assert_eq!(wait(**mutex, 0), WAIT_OBJECT_0);
            assert!(release(**mutex));
        }
    });
}

/// WAIT-28: A thread that already waits when the owner ends is the one that gets the abandoned mutex; the others wait on.
#[test]
fn wait_28_the_owners_end_releases_one_waiter() {
    let (mutex, end, taken) = (mutex(false), Arc::new(event()), Arc::new(event()));
    let owner = {
        let (mutex, end, taken) = (Arc::clone(&mutex), Arc::clone(&end), Arc::clone(&taken));
        let (thread, _) = create_thread(0, move || {
            let result = wait(**mutex, LIMIT);
            call!(SetEvent(**taken));
            result + wait(**end, LIMIT)
        });
        thread
    };
    assert_eq!(wait(**taken, LIMIT), WAIT_OBJECT_0);
    let waiters: Vec<_> = (0..4)
        .map(|_| {
            let mutex = Arc::clone(&mutex);
            task(move || {
                let result = wait(**mutex, LIMIT);
                assert!(release(**mutex));
                result
            })
        })
        .collect();
    call!(SetEvent(**end));
    assert_eq!(wait(*owner, LIMIT), WAIT_OBJECT_0);
    let mut results: Vec<u32> = waiters.into_iter().map(|waiter| waiter.result()).collect();
    results.sort_unstable();
    assert_eq!(
        results,
        [
            WAIT_OBJECT_0,
            WAIT_OBJECT_0,
            WAIT_OBJECT_0,
            WAIT_ABANDONED_0
        ]
    );
}

/// WAIT-28: Under threads that end while owning and threads that release properly, the mutex excludes everybody else all the time and
/// each abandonment is told exactly once.
#[test]
fn wait_28_abandonment_under_competition() {
    const THREADS: u32 = 48;
    let mutex = mutex(false);
    let counts = Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
    let threads: Vec<_> = (0..THREADS)
        .map(|number| {
            let (mutex, counts) = (Arc::clone(&mutex), Arc::clone(&counts));
            task(move || {
                let result = wait(**mutex, LIMIT);
                assert!(
                    result == WAIT_OBJECT_0 || result == WAIT_ABANDONED_0,
                    "{result:#x}"
                );
                assert_eq!(counts[0].fetch_add(1, Ordering::SeqCst), 0, "two owners");
                counts[1].fetch_add((result == WAIT_ABANDONED_0).into(), Ordering::SeqCst);
                counts[0].fetch_sub(1, Ordering::SeqCst);
                if number % 2 == 0 {
                    assert!(release(**mutex));
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.result());
    let last = wait(**mutex, LIMIT);
    let told = counts[1].load(Ordering::SeqCst) + u32::from(last == WAIT_ABANDONED_0);
    assert_eq!(told, THREADS / 2);
    assert!(release(**mutex));
}

/// WAIT-29: A wait that failed or timed out has not made the caller an owner.
#[test]
fn wait_29_no_success_no_ownership() {
    in_own_thread(|| {
        let (mine, never) = (mutex(false), event());
        let handles = [**mine, *never];
        assert_eq!(
            call!(WaitForMultipleObjects(2, handles.as_ptr(), 1, 5)),
            WAIT_TIMEOUT
        );
        assert!(!release(**mine));
        let handles = [**mine, null_mut()];
        call!(WaitForMultipleObjects(2, handles.as_ptr(), 0, 0));
        assert!(!release(**mine));
        assert_eq!(last_error(), ERROR_NOT_OWNER);

        let taken = mutex(true);
        let other = Arc::clone(&taken);
        let refused = task(move || (wait(**other, 5), release(**other), last_error()));
        assert_eq!(refused.result(), (WAIT_TIMEOUT, false, ERROR_NOT_OWNER));
        assert!(release(**taken));
    });
}

/// WAIT-29: Wait-any that finds an abandoned mutex at the lowest signalled index returns WAIT_ABANDONED_0 plus that index.
#[test]
fn wait_29_wait_any_tells_which_mutex_was_abandoned() {
    in_own_thread(|| {
        let (never, mutex, set) = (event(), mutex(false), event());
        call!(SetEvent(*set));
        abandon(&mutex, 1);
        let handles = [*never, **mutex, *set];
        let any = || call!(WaitForMultipleObjects(3, handles.as_ptr(), 0, LIMIT));
        assert_eq!(any(), WAIT_ABANDONED_0 + 1);
        assert_eq!(any(), WAIT_OBJECT_0 + 1, "recursion of the new owner");
        assert!(release(**mutex) && release(**mutex));

        abandon(&mutex, 1);
        let handles = [*set, **mutex];
        let result = call!(WaitForMultipleObjects(2, handles.as_ptr(), 0, LIMIT));
        assert_eq!(
            result, WAIT_OBJECT_0,
            "an abandoned mutex above the lowest index waits on"
        );
        assert_eq!(wait(**mutex, 0), WAIT_ABANDONED_0);
        assert!(release(**mutex));
    });
}
