//! Lines, keys, events, modes.

use larboard_win32::Win32::Foundation::{ERROR_INVALID_PARAMETER, FALSE};
use larboard_win32::Win32::Storage::FileSystem::ReadFile;
use larboard_win32::Win32::System::Console::{
    ENABLE_ECHO_INPUT, ENABLE_LINE_INPUT, ENABLE_PROCESSED_INPUT, ENABLE_PROCESSED_OUTPUT,
    ENABLE_QUICK_EDIT_MODE, ENABLE_VIRTUAL_TERMINAL_PROCESSING, FlushConsoleInputBuffer,
    GetConsoleMode, GetNumberOfConsoleInputEvents, INPUT_RECORD, KEY_EVENT, PeekConsoleInputW,
    ReadConsoleA, ReadConsoleInputW, ReadConsoleW, SHIFT_PRESSED, SetConsoleMode,
    WriteConsoleInputW,
};
use larboard_win32::Win32::UI::Input::KeyboardAndMouse::{
    GetAsyncKeyState, VK_ESCAPE, VK_RETURN, VK_SHIFT, VK_UP,
};
use larboard_win32::console_keys;

use crate::terminal::on_a_terminal;
use crate::{last_error, null, say, standard_input, standard_output};

fn line(capacity: usize) -> String {
    let (mut units, mut count) = (vec![0u16; capacity], 0);
    let to = units.as_mut_ptr().cast();
    let from = standard_input();
    assert_ne!(
        call!(ReadConsoleW(
            from,
            to,
            capacity as u32,
            &mut count,
            null().cast()
        )),
        0
    );
    String::from_utf16_lossy(&units[..count as usize])
}

/// CON-07: A line is read with CR and LF; what did not fit comes with the next call. The end of the input is no error.
#[test]
fn con_07_lines() {
    on_a_terminal(
        "input::con_07_lines",
        || {
            say("first?");
            assert_eq!(line(64), "닻을 올려라\r\n");
            say("second?");
            assert_eq!(line(4), "lowe");
            assert_eq!(line(64), "r\r\n");
            say("third?");
            let (mut bytes, mut count) = ([0u8; 64], 0);
            let to = bytes.as_mut_ptr().cast();
            assert_ne!(
                call!(ReadConsoleA(
                    standard_input(),
                    to,
                    64,
                    &mut count,
                    null().cast()
                )),
                0
            );
            assert_eq!(&bytes[..count as usize], "닻\r\n".as_bytes());
            say("end?");
            assert_eq!(line(64), "");
        },
        |terminal| {
            terminal.expect("first?");
            terminal.types("닻을 올려라\n");
            terminal.expect("second?");
            terminal.types("lower\n");
            terminal.expect("third?");
            terminal.types("닻\n");
            terminal.expect("end?");
            terminal.types("\x04");
        },
    );
}

/// CON-08: A key counts as held when it has been typed, and then no longer; its use by others is not disturbed.
#[test]
fn con_08_keys_that_are_held() {
    on_a_terminal(
        "input::con_08_keys_that_are_held",
        || {
            let state = |key: u16| call!(GetAsyncKeyState(key.into()));
            assert_eq!(state(VK_ESCAPE), 0);
            say("escape?");
            while state(VK_ESCAPE) >= 0 {
                std::thread::yield_now();
            }
            assert_eq!(state(VK_UP), 0);
            say("capital?");
            while state(b'Q'.into()) & 1 == 0 {
                std::thread::yield_now();
            }
            assert!(state(VK_SHIFT) < 0);
            assert_eq!(state(b'Q'.into()) & 1, 0, "told once");
            while state(VK_ESCAPE) != 0 {
                std::thread::yield_now();
            }
            let typed: String = std::iter::from_fn(|| console_keys::read(false))
                .map(|key| key.character)
                .collect();
            assert_eq!(typed, "\x1BQ");
        },
        |terminal| {
            terminal.expect("escape?");
            terminal.types("\x1B");
            terminal.expect("capital?");
            terminal.types("Q");
        },
    );
}

fn events(count: u32) -> Vec<(u16, u16, bool)> {
    let (mut records, mut read) = (vec![INPUT_RECORD::default(); count as usize], 0);
    let to = records.as_mut_ptr();
    assert_ne!(
        call!(ReadConsoleInputW(standard_input(), to, count, &mut read)),
        0
    );
    let key = |record: &INPUT_RECORD| {
        assert_eq!(u32::from(record.EventType), KEY_EVENT);
        let key = call!(record.Event.KeyEvent);
        (
            key.wVirtualKeyCode,
            call!(key.uChar.UnicodeChar),
            key.bKeyDown != FALSE,
        )
    };
    records[..read as usize].iter().map(key).collect()
}

/// CON-09: Keys come as events, pressed and let go; they can be counted, looked at, put in and forgotten.
#[test]
fn con_09_events_of_keys() {
    on_a_terminal(
        "input::con_09_events_of_keys",
        || {
            say("up?");
            let mut keys = events(8);
            if keys.len() < 2 {
                keys.extend(events(8));
            }
            assert_eq!(keys, [(VK_UP, 0, true), (VK_UP, 0, false)]);
            say("enter?");
            assert_eq!(events(1), [(VK_RETURN, 13, true)]);
            let (mut left, mut shown) = (0, INPUT_RECORD::default());
            assert_ne!(
                call!(GetNumberOfConsoleInputEvents(standard_input(), &mut left)),
                0
            );
            assert_eq!(left, 1);
            assert_ne!(
                call!(PeekConsoleInputW(
                    standard_input(),
                    &mut shown,
                    1,
                    &mut left
                )),
                0
            );
            assert_eq!(left, 1);
            let mut written = 0;
            assert_ne!(
                call!(WriteConsoleInputW(
                    standard_input(),
                    &shown,
                    1,
                    &mut written
                )),
                0
            );
            assert_eq!(events(8), [(VK_RETURN, 13, false), (VK_RETURN, 13, false)]);
            call!(WriteConsoleInputW(
                standard_input(),
                &shown,
                1,
                &mut written
            ));
            assert_ne!(call!(FlushConsoleInputBuffer(standard_input())), 0);
            assert_ne!(
                call!(PeekConsoleInputW(
                    standard_input(),
                    &mut shown,
                    1,
                    &mut left
                )),
                0
            );
            assert_eq!(left, 0);
        },
        |terminal| {
            terminal.expect("up?");
            terminal.types("\x1B[A");
            terminal.expect("enter?");
            terminal.types("\n");
        },
    );
}

/// CON-09: Who asks for keys gets them one by one, and a line afterwards is a line; keys can be put back.
#[test]
fn con_09_keys_and_lines_by_turns() {
    on_a_terminal(
        "input::con_09_keys_and_lines_by_turns",
        || {
            assert!(!console_keys::pending());
            say("key?");
            while !console_keys::pending() {
                std::thread::yield_now();
            }
            let key = console_keys::read(true).expect("a key");
            assert_eq!((key.character, key.state), ('X', SHIFT_PRESSED));
            console_keys::unread(key);
            assert!(console_keys::pending());
            assert_eq!(console_keys::read(false), Some(key));
            assert_eq!(console_keys::read(false), None);
            console_keys::cooked();
            say("line?");
            let (mut bytes, mut count) = ([0u8; 64], 0);
            let to = bytes.as_mut_ptr();
            let none = std::ptr::null_mut();
            assert_ne!(
                call!(ReadFile(standard_input(), to, 64, &mut count, none)),
                0
            );
            assert_eq!(&bytes[..count as usize], b"whole\r\n");
            say("key again?");
            assert_eq!(
                console_keys::read(true).map(|key| key.virtual_key),
                Some(VK_UP)
            );
        },
        |terminal| {
            terminal.expect("key?");
            terminal.types("X");
            terminal.expect("line?");
            terminal.types("whale\x7F\x7F\x7Fole\n");
            terminal.expect("key again?");
            terminal.types("\x1B[A");
        },
    );
}

fn mode() -> u32 {
    let mut mode = 0;
    assert_ne!(call!(GetConsoleMode(standard_input(), &mut mode)), 0);
    mode
}

/// CON-10: Lines, echo and Ctrl+C are the terminal's, which gets them back at the end; other flags are remembered.
#[test]
fn con_10_modes_of_the_input() {
    let usual = ENABLE_PROCESSED_INPUT | ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT;
    on_a_terminal(
        "input::con_10_modes_of_the_input",
        || {
            let before = mode();
            assert_eq!(before & usual, usual);
            assert_ne!(before & ENABLE_QUICK_EDIT_MODE, 0);
            let set = |mode| call!(SetConsoleMode(standard_input(), mode));
            assert_ne!(set(before & !ENABLE_QUICK_EDIT_MODE), 0);
            assert_eq!(mode(), before & !ENABLE_QUICK_EDIT_MODE);
            assert_ne!(set(before & !(ENABLE_ECHO_INPUT | ENABLE_LINE_INPUT)), 0);
            assert_eq!(mode() & usual, ENABLE_PROCESSED_INPUT);
            say("one key?");
            assert_eq!(line(64), "k");
            let echo_alone = ENABLE_ECHO_INPUT | ENABLE_PROCESSED_INPUT;
            assert_eq!(
                (set(echo_alone), last_error()),
                (0, ERROR_INVALID_PARAMETER)
            );
            assert_eq!((set(1 << 20), last_error()), (0, ERROR_INVALID_PARAMETER));
        },
        |terminal| {
            terminal.expect("one key?");
            assert_eq!(terminal.local_flags() & (libc::ECHO | libc::ICANON), 0);
            terminal.types("k");
            terminal.expect("test result: ok");
            let restored = libc::ECHO | libc::ICANON | libc::ISIG;
            while terminal.local_flags() & restored != restored {
                std::thread::yield_now();
            }
        },
    );
}

/// CON-10: The flags of the output are remembered.
#[test]
fn con_10_modes_of_the_output() {
    on_a_terminal(
        "input::con_10_modes_of_the_output",
        || {
            let mut mode = 0;
            let to = standard_output();
            assert_ne!(call!(GetConsoleMode(to, &mut mode)), 0);
            assert_ne!(mode & ENABLE_PROCESSED_OUTPUT, 0);
            let more = mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING;
            assert_ne!(call!(SetConsoleMode(to, more)), 0);
            assert_ne!(call!(GetConsoleMode(to, &mut mode)), 0);
            assert_eq!(mode, more);
            assert_eq!(call!(SetConsoleMode(to, 1 << 20)), 0);
            assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
        },
        |_| {},
    );
}

/// CON-09: When nobody asks for keys any more, the terminal has lines and echo again.
#[test]
fn con_09_the_terminal_is_given_back() {
    on_a_terminal(
        "input::con_09_the_terminal_is_given_back",
        || {
            while !console_keys::pending() {
                std::thread::yield_now();
            }
            say("a line?");
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).expect("a line");
            assert_eq!(line, "xyz\n");
        },
        |terminal| {
            terminal.types("x");
            terminal.expect("a line?");
            let lines = libc::ECHO | libc::ICANON;
            while terminal.local_flags() & lines != lines {
                std::thread::yield_now();
            }
            terminal.types("yy\x7Fz\n");
        },
    );
}
