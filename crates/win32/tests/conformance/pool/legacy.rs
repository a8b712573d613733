//! Registered waits, timer queues, multimedia timers.

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::time::Duration;

use super::Context;
use crate::common::w::Win32::Foundation::{
    ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_IO_PENDING, HANDLE, INVALID_HANDLE_VALUE,
};
use crate::common::w::Win32::Media::{
    MMSYSERR_INVALPARAM, TIME_CALLBACK_EVENT_SET, TIME_ONESHOT, TIME_PERIODIC, TIMERR_NOERROR,
    timeKillEvent, timeSetEvent,
};
use crate::common::w::Win32::System::Threading::{
    ChangeTimerQueueTimer, CreateTimerQueue, CreateTimerQueueTimer, DeleteTimerQueue,
    DeleteTimerQueueEx, DeleteTimerQueueTimer, INFINITE, RegisterWaitForSingleObject, SetEvent,
    UnregisterWait, UnregisterWaitEx, WT_EXECUTEDEFAULT, WT_EXECUTEINWAITTHREAD,
    WT_EXECUTEONLYONCE,
};
use crate::common::{
    DEADLINE, LIMIT, QUIET, auto_event, event, last_error, signalled, task, wait, wait_until,
};

unsafe extern "system" fn note(context: *mut c_void, timed_out: bool) {
    // SAFETY: the tests pass a `Context` that outlives all callbacks.
    unsafe { Context::of(context) }.call(timed_out.into());
}

#[track_caller]
fn register(object: HANDLE, context: &Context, milliseconds: u32, flags: u32) -> HANDLE {
    let mut wait = null_mut();
    let done = call!(RegisterWaitForSingleObject(
        &mut wait,
        object,
        Some(note),
        context.pointer(),
        milliseconds,
        flags
    ));
    assert_eq!(done, 1, "error {}", last_error());
    wait
}

/// POOL-14: a registered wait calls back each time its object is signalled, or once; and each time the time is over.
#[test]
fn pool_14_again_and_again() {
    for flags in [WT_EXECUTEDEFAULT, WT_EXECUTEINWAITTHREAD] {
        let (context, event) = (Context::default(), auto_event());
        let wait = register(event.raw(), &context, INFINITE, flags);
        for round in 1..=5 {
            call!(SetEvent(event.raw()));
            assert!(wait_until(DEADLINE, || context.calls.count() == round));
        }
        assert_eq!(call!(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE)), 1);
        call!(SetEvent(event.raw()));
        assert!(signalled(event.raw()), "nobody waits for it any more");
        assert_eq!(context.calls.entries(), [0; 5]);
    }
    let (context, event) = (Context::default(), event());
    let wait = register(event.raw(), &context, INFINITE, WT_EXECUTEONLYONCE);
    call!(SetEvent(event.raw()));
    assert!(wait_until(DEADLINE, || context.calls.count() == 1));
    std::thread::sleep(Duration::from_millis(QUIET.into()));
    assert_eq!(context.calls.count(), 1);
    assert_eq!(call!(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE)), 1);
    let (context, event) = (Context::default(), auto_event());
    let wait = register(event.raw(), &context, 10, WT_EXECUTEDEFAULT);
    assert!(wait_until(DEADLINE, || context
        .calls
        .entries()
        .starts_with(&[1, 1, 1])));
    assert_eq!(call!(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE)), 1);
    let done = call!(RegisterWaitForSingleObject(
        null_mut(),
        event.raw(),
        Some(note),
        null(),
        0,
        0
    ));
    assert_eq!((done, last_error()), (0, ERROR_INVALID_PARAMETER));
}

/// POOL-15: unregistering tells whether the routine runs, waits for it, or has an event set afterwards.
#[test]
fn pool_15_unregistering() {
    let (context, event, done) = (Context::with_gate(), auto_event(), event());
    let wait_handle = register(event.raw(), &context, INFINITE, WT_EXECUTEDEFAULT);
    call!(SetEvent(event.raw()));
    assert!(wait_until(DEADLINE, || context.calls.count() == 1));
    assert_eq!(call!(UnregisterWaitEx(wait_handle, done.raw())), 0);
    assert_eq!(last_error(), ERROR_IO_PENDING);
    assert!(!signalled(done.raw()));
    context.open();
    assert_eq!(wait(done.raw(), LIMIT), 0);
    assert_eq!(call!(UnregisterWait(wait_handle)), 0);
    assert_eq!(last_error(), ERROR_INVALID_HANDLE);
    let unused = register(event.raw(), &context, INFINITE, WT_EXECUTEDEFAULT);
    assert_eq!(call!(UnregisterWait(unused)), 1);
    let context = Context::with_gate();
    let waited_for = register(event.raw(), &context, INFINITE, WT_EXECUTEDEFAULT) as usize;
    call!(SetEvent(event.raw()));
    assert!(wait_until(DEADLINE, || context.calls.count() == 1));
    let waiter = task(move || call!(UnregisterWaitEx(waited_for as _, INVALID_HANDLE_VALUE)));
    waiter.still_blocked("the routine runs, and who waits for it");
    context.open();
    assert_eq!(waiter.result(), 1);
}

#[track_caller]
fn timer(queue: HANDLE, context: &Context, due: u32, period: u32) -> HANDLE {
    let mut timer = null_mut();
    let done = call!(CreateTimerQueueTimer(
        &mut timer,
        queue,
        Some(note),
        context.pointer(),
        due,
        period,
        WT_EXECUTEDEFAULT
    ));
    assert_eq!(done, 1, "error {}", last_error());
    timer
}

/// POOL-16: a timer of a queue calls back after its time, once or periodically, in a queue of its own or the process's.
#[test]
fn pool_16_timer_queues() {
    let queue = call!(CreateTimerQueue());
    assert!(!queue.is_null());
    for queue in [queue, null_mut()] {
        let (once, often) = (Context::default(), Context::default());
        let timers = [timer(queue, &once, 10, 0), timer(queue, &often, 0, 5)];
        assert!(wait_until(DEADLINE, || once.calls.count() == 1
            && often.calls.count() >= 4));
        for timer in timers {
            assert_eq!(
                call!(DeleteTimerQueueTimer(queue, timer, INVALID_HANDLE_VALUE)),
                1
            );
        }
        let calls = often.calls.count();
        std::thread::sleep(Duration::from_millis(QUIET.into()));
        assert_eq!((once.calls.count(), often.calls.count()), (1, calls));
        assert!(
            often
                .calls
                .entries()
                .iter()
                .all(|&timed_out| timed_out == 1)
        );
    }
    assert_eq!(call!(DeleteTimerQueueEx(queue, INVALID_HANDLE_VALUE)), 1);
    assert_eq!(call!(DeleteTimerQueue(queue)), 0);
    assert_eq!(last_error(), ERROR_INVALID_HANDLE);
}

/// POOL-17: timers of a queue are changed, and deleted alone or with their queue; an event tells when all routines have
/// returned.
#[test]
fn pool_17_changing_and_deleting() {
    let queue = call!(CreateTimerQueue());
    let context = Context::with_gate();
    let changed = timer(queue, &context, 1_000_000, 0);
    assert_eq!(call!(ChangeTimerQueueTimer(queue, changed, 0, 0)), 1);
    assert!(wait_until(DEADLINE, || context.calls.count() == 1));
    assert_eq!(call!(DeleteTimerQueueTimer(queue, changed, null_mut())), 0);
    assert_eq!(last_error(), ERROR_IO_PENDING);
    assert_eq!(call!(ChangeTimerQueueTimer(queue, changed, 0, 0)), 0);
    assert_eq!(last_error(), ERROR_INVALID_HANDLE);
    let running = timer(queue, &context, 0, 0);
    assert!(!running.is_null());
    assert!(wait_until(DEADLINE, || context.calls.count() == 2));
    timer(queue, &context, 1_000_000, 0);
    let done = event();
    assert_eq!(call!(DeleteTimerQueueEx(queue, done.raw())), 0);
    assert_eq!(last_error(), ERROR_IO_PENDING);
    assert!(!signalled(done.raw()));
    context.open();
    assert_eq!(wait(done.raw(), LIMIT), 0);
    assert_eq!(context.calls.count(), 2);
}

unsafe extern "system" fn tick(timer: u32, message: u32, user: usize, _: usize, _: usize) {
    assert!(timer != 0 && message == 0);
    // SAFETY: the test passes a `Context` that outlives the timer.
    unsafe { Context::of(user as *mut c_void) }.call(timer);
}

/// TIME-03: a multimedia timer calls back, or sets an event, once or periodically until it is killed.
#[test]
fn time_03_multimedia_timers() {
    let context = Context::default();
    let user = context.pointer() as usize;
    let once = call!(timeSetEvent(10, 0, Some(tick), user, TIME_ONESHOT));
    assert_ne!(once, 0);
    assert!(wait_until(DEADLINE, || context.calls.entries() == [once]));
    let gone = || call!(timeKillEvent(once)) == MMSYSERR_INVALPARAM;
    assert!(gone() || wait_until(DEADLINE, gone));
    let often = call!(timeSetEvent(2, 0, Some(tick), user, TIME_PERIODIC));
    assert!(wait_until(DEADLINE, || context.calls.count() >= 6));
    assert_eq!(call!(timeKillEvent(often)), TIMERR_NOERROR);
    let calls = context.calls.count();
    std::thread::sleep(Duration::from_millis(QUIET.into()));
    assert_eq!(context.calls.count(), calls);
    let event = event();
    // SAFETY: with this flag the routine is the handle of an event.
    let routine = unsafe {
        std::mem::transmute::<HANDLE, unsafe extern "system" fn(u32, u32, usize, usize, usize)>(
            event.raw(),
        )
    };
    let sets = call!(timeSetEvent(
        1,
        0,
        Some(routine),
        0,
        TIME_ONESHOT | TIME_CALLBACK_EVENT_SET
    ));
    assert_ne!(sets, 0);
    assert_eq!(wait(event.raw(), LIMIT), 0);
    assert_eq!(
        call!(timeSetEvent(1_000_001, 0, Some(tick), user, TIME_ONESHOT)),
        0
    );
}
