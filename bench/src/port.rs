//! What posting and fetching packets costs, against channels on one thread and against a bare futex between two.

use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use larboard_bench::cpu;
use larboard_win32::Win32::Foundation::{CloseHandle, HANDLE, INVALID_HANDLE_VALUE};
use larboard_win32::Win32::System::IO::{
    CreateIoCompletionPort, GetQueuedCompletionStatus, PostQueuedCompletionStatus,
};
use larboard_win32::Win32::System::Threading::INFINITE;

use crate::report::{Bar, Limit, median};

/// Packets in one round on one thread.
const PACKETS: usize = 1_000_000;

/// Round trips in one round between two threads.
const TRIPS: u32 = 20_000;

/// Measures and prints everything; returns the bars.
pub fn run(rounds: usize) -> Vec<Bar> {
    let mut bars = one_thread(rounds);
    let processors = cpu::allowed();
    for (name, second) in [
        ("same processor", Some(0)),
        ("two processors", (processors.len() > 1).then_some(1)),
    ] {
        if let Some(second) = second {
            bars.push(two_threads(
                rounds,
                name,
                [processors[0], processors[second]],
            ));
        }
    }
    bars
}

fn one_thread(rounds: usize) -> Vec<Bar> {
    let measured: Vec<_> = (0..rounds)
        .map(|_| [ours(), crossbeam(), std_mpsc()])
        .collect();
    let column = |index: usize| median(measured.iter().map(|row| row[index]));
    let ratio = |index: usize| median(measured.iter().map(|row| row[0] / row[index]));
    println!(
        "one thread, ns: post + get {:.1}, crossbeam-channel {:.1}, std mpsc {:.1}",
        column(0),
        column(1),
        column(2)
    );
    vec![
        Bar::new(
            "post + get on one thread, ns",
            column(0),
            Limit::AtMost(44.0),
        ),
        Bar::new(
            "post + get / crossbeam-channel",
            ratio(1),
            Limit::AtMost(1.0),
        ),
        Bar::new("post + get / std mpsc", ratio(2), Limit::AtMost(1.0)),
    ]
}

fn two_threads(rounds: usize, name: &str, processors: [usize; 2]) -> Bar {
    let measured: Vec<_> = (0..rounds)
        .map(|_| [ports_between(processors), futexes_between(processors)])
        .collect();
    let column = |index: usize| median(measured.iter().map(|row| row[index]));
    println!(
        "two threads, {name}, ns per round trip: post -> get {:.0}, futex {:.0}",
        column(0),
        column(1)
    );
    let ratio = median(measured.iter().map(|[ours, futex]| ours / futex));
    Bar::new(
        format!("post -> get / futex ping-pong, {name}"),
        ratio,
        Limit::AtMost(1.15),
    )
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
