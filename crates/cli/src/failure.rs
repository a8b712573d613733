//! Why a command ended early, and the exit status that says so.

use std::fmt::Display;
use std::io;
use std::process::ExitCode;

/// The end of a command that could not do its work.
#[derive(Debug)]
pub enum Failure {
    /// One line for standard error; exit status 1.
    Message(String),
    /// The reader of our output went away, which is its right; exit status 0.
    BrokenPipe,
}

impl Failure {
    /// A failure that is told in one line.
    pub fn new(message: impl Display) -> Self {
        Self::Message(message.to_string())
    }

    /// Prints the line, if there is one, and names the exit status.
    pub fn report(self) -> ExitCode {
        match self {
            Self::Message(message) => {
                eprintln!("error: {message}");
                ExitCode::FAILURE
            }
            Self::BrokenPipe => ExitCode::SUCCESS,
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::new(error),
        }
    }
}
