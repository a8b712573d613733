//! What the wide `ctype` facet asks: the class of a character and its other case, as Unicode has them, in every locale.

/// One bit per class; the same numbers as `LARBOARD_CLASS_*` in `include/larboard/cxx/convert.h`.
mod class {
    pub(super) const UPPER: u32 = 1;
    pub(super) const LOWER: u32 = 2;
    pub(super) const ALPHA: u32 = 4;
    pub(super) const DIGIT: u32 = 8;
    pub(super) const XDIGIT: u32 = 16;
    pub(super) const SPACE: u32 = 32;
    pub(super) const PRINT: u32 = 64;
    pub(super) const CNTRL: u32 = 128;
    pub(super) const PUNCT: u32 = 256;
    pub(super) const BLANK: u32 = 512;
}

/// The classes of a UTF-16 unit. Half of a surrogate pair has none.
#[unsafe(no_mangle)]
pub extern "C" fn larboard_wide_class(unit: u16) -> u32 {
    let Some(letter) = char::from_u32(unit.into()) else {
        return 0;
    };
    let blank = letter == '\t'
        || letter.is_whitespace()
            && !letter.is_control()
            && !matches!(letter, '\u{2028}' | '\u{2029}');
    let (alpha, digit) = (letter.is_alphabetic(), letter.is_ascii_digit());
    let print = !letter.is_control();
    let set = |holds: bool, bit: u32| if holds { bit } else { 0 };
    set(letter.is_uppercase(), class::UPPER)
        | set(letter.is_lowercase(), class::LOWER)
        | set(alpha, class::ALPHA)
        | set(digit, class::DIGIT)
        | set(letter.is_ascii_hexdigit(), class::XDIGIT)
        | set(
            letter.is_whitespace() && letter != '\u{85}' || letter == '\u{b}',
            class::SPACE,
        )
        | set(print, class::PRINT)
        | set(letter.is_control(), class::CNTRL)
        | set(
            print && !alpha && !digit && !letter.is_whitespace(),
            class::PUNCT,
        )
        | set(blank, class::BLANK)
}

/// The capital letter of a UTF-16 unit, or the unit if there is none of one unit.
#[unsafe(no_mangle)]
pub extern "C" fn larboard_wide_upper(unit: u16) -> u16 {
    other_case(unit, |letter| single(letter.to_uppercase()))
}

/// The small letter of a UTF-16 unit, or the unit if there is none of one unit.
#[unsafe(no_mangle)]
pub extern "C" fn larboard_wide_lower(unit: u16) -> u16 {
    other_case(unit, |letter| single(letter.to_lowercase()))
}

fn other_case(unit: u16, change: impl Fn(char) -> Option<char>) -> u16 {
    let changed = char::from_u32(unit.into()).and_then(change);
    changed
        .and_then(|letter| u32::from(letter).try_into().ok())
        .unwrap_or(unit)
}

fn single(mut letters: impl Iterator<Item = char>) -> Option<char> {
    let first = letters.next();
    if letters.next().is_some() {
        None
    } else {
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_cases() {
        let is = |letter: char, bit| larboard_wide_class(letter as u16) & bit != 0;
        assert!(
            is('A', class::UPPER)
                && is('A', class::ALPHA)
                && is('A', class::XDIGIT)
                && !is('A', class::LOWER)
        );
        assert!(is('가', class::ALPHA) && is('가', class::PRINT) && !is('가', class::PUNCT));
        assert!(is('7', class::DIGIT) && !is('7', class::ALPHA) && is('!', class::PUNCT));
        assert!(
            is(' ', class::SPACE)
                && is(' ', class::BLANK)
                && is('\n', class::SPACE)
                && !is('\n', class::BLANK)
        );
        assert!(is('\u{3000}', class::SPACE) && is('\t', class::CNTRL));
        assert_eq!(larboard_wide_class(0xd800), 0);
        let case = |letter: char| {
            (
                larboard_wide_upper(letter as u16),
                larboard_wide_lower(letter as u16),
            )
        };
        assert_eq!(case('é'), ('É' as u16, 'é' as u16));
        assert_eq!(case('가'), ('가' as u16, '가' as u16));
        assert_eq!(case('ß'), ('ß' as u16, 'ß' as u16));
    }
}
