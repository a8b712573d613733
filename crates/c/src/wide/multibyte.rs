//! Multibyte text, which is UTF-8 in every locale, to 16-bit units and back.
//!
//! A character beyond U+FFFF is four bytes and two units. In the restartable functions the second unit, or the first,
//! waits in the `mbstate_t`: `mbrtowc` takes the four bytes with the first unit, and the second comes with 0 bytes.

use std::cell::Cell;
use std::ptr;

use crate::errno::{EILSEQ, EINVAL, invalid, set_errno};
use crate::unit;

/// libc's `mbstate_t`: 8 bytes, whose content is ours.
#[derive(Clone, Copy, Default)]
#[repr(C)]
pub(crate) struct State {
    /// How many bytes of a character are here.
    count: u16,
    /// The unit that waits: the second half of a pair that is read, the first of one that is written.
    waiting: u16,
    bytes: [u8; 4],
}

const ILLEGAL: usize = usize::MAX;
const INCOMPLETE: usize = usize::MAX - 1;

std::thread_local! {
    /// The states of calls without one.
    static INTERNAL: [Cell<State>; 4] = const { [const { Cell::new(State { count: 0, waiting: 0, bytes: [0; 4] }) }; 4] };
}

/// Runs with the caller's state, or this thread's own of the function.
///
/// # Safety
/// `state` is null or a valid `mbstate_t`.
unsafe fn with<T>(state: *mut State, own: usize, body: impl FnOnce(&mut State) -> T) -> T {
    if state.is_null() {
        return INTERNAL.with(|states| {
            let mut state = states[own].get();
            let answer = body(&mut state);
            states[own].set(state);
            answer
        });
    }
    // SAFETY: by this function's contract.
    body(unsafe { &mut *state })
}

enum Step {
    /// A unit, and the bytes taken for it.
    Unit(u16, usize),
    Incomplete,
    Illegal,
}

/// The next unit of `text`.
fn decode(text: &[u8], state: &mut State) -> Step {
    if state.waiting != 0 {
        return Step::Unit(std::mem::take(&mut state.waiting), 0);
    }
    let before = usize::from(state.count.min(4));
    for taken in 1..=text.len() {
        let length = before + taken;
        if length > 4 {
            break;
        }
        state.bytes[length - 1] = text[taken - 1];
        match std::str::from_utf8(&state.bytes[..length]) {
            Ok(character) => {
                state.count = 0;
                let mut units = character.encode_utf16();
                let first = units.next().unwrap_or(0);
                state.waiting = units.next().unwrap_or(0);
                return Step::Unit(first, taken);
            }
            Err(error) if error.error_len().is_none() => {}
            Err(_) => {
                *state = State::default();
                return Step::Illegal;
            }
        }
    }
    state.count = u16::try_from(before + text.len()).unwrap_or(0);
    Step::Incomplete
}

/// The bytes of the next unit: none for the first half of a pair.
fn encode(unit: u16, state: &mut State) -> Option<Vec<u8>> {
    let first = std::mem::take(&mut state.waiting);
    if first == 0 && matches!(unit, 0xd800..=0xdbff) {
        state.waiting = unit;
        return Some(Vec::new());
    }
    let units: &[u16] = if first == 0 { &[unit] } else { &[first, unit] };
    String::from_utf16(units).ok().map(String::into_bytes)
}

fn illegal() -> usize {
    set_errno(EILSEQ);
    ILLEGAL
}

/// `mbrtowc`: the bytes taken; 0 for the terminator and for the second unit of a pair; -1 with `EILSEQ`, -2 when the
/// character goes on.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_mbrtowc(
    to: *mut u16,
    text: *const u8,
    count: usize,
    state: *mut State,
) -> usize {
    // SAFETY: the caller gives `count` bytes or null, room for a unit or null, and a state or null.
    unsafe {
        with(state, 0, |state| {
            let bytes: &[u8] = if text.is_null() {
                &[0]
            } else {
                std::slice::from_raw_parts(text, count)
            };
            match decode(bytes, state) {
                Step::Unit(unit, taken) => {
                    if !to.is_null() && !text.is_null() {
                        *to = unit;
                    }
                    if unit == 0 { 0 } else { taken }
                }
                Step::Incomplete => INCOMPLETE,
                Step::Illegal => illegal(),
            }
        })
    }
}

/// `mbrlen`: as `mbrtowc` without a result.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_mbrlen(text: *const u8, count: usize, state: *mut State) -> usize {
    // SAFETY: as in `mbrtowc`.
    unsafe {
        with(state, 1, |state| {
            if text.is_null() {
                *state = State::default();
                return 0;
            }
            match decode(std::slice::from_raw_parts(text, count), state) {
                Step::Unit(0, _) => 0,
                Step::Unit(_, taken) => taken,
                Step::Incomplete => INCOMPLETE,
                Step::Illegal => illegal(),
            }
        })
    }
}

/// `mbsinit`: whether no character is half done.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_mbsinit(state: *const State) -> i32 {
    // SAFETY: the caller gives a state or null.
    i32::from(unsafe { state.as_ref() }.is_none_or(|state| state.count == 0 && state.waiting == 0))
}

/// `wcrtomb`: the bytes written, up to 4 with the second half of a pair and 0 with the first; -1 with `EILSEQ`.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcrtomb(to: *mut u8, unit: u16, state: *mut State) -> usize {
    // SAFETY: the caller gives room for MB_CUR_MAX bytes or null, and a state or null.
    unsafe {
        with(state, 2, |state| {
            if to.is_null() {
                *state = State::default();
                return 1;
            }
            let Some(bytes) = encode(unit, state) else {
                return illegal();
            };
            to.copy_from(bytes.as_ptr(), bytes.len());
            bytes.len()
        })
    }
}

/// Converts at most `bytes` bytes, with the terminator if it is among them, to at most `limit` units.
///
/// # Safety
/// The source is text or has `bytes` bytes, `to` has `limit` units or is null, `state` is null or a state.
unsafe fn to_wide(
    to: *mut u16,
    source: *mut *const u8,
    bytes: usize,
    limit: usize,
    state: *mut State,
) -> usize {
    // SAFETY: by this function's contract; only what `length_within` has seen, and a terminator, is read.
    unsafe {
        with(state, 3, |state| {
            let start = *source;
            let length = unit::length_within(start, bytes);
            let text = std::slice::from_raw_parts(start, length.saturating_add(1).min(bytes));
            let (mut at, mut units) = (0, 0);
            while (to.is_null() || units < limit) && (at < text.len() || state.waiting != 0) {
                match decode(&text[at..], state) {
                    Step::Unit(unit, taken) => {
                        at += taken;
                        if !to.is_null() {
                            to.add(units).write(unit);
                        }
                        if unit == 0 {
                            if !to.is_null() {
                                *source = ptr::null();
                            }
                            return units;
                        }
                        units += 1;
                    }
                    Step::Incomplete if length == bytes => at = text.len(),
                    Step::Incomplete | Step::Illegal => return illegal(),
                }
            }
            if !to.is_null() {
                *source = start.add(at);
            }
            units
        })
    }
}

/// `mbsrtowcs`: the units written without the terminator, or -1 with `EILSEQ`. The source becomes null at its end.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_mbsrtowcs(
    to: *mut u16,
    source: *mut *const u8,
    limit: usize,
    state: *mut State,
) -> usize {
    // SAFETY: the caller gives text, room for `limit` units or null, and a state or null.
    unsafe { to_wide(to, source, usize::MAX, limit, state) }
}

/// `mbsnrtowcs`: as `mbsrtowcs`, of at most `bytes` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_mbsnrtowcs(
    to: *mut u16,
    source: *mut *const u8,
    bytes: usize,
    limit: usize,
    state: *mut State,
) -> usize {
    // SAFETY: as in `mbsrtowcs`.
    unsafe { to_wide(to, source, bytes, limit, state) }
}

/// Converts at most `units` units, with the terminator if it is among them, to at most `limit` bytes.
///
/// # Safety
/// The source is text or has `units` units, `to` has `limit` bytes or is null, `state` is null or a state.
unsafe fn to_narrow(
    to: *mut u8,
    source: *mut *const u16,
    units: usize,
    limit: usize,
    state: *mut State,
) -> usize {
    // SAFETY: as in `to_wide`.
    unsafe {
        with(state, 3, |state| {
            let start = *source;
            let length = unit::length_within(start, units);
            let text = std::slice::from_raw_parts(start, length.saturating_add(1).min(units));
            let mut bytes = 0;
            for (at, unit) in text.iter().enumerate() {
                let before = *state;
                let Some(part) = encode(*unit, state) else {
                    *source = start.add(at);
                    return illegal();
                };
                if !to.is_null() {
                    if bytes + part.len() > limit {
                        // The pair is done again whole, so nothing waits.
                        *source = start.add(at - usize::from(before.waiting != 0));
                        *state = State::default();
                        return bytes;
                    }
                    to.add(bytes).copy_from(part.as_ptr(), part.len());
                }
                bytes += part.len();
            }
            let ended = length < units;
            if !to.is_null() {
                *source = if ended {
                    ptr::null()
                } else {
                    start.add(text.len())
                };
            }
            bytes - usize::from(ended)
        })
    }
}

/// `wcsrtombs`: the bytes written without the terminator, or -1 with `EILSEQ`. The source becomes null at its end.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcsrtombs(
    to: *mut u8,
    source: *mut *const u16,
    limit: usize,
    state: *mut State,
) -> usize {
    // SAFETY: the caller gives text, room for `limit` bytes or null, and a state or null.
    unsafe { to_narrow(to, source, usize::MAX, limit, state) }
}

/// `wcsnrtombs`: as `wcsrtombs`, of at most `units` units.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcsnrtombs(
    to: *mut u8,
    source: *mut *const u16,
    units: usize,
    limit: usize,
    state: *mut State,
) -> usize {
    // SAFETY: as in `wcsrtombs`.
    unsafe { to_narrow(to, source, units, limit, state) }
}

/// `mbtowc`: the bytes of the next character, 0 for the terminator, -1. Of a pair the first unit only.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_mbtowc(to: *mut u16, text: *const u8, count: usize) -> i32 {
    if text.is_null() || count == 0 {
        return 0;
    }
    // SAFETY: the caller gives `count` bytes, of which those behind a terminator are not read, and room or null.
    unsafe {
        let length = unit::length_within(text, count.min(4));
        let bytes = std::slice::from_raw_parts(text, (length + 1).min(count));
        match decode(bytes, &mut State::default()) {
            Step::Unit(unit, taken) => {
                if !to.is_null() {
                    *to = unit;
                }
                if unit == 0 {
                    0
                } else {
                    i32::try_from(taken).unwrap_or(-1)
                }
            }
            Step::Incomplete | Step::Illegal => {
                set_errno(EILSEQ);
                -1
            }
        }
    }
}

/// `mblen`: as `mbtowc` without a result.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_mblen(text: *const u8, count: usize) -> i32 {
    if text.is_null() || count == 0 {
        return 0;
    }
    // SAFETY: as in `mbtowc`.
    unsafe {
        let length = unit::length_within(text, count.min(4));
        let bytes = std::slice::from_raw_parts(text, (length + 1).min(count));
        match decode(bytes, &mut State::default()) {
            Step::Unit(0, _) => 0,
            Step::Unit(_, taken) => i32::try_from(taken).unwrap_or(-1),
            Step::Incomplete | Step::Illegal => -1,
        }
    }
}

/// `wctomb`: the bytes written, or -1 for half a pair.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wctomb(to: *mut u8, unit: u16) -> i32 {
    if to.is_null() {
        return 0;
    }
    let Ok(text) = String::from_utf16(&[unit]) else {
        set_errno(EILSEQ);
        return -1;
    };
    // SAFETY: the caller has room for MB_CUR_MAX bytes.
    unsafe { to.copy_from(text.as_ptr(), text.len()) };
    i32::try_from(text.len()).unwrap_or(-1)
}

/// `mbstowcs`: the units written without the terminator, -1 with `EILSEQ` for what is no UTF-8. Without a buffer the number
/// needed.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_mbstowcs(to: *mut u16, text: *const u8, limit: usize) -> usize {
    if text.is_null() {
        invalid(EINVAL);
        return ILLEGAL;
    }
    // SAFETY: the caller gives text.
    let Ok(text) = std::str::from_utf8(unsafe { unit::text(text) }) else {
        return illegal();
    };
    let units: Vec<u16> = text.encode_utf16().collect();
    // SAFETY: the caller has room for `limit` units, or gives null.
    unsafe { copy(to, limit, &units) }
}

/// `wcstombs`: the bytes written without the terminator, -1 with `EILSEQ` for half a pair. Characters are written whole.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wcstombs(to: *mut u8, text: *const u16, limit: usize) -> usize {
    if text.is_null() {
        invalid(EINVAL);
        return ILLEGAL;
    }
    // SAFETY: the caller gives text.
    let Ok(text) = String::from_utf16(unsafe { unit::text(text) }) else {
        return illegal();
    };
    let mut end = text.len();
    if !to.is_null() && end > limit {
        end = text.floor_char_boundary(limit);
    }
    // SAFETY: the caller has room for `limit` bytes, or gives null.
    unsafe { copy(to, limit, &text.as_bytes()[..end]) }
}

/// # Safety
/// `to` has room for `limit` units, or is null.
unsafe fn copy<U: unit::Unit>(to: *mut U, limit: usize, text: &[U]) -> usize {
    if to.is_null() {
        return text.len();
    }
    let count = text.len().min(limit);
    // SAFETY: `count` is at most `limit`, and the terminator is written below it only.
    unsafe {
        to.copy_from(text.as_ptr(), count);
        if count < limit {
            to.add(count).write(U::default());
        }
    }
    count
}

/// `btowc`: the unit of a single byte, `WEOF` for what is no ASCII.
#[unsafe(no_mangle)]
extern "C" fn larboard_btowc(byte: i32) -> u16 {
    u8::try_from(byte)
        .ok()
        .filter(u8::is_ascii)
        .map_or(0xffff, u16::from)
}

/// `wctob`: the single byte of a unit, -1 for what is no ASCII.
#[unsafe(no_mangle)]
extern "C" fn larboard_wctob(unit: u16) -> i32 {
    u8::try_from(unit)
        .ok()
        .filter(u8::is_ascii)
        .map_or(-1, i32::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_of_two_units_comes_in_two_calls() {
        let text = "서😀".as_bytes();
        let mut state = State::default();
        let mut units = [0; 3];
        let mut at = 0;
        for unit in &mut units {
            // SAFETY: a slice, room for a unit, a state.
            at += unsafe {
                larboard_mbrtowc(unit, text[at..].as_ptr(), text.len() - at, &raw mut state)
            };
        }
        assert_eq!(
            (String::from_utf16(&units).unwrap(), at),
            ("서😀".to_owned(), 7)
        );
    }

    #[test]
    fn a_character_may_come_in_pieces() {
        let mut state = State::default();
        let mut unit = 0;
        let bytes = "서".as_bytes();
        for (at, expected) in [(0, INCOMPLETE), (1, INCOMPLETE), (2, 1)] {
            // SAFETY: one byte of a slice, room for a unit, a state.
            let taken =
                unsafe { larboard_mbrtowc(&raw mut unit, &raw const bytes[at], 1, &raw mut state) };
            assert_eq!(taken, expected);
        }
        assert_eq!(unit, 0xc11c);
    }

    #[test]
    fn text_both_ways_with_limits() {
        let wide: Vec<u16> = "서버😀\0".encode_utf16().collect();
        let mut bytes = [0xff_u8; 8];
        // SAFETY: text, and the buffer's length.
        let (needed, written) = unsafe {
            (
                larboard_wcstombs(ptr::null_mut(), wide.as_ptr(), 0),
                larboard_wcstombs(bytes.as_mut_ptr(), wide.as_ptr(), 8),
            )
        };
        assert_eq!((needed, written, &bytes[..7]), (10, 6, "서버\0".as_bytes()));
        let mut units = [0_u16; 8];
        // SAFETY: as above.
        let written = unsafe { larboard_mbstowcs(units.as_mut_ptr(), c"a\xff".as_ptr().cast(), 8) };
        assert_eq!(written, ILLEGAL);
        assert_eq!(crate::errno::errno(), EILSEQ);
        let mut source = wide.as_ptr();
        // SAFETY: as above.
        let written =
            unsafe { larboard_wcsrtombs(bytes.as_mut_ptr(), &raw mut source, 8, ptr::null_mut()) };
        assert_eq!((written, source.addr() - wide.as_ptr().addr()), (6, 4));
        // SAFETY: as above.
        let written =
            unsafe { larboard_wcsrtombs(bytes.as_mut_ptr(), &raw mut source, 8, ptr::null_mut()) };
        assert_eq!(
            (written, &bytes[..5], source.is_null()),
            (4, "😀\0".as_bytes(), true)
        );
    }

    #[test]
    fn a_part_of_a_text() {
        let (mut units, mut source, mut state) = ([0_u16; 4], "서버".as_ptr(), State::default());
        // SAFETY: four bytes of six, room for four units, a state.
        let written = unsafe {
            larboard_mbsnrtowcs(units.as_mut_ptr(), &raw mut source, 4, 4, &raw mut state)
        };
        assert_eq!((written, units[0], state.count), (1, 0xc11c, 1));
        let (mut bytes, mut source) = ([0_u8; 8], [0xc11c_u16, 0xbc84].as_ptr());
        // SAFETY: one unit of two, room for eight bytes, a state.
        let written = unsafe {
            larboard_wcsnrtombs(bytes.as_mut_ptr(), &raw mut source, 1, 8, ptr::null_mut())
        };
        assert_eq!((written, &bytes[..4]), (3, "서\0".as_bytes()));
    }
}
