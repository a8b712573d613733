//! Waitable timers.

use std::ffi::c_void;
use std::ptr::null;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::common::w::Win32::Foundation::{
    ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, HANDLE, WAIT_IO_COMPLETION, WAIT_OBJECT_0,
    WAIT_TIMEOUT,
};
use crate::common::w::Win32::System::Threading::{
    CancelWaitableTimer, CreateWaitableTimerExW, CreateWaitableTimerW, PTIMERAPCROUTINE,
    SetWaitableTimer, SleepEx, TIMER_ALL_ACCESS, WaitForSingleObjectEx,
};
use crate::common::{
    Handle, LIMIT, QUIET, SENTINEL, event, in_own_thread, last_error, parameter, set_last_error,
    signalled, task, wait,
};

/// The flag of CreateWaitableTimerEx for a manual-reset timer.
const MANUAL_RESET: u32 = 1;

/// One millisecond in the unit of due times.
const MILLISECOND: i64 = 10_000;

fn timer(manual: bool) -> Handle {
    Handle::new(call!(CreateWaitableTimerW(null(), manual.into(), null())))
}

/// Sets a timer without a routine.
#[track_caller]
fn set(timer: HANDLE, due: i64, period: i32) {
    let done = call!(SetWaitableTimer(timer, &due, period, None, null(), 0));
    assert_ne!(
        done,
        0,
        "SetWaitableTimer failed with error {}",
        last_error()
    );
}

/// Now as a FILETIME: 100 ns units since 1601, UTC.
fn now() -> i64 {
    const FROM_1601_TO_1970: i64 = 11_644_473_600 * 10_000_000;
    let since_1970 = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock after 1970");
    FROM_1601_TO_1970 + (since_1970.as_nanos() / 100) as i64
}

/// What a timer's routine has seen.
#[derive(Default)]
struct Calls {
    count: AtomicU32,
    time: AtomicU64,
}

impl Calls {
    unsafe extern "system" fn routine(argument: *const c_void, low: u32, high: u32) {
        // SAFETY: the tests pass a `Calls` that outlives the timer's last call.
        let calls = unsafe { &*argument.cast::<Self>() };
        calls
            .time
            .store(u64::from(high) << 32 | u64::from(low), Ordering::SeqCst);
        calls.count.fetch_add(1, Ordering::SeqCst);
    }

    fn count(&self) -> u32 {
        self.count.load(Ordering::SeqCst)
    }

    fn start(&self, timer: HANDLE, due: i64, period: i32) {
        let routine: PTIMERAPCROUTINE = Some(Self::routine);
        let done = call!(SetWaitableTimer(
            timer,
            &due,
            period,
            routine,
            parameter(self),
            0
        ));
        assert_ne!(
            done,
            0,
            "SetWaitableTimer failed with error {}",
            last_error()
        );
    }
}

/// WAIT-31: A negative due time counts 100 ns units from now.
#[test]
fn wait_31_a_negative_due_time_is_relative() {
    for manual in [false, true] {
        let timer = timer(manual);
        assert!(!signalled(*timer));
        let start = Instant::now();
        set(*timer, -40 * MILLISECOND, 0);
        assert!(!signalled(*timer) || start.elapsed() >= Duration::from_millis(39));
        assert_eq!(wait(*timer, LIMIT), WAIT_OBJECT_0);
        assert!(start.elapsed() >= Duration::from_millis(39));
    }
}

/// WAIT-31: A positive due time is a moment of UTC; one in the past has come already.
#[test]
fn wait_31_a_positive_due_time_is_absolute() {
    let timer = timer(true);
    let due = now() + 60 * MILLISECOND;
    set(*timer, due, 0);
    assert_eq!(wait(*timer, LIMIT), WAIT_OBJECT_0);
    assert!(now() >= due - 2 * MILLISECOND);
    set(*timer, now() - 1000 * MILLISECOND, 0);
    assert_eq!(wait(*timer, LIMIT), WAIT_OBJECT_0);
}

/// WAIT-31: A due time of zero fires at once.
#[test]
fn wait_31_zero_fires_at_once() {
    let timer = timer(true);
    set(*timer, 0, 0);
    assert_eq!(wait(*timer, LIMIT), WAIT_OBJECT_0);
}

/// WAIT-31: Setting a timer again takes back its signalled state and the earlier due time.
#[test]
fn wait_31_setting_again_replaces() {
    let timer = timer(true);
    set(*timer, 0, 0);
    assert_eq!(wait(*timer, LIMIT), WAIT_OBJECT_0);
    set(*timer, -20 * MILLISECOND, 0);
    set(*timer, -i64::from(LIMIT) * 100 * MILLISECOND, 0);
    assert_eq!(wait(*timer, 2 * QUIET), WAIT_TIMEOUT);
    set(*timer, -MILLISECOND, 0);
    assert_eq!(wait(*timer, LIMIT), WAIT_OBJECT_0);
}

/// WAIT-32: A manual-reset timer stays signalled until it is set again; a synchronisation timer ends with one wait.
#[test]
fn wait_32_manual_stays_synchronisation_falls_back() {
    let manual = Handle::new(call!(CreateWaitableTimerExW(
        null(),
        null(),
        MANUAL_RESET,
        TIMER_ALL_ACCESS
    )));
    let synchronisation = Handle::new(call!(CreateWaitableTimerExW(
        null(),
        null(),
        0,
        TIMER_ALL_ACCESS
    )));
    for timer in [*manual, *synchronisation] {
        set(timer, -1, 0);
        assert_eq!(wait(timer, LIMIT), WAIT_OBJECT_0);
    }
    assert!(signalled(*manual));
    assert!(!signalled(*synchronisation));
    set(*manual, -i64::from(LIMIT) * 100 * MILLISECOND, 0);
    assert!(!signalled(*manual));
}

/// WAIT-32: A period signals the timer again and again, also after each wait has reset it.
#[test]
fn wait_32_a_period_signals_again() {
    let timer = timer(false);
    let start = Instant::now();
    set(*timer, -5 * MILLISECOND, 15);
    for _ in 0..5 {
        assert_eq!(wait(*timer, LIMIT), WAIT_OBJECT_0);
    }
    assert!(
        start.elapsed() >= Duration::from_millis(5 + 4 * 15 - 20),
        "{:?}",
        start.elapsed()
    );
    assert_ne!(call!(CancelWaitableTimer(*timer)), 0);
}

/// WAIT-32: A negative period is ERROR_INVALID_PARAMETER.
#[test]
fn wait_32_a_negative_period_is_refused() {
    let timer = timer(true);
    set_last_error(SENTINEL);
    assert_eq!(call!(SetWaitableTimer(*timer, &0, -1, None, null(), 0)), 0);
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
    assert!(!signalled(*timer));
}

/// HND-27: The timer functions refuse an object of another kind with ERROR_INVALID_HANDLE.
#[test]
fn hnd_27_only_timers_can_be_set() {
    let event = event();
    set_last_error(SENTINEL);
    assert_eq!(call!(SetWaitableTimer(*event, &0, 0, None, null(), 0)), 0);
    assert_eq!(last_error(), ERROR_INVALID_HANDLE);
    set_last_error(SENTINEL);
    assert_eq!(call!(CancelWaitableTimer(*event)), 0);
    assert_eq!(last_error(), ERROR_INVALID_HANDLE);
}

/// WAIT-33: The routine runs in an alertable wait of the thread that set the timer, never in another wait or thread, and is told the
/// due time as a FILETIME in two halves.
#[test]
fn wait_33_the_routine_runs_in_the_setting_thread() {
    in_own_thread(|| {
        let (timer, never) = (timer(true), event());
        let calls = Arc::new(Calls::default());
        let before = now();
        calls.start(*timer, -10 * MILLISECOND, 0);
        let elsewhere = task(|| call!(SleepEx(2 * QUIET, 1)));
        assert_eq!(wait(*timer, LIMIT), WAIT_OBJECT_0);
        assert_eq!(
            elsewhere.result(),
            0,
            "another thread's alertable wait is not disturbed"
        );
        assert_eq!(
            calls.count(),
            0,
            "a wait that is not alertable runs nothing"
        );
        assert_eq!(
            call!(WaitForSingleObjectEx(*never, LIMIT, 1)),
            WAIT_IO_COMPLETION
        );
        assert_eq!(calls.count(), 1);
        let told = calls.time.load(Ordering::SeqCst) as i64;
        let due = before + 10 * MILLISECOND;
        assert!(
            (due - 20 * MILLISECOND..=now()).contains(&told),
            "due {due}, told {told}"
        );
    });
}

/// WAIT-33: A periodic timer calls its routine again for every period.
#[test]
fn wait_33_a_periodic_timer_calls_again() {
    in_own_thread(|| {
        let timer = timer(false);
        let calls = Calls::default();
        calls.start(*timer, -MILLISECOND, 10);
        let start = Instant::now();
        while calls.count() < 4 && start.elapsed() < Duration::from_millis(LIMIT.into()) {
            assert_eq!(call!(SleepEx(LIMIT, 1)), WAIT_IO_COMPLETION);
        }
        assert!(calls.count() >= 4);
        assert_ne!(call!(CancelWaitableTimer(*timer)), 0);
    });
}

/// WAIT-33: When the thread that set a timer with a routine ends, the timer is cancelled.
#[test]
fn wait_33_the_setting_threads_end_cancels_the_timer() {
    let (timer, calls) = (Arc::new(timer(false)), Arc::new(Calls::default()));
    let (set, kept) = (Arc::clone(&timer), Arc::clone(&calls));
    task(move || {
        kept.start(**set, -MILLISECOND, 20);
        assert_eq!(wait(**set, LIMIT), WAIT_OBJECT_0);
    })
    .result();
    signalled(**timer); // by a period that was over before the thread
    assert_eq!(wait(**timer, 4 * QUIET), WAIT_TIMEOUT);
    assert_eq!(calls.count(), 0);
}

/// WAIT-34: Cancelling stops the timer and leaves its state alone.
#[test]
fn wait_34_cancelling_keeps_the_state() {
    let running = timer(false);
    set(*running, -MILLISECOND, 20);
    assert_eq!(wait(*running, LIMIT), WAIT_OBJECT_0);
    assert_ne!(call!(CancelWaitableTimer(*running)), 0);
    signalled(*running); // by a period that was over before
    assert_eq!(wait(*running, 2 * QUIET), WAIT_TIMEOUT);

    let (once, start) = (timer(true), Instant::now());
    set(*once, -30 * MILLISECOND, 0);
    assert_ne!(call!(CancelWaitableTimer(*once)), 0);
    let in_time = start.elapsed() < Duration::from_millis(29);
    assert!(!in_time || wait(*once, 2 * QUIET) == WAIT_TIMEOUT);

    let fired = timer(true);
    set(*fired, 0, 0);
    assert_eq!(wait(*fired, LIMIT), WAIT_OBJECT_0);
    assert_ne!(call!(CancelWaitableTimer(*fired)), 0);
    assert!(signalled(*fired));
    assert_ne!(
        call!(CancelWaitableTimer(*fired)),
        0,
        "a stopped timer can be stopped again"
    );
}

/// WAIT-34: Cancelling takes back a routine that is queued and has not run.
#[test]
fn wait_34_cancelling_removes_the_queued_routine() {
    in_own_thread(|| {
        let timer = timer(true);
        let calls = Calls::default();
        calls.start(*timer, 0, 0);
        assert_eq!(wait(*timer, LIMIT), WAIT_OBJECT_0);
        assert_ne!(call!(CancelWaitableTimer(*timer)), 0);
        assert_eq!(call!(SleepEx(QUIET, 1)), 0);
        assert_eq!(calls.count(), 0);
    });
}
