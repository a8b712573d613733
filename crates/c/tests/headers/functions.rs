//! Every function that the headers declare is in the library, and has the shape of its namesake in windows-sys.

use std::collections::BTreeMap;
use std::path::Path;

use crate::clang::{self, Clang, Source};
use crate::everything;
use crate::windows_sys_source::source;

/// Structures that are passed by value, by their sizes.
const BY_VALUE: &[(&str, &str)] = &[
    ("IN_ADDR", "4"),
    ("COORD", "4"),
    ("POINT", "8"),
    ("GUID", "16"),
    ("SMALL_RECT", "8"),
    ("MEMORY_MAPPED_VIEW_ADDRESS", "8"),
];

#[test]
fn functions_have_the_shapes_of_windows_sys() {
    let Some(clang) = clang::newest() else { return };
    let mut text = format!("#define LARBOARD_NO_OVERLOADS\n{}{SHAPE}", everything());
    let mut compared = 0;
    for name in declared(&clang).into_keys() {
        let Some((parameters, result)) = source().functions.get(&name) else {
            continue;
        };
        let sizes: Option<Vec<String>> = parameters
            .iter()
            .chain([result])
            .map(|kind| size(kind))
            .collect();
        let sizes = sizes.unwrap_or_else(|| panic!("{name}: a type of {parameters:?} is unknown"));
        compared += 1;
        text.push_str(&format!(
            "static_assert(shape(&{name}) == sizes({{{}}}), \"{name}\");\n",
            sizes.join(", ")
        ));
    }
    assert!(compared > 200, "only {compared} functions were compared");
    let test = Source::new("functions.cpp", &text);
    let flags = ["-fsyntax-only", "-Wno-everything", "-ferror-limit=0"];
    if let Err(complaints) = clang.says("c++17".parse().expect("a standard"), &flags, &test) {
        panic!("{complaints}");
    }
}

/// The sizes of a function's parameters, then that of its result, as one number; the same for a list of sizes.
const SHAPE: &str = r#"
extern "C++" {
template <class T> struct Size { static constexpr unsigned long long value = sizeof(T); };
template <> struct Size<void> { static constexpr unsigned long long value = 0; };
template <class T> struct Size<T &> { static constexpr unsigned long long value = sizeof(T *); };
struct Sizes { unsigned long long of[16]; int count; };
constexpr bool operator==(const Sizes &a, const Sizes &b) {
    if (a.count != b.count) return false;
    for (int i = 0; i < a.count; i++) if (a.of[i] != b.of[i]) return false;
    return true;
}
template <class R, class... A> constexpr Sizes shape(R (*)(A...)) { return {{Size<A>::value..., Size<R>::value}, sizeof...(A) + 1}; }
template <class R, class... A> constexpr Sizes shape(R (*)(A..., ...)) { return {{Size<A>::value..., 99, Size<R>::value}, sizeof...(A) + 2}; }
template <int n> constexpr Sizes sizes(const unsigned long long (&list)[n]) {
    Sizes result = {{}, n};
    for (int i = 0; i < n; i++) result.of[i] = list[i];
    return result;
}
}
"#;

fn size(kind: &str) -> Option<String> {
    if kind == "..." {
        return Some("99".to_owned());
    }
    let name = kind.rsplit("::").next().unwrap_or(kind).trim();
    let is_value = !kind.trim_start().starts_with('*');
    let structure = BY_VALUE
        .iter()
        .find(|(known, _)| is_value && *known == name);
    structure
        .map(|(_, size)| (*size).to_owned())
        .or_else(|| source().size(kind).map(|size| size.to_string()))
}

#[test]
fn every_function_that_is_declared_is_in_the_library() {
    let Some(clang) = clang::newest() else { return };
    let mut text = String::from("__asm__(\".data\\n\"\n");
    for symbol in declared(&clang).into_values() {
        text.push_str(&format!("    \".quad {symbol}\\n\"\n"));
    }
    text.push_str("    \".text\\n\");\nint main(void) { return 0; }\n");
    let test = Source::new("declared.c", &text);
    let program =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("declared-{}", std::process::id()));
    let library = clang::library();
    let linked = clang
        .compile("c11".parse().expect("a standard"))
        .args(["-Wno-everything", "-Wl,--no-gc-sections"])
        .arg(&test.path)
        .arg("-o")
        .arg(&program)
        .arg(&library)
        .args(["-lm", "-ldl"])
        .output()
        .expect("the compiler runs");
    let _ = std::fs::remove_file(&program);
    let messages = String::from_utf8_lossy(&linked.stderr).into_owned();
    let mut absent: Vec<&str> = messages
        .lines()
        .filter_map(|line| line.split_once("undefined reference to "))
        .map(|(_, name)| name)
        .collect();
    absent.sort_unstable();
    absent.dedup();
    assert!(absent.is_empty(), "declared, and in no library: {absent:?}");
    assert!(linked.status.success(), "{messages}");
}

/// The functions that our headers declare and do not define, with their symbols.
fn declared(clang: &Clang) -> BTreeMap<String, String> {
    let test = Source::new("declared.c", &everything());
    let output = clang
        .says(
            "c11".parse().expect("a standard"),
            &["-E", "-DLARBOARD_NO_OVERLOADS"],
            &test,
        )
        .expect("the declarations");
    let text = ours(&String::from_utf8_lossy(&output.stdout));
    statements(&text)
        .iter()
        .filter_map(|text| {
            let name = function(text)?;
            let symbol = symbol(text).unwrap_or_else(|| name.clone());
            Some((name, symbol))
        })
        .collect()
}

/// The symbol, if the declaration names one: `__asm__("larboard_" "send")`.
fn symbol(statement: &str) -> Option<String> {
    let (_, label) = statement.split_once("__asm__")?;
    let label = label.trim_start().strip_prefix('(')?.split(')').next()?;
    Some(label.split('"').skip(1).step_by(2).collect())
}

/// Of a preprocessed text, what comes from our headers.
pub fn ours(text: &str) -> String {
    let folder = format!("{}/", clang::include().display());
    let mut from_us = false;
    let mut kept = String::new();
    for line in text.lines() {
        if let Some(marker) = line.strip_prefix("# ") {
            from_us = marker
                .split('"')
                .nth(1)
                .is_some_and(|file| file.starts_with(&folder));
        } else if from_us && !line.starts_with('#') {
            kept.push_str(line);
            kept.push(' ');
        }
    }
    kept
}

/// What stands between semicolons outside of braces; what has braces of its own is left out up to there.
pub fn statements(text: &str) -> Vec<String> {
    let mut statements = Vec::new();
    let (mut depth, mut current) = (0, String::new());
    for character in text.chars() {
        match character {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                // What follows a body is a statement of its own; what follows a structure is its name.
                current = "}".to_owned();
            }
            ';' if depth == 0 => statements.push(std::mem::take(&mut current)),
            _ if depth == 0 => current.push(character),
            _ => {}
        }
    }
    statements
}

/// The name, if this declares a function.
fn function(statement: &str) -> Option<String> {
    let statement = statement.trim().trim_start_matches('}').trim();
    if [
        "typedef",
        "struct",
        "union",
        "enum",
        "_Static_assert",
        "static",
    ]
    .iter()
    .any(|word| {
        statement.starts_with(word)
            && !(["struct", "static"].contains(word) && statement.contains(") __asm__"))
    }) && !returns_a_structure(statement)
    {
        return None;
    }
    let mut rest = statement;
    while let Some(after) = rest.strip_prefix("__attribute__") {
        rest = after.split_once("))")?.1.trim_start();
    }
    let (before, after) = rest.split_once('(')?;
    // A name in parentheses, `unsigned int(_rotl)(...)`, is the compiler's own: no library has it.
    let is_name = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == '_');
    if after
        .split_once(')')
        .is_some_and(|(name, rest)| is_name(name) && rest.starts_with('('))
    {
        return None;
    }
    let name = before
        .trim_end()
        .rsplit(|c: char| !c.is_alphanumeric() && c != '_')
        .next()?;
    let only_a_name =
        !name.is_empty() && before.trim() != name && !before.contains('=') && after.contains(')');
    (only_a_name && name != "__attribute__").then(|| name.to_owned())
}

/// `struct hostent *gethostbyname(...)` is a function, `struct in_addr { ... }` is none.
fn returns_a_structure(statement: &str) -> bool {
    statement.starts_with("struct")
        && statement.contains('(')
        && statement.contains('*')
        && !statement.contains("(*")
}
