//! The thread pool: work, timers, waits, and what Windows 2000 had of them; multimedia timers.

mod legacy;
mod timers;
mod waits;
mod work;

use std::ffi::c_void;

use crate::common::w::Win32::Foundation::FILETIME;
use crate::common::{Handle, LIMIT, Log, event, wait};

/// What callbacks get as their context: they note something, and may be held up.
#[derive(Default)]
pub struct Context {
    pub calls: Log<u32>,
    /// Callbacks wait for this event before they end.
    pub gate: Option<Handle>,
}

impl Context {
    pub fn with_gate() -> Self {
        Self {
            gate: Some(event()),
            ..Self::default()
        }
    }

    pub fn pointer(&self) -> *mut c_void {
        (&raw const *self).cast_mut().cast()
    }

    /// The context behind a callback's pointer.
    ///
    /// # Safety
    /// The pointer is that of a context that outlives the callback.
    pub unsafe fn of<'c>(pointer: *mut c_void) -> &'c Self {
        // SAFETY: this function's contract.
        unsafe { &*pointer.cast::<Self>() }
    }

    pub fn call(&self, entry: u32) {
        self.calls.note(entry);
        if let Some(gate) = &self.gate {
            wait(gate.raw(), LIMIT);
        }
    }

    pub fn open(&self) {
        let gate = self.gate.as_ref().expect("a gate");
        call!(crate::common::w::Win32::System::Threading::SetEvent(
            gate.raw()
        ));
    }
}

/// A time that many milliseconds from now.
pub fn after(milliseconds: i64) -> FILETIME {
    let ticks = (-10_000 * milliseconds) as u64;
    FILETIME {
        dwLowDateTime: ticks as u32,
        dwHighDateTime: (ticks >> 32) as u32,
    }
}
