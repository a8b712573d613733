//! Compiling: what is out of date, in parallel, with the compiler's messages passed on as they are.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::standard::Language;
use super::tree::{self, Tree};
use crate::failure::Failure;

/// One run of the compiler.
#[derive(Clone, Debug)]
pub struct Job {
    /// The compiler.
    pub command: PathBuf,
    /// Everything but source, object and dependencies.
    pub flags: Vec<String>,
    /// The source, absolute.
    pub source: PathBuf,
    /// The source as the compiler shall call it.
    pub shown: PathBuf,
    /// The object to make.
    pub object: PathBuf,
    /// The language, whatever the name of the source says.
    pub language: Language,
    /// Whether messages have colours.
    pub has_colours: bool,
    /// What identifies the compiler itself.
    pub compiler: String,
}

/// When a file was written, and how long it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    nanoseconds: u128,
    length: u64,
}

/// What an object was made of.
#[derive(Serialize, Deserialize)]
struct Record {
    command: u64,
    inputs: Vec<(PathBuf, Stamp)>,
}

/// Looks files up once.
#[derive(Default)]
pub struct Stamps {
    known: RefCell<HashMap<PathBuf, Option<Stamp>>>,
}

impl Stamps {
    /// The stamp of a file, if it is there.
    pub fn of(&self, path: &Path) -> Option<Stamp> {
        if let Some(known) = self.known.borrow().get(path) {
            return *known;
        }
        let stamp = stamp(path);
        self.known.borrow_mut().insert(path.to_path_buf(), stamp);
        stamp
    }
}

/// The stamp of a file as it is now.
pub fn stamp(path: &Path) -> Option<Stamp> {
    let meta = fs::metadata(path).ok()?;
    let written = meta.modified().ok()?;
    Some(Stamp {
        nanoseconds: written
            .duration_since(SystemTime::UNIX_EPOCH)
            .ok()?
            .as_nanos(),
        length: meta.len(),
    })
}

impl Job {
    /// Whether the object is what this job would make.
    pub fn is_done(&self, stamps: &Stamps) -> bool {
        let Some(record) = fs::read(self.record())
            .ok()
            .and_then(|text| serde_json::from_slice::<Record>(&text).ok())
        else {
            return false;
        };
        record.command == self.identity()
            && self.object.is_file()
            && record
                .inputs
                .iter()
                .all(|(path, stamp)| stamps.of(path) == Some(*stamp))
    }

    /// The command line.
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = self.flags.clone();
        if self.has_colours {
            arguments.push("-fcolor-diagnostics".to_owned());
        }
        arguments.extend([
            "-MD".to_owned(),
            "-MF".to_owned(),
            text(&self.dependencies()),
        ]);
        let language = match self.language {
            Language::C => "c",
            Language::Cxx => "c++",
        };
        arguments.extend(["-x", language, "-c"].map(str::to_owned));
        arguments.push(text(&self.shown));
        arguments.extend(["-o".to_owned(), text(&self.object)]);
        arguments
    }

    fn run(&self) -> io::Result<Output> {
        // What is half written when the compiler is stopped must not count as done.
        let _ = fs::remove_file(self.record());
        if let Some(folder) = self.object.parent() {
            fs::create_dir_all(folder)?;
        }
        Command::new(&self.command).args(self.arguments()).output()
    }

    /// Remembers what the object was made of. Inputs that changed since `began` make it out of date at once.
    fn remember(&self, began: SystemTime, tree: &Tree) -> io::Result<()> {
        let here = std::env::current_dir()?;
        let listed = fs::read_to_string(self.dependencies())?;
        let mut inputs = Vec::new();
        for path in dependencies(&listed) {
            // A converted header is listed with the case it was included by.
            let path = tree
                .file(&here, &path)
                .unwrap_or_else(|| tree::join(&here, &path));
            let written = fs::metadata(&path).and_then(|meta| meta.modified());
            if written.is_ok_and(|written| written > began) {
                return Ok(());
            }
            if let Some(stamp) = stamp(&path) {
                inputs.push((path, stamp));
            }
        }
        let command = self.identity();
        fs::write(
            self.record(),
            serde_json::to_vec(&Record { command, inputs })?,
        )
    }

    fn identity(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.compiler, &self.command, &self.flags, &self.source).hash(&mut hasher);
        hasher.finish()
    }

    fn record(&self) -> PathBuf {
        self.object.with_extension("json")
    }

    fn dependencies(&self) -> PathBuf {
        self.object.with_extension("d")
    }
}

/// Runs the jobs, so many at the same time. `done` is told of each as it ends, with what the compiler printed; it says
/// whether it went well. Gives the number of those that failed.
pub fn run(
    jobs: &[Job],
    at_once: usize,
    tree: &Tree,
    mut done: impl FnMut(&Job, &Output),
) -> Result<usize, Failure> {
    let next = Mutex::new(jobs.iter());
    let (sender, results) = channel();
    let mut failed = 0;
    std::thread::scope(|scope| {
        for _ in 0..at_once.min(jobs.len()) {
            let sender = sender.clone();
            let next = &next;
            scope.spawn(move || {
                loop {
                    let job = next.lock().ok().and_then(|mut jobs| jobs.next());
                    let Some(job) = job else { return };
                    let began = SystemTime::now();
                    if sender.send((job, began, job.run())).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (job, began, output) in results {
            let output = output.map_err(|error| {
                Failure::new(format_args!(
                    "{} cannot be run: {error}",
                    job.command.display()
                ))
            })?;
            done(job, &output);
            if output.status.success() {
                job.remember(began, tree)?;
            } else {
                failed += 1;
            }
        }
        Ok(failed)
    })
}

/// The files that a compiler's dependency file lists, without the object.
fn dependencies(text: &str) -> Vec<String> {
    let text = text.split_once(": ").map_or(text, |(_, rest)| rest);
    let mut files = Vec::new();
    let mut file = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some(&next @ (' ' | '#'))) => {
                file.push(next);
                characters.next();
            }
            ('\\', Some('\n' | '\r')) => {}
            ('$', Some('$')) => {
                file.push('$');
                characters.next();
            }
            (blank, _) if blank.is_whitespace() => {
                if !file.is_empty() {
                    files.push(std::mem::take(&mut file));
                }
            }
            _ => file.push(character),
        }
    }
    if !file.is_empty() {
        files.push(file);
    }
    files
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_dependencies_is_read() {
        assert_eq!(
            dependencies("out/a.o: src/a\\ b.cpp \\\n  /usr/include/x.h c$$.h\n"),
            ["src/a b.cpp", "/usr/include/x.h", "c$.h"]
        );
    }
}
