//! What posting and fetching packets costs, against channels on one thread and against a bare futex between two.

use std::io;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use clap::Args;
use larboard_bench::cpu;
use larboard_win32::Win32::Foundation::{CloseHandle, HANDLE, INVALID_HANDLE_VALUE};
use larboard_win32::Win32::System::IO::{
    CreateIoCompletionPort, GetQueuedCompletionStatus, PostQueuedCompletionStatus,
};
use larboard_win32::Win32::System::Threading::INFINITE;

use super::count;
use crate::placement::{Placement, other_than};
use crate::report::{Bar, Limit, Report, Table, median, median_ratio};

/// Packets in one round on one thread.
const PACKETS: usize = 1_000_000;

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
        measured[0].push(ours());
        measured[1].push(crossbeam());
        measured[2].push(std_mpsc());
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
        ports.push(ports_between(processors));
        futexes.push(futexes_between(processors));
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
fn timed(count: usize, mut turn: impl FnMut(usize)) -> f64 {
    let start = Instant::now();
    (0..count).for_each(&mut turn);
    start.elapsed().as_nanos() as f64 / count as f64
}

fn ours() -> f64 {
    let port = Port::new();
    timed(PACKETS, |key| {
        port.post(key);
        assert_eq!(port.get(), key);
    })
}

fn crossbeam() -> f64 {
    let (sender, receiver) = crossbeam_channel::unbounded();
    timed(PACKETS, |key| {
        sender
            .send((0_u32, key, 0_usize))
            .expect("the receiver lives");
        assert_eq!(receiver.recv().expect("the sender lives").1, key);
    })
}

fn std_mpsc() -> f64 {
    let (sender, receiver) = mpsc::channel();
    timed(PACKETS, |key| {
        sender
            .send((0_u32, key, 0_usize))
            .expect("the receiver lives");
        assert_eq!(receiver.recv().expect("the sender lives").1, key);
    })
}

/// Nanoseconds of a round trip over two ports.
fn ports_between(processors: [usize; 2]) -> f64 {
    let (there, back) = (Port::new(), Port::new());
    ping_pong(
        processors,
        |number| {
            there.post(number);
            assert_eq!(back.get(), number);
        },
        |number| {
            assert_eq!(there.get(), number);
            back.post(number);
        },
    )
}

/// Nanoseconds of a round trip over two futexes.
fn futexes_between(processors: [usize; 2]) -> f64 {
    let (there, back) = (AtomicU32::new(0), AtomicU32::new(0));
    ping_pong(
        processors,
        |number| {
            wake(&there, number as u32);
            sleep_until(&back, number as u32);
        },
        |number| {
            sleep_until(&there, number as u32);
            wake(&back, number as u32);
        },
    )
}

fn ping_pong(
    processors: [usize; 2],
    ping: impl Fn(usize) + Sync,
    pong: impl Fn(usize) + Sync,
) -> f64 {
    thread::scope(|scope| {
        scope.spawn(|| {
            cpu::pin(processors[1]);
            (1..=TRIPS as usize).for_each(&pong);
        });
        let pinging = scope.spawn(|| {
            cpu::pin(processors[0]);
            timed(TRIPS as usize, |number| ping(number + 1))
        });
        pinging.join().expect("a round trip does not fail")
    })
}

fn wake(word: &AtomicU32, number: u32) {
    word.store(number, SeqCst);
    // SAFETY: the word is live; no other pointer is used.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG,
            1,
        )
    };
}

fn sleep_until(word: &AtomicU32, number: u32) {
    let wait = libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG;
    loop {
        let seen = word.load(SeqCst);
        if seen == number {
            return;
        }
        // SAFETY: the word is live; a null timeout waits without limit.
        unsafe {
            libc::syscall(
                libc::SYS_futex,
                word.as_ptr(),
                wait,
                seen,
                null::<libc::timespec>(),
            )
        };
    }
}

/// A completion port, closed with this value.
struct Port(HANDLE);

// SAFETY: a handle is a number that means the same object in every thread.
unsafe impl Send for Port {}
// SAFETY: as above; the port synchronises itself.
unsafe impl Sync for Port {}

impl Port {
    fn new() -> Self {
        // SAFETY: takes no pointers; INVALID_HANDLE_VALUE asks for a port alone.
        let port = unsafe { CreateIoCompletionPort(INVALID_HANDLE_VALUE, null_mut(), 0, 1) };
        assert!(!port.is_null());
        Self(port)
    }

    fn post(&self, key: usize) {
        // SAFETY: the OVERLAPPED pointer is not followed.
        let posted = unsafe { PostQueuedCompletionStatus(self.0, 0, key, null()) };
        assert_ne!(posted, 0);
    }

    fn get(&self) -> usize {
        let (mut bytes, mut key, mut overlapped) = (0, 0, null_mut());
        // SAFETY: the three variables are live.
        let taken = unsafe {
            GetQueuedCompletionStatus(self.0, &mut bytes, &mut key, &mut overlapped, INFINITE)
        };
        assert_ne!(taken, 0);
        key
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        // SAFETY: takes no pointers; the handle is this value's own.
        unsafe { CloseHandle(self.0) };
    }
}
