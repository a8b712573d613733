//! Deleting, moving and copying files.

use std::ffi::CString;
use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt;

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_ALREADY_EXISTS, ERROR_FILE_EXISTS, ERROR_INVALID_PARAMETER, FALSE,
    TRUE,
};
use windows_sys::Win32::Storage::FileSystem::{
    MOVE_FILE_FLAGS, MOVEFILE_COPY_ALLOWED, MOVEFILE_DELAY_UNTIL_REBOOT, MOVEFILE_REPLACE_EXISTING,
    MOVEFILE_WRITE_THROUGH,
};
use windows_sys::core::{BOOL, PCSTR, PCWSTR};

use super::attributes::stat;
use crate::error::Win32Error;
use crate::guard::win32;
use crate::path;

/// Deletes a file: its name is gone at once, also while it is open.
///
/// Errors: `ERROR_FILE_NOT_FOUND`, `ERROR_PATH_NOT_FOUND`; `ERROR_ACCESS_DENIED`, also for a folder and a read-only file.
///
/// # Safety
/// The name is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DeleteFileW(lpfilename: PCWSTR) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || delete(&unsafe { path::given(lpfilename) }?))
}

/// As [`DeleteFileW`], with a narrow name.
///
/// # Safety
/// As for [`DeleteFileW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DeleteFileA(lpfilename: PCSTR) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || delete(&unsafe { path::given(lpfilename) }?))
}

/// Renames a file or folder, files also to another device.
///
/// Errors: `ERROR_ALREADY_EXISTS` if the new name is there; `ERROR_FILE_NOT_FOUND`, `ERROR_PATH_NOT_FOUND`,
/// `ERROR_ACCESS_DENIED`; `ERROR_NOT_SAME_DEVICE` for a folder.
///
/// # Safety
/// The names are null or end with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MoveFileW(lpexistingfilename: PCWSTR, lpnewfilename: PCWSTR) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        let (from, to) = unsafe {
            (
                path::given(lpexistingfilename)?,
                path::given(lpnewfilename)?,
            )
        };
        rename(&from, &to, MOVEFILE_COPY_ALLOWED)
    })
}

/// As [`MoveFileW`], with narrow names.
///
/// # Safety
/// As for [`MoveFileW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MoveFileA(lpexistingfilename: PCSTR, lpnewfilename: PCSTR) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        let (from, to) = unsafe {
            (
                path::given(lpexistingfilename)?,
                path::given(lpnewfilename)?,
            )
        };
        rename(&from, &to, MOVEFILE_COPY_ALLOWED)
    })
}

/// Renames a file or folder. `MOVEFILE_REPLACE_EXISTING` replaces a file in one step, `MOVEFILE_COPY_ALLOWED` copies a file
/// to another device, `MOVEFILE_WRITE_THROUGH` changes nothing.
///
/// Errors: as [`MoveFileW`]; `ERROR_NOT_SAME_DEVICE` without `MOVEFILE_COPY_ALLOWED`; `ERROR_ACCESS_DENIED` for replacing a
/// folder; `ERROR_INVALID_PARAMETER` for other flags and for a null new name, which would delete at the next start.
///
/// # Safety
/// The names are null or end with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MoveFileExW(
    lpexistingfilename: PCWSTR,
    lpnewfilename: PCWSTR,
    dwflags: MOVE_FILE_FLAGS,
) -> BOOL {
    win32(FALSE, || {
        check(dwflags, lpnewfilename.is_null())?;
        // SAFETY: this function's contract.
        let (from, to) = unsafe {
            (
                path::given(lpexistingfilename)?,
                path::given(lpnewfilename)?,
            )
        };
        rename(&from, &to, dwflags)
    })
}

/// As [`MoveFileExW`], with narrow names.
///
/// # Safety
/// As for [`MoveFileExW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MoveFileExA(
    lpexistingfilename: PCSTR,
    lpnewfilename: PCSTR,
    dwflags: MOVE_FILE_FLAGS,
) -> BOOL {
    win32(FALSE, || {
        check(dwflags, lpnewfilename.is_null())?;
        // SAFETY: this function's contract.
        let (from, to) = unsafe {
            (
                path::given(lpexistingfilename)?,
                path::given(lpnewfilename)?,
            )
        };
        rename(&from, &to, dwflags)
    })
}

/// Copies a file with its rights and its time of writing.
///
/// Errors: `ERROR_FILE_EXISTS` if the new name is there and `bfailifexists` is set; `ERROR_FILE_NOT_FOUND`,
/// `ERROR_PATH_NOT_FOUND`, `ERROR_ACCESS_DENIED`, `ERROR_DISK_FULL`.
///
/// # Safety
/// The names are null or end with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CopyFileW(
    lpexistingfilename: PCWSTR,
    lpnewfilename: PCWSTR,
    bfailifexists: BOOL,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        let (from, to) = unsafe {
            (
                path::given(lpexistingfilename)?,
                path::given(lpnewfilename)?,
            )
        };
        copy(&from, &to, bfailifexists == FALSE)
    })
}

/// As [`CopyFileW`], with narrow names.
///
/// # Safety
/// As for [`CopyFileW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CopyFileA(
    lpexistingfilename: PCSTR,
    lpnewfilename: PCSTR,
    bfailifexists: BOOL,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract.
        let (from, to) = unsafe {
            (
                path::given(lpexistingfilename)?,
                path::given(lpnewfilename)?,
            )
        };
        copy(&from, &to, bfailifexists == FALSE)
    })
}

fn delete(name: &CString) -> Result<BOOL, Win32Error> {
    if path::as_path(name)
        .symlink_metadata()
        .is_ok_and(|about| about.is_dir() || !about.is_symlink() && about.permissions().readonly())
    {
        return Err(ERROR_ACCESS_DENIED.into());
    }
    // SAFETY: the name ends with 0.
    match unsafe { libc::unlink(name.as_ptr()) } {
        0 => Ok(TRUE),
        _ => Err(path::last_error_of(name)),
    }
}

fn check(flags: MOVE_FILE_FLAGS, deletes: bool) -> Result<(), Win32Error> {
    let known = MOVEFILE_REPLACE_EXISTING | MOVEFILE_COPY_ALLOWED | MOVEFILE_WRITE_THROUGH;
    if flags & !known != 0 || flags & MOVEFILE_DELAY_UNTIL_REBOOT != 0 || deletes {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    Ok(())
}

fn rename(from: &CString, to: &CString, flags: MOVE_FILE_FLAGS) -> Result<BOOL, Win32Error> {
    let replaces = flags & MOVEFILE_REPLACE_EXISTING != 0;
    if replaces && path::as_path(to).is_dir() {
        return Err(ERROR_ACCESS_DENIED.into());
    }
    let how = if replaces { 0 } else { libc::RENAME_NOREPLACE };
    // SAFETY: the names end with 0.
    let result = unsafe {
        libc::renameat2(
            libc::AT_FDCWD,
            from.as_ptr(),
            libc::AT_FDCWD,
            to.as_ptr(),
            how,
        )
    };
    if result == 0 {
        return Ok(TRUE);
    }
    match path::errno() {
        libc::EXDEV if flags & MOVEFILE_COPY_ALLOWED != 0 && !path::as_path(from).is_dir() => {
            copy(from, to, replaces).map_err(as_existing)?;
            delete(from)
        }
        libc::ENOENT if path::as_path(from).symlink_metadata().is_ok() => Err(path::NO_PATH),
        errno => Err(as_existing(path::error(errno, from))),
    }
}

/// Moving tells of an existing name in another way than opening.
fn as_existing(error: Win32Error) -> Win32Error {
    if error == Win32Error(ERROR_FILE_EXISTS) {
        ERROR_ALREADY_EXISTS.into()
    } else {
        error
    }
}

fn copy(from: &CString, to: &CString, replaces: bool) -> Result<BOOL, Win32Error> {
    let about = stat(from)?;
    if about.st_mode & libc::S_IFMT == libc::S_IFDIR {
        return Err(ERROR_ACCESS_DENIED.into());
    }
    let failed = |name: &CString| {
        let name = name.clone();
        move |error: io::Error| path::error(error.raw_os_error().unwrap_or_default(), &name)
    };
    let mut source = std::fs::File::open(path::as_path(from)).map_err(failed(from))?;
    if stat(to).is_ok_and(|to| (to.st_dev, to.st_ino) == (about.st_dev, about.st_ino)) && replaces {
        // A file copied onto itself would be cut first.
        return Err(path::IN_USE);
    }
    let mut target = OpenOptions::new()
        .write(true)
        .create(true)
        .create_new(!replaces)
        .truncate(true)
        .mode(about.st_mode & 0o777)
        .open(path::as_path(to))
        .map_err(failed(to))?;
    io::copy(&mut source, &mut target).map_err(failed(to))?;
    let written = source.metadata().and_then(|about| about.modified());
    if let Ok(written) = written {
        // The copy is there, with the time of now at the worst.
        let _ = target.set_modified(written);
    }
    Ok(TRUE)
}
