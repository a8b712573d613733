//! Between narrow and wide text.

use std::ptr::{null, null_mut};

use crate::common::w::Win32::Foundation::{
    ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_FLAGS, ERROR_INVALID_PARAMETER,
    ERROR_NO_UNICODE_TRANSLATION,
};
use crate::common::w::Win32::Globalization::{
    CP_ACP, CP_UTF7, CP_UTF8, CPINFO, GetCPInfo, IsDBCSLeadByteEx, IsValidCodePage,
    MB_ERR_INVALID_CHARS, MB_PRECOMPOSED, MultiByteToWideChar, WC_ERR_INVALID_CHARS,
    WC_NO_BEST_FIT_CHARS, WideCharToMultiByte,
};
use crate::common::{SENTINEL, last_error, set_last_error};

const KOREAN: u32 = 949;

/// The wide text of bytes, or the error.
fn widen(page: u32, flags: u32, bytes: &[u8]) -> Result<String, u32> {
    let mut units = [0; 64];
    let (length, capacity) = (bytes.len() as i32, units.len() as i32);
    let written = call!(MultiByteToWideChar(
        page,
        flags,
        bytes.as_ptr(),
        length,
        units.as_mut_ptr(),
        capacity
    ));
    match written {
        0 => Err(last_error()),
        written => Ok(String::from_utf16_lossy(&units[..written as usize])),
    }
}

/// The bytes of wide text, or the error.
fn narrow(page: u32, flags: u32, units: &[u16]) -> Result<Vec<u8>, u32> {
    let mut bytes = [0; 64];
    let (length, capacity) = (units.len() as i32, bytes.len() as i32);
    let written = call!(WideCharToMultiByte(
        page,
        flags,
        units.as_ptr(),
        length,
        bytes.as_mut_ptr(),
        capacity,
        null(),
        null_mut()
    ));
    match written {
        0 => Err(last_error()),
        written => Ok(bytes[..written as usize].to_vec()),
    }
}

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

/// TXT-01: Text goes from narrow to wide and back, in UTF-8 and in the code pages of Korea and the West.
#[test]
fn txt_01_text_goes_out_and_comes_back() {
    for (page, bytes, text) in [
        (CP_UTF8, "닻 🚢".as_bytes(), "닻 🚢"),
        (KOREAN, b"\xB4\xE9 \x94\xEE!", "닻 뷁!"),
        (1252, b"\x80 \xF6", "€ ö"),
        (932, b"\x93\xFA\x96{", "日本"),
    ] {
        assert_eq!(widen(page, 0, bytes).as_deref(), Ok(text), "{page}");
        assert_eq!(
            narrow(page, 0, &units(text)).as_deref(),
            Ok(bytes),
            "{page}"
        );
    }
}

/// TXT-02: A length of -1 counts and converts the terminator; without a buffer the length needed is told; text with a
/// length may contain zeros.
#[test]
fn txt_02_lengths_and_size_queries() {
    let text = c"anchor \xE2\x9A\x93".to_bytes_with_nul();
    let needed = call!(MultiByteToWideChar(
        CP_UTF8,
        0,
        text.as_ptr(),
        -1,
        null_mut(),
        0
    ));
    assert_eq!(needed, 9);
    let counted = call!(MultiByteToWideChar(
        CP_UTF8,
        0,
        text.as_ptr(),
        6,
        null_mut(),
        0
    ));
    assert_eq!(counted, 6);
    let wide = crate::common::wide("anchor ⚓");
    let needed = call!(WideCharToMultiByte(
        CP_UTF8,
        0,
        wide.as_ptr(),
        -1,
        null_mut(),
        0,
        null(),
        null_mut()
    ));
    assert_eq!(needed, 11);
    assert_eq!(widen(CP_UTF8, 0, b"a\0b").as_deref(), Ok("a\0b"));
}

/// TXT-03: Bytes that are no character become U+FFFD in UTF-8; with MB_ERR_INVALID_CHARS the conversion fails. Single
/// surrogates likewise, with WC_ERR_INVALID_CHARS.
#[test]
fn txt_03_bytes_that_are_no_character() {
    assert_eq!(widen(CP_UTF8, 0, b"a\xFFb").as_deref(), Ok("a\u{FFFD}b"));
    for page in [CP_UTF8, KOREAN] {
        let outcome = widen(page, MB_ERR_INVALID_CHARS, b"a\xFFb");
        assert_eq!(outcome, Err(ERROR_NO_UNICODE_TRANSLATION), "{page}");
    }
    let single = [0x61, 0xD83D, 0x62];
    assert_eq!(
        narrow(CP_UTF8, 0, &single).as_deref(),
        Ok("a\u{FFFD}b".as_bytes())
    );
    assert_eq!(
        narrow(CP_UTF8, WC_ERR_INVALID_CHARS, &single),
        Err(ERROR_NO_UNICODE_TRANSLATION)
    );
}

/// TXT-04: What a code page has not becomes the default character, which the caller may name, and the caller is told.
#[test]
fn txt_04_default_characters() {
    let convert = |text: &str, default: *const u8| {
        let (text, mut bytes, mut used) = (units(text), [0; 16], -1);
        let length = text.len() as i32;
        let written = call!(WideCharToMultiByte(
            1252,
            WC_NO_BEST_FIT_CHARS,
            text.as_ptr(),
            length,
            bytes.as_mut_ptr(),
            16,
            default,
            &mut used
        ));
        (bytes[..written as usize].to_vec(), used)
    };
    assert_eq!(convert("a닻", null()), (b"a?".to_vec(), 1));
    assert_eq!(convert("a닻", c"#".as_ptr().cast()), (b"a#".to_vec(), 1));
    assert_eq!(convert("ab", null()), (b"ab".to_vec(), 0));
    let text = units("a");
    let refused = call!(WideCharToMultiByte(
        CP_UTF8,
        0,
        text.as_ptr(),
        1,
        null_mut(),
        0,
        c"#".as_ptr().cast(),
        null_mut()
    ));
    assert_eq!((refused, last_error()), (0, ERROR_INVALID_PARAMETER));
}

/// TXT-05: A short buffer gets the beginning and an error; null pointers, bad lengths, one buffer for both, unknown code
/// pages and flags are refused; success leaves the last error alone.
#[test]
fn txt_05_errors_of_conversion() {
    let mut short = [0u16; 2];
    let written = call!(MultiByteToWideChar(
        CP_UTF8,
        0,
        c"abc".as_ptr().cast(),
        3,
        short.as_mut_ptr(),
        2
    ));
    assert_eq!((written, last_error()), (0, ERROR_INSUFFICIENT_BUFFER));
    assert_eq!(short, [0x61, 0x62]);

    assert_eq!(widen(CP_UTF8, 0, b""), Err(ERROR_INVALID_PARAMETER));
    assert_eq!(widen(123_456, 0, b"a"), Err(ERROR_INVALID_PARAMETER));
    assert_eq!(
        widen(CP_UTF8, MB_PRECOMPOSED, b"a"),
        Err(ERROR_INVALID_FLAGS)
    );
    assert_eq!(widen(KOREAN, 0x8000, b"a"), Err(ERROR_INVALID_FLAGS));
    assert_eq!(widen(KOREAN, MB_PRECOMPOSED, b"a").as_deref(), Ok("a"));
    assert_eq!(widen(CP_ACP, MB_PRECOMPOSED, b"a").as_deref(), Ok("a"));
    assert_eq!(
        narrow(KOREAN, WC_ERR_INVALID_CHARS, &[0x61]),
        Err(ERROR_INVALID_FLAGS)
    );
    let (nothing, mut buffer) = (null::<u8>(), [0u16; 2]);
    let written = call!(MultiByteToWideChar(
        CP_UTF8,
        0,
        nothing,
        1,
        buffer.as_mut_ptr(),
        2
    ));
    assert_eq!((written, last_error()), (0, ERROR_INVALID_PARAMETER));
    let same = buffer.as_mut_ptr();
    let written = call!(MultiByteToWideChar(CP_UTF8, 0, same.cast(), 2, same, 2));
    assert_eq!((written, last_error()), (0, ERROR_INVALID_PARAMETER));

    set_last_error(SENTINEL);
    assert!(widen(CP_UTF8, 0, b"a").is_ok());
    assert_eq!(last_error(), SENTINEL);
}

/// TXT-06: Code pages are known by number, with their longest character and their lead bytes; aliases are none.
#[test]
fn txt_06_code_pages() {
    for page in [KOREAN, CP_UTF8, 1252, 932, 936, 950, 20127, 28591] {
        assert_ne!(call!(IsValidCodePage(page)), 0, "{page}");
    }
    assert_eq!(call!(IsValidCodePage(CP_ACP)), 0);
    assert_eq!(call!(IsValidCodePage(12)), 0);
    for (page, longest) in [(KOREAN, 2), (CP_UTF8, 4), (1252, 1)] {
        let mut info = CPINFO::default();
        assert_ne!(call!(GetCPInfo(page, &mut info)), 0);
        assert_eq!(info.MaxCharSize, longest, "{page}");
        assert_eq!(info.DefaultChar[0], b'?');
    }
    assert_eq!(call!(GetCPInfo(12, &mut CPINFO::default())), 0);
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
    assert_ne!(call!(IsDBCSLeadByteEx(KOREAN, 0xB4)), 0);
    assert_eq!(call!(IsDBCSLeadByteEx(KOREAN, b'a')), 0);
    assert_eq!(call!(IsDBCSLeadByteEx(1252, 0xB4)), 0);
}

/// TXT-05: UTF-7 is not to be had here.
#[cfg(not(windows))]
#[test]
fn txt_05_utf_7_is_refused() {
    assert_eq!(widen(CP_UTF7, 0, b"a"), Err(ERROR_INVALID_PARAMETER));
}
