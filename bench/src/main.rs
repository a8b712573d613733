//! Measures Larboard against raw epoll and against what others have, in one run.

mod cli;
mod load;
mod measure;
mod placement;
mod report;
mod sections;
mod server;
mod shape;

use std::process::ExitCode;

use clap::Parser;

use report::Report;

fn main() -> ExitCode {
    // A reader of the output that goes away ends the program, and with it the servers.
    // SAFETY: no handler of ours is involved; sockets are written to without the signal.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    let cli = cli::Cli::parse();
    let mut report = Report::default();
    let outcome = cli.run(&mut report);
    report.progress.end();
    match outcome {
        Ok(()) => {
            println!("{}", report.verdict());
            ExitCode::from(u8::from(!report.holds()))
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
