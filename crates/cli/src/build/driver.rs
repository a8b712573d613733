//! Carries a plan out: headers, compiler, linker, progress.

use std::collections::{BTreeSet, HashMap};
use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{IsTerminal, Write, stderr};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::args::BuildArgs;
use super::compile::{self, Job, Stamps};
use super::compiler::{Compiler, CxxLibrary};
use super::headers::{Folders, Headers};
use super::home::Home;
use super::link::{self, Link};
use super::plan::{Kind, Optimisation, Options, Plan, Product, Unit};
use super::standard::{Language, Standard};
use super::text::Judge;
use super::tree::Tree;
use super::{check, flags, lexer, overlay};
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
        let report = check::product(product, &headers, &folders);
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
        let prepared = self.prepare(product, &folder)?;
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
        self.compile(product, &waiting)?;
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
            overlay,
            library,
            guessed,
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

    fn job(&self, unit: &Unit, product: &Product, folder: &Path, prepared: &Prepared) -> Job {
        let mut flags = self.quality(&unit.options);
        let standard = self.standard(unit, prepared);
        flags.extend(
            flags::compile(unit.language, Some(standard))
                .iter()
                .map(|flag| (*flag).to_owned()),
        );
        if self.args.warnings {
            flags.push("-Wall".to_owned());
        }
        flags.push(standard.flag(self.compiler.version));
        if let (Language::Cxx, Some(library)) = (unit.language, prepared.library) {
            flags.push(library.flag().to_owned());
        }
        flags.extend(flags::headers(&self.home.include, &prepared.overlay));
        if product.kind != Kind::Program {
            flags.push("-fPIC".to_owned());
        }
        if prepared.void_mains.contains(&unit.source) {
            flags.push(format!("-include{}", flags::VOID_MAIN));
        }
        flags.extend(of_options(&unit.options));
        flags.extend(self.args.flags.iter().cloned());
        let mut hasher = DefaultHasher::new();
        unit.source.hash(&mut hasher);
        let name = unit
            .source
            .file_name()
            .unwrap_or_default()
            .to_string_lossy();
        Job {
            command: self.compiler.command(unit.language).to_path_buf(),
            flags,
            shown: self.shown(&unit.source),
            object: folder.join(format!("{name}-{:08x}.o", hasher.finish() as u32)),
            source: unit.source.clone(),
            language: unit.language,
            compiler: format!(
                "{} {}",
                self.compiler.identity,
                self.args.encoding.map_or("", |encoding| encoding.name())
            ),
            overlay: prepared.overlay.clone(),
        }
    }

    fn standard(&self, unit: &Unit, prepared: &Prepared) -> Standard {
        match unit.language {
            Language::C => unit.options.c.unwrap_or(Standard::C_DEFAULT),
            Language::Cxx => {
                let said = unit.options.cxx.or(prepared.guessed);
                said.unwrap_or(Standard::CXX_DEFAULT)
            }
        }
    }

    /// Optimisation, debugger, warnings, sanitizer.
    fn quality(&self, options: &Options) -> Vec<String> {
        let mut flags: Vec<&str> = match options.optimisation {
            Optimisation::None => vec!["-O0", "-g"],
            Optimisation::Speed => vec!["-O2", "-gline-tables-only"],
            Optimisation::Size => vec!["-Os", "-gline-tables-only"],
        };
        if options.debug_runtime {
            flags.push("-D_DEBUG");
        }
        if self.is_terminal {
            flags.push("-fcolor-diagnostics");
        }
        let mut flags: Vec<_> = flags.into_iter().map(str::to_owned).collect();
        if let Some(sanitizer) = self.args.sanitize {
            flags.push(format!("-fsanitize={}", sanitizer.name()));
            flags.push("-fno-omit-frame-pointer".to_owned());
        }
        flags
    }

    fn compile(&self, product: &Product, jobs: &[Job]) -> Result<(), Failure> {
        let at_once = match self.args.jobs {
            Some(jobs) => jobs as usize,
            None => std::thread::available_parallelism().map_or(1, usize::from),
        };
        let bar = self.progress(product, jobs.len());
        let failed = compile::run(jobs, at_once, &self.tree, |job, output| {
            bar.suspend(|| {
                if self.args.verbose {
                    eprintln!("{}", shell(&job.command, &job.arguments()));
                }
                pass_on(output);
            });
            bar.inc(1);
        })?;
        bar.finish_and_clear();
        match failed {
            0 => Ok(()),
            1 => Err(Failure::new(format_args!(
                "{}: one file does not compile",
                product.name
            ))),
            _ => Err(Failure::new(format_args!(
                "{}: {failed} files do not compile",
                product.name
            ))),
        }
    }

    fn progress(&self, product: &Product, count: usize) -> ProgressBar {
        if !self.is_terminal || count == 0 {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new(count as u64);
        if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len} files") {
            bar.set_style(style);
        }
        bar.set_prefix(product.name.clone());
        bar.tick();
        bar
    }

    fn link(
        &self,
        plan: &Plan,
        product: &Product,
        folder: &Path,
        jobs: &[Job],
        prepared: &Prepared,
    ) -> Link {
        let objects: Vec<_> = jobs.iter().map(|job| job.object.clone()).collect();
        let record = folder.join("link");
        if product.kind == Kind::StaticLibrary {
            let mut arguments = vec!["rcs".to_owned(), text(&product.output)];
            arguments.extend(objects.iter().map(|object| text(object)));
            return Link {
                command: "ar".into(),
                arguments,
                output: product.output.clone(),
                inputs: objects,
                record,
                anew: true,
            };
        }
        let language = match plan.uses_cxx(product) {
            true => Language::Cxx,
            false => Language::C,
        };
        let mut inputs = objects;
        inputs.extend(plan.all_used(product).map(|used| used.output.clone()));
        let mut arguments = self.link_flags(language, prepared);
        arguments.extend(flags::of_kind(product.kind, plan.has_dynamic_library()));
        // Static libraries may need each other.
        arguments.push("-Wl,--start-group".to_owned());
        arguments.extend(inputs.iter().map(|input| text(input)));
        arguments.push("-Wl,--end-group".to_owned());
        arguments.extend(flags::library(
            &self.home.archive(),
            plan.has_dynamic_library(),
        ));
        arguments.extend(self.foreign_libraries(product, prepared));
        arguments.extend(["-o".to_owned(), text(&product.output)]);
        inputs.push(self.home.archive());
        Link {
            command: self.compiler.command(language).to_path_buf(),
            arguments,
            output: product.output.clone(),
            inputs,
            record,
            anew: false,
        }
    }

    fn link_flags(&self, language: Language, prepared: &Prepared) -> Vec<String> {
        let mut arguments: Vec<String> =
            flags::LINK.iter().map(|flag| (*flag).to_owned()).collect();
        if let Some(sanitizer) = self.args.sanitize {
            arguments.push(format!("-fsanitize={}", sanitizer.name()));
        }
        if let (Language::Cxx, Some(library)) = (language, prepared.library) {
            arguments.push(library.flag().to_owned());
        }
        arguments
    }

    /// Libraries of Linux: those of the command line, and those whose Windows namesakes the sources or the project name.
    fn foreign_libraries(&self, product: &Product, prepared: &Prepared) -> Vec<String> {
        let folders = self
            .args
            .library_folders
            .iter()
            .chain(&product.library_folders);
        let folders: Vec<_> = folders.filter(|folder| folder.is_dir()).collect();
        let mut arguments: Vec<_> = folders
            .iter()
            .map(|folder| format!("-L{}", folder.display()))
            .collect();
        arguments.extend(self.args.libraries.iter().map(|name| format!("-l{name}")));
        for name in self.named_libraries(product, prepared) {
            let files = [format!("lib{name}.so"), format!("lib{name}.a")];
            let is_there = |folder: &Path| files.iter().any(|file| folder.join(file).is_file());
            let is_found = folders.iter().any(|folder| is_there(folder))
                || files.iter().any(|file| self.compiler.has_library(file));
            if is_found {
                arguments.push(format!("-l{name}"));
            }
        }
        arguments
    }

    /// Libraries that are named and not Windows' own, without ending.
    fn named_libraries(&self, product: &Product, prepared: &Prepared) -> BTreeSet<String> {
        let named = product.libraries.iter().chain(&prepared.libraries);
        let named = named.filter(|name| !link::is_of_windows(name));
        named
            .map(|name| link::stem(name))
            .filter(|name| !name.is_empty())
            .collect()
    }

    fn run_link(&self, link: &Link, product: &Product, prepared: &Prepared) -> Result<(), Failure> {
        if self.args.verbose {
            eprintln!("{}", shell(&link.command, &link.arguments));
        }
        let output = link.run().map_err(|error| {
            Failure::new(format_args!(
                "{} cannot be run: {error}",
                link.command.display()
            ))
        })?;
        pass_on(&output);
        if output.status.success() {
            return Ok(());
        }
        let undefined = link::undefined(&String::from_utf8_lossy(&output.stderr));
        if undefined.is_empty() {
            return Err(Failure::new(format_args!("{} does not link", product.name)));
        }
        let names: BTreeSet<_> = undefined.iter().map(|name| link::last_name(name)).collect();
        let names: Vec<_> = names.into_iter().collect();
        let mut message = format!(
            "{} does not link, since nothing defines {}",
            product.name,
            names.join(", ")
        );
        let libraries: Vec<_> = self
            .named_libraries(product, prepared)
            .into_iter()
            .collect();
        if !libraries.is_empty() {
            message += &format!(
                "; Linux' variant of {} is given with -l and -L",
                libraries.join(", ")
            );
        }
        message += "; `larboard build --check` says what of Windows is not here";
        Err(Failure::new(message))
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
    overlay: PathBuf,
    library: Option<CxxLibrary>,
    guessed: Option<Standard>,
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

/// The flags for a unit's own settings.
fn of_options(options: &Options) -> Vec<String> {
    let mut flags = Vec::new();
    let characters = flags::character_set(options.characters);
    flags.extend(characters.iter().map(|name| format!("-D{name}")));
    flags.extend(
        options
            .definitions
            .iter()
            .map(|definition| format!("-D{definition}")),
    );
    flags.extend(options.undefinitions.iter().map(|name| format!("-U{name}")));
    flags.extend(
        options
            .folders
            .iter()
            .map(|folder| format!("-I{}", folder.display())),
    );
    for folder in &options.last_folders {
        flags.push(format!("-idirafter{}", folder.display()));
    }
    flags.extend(
        options
            .forced
            .iter()
            .map(|header| format!("-include{header}")),
    );
    flags
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
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
