//! What posting and fetching packets costs, against channels on one thread and against a bare futex between two.

use std::io;
use std::time::Instant;

use clap::Args;
use larboard_bench::{cpu, signals};

use super::count;
use crate::placement::{Placement, other_than};
use crate::report::{Bar, Limit, Report, Table, median, median_ratio};

/// Packets in one round on one thread.
const PACKETS: u32 = 1_000_000;

/// Round trips in one round between two threads.
const TRIPS: u32 = 20_000;

#[derive(Args, Clone, Debug)]
pub struct Options {
    /// How often each is measured
    #[arg(long, value_name = "N", default_value = "5", value_parser = count)]
    pub rounds: usize,
}

/// Measures everything.
pub fn run(options: &Options, report: &mut Report) -> io::Result<()> {
    report.section("Packets");
    report.note(
        "Nanoseconds, medians of the rounds. Between two threads it is a round trip: two posts and two fetches, or two wakes and two sleeps on a \
         bare futex.",
    );
    Placement::Free.apply()?;
    let mut table = Table::new(["", "ns"]);
    report.progress.stage("packets", 3 * options.rounds);
    let mut bars = one_thread(options.rounds, report, &mut table);
    let processors = cpu::allowed();
    let (first, other) = (processors[0], other_than(&processors));
    let places = [
        ("the same processor", Some(first)),
        ("two processors", other),
    ];
    for (name, second) in places {
        if let Some(second) = second {
            let pair = [first, second];
            bars.push(two_threads(options.rounds, name, pair, report, &mut table));
        }
    }
    report.table("Posting and fetching", &table);
    report.bars(&bars);
    Ok(())
}

fn one_thread(rounds: usize, report: &Report, table: &mut Table) -> Vec<Bar> {
    let mut measured = [vec![], vec![], vec![]];
    for _ in 0..rounds {
        report.progress.step("one thread");
        measured[0].push(alone(signals::port()));
        measured[1].push(alone(signals::crossbeam()));
        measured[2].push(alone(signals::std_mpsc()));
    }
    let [ours, crossbeam, mpsc] = &measured;
    let middle = |column: &Vec<f64>| median(column.iter().copied());
    let ratio = |column| median_ratio(ours, column, |ns| *ns);
    let mut row =
        |name: &str, column| table.row([name.to_owned(), format!("{:.1}", middle(column))]);
    row("post + get, one thread", ours);
    row("crossbeam-channel, one thread", crossbeam);
    row("std mpsc, one thread", mpsc);
    vec![
        Bar::new(
            "post + get on one thread, ns",
            middle(ours),
            Limit::AtMost(44.0),
        ),
        Bar::new(
            "post + get / crossbeam-channel",
            ratio(crossbeam),
            Limit::AtMost(1.0),
        ),
        Bar::new("post + get / std mpsc", ratio(mpsc), Limit::AtMost(1.0)),
    ]
}

fn two_threads(
    rounds: usize,
    name: &str,
    processors: [usize; 2],
    report: &Report,
    table: &mut Table,
) -> Bar {
    let (mut ports, mut futexes) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        report.progress.step(name);
        ports.push(ping_pong(processors, signals::port));
        futexes.push(ping_pong(processors, signals::futex));
    }
    let mut row = |what: &str, column: &Vec<f64>| {
        let middle = median(column.iter().copied());
        table.row([format!("{what}, {name}"), format!("{middle:.0}")]);
    };
    row("post → get, there and back", &ports);
    row("futex, there and back", &futexes);
    let ratio = median_ratio(&ports, &futexes, |ns| *ns);
    let name = format!("post → get / futex, {name}");
    Bar::new(name, ratio, Limit::AtMost(1.15))
}

/// Nanoseconds for each of `count` turns.
fn timed(count: u32, mut turn: impl FnMut()) -> f64 {
    let start = Instant::now();
    (0..count).for_each(|_| turn());
    start.elapsed().as_nanos() as f64 / f64::from(count)
}

/// Nanoseconds to signal and to take the signal.
fn alone<S: FnMut(), W: FnMut()>((mut signal, mut wait): (S, W)) -> f64 {
    timed(PACKETS, || {
        signal();
        wait();
    })
}

/// Nanoseconds of a round trip between two threads.
fn ping_pong<S: FnMut() + Send, W: FnMut() + Send>(
    processors: [usize; 2],
    halves: fn() -> (S, W),
) -> f64 {
    let time = signals::round_trips(TRIPS.into(), processors, [halves(), halves()]);
    time.as_nanos() as f64 / f64::from(TRIPS)
}
