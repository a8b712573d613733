//! Random programs: threads that start, cancel, take, clone, drop and close whatever they like, in any order. Nothing
//! may be lost, freed twice or left behind. A failure names its seed; `SEED=… cargo test --test chaos` repeats it.

mod common;

use common::{Census, connection};
use larboard::net::TcpStream;
use larboard::{Associated, CompletionPort, Operation, Packet, Pending, sleep_alertable};
use std::sync::Arc;
use std::time::Duration;

type Member = Arc<()>;
type Port = CompletionPort<Member, Vec<u8>, Member>;
type Ours = Associated<Member, Vec<u8>, Member>;

const THREADS: u64 = 3;
const STEPS: usize = 1500;

/// A small generator of numbers: xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    /// Takes one out of several.
    fn take<T>(&mut self, from: &mut Vec<T>) -> Option<T> {
        match from.len() {
            0 => None,
            count => Some(from.swap_remove(self.below(count))),
        }
    }
}

/// What one thread has.
#[derive(Default)]
struct Belongings {
    sockets: Vec<Ours>,
    plain: Vec<TcpStream>,
    idle: Vec<Operation<Vec<u8>, Member>>,
    pending: Vec<Pending<Vec<u8>, Member>>,
}

impl Belongings {
    fn operation(&mut self, random: &mut Random, census: &Census) -> Operation<Vec<u8>, Member> {
        let reused = random.take(&mut self.idle);
        reused.unwrap_or_else(|| Operation::with_data(vec![0; 64], census.member()))
    }

    /// Keeps what could not be started, half of the time.
    fn keep(&mut self, random: &mut Random, operation: Operation<Vec<u8>, Member>) {
        if random.below(2) == 0 {
            self.idle.push(operation);
        }
    }

    fn step(&mut self, random: &mut Random, port: &Port, census: &Census) {
        match random.below(12) {
            0 => self.connect(port, census),
            1 | 2 => self.at_port(random, census),
            3 | 4 => self.by_event(random, census),
            5 => self.by_routine(random, census),
            6 => drop(sleep_alertable(Some(Duration::ZERO))),
            7 | 8 => match port.wait_timeout(Duration::ZERO) {
                Ok(Some(Packet::Io(done))) => {
                    self.sockets.push(done.socket);
                    self.keep(random, done.operation);
                }
                Ok(Some(Packet::Posted(()))) => {}
                Ok(None) => port.post(()).unwrap(),
                Err(error) => panic!("{error}"),
            },
            9 => drop(random.take(&mut self.pending).map(Pending::try_finish)),
            10 => match random.below(4) {
                0 => drop(random.take(&mut self.sockets).map(|socket| socket.close())),
                1 => drop(random.take(&mut self.plain)),
                2 => drop(random.take(&mut self.sockets)),
                _ => drop(
                    random
                        .take(&mut self.sockets)
                        .map(|socket| socket.cancel_all()),
                ),
            },
            _ => {
                let more = self.sockets.first().cloned();
                self.sockets.extend(more);
            }
        }
    }

    /// The connection ends with a reset, so that thousands of them do not use up the ports of the machine.
    fn connect(&mut self, port: &Port, census: &Census) {
        let (ours, peer) = connection();
        ours.set_linger(Some(Duration::ZERO)).unwrap();
        peer.set_linger(Some(Duration::ZERO)).unwrap();
        self.sockets.extend(port.associate(ours, census.member()));
        self.plain.push(peer);
    }

    fn at_port(&mut self, random: &mut Random, census: &Census) {
        let operation = self.operation(random, census);
        let Some(socket) = random.take(&mut self.sockets) else {
            return;
        };
        let started = match random.below(2) {
            0 => socket.recv(operation),
            _ => socket.send(operation, ..random.below(64)),
        };
        started.unwrap_or_else(|refused| self.keep(random, refused.operation));
        if random.below(3) != 0 {
            self.sockets.push(socket);
        }
    }

    fn by_event(&mut self, random: &mut Random, census: &Census) {
        let operation = self.operation(random, census);
        let Some(socket) = random.take(&mut self.plain) else {
            return;
        };
        let started = match random.below(2) {
            0 => socket.recv_overlapped(operation),
            _ => socket.send_overlapped(operation, ..random.below(64)),
        };
        match started {
            Ok(pending) => self.pending.push(pending),
            Err(refused) => self.keep(random, refused.operation),
        }
        self.plain.push(socket);
    }

    fn by_routine(&mut self, random: &mut Random, census: &Census) {
        let operation = self.operation(random, census);
        let Some(socket) = random.take(&mut self.plain) else {
            return;
        };
        let (captured, again) = (census.member(), socket.clone());
        let routine = move |done: larboard::Done<Vec<u8>, Member>| {
            if done.bytes.is_ok_and(|count| count > 0) {
                let _ = again.send_then(done.operation, ..1, move |_| drop(captured));
            }
        };
        let started = socket.recv_then(operation, routine);
        started.unwrap_or_else(|refused| self.keep(random, refused.operation));
        self.plain.push(socket);
    }
}

fn run(seed: u64) {
    println!("SEED={seed}");
    let census = Census::new();
    let port = Port::with_concurrency(2).unwrap();
    std::thread::scope(|s| {
        let start = |thread| {
            let (port, census) = (&port, &census);
            s.spawn(move || {
                let mut random = Random(seed.wrapping_mul(2654435761).wrapping_add(thread) | 1);
                let mut belongings = Belongings::default();
                (0..STEPS).for_each(|_| belongings.step(&mut random, port, census));
            })
        };
        let threads: Vec<_> = (1..=THREADS).map(start).collect();
        // The end of a scope does not wait for what a thread does at its very end; joining does.
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
    });
    drop(port);
    assert_eq!(census.alive(), 0, "something was left behind");
}

#[test]
fn random_programs_leave_nothing_behind() {
    match std::env::var("SEED") {
        Ok(seed) => run(seed.parse().expect("SEED is a number")),
        Err(_) => (1..=20).for_each(run),
    }
}
