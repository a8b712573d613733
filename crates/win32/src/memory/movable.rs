//! The global and the local functions, which are one and the same (MEM-07 to MEM-10).
//!
//! A fixed block is one of the process heap. A movable one has a handle beside its address, and never moves while it is
//! locked; here it moves only when its size changes.

use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::{LazyLock, Mutex, MutexGuard};

use windows_sys::Win32::Foundation::{
    ERROR_DISCARDED, ERROR_INVALID_HANDLE, ERROR_NOT_ENOUGH_MEMORY, ERROR_NOT_LOCKED, FALSE,
    HGLOBAL, HLOCAL, TRUE,
};
use windows_sys::Win32::System::Memory::{
    GLOBAL_ALLOC_FLAGS, GMEM_MOVEABLE, GMEM_ZEROINIT, LOCAL_ALLOC_FLAGS,
};
use windows_sys::Win32::System::WindowsProgramming::{
    GMEM_DISCARDED, GMEM_INVALID_HANDLE, GMEM_LOCKCOUNT, GMEM_MODIFY,
};
use windows_sys::core::BOOL;

use super::heap::Which;
use crate::error::{Win32Error, set_last_error};
use crate::guard::win32;

/// Allocates memory, fixed, or movable with `LMEM_MOVEABLE`: then the result is a handle, and `LocalLock` gives the address
/// (MEM-07, MEM-08). With `LMEM_ZEROINIT` it is all zero. Other flags have no effect.
///
/// Errors: null with `ERROR_NOT_ENOUGH_MEMORY`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LocalAlloc(uflags: LOCAL_ALLOC_FLAGS, ubytes: usize) -> HLOCAL {
    win32(std::ptr::null_mut(), || allocate(uflags, ubytes))
}

/// Allocates memory, fixed, or movable with `GMEM_MOVEABLE`: then the result is a handle, and `GlobalLock` gives the address
/// (MEM-07, MEM-08). With `GMEM_ZEROINIT` it is all zero. Other flags have no effect.
///
/// Errors: null with `ERROR_NOT_ENOUGH_MEMORY`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GlobalAlloc(uflags: GLOBAL_ALLOC_FLAGS, dwbytes: usize) -> HGLOBAL {
    win32(std::ptr::null_mut(), || allocate(uflags, dwbytes))
}

/// Changes the size of memory (MEM-09). A fixed block moves only if `LMEM_MOVEABLE` is given. With `LMEM_ZEROINIT` what it has
/// gained is zero; with `LMEM_MODIFY` nothing changes, since a block stays fixed or movable.
///
/// Errors: null with `ERROR_NOT_ENOUGH_MEMORY`, `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// The memory comes from an allocation that was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LocalReAlloc(hmem: HLOCAL, ubytes: usize, uflags: u32) -> HLOCAL {
    // SAFETY: this function's contract.
    win32(std::ptr::null_mut(), || unsafe {
        reallocate(hmem, ubytes, uflags)
    })
}

/// Changes the size of memory (MEM-09). A fixed block moves only if `GMEM_MOVEABLE` is given. With `GMEM_ZEROINIT` what it has
/// gained is zero; with `GMEM_MODIFY` nothing changes, since a block stays fixed or movable.
///
/// Errors: null with `ERROR_NOT_ENOUGH_MEMORY`, `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// The memory comes from an allocation that was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GlobalReAlloc(hmem: HGLOBAL, dwbytes: usize, uflags: u32) -> HGLOBAL {
    // SAFETY: this function's contract.
    win32(std::ptr::null_mut(), || unsafe {
        reallocate(hmem, dwbytes, uflags)
    })
}

/// Frees memory, locked or not; a null pointer is fine. Null if it was freed, otherwise the argument (MEM-07).
///
/// Errors: `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// The memory is null or comes from an allocation that was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LocalFree(hmem: HLOCAL) -> HLOCAL {
    // SAFETY: this function's contract.
    win32(hmem, || unsafe { free(hmem) })
}

/// Frees memory, locked or not; a null pointer is fine. Null if it was freed, otherwise the argument (MEM-07).
///
/// Errors: `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// The memory is null or comes from an allocation that was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GlobalFree(hmem: HGLOBAL) -> HGLOBAL {
    // SAFETY: this function's contract.
    win32(hmem, || unsafe { free(hmem) })
}

/// The address of memory, which does not move until it is unlocked as often as locked (MEM-08). Fixed memory is its own
/// address.
///
/// Errors: null with `ERROR_INVALID_HANDLE`, `ERROR_DISCARDED` for movable memory of size 0.
///
/// # Safety
/// The memory comes from an allocation that was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LocalLock(hmem: HLOCAL) -> *mut c_void {
    // SAFETY: this function's contract.
    win32(std::ptr::null_mut(), || unsafe { lock(hmem) })
}

/// The address of memory, which does not move until it is unlocked as often as locked (MEM-08). Fixed memory is its own
/// address.
///
/// Errors: null with `ERROR_INVALID_HANDLE`, `ERROR_DISCARDED` for movable memory of size 0.
///
/// # Safety
/// The memory comes from an allocation that was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GlobalLock(hmem: HGLOBAL) -> *mut c_void {
    // SAFETY: this function's contract.
    win32(std::ptr::null_mut(), || unsafe { lock(hmem) })
}

/// Takes one lock back. True if it is locked still, or fixed; false with the last error 0 if it is no more (MEM-08).
///
/// Errors: `ERROR_NOT_LOCKED`, `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// The memory comes from an allocation that was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LocalUnlock(hmem: HLOCAL) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe { unlock(hmem) })
}

/// Takes one lock back. True if it is locked still, or fixed; false with the last error 0 if it is no more (MEM-08).
///
/// Errors: `ERROR_NOT_LOCKED`, `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// The memory comes from an allocation that was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GlobalUnlock(hmem: HGLOBAL) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe { unlock(hmem) })
}

/// The size that was asked for (MEM-09).
///
/// Errors: 0 with `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// The memory comes from an allocation that was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LocalSize(hmem: HLOCAL) -> usize {
    // SAFETY: this function's contract.
    win32(0, || unsafe { size(hmem) })
}

/// The size that was asked for (MEM-09).
///
/// Errors: 0 with `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// The memory comes from an allocation that was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GlobalSize(hmem: HGLOBAL) -> usize {
    // SAFETY: this function's contract.
    win32(0, || unsafe { size(hmem) })
}

/// The lock count of movable memory, with `LMEM_DISCARDED` if its size is 0; 0 for fixed memory (MEM-10).
///
/// Errors: `LMEM_INVALID_HANDLE` with `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// The memory comes from an allocation that was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LocalFlags(hmem: HLOCAL) -> u32 {
    // SAFETY: this function's contract.
    win32(GMEM_INVALID_HANDLE, || unsafe { flags(hmem) })
}

/// The lock count of movable memory, with `GMEM_DISCARDED` if its size is 0; 0 for fixed memory (MEM-10).
///
/// Errors: `GMEM_INVALID_HANDLE` with `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// The memory comes from an allocation that was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GlobalFlags(hmem: HGLOBAL) -> u32 {
    // SAFETY: this function's contract.
    win32(GMEM_INVALID_HANDLE, || unsafe { flags(hmem) })
}

/// The handle of an address that `LocalLock` gave; fixed memory is its own handle (MEM-10).
///
/// Errors: null with `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// The address comes from an allocation that was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LocalHandle(pmem: *const c_void) -> HLOCAL {
    // SAFETY: this function's contract.
    win32(std::ptr::null_mut(), || unsafe { handle(pmem.cast_mut()) })
}

/// The handle of an address that `GlobalLock` gave; fixed memory is its own handle (MEM-10).
///
/// Errors: null with `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// The address comes from an allocation that was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GlobalHandle(pmem: *const c_void) -> HGLOBAL {
    // SAFETY: this function's contract.
    win32(std::ptr::null_mut(), || unsafe { handle(pmem.cast_mut()) })
}

/// Memory with a handle.
struct Movable {
    /// Null if it has no size.
    block: *mut c_void,
    locks: u32,
    /// Its address is the handle, so that no other memory has it.
    _place: Box<u64>,
}

// SAFETY: the block belongs to the entry, whoever holds the lock of the table.
unsafe impl Send for Movable {}

static MOVABLES: LazyLock<Mutex<HashMap<usize, Movable>>> = LazyLock::new(Mutex::default);

fn movables() -> MutexGuard<'static, HashMap<usize, Movable>> {
    MOVABLES
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Memory of the process heap; none for size 0, which a movable block has when it is discarded.
fn block(bytes: usize, flags: u32) -> Result<*mut c_void, Win32Error> {
    let block = Which::Process.allocate(bytes, flags & GMEM_ZEROINIT != 0);
    if block.is_null() {
        return Err(ERROR_NOT_ENOUGH_MEMORY.into());
    }
    Ok(block)
}

fn allocate(flags: GLOBAL_ALLOC_FLAGS, bytes: usize) -> Result<HGLOBAL, Win32Error> {
    if flags & GMEM_MOVEABLE == 0 {
        return block(bytes, flags);
    }
    let block = if bytes == 0 {
        std::ptr::null_mut()
    } else {
        block(bytes, flags)?
    };
    let place = Box::new(0);
    let handle = (&raw const *place).expose_provenance();
    let movable = Movable {
        block,
        locks: 0,
        _place: place,
    };
    movables().insert(handle, movable);
    Ok(std::ptr::with_exposed_provenance_mut(handle))
}

/// # Safety
/// The memory comes from an allocation that was not freed, or is no address.
unsafe fn size_of_fixed(memory: HGLOBAL) -> Result<usize, Win32Error> {
    // SAFETY: this function's contract.
    let header = unsafe { Which::Process.look(memory) }.map_err(|_| ERROR_INVALID_HANDLE)?;
    // SAFETY: it was found.
    Ok(unsafe { (*header).size })
}

/// # Safety
/// As for `size_of_fixed`.
unsafe fn reallocate(memory: HGLOBAL, bytes: usize, flags: u32) -> Result<HGLOBAL, Win32Error> {
    let zeroed = flags & GMEM_ZEROINIT != 0;
    if let Some(movable) = movables().get_mut(&memory.addr()) {
        if flags & GMEM_MODIFY != 0 {
            return Ok(memory);
        }
        movable.block = if movable.block.is_null() {
            block(bytes, flags)?
        } else {
            let may_move = movable.locks == 0 || flags & GMEM_MOVEABLE != 0;
            // SAFETY: the block of the entry, which nobody holds an address of if it may move.
            unsafe { Which::Process.resize(movable.block, bytes, zeroed, may_move) }?
        };
        return Ok(memory);
    }
    // SAFETY: this function's contract.
    unsafe { size_of_fixed(memory) }?;
    if flags & GMEM_MODIFY != 0 {
        return Ok(memory);
    }
    let may_move = flags & GMEM_MOVEABLE != 0;
    // SAFETY: a block of the process heap; the caller lets it move.
    unsafe { Which::Process.resize(memory, bytes, zeroed, may_move) }
}

/// # Safety
/// As for `size_of_fixed`; the memory is not used any more.
unsafe fn free(memory: HGLOBAL) -> Result<HGLOBAL, Win32Error> {
    if memory.is_null() {
        return Ok(memory);
    }
    let movable = movables().remove(&memory.addr());
    let block = movable.map_or(memory, |movable| movable.block);
    if !block.is_null() {
        // SAFETY: this function's contract.
        unsafe { Which::Process.free(block) }.map_err(|_| ERROR_INVALID_HANDLE)?;
    }
    Ok(std::ptr::null_mut())
}

/// # Safety
/// As for `size_of_fixed`.
unsafe fn lock(memory: HGLOBAL) -> Result<*mut c_void, Win32Error> {
    if let Some(movable) = movables().get_mut(&memory.addr()) {
        if movable.block.is_null() {
            return Err(ERROR_DISCARDED.into());
        }
        movable.locks = (movable.locks + 1).min(GMEM_LOCKCOUNT);
        return Ok(movable.block);
    }
    // SAFETY: this function's contract.
    unsafe { size_of_fixed(memory) }?;
    Ok(memory)
}

/// # Safety
/// As for `size_of_fixed`.
unsafe fn unlock(memory: HGLOBAL) -> Result<BOOL, Win32Error> {
    if let Some(movable) = movables().get_mut(&memory.addr()) {
        movable.locks = movable.locks.checked_sub(1).ok_or(ERROR_NOT_LOCKED)?;
        if movable.locks == 0 {
            set_last_error(0);
        }
        return Ok((movable.locks > 0).into());
    }
    // SAFETY: this function's contract.
    unsafe { size_of_fixed(memory) }?;
    Ok(TRUE)
}

/// # Safety
/// As for `size_of_fixed`.
unsafe fn size(memory: HGLOBAL) -> Result<usize, Win32Error> {
    let block = movables().get(&memory.addr()).map(|movable| movable.block);
    match block {
        Some(block) if block.is_null() => Ok(0),
        // SAFETY: this function's contract; the block of an entry is one of the process heap.
        _ => unsafe { size_of_fixed(block.unwrap_or(memory)) },
    }
}

/// # Safety
/// As for `size_of_fixed`.
unsafe fn flags(memory: HGLOBAL) -> Result<u32, Win32Error> {
    if let Some(movable) = movables().get(&memory.addr()) {
        let discarded = if movable.block.is_null() {
            GMEM_DISCARDED
        } else {
            0
        };
        return Ok(movable.locks | discarded);
    }
    // SAFETY: this function's contract.
    unsafe { size_of_fixed(memory) }?;
    Ok(0)
}

/// # Safety
/// As for `size_of_fixed`.
unsafe fn handle(address: *mut c_void) -> Result<HGLOBAL, Win32Error> {
    // SAFETY: this function's contract.
    unsafe { size_of_fixed(address) }?;
    let movables = movables();
    let owner = movables
        .iter()
        .find(|(_, movable)| movable.block == address);
    Ok(owner.map_or(address, |(&handle, _)| {
        std::ptr::with_exposed_provenance_mut(handle)
    }))
}
