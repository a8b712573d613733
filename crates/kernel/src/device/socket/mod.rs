//! Sockets: what is remembered about one, and which operations it has.
//!
//! A `Socket` has no descriptor of its own: the file object lends it for each call, so that the descriptor can be
//! replaced (AcceptEx, DisconnectEx) and is never used after it was closed. Every descriptor is non-blocking.

pub mod address;
pub mod connect;
pub mod message;
pub mod net_events;
pub mod options;
pub mod transfer;
pub mod transmit;

use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering};

use parking_lot::Mutex;

use super::{Direction, Outcome};
use crate::status::Status;
use connect::{Accept, Connect};
use transfer::{Receive, Send};
use transmit::Transmit;

/// SOCK_STREAM.
pub const STREAM: i32 = libc::SOCK_STREAM;
/// SOCK_DGRAM.
pub const DATAGRAM: i32 = libc::SOCK_DGRAM;

/// Phases and attributes of a socket: bits of one word.
pub mod phase {
    /// Has a local address.
    pub const BOUND: u32 = 1;
    /// Accepts connections.
    pub const LISTENING: u32 = 1 << 1;
    /// A connect is under way.
    pub const CONNECTING: u32 = 1 << 2;
    /// Has a peer.
    pub const CONNECTED: u32 = 1 << 3;
    /// shutdown(SD_RECEIVE) was called.
    pub const SHUT_RECEIVE: u32 = 1 << 4;
    /// shutdown(SD_SEND) was called.
    pub const SHUT_SEND: u32 = 1 << 5;
    /// The peer has reset the connection.
    pub const RESET: u32 = 1 << 6;
    /// FIONBIO.
    pub const NON_BLOCKING: u32 = 1 << 7;
    /// Connected by AcceptEx and not updated yet (OVL-87).
    pub const ACCEPT_CONTEXT: u32 = 1 << 8;
    /// Connected by ConnectEx and not updated yet (OVL-91).
    pub const CONNECT_CONTEXT: u32 = 1 << 9;
    /// Handed to an AcceptEx that is pending.
    pub const ACCEPTOR: u32 = 1 << 10;
    /// SO_OOBINLINE.
    pub const OOB_INLINE: u32 = 1 << 11;
    /// An ICMP error was seen by a send and waits for the next receive (SOCK-35).
    pub const UNREACHABLE: u32 = 1 << 12;
    /// SIO_UDP_CONNRESET was switched off.
    pub const IGNORE_UNREACHABLE: u32 = 1 << 13;
    /// The connect under way is a ConnectEx.
    pub const CONNECT_EX: u32 = 1 << 14;
    /// shutdown(SD_SEND) was called while sends were queued: the end follows the last of them (OVL-52).
    pub const END_DUE: u32 = 1 << 30;
    /// DisconnectEx has ended the connection.
    pub const DISCONNECTED: u32 = 1 << 15;
    /// And the socket may be had for another one, once it is renewed (TF_REUSE_SOCKET).
    pub const REUSABLE: u32 = 1 << 16;
    /// The program has called connect: a connection is its own doing, not a listener's.
    pub const INITIATOR: u32 = 1 << 18;
    /// An option of Linux was set: a new descriptor does not have it.
    pub const OPTIONS: u32 = 1 << 17;
    /// Made for registered I/O.
    pub const REGISTERED: u32 = 1 << 19;
}

/// A socket.
pub struct Socket {
    family: u16,
    kind: u8,
    protocol: u8,
    phase: AtomicU32,
    /// When the connection was made, in whole seconds since a fixed moment, plus one; 0 for no connection.
    connected_at: AtomicU32,
    /// Made when an option is first set: there is one socket per connection, and few have any.
    settings: AtomicPtr<Mutex<Settings>>,
}

/// What options have to remember because Linux does not (SOCK-24 to SOCK-34).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// SO_RCVTIMEO in milliseconds, 0 for infinite.
    pub receive_timeout: u32,
    /// SO_SNDTIMEO in milliseconds, 0 for infinite.
    pub send_timeout: u32,
    /// SO_SNDBUF as it was set.
    pub send_buffer: Option<i32>,
    /// SO_RCVBUF as it was set.
    pub receive_buffer: Option<i32>,
    /// SO_REUSEADDR as the application set it.
    pub reuse_address: bool,
    /// SO_EXCLUSIVEADDRUSE.
    pub exclusive: bool,
    /// How the last connect failed: SO_ERROR goes on showing it (SOCK-32).
    pub connect_error: Option<Status>,
    /// SO_CONDITIONAL_ACCEPT.
    pub conditional_accept: bool,
    /// Where the connection leads, for the times when Linux does not know it: while it is made and when it has ended
    /// (SOCK-19).
    pub peer: Option<Box<address::Address>>,
    /// Any other option that only has to read back what was set: (level, name, value).
    pub stored: Vec<(i32, i32, Vec<u8>)>,
}

/// What a socket can be asked to do while the caller goes on.
pub enum Operation {
    /// WSARecv, WSARecvFrom, WSARecvMsg.
    Receive(Receive),
    /// WSASend, WSASendTo, WSASendMsg.
    Send(Send),
    /// AcceptEx, up to the connection.
    Accept(Box<Accept>),
    /// ConnectEx.
    Connect(Box<Connect>),
    /// TransmitFile, TransmitPackets.
    Transmit(Box<Transmit>),
    /// Already decided, but reported as pending.
    Settled(Status, u32),
    /// Nothing will ever happen: only cancelling or closing ends it.
    Never,
}

impl Operation {
    /// The queue it waits in.
    pub fn direction(&self) -> Direction {
        match self {
            Operation::Receive(receive) if receive.flags & transfer::flag::OOB != 0 => {
                Direction::Urgent
            }
            // Where it is in the way of least.
            Operation::Never => Direction::Urgent,
            Operation::Receive(_) | Operation::Accept(_) => Direction::In,
            Operation::Send(_)
            | Operation::Connect(_)
            | Operation::Transmit(_)
            | Operation::Settled(..) => Direction::Out,
        }
    }

    /// Reported as pending even if it could finish at once (OVL-80, OVL-89, OVL-97).
    pub fn always_pends(&self) -> bool {
        !matches!(self, Operation::Receive(_) | Operation::Send(_))
    }

    /// Bytes transferred so far.
    pub fn done(&self) -> u32 {
        match self {
            Operation::Receive(receive) => receive.done,
            Operation::Send(send) => send.done,
            Operation::Connect(connect) => connect.send.as_ref().map_or(0, |send| send.done),
            Operation::Transmit(transmit) => transmit.done,
            Operation::Accept(_) | Operation::Settled(..) | Operation::Never => 0,
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let settings = *self.settings.get_mut();
        if !settings.is_null() {
            // SAFETY: made by Box::into_raw in `make_settings`; nobody else is left.
            drop(unsafe { Box::from_raw(settings) });
        }
    }
}

impl Socket {
    /// A socket of Windows' family number, kind and protocol.
    pub fn new(family: u16, kind: i32, protocol: i32) -> Socket {
        Socket {
            family,
            kind: kind as u8,
            protocol: protocol as u8,
            phase: AtomicU32::new(0),
            connected_at: AtomicU32::new(0),
            settings: AtomicPtr::default(),
        }
    }

    /// Windows' family number.
    pub fn family(&self) -> u16 {
        self.family
    }

    /// SOCK_STREAM, SOCK_DGRAM or SOCK_RAW.
    pub fn kind(&self) -> i32 {
        self.kind.into()
    }

    /// The protocol.
    pub fn protocol(&self) -> i32 {
        self.protocol.into()
    }

    /// Is it a stream?
    pub fn is_stream(&self) -> bool {
        i32::from(self.kind) == STREAM
    }

    /// Is any of these phase bits set?
    pub fn is(&self, bits: u32) -> bool {
        self.phase.load(Ordering::Acquire) & bits != 0
    }

    /// A connected stream on which nothing stands against receiving and sending.
    #[inline]
    pub fn is_open_stream(&self) -> bool {
        const AGAINST: u32 =
            phase::SHUT_RECEIVE | phase::SHUT_SEND | phase::RESET | phase::DISCONNECTED;
        let phase = self.phase.load(Ordering::Acquire);
        self.is_stream() && phase & (phase::CONNECTED | AGAINST) == phase::CONNECTED
    }

    /// A bound datagram socket on which nothing stands against receiving and sending to an address.
    #[inline]
    pub fn is_open_for_datagrams(&self) -> bool {
        const AGAINST: u32 = phase::CONNECTING
            | phase::SHUT_RECEIVE
            | phase::SHUT_SEND
            | phase::RESET
            | phase::DISCONNECTED
            | phase::UNREACHABLE;
        let phase = self.phase.load(Ordering::Acquire);
        i32::from(self.kind) == DATAGRAM && phase & (phase::BOUND | AGAINST) == phase::BOUND
    }

    /// Sets phase bits.
    pub fn set(&self, bits: u32) {
        self.phase.fetch_or(bits, Ordering::AcqRel);
    }

    /// Clears phase bits.
    pub fn clear(&self, bits: u32) {
        self.phase.fetch_and(!bits, Ordering::AcqRel);
    }

    /// Sets bits if none of `unless` is set. False if one is.
    pub fn set_unless(&self, bits: u32, unless: u32) -> bool {
        self.phase
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |p| {
                (p & unless == 0).then_some(p | bits)
            })
            .is_ok()
    }

    /// Back to a socket that was just made (DisconnectEx with TF_REUSE_SOCKET): modes and options stay.
    pub fn forget_connection(&self) {
        use phase::{IGNORE_UNREACHABLE, NON_BLOCKING, OOB_INLINE, OPTIONS, REGISTERED};
        self.phase.fetch_and(
            NON_BLOCKING | OOB_INLINE | IGNORE_UNREACHABLE | OPTIONS | REGISTERED,
            Ordering::AcqRel,
        );
        self.connected_at.store(0, Ordering::Relaxed);
    }

    /// The connection stands.
    pub fn connected(&self, more: u32) {
        self.clear(phase::CONNECTING | phase::ACCEPTOR);
        self.set(phase::CONNECTED | phase::BOUND | more);
        self.connected_at.store(seconds() + 1, Ordering::Relaxed);
        if !self.settings.load(Ordering::Acquire).is_null() {
            self.settings(|s| s.connect_error = None);
        }
    }

    /// How many seconds the connection stands; None if there is none.
    fn connected_for(&self) -> Option<u32> {
        let since = self.connected_at.load(Ordering::Relaxed).checked_sub(1)?;
        Some(seconds() - since)
    }

    /// Reads or changes what options remember.
    pub fn settings<R>(&self, f: impl FnOnce(&mut Settings) -> R) -> R {
        let existing = self.settings.load(Ordering::Acquire);
        let settings = if existing.is_null() {
            self.make_settings()
        } else {
            existing
        };
        // SAFETY: not null, and freed only with the socket.
        f(&mut unsafe { &*settings }.lock())
    }

    #[cold]
    fn make_settings(&self) -> *mut Mutex<Settings> {
        let new = Box::into_raw(Box::default());
        let null = std::ptr::null_mut();
        match self
            .settings
            .compare_exchange(null, new, Ordering::AcqRel, Ordering::Acquire)
        {
            Ok(_) => new,
            Err(existing) => {
                // SAFETY: made here, and another thread's was taken instead.
                drop(unsafe { Box::from_raw(new) });
                existing
            }
        }
    }

    /// SO_RCVTIMEO, or SO_SNDTIMEO for sending: milliseconds, 0 for infinite.
    pub fn timeout(&self, direction: Direction) -> u32 {
        // SAFETY: null, or freed only with the socket.
        let settings = unsafe { self.settings.load(Ordering::Acquire).as_ref() };
        settings.map_or(0, |settings| match direction {
            Direction::Out => settings.lock().send_timeout,
            Direction::In | Direction::Urgent => settings.lock().receive_timeout,
        })
    }

    /// A copy of what options remember, for reading: a socket that was never told anything needs no memory for it.
    pub fn remembered(&self) -> Settings {
        self.existing_settings().unwrap_or_default()
    }

    /// What options remember, if anything.
    fn existing_settings(&self) -> Option<Settings> {
        // SAFETY: null, or freed only with the socket.
        let settings = unsafe { self.settings.load(Ordering::Acquire).as_ref() }?;
        Some(settings.lock().clone())
    }

    /// An accepted socket gets the attributes of its listener that Linux does not copy (SOCK-16). The options of the
    /// descriptor are inherited by Linux itself.
    pub fn lend_options(&self, to: &Socket) {
        let inherited =
            phase::NON_BLOCKING | phase::OOB_INLINE | phase::OPTIONS | phase::REGISTERED;
        to.set(self.phase.load(Ordering::Relaxed) & inherited);
        let lent = self.existing_settings().map(|settings| Settings {
            peer: None,
            connect_error: None,
            ..settings
        });
        if let Some(lent) = lent.filter(|lent| *lent != Settings::default()) {
            to.settings(|settings| *settings = lent);
        }
    }

    /// May this operation be started? The errors that come before anything is tried.
    pub fn admit(&self, operation: &Operation) -> Result<(), Status> {
        match operation {
            Operation::Receive(receive) => self.admit_receive(receive),
            Operation::Send(send) => self.admit_send(send),
            _ => Ok(()),
        }
    }

    /// How an operation ends whose socket is closed (OVL-100).
    pub fn abort_status(&self, operation: &Operation) -> Status {
        match operation {
            Operation::Receive(_) if self.is_stream() && self.is(phase::CONNECTED) => {
                Status::CONNECTION_ABORTED
            }
            _ => Status::CANCELLED,
        }
    }

    /// One attempt.
    pub fn perform(&self, fd: i32, operation: &mut Operation) -> Outcome {
        match operation {
            Operation::Receive(receive) => self.receive(fd, receive),
            Operation::Send(send) => self.send(fd, send),
            Operation::Accept(accept) => connect::accept(fd, accept),
            Operation::Connect(connect) => self.connect(fd, connect),
            Operation::Transmit(transmit) => self.transmit(fd, transmit),
            Operation::Settled(status, bytes) => Outcome::Done {
                status: *status,
                bytes: *bytes,
                flags: 0,
                more: true,
            },
            Operation::Never => Outcome::Pending,
        }
    }
}

/// Whole seconds since the first call.
fn seconds() -> u32 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START
        .get_or_init(std::time::Instant::now)
        .elapsed()
        .as_secs() as u32
}

/// In the place of the descriptor of a socket that has none yet.
pub const NO_DESCRIPTOR: i32 = -1;

/// A descriptor for a new socket, or [`NO_DESCRIPTOR`] for a stream of a family of which there have been descriptors: it
/// can wait until somebody needs it.
pub fn reserve(family: u16, kind: i32, protocol: i32) -> Result<i32, Status> {
    static SEEN: [AtomicBool; 2] = [const { AtomicBool::new(false) }; 2];
    let seen = &SEEN[usize::from(family == address::AF_INET6)];
    if kind == STREAM && seen.load(Ordering::Relaxed) {
        return Ok(NO_DESCRIPTOR);
    }
    let fd = open(family, kind, protocol)?;
    if kind == STREAM {
        seen.store(true, Ordering::Relaxed);
    }
    Ok(fd)
}

/// A non-blocking descriptor for a new socket with the attributes of Windows'. `family` is Windows' number.
pub fn open(family: u16, kind: i32, protocol: i32) -> Result<i32, Status> {
    let six = family == address::AF_INET6;
    let family = if family == address::AF_INET6 {
        libc::AF_INET6
    } else {
        i32::from(family)
    };
    let flags = libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: plain system call.
    let fd = unsafe { libc::socket(family, kind | flags, protocol) };
    if fd < 0 {
        return Err(Status::last_os_error());
    }
    prepare(fd, six, kind);
    Ok(fd)
}

/// The differences between a new socket of Linux and one of Windows: IPv6 alone (SOCK-33), and errors that ICMP reports
/// for datagrams (SOCK-35).
fn prepare(fd: i32, six: bool, kind: i32) {
    let set = |level, name| {
        let one = 1i32;
        let size = size_of_val(&one) as libc::socklen_t;
        // SAFETY: `one` is of this frame and has the size given. A new socket of the right family takes the flag.
        unsafe { libc::setsockopt(fd, level, name, (&raw const one).cast(), size) };
    };
    if six {
        set(libc::IPPROTO_IPV6, libc::IPV6_V6ONLY);
    }
    if kind == DATAGRAM {
        set(libc::IPPROTO_IP, libc::IP_RECVERR);
        if six {
            set(libc::IPPROTO_IPV6, libc::IPV6_RECVERR);
        }
    }
}
