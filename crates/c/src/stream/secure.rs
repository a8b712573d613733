//! Streams: what Microsoft has with a size, and some small things.

use std::ffi::{c_int, c_void};

use libc::FILE;

use super::{Locked, none, standard_input};
use crate::errno::{EINVAL, ERANGE, invalid};
use crate::unit::Unit;

/// Reads a line of standard input without its end.
///
/// # Safety
/// `buffer` has `size` units, or as many as the line needs.
unsafe fn line<U: Unit>(
    buffer: *mut U,
    size: usize,
    next: impl Fn(&Locked) -> Option<U>,
) -> *mut U {
    if buffer.is_null() || size == 0 {
        invalid(EINVAL);
        return none();
    }
    // SAFETY: standard input is open.
    let stream = unsafe { Locked::for_reading(standard_input()) };
    let mut length = 0;
    let mut any = false;
    while let Some(unit) = next(&stream) {
        any = true;
        if unit.code() == 10 {
            break;
        }
        if length + 1 == size {
            // The rest of the line is read, as there, and nothing of it is given.
            while next(&stream).is_some_and(|unit| unit.code() != 10) {}
            drop(stream);
            // SAFETY: `size` is not 0.
            unsafe { *buffer = U::default() };
            invalid(ERANGE);
            return none();
        }
        // SAFETY: `length` is below `size - 1`.
        unsafe { buffer.add(length).write(unit) };
        length += 1;
    }
    // SAFETY: `length` is below `size`.
    unsafe { buffer.add(length).write(U::default()) };
    if any { buffer } else { none() }
}

/// `gets`: a line of standard input without its end, however long; null at the end of the file.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_gets(buffer: *mut u8) -> *mut u8 {
    // SAFETY: the caller has room for the line, as the function demands.
    unsafe { line(buffer, usize::MAX, Locked::byte) }
}

/// `gets_s`: a line of standard input without its end; null at the end of the file. A line that does not fit is an invalid
/// parameter (`ERANGE`), and empties the buffer.
#[unsafe(no_mangle)]
unsafe extern "C" fn gets_s(buffer: *mut u8, size: usize) -> *mut u8 {
    // SAFETY: the caller's buffer has `size` units.
    unsafe { line(buffer, size, Locked::byte) }
}

/// `_getws_s`: as `gets_s`.
#[unsafe(no_mangle)]
unsafe extern "C" fn _getws_s(buffer: *mut u16, size: usize) -> *mut u16 {
    // SAFETY: the caller's buffer has `size` units.
    unsafe { line(buffer, size, Locked::wide) }
}

/// `fread_s`: as `fread` into a buffer of `room` bytes. What does not fit is an invalid parameter (`ERANGE`).
#[unsafe(no_mangle)]
unsafe extern "C" fn fread_s(
    buffer: *mut c_void,
    room: usize,
    size: usize,
    count: usize,
    file: *mut FILE,
) -> usize {
    if size == 0 || count == 0 {
        return 0;
    }
    if buffer.is_null() || file.is_null() {
        invalid(EINVAL);
        return 0;
    }
    if size.checked_mul(count).is_none_or(|bytes| bytes > room) {
        // SAFETY: the caller's buffer has `room` bytes.
        unsafe { buffer.cast::<u8>().write_bytes(0, room) };
        invalid(ERANGE);
        return 0;
    }
    // SAFETY: the product is at most `room`.
    unsafe { libc::fread(buffer, size, count, file) }
}

/// `clearerr_s`: as `clearerr`; `EINVAL` for null.
#[unsafe(no_mangle)]
unsafe extern "C" fn clearerr_s(file: *mut FILE) -> c_int {
    if file.is_null() {
        return invalid(EINVAL);
    }
    // SAFETY: the caller gives an open stream.
    unsafe { libc::clearerr(file) };
    0
}

/// `_fileno`: the descriptor of a stream, -1 for null.
#[unsafe(no_mangle)]
unsafe extern "C" fn _fileno(file: *mut FILE) -> c_int {
    if file.is_null() {
        invalid(EINVAL);
        return -1;
    }
    // SAFETY: the caller gives an open stream.
    unsafe { libc::fileno(file) }
}

/// `tmpfile_s`: a stream of a file that is gone when it is closed; answers errno.
#[unsafe(no_mangle)]
unsafe extern "C" fn tmpfile_s(to: *mut *mut FILE) -> c_int {
    if to.is_null() {
        return invalid(EINVAL);
    }
    // SAFETY: the caller gives a place for the stream.
    unsafe {
        *to = libc::tmpfile();
        if (*to).is_null() {
            crate::errno::errno()
        } else {
            0
        }
    }
}

/// `_flushall`: writes out every stream; how many there are is not known, so 0.
#[unsafe(no_mangle)]
extern "C" fn _flushall() -> c_int {
    // SAFETY: null stands for all streams.
    unsafe { libc::fflush(none()) };
    0
}

/// `_wperror`: as `perror`.
#[unsafe(no_mangle)]
unsafe extern "C" fn _wperror(prefix: *const u16) {
    let mut line = crate::errno::text(crate::errno::errno());
    if !prefix.is_null() {
        // SAFETY: the caller gives text.
        let prefix = unsafe { crate::unit::text(prefix) };
        if !prefix.is_empty() {
            line = [&crate::unit::narrow(prefix), &b": "[..], &line].concat();
        }
    }
    line.push(b'\n');
    use std::io::Write;
    let _ = std::io::stderr().write_all(&line);
}

/// # Safety
/// `command` and `mode` are null or text.
unsafe fn popen<U: Unit>(command: *const U, mode: *const U) -> *mut FILE {
    if command.is_null() || mode.is_null() {
        invalid(EINVAL);
        return none();
    }
    // SAFETY: both are text by this function's contract.
    let (command, mode) = unsafe { (crate::unit::text(command), crate::unit::text(mode)) };
    let direction = match mode.first().map(|unit| unit.byte()) {
        Some(b'r') => c"r",
        Some(b'w') => c"w",
        _ => {
            invalid(EINVAL);
            return none();
        }
    };
    // SAFETY: two C strings.
    unsafe {
        libc::popen(
            super::c_string(&crate::unit::bytes(command)).as_ptr(),
            direction.as_ptr(),
        )
    }
}

crate::unit::pair! {
    /// `_popen`, `_wpopen`: a stream of what a command of `sh` reads (`w`) or writes (`r`); null with errno.
    _popen, _wpopen, (command: *const U, mode: *const U) -> *mut FILE => popen
}

/// # Safety
/// `mode` is null or text.
unsafe fn fdopen<U: Unit>(fd: c_int, mode: *const U) -> *mut FILE {
    if mode.is_null() {
        invalid(EINVAL);
        return none();
    }
    // SAFETY: text by this function's contract.
    let mode: Vec<u8> = unsafe { crate::unit::text(mode) }
        .iter()
        .map(|unit| unit.byte())
        .take_while(|letter| *letter != b',')
        .filter(|letter| matches!(letter, b'r' | b'w' | b'a' | b'+'))
        .collect();
    // SAFETY: a C string and a number.
    unsafe { libc::fdopen(fd, super::c_string(&mode).as_ptr()) }
}

crate::unit::pair! {
    /// `_fdopen`, `_wfdopen`: a stream for a descriptor, which is closed with it; null with errno.
    _fdopen, _wfdopen, (fd: c_int, mode: *const U) -> *mut FILE => fdopen
}

/// # Safety
/// `to` has `size` units or is null.
unsafe fn temporary<U: Unit>(to: *mut U, size: usize) -> c_int {
    let mut name = *b"/tmp/larboard-XXXXXX\0";
    // SAFETY: a pattern with its terminator; the file that is made keeps the name free of others.
    unsafe {
        let fd = libc::mkstemp(name.as_mut_ptr().cast());
        if fd < 0 {
            return crate::errno::errno();
        }
        libc::close(fd);
        libc::unlink(name.as_ptr().cast());
    }
    // SAFETY: by this function's contract.
    unsafe {
        crate::secure::answer(
            to,
            size,
            &crate::unit::from_bytes::<U>(&name[..name.len() - 1]),
        )
    }
}

crate::unit::pair! {
    /// `tmpnam_s`, `_wtmpnam_s`: a name that no file has now; `ERANGE` when it does not fit.
    tmpnam_s, _wtmpnam_s, (to: *mut U, size: usize) -> c_int => temporary
}

/// `_setmaxstdio`: how many streams may be open: what the limit of descriptors allows, which is raised if it may be. -1 with
/// `EINVAL`.
#[unsafe(no_mangle)]
extern "C" fn _setmaxstdio(count: c_int) -> c_int {
    let Some(wanted) = libc::rlim_t::try_from(count)
        .ok()
        .filter(|count| (20..=8192).contains(count))
    else {
        invalid(EINVAL);
        return -1;
    };
    // SAFETY: a structure of two numbers, which libc fills and reads.
    unsafe {
        let mut limit = std::mem::zeroed::<libc::rlimit>();
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit);
        if limit.rlim_cur < wanted {
            limit.rlim_cur = wanted.min(limit.rlim_max);
            libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit);
        }
        if limit.rlim_cur >= wanted { count } else { -1 }
    }
}

/// `_getmaxstdio`: the limit of descriptors.
#[unsafe(no_mangle)]
extern "C" fn _getmaxstdio() -> c_int {
    // SAFETY: as above.
    unsafe {
        let mut limit = std::mem::zeroed::<libc::rlimit>();
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit);
        c_int::try_from(limit.rlim_cur).unwrap_or(c_int::MAX)
    }
}
