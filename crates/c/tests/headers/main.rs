//! The headers for C and C++: each compiles alone and in company, and says what windows-sys says: the values of
//! constants, the layouts of structures, the shapes of functions. Nothing is declared that the library has not.

mod alone;
#[path = "../clang/mod.rs"]
mod clang;
mod constants;
mod functions;
mod layouts;
mod sources;
mod windows_sys_source;

use std::fs;
use std::path::Path;

/// The headers that a program includes: those named as Microsoft's. Others are parts of the C++ library.
fn public_headers() -> Vec<String> {
    let mut names: Vec<String> = files(&clang::include())
        .into_iter()
        .filter(|name| name.ends_with(".h") && !name.contains('/') && !name.contains("cxxabi"))
        .collect();
    names.sort();
    names
}

/// All files below a folder, by their path from there.
fn files(folder: &Path) -> Vec<String> {
    fn collect(folder: &Path, prefix: &str, names: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("the folder is read") {
            let entry = entry.expect("an entry");
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                collect(&entry.path(), &format!("{name}/"), names);
            } else {
                names.push(name);
            }
        }
    }
    let mut names = Vec::new();
    collect(folder, "", &mut names);
    names
}

/// A source that includes these, one a line.
fn including<'a>(headers: impl IntoIterator<Item = &'a str>) -> String {
    headers
        .into_iter()
        .map(|header| format!("#include <{header}>\n"))
        .collect()
}

/// The public headers in an order in which they can all be used together.
fn everything() -> String {
    let headers = public_headers();
    let first = ["winsock2.h", "windows.h"];
    let rest = headers
        .iter()
        .map(String::as_str)
        .filter(|name| !first.contains(name));
    including(first.into_iter().chain(rest))
}
