//! select and WSAPoll: waits until one of many sockets is ready, and takes nothing from any of them.
//!
//! One round: the descriptors are asked without blocking, and what poll(2) says of them is read as what Windows would
//! say of the socket ([`condition`]). If nobody wants any of it, the thread registers with every file, as a synchronous
//! call does with its one ([`blocking`]), and sleeps on all descriptors and its own kick descriptor: so closing a file
//! wakes it, APCs run, and CancelSynchronousIo ends it.
//!
//! The descriptors are asked outside the locks. An answer counts only if afterwards, under its file's lock, the file is
//! open and the descriptor is still the one that was asked.
//!
//! poll(2) reports hang-ups and errors whether asked to or not. A descriptor that hangs up in a way nobody wants to
//! hear of is left out of the sleep, or that would be none; [`File::rouse`] tells when the socket becomes something else.

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::blocking::{self, KICK, Woken, descriptor};
use super::file::{File, Io};
use super::request;
use crate::device::socket::{Socket, phase, transfer};
use crate::device::{Device, Direction};
use crate::object::apc;
use crate::object::thread::Thread;
use crate::status::Status;
use crate::sync::Arc;

/// What can be said of a socket: bits.
pub mod condition {
    /// Data or a datagram has come, or a connection waits to be accepted.
    pub const READABLE: u32 = 1;
    /// There is room in the send buffer of a connected socket, or of one without connections.
    pub const WRITABLE: u32 = 1 << 1;
    /// Urgent data waits outside the stream.
    pub const URGENT: u32 = 1 << 2;
    /// The peer sends no more: orderly or not.
    pub const ENDED: u32 = 1 << 3;
    /// The connection was lost: reset by the peer, or given up.
    pub const RESET: u32 = 1 << 4;
    /// The last connect has failed.
    pub const CONNECT_FAILED: u32 = 1 << 5;
    /// The handle was closed during the wait.
    pub const CLOSED: u32 = 1 << 6;
}

use condition::{CLOSED, CONNECT_FAILED, ENDED, READABLE, RESET, URGENT, WRITABLE};

/// A socket to wait for.
pub struct Entry<F> {
    /// Its file.
    pub file: F,
    /// The conditions that end the wait; closing the handle always does.
    pub wanted: u32,
    /// Conditions that hold for reasons that the descriptor does not know.
    pub standing: u32,
    /// What was found, wanted or not.
    pub found: u32,
}

/// Poll's ways to say more than was asked for.
const UNASKED: i16 = libc::POLLERR | libc::POLLHUP | libc::POLLNVAL;

/// Waits until a wanted condition holds for one of the entries; None is for ever, zero does not wait.
///
/// What was found stands in the entries; nothing wanted is found when the time runs out. CANCELLED after
/// CancelSynchronousIo. APCs run while the thread is blocked, and the wait goes on (APC-19).
pub fn wait<F: AsRef<File>>(
    entries: &mut [Entry<F>],
    timeout: Option<Duration>,
) -> Result<(), Status> {
    thread_local! {
        static SET: Cell<Vec<libc::pollfd>> = const { Cell::new(Vec::new()) };
    }
    // A wait inside this one, in an APC, finds nothing and leaves its own, which this one replaces.
    let mut set = SET.try_with(Cell::take).unwrap_or_default();
    let result = wait_in(&mut set, entries, timeout);
    let _ = SET.try_with(|kept| kept.set(set));
    result
}

fn wait_in<F: AsRef<File>>(
    set: &mut Vec<libc::pollfd>,
    entries: &mut [Entry<F>],
    timeout: Option<Duration>,
) -> Result<(), Status> {
    // A time beyond all clocks is for ever.
    let deadline = timeout.and_then(|time| Instant::now().checked_add(time));
    let looks_only = timeout.is_some_and(|time| time.is_zero());
    loop {
        prepare(set, entries);
        ask(&mut set[1..])?;
        if evaluate(set, entries) || looks_only {
            return Ok(());
        }
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Ok(());
        }
        let woken = Thread::with_current(|thread| sleep(set, entries, thread, deadline));
        // After an APC the answers are of the past.
        if woken? != Woken::Apc && evaluate(set, entries) {
            return Ok(());
        }
    }
}

/// Fills the set: the kick's place, then one for each entry.
fn prepare<F: AsRef<File>>(set: &mut Vec<libc::pollfd>, entries: &mut [Entry<F>]) {
    set.clear();
    set.push(KICK);
    for entry in entries {
        let file = entry.file.as_ref();
        let mut io = file.lock();
        // Without a descriptor nothing can happen to it.
        let _ = file.furnish(&mut io);
        entry.found = entry.standing;
        if io.closed {
            entry.found |= CLOSED;
            set.push(descriptor(-1, 0));
            continue;
        }
        if let Device::Socket(socket) = file.device()
            && socket.is(phase::UNREACHABLE)
            && !socket.is_stream()
        {
            entry.found |= READABLE;
        }
        set.push(descriptor(io.fd, events(entry.wanted)));
    }
}

fn events(wanted: u32) -> i16 {
    let mut events = 0;
    for (condition, event) in [
        (READABLE, libc::POLLIN),
        (ENDED, libc::POLLRDHUP),
        (WRITABLE, libc::POLLOUT),
        (URGENT, libc::POLLPRI),
    ] {
        if wanted & condition != 0 {
            events |= event;
        }
    }
    events
}

/// poll(2) without blocking.
fn ask(set: &mut [libc::pollfd]) -> Result<(), Status> {
    loop {
        // SAFETY: the set is valid for its length.
        if unsafe { libc::poll(set.as_mut_ptr(), set.len() as libc::nfds_t, 0) } >= 0 {
            return Ok(());
        }
        match Status::last_os_error() {
            interrupted if interrupted == Status::from_errno(libc::EINTR) => {}
            status => return Err(status),
        }
    }
}

/// Reads what the descriptors have answered. True if anything wanted is among it.
fn evaluate<F: AsRef<File>>(set: &mut [libc::pollfd], entries: &mut [Entry<F>]) -> bool {
    let mut satisfied = false;
    for (entry, place) in entries.iter_mut().zip(&mut set[1..]) {
        if place.revents != 0 {
            entry.found |= look(entry.file.as_ref(), place);
        }
        satisfied |= entry.found & (entry.wanted | CLOSED) != 0;
    }
    if !satisfied {
        for place in &mut set[1..] {
            if place.revents & UNASKED != 0 {
                place.fd = -1;
            }
        }
    }
    satisfied
}

/// What holds for the socket of a descriptor that has answered.
fn look(file: &File, place: &mut libc::pollfd) -> u32 {
    let Device::Socket(socket) = file.device() else {
        return 0;
    };
    let mut io = file.lock();
    if io.closed {
        return CLOSED;
    }
    if io.fd != place.fd {
        place.revents = 0;
        return 0;
    }
    serve_queues(file, &mut io, place);
    if !socket.is_stream() {
        return of_datagrams(socket, place);
    }
    socket.settle_connect(place.fd);
    if socket.is(phase::LISTENING) {
        return bits(place.revents, libc::POLLIN, READABLE);
    }
    if socket.is(phase::CONNECTED) {
        return of_connection(socket, place);
    }
    // Not connected, it is neither readable nor writable, whatever Linux says of it (SEL-06, SEL-08).
    let failed = !socket.is(phase::CONNECTING) && socket.remembered().connect_error.is_some();
    if failed { CONNECT_FAILED } else { 0 }
}

/// Overlapped operations that wait come first: what they leave is asked for again. So it is where operations have waited,
/// for another thread may have served them since the descriptor was asked.
fn serve_queues(file: &File, io: &mut Io, place: &mut libc::pollfd) {
    let mut left = !0;
    let mut served = io.is_registered();
    for (direction, event) in [
        (Direction::In, libc::POLLIN),
        (Direction::Out, libc::POLLOUT),
    ] {
        if place.revents & (event | UNASKED) != 0 && !io.is_idle(direction) {
            file.state.mark_ready(direction);
            request::run_queued(file, io, direction);
            served = true;
            if !io.is_idle(direction) {
                left &= !event;
            }
        }
    }
    if served {
        ask_again(place);
        place.revents &= left;
    }
}

fn ask_again(place: &mut libc::pollfd) {
    if ask(std::slice::from_mut(place)).is_err() {
        place.revents = 0;
    }
}

fn of_datagrams(socket: &Socket, place: &mut libc::pollfd) -> u32 {
    if place.revents & libc::POLLERR != 0 {
        if !socket.is(phase::IGNORE_UNREACHABLE) {
            // The next receive tells of an unreachable port (SOCK-35).
            return READABLE | bits(place.revents, libc::POLLOUT, WRITABLE);
        }
        transfer::drain_errors(place.fd);
        ask_again(place);
    }
    bits(place.revents, libc::POLLIN, READABLE) | bits(place.revents, libc::POLLOUT, WRITABLE)
}

fn of_connection(socket: &Socket, place: &libc::pollfd) -> u32 {
    let revents = place.revents;
    if revents & libc::POLLERR != 0 || socket.is(phase::RESET) {
        return RESET | ENDED | WRITABLE;
    }
    let mut found = bits(revents, libc::POLLOUT, WRITABLE);
    if !socket.is(phase::OOB_INLINE) {
        found |= bits(revents, libc::POLLPRI, URGENT);
    }
    // The end of the stream makes a descriptor readable, too.
    if revents & (libc::POLLRDHUP | libc::POLLHUP) == 0 {
        return found | bits(revents, libc::POLLIN, READABLE);
    }
    let unread = if transfer::has_unread(place.fd) {
        READABLE
    } else {
        0
    };
    found | ENDED | unread
}

fn bits(revents: i16, event: i16, condition: u32) -> u32 {
    if revents & event != 0 { condition } else { 0 }
}

/// Sleeps until a descriptor answers, or anything else may have changed.
fn sleep<F: AsRef<File>>(
    set: &mut [libc::pollfd],
    entries: &[Entry<F>],
    thread: &Arc<Thread>,
    deadline: Option<Instant>,
) -> Result<Woken, Status> {
    let enrolled = enrol(set, entries, thread);
    let woken = if enrolled == entries.len() {
        blocking::sleep(thread, set, deadline)
    } else {
        for place in &mut *set {
            place.revents = 0;
        }
        Woken::Again
    };
    for entry in &entries[..enrolled] {
        let file = entry.file.as_ref();
        file.end_blocking(&mut file.lock(), thread);
    }
    match woken {
        Woken::Apc => {
            apc::deliver(thread);
        }
        Woken::Cancelled => return Err(Status::CANCELLED),
        Woken::Again | Woken::TimedOut => {}
    }
    Ok(woken)
}

/// Registers the thread with the files, so that none closes its descriptor meanwhile. The number of them: fewer than all
/// if one has been closed or has another descriptor now.
fn enrol<F: AsRef<File>>(
    set: &[libc::pollfd],
    entries: &[Entry<F>],
    thread: &Arc<Thread>,
) -> usize {
    for (at, (entry, place)) in entries.iter().zip(&set[1..]).enumerate() {
        let file = entry.file.as_ref();
        let mut io = file.lock();
        // A place without descriptor is that of one left out.
        if io.closed || (place.fd >= 0 && place.fd != io.fd) {
            return at;
        }
        file.begin_blocking(&mut io, thread);
    }
    entries.len()
}
