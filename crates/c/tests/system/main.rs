//! Files, modules, exceptions and services as programs in C and C++ use them.

#[path = "../clang/mod.rs"]
mod clang;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use clang::Clang;

/// The library as it is now.
static LIBRARY: LazyLock<PathBuf> = LazyLock::new(clang::library);

/// A program of this folder, built; it goes with the value.
struct Program(PathBuf);

impl Program {
    fn build(clang: &Clang, standard: &str, source: &str, extra: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/system");
        let name = format!("{source}-{}-{standard}{}", clang.version, extra.concat());
        let name = format!("{name}-{}", std::process::id());
        let program = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
        let built = clang
            .compile(standard.parse().expect("a standard"))
            .args(extra)
            .arg(folder.join(source))
            .arg("-o")
            .arg(&program.0)
            .arg(&*LIBRARY)
            .args(["-lm", "-ldl"])
            .output()
            .expect("the compiler runs");
        let messages = String::from_utf8_lossy(&built.stderr);
        assert!(built.status.success(), "{source}, {standard}\n{messages}");
        program
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.0);
        command
            .args(arguments)
            .output()
            .expect("the program starts")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // The folder of the tests is cleaned up by others if this fails.
        let _ = std::fs::remove_file(&self.0);
    }
}

const UNICODE: [&str; 2] = ["-DUNICODE", "-D_UNICODE"];

/// Files, folders, searching, modules, the environment, memory and the version, for both character sets.
#[test]
fn files_and_the_machine() {
    let Some(clang) = clang::newest() else { return };
    for extra in [&[][..], &UNICODE] {
        let folder =
            std::env::temp_dir().join(format!("larboard-c-{}{}", std::process::id(), extra.len()));
        let output = Program::build(&clang, "c11", "system.c", extra)
            .run(&[folder.to_str().expect("text"), "an argument"]);
        let messages = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{extra:?}: {messages}");
        assert!(!folder.exists(), "the program removes its folder");
    }
}

/// A fault, a C++ exception and RaiseException come to the filter, which writes a minidump and ends the process; __except
/// has what RaiseException raises before.
#[test]
fn the_filter_of_a_server() {
    for (clang, standard) in clang::installed().iter().zip(["c++17", "c++14"]) {
        let program = Program::build(clang, standard, "crash.cpp", &UNICODE);
        let cases = [
            ("fault", "C0000005", 5),
            ("throw", "E06D7363", 0x63),
            ("raise", "E0000042", 0x42),
            ("overflow", "C00000FD", 0xFD),
        ];
        for (case, code, status) in cases {
            let dump =
                std::env::temp_dir().join(format!("larboard-{case}-{}.dmp", std::process::id()));
            let output = program.run(&[case, dump.to_str().expect("text")]);
            let said = String::from_utf8_lossy(&output.stdout);
            let written = std::fs::read(&dump).unwrap_or_default();
            // The folder for temporary files is cleaned up by others if this fails.
            let _ = std::fs::remove_file(&dump);
            assert_eq!(output.status.code(), Some(status), "{case}: {said}");
            let ends = [
                format!("caught E0000001\nfilter {code}\ndump written\n"),
                // Where the system does not allow a process to look at its parent.
                format!("caught E0000001\nfilter {code}\ndump refused\n"),
            ];
            assert!(ends.contains(&said.clone().into_owned()), "{case}: {said}");
            assert_eq!(said == ends[0], written.starts_with(b"MDMP"), "{case}");
        }
    }
}

/// A service runs until SIGTERM tells it to stop.
#[test]
fn a_service() {
    let Some(clang) = clang::newest() else { return };
    let program = Program::build(&clang, "c++14", "service.cpp", &UNICODE);
    let mut child = Command::new(&program.0)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut line = || lines.next().and_then(Result::ok).unwrap_or_default();
    assert_eq!(line(), "running");
    // SAFETY: takes numbers; the child has not been waited for.
    unsafe { libc::kill(child.id().cast_signed(), libc::SIGTERM) };
    assert_eq!((line(), line()), ("stopping".to_owned(), "over".to_owned()));
    assert!(child.wait().expect("its end").success());
}
