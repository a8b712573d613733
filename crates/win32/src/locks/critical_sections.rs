//! Critical sections (LOCK-01 to LOCK-06).

use windows_sys::Win32::Foundation::{ERROR_INVALID_PARAMETER, FALSE, TRUE};
use windows_sys::Win32::System::Threading::CRITICAL_SECTION;
use windows_sys::core::BOOL;

use larboard_kernel::lock::critical_section::CriticalSection;

use crate::guard::{infallible, is_bad, win32};

/// Makes a free critical section (LOCK-01).
///
/// # Safety
/// The pointer is valid for a write, and no thread is inside the section that may have been there before.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InitializeCriticalSection(lpcriticalsection: *mut CRITICAL_SECTION) {
    // SAFETY: this function's contract.
    unsafe { write(lpcriticalsection, 0) };
}

/// As `InitializeCriticalSection`, with the number of times a thread looks before it sleeps. 0 is the usual number, and
/// beyond 4,000 nobody looks.
///
/// Errors: `ERROR_INVALID_PARAMETER` for a null pointer.
///
/// # Safety
/// As for `InitializeCriticalSection`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InitializeCriticalSectionAndSpinCount(
    lpcriticalsection: *mut CRITICAL_SECTION,
    dwspincount: u32,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        unsafe { write(lpcriticalsection, dwspincount) }.ok_or(ERROR_INVALID_PARAMETER)?;
        Ok(TRUE)
    })
}

/// As `InitializeCriticalSectionAndSpinCount`; no section has debug information, so the flags have no effect.
///
/// Errors: `ERROR_INVALID_PARAMETER` for a null pointer, or flags that do not exist.
///
/// # Safety
/// As for `InitializeCriticalSection`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InitializeCriticalSectionEx(
    lpcriticalsection: *mut CRITICAL_SECTION,
    dwspincount: u32,
    flags: u32,
) -> BOOL {
    win32(FALSE, || {
        if flags & !KNOWN_FLAGS != 0 || dwspincount & SPIN_RESERVED != 0 {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        // SAFETY: this function's contract.
        unsafe { write(lpcriticalsection, dwspincount) }.ok_or(ERROR_INVALID_PARAMETER)?;
        Ok(TRUE)
    })
}

/// Without debug information, dynamic spinning, static, and the two of the library itself.
const KNOWN_FLAGS: u32 = 0x1F00_0000;
const SPIN_RESERVED: u32 = 0xFF00_0000;

/// Takes the section, or waits until it is free. Its owner takes it once more (LOCK-02).
///
/// Memory that is all zero counts as a free section; Windows does not promise that.
///
/// # Safety
/// The section is valid until the thread has left it.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn EnterCriticalSection(lpcriticalsection: *mut CRITICAL_SECTION) {
    // SAFETY: this function's contract.
    if let Some(section) = unsafe { view(lpcriticalsection) } {
        section.enter();
    }
}

/// Takes the section if it is free or the caller's already (LOCK-03).
///
/// # Safety
/// As for `EnterCriticalSection`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn TryEnterCriticalSection(
    lpcriticalsection: *mut CRITICAL_SECTION,
) -> BOOL {
    // SAFETY: this function's contract.
    unsafe { view(lpcriticalsection) }
        .is_some_and(CriticalSection::try_enter)
        .into()
}

/// Leaves the section; after as many leaves as enters the next thread may have it (LOCK-02). Leaving a section that nobody
/// has does nothing, where Windows breaks it.
///
/// # Safety
/// As for `EnterCriticalSection`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LeaveCriticalSection(lpcriticalsection: *mut CRITICAL_SECTION) {
    // SAFETY: this function's contract.
    if let Some(section) = unsafe { view(lpcriticalsection) } {
        section.leave();
    }
}

/// Gives a section up. It holds nothing that would have to be given back: afterwards it is as after
/// `InitializeCriticalSection`, but for the debug information, which is null.
///
/// # Safety
/// The pointer is valid, and no thread uses the section.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DeleteCriticalSection(lpcriticalsection: *mut CRITICAL_SECTION) {
    infallible((), || {
        // SAFETY: this function's contract.
        if unsafe { write(lpcriticalsection, 0) }.is_some() {
            // SAFETY: `write` has found the pointer good.
            unsafe { (&raw mut (*lpcriticalsection).DebugInfo).write(std::ptr::null_mut()) };
        }
    });
}

/// Sets how often a thread looks before it sleeps, and returns the number before.
///
/// # Safety
/// As for `EnterCriticalSection`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetCriticalSectionSpinCount(
    lpcriticalsection: *mut CRITICAL_SECTION,
    dwspincount: u32,
) -> u32 {
    // SAFETY: this function's contract.
    unsafe { view(lpcriticalsection) }.map_or(0, |section| section.set_spin_count(dwspincount))
}

/// # Safety
/// The pointer is bad, or points to a section that stays valid while it is used.
#[inline]
pub(crate) unsafe fn view<'s>(section: *const CRITICAL_SECTION) -> Option<&'s CriticalSection> {
    // SAFETY: this function's contract; the fields of a CriticalSection are atomic.
    unsafe { super::view(section) }
}

/// # Safety
/// The pointer is bad, or valid for a write.
unsafe fn write(section: *mut CRITICAL_SECTION, spins: u32) -> Option<()> {
    if is_bad(section) {
        return None;
    }
    // SAFETY: not bad, so valid by this function's contract; the two structures are the same bytes. A section that is
    // packed is written as well, and found out when it is entered.
    unsafe {
        section
            .cast::<CriticalSection>()
            .write_unaligned(CriticalSection::new(spins))
    };
    Some(())
}
