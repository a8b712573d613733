//! What the load tests share: random sizes, a stream whose every byte is known, and both ends of an upload.

use std::thread;
use std::time::{Duration, Instant};

use crate::common::w::Win32::Networking::WinSock::{
    SO_RCVBUF, SO_SNDBUF, SOL_SOCKET, WSAEWOULDBLOCK,
};
use crate::common::{Socket, Task, task};
use crate::io::connected_pair;

/// How long a whole load test may take.
pub const LOAD_LIMIT: Duration = Duration::from_secs(180);

/// A row of random numbers that is the same in every run.
pub struct Random(u64);

impl Random {
    pub fn new(seed: usize) -> Random {
        Random((seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number from 0 up to but without `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }
}

/// The byte at a place of a test stream.
pub fn byte_at(place: usize) -> u8 {
    (place ^ (place >> 8) ^ (place >> 16)).wrapping_mul(31) as u8
}

/// A stretch of a test stream.
pub fn stretch(from: usize, length: usize) -> Vec<u8> {
    (from..from + length).map(byte_at).collect()
}

/// Checks that `bytes` are the stretch of a test stream that begins at `from`.
#[track_caller]
pub fn check(bytes: &[u8], from: usize) {
    for (index, &byte) in bytes.iter().enumerate() {
        assert_eq!(byte, byte_at(from + index), "at {}", from + index);
    }
}

/// A connected pair with little room, so that a sender meets a full buffer often.
#[track_caller]
pub fn narrow_pair() -> (Socket, Socket) {
    let (a, b) = connected_pair();
    for socket in [&a, &b] {
        for name in [SO_SNDBUF, SO_RCVBUF] {
            socket
                .set::<u32>(SOL_SOCKET, name, 16 << 10)
                .expect("buffer size");
        }
    }
    (a, b)
}

/// The sending end of a test stream on a non-blocking socket.
pub struct Upload {
    pub socket: Socket,
    sent: usize,
    total: usize,
    random: Random,
    started: Instant,
}

impl Upload {
    pub fn new(socket: Socket, total: usize) -> Upload {
        Upload {
            socket,
            sent: 0,
            total,
            random: Random::new(total),
            started: Instant::now(),
        }
    }

    pub fn is_done(&self) -> bool {
        self.sent == self.total
    }

    /// Sends until the socket would block or everything is sent.
    #[track_caller]
    pub fn push(&mut self) {
        assert!(
            self.started.elapsed() < LOAD_LIMIT,
            "{} bytes sent in time",
            self.sent
        );
        while !self.is_done() {
            let length = (1 + self.random.below(50_000)).min(self.total - self.sent);
            match self.socket.send(&stretch(self.sent, length)) {
                Ok(count) => self.sent += count as usize,
                Err(code) => return assert_eq!(code, WSAEWOULDBLOCK, "send"),
            }
        }
    }
}

/// Reads a test stream of a blocking socket to its end, sometimes eagerly and sometimes after a pause; returns its length.
pub fn irregular_reader(socket: Socket, seed: usize) -> Task<usize> {
    task(move || {
        let (mut random, mut received) = (Random::new(seed), 0);
        let mut buffer = vec![0; 40_000];
        loop {
            let room = 1 + random.below(buffer.len());
            let count = socket.recv(&mut buffer[..room]).expect("recv") as usize;
            if count == 0 {
                return received;
            }
            check(&buffer[..count], received);
            received += count;
            match random.below(64) {
                0 => thread::sleep(Duration::from_millis(15)),
                1..4 => thread::sleep(Duration::from_millis(1)),
                _ => {}
            }
        }
    })
}

/// Sends a test stream in pieces of random size, blocking, and closes; returns its length.
pub fn sender(socket: Socket, seed: usize) -> Task<usize> {
    task(move || {
        let (mut random, mut sent) = (Random::new(seed), 0);
        for _ in 0..100 {
            let length = 1 + random.below(8_000);
            let mut rest = &stretch(sent, length)[..];
            while !rest.is_empty() {
                let count = socket.send(rest).expect("send");
                rest = &rest[count as usize..];
            }
            sent += length;
            if random.below(16) == 0 {
                thread::sleep(Duration::from_millis(1));
            }
        }
        socket.close();
        sent
    })
}
