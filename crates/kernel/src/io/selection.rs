//! Network events of a file: attaches the record of `device::socket::net_events` to a file object, and has it look at the
//! socket whenever that may have changed - at an edge, and after the calls that re-enable an event.
//!
//! The record is touched, and tells, under the file's lock. So what an event object is told and what is fetched from the
//! record come in one order, and a fetch that resets the event object loses nothing (EVT-04).
//!
//! A selected file counts as a request in flight: somebody has to look out for its edges even while every thread
//! computes. SELECTED in its state word makes a token of every edge.

use super::file::{File, Io, SELECTED};
use super::monitor;
use crate::device::socket::net_events::{
    ACCEPT, ALL, CLOSE, CONNECT, COUNT, Conditions, OOB, READ, Rearming, Sink, WRITE,
};
use crate::device::socket::{Socket, phase};
use crate::device::{Device, Direction};
use crate::object::event::Event;
use crate::status::Status;
use crate::sync::Arc;

/// Selects network events; mask 0 cancels. INVALID_HANDLE for a closed socket, OBJECT_TYPE_MISMATCH for another file.
pub fn select(file: &Arc<File>, mask: u32, sink: Option<Arc<dyn Sink>>) -> Result<(), Status> {
    let socket = socket(file).ok_or(Status::OBJECT_TYPE_MISMATCH)?;
    let mut io = file.lock();
    if io.closed {
        return Err(Status::INVALID_HANDLE);
    }
    file.furnish(&mut io)?;
    socket.set(phase::NON_BLOCKING); // NB-21
    if mask == 0 || sink.is_none() {
        if is_touched(file) {
            cancel(file, &mut io);
        }
        return Ok(());
    }
    if io.selection().is_none() {
        file.register(&mut io)?;
        file.state.add(SELECTED);
        file.pended(&io);
    }
    let model = sink.as_ref().map(|sink| sink.rearming());
    let message = model == Some(Rearming::Message);
    let found = conditions(socket, &io, model);
    let events = io.selection_mut().get_or_insert_default();
    if message && found.events & CONNECT != 0 && found.error == 0 {
        events.connection_is_known();
    }
    events.select(mask, sink);
    events.tell_all();
    events.find(found);
    drop(io);
    monitor::arm();
    Ok(())
}

/// What has been told stays known, so that another selection does not tell it again (EVT-14).
fn cancel(file: &File, io: &mut Io) {
    let Some(events) = io.selection_mut() else {
        return;
    };
    events.select(0, None);
    if events.knows_nothing() {
        *io.selection_mut() = None;
        file.state.remove(SELECTED);
        file.settle(io, 1);
    }
}

/// An accepted socket gets the selection of its listener (EVT-29, ASY-16). `handle` is its own.
pub fn inherit(listener: &File, accepted: &Arc<File>, handle: usize) -> Result<(), Status> {
    if !is_touched(listener) {
        return Ok(());
    }
    let inherited = listener.lock().selection().and_then(|events| {
        let sink = events.sink()?.clone();
        Some((events.mask(), sink))
    });
    match inherited {
        Some((mask, sink)) => select(accepted, mask, Some(sink.inherit(handle))),
        None => Ok(()),
    }
}

/// Makes the socket blocking again. INVALID_PARAMETER while events are selected (NB-03).
pub fn make_blocking(file: &File) -> Result<(), Status> {
    let socket = socket(file).ok_or(Status::OBJECT_TYPE_MISMATCH)?;
    let io = file.lock();
    if io.selection().is_some_and(|events| events.mask() != 0) {
        return Err(Status::INVALID_PARAMETER);
    }
    socket.clear(phase::NON_BLOCKING);
    Ok(())
}

/// WSAEnumNetworkEvents: the selected events that have occurred since the last call, with their codes, and `event` reset
/// in the same step (EVT-04).
pub fn enumerate(file: &File, event: Option<&Event>) -> (u32, [u16; COUNT]) {
    let mut io = file.lock();
    let fetched = match (io.selection(), socket(file)) {
        (Some(events), Some(socket)) if !events.has_due() && events.mask() != 0 && !io.closed => {
            // Nobody may have polled since.
            let found = conditions(socket, &io, rearming(&io));
            io.selection_mut()
                .as_mut()
                .map(|events| events.find_and_fetch(found))
        }
        (Some(_), _) => io.selection_mut().as_mut().map(|events| events.fetch()),
        (None, _) => None,
    };
    if let Some(event) = event {
        event.reset();
    }
    fetched.unwrap_or_default()
}

/// The socket has changed by a call that re-enables nothing: bind, listen.
pub fn changed(file: &File) {
    rearm(file, 0, true);
}

/// A new connect begins: what was told of the last one is no longer known.
pub fn connecting(file: &File) {
    rearm(file, CONNECT | WRITE | CLOSE, false);
}

/// A connection was accepted, or asked for (EVT-11).
pub fn accepted(file: &File) {
    rearm(file, ACCEPT, true);
}

/// A receive was called with arguments that are wrong: that re-enables by messages only (EVT-15, ASY-10).
pub fn receive_refused(file: &File) {
    if is_touched(file) && rearming(&file.lock()) == Some(Rearming::Message) {
        rearm(file, READ, true);
    }
}

/// Who is to hear FD_CLOSE if the last handle is now closed by CloseHandle: a window (ASY-18).
pub fn hears_of_closing(file: &File) -> Option<Arc<dyn Sink>> {
    if !is_touched(file) {
        return None;
    }
    let io = file.lock();
    let events = io.selection().filter(|events| events.mask() & CLOSE != 0)?;
    let sink = events.sink()?;
    (sink.rearming() == Rearming::Message).then(|| sink.clone())
}

/// The handle has another descriptor, which knows nothing of what the old one has told.
pub(super) fn replaced(io: &mut Io) {
    if io.selection().is_some()
        && let Some(events) = io.selection_mut()
    {
        events.rearm(ALL);
    }
}

/// A send of the program has found no room. Room that has come meanwhile has made its edge already: look, or the wake-up
/// is lost.
pub(super) fn send_blocked(file: &File) {
    rearm(file, WRITE, true);
}

/// The program has called a function that receives or accepts. `left`: something may be left. Under the same lock as the
/// attempt: what comes after it makes an edge that is dealt with after this.
pub(super) fn received(file: &File, io: &mut Io, direction: Direction, left: bool) {
    let Some(socket) = socket(file) else { return };
    let (events, look) = match direction {
        Direction::In if socket.is(phase::LISTENING) => (ACCEPT, true),
        // A short receive has drained a stream, if it has not stopped before an urgent byte.
        Direction::In => (READ, left || !socket.is_stream() || file.state.is_lasting()),
        Direction::Urgent => (OOB, true),
        Direction::Out => return,
    };
    let Some(record) = io.selection_mut() else {
        return;
    };
    record.rearm(events);
    if look {
        let found = usual_conditions(file, socket, io);
        if let Some(record) = io.selection_mut() {
            record.find(found);
        }
    }
}

/// Looks whether anything holds now that has not been told.
pub(super) fn look(file: &File, io: &mut Io) {
    if let (Some(socket), true) = (socket(file), io.selection().is_some()) {
        find(socket, io);
    }
}

/// An edge has come, and what waits has been performed.
pub(super) fn edge(file: &File, io: &mut Io) {
    let (Some(socket), true, false) = (socket(file), io.selection().is_some(), io.closed) else {
        return;
    };
    let found = usual_conditions(file, socket, io);
    if let Some(events) = io.selection_mut() {
        events.arrive(found);
    }
}

/// As [`conditions`], with one question to the system instead of three where nothing but data can be news: so it is
/// whenever a connection is used as most are.
fn usual_conditions(file: &File, socket: &Socket, io: &Io) -> Conditions {
    let known = |events| io.selection().is_some_and(|record| record.is_known(events));
    if socket.is_open_stream()
        && !file.state.is_lasting()
        && known(WRITE)
        && (known(CONNECT) || !socket.is(phase::INITIATOR))
        && io.is_idle(Direction::In)
    {
        socket.data_conditions(io.fd)
    } else {
        conditions(socket, io, rearming(io))
    }
}

fn rearm(file: &File, events: u32, look: bool) {
    if !is_touched(file) {
        return;
    }
    let mut io = file.lock();
    let (Some(socket), false) = (socket(file), io.closed) else {
        return;
    };
    if let Some(record) = io.selection_mut() {
        record.rearm(events);
        if look {
            find(socket, &mut io);
        }
    }
}

fn find(socket: &Socket, io: &mut Io) {
    let found = conditions(socket, io, rearming(io));
    if let Some(events) = io.selection_mut() {
        events.find(found);
    }
}

/// What is there for the program: what operations that wait will take is not (EVT-17).
fn conditions(socket: &Socket, io: &Io, model: Option<Rearming>) -> Conditions {
    let mut found = socket.conditions(io.fd);
    if !io.is_idle(Direction::In) {
        found.events &= !(READ | ACCEPT);
    }
    if !io.is_idle(Direction::Urgent) {
        found.events &= !OOB;
    }
    if !io.is_idle(Direction::Out) {
        found.events &= !WRITE;
    }
    // EVT-27; ASY-22 has no such condition.
    if model != Some(Rearming::Message) && !socket.is(phase::BOUND | phase::CONNECTED) {
        found.events &= !WRITE;
    }
    found
}

fn rearming(io: &Io) -> Option<Rearming> {
    io.selection()?.sink().map(|sink| sink.rearming())
}

/// Has anything ever been selected? One load, for the many files for which nothing has.
fn is_touched(file: &File) -> bool {
    file.has_modes(SELECTED)
}

fn socket(file: &File) -> Option<&Socket> {
    match file.device() {
        Device::Socket(socket) => Some(socket),
        Device::Disk(_) | Device::Watched => None,
    }
}
