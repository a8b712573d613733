//! The way between handles and descriptors, which Windows does not have.

use std::os::fd::{AsRawFd, BorrowedFd, IntoRawFd};
use std::sync::Arc;

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_HANDLE, ERROR_TOO_MANY_OPEN_FILES, HANDLE, INVALID_HANDLE_VALUE,
};
use windows_sys::Win32::Networking::WinSock::{
    AF_INET, AF_INET6, INVALID_SOCKET, SOCKET, WSAEAFNOSUPPORT, WSAENOTSOCK,
};

use larboard_kernel::device::Device;
use larboard_kernel::device::socket::{Socket, phase};
use larboard_kernel::io::file::File;

use crate::error::WsaError;
use crate::files::open;
use crate::guard::{infallible, win32, winsock};
use crate::handles;
use crate::winsock::socket;

/// The descriptor behind a file or socket handle, -1 if there is none.
///
/// It stays the library's: it is valid until the handle is closed, or replaced by AcceptEx or DisconnectEx, and must
/// stay non-blocking.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub extern "system" fn larboard_fd(handle: HANDLE) -> i32 {
    infallible(-1, || {
        let file = handles::get::<File>(handle).ok();
        file.and_then(|file| file.with_fd(|fd| fd).ok())
            .unwrap_or(-1)
    })
}

/// Makes a handle of the descriptor of a file, pipe or terminal, for `ReadFile`, `WriteFile` and the like without OVERLAPPED.
/// The descriptor becomes the library's and is closed with the handle. Its file pointer is the handle's, and shared with its
/// copies.
///
/// Errors: `INVALID_HANDLE_VALUE` with `ERROR_INVALID_HANDLE`, `ERROR_TOO_MANY_OPEN_FILES`; the descriptor then stays
/// the caller's.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub extern "system" fn larboard_handle_from_fd(fd: i32) -> HANDLE {
    win32(INVALID_HANDLE_VALUE, || {
        // SAFETY: takes a descriptor and numbers.
        if unsafe { libc::fcntl(fd, libc::F_GETFD) } < 0 {
            return Err(ERROR_INVALID_HANDLE.into());
        }
        // The handle gets a copy, so that a failure leaves the caller's descriptor alone.
        // SAFETY: it has been seen to be open; it is borrowed for this call.
        let copy = unsafe { BorrowedFd::borrow_raw(fd) }.try_clone_to_owned();
        let handle = open::adopt(copy.map_err(|_| ERROR_TOO_MANY_OPEN_FILES)?)?;
        // SAFETY: the caller has handed the descriptor over.
        unsafe { libc::close(fd) };
        Ok(handle)
    })
}

/// Makes an overlapped socket of a descriptor, which becomes the library's and non-blocking.
///
/// Errors: `INVALID_SOCKET` with `WSAENOTSOCK`, `WSAEAFNOSUPPORT`, `WSAEMFILE`; the descriptor then stays the caller's.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub extern "system" fn larboard_socket_from_fd(fd: i32) -> SOCKET {
    winsock(INVALID_SOCKET, || {
        let described = Described::of(fd)?;
        // The handle gets a copy, so that a failure leaves the caller's descriptor alone.
        // SAFETY: `Described::of` has seen that the descriptor is open; it is borrowed for this call.
        let copy = unsafe { BorrowedFd::borrow_raw(fd) }.try_clone_to_owned();
        let copy = copy.map_err(|_| larboard_kernel::status::Status::last_os_error())?;
        set_non_blocking(copy.as_raw_fd())?;
        let file = socket::adopt(
            copy.into_raw_fd(),
            described.family,
            described.kind,
            described.protocol,
            true,
        );
        described.mark(&file);
        let s = socket::open(file)?;
        // SAFETY: the caller has handed the descriptor over.
        unsafe { libc::close(fd) };
        Ok(s)
    })
}

/// What Linux knows of a socket.
struct Described {
    family: u16,
    kind: i32,
    protocol: i32,
    phases: u32,
}

impl Described {
    fn of(fd: i32) -> Result<Self, WsaError> {
        let family = match option(fd, libc::SO_DOMAIN).ok_or(WSAENOTSOCK)? {
            libc::AF_INET => AF_INET,
            libc::AF_INET6 => AF_INET6,
            _ => return Err(WSAEAFNOSUPPORT.into()),
        };
        let kind = option(fd, libc::SO_TYPE).ok_or(WSAENOTSOCK)?;
        let listens = option(fd, libc::SO_ACCEPTCONN) == Some(1);
        let (bound, connected) = (
            port(fd, libc::getsockname) > Some(0),
            port(fd, libc::getpeername).is_some(),
        );
        let bit = |has: bool, bit: u32| if has { bit } else { 0 };
        Ok(Self {
            family,
            kind,
            protocol: option(fd, libc::SO_PROTOCOL).unwrap_or_default(),
            phases: bit(bound, phase::BOUND)
                | bit(listens, phase::LISTENING)
                | bit(connected, phase::CONNECTED),
        })
    }

    fn mark(&self, file: &Arc<File>) {
        if let Device::Socket(socket) = file.device() {
            if self.phases & phase::CONNECTED != 0 {
                Socket::connected(socket, 0);
            }
            socket.set(self.phases);
        }
    }
}

fn option(fd: i32, name: i32) -> Option<i32> {
    let mut value = 0i32;
    let mut length = size_of::<i32>() as libc::socklen_t;
    // SAFETY: `value` is of this frame and has the length given.
    let result = unsafe {
        libc::getsockopt(
            fd,
            libc::SOL_SOCKET,
            name,
            (&raw mut value).cast(),
            &mut length,
        )
    };
    (result == 0).then_some(value)
}

/// The port that getsockname or getpeername tells.
fn port(
    fd: i32,
    ask: unsafe extern "C" fn(i32, *mut libc::sockaddr, *mut libc::socklen_t) -> i32,
) -> Option<u16> {
    // SAFETY: integers: all zero is a value.
    let mut address: libc::sockaddr_in6 = unsafe { std::mem::zeroed() };
    let mut length = size_of::<libc::sockaddr_in6>() as libc::socklen_t;
    // SAFETY: `address` is of this frame and has the length given.
    let result = unsafe { ask(fd, (&raw mut address).cast(), &mut length) };
    // The port stands in the same place in both families.
    (result == 0).then_some(u16::from_be(address.sin6_port))
}

fn set_non_blocking(fd: i32) -> Result<(), WsaError> {
    // SAFETY: takes a descriptor and numbers.
    let result = unsafe {
        let flags = libc::fcntl(fd, libc::F_GETFL);
        libc::fcntl(fd, libc::F_SETFL, flags | libc::O_NONBLOCK)
    };
    Ok(socket::succeeded(result)?)
}
