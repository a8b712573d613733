//! The paired comparison of the echo servers.

use std::fs;
use std::io::{self, Error};
use std::time::Duration;

use larboard_bench::cpu;

use crate::load::Load;
use crate::memory;
use crate::report::{Bar, Limit, median};
use crate::server::{Kind, Model, Server, Setup};
use crate::{DEFAULT_CONNECTIONS, Options};

/// Bytes per receive of every server.
const BUFFER: usize = 512;

/// One measurement of one server.
#[derive(Clone, Copy, Debug)]
struct Sample {
    cpu_us: f64,
    messages_per_second: f64,
    p50: f64,
    p99: f64,
    switches: f64,
}

/// A server of a comparison and all its samples, one for each round.
struct Series {
    kind: Kind,
    workers: usize,
    samples: Vec<Sample>,
}

impl Series {
    fn new(kind: Kind, workers: usize) -> Self {
        Self {
            kind,
            workers,
            samples: Vec::new(),
        }
    }

    fn median(&self, figure: impl Fn(&Sample) -> f64) -> f64 {
        median(self.samples.iter().map(figure))
    }

    /// The median of the ratios round by round.
    fn ratio(&self, base: &Self, figure: impl Fn(&Sample) -> f64) -> f64 {
        median(
            self.samples
                .iter()
                .zip(&base.samples)
                .map(|(ours, raw)| figure(ours) / figure(raw)),
        )
    }
}

/// Measures every combination and prints it; returns the bars.
pub fn run(options: &Options) -> io::Result<Vec<Bar>> {
    let mut bars = Vec::new();
    for &workers in &options.workers {
        for &connections in &options.connections {
            let series = measure(options, contenders(options, workers), connections)?;
            print(workers, connections, &series);
            judge(workers, connections, &series, &mut bars);
        }
    }
    Ok(bars)
}

/// Raw epoll with one thread, which is what the bars refer to; raw epoll with as many threads as ours has, if that differs; ours.
fn contenders(options: &Options, workers: usize) -> Vec<Series> {
    let ours = if options.skip {
        Kind::PortSkip
    } else {
        Kind::Port
    };
    let mut series = vec![Series::new(Kind::RawEpoll, 1), Series::new(ours, workers)];
    if workers > 1 {
        series.insert(1, Series::new(Kind::RawEpoll, workers));
    }
    series
}

/// Pairs each model with raw epoll; returns the bars.
pub fn run_models(options: &Options, models: &[Model]) -> io::Result<Vec<Bar>> {
    memory::raise_file_limit()?;
    let mut bars = Vec::new();
    let given = (options.connections != DEFAULT_CONNECTIONS).then_some(&options.connections[..]);
    for &model in models {
        for &connections in given.unwrap_or(model.connections()) {
            let threads = connections.div_ceil(model.clients_per_thread());
            let contenders = vec![
                Series::new(Kind::RawEpoll, 1),
                Series::new(Kind::Model(model), threads),
            ];
            let series = measure(options, contenders, connections)?;
            print(threads, connections, &series);
            if threads == 1 && connections <= 64 {
                let ratio = series[1].ratio(&series[0], |sample| sample.cpu_us);
                let name = format!(
                    "CPU / raw epoll, {}, {connections} connection(s)",
                    model.name()
                );
                bars.push(Bar::new(name, ratio, Limit::AtMost(model.bar())));
            }
        }
    }
    Ok(bars)
}

fn measure(
    options: &Options,
    mut series: Vec<Series>,
    connections: usize,
) -> io::Result<Vec<Series>> {
    let workers = series.iter().map(|one| one.workers).max().unwrap_or(1);
    // With one worker, server and client have a processor each. With more, the system places the threads.
    let processors = cpu::allowed();
    let pin = (workers == 1 && processors.len() > 1).then(|| processors[0]);
    if let (Some(_), Some(other)) = (pin, processors.get(1)) {
        cpu::pin(*other);
    }
    for round in 0..options.rounds {
        // Whoever comes first in one round comes last in the next.
        let order: Vec<_> = if round % 2 == 0 {
            (0..series.len()).collect()
        } else {
            (0..series.len()).rev().collect()
        };
        for index in order {
            let Series { kind, workers, .. } = series[index];
            let setup = Setup {
                kind,
                workers,
                buffer: BUFFER,
                pin,
            };
            series[index]
                .samples
                .push(sample(setup, connections, options)?);
        }
    }
    cpu::pin_to(&processors);
    Ok(series)
}

fn sample(setup: Setup, connections: usize, options: &Options) -> io::Result<Sample> {
    let server = Server::start(setup)?;
    let mut load = Load::connect(server.address, connections, options.size)?;
    load.drive(Duration::from_secs_f64(options.seconds / 5.0))?;
    let before = server.usage()?;
    let seen = load.drive(Duration::from_secs_f64(options.seconds))?;
    let used = server.usage()? - before;
    let messages = seen.messages as f64;
    Ok(Sample {
        cpu_us: used.cpu_ns as f64 / 1e3 / messages,
        messages_per_second: seen.messages_per_second(),
        p50: seen.quantile(0.5),
        p99: seen.quantile(0.99),
        switches: used.switches as f64 / messages,
    })
}

fn print(workers: usize, connections: usize, series: &[Series]) {
    println!(
        "\n{workers} worker(s), {connections} connection(s): medians; in brackets the median ratio to raw epoll with one thread"
    );
    println!(
        "{:<22} {:>18} {:>20} {:>17} {:>17} {:>10}",
        "server", "CPU us/echo", "messages/s", "p50 us", "p99 us", "switches"
    );
    for one in series {
        let cell = |figure: fn(&Sample) -> f64, digits: usize| {
            format!(
                "{:.digits$} ({:.3})",
                one.median(figure),
                one.ratio(&series[0], figure)
            )
        };
        println!(
            "{:<22} {:>18} {:>20} {:>17} {:>17} {:>10.3}",
            format!("{}, {} thread(s)", one.kind.name(), one.workers),
            cell(|sample| sample.cpu_us, 3),
            cell(|sample| sample.messages_per_second, 0),
            cell(|sample| sample.p50, 1),
            cell(|sample| sample.p99, 1),
            one.median(|sample| sample.switches),
        );
    }
}

/// The bars for one and two workers and the usual numbers of connections.
fn judge(workers: usize, connections: usize, series: &[Series], bars: &mut Vec<Bar>) {
    let (raw, ours) = (&series[0], &series[series.len() - 1]);
    let mut bar = |name: &str, figure: fn(&Sample) -> f64, limit| {
        let name = format!("{name} / raw epoll, {workers} worker(s), {connections} connection(s)");
        bars.push(Bar::new(name, ours.ratio(raw, figure), limit));
    };
    match (workers, connections) {
        (1, _) => {
            bar("CPU", |sample| sample.cpu_us, Limit::AtMost(1.05));
            bar(
                "messages/s",
                |sample| sample.messages_per_second,
                Limit::AtLeast(0.97),
            );
        }
        (2, 1) => {
            bar("CPU", |sample| sample.cpu_us, Limit::AtMost(1.15));
            bar("p50", |sample| sample.p50, Limit::AtMost(1.10));
        }
        (2, _) => bar("CPU", |sample| sample.cpu_us, Limit::AtMost(1.10)),
        _ => {}
    }
}

/// Counts system calls per echo under strace.
pub fn count_system_calls(options: &Options) -> io::Result<Vec<Bar>> {
    let mut bars = Vec::new();
    for &connections in &options.connections {
        for series in contenders(options, 1) {
            let summary =
                std::env::temp_dir().join(format!("larboard-bench-{}.strace", std::process::id()));
            let setup = Setup {
                kind: series.kind,
                workers: 1,
                buffer: BUFFER,
                pin: None,
            };
            let messages = {
                let server = Server::start_traced(setup, &summary)?;
                let mut load = Load::connect(server.address, connections, options.size)?;
                load.drive(Duration::from_secs_f64(options.seconds))?
                    .messages as f64
            };
            let text = fs::read_to_string(&summary);
            fs::remove_file(&summary)?;
            let counts =
                system_calls(&text?).ok_or_else(|| Error::other("strace left no summary"))?;
            let per_echo = |count: u64| count as f64 / messages;
            println!(
                "\n{}, {connections} connection(s), {messages} echoes under strace; calls per echo:",
                series.kind.name()
            );
            for (name, count) in counts.iter().filter(|(_, count)| per_echo(*count) >= 0.01) {
                println!("  {name:<16} {:.3}", per_echo(*count));
            }
            let serving: u64 = counts.iter().map(|(_, count)| count).sum();
            println!("  {:<16} {:.3}", "all", per_echo(serving));
            if series.kind != Kind::RawEpoll {
                let limit = if connections == 1 { 3.1 } else { 2.1 };
                bars.push(Bar::new(
                    format!("system calls per echo, {connections} connection(s)"),
                    per_echo(serving),
                    Limit::AtMost(limit),
                ));
            }
        }
    }
    Ok(bars)
}

/// Calls by name from strace's summary, those for setting up connections left out.
fn system_calls(summary: &str) -> Option<Vec<(String, u64)>> {
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

/// Calls made once for a connection or for the process.
const SETTING_UP: [&str; 14] = [
    "accept4",
    "accept",
    "epoll_ctl",
    "setsockopt",
    "getsockopt",
    "getsockname",
    "ioctl",
    "fcntl",
    "mmap",
    "munmap",
    "mprotect",
    "madvise",
    "brk",
    "close",
];

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
        let calls = system_calls(summary).unwrap();
        assert_eq!(
            calls,
            [("recvfrom".to_string(), 200), ("sendto".to_string(), 100)]
        );
        assert_eq!(system_calls("nothing"), None);
    }
}
