//! Socket options (SOCK-23 to SOCK-34). The values of Windows and Linux meet in the kernel; here are those options that
//! speak of handles and threads.

use std::os::fd::AsRawFd;

use windows_sys::Win32::Networking::WinSock::{
    INVALID_SOCKET, SO_CONNECT_TIME, SO_ERROR, SO_OPENTYPE, SO_PROTOCOL_INFOA, SO_PROTOCOL_INFOW,
    SO_UPDATE_ACCEPT_CONTEXT, SO_UPDATE_CONNECT_CONTEXT, SOCKET, SOCKET_ERROR, SOL_SOCKET,
    WSAEFAULT, WSAEINVAL, WSAENOPROTOOPT, WSAENOTCONN,
};
use windows_sys::core::{PCSTR, PSTR};

use larboard_kernel::device::socket::phase;

use super::protocols;
use super::socket::{self, Found, OPEN_TYPE};
use crate::error::WsaError;
use crate::guard::{check, is_bad, winsock};

/// Sets an option.
///
/// Errors: `WSAENOTSOCK`; `WSAEFAULT` for a null or short value; `WSAENOPROTOOPT` for an option that the socket does
/// not have or that cannot be set; `WSAEINVAL` for a level that it does not have, and for `SO_REUSEADDR` together with
/// `SO_EXCLUSIVEADDRUSE` (SOCK-26 to SOCK-30); `WSAENOTCONN` or `WSAEINVAL` for an update in the wrong state (SOCK-23).
///
/// # Safety
/// `optval` is null or valid for reads of `optlen` bytes.
#[unsafe(export_name = "larboard_setsockopt")]
pub unsafe extern "system" fn setsockopt(
    s: SOCKET,
    level: i32,
    optname: i32,
    optval: PCSTR,
    optlen: i32,
) -> i32 {
    winsock(SOCKET_ERROR, || {
        let value = || {
            let length = usize::try_from(optlen)
                .ok()
                .filter(|&length| length > 0)
                .ok_or(WSAEFAULT)?;
            check(optval)?;
            // SAFETY: not null, and valid for `optlen` bytes by this function's contract.
            Ok::<&[u8], WsaError>(unsafe { std::slice::from_raw_parts(optval, length) })
        };
        if (s, level, optname) == (INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE) {
            OPEN_TYPE.set(i32::from_ne_bytes(
                *value()?.first_chunk().ok_or(WSAEFAULT)?,
            ));
            return Ok(0);
        }
        let found = socket::look_up(s)?;
        match (level, optname) {
            (SOL_SOCKET, SO_OPENTYPE) => {
                OPEN_TYPE.set(i32::from_ne_bytes(
                    *value()?.first_chunk().ok_or(WSAEFAULT)?,
                ));
            }
            (SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT) => update_accept(&found, value()?)?,
            (SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT) => update_connect(&found)?,
            _ => {
                let value = value()?;
                found.with_fd(|fd| found.set_option(fd, level, optname, value))??;
            }
        }
        Ok(0)
    })
}

/// Reads an option; the length becomes that of the value.
///
/// Errors: `WSAENOTSOCK`; `WSAEFAULT` for a null pointer or too little room; `WSAENOPROTOOPT`; `WSAEINVAL` for a level
/// that the socket does not have.
///
/// # Safety
/// `optlen` is null or valid, `optval` is null or valid for writes of that many bytes.
#[unsafe(export_name = "larboard_getsockopt")]
pub unsafe extern "system" fn getsockopt(
    s: SOCKET,
    level: i32,
    optname: i32,
    optval: PSTR,
    optlen: *mut i32,
) -> i32 {
    winsock(SOCKET_ERROR, || {
        let found = match (s, level, optname) {
            (INVALID_SOCKET, SOL_SOCKET, SO_OPENTYPE) => None,
            _ => Some(socket::look_up(s)?),
        };
        if is_bad(optval) || is_bad(optlen) {
            return Err(WSAEFAULT.into());
        }
        // SAFETY: not null, and valid by this function's contract.
        let room = unsafe { optlen.read_unaligned() };
        let room = usize::try_from(room)
            .ok()
            .filter(|&room| room > 0)
            .ok_or(WSAEFAULT)?;
        let value = match (level, optname, found) {
            (SOL_SOCKET, SO_OPENTYPE, _) => fits(OPEN_TYPE.get().to_ne_bytes().to_vec(), room)?,
            (SOL_SOCKET, SO_PROTOCOL_INFOA, Some(found)) => {
                fits(bytes(&describe(&found)?.narrow()), room)?
            }
            (SOL_SOCKET, SO_PROTOCOL_INFOW, Some(found)) => {
                fits(bytes(&describe(&found)?.wide()), room)?
            }
            (_, _, Some(found)) => {
                if (level, optname) == (SOL_SOCKET, SO_ERROR)
                    || (level, optname) == (SOL_SOCKET, SO_CONNECT_TIME)
                {
                    found.settle_connect();
                }
                found.with_fd(|fd| found.get_option(fd, level, optname, room))??
            }
            (_, _, None) => return Err(WSAENOPROTOOPT.into()),
        };
        // SAFETY: the kernel keeps to `room`, and so many bytes are writable by this function's contract.
        unsafe {
            optval.copy_from_nonoverlapping(value.as_ptr(), value.len());
            optlen.write_unaligned(value.len() as i32);
        }
        Ok(0)
    })
}

/// A socket of AcceptEx becomes like any other one, with the attributes of its listener, which is the value (SOCK-16,
/// SOCK-23).
fn update_accept(found: &Found, value: &[u8]) -> Result<(), WsaError> {
    let listener = usize::from_ne_bytes(*value.first_chunk().ok_or(WSAEFAULT)?);
    let listener = socket::look_up(listener)?;
    if !found.is(phase::CONNECTED) {
        return Err(WSAENOTCONN.into());
    }
    if !found.is(phase::ACCEPT_CONTEXT) {
        return Err(WSAEINVAL.into());
    }
    listener.lend_options(found);
    if listener.is(phase::OPTIONS) {
        // A copy, so that the two sockets are not locked at the same time.
        let from = listener.descriptor()?;
        found.with_fd(|fd| found.copy_options(from.as_raw_fd(), fd))?;
    }
    found.clear(phase::ACCEPT_CONTEXT);
    Ok(())
}

/// A socket of ConnectEx becomes like any other one (SOCK-23).
fn update_connect(found: &Found) -> Result<(), WsaError> {
    if !found.is(phase::CONNECTED) {
        return Err(WSAENOTCONN.into());
    }
    found.clear(phase::CONNECT_CONTEXT | phase::CONNECT_EX);
    Ok(())
}

fn describe(found: &Found) -> Result<&'static protocols::Protocol, WsaError> {
    Ok(protocols::find(found.family(), found.kind()).ok_or(WSAENOPROTOOPT)?)
}

fn fits(value: Vec<u8>, room: usize) -> Result<Vec<u8>, WsaError> {
    if value.len() <= room {
        Ok(value)
    } else {
        Err(WSAEFAULT.into())
    }
}

/// The bytes of a structure of integers without padding.
fn bytes<T: Copy>(value: &T) -> Vec<u8> {
    // SAFETY: the protocol descriptions consist of integers and arrays of integers and have no padding.
    unsafe { std::slice::from_raw_parts(std::ptr::from_ref(value).cast(), size_of::<T>()) }.to_vec()
}
