//! Waits of the pool.

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::time::{Duration, Instant};

use super::{Context, after};
use crate::common::w::Win32::Foundation::{
    ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use crate::common::w::Win32::System::Threading::{
    CloseThreadpoolWait, CreateThreadpoolWait, PTP_CALLBACK_INSTANCE, PTP_WAIT, SetEvent,
    SetThreadpoolWait, SetThreadpoolWaitEx, WaitForThreadpoolWaitCallbacks,
};
use crate::common::{
    DEADLINE, Handle, QUIET, auto_event, event, last_error, set_last_error, signalled, wait_until,
};

unsafe extern "system" fn note(
    _: PTP_CALLBACK_INSTANCE,
    context: *mut c_void,
    _: PTP_WAIT,
    result: u32,
) {
    // SAFETY: the tests pass a `Context` that outlives all callbacks.
    unsafe { Context::of(context) }.call(result);
}

fn new(context: &Context) -> PTP_WAIT {
    let wait = call!(CreateThreadpoolWait(Some(note), context.pointer(), null()));
    assert_ne!(wait, 0);
    wait
}

fn close(wait: PTP_WAIT) {
    call!(SetThreadpoolWait(wait, null_mut(), null()));
    call!(WaitForThreadpoolWaitCallbacks(wait, 1));
    call!(CloseThreadpoolWait(wait));
}

/// POOL-07: a wait calls back once when its object is signalled, which it consumes, and has to be set again.
#[test]
fn pool_07_one_call_for_each_setting() {
    let (context, event) = (Context::default(), auto_event());
    let wait = new(&context);
    for round in 1..=3 {
        call!(SetThreadpoolWait(wait, event.raw(), null()));
        call!(SetEvent(event.raw()));
        assert!(wait_until(DEADLINE, || context.calls.entries()
            == vec![WAIT_OBJECT_0; round]));
    }
    call!(SetEvent(event.raw()));
    std::thread::sleep(Duration::from_millis(QUIET.into()));
    assert_eq!(context.calls.count(), 3);
    assert!(signalled(event.raw()), "nobody has waited for it");
    close(wait);
    assert_eq!(call!(CreateThreadpoolWait(None, null_mut(), null())), 0);
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
}

/// POOL-08: a wait ends by its time, or by setting it to nothing: then a signal is left to others.
#[test]
fn pool_08_the_time_is_over() {
    let (context, event) = (Context::default(), auto_event());
    let wait = new(&context);
    let start = Instant::now();
    call!(SetThreadpoolWait(wait, event.raw(), &after(30)));
    assert!(wait_until(DEADLINE, || context.calls.entries() == [WAIT_TIMEOUT]));
    assert!(start.elapsed() >= Duration::from_millis(30));
    for _ in 0..50 {
        assert_eq!(
            call!(SetThreadpoolWaitEx(wait, event.raw(), null(), null())),
            0
        );
        assert_eq!(
            call!(SetThreadpoolWaitEx(wait, null_mut(), null(), null())),
            1
        );
        call!(SetEvent(event.raw()));
        assert!(signalled(event.raw()), "the signal is for others");
    }
    assert_eq!(context.calls.count(), 1);
    set_last_error(0);
    call!(SetThreadpoolWait(wait, 0x7FF0 as _, null()));
    assert_eq!(last_error(), ERROR_INVALID_HANDLE);
    close(wait);
}

/// POOL-09: many waits, more than one thread can wait for, each call back; who waits for them waits for the callbacks.
#[test]
fn pool_09_many_waits() {
    const WAITS: usize = 150;
    let context = Context::default();
    let events: Vec<Handle> = (0..WAITS).map(|_| event()).collect();
    let waits: Vec<PTP_WAIT> = events
        .iter()
        .map(|event| {
            let wait = new(&context);
            call!(SetThreadpoolWait(wait, event.raw(), null()));
            wait
        })
        .collect();
    for event in events.iter().rev() {
        call!(SetEvent(event.raw()));
    }
    assert!(wait_until(DEADLINE, || context.calls.count() == WAITS));
    for wait in waits {
        call!(WaitForThreadpoolWaitCallbacks(wait, 0));
        close(wait);
    }
    assert_eq!(context.calls.entries(), vec![WAIT_OBJECT_0; WAITS]);
}
