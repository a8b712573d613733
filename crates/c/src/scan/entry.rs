//! The functions of the scanf family, as the headers call them.

use libc::FILE;

use super::Scan;
use super::source::{Source, Stream, Text};
use crate::errno::{EINVAL, invalid};
use crate::format::arguments::{Passed, VaList};
use crate::stream::{self, Locked};
use crate::unit::{self, Unit, pair};

/// # Safety
/// `text` is null or text, `limit` long at most; the rest as [`Scan::new`].
unsafe fn from_text<U: Unit>(
    text: *const U,
    limit: usize,
    format: *const U,
    secure: i32,
    longs: *const u8,
    list: *mut VaList,
) -> i32 {
    if text.is_null() || format.is_null() {
        invalid(EINVAL);
        return -1;
    }
    // SAFETY: by this function's contract.
    unsafe {
        let mut source = Text::new(unit::text_within(text, limit));
        let mut arguments = Passed::new(list);
        Scan::new(&mut source, &mut arguments, secure != 0, longs).run(unit::text(format))
    }
}

pair! {
    /// The scanf functions that read text in memory. The number of arguments assigned, or -1 at the end of the text. A
    /// null pointer is an invalid parameter. `longs` says of each argument whether it points at a `long`.
    larboard_scan_text, larboard_scan_wide_text,
    (text: *const U, limit: usize, format: *const U, secure: i32, longs: *const u8, list: *mut VaList) -> i32 => from_text
}

/// # Safety
/// `file` is null for standard input, or an open stream; the rest as [`Scan::new`].
unsafe fn from_stream<U: Unit>(
    file: *mut FILE,
    format: *const U,
    secure: i32,
    longs: *const u8,
    list: *mut VaList,
) -> i32
where
    for<'a> Stream<'a>: Source<U>,
{
    if format.is_null() {
        invalid(EINVAL);
        return -1;
    }
    let file = if file.is_null() {
        stream::standard_input()
    } else {
        file
    };
    // SAFETY: by this function's contract.
    unsafe {
        let locked = Locked::for_reading(file);
        let mut source = Stream {
            stream: &locked,
            read: 0,
        };
        let mut arguments = Passed::new(list);
        Scan::new(&mut source, &mut arguments, secure != 0, longs).run(unit::text(format))
    }
}

pair! {
    /// The scanf functions that read a stream; null is standard input. Otherwise as those for text.
    larboard_scan_stream, larboard_scan_wide_stream,
    (file: *mut FILE, format: *const U, secure: i32, longs: *const u8, list: *mut VaList) -> i32 => from_stream
}
