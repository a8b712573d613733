//! The global and the local functions.

use std::ptr::null_mut;

use crate::common::w::Win32::Foundation::{
    ERROR_DISCARDED, ERROR_NOT_LOCKED, ERROR_SUCCESS, GlobalFree, LocalFree,
};
use crate::common::w::Win32::System::Memory::{
    GMEM_MOVEABLE, GMEM_ZEROINIT, GPTR, GlobalAlloc, GlobalFlags, GlobalHandle, GlobalLock,
    GlobalReAlloc, GlobalSize, GlobalUnlock, LPTR, LocalAlloc, LocalLock, LocalReAlloc, LocalSize,
};
use crate::common::{SENTINEL, last_error, set_last_error};

/// MEM-07: fixed memory is used by its handle; freeing gives null, also for null.
#[test]
fn mem_07_fixed_memory() {
    let global = call!(GlobalAlloc(GPTR, 100));
    let local = call!(LocalAlloc(LPTR, 100));
    for memory in [global, local] {
        assert_eq!(call!(memory.cast::<[u8; 100]>().read()), [0; 100]);
    }
    assert_eq!(call!(GlobalLock(global)), global);
    assert_ne!(call!(GlobalUnlock(global)), 0);
    assert_eq!(call!(LocalLock(local)), local);
    assert_eq!(
        (call!(GlobalSize(global)), call!(LocalSize(local))),
        (100, 100)
    );
    assert_eq!(call!(GlobalHandle(global)), global);
    assert!(call!(GlobalFree(global)).is_null());
    assert!(call!(LocalFree(local)).is_null());
    assert!(call!(LocalFree(null_mut())).is_null());
}

/// MEM-08: movable memory has an address while it is locked; locks are counted.
#[test]
fn mem_08_movable_memory() {
    let memory = call!(GlobalAlloc(GMEM_MOVEABLE | GMEM_ZEROINIT, 64));
    let address = call!(GlobalLock(memory));
    assert_ne!(address, memory);
    assert_eq!(call!(address.cast::<[u8; 64]>().read()), [0; 64]);
    assert_eq!(call!(GlobalLock(memory)), address);
    assert_eq!(call!(GlobalFlags(memory)) & 0xFF, 2);
    assert_eq!(call!(GlobalHandle(address)), memory);
    assert_ne!(call!(GlobalUnlock(memory)), 0);
    set_last_error(SENTINEL);
    assert_eq!(
        (call!(GlobalUnlock(memory)), last_error()),
        (0, ERROR_SUCCESS)
    );
    assert_eq!(
        (call!(GlobalUnlock(memory)), last_error()),
        (0, ERROR_NOT_LOCKED)
    );
    assert!(call!(GlobalFree(memory)).is_null());
}

/// MEM-09: memory keeps its contents and its handle when its size changes.
#[test]
fn mem_09_changing_the_size() {
    let mut memory = call!(GlobalAlloc(GMEM_MOVEABLE, 10));
    call!(GlobalLock(memory).cast::<u8>().write_bytes(7, 10));
    call!(GlobalUnlock(memory));
    let same = call!(GlobalReAlloc(memory, 100_000, GMEM_ZEROINIT));
    assert_eq!(same, memory);
    let address = call!(GlobalLock(memory)).cast::<u8>();
    assert_eq!(call!((address.read(), address.add(10).read())), (7, 0));
    assert_eq!(call!(GlobalSize(memory)), 100_000);
    call!(GlobalUnlock(memory));
    assert!(call!(GlobalFree(memory)).is_null());

    memory = call!(LocalAlloc(LPTR, 10));
    call!(memory.cast::<u8>().write_bytes(7, 10));
    assert!(
        call!(LocalReAlloc(memory, 50_000_000, 0)).is_null(),
        "it may not move"
    );
    memory = call!(LocalReAlloc(memory, 50_000_000, GMEM_MOVEABLE));
    assert_eq!(call!(memory.cast::<u8>().read()), 7);
    assert_eq!(call!(LocalSize(memory)), 50_000_000);
    assert!(call!(LocalFree(memory)).is_null());
}

/// MEM-10: movable memory of size 0 is discarded: it has a handle and no address until it gets a size.
#[test]
fn mem_10_discarded_memory() {
    let memory = call!(GlobalAlloc(GMEM_MOVEABLE, 0));
    assert!(!memory.is_null());
    assert_ne!(call!(GlobalFlags(memory)) & 0x4000, 0);
    assert!(call!(GlobalLock(memory)).is_null());
    assert_eq!(last_error(), ERROR_DISCARDED);
    assert_eq!(call!(GlobalReAlloc(memory, 10, 0)), memory);
    assert!(!call!(GlobalLock(memory)).is_null());
    assert!(call!(GlobalFree(memory)).is_null());
}
