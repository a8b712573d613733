//! The standard that plain sources need, told by the headers they include and the names of `std` they use.

use super::headers::Headers;
use super::lexer::{Lexer, Token};
use super::standard::Standard;

/// Headers of the C++ library by the year they came, from C++17 on.
const HEADERS: &[(u8, &[&str])] = &[
    (
        17,
        &[
            "any",
            "charconv",
            "execution",
            "filesystem",
            "memory_resource",
            "optional",
            "string_view",
            "variant",
        ],
    ),
    (
        20,
        &[
            "barrier",
            "bit",
            "compare",
            "concepts",
            "coroutine",
            "format",
            "latch",
            "numbers",
            "ranges",
            "semaphore",
            "source_location",
            "span",
            "stop_token",
            "syncstream",
        ],
    ),
    (
        23,
        &[
            "expected",
            "flat_map",
            "flat_set",
            "generator",
            "mdspan",
            "print",
            "spanstream",
            "stacktrace",
        ],
    ),
];

/// Names of `std` that came later than the headers they are in.
const NAMES: &[(u8, &[&str])] = &[
    (
        17,
        &[
            "scoped_lock",
            "shared_mutex",
            "clamp",
            "apply",
            "invoke",
            "byte",
        ],
    ),
    (
        20,
        &[
            "jthread",
            "make_shared_for_overwrite",
            "atomic_ref",
            "erase_if",
            "ssize",
        ],
    ),
];

/// Whether this is a header of the C++ library that an older one lacks.
pub fn is_standard(name: &str) -> bool {
    HEADERS.iter().any(|(_, names)| names.contains(&name))
}

/// The standard that the sources need, if it is later than Microsoft's default.
pub fn standard(headers: &Headers) -> Option<Standard> {
    let included = headers.system.iter().map(String::as_str);
    let by_header = included.filter_map(|name| year(HEADERS, name));
    let by_name = headers
        .files
        .values()
        .flat_map(|file| names_of_std(&file.text).filter_map(|name| year(NAMES, name)));
    by_header.chain(by_name).max().map(Standard::cxx)
}

fn year(table: &[(u8, &[&str])], name: &str) -> Option<u8> {
    let row = table.iter().find(|(_, names)| names.contains(&name));
    row.map(|(year, _)| *year)
}

/// What stands behind `std::`.
fn names_of_std(text: &str) -> impl Iterator<Item = &str> {
    let mut before = 0;
    Lexer::new(text).filter_map(move |(token, _)| {
        let name = match token {
            Token::Word(word) if before == 3 => Some(word),
            _ => None,
        };
        before = match (token, before) {
            (Token::Word("std"), _) => 1,
            (Token::Mark(':'), 1 | 2) => before + 1,
            _ => 0,
        };
        name
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_behind_std_are_found() {
        let names: Vec<_> =
            names_of_std("std::jthread a; std :: mutex b; x::c; // std::no").collect();
        assert_eq!(names, ["jthread", "mutex"]);
    }

    #[test]
    fn a_header_tells_the_year() {
        let mut headers = Headers::default();
        assert_eq!(standard(&headers), None);
        headers.system.insert("optional".to_owned());
        assert_eq!(standard(&headers), Some(Standard::cxx(17)));
        headers.system.insert("format".to_owned());
        assert_eq!(standard(&headers), Some(Standard::cxx(20)));
    }
}
