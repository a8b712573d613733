//! The flags of `larboard build`, `run`, `env` and `install`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use encoding_rs::Encoding;

use super::compiler::CxxLibrary;
use super::standard::{CharacterSet, Standard};
use super::text;

/// `larboard build`.
#[derive(Args, Clone)]
pub struct BuildArgs {
    /// Sources, one folder of them, or a project of Visual Studio: .vcxproj, .sln or .slnx
    #[arg(required = true, value_name = "FILE|FOLDER")]
    pub inputs: Vec<PathBuf>,
    /// Where the program goes [default: named like the first source or the folder; of a project: where the project says]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Debug, Release, or another configuration of the project
    #[arg(long, value_name = "NAME", default_value = "Debug")]
    pub configuration: String,
    /// Short for --configuration Release
    #[arg(long, conflicts_with = "configuration")]
    pub release: bool,
    /// The platform of the project's settings [default: x64, if the project has it]
    #[arg(long, value_name = "NAME")]
    pub platform: Option<String>,
    /// Of a solution, build or run this project and what it needs
    #[arg(long, value_name = "NAME")]
    pub project: Option<String>,
    /// TCHAR is wchar_t [default: as the project says, or as plain sources look]
    #[arg(long, conflicts_with = "multibyte")]
    pub unicode: bool,
    /// TCHAR is char, and _MBCS is defined
    #[arg(long)]
    pub multibyte: bool,
    /// The standard: c++14, c++17, c++20, c++23, c11 or c17 [default: the project's; else c++14, or what the headers need]
    #[arg(long = "std", value_name = "STD")]
    pub standard: Option<Standard>,
    /// Define a macro
    #[arg(short = 'D', value_name = "NAME[=VALUE]")]
    pub definitions: Vec<String>,
    /// Search this folder for headers
    #[arg(short = 'I', value_name = "FOLDER")]
    pub folders: Vec<PathBuf>,
    /// Link with a library of Linux
    #[arg(short = 'l', value_name = "NAME")]
    pub libraries: Vec<String>,
    /// Search this folder for libraries
    #[arg(short = 'L', value_name = "FOLDER")]
    pub library_folders: Vec<PathBuf>,
    /// Give the compiler this flag as well
    #[arg(long = "flag", value_name = "FLAG", allow_hyphen_values = true)]
    pub flags: Vec<String>,
    /// Compile so many files at the same time [default: one for each processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub jobs: Option<u32>,
    /// Have mistakes with memory, or races, found while the program runs
    #[arg(long, value_enum, value_name = "WHAT")]
    pub sanitize: Option<Sanitizer>,
    /// Only list what of Windows the sources use: what is approximate, and what is absent
    #[arg(long)]
    pub check: bool,
    /// The compiler, which must be Clang [default: $CXX, if it is Clang; else the newest installed]
    #[arg(long, value_name = "PATH")]
    pub compiler: Option<PathBuf>,
    /// The C++ library [default: libstdc++, or libc++ where a header needs it]
    #[arg(long, value_enum, value_name = "LIBRARY")]
    pub stdlib: Option<CxxLibrary>,
    /// The encoding of files that are not Unicode [default: found out]
    #[arg(long, value_name = "NAME", value_parser = text::by_name)]
    pub encoding: Option<&'static Encoding>,
    /// Show the compiler's warnings
    #[arg(long)]
    pub warnings: bool,
    /// Print each command that is run
    #[arg(short, long)]
    pub verbose: bool,
    /// The folder for objects and copies [default: .larboard beside the sources]
    #[arg(long, value_name = "FOLDER")]
    pub build_folder: Option<PathBuf>,
}

impl BuildArgs {
    /// The configuration to build.
    pub fn configuration(&self) -> &str {
        match self.release {
            true => "Release",
            false => &self.configuration,
        }
    }

    /// What TCHAR is, if it was said.
    pub fn characters(&self) -> Option<CharacterSet> {
        match (self.unicode, self.multibyte) {
            (true, _) => Some(CharacterSet::Unicode),
            (_, true) => Some(CharacterSet::MultiByte),
            _ => None,
        }
    }
}

/// `larboard run`.
#[derive(Args, Clone)]
pub struct RunArgs {
    #[command(flatten)]
    pub build: BuildArgs,
    /// Arguments of the program
    #[arg(last = true, value_name = "ARGS")]
    pub args: Vec<OsString>,
}

/// `larboard env`.
#[derive(Args, Clone)]
pub struct EnvArgs {
    /// Print the value of this one only
    #[arg(value_enum, ignore_case = true)]
    pub variable: Option<Variable>,
    /// Print all as JSON, each flag as a word
    #[arg(long, conflicts_with = "variable")]
    pub json: bool,
    /// TCHAR is wchar_t
    #[arg(long, conflicts_with = "multibyte")]
    pub unicode: bool,
    /// TCHAR is char, and _MBCS is defined
    #[arg(long)]
    pub multibyte: bool,
    /// The standard: c++14, c++17, c++20, c++23, c11 or c17 [default: not said to the compiler]
    #[arg(long = "std", value_name = "STD")]
    pub standard: Option<Standard>,
    /// Have mistakes with memory, or races, found while the program runs
    #[arg(long, value_enum, value_name = "WHAT")]
    pub sanitize: Option<Sanitizer>,
    /// The compiler, which must be Clang [default: $CXX, if it is Clang; else the newest installed]
    #[arg(long, value_name = "PATH")]
    pub compiler: Option<PathBuf>,
    /// The C++ library [default: the compiler's own choice]
    #[arg(long, value_enum, value_name = "LIBRARY")]
    pub stdlib: Option<CxxLibrary>,
}

impl EnvArgs {
    /// What TCHAR is.
    pub fn characters(&self) -> CharacterSet {
        match (self.unicode, self.multibyte) {
            (true, _) => CharacterSet::Unicode,
            (_, true) => CharacterSet::MultiByte,
            _ => CharacterSet::NotSet,
        }
    }
}

/// A variable that build systems read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Variable {
    /// The compiler for C
    #[value(name = "CC")]
    Cc,
    /// The compiler for C++
    #[value(name = "CXX")]
    Cxx,
    /// Its flags for C
    #[value(name = "CFLAGS")]
    Cflags,
    /// Its flags for C++
    #[value(name = "CXXFLAGS")]
    Cxxflags,
    /// Its flags for linking
    #[value(name = "LDFLAGS")]
    Ldflags,
    /// The libraries, behind the objects
    #[value(name = "LIBS")]
    Libs,
}

impl Variable {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cc => "CC",
            Self::Cxx => "CXX",
            Self::Cflags => "CFLAGS",
            Self::Cxxflags => "CXXFLAGS",
            Self::Ldflags => "LDFLAGS",
            Self::Libs => "LIBS",
        }
    }
}

/// `larboard install`.
#[derive(Args, Clone)]
pub struct InstallArgs {
    /// The folder that gets bin, lib and include
    #[arg(long, value_name = "FOLDER", default_value = "/usr/local")]
    pub prefix: PathBuf,
    /// Put the files below this folder, as packagers do; they will be used from the prefix
    #[arg(long, value_name = "FOLDER")]
    pub destdir: Option<PathBuf>,
}

/// What to look for while the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sanitizer {
    /// Use of memory that is not there
    Address,
    /// Races between threads
    Thread,
}

impl Sanitizer {
    /// As the compiler calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Thread => "thread",
        }
    }
}
