//! The command line: one definition of each flag feeds parser, help and completion.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::build::args::{BuildArgs, EnvArgs, InstallArgs, RunArgs};
use crate::messages::Lang;
use crate::model::Model;

/// Windows' socket I/O models on Linux: run them, load them, compare them
#[derive(Parser)]
#[command(
    name = "larboard",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Subcommand)]
pub enum Command {
    /// Build a server for Windows, in C or C++, as a program for Linux
    Build(Box<BuildArgs>),
    /// Build it and run it
    Run(Box<RunArgs>),
    /// Print the compiler's flags, for other build systems
    Env(EnvArgs),
    /// Install command, library, headers, and packages for CMake and pkg-config
    Install(InstallArgs),
    /// Run an echo server on one of the I/O models
    Serve(ServeArgs),
    /// Talk to an echo server, line by line
    Client(ClientArgs),
    /// Load an echo server and verify every byte that comes back
    Load(LoadArgs),
    /// Run every model under load and print what each costs
    Compare(CompareArgs),
    /// Explain the models: what speaks for and against each
    Models(ModelsArgs),
    /// Check this machine: kernel, engine, limits
    Doctor,
    /// Print the completion script for a shell
    Completions {
        /// The shell to complete in
        shell: Shell,
    },
}

/// A shell we write completions for.
#[derive(Clone, Copy, ValueEnum)]
pub enum Shell {
    /// ~/.local/share/bash-completion/completions/larboard
    Bash,
    /// _larboard in a folder of $fpath
    Zsh,
    /// ~/.config/fish/completions/larboard.fish
    Fish,
}

/// `larboard serve`.
#[derive(Args)]
pub struct ServeArgs {
    /// The I/O model
    #[arg(long, value_enum, default_value = "completion-port")]
    pub model: Model,
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "IP:PORT", default_value = DEFAULT_ADDRESS, value_parser = address)]
    pub addr: SocketAddr,
    /// Worker threads of the completion port [default: 2 for each processor]
    #[arg(long, allow_negative_numbers = true, value_name = "N", value_parser = 1..=1024)]
    pub workers: Option<i64>,
    /// Workers that may run at once; 0 is one for each processor
    #[arg(long, allow_negative_numbers = true, value_name = "K", value_parser = 0..=1024)]
    pub concurrency: Option<i64>,
    /// Sockets for each thread of select or event-select, and for no other model [default: 64]
    #[arg(long, value_enum)]
    pub limit: Option<Limit>,
    /// Bytes received at once
    #[arg(long, allow_negative_numbers = true, value_name = "BYTES", default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    pub buffer: u32,
    #[command(flatten)]
    pub lang: LangArg,
    /// Print no line for a client or a message
    #[arg(long)]
    pub quiet: bool,
    /// End when the process that started this one ends, however it ends
    #[arg(long, hide = true)]
    pub end_with_parent: bool,
}

/// `larboard client`.
#[derive(Args)]
pub struct ClientArgs {
    /// Address and port of the server
    #[arg(value_name = "ADDR", default_value = DEFAULT_ADDRESS, value_parser = address)]
    pub addr: SocketAddr,
    /// How text is written on the wire
    #[arg(long, value_enum, default_value = "utf-8")]
    pub encoding: Encoding,
    #[command(flatten)]
    pub lang: LangArg,
}

/// `larboard load`.
#[derive(Args)]
pub struct LoadArgs {
    /// Address and port of the server
    #[arg(value_name = "ADDR", value_parser = address)]
    pub addr: SocketAddr,
    /// Clients at the same time
    #[arg(long, allow_negative_numbers = true, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    pub connections: u32,
    /// Bytes in a message
    #[arg(long, allow_negative_numbers = true, value_name = "B", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=1 << 24))]
    pub size: u32,
    /// Messages each client has under way
    #[arg(long, allow_negative_numbers = true, value_name = "D", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub depth: u32,
    /// How long to load, in seconds
    #[arg(long, allow_negative_numbers = true, value_name = "S", default_value = "5", value_parser = seconds)]
    pub seconds: Duration,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// `larboard compare`.
#[derive(Args)]
pub struct CompareArgs {
    /// The models to compare, separated by commas [default: all]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "MODELS")]
    pub models: Vec<Model>,
    /// Numbers of clients to try, separated by commas
    #[arg(
        long,
        allow_negative_numbers = true,
        value_delimiter = ',',
        value_name = "N,N",
        default_value = "1,50,1000",
        value_parser = clap::value_parser!(u32).range(1..=60_000)
    )]
    pub connections: Vec<u32>,
    /// How long to load each model with each number of clients, in seconds
    #[arg(long, allow_negative_numbers = true, value_name = "S", default_value = "1.5", value_parser = seconds)]
    pub seconds: Duration,
    /// Write the figures to this file
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write a report with charts to this file
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

/// `larboard models`.
#[derive(Args)]
pub struct ModelsArgs {
    /// Add the figures of a comparison: a file written by `compare --json`
    #[arg(long, value_name = "FILE")]
    pub measured: Option<PathBuf>,
    #[command(flatten)]
    pub lang: LangArg,
}

/// `--lang`, wherever text for people is printed.
#[derive(Args)]
pub struct LangArg {
    /// Language of the messages [default: by locale]
    #[arg(long, value_enum, value_name = "LANG")]
    lang: Option<Lang>,
}

impl LangArg {
    /// The language asked for, else that of the system.
    pub fn choose(&self) -> Lang {
        self.lang.unwrap_or_else(Lang::of_system)
    }
}

/// How many sockets a thread of `select` or `event-select` serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Limit {
    /// As the lecture says: the listening socket and 63 clients; more are refused
    #[value(name = "64")]
    SixtyFour,
    /// No client is refused: select takes larger sets, event-select a thread for every 63 clients
    None,
}

/// How the client's text becomes bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Encoding {
    /// Unicode, 3 bytes for a Korean syllable
    #[value(name = "utf-8")]
    Utf8,
    /// Korean Windows, 2 bytes for a Korean syllable
    Cp949,
}

const DEFAULT_ADDRESS: &str = "127.0.0.1:9000";

fn address(text: &str) -> Result<SocketAddr, String> {
    let numeric = match text.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => text.to_owned(),
    };
    numeric.parse().map_err(|_| {
        format!("give an IP address and a port, such as {DEFAULT_ADDRESS} or [::1]:9000")
    })
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.1..=3600.0).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        _ => Err("give a number of seconds from 0.1 to 3600".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definitions_agree_with_each_other() {
        Cli::command().debug_assert();
    }

    #[test]
    fn an_address_is_numeric_or_localhost() {
        assert_eq!(
            address("localhost:80").unwrap(),
            "127.0.0.1:80".parse().unwrap()
        );
        assert_eq!(address("[::1]:80").unwrap(), "[::1]:80".parse().unwrap());
        assert!(address("nowhere").unwrap_err().contains("127.0.0.1:9000"));
    }

    #[test]
    fn seconds_have_bounds() {
        assert_eq!(seconds("0.5").unwrap(), Duration::from_millis(500));
        assert!(seconds("0").is_err() && seconds("NaN").is_err() && seconds("soon").is_err());
    }
}
