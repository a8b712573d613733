//! An owned kernel handle.

use crate::error::Result;
use crate::sys::{self, Win32};
use crate::wait::WaitHandle;
use Win32::Foundation::{CloseHandle, HANDLE};

/// Closed with its value. Every function this crate calls on one may be called by any thread.
pub(crate) struct Handle(HANDLE);

// SAFETY: a handle is a number; the objects behind it are made for use by many threads.
unsafe impl Send for Handle {}
// SAFETY: as above.
unsafe impl Sync for Handle {}

impl Handle {
    /// Takes over what a create function returned; NULL is its failure.
    ///
    /// # Safety
    ///
    /// The handle is NULL, with the last error saying why, or is open and nobody else will close it.
    pub(crate) unsafe fn created(handle: HANDLE) -> Result<Self> {
        if handle.is_null() {
            Err(sys::last_error())
        } else {
            Ok(Self(handle))
        }
    }

    pub(crate) fn raw(&self) -> HANDLE {
        self.0
    }

    pub(crate) fn wait_handle(&self) -> WaitHandle<'_> {
        // SAFETY: the handle is open as long as the borrow lives.
        unsafe { WaitHandle::new(self.0) }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the handle is ours and is closed once.
        unsafe { CloseHandle(self.0) };
    }
}
