//! What is known of an open file: times, attributes, identity.

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_GEN_FAILURE, ERROR_INVALID_FUNCTION, ERROR_NOACCESS, FALSE,
    FILETIME, HANDLE, TRUE,
};
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, FILE_ATTRIBUTE_ARCHIVE, FILE_ATTRIBUTE_DIRECTORY,
    FILE_ATTRIBUTE_HIDDEN, FILE_ATTRIBUTE_READONLY, FILE_ATTRIBUTE_REPARSE_POINT,
};
use windows_sys::core::BOOL;

use super::open::with_disk;
use crate::error::Win32Error;
use crate::guard::{is_bad, store, win32};
use crate::path::errno;

/// When a file was made, last read and last written. Linux has no time of making that could be asked everywhere: it is the
/// older one of the last change and the last write.
///
/// Errors: `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// Each pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFileTime(
    hfile: HANDLE,
    lpcreationtime: *mut FILETIME,
    lplastaccesstime: *mut FILETIME,
    lplastwritetime: *mut FILETIME,
) -> BOOL {
    win32(FALSE, || {
        let times = Times::of(&with_disk(hfile, |_, fd| stat_of(fd))?);
        // SAFETY: null or valid for a write by this function's contract.
        unsafe {
            store(lpcreationtime, times.created);
            store(lplastaccesstime, times.accessed);
            store(lplastwritetime, times.written);
        }
        Ok(TRUE)
    })
}

/// Sets when a file was last read and last written; null, 0 and all ones leave a time as it is. The time of making cannot
/// be set: it is ignored.
///
/// Errors: `ERROR_INVALID_HANDLE`; `ERROR_ACCESS_DENIED`, also if it is not open for writing.
///
/// # Safety
/// Each pointer is null or valid for a read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetFileTime(
    hfile: HANDLE,
    _lpcreationtime: *const FILETIME,
    lplastaccesstime: *const FILETIME,
    lplastwritetime: *const FILETIME,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: null or valid for a read by this function's contract.
        let times = unsafe { [timespec(lplastaccesstime), timespec(lplastwritetime)] };
        with_disk(hfile, |disk, fd| {
            if !disk.writes {
                return Err(ERROR_ACCESS_DENIED.into());
            }
            // SAFETY: two times, of this frame.
            if unsafe { libc::futimens(fd, times.as_ptr()) } == 0 {
                return Ok(TRUE);
            }
            Err(match errno() {
                libc::EPERM | libc::EACCES | libc::EROFS => ERROR_ACCESS_DENIED.into(),
                _ => ERROR_GEN_FAILURE.into(),
            })
        })
    })
}

/// What is known of an open file. The serial number of the volume and the index are device and inode.
///
/// Errors: `ERROR_INVALID_HANDLE`; `ERROR_INVALID_FUNCTION` for a pipe or terminal; `ERROR_NOACCESS`.
///
/// # Safety
/// `lpfileinformation` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFileInformationByHandle(
    hfile: HANDLE,
    lpfileinformation: *mut BY_HANDLE_FILE_INFORMATION,
) -> BOOL {
    win32(FALSE, || {
        let stat = with_disk(hfile, |disk, fd| {
            if disk.waits {
                return Err(ERROR_INVALID_FUNCTION.into());
            }
            stat_of(fd)
        })?;
        if is_bad(lpfileinformation) {
            return Err(ERROR_NOACCESS.into());
        }
        let times = Times::of(&stat);
        let information = BY_HANDLE_FILE_INFORMATION {
            dwFileAttributes: attributes(&stat, false),
            ftCreationTime: times.created,
            ftLastAccessTime: times.accessed,
            ftLastWriteTime: times.written,
            dwVolumeSerialNumber: (stat.st_dev ^ stat.st_dev >> 32) as u32,
            nFileSizeHigh: (stat.st_size >> 32) as u32,
            nFileSizeLow: stat.st_size as u32,
            nNumberOfLinks: stat.st_nlink as u32,
            nFileIndexHigh: (stat.st_ino >> 32) as u32,
            nFileIndexLow: stat.st_ino as u32,
        };
        // SAFETY: valid for a write by this function's contract.
        unsafe { store(lpfileinformation, information) };
        Ok(TRUE)
    })
}

/// What fstat(2) tells.
pub(crate) fn stat_of(fd: i32) -> Result<libc::stat, Win32Error> {
    // SAFETY: integers: all zero is a value.
    let mut stat: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: `stat` is of this frame.
    match unsafe { libc::fstat(fd, &mut stat) } {
        0 => Ok(stat),
        _ => Err(ERROR_GEN_FAILURE.into()),
    }
}

/// The attributes of a file: folder, read-only (nobody may write), hidden (by a name that begins with a dot), a link, or else
/// `FILE_ATTRIBUTE_ARCHIVE`, as for every file that was made.
pub(crate) fn attributes(stat: &libc::stat, hidden: bool) -> u32 {
    let kind = match stat.st_mode & libc::S_IFMT {
        libc::S_IFDIR => FILE_ATTRIBUTE_DIRECTORY,
        libc::S_IFLNK => FILE_ATTRIBUTE_REPARSE_POINT,
        _ => FILE_ATTRIBUTE_ARCHIVE,
    };
    let bit = |has: bool, bit: u32| if has { bit } else { 0 };
    kind | bit(stat.st_mode & 0o222 == 0, FILE_ATTRIBUTE_READONLY)
        | bit(hidden, FILE_ATTRIBUTE_HIDDEN)
}

/// The three times that Windows keeps.
pub(crate) struct Times {
    pub(crate) created: FILETIME,
    pub(crate) accessed: FILETIME,
    pub(crate) written: FILETIME,
}

impl Times {
    pub(crate) fn of(stat: &libc::stat) -> Self {
        let written = (stat.st_mtime, stat.st_mtime_nsec);
        let changed = (stat.st_ctime, stat.st_ctime_nsec);
        let filetime = |(seconds, nanoseconds)| filetime(seconds, nanoseconds);
        Self {
            created: filetime(written.min(changed)),
            accessed: filetime((stat.st_atime, stat.st_atime_nsec)),
            written: filetime(written),
        }
    }
}

const SECONDS_FROM_1601_TO_1970: i64 = 11_644_473_600;

/// A time of Linux in units of 100 ns since 1601.
pub(crate) fn filetime(seconds: i64, nanoseconds: i64) -> FILETIME {
    let seconds = seconds.saturating_add(SECONDS_FROM_1601_TO_1970);
    let ticks = seconds.saturating_mul(10_000_000) + nanoseconds / 100;
    let ticks = u64::try_from(ticks).unwrap_or_default();
    FILETIME {
        dwLowDateTime: ticks as u32,
        dwHighDateTime: (ticks >> 32) as u32,
    }
}

/// # Safety
/// `time` is null or valid for a read.
unsafe fn timespec(time: *const FILETIME) -> libc::timespec {
    let leave = libc::timespec {
        tv_sec: 0,
        tv_nsec: libc::UTIME_OMIT,
    };
    if is_bad(time) {
        return leave;
    }
    // SAFETY: not null, so valid for a read by this function's contract.
    let time = unsafe { time.read_unaligned() };
    match u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime) {
        0 | u64::MAX => leave,
        ticks => libc::timespec {
            tv_sec: (ticks / 10_000_000) as i64 - SECONDS_FROM_1601_TO_1970,
            tv_nsec: (ticks % 10_000_000) as i64 * 100,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_there_and_back() {
        let there = filetime(1_700_000_000, 123_456_700);
        // SAFETY: a time of this frame.
        let back = unsafe { timespec(&there) };
        assert_eq!((back.tv_sec, back.tv_nsec), (1_700_000_000, 123_456_700));
    }
}
