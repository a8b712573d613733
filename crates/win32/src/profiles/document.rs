//! A profile as a document: its lines, what they mean, and how they are coded.
//!
//! The rules: case and blanks around names do not count; of two sections or keys of the same name the first counts; `;`
//! begins a comment at the start of a line only; what is no section and has no `=` means nothing.

use std::path::Path;

use ini_core::{Item, Parser};

use crate::error::Win32Error;
use crate::nls::code_pages::CodePage;
use crate::path;

/// The text of a profile.
pub(super) struct Document {
    text: String,
    coding: Coding,
}

/// How a file is coded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Coding {
    Utf8 { marked: bool },
    Utf16,
    Korean,
}

const UTF_8_MARK: &[u8] = b"\xEF\xBB\xBF";
const UTF_16_MARK: &[u8] = b"\xFF\xFE";
const KOREAN: u32 = 949;

/// What a line means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line<'d> {
    Section(&'d str),
    Key(&'d str, &'d str),
    /// A name without `=`: part of a section, but no key.
    Name(&'d str),
    Nothing,
}

impl Document {
    /// An empty profile.
    pub(super) fn empty() -> Self {
        Self {
            text: String::new(),
            coding: Coding::Utf8 { marked: false },
        }
    }

    pub(super) fn read(name: &Path) -> std::io::Result<Self> {
        Ok(Self::decode(&std::fs::read(name)?))
    }

    fn decode(bytes: &[u8]) -> Self {
        if let Some(units) = bytes.strip_prefix(UTF_16_MARK) {
            let units: Vec<u16> = units
                .chunks_exact(2)
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                .collect();
            return Self {
                text: String::from_utf16_lossy(&units),
                coding: Coding::Utf16,
            };
        }
        let marked = bytes.starts_with(UTF_8_MARK);
        let rest = if marked {
            &bytes[UTF_8_MARK.len()..]
        } else {
            bytes
        };
        match (std::str::from_utf8(rest), CodePage::find(KOREAN)) {
            (Err(_), Some(page)) if !marked => {
                let units = page.decode(rest, false).unwrap_or_default();
                Self {
                    text: String::from_utf16_lossy(&units),
                    coding: Coding::Korean,
                }
            }
            (text, _) => Self {
                text: text.map_or_else(
                    |_| String::from_utf8_lossy(rest).into_owned(),
                    str::to_owned,
                ),
                coding: Coding::Utf8 { marked },
            },
        }
    }

    fn encode(&self) -> Vec<u8> {
        let units = || self.text.encode_utf16();
        match (self.coding, CodePage::find(KOREAN)) {
            (Coding::Utf16, _) => {
                let units = units().flat_map(u16::to_le_bytes);
                UTF_16_MARK.iter().copied().chain(units).collect()
            }
            (Coding::Korean, Some(page)) => {
                let units: Vec<u16> = units().collect();
                page.encode(&units, b"?", false).unwrap_or_default().0
            }
            (Coding::Utf8 { marked: true }, _) => [UTF_8_MARK, self.text.as_bytes()].concat(),
            _ => self.text.as_bytes().to_vec(),
        }
    }

    /// Writes the profile where it came from.
    pub(super) fn write(&self, name: &std::ffi::CString) -> Result<(), Win32Error> {
        std::fs::write(path::as_path(name), self.encode()).map_err(|error| {
            let errno = error.raw_os_error().unwrap_or_default();
            path::error(errno, name)
        })
    }

    /// Every line with what it means.
    fn lines(&self) -> impl Iterator<Item = (Item<'_>, Line<'_>)> {
        let items = Parser::new(&self.text).filter(|item| *item != Item::SectionEnd);
        items.map(|item| (item, meaning(item)))
    }

    /// The names of the sections.
    pub(super) fn sections(&self) -> impl Iterator<Item = &str> {
        self.lines().filter_map(|(_, line)| match line {
            Line::Section(name) => Some(name),
            _ => None,
        })
    }

    /// The lines of a section that mean something.
    pub(super) fn section<'d>(&'d self, section: &str) -> Option<Vec<Line<'d>>> {
        let mut lines = self.lines().map(|(_, line)| line);
        lines.find(|line| matches!(line, Line::Section(name) if same(name, section)))?;
        let within = lines.take_while(|line| !matches!(line, Line::Section(_)));
        Some(within.filter(|line| *line != Line::Nothing).collect())
    }

    /// The value of a key as it stands.
    pub(super) fn value(&self, section: &str, key: &str) -> Option<&str> {
        let lines = self.section(section)?;
        lines.iter().find_map(|line| match line {
            Line::Key(name, value) if same(name, key) => Some(*value),
            _ => None,
        })
    }

    /// Sets a key, or without a value removes it. A section that is not there is made, at the end.
    pub(super) fn set(&mut self, section: &str, key: &str, value: Option<&str>) {
        let entry = value.map(|value| format!("{key}={value}"));
        let (mut lines, within) = self.split(section);
        let Some(within) = within else {
            lines.extend(entry.map(|entry| format!("[{section}]\n{entry}")));
            return self.join(&lines);
        };
        let is_key = |line: &String| {
            let item = Parser::new(line).find(|item| *item != Item::SectionEnd);
            matches!(item.map(meaning), Some(Line::Key(name, _)) if same(name, key))
        };
        match lines[within.clone()].iter().position(is_key) {
            Some(at) => {
                let at = within.start + at;
                lines.splice(at..=at, entry);
            }
            None => {
                // Behind the last line that is not blank.
                let filled = |at: &usize| !lines[*at].trim().is_empty();
                let last = within.clone().rev().find(filled);
                let at = last.map_or(within.start, |at| at + 1);
                lines.splice(at..at, entry);
            }
        }
        self.join(&lines);
    }

    /// Replaces everything in a section by entries, or without any removes it.
    pub(super) fn replace(&mut self, section: &str, entries: Option<&[String]>) {
        let (mut lines, within) = self.split(section);
        match (within, entries) {
            (Some(within), Some(entries)) => drop(lines.splice(within, entries.iter().cloned())),
            (Some(within), None) => drop(lines.drain(within.start - 1..within.end)),
            (None, Some(entries)) => {
                lines.push(format!("[{section}]"));
                lines.extend_from_slice(entries);
            }
            (None, None) => {}
        }
        self.join(&lines);
    }

    /// The lines as they stand, and which of them are in a section.
    fn split(&self, section: &str) -> (Vec<String>, Option<std::ops::Range<usize>>) {
        let (mut text, mut start, mut end) = (Vec::new(), None, None);
        for (item, line) in self.lines() {
            if let Line::Section(name) = line {
                if start.is_none() && same(name, section) {
                    start = Some(text.len() + 1);
                } else if start.is_some() && end.is_none() {
                    end = Some(text.len());
                }
            }
            text.push(item.to_string().trim_end_matches('\n').to_owned());
        }
        let end = end.unwrap_or(text.len());
        (text, start.map(|start| start..end))
    }

    /// Makes the text of lines, with the line ends that it had; a new one has Windows'.
    fn join(&mut self, lines: &[String]) {
        let is_linux = self.text.contains('\n') && !self.text.contains("\r\n");
        let end = if is_linux { "\n" } else { "\r\n" };
        self.text = lines
            .iter()
            .map(|line| line.replace('\n', end) + end)
            .collect();
    }
}

fn meaning(item: Item<'_>) -> Line<'_> {
    match item {
        Item::Section(name) => Line::Section(name.trim()),
        // What follows the bracket means nothing.
        Item::Error(line) => bracketed(line),
        Item::Property(name, value) => match (name.trim(), value) {
            (name, _) if name.starts_with(';') => Line::Nothing,
            (name, None) if name.starts_with('[') => bracketed(name),
            ("", _) => Line::Nothing,
            (name, Some(value)) => Line::Key(name, value.trim()),
            (name, None) => Line::Name(name),
        },
        Item::Comment(_) | Item::Blank | Item::SectionEnd => Line::Nothing,
    }
}

fn bracketed(line: &str) -> Line<'_> {
    let inside = line.strip_prefix('[').and_then(|line| line.split_once(']'));
    inside.map_or(Line::Nothing, |(name, _)| Line::Section(name.trim()))
}

/// Whether two names are the same.
fn same(one: &str, other: &str) -> bool {
    let fold =
        |name: &str| -> String { name.trim().chars().flat_map(char::to_lowercase).collect() };
    fold(one) == fold(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document {
        Document::decode(text.as_bytes())
    }

    #[test]
    fn the_first_counts() {
        let text = "a=0\n[One]\na=1\nA=2\n; a=3\n[one]\nb=4\n [ Two ] rest\n b = 5 ; kept \nname\n";
        let profile = document(text);
        assert_eq!(profile.value("ONE", "a"), Some("1"));
        assert_eq!(profile.value("one", "b"), None);
        assert_eq!(profile.value("two", "b"), Some("5 ; kept"));
        assert_eq!(
            profile.sections().collect::<Vec<_>>(),
            ["One", "one", "Two"]
        );
        assert_eq!(profile.section("two").map(|lines| lines.len()), Some(2));
    }

    #[test]
    fn setting_keeps_the_rest() {
        let mut profile = document("; top\r\n[one]\r\na=1\r\n\r\n[two]\r\nb=2\r\n");
        profile.set("one", "a", Some("9"));
        profile.set("ONE", "c", Some("3"));
        profile.set("three", "d", Some("4"));
        profile.set("two", "b", None);
        profile.set("four", "e", None);
        let expected = "; top\r\n[one]\r\na=9\r\nc=3\r\n\r\n[two]\r\n[three]\r\nd=4\r\n";
        assert_eq!(profile.text, expected);
        profile.replace("one", None);
        profile.replace("two", Some(&["x=1".to_owned()]));
        assert_eq!(profile.text, "; top\r\n[two]\r\nx=1\r\n[three]\r\nd=4\r\n");
    }

    #[test]
    fn codings_are_kept() {
        let wide: Vec<u8> = "[닻]\r\na=줄\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        for bytes in [
            [UTF_16_MARK, &wide].concat(),
            [UTF_8_MARK, "[닻]\r\na=줄\r\n".as_bytes()].concat(),
            b"[\xB4\xE9]\r\na=\xC1\xD9\r\n".to_vec(),
            "[닻]\r\na=줄\r\n".as_bytes().to_vec(),
        ] {
            let profile = Document::decode(&bytes);
            assert_eq!(profile.value("닻", "a"), Some("줄"));
            assert_eq!(profile.encode(), bytes);
        }
    }
}
