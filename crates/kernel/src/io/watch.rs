//! Descriptors that are only watched: somebody wants to hear that they have become readable, from whichever thread
//! polls the port, or the general pump, that they are registered with.
//!
//! A watched descriptor is a file object without operations. Every edge makes a token, and whoever redeems it calls the
//! watcher, without the file's lock. While something is expected the watch counts as a request in flight, so that the
//! monitor looks after it.

use std::os::fd::{IntoRawFd, OwnedFd};

use super::complete::Deliver;
use super::file::{File, OVERLAPPED, SELECTED};
use super::monitor;
use super::port::Port;
use super::pump::{GENERAL, Pump};
use crate::device::Device;
use crate::status::Status;
use crate::sync::{Arc, Weak};

/// Who hears of the edges.
pub trait Watcher: Send + Sync {
    /// The descriptor has become readable. Called without a lock. `deliver` is for a packet that may follow from it.
    fn ready(&self, deliver: Deliver<'_>);
}

/// A watched descriptor. Dropping it ends the watch and closes the descriptor.
pub struct Watch {
    file: Arc<File>,
    port: Option<Arc<Port>>,
}

impl Watch {
    /// Watches `fd` from the port's poller, or from the general one without a port.
    pub fn new(
        fd: OwnedFd,
        port: Option<&Arc<Port>>,
        watcher: Weak<dyn Watcher>,
    ) -> Result<Watch, Status> {
        let file = File::new(fd.into_raw_fd(), Device::Watched, OVERLAPPED | SELECTED);
        file.set_watcher(watcher);
        if let Some(port) = port {
            file.associate(port, 0)?;
        }
        file.register(&mut file.lock())?;
        let port = port.cloned();
        Ok(Watch { file, port })
    }

    /// Watches the general pump from a port's poller, so that the port's workers perform what is ready there.
    pub fn general(port: &Arc<Port>, watcher: Weak<dyn Watcher>) -> Result<Watch, Status> {
        let descriptor = GENERAL.pump()?.engine().descriptor()?;
        Watch::new(descriptor, Some(port), watcher)
    }

    /// Something is expected from now on.
    pub fn expect(&self) {
        if let Some(pump) = self.pump() {
            pump.pended(1);
            monitor::arm();
        }
    }

    /// Once for each `expect`.
    pub fn expect_no_more(&self) {
        if let Some(pump) = self.pump() {
            pump.settled(1);
        }
    }

    fn pump(&self) -> Option<&Pump> {
        match &self.port {
            Some(port) => Some(port.pump()),
            None => GENERAL.pump().ok(),
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.file.close();
    }
}

/// The watcher of the general pump's own descriptor.
pub struct GeneralPump;

impl Watcher for GeneralPump {
    fn ready(&self, _deliver: Deliver<'_>) {
        GENERAL.perform_ready();
    }
}

/// Tells the watcher of an edge.
pub(super) fn redeem(file: &File, deliver: Deliver<'_>) {
    file.state.take_token();
    if let Some(watcher) = file.watcher() {
        watcher.ready(deliver);
    }
}
