//! Sources become objects.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Output;

use indicatif::{ProgressBar, ProgressStyle};

use super::super::compile::{self, Job};
use super::super::headers::Headers;
use super::super::plan::{Kind, Optimisation, Options, Product, Unit};
use super::super::remedy::{self, Remedy};
use super::super::standard::{Language, Standard};
use super::super::{flags, overlay};
use super::{Driver, Prepared, pass_on, shell};
use crate::failure::Failure;

/// So often a source is tried with changed copies.
const MOST_REMEDIES: usize = 8;

/// A job that fails, with what would help it.
type Curable = (Job, Vec<Remedy>);

impl Driver<'_> {
    /// How a source is compiled.
    pub(super) fn job(
        &self,
        unit: &Unit,
        product: &Product,
        folder: &Path,
        prepared: &Prepared,
    ) -> Job {
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
        let characters = prepared.characters.unwrap_or(unit.options.characters);
        let characters = flags::character_set(characters);
        flags.extend(characters.iter().map(|name| format!("-D{name}")));
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
            has_colours: self.is_terminal,
            compiler: format!(
                "{} {}",
                self.compiler.identity,
                self.args.encoding.map_or("", |encoding| encoding.name())
            ),
        }
    }

    /// Compiles what has to be. Where all that the compiler complains of has a remedy, it is given changed copies, and told.
    pub(super) fn compile(
        &self,
        product: &Product,
        folder: &Path,
        jobs: &[Job],
        prepared: &mut Prepared,
    ) -> Result<(), Failure> {
        let mut failed = 0;
        let mut waiting = jobs.to_vec();
        for _ in 0..MOST_REMEDIES {
            let (incurable, curable) = self.attempt(product, &waiting, &prepared.headers)?;
            failed += incurable;
            if curable.is_empty() {
                break;
            }
            waiting = self.cure(curable, folder, prepared)?;
        }
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

    /// Runs the jobs; gives the number of those that failed, and those that may succeed with other copies.
    fn attempt(
        &self,
        product: &Product,
        jobs: &[Job],
        headers: &Headers,
    ) -> Result<(usize, Vec<Curable>), Failure> {
        let at_once = match self.args.jobs {
            Some(jobs) => jobs as usize,
            None => std::thread::available_parallelism().map_or(1, usize::from),
        };
        let bar = self.progress(product, jobs.len());
        let mut curable = Vec::new();
        let failed = compile::run(jobs, at_once, &self.tree, |job, output| {
            let remedies = match output.status.success() {
                true => None,
                false => self.remedies(output, headers),
            };
            bar.suspend(|| {
                if self.args.verbose {
                    eprintln!("{}", shell(&job.command, &job.arguments()));
                }
                if remedies.is_none() {
                    pass_on(output);
                }
            });
            curable.extend(remedies.map(|remedies| (job.clone(), remedies)));
            bar.inc(1);
        })?;
        bar.finish_and_clear();
        Ok((failed - curable.len(), curable))
    }

    fn remedies(&self, output: &Output, headers: &Headers) -> Option<Vec<Remedy>> {
        let said = String::from_utf8_lossy(&output.stderr);
        remedy::remedies(&said, |path| {
            let file = headers.files.get(&self.file(path))?;
            Some(file.text.as_str())
        })
    }

    /// The user's file that the compiler calls so.
    fn file(&self, path: &Path) -> PathBuf {
        let name = path.to_string_lossy();
        self.tree
            .file(&self.here, &name)
            .unwrap_or_else(|| self.here.join(path))
    }

    /// Changes the copies, and gives the jobs to run again.
    fn cure(
        &self,
        curable: Vec<Curable>,
        folder: &Path,
        prepared: &mut Prepared,
    ) -> Result<Vec<Job>, Failure> {
        let mut by_file: BTreeMap<PathBuf, Vec<&Remedy>> = BTreeMap::new();
        for remedy in curable.iter().flat_map(|(_, remedies)| remedies) {
            let remedies = by_file.entry(self.file(&remedy.path)).or_default();
            if !remedies.contains(&remedy) {
                remedies.push(remedy);
            }
        }
        for (path, remedies) in by_file {
            for remedy in &remedies {
                eprintln!(
                    "{}:{}: note: {}",
                    self.shown(&path).display(),
                    remedy.line,
                    remedy.told
                );
            }
            if let Some(file) = prepared.headers.files.get_mut(&path) {
                file.text = remedy::apply(&file.text, &remedies);
                file.is_changed = true;
            }
        }
        overlay::write(
            folder,
            &self.home.include,
            &prepared.headers,
            &self.tree,
            &self.here,
        )?;
        Ok(curable.into_iter().map(|(job, _)| job).collect())
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
        let mut flags: Vec<_> = flags.into_iter().map(str::to_owned).collect();
        if let Some(sanitizer) = self.args.sanitize {
            flags.push(format!("-fsanitize={}", sanitizer.name()));
            flags.push("-fno-omit-frame-pointer".to_owned());
        }
        flags
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
}

/// The flags for a unit's own settings.
fn of_options(options: &Options) -> Vec<String> {
    let mut flags = Vec::new();
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
