//! Operations: an OVERLAPPED that owns its buffer.
//!
//! # The lifetime rules
//!
//! Everything `unsafe` in this crate rests on these sentences.
//!
//! 1. An operation is one heap block: the OVERLAPPED first, then what this crate notes about it, then the buffer, then
//!    the caller's data. It never moves.
//! 2. At rest the block belongs to one [`Operation`]. Starting takes the `Operation` apart: from then on nobody but the
//!    system has the buffer, until exactly one completion puts the `Operation` together again. A start that fails at
//!    once never reached the system, and puts it together at once.
//! 3. A block in flight is found again by the address of its OVERLAPPED. What it must be turned into is known from
//!    where it arrives: a port's packets come only from sockets associated with it through its
//!    [`Associated`](crate::Associated) handles, which start only the port's own type of operation; a
//!    [`Pending`](crate::Pending) holds its block by type; a routine carries the type with it. `Header::route` says
//!    which of the three it is, and is checked.
//! 4. What goes by event or routine never makes a packet: the event's lowest bit is set (PORT-26), and a routine rules
//!    a packet out (OVL-39) - also when the socket is associated with a port while the operation is in flight
//!    (PORT-12).
//! 5. An operation in flight holds its socket open. The socket closes when its last owner has gone, values and
//!    operations alike; so no system call is ever made on a handle that has been closed and given to something else.
//! 6. A packet's key is the address of the association, which the operation in flight keeps alive (see
//!    [`port`](crate::CompletionPort)).
//! 7. Who gives up an operation in flight - drops the `Pending`, drops the port, ends the thread of a routine - cancels
//!    it and waits for its completion, for cancelling is a request (CXL-03). Who leaks it leaks the block with it.
//!    Memory the system still knows is never freed.
//! 8. A completion routine runs on the thread that started the operation (APC-02), so the block of an operation that
//!    goes by routine never changes threads.

use crate::buffer::Buffer;
use crate::error::{Error, Result, code};
use crate::net::{Addresses, Socket, TcpStream};
use crate::objects::Event;
use crate::routine::Routine;
use crate::sys::{self, Win32};
use Win32::Networking::WinSock::{
    SO_UPDATE_ACCEPT_CONTEXT, SO_UPDATE_CONNECT_CONTEXT, SOCKET, WSAGetOverlappedResult,
};
use Win32::System::IO::OVERLAPPED;
use std::fmt;
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::ops::{Bound, Range, RangeBounds};
use std::ptr::NonNull;

/// An OVERLAPPED that owns its buffer `B`, and with it data `T` of the caller's: state, counters, whatever belongs to
/// this operation.
///
/// It is one allocation, and the value itself is one pointer. Starting I/O takes it by value, the completion gives it
/// back, and it can be used for the next call at once, as the structure around an OVERLAPPED is in C. Between the two
/// nothing can read, move or free the buffer.
///
/// Rules: OVL-01, OVL-07, OVL-10.
///
/// ```
/// use larboard::{Operation, net::{TcpListener, TcpStream}};
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let client = TcpStream::connect(listener.local_addr()?)?;
/// let (server, _) = listener.accept()?;
///
/// let pending = server.recv_overlapped(Operation::new(vec![0; 512]))?; // moved away until it completes
/// client.send(b"ahoy")?;
/// let done = pending.wait();
/// assert_eq!(done.bytes?, 4);
/// assert_eq!(done.operation.filled(), b"ahoy");
/// # larboard::Result::Ok(())
/// ```
pub struct Operation<B, T = ()> {
    block: NonNull<Block<B, T>>,
    owned: PhantomData<Block<B, T>>,
}

/// What an operation was last started as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Kind {
    /// It has never been started.
    #[default]
    None,
    /// A receive, with or without the sender's address.
    Receive,
    /// A send, with or without a destination.
    Send,
    /// An accept (`AcceptEx`).
    Accept,
    /// A connect (`ConnectEx`).
    Connect,
    /// A disconnect (`DisconnectEx`).
    Disconnect,
}

/// A completed operation, as events and routines give it back.
#[derive(Debug)]
pub struct Done<B, T = ()> {
    /// The operation, with its buffer: the caller's again.
    pub operation: Operation<B, T>,
    /// The bytes transferred, or why the operation failed. Zero bytes received on a stream mean that the peer has
    /// closed (OVL-47).
    pub bytes: Result<usize>,
}

/// An operation that could not be started: nothing is in flight, and no completion will come (OVL-14).
///
/// Converts into its [`Error`], so that `?` works.
///
/// ```
/// use larboard::{Operation, code, net::TcpStream};
///
/// let address = "127.0.0.1:9".parse().unwrap();
/// let unconnected = TcpStream::unconnected(&address)?;
/// let refused = unconnected.send_overlapped(Operation::new("lost?"), ..).unwrap_err();
/// assert_eq!(refused.error.code(), code::WSAENOTCONN);
/// assert_eq!(refused.operation.into_parts().0, "lost?");
/// # larboard::Result::Ok(())
/// ```
pub struct NotStarted<B, T = ()> {
    /// The operation, unchanged.
    pub operation: Operation<B, T>,
    /// Why it could not be started.
    pub error: Error,
}

impl<B> Operation<B> {
    /// An operation with this buffer and no data besides.
    ///
    /// A buffer of the type `[u8; N]` lies inside the operation; of any other type, behind a pointer of its own.
    #[must_use]
    pub fn new(buffer: B) -> Self {
        Self::with_data(buffer, ())
    }
}

impl<B, T> Operation<B, T> {
    /// An operation with this buffer and this data.
    ///
    /// ```
    /// use larboard::Operation;
    ///
    /// #[derive(Default)]
    /// struct Counters { received: u64, sent: u64 }
    ///
    /// let mut operation = Operation::with_data([0; 512], Counters::default());
    /// operation.data_mut().received += 1;
    /// assert_eq!(operation.data().received, 1);
    /// assert_eq!(operation.into_parts().0.len(), 512);
    /// ```
    #[must_use]
    pub fn with_data(buffer: B, data: T) -> Self {
        let block = Block {
            header: Header::default(),
            buffer,
            data,
        };
        Self {
            block: NonNull::from(Box::leak(Box::new(block))),
            owned: PhantomData,
        }
    }

    /// The buffer.
    #[must_use]
    pub fn buffer(&self) -> &B {
        // SAFETY: rule 2; at rest the block belongs to `self`.
        unsafe { &(*self.block.as_ptr()).buffer }
    }

    /// The buffer, to change it. Replacing it with another one is allowed.
    #[must_use]
    pub fn buffer_mut(&mut self) -> &mut B {
        // SAFETY: rule 2; at rest the block belongs to `self`.
        unsafe { &mut (*self.block.as_ptr()).buffer }
    }

    /// The caller's data.
    #[must_use]
    pub fn data(&self) -> &T {
        // SAFETY: rule 2; at rest the block belongs to `self`.
        unsafe { &(*self.block.as_ptr()).data }
    }

    /// The caller's data, to change it.
    #[must_use]
    pub fn data_mut(&mut self) -> &mut T {
        // SAFETY: rule 2; at rest the block belongs to `self`.
        unsafe { &mut (*self.block.as_ptr()).data }
    }

    /// Takes the operation apart.
    #[must_use]
    pub fn into_parts(self) -> (B, T) {
        // SAFETY: rule 2; the block came out of a box and `self` is forgotten, so that it is freed once.
        let block = unsafe { Box::from_raw(self.into_block().as_ptr()) };
        let Block { buffer, data, .. } = *block;
        (buffer, data)
    }

    /// What it was last started as.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.header().kind
    }

    /// The bytes the last completion transferred; counted even if the operation failed after a part.
    #[must_use]
    pub fn transferred(&self) -> usize {
        self.header().transferred as usize
    }

    /// The part of the buffer the last operation was started with but did not transfer: `send(operation,
    /// operation.rest())` goes on.
    ///
    /// An overlapped send is complete only when all is sent (OVL-63), so a port server will find it empty; it is the
    /// non-blocking habit, kept.
    #[must_use]
    pub fn rest(&self) -> Range<usize> {
        let header = self.header();
        (header.start + header.transferred) as usize..(header.start + header.length) as usize
    }

    /// The other side: of a completed receive the sender of the datagram, of a completed accept the client.
    #[must_use]
    pub fn peer(&self) -> Option<SocketAddr> {
        let header = self.header();
        let addresses = header.extra.as_deref()?.addresses.as_deref()?;
        match header.kind {
            Kind::Receive => addresses.sender(),
            Kind::Accept => addresses.accepted(),
            _ => None,
        }
    }

    /// After a completed accept: the client, connected, with its address. A second time it is an error.
    ///
    /// # Errors
    /// [`WSAENOTCONN`](crate::code::WSAENOTCONN) if the operation is not an accept that succeeded.
    pub fn take_accepted(&mut self) -> Result<(TcpStream, SocketAddr)> {
        let not_accepted = Error::from(code::WSAENOTCONN);
        let peer = self.peer().ok_or(not_accepted)?;
        let header = self.header_mut();
        let socket = header
            .extra
            .as_mut()
            .filter(|_| header.kind == Kind::Accept)
            .and_then(|extra| extra.accepted.take());
        Ok((TcpStream::from_socket(socket.ok_or(not_accepted)?), peer))
    }
}

impl<B: Buffer, T> Operation<B, T> {
    /// The bytes the last completion transferred: those received, or those sent.
    #[must_use]
    pub fn filled(&self) -> &[u8] {
        let header = self.header();
        let start = header.start as usize;
        self.buffer()
            .bytes()
            .get(start..start + header.transferred as usize)
            .unwrap_or_default()
    }
}

// SAFETY: at rest the operation owns its buffer and data, which may be sent; what the system knew of it is over (rule
// 2), and no routine is attached.
unsafe impl<B: Send, T: Send> Send for Operation<B, T> {}
// SAFETY: a shared operation gives out only shared references to buffer and data.
unsafe impl<B: Sync, T: Sync> Sync for Operation<B, T> {}

impl<B, T> Drop for Operation<B, T> {
    fn drop(&mut self) {
        // SAFETY: rule 2; the block came out of a box and is owned by `self` alone.
        drop(unsafe { Box::from_raw(self.block.as_ptr()) });
    }
}

impl<B, T> From<NotStarted<B, T>> for Error {
    fn from(not_started: NotStarted<B, T>) -> Self {
        not_started.error
    }
}

impl<B, T> std::error::Error for NotStarted<B, T> {}

impl<B, T> fmt::Display for NotStarted<B, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the operation could not be started: {}", self.error)
    }
}

impl<B, T> fmt::Debug for NotStarted<B, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotStarted")
            .field("operation", &self.operation)
            .field("error", &self.error)
            .finish()
    }
}

impl<B, T> fmt::Debug for Operation<B, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, transferred) = (self.kind(), self.transferred());
        f.debug_struct("Operation")
            .field("kind", &kind)
            .field("transferred", &transferred)
            .finish_non_exhaustive()
    }
}

/// How a block in flight comes back (rule 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(u8)]
pub(crate) enum Route {
    #[default]
    AtRest,
    Port,
    Event,
    Routine,
}

/// The heap block of an operation. The OVERLAPPED is the first thing in it: its address is the block's (rule 3).
#[repr(C)]
pub(crate) struct Block<B, T> {
    header: Header,
    buffer: B,
    data: T,
}

/// What is known of an operation whatever its buffer and data are.
#[repr(C)]
#[derive(Default)]
pub(crate) struct Header {
    overlapped: OVERLAPPED,
    start: u32,
    length: u32,
    transferred: u32,
    kind: Kind,
    pub(crate) route: Route,
    extra: Option<Box<Extra>>,
}

const _: () = assert!(
    std::mem::offset_of!(Header, overlapped) == 0
        && std::mem::offset_of!(Block<(), ()>, header) == 0
);

/// What only some operations need; made once and kept for the next use.
#[derive(Default)]
pub(crate) struct Extra {
    /// Of a [`Pending`](crate::Pending): signalled when it completes.
    pub(crate) event: Option<Event>,
    /// While in flight by event or routine: the socket, held open (rule 5).
    pub(crate) socket: Option<Socket>,
    /// While in flight by routine: what to run.
    pub(crate) routine: Option<Box<dyn Routine>>,
    /// While in flight by routine: its place among the thread's operations.
    pub(crate) place: usize,
    /// Of an accept: the socket the client gets.
    pub(crate) accepted: Option<Socket>,
    /// Where the system puts or finds addresses.
    pub(crate) addresses: Option<Box<Addresses>>,
}

impl Header {
    pub(crate) fn begin(&mut self, kind: Kind, range: &Range<usize>) {
        self.kind = kind;
        self.start = range.start as u32;
        self.length = range.len() as u32;
        self.transferred = 0;
        if let Some(extra) = &mut self.extra {
            extra.accepted = None;
        }
    }

    /// Takes everything back that was noted for a start that failed.
    pub(crate) fn not_started(&mut self) {
        (self.kind, self.length, self.route) = (Kind::None, 0, Route::AtRest);
        if let Some(extra) = &mut self.extra {
            (extra.socket, extra.routine, extra.accepted) = (None, None, None);
        }
    }

    /// By event the lowest bit is set, so that no packet is queued (rule 4); otherwise there is no event.
    pub(crate) fn set_event(&mut self, event: Option<&Event>) {
        self.overlapped.hEvent = event.map_or(std::ptr::null_mut(), |event| {
            event.raw().wrapping_byte_add(1)
        });
    }

    pub(crate) fn extra(&mut self) -> &mut Extra {
        self.extra.get_or_insert_default()
    }

    /// What was noted besides, without a reference to the OVERLAPPED, which the system may be writing.
    ///
    /// # Safety
    ///
    /// The header is that of a block that lives for `'a`, whose extra was made, and to which only the system has access
    /// meanwhile.
    pub(crate) unsafe fn extra_in_flight<'a>(header: NonNull<Self>) -> &'a Extra {
        // SAFETY: passed on to the caller.
        let extra = unsafe { &(*header.as_ptr()).extra };
        extra.as_deref().expect("made before the start")
    }

    /// Notes the place of an operation in flight among the thread's (see `routine`).
    ///
    /// # Safety
    ///
    /// As [`extra_in_flight`](Self::extra_in_flight), and nobody has a reference from it.
    pub(crate) unsafe fn set_place(header: NonNull<Self>, place: usize) {
        // SAFETY: passed on to the caller.
        let extra = unsafe { &mut (*header.as_ptr()).extra };
        extra.as_deref_mut().expect("made before the start").place = place;
    }

    /// The status as the system wrote it; negative for failures and warnings.
    pub(crate) fn status(&self) -> i32 {
        self.overlapped.Internal as i32
    }

    /// Takes note of a completion, whose outcome is `bytes` transferred and an error or none.
    pub(crate) fn finish(
        &mut self,
        socket: SOCKET,
        bytes: u32,
        error: Option<Error>,
    ) -> Result<usize> {
        self.route = Route::AtRest;
        self.transferred = bytes.min(self.length);
        if matches!(self.kind, Kind::Accept | Kind::Connect) {
            self.finish_connection(socket, error.is_none());
        }
        error.map_or(Ok(bytes as usize), Err)
    }

    /// As [`finish`](Self::finish), after asking the system how the operation ended.
    pub(crate) fn finish_asking(&mut self, socket: SOCKET) -> Result<usize> {
        let (mut bytes, mut flags) = (0, 0);
        // SAFETY: the operation is complete and the OVERLAPPED ours; the socket is open (rule 5).
        let done =
            unsafe { WSAGetOverlappedResult(socket, &self.overlapped, &mut bytes, 0, &mut flags) };
        let error = if done == 0 {
            Some(sys::last_socket_error())
        } else {
            None
        };
        self.finish(socket, bytes, error)
    }

    /// AcceptEx and ConnectEx leave a socket half finished until it is told that it is connected (SOCK-23).
    #[cold]
    fn finish_connection(&mut self, socket: SOCKET, success: bool) {
        if self.kind == Kind::Connect {
            if success {
                sys::set_option(socket, SO_UPDATE_CONNECT_CONTEXT, &[]);
            }
            return;
        }
        let accepted = &mut self.extra().accepted;
        match accepted {
            Some(client) if success => {
                let listener = socket.to_ne_bytes();
                sys::set_option(client.raw(), SO_UPDATE_ACCEPT_CONTEXT, &listener);
            }
            _ => *accepted = None,
        }
    }
}

// Header, buffer and data are reached one by one, never by a reference to the whole block: that would end the validity
// of the pointer into the buffer which the call about to be made has been given.
impl<B, T> Operation<B, T> {
    pub(crate) fn header(&self) -> &Header {
        // SAFETY: rule 2; at rest the block belongs to `self`.
        unsafe { &(*self.block.as_ptr()).header }
    }

    pub(crate) fn header_mut(&mut self) -> &mut Header {
        // SAFETY: rule 2; at rest the block belongs to `self`.
        unsafe { &mut (*self.block.as_ptr()).header }
    }

    /// Leaves the operation to the system.
    pub(crate) fn into_block(self) -> NonNull<Block<B, T>> {
        std::mem::ManuallyDrop::new(self).block
    }

    /// Puts an operation together again.
    ///
    /// # Safety
    ///
    /// The block came from [`into_block`](Self::into_block) of the same type, and its operation is complete or never
    /// started (rule 2).
    pub(crate) unsafe fn from_block(block: NonNull<Block<B, T>>) -> Self {
        Self {
            block,
            owned: PhantomData,
        }
    }

    /// As [`from_block`](Self::from_block), by the address of its header, which is that of its OVERLAPPED.
    ///
    /// # Safety
    ///
    /// As [`from_block`](Self::from_block).
    pub(crate) unsafe fn from_header(header: NonNull<Header>) -> Self {
        // SAFETY: passed on to the caller; the header is first in the block.
        unsafe { Self::from_block(header.cast()) }
    }
}

/// The part of a buffer of `length` bytes that `range` denotes.
pub(crate) fn part(range: impl RangeBounds<usize>, length: usize) -> Result<Range<usize>> {
    let start = match range.start_bound() {
        Bound::Included(&start) => start,
        Bound::Excluded(&before) => before.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(&last) => last.saturating_add(1),
        Bound::Excluded(&end) => end,
        Bound::Unbounded => length,
    };
    let fits = start <= end && end <= length && end <= i32::MAX as usize;
    if fits {
        Ok(start..end)
    } else {
        Err(Error::from(code::WSAEFAULT))
    }
}
