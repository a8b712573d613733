//! Several completion queues, threads and sockets at a time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use super::{Done, Queue, Requests, Slab, pair};
use crate::common::w::Win32::Networking::WinSock::{
    RIO_MSG_DEFER, WSA_OPERATION_ABORTED, WSAECONNABORTED, WSAECONNRESET,
};
use crate::common::{DEADLINE, Socket};
use crate::io::{Port, within};

/// Sockets per round and worker.
const SOCKETS: usize = 12;
const ROUNDS: usize = 4;
/// Requests in each direction of a socket.
const DEPTH: u32 = 4;
/// Bytes that each socket echoes, unless it is closed before.
const LENGTH: usize = 20_000;
const PART: u32 = 256;

/// One echoing socket.
struct Echo {
    socket: Option<Socket>,
    requests: Requests,
    /// The slab's part where it begins.
    base: u32,
    /// Closed when so many bytes have been echoed.
    closes_at: usize,
    echoed: usize,
    /// Requests whose completion has not come yet.
    outstanding: HashMap<u64, &'static str>,
    ended: bool,
}

/// A value that tells the kind of a request and its place.
fn context(kind: u64, place: u64) -> u64 {
    kind << 32 | place
}

impl Echo {
    fn receive(&mut self, slab: &Slab, place: u64, flags: u32) {
        let part = slab.part(self.base + place as u32 * PART, PART);
        let context = context(1, place);
        if self.requests.receive(part, flags, context as usize).is_ok() {
            assert!(self.outstanding.insert(context, "receive").is_none());
        }
    }

    fn send(&mut self, slab: &Slab, place: u64, bytes: u32, flags: u32) {
        let part = slab.part(self.base + place as u32 * PART, bytes);
        let context = context(2, place);
        if self.requests.send(part, flags, context as usize).is_ok() {
            assert!(self.outstanding.insert(context, "send").is_none());
        }
    }

    fn completed(&mut self, slab: &Slab, end: Done, flags: u32) {
        let known = self.outstanding.remove(&end.request);
        assert!(
            known.is_some(),
            "a completion nobody has asked for: {end:?}"
        );
        let place = end.request & 0xFFFF_FFFF;
        let fine = [0, WSA_OPERATION_ABORTED, WSAECONNRESET, WSAECONNABORTED];
        assert!(fine.contains(&end.status), "{end:?}");
        match (known, end.status, end.bytes) {
            (Some("receive"), 0, 0) => self.ended = true,
            (Some("receive"), 0, bytes) => self.send(slab, place, bytes, flags),
            (_, 0, bytes) => {
                self.echoed += bytes as usize;
                if self.echoed >= self.closes_at {
                    drop(self.socket.take()); // with whatever is in flight
                } else if self.socket.is_some() {
                    self.receive(slab, place, flags);
                }
            }
            _ => self.ended = true,
        }
    }

    fn is_over(&self) -> bool {
        self.outstanding.is_empty() && (self.ended || self.socket.is_none())
    }
}

/// The other end: sends a pattern and checks what comes back, until the end.
fn peer(socket: Socket, seed: usize, whole: bool) {
    let byte = |n: usize| (n * 7 + seed) as u8;
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let text: Vec<u8> = (0..LENGTH).map(byte).collect();
            for piece in text.chunks(1000 + seed) {
                if socket.send(piece).is_err() {
                    break;
                }
            }
            // Reset or closed already, where that was the plan.
            let _ = socket.shutdown(1);
        });
        let (mut seen, mut buffer) = (0, vec![0; 700]);
        while let Ok(count @ 1..) = socket.recv(&mut buffer) {
            for got in &buffer[..count as usize] {
                assert_eq!(*got, byte(seen), "byte {seen} of {seed}");
                seen += 1;
            }
        }
        assert!(
            !whole || seen == LENGTH,
            "{seen} of {LENGTH} bytes came back"
        );
    });
}

fn worker(number: usize, counted: &AtomicU32) {
    for round in 0..ROUNDS {
        let port = Port::new();
        let size = SOCKETS as u32 * DEPTH * 2;
        let queue = Queue::with_port(size, &port, number, 0x1_0000 + number);
        let slab = Slab::new(SOCKETS as u32 * DEPTH * PART);
        std::thread::scope(|threads| {
            let mut echoes = Vec::new();
            for at in 0..SOCKETS {
                let (near, far) = pair();
                let whole = at % 3 != 0;
                let seed = number * 100 + round * SOCKETS + at;
                threads.spawn(move || peer(far, seed, whole));
                let requests = Requests::new(&near, DEPTH, &queue, at);
                echoes.push(Echo {
                    socket: Some(near),
                    requests,
                    base: at as u32 * DEPTH * PART,
                    closes_at: if whole { usize::MAX } else { 1 + at * 700 },
                    echoed: 0,
                    outstanding: HashMap::new(),
                    ended: false,
                });
            }
            serve(&port, &queue, &slab, &mut echoes, counted);
        });
        assert_eq!(queue.take(1), [], "nothing comes after the end");
    }
}

fn serve(port: &Port, queue: &Queue, slab: &Slab, echoes: &mut [Echo], counted: &AtomicU32) {
    let begin = Instant::now();
    for echo in echoes.iter_mut() {
        // One buffer at a time keeps the order of the echo.
        echo.receive(slab, 0, 0);
    }
    let mut armed = false;
    while !echoes.iter().all(Echo::is_over) {
        assert!(begin.elapsed() < 3 * DEADLINE, "not over in time");
        let ends = queue.take(16);
        counted.fetch_add(ends.len() as u32, Ordering::Relaxed);
        for (n, end) in ends.iter().enumerate() {
            let flags = if n % 2 == 0 { 0 } else { RIO_MSG_DEFER };
            echoes[end.socket as usize].completed(slab, *end, flags);
        }
        for echo in echoes.iter().filter(|echo| echo.socket.is_some()) {
            echo.requests.commit_receives().expect("commit");
            echo.requests.commit_sends().expect("commit");
        }
        for echo in echoes.iter_mut().filter(|echo| echo.ended) {
            drop(echo.socket.take());
        }
        if ends.is_empty() && !echoes.iter().all(Echo::is_over) {
            if !armed {
                assert_eq!(queue.notify(), 0);
            }
            armed = port.poll(1000).is_none();
        }
    }
}

/// RIO-32: With many sockets, several completion queues and threads, and sockets closed with requests in flight, every request completes
/// exactly once, and no byte is lost, doubled or in the wrong place.
#[test]
fn rio_32_nothing_is_lost_and_nothing_comes_twice() {
    within("the stress", || {
        let counted = AtomicU32::new(0);
        std::thread::scope(|threads| {
            for number in 0..3 {
                let counted = &counted;
                threads.spawn(move || worker(number, counted));
            }
        });
        assert!(counted.into_inner() > 1000);
    });
}

/// RIO-32: One completion queue that several threads use at once, against the rules, still gives every completion once.
#[test]
fn rio_32_a_shared_queue_stays_whole() {
    const MESSAGES: usize = 300;
    let queue = Queue::new(64);
    let slab = Slab::new(64);
    let counts: Vec<AtomicU32> = (0..4 * MESSAGES).map(|_| AtomicU32::new(0)).collect();
    let left = AtomicU32::new(4 * MESSAGES as u32);
    let (queue, slab, counts, left) = (&queue, &slab, &counts, &left);
    std::thread::scope(|threads| {
        for thread in 0..4usize {
            threads.spawn(move || {
                let (near, far) = pair();
                let requests = Requests::new(&near, 4, queue, thread);
                let mut started = 0;
                let begin = Instant::now();
                while left.load(Ordering::Relaxed) != 0 {
                    assert!(begin.elapsed() < DEADLINE, "not over in time");
                    let context = thread * MESSAGES + started;
                    let part = slab.part(thread as u32, 1);
                    if started < MESSAGES && requests.send(part, 0, context).is_ok() {
                        started += 1;
                        far.recv_all(1);
                    }
                    for end in queue.take(3) {
                        assert_eq!((end.status, end.bytes), (0, 1));
                        counts[end.request as usize].fetch_add(1, Ordering::Relaxed);
                        left.fetch_sub(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert!(
        counts
            .iter()
            .all(|count| count.load(Ordering::Relaxed) == 1)
    );
}
