//! Locks without handles, in the program's memory (LOCK).

pub(crate) mod addresses;
pub(crate) mod barriers;
pub(crate) mod conditions;
pub(crate) mod critical_sections;
pub(crate) mod lists;
pub(crate) mod once;
pub(crate) mod slim;

use crate::guard::is_bad;

/// What the kernel makes of a structure of the program; none for a pointer that cannot point at one.
///
/// A structure that is packed so that it is not aligned cannot be slept on: the program ends with a message.
///
/// # Safety
/// The pointer is bad, or valid for as long as the result is used; `T` has the size of `W`, and all its fields are atomic.
#[inline]
unsafe fn view<'w, T, W>(pointer: *const W) -> Option<&'w T> {
    const { assert!(size_of::<T>() == size_of::<W>()) };
    if is_bad(pointer) {
        return None;
    }
    if !pointer.addr().is_multiple_of(align_of::<T>()) {
        misaligned(pointer.addr());
    }
    // SAFETY: not bad, so valid by this function's contract; aligned; atomics may be shared.
    Some(unsafe { &*pointer.cast() })
}

#[cold]
fn misaligned(address: usize) -> ! {
    eprintln!("larboard: the lock at {address:#x} is packed so that it is not aligned to 8 bytes");
    std::process::abort()
}
