//! The process: its end, commands, waiting.

use std::ffi::{c_int, c_uint};
use std::io::Write;

use crate::console;
use crate::stream::{c_string, none};
use crate::unit;

/// `_cexit`: writes out all streams, without ending the process.
#[unsafe(no_mangle)]
extern "C" fn _cexit() {
    // SAFETY: null stands for all streams.
    unsafe { libc::fflush(none()) };
}

/// `_c_exit`: nothing is left to do but what the system does at the end.
#[unsafe(no_mangle)]
extern "C" fn larboard_c_exit() {}

type OnExit = unsafe extern "C" fn() -> c_int;

/// `_onexit`: as `atexit`; the function, or null when it could not be kept.
#[unsafe(no_mangle)]
unsafe extern "C" fn _onexit(function: Option<OnExit>) -> Option<OnExit> {
    let kept = function?;
    unsafe extern "C" {
        fn __cxa_atexit(
            function: unsafe extern "C" fn(*mut ()),
            argument: *mut (),
            object: *mut (),
        ) -> c_int;
    }
    unsafe extern "C" fn call(function: *mut ()) {
        // SAFETY: `_onexit` passed a function of this type.
        unsafe { std::mem::transmute::<*mut (), OnExit>(function)() };
    }
    // SAFETY: the function is the program's, which lives as long as the process.
    let failed = unsafe { __cxa_atexit(call, kept as *mut (), none()) };
    (failed == 0).then_some(kept)
}

/// `_sleep`: waits for so many milliseconds.
#[unsafe(no_mangle)]
extern "C" fn larboard_crt_sleep(milliseconds: c_uint) {
    wait(milliseconds);
}

/// `_beep`: rings the terminal's bell, and waits for the length of the sound.
#[unsafe(no_mangle)]
extern "C" fn larboard_crt_beep(_frequency: c_uint, milliseconds: c_uint) {
    console::terminal(b"\x07");
    wait(milliseconds);
}

fn wait(milliseconds: c_uint) {
    std::thread::sleep(std::time::Duration::from_millis(milliseconds.into()));
}

/// `system`: runs a command by `sh`, but for those of Windows' own shell that programs use on their console: `cls`, `pause`,
/// `title`, `color`, `chcp`, `mode`. The command's exit code; null asks for a shell. -1 with errno.
#[unsafe(no_mangle)]
unsafe extern "C" fn larboard_system(command: *const u8) -> c_int {
    if command.is_null() {
        return 1;
    }
    // SAFETY: the caller gives text.
    run(unsafe { unit::text(command) })
}

/// `_wsystem`: as `system`.
#[unsafe(no_mangle)]
unsafe extern "C" fn _wsystem(command: *const u16) -> c_int {
    if command.is_null() {
        return 1;
    }
    // SAFETY: the caller gives text.
    run(&unit::narrow(unsafe { unit::text(command) }))
}

fn run(command: &[u8]) -> c_int {
    // What the program printed stands before what the command prints.
    // SAFETY: null stands for all streams.
    unsafe { libc::fflush(none()) };
    let text = String::from_utf8_lossy(command);
    if text.trim().is_empty() {
        return 0;
    }
    if let Some(code) = built_in(text.trim()) {
        return code;
    }
    // SAFETY: a C string.
    let status = unsafe { libc::system(c_string(command).as_ptr()) };
    if status >= 0 && libc::WIFEXITED(status) {
        libc::WEXITSTATUS(status)
    } else {
        status
    }
}

/// What Windows' shell does itself on the console; `None` for a command of `sh`.
fn built_in(command: &str) -> Option<c_int> {
    let (silent, name) = match command
        .strip_suffix(">nul")
        .or_else(|| command.strip_suffix("> nul"))
    {
        Some(name) => (true, name.trim()),
        None => (false, command),
    };
    let (word, rest) = name.split_once(char::is_whitespace).unwrap_or((name, ""));
    match word.to_ascii_lowercase().as_str() {
        "cls" => console::terminal(b"\x1b[H\x1b[2J\x1b[3J"),
        "title" => console::terminal(format!("\x1b]0;{}\x07", rest.trim()).as_bytes()),
        "color" => console::terminal(&colours(rest.trim())),
        "chcp" | "mode" => {}
        "pause" => {
            if !silent {
                let _ = std::io::stdout().write_all(b"Press any key to continue . . . ");
                let _ = std::io::stdout().flush();
            }
            console::wait_for_key();
            if !silent {
                let _ = std::io::stdout().write_all(b"\n");
                let _ = std::io::stdout().flush();
            }
        }
        _ => return None,
    }
    Some(0)
}

/// The escape sequence for `color XY`: background and foreground as hexadecimal digits; without them the terminal's own.
fn colours(digits: &str) -> Vec<u8> {
    /// Windows' order is blue, green, red; a terminal's is red, green, blue.
    const ORDER: [u32; 8] = [0, 4, 2, 6, 1, 5, 3, 7];
    let colour = |digit: char, dark: u32, bright: u32| {
        let value = digit.to_digit(16)?;
        let base = if value >= 8 { bright } else { dark };
        Some(base + ORDER[value as usize & 7])
    };
    let mut digits = digits.chars();
    let codes = match (digits.next(), digits.next()) {
        (Some(back), Some(front)) => colour(back, 40, 100)
            .zip(colour(front, 30, 90))
            .map(|(back, front)| format!("{back};{front}")),
        (Some(front), None) => colour(front, 30, 90).map(|front| front.to_string()),
        _ => Some("0".to_owned()),
    };
    codes.map_or(Vec::new(), |codes| format!("\x1b[{codes}m").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_of_the_console() {
        assert_eq!(colours("0A"), b"\x1b[40;92m");
        assert_eq!(colours("4"), b"\x1b[31m");
        assert_eq!(colours(""), b"\x1b[0m");
        assert_eq!(colours("zz"), b"");
    }

    #[test]
    fn commands_of_the_shell_and_of_the_console() {
        assert_eq!(run(b"exit 3"), 3);
        assert_eq!(built_in("chcp 65001 > nul"), Some(0));
        assert_eq!(built_in("clsx"), None);
        assert_eq!(run(b"  "), 0);
    }
}
