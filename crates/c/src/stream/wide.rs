//! Reading and writing wide text on streams: `fgetwc`, `fputws` and their relatives.

use libc::FILE;

use super::{Locked, none, standard_input, standard_output};
use crate::errno::{EINVAL, invalid};
use crate::unit;

/// `WEOF`.
pub(crate) const WEOF: u16 = 0xffff;

/// # Safety
/// `file` is null or an open stream.
unsafe fn on<T>(file: *mut FILE, failed: T, body: impl FnOnce(&Locked) -> Option<T>) -> T {
    if file.is_null() {
        invalid(EINVAL);
        return failed;
    }
    // SAFETY: not null, so an open stream by this function's contract.
    body(&unsafe { Locked::new(file) }).unwrap_or(failed)
}

/// As [`on`], for a stream that is read.
///
/// # Safety
/// As [`on`].
unsafe fn read<T>(file: *mut FILE, failed: T, body: impl FnOnce(&Locked) -> Option<T>) -> T {
    if file.is_null() {
        invalid(EINVAL);
        return failed;
    }
    // SAFETY: not null, so an open stream by this function's contract.
    body(&unsafe { Locked::for_reading(file) }).unwrap_or(failed)
}

/// `fgetwc`, `getwc`: the next unit, or `WEOF`.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_fgetwc(file: *mut FILE) -> u16 {
    // SAFETY: the caller gives an open stream.
    unsafe { read(file, WEOF, Locked::wide) }
}

/// `getwchar`.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_getwchar() -> u16 {
    // SAFETY: standard input is open.
    unsafe { read(standard_input(), WEOF, Locked::wide) }
}

/// `fputwc`, `putwc`: the unit, or `WEOF`. The first half of a pair is written with the second.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_fputwc(unit: u16, file: *mut FILE) -> u16 {
    // SAFETY: the caller gives an open stream.
    unsafe {
        on(file, WEOF, |stream| {
            stream.write_wide(&[unit]).then_some(unit)
        })
    }
}

/// `putwchar`.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_putwchar(unit: u16) -> u16 {
    // SAFETY: standard output is open.
    unsafe {
        on(standard_output(), WEOF, |stream| {
            stream.write_wide(&[unit]).then_some(unit)
        })
    }
}

/// `ungetwc`: gives a unit back to the stream; `WEOF` is not given back.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_ungetwc(unit: u16, file: *mut FILE) -> u16 {
    if unit == WEOF {
        return WEOF;
    }
    // SAFETY: the caller gives an open stream.
    unsafe {
        on(file, WEOF, |stream| {
            stream.unread_wide(unit).then_some(unit)
        })
    }
}

/// `fputws`: 0 or more, or -1. A null text is an invalid parameter.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_fputws(text: *const u16, file: *mut FILE) -> i32 {
    // SAFETY: the caller gives text and an open stream.
    unsafe { put(text, file, &[]) }
}

/// `_putws`: text and an end of line to standard output; 0 or more, or -1.
#[unsafe(no_mangle)]
unsafe extern "C" fn _putws(text: *const u16) -> i32 {
    // SAFETY: the caller gives text; standard output is open.
    unsafe { put(text, standard_output(), &[10]) }
}

/// # Safety
/// `text` is null or text, `file` null or an open stream.
unsafe fn put(text: *const u16, file: *mut FILE, end: &[u16]) -> i32 {
    if text.is_null() {
        invalid(EINVAL);
        return -1;
    }
    // SAFETY: by this function's contract.
    unsafe {
        let text = unit::text(text);
        on(file, -1, |stream| {
            (stream.write_wide(text) && stream.write_wide(end)).then_some(0)
        })
    }
}

/// `fgetws`: a line with its end, of at most `size - 1` units; null at the end of the file.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_fgetws(buffer: *mut u16, size: i32, file: *mut FILE) -> *mut u16 {
    let Some(room) = usize::try_from(size).ok().filter(|size| *size > 0) else {
        return none();
    };
    if buffer.is_null() {
        invalid(EINVAL);
        return none();
    }
    // SAFETY: the caller gives a buffer of `size` units, and an open stream.
    unsafe {
        read(file, none(), |stream| {
            line(stream, buffer, room, true).map(|_| buffer)
        })
    }
}

/// `_getws`: a line of standard input without its end, however long; null at the end of the file.
#[unsafe(no_mangle)]
unsafe extern "C" fn _getws(buffer: *mut u16) -> *mut u16 {
    // SAFETY: the caller has room for the line, as the function demands.
    unsafe {
        read(standard_input(), none(), |stream| {
            line(stream, buffer, usize::MAX, false).map(|_| buffer)
        })
    }
}

/// Reads a line into `room` units with the terminator; its length, `None` at the end of the file. Stops behind the end
/// of the line, which is kept if `keep` says so.
///
/// # Safety
/// `buffer` has `room` units, or as many as the line needs.
unsafe fn line(stream: &Locked, buffer: *mut u16, room: usize, keep: bool) -> Option<usize> {
    let mut length = 0;
    let mut any = false;
    while length < room - 1 {
        let Some(unit) = stream.wide() else { break };
        any = true;
        let end = unit == 10;
        if !end || keep {
            // SAFETY: `length` is less than `room`.
            unsafe { buffer.add(length).write(unit) };
            length += 1;
        }
        if end {
            break;
        }
    }
    if !any && room > 1 {
        return None;
    }
    // SAFETY: `length` is at most `room - 1`.
    unsafe { buffer.add(length).write(0) };
    Some(length)
}

/// `fwide`: a stream takes both kinds of text, so it has no orientation: 0.
#[unsafe(no_mangle)]
extern "C" fn larboard_fwide(_: *mut FILE, _: i32) -> i32 {
    0
}

/// `fgetc`, `getc`: the next byte, or -1.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_fgetc(file: *mut FILE) -> i32 {
    // SAFETY: the caller gives an open stream.
    unsafe { read(file, -1, |stream| stream.byte().map(i32::from)) }
}

/// `getchar`.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_getchar() -> i32 {
    // SAFETY: standard input is open.
    unsafe { read(standard_input(), -1, |stream| stream.byte().map(i32::from)) }
}

/// `fgets`: a line with its end, which is LF in text mode, of at most `size - 1` bytes; null at the end of the file.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_fgets(buffer: *mut u8, size: i32, file: *mut FILE) -> *mut u8 {
    if buffer.is_null() || size <= 0 {
        invalid(EINVAL);
        return none();
    }
    // SAFETY: the caller gives a buffer of `size` bytes, and an open stream, whose lock libc takes again.
    unsafe {
        read(file, none(), |stream| {
            let line = libc::fgets(buffer.cast(), size, file).cast::<u8>();
            if line.is_null() {
                return None;
            }
            stream.end_line(line);
            Some(line)
        })
    }
}
