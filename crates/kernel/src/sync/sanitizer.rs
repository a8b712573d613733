//! What ThreadSanitizer is told, where the program runs under it.
//!
//! A program in C++ may be built with the sanitizer while this library is not: then it sees neither our atomics nor our
//! locks, and would take everything for a race that they keep apart. So the places in which one thread learns what another
//! one has done say so: `release` by the one that has done it, `acquire` by the one that learns it, both with the address
//! of what they meet in. That the sanitizer is there is known by a weak reference, which is null in every other program: a
//! load and a branch is all that this costs.

use std::ffi::{c_char, c_void};

core::arch::global_asm!(
    ".weak __tsan_acquire",
    ".weak __tsan_release",
    ".pushsection .data.rel.ro.larboard_sanitizer_table, \"aw\"",
    ".balign 8",
    ".globl larboard_sanitizer_table",
    ".hidden larboard_sanitizer_table",
    "larboard_sanitizer_table:",
    ".quad __tsan_acquire",
    ".quad __tsan_release",
    ".popsection",
);

/// What the sanitizer asks a program for when it begins: reports that are not to be made. Reference counts are not among the
/// places that tell it something, so the end of what several threads have shared looks like a race.
#[unsafe(no_mangle)]
extern "C" fn __tsan_default_suppressions() -> *const c_char {
    c"race:alloc::alloc::dealloc\nrace:alloc::alloc::realloc\nrace:alloc::alloc::Global::".as_ptr()
}

/// The sanitizer's options, which it asks for as well: what its replacements of the C library's functions read and write is not
/// looked at, for this library calls them too, and what it does about threads is not seen.
#[unsafe(no_mangle)]
extern "C" fn __tsan_default_options() -> *const c_char {
    c"ignore_interceptors_accesses=1".as_ptr()
}

type Tell = unsafe extern "C" fn(*const c_void);

unsafe extern "C" {
    /// The two functions of the sanitizer's runtime, null where there is none.
    static larboard_sanitizer_table: [Option<Tell>; 2];
}

/// What others have done before they released this place is seen from here on.
#[inline(always)]
pub fn acquire<T>(place: *const T) {
    tell(0, place.cast());
}

/// What this thread has done so far is seen by whoever acquires this place.
#[inline(always)]
pub fn release<T>(place: *const T) {
    tell(1, place.cast());
}

#[inline(always)]
fn tell(what: usize, place: *const c_void) {
    // SAFETY: the table is written by the linker and by nobody else; it has two entries.
    let function = unsafe { larboard_sanitizer_table[what] };
    if let Some(function) = function {
        outlined(function, place);
    }
}

#[cold]
fn outlined(function: Tell, place: *const c_void) {
    // SAFETY: the runtime takes any address, which it only uses as a name.
    unsafe { function(place) }
}
