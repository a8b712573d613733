//! THE funnel. Every outcome of every overlapped operation - immediate, pending, failed, cancelled - passes here, and
//! only here is decided what becomes of it, in this order:
//!
//! 1. `InternalHigh`, then `Internal` (release): from now on the application may reuse its OVERLAPPED (OVL-03).
//! 2. The routine, if there is one: an APC to the thread that started the operation, and no packet (OVL-39).
//! 3. The event, or without one the file object itself, is signalled (OVL-38). A routine's hEvent is not touched.
//! 4. A packet, if the file has a port, the low bit of hEvent does not forbid it, and it is not an immediate outcome
//!    under FILE_SKIP_COMPLETION_PORT_ON_SUCCESS (PORT-15 to PORT-27).

//!
//! A registered request has none of these: its outcome goes to the [`Sink`] that stands for its completion queue.

use std::sync::atomic::AtomicUsize;

use super::file::{self, File};
use super::packet::Packet;
use super::port::Port;
use super::request::{Completion, OverlappedPtr, Rare, Request, Routine, Sink};
use crate::device::Device;
use crate::device::socket::phase;
use crate::object::apc::{self, Apc};
use crate::object::event::Event;
use crate::object::thread::Thread;
use crate::status::Status;
use crate::sync::{Arc, Ordering};

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The status.
    pub status: Status,
    /// Bytes transferred.
    pub bytes: u32,
    /// Windows' MSG_ flags of a receive.
    pub flags: u32,
}

impl Finished {
    /// An end without a result.
    pub fn failed(status: Status, bytes: u32) -> Finished {
        Finished {
            status,
            bytes,
            flags: 0,
        }
    }
}

/// Takes a packet to its port.
pub type Deliver<'a> = &'a mut dyn FnMut(&Arc<Port>, Packet);

/// The usual delivery.
pub fn post(port: &Arc<Port>, packet: Packet) {
    port.complete(packet);
}

/// An operation begins: STATUS_PENDING in the OVERLAPPED; event and file object not signalled (OVL-02, OVL-05).
pub(super) fn mark_started(file: &File, completion: &Completion) {
    if completion.sink().is_some() {
        return;
    }
    match &completion.event {
        Some(event) => {
            write_status(completion.overlapped, Status::PENDING);
            event.reset();
        }
        None => mark_plain_started(file, completion.overlapped),
    }
}

/// The same for an operation without an event.
#[inline]
pub(super) fn mark_plain_started(file: &File, overlapped: OverlappedPtr) {
    write_status(overlapped, Status::PENDING);
    file.clear_signal();
}

/// The end of an operation that has neither event nor routine: steps 1, 3 and 4.
#[inline]
pub(super) fn complete_plain(
    file: &File,
    overlapped: OverlappedPtr,
    packet: bool,
    (status, bytes): (Status, u32),
    at_once: bool,
    deliver: impl FnMut(&Arc<Port>, Packet),
) {
    write_result(overlapped, status, bytes);
    signal(file, None);
    if packet {
        send_packet(file, overlapped, (status, bytes), at_once, deliver);
    }
}

/// The end of an operation whose starting call returns the outcome itself.
pub(super) fn complete_at_once(file: &File, completion: &Completion, finished: Finished) {
    finish(file, completion, finished, true, &mut post);
}

/// The end of an operation that was pending.
pub(super) fn complete(file: &File, request: Request, finished: Finished, deliver: Deliver<'_>) {
    let Some(rare) = &request.completion.rare else {
        return finish(file, &request.completion, finished, false, deliver);
    };
    release_acceptor(rare);
    let home = rare.home.as_deref().unwrap_or(file);
    finish(home, &request.completion, finished, false, deliver);
    if rare.home.is_some() {
        home.repeat_signal();
    }
}

/// An AcceptEx that ends without a connection gives its acceptor back, before anybody hears of it (OVL-78).
fn release_acceptor(rare: &Rare) {
    if let Some(acceptor) = &rare.acceptor
        && let Device::Socket(socket) = acceptor.device()
    {
        socket.clear(phase::ACCEPTOR);
    }
}

fn finish(
    file: &File,
    completion: &Completion,
    finished: Finished,
    at_once: bool,
    deliver: Deliver<'_>,
) {
    if let Some((sink, token)) = completion.sink() {
        return Sink::finished(&**sink, *token, finished, deliver);
    }
    let overlapped = completion.overlapped;
    let (status, bytes) = (finished.status, finished.bytes);
    write_result(overlapped, status, bytes);
    let routine = completion.routine();
    if let Some((routine, thread)) = routine {
        queue_routine(*routine, thread, overlapped, finished);
    }
    signal(file, completion.event.as_deref());
    if routine.is_none() && completion.packet {
        send_packet(file, overlapped, (status, bytes), at_once, deliver);
    }
}

/// Step 1.
#[inline]
fn write_result(overlapped: OverlappedPtr, status: Status, bytes: u32) {
    // SAFETY: the application keeps its OVERLAPPED valid until completion, which is the last line (OVL-07). Programs may
    // look at this word while the operation is pending, so it is written atomically.
    let internal_high = unsafe { AtomicUsize::from_ptr(&raw mut (*overlapped.0).internal_high) };
    internal_high.store(bytes as usize, Ordering::Relaxed);
    write_status(overlapped, status);
}

/// Step 3.
#[inline]
fn signal(file: &File, event: Option<&Event>) {
    match event {
        Some(event) => event.set(),
        None if file.has_modes(file::SKIP_SET_EVENT) => {}
        None => file.set_signal(),
    }
}

/// Step 4.
#[inline]
fn send_packet(
    file: &File,
    overlapped: OverlappedPtr,
    (status, bytes): (Status, u32),
    at_once: bool,
    mut deliver: impl FnMut(&Arc<Port>, Packet),
) {
    if at_once && file.has_modes(file::SKIP_PORT_ON_SUCCESS) {
        return;
    }
    if let Some(association) = file.association() {
        let key = file.packet_key(&association);
        deliver(
            &association.port,
            Packet::new(status, bytes, key, overlapped),
        );
    }
}

fn queue_routine(routine: Routine, thread: &Thread, overlapped: OverlappedPtr, finished: Finished) {
    let Finished {
        status,
        bytes,
        flags,
    } = finished;
    let overlapped = overlapped.0.expose_provenance();
    let call = match routine {
        Routine::Socket(routine) => Apc::Socket {
            routine,
            status,
            bytes,
            overlapped,
            flags,
        },
        Routine::File(routine) => Apc::File {
            routine,
            status,
            bytes,
            overlapped,
        },
    };
    // A thread that has ended never runs its routines (APC-31).
    let _ = apc::queue(thread, call);
}

fn write_status(overlapped: OverlappedPtr, status: Status) {
    // SAFETY: valid until completion, as above; programs may poll this word, so it is written atomically.
    let internal = unsafe { AtomicUsize::from_ptr(&raw mut (*overlapped.0).internal) };
    internal.store(status.0 as usize, Ordering::Release);
}

/// The status in an OVERLAPPED, and the byte count if it is not pending (acquire).
///
/// # Safety
/// `overlapped` must point to a valid OVERLAPPED.
pub unsafe fn read_status(overlapped: *mut Overlapped) -> (Status, usize) {
    // SAFETY: the caller's promise.
    unsafe {
        let internal = AtomicUsize::from_ptr(&raw mut (*overlapped).internal);
        let status = Status(internal.load(Ordering::Acquire) as u32);
        // While it is pending somebody may be about to write the byte count.
        let bytes = match status {
            Status::PENDING => 0,
            _ => (*overlapped).internal_high,
        };
        (status, bytes)
    }
}

use super::request::Overlapped;
