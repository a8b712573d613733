//! The headers of a project: which files its sources include, how they are written, and where clang finds them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::lexer::{self, Include};
use super::text::{self, Judge, Kind};
use super::tree::{self, Tree};

/// Where headers may lie, in the order they are searched.
#[derive(Clone, Debug, Default)]
pub struct Folders {
    /// The project's own.
    pub user: Vec<PathBuf>,
    /// Larboard's.
    pub larboard: PathBuf,
    /// The compiler's.
    pub system: Vec<PathBuf>,
}

/// A file of the user's.
#[derive(Debug)]
pub struct File {
    /// How it is written.
    pub kind: Kind,
    /// Its text.
    pub text: String,
    /// Whether the text is no longer that of the file: the compiler is given a copy.
    pub is_changed: bool,
}

/// An include that leads nowhere. It may stand under a condition that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// The file that includes.
    pub from: PathBuf,
    /// The line of the include.
    pub line: usize,
    /// What is included.
    pub name: String,
}

/// All files that the sources consist of.
#[derive(Debug, Default)]
pub struct Headers {
    /// The user's, sources included.
    pub files: BTreeMap<PathBuf, File>,
    /// Those of Larboard and the system that the user's files include by themselves, as they are written.
    pub system: BTreeSet<String>,
    /// Files of the system that are included with another case: the path as included, the file.
    pub renamed: BTreeMap<PathBuf, PathBuf>,
    /// Includes that lead nowhere.
    pub missing: BTreeSet<Missing>,
}

impl Headers {
    /// Follows the includes of these sources. `forced` are headers that come before each source.
    pub fn of(
        sources: &[PathBuf],
        forced: &[String],
        folders: &Folders,
        judge: &mut Judge,
        tree: &Tree,
    ) -> std::io::Result<Self> {
        let mut headers = Self::default();
        let mut bytes = BTreeMap::new();
        let mut waiting: Vec<Vec<PathBuf>> = Vec::new();
        for source in sources {
            bytes.insert(source.clone(), fs::read(source)?);
            waiting.push(vec![source.clone()]);
        }
        while let Some(stack) = waiting.pop() {
            let Some(file) = stack.last().cloned() else {
                continue;
            };
            let Some(content) = bytes.get(&file) else {
                continue;
            };
            judge.look(content);
            let text = text::decode(text::alone(content, judge.forced), content);
            let mut includes = lexer::includes(&text);
            if stack.len() == 1 {
                includes.extend(forced.iter().map(|name| Include {
                    name: name.clone(),
                    quoted: true,
                    line: 0,
                }));
            }
            for include in includes {
                let Some(found) = headers.resolve(&include, &stack, folders, tree) else {
                    continue;
                };
                if !bytes.contains_key(&found) && stack.len() < DEEPEST {
                    let Ok(content) = fs::read(&found) else {
                        continue;
                    };
                    bytes.insert(found.clone(), content);
                    let mut deeper = stack.clone();
                    deeper.push(found);
                    waiting.push(deeper);
                }
            }
        }
        headers.files = bytes
            .into_iter()
            .map(|(path, bytes)| {
                let kind = judge.kind(&bytes);
                let text = text::decode(kind, &bytes);
                let is_changed = false;
                (
                    path,
                    File {
                        kind,
                        text,
                        is_changed,
                    },
                )
            })
            .collect();
        Ok(headers)
    }

    /// Joins what was found for other sources of the same product.
    pub fn add(&mut self, other: Self) {
        self.files.extend(other.files);
        self.system.extend(other.system);
        self.renamed.extend(other.renamed);
        self.missing.extend(other.missing);
    }

    /// The user's file that an include means. Others are remembered.
    fn resolve(
        &mut self,
        include: &Include,
        stack: &[PathBuf],
        folders: &Folders,
        tree: &Tree,
    ) -> Option<PathBuf> {
        let name = tree::slashes(&include.name);
        if include.quoted {
            // As Microsoft's compiler: beside the file that includes, then beside those that include it.
            let beside = stack.iter().rev().filter_map(|file| file.parent());
            if let Some(found) = beside.filter_map(|folder| tree.file(folder, &name)).next() {
                return Some(found);
            }
        }
        let found = folders
            .user
            .iter()
            .find_map(|folder| tree.file(folder, &name));
        if found.is_some() {
            return found;
        }
        if tree.file(&folders.larboard, &name).is_some() {
            self.system.insert(name.to_lowercase());
            return None;
        }
        let exact = folders
            .system
            .iter()
            .any(|folder| folder.join(&name).is_file());
        if !exact {
            let other = folders.system.iter().find_map(|folder| {
                let found = tree.file(folder, &name)?;
                Some((folder.join(&name), found))
            });
            match other {
                Some((written, file)) => {
                    self.renamed.insert(written, file);
                }
                None => {
                    self.missing.insert(Missing {
                        from: stack.last()?.clone(),
                        line: include.line,
                        name,
                    });
                    return None;
                }
            }
        }
        self.system.insert(name.to_lowercase());
        None
    }
}

/// Includes are not followed deeper than this.
const DEEPEST: usize = 200;

/// All files of a folder, at any depth.
pub fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            // A link to a folder may lead round in a circle.
            match entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                true => waiting.push(path),
                false => found.push(path),
            }
        }
    }
    found.sort();
    found
}
