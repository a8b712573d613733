//! One-time initialisation and barriers.

use std::ffi::c_void;
use std::ptr::{null, null_mut, without_provenance, without_provenance_mut};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use super::Shared;
use crate::common::w::Win32::Foundation::{ERROR_GEN_FAILURE, ERROR_INVALID_PARAMETER};
use crate::common::w::Win32::System::Threading::{
    DeleteSynchronizationBarrier, EnterSynchronizationBarrier, INIT_ONCE, INIT_ONCE_ASYNC,
    INIT_ONCE_CHECK_ONLY, INIT_ONCE_INIT_FAILED, INIT_ONCE_STATIC_INIT, InitOnceBeginInitialize,
    InitOnceComplete, InitOnceExecuteOnce, InitOnceInitialize, InitializeSynchronizationBarrier,
    SYNCHRONIZATION_BARRIER, SYNCHRONIZATION_BARRIER_FLAGS_BLOCK_ONLY,
    SYNCHRONIZATION_BARRIER_FLAGS_NO_DELETE,
};
use crate::common::{QUIET, Task, last_error, set_last_error, task};

/// How often the routine was called, and whether it is to fail.
#[derive(Default)]
struct Calls {
    count: AtomicUsize,
    fails: AtomicUsize,
}

unsafe extern "system" fn initialise(
    _once: *mut INIT_ONCE,
    parameter: *mut c_void,
    context: *mut *mut c_void,
) -> i32 {
    // SAFETY: the tests pass their `Calls`, which outlives the call.
    let calls = unsafe { &*parameter.cast::<Calls>() };
    calls.count.fetch_add(1, SeqCst);
    std::thread::sleep(std::time::Duration::from_millis(QUIET.into()));
    if calls.fails.swap(0, SeqCst) == 1 {
        set_last_error(77);
        return 0;
    }
    // SAFETY: the tests ask for the context.
    unsafe { *context = without_provenance_mut(0x40) };
    1
}

fn execute(once: &Shared<INIT_ONCE>, calls: &Calls) -> (i32, usize) {
    let mut context = null_mut();
    let parameter = (&raw const *calls).cast_mut().cast();
    let done = call!(InitOnceExecuteOnce(
        once.at(),
        Some(initialise),
        parameter,
        &mut context
    ));
    (done, context as usize)
}

/// LOCK-15: the routine runs once, in one thread; the others wait for it and get the same context.
#[test]
fn lock_15_the_routine_runs_once() {
    let (once, calls) = (
        Shared::new(INIT_ONCE_STATIC_INIT),
        Arc::new(Calls::default()),
    );
    let tasks: Vec<Task<_>> = (0..4)
        .map(|_| {
            let (once, calls) = (once.clone(), calls.clone());
            task(move || execute(&once, &calls))
        })
        .collect();
    for task in tasks {
        assert_eq!(task.result(), (1, 0x40));
    }
    assert_eq!(calls.count.load(SeqCst), 1);
}

/// LOCK-16: if the routine fails the call fails, and the next one tries again.
#[test]
fn lock_16_a_failure_is_tried_again() {
    let (once, calls) = (Shared::new(INIT_ONCE_STATIC_INIT), Calls::default());
    call!(InitOnceInitialize(once.at()));
    calls.fails.store(1, SeqCst);
    assert_eq!(execute(&once, &calls).0, 0);
    assert_eq!(last_error(), 77, "the error is the routine's");
    assert_eq!(execute(&once, &calls), (1, 0x40));
    assert_eq!(execute(&once, &calls), (1, 0x40));
    assert_eq!(calls.count.load(SeqCst), 2);
}

fn begin(once: &Shared<INIT_ONCE>, flags: u32) -> Result<Option<usize>, u32> {
    let (mut pending, mut context) = (-1, null_mut());
    if call!(InitOnceBeginInitialize(
        once.at(),
        flags,
        &mut pending,
        &mut context
    )) == 0
    {
        return Err(last_error());
    }
    Ok((pending == 0).then_some(context as usize))
}

fn complete(once: &Shared<INIT_ONCE>, flags: u32, context: usize) -> Result<(), u32> {
    let done = call!(InitOnceComplete(
        once.at(),
        flags,
        without_provenance(context)
    ));
    if done != 0 { Ok(()) } else { Err(last_error()) }
}

/// LOCK-17: a thread that begins has to complete; others wait meanwhile, or are told to begin if it fails.
#[test]
fn lock_17_begin_and_complete() {
    let once = Shared::new(INIT_ONCE_STATIC_INIT);
    assert_eq!(begin(&once, INIT_ONCE_CHECK_ONLY), Err(ERROR_GEN_FAILURE));
    assert_eq!(complete(&once, 0, 0), Err(ERROR_GEN_FAILURE));
    for fails in [true, false] {
        assert_eq!(begin(&once, 0), Ok(None));
        assert_eq!(begin(&once, INIT_ONCE_ASYNC), Err(ERROR_INVALID_PARAMETER));
        assert_eq!(begin(&once, INIT_ONCE_CHECK_ONLY), Err(ERROR_GEN_FAILURE));
        let other = task({
            let once = once.clone();
            move || {
                let begun = begin(&once, 0);
                if begun == Ok(None) {
                    assert_eq!(complete(&once, INIT_ONCE_INIT_FAILED, 0), Ok(()));
                }
                begun
            }
        });
        other.still_blocked("another thread");
        assert_eq!(complete(&once, 0, 0x41), Err(ERROR_INVALID_PARAMETER));
        assert_eq!(
            complete(&once, INIT_ONCE_ASYNC, 0),
            Err(ERROR_INVALID_PARAMETER)
        );
        assert_eq!(
            complete(&once, INIT_ONCE_INIT_FAILED, 4),
            Err(ERROR_INVALID_PARAMETER)
        );
        if fails {
            assert_eq!(complete(&once, INIT_ONCE_INIT_FAILED, 0), Ok(()));
            assert_eq!(other.result(), Ok(None));
        } else {
            assert_eq!(complete(&once, 0, 0x44), Ok(()));
            assert_eq!(other.result(), Ok(Some(0x44)));
        }
    }
    assert_eq!(begin(&once, INIT_ONCE_CHECK_ONLY), Ok(Some(0x44)));
    assert_eq!(
        begin(&once, INIT_ONCE_CHECK_ONLY | INIT_ONCE_ASYNC),
        Err(ERROR_INVALID_PARAMETER)
    );
    assert_eq!(complete(&once, 0, 0), Err(ERROR_GEN_FAILURE));
}

/// LOCK-18: asynchronously several threads begin, and the first one to complete counts.
#[test]
fn lock_18_the_first_one_counts() {
    let once = Shared::new(INIT_ONCE_STATIC_INIT);
    assert_eq!(begin(&once, INIT_ONCE_ASYNC), Ok(None));
    assert_eq!(begin(&once, INIT_ONCE_ASYNC), Ok(None));
    assert_eq!(begin(&once, 0), Err(ERROR_INVALID_PARAMETER));
    assert_eq!(complete(&once, 0, 0), Err(ERROR_INVALID_PARAMETER));
    assert_eq!(complete(&once, INIT_ONCE_ASYNC, 8), Ok(()));
    assert_eq!(complete(&once, INIT_ONCE_ASYNC, 16), Err(ERROR_GEN_FAILURE));
    assert_eq!(begin(&once, INIT_ONCE_ASYNC), Ok(Some(8)));
    assert_eq!(begin(&once, 0), Ok(Some(8)));
}

fn barrier(total: i32) -> Shared<SYNCHRONIZATION_BARRIER> {
    let barrier = Shared::new(SYNCHRONIZATION_BARRIER::default());
    assert_eq!(
        call!(InitializeSynchronizationBarrier(barrier.at(), total, -1)),
        1
    );
    barrier
}

/// LOCK-19: a barrier lets its threads go when all have come, tells one of them that it was the last, and is ready again.
#[test]
fn lock_19_all_go_together() {
    const THREADS: usize = 3;
    const ROUNDS: usize = 2_000;
    let (barrier, come) = (barrier(THREADS as i32), Arc::new(AtomicUsize::new(0)));
    let tasks: Vec<Task<usize>> = (0..THREADS)
        .map(|number| {
            let (barrier, come) = (barrier.clone(), come.clone());
            let flags = [
                0,
                SYNCHRONIZATION_BARRIER_FLAGS_BLOCK_ONLY,
                SYNCHRONIZATION_BARRIER_FLAGS_NO_DELETE,
            ];
            task(move || {
                let mut last = 0;
                for round in 0..ROUNDS {
                    come.fetch_add(1, SeqCst);
                    last +=
                        call!(EnterSynchronizationBarrier(barrier.at(), flags[number])) as usize;
                    assert!(come.load(SeqCst) >= (round + 1) * THREADS);
                }
                last
            })
        })
        .collect();
    let last: usize = tasks.into_iter().map(Task::result).sum();
    assert_eq!(last, ROUNDS);
    for (total, spins) in [(0, -1), (-1, -1), (1, -2)] {
        let made = call!(InitializeSynchronizationBarrier(barrier.at(), total, spins));
        assert_eq!((made, last_error()), (0, ERROR_INVALID_PARAMETER));
    }
    assert_eq!(call!(InitializeSynchronizationBarrier(null_mut(), 1, 0)), 0);
}

/// LOCK-20: once a barrier is deleted, no thread that it has let go uses its memory any more.
#[test]
fn lock_20_deleting_waits_for_those_that_leave() {
    for _ in 0..500 {
        let barrier = barrier(2);
        let other = task({
            let barrier = barrier.clone();
            move || call!(EnterSynchronizationBarrier(barrier.at(), 0))
        });
        let last = call!(EnterSynchronizationBarrier(barrier.at(), 0));
        assert_eq!(call!(DeleteSynchronizationBarrier(barrier.at())), 1);
        call!(
            barrier
                .at()
                .cast::<u8>()
                .write_bytes(0xAA, size_of::<SYNCHRONIZATION_BARRIER>())
        );
        assert_eq!(last + other.result(), 1);
        let bytes = call!(barrier.at().cast::<[u8; 32]>().read());
        assert_eq!(bytes, [0xAA; 32]);
    }
    assert_eq!(call!(InitOnceComplete(null_mut(), 0, null())), 0);
}
