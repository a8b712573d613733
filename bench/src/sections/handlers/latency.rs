//! How soon an idle worker gets a completion whose own worker goes on computing.

use std::io::{self, Error, Read};
use std::net::TcpStream;
use std::ptr::{null_mut, without_provenance_mut};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use larboard_bench::sockets::{accept_client, listening_socket, tcp_port};
use larboard_win32::Win32::Foundation::{CloseHandle, HANDLE, INVALID_HANDLE_VALUE};
use larboard_win32::Win32::Networking::WinSock::{SOCKET, WSABUF, WSASend, closesocket};
use larboard_win32::Win32::System::IO::{
    CreateIoCompletionPort, GetQueuedCompletionStatus, OVERLAPPED, PostQueuedCompletionStatus,
};
use larboard_win32::Win32::System::Threading::INFINITE;

use crate::placement::Placement;
use crate::report::{Bar, Limit, Report, Table, median};

/// How long the worker computes after it has started its operation.
const COMPUTING: Duration = Duration::from_millis(1);
const TURNS: usize = 1000;
/// The first turns, in which the port finds out how long its handlers are.
const FIRST: usize = 20;
const WORKERS: u32 = 2;
/// The key of what tells a worker to start an operation.
const START: usize = 1;

/// Measures it; the bar is for the usual turn.
pub fn measure(report: &mut Report) -> io::Result<Bar> {
    report.progress.stage("latency", 1);
    report.progress.step("two workers");
    Placement::Free.apply()?;
    let turns = turns()?;
    let (first, rest) = turns.split_at(FIRST);
    let mut table = Table::new(["", "p50 µs", "p99 µs"]);
    for (name, turns) in [("the first 20", first), ("the others", rest)] {
        let cell = |share| format!("{:.0}", quantile(turns, share));
        table.row([name.to_owned(), cell(0.5), cell(0.99)]);
    }
    report.table(
        "From WSASend to its packet at the other worker, while the sender computes for 1 ms",
        &table,
    );
    let middle = median(rest.iter().copied());
    let name = "completion of a worker that computes, p50 µs";
    Ok(Bar::new(name, middle, Limit::AtMost(100.0)))
}

fn quantile(of: &[f64], share: f64) -> f64 {
    let mut sorted = of.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}

/// The microseconds of each turn.
fn turns() -> io::Result<Vec<f64>> {
    // SAFETY: takes no pointers; INVALID_HANDLE_VALUE asks for a port alone.
    let port = unsafe { CreateIoCompletionPort(INVALID_HANDLE_VALUE, null_mut(), 0, WORKERS) };
    let listener = listening_socket();
    let peer = TcpStream::connect(("127.0.0.1", tcp_port(listener)))?;
    let socket = accept_client(listener);
    // SAFETY: takes no pointers.
    let associated = unsafe { CreateIoCompletionPort(socket as HANDLE, port, 0, 0) };
    if port.is_null() || associated != port {
        return Err(Error::other("there is no completion port"));
    }
    let measured = thread::scope(|scope| {
        scope.spawn(|| discard(peer));
        let (done, ended) = channel();
        for _ in 0..WORKERS {
            let (port, done) = (port as usize, done.clone());
            scope.spawn(move || work(port as HANDLE, socket, &done));
        }
        let measured = drive(port, &ended);
        // SAFETY: takes no pointers; the workers end when the port does.
        unsafe { CloseHandle(port) };
        // SAFETY: takes no pointers; the peer ends with the connection.
        unsafe { (closesocket(socket), closesocket(listener)) };
        measured
    });
    measured.ok_or_else(|| Error::other("a worker has ended"))
}

/// Starts one turn after another.
fn drive(port: HANDLE, ended: &Receiver<f64>) -> Option<Vec<f64>> {
    (0..TURNS)
        .map(|_| {
            // SAFETY: the null OVERLAPPED is not followed.
            unsafe { PostQueuedCompletionStatus(port, 0, START, without_provenance_mut(0)) };
            // The worker that computes and the one that took the packet each tell of their end.
            let [one, other] = [ended.recv().ok()?, ended.recv().ok()?];
            Some(one.max(other))
        })
        .collect()
}

/// An operation and the moment in which it began.
#[repr(C)]
struct Operation {
    overlapped: OVERLAPPED,
    began: Instant,
}

/// Takes a start, sends and computes; or takes the packet of what the other one has sent. Tells how long it took to get here.
fn work(port: HANDLE, socket: SOCKET, done: &Sender<f64>) {
    loop {
        let (mut bytes, mut key, mut overlapped) = (0, 0, null_mut());
        // SAFETY: the three variables are live.
        let taken = unsafe {
            GetQueuedCompletionStatus(port, &mut bytes, &mut key, &mut overlapped, INFINITE)
        };
        let took = match (taken, key) {
            (0, _) => return,
            (_, START) => {
                send(socket);
                let start = Instant::now();
                while start.elapsed() < COMPUTING {
                    std::hint::spin_loop();
                }
                0.0
            }
            _ => {
                // SAFETY: `send` made the operation, and its packet is the only way here.
                let operation = unsafe { Box::from_raw(overlapped.cast::<Operation>()) };
                operation.began.elapsed().as_nanos() as f64 / 1e3
            }
        };
        if done.send(took).is_err() {
            return;
        }
    }
}

fn send(socket: SOCKET) {
    static MESSAGE: [u8; 64] = [7; 64];
    let buffer = WSABUF {
        len: MESSAGE.len() as u32,
        buf: MESSAGE.as_ptr().cast_mut(),
    };
    let operation = Box::into_raw(Box::new(Operation {
        overlapped: OVERLAPPED::default(),
        began: Instant::now(),
    }));
    let mut sent = 0;
    // SAFETY: the message is only read, and the operation lives until its packet is taken.
    let started = unsafe { WSASend(socket, &buffer, 1, &mut sent, 0, operation.cast(), None) };
    assert_eq!(started, 0, "the peer takes everything");
}

/// The peer: takes what comes until the connection ends.
fn discard(mut peer: TcpStream) {
    let mut room = [0; 4096];
    while matches!(peer.read(&mut room), Ok(1..)) {}
}
