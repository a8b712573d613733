//! Anonymous pipes (DEV-58).

use std::os::fd::{FromRawFd, OwnedFd};

use windows_sys::Win32::Foundation::{
    ERROR_BROKEN_PIPE, ERROR_INVALID_FUNCTION, ERROR_NOACCESS, ERROR_NOT_ENOUGH_MEMORY,
    ERROR_TOO_MANY_OPEN_FILES, FALSE, HANDLE, HANDLE_FLAG_INHERIT, TRUE,
};
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::core::BOOL;

use super::open::{adopt, with_disk};
use crate::error::Win32Error;
use crate::guard::{is_bad, store, win32};
use crate::handles;
use crate::path::errno;

/// Makes a pipe of bytes: a handle to read and one to write, for synchronous use. The size is taken as advice.
///
/// Errors: `ERROR_NOACCESS` for a null pointer, `ERROR_TOO_MANY_OPEN_FILES`.
///
/// # Safety
/// Each pointer is null or valid for a write, the attributes are null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreatePipe(
    hreadpipe: *mut HANDLE,
    hwritepipe: *mut HANDLE,
    lppipeattributes: *const SECURITY_ATTRIBUTES,
    nsize: u32,
) -> BOOL {
    win32(FALSE, || {
        if is_bad(hreadpipe) || is_bad(hwritepipe) {
            return Err(ERROR_NOACCESS.into());
        }
        let [read, write] = pipe(nsize)?;
        let read = adopt(read)?;
        let write = adopt(write).inspect_err(|_| {
            // The handle that was made a moment ago is known to nobody.
            let _ = handles::table().close(handles::key(read));
        })?;
        // SAFETY: null or valid for a read by this function's contract.
        let attributes = (!is_bad(lppipeattributes)).then(|| unsafe { *lppipeattributes });
        if attributes.is_some_and(|attributes| attributes.bInheritHandle != FALSE) {
            for handle in [read, write] {
                let inherit = HANDLE_FLAG_INHERIT;
                handles::table().set_flags(handles::key(handle), inherit, inherit)?;
            }
        }
        // SAFETY: valid for writes by this function's contract.
        unsafe {
            store(hreadpipe, read);
            store(hwritepipe, write);
        }
        Ok(TRUE)
    })
}

/// How many bytes wait in a pipe. The buffer must be null: bytes of a pipe of Linux cannot be looked at beforehand.
///
/// Errors: `ERROR_INVALID_HANDLE`; `ERROR_BROKEN_PIPE` if nothing waits and the other end is closed; `ERROR_INVALID_FUNCTION`
/// for what is no pipe, and for a buffer.
///
/// # Safety
/// Each pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PeekNamedPipe(
    hnamedpipe: HANDLE,
    lpbuffer: *mut core::ffi::c_void,
    nbuffersize: u32,
    lpbytesread: *mut u32,
    lptotalbytesavail: *mut u32,
    lpbytesleftthismessage: *mut u32,
) -> BOOL {
    win32(FALSE, || {
        let waiting = with_disk(hnamedpipe, |_, fd| {
            if super::kind(fd) != super::FILE_TYPE_PIPE || !is_bad(lpbuffer) && nbuffersize > 0 {
                return Err(ERROR_INVALID_FUNCTION.into());
            }
            waiting(fd)
        })?;
        // SAFETY: null or valid for a write by this function's contract.
        unsafe {
            store(lpbytesread, 0);
            store(lptotalbytesavail, waiting);
            store(lpbytesleftthismessage, 0);
        }
        Ok(TRUE)
    })
}

fn pipe(size: u32) -> Result<[OwnedFd; 2], Win32Error> {
    let mut fds = [-1; 2];
    // SAFETY: room for two descriptors.
    if unsafe { libc::pipe2(fds.as_mut_ptr(), libc::O_CLOEXEC) } != 0 {
        return Err(match errno() {
            libc::EMFILE | libc::ENFILE => ERROR_TOO_MANY_OPEN_FILES.into(),
            _ => ERROR_NOT_ENOUGH_MEMORY.into(),
        });
    }
    if let Ok(size @ 1..) = i32::try_from(size) {
        // SAFETY: takes a descriptor and numbers; a size that is not allowed leaves the usual one.
        unsafe { libc::fcntl(fds[1], libc::F_SETPIPE_SZ, size.max(0x1_0000)) };
    }
    // SAFETY: fresh descriptors that nobody else owns.
    Ok(fds.map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }))
}

fn waiting(fd: i32) -> Result<u32, Win32Error> {
    let mut bytes = 0i32;
    let mut place = libc::pollfd {
        fd,
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: `bytes` and `place` are of this frame.
    unsafe {
        libc::poll(&mut place, 1, 0);
        libc::ioctl(fd, libc::FIONREAD, &mut bytes);
    }
    if bytes == 0 && place.revents & (libc::POLLHUP | libc::POLLERR) != 0 {
        return Err(ERROR_BROKEN_PIPE.into());
    }
    Ok(bytes.unsigned_abs())
}
