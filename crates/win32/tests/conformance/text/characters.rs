//! Characters: case, kinds, steps.

use crate::common::w::Win32::UI::WindowsAndMessaging::{
    CharLowerBuffA, CharLowerW, CharNextA, CharNextW, CharPrevA, CharPrevW, CharUpperA, CharUpperW,
    IsCharAlphaA, IsCharAlphaNumericW, IsCharAlphaW, IsCharUpperA, IsCharUpperW,
};
use crate::common::wide;

/// TXT-09: Case changes in place, or for one character that stands in place of the pointer.
#[test]
fn txt_09_case() {
    let mut text = wide("Anker öl 닻");
    let at = text.as_mut_ptr();
    assert_eq!(call!(CharUpperW(at)), at);
    assert_eq!(text, wide("ANKER ÖL 닻"));
    assert_eq!(call!(CharLowerW(at)), at);
    assert_eq!(text, wide("anker öl 닻"));
    let character = std::ptr::without_provenance_mut(usize::from(b'q'));
    assert_eq!(call!(CharUpperA(character)).addr(), usize::from(b'Q'));
    let mut bytes = *b"ABC";
    assert_eq!(call!(CharLowerBuffA(bytes.as_mut_ptr(), 2)), 2);
    assert_eq!(&bytes, b"abC");
}

/// TXT-09: Letters, digits and capital letters are told apart.
#[test]
fn txt_09_kinds() {
    let unit = |text: &str| wide(text)[0];
    assert_ne!(call!(IsCharAlphaW(unit("닻"))), 0);
    assert_eq!(call!(IsCharAlphaW(unit("7"))), 0);
    assert_ne!(call!(IsCharAlphaNumericW(unit("7"))), 0);
    assert_ne!(call!(IsCharUpperW(unit("Ö"))), 0);
    assert_ne!(call!(IsCharAlphaA(b'x' as i8)), 0);
    assert_eq!(call!(IsCharUpperA(b'x' as i8)), 0);
}

/// TXT-10: The next character of the end is the end, the previous one of the start the start.
#[test]
fn txt_10_steps() {
    let text = wide("ab");
    let start = text.as_ptr();
    let second = call!(CharNextW(start)).cast_const();
    assert_eq!(second, start.wrapping_add(1));
    let end = call!(CharNextW(second)).cast_const();
    assert_eq!(call!(CharNextW(end)).cast_const(), end);
    assert_eq!(call!(CharPrevW(start, second)).cast_const(), start);
    assert_eq!(call!(CharPrevW(start, start)).cast_const(), start);
}

/// TXT-10: In narrow text the steps are whole characters; narrow text is UTF-8 here.
#[cfg(not(windows))]
#[test]
fn txt_10_steps_in_narrow_text() {
    let text = c"a\xEB\x8B\xBBb";
    let start: *const u8 = text.as_ptr().cast();
    let anchor = call!(CharNextA(start)).cast_const();
    let last = call!(CharNextA(anchor)).cast_const();
    assert_eq!(
        (anchor.addr() - start.addr(), last.addr() - start.addr()),
        (1, 4)
    );
    assert_eq!(call!(CharPrevA(start, last)).cast_const(), anchor);
    let end = call!(CharNextA(last)).cast_const();
    assert_eq!(call!(CharNextA(end)).cast_const(), end);
}
