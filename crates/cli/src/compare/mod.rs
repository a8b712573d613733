//! `larboard compare`: every model in turn as a server process of its own, under the same verified load.

mod chart;
pub mod figures;
mod html;
mod measure;
mod server;
pub mod system_calls;
pub mod table;
mod verdict;

use std::fs::{self, File};
use std::path::Path;
use std::thread;

use indicatif::{ProgressBar, ProgressStyle};

use self::figures::Comparison;
use crate::args::CompareArgs;
use crate::console;
use crate::failure::Failure;
use crate::limits;
use crate::model::Model;

/// Bytes in a message.
const SIZE: usize = 64;
/// Messages each client has under way.
const DEPTH: usize = 1;

/// Measures, prints the table and what it shows, and writes the files asked for.
pub fn run(args: &CompareArgs) -> Result<(), Failure> {
    // Found out now rather than after a minute of measuring; an older file stays whole until then.
    args.json.iter().chain(&args.html).try_for_each(|path| {
        let file = File::options().append(true).create(true).open(path);
        file.map(drop).map_err(|error| unwritable(path, error))
    })?;
    limits::raise_open_files();
    let comparison = measure_all(args)?;
    console::print_line(&table::render(&comparison).to_string())?;
    console::print_line(&format!(
        "\n{}\n\n{}",
        verdict::verdict(&comparison),
        table::NOTES
    ))?;
    if let Some(path) = &args.json {
        let json = serde_json::to_string_pretty(&comparison).map_err(Failure::new)?;
        fs::write(path, json + "\n").map_err(|error| unwritable(path, error))?;
    }
    if let Some(path) = &args.html {
        fs::write(path, html::render(&comparison)?).map_err(|error| unwritable(path, error))?;
    }
    match comparison.cells.iter().map(|cell| cell.errors).sum() {
        0 => Ok(()),
        failed => Err(Failure::new(format_args!(
            "{failed:?} clients broke off or got wrong bytes"
        ))),
    }
}

fn measure_all(args: &CompareArgs) -> Result<Comparison, Failure> {
    let models = if args.models.is_empty() {
        Model::ALL
    } else {
        &args.models
    };
    let runs = models.len() * args.connections.len();
    let bar = ProgressBar::new(runs as u64).with_style(
        ProgressStyle::with_template("{spinner} [{bar:30}] {pos}/{len} {msg}")
            .expect("a valid template")
            .progress_chars("━╸ "),
    );
    let mut cells = Vec::with_capacity(runs);
    for &connections in &args.connections {
        for &model in models {
            let connections = connections as usize;
            bar.set_message(format!("{model}, {}", table::clients(connections)));
            let plan = measure::Plan {
                model,
                connections,
                size: SIZE,
                depth: DEPTH,
                time: args.seconds,
            };
            cells.push(measure::cell(&plan, || bar.tick())?);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    Ok(Comparison {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        kernel: fs::read_to_string("/proc/sys/kernel/osrelease")
            .unwrap_or_default()
            .trim()
            .to_owned(),
        processors: thread::available_parallelism().map_or(1, usize::from),
        size: SIZE,
        depth: DEPTH,
        seconds: args.seconds.as_secs_f64(),
        cells,
    })
}

fn unwritable(path: &Path, error: std::io::Error) -> Failure {
    Failure::new(format_args!("{}: {error}", path.display()))
}
