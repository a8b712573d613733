//! From what was given on the command line to a plan.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::args::BuildArgs;
use super::plan::Plan;
use super::{plain, project, tree};
use crate::failure::Failure;

/// What to build.
pub fn plan(args: &BuildArgs) -> Result<Plan, Failure> {
    let here = env::current_dir()?;
    let mut inputs = Vec::new();
    for input in &args.inputs {
        let path = tree::plain(&here.join(input));
        if !path.exists() {
            return Err(Failure::new(format_args!(
                "there is no {}",
                input.display()
            )));
        }
        inputs.push(path);
    }
    let mut plan = match inputs.as_slice() {
        [folder] if folder.is_dir() => match project_of(folder)? {
            Some(project) => project::plan(&project, args)?,
            None => plain::plan(&plain::sources_below(folder), Some(folder), args)?,
        },
        [project] if project::is_project(project) => project::plan(project, args)?,
        sources => plain::plan(&files(sources)?, None, args)?,
    };
    adjust(&mut plan, args, &here)?;
    Ok(plan)
}

/// Folders of a repository in which its solution is looked for.
const LEVELS: usize = 3;

/// The solution of a folder, or its project; where it has neither, those of the folders below are looked at.
fn project_of(folder: &Path) -> Result<Option<PathBuf>, Failure> {
    let mut level = vec![folder.to_path_buf()];
    for _ in 0..LEVELS {
        let mut below = Vec::new();
        let (mut solutions, mut projects) = (Vec::new(), Vec::new());
        let entries = level.iter().filter_map(|folder| fs::read_dir(folder).ok());
        for entry in entries.flatten().flatten() {
            let path = entry.path();
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            let extension = path
                .extension()
                .unwrap_or_default()
                .to_string_lossy()
                .to_lowercase();
            match extension.as_str() {
                _ if is_hidden => {}
                _ if entry.file_type().is_ok_and(|kind| kind.is_dir()) => below.push(path),
                "sln" | "slnx" => solutions.push(path),
                "vcxproj" => projects.push(path),
                _ => {}
            }
        }
        let mut found = if solutions.is_empty() {
            projects
        } else {
            solutions
        };
        match found.len() {
            0 => level = below,
            1 => return Ok(found.pop()),
            _ => {
                found.sort();
                let names: Vec<_> = found
                    .iter()
                    .map(|path| {
                        path.strip_prefix(folder)
                            .unwrap_or(path)
                            .display()
                            .to_string()
                    })
                    .collect();
                return Err(Failure::new(format_args!(
                    "{} holds several projects; name one of them: {}",
                    folder.display(),
                    names.join(", ")
                )));
            }
        }
    }
    Ok(None)
}

fn files(inputs: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    match inputs.iter().find(|input| input.is_dir()) {
        Some(folder) => Err(Failure::new(format_args!(
            "give either sources or one folder: {} is a folder",
            folder.display()
        ))),
        None => Ok(inputs.to_vec()),
    }
}

/// What the command line says counts for every product.
fn adjust(plan: &mut Plan, args: &BuildArgs, here: &Path) -> Result<(), Failure> {
    let folders: Vec<_> = args
        .folders
        .iter()
        .map(|folder| tree::plain(&here.join(folder)))
        .collect();
    if let Some(output) = &args.output {
        let output = tree::plain(&here.join(output));
        match plan.products.as_mut_slice() {
            [only] => only.output = output,
            several => {
                let program = several
                    .iter_mut()
                    .filter(|product| product.kind == super::Kind::Program);
                let programs: Vec<_> = program.collect();
                match <[_; 1]>::try_from(programs) {
                    Ok([program]) => program.output = output,
                    Err(_) => {
                        return Err(Failure::Usage(
                            "--output is for one program: choose with --project".to_owned(),
                        ));
                    }
                }
            }
        }
    }
    for product in &mut plan.products {
        if product.output.is_dir() {
            product
                .output
                .set_file_name(format!("{}.out", product.name));
        }
        for unit in &mut product.units {
            let options = &mut unit.options;
            options.definitions.extend(args.definitions.iter().cloned());
            options.folders.splice(0..0, folders.iter().cloned());
            if let Some(standard) = args.standard {
                match standard.language {
                    super::standard::Language::C => options.c = Some(standard),
                    super::standard::Language::Cxx => options.cxx = Some(standard),
                }
            }
            if let Some(characters) = args.characters() {
                options.characters = characters;
            }
        }
    }
    Ok(())
}
