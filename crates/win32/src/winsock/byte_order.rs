//! Host and network byte order. The plain functions need no `WSAStartup` and cannot fail.

use windows_sys::Win32::Networking::WinSock::{SOCKET, SOCKET_ERROR};

use crate::guard::{check, winsock};
use crate::winsock::socket;

/// A 32-bit value in network byte order.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(export_name = "larboard_htonl")]
pub unsafe extern "system" fn htonl(hostlong: u32) -> u32 {
    hostlong.to_be()
}

/// A 16-bit value in network byte order (SOCK-49).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(export_name = "larboard_htons")]
pub unsafe extern "system" fn htons(hostshort: u16) -> u16 {
    hostshort.to_be()
}

/// A 32-bit value in host byte order.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(export_name = "larboard_ntohl")]
pub unsafe extern "system" fn ntohl(netlong: u32) -> u32 {
    u32::from_be(netlong)
}

/// A 16-bit value in host byte order.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(export_name = "larboard_ntohs")]
pub unsafe extern "system" fn ntohs(netshort: u16) -> u16 {
    u16::from_be(netshort)
}

/// Stores a 32-bit value in the byte order of the socket's protocol, which is always the network's.
///
/// Errors: `WSAENOTSOCK`; `WSAEFAULT` for a null pointer.
///
/// # Safety
/// `lpnetlong` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAHtonl(s: SOCKET, hostlong: u32, lpnetlong: *mut u32) -> i32 {
    // SAFETY: the pointer's contract is the caller's.
    unsafe { convert(s, hostlong.to_be(), lpnetlong) }
}

/// Stores a 16-bit value in the byte order of the socket's protocol. Errors as [`WSAHtonl`].
///
/// # Safety
/// `lpnetshort` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAHtons(s: SOCKET, hostshort: u16, lpnetshort: *mut u16) -> i32 {
    // SAFETY: the pointer's contract is the caller's.
    unsafe { convert(s, hostshort.to_be(), lpnetshort) }
}

/// Stores a 32-bit value of the socket's protocol in host byte order. Errors as [`WSAHtonl`].
///
/// # Safety
/// `lphostlong` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSANtohl(s: SOCKET, netlong: u32, lphostlong: *mut u32) -> i32 {
    // SAFETY: the pointer's contract is the caller's.
    unsafe { convert(s, u32::from_be(netlong), lphostlong) }
}

/// Stores a 16-bit value of the socket's protocol in host byte order. Errors as [`WSAHtonl`].
///
/// # Safety
/// `lphostshort` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSANtohs(s: SOCKET, netshort: u16, lphostshort: *mut u16) -> i32 {
    // SAFETY: the pointer's contract is the caller's.
    unsafe { convert(s, u16::from_be(netshort), lphostshort) }
}

/// # Safety
/// `to` is null or valid for a write.
unsafe fn convert<T>(s: SOCKET, converted: T, to: *mut T) -> i32 {
    winsock(SOCKET_ERROR, || {
        socket::look_up(s)?;
        check(to)?;
        // SAFETY: checked for null; otherwise valid by this function's contract.
        unsafe { to.write_unaligned(converted) };
        Ok(0)
    })
}
