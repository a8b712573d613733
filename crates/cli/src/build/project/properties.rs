//! Properties of a project file, and text in which `$(Name)` stands for one.

use std::collections::HashMap;

/// Names mean the same in any case.
#[derive(Clone, Debug, Default)]
pub struct Properties {
    values: HashMap<String, String>,
}

impl Properties {
    /// The value; empty if there is none. Variables of the environment are properties too.
    pub fn get(&self, name: &str) -> String {
        match self.values.get(&name.to_lowercase()) {
            Some(value) => value.clone(),
            None => std::env::var(name).unwrap_or_default(),
        }
    }

    /// Gives a property a value.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.values.insert(name.to_lowercase(), value.into());
    }

    /// The text with the values of the properties it names. Functions, as `$([System.IO.Path]::…)`, have none here.
    pub fn expand(&self, text: &str) -> String {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("$(") {
            expanded.push_str(before);
            let Some(end) = closing(after) else {
                expanded.push_str("$(");
                rest = after;
                continue;
            };
            let name = after[..end].trim();
            if is_name(name) {
                expanded.push_str(&self.get(name));
            }
            rest = &after[end + 1..];
        }
        expanded.push_str(rest);
        expanded
    }
}

/// Replaces `%(Name)` by what an item inherits; other references are empty.
pub fn inherit(text: &str, name: &str, inherited: &str) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("%(") {
        result.push_str(before);
        let Some((reference, after)) = after.split_once(')') else {
            return result;
        };
        // `%(ClCompile.Name)` says the same at more length.
        let reference = reference.rsplit('.').next().unwrap_or(reference);
        if reference.trim().eq_ignore_ascii_case(name) {
            result.push_str(inherited);
        }
        rest = after;
    }
    result.push_str(rest);
    result
}

/// The parts of a list that semicolons separate, without empty ones.
pub fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '\n'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

/// Characters that a project file writes as `%3B`.
pub fn unescape(text: &str) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        result.push_str(before);
        let code = after
            .get(..2)
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        match code.filter(u8::is_ascii) {
            Some(code) => {
                result.push(char::from(code));
                rest = &after[2..];
            }
            None => {
                result.push('%');
                rest = after;
            }
        }
    }
    result.push_str(rest);
    result
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "_-.".contains(c))
}

/// Where the parenthesis closes that is open before the text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_put_in_whatever_their_case() {
        let mut properties = Properties::default();
        properties.set("Configuration", "Debug");
        properties.set("platform", "x64");
        assert_eq!(
            properties.expand("$(configuration)|$(Platform)"),
            "Debug|x64"
        );
        assert_eq!(
            properties.expand("a$(NoSuchThing)b$([X]::Y($(Platform)))c"),
            "abc"
        );
        assert_eq!(properties.expand("open $(x"), "open $(x");
    }

    #[test]
    fn an_item_may_add_to_what_it_inherits() {
        assert_eq!(inherit("A;%(Defs)", "defs", "B;C"), "A;B;C");
        assert_eq!(inherit("A;%(ClCompile.Defs);%(Other)", "Defs", "B"), "A;B;");
    }

    #[test]
    fn lists_have_no_empty_parts_and_escapes_are_undone() {
        assert_eq!(list(";a; b;\n;c").collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(unescape("a%3Bb%28%zz%"), "a;b(%zz%");
    }
}
