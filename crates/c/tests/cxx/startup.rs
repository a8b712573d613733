//! How programs begin: each of Windows' beginnings, in C and in C++.

use std::process::Command;

use crate::clang::{self, Source};
use crate::{Built, LIBRARY};

/// Builds a program in C++ and runs it with two arguments; what it said, and its exit code.
fn run(text: &str, flags: &[&str]) -> Option<(String, Option<i32>)> {
    let clang = clang::newest()?;
    let source = Source::new("start.cpp", text);
    let output = Built::new(&clang, "c++17", flags, &source.path).run(None, &["한글", "a b"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    Some((said, output.status.code()))
}

fn expect(text: &str, flags: &[&str], said: &str, code: i32) {
    if let Some(found) = run(text, flags) {
        assert_eq!(found, (said.to_owned(), Some(code)), "{text}");
    }
}

#[test]
fn wmain_gets_wide_arguments() {
    let body = "{ wprintf(L\"%d %s %s\\n\", argc, argv[1], argv[2]); return 3; }";
    for parameters in [
        "int argc, wchar_t *argv[]",
        "int argc, const wchar_t **argv",
        "int argc, wchar_t **argv, wchar_t **env",
    ] {
        expect(
            &format!("#include <stdio.h>\nint wmain({parameters}) {body}\n"),
            &[],
            "3 한글 a b\n",
            3,
        );
    }
    expect(
        "#include <stdio.h>\nint wmain() { puts(\"none\"); return 4; }\n",
        &[],
        "none\n",
        4,
    );
    expect(
        &format!(
            "#include <stdio.h>\n#include <tchar.h>\nint _tmain(int argc, TCHAR *argv[]) {body}\n"
        ),
        &["-D_UNICODE"],
        "3 한글 a b\n",
        3,
    );
}

#[test]
fn win_main_gets_the_command_line() {
    let (narrow, wide) = (
        "LPSTR line, int) { printf(\"%s\\n\", line); return 5; }",
        "LPWSTR line, int) { printf(\"%ls\\n\", line); return 6; }",
    );
    let head = "#include <windows.h>\n#include <stdio.h>\nint WINAPI";
    expect(
        &format!("{head} WinMain(HINSTANCE, HINSTANCE, {narrow}\n"),
        &[],
        "한글 \"a b\"\n",
        5,
    );
    expect(
        &format!("{head} wWinMain(HINSTANCE, HINSTANCE, {wide}\n"),
        &[],
        "한글 \"a b\"\n",
        6,
    );
}

#[test]
fn main_may_return_nothing() {
    let text = "#include <stdio.h>\nvoid main(int argc, char *argv[]) { puts(argv[1]); if (argc > 1) return; puts(\"never\"); }\n";
    if let Some((said, _)) = run(text, &["-includelarboard/void_main.h"]) {
        assert_eq!(said, "한글\n");
    }
}

#[test]
fn a_program_without_a_beginning_says_so() {
    let message = "this program has no main, wmain, WinMain or wWinMain that can be called\n";
    expect("void somewhere() {}\n", &[], message, 1);
}

#[test]
fn c_has_the_same_beginnings() {
    let Some(clang) = clang::newest() else { return };
    let source = Source::new(
        "start.c",
        "#include <wchar.h>\n#include <stdio.h>\nint wmain(int argc, wchar_t **argv) { wprintf(L\"%s\\n\", argv[1]); return 7; }\n",
    );
    let program = source.path.with_extension("program");
    let mut command = clang.compile("c11".parse().expect("a standard"));
    command
        .arg(&source.path)
        .arg("-o")
        .arg(&program)
        .arg(&*LIBRARY);
    let output = command
        .args(["-pthread", "-Wl,--gc-sections", "-lm", "-ldl"])
        .output()
        .expect("clang runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let output = Command::new(&program)
        .arg("한글")
        .output()
        .expect("the program runs");
    let _ = std::fs::remove_file(&program);
    assert_eq!(
        (
            String::from_utf8_lossy(&output.stdout).as_ref(),
            output.status.code()
        ),
        ("한글\n", Some(7))
    );
}
