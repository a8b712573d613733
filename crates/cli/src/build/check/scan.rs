//! What names a source uses, and how: called, or declared.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::lexer::{Lexer, Token};

/// The names of some sources.
#[derive(Debug, Default)]
pub struct Names {
    /// Names that stand where a call or a value may stand, with their lines.
    pub used: BTreeMap<String, Vec<usize>>,
    /// Those of them that are called: by themselves, not through an object or a class.
    pub called: BTreeSet<String>,
    /// Names that stand where something is declared or defined, or in a macro.
    pub declared: BTreeSet<String>,
}

/// What is known of macros: whether they are defined.
pub type Macros = HashMap<String, bool>;

/// The names of a source. Where a condition is known not to hold, nothing is looked at.
pub fn names(text: &str, macros: &Macros) -> Names {
    let mut names = Names::default();
    let mut conditions: Vec<Condition> = Vec::new();
    let tokens: Vec<_> = Lexer::new(text).collect();
    for (at, (token, line)) in tokens.iter().enumerate() {
        if let Token::Directive(word, rest) = token {
            directive(word, rest, macros, &mut conditions);
            if *word == "define" && conditions.iter().all(|condition| condition.may_hold) {
                macro_body(rest, *line, &mut names);
            }
            continue;
        }
        let Token::Word(word) = token else { continue };
        if conditions.iter().all(|condition| condition.may_hold) {
            let before = |back: usize| at.checked_sub(back).map(|at| tokens[at].0);
            let after = tokens.get(at + 1).map(|(token, _)| *token);
            names.word(word, *line, [before(3), before(2), before(1)], after);
        }
    }
    names
}

impl Names {
    fn word(&mut self, word: &str, line: usize, before: [Option<Token>; 3], after: Option<Token>) {
        let [third, second, first] = before;
        let is_member = match first {
            Some(Token::Mark('.')) => true,
            Some(Token::Mark('>')) => second == Some(Token::Mark('-')),
            Some(Token::Mark(':')) => {
                second == Some(Token::Mark(':'))
                    && matches!(third, Some(Token::Word(class)) if !is_keyword(class))
            }
            _ => false,
        };
        if is_member {
            return;
        }
        if matches!(first, Some(Token::Word(name)) if !is_keyword(name)) {
            self.declared.insert(word.to_owned());
            return;
        }
        self.used.entry(word.to_owned()).or_default().push(line);
        // `Type *name(…)` and `Type<…> name(…)` look like a product or a comparison with a call.
        let may_follow_type = matches!(first, Some(Token::Mark('*' | '&' | '>' | '~')));
        match after {
            Some(Token::Mark('(')) if !may_follow_type => self.called.insert(word.to_owned()),
            // A name that is not called is a type, a constant, a variable: known to whoever knows it.
            _ => self.declared.insert(word.to_owned()),
        };
    }

    /// Adds the names of another source.
    pub fn add(&mut self, other: Self) {
        for (name, lines) in other.used {
            self.used.entry(name).or_default().extend(lines);
        }
        self.called.extend(other.called);
        self.declared.extend(other.declared);
    }
}

/// Everything in a macro counts as used and as declared.
fn macro_body(rest: &str, line: usize, names: &mut Names) {
    for (token, _) in Lexer::new(rest) {
        if let Token::Word(word) = token {
            names.used.entry(word.to_owned()).or_default().push(line);
            names.declared.insert(word.to_owned());
        }
    }
}

/// A branch of `#if`.
#[derive(Debug)]
struct Condition {
    /// Whether what follows may be compiled.
    may_hold: bool,
    /// Whether a branch before was compiled for certain.
    is_decided: bool,
}

fn directive(word: &str, rest: &str, macros: &Macros, conditions: &mut Vec<Condition>) {
    match word {
        "if" | "ifdef" | "ifndef" => {
            let value = match word {
                "if" => value(rest, macros),
                "ifdef" => defined(rest, macros),
                _ => defined(rest, macros).map(|is| !is),
            };
            conditions.push(Condition {
                may_hold: value != Some(false),
                is_decided: value == Some(true),
            });
        }
        "elif" | "else" => {
            if let Some(condition) = conditions.last_mut() {
                let value = match word {
                    "elif" => value(rest, macros),
                    _ => Some(true),
                };
                condition.may_hold = !condition.is_decided && value != Some(false);
                condition.is_decided |= value == Some(true);
            }
        }
        "endif" => {
            conditions.pop();
        }
        _ => {}
    }
}

/// `1`, `0`, `defined(X)`, `!defined X`: what is simple is decided, the rest is not.
fn value(text: &str, macros: &Macros) -> Option<bool> {
    let text = text.trim();
    if text.contains(['&', '|']) {
        return None;
    }
    if let Some(rest) = text.strip_prefix('!') {
        return value(rest, macros).map(|value| !value);
    }
    match text {
        "0" => Some(false),
        "1" => Some(true),
        _ => {
            let rest = text.strip_prefix("defined")?.trim();
            let name = rest.trim_start_matches('(').trim_end_matches(')');
            defined(name, macros)
        }
    }
}

fn defined(name: &str, macros: &Macros) -> Option<bool> {
    let name = name.split_whitespace().next()?;
    macros.get(name).copied()
}

/// Words of the language that no name is declared behind.
fn is_keyword(word: &str) -> bool {
    const KEYWORDS: &[&str] = &[
        "return",
        "else",
        "do",
        "case",
        "throw",
        "co_return",
        "co_await",
        "co_yield",
        "sizeof",
        "if",
        "while",
        "for",
        "switch",
        "and",
        "or",
        "not",
        "goto",
        "new",
        "delete",
        "alignof",
        "__try",
        "__finally",
        "__leave",
        "in",
    ];
    KEYWORDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(text: &str) -> Vec<String> {
        let macros = Macros::from([("_WIN32".to_owned(), true), ("__APPLE__".to_owned(), false)]);
        let names = names(text, &macros);
        names.called.into_iter().collect()
    }

    #[test]
    fn calls_are_told_from_declarations_and_members() {
        let text = "int A(int); char *A2(); T<x> A3(); void B() { return C(); x.D(); y->E(); Z::F(); ::G(); if (H(I)) J = (T)K(); }";
        assert_eq!(called(text), ["C", "G", "H", "K", "if"]);
    }

    #[test]
    fn branches_that_are_never_compiled_are_passed_over() {
        let text = "#if 0\nA();\n#else\nB();\n#endif\n#ifdef _WIN32\nC();\n#elif defined(__linux__)\nD();\n#else\nE();\n#endif\n\
                    #if defined(__APPLE__)\nF();\n#elif X > 3\nG();\n#else\nH();\n#endif\n#ifndef _WIN32\nI();\n#endif\nJ();";
        assert_eq!(called(text), ["B", "C", "G", "H", "J"]);
    }

    #[test]
    fn names_in_macros_are_used() {
        let names = names("#define PAUSE() \\\n  Sleep(INFINITE)\n", &Macros::new());
        assert_eq!(names.used.get("Sleep"), Some(&vec![1]));
        assert!(names.declared.contains("PAUSE"));
    }
}
