//! libc's streams, as both kinds of text use them.
//!
//! libc binds a stream to narrow or to wide text at its first use. Here that never happens: wide text is converted on
//! the way, so that both kinds may be mixed. What a stream needs beyond libc's FILE - half a surrogate pair, an
//! encoding other than UTF-8 - stands in a table; nearly every stream has no entry.

pub(crate) mod files;
mod secure;
mod wide;

use std::collections::HashMap;
use std::ffi::c_int;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use larboard_win32::console_keys::{self, LineReader};
use libc::FILE;
use parking_lot::Mutex;

use crate::unit::Unit;

unsafe extern "C" {
    fn flockfile(file: *mut FILE);
    fn funlockfile(file: *mut FILE);
    fn fwrite_unlocked(from: *const u8, size: usize, count: usize, file: *mut FILE) -> usize;
    fn getc_unlocked(file: *mut FILE) -> c_int;
    static stdin: *mut FILE;
    static stdout: *mut FILE;
}

/// What a stream's bytes are.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Encoding {
    /// UTF-8.
    #[default]
    Utf8,
    /// UTF-16, little end first: by `ccs=` only.
    Utf16,
}

#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct State {
    encoding: Encoding,
    /// Opened as binary: the ends of lines are as they are.
    binary: bool,
    /// The first half of a pair that was written.
    written: Option<u16>,
    /// The second half of a pair of which the first was read.
    unread: Option<u16>,
}

static STATES: Mutex<Option<HashMap<usize, State>>> = Mutex::new(None);

/// How many entries there are. Only a stream's own user, under its lock, makes and looks for its entry; so relaxed
/// accesses see what that thread or its predecessor under the lock did.
static ENTRIES: AtomicUsize = AtomicUsize::new(0);

fn state(file: *mut FILE) -> State {
    if ENTRIES.load(Ordering::Relaxed) == 0 {
        return State::default();
    }
    let states = STATES.lock();
    states
        .as_ref()
        .and_then(|states| states.get(&file.addr()))
        .copied()
        .unwrap_or_default()
}

fn set_state(file: *mut FILE, state: State) {
    let mut states = STATES.lock();
    let states = states.get_or_insert_default();
    if state == State::default() {
        states.remove(&file.addr());
    } else {
        states.insert(file.addr(), state);
    }
    ENTRIES.store(states.len(), Ordering::Relaxed);
}

/// Says what the bytes of a stream are that was just opened.
pub(crate) fn set_encoding(file: *mut FILE, encoding: Encoding) {
    set_state(
        file,
        State {
            encoding,
            ..state(file)
        },
    );
}

/// Says whether a stream is read as binary.
pub(crate) fn set_binary(file: *mut FILE, binary: bool) {
    set_state(
        file,
        State {
            binary,
            ..state(file)
        },
    );
}

/// The stream is closed or reopened.
pub(crate) fn forget(file: *mut FILE) {
    if ENTRIES.load(Ordering::Relaxed) != 0 {
        set_state(file, State::default());
    }
}

/// Standard output.
pub(crate) fn standard_output() -> *mut FILE {
    // SAFETY: libc's variable; it is written by nobody but a program that replaces its own streams.
    unsafe { stdout }
}

/// Standard input.
pub(crate) fn standard_input() -> *mut FILE {
    // SAFETY: as above.
    unsafe { stdin }
}

/// A stream whose lock this thread holds.
pub(crate) struct Locked {
    file: *mut FILE,
    /// Keeps the terminal in its way of lines.
    _lines: Option<LineReader>,
}

impl Locked {
    /// # Safety
    /// `file` is an open stream and stays so.
    pub(crate) unsafe fn new(file: *mut FILE) -> Self {
        // SAFETY: by this function's contract.
        unsafe { flockfile(file) };
        Self { file, _lines: None }
    }

    /// A stream that is read: of the terminal, lines come again after keys were asked for.
    ///
    /// # Safety
    /// As [`Locked::new`].
    pub(crate) unsafe fn for_reading(file: *mut FILE) -> Self {
        // SAFETY: by this function's contract.
        let mut stream = unsafe { Self::new(file) };
        if file == standard_input() {
            stream._lines = Some(LineReader::begin());
            let mut ahead = [0; 256];
            let count = console_keys::take(&mut ahead);
            for byte in ahead[..count].iter().rev() {
                stream.unread_byte(*byte);
            }
        }
        stream
    }

    /// Writes text of either kind; false when the stream failed.
    pub(crate) fn write<U: Unit>(&self, text: &[U]) -> bool {
        if text.is_empty() {
            return true;
        }
        // SAFETY: a slice of one Unit type is reinterpreted as a slice of that same type; U is u8 or u16.
        unsafe {
            if U::WIDE {
                self.write_wide(std::slice::from_raw_parts(text.as_ptr().cast(), text.len()))
            } else {
                self.write_bytes(std::slice::from_raw_parts(text.as_ptr().cast(), text.len()))
            }
        }
    }

    /// Writes bytes as they are.
    pub(crate) fn write_bytes(&self, bytes: &[u8]) -> bool {
        // SAFETY: the stream is open and its lock held (`new`), the bytes are a slice.
        unsafe { fwrite_unlocked(bytes.as_ptr(), 1, bytes.len(), self.file) == bytes.len() }
    }

    /// Writes wide text in the stream's encoding. The first half of a pair waits for the second.
    pub(crate) fn write_wide(&self, text: &[u16]) -> bool {
        let mut state = state(self.file);
        if state.encoding == Encoding::Utf16 {
            let bytes: Vec<u8> = text.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            return self.write_bytes(&bytes);
        }
        let joined: Vec<u16>;
        let mut text = text;
        let waited = state.written.take();
        if let Some(first) = waited {
            joined = [&[first], text].concat();
            text = &joined;
        }
        if let Some((last @ 0xd800..=0xdbff, rest)) = text.split_last() {
            state.written = Some(*last);
            text = rest;
        }
        if waited.is_some() || state.written.is_some() {
            set_state(self.file, state);
        }
        self.write_bytes(&crate::unit::narrow(text))
    }

    /// The next byte. CR and LF are LF, unless the stream is binary.
    pub(crate) fn byte(&self) -> Option<u8> {
        let byte = self.raw()?;
        if byte == b'\r' && !state(self.file).binary {
            match self.raw() {
                Some(b'\n') => return Some(b'\n'),
                Some(other) => {
                    self.unread_byte(other);
                }
                None => {}
            }
        }
        Some(byte)
    }

    /// The next byte as it is.
    fn raw(&self) -> Option<u8> {
        // SAFETY: as in `write_bytes`.
        u8::try_from(unsafe { getc_unlocked(self.file) }).ok()
    }

    /// What libc's `fgets` has read of a line in text mode: its CR and LF become LF.
    ///
    /// # Safety
    /// `line` is text that may be written.
    unsafe fn end_line(&self, line: *mut u8) {
        // SAFETY: by this function's contract; the indices are within the text.
        unsafe {
            let length = crate::unit::length(line);
            let byte = |back: usize| {
                if length >= back {
                    line.add(length - back).read()
                } else {
                    0
                }
            };
            let (last, before) = (byte(1), byte(2));
            if (last == b'\n' && before != b'\r')
                || !matches!(last, b'\r' | b'\n')
                || state(self.file).binary
            {
                return;
            }
            if last == b'\n' {
                line.add(length - 2).write(b'\n');
                line.add(length - 1).write(0);
            } else if let Some(next) = self.raw() {
                // The buffer was full between the two.
                if next == b'\n' {
                    line.add(length - 1).write(b'\n');
                } else {
                    self.unread_byte(next);
                }
            }
        }
    }

    /// Gives a byte back. libc keeps as many as needed.
    pub(crate) fn unread_byte(&self, byte: u8) -> bool {
        // SAFETY: as in `write_bytes`; the stream's lock is recursive.
        unsafe { libc::ungetc(byte.into(), self.file) >= 0 }
    }

    /// The next unit of wide text. What is no UTF-8 is U+FFFD.
    pub(crate) fn wide(&self) -> Option<u16> {
        let mut state = state(self.file);
        if let Some(second) = state.unread.take() {
            set_state(self.file, state);
            return Some(second);
        }
        if state.encoding == Encoding::Utf16 {
            return Some(u16::from_le_bytes([self.raw()?, self.raw()?]));
        }
        let mut units = [0; 2];
        match self.character()?.encode_utf16(&mut units) {
            [first, second] => {
                state.unread = Some(*second);
                set_state(self.file, state);
                Some(*first)
            }
            units => units.first().copied(),
        }
    }

    /// Gives a unit back.
    pub(crate) fn unread_wide(&self, unit: u16) -> bool {
        let mut state = state(self.file);
        if state.encoding == Encoding::Utf16 {
            let [low, high] = unit.to_le_bytes();
            return self.unread_byte(high) && self.unread_byte(low);
        }
        if matches!(unit, 0xdc00..=0xdfff) && state.unread.is_none() {
            state.unread = Some(unit);
            set_state(self.file, state);
            return true;
        }
        let second = state.unread.take();
        if second.is_some() {
            set_state(self.file, state);
        }
        let units: Vec<u16> = [unit].into_iter().chain(second).collect();
        crate::unit::narrow(&units)
            .iter()
            .rev()
            .all(|byte| self.unread_byte(*byte))
    }

    /// The next character of UTF-8.
    fn character(&self) -> Option<char> {
        let first = self.byte()?;
        let (more, mut code) = match first {
            0..=0x7f => return Some(first.into()),
            0xc2..=0xdf => (1, u32::from(first & 0x1f)),
            0xe0..=0xef => (2, u32::from(first & 0xf)),
            0xf0..=0xf4 => (3, u32::from(first & 0x7)),
            _ => return Some(char::REPLACEMENT_CHARACTER),
        };
        for _ in 0..more {
            match self.byte() {
                Some(byte @ 0x80..=0xbf) => code = code << 6 | u32::from(byte & 0x3f),
                Some(other) => {
                    self.unread_byte(other);
                    return Some(char::REPLACEMENT_CHARACTER);
                }
                None => return Some(char::REPLACEMENT_CHARACTER),
            }
        }
        let shortest = [0x80, 0x800, 0x1_0000][more - 1];
        let valid = char::from_u32(code).filter(|_| code >= shortest);
        Some(valid.unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // SAFETY: `new` took the lock, and the stream is still open by its contract.
        unsafe { funlockfile(self.file) };
    }
}

/// A C string for libc.
pub(crate) fn c_string(text: &[u8]) -> std::ffi::CString {
    let end = text
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(text.len());
    std::ffi::CString::new(&text[..end]).unwrap_or_default()
}

/// Null, for answers.
pub(crate) fn none<T>() -> *mut T {
    ptr::null_mut()
}
