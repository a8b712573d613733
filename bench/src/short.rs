//! The command line of the servers for short connections.

use clap::{Parser, ValueEnum};

use crate::cpu;

/// What becomes of a connection.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub enum Job {
    /// It is accepted and closed.
    Accept,
    /// One message is answered, then it is closed.
    Echo,
    /// The same, but the socket is disconnected and accepts the next connection.
    Reuse,
}

/// The command line.
#[derive(Clone, Copy, Debug, Parser)]
pub struct Options {
    /// What becomes of a connection.
    #[arg(long, value_enum)]
    pub job: Job,
    /// How many AcceptEx are kept posted.
    #[arg(long, default_value_t = 64)]
    pub posted: usize,
    /// Bind the whole process to this processor.
    #[arg(long)]
    pub pin: Option<usize>,
}

impl Options {
    /// Parses the command line and binds the process as it says.
    pub fn start() -> Self {
        let options = Self::parse();
        if let Some(processor) = options.pin {
            cpu::pin(processor);
        }
        options
    }
}
