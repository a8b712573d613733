//! The command line of the servers for datagrams.

use clap::Parser;

use crate::cpu;

/// The command line.
#[derive(Clone, Copy, Debug, Parser)]
pub struct Options {
    /// How many receives are kept posted.
    #[arg(long, default_value_t = 16)]
    pub posted: usize,
    /// No packet for what succeeds at once (the completion-port server only).
    #[arg(long)]
    pub skip: bool,
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
