//! Servers that compute for each message: whether a port tells long handlers from short ones, and what it makes of it.

mod latency;

use std::io;

use clap::Args;

use super::{count, seconds};
use crate::load::Engine;
use crate::measure::{Conditions, Series, rounds};
use crate::placement::Placement;
use crate::report::{Bar, Limit, Report, Table};
use crate::server::{Server, port_server};
use crate::shape::Shape;

/// More clients than workers, so that there is always a message to compute for.
const SHAPE: Shape = Shape::new(64, 64);

const WORKERS: usize = 2;

/// What two series of the same server differ by on these machines is not told from nothing.
const AS_GOOD_AS: f64 = 0.98;

/// The port as it is, and with its mode fixed.
struct Modes {
    work: &'static str,
    servers: [Server; 3],
}

static MODES: [Modes; 2] = [
    Modes {
        work: "20 µs",
        servers: [
            port_server("port", &["--work=20"]),
            port_server("fixed to short", &["--work=20", "--handlers=short"]),
            port_server("fixed to long", &["--work=20", "--handlers=long"]),
        ],
    },
    Modes {
        work: "200 µs",
        servers: [
            port_server("port", &["--work=200"]),
            port_server("fixed to short", &["--work=200", "--handlers=short"]),
            port_server("fixed to long", &["--work=200", "--handlers=long"]),
        ],
    },
];

#[derive(Args, Clone, Debug)]
pub struct Options {
    /// How often each is measured
    #[arg(long, value_name = "N", default_value = "5", value_parser = count)]
    pub rounds: usize,
    /// Length of one measurement
    #[arg(long, value_name = "S", default_value = "2", value_parser = seconds)]
    pub seconds: f64,
}

/// Measures throughput and latency.
pub fn run(options: &Options, report: &mut Report) -> io::Result<()> {
    report.section("Long handlers");
    report.note(
        "A port that computes for each message, with two workers. The port finds out itself whether its handlers are long; beside it stands the same \
         port with the answer given.",
    );
    let mut bars = Vec::new();
    for modes in &MODES {
        bars.extend(throughput(options, modes, report)?);
    }
    bars.push(latency::measure(report)?);
    report.bars(&bars);
    Ok(())
}

fn throughput(
    options: &Options,
    modes: &'static Modes,
    report: &mut Report,
) -> io::Result<Option<Bar>> {
    let conditions = Conditions {
        shape: SHAPE,
        buffer: SHAPE.buffer(),
        placement: Placement::Free,
        engine: Engine::Raw,
        rounds: options.rounds,
        seconds: options.seconds,
    };
    let title = format!("{} of work for each message, {SHAPE}", modes.work);
    let contenders: Vec<_> = modes
        .servers
        .iter()
        .map(|server| Series::new(server, WORKERS))
        .collect();
    let steps = contenders.len() * options.rounds;
    report.progress.stage(&title, steps);
    let series = rounds(&conditions, contenders, report)?;
    let mut table = Table::new(["server", "messages/s", "p50 µs", "p99 µs", "CPU µs/message"]);
    for one in &series {
        table.row([
            one.server.name.to_owned(),
            format!("{:.0}", one.median(|sample| sample.rate)),
            format!("{:.0}", one.median(|sample| sample.p50)),
            format!("{:.0}", one.median(|sample| sample.p99)),
            format!("{:.1}", one.median(|sample| sample.cpu)),
        ]);
    }
    report.table(&title, &table);
    let [ours, short, long] = &series[..] else {
        return Ok(None); // one has failed, and the report says so
    };
    let rate = |one: &Series| one.median(|sample| sample.rate);
    let better = if rate(short) > rate(long) {
        short
    } else {
        long
    };
    let ratio = ours.ratio(better, |sample| sample.rate);
    let name = format!("{}: messages/s / the better of both modes", modes.work);
    Ok(Some(Bar::new(name, ratio, Limit::AtLeast(AS_GOOD_AS))))
}
