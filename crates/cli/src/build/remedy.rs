//! Mistakes that Microsoft's compiler does not see as such, and Clang does. The copy that Clang reads is changed; the
//! user's file is not.
//!
//! - A second function for a type that is another one on Windows only: `put(int)` and `put(LONG)`, `put(UINT32)` and
//!   `put(DWORD)`. Here they are the same function; the second is taken out.
//! - `delete[] member`, where the member is an array. Microsoft's compiler warns and deletes its address; so does the copy.
//! - `main(int, wchar_t *[])`. It is called as the `wmain` that it means to be.

use std::path::{Path, PathBuf};

/// A place in a file: path, line, column, both counted from 1, the column in bytes.
type Place = (PathBuf, usize, usize);

/// What the compiler has said is wrong.
#[derive(Debug, PartialEq, Eq)]
struct Diagnostic {
    place: Place,
    message: String,
    /// The place of what came before it, where the compiler names one.
    previous: Option<Place>,
}

/// A change to a file's text, and the line that tells of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Remedy {
    /// The file, as the compiler calls it.
    pub path: PathBuf,
    /// The line of the mistake.
    pub line: usize,
    /// What is done about it.
    pub told: &'static str,
    change: Change,
}

#[derive(Debug, PartialEq, Eq)]
enum Change {
    /// Puts text before a byte.
    Insert(usize, &'static str),
    /// Blanks bytes, line ends excepted.
    Blank(usize, usize),
}

/// The remedies for everything a compiler has said; none if there is one mistake that has no remedy. `text` gives the text of a
/// file that the compiler names.
pub fn remedies<'a>(said: &str, text: impl Fn(&Path) -> Option<&'a str>) -> Option<Vec<Remedy>> {
    let found = diagnostics(said);
    if found.is_empty() {
        return None;
    }
    found
        .iter()
        .map(|diagnostic| remedy(diagnostic, &text))
        .collect()
}

/// The text with these changes.
pub fn apply(text: &str, remedies: &[&Remedy]) -> String {
    let mut changes: Vec<_> = remedies.iter().map(|remedy| &remedy.change).collect();
    // From the end, so that places before stay what they are.
    changes.sort_by_key(|change| {
        std::cmp::Reverse(match change {
            Change::Insert(at, _) | Change::Blank(at, _) => *at,
        })
    });
    changes.dedup();
    let mut text = text.to_owned();
    for change in changes {
        match change {
            Change::Insert(at, insert) => text.insert_str(*at, insert),
            Change::Blank(from, to) => {
                let blank: String = text[*from..*to]
                    .chars()
                    .map(|c| if c.is_whitespace() { c } else { ' ' })
                    .collect();
                text.replace_range(*from..*to, &blank);
            }
        }
    }
    text
}

fn remedy<'a>(diagnostic: &Diagnostic, text: &impl Fn(&Path) -> Option<&'a str>) -> Option<Remedy> {
    let (path, line, column) = &diagnostic.place;
    let content = text(path)?;
    let at = offset(content, *line, *column)?;
    let message = diagnostic.message.as_str();
    let (change, told) = if message.starts_with("cannot delete expression of type") {
        (
            array(content, at)?,
            "an array that is a member is deleted, as by Microsoft's compiler",
        )
    } else if message.starts_with("second parameter of 'main'") {
        let is_wide = parameters(content, at)?.contains("wchar_t");
        let is_main = content[at..].starts_with("main");
        (
            (is_wide && is_main).then_some(Change::Insert(at, "w"))?,
            "its arguments are wide, as those of wmain",
        )
    } else if message.ends_with("cannot be redeclared") || message.starts_with("redefinition of") {
        let (other, line, column) = diagnostic.previous.as_ref()?;
        let other = text(other)?;
        let before = parameters(other, offset(other, *line, *column)?)?;
        // The same words twice are a mistake on Windows as well.
        if words(before) == words(parameters(content, at)?) {
            return None;
        }
        let told = "the same function as the one before, since their types are one type here; this one is left out";
        (declaration(content, at)?, told)
    } else {
        return None;
    };
    Some(Remedy {
        path: path.clone(),
        line: *line,
        told,
        change,
    })
}

/// Puts a `+` before the array, which makes it an address.
fn array(text: &str, at: usize) -> Option<Change> {
    let rest = text[at..].strip_prefix("delete")?;
    let operand = rest.trim_start();
    let operand = match operand.strip_prefix('[') {
        Some(inside) => inside.trim_start().strip_prefix(']')?,
        None => operand,
    };
    Some(Change::Insert(text.len() - operand.len(), " +"))
}

/// Takes out the declaration or definition that the name at this place belongs to.
fn declaration(text: &str, name: usize) -> Option<Change> {
    let code = without_comments(text);
    let begin = code[..name]
        .char_indices()
        .rev()
        .find(|(at, c)| match c {
            ';' | '{' | '}' => true,
            ':' => !is_scope(&code, *at),
            // A directive ends with its line.
            '\n' => code[..*at]
                .rsplit('\n')
                .next()
                .is_some_and(|line| line.trim_start().starts_with('#')),
            _ => false,
        })
        .map_or(0, |(at, _)| at + 1);
    let mut depth = 0_i32;
    for (at, character) in code[name..].char_indices() {
        match character {
            ';' if depth == 0 => return Some(Change::Blank(begin, name + at + 1)),
            '{' | '(' => depth += 1,
            ')' => depth -= 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(Change::Blank(begin, name + at + 1));
                }
            }
            _ => {}
        }
    }
    None
}

fn is_scope(code: &str, at: usize) -> bool {
    code[..at].ends_with(':') || code[at + 1..].starts_with(':')
}

/// What stands between the parentheses that follow the name at this place.
fn parameters(text: &str, name: usize) -> Option<&str> {
    let rest = &text[name..];
    // `operator()` has a pair of its own.
    let skipped = if rest.starts_with("operator()") {
        "operator()".len()
    } else {
        0
    };
    let open = skipped + rest[skipped..].find('(')?;
    let mut depth = 0;
    for (at, character) in rest[open..].char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(&rest[open + 1..open + at]);
        }
    }
    None
}

/// The words of parameters, as far as they are types: names differ without a meaning.
fn words(parameters: &str) -> Vec<&str> {
    parameters
        .split(',')
        .flat_map(|parameter| {
            let declared = parameter.split('=').next().unwrap_or(parameter);
            let mut words: Vec<_> = declared
                .split(|c: char| !(c.is_alphanumeric() || c == '_'))
                .filter(|word| !word.is_empty())
                .collect();
            // The last word is the parameter's name, if there is another before it.
            let is_named = words.len() > 1 && !BUILT_IN.contains(words.last().unwrap_or(&""));
            if is_named {
                words.pop();
            }
            words
        })
        .collect()
}

const BUILT_IN: &[&str] = &[
    "int", "long", "short", "char", "unsigned", "signed", "__int64", "const",
];

/// The text with comments, strings and characters blanked: of the same length, byte by byte.
fn without_comments(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.find("*/").map_or(rest.len(), |end| end + 4)
        } else if first == '"' || first == '\'' {
            literal(rest, first)
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        for character in rest[..length].chars() {
            match character {
                '\n' => code.push('\n'),
                _ => code.extend(std::iter::repeat_n(' ', character.len_utf8())),
            }
        }
        rest = &rest[length..];
    }
    code
}

fn literal(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => return at,
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn offset(text: &str, line: usize, column: usize) -> Option<usize> {
    let mut begin = 0;
    for _ in 1..line {
        begin += text[begin..].find('\n')? + 1;
    }
    let at = begin + column.checked_sub(1)?;
    text.is_char_boundary(at).then_some(at)
}

fn diagnostics(said: &str) -> Vec<Diagnostic> {
    let said = without_colours(said);
    let mut found: Vec<Diagnostic> = Vec::new();
    for line in said.lines() {
        if let Some((place, message)) =
            split(line, ": error: ").or_else(|| split(line, ": fatal error: "))
        {
            let message = message.to_owned();
            found.push(Diagnostic {
                place,
                message,
                previous: None,
            });
        } else if let Some((place, message)) = split(line, ": note: ")
            && message.starts_with("previous")
            && let Some(last) = found.last_mut()
        {
            last.previous.get_or_insert(place);
        }
    }
    found
}

fn split<'a>(line: &'a str, kind: &str) -> Option<(Place, &'a str)> {
    let (place, message) = line.split_once(kind)?;
    let mut parts = place.rsplitn(3, ':');
    let column = parts.next()?.parse().ok()?;
    let line = parts.next()?.parse().ok()?;
    Some(((PathBuf::from(parts.next()?), line, column), message))
}

fn without_colours(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cured(text: &str, said: &str) -> Option<String> {
        let remedies = remedies(said, |_| Some(text))?;
        Some(apply(text, &remedies.iter().collect::<Vec<_>>()))
    }

    #[test]
    fn the_second_of_two_functions_that_are_one_is_taken_out() {
        let text = "class P {\npublic:\n  void put(int v) { x = v; }\n  // again\n  virtual void put(LONG v)\n  { if (v) { x = '}'; } }\n  int x;\n};\n";
        let said = "a.h:5:16: \u{1b}[0;1;31merror: \u{1b}[0mclass member cannot be redeclared\n  5 | ...\na.h:3:8: note: previous definition is here\n";
        let cured = cured(text, said).unwrap();
        assert!(
            cured.contains("void put(int v)") && !cured.contains("LONG"),
            "{cured}"
        );
        assert_eq!(cured.lines().count(), text.lines().count());
        assert!(cured.contains("  int x;\n"), "{cured}");
    }

    #[test]
    fn what_was_said_twice_in_the_same_words_stays_a_mistake() {
        let text = "int f(int a) { return 1; }\nint f(int b) { return 2; }\n";
        let said =
            "a.cpp:2:5: error: redefinition of 'f'\na.cpp:1:5: note: previous definition is here\n";
        assert_eq!(cured(text, said), None);
        let text = text
            .replacen("int a", "unsigned int a", 1)
            .replace("int b", "DWORD b");
        assert!(
            cured(&text, said)
                .unwrap()
                .ends_with("\n                            \n")
        );
    }

    #[test]
    fn an_array_is_deleted_by_its_address() {
        let text = "~P() { delete[] buffer; delete  other; }";
        let said = "a.h:1:8: error: cannot delete expression of type 'char[100]'\n\
                    a.h:1:25: error: cannot delete expression of type 'char[4]'\n";
        assert_eq!(
            cured(text, said).unwrap(),
            "~P() { delete[] + buffer; delete   +other; }"
        );
    }

    #[test]
    fn a_main_with_wide_arguments_is_wmain() {
        let said = "a.cpp:1:5: error: second parameter of 'main' (argument array) must be of type 'char **'\n";
        assert_eq!(
            cured("int main(int argc, wchar_t *argv[]) {}", said).unwrap(),
            "int wmain(int argc, wchar_t *argv[]) {}"
        );
        assert_eq!(cured("int main(int argc, int *argv[]) {}", said), None);
    }

    #[test]
    fn one_mistake_without_remedy_is_enough() {
        let said = "a.h:1:8: error: cannot delete expression of type 'char[100]'\na.h:1:1: error: expected ';'\n";
        assert_eq!(cured("~P() { delete[] buffer; }", said), None);
        assert_eq!(cured("", "warning: nothing\n"), None);
    }
}
