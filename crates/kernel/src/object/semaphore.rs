//! Semaphore objects.

use super::dispatcher::{Dispatcher, Signal};
use super::{HandleCount, Object};
use crate::status::Status;

/// A counting semaphore.
pub struct Semaphore {
    dispatcher: Dispatcher,
    handles: HandleCount,
}

impl Object for Semaphore {
    fn dispatcher(&self) -> &Dispatcher {
        &self.dispatcher
    }
    fn handles(&self) -> &HandleCount {
        &self.handles
    }
    fn signal(&self) -> Result<(), Status> {
        self.release(1).map(drop)
    }
}

impl Semaphore {
    /// INVALID_PARAMETER unless 0 ≤ count ≤ limit and limit > 0 (WAIT-23).
    pub fn new(count: i32, limit: i32) -> Result<Semaphore, Status> {
        if limit <= 0 || count < 0 || count > limit {
            return Err(Status::INVALID_PARAMETER);
        }
        Ok(Semaphore {
            dispatcher: Dispatcher::new(Signal::Semaphore { count, limit }),
            handles: HandleCount::default(),
        })
    }

    /// Adds `n` and gives the count before. SEMAPHORE_LIMIT_EXCEEDED leaves everything as it was (WAIT-24, WAIT-25).
    pub fn release(&self, n: i32) -> Result<i32, Status> {
        if n <= 0 {
            return Err(Status::INVALID_PARAMETER);
        }
        self.dispatcher.update(|signal| {
            let Signal::Semaphore { count, limit } = signal else {
                return Err(Status::OBJECT_TYPE_MISMATCH);
            };
            let before = *count;
            if n > *limit - before {
                return Err(Status::SEMAPHORE_LIMIT_EXCEEDED);
            }
            *count += n;
            Ok(before)
        })
    }
}
