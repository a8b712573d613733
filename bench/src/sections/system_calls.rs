//! System calls for an echo, counted in a short pass under strace.

use std::fs;
use std::io::{self, Error};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use clap::Args;

use super::{available, named_or_usual, seconds};
use crate::load::Load;
use crate::placement::Placement;
use crate::report::{Bar, Limit, Report, Table};
use crate::server::{Role, Running, Server, Setup, named};
use crate::shape::Shape;

#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Servers to measure
    #[arg(long, value_delimiter = ',', value_name = "NAMES", value_parser = named)]
    pub servers: Vec<&'static Server>,
    /// Connections and bytes of a message
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "SHAPES",
        default_value = "1x64,64x64"
    )]
    pub shapes: Vec<Shape>,
    /// Length of one pass
    #[arg(long, value_name = "S", default_value = "1", value_parser = seconds)]
    pub seconds: f64,
}

/// Calls made once for a connection or for the process.
const SETTING_UP: [&str; 16] = [
    "accept4",
    "accept",
    "epoll_ctl",
    "setsockopt",
    "getsockopt",
    "getsockname",
    "getpeername",
    "ioctl",
    "fcntl",
    "mmap",
    "munmap",
    "mprotect",
    "madvise",
    "brk",
    "close",
    "shutdown",
];

/// A call that comes less often than once in a hundred echoes is not named.
const RARE: f64 = 0.01;

/// Counts for every server with one worker.
pub fn run(options: &Options, report: &mut Report) -> io::Result<()> {
    report.section("System calls");
    if Command::new("strace").arg("-V").output().is_err() {
        report.note("Skipped: strace is not found; install the package strace.");
        return Ok(());
    }
    report.note(
        "Calls for an echo, counted in a short pass under strace, with one worker. Calls that set a connection up are left out.",
    );
    let servers = available(named_or_usual(&options.servers), report);
    Placement::Free.apply()?;
    let mut bars = Vec::new();
    for &shape in &options.shapes {
        let mut table = Table::new(["server", "calls/echo", "of these"]);
        report
            .progress
            .stage(&format!("system calls, {shape}"), servers.len());
        for &server in &servers {
            report.progress.step(server.name);
            match traced(server, shape, options.seconds) {
                Ok(counts) => {
                    let all: f64 = counts.iter().map(|(_, count)| count).sum();
                    table.row([server.name.to_owned(), format!("{all:.2}"), list(&counts)]);
                    bars.extend(bar(server, shape, all));
                }
                Err(error) => report.failure(&format!("{} at {shape}: {error}", server.name)),
            }
        }
        report.table(&shape.to_string(), &table);
    }
    report.bars(&bars);
    Ok(())
}

fn bar(server: &Server, shape: Shape, calls: f64) -> Option<Bar> {
    let limit = match (shape.connections, shape.size, shape.depth) {
        (1, 64, 1) => 3.1,
        (64, 64, 1) => 2.1,
        _ => return None,
    };
    (server.role == Role::Port).then(|| {
        let name = format!("{shape}: system calls for an echo");
        Bar::new(name, calls, Limit::AtMost(limit))
    })
}

fn list(counts: &[(String, f64)]) -> String {
    let often = counts.iter().filter(|(_, count)| *count >= RARE);
    let named: Vec<_> = often
        .map(|(name, count)| format!("{name} {count:.2}"))
        .collect();
    named.join(", ")
}

/// Calls for an echo, by name.
fn traced(server: &'static Server, shape: Shape, seconds: f64) -> io::Result<Vec<(String, f64)>> {
    let summary =
        std::env::temp_dir().join(format!("larboard-bench-{}.strace", std::process::id()));
    let outcome = echoes(server, shape, seconds, &summary);
    let text = fs::read_to_string(&summary);
    // It is not there if strace could not start.
    let _ = fs::remove_file(&summary);
    let echoes = outcome? as f64;
    let counts = counts(&text?).ok_or_else(|| Error::other("strace left no summary"))?;
    let counts = counts
        .into_iter()
        .map(|(name, count)| (name, count as f64 / echoes));
    Ok(counts.collect())
}

fn echoes(server: &'static Server, shape: Shape, seconds: f64, summary: &Path) -> io::Result<u64> {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-c", "-o"]).arg(summary);
    let setup = Setup {
        server,
        workers: server.threads(1, shape.connections).unwrap_or(1),
        buffer: shape.buffer(),
        processor: None,
    };
    let running = Running::start_under(strace, setup)?;
    let mut load = Load::connect(running.address, shape)?;
    Ok(load.drive(Duration::from_secs_f64(seconds))?.messages)
}

/// Calls by name from strace's summary, those for setting up connections left out.
fn counts(summary: &str) -> Option<Vec<(String, u64)>> {
    let calls = summary.lines().filter_map(|line| {
        let columns: Vec<_> = line.split_whitespace().collect();
        // % time, seconds, usecs/call, calls, [errors,] name
        let [share, _, _, count, .., name] = columns[..] else {
            return None;
        };
        share.parse::<f64>().ok()?;
        (!SETTING_UP.contains(&name) && name != "total")
            .then_some((name.to_string(), count.parse().ok()?))
    });
    Some(calls.collect()).filter(|calls: &Vec<_>| !calls.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_of_strace_is_read() {
        let summary = "% time     seconds  usecs/call     calls    errors syscall\n\
            ------ ----------- ----------- --------- --------- ----------------\n\
             60.00    0.100000           1       200        10 recvfrom\n\
             40.00    0.050000           1       100           sendto\n\
              0.00    0.000000           0         3           mmap\n\
            ------ ----------- ----------- --------- --------- ----------------\n\
            100.00    0.150000           1       303        10 total\n";
        let calls = counts(summary).unwrap();
        assert_eq!(
            calls,
            [("recvfrom".to_string(), 200), ("sendto".to_string(), 100)]
        );
        assert_eq!(counts("nothing"), None);
    }

    #[test]
    fn rare_calls_are_not_named() {
        let counts = [("recvfrom".to_string(), 1.0), ("futex".to_string(), 0.001)];
        assert_eq!(list(&counts), "recvfrom 1.00");
    }
}
