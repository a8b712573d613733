//! Characters: case, kinds, and the next one of a string (TXT).
//!
//! Narrow text is UTF-8: a narrow character may be longer than a byte. Where a change of case would change the length,
//! the character stays as it is.

use windows_sys::Win32::Foundation::FALSE;
use windows_sys::core::{BOOL, PCSTR, PCWSTR, PSTR, PWSTR};

use crate::guard::{infallible, is_bad};

/// Makes a string upper case in place, or the single character that stands in place of a pointer.
///
/// # Safety
/// The string is a character, or ends with 0 and may be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharUpperA(lpsz: PSTR) -> PSTR {
    infallible(lpsz, || {
        if lpsz.addr() >> 16 == 0 {
            let character = lpsz.addr() as u16;
            return std::ptr::without_provenance_mut(upper(character).into());
        }
        // SAFETY: this function's contract.
        unsafe { narrow::change(lpsz, None, upper) };
        lpsz
    })
}

/// Makes `cchlength` units of text upper case in place: the number of units.
///
/// # Safety
/// The text is null or valid for its length.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharUpperBuffA(lpsz: PSTR, cchlength: u32) -> u32 {
    infallible(0, || {
        if is_bad(lpsz) {
            return 0;
        }
        // SAFETY: this function's contract.
        unsafe { narrow::change(lpsz, Some(cchlength as usize), upper) };
        cchlength
    })
}

/// Makes a string upper case in place, or the single character that stands in place of a pointer.
///
/// # Safety
/// The string is a character, or ends with 0 and may be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharUpperW(lpsz: PWSTR) -> PWSTR {
    infallible(lpsz, || {
        if lpsz.addr() >> 16 == 0 {
            let character = lpsz.addr() as u16;
            return std::ptr::without_provenance_mut(upper(character).into());
        }
        // SAFETY: this function's contract.
        unsafe { wide::change(lpsz, None, upper) };
        lpsz
    })
}

/// Makes `cchlength` units of text upper case in place: the number of units.
///
/// # Safety
/// The text is null or valid for its length.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharUpperBuffW(lpsz: PWSTR, cchlength: u32) -> u32 {
    infallible(0, || {
        if is_bad(lpsz) {
            return 0;
        }
        // SAFETY: this function's contract.
        unsafe { wide::change(lpsz, Some(cchlength as usize), upper) };
        cchlength
    })
}

/// Makes a string lower case in place, or the single character that stands in place of a pointer.
///
/// # Safety
/// The string is a character, or ends with 0 and may be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharLowerA(lpsz: PSTR) -> PSTR {
    infallible(lpsz, || {
        if lpsz.addr() >> 16 == 0 {
            let character = lpsz.addr() as u16;
            return std::ptr::without_provenance_mut(lower(character).into());
        }
        // SAFETY: this function's contract.
        unsafe { narrow::change(lpsz, None, lower) };
        lpsz
    })
}

/// Makes `cchlength` units of text lower case in place: the number of units.
///
/// # Safety
/// The text is null or valid for its length.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharLowerBuffA(lpsz: PSTR, cchlength: u32) -> u32 {
    infallible(0, || {
        if is_bad(lpsz) {
            return 0;
        }
        // SAFETY: this function's contract.
        unsafe { narrow::change(lpsz, Some(cchlength as usize), lower) };
        cchlength
    })
}

/// Makes a string lower case in place, or the single character that stands in place of a pointer.
///
/// # Safety
/// The string is a character, or ends with 0 and may be written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharLowerW(lpsz: PWSTR) -> PWSTR {
    infallible(lpsz, || {
        if lpsz.addr() >> 16 == 0 {
            let character = lpsz.addr() as u16;
            return std::ptr::without_provenance_mut(lower(character).into());
        }
        // SAFETY: this function's contract.
        unsafe { wide::change(lpsz, None, lower) };
        lpsz
    })
}

/// Makes `cchlength` units of text lower case in place: the number of units.
///
/// # Safety
/// The text is null or valid for its length.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharLowerBuffW(lpsz: PWSTR, cchlength: u32) -> u32 {
    infallible(0, || {
        if is_bad(lpsz) {
            return 0;
        }
        // SAFETY: this function's contract.
        unsafe { wide::change(lpsz, Some(cchlength as usize), lower) };
        cchlength
    })
}

/// Whether a byte is a letter. Only ASCII is: other characters are longer.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsCharAlphaA(ch: i8) -> BOOL {
    infallible(FALSE, || {
        BOOL::from(ch >= 0 && char::is_alphabetic(character(ch.cast_unsigned().into())))
    })
}

/// Whether a 16-bit unit is a letter.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsCharAlphaW(ch: u16) -> BOOL {
    infallible(FALSE, || BOOL::from(char::is_alphabetic(character(ch))))
}

/// Whether a byte is a letter or a digit. Only ASCII is: other characters are longer.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsCharAlphaNumericA(ch: i8) -> BOOL {
    infallible(FALSE, || {
        BOOL::from(ch >= 0 && char::is_alphanumeric(character(ch.cast_unsigned().into())))
    })
}

/// Whether a 16-bit unit is a letter or a digit.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsCharAlphaNumericW(ch: u16) -> BOOL {
    infallible(FALSE, || BOOL::from(char::is_alphanumeric(character(ch))))
}

/// Whether a byte is a capital letter. Only ASCII is: other characters are longer.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsCharUpperA(ch: i8) -> BOOL {
    infallible(FALSE, || {
        BOOL::from(ch >= 0 && char::is_uppercase(character(ch.cast_unsigned().into())))
    })
}

/// Whether a 16-bit unit is a capital letter.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsCharUpperW(ch: u16) -> BOOL {
    infallible(FALSE, || BOOL::from(char::is_uppercase(character(ch))))
}

/// Whether a byte is a small letter. Only ASCII is: other characters are longer.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsCharLowerA(ch: i8) -> BOOL {
    infallible(FALSE, || {
        BOOL::from(ch >= 0 && char::is_lowercase(character(ch.cast_unsigned().into())))
    })
}

/// Whether a 16-bit unit is a small letter.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsCharLowerW(ch: u16) -> BOOL {
    infallible(FALSE, || BOOL::from(char::is_lowercase(character(ch))))
}

/// The next character of a string; at the end, the end.
///
/// # Safety
/// The string is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharNextA(lpsz: PCSTR) -> PSTR {
    infallible(std::ptr::null_mut(), || {
        // SAFETY: this function's contract.
        unsafe { narrow::next(lpsz) }.cast_mut()
    })
}

/// The next character of a string; at the end, the end. A character of two units counts as two.
///
/// # Safety
/// The string is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharNextW(lpsz: PCWSTR) -> PWSTR {
    infallible(std::ptr::null_mut(), || {
        // SAFETY: this function's contract.
        let ends = is_bad(lpsz) || unsafe { lpsz.read_unaligned() } == 0;
        lpsz.wrapping_add(usize::from(!ends)).cast_mut()
    })
}

/// The character before another one of the same string; at the start, the start.
///
/// # Safety
/// Both point into one string, the second not before the first.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharPrevA(lpszstart: PCSTR, lpszcurrent: PCSTR) -> PSTR {
    infallible(std::ptr::null_mut(), || {
        let mut at = lpszcurrent;
        while !is_bad(at) && at > lpszstart {
            at = at.wrapping_sub(1);
            // SAFETY: between the two pointers by this function's contract.
            if unsafe { *at } & 0xC0 != 0x80 {
                break;
            }
        }
        at.cast_mut()
    })
}

/// The unit before another one of the same string; at the start, the start.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CharPrevW(lpszstart: PCWSTR, lpszcurrent: PCWSTR) -> PWSTR {
    infallible(std::ptr::null_mut(), || {
        let moves = lpszcurrent > lpszstart;
        lpszcurrent.wrapping_sub(usize::from(moves)).cast_mut()
    })
}

fn character(unit: u16) -> char {
    char::from_u32(unit.into()).unwrap_or('\0')
}

/// The one capital letter of a unit; the unit itself if there is none or more than one.
pub(crate) fn upper(unit: u16) -> u16 {
    only(character(unit).to_uppercase(), unit)
}

/// The one small letter of a unit; the unit itself if there is none or more than one.
pub(crate) fn lower(unit: u16) -> u16 {
    only(character(unit).to_lowercase(), unit)
}

fn only(mut characters: impl Iterator<Item = char>, unit: u16) -> u16 {
    match (characters.next(), characters.next()) {
        // A surrogate is taken for 0, which has no case.
        (Some(character), None) if character != '\0' => u16::try_from(character).unwrap_or(unit),
        _ => unit,
    }
}

mod wide {
    use crate::guard::is_bad;

    /// # Safety
    /// The text is valid for its length, or ends with 0 if there is none.
    pub(super) unsafe fn change(text: *mut u16, length: Option<usize>, case: fn(u16) -> u16) {
        if is_bad(text) {
            return;
        }
        for at in 0..length.unwrap_or(usize::MAX) {
            // SAFETY: within the length, or not behind the terminator.
            unsafe {
                let unit = text.add(at).read_unaligned();
                if length.is_none() && unit == 0 {
                    break;
                }
                text.add(at).write_unaligned(case(unit));
            }
        }
    }
}

mod narrow {
    use crate::guard::is_bad;

    /// # Safety
    /// The text is valid for its length, or ends with 0 if there is none.
    pub(super) unsafe fn change(text: *mut u8, length: Option<usize>, case: fn(u16) -> u16) {
        if is_bad(text) {
            return;
        }
        // SAFETY: this function's contract.
        let bytes = unsafe {
            let length = length.unwrap_or_else(|| libc::strlen(text.cast()));
            std::slice::from_raw_parts_mut(text, length)
        };
        let mut at = 0;
        while at < bytes.len() {
            let length = length_of(bytes[at]).min(bytes.len() - at);
            change_one(&mut bytes[at..at + length], case);
            at += length;
        }
    }

    fn change_one(bytes: &mut [u8], case: fn(u16) -> u16) {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return;
        };
        let unit = text.chars().next().map(u16::try_from);
        if let Some(Ok(unit)) = unit
            && let Some(changed) = char::from_u32(case(unit).into())
            && changed.len_utf8() == bytes.len()
        {
            changed.encode_utf8(bytes);
        }
    }

    /// # Safety
    /// The string is null or ends with 0.
    pub(super) unsafe fn next(text: *const u8) -> *const u8 {
        if is_bad(text) {
            return text;
        }
        // SAFETY: not behind the terminator.
        unsafe {
            let length = length_of(*text) - usize::from(*text == 0);
            let whole = (1..length).take_while(|&at| *text.add(at) & 0xC0 == 0x80);
            text.add(length.min(1) + whole.count())
        }
    }

    /// The length of the character that begins with this byte.
    fn length_of(first: u8) -> usize {
        match first {
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            _ => 1,
        }
    }
}
