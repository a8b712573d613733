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

/// The name of the type of the exception that nobody catches; none if `std::terminate` has another reason.
fn thrown() -> Option<&'static CStr> {
    /// What `std::type_info` begins with.
    #[repr(C)]
    struct TypeInfo {
        virtuals: *const c_void,
        name: *const libc::c_char,
    }
    let current = symbol(c"__cxa_current_exception_type")?;
    // SAFETY: the function of this name has this type.
    let current = unsafe {
        std::mem::transmute::<*mut c_void, unsafe extern "C" fn() -> *const TypeInfo>(current)
    };
    // SAFETY: takes nothing; the description of a type stays, with its terminated name.
    unsafe { current().as_ref().map(|kind| CStr::from_ptr(kind.name)) }
}

/// What RaiseException has thrown in C++, which begins like a record of Windows (`larboard/seh.h`).
fn raised(kind: &CStr) -> Option<EXCEPTION_RECORD> {
    if kind != c"N8larboard3seh6raisedE" {
        return None;
    }
    // std::current_exception(), whose result is one pointer to the object, stored where the caller says.
    let current = symbol(c"_ZSt17current_exceptionv")?;
    type Current = unsafe extern "C" fn(*mut *const EXCEPTION_RECORD) -> *mut c_void;
    let mut object = std::ptr::null();
    // SAFETY: the function of this name has this type; the reference it takes is never given back, so the object stays.
    unsafe { std::mem::transmute::<*mut c_void, Current>(current)(&mut object) };
    // SAFETY: null, or the object of the type seen above.
    unsafe { object.as_ref() }.copied()
}

unsafe extern "C" fn terminate() {
    const NONCONTINUABLE: u32 = 1;
    if let Some(kind) = thrown() {
        let mut context = context::here();
        let mut record = raised(kind).unwrap_or_else(|| EXCEPTION_RECORD {
            ExceptionCode: CPP_EXCEPTION,
            ExceptionAddress: std::ptr::without_provenance_mut(context::instruction(&context.0)),
            ..Default::default()
        });
        record.ExceptionFlags = NONCONTINUABLE;
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
