//! The notification models of Winsock, each in a pair with raw epoll with one thread.

use std::io::{self, Error};

use clap::Args;

use super::{available, count, echo, seconds};
use crate::load::Engine;
use crate::measure::{Conditions, Series, rounds};
use crate::placement::Placement;
use crate::report::{Bar, Limit, Report};
use crate::server::{Server, named};
use crate::shape::Shape;

/// A model's server, the numbers of connections worth measuring, and what an echo may cost at 50, as a multiple of raw epoll's.
const MODELS: [(&str, &[usize], f64); 5] = [
    ("overlapped-event", &[50], 1.5),
    ("overlapped-routine", &[50], 1.1),
    ("event-select", &[50], 1.5),
    ("async-select", &[50, 500, 5000], 1.5),
    ("select", &[50, 500, 5000], 2.5),
];

#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Models to measure
    #[arg(long, value_delimiter = ',', value_name = "NAMES", value_parser = model)]
    pub models: Vec<&'static Server>,
    /// How often each is measured
    #[arg(long, value_name = "N", default_value = "5", value_parser = count)]
    pub rounds: usize,
    /// Length of one measurement
    #[arg(long, value_name = "S", default_value = "2", value_parser = seconds)]
    pub seconds: f64,
}

fn model(name: &str) -> Result<&'static Server, String> {
    let names = MODELS.map(|model| model.0);
    match names.contains(&name) {
        true => named(name),
        false => Err(format!(
            "there is no model '{name}'; the models are {}",
            names.join(", ")
        )),
    }
}

/// Measures the pairs.
pub fn run(options: &Options, report: &mut Report) -> io::Result<()> {
    report.section("Notification models");
    report.note(
        "Each model in a pair with raw epoll with one thread, measured as above. Models that wait for events put 63 clients on a thread.",
    );
    let mut bars = Vec::new();
    for (name, connections, limit) in MODELS {
        let chosen = options.models.is_empty() || options.models.iter().any(|one| one.name == name);
        let servers = if chosen {
            vec![named(name).map_err(Error::other)?]
        } else {
            Vec::new()
        };
        for server in available(servers, report) {
            for &connections in connections {
                bars.extend(pair(options, server, connections, limit, report)?);
            }
        }
    }
    report.bars(&bars);
    Ok(())
}

fn pair(
    options: &Options,
    server: &'static Server,
    connections: usize,
    limit: f64,
    report: &mut Report,
) -> io::Result<Option<Bar>> {
    let shape = Shape::new(connections, 64);
    let conditions = Conditions {
        shape,
        buffer: shape.buffer(),
        placement: Placement::for_workers(1),
        engine: Engine::Raw,
        rounds: options.rounds,
        seconds: options.seconds,
    };
    let contenders = echo::contenders(&[server], 1, shape)?;
    let title = format!("{}, {shape}", server.name);
    report
        .progress
        .stage(&title, contenders.len() * options.rounds);
    let series: Vec<Series> = rounds(&conditions, contenders, report)?;
    echo::show(&title, &series, report)?;
    let model = series.get(1).filter(|_| connections == 50);
    Ok(model.map(|model| {
        let ratio = model.ratio(&series[0], |sample| sample.cpu);
        let name = format!("{shape}, {}: CPU / raw epoll", server.name);
        Bar::new(name, ratio, Limit::AtMost(limit))
    }))
}
