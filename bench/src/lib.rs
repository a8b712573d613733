//! What the echo servers of the bench have in common.

pub mod cpu;
pub mod signals;
pub mod sockets;

use std::io::{Read, Write};

use clap::{Args, Parser, ValueEnum};

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
    /// No packet for what succeeds at once (the completion-port server only).
    #[arg(long)]
    pub skip: bool,
    /// Compute so many microseconds for each message (the completion-port server only).
    #[arg(long, default_value_t = 0)]
    pub work: u64,
    /// Take handlers for short or long, whatever they are (the completion-port server only).
    #[arg(long, value_enum)]
    pub handlers: Option<Handlers>,
}

/// How long the handlers of a port are said to be.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Handlers {
    /// A worker is expected back soon.
    Short,
    /// Nobody is: another worker is woken at once.
    Long,
}

impl ServerOptions {
    /// Binds the process as the command line says.
    pub fn bind(&self) {
        if let Some(processor) = self.pin {
            cpu::pin(processor);
        }
    }

    /// Parses the command line and binds the process as it says.
    pub fn start() -> Self {
        #[derive(Parser)]
        struct Whole {
            #[command(flatten)]
            options: ServerOptions,
        }
        let options = Whole::parse().options;
        options.bind();
        if let Some(handlers) = options.handlers {
            let name = handlers.to_possible_value();
            let name = name.as_ref().map_or("", |value| value.get_name());
            // SAFETY: no other thread has been started.
            unsafe { std::env::set_var("LARBOARD_HANDLERS", name) };
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
