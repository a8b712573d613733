//! Winsock's event objects and WSAWaitForMultipleEvents.

use std::ptr::{null, null_mut};

use crate::common::w::Win32::Foundation::{ERROR_INVALID_HANDLE, HANDLE};
use crate::common::w::Win32::Networking::WinSock::{
    WSA_INVALID_HANDLE, WSA_INVALID_PARAMETER, WSA_WAIT_EVENT_0, WSA_WAIT_FAILED, WSA_WAIT_TIMEOUT,
    WSACloseEvent, WSACreateEvent, WSAEFAULT, WSAEVENT, WSAResetEvent, WSASetEvent,
    WSAWaitForMultipleEvents,
};
use crate::common::w::Win32::System::Threading::{ResetEvent, SetEvent, WaitForSingleObject};
use crate::common::{
    Handle, LIMIT, SENTINEL, event, last_error, set_last_error, signalled, startup, wait, wsa_error,
};

/// The results of WSAWaitForMultipleEvents in the type that it returns.
const EVENT_0: u32 = WSA_WAIT_EVENT_0 as u32;
const TIMEOUT: u32 = WSA_WAIT_TIMEOUT;

/// An event made by Winsock.
fn wsa_event() -> Handle {
    startup();
    Handle::new(call!(WSACreateEvent()) as HANDLE)
}

fn wait_for(events: &[HANDLE], all: i32, milliseconds: u32) -> u32 {
    let count = events.len() as u32;
    call!(WSAWaitForMultipleEvents(
        count,
        events.as_ptr(),
        all,
        milliseconds,
        0
    ))
}

/// WAIT-22: WSACreateEvent makes a manual-reset event that is not signalled.
#[test]
fn wait_22_a_winsock_event_is_manual_and_quiet() {
    let event = wsa_event();
    assert!(!signalled(*event));
    assert_ne!(call!(WSASetEvent(*event as WSAEVENT)), 0);
    assert!(signalled(*event) && signalled(*event));
    assert_ne!(call!(WSAResetEvent(*event as WSAEVENT)), 0);
    assert!(!signalled(*event));
}

/// WAIT-22: Winsock's functions and the kernel's work on each other's events.
#[test]
fn wait_22_winsock_events_are_events() {
    let (ours, theirs) = (event(), wsa_event());
    assert_ne!(call!(WSASetEvent(*ours as WSAEVENT)), 0);
    assert_ne!(call!(SetEvent(*theirs)), 0);
    assert_eq!(wait_for(&[*ours, *theirs], 1, LIMIT), EVENT_0);
    assert_ne!(call!(ResetEvent(*theirs)), 0);
    assert_eq!(call!(WaitForSingleObject(*theirs, 0)), TIMEOUT);
    assert_ne!(call!(WSACloseEvent(ours.leak() as WSAEVENT)), 0);
}

/// WAIT-22: WSASetEvent, WSAResetEvent and WSACloseEvent return FALSE with WSA_INVALID_HANDLE for a bad handle.
#[test]
fn wait_22_bad_event_handles_are_refused() {
    startup();
    let stale = wsa_event().leak();
    assert_ne!(call!(WSACloseEvent(stale as WSAEVENT)), 0);
    for handle in [null_mut(), stale] {
        for function in [WSASetEvent, WSAResetEvent, WSACloseEvent] {
            set_last_error(SENTINEL);
            assert_eq!(call!(function(handle as WSAEVENT)), 0);
            assert_eq!(wsa_error(), WSA_INVALID_HANDLE);
            assert_eq!(last_error(), ERROR_INVALID_HANDLE, "6 under both names");
        }
    }
}

/// WAIT-47: WSAWaitForMultipleEvents takes 1 to 64 events and returns the index of one, 0 for all, or the time-out value 258.
#[test]
fn wait_47_any_all_and_time_out() {
    let events: Vec<Handle> = (0..64).map(|_| wsa_event()).collect();
    let handles: Vec<HANDLE> = events.iter().map(Handle::raw).collect();
    assert_eq!(wait_for(&handles, 0, 0), TIMEOUT);
    assert_eq!((EVENT_0, TIMEOUT), (0, 258));
    call!(WSASetEvent(handles[63] as WSAEVENT));
    assert_eq!(wait_for(&handles, 0, LIMIT), EVENT_0 + 63);
    assert_eq!(wait_for(&handles, 1, 5), TIMEOUT);
    for handle in &handles {
        call!(WSASetEvent(*handle as WSAEVENT));
    }
    assert_eq!(wait_for(&handles, 1, LIMIT), EVENT_0);
}

/// WAIT-47: It fails with WSA_INVALID_HANDLE for a bad event and WSA_INVALID_PARAMETER for 0 or more than 64 events.
#[test]
fn wait_47_bad_events_and_counts_are_refused() {
    let set = wsa_event();
    call!(WSASetEvent(*set as WSAEVENT));
    set_last_error(SENTINEL);
    assert_eq!(wait_for(&[*set, null_mut()], 0, LIMIT), WSA_WAIT_FAILED);
    assert_eq!(wsa_error(), WSA_INVALID_HANDLE);
    for count in [0, 65] {
        let handles = [*set; 65];
        set_last_error(SENTINEL);
        let result = call!(WSAWaitForMultipleEvents(
            count,
            handles.as_ptr(),
            0,
            LIMIT,
            0
        ));
        assert_eq!(result, WSA_WAIT_FAILED);
        assert_eq!(wsa_error(), WSA_INVALID_PARAMETER);
    }
}

/// WAIT-47: A NULL array is refused: WSAEFAULT, or an invalid parameter or handle.
#[test]
fn wait_47_a_null_array_is_refused() {
    startup();
    set_last_error(SENTINEL);
    let result = call!(WSAWaitForMultipleEvents(1, null(), 0, LIMIT, 0));
    assert_eq!(result, WSA_WAIT_FAILED);
    let error = wsa_error();
    assert!(
        [WSAEFAULT, WSA_INVALID_PARAMETER, WSA_INVALID_HANDLE].contains(&error),
        "{error}"
    );
}

/// WAIT-48: Of several signalled events the lowest is reported, so looking on from that index finds the rest.
#[test]
fn wait_48_the_lowest_index_is_reported() {
    let events: Vec<Handle> = (0..5).map(|_| wsa_event()).collect();
    let handles: Vec<HANDLE> = events.iter().map(Handle::raw).collect();
    for index in [4, 1, 3] {
        call!(WSASetEvent(handles[index] as WSAEVENT));
    }
    let mut found = Vec::new();
    let mut start = 0;
    while start < handles.len() {
        let result = wait_for(&handles[start..], 0, 0);
        if result == TIMEOUT {
            break;
        }
        found.push(start + result as usize);
        start += result as usize + 1;
    }
    assert_eq!(found, [1, 3, 4]);
}

/// WAIT-49: Waiting does not reset a Winsock event; the program does that with WSAResetEvent.
#[test]
fn wait_49_the_program_resets_the_event() {
    let event = wsa_event();
    call!(WSASetEvent(*event as WSAEVENT));
    assert_eq!(wait_for(&[*event], 0, 0), EVENT_0);
    assert_eq!(wait_for(&[*event], 0, 0), EVENT_0);
    assert_eq!(wait(*event, 0), EVENT_0);
    call!(WSAResetEvent(*event as WSAEVENT));
    assert_eq!(wait_for(&[*event], 0, 0), TIMEOUT);
}
