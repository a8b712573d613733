//! Keys and output of the console: `_kbhit`, `_getch`, `_cprintf`.
//!
//! The keyboard is that of `larboard_win32::console_keys`. A key may be several values here - 0 or 0xE0 and a scan code, or
//! the bytes of a character: the first call takes the key, and the others what is left of it.

use std::collections::VecDeque;
use std::ffi::c_int;

use larboard_win32::console_keys::{self, Key};
use parking_lot::Mutex;

use crate::errno::{EINVAL, invalid};
use crate::format::arguments::{Passed, VaList};
use crate::stream::{self, Locked};
use crate::unit::{self, Unit, pair};

/// What is left of a key, and what was given back.
struct Left<U>(Mutex<VecDeque<U>>);

static NARROW: Left<u8> = Left(Mutex::new(VecDeque::new()));
static WIDE: Left<u16> = Left(Mutex::new(VecDeque::new()));

/// Keys of the keyboard that are told by 0xE0; those by 0 are not grey.
const ENHANCED: u32 = 0x100;

/// The values that stand for a key.
fn values<U: Unit>(key: Key) -> Vec<U> {
    if key.character != '\0' || key.scan_code == 0 {
        return unit::from_bytes(key.character.to_string().as_bytes());
    }
    // SAFETY: both values are below 256, which either unit holds.
    let small = |value: u16| unsafe { (&raw const value).cast::<U>().read_unaligned() };
    vec![
        small(if key.state & ENHANCED != 0 { 0xe0 } else { 0 }),
        small(key.scan_code & 0xff),
    ]
}

impl<U: Unit> Left<U> {
    /// The next value; waits for a key. `None` at the end of the input.
    fn take(&self) -> Option<U> {
        if let Some(value) = self.0.lock().pop_front() {
            return Some(value);
        }
        // What the program printed is seen before it waits.
        // SAFETY: standard output is open.
        unsafe { libc::fflush(stream::standard_output()) };
        let mut values = values(console_keys::read(true)?).into_iter();
        let first = values.next();
        self.0.lock().extend(values);
        first
    }

    /// Gives one value back; false when one is there already.
    fn give_back(&self, value: U) -> bool {
        let mut left = self.0.lock();
        let free = left.is_empty();
        if free {
            left.push_back(value);
        }
        free
    }
}

/// Shows text on the console, behind what was printed.
fn show<U: Unit>(text: &[U]) -> bool {
    // SAFETY: standard output is open.
    let stream = unsafe { Locked::new(stream::standard_output()) };
    let written = stream.write(text);
    drop(stream);
    // SAFETY: as above.
    written && unsafe { libc::fflush(stream::standard_output()) } == 0
}

/// `_kbhit`: not 0 when `_getch` would not wait.
#[unsafe(no_mangle)]
extern "C" fn _kbhit() -> c_int {
    let left = !NARROW.0.lock().is_empty() || !WIDE.0.lock().is_empty();
    c_int::from(left || console_keys::pending())
}

/// `_getch`: the next key, without showing it: a byte of UTF-8, or 0 or 0xE0 before the scan code of a key without a
/// character. -1 at the end of an input that is no terminal.
#[unsafe(no_mangle)]
extern "C" fn _getch() -> c_int {
    NARROW.take().map_or(-1, c_int::from)
}

/// `_getche`: as `_getch`, and shows it.
#[unsafe(no_mangle)]
extern "C" fn _getche() -> c_int {
    NARROW.take().map_or(-1, |value| {
        show(&[value]);
        value.into()
    })
}

/// `_ungetch`: gives a key back for the next `_getch`; -1 when one was given back already.
#[unsafe(no_mangle)]
extern "C" fn _ungetch(value: c_int) -> c_int {
    let byte = u8::try_from(value).ok();
    if byte.is_some_and(|byte| NARROW.give_back(byte)) {
        value
    } else {
        -1
    }
}

/// `_getwch`: as `_getch`, in units of UTF-16; `WEOF` at the end.
#[unsafe(no_mangle)]
extern "C" fn _getwch() -> u16 {
    WIDE.take().unwrap_or(0xffff)
}

/// `_getwche`: as `_getwch`, and shows it.
#[unsafe(no_mangle)]
extern "C" fn _getwche() -> u16 {
    WIDE.take().map_or(0xffff, |value| {
        show(&[value]);
        value
    })
}

/// `_ungetwch`: as `_ungetch`; `WEOF` when one was given back already.
#[unsafe(no_mangle)]
extern "C" fn _ungetwch(value: u16) -> u16 {
    if value != 0xffff && WIDE.give_back(value) {
        value
    } else {
        0xffff
    }
}

/// `_putch`: shows a byte; it, or -1.
#[unsafe(no_mangle)]
extern "C" fn _putch(value: c_int) -> c_int {
    if show(&[value as u8]) { value } else { -1 }
}

/// `_putwch`: shows a unit; it, or `WEOF`.
#[unsafe(no_mangle)]
extern "C" fn _putwch(value: u16) -> u16 {
    if show(&[value]) { value } else { 0xffff }
}

/// # Safety
/// `text` is null or text.
unsafe fn put<U: Unit>(text: *const U) -> c_int {
    if text.is_null() {
        return invalid(EINVAL);
    }
    // SAFETY: text by this function's contract.
    if show(unsafe { unit::text(text) }) {
        0
    } else {
        -1
    }
}

pair! {
    /// `_cputs`, `_cputws`: shows a text; 0, or not.
    _cputs, _cputws, (text: *const U) -> c_int => put
}

/// # Safety
/// `format` is null or text, `list` has its arguments.
unsafe fn print<U: Unit>(format: *const U, list: *mut VaList) -> c_int {
    if format.is_null() {
        invalid(EINVAL);
        return -1;
    }
    let mut text: Vec<U> = Vec::new();
    // SAFETY: by this function's contract.
    if unsafe { crate::format::write(unit::text(format), &mut Passed::new(list), &mut text) }
        .is_err()
    {
        invalid(EINVAL);
        return -1;
    }
    if show(&text) {
        c_int::try_from(text.len()).unwrap_or(-1)
    } else {
        -1
    }
}

pair! {
    /// `_vcprintf`, `_vcwprintf`: shows a format; the number of units, or -1.
    _vcprintf, _vcwprintf, (format: *const U, list: *mut VaList) -> c_int => print
}

/// `_cgets_s`: a line of standard input without its end, and its length; `EINVAL` without a buffer.
#[unsafe(no_mangle)]
unsafe extern "C" fn _cgets_s(buffer: *mut u8, size: usize, length: *mut usize) -> c_int {
    if buffer.is_null() || size == 0 || length.is_null() {
        return invalid(EINVAL);
    }
    // SAFETY: standard input is open; the caller's buffer has `size` bytes, below which the terminator stands.
    unsafe {
        let stream = Locked::for_reading(stream::standard_input());
        let mut count = 0;
        while let Some(byte) = stream.byte() {
            if byte == b'\n' {
                break;
            }
            if count + 1 < size {
                buffer.add(count).write(byte);
                count += 1;
            }
        }
        buffer.add(count).write(0);
        *length = count;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_value_or_more() {
        let key = |character, scan_code, state| Key {
            character,
            virtual_key: 0,
            scan_code,
            state,
        };
        assert_eq!(values::<u8>(key('a', 30, 0)), b"a");
        assert_eq!(values::<u8>(key('\0', 72, ENHANCED)), [0xe0, 72]);
        assert_eq!(values::<u16>(key('\0', 59, 0)), [0, 59]);
        assert_eq!(values::<u8>(key('서', 0, 0)), "서".as_bytes());
        assert_eq!(values::<u16>(key('서', 0, 0)), [0xc11c]);
    }

    #[test]
    fn one_key_may_be_given_back() {
        let left = Left::<u8>(Mutex::new(VecDeque::new()));
        assert!(left.give_back(7) && !left.give_back(8));
        assert_eq!(left.take(), Some(7));
    }
}
