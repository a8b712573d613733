//! Modules: the program and the shared objects it has loaded.
//!
//! A module handle is that of dlopen(3). The program's own handle stands for the libraries of Windows as well
//! (`kernel32.dll`, `ws2_32.dll` …), since their functions are linked into it: what is found there by name is what the
//! program exports (`-rdynamic`), or everything if it is linked to the shared library.

pub(crate) mod names;

use std::collections::BTreeSet;
use std::ffi::{CStr, CString, c_void};
use std::sync::{LazyLock, Mutex, MutexGuard};

use windows_sys::Win32::Foundation::{
    ERROR_BAD_EXE_FORMAT, ERROR_INVALID_PARAMETER, ERROR_MOD_NOT_FOUND, ERROR_NOACCESS,
    ERROR_PROC_NOT_FOUND, FALSE, FARPROC, HANDLE, HMODULE, TRUE,
};
use windows_sys::Win32::System::LibraryLoader::{
    GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN,
    GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, LOAD_LIBRARY_AS_DATAFILE,
    LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE, LOAD_LIBRARY_AS_IMAGE_RESOURCE, LOAD_LIBRARY_FLAGS,
};
use windows_sys::core::{BOOL, PCSTR, PCWSTR};

use crate::error::Win32Error;
use crate::guard::{is_bad, store, win32};
use crate::path;
use crate::text::Unit;

/// Loads a shared object. For `name.dll` also `name.so` and `libname.so` are tried, for a name without extension these
/// too; a name without a folder is looked for beside the program, in the working folder, and where dlopen(3) looks. The
/// libraries of Windows are there already. `DllMain` is not called.
///
/// Errors: null with `ERROR_MOD_NOT_FOUND`, `ERROR_BAD_EXE_FORMAT` for a file that is no shared object.
///
/// # Safety
/// The name is null or ends with 0; the initialisers of the object are sound to run.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LoadLibraryW(lplibfilename: PCWSTR) -> HMODULE {
    // SAFETY: this function's contract.
    win32(std::ptr::null_mut(), || unsafe { load(lplibfilename) })
}

/// As [`LoadLibraryW`], with a narrow name.
///
/// # Safety
/// As for [`LoadLibraryW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LoadLibraryA(lplibfilename: PCSTR) -> HMODULE {
    // SAFETY: this function's contract.
    win32(std::ptr::null_mut(), || unsafe { load(lplibfilename) })
}

/// As [`LoadLibraryW`]. The flags about where to search have no effect.
///
/// Errors: as [`LoadLibraryW`]; `ERROR_INVALID_PARAMETER` for loading as data.
///
/// # Safety
/// As for [`LoadLibraryW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LoadLibraryExW(
    lplibfilename: PCWSTR,
    _hfile: HANDLE,
    dwflags: LOAD_LIBRARY_FLAGS,
) -> HMODULE {
    win32(std::ptr::null_mut(), || {
        check(dwflags)?;
        // SAFETY: this function's contract.
        unsafe { load(lplibfilename) }
    })
}

/// As [`LoadLibraryExW`], with a narrow name.
///
/// # Safety
/// As for [`LoadLibraryW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn LoadLibraryExA(
    lplibfilename: PCSTR,
    _hfile: HANDLE,
    dwflags: LOAD_LIBRARY_FLAGS,
) -> HMODULE {
    win32(std::ptr::null_mut(), || {
        check(dwflags)?;
        // SAFETY: this function's contract.
        unsafe { load(lplibfilename) }
    })
}

/// Gives a module of `LoadLibrary` back; the last time unloads it. The program itself stays.
///
/// Errors: `ERROR_MOD_NOT_FOUND` for what is no module.
///
/// # Safety
/// Nothing of the module is used any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FreeLibrary(hlibmodule: HMODULE) -> BOOL {
    win32(FALSE, || {
        known(hlibmodule)?;
        if hlibmodule != program() {
            // SAFETY: a handle of dlopen, which the caller gives back by this function's contract.
            if unsafe { libc::dlclose(hlibmodule) } != 0 {
                return Err(ERROR_MOD_NOT_FOUND.into());
            }
        }
        Ok(TRUE)
    })
}

/// A module that is loaded; null is the program.
///
/// Errors: null with `ERROR_MOD_NOT_FOUND`.
///
/// # Safety
/// The name is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetModuleHandleW(lpmodulename: PCWSTR) -> HMODULE {
    // SAFETY: this function's contract.
    win32(std::ptr::null_mut(), || unsafe { loaded(lpmodulename) })
}

/// As [`GetModuleHandleW`], with a narrow name.
///
/// # Safety
/// As for [`GetModuleHandleW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetModuleHandleA(lpmodulename: PCSTR) -> HMODULE {
    // SAFETY: this function's contract.
    win32(std::ptr::null_mut(), || unsafe { loaded(lpmodulename) })
}

/// A module that is loaded, by name or by an address in it. It counts as loaded once more, unless
/// `GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT` is given.
///
/// Errors: `ERROR_MOD_NOT_FOUND`, `ERROR_INVALID_PARAMETER` for other flags, `ERROR_NOACCESS`.
///
/// # Safety
/// The name is null or ends with 0, or is an address; `phmodule` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetModuleHandleExW(
    dwflags: u32,
    lpmodulename: PCWSTR,
    phmodule: *mut HMODULE,
) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        loaded_by(dwflags, lpmodulename, phmodule)
    })
}

/// As [`GetModuleHandleExW`], with a narrow name.
///
/// # Safety
/// As for [`GetModuleHandleExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetModuleHandleExA(
    dwflags: u32,
    lpmodulename: PCSTR,
    phmodule: *mut HMODULE,
) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        loaded_by(dwflags, lpmodulename, phmodule)
    })
}

/// The address of a function or variable that a module exports. In the libraries of Windows only this library's own
/// functions are found, and never one of the same name from the C library of Linux.
///
/// Errors: null with `ERROR_PROC_NOT_FOUND`, also for a number instead of a name; `ERROR_MOD_NOT_FOUND`.
///
/// # Safety
/// The name is null, a small number, or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetProcAddress(hmodule: HMODULE, lpprocname: PCSTR) -> FARPROC {
    win32(None, || {
        let module = if hmodule.is_null() {
            program()
        } else {
            known(hmodule)?
        };
        if is_bad(lpprocname) {
            return Err(ERROR_PROC_NOT_FOUND.into());
        }
        // SAFETY: neither null nor a number, so terminated by this function's contract.
        let name = unsafe { CStr::from_ptr(lpprocname.cast()) };
        let found = if module == program() {
            of_program(name)
        } else {
            symbol(module, name)
        };
        let address = found.ok_or(ERROR_PROC_NOT_FOUND)?;
        // SAFETY: not null; what the address means is for the caller to know.
        Ok(unsafe { std::mem::transmute::<*mut c_void, FARPROC>(address) })
    })
}

/// The handle of the program.
pub(crate) fn program() -> HMODULE {
    /// A handle as a number, which may go from thread to thread.
    static PROGRAM: LazyLock<usize> = LazyLock::new(|| {
        // SAFETY: a null name is the program itself; it is never given back.
        let handle = unsafe { libc::dlopen(std::ptr::null(), libc::RTLD_NOW) };
        handle.expose_provenance()
    });
    std::ptr::with_exposed_provenance_mut(*PROGRAM)
}

/// The handles that have been given out: dlclose(3) and dlsym(3) do not survive others.
fn modules() -> MutexGuard<'static, BTreeSet<usize>> {
    static MODULES: Mutex<BTreeSet<usize>> = Mutex::new(BTreeSet::new());
    MODULES
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn known(module: HMODULE) -> Result<HMODULE, Win32Error> {
    if module == program() || modules().contains(&module.addr()) {
        Ok(module)
    } else {
        Err(ERROR_MOD_NOT_FOUND.into())
    }
}

fn check(flags: LOAD_LIBRARY_FLAGS) -> Result<(), Win32Error> {
    let as_data = LOAD_LIBRARY_AS_DATAFILE
        | LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE
        | LOAD_LIBRARY_AS_IMAGE_RESOURCE;
    if flags & as_data != 0 {
        Err(ERROR_INVALID_PARAMETER.into())
    } else {
        Ok(())
    }
}

/// # Safety
/// As for [`LoadLibraryW`].
unsafe fn load<U: Unit>(name: *const U) -> Result<HMODULE, Win32Error> {
    // SAFETY: this function's contract.
    let name = unsafe { path::given(name) }.map_err(|_| ERROR_MOD_NOT_FOUND)?;
    if names::is_of_windows(&name) {
        return Ok(program());
    }
    let mut error = ERROR_MOD_NOT_FOUND;
    for candidate in names::candidates(&name) {
        if let Some(module) = open(&candidate, 0) {
            return Ok(module);
        }
        if path::as_path(&candidate).is_file() {
            error = ERROR_BAD_EXE_FORMAT;
        }
    }
    Err(error.into())
}

/// # Safety
/// The name is null or ends with 0.
unsafe fn loaded<U: Unit>(name: *const U) -> Result<HMODULE, Win32Error> {
    if name.is_null() {
        return Ok(program());
    }
    // SAFETY: this function's contract.
    let name = unsafe { path::given(name) }.map_err(|_| ERROR_MOD_NOT_FOUND)?;
    if names::is_of_windows(&name) || names::is_program(&name) {
        return Ok(program());
    }
    let module = names::candidates(&name)
        .iter()
        .find_map(|candidate| open(candidate, libc::RTLD_NOLOAD));
    let module = module.ok_or(ERROR_MOD_NOT_FOUND)?;
    // It was loaded before, and stays so without this reference.
    // SAFETY: the reference was made a moment ago.
    unsafe { libc::dlclose(module) };
    Ok(module)
}

/// # Safety
/// As for [`GetModuleHandleExW`].
unsafe fn loaded_by<U: Unit>(
    flags: u32,
    name: *const U,
    to: *mut HMODULE,
) -> Result<BOOL, Win32Error> {
    const KNOWN: u32 = GET_MODULE_HANDLE_EX_FLAG_PIN
        | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT
        | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS;
    if flags & !KNOWN != 0 {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    if is_bad(to) {
        return Err(ERROR_NOACCESS.into());
    }
    let module = if flags & GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS != 0 {
        names::object_at(name.cast()).and_then(|object| match object {
            None => Some(program()),
            Some(file) => open(&file, libc::RTLD_NOLOAD).inspect(|&module| {
                // SAFETY: the reference was made a moment ago, and it was loaded before.
                unsafe { libc::dlclose(module) };
            }),
        })
    } else {
        // SAFETY: this function's contract.
        unsafe { loaded(name) }.ok()
    };
    let module = module.ok_or(ERROR_MOD_NOT_FOUND)?;
    if flags & GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT == 0 && module != program() {
        names::file_of(module).and_then(|file| open(&file, libc::RTLD_NOLOAD));
    }
    // SAFETY: valid for a write by this function's contract.
    unsafe { store(to, module) };
    Ok(TRUE)
}

fn open(name: &CString, flags: i32) -> Option<HMODULE> {
    // SAFETY: the name ends with 0; that the initialisers are sound is the contract of whoever loads.
    let module = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | flags) };
    if module.is_null() {
        return None;
    }
    modules().insert(module.addr());
    Some(module)
}

fn symbol(module: HMODULE, name: &CStr) -> Option<*mut c_void> {
    // SAFETY: a known handle and a terminated name.
    let address = unsafe { libc::dlsym(module, name.as_ptr()) };
    (!address.is_null()).then_some(address)
}

/// A symbol of the program: one of this library's under its own name or with the prefix, or one of the program's.
fn of_program(name: &CStr) -> Option<*mut c_void> {
    let ours = CString::new([b"larboard_", name.to_bytes()].concat()).ok()?;
    if let Some(address) = symbol(program(), &ours) {
        return Some(address);
    }
    let address = symbol(program(), name)?;
    let here = names::object_at((names::object_at as *const ()).cast())?;
    let there = names::object_at(address.cast_const())?;
    // In other objects there are namesakes, which mean something else.
    (there.is_none() || there == here).then_some(address)
}
