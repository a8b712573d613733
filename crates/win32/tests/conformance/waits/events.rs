//! Events.

use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::time::Duration;

use crate::common::w::Win32::Foundation::{ERROR_INVALID_HANDLE, WAIT_OBJECT_0};
use crate::common::w::Win32::System::Threading::{
    CREATE_EVENT_INITIAL_SET, CREATE_EVENT_MANUAL_RESET, CreateEventA, CreateEventExW,
    CreateEventW, CreateMutexW, EVENT_ALL_ACCESS, PulseEvent, ResetEvent, SetEvent,
};
use crate::common::{
    DEADLINE, Handle, LIMIT, SENTINEL, Task, auto_event, event, last_error, set_last_error,
    signalled, task, tcp_socket, wait, wait_until,
};

/// WAIT-07: The arguments and flags of the create functions choose between manual and automatic reset and the first state.
#[test]
fn wait_07_creation_chooses_reset_mode_and_state() {
    for manual in [0, 1] {
        for set in [0, 1] {
            let flags =
                CREATE_EVENT_MANUAL_RESET * manual as u32 + CREATE_EVENT_INITIAL_SET * set as u32;
            let made = [
                Handle::new(call!(CreateEventW(null(), manual, set, null()))),
                Handle::new(call!(CreateEventA(null(), manual, set, null()))),
                Handle::new(call!(CreateEventExW(
                    null(),
                    null(),
                    flags,
                    EVENT_ALL_ACCESS
                ))),
            ];
            for event in made {
                assert_eq!(signalled(*event), set == 1);
                assert_eq!(signalled(*event), set == 1 && manual == 1);
            }
        }
    }
}

/// WAIT-16: Setting an event that is set already succeeds and does not count.
#[test]
fn wait_16_setting_twice_is_setting_once() {
    let event = auto_event();
    assert_ne!(call!(SetEvent(*event)), 0);
    assert_ne!(call!(SetEvent(*event)), 0);
    assert!(signalled(*event));
    assert!(!signalled(*event));
}

/// WAIT-17: Resetting an event that is not set succeeds.
#[test]
fn wait_17_resetting_a_reset_event_succeeds() {
    for event in [event(), auto_event()] {
        assert_ne!(call!(ResetEvent(*event)), 0);
        assert_ne!(call!(SetEvent(*event)), 0);
        assert_ne!(call!(ResetEvent(*event)), 0);
        assert_ne!(call!(ResetEvent(*event)), 0);
        assert!(!signalled(*event));
    }
}

/// WAIT-18: PulseEvent leaves the event non-signalled, waiters or not, set before or not.
#[test]
fn wait_18_a_pulse_leaves_the_event_reset() {
    for event in [event(), auto_event()] {
        assert_ne!(call!(PulseEvent(*event)), 0);
        assert!(!signalled(*event));
        call!(SetEvent(*event));
        assert_ne!(call!(PulseEvent(*event)), 0);
        assert!(!signalled(*event));
    }
}

/// WAIT-18: A pulse of a manual-reset event releases the threads that wait at that moment.
#[test]
fn wait_18_a_pulse_releases_the_present_waiters_of_a_manual_event() {
    let pulsed = Arc::new(event());
    let waiters: Vec<_> = (0..3)
        .map(|_| {
            let pulsed = Arc::clone(&pulsed);
            task(move || wait(**pulsed, LIMIT))
        })
        .collect();
    let all_released = wait_until(DEADLINE, || {
        call!(PulseEvent(**pulsed));
        waiters.iter().all(|waiter| waiter.ended())
    });
    assert!(all_released);
    for waiter in waiters {
        assert_eq!(waiter.result(), WAIT_OBJECT_0);
    }
    assert!(!signalled(**pulsed));
}

/// WAIT-18: A pulse of an auto-reset event releases one waiter.
#[test]
fn wait_18_a_pulse_releases_one_waiter_of_an_automatic_event() {
    let pulsed = Arc::new(auto_event());
    let waiters: Vec<_> = (0..3)
        .map(|_| {
            let pulsed = Arc::clone(&pulsed);
            task(move || wait(**pulsed, LIMIT))
        })
        .collect();
    Task::await_sleep_of(&waiters);
    let mut pulses = 0;
    let all_released = wait_until(DEADLINE, || {
        call!(PulseEvent(**pulsed));
        pulses += 1;
        std::thread::sleep(Duration::from_millis(20));
        let released = waiters.iter().filter(|waiter| waiter.ended()).count();
        assert!(
            released <= pulses,
            "{pulses} pulses released {released} threads"
        );
        released == waiters.len()
    });
    assert!(all_released);
    for waiter in waiters {
        assert_eq!(waiter.result(), WAIT_OBJECT_0);
    }
}

/// WAIT-19: SetEvent, ResetEvent and PulseEvent refuse NULL, stale handles and objects of another kind with ERROR_INVALID_HANDLE.
#[test]
fn wait_19_only_events_can_be_set_and_reset() {
    let mutex = Handle::new(call!(CreateMutexW(null(), 0, null())));
    let socket = tcp_socket();
    let stale = event().close();
    for handle in [null_mut(), stale, *mutex, socket.handle()] {
        for function in [SetEvent, ResetEvent, PulseEvent] {
            set_last_error(SENTINEL);
            assert_eq!(call!(function(handle)), 0);
            assert_eq!(last_error(), ERROR_INVALID_HANDLE);
        }
    }
}
