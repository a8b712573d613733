//! Writing, colours, cursor, drawing, titles.

use larboard_win32::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, FALSE, INVALID_HANDLE_VALUE,
};
use larboard_win32::Win32::Globalization::CP_UTF8;
use larboard_win32::Win32::Storage::FileSystem::{FILE_TYPE_CHAR, FILE_TYPE_PIPE, GetFileType};
use larboard_win32::Win32::System::Console::{
    AllocConsole, BACKGROUND_BLUE, CHAR_INFO, CHAR_INFO_0, CONSOLE_CURSOR_INFO,
    CONSOLE_SCREEN_BUFFER_INFO, COORD, FOREGROUND_GREEN, FOREGROUND_INTENSITY, FOREGROUND_RED,
    FillConsoleOutputAttribute, FillConsoleOutputCharacterA, FreeConsole, GetConsoleCP,
    GetConsoleCursorInfo, GetConsoleMode, GetConsoleOutputCP, GetConsoleScreenBufferInfo,
    GetConsoleTitleA, GetConsoleTitleW, GetConsoleWindow, GetStdHandle, SMALL_RECT,
    STD_OUTPUT_HANDLE, SetConsoleCursorInfo, SetConsoleCursorPosition, SetConsoleOutputCP,
    SetConsoleTextAttribute, SetConsoleTitleW, SetStdHandle, WriteConsoleA, WriteConsoleOutputW,
    WriteConsoleW,
};

use crate::terminal::on_a_terminal;
use crate::{last_error, null, say, standard_error, standard_input, standard_output, wide};

/// CON-01: The standard handles are file handles, the same at every call, until SetStdHandle puts others there.
#[test]
fn con_01_the_standard_handles() {
    on_a_terminal(
        "output::con_01_the_standard_handles",
        || {
            assert_eq!(standard_output(), standard_output());
            assert_ne!(standard_output(), standard_error());
            assert_eq!(call!(GetFileType(standard_input())), FILE_TYPE_CHAR);
            assert_eq!(call!(GetFileType(standard_error())), FILE_TYPE_PIPE);
            say("written by WriteFile");
            assert_eq!(call!(GetStdHandle(7)), INVALID_HANDLE_VALUE);
            assert_eq!(last_error(), ERROR_INVALID_HANDLE);
            let other = standard_error();
            assert_ne!(call!(SetStdHandle(STD_OUTPUT_HANDLE, other)), 0);
            assert_eq!(standard_output(), other);
        },
        |terminal| {
            terminal.expect("written by WriteFile");
        },
    );
}

/// CON-02: WriteConsole writes wide and narrow text and counts its units; half characters wait for the other half.
#[test]
fn con_02_writing_text() {
    on_a_terminal(
        "output::con_02_writing_text",
        || {
            let (text, mut count) = (wide("닻을 올려라 🚢!"), 0);
            let (start, end) = text.split_at(9 - 1);
            for part in [start, end] {
                let length = part.len() as u32;
                let to = standard_output();
                assert_ne!(
                    call!(WriteConsoleW(to, part.as_ptr(), length, &mut count, null())),
                    0
                );
                assert_eq!(count, length);
            }
            let narrow = "닻줄;".as_bytes();
            let length = narrow.len() as u32;
            let to = standard_output();
            assert_ne!(
                call!(WriteConsoleA(
                    to,
                    narrow.as_ptr(),
                    length,
                    &mut count,
                    null()
                )),
                0
            );
            assert_eq!(count, length);
        },
        |terminal| {
            terminal.expect("닻을 올려라 🚢!닻줄;");
        },
    );
}

/// CON-02: Where output is redirected, WriteConsole and the other functions answer ERROR_INVALID_HANDLE.
#[test]
fn con_02_redirected_output_is_no_console() {
    on_a_terminal(
        "output::con_02_redirected_output_is_no_console",
        || {
            let (to, mut mode) = (standard_error(), 0);
            let text = wide("lost");
            let written = call!(WriteConsoleW(
                to,
                text.as_ptr(),
                4,
                std::ptr::null_mut(),
                null()
            ));
            assert_eq!((written, last_error()), (0, ERROR_INVALID_HANDLE));
            assert_eq!(call!(GetConsoleMode(to, &mut mode)), 0);
            assert_eq!(last_error(), ERROR_INVALID_HANDLE);
            assert_eq!(call!(SetConsoleTextAttribute(to, FOREGROUND_RED)), 0);
            assert_eq!(last_error(), ERROR_INVALID_HANDLE);
            // The side that is read is not written.
            let read = standard_input();
            let written = call!(WriteConsoleW(
                read,
                text.as_ptr(),
                4,
                std::ptr::null_mut(),
                null()
            ));
            assert_eq!((written, last_error()), (0, ERROR_INVALID_HANDLE));
        },
        |_| {},
    );
}

/// CON-03: Colours hold from one call to the next; the usual ones are the terminal's own, which it gets back at the end.
#[test]
fn con_03_colours() {
    on_a_terminal(
        "output::con_03_colours",
        || {
            let to = standard_output();
            assert_ne!(
                call!(SetConsoleTextAttribute(
                    to,
                    FOREGROUND_GREEN | FOREGROUND_INTENSITY
                )),
                0
            );
            say("green");
            assert_ne!(call!(SetConsoleTextAttribute(to, 7)), 0);
            say("usual");
            assert_ne!(
                call!(SetConsoleTextAttribute(
                    to,
                    BACKGROUND_BLUE | FOREGROUND_RED
                )),
                0
            );
            say("last");
        },
        |terminal| {
            terminal.expect("\x1B[0;92mgreen\x1B[0musual\x1B[0;31;44mlast");
            terminal.expect("\x1B[0m");
        },
    );
}

fn info() -> CONSOLE_SCREEN_BUFFER_INFO {
    let mut info = CONSOLE_SCREEN_BUFFER_INFO::default();
    assert_ne!(
        call!(GetConsoleScreenBufferInfo(standard_output(), &mut info)),
        0
    );
    info
}

/// CON-04: The size is that of the window, the colours those that were set, and the place of the cursor is right.
#[test]
fn con_04_the_screen() {
    on_a_terminal(
        "output::con_04_the_screen",
        || {
            call!(SetConsoleTextAttribute(standard_output(), FOREGROUND_RED));
            let info = info();
            assert_eq!((info.dwSize.X, info.dwSize.Y), (100, 30));
            assert_eq!((info.srWindow.Right, info.srWindow.Bottom), (99, 29));
            assert_eq!((info.dwCursorPosition.X, info.dwCursorPosition.Y), (11, 6));
            assert_eq!(info.wAttributes, FOREGROUND_RED);
            let key = larboard_win32::console_keys::read(true).expect("what was typed meanwhile");
            assert_eq!(key.character, '닻');
        },
        |terminal| {
            terminal.types_before_answer = "닻";
            terminal.cursor = Some((7, 12));
        },
    );
}

/// CON-04: A terminal that does not answer costs a moment once, and the cursor is told to be at the start.
#[test]
fn con_04_a_terminal_that_does_not_answer() {
    on_a_terminal(
        "output::con_04_a_terminal_that_does_not_answer",
        || {
            for _ in 0..3 {
                let place = info().dwCursorPosition;
                assert_eq!((place.X, place.Y), (0, 0));
            }
            say("no answer");
        },
        |terminal| {
            let asked = terminal.expect("no answer");
            assert_eq!(asked.matches("\x1B[6n").count(), 1);
        },
    );
}

/// CON-05: The cursor goes where it is told within the window; hidden, it comes back at the end.
#[test]
fn con_05_the_cursor() {
    on_a_terminal(
        "output::con_05_the_cursor",
        || {
            let to = standard_output();
            assert_ne!(call!(SetConsoleCursorPosition(to, COORD { X: 4, Y: 2 })), 0);
            say("here");
            assert_eq!(
                call!(SetConsoleCursorPosition(to, COORD { X: 100, Y: 2 })),
                0
            );
            assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
            let hidden = CONSOLE_CURSOR_INFO {
                dwSize: 50,
                bVisible: FALSE,
            };
            assert_ne!(call!(SetConsoleCursorInfo(to, &hidden)), 0);
            let mut told = CONSOLE_CURSOR_INFO::default();
            assert_ne!(call!(GetConsoleCursorInfo(to, &mut told)), 0);
            assert_eq!((told.dwSize, told.bVisible), (50, FALSE));
            let wrong = CONSOLE_CURSOR_INFO {
                dwSize: 0,
                ..hidden
            };
            assert_eq!(call!(SetConsoleCursorInfo(to, &wrong)), 0);
            assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
        },
        |terminal| {
            terminal.expect("\x1B[3;5Hhere\x1B[?25l");
            terminal.expect("\x1B[?25h");
        },
    );
}

/// CON-06: Filling reaches the end of the window at most; the whole window filled with blanks is empty.
#[test]
fn con_06_filling() {
    on_a_terminal(
        "output::con_06_filling",
        || {
            let (to, mut count) = (standard_output(), 0);
            let place = COORD { X: 98, Y: 3 };
            assert_ne!(
                call!(FillConsoleOutputCharacterA(
                    to, b'#' as i8, 3, place, &mut count
                )),
                0
            );
            assert_eq!(count, 3);
            let origin = COORD { X: 0, Y: 0 };
            assert_ne!(
                call!(FillConsoleOutputCharacterA(
                    to, b' ' as i8, 9999, origin, &mut count
                )),
                0
            );
            assert_eq!(count, 3000);
            assert_ne!(
                call!(FillConsoleOutputAttribute(to, 7, 9999, origin, &mut count)),
                0
            );
            assert_eq!(count, 3000);
            let outside = COORD { X: 0, Y: 30 };
            assert_eq!(
                call!(FillConsoleOutputCharacterA(to, 35, 1, outside, &mut count)),
                0
            );
            assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
        },
        |terminal| {
            terminal.expect("\x1B7\x1B[4;99H##\x1B[5;1H#\x1B8");
            terminal.expect("\x1B[2J");
        },
    );
}

/// CON-06: A rectangle of characters is drawn with its colours, as far as it lies in the window.
#[test]
fn con_06_drawing() {
    on_a_terminal(
        "output::con_06_drawing",
        || {
            let cell = |character: char, colours| CHAR_INFO {
                Char: CHAR_INFO_0 {
                    UnicodeChar: character as u16,
                },
                Attributes: colours,
            };
            let cells = [
                cell('a', 7),
                cell('b', 7),
                cell('c', FOREGROUND_RED),
                cell('d', 7),
            ];
            let mut region = SMALL_RECT {
                Left: 98,
                Top: 1,
                Right: 120,
                Bottom: 2,
            };
            let (size, from) = (COORD { X: 2, Y: 2 }, COORD { X: 0, Y: 0 });
            let to = standard_output();
            assert_ne!(
                call!(WriteConsoleOutputW(
                    to,
                    cells.as_ptr(),
                    size,
                    from,
                    &mut region
                )),
                0
            );
            assert_eq!((region.Right, region.Bottom), (99, 2));
        },
        |terminal| {
            terminal.expect("\x1B7\x1B[2;99H\x1B[0mab\x1B[3;99H\x1B[0;31mc\x1B[0md\x1B[0m\x1B8");
        },
    );
}

/// CON-11: The title is told to the terminal without its control characters, and told back as it was set.
#[test]
fn con_11_the_title() {
    on_a_terminal(
        "output::con_11_the_title",
        || {
            let mut path = [0u8; 512];
            let length = call!(GetConsoleTitleA(path.as_mut_ptr(), 512));
            let program = std::env::current_exe().expect("a path");
            let program = program.to_string_lossy();
            assert_eq!(String::from_utf8_lossy(&path[..length as usize]), program);
            let title: Vec<u16> = wide("닻\x07 서버\0");
            assert_ne!(call!(SetConsoleTitleW(title.as_ptr())), 0);
            let mut back = [0x3F; 8];
            assert_eq!(call!(GetConsoleTitleW(back.as_mut_ptr(), 8)), 5);
            assert_eq!(back[..6], title[..6]);
            assert_eq!(call!(GetConsoleTitleW(back.as_mut_ptr(), 3)), 5);
            assert_eq!(back[..4], [title[0], title[1], 0, title[3]]);
        },
        |terminal| {
            terminal.expect("\x1B]0;닻 서버\x07");
        },
    );
}

/// CON-12: The console speaks UTF-8, and remembers other code pages that exist. It can be given up and had again.
#[test]
fn con_12_code_pages_and_having_a_console() {
    on_a_terminal(
        "output::con_12_code_pages_and_having_a_console",
        || {
            assert_eq!(call!(GetConsoleOutputCP()), CP_UTF8);
            assert_ne!(call!(SetConsoleOutputCP(949)), 0);
            assert_eq!(call!(GetConsoleOutputCP()), 949);
            assert_eq!(call!(GetConsoleCP()), CP_UTF8);
            assert_eq!(call!(SetConsoleOutputCP(12)), 0);
            assert_eq!(last_error(), ERROR_INVALID_PARAMETER);

            assert!(call!(GetConsoleWindow()).is_null());
            let mut mode = 0;
            assert_ne!(call!(FreeConsole()), 0);
            assert_eq!(call!(GetConsoleMode(standard_output(), &mut mode)), 0);
            assert_eq!(call!(FreeConsole()), 0);
            assert_ne!(call!(AllocConsole()), 0);
            assert_ne!(call!(GetConsoleMode(standard_output(), &mut mode)), 0);
            assert_eq!(call!(AllocConsole()), 0);
            assert_eq!(last_error(), ERROR_ACCESS_DENIED);
        },
        |_| {},
    );
}
