//! What the echo servers of the bench have in common.

pub mod cpu;
pub mod datagram;
pub mod extension;
pub mod large;
pub mod raw;
pub mod short;
pub mod signals;
pub mod sockets;

use std::io::{Read, Write};

use clap::{Args, Parser};

/// The command line of every server.
#[derive(Args, Clone, Copy, Debug)]
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
}

impl ServerOptions {
    /// Binds the process as the command line says.
    pub fn bind(&self) {
        if let Some(processor) = self.pin {
            cpu::pin(processor);
        }
    }
}

/// Parses the command line of a server that takes nothing else and binds the process as it says.
pub fn start() -> ServerOptions {
    #[derive(Parser)]
    struct Whole {
        #[command(flatten)]
        options: ServerOptions,
    }
    let options = Whole::parse().options;
    options.bind();
    options
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
