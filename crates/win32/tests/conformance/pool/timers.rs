//! Timers of the pool.

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::time::{Duration, Instant};

use super::{Context, after};
use crate::common::w::Win32::Foundation::{ERROR_INVALID_PARAMETER, FILETIME};
use crate::common::w::Win32::System::Threading::{
    CloseThreadpoolTimer, CreateThreadpoolTimer, IsThreadpoolTimerSet, PTP_CALLBACK_INSTANCE,
    PTP_TIMER, SetThreadpoolTimer, SetThreadpoolTimerEx, WaitForThreadpoolTimerCallbacks,
};
use crate::common::{DEADLINE, QUIET, last_error, task, wait_until};

unsafe extern "system" fn note(_: PTP_CALLBACK_INSTANCE, context: *mut c_void, _: PTP_TIMER) {
    // SAFETY: the tests pass a `Context` that outlives all callbacks.
    unsafe { Context::of(context) }.call(1);
}

fn timer(context: &Context) -> PTP_TIMER {
    let timer = call!(CreateThreadpoolTimer(Some(note), context.pointer(), null()));
    assert_ne!(timer, 0);
    timer
}

fn close(timer: PTP_TIMER) {
    call!(SetThreadpoolTimer(timer, null(), 0, 0));
    call!(WaitForThreadpoolTimerCallbacks(timer, 1));
    call!(CloseThreadpoolTimer(timer));
}

/// POOL-04: a timer calls back once its time has come, once or again and again.
#[test]
fn pool_04_once_or_periodically() {
    let context = Context::default();
    let timer = timer(&context);
    let start = Instant::now();
    call!(SetThreadpoolTimer(timer, &after(30), 0, 0));
    assert!(wait_until(DEADLINE, || context.calls.count() == 1));
    assert!(start.elapsed() >= Duration::from_millis(30));
    std::thread::sleep(Duration::from_millis(QUIET.into()));
    assert_eq!(context.calls.count(), 1);
    call!(SetThreadpoolTimer(timer, &FILETIME::default(), 5, 0));
    assert!(wait_until(DEADLINE, || context.calls.count() >= 5));
    close(timer);
    let calls = context.calls.count();
    std::thread::sleep(Duration::from_millis(QUIET.into()));
    assert_eq!(context.calls.count(), calls, "it is closed");
    assert_eq!(call!(CreateThreadpoolTimer(None, null_mut(), null())), 0);
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
}

/// POOL-05: a timer tells whether it is set, and setting it anew whether it was.
#[test]
fn pool_05_is_it_set() {
    let context = Context::default();
    let timer = timer(&context);
    assert_eq!(call!(IsThreadpoolTimerSet(timer)), 0);
    assert_eq!(call!(SetThreadpoolTimerEx(timer, &after(100_000), 0, 0)), 0);
    assert_eq!(call!(IsThreadpoolTimerSet(timer)), 1);
    assert_eq!(call!(SetThreadpoolTimerEx(timer, &after(100_000), 0, 0)), 1);
    assert_eq!(call!(SetThreadpoolTimerEx(timer, null(), 0, 0)), 1);
    assert_eq!(call!(IsThreadpoolTimerSet(timer)), 0);
    close(timer);
    assert_eq!(context.calls.count(), 0);
}

/// POOL-06: who waits for a timer waits for its callbacks, not for its time.
#[test]
fn pool_06_waiting_for_callbacks() {
    let context = Context::with_gate();
    let timer = timer(&context);
    call!(SetThreadpoolTimer(timer, &after(100_000), 0, 0));
    call!(WaitForThreadpoolTimerCallbacks(timer, 0));
    call!(SetThreadpoolTimer(timer, &after(0), 0, 0));
    assert!(wait_until(DEADLINE, || context.calls.count() == 1));
    let waiter = task(move || call!(WaitForThreadpoolTimerCallbacks(timer, 0)));
    waiter.still_blocked("the callback runs, and who waits for it");
    context.open();
    waiter.result();
    close(timer);
}
