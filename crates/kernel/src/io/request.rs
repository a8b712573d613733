//! One operation in flight.
//!
//! The life of a request, in five sentences. `start` makes one attempt if an attempt is worth it; an attempt that
//! finishes goes straight to the funnel, one that fails at once leaves no trace. Otherwise the request is put at the end
//! of its file's queue, which owns it from then on. An edge makes a token, whoever takes the token calls `run`, and
//! `run` performs the queue in order as far as it goes. `run`, `cancel` and `close` are the only ways out of a queue,
//! each under the file's lock, so a request leaves once. What leaves goes to the funnel.

use super::complete::{self, Deliver, Finished};
use super::file::{File, Io, SELECTED};
use super::{accept, monitor, plain, selection, watch};
use crate::device::socket::Operation;
use crate::device::{Device, Direction, Outcome};
use crate::object::apc::{FileRoutine, SocketRoutine};
use crate::object::event::Event;
use crate::object::thread::Thread;
use crate::status::Status;
use crate::sync::{Arc, Ordering};

/// The application's OVERLAPPED: the layout is Windows'.
#[repr(C)]
pub struct Overlapped {
    /// The status: STATUS_PENDING until completion, written last.
    pub internal: usize,
    /// The byte count.
    pub internal_high: usize,
    /// File position, low half.
    pub offset: u32,
    /// File position, high half.
    pub offset_high: u32,
    /// hEvent.
    pub event: usize,
}

/// The address of an OVERLAPPED. Whoever started the operation keeps it valid until completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverlappedPtr(pub *mut Overlapped);

// SAFETY: by starting an operation the application lets the system write to its OVERLAPPED from any thread.
unsafe impl Send for OverlappedPtr {}
// SAFETY: it is an address that any thread may know; who writes there is decided by the request that holds it.
unsafe impl Sync for OverlappedPtr {}

/// A completion routine and how to call it.
#[derive(Clone, Copy)]
pub enum Routine {
    /// With a WSA code and flags.
    Socket(SocketRoutine),
    /// With a Win32 code.
    File(FileRoutine),
}

/// Where the outcome of an operation goes.
pub struct Completion {
    /// The status words.
    pub overlapped: OverlappedPtr,
    /// The event to be set.
    pub event: Option<Arc<Event>>,
    /// False if the low bit of hEvent forbids a packet (PORT-26).
    pub packet: bool,
    /// What few operations have.
    pub rare: Option<Box<Rare>>,
}

/// A routine, or a completion that belongs to another file than the one the request is queued on.
#[derive(Default)]
pub struct Rare {
    /// The routine and the thread it has to run on.
    pub routine: Option<(Routine, Arc<Thread>)>,
    /// The file whose completion this is, where the request is queued on another one.
    pub home: Option<Arc<File>>,
    /// AcceptEx, until the connection has come: the acceptor and the listener.
    pub acceptor: Option<Arc<File>>,
    /// See `acceptor`.
    pub listener: Option<Arc<File>>,
    /// A registered request: who takes its outcome, and which of its requests this is.
    pub sink: Option<(Arc<dyn Sink>, u64)>,
}

/// Takes the outcomes of registered requests, in the place of OVERLAPPED, event, routine and packet.
pub trait Sink: Send + Sync {
    /// Request `token` has ended. Called under the file's lock. `deliver` is for a packet that may follow from it.
    fn finished(&self, token: u64, finished: Finished, deliver: Deliver<'_>);
}

/// An operation that waits.
pub struct Request {
    /// What is to be done.
    pub operation: Operation,
    /// Where the outcome goes.
    pub completion: Completion,
    /// Serial number of the thread that started it.
    pub issuer: u32,
}

impl Request {
    pub(super) fn new(operation: Operation, completion: Completion, issuer: u32) -> Request {
        Request {
            operation,
            completion,
            issuer,
        }
    }
}

/// What a start came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Started {
    /// Finished with success or a warning; notified.
    Done(Finished),
    /// In flight.
    Pending,
    /// Nothing was started, nothing will be notified (OVL-14).
    Failed(Status),
}

impl Completion {
    /// The issuer's end does not cancel this (CXL-12): plain packet operations on an associated handle.
    pub(super) fn survives_its_thread(&self, file: &File) -> bool {
        let plain = self.packet && self.event.is_none() && self.routine().is_none();
        self.sink().is_some() || file.is_associated() && plain
    }

    /// Who takes the outcome of a registered request.
    #[inline]
    pub(super) fn sink(&self) -> Option<&(Arc<dyn Sink>, u64)> {
        self.rare.as_ref()?.sink.as_ref()
    }

    /// The file whose completion this is, where it is not the one the request is queued on.
    pub(super) fn home(&self) -> Option<&Arc<File>> {
        self.rare.as_ref()?.home.as_ref()
    }

    pub(super) fn routine(&self) -> Option<&(Routine, Arc<Thread>)> {
        self.rare.as_ref()?.routine.as_ref()
    }
}

/// Starts an operation on a file.
pub fn start(file: &Arc<File>, operation: Operation, completion: Completion) -> Started {
    if let Device::Socket(socket) = file.device()
        && let Err(status) = socket.admit(&operation)
    {
        return Started::Failed(status);
    }
    let direction = operation.direction();
    let mut io = file.lock();
    if io.closed {
        return Started::Failed(Status::INVALID_HANDLE);
    }
    if !matches!(operation, Operation::Settled(..) | Operation::Never)
        && let Err(status) = file.furnish(&mut io)
    {
        return Started::Failed(status);
    }
    let started = try_or_pend(file, &mut io, operation, completion);
    if file.has_modes(SELECTED) {
        selection::received(file, &mut io, direction, true);
    }
    started
}

fn try_or_pend(
    file: &Arc<File>,
    io: &mut Io,
    mut operation: Operation,
    completion: Completion,
) -> Started {
    let direction = operation.direction();
    complete::mark_started(file, &completion);
    let try_now =
        !operation.always_pends() && io.is_idle(direction) && file.is_ready(io, direction);
    if try_now && direction == Direction::In {
        file.state.clear_ready(direction);
    }
    if try_now && let Some(finished) = attempt(file, io.fd, direction, &mut operation) {
        if finished.status.is_failure() {
            return Started::Failed(finished.status);
        }
        complete::complete_at_once(file, &completion, finished);
        return Started::Done(finished);
    }
    let survives = completion.survives_its_thread(file);
    let issuer = Thread::with_current(|thread| {
        if !survives {
            thread.started_io.store(true, Ordering::Relaxed);
        }
        thread.serial()
    });
    match pend(file, io, Request::new(operation, completion, issuer)) {
        Ok(()) => Started::Pending,
        Err((status, _)) => Started::Failed(status),
    }
}

/// Queues a request that has been started elsewhere. Gives it back if that is impossible.
pub(super) fn enqueue(file: &Arc<File>, request: Request) -> Result<(), (Status, Request)> {
    let mut io = file.lock();
    if io.closed {
        return Err((Status::CANCELLED, request));
    }
    pend(file, &mut io, request)
}

pub(super) fn pend(
    file: &Arc<File>,
    io: &mut Io,
    request: Request,
) -> Result<(), (Status, Request)> {
    // What is decided already is performed below, unless others stand before it: then the file is registered.
    let decided = matches!(request.operation, Operation::Settled(..));
    if !decided && let Err(status) = file.register(io) {
        return Err((status, request));
    }
    let direction = request.operation.direction();
    let first = io.is_idle(direction);
    io.push(direction, request);
    file.pended(io);
    let ready = file.state.mark_pending(direction);
    if ready || (first && direction != Direction::In) {
        run_queue(file, io, direction, &mut complete::post);
    }
    monitor::arm();
    Ok(())
}

/// Performs what the edge behind a token allows. Whoever has taken a token off its queue calls this.
pub(super) fn redeem(file: &File, deliver: Deliver<'_>) {
    if matches!(file.device(), Device::Watched) {
        return watch::redeem(file, deliver);
    }
    let mut io = file.lock();
    let ready = file.state.take_token();
    if io.is_idle(Direction::In) {
        file.state.clear_pending(Direction::In);
        if ready {
            file.state.mark_ready(Direction::In);
        }
    } else if ready {
        if plain::perform(file, &mut io, deliver) {
            run_queue(file, &mut io, Direction::In, deliver);
        } else {
            run_cleared(file, &mut io, Direction::In, deliver);
        }
    }
    for direction in [Direction::Out, Direction::Urgent] {
        if io.is_idle(direction) {
            file.state.clear_pending(direction);
        } else {
            run_queue(file, &mut io, direction, deliver);
        }
    }
    if file.has_modes(SELECTED) {
        selection::edge(file, &mut io);
    }
}

/// Tries whether a pending operation can finish, without waiting for the poller (GetOverlappedResult).
pub fn nudge(file: &File) {
    let mut io = file.lock();
    for direction in Direction::ALL {
        file.state.mark_ready(direction);
        run_queue(file, &mut io, direction, &mut complete::post);
    }
}

/// Performs what waits in one direction.
pub(super) fn run_queued(file: &File, io: &mut Io, direction: Direction) {
    run_queue(file, io, direction, &mut complete::post);
}

fn run_queue(file: &File, io: &mut Io, direction: Direction, deliver: Deliver<'_>) {
    if !io.is_idle(direction) && file.is_ready(io, direction) {
        file.state.clear_ready(direction);
        run_cleared(file, io, direction, deliver);
    }
}

/// Performs the queue in order as far as it goes. The READY bit has been cleared, so that what comes from now on shows.
fn run_cleared(file: &File, io: &mut Io, direction: Direction, deliver: Deliver<'_>) {
    loop {
        let fd = io.fd;
        let tried = io.with_front(direction, |operation| {
            attempt(file, fd, direction, operation)
        });
        let Some(outcome) = tried else {
            return;
        };
        match outcome {
            None if file.state.became_ready(direction) => {}
            None => return,
            Some(finished) => {
                let Some(request) = io.pop(direction) else {
                    return;
                };
                leave(file, io, direction);
                arrive(file, io, request, finished, deliver);
            }
        }
        if io.is_idle(direction) || !file.is_ready(io, direction) {
            return;
        }
        file.state.clear_ready(direction);
    }
}

/// A request that was performed goes on to the funnel, an accepted connection to its acceptor first.
fn arrive(file: &File, io: &mut Io, request: Request, finished: Finished, deliver: Deliver<'_>) {
    if matches!(request.operation, Operation::Accept(_)) && finished.status == Status::SUCCESS {
        accept::connected(file, io, request, deliver);
    } else {
        complete::complete(file, request, finished, deliver);
    }
}

/// One request has left the queue.
pub(super) fn leave(file: &File, io: &mut Io, direction: Direction) {
    file.settle(io, 1);
    if direction == Direction::Out && io.is_idle(direction) {
        file.end_if_due(io);
        if file.has_modes(SELECTED) {
            selection::look(file, io); // the room is the program's again
        }
    }
}

/// One attempt. None: not now.
fn attempt(
    file: &File,
    fd: i32,
    direction: Direction,
    operation: &mut Operation,
) -> Option<Finished> {
    let Device::Socket(socket) = file.device() else {
        return Some(Finished::failed(Status::INVALID_DEVICE_REQUEST, 0));
    };
    match socket.perform(fd, operation) {
        Outcome::Pending => None,
        Outcome::Done {
            status,
            bytes,
            flags,
            more,
        } => {
            if more && direction == Direction::In {
                file.state.mark_ready(direction);
            }
            Some(Finished {
                status,
                bytes,
                flags,
            })
        }
    }
}
