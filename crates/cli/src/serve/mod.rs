//! `larboard serve`: the lecture's echo servers, one file for each model.

mod acceptor;
mod async_select;
mod client;
mod completion_port;
mod event_select;
mod iterative;
mod journal;
mod nonblocking;
mod overlapped_event;
mod overlapped_routine;
mod select;
mod socket_info;
mod threads;

use std::io;
use std::net::SocketAddr;
use std::thread;

use larboard::net::TcpListener;
use larboard::{Error, code};
use rustix::process::{Signal, set_parent_process_death_signal};

use self::acceptor::Acceptor;
use self::journal::Journal;
use crate::args::{Limit, ServeArgs};
use crate::failure::Failure;
use crate::limits;
use crate::messages::ServerMessages;
use crate::model::Model;

/// Runs a server until Ctrl-C.
pub fn run(args: &ServeArgs) -> Result<(), Failure> {
    check(args)?;
    if args.end_with_parent {
        set_parent_process_death_signal(Some(Signal::TERM))
            .map_err(|error| Failure::new(io::Error::from(error)))?;
    }
    limits::raise_open_files();
    let listener = TcpListener::bind(args.addr).map_err(|error| cannot_listen(args.addr, error))?;
    let journal = Journal::of_program(
        ServerMessages {
            lang: args.lang.choose(),
            model: args.model,
        },
        args.quiet,
    );
    ctrlc::set_handler(|| {
        journal.finish();
    })
    .map_err(Failure::new)?;
    journal.listening(listener.local_addr().map_err(Failure::new)?);
    let acceptor = Acceptor::new(listener, journal);
    let buffer = args.buffer as usize;
    let limit = args.limit.unwrap_or(Limit::SixtyFour);
    match args.model {
        Model::Iterative => iterative::run(acceptor, journal, buffer),
        Model::Threads => threads::run(acceptor, journal, buffer),
        Model::Nonblocking => nonblocking::run(acceptor, journal, buffer),
        Model::Select => select::run(acceptor, journal, buffer, limit),
        Model::AsyncSelect => async_select::run(acceptor, journal, buffer),
        Model::EventSelect => event_select::run(acceptor, journal, buffer, limit),
        Model::OverlappedEvent => overlapped_event::run(acceptor, journal, buffer),
        Model::OverlappedRoutine => overlapped_routine::run(acceptor, journal, buffer),
        Model::CompletionPort => {
            let workers = args
                .workers
                .map_or_else(completion_port::two_for_each_processor, |workers| {
                    workers as usize
                });
            completion_port::run(
                acceptor,
                journal,
                buffer,
                workers,
                args.concurrency.unwrap_or(0) as usize,
            )
        }
    }
}

/// Flags that mean nothing to the model are a mistake in the command.
fn check(args: &ServeArgs) -> Result<(), Failure> {
    let model = args.model;
    for (flag, given) in [
        ("--workers", args.workers.is_some()),
        ("--concurrency", args.concurrency.is_some()),
    ] {
        if given && model != Model::CompletionPort {
            return Err(Failure::Usage(format!(
                "{flag} is for --model completion-port; {model} has threads of its own"
            )));
        }
    }
    if args.limit.is_some() && !matches!(model, Model::Select | Model::EventSelect) {
        let why = match model {
            Model::OverlappedEvent => "keeps the lecture's limit of 63 clients",
            _ => "has no limit of sockets for a thread",
        };
        return Err(Failure::Usage(format!(
            "--limit is for --model select and event-select; {model} {why}"
        )));
    }
    Ok(())
}

/// One line that says what to do.
fn cannot_listen(addr: SocketAddr, error: Error) -> Failure {
    let advice = match error.code() {
        code::WSAEADDRINUSE => {
            "another program listens there; end it, or choose another port with --addr"
        }
        code::WSAEACCES if addr.port() < 1024 => {
            "ports below 1024 are for root; choose a port from 1024 with --addr"
        }
        code::WSAEADDRNOTAVAIL => {
            "this machine does not have the address; choose one of its own with --addr, or 0.0.0.0 for all"
        }
        _ => "choose another address with --addr",
    };
    Failure::new(format_args!("cannot listen on {addr}: {error}: {advice}"))
}

/// Starts a thread that the journal counts.
fn spawn(
    name: &str,
    journal: &'static Journal,
    work: impl FnOnce() + Send + 'static,
) -> io::Result<()> {
    let count = journal.thread();
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn(move || {
        work();
        drop(count);
    })?;
    Ok(())
}

/// Memory for a client, or `None` if there is no more.
fn buffer(size: usize, journal: &Journal) -> Option<Vec<u8>> {
    let mut buffer = Vec::new();
    if buffer.try_reserve_exact(size).is_err() {
        journal.out_of_memory();
        return None;
    }
    buffer.resize(size, 0);
    Some(buffer)
}
