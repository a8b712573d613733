//! Conditions of a project file: `'$(Configuration)|$(Platform)'=='Debug|x64'`.

use std::path::Path;

use super::super::tree::Tree;
use super::properties::Properties;

/// Whether a condition holds. One that cannot be read does not. Files are looked for in `folder`.
pub fn holds(text: &str, properties: &Properties, folder: &Path, tree: &Tree) -> bool {
    let mut parser = Parser {
        rest: text,
        properties,
        folder,
        tree,
    };
    match parser.alternatives() {
        Some(value) => value && parser.rest.trim().is_empty(),
        None => false,
    }
}

struct Parser<'a> {
    rest: &'a str,
    properties: &'a Properties,
    folder: &'a Path,
    tree: &'a Tree,
}

impl Parser<'_> {
    /// `a or b`
    fn alternatives(&mut self) -> Option<bool> {
        let mut value = self.conjunction()?;
        while self.takes_word("or") {
            value |= self.conjunction()?;
        }
        Some(value)
    }

    /// `a and b`
    fn conjunction(&mut self) -> Option<bool> {
        let mut value = self.term()?;
        while self.takes_word("and") {
            value &= self.term()?;
        }
        Some(value)
    }

    /// `!a`, `(a)`, `Exists('…')`, `'a' == 'b'`
    fn term(&mut self) -> Option<bool> {
        if self.takes("!") {
            return Some(!self.term()?);
        }
        if self.takes("(") {
            let value = self.alternatives()?;
            return self.takes(")").then_some(value);
        }
        if self.takes_word("exists") {
            let name = self.argument()?;
            let folder = self.folder;
            let found = self
                .tree
                .file(folder, &name)
                .or_else(|| self.tree.folder(folder, &name));
            return Some(!name.is_empty() && found.is_some());
        }
        if self.takes_word("hastrailingslash") {
            return Some(self.argument()?.ends_with(['/', '\\']));
        }
        let left = self.value()?;
        for (operator, compare) in COMPARISONS {
            if self.takes(operator) {
                let right = self.value()?;
                return compare(&left, &right);
            }
        }
        match left.to_lowercase().as_str() {
            "true" | "on" | "yes" => Some(true),
            "false" | "off" | "no" | "" => Some(false),
            _ => None,
        }
    }

    fn argument(&mut self) -> Option<String> {
        let value = self.takes("(").then(|| self.value())??;
        self.takes(")").then_some(value)
    }

    /// A text in quotes, or a bare word or property.
    fn value(&mut self) -> Option<String> {
        self.rest = self.rest.trim_start();
        if let Some(quoted) = self.rest.strip_prefix('\'') {
            let (text, rest) = quoted.split_once('\'')?;
            self.rest = rest;
            return Some(self.properties.expand(text));
        }
        let mut depth = 0_usize;
        let end = self.rest.find(|c: char| {
            match c {
                '(' => depth += 1,
                ')' if depth > 0 => {
                    depth -= 1;
                    return false;
                }
                _ => {}
            }
            depth == 0 && (c.is_whitespace() || "=!<>)'".contains(c))
        });
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        (!word.is_empty()).then(|| self.properties.expand(word))
    }

    fn takes(&mut self, text: &str) -> bool {
        let rest = self.rest.trim_start();
        match rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start();
        let is_here = rest
            .get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
            && !rest[word.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if is_here {
            self.rest = &rest[word.len()..];
        }
        is_here
    }
}

type Comparison = fn(&str, &str) -> Option<bool>;

/// The longer operators come first.
const COMPARISONS: [(&str, Comparison); 6] = [
    ("==", |left, right| Some(is_same(left, right))),
    ("!=", |left, right| Some(!is_same(left, right))),
    ("<=", |left, right| Some(number(left)? <= number(right)?)),
    (">=", |left, right| Some(number(left)? >= number(right)?)),
    ("<", |left, right| Some(number(left)? < number(right)?)),
    (">", |left, right| Some(number(left)? > number(right)?)),
];

fn is_same(left: &str, right: &str) -> bool {
    match (number(left), number(right)) {
        (Some(left), Some(right)) => left == right,
        _ => left.to_lowercase() == right.to_lowercase(),
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(text: &str) -> bool {
        let mut properties = Properties::default();
        properties.set("Configuration", "Debug");
        properties.set("Platform", "x64");
        properties.set("VisualStudioVersion", "17.0");
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        holds(text, &properties, here, &Tree::default())
    }

    #[test]
    fn configurations_are_compared() {
        assert!(says("'$(Configuration)|$(Platform)'=='Debug|x64'"));
        assert!(says(" '$(Configuration)|$(Platform)' == 'debug|X64' "));
        assert!(!says("'$(Configuration)|$(Platform)'=='Release|x64'"));
        assert!(says("$(Configuration) != Release"));
        assert!(says("'$(Nothing)'==''"));
    }

    #[test]
    fn conditions_are_joined() {
        assert!(says("'$(Platform)'=='Win32' Or '$(Platform)'=='x64'"));
        assert!(!says(
            "('$(Platform)'=='x64') and !('$(Configuration)'=='Debug')"
        ));
        assert!(says("'$(VisualStudioVersion)' >= '16'"));
        assert!(says("true") && !says("false"));
    }

    #[test]
    fn files_are_looked_for() {
        assert!(says("exists('SRC\\main.rs')"));
        assert!(!says("Exists('$(UserRootDir)\\no.props')"));
        assert!(says("HasTrailingSlash('a\\')"));
    }

    #[test]
    fn what_cannot_be_read_does_not_hold() {
        for text in [
            "'a'=",
            "$(",
            "'a' ? 'b'",
            "('a'=='a'",
            "maybe",
            "'a'=='a' 'b'",
        ] {
            assert!(!says(text), "{text}");
        }
    }
}
