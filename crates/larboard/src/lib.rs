//! Windows' asynchronous I/O for Rust, safe: completion ports, overlapped operations, completion routines, events and
//! waits. The same program runs on Windows, over the system itself, and on Linux, over `larboard-win32`.
//!
//! An echo server on a completion port:
//!
//! ```no_run
#![doc = include_str!("../examples/echo.rs")]
//! ```
//!
//! # One way in, four ways out
//!
//! An [`Operation`] owns its buffer. Starting I/O takes it away, its completion gives it back; in between there is
//! nothing one could read, move or free. The completion comes
//!
//! | by | started with | taken with |
//! |---|---|---|
//! | completion port | [`Associated::recv`], [`Associated::send`] … | [`CompletionPort::wait`], [`CompletionPort::wait_many`] |
//! | event | [`recv_overlapped`](net::Socket::recv_overlapped) … | [`wait_any`], [`wait_all`] with the [`Pending`] among the objects |
//! | completion routine | [`recv_then`](net::Socket::recv_then) … | [`sleep_alertable`], [`wait_any_alertable`] … |
//! | asking | [`recv_overlapped`](net::Socket::recv_overlapped) … | [`Pending::try_finish`], [`Pending::wait`] |
//!
//! Cancelling is a request: the operation still comes back, and says how it ended.
//!
//! # Three ways to be told when to start
//!
//! The older models do not start I/O ahead of time: they say when a call would not have to wait.
//!
//! | model | what is given | what comes back |
//! |---|---|---|
//! | `select` | sets of borrowed sockets, filled anew each time: [`Select`](net::Select) | which of them are [`Ready`](net::Ready) |
//! | `WSAEventSelect` | a socket and its events: [`EventSelect`](net::EventSelect) | a signalled event, and the [`NetworkEvents`](net::NetworkEvents) |
//! | `WSAAsyncSelect` | a socket and its events: [`MessageLoop::select`](message::MessageLoop::select) | a [`Message`](message::Message) for each event |
//!
//! # What holds whatever the program does
//!
//! - An operation in flight keeps its memory and its socket. Dropping or leaking a socket, a port, an operation or a
//!   thread, in any order, is sound.
//! - A closure that runs as a completion routine runs on the thread that started the operation, and nowhere else.
//! - Every failure is an [`Error`] with the Windows [`Code`]; a start that failed gives the operation back.
//! - Types are `Send` and `Sync` where Windows lets threads share them, and only there.
//!
//! Rules like `PORT-16` in the documentation name sentences of `docs/behaviour.md`.

#![warn(unreachable_pub)]

mod buffer;
mod error;
pub mod message;
pub mod net;
mod objects;
mod operation;
mod pending;
mod port;
mod routine;
mod sys;
mod wait;

pub use buffer::{Buffer, BufferMut};
pub use error::{Code, Error, Result, code};
pub use objects::{Event, Semaphore, WaitableTimer};
pub use operation::{Done, Kind, NotStarted, Operation};
pub use pending::Pending;
pub use port::{Associated, Completion, CompletionPort, Packet};
pub use wait::{
    MAXIMUM_WAIT_OBJECTS, WaitHandle, Waitable, Wake, sleep_alertable, wait_all,
    wait_all_alertable, wait_all_timeout, wait_any, wait_any_alertable, wait_any_timeout,
};
