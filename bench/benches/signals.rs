//! What it costs to wake: completion packets, events and APCs against channels, condition variables, eventfd and a bare futex.
//!
//! `one thread`: signal, then wait; nobody sleeps. `two threads`: a round trip between threads that sleep, on one processor
//! and on two.

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use larboard_bench::{cpu, signals};

/// Calls `$measure` with each way to signal; `$apc` is that of APCs.
macro_rules! each {
    ($measure:ident($($argument:expr),*), $apc:expr) => {
        $measure($($argument,)* "completion port", signals::port);
        $measure($($argument,)* "event", signals::event);
        $measure($($argument,)* "APC", $apc);
        $measure($($argument,)* "crossbeam-channel", signals::crossbeam);
        $measure($($argument,)* "std mpsc", signals::std_mpsc);
        $measure($($argument,)* "parking_lot condvar", signals::condvar);
        $measure($($argument,)* "eventfd", signals::eventfd);
        $measure($($argument,)* "futex", signals::futex);
    };
}

type Group<'a> = BenchmarkGroup<'a, WallTime>;

fn one_thread<S: FnMut(), W: FnMut()>(group: &mut Group<'_>, name: &str, halves: fn() -> (S, W)) {
    let (mut signal, mut wait) = halves();
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            signal();
            wait();
        });
    });
}

fn two_threads<S: FnMut() + Send, W: FnMut() + Send>(
    group: &mut Group<'_>,
    processors: [usize; 2],
    name: &str,
    halves: fn() -> (S, W),
) {
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|trips| signals::round_trips(trips, processors, [halves(), halves()]));
    });
}

fn measure(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("one thread");
    each!(one_thread(&mut group), signals::apc_here);
    group.finish();
    let processors = cpu::allowed();
    let mut group = criterion.benchmark_group("two threads, one processor");
    each!(two_threads(&mut group, [processors[0]; 2]), signals::apc);
    group.finish();
    if let [first, second, ..] = processors[..] {
        let mut group = criterion.benchmark_group("two threads, two processors");
        each!(two_threads(&mut group, [first, second]), signals::apc);
        group.finish();
    }
}

criterion_group!(benches, measure);
criterion_main!(benches);
