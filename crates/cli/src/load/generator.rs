//! All clients of the load, on one completion port served by one thread.

use std::io;
use std::net::{self, SocketAddr};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use larboard::net::TcpStream;
use larboard::{Associated, Completion, CompletionPort, Kind, Operation, Packet};

use super::client::{Client, Fate};
use super::outcome::{Clients, Outcome};
use crate::client::cannot_connect;
use crate::failure::Failure;

/// What to load with.
#[derive(Clone, Copy)]
pub struct Plan {
    /// The server.
    pub addr: SocketAddr,
    /// Clients at once.
    pub connections: usize,
    /// Bytes in a message.
    pub size: usize,
    /// Messages each client has under way.
    pub depth: usize,
}

/// The key of a client's socket is the client's place.
type Port = CompletionPort<usize>;
type Socket = Associated<usize>;

/// The clients and what they have found so far.
pub struct Generator {
    plan: Plan,
    port: Port,
    connections: Vec<Connection>,
    /// Messages each client shall have under way now.
    depth: usize,
    /// Clients that are connected but not answered.
    unanswered: usize,
    messages: u64,
    elapsed: Duration,
    latency: Histogram<u64>,
}

struct Connection {
    client: Client,
    /// `None` when it has ended.
    socket: Option<Socket>,
    /// The operation to send with, while it is not in flight.
    sender: Option<Operation<Vec<u8>>>,
}

/// A server whose queue of clients is full does not answer; this long is waited for that to pass.
const PATIENCE: Duration = Duration::from_secs(2);
/// Without a further first answer for this long, those who wait are taken to wait for good.
const STALL: Duration = Duration::from_millis(400);
/// A server on a busy machine may be slower: those who wait are given so many times the longest time between two first
/// answers so far.
const SLOWNESS: u32 = 4;
/// And the very first answer may take this long.
const SILENCE: Duration = Duration::from_secs(10);
/// How many completions are taken at once.
const BATCH: usize = 64;
/// How often to look up from the work.
const TICK: Duration = Duration::from_millis(100);

impl Generator {
    /// Connects the clients. It is an error if not even the first can be connected, or if this process may not open so many.
    pub fn connect(plan: Plan) -> Result<Self, Failure> {
        let mut generator = Self {
            plan,
            port: Port::with_concurrency(1).map_err(Failure::new)?,
            connections: (0..plan.connections).map(Connection::new).collect(),
            depth: 0,
            unanswered: 0,
            messages: 0,
            elapsed: Duration::ZERO,
            latency: Histogram::new(3).map_err(Failure::new)?,
        };
        for index in 0..plan.connections {
            match open(plan.addr) {
                Ok(stream) => generator.add(index, stream)?,
                Err(error) if index == 0 => return Err(cannot_connect(plan.addr, error.into())),
                // The others would not fare better.
                Err(error) if error.kind() == io::ErrorKind::TimedOut => break,
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
                Err(error) => return Err(plan.cannot_open(index, error)),
            }
        }
        for connection in &mut generator.connections {
            if connection.client.fate == Fate::Connecting {
                connection.lose();
            }
        }
        Ok(generator)
    }

    /// Lets each client send one message and waits until it is answered, refused, or must be taken to wait for good.
    pub fn settle(&mut self) -> Result<(), Failure> {
        for index in 0..self.connections.len() {
            self.begin(index, 1);
        }
        let (mut unanswered, mut changed) = (self.unanswered, Instant::now());
        let mut stall = SILENCE;
        let mut longest = Duration::ZERO;
        while self.unanswered > 0 && changed.elapsed() < stall {
            self.step(TICK)?;
            if self.unanswered < unanswered {
                longest = longest.max(changed.elapsed());
                stall = STALL.max(SLOWNESS * longest);
                (unanswered, changed) = (self.unanswered, Instant::now());
            }
        }
        Ok(())
    }

    /// Loads for this long; the clients that were left waiting join when they are answered. Says every now and then how long it has been.
    pub fn run(
        &mut self,
        time: Duration,
        mut progress: impl FnMut(Duration),
    ) -> Result<(), Failure> {
        (self.messages, self.depth) = (0, self.plan.depth);
        self.latency.reset();
        let start = Instant::now();
        for index in 0..self.connections.len() {
            if self.connections[index].client.fate == Fate::Served {
                self.begin(index, self.depth);
            }
        }
        let mut told = Duration::ZERO;
        self.elapsed = start.elapsed();
        while self.elapsed < time {
            self.step(TICK.min(time - self.elapsed))?;
            self.elapsed = start.elapsed();
            if self.elapsed - told >= TICK {
                told = self.elapsed;
                progress(told);
            }
        }
        self.depth = 0;
        Ok(())
    }

    /// Ends all clients.
    pub fn finish(self) -> Outcome {
        let mut clients = Clients::default();
        for connection in &self.connections {
            *match connection.client.fate {
                Fate::Served => &mut clients.served,
                Fate::Waiting => &mut clients.waiting,
                Fate::Refused => &mut clients.refused,
                Fate::Connecting | Fate::Broken => &mut clients.broken,
                Fate::Wrong => &mut clients.wrong,
            } += 1;
        }
        Outcome {
            clients,
            messages: self.messages,
            elapsed: self.elapsed,
            latency: self.latency,
        }
    }

    /// Takes a new connection into the load: from now on it receives.
    fn add(&mut self, index: usize, stream: TcpStream) -> Result<(), Failure> {
        // Small messages shall not wait for each other.
        let _ = stream.set_nodelay(true);
        let socket = self.port.associate(stream, index).map_err(Failure::new)?;
        let started = socket.recv(Operation::new(vec![0; self.block()]));
        let block = self.block();
        let connection = &mut self.connections[index];
        connection.client.fate = Fate::Waiting;
        connection.socket = Some(socket);
        connection.sender = Some(Operation::new(vec![0; block]));
        self.unanswered += 1;
        if started.is_err() {
            self.lose(index);
        }
        Ok(())
    }

    /// Bytes received or sent at once: what a client can have under way, but not more than memory allows for all of them.
    fn block(&self) -> usize {
        let Plan {
            connections,
            size,
            depth,
            ..
        } = self.plan;
        let share = ((64 << 20) / connections).clamp(512, 1 << 16);
        size.saturating_mul(depth).min(share)
    }

    /// Begins messages of a client.
    fn begin(&mut self, index: usize, count: usize) {
        let connection = &mut self.connections[index];
        if connection.socket.is_some() && count > 0 {
            let now = Instant::now();
            (0..count).for_each(|_| connection.client.begin(self.plan.size, now));
            self.send(index);
        }
    }

    /// Sends what a client owes, if it is not sending already.
    fn send(&mut self, index: usize) {
        let connection = &mut self.connections[index];
        let Some(socket) = &connection.socket else {
            return;
        };
        let Some(mut operation) = connection.sender.take() else {
            return;
        };
        let count = connection.client.fill(operation.buffer_mut());
        if count == 0 {
            connection.sender = Some(operation);
        } else if socket.send(operation, ..count).is_err() {
            self.lose(index);
        }
    }

    /// Waits for completions and deals with them.
    fn step(&mut self, timeout: Duration) -> Result<(), Failure> {
        let mut packets = Vec::new();
        self.port
            .wait_many(&mut packets, BATCH, Some(timeout))
            .map_err(Failure::new)?;
        for packet in packets {
            let Packet::Io(completion) = packet else {
                continue;
            };
            match completion.operation.kind() {
                Kind::Send => self.sent(completion),
                _ => self.received(completion),
            }
        }
        Ok(())
    }

    fn sent(&mut self, completion: Completion<usize>) {
        let index = *completion.key();
        match completion.bytes {
            Ok(_) => {
                self.connections[index].sender = Some(completion.operation);
                self.send(index);
            }
            Err(_) => self.lose(index),
        }
    }

    fn received(&mut self, completion: Completion<usize>) {
        let index = *completion.key();
        let Completion {
            socket,
            operation,
            bytes,
        } = completion;
        if !matches!(bytes, Ok(1..)) {
            return self.lose(index);
        }
        let client = &mut self.connections[index].client;
        let first = client.fate == Fate::Waiting;
        let Some(latencies) = client.take(operation.filled(), self.plan.size, Instant::now())
        else {
            return self.close(index, first);
        };
        let mut whole = 0;
        for latency in latencies {
            // Three digits from a nanosecond on: the histogram grows as it must.
            let _ = self.latency.record(latency.as_nanos() as u64);
            whole += 1;
        }
        if whole > 0 {
            self.messages += whole;
            if first {
                client.fate = Fate::Served;
                self.unanswered -= 1;
            }
            let missing = self.depth.saturating_sub(client.under_way());
            self.begin(index, missing);
        }
        if socket.recv(operation).is_err() {
            self.lose(index);
        }
    }

    /// The connection has ended.
    fn lose(&mut self, index: usize) {
        let connection = &mut self.connections[index];
        let unanswered = connection.client.fate == Fate::Waiting;
        connection.lose();
        self.unanswered -= usize::from(unanswered);
    }

    /// Ends a connection that is of no use any more.
    fn close(&mut self, index: usize, unanswered: bool) {
        if let Some(socket) = self.connections[index].socket.take() {
            socket.close();
        }
        self.unanswered -= usize::from(unanswered);
    }
}

impl Connection {
    fn new(index: usize) -> Self {
        Self {
            client: Client::new(index),
            socket: None,
            sender: None,
        }
    }

    fn lose(&mut self) {
        self.client.lose();
        if let Some(socket) = self.socket.take() {
            socket.close();
        }
    }
}

impl Plan {
    fn cannot_open(&self, index: usize, error: io::Error) -> Failure {
        let advice = "ask for fewer with --connections, or see `larboard doctor`";
        Failure::new(format_args!(
            "only {index} of {} clients could be opened: {error}; {advice}",
            self.connections
        ))
    }
}

/// Connects as the standard library does, which leaves the choice of the local port to the moment of connecting: so many
/// clients, run after run, would use up the ports if each were bound first, as ConnectEx demands.
fn open(addr: SocketAddr) -> io::Result<TcpStream> {
    let stream = net::TcpStream::connect_timeout(&addr, PATIENCE)?;
    Ok(TcpStream::try_from(stream)?)
}
