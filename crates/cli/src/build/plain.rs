//! Plain sources, given one by one or as a folder: one program.

use std::fs;
use std::path::{Path, PathBuf};

use super::args::BuildArgs;
use super::plan::{Kind, Optimisation, Options, Plan, Product, Unit};
use super::standard::Language;
use super::tree;
use crate::failure::Failure;

/// The plan for sources that no project describes. All paths are absolute.
pub fn plan(sources: &[PathBuf], folder: Option<&Path>, args: &BuildArgs) -> Result<Plan, Failure> {
    let Some(first) = sources.first() else {
        return Err(match folder {
            Some(folder) => Failure::new(format_args!("{} holds no source", folder.display())),
            None => Failure::new("there is no source to build"),
        });
    };
    let beside = folder.or(first.parent()).unwrap_or(Path::new("/"));
    let name = match folder {
        Some(folder) => folder.file_name(),
        None => first.file_stem(),
    };
    let name = name.map_or_else(
        || "program".into(),
        |name| name.to_string_lossy().into_owned(),
    );
    let is_debug = !args.configuration().eq_ignore_ascii_case("release");
    let options = Options {
        characters: args.characters().unwrap_or_default(),
        optimisation: match is_debug {
            true => Optimisation::None,
            false => Optimisation::Speed,
        },
        debug_runtime: is_debug,
        definitions: match is_debug {
            true => Vec::new(),
            false => vec!["NDEBUG".to_owned()],
        },
        ..Options::default()
    };
    let units = sources
        .iter()
        .map(|source| unit(source, &options))
        .collect::<Result<_, _>>()?;
    let output = match folder {
        Some(folder) => folder.join(&name),
        None => std::env::current_dir()?.join(&name),
    };
    Ok(Plan {
        products: vec![Product {
            output,
            build: args
                .build_folder
                .clone()
                .unwrap_or_else(|| beside.join(super::FOLDER)),
            folder: std::env::current_dir()?,
            name,
            kind: Kind::Program,
            units,
            uses: Vec::new(),
            libraries: Vec::new(),
            library_folders: Vec::new(),
            guess_standard: true,
            guess_characters: args.characters().is_none(),
        }],
        ..Plan::default()
    })
}

fn unit(source: &Path, options: &Options) -> Result<Unit, Failure> {
    let language = Language::of(source).ok_or_else(|| {
        Failure::new(format_args!(
            "{} is no source: they end in .c, .cpp, .cc or .cxx",
            source.display()
        ))
    })?;
    Ok(Unit {
        source: source.to_path_buf(),
        language,
        options: options.clone(),
    })
}

/// All sources of a folder, at any depth; hidden folders are left out.
pub fn sources_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            // A link to a folder may lead round in a circle.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && !is_hidden {
                waiting.push(path);
            } else if path.is_file() && Language::of(&path).is_some() {
                found.push(tree::plain(&path));
            }
        }
    }
    found.sort();
    found
}
