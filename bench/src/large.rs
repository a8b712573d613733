//! The command line of the servers for large transfers.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use crate::cpu;

/// Bytes of one send from memory.
pub const BLOCK: usize = 64 * 1024;

/// Where the bytes come from.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub enum Source {
    /// From the file.
    File,
    /// From a block of memory, sent again and again.
    Memory,
}

/// The command line.
#[derive(Clone, Debug, Parser)]
pub struct Options {
    /// The file every client gets, or whose length it gets from memory.
    #[arg(long)]
    pub file: PathBuf,
    /// Where the bytes come from.
    #[arg(long, value_enum, default_value_t = Source::File)]
    pub source: Source,
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
