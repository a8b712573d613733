//! `larboard load`: a closed-loop load generator on a completion port of its own, which verifies every byte.

mod client;
mod generator;
mod outcome;
mod pattern;

pub use generator::{Generator, Plan};
pub use outcome::Outcome;

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::args::LoadArgs;
use crate::console;
use crate::failure::Failure;
use crate::limits;

/// Loads a server and prints what came of it.
pub fn run(args: &LoadArgs) -> Result<(), Failure> {
    limits::raise_open_files();
    let plan = Plan {
        addr: args.addr,
        connections: args.connections as usize,
        size: args.size as usize,
        depth: args.depth as usize,
    };
    let mut generator = Generator::connect(plan)?;
    generator.settle()?;
    let bar = progress_bar(args.seconds);
    generator.run(args.seconds, |elapsed| {
        bar.set_position(elapsed.as_millis() as u64)
    })?;
    bar.finish_and_clear();
    let outcome = generator.finish();
    if args.json {
        console::print_line(
            &serde_json::to_string_pretty(&outcome.report(args)).map_err(Failure::new)?,
        )?;
    } else {
        console::print_line(&outcome.text(args))?;
    }
    match outcome.clients.wrong {
        0 => Ok(()),
        wrong => Err(Failure::new(format_args!(
            "{wrong} clients got bytes they had not sent"
        ))),
    }
}

/// Drawn on standard error, and only if that is a terminal.
fn progress_bar(length: Duration) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg} [{bar:40}] {elapsed}")
        .expect("a valid template");
    ProgressBar::new(length.as_millis() as u64)
        .with_style(style.progress_chars("━╸ "))
        .with_message("loading")
}
