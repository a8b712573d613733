//! Timer queues, as Windows 2000 had them, and the timers of multimedia (POOL-16, POOL-17, TIME-03).

use std::ffi::c_void;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::time::Duration;

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, FALSE, HANDLE, INVALID_HANDLE_VALUE, TRUE,
};
use windows_sys::Win32::System::Threading::{
    WAITORTIMERCALLBACK, WORKER_THREAD_FLAGS, WT_EXECUTEONLYONCE,
};
use windows_sys::core::BOOL;

use super::registered::settle;
use super::timer::Expiring;
use super::{Environment, Object, Registry};
use crate::error::Win32Error;
use crate::guard::{is_bad, store, win32};

/// Makes a queue without timers.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateTimerQueue() -> HANDLE {
    win32(std::ptr::null_mut(), || {
        let id = super::number();
        QUEUES.insert(id, Arc::new(Queue::new()));
        Ok(value(id))
    })
}

/// Has a routine called after some milliseconds, and then periodically, or once if the period is 0 or
/// `WT_EXECUTEONLYONCE` is given (POOL-16). Other flags have no effect. A null queue is that of the process.
///
/// Errors: `ERROR_INVALID_PARAMETER` for null pointers; `ERROR_INVALID_HANDLE` for what is no queue.
///
/// # Safety
/// The place for the handle is null or valid for a write; the routine may be called on any thread until the timer is
/// deleted.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateTimerQueueTimer(
    phnewtimer: *mut HANDLE,
    timerqueue: HANDLE,
    callback: WAITORTIMERCALLBACK,
    parameter: *const c_void,
    duetime: u32,
    period: u32,
    flags: WORKER_THREAD_FLAGS,
) -> BOOL {
    win32(FALSE, || {
        let routine = callback.ok_or(ERROR_INVALID_PARAMETER)?;
        if is_bad(phnewtimer) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        let queue = queue(timerqueue)?;
        let object = Object::new(parameter.cast_mut(), Environment::default());
        let id = object.id;
        let timer = Expiring::new(object, move |object, _| {
            // SAFETY: the caller promised that the routine may be called so.
            unsafe { routine(object.context(), true) };
        });
        let period = if flags & WT_EXECUTEONLYONCE != 0 {
            0
        } else {
            period
        };
        // SAFETY: not bad, so valid for a write by this function's contract. Before the timer may expire.
        unsafe { store(phnewtimer, value(id)) };
        queue.lock().push(timer.clone());
        set(&timer, duetime, period);
        Ok(TRUE)
    })
}

/// Sets a timer anew (POOL-17).
///
/// Errors: `ERROR_INVALID_HANDLE` for what is no timer of the queue.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ChangeTimerQueueTimer(
    timerqueue: HANDLE,
    timer: HANDLE,
    duetime: u32,
    period: u32,
) -> BOOL {
    win32(FALSE, || {
        let queue = queue(timerqueue)?;
        let timers = queue.lock();
        let timer = timers.iter().find(|other| value(other.object.id) == timer);
        set(timer.ok_or(ERROR_INVALID_HANDLE)?, duetime, period);
        Ok(TRUE)
    })
}

/// Ends a timer: an event is set when its routine has returned; `INVALID_HANDLE_VALUE` waits for that (POOL-17).
///
/// Errors: `ERROR_IO_PENDING` if the routine runs or is about to and is not waited for: the timer is ended nevertheless;
/// `ERROR_INVALID_HANDLE` for what is no timer of the queue.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DeleteTimerQueueTimer(
    timerqueue: HANDLE,
    timer: HANDLE,
    completionevent: HANDLE,
) -> BOOL {
    win32(FALSE, || {
        let queue = queue(timerqueue)?;
        let mut timers = queue.lock();
        let at = timers
            .iter()
            .position(|other| value(other.object.id) == timer);
        let timer = timers.swap_remove(at.ok_or(ERROR_INVALID_HANDLE)?);
        drop(timers);
        timer.stop();
        settle(&timer.object, completionevent)
    })
}

/// Ends a queue with its timers, without waiting for their routines.
///
/// Errors: `ERROR_IO_PENDING` if a routine runs or is about to; `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DeleteTimerQueue(timerqueue: HANDLE) -> BOOL {
    win32(FALSE, || delete(timerqueue, std::ptr::null_mut()))
}

/// Ends a queue with its timers: an event is set when all routines have returned; `INVALID_HANDLE_VALUE` waits for that
/// (POOL-17).
///
/// Errors: `ERROR_IO_PENDING` if a routine runs or is about to and is not waited for; `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DeleteTimerQueueEx(
    timerqueue: HANDLE,
    completionevent: HANDLE,
) -> BOOL {
    win32(FALSE, || delete(timerqueue, completionevent))
}

static QUEUES: Registry<Queue> = Registry::new();

/// The queue of the process.
static USUAL: LazyLock<Arc<Queue>> = LazyLock::new(|| Arc::new(Queue::new()));

struct Queue {
    timers: Mutex<Vec<Arc<Expiring>>>,
}

impl Queue {
    fn new() -> Self {
        Self {
            timers: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Expiring>>> {
        self.timers
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn value(id: isize) -> HANDLE {
    std::ptr::without_provenance_mut(id.cast_unsigned())
}

fn queue(handle: HANDLE) -> Result<Arc<Queue>, Win32Error> {
    if handle.is_null() {
        return Ok(USUAL.clone());
    }
    QUEUES
        .get(handle.addr().cast_signed())
        .ok_or(ERROR_INVALID_HANDLE.into())
}

/// INFINITE is never.
fn set(timer: &Arc<Expiring>, due: u32, period: u32) {
    if due == u32::MAX {
        timer.stop();
    } else {
        timer.set(Duration::from_millis(due.into()), period);
    }
}

fn delete(handle: HANDLE, event: HANDLE) -> Result<BOOL, Win32Error> {
    let queue = QUEUES
        .remove(handle.addr().cast_signed())
        .ok_or(ERROR_INVALID_HANDLE)?;
    let timers = std::mem::take(&mut *queue.lock());
    timers.iter().for_each(|timer| _ = timer.stop());
    if event == INVALID_HANDLE_VALUE {
        timers.iter().for_each(|timer| timer.object.wait());
        return Ok(TRUE);
    }
    // A callback that ends when all of the timers' have.
    let all = Object::new(std::ptr::null_mut(), Environment::default());
    let rest = all.hold();
    for timer in &timers {
        let rest = rest.clone();
        timer.object.at_rest(move || drop(rest));
    }
    drop(rest);
    settle(&all, event)
}
