//! Handing an operation to the system.

use super::address::ACCEPT_AREA;
use super::{Addresses, Socket};
use crate::error::{Error, Result, code};
use crate::operation::{Header, Kind};
use crate::sys::{self, Win32};
use Win32::Networking::WinSock::{
    AcceptEx, LPFN_CONNECTEX, LPFN_DISCONNECTEX, LPWSAOVERLAPPED_COMPLETION_ROUTINE,
    SIO_GET_EXTENSION_FUNCTION_POINTER, SOCKET, WSABUF, WSAID_CONNECTEX, WSAID_DISCONNECTEX,
    WSAIoctl, WSARecv, WSARecvFrom, WSASend, WSASendTo,
};
use Win32::System::IO::OVERLAPPED;
use std::net::SocketAddr;
use std::ops::Range;
use std::ptr::{self, NonNull};
use std::sync::OnceLock;

/// What to start, and the memory it works on.
pub(crate) enum Call {
    Receive(Memory),
    ReceiveFrom(Memory),
    Send(Memory),
    SendTo(Memory, SocketAddr),
    Accept,
    Connect(SocketAddr),
    Disconnect,
}

/// A part of an operation's buffer.
pub(crate) struct Memory {
    pub(crate) pointer: *mut u8,
    pub(crate) range: Range<usize>,
}

impl Call {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Receive(_) | Self::ReceiveFrom(_) => Kind::Receive,
            Self::Send(_) | Self::SendTo(..) => Kind::Send,
            Self::Accept => Kind::Accept,
            Self::Connect(_) => Kind::Connect,
            Self::Disconnect => Kind::Disconnect,
        }
    }

    pub(crate) fn range(&self) -> Range<usize> {
        match self {
            Self::Receive(memory)
            | Self::ReceiveFrom(memory)
            | Self::Send(memory)
            | Self::SendTo(memory, _) => memory.range.clone(),
            Self::Accept | Self::Connect(_) | Self::Disconnect => 0..0,
        }
    }
}

impl Memory {
    fn wsabuf(&self) -> WSABUF {
        // The pointer may be dangling for an empty buffer; `wrapping_add` does not mind.
        WSABUF {
            len: self.range.len() as u32,
            buf: self.pointer.wrapping_add(self.range.start),
        }
    }
}

/// Starts the operation. `Ok` means that exactly one completion will come, even if it has come already; `Err` that none
/// will (OVL-12 to OVL-14).
///
/// # Safety
///
/// The header is that of a block nobody else uses, begun for this call; the memory is part of the block's buffer. On
/// `Ok` the block is the system's.
pub(crate) unsafe fn issue(
    socket: &Socket,
    header: NonNull<Header>,
    call: &Call,
    routine: LPWSAOVERLAPPED_COMPLETION_ROUTINE,
) -> Result<()> {
    let (raw, overlapped) = (socket.raw(), header.as_ptr().cast::<OVERLAPPED>());
    let (mut flags, none) = (0, ptr::null_mut());
    // SAFETY: the OVERLAPPED, the buffer and the addresses are the block's, which the caller leaves to the system; the
    // WSABUF and what else lies on the stack is taken over by the call (OVL-09, OVL-18). The socket is open (rule 5).
    let (receiving, result) = unsafe {
        match call {
            Call::Receive(memory) => (
                true,
                WSARecv(
                    raw,
                    &memory.wsabuf(),
                    1,
                    none,
                    &mut flags,
                    overlapped,
                    routine,
                ),
            ),
            Call::Send(memory) => (
                false,
                WSASend(raw, &memory.wsabuf(), 1, none, 0, overlapped, routine),
            ),
            Call::ReceiveFrom(memory) => {
                let (from, length) = addresses(header).expect_sender();
                (
                    true,
                    WSARecvFrom(
                        raw,
                        &memory.wsabuf(),
                        1,
                        none,
                        &mut flags,
                        from,
                        length,
                        overlapped,
                        routine,
                    ),
                )
            }
            Call::SendTo(memory, to) => {
                let (to, length) = addresses(header).set_destination(to);
                (
                    false,
                    WSASendTo(
                        raw,
                        &memory.wsabuf(),
                        1,
                        none,
                        0,
                        to,
                        length,
                        overlapped,
                        routine,
                    ),
                )
            }
            Call::Accept => (false, accept(socket, header)?),
            Call::Connect(to) => (false, connect(socket, overlapped, to)?),
            Call::Disconnect => {
                let disconnect_ex = extensions(raw)?.1.ok_or(Error::from(code::WSAEOPNOTSUPP))?;
                (
                    false,
                    socket_error_if_false(disconnect_ex(raw, overlapped, 0, 0)),
                )
            }
        }
    };
    if result == 0 {
        return Ok(());
    }
    match sys::last_socket_error() {
        error if error.code() == code::ERROR_IO_PENDING => Ok(()),
        // A datagram that was longer than the buffer is a warning: the call says so at once, and yet the completion
        // comes (OVL-70, PORT-18).
        error if receiving && error.code() == code::WSAEMSGSIZE => Ok(()),
        error => Err(error),
    }
}

/// # Safety
///
/// As [`issue`].
unsafe fn addresses<'a>(header: NonNull<Header>) -> &'a mut Addresses {
    // SAFETY: nobody else uses the block.
    unsafe { (*header.as_ptr()).extra().addresses.get_or_insert_default() }
}

/// # Safety
///
/// As [`issue`].
unsafe fn accept(listener: &Socket, header: NonNull<Header>) -> Result<i32> {
    let client = Socket::stream_for(&listener.local_addr()?)?;
    let acceptor = client.raw();
    let mut received = 0;
    // SAFETY: nobody else uses the block before the call; the area has room for the two addresses.
    unsafe {
        (*header.as_ptr()).extra().accepted = Some(client);
        let (area, size) = (
            addresses(header).expect_accepted().cast(),
            ACCEPT_AREA as u32,
        );
        let overlapped = header.as_ptr().cast();
        Ok(socket_error_if_false(AcceptEx(
            listener.raw(),
            acceptor,
            area,
            0,
            size,
            size,
            &mut received,
            overlapped,
        )))
    }
}

/// # Safety
///
/// As [`issue`].
unsafe fn connect(socket: &Socket, overlapped: *mut OVERLAPPED, to: &SocketAddr) -> Result<i32> {
    let connect_ex = extensions(socket.raw())?
        .0
        .ok_or(Error::from(code::WSAEOPNOTSUPP))?;
    let to = super::address::RawAddress::new(to);
    // SAFETY: the address is taken over by the call; there is no data to send with it.
    let done = unsafe {
        connect_ex(
            socket.raw(),
            to.as_ptr(),
            to.length,
            ptr::null(),
            0,
            ptr::null_mut(),
            overlapped,
        )
    };
    Ok(socket_error_if_false(done))
}

fn socket_error_if_false(done: i32) -> i32 {
    if done == 0 { -1 } else { 0 }
}

/// The functions that are not exported but asked for (SOCK-39); the pointers serve every socket.
fn extensions(socket: SOCKET) -> Result<(LPFN_CONNECTEX, LPFN_DISCONNECTEX)> {
    static EXTENSIONS: OnceLock<(LPFN_CONNECTEX, LPFN_DISCONNECTEX)> = OnceLock::new();
    if let Some(known) = EXTENSIONS.get() {
        return Ok(*known);
    }
    let (mut connect_ex, mut disconnect_ex): (LPFN_CONNECTEX, LPFN_DISCONNECTEX) = (None, None);
    for (id, pointer) in [
        (WSAID_CONNECTEX, (&raw mut connect_ex).cast()),
        (WSAID_DISCONNECTEX, (&raw mut disconnect_ex).cast()),
    ] {
        let (code, size, mut returned) = (
            SIO_GET_EXTENSION_FUNCTION_POINTER,
            size_of::<LPFN_CONNECTEX>() as u32,
            0,
        );
        // SAFETY: the identifier is read and a function pointer of the type it stands for written, both during the
        // call.
        let result = unsafe {
            let id_size = size_of_val(&id) as u32;
            WSAIoctl(
                socket,
                code,
                (&raw const id).cast(),
                id_size,
                pointer,
                size,
                &mut returned,
                ptr::null_mut(),
                None,
            )
        };
        if result != 0 {
            return Err(sys::last_socket_error());
        }
    }
    Ok(*EXTENSIONS.get_or_init(|| (connect_ex, disconnect_ex)))
}
