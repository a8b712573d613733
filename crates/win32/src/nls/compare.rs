//! Comparing text: by code and as words (TXT).

use std::cmp::Ordering;

use windows_sys::Win32::Foundation::{ERROR_INVALID_FLAGS, ERROR_INVALID_PARAMETER, FALSE, LPARAM};
use windows_sys::Win32::Globalization::{
    COMPARE_STRING_FLAGS, COMPARESTRING_RESULT, CSTR_EQUAL, CSTR_GREATER_THAN, CSTR_LESS_THAN,
    LINGUISTIC_IGNORECASE, LINGUISTIC_IGNOREDIACRITIC, NLSVERSIONINFO, NORM_IGNORECASE,
    NORM_IGNOREKANATYPE, NORM_IGNORENONSPACE, NORM_IGNORESYMBOLS, NORM_IGNOREWIDTH,
    NORM_LINGUISTIC_CASING, SORT_DIGITSASNUMBERS, SORT_STRINGSORT,
};
use windows_sys::core::{BOOL, PCWSTR};

use super::characters::upper;
use crate::error::Win32Error;
use crate::guard::{is_bad, win32};

/// Compares by the numbers of the 16-bit units, capital letters taken for small ones if `bignorecase`.
///
/// Errors: 0 with `ERROR_INVALID_PARAMETER` for null pointers and lengths below -1.
///
/// # Safety
/// Each string is null, or valid for its length, or ends with 0 if that is -1.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CompareStringOrdinal(
    lpstring1: PCWSTR,
    cchcount1: i32,
    lpstring2: PCWSTR,
    cchcount2: i32,
    bignorecase: BOOL,
) -> COMPARESTRING_RESULT {
    win32(0, || {
        // SAFETY: this function's contract.
        let (one, other) = unsafe { (units(lpstring1, cchcount1)?, units(lpstring2, cchcount2)?) };
        Ok(result(if bignorecase == FALSE {
            one.cmp(&other)
        } else {
            let fold = |text: &[u16]| text.iter().map(|&unit| upper(unit)).collect::<Vec<_>>();
            fold(&one).cmp(&fold(&other))
        }))
    })
}

/// Compares as a dictionary does: marks, then digits, then letters; small letters before the same capital ones, unless
/// `NORM_IGNORECASE`. The language makes no difference, and of the other flags none has an effect.
///
/// Errors: 0 with `ERROR_INVALID_PARAMETER` for null pointers and lengths below -1; `ERROR_INVALID_FLAGS`.
///
/// # Safety
/// Each string is null, or valid for its length, or ends with 0 if that is negative.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CompareStringW(
    _locale: u32,
    dwcmpflags: u32,
    lpstring1: PCWSTR,
    cchcount1: i32,
    lpstring2: PCWSTR,
    cchcount2: i32,
) -> COMPARESTRING_RESULT {
    win32(0, || {
        // SAFETY: this function's contract.
        let (one, other) = unsafe { (units(lpstring1, cchcount1)?, units(lpstring2, cchcount2)?) };
        by_flags(&text(&one), &text(&other), dwcmpflags)
    })
}

/// As [`CompareStringW`], with narrow text.
///
/// # Safety
/// As for [`CompareStringW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CompareStringA(
    _locale: u32,
    dwcmpflags: u32,
    lpstring1: *const i8,
    cchcount1: i32,
    lpstring2: *const i8,
    cchcount2: i32,
) -> COMPARESTRING_RESULT {
    win32(0, || {
        let (one, other) = (lpstring1.cast::<u8>(), lpstring2.cast::<u8>());
        // SAFETY: this function's contract.
        let (one, other) = unsafe { (units(one, cchcount1)?, units(other, cchcount2)?) };
        by_flags(
            &String::from_utf8_lossy(&one),
            &String::from_utf8_lossy(&other),
            dwcmpflags,
        )
    })
}

/// As [`CompareStringW`]; the name of the language makes no difference.
///
/// # Safety
/// As for [`CompareStringW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CompareStringEx(
    _lplocalename: PCWSTR,
    dwcmpflags: COMPARE_STRING_FLAGS,
    lpstring1: PCWSTR,
    cchcount1: i32,
    lpstring2: PCWSTR,
    cchcount2: i32,
    _lpversioninformation: *const NLSVERSIONINFO,
    _lpreserved: *const core::ffi::c_void,
    _lparam: LPARAM,
) -> COMPARESTRING_RESULT {
    win32(0, || {
        // SAFETY: this function's contract.
        let (one, other) = unsafe { (units(lpstring1, cchcount1)?, units(lpstring2, cchcount2)?) };
        by_flags(&text(&one), &text(&other), dwcmpflags)
    })
}

const KNOWN_FLAGS: u32 = LINGUISTIC_IGNORECASE
    | LINGUISTIC_IGNOREDIACRITIC
    | NORM_IGNORECASE
    | NORM_IGNOREKANATYPE
    | NORM_IGNORENONSPACE
    | NORM_IGNORESYMBOLS
    | NORM_IGNOREWIDTH
    | NORM_LINGUISTIC_CASING
    | SORT_DIGITSASNUMBERS
    | SORT_STRINGSORT;

fn by_flags(one: &str, other: &str, flags: u32) -> Result<COMPARESTRING_RESULT, Win32Error> {
    if flags & !KNOWN_FLAGS != 0 {
        return Err(ERROR_INVALID_FLAGS.into());
    }
    let ignores_case = flags & (NORM_IGNORECASE | LINGUISTIC_IGNORECASE) != 0;
    Ok(result(as_words(one, other, ignores_case)))
}

/// The order of a dictionary: marks, digits, letters; then, unless case is ignored, small letters before capital ones.
pub(crate) fn as_words(one: &str, other: &str, ignores_case: bool) -> Ordering {
    let keys = |text: &str| -> Vec<(u8, char)> {
        let folded = text.chars().flat_map(char::to_lowercase);
        folded
            .map(|character| (class(character), character))
            .collect()
    };
    let by_letters = keys(one).cmp(&keys(other));
    if ignores_case {
        return by_letters;
    }
    let capitals = |text: &str| -> Vec<bool> { text.chars().map(char::is_uppercase).collect() };
    by_letters
        .then_with(|| capitals(one).cmp(&capitals(other)))
        .then_with(|| one.cmp(other))
}

fn class(character: char) -> u8 {
    match character {
        _ if character.is_alphabetic() => 2,
        _ if character.is_numeric() => 1,
        _ => 0,
    }
}

fn result(order: Ordering) -> COMPARESTRING_RESULT {
    match order {
        Ordering::Less => CSTR_LESS_THAN,
        Ordering::Equal => CSTR_EQUAL,
        Ordering::Greater => CSTR_GREATER_THAN,
    }
}

fn text(units: &[u16]) -> String {
    String::from_utf16_lossy(units)
}

/// # Safety
/// The string is null, or valid for its length, or ends with 0 if that is negative.
unsafe fn units<U: Copy + PartialEq + Default>(
    from: *const U,
    length: i32,
) -> Result<Vec<U>, Win32Error> {
    if is_bad(from) || length < -1 {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    // SAFETY: within the length, or not behind the terminator.
    let unit = |at: usize| unsafe { from.add(at).read_unaligned() };
    Ok(match usize::try_from(length) {
        Ok(length) => (0..length).map(unit).collect(),
        Err(_) => (0..)
            .map(unit)
            .take_while(|&unit| unit != U::default())
            .collect(),
    })
}
