//! `larboard install`: command, library, headers, and packages for CMake and pkg-config, in one place.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::args::InstallArgs;
use super::home::{Home, INSTALLED_HEADERS};
use super::{headers, overlay, package, tree};
use crate::console;
use crate::failure::Failure;

/// Copies everything below the prefix.
pub fn run(args: &InstallArgs) -> Result<(), Failure> {
    let prefix = tree::plain(&env::current_dir()?.join(&args.prefix));
    let home = Home::find()?;
    let root = match &args.destdir {
        Some(staging) => {
            let below = prefix.strip_prefix("/").unwrap_or(&prefix);
            tree::plain(&env::current_dir()?.join(staging)).join(below)
        }
        None => prefix.clone(),
    };
    let mut installer = Installer {
        root: &root,
        count: 0,
    };
    installer.copy(&env::current_exe()?, "bin/larboard")?;
    installer.copy(&home.archive(), "lib/liblarboard.a")?;
    installer.copy(&home.shared(), "lib/liblarboard.so")?;
    let headers = headers::below(&home.include);
    for header in &headers {
        let inside = header.strip_prefix(&home.include).unwrap_or(header);
        installer.copy(header, &format!("{INSTALLED_HEADERS}/{}", inside.display()))?;
    }
    let names = headers
        .iter()
        .filter_map(|header| header.strip_prefix(&home.include).ok());
    let overlay = overlay::of_names(&prefix.join(INSTALLED_HEADERS), names)?;
    installer.write(package::OVERLAY, &overlay)?;
    for (path, content) in package::files(&prefix) {
        installer.write(path, &content)?;
    }
    let count = installer.count;
    if !home.is_optimised() {
        eprintln!(
            "This is the debug build; `cargo run --release -- install` installs the optimised one"
        );
    }
    console::print_line(&format!("Installed {count} files below {}", root.display()))
}

struct Installer<'a> {
    root: &'a Path,
    count: usize,
}

impl Installer<'_> {
    fn copy(&mut self, from: &Path, to: &str) -> Result<(), Failure> {
        let to = self.place(to)?;
        let fail = |error| {
            Failure::new(format_args!(
                "{} cannot be copied to {}: {error}",
                from.display(),
                to.display()
            ))
        };
        // Beside it first: what is running now cannot be written over.
        let new = to.with_extension("new");
        fs::copy(from, &new).map_err(fail)?;
        fs::rename(&new, &to).map_err(fail)
    }

    fn write(&mut self, to: &str, content: &str) -> Result<(), Failure> {
        let to = self.place(to)?;
        fs::write(&to, content).map_err(|error| {
            Failure::new(format_args!("{} cannot be written: {error}", to.display()))
        })
    }

    fn place(&mut self, to: &str) -> Result<PathBuf, Failure> {
        let to = self.root.join(to);
        self.count += 1;
        let folder = to.parent().unwrap_or(self.root);
        fs::create_dir_all(folder).map_err(|error| {
            Failure::new(format_args!("{} cannot be made: {error}", folder.display()))
        })?;
        Ok(to)
    }
}
