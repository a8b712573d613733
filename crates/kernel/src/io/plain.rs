//! The short way of the usual operations: a receive into, or a send from, one buffer of a connected stream or for a
//! datagram, without flags, reported by packet or file object.
//!
//! Nothing here is decided otherwise than on the general way (`request`, `device::socket::transfer`); it is only decided
//! with fewer instructions, because an echo is two of these. Whatever is not usual after all - an error, a short send, a
//! queue that is not empty - goes the general way, from the beginning or from where it stands.

use super::complete::{self, Deliver, Finished};
use super::file::{File, Io};
use super::monitor;
use super::pump::prefetch;
use super::request::{self, Completion, OverlappedPtr, Request, Started};
use super::waiting::Plain;
use crate::device::socket::Operation;
use crate::device::socket::address::Address;
use crate::device::socket::transfer::{Receive, Send, Sender, errno};
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
) -> Option<Started> {
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
        return failed(file, overlapped);
    }
    if n as usize != length as usize {
        return Some(rest(
            file,
            &mut io,
            base,
            (length, n as u32),
            overlapped,
            packet,
        ));
    }
    let finished = success(length);
    Some(end_at_once(file, overlapped, packet, finished))
}

/// Linux tells of an error once: it has to be taken here. The general way tries again if there is only no room.
#[cold]
fn failed(file: &File, overlapped: OverlappedPtr) -> Option<Started> {
    let Device::Socket(socket) = file.device() else {
        return None;
    };
    match socket.send_error(errno()) {
        Outcome::Done { status, .. } => {
            complete::mark_plain_started(file, overlapped);
            Some(Started::Failed(status))
        }
        Outcome::Pending => None,
    }
}

/// Sends a datagram. None: take the general way.
///
/// # Safety
/// As for [`send`].
#[inline]
pub unsafe fn send_to(
    file: &Arc<File>,
    (base, length): (*mut u8, u32),
    address: &Address,
    overlapped: OverlappedPtr,
    packet: bool,
) -> Option<Started> {
    let Device::Socket(socket) = file.device() else {
        return None;
    };
    let io = file.lock();
    if io.closed || !socket.is_open_for_datagrams() || !io.is_idle(Direction::Out) {
        return None;
    }
    let (fd, flags) = (io.fd, libc::MSG_NOSIGNAL);
    let (to, room) = (address.as_ptr(), address.length());
    // SAFETY: the buffer is valid by this function's contract, the address is lent.
    let n = unsafe { sys::sendto(fd, base.cast(), length as usize, flags, to, room) };
    if n < 0 {
        if errno() == libc::ECONNREFUSED {
            socket.note_unreachable(fd);
            return None;
        }
        return failed(file, overlapped);
    }
    let finished = success(n as u32);
    Some(end_at_once(file, overlapped, packet, finished))
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
) -> Started {
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
        Ok(()) => Started::Pending,
        Err((status, _)) => Started::Failed(status),
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
) -> Option<Started> {
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
    Some(Started::Pending)
}

/// Receives a datagram, with its sender. None: nothing was done, take the general way.
///
/// # Safety
/// As for [`send`]; where the sender goes stays valid as long.
pub unsafe fn receive_from(
    file: &Arc<File>,
    (base, length): (*mut u8, u32),
    sender: Sender,
    overlapped: OverlappedPtr,
    packet: bool,
) -> Option<Started> {
    let Device::Socket(socket) = file.device() else {
        return None;
    };
    let mut io = file.lock();
    if io.closed || !socket.is_open_for_datagrams() {
        return None;
    }
    let mut buffers = Buffers::one(base, length as usize);
    if io.is_idle(Direction::In) && file.is_ready(&io, Direction::In) {
        file.state.clear_ready(Direction::In);
        let &mut [part] = buffers.parts() else {
            return None;
        };
        let outcome = socket.receive_usual_datagram(io.fd, part, 0, sender);
        if let Outcome::Done {
            status,
            bytes,
            flags,
            ..
        } = outcome
        {
            file.state.mark_ready(Direction::In); // not known to be drained
            complete::mark_plain_started(file, overlapped);
            if status.is_failure() {
                return Some(Started::Failed(status));
            }
            let finished = Finished {
                status,
                bytes,
                flags,
            };
            return Some(end_at_once(file, overlapped, packet, finished));
        }
    }
    let receive = Receive {
        buffers,
        flags: 0,
        done: 0,
        rare: sender.boxed(),
    };
    Some(wait_for_datagram(
        file, &mut io, receive, overlapped, packet,
    ))
}

fn wait_for_datagram(
    file: &Arc<File>,
    io: &mut Io,
    receive: Receive,
    overlapped: OverlappedPtr,
    packet: bool,
) -> Started {
    complete::mark_plain_started(file, overlapped);
    let completion = Completion {
        overlapped,
        event: None,
        packet,
        rare: None,
    };
    let operation = Operation::Receive(receive);
    let request = Request::new(operation, completion, issuer(file, packet));
    match request::pend(file, io, request) {
        Ok(()) => Started::Pending,
        Err((status, _)) => Started::Failed(status),
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
        1.. => success(n as u32),
        // Linux tells of an error once: it has to be taken here.
        _ => match socket.receive_error(errno()) {
            Outcome::Done { status, .. } => Finished::failed(status, 0),
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
fn end_at_once(
    file: &File,
    overlapped: OverlappedPtr,
    packet: bool,
    finished: Finished,
) -> Started {
    let deliver = &mut complete::post;
    complete::complete_plain(file, overlapped, packet, finished, true, deliver);
    Started::Done(finished)
}

fn success(bytes: u32) -> Finished {
    Finished {
        status: Status::SUCCESS,
        bytes,
        flags: 0,
    }
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
