//! The I/O manager.
//!
//! ```text
//! file       the file object: device, descriptor, queues, association with a port
//! state      what the poller and the callers of a file tell each other
//! request    one operation in flight: started, pended, performed when its descriptor is ready
//! waiting    the requests that wait in one direction of a file
//! plain      the short way of the usual receive and send
//! complete   THE funnel: every outcome of every operation passes it
//! cancel     CancelIo, CancelIoEx, CancelSynchronousIo, the end of a thread
//! blocking   calls without OVERLAPPED: a try and a wait
//! selection  network events: WSAEventSelect and WSAAsyncSelect
//! select     waits until one of many descriptors is ready
//! accept     AcceptEx, which joins two file objects
//! port       completion ports
//! packet     what they carry
//! handlers   how long their workers take between two packets
//! pump       who polls for descriptors without a port
//! monitor    the thread that keeps the promise of progress
//! watch      descriptors that are only watched
//! pool       the process's pool of callback threads
//! ```

pub mod accept;
pub mod blocking;
pub mod cancel;
pub mod complete;
mod descriptor;
pub mod file;
mod handlers;
mod monitor;
pub mod packet;
pub mod plain;
pub mod pool;
pub mod port;
mod pump;
pub mod request;
pub mod select;
pub mod selection;
mod state;
mod waiting;
pub mod watch;

use std::time::Instant;

use crate::object::thread::{IoHooks, Thread, install_hooks};
use crate::sync::Arc;

/// What the wait functions need from here.
struct Hooks;

impl IoHooks for Hooks {
    fn drive(&self, thread: &Arc<Thread>, deadline: Option<Instant>) -> bool {
        pump::GENERAL.drive(thread, deadline)
    }
    fn catch_up(&self, thread: &Thread, testing: bool) -> bool {
        pump::GENERAL.catch_up(thread, testing)
    }
    fn blocks(&self, thread: &Thread) {
        port::thread_blocks(thread);
    }
    fn resumes(&self, thread: &Thread) {
        port::thread_resumes(thread);
    }
    fn exits(&self, thread: &Arc<Thread>) {
        port::thread_exits(thread);
        cancel::thread_exits(thread);
    }
}

/// Connects waits with I/O. Called when the first file or port is made.
fn install() {
    static HOOKS: Hooks = Hooks;
    install_hooks(&HOOKS);
}
