//! Debuggers, and how failures are shown.

use std::sync::atomic::{AtomicU32, Ordering};

use windows_sys::Win32::System::Diagnostics::Debug::THREAD_ERROR_MODE;
use windows_sys::core::BOOL;

use crate::guard::infallible;

/// Whether this process is traced, by a debugger or something like one.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsDebuggerPresent() -> BOOL {
    infallible(0, || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let tracer = status
            .lines()
            .find_map(|line| line.strip_prefix("TracerPid:"));
        BOOL::from(tracer.is_some_and(|tracer| tracer.trim() != "0"))
    })
}

/// Stops in the debugger. Without one it is an exception, `EXCEPTION_BREAKPOINT`, which ends the process unless a handler goes
/// on behind it.
///
/// # Safety
/// Whoever hears of the exception decides what becomes of the process.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DebugBreak() {
    // SAFETY: the instruction only raises a signal.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        std::arch::asm!("int3");
        #[cfg(target_arch = "aarch64")]
        std::arch::asm!("brk #0xF000");
    }
}

/// How failures would be shown in boxes: remembered, and without effect. Returns the mode before.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetErrorMode(umode: THREAD_ERROR_MODE) -> THREAD_ERROR_MODE {
    MODE.swap(umode, Ordering::Relaxed)
}

/// The mode that [`SetErrorMode`] has set.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetErrorMode() -> u32 {
    MODE.load(Ordering::Relaxed)
}

static MODE: AtomicU32 = AtomicU32::new(0);
