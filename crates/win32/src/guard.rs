//! What every exported function passes through: no panic leaves the library, a failure becomes the last error, and
//! pointers are looked at before they are used.

use std::panic::{AssertUnwindSafe, catch_unwind};

use windows_sys::Win32::Foundation::ERROR_INTERNAL_ERROR;
use windows_sys::Win32::Networking::WinSock::{WSAEFAULT, WSANOTINITIALISED, WSASYSCALLFAILURE};

use crate::error::{Win32Error, WsaError, set_last_error};
use crate::winsock::startup;

/// Runs the body of a Windows function; a failure sets the last error and returns `failed`.
/// Success leaves the last error alone (HND-35).
#[inline]
pub(crate) fn win32<T>(failed: T, body: impl FnOnce() -> Result<T, Win32Error>) -> T {
    let outcome = catch_unwind(AssertUnwindSafe(body));
    match outcome.unwrap_or(Err(Win32Error(ERROR_INTERNAL_ERROR))) {
        Ok(value) => value,
        Err(Win32Error(code)) => {
            set_last_error(code);
            failed
        }
    }
}

/// Runs the body of a Winsock function; a failure sets the last error and returns `failed`, success sets it to 0
/// (SOCK-04). Before `WSAStartup` nothing runs: `WSANOTINITIALISED` (SOCK-01).
#[inline]
pub(crate) fn winsock<T>(failed: T, body: impl FnOnce() -> Result<T, WsaError>) -> T {
    match started(body) {
        Ok(value) => {
            set_last_error(0);
            value
        }
        Err(WsaError(code)) => {
            set_last_error(code.cast_unsigned());
            failed
        }
    }
}

/// As [`winsock`], for the functions that return their error as well as setting it.
pub(crate) fn winsock_code(body: impl FnOnce() -> Result<(), WsaError>) -> i32 {
    let code = started(body).err().map_or(0, |error| error.0);
    set_last_error(code.cast_unsigned());
    code
}

/// Runs a body that cannot fail; `otherwise` is the answer should it panic.
pub(crate) fn infallible<T>(otherwise: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(otherwise)
}

#[inline]
fn started<T>(body: impl FnOnce() -> Result<T, WsaError>) -> Result<T, WsaError> {
    if !startup::is_started() {
        return Err(WsaError(WSANOTINITIALISED));
    }
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(Err(WsaError(WSASYSCALLFAILURE)))
}

/// Memory of a program lies from here on: below are null and the small integers that wrong casts pass for pointers.
const LOWEST: usize = 0x1_0000;
/// It has addresses of so many bits: above are those of the system and all the negative integers.
const ADDRESS_BITS: u32 = 56;

/// Whether a pointer cannot point at anything.
#[inline]
pub(crate) fn is_bad<T: ?Sized>(pointer: *const T) -> bool {
    // What lies below wraps around to the highest addresses.
    pointer.cast::<u8>().addr().wrapping_sub(LOWEST) >> ADDRESS_BITS != 0
}

/// `WSAEFAULT` for a pointer that cannot point at anything.
#[inline]
pub(crate) fn check<T: ?Sized>(pointer: *const T) -> Result<(), WsaError> {
    if is_bad(pointer) {
        Err(WsaError(WSAEFAULT))
    } else {
        Ok(())
    }
}

/// Stores `value` where the caller asked for it, if it asked.
///
/// # Safety
/// `to` is null or valid for a write of `T`; it need not be aligned.
#[inline]
pub(crate) unsafe fn store<T>(to: *mut T, value: T) {
    if !is_bad(to) {
        // SAFETY: valid for a write by this function's contract; alignment is not assumed.
        unsafe { to.write_unaligned(value) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::last_error;

    #[test]
    fn a_panic_becomes_an_error() {
        let value = win32(-1, || panic!("stopped at the boundary"));
        assert_eq!((value, last_error()), (-1, ERROR_INTERNAL_ERROR));
    }

    #[test]
    fn success_of_a_windows_function_leaves_the_last_error() {
        set_last_error(77);
        assert_eq!(win32(0, || Ok(1)), 1);
        assert_eq!(last_error(), 77);
    }

    #[test]
    fn integers_are_no_pointers() {
        assert!(is_bad(std::ptr::null::<u8>()) && is_bad(std::ptr::without_provenance::<u8>(8)));
        assert!(is_bad(std::ptr::without_provenance::<u8>(usize::MAX)));
        assert!(!is_bad(std::ptr::from_ref(&last_error())));
    }
}
