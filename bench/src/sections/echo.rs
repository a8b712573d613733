//! The echo servers under load, each with one worker and with more.

use std::io::{self, Error};

use clap::Args;

use super::{available, count, named_or_usual, seconds};
use crate::load::Engine;
use crate::measure::{Conditions, Sample, Series, rounds};
use crate::placement::Placement;
use crate::report::{Bar, Chart, ChartBar, Figure, Limit, Report, Table};
use crate::server::{Role, Server, named};
use crate::shape::Shape;

/// Shapes that the picture shows.
const PICTURED: [Shape; 2] = [Shape::new(64, 64), Shape::new(1000, 64)];

#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Servers to measure; raw-epoll is always among them
    #[arg(long, value_delimiter = ',', value_name = "NAMES", value_parser = named)]
    pub servers: Vec<&'static Server>,
    /// Connections, bytes of a message, and messages on their way on each connection: 64x4096, 64x64p16
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "SHAPES",
        default_value = "1x64,64x64,1000x64"
    )]
    pub shapes: Vec<Shape>,
    /// Where server and load generator run [default: cross for one worker, free for more]
    #[arg(long, value_enum, value_name = "WHERE")]
    pub pin: Option<Placement>,
    /// How often each server is measured
    #[arg(long, value_name = "N", default_value = "5", value_parser = count)]
    pub rounds: usize,
    /// Length of one measurement
    #[arg(long, value_name = "S", default_value = "2", value_parser = seconds)]
    pub seconds: f64,
    /// Threads of the servers
    #[arg(long, value_delimiter = ',', value_name = "N", default_value = "1,2", value_parser = count)]
    pub workers: Vec<usize>,
    /// What loads the servers
    #[arg(long, value_enum, value_name = "ENGINE", default_value = "raw")]
    pub load: Engine,
}

/// Measures every combination.
pub fn run(options: &Options, report: &mut Report) -> io::Result<()> {
    let most = options.workers.iter().max().copied().unwrap_or(1);
    if options.pin == Some(Placement::Cross) && most > 1 {
        return Err(Error::other(
            "--pin cross is for one worker; add --workers 1, or leave --pin away",
        ));
    }
    report.section("Echo");
    report.note(
        "Medians of the rounds; in brackets the median of the ratios to raw epoll with one thread in the same round. CPU is the processor time of \
         all threads of the server for one echo; busy is how many processors the server kept busy.",
    );
    let servers = available(named_or_usual(&options.servers), report);
    let mut bars = Vec::new();
    for &workers in &options.workers {
        for &shape in &options.shapes {
            let conditions = Conditions {
                shape,
                buffer: shape.buffer(),
                placement: options.pin.unwrap_or(Placement::for_workers(workers)),
                engine: options.load,
                rounds: options.rounds,
                seconds: options.seconds,
            };
            let contenders = contenders(&servers, workers, shape)?;
            if contenders.len() < 2 {
                continue;
            }
            let title = title(workers, &conditions);
            report
                .progress
                .stage(&title, contenders.len() * conditions.rounds);
            let series = rounds(&conditions, contenders, report)?;
            show(&title, &series, report)?;
            bars.extend(judge(workers, &conditions, &series));
            if workers == 1 && PICTURED.contains(&shape) {
                chart(shape, &series, report);
            }
        }
    }
    report.bars(&bars);
    Ok(())
}

/// Raw epoll with one thread, which is what the ratios refer to, and whoever can have so many workers.
pub fn contenders(
    servers: &[&'static Server],
    workers: usize,
    shape: Shape,
) -> io::Result<Vec<Series>> {
    let yardstick = named("raw-epoll").map_err(Error::other)?;
    let mut series = vec![Series::new(yardstick, 1)];
    for server in servers {
        let threads = server.threads(workers, shape.connections);
        series.extend(threads.map(|threads| Series::new(server, threads)));
    }
    let mut seen = Vec::new();
    series.retain(|one| {
        let identity = (one.server.name, one.threads);
        let new = !seen.contains(&identity);
        seen.push(identity);
        new
    });
    Ok(series)
}

fn title(workers: usize, conditions: &Conditions) -> String {
    let Conditions {
        shape, placement, ..
    } = conditions;
    format!("{shape}, {}, {}", count_of(workers), placement.describe())
}

fn count_of(workers: usize) -> String {
    match workers {
        1 => "one worker".to_owned(),
        workers => format!("{workers} workers"),
    }
}

/// The table of a comparison; its first series is the yardstick.
pub fn show(title: &str, series: &[Series], report: &mut Report) -> io::Result<()> {
    let yardstick = series
        .first()
        .filter(|one| one.server.role == Role::Yardstick);
    let yardstick = yardstick.ok_or_else(|| Error::other("raw epoll could not be measured"))?;
    let mut table = Table::new([
        "server",
        "CPU µs/echo",
        "messages/s",
        "p50 µs",
        "p99 µs",
        "p99.9 µs",
        "switches/echo",
        "busy",
    ]);
    for one in series {
        let pair = |figure: fn(&Sample) -> f64, digits: usize| {
            let (value, ratio) = (one.median(figure), one.ratio(yardstick, figure).value);
            format!("{value:.digits$} ({ratio:.3})")
        };
        table.row([
            one.label(),
            pair(|sample| sample.cpu, 2),
            pair(|sample| sample.rate, 0),
            pair(|sample| sample.p50, 1),
            pair(|sample| sample.p99, 1),
            pair(|sample| sample.p999, 1),
            format!("{:.3}", one.median(|sample| sample.switches)),
            format!("{:.2}", one.median(|sample| sample.busy)),
        ]);
    }
    report.table(title, &table);
    Ok(())
}

/// The bars of the completion port in one comparison.
fn judge(workers: usize, conditions: &Conditions, series: &[Series]) -> Vec<Bar> {
    let Some(port) = series.iter().find(|one| one.server.role == Role::Port) else {
        return Vec::new();
    };
    let mut bars = Vec::new();
    against_raw(workers, conditions, port, &series[0], &mut bars);
    against_peers(workers, conditions, port, series, &mut bars);
    bars.extend(from_cpp(workers, conditions, port, series));
    bars
}

/// The same server in C++ may cost a little more, for it passes the wall that the linker optimises away in Rust.
fn from_cpp(
    workers: usize,
    conditions: &Conditions,
    port: &Series,
    series: &[Series],
) -> Option<Bar> {
    let cpp = series.iter().find(|one| one.server.name == "port-cpp")?;
    let name = format!(
        "{}, {}: CPU of port-cpp / port",
        conditions.shape,
        count_of(workers)
    );
    let ratio = cpp.ratio(port, |sample| sample.cpu);
    Some(Bar::new(name, ratio, Limit::AtMost(1.03)))
}

/// What the port may cost at most, and must bring at least, compared with raw epoll. For messages of 64 bytes, one at a time.
fn against_raw(
    workers: usize,
    conditions: &Conditions,
    port: &Series,
    raw: &Series,
    bars: &mut Vec<Bar>,
) {
    let shape = conditions.shape;
    let mut bar = |name: &str, figure: fn(&Sample) -> f64, limit| {
        let name = format!("{shape}, {}: {name} / raw epoll", count_of(workers));
        bars.push(Bar::new(name, port.ratio(raw, figure), limit));
    };
    if (shape.size, shape.depth) != (64, 1) || shape.connections > 1000 {
        return;
    }
    match (workers, shape.connections) {
        (1, _) => {
            bar("CPU", |sample| sample.cpu, Limit::AtMost(1.05));
            if conditions.placement == Placement::Cross {
                bar("messages/s", |sample| sample.rate, Limit::AtLeast(0.97));
            }
        }
        (2, 1) => {
            bar("CPU", |sample| sample.cpu, Limit::AtMost(1.15));
            bar("p50", |sample| sample.p50, Limit::AtMost(1.10));
        }
        (2, _) => bar("CPU", |sample| sample.cpu, Limit::AtMost(1.10)),
        _ => {}
    }
}

/// No peer with as many workers may be better; tokio with more than one has to be worse by a tenth.
fn against_peers(
    workers: usize,
    conditions: &Conditions,
    port: &Series,
    series: &[Series],
    bars: &mut Vec<Bar>,
) {
    let Conditions {
        shape, placement, ..
    } = *conditions;
    let peers = || series.iter().filter(|one| one.server.role == Role::Peer);
    let head = format!("{shape}, {}:", count_of(workers));
    if let Some((ratio, peer)) = closest(peers(), port, |sample| sample.cpu, f64::max) {
        let name = format!("{head} CPU / best peer ({peer})");
        bars.push(Bar::new(name, ratio, Limit::AtMost(1.0)));
    }
    let several = (shape.size, shape.depth) == (64, 1) && shape.connections > 1;
    let tokio = peers().find(|one| one.server.name == "tokio");
    if let (2.., true, Some(tokio)) = (workers, several, tokio) {
        let ratio = port.ratio(tokio, |sample| sample.cpu);
        let name = format!("{head} CPU / tokio");
        bars.push(Bar::new(name, ratio, Limit::AtMost(0.9)));
    }
    let rate = closest(peers(), port, |sample| sample.rate, f64::min);
    if let (Placement::Cross, Some((ratio, peer))) = (placement, rate) {
        let name = format!("{head} messages/s / best peer ({peer})");
        bars.push(Bar::new(name, ratio, Limit::AtLeast(1.0)));
    }
}

/// The ratio to the peer that comes off best, and its name.
fn closest<'a>(
    peers: impl Iterator<Item = &'a Series>,
    port: &Series,
    figure: impl Fn(&Sample) -> f64 + Copy,
    worse: fn(f64, f64) -> f64,
) -> Option<(Figure, &'static str)> {
    peers
        .map(|peer| (port.ratio(peer, figure), peer.server.name))
        .reduce(|one, other| {
            if worse(one.0.value, other.0.value) == one.0.value {
                one
            } else {
                other
            }
        })
}

/// Keeps processor times relative to raw epoll for the picture.
fn chart(shape: Shape, series: &[Series], report: &mut Report) {
    let bars = series.iter().map(|one| ChartBar {
        name: one.label(),
        ratio: one.ratio(&series[0], |sample| sample.cpu).value,
        ours: matches!(one.server.role, Role::Port | Role::Variant | Role::Model),
    });
    report.chart(Chart {
        title: format!("{} connections, {} bytes", shape.connections, shape.size),
        bars: bars.collect(),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(name: &str, threads: usize, cpu: f64, rate: f64) -> Series {
        let sample = Sample {
            cpu,
            rate,
            p50: cpu * 2.0,
            p99: cpu * 3.0,
            p999: cpu * 4.0,
            switches: 0.5,
            busy: 0.9,
        };
        Series::new(named(name).unwrap(), threads).with_samples(&[sample, sample])
    }

    fn conditions(shape: &str, placement: Placement) -> Conditions {
        let shape: Shape = shape.parse().unwrap();
        Conditions {
            shape,
            buffer: shape.buffer(),
            placement,
            engine: Engine::Raw,
            rounds: 2,
            seconds: 1.0,
        }
    }

    fn rows(bars: &[Bar]) -> Vec<[String; 4]> {
        let cells = bars.iter().map(Bar::cells);
        cells
            .map(|[name, value, _, limit, outcome]| [name, value, limit, outcome])
            .collect()
    }

    #[test]
    fn one_worker_is_held_against_raw_epoll_and_the_best_peer() {
        let series = [
            series("raw-epoll", 1, 4.0, 100.0),
            series("mio", 1, 5.0, 80.0),
            series("asio", 1, 4.0, 90.0),
            series("port", 1, 4.1, 99.0),
        ];
        let bars = judge(1, &conditions("64x64", Placement::Cross), &series);
        let expected = [
            (
                "64x64, one worker: CPU / raw epoll",
                "1.025",
                "≤ 1.05",
                "pass",
            ),
            (
                "64x64, one worker: messages/s / raw epoll",
                "0.990",
                "≥ 0.97",
                "pass",
            ),
            (
                "64x64, one worker: CPU / best peer (asio)",
                "1.025",
                "≤ 1",
                "**FAIL**",
            ),
            (
                "64x64, one worker: messages/s / best peer (asio)",
                "1.100",
                "≥ 1",
                "pass",
            ),
        ];
        let expected = expected.map(|(a, b, c, d)| [a, b, c, d].map(str::to_owned));
        assert_eq!(rows(&bars), expected);
    }

    #[test]
    fn two_workers_have_bars_of_their_own() {
        let all = |cpu| {
            let mut all = vec![series("raw-epoll", 1, 4.0, 100.0)];
            all.push(series("tokio", 2, 5.0, 80.0));
            all.push(series("port", 2, cpu, 99.0));
            all
        };
        let bars = judge(2, &conditions("1000x64", Placement::Free), &all(4.6));
        let limits: Vec<_> = rows(&bars)
            .into_iter()
            .map(|[_, value, limit, _]| (value, limit))
            .collect();
        let expected = [("1.150", "≤ 1.1"), ("0.920", "≤ 1"), ("0.920", "≤ 0.9")];
        assert_eq!(limits, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
        let bars = judge(2, &conditions("1x64", Placement::Free), &all(4.6));
        assert_eq!(
            bars.len(),
            3,
            "CPU and p50 against raw epoll, CPU against tokio"
        );
    }

    #[test]
    fn other_shapes_are_held_against_peers_only() {
        let series = [
            series("raw-epoll", 1, 4.0, 100.0),
            series("mio", 1, 5.0, 80.0),
            series("port", 1, 4.1, 99.0),
        ];
        let bars = judge(1, &conditions("64x4096", Placement::Same), &series);
        assert_eq!(bars.len(), 1);
        let bars = judge(1, &conditions("64x64", Placement::Cross), &series[..2]);
        assert!(bars.is_empty(), "without a port there is nothing to hold");
    }

    #[test]
    fn the_table_has_medians_and_ratios() {
        let all = [
            series("raw-epoll", 1, 4.0, 100.0),
            series("port", 2, 5.0, 99.0),
        ];
        let mut report = Report::default();
        show("a title", &all, &mut report).unwrap();
        assert!(
            report.text().contains("| port, 2 threads | 5.00 (1.250) |"),
            "{}",
            report.text()
        );
        assert!(show("no yardstick", &all[1..], &mut report).is_err());
    }

    #[test]
    fn raw_epoll_comes_first_and_nobody_twice() {
        let servers: Vec<_> = ["port", "raw-epoll", "mio"]
            .map(|name| named(name).unwrap())
            .to_vec();
        let names = |workers| {
            let series = contenders(&servers, workers, Shape::new(64, 64)).unwrap();
            series.iter().map(Series::label).collect::<Vec<_>>()
        };
        assert_eq!(names(1), ["raw-epoll", "port", "mio"]);
        assert_eq!(
            names(2),
            ["raw-epoll", "port, 2 threads", "raw-epoll, 2 threads"]
        );
    }
}
