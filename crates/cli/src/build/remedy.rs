//! What Microsoft's compiler takes and Clang has no flag for: such places are patched in a copy, and compiled again. Lines
//! stay where they are, and each patch is told as a note.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::overlay;
use super::tree;

/// How often a source is compiled again: a patch can bring the next message out.
pub const ROUNDS: usize = 4;

/// Types of Windows that are `long` there and `int` here, where the program may have overloads for both.
const LONG_THERE: &[&str] = &[
    "DWORD", "ULONG", "LONG", "u_long", "HRESULT", "COLORREF", "LCID", "LSTATUS", "NTSTATUS",
];

/// A message of the compiler.
struct Message<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    text: &'a str,
}

/// Patched copies of the files of one compilation.
#[derive(Default)]
pub struct Remedies {
    /// The patched lines of each file, as the compiler reads it.
    texts: HashMap<PathBuf, String>,
    notes: Vec<String>,
}

impl Remedies {
    /// Patches what the messages are about; says whether there was anything to patch. `read` gives a file as the compiler
    /// reads it.
    pub fn add(
        &mut self,
        messages: &str,
        here: &Path,
        read: impl Fn(&Path) -> Option<String>,
    ) -> bool {
        let messages = without_colours(messages);
        let messages: Vec<_> = messages.lines().filter_map(message).collect();
        let mut places = Vec::new();
        for (index, found) in messages.iter().enumerate() {
            let path = tree::join(here, found.file);
            let text = match self.texts.get(&path) {
                Some(text) => text.clone(),
                None => match read(&path) {
                    Some(text) => text,
                    None => continue,
                },
            };
            let Some(line) = line_of(&text, found.line) else {
                continue;
            };
            let earlier = messages.get(index + 1).and_then(|note| {
                let path = tree::join(here, note.file);
                let text = self.texts.get(&path).cloned().or_else(|| read(&path))?;
                note.text.starts_with("note: previous ").then_some(())?;
                parameters(line_of(&text, note.line)?, note.column)
            });
            let Some((at, insert, told)) = remedy(found, line, earlier.as_deref()) else {
                continue;
            };
            self.texts.entry(path.clone()).or_insert(text);
            places.push((path, found.line, at, insert));
            self.notes
                .push(format!("{}:{}: note: {told}", found.file, found.line));
        }
        // From the end, so that what is inserted moves nothing that is still to be patched.
        places.sort();
        places.dedup();
        for (path, line, at, insert) in places.iter().rev() {
            if let Some(text) = self.texts.get_mut(path) {
                let start = start_of(text, *line).unwrap_or_default();
                text.insert_str(start + at, insert);
            }
        }
        !places.is_empty()
    }

    /// What was patched, for the user.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        self.notes.iter().map(String::as_str)
    }

    /// Writes the copies, and the overlay that puts them in their files' places. Gives the overlay's path.
    pub fn write(&self, object: &Path) -> io::Result<PathBuf> {
        let mut copies = Vec::new();
        for (index, (path, text)) in self.texts.iter().enumerate() {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let copy = object.with_extension(format!("{index}-{name}"));
            fs::write(&copy, text)?;
            copies.push((path.clone(), copy));
        }
        let path = object.with_extension("remedies.yaml");
        fs::write(&path, overlay::of_copies(copies)?)?;
        Ok(path)
    }
}

/// Where to insert what into the line, and what the user is told.
fn remedy(
    message: &Message,
    line: &str,
    earlier: Option<&str>,
) -> Option<(usize, &'static str, &'static str)> {
    let column = message.column.checked_sub(1)?;
    let error = message.text.strip_prefix("error: ")?;
    if error.starts_with("cannot delete expression of type '") && error.ends_with("]'") {
        let rest = line.get(column..)?.strip_prefix("delete")?;
        let brackets = rest.trim_start();
        let skip = match brackets.strip_prefix('[') {
            Some(inside) => {
                let closed = inside.trim_start().strip_prefix(']')?;
                line.len() - column - closed.len()
            }
            None => "delete".len(),
        };
        let told = "an array is deleted as if it were a pointer, as Microsoft's compiler does";
        return Some((column + skip, " +", told));
    }
    if error == "class member cannot be redeclared" || error.starts_with("redefinition of '") {
        let parameters = parameters(line, message.column)?;
        let same_here = earlier? != parameters
            && [&parameters, earlier?]
                .iter()
                .any(|text| words(text).any(|word| LONG_THERE.contains(&word)));
        let before = line.get(..column)?;
        let is_plain = !before.contains([';', '{', '}', '(', ')', '=', '"'])
            && !words(before).any(|word| matches!(word, "virtual" | "template" | "friend"));
        if !same_here || !is_plain {
            return None;
        }
        let at = before.len() - before.trim_start().len();
        let insert = match before.contains("::") {
            true => "template <int> ",
            false => "template <int = 0> ",
        };
        let told = "an overload for `int` and one for `long`, which are the same type here: this one is left for who asks for it";
        return Some((at, insert, told));
    }
    None
}

/// The parameters of the function whose name stands in this column, without blanks.
fn parameters(line: &str, column: usize) -> Option<String> {
    let rest = line.get(column.checked_sub(1)?..)?;
    let rest = rest.strip_prefix("operator").unwrap_or(rest);
    // The parentheses of a call operator are its name.
    let rest = rest.trim_start();
    let rest = rest.strip_prefix("()").unwrap_or(rest);
    let open = rest.find('(')?;
    if rest[..open].contains([';', '{', '}', '"']) {
        return None;
    }
    let close = rest[open..].find(')')?;
    Some(
        rest[open..open + close]
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
    )
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric() && character != '_')
}

fn message(line: &str) -> Option<Message<'_>> {
    let at = line.find(": error: ").or_else(|| line.find(": note: "))?;
    let (place, text) = (&line[..at], &line[at + 2..]);
    let mut parts = place.rsplitn(3, ':');
    let column = parts.next()?.parse().ok()?;
    let number = parts.next()?.parse().ok()?;
    Some(Message {
        file: parts.next()?,
        line: number,
        column,
        text,
    })
}

/// Where a line begins. A converted copy has one line more, which names the file.
fn start_of(text: &str, line: usize) -> Option<usize> {
    let skip = line.checked_sub(1)? + usize::from(text.starts_with("#line 1 "));
    let mut starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
    starts.nth(skip)
}

fn line_of(text: &str, line: usize) -> Option<&str> {
    text.get(start_of(text, line)?..)?.lines().next()
}

fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        plain.push_str(before);
        let end = after.find(|character: char| character.is_ascii_alphabetic());
        rest = end.map_or("", |end| &after[end + 1..]);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patched(source: &str, messages: &str) -> Option<String> {
        let mut remedies = Remedies::default();
        remedies
            .add(messages, Path::new("/p"), |_| Some(source.to_owned()))
            .then(|| remedies.texts[Path::new("/p/a.cpp")].clone())
    }

    #[test]
    fn an_overload_for_what_is_the_same_type_here_becomes_a_template() {
        let source = "class P {\n  P& operator >> (UINT32& v);\n  P& operator >> (DWORD& v);\n};\n";
        let messages = "a.cpp:3:6: error: class member cannot be redeclared\n   3 | x\na.cpp:2:6: note: previous declaration is here\n";
        assert_eq!(
            patched(source, messages).as_deref(),
            Some(
                "class P {\n  P& operator >> (UINT32& v);\n  template <int = 0> P& operator >> (DWORD& v);\n};\n"
            )
        );
        let qualified = "void P::f(int x) {}\nvoid P::f(LONG x) {}\n";
        let messages = "\x1b[1ma.cpp:2:9: \x1b[0m\x1b[0;1;31merror: \x1b[0mredefinition of 'f'\na.cpp:1:9: note: previous definition is here\n";
        assert_eq!(
            patched(qualified, messages).as_deref(),
            Some("void P::f(int x) {}\ntemplate <int> void P::f(LONG x) {}\n")
        );
    }

    #[test]
    fn what_is_declared_twice_stays_a_mistake() {
        let source = "void f(LONG x) {}\nvoid f(LONG x) {}\n";
        let messages =
            "a.cpp:2:6: error: redefinition of 'f'\na.cpp:1:6: note: previous definition is here\n";
        assert_eq!(patched(source, messages), None);
        assert_eq!(
            patched(source, "a.cpp:1:1: error: unknown type name 'x'\n"),
            None
        );
    }

    #[test]
    fn an_array_is_deleted_like_a_pointer() {
        let source = "#line 1 \"a.cpp\"\n~Q() { delete[] a; delete b; }\n";
        let messages = "a.cpp:1:8: error: cannot delete expression of type 'int[10]'\na.cpp:1:20: error: cannot delete expression of type 'int[2]'\n";
        assert_eq!(
            patched(source, messages).as_deref(),
            Some("#line 1 \"a.cpp\"\n~Q() { delete[] + a; delete + b; }\n")
        );
    }
}
