//! The one place where systems differ: whose Win32 functions are called, and what the system's own socket type is.

use crate::error::{Error, Result};
use std::sync::Once;
use std::time::Duration;

#[cfg(not(windows))]
pub(crate) use larboard_win32::Win32;
#[cfg(windows)]
pub(crate) use windows_sys::Win32;

use Win32::Foundation::GetLastError;
use Win32::Networking::WinSock::{
    SOCKET, SOL_SOCKET, WSADATA, WSAGetLastError, WSAStartup, setsockopt,
};

pub(crate) const INFINITE: u32 = u32::MAX;

/// The code of the last Win32 call that failed on this thread.
pub(crate) fn last_error() -> Error {
    // SAFETY: reads a per-thread value; takes no argument.
    Error::new(unsafe { GetLastError() })
}

/// The code of the last Winsock call that failed on this thread.
pub(crate) fn last_socket_error() -> Error {
    // SAFETY: reads a per-thread value; takes no argument.
    Error::new(unsafe { WSAGetLastError() }.cast_unsigned())
}

/// Winsock 2.2 is started once and never stopped: the last `WSACleanup` would close every socket of the process.
pub(crate) fn startup() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let mut data = WSADATA::default();
        // SAFETY: `data` is a live WSADATA the call may write. A failure shows as WSANOTINITIALISED in the call that
        // follows.
        unsafe { WSAStartup(0x0202, &mut data) };
    });
}

/// Sets a SOL_SOCKET option whose failure shows in the calls that follow.
pub(crate) fn set_option(socket: SOCKET, name: i32, value: &[u8]) {
    // SAFETY: the value is read during the call only; a closed socket would be an error code.
    unsafe { setsockopt(socket, SOL_SOCKET, name, value.as_ptr(), value.len() as i32) };
}

/// Milliseconds for a wait: rounded up, so that a wait never ends early, and never [`INFINITE`] by accident.
pub(crate) fn milliseconds(timeout: Option<Duration>) -> u32 {
    match timeout {
        None => INFINITE,
        Some(time) => time
            .as_nanos()
            .div_ceil(1_000_000)
            .min(u128::from(INFINITE - 1)) as u32,
    }
}

/// What the system itself calls a socket: it converts to and from the sockets of `std` and of `socket2`.
#[cfg(not(windows))]
pub type OsSocket = std::os::fd::OwnedFd;
/// What the system itself calls a socket: it converts to and from the sockets of `std` and of `socket2`.
#[cfg(windows)]
pub type OsSocket = std::os::windows::io::OwnedSocket;

#[cfg(not(windows))]
pub(crate) fn from_os(socket: OsSocket) -> Result<SOCKET> {
    use std::os::fd::{AsRawFd, IntoRawFd};
    startup();
    let adopted = larboard_win32::larboard_socket_from_fd(socket.as_raw_fd());
    if adopted == Win32::Networking::WinSock::INVALID_SOCKET {
        return Err(last_socket_error());
    }
    let _ = socket.into_raw_fd(); // now the SOCKET's
    Ok(adopted)
}

/// A descriptor of its own for the same connection; the SOCKET stays the caller's.
#[cfg(not(windows))]
pub(crate) fn to_os(socket: SOCKET) -> Result<OsSocket> {
    use std::os::fd::BorrowedFd;
    let fd = larboard_win32::larboard_fd(socket as _);
    if fd < 0 {
        return Err(Error::new(crate::error::code::WSAENOTSOCK.0));
    }
    // SAFETY: the descriptor is the one behind a SOCKET the caller owns, and the caller keeps it open during this call.
    Ok(unsafe { BorrowedFd::borrow_raw(fd) }.try_clone_to_owned()?)
}

#[cfg(windows)]
pub(crate) fn from_os(socket: OsSocket) -> Result<SOCKET> {
    use std::os::windows::io::IntoRawSocket;
    startup();
    Ok(socket.into_raw_socket() as SOCKET)
}

/// A socket of its own for the same connection; the SOCKET stays the caller's.
#[cfg(windows)]
pub(crate) fn to_os(socket: SOCKET) -> Result<OsSocket> {
    use std::os::windows::io::BorrowedSocket;
    // SAFETY: the caller owns the SOCKET and keeps it open during this call.
    Ok(unsafe { BorrowedSocket::borrow_raw(socket as _) }.try_clone_to_owned()?)
}
