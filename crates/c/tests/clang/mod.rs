//! Clang, with the flags that `larboard build` gives it: what it says to a source.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

#[path = "../../../cli/src/build"]
mod build {
    pub mod flags;
    pub mod plan;
    pub mod standard;
}

use build::flags;
pub use build::standard::{Language, Standard};

/// An installed Clang.
pub struct Clang {
    /// Its major version.
    pub version: u32,
    /// The libraries of C++ that it finds, as its flags.
    pub libraries: Vec<&'static str>,
}

/// All that are installed, the newest first. Prints a line if there is none.
pub fn installed() -> Vec<Clang> {
    let found: Vec<Clang> = (14..=30).rev().filter_map(Clang::find).collect();
    if found.is_empty() {
        eprintln!("skipped: there is no clang-14 or later");
    }
    found
}

/// The newest one.
pub fn newest() -> Option<Clang> {
    installed().into_iter().next()
}

impl Clang {
    fn find(version: u32) -> Option<Self> {
        let answers = |command: &str| {
            Command::new(command)
                .arg("--version")
                .output()
                .is_ok_and(|output| output.status.success())
        };
        let mut clang = Self {
            version,
            libraries: Vec::new(),
        };
        if !answers(&clang.command(Language::C)) || !answers(&clang.command(Language::Cxx)) {
            return None;
        }
        let source = Source::new("empty.cpp", "#include <vector>\n");
        clang.libraries = ["-stdlib=libstdc++", "-stdlib=libc++"]
            .into_iter()
            .filter(|library| {
                let mut command = Command::new(clang.command(Language::Cxx));
                command.arg(library).arg("-fsyntax-only").arg(&source.path);
                command.output().is_ok_and(|output| output.status.success())
            })
            .collect();
        Some(clang)
    }

    fn command(&self, language: Language) -> String {
        match language {
            Language::C => format!("clang-{}", self.version),
            Language::Cxx => format!("clang++-{}", self.version),
        }
    }

    /// The compiler for sources of this standard.
    pub fn compile(&self, standard: Standard) -> Command {
        let mut command = Command::new(self.command(standard.language));
        command
            .arg(standard.flag(self.version))
            .args(flags::compile(standard.language, Some(standard)))
            .arg("-Wno-unknown-warning-option")
            .arg("-isystem")
            .arg(include())
            .arg(format!("-include{}", flags::PRELUDE));
        command
    }

    /// What it says to the source. `extra` are more flags.
    pub fn says(
        &self,
        standard: Standard,
        extra: &[&str],
        source: &Source,
    ) -> Result<Output, String> {
        self.says_to(standard, extra, &source.path)
    }

    /// What it says to a source that lies somewhere.
    pub fn says_to(
        &self,
        standard: Standard,
        extra: &[&str],
        source: &Path,
    ) -> Result<Output, String> {
        let mut command = self.compile(standard);
        command.args(extra).arg(source);
        let output = command.output().map_err(|error| error.to_string())?;
        if output.status.success() {
            return Ok(output);
        }
        let messages = String::from_utf8_lossy(&output.stderr);
        let first: Vec<&str> = messages.lines().take(25).collect();
        Err(format!(
            "clang {}, {}\n{}",
            self.version,
            standard.flag(self.version),
            first.join("\n")
        ))
    }
}

/// A source in a file of its own, which goes with it.
pub struct Source {
    /// Where it lies.
    pub path: PathBuf,
}

impl Source {
    /// Writes `text` to a file whose name ends with `name`.
    pub fn new(name: &str, text: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let path = directory.join(format!("{}-{number}-{name}", std::process::id()));
        fs::write(&path, text).expect("the source is written");
        Self { path }
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// The folder of the headers.
pub fn include() -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("crates/");
    crates.parent().expect("the repository").join("include")
}

/// The library as it is now.
pub fn library() -> PathBuf {
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--offline",
            "-p",
            "larboard-c",
            "--message-format=json-render-diagnostics",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    String::from_utf8_lossy(&built.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| message["filenames"].as_array().cloned())
        .flatten()
        .filter_map(|name| name.as_str().map(Into::into))
        .find(|name: &PathBuf| name.ends_with("liblarboard.a"))
        .expect("a static library")
}
