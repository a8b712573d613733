//! Waits for objects and messages together (WAIT-43 to WAIT-46).

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_PARAMETER, ERROR_NOACCESS, FALSE, HANDLE, TRUE, WAIT_EVENT, WAIT_FAILED,
};
use windows_sys::Win32::System::Threading::INFINITE;
use windows_sys::Win32::UI::WindowsAndMessaging::{
    MSG_WAIT_FOR_MULTIPLE_OBJECTS_EX_FLAGS, MWMO_ALERTABLE, MWMO_INPUTAVAILABLE, MWMO_WAITALL,
    QS_ALLINPUT, QUEUE_STATUS_FLAGS,
};
use windows_sys::core::BOOL;

use larboard_kernel::message::queue::{Queue, Waiting};
use larboard_kernel::object::wait::{MAXIMUM_WAIT_OBJECTS, Waitable};

use crate::error::Win32Error;
use crate::guard::{is_bad, win32};
use crate::{handles, waits};

/// Waits for one of up to 63 objects, or a message: then the result is `WAIT_OBJECT_0` + the number of objects
/// (WAIT-43). A message counts if it is of the kinds asked for and has come since the queue was last looked at
/// (WAIT-44). With `fwaitall`, for all objects and a message (WAIT-46).
///
/// Kinds: `QS_POSTMESSAGE` (`WM_QUIT` too), `QS_TIMER`, `QS_SENDMESSAGE`, `QS_ALLPOSTMESSAGE`, and the sums `QS_ALLEVENTS`
/// and `QS_ALLINPUT`; there is no input and nothing to paint. Messages sent by other threads are not answered in this
/// wait: get them by `GetMessageW` or `PeekMessageW`.
///
/// Errors: `WAIT_FAILED` with `ERROR_INVALID_PARAMETER` for more than 63 objects, and for the same one twice in a wait for
/// all; `ERROR_INVALID_HANDLE`; `ERROR_NOACCESS` for a null array.
///
/// # Safety
/// `phandles` is null or valid for `ncount` reads.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MsgWaitForMultipleObjects(
    ncount: u32,
    phandles: *const HANDLE,
    fwaitall: BOOL,
    dwmilliseconds: u32,
    dwwakemask: QUEUE_STATUS_FLAGS,
) -> WAIT_EVENT {
    let how = Waiting {
        kinds: dwwakemask,
        old: false,
        all: fwaitall != FALSE,
        alertable: false,
    };
    // SAFETY: this function's contract.
    win32(WAIT_FAILED, || unsafe {
        wait(ncount, phandles, dwmilliseconds, how)
    })
}

/// As [`MsgWaitForMultipleObjects`], with flags: `MWMO_WAITALL`; `MWMO_ALERTABLE`, where APCs may end the wait
/// (`WAIT_IO_COMPLETION`) if neither object nor message does (WAIT-45); `MWMO_INPUTAVAILABLE`, where messages count that
/// the thread has seen and left (WAIT-44).
///
/// Errors: as for [`MsgWaitForMultipleObjects`]; `ERROR_INVALID_PARAMETER` for other flags.
///
/// # Safety
/// `phandles` is null or valid for `ncount` reads.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MsgWaitForMultipleObjectsEx(
    ncount: u32,
    phandles: *const HANDLE,
    dwmilliseconds: u32,
    dwwakemask: QUEUE_STATUS_FLAGS,
    dwflags: MSG_WAIT_FOR_MULTIPLE_OBJECTS_EX_FLAGS,
) -> WAIT_EVENT {
    let how = Waiting {
        kinds: dwwakemask,
        old: dwflags & MWMO_INPUTAVAILABLE != 0,
        all: dwflags & MWMO_WAITALL != 0,
        alertable: dwflags & MWMO_ALERTABLE != 0,
    };
    win32(WAIT_FAILED, || {
        if dwflags & !(MWMO_WAITALL | MWMO_ALERTABLE | MWMO_INPUTAVAILABLE) != 0 {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        // SAFETY: this function's contract.
        unsafe { wait(ncount, phandles, dwmilliseconds, how) }
    })
}

/// Waits until something has come into the calling thread's queue that it has not seen.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WaitMessage() -> BOOL {
    let how = Waiting {
        kinds: QS_ALLINPUT,
        old: false,
        all: false,
        alertable: false,
    };
    win32(FALSE, || {
        Queue::with_current(|queue| queue.wait(&[], how, INFINITE))?;
        Ok(TRUE)
    })
}

/// # Safety
/// `handles` is null or valid for `count` reads.
unsafe fn wait(
    count: u32,
    handles: *const HANDLE,
    milliseconds: u32,
    how: Waiting,
) -> Result<WAIT_EVENT, Win32Error> {
    let count = count as usize;
    if count >= MAXIMUM_WAIT_OBJECTS {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    if count > 0 && is_bad(handles) {
        return Err(ERROR_NOACCESS.into());
    }
    // SAFETY: valid for `count` reads by this function's contract.
    let objects = (0..count).map(|at| handles::pin(unsafe { handles.add(at).read_unaligned() }));
    let objects = objects.collect::<Result<Vec<_>, _>>()?;
    let objects: Vec<&dyn Waitable> = objects.iter().map(|object| object as _).collect();
    let outcome = Queue::with_current(|queue| queue.wait(&objects, how, milliseconds))?;
    Ok(waits::code(outcome))
}
