//! Servers that do the same job, measured in turn.

use std::io;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use super::Options;
use crate::measure::order;
use crate::placement::Placement;
use crate::report::{Figure, Report, Table, median, median_ratio};
use crate::server::{Running, bench_program};

/// What a load generator has seen done.
pub struct Work {
    /// Connections, bytes, datagrams.
    pub units: u64,
    pub elapsed: Duration,
}

/// What is counted, and how its figures are written.
#[derive(Clone, Copy)]
pub struct Unit {
    pub name: &'static str,
    /// So many of what is counted are one unit.
    pub size: f64,
    /// Digits of units per second.
    pub digits: usize,
}

/// A server and its figures, one for each round.
pub struct Contender {
    name: &'static str,
    program: &'static str,
    arguments: Vec<String>,
    samples: Vec<Sample>,
}

#[derive(Clone, Copy)]
struct Sample {
    /// Microseconds of processor time per unit.
    cpu: f64,
    rate: f64,
    switches: f64,
}

impl Contender {
    pub fn new(name: &'static str, program: &'static str, arguments: &[&str]) -> Self {
        Self {
            name,
            program,
            arguments: arguments.iter().map(ToString::to_string).collect(),
            samples: Vec::new(),
        }
    }

    /// Processor time per unit, as the median of the ratios round by round.
    pub fn cpu(&self, base: &Self) -> Figure {
        median_ratio(&self.samples, &base.samples, |sample| sample.cpu)
    }

    /// Units per second, likewise.
    pub fn rate(&self, base: &Self) -> Figure {
        median_ratio(&self.samples, &base.samples, |sample| sample.rate)
    }

    fn sample(
        &self,
        unit: Unit,
        load: &mut impl FnMut(SocketAddr) -> io::Result<Work>,
    ) -> io::Result<Sample> {
        let processor = Placement::for_workers(1).apply()?;
        let mut command = Command::new(bench_program(self.program)?);
        command
            .args(&self.arguments)
            .args(processor.map(|processor| format!("--pin={processor}")));
        let server = Running::start_command(command, self.name)?;
        let before = server.usage()?;
        let work = load(server.address)?;
        let used = server.usage()? - before;
        let units = work.units as f64 / unit.size;
        Ok(Sample {
            cpu: used.cpu_ns as f64 / 1e3 / units,
            rate: units / work.elapsed.as_secs_f64(),
            switches: used.switches as f64 / units,
        })
    }
}

/// Lets every contender do the job in every round, and shows what came out.
pub fn measure(
    (title, unit): (&str, Unit),
    options: &Options,
    contenders: &mut [Contender],
    mut load: impl FnMut(SocketAddr) -> io::Result<Work>,
    report: &mut Report,
) -> io::Result<()> {
    let steps = contenders.len() * options.rounds;
    report.progress.stage(title, steps);
    for round in 0..options.rounds {
        for index in order(round, contenders.len()) {
            let contender = &mut contenders[index];
            let step = format!("round {}, {}", round + 1, contender.name);
            report.progress.step(&step);
            let sample = contender.sample(unit, &mut load).map_err(|error| {
                io::Error::new(error.kind(), format!("{}: {error}", contender.name))
            })?;
            contender.samples.push(sample);
        }
    }
    report.table(title, &table(unit, contenders));
    Ok(())
}

fn table(unit: Unit, contenders: &[Contender]) -> Table {
    let name = unit.name;
    let mut table = Table::new([
        "server".to_owned(),
        format!("CPU µs/{name}"),
        format!("{name}/s"),
        format!("switches/{name}"),
    ]);
    for one in contenders {
        let middle = |figure: fn(&Sample) -> f64| median(one.samples.iter().map(figure));
        let (cpu, rate) = (
            one.cpu(&contenders[0]).value,
            one.rate(&contenders[0]).value,
        );
        table.row([
            one.name.to_owned(),
            format!("{:.2} ({cpu:.3})", middle(|sample| sample.cpu)),
            format!(
                "{:.*} ({rate:.3})",
                unit.digits,
                middle(|sample| sample.rate)
            ),
            format!("{:.3}", middle(|sample| sample.switches)),
        ]);
    }
    table
}
