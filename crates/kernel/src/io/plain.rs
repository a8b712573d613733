//! The short way of the usual operations: a receive into, or a send from, one buffer of a connected stream or for a
//! datagram, without flags, reported by packet or file object.
//!
//! Nothing here is decided otherwise than on the general way (`request`, `device::socket::transfer`); it is only decided
//! with fewer instructions, because an echo is two of these. Whatever is not usual after all - an error, a short send, a
//! queue that is not empty - goes the general way, from the beginning or from where it stands.
//!
//! What has ended or begun is told in one word or two, which travel in registers: the bytes, or the status that the call
//! ends with. PENDING is one.

use super::complete::{self, Deliver};
use super::file::{File, Io};
use super::monitor;
use super::pump::prefetch;
use super::request::{self, Completion, OverlappedPtr, Request};
use super::waiting::Plain;
use crate::device::socket::Operation;
use crate::device::socket::transfer::{Datagram, Receive, Send, Sender, errno};
use crate::device::{Buffers, Device, Direction, Outcome};
use crate::engine::sys;
use crate::object::thread::Thread;
use crate::status::Status;
use crate::sync::{Arc, Ordering};

/// Sends. None: nothing was done, take the general way.
///
/// # Safety
/// The buffer and the OVERLAPPED stay valid until completion (OVL-07).
#[inline]
pub unsafe fn send(
    file: &Arc<File>,
    base: *mut u8,
    length: u32,
    overlapped: OverlappedPtr,
    packet: bool,
) -> Option<Result<u32, Status>> {
    if !is_open_stream(file) || length == 0 {
        return None;
    }
    let mut io = file.lock();
    if io.closed || !io.is_idle(Direction::Out) {
        return None;
    }
    // SAFETY: the buffer is valid by this function's contract.
    let n = unsafe { sys::send(io.fd, base.cast(), length as usize, libc::MSG_NOSIGNAL) };
    if n < 0 {
        return failed(file, overlapped).map(Err);
    }
    if n as usize != length as usize {
        let sent = (length, n as u32);
        return Some(Err(rest(file, &mut io, base, sent, overlapped, packet)));
    }
    end_at_once(file, overlapped, packet, (Status::SUCCESS, length));
    Some(Ok(length))
}

/// Linux tells of an error once: it has to be taken here. The general way tries again if there is only no room.
#[cold]
fn failed(file: &File, overlapped: OverlappedPtr) -> Option<Status> {
    let Device::Socket(socket) = file.device() else {
        return None;
    };
    match socket.send_error(errno()) {
        Outcome::Done { status, .. } => {
            complete::mark_plain_started(file, overlapped);
            Some(status)
        }
        Outcome::Pending => None,
    }
}

/// Sends a datagram to an address in Linux' layout. None: take the general way.
///
/// # Safety
/// As for [`send`]; `to` must be valid for reads of `room` bytes.
#[inline]
pub unsafe fn send_to(
    file: &Arc<File>,
    (base, length): (*mut u8, u32),
    (to, room): (*const libc::sockaddr, libc::socklen_t),
    overlapped: OverlappedPtr,
    packet: bool,
) -> Option<Result<u32, Status>> {
    let Device::Socket(socket) = file.device() else {
        return None;
    };
    let io = file.lock();
    if io.closed || !socket.is_open_for_datagrams() || !io.is_idle(Direction::Out) {
        return None;
    }
    let (fd, flags) = (io.fd, libc::MSG_NOSIGNAL);
    // SAFETY: buffer and address are valid by this function's contract.
    let n = unsafe { sys::sendto(fd, base.cast(), length as usize, flags, to, room) };
    if n < 0 {
        if errno() == libc::ECONNREFUSED {
            socket.note_unreachable(fd);
            return None;
        }
        return failed(file, overlapped).map(Err);
    }
    end_at_once(file, overlapped, packet, (Status::SUCCESS, n as u32));
    Some(Ok(n as u32))
}

/// The system took a part: the rest waits.
#[cold]
fn rest(
    file: &Arc<File>,
    io: &mut Io,
    base: *mut u8,
    (length, done): (u32, u32),
    overlapped: OverlappedPtr,
    packet: bool,
) -> Status {
    let mut buffers = Buffers::one(base, length as usize);
    buffers.advance(done as usize);
    let operation = Operation::Send(Send {
        buffers,
        flags: 0,
        done,
        rare: None,
    });
    let completion = Completion {
        overlapped,
        event: None,
        packet,
        rare: None,
    };
    complete::mark_started(file, &completion);
    let request = Request::new(operation, completion, issuer(file, packet));
    match request::pend(file, io, request) {
        Ok(()) => Status::PENDING,
        Err((status, _)) => status,
    }
}

/// Starts a receive that has to wait. None: nothing was done, take the general way.
///
/// # Safety
/// As for [`send`].
#[inline]
pub unsafe fn receive(
    file: &Arc<File>,
    base: *mut u8,
    length: u32,
    overlapped: OverlappedPtr,
    packet: bool,
) -> Option<Result<u32, Status>> {
    if !is_open_stream(file) {
        return None;
    }
    let mut io = file.lock();
    if io.closed || !io.is_idle(Direction::In) || file.is_ready(&io, Direction::In) {
        return None;
    }
    complete::mark_plain_started(file, overlapped);
    io.wait_plainly(Plain {
        overlapped,
        event: None,
        base,
        length,
        issuer: issuer(file, packet),
        packet,
    });
    file.pended(&io);
    if file.state.mark_pending(Direction::In) {
        request::run_queued(file, &mut io, Direction::In);
    }
    monitor::arm();
    Some(Err(Status::PENDING))
}

/// Receives a datagram, with its sender. None: nothing was done, take the general way. BUFFER_OVERFLOW: the buffer is
/// full, the rest of the datagram is lost, and that is reported.
///
/// # Safety
/// As for [`send`]; where the sender goes stays valid as long.
#[inline]
pub unsafe fn receive_from(
    file: &Arc<File>,
    (base, length): (*mut u8, u32),
    sender: Sender,
    overlapped: OverlappedPtr,
    packet: bool,
) -> Option<Result<u32, Status>> {
    let Device::Socket(socket) = file.device() else {
        return None;
    };
    let mut io = file.lock();
    if io.closed || !socket.is_open_for_datagrams() {
        return None;
    }
    let buffer = (base, length);
    if !io.is_idle(Direction::In) || !file.is_ready(&io, Direction::In) {
        let status = wait_for_datagram(file, &mut io, buffer, sender, overlapped, packet);
        return Some(Err(status));
    }
    file.state.clear_ready(Direction::In);
    let part = libc::iovec {
        iov_base: base.cast(),
        iov_len: length as usize,
    };
    let Some(Datagram { status, bytes, .. }) =
        socket.receive_usual_datagram(io.fd, part, 0, sender)
    else {
        let status = no_datagram(file, &mut io, buffer, sender, overlapped, packet);
        return Some(Err(status));
    };
    file.state.mark_ready(Direction::In); // not known to be drained
    complete::mark_plain_started(file, overlapped);
    if !status.is_failure() {
        end_at_once(file, overlapped, packet, (status, bytes));
    }
    match status {
        Status::SUCCESS => Some(Ok(bytes)),
        status => Some(Err(status)),
    }
}

/// There was none, or the system told of an error.
#[cold]
fn no_datagram(
    file: &Arc<File>,
    io: &mut Io,
    buffer: (*mut u8, u32),
    sender: Sender,
    overlapped: OverlappedPtr,
    packet: bool,
) -> Status {
    let Device::Socket(socket) = file.device() else {
        return Status::OBJECT_TYPE_MISMATCH;
    };
    match socket.datagram_error(io.fd) {
        Outcome::Done { status, .. } => {
            file.state.mark_ready(Direction::In);
            complete::mark_plain_started(file, overlapped);
            status
        }
        Outcome::Pending => wait_for_datagram(file, io, buffer, sender, overlapped, packet),
    }
}

#[inline(never)]
fn wait_for_datagram(
    file: &Arc<File>,
    io: &mut Io,
    (base, length): (*mut u8, u32),
    sender: Sender,
    overlapped: OverlappedPtr,
    packet: bool,
) -> Status {
    complete::mark_plain_started(file, overlapped);
    let completion = Completion {
        overlapped,
        event: None,
        packet,
        rare: None,
    };
    let operation = Operation::Receive(Receive {
        buffers: Buffers::one(base, length as usize),
        flags: 0,
        done: 0,
        rare: sender.boxed(),
    });
    let request = Request::new(operation, completion, issuer(file, packet));
    match request::pend(file, io, request) {
        Ok(()) => Status::PENDING,
        Err((status, _)) => status,
    }
}

/// Performs the receive that waits at the head of `file`, whose READY bit was cleared. False: nothing was done, take the
/// general way.
#[inline]
pub(super) fn perform(file: &File, io: &mut Io, deliver: Deliver<'_>) -> bool {
    let (Some((base, length, overlapped)), Device::Socket(socket)) = (io.plain(), file.device())
    else {
        return false;
    };
    if length == 0 || !socket.is_open_stream() {
        return false;
    }
    prefetch(overlapped.0); // it is written after the system call
    prefetch(base);
    // SAFETY: the application keeps the buffer valid until completion (OVL-07).
    let n = unsafe { sys::recv(io.fd, base.cast(), length as usize, 0) };
    let finished = match n {
        0 => return false,
        1.. => (Status::SUCCESS, n as u32),
        // Linux tells of an error once: it has to be taken here.
        _ => match socket.receive_error(errno()) {
            Outcome::Done { status, .. } => (status, 0),
            Outcome::Pending => return false,
        },
    };
    if n < 0 || n as usize == length as usize {
        file.state.mark_ready(Direction::In); // not known to be drained
    }
    if let Some(Plain {
        overlapped, packet, ..
    }) = io.take_plain()
    {
        file.settle(io, 1);
        complete::complete_plain(file, overlapped, packet, finished, false, deliver);
    }
    true
}

/// The end of an operation whose starting call returns the outcome itself.
#[inline]
fn end_at_once(file: &File, overlapped: OverlappedPtr, packet: bool, finished: (Status, u32)) {
    complete::complete_plain(file, overlapped, packet, finished, true, complete::post);
}

#[inline]
fn is_open_stream(file: &File) -> bool {
    matches!(file.device(), Device::Socket(socket) if socket.is_open_stream())
}

#[inline]
fn issuer(file: &File, packet: bool) -> u32 {
    Thread::with_current(|thread| {
        if !(packet && file.is_associated()) {
            thread.started_io.store(true, Ordering::Relaxed);
        }
        thread.serial()
    })
}
