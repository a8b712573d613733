//! `WSAStartup` and `WSACleanup`: counted, and the last one out closes the sockets (SOCK-01 to SOCK-03).

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use windows_sys::Win32::Networking::WinSock::{
    SOCKET_ERROR, WSADATA, WSAEFAULT, WSANOTINITIALISED, WSAVERNOTSUPPORTED,
};

use crate::error::set_last_error;
use crate::guard::{infallible, is_bad, winsock};

/// How many `WSAStartup` calls have not been taken back yet.
static STARTS: Mutex<u32> = Mutex::new(0);

/// Whether that number is not zero, readable without the lock by every Winsock function.
static STARTED: AtomicBool = AtomicBool::new(false);

const HIGHEST_VERSION: u16 = version(2, 2);
const DESCRIPTION: &[u8] = b"WinSock 2.0";
const SYSTEM_STATUS: &[u8] = b"Running";

#[inline]
pub(crate) fn is_started() -> bool {
    STARTED.load(Ordering::Relaxed)
}

/// Begins the use of Winsock; every success needs a `WSACleanup` (SOCK-01).
///
/// Versions above 2.2 are answered with 2.2. Returns 0 or the error itself: `WSAVERNOTSUPPORTED` for version 0.x,
/// `WSAEFAULT` for a null pointer (SOCK-03).
///
/// # Safety
/// `lpwsadata` is null or valid for the write of a `WSADATA`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAStartup(wversionrequested: u16, lpwsadata: *mut WSADATA) -> i32 {
    infallible(WSAEFAULT, || {
        let Some(granted) = negotiate(wversionrequested) else {
            return WSAVERNOTSUPPORTED;
        };
        if is_bad(lpwsadata) {
            return WSAEFAULT;
        }
        // SAFETY: not null, and valid for a write by this function's contract.
        unsafe { lpwsadata.write_unaligned(data(granted)) };
        let mut starts = STARTS
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        *starts += 1;
        STARTED.store(true, Ordering::Relaxed);
        set_last_error(0);
        0
    })
}

/// Ends one use of Winsock; the last call closes every socket of the process and cancels what is pending (SOCK-02).
///
/// Fails with `WSANOTINITIALISED` if there was no use to end.
///
/// # Safety
/// No other thread relies on a socket of this process after the last call.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSACleanup() -> i32 {
    winsock(SOCKET_ERROR, || {
        let mut starts = STARTS
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        *starts = starts.checked_sub(1).ok_or(WSANOTINITIALISED)?;
        if *starts == 0 {
            STARTED.store(false, Ordering::Relaxed);
            super::socket::close_all();
        }
        Ok(0)
    })
}

/// The version granted to a request, none for 0.x.
fn negotiate(requested: u16) -> Option<u16> {
    let [major, minor] = requested.to_le_bytes();
    match major {
        0 => None,
        1 => Some(version(1, minor.min(1))),
        2 => Some(version(2, minor.min(2))),
        _ => Some(HIGHEST_VERSION),
    }
}

const fn version(major: u8, minor: u8) -> u16 {
    u16::from_le_bytes([major, minor])
}

fn data(granted: u16) -> WSADATA {
    // SAFETY: integers, arrays of integers and a raw pointer: all zero is a value of each.
    let mut data: WSADATA = unsafe { std::mem::zeroed() };
    data.wVersion = granted;
    data.wHighVersion = HIGHEST_VERSION;
    put(&mut data.szDescription, DESCRIPTION);
    put(&mut data.szSystemStatus, SYSTEM_STATUS);
    data
}

fn put(to: &mut [i8], text: &[u8]) {
    for (to, &byte) in to.iter_mut().zip(text) {
        *to = byte.cast_signed();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_negotiated_downwards() {
        assert_eq!(negotiate(version(0, 9)), None);
        assert_eq!(negotiate(version(1, 0)), Some(version(1, 0)));
        assert_eq!(negotiate(version(1, 9)), Some(version(1, 1)));
        assert_eq!(negotiate(version(2, 2)), Some(version(2, 2)));
        assert_eq!(negotiate(version(3, 1)), Some(HIGHEST_VERSION));
    }
}
