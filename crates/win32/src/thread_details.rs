//! What programs tell of threads: priority, processors, descriptions, times (PROC-01 to PROC-08).

use std::sync::MutexGuard;
use std::sync::atomic::Ordering;

use windows_sys::Win32::Foundation::{
    E_INVALIDARG, E_OUTOFMEMORY, ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER, ERROR_NOACCESS,
    ERROR_NOT_SUPPORTED, FALSE, FILETIME, HANDLE, S_OK, TRUE,
};
use windows_sys::Win32::System::Kernel::PROCESSOR_NUMBER;
use windows_sys::Win32::System::Threading::{
    THREAD_ACCESS_RIGHTS, THREAD_MODE_BACKGROUND_BEGIN, THREAD_MODE_BACKGROUND_END,
    THREAD_PRIORITY, THREAD_PRIORITY_IDLE, THREAD_PRIORITY_TIME_CRITICAL,
};
use windows_sys::Win32::System::WindowsProgramming::THREAD_PRIORITY_ERROR_RETURN;
use windows_sys::core::{BOOL, HRESULT, PCWSTR, PWSTR};

use larboard_kernel::object::thread::Thread;

use crate::error::Win32Error;
use crate::guard::{infallible, is_bad, store, win32};
use crate::memory::heap;
use crate::text::wide;
use crate::{handles, process, system, threads};

/// Sets the priority of a thread (PROC-01). It becomes Linux' niceness where this user may take niceness back as well;
/// otherwise it is only remembered.
///
/// Errors: `ERROR_INVALID_HANDLE`, `ERROR_INVALID_PARAMETER` for a priority that does not exist.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetThreadPriority(
    hthread: HANDLE,
    npriority: THREAD_PRIORITY,
) -> BOOL {
    win32(FALSE, || {
        let thread = threads::get(hthread)?;
        let niceness = match npriority {
            THREAD_MODE_BACKGROUND_BEGIN | THREAD_MODE_BACKGROUND_END => return Ok(TRUE),
            THREAD_PRIORITY_IDLE => 19,
            THREAD_PRIORITY_TIME_CRITICAL => -15,
            -2..=2 => -5 * npriority,
            _ => return Err(ERROR_INVALID_PARAMETER.into()),
        };
        let priority = &thread.details.priority;
        priority.store(npriority.cast_unsigned(), Ordering::Relaxed);
        if may_be_less_nice() && !thread.has_ended() {
            // SAFETY: takes numbers. A thread that has just ended is no harm.
            unsafe { libc::setpriority(libc::PRIO_PROCESS, thread.id(), niceness) };
        }
        Ok(TRUE)
    })
}

/// The priority of a thread, as it was set (PROC-01).
///
/// Errors: `THREAD_PRIORITY_ERROR_RETURN` with `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetThreadPriority(hthread: HANDLE) -> i32 {
    win32(THREAD_PRIORITY_ERROR_RETURN.cast_signed(), || {
        let thread = threads::get(hthread)?;
        Ok(thread
            .details
            .priority
            .load(Ordering::Relaxed)
            .cast_signed())
    })
}

/// Remembers whether a thread wants no boosts, of which there are none (PROC-02).
///
/// Errors: `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetThreadPriorityBoost(
    hthread: HANDLE,
    bdisablepriorityboost: BOOL,
) -> BOOL {
    win32(FALSE, || {
        let thread = threads::get(hthread)?;
        let unboosted = &thread.details.unboosted;
        unboosted.store(bdisablepriorityboost != FALSE, Ordering::Relaxed);
        Ok(TRUE)
    })
}

/// Whether a thread wants no boosts (PROC-02).
///
/// Errors: `ERROR_INVALID_HANDLE`, `ERROR_NOACCESS` for a null pointer.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetThreadPriorityBoost(
    hthread: HANDLE,
    pdisablepriorityboost: *mut BOOL,
) -> BOOL {
    win32(FALSE, || {
        let unboosted = threads::get(hthread)?
            .details
            .unboosted
            .load(Ordering::Relaxed);
        if is_bad(pdisablepriorityboost) {
            return Err(ERROR_NOACCESS.into());
        }
        // SAFETY: not bad, so valid for a write by this function's contract.
        unsafe { store(pdisablepriorityboost, unboosted.into()) };
        Ok(TRUE)
    })
}

/// Lets a thread run on some processors only, and returns those it could run on before (PROC-03). Processors are numbered
/// among those that this process may run on.
///
/// Errors: 0 with `ERROR_INVALID_HANDLE`; `ERROR_INVALID_PARAMETER` for no processors, or others than the process has.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetThreadAffinityMask(
    hthread: HANDLE,
    dwthreadaffinitymask: usize,
) -> usize {
    win32(0, || {
        let thread = threads::get(hthread)?;
        let mask = dwthreadaffinitymask as u64;
        if mask == 0 || mask & !process::affinity() != 0 {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        let before = system::affinity_of(thread.id()).ok_or(ERROR_ACCESS_DENIED)?;
        if !system::set_affinity_of(thread.id(), mask) {
            return Err(ERROR_ACCESS_DENIED.into());
        }
        Ok(before as usize)
    })
}

/// Remembers the processor a thread would like best, and returns the one before; 64 only asks (PROC-04).
///
/// Errors: `u32::MAX` with `ERROR_INVALID_HANDLE`, `ERROR_INVALID_PARAMETER` above 64.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetThreadIdealProcessor(
    hthread: HANDLE,
    dwidealprocessor: u32,
) -> u32 {
    const ONLY_ASK: u32 = 64;
    win32(u32::MAX, || {
        let thread = threads::get(hthread)?;
        let ideal = &thread.details.ideal_processor;
        let before = match dwidealprocessor {
            0..ONLY_ASK => ideal.swap(dwidealprocessor + 1, Ordering::Relaxed),
            ONLY_ASK => ideal.load(Ordering::Relaxed),
            _ => return Err(ERROR_INVALID_PARAMETER.into()),
        };
        Ok(before.saturating_sub(1))
    })
}

/// The processor this thread runs on, as numbered for `SetThreadAffinityMask` (PROC-03).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetCurrentProcessorNumber() -> u32 {
    infallible(0, system::current_processor)
}

/// As `GetCurrentProcessorNumber`, with the group, of which there is one.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetCurrentProcessorNumberEx(procnumber: *mut PROCESSOR_NUMBER) {
    infallible((), || {
        let number = PROCESSOR_NUMBER {
            Group: 0,
            Number: system::current_processor() as u8,
            Reserved: 0,
        };
        // SAFETY: this function's contract.
        unsafe { store(procnumber, number) };
    });
}

/// Gives a thread a description; its beginning becomes the thread's name in Linux (PROC-05).
///
/// Errors: `E_INVALIDARG` for a null pointer; the `HRESULT` of an invalid handle.
///
/// # Safety
/// The description is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetThreadDescription(
    hthread: HANDLE,
    lpthreaddescription: PCWSTR,
) -> HRESULT {
    infallible(E_OUTOFMEMORY, || {
        let Ok(thread) = threads::get(hthread) else {
            return INVALID_HANDLE;
        };
        // SAFETY: this function's contract.
        let Some(text) = (unsafe { wide(lpthreaddescription) }) else {
            return E_INVALIDARG;
        };
        *description(&thread) = text.encode_utf16().collect();
        if !thread.has_ended() {
            // Linux has 15 bytes, and says nothing about the rest; a thread that has just ended is no harm.
            let end = (0..=15).rev().find(|&end| text.is_char_boundary(end));
            let name = &text[..end.unwrap_or(0)];
            let _ = std::fs::write(format!("/proc/self/task/{}/comm", thread.id()), name);
        }
        S_OK
    })
}

/// The description of a thread, empty at first, in memory for `LocalFree` (PROC-05).
///
/// Errors: `E_INVALIDARG` for a null pointer, `E_OUTOFMEMORY`; the `HRESULT` of an invalid handle.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetThreadDescription(
    hthread: HANDLE,
    ppszthreaddescription: *mut PWSTR,
) -> HRESULT {
    infallible(E_OUTOFMEMORY, || {
        let Ok(thread) = threads::get(hthread) else {
            return INVALID_HANDLE;
        };
        if is_bad(ppszthreaddescription) {
            return E_INVALIDARG;
        }
        let text: Vec<u16> = description(&thread).iter().copied().chain([0]).collect();
        let block = heap::allocate(size_of_val(text.as_slice())).cast::<u16>();
        if block.is_null() {
            return E_OUTOFMEMORY;
        }
        // SAFETY: the block has the size of the text; the pointer is valid for a write by this function's contract.
        unsafe {
            std::ptr::copy_nonoverlapping(text.as_ptr(), block, text.len());
            store(ppszthreaddescription, block);
        }
        S_OK
    })
}

/// When a thread began and ended, and its time in the system and outside (PROC-06). The last two of another thread that
/// runs are exact to the tick of Linux' clock.
///
/// Errors: `ERROR_INVALID_HANDLE`, `ERROR_NOACCESS` for a null pointer.
///
/// # Safety
/// The pointers are null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetThreadTimes(
    hthread: HANDLE,
    lpcreationtime: *mut FILETIME,
    lpexittime: *mut FILETIME,
    lpkerneltime: *mut FILETIME,
    lpusertime: *mut FILETIME,
) -> BOOL {
    win32(FALSE, || {
        let thread = threads::get(hthread)?;
        let begun = thread.details.begun.get().copied().unwrap_or_default();
        let [ended, system, user] = match thread.details.ended.get() {
            Some(&times) => times,
            None => {
                let [system, user] = times(&thread);
                [0, system, user]
            }
        };
        let places = [lpcreationtime, lpexittime, lpkerneltime, lpusertime];
        // SAFETY: this function's contract.
        unsafe { process::times::tell(places, [begun, ended, system, user]) }
    })
}

/// A handle to the thread of this process that has this id and has called the library (PROC-07). The handle has all
/// rights.
///
/// Errors: null with `ERROR_INVALID_PARAMETER` if there is none.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenThread(
    _dwdesiredaccess: THREAD_ACCESS_RIGHTS,
    binherithandle: BOOL,
    dwthreadid: u32,
) -> HANDLE {
    win32(std::ptr::null_mut(), || {
        let thread = Thread::of_id(dwthreadid).ok_or(ERROR_INVALID_PARAMETER)?;
        handles::inheritable(thread, binherithandle)
    })
}

/// The id of the process that a thread belongs to: this one. 0 with `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetProcessIdOfThread(thread: HANDLE) -> u32 {
    win32(0, || threads::get(thread).map(|_| std::process::id()))
}

/// Ends a thread that was created suspended and has not begun: it never calls its routine (PROC-08). The calling thread
/// ends as by `ExitThread`. Running code cannot be stopped safely on Linux.
///
/// Errors: `ERROR_INVALID_HANDLE`; `ERROR_ACCESS_DENIED` for a thread that has ended; `ERROR_NOT_SUPPORTED` for another
/// one that runs.
///
/// # Safety
/// As for `ExitThread` if it is the calling thread.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn TerminateThread(hthread: HANDLE, dwexitcode: u32) -> BOOL {
    let itself = win32(None, || {
        let thread = threads::get(hthread)?;
        if thread.has_ended() {
            return Err(ERROR_ACCESS_DENIED.into());
        }
        if Thread::with_current(|current| std::sync::Arc::ptr_eq(current, &thread)) {
            thread.set_exit_code(dwexitcode);
            return Ok(Some(true));
        }
        if threads::never_begin(&thread, dwexitcode) {
            return Ok(Some(false));
        }
        Err(Win32Error(ERROR_NOT_SUPPORTED))
    });
    match itself {
        None => FALSE,
        Some(false) => TRUE,
        // SAFETY: this function's contract.
        Some(true) => unsafe { crate::exit_thread::exit(dwexitcode) },
    }
}

/// HRESULT_FROM_NT(STATUS_INVALID_HANDLE).
const INVALID_HANDLE: HRESULT = 0xD000_0008_u32.cast_signed();

fn description(thread: &Thread) -> MutexGuard<'_, Vec<u16>> {
    let description = thread.details.description.lock();
    description.unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// The times of a thread that runs: in the system, outside.
fn times(thread: &Thread) -> [u64; 2] {
    if Thread::with_current(|current| std::ptr::eq(&raw const **current, thread)) {
        return Thread::times_of_this();
    }
    let path = format!("/proc/self/task/{}/stat", thread.id());
    process::times::stat(&path).map_or([0; 2], |stat| [stat.system, stat.user])
}

/// May this user give a thread back the niceness that it has lost?
fn may_be_less_nice() -> bool {
    const LEAST_NICE: u64 = 20 + 15;
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: `limit` is of this frame.
    let known = unsafe { libc::getrlimit(libc::RLIMIT_NICE, &mut limit) } == 0;
    // SAFETY: takes nothing.
    known && limit.rlim_cur >= LEAST_NICE || unsafe { libc::geteuid() } == 0
}
