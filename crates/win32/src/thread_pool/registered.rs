//! Registered waits, as Windows 2000 had them (POOL-14, POOL-15).

use std::ffi::c_void;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_IO_PENDING, FALSE, HANDLE,
    INVALID_HANDLE_VALUE, TRUE,
};
use windows_sys::Win32::System::Threading::{
    WAITORTIMERCALLBACK, WORKER_THREAD_FLAGS, WT_EXECUTEINWAITTHREAD, WT_EXECUTEONLYONCE,
};
use windows_sys::core::BOOL;

use larboard_kernel::object::ObjectRef;
use larboard_kernel::object::event::Event;
use larboard_kernel::status::Status;

use super::waiter::{self, Told, Watch};
use super::{Alone, Environment, Object, Registry};
use crate::error::Win32Error;
use crate::guard::{is_bad, store, win32};
use crate::handles;

/// Has a routine called whenever an object is signalled, or the time in milliseconds is over, until the wait is
/// unregistered; with `WT_EXECUTEONLYONCE` once (POOL-14). With `WT_EXECUTEINWAITTHREAD` it runs on the thread that
/// waits. Other flags have no effect.
///
/// The next wait begins when the routine does.
///
/// Errors: `ERROR_INVALID_PARAMETER` for null pointers; `ERROR_INVALID_HANDLE`; `ERROR_NOT_ENOUGH_MEMORY`.
///
/// # Safety
/// The place for the handle is null or valid for a write; the routine may be called on any thread until the wait is
/// unregistered.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegisterWaitForSingleObject(
    phnewwaitobject: *mut HANDLE,
    hobject: HANDLE,
    callback: WAITORTIMERCALLBACK,
    context: *const c_void,
    dwmilliseconds: u32,
    dwflags: WORKER_THREAD_FLAGS,
) -> BOOL {
    win32(FALSE, || {
        let routine = callback.ok_or(ERROR_INVALID_PARAMETER)?;
        if is_bad(phnewwaitobject) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        let awaited = handles::any(hobject)?;
        let limit =
            (dwmilliseconds != u32::MAX).then(|| Duration::from_millis(dwmilliseconds.into()));
        let wait = Arc::new(Registered {
            object: Object::new(context.cast_mut(), Environment::default()),
            routine,
            awaited,
            limit,
            once: dwflags & WT_EXECUTEONLYONCE != 0,
            here: dwflags & WT_EXECUTEINWAITTHREAD != 0,
            state: Mutex::default(),
        });
        wait.arm()?;
        let id = wait.object.id;
        REGISTERED.insert(id, wait);
        // SAFETY: not bad, so valid for a write by this function's contract.
        unsafe {
            store(
                phnewwaitobject,
                std::ptr::without_provenance_mut(id.cast_unsigned()),
            )
        };
        Ok(TRUE)
    })
}

/// Ends a registered wait, without waiting for its routine (POOL-15).
///
/// Errors: `ERROR_IO_PENDING` if the routine runs or is about to: the wait is ended nevertheless; `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UnregisterWait(waithandle: HANDLE) -> BOOL {
    win32(FALSE, || unregister(waithandle, std::ptr::null_mut()))
}

/// Ends a registered wait: an event is set when its routine has returned; `INVALID_HANDLE_VALUE` waits for that (POOL-15).
///
/// Errors: `ERROR_IO_PENDING` if the routine runs or is about to and is not waited for; `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn UnregisterWaitEx(
    waithandle: HANDLE,
    completionevent: HANDLE,
) -> BOOL {
    win32(FALSE, || unregister(waithandle, completionevent))
}

static REGISTERED: Registry<Registered> = Registry::new();

struct Registered {
    object: Arc<Object>,
    routine: unsafe extern "system" fn(*mut c_void, bool),
    awaited: ObjectRef,
    limit: Option<Duration>,
    once: bool,
    here: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    watch: Option<Watch>,
    ended: bool,
}

impl Registered {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Waits once more, unless it was ended.
    fn arm(self: &Arc<Self>) -> Result<(), Status> {
        let mut state = self.lock();
        if state.ended {
            return Ok(());
        }
        let wait: Weak<Self> = Arc::downgrade(self);
        let sink = Box::new(move |told| {
            if let Some(wait) = wait.upgrade() {
                wait.tell(told);
            }
        });
        state.watch = Some(waiter::watch(self.awaited.clone(), self.limit, sink)?);
        Ok(())
    }

    fn tell(self: &Arc<Self>, told: Told) {
        let wait = self.clone();
        let call = move |object: &Object, _: &super::instance::Instance| {
            if !wait.once {
                // If there is no memory for it, it was the last time.
                let _ = wait.arm();
            }
            // SAFETY: the caller of RegisterWaitForSingleObject promised that the routine may be called so.
            unsafe { (wait.routine)(object.context(), told == Told::TimedOut) };
        };
        // Under the lock: who has ended the wait sees the call pending, or it does not come.
        let state = self.lock();
        if state.ended {
            return;
        }
        if self.here {
            drop(state);
            self.object.call(call);
        } else {
            let _ = self.object.announce(call);
        }
    }

    fn end(&self) {
        let mut state = self.lock();
        state.ended = true;
        let watch = state.watch.take();
        drop(state);
        if let Some(watch) = watch {
            watch.cancel();
        }
    }
}

fn unregister(handle: HANDLE, event: HANDLE) -> Result<BOOL, Win32Error> {
    let id = handle.addr().cast_signed();
    let wait = REGISTERED.remove(id).ok_or(ERROR_INVALID_HANDLE)?;
    wait.end();
    settle(&wait.object, event)
}

/// What comes after the end of something with callbacks: nothing, waiting for them, or an event when they have returned.
/// `ERROR_IO_PENDING` if some are left.
pub(super) fn settle(object: &Arc<Object>, event: HANDLE) -> Result<BOOL, Win32Error> {
    if event == INVALID_HANDLE_VALUE {
        object.wait();
        return Ok(TRUE);
    }
    let event = if event.is_null() {
        None
    } else {
        Some(handles::get::<Event>(event)?.to_arc())
    };
    let alone = object.at_rest(move || {
        if let Some(event) = event {
            event.set();
        }
    });
    match alone {
        Alone::Yes => Ok(TRUE),
        Alone::No => Err(ERROR_IO_PENDING.into()),
    }
}
