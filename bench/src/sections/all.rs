//! Every section with times that suit it, and the files that show the outcome.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{echo, handlers, memory, models, network, port, registered, seconds, system_calls};
use crate::load::Engine;
use crate::report::{Report, chart, machine};
use crate::shape::Shape;

/// Shapes that are measured with one worker.
const SHAPES: [Shape; 7] = [
    Shape::new(1, 64),
    Shape::new(64, 64),
    Shape::new(1000, 64),
    Shape::new(10_000, 64),
    Shape::new(64, 4096),
    Shape::new(4, 65_536),
    Shape::new(64, 64).deep(16),
];

#[derive(Args, Clone, Debug)]
pub struct Options {
    /// How often each server is measured
    #[arg(long, value_name = "N", default_value = "5", value_parser = super::count)]
    rounds: usize,
    /// Length of one measurement
    #[arg(long, value_name = "S", default_value = "2", value_parser = seconds)]
    seconds: f64,
    /// Where RESULTS.md and results.svg go [default: bench]
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

/// Runs them and writes the files.
pub fn run(options: &Options, report: &mut Report) -> io::Result<()> {
    let Options {
        rounds, seconds, ..
    } = *options;
    let servers = Vec::new;
    let echo = echo::Options {
        servers: servers(),
        shapes: SHAPES.to_vec(),
        pin: None,
        rounds,
        seconds,
        workers: vec![1, 2],
        load: Engine::Raw,
    };
    echo::run(&echo, report)?;
    let models = models::Options {
        models: servers(),
        rounds,
        seconds,
    };
    models::run(&models, report)?;
    let system_calls = system_calls::Options {
        servers: servers(),
        shapes: SHAPES[..2].to_vec(),
        seconds: 1.0,
    };
    system_calls::run(&system_calls, report)?;
    let memory = memory::Options {
        servers: servers(),
        clients: 10_000,
    };
    memory::run(&memory, report)?;
    handlers::run(&handlers::Options { rounds, seconds }, report)?;
    network::run(&network::Options::all(rounds, seconds), report)?;
    registered::run(&registered::Options { rounds, seconds }, report)?;
    port::run(&port::Options { rounds }, report)?;

    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    write(options.to.as_deref().unwrap_or(here), report)
}

/// Writes what the report says.
fn write(folder: &Path, report: &Report) -> io::Result<()> {
    let page = page(report); // it tells whether all is committed: before these files change
    fs::write(folder.join("results.svg"), chart::draw(report.charts())?)?;
    fs::write(folder.join("RESULTS.md"), page)?;
    println!(
        "Written: RESULTS.md and results.svg in {}.\n",
        folder.display()
    );
    Ok(())
}

fn page(report: &Report) -> String {
    format!(
        "# Results\n\nOne run of the command below; [README.md](README.md) says how it measures. {}\n\n{}\n\
         ```\n{}\n```\n\n![Processor time for an echo](results.svg)\n\n{}",
        report.verdict(),
        machine::describe(),
        command(),
        report.text().trim_end().to_owned() + "\n",
    )
}

/// The command of this run, as it is repeated.
fn command() -> String {
    let arguments = std::env::args().skip(1);
    ["bench/run".to_owned()]
        .into_iter()
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Bar, Limit};

    #[test]
    fn the_page_says_what_the_run_said() {
        let mut report = Report::default();
        report.section("Memory");
        report.bars(&[Bar::new("bytes", 341.0, Limit::AtMost(340.0))]);
        let page = page(&report);
        assert!(page.contains("1 of 1 bars do not hold."), "{page}");
        assert!(
            page.contains("## Memory\n") && page.contains("**FAIL**"),
            "{page}"
        );
        assert!(
            page.contains("- Kernel: Linux ") && page.contains("\nbench/run"),
            "{page}"
        );
    }
}
