//! Completion ports: rules PORT.
//!
//! Here is what these tests share: a port that closes itself, packets as plain values, operations that own their memory.

mod close;
mod create;
mod dequeue;
mod packets;
mod pool;
mod post;
mod stress;
mod threads;

use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::w::Win32::Foundation::{HANDLE, INVALID_HANDLE_VALUE, WAIT_TIMEOUT};
use crate::common::w::Win32::Networking::WinSock::{
    FIONREAD, LINGER, LPWSAOVERLAPPED_COMPLETION_ROUTINE, SO_LINGER, SOCKET, SOL_SOCKET,
    WSA_IO_PENDING, WSABUF, WSARecv, WSARecvFrom, WSASend, ioctlsocket, send, setsockopt,
};
use crate::common::w::Win32::System::IO::{
    CreateIoCompletionPort, GetQueuedCompletionStatus, OVERLAPPED, PostQueuedCompletionStatus,
};
use crate::common::{DEADLINE, Handle, LIMIT, QUIET, Socket, last_error, wait_until, wsa_error};

/// A status of an operation that has not completed.
const PENDING: u32 = 0x103;

/// A completion port that is closed at the end of the test.
#[derive(Debug)]
struct Port(Handle);

/// What GetQueuedCompletionStatus took off a port; `error` is 0 where it returned TRUE.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Packet {
    bytes: u32,
    key: usize,
    overlapped: usize,
    error: u32,
}

impl Packet {
    /// The packet of a success.
    fn new(bytes: u32, key: usize, overlapped: usize) -> Self {
        Self {
            bytes,
            key,
            overlapped,
            error: 0,
        }
    }
}

impl Port {
    /// A port for `concurrency` running threads.
    #[track_caller]
    fn new(concurrency: u32) -> Self {
        Self(Handle::new(call!(CreateIoCompletionPort(
            INVALID_HANDLE_VALUE,
            null_mut(),
            0,
            concurrency
        ))))
    }

    fn raw(&self) -> HANDLE {
        self.0.raw()
    }

    /// Associates a file with the port.
    #[track_caller]
    fn associate(&self, file: HANDLE, key: usize) {
        let port = call!(CreateIoCompletionPort(file, self.raw(), key, 0));
        assert_eq!(
            port,
            self.raw(),
            "the association failed with error {}",
            last_error()
        );
    }

    #[track_caller]
    fn post(&self, bytes: u32, key: usize, overlapped: usize) {
        let posted = call!(PostQueuedCompletionStatus(
            self.raw(),
            bytes,
            key,
            overlapped as *const OVERLAPPED
        ));
        assert_ne!(posted, 0, "posting failed with error {}", last_error());
    }

    /// The next packet, or nothing if `milliseconds` pass.
    #[track_caller]
    fn poll(&self, milliseconds: u32) -> Option<Packet> {
        match dequeue(self.raw(), milliseconds) {
            Ok(packet) => Some(packet),
            Err(WAIT_TIMEOUT) => None,
            Err(error) => panic!("dequeuing failed with error {error}"),
        }
    }

    /// The next packet, which is expected to come.
    #[track_caller]
    fn next(&self) -> Packet {
        self.poll(LIMIT).expect("a packet comes")
    }

    /// Checks that no packet comes.
    #[track_caller]
    fn stays_empty(&self) {
        assert_eq!(self.poll(QUIET), None, "no packet was expected");
    }
}

/// Calls GetQueuedCompletionStatus: a packet, or the error if there is none.
fn dequeue(port: HANDLE, milliseconds: u32) -> Result<Packet, u32> {
    let (mut bytes, mut key, mut overlapped) = (0, 0, null_mut());
    let taken = call!(GetQueuedCompletionStatus(
        port,
        &mut bytes,
        &mut key,
        &mut overlapped,
        milliseconds
    ));
    let error = if taken == 0 { last_error() } else { 0 };
    if taken == 0 && overlapped.is_null() {
        return Err(error);
    }
    Ok(Packet {
        bytes,
        key,
        overlapped: overlapped as usize,
        error,
    })
}

/// How an operation began.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Start {
    /// It was finished when the call returned; that many bytes.
    Done(u32),
    Pending,
    Failed(i32),
}

impl Start {
    #[track_caller]
    fn of(result: i32, bytes: u32) -> Self {
        match (result, wsa_error()) {
            (0, _) => Self::Done(bytes),
            (_, WSA_IO_PENDING) => Self::Pending,
            (_, error) => Self::Failed(error),
        }
    }

    /// Whether the operation was accepted, so that its completion is due.
    fn accepted(self) -> bool {
        !matches!(self, Self::Failed(_))
    }
}

/// An OVERLAPPED with its buffer. The memory outlives a test that fails while the operation is pending.
struct Operation {
    overlapped: *mut OVERLAPPED,
    buffer: *mut [u8; Self::SIZE],
}

// SAFETY: both pointers lead to heap memory of this value; what the system writes there is read after its completion only, apart from
// `Internal`, which is read as an atomic.
unsafe impl Send for Operation {}
// SAFETY: as above.
unsafe impl Sync for Operation {}

impl Operation {
    /// How many bytes the buffer holds.
    const SIZE: usize = 64;

    fn new() -> Self {
        Self::with_event(null_mut())
    }

    /// With this value as hEvent.
    fn with_event(event: HANDLE) -> Self {
        let overlapped = OVERLAPPED {
            hEvent: event,
            ..OVERLAPPED::default()
        };
        Self {
            overlapped: Box::into_raw(Box::new(overlapped)),
            buffer: Box::into_raw(Box::new([0; Self::SIZE])),
        }
    }

    /// The OVERLAPPED pointer as the number that a packet carries.
    fn address(&self) -> usize {
        self.overlapped as usize
    }

    fn buffer(&self, length: usize) -> WSABUF {
        assert!(length <= Self::SIZE);
        WSABUF {
            len: length as u32,
            buf: self.buffer.cast(),
        }
    }

    /// The status word.
    fn status(&self) -> u32 {
        // SAFETY: the OVERLAPPED lives as long as this value, and while it belongs to the system the word is shared.
        let internal = unsafe { AtomicUsize::from_ptr(&raw mut (*self.overlapped).Internal) };
        internal.load(Ordering::Acquire) as u32
    }

    /// The count of transferred bytes.
    fn count(&self) -> usize {
        // SAFETY: the OVERLAPPED lives as long as this value; the tests ask after the completion only.
        unsafe { (*self.overlapped).InternalHigh }
    }

    /// The first bytes of the buffer, after completion.
    fn data(&self, length: usize) -> Vec<u8> {
        // SAFETY: the buffer lives as long as this value and nobody writes to it after completion.
        unsafe { (&*self.buffer)[..length].to_vec() }
    }

    /// Waits until the status word says that the operation is over.
    #[track_caller]
    fn await_status(&self) -> u32 {
        assert!(
            wait_until(DEADLINE, || self.status() != PENDING),
            "the operation does not complete"
        );
        self.status()
    }

    /// Starts a receive into the whole buffer.
    fn receive(&self, socket: SOCKET) -> Start {
        self.receive_with(socket, Self::SIZE, None)
    }

    fn receive_with(
        &self,
        socket: SOCKET,
        length: usize,
        routine: LPWSAOVERLAPPED_COMPLETION_ROUTINE,
    ) -> Start {
        let (mut bytes, mut flags) = (0, 0);
        let buffer = self.buffer(length);
        let result = call!(WSARecv(
            socket,
            &buffer,
            1,
            &mut bytes,
            &mut flags,
            self.overlapped,
            routine
        ));
        Start::of(result, bytes)
    }

    /// Starts the receive of a datagram into `length` bytes, sender not asked for.
    fn receive_datagram(&self, socket: SOCKET, length: usize) -> Start {
        let (mut bytes, mut flags) = (0, 0);
        let buffer = self.buffer(length);
        let none = (null_mut(), null_mut());
        let result = call!(WSARecvFrom(
            socket,
            &buffer,
            1,
            &mut bytes,
            &mut flags,
            none.0,
            none.1,
            self.overlapped,
            None
        ));
        Start::of(result, bytes)
    }

    /// Starts a send of these bytes.
    fn send(&self, socket: SOCKET, data: &[u8]) -> Start {
        // SAFETY: the buffer lives as long as this value and no operation uses it while the test prepares the next.
        unsafe { (&mut *self.buffer)[..data.len()].copy_from_slice(data) };
        let mut bytes = 0;
        let buffer = self.buffer(data.len());
        let result = call!(WSASend(
            socket,
            &buffer,
            1,
            &mut bytes,
            0,
            self.overlapped,
            None
        ));
        Start::of(result, bytes)
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            // SAFETY: both came from `Box::into_raw`; a test that passes has seen the completion of all its operations.
            drop(unsafe { (Box::from_raw(self.overlapped), Box::from_raw(self.buffer)) });
        }
    }
}

/// Sends synchronously.
#[track_caller]
fn send_now(socket: SOCKET, data: &[u8]) {
    let sent = call!(send(socket, data.as_ptr(), data.len() as i32, 0));
    assert_eq!(
        sent,
        data.len() as i32,
        "send failed with error {}",
        wsa_error()
    );
}

/// Closes a TCP socket so that the peer gets a reset.
#[track_caller]
fn reset(socket: Socket) {
    let hard = LINGER {
        l_onoff: 1,
        l_linger: 0,
    };
    let option = (&raw const hard).cast();
    assert_eq!(
        call!(setsockopt(
            *socket,
            SOL_SOCKET,
            SO_LINGER,
            option,
            size_of::<LINGER>() as i32
        )),
        0
    );
    socket.close();
}

/// Waits until there is something to receive.
#[track_caller]
fn await_data(socket: SOCKET) {
    let mut waiting = 0;
    let arrived = wait_until(DEADLINE, || {
        assert_eq!(call!(ioctlsocket(socket, FIONREAD, &mut waiting)), 0);
        waiting > 0
    });
    assert!(arrived, "nothing arrives");
}
