//! Every macro of the headers that has a namesake among the constants of windows-sys has its value.

use std::collections::BTreeSet;
use std::fs;

use crate::clang::{self, Source};
use crate::windows_sys_source::source;
use crate::{everything, files};

/// Names that mean something else there than in C: versions that a program chooses, what follows UNICODE, and the number
/// of Windows Sockets 1.
const OTHERS: &[&str] = &[
    "NTDDI_VERSION",
    "WINVER",
    "_WIN32_WINNT",
    "SO_PROTOCOL_INFO",
    "SOMAXCONN",
];

#[test]
fn constants_have_the_values_of_windows_sys() {
    let Some(clang) = clang::newest() else { return };
    let names: Vec<String> = macros(&clang)
        .into_iter()
        .filter(|name| !OTHERS.contains(&name.as_str()))
        .collect();
    let mut text = everything();
    let mut compared = 0;
    for name in &names {
        let values: Vec<String> = source().constants.get(name).map_or_else(Vec::new, |found| {
            found
                .iter()
                .filter_map(|(_, value)| integer(value))
                .collect()
        });
        if !values.is_empty() {
            compared += 1;
            let same: Vec<String> = values
                .iter()
                .map(|value| format!("LARBOARD_SAME({name}, {value})"))
                .collect();
            text.push_str(&format!(
                "_Static_assert({}, \"{name} is {}\");\n",
                same.join(" || "),
                values.join(" or ")
            ));
        }
    }
    assert!(compared > 5000, "only {compared} macros were compared");
    // A negative value may be written as an unsigned one, and a handle as a pointer.
    let same = "#define LARBOARD_SAME(name, value) ((long long)(name) == (value) || (unsigned int)(long long)(name) == (unsigned int)(value))\n";
    let test = Source::new("constants.c", &format!("{same}{text}"));
    let flags = ["-fsyntax-only", "-Wno-everything", "-ferror-limit=0"];
    if let Err(complaints) = clang.says("c11".parse().expect("a standard"), &flags, &test) {
        panic!("{complaints}");
    }
}

/// The names of the macros without parameters that our headers define, and that have a value.
fn macros(clang: &clang::Clang) -> BTreeSet<String> {
    let test = Source::new("macros.c", &everything());
    let output = clang
        .says("c11".parse().expect("a standard"), &["-E", "-dM"], &test)
        .expect("the macros");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let active: BTreeSet<&str> = text.lines().filter_map(name_of_macro).collect();
    let ours = clang::include();
    files(&ours)
        .iter()
        .flat_map(|file| names_in(&fs::read_to_string(ours.join(file)).unwrap_or_default()))
        .filter(|name| active.contains(name.as_str()))
        .collect()
}

fn names_in(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(name_of_macro)
        .map(str::to_owned)
        .collect()
}

fn name_of_macro(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("#define ")?;
    let (name, value) = rest.split_once(' ')?;
    (!name.contains('(') && !value.trim().is_empty()).then_some(name)
}

/// `5u32`, `-1i32`, `0x8_u32 as _`: the value for C. `None` for what is no integer.
fn integer(value: &str) -> Option<String> {
    let value = value.trim_end_matches(" as _");
    let (sign, digits) = match value.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", value),
    };
    let end = digits.find(['u', 'i']).unwrap_or(digits.len());
    let digits = digits[..end].replace('_', "");
    let number = match digits.strip_prefix("0x") {
        Some(hexadecimal) => u64::from_str_radix(hexadecimal, 16).ok()?,
        None => digits.parse().ok()?,
    };
    Some(format!("{sign}{number}ULL").replace("-", "-(long long)"))
}
