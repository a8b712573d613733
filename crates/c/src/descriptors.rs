//! Low-level files: `_open`, `_read`, and the handles behind descriptors.
//!
//! A descriptor and a handle are two copies of one open file. A handle that was given to `_open_osfhandle`, or made by
//! `_get_osfhandle`, belongs to its descriptor: it is closed with it.

use std::collections::HashMap;
use std::ffi::{c_int, c_void};

use larboard_win32::Win32::Foundation::{CloseHandle, HANDLE, INVALID_HANDLE_VALUE};
use larboard_win32::{larboard_fd, larboard_handle_from_fd};
use parking_lot::Mutex;

use crate::errno::{EINVAL, errno, invalid, set_errno};
use crate::path::native;
use crate::unit::{self, Unit, pair};

/// `_O_TEXT`, `_O_BINARY`, `_O_WTEXT`, `_O_U16TEXT`, `_O_U8TEXT`, as the header has them: bits that Linux does not use.
const MODES: c_int = 0x7c00_0000;
const TEXT: c_int = 0x0400_0000;
const BINARY: c_int = 0x0800_0000;
/// `_O_NOINHERIT`.
const NO_INHERIT: c_int = libc::O_CLOEXEC;

/// What is known of a descriptor.
#[derive(Clone, Copy, Default)]
struct Known {
    /// 0 until a mode is set.
    mode: c_int,
    /// The handle that belongs to it, as an address; 0 for none.
    handle: usize,
}

static KNOWN: Mutex<Option<HashMap<c_int, Known>>> = Mutex::new(None);

fn known<T>(body: impl FnOnce(&mut HashMap<c_int, Known>) -> T) -> T {
    body(KNOWN.lock().get_or_insert_default())
}

/// A descriptor is closed: so is the handle that belongs to it.
pub(crate) fn forget(fd: c_int) {
    let handle = known(|known| known.remove(&fd)).map_or(0, |known| known.handle);
    if handle != 0 {
        // SAFETY: the handle is this table's own, and nobody finds it any more.
        unsafe { CloseHandle(std::ptr::with_exposed_provenance_mut(handle)) };
    }
}

/// -1 with `EBADF` for a negative descriptor, as an invalid parameter.
fn checked(fd: c_int) -> bool {
    if fd < 0 {
        invalid(libc::EBADF);
    }
    fd >= 0
}

/// # Safety
/// `path` is null or text.
unsafe fn open<U: Unit>(path: *const U, flags: c_int, permission: c_int) -> c_int {
    if path.is_null() {
        invalid(EINVAL);
        return -1;
    }
    let permission = libc::mode_t::from(if permission & 0o200 != 0 {
        0o666_u32
    } else {
        0o444
    });
    // SAFETY: text by this function's contract.
    let fd = unsafe {
        libc::open(
            native(unit::text(path)).as_ptr(),
            flags & !MODES,
            permission,
        )
    };
    if fd >= 0 && flags & MODES != 0 {
        known(|known| known.entry(fd).or_default().mode = flags & MODES);
    }
    fd
}

pair! {
    /// `_open`, `_wopen`: a descriptor, or -1 with errno. Lines are not translated. Of the permission only whether the file may
    /// be written counts.
    larboard_crt_open, larboard_crt_wopen, (path: *const U, flags: c_int, permission: c_int) -> c_int => open
}

/// # Safety
/// As [`open`]; `fd` is null or valid for a write.
unsafe fn open_secure<U: Unit>(
    fd: *mut c_int,
    path: *const U,
    flags: c_int,
    _share: c_int,
    permission: c_int,
) -> c_int {
    if fd.is_null() {
        return invalid(EINVAL);
    }
    // SAFETY: by this function's contract.
    unsafe {
        *fd = open(path, flags, permission);
        if *fd < 0 { errno() } else { 0 }
    }
}

pair! {
    /// `_sopen_s`, `_wsopen_s`: as `_open`; answers errno. Sharing is never denied.
    _sopen_s, _wsopen_s, (fd: *mut c_int, path: *const U, flags: c_int, share: c_int, permission: c_int) -> c_int => open_secure
}

/// `_close`: 0, or -1 with `EBADF`.
#[unsafe(no_mangle)]
extern "C" fn _close(fd: c_int) -> c_int {
    if !checked(fd) {
        return -1;
    }
    forget(fd);
    // SAFETY: the caller gives the descriptor up.
    unsafe { libc::close(fd) }
}

/// `_read`: the bytes read, 0 at the end, -1 with errno.
#[unsafe(no_mangle)]
unsafe extern "C" fn _read(fd: c_int, buffer: *mut c_void, count: u32) -> c_int {
    if !checked(fd) {
        return -1;
    }
    // SAFETY: the caller's buffer has `count` bytes.
    let read = unsafe { libc::read(fd, buffer, count.min(i32::MAX as u32) as usize) };
    c_int::try_from(read).unwrap_or(-1)
}

/// `_write`: the bytes written, -1 with errno.
#[unsafe(no_mangle)]
unsafe extern "C" fn _write(fd: c_int, buffer: *const c_void, count: u32) -> c_int {
    if !checked(fd) {
        return -1;
    }
    // SAFETY: the caller's buffer has `count` bytes.
    let written = unsafe { libc::write(fd, buffer, count.min(i32::MAX as u32) as usize) };
    c_int::try_from(written).unwrap_or(-1)
}

/// `_lseeki64`: the new position, or -1 with errno.
#[unsafe(no_mangle)]
extern "C" fn _lseeki64(fd: c_int, offset: i64, origin: c_int) -> i64 {
    // SAFETY: takes numbers.
    unsafe { libc::lseek(fd, offset, origin) }
}

/// `_telli64`: the position, or -1 with errno.
#[unsafe(no_mangle)]
extern "C" fn _telli64(fd: c_int) -> i64 {
    // SAFETY: takes numbers.
    unsafe { libc::lseek(fd, 0, libc::SEEK_CUR) }
}

/// `_filelengthi64`: bytes, or -1 with errno.
#[unsafe(no_mangle)]
extern "C" fn _filelengthi64(fd: c_int) -> i64 {
    // SAFETY: a structure of numbers may be all zero; libc fills it.
    unsafe {
        let mut found = std::mem::zeroed::<libc::stat>();
        if libc::fstat(fd, &raw mut found) == 0 {
            found.st_size
        } else {
            -1
        }
    }
}

/// `_eof`: 1 at the end of the file, 0 before, -1 with errno.
#[unsafe(no_mangle)]
extern "C" fn _eof(fd: c_int) -> c_int {
    // SAFETY: takes numbers; a structure of numbers may be all zero.
    unsafe {
        let at = libc::lseek(fd, 0, libc::SEEK_CUR);
        let mut found = std::mem::zeroed::<libc::stat>();
        if at < 0 || libc::fstat(fd, &raw mut found) != 0 {
            return -1;
        }
        c_int::from(at >= found.st_size)
    }
}

/// `_chsize_s`: cuts or extends a file; answers errno.
#[unsafe(no_mangle)]
extern "C" fn _chsize_s(fd: c_int, size: i64) -> c_int {
    if size < 0 {
        return invalid(EINVAL);
    }
    // SAFETY: takes numbers.
    if unsafe { libc::ftruncate(fd, size) } == 0 {
        0
    } else {
        errno()
    }
}

/// `_setmode`: the mode before, or -1. Of standard input binary means that CR and LF stay; all other modes are one, and wide
/// text is UTF-8 in each.
#[unsafe(no_mangle)]
extern "C" fn _setmode(fd: c_int, mode: c_int) -> c_int {
    if mode & MODES == 0 || mode & !MODES != 0 {
        invalid(EINVAL);
        return -1;
    }
    // SAFETY: takes numbers.
    if unsafe { libc::fcntl(fd, libc::F_GETFD) } < 0 {
        return -1;
    }
    if fd == libc::STDIN_FILENO {
        crate::stream::set_binary(crate::stream::standard_input(), mode == BINARY);
    }
    let before = known(|known| std::mem::replace(&mut known.entry(fd).or_default().mode, mode));
    if before == 0 { TEXT } else { before }
}

/// `_pipe`: two descriptors; -1 with errno. The size is Linux'.
#[unsafe(no_mangle)]
unsafe extern "C" fn _pipe(fds: *mut c_int, _size: u32, mode: c_int) -> c_int {
    if fds.is_null() {
        invalid(EINVAL);
        return -1;
    }
    // SAFETY: the caller has room for two.
    unsafe { libc::pipe2(fds, mode & NO_INHERIT) }
}

/// `_dup2`: 0, or -1 with errno. The new descriptor's own handle is closed.
#[unsafe(no_mangle)]
extern "C" fn _dup2(from: c_int, to: c_int) -> c_int {
    if from != to {
        forget(to);
    }
    // SAFETY: takes numbers.
    if unsafe { libc::dup2(from, to) } < 0 {
        -1
    } else {
        0
    }
}

/// `_get_osfhandle`: the handle of a descriptor, which is closed with it; `INVALID_HANDLE_VALUE` with `EBADF`.
#[unsafe(no_mangle)]
extern "C" fn _get_osfhandle(fd: c_int) -> isize {
    let present = known(|known| known.get(&fd).map_or(0, |known| known.handle));
    if present != 0 {
        return present.cast_signed();
    }
    // SAFETY: takes numbers; the copy becomes the handle's, or is closed here.
    unsafe {
        let copy = libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0);
        if copy < 0 {
            return -1;
        }
        let handle = larboard_handle_from_fd(copy);
        if handle == INVALID_HANDLE_VALUE {
            libc::close(copy);
            set_errno(libc::EBADF);
            return -1;
        }
        let address = handle.expose_provenance();
        known(|known| known.entry(fd).or_default().handle = address);
        address.cast_signed()
    }
}

/// `_open_osfhandle`: a descriptor for a handle, which then belongs to it; -1 with `EBADF`.
#[unsafe(no_mangle)]
extern "C" fn _open_osfhandle(handle: isize, flags: c_int) -> c_int {
    let address = handle.cast_unsigned();
    let pointer: HANDLE = std::ptr::with_exposed_provenance_mut(address);
    let fd = larboard_fd(pointer);
    if fd < 0 {
        set_errno(libc::EBADF);
        return -1;
    }
    // SAFETY: takes numbers.
    let copy = unsafe { libc::fcntl(fd, libc::F_DUPFD, 0) };
    if copy >= 0 {
        known(|known| {
            known.insert(
                copy,
                Known {
                    mode: flags & MODES,
                    handle: address,
                },
            )
        });
    }
    copy
}
