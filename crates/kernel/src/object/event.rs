//! Event objects.

use super::dispatcher::{Dispatcher, Signal};
use super::{HandleCount, Object};
use crate::status::Status;

/// A manual-reset or auto-reset event.
pub struct Event {
    dispatcher: Dispatcher,
    handles: HandleCount,
}

impl Object for Event {
    fn dispatcher(&self) -> &Dispatcher {
        &self.dispatcher
    }
    fn handles(&self) -> &HandleCount {
        &self.handles
    }
    fn signal(&self) -> Result<(), Status> {
        self.set();
        Ok(())
    }
}

impl Event {
    /// A new event.
    pub fn new(manual_reset: bool, signalled: bool) -> Event {
        let signal = if manual_reset {
            Signal::Notification(signalled)
        } else {
            Signal::Synchronization(signalled)
        };
        Event {
            dispatcher: Dispatcher::new(signal),
            handles: HandleCount::default(),
        }
    }

    /// Signals it. No counting (WAIT-16).
    pub fn set(&self) {
        self.dispatcher.set();
    }

    /// Makes it non-signalled (WAIT-17).
    pub fn reset(&self) {
        self.dispatcher.reset();
    }

    /// Releases those that wait now and leaves it non-signalled (WAIT-18).
    pub fn pulse(&self) {
        self.dispatcher.pulse();
    }
}
