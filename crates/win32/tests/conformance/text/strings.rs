//! The string functions of the system.

use std::ptr::{null, null_mut};

use crate::common::w::Win32::Foundation::{ERROR_INVALID_FLAGS, ERROR_INVALID_PARAMETER};
use crate::common::w::Win32::Globalization::{
    CSTR_EQUAL, CSTR_GREATER_THAN, CSTR_LESS_THAN, CompareStringOrdinal, CompareStringW,
    NORM_IGNORECASE, lstrcatW, lstrcmpA, lstrcmpW, lstrcmpiA, lstrcmpiW, lstrcpyA, lstrcpynA,
    lstrcpynW, lstrlenA, lstrlenW,
};
use crate::common::{last_error, wide};

/// TXT-07: Lengths, copies and appending; a limited copy ends with 0 always; what is no pointer is survived.
#[test]
fn txt_07_lengths_and_copies() {
    assert_eq!(call!(lstrlenA(c"four".as_ptr().cast())), 4);
    assert_eq!(call!(lstrlenW(wide("닻줄").as_ptr())), 2);
    assert_eq!(call!(lstrlenA(null())), 0);
    let mut bytes = *b"????????";
    let to = bytes.as_mut_ptr();
    assert_eq!(call!(lstrcpyA(to, c"abc".as_ptr().cast())), to);
    assert_eq!(&bytes, b"abc\0????");
    assert_eq!(call!(lstrcpynA(to, c"uvwxyz".as_ptr().cast(), 4)), to);
    assert_eq!(&bytes, b"uvw\0????");
    let mut units = [0x3F; 8];
    let to = units.as_mut_ptr();
    assert_eq!(call!(lstrcpynW(to, wide("ab").as_ptr(), 8)), to);
    assert_eq!(call!(lstrcatW(to, wide("cd").as_ptr())), to);
    assert_eq!(String::from_utf16_lossy(&units[..5]), "abcd\0");
    assert_eq!(
        call!(lstrcpyA(null_mut(), c"abc".as_ptr().cast())),
        null_mut()
    );
}

/// TXT-08: lstrcmp goes by letters first and by case then, small letters before capital ones; lstrcmpi by letters alone.
#[test]
fn txt_08_comparing_strings() {
    let compare =
        |one: &str, other: &str| call!(lstrcmpW(wide(one).as_ptr(), wide(other).as_ptr()));
    assert_eq!(compare("anchor", "anchor"), 0);
    assert_eq!(compare("anchor", "Anchor"), -1);
    assert_eq!(compare("Anchor", "bower"), -1);
    assert_eq!(compare("닻", "가"), 1);
    assert_eq!(compare("_1", "1"), -1);
    let (one, other) = (c"Hawse".as_ptr().cast(), c"hAWSE".as_ptr().cast());
    assert_eq!(call!(lstrcmpiA(one, other)), 0);
    assert_eq!(call!(lstrcmpA(one, other)), 1);
    let insensitive = call!(lstrcmpiW(wide("ÖL").as_ptr(), wide("öl").as_ptr()));
    assert_eq!(insensitive, 0);
}

/// TXT-08: CompareString and CompareStringOrdinal tell less, equal and greater as 1, 2 and 3; their mistakes are 0.
#[test]
fn txt_08_compare_string() {
    let (one, other) = (wide("abc"), wide("ABD"));
    let ordinal = |ignores| {
        call!(CompareStringOrdinal(
            one.as_ptr(),
            -1,
            other.as_ptr(),
            -1,
            ignores
        ))
    };
    assert_eq!(ordinal(0), CSTR_GREATER_THAN);
    assert_eq!(ordinal(1), CSTR_LESS_THAN);
    let two = call!(CompareStringOrdinal(one.as_ptr(), 2, other.as_ptr(), 2, 1));
    assert_eq!(two, CSTR_EQUAL);
    let flags = |flags| {
        call!(CompareStringW(
            0x0400,
            flags,
            one.as_ptr(),
            2,
            other.as_ptr(),
            2
        ))
    };
    assert_eq!(flags(NORM_IGNORECASE), CSTR_EQUAL);
    assert_eq!(flags(0), CSTR_LESS_THAN);
    assert_eq!((flags(0x0080_0000), last_error()), (0, ERROR_INVALID_FLAGS));
    let nothing = call!(CompareStringOrdinal(null(), -1, other.as_ptr(), -1, 0));
    assert_eq!((nothing, last_error()), (0, ERROR_INVALID_PARAMETER));
}
