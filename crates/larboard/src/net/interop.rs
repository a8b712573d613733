//! To and from the sockets of the system, of `std` and of `socket2`.

use super::{OsSocket, Socket, TcpListener, TcpStream, UdpSocket};
use crate::error::{Error, Result, code};
use crate::sys;

impl Socket {
    /// Takes over a socket of `std`, of `socket2`, or of the system.
    ///
    /// It is in blocking mode afterwards, whatever it was before.
    ///
    /// ```
    /// use larboard::net::{Socket, TcpListener};
    ///
    /// let theirs = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)?;
    /// theirs.bind(&"127.0.0.1:0".parse::<std::net::SocketAddr>().unwrap().into())?;
    /// theirs.listen(128)?;
    /// let listener = TcpListener::from(Socket::from_os(theirs)?);
    /// let back: socket2::Socket = Socket::from(listener).into_os()?.into();
    /// assert!(back.local_addr()?.as_socket().is_some());
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// [`WSAENOTSOCK`](crate::code::WSAENOTSOCK) if it is something else, [`WSAEMFILE`](crate::code::WSAEMFILE).
    pub fn from_os(socket: impl Into<OsSocket>) -> Result<Self> {
        // SAFETY: `from_os` gives up its argument for a SOCKET that is ours.
        let socket = unsafe { Self::created(sys::from_os(socket.into())?)? };
        socket.set_nonblocking(false)?;
        Ok(socket)
    }

    /// Turns it into a socket of the system, which converts on into those of `std` and `socket2`.
    ///
    /// Other owners keep the socket besides; operations in flight go on. On Linux the descriptor is in non-blocking
    /// mode.
    ///
    /// # Errors
    /// [`WSAEMFILE`](crate::code::WSAEMFILE).
    pub fn into_os(self) -> Result<OsSocket> {
        sys::to_os(self.raw())
    }

    /// As [`into_os`](Self::into_os) for a blocking owner, which cannot be one of several: on Linux they all have one
    /// mode.
    fn into_os_alone(self) -> Result<OsSocket> {
        if self.is_shared() {
            Err(Error::from(code::WSAEINVAL))
        } else {
            self.into_os()
        }
    }
}

/// What is the same for every kind of socket: it is a [`Socket`], and one can be taken for it.
macro_rules! socket_kind {
    ($kind:ident) => {
        impl std::ops::Deref for $kind {
            type Target = $crate::net::Socket;

            fn deref(&self) -> &$crate::net::Socket {
                &self.0
            }
        }

        impl AsRef<$crate::net::Socket> for $kind {
            fn as_ref(&self) -> &$crate::net::Socket {
                &self.0
            }
        }

        impl From<$kind> for $crate::net::Socket {
            fn from(socket: $kind) -> Self {
                socket.0
            }
        }

        /// Says what kind of socket it is. If it is another kind, the calls that do not fit fail.
        impl From<$crate::net::Socket> for $kind {
            fn from(socket: $crate::net::Socket) -> Self {
                Self(socket)
            }
        }

        impl std::fmt::Debug for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_tuple(stringify!($kind)).field(&self.0).finish()
            }
        }
    };
}
pub(super) use socket_kind;

macro_rules! std_sockets {
    ($($kind:ident)*) => {$(
        /// Takes over a socket of `std`; it is in blocking mode afterwards.
        impl TryFrom<std::net::$kind> for $kind {
            type Error = Error;

            fn try_from(socket: std::net::$kind) -> Result<Self> {
                Socket::from_os(socket).map(Self::from)
            }
        }

        /// Turns it into a socket of `std` in blocking mode. Fails with [`WSAEINVAL`](crate::code::WSAEINVAL) while the
        /// socket has another owner.
        impl TryFrom<$kind> for std::net::$kind {
            type Error = Error;

            fn try_from(socket: $kind) -> Result<Self> {
                let socket = Self::from(Socket::from(socket).into_os_alone()?);
                socket.set_nonblocking(false)?;
                Ok(socket)
            }
        }
    )*};
}

std_sockets! { TcpListener TcpStream UdpSocket }
