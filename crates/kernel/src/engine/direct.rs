//! Receiving and sending without glibc's wrappers: those are cancellation points, and in a program with threads each
//! call switches the thread's cancellation state twice. Descriptors here never block, so there is nothing to cancel.

use libc::{c_int, c_long, c_void, size_t, sockaddr, socklen_t, ssize_t};

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

/// recvfrom(2).
///
/// # Safety
/// As for `libc::recvfrom`.
#[inline]
pub unsafe fn recvfrom(
    fd: c_int,
    buffer: *mut c_void,
    length: size_t,
    flags: c_int,
    from: *mut sockaddr,
    from_length: *mut socklen_t,
) -> ssize_t {
    let (fd, flags) = (c_long::from(fd), c_long::from(flags));
    // SAFETY: the caller's promise.
    unsafe {
        libc::syscall(
            libc::SYS_recvfrom,
            fd,
            buffer,
            length,
            flags,
            from,
            from_length,
        ) as ssize_t
    }
}

/// sendto(2).
///
/// # Safety
/// As for `libc::sendto`.
#[inline]
pub unsafe fn sendto(
    fd: c_int,
    buffer: *const c_void,
    length: size_t,
    flags: c_int,
    to: *const sockaddr,
    to_length: socklen_t,
) -> ssize_t {
    let (fd, flags) = (c_long::from(fd), c_long::from(flags));
    let to_length = c_long::from(to_length);
    // SAFETY: the caller's promise.
    unsafe { libc::syscall(libc::SYS_sendto, fd, buffer, length, flags, to, to_length) as ssize_t }
}
