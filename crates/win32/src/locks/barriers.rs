//! Barriers (LOCK-19, LOCK-20).

use windows_sys::Win32::Foundation::{ERROR_INVALID_PARAMETER, FALSE, TRUE};
use windows_sys::Win32::System::Threading::{
    SYNCHRONIZATION_BARRIER, SYNCHRONIZATION_BARRIER_FLAGS_BLOCK_ONLY,
    SYNCHRONIZATION_BARRIER_FLAGS_NO_DELETE, SYNCHRONIZATION_BARRIER_FLAGS_SPIN_ONLY,
};
use windows_sys::core::BOOL;

use larboard_kernel::lock::barrier::{Barrier, Manner};

use crate::guard::{infallible, is_bad, win32};

/// How often a thread looks before it sleeps, if the caller leaves it open with -1.
const USUAL_SPINS: u32 = 2000;

/// Makes a barrier for a number of threads (LOCK-19).
///
/// Errors: `ERROR_INVALID_PARAMETER` for a null pointer, no threads, or fewer than -1 spins.
///
/// # Safety
/// The pointer is valid for a write, and no thread uses what was there before.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InitializeSynchronizationBarrier(
    lpbarrier: *mut SYNCHRONIZATION_BARRIER,
    ltotalthreads: i32,
    lspincount: i32,
) -> BOOL {
    win32(FALSE, || {
        let total = u32::try_from(ltotalthreads).unwrap_or_default();
        if is_bad(lpbarrier) || total == 0 || lspincount < -1 {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        let barrier = Barrier::new(total, u32::try_from(lspincount).unwrap_or(USUAL_SPINS));
        // SAFETY: not bad, so valid for a write by this function's contract; the structures have one size.
        unsafe { lpbarrier.cast::<Barrier>().write_unaligned(barrier) };
        Ok(TRUE)
    })
}

/// Waits until as many threads have come as the barrier is for. True for one of them, false for the others (LOCK-19). If more
/// threads use it, they go in groups of that number; Windows promises nothing then.
///
/// # Safety
/// The barrier is valid until the call is over.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn EnterSynchronizationBarrier(
    lpbarrier: *mut SYNCHRONIZATION_BARRIER,
    dwflags: u32,
) -> BOOL {
    const KNOWN: u32 = SYNCHRONIZATION_BARRIER_FLAGS_SPIN_ONLY
        | SYNCHRONIZATION_BARRIER_FLAGS_BLOCK_ONLY
        | SYNCHRONIZATION_BARRIER_FLAGS_NO_DELETE;
    infallible(FALSE, || {
        let manner = match dwflags & KNOWN & !SYNCHRONIZATION_BARRIER_FLAGS_NO_DELETE {
            SYNCHRONIZATION_BARRIER_FLAGS_SPIN_ONLY => Manner::SpinOnly,
            SYNCHRONIZATION_BARRIER_FLAGS_BLOCK_ONLY => Manner::BlockOnly,
            _ => Manner::Usual,
        };
        // SAFETY: this function's contract.
        unsafe { view(lpbarrier) }.map_or(FALSE, |barrier| barrier.enter(manner).into())
    })
}

/// Waits until the threads that were let through have left the barrier's memory, which then may go (LOCK-20). Always true.
///
/// # Safety
/// The pointer is valid, and no thread waits at the barrier.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DeleteSynchronizationBarrier(
    lpbarrier: *mut SYNCHRONIZATION_BARRIER,
) -> BOOL {
    infallible(TRUE, || {
        // SAFETY: this function's contract.
        if let Some(barrier) = unsafe { view(lpbarrier) } {
            barrier.delete();
        }
        TRUE
    })
}

/// # Safety
/// The pointer is bad, or points to a barrier that stays valid while it is used.
unsafe fn view<'b>(barrier: *const SYNCHRONIZATION_BARRIER) -> Option<&'b Barrier> {
    // SAFETY: this function's contract; the fields of a Barrier are atomic or unused.
    unsafe { super::view(barrier) }
}
