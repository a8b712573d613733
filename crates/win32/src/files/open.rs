//! Opening and making files on a disk.

use std::ffi::CString;
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd};

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_ALREADY_EXISTS, ERROR_INVALID_PARAMETER, ERROR_NOT_SUPPORTED,
    GENERIC_ALL, GENERIC_EXECUTE, GENERIC_READ, GENERIC_WRITE, HANDLE, INVALID_HANDLE_VALUE,
};
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::Win32::Storage::FileSystem::{
    CREATE_ALWAYS, CREATE_NEW, FILE_APPEND_DATA, FILE_ATTRIBUTE_READONLY,
    FILE_CREATION_DISPOSITION, FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_DELETE_ON_CLOSE,
    FILE_FLAG_OPEN_REPARSE_POINT, FILE_FLAG_OVERLAPPED, FILE_FLAG_RANDOM_ACCESS,
    FILE_FLAG_SEQUENTIAL_SCAN, FILE_FLAG_WRITE_THROUGH, FILE_FLAGS_AND_ATTRIBUTES, FILE_READ_DATA,
    FILE_SHARE_MODE, FILE_TYPE_DISK, FILE_WRITE_DATA, OPEN_ALWAYS, OPEN_EXISTING,
    TRUNCATE_EXISTING,
};
use windows_sys::core::{PCSTR, PCWSTR};

use larboard_kernel::device::Device;
use larboard_kernel::device::disk::Disk;
use larboard_kernel::io::file::{self, File};

use super::kind;
use crate::error::{Win32Error, set_last_error};
use crate::guard::win32;
use crate::handles;
use crate::path::{self, errno};

/// Opens or makes a file on a disk, a FIFO or a terminal (DEV-08, DEV-09). How names are read stands at `path`.
///
/// `CREATE_ALWAYS` and `OPEN_ALWAYS` set the last error to `ERROR_ALREADY_EXISTS` if the file was there, otherwise to
/// 0. A folder needs `FILE_FLAG_BACKUP_SEMANTICS`. `FILE_FLAG_DELETE_ON_CLOSE` removes the name with the last handle,
/// `FILE_FLAG_WRITE_THROUGH` writes to the device, `FILE_ATTRIBUTE_READONLY` is kept for a new file. The share mode, the
/// template and the other attributes have no effect.
///
/// Errors: `INVALID_HANDLE_VALUE` with `ERROR_FILE_NOT_FOUND`, `ERROR_PATH_NOT_FOUND`, `ERROR_ACCESS_DENIED`,
/// `ERROR_FILE_EXISTS`, `ERROR_FILENAME_EXCED_RANGE`, `ERROR_INVALID_PARAMETER`, `ERROR_TOO_MANY_OPEN_FILES`;
/// `ERROR_NOT_SUPPORTED` for overlapped use of what is no regular file.
///
/// # Safety
/// The name is null or ends with 0, the attributes are null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateFileW(
    lpfilename: PCWSTR,
    dwdesiredaccess: u32,
    _dwsharemode: FILE_SHARE_MODE,
    lpsecurityattributes: *const SECURITY_ATTRIBUTES,
    dwcreationdisposition: FILE_CREATION_DISPOSITION,
    dwflagsandattributes: FILE_FLAGS_AND_ATTRIBUTES,
    _htemplatefile: HANDLE,
) -> HANDLE {
    win32(INVALID_HANDLE_VALUE, || {
        // SAFETY: this function's contract.
        let name = unsafe { path::as_written(lpfilename) }?;
        let how = (dwdesiredaccess, dwcreationdisposition, dwflagsandattributes);
        // SAFETY: this function's contract.
        unsafe { create(&name, how, lpsecurityattributes) }
    })
}

/// As [`CreateFileW`], with a narrow name.
///
/// # Safety
/// As for [`CreateFileW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateFileA(
    lpfilename: PCSTR,
    dwdesiredaccess: u32,
    _dwsharemode: FILE_SHARE_MODE,
    lpsecurityattributes: *const SECURITY_ATTRIBUTES,
    dwcreationdisposition: FILE_CREATION_DISPOSITION,
    dwflagsandattributes: FILE_FLAGS_AND_ATTRIBUTES,
    _htemplatefile: HANDLE,
) -> HANDLE {
    win32(INVALID_HANDLE_VALUE, || {
        // SAFETY: this function's contract.
        let name = unsafe { path::as_written(lpfilename) }?;
        let how = (dwdesiredaccess, dwcreationdisposition, dwflagsandattributes);
        // SAFETY: this function's contract.
        unsafe { create(&name, how, lpsecurityattributes) }
    })
}

/// What a handle may be used for.
struct Access {
    reads: bool,
    writes: bool,
    only_appends: bool,
}

impl Access {
    fn of(desired: u32) -> Self {
        let reading = GENERIC_READ | GENERIC_ALL | GENERIC_EXECUTE | FILE_READ_DATA;
        let writing = GENERIC_WRITE | GENERIC_ALL | FILE_WRITE_DATA;
        Self {
            reads: desired & reading != 0,
            writes: desired & (writing | FILE_APPEND_DATA) != 0,
            only_appends: desired & FILE_APPEND_DATA != 0 && desired & writing == 0,
        }
    }

    /// Opening for reading, writing, or neither.
    fn flags(&self) -> i32 {
        let append = if self.only_appends { libc::O_APPEND } else { 0 };
        match (self.reads, self.writes) {
            (_, false) => libc::O_RDONLY,
            (false, true) => libc::O_WRONLY | append,
            (true, true) => libc::O_RDWR | append,
        }
    }
}

/// # Safety
/// The attributes are null or valid for a read.
unsafe fn create(
    written: &[u8],
    (desired, disposition, flags): (u32, FILE_CREATION_DISPOSITION, FILE_FLAGS_AND_ATTRIBUTES),
    attributes: *const SECURITY_ATTRIBUTES,
) -> Result<HANDLE, Win32Error> {
    let access = Access::of(desired);
    let name = path::of(written)?;
    let (fd, existed) = open(&name, &access, disposition, flags)?;
    let mut disk = Disk {
        reads: access.reads,
        writes: access.writes,
        ..Disk::of(fd.as_raw_fd())
    };
    // Programs ask for both, but each side of the console does only one.
    match path::console_side(written) {
        Some(true) => disk.writes = false,
        Some(false) => disk.reads = false,
        None => {}
    }
    let overlapped = flags & FILE_FLAG_OVERLAPPED != 0;
    if overlapped && kind(fd.as_raw_fd()) != FILE_TYPE_DISK {
        return Err(ERROR_NOT_SUPPORTED.into());
    }
    if flags & FILE_FLAG_DELETE_ON_CLOSE != 0 {
        // The working folder may be another one by then.
        let whole = std::path::absolute(path::as_path(&name)).ok();
        disk.remove = whole
            .and_then(|name| CString::new(name.into_os_string().into_encoded_bytes()).ok())
            .or(Some(name));
    }
    let modes = if overlapped { file::OVERLAPPED } else { 0 };
    let file = File::new(fd.into_raw_fd(), Device::Disk(disk), modes);
    // SAFETY: this function's contract.
    let handle = unsafe { handles::open(file, attributes) }?;
    match disposition {
        CREATE_ALWAYS | OPEN_ALWAYS => {
            set_last_error(if existed { ERROR_ALREADY_EXISTS } else { 0 })
        }
        CREATE_NEW => set_last_error(0),
        _ => {}
    }
    Ok(handle)
}

/// The descriptor, and whether the file was there before.
fn open(
    name: &CString,
    access: &Access,
    disposition: FILE_CREATION_DISPOSITION,
    flags: FILE_FLAGS_AND_ATTRIBUTES,
) -> Result<(OwnedFd, bool), Win32Error> {
    const MAKE: i32 = libc::O_CREAT | libc::O_EXCL;
    let (make, keep) = match disposition {
        CREATE_NEW => (Some(MAKE), None),
        CREATE_ALWAYS => (Some(MAKE), Some(libc::O_TRUNC)),
        OPEN_ALWAYS => (Some(MAKE), Some(0)),
        OPEN_EXISTING => (None, Some(0)),
        TRUNCATE_EXISTING if !access.writes => return Err(ERROR_INVALID_PARAMETER.into()),
        TRUNCATE_EXISTING => (None, Some(libc::O_TRUNC)),
        _ => return Err(ERROR_INVALID_PARAMETER.into()),
    };
    let hints = [
        (FILE_FLAG_WRITE_THROUGH, libc::O_DSYNC),
        (FILE_FLAG_OPEN_REPARSE_POINT, libc::O_NOFOLLOW),
    ];
    let hints = hints
        .iter()
        .filter(|(flag, _)| flags & flag != 0)
        .fold(0, |all, (_, hint)| all | hint);
    let attempt = |more: i32| descriptor(name, access.flags() | hints | more, flags);
    if let Some(more) = make {
        match attempt(more) {
            Ok(fd) => return Ok((fd, false)),
            Err(libc::EEXIST) if keep.is_some() => {}
            Err(error) => return Err(path::error(error, name)),
        }
    }
    let fd = attempt(keep.unwrap_or_default()).map_err(|error| path::error(error, name))?;
    let is_folder = path::as_path(name).is_dir();
    if is_folder && flags & FILE_FLAG_BACKUP_SEMANTICS == 0 {
        return Err(ERROR_ACCESS_DENIED.into());
    }
    Ok((fd, true))
}

fn descriptor(name: &CString, how: i32, flags: u32) -> Result<OwnedFd, i32> {
    let mode = if flags & FILE_ATTRIBUTE_READONLY != 0 {
        0o444
    } else {
        0o666
    };
    // SAFETY: the name ends with 0; the result is checked before it is owned.
    let fd = unsafe { libc::open(name.as_ptr(), how | libc::O_CLOEXEC | libc::O_NOCTTY, mode) };
    if fd < 0 {
        return Err(errno());
    }
    let advice = if flags & FILE_FLAG_RANDOM_ACCESS != 0 {
        libc::POSIX_FADV_RANDOM
    } else if flags & FILE_FLAG_SEQUENTIAL_SCAN != 0 {
        libc::POSIX_FADV_SEQUENTIAL
    } else {
        libc::POSIX_FADV_NORMAL
    };
    if advice != libc::POSIX_FADV_NORMAL {
        // SAFETY: takes a descriptor and numbers; a hint that is not taken changes nothing.
        unsafe { libc::posix_fadvise(fd, 0, 0, advice) };
    }
    // SAFETY: a fresh descriptor that nobody else owns.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// A handle for synchronous use of a descriptor, whatever it is; the file pointer stays shared with its copies.
pub(crate) fn adopt(fd: OwnedFd) -> Result<HANDLE, Win32Error> {
    let disk = Disk::of(fd.as_raw_fd());
    let file = File::new(fd.into_raw_fd(), Device::Disk(disk), 0);
    // SAFETY: there are no attributes.
    unsafe { handles::open(file, std::ptr::null()) }
}

/// Runs `f` with the device and descriptor of a disk, pipe or terminal handle; `ERROR_INVALID_HANDLE` for a socket.
pub(crate) fn with_disk<R>(
    handle: HANDLE,
    f: impl FnOnce(&Disk, i32) -> Result<R, Win32Error>,
) -> Result<R, Win32Error> {
    let file = handles::get::<File>(handle)?;
    match file.device() {
        Device::Disk(disk) => file.with_fd(|fd| f(disk, fd))?,
        Device::Socket(_) | Device::Watched => {
            Err(windows_sys::Win32::Foundation::ERROR_INVALID_HANDLE.into())
        }
    }
}
