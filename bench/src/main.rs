//! Measures Larboard in pairs: its echo server against a raw edge-triggered epoll server, its port against channels, in the same run.

mod echo;
mod load;
mod memory;
mod port;
mod report;
mod server;

use std::process::ExitCode;
use std::str::FromStr;

use clap::{Parser, ValueEnum};

use server::Model;

const DEFAULT_CONNECTIONS: [usize; 3] = [1, 64, 1000];

/// One model or all of them.
#[derive(Clone, Copy, Debug)]
struct Models(Option<Model>);

impl FromStr for Models {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "all" => Ok(Self(None)),
            _ => Model::from_str(name, false).map(|model| Self(Some(model))),
        }
    }
}

impl Models {
    fn each(self) -> Vec<Model> {
        match self.0 {
            Some(model) => vec![model],
            None => Model::value_variants().to_vec(),
        }
    }
}

/// Pairs Larboard's completion port with a raw epoll server and prints medians of the ratios.
#[derive(Debug, Parser)]
struct Options {
    /// Connections of the load generator; `--models` has numbers of its own for each model.
    #[arg(long, value_delimiter = ',', default_values_t = DEFAULT_CONNECTIONS)]
    connections: Vec<usize>,
    /// Worker threads of the servers.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2])]
    workers: Vec<usize>,
    /// How often each pair is measured.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Length of one measurement.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Bytes per message.
    #[arg(long, default_value_t = 64)]
    size: usize,
    /// Let our server skip the packets of what succeeds at once.
    #[arg(long)]
    skip: bool,
    /// Count system calls instead, in a short round under strace.
    #[arg(long)]
    syscalls: bool,
    /// Measure memory per idle connection instead, with this many of them.
    #[arg(long, num_args = 0..=1, default_missing_value = "10000")]
    memory: Option<usize>,
    /// Measure these notification models, or `all`, instead of the completion port.
    #[arg(long, value_delimiter = ',', value_name = "MODEL", conflicts_with_all = ["workers", "skip", "syscalls", "memory", "port"])]
    models: Vec<Models>,
    /// Measure posting and fetching packets instead.
    #[arg(long)]
    port: bool,
}

fn main() -> ExitCode {
    // A reader of the output that goes away ends the program, and with it the servers.
    // SAFETY: no handler of ours is involved; sockets are written to without the signal.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    let options = Options::parse();
    let outcome = if options.port {
        Ok(port::run(options.rounds))
    } else if let Some(clients) = options.memory {
        memory::run(clients)
    } else if !options.models.is_empty() {
        let models: Vec<_> = options.models.iter().flat_map(|m| m.each()).collect();
        echo::run_models(&options, &models)
    } else if options.syscalls {
        echo::count_system_calls(&options)
    } else {
        echo::run(&options)
    };
    match outcome {
        Ok(bars) => report::verdict(&bars),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
