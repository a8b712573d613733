//! The last error: one slot per thread, read by `GetLastError` and `WSAGetLastError` alike (SOCK-04).
//!
//! Inside the layer a failure is one of two values, so that a status of the kernel is translated once, by the
//! `?` that leaves the function: [`Win32Error`] for the Windows functions, [`WsaError`] for Winsock.

use std::cell::Cell;

use larboard_kernel::status::Status;
use windows_sys::Win32::Foundation::WIN32_ERROR;
use windows_sys::Win32::Networking::WinSock::WSA_ERROR;

thread_local! {
    static LAST_ERROR: Cell<u32> = const { Cell::new(0) };
}

/// A failure as `GetLastError` tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Win32Error(pub(crate) WIN32_ERROR);

impl From<WIN32_ERROR> for Win32Error {
    fn from(code: WIN32_ERROR) -> Self {
        Self(code)
    }
}

impl From<Status> for Win32Error {
    fn from(status: Status) -> Self {
        Self(status.win32())
    }
}

/// A failure as `WSAGetLastError` tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WsaError(pub(crate) WSA_ERROR);

impl From<WSA_ERROR> for WsaError {
    fn from(code: WSA_ERROR) -> Self {
        Self(code)
    }
}

impl From<Status> for WsaError {
    fn from(status: Status) -> Self {
        Self(status.wsa().cast_signed())
    }
}

pub(crate) fn last_error() -> u32 {
    LAST_ERROR.get()
}

pub(crate) fn set_last_error(code: u32) {
    LAST_ERROR.set(code);
}

/// The last error of the calling thread.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetLastError() -> WIN32_ERROR {
    last_error()
}

/// Sets the last error of the calling thread.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetLastError(dwerrcode: WIN32_ERROR) {
    set_last_error(dwerrcode);
}

/// The last error of the calling thread, the same slot as `GetLastError` (SOCK-04). Needs no `WSAStartup`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAGetLastError() -> WSA_ERROR {
    last_error().cast_signed()
}

/// Sets the last error of the calling thread. Needs no `WSAStartup`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSASetLastError(ierror: i32) {
    set_last_error(ierror.cast_unsigned());
}
