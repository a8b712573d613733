//! `larboard build --check`: what of Windows the sources use, and what of it is approximate or absent.

mod scan;
mod support;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use self::scan::{Macros, Names};
use self::support::Standing;
pub use self::support::Support;
use super::headers::{Folders, Headers, Missing};
use super::lexer::{self, Lexer, Token};
use super::link;
use super::plan::{Options, Product};
use super::standard::CharacterSet;
use crate::failure::Failure;

/// What was found in the sources of one product.
#[derive(Debug, Default)]
pub struct Report {
    exact: BTreeSet<String>,
    approximate: BTreeMap<String, String>,
    absent: BTreeMap<String, Place>,
    unknown: BTreeMap<String, Place>,
    missing: BTreeSet<Missing>,
    libraries: BTreeSet<String>,
}

/// Where a name is used first.
type Place = (PathBuf, usize);

/// Looks through the sources and headers of a product.
pub fn product(
    product: &Product,
    headers: &Headers,
    folders: &Folders,
    characters: Option<CharacterSet>,
) -> Report {
    let support = Support::of_page();
    let macros = macros(product.units.first().map(|unit| &unit.options), characters);
    let mut all = Names::default();
    let mut places: BTreeMap<String, Place> = BTreeMap::new();
    for (path, file) in &headers.files {
        let names = scan::names(&file.text, &macros);
        for (name, lines) in &names.used {
            let place = (path.clone(), lines.first().copied().unwrap_or_default());
            places.entry(name.clone()).or_insert(place);
        }
        all.add(names);
    }
    let mut report = Report {
        missing: headers.missing.clone(),
        libraries: libraries(product, headers),
        ..Report::default()
    };
    for name in all.used.keys() {
        match support.standing(name) {
            Some(Standing::Exact) => {
                report.exact.insert(name.clone());
            }
            Some(Standing::Approximate(difference)) => {
                report.approximate.insert(name.clone(), difference.clone());
            }
            Some(Standing::Absent) => {
                report.absent.insert(name.clone(), places[name].clone());
            }
            None => {}
        }
    }
    // Where a header is missing, what it declares is unknown, and no news.
    if report.missing.is_empty() {
        let known = known_words(headers, folders);
        let unknown = all.called.iter().filter(|name| {
            !all.declared.contains(*name)
                && support.standing(name).is_none()
                && !known.contains(name.as_str())
        });
        report.unknown = unknown
            .map(|name| (name.clone(), places[name].clone()))
            .collect();
    }
    report
}

impl Report {
    /// The report as text; paths are shown by `shown`.
    pub fn text(&self, name: &str, shown: impl Fn(&Path) -> PathBuf) -> String {
        let mut text = format!("{name}\n");
        let at = |(path, line): &Place| format!("{}:{line}", shown(path).display());
        for (name, place) in &self.absent {
            text += &format!("  absent       {name}  ({})\n", at(place));
        }
        for (name, place) in &self.unknown {
            text += &format!(
                "  unknown      {name}  ({}): nothing declares it\n",
                at(place)
            );
        }
        for missing in &self.missing {
            let place = (missing.from.clone(), missing.line);
            text += &format!("  no header    {}  ({})\n", missing.name, at(&place));
        }
        for library in &self.libraries {
            text += &format!(
                "  library      {library}: not Windows' own; Linux' variant is given with -l and -L\n"
            );
        }
        for (name, difference) in &self.approximate {
            text += &format!("  approximate  {name}: {difference}\n");
        }
        text += &format!("  exact        {} names\n", self.exact.len());
        text
    }

    /// Fails if something is not here.
    pub fn verdict(reports: &[Self]) -> Result<(), Failure> {
        let sum = |count: fn(&Self) -> usize| reports.iter().map(count).sum::<usize>();
        let names = sum(|report| report.absent.len() + report.unknown.len());
        let headers = sum(|report| report.missing.len());
        let counted = |count: usize, what: &str| match count {
            0 => None,
            1 => Some(format!("1 {what}")),
            _ => Some(format!("{count} {what}s")),
        };
        let parts: Vec<_> = [counted(names, "name"), counted(headers, "header")]
            .into_iter()
            .flatten()
            .collect();
        match (parts.is_empty(), names + headers) {
            (true, _) => Ok(()),
            (false, 1) => Err(Failure::new(format_args!(
                "{} is not here",
                parts.join(" and ")
            ))),
            (false, _) => Err(Failure::new(format_args!(
                "{} are not here",
                parts.join(" and ")
            ))),
        }
    }
}

/// Libraries that are named and not Windows' own.
fn libraries(product: &Product, headers: &Headers) -> BTreeSet<String> {
    let in_sources = headers
        .files
        .values()
        .flat_map(|file| link::pragma_libraries(&file.text));
    let named = product.libraries.iter().cloned().chain(in_sources);
    named
        .filter(|name| !link::is_of_windows(name) && !link::stem(name).is_empty())
        .filter(|name| !name.contains(['$', '%']))
        .collect()
}

/// What is known of macros while this is compiled.
fn macros(options: Option<&Options>, characters: Option<CharacterSet>) -> Macros {
    const DEFINED: &[&str] = &["_WIN32", "_WIN64", "WIN32", "__clang__"];
    const UNDEFINED: &[&str] = &[
        "__APPLE__",
        "__MINGW32__",
        "__CYGWIN__",
        "_MSC_VER",
        "__ANDROID__",
    ];
    let mut macros = Macros::new();
    macros.extend(DEFINED.iter().map(|name| ((*name).to_owned(), true)));
    macros.extend(UNDEFINED.iter().map(|name| ((*name).to_owned(), false)));
    if let Some(options) = options {
        let characters = characters.unwrap_or(options.characters);
        let is_wide = characters == CharacterSet::Unicode;
        for name in ["UNICODE", "_UNICODE"] {
            macros.insert(name.to_owned(), is_wide);
        }
        macros.insert("_DEBUG".to_owned(), options.debug_runtime);
        for definition in &options.definitions {
            let name = definition.split('=').next().unwrap_or_default();
            macros.insert(name.to_owned(), true);
        }
    }
    macros
}

/// Every word of the headers that are not the user's: of Larboard's, and of those of the system that the sources reach.
fn known_words(headers: &Headers, folders: &Folders) -> HashSet<String> {
    let mut words = HashSet::new();
    let all: Vec<_> = std::iter::once(&folders.larboard)
        .chain(&folders.system)
        .cloned()
        .collect();
    let mut seen: HashSet<PathBuf> = HashSet::new();
    let mut waiting: Vec<PathBuf> = super::headers::below(&folders.larboard);
    let find = |name: &str, beside: Option<&Path>| -> Vec<PathBuf> {
        // By `#include_next` one header stands for all of its name.
        let places = beside.into_iter().chain(all.iter().map(PathBuf::as_path));
        places
            .map(|folder| super::tree::join(folder, name))
            .filter(|path| path.is_file())
            .collect()
    };
    waiting.extend(headers.system.iter().flat_map(|name| find(name, None)));
    while let Some(path) = waiting.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()).into_owned();
        for include in lexer::includes(&text) {
            waiting.extend(find(&include.name, path.parent()));
        }
        for (token, _) in Lexer::new(&text) {
            match token {
                Token::Word(word) if !words.contains(word) => {
                    words.insert(word.to_owned());
                }
                Token::Directive("define", rest) => {
                    let defined = Lexer::new(rest).filter_map(|(token, _)| match token {
                        Token::Word(word) => Some(word.to_owned()),
                        _ => None,
                    });
                    words.extend(defined);
                }
                _ => {}
            }
        }
    }
    words
}
