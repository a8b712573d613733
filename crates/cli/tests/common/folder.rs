//! A folder of sources under test, and what `larboard build` and `run` do with it.
#![allow(dead_code, reason = "every test file uses its own part")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::Duration;

use crate::common::{larboard, run_within, text};

/// The first build of all makes the library as well, perhaps on a busy machine.
const LONGEST_BUILD: Duration = Duration::from_secs(1200);

/// Whether there is a compiler; says so where there is none, since the test then shows nothing.
pub fn has_compiler() -> bool {
    static FOUND: OnceLock<bool> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let output = run_within(larboard().args(["env", "CC"]), b"", LONGEST_BUILD);
        let message = text(&output.stderr);
        let is_missing = message.contains("is needed and not installed");
        assert!(output.status.success() || is_missing, "{message}");
        if is_missing {
            eprintln!("no Clang is installed: skipped");
        }
        !is_missing
    })
}

/// Whether a command of another kind is installed; says so where it is not.
pub fn has(command: &str) -> bool {
    let is_found = Command::new(command).arg("--version").output().is_ok();
    if !is_found {
        eprintln!("{command} is not installed: skipped");
    }
    is_found
}

/// A folder that is empty when the test begins.
pub struct Folder {
    /// Its path.
    pub path: PathBuf,
}

impl Folder {
    /// The folder of a test.
    pub fn new(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("build")
            .join(test);
        if path.exists() {
            fs::remove_dir_all(&path).unwrap();
        }
        fs::create_dir_all(&path).unwrap();
        Self { path }
    }

    /// Writes a file.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Changes a file so that it is younger than everything made of it.
    pub fn replace(&self, name: &str, from: &str, to: &str) {
        let path = self.path.join(name);
        let old = fs::read_to_string(&path).unwrap();
        assert!(old.contains(from), "{name} has no {from}");
        fs::write(path, old.replace(from, to)).unwrap();
    }

    /// The bytes of a file.
    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path.join(name)).unwrap()
    }

    /// The command, started in this folder.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = larboard();
        command.current_dir(&self.path).args(args);
        command
    }

    /// Runs the command to its end.
    pub fn larboard(&self, args: &[&str]) -> Output {
        run_within(&mut self.command(args), b"", LONGEST_BUILD)
    }

    /// What the command prints when it succeeds.
    pub fn succeeds(&self, args: &[&str]) -> String {
        let output = self.larboard(args);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(
            output.status.success(),
            "{args:?}: {:?}\n{out}{err}",
            output.status
        );
        out
    }

    /// What the command says when it fails.
    pub fn fails(&self, args: &[&str]) -> String {
        let output = self.larboard(args);
        let err = text(&output.stderr);
        assert!(
            !output.status.success(),
            "{args:?} succeeded: {}{err}",
            text(&output.stdout)
        );
        err
    }

    /// How many sources a build compiles, and whether it links.
    pub fn work(&self, args: &[&str]) -> (usize, bool) {
        let output = self.larboard(&[args, &["--verbose"]].concat());
        let err = text(&output.stderr);
        assert!(output.status.success(), "{args:?}: {err}");
        let compiled = err.lines().filter(|line| line.contains(" -c ")).count();
        let linked = err.lines().any(|line| line.contains("liblarboard.a"));
        (compiled, linked)
    }
}

/// Text in Microsoft's code page for Korean.
pub fn cp949(text: &str) -> Vec<u8> {
    let (bytes, _, has_lost) = encoding_rs::EUC_KR.encode(text);
    assert!(!has_lost);
    bytes.into_owned()
}

/// Text as Windows' "Unicode": UTF-16 with its mark.
pub fn utf16(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}
