//! The compiler: the newest Clang that is installed, and the C++ library it is to use.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::ValueEnum;

use super::standard::Language;
use crate::failure::Failure;

/// The oldest Clang that is known to do, and the newest whose name is tried.
pub const VERSIONS: std::ops::RangeInclusive<u32> = 14..=30;

/// Clang, as a pair of commands.
#[derive(Clone, Debug)]
pub struct Compiler {
    c: PathBuf,
    cxx: PathBuf,
    /// Its major version.
    pub version: u32,
    /// The line it prints about itself.
    pub identity: String,
}

/// A library of C++.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub enum CxxLibrary {
    /// GNU's, which is the compiler's own choice on Linux
    #[value(name = "libstdc++")]
    Libstdcxx,
    /// LLVM's, which has std::format where GNU's is older than 13
    #[value(name = "libc++")]
    Libcxx,
}

impl CxxLibrary {
    /// The compiler's flag.
    pub fn flag(self) -> &'static str {
        match self {
            Self::Libstdcxx => "-stdlib=libstdc++",
            Self::Libcxx => "-stdlib=libc++",
        }
    }
}

impl Compiler {
    /// The compiler asked for; else `CXX`, if that is a Clang; else the newest there is.
    pub fn find(chosen: Option<&Path>) -> Result<Self, Failure> {
        if let Some(chosen) = chosen {
            let path = on_path(chosen.as_os_str()).ok_or_else(|| {
                Failure::new(format_args!("there is no compiler {}", chosen.display()))
            })?;
            return Self::at(&path).ok_or_else(|| {
                Failure::new(format_args!(
                    "{} is not Clang {} or later, which is needed for WCHAR of 16 bits and Microsoft's extensions",
                    chosen.display(),
                    VERSIONS.start()
                ))
            });
        }
        let of_environment = env::var_os("CXX").and_then(|cxx| Self::at(&on_path(&cxx)?));
        let numbered = || {
            VERSIONS
                .rev()
                .find_map(|version| Self::at(&on_path(OsStr::new(&format!("clang++-{version}")))?))
        };
        // A plain `clang++` may be newer than the numbered ones.
        let plain = || on_path(OsStr::new("clang++")).and_then(|path| Self::at(&path));
        of_environment
            .or_else(|| match (numbered(), plain()) {
                (Some(numbered), Some(plain)) if plain.version > numbered.version => Some(plain),
                (numbered, plain) => numbered.or(plain),
            })
            .ok_or_else(|| {
                Failure::new(format_args!(
                    "Clang {} or later is needed and not installed: `apt install clang` (Debian, Ubuntu), `dnf install clang` (Fedora), `pacman -S clang` (Arch)",
                    VERSIONS.start()
                ))
            })
    }

    /// The command for a language.
    pub fn command(&self, language: Language) -> &Path {
        match language {
            Language::C => &self.c,
            Language::Cxx => &self.cxx,
        }
    }

    /// The folders that `<…>` is searched in, in this order, without those of Larboard.
    pub fn system_folders(&self, language: Language, library: Option<CxxLibrary>) -> Vec<PathBuf> {
        let kind = match language {
            Language::C => "c",
            Language::Cxx => "c++",
        };
        let mut command = Command::new(self.command(language));
        command.env("LC_ALL", "C").args(["-E", "-v", "-x", kind]);
        if let (Language::Cxx, Some(library)) = (language, library) {
            command.arg(library.flag());
        }
        let Ok(output) = command.arg("/dev/null").output() else {
            return Vec::new();
        };
        String::from_utf8_lossy(&output.stderr)
            .lines()
            .skip_while(|line| !line.starts_with("#include <...>"))
            .skip(1)
            .take_while(|line| line.starts_with(' '))
            .map(|line| PathBuf::from(line.trim()))
            .collect()
    }

    /// Whether the linker finds a library of this file name by itself.
    pub fn has_library(&self, file: &str) -> bool {
        let output = Command::new(&self.c)
            .arg(format!("-print-file-name={file}"))
            .output();
        // What is not found is printed as it was asked for.
        output.is_ok_and(|output| output.stdout.contains(&b'/'))
    }

    /// Clang under this path, which may be `clang` or `clang++`; `None` if it is no Clang, or an older one.
    fn at(path: &Path) -> Option<Self> {
        let output = Command::new(path).arg("--version").output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let (_, rest) = text.split_once("clang version ")?;
        let version = rest.split('.').next()?.parse().ok()?;
        if version < *VERSIONS.start() {
            return None;
        }
        let name = path.file_name()?.to_str()?;
        let (c, cxx) = match name.contains("clang++") {
            true => (name.replace("clang++", "clang"), name.to_owned()),
            false => (name.to_owned(), name.replace("clang", "clang++")),
        };
        let beside = |name: String| Some(path.with_file_name(name)).filter(|path| path.is_file());
        Some(Self {
            c: beside(c).unwrap_or_else(|| path.to_path_buf()),
            cxx: beside(cxx).unwrap_or_else(|| path.to_path_buf()),
            version,
            identity: text.lines().next()?.to_owned(),
        })
    }
}

/// The file that a command's name stands for.
pub fn on_path(command: &OsStr) -> Option<PathBuf> {
    let path = Path::new(command);
    if path.components().count() > 1 {
        return path.is_file().then(|| path.to_path_buf());
    }
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(path))
        .find(|candidate| candidate.is_file())
}
