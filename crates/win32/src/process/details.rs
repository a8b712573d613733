//! What programs tell of processes: processors, priority; and how many handles there are.

use std::sync::atomic::{AtomicU64, Ordering};

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER, ERROR_NOACCESS, FALSE, HANDLE, TRUE,
};
use windows_sys::Win32::System::Threading::{
    ABOVE_NORMAL_PRIORITY_CLASS, BELOW_NORMAL_PRIORITY_CLASS, HIGH_PRIORITY_CLASS,
    IDLE_PRIORITY_CLASS, NORMAL_PRIORITY_CLASS, PROCESS_CREATION_FLAGS,
    PROCESS_MODE_BACKGROUND_BEGIN, PROCESS_MODE_BACKGROUND_END, REALTIME_PRIORITY_CLASS,
};
use windows_sys::core::BOOL;

use crate::guard::{is_bad, store, win32};
use crate::{handles, system};

/// The processors of a process, and those that there are (PROC-16).
///
/// Errors: `ERROR_INVALID_HANDLE`, `ERROR_NOACCESS` for a null pointer, `ERROR_ACCESS_DENIED` for a process that has
/// ended.
///
/// # Safety
/// The pointers are null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetProcessAffinityMask(
    hprocess: HANDLE,
    lpprocessaffinitymask: *mut usize,
    lpsystemaffinitymask: *mut usize,
) -> BOOL {
    win32(FALSE, || {
        let process = super::get(hprocess)?;
        if is_bad(lpprocessaffinitymask) || is_bad(lpsystemaffinitymask) {
            return Err(ERROR_NOACCESS.into());
        }
        let mask = if process.is_current() {
            affinity()
        } else {
            system::affinity_of(process.id).ok_or(ERROR_ACCESS_DENIED)?
        };
        // SAFETY: not bad, so valid for a write by this function's contract.
        unsafe {
            store(lpprocessaffinitymask, mask as usize);
            store(lpsystemaffinitymask, all() as usize);
        }
        Ok(TRUE)
    })
}

/// Lets the threads of a process, also the later ones, run on some processors only (PROC-16).
///
/// Errors: `ERROR_INVALID_HANDLE`; `ERROR_INVALID_PARAMETER` for no processors or others than there are;
/// `ERROR_ACCESS_DENIED`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetProcessAffinityMask(
    hprocess: HANDLE,
    dwprocessaffinitymask: usize,
) -> BOOL {
    win32(FALSE, || {
        let process = super::get(hprocess)?;
        let mask = dwprocessaffinitymask as u64;
        if mask == 0 || mask & !all() != 0 {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        let threads = std::fs::read_dir(format!("/proc/{}/task", process.id));
        let threads = threads.map_err(|_| ERROR_ACCESS_DENIED)?.flatten();
        let ids = threads.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        // Threads may end meanwhile; that none could be told is a refusal.
        let told = ids.filter(|&id| system::set_affinity_of(id, mask)).count();
        if told == 0 {
            return Err(ERROR_ACCESS_DENIED.into());
        }
        if process.is_current() {
            AFFINITY.store(mask, Ordering::Relaxed);
        }
        Ok(TRUE)
    })
}

/// Remembers a priority class, which has no effect (PROC-17).
///
/// Errors: `ERROR_INVALID_HANDLE`, `ERROR_INVALID_PARAMETER` for a class that does not exist.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetPriorityClass(
    hprocess: HANDLE,
    dwpriorityclass: PROCESS_CREATION_FLAGS,
) -> BOOL {
    win32(FALSE, || {
        let process = super::get(hprocess)?;
        match dwpriorityclass {
            PROCESS_MODE_BACKGROUND_BEGIN | PROCESS_MODE_BACKGROUND_END => {}
            IDLE_PRIORITY_CLASS
            | BELOW_NORMAL_PRIORITY_CLASS
            | NORMAL_PRIORITY_CLASS
            | ABOVE_NORMAL_PRIORITY_CLASS
            | HIGH_PRIORITY_CLASS
            | REALTIME_PRIORITY_CLASS => {
                process
                    .priority_class()
                    .store(dwpriorityclass, Ordering::Relaxed);
            }
            _ => return Err(ERROR_INVALID_PARAMETER.into()),
        }
        Ok(TRUE)
    })
}

/// The priority class of a process, as this process has set it (PROC-17).
///
/// Errors: 0 with `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetPriorityClass(hprocess: HANDLE) -> u32 {
    win32(0, || {
        Ok(super::get(hprocess)?
            .priority_class()
            .load(Ordering::Relaxed))
    })
}

/// How many handles this process has open (PROC-18).
///
/// Errors: `ERROR_INVALID_HANDLE`, also for another process; `ERROR_NOACCESS` for a null pointer.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetProcessHandleCount(
    hprocess: HANDLE,
    pdwhandlecount: *mut u32,
) -> BOOL {
    win32(FALSE, || {
        super::check_current(hprocess)?;
        if is_bad(pdwhandlecount) {
            return Err(ERROR_NOACCESS.into());
        }
        let count = handles::table().snapshot().len() as u32;
        // SAFETY: not bad, so valid for a write by this function's contract.
        unsafe { store(pdwhandlecount, count) };
        Ok(TRUE)
    })
}

/// What `SetProcessAffinityMask` has set; 0 before.
static AFFINITY: AtomicU64 = AtomicU64::new(0);

/// The processors of this process.
pub(crate) fn affinity() -> u64 {
    match AFFINITY.load(Ordering::Relaxed) {
        0 => all(),
        mask => mask,
    }
}

fn all() -> u64 {
    system::to_windows(system::processors())
}
