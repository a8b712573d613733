//! Message boxes and debug output, whose text goes to standard error: each test starts itself again and looks there.
#![cfg(target_os = "linux")]

use std::process::Command;
use std::ptr::{null, null_mut};

use larboard_win32::Win32::Foundation::{ERROR_INVALID_MSGBOX_STYLE, GetLastError};
use larboard_win32::Win32::System::Diagnostics::Debug::{OutputDebugStringA, OutputDebugStringW};
use larboard_win32::Win32::UI::WindowsAndMessaging::{
    IDNO, IDOK, MB_DEFBUTTON2, MB_ICONERROR, MB_OK, MB_YESNO, MessageBoxA, MessageBoxW,
};

const CHILD: &str = "LARBOARD_MESSAGE_BOX_CHILD";

/// Runs a test in a process of its own: what it has written to standard error.
fn apart(name: &str, variable: &str, inside: impl FnOnce()) -> Option<String> {
    if std::env::var_os(CHILD).is_some() {
        inside();
        return None;
    }
    let output = Command::new(std::env::current_exe().expect("the test"))
        .args(["--exact", "--nocapture", name])
        .env(CHILD, "1")
        .env(variable, "1")
        .output()
        .expect("the test again");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}");
    Some(text)
}

/// ERR-08: A message box writes title and text to standard error and answers with the default button.
#[test]
fn err_08_message_boxes() {
    let text = apart("err_08_message_boxes", "LARBOARD_UNUSED", || {
        let (text, title) = (c"bind() failed".as_ptr().cast(), c"Server".as_ptr().cast());
        // SAFETY: the strings end with 0, or are null.
        unsafe {
            assert_eq!(
                MessageBoxA(null_mut(), text, title, MB_OK | MB_ICONERROR),
                IDOK
            );
            let question: Vec<u16> = "닻을 올릴까요?\0".encode_utf16().collect();
            let answer = MessageBoxW(
                null_mut(),
                question.as_ptr(),
                null(),
                MB_YESNO | MB_DEFBUTTON2,
            );
            assert_eq!(answer, IDNO);
            assert_eq!(MessageBoxA(null_mut(), text, title, 9), 0);
            assert_eq!(GetLastError(), ERROR_INVALID_MSGBOX_STYLE);
        }
    });
    if let Some(text) = text {
        assert!(
            text.contains("Server: bind() failed\nError: 닻을 올릴까요?\n"),
            "{text}"
        );
        assert_eq!(text.matches("bind()").count(), 1);
    }
}

fn say_to_the_debugger() {
    let wide: Vec<u16> = "닻\n\0".encode_utf16().collect();
    // SAFETY: the strings end with 0.
    unsafe {
        OutputDebugStringA(c"to a debugger\n".as_ptr().cast());
        OutputDebugStringW(wide.as_ptr());
    }
}

/// ERR-09: What is said to a debugger is heard if the environment asks for it.
#[test]
fn err_09_debug_output_that_is_heard() {
    let name = "err_09_debug_output_that_is_heard";
    if let Some(text) = apart(name, "LARBOARD_DEBUG_OUTPUT", say_to_the_debugger) {
        assert!(text.contains("to a debugger\n닻\n"), "{text}");
    }
}

/// ERR-09: And by nobody otherwise.
#[test]
fn err_09_debug_output_that_nobody_hears() {
    let name = "err_09_debug_output_that_nobody_hears";
    if let Some(text) = apart(name, "LARBOARD_UNUSED", say_to_the_debugger) {
        assert!(!text.contains("debugger"), "{text}");
    }
}
