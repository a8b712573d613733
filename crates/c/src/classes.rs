//! What kind of character something is, and its case: of Unicode, as on Windows.
//!
//! Where no locale is set, letters beyond ASCII have no case in `towlower` and `towupper`, and so in comparisons without
//! regard to case: as on Windows in the "C" locale.

use crate::locale;

fn character(unit: u16) -> Option<char> {
    char::from_u32(unit.into())
}

/// Lower case, if it is one unit as well.
pub(crate) fn to_lower(unit: u16) -> u16 {
    if let Ok(byte) = u8::try_from(unit)
        && byte.is_ascii()
    {
        return byte.to_ascii_lowercase().into();
    }
    if locale::is_c() {
        unit
    } else {
        only(character(unit).map(char::to_lowercase), unit)
    }
}

/// Upper case, if it is one unit as well.
pub(crate) fn to_upper(unit: u16) -> u16 {
    if let Ok(byte) = u8::try_from(unit)
        && byte.is_ascii()
    {
        return byte.to_ascii_uppercase().into();
    }
    if locale::is_c() {
        unit
    } else {
        only(character(unit).map(char::to_uppercase), unit)
    }
}

fn only(characters: Option<impl Iterator<Item = char>>, otherwise: u16) -> u16 {
    let Some(mut characters) = characters else {
        return otherwise;
    };
    match (characters.next(), characters.next()) {
        (Some(one), None) => u16::try_from(u32::from(one)).unwrap_or(otherwise),
        _ => otherwise,
    }
}

const UPPER: u16 = 0x1;
const LOWER: u16 = 0x2;
const DIGIT: u16 = 0x4;
const SPACE: u16 = 0x8;
const PUNCT: u16 = 0x10;
const CONTROL: u16 = 0x20;
const BLANK: u16 = 0x40;
const HEX: u16 = 0x80;
const ALPHA: u16 = 0x100;

/// The classes a character belongs to, in Microsoft's bits.
fn classes(unit: u16) -> u16 {
    let Some(character) = character(unit) else {
        return 0;
    };
    let mut bits = 0;
    let mut set = |bit: u16, holds: bool| bits |= if holds { bit } else { 0 };
    let letter = character.is_alphabetic();
    let space = matches!(character, '\t'..='\r' | '\u{85}')
        || (character.is_whitespace() && !character.is_control());
    set(UPPER, character.is_uppercase());
    set(LOWER, character.is_lowercase());
    set(DIGIT, character.is_ascii_digit());
    set(SPACE, space);
    set(CONTROL, character.is_control());
    set(
        BLANK,
        matches!(character, ' ' | '\t' | '\u{a0}' | '\u{3000}'),
    );
    set(HEX, character.is_ascii_hexdigit());
    set(ALPHA, letter);
    let graphic = !space && !character.is_control() && !letter && !character.is_ascii_digit();
    set(PUNCT, graphic && unit < 0xfffe);
    bits
}

/// The classes behind the names of `wctype`. A name without meaning is 0.
const NAMES: [(&str, u16); 12] = [
    ("alnum", ALPHA | DIGIT),
    ("alpha", ALPHA),
    ("blank", BLANK),
    ("cntrl", CONTROL),
    ("digit", DIGIT),
    ("graph", PUNCT | ALPHA | DIGIT),
    ("lower", LOWER),
    ("print", PUNCT | ALPHA | DIGIT | PRINTED_BLANK),
    ("punct", PUNCT),
    ("space", SPACE),
    ("upper", UPPER),
    ("xdigit", HEX),
];

/// Marks the class of what is printed: a space belongs to it.
const PRINTED_BLANK: u16 = 0x8000;

fn is(unit: u16, wanted: u16) -> bool {
    let bits = classes(unit);
    let blank = wanted & PRINTED_BLANK != 0 && bits & SPACE != 0 && bits & CONTROL == 0;
    bits & wanted & !PRINTED_BLANK != 0 || blank
}

/// `wctype`: the class of a name for `iswctype`, 0 for a name without meaning.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wctype(name: *const u8) -> u64 {
    // SAFETY: the caller gives text with its terminator.
    let name = unsafe { crate::unit::text(name) };
    NAMES
        .iter()
        .find(|(known, _)| known.as_bytes() == name)
        .map_or(0, |(_, class)| u64::from(*class))
}

/// `iswctype`: whether a character belongs to a class of `wctype`.
#[unsafe(no_mangle)]
extern "C" fn larboard_iswctype(unit: u16, class: u64) -> i32 {
    i32::from(u16::try_from(class).is_ok_and(|class| is(unit, class)))
}

/// `towctrans`, with 1 for `toupper` and 2 for `tolower` from `wctrans`.
#[unsafe(no_mangle)]
extern "C" fn larboard_towctrans(unit: u16, mapping: u64) -> u16 {
    match mapping {
        1 => to_upper(unit),
        2 => to_lower(unit),
        _ => unit,
    }
}

/// `wctrans`: 0 for a name without meaning.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_wctrans(name: *const u8) -> u64 {
    // SAFETY: the caller gives text with its terminator.
    match unsafe { crate::unit::text(name) } {
        b"toupper" => 1,
        b"tolower" => 2,
        _ => 0,
    }
}

/// `towlower`: of ASCII without a locale, of Unicode with one.
#[unsafe(no_mangle)]
extern "C" fn larboard_towlower(unit: u16) -> u16 {
    to_lower(unit)
}

/// `towupper`: as `towlower`.
#[unsafe(no_mangle)]
extern "C" fn larboard_towupper(unit: u16) -> u16 {
    to_upper(unit)
}

macro_rules! classified {
    ($($name:ident $class:expr;)*) => {$(
        /// Whether a character belongs to the class in the function's name.
        #[unsafe(no_mangle)]
        extern "C" fn $name(unit: u16) -> i32 {
            i32::from(is(unit, $class))
        }
    )*};
}

classified! {
    larboard_iswalnum ALPHA | DIGIT;
    larboard_iswalpha ALPHA;
    larboard_iswblank BLANK;
    larboard_iswcntrl CONTROL;
    larboard_iswdigit DIGIT;
    larboard_iswgraph PUNCT | ALPHA | DIGIT;
    larboard_iswlower LOWER;
    larboard_iswprint PUNCT | ALPHA | DIGIT | PRINTED_BLANK;
    larboard_iswpunct PUNCT;
    larboard_iswspace SPACE;
    larboard_iswupper UPPER;
    larboard_iswxdigit HEX;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_wide_characters() {
        let all = |text: &str, class| text.encode_utf16().all(|unit| is(unit, class));
        assert!(all("aZ한字é", ALPHA) && all("09", DIGIT) && all(" \t\n\u{3000}", SPACE));
        assert!(!is(u16::from(b' '), PUNCT) && all("!,~、", PUNCT));
        assert!(is(u16::from(b' '), NAMES[7].1) && !is(u16::from(b'\t'), NAMES[7].1));
        assert_eq!(classes(0xd800), 0);
    }

    #[test]
    fn case_of_ascii() {
        assert_eq!(
            (to_lower(u16::from(b'A')), to_upper(u16::from(b'z'))),
            (97, 90)
        );
    }
}
