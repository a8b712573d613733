//! The one process there is: this one, as an object that handles can denote.

use std::sync::{Arc, LazyLock};

use windows_sys::Win32::Foundation::{ERROR_INVALID_HANDLE, HANDLE};

use larboard_kernel::object::dispatcher::{Dispatcher, Signal};
use larboard_kernel::object::{HandleCount, Object, ObjectRef};

use crate::error::Win32Error;
use crate::guard::win32;
use crate::handles;

/// The pseudo handle of this process, -1 (HND-07).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetCurrentProcess() -> HANDLE {
    std::ptr::without_provenance_mut(usize::MAX)
}

/// The id of this process.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetCurrentProcessId() -> u32 {
    std::process::id()
}

/// The id of the process behind a handle; 0 with `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetProcessId(process: HANDLE) -> u32 {
    win32(0, || check_current(process).map(|()| std::process::id()))
}

/// A process object. It becomes signalled when the process ends, which nobody inside can see.
struct Process {
    dispatcher: Dispatcher,
    handles: HandleCount,
}

impl Object for Process {
    fn dispatcher(&self) -> &Dispatcher {
        &self.dispatcher
    }

    fn handles(&self) -> &HandleCount {
        &self.handles
    }
}

static CURRENT: LazyLock<Arc<Process>> = LazyLock::new(|| {
    Arc::new(Process {
        dispatcher: Dispatcher::new(Signal::Notification(false)),
        handles: HandleCount::default(),
    })
});

pub(crate) fn current() -> ObjectRef {
    CURRENT.clone()
}

/// `ERROR_INVALID_HANDLE` unless the handle denotes this process.
pub(crate) fn check_current(process: HANDLE) -> Result<(), Win32Error> {
    let object = handles::any(process)?;
    if std::ptr::addr_eq(&raw const *object, &raw const **CURRENT) {
        Ok(())
    } else {
        Err(ERROR_INVALID_HANDLE.into())
    }
}
