//! How a program begins that has no `main`: `wmain`, `WinMain` or `wWinMain`.
//!
//! The library brings a *weak* `main`. A program's own one wins over it; where there is none, the linker takes this one out
//! of the archive. It looks which of Windows' beginnings the program has, by weak references that stay null where the
//! program has none, and calls it.
//!
//! `wmain` is an ordinary function to the C++ compiler, so its symbol tells its parameters. They differ only in what the
//! function looks at: all of them may be called with three arguments.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::null_mut;

/// Writes a table of weak references, one word each, null where the program has no such function.
macro_rules! beginnings {
    ($table:literal: $($name:literal),+) => {
        core::arch::global_asm!(
            $(concat!(".weak ", $name),)+
            concat!(".pushsection .data.rel.ro.", $table, ", \"aw\""),
            ".balign 8",
            concat!(".globl ", $table),
            concat!(".hidden ", $table),
            concat!($table, ":"),
            $(concat!(".quad ", $name),)+
            ".quad 0",
            ".popsection",
        );
    };
}

// C; then C++ with (), (int, wchar_t**), (int, const wchar_t**), the same with the environment, const parameters alike.
beginnings!("larboard_wmain_table": "wmain", "_Z5wmainv", "_Z5wmainiPPw", "_Z5wmainiPPKw", "_Z5wmainiPPwS0_", "_Z5wmainiPPKwS1_",
    "_Z5wmainiPKPw", "_Z5wmainiPKPKw", "_Z5wmaini");
beginnings!("larboard_winmain_table": "WinMain", "_Z7WinMainPvS_Pci",
    "_Z7WinMainP11HINSTANCE__S0_Pci");
beginnings!("larboard_wwinmain_table": "wWinMain", "_Z8wWinMainPvS_Pwi",
    "_Z8wWinMainP11HINSTANCE__S0_Pwi");

#[cfg(target_arch = "x86_64")]
core::arch::global_asm!(
    ".pushsection .text.larboard_weak_main, \"ax\"",
    ".weak main",
    ".type main, @function",
    "main: jmp {main}",
    ".size main, . - main",
    ".popsection",
    main = sym larboard_main,
);

#[cfg(target_arch = "aarch64")]
core::arch::global_asm!(
    ".pushsection .text.larboard_weak_main, \"ax\"",
    ".weak main",
    ".type main, %function",
    "main: b {main}",
    ".size main, . - main",
    ".popsection",
    main = sym larboard_main,
);

type Wmain = unsafe extern "C" fn(c_int, *mut *mut u16, *mut *mut u16) -> c_int;
type WinMain = unsafe extern "C" fn(*mut c_void, *mut c_void, *mut c_char, c_int) -> c_int;
type WideWinMain = unsafe extern "C" fn(*mut c_void, *mut c_void, *mut u16, c_int) -> c_int;

#[allow(clashing_extern_declarations)]
unsafe extern "C" {
    static larboard_wmain_table: [Option<Wmain>; 10];
    static larboard_winmain_table: [Option<WinMain>; 4];
    static larboard_wwinmain_table: [Option<WideWinMain>; 4];
}

/// `SW_SHOWDEFAULT`: how the first window would be shown.
const SHOW_DEFAULT: c_int = 10;

/// The first function of a table that the program has. A volatile read, for the compiler takes an address in a table for
/// one that cannot be null.
fn first<F: Copy, const N: usize>(table: &'static [Option<F>; N]) -> Option<F> {
    table.iter().find_map(|entry| {
        // SAFETY: a reference to an element of a static table; a function pointer or null, which is what `Option` of one is.
        unsafe { std::ptr::read_volatile(entry) }
    })
}

/// Runs the program's Windows beginning; the exit code is its own. Status 1 and a line on standard error, if there is none.
extern "C" fn larboard_main(
    argc: c_int,
    argv: *mut *mut c_char,
    environment: *mut *mut c_char,
) -> c_int {
    // SAFETY: the tables are written above, with as many words as their types say.
    let (wmain, ansi, wide) = unsafe {
        (
            first(&larboard_wmain_table),
            first(&larboard_winmain_table),
            first(&larboard_wwinmain_table),
        )
    };
    // SAFETY: argv and the environment are the C library's: arrays of strings that end with a null pointer.
    let (arguments, variables) = unsafe { (strings(argv), strings(environment)) };
    if let Some(wmain) = wmain {
        let (arguments, variables) = (wide_array(&arguments), wide_array(&variables));
        // SAFETY: the program's function, with Windows' parameters; both arrays live as long as the program.
        return unsafe { wmain(argc, arguments, variables) };
    }
    let line = command_line(arguments.get(1..).unwrap_or_default());
    // Windows gives the address where the program lies, a number like any other to the program.
    let instance: *mut c_void = std::ptr::without_provenance_mut(INSTANCE);
    if let Some(main) = wide {
        let mut line: Vec<u16> = line.encode_utf16().chain([0]).collect();
        // SAFETY: the program's function, with Windows' parameters; the line lives until it returns.
        return unsafe { main(instance, null_mut(), line.as_mut_ptr(), SHOW_DEFAULT) };
    }
    if let Some(main) = ansi {
        let mut line: Vec<u8> = line.bytes().chain([0]).collect();
        // SAFETY: as above.
        return unsafe { main(instance, null_mut(), line.as_mut_ptr().cast(), SHOW_DEFAULT) };
    }
    eprintln!("this program has no main, wmain, WinMain or wWinMain that can be called");
    1
}

/// Where Windows' linker puts a 64-bit program.
const INSTANCE: usize = 0x1_4000_0000;

/// The strings of an array that ends with a null pointer; a null array has none.
///
/// # Safety
///
/// `array` is null or such an array, of strings that stay as they are during the call.
unsafe fn strings(array: *mut *mut c_char) -> Vec<String> {
    let mut found = Vec::new();
    if array.is_null() {
        return found;
    }
    for index in 0.. {
        // SAFETY: the caller's array has an element here, for none before was null.
        let string = unsafe { *array.add(index) };
        if string.is_null() {
            break;
        }
        // SAFETY: a string of the caller's array.
        found.push(
            unsafe { CStr::from_ptr(string) }
                .to_string_lossy()
                .into_owned(),
        );
    }
    found
}

/// An array of UTF-16 strings that ends with a null pointer. It stays as long as the program, as a program expects of argv.
fn wide_array(strings: &[String]) -> *mut *mut u16 {
    let wide = |string: &String| {
        Vec::leak(string.encode_utf16().chain([0]).collect::<Vec<u16>>()).as_mut_ptr()
    };
    Vec::leak(
        strings
            .iter()
            .map(wide)
            .chain([null_mut()])
            .collect::<Vec<_>>(),
    )
    .as_mut_ptr()
}

/// One line of arguments, quoted as Windows' programs read it: quotation marks round what has blanks, a backslash before
/// a quotation mark and before each backslash that precedes one.
fn command_line(arguments: &[String]) -> String {
    arguments
        .iter()
        .map(|argument| quoted(argument))
        .collect::<Vec<_>>()
        .join(" ")
}

fn quoted(argument: &str) -> String {
    if !argument.is_empty() && !argument.contains([' ', '\t', '"']) {
        return argument.to_owned();
    }
    let mut line = String::from("\"");
    let mut backslashes = 0;
    for letter in argument.chars() {
        if letter == '"' {
            line.extend(std::iter::repeat_n('\\', backslashes + 1));
        }
        backslashes = if letter == '\\' { backslashes + 1 } else { 0 };
        line.push(letter);
    }
    line.extend(std::iter::repeat_n('\\', backslashes));
    line.push('"');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_quoted_as_windows_reads_it() {
        let line = |arguments: &[&str]| {
            command_line(
                &arguments
                    .iter()
                    .map(|&argument| argument.to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(line(&[]), "");
        assert_eq!(line(&["9000", "127.0.0.1"]), "9000 127.0.0.1");
        assert_eq!(line(&["", "a b", "한 글"]), "\"\" \"a b\" \"한 글\"");
        assert_eq!(
            line(&[r#"say "hi""#, r"c:\a b\"]),
            r#""say \"hi\"" "c:\a b\\""#
        );
        assert_eq!(line(&[r#"\""#]), r#""\\\"""#);
    }
}
