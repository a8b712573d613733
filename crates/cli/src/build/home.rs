//! Where the headers and the library are: an installation, or a checkout of the source.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::failure::Failure;

/// Names the folder to use instead of what is found: an installation's prefix, or a checkout.
const VARIABLE: &str = "LARBOARD_HOME";

/// The headers of an installation, below its prefix.
pub const INSTALLED_HEADERS: &str = "include/larboard-sdk";

/// Headers and library, found and there.
#[derive(Debug)]
pub struct Home {
    /// The folder of `windows.h`.
    pub include: PathBuf,
    /// The folder of `liblarboard.a` and `liblarboard.so`.
    pub libraries: PathBuf,
}

impl Home {
    /// Finds headers and library. In a checkout the library is built, if it is not there or older than its sources.
    pub fn find() -> Result<Self, Failure> {
        if let Some(home) = env::var_os(VARIABLE) {
            return Self::in_folder(Path::new(&home))?.ok_or_else(|| {
                Failure::new(format_args!(
                    "{VARIABLE} is {}, which holds neither {INSTALLED_HEADERS} nor a checkout of Larboard",
                    Path::new(&home).display()
                ))
            });
        }
        let command = env::current_exe()?;
        for folder in command.ancestors().skip(1).take(MOST_LEVELS) {
            if let Some(home) = Self::in_folder(folder)? {
                return Ok(home);
            }
        }
        // A command that was copied away from where it was made, as `cargo install` does.
        let made_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        Self::in_folder(&made_in)?.ok_or_else(|| {
            Failure::new(format_args!(
                "the headers are not where the command is ({}): `larboard install --prefix DIR` of a checkout puts all in one place, or set {VARIABLE}",
                command.display()
            ))
        })
    }

    /// The static library.
    pub fn archive(&self) -> PathBuf {
        self.libraries.join("liblarboard.a")
    }

    /// The library for programs whose parts share it.
    pub fn shared(&self) -> PathBuf {
        self.libraries.join("liblarboard.so")
    }

    /// The overlay of the headers, for builds that this command does not drive.
    pub fn overlay(&self) -> PathBuf {
        self.libraries.join("larboard-headers.yaml")
    }

    /// Whether the library is the optimised one.
    pub fn is_optimised(&self) -> bool {
        !self.libraries.ends_with("debug")
    }

    fn in_folder(folder: &Path) -> Result<Option<Self>, Failure> {
        let installed = folder.join(INSTALLED_HEADERS);
        if installed.join("larboard/prelude.h").is_file() {
            let libraries = folder.join("lib");
            let home = Self {
                include: installed,
                libraries,
            };
            return match home.archive().is_file() {
                true => Ok(Some(home)),
                false => Err(Failure::new(format_args!(
                    "{} is missing: `larboard install --prefix {}` puts it there",
                    home.archive().display(),
                    folder.display()
                ))),
            };
        }
        let include = folder.join("include");
        if !folder.join("crates/c/Cargo.toml").is_file()
            || !include.join("larboard/prelude.h").is_file()
        {
            return Ok(None);
        }
        let include = include.canonicalize()?;
        Checkout::around(folder)?
            .library()
            .map(|libraries| Some(Self { include, libraries }))
    }
}

/// Folders above the command that are looked at: `target/TRIPLE/release/deps` is the deepest it lies in.
const MOST_LEVELS: usize = 6;

/// The source of Larboard, with the folder that cargo builds it in.
struct Checkout {
    root: PathBuf,
    target: PathBuf,
    profile: Profile,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Profile {
    Debug,
    Release,
}

impl Checkout {
    /// The profile and the target folder are those of this command, if cargo has built it here.
    fn around(root: &Path) -> Result<Self, Failure> {
        let root = root.canonicalize()?;
        let command = env::current_exe()?;
        let beside = command
            .ancestors()
            .skip(1)
            .find(|folder| folder.join(".cargo-lock").is_file() && folder.join("deps").is_dir());
        let (target, profile) = match beside {
            Some(folder) if folder.ends_with("debug") => (folder.parent(), Profile::Debug),
            Some(folder) if folder.ends_with("release") => (folder.parent(), Profile::Release),
            _ => (None, Profile::Release),
        };
        let target = target.map_or_else(|| root.join("target"), Path::to_path_buf);
        Ok(Self {
            root,
            target,
            profile,
        })
    }

    /// The folder of the library, which is built first if need be.
    fn library(&self) -> Result<PathBuf, Failure> {
        let folder = self.target.join(match self.profile {
            Profile::Debug => "debug",
            Profile::Release => "release",
        });
        if !self.is_fresh(&folder) {
            self.build()?;
        }
        match folder.join("liblarboard.a").is_file() {
            true => Ok(folder),
            false => Err(Failure::new(format_args!(
                "cargo has built no {}",
                folder.join("liblarboard.a").display()
            ))),
        }
    }

    /// Whether the library is younger than every file that cargo says it was made of.
    fn is_fresh(&self, folder: &Path) -> bool {
        let written = |path: &Path| -> Option<SystemTime> {
            fs::metadata(path).and_then(|meta| meta.modified()).ok()
        };
        let Some(library) = written(&folder.join("liblarboard.a")) else {
            return false;
        };
        let Ok(made_of) = fs::read_to_string(folder.join("liblarboard.d")) else {
            return false;
        };
        let sources = made_of
            .lines()
            .next()
            .and_then(|line| line.split_once(": "));
        let Some((_, sources)) = sources else {
            return false;
        };
        let manifests = [
            "Cargo.lock",
            "Cargo.toml",
            "crates/c/Cargo.toml",
            "crates/win32/Cargo.toml",
        ];
        let manifests = manifests.map(|file| self.root.join(file));
        // Paths with blanks are escaped in that file; such a checkout asks cargo every time.
        sources
            .split_whitespace()
            .map(PathBuf::from)
            .chain(manifests)
            .all(|source| written(&source).is_some_and(|source| source <= library))
    }

    fn build(&self) -> Result<(), Failure> {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.root);
        cargo.args(["build", "--quiet", "-p", "larboard-c", "--target-dir"]);
        cargo.arg(&self.target);
        let release = match self.profile {
            Profile::Debug => "",
            Profile::Release => " --release",
        };
        cargo.args(release.split_whitespace());
        eprintln!("Building liblarboard (cargo build{release} -p larboard-c)");
        let status = cargo.status().map_err(|error| {
            Failure::new(format_args!(
                "the library is to be built, but cargo cannot be started: {error}"
            ))
        })?;
        match status.success() {
            true => Ok(()),
            false => Err(Failure::new("liblarboard could not be built")),
        }
    }
}
