//! Interlocked singly linked lists (LOCK-23 to LOCK-25).

use windows_sys::Win32::System::Kernel::{SLIST_ENTRY, SLIST_HEADER};

use larboard_kernel::lock::slist::{Entry, List};

use crate::guard::{infallible, is_bad};

/// Makes an empty list. Header and entries are aligned to 8 bytes at least, where Windows
/// wants 16 (LOCK-23).
///
/// # Safety
/// The pointer is valid for a write of 16 bytes, and no thread uses what was there before.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InitializeSListHead(listhead: *mut SLIST_HEADER) {
    if !is_bad(listhead) {
        // SAFETY: not bad, so valid for a write by this function's contract.
        unsafe { listhead.cast::<List>().write_unaligned(List::default()) };
    }
}

/// Puts an entry in front, and returns the one that was there before, or null (LOCK-23).
///
/// # Safety
/// The list is valid; the entry is aligned to 8 bytes and stays valid until it is taken.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InterlockedPushEntrySList(
    listhead: *mut SLIST_HEADER,
    listentry: *mut SLIST_ENTRY,
) -> *mut SLIST_ENTRY {
    // SAFETY: this function's contract.
    unsafe { push(listhead, listentry, listentry, 1) }
}

/// Puts a chain of entries in front, and returns the entry that was there before, or null (LOCK-24).
///
/// # Safety
/// The list is valid; the chain leads from `list` to `listend` over `count` entries, each as for
/// `InterlockedPushEntrySList`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InterlockedPushListSListEx(
    listhead: *mut SLIST_HEADER,
    list: *mut SLIST_ENTRY,
    listend: *mut SLIST_ENTRY,
    count: u32,
) -> *mut SLIST_ENTRY {
    // SAFETY: this function's contract.
    unsafe { push(listhead, list, listend, count) }
}

/// Takes the first entry, or null (LOCK-23). The entry may be freed or pushed again at once (LOCK-25).
///
/// # Safety
/// The list and its entries are valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InterlockedPopEntrySList(
    listhead: *mut SLIST_HEADER,
) -> *mut SLIST_ENTRY {
    infallible(std::ptr::null_mut(), || {
        // SAFETY: this function's contract.
        let entry = unsafe { view(listhead).map_or(0, |list| list.pop()) };
        std::ptr::with_exposed_provenance_mut(entry as usize)
    })
}

/// Takes all entries: the first one leads to the others (LOCK-24).
///
/// # Safety
/// The list is valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InterlockedFlushSList(
    listhead: *mut SLIST_HEADER,
) -> *mut SLIST_ENTRY {
    infallible(std::ptr::null_mut(), || {
        // SAFETY: this function's contract.
        let entry = unsafe { view(listhead) }.map_or(0, List::flush);
        std::ptr::with_exposed_provenance_mut(entry as usize)
    })
}

/// How many entries there are, modulo 65,536 (LOCK-23).
///
/// # Safety
/// The list is valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn QueryDepthSList(listhead: *const SLIST_HEADER) -> u16 {
    // SAFETY: this function's contract.
    unsafe { view(listhead) }.map_or(0, List::depth)
}

/// # Safety
/// As for `InterlockedPushListSListEx`.
unsafe fn push(
    list: *mut SLIST_HEADER,
    first: *mut SLIST_ENTRY,
    last: *mut SLIST_ENTRY,
    count: u32,
) -> *mut SLIST_ENTRY {
    infallible(std::ptr::null_mut(), || {
        // SAFETY: this function's contract.
        let Some(list) = (unsafe { view(list) }) else {
            return std::ptr::null_mut();
        };
        if is_bad(first) || is_bad(last) {
            return std::ptr::null_mut();
        }
        for entry in [first, last] {
            if !entry.addr().is_multiple_of(align_of::<Entry>()) {
                super::misaligned(entry.addr());
            }
            entry.expose_provenance();
        }
        // SAFETY: this function's contract; an entry begins with the address of the next one.
        let before =
            unsafe { list.push(first.cast::<Entry>(), last.cast::<Entry>(), count.into()) };
        std::ptr::with_exposed_provenance_mut(before as usize)
    })
}

/// # Safety
/// The pointer is bad, or points to a list that stays valid while it is used.
unsafe fn view<'l>(list: *const SLIST_HEADER) -> Option<&'l List> {
    // SAFETY: this function's contract; the head of a List is atomic, and the rest unused.
    unsafe { super::view(list) }
}
