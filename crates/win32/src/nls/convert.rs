//! Between narrow and wide text (TXT).

use windows_sys::Win32::Foundation::{
    ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_FLAGS, ERROR_INVALID_PARAMETER, FALSE, TRUE,
};
use windows_sys::Win32::Globalization::{
    CP_UTF7, MB_COMPOSITE, MB_ERR_INVALID_CHARS, MB_PRECOMPOSED, MB_USEGLYPHCHARS,
    MULTI_BYTE_TO_WIDE_CHAR_FLAGS, WC_COMPOSITECHECK, WC_DEFAULTCHAR, WC_DISCARDNS,
    WC_ERR_INVALID_CHARS, WC_NO_BEST_FIT_CHARS, WC_SEPCHARS,
};
use windows_sys::core::{BOOL, PCSTR, PCWSTR, PSTR, PWSTR};

use super::code_pages::CodePage;
use crate::error::Win32Error;
use crate::guard::{is_bad, store, win32};

/// Makes wide text of narrow text: the number of 16-bit units written, or needed if `cchwidechar` is 0.
///
/// A length of -1 stands for text with its terminator, which is then converted as well. `CP_ACP` and its like are UTF-8,
/// and take the flags that code pages of one or two bytes take.
///
/// Errors: 0 with `ERROR_INVALID_PARAMETER` for null pointers, bad lengths, a buffer that is the text itself and unknown
/// code pages; `ERROR_INVALID_FLAGS`; `ERROR_NO_UNICODE_TRANSLATION` with `MB_ERR_INVALID_CHARS` for bytes that are no
/// character; `ERROR_INSUFFICIENT_BUFFER`, with the beginning of the text in the buffer.
///
/// # Safety
/// The text is null or valid for its length, or ends with 0; the buffer is null or valid for its length.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn MultiByteToWideChar(
    codepage: u32,
    dwflags: MULTI_BYTE_TO_WIDE_CHAR_FLAGS,
    lpmultibytestr: PCSTR,
    cbmultibyte: i32,
    lpwidecharstr: PWSTR,
    cchwidechar: i32,
) -> i32 {
    win32(0, || {
        let capacity = capacity(lpwidecharstr, cchwidechar)?;
        if lpmultibytestr.addr() == lpwidecharstr.addr() {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        // SAFETY: this function's contract.
        let bytes = unsafe { text(lpmultibytestr, cbmultibyte) }?;
        let page = page(codepage)?;
        let known = if takes_no_flags(&page) {
            MB_ERR_INVALID_CHARS
        } else {
            MB_ERR_INVALID_CHARS | MB_PRECOMPOSED | MB_COMPOSITE | MB_USEGLYPHCHARS
        };
        let both = MB_PRECOMPOSED | MB_COMPOSITE;
        if dwflags & !known != 0 || dwflags & both == both {
            return Err(ERROR_INVALID_FLAGS.into());
        }
        let units = page.decode(&bytes, dwflags & MB_ERR_INVALID_CHARS != 0)?;
        // SAFETY: this function's contract.
        unsafe { give(&units, lpwidecharstr, capacity) }
    })
}

/// Makes narrow text of wide text: the number of bytes written, or needed if `cbmultibyte` is 0.
///
/// A length of -1 stands for text with its terminator, which is then converted as well. `CP_ACP` and its like are UTF-8,
/// and take a default character as code pages of one or two bytes do; it is never needed.
///
/// Errors: 0 with `ERROR_INVALID_PARAMETER` for null pointers, bad lengths, a buffer that is the text itself, unknown
/// code pages, and a default character or a flag for its use with `CP_UTF8`; `ERROR_INVALID_FLAGS`;
/// `ERROR_NO_UNICODE_TRANSLATION` with `WC_ERR_INVALID_CHARS` for single surrogates; `ERROR_INSUFFICIENT_BUFFER`, with
/// the beginning of the text in the buffer.
///
/// # Safety
/// The text is null or valid for its length, or ends with 0; the buffer is null or valid for its length; the default
/// character is null or ends with 0; the flag is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WideCharToMultiByte(
    codepage: u32,
    dwflags: u32,
    lpwidecharstr: PCWSTR,
    cchwidechar: i32,
    lpmultibytestr: PSTR,
    cbmultibyte: i32,
    lpdefaultchar: PCSTR,
    lpuseddefaultchar: *mut BOOL,
) -> i32 {
    win32(0, || {
        let capacity = capacity(lpmultibytestr, cbmultibyte)?;
        if lpmultibytestr.addr() == lpwidecharstr.addr() {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        // SAFETY: this function's contract.
        let units = unsafe { text(lpwidecharstr, cchwidechar) }?;
        let page = page(codepage)?;
        let plain = takes_no_flags(&page);
        if plain && (!lpdefaultchar.is_null() || !lpuseddefaultchar.is_null()) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        let known = if plain {
            WC_ERR_INVALID_CHARS
        } else {
            WC_COMPOSITECHECK | WC_DISCARDNS | WC_SEPCHARS | WC_DEFAULTCHAR | WC_NO_BEST_FIT_CHARS
        };
        if dwflags & !known != 0 {
            return Err(ERROR_INVALID_FLAGS.into());
        }
        let default = if is_bad(lpdefaultchar) {
            b"?"
        } else {
            // SAFETY: a terminated string by this function's contract.
            unsafe { std::ffi::CStr::from_ptr(lpdefaultchar.cast()) }.to_bytes()
        };
        let (bytes, replaced) =
            page.encode(&units, default, dwflags & WC_ERR_INVALID_CHARS != 0)?;
        // SAFETY: null or valid for a write by this function's contract.
        unsafe { store(lpuseddefaultchar, if replaced { TRUE } else { FALSE }) };
        // SAFETY: this function's contract.
        unsafe { give(&bytes, lpmultibytestr, capacity) }
    })
}

fn page(number: u32) -> Result<CodePage, Win32Error> {
    if number == CP_UTF7 {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    Ok(CodePage::find(number).ok_or(ERROR_INVALID_PARAMETER)?)
}

/// UTF-8 and GB18030 under their own numbers.
fn takes_no_flags(page: &CodePage) -> bool {
    page.is_utf_8() && !page.is_alias || page.number == 54936
}

fn capacity<T>(buffer: *const T, length: i32) -> Result<usize, Win32Error> {
    match usize::try_from(length) {
        Ok(0) => Ok(0),
        Ok(length) if !is_bad(buffer) => Ok(length),
        _ => Err(ERROR_INVALID_PARAMETER.into()),
    }
}

/// A unit of text.
trait Unit: Copy + PartialEq + Default {}
impl Unit for u8 {}
impl Unit for u16 {}

/// A copy of the caller's text; with a negative length up to and with its terminator.
///
/// # Safety
/// The text is null, or valid for its length, or ends with 0 if that is negative.
unsafe fn text<U: Unit>(from: *const U, length: i32) -> Result<Vec<U>, Win32Error> {
    if is_bad(from) || length == 0 {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    // SAFETY: up to the length, or the terminator, the text is valid by this function's contract; it may lie anywhere.
    let unit = |at: usize| unsafe { from.add(at).read_unaligned() };
    let length = usize::try_from(length).unwrap_or_else(|_| {
        let end = (0usize..).find(|&at| unit(at) == U::default());
        end.unwrap_or_default() + 1
    });
    Ok((0..length).map(unit).collect())
}

/// Hands text over: as much as fits.
///
/// # Safety
/// `to` is valid for writes of `capacity` units.
unsafe fn give<U: Unit>(units: &[U], to: *mut U, capacity: usize) -> Result<i32, Win32Error> {
    let length = i32::try_from(units.len()).map_err(|_| ERROR_INVALID_PARAMETER)?;
    if capacity == 0 {
        return Ok(length);
    }
    for (at, &unit) in units.iter().take(capacity).enumerate() {
        // SAFETY: below the capacity promised by the caller.
        unsafe { to.add(at).write_unaligned(unit) };
    }
    if units.len() > capacity {
        return Err(ERROR_INSUFFICIENT_BUFFER.into());
    }
    Ok(length)
}
