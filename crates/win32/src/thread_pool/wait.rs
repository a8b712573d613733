//! Waits of the pool (POOL-07 to POOL-09).

use std::ffi::c_void;
use std::sync::{Arc, Mutex, MutexGuard};

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_PARAMETER, FALSE, FILETIME, HANDLE, WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use windows_sys::Win32::System::Threading::{PTP_WAIT, PTP_WAIT_CALLBACK, TP_CALLBACK_ENVIRON_V3};
use windows_sys::core::BOOL;

use larboard_kernel::object::timer;

use super::waiter::{self, Told, Watch};
use super::{Environment, Object, Registry, groups};
use crate::error::Win32Error;
use crate::guard::{infallible, is_bad, win32};
use crate::handles;

/// Makes a wait that waits for nothing (POOL-07).
///
/// Errors: 0 with `ERROR_INVALID_PARAMETER` for a null callback.
///
/// # Safety
/// The environment is null or valid; the callback may be called on any thread, once each time the wait is set.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateThreadpoolWait(
    pfnwa: PTP_WAIT_CALLBACK,
    pv: *mut c_void,
    pcbe: *const TP_CALLBACK_ENVIRON_V3,
) -> PTP_WAIT {
    win32(0, || {
        let callback = pfnwa.ok_or(ERROR_INVALID_PARAMETER)?;
        // SAFETY: this function's contract.
        let object = Object::new(pv, unsafe { Environment::read(pcbe) });
        let id = object.id;
        groups::join(&object, move |_| {
            if let Some(wait) = WAITS.remove(id) {
                wait.stop();
            }
        });
        let watch = Mutex::default();
        WAITS.insert(
            id,
            Arc::new(Wait {
                object,
                callback,
                watch,
            }),
        );
        Ok(id)
    })
}

/// Has the callback called when an object is signalled or the time is over: negative times are relative, positive ones
/// absolute, 0 is over at once, null is for ever. A null handle ends the waiting (POOL-07, POOL-08). Each setting calls
/// once.
///
/// # Safety
/// The time is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetThreadpoolWait(
    pwa: PTP_WAIT,
    h: HANDLE,
    pfttimeout: *const FILETIME,
) {
    // SAFETY: this function's contract.
    win32((), || unsafe { set(pwa, h, pfttimeout) }.map(drop));
}

/// As `SetThreadpoolWait`; true if the wait was waiting before (POOL-08).
///
/// # Safety
/// The time is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetThreadpoolWaitEx(
    pwa: PTP_WAIT,
    h: HANDLE,
    pfttimeout: *const FILETIME,
    _reserved: *const c_void,
) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe { set(pwa, h, pfttimeout) }.map(BOOL::from))
}

/// Waits for the callbacks of a wait, or drops those that have not begun and waits for the rest (POOL-09).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WaitForThreadpoolWaitCallbacks(
    pwa: PTP_WAIT,
    fcancelpendingcallbacks: BOOL,
) {
    infallible((), || {
        if let Some(wait) = WAITS.get(pwa) {
            if fcancelpendingcallbacks != FALSE {
                wait.object.cancel();
            }
            wait.object.wait();
        }
    });
}

/// Ends a wait; a callback that is pending is called still.
///
/// # Safety
/// The wait is not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CloseThreadpoolWait(pwa: PTP_WAIT) {
    infallible((), || {
        if let Some(wait) = WAITS.remove(pwa) {
            wait.stop();
            groups::leave(&wait.object);
        }
    });
}

static WAITS: Registry<Wait> = Registry::new();

struct Wait {
    object: Arc<Object>,
    callback: unsafe extern "system" fn(isize, *mut c_void, PTP_WAIT, u32),
    /// What it waits for at present.
    watch: Mutex<Option<Watch>>,
}

impl Wait {
    fn lock(&self) -> MutexGuard<'_, Option<Watch>> {
        self.watch
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// True if it was waiting.
    fn stop(&self) -> bool {
        let watch = self.lock().take();
        watch.is_some_and(|watch| watch.cancel())
    }

    fn tell(&self, told: Told) {
        let result = match told {
            Told::Signalled => WAIT_OBJECT_0,
            Told::TimedOut => WAIT_TIMEOUT,
        };
        let (id, callback) = (self.object.id, self.callback);
        let _ = self.object.announce(move |object, instance| {
            // SAFETY: the caller of CreateThreadpoolWait promised that the callback may be called so.
            unsafe { callback(instance.id(), object.context(), id, result) };
        });
    }
}

/// # Safety
/// The time is null or valid.
unsafe fn set(id: PTP_WAIT, handle: HANDLE, time: *const FILETIME) -> Result<bool, Win32Error> {
    let wait = WAITS.get(id).ok_or(ERROR_INVALID_PARAMETER)?;
    let object = if handle.is_null() {
        None
    } else {
        Some(handles::any(handle)?)
    };
    let before = wait.stop();
    let Some(object) = object else {
        return Ok(before);
    };
    let limit = (!is_bad(time)).then(|| {
        // SAFETY: not bad, so valid by this function's contract.
        let time = unsafe { time.read_unaligned() };
        let time = u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime);
        timer::delay(time.cast_signed())
    });
    let told = wait.clone();
    // Under the lock: one that is told at once finds the watch in its place afterwards, where it does nothing any more.
    let mut place = wait.lock();
    *place = Some(waiter::watch(
        object,
        limit,
        Box::new(move |what| told.tell(what)),
    )?);
    Ok(before)
}
