//! The C runtime as programs in C and C++ use it: the headers' inline functions, overloads and variable arguments.

#[path = "../clang/mod.rs"]
mod clang;

use std::io::Write;
use std::os::unix::process::ExitStatusExt;
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
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crt");
        let name = format!(
            "{source}-{}-{standard}{}-{}",
            clang.version,
            extra.concat(),
            std::process::id()
        );
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
        assert!(
            built.status.success(),
            "{source}, clang {}, {standard}\n{messages}",
            clang.version
        );
        program
    }

    fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = Command::new(&self.0)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // A program that ends early leaves its input.
        let _ = child
            .stdin
            .take()
            .expect("a pipe")
            .write_all(input.as_bytes());
        child.wait_with_output().expect("the program ends")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Builds the program for each standard with the newest and the oldest compiler, and runs it; what it printed.
fn passes(
    source: &str,
    standards: &[&str],
    extra: &[&str],
    arguments: &[&str],
    input: &str,
) -> Vec<String> {
    let compilers = clang::installed();
    let mut outputs = Vec::new();
    for (index, standard) in standards.iter().enumerate() {
        let compiler = if index == 0 {
            compilers.first()
        } else {
            compilers.last()
        };
        let Some(compiler) = compiler else {
            return outputs;
        };
        let output = Program::build(compiler, standard, source, extra).run(arguments, input);
        let messages = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{source}, {standard}: {}\n{messages}",
            output.status
        );
        outputs.push(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    outputs
}

#[test]
fn formats_in_c() {
    passes("formats.c", &["c17", "c11"], &[], &[], "");
}

#[test]
fn formats_survive_optimisation() {
    passes("formats.c", &["c11"], &["-O2"], &[], "");
}

#[test]
fn scanning_in_c() {
    passes(
        "scanning.c",
        &["c17", "c11"],
        &[],
        &[],
        "12 서버 34\na line\n😀\n",
    );
}

#[test]
fn overloads_of_cxx() {
    passes("overloads.cpp", &["c++20", "c++14"], &[], &[], "");
}

#[test]
fn both_kinds_of_text_on_one_stream() {
    let folder = env!("CARGO_TARGET_TMPDIR");
    for output in passes("streams.cpp", &["c++20", "c++14"], &[], &[folder], "") {
        assert_eq!(
            output,
            "narrow 1\nwide 서버 2\nnarrow 3\nwide 4\n5 서😀\ncout\n6\n"
        );
    }
}

#[test]
fn threads_hooks_and_handlers() {
    passes("threads.cpp", &["c++17"], &[], &[], "");
}

#[test]
fn the_tchar_family_for_both_character_sets() {
    passes("text.cpp", &["c++17"], &[], &["argument"], "");
    passes(
        "text.cpp",
        &["c++17"],
        &["-DUNICODE", "-D_UNICODE"],
        &["argument"],
        "",
    );
}

#[test]
fn an_invalid_parameter_ends_the_process() {
    let Some(clang) = clang::newest() else { return };
    let output = Program::build(&clang, "c17", "refused.c", &[]).run(&[], "");
    assert_eq!(output.status.signal(), Some(libc::SIGABRT));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "before\n");
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1);
}
