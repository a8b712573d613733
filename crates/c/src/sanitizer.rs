//! For programs that are built with the thread sanitizer: the prelude of the headers calls this library before `main`.

use std::ffi::c_char;

use larboard_win32::sanitizer::{Function, install};

/// What passes between threads by way of this library is told to the sanitizer from now on. `acquire` and `release` are
/// `__tsan_acquire` and `__tsan_release`.
#[unsafe(no_mangle)]
pub extern "C" fn larboard_sanitize_threads(acquire: Function, release: Function) {
    install(acquire, release);
}

/// The sanitizer's options, which it asks the program for: what its replacements of the C library's functions read and write is not
/// looked at, for this library calls them too, and what it does about threads is not seen.
#[unsafe(no_mangle)]
pub extern "C" fn __tsan_default_options() -> *const c_char {
    c"ignore_interceptors_accesses=1".as_ptr()
}
