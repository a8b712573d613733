//! Cancelling: a request leaves its queue and goes to the funnel with STATUS_CANCELLED.

use super::complete::{self, Finished};
use super::file::File;
use super::request::{self, OverlappedPtr, Request};
use crate::device::Direction;
use crate::device::socket::Operation;
use crate::object::handle_table::HandleTable;
use crate::object::thread::Thread;
use crate::status::Status;
use crate::sync::{Arc, Ordering};

/// Which requests.
#[derive(Clone, Copy)]
pub enum Which {
    /// All of them (CancelIoEx with NULL).
    All,
    /// The one with this OVERLAPPED (CancelIoEx).
    Overlapped(OverlappedPtr),
    /// Those started by the thread with this serial number (CancelIo).
    StartedBy(u32),
    /// Those of `StartedBy` that do not outlive their thread (CXL-12).
    EndedWith(u32),
}

/// Cancels and says how many. The caller answers ERROR_NOT_FOUND for 0 where that is the rule (CXL-02).
pub fn cancel(file: &Arc<File>, which: Which) -> usize {
    let own = cancel_queued(file, |request| {
        matches(file, request, which) && request.completion.home().is_none()
    });
    // AcceptEx operations that wait for data stand in the acceptor's queue and belong to the listener (OVL-86).
    let forwarded = file.forwarded().into_iter().map(|acceptor| {
        cancel_queued(&acceptor, |request| {
            matches(file, request, which)
                && request
                    .completion
                    .home()
                    .is_some_and(|home| Arc::ptr_eq(home, file))
        })
    });
    own + forwarded.sum::<usize>()
}

fn matches(file: &File, request: &Request, which: Which) -> bool {
    if request.completion.sink().is_some() {
        return false; // registered requests end with their socket only (RIO-24)
    }
    match which {
        Which::All => true,
        Which::Overlapped(overlapped) => request.completion.overlapped == overlapped,
        Which::StartedBy(serial) => request.issuer == serial,
        Which::EndedWith(serial) => {
            request.issuer == serial && !request.completion.survives_its_thread(file)
        }
    }
}

/// What an [`Operation::Never`] waited for has come after all: it ends with success, if it has not ended otherwise.
pub fn fulfil(file: &Arc<File>, overlapped: OverlappedPtr) {
    let is = |request: &Request| {
        matches!(request.operation, Operation::Never) && request.completion.overlapped == overlapped
    };
    end_queued(file, is, |_| Finished::failed(Status::SUCCESS, 0));
}

pub(super) fn cancel_queued(file: &File, is: impl Fn(&Request) -> bool) -> usize {
    end_queued(file, is, cancelled_outcome)
}

fn end_queued(
    file: &File,
    is: impl Fn(&Request) -> bool,
    outcome: impl Fn(&Request) -> Finished,
) -> usize {
    let mut io = file.lock();
    let mut ended = 0;
    for direction in Direction::ALL {
        for request in io.extract(direction, &is) {
            request::leave(file, &mut io, direction);
            ended += 1;
            let finished = outcome(&request);
            complete::complete(file, request, finished, &mut complete::post);
        }
    }
    ended
}

/// A stream receive that has bytes has completed; everything else is cancelled with what it has done (CXL-05).
fn cancelled_outcome(request: &Request) -> Finished {
    let done = request.operation.done();
    let status = if done > 0 && request.operation.direction() != Direction::Out {
        Status::SUCCESS
    } else {
        Status::CANCELLED
    };
    Finished::failed(status, done)
}

/// Ends the synchronous operation in which `thread` is blocked. NOT_FOUND if there is none (CXL-10).
pub fn cancel_synchronous(thread: &Thread) -> Result<(), Status> {
    thread
        .synchronous
        .compare_exchange(
            super::blocking::BLOCKED,
            super::blocking::CANCELLED,
            Ordering::AcqRel,
            Ordering::Acquire,
        )
        .map_err(|_| Status::NOT_FOUND)?;
    thread.unpark();
    Ok(())
}

/// The thread ends: what it has started is cancelled, except plain packet operations (CXL-12).
pub(super) fn thread_exits(thread: &Arc<Thread>) {
    if !thread.started_io.load(Ordering::Relaxed) {
        return;
    }
    for (_, object) in HandleTable::process().snapshot() {
        let object: Arc<dyn std::any::Any + Send + Sync> = object;
        if let Ok(file) = object.downcast::<File>() {
            cancel(&file, Which::EndedWith(thread.serial()));
        }
    }
}
