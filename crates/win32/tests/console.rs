//! The console functions on a terminal (CON): each test starts itself again on a pseudo terminal, whose other side it plays.
#![cfg(target_os = "linux")]

/// Calls a function of the system under test.
macro_rules! call {
    ($call:expr) => {{
        // SAFETY: the test passes pointers to live memory of the documented size, or values whose refusal it checks.
        unsafe { $call }
    }};
}

#[path = "console/terminal.rs"]
mod terminal;

#[path = "console/control.rs"]
mod control;
#[path = "console/input.rs"]
mod input;
#[path = "console/output.rs"]
mod output;

use std::ffi::c_void;

use larboard_win32::Win32::Foundation::{GetLastError, HANDLE};
use larboard_win32::Win32::System::Console::{
    GetStdHandle, STD_ERROR_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE,
};

fn last_error() -> u32 {
    call!(GetLastError())
}

fn standard_input() -> HANDLE {
    call!(GetStdHandle(STD_INPUT_HANDLE))
}

fn standard_output() -> HANDLE {
    call!(GetStdHandle(STD_OUTPUT_HANDLE))
}

/// A pipe in these tests, as if it were redirected.
fn standard_error() -> HANDLE {
    call!(GetStdHandle(STD_ERROR_HANDLE))
}

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

/// Tells the other side how far this one is.
fn say(text: &str) {
    use larboard_win32::Win32::Storage::FileSystem::WriteFile;
    let mut written = 0;
    let length = text.len() as u32;
    let to = standard_output();
    let done = call!(WriteFile(
        to,
        text.as_ptr(),
        length,
        &mut written,
        std::ptr::null_mut()
    ));
    assert_eq!((done, written), (1, length), "error {}", last_error());
}

fn null() -> *const c_void {
    std::ptr::null()
}
