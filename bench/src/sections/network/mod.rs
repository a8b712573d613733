//! What a network server does beside echoing on connections that stay: short connections, large transfers, datagrams. Each job is done
//! by a program on the Win32 functions and by a raw Linux program, in pairs.

mod clients;
mod contest;
mod datagram;
mod file;
mod short;

use std::io;

use clap::{Args, ValueEnum};

use super::{count, seconds};
use crate::report::{Bar, Report};

/// The jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Job {
    /// Connections are accepted and closed
    Accept,
    /// A connection for each message: connect, one echo, close
    Churn,
    /// A large file to a client that discards it
    File,
    /// Echoes of datagrams
    Datagram,
}

#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Jobs to measure
    #[arg(value_enum, value_name = "JOBS", default_values = ["accept", "churn", "file", "datagram"])]
    pub jobs: Vec<Job>,
    /// How often each server is measured
    #[arg(long, value_name = "N", default_value = "5", value_parser = count)]
    pub rounds: usize,
    /// Length of one measurement; the file takes as long as it takes
    #[arg(long, value_name = "S", default_value = "2", value_parser = seconds)]
    pub seconds: f64,
}

impl Options {
    /// Every job.
    pub fn all(rounds: usize, seconds: f64) -> Self {
        Self {
            jobs: Job::value_variants().to_vec(),
            rounds,
            seconds,
        }
    }
}

/// Measures the jobs.
pub fn run(options: &Options, report: &mut Report) -> io::Result<()> {
    report.section("Network jobs");
    report.note(
        "Programs of one thread. Medians of the rounds; in brackets the median of the ratios to the first server of the table in the same \
         round. CPU is the processor time of the server.",
    );
    let mut bars: Vec<Bar> = Vec::new();
    for job in &options.jobs {
        bars.extend(match job {
            Job::Accept => short::accept(options, report)?,
            Job::Churn => short::churn(options, report)?,
            Job::File => file::run(options, report)?,
            Job::Datagram => datagram::run(options, report)?,
        });
    }
    report.bars(&bars);
    Ok(())
}
