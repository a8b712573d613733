//! Mutex objects: owner, recursion, abandonment.

use super::dispatcher::{Dispatcher, Ownership, Signal};
use super::thread::Thread;
use super::{HandleCount, Object};
use crate::status::Status;
use crate::sync::{Arc, Weak};

/// A mutex that a thread owns.
pub struct Mutex {
    dispatcher: Dispatcher,
    handles: HandleCount,
}

impl Object for Mutex {
    fn dispatcher(&self) -> &Dispatcher {
        &self.dispatcher
    }
    fn handles(&self) -> &HandleCount {
        &self.handles
    }
    fn signal(&self) -> Result<(), Status> {
        self.release()
    }
}

impl Mutex {
    /// A new mutex, owned by the calling thread if `owned`.
    pub fn new(owned: bool) -> Arc<Mutex> {
        let mutex = Arc::new_cyclic(|me: &Weak<Mutex>| Mutex {
            dispatcher: Dispatcher::new(Signal::Mutex(Box::new(Ownership {
                object: Some(me.clone()),
                ..Ownership::default()
            }))),
            handles: HandleCount::default(),
        });
        if owned {
            Thread::with_current(|thread| mutex.dispatcher.lock().signal.consume(thread));
        }
        mutex
    }

    /// One release by the owner. MUTANT_NOT_OWNED for everybody else (WAIT-27).
    pub fn release(&self) -> Result<(), Status> {
        Thread::with_current(|thread| {
            self.dispatcher.update(|signal| {
                let Signal::Mutex(m) = signal else {
                    return Err(Status::OBJECT_TYPE_MISMATCH);
                };
                if m.recursion == 0 || m.owner != thread.id() {
                    return Err(Status::MUTANT_NOT_OWNED);
                }
                m.recursion -= 1;
                if m.recursion == 0 {
                    m.owner = 0;
                    if let Some(object) = &m.object {
                        thread.released(object);
                    }
                }
                Ok(())
            })
        })
    }
}

/// The owner has ended: the next wait gets the mutex and is told so (WAIT-28).
pub(super) fn abandon(dispatcher: &Dispatcher, owner: u32) {
    dispatcher.update(|signal| {
        if let Signal::Mutex(m) = signal
            && m.owner == owner
        {
            m.owner = 0;
            m.recursion = 0;
            m.abandoned = true;
        }
    });
}
