//! Sockets: TCP and UDP, blocking, non-blocking and overlapped.

mod address;
mod interop;
mod overlapped;
mod socket;
mod start;
mod tcp;
mod udp;

pub use crate::sys::OsSocket;
pub use socket::Socket;
pub use tcp::{Incoming, TcpListener, TcpStream};
pub use udp::UdpSocket;

pub(crate) use address::Addresses;
pub(crate) use overlapped::{readable, writable};
pub(crate) use start::{Call, issue};
