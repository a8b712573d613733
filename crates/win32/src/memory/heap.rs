//! Heaps (MEM-01 to MEM-06).
//!
//! All memory comes from `malloc`. In front of each block stands what Windows can tell of it and `malloc` cannot: its exact
//! size, and a mark of its heap, by which foreign pointers are found out. The blocks of a heap of the program are chained
//! besides, so that they go with the heap; those of the process heap are not.

use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY, FALSE, HANDLE, TRUE,
};
use windows_sys::Win32::System::Memory::{
    HEAP_FLAGS, HEAP_INFORMATION_CLASS, HEAP_REALLOC_IN_PLACE_ONLY, HEAP_ZERO_MEMORY,
};
use windows_sys::core::BOOL;

use crate::error::Win32Error;
use crate::guard::{is_bad, win32};

/// The heap of the process (MEM-01).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetProcessHeap() -> HANDLE {
    std::ptr::with_exposed_provenance_mut(process_heap())
}

/// The heaps there are: the process heap and those of `HeapCreate`. Returns their number; beyond `numberofheaps` none is
/// written.
///
/// # Safety
/// `processheaps` is valid for `numberofheaps` writes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetProcessHeaps(
    numberofheaps: u32,
    processheaps: *mut HANDLE,
) -> u32 {
    win32(0, || {
        let others = heaps().keys().copied().collect::<Vec<_>>();
        let all = std::iter::once(process_heap()).chain(others);
        let mut count = 0;
        for heap in all {
            if count < numberofheaps as usize && !is_bad(processheaps) {
                let heap = std::ptr::with_exposed_provenance_mut(heap);
                // SAFETY: `count` is below the number of writes promised by the caller.
                unsafe { processheaps.add(count).write_unaligned(heap) };
            }
            count += 1;
        }
        Ok(count as u32)
    })
}

/// Makes a heap (MEM-02). With a maximum size it refuses what goes beyond. The flags and the initial size have no effect.
///
/// Errors: null with `ERROR_INVALID_PARAMETER` if the initial size is above the maximum.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HeapCreate(
    _floptions: HEAP_FLAGS,
    dwinitialsize: usize,
    dwmaximumsize: usize,
) -> HANDLE {
    win32(std::ptr::null_mut(), || {
        if dwmaximumsize != 0 && dwinitialsize > dwmaximumsize {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        let heap = Arc::new(Heap {
            limit: if dwmaximumsize == 0 {
                usize::MAX
            } else {
                dwmaximumsize
            },
            chain: Mutex::default(),
        });
        let handle = Arc::as_ptr(&heap).expose_provenance();
        heaps().insert(handle, heap);
        Ok(std::ptr::with_exposed_provenance_mut(handle))
    })
}

/// Frees a heap and all its blocks (MEM-02).
///
/// Errors: `ERROR_INVALID_HANDLE`, also for the process heap.
///
/// # Safety
/// No block of the heap is used any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HeapDestroy(hheap: HANDLE) -> BOOL {
    win32(FALSE, || {
        let heap = heaps().remove(&hheap.addr());
        let heap = heap.ok_or(ERROR_INVALID_HANDLE)?;
        let mut block = std::mem::take(&mut *heap.lock()).first;
        while !block.is_null() {
            // SAFETY: the chain holds living blocks of `malloc`, which nobody uses any more by this function's contract.
            unsafe {
                let next = (*block).next;
                libc::free(block.cast());
                block = next;
            }
        }
        Ok(TRUE)
    })
}

/// Allocates a block, aligned to 16 bytes; with `HEAP_ZERO_MEMORY` it is all zero (MEM-03).
///
/// Errors: null with `ERROR_NOT_ENOUGH_MEMORY`, whatever the flags say; `ERROR_INVALID_HANDLE` for what is no heap.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HeapAlloc(
    hheap: HANDLE,
    dwflags: HEAP_FLAGS,
    dwbytes: usize,
) -> *mut c_void {
    win32(std::ptr::null_mut(), || {
        let block = find(hheap)?.allocate(dwbytes, dwflags & HEAP_ZERO_MEMORY != 0);
        if block.is_null() {
            return Err(ERROR_NOT_ENOUGH_MEMORY.into());
        }
        Ok(block)
    })
}

/// Changes the size of a block, which may move unless `HEAP_REALLOC_IN_PLACE_ONLY` is given; with `HEAP_ZERO_MEMORY` what
/// it has gained is zero (MEM-04). If it fails the block stays as it is.
///
/// Errors: null with `ERROR_NOT_ENOUGH_MEMORY`; `ERROR_INVALID_PARAMETER` for null or a block of another heap;
/// `ERROR_INVALID_HANDLE` for what is no heap.
///
/// # Safety
/// The pointer is null or comes from an allocation that was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HeapReAlloc(
    hheap: HANDLE,
    dwflags: HEAP_FLAGS,
    lpmem: *const c_void,
    dwbytes: usize,
) -> *mut c_void {
    win32(std::ptr::null_mut(), || {
        let heap = find(hheap)?;
        let zeroed = dwflags & HEAP_ZERO_MEMORY != 0;
        let may_move = dwflags & HEAP_REALLOC_IN_PLACE_ONLY == 0;
        // SAFETY: this function's contract.
        unsafe { heap.resize(lpmem.cast_mut(), dwbytes, zeroed, may_move) }
    })
}

/// Frees a block (MEM-03). A null pointer is fine.
///
/// Errors: `ERROR_INVALID_PARAMETER` for a block of another heap; `ERROR_INVALID_HANDLE` for what is no heap.
///
/// # Safety
/// The pointer is null or comes from an allocation that was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HeapFree(
    hheap: HANDLE,
    _dwflags: HEAP_FLAGS,
    lpmem: *const c_void,
) -> BOOL {
    win32(FALSE, || {
        let heap = find(hheap)?;
        if !lpmem.is_null() {
            // SAFETY: this function's contract.
            unsafe { heap.free(lpmem.cast_mut()) }?;
        }
        Ok(TRUE)
    })
}

/// The size that a block was allocated with (MEM-05).
///
/// Errors: `usize::MAX` with `ERROR_INVALID_PARAMETER` or `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// The pointer is null or comes from an allocation that was not freed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HeapSize(
    hheap: HANDLE,
    _dwflags: HEAP_FLAGS,
    lpmem: *const c_void,
) -> usize {
    win32(usize::MAX, || {
        // SAFETY: this function's contract.
        Ok(unsafe { find(hheap)?.look(lpmem.cast_mut())?.read() }.size)
    })
}

/// Whether a pointer is a block of the heap, or for null whether the marks of all blocks of a heap of the program are whole
/// (MEM-06). The blocks of the process heap cannot be gone through.
///
/// # Safety
/// The pointer is null or valid for reads, and so are the 16 bytes before it.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HeapValidate(
    hheap: HANDLE,
    _dwflags: HEAP_FLAGS,
    lpmem: *const c_void,
) -> BOOL {
    win32(FALSE, || {
        let heap = find(hheap)?;
        if lpmem.is_null() {
            return Ok(heap.is_whole().into());
        }
        // SAFETY: this function's contract.
        Ok(unsafe { heap.look(lpmem.cast_mut()) }.is_ok().into())
    })
}

/// Accepts the settings of a heap there are, all of which have no effect.
///
/// Errors: `ERROR_INVALID_PARAMETER` for an unknown class; `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HeapSetInformation(
    heaphandle: HANDLE,
    heapinformationclass: HEAP_INFORMATION_CLASS,
    _heapinformation: *const c_void,
    _heapinformationlength: usize,
) -> BOOL {
    win32(FALSE, || {
        if !heaphandle.is_null() {
            find(heaphandle)?;
        }
        // Compatibility, termination on corruption, resources.
        if ![0, 1, 3].contains(&heapinformationclass) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        Ok(TRUE)
    })
}

/// Memory that the caller gives back by `LocalFree`, `GlobalFree` or `HeapFree` of the process heap; null if there is none.
#[allow(dead_code)] // the functions that hand out such memory come one by one
pub(crate) fn allocate(bytes: usize) -> *mut c_void {
    Which::Process.allocate(bytes, false)
}

/// A heap of the program.
pub(super) struct Heap {
    limit: usize,
    chain: Mutex<Chain>,
}

struct Chain {
    first: *mut Linked,
    used: usize,
}

impl Default for Chain {
    fn default() -> Self {
        Self {
            first: std::ptr::null_mut(),
            used: 0,
        }
    }
}

// SAFETY: the blocks belong to the chain, whoever holds its lock.
unsafe impl Send for Chain {}

/// What stands in front of a block.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Header {
    pub(super) size: usize,
    mark: usize,
}

/// What stands in front of a block of a heap of the program.
#[repr(C)]
struct Linked {
    previous: *mut Linked,
    next: *mut Linked,
    header: Header,
}

const ALIGNMENT: usize = 16;

/// No program has so much.
const ADDRESS_SPACE: usize = 1 << 47;
const _: () = assert!(size_of::<Header>() == ALIGNMENT && size_of::<Linked>() == 2 * ALIGNMENT);

/// Makes marks of addresses.
const MARK: usize = 0x4C42_4845_4150_5F31;

impl Heap {
    fn lock(&self) -> MutexGuard<'_, Chain> {
        self.chain
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Chain {
    /// # Safety
    /// The block is writable and in no chain.
    unsafe fn add(&mut self, block: *mut Linked) {
        // SAFETY: this function's contract; the first block is one of the chain.
        unsafe {
            (*block).previous = std::ptr::null_mut();
            (*block).next = self.first;
            if !self.first.is_null() {
                (*self.first).previous = block;
            }
            self.used += (*block).header.size;
        }
        self.first = block;
    }

    /// # Safety
    /// The block is in this chain.
    unsafe fn remove(&mut self, block: *mut Linked) {
        // SAFETY: this function's contract; neighbours are blocks of the chain.
        unsafe {
            let (previous, next) = ((*block).previous, (*block).next);
            if previous.is_null() {
                self.first = next;
            } else {
                (*previous).next = next;
            }
            if !next.is_null() {
                (*next).previous = previous;
            }
            self.used -= (*block).header.size;
        }
    }
}

static PROCESS_HEAP: Header = Header {
    size: 0,
    mark: MARK,
};

static HEAPS: LazyLock<Mutex<HashMap<usize, Arc<Heap>>>> = LazyLock::new(Mutex::default);

fn process_heap() -> usize {
    (&raw const PROCESS_HEAP).expose_provenance()
}

fn heaps() -> MutexGuard<'static, HashMap<usize, Arc<Heap>>> {
    HEAPS
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// A heap that was found.
pub(super) enum Which {
    Process,
    Program(Arc<Heap>),
}

fn find(heap: HANDLE) -> Result<Which, Win32Error> {
    if heap.addr() == process_heap() {
        return Ok(Which::Process);
    }
    let found = heaps().get(&heap.addr()).cloned();
    Ok(Which::Program(found.ok_or(ERROR_INVALID_HANDLE)?))
}

impl Which {
    fn mark(&self) -> usize {
        match self {
            Which::Process => MARK ^ process_heap(),
            Which::Program(heap) => MARK ^ Arc::as_ptr(heap).addr(),
        }
    }

    /// What stands in front of each block.
    fn overhead(&self) -> usize {
        match self {
            Which::Process => size_of::<Header>(),
            Which::Program(_) => size_of::<Linked>(),
        }
    }

    /// Null if there is no memory.
    pub(super) fn allocate(&self, bytes: usize, zeroed: bool) -> *mut c_void {
        let all = bytes.checked_add(self.overhead());
        let Some(all) = all.filter(|&all| all < ADDRESS_SPACE) else {
            return std::ptr::null_mut();
        };
        // SAFETY: plain calls, whose results are checked.
        let base = unsafe {
            if zeroed {
                libc::calloc(1, all)
            } else {
                libc::malloc(all)
            }
        };
        if base.is_null() {
            return base;
        }
        let block = base.wrapping_byte_add(self.overhead());
        let header = Header {
            size: bytes,
            mark: self.mark(),
        };
        // SAFETY: the allocation begins with room for what stands in front of the block.
        unsafe { front(block).write(header) };
        if let Which::Program(heap) = self {
            let mut chain = heap.lock();
            if bytes > heap.limit - chain.used.min(heap.limit) {
                // SAFETY: the allocation from above, which nobody has seen.
                unsafe { libc::free(base) };
                return std::ptr::null_mut();
            }
            // SAFETY: a new block.
            unsafe { chain.add(base.cast()) };
        }
        block.expose_provenance();
        block
    }

    /// What stands in front of a block of this heap.
    ///
    /// # Safety
    /// The pointer is bad, or it and the 16 bytes before it are valid for reads.
    pub(super) unsafe fn look(&self, block: *mut c_void) -> Result<*mut Header, Win32Error> {
        let is_block = !is_bad(block)
            && block.addr().is_multiple_of(ALIGNMENT)
            // SAFETY: not bad, so valid by this function's contract.
            && unsafe { (*front(block)).mark } == self.mark();
        if is_block {
            Ok(front(block))
        } else {
            Err(ERROR_INVALID_PARAMETER.into())
        }
    }

    /// # Safety
    /// As for `look`; a block of this heap is not used any more.
    pub(super) unsafe fn free(&self, block: *mut c_void) -> Result<(), Win32Error> {
        // SAFETY: this function's contract.
        let header = unsafe { self.look(block) }?;
        let base = block.wrapping_byte_sub(self.overhead());
        // SAFETY: a block of this heap, as its mark says: its allocation begins at `base`.
        unsafe {
            if let Which::Program(heap) = self {
                heap.lock().remove(base.cast());
            }
            // To be found out if it is freed twice.
            (*header).mark = 0;
            libc::free(base);
        }
        Ok(())
    }

    /// # Safety
    /// As for `look`; if the block moves, the old one is not used any more.
    pub(super) unsafe fn resize(
        &self,
        block: *mut c_void,
        bytes: usize,
        zeroed: bool,
        may_move: bool,
    ) -> Result<*mut c_void, Win32Error> {
        // SAFETY: this function's contract.
        let header = unsafe { self.look(block) }?;
        // SAFETY: a block of this heap.
        let before = unsafe { (*header).size };
        // SAFETY: as above.
        if unsafe { self.resize_in_place(block, bytes) } {
            if zeroed && bytes > before {
                // SAFETY: the block has these bytes now.
                unsafe {
                    block
                        .byte_add(before)
                        .cast::<u8>()
                        .write_bytes(0, bytes - before)
                };
            }
            return Ok(block);
        }
        if !may_move {
            return Err(ERROR_NOT_ENOUGH_MEMORY.into());
        }
        let new = self.allocate(bytes, zeroed);
        if new.is_null() {
            return Err(ERROR_NOT_ENOUGH_MEMORY.into());
        }
        // SAFETY: both blocks have the smaller size, and are different ones.
        unsafe {
            std::ptr::copy_nonoverlapping(block.cast::<u8>(), new.cast::<u8>(), before.min(bytes));
            self.free(block)?;
        }
        Ok(new)
    }

    /// True if the block has that size now. One that would leave half of its memory unused moves instead.
    ///
    /// # Safety
    /// A block of this heap.
    unsafe fn resize_in_place(&self, block: *mut c_void, bytes: usize) -> bool {
        let base = block.wrapping_byte_sub(self.overhead());
        // SAFETY: the base of a block is an allocation of `malloc`, and has the header within.
        unsafe {
            let room = libc::malloc_usable_size(base).saturating_sub(self.overhead());
            let header = front(block);
            let before = (*header).size;
            if bytes > room || bytes < room / 2 {
                return false;
            }
            if let Which::Program(heap) = self {
                let mut chain = heap.lock();
                let others = chain.used - before;
                if bytes > heap.limit.saturating_sub(others) {
                    return false;
                }
                chain.used = others + bytes;
            }
            (*header).size = bytes;
        }
        true
    }

    fn is_whole(&self) -> bool {
        let Which::Program(heap) = self else {
            return true;
        };
        let chain = heap.lock();
        let mut block = chain.first;
        while !block.is_null() {
            // SAFETY: a block of the chain, under its lock.
            unsafe {
                if (*block).header.mark != self.mark() {
                    return false;
                }
                block = (*block).next;
            }
        }
        true
    }
}

/// What stands in front of a block.
fn front(block: *mut c_void) -> *mut Header {
    block.cast::<Header>().wrapping_sub(1)
}
