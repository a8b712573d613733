//! What loads a server while it is measured.

mod larboard;
mod raw;

pub use raw::Load;

use std::io;
use std::time::Duration;

use clap::ValueEnum;

use crate::measure::Conditions;
use crate::server::{Running, Usage};

/// The load generators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// The bench's own, on plain epoll: costs the least
    Raw,
    /// The command `larboard load`
    Larboard,
}

/// What a load generator saw.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub messages: u64,
    pub elapsed: Duration,
    /// Microseconds from send to complete echo.
    pub p50: f64,
    pub p99: f64,
    pub p999: f64,
}

impl Engine {
    /// Warms the server up, then loads it; what was seen, and what the server used for it.
    pub fn measure(self, server: &Running, conditions: &Conditions) -> io::Result<(Seen, Usage)> {
        match self {
            Self::Raw => raw::measure(server, conditions.shape, conditions.seconds),
            Self::Larboard => larboard::measure(server, conditions.shape, conditions.seconds),
        }
    }
}
