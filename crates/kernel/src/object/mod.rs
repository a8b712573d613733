//! Objects: what a handle denotes.
//!
//! `handle_table` maps handle values to objects, `dispatcher` is the part of an object that can be waited on,
//! `wait` has the wait functions, `thread` and `apc` what a waiting thread is, `queue` what stands under a completion
//! port. Every other file is one kind of object.
//! Nothing here knows of files, ports or sockets; what a wait needs from I/O comes through [`thread::IoHooks`].

pub mod apc;
pub mod dispatcher;
pub mod event;
pub mod handle_table;
pub mod mutex;
#[cfg(not(loom))]
pub mod names;
pub mod queue;
pub mod semaphore;
pub mod thread;
#[cfg(not(loom))]
pub mod timer;
pub mod wait;

use std::any::Any;

use crate::status::Status;
use crate::sync::{Arc, AtomicU32, Ordering};
use dispatcher::Dispatcher;

/// A kernel object.
pub trait Object: Any + Send + Sync {
    /// What waits look at.
    fn dispatcher(&self) -> &Dispatcher;

    /// How many handles denote the object.
    fn handles(&self) -> &HandleCount;

    /// [`Tagged::TAG`], or 0.
    fn tag(&self) -> u8 {
        0
    }

    /// The last handle was closed. Memory goes when the last reference goes; this is the moment Windows calls "cleanup".
    fn last_handle_closed(&self) {}

    /// What SignalObjectAndWait does to the object first.
    fn signal(&self) -> Result<(), Status> {
        Err(Status::OBJECT_TYPE_MISMATCH)
    }
}

/// A kind of object that is looked up so often that its type is told by a number instead of a call.
///
/// # Safety
/// No other kind has the same tag, it is between 1 and 15, and `tag` returns it.
pub unsafe trait Tagged: Object {
    /// The number.
    const TAG: u8;
}

/// The number of handles that denote an object.
#[derive(Debug, Default)]
pub struct HandleCount(AtomicU32);

/// There were handles, and the last one was closed.
const CLOSED: u32 = 1 << 31;

impl HandleCount {
    /// One more handle.
    pub fn opened(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// One less. True if it was the last one.
    pub fn closed(&self) -> bool {
        let last = self.0.fetch_sub(1, Ordering::AcqRel) & !CLOSED == 1;
        if last {
            self.0.fetch_or(CLOSED, Ordering::Relaxed);
        }
        last
    }

    /// Had the object handles, and has none any more?
    pub fn are_closed(&self) -> bool {
        self.0.load(Ordering::Acquire) == CLOSED
    }
}

/// A reference to any object.
pub type ObjectRef = Arc<dyn Object>;
