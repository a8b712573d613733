//! Files found as Windows finds them: whatever the case of their names, with slashes in either direction.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

/// Names of a folder by their small letters. Several names may differ only in case.
type Names = HashMap<String, Vec<String>>;

/// Folders as they were when they were first looked at.
#[derive(Default)]
pub struct Tree {
    folders: RefCell<HashMap<PathBuf, Option<Rc<Names>>>>,
}

impl Tree {
    /// The file that a name in a folder stands for: itself if it is there as written, else the one that differs in case.
    /// The path is absolute if the folder is.
    pub fn file(&self, folder: &Path, name: &str) -> Option<PathBuf> {
        let path = self.find(folder, name)?;
        path.is_file().then_some(path)
    }

    /// As [`Self::file`], for a folder.
    pub fn folder(&self, folder: &Path, name: &str) -> Option<PathBuf> {
        let path = self.find(folder, name)?;
        path.is_dir().then_some(path)
    }

    fn find(&self, folder: &Path, name: &str) -> Option<PathBuf> {
        let written = join(folder, name);
        if written.exists() {
            return Some(written);
        }
        let mut path = PathBuf::new();
        for component in written.components() {
            match component {
                Component::Normal(part) => {
                    let part = part.to_str()?;
                    let next = path.join(part);
                    path = match next.exists() {
                        true => next,
                        false => path.join(self.any_case(&path, part)?),
                    };
                }
                other => path.push(other),
            }
        }
        Some(path)
    }

    /// Whether another name of the same folder differs from this one only in case.
    pub fn is_ambiguous(&self, path: &Path) -> bool {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return false;
        };
        let names = self.names(folder);
        let same = names.and_then(|names| {
            let name = name.to_str()?.to_lowercase();
            names.get(&name).map(Vec::len)
        });
        same.is_some_and(|count| count > 1)
    }

    fn any_case(&self, folder: &Path, name: &str) -> Option<String> {
        self.names(folder)?
            .get(&name.to_lowercase())?
            .first()
            .cloned()
    }

    fn names(&self, folder: &Path) -> Option<Rc<Names>> {
        if let Some(known) = self.folders.borrow().get(folder) {
            return known.clone();
        }
        let names = read(folder).map(Rc::new);
        self.folders
            .borrow_mut()
            .insert(folder.to_path_buf(), names.clone());
        names
    }
}

/// A folder and a name in it, as one path without `.` and `..`; the name may have backslashes.
pub fn join(folder: &Path, name: &str) -> PathBuf {
    plain(&folder.join(slashes(name)))
}

/// A path with slashes as here.
pub fn slashes(path: &str) -> String {
    path.replace('\\', "/")
}

/// The path without `.` and `..`, by its letters only, as the compiler shortens it.
pub fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                if !plain.pop() {
                    plain.push("..");
                }
            }
            other => plain.push(other),
        }
    }
    plain
}

fn read(folder: &Path) -> Option<Names> {
    let folder = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    let mut names = Names::new();
    for entry in fs::read_dir(folder).ok()?.flatten() {
        if let Ok(name) = entry.file_name().into_string() {
            names.entry(name.to_lowercase()).or_default().push(name);
        }
    }
    names.values_mut().for_each(|same| same.sort());
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_taken_out_by_letters() {
        assert_eq!(
            join(Path::new("/a/b/c"), "..\\..\\Common.h"),
            Path::new("/a/Common.h")
        );
        assert_eq!(plain(Path::new("./x/../y")), Path::new("y"));
    }

    #[test]
    fn the_manifest_is_found_in_any_case() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let tree = Tree::default();
        assert_eq!(
            tree.file(here, "SRC\\Main.RS"),
            Some(here.join("src/main.rs"))
        );
        assert_eq!(tree.file(here, "src"), None);
        assert_eq!(tree.folder(here, "Src"), Some(here.join("src")));
        assert!(!tree.is_ambiguous(&here.join("Cargo.toml")));
    }
}
