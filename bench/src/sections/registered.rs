//! Registered I/O where it should bring most: many small messages on their way on each connection.

use std::io::{self, Error};

use clap::Args;

use super::{count, echo, seconds};
use crate::load::Engine;
use crate::measure::{Conditions, rounds};
use crate::placement::Placement;
use crate::report::{Bar, Limit, Report};
use crate::server::named;
use crate::shape::Shape;

const SHAPE: Shape = Shape::new(64, 64).deep(16);

/// Bytes per receive: the servers' usual ones, for which the messages on their way come in two, and enough for all of them.
const BUFFERS: [usize; 2] = [512, 1024];

#[derive(Args, Clone, Debug)]
pub struct Options {
    /// How often each is measured
    #[arg(long, value_name = "N", default_value = "5", value_parser = count)]
    pub rounds: usize,
    /// Length of one measurement
    #[arg(long, value_name = "S", default_value = "2", value_parser = seconds)]
    pub seconds: f64,
}

/// Measures the pairs.
pub fn run(options: &Options, report: &mut Report) -> io::Result<()> {
    report.section("Registered I/O");
    report.note(
        "64 connections with 16 messages of 64 bytes on their way on each, 1024 bytes. With receives of 512 bytes a server on system calls \
         needs two for them; registered I/O has two requests waiting, and Linux takes them together. With receives of 1024 bytes all do with \
         one, and what is left is the work of TCP.",
    );
    let mut bars = Vec::new();
    for buffer in BUFFERS {
        let conditions = Conditions {
            shape: SHAPE,
            buffer,
            placement: Placement::for_workers(1),
            engine: Engine::Raw,
            rounds: options.rounds,
            seconds: options.seconds,
        };
        let servers = [
            named("rio").map_err(Error::other)?,
            named("port").map_err(Error::other)?,
        ];
        let contenders = echo::contenders(&servers, 1, SHAPE)?;
        let title = format!("{SHAPE}, one worker, receives of {buffer} bytes");
        let steps = contenders.len() * options.rounds;
        report.progress.stage(&title, steps);
        let series = rounds(&conditions, contenders, report)?;
        echo::show(&title, &series, report)?;
        let rio = series.iter().find(|one| one.server.name == "rio");
        bars.extend(rio.map(|rio| {
            let ratio = rio.ratio(&series[0], |sample| sample.cpu);
            let name = format!("{SHAPE}, receives of {buffer} bytes: CPU of rio / raw epoll");
            Bar::new(name, ratio, Limit::AtMost(0.8))
        }));
    }
    report.bars(&bars);
    Ok(())
}
