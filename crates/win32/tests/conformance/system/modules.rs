//! Modules: the program, shared objects, and what they export.

use std::ptr::{null, null_mut};

use crate::common::w::Win32::Foundation::{
    ERROR_INSUFFICIENT_BUFFER, ERROR_MOD_NOT_FOUND, ERROR_PROC_NOT_FOUND, FreeLibrary,
};
use crate::common::w::Win32::System::LibraryLoader::{
    GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
    GetModuleFileNameA, GetModuleFileNameW, GetModuleHandleA, GetModuleHandleExW, GetModuleHandleW,
    GetProcAddress, LoadLibraryA, LoadLibraryW,
};
use crate::common::{last_error, wide};

/// The file of the program is told with the separators of Windows; a short buffer gets the beginning.
#[test]
fn the_file_of_the_program() {
    let mut buffer = [0u16; 1024];
    let length = call!(GetModuleFileNameW(null_mut(), buffer.as_mut_ptr(), 1024));
    let name = String::from_utf16(&buffer[..length as usize]).expect("text");
    let program = std::env::current_exe().expect("the program");
    let program = program.to_str().expect("text").replace('/', "\\");
    assert_eq!(name, program);
    let mut short = [b'x'; 8];
    assert_eq!(
        call!(GetModuleFileNameA(null_mut(), short.as_mut_ptr(), 8)),
        8
    );
    assert_eq!(last_error(), ERROR_INSUFFICIENT_BUFFER);
    assert_eq!((&short[..7], short[7]), (&program.as_bytes()[..7], 0));
    let this = call!(GetModuleHandleW(null()));
    assert!(!this.is_null());
    assert_eq!(
        call!(GetModuleFileNameW(this, buffer.as_mut_ptr(), 1024)),
        length
    );
}

/// What is not there is ERROR_MOD_NOT_FOUND, whatever is asked of it.
#[test]
fn missing_modules() {
    let missing = c"no-such-library.dll".as_ptr().cast();
    assert!(call!(LoadLibraryA(missing)).is_null());
    assert_eq!(last_error(), ERROR_MOD_NOT_FOUND);
    assert!(call!(GetModuleHandleA(missing)).is_null());
    assert_eq!(last_error(), ERROR_MOD_NOT_FOUND);
    let wrong = std::ptr::without_provenance_mut(0x1234_0000);
    assert_eq!(call!(FreeLibrary(wrong)), 0);
    assert_eq!(last_error(), ERROR_MOD_NOT_FOUND);
    assert!(call!(GetProcAddress(wrong, c"x".as_ptr().cast())).is_none());
    assert_eq!(last_error(), ERROR_MOD_NOT_FOUND);
}

/// The libraries of Windows are there, in any case of their names. A function they do not have is ERROR_PROC_NOT_FOUND, also
/// where the C library of Linux has one of that name.
#[test]
fn libraries_of_windows() {
    let module = call!(GetModuleHandleA(c"Kernel32.DLL".as_ptr().cast()));
    assert!(!module.is_null());
    assert_eq!(call!(LoadLibraryW(wide("ws2_32").as_ptr())), module);
    for name in [c"NoSuchFunction", c"fork"] {
        assert!(call!(GetProcAddress(module, name.as_ptr().cast())).is_none());
        assert_eq!(last_error(), ERROR_PROC_NOT_FOUND);
    }
    let number = std::ptr::without_provenance(17);
    assert!(call!(GetProcAddress(module, number)).is_none());
    assert_eq!(last_error(), ERROR_PROC_NOT_FOUND);
}

/// A shared object is loaded, found by name and by address, asked for a function that then works, and given back.
#[test]
#[cfg(target_os = "linux")]
fn a_shared_object() {
    let name = c"libm.so.6".as_ptr().cast();
    let module = call!(LoadLibraryA(name));
    assert!(!module.is_null(), "error {}", last_error());
    assert_eq!(call!(GetModuleHandleA(name)), module);
    let cos = call!(GetProcAddress(module, c"cos".as_ptr().cast())).expect("a cosine");
    type Cosine = unsafe extern "C" fn(f64) -> f64;
    let function = call!(std::mem::transmute::<
        unsafe extern "system" fn() -> isize,
        Cosine,
    >(cos));
    assert_eq!(call!(function(0.0)), 1.0);
    let mut found = null_mut();
    let flags =
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    let inside = (function as *const ()).cast();
    assert_eq!(call!(GetModuleHandleExW(flags, inside, &mut found)), 1);
    assert_eq!(found, module);
    let mut file = [0u8; 260];
    let length = call!(GetModuleFileNameA(module, file.as_mut_ptr(), 260)) as usize;
    assert!(file[..length].ends_with(b"\\libm.so.6"));
    let here = (a_shared_object as *const ()).cast();
    assert_eq!(call!(GetModuleHandleExW(flags, here, &mut found)), 1);
    assert_eq!(found, call!(GetModuleHandleW(null())));
    assert_eq!(call!(FreeLibrary(module)), 1);
}
