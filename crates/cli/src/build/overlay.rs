//! The overlay: a file for the compiler that says which files there are, so that it finds them whatever the case, and reads
//! converted copies under the names of the user's own files.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::headers::{self, Headers};
use super::standard::Language;
use super::text::Kind;
use super::tree::Tree;

/// What the compiler reads; JSON is a kind of YAML.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Overlay {
    version: u32,
    case_sensitive: &'static str,
    roots: Vec<Entry>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Entry {
    name: PathBuf,
    #[serde(rename = "type")]
    kind: &'static str,
    external_contents: PathBuf,
    /// Whether the compiler calls the file by where its contents are: with the case it has on disk.
    use_external_name: Bool,
}

/// Clang 14 takes `true` in quotes only.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Bool {
    True,
    False,
}

impl Entry {
    fn itself(path: PathBuf) -> Self {
        Self::renamed(path.clone(), path)
    }

    fn renamed(name: PathBuf, file: PathBuf) -> Self {
        Self {
            name,
            kind: "file",
            external_contents: file,
            use_external_name: Bool::True,
        }
    }

    fn converted(name: PathBuf, copy: PathBuf) -> Self {
        Self {
            use_external_name: Bool::False,
            ..Self::renamed(name, copy)
        }
    }
}

/// The overlay of Larboard's own headers, for builds that `larboard build` does not drive.
pub fn of_larboard(include: &Path) -> io::Result<String> {
    text(entries_of_larboard(include))
}

/// The overlay of headers of these names in a folder that need not be there yet.
pub fn of_names<'a>(include: &Path, names: impl Iterator<Item = &'a Path>) -> io::Result<String> {
    text(
        names
            .map(|name| Entry::itself(include.join(name)))
            .collect(),
    )
}

/// Writes the overlay of a project, and the converted copies, into `folder`; gives the overlay's path. `here` is where the
/// compiler will run.
pub fn write(
    folder: &Path,
    include: &Path,
    headers: &Headers,
    tree: &Tree,
    here: &Path,
) -> io::Result<PathBuf> {
    let mut roots = entries_of_larboard(include);
    for (path, file) in &headers.files {
        match file.kind {
            _ if file.is_changed || file.kind != Kind::Plain => {
                let copy = copy_of(folder, path);
                let mut text = file.text.clone();
                if Language::of(path).is_none() {
                    // Whatever the case it is included by, messages name it as it is.
                    let shown = path.strip_prefix(here).unwrap_or(path);
                    text.insert_str(0, &format!("#line 1 \"{}\"\n", shown.display()));
                }
                write_if_changed(&copy, text.as_bytes())?;
                roots.push(Entry::converted(path.clone(), copy));
            }
            // Where two names differ only in case, neither stands for the other.
            _ if tree.is_ambiguous(path) => {}
            _ => {
                // The compiler calls it by a path from here, as the user would.
                let shown = path.strip_prefix(here).unwrap_or(path);
                roots.push(Entry::renamed(path.clone(), shown.to_path_buf()));
            }
        }
    }
    for (written, file) in &headers.renamed {
        roots.push(Entry::renamed(written.clone(), file.clone()));
    }
    let path = folder.join("overlay.yaml");
    write_if_changed(&path, text(roots)?.as_bytes())?;
    Ok(path)
}

/// Writes a file, unless it already is so.
pub fn write_if_changed(path: &Path, content: &[u8]) -> io::Result<()> {
    if fs::read(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, content)
}

fn entries_of_larboard(include: &Path) -> Vec<Entry> {
    headers::below(include)
        .into_iter()
        .map(Entry::itself)
        .collect()
}

fn text(roots: Vec<Entry>) -> io::Result<String> {
    let overlay = Overlay {
        version: 0,
        case_sensitive: "false",
        roots,
    };
    Ok(serde_json::to_string_pretty(&overlay)?)
}

/// Where the converted copy of a file lies: files of one name in several folders do not meet.
fn copy_of(folder: &Path, path: &Path) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    folder
        .join("text")
        .join(format!("{:016x}-{name}", hasher.finish()))
}
