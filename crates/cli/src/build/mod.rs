//! `larboard build` and `larboard run`: a program for Windows, in C or C++, becomes a program for Linux.
//!
//! `source` makes a plan of what was given; `driver` carries it out. What is made on the way lies in `.larboard`.

pub mod args;
mod check;
mod compile;
mod compiler;
mod driver;
pub mod env;
mod flags;
mod guess;
mod headers;
mod home;
pub mod install;
mod lexer;
mod link;
mod overlay;
mod package;
mod plain;
mod plan;
mod project;
mod remedy;
mod shell;
mod source;
mod standard;
mod text;
mod tree;

use std::os::unix::process::CommandExt;
use std::process::Command;

use self::args::{BuildArgs, RunArgs};
use self::plan::Kind;
use crate::failure::Failure;

/// The folder beside the sources that holds what is made on the way.
const FOLDER: &str = ".larboard";

/// The compiler that a build would take, as it names itself.
pub fn compiler() -> Result<String, Failure> {
    compiler::Compiler::find(None).map(|compiler| compiler.identity)
}

/// Builds what was given.
pub fn build(args: &BuildArgs) -> Result<(), Failure> {
    let plan = source::plan(args)?;
    match args.check {
        true => driver::check(&plan, args),
        false => driver::build(&plan, args),
    }
}

/// Builds what was given, and becomes the program.
pub fn run(args: &RunArgs) -> Result<(), Failure> {
    let plan = source::plan(&args.build)?;
    let programs: Vec<_> = plan
        .products
        .iter()
        .filter(|product| product.kind == Kind::Program)
        .collect();
    let program = match programs.as_slice() {
        [program] => *program,
        [] => return Err(Failure::new("there is no program to run, only libraries")),
        several => {
            let names: Vec<_> = several
                .iter()
                .map(|product| product.name.as_str())
                .collect();
            return Err(Failure::new(format_args!(
                "there are several programs; choose with --project: {}",
                names.join(", ")
            )));
        }
    };
    driver::build(&plan, &args.build)?;
    let mut command = Command::new(&program.output);
    command.args(&args.args);
    if plan.is_project {
        command.current_dir(&program.folder);
    }
    // Comes back only if the program cannot be started.
    let error = command.exec();
    Err(Failure::new(format_args!(
        "{} cannot be started: {error}",
        program.output.display()
    )))
}
