//! A source as the tokens that matter here: identifiers, directives, and what stands around them. Comments are skipped,
//! literals are one token each.

/// A piece of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// A name or a keyword.
    Word(&'a str),
    /// A string or a character as written, with what is before its quote.
    Text(&'a str),
    /// A number.
    Number,
    /// Any other character.
    Mark(char),
    /// A line that begins with `#`: the word after it, and the rest as written.
    Directive(&'a str, &'a str),
}

/// An `#include` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// As written between the quotes or brackets.
    pub name: String,
    /// With quotes rather than brackets.
    pub quoted: bool,
    /// Counted from 1.
    pub line: usize,
}

/// All `#include` lines that name a file, whatever conditions they stand under.
pub fn includes(text: &str) -> Vec<Include> {
    Lexer::new(text)
        .filter_map(|(token, line)| match token {
            Token::Directive("include" | "import" | "include_next", rest) => {
                let (name, quoted) = included(rest)?;
                let name = name.to_owned();
                Some(Include { name, quoted, line })
            }
            _ => None,
        })
        .collect()
}

/// The name in the rest of an `#include` line, and whether it is in quotes; `None` if a macro stands there.
fn included(rest: &str) -> Option<(&str, bool)> {
    let rest = rest.trim_start();
    let (end, quoted) = match rest.chars().next()? {
        '"' => ('"', true),
        '<' => ('>', false),
        _ => return None,
    };
    Some((rest[1..].split_once(end)?.0.trim(), quoted))
}

/// Whether a source has a `void main(`.
pub fn has_void_main(text: &str) -> bool {
    let mut before = [Token::Number; 2];
    Lexer::new(text).any(|(token, _)| {
        let found = matches!(
            (before[0], before[1], token),
            (
                Token::Word("void"),
                Token::Word("main" | "_tmain" | "wmain"),
                Token::Mark('(')
            )
        );
        before = [before[1], token];
        found
    })
}

/// Goes through a source; yields each token with its line.
pub struct Lexer<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    line_begins: bool,
}

impl<'a> Lexer<'a> {
    /// Begins at the start of a source.
    pub fn new(text: &'a str) -> Self {
        Self {
            text: text.strip_prefix('\u{feff}').unwrap_or(text),
            at: 0,
            line: 1,
            line_begins: true,
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self, bytes: usize) {
        let skipped = &self.text[self.at..self.at + bytes];
        self.line += skipped.bytes().filter(|byte| *byte == b'\n').count();
        self.at += bytes;
    }

    fn skip_blanks_and_comments(&mut self) {
        loop {
            let rest = self.rest();
            if rest.starts_with("//") {
                self.skip(end_of_line(rest));
            } else if let Some(comment) = rest.strip_prefix("/*") {
                self.skip(comment.find("*/").map_or(rest.len(), |end| end + 4));
            } else if let Some(blank) = rest.chars().next().filter(|c| c.is_whitespace()) {
                self.line_begins |= blank == '\n';
                self.skip(blank.len_utf8());
            } else if rest.starts_with("\\\n") || rest.starts_with("\\\r\n") {
                self.skip(1);
                let line_begins = self.line_begins;
                self.skip(self.rest().find('\n').map_or(0, |end| end + 1));
                self.line_begins = line_begins;
            } else {
                return;
            }
        }
    }

    fn directive(&mut self) -> Token<'a> {
        self.skip(1);
        let rest = self.rest();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let word = word_length(&rest[blanks..]);
        let end = blanks + word + end_of_directive(&rest[blanks + word..]);
        self.skip(end);
        Token::Directive(&rest[blanks..blanks + word], &rest[blanks + word..end])
    }

    /// A string or a character that begins with this quote.
    fn quoted(&mut self, quote: char) {
        let mut escaped = false;
        let rest = self.rest();
        for (at, character) in rest.char_indices().skip(1) {
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                // A literal that has no end ends with its line.
                '\n' => return self.skip(at),
                _ if character == quote => return self.skip(at + 1),
                _ => {}
            }
        }
        self.skip(rest.len());
    }

    /// `R"delimiter(…)delimiter"`, from the quote on.
    fn raw(&mut self) {
        let rest = self.rest();
        let end = rest[1..].split_once('(').and_then(|(delimiter, text)| {
            let end = format!("){delimiter}\"");
            Some(1 + delimiter.len() + 1 + text.find(&end)? + end.len())
        });
        self.skip(end.unwrap_or(rest.len()));
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = (Token<'a>, usize);

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_blanks_and_comments();
        let first = self.peek()?;
        let line = self.line;
        if first == '#' && self.line_begins {
            return Some((self.directive(), line));
        }
        self.line_begins = false;
        let begin = self.at;
        let word = word_length(self.rest());
        let token = if word > 0 && !first.is_ascii_digit() {
            let name = &self.rest()[..word];
            self.skip(word);
            match (name, self.peek()) {
                ("R" | "LR" | "u8R" | "uR" | "UR", Some('"')) => {
                    self.raw();
                    Token::Text(&self.text[begin..self.at])
                }
                ("L" | "u8" | "u" | "U", Some(quote @ ('"' | '\''))) => {
                    self.quoted(quote);
                    Token::Text(&self.text[begin..self.at])
                }
                _ => Token::Word(name),
            }
        } else if first == '"' || first == '\'' {
            self.quoted(first);
            Token::Text(&self.text[begin..self.at])
        } else if first.is_ascii_digit() {
            let number = self.rest().find(|c: char| !is_of_number(c));
            self.skip(number.unwrap_or(self.rest().len()));
            Token::Number
        } else {
            self.skip(first.len_utf8());
            Token::Mark(first)
        };
        Some((token, line))
    }
}

fn is_of_number(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '.' | '_' | '\'')
}

fn word_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
        .unwrap_or(text.len())
}

fn end_of_line(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// The end of a directive: its line's, and of the lines that a backslash joins to it; a comment is not part of it.
fn end_of_directive(text: &str) -> usize {
    let mut end = 0;
    loop {
        let line_end = end + end_of_line(&text[end..]);
        let line = &text[end..line_end];
        if let Some(comment) = line
            .find("//")
            .filter(|at| !line[..*at].contains(['"', '<']))
        {
            return end + comment;
        }
        if let Some(comment) = line
            .find("/*")
            .filter(|at| !line[..*at].contains(['"', '<']))
        {
            return end + comment;
        }
        if !line.trim_end_matches('\r').ends_with('\\') || line_end == text.len() {
            return line_end;
        }
        end = line_end + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        Lexer::new(text)
            .filter_map(|(token, _)| match token {
                Token::Word(word) => Some(word),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn comments_and_literals_hold_no_words() {
        assert_eq!(
            words("a /* b\n c */ d // e\n\"f \\\" g\" 'h' L\"i\" R\"x(j\")x\" k 0x1Fu 1.5e3 l"),
            ["a", "d", "k", "l"]
        );
        assert_eq!(words("char c = '\\''; next"), ["char", "c", "next"]);
        assert_eq!(words("주석 변수"), ["주석", "변수"]);
        assert_eq!(words("\"no end\nnext"), ["next"]);
    }

    #[test]
    fn includes_are_found_with_their_lines() {
        let text = "\u{feff}// #include <no.h>\r\n#include \"..\\Common.h\" // why\r\n  # include <WinSock2.h>\r\n\
                    /*\n#include \"no.h\"\n*/ #include <also>\nx = y # include \"no.h\"\n#include MACRO\n";
        let found: Vec<_> = includes(text)
            .into_iter()
            .map(|include| (include.name, include.quoted, include.line))
            .collect();
        assert_eq!(
            found,
            [
                ("..\\Common.h".to_owned(), true, 2),
                ("WinSock2.h".to_owned(), false, 3),
                ("also".to_owned(), false, 6)
            ]
        );
    }

    #[test]
    fn a_main_without_value_is_seen() {
        assert!(has_void_main("#include <x.h>\nvoid\n main ( ) {}"));
        assert!(!has_void_main(
            "int main() {} // void main()\nvoid mainly();"
        ));
    }

    #[test]
    fn a_directive_goes_on_behind_a_backslash() {
        let tokens: Vec<_> = Lexer::new("#define A(x) \\\n  B(x)\nC").collect();
        assert_eq!(
            tokens,
            [
                (Token::Directive("define", " A(x) \\\n  B(x)"), 1),
                (Token::Word("C"), 3)
            ]
        );
    }
}
