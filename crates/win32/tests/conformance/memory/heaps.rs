//! Heaps.

use std::ptr::{null, null_mut, without_provenance_mut};

use crate::common::w::Win32::Foundation::{
    ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY, HANDLE,
};
use crate::common::w::Win32::System::Memory::{
    GetProcessHeap, GetProcessHeaps, HEAP_REALLOC_IN_PLACE_ONLY, HEAP_ZERO_MEMORY, HeapAlloc,
    HeapCreate, HeapDestroy, HeapFree, HeapReAlloc, HeapSize, HeapValidate,
};
use crate::common::{Task, last_error, task};

fn bytes(block: *mut std::ffi::c_void, from: usize, to: usize) -> Vec<u8> {
    (from..to)
        .map(|at| call!(block.cast::<u8>().add(at).read()))
        .collect()
}

/// A heap of the program.
fn heap(limit: usize) -> HANDLE {
    let heap = call!(HeapCreate(0, 0, limit));
    assert!(!heap.is_null());
    heap
}

/// MEM-01: the process has one heap from the beginning, which cannot be destroyed.
#[test]
fn mem_01_the_process_heap() {
    let heap = call!(GetProcessHeap());
    assert!(!heap.is_null());
    assert_eq!(heap, call!(GetProcessHeap()));
    let mut heaps = [null_mut(); 1];
    assert!(call!(GetProcessHeaps(1, heaps.as_mut_ptr())) >= 1);
    assert!(!heaps[0].is_null());
    #[cfg(not(windows))] // there, it would be the end of everything
    {
        assert_eq!(call!(HeapDestroy(heap)), 0);
        assert_eq!(last_error(), ERROR_INVALID_HANDLE);
    }
}

/// MEM-02: a heap goes with all its blocks; one with a maximum size refuses more.
#[test]
fn mem_02_heaps_of_the_program() {
    let heap = heap(0);
    for size in [0, 1, 100, 1 << 20] {
        let block = call!(HeapAlloc(heap, 0, size));
        assert!(!block.is_null());
        call!(block.cast::<u8>().write_bytes(1, size));
    }
    assert_eq!(call!(HeapDestroy(heap)), 1);
    let limited = self::heap(64 << 10);
    assert!(call!(HeapAlloc(limited, 0, 1 << 20)).is_null());
    let kept: Vec<_> = (0..64)
        .map(|_| call!(HeapAlloc(limited, 0, 4096)))
        .take_while(|block| !block.is_null())
        .collect();
    assert!((1..=16).contains(&kept.len()), "{}", kept.len());
    assert_eq!(call!(HeapDestroy(limited)), 1);
    assert!(call!(HeapCreate(0, 2 << 20, 1 << 20)).is_null());
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
}

/// MEM-03: blocks are aligned to 16 bytes, zero if asked for, and freed by their heap; freeing null is fine.
#[test]
fn mem_03_allocating_and_freeing() {
    let own = heap(0);
    for heap in [call!(GetProcessHeap()), own] {
        let block = call!(HeapAlloc(heap, HEAP_ZERO_MEMORY, 777));
        assert_eq!(block.addr() % 16, 0);
        assert!(bytes(block, 0, 777).iter().all(|&byte| byte == 0));
        assert_eq!(call!(HeapFree(heap, 0, block)), 1);
        assert_eq!(call!(HeapFree(heap, 0, null())), 1);
        assert!(call!(HeapAlloc(heap, 0, usize::MAX / 2)).is_null());
        assert_eq!(last_error(), ERROR_NOT_ENOUGH_MEMORY);
    }
    assert_eq!(call!(HeapDestroy(own)), 1);
    #[cfg(not(windows))] // there, it may end the program
    {
        let no_heap = without_provenance_mut(0x12_3450);
        assert!(call!(HeapAlloc(no_heap, 0, 1)).is_null());
        assert_eq!(last_error(), ERROR_INVALID_HANDLE);
        assert_eq!(call!(HeapDestroy(own)), 0);
    }
    let _: HANDLE = without_provenance_mut(0);
}

/// MEM-04: a block keeps its contents when its size changes; what it gains is zero if asked for; in place or not at all.
#[test]
fn mem_04_changing_the_size() {
    let own = heap(0);
    for heap in [call!(GetProcessHeap()), own] {
        let mut block = call!(HeapAlloc(heap, 0, 100));
        call!(block.cast::<u8>().write_bytes(7, 100));
        for size in [200, 100_000, 50] {
            block = call!(HeapReAlloc(heap, HEAP_ZERO_MEMORY, block, size));
            assert!(!block.is_null());
            assert_eq!(call!(HeapSize(heap, 0, block)), size);
            assert!(bytes(block, 0, size.min(100)).iter().all(|&byte| byte == 7));
            assert!(
                bytes(block, size.min(100), size)
                    .iter()
                    .all(|&byte| byte == 0)
            );
        }
        let in_place = call!(HeapReAlloc(
            heap,
            HEAP_REALLOC_IN_PLACE_ONLY,
            block,
            50_000_000
        ));
        assert!(in_place.is_null());
        assert_eq!(call!(HeapSize(heap, 0, block)), 50);
        assert_eq!(
            call!(HeapReAlloc(heap, HEAP_REALLOC_IN_PLACE_ONLY, block, 49)),
            block
        );
        assert_eq!(call!(HeapFree(heap, 0, block)), 1);
    }
    assert_eq!(call!(HeapDestroy(own)), 1);
}

/// MEM-05: the size of a block is what was asked for, to the byte.
#[test]
fn mem_05_sizes() {
    let heap = call!(GetProcessHeap());
    for size in [0, 1, 15, 16, 17, 4097] {
        let block = call!(HeapAlloc(heap, 0, size));
        assert_eq!(call!(HeapSize(heap, 0, block)), size);
        assert_eq!(call!(HeapFree(heap, 0, block)), 1);
    }
}

/// MEM-06: a heap knows its own blocks.
#[test]
fn mem_06_validating() {
    let (first, second) = (heap(0), heap(0));
    let block = call!(HeapAlloc(first, 0, 10));
    assert_ne!(call!(HeapValidate(first, 0, block)), 0);
    assert_ne!(call!(HeapValidate(first, 0, null())), 0);
    #[cfg(not(windows))] // there, a debugger would be called
    {
        assert_eq!(call!(HeapValidate(second, 0, block)), 0);
        assert_eq!(call!(HeapFree(second, 0, block)), 0);
        assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
        assert_eq!(call!(HeapSize(second, 0, block)), usize::MAX);
    }
    assert_eq!(call!(HeapDestroy(second)), 1);
    assert_eq!(call!(HeapDestroy(first)), 1);
}

/// MEM-03: threads share a heap.
#[test]
fn mem_03_threads_share_a_heap() {
    let heap = heap(0).expose_provenance();
    let tasks: Vec<Task<()>> = (0..4)
        .map(|number: u8| {
            task(move || {
                let heap = std::ptr::with_exposed_provenance_mut(heap);
                let mut blocks = Vec::new();
                for round in 0..2_000 {
                    let block = call!(HeapAlloc(heap, 0, 64));
                    call!(block.cast::<u8>().write_bytes(number, 64));
                    blocks.push(block);
                    if round % 3 == 0 {
                        let block = blocks.swap_remove(round % blocks.len());
                        assert_eq!(bytes(block, 0, 64), [number; 64]);
                        assert_eq!(call!(HeapFree(heap, 0, block)), 1);
                    }
                }
            })
        })
        .collect();
    tasks.into_iter().for_each(Task::result);
    let heap = std::ptr::with_exposed_provenance_mut(heap);
    assert_ne!(call!(HeapValidate(heap, 0, null())), 0);
    assert_eq!(call!(HeapDestroy(heap)), 1);
}
