//! The flags that a program for Windows is compiled and linked with. They stand here and nowhere else: `larboard build`,
//! `larboard env`, the CMake package and the pkg-config file are made from them.

use std::path::Path;

use super::standard::{Language, Standard};

/// What every source needs, whatever the language.
///
/// WCHAR has 16 bits; Microsoft's extensions are on, but the compiler does not claim to be Microsoft's; instances of
/// templates for 16-bit characters are made here, not taken from libstdc++.so. The rest is what Microsoft's compiler
/// leaves alone and Clang would use to optimise: aliasing, overflow, null `this`, the order of volatile accesses, functions
/// that end without a value, loops that do nothing.
const COMPILE: &[&str] = &[
    "-fms-extensions",
    "-fms-compatibility",
    "-fms-compatibility-version=19.40",
    "-U_MSC_VER",
    "-fshort-wchar",
    "-D_GLIBCXX_EXTERN_TEMPLATE=0",
    "-fno-strict-aliasing",
    "-fwrapv",
    "-fno-delete-null-pointer-checks",
    "-fno-strict-return",
    "-fno-finite-loops",
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

/// What Microsoft's compiler says nothing or little about.
const QUIET: &[&str] = &[
    "-Wno-ignored-attributes",
    "-Wno-nonportable-include-path",
    "-Wno-unknown-pragmas",
    "-Wno-unused-command-line-argument",
];

/// What is a mistake for Clang, in C, and a warning for Microsoft's compiler.
const FORGIVE_C: &[&str] = &[
    "-Wno-error=implicit-function-declaration",
    "-Wno-error=implicit-int",
    "-Wno-error=int-conversion",
    "-Wno-error=incompatible-function-pointer-types",
    "-Wno-error=return-type",
];

/// What is a mistake for Clang, in C++, and a warning for Microsoft's compiler.
const FORGIVE_CXX: &[&str] = &["-Wno-c++11-narrowing", "-Wno-error=return-type"];

/// Templates nobody uses may contain mistakes, as in Microsoft's permissive mode. Its C++20 mode is not permissive.
const PERMISSIVE_TEMPLATES: &[&str] = &[
    "-fdelayed-template-parsing",
    "-Wno-delayed-template-parsing-in-cxx20",
];

/// Given to the compiler when it links.
pub const LINK: &[&str] = &["-pthread", "-Wl,--gc-sections"];

/// The system's libraries behind liblarboard.a.
pub const SYSTEM_LIBRARIES: &[&str] = &["-lm", "-ldl"];

/// Comes before everything else in every source.
pub const PRELUDE: &str = "larboard/prelude.h";

/// The flags for a language, without where the headers lie.
pub fn compile(language: Language, standard: Option<Standard>) -> Vec<&'static str> {
    let mut flags = [COMPILE, PROCESSOR, QUIET].concat();
    match language {
        Language::C => flags.extend(FORGIVE_C),
        Language::Cxx => {
            flags.extend(FORGIVE_CXX);
            if standard.is_none_or(Standard::is_permissive) {
                flags.extend(PERMISSIVE_TEMPLATES);
            }
        }
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
pub fn character_set(set: super::standard::CharacterSet) -> &'static [&'static str] {
    use super::standard::CharacterSet;
    match set {
        CharacterSet::NotSet => &[],
        CharacterSet::Unicode => &["UNICODE", "_UNICODE"],
        CharacterSet::MultiByte => &["_MBCS"],
    }
}
