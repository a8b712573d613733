//! The completion port model: one thread that accepts, and workers that take whatever completes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;

use larboard::net::TcpStream;
use larboard::{Associated, Completion, CompletionPort, NotStarted, Packet};

use super::acceptor::Acceptor;
use super::journal::Journal;
use super::socket_info::{Next, Overlapped, SocketInfo, farewell, next};
use crate::failure::Failure;

/// The key is nothing of ours: a completion brings its socket along.
type Port = CompletionPort<(), Vec<u8>, SocketInfo<()>>;
type Socket = Associated<(), Vec<u8>, SocketInfo<()>>;

/// Workers in the lecture's proportion: enough that one can run on each processor while another blocks.
pub fn two_for_each_processor() -> usize {
    2 * thread::available_parallelism().map_or(1, usize::from)
}

/// Accepts clients and starts their first receive.
pub fn run(
    mut acceptor: Acceptor,
    journal: &'static Journal,
    buffer: usize,
    workers: usize,
    concurrency: usize,
) -> Result<(), Failure> {
    // ① Create the completion port.
    let port = Arc::new(Port::with_concurrency(concurrency).map_err(Failure::new)?);
    // ② Create the workers, which wait at the port.
    for _ in 0..workers {
        let port = Arc::clone(&port);
        super::spawn("worker", journal, move || worker(&port))?;
    }
    loop {
        let (socket, peer) = acceptor.accept()?;
        journal.connected(peer);
        add(&port, socket, peer, buffer, journal);
    }
}

fn add(port: &Port, socket: TcpStream, peer: SocketAddr, buffer: usize, journal: &'static Journal) {
    // ③ Associate the socket with the port.
    match port.associate(socket, ()) {
        Ok(socket) => {
            if let Some(operation) = SocketInfo::operation((), peer, buffer, journal) {
                start(socket, operation, Next::Receive);
            }
        }
        Err(error) => {
            journal.error("CreateIoCompletionPort()", error);
            journal.disconnected(peer);
        }
    }
}

/// ⑤ Each completion wakes one worker. It goes on from ④ with the socket the completion brings.
fn worker(port: &Port) {
    while let Ok(packet) = port.wait() {
        let Packet::Io(Completion {
            socket,
            mut operation,
            bytes,
        }) = packet
        else {
            continue;
        };
        let next = next(&mut operation, bytes);
        start(socket, operation, next);
    }
}

/// ④ Call the overlapped function: "pending" is its normal outcome.
fn start(socket: Socket, operation: Overlapped<()>, next: Next) {
    let journal = operation.data().journal;
    let (call, started) = match next {
        Next::Receive => ("WSARecv()", socket.recv(operation)),
        Next::Send(rest) => ("WSASend()", socket.send(operation, rest)),
        Next::End => {
            drop(socket);
            return farewell(operation);
        }
    };
    if let Err(NotStarted { operation, error }) = started {
        drop(socket);
        journal.error(call, error);
        farewell(operation);
    }
}
