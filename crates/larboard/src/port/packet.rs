//! What a port gives out.

use super::Associated;
use crate::error::Result;
use crate::operation::{Header, Operation, Route};
use crate::sys::Win32;
use Win32::System::IO::OVERLAPPED;
use std::fmt;
use std::ptr::NonNull;

/// What comes out of a [`CompletionPort`](crate::CompletionPort).
#[derive(Debug)]
pub enum Packet<K, B = Vec<u8>, T = (), P = ()> {
    /// An operation on an associated socket is complete.
    Io(Completion<K, B, T>),
    /// Somebody [posted](crate::CompletionPort::post) this.
    Posted(P),
}

/// A completed operation, as ports give it back.
pub struct Completion<K, B = Vec<u8>, T = ()> {
    /// The socket it was started on: start the next operation, or let it go.
    pub socket: Associated<K, B, T>,
    /// The operation, with its buffer: yours again.
    pub operation: Operation<B, T>,
    /// The bytes transferred, or why the operation failed. Zero bytes received on a stream mean that the peer has
    /// closed (PORT-36).
    pub bytes: Result<usize>,
}

impl<K, B, T> Completion<K, B, T> {
    /// The key of the socket.
    #[must_use]
    pub fn key(&self) -> &K {
        self.socket.key()
    }

    /// # Safety
    ///
    /// The arguments are those of one packet of a port with these types, whose key is an association's; they are
    /// unpacked once.
    pub(super) unsafe fn unpack(
        key: usize,
        overlapped: *mut OVERLAPPED,
        bytes: u32,
        success: bool,
    ) -> Option<Self> {
        let header = NonNull::new(overlapped.cast::<Header>())?;
        // SAFETY: the OVERLAPPED is the first thing in a block that is complete, as the packet says. No reference is
        // made before that is checked.
        if unsafe { (*header.as_ptr()).route } != Route::Port {
            debug_assert!(
                false,
                "a packet of an operation that was not started for a port"
            );
            return None;
        }
        // SAFETY: the packet's operation was counted in flight when it was started, and is complete now (rule 2 of the
        // module).
        let socket = unsafe { Associated::from_packet(key) };
        // SAFETY: it was started through an `Associated` of these types, and this is its only packet (rule 3 of
        // `operation`).
        let mut operation = unsafe { Operation::<B, T>::from_header(header) };
        let noted = operation.header_mut();
        let bytes = if success {
            noted.finish(socket.raw(), bytes, None)
        } else {
            noted.finish_asking(socket.raw())
        };
        Some(Self {
            socket,
            operation,
            bytes,
        })
    }
}

/// Whether a packet taken with others is that of an operation that succeeded; such packets have their status in the
/// OVERLAPPED only (PORT-42).
///
/// # Safety
///
/// As [`Completion::unpack`], but the packet may be a posted one.
pub(super) unsafe fn succeeded(key: usize, overlapped: *mut OVERLAPPED) -> bool {
    let has_status = key != super::POSTED && key != super::CLOSED && !overlapped.is_null();
    // SAFETY: the packet is an operation's, which is complete, so that its block is not being written any more.
    !has_status || unsafe { (*overlapped.cast::<Header>()).status() } >= 0
}

impl<K, B, T> fmt::Debug for Completion<K, B, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Completion")
            .field("operation", &self.operation)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}
