//! Work objects, and callbacks without an object (POOL-01 to POOL-03).

use std::ffi::c_void;
use std::sync::Arc;

use windows_sys::Win32::Foundation::{ERROR_INVALID_PARAMETER, FALSE, TRUE};
use windows_sys::Win32::System::Threading::{
    PTP_SIMPLE_CALLBACK, PTP_WORK, PTP_WORK_CALLBACK, TP_CALLBACK_ENVIRON_V3,
};
use windows_sys::core::BOOL;

use super::{Environment, Object, Registry, groups};
use crate::guard::{infallible, win32};

/// Makes a work object (POOL-01).
///
/// Errors: 0 with `ERROR_INVALID_PARAMETER` for a null callback.
///
/// # Safety
/// The environment is null or valid; the callback may be called on any thread, as often as the work is submitted.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateThreadpoolWork(
    pfnwk: PTP_WORK_CALLBACK,
    pv: *mut c_void,
    pcbe: *const TP_CALLBACK_ENVIRON_V3,
) -> PTP_WORK {
    win32(0, || {
        let callback = pfnwk.ok_or(ERROR_INVALID_PARAMETER)?;
        // SAFETY: this function's contract.
        let object = Object::new(pv, unsafe { Environment::read(pcbe) });
        let id = object.id;
        groups::join(&object, move |_| drop(WORK.remove(id)));
        WORK.insert(id, Arc::new(Work { object, callback }));
        Ok(id)
    })
}

/// Has the callback called once more (POOL-01).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SubmitThreadpoolWork(pwk: PTP_WORK) {
    infallible((), || {
        if let Some(work) = WORK.get(pwk) {
            let (id, callback) = (work.object.id, work.callback);
            // Without memory for a first thread nothing is called: there is nobody to tell.
            let _ = work.object.announce(move |object, instance| {
                // SAFETY: the caller of CreateThreadpoolWork promised that the callback may be called so.
                unsafe { callback(instance.id(), object.context(), id) };
            });
        }
    });
}

/// Waits until everything that was submitted has been called, or drops what has not begun and waits for the rest (POOL-02).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WaitForThreadpoolWorkCallbacks(
    pwk: PTP_WORK,
    fcancelpendingcallbacks: BOOL,
) {
    infallible((), || {
        if let Some(work) = WORK.get(pwk) {
            if fcancelpendingcallbacks != FALSE {
                work.object.cancel();
            }
            work.object.wait();
        }
    });
}

/// Ends a work object; what was submitted is called still.
///
/// # Safety
/// The object is not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CloseThreadpoolWork(pwk: PTP_WORK) {
    infallible((), || {
        if let Some(work) = WORK.remove(pwk) {
            groups::leave(&work.object);
        }
    });
}

/// Has a callback called once (POOL-03).
///
/// Errors: `ERROR_INVALID_PARAMETER` for a null callback; `ERROR_NOT_ENOUGH_MEMORY`.
///
/// # Safety
/// The environment is null or valid; the callback may be called once, on any thread.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn TrySubmitThreadpoolCallback(
    pfns: PTP_SIMPLE_CALLBACK,
    pv: *mut c_void,
    pcbe: *const TP_CALLBACK_ENVIRON_V3,
) -> BOOL {
    win32(FALSE, || {
        let callback = pfns.ok_or(ERROR_INVALID_PARAMETER)?;
        // SAFETY: this function's contract.
        let object = Object::new(pv, unsafe { Environment::read(pcbe) });
        groups::join(&object, |_| {});
        object.announce(move |object, instance| {
            // SAFETY: the caller promised that the callback may be called so.
            unsafe { callback(instance.id(), object.context()) };
        })?;
        let once = object.clone();
        object.at_rest(move || groups::leave(&once));
        Ok(TRUE)
    })
}

static WORK: Registry<Work> = Registry::new();

struct Work {
    object: Arc<Object>,
    callback: unsafe extern "system" fn(isize, *mut c_void, PTP_WORK),
}
