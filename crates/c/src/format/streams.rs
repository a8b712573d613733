//! The members of the printf family that write to a stream.

use libc::FILE;

use super::arguments::{Passed, VaList};
use super::sink::Sink;
use super::write;
use crate::errno::{EINVAL, EOVERFLOW, invalid, set_errno};
use crate::stream::{self, Locked};
use crate::unit::{self, Unit, pair};

/// Text is handed on in pieces of about this many units.
const PIECE: usize = 4096;

/// A stream that is locked: what one call prints is not mixed with what others print.
struct Output<'a, U> {
    stream: &'a Locked,
    waiting: Vec<U>,
    total: usize,
    failed: bool,
}

impl<U: Unit> Output<'_, U> {
    fn flush(&mut self) {
        self.failed |= !self.stream.write(&self.waiting);
        self.waiting.clear();
    }
}

impl<U: Unit> Sink<U> for Output<'_, U> {
    fn put(&mut self, units: &[U]) {
        self.total = self.total.saturating_add(units.len());
        for part in units.chunks(PIECE) {
            if self.waiting.len() + part.len() > PIECE {
                self.flush();
            }
            self.waiting.extend_from_slice(part);
        }
    }
}

/// # Safety
/// `file` is null or an open stream, `format` null or text, `list` has the format's arguments.
unsafe fn to_stream<U: Unit>(file: *mut FILE, format: *const U, list: *mut VaList) -> i32 {
    if file.is_null() || format.is_null() {
        invalid(EINVAL);
        return -1;
    }
    // SAFETY: an open stream by this function's contract.
    let stream = unsafe { Locked::new(file) };
    let mut sink = Output {
        stream: &stream,
        waiting: Vec::new(),
        total: 0,
        failed: false,
    };
    // SAFETY: format and list by this function's contract.
    let outcome = unsafe { write(unit::text(format), &mut Passed::new(list), &mut sink) };
    sink.flush();
    let (total, failed) = (sink.total, sink.failed);
    drop(stream);
    if outcome.is_err() {
        invalid(EINVAL);
        return -1;
    }
    match i32::try_from(total) {
        Ok(total) if !failed => total,
        Ok(_) => -1,
        Err(_) => {
            set_errno(EOVERFLOW);
            -1
        }
    }
}

pair! {
    /// `vfprintf`, `vfwprintf`: the number of units written, or -1. Wide text becomes UTF-8. A null pointer is an invalid
    /// parameter.
    larboard_vfprintf, larboard_vfwprintf,
    (file: *mut FILE, format: *const U, list: *mut VaList) -> i32 => to_stream
}

/// # Safety
/// As [`to_stream`].
unsafe fn to_output<U: Unit>(format: *const U, list: *mut VaList) -> i32 {
    // SAFETY: libc's standard output is an open stream; the rest by this function's contract.
    unsafe { to_stream(stream::standard_output(), format, list) }
}

pair! {
    /// `vprintf`, `vwprintf`: as above, to standard output.
    larboard_vprintf, larboard_vwprintf, (format: *const U, list: *mut VaList) -> i32 => to_output
}

/// On Windows a terminal shows at once what is printed, with or without an end of line.
#[used]
#[unsafe(link_section = ".init_array")]
static SHOW_AT_ONCE: extern "C" fn() = show_at_once;

extern "C" fn show_at_once() {
    // SAFETY: runs before main, so that nothing was written to the stream yet; no buffer is given.
    unsafe {
        if libc::isatty(libc::STDOUT_FILENO) == 1 {
            libc::setvbuf(
                stream::standard_output(),
                std::ptr::null_mut(),
                libc::_IONBF,
                0,
            );
        }
    }
}
