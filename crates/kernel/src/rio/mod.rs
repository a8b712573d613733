//! Registered I/O: requests that cost no system call each, and completions that are read from memory.
//!
//! ```text
//! slots             identifiers, and the places they stand for
//! buffer            memory that requests speak of by identifier and offset
//! request_queue     what a socket has in flight, in two directions
//! half              one direction of a request queue: its limit, its requests, what an outcome means
//! message           addresses, control data and flags of the RIO...Ex functions
//! completion_queue  outcomes in order, the ring, notification
//! ```
//!
//! **Two engines.** A completion queue has a ring of io_uring where Linux lets it (`engine::uring`). The requests of
//! streams whose half belongs to such a queue become operations in the ring's memory; one system call hands over all of
//! them. Deferring and committing are that and no more: a request that is not deferred hands over at once,
//! and with it whatever was deferred on any request queue of the same completion queue, which Windows allows. All other
//! requests - datagrams, and everything where there is no ring - are ordinary operations of the socket's file object,
//! whose outcomes go to the completion queue (`io::request::Sink`). They start at once, deferred or not.
//!
//! **Order.** A half is first in, first out. On the ring it has one operation with Linux at a time, because Linux promises
//! nothing about the order of two. An operation is made of all the requests that there are when it is handed over, up to
//! some number: receives that wait together are filled by one system call of Linux, sends that were deferred together
//! leave in one segment. What comes later goes when the operation is reported. While something waits in this way the
//! completion queue counts as having something in flight, so that it goes on although nobody dequeues.
//!
//! **Who reaps.** Reports of the ring become entries whenever somebody dequeues or asks for a notification. Between these
//! the ring's descriptor is watched (`io::watch`) from the port that is to be notified, or from the general pump, and
//! looked after by the monitor: a notification arrives while every thread computes. A receive that waits in the ring is
//! performed by Linux on the thread that has submitted it, at the latest with the next tick of the clock.
//!
//! **Threads end, requests do not.** Linux cancels what an ending thread has submitted. A cancelled report that nobody
//! here has asked for is no outcome: the request is submitted again, by whichever thread has reaped the report.
//!
//! **Capacity.** A half reserves its limit in its completion queue when it is made, so an entry always has room. A
//! request is charged until its entry has been dequeued.
//!
//! **Closing.** The end of a socket first takes its request queue out of the table, so that no request follows; then it
//! cancels what is with Linux and aborts what waits; then the descriptor is closed. A half stays, without its socket's
//! handle, until its last entry is dequeued. A closed completion queue drops its entries and frees their halves.
//!
//! Locks: request queue → file → completion queue → everything that is told of an entry. Packets are queued and events
//! set after the completion queue is unlocked.

pub mod buffer;
pub mod completion_queue;
mod half;
pub mod message;
pub mod request_queue;
mod slots;

use std::sync::OnceLock;

pub use slots::Id;

/// What requests run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    /// io_uring.
    Uring,
    /// The file object's own queues, over epoll.
    Epoll,
}

/// The engine that the environment variable LARBOARD_RIO asks for, `uring` or `epoll`. None: whatever is to be had.
fn wanted() -> Option<Engine> {
    static WANTED: OnceLock<Option<Engine>> = OnceLock::new();
    *WANTED.get_or_init(|| match std::env::var("LARBOARD_RIO").as_deref() {
        Ok("uring") => Some(Engine::Uring),
        Ok("epoll") => Some(Engine::Epoll),
        _ => None,
    })
}
