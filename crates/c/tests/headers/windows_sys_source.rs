//! What the source of windows-sys says, read as text: constants, the types behind names, functions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{env, fs};

/// The declarations of windows-sys. A name may stand in several modules.
pub struct Source {
    /// Constants: the type as it is written, and the value as it is written.
    pub constants: BTreeMap<String, Vec<(String, String)>>,
    /// Functions: the types of the parameters, and of the result.
    pub functions: BTreeMap<String, (Vec<String>, String)>,
    /// The names of structures and unions with fields.
    pub structures: BTreeSet<String>,
    aliases: BTreeMap<String, String>,
}

/// Read once.
pub fn source() -> &'static Source {
    static SOURCE: OnceLock<Source> = OnceLock::new();
    SOURCE.get_or_init(|| {
        let mut source = Source {
            constants: BTreeMap::new(),
            functions: BTreeMap::new(),
            structures: BTreeSet::new(),
            aliases: BTreeMap::new(),
        };
        source.read(&folder().join("src"));
        assert!(
            source.constants.len() > 50_000 && source.functions.len() > 5_000,
            "it is written otherwise now"
        );
        source
    })
}

/// Where the version that this workspace uses lies.
fn folder() -> PathBuf {
    // Other platforms' crates may not be there.
    let platform = format!("{}-unknown-linux-gnu", env::consts::ARCH);
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--format-version=1"])
        .args(["--filter-platform", &platform, "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .expect("cargo runs");
    let metadata = serde_json::from_slice::<serde_json::Value>(&output.stdout);
    let metadata =
        metadata.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let packages = metadata["packages"].as_array().expect("packages");
    let manifest = packages
        .iter()
        .filter(|package| package["name"] == "windows-sys")
        .filter_map(|package| {
            Some((
                package["version"].as_str()?,
                package["manifest_path"].as_str()?,
            ))
        })
        .find(|(version, _)| version.starts_with("0.61"))
        .expect("windows-sys")
        .1;
    Path::new(manifest).parent().expect("a folder").to_owned()
}

impl Source {
    fn read(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).expect("the source is there") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                self.read(&path);
            } else {
                let text = fs::read_to_string(&path).expect("text");
                text.lines()
                    .for_each(|line| self.read_line(line.trim_end()));
            }
        }
    }

    fn read_line(&mut self, line: &str) {
        if let Some(rest) = line.strip_prefix("pub const ") {
            let parts = rest.trim_end_matches(';').split_once(" = ");
            if let Some((declared, value)) = parts
                && let Some((name, kind)) = declared.split_once(": ")
            {
                let constants = self.constants.entry(name.to_owned()).or_default();
                constants.push((kind.to_owned(), value.to_owned()));
            }
        } else if let Some(rest) = line.strip_prefix("pub type ") {
            if let Some((name, of)) = rest.trim_end_matches(';').split_once(" = ") {
                self.aliases
                    .entry(name.to_owned())
                    .or_insert_with(|| of.to_owned());
            }
        } else if let Some(rest) = line
            .strip_prefix("pub struct ")
            .or_else(|| line.strip_prefix("pub union "))
        {
            if let Some(name) = rest.strip_suffix(" {") {
                self.structures.insert(name.to_owned());
            }
        } else if line.starts_with("windows_link::link!(") {
            let Some((_, declaration)) = line.split_once(" fn ") else {
                return;
            };
            let Some((name, rest)) = declaration.split_once('(') else {
                return;
            };
            let end = closing(rest);
            let result = rest[end + 1..]
                .split_once("-> ")
                .map_or("()", |(_, result)| result.trim_end_matches(");"));
            let parameters = split(&rest[..end]);
            self.functions
                .insert(name.trim().to_owned(), (parameters, result.to_owned()));
        }
    }

    /// The size of a value of this type. `None` for structures, which stand in no line.
    pub fn size(&self, kind: &str) -> Option<usize> {
        let name = kind.trim().rsplit("::").next().unwrap_or(kind).trim();
        match name {
            _ if kind.trim_start().starts_with('*') || kind.starts_with("Option<") => Some(8),
            _ if kind.contains("extern \"system\" fn") => Some(8),
            "()" | "!" => Some(0),
            "bool" | "u8" | "i8" => Some(1),
            "u16" | "i16" => Some(2),
            "u32" | "i32" | "f32" | "BOOL" | "HRESULT" => Some(4),
            "u64" | "i64" | "f64" | "usize" | "isize" => Some(8),
            "PSTR" | "PCSTR" | "PWSTR" | "PCWSTR" | "BSTR" => Some(8),
            _ => self.size(self.aliases.get(name)?),
        }
    }
}

/// Where the parenthesis that was opened before `text` is closed.
fn closing(text: &str) -> usize {
    let mut depth = 1;
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// The types of parameters: `a : u32, b : *mut X`.
fn split(parameters: &str) -> Vec<String> {
    let mut types = Vec::new();
    let mut depth = 0;
    let mut start = 0;
    let mut take = |text: &str| {
        if let Some((_, kind)) = text.split_once(" : ") {
            types.push(kind.trim().to_owned());
        } else if text.trim() == "..." {
            types.push("...".to_owned());
        }
    };
    for (at, character) in parameters.char_indices() {
        match character {
            '(' | '<' | '[' => depth += 1,
            ')' | '>' | ']' if !parameters[..at].ends_with('-') => depth -= 1,
            ',' if depth == 0 => {
                take(&parameters[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    take(&parameters[start..]);
    types
}
