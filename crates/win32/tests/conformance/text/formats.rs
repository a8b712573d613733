//! `wvsprintf`.
#![cfg(any(windows, target_arch = "x86_64"))]

use crate::common::w::Win32::UI::WindowsAndMessaging::{wvsprintfA, wvsprintfW};
use crate::common::wide;

/// Calls `body` with arguments as C hands them over.
#[cfg(windows)]
fn with_list<T>(arguments: &[u64], body: impl FnOnce(*const i8) -> T) -> T {
    body(arguments.as_ptr().cast())
}

/// Calls `body` with arguments as C hands them over: all on the stack, no register left.
#[cfg(not(windows))]
fn with_list<T>(arguments: &[u64], body: impl FnOnce(*const i8) -> T) -> T {
    #[repr(C)]
    struct VaList {
        general: u32,
        floating: u32,
        overflow: *const u64,
        saved: *const u8,
    }
    let list = VaList {
        general: 48,
        floating: 176,
        overflow: arguments.as_ptr(),
        saved: std::ptr::null(),
    };
    body((&raw const list).cast())
}

fn narrow_text(format: &str, arguments: &[u64]) -> String {
    let (format, mut bytes) = (format!("{format}\0"), [0x3Fu8; 1025]);
    let to = bytes.as_mut_ptr();
    let length = with_list(arguments, |list| {
        call!(wvsprintfA(to, format.as_ptr(), list))
    });
    assert_eq!(bytes[length as usize], 0);
    String::from_utf8_lossy(&bytes[..length as usize]).into_owned()
}

fn wide_text(format: &str, arguments: &[u64]) -> String {
    let (format, mut units) = (wide(format), [0x3Fu16; 1025]);
    let to = units.as_mut_ptr();
    let length = with_list(arguments, |list| {
        call!(wvsprintfW(to, format.as_ptr(), list))
    });
    assert_eq!(units[length as usize], 0);
    String::from_utf16_lossy(&units[..length as usize])
}

/// TXT-11: wsprintf knows numbers of 32 and 64 bits, characters and strings of both widths, and widths; `%s` is a string
/// of the width of the output, `%S` one of the other.
#[test]
fn txt_11_formats() {
    let (narrow, cable) = (c"rope".as_ptr().addr() as u64, wide("cable"));
    let cable = cable.as_ptr().addr() as u64;
    let numbers = [u64::MAX, 7, 0xBEEF, 1 << 40];
    assert_eq!(
        narrow_text("%d %5u %08X %I64u", &numbers),
        "-1     7 0000BEEF 1099511627776"
    );
    assert_eq!(
        narrow_text("%-6s|%S|%hs|%ls", &[narrow, cable, narrow, cable]),
        "rope  |cable|rope|cable"
    );
    assert_eq!(
        wide_text("%s|%S|%.2s|%c%%", &[cable, narrow, cable, 0x41]),
        "cable|rope|ca|A%"
    );
    assert_eq!(wide_text("%#x %lu", &[255, 3]), "0xff 3");
}

/// TXT-11: At most 1,023 characters are written, and a terminator.
#[test]
fn txt_11_the_longest_text() {
    let long = "x".repeat(2000) + "\0";
    let text = narrow_text("%s", &[long.as_ptr().addr() as u64]);
    assert_eq!(text.len(), 1023);
}
