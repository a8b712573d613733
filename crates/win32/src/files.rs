//! Files: the file functions on disk files, pipes, terminals and sockets alike (HND-24 to HND-32), and below the functions
//! on names, positions, attributes and folders.

pub(crate) mod attributes;
pub(crate) mod copy;
pub(crate) mod directories;
pub(crate) mod find;
pub(crate) mod information;
pub(crate) mod names;
pub(crate) mod open;
pub(crate) mod pipe;
pub(crate) mod position;
pub(crate) mod temporary;

use std::sync::Arc;
use std::task::Poll;

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_BROKEN_PIPE, ERROR_DISK_FULL, ERROR_GEN_FAILURE, ERROR_HANDLE_EOF,
    ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_NO_DATA, ERROR_NOACCESS,
    ERROR_NOT_SUPPORTED, FALSE, HANDLE, TRUE,
};
use windows_sys::Win32::Storage::FileSystem::{
    FILE_TYPE, FILE_TYPE_CHAR, FILE_TYPE_DISK, FILE_TYPE_PIPE, FILE_TYPE_UNKNOWN,
};
use windows_sys::Win32::System::IO::{LPOVERLAPPED_COMPLETION_ROUTINE, OVERLAPPED};
use windows_sys::core::BOOL;

use larboard_kernel::device::disk::Disk;
use larboard_kernel::device::socket::transfer::{Receive, Send};
use larboard_kernel::device::socket::{Operation, phase};
use larboard_kernel::device::{Buffers, Device, Direction};
use larboard_kernel::io::blocking::{self, Patience};
use larboard_kernel::io::file::{self, File};

use crate::console;
use crate::error::Win32Error;
use crate::guard::{is_bad, store, win32};
use crate::handles;
use crate::operation::{self, Notify};
use crate::path::errno;

/// Reads from a file or receives on a socket, overlapped if an OVERLAPPED is given (HND-31, HND-32, OVL-16).
///
/// Errors: `ERROR_IO_PENDING`; `ERROR_INVALID_HANDLE`; `ERROR_NOACCESS` for a null buffer;
/// `ERROR_NOT_SUPPORTED` for an OVERLAPPED on a disk file that was opened for overlapped use;
/// `ERROR_ACCESS_DENIED` if it was not opened for that; `ERROR_HANDLE_EOF` at the end of a file with an OVERLAPPED;
/// `ERROR_BROKEN_PIPE` when the other end of a pipe is closed; the translated status of a failed receive.
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
/// Errors as [`ReadFile`]; `ERROR_NO_DATA` for a pipe that nobody reads any more, `ERROR_DISK_FULL`.
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
            Device::Disk(_) => Ok(handles::get::<File>(hfile)?.with_fd(kind)?),
            Device::Watched => Err(ERROR_INVALID_HANDLE.into()), // no handle denotes one
        },
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
        if self.length > 0 && is_bad(self.buffer) {
            return Err(ERROR_NOACCESS.into());
        }
        let bytes = match file.device() {
            Device::Disk(_) if !notify.is_synchronous() && file.has_modes(file::OVERLAPPED) => {
                return Err(ERROR_NOT_SUPPORTED.into());
            }
            Device::Disk(disk) => {
                let file = handles::arc(&file);
                // SAFETY: null or valid by this function's contract.
                unsafe { store(count, 0) };
                // SAFETY: this function's contract.
                unsafe { self.on_disk(&file, disk, notify.overlapped) }?
            }
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

    /// A synchronous transfer. An OVERLAPPED tells where; the file pointer follows (DEV-26). At the end of the file a read
    /// is 0 bytes, or with an OVERLAPPED `ERROR_HANDLE_EOF` (DEV-29).
    ///
    /// # Safety
    /// The buffer is valid for its length, the OVERLAPPED is null or valid.
    unsafe fn on_disk(
        &self,
        file: &Arc<File>,
        disk: &Disk,
        overlapped: *mut OVERLAPPED,
    ) -> Result<u32, Win32Error> {
        if !if self.writes { disk.writes } else { disk.reads } {
            return Err(ERROR_ACCESS_DENIED.into());
        }
        if !is_bad(overlapped) && !disk.waits {
            // SAFETY: valid by this function's contract.
            let place = unsafe { (*overlapped).Anonymous.Anonymous };
            let offset = u64::from(place.OffsetHigh) << 32 | u64::from(place.Offset);
            file.with_fd(|fd| position::seek_for(fd, offset, self.writes))??;
        }
        if !self.writes && disk.waits && file.with_fd(console::handles::is_terminal)? {
            // SAFETY: this function's contract.
            return unsafe { self.line(file, disk) };
        }
        // SAFETY: this function's contract.
        let bytes = unsafe { self.all_of(file, disk) }?;
        if bytes == 0 && !self.writes && self.length > 0 {
            let kind = file.with_fd(kind)?;
            match kind {
                FILE_TYPE_PIPE => return Err(ERROR_BROKEN_PIPE.into()),
                FILE_TYPE_DISK if !is_bad(overlapped) => return Err(ERROR_HANDLE_EOF.into()),
                _ => {}
            }
        }
        if !is_bad(overlapped) {
            // SAFETY: valid by this function's contract.
            unsafe {
                (*overlapped).InternalHigh = bytes as usize;
                (*overlapped).Internal = 0;
            }
        }
        Ok(bytes)
    }

    /// A line of a terminal, or what it has without lines (CON-07).
    ///
    /// # Safety
    /// The buffer is valid for its length.
    unsafe fn line(&self, file: &Arc<File>, disk: &Disk) -> Result<u32, Win32Error> {
        if self.length == 0 {
            return Ok(0);
        }
        // SAFETY: this function's contract; bytes need no initial value to be written over.
        let buffer = unsafe { std::slice::from_raw_parts_mut(self.buffer, self.length) };
        let left = console::lines::left(buffer);
        if left > 0 {
            return Ok(left as u32);
        }
        let reader = console::input::LineReader::begin();
        // SAFETY: this function's contract.
        let read = unsafe { self.all_of(file, disk) }? as usize;
        drop(reader);
        let whole = file.with_fd(|fd| console::lines::end_line(fd, buffer, read))?;
        Ok(whole as u32)
    }

    /// Everything that is to be written, or what there is to read.
    ///
    /// # Safety
    /// The buffer is valid for its length.
    unsafe fn all_of(&self, file: &Arc<File>, disk: &Disk) -> Result<u32, Win32Error> {
        let (direction, events) = if self.writes {
            (Direction::Out, libc::POLLOUT)
        } else {
            (Direction::In, libc::POLLIN)
        };
        let mut done = 0;
        loop {
            let moved = blocking::call(file, direction, FOR_EVER, |fd| {
                if !disk.is_ready(fd, events) {
                    return Poll::Pending;
                }
                // SAFETY: this function's contract; `done` bytes of the length are used up.
                let moved = unsafe {
                    let (buffer, left) = (self.buffer.wrapping_add(done), self.length - done);
                    if self.writes {
                        disk.write(fd, buffer, left)
                    } else {
                        disk.read(fd, buffer, left)
                    }
                };
                match moved {
                    Err(error) if error.raw_os_error() == Some(libc::EINTR) => Poll::Pending,
                    Err(error) if error.raw_os_error() == Some(libc::EAGAIN) => Poll::Pending,
                    Err(_) => Poll::Ready(Ok(Err(self.failure()))),
                    Ok(moved) => Poll::Ready(Ok(Ok(moved))),
                }
            })??;
            done += moved;
            if !self.writes || moved == 0 || done >= self.length {
                return Ok(done as u32);
            }
        }
    }

    /// Why the system call has failed.
    fn failure(&self) -> Win32Error {
        Win32Error(match errno() {
            libc::EBADF => ERROR_ACCESS_DENIED,
            libc::ENOSPC | libc::EDQUOT | libc::EFBIG => ERROR_DISK_FULL,
            libc::EFAULT => ERROR_NOACCESS,
            libc::EISDIR => ERROR_INVALID_HANDLE,
            libc::EPIPE => ERROR_NO_DATA,
            _ => ERROR_GEN_FAILURE,
        })
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

/// A synchronous call on a disk, pipe or terminal has no time limit.
const FOR_EVER: Patience = Patience::Milliseconds(0);

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
