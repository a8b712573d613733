//! What all sockets can do.

use super::address::RawAddress;
use super::selection::Selected;
use crate::error::Result;
use crate::routine;
use crate::sys::{self, Win32};
use Win32::Foundation::HANDLE;
use Win32::Networking::WinSock::{
    AF_INET, AF_INET6, FIONBIO, FIONREAD, INVALID_SOCKET, IPPROTO_TCP, LINGER, MSG_OOB, MSG_PEEK,
    MSG_WAITALL, SD_BOTH, SD_RECEIVE, SD_SEND, SO_ERROR, SO_KEEPALIVE, SO_LINGER, SO_RCVBUF,
    SO_RCVTIMEO, SO_REUSEADDR, SO_SNDBUF, SO_SNDTIMEO, SOCK_DGRAM, SOCK_STREAM, SOCKET, SOL_SOCKET,
    TCP_NODELAY, WSA_FLAG_NO_HANDLE_INHERIT, WSA_FLAG_OVERLAPPED, WSASocketW, bind, closesocket,
    getpeername, getsockname, getsockopt, ioctlsocket, recv, send, setsockopt, shutdown,
};
use Win32::System::IO::CancelIoEx;
use std::fmt;
use std::net::{Shutdown, SocketAddr};
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

/// A socket of any kind: what [`TcpListener`](super::TcpListener), [`TcpStream`](super::TcpStream) and
/// [`UdpSocket`](super::UdpSocket) have in common, and dereference to.
///
/// A clone is another owner of the same socket, not a copy; so is every operation in flight. The socket closes when the
/// last owner has gone. To end a connection before that, use [`shutdown`](Self::shutdown) and
/// [`cancel_all`](Self::cancel_all).
///
/// All sockets are made for overlapped I/O. The calls of this type that take a slice do without it; they block, or fail
/// with [`WSAEWOULDBLOCK`](crate::code::WSAEWOULDBLOCK) on a socket in [non-blocking](Self::set_nonblocking) mode.
/// While they block, completion routines of the thread may run (APC-17).
///
/// ```
/// use larboard::{code, net::{TcpListener, TcpStream}};
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let client = TcpStream::connect(listener.local_addr()?)?;
/// let (server, _) = listener.accept()?;
///
/// server.set_nonblocking(true)?;
/// let mut buffer = [0; 512];
/// assert_eq!(server.recv(&mut buffer).unwrap_err().code(), code::WSAEWOULDBLOCK);
///
/// server.set_nonblocking(false)?;
/// client.send(b"ahoy")?;
/// assert_eq!(server.recv(&mut buffer)?, 4);
/// # larboard::Result::Ok(())
/// ```
#[derive(Clone)]
pub struct Socket(Arc<OwnedSocket>);

/// Closed with its value.
struct OwnedSocket {
    socket: SOCKET,
    selected: Selected,
}

impl Socket {
    /// Sends bytes and returns how many the system took: on a blocking socket all of them (OVL-61), otherwise as many
    /// as there is room for. Stands for `send`.
    ///
    /// # Errors
    /// [`WSAEWOULDBLOCK`](crate::code::WSAEWOULDBLOCK), [`WSAETIMEDOUT`](crate::code::WSAETIMEDOUT) after
    /// [`set_send_timeout`](Self::set_send_timeout), [`WSAECONNRESET`](crate::code::WSAECONNRESET),
    /// [`WSAESHUTDOWN`](crate::code::WSAESHUTDOWN), [`WSAENOTCONN`](crate::code::WSAENOTCONN).
    pub fn send(&self, bytes: &[u8]) -> Result<usize> {
        self.transmit(bytes, 0)
    }

    /// Sends bytes of which the last is urgent: it overtakes the others. Stands for `send` with `MSG_OOB`.
    ///
    /// ```
    /// use larboard::net::{Select, TcpListener, TcpStream};
    /// # let listener = TcpListener::bind("127.0.0.1:0")?;
    /// # let client = TcpStream::connect(listener.local_addr()?)?;
    /// # let (server, _) = listener.accept()?;
    /// client.send_oob(b"!")?;
    /// let mut select = Select::new();
    /// let mut sets = select.zero();
    /// sets.except(&server)?;
    /// assert!(sets.wait(None)?.exceptional(&server));
    /// let mut byte = [0];
    /// assert_eq!(server.recv_oob(&mut byte)?, 1);
    /// assert_eq!(&byte, b"!");
    /// # larboard::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`send`](Self::send), and [`WSAEOPNOTSUPP`](crate::code::WSAEOPNOTSUPP) for datagrams.
    pub fn send_oob(&self, bytes: &[u8]) -> Result<usize> {
        self.transmit(bytes, MSG_OOB)
    }

    /// Receives what has come, at least one byte; zero means that the peer has closed. Stands for `recv`.
    ///
    /// # Errors
    /// [`WSAEWOULDBLOCK`](crate::code::WSAEWOULDBLOCK), [`WSAETIMEDOUT`](crate::code::WSAETIMEDOUT) after
    /// [`set_recv_timeout`](Self::set_recv_timeout), [`WSAECONNRESET`](crate::code::WSAECONNRESET),
    /// [`WSAENOTCONN`](crate::code::WSAENOTCONN), and [`WSAEMSGSIZE`](crate::code::WSAEMSGSIZE) for a datagram that is
    /// longer than the buffer.
    pub fn recv(&self, buffer: &mut [u8]) -> Result<usize> {
        self.receive(buffer, 0)
    }

    /// Receives until the buffer is full or the peer has closed. Stands for `recv` with `MSG_WAITALL`.
    ///
    /// ```
    /// use larboard::{ net::{TcpListener, TcpStream}};
    /// # let listener = TcpListener::bind("127.0.0.1:0")?;
    /// # let client = TcpStream::connect(listener.local_addr()?)?;
    /// # let (server, _) = listener.accept()?;
    /// client.send(b"ah")?;
    /// client.send(b"oy")?;
    /// let mut buffer = [0; 4];
    /// assert_eq!(server.recv_all(&mut buffer)?, 4);
    /// assert_eq!(&buffer, b"ahoy");
    /// # larboard::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`recv`](Self::recv), and [`WSAEOPNOTSUPP`](crate::code::WSAEOPNOTSUPP) for datagrams (OVL-54).
    pub fn recv_all(&self, buffer: &mut [u8]) -> Result<usize> {
        self.receive(buffer, MSG_WAITALL)
    }

    /// Receives urgent data. Stands for `recv` with `MSG_OOB` (OVL-56).
    ///
    /// # Errors
    /// As [`recv`](Self::recv); an error too if there is none, [`WSAEINVAL`](crate::code::WSAEINVAL) or
    /// [`WSAEWOULDBLOCK`](crate::code::WSAEWOULDBLOCK).
    pub fn recv_oob(&self, buffer: &mut [u8]) -> Result<usize> {
        self.receive(buffer, MSG_OOB)
    }

    /// Receives what has come and leaves it to be received again. Stands for `recv` with `MSG_PEEK`.
    ///
    /// # Errors
    /// As [`recv`](Self::recv).
    pub fn peek(&self, buffer: &mut [u8]) -> Result<usize> {
        self.receive(buffer, MSG_PEEK)
    }

    /// Ends one or both directions of the connection; after `Write` the peer receives zero bytes. Stands for
    /// `shutdown`.
    ///
    /// ```
    /// use larboard::{code,  net::{TcpListener, TcpStream}};
    /// # let listener = TcpListener::bind("127.0.0.1:0")?;
    /// # let client = TcpStream::connect(listener.local_addr()?)?;
    /// # let (server, _) = listener.accept()?;
    /// client.shutdown(std::net::Shutdown::Write)?;
    /// assert_eq!(server.recv(&mut [0; 16])?, 0);
    /// assert_eq!(client.send(b"more").unwrap_err().code(), code::WSAESHUTDOWN);
    /// # larboard::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// [`WSAENOTCONN`](crate::code::WSAENOTCONN) if it is not connected (SOCK-20).
    pub fn shutdown(&self, how: Shutdown) -> Result<()> {
        let how = match how {
            Shutdown::Read => SD_RECEIVE,
            Shutdown::Write => SD_SEND,
            Shutdown::Both => SD_BOTH,
        };
        // SAFETY: takes no pointer.
        success(unsafe { shutdown(self.raw(), how) })
    }

    /// Asks for the cancellation of every operation in flight on the socket, whichever thread started it; `false` if
    /// there is none.
    ///
    /// Each of them still comes back: cancelled, with
    /// [`ERROR_OPERATION_ABORTED`](crate::code::ERROR_OPERATION_ABORTED), or finished after all (CXL-03, CXL-04).
    /// Stands for `CancelIoEx` without an OVERLAPPED.
    ///
    /// ```
    /// use larboard::{Operation, code, net::UdpSocket};
    ///
    /// let socket = UdpSocket::bind("127.0.0.1:0")?;
    /// let pending = socket.recv_from_overlapped(Operation::new([0; 512]))?;
    /// assert!(socket.cancel_all());
    /// assert_eq!(pending.wait().bytes.unwrap_err().code(), code::ERROR_OPERATION_ABORTED);
    /// assert!(!socket.cancel_all());
    /// # larboard::Result::Ok(())
    /// ```
    pub fn cancel_all(&self) -> bool {
        // SAFETY: no OVERLAPPED is given.
        unsafe { CancelIoEx(self.raw() as HANDLE, ptr::null()) != 0 }
    }

    /// The address the socket is bound to. Stands for `getsockname`.
    ///
    /// # Errors
    /// [`WSAEINVAL`](crate::code::WSAEINVAL) if it is not bound (SOCK-19).
    pub fn local_addr(&self) -> Result<SocketAddr> {
        let mut address = RawAddress::default();
        // SAFETY: address and length are live variables.
        success(unsafe { getsockname(self.raw(), address.as_mut_ptr(), &mut address.length) })?;
        address.get()
    }

    /// The address of the other side. Stands for `getpeername`.
    ///
    /// # Errors
    /// [`WSAENOTCONN`](crate::code::WSAENOTCONN) if it is not connected.
    pub fn peer_addr(&self) -> Result<SocketAddr> {
        let mut address = RawAddress::default();
        // SAFETY: address and length are live variables.
        success(unsafe { getpeername(self.raw(), address.as_mut_ptr(), &mut address.length) })?;
        address.get()
    }

    /// Switches non-blocking mode on or off for calls to come (NB-19). Stands for `ioctlsocket` with `FIONBIO`.
    ///
    /// Sockets that a listener accepts have its mode (NB-06).
    ///
    /// # Errors
    /// [`WSAEINVAL`](crate::code::WSAEINVAL) if network events are selected on the socket (NB-03).
    pub fn set_nonblocking(&self, nonblocking: bool) -> Result<()> {
        let mut mode = u32::from(nonblocking);
        // SAFETY: `mode` is a live variable.
        success(unsafe { ioctlsocket(self.raw(), FIONBIO, &mut mode) })
    }

    /// The number of bytes that one receive would return now. Stands for `ioctlsocket` with `FIONREAD` (NB-11).
    ///
    /// # Errors
    /// None that a valid socket can cause.
    pub fn bytes_available(&self) -> Result<usize> {
        let mut count = 0;
        // SAFETY: `count` is a live variable.
        success(unsafe { ioctlsocket(self.raw(), FIONREAD, &mut count) })?;
        Ok(count as usize)
    }

    /// Sends small messages at once (`TCP_NODELAY`) instead of collecting them.
    ///
    /// # Errors
    /// [`WSAENOPROTOOPT`](crate::code::WSAENOPROTOOPT) if the socket is not TCP.
    pub fn set_nodelay(&self, on: bool) -> Result<()> {
        self.set(IPPROTO_TCP, TCP_NODELAY, u32::from(on))
    }

    /// What closing does while bytes are unsent (`SO_LINGER`, whole seconds, SOCK-22): `None` sends them in the
    /// background, zero resets the connection.
    ///
    /// ```
    /// use larboard::{code,  net::{TcpListener, TcpStream}};
    /// # let listener = TcpListener::bind("127.0.0.1:0")?;
    /// # let client = TcpStream::connect(listener.local_addr()?)?;
    /// # let (server, _) = listener.accept()?;
    /// server.set_linger(Some(std::time::Duration::ZERO))?;
    /// drop(server);
    /// assert_eq!(client.recv(&mut [0; 16]).unwrap_err().code(), code::WSAECONNRESET);
    /// # larboard::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// [`WSAENOPROTOOPT`](crate::code::WSAENOPROTOOPT) if the socket is not TCP.
    pub fn set_linger(&self, time: Option<Duration>) -> Result<()> {
        let seconds = time.map_or(0, |time| time.as_secs().min(u64::from(u16::MAX)) as u16);
        self.set(
            SOL_SOCKET,
            SO_LINGER,
            LINGER {
                l_onoff: u16::from(time.is_some()),
                l_linger: seconds,
            },
        )
    }

    /// How long a blocking receive waits (`SO_RCVTIMEO`, milliseconds, rounded up); `None` for ever. Overlapped
    /// receives take no notice (OVL-57).
    ///
    /// ```
    /// use larboard::{code,  net::{TcpListener, TcpStream}};
    /// # let listener = TcpListener::bind("127.0.0.1:0")?;
    /// # let client = TcpStream::connect(listener.local_addr()?)?;
    /// # let (server, _) = listener.accept()?;
    /// server.set_recv_timeout(Some(std::time::Duration::from_millis(1)))?;
    /// assert_eq!(server.recv(&mut [0; 16]).unwrap_err().code(), code::WSAETIMEDOUT);
    /// # drop(client);
    /// # larboard::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// None that a valid socket can cause.
    pub fn set_recv_timeout(&self, timeout: Option<Duration>) -> Result<()> {
        self.set(
            SOL_SOCKET,
            SO_RCVTIMEO,
            timeout.map_or(0, |time| sys::milliseconds(Some(time)).max(1)),
        )
    }

    /// How long a blocking send waits (`SO_SNDTIMEO`, milliseconds, rounded up); `None` for ever. Overlapped sends take
    /// no notice (OVL-57).
    ///
    /// # Errors
    /// None that a valid socket can cause.
    pub fn set_send_timeout(&self, timeout: Option<Duration>) -> Result<()> {
        self.set(
            SOL_SOCKET,
            SO_SNDTIMEO,
            timeout.map_or(0, |time| sys::milliseconds(Some(time)).max(1)),
        )
    }

    /// The size of the system's receive buffer in bytes (`SO_RCVBUF`). A hint to the system.
    ///
    /// # Errors
    /// None that a valid socket can cause.
    pub fn set_recv_buffer_size(&self, bytes: usize) -> Result<()> {
        self.set(SOL_SOCKET, SO_RCVBUF, length(bytes))
    }

    /// The size of the system's send buffer in bytes (`SO_SNDBUF`). A hint to the system.
    ///
    /// # Errors
    /// None that a valid socket can cause.
    pub fn set_send_buffer_size(&self, bytes: usize) -> Result<()> {
        self.set(SOL_SOCKET, SO_SNDBUF, length(bytes))
    }

    /// Lets another socket with the same setting bind to the same address (`SO_REUSEADDR`; it has Windows' meaning,
    /// SOCK-24).
    ///
    /// # Errors
    /// [`WSAEINVAL`](crate::code::WSAEINVAL) if the socket holds its address exclusively.
    pub fn set_reuse_address(&self, on: bool) -> Result<()> {
        self.set(SOL_SOCKET, SO_REUSEADDR, u32::from(on))
    }

    /// Lets the system find out about a peer that has vanished (`SO_KEEPALIVE`).
    ///
    /// # Errors
    /// None that a valid socket can cause.
    pub fn set_keepalive(&self, on: bool) -> Result<()> {
        self.set(SOL_SOCKET, SO_KEEPALIVE, u32::from(on))
    }

    /// The error of the socket itself, if there is one (`SO_ERROR`).
    ///
    /// # Errors
    /// None that a valid socket can cause.
    pub fn take_error(&self) -> Result<Option<crate::Error>> {
        let (mut value, mut size) = (0u32, size_of::<u32>() as i32);
        // SAFETY: value and size are live variables.
        success(unsafe {
            getsockopt(
                self.raw(),
                SOL_SOCKET,
                SO_ERROR,
                (&raw mut value).cast(),
                &mut size,
            )
        })?;
        Ok((value != 0).then(|| crate::Error::new(value)))
    }

    /// The SOCKET, for calls this crate does not offer. It is open as long as this value lives; do not close it.
    ///
    /// If the socket is associated with a [`CompletionPort`](crate::CompletionPort), an overlapped call of your own needs an
    /// event with its lowest bit set (PORT-26): the port takes the packets of this crate's operations only.
    #[must_use]
    pub fn raw(&self) -> SOCKET {
        self.0.socket
    }

    pub(super) fn selected(&self) -> &Selected {
        &self.0.selected
    }

    pub(super) fn stream_for(address: &SocketAddr) -> Result<Self> {
        Self::open(address, SOCK_STREAM)
    }

    pub(super) fn datagram_for(address: &SocketAddr) -> Result<Self> {
        Self::open(address, SOCK_DGRAM)
    }

    pub(super) fn bind(&self, address: &SocketAddr) -> Result<()> {
        let address = RawAddress::new(address);
        // SAFETY: the address is read during the call only.
        success(unsafe { bind(self.raw(), address.as_ptr(), address.length) })
    }

    /// Takes over a SOCKET, or the error if it is INVALID_SOCKET.
    ///
    /// # Safety
    ///
    /// The socket is INVALID_SOCKET, with the last error saying why, or is open and nobody else will close it.
    pub(super) unsafe fn created(socket: SOCKET) -> Result<Self> {
        if socket == INVALID_SOCKET {
            Err(sys::last_socket_error())
        } else {
            Ok(Self(Arc::new(OwnedSocket {
                socket,
                selected: Selected::default(),
            })))
        }
    }

    /// Whether it has other owners, or operations in flight by event or routine.
    pub(super) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    fn open(address: &SocketAddr, kind: i32) -> Result<Self> {
        sys::startup();
        let family = if address.is_ipv4() { AF_INET } else { AF_INET6 };
        let flags = WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT;
        // SAFETY: no protocol information is given; the socket returned is new.
        unsafe { Self::created(WSASocketW(family.into(), kind, 0, ptr::null(), 0, flags)) }
    }

    fn transmit(&self, bytes: &[u8], flags: i32) -> Result<usize> {
        // SAFETY: the bytes are read during the call only.
        transferred(unsafe { send(self.raw(), bytes.as_ptr(), length(bytes.len()), flags) })
    }

    fn receive(&self, buffer: &mut [u8], flags: i32) -> Result<usize> {
        // SAFETY: the buffer is written during the call only.
        transferred(unsafe { recv(self.raw(), buffer.as_mut_ptr(), length(buffer.len()), flags) })
    }

    fn set<V>(&self, level: i32, name: i32, value: V) -> Result<()> {
        // SAFETY: the value is read during the call only, and has the type the option wants.
        success(unsafe {
            setsockopt(
                self.raw(),
                level,
                name,
                (&raw const value).cast(),
                size_of::<V>() as i32,
            )
        })
    }
}

impl Drop for OwnedSocket {
    fn drop(&mut self) {
        // SAFETY: the socket is ours and is closed once.
        unsafe { closesocket(self.socket) };
    }
}

impl AsRef<Socket> for Socket {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Socket");
        debug.field("socket", &self.raw());
        if let Ok(address) = self.local_addr() {
            debug.field("local", &address);
        }
        if let Ok(address) = self.peer_addr() {
            debug.field("peer", &address);
        }
        debug.finish()
    }
}

/// A length the calls take: more than `i32::MAX` bytes at once are not asked for.
pub(super) fn length(bytes: usize) -> i32 {
    bytes.min(i32::MAX as usize) as i32
}

/// The result of a call that returns 0 or SOCKET_ERROR.
pub(crate) fn success(result: i32) -> Result<()> {
    if result == 0 {
        Ok(())
    } else {
        Err(sys::last_socket_error())
    }
}

/// The result of a blocking call that returns a count or SOCKET_ERROR. A routine that ran meanwhile and panicked goes
/// on panicking here.
pub(super) fn transferred(result: i32) -> Result<usize> {
    let count = usize::try_from(result).map_err(|_| sys::last_socket_error());
    routine::resume_panic();
    count
}
