//! The heap: aligned memory, sizes, and what Microsoft has besides `malloc`.

use std::ffi::c_void;
use std::ptr;

use crate::errno::{EINVAL, ENOMEM, invalid, set_errno};

unsafe extern "C" {
    fn malloc_usable_size(memory: *mut c_void) -> usize;
}

/// `_aligned_malloc`: memory at a multiple of a power of two; null with `ENOMEM`. Another alignment is an invalid parameter.
#[unsafe(no_mangle)]
extern "C" fn _aligned_malloc(size: usize, alignment: usize) -> *mut c_void {
    aligned(size, alignment)
}

/// `_aligned_free`. Null is ignored.
#[unsafe(no_mangle)]
unsafe extern "C" fn _aligned_free(memory: *mut c_void) {
    // SAFETY: the caller gives up what `_aligned_malloc` gave.
    unsafe { libc::free(memory) };
}

/// `_aligned_realloc`: as `realloc` with an alignment. Size 0 frees, and answers null.
#[unsafe(no_mangle)]
unsafe extern "C" fn _aligned_realloc(
    memory: *mut c_void,
    size: usize,
    alignment: usize,
) -> *mut c_void {
    // SAFETY: the caller gives null or what these functions gave; not more is copied than either has.
    unsafe {
        if size == 0 && !memory.is_null() {
            libc::free(memory);
            return ptr::null_mut();
        }
        let new = aligned(size, alignment);
        if !new.is_null() && !memory.is_null() {
            new.copy_from_nonoverlapping(memory, size.min(malloc_usable_size(memory)));
            libc::free(memory);
        }
        new
    }
}

fn aligned(size: usize, alignment: usize) -> *mut c_void {
    if !alignment.is_power_of_two() {
        invalid(EINVAL);
        return ptr::null_mut();
    }
    let mut memory = ptr::null_mut();
    // SAFETY: a power of two not below a pointer's size, as `posix_memalign` demands.
    let code = unsafe {
        libc::posix_memalign(
            &raw mut memory,
            alignment.max(size_of::<usize>()),
            size.max(1),
        )
    };
    if code != 0 {
        set_errno(ENOMEM);
        return ptr::null_mut();
    }
    memory
}

/// `_msize`: how many bytes may be used: what was asked for, rounded up.
#[unsafe(no_mangle)]
unsafe extern "C" fn _msize(memory: *mut c_void) -> usize {
    if memory.is_null() {
        invalid(EINVAL);
        return usize::MAX;
    }
    // SAFETY: the caller gives memory of the heap.
    unsafe { malloc_usable_size(memory) }
}

/// `_recalloc`: as `realloc` for `count` things of `size` bytes; what is new is zero. Null with `ENOMEM`.
#[unsafe(no_mangle)]
unsafe extern "C" fn _recalloc(memory: *mut c_void, count: usize, size: usize) -> *mut c_void {
    let Some(bytes) = count.checked_mul(size) else {
        set_errno(ENOMEM);
        return ptr::null_mut();
    };
    // SAFETY: the caller gives null or memory of the heap; what is cleared lies behind the old and within the new.
    unsafe {
        let old = if memory.is_null() {
            0
        } else {
            malloc_usable_size(memory)
        };
        if bytes == 0 {
            libc::free(memory);
            return ptr::null_mut();
        }
        let new = libc::realloc(memory, bytes);
        if !new.is_null() && bytes > old {
            new.add(old).write_bytes(0, bytes - old);
        }
        new
    }
}

/// `_heapchk`: -2, which is `_HEAPOK`; libc ends the process when it finds its heap damaged.
#[unsafe(no_mangle)]
extern "C" fn _heapchk() -> i32 {
    const HEAPOK: i32 = -2;
    HEAPOK
}

/// `_heapmin`: gives memory that is not used back to the system; 0.
#[unsafe(no_mangle)]
extern "C" fn _heapmin() -> i32 {
    unsafe extern "C" {
        fn malloc_trim(pad: usize) -> i32;
    }
    // SAFETY: sound at any time.
    unsafe { malloc_trim(0) };
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aligned_memory_keeps_its_content() {
        // SAFETY: memory of these functions, within its size.
        unsafe {
            let memory = aligned(10, 256).cast::<u8>();
            assert!(memory.addr().is_multiple_of(256));
            memory.write_bytes(7, 10);
            let memory = _aligned_realloc(memory.cast(), 5000, 1024).cast::<u8>();
            assert!(memory.addr().is_multiple_of(1024));
            assert_eq!((memory.read(), memory.add(9).read()), (7, 7));
            _aligned_free(memory.cast());
        }
    }

    #[test]
    fn grown_memory_is_zero() {
        // SAFETY: as above.
        unsafe {
            let memory = _recalloc(ptr::null_mut(), 3, 1).cast::<u8>();
            memory.write_bytes(9, 3);
            let used = malloc_usable_size(memory.cast());
            let memory = _recalloc(memory.cast(), 1000, 2).cast::<u8>();
            assert_eq!(
                (
                    memory.read(),
                    memory.add(used).read(),
                    memory.add(1999).read()
                ),
                (9, 0, 0)
            );
            libc::free(memory.cast());
        }
    }
}
