//! UDP.

use super::Socket;
use super::address::{RawAddress, each_address};
use super::socket::{length, success, transferred};
use crate::error::Result;
use crate::sys::Win32;
use Win32::Networking::WinSock::{connect, recvfrom, sendto};
use std::net::{SocketAddr, ToSocketAddrs};

/// A UDP socket.
///
/// ```
/// use larboard::net::UdpSocket;
///
/// let (here, there) = (UdpSocket::bind("127.0.0.1:0")?, UdpSocket::bind("127.0.0.1:0")?);
/// here.send_to(b"ahoy", there.local_addr()?)?;
/// let mut buffer = [0; 512];
/// assert_eq!(there.recv_from(&mut buffer)?, (4, here.local_addr()?));
/// # larboard::Result::Ok(())
/// ```
#[derive(Clone)]
pub struct UdpSocket(Socket);

impl UdpSocket {
    /// Binds to the first address that can be bound to. Stands for `socket`, `bind`.
    ///
    /// # Errors
    /// [`WSAEADDRINUSE`](crate::code::WSAEADDRINUSE), [`WSAEADDRNOTAVAIL`](crate::code::WSAEADDRNOTAVAIL),
    /// [`WSAEMFILE`](crate::code::WSAEMFILE), [`WSAHOST_NOT_FOUND`](crate::code::WSAHOST_NOT_FOUND).
    pub fn bind(address: impl ToSocketAddrs) -> Result<Self> {
        each_address(address, |address| {
            let socket = Socket::datagram_for(address)?;
            socket.bind(address)?;
            Ok(Self(socket))
        })
    }

    /// Fixes the other side: [`send`](Socket::send) goes there, and only what comes from there is received. Stands for
    /// `connect`.
    ///
    /// # Errors
    /// [`WSAEADDRNOTAVAIL`](crate::code::WSAEADDRNOTAVAIL), [`WSAENETUNREACH`](crate::code::WSAENETUNREACH),
    /// [`WSAHOST_NOT_FOUND`](crate::code::WSAHOST_NOT_FOUND).
    pub fn connect(&self, address: impl ToSocketAddrs) -> Result<()> {
        each_address(address, |address| {
            let raw = RawAddress::new(address);
            // SAFETY: the address is read during the call only.
            success(unsafe { connect(self.raw(), raw.as_ptr(), raw.length) })
        })
    }

    /// Sends one datagram. Stands for `sendto`.
    ///
    /// # Errors
    /// [`WSAEMSGSIZE`](crate::code::WSAEMSGSIZE) above 65,507 bytes (OVL-74), [`WSAEACCES`](crate::code::WSAEACCES) for
    /// a broadcast address (SOCK-37), [`WSAEWOULDBLOCK`](crate::code::WSAEWOULDBLOCK).
    pub fn send_to(&self, bytes: &[u8], to: SocketAddr) -> Result<usize> {
        let to = RawAddress::new(&to);
        // SAFETY: bytes and address are read during the call only.
        transferred(unsafe {
            sendto(
                self.raw(),
                bytes.as_ptr(),
                length(bytes.len()),
                0,
                to.as_ptr(),
                to.length,
            )
        })
    }

    /// Receives one datagram, and says who sent it. Stands for `recvfrom`.
    ///
    /// # Errors
    /// [`WSAEMSGSIZE`](crate::code::WSAEMSGSIZE) if it is longer than the buffer, which then holds its beginning
    /// (OVL-68), [`WSAECONNRESET`](crate::code::WSAECONNRESET) if nobody listened where an earlier datagram went
    /// (SOCK-35), [`WSAEWOULDBLOCK`](crate::code::WSAEWOULDBLOCK), [`WSAETIMEDOUT`](crate::code::WSAETIMEDOUT).
    pub fn recv_from(&self, buffer: &mut [u8]) -> Result<(usize, SocketAddr)> {
        let mut from = RawAddress::default();
        // SAFETY: the buffer is written during the call only; address and length are live variables.
        let result = unsafe {
            recvfrom(
                self.raw(),
                buffer.as_mut_ptr(),
                length(buffer.len()),
                0,
                from.as_mut_ptr(),
                &mut from.length,
            )
        };
        Ok((transferred(result)?, from.get()?))
    }
}

super::interop::socket_kind!(UdpSocket);
