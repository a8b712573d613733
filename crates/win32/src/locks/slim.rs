//! Slim reader/writer locks (LOCK-07 to LOCK-10).

use windows_sys::Win32::System::Threading::SRWLOCK;

use larboard_kernel::lock::srw::SrwLock;

use crate::guard::is_bad;

/// Makes a free lock, which is memory that is all zero (LOCK-07).
///
/// # Safety
/// The pointer is valid for a write, and no thread uses the lock that may have been there before.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InitializeSRWLock(srwlock: *mut SRWLOCK) {
    if !is_bad(srwlock) {
        let free = SRWLOCK {
            Ptr: std::ptr::null_mut(),
        };
        // SAFETY: not bad, so valid for a write by this function's contract.
        unsafe { srwlock.write_unaligned(free) };
    }
}

/// Takes the lock alone, or waits until nobody has it (LOCK-08). Who has it already waits for ever.
///
/// # Safety
/// The lock is valid until the thread has released it.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn AcquireSRWLockExclusive(srwlock: *mut SRWLOCK) {
    // SAFETY: this function's contract.
    if let Some(lock) = unsafe { view(srwlock) } {
        lock.acquire_exclusive();
    }
}

/// Takes the lock together with other readers, or waits until no writer has it or waits for it (LOCK-09).
///
/// # Safety
/// As for `AcquireSRWLockExclusive`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn AcquireSRWLockShared(srwlock: *mut SRWLOCK) {
    // SAFETY: this function's contract.
    if let Some(lock) = unsafe { view(srwlock) } {
        lock.acquire_shared();
    }
}

/// Takes the lock alone if nobody has it (LOCK-10).
///
/// # Safety
/// As for `AcquireSRWLockExclusive`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn TryAcquireSRWLockExclusive(srwlock: *mut SRWLOCK) -> bool {
    // SAFETY: this function's contract.
    unsafe { view(srwlock) }.is_some_and(SrwLock::try_acquire_exclusive)
}

/// Takes the lock together with other readers if that needs no waiting (LOCK-10).
///
/// # Safety
/// As for `AcquireSRWLockExclusive`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn TryAcquireSRWLockShared(srwlock: *mut SRWLOCK) -> bool {
    // SAFETY: this function's contract.
    unsafe { view(srwlock) }.is_some_and(SrwLock::try_acquire_shared)
}

/// Gives the lock back that was taken alone. Nothing happens if nobody has it alone, where Windows raises an exception.
///
/// # Safety
/// As for `AcquireSRWLockExclusive`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReleaseSRWLockExclusive(srwlock: *mut SRWLOCK) {
    // SAFETY: this function's contract.
    if let Some(lock) = unsafe { view(srwlock) } {
        lock.release_exclusive();
    }
}

/// Gives a reader's share of the lock back. Nothing happens if no reader has it, where Windows raises an exception.
///
/// # Safety
/// As for `AcquireSRWLockExclusive`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReleaseSRWLockShared(srwlock: *mut SRWLOCK) {
    // SAFETY: this function's contract.
    if let Some(lock) = unsafe { view(srwlock) } {
        lock.release_shared();
    }
}

/// # Safety
/// The pointer is bad, or points to a lock that stays valid while it is used.
#[inline]
pub(super) unsafe fn view<'l>(lock: *const SRWLOCK) -> Option<&'l SrwLock> {
    // SAFETY: this function's contract; the fields of an SrwLock are atomic.
    unsafe { super::view(lock) }
}
