//! One direction of a request queue: how many requests it may have, which it has, and what an outcome means for it.
//!
//! Everything here is touched under the lock of the completion queue that the half reports to.

use std::collections::VecDeque;

use super::buffer::Region;
use super::completion_queue::Entry;
use super::message::Message;
use crate::device::socket::transfer::{Receive, Send, flag};
use crate::device::socket::{Operation, Socket, phase};
use crate::device::{Buffers, Device, Direction, Outcome};
use crate::engine::uring::{MOST_PIECES, Pieces, Report, Ring, Target};
use crate::io::complete::Finished;
use crate::io::file::File;
use crate::status::Status;
use crate::sync::Arc;

/// One request.
pub struct Request {
    /// The data.
    pub region: Region,
    /// The program's own value.
    pub context: u64,
    /// Complete only when the region is full (RIO_MSG_WAITALL).
    pub fills: bool,
    /// May set off a notification (no RIO_MSG_DONT_NOTIFY).
    pub notifies: bool,
    /// Addresses, control data, flags.
    pub message: Option<Box<Message>>,
    /// Bytes transferred so far, on the ring.
    done: u32,
    /// Which of the half's requests this is, for the file object.
    number: u64,
}

impl Request {
    /// A request for `region` that notifies and asks for nothing special.
    pub fn new(region: Region, context: u64) -> Request {
        Request {
            region,
            context,
            fills: false,
            notifies: true,
            message: None,
            done: 0,
            number: 0,
        }
    }

    fn left(&self) -> (*mut u8, u32) {
        let base = self.region.base.wrapping_add(self.done as usize);
        (base, self.region.length - self.done)
    }

    /// As an operation of the file object. It points into the message, which stays in its box until the outcome.
    pub fn operation(&mut self, direction: Direction) -> Operation {
        let buffers = Buffers::one(self.region.base, self.region.length as usize);
        let message = self.message.as_mut();
        match direction {
            Direction::Out => Operation::Send(Send {
                buffers,
                flags: 0,
                done: 0,
                rare: message.map(|message| Box::new(message.send())),
            }),
            Direction::In | Direction::Urgent => Operation::Receive(Receive {
                buffers,
                flags: if self.fills { flag::WAIT_ALL } else { 0 },
                done: 0,
                rare: message.map(|message| Box::new(message.receive())),
            }),
        }
    }
}

/// A send on the ring ends when everything has gone, and never with a signal.
const SEND_FLAGS: i32 = libc::MSG_NOSIGNAL | libc::MSG_WAITALL;

/// What is left to be told of one report.
pub struct Reported {
    /// Bytes, or -errno.
    result: i32,
    first: bool,
}

/// One direction.
pub struct Half {
    file: Arc<File>,
    direction: Direction,
    socket_context: u64,
    /// The descriptor. It changes under AcceptEx and DisconnectEx.
    fd: i32,
    /// The same for the ring.
    target: Target,
    /// So many requests may be outstanding.
    pub limit: u32,
    /// So many are: begun, and their entry not dequeued yet.
    pub outstanding: u32,
    /// The socket is closed.
    pub closed: bool,
    /// So many of the oldest requests are with Linux, as one operation.
    with_linux: usize,
    /// What is not with Linux yet waits for the next submission.
    pub due: bool,
    /// The last receive has left something in the socket, or nothing is known.
    likely: bool,
    starts: u64,
    /// The oldest request stands here: nearly always it is the only one, and there is one half or two per connection.
    oldest: Option<Request>,
    /// The others.
    queue: VecDeque<Request>,
    /// The memory of several requests, for Linux.
    pieces: Option<Box<Pieces>>,
}

impl Half {
    /// One direction of the request queue of `file`.
    pub fn new(file: Arc<File>, direction: Direction, limit: u32, socket_context: u64) -> Half {
        Half {
            file,
            direction,
            socket_context,
            fd: -1,
            target: Target::Descriptor(-1),
            limit,
            outstanding: 0,
            closed: false,
            with_linux: 0,
            due: false,
            likely: true,
            starts: 0,
            oldest: None,
            queue: VecDeque::new(),
            pieces: None,
        }
    }

    /// Its descriptor is `fd` from now on. What is prepared has been submitted.
    pub fn set_descriptor(&mut self, fd: i32, ring: Option<&mut Ring>) {
        self.fd = fd;
        if let Some(ring) = ring {
            ring.forget(self.target);
            self.target = ring.target(fd);
        }
    }

    /// The descriptor is about to close. What is prepared has been submitted.
    pub fn forget_descriptor(&mut self, ring: &mut Ring) {
        ring.forget(self.target);
        self.target = Target::Descriptor(-1);
    }

    /// INSUFFICIENT_RESOURCES if there are as many as may be.
    pub fn charge(&mut self) -> Result<(), Status> {
        if self.closed {
            return Err(Status::INVALID_PARAMETER);
        }
        if self.outstanding >= self.limit {
            return Err(Status::INSUFFICIENT_RESOURCES);
        }
        self.outstanding += 1;
        Ok(())
    }

    /// Puts a request behind the others.
    pub fn push(&mut self, request: Request) {
        if self.oldest.is_none() {
            self.oldest = Some(request);
        } else {
            self.queue.push_back(request);
        }
    }

    fn pop_oldest(&mut self) -> Option<Request> {
        let request = self.oldest.take()?;
        self.oldest = self.queue.pop_front();
        Some(request)
    }

    /// Do requests wait until Linux has finished the one before them?
    pub fn is_chained(&self) -> bool {
        self.with_linux != 0 && !self.closed && self.len() > self.with_linux
    }

    /// How many have no outcome yet.
    pub fn len(&self) -> usize {
        usize::from(self.oldest.is_some()) + self.queue.len()
    }

    /// Has Linux nothing of it?
    pub fn is_idle(&self) -> bool {
        self.with_linux == 0
    }

    /// Prepares the oldest requests in the ring, as one operation: what follows each other in the stream is received and
    /// sent together. Nothing happens if Linux has an operation of this half already.
    pub fn prepare(&mut self, ring: &mut Ring, token: u64) {
        let (Some(request), 0, false) = (&self.oldest, self.with_linux, self.closed) else {
            return;
        };
        if !self.queue.is_empty() && !request.fills && request.region.length != 0 {
            return self.prepare_together(ring, token);
        }
        let (base, length) = request.left();
        // SAFETY: the program keeps registered memory valid while a request uses it. The descriptor stays open until
        // the ring is submitted, which follows before the completion queue is unlocked.
        unsafe {
            match self.direction {
                Direction::Out => ring.send(self.target, (base, length), SEND_FLAGS, token),
                _ if request.region.length == 0 => ring.wait_readable(self.target, token),
                _ => {
                    let flags = if request.fills { libc::MSG_WAITALL } else { 0 };
                    ring.receive(self.target, (base, length), flags, self.likely, token);
                }
            }
        }
        self.with_linux = 1;
    }

    fn prepare_together(&mut self, ring: &mut Ring, token: u64) {
        let pieces = self.pieces.get_or_insert_with(Pieces::new);
        let plain = |request: &&Request| !request.fills && request.region.length != 0;
        let together = self.oldest.iter().chain(&self.queue).take_while(plain);
        self.with_linux = pieces.fill(together.take(MOST_PIECES).map(Request::left));
        // SAFETY: as above; the pieces are this half's, which stays until the operation is reported, or are given up with
        // their memory.
        unsafe {
            match self.direction {
                Direction::Out => ring.send_pieces(self.target, pieces, SEND_FLAGS, token),
                _ => ring.receive_pieces(self.target, pieces, self.likely, token),
            }
        }
    }

    /// An operation is reported. `settle` tells what that means for the requests, oldest first.
    pub fn reported(&mut self, report: &Report) -> Reported {
        self.with_linux = 0;
        self.likely = report.more;
        Reported {
            result: report.result,
            first: true,
        }
    }

    /// What a report means for the oldest request: its end, or None if it goes on, and all behind it.
    pub fn settle(&mut self, reported: &mut Reported) -> Option<Finished> {
        let (result, first) = (reported.result, std::mem::take(&mut reported.first));
        let request = self.oldest.as_mut()?;
        let empty = request.region.length == 0;
        if result > 0 && !empty {
            let step = (result as u32).min(request.region.length - request.done);
            request.done += step;
            reported.result -= step as i32;
        } else if !first {
            return None;
        }
        let (done, full) = (request.done, request.done == request.region.length);
        let must_fill = self.direction == Direction::Out || request.fills;
        let status = match -result {
            ..=0 if empty => Status::SUCCESS,
            0 if self.direction == Direction::Out => Status::SUCCESS,
            0 => self.end_of_stream(done),
            ..0 if full || !must_fill => Status::SUCCESS,
            // Our own cancelling, or that of an ending thread, which is none of the request's business.
            ..0 | libc::ECANCELED | libc::EINTR | libc::EAGAIN if !self.closed => return None,
            ..0 | libc::ECANCELED | libc::EINTR | libc::EAGAIN => Status::CANCELLED,
            error => self.failure(error)?,
        };
        Some(Finished {
            status,
            bytes: if status.is_failure() { 0 } else { done },
            flags: 0,
        })
    }

    /// Linux tells of a reset once and shows the end of the stream after it (OVL-49).
    fn end_of_stream(&self, done: u32) -> Status {
        let reset = self.socket().is_some_and(|socket| socket.is(phase::RESET));
        if done == 0 && reset {
            Status::CONNECTION_RESET
        } else {
            Status::SUCCESS
        }
    }

    fn failure(&self, error: i32) -> Option<Status> {
        let socket = self.socket()?;
        let outcome = match self.direction {
            Direction::Out => socket.send_error(error),
            Direction::In | Direction::Urgent => socket.receive_error(error),
        };
        match outcome {
            Outcome::Done { status, .. } => Some(status),
            Outcome::Pending => None,
        }
    }

    fn socket(&self) -> Option<&Socket> {
        match self.file.device() {
            Device::Socket(socket) => Some(socket),
            Device::Disk(_) | Device::Watched => None,
        }
    }

    /// Takes the oldest request out and makes its entry.
    pub fn pop(&mut self, half: u32, finished: Finished) -> Option<Entry> {
        let request = self.pop_oldest()?;
        let entry = self.entry(half, request, finished);
        if self.direction == Direction::Out && self.oldest.is_none() {
            self.end_if_due();
        }
        Some(entry)
    }

    /// The last send has gone: the end of the stream follows it, if `shutdown` has waited for that (OVL-52).
    fn end_if_due(&self) {
        if let Some(socket) = self.socket().filter(|socket| socket.is(phase::END_DUE)) {
            socket.clear(phase::END_DUE);
            // SAFETY: plain system call.
            unsafe { libc::shutdown(self.fd, libc::SHUT_WR) };
        }
    }

    fn entry(&self, half: u32, mut request: Request, finished: Finished) -> Entry {
        let mut finished = finished;
        if let (Some(message), Some(socket)) = (&mut request.message, self.socket()) {
            message.report(socket, self.fd, self.direction, &mut finished);
        }
        Entry {
            status: finished.status,
            bytes: finished.bytes,
            socket_context: self.socket_context,
            request_context: request.context,
            half,
            notifies: request.notifies,
        }
    }

    /// Puts a request behind the others and gives what the file object has to perform, with its number.
    pub fn push_for_file(&mut self, mut request: Request) -> (Operation, u64) {
        self.starts += 1;
        request.number = self.starts;
        let operation = request.operation(self.direction);
        self.push(request);
        (operation, self.starts)
    }

    /// The file object has finished request `number`.
    pub fn take(&mut self, half: u32, number: u64, finished: Finished) -> Option<Entry> {
        let request = if self.oldest.as_ref()?.number == number {
            self.pop_oldest()?
        } else {
            let at = self.queue.iter().position(|r| r.number == number)?;
            self.queue.remove(at)?
        };
        Some(self.entry(half, request, finished))
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        if self.with_linux != 0 {
            // The whole queue is given up, and Linux may still be at it.
            std::mem::forget(self.pieces.take());
        }
    }
}
