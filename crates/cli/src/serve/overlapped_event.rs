//! The overlapped model with events: two threads, one that accepts and one that waits for up to 64 events.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use larboard::net::TcpStream;
use larboard::{Error, Event, MAXIMUM_WAIT_OBJECTS, Pending, Waitable, wait_any};

use super::acceptor::Acceptor;
use super::journal::Journal;
use super::socket_info::{Next, Overlapped, SocketInfo, farewell, next};
use crate::failure::Failure;

/// An operation in flight, with the event that its completion signals.
type InFlight = Pending<Vec<u8>, SocketInfo<TcpStream>>;

/// What the two threads share.
struct Table {
    /// Element 0 of the wait: tells the worker that a client has been added.
    control: Event,
    arrivals: Mutex<Vec<InFlight>>,
    clients: AtomicUsize,
}

/// One place of the wait is the control event's.
const MOST_CLIENTS: usize = MAXIMUM_WAIT_OBJECTS - 1;

/// Accepts clients and starts their first receive.
pub fn run(
    mut acceptor: Acceptor,
    journal: &'static Journal,
    buffer: usize,
) -> Result<(), Failure> {
    let control = Event::manual(false).map_err(Failure::new)?;
    let table = Arc::new(Table {
        control,
        arrivals: Mutex::default(),
        clients: AtomicUsize::new(0),
    });
    let shared = Arc::clone(&table);
    super::spawn("worker", journal, move || worker(&shared))?;
    loop {
        // ① A socket for overlapped I/O, with an event, which the operation brings.
        let (socket, peer) = acceptor.accept()?;
        journal.connected(peer);
        if !table.has_room() {
            drop(socket);
            journal.disconnected(peer);
            continue;
        }
        match SocketInfo::operation(socket, peer, buffer, journal)
            .map(|operation| start(operation, Next::Receive))
        {
            Some(Ok(in_flight)) => table.add(in_flight),
            Some(Err(ended)) => table.remove(ended),
            None => table.release(),
        }
    }
}

fn worker(table: &Table) {
    let mut clients: Vec<InFlight> = Vec::with_capacity(MOST_CLIENTS);
    loop {
        // ③ Wait until one of the events is signalled.
        let Ok(index) = wait(&table.control, &clients) else {
            continue;
        };
        if index == 0 {
            table.control.reset();
            clients.append(&mut table.arrivals());
            continue;
        }
        // ④ Fetch the result. Meanwhile the last client has the place of this one.
        let done = clients.swap_remove(index - 1).wait();
        let mut operation = done.operation;
        let next = next(&mut operation, done.bytes);
        // ⑤ For a socket that is known go on from ②.
        match start(operation, next) {
            Ok(in_flight) => clients.push(in_flight),
            Err(ended) => table.remove(ended),
        }
    }
}

fn wait(control: &Event, clients: &[InFlight]) -> Result<usize, Error> {
    let mut events: [&dyn Waitable; MAXIMUM_WAIT_OBJECTS] = [control; MAXIMUM_WAIT_OBJECTS];
    for (event, client) in events[1..].iter_mut().zip(clients) {
        *event = client;
    }
    wait_any(&events[..=clients.len()])
}

/// ② Call the overlapped function; it is an error if that was the end of the client.
fn start(operation: Overlapped<TcpStream>, next: Next) -> Result<InFlight, Overlapped<TcpStream>> {
    let SocketInfo {
        ref socket,
        journal,
        ..
    } = *operation.data();
    let socket = socket.clone();
    let (call, started) = match next {
        Next::Receive => ("WSARecv()", socket.recv_overlapped(operation)),
        Next::Send(rest) => ("WSASend()", socket.send_overlapped(operation, rest)),
        Next::End => return Err(operation),
    };
    started.map_err(|refused| {
        journal.error(call, refused.error);
        refused.operation
    })
}

impl Table {
    /// Takes a place for a client, if there is one.
    fn has_room(&self) -> bool {
        self.clients
            .fetch_update(Relaxed, Relaxed, |clients| {
                (clients < MOST_CLIENTS).then_some(clients + 1)
            })
            .is_ok()
    }

    /// Gives a client's place back.
    fn release(&self) {
        self.clients.fetch_sub(1, Relaxed);
    }

    /// Gives the place of a client back and parts from it; in this order, for whoever reads of it may count on the place.
    fn remove(&self, client: Overlapped<TcpStream>) {
        self.release();
        farewell(client);
    }

    /// Hands a client to the worker.
    fn add(&self, client: InFlight) {
        self.arrivals().push(client);
        self.control.set();
    }

    fn arrivals(&self) -> MutexGuard<'_, Vec<InFlight>> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
