//! Objects become programs and libraries.

use std::collections::BTreeSet;
use std::path::Path;

use super::super::compile::Job;
use super::super::flags;
use super::super::link::{self, Link};
use super::super::plan::{Kind, Plan, Product};
use super::super::standard::Language;
use super::{Driver, Prepared, pass_on, shell};
use crate::failure::Failure;

impl Driver<'_> {
    /// How a product is linked, or archived.
    pub(super) fn link(
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
        let given = self
            .args
            .libraries
            .iter()
            .filter(|name| !link::is_of_windows(name));
        arguments.extend(given.map(|name| format!("-l{name}")));
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

    /// Links; says which names are not defined.
    pub(super) fn run_link(
        &self,
        link: &Link,
        product: &Product,
        prepared: &Prepared,
    ) -> Result<(), Failure> {
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
        let said = String::from_utf8_lossy(&output.stderr);
        if link::has_several_mains(&said) {
            return Err(Failure::new(format_args!(
                "{} does not link: several of its sources have a main; give the sources of one program",
                product.name
            )));
        }
        let undefined = link::undefined(&said);
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
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
