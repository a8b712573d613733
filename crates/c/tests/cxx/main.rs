//! Programs in C++ that are built with each Clang and each library of C++ that is here, and whose output is compared byte by byte.
//!
//! A program is `programs/NAME.cpp`. It is given `NAME.in`, if there is one, and says what stands in `NAME.out`.

#[path = "../clang/mod.rs"]
mod clang;
mod sanitizers;
mod startup;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use clang::Clang;

static LIBRARY: LazyLock<PathBuf> = LazyLock::new(clang::library);

fn programs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cxx/programs")
}

/// A program that was built; its folder goes with it.
struct Built {
    folder: PathBuf,
}

impl Built {
    /// Builds a program. `flags` come after those that all programs have.
    fn new(clang: &Clang, standard: &str, flags: &[&str], source: &Path) -> Self {
        let standard = standard.parse().expect("a standard");
        let name = source.file_stem().expect("a name").to_string_lossy();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!(
            "cxx-{}-{name}-{}-{}-{}",
            std::process::id(),
            clang.version,
            clang
                .compile(standard)
                .get_args()
                .next()
                .expect("-std")
                .to_string_lossy(),
            flags.join("")
        ));
        fs::create_dir_all(&folder).expect("a folder");
        let built = Self { folder };
        let mut command = clang.compile(standard);
        command
            .args(flags)
            .arg(source)
            .arg("-o")
            .arg(built.program())
            .arg(&*LIBRARY);
        let output = command
            .args(["-pthread", "-Wl,--gc-sections", "-lm", "-ldl"])
            .output()
            .expect("clang runs");
        assert!(
            output.status.success(),
            "{command:?}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        built
    }

    fn program(&self) -> PathBuf {
        self.folder.join("program")
    }

    fn run(&self, input: Option<&Path>, arguments: &[&str]) -> Output {
        let input = input.map_or(Stdio::null(), |input| {
            File::open(input).expect("the input").into()
        });
        let output = File::create(self.folder.join("output")).expect("a file for the output");
        let mut command = Command::new(self.program());
        command
            .args(arguments)
            .stdin(input)
            .env("LC_ALL", "C.UTF-8");
        command
            .stderr(output.try_clone().expect("the file once more"))
            .stdout(output);
        let status = command.status().expect("the program runs");
        let stdout = fs::read(self.folder.join("output")).expect("the output");
        Output {
            status,
            stdout,
            stderr: Vec::new(),
        }
    }
}

impl Drop for Built {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Builds and runs a program with everything that is here, by these standards of C++, and expects an exit code.
fn check(name: &str, standards: &[&str], libraries: &[&str], flags: &[&str], code: i32) {
    let path = |ending: &str| programs().join(format!("{name}.{ending}"));
    let input = Some(path("in")).filter(|input| input.exists());
    let wanted = fs::read_to_string(path("out")).expect("the expected output");
    let mut ran = false;
    for clang in clang::installed() {
        for library in clang
            .libraries
            .iter()
            .filter(|library| libraries.contains(library))
        {
            for standard in standards {
                let flags = [flags, &[*library]].concat();
                let built = Built::new(&clang, standard, &flags, &path("cpp"));
                let folder = built.folder.to_string_lossy().into_owned();
                let arguments = if name == "formats" {
                    vec!["첫째", "a \"b"]
                } else {
                    vec![folder.as_str()]
                };
                let output = built.run(input.as_deref(), &arguments);
                let context = format!(
                    "{name}, clang {}, {standard}, {library}: {}",
                    clang.version, output.status
                );
                assert_eq!(String::from_utf8_lossy(&output.stdout), wanted, "{context}");
                assert_eq!(output.status.code(), Some(code), "{context}");
                ran = true;
            }
        }
    }
    if !ran {
        eprintln!("skipped {name}: no compiler here has one of {libraries:?}");
    }
}

const BOTH: &[&str] = &["-stdlib=libstdc++", "-stdlib=libc++"];

#[test]
fn wide_streams_mix_with_narrow_ones() {
    check("wide_streams", &["c++14", "c++20"], BOTH, &[], 0);
}

#[test]
fn wide_streams_do_the_same_optimised() {
    check("wide_streams", &["c++17"], BOTH, &["-O2"], 0);
}

#[test]
fn wide_files_are_utf8() {
    check("wide_files", &["c++17"], BOTH, &[], 0);
}

#[test]
fn exceptions_have_texts_and_handlers() {
    check("exceptions", &["c++14"], BOTH, &[], 0);
}

#[test]
fn small_names_are_known() {
    check("small_names", &["c++17"], BOTH, &[], 0);
}

#[test]
fn formats_take_wide_text() {
    check(
        "formats",
        &["c++20"],
        &["-stdlib=libc++"],
        &["-DUNICODE", "-D_UNICODE"],
        7,
    );
}

#[test]
fn locks_memory_and_the_pool_work() {
    check("locks_and_pool", &["c++14", "c++20"], BOTH, &[], 9);
}
