//! An event object that network events set, and the questions the tests ask about it.

use std::time::Instant;

use crate::common::w::Win32::Foundation::{HANDLE, WAIT_TIMEOUT};
use crate::common::w::Win32::Networking::WinSock::{
    FD_ACCEPT, FD_CLOSE, FD_CONNECT, FD_OOB, FD_READ, FD_WRITE, SOCKET, WSAEVENT,
    WSAEnumNetworkEvents, WSAEventSelect, WSANETWORKEVENTS,
};
use crate::common::{DEADLINE, Handle, LIMIT, QUIET, Socket, event, signalled, wait};
use crate::io::checked;

/// Every event that a socket of these tests can have.
pub const ALL: u32 = FD_ACCEPT | FD_CLOSE | FD_CONNECT | FD_OOB | FD_READ | FD_WRITE;

/// Every event but FD_WRITE, which a connected socket has at once.
pub const QUIETLY: u32 = ALL & !FD_WRITE;

/// What the error codes hold until the system writes to them.
pub const UNWRITTEN: i32 = -77;

/// What WSAEnumNetworkEvents told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub events: u32,
    pub errors: [i32; 10],
}

impl Found {
    /// The error code of one event.
    pub fn error(&self, event: u32) -> i32 {
        self.errors[event.trailing_zeros() as usize]
    }
}

/// WSAEventSelect
pub fn select(socket: SOCKET, event: HANDLE, events: u32) -> Result<i32, i32> {
    checked(call!(WSAEventSelect(
        socket,
        event as WSAEVENT,
        events as i32
    )))
}

/// WSAEnumNetworkEvents; the event handle may be NULL.
pub fn enumerate(socket: SOCKET, event: HANDLE) -> Result<Found, i32> {
    let mut told = WSANETWORKEVENTS {
        lNetworkEvents: UNWRITTEN,
        iErrorCode: [UNWRITTEN; 10],
    };
    checked(call!(WSAEnumNetworkEvents(
        socket,
        event as WSAEVENT,
        &mut told
    )))?;
    Ok(Found {
        events: told.lNetworkEvents as u32,
        errors: told.iErrorCode,
    })
}

/// The events of a socket that have been recorded, taken without touching an event object.
#[track_caller]
pub fn taken(socket: &Socket) -> u32 {
    enumerate(socket.raw(), std::ptr::null_mut())
        .expect("WSAEnumNetworkEvents")
        .events
}

/// A manual-reset event object for network events.
pub struct Watch(Handle);

impl Watch {
    /// For no socket yet.
    #[track_caller]
    pub fn new() -> Watch {
        Watch(event())
    }

    /// For the events of one socket.
    #[track_caller]
    pub fn of(socket: &Socket, events: u32) -> Watch {
        let watch = Watch::new();
        watch.select(socket, events);
        watch
    }

    pub fn raw(&self) -> HANDLE {
        self.0.raw()
    }

    #[track_caller]
    pub fn select(&self, socket: &Socket, events: u32) {
        assert_eq!(
            select(socket.raw(), self.raw(), events),
            Ok(0),
            "WSAEventSelect"
        );
    }

    /// Whether the event object is set; it stays so.
    pub fn is_set(&self) -> bool {
        signalled(self.raw())
    }

    /// Waits until the event object is set, and leaves it set.
    #[track_caller]
    pub fn wait(&self) {
        assert_eq!(wait(self.raw(), LIMIT), 0, "the event object is never set");
    }

    /// Takes what has been recorded and resets the event object.
    #[track_caller]
    pub fn take(&self, socket: &Socket) -> Found {
        enumerate(socket.raw(), self.raw()).expect("WSAEnumNetworkEvents")
    }

    /// Waits until exactly `events` have been told, each once and without an error.
    #[track_caller]
    pub fn expect(&self, socket: &Socket, events: u32) {
        for (event, error) in self.collect(socket, events) {
            assert_eq!(error, 0, "the error of event {event:#x}");
        }
    }

    /// Waits until exactly this event has been told, once, and returns its error.
    #[track_caller]
    pub fn error_of(&self, socket: &Socket, event: u32) -> i32 {
        self.collect(socket, event)[0].1
    }

    /// Each event of the set with its error. They may come one after another, and the object may have been set for one that is gone.
    #[track_caller]
    fn collect(&self, socket: &Socket, events: u32) -> Vec<(u32, i32)> {
        let (start, mut seen, mut told) = (Instant::now(), 0, Vec::new());
        while seen != events {
            let outcome = wait(self.raw(), LIMIT);
            assert_eq!(outcome, 0, "expected {events:#x}, told only {seen:#x}");
            let found = self.take(socket);
            assert_eq!(found.events & !events, 0, "unexpected in {found:?}");
            assert_eq!(found.events & seen, 0, "told twice: {found:?}");
            let bits = (0..10).map(|bit| 1 << bit);
            for event in bits.filter(|event| found.events & event != 0) {
                told.push((event, found.error(event)));
            }
            seen |= found.events;
            assert!(start.elapsed() < DEADLINE, "told only {seen:#x}");
        }
        told
    }

    /// Watches for a moment that nothing is told.
    #[track_caller]
    pub fn quiet(&self, socket: &Socket) {
        let outcome = wait(self.raw(), QUIET);
        let found = self.take(socket);
        assert_eq!(found.events, 0, "unexpected {found:?}");
        assert_eq!(outcome, WAIT_TIMEOUT, "set for nothing");
    }

    /// Nothing is recorded, although the event object may have been set by what is gone meanwhile.
    #[track_caller]
    pub fn forgotten(&self, socket: &Socket) {
        let found = self.take(socket);
        assert_eq!(found.events, 0, "unexpected {found:?}");
        self.quiet(socket);
    }
}
