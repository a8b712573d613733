//! Rounds: every server is measured in every round, in another order each time, and compared with the others of that round.

use std::io;

use crate::load::{Engine, Seen};
use crate::placement::Placement;
use crate::report::{Figure, Report, median, median_ratio};
use crate::server::{Running, Server, Setup, Usage};
use crate::shape::Shape;

/// What all servers of a comparison have in common.
#[derive(Clone, Copy, Debug)]
pub struct Conditions {
    pub shape: Shape,
    /// Bytes per receive of the servers.
    pub buffer: usize,
    pub placement: Placement,
    pub engine: Engine,
    pub rounds: usize,
    pub seconds: f64,
}

/// One measurement of one server.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Processor time of the server for each echo, in microseconds.
    pub cpu: f64,
    /// Messages per second.
    pub rate: f64,
    /// Latency in microseconds.
    pub p50: f64,
    pub p99: f64,
    pub p999: f64,
    /// Context switches of the server for each echo.
    pub switches: f64,
    /// Processors the server kept busy.
    pub busy: f64,
}

impl Sample {
    pub fn new(seen: &Seen, used: Usage) -> Self {
        let messages = seen.messages as f64;
        Self {
            cpu: used.cpu_ns as f64 / 1e3 / messages,
            rate: messages / seen.elapsed.as_secs_f64(),
            p50: seen.p50,
            p99: seen.p99,
            p999: seen.p999,
            switches: used.switches as f64 / messages,
            busy: used.cpu_ns as f64 / 1e9 / seen.elapsed.as_secs_f64(),
        }
    }
}

/// A server of a comparison and its samples, one for each round.
#[derive(Debug)]
pub struct Series {
    pub server: &'static Server,
    pub threads: usize,
    samples: Vec<Sample>,
    /// Why it was given up.
    failure: Option<String>,
}

impl Series {
    pub fn new(server: &'static Server, threads: usize) -> Self {
        Self {
            server,
            threads,
            samples: Vec::new(),
            failure: None,
        }
    }

    /// The name for a table.
    pub fn label(&self) -> String {
        match self.threads {
            1 => self.server.name.to_owned(),
            threads => format!("{}, {threads} threads", self.server.name),
        }
    }

    pub fn median(&self, figure: impl Fn(&Sample) -> f64) -> f64 {
        median(self.samples.iter().map(figure))
    }

    /// The median of the ratios round by round.
    pub fn ratio(&self, base: &Self, figure: impl Fn(&Sample) -> f64) -> Figure {
        median_ratio(&self.samples, &base.samples, figure)
    }

    #[cfg(test)]
    pub fn with_samples(mut self, samples: &[Sample]) -> Self {
        self.samples = samples.to_vec();
        self
    }
}

/// Measures them all. A server that fails is reported and left out of what comes back.
pub fn rounds(
    conditions: &Conditions,
    mut series: Vec<Series>,
    report: &mut Report,
) -> io::Result<Vec<Series>> {
    for round in 0..conditions.rounds {
        for index in order(round, series.len()) {
            let one = &mut series[index];
            let step = format!("round {}, {}", round + 1, one.label());
            report.progress.step(&step);
            if one.failure.is_some() {
                continue;
            }
            match sample(conditions, one.server, one.threads) {
                Ok(sample) => one.samples.push(sample),
                Err(error) => one.failure = Some(error.to_string()),
            }
        }
    }
    for one in &series {
        if let Some(failure) = &one.failure {
            let (label, shape) = (one.label(), conditions.shape);
            report.failure(&format!("{label} at {shape}: {failure}"));
        }
    }
    series.retain(|one| one.failure.is_none());
    Ok(series)
}

/// The order of a round: each begins with another server, and every other one runs backwards.
pub fn order(round: usize, count: usize) -> Vec<usize> {
    let forwards = |place| (round + place) % count;
    let backwards = |place| (round + (count - place)) % count;
    match round % 2 {
        0 => (0..count).map(forwards).collect(),
        _ => (0..count).map(backwards).collect(),
    }
}

fn sample(conditions: &Conditions, server: &'static Server, threads: usize) -> io::Result<Sample> {
    let processor = conditions.placement.apply()?;
    let running = Running::start(Setup {
        server,
        workers: threads,
        buffer: conditions.buffer,
        processor,
    })?;
    let (seen, used) = conditions.engine.measure(&running, conditions)?;
    Ok(Sample::new(&seen, used))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_round_has_everybody_once_and_another_one_first() {
        let mut firsts = Vec::new();
        for round in 0..4 {
            let mut order = order(round, 4);
            firsts.push(order[0]);
            order.sort_unstable();
            assert_eq!(order, [0, 1, 2, 3]);
        }
        assert_eq!(firsts, [0, 1, 2, 3]);
    }
}
