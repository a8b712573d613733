//! Environment variables and the command line.

use std::ptr::{null, null_mut};

use crate::common::w::Win32::Foundation::{ERROR_ENVVAR_NOT_FOUND, ERROR_INVALID_PARAMETER};
use crate::common::w::Win32::System::Environment::{
    ExpandEnvironmentStringsW, FreeEnvironmentStringsW, GetCommandLineA, GetCommandLineW,
    GetEnvironmentStringsW, GetEnvironmentVariableA, GetEnvironmentVariableW,
    SetEnvironmentVariableW,
};
use crate::common::w::Win32::UI::Shell::CommandLineToArgvW;
use crate::common::{SENTINEL, last_error, set_last_error, wide};

/// The text behind a pointer, up to its terminator.
fn text(units: *const u16) -> String {
    let length = (0..)
        .find(|&at| call!(*units.add(at)) == 0)
        .expect("an end");
    String::from_utf16(call!(std::slice::from_raw_parts(units, length))).expect("text")
}

/// A variable is set, read, expanded, listed and removed; a short buffer is told the size needed.
#[test]
fn variables() {
    let (name, value) = (wide("LARBOARD_TEST_VARIABLE"), wide("값 1"));
    let mut buffer = [0u16; 16];
    let to = buffer.as_mut_ptr();
    assert_eq!(call!(GetEnvironmentVariableW(name.as_ptr(), to, 16)), 0);
    assert_eq!(last_error(), ERROR_ENVVAR_NOT_FOUND);
    assert_eq!(
        call!(SetEnvironmentVariableW(name.as_ptr(), value.as_ptr())),
        1
    );
    assert_eq!(call!(GetEnvironmentVariableW(name.as_ptr(), to, 16)), 3);
    assert_eq!(text(to), "값 1");
    assert_eq!(call!(GetEnvironmentVariableW(name.as_ptr(), to, 3)), 4);
    let narrow = c"Larboard_Test_Variable".as_ptr().cast();
    assert_eq!(call!(GetEnvironmentVariableA(narrow, null_mut(), 0)), 6);

    let source = wide("<%LARBOARD_TEST_VARIABLE%>");
    assert_eq!(call!(ExpandEnvironmentStringsW(source.as_ptr(), to, 16)), 6);
    assert_eq!(text(to), "<값 1>");

    let block = call!(GetEnvironmentStringsW());
    let mut entry = block.cast_const();
    let mut found = false;
    while call!(*entry) != 0 {
        let line = text(entry);
        found |= line == "LARBOARD_TEST_VARIABLE=값 1";
        entry = entry.wrapping_add(line.encode_utf16().count() + 1);
    }
    assert!(found);
    assert_eq!(call!(FreeEnvironmentStringsW(block)), 1);

    assert_eq!(call!(SetEnvironmentVariableW(name.as_ptr(), null())), 1);
    assert_eq!(call!(SetEnvironmentVariableW(name.as_ptr(), null())), 0);
    assert_eq!(last_error(), ERROR_ENVVAR_NOT_FOUND);
    assert_eq!(
        call!(SetEnvironmentVariableW(
            wide("a=b").as_ptr(),
            value.as_ptr()
        )),
        0
    );
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
}

/// An empty value is 0 characters long and no error.
#[test]
fn an_empty_variable() {
    let name = wide("LARBOARD_EMPTY_VARIABLE");
    assert_eq!(
        call!(SetEnvironmentVariableW(name.as_ptr(), [0u16].as_ptr())),
        1
    );
    set_last_error(SENTINEL);
    let mut buffer = [9u16; 4];
    assert_eq!(
        call!(GetEnvironmentVariableW(
            name.as_ptr(),
            buffer.as_mut_ptr(),
            4
        )),
        0
    );
    assert_eq!((buffer[0], last_error()), (0, SENTINEL));
}

/// The command line, taken apart, is what the program was started with.
#[test]
fn the_command_line() {
    let line = call!(GetCommandLineW());
    let mut count = 0;
    let arguments = call!(CommandLineToArgvW(line, &mut count));
    assert!(!arguments.is_null());
    let arguments: Vec<String> = (0..count as usize)
        .map(|at| text(call!(*arguments.add(at))))
        .collect();
    assert_eq!(arguments, std::env::args().collect::<Vec<_>>());
    assert!(!call!(GetCommandLineA()).is_null());
    assert!(call!(CommandLineToArgvW(line, null_mut())).is_null());
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
}
