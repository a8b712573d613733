//! Work, pools, groups, and what a callback knows of itself.

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use super::Context;
use crate::common::w::Win32::Foundation::{ERROR_INVALID_PARAMETER, WAIT_TIMEOUT};
use crate::common::w::Win32::System::Threading::{
    CRITICAL_SECTION, CallbackMayRunLong, CloseThreadpool, CloseThreadpoolCleanupGroup,
    CloseThreadpoolCleanupGroupMembers, CloseThreadpoolWork, CreateMutexW, CreateSemaphoreW,
    CreateThreadpool, CreateThreadpoolCleanupGroup, CreateThreadpoolWork,
    DisassociateCurrentThreadFromCallback, EnterCriticalSection, InitializeCriticalSection,
    LeaveCriticalSection, LeaveCriticalSectionWhenCallbackReturns, PTP_CALLBACK_INSTANCE, PTP_WORK,
    ReleaseMutexWhenCallbackReturns, ReleaseSemaphoreWhenCallbackReturns,
    SetEventWhenCallbackReturns, SetThreadpoolThreadMaximum, SetThreadpoolThreadMinimum,
    SubmitThreadpoolWork, TP_CALLBACK_ENVIRON_V3, TryEnterCriticalSection,
    TrySubmitThreadpoolCallback, WaitForThreadpoolWorkCallbacks,
};
use crate::common::{
    DEADLINE, Handle, LIMIT, QUIET, event, last_error, signalled, task, wait, wait_until,
};

unsafe extern "system" fn note(_: PTP_CALLBACK_INSTANCE, context: *mut c_void, _: PTP_WORK) {
    // SAFETY: the tests pass a `Context` that outlives all callbacks.
    unsafe { Context::of(context) }.call(1);
}

#[track_caller]
fn work(context: &Context, environment: *const TP_CALLBACK_ENVIRON_V3) -> PTP_WORK {
    let work = call!(CreateThreadpoolWork(
        Some(note),
        context.pointer(),
        environment
    ));
    assert_ne!(work, 0, "error {}", last_error());
    work
}

fn environment() -> TP_CALLBACK_ENVIRON_V3 {
    TP_CALLBACK_ENVIRON_V3 {
        Version: 3,
        CallbackPriority: 1,
        Size: size_of::<TP_CALLBACK_ENVIRON_V3>() as u32,
        ..Default::default()
    }
}

/// POOL-01: each submission of work calls back once, on threads of the pool, side by side.
#[test]
fn pool_01_each_submission_calls_once() {
    let context = Context::with_gate();
    let work = work(&context, null());
    for _ in 0..3 {
        call!(SubmitThreadpoolWork(work));
    }
    assert!(
        wait_until(DEADLINE, || context.calls.count() == 3),
        "side by side"
    );
    context.open();
    call!(WaitForThreadpoolWorkCallbacks(work, 0));
    call!(CloseThreadpoolWork(work));
    assert_eq!(context.calls.count(), 3);
    assert_eq!(call!(CreateThreadpoolWork(None, null_mut(), null())), 0);
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
}

/// POOL-02: who waits for work waits for the callbacks that run and are to come, or drops those to come.
#[test]
fn pool_02_waiting_for_work() {
    let context = Context::with_gate();
    let pool = call!(CreateThreadpool(null()));
    call!(SetThreadpoolThreadMaximum(pool, 1));
    let mut environment = environment();
    environment.Pool = pool;
    let work = work(&context, &environment);
    for _ in 0..4 {
        call!(SubmitThreadpoolWork(work));
    }
    assert!(wait_until(DEADLINE, || context.calls.count() == 1));
    let waiter = task(move || call!(WaitForThreadpoolWorkCallbacks(work, 1)));
    waiter.still_blocked("the first callback runs, and who waits for it");
    context.open();
    waiter.result();
    std::thread::sleep(std::time::Duration::from_millis(QUIET.into()));
    assert_eq!(context.calls.count(), 1, "the others were dropped");
    // It can be submitted again.
    call!(SubmitThreadpoolWork(work));
    call!(WaitForThreadpoolWorkCallbacks(work, 0));
    assert_eq!(context.calls.count(), 2);
    call!(CloseThreadpoolWork(work));
    call!(CloseThreadpool(pool));
}

unsafe extern "system" fn simple(instance: PTP_CALLBACK_INSTANCE, context: *mut c_void) {
    assert_eq!(call!(CallbackMayRunLong(instance)), 1);
    // SAFETY: as in `note`.
    unsafe { Context::of(context) }.call(2);
}

/// POOL-03: a callback can be submitted without an object.
#[test]
fn pool_03_callbacks_without_an_object() {
    let context = Context::default();
    assert_eq!(
        call!(TrySubmitThreadpoolCallback(
            Some(simple),
            context.pointer(),
            null()
        )),
        1
    );
    assert!(wait_until(DEADLINE, || context.calls.entries() == [2]));
    assert_eq!(
        call!(TrySubmitThreadpoolCallback(None, null_mut(), null())),
        0
    );
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
}

static MOST: AtomicUsize = AtomicUsize::new(0);
static NOW: AtomicUsize = AtomicUsize::new(0);
static ALL: AtomicUsize = AtomicUsize::new(0);

unsafe extern "system" fn count(_: PTP_CALLBACK_INSTANCE, _: *mut c_void, _: PTP_WORK) {
    MOST.fetch_max(NOW.fetch_add(1, SeqCst) + 1, SeqCst);
    std::thread::sleep(std::time::Duration::from_millis(1));
    NOW.fetch_sub(1, SeqCst);
    ALL.fetch_add(1, SeqCst);
}

/// POOL-10: a pool of the program calls back on as many threads as its maximum says.
#[test]
fn pool_10_the_maximum_of_a_pool() {
    let pool = call!(CreateThreadpool(null()));
    assert_ne!(pool, 0);
    call!(SetThreadpoolThreadMaximum(pool, 2));
    assert_eq!(call!(SetThreadpoolThreadMinimum(pool, 1)), 1);
    let mut environment = environment();
    environment.Pool = pool;
    let work = call!(CreateThreadpoolWork(Some(count), null_mut(), &environment));
    for _ in 0..60 {
        call!(SubmitThreadpoolWork(work));
    }
    call!(WaitForThreadpoolWorkCallbacks(work, 0));
    assert_eq!(ALL.load(SeqCst), 60);
    assert!(MOST.load(SeqCst) <= 2);
    call!(CloseThreadpoolWork(work));
    call!(CloseThreadpool(pool));
    assert_eq!(call!(SetThreadpoolThreadMinimum(pool, 1)), 0);
}

unsafe extern "system" fn cancelled(object: *mut c_void, cleanup: *mut c_void) {
    // SAFETY: as in `note`; the tests pass a context as both.
    unsafe {
        Context::of(object).calls.note(10);
        Context::of(cleanup).calls.note(11);
    }
}

/// POOL-11: the members of a group are closed together, after their callbacks; what has not begun is dropped if asked for,
/// and told.
#[test]
fn pool_11_groups() {
    let group = call!(CreateThreadpoolCleanupGroup());
    let mut environment = environment();
    environment.CleanupGroup = group;
    environment.CleanupGroupCancelCallback = Some(cancelled);
    let (context, cleanup) = (Context::default(), Context::default());
    let first = work(&context, &environment);
    for _ in 0..5 {
        call!(SubmitThreadpoolWork(first));
    }
    call!(CloseThreadpoolCleanupGroupMembers(group, 0, null_mut()));
    assert_eq!(context.calls.entries(), [1; 5]);
    // It is closed.
    call!(SubmitThreadpoolWork(first));
    let second = work(&context, &environment);
    call!(SubmitThreadpoolWork(second));
    call!(CloseThreadpoolCleanupGroupMembers(
        group,
        1,
        cleanup.pointer()
    ));
    assert_eq!(cleanup.calls.entries(), [11]);
    assert_eq!(context.calls.entries().last(), Some(&10));
    call!(CloseThreadpoolCleanupGroup(group));
}

/// What a callback is to do when it returns.
struct Returns {
    event: Handle,
    semaphore: Handle,
    mutex: Handle,
    section: CRITICAL_SECTION,
    returned: Handle,
}

unsafe extern "system" fn leaves(instance: PTP_CALLBACK_INSTANCE, context: *mut c_void) {
    // SAFETY: the test passes this, and waits for the last of its events.
    let returns = unsafe { &mut *context.cast::<Returns>() };
    wait(returns.mutex.raw(), LIMIT);
    call!(EnterCriticalSection(&mut returns.section));
    call!(SetEventWhenCallbackReturns(
        instance,
        returns.returned.raw()
    ));
    call!(SetEventWhenCallbackReturns(instance, returns.event.raw()));
    call!(ReleaseSemaphoreWhenCallbackReturns(
        instance,
        returns.semaphore.raw(),
        2
    ));
    call!(ReleaseMutexWhenCallbackReturns(
        instance,
        returns.mutex.raw()
    ));
    call!(LeaveCriticalSectionWhenCallbackReturns(
        instance,
        &mut returns.section
    ));
    assert_eq!(wait(returns.event.raw(), 0), WAIT_TIMEOUT, "not before");
}

/// POOL-12: what a callback leaves for its return is done then: events, semaphores, mutexes, sections.
#[test]
fn pool_12_when_the_callback_returns() {
    let mut returns = Returns {
        event: event(),
        semaphore: Handle::new(call!(CreateSemaphoreW(null(), 0, 9, null()))),
        mutex: Handle::new(call!(CreateMutexW(null(), 0, null()))),
        section: CRITICAL_SECTION::default(),
        returned: event(),
    };
    call!(InitializeCriticalSection(&mut returns.section));
    let context = (&raw mut returns).cast();
    assert_eq!(
        call!(TrySubmitThreadpoolCallback(Some(leaves), context, null())),
        1
    );
    assert_eq!(wait(returns.returned.raw(), LIMIT), 0);
    assert_eq!(wait(returns.event.raw(), LIMIT), 0);
    assert!(signalled(returns.semaphore.raw()) && signalled(returns.semaphore.raw()));
    assert!(!signalled(returns.semaphore.raw()));
    assert_eq!(wait(returns.mutex.raw(), 0), 0, "free, and not abandoned");
    assert_ne!(call!(TryEnterCriticalSection(&mut returns.section)), 0);
    call!(LeaveCriticalSection(&mut returns.section));
}

unsafe extern "system" fn leaves_early(
    instance: PTP_CALLBACK_INSTANCE,
    context: *mut c_void,
    _: PTP_WORK,
) {
    call!(DisassociateCurrentThreadFromCallback(instance));
    // SAFETY: as in `note`.
    let context = unsafe { Context::of(context) };
    context.call(3);
    context.calls.note(4);
}

/// POOL-13: a callback that has dissociated itself is not waited for.
#[test]
fn pool_13_dissociating() {
    let context = Context::with_gate();
    let work = call!(CreateThreadpoolWork(
        Some(leaves_early),
        context.pointer(),
        null()
    ));
    call!(SubmitThreadpoolWork(work));
    assert!(wait_until(DEADLINE, || context.calls.count() == 1));
    task(move || call!(WaitForThreadpoolWorkCallbacks(work, 0))).result();
    context.open();
    call!(CloseThreadpoolWork(work));
    assert!(wait_until(DEADLINE, || context.calls.entries() == [3, 4]));
}
