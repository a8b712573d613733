//! Files: opening disk files, and the file functions on disk files and sockets alike (HND-24 to HND-32).

use std::ffi::CString;
use std::io::Error;
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd};

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_ALREADY_EXISTS, ERROR_DISK_FULL, ERROR_FILE_EXISTS,
    ERROR_FILE_NOT_FOUND, ERROR_GEN_FAILURE, ERROR_INVALID_HANDLE, ERROR_INVALID_NAME,
    ERROR_INVALID_PARAMETER, ERROR_NOACCESS, ERROR_NOT_ENOUGH_MEMORY, ERROR_NOT_SUPPORTED,
    ERROR_PATH_NOT_FOUND, ERROR_TOO_MANY_OPEN_FILES, ERROR_WRITE_PROTECT, FALSE, GENERIC_ALL,
    GENERIC_READ, GENERIC_WRITE, HANDLE, INVALID_HANDLE_VALUE, TRUE,
};
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::Win32::Storage::FileSystem::{
    CREATE_ALWAYS, CREATE_NEW, FILE_APPEND_DATA, FILE_CREATION_DISPOSITION, FILE_FLAG_OVERLAPPED,
    FILE_FLAGS_AND_ATTRIBUTES, FILE_READ_DATA, FILE_SHARE_MODE, FILE_TYPE, FILE_TYPE_CHAR,
    FILE_TYPE_DISK, FILE_TYPE_PIPE, FILE_TYPE_UNKNOWN, FILE_WRITE_DATA, OPEN_ALWAYS, OPEN_EXISTING,
    TRUNCATE_EXISTING,
};
use windows_sys::Win32::System::IO::{LPOVERLAPPED_COMPLETION_ROUTINE, OVERLAPPED};
use windows_sys::core::{BOOL, PCSTR, PCWSTR};

use larboard_kernel::device::disk::Disk;
use larboard_kernel::device::socket::transfer::{Receive, Send};
use larboard_kernel::device::socket::{Operation, phase};
use larboard_kernel::device::{Buffers, Device};
use larboard_kernel::io::blocking::Patience;
use larboard_kernel::io::file::{self, File};

use crate::error::{Win32Error, set_last_error};
use crate::guard::{is_bad, store, win32};
use crate::handles;
use crate::operation::{self, Notify};
use crate::text::{narrow, wide};

/// Opens or makes a file on a disk. Names are those of Linux.
///
/// `CREATE_ALWAYS` and `OPEN_ALWAYS` set the last error to `ERROR_ALREADY_EXISTS` if the file was there, otherwise to
/// 0. The share mode and the attributes have no effect.
///
/// Errors: `INVALID_HANDLE_VALUE` with `ERROR_FILE_NOT_FOUND`, `ERROR_PATH_NOT_FOUND`, `ERROR_ACCESS_DENIED`,
/// `ERROR_FILE_EXISTS`, `ERROR_INVALID_NAME`, `ERROR_INVALID_PARAMETER`, `ERROR_TOO_MANY_OPEN_FILES`;
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
        let name = unsafe { wide(lpfilename) };
        let how = (dwdesiredaccess, dwcreationdisposition, dwflagsandattributes);
        // SAFETY: this function's contract.
        unsafe { create(name, how, lpsecurityattributes) }
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
        let name = unsafe { narrow(lpfilename) };
        let how = (dwdesiredaccess, dwcreationdisposition, dwflagsandattributes);
        // SAFETY: this function's contract.
        unsafe { create(name, how, lpsecurityattributes) }
    })
}

/// Reads from a file or receives on a socket, overlapped if an OVERLAPPED is given (HND-31, HND-32, OVL-16).
///
/// Errors: `ERROR_IO_PENDING`; `ERROR_INVALID_HANDLE`; `ERROR_NOACCESS` for a null buffer, and without OVERLAPPED for a
/// null count; `ERROR_NOT_SUPPORTED` for an OVERLAPPED on a disk file; the translated status of a failed receive.
///
/// # Safety
/// The buffer is null or valid for its length, until completion if an OVERLAPPED is given, as is the OVERLAPPED.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReadFile(
    hfile: HANDLE,
    lpbuffer: *mut u8,
    nnumberofbytestoread: u32,
    lpnumberofbytesread: *mut u32,
    lpoverlapped: *mut OVERLAPPED,
) -> BOOL {
    let notify = Notify {
        overlapped: lpoverlapped,
        routine: None,
    };
    let transfer = Transfer {
        buffer: lpbuffer,
        length: nnumberofbytestoread as usize,
        writes: false,
    };
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        transfer.run(hfile, lpnumberofbytesread, notify)
    })
}

/// Writes to a file or sends on a socket, overlapped if an OVERLAPPED is given (HND-31, HND-32, OVL-16).
///
/// Errors as [`ReadFile`].
///
/// # Safety
/// As for [`ReadFile`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WriteFile(
    hfile: HANDLE,
    lpbuffer: *const u8,
    nnumberofbytestowrite: u32,
    lpnumberofbyteswritten: *mut u32,
    lpoverlapped: *mut OVERLAPPED,
) -> BOOL {
    let notify = Notify {
        overlapped: lpoverlapped,
        routine: None,
    };
    let transfer = Transfer {
        buffer: lpbuffer.cast_mut(),
        length: nnumberofbytestowrite as usize,
        writes: true,
    };
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        transfer.run(hfile, lpnumberofbyteswritten, notify)
    })
}

/// Starts a read whose result comes by a routine alone (OVL-41). True for immediate and pending alike.
///
/// Errors: as [`ReadFile`]; `ERROR_INVALID_PARAMETER` for a null OVERLAPPED or routine, a handle that is not opened for
/// overlapped use, and one that has a completion port (OVL-40).
///
/// # Safety
/// As for [`ReadFile`]; the routine may be called once.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReadFileEx(
    hfile: HANDLE,
    lpbuffer: *mut u8,
    nnumberofbytestoread: u32,
    lpoverlapped: *mut OVERLAPPED,
    lpcompletionroutine: LPOVERLAPPED_COMPLETION_ROUTINE,
) -> BOOL {
    let notify = Notify::file(lpoverlapped, lpcompletionroutine);
    let transfer = Transfer {
        buffer: lpbuffer,
        length: nnumberofbytestoread as usize,
        writes: false,
    };
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe { transfer.start(hfile, notify) })
}

/// Starts a write whose result comes by a routine alone (OVL-41). Errors as [`ReadFileEx`].
///
/// # Safety
/// As for [`ReadFileEx`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WriteFileEx(
    hfile: HANDLE,
    lpbuffer: *const u8,
    nnumberofbytestowrite: u32,
    lpoverlapped: *mut OVERLAPPED,
    lpcompletionroutine: LPOVERLAPPED_COMPLETION_ROUTINE,
) -> BOOL {
    let notify = Notify::file(lpoverlapped, lpcompletionroutine);
    let transfer = Transfer {
        buffer: lpbuffer.cast_mut(),
        length: nnumberofbytestowrite as usize,
        writes: true,
    };
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe { transfer.start(hfile, notify) })
}

/// What kind of device a handle stands for; the standard handles' constants are accepted (HND-24 to HND-26).
///
/// Errors: `FILE_TYPE_UNKNOWN` with `ERROR_INVALID_HANDLE`, also for an object that is no file.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetFileType(hfile: HANDLE) -> FILE_TYPE {
    win32(FILE_TYPE_UNKNOWN, || match standard(hfile) {
        Some(fd) => Ok(kind(fd)),
        None => match handles::get::<File>(hfile)?.device() {
            Device::Socket(_) => Ok(FILE_TYPE_PIPE),
            Device::Disk(_) => Ok(FILE_TYPE_DISK),
            Device::Watched => Err(ERROR_INVALID_HANDLE.into()), // no handle denotes one
        },
    })
}

/// Opening for reading, writing, or neither.
fn access(desired: u32) -> i32 {
    let reads = desired & (GENERIC_READ | GENERIC_ALL | FILE_READ_DATA) != 0;
    let writes = desired & (GENERIC_WRITE | GENERIC_ALL | FILE_WRITE_DATA | FILE_APPEND_DATA) != 0;
    match (reads, writes) {
        (_, false) => libc::O_RDONLY,
        (false, true) => libc::O_WRONLY,
        (true, true) => libc::O_RDWR,
    }
}

/// # Safety
/// The attributes are null or valid for a read.
unsafe fn create(
    name: Option<String>,
    (desired, disposition, flags): (u32, FILE_CREATION_DISPOSITION, FILE_FLAGS_AND_ATTRIBUTES),
    attributes: *const SECURITY_ATTRIBUTES,
) -> Result<HANDLE, Win32Error> {
    let name = name
        .filter(|name| !name.is_empty())
        .ok_or(ERROR_PATH_NOT_FOUND)?;
    let name = CString::new(name).map_err(|_| ERROR_INVALID_NAME)?;
    let (fd, existed) = open(&name, access(desired), disposition)?;
    let overlapped = flags & FILE_FLAG_OVERLAPPED != 0;
    if overlapped && kind(fd.as_raw_fd()) != FILE_TYPE_DISK {
        return Err(ERROR_NOT_SUPPORTED.into());
    }
    let modes = if overlapped { file::OVERLAPPED } else { 0 };
    let file = File::new(fd.into_raw_fd(), Device::Disk(Disk::default()), modes);
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
    access: i32,
    disposition: FILE_CREATION_DISPOSITION,
) -> Result<(OwnedFd, bool), Win32Error> {
    let (make, keep) = match disposition {
        CREATE_NEW => (Some(libc::O_CREAT | libc::O_EXCL), None),
        CREATE_ALWAYS => (Some(libc::O_CREAT | libc::O_EXCL), Some(libc::O_TRUNC)),
        OPEN_ALWAYS => (Some(libc::O_CREAT | libc::O_EXCL), Some(0)),
        OPEN_EXISTING => (None, Some(0)),
        TRUNCATE_EXISTING if access == libc::O_RDONLY => return Err(ERROR_INVALID_PARAMETER.into()),
        TRUNCATE_EXISTING => (None, Some(libc::O_TRUNC)),
        _ => return Err(ERROR_INVALID_PARAMETER.into()),
    };
    let attempt = |flags: i32| {
        // SAFETY: the name ends with 0; the result is checked before it is owned.
        let fd = unsafe {
            libc::open(
                name.as_ptr(),
                access | flags | libc::O_CLOEXEC | libc::O_NOCTTY,
                0o666,
            )
        };
        if fd < 0 {
            return Err(errno());
        }
        // SAFETY: a fresh descriptor that nobody else owns.
        Ok(unsafe { OwnedFd::from_raw_fd(fd) })
    };
    if let Some(flags) = make {
        match attempt(flags) {
            Ok(fd) => return Ok((fd, false)),
            Err(libc::EEXIST) if keep.is_some() => {}
            Err(error) => return Err(open_error(error, name)),
        }
    }
    let fd = attempt(keep.unwrap_or_default()).map_err(|error| open_error(error, name))?;
    Ok((fd, true))
}

fn errno() -> i32 {
    Error::last_os_error().raw_os_error().unwrap_or_default()
}

fn open_error(error: i32, name: &CString) -> Win32Error {
    Win32Error(match error {
        libc::ENOENT => {
            let name = std::path::Path::new(name.to_str().unwrap_or_default());
            let there = name
                .parent()
                .is_none_or(|parent| parent.as_os_str().is_empty() || parent.is_dir());
            if there {
                ERROR_FILE_NOT_FOUND
            } else {
                ERROR_PATH_NOT_FOUND
            }
        }
        libc::ENOTDIR => ERROR_PATH_NOT_FOUND,
        libc::EACCES | libc::EPERM | libc::EISDIR => ERROR_ACCESS_DENIED,
        libc::EEXIST => ERROR_FILE_EXISTS,
        libc::EMFILE | libc::ENFILE => ERROR_TOO_MANY_OPEN_FILES,
        libc::ENAMETOOLONG => ERROR_INVALID_NAME,
        libc::ENOSPC => ERROR_DISK_FULL,
        libc::EROFS => ERROR_WRITE_PROTECT,
        libc::ENOMEM => ERROR_NOT_ENOUGH_MEMORY,
        _ => ERROR_GEN_FAILURE,
    })
}

/// One read or write.
struct Transfer {
    buffer: *mut u8,
    length: usize,
    writes: bool,
}

impl Transfer {
    /// # Safety
    /// As for [`ReadFile`].
    unsafe fn run(
        &self,
        handle: HANDLE,
        count: *mut u32,
        notify: Notify,
    ) -> Result<BOOL, Win32Error> {
        let file = handles::get::<File>(handle)?;
        if self.length > 0 && is_bad(self.buffer) || notify.is_synchronous() && is_bad(count) {
            return Err(ERROR_NOACCESS.into());
        }
        let bytes = match file.device() {
            Device::Disk(_) if !notify.is_synchronous() => return Err(ERROR_NOT_SUPPORTED.into()),
            // SAFETY: this function's contract.
            Device::Disk(disk) => unsafe { self.on_disk(&file, disk) }?,
            Device::Watched => return Err(ERROR_INVALID_HANDLE.into()),
            Device::Socket(socket) => {
                socket_settles(&file);
                let patience = |direction| {
                    if socket.is(phase::NON_BLOCKING) {
                        Patience::None
                    } else {
                        Patience::Milliseconds(socket.timeout(direction))
                    }
                };
                // SAFETY: this function's contract.
                let finished = unsafe {
                    operation::transfer(&handles::arc(&file), self.operation(), notify, patience)
                }?;
                // SAFETY: null or valid for a write by this function's contract.
                unsafe { store(count, finished.bytes) };
                if !finished.status.is_success() {
                    return Err(finished.status.into());
                }
                finished.bytes
            }
        };
        // SAFETY: null or valid for a write by this function's contract.
        unsafe { store(count, bytes) };
        Ok(TRUE)
    }

    /// # Safety
    /// As for [`ReadFileEx`].
    unsafe fn start(&self, handle: HANDLE, notify: Notify) -> Result<BOOL, Win32Error> {
        let file = handles::get::<File>(handle)?;
        if notify.is_synchronous() || notify.routine.is_none() || !file.has_modes(file::OVERLAPPED)
        {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        if self.length > 0 && is_bad(self.buffer) {
            return Err(ERROR_NOACCESS.into());
        }
        if let Device::Disk(_) = file.device() {
            return Err(ERROR_NOT_SUPPORTED.into());
        }
        socket_settles(&file);
        // SAFETY: this function's contract.
        match unsafe { operation::start(&handles::arc(&file), self.operation(), notify) } {
            Ok(_) | Err(larboard_kernel::status::Status::PENDING) => Ok(TRUE),
            Err(status) => Err(status.into()),
        }
    }

    /// # Safety
    /// The buffer is valid for its length.
    unsafe fn on_disk(&self, file: &File, disk: &Disk) -> Result<u32, Win32Error> {
        let bytes = file.with_fd(|fd| {
            // SAFETY: this function's contract.
            unsafe {
                if self.writes {
                    disk.write(fd, self.buffer, self.length)
                } else {
                    disk.read(fd, self.buffer, self.length)
                }
            }
        })?;
        match bytes {
            Ok(bytes) => Ok(bytes as u32),
            Err(_) => Err(match errno() {
                // Not opened for that.
                libc::EBADF => ERROR_ACCESS_DENIED,
                libc::ENOSPC => ERROR_DISK_FULL,
                libc::EFAULT => ERROR_NOACCESS,
                libc::EISDIR => ERROR_INVALID_HANDLE,
                _ => ERROR_GEN_FAILURE,
            }
            .into()),
        }
    }

    fn operation(&self) -> Operation {
        let buffers = Buffers::one(self.buffer, self.length);
        if self.writes {
            Operation::Send(Send {
                buffers,
                flags: 0,
                done: 0,
                rare: None,
            })
        } else {
            Operation::Receive(Receive {
                buffers,
                flags: 0,
                done: 0,
                rare: None,
            })
        }
    }
}

/// A non-blocking connect may have ended meanwhile.
fn socket_settles(file: &File) {
    if let Device::Socket(socket) = file.device()
        && socket.is(phase::CONNECTING)
    {
        // A socket that was closed meanwhile has nothing to settle.
        let _ = file.with_fd(|fd| socket.settle_connect(fd));
    }
}

/// The descriptor behind STD_INPUT_HANDLE, STD_OUTPUT_HANDLE or STD_ERROR_HANDLE.
fn standard(handle: HANDLE) -> Option<i32> {
    match handle.addr() as u32 as i32 {
        -10 => Some(0),
        -11 => Some(1),
        -12 => Some(2),
        _ => None,
    }
}

/// The type of what a descriptor stands for.
fn kind(fd: i32) -> FILE_TYPE {
    // SAFETY: integers: all zero is a value.
    let mut stat: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: `stat` is of this frame.
    if unsafe { libc::fstat(fd, &mut stat) } != 0 {
        return FILE_TYPE_UNKNOWN;
    }
    match stat.st_mode & libc::S_IFMT {
        libc::S_IFREG | libc::S_IFDIR | libc::S_IFBLK => FILE_TYPE_DISK,
        libc::S_IFCHR => FILE_TYPE_CHAR,
        libc::S_IFIFO | libc::S_IFSOCK => FILE_TYPE_PIPE,
        _ => FILE_TYPE_UNKNOWN,
    }
}
