//! The overlapped model with completion routines: two threads, one that accepts and one whose alertable wait runs the
//! routines of all clients.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use larboard::net::TcpStream;
use larboard::{Done, Event, Wake};

use super::acceptor::Acceptor;
use super::journal::Journal;
use super::socket_info::{Next, Overlapped, SocketInfo, farewell, next};
use crate::failure::Failure;

/// Where the acceptor leaves one socket at a time for the worker.
struct Handover {
    client: Mutex<Option<(TcpStream, SocketAddr)>>,
    /// The worker has taken the socket ("read event").
    taken: Event,
    /// The acceptor has left a socket ("write event").
    left: Event,
}

/// Accepts clients and hands them over.
pub fn run(
    mut acceptor: Acceptor,
    journal: &'static Journal,
    buffer: usize,
) -> Result<(), Failure> {
    let (taken, left) = (
        Event::auto(true).map_err(Failure::new)?,
        Event::auto(false).map_err(Failure::new)?,
    );
    let handover = Arc::new(Handover {
        client: Mutex::default(),
        taken,
        left,
    });
    let shared = Arc::clone(&handover);
    super::spawn("worker", journal, move || worker(&shared, journal, buffer))?;
    loop {
        handover.taken.wait().map_err(Failure::new)?;
        // ① A socket for overlapped I/O.
        *handover.client() = Some(acceptor.accept()?);
        handover.left.set();
    }
}

fn worker(handover: &Handover, journal: &'static Journal, buffer: usize) {
    loop {
        // ③ An alertable wait. ⑤ It ends when the routines that were due have run.
        match handover.left.wait_alertable(None) {
            Ok(Wake::Object(_)) => {}
            _ => continue,
        }
        // ⑥ A new socket.
        let Some((socket, peer)) = handover.client().take() else {
            continue;
        };
        journal.connected(peer);
        handover.taken.set();
        if let Some(operation) = SocketInfo::operation(socket, peer, buffer, journal) {
            start(operation, Next::Receive);
        }
    }
}

/// ④ The system calls the routine, which looks at the result and goes on from ②.
fn completion_routine(done: Done<Vec<u8>, SocketInfo<TcpStream>>) {
    let mut operation = done.operation;
    let next = next(&mut operation, done.bytes);
    start(operation, next);
}

/// ② Call the overlapped function, and give it the routine.
fn start(operation: Overlapped<TcpStream>, next: Next) {
    let SocketInfo {
        ref socket,
        journal,
        ..
    } = *operation.data();
    let socket = socket.clone();
    let (call, started) = match next {
        Next::Receive => ("WSARecv()", socket.recv_then(operation, completion_routine)),
        Next::Send(rest) => (
            "WSASend()",
            socket.send_then(operation, rest, completion_routine),
        ),
        Next::End => {
            drop(socket);
            return farewell(operation);
        }
    };
    drop(socket);
    if let Err(refused) = started {
        journal.error(call, refused.error);
        farewell(refused.operation);
    }
}

impl Handover {
    fn client(&self) -> std::sync::MutexGuard<'_, Option<(TcpStream, SocketAddr)>> {
        self.client.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
