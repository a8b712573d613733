//! SignalObjectAndWait, and the list of waits that can be alertable.

use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::common::w::Win32::Foundation::{
    ERROR_INVALID_HANDLE, ERROR_NOT_OWNER, ERROR_TOO_MANY_POSTS, HANDLE, INVALID_HANDLE_VALUE,
    WAIT_FAILED, WAIT_IO_COMPLETION, WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use crate::common::w::Win32::Networking::WinSock::{
    WSA_WAIT_IO_COMPLETION, WSAWaitForMultipleEvents,
};
use crate::common::w::Win32::System::IO::{
    CreateIoCompletionPort, GetQueuedCompletionStatusEx, OVERLAPPED_ENTRY,
};
use crate::common::w::Win32::System::Threading::{
    CreateMutexW, CreateSemaphoreW, GetCurrentThread, ReleaseMutex, ReleaseSemaphore, SetEvent,
    SignalObjectAndWait, SleepEx, WaitForMultipleObjectsEx, WaitForSingleObjectEx,
};
use crate::common::{
    Handle, LIMIT, QUIET, SENTINEL, auto_event, create_thread, event, in_own_thread, last_error,
    queue_apc, set_last_error, signalled, startup, task, tcp_socket, wait,
};

fn signal_and_wait(signal: HANDLE, wait: HANDLE, milliseconds: u32) -> u32 {
    call!(SignalObjectAndWait(signal, wait, milliseconds, 0))
}

/// WAIT-38: SignalObjectAndWait sets an event, releases a mutex or gives one unit to a semaphore, and then returns what the wait returns.
#[test]
fn wait_38_signals_one_object_and_waits_for_another() {
    in_own_thread(|| {
        let (set, awaited) = (event(), auto_event());
        assert_eq!(signal_and_wait(*set, *awaited, 5), WAIT_TIMEOUT);
        assert!(signalled(*set));
        call!(SetEvent(*awaited));
        assert_eq!(signal_and_wait(*set, *awaited, LIMIT), WAIT_OBJECT_0);
        assert!(!signalled(*awaited), "the wait has consumed the event");

        let semaphore = Handle::new(call!(CreateSemaphoreW(null(), 0, 2, null())));
        assert_eq!(signal_and_wait(*semaphore, *set, LIMIT), WAIT_OBJECT_0);
        let mut count = -1;
        assert_ne!(call!(ReleaseSemaphore(*semaphore, 1, &mut count)), 0);
        assert_eq!(count, 1, "exactly one unit was released");

        let mutex = Handle::new(call!(CreateMutexW(null(), 1, null())));
        assert_eq!(signal_and_wait(*mutex, *set, LIMIT), WAIT_OBJECT_0);
        assert_eq!(
            call!(ReleaseMutex(*mutex)),
            0,
            "the mutex has been released already"
        );
        assert_eq!(last_error(), ERROR_NOT_OWNER);
    });
}

/// WAIT-38: Two threads hand the turn to each other with SignalObjectAndWait and never lose it.
#[test]
fn wait_38_two_threads_take_turns() {
    const ROUNDS: u32 = 500;
    let (ping, pong) = (Arc::new(auto_event()), Arc::new(auto_event()));
    let turns = Arc::new(AtomicU32::new(0));
    let (to, from, counted) = (Arc::clone(&pong), Arc::clone(&ping), Arc::clone(&turns));
    let partner = task(move || {
        assert_eq!(wait(**from, LIMIT), WAIT_OBJECT_0);
        for round in 1..ROUNDS {
            assert_eq!(counted.fetch_add(1, Ordering::SeqCst), 2 * round - 1);
            assert_eq!(signal_and_wait(**to, **from, LIMIT), WAIT_OBJECT_0);
        }
        call!(SetEvent(**to));
    });
    for round in 0..ROUNDS {
        let expected = if round == 0 { 0 } else { 2 * round };
        assert_eq!(turns.fetch_add(1, Ordering::SeqCst), expected);
        assert_eq!(signal_and_wait(**ping, **pong, LIMIT), WAIT_OBJECT_0);
    }
    partner.result();
}

/// WAIT-39: With an invalid handle, or a first object that cannot be signalled, nothing is signalled and nothing awaited:
/// ERROR_INVALID_HANDLE.
#[test]
fn wait_39_invalid_handles_fail_without_waiting() {
    let (set, other) = (event(), event());
    let stale = event().close();
    let socket = tcp_socket();
    let (thread, _) = create_thread(0, || 0);
    call!(SetEvent(*set));
    for (signal, wait) in [
        (null_mut(), *set),
        (stale, *set),
        (socket.handle(), *set),
        (*thread, *set),
        (*other, null_mut()),
        (*other, stale),
    ] {
        set_last_error(SENTINEL);
        assert_eq!(signal_and_wait(signal, wait, LIMIT), WAIT_FAILED);
        assert_eq!(last_error(), ERROR_INVALID_HANDLE);
    }
}

/// WAIT-39: A semaphore at its maximum fails with ERROR_TOO_MANY_POSTS and a mutex of somebody else with ERROR_NOT_OWNER, without a wait.
#[test]
fn wait_39_what_cannot_be_released_fails_without_waiting() {
    let awaited = auto_event();
    call!(SetEvent(*awaited));
    let full = Handle::new(call!(CreateSemaphoreW(null(), 1, 1, null())));
    let foreign = Handle::new(call!(CreateMutexW(null(), 0, null())));
    for (signal, error) in [(*full, ERROR_TOO_MANY_POSTS), (*foreign, ERROR_NOT_OWNER)] {
        set_last_error(SENTINEL);
        assert_eq!(signal_and_wait(signal, *awaited, LIMIT), WAIT_FAILED);
        assert_eq!(last_error(), error);
    }
    assert!(signalled(*awaited), "no wait has consumed the event");
}

/// WAIT-40: With the same event as both arguments the call signals it and is satisfied by it.
#[test]
fn wait_40_one_event_for_both() {
    let automatic = auto_event();
    assert_eq!(
        signal_and_wait(*automatic, *automatic, LIMIT),
        WAIT_OBJECT_0
    );
    assert!(!signalled(*automatic));
    let manual = event();
    assert_eq!(signal_and_wait(*manual, *manual, LIMIT), WAIT_OBJECT_0);
    assert!(signalled(*manual));
}

/// One of the waits that can be alertable, over an object or port that stays silent; true if it reports that APCs ran.
type Wait = fn(HANDLE, HANDLE, u32, i32) -> bool;

fn port_wait(port: HANDLE, milliseconds: u32, alertable: i32) -> bool {
    let (mut entries, mut count) = ([OVERLAPPED_ENTRY::default(); 1], 0);
    let got = call!(GetQueuedCompletionStatusEx(
        port,
        entries.as_mut_ptr(),
        1,
        &mut count,
        milliseconds,
        alertable
    ));
    assert_eq!(got, 0, "no packet was posted");
    last_error() == WAIT_IO_COMPLETION
}

const WAITS: [(&str, Wait); 6] = [
    ("SleepEx", |_, _, time, alertable| {
        call!(SleepEx(time, alertable)) == WAIT_IO_COMPLETION
    }),
    ("WaitForSingleObjectEx", |never, _, time, alertable| {
        call!(WaitForSingleObjectEx(never, time, alertable)) == WAIT_IO_COMPLETION
    }),
    ("WaitForMultipleObjectsEx", |never, _, time, alertable| {
        call!(WaitForMultipleObjectsEx(1, &never, 1, time, alertable)) == WAIT_IO_COMPLETION
    }),
    ("SignalObjectAndWait", |never, _, time, alertable| {
        let signal = event();
        call!(SignalObjectAndWait(*signal, never, time, alertable)) == WAIT_IO_COMPLETION
    }),
    ("GetQueuedCompletionStatusEx", |_, port, time, alertable| {
        port_wait(port, time, alertable)
    }),
    ("WSAWaitForMultipleEvents", |never, _, time, alertable| {
        let result = call!(WSAWaitForMultipleEvents(1, &never, 0, time, alertable));
        result == WSA_WAIT_IO_COMPLETION as u32
    }),
];

/// WAIT-42: SleepEx, the Ex waits for one and several objects, SignalObjectAndWait, GetQueuedCompletionStatusEx and
/// WSAWaitForMultipleEvents run APCs when asked to be alertable.
/// APC-16: The same waits without the flag run no APC and never report one.
#[test]
fn wait_42_the_alertable_waits() {
    startup();
    in_own_thread(|| {
        let never = event();
        let port = call!(CreateIoCompletionPort(
            INVALID_HANDLE_VALUE,
            null_mut(),
            0,
            0
        ));
        let port = Handle::new(port);
        for (name, wait) in WAITS {
            let ran = Arc::new(AtomicU32::new(0));
            let counted = Arc::clone(&ran);
            let queued = queue_apc(call!(GetCurrentThread()), move || {
                counted.fetch_add(1, Ordering::SeqCst);
            });
            assert_ne!(queued, 0);
            assert!(
                !wait(*never, *port, QUIET / 5, 0),
                "{name} was not asked to be alertable"
            );
            assert_eq!(ran.load(Ordering::SeqCst), 0, "{name}");
            assert!(
                wait(*never, *port, LIMIT, 1),
                "{name} tells that an APC ran"
            );
            assert_eq!(ran.load(Ordering::SeqCst), 1, "{name}");
            assert!(!wait(*never, *port, 5, 1), "{name} has nothing left to run");
        }
    });
}
