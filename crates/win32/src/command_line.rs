//! The command line, and how the program was started.

use std::ffi::c_void;
use std::os::unix::ffi::OsStrExt;
use std::sync::LazyLock;

use windows_sys::Win32::Foundation::{ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY};
use windows_sys::Win32::System::Threading::{STARTUPINFOA, STARTUPINFOW};
use windows_sys::core::{PCSTR, PCWSTR, PWSTR};

use crate::error::Win32Error;
use crate::guard::{infallible, is_bad, store, win32};
use crate::text::{Unit, wide};

/// The command line: the program's name and its arguments, quoted so that `CommandLineToArgvW` takes it apart again.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetCommandLineW() -> PCWSTR {
    static LINE: LazyLock<Vec<u16>> = LazyLock::new(|| u16::of_bytes(&line()));
    infallible(std::ptr::null(), || LINE.as_ptr())
}

/// As [`GetCommandLineW`], in bytes.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetCommandLineA() -> PCSTR {
    static LINE: LazyLock<Vec<u8>> = LazyLock::new(|| u8::of_bytes(&line()));
    infallible(std::ptr::null(), || LINE.as_ptr())
}

/// Takes a command line apart as a program of Windows sees it. One block, for `LocalFree`; the last argument is followed by
/// null. An empty line is the program's own name.
///
/// Errors: null with `ERROR_INVALID_PARAMETER` for a null pointer, `ERROR_NOT_ENOUGH_MEMORY`.
///
/// # Safety
/// The line is null or ends with 0, `pnumargs` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CommandLineToArgvW(
    lpcmdline: PCWSTR,
    pnumargs: *mut i32,
) -> *mut PWSTR {
    win32(std::ptr::null_mut(), || {
        if is_bad(pnumargs) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        // SAFETY: this function's contract.
        let line = unsafe { wide(lpcmdline) }.ok_or(ERROR_INVALID_PARAMETER)?;
        let arguments = if line.is_empty() {
            let program = crate::modules::names::program_file()?;
            vec![program.to_string_lossy().into_owned()]
        } else {
            apart(&line)
        };
        let block = block(&arguments)?;
        // SAFETY: valid for a write by this function's contract.
        unsafe { store(pnumargs, arguments.len() as i32) };
        Ok(block)
    })
}

/// How the program was started: nothing is asked of its window, and there are no other standard handles than the usual.
///
/// # Safety
/// `lpstartupinfo` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetStartupInfoW(lpstartupinfo: *mut STARTUPINFOW) {
    let info = STARTUPINFOW {
        cb: size_of::<STARTUPINFOW>() as u32,
        ..Default::default()
    };
    // SAFETY: this function's contract.
    infallible((), || unsafe { store(lpstartupinfo, info) });
}

/// As [`GetStartupInfoW`].
///
/// # Safety
/// `lpstartupinfo` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetStartupInfoA(lpstartupinfo: *mut STARTUPINFOA) {
    let info = STARTUPINFOA {
        cb: size_of::<STARTUPINFOA>() as u32,
        ..Default::default()
    };
    // SAFETY: this function's contract.
    infallible((), || unsafe { store(lpstartupinfo, info) });
}

fn line() -> Vec<u8> {
    let mut line = Vec::new();
    for (at, argument) in std::env::args_os().enumerate() {
        if at > 0 {
            line.push(b' ');
        }
        quote(argument.as_bytes(), &mut line);
    }
    line
}

/// Appends an argument, between quotation marks where it needs them: backslashes count double before one.
fn quote(argument: &[u8], line: &mut Vec<u8>) {
    let plain = |byte: &u8| !b" \t\n\x0B\"".contains(byte);
    if !argument.is_empty() && argument.iter().all(plain) {
        line.extend(argument);
        return;
    }
    line.push(b'"');
    let mut backslashes = 0;
    for &byte in argument {
        match byte {
            b'\\' => backslashes += 1,
            b'"' => {
                line.extend(std::iter::repeat_n(b'\\', backslashes + 1));
                backslashes = 0;
            }
            _ => backslashes = 0,
        }
        line.push(byte);
    }
    line.extend(std::iter::repeat_n(b'\\', backslashes));
    line.push(b'"');
}

/// The arguments of a line. The first one, the program, knows no backslash before a quotation mark.
pub(crate) fn apart(line: &str) -> Vec<String> {
    let mut rest = line.chars().peekable();
    let mut program = String::new();
    let mut quoted = false;
    while let Some(character) = rest.next_if(|&next| quoted || !matches!(next, ' ' | '\t')) {
        if character == '"' {
            quoted = !quoted;
        } else {
            program.push(character);
        }
    }
    let mut arguments = vec![program];
    while rest.next_if(|next| matches!(next, ' ' | '\t')).is_some() {}
    while rest.peek().is_some() {
        arguments.push(argument(&mut rest));
        while rest.next_if(|next| matches!(next, ' ' | '\t')).is_some() {}
    }
    arguments
}

fn argument(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut text = String::new();
    let (mut quoted, mut backslashes) = (false, 0_usize);
    while let Some(character) = rest.next_if(|&next| quoted || !matches!(next, ' ' | '\t')) {
        match character {
            '\\' => {
                backslashes += 1;
                text.push('\\');
            }
            '"' => {
                // Half of the backslashes stand for themselves; an odd one makes the mark a character.
                text.truncate(text.len() - backslashes.div_ceil(2));
                let literal = backslashes % 2 == 1 || quoted && rest.next_if_eq(&'"').is_some();
                if literal {
                    text.push('"');
                } else {
                    quoted = !quoted;
                }
                backslashes = 0;
            }
            _ => {
                backslashes = 0;
                text.push(character);
            }
        }
    }
    text
}

/// Pointers and texts in one piece of memory of the C library.
fn block(arguments: &[String]) -> Result<*mut PWSTR, Win32Error> {
    let texts: Vec<Vec<u16>> = arguments.iter().map(|text| u16::encode(text)).collect();
    let pointers = (texts.len() + 1) * size_of::<PWSTR>();
    let units: usize = texts.iter().map(Vec::len).sum();
    // SAFETY: a number of bytes; the result is checked.
    let block: *mut c_void = unsafe { libc::malloc(pointers + units * 2) };
    if block.is_null() {
        return Err(ERROR_NOT_ENOUGH_MEMORY.into());
    }
    let places = block.cast::<PWSTR>();
    let mut to = block.wrapping_byte_add(pointers).cast::<u16>();
    for (at, text) in texts.iter().enumerate() {
        // SAFETY: the block has room for all pointers and, behind them, all texts.
        unsafe {
            to.copy_from_nonoverlapping(text.as_ptr(), text.len());
            places.add(at).write(to);
        }
        to = to.wrapping_add(text.len());
    }
    // SAFETY: the last of the places counted above.
    unsafe { places.add(texts.len()).write(std::ptr::null_mut()) };
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_taken_apart_as_on_windows() {
        for (line, arguments) in [
            ("server 9000", vec!["server", "9000"]),
            (
                "\"C:\\my server.exe\"  -p\t9000 ",
                vec!["C:\\my server.exe", "-p", "9000"],
            ),
            (
                "s \"a b\" c\\d \"\" e\"f g\"",
                vec!["s", "a b", "c\\d", "", "ef g"],
            ),
            (
                "s \\\\\"a b\" \\\"q\\\" \\\\\\\"x",
                vec!["s", "\\a b", "\"q\"", "\\\"x"],
            ),
            ("s \"a\"\"b\"", vec!["s", "a\"b"]),
        ] {
            assert_eq!(apart(line), arguments, "{line}");
        }
    }

    #[test]
    fn what_is_quoted_comes_back() {
        let arguments = [
            "s",
            "a b",
            "tail\\",
            "tail \\",
            "\"",
            "\\\"x y\\\\",
            "",
            "한글",
        ];
        let mut line = Vec::new();
        for argument in arguments {
            quote(argument.as_bytes(), &mut line);
            line.push(b' ');
        }
        assert_eq!(apart(std::str::from_utf8(&line).unwrap()), arguments);
    }
}
