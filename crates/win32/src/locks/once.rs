//! One-time initialisation (LOCK-15 to LOCK-18).

use std::ffi::c_void;

use windows_sys::Win32::Foundation::{ERROR_INVALID_PARAMETER, FALSE, TRUE};
use windows_sys::Win32::System::Threading::{
    INIT_ONCE, INIT_ONCE_ASYNC, INIT_ONCE_CHECK_ONLY, INIT_ONCE_INIT_FAILED, PINIT_ONCE_FN,
};
use windows_sys::core::BOOL;

use larboard_kernel::lock::once::{Begun, Once, RESERVED, Way};

use crate::error::Win32Error;
use crate::guard::{is_bad, store, win32};

/// Makes an initialisation that nobody has begun, which is memory that is all zero.
///
/// # Safety
/// The pointer is valid for a write, and no thread uses what was there before.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InitOnceInitialize(initonce: *mut INIT_ONCE) {
    if !is_bad(initonce) {
        let untouched = INIT_ONCE {
            Ptr: std::ptr::null_mut(),
        };
        // SAFETY: not bad, so valid for a write by this function's contract.
        unsafe { initonce.write_unaligned(untouched) };
    }
}

/// Calls the routine unless that has been done, and gives the context it left. Other threads wait meanwhile; if the routine
/// fails, the next caller tries again (LOCK-15, LOCK-16).
///
/// Errors: false if the routine failed, with the last error that it left; `ERROR_INVALID_PARAMETER` for null pointers, a
/// context with one of its two lowest bits set, or an initialisation that was begun asynchronously.
///
/// # Safety
/// The initialisation is valid until the call is over; `context` is null or valid for a write; the routine may be called.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InitOnceExecuteOnce(
    initonce: *mut INIT_ONCE,
    initfn: PINIT_ONCE_FN,
    parameter: *mut c_void,
    context: *mut *mut c_void,
) -> BOOL {
    // SAFETY: this function's contract.
    let begun = win32(None, || unsafe {
        let once = view(initonce)?;
        let routine = initfn.ok_or(ERROR_INVALID_PARAMETER)?;
        Ok(Some((once, routine, once.begin(Way::Synchronous)?)))
    });
    let (once, routine) = match begun {
        None => return FALSE,
        Some((_, _, Begun::Complete(left))) => {
            // SAFETY: null or valid for a write by this function's contract.
            unsafe {
                store(
                    context,
                    std::ptr::with_exposed_provenance_mut(left as usize),
                )
            };
            return TRUE;
        }
        Some((once, routine, Begun::Pending)) => (once, routine),
    };
    // SAFETY: the caller promised that the routine may be called so.
    if unsafe { routine(initonce, parameter, context) } == FALSE {
        // Whatever the routine has done with the word meanwhile: it failed.
        let _ = once.fail();
        return FALSE;
    }
    win32(FALSE, || {
        let left = if is_bad(context) {
            std::ptr::null_mut()
        } else {
            // SAFETY: valid by this function's contract, and written by the routine if it has a context.
            unsafe { context.read_unaligned() }
        };
        if let Err(error) = finish(once, Way::Synchronous, left) {
            let _ = once.fail();
            return Err(error);
        }
        Ok(TRUE)
    })
}

/// Begins an initialisation, or tells that it is complete: then `fpending` is false and the context is given (LOCK-17).
///
/// Flags: `INIT_ONCE_CHECK_ONLY` begins nothing; with `INIT_ONCE_ASYNC` threads initialise side by side, and the first one
/// to complete counts.
///
/// Errors: `ERROR_GEN_FAILURE` if it is not complete and only to be looked at; `ERROR_INVALID_PARAMETER` for null
/// pointers, wrong flags, or an initialisation that was begun in the other way.
///
/// # Safety
/// The initialisation is valid until the call is over; the other pointers are null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InitOnceBeginInitialize(
    lpinitonce: *mut INIT_ONCE,
    dwflags: u32,
    fpending: *mut BOOL,
    lpcontext: *mut *mut c_void,
) -> BOOL {
    win32(FALSE, || {
        let way = match dwflags {
            0 => Way::Synchronous,
            INIT_ONCE_CHECK_ONLY => Way::Check,
            INIT_ONCE_ASYNC => Way::Asynchronous,
            _ => return Err(ERROR_INVALID_PARAMETER.into()),
        };
        // SAFETY: this function's contract.
        let once = unsafe { view(lpinitonce) }?;
        if is_bad(fpending) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        let begun = once.begin(way)?;
        // SAFETY: valid for a write by this function's contract.
        unsafe { store(fpending, (begun == Begun::Pending).into()) };
        if let Begun::Complete(left) = begun {
            // SAFETY: null or valid for a write by this function's contract.
            unsafe {
                store(
                    lpcontext,
                    std::ptr::with_exposed_provenance_mut(left as usize),
                )
            };
        }
        Ok(TRUE)
    })
}

/// Completes an initialisation that this thread has begun, with a context; with `INIT_ONCE_INIT_FAILED` the next one may
/// try (LOCK-17, LOCK-18).
///
/// Errors: `ERROR_GEN_FAILURE` if another thread has completed an asynchronous one before, or nobody has begun;
/// `ERROR_INVALID_PARAMETER` for a null pointer, wrong flags, a context with one of its two lowest bits set or beside a
/// failure, or an initialisation that was begun in the other way.
///
/// # Safety
/// The initialisation is valid until the call is over.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InitOnceComplete(
    lpinitonce: *mut INIT_ONCE,
    dwflags: u32,
    lpcontext: *const c_void,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        let once = unsafe { view(lpinitonce) }?;
        match dwflags {
            0 => finish(once, Way::Synchronous, lpcontext)?,
            INIT_ONCE_ASYNC => finish(once, Way::Asynchronous, lpcontext)?,
            INIT_ONCE_INIT_FAILED if lpcontext.is_null() => once.fail()?,
            _ => return Err(ERROR_INVALID_PARAMETER.into()),
        }
        Ok(TRUE)
    })
}

fn finish(once: &Once, way: Way, context: *const c_void) -> Result<(), Win32Error> {
    let context = context.expose_provenance() as u64;
    if context & RESERVED != 0 {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    Ok(once.complete(way, context)?)
}

/// # Safety
/// The pointer is bad, or points to an initialisation that stays valid while it is used.
unsafe fn view<'o>(once: *const INIT_ONCE) -> Result<&'o Once, Win32Error> {
    // SAFETY: this function's contract; a Once is one atomic word.
    unsafe { super::view(once) }.ok_or(ERROR_INVALID_PARAMETER.into())
}
