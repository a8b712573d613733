//! Paths as programs for Windows write them, for Linux.

use std::ffi::CString;

use crate::unit::Unit;

/// The path for libc: a backslash separates as a slash does, a drive letter is dropped, and devices have their names.
pub(crate) fn native<U: Unit>(path: &[U]) -> CString {
    let mut bytes = Vec::with_capacity(path.len());
    // SAFETY: the slice is reinterpreted as what it is: U is u8 or u16.
    unsafe {
        if U::WIDE {
            u8::extend_wide(
                &mut bytes,
                std::slice::from_raw_parts(path.as_ptr().cast(), path.len()),
            );
        } else {
            u8::extend_narrow(
                &mut bytes,
                std::slice::from_raw_parts(path.as_ptr().cast(), path.len()),
            );
        }
    }
    if bytes.eq_ignore_ascii_case(b"NUL") {
        return c"/dev/null".to_owned();
    }
    if [b"CON".as_slice(), b"CONIN$", b"CONOUT$"]
        .iter()
        .any(|name| bytes.eq_ignore_ascii_case(name))
    {
        return c"/dev/tty".to_owned();
    }
    for byte in &mut bytes {
        if *byte == b'\\' {
            *byte = b'/';
        }
    }
    if let [b'a'..=b'z' | b'A'..=b'Z', b':', ..] = bytes.as_slice() {
        bytes.drain(..2);
    }
    crate::stream::c_string(&bytes)
}
