//! Named objects.

use std::ptr::null;

use crate::common::w::Win32::Foundation::{
    ERROR_ALREADY_EXISTS, ERROR_FILE_NOT_FOUND, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER,
    HANDLE, WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use crate::common::w::Win32::System::Threading::{
    CreateEventA, CreateEventW, CreateMutexW, CreateSemaphoreW, CreateWaitableTimerW,
    EVENT_ALL_ACCESS, MUTEX_ALL_ACCESS, OpenEventW, OpenMutexW, OpenSemaphoreW, OpenWaitableTimerW,
    ReleaseSemaphore, SEMAPHORE_ALL_ACCESS, SetEvent, TIMER_ALL_ACCESS, WaitForMultipleObjects,
};
use crate::common::{Handle, SENTINEL, last_error, set_last_error, signalled, wide};

/// A name no other test uses.
fn name(of: &str) -> Vec<u16> {
    wide(&format!("larboard-{of}-{}", std::process::id()))
}

/// The kinds of object that have names.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Event,
    Mutex,
    Semaphore,
    Timer,
}

const KINDS: [Kind; 4] = [Kind::Event, Kind::Mutex, Kind::Semaphore, Kind::Timer];

fn create(kind: Kind, name: &[u16]) -> HANDLE {
    match kind {
        Kind::Event => call!(CreateEventW(null(), 1, 0, name.as_ptr())),
        Kind::Mutex => call!(CreateMutexW(null(), 0, name.as_ptr())),
        Kind::Semaphore => call!(CreateSemaphoreW(null(), 1, 1, name.as_ptr())),
        Kind::Timer => call!(CreateWaitableTimerW(null(), 1, name.as_ptr())),
    }
}

fn open(kind: Kind, name: *const u16) -> HANDLE {
    match kind {
        Kind::Event => call!(OpenEventW(EVENT_ALL_ACCESS, 0, name)),
        Kind::Mutex => call!(OpenMutexW(MUTEX_ALL_ACCESS, 0, name)),
        Kind::Semaphore => call!(OpenSemaphoreW(SEMAPHORE_ALL_ACCESS, 0, name)),
        Kind::Timer => call!(OpenWaitableTimerW(TIMER_ALL_ACCESS, 0, name)),
    }
}

/// WAIT-20: Creating an event under a name in use gives the existing event, whatever the other arguments say, and reports
/// ERROR_ALREADY_EXISTS.
#[test]
fn wait_20_an_existing_name_gives_the_existing_event() {
    let name = name("wait-20-event");
    set_last_error(SENTINEL);
    let first = Handle::new(call!(CreateEventW(null(), 0, 0, name.as_ptr())));
    assert_ne!(last_error(), ERROR_ALREADY_EXISTS);
    let second = Handle::new(call!(CreateEventW(null(), 1, 1, name.as_ptr())));
    assert_eq!(last_error(), ERROR_ALREADY_EXISTS);
    assert!(!signalled(*second), "the initial state was ignored");
    call!(SetEvent(*second));
    assert!(signalled(*first), "both handles mean one event");
    assert!(!signalled(*second), "which has kept its automatic reset");
}

/// WAIT-20: The other create functions join an existing object of their kind in the same way.
#[test]
fn wait_20_existing_names_of_the_other_kinds() {
    let name = name("wait-20-semaphore");
    let first = Handle::new(call!(CreateSemaphoreW(null(), 0, 3, name.as_ptr())));
    let second = Handle::new(call!(CreateSemaphoreW(null(), 1, 1, name.as_ptr())));
    assert_eq!(last_error(), ERROR_ALREADY_EXISTS);
    let mut previous = -1;
    assert_ne!(call!(ReleaseSemaphore(*second, 3, &mut previous)), 0);
    assert_eq!(previous, 0);
    assert!(signalled(*first));
}

/// WAIT-20: A name that belongs to an object of another kind gives NULL and ERROR_INVALID_HANDLE.
/// HND-06: The create functions of events, mutexes, semaphores and timers fail with NULL.
#[test]
fn wait_20_a_name_of_another_kind_is_refused() {
    for owner in KINDS {
        let name = name(&format!("wait-20-{owner:?}"));
        let _owned = Handle::new(create(owner, &name));
        for kind in KINDS.into_iter().filter(|kind| *kind != owner) {
            set_last_error(SENTINEL);
            assert!(create(kind, &name).is_null());
            assert_eq!(last_error(), ERROR_INVALID_HANDLE);
            set_last_error(SENTINEL);
            assert!(open(kind, name.as_ptr()).is_null());
            assert_eq!(last_error(), ERROR_INVALID_HANDLE);
        }
    }
}

/// WAIT-20: The A functions and the W functions share one set of names.
#[test]
fn wait_20_narrow_and_wide_names_are_the_same() {
    let narrow = format!("larboard-wait-20-narrow-{}\0", std::process::id());
    let first = Handle::new(call!(CreateEventA(null(), 1, 0, narrow.as_ptr())));
    let wide = wide(narrow.trim_end_matches('\0'));
    let second = Handle::new(call!(OpenEventW(EVENT_ALL_ACCESS, 0, wide.as_ptr())));
    call!(SetEvent(*first));
    assert!(signalled(*second));
}

/// WAIT-20: The name goes with the last handle, also of events that a thread has waited for just before.
#[test]
fn wait_20_a_name_goes_with_the_last_handle() {
    let names: Vec<_> = (0..8).map(|n| name(&format!("wait-20-{n}"))).collect();
    let create = |name: &Vec<u16>| Handle::new(call!(CreateEventW(null(), 1, 0, name.as_ptr())));
    for _ in 0..2 {
        let events: Vec<_> = names.iter().map(create).collect();
        assert_ne!(last_error(), ERROR_ALREADY_EXISTS);
        let handles: Vec<HANDLE> = events.iter().map(|event| **event).collect();
        let count = handles.len() as u32;
        let result = call!(WaitForMultipleObjects(count, handles.as_ptr(), 0, 0));
        assert_eq!(result, WAIT_TIMEOUT, "a new event, not signalled");
        call!(SetEvent(handles[0]));
        let result = call!(WaitForMultipleObjects(count, handles.as_ptr(), 0, 0));
        assert_eq!(result, WAIT_OBJECT_0);
        drop(events);
        for name in &names {
            set_last_error(SENTINEL);
            assert!(call!(OpenEventW(EVENT_ALL_ACCESS, 0, name.as_ptr())).is_null());
            assert_eq!(last_error(), ERROR_FILE_NOT_FOUND);
        }
    }
}

/// WAIT-21: Opening without a name is ERROR_INVALID_PARAMETER, opening an unknown name ERROR_FILE_NOT_FOUND.
#[test]
fn wait_21_opening_without_a_name_or_an_unknown_one() {
    let unknown = name("wait-21-unknown");
    for kind in KINDS {
        set_last_error(SENTINEL);
        assert!(open(kind, null()).is_null());
        assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
        set_last_error(SENTINEL);
        assert!(open(kind, unknown.as_ptr()).is_null());
        assert_eq!(last_error(), ERROR_FILE_NOT_FOUND);
    }
}

/// WAIT-21: Names are compared with case.
#[test]
fn wait_21_names_are_compared_with_case() {
    for kind in KINDS {
        let mixed = name(&format!("wait-21-{kind:?}"));
        let upper = wide(&String::from_utf16_lossy(&mixed[..mixed.len() - 1]).to_uppercase());
        let _made = Handle::new(create(kind, &mixed));
        assert!(open(kind, upper.as_ptr()).is_null());
        assert_eq!(last_error(), ERROR_FILE_NOT_FOUND);
        let _opened = Handle::new(open(kind, mixed.as_ptr()));
    }
}

/// HND-09: A named object lives as long as any handle to it, and its name ends with the last one.
#[test]
fn hnd_09_a_name_ends_with_the_last_handle() {
    for kind in KINDS {
        let name = name(&format!("hnd-09-{kind:?}"));
        let made = Handle::new(create(kind, &name));
        let opened = Handle::new(open(kind, name.as_ptr()));
        drop(made);
        let again = Handle::new(open(kind, name.as_ptr()));
        drop((opened, again));
        assert!(open(kind, name.as_ptr()).is_null());
        assert_eq!(last_error(), ERROR_FILE_NOT_FOUND);
    }
}

/// HND-34: A create function that fails leaves nothing behind: the name it asked for is free as soon as its owner is gone.
#[test]
fn hnd_34_a_failed_creation_holds_no_name() {
    let name = name("hnd-34");
    let mutex = Handle::new(create(Kind::Mutex, &name));
    for _ in 0..100 {
        assert!(create(Kind::Event, &name).is_null());
        assert!(call!(CreateSemaphoreW(null(), 2, 1, name.as_ptr())).is_null());
    }
    drop(mutex);
    set_last_error(SENTINEL);
    let event = Handle::new(create(Kind::Event, &name));
    assert_ne!(last_error(), ERROR_ALREADY_EXISTS);
    drop(event);
    assert!(open(Kind::Event, name.as_ptr()).is_null());
}
