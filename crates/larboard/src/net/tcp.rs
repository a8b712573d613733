//! TCP.

use super::Socket;
use super::address::{RawAddress, each_address};
use super::selection;
use super::socket::success;
use crate::error::{Error, Result, code};
use crate::operation::Operation;
use crate::routine;
use crate::sys::Win32;
use Win32::Networking::WinSock::{accept, connect, listen};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::time::Duration;

/// A TCP socket that listens for clients.
///
/// ```
/// use larboard::net::{TcpListener, TcpStream};
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let client = TcpStream::connect(listener.local_addr()?)?;
/// let (_server, address) = listener.accept()?;
/// assert_eq!(address, client.local_addr()?);
/// # larboard::Result::Ok(())
/// ```
#[derive(Clone)]
pub struct TcpListener(Socket);

/// A TCP connection.
///
/// Implements [`Read`] and [`Write`]; what else it can do is found at [`Socket`].
#[derive(Clone)]
pub struct TcpStream(Socket);

impl TcpListener {
    /// Binds to the first address that can be bound to, and listens with as long a queue as the system allows. Stands
    /// for `socket`, `bind`, `listen`.
    ///
    /// # Errors
    /// [`WSAEADDRINUSE`](crate::code::WSAEADDRINUSE), [`WSAEACCES`](crate::code::WSAEACCES) (a port for the privileged,
    /// or an exclusive owner), [`WSAEADDRNOTAVAIL`](crate::code::WSAEADDRNOTAVAIL),
    /// [`WSAEMFILE`](crate::code::WSAEMFILE), [`WSAHOST_NOT_FOUND`](crate::code::WSAHOST_NOT_FOUND).
    pub fn bind(address: impl ToSocketAddrs) -> Result<Self> {
        /// "As many as reasonable" (SOCK-11).
        const SOMAXCONN: i32 = 0x7fff_ffff;
        each_address(address, |address| {
            let socket = Socket::stream_for(address)?;
            socket.bind(address)?;
            // SAFETY: takes no pointer.
            success(unsafe { listen(socket.raw(), SOMAXCONN) })?;
            Ok(Self(socket))
        })
    }

    /// Takes the next client out of the queue, or waits for one. The connection has the listener's blocking mode and
    /// options (SOCK-16), but no selection of network events.
    ///
    /// # Errors
    /// [`WSAEWOULDBLOCK`](crate::code::WSAEWOULDBLOCK) on a non-blocking listener without a client,
    /// [`WSAEMFILE`](crate::code::WSAEMFILE) when no more sockets can be had.
    pub fn accept(&self) -> Result<(TcpStream, SocketAddr)> {
        let mut address = RawAddress::default();
        // SAFETY: address and length are live variables; the socket returned is new.
        let client = unsafe {
            Socket::created(accept(
                self.raw(),
                address.as_mut_ptr(),
                &mut address.length,
            ))
        };
        routine::resume_panic();
        let client = client?;
        if self.selected().ever() {
            selection::cancel(&client)?; // it has inherited the listener's (EVT-29, ASY-16)
        }
        Ok((TcpStream(client), address.get()?))
    }

    /// Accepts without end.
    pub fn incoming(&self) -> Incoming<'_> {
        Incoming { listener: self }
    }
}

impl TcpStream {
    /// Connects to the first address that answers. Stands for `socket`, `connect`.
    ///
    /// # Errors
    /// [`WSAECONNREFUSED`](crate::code::WSAECONNREFUSED), [`WSAETIMEDOUT`](crate::code::WSAETIMEDOUT),
    /// [`WSAEHOSTUNREACH`](crate::code::WSAEHOSTUNREACH), [`WSAENETUNREACH`](crate::code::WSAENETUNREACH),
    /// [`WSAEADDRNOTAVAIL`](crate::code::WSAEADDRNOTAVAIL) (port 0, or 0.0.0.0, SOCK-13),
    /// [`WSAHOST_NOT_FOUND`](crate::code::WSAHOST_NOT_FOUND).
    pub fn connect(address: impl ToSocketAddrs) -> Result<Self> {
        each_address(address, |address| {
            let stream = Self(Socket::stream_for(address)?);
            stream.connect_to(address).map(|()| stream)
        })
    }

    /// Connects a socket that is [not connected yet](Self::unconnected). On a non-blocking one it fails with
    /// [`WSAEWOULDBLOCK`](crate::code::WSAEWOULDBLOCK), and the connect goes on (NB-07): its end is a network event
    /// ([`Connect`](super::NetworkEvent::Connect)), or makes the socket [writable](super::Ready::writable) or
    /// [exceptional](super::Ready::exceptional) in `select`. Stands for `connect`.
    ///
    /// # Errors
    /// As [`connect`](Self::connect); [`WSAEALREADY`](crate::code::WSAEALREADY) while a connect is under way,
    /// [`WSAEISCONN`](crate::code::WSAEISCONN) on a connected socket.
    pub fn connect_to(&self, address: &SocketAddr) -> Result<()> {
        let raw = RawAddress::new(address);
        // SAFETY: the address is read during the call only.
        let connected = success(unsafe { connect(self.raw(), raw.as_ptr(), raw.length) });
        routine::resume_panic();
        connected
    }

    /// Connects, waiting for at most `timeout`.
    ///
    /// ```
    /// use larboard::{code, net::TcpStream};
    /// use std::time::Duration;
    ///
    /// let nobody = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    /// let error = TcpStream::connect_timeout(&nobody, Duration::from_secs(10)).unwrap_err();
    /// assert_eq!(error.code(), code::WSAECONNREFUSED);
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`connect`](Self::connect); [`WSAETIMEDOUT`](crate::code::WSAETIMEDOUT) when the time runs out.
    pub fn connect_timeout(address: &SocketAddr, timeout: Duration) -> Result<Self> {
        let stream = Self::unconnected(address)?;
        match stream
            .connect_overlapped(Operation::new(()), *address)?
            .wait_timeout(timeout)
        {
            Ok(done) => done.bytes.map(|_| stream),
            Err(_in_flight) => Err(Error::from(code::WSAETIMEDOUT)),
        }
    }

    /// A socket that is not connected yet, bound to any address of the family `address` has: for
    /// an overlapped connect, or one in non-blocking mode.
    ///
    /// # Errors
    /// [`WSAEMFILE`](crate::code::WSAEMFILE), [`WSAEAFNOSUPPORT`](crate::code::WSAEAFNOSUPPORT).
    pub fn unconnected(address: &SocketAddr) -> Result<Self> {
        let socket = Socket::stream_for(address)?;
        socket.bind(&any_address(address))?;
        Ok(Self(socket))
    }

    pub(crate) fn from_socket(socket: Socket) -> Self {
        Self(socket)
    }
}

/// Clients without end: see [`TcpListener::incoming`].
#[derive(Debug)]
pub struct Incoming<'a> {
    listener: &'a TcpListener,
}

impl Iterator for Incoming<'_> {
    type Item = Result<TcpStream>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.listener.accept().map(|(client, _)| client))
    }
}

impl Read for &TcpStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(self.recv(buffer)?)
    }
}

impl Write for &TcpStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(self.send(bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for TcpStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self).read(buffer)
    }
}

impl Write for TcpStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

super::interop::socket_kind!(TcpListener);
super::interop::socket_kind!(TcpStream);

/// Any address and port of the same family.
fn any_address(address: &SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    }
}
