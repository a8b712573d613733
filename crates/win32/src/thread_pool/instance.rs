//! What a callback knows of itself, and what is done when it returns (POOL-12, POOL-13).

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use windows_sys::Win32::Foundation::{HANDLE, HMODULE, TRUE};
use windows_sys::Win32::System::Threading::{CRITICAL_SECTION, PTP_CALLBACK_INSTANCE};
use windows_sys::core::BOOL;

use larboard_kernel::object::event::Event;
use larboard_kernel::object::mutex::Mutex;
use larboard_kernel::object::semaphore::Semaphore;

use super::Object;
use crate::guard::infallible;
use crate::handles;
use crate::locks::critical_sections;

/// Says that the callback may run for long. There is always another thread: true.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CallbackMayRunLong(_pci: PTP_CALLBACK_INSTANCE) -> BOOL {
    TRUE
}

/// Lets the callback not count any more for those that wait for callbacks of its object (POOL-13).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DisassociateCurrentThreadFromCallback(pci: PTP_CALLBACK_INSTANCE) {
    with(pci, |instance| {
        if let Some(object) = &instance.object {
            object.end(instance);
        }
    });
}

/// Sets an event when the callback returns (POOL-12).
///
/// # Safety
/// The handle stays valid until then.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetEventWhenCallbackReturns(pci: PTP_CALLBACK_INSTANCE, evt: HANDLE) {
    with(pci, |instance| instance.later(Later::SetEvent(evt.addr())));
}

/// Releases a semaphore when the callback returns (POOL-12).
///
/// # Safety
/// The handle stays valid until then.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReleaseSemaphoreWhenCallbackReturns(
    pci: PTP_CALLBACK_INSTANCE,
    sem: HANDLE,
    crel: u32,
) {
    with(pci, |instance| {
        instance.later(Later::ReleaseSemaphore(sem.addr(), crel));
    });
}

/// Releases a mutex when the callback returns (POOL-12).
///
/// # Safety
/// The handle stays valid until then.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReleaseMutexWhenCallbackReturns(
    pci: PTP_CALLBACK_INSTANCE,
    r#mut: HANDLE,
) {
    with(pci, |instance| {
        instance.later(Later::ReleaseMutex(r#mut.addr()))
    });
}

/// Leaves a critical section when the callback returns (POOL-12).
///
/// # Safety
/// The section stays valid until then.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LeaveCriticalSectionWhenCallbackReturns(
    pci: PTP_CALLBACK_INSTANCE,
    pcs: *mut CRITICAL_SECTION,
) {
    with(pci, |instance| {
        instance.later(Later::LeaveSection(pcs.expose_provenance()));
    });
}

/// Would free a library when the callback returns. Libraries stay loaded here, so there is nothing to do.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FreeLibraryWhenCallbackReturns(
    _pci: PTP_CALLBACK_INSTANCE,
    _mod: HMODULE,
) {
}

/// One call of a callback.
pub(crate) struct Instance {
    object: Option<Arc<Object>>,
    counts: AtomicBool,
    later: RefCell<Vec<Later>>,
}

/// What is done when the callback returns, in the order in which Windows does it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Later {
    LeaveSection(usize),
    ReleaseMutex(usize),
    ReleaseSemaphore(usize, u32),
    SetEvent(usize),
}

thread_local! {
    /// The call that runs on this thread, the innermost one.
    static CURRENT: Cell<*const Instance> = const { Cell::new(std::ptr::null()) };
}

/// The instance of a callback on this thread.
fn with(id: PTP_CALLBACK_INSTANCE, call: impl FnOnce(&Instance)) {
    infallible((), || {
        let current = CURRENT.get();
        if !current.is_null() && current.addr() == id.cast_unsigned() {
            // SAFETY: `during` has set it and takes it back before the instance goes; it is of this thread.
            call(unsafe { &*current });
        }
    });
}

impl Instance {
    pub(crate) fn new(object: Option<Arc<Object>>) -> Self {
        Self {
            object,
            counts: AtomicBool::new(true),
            later: RefCell::default(),
        }
    }

    /// What the callback gets.
    pub(crate) fn id(&self) -> PTP_CALLBACK_INSTANCE {
        std::ptr::from_ref(self).addr().cast_signed()
    }

    /// Calls the callback; meanwhile the instance is found by its id on this thread.
    pub(crate) fn during(&self, call: impl FnOnce(&Instance)) {
        let before = CURRENT.replace(self);
        call(self);
        CURRENT.set(before);
    }

    /// Does what is left for the return.
    pub(crate) fn finish(&self) {
        let mut later = self.later.take();
        later.sort();
        for action in later {
            action.perform();
        }
    }

    /// True once.
    pub(super) fn leave(&self) -> bool {
        self.counts.swap(false, Ordering::Relaxed)
    }

    fn later(&self, action: Later) {
        self.later.borrow_mut().push(action);
    }
}

impl Later {
    /// A handle that is stale by now, or an object in another state, is no harm.
    fn perform(self) {
        let handle = std::ptr::without_provenance_mut;
        match self {
            Later::LeaveSection(section) => {
                let section = std::ptr::with_exposed_provenance(section);
                // SAFETY: LeaveCriticalSectionWhenCallbackReturns's contract.
                if let Some(section) = unsafe { critical_sections::view(section) } {
                    section.leave();
                }
            }
            Later::ReleaseMutex(mutex) => {
                let _ = handles::get::<Mutex>(handle(mutex)).map(|mutex| mutex.release());
            }
            Later::ReleaseSemaphore(semaphore, count) => {
                let count = i32::try_from(count).unwrap_or(i32::MAX);
                let _ = handles::get::<Semaphore>(handle(semaphore))
                    .map(|semaphore| semaphore.release(count));
            }
            Later::SetEvent(event) => {
                let _ = handles::get::<Event>(handle(event)).map(|event| event.set());
            }
        }
    }
}
