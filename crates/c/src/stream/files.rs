//! Opening, closing, and naming files of streams.

use std::ffi::{CStr, CString, c_int};

use libc::FILE;

use super::{Encoding, c_string, forget, none, set_binary, set_encoding};
use crate::errno::{EINVAL, errno, invalid};
use crate::path::native;
use crate::unit::{self, Unit, pair};

/// A mode of Microsoft's as one of libc's, and what the bytes are.
struct Mode {
    libc: CString,
    encoding: Option<Encoding>,
    /// A new or emptied file begins with the mark of its encoding.
    marks: bool,
    binary: bool,
}

impl Mode {
    /// `t`, `c`, `n`, `S`, `R`, `T`, `D` say nothing here, `N` that children do not get the file; `x` fails if it exists.
    fn parse(mode: &[u8]) -> Option<Self> {
        let (letters, rest) = match mode.iter().position(|byte| *byte == b',') {
            Some(comma) => (&mode[..comma], Some(&mode[comma + 1..])),
            None => (mode, None),
        };
        let mut letters = letters.iter().copied().filter(|byte| *byte != b' ');
        let first = letters
            .next()
            .filter(|first| matches!(first, b'r' | b'w' | b'a'))?;
        let mut libc = vec![first];
        let mut binary = false;
        for letter in letters {
            match letter {
                b'+' | b'x' => libc.push(letter),
                b'N' => libc.push(b'e'),
                b'b' => binary = true,
                b't' | b'c' | b'n' | b'S' | b'R' | b'T' | b'D' => {}
                _ => return None,
            }
        }
        let encoding = match rest {
            Some(rest) => Some(encoding(rest)?),
            None => None,
        };
        let marks = encoding.is_some() && first != b'r';
        Some(Self {
            libc: c_string(&libc),
            encoding,
            marks,
            binary,
        })
    }
}

/// `ccs=NAME`.
fn encoding(text: &[u8]) -> Option<Encoding> {
    let text: Vec<u8> = text
        .iter()
        .filter(|byte| **byte != b' ')
        .map(u8::to_ascii_lowercase)
        .collect();
    match text.as_slice() {
        b"ccs=utf-8" => Some(Encoding::Utf8),
        b"ccs=utf-16le" | b"ccs=unicode" => Some(Encoding::Utf16),
        _ => None,
    }
}

/// Opens, or reopens, a file; null with errno.
///
/// # Safety
/// `path` and `mode` are null or text, `file` null or an open stream.
unsafe fn open<U: Unit>(path: *const U, mode: *const U, file: *mut FILE) -> *mut FILE {
    if path.is_null() || mode.is_null() {
        invalid(EINVAL);
        return none();
    }
    // SAFETY: both are text.
    let (path, letters) = unsafe { (native(unit::text(path)), unit::text(mode)) };
    let letters: Vec<u8> = letters.iter().map(|unit| unit.byte()).collect();
    let Some(mode) = Mode::parse(&letters) else {
        invalid(EINVAL);
        return none();
    };
    // SAFETY: two C strings, and an open stream or null.
    let opened = unsafe {
        if file.is_null() {
            libc::fopen(path.as_ptr(), mode.libc.as_ptr())
        } else {
            forget(file);
            libc::freopen(path.as_ptr(), mode.libc.as_ptr(), file)
        }
    };
    let opened = if opened.is_null() {
        without_terminal(&path, &mode.libc, file)
    } else {
        opened
    };
    if !opened.is_null() && mode.binary {
        set_binary(opened, true);
    }
    if !opened.is_null()
        && let Some(encoding) = mode.encoding
    {
        // SAFETY: just opened.
        unsafe { begin(opened, encoding, mode.marks) };
    }
    opened
}

/// The console of a process without a terminal is its standard streams: a program that sends its output there keeps
/// writing where it did.
fn without_terminal(path: &CStr, mode: &CStr, file: *mut FILE) -> *mut FILE {
    if path != c"/dev/tty" {
        return none();
    }
    let (path, fd) = if mode.to_bytes().starts_with(b"r") {
        (c"/proc/self/fd/0", 0)
    } else {
        (c"/proc/self/fd/1", 1)
    };
    // SAFETY: C strings; a stream that `freopen` failed for is closed, so it may only be opened again.
    unsafe {
        if file.is_null() {
            return libc::fopen(path.as_ptr(), mode.as_ptr());
        }
        let again = libc::freopen(path.as_ptr(), mode.as_ptr(), file);
        if again.is_null() && libc::fcntl(fd, libc::F_GETFD) < 0 {
            return libc::freopen(c"/dev/null".as_ptr(), mode.as_ptr(), file);
        }
        again
    }
}

/// Reads, or writes, the mark at the start of a file in a named encoding.
///
/// # Safety
/// `file` was just opened.
unsafe fn begin(file: *mut FILE, encoding: Encoding, marks: bool) {
    const MARK: u16 = 0xfeff;
    // SAFETY: by this function's contract.
    let stream = unsafe { super::Locked::new(file) };
    let empty = {
        // SAFETY: an open stream; a pipe fails, and is taken for empty.
        unsafe { libc::fseek(file, 0, libc::SEEK_END) != 0 || libc::ftell(file) <= 0 }
    };
    if marks && empty {
        set_encoding(file, encoding);
        stream.write_wide(&[MARK]);
        return;
    }
    if marks {
        set_encoding(file, encoding);
        return;
    }
    // SAFETY: as above.
    unsafe { libc::rewind(file) };
    let head: Vec<u8> = [stream.raw(), stream.raw(), stream.raw()]
        .into_iter()
        .flatten()
        .collect();
    // A mark in the file counts for more than the mode.
    let (encoding, mark) = match head.as_slice() {
        [0xff, 0xfe, ..] => (Encoding::Utf16, 2),
        [0xef, 0xbb, 0xbf] => (Encoding::Utf8, 3),
        _ => (encoding, 0),
    };
    for byte in head[mark..].iter().rev() {
        stream.unread_byte(*byte);
    }
    set_encoding(file, encoding);
}

/// # Safety
/// As [`open`].
unsafe fn fopen<U: Unit>(path: *const U, mode: *const U) -> *mut FILE {
    // SAFETY: by this function's contract.
    unsafe { open(path, mode, none()) }
}

pair! {
    /// `fopen`, `_wfopen`: with Microsoft's modes (`"rt"`, `"wb, ccs=UTF-8"`) and paths. Null with errno; a null pointer or
    /// a mode without meaning is an invalid parameter. In text mode CR and LF are read as LF; lines are written as they are.
    larboard_fopen, _wfopen, (path: *const U, mode: *const U) -> *mut FILE => fopen
}

pair! {
    /// `freopen`, `_wfreopen`: as `fopen`. `CONOUT$` without a terminal is standard output.
    larboard_freopen, _wfreopen, (path: *const U, mode: *const U, file: *mut FILE) -> *mut FILE => open
}

/// # Safety
/// As [`open`].
unsafe fn fsopen<U: Unit>(path: *const U, mode: *const U, _share: c_int) -> *mut FILE {
    // SAFETY: by this function's contract.
    unsafe { open(path, mode, none()) }
}

pair! {
    /// `_fsopen`, `_wfsopen`: as `fopen`; sharing is never denied.
    _fsopen, _wfsopen, (path: *const U, mode: *const U, share: c_int) -> *mut FILE => fsopen
}

/// # Safety
/// As [`open`]; `to` is null or valid for a write.
unsafe fn answer_open<U: Unit>(to: *mut *mut FILE, path: *const U, mode: *const U) -> i32 {
    // SAFETY: by this function's contract.
    unsafe { answer_reopen(to, path, mode, none()) }
}

/// # Safety
/// As [`open`]; `to` is null or valid for a write.
unsafe fn answer_reopen<U: Unit>(
    to: *mut *mut FILE,
    path: *const U,
    mode: *const U,
    file: *mut FILE,
) -> i32 {
    if to.is_null() {
        return invalid(EINVAL);
    }
    // SAFETY: by this function's contract.
    unsafe {
        *to = none();
        *to = open(path, mode, file);
        if (*to).is_null() { errno() } else { 0 }
    }
}

pair! {
    /// `fopen_s`, `_wfopen_s`: as `fopen`; answers errno.
    fopen_s, _wfopen_s, (to: *mut *mut FILE, path: *const U, mode: *const U) -> i32 => answer_open
}

pair! {
    /// `freopen_s`, `_wfreopen_s`: as `freopen`; answers errno.
    freopen_s, _wfreopen_s,
    (to: *mut *mut FILE, path: *const U, mode: *const U, file: *mut FILE) -> i32 => answer_reopen
}

/// `fclose`: 0, or -1 with errno. Null is an invalid parameter.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_fclose(file: *mut FILE) -> c_int {
    if file.is_null() {
        invalid(EINVAL);
        return -1;
    }
    forget(file);
    // SAFETY: the caller gives up an open stream.
    unsafe {
        crate::descriptors::forget(libc::fileno(file));
        libc::fclose(file)
    }
}

/// # Safety
/// `path` is null or text.
unsafe fn remove<U: Unit>(path: *const U) -> c_int {
    if path.is_null() {
        invalid(EINVAL);
        return -1;
    }
    // SAFETY: text by this function's contract.
    unsafe { libc::unlink(native(unit::text(path)).as_ptr()) }
}

pair! {
    /// `remove`, `_wremove`: deletes a file; -1 with errno. A folder is `EISDIR`.
    larboard_remove, _wremove, (path: *const U) -> c_int => remove
}

pair! {
    /// `_unlink`, `_wunlink`: as `remove`.
    _unlink, _wunlink, (path: *const U) -> c_int => remove
}

/// # Safety
/// Both are null or text.
unsafe fn rename<U: Unit>(from: *const U, to: *const U) -> c_int {
    if from.is_null() || to.is_null() {
        invalid(EINVAL);
        return -1;
    }
    // SAFETY: two C strings.
    unsafe {
        let (from, to) = (native(unit::text(from)), native(unit::text(to)));
        // Windows does not replace; Linux' own flag for that is not on every file system.
        match libc::renameat2(
            libc::AT_FDCWD,
            from.as_ptr(),
            libc::AT_FDCWD,
            to.as_ptr(),
            libc::RENAME_NOREPLACE,
        ) {
            -1 if errno() == EINVAL => {}
            done => return done,
        }
        if libc::access(to.as_ptr(), libc::F_OK) == 0 {
            crate::errno::set_errno(libc::EEXIST);
            return -1;
        }
        libc::rename(from.as_ptr(), to.as_ptr())
    }
}

pair! {
    /// `rename`, `_wrename`: 0, or -1 with errno; `EEXIST` when the new name is there.
    larboard_rename, _wrename, (from: *const U, to: *const U) -> c_int => rename
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes() {
        let parse = |mode: &str| {
            Mode::parse(mode.as_bytes())
                .map(|mode| (mode.libc.into_string().unwrap(), mode.encoding))
        };
        assert_eq!(parse("rt"), Some(("r".to_owned(), None)));
        assert_eq!(parse("w+b"), Some(("w+".to_owned(), None)));
        assert_eq!(
            parse("wt, ccs=UTF-8"),
            Some(("w".to_owned(), Some(Encoding::Utf8)))
        );
        assert_eq!(
            parse("r,ccs=UNICODE"),
            Some(("r".to_owned(), Some(Encoding::Utf16)))
        );
        assert!(parse("q").is_none() && parse("").is_none() && parse("r,ccs=EBCDIC").is_none());
    }

    #[test]
    fn paths() {
        assert_eq!(native(b"C:\\log\\a.txt").as_bytes(), b"/log/a.txt");
        assert_eq!(native(b"nul").as_bytes(), b"/dev/null");
    }
}
