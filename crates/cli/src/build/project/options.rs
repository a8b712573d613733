//! What a project says about its sources, as options of the compiler.

use std::path::{Path, PathBuf};

use super::super::plan::{Optimisation, Options, Unit};
use super::super::standard::{CharacterSet, Language, Standard};
use super::super::tree::{self, Tree};
use super::evaluate::{Item, Metadata, Project};
use super::properties;

/// The sources of a project.
pub fn units(project: &Project, configuration: &str, tree: &Tree) -> Result<Vec<Unit>, String> {
    let folder = project.path.parent().unwrap_or(Path::new("/"));
    let mut units: Vec<Unit> = Vec::new();
    for item in project.items("clcompile") {
        let is_excluded = said(&item.metadata, "excludedfrombuild").eq_ignore_ascii_case("true");
        if is_excluded {
            continue;
        }
        let source = tree
            .file(folder, &item.include)
            .ok_or_else(|| format!("its source {} is not there", tree::slashes(&item.include)))?;
        let Some(language) = language(item, &source) else {
            continue;
        };
        if !units.iter().any(|unit| unit.source == source) {
            let options = options(project, item, configuration, tree);
            units.push(Unit {
                source,
                language,
                options,
            });
        }
    }
    Ok(units)
}

fn language(item: &Item, source: &Path) -> Option<Language> {
    match said(&item.metadata, "compileas").to_lowercase().as_str() {
        "compileasc" => Some(Language::C),
        "compileascpp" => Some(Language::Cxx),
        _ => Language::of(source),
    }
}

fn options(project: &Project, item: &Item, configuration: &str, tree: &Tree) -> Options {
    let folder = project.path.parent().unwrap_or(Path::new("/"));
    let metadata = &item.metadata;
    let is_debug = debug_libraries(project, configuration);
    let mut options = Options {
        cxx: Standard::of_project(said(metadata, "languagestandard")),
        c: Standard::of_project(said(metadata, "languagestandard_c")),
        characters: characters(&project.properties.get("CharacterSet")),
        definitions: list(metadata, "preprocessordefinitions")
            .map(unquoted)
            .collect(),
        undefinitions: list(metadata, "undefinepreprocessordefinitions").collect(),
        folders: list(metadata, "additionalincludedirectories")
            .filter_map(|path| include_folder(folder, &path, tree))
            .collect(),
        last_folders: precompiled(project, metadata, folder, tree),
        forced: list(metadata, "forcedincludefiles")
            .map(|name| forced(folder, &name, tree))
            .collect(),
        optimisation: optimisation(said(metadata, "optimization"), is_debug),
        debug_runtime: match said(metadata, "runtimelibrary") {
            "" => is_debug,
            library => library.to_lowercase().contains("debug"),
        },
    };
    let public = project.properties.get("IncludePath");
    let public = properties::list(&public).filter_map(|path| include_folder(folder, path, tree));
    options.folders.extend(public);
    command_line(
        said(metadata, "additionaloptions"),
        &mut options,
        folder,
        tree,
    );
    options
}

/// What is said about an item; empty if nothing is.
fn said<'a>(metadata: &'a Metadata, name: &str) -> &'a str {
    metadata.get(name).map_or("", String::as_str)
}

fn list(metadata: &Metadata, name: &str) -> impl Iterator<Item = String> {
    properties::list(said(metadata, name)).map(properties::unescape)
}

/// Quotes of a definition are escaped for Microsoft's command line.
fn unquoted(definition: String) -> String {
    definition.replace("\\\"", "\"")
}

fn include_folder(folder: &Path, name: &str, tree: &Tree) -> Option<PathBuf> {
    let name = name.trim_matches('"');
    let name = name.trim_end_matches(['/', '\\']);
    // Folders that are not there, such as those of Windows' own kits, are passed over, as by Microsoft's compiler.
    tree.folder(folder, name)
}

fn characters(name: &str) -> CharacterSet {
    match name.to_lowercase().as_str() {
        "unicode" => CharacterSet::Unicode,
        "multibyte" => CharacterSet::MultiByte,
        _ => CharacterSet::NotSet,
    }
}

fn debug_libraries(project: &Project, configuration: &str) -> bool {
    match project
        .properties
        .get("UseDebugLibraries")
        .to_lowercase()
        .as_str()
    {
        "true" => true,
        "false" => false,
        _ => configuration.to_lowercase().contains("debug"),
    }
}

fn optimisation(name: &str, is_debug: bool) -> Optimisation {
    match name.to_lowercase().as_str() {
        "disabled" => Optimisation::None,
        "minspace" => Optimisation::Size,
        "maxspeed" | "full" => Optimisation::Speed,
        _ if is_debug => Optimisation::None,
        _ => Optimisation::Speed,
    }
}

/// A header that comes before the source: a path if the project's folder has it, else a name to search.
fn forced(folder: &Path, name: &str, tree: &Tree) -> String {
    match tree.file(folder, name) {
        Some(path) => path.to_string_lossy().into_owned(),
        None => tree::slashes(name),
    }
}

/// Folders of the precompiled header. Microsoft's compiler never opens it, so it need not lie where includes are searched.
fn precompiled(project: &Project, metadata: &Metadata, folder: &Path, tree: &Tree) -> Vec<PathBuf> {
    let mode = said(metadata, "precompiledheader").to_lowercase();
    if mode != "use" && mode != "create" {
        return Vec::new();
    }
    let header = match said(metadata, "precompiledheaderfile") {
        "" => "stdafx.h".to_owned(),
        name => tree::slashes(name).to_lowercase(),
    };
    let name = header.rsplit('/').next().unwrap_or(&header);
    let mut folders = vec![folder.to_path_buf()];
    let creates = project
        .items("clcompile")
        .filter(|item| said(&item.metadata, "precompiledheader").eq_ignore_ascii_case("create"));
    let headers = project.items("clinclude").filter(|item| {
        let include = tree::slashes(&item.include).to_lowercase();
        include.rsplit('/').next() == Some(name)
    });
    for item in headers.chain(creates) {
        let path = tree.file(folder, &item.include);
        if let Some(parent) = path.as_deref().and_then(Path::parent)
            && !folders.iter().any(|folder| folder == parent)
        {
            folders.push(parent.to_path_buf());
        }
    }
    folders
}

/// What of a Microsoft command line has a meaning here: `/std:`, `/D`, `/U`, `/I`, `/FI`.
fn command_line(text: &str, options: &mut Options, folder: &Path, tree: &Tree) {
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        let Some(option) = word.strip_prefix(['/', '-']) else {
            continue;
        };
        if let Some(standard) = option.strip_prefix("std:") {
            match standard.parse::<Standard>() {
                Ok(standard) if standard.language == Language::C => options.c = Some(standard),
                Ok(standard) => options.cxx = Some(standard),
                Err(_) => {}
            }
            continue;
        }
        let mut argument = |name: &str| {
            let rest = option.strip_prefix(name)?;
            let value = if rest.is_empty() { words.next()? } else { rest };
            let inside = value
                .strip_prefix('"')
                .and_then(|value| value.strip_suffix('"'));
            Some(inside.unwrap_or(value).to_owned())
        };
        if let Some(header) = argument("FI") {
            options.forced.push(forced(folder, &header, tree));
        } else if let Some(definition) = argument("D") {
            options.definitions.push(unquoted(definition));
        } else if let Some(path) = argument("I") {
            options.folders.extend(include_folder(folder, &path, tree));
        } else if let Some(name) = option.strip_prefix('U').filter(|name| !name.is_empty()) {
            options.undefinitions.push(name.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_of_microsofts_is_understood_in_part() {
        let mut options = Options::default();
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text =
            "/utf-8 /std:c++17 /DFIRST /D SECOND=\\\"x\\\" /I \"SRC\" /UTHIRD /std:c11 /MP %(x)";
        command_line(text, &mut options, here, &Tree::default());
        assert_eq!(options.cxx, Some(Standard::cxx(17)));
        assert!(options.c.is_some());
        assert_eq!(options.definitions, ["FIRST", "SECOND=\"x\""]);
        assert_eq!(options.folders, [here.join("src")]);
        assert_eq!(options.undefinitions, ["THIRD"]);
    }
}
