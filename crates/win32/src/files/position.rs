//! File pointers and sizes (DEV-21 to DEV-25), and writing what is cached (DEV-36).

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_GEN_FAILURE, ERROR_INVALID_FUNCTION, ERROR_INVALID_PARAMETER,
    ERROR_NEGATIVE_SEEK, ERROR_NOACCESS, FALSE, HANDLE, TRUE,
};
use windows_sys::Win32::Storage::FileSystem::{
    FILE_BEGIN, FILE_CURRENT, FILE_END, INVALID_FILE_SIZE, INVALID_SET_FILE_POINTER,
    SET_FILE_POINTER_MOVE_METHOD,
};
use windows_sys::core::BOOL;

use super::open::with_disk;
use crate::error::{Win32Error, set_last_error};
use crate::guard::{is_bad, store, win32};
use crate::path::errno;

/// Moves the file pointer; beyond the end is allowed, and a move of 0 from `FILE_CURRENT` asks (DEV-23).
///
/// Errors: `ERROR_INVALID_HANDLE`; `ERROR_NEGATIVE_SEEK`; `ERROR_INVALID_PARAMETER` for another method;
/// `ERROR_INVALID_FUNCTION` for a pipe or terminal.
///
/// # Safety
/// `lpnewfilepointer` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetFilePointerEx(
    hfile: HANDLE,
    lidistancetomove: i64,
    lpnewfilepointer: *mut i64,
    dwmovemethod: SET_FILE_POINTER_MOVE_METHOD,
) -> BOOL {
    win32(FALSE, || {
        let position = seek(hfile, lidistancetomove, dwmovemethod)?;
        // SAFETY: null or valid for a write by this function's contract.
        unsafe { store(lpnewfilepointer, position) };
        Ok(TRUE)
    })
}

/// As [`SetFilePointerEx`], in two halves: the low one is returned. Without the high half the distance is signed, and a
/// result of 4 GiB and more is refused.
///
/// Errors: `INVALID_SET_FILE_POINTER` with the codes of [`SetFilePointerEx`], `ERROR_INVALID_PARAMETER` for a position
/// that does not fit. That value may also be the low half of a position: the last error is 0 then.
///
/// # Safety
/// `lpdistancetomovehigh` is null or valid for a read and a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetFilePointer(
    hfile: HANDLE,
    ldistancetomove: i32,
    lpdistancetomovehigh: *mut i32,
    dwmovemethod: SET_FILE_POINTER_MOVE_METHOD,
) -> u32 {
    win32(INVALID_SET_FILE_POINTER, || {
        let whole = !is_bad(lpdistancetomovehigh);
        let distance = if whole {
            // SAFETY: not null, so valid for a read by this function's contract.
            let high = unsafe { lpdistancetomovehigh.read_unaligned() };
            i64::from(high) << 32 | i64::from(ldistancetomove.cast_unsigned())
        } else {
            i64::from(ldistancetomove)
        };
        let before = seek(hfile, 0, FILE_CURRENT)?;
        let position = seek(hfile, distance, dwmovemethod)?;
        if !whole && position > i64::from(u32::MAX) - 1 {
            seek(hfile, before, FILE_BEGIN)?;
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        if whole {
            // SAFETY: valid for a write by this function's contract.
            unsafe { store(lpdistancetomovehigh, (position >> 32) as i32) };
        }
        if position as u32 == INVALID_SET_FILE_POINTER {
            set_last_error(0);
        }
        Ok(position as u32)
    })
}

/// Cuts or extends a file at its file pointer (DEV-24).
///
/// Errors: `ERROR_INVALID_HANDLE`; `ERROR_ACCESS_DENIED` if it is not open for writing; `ERROR_INVALID_FUNCTION` for a
/// pipe or terminal.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetEndOfFile(hfile: HANDLE) -> BOOL {
    win32(FALSE, || {
        with_disk(hfile, |disk, fd| {
            if !disk.writes {
                return Err(ERROR_ACCESS_DENIED.into());
            }
            // SAFETY: takes descriptors and numbers.
            let result = unsafe {
                let position = libc::lseek(fd, 0, libc::SEEK_CUR);
                if position < 0 {
                    -1
                } else {
                    libc::ftruncate(fd, position)
                }
            };
            if result != 0 {
                Err(failure())
            } else {
                Ok(TRUE)
            }
        })
    })
}

/// The size of a file in bytes (DEV-21).
///
/// Errors: `ERROR_INVALID_HANDLE`, `ERROR_NOACCESS`; `ERROR_INVALID_FUNCTION` for a pipe or terminal.
///
/// # Safety
/// `lpfilesize` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFileSizeEx(hfile: HANDLE, lpfilesize: *mut i64) -> BOOL {
    win32(FALSE, || {
        let size = size(hfile)?;
        if is_bad(lpfilesize) {
            return Err(ERROR_NOACCESS.into());
        }
        // SAFETY: valid for a write by this function's contract.
        unsafe { store(lpfilesize, size) };
        Ok(TRUE)
    })
}

/// As [`GetFileSizeEx`], in two halves: the low one is returned.
///
/// Errors: `INVALID_FILE_SIZE` with the codes of [`GetFileSizeEx`]. That value may also be the low half of a size: the
/// last error is 0 then.
///
/// # Safety
/// `lpfilesizehigh` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFileSize(hfile: HANDLE, lpfilesizehigh: *mut u32) -> u32 {
    win32(INVALID_FILE_SIZE, || {
        let size = size(hfile)?;
        // SAFETY: null or valid for a write by this function's contract.
        unsafe { store(lpfilesizehigh, (size >> 32) as u32) };
        if size as u32 == INVALID_FILE_SIZE {
            set_last_error(0);
        }
        Ok(size as u32)
    })
}

/// Writes what is cached of a file to its device (DEV-36).
///
/// Errors: `ERROR_INVALID_HANDLE`, also for a terminal; `ERROR_ACCESS_DENIED` if it is not open for writing. On a pipe the call
/// does not wait for the reader.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FlushFileBuffers(hfile: HANDLE) -> BOOL {
    win32(FALSE, || {
        with_disk(hfile, |disk, fd| {
            if !disk.writes {
                return Err(ERROR_ACCESS_DENIED.into());
            }
            // SAFETY: takes a descriptor.
            if unsafe { libc::fsync(fd) } == 0 || super::kind(fd) == super::FILE_TYPE_PIPE {
                return Ok(TRUE);
            }
            Err(match errno() {
                libc::EINVAL | libc::EROFS => super::ERROR_INVALID_HANDLE.into(),
                libc::ENOSPC | libc::EDQUOT => super::ERROR_DISK_FULL.into(),
                _ => Win32Error(ERROR_GEN_FAILURE),
            })
        })
    })
}

fn seek(handle: HANDLE, distance: i64, method: u32) -> Result<i64, Win32Error> {
    let whence = match method {
        FILE_BEGIN => libc::SEEK_SET,
        FILE_CURRENT => libc::SEEK_CUR,
        FILE_END => libc::SEEK_END,
        _ => return Err(ERROR_INVALID_PARAMETER.into()),
    };
    with_disk(handle, |_, fd| {
        // SAFETY: takes a descriptor and numbers.
        let position = unsafe { libc::lseek(fd, distance, whence) };
        if position < 0 {
            Err(failure())
        } else {
            Ok(position)
        }
    })
}

/// Puts the file pointer where a transfer with an OVERLAPPED begins; all ones is the end, for writing (DEV-35).
pub(super) fn seek_for(fd: i32, offset: u64, writes: bool) -> Result<(), Win32Error> {
    let (offset, whence) = match i64::try_from(offset) {
        Ok(offset) => (offset, libc::SEEK_SET),
        Err(_) if offset == u64::MAX && writes => (0, libc::SEEK_END),
        Err(_) => return Err(ERROR_INVALID_PARAMETER.into()),
    };
    // SAFETY: takes a descriptor and numbers.
    if unsafe { libc::lseek(fd, offset, whence) } < 0 {
        Err(failure())
    } else {
        Ok(())
    }
}

fn failure() -> Win32Error {
    Win32Error(match errno() {
        libc::EINVAL => ERROR_NEGATIVE_SEEK,
        libc::ESPIPE => ERROR_INVALID_FUNCTION,
        libc::EFBIG => super::ERROR_DISK_FULL,
        libc::EOVERFLOW => ERROR_INVALID_PARAMETER,
        _ => ERROR_GEN_FAILURE,
    })
}

fn size(handle: HANDLE) -> Result<i64, Win32Error> {
    with_disk(handle, |disk, fd| {
        if disk.waits {
            return Err(ERROR_INVALID_FUNCTION.into());
        }
        super::information::stat_of(fd).map(|stat| stat.st_size)
    })
}
