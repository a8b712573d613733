//! The everyday calls of a socket, in a form that reports errors as `Err`.

use std::ptr::{null, null_mut};

use super::address::{ADDRESS6_LENGTH, pointer};
use super::checked;
use crate::common::w::Win32::Networking::WinSock::{
    AF_INET, AF_INET6, FIONBIO, INVALID_SOCKET, IPPROTO_TCP, IPPROTO_UDP, LINGER, SO_LINGER,
    SO_RCVTIMEO, SOCK_DGRAM, SOCK_STREAM, SOCKADDR_IN, SOCKADDR_IN6, SOCKET, SOL_SOCKET,
    WSASocketW, accept, bind, closesocket, connect, getpeername, getsockname, getsockopt,
    ioctlsocket, listen, recv, recvfrom, send, sendto, setsockopt, shutdown, socket,
};
use crate::common::{ADDRESS_LENGTH, LIMIT, Socket, loopback, startup, wsa_error};

/// Values that are read from and written to a socket option byte by byte.
///
/// # Safety
/// Every bit pattern must be a valid value of the type, and the type must have no padding.
pub unsafe trait Plain: Copy + Default {}

// SAFETY: an integer has no padding and no invalid pattern.
unsafe impl Plain for u8 {}
// SAFETY: as above.
unsafe impl Plain for u16 {}
// SAFETY: as above.
unsafe impl Plain for i32 {}
// SAFETY: as above.
unsafe impl Plain for u32 {}
// SAFETY: as above.
unsafe impl Plain for usize {}
// SAFETY: two 16-bit integers side by side.
unsafe impl Plain for LINGER {}

/// The ways to a socket.
impl Socket {
    /// A blocking overlapped TCP socket over IPv4.
    #[track_caller]
    pub fn tcp() -> Socket {
        Socket::open(AF_INET.into(), SOCK_STREAM, IPPROTO_TCP).expect("an IPv4 TCP socket")
    }

    /// A blocking overlapped TCP socket over IPv6.
    #[track_caller]
    pub fn tcp6() -> Socket {
        Socket::open(AF_INET6.into(), SOCK_STREAM, IPPROTO_TCP).expect("an IPv6 TCP socket")
    }

    /// A blocking overlapped UDP socket over IPv4.
    #[track_caller]
    pub fn udp() -> Socket {
        Socket::open(AF_INET.into(), SOCK_DGRAM, IPPROTO_UDP).expect("an IPv4 UDP socket")
    }

    /// A TCP socket without the overlapped attribute.
    #[track_caller]
    pub fn tcp_not_overlapped() -> Socket {
        Socket::open_with_flags(AF_INET.into(), SOCK_STREAM, IPPROTO_TCP, 0)
            .expect("a TCP socket that isn't overlapped")
    }

    /// A TCP socket bound to a free loopback port.
    #[track_caller]
    pub fn tcp_bound() -> Socket {
        let socket = Socket::tcp();
        socket.bind(&loopback(0)).expect("bind to loopback");
        socket
    }

    /// A UDP socket bound to a free loopback port, whose receives can't hang.
    #[track_caller]
    pub fn udp_bound() -> Socket {
        let socket = Socket::udp();
        socket.bind(&loopback(0)).expect("bind to loopback");
        socket.limit_receives();
        socket
    }

    /// A TCP socket that listens on a free loopback port.
    #[track_caller]
    pub fn listener() -> Socket {
        let socket = Socket::tcp_bound();
        socket.listen(16).expect("listen");
        socket
    }

    /// A TCP socket connected to a listener.
    #[track_caller]
    pub fn connected_to(listener: &Socket) -> Socket {
        let socket = Socket::tcp();
        socket
            .connect(&listener.name().expect("the listener's name"))
            .expect("connect to a listener of this test");
        socket.limit_receives();
        socket
    }

    /// socket()
    pub fn open(family: i32, kind: i32, protocol: i32) -> Result<Socket, i32> {
        startup();
        Socket::adopt(call!(socket(family, kind, protocol)))
    }

    /// WSASocketW() with flags
    pub fn open_with_flags(
        family: i32,
        kind: i32,
        protocol: i32,
        flags: u32,
    ) -> Result<Socket, i32> {
        startup();
        Socket::adopt(call!(WSASocketW(family, kind, protocol, null(), 0, flags)))
    }

    /// Takes what a socket-making function returned.
    pub fn adopt(value: SOCKET) -> Result<Socket, i32> {
        if value == INVALID_SOCKET {
            Err(wsa_error())
        } else {
            Ok(Socket::new(value))
        }
    }
}

/// Names, connecting, closing.
impl Socket {
    pub fn bind(&self, address: &SOCKADDR_IN) -> Result<i32, i32> {
        checked(call!(bind(self.raw(), pointer(address), ADDRESS_LENGTH)))
    }

    pub fn bind6(&self, address: &SOCKADDR_IN6) -> Result<i32, i32> {
        checked(call!(bind(self.raw(), pointer(address), ADDRESS6_LENGTH)))
    }

    pub fn listen(&self, backlog: i32) -> Result<i32, i32> {
        checked(call!(listen(self.raw(), backlog)))
    }

    pub fn accept(&self) -> Result<Socket, i32> {
        Socket::adopt(call!(accept(self.raw(), null_mut(), null_mut())))
    }

    pub fn connect(&self, address: &SOCKADDR_IN) -> Result<i32, i32> {
        checked(call!(connect(self.raw(), pointer(address), ADDRESS_LENGTH)))
    }

    pub fn connect6(&self, address: &SOCKADDR_IN6) -> Result<i32, i32> {
        checked(call!(connect(
            self.raw(),
            pointer(address),
            ADDRESS6_LENGTH
        )))
    }

    /// The local IPv4 address.
    pub fn name(&self) -> Result<SOCKADDR_IN, i32> {
        let (mut address, mut length) = (SOCKADDR_IN::default(), ADDRESS_LENGTH);
        let result = call!(getsockname(
            self.raw(),
            (&raw mut address).cast(),
            &mut length
        ));
        checked(result).map(|_| address)
    }

    /// The local IPv6 address.
    pub fn name6(&self) -> Result<SOCKADDR_IN6, i32> {
        let (mut address, mut length) = (SOCKADDR_IN6::default(), ADDRESS6_LENGTH);
        let result = call!(getsockname(
            self.raw(),
            (&raw mut address).cast(),
            &mut length
        ));
        checked(result).map(|_| address)
    }

    /// The peer's IPv4 address.
    pub fn peer(&self) -> Result<SOCKADDR_IN, i32> {
        let (mut address, mut length) = (SOCKADDR_IN::default(), ADDRESS_LENGTH);
        let result = call!(getpeername(
            self.raw(),
            (&raw mut address).cast(),
            &mut length
        ));
        checked(result).map(|_| address)
    }

    pub fn shutdown(&self, how: i32) -> Result<i32, i32> {
        checked(call!(shutdown(self.raw(), how)))
    }

    /// closesocket() whose error is of interest; the socket is given up either way.
    pub fn try_close(self) -> Result<i32, i32> {
        let value = self.raw();
        std::mem::forget(self);
        checked(call!(closesocket(value)))
    }

    /// Closes with linger 0, which sends the peer a reset.
    #[track_caller]
    pub fn reset(self) {
        let hard = LINGER {
            l_onoff: 1,
            l_linger: 0,
        };
        self.set(SOL_SOCKET, SO_LINGER, hard)
            .expect("SO_LINGER on/0");
        self.close();
    }
}

/// Transfer.
impl Socket {
    pub fn send(&self, bytes: &[u8]) -> Result<i32, i32> {
        self.send_flags(bytes, 0)
    }

    pub fn send_flags(&self, bytes: &[u8], flags: i32) -> Result<i32, i32> {
        checked(call!(send(
            self.raw(),
            bytes.as_ptr(),
            bytes.len() as i32,
            flags
        )))
    }

    pub fn recv(&self, buffer: &mut [u8]) -> Result<i32, i32> {
        self.recv_flags(buffer, 0)
    }

    pub fn recv_flags(&self, buffer: &mut [u8], flags: i32) -> Result<i32, i32> {
        checked(call!(recv(
            self.raw(),
            buffer.as_mut_ptr(),
            buffer.len() as i32,
            flags
        )))
    }

    /// Receives exactly `count` bytes of a stream.
    #[track_caller]
    pub fn recv_all(&self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        let mut filled = 0;
        while filled < count {
            match self.recv(&mut bytes[filled..]) {
                Ok(0) => panic!("end of stream after {filled} of {count} bytes"),
                Ok(more) => filled += more as usize,
                Err(code) => panic!("recv failed with {code} after {filled} of {count} bytes"),
            }
        }
        bytes
    }

    pub fn send_to(&self, bytes: &[u8], to: &SOCKADDR_IN) -> Result<i32, i32> {
        let length = bytes.len() as i32;
        checked(call!(sendto(
            self.raw(),
            bytes.as_ptr(),
            length,
            0,
            pointer(to),
            ADDRESS_LENGTH
        )))
    }

    pub fn recv_from(&self, buffer: &mut [u8]) -> Result<(i32, SOCKADDR_IN), i32> {
        let (mut from, mut from_length) = (SOCKADDR_IN::default(), ADDRESS_LENGTH);
        let (start, length) = (buffer.as_mut_ptr(), buffer.len() as i32);
        let source = (&raw mut from).cast();
        let result = call!(recvfrom(
            self.raw(),
            start,
            length,
            0,
            source,
            &mut from_length
        ));
        checked(result).map(|count| (count, from))
    }
}

/// Modes and options.
impl Socket {
    pub fn ioctl(&self, command: i32, value: &mut u32) -> Result<i32, i32> {
        checked(call!(ioctlsocket(self.raw(), command, value)))
    }

    pub fn set_nonblocking(&self, on: bool) {
        let mut value = on.into();
        self.ioctl(FIONBIO, &mut value).expect("FIONBIO");
    }

    pub fn set<T: Plain>(&self, level: i32, name: i32, value: T) -> Result<i32, i32> {
        let length = size_of::<T>() as i32;
        checked(call!(setsockopt(
            self.raw(),
            level,
            name,
            (&raw const value).cast(),
            length
        )))
    }

    pub fn get<T: Plain>(&self, level: i32, name: i32) -> Result<T, i32> {
        let (mut value, mut length) = (T::default(), size_of::<T>() as i32);
        let result = call!(getsockopt(
            self.raw(),
            level,
            name,
            (&raw mut value).cast(),
            &mut length
        ));
        checked(result).map(|_| value)
    }

    /// Makes a blocking receive that would hang fail instead.
    #[track_caller]
    pub fn limit_receives(&self) {
        self.set(SOL_SOCKET, SO_RCVTIMEO, LIMIT)
            .expect("SO_RCVTIMEO");
    }
}

/// Two connected blocking overlapped TCP sockets whose receives can't hang: the connecting end and the accepted end.
#[track_caller]
pub fn connected_pair() -> (Socket, Socket) {
    connected(Socket::tcp(), &Socket::listener())
}

/// Connects `client` to `listener` and returns both ends.
#[track_caller]
pub fn connected(client: Socket, listener: &Socket) -> (Socket, Socket) {
    client
        .connect(&listener.name().expect("the listener's name"))
        .expect("connect to a listener of this test");
    let server = listener.accept().expect("accept");
    client.limit_receives();
    server.limit_receives();
    (client, server)
}

/// Two UDP sockets bound to loopback, each connected to the other.
#[track_caller]
pub fn datagram_pair() -> (Socket, Socket) {
    let (a, b) = (Socket::udp_bound(), Socket::udp_bound());
    a.connect(&b.name().expect("name")).expect("connect UDP");
    b.connect(&a.name().expect("name")).expect("connect UDP");
    (a, b)
}
