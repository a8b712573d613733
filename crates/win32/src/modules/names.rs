//! Names of modules: what is tried for one, and what file one is.

use std::ffi::{CStr, CString, c_void};
use std::path::{Path, PathBuf};

use windows_sys::Win32::Foundation::{
    ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_HANDLE, ERROR_MOD_NOT_FOUND, HANDLE, HMODULE,
};
use windows_sys::core::{PSTR, PWSTR};

use super::{known, program};
use crate::error::{Win32Error, set_last_error};
use crate::guard::{is_bad, win32};
use crate::path;
use crate::process;
use crate::text::Unit;

/// The file of a module; null is the program. Returns the length without the terminator.
///
/// Errors: 0 with `ERROR_MOD_NOT_FOUND`. A name that does not fit is cut, with its terminator: the size of the buffer is
/// returned, and the last error is `ERROR_INSUFFICIENT_BUFFER`.
///
/// # Safety
/// The buffer is null or valid for writes of `nsize` units.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetModuleFileNameW(
    hmodule: HMODULE,
    lpfilename: PWSTR,
    nsize: u32,
) -> u32 {
    // SAFETY: this function's contract.
    win32(0, || unsafe { tell(hmodule, lpfilename, nsize) })
}

/// As [`GetModuleFileNameW`], in bytes.
///
/// # Safety
/// As for [`GetModuleFileNameW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetModuleFileNameA(
    hmodule: HMODULE,
    lpfilename: PSTR,
    nsize: u32,
) -> u32 {
    // SAFETY: this function's contract.
    win32(0, || unsafe { tell(hmodule, lpfilename, nsize) })
}

/// As [`GetModuleFileNameW`], for a module of this process.
///
/// Errors: as [`GetModuleFileNameW`]; `ERROR_INVALID_HANDLE` for another process.
///
/// # Safety
/// As for [`GetModuleFileNameW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn K32GetModuleFileNameExW(
    hprocess: HANDLE,
    hmodule: HMODULE,
    lpfilename: PWSTR,
    nsize: u32,
) -> u32 {
    win32(0, || {
        process::check_current(hprocess).map_err(|_| ERROR_INVALID_HANDLE)?;
        // SAFETY: this function's contract.
        unsafe { tell(hmodule, lpfilename, nsize) }
    })
}

/// As [`K32GetModuleFileNameExW`], in bytes.
///
/// # Safety
/// As for [`GetModuleFileNameW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn K32GetModuleFileNameExA(
    hprocess: HANDLE,
    hmodule: HMODULE,
    lpfilename: PSTR,
    nsize: u32,
) -> u32 {
    win32(0, || {
        process::check_current(hprocess).map_err(|_| ERROR_INVALID_HANDLE)?;
        // SAFETY: this function's contract.
        unsafe { tell(hmodule, lpfilename, nsize) }
    })
}

/// # Safety
/// The buffer is null or valid for writes of `capacity` units.
unsafe fn tell<U: Unit>(module: HMODULE, to: *mut U, capacity: u32) -> Result<u32, Win32Error> {
    let file = if module.is_null() || module == program() {
        program_file()?.into_os_string().into_encoded_bytes()
    } else {
        let file = file_of(known(module)?).ok_or(ERROR_MOD_NOT_FOUND)?;
        crate::files::names::whole(path::as_path(&file))?
            .into_os_string()
            .into_encoded_bytes()
    };
    let units = U::of_bytes(&path::windows(&file));
    if is_bad(to) || capacity == 0 {
        return Err(ERROR_INSUFFICIENT_BUFFER.into());
    }
    let length = (units.len() - 1).min(capacity as usize);
    let fits = units.len() <= capacity as usize;
    let text = if fits { length } else { length - 1 };
    for (at, &unit) in units[..text].iter().chain(&[U::default()]).enumerate() {
        // SAFETY: at most `capacity` units are written, which are valid by this function's contract.
        unsafe { to.add(at).write_unaligned(unit) };
    }
    if !fits {
        set_last_error(ERROR_INSUFFICIENT_BUFFER);
        return Ok(capacity);
    }
    Ok(length as u32)
}

/// The file of the program.
pub(crate) fn program_file() -> Result<PathBuf, Win32Error> {
    std::env::current_exe().map_err(|_| ERROR_MOD_NOT_FOUND.into())
}

/// The libraries of Windows whose functions are in this library.
pub(super) fn is_of_windows(name: &CString) -> bool {
    const LIBRARIES: [&str; 14] = [
        "kernel32",
        "kernelbase",
        "ntdll",
        "ws2_32",
        "mswsock",
        "wsock32",
        "winmm",
        "user32",
        "advapi32",
        "psapi",
        "dbghelp",
        "shlwapi",
        "bcrypt",
        "iphlpapi",
    ];
    let name = path::as_path(name);
    let is_dll = name
        .extension()
        .is_none_or(|extension| extension.eq_ignore_ascii_case("dll"));
    let stem = name.file_stem().unwrap_or_default();
    let is_bare = name
        .parent()
        .is_none_or(|folder| folder.as_os_str().is_empty());
    is_dll
        && is_bare
        && LIBRARIES
            .iter()
            .any(|known| stem.eq_ignore_ascii_case(known))
}

/// Whether a name is that of the program, with or without `.exe`.
pub(super) fn is_program(name: &CString) -> bool {
    let Ok(program) = program_file() else {
        return false;
    };
    let name = path::as_path(name);
    let name = match name.extension() {
        Some(extension) if extension.eq_ignore_ascii_case("exe") => name.with_extension(""),
        _ => name.to_path_buf(),
    };
    program == name || program.file_name() == Some(name.as_os_str())
}

/// The names to be tried for a module, in this order.
pub(super) fn candidates(name: &CString) -> Vec<CString> {
    let name = path::as_path(name);
    let mut files = vec![name.to_path_buf()];
    let is_dll = name
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("dll"));
    if is_dll || name.extension().is_none() {
        let object = name.with_extension("so");
        if let Some(file) = object.file_name() {
            let mut prefixed = std::ffi::OsString::from("lib");
            prefixed.push(file);
            files.extend([object.clone(), object.with_file_name(prefixed)]);
        }
    }
    let is_bare = name
        .parent()
        .is_none_or(|folder| folder.as_os_str().is_empty());
    let folders: Vec<PathBuf> = if is_bare {
        let beside = program_file()
            .ok()
            .and_then(|file| Some(file.parent()?.to_path_buf()));
        beside.into_iter().chain([PathBuf::from("./")]).collect()
    } else {
        Vec::new()
    };
    let in_folders = folders
        .iter()
        .flat_map(|folder| files.iter().map(|file| folder.join(file)));
    // Before an absolute name the folder does not matter; a bare name at last is for dlopen to find.
    let names: Vec<PathBuf> = in_folders.chain(files.clone()).collect();
    names.iter().filter_map(|name| terminated(name)).collect()
}

fn terminated(name: &Path) -> Option<CString> {
    CString::new(name.as_os_str().as_encoded_bytes()).ok()
}

/// The object an address lies in: `Some(None)` is the program, none is nowhere.
pub(super) fn object_at(address: *const c_void) -> Option<Option<CString>> {
    let mut about = libc::Dl_info {
        dli_fname: std::ptr::null(),
        dli_fbase: std::ptr::null_mut(),
        dli_sname: std::ptr::null(),
        dli_saddr: std::ptr::null_mut(),
    };
    // SAFETY: any address may be asked about; `about` is of this frame.
    if unsafe { libc::dladdr(address, &mut about) } == 0 || about.dli_fname.is_null() {
        return None;
    }
    // SAFETY: a terminated name, for as long as the object is loaded.
    let file = unsafe { CStr::from_ptr(about.dli_fname) }.to_owned();
    let is_program = about.dli_fbase.addr() == program_base();
    Some((!is_program).then_some(file))
}

/// Where the program lies: the address that the auxiliary vector tells of its headers.
fn program_base() -> usize {
    // SAFETY: takes a number.
    let headers = unsafe { libc::getauxval(libc::AT_PHDR) } as usize;
    // The headers stand in the first page of the file.
    headers & !0xFFF
}

/// The file of a module that was loaded.
pub(super) fn file_of(module: HMODULE) -> Option<CString> {
    /// What `link_map` begins with.
    #[repr(C)]
    struct LinkMap {
        address: usize,
        name: *const libc::c_char,
    }
    let mut map: *const LinkMap = std::ptr::null();
    const RTLD_DI_LINKMAP: i32 = 2;
    // SAFETY: a known handle; the request stores one pointer.
    let result = unsafe { libc::dlinfo(module, RTLD_DI_LINKMAP, (&raw mut map).cast()) };
    if result != 0 || map.is_null() {
        return None;
    }
    // SAFETY: the map of a loaded object with its terminated name.
    Some(unsafe { CStr::from_ptr((*map).name) }.to_owned())
}
