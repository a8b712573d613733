//! The flags that a program for Windows is compiled and linked with. They stand here and nowhere else: `larboard build`,
//! `larboard env`, the CMake package and the pkg-config file are made from them.

use std::path::Path;

use super::plan::Kind;
use super::standard::{CharacterSet, Language, Standard};

/// What every source needs, whatever the language.
///
/// WCHAR has 16 bits; Microsoft's extensions are on, but the compiler does not claim to be Microsoft's. The rest is what
/// Microsoft's compiler leaves alone and Clang would use to optimise: aliasing, overflow, null `this`, the order of volatile accesses, functions
/// that end without a value, loops that do nothing.
const COMPILE: &[&str] = &[
    "-fms-extensions",
    "-fms-compatibility",
    "-fms-compatibility-version=19.40",
    "-U_MSC_VER",
    "-fshort-wchar",
    "-fsigned-char",
    "-fno-strict-aliasing",
    "-fwrapv",
    "-fno-delete-null-pointer-checks",
    "-fno-strict-return",
    "-fno-finite-loops",
    "-ffp-contract=off",
    "-pthread",
    "-ffunction-sections",
    "-fdata-sections",
    "-Xclang",
    "-fms-volatile",
];

/// What has a meaning for this processor only. Microsoft's compiler takes a processor with a 16-byte exchange for granted.
#[cfg(target_arch = "x86_64")]
const PROCESSOR: &[&str] = &["-mcx16"];
#[cfg(not(target_arch = "x86_64"))]
const PROCESSOR: &[&str] = &[];

/// What Clang takes for a mistake and Microsoft's compiler warns of, or says nothing about, is a warning for Clang by nature:
/// without warnings it is accepted, as narrowing, undeclared functions in C, or a function that ends without a value.
const QUIET: &[&str] = &["-Wno-everything"];

/// Not said about a flag that an older Clang, or a linker, has no use for.
const UNUSED: &[&str] = &["-Wno-unused-command-line-argument"];

/// Templates nobody uses may contain mistakes, as in Microsoft's permissive mode. Its C++20 mode is not permissive.
const PERMISSIVE_TEMPLATES: &[&str] = &["-fdelayed-template-parsing"];

/// Given to the compiler when it links.
pub const LINK: &[&str] = &["-pthread", "-Wl,--gc-sections"];

/// What kind of file is to be linked. A program whose parts load each other exports what they share; both are found beside it.
pub fn of_kind(kind: Kind, is_divided: bool) -> Vec<String> {
    let flags: &[&str] = match kind {
        Kind::DynamicLibrary => &["-shared", "-Wl,-rpath,$ORIGIN"],
        _ if is_divided => &["-Wl,--export-dynamic", "-Wl,-rpath,$ORIGIN"],
        _ => &[],
    };
    flags.iter().map(|flag| (*flag).to_owned()).collect()
}

/// The library, and what it needs of the system. All of it, where parts of a program are loaded later: there must be one only,
/// the program's.
pub fn library(archive: &Path, is_divided: bool) -> Vec<String> {
    let archive = archive.to_string_lossy().into_owned();
    let mut flags = match is_divided {
        true => ["-Wl,--whole-archive", &archive, "-Wl,--no-whole-archive"]
            .map(str::to_owned)
            .to_vec(),
        false => vec![archive],
    };
    flags.extend(SYSTEM_LIBRARIES.iter().map(|flag| (*flag).to_owned()));
    flags
}

/// The system's libraries behind liblarboard.a.
pub const SYSTEM_LIBRARIES: &[&str] = &["-lm", "-ldl"];

/// Comes before everything else in every source.
pub const PRELUDE: &str = "larboard/prelude.h";

/// Comes before a source whose `main` gives nothing back, which C++ does not allow.
pub const VOID_MAIN: &str = "larboard/void_main.h";

/// The flags for a language, without where the headers lie.
pub fn compile(language: Language, standard: Option<Standard>) -> Vec<&'static str> {
    let mut flags = [COMPILE, PROCESSOR, QUIET, UNUSED].concat();
    if language == Language::Cxx && standard.is_none_or(Standard::is_permissive) {
        flags.extend(PERMISSIVE_TEMPLATES);
    }
    flags
}

/// The flags that say where the headers lie. Each is one word: a path in the next word is what pkg-config may move away.
pub fn headers(include: &Path, overlay: &Path) -> Vec<String> {
    vec![
        format!("-ivfsoverlay{}", overlay.display()),
        format!("-isystem{}", include.display()),
        format!("-include{PRELUDE}"),
    ]
}

/// Macros of a character set.
pub fn character_set(set: CharacterSet) -> &'static [&'static str] {
    match set {
        CharacterSet::NotSet => &[],
        CharacterSet::Unicode => &["UNICODE", "_UNICODE"],
        CharacterSet::MultiByte => &["_MBCS"],
    }
}
