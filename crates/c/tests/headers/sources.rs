//! Small sources of the kind that is found in the wild: they compile, and what the headers define in themselves works.

use std::path::Path;
use std::process::Command;

use crate::clang::{self, Standard};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/headers/sources")
}

/// Compiles a source by every compiler, with every library of C++, in these standards.
fn compiles(name: &str, standards: &[&str]) {
    for clang in clang::installed() {
        for standard in standards {
            let standard: Standard = standard.parse().expect("a standard");
            for library in &clang.libraries {
                let source = folder().join(name);
                let flags = ["-fsyntax-only", "-Wno-everything", library];
                if let Err(complaints) = clang.says_to(standard, &flags, &source) {
                    panic!("{library} {complaints}");
                }
            }
        }
    }
}

#[test]
fn old_annotations_do_not_disturb_the_standard_library() {
    compiles("annotations.cpp", &["c++17", "c++20", "c++23"]);
}

#[test]
fn names_of_libc_are_free() {
    compiles("names.cpp", &["c++14", "c++20"]);
}

#[test]
fn headers_stand_inside_of_extern_c() {
    compiles("inside_extern_c.cpp", &["c++14", "c++20"]);
}

#[cfg(target_arch = "x86_64")]
#[test]
fn intrinsics_come_after_the_processors_own() {
    compiles("processor.cpp", &["c++14", "c++20"]);
}

#[test]
fn headers_of_libc_for_sockets_are_displaced() {
    compiles("in_place_of_libc.c", &["c11"]);
}

#[test]
fn addresses_of_a_long_are_taken() {
    compiles("longs.cpp", &["c++14", "c++20"]);
}

#[test]
fn what_the_headers_define_works() {
    let library = clang::library();
    for clang in clang::installed() {
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!(
            "run-{}-{}",
            clang.version,
            std::process::id()
        ));
        let linked = clang
            .compile("c++17".parse().expect("a standard"))
            .arg(folder().join("run.cpp"))
            .arg("-o")
            .arg(&program)
            .arg(&library)
            .args(["-lm", "-ldl"])
            .output()
            .expect("the compiler runs");
        assert!(
            linked.status.success(),
            "{}",
            String::from_utf8_lossy(&linked.stderr)
        );
        let ended = Command::new(&program).status().expect("the program runs");
        let _ = std::fs::remove_file(&program);
        assert!(
            ended.success(),
            "clang {}: run.cpp, line {:?}, or a multiple of 256 later",
            clang.version,
            ended.code()
        );
    }
}
