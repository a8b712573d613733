//! Many threads, many packets, many operations: each completion exactly once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};

use super::{Operation, PENDING, Packet, Port, dequeue, send_now};
use crate::common::w::Win32::Foundation::{ERROR_OPERATION_ABORTED, WAIT_TIMEOUT};
use crate::common::w::Win32::System::IO::CancelIoEx;
use crate::common::{DEADLINE, LIMIT, Socket, Task, task, tcp_pair, wait_until};

/// The key of the packet that ends a worker.
const END: usize = usize::MAX;

/// Starts threads that call `handle` with every packet until each has got a packet with the key END.
fn workers(
    port: &Arc<Port>,
    count: usize,
    handle: impl Fn(Packet) + Clone + Send + 'static,
) -> Vec<Task<()>> {
    let worker = |_| {
        let (port, handle) = (port.clone(), handle.clone());
        task(move || {
            loop {
                match dequeue(port.raw(), LIMIT).expect("packets come until the end") {
                    packet if packet.key == END => break,
                    packet => handle(packet),
                }
            }
        })
    };
    (0..count).map(worker).collect()
}

fn finish(port: &Port, workers: Vec<Task<()>>) {
    workers.iter().for_each(|_| port.post(0, END, 0));
    workers.into_iter().for_each(Task::result);
    assert_eq!(
        dequeue(port.raw(), 0),
        Err(WAIT_TIMEOUT),
        "nothing is left over"
    );
}

/// PORT-46: every posted packet comes out exactly once, however many threads post and fetch.
#[test]
fn stress_posted_packets() {
    const POSTERS: usize = 4;
    const POSTS: usize = 5000;
    let port = Arc::new(Port::new(0));
    let counts: Arc<Vec<_>> = Arc::new((0..POSTERS * POSTS).map(|_| AtomicU32::new(0)).collect());
    let counted = counts.clone();
    let workers = workers(&port, 4, move |packet| {
        counted[packet.key].fetch_add(1, SeqCst);
    });
    let poster = |number| {
        let port = port.clone();
        task(move || (number * POSTS..(number + 1) * POSTS).for_each(|key| port.post(0, key, 0)))
    };
    let posters: Vec<_> = (0..POSTERS).map(poster).collect();
    posters.into_iter().for_each(Task::result);
    finish(&port, workers);
    assert!(counts.iter().all(|count| count.load(SeqCst) == 1));
}

/// One end of a connection that a ball goes to and fro on.
struct Player {
    socket: Socket,
    operation: Operation,
    /// Completions so far: even ones are receives, odd ones sends.
    turns: AtomicU32,
    /// The receive for which nothing comes has been started: its call has returned.
    waits: AtomicBool,
}

impl Player {
    /// The completion that ends the game.
    const LAST: u32 = 600;

    fn new(socket: Socket) -> Self {
        Self {
            socket,
            operation: Operation::new(),
            turns: AtomicU32::new(0),
            waits: AtomicBool::new(false),
        }
    }

    fn completed(&self, packet: Packet) {
        if packet.error == ERROR_OPERATION_ABORTED && self.turns.load(SeqCst) == Self::LAST {
            return;
        }
        assert_eq!(packet, Packet::new(4, packet.key, self.operation.address()));
        match self.turns.fetch_add(1, SeqCst) {
            Self::LAST => {}
            turn if turn % 2 == 0 => assert!(self.operation.send(*self.socket, b"ball").accepted()),
            turn => {
                assert!(self.operation.receive(*self.socket).accepted());
                if turn + 1 == Self::LAST {
                    self.waits.store(true, SeqCst);
                }
            }
        }
    }

    /// Whether this end, which threw first, keeps the ball.
    fn has_the_ball(&self) -> bool {
        self.turns.load(SeqCst) > Self::LAST
    }
}

/// PORT-15: every operation has exactly one packet, whatever the number of threads that start and fetch, and with packets posted meanwhile.
#[test]
fn stress_operations_and_posted_packets() {
    const PAIRS: usize = 8;
    const POSTS: usize = 5000;
    let port = Arc::new(Port::new(0));
    let (throwing, catching): (Vec<_>, Vec<_>) = (0..PAIRS).map(|_| tcp_pair()).unzip();
    let players: Arc<Vec<_>> = Arc::new(
        throwing
            .into_iter()
            .chain(catching)
            .map(Player::new)
            .collect(),
    );
    let posted = Arc::new(AtomicU32::new(0));
    let handle = {
        let (players, posted) = (players.clone(), posted.clone());
        move |packet: Packet| match players.get(packet.key) {
            Some(player) => player.completed(packet),
            None => drop(posted.fetch_add(1, SeqCst)),
        }
    };
    let workers = workers(&port, 4, handle);
    for (
        key,
        Player {
            socket,
            operation,
            turns,
            ..
        },
    ) in players.iter().enumerate().rev()
    {
        port.associate(socket.handle(), key);
        let started = if key < PAIRS {
            turns.store(1, SeqCst);
            operation.send(**socket, b"ball")
        } else {
            operation.receive(**socket)
        };
        assert!(started.accepted());
    }
    (0..POSTS).for_each(|number| port.post(0, players.len() + number, 0));

    assert!(
        wait_until(DEADLINE, || players[..PAIRS]
            .iter()
            .all(Player::has_the_ball)),
        "a completion is missing"
    );
    for player in &players[PAIRS..] {
        let waits = || player.waits.load(SeqCst);
        assert!(
            wait_until(DEADLINE, waits),
            "it waits for a ball that never comes"
        );
        assert_eq!(player.operation.status(), PENDING);
        assert_ne!(
            call!(CancelIoEx(
                player.socket.handle(),
                player.operation.overlapped
            )),
            0
        );
        player.operation.await_status();
    }
    finish(&port, workers);
    assert_eq!(posted.load(SeqCst), POSTS as u32);
}

/// CXL-04: an operation that is cancelled while its data arrives has exactly one packet, as a success or as cancelled.
/// CXL-15: and no byte is lost.
#[test]
fn stress_cancel_against_arrival() {
    let port = Port::new(0);
    let (client, server) = tcp_pair();
    port.associate(server.handle(), 1);
    let operation = Operation::new();
    let (mut sent, mut received) = (0, 0);
    for round in 0..1000 {
        assert!(operation.receive(*server).accepted());
        if round % 2 == 0 {
            send_now(*client, b"z");
            sent += 1;
        }
        call!(CancelIoEx(server.handle(), operation.overlapped));
        let packet = port.next();
        assert_eq!(packet.overlapped, operation.address());
        assert!(
            [0, ERROR_OPERATION_ABORTED].contains(&packet.error),
            "{packet:?}"
        );
        received += packet.bytes;
        assert_eq!(port.poll(0), None);
    }
    while received < sent {
        assert!(operation.receive(*server).accepted());
        received += port.next().bytes;
    }
    assert_eq!(received, sent);
}
