//! Pages: reserved, committed, protected.

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use crate::common::w::Win32::Foundation::{
    ERROR_BAD_LENGTH, ERROR_INVALID_ADDRESS, ERROR_INVALID_PARAMETER, ERROR_NOACCESS,
};
use crate::common::w::Win32::System::Memory::{
    MEM_COMMIT, MEM_DECOMMIT, MEM_FREE, MEM_PRIVATE, MEM_RELEASE, MEM_RESERVE,
    MEMORY_BASIC_INFORMATION, PAGE_EXECUTE_READ, PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE,
    PAGE_WRITECOPY, VirtualAlloc, VirtualAllocEx, VirtualFree, VirtualFreeEx, VirtualLock,
    VirtualProtect, VirtualQuery, VirtualUnlock,
};
use crate::common::w::Win32::System::SystemInformation::{GetSystemInfo, SYSTEM_INFO};
use crate::common::w::Win32::System::Threading::GetCurrentProcess;
use crate::common::{last_error, set_last_error};

const KIB: usize = 1 << 10;

fn page() -> usize {
    let mut info = SYSTEM_INFO::default();
    call!(GetSystemInfo(&mut info));
    assert_eq!(info.dwAllocationGranularity as usize, 64 * KIB);
    info.dwPageSize as usize
}

/// Reserves and commits a region of its own.
#[track_caller]
fn allocate(size: usize, kind: u32) -> *mut c_void {
    let region = call!(VirtualAlloc(null(), size, kind, PAGE_READWRITE));
    assert!(
        !region.is_null(),
        "VirtualAlloc failed with error {}",
        last_error()
    );
    region
}

#[track_caller]
fn release(region: *mut c_void) {
    assert_eq!(call!(VirtualFree(region, 0, MEM_RELEASE)), 1);
}

fn query(address: *const c_void) -> MEMORY_BASIC_INFORMATION {
    let mut told = MEMORY_BASIC_INFORMATION::default();
    let size = size_of::<MEMORY_BASIC_INFORMATION>();
    assert_eq!(call!(VirtualQuery(address, &mut told, size)), size);
    told
}

/// MEM-11: a reservation begins at a multiple of 64 KiB and has whole pages; nothing else can be reserved there.
#[test]
fn mem_11_reserving() {
    let region = allocate(100 * KIB, MEM_RESERVE);
    assert_eq!(region.addr() % (64 * KIB), 0);
    let told = query(region);
    assert_eq!(
        (told.State, told.RegionSize, told.Type),
        (MEM_RESERVE, 100 * KIB, MEM_PRIVATE)
    );
    assert_eq!(told.AllocationProtect, PAGE_READWRITE);
    let again = call!(VirtualAlloc(region, KIB, MEM_RESERVE, PAGE_READWRITE));
    assert!(again.is_null());
    assert_eq!(last_error(), ERROR_INVALID_ADDRESS);
    release(region);
    // The place is free again, and the address is rounded down.
    let wanted = region.wrapping_byte_add(5);
    let there = call!(VirtualAlloc(wanted, KIB, MEM_RESERVE, PAGE_READWRITE));
    assert_eq!(there, region);
    release(there);
}

/// MEM-12: committed pages are zero; a part of a reservation can be committed, and pages outside of one cannot.
#[test]
fn mem_12_committing() {
    let page = page();
    let region = allocate(16 * page, MEM_RESERVE);
    let second = region.wrapping_byte_add(page + 10);
    let committed = call!(VirtualAlloc(second, page, MEM_COMMIT, PAGE_READWRITE));
    assert_eq!(
        committed,
        region.wrapping_byte_add(page),
        "rounded to whole pages"
    );
    assert_eq!(call!(committed.cast::<[u8; 64]>().read()), [0; 64]);
    call!(committed.cast::<u8>().write_bytes(7, 2 * page));
    let told = query(committed);
    assert_eq!((told.State, told.RegionSize), (MEM_COMMIT, 2 * page));
    assert_eq!(told.AllocationBase, region);
    // Once more: nothing is lost.
    assert_eq!(
        call!(VirtualAlloc(committed, page, MEM_COMMIT, PAGE_READWRITE)),
        committed
    );
    assert_eq!(call!(committed.cast::<u8>().read()), 7);
    let beyond = call!(VirtualAlloc(
        committed,
        16 * page,
        MEM_COMMIT,
        PAGE_READWRITE
    ));
    assert!(beyond.is_null());
    assert_eq!(last_error(), ERROR_INVALID_ADDRESS);
    release(region);
    for (size, kind, protect) in [
        (0, MEM_COMMIT, PAGE_READWRITE),
        (KIB, 0, PAGE_READWRITE),
        (KIB, MEM_RELEASE, PAGE_READWRITE),
        (KIB, MEM_COMMIT, 0),
        (KIB, MEM_COMMIT, PAGE_READWRITE | PAGE_READONLY),
        (KIB, MEM_COMMIT, PAGE_WRITECOPY),
    ] {
        set_last_error(0);
        assert!(call!(VirtualAlloc(null(), size, kind, protect)).is_null());
        assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
    }
}

/// MEM-13: decommitted pages stay reserved and are zero when committed again; a region is released as a whole, by its base.
#[test]
fn mem_13_freeing() {
    let page = page();
    let region = allocate(4 * page, MEM_RESERVE | MEM_COMMIT);
    call!(region.cast::<u8>().write_bytes(7, 4 * page));
    assert_eq!(
        call!(VirtualFree(
            region.wrapping_byte_add(page),
            page,
            MEM_DECOMMIT
        )),
        1
    );
    assert_eq!(query(region).RegionSize, page);
    let hole = query(region.wrapping_byte_add(page));
    assert_eq!((hole.State, hole.RegionSize), (MEM_RESERVE, page));
    let again = call!(VirtualAlloc(region, 4 * page, MEM_COMMIT, PAGE_READWRITE));
    assert_eq!(again, region);
    let byte = |at: usize| call!(region.cast::<u8>().add(at).read());
    assert_eq!((byte(0), byte(page), byte(2 * page)), (7, 0, 7));
    for (address, size, kind, error) in [
        (region, page, MEM_RELEASE, ERROR_INVALID_PARAMETER),
        (
            region,
            0,
            MEM_RELEASE | MEM_DECOMMIT,
            ERROR_INVALID_PARAMETER,
        ),
        (
            region.wrapping_byte_add(page),
            0,
            MEM_RELEASE,
            ERROR_INVALID_ADDRESS,
        ),
        (
            region.wrapping_byte_add(page),
            0,
            MEM_DECOMMIT,
            ERROR_INVALID_ADDRESS,
        ),
    ] {
        assert_eq!(call!(VirtualFree(address, size, kind)), 0);
        assert_eq!(last_error(), error);
    }
    assert_eq!(call!(VirtualFree(region, 0, MEM_DECOMMIT)), 1);
    assert_eq!(query(region).State, MEM_RESERVE);
    release(region);
    assert_eq!(call!(VirtualFree(region, 0, MEM_RELEASE)), 0);
    assert_eq!(last_error(), ERROR_INVALID_ADDRESS);
}

/// MEM-14: changing the protection tells the one before; pages have to be committed.
#[test]
fn mem_14_protecting() {
    let page = page();
    let region = allocate(4 * page, MEM_RESERVE);
    let two = call!(VirtualAlloc(region, 2 * page, MEM_COMMIT, PAGE_READWRITE));
    let mut before = 0;
    assert_eq!(
        call!(VirtualProtect(two, page, PAGE_READONLY, &mut before)),
        1
    );
    assert_eq!(before, PAGE_READWRITE);
    assert_eq!(
        (query(two).Protect, query(two).RegionSize),
        (PAGE_READONLY, page)
    );
    // A range that touches both pages: what is told is the first one's.
    let middle = two.wrapping_byte_add(page - 1);
    assert_eq!(
        call!(VirtualProtect(middle, 2, PAGE_NOACCESS, &mut before)),
        1
    );
    assert_eq!(before, PAGE_READONLY);
    assert_eq!(query(two).RegionSize, 2 * page);
    assert_eq!(
        call!(VirtualProtect(two, 2 * page, PAGE_READWRITE, &mut before)),
        1
    );
    call!(two.cast::<u8>().write(1));
    for (size, protect, before, error) in [
        (
            3 * page,
            PAGE_READONLY,
            &raw mut before,
            ERROR_INVALID_ADDRESS,
        ),
        (page, 0, &raw mut before, ERROR_INVALID_PARAMETER),
        (page, PAGE_READONLY, null_mut(), ERROR_NOACCESS),
    ] {
        assert_eq!(call!(VirtualProtect(two, size, protect, before)), 0);
        assert_eq!(last_error(), error);
    }
    release(region);
}

/// MEM-15: a query tells of memory that was not allocated so as well: code, stacks, and what is free.
#[test]
fn mem_15_querying() {
    let code = query((mem_15_querying as fn()) as *const c_void);
    assert_eq!((code.State, code.Protect), (MEM_COMMIT, PAGE_EXECUTE_READ));
    let local = 0u8;
    let stack = query((&raw const local).cast());
    assert_eq!(
        (stack.State, stack.Protect, stack.Type),
        (MEM_COMMIT, PAGE_READWRITE, MEM_PRIVATE)
    );
    let region = allocate(64 * KIB, MEM_RESERVE);
    release(region);
    let free = query(region);
    assert_eq!((free.State, free.Protect), (MEM_FREE, PAGE_NOACCESS));
    assert!(free.RegionSize >= 64 * KIB);
    let mut told = MEMORY_BASIC_INFORMATION::default();
    let size = size_of::<MEMORY_BASIC_INFORMATION>();
    assert_eq!(call!(VirtualQuery(region, &mut told, size - 1)), 0);
    assert_eq!(last_error(), ERROR_BAD_LENGTH);
    let beyond = std::ptr::without_provenance(usize::MAX);
    assert_eq!(call!(VirtualQuery(beyond, &mut told, size)), 0);
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
}

/// MEM-16: committed pages can be locked into memory.
#[test]
fn mem_16_locking() {
    let page = page();
    let region = allocate(2 * page, MEM_RESERVE);
    assert_eq!(call!(VirtualLock(region, 2 * page)), 0);
    assert_eq!(last_error(), ERROR_NOACCESS);
    assert_eq!(
        call!(VirtualAlloc(region, page, MEM_COMMIT, PAGE_READWRITE)),
        region
    );
    assert_eq!(call!(VirtualLock(region, page)), 1);
    assert_eq!(call!(VirtualUnlock(region, page)), 1);
    release(region);
}

/// MEM-17: the functions that take a process do the same for this one.
#[test]
fn mem_17_with_a_process() {
    let process = call!(GetCurrentProcess());
    let kind = MEM_RESERVE | MEM_COMMIT;
    let region = call!(VirtualAllocEx(process, null(), KIB, kind, PAGE_READWRITE));
    call!(region.cast::<u8>().write(1));
    assert_eq!(query(region).AllocationBase, region);
    assert_eq!(call!(VirtualFreeEx(process, region, 0, MEM_RELEASE)), 1);
    assert!(
        call!(VirtualAllocEx(
            null_mut(),
            null(),
            KIB,
            kind,
            PAGE_READWRITE
        ))
        .is_null()
    );
}
