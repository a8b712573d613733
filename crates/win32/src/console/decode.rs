//! Keys from what a terminal sends: characters in UTF-8, and sequences for the keys that have none.

use windows_sys::Win32::System::Console::{
    ENHANCED_KEY, LEFT_ALT_PRESSED, LEFT_CTRL_PRESSED, SHIFT_PRESSED,
};
use windows_sys::Win32::UI::Input::KeyboardAndMouse::{
    VIRTUAL_KEY, VK_BACK, VK_DELETE, VK_DOWN, VK_END, VK_ESCAPE, VK_F1, VK_F2, VK_F3, VK_F4, VK_F5,
    VK_F6, VK_F7, VK_F8, VK_F9, VK_F10, VK_F11, VK_F12, VK_HOME, VK_INSERT, VK_LEFT, VK_NEXT,
    VK_PRIOR, VK_RETURN, VK_RIGHT, VK_SPACE, VK_TAB, VK_UP,
};

/// One key that was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The character, NUL for keys that have none. Enter is a carriage return, backspace `\x08`.
    pub character: char,
    /// Windows' number of the key (`VK_…`), 0 for characters that no key of an American keyboard has.
    pub virtual_key: u16,
    /// The number that the keyboard of a PC has for it: what `_getch` tells behind 0 or 0xE0.
    pub scan_code: u16,
    /// Which of Shift, Ctrl and Alt were held (`SHIFT_PRESSED` …), and `ENHANCED_KEY` for the grey keys.
    pub state: u32,
}

/// Keys without a character: the end of their sequence, the number of the key, that of the keyboard, grey or not.
const KEYS: [(&str, VIRTUAL_KEY, u16, bool); 34] = [
    ("A", VK_UP, 72, true),
    ("B", VK_DOWN, 80, true),
    ("C", VK_RIGHT, 77, true),
    ("D", VK_LEFT, 75, true),
    ("H", VK_HOME, 71, true),
    ("F", VK_END, 79, true),
    ("1~", VK_HOME, 71, true),
    ("7~", VK_HOME, 71, true),
    ("2~", VK_INSERT, 82, true),
    ("3~", VK_DELETE, 83, true),
    ("4~", VK_END, 79, true),
    ("8~", VK_END, 79, true),
    ("5~", VK_PRIOR, 73, true),
    ("6~", VK_NEXT, 81, true),
    ("P", VK_F1, 59, false),
    ("Q", VK_F2, 60, false),
    ("R", VK_F3, 61, false),
    ("S", VK_F4, 62, false),
    ("11~", VK_F1, 59, false),
    ("12~", VK_F2, 60, false),
    ("13~", VK_F3, 61, false),
    ("14~", VK_F4, 62, false),
    ("15~", VK_F5, 63, false),
    ("17~", VK_F6, 64, false),
    ("18~", VK_F7, 65, false),
    ("19~", VK_F8, 66, false),
    ("20~", VK_F9, 67, false),
    ("21~", VK_F10, 68, false),
    ("23~", VK_F11, 133, false),
    ("24~", VK_F12, 134, false),
    ("[A", VK_F1, 59, false),
    ("[B", VK_F2, 60, false),
    ("[C", VK_F3, 61, false),
    ("[D", VK_F4, 62, false),
];

/// Letters and digits in the order of an American keyboard, with the number of the first of each row.
const ROWS: [(u16, &str); 4] = [
    (2, "1234567890"),
    (16, "QWERTYUIOP"),
    (30, "ASDFGHJKL"),
    (44, "ZXCVBNM"),
];

/// The next key. `next` gives the next byte if there is one now; `soon` waits a moment for it, since the bytes of one key
/// come together.
pub(super) fn key(
    mut next: impl FnMut() -> Option<u8>,
    mut soon: impl FnMut() -> Option<u8>,
) -> Option<Key> {
    let first = next()?;
    if first != 0x1B {
        return Some(character(first, &mut soon));
    }
    Some(match soon() {
        None => plain('\x1B', VK_ESCAPE, 1, 0),
        Some(b'[' | b'O') => sequence(&mut soon),
        Some(0x1B) => plain('\x1B', VK_ESCAPE, 1, 0),
        Some(byte) => {
            let mut key = character(byte, &mut soon);
            key.state |= LEFT_ALT_PRESSED;
            key
        }
    })
}

fn plain(character: char, virtual_key: u16, scan_code: u16, state: u32) -> Key {
    Key {
        character,
        virtual_key,
        scan_code,
        state,
    }
}

/// A key of a sequence whose beginning has been read: parameters, then a letter or `~`. One that nobody knows is no key.
fn sequence(soon: &mut impl FnMut() -> Option<u8>) -> Key {
    const LONGEST: usize = 16;
    let mut body = String::new();
    while body.len() < LONGEST {
        let Some(byte) = soon() else { break };
        body.push(byte.into());
        let goes_on = byte.is_ascii_digit() || byte == b';' || (byte == b'[' && body.len() == 1);
        if !goes_on {
            break;
        }
    }
    let (name, modifier) = match body.split_once(';') {
        Some((name, rest)) => {
            let (modifier, end) = rest.split_at(rest.len().saturating_sub(1));
            let name = if end == "~" || name != "1" { name } else { "" };
            (format!("{name}{end}"), modifier.parse().unwrap_or(1))
        }
        None => (body, 1u32),
    };
    let held = modifier.saturating_sub(1);
    let bit = |bit: u32, state: u32| if held & bit != 0 { state } else { 0 };
    let state = bit(1, SHIFT_PRESSED) | bit(2, LEFT_ALT_PRESSED) | bit(4, LEFT_CTRL_PRESSED);
    match KEYS.iter().find(|(end, ..)| *end == name) {
        Some(&(_, virtual_key, scan_code, grey)) => {
            let grey = if grey { ENHANCED_KEY } else { 0 };
            plain('\0', virtual_key, scan_code, state | grey)
        }
        None if name == "Z" => plain('\t', VK_TAB, 15, SHIFT_PRESSED),
        None => plain('\0', 0, 0, state),
    }
}

/// The key of a character whose first byte has been read.
fn character(first: u8, soon: &mut impl FnMut() -> Option<u8>) -> Key {
    match first {
        b'\r' | b'\n' => return plain('\r', VK_RETURN, 28, 0),
        b'\t' => return plain('\t', VK_TAB, 15, 0),
        0x7F | 0x08 => return plain('\x08', VK_BACK, 14, 0),
        b' ' => return plain(' ', VK_SPACE, 57, 0),
        1..=26 => {
            let letter = char::from(first - 1 + b'A');
            return plain(
                first.into(),
                letter as u16,
                scan_code(letter),
                LEFT_CTRL_PRESSED,
            );
        }
        _ => {}
    }
    let length = match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => 1,
    };
    let mut bytes = vec![first];
    while bytes.len() < length {
        match soon() {
            Some(byte) => bytes.push(byte),
            None => break,
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    let character = text.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER);
    let upper = character.to_ascii_uppercase();
    let shift = if character.is_ascii_uppercase() {
        SHIFT_PRESSED
    } else {
        0
    };
    let virtual_key = if upper.is_ascii_alphanumeric() {
        upper as u16
    } else {
        0
    };
    plain(character, virtual_key, scan_code(upper), shift)
}

fn scan_code(upper: char) -> u16 {
    let in_row = |(first, row): &(u16, &str)| Some(first + row.find(upper)? as u16);
    ROWS.iter().find_map(in_row).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::VecDeque;

    use super::*;

    fn keys(bytes: &[u8]) -> Vec<Key> {
        let bytes: RefCell<VecDeque<u8>> = RefCell::new(bytes.iter().copied().collect());
        let next = || bytes.borrow_mut().pop_front();
        std::iter::from_fn(|| key(next, next)).collect()
    }

    #[test]
    fn characters_and_their_keys() {
        let pressed = keys("aQ닻\r\x7F\x03".as_bytes());
        let characters: String = pressed.iter().map(|key| key.character).collect();
        assert_eq!(characters, "aQ닻\r\x08\x03");
        let numbers: Vec<u16> = pressed.iter().map(|key| key.virtual_key).collect();
        assert_eq!(numbers, [65, 81, 0, VK_RETURN, VK_BACK, 67]);
        assert_eq!(pressed[1].state, SHIFT_PRESSED);
        assert_eq!(pressed[5].state, LEFT_CTRL_PRESSED);
        assert_eq!(pressed[0].scan_code, 30);
    }

    #[test]
    fn sequences() {
        let pressed = keys(b"\x1B[A\x1BOP\x1B[3~\x1B[1;5C\x1B[15;2~\x1B");
        let numbers: Vec<u16> = pressed.iter().map(|key| key.virtual_key).collect();
        assert_eq!(
            numbers,
            [VK_UP, VK_F1, VK_DELETE, VK_RIGHT, VK_F5, VK_ESCAPE]
        );
        assert_eq!(pressed[3].state, LEFT_CTRL_PRESSED | ENHANCED_KEY);
        assert_eq!(pressed[4].state, SHIFT_PRESSED);
        assert_eq!((pressed[0].character, pressed[0].scan_code), ('\0', 72));
    }
}
