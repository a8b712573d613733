//! Vectored handlers: asked first, whoever failed.
//!
//! The list is read in signal handlers, so it has no lock for readers: a fixed number of places, each an address. While one
//! is put in or taken out, a reader may meet a handler twice or miss one that is just coming or going.

use std::ffi::c_void;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use windows_sys::Win32::Foundation::{ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY};
use windows_sys::Win32::System::Diagnostics::Debug::{
    EXCEPTION_POINTERS, PVECTORED_EXCEPTION_HANDLER,
};

use crate::guard::{infallible, win32};

/// How many there may be.
const PLACES: usize = 32;

/// The handlers in the order in which they are asked; 0 is the end.
static HANDLERS: [AtomicUsize; PLACES] = [const { AtomicUsize::new(0) }; PLACES];

/// The handles of the same places, changed together with them.
static HANDLES: Mutex<Handles> = Mutex::new(Handles {
    places: Vec::new(),
    last: 0x1_0000,
});

struct Handles {
    places: Vec<(usize, usize)>,
    last: usize,
}

impl Handles {
    /// Makes the list that is read follow.
    fn publish(&self) {
        for (at, place) in HANDLERS.iter().enumerate() {
            let handler = self.places.get(at).map_or(0, |&(_, handler)| handler);
            place.store(handler, Ordering::Release);
        }
    }
}

/// Adds a handler that is asked about every exception before others, as the first or the last of its kind. It answers -1 to
/// go on with the context, 0 to ask the next one. At most 32 at a time.
///
/// Errors: null with `ERROR_INVALID_PARAMETER`, `ERROR_NOT_ENOUGH_MEMORY` for one too many.
///
/// # Safety
/// The handler may be called on any thread at any instruction that can fail, until it is removed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn AddVectoredExceptionHandler(
    first: u32,
    handler: PVECTORED_EXCEPTION_HANDLER,
) -> *mut c_void {
    win32(std::ptr::null_mut(), || {
        let handler = handler.ok_or(ERROR_INVALID_PARAMETER)? as usize;
        let mut handles = HANDLES
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if handles.places.len() == PLACES {
            return Err(ERROR_NOT_ENOUGH_MEMORY.into());
        }
        handles.last += 8;
        let handle = handles.last;
        let at = if first != 0 { 0 } else { handles.places.len() };
        handles.places.insert(at, (handle, handler));
        handles.publish();
        drop(handles);
        super::listen();
        Ok(std::ptr::without_provenance_mut(handle))
    })
}

/// Takes a handler away. Returns 1, or 0 if the handle is none of them.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RemoveVectoredExceptionHandler(handle: *const c_void) -> u32 {
    infallible(0, || {
        let mut handles = HANDLES
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let before = handles.places.len();
        handles.places.retain(|&(known, _)| known != handle.addr());
        handles.publish();
        u32::from(handles.places.len() < before)
    })
}

/// Does one of them want to go on?
pub(super) fn continues(pointers: &mut EXCEPTION_POINTERS) -> bool {
    for place in &HANDLERS {
        let handler = place.load(Ordering::Acquire);
        // SAFETY: 0, which is none, or the address of a handler.
        let handler = unsafe { std::mem::transmute::<usize, PVECTORED_EXCEPTION_HANDLER>(handler) };
        let Some(handler) = handler else {
            return false;
        };
        // SAFETY: the pointers are valid while the exception is looked at.
        if unsafe { handler(pointers) } == -1 {
            return true;
        }
    }
    false
}
