//! Carries a plan out: headers, compiler, linker, progress.

mod linking;
mod sources;

use std::collections::{BTreeSet, HashMap};
use std::env;
use std::fs;
use std::io::{IsTerminal, Write, stderr};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Instant;

use serde::Serialize;

use super::args::BuildArgs;
use super::compile::Stamps;
use super::compiler::{Compiler, CxxLibrary};
use super::headers::{Folders, Headers};
use super::home::Home;
use super::link;
use super::plan::{Plan, Product, Unit};
use super::standard::{CharacterSet, Language, Standard};
use super::text::Judge;
use super::tree::Tree;
use super::{check, lexer, overlay};
use crate::console;
use crate::failure::Failure;

/// What one command works with.
struct Driver<'a> {
    args: &'a BuildArgs,
    compiler: Compiler,
    home: Home,
    here: PathBuf,
    tree: Tree,
    is_terminal: bool,
    commands: Vec<CompileCommand>,
    system: HashMap<(Language, Option<CxxLibrary>), Vec<PathBuf>>,
}

/// An entry of `compile_commands.json`, which editors read.
#[derive(Serialize)]
struct CompileCommand {
    directory: PathBuf,
    file: PathBuf,
    output: PathBuf,
    arguments: Vec<String>,
}

/// Builds every product. One that fails does not keep the others from being built, unless they need it.
pub fn build(plan: &Plan, args: &BuildArgs) -> Result<(), Failure> {
    let mut driver = Driver::new(args)?;
    for line in &plan.left_out {
        eprintln!("{line}");
    }
    let mut failed: Vec<usize> = Vec::new();
    for (place, product) in plan.products.iter().enumerate() {
        if let Some(needed) = product.uses.iter().find(|used| failed.contains(used)) {
            eprintln!(
                "{} is not built: it needs {}",
                product.name, plan.products[*needed].name
            );
            failed.push(place);
        } else if let Err(failure) = driver.product(plan, product) {
            match plan.products.as_slice() {
                [_] => return Err(failure),
                _ => eprintln!("error: {}", failure.message()),
            }
            failed.push(place);
        }
    }
    driver.write_commands(plan)?;
    match failed.is_empty() {
        true => Ok(()),
        false => {
            let names = failed
                .iter()
                .map(|place| plan.products[*place].name.as_str());
            Err(Failure::new(format_args!(
                "not built: {}",
                names.collect::<Vec<_>>().join(", ")
            )))
        }
    }
}

/// Lists what of Windows the sources use; fails if something of it is not here.
pub fn check(plan: &Plan, args: &BuildArgs) -> Result<(), Failure> {
    let mut driver = Driver::new(args)?;
    let mut reports = Vec::new();
    for line in &plan.left_out {
        eprintln!("{line}");
    }
    for product in &plan.products {
        let mut judge = Judge::new(args.encoding);
        let (headers, library) = driver.headers_and_library(product, &mut judge)?;
        let language = match product
            .units
            .iter()
            .any(|unit| unit.language == Language::Cxx)
        {
            true => Language::Cxx,
            false => Language::C,
        };
        let folders = Folders {
            user: Vec::new(),
            larboard: driver.home.include.clone(),
            system: driver.system_folders(language, library),
        };
        let characters = product
            .guess_characters
            .then(|| super::guess::characters(&headers));
        let report = check::product(product, &headers, &folders, characters);
        console::print(&report.text(&product.name, |path| driver.shown(path)))?;
        reports.push(report);
    }
    check::Report::verdict(&reports)
}

impl<'a> Driver<'a> {
    fn new(args: &'a BuildArgs) -> Result<Self, Failure> {
        Ok(Self {
            args,
            compiler: Compiler::find(args.compiler.as_deref())?,
            home: Home::find()?,
            here: env::current_dir()?,
            tree: Tree::default(),
            is_terminal: stderr().is_terminal(),
            commands: Vec::new(),
            system: HashMap::new(),
        })
    }

    fn product(&mut self, plan: &Plan, product: &Product) -> Result<(), Failure> {
        let start = Instant::now();
        let folder = self.folder_of(product)?;
        let mut prepared = self.prepare(product, &folder)?;
        let jobs: Vec<_> = product
            .units
            .iter()
            .map(|unit| self.job(unit, product, &folder, &prepared))
            .collect();
        self.commands.extend(jobs.iter().map(|job| CompileCommand {
            directory: self.here.clone(),
            file: job.source.clone(),
            output: job.object.clone(),
            arguments: command_line(&job.command, &job.arguments()),
        }));
        let stamps = Stamps::default();
        let waiting: Vec<_> = jobs
            .iter()
            .filter(|job| !job.is_done(&stamps))
            .cloned()
            .collect();
        self.compile(product, &folder, &waiting, &mut prepared)?;
        let link = self.link(plan, product, &folder, &jobs, &prepared);
        let is_linked = link.is_done();
        if !is_linked {
            self.run_link(&link, product, &prepared)?;
        }
        if self.is_terminal && !(is_linked && waiting.is_empty()) {
            eprintln!(
                "Built {} ({}, {} of {} files compiled, {:.1} s)",
                self.shown(&product.output).display(),
                self.args.configuration(),
                waiting.len(),
                jobs.len(),
                start.elapsed().as_secs_f64()
            );
        }
        Ok(())
    }

    /// The folder for what is made of a product on the way. What differs by a flag lies apart.
    fn folder_of(&self, product: &Product) -> Result<PathBuf, Failure> {
        let mut variant = self.args.configuration().replace(['/', '\\'], "_");
        if let Some(sanitizer) = self.args.sanitize {
            variant = format!("{variant}-{}", sanitizer.name());
        }
        let folder = product.build.join(variant).join(&product.name);
        fs::create_dir_all(&folder).map_err(|error| {
            Failure::new(format_args!(
                "{} cannot be made: {error}; --build-folder chooses another",
                folder.display()
            ))
        })?;
        overlay::write_if_changed(&product.build.join(".gitignore"), b"*\n")?;
        Ok(folder)
    }

    /// Reads the sources and their headers, and decides what depends on them.
    fn prepare(&mut self, product: &Product, folder: &Path) -> Result<Prepared, Failure> {
        let mut judge = Judge::new(self.args.encoding);
        let (headers, library) = self.headers_and_library(product, &mut judge)?;
        let guessed = match product.guess_standard {
            true => super::guess::standard(&headers),
            false => None,
        };
        let characters = product
            .guess_characters
            .then(|| super::guess::characters(&headers));
        let libraries = headers
            .files
            .values()
            .flat_map(|file| link::pragma_libraries(&file.text))
            .collect();
        let void_mains = product
            .units
            .iter()
            .filter(|unit| unit.language == Language::Cxx)
            .filter(|unit| {
                headers
                    .files
                    .get(&unit.source)
                    .is_some_and(|file| lexer::has_void_main(&file.text))
            })
            .map(|unit| unit.source.clone())
            .collect();
        let overlay = overlay::write(folder, &self.home.include, &headers, &self.tree, &self.here)?;
        Ok(Prepared {
            headers,
            overlay,
            library,
            guessed,
            characters,
            libraries,
            void_mains,
        })
    }

    /// The headers of a product, found with the C++ library that has them.
    fn headers_and_library(
        &mut self,
        product: &Product,
        judge: &mut Judge,
    ) -> Result<(Headers, Option<CxxLibrary>), Failure> {
        let chosen = self.args.stdlib;
        let headers = self.headers(product, judge, chosen)?;
        if chosen.is_some() {
            return Ok((headers, chosen));
        }
        match self.library_for(&headers)? {
            // The folders of the system are others now.
            Some(library) => Ok((self.headers(product, judge, Some(library))?, Some(library))),
            None => Ok((headers, None)),
        }
    }

    fn headers(
        &mut self,
        product: &Product,
        judge: &mut Judge,
        library: Option<CxxLibrary>,
    ) -> Result<Headers, Failure> {
        let mut all = Headers::default();
        for group in groups(&product.units) {
            let options = &group[0].options;
            let folders = Folders {
                user: [options.folders.as_slice(), &options.last_folders].concat(),
                larboard: self.home.include.clone(),
                system: self.system_folders(group[0].language, library),
            };
            let sources: Vec<_> = group.iter().map(|unit| unit.source.clone()).collect();
            let found = Headers::of(&sources, &options.forced, &folders, judge, &self.tree)?;
            all.add(found);
        }
        Ok(all)
    }

    fn system_folders(&mut self, language: Language, library: Option<CxxLibrary>) -> Vec<PathBuf> {
        self.system
            .entry((language, library))
            .or_insert_with(|| self.compiler.system_folders(language, library))
            .clone()
    }

    /// LLVM's C++ library, where a header is in that one only.
    fn library_for(&mut self, headers: &Headers) -> Result<Option<CxxLibrary>, Failure> {
        let missing = headers
            .missing
            .iter()
            .filter(|missing| super::guess::is_standard(&missing.name));
        let Some(missing) = missing.map(|missing| missing.name.clone()).next() else {
            return Ok(None);
        };
        let folders = self.system_folders(Language::Cxx, Some(CxxLibrary::Libcxx));
        match folders.iter().any(|folder| folder.join(&missing).is_file()) {
            true => Ok(Some(CxxLibrary::Libcxx)),
            false => Err(Failure::new(format_args!(
                "<{missing}> is not in the C++ library of this machine: install a newer one, or LLVM's (`apt install libc++-{0}-dev libc++abi-{0}-dev`)",
                self.compiler.version
            ))),
        }
    }

    fn write_commands(&self, plan: &Plan) -> Result<(), Failure> {
        if let Some(product) = plan.products.first() {
            let path = product.build.join("compile_commands.json");
            let text = serde_json::to_string_pretty(&self.commands).map_err(Failure::new)?;
            overlay::write_if_changed(&path, text.as_bytes())?;
        }
        Ok(())
    }

    /// A path as the user would write it from here.
    fn shown(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.here).unwrap_or(path).to_path_buf()
    }
}

/// What is decided about a product before its sources are compiled.
struct Prepared {
    headers: Headers,
    overlay: PathBuf,
    library: Option<CxxLibrary>,
    guessed: Option<Standard>,
    /// What TCHAR is, if it was guessed.
    characters: Option<CharacterSet>,
    /// What the sources name by `#pragma comment(lib)`.
    libraries: Vec<String>,
    /// Sources in C++ whose `main` gives nothing back.
    void_mains: BTreeSet<PathBuf>,
}

/// Units that search headers in the same way, together.
fn groups(units: &[Unit]) -> Vec<Vec<&Unit>> {
    let mut groups: Vec<Vec<&Unit>> = Vec::new();
    for unit in units {
        let same = groups.iter_mut().find(|group| {
            let (first, other) = (&group[0].options, &unit.options);
            group[0].language == unit.language
                && first.folders == other.folders
                && first.last_folders == other.last_folders
                && first.forced == other.forced
        });
        match same {
            Some(group) => group.push(unit),
            None => groups.push(vec![unit]),
        }
    }
    groups
}

/// What a compiler or linker printed, as it is.
fn pass_on(output: &Output) {
    let mut err = stderr().lock();
    let _ = err.write_all(&output.stdout);
    let _ = err.write_all(&output.stderr);
}

fn command_line(command: &Path, arguments: &[String]) -> Vec<String> {
    let mut line = vec![command.to_string_lossy().into_owned()];
    line.extend(arguments.iter().cloned());
    line
}

fn shell(command: &Path, arguments: &[String]) -> String {
    let words = command_line(command, arguments);
    words
        .iter()
        .map(|word| super::shell::quoted(word))
        .collect::<Vec<_>>()
        .join(" ")
}
