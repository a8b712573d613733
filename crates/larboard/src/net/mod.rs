//! Sockets: TCP and UDP, blocking, non-blocking and overlapped; and two ways to be told when they are ready.

mod address;
mod event_select;
mod interop;
mod network_event;
mod overlapped;
mod select;
mod selection;
mod socket;
mod start;
mod tcp;
mod udp;

pub use crate::sys::OsSocket;
pub use event_select::EventSelect;
pub use network_event::{NetworkEvent, NetworkEventSet, NetworkEvents};
pub use select::{FD_SETSIZE, Ready, Select, Sets};
pub use socket::Socket;
pub use tcp::{Incoming, TcpListener, TcpStream};
pub use udp::UdpSocket;

pub(crate) use address::Addresses;
pub(crate) use network_event::result as event_result;
pub(crate) use overlapped::{readable, writable};
pub(crate) use selection::Selection;
pub(crate) use socket::success;
pub(crate) use start::{Call, issue};
