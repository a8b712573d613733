//! One overlapped operation together with everything the system may write to while it runs.

use std::cell::{Cell, RefCell};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::address::pointer;
use super::{eventually, extension, succeeded};
use crate::common::w::Win32::Foundation::{
    ERROR_IO_PENDING, HANDLE, NTSTATUS, STATUS_PENDING, TRUE,
};
use crate::common::w::Win32::Networking::WinSock::{
    LPWSAOVERLAPPED_COMPLETION_ROUTINE, SOCKADDR_IN, SOCKADDR_STORAGE, SOCKET, WSABUF,
    WSAGetOverlappedResult, WSARecv, WSARecvFrom, WSASend, WSASendTo,
};
use crate::common::w::Win32::System::IO::{GetOverlappedResult, OVERLAPPED};
use crate::common::{
    ADDRESS_LENGTH, Handle, LIMIT, Socket, event, last_error, set_last_error, wait, wsa_error,
};

/// What the count variable holds until the system writes to it.
pub const UNTOUCHED: u32 = 0xdead;

/// Room for one IPv4 address in an AcceptEx buffer.
pub const ADDRESS_ROOM: u32 = ADDRESS_LENGTH as u32 + 16;

/// How a start went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    Done,
    Pending,
    Failed(i32),
}

impl Start {
    /// The outcome of a function that answers 0 or SOCKET_ERROR.
    pub fn of_winsock(result: i32) -> Start {
        match result {
            0 => Start::Done,
            _ => Start::of_error(wsa_error()),
        }
    }

    /// The outcome of a function that answers TRUE or FALSE.
    pub fn of_bool(result: i32) -> Start {
        match result {
            0 => Start::of_error(last_error() as i32),
            _ => Start::Done,
        }
    }

    fn of_error(code: i32) -> Start {
        if code == ERROR_IO_PENDING as i32 {
            Start::Pending
        } else {
            Start::Failed(code)
        }
    }

    /// Fails the test unless the operation was taken on.
    #[track_caller]
    pub fn accepted(self) {
        assert!(!matches!(self, Start::Failed(_)), "not started: {self:?}");
    }
}

/// An OVERLAPPED, its buffer, and the variables beside it.
///
/// The memory is given back only when the system has let go of it: dropping a pending operation leaks it.
pub struct Operation {
    memory: *mut Memory,
    event: Option<Handle>,
    accepted: Cell<bool>,
}

// SAFETY: the memory is reached through this owner alone, apart from the system's own writes, which are ordered before
// the status that `is_pending` reads with acquire ordering.
unsafe impl Send for Operation {}

struct Memory {
    overlapped: OVERLAPPED,
    buffer: Vec<u8>,
    from: SOCKADDR_STORAGE,
    from_length: i32,
    count: u32,
    flags: u32,
}

impl Drop for Operation {
    fn drop(&mut self) {
        if self.accepted.get() && self.is_pending() {
            if let Some(event) = self.event.take() {
                event.leak();
            }
            return;
        }
        // SAFETY: `memory` came from Box::into_raw, and no operation runs on it any more.
        drop(unsafe { Box::from_raw(self.memory) });
    }
}

/// Making one, and looking at it.
impl Operation {
    /// With an event of its own and a zeroed buffer.
    pub fn new(length: usize) -> Operation {
        Operation::sending(&vec![0; length])
    }

    /// With an event of its own and `bytes` to send.
    pub fn sending(bytes: &[u8]) -> Operation {
        let event = event();
        let value = event.raw();
        let mut operation = Operation::with_event(bytes, value);
        operation.event = Some(event);
        operation
    }

    /// With hEvent NULL.
    pub fn without_event(length: usize) -> Operation {
        Operation::with_event(&vec![0; length], null_mut())
    }

    /// With whatever is to stand in hEvent.
    pub fn with_event(bytes: &[u8], value: HANDLE) -> Operation {
        let memory = Memory {
            overlapped: OVERLAPPED {
                hEvent: value,
                ..Default::default()
            },
            buffer: bytes.to_vec(),
            from: SOCKADDR_STORAGE::default(),
            from_length: size_of::<SOCKADDR_STORAGE>() as i32,
            count: UNTOUCHED,
            flags: 0,
        };
        Operation {
            memory: Box::into_raw(Box::new(memory)),
            event: None,
            accepted: Cell::new(false),
        }
    }

    pub fn overlapped(&self) -> *mut OVERLAPPED {
        // SAFETY: `memory` lives as long as `self`; taking a field's address reads nothing.
        unsafe { &raw mut (*self.memory).overlapped }
    }

    /// The event this operation owns.
    #[track_caller]
    pub fn event(&self) -> HANDLE {
        self.event
            .as_ref()
            .expect("an operation with an event")
            .raw()
    }

    pub fn event_is_set(&self) -> bool {
        wait(self.event(), 0) == 0
    }

    /// OVERLAPPED.Internal as the status it holds, read as a program that polls it must: before everything else.
    pub fn status(&self) -> NTSTATUS {
        // SAFETY: the field is aligned, lives as long as `self`, and the system writes it as one word.
        let internal = unsafe { AtomicUsize::from_ptr(&raw mut (*self.overlapped()).Internal) };
        internal.load(Ordering::Acquire) as u32 as NTSTATUS
    }

    pub fn is_pending(&self) -> bool {
        self.status() == STATUS_PENDING
    }

    /// OVERLAPPED.InternalHigh.
    pub fn transferred(&self) -> usize {
        // SAFETY: the field is aligned and lives as long as `self`; the system writes it as one word.
        let high = unsafe { AtomicUsize::from_ptr(&raw mut (*self.overlapped()).InternalHigh) };
        high.load(Ordering::Relaxed)
    }

    /// Sets what the two status words hold before a start.
    pub fn preset(&self, internal: usize, internal_high: usize) {
        // SAFETY: no operation runs, the memory is this owner's alone.
        unsafe {
            (*self.overlapped()).Internal = internal;
            (*self.overlapped()).InternalHigh = internal_high;
        }
    }

    /// The buffer, once the system has let go of it.
    #[track_caller]
    pub fn buffer(&self) -> &[u8] {
        assert!(
            !(self.accepted.get() && self.is_pending()),
            "the buffer is in flight"
        );
        // SAFETY: nothing runs any more (just checked), so that nobody writes to the buffer.
        unsafe { &(*self.memory).buffer }
    }

    /// What the start stored as its count; only for calls that have returned.
    pub fn count(&self) -> u32 {
        // SAFETY: the variable is written by the starting call alone, which has returned.
        unsafe { (*self.memory).count }
    }

    /// The flags variable of the last receive.
    pub fn flags(&self) -> u32 {
        // SAFETY: as `count`.
        unsafe { (*self.memory).flags }
    }

    /// Who sent the datagram, and how long the system says the address is.
    #[track_caller]
    pub fn source(&self) -> (SOCKADDR_IN, i32) {
        assert!(!self.is_pending(), "the address is in flight");
        // SAFETY: nothing runs any more, and a SOCKADDR_IN fits into a SOCKADDR_STORAGE.
        unsafe {
            (
                (&raw const (*self.memory).from)
                    .cast::<SOCKADDR_IN>()
                    .read(),
                (*self.memory).from_length,
            )
        }
    }

    /// A descriptor of the whole buffer. The array it stands in may go away when the call has returned.
    pub fn descriptor(&self) -> WSABUF {
        // SAFETY: `memory` lives as long as `self` and longer while an operation runs.
        let buffer = unsafe { &mut (*self.memory).buffer };
        WSABUF {
            len: buffer.len() as u32,
            buf: buffer.as_mut_ptr(),
        }
    }

    /// Notes how a start made by hand went, so that the memory is kept while it runs.
    pub fn note(&self, start: Start) -> Start {
        self.accepted.set(!matches!(start, Start::Failed(_)));
        start
    }
}

/// Starting it.
impl Operation {
    pub fn receive(&self, socket: &Socket) -> Start {
        self.receive_flags(socket, 0)
    }

    pub fn receive_flags(&self, socket: &Socket, flags: i32) -> Start {
        self.start_receive(socket.raw(), flags, None)
    }

    /// With a routine that records its call in this thread.
    pub fn receive_then(&self, socket: &Socket) -> Start {
        self.start_receive(socket.raw(), 0, Some(record))
    }

    pub fn start_receive(
        &self,
        socket: SOCKET,
        flags: i32,
        routine: LPWSAOVERLAPPED_COMPLETION_ROUTINE,
    ) -> Start {
        let memory = self.memory;
        let overlapped = self.overlapped();
        let buffers = [self.descriptor()];
        // SAFETY: all pointers lead into `memory`, which stays until completion; the descriptor array is captured.
        let result = unsafe {
            (*memory).flags = flags as u32;
            WSARecv(
                socket,
                buffers.as_ptr(),
                1,
                &raw mut (*memory).count,
                &raw mut (*memory).flags,
                overlapped,
                routine,
            )
        };
        self.note(Start::of_winsock(result))
    }

    pub fn send(&self, socket: &Socket) -> Start {
        self.start_send(socket, 0, None)
    }

    pub fn send_flags(&self, socket: &Socket, flags: i32) -> Start {
        self.start_send(socket, flags, None)
    }

    /// With a routine that records its call in this thread.
    pub fn send_then(&self, socket: &Socket) -> Start {
        self.start_send(socket, 0, Some(record))
    }

    fn start_send(
        &self,
        socket: &Socket,
        flags: i32,
        routine: LPWSAOVERLAPPED_COMPLETION_ROUTINE,
    ) -> Start {
        let memory = self.memory;
        let overlapped = self.overlapped();
        let buffers = [self.descriptor()];
        // SAFETY: all pointers lead into `memory`, which stays until completion; the descriptor array is captured.
        let result = unsafe {
            WSASend(
                socket.raw(),
                buffers.as_ptr(),
                1,
                &raw mut (*memory).count,
                flags as u32,
                overlapped,
                routine,
            )
        };
        self.note(Start::of_winsock(result))
    }

    pub fn receive_from(&self, socket: &Socket) -> Start {
        self.start_receive_from(socket, None)
    }

    pub fn start_receive_from(
        &self,
        socket: &Socket,
        routine: LPWSAOVERLAPPED_COMPLETION_ROUTINE,
    ) -> Start {
        let memory = self.memory;
        let overlapped = self.overlapped();
        let buffers = [self.descriptor()];
        // SAFETY: all pointers lead into `memory`, which stays until completion; the descriptor array is captured.
        let result = unsafe {
            (*memory).flags = 0;
            let (from, from_length) = (
                (&raw mut (*memory).from).cast(),
                &raw mut (*memory).from_length,
            );
            let (count, flags) = (&raw mut (*memory).count, &raw mut (*memory).flags);
            WSARecvFrom(
                socket.raw(),
                buffers.as_ptr(),
                1,
                count,
                flags,
                from,
                from_length,
                overlapped,
                routine,
            )
        };
        self.note(Start::of_winsock(result))
    }

    pub fn send_to(&self, socket: &Socket, to: &SOCKADDR_IN) -> Start {
        self.send_to_address(socket, to, ADDRESS_LENGTH)
    }

    /// To an address of any family, said to be of `length` bytes.
    pub fn send_to_address<T>(&self, socket: &Socket, to: &T, length: i32) -> Start {
        let memory = self.memory;
        let overlapped = self.overlapped();
        let buffers = [self.descriptor()];
        // SAFETY: all pointers lead into `memory`, which stays until completion; array and address are captured.
        let result = unsafe {
            let count = &raw mut (*memory).count;
            WSASendTo(
                socket.raw(),
                buffers.as_ptr(),
                1,
                count,
                0,
                pointer(to),
                length,
                overlapped,
                None,
            )
        };
        self.note(Start::of_winsock(result))
    }

    /// AcceptEx with `data` bytes asked for and room for two addresses behind them.
    #[track_caller]
    pub fn accept(&self, listener: &Socket, acceptor: &Socket, data: u32) -> Start {
        self.accept_with(
            listener.raw(),
            acceptor.raw(),
            data,
            ADDRESS_ROOM,
            ADDRESS_ROOM,
        )
    }

    /// AcceptEx with everything chosen.
    #[track_caller]
    pub fn accept_with(
        &self,
        listener: SOCKET,
        acceptor: SOCKET,
        data: u32,
        local: u32,
        remote: u32,
    ) -> Start {
        let buffer = self.descriptor();
        assert!(
            u64::from(buffer.len) >= u64::from(data) + u64::from(local) + u64::from(remote),
            "buffer too small"
        );
        let function = extension::accept_ex().expect("AcceptEx");
        let (start, overlapped) = (buffer.buf.cast(), self.overlapped());
        // SAFETY: all pointers lead into `memory`, which stays until completion, and the buffer has the room promised.
        let result = unsafe {
            let count = &raw mut (*self.memory).count;
            function(
                listener, acceptor, start, data, local, remote, count, overlapped,
            )
        };
        self.note(Start::of_bool(result))
    }

    /// ConnectEx, sending the buffer if it isn't empty.
    #[track_caller]
    pub fn connect(&self, socket: &Socket, to: &SOCKADDR_IN) -> Start {
        let buffer = self.descriptor();
        let function = extension::connect_ex().expect("ConnectEx");
        let data = if buffer.len == 0 {
            null()
        } else {
            buffer.buf.cast_const().cast()
        };
        // SAFETY: buffer and count lie in `memory`, which stays until completion; the address is captured.
        let result = unsafe {
            let count = &raw mut (*self.memory).count;
            function(
                socket.raw(),
                pointer(to),
                ADDRESS_LENGTH,
                data,
                buffer.len,
                count,
                self.overlapped(),
            )
        };
        self.note(Start::of_bool(result))
    }

    /// DisconnectEx.
    #[track_caller]
    pub fn disconnect(&self, socket: &Socket, flags: u32) -> Start {
        let function = extension::disconnect_ex().expect("DisconnectEx");
        // SAFETY: the OVERLAPPED stays until completion.
        self.note(Start::of_bool(unsafe {
            function(socket.raw(), self.overlapped(), flags, 0)
        }))
    }
}

/// Asking for the result.
impl Operation {
    /// Waits until the operation has completed and its event, if it owns one, is set.
    #[track_caller]
    pub fn wait(&self) {
        eventually("completion", || !self.is_pending());
        if let Some(event) = &self.event {
            assert_eq!(
                wait(event.raw(), LIMIT),
                0,
                "the event of a completed operation"
            );
        }
    }

    /// GetOverlappedResult without waiting.
    pub fn result(&self, socket: &Socket) -> Result<u32, u32> {
        let mut count = UNTOUCHED;
        let ok = call!(GetOverlappedResult(
            socket.handle(),
            self.overlapped(),
            &mut count,
            0
        ));
        succeeded(ok).map(|()| count)
    }

    /// WSAGetOverlappedResult without waiting: count and flags.
    pub fn wsa_result(&self, socket: &Socket) -> Result<(u32, u32), i32> {
        let (mut count, mut flags) = (UNTOUCHED, UNTOUCHED);
        set_last_error(0);
        let ok = call!(WSAGetOverlappedResult(
            socket.raw(),
            self.overlapped(),
            &mut count,
            0,
            &mut flags
        ));
        if ok == TRUE {
            Ok((count, flags))
        } else {
            Err(wsa_error())
        }
    }

    /// Waits, then asks GetOverlappedResult.
    #[track_caller]
    pub fn finish(&self, socket: &Socket) -> Result<u32, u32> {
        self.wait();
        self.result(socket)
    }

    /// Waits, then asks WSAGetOverlappedResult for the count.
    #[track_caller]
    pub fn wsa_finish(&self, socket: &Socket) -> Result<u32, i32> {
        self.wait();
        self.wsa_result(socket).map(|(count, _)| count)
    }
}

/// One call of a completion routine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoutineCall {
    pub error: u32,
    pub bytes: u32,
    pub overlapped: *mut OVERLAPPED,
    pub flags: u32,
}

thread_local! {
    static CALLS: RefCell<Vec<RoutineCall>> = const { RefCell::new(Vec::new()) };
}

/// A completion routine that notes how it was called.
pub unsafe extern "system" fn record(
    error: u32,
    bytes: u32,
    overlapped: *mut OVERLAPPED,
    flags: u32,
) {
    CALLS.with_borrow_mut(|calls| {
        calls.push(RoutineCall {
            error,
            bytes,
            overlapped,
            flags,
        })
    });
}

/// The calls recorded in this thread since the last question.
pub fn routine_calls() -> Vec<RoutineCall> {
    CALLS.take()
}

/// Waits alertably until a routine of this thread has run, and returns the calls recorded.
#[track_caller]
pub fn wait_for_routine() -> Vec<RoutineCall> {
    super::sleep_alertably(LIMIT);
    let calls = routine_calls();
    assert!(!calls.is_empty(), "no routine ran");
    calls
}
