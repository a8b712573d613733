//! Thread objects, suspension and sleeping.

use std::ffi::c_void;
use std::ptr::null;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::common::w::Win32::Foundation::HANDLE;
use crate::common::w::Win32::Foundation::{
    ERROR_INVALID_HANDLE, STILL_ACTIVE, WAIT_IO_COMPLETION, WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use crate::common::w::Win32::System::Threading::{
    CREATE_SUSPENDED, CreateThread, ExitThread, GetCurrentThread, GetCurrentThreadId,
    GetExitCodeThread, ResumeThread, SetEvent, Sleep, SleepEx,
};
use crate::common::{
    Handle, LIMIT, QUIET, SENTINEL, create_thread, event, in_own_thread, last_error, queue_apc,
    set_last_error, signalled, task, wait,
};

fn exit_code(thread: HANDLE) -> u32 {
    let mut code = SENTINEL;
    assert_ne!(call!(GetExitCodeThread(thread, &mut code)), 0);
    code
}

/// WAIT-35: A thread object becomes signalled when its thread ends, stays signalled, and lets all its waiters go.
#[test]
fn wait_35_the_end_of_a_thread_releases_all_waiters() {
    let end = Arc::new(event());
    let waited = Arc::clone(&end);
    let (thread, _) = create_thread(0, move || wait(**waited, LIMIT));
    let thread = Arc::new(thread);
    let waiters: Vec<_> = (0..3)
        .map(|_| {
            let thread = Arc::clone(&thread);
            task(move || wait(**thread, LIMIT))
        })
        .collect();
    assert_eq!(wait(**thread, QUIET), WAIT_TIMEOUT);
    call!(SetEvent(**end));
    for waiter in waiters {
        assert_eq!(waiter.result(), WAIT_OBJECT_0);
    }
    assert!(signalled(**thread) && signalled(**thread));
}

/// WAIT-36: The exit code is STILL_ACTIVE while the thread runs and its returned value afterwards.
#[test]
fn wait_36_the_exit_code_is_the_returned_value() {
    let end = Arc::new(event());
    let waited = Arc::clone(&end);
    let (thread, _) = create_thread(0, move || {
        wait(**waited, LIMIT);
        0x1234_5678
    });
    assert_eq!(exit_code(*thread), STILL_ACTIVE as u32);
    call!(SetEvent(**end));
    assert_eq!(wait(*thread, LIMIT), WAIT_OBJECT_0);
    assert_eq!(exit_code(*thread), 0x1234_5678);
}

/// WAIT-36: A thread that ends by ExitThread has the code it passed.
#[test]
fn wait_36_the_exit_code_is_the_one_given_to_exit_thread() {
    unsafe extern "system" fn leave(parameter: *mut c_void) -> u32 {
        call!(ExitThread(parameter as u32));
    }

    let thread = call!(CreateThread(
        null(),
        0,
        Some(leave),
        77 as *const c_void,
        0,
        &mut 0
    ));
    let thread = Handle::new(thread);
    assert_eq!(wait(*thread, LIMIT), WAIT_OBJECT_0);
    assert_eq!(exit_code(*thread), 77);
}

/// HND-27: Asking an object that is no thread for its exit code is ERROR_INVALID_HANDLE.
#[test]
fn hnd_27_only_threads_have_exit_codes() {
    let event = event();
    set_last_error(SENTINEL);
    assert_eq!(call!(GetExitCodeThread(*event, &mut 0)), 0);
    assert_eq!(last_error(), ERROR_INVALID_HANDLE);
}

/// WAIT-37: A thread created suspended runs nothing until ResumeThread, which tells the earlier suspend count of 1.
#[test]
fn wait_37_a_suspended_thread_starts_when_resumed() {
    let ran = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&ran);
    let (thread, id) = create_thread(CREATE_SUSPENDED, move || {
        set.store(true, Ordering::SeqCst);
        call!(GetCurrentThreadId())
    });
    assert_eq!(wait(*thread, QUIET), WAIT_TIMEOUT);
    assert!(!ran.load(Ordering::SeqCst));
    assert_eq!(exit_code(*thread), STILL_ACTIVE as u32);
    assert_eq!(call!(ResumeThread(*thread)), 1);
    assert_eq!(wait(*thread, LIMIT), WAIT_OBJECT_0);
    assert!(ran.load(Ordering::SeqCst));
    assert_eq!(
        exit_code(*thread),
        id,
        "the identifier is the one the thread sees"
    );
}

/// WAIT-37: Resuming a thread that runs returns 0 and does nothing; without a thread it fails with -1 and ERROR_INVALID_HANDLE.
#[test]
fn wait_37_resuming_a_running_thread() {
    let end = Arc::new(event());
    let waited = Arc::clone(&end);
    let (thread, _) = create_thread(0, move || wait(**waited, LIMIT));
    assert_eq!(call!(ResumeThread(*thread)), 0);
    set_last_error(SENTINEL);
    assert_eq!(call!(ResumeThread(**end)), u32::MAX);
    assert_eq!(last_error(), ERROR_INVALID_HANDLE);
    call!(SetEvent(**end));
    assert_eq!(wait(*thread, LIMIT), WAIT_OBJECT_0);
}

/// WAIT-41: SleepEx returns 0 when its time is over, alertable or not, and never before.
#[test]
fn wait_41_sleeping_takes_its_time() {
    in_own_thread(|| {
        for alertable in [0, 1] {
            let start = Instant::now();
            assert_eq!(call!(SleepEx(30, alertable)), 0);
            assert!(start.elapsed() >= Duration::from_millis(29));
        }
        let start = Instant::now();
        call!(Sleep(30));
        assert!(start.elapsed() >= Duration::from_millis(29));
        call!(Sleep(0));
        assert_eq!(call!(SleepEx(0, 0)), 0);
        assert_eq!(call!(SleepEx(0, 1)), 0);
    });
}

/// WAIT-41: An alertable SleepEx ends with WAIT_IO_COMPLETION once an APC has run, long before its time.
#[test]
fn wait_41_an_apc_ends_an_alertable_sleep() {
    in_own_thread(|| {
        let ran = Arc::new(AtomicBool::new(false));
        let set = Arc::clone(&ran);
        queue_apc(call!(GetCurrentThread()), move || {
            set.store(true, Ordering::SeqCst)
        });
        let start = Instant::now();
        assert_eq!(call!(SleepEx(5, 0)), 0);
        assert!(!ran.load(Ordering::SeqCst));
        assert_eq!(call!(SleepEx(LIMIT, 1)), WAIT_IO_COMPLETION);
        assert!(ran.load(Ordering::SeqCst));
        assert!(start.elapsed() < Duration::from_millis(LIMIT.into()));
    });
}
