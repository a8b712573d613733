//! Programs built with sanitizers: what is right is not reported, what is wrong is.

use std::process::Output;

use crate::clang::{self, Clang};
use crate::{Built, programs};

/// Builds a program with the newest Clang and a sanitizer. `None`, with a printed line, if there is none.
fn built(name: &str, sanitizer: &str) -> Option<Built> {
    let clang = clang::newest()?;
    if !has(&clang, sanitizer) {
        eprintln!(
            "skipped: clang {} cannot link with -fsanitize={sanitizer}",
            clang.version
        );
        return None;
    }
    let flag = format!("-fsanitize={sanitizer}");
    Some(Built::new(
        &clang,
        "c++14",
        &[&flag, "-g"],
        &programs().join(name),
    ))
}

/// Whether the sanitizer's library is installed.
fn has(clang: &Clang, sanitizer: &str) -> bool {
    let source = clang::Source::new("sanitized.c", "int main(void) { return 0; }\n");
    let flag = format!("-fsanitize={sanitizer}");
    let mut command = std::process::Command::new(format!("clang-{}", clang.version));
    command
        .arg(flag)
        .arg(&source.path)
        .arg("-o")
        .arg("/dev/null");
    command.output().is_ok_and(|output| output.status.success())
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_port_server_is_clean_for_the_address_sanitizer() {
    let Some(program) = built("port_echo.cpp", "address") else {
        return;
    };
    let output = program.run(None, &[]);
    assert_eq!(
        (output.status.code(), said(&output).as_str()),
        (Some(0), "끝 0 4\n")
    );
}

#[test]
fn a_port_server_is_clean_for_the_thread_sanitizer() {
    let Some(program) = built("port_echo.cpp", "thread") else {
        return;
    };
    let output = program.run(None, &[]);
    assert_eq!(
        (output.status.code(), said(&output).as_str()),
        (Some(0), "끝 0 4\n")
    );
}

#[test]
fn what_passes_between_threads_is_clean_for_the_thread_sanitizer() {
    let Some(program) = built("handovers.cpp", "thread") else {
        return;
    };
    let output = program.run(None, &[]);
    let expected = "packet, event 2\nAPC, end of a thread 4\nwork 6\nend of the work 8\nitem 10\ntimer 12\n\
                    registered wait 14\n";
    assert_eq!(
        (output.status.code(), said(&output).as_str()),
        (Some(0), expected)
    );
}

#[test]
fn locks_order_for_the_thread_sanitizer_and_a_race_is_found() {
    let Some(program) = built("race.cpp", "thread") else {
        return;
    };
    let output = program.run(None, &[]);
    assert_eq!(
        (output.status.code(), said(&output).as_str()),
        (Some(0), "-1\n2\n")
    );
    let output = program.run(None, &["unguarded"]);
    assert!(said(&output).contains("data race"), "{}", said(&output));
}
