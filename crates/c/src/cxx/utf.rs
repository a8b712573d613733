//! UTF-8 from and to UTF-16, piecewise, as `std::codecvt` wants it.
//!
//! A conversion stops at the end of its input or output and goes on later; what belongs together may be cut anywhere. What has
//! been seen of an unfinished surrogate pair is kept in the caller's *state*, a word that is zero at the beginning.
//!
//! Bytes that are no UTF-8 are not lost: each becomes a lone low surrogate, U+DC80 to U+DCFF, and such a one becomes the byte
//! again. So a narrow string in whatever encoding passes through a wide stream unchanged.

/// What a conversion reports; the values are those of `std::codecvt_base::result`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(i32)]
pub(crate) enum Outcome {
    /// All input was converted.
    Done = 0,
    /// The output is full, or the input ends within a character.
    Partial = 1,
}

/// Half of a surrogate pair that waits: a high one on the way out, a low one on the way in.
const WAITING: u32 = 0x1_0000;
/// Set in a state by the headers, when a byte order mark has been written or skipped. The conversions leave it alone.
const BEGUN: u32 = 0x2_0000;

fn waiting(state: u32) -> Option<u16> {
    (state & WAITING != 0).then_some(state as u16)
}

fn wait_for(state: &mut u32, unit: Option<u16>) {
    *state = *state & BEGUN | unit.map_or(0, |unit| WAITING | u32::from(unit));
}

fn is_high(unit: u16) -> bool {
    (0xd800..0xdc00).contains(&unit)
}

fn is_low(unit: u16) -> bool {
    (0xdc00..0xe000).contains(&unit)
}

/// The bytes of one unit that stands alone.
fn alone(unit: u16, bytes: &mut [u8; 4]) -> usize {
    if (0xdc80..0xdd00).contains(&unit) {
        bytes[0] = unit as u8;
        return 1;
    }
    char::from_u32(unit.into())
        .unwrap_or(char::REPLACEMENT_CHARACTER)
        .encode_utf8(bytes)
        .len()
}

/// The bytes for the next unit, after what waits in the state. Nothing for a high surrogate, which waits from then on.
/// The second number is how many units of the input are used up: none, if a waiting unit turned out to be alone.
fn encode(state: &mut u32, unit: u16, bytes: &mut [u8; 4]) -> (usize, usize) {
    let Some(high) = waiting(*state) else {
        if is_high(unit) {
            wait_for(state, Some(unit));
            return (0, 1);
        }
        return (alone(unit, bytes), 1);
    };
    wait_for(state, None);
    if !is_low(unit) {
        return (alone(high, bytes), 0);
    }
    let scalar = 0x1_0000 + ((u32::from(high) & 0x3ff) << 10 | u32::from(unit) & 0x3ff);
    (
        char::from_u32(scalar)
            .unwrap_or(char::REPLACEMENT_CHARACTER)
            .encode_utf8(bytes)
            .len(),
        1,
    )
}

/// Converts to UTF-8; tells how much of the input and of the output was used.
pub(crate) fn to_utf8(state: &mut u32, from: &[u16], to: &mut [u8]) -> (Outcome, usize, usize) {
    let (mut read, mut written) = (0, 0);
    while let Some(&unit) = from.get(read) {
        let mut bytes = [0; 4];
        let before = *state;
        let (count, used) = encode(state, unit, &mut bytes);
        let Some(room) = to.get_mut(written..written + count) else {
            *state = before;
            return (Outcome::Partial, read, written);
        };
        room.copy_from_slice(&bytes[..count]);
        read += used;
        written += count;
    }
    (Outcome::Done, read, written)
}

/// What stands at the beginning of some bytes.
enum Next {
    /// A character and its length.
    Scalar(char, usize),
    /// A byte that is no part of one.
    Stray(u8),
    /// The beginning of one.
    Unfinished,
}

/// How long the character is that begins with this byte; none does with most of them.
fn length(first: u8) -> usize {
    match first {
        0..0x80 => 1,
        0xc2..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf5 => 4,
        _ => 0,
    }
}

fn next(from: &[u8]) -> Next {
    let wanted = length(from[0]);
    let there = &from[..wanted.min(from.len())];
    match std::str::from_utf8(there) {
        _ if wanted == 0 => Next::Stray(from[0]),
        Ok(text) => text
            .chars()
            .next()
            .map_or(Next::Stray(from[0]), |scalar| Next::Scalar(scalar, wanted)),
        Err(error) if error.error_len().is_none() && there.len() < wanted => Next::Unfinished,
        Err(_) => Next::Stray(from[0]),
    }
}

/// Converts to UTF-16; tells how much of the input and of the output was used. A character of two units whose second finds no
/// room is used up, and the second unit waits in the state.
pub(crate) fn to_utf16(state: &mut u32, from: &[u8], to: &mut [u16]) -> (Outcome, usize, usize) {
    let (mut read, mut written) = (0, 0);
    loop {
        if let Some(low) = waiting(*state) {
            let Some(room) = to.get_mut(written) else {
                return (Outcome::Partial, read, written);
            };
            *room = low;
            written += 1;
            wait_for(state, None);
        }
        if read == from.len() {
            return (Outcome::Done, read, written);
        }
        let Some(room) = to.get_mut(written) else {
            return (Outcome::Partial, read, written);
        };
        let (first, second, used) = match next(&from[read..]) {
            Next::Unfinished => return (Outcome::Partial, read, written),
            Next::Stray(byte) => (0xdc00 + u16::from(byte), None, 1),
            Next::Scalar(scalar, used) => {
                let mut units = [0; 2];
                let count = scalar.encode_utf16(&mut units).len();
                (units[0], (count == 2).then_some(units[1]), used)
            }
        };
        *room = first;
        written += 1;
        read += used;
        wait_for(state, second);
    }
}

/// The slice between two addresses.
///
/// # Safety
///
/// Both lie in one allocation, in this order, and the elements between are initialised and not written to meanwhile.
unsafe fn between<'a, T>(from: *const T, end: *const T) -> &'a [T] {
    let length = (end.addr() - from.addr()) / size_of::<T>();
    if length == 0 {
        return &[];
    }
    // SAFETY: the caller's range; an empty one, which may be a null pointer, does not come here.
    unsafe { std::slice::from_raw_parts(from, length) }
}

/// The same, for output.
///
/// # Safety
///
/// As for `between`, and nobody else uses the range meanwhile.
unsafe fn between_mut<'a, T>(from: *mut T, end: *mut T) -> &'a mut [T] {
    let length = (end.addr() - from.addr()) / size_of::<T>();
    if length == 0 {
        return &mut [];
    }
    // SAFETY: as in `between`.
    unsafe { std::slice::from_raw_parts_mut(from, length) }
}

/// `std::codecvt<wchar_t, char, mbstate_t>::out` for UTF-8: converts from `*from` on, moves both pointers on, and keeps a high
/// surrogate that awaits its other half in `*state`. Returns 0 (all converted) or 1 (more room is needed).
///
/// # Safety
///
/// `*from..from_end` and `*to..to_end` are ranges of the caller; `state` is a word that was zero before the first call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn larboard_utf8_out(
    state: &mut u32,
    from: &mut *const u16,
    from_end: *const u16,
    to: &mut *mut u8,
    to_end: *mut u8,
) -> i32 {
    // SAFETY: the caller's ranges.
    let (input, output) = unsafe { (between(*from, from_end), between_mut(*to, to_end)) };
    let (outcome, read, written) = to_utf8(state, input, output);
    *from = from.wrapping_add(read);
    *to = to.wrapping_add(written);
    outcome as i32
}

/// `std::codecvt<wchar_t, char, mbstate_t>::in` for UTF-8: converts from `*from` on, moves both pointers on. Returns 0 (all
/// converted) or 1 (more room is needed, or the input ends within a character).
///
/// # Safety
///
/// As for [`larboard_utf8_out`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn larboard_utf8_in(
    state: &mut u32,
    from: &mut *const u8,
    from_end: *const u8,
    to: &mut *mut u16,
    to_end: *mut u16,
) -> i32 {
    // SAFETY: the caller's ranges.
    let (input, output) = unsafe { (between(*from, from_end), between_mut(*to, to_end)) };
    let (outcome, read, written) = to_utf16(state, input, output);
    *from = from.wrapping_add(read);
    *to = to.wrapping_add(written);
    outcome as i32
}

/// `std::codecvt::length`: how many bytes from `from` on make at most `max` characters.
///
/// # Safety
///
/// `from..end` is a range of the caller; `state` as for [`larboard_utf8_out`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn larboard_utf8_length(
    state: &mut u32,
    from: *const u8,
    end: *const u8,
    max: usize,
) -> i32 {
    // SAFETY: the caller's range.
    let input = unsafe { between(from, end) };
    let (mut used, mut left) = (0, max);
    while left > 0 && (used < input.len() || waiting(*state).is_some()) {
        let mut units = [0; 64];
        let room = left.min(units.len());
        let (_, read, written) = to_utf16(state, &input[used..], &mut units[..room]);
        if read == 0 && written == 0 {
            break;
        }
        used += read;
        left -= written;
    }
    used.try_into().unwrap_or(i32::MAX)
}

/// UTF-16 characters to bytes of that order. Converts from `*from` on, moves both pointers on; 1 if there is no more room.
///
/// # Safety
///
/// `*from..from_end` and `*to..to_end` are ranges of the caller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn larboard_utf16_out(
    big_endian: i32,
    from: &mut *const u16,
    from_end: *const u16,
    to: &mut *mut u8,
    to_end: *mut u8,
) -> i32 {
    // SAFETY: the caller's ranges.
    let (input, output) = unsafe { (between(*from, from_end), between_mut(*to, to_end)) };
    let mut count = 0;
    for (unit, bytes) in input.iter().zip(output.chunks_exact_mut(2)) {
        bytes.copy_from_slice(&if big_endian != 0 {
            unit.to_be_bytes()
        } else {
            unit.to_le_bytes()
        });
        count += 1;
    }
    *from = from.wrapping_add(count);
    *to = to.wrapping_add(2 * count);
    i32::from(count < input.len())
}

/// Bytes of that order to UTF-16 characters. Converts from `*from` on, moves both pointers on; 1 if there is no more room, or
/// half a character is left.
///
/// # Safety
///
/// `*from..from_end` and `*to..to_end` are ranges of the caller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn larboard_utf16_in(
    big_endian: i32,
    from: &mut *const u8,
    from_end: *const u8,
    to: &mut *mut u16,
    to_end: *mut u16,
) -> i32 {
    // SAFETY: the caller's ranges.
    let (input, output) = unsafe { (between(*from, from_end), between_mut(*to, to_end)) };
    let mut count = 0;
    for (bytes, unit) in input.chunks_exact(2).zip(output) {
        let bytes = [bytes[0], bytes[1]];
        *unit = if big_endian != 0 {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        };
        count += 1;
    }
    *from = from.wrapping_add(2 * count);
    *to = to.wrapping_add(count);
    i32::from(2 * count < input.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a가é\u{1F600}한글\u{10ffff}.";

    fn units(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    #[test]
    fn each_cut_of_input_and_output_gives_the_same_bytes() {
        let from = units(TEXT);
        for piece in 1..=from.len() {
            for room in 4..12 {
                let (mut state, mut bytes) = (0, Vec::new());
                for part in from.chunks(piece) {
                    let mut rest = part;
                    loop {
                        let mut to = vec![0; room];
                        let (outcome, read, written) = to_utf8(&mut state, rest, &mut to);
                        bytes.extend_from_slice(&to[..written]);
                        rest = &rest[read..];
                        if outcome == Outcome::Done {
                            break;
                        }
                        assert!(read + written > 0, "no progress");
                    }
                    assert!(rest.is_empty());
                }
                assert_eq!(String::from_utf8(bytes).unwrap(), TEXT);
                assert_eq!(state, 0);
            }
        }
    }

    #[test]
    fn each_room_gives_the_same_units() {
        for room in 1..6 {
            let (mut state, mut found, mut rest) = (0, Vec::new(), TEXT.as_bytes());
            loop {
                let mut to = vec![0; room];
                let (outcome, read, written) = to_utf16(&mut state, rest, &mut to);
                found.extend_from_slice(&to[..written]);
                rest = &rest[read..];
                if outcome == Outcome::Done {
                    break;
                }
            }
            assert_eq!(found, units(TEXT));
        }
    }

    #[test]
    fn a_character_that_is_cut_is_left_for_later() {
        let mut to = [0; 8];
        assert_eq!(
            to_utf16(&mut 0, &"가나".as_bytes()[..5], &mut to),
            (Outcome::Partial, 3, 1)
        );
    }

    #[test]
    fn what_is_no_utf8_survives() {
        let bytes = b"\xb0\xa1 \xed\xa0\x80 \xff\xc0\x80 \xf0\x90.";
        let (mut to, mut back) = ([0; 32], [0; 32]);
        let (outcome, _, written) = to_utf16(&mut 0, bytes, &mut to);
        assert_eq!(outcome, Outcome::Done);
        let (outcome, _, length) = to_utf8(&mut 0, &to[..written], &mut back);
        assert_eq!((outcome, &back[..length]), (Outcome::Done, &bytes[..]));
    }

    #[test]
    fn a_high_surrogate_alone_is_replaced() {
        let mut to = [0; 16];
        let (_, _, written) = to_utf8(&mut 0, &[0xd800, 0x41, 0xd801, 0xd83d, 0xde00], &mut to);
        assert_eq!(
            std::str::from_utf8(&to[..written]).unwrap(),
            "\u{fffd}A\u{fffd}\u{1f600}"
        );
    }

    #[test]
    fn length_counts_the_bytes_of_so_many_units() {
        let bytes = "a가\u{1f600}b".as_bytes().as_ptr_range();
        let length = |max| {
            // SAFETY: a range of one string.
            unsafe { larboard_utf8_length(&mut 0, bytes.start, bytes.end, max) }
        };
        assert_eq!([0, 1, 2, 3, 4, 5, 9].map(length), [0, 1, 4, 8, 8, 9, 9]);
    }
}
