//! Calls without OVERLAPPED: a try and a wait (design decision 5).
//!
//! Every descriptor is non-blocking. A call that has to block polls the descriptor together with its thread's kick
//! descriptor, outside all locks. APCs run meanwhile and the call goes on (APC-17), closing the handle and
//! CancelSynchronousIo end it, and for the time of the wait the thread has left its port's running count.

use std::task::Poll;
use std::time::{Duration, Instant};

use super::complete;
use super::file::{File, Io, SELECTED};
use super::{request, selection};
use crate::device::socket::{Operation, Socket, phase};
use crate::device::{Device, Direction, Outcome};
use crate::object::apc;
use crate::object::thread::Thread;
use crate::status::Status;
use crate::sync::{Arc, Ordering};

/// `Thread::synchronous`: in a blocking call.
pub(super) const BLOCKED: u32 = 1;
/// `Thread::synchronous`: and CancelSynchronousIo was called.
pub(super) const CANCELLED: u32 = 2;

/// How long a thread without a kick descriptor polls at a time.
const BLIND: Duration = Duration::from_millis(10);

/// How long a call may block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// Not at all: DEVICE_NOT_READY (WSAEWOULDBLOCK).
    None,
    /// So many milliseconds, then IO_TIMEOUT; 0 is for ever.
    Milliseconds(u32),
}

/// Receives or sends synchronously. A blocking send returns when everything is sent (OVL-61).
pub fn transfer(
    file: &Arc<File>,
    operation: &mut Operation,
    patience: Patience,
) -> complete::Finished {
    let Device::Socket(socket) = file.device() else {
        return complete::Finished::failed(Status::OBJECT_TYPE_MISMATCH, 0);
    };
    if let Err(status) = socket.admit(operation) {
        return complete::Finished::failed(status, 0);
    }
    let direction = operation.direction();
    let result = call_with(file, direction, patience, |io| {
        attempt(file, socket, io, operation)
    });
    match result {
        Ok(finished) => finished,
        Err(status) => {
            // A part that was sent counts too: Windows takes all or nothing, and its programs leave the rest to FD_WRITE.
            if status == Status::DEVICE_NOT_READY && direction == Direction::Out {
                selection::send_blocked(file);
            }
            if status == Status::DEVICE_NOT_READY && operation.done() > 0 {
                // What a non-blocking send has got rid of is its result (OVL-62).
                return complete::Finished::failed(Status::SUCCESS, operation.done());
            }
            complete::Finished::failed(status, 0)
        }
    }
}

fn attempt(
    file: &File,
    socket: &Socket,
    io: &mut Io,
    operation: &mut Operation,
) -> Poll<Result<complete::Finished, Status>> {
    let outcome = socket.perform(io.fd, operation);
    if file.has_modes(SELECTED) {
        let left = matches!(outcome, Outcome::Done { more: true, .. });
        selection::received(file, io, operation.direction(), left);
    }
    match outcome {
        Outcome::Pending => Poll::Pending,
        Outcome::Done {
            status,
            bytes,
            flags,
            ..
        } => Poll::Ready(Ok(complete::Finished {
            status,
            bytes,
            flags,
        })),
    }
}

/// Repeats `attempt` until it is ready, waiting in between for the descriptor to become ready in `direction`.
pub fn call<T>(
    file: &Arc<File>,
    direction: Direction,
    patience: Patience,
    mut attempt: impl FnMut(i32) -> Poll<Result<T, Status>>,
) -> Result<T, Status> {
    call_with(file, direction, patience, |io| attempt(io.fd))
}

fn call_with<T>(
    file: &Arc<File>,
    direction: Direction,
    patience: Patience,
    mut attempt: impl FnMut(&mut Io) -> Poll<Result<T, Status>>,
) -> Result<T, Status> {
    let mut deadline = None;
    let mut waited = false;
    loop {
        let mut io = file.lock();
        if io.closed {
            // Closed by another thread while we were in here, or before (NB-18).
            return Err(if waited {
                Status::from_wsa(10004)
            } else {
                Status::INVALID_HANDLE
            });
        }
        file.furnish(&mut io)?;
        if in_turn(file, &mut io, direction)
            && let Poll::Ready(result) = attempt(&mut io)
        {
            return result;
        }
        let Patience::Milliseconds(milliseconds) = patience else {
            return Err(Status::DEVICE_NOT_READY);
        };
        if milliseconds != 0 && deadline.is_none() {
            deadline = Some(Instant::now() + Duration::from_millis(milliseconds.into()));
        }
        waited = true;
        let fd = io.fd;
        Thread::with_current(|thread| {
            file.begin_blocking(&mut io, thread);
            drop(io);
            let woken = poll(thread, fd, direction, deadline);
            file.end_blocking(&mut file.lock(), thread);
            if woken == Woken::Apc {
                apc::deliver(thread);
            }
            woken.into_result()
        })?;
    }
}

/// A synchronous send does not overtake overlapped ones that wait, nor an accept an AcceptEx (OVL-84).
fn in_turn(file: &File, io: &mut Io, direction: Direction) -> bool {
    let ordered = match file.device() {
        Device::Socket(socket) => direction == Direction::Out || socket.is(phase::LISTENING),
        Device::Disk(_) | Device::Watched => false,
    };
    if !ordered || io.is_idle(direction) {
        return true;
    }
    request::run_queued(file, io, direction);
    io.is_idle(direction)
}

/// Why a thread has come out of [`sleep`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Woken {
    /// For some reason: look again.
    Again,
    /// APCs are queued.
    Apc,
    /// CancelSynchronousIo.
    Cancelled,
    /// The time is over.
    TimedOut,
}

impl Woken {
    pub(super) fn into_result(self) -> Result<(), Status> {
        match self {
            Woken::Again | Woken::Apc => Ok(()),
            Woken::Cancelled => Err(Status::CANCELLED),
            Woken::TimedOut => Err(Status::IO_TIMEOUT),
        }
    }
}

/// Blocks until `fd` is ready, the thread is unparked, or the time is over.
fn poll(thread: &Arc<Thread>, fd: i32, direction: Direction, deadline: Option<Instant>) -> Woken {
    let events = match direction {
        Direction::In => libc::POLLIN,
        Direction::Out => libc::POLLOUT,
        Direction::Urgent => libc::POLLPRI,
    };
    sleep(thread, &mut [KICK, descriptor(fd, events)], deadline)
}

/// A place in a set of descriptors to be polled.
pub(super) const fn descriptor(fd: i32, events: i16) -> libc::pollfd {
    libc::pollfd {
        fd,
        events,
        revents: 0,
    }
}

/// The first place of a set for [`sleep`].
pub(super) const KICK: libc::pollfd = descriptor(-1, libc::POLLIN);

/// Blocks until a descriptor of the set is ready, the thread is unparked, or the time is over. The first place is for
/// the thread's kick descriptor.
pub(super) fn sleep(
    thread: &Arc<Thread>,
    set: &mut [libc::pollfd],
    deadline: Option<Instant>,
) -> Woken {
    let kick = thread.kick_fd(); // before `enter_poll`: from then on it is written to
    set[0].fd = kick.unwrap_or(-1);
    thread.synchronous.store(BLOCKED, Ordering::Release);
    thread.claim().begin(true);
    if thread.apcs.is_empty() && thread.enter_poll() {
        let limit = match kick {
            Some(_) => deadline,
            None => {
                let blind = Instant::now() + BLIND;
                Some(deadline.map_or(blind, |deadline| deadline.min(blind)))
            }
        };
        thread.blocking(|| poll_set(set, limit));
        if set[0].revents != 0 {
            thread.drain_kick();
        }
        thread.leave_poll();
    }
    thread.claim().end();
    if thread.synchronous.swap(0, Ordering::AcqRel) == CANCELLED {
        return Woken::Cancelled;
    }
    if !thread.apcs.is_empty() {
        return Woken::Apc;
    }
    match deadline {
        Some(deadline) if Instant::now() >= deadline => Woken::TimedOut,
        _ => Woken::Again,
    }
}

/// ppoll(2), to the nanosecond. Signals of Linux are no reason to look at anything: the caller asks again.
fn poll_set(set: &mut [libc::pollfd], limit: Option<Instant>) {
    let left = limit.map(|limit| {
        let left = limit.saturating_duration_since(Instant::now());
        libc::timespec {
            tv_sec: left.as_secs().try_into().unwrap_or(libc::time_t::MAX),
            tv_nsec: left.subsec_nanos().into(),
        }
    });
    let left = left.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
    // SAFETY: the set is valid for its length, the time is null or of this frame.
    let result = unsafe {
        libc::ppoll(
            set.as_mut_ptr(),
            set.len() as libc::nfds_t,
            left,
            std::ptr::null(),
        )
    };
    if result < 0 {
        // Nothing was written.
        for place in set {
            place.revents = 0;
        }
    }
}
