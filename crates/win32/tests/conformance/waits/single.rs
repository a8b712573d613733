//! What a wait returns, what it consumes, and how long it takes.

use std::ptr::{dangling_mut, null, null_mut};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::common::w::Win32::Foundation::{
    ERROR_INVALID_HANDLE, HANDLE, WAIT_ABANDONED_0, WAIT_FAILED, WAIT_IO_COMPLETION, WAIT_OBJECT_0,
    WAIT_TIMEOUT,
};
use crate::common::w::Win32::System::Threading::{
    CreateEventW, CreateMutexW, CreateSemaphoreW, CreateWaitableTimerW, GetCurrentThread, INFINITE,
    ReleaseMutex, ReleaseSemaphore, SetEvent, SetWaitableTimer, SleepEx, WaitForMultipleObjects,
    WaitForSingleObject, WaitForSingleObjectEx,
};
use crate::common::{
    Handle, LIMIT, SENTINEL, auto_event, create_thread, event, in_own_thread, last_error,
    queue_apc, set_last_error, signalled, task, wait,
};

/// WAIT-01: The result of a wait tells what happened: a signalled object by its index, an abandoned mutex from 0x80 on, 0xC0 after APCs,
/// 258 for a time-out, and only a failed wait sets the last error.
#[test]
fn wait_01_the_result_names_what_ended_the_wait() {
    in_own_thread(|| {
        assert_eq!(
            (
                WAIT_OBJECT_0,
                WAIT_ABANDONED_0,
                WAIT_IO_COMPLETION,
                WAIT_TIMEOUT,
                WAIT_FAILED
            ),
            (0, 0x80, 0xC0, 258, u32::MAX)
        );
        let (quiet, mutex, set) = (event(), abandoned_mutex(), event());
        call!(SetEvent(*set));
        let any = |handles: &[HANDLE]| {
            call!(WaitForMultipleObjects(
                handles.len() as u32,
                handles.as_ptr(),
                0,
                0
            ))
        };
        set_last_error(SENTINEL);
        assert_eq!(any(&[*quiet, *set]), WAIT_OBJECT_0 + 1);
        assert_eq!(any(&[*quiet, *mutex]), WAIT_ABANDONED_0 + 1);
        assert_eq!(any(&[*quiet]), WAIT_TIMEOUT);
        assert_ne!(queue_apc(call!(GetCurrentThread()), || {}), 0);
        assert_eq!(
            call!(WaitForSingleObjectEx(*quiet, LIMIT, 1)),
            WAIT_IO_COMPLETION
        );
        assert_eq!(last_error(), SENTINEL);
        assert_eq!(any(&[null_mut()]), WAIT_FAILED);
        assert_eq!(last_error(), ERROR_INVALID_HANDLE);
        assert_ne!(call!(ReleaseMutex(*mutex)), 0);
    });
}

/// A mutex whose owner has ended without releasing it.
fn abandoned_mutex() -> Handle {
    let mutex = Arc::new(Handle::new(call!(CreateMutexW(null(), 0, null()))));
    let owned = Arc::clone(&mutex);
    task(move || assert_eq!(wait(**owned, LIMIT), WAIT_OBJECT_0)).result();
    Arc::into_inner(mutex).expect("the owner has ended")
}

/// WAIT-02: A time-out of 0 only looks, INFINITE never runs out, and any other number counts milliseconds.
#[test]
fn wait_02_zero_looks_infinite_stays_a_number_is_milliseconds() {
    let set = Arc::new(event());
    let start = Instant::now();
    assert_eq!(wait(**set, 0), WAIT_TIMEOUT);
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "a wait of 0 ms must not sleep"
    );

    let start = Instant::now();
    assert_eq!(wait(**set, 30), WAIT_TIMEOUT);
    assert!(start.elapsed() >= Duration::from_millis(29));

    let waited = Arc::clone(&set);
    let waiter = task(move || call!(WaitForSingleObject(**waited, INFINITE)));
    waiter.still_blocked("an infinite wait");
    call!(SetEvent(**set));
    assert_eq!(waiter.result(), WAIT_OBJECT_0);
}

/// WAIT-03: A wait that times out leaves every object as it was, also those of a wait-all that were signalled already.
#[test]
fn wait_03_a_time_out_changes_no_object() {
    in_own_thread(|| {
        let (set, never) = (auto_event(), auto_event());
        let semaphore = Handle::new(call!(CreateSemaphoreW(null(), 1, 2, null())));
        let mutex = Arc::new(Handle::new(call!(CreateMutexW(null(), 0, null()))));
        call!(SetEvent(*set));
        let all = [*set, *semaphore, **mutex, *never];
        assert_eq!(
            call!(WaitForMultipleObjects(4, all.as_ptr(), 1, 20)),
            WAIT_TIMEOUT
        );

        let mut previous = -1;
        assert_ne!(call!(ReleaseSemaphore(*semaphore, 1, &mut previous)), 0);
        assert_eq!(previous, 1, "the semaphore's count was left alone");
        assert!(signalled(*set), "the event was left signalled");
        let free = Arc::clone(&mutex);
        assert_eq!(
            task(move || wait(**free, 0)).result(),
            WAIT_OBJECT_0,
            "nobody owns the mutex"
        );
    });
}

/// WAIT-04: No wait may report a time-out before its interval has passed on the monotonic clock (1 ms of rounding allowed).
#[test]
fn wait_04_never_early() {
    let never = event();
    for milliseconds in [1, 2, 5, 10, 17, 33, 60] {
        let least = Duration::from_millis(u64::from(milliseconds) - 1);
        let start = Instant::now();
        assert_eq!(wait(*never, milliseconds), WAIT_TIMEOUT);
        let single = start.elapsed();
        assert!(single >= least, "{milliseconds} ms became {single:?}");

        let pair = [*never, *never];
        let start = Instant::now();
        let result = call!(WaitForMultipleObjects(2, pair.as_ptr(), 0, milliseconds));
        assert_eq!(result, WAIT_TIMEOUT);
        assert!(start.elapsed() >= least);

        let start = Instant::now();
        assert_eq!(call!(SleepEx(milliseconds, 1)), 0);
        assert!(start.elapsed() >= least);
    }
}

/// WAIT-05: A wait that succeeds or times out does not touch the last error.
#[test]
fn wait_05_success_and_time_out_leave_the_last_error() {
    let (set, never) = (event(), event());
    call!(SetEvent(*set));
    set_last_error(SENTINEL);
    assert_eq!(wait(*set, 0), WAIT_OBJECT_0);
    assert_eq!(last_error(), SENTINEL);
    assert_eq!(wait(*never, 0), WAIT_TIMEOUT);
    assert_eq!(last_error(), SENTINEL);
    assert_eq!(wait(*never, 5), WAIT_TIMEOUT);
    assert_eq!(last_error(), SENTINEL);
    let both = [*never, *set];
    assert_eq!(
        call!(WaitForMultipleObjects(2, both.as_ptr(), 0, 5)),
        WAIT_OBJECT_0 + 1
    );
    assert_eq!(last_error(), SENTINEL);
}

/// WAIT-06: Waiting for a handle that is NULL, closed or invented fails with ERROR_INVALID_HANDLE, even with a time-out of 0.
#[test]
fn wait_06_an_invalid_handle_fails_at_once() {
    let stale = event().close();
    for handle in [
        null_mut(),
        stale,
        dangling_mut::<u32>().wrapping_add(0x00ff_0000).cast(),
    ] {
        for milliseconds in [0, LIMIT] {
            set_last_error(SENTINEL);
            assert_eq!(wait(handle, milliseconds), WAIT_FAILED);
            assert_eq!(last_error(), ERROR_INVALID_HANDLE);
        }
    }
}

/// WAIT-07: A satisfied wait takes what the object gives: an auto-reset event and a synchronisation timer fall back, a semaphore counts
/// down, a mutex gets its owner.
#[test]
fn wait_07_success_consumes_the_object() {
    in_own_thread(|| {
        let automatic = Handle::new(call!(CreateEventW(null(), 0, 1, null())));
        assert!(signalled(*automatic));
        assert!(!signalled(*automatic));

        let semaphore = Handle::new(call!(CreateSemaphoreW(null(), 2, 2, null())));
        assert!(signalled(*semaphore));
        assert!(signalled(*semaphore));
        assert!(!signalled(*semaphore));

        let timer = Handle::new(call!(CreateWaitableTimerW(null(), 0, null())));
        assert_ne!(call!(SetWaitableTimer(*timer, &-1, 0, None, null(), 0)), 0);
        assert_eq!(wait(*timer, LIMIT), WAIT_OBJECT_0);
        assert!(!signalled(*timer));

        let mutex = Arc::new(Handle::new(call!(CreateMutexW(null(), 0, null()))));
        assert!(signalled(**mutex));
        let taken = Arc::clone(&mutex);
        assert_eq!(task(move || wait(**taken, 0)).result(), WAIT_TIMEOUT);
        assert_ne!(call!(ReleaseMutex(**mutex)), 0);
    });
}

/// WAIT-07: Manual-reset events, manual-reset timers and ended threads stay signalled however often they are waited for.
#[test]
fn wait_07_manual_objects_stay_signalled() {
    let manual = Handle::new(call!(CreateEventW(null(), 1, 1, null())));
    let timer = Handle::new(call!(CreateWaitableTimerW(null(), 1, null())));
    assert_ne!(call!(SetWaitableTimer(*timer, &-1, 0, None, null(), 0)), 0);
    let (thread, _) = create_thread(0, || 0);
    for object in [*manual, *timer, *thread] {
        assert_eq!(wait(object, LIMIT), WAIT_OBJECT_0);
        assert!(signalled(object));
        assert!(signalled(object));
    }
}
