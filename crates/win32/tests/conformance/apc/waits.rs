//! When a wait runs APCs, and what it returns then.

use std::ptr::null;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::common::w::Win32::Foundation::{WAIT_IO_COMPLETION, WAIT_OBJECT_0, WAIT_TIMEOUT};
use crate::common::w::Win32::System::Threading::{
    CreateSemaphoreW, GetCurrentThread, SetEvent, Sleep, SleepEx, WaitForMultipleObjects,
    WaitForMultipleObjectsEx, WaitForSingleObject, WaitForSingleObjectEx,
};
use crate::common::{
    Handle, LIMIT, Log, auto_event, event, in_own_thread, queue_apc, signalled, task, this_thread,
    wait, while_waiting,
};

/// Queues an entry for the log to the calling thread.
fn queue_note(ran: &Log<u32>, number: u32) {
    let ran = ran.clone();
    assert_ne!(
        queue_apc(call!(GetCurrentThread()), move || ran.note(number)),
        0
    );
}

/// APC-03: With entries queued an alertable wait does not sleep: it runs them all and returns WAIT_IO_COMPLETION.
#[test]
fn apc_03_a_full_queue_is_drained_at_once() {
    in_own_thread(|| {
        let (ran, never) = (Log::default(), event());
        (0..5).for_each(|number| queue_note(&ran, number));
        let start = Instant::now();
        assert_eq!(
            call!(WaitForSingleObjectEx(*never, LIMIT, 1)),
            WAIT_IO_COMPLETION
        );
        assert!(start.elapsed() < Duration::from_millis(LIMIT.into()));
        assert_eq!(ran.entries(), [0, 1, 2, 3, 4]);
        assert_eq!(call!(WaitForSingleObjectEx(*never, 5, 1)), WAIT_TIMEOUT);
    });
}

/// APC-04: An alertable wait with an empty queue sleeps until an object, the time or an APC ends it.
#[test]
fn apc_04_an_apc_ends_the_sleep() {
    in_own_thread(|| {
        let (ran, never, thread) = (Log::default(), event(), Arc::new(this_thread()));
        let (noted, target) = (ran.clone(), Arc::clone(&thread));
        let sender = while_waiting(move || queue_apc(**target, move || noted.note(1)));
        assert_eq!(
            call!(WaitForSingleObjectEx(*never, LIMIT, 1)),
            WAIT_IO_COMPLETION
        );
        assert_eq!(ran.entries(), [1]);
        assert_ne!(sender.result(), 0);

        assert_eq!(call!(WaitForSingleObjectEx(*never, 5, 1)), WAIT_TIMEOUT);
        let set = Arc::new(event());
        let later = Arc::clone(&set);
        let sender = while_waiting(move || call!(SetEvent(**later)));
        assert_eq!(call!(WaitForSingleObjectEx(**set, LIMIT, 1)), WAIT_OBJECT_0);
        sender.result();
    });
}

/// APC-05: WAIT_IO_COMPLETION comes once for any number of routines, and leaves the awaited objects alone.
#[test]
fn apc_05_one_result_for_all_and_nothing_consumed() {
    in_own_thread(|| {
        let ran = Log::default();
        let (first, second) = (auto_event(), auto_event());
        let semaphore = Handle::new(call!(CreateSemaphoreW(null(), 1, 1, null())));
        let handles = [*first, *semaphore, *second];
        (0..3).for_each(|number| queue_note(&ran, number));
        call!(SetEvent(*first));
        let wait_all = |time| call!(WaitForMultipleObjectsEx(3, handles.as_ptr(), 1, time, 1));
        assert_eq!(wait_all(LIMIT), WAIT_IO_COMPLETION);
        assert_eq!(ran.count(), 3);
        assert_eq!(wait_all(5), WAIT_TIMEOUT);
        call!(SetEvent(*second));
        assert_eq!(
            wait_all(LIMIT),
            WAIT_OBJECT_0,
            "the first two were still signalled"
        );
    });
}

/// APC-08: If the awaited object is already signalled the wait returns it, and the APCs stay queued until a wait that has to block.
#[test]
fn apc_08_an_available_object_comes_first() {
    in_own_thread(|| {
        let (ran, set) = (Log::default(), auto_event());
        queue_note(&ran, 1);
        call!(SetEvent(*set));
        assert_eq!(call!(WaitForSingleObjectEx(*set, LIMIT, 1)), WAIT_OBJECT_0);
        assert_eq!(ran.count(), 0);
        call!(SetEvent(*set));
        let handles = [*set];
        let result = call!(WaitForMultipleObjectsEx(1, handles.as_ptr(), 0, LIMIT, 1));
        assert_eq!(result, WAIT_OBJECT_0);
        assert_eq!(ran.count(), 0);
        assert_eq!(
            call!(WaitForSingleObjectEx(*set, LIMIT, 1)),
            WAIT_IO_COMPLETION
        );
        assert_eq!(ran.count(), 1);
    });
}

/// APC-09: When an APC signals the awaited object the wait still returns WAIT_IO_COMPLETION, and the next wait gets the object.
#[test]
fn apc_09_an_object_signalled_by_an_apc_is_for_the_next_wait() {
    in_own_thread(|| {
        let set = Arc::new(auto_event());
        let inside = Arc::clone(&set);
        queue_apc(call!(GetCurrentThread()), move || {
            call!(SetEvent(**inside));
        });
        assert_eq!(
            call!(WaitForSingleObjectEx(**set, LIMIT, 1)),
            WAIT_IO_COMPLETION
        );
        assert_eq!(call!(WaitForSingleObjectEx(**set, 0, 1)), WAIT_OBJECT_0);
        assert!(!signalled(**set));
    });
}

/// APC-10: SleepEx(0, TRUE) runs all that is queued and returns WAIT_IO_COMPLETION, or 0 if nothing is queued.
#[test]
fn apc_10_a_sleep_of_zero_is_alertable() {
    in_own_thread(|| {
        let ran = Log::default();
        assert_eq!(call!(SleepEx(0, 1)), 0);
        (0..3).for_each(|number| queue_note(&ran, number));
        assert_eq!(call!(SleepEx(0, 1)), WAIT_IO_COMPLETION);
        assert_eq!(ran.count(), 3);
        assert_eq!(call!(SleepEx(0, 1)), 0);
    });
}

/// APC-11: An alertable wait inside an APC runs the entries that are still queued; the outer wait returns WAIT_IO_COMPLETION as usual.
#[test]
fn apc_11_apcs_may_be_nested() {
    in_own_thread(|| {
        let (ran, inner) = (Log::default(), Log::default());
        let (noted, result) = (ran.clone(), inner.clone());
        queue_apc(call!(GetCurrentThread()), move || {
            noted.note(1);
            result.note(call!(SleepEx(LIMIT, 1)));
            noted.note(4);
        });
        queue_note(&ran, 2);
        queue_note(&ran, 3);
        assert_eq!(call!(SleepEx(LIMIT, 1)), WAIT_IO_COMPLETION);
        assert_eq!(ran.entries(), [1, 2, 3, 4]);
        assert_eq!(inner.entries(), [WAIT_IO_COMPLETION]);
        assert_eq!(call!(SleepEx(0, 1)), 0);
    });
}

/// APC-12: A wait inside an APC that is not alertable runs no further APCs; they run before the outer wait returns.
#[test]
fn apc_12_a_plain_wait_inside_an_apc_runs_nothing() {
    in_own_thread(|| {
        let (ran, inner) = (Log::default(), Log::default());
        let never = Arc::new(event());
        let (noted, result) = (ran.clone(), inner.clone());
        queue_apc(call!(GetCurrentThread()), move || {
            noted.note(1);
            result.note(wait(**never, 10));
            result.note(call!(SleepEx(5, 0)));
            noted.note(2);
        });
        queue_note(&ran, 3);
        assert_eq!(call!(SleepEx(LIMIT, 1)), WAIT_IO_COMPLETION);
        assert_eq!(ran.entries(), [1, 2, 3]);
        assert_eq!(inner.entries(), [WAIT_TIMEOUT, 0]);
    });
}

/// APC-16: A wait that is not alertable runs no APC, whether it is satisfied or times out, and never returns WAIT_IO_COMPLETION.
#[test]
fn apc_16_plain_waits_run_nothing() {
    in_own_thread(|| {
        let (ran, never, set) = (Log::default(), event(), event());
        call!(SetEvent(*set));
        queue_note(&ran, 1);
        let handles = [*never, *set];
        assert_eq!(call!(WaitForSingleObject(*never, 10)), WAIT_TIMEOUT);
        assert_eq!(call!(WaitForSingleObjectEx(*never, 10, 0)), WAIT_TIMEOUT);
        assert_eq!(
            call!(WaitForMultipleObjects(2, handles.as_ptr(), 1, 10)),
            WAIT_TIMEOUT
        );
        assert_eq!(
            call!(WaitForMultipleObjectsEx(1, handles.as_ptr(), 0, 10, 0)),
            WAIT_TIMEOUT
        );
        assert_eq!(
            call!(WaitForMultipleObjects(2, handles.as_ptr(), 0, 10)),
            WAIT_OBJECT_0 + 1
        );
        call!(Sleep(10));
        assert_eq!(call!(SleepEx(10, 0)), 0);
        assert_eq!(ran.count(), 0);
        assert_eq!(call!(SleepEx(0, 1)), WAIT_IO_COMPLETION);
        assert_eq!(ran.count(), 1);
    });
}

/// APC-16: An APC that arrives during a wait that is not alertable does not end it.
#[test]
fn apc_16_an_arriving_apc_does_not_end_a_plain_wait() {
    let (set, ran) = (Arc::new(event()), Arc::new(AtomicBool::new(false)));
    let (awaited, seen) = (Arc::clone(&set), Arc::clone(&ran));
    let (sender, receiver) = std::sync::mpsc::channel();
    let waiter = task(move || {
        sender.send(this_thread()).expect("the test waits");
        let result = wait(**awaited, LIMIT);
        let ran_during_the_wait = seen.load(Ordering::SeqCst);
        (result, ran_during_the_wait, call!(SleepEx(0, 1)))
    });
    let thread = receiver.recv().expect("the thread has started");
    waiter.await_sleep();
    let set_by_apc = Arc::clone(&ran);
    assert_ne!(
        queue_apc(*thread, move || set_by_apc.store(true, Ordering::SeqCst)),
        0
    );
    waiter.still_blocked("the wait");
    assert!(!ran.load(Ordering::SeqCst));
    call!(SetEvent(**set));
    assert_eq!(waiter.result(), (WAIT_OBJECT_0, false, WAIT_IO_COMPLETION));
}
