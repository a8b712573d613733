//! Receiving and sending without glibc's wrappers: those are cancellation points, and in a program with threads each
//! call switches the thread's cancellation state twice. Descriptors here never block, so there is nothing to cancel.

use libc::{c_int, c_long, c_void, size_t, ssize_t};

/// recv(2).
///
/// # Safety
/// As for `libc::recv`.
#[inline]
pub unsafe fn recv(fd: c_int, buffer: *mut c_void, length: size_t, flags: c_int) -> ssize_t {
    let (fd, flags, none) = (c_long::from(fd), c_long::from(flags), 0 as c_long);
    // SAFETY: the caller's promise; no address is asked for.
    unsafe { libc::syscall(libc::SYS_recvfrom, fd, buffer, length, flags, none, none) as ssize_t }
}

/// send(2).
///
/// # Safety
/// As for `libc::send`.
#[inline]
pub unsafe fn send(fd: c_int, buffer: *const c_void, length: size_t, flags: c_int) -> ssize_t {
    let (fd, flags, none) = (c_long::from(fd), c_long::from(flags), 0 as c_long);
    // SAFETY: the caller's promise; no address is given.
    unsafe { libc::syscall(libc::SYS_sendto, fd, buffer, length, flags, none, none) as ssize_t }
}
