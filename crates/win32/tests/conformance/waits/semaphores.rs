//! Semaphores.

use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::common::w::Win32::Foundation::{
    ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_TOO_MANY_POSTS, HANDLE, WAIT_OBJECT_0,
};
use crate::common::w::Win32::System::Threading::{CreateSemaphoreW, ReleaseSemaphore};
use crate::common::{
    DEADLINE, Handle, LIMIT, QUIET, SENTINEL, event, last_error, set_last_error, signalled, task,
    wait, wait_until,
};

fn semaphore(initial: i32, maximum: i32) -> Handle {
    Handle::new(call!(CreateSemaphoreW(null(), initial, maximum, null())))
}

/// Releases and returns the count before, or None for a failure.
fn release(semaphore: HANDLE, count: i32) -> Option<i32> {
    let mut previous = -7;
    let done = call!(ReleaseSemaphore(semaphore, count, &mut previous)) != 0;
    assert!(done || previous == -7, "a failed release writes no count");
    done.then_some(previous)
}

/// WAIT-23: A maximum below 1, a negative first count, or a first count above the maximum is ERROR_INVALID_PARAMETER.
#[test]
fn wait_23_impossible_counts_are_refused() {
    for (initial, maximum) in [
        (0, 0),
        (0, -1),
        (-1, 1),
        (2, 1),
        (1, 0),
        (i32::MIN, i32::MAX),
    ] {
        set_last_error(SENTINEL);
        assert!(call!(CreateSemaphoreW(null(), initial, maximum, null())).is_null());
        assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
    }
    for (initial, maximum) in [(0, 1), (1, 1), (i32::MAX, i32::MAX)] {
        assert_eq!(signalled(*semaphore(initial, maximum)), initial > 0);
    }
}

/// WAIT-24: A release beyond the maximum is ERROR_TOO_MANY_POSTS and changes neither the count nor the caller's variable.
#[test]
fn wait_24_the_maximum_is_never_passed() {
    let semaphore = semaphore(1, 3);
    for count in [3, 100, i32::MAX] {
        set_last_error(SENTINEL);
        assert_eq!(release(*semaphore, count), None);
        assert_eq!(last_error(), ERROR_TOO_MANY_POSTS);
    }
    assert_eq!(release(*semaphore, 2), Some(1));
    assert_eq!(release(*semaphore, 1), None);
    assert!((0..3).all(|_| signalled(*semaphore)));
    assert!(!signalled(*semaphore));
}

/// WAIT-24: A successful release tells the count before it; the pointer for it may be NULL.
#[test]
fn wait_24_success_tells_the_previous_count() {
    let semaphore = semaphore(0, 10);
    assert_eq!(release(*semaphore, 4), Some(0));
    assert_eq!(release(*semaphore, 1), Some(4));
    assert_ne!(call!(ReleaseSemaphore(*semaphore, 1, null_mut())), 0);
    assert_eq!(release(*semaphore, 1), Some(6));
}

/// WAIT-25: Releasing n lets up to n waiters go and no more.
#[test]
fn wait_25_n_units_release_n_waiters() {
    let semaphore = Arc::new(semaphore(0, 10));
    let released = Arc::new(AtomicU32::new(0));
    let waiters: Vec<_> = (0..5)
        .map(|_| {
            let (semaphore, released) = (Arc::clone(&semaphore), Arc::clone(&released));
            task(move || {
                assert_eq!(wait(**semaphore, LIMIT), WAIT_OBJECT_0);
                released.fetch_add(1, Ordering::SeqCst);
            })
        })
        .collect();
    let seen = || released.load(Ordering::SeqCst);
    for (count, total) in [(3, 3), (2, 5)] {
        assert!(release(**semaphore, count).is_some());
        assert!(wait_until(DEADLINE, || seen() >= total));
        std::thread::sleep(Duration::from_millis(QUIET.into()));
        assert_eq!(seen(), total);
    }
    waiters.into_iter().for_each(|waiter| waiter.result());
    assert_eq!(release(**semaphore, 4), Some(0));
}

/// WAIT-25: A release count of 0 or less is ERROR_INVALID_PARAMETER.
#[test]
fn wait_25_nothing_cannot_be_released() {
    let semaphore = semaphore(1, 3);
    for count in [0, -1, i32::MIN] {
        set_last_error(SENTINEL);
        assert_eq!(release(*semaphore, count), None);
        assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
    }
    assert_eq!(release(*semaphore, 1), Some(1));
}

/// HND-27: ReleaseSemaphore on an object of another kind, a stale handle or NULL is ERROR_INVALID_HANDLE.
#[test]
fn hnd_27_only_semaphores_can_be_released() {
    let event = event();
    let stale = semaphore(0, 1).close();
    for handle in [null_mut(), stale, *event] {
        set_last_error(SENTINEL);
        assert_eq!(release(handle, 1), None);
        assert_eq!(last_error(), ERROR_INVALID_HANDLE);
    }
}
