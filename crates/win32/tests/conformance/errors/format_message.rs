//! `FormatMessage`.

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use crate::common::w::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_BAD_EXE_FORMAT, ERROR_FILE_NOT_FOUND, ERROR_INSUFFICIENT_BUFFER,
    ERROR_INVALID_PARAMETER, ERROR_MR_MID_NOT_FOUND, ERROR_RESOURCE_LANG_NOT_FOUND,
};
use crate::common::w::Win32::Networking::WinSock::{WSAECONNREFUSED, WSAEWOULDBLOCK};
use crate::common::w::Win32::System::Diagnostics::Debug::{
    FORMAT_MESSAGE_ALLOCATE_BUFFER, FORMAT_MESSAGE_ARGUMENT_ARRAY, FORMAT_MESSAGE_FROM_STRING,
    FORMAT_MESSAGE_FROM_SYSTEM, FORMAT_MESSAGE_IGNORE_INSERTS, FormatMessageA, FormatMessageW,
};
use crate::common::{SENTINEL, last_error, set_last_error, wide};

const FORMAT_MESSAGE_MAX_WIDTH_MASK: u32 = 0xFF;
const ENGLISH: u32 = 0x0409;
const KOREAN: u32 = 0x0412;
const SYSTEM: u32 = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS;

/// The wide message of a code, or the error.
fn message(flags: u32, code: u32, language: u32) -> Result<String, u32> {
    let mut units = [0u16; 512];
    let length = call!(FormatMessageW(
        flags,
        null(),
        code,
        language,
        units.as_mut_ptr(),
        512,
        null()
    ));
    match length {
        0 => Err(last_error()),
        length => Ok(String::from_utf16_lossy(&units[..length as usize])),
    }
}

/// A format carried out with an array of arguments, or the error.
fn format(flags: u32, format: &str, arguments: &[usize]) -> Result<String, u32> {
    let (source, mut units) = (wide(format), [0u16; 256]);
    let arguments = if arguments.is_empty() {
        null()
    } else {
        arguments.as_ptr().cast()
    };
    set_last_error(SENTINEL);
    let length = call!(FormatMessageW(
        FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ARGUMENT_ARRAY | flags,
        source.as_ptr().cast(),
        0,
        0,
        units.as_mut_ptr(),
        256,
        arguments
    ));
    match length {
        0 => Err(last_error()),
        length => Ok(String::from_utf16_lossy(&units[..length as usize])),
    }
}

/// ERR-01: The messages of the system end with a line break. The narrow function tells the same.
#[test]
fn err_01_messages_of_the_system() {
    let denied = message(SYSTEM, ERROR_ACCESS_DENIED, ENGLISH);
    assert_eq!(denied.as_deref(), Ok("Access is denied.\r\n"));
    let mut bytes = [0u8; 128];
    let length = call!(FormatMessageA(
        SYSTEM,
        null(),
        ERROR_FILE_NOT_FOUND,
        ENGLISH,
        bytes.as_mut_ptr(),
        128,
        null()
    ));
    let text = &bytes[..length as usize];
    assert_eq!(text, b"The system cannot find the file specified.\r\n");
    let winsock = message(SYSTEM, WSAEWOULDBLOCK as u32, ENGLISH);
    assert_eq!(
        winsock.as_deref(),
        Ok("A non-blocking socket operation could not be completed immediately.\r\n")
    );
}

/// ERR-01: The language is that of the caller's choice, and the user's for 0; an HRESULT made of an error has the message
/// of that error.
#[test]
fn err_01_languages() {
    let refused = message(SYSTEM, WSAECONNREFUSED as u32, KOREAN);
    assert_eq!(
        refused.as_deref(),
        Ok("대상 컴퓨터에서 연결을 거부했으므로 연결하지 못했습니다.\r\n")
    );
    let own = message(SYSTEM, ERROR_ACCESS_DENIED, 0);
    let known = [ENGLISH, KOREAN].map(|language| message(SYSTEM, ERROR_ACCESS_DENIED, language));
    assert!(known.contains(&own), "{own:?}");
    assert_eq!(message(SYSTEM, 0x8007_0005, ENGLISH), known[0]);
}

/// ERR-02: A code without a message and a language without messages are told apart.
#[test]
fn err_02_unknown_codes_and_languages() {
    assert_eq!(message(SYSTEM, 0x1234_5678, 0), Err(ERROR_MR_MID_NOT_FOUND));
    let klingon = message(SYSTEM, ERROR_ACCESS_DENIED, 0x03FF);
    assert_eq!(klingon, Err(ERROR_RESOURCE_LANG_NOT_FOUND));
}

/// ERR-03: A short buffer is an error; one that is allocated has room for the text, or for more if more is asked for.
#[test]
fn err_03_buffers() {
    let mut short = [0u16; 4];
    let length = call!(FormatMessageW(
        SYSTEM,
        null(),
        ERROR_ACCESS_DENIED,
        ENGLISH,
        short.as_mut_ptr(),
        4,
        null()
    ));
    assert_eq!((length, last_error()), (0, ERROR_INSUFFICIENT_BUFFER));

    let mut allocated: *mut u16 = null_mut();
    let flags = SYSTEM | FORMAT_MESSAGE_ALLOCATE_BUFFER;
    let to = (&raw mut allocated).cast();
    let length = call!(FormatMessageW(
        flags,
        null(),
        ERROR_ACCESS_DENIED,
        ENGLISH,
        to,
        0,
        null()
    ));
    let text: &[u16] = call!(std::slice::from_raw_parts(allocated, length as usize + 1));
    assert_eq!(text, wide("Access is denied.\r\n"));
    free(allocated.cast());

    let length = call!(FormatMessageW(
        SYSTEM,
        null(),
        5,
        ENGLISH,
        null_mut(),
        10,
        null()
    ));
    assert_eq!((length, last_error()), (0, ERROR_INVALID_PARAMETER));
}

#[cfg(not(windows))]
fn free(memory: *mut c_void) {
    call!(libc::free(memory));
}

#[cfg(windows)]
fn free(memory: *mut c_void) {
    call!(crate::common::w::Win32::Foundation::LocalFree(memory));
}

/// ERR-04: Inserts are strings, or what stands between exclamation marks says; widths may be arguments; without arguments
/// there is an error.
#[test]
fn err_04_inserts() {
    let (rope, cable) = (wide("rope"), wide("cable"));
    let arguments = [rope.as_ptr().addr(), cable.as_ptr().addr()];
    assert_eq!(
        format(0, "%2 and %1%%", &arguments).as_deref(),
        Ok("cable and rope%")
    );
    let numbers = [42, usize::MAX];
    assert_eq!(
        format(0, "%1!05d! %2!d! %1!x!", &numbers).as_deref(),
        Ok("00042 -1 2a")
    );
    let extents = [6, 2, rope.as_ptr().addr()];
    assert_eq!(format(0, "[%1!*.*s!]", &extents).as_deref(), Ok("[    ro]"));
    let narrow = [c"hawser".as_ptr().addr()];
    assert_eq!(format(0, "%1!hs!", &narrow).as_deref(), Ok("hawser"));
    assert_eq!(format(0, "%1", &[]), Err(ERROR_INVALID_PARAMETER));
    let alone = message(FORMAT_MESSAGE_FROM_SYSTEM, ERROR_BAD_EXE_FORMAT, ENGLISH);
    assert_eq!(alone, Err(ERROR_INVALID_PARAMETER));
}

/// ERR-04: Inserts that are ignored stay as they are.
#[test]
fn err_04_ignored_inserts() {
    let ignored = format(FORMAT_MESSAGE_IGNORE_INSERTS, "%1!5d! of %2", &[]);
    assert_eq!(ignored.as_deref(), Ok("%1!5d! of %2"));
    let unchanged = message(SYSTEM, ERROR_BAD_EXE_FORMAT, ENGLISH);
    assert_eq!(
        unchanged.as_deref(),
        Ok("%1 is not a valid Win32 application.\r\n")
    );
}

/// ERR-05: Breaks of the format are kept, or become blanks; %n is always one, %0 ends the text.
#[test]
fn err_05_line_breaks() {
    assert_eq!(format(0, "a\nb%nc", &[]).as_deref(), Ok("a\r\nb\r\nc"));
    assert_eq!(format(0, "a%tb%0never", &[]).as_deref(), Ok("a\tb"));
    let unbroken = format(FORMAT_MESSAGE_MAX_WIDTH_MASK, "a\r\nb%nc", &[]);
    assert_eq!(unbroken.as_deref(), Ok("a b\r\nc"));
    let width = format(10, "one two three four", &[]);
    assert_eq!(width.as_deref(), Ok("one two\r\nthree four"));
    let denied = message(
        SYSTEM | FORMAT_MESSAGE_MAX_WIDTH_MASK,
        ERROR_ACCESS_DENIED,
        ENGLISH,
    );
    assert_eq!(denied.as_deref(), Ok("Access is denied. "));
}

/// ERR-06: There must be a source.
#[test]
fn err_06_sources() {
    assert_eq!(
        message(0, ERROR_ACCESS_DENIED, 0),
        Err(ERROR_INVALID_PARAMETER)
    );
    let nothing = message(FORMAT_MESSAGE_FROM_STRING, 0, 0);
    assert_eq!(nothing, Err(ERROR_INVALID_PARAMETER));
}
