//! Why a command ended early, and the exit status that says so.

use std::fmt::Display;
use std::io;
use std::process::ExitCode;

use clap::error::ErrorKind;

/// The end of a command that could not do its work.
#[derive(Debug)]
pub enum Failure {
    /// One line for standard error; exit status 1.
    Message(String),
    /// One line about a command that cannot be meant so; exit status 2.
    Usage(String),
    /// The reader of our output went away, which is its right; exit status 0.
    BrokenPipe,
}

impl Failure {
    /// A failure that is told in one line.
    pub fn new(message: impl Display) -> Self {
        Self::Message(message.to_string())
    }

    /// What clap says about a command, without the paragraphs that follow: `--help` has them.
    pub fn mistake(error: &clap::Error) -> Self {
        let text = error.to_string();
        let (first, rest) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut line = first.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        for tip in rest.lines().filter(|line| line.contains("similar")) {
            line = format!("{line}; {}", tip.trim());
        }
        Self::Usage(line.trim_start_matches("error: ").to_owned())
    }

    /// The line, if there is one.
    pub fn message(&self) -> &str {
        match self {
            Self::Message(message) | Self::Usage(message) => message,
            Self::BrokenPipe => "",
        }
    }

    /// Prints the line, if there is one, and names the exit status.
    pub fn report(self) -> ExitCode {
        match self {
            Self::Message(message) => {
                eprintln!("error: {message}");
                ExitCode::FAILURE
            }
            Self::Usage(message) => {
                eprintln!("error: {message}");
                ExitCode::from(2)
            }
            Self::BrokenPipe => ExitCode::SUCCESS,
        }
    }
}

/// Whether clap ends because of a mistake, rather than with a page of help.
pub fn is_mistake(error: &clap::Error) -> bool {
    error.use_stderr() && error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::new(error),
        }
    }
}
