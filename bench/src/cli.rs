//! The command line.

use std::io;

use clap::{Parser, Subcommand};

use crate::report::Report;
use crate::sections::{
    all, echo, handlers, memory, models, network, port, registered, system_calls,
};

/// Measures Larboard against raw epoll and against what others have, in one run
///
/// Every server is measured in every round; figures are medians, and ratios are medians of the ratios to raw epoll with one thread in the same
/// round. The exit status is 0 if all bars hold, 1 if one does not, 2 if something could not be measured.
#[derive(Debug, Parser)]
#[command(name = "bench/run", args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    section: Option<Section>,
    #[command(flatten)]
    echo: echo::Options,
}

/// What is measured; echoes if nothing is named.
#[derive(Debug, Subcommand)]
enum Section {
    /// Every section, written to bench/RESULTS.md and bench/results.svg
    All(all::Options),
    /// Echo servers under load: processor time, messages per second, latency
    Echo(echo::Options),
    /// System calls for an echo
    Syscalls(system_calls::Options),
    /// Memory of an idle connection
    Memory(memory::Options),
    /// The notification models of Winsock
    Models(models::Options),
    /// Servers that compute for each message
    Handlers(handlers::Options),
    /// Short connections, a large file, datagrams
    Network(network::Options),
    /// Registered I/O with many messages on their way
    Rio(registered::Options),
    /// Posting and fetching packets
    Port(port::Options),
}

impl Cli {
    /// Runs the section.
    pub fn run(&self, report: &mut Report) -> io::Result<()> {
        crate::sections::raise_file_limit()?;
        match self.section.as_ref() {
            None => echo::run(&self.echo, report),
            Some(Section::Echo(options)) => echo::run(options, report),
            Some(Section::All(options)) => all::run(options, report),
            Some(Section::Syscalls(options)) => system_calls::run(options, report),
            Some(Section::Memory(options)) => memory::run(options, report),
            Some(Section::Models(options)) => models::run(options, report),
            Some(Section::Handlers(options)) => handlers::run(options, report),
            Some(Section::Network(options)) => network::run(options, report),
            Some(Section::Rio(options)) => registered::run(options, report),
            Some(Section::Port(options)) => port::run(options, report),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn refused(line: &str) -> String {
        let error = Cli::try_parse_from(line.split(' ')).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{line}");
        error.to_string()
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn echoes_need_no_name() {
        for line in [
            "run",
            "run --rounds 3 --workers 1,2",
            "run echo --pin same",
            "run all",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_ok(), "{line}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert!(refused("run --servers iocp").contains("no server 'iocp'"));
        assert!(refused("run --shapes 64").contains("'64' is no shape"));
        assert!(refused("run --rounds 0").contains("rounds"));
        assert!(refused("run --seconds 0").contains("seconds"));
        assert!(refused("run --seconds nan").contains("seconds"));
        assert!(refused("run --pin left").contains("--pin"));
        assert!(refused("run --workers 0").contains("workers"));
        assert!(refused("run memory --clients 0").contains("clients"));
    }
}
