//! Waiting for memory to change (LOCK-21, LOCK-22).

use std::ffi::c_void;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

use windows_sys::Win32::Foundation::{ERROR_INVALID_PARAMETER, ERROR_TIMEOUT, FALSE, TRUE};
use windows_sys::core::BOOL;

use larboard_kernel::lock::address;
use larboard_kernel::object::wait;

use crate::guard::{infallible, is_bad, win32};

/// Waits while the memory holds an undesired value, until somebody wakes this address or the time, in milliseconds, is
/// over (LOCK-21). A thread may be woken without need, so the caller looks again.
///
/// Errors: `ERROR_TIMEOUT`; `ERROR_INVALID_PARAMETER` for a null pointer, a size other than 1, 2, 4, 8, or an address that
/// is not a multiple of the size.
///
/// # Safety
/// Both pointers are valid for reads of the size; others write the memory in one piece.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WaitOnAddress(
    address: *const c_void,
    compareaddress: *const c_void,
    addresssize: usize,
    dwmilliseconds: u32,
) -> BOOL {
    win32(FALSE, || {
        let sizes = [1, 2, 4, 8];
        if is_bad(address)
            || is_bad(compareaddress)
            || !sizes.contains(&addresssize)
            || !address.addr().is_multiple_of(addresssize)
        {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        let mut undesired = [0; 8];
        // SAFETY: valid for the size by this function's contract, which is 8 at most.
        unsafe {
            std::ptr::copy_nonoverlapping(
                compareaddress.cast(),
                undesired.as_mut_ptr(),
                addresssize,
            );
        }
        // SAFETY: valid, and aligned as was checked.
        let is_unchanged = || unsafe { load(address, addresssize) }[..] == undesired[..];
        let deadline = wait::deadline(dwmilliseconds);
        if address::wait(address.addr(), is_unchanged, deadline) {
            Ok(TRUE)
        } else {
            Err(ERROR_TIMEOUT.into())
        }
    })
}

/// Wakes one of the threads that wait for this address (LOCK-22).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WakeByAddressSingle(address: *const c_void) {
    infallible((), || address::wake(address.addr()));
}

/// Wakes all threads that wait for this address (LOCK-22).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WakeByAddressAll(address: *const c_void) {
    infallible((), || address::wake_all(address.addr()));
}

/// The memory, read in one piece; the rest is 0.
///
/// # Safety
/// The address is valid for reads of the size, and a multiple of it.
unsafe fn load(address: *const c_void, size: usize) -> [u8; 8] {
    let mut bytes = [0; 8];
    // SAFETY: valid and aligned by this function's contract.
    unsafe {
        match size {
            1 => bytes[0] = (*address.cast::<AtomicU8>()).load(Ordering::SeqCst),
            2 => bytes[..2].copy_from_slice(
                &(*address.cast::<AtomicU16>())
                    .load(Ordering::SeqCst)
                    .to_ne_bytes(),
            ),
            4 => bytes[..4].copy_from_slice(
                &(*address.cast::<AtomicU32>())
                    .load(Ordering::SeqCst)
                    .to_ne_bytes(),
            ),
            _ => {
                bytes = (*address.cast::<AtomicU64>())
                    .load(Ordering::SeqCst)
                    .to_ne_bytes()
            }
        }
    }
    bytes
}
