//! Condition variables (LOCK-11 to LOCK-14).

use windows_sys::Win32::Foundation::{ERROR_INVALID_PARAMETER, ERROR_TIMEOUT, FALSE, TRUE};
use windows_sys::Win32::System::Threading::{
    CONDITION_VARIABLE, CONDITION_VARIABLE_LOCKMODE_SHARED, CRITICAL_SECTION, SRWLOCK,
};
use windows_sys::core::BOOL;

use larboard_kernel::lock::condition::{ConditionVariable, Lock};
use larboard_kernel::object::wait;

use super::{critical_sections, slim};
use crate::error::Win32Error;
use crate::guard::{is_bad, win32};

/// Makes a condition variable that nobody waits for, which is memory that is all zero (LOCK-11).
///
/// # Safety
/// The pointer is valid for a write, and no thread waits there.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InitializeConditionVariable(
    conditionvariable: *mut CONDITION_VARIABLE,
) {
    if !is_bad(conditionvariable) {
        let unused = CONDITION_VARIABLE {
            Ptr: std::ptr::null_mut(),
        };
        // SAFETY: not bad, so valid for a write by this function's contract.
        unsafe { conditionvariable.write_unaligned(unused) };
    }
}

/// Leaves the section once, waits to be woken or until the time, in milliseconds, is over, and enters it again (LOCK-12,
/// LOCK-13). A thread may be woken without need.
///
/// Errors: `ERROR_TIMEOUT`; `ERROR_INVALID_PARAMETER` for a null pointer.
///
/// # Safety
/// Both are valid until the call is over, and the caller is inside the section.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SleepConditionVariableCS(
    conditionvariable: *mut CONDITION_VARIABLE,
    criticalsection: *mut CRITICAL_SECTION,
    dwmilliseconds: u32,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        let section = unsafe { critical_sections::view(criticalsection) };
        let section = section.ok_or(ERROR_INVALID_PARAMETER)?;
        // SAFETY: this function's contract.
        unsafe { sleep(conditionvariable, Lock::Section(section), dwmilliseconds) }
    })
}

/// As `SleepConditionVariableCS` for a slim lock, which the caller has alone, or as a reader with
/// `CONDITION_VARIABLE_LOCKMODE_SHARED`.
///
/// Errors: `ERROR_TIMEOUT`; `ERROR_INVALID_PARAMETER` for a null pointer or other flags.
///
/// # Safety
/// Both are valid until the call is over, and the caller has the lock in the way that the flags say.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SleepConditionVariableSRW(
    conditionvariable: *mut CONDITION_VARIABLE,
    srwlock: *mut SRWLOCK,
    dwmilliseconds: u32,
    flags: u32,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        let lock = unsafe { slim::view(srwlock) }.ok_or(ERROR_INVALID_PARAMETER)?;
        let lock = match flags {
            0 => Lock::Exclusive(lock),
            CONDITION_VARIABLE_LOCKMODE_SHARED => Lock::Shared(lock),
            _ => return Err(ERROR_INVALID_PARAMETER.into()),
        };
        // SAFETY: this function's contract.
        unsafe { sleep(conditionvariable, lock, dwmilliseconds) }
    })
}

/// Wakes one thread that waits (LOCK-14).
///
/// # Safety
/// The pointer is valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WakeConditionVariable(conditionvariable: *mut CONDITION_VARIABLE) {
    // SAFETY: this function's contract.
    if let Some(variable) = unsafe { view(conditionvariable) } {
        variable.wake();
    }
}

/// Wakes all threads that wait (LOCK-14).
///
/// # Safety
/// The pointer is valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WakeAllConditionVariable(conditionvariable: *mut CONDITION_VARIABLE) {
    // SAFETY: this function's contract.
    if let Some(variable) = unsafe { view(conditionvariable) } {
        variable.wake_all();
    }
}

/// # Safety
/// The variable is bad or valid until the call is over.
unsafe fn sleep(
    variable: *mut CONDITION_VARIABLE,
    lock: Lock<'_>,
    milliseconds: u32,
) -> Result<BOOL, Win32Error> {
    // SAFETY: this function's contract.
    let variable = unsafe { view(variable) }.ok_or(ERROR_INVALID_PARAMETER)?;
    if variable.sleep(lock, wait::deadline(milliseconds)) {
        Ok(TRUE)
    } else {
        Err(ERROR_TIMEOUT.into())
    }
}

/// # Safety
/// The pointer is bad, or points to a variable that stays valid while it is used.
unsafe fn view<'v>(variable: *const CONDITION_VARIABLE) -> Option<&'v ConditionVariable> {
    // SAFETY: this function's contract; the fields of a ConditionVariable are atomic.
    unsafe { super::view(variable) }
}
