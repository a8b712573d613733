//! What the peers have in common: the command line of every echo server of the bench, and how it meets its runner.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener};

use clap::Parser;
use socket2::{Domain, Socket, Type};

/// The command line.
#[derive(Clone, Copy, Debug, Parser)]
pub struct Options {
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

impl Options {
    /// Parses the command line and binds the process as it says.
    pub fn start() -> io::Result<Self> {
        let options = Self::parse();
        if let Some(processor) = options.pin {
            pin(processor)?;
        }
        Ok(options)
    }

    /// The same, for a server that has one thread.
    pub fn start_single() -> io::Result<Self> {
        let options = Self::start()?;
        match options.workers {
            1 => Ok(options),
            _ => Err(io::Error::other("this server has one worker")),
        }
    }
}

fn pin(processor: usize) -> io::Result<()> {
    // SAFETY: all zero bytes are an empty set.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: CPU_SET checks its index against the size of the set.
    unsafe { libc::CPU_SET(processor, &mut set) };
    // SAFETY: the set is live and its size is passed.
    match unsafe { libc::sched_setaffinity(0, size_of_val(&set), &set) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// A socket that listens on a free port of 127.0.0.1.
pub fn listener() -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())?;
    socket.listen(4096)?;
    Ok(socket.into())
}

/// Tells the runner the TCP port, and arranges that the process ends with its standard input, so that it never outlives the runner.
pub fn announce(listener: &TcpListener) -> io::Result<()> {
    println!("{}", listener.local_addr()?.port());
    io::stdout().flush()?;
    std::thread::spawn(|| {
        // Whether the input ends or fails, the runner is gone.
        let _ = io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    Ok(())
}
