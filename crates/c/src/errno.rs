//! errno, and Microsoft's answer to invalid parameters.

use std::sync::atomic::{AtomicPtr, Ordering};
use std::{io::Write, ptr};

pub(crate) use libc::{EILSEQ, EINVAL, ENOMEM, EOVERFLOW, ERANGE};

/// Microsoft's `STRUNCATE`: the text did not fit and the caller had asked for what fits.
pub(crate) const STRUNCATE: i32 = 80;

/// `_TRUNCATE`: as many units as fit.
pub(crate) const TRUNCATE: usize = usize::MAX;

/// Sets errno.
pub(crate) fn set_errno(code: i32) {
    // SAFETY: libc's address of this thread's errno is always valid.
    unsafe { *libc::__errno_location() = code };
}

/// errno.
pub(crate) fn errno() -> i32 {
    // SAFETY: as in `set_errno`.
    unsafe { *libc::__errno_location() }
}

/// `_invalid_parameter_handler`: expression, function, file, line, reserved. A release build of Windows passes nulls,
/// and so does this library.
pub(crate) type Handler = unsafe extern "C" fn(*const u16, *const u16, *const u16, u32, usize);

static HANDLER: AtomicPtr<()> = AtomicPtr::new(ptr::null_mut());

std::thread_local! {
    static THREAD_HANDLER: std::cell::Cell<Option<Handler>> = const { std::cell::Cell::new(None) };
}

/// A parameter breaks the contract: sets errno, calls the handler, and returns the code, if the handler returns.
///
/// Without a handler the process ends as on Windows, with a line on standard error; here by SIGABRT.
#[cold]
pub(crate) fn invalid(code: i32) -> i32 {
    set_errno(code);
    let handler = THREAD_HANDLER
        .get()
        .or_else(|| from_pointer(HANDLER.load(Ordering::Acquire)));
    match handler {
        // SAFETY: the program gave this function for just this call; null strings are what a release build passes.
        Some(handler) => unsafe { handler(ptr::null(), ptr::null(), ptr::null(), 0, 0) },
        None => end(),
    }
    set_errno(code);
    code
}

fn end() -> ! {
    let _ = std::io::stderr()
        .write_all(b"Invalid parameter passed to C runtime function: the process ends\n");
    std::process::abort()
}

fn from_pointer(pointer: *mut ()) -> Option<Handler> {
    // SAFETY: only `_set_invalid_parameter_handler` stores here, a `Handler` or null; both are what the Option can be.
    unsafe { std::mem::transmute::<*mut (), Option<Handler>>(pointer) }
}

fn pointer(handler: Option<Handler>) -> *mut () {
    handler.map_or(ptr::null_mut(), |handler| handler as *mut ())
}

/// `_set_invalid_parameter_handler`: what is called when a parameter breaks the contract; returns the former one.
#[unsafe(no_mangle)]
extern "C" fn _set_invalid_parameter_handler(handler: Option<Handler>) -> Option<Handler> {
    from_pointer(HANDLER.swap(pointer(handler), Ordering::AcqRel))
}

/// `_get_invalid_parameter_handler`.
#[unsafe(no_mangle)]
extern "C" fn _get_invalid_parameter_handler() -> Option<Handler> {
    from_pointer(HANDLER.load(Ordering::Acquire))
}

/// `_set_thread_local_invalid_parameter_handler`: as above, for this thread only.
#[unsafe(no_mangle)]
extern "C" fn _set_thread_local_invalid_parameter_handler(
    handler: Option<Handler>,
) -> Option<Handler> {
    THREAD_HANDLER.replace(handler)
}

/// `_get_thread_local_invalid_parameter_handler`.
#[unsafe(no_mangle)]
extern "C" fn _get_thread_local_invalid_parameter_handler() -> Option<Handler> {
    THREAD_HANDLER.get()
}

/// `_invalid_parameter_noinfo`: reports an invalid parameter, as Microsoft's own headers do.
#[unsafe(no_mangle)]
extern "C" fn _invalid_parameter_noinfo() {
    invalid(EINVAL);
}

/// `_set_errno`.
#[unsafe(no_mangle)]
extern "C" fn _set_errno(code: i32) -> i32 {
    set_errno(code);
    0
}

/// `_get_errno`: `EINVAL` for a null pointer.
#[unsafe(no_mangle)]
unsafe extern "C" fn _get_errno(code: *mut i32) -> i32 {
    if code.is_null() {
        return invalid(EINVAL);
    }
    // SAFETY: the caller gives a pointer to an int.
    unsafe { *code = errno() };
    0
}

/// The text of an errno code, in English.
pub(crate) fn text(code: i32) -> Vec<u8> {
    let mut buffer = [0_u8; 256];
    // SAFETY: the buffer's size is passed; the XSI form of the function fills it.
    unsafe { libc::strerror_r(code, buffer.as_mut_ptr().cast(), buffer.len()) };
    let end = buffer.iter().position(|byte| *byte == 0).unwrap_or(0);
    buffer[..end].to_vec()
}

/// For tests: on this thread invalid parameters only return.
#[cfg(test)]
pub(crate) fn returning_handler() {
    unsafe extern "C" fn nothing(_: *const u16, _: *const u16, _: *const u16, _: u32, _: usize) {}
    THREAD_HANDLER.set(Some(nothing));
}
