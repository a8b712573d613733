//! A completion port as far as the I/O tests need one.

use std::ptr::null_mut;

use super::Operation;
use crate::common::w::Win32::Foundation::{HANDLE, INVALID_HANDLE_VALUE};
use crate::common::w::Win32::System::IO::{
    CreateIoCompletionPort, GetQueuedCompletionStatus, OVERLAPPED,
};
use crate::common::{Handle, LIMIT, QUIET, Socket, last_error, startup};

/// An owned completion port.
pub struct Port(Handle);

/// What one removal brought.
#[derive(Debug)]
pub struct Packet {
    /// The last error of a FALSE, 0 for TRUE.
    pub error: u32,
    pub bytes: u32,
    pub key: usize,
    pub overlapped: *mut OVERLAPPED,
}

impl Packet {
    /// Whether this is the completion of `operation`.
    pub fn is_of(&self, operation: &Operation) -> bool {
        self.overlapped == operation.overlapped()
    }
}

impl Port {
    #[track_caller]
    pub fn new() -> Port {
        startup();
        let created = call!(CreateIoCompletionPort(
            INVALID_HANDLE_VALUE,
            null_mut(),
            0,
            0
        ));
        Port(Handle::new(created))
    }

    /// A port with one socket associated.
    #[track_caller]
    pub fn of(socket: &Socket, key: usize) -> Port {
        let port = Port::new();
        port.associate(socket, key);
        port
    }

    /// The handle.
    pub fn raw(&self) -> HANDLE {
        self.0.raw()
    }

    #[track_caller]
    pub fn associate(&self, socket: &Socket, key: usize) {
        let result = call!(CreateIoCompletionPort(
            socket.handle(),
            self.0.raw(),
            key,
            0
        ));
        assert_eq!(result, self.0.raw(), "associate: {}", last_error());
    }

    /// The next packet, or none within `milliseconds`.
    pub fn poll(&self, milliseconds: u32) -> Option<Packet> {
        let (mut bytes, mut key, mut overlapped) = (0, 0, null_mut());
        let port = self.0.raw();
        let ok = call!(GetQueuedCompletionStatus(
            port,
            &mut bytes,
            &mut key,
            &mut overlapped,
            milliseconds
        ));
        let error = if ok == 0 { last_error() } else { 0 };
        let found = ok != 0 || !overlapped.is_null();
        found.then_some(Packet {
            error,
            bytes,
            key,
            overlapped,
        })
    }

    /// The next packet; fails the test when none comes.
    #[track_caller]
    pub fn next(&self) -> Packet {
        self.poll(LIMIT).expect("a packet")
    }

    /// Watches for a moment that no packet comes.
    #[track_caller]
    pub fn stays_empty(&self) {
        let packet = self.poll(QUIET);
        assert!(packet.is_none(), "unexpected {packet:?}");
    }
}
