//! The flags in the forms that other build systems read.

use std::path::Path;

use super::compiler;
use super::flags;
use super::home::INSTALLED_HEADERS;
use super::standard::{Language, Standard};

/// The overlay of Larboard's headers, below the prefix.
pub const OVERLAY: &str = "lib/larboard-headers.yaml";

/// The files of the packages, by their paths below the prefix.
pub fn files(prefix: &Path) -> [(&'static str, String); 4] {
    [
        (
            "lib/cmake/Larboard/LarboardConfig.cmake",
            cmake_config(include_str!("LarboardConfig.cmake.in")),
        ),
        (
            "lib/cmake/Larboard/LarboardConfigVersion.cmake",
            version(include_str!("LarboardConfigVersion.cmake.in")),
        ),
        (
            "lib/cmake/Larboard/LarboardToolchain.cmake",
            toolchain(include_str!("LarboardToolchain.cmake.in")),
        ),
        (
            "lib/pkgconfig/larboard.pc",
            pkg_config(include_str!("larboard.pc.in"), prefix),
        ),
    ]
}

/// Flags as words of their own.
pub fn words(flags: &[&str]) -> Vec<String> {
    flags.iter().map(|flag| (*flag).to_owned()).collect()
}

/// What C and C++ have in common, and what is for C++ up to C++17 alone.
fn by_language() -> (Vec<&'static str>, Vec<&'static str>) {
    let common = flags::compile(Language::C, None);
    let cxx = flags::compile(Language::Cxx, Some(Standard::CXX_DEFAULT));
    let only = cxx
        .iter()
        .filter(|flag| !common.contains(flag))
        .copied()
        .collect();
    (common, only)
}

fn cmake_config(template: &str) -> String {
    let (common, cxx) = by_language();
    let prefix = Path::new("${_larboard_prefix}");
    let mut options = Vec::new();
    let mut flags = common.iter();
    while let Some(flag) = flags.next() {
        // CMake would take the second -Xclang for the first.
        match (*flag, flags.as_slice().first()) {
            ("-Xclang", Some(next)) => {
                options.push(format!("SHELL:-Xclang {next}"));
                flags.next();
            }
            _ => options.push((*flag).to_owned()),
        }
    }
    options.extend(flags::headers(
        &prefix.join(INSTALLED_HEADERS),
        &prefix.join(OVERLAY),
    ));
    let libraries: Vec<_> = flags::SYSTEM_LIBRARIES
        .iter()
        .map(|flag| flag.trim_start_matches("-l"))
        .collect();
    template
        .replace("@COMPILE@", &options.join(";"))
        .replace("@CXX@", &cxx.join(";"))
        .replace("@LINK@", &flags::LINK.join(";"))
        .replace("@LIBRARIES@", &libraries.join(";"))
}

fn version(template: &str) -> String {
    template
        .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
        .replace("@MAJOR@", env!("CARGO_PKG_VERSION_MAJOR"))
        .replace("@MINOR@", env!("CARGO_PKG_VERSION_MINOR"))
}

fn toolchain(template: &str) -> String {
    let names = |stem: &str| {
        let numbered = compiler::VERSIONS
            .rev()
            .map(|version| format!("{stem}-{version}"));
        let names: Vec<_> = numbered.chain([stem.to_owned()]).collect();
        names.join(" ")
    };
    template
        .replace("@CLANG@", &names("clang"))
        .replace("@CLANGXX@", &names("clang++"))
        .replace("@OLDEST@", &compiler::VERSIONS.start().to_string())
}

fn pkg_config(template: &str, prefix: &Path) -> String {
    let (common, cxx) = by_language();
    let mut compile = words(&common);
    compile.extend(flags::headers(
        Path::new("${includedir}"),
        &Path::new("${prefix}").join(OVERLAY),
    ));
    template
        .replace("@PREFIX@", &prefix.to_string_lossy())
        .replace("@HEADERS@", INSTALLED_HEADERS)
        .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
        .replace("@COMPILE@", &compile.join(" "))
        .replace("@CXX@", &cxx.join(" "))
        .replace("@LINK@", &flags::LINK.join(" "))
        .replace("@LIBRARIES@", &flags::SYSTEM_LIBRARIES.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_blank_of_a_template_is_filled() {
        for (path, content) in files(Path::new("/opt/larboard")) {
            let blank = content.lines().find(|line| {
                let mut parts = line.split('@').skip(1).step_by(2);
                parts.any(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_uppercase()))
            });
            assert_eq!(blank, None, "{path}");
        }
    }

    #[test]
    fn the_packages_have_the_flags_of_a_build() {
        let (common, cxx) = by_language();
        let all = files(Path::new("/opt/larboard"));
        for flag in common.iter().chain(&cxx) {
            assert!(all[0].1.contains(flag), "{flag} is not for CMake");
            assert!(all[3].1.contains(flag), "{flag} is not for pkg-config");
        }
        assert!(all[3].1.contains("prefix=/opt/larboard\n"));
    }
}
