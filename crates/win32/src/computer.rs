//! The names of the computer and of the user.

use std::ffi::CStr;

use windows_sys::Win32::Foundation::{
    ERROR_BUFFER_OVERFLOW, ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER, ERROR_MORE_DATA,
    ERROR_NONE_MAPPED, FALSE, TRUE, WIN32_ERROR,
};
use windows_sys::Win32::System::SystemInformation::{
    COMPUTER_NAME_FORMAT, ComputerNameDnsDomain, ComputerNameDnsFullyQualified,
    ComputerNameDnsHostname, ComputerNameMax, ComputerNameNetBIOS, ComputerNamePhysicalNetBIOS,
};
use windows_sys::core::{BOOL, PSTR, PWSTR};

use crate::error::Win32Error;
use crate::guard::{is_bad, win32};
use crate::text::{Unit, put_units};

/// The name of the computer: that of Linux up to its first dot, in capitals and at most 15 characters, as NetBIOS has it.
/// The size becomes the length without the terminator.
///
/// Errors: `ERROR_BUFFER_OVERFLOW`, and the size becomes what is needed; `ERROR_INVALID_PARAMETER`.
///
/// # Safety
/// `nsize` is null or valid for a read and a write, the buffer is null or valid for that size.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetComputerNameW(lpbuffer: PWSTR, nsize: *mut u32) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        tell(&netbios(), lpbuffer, nsize, ERROR_BUFFER_OVERFLOW)
    })
}

/// As [`GetComputerNameW`], in bytes.
///
/// # Safety
/// As for [`GetComputerNameW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetComputerNameA(lpbuffer: PSTR, nsize: *mut u32) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        tell(&netbios(), lpbuffer, nsize, ERROR_BUFFER_OVERFLOW)
    })
}

/// One of the names of the computer: NetBIOS, host name, domain, or both.
///
/// Errors: `ERROR_MORE_DATA`, and the size becomes what is needed; `ERROR_INVALID_PARAMETER`, also for another format.
///
/// # Safety
/// As for [`GetComputerNameW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetComputerNameExW(
    nametype: COMPUTER_NAME_FORMAT,
    lpbuffer: PWSTR,
    nsize: *mut u32,
) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        tell(&named(nametype)?, lpbuffer, nsize, ERROR_MORE_DATA)
    })
}

/// As [`GetComputerNameExW`], in bytes.
///
/// # Safety
/// As for [`GetComputerNameW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetComputerNameExA(
    nametype: COMPUTER_NAME_FORMAT,
    lpbuffer: PSTR,
    nsize: *mut u32,
) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        tell(&named(nametype)?, lpbuffer, nsize, ERROR_MORE_DATA)
    })
}

/// The name of the user of this process. The size becomes the length with the terminator.
///
/// Errors: `ERROR_INSUFFICIENT_BUFFER`, and the size becomes what is needed; `ERROR_INVALID_PARAMETER`;
/// `ERROR_NONE_MAPPED` if the user has no name.
///
/// # Safety
/// As for [`GetComputerNameW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetUserNameW(lpbuffer: PWSTR, pcbbuffer: *mut u32) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe { tell_user(lpbuffer, pcbbuffer) })
}

/// As [`GetUserNameW`], in bytes.
///
/// # Safety
/// As for [`GetComputerNameW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetUserNameA(lpbuffer: PSTR, pcbbuffer: *mut u32) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe { tell_user(lpbuffer, pcbbuffer) })
}

/// # Safety
/// `size` is null or valid for a read and a write, the buffer is null or valid for that size.
unsafe fn tell<U: Unit>(
    name: &str,
    to: *mut U,
    size: *mut u32,
    too_small: WIN32_ERROR,
) -> Result<BOOL, Win32Error> {
    if is_bad(size) {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    // SAFETY: valid by this function's contract.
    unsafe {
        match put_units(&U::encode(name), to, size.read_unaligned() as usize) {
            Ok(written) => size.write_unaligned(written as u32 - 1),
            Err(needed) => {
                size.write_unaligned(needed as u32);
                return Err(too_small.into());
            }
        }
    }
    Ok(TRUE)
}

/// # Safety
/// As for [`tell`].
unsafe fn tell_user<U: Unit>(to: *mut U, size: *mut u32) -> Result<BOOL, Win32Error> {
    // SAFETY: this function's contract.
    unsafe {
        tell(&user()?, to, size, ERROR_INSUFFICIENT_BUFFER)?;
        size.write_unaligned(size.read_unaligned() + 1);
    }
    Ok(TRUE)
}

fn host() -> (String, String) {
    let mut name = [0u8; 256];
    // SAFETY: the last byte stays 0, so the name is terminated whatever is written.
    unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len() - 1) };
    let name = CStr::from_bytes_until_nul(&name)
        .unwrap_or_default()
        .to_string_lossy();
    match name.split_once('.') {
        Some((host, domain)) => (host.to_owned(), domain.to_owned()),
        None => (name.into_owned(), String::new()),
    }
}

fn netbios() -> String {
    host().0.to_uppercase().chars().take(15).collect()
}

fn named(format: COMPUTER_NAME_FORMAT) -> Result<String, Win32Error> {
    let (host, domain) = host();
    // Of each name there is a physical one beside the one of a cluster, the same here.
    let format = match format {
        ComputerNamePhysicalNetBIOS..ComputerNameMax => format - ComputerNamePhysicalNetBIOS,
        other => other,
    };
    let whole = if domain.is_empty() {
        host.clone()
    } else {
        format!("{host}.{domain}")
    };
    let names = [
        (ComputerNameNetBIOS, netbios()),
        (ComputerNameDnsHostname, host),
        (ComputerNameDnsDomain, domain),
        (ComputerNameDnsFullyQualified, whole),
    ];
    let named = names.into_iter().find(|&(known, _)| known == format);
    named
        .map(|(_, name)| name)
        .ok_or(ERROR_INVALID_PARAMETER.into())
}

fn user() -> Result<String, Win32Error> {
    // SAFETY: integers and pointers: all zero is a value.
    let mut entry: libc::passwd = unsafe { std::mem::zeroed() };
    let mut texts = vec![0; 4096];
    let mut found = std::ptr::null_mut();
    // SAFETY: everything is of this frame, the texts have the length given.
    let result = unsafe {
        let id = libc::geteuid();
        libc::getpwuid_r(id, &mut entry, texts.as_mut_ptr(), texts.len(), &mut found)
    };
    if result != 0 || found.is_null() {
        return Err(ERROR_NONE_MAPPED.into());
    }
    // SAFETY: the entry was found, so its name is a terminated text in `texts`.
    let name = unsafe { CStr::from_ptr(entry.pw_name) };
    Ok(name.to_string_lossy().into_owned())
}
