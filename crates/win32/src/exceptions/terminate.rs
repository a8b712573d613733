//! C++ exceptions that nobody catches: on Windows the filter of the process is asked before `std::terminate`.
//!
//! The C++ library is found at run time, since a program in C or Rust has none.

use std::ffi::{CStr, c_void};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use windows_sys::Win32::Foundation::NTSTATUS;
use windows_sys::Win32::System::Diagnostics::Debug::EXCEPTION_RECORD;

use super::{Verdict, context, dispatch, end};

type Handler = unsafe extern "C" fn();

/// What the exceptions of Microsoft's C++ are called.
const CPP_EXCEPTION: NTSTATUS = 0xE06D_7363_u32.cast_signed();

/// The handler before ours: 0 or its address.
static BEFORE: AtomicUsize = AtomicUsize::new(0);

/// Has `std::terminate` ask the filter first; once for the process.
pub(super) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // std::set_terminate(void (*)())
        if let Some(set) = symbol(c"_ZSt13set_terminatePFvvE") {
            type Set = unsafe extern "C" fn(Handler) -> Option<Handler>;
            // SAFETY: the function of this name has this type.
            let before = unsafe { std::mem::transmute::<*mut c_void, Set>(set)(terminate) };
            BEFORE.store(
                before.map_or(0, |handler| handler as usize),
                Ordering::Release,
            );
        }
    });
}

fn symbol(name: &CStr) -> Option<*mut c_void> {
    // SAFETY: a terminated name.
    let address = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    (!address.is_null()).then_some(address)
}

/// Is there an exception? `std::terminate` has other reasons too.
fn is_thrown() -> bool {
    symbol(c"__cxa_current_exception_type").is_some_and(|current| {
        // SAFETY: the function of this name has this type.
        let current = unsafe {
            std::mem::transmute::<*mut c_void, unsafe extern "C" fn() -> *const c_void>(current)
        };
        // SAFETY: takes nothing.
        !unsafe { current() }.is_null()
    })
}

unsafe extern "C" fn terminate() {
    if is_thrown() {
        let mut context = context::here();
        let mut record = EXCEPTION_RECORD {
            ExceptionCode: CPP_EXCEPTION,
            ExceptionFlags: 1, // EXCEPTION_NONCONTINUABLE
            ExceptionAddress: std::ptr::without_provenance_mut(context::instruction(&context.0)),
            ..Default::default()
        };
        // SAFETY: both are of this frame.
        if let Verdict::End(code) = unsafe { dispatch(&mut record, &mut context.0) } {
            end(code);
        }
    }
    match BEFORE.load(Ordering::Acquire) {
        // SAFETY: takes nothing and ends the process.
        0 => unsafe { libc::abort() },
        // SAFETY: the address of a handler, stored by `install`.
        before => unsafe { std::mem::transmute::<usize, Handler>(before)() },
    }
}
