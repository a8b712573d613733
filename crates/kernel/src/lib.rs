//! The system under Larboard: what Windows' kernel does for asynchronous I/O, in process, for Linux.
//!
//! ```text
//! status      NTSTATUS and its translations
//! object      handles, dispatcher objects, waits, threads, APCs
//! io          file objects, requests, the one completion funnel, cancellation, completion ports
//! engine      epoll: file descriptors and tokens, nothing of Windows
//! device      what a file object does: sockets, disk files
//! lock        critical sections, slim locks, condition variables: in the program's own memory
//! rio         registered I/O: buffers, request queues, completion queues
//! message     message queues of threads, windows without a display
//! ```
//!
//! The kernel knows nothing of Win32 names. A function of `larboard-win32` checks its pointers, looks a handle up
//! here, calls one function of this crate and translates the resulting [`status::Status`] once.
//!
//! Lock order: handle table → request queue → file → completion queue → dispatcher → port → thread. No lock is held across user code or a blocking poll.

#![cfg_attr(loom, allow(dead_code, unused_imports))]

pub mod device;
pub mod engine;
#[cfg(not(loom))]
pub mod io;
/// What of the I/O manager is modelled.
#[cfg(loom)]
pub mod io {
    pub mod state;
}
pub mod lock;
#[cfg(not(loom))]
pub mod message;
pub mod object;
#[cfg(not(loom))]
pub mod rio;
#[cfg(all(test, not(loom)))]
mod simulation;
pub mod status;
mod sync;

#[cfg(not(loom))]
pub use sync::sanitizer;
