//! What the two echo servers of the bench have in common.

pub mod cpu;

use std::io::{Read, Write};

use clap::Parser;

/// The command line of both servers.
#[derive(Clone, Copy, Debug, Parser)]
pub struct ServerOptions {
    /// Threads that serve clients.
    #[arg(long, default_value_t = 1)]
    pub workers: usize,
    /// Bytes per receive.
    #[arg(long, default_value_t = 512)]
    pub buffer: usize,
    /// Bind the whole process to this processor.
    #[arg(long)]
    pub pin: Option<usize>,
    /// No packet for what succeeds at once (the completion-port server only).
    #[arg(long)]
    pub skip: bool,
}

impl ServerOptions {
    /// Parses the command line and binds the process as it says.
    pub fn start() -> Self {
        let options = Self::parse();
        if let Some(processor) = options.pin {
            cpu::pin(processor);
        }
        options
    }
}

/// Tells the runner on which TCP port of 127.0.0.1 it may connect, and arranges that the process ends with its standard input, so that it never
/// outlives the runner.
pub fn announce(tcp_port: u16) {
    println!("{tcp_port}");
    std::io::stdout().flush().expect("the runner reads");
    std::thread::spawn(|| {
        // Whether the input ends or fails, the runner is gone.
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
}
