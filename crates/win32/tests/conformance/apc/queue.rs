//! The queue of a thread: whose it is, its order, its beginning and its end.

use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::common::w::Win32::Foundation::{
    DuplicateHandle, ERROR_ACCESS_DENIED, ERROR_GEN_FAILURE, ERROR_INVALID_HANDLE, HANDLE,
    WAIT_IO_COMPLETION, WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use crate::common::w::Win32::System::Threading::{
    CREATE_SUSPENDED, CreateWaitableTimerW, GetCurrentProcess, GetCurrentThread,
    GetCurrentThreadId, QueueUserAPC, ResumeThread, SetEvent, SetWaitableTimer, SleepEx,
    THREAD_SYNCHRONIZE, WaitForSingleObjectEx,
};
use crate::common::{
    Handle, LIMIT, Log, QUIET, SENTINEL, create_thread, event, in_own_thread, last_error,
    parameter, queue_apc, set_last_error, task, this_thread, wait,
};

unsafe extern "system" fn nothing(_: usize) {}

/// APC-01: Every thread has a queue of its own from the start, one that the program neither creates nor closes.
/// APC-02: An APC runs on the thread it was queued to and on no other.
#[test]
fn apc_01_each_thread_has_its_own_queue() {
    let ran: Log<(usize, u32)> = Log::default();
    let ready = [event(), event(), event()].map(Arc::new);
    let go = Arc::new(event());
    let threads: Vec<(Handle, u32)> = ready
        .iter()
        .map(|ready| {
            let (ready, go) = (Arc::clone(ready), Arc::clone(&go));
            create_thread(0, move || {
                call!(SetEvent(**ready));
                wait(**go, LIMIT);
                call!(SleepEx(LIMIT, 1))
            })
        })
        .collect();
    for (index, (thread, _)) in threads.iter().enumerate() {
        assert_eq!(wait(**ready[index], LIMIT), WAIT_OBJECT_0);
        let ran = ran.clone();
        let queued = queue_apc(**thread, move || {
            ran.note((index, call!(GetCurrentThreadId())))
        });
        assert_ne!(queued, 0);
    }
    assert_eq!(call!(SleepEx(0, 1)), 0, "nothing was queued to this thread");
    assert_eq!(ran.count(), 0);
    call!(SetEvent(**go));
    for (thread, _) in &threads {
        assert_eq!(wait(**thread, LIMIT), WAIT_OBJECT_0);
    }
    let mut entries = ran.entries();
    entries.sort_unstable();
    let expected: Vec<_> = threads
        .iter()
        .enumerate()
        .map(|(index, (_, id))| (index, *id))
        .collect();
    assert_eq!(entries, expected);
}

/// APC-06: APCs run in the order in which they were queued.
#[test]
fn apc_06_first_in_first_out() {
    in_own_thread(|| {
        let ran = Log::default();
        let thread = Arc::new(this_thread());
        for number in 0..50 {
            let ran = ran.clone();
            queue_apc(**thread, move || ran.note(number));
        }
        let (from, noted) = (Arc::clone(&thread), ran.clone());
        task(move || {
            for number in 50..100 {
                let ran = noted.clone();
                queue_apc(**from, move || ran.note(number));
            }
        })
        .result();
        assert_eq!(call!(SleepEx(0, 1)), WAIT_IO_COMPLETION);
        assert_eq!(ran.entries(), (0..100).collect::<Vec<_>>());
    });
}

/// APC-06: The order holds across kinds: a timer's routine runs between the APCs queued before and after it.
#[test]
fn apc_06_timers_keep_their_place() {
    type Noted = Log<&'static str>;

    unsafe extern "system" fn routine(argument: *const std::ffi::c_void, _: u32, _: u32) {
        // SAFETY: the test passes its log, which outlives the wait that runs this.
        unsafe { &*argument.cast::<Noted>() }.note("timer");
    }

    in_own_thread(|| {
        let ran = Noted::default();
        let thread = call!(GetCurrentThread());
        let (before, after) = (ran.clone(), ran.clone());
        queue_apc(thread, move || before.note("before"));
        let timer = Handle::new(call!(CreateWaitableTimerW(null(), 1, null())));
        let argument = parameter(&ran);
        assert_ne!(
            call!(SetWaitableTimer(*timer, &0, 0, Some(routine), argument, 0)),
            0
        );
        assert_eq!(wait(*timer, LIMIT), WAIT_OBJECT_0);
        queue_apc(thread, move || after.note("after"));
        assert_eq!(call!(SleepEx(LIMIT, 1)), WAIT_IO_COMPLETION);
        assert_eq!(ran.entries(), ["before", "timer", "after"]);
    });
}

/// APC-07: What an APC queues to its own thread runs in the same wait.
#[test]
fn apc_07_an_apc_can_queue_the_next() {
    fn step(ran: Log<u32>, number: u32) {
        ran.note(number);
        if number < 20 {
            queue_apc(call!(GetCurrentThread()), move || step(ran, number + 1));
        }
    }

    in_own_thread(|| {
        let ran = Log::default();
        let first = ran.clone();
        queue_apc(call!(GetCurrentThread()), move || step(first, 1));
        assert_eq!(call!(SleepEx(0, 1)), WAIT_IO_COMPLETION);
        assert_eq!(ran.entries(), (1..=20).collect::<Vec<_>>());
        assert_eq!(call!(SleepEx(0, 1)), 0);
    });
}

/// APC-13: QueueUserAPC tells success by a non-zero value and refuses bad handles with ERROR_INVALID_HANDLE.
#[test]
fn apc_13_bad_handles_are_refused() {
    in_own_thread(|| {
        assert_ne!(call!(QueueUserAPC(Some(nothing), GetCurrentThread(), 0)), 0);
        assert_eq!(call!(SleepEx(0, 1)), WAIT_IO_COMPLETION);
        let no_thread = event();
        for handle in [null_mut(), event().close(), *no_thread] {
            set_last_error(SENTINEL);
            assert_eq!(call!(QueueUserAPC(Some(nothing), handle, 0)), 0);
            assert_eq!(last_error(), ERROR_INVALID_HANDLE);
        }
    });
}

/// APC-13: A thread that has ended takes no APC: ERROR_GEN_FAILURE.
#[test]
fn apc_13_an_ended_thread_takes_no_apc() {
    let (thread, _) = create_thread(0, || 0);
    assert_eq!(wait(*thread, LIMIT), WAIT_OBJECT_0);
    set_last_error(SENTINEL);
    assert_eq!(call!(QueueUserAPC(Some(nothing), *thread, 0)), 0);
    assert_eq!(last_error(), ERROR_GEN_FAILURE);
}

/// APC-13: A handle without the right to set a thread's context is refused with ERROR_ACCESS_DENIED.
#[test]
fn apc_13_the_handle_needs_its_right() {
    in_own_thread(|| {
        let process = call!(GetCurrentProcess());
        let mut weak: HANDLE = null_mut();
        let right = THREAD_SYNCHRONIZE;
        let thread = call!(GetCurrentThread());
        let done = call!(DuplicateHandle(
            process, thread, process, &mut weak, right, 0, 0
        ));
        assert_ne!(done, 0);
        let weak = Handle::new(weak);
        set_last_error(SENTINEL);
        assert_eq!(call!(QueueUserAPC(Some(nothing), *weak, 0)), 0);
        assert_eq!(last_error(), ERROR_ACCESS_DENIED);
    });
}

/// APC-14: An APC queued to a thread that has not begun runs before the thread's start routine.
#[test]
fn apc_14_apcs_run_before_the_start_routine() {
    let ran = Log::default();
    let (first, second, body) = (ran.clone(), ran.clone(), ran.clone());
    let (thread, id) = create_thread(CREATE_SUSPENDED, move || {
        body.note(("start routine", call!(GetCurrentThreadId())));
        0
    });
    queue_apc(*thread, move || {
        first.note(("first APC", call!(GetCurrentThreadId())))
    });
    queue_apc(*thread, move || {
        second.note(("second APC", call!(GetCurrentThreadId())))
    });
    assert_eq!(call!(ResumeThread(*thread)), 1);
    assert_eq!(wait(*thread, LIMIT), WAIT_OBJECT_0);
    assert_eq!(
        ran.entries(),
        [("first APC", id), ("second APC", id), ("start routine", id)]
    );
}

/// APC-15: APCs that are still queued when their thread ends are never called.
#[test]
fn apc_15_the_end_of_a_thread_drops_its_queue() {
    unsafe extern "system" fn count(data: usize) {
        // SAFETY: the address of the test's counter, which outlives the thread.
        unsafe { &*(data as *const AtomicU32) }.fetch_add(1, Ordering::SeqCst);
    }

    let ran = Arc::new(AtomicU32::new(0));
    let (ready, end) = (Arc::new(event()), Arc::new(event()));
    let (at, go) = (Arc::clone(&ready), Arc::clone(&end));
    let (thread, _) = create_thread(0, move || {
        call!(SetEvent(**at));
        wait(**go, LIMIT)
    });
    assert_eq!(wait(**ready, LIMIT), WAIT_OBJECT_0);
    for _ in 0..5 {
        let queued = call!(QueueUserAPC(
            Some(count),
            *thread,
            Arc::as_ptr(&ran) as usize
        ));
        assert_ne!(queued, 0);
    }
    call!(SetEvent(**end));
    assert_eq!(wait(*thread, LIMIT), WAIT_OBJECT_0);
    assert_eq!(wait(*event(), QUIET), WAIT_TIMEOUT);
    assert_eq!(ran.load(Ordering::SeqCst), 0);
}

/// APC-26: The APCs of one thread never overlap, although many threads queue them at once.
#[test]
fn apc_26_the_apcs_of_a_thread_run_one_at_a_time() {
    const THREADS: u32 = 4;
    const EACH: u32 = 250;
    in_own_thread(|| {
        let thread = Arc::new(this_thread());
        let (inside, ran) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
        let overlaps = Arc::new(AtomicU32::new(0));
        let tasks: Vec<_> = (0..THREADS)
            .map(|_| {
                let (thread, inside) = (Arc::clone(&thread), Arc::clone(&inside));
                let (ran, overlaps) = (Arc::clone(&ran), Arc::clone(&overlaps));
                task(move || {
                    for _ in 0..EACH {
                        let (inside, ran) = (Arc::clone(&inside), Arc::clone(&ran));
                        let overlaps = Arc::clone(&overlaps);
                        queue_apc(**thread, move || {
                            overlaps
                                .fetch_add(inside.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
                            std::hint::spin_loop();
                            inside.fetch_sub(1, Ordering::SeqCst);
                            ran.fetch_add(1, Ordering::SeqCst);
                        });
                    }
                })
            })
            .collect();
        let never = event();
        while ran.load(Ordering::SeqCst) < THREADS * EACH {
            assert_eq!(
                call!(WaitForSingleObjectEx(*never, LIMIT, 1)),
                WAIT_IO_COMPLETION
            );
        }
        tasks.into_iter().for_each(|task| task.result());
        assert_eq!(overlaps.load(Ordering::SeqCst), 0);
        assert_eq!(ran.load(Ordering::SeqCst), THREADS * EACH);
    });
}
