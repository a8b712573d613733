//! What programs tell of threads.

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use crate::common::w::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_NOACCESS, FILETIME,
    LocalFree,
};
use crate::common::w::Win32::System::SystemInformation::GetSystemTimeAsFileTime;
use crate::common::w::Win32::System::Threading::{
    CREATE_SUSPENDED, CreateThread, GetCurrentProcess, GetCurrentProcessId,
    GetCurrentProcessorNumber, GetCurrentThread, GetCurrentThreadId, GetExitCodeThread,
    GetProcessAffinityMask, GetProcessIdOfThread, GetThreadDescription, GetThreadPriority,
    GetThreadPriorityBoost, GetThreadTimes, OpenThread, SetThreadAffinityMask,
    SetThreadDescription, SetThreadIdealProcessor, SetThreadPriority, SetThreadPriorityBoost,
    THREAD_ALL_ACCESS, TerminateThread,
};
use crate::common::{
    Handle, LIMIT, create_thread, event, in_own_thread, last_error, this_thread, wait, wide,
};

/// PROC-01: a thread has the priority that was set last, normal at first; others than Windows' are refused.
#[test]
fn proc_01_priorities() {
    in_own_thread(|| {
        let thread = call!(GetCurrentThread());
        assert_eq!(call!(GetThreadPriority(thread)), 0);
        for priority in [-15, -2, -1, 1, 2, 15, 0] {
            assert_eq!(call!(SetThreadPriority(thread, priority)), 1);
            assert_eq!(call!(GetThreadPriority(thread)), priority);
        }
        for priority in [-3, 3, 16] {
            assert_eq!(call!(SetThreadPriority(thread, priority)), 0);
            assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
        }
        assert_eq!(call!(GetThreadPriority(thread)), 0);
    });
    assert_eq!(call!(GetThreadPriority(null_mut())), i32::MAX);
    assert_eq!(last_error(), ERROR_INVALID_HANDLE);
}

/// PROC-02: whether a thread wants no boosts is remembered.
#[test]
fn proc_02_boosts() {
    let thread = this_thread();
    let mut disabled = -1;
    for wanted in [1, 0] {
        assert_eq!(call!(SetThreadPriorityBoost(thread.raw(), wanted)), 1);
        assert_eq!(
            call!(GetThreadPriorityBoost(thread.raw(), &mut disabled)),
            1
        );
        assert_eq!(disabled, wanted);
    }
    assert_eq!(call!(GetThreadPriorityBoost(thread.raw(), null_mut())), 0);
    assert_eq!(last_error(), ERROR_NOACCESS);
}

/// PROC-03: a thread runs on the processors it was given, which are numbered as in the mask of the process.
#[test]
fn proc_03_processors() {
    in_own_thread(|| {
        let thread = call!(GetCurrentThread());
        let (mut process, mut system) = (0, 0);
        let current = call!(GetCurrentProcess());
        assert_eq!(
            call!(GetProcessAffinityMask(current, &mut process, &mut system)),
            1
        );
        let mut before = process;
        for number in (0..usize::BITS).filter(|number| process >> number & 1 == 1) {
            assert_eq!(call!(SetThreadAffinityMask(thread, 1 << number)), before);
            before = 1 << number;
            assert_eq!(call!(GetCurrentProcessorNumber()), number);
        }
        for mask in [0, process + 1] {
            assert_eq!(call!(SetThreadAffinityMask(thread, mask)), 0);
            assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
        }
        assert_eq!(call!(SetThreadAffinityMask(thread, process)), before);
    });
}

/// PROC-04: the processor that a thread would like best is remembered; 64 only asks.
#[test]
fn proc_04_ideal_processors() {
    in_own_thread(|| {
        let thread = call!(GetCurrentThread());
        assert_ne!(call!(SetThreadIdealProcessor(thread, 0)), u32::MAX);
        assert_eq!(call!(SetThreadIdealProcessor(thread, 64)), 0);
        assert_eq!(call!(SetThreadIdealProcessor(thread, 65)), u32::MAX);
        assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
    });
}

fn description(thread: &Handle) -> String {
    let mut text = null_mut();
    assert!(call!(GetThreadDescription(thread.raw(), &mut text)) >= 0);
    let length = (0..)
        .take_while(|&at| call!(text.add(at).read()) != 0)
        .count();
    let units: Vec<u16> = (0..length).map(|at| call!(text.add(at).read())).collect();
    assert!(call!(LocalFree(text.cast())).is_null());
    String::from_utf16(&units).expect("what was set")
}

/// PROC-05: a description is kept as a whole, empty at first.
#[test]
fn proc_05_descriptions() {
    in_own_thread(|| {
        let thread = this_thread();
        let text = wide("작업 스레드 - a worker of this test");
        assert!(call!(SetThreadDescription(thread.raw(), text.as_ptr())) >= 0);
        assert_eq!(description(&thread), "작업 스레드 - a worker of this test");
        assert!(call!(SetThreadDescription(null_mut(), text.as_ptr())) < 0);
        assert!(call!(SetThreadDescription(thread.raw(), null())) < 0);
    });
}

fn number(time: FILETIME) -> u64 {
    u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime)
}

fn times(thread: &Handle) -> [u64; 4] {
    let mut times = [FILETIME::default(); 4];
    let [begun, ended, system, user] = &mut times;
    assert_eq!(
        call!(GetThreadTimes(thread.raw(), begun, ended, system, user)),
        1
    );
    times.map(number)
}

/// PROC-06: a thread's times tell when it began and ended, and how long it has run.
#[test]
fn proc_06_times() {
    let mut before = FILETIME::default();
    call!(GetSystemTimeAsFileTime(&mut before));
    let (go, told) = (event(), event());
    let (go_of_it, told_of_it) = (go.raw() as usize, told.raw() as usize);
    let (thread, _) = create_thread(0, move || {
        let start = std::time::Instant::now();
        while start.elapsed().as_millis() < 60 {
            std::hint::spin_loop();
        }
        call!(crate::common::w::Win32::System::Threading::SetEvent(
            told_of_it as _
        ));
        wait(go_of_it as _, LIMIT)
    });
    wait(told.raw(), LIMIT);
    let [begun, ended, ..] = times(&thread);
    assert!(begun >= number(before) && ended == 0);
    call!(crate::common::w::Win32::System::Threading::SetEvent(
        go.raw()
    ));
    wait(thread.raw(), LIMIT);
    let [_, ended, system, user] = times(&thread);
    assert!(ended - begun >= 600_000);
    assert!(system + user > 0 && system + user <= ended - begun + 100_000);
}

static RAN: AtomicBool = AtomicBool::new(false);

unsafe extern "system" fn runs(_: *mut c_void) -> u32 {
    RAN.store(true, SeqCst);
    0
}

/// A thread that has not begun, and its id.
fn suspended() -> (Handle, u32) {
    let mut id = 0;
    let thread = call!(CreateThread(
        null(),
        0,
        Some(runs),
        null(),
        CREATE_SUSPENDED,
        &mut id
    ));
    (Handle::new(thread), id)
}

/// PROC-07: a thread is opened by its id until it has ended.
#[test]
fn proc_07_opening() {
    let open = |id| call!(OpenThread(THREAD_ALL_ACCESS, 0, id));
    let this = Handle::new(open(call!(GetCurrentThreadId())));
    assert_eq!(
        call!(GetProcessIdOfThread(this.raw())),
        call!(GetCurrentProcessId())
    );
    let (thread, id) = suspended();
    let same = Handle::new(open(id));
    assert_eq!(call!(TerminateThread(same.raw(), 1)), 1);
    wait(thread.raw(), LIMIT);
    assert!(open(id).is_null());
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
}

/// PROC-08: a thread that is terminated before it has begun never runs its routine, and has the exit code that was given.
#[test]
fn proc_08_terminating_before_the_beginning() {
    let (thread, _) = suspended();
    assert_eq!(call!(TerminateThread(thread.raw(), 99)), 1);
    assert_eq!(wait(thread.raw(), LIMIT), 0);
    let mut code = 0;
    assert_eq!(call!(GetExitCodeThread(thread.raw(), &mut code)), 1);
    assert_eq!((code, RAN.load(SeqCst)), (99, false));
    assert_eq!(call!(TerminateThread(thread.raw(), 1)), 0);
    assert_eq!(last_error(), ERROR_ACCESS_DENIED);
}
