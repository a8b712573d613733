//! What plain sources were written for: the standard and what TCHAR is, told by the headers they include and the names of `std` they use.

use std::cmp::Ordering;

use super::check::Support;
use super::headers::Headers;
use super::lexer::{Lexer, Token};
use super::standard::{CharacterSet, Standard};

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

/// What TCHAR was when the sources were written: told by the literals given to functions that have an A and a W variant, else
/// by whether anything wide is mentioned.
pub fn characters(headers: &Headers) -> CharacterSet {
    let support = Support::of_page();
    let (mut wide, mut narrow, mut mentions) = (0, 0, false);
    for file in headers.files.values() {
        let tokens: Vec<_> = Lexer::new(&file.text).map(|(token, _)| token).collect();
        for (at, token) in tokens.iter().enumerate() {
            let Token::Word(word) = token else { continue };
            mentions |= WIDE.contains(word);
            if tokens.get(at + 1) == Some(&Token::Mark('(')) && support.has_variants(word) {
                let (wide_here, narrow_here) = literals(&tokens[at + 2..]);
                wide += wide_here;
                narrow += narrow_here;
            }
        }
    }
    match wide.cmp(&narrow) {
        Ordering::Greater => CharacterSet::Unicode,
        Ordering::Less => CharacterSet::NotSet,
        Ordering::Equal if mentions => CharacterSet::Unicode,
        Ordering::Equal => CharacterSet::NotSet,
    }
}

/// Words of programs that are built as Unicode.
const WIDE: &[&str] = &[
    "TCHAR",
    "_T",
    "TEXT",
    "_TEXT",
    "LPTSTR",
    "LPCTSTR",
    "_tmain",
    "_tWinMain",
    "wmain",
    "wWinMain",
    "WCHAR",
    "LPWSTR",
    "LPCWSTR",
    "PWSTR",
    "PCWSTR",
    "wstring",
];

/// How many wide and narrow literals stand among the arguments of a call, behind its parenthesis; those of calls inside do
/// not count.
fn literals(tokens: &[Token]) -> (usize, usize) {
    let (mut wide, mut narrow, mut depth) = (0, 0, 0);
    for token in tokens {
        match token {
            Token::Mark('(') => depth += 1,
            Token::Mark(')') if depth == 0 => break,
            Token::Mark(')') => depth -= 1,
            Token::Mark(';' | '{') => break,
            Token::Text(text) if depth == 0 && text.starts_with('L') => wide += 1,
            Token::Text(text) if depth == 0 && text.starts_with('"') => narrow += 1,
            _ => {}
        }
    }
    (wide, narrow)
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
    fn literals_tell_what_tchar_was() {
        let cases = [
            (
                "CreateEvent(NULL, TRUE, FALSE, L\"x\");",
                CharacterSet::Unicode,
            ),
            (
                "InetPton(AF_INET, L\"0.0.0.0\", &a);",
                CharacterSet::Unicode,
            ),
            (
                "WCHAR x; CreateEvent(NULL, TRUE, FALSE, \"x\");",
                CharacterSet::NotSet,
            ),
            (
                "CreateEvent(NULL, TRUE, FALSE, name(\"x\")); WCHAR x;",
                CharacterSet::Unicode,
            ),
            (
                "CreateEventW(0, 0, 0, L\"x\"); printf(\"\");",
                CharacterSet::NotSet,
            ),
            ("TCHAR x[3];", CharacterSet::Unicode),
            ("int main() {}", CharacterSet::NotSet),
        ];
        for (text, expected) in cases {
            let mut headers = Headers::default();
            let file = super::super::headers::File {
                kind: super::super::text::Kind::Plain,
                text: text.to_owned(),
                is_changed: false,
            };
            headers.files.insert("a.cpp".into(), file);
            assert_eq!(characters(&headers), expected, "{text}");
        }
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
