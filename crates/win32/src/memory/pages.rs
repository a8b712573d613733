//! Reserving, committing and protecting pages (MEM-11 to MEM-17).

use std::ffi::c_void;

use windows_sys::Win32::Foundation::{
    ERROR_BAD_LENGTH, ERROR_COMMITMENT_LIMIT, ERROR_INVALID_ADDRESS, ERROR_INVALID_PARAMETER,
    ERROR_NOACCESS, ERROR_NOT_SUPPORTED, ERROR_PRIVILEGE_NOT_HELD, ERROR_WORKING_SET_QUOTA, FALSE,
    HANDLE, TRUE,
};
use windows_sys::Win32::System::Memory::{
    MEM_COMMIT, MEM_DECOMMIT, MEM_FREE, MEM_LARGE_PAGES, MEM_PRIVATE, MEM_RELEASE, MEM_RESERVE,
    MEM_RESET, MEMORY_BASIC_INFORMATION, PAGE_EXECUTE_WRITECOPY, PAGE_NOACCESS,
    PAGE_PROTECTION_FLAGS, PAGE_WRITECOPY, VIRTUAL_ALLOCATION_TYPE, VIRTUAL_FREE_TYPE,
};
use windows_sys::Win32::System::SystemServices::{MEM_TOP_DOWN, MEM_WRITE_WATCH};
use windows_sys::core::BOOL;

use super::maps::{self, Found};
use super::regions::{self, GRANULARITY, RESERVED, Region};
use crate::error::Win32Error;
use crate::guard::{is_bad, win32};
use crate::process;

/// Reserves or commits pages of this process (MEM-11, MEM-12). Reserving rounds the address down to 64 KiB; committing
/// rounds to whole pages, which are zero at first. Without an address it is chosen, and committing reserves as well.
///
/// `MEM_RESET` lets Linux forget the contents; `MEM_TOP_DOWN` has no effect.
///
/// Errors: null with `ERROR_INVALID_ADDRESS` if the place is taken, or not reserved when committing;
/// `ERROR_INVALID_PARAMETER` for size 0, wrong types and protections; `ERROR_NOT_SUPPORTED` for guard pages and write
/// watches; `ERROR_PRIVILEGE_NOT_HELD` for large pages; `ERROR_COMMITMENT_LIMIT` and `ERROR_NOT_ENOUGH_MEMORY`.
///
/// # Safety
/// Memory that is committed anew or reset is used by nobody.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn VirtualAlloc(
    lpaddress: *const c_void,
    dwsize: usize,
    flallocationtype: VIRTUAL_ALLOCATION_TYPE,
    flprotect: PAGE_PROTECTION_FLAGS,
) -> *mut c_void {
    win32(std::ptr::null_mut(), || {
        allocate(lpaddress.addr(), dwsize, flallocationtype, flprotect)
    })
}

/// As `VirtualAlloc`; the process is this one.
///
/// Errors: as there; `ERROR_INVALID_HANDLE` for another process.
///
/// # Safety
/// As there.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn VirtualAllocEx(
    hprocess: HANDLE,
    lpaddress: *const c_void,
    dwsize: usize,
    flallocationtype: VIRTUAL_ALLOCATION_TYPE,
    flprotect: PAGE_PROTECTION_FLAGS,
) -> *mut c_void {
    win32(std::ptr::null_mut(), || {
        process::check_current(hprocess)?;
        allocate(lpaddress.addr(), dwsize, flallocationtype, flprotect)
    })
}

/// Decommits pages, or releases a region as a whole (MEM-13).
///
/// Errors: `ERROR_INVALID_ADDRESS` where nothing is reserved, or for `MEM_RELEASE` of what is no base;
/// `ERROR_INVALID_PARAMETER` for `MEM_RELEASE` with a size, or another type.
///
/// # Safety
/// The memory is not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn VirtualFree(
    lpaddress: *mut c_void,
    dwsize: usize,
    dwfreetype: VIRTUAL_FREE_TYPE,
) -> BOOL {
    win32(FALSE, || free(lpaddress.addr(), dwsize, dwfreetype))
}

/// As `VirtualFree`; the process is this one.
///
/// Errors: as there; `ERROR_INVALID_HANDLE` for another process.
///
/// # Safety
/// As there.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn VirtualFreeEx(
    hprocess: HANDLE,
    lpaddress: *mut c_void,
    dwsize: usize,
    dwfreetype: VIRTUAL_FREE_TYPE,
) -> BOOL {
    win32(FALSE, || {
        process::check_current(hprocess)?;
        free(lpaddress.addr(), dwsize, dwfreetype)
    })
}

/// Changes the protection of committed pages, and tells that of the first one before (MEM-14). The pages may be any of
/// this process, also those that the library has not allocated.
///
/// Errors: `ERROR_NOACCESS` for a null pointer; `ERROR_INVALID_ADDRESS` for pages that are not committed or of several
/// regions; `ERROR_INVALID_PARAMETER` for size 0 or a protection that does not exist; `ERROR_NOT_SUPPORTED` for guard
/// pages.
///
/// # Safety
/// `lpfloldprotect` is null or valid for a write; nobody relies on what the pages lose.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn VirtualProtect(
    lpaddress: *const c_void,
    dwsize: usize,
    flnewprotect: PAGE_PROTECTION_FLAGS,
    lpfloldprotect: *mut PAGE_PROTECTION_FLAGS,
) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        protect(lpaddress.addr(), dwsize, flnewprotect, lpfloldprotect)
    })
}

/// As `VirtualProtect`; the process is this one.
///
/// Errors: as there; `ERROR_INVALID_HANDLE` for another process.
///
/// # Safety
/// As there.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn VirtualProtectEx(
    hprocess: HANDLE,
    lpaddress: *const c_void,
    dwsize: usize,
    flnewprotect: PAGE_PROTECTION_FLAGS,
    lpfloldprotect: *mut PAGE_PROTECTION_FLAGS,
) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        process::check_current(hprocess)?;
        protect(lpaddress.addr(), dwsize, flnewprotect, lpfloldprotect)
    })
}

/// Tells what the pages from an address on are that are all alike (MEM-15). Of memory that the library has not allocated
/// it tells what Linux knows, each mapping as an allocation of its own. Returns the size of the structure.
///
/// Errors: 0 with `ERROR_BAD_LENGTH` for a size below that; `ERROR_NOACCESS` for a null pointer;
/// `ERROR_INVALID_PARAMETER` for an address that programs cannot have.
///
/// # Safety
/// `lpbuffer` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn VirtualQuery(
    lpaddress: *const c_void,
    lpbuffer: *mut MEMORY_BASIC_INFORMATION,
    dwlength: usize,
) -> usize {
    // SAFETY: this function's contract.
    win32(0, || unsafe { query(lpaddress.addr(), lpbuffer, dwlength) })
}

/// As `VirtualQuery`; the process is this one.
///
/// Errors: as there; `ERROR_INVALID_HANDLE` for another process.
///
/// # Safety
/// As there.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn VirtualQueryEx(
    hprocess: HANDLE,
    lpaddress: *const c_void,
    lpbuffer: *mut MEMORY_BASIC_INFORMATION,
    dwlength: usize,
) -> usize {
    // SAFETY: this function's contract.
    win32(0, || unsafe {
        process::check_current(hprocess)?;
        query(lpaddress.addr(), lpbuffer, dwlength)
    })
}

/// Keeps pages in memory (MEM-16).
///
/// Errors: `ERROR_WORKING_SET_QUOTA` beyond what Linux lets this user lock; `ERROR_NOACCESS` for pages that are not
/// accessible; `ERROR_INVALID_PARAMETER` for size 0.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn VirtualLock(lpaddress: *const c_void, dwsize: usize) -> BOOL {
    win32(FALSE, || {
        if dwsize == 0 {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        // SAFETY: Linux checks the range.
        if unsafe { libc::mlock(lpaddress, dwsize) } == 0 {
            return Ok(TRUE);
        }
        let mapped = matches!(maps::look(lpaddress.addr()), Found::Mapping(mapping)
            if mapping.range.end - lpaddress.addr() >= dwsize && mapping.protect != PAGE_NOACCESS);
        Err(if mapped {
            ERROR_WORKING_SET_QUOTA
        } else {
            ERROR_NOACCESS
        }
        .into())
    })
}

/// Takes `VirtualLock` back. Pages that are not locked are no error.
///
/// Errors: `ERROR_NOACCESS` where nothing is mapped; `ERROR_INVALID_PARAMETER` for size 0.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn VirtualUnlock(lpaddress: *const c_void, dwsize: usize) -> BOOL {
    win32(FALSE, || {
        if dwsize == 0 {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        // SAFETY: Linux checks the range.
        match unsafe { libc::munlock(lpaddress, dwsize) } {
            0 => Ok(TRUE),
            _ => Err(ERROR_NOACCESS.into()),
        }
    })
}

/// 0: there are no large pages here.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetLargePageMinimum() -> usize {
    0
}

fn allocate(
    address: usize,
    size: usize,
    kind: VIRTUAL_ALLOCATION_TYPE,
    protect: PAGE_PROTECTION_FLAGS,
) -> Result<*mut c_void, Win32Error> {
    if kind & MEM_LARGE_PAGES != 0 {
        return Err(ERROR_PRIVILEGE_NOT_HELD.into());
    }
    if kind & MEM_WRITE_WATCH != 0 {
        return Err(ERROR_NOT_SUPPORTED.into());
    }
    let linux = regions::to_linux(protect)?;
    let of_a_file = protect & (PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY) != 0;
    if size == 0 || of_a_file {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    let mut regions = regions::lock();
    let place = match kind & !MEM_TOP_DOWN {
        MEM_RESET => {
            let (base, _, range) = regions.range(address, size)?;
            tell(base + range.start, range.len(), Advice::Forget)?;
            base + range.start
        }
        kind if kind & !(MEM_RESERVE | MEM_COMMIT) != 0 || kind == 0 => {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        MEM_COMMIT if address != 0 => {
            let (base, region, range) = regions.range(address, size)?;
            tell(base + range.start, range.len(), Advice::Protect(linux))?;
            region.set(range.clone(), protect);
            base + range.start
        }
        kind => {
            let wanted = (address != 0).then(|| address / GRANULARITY * GRANULARITY);
            let end = address.checked_add(size).ok_or(ERROR_INVALID_PARAMETER)?;
            let size = regions::page_end(end - wanted.unwrap_or(0))?;
            let base = regions::reserve(wanted, size)?;
            let mut pages = RESERVED;
            if kind & MEM_COMMIT != 0 {
                tell(base, size, Advice::Protect(linux))
                    .inspect_err(|_| regions::unmap(base, size))?;
                pages = protect;
            }
            regions.insert(base, Region::new(size, protect, MEM_PRIVATE, pages));
            base
        }
    };
    Ok(std::ptr::with_exposed_provenance_mut(place))
}

fn free(address: usize, size: usize, kind: VIRTUAL_FREE_TYPE) -> Result<BOOL, Win32Error> {
    let mut regions = regions::lock();
    let (base, region) = regions.find(address).ok_or(ERROR_INVALID_ADDRESS)?;
    if region.kind != MEM_PRIVATE {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    match (kind, size) {
        (MEM_RELEASE, 0) if address == base => {
            let size = region.size;
            regions.remove(base);
            regions::unmap(base, size);
        }
        (MEM_DECOMMIT, 0) if address == base => {
            let all = 0..region.size;
            tell(base, all.len(), Advice::Decommit)?;
            region.set(all, RESERVED);
        }
        (MEM_RELEASE | MEM_DECOMMIT, 0) => return Err(ERROR_INVALID_ADDRESS.into()),
        (MEM_DECOMMIT, size) => {
            let (base, region, range) = regions.range(address, size)?;
            tell(base + range.start, range.len(), Advice::Decommit)?;
            region.set(range, RESERVED);
        }
        _ => return Err(ERROR_INVALID_PARAMETER.into()),
    }
    Ok(TRUE)
}

/// # Safety
/// `before` is null or valid for a write.
unsafe fn protect(
    address: usize,
    size: usize,
    protect: PAGE_PROTECTION_FLAGS,
    before: *mut PAGE_PROTECTION_FLAGS,
) -> Result<BOOL, Win32Error> {
    if is_bad(before) {
        return Err(ERROR_NOACCESS.into());
    }
    let linux = regions::to_linux(protect)?;
    if size == 0 {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    let mut regions = regions::lock();
    let old = if regions.find(address).is_some() {
        let (base, region, range) = regions.range(address, size)?;
        if !region.is_committed(&range) {
            return Err(ERROR_INVALID_ADDRESS.into());
        }
        let old = region.run(range.start).1;
        tell(base + range.start, range.len(), Advice::Protect(linux))?;
        region.set(range, protect);
        old
    } else {
        let Found::Mapping(mapping) = maps::look(address) else {
            return Err(ERROR_INVALID_ADDRESS.into());
        };
        let start = regions::page_of(address);
        let end = address.checked_add(size).ok_or(ERROR_INVALID_PARAMETER)?;
        let end = regions::page_end(end)?;
        tell(start, end - start, Advice::Protect(linux)).map_err(|_| ERROR_INVALID_ADDRESS)?;
        mapping.protect
    };
    // SAFETY: not bad, so valid for a write by this function's contract.
    unsafe { before.write_unaligned(old) };
    Ok(TRUE)
}

/// Beyond this nothing of a program can be.
const END_OF_ADDRESSES: usize = 0x7FFF_FFFF_0000;

/// # Safety
/// `buffer` is null or valid for a write.
unsafe fn query(
    address: usize,
    buffer: *mut MEMORY_BASIC_INFORMATION,
    length: usize,
) -> Result<usize, Win32Error> {
    if length < size_of::<MEMORY_BASIC_INFORMATION>() {
        return Err(ERROR_BAD_LENGTH.into());
    }
    if is_bad(buffer) {
        return Err(ERROR_NOACCESS.into());
    }
    if address >= END_OF_ADDRESSES {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    let start = regions::page_of(address);
    let pointer = std::ptr::with_exposed_provenance_mut;
    let mut told = MEMORY_BASIC_INFORMATION {
        BaseAddress: pointer(start),
        ..Default::default()
    };
    if let Some((base, region)) = regions::lock().find(address) {
        let (run, protect) = region.run(start - base);
        told.AllocationBase = pointer(base);
        told.AllocationProtect = region.protect;
        told.RegionSize = run.len();
        told.State = if protect == RESERVED {
            MEM_RESERVE
        } else {
            MEM_COMMIT
        };
        told.Protect = protect;
        told.Type = region.kind;
    } else {
        match maps::look(address) {
            Found::Mapping(mapping) => {
                told.AllocationBase = pointer(mapping.range.start);
                told.AllocationProtect = mapping.protect;
                told.RegionSize = mapping.range.end - start;
                told.State = MEM_COMMIT;
                told.Protect = mapping.protect;
                told.Type = mapping.kind;
            }
            Found::Gap(gap) => {
                told.RegionSize = gap.end.min(END_OF_ADDRESSES) - start;
                told.State = MEM_FREE;
                told.Protect = PAGE_NOACCESS;
            }
        }
    }
    // SAFETY: not bad, so valid for a write by this function's contract.
    unsafe { buffer.write_unaligned(told) };
    Ok(size_of::<MEMORY_BASIC_INFORMATION>())
}

/// What Linux is told of pages.
enum Advice {
    Protect(i32),
    Decommit,
    Forget,
}

fn tell(address: usize, size: usize, advice: Advice) -> Result<(), Win32Error> {
    let at = std::ptr::with_exposed_provenance_mut::<c_void>(address);
    // SAFETY: the callers have found the pages in a region or a mapping of this process; that nobody relies on what they
    // lose is the contract of the exported functions.
    let done = unsafe {
        match advice {
            Advice::Protect(protection) => libc::mprotect(at, size, protection) == 0,
            Advice::Forget => libc::madvise(at, size, libc::MADV_FREE) == 0,
            Advice::Decommit => {
                let flags =
                    libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_FIXED;
                libc::mmap(at, size, libc::PROT_NONE, flags, -1, 0) == at
            }
        }
    };
    if done {
        Ok(())
    } else {
        Err(ERROR_COMMITMENT_LIMIT.into())
    }
}
