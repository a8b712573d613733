#![forbid(unsafe_code)]
//! `larboard`: runs every Windows I/O model on Linux, under load, side by side.

mod args;
mod build;
mod client;
mod compare;
mod console;
mod doctor;
mod failure;
mod limits;
mod load;
mod messages;
mod model;
mod models;
mod process;
mod serve;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::args::{Cli, Command, Shell};
use crate::failure::Failure;

fn main() -> ExitCode {
    let done = match Cli::try_parse() {
        Ok(cli) => run(cli.command),
        Err(error) if failure::is_mistake(&error) => Err(Failure::mistake(&error)),
        Err(help) => help.exit(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Build(args) => build::build(&args),
        Command::Run(args) => build::run(&args),
        Command::Env(args) => build::env::run(&args),
        Command::Install(args) => build::install::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Client(args) => client::run(&args),
        Command::Load(args) => load::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Models(args) => models::run(&args),
        Command::Doctor => doctor::run(),
        Command::Completions { shell } => completions(shell),
    }
}

fn completions(shell: Shell) -> Result<(), Failure> {
    let generator = match shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
    };
    // Collected first: the generator itself would panic on a closed pipe.
    let mut script = Vec::new();
    clap_complete::generate(generator, &mut Cli::command(), "larboard", &mut script);
    console::print(&String::from_utf8_lossy(&script))
}
