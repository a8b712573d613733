//! Echo servers on the notification models of Winsock, one in each file, written with the Win32 functions as a program
//! for Windows would be: each takes what its model reports first, answers, and waits again.

mod async_select;
mod client;
mod deal;
mod event_select;
mod overlapped_event;
mod overlapped_routine;
mod select;

use clap::{Parser, ValueEnum};
use larboard_bench::ServerOptions;

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    server: ServerOptions,
    /// How the server hears of its clients.
    #[arg(long)]
    model: Model,
}

#[derive(Clone, Copy, ValueEnum)]
enum Model {
    OverlappedEvent,
    OverlappedRoutine,
    EventSelect,
    AsyncSelect,
    Select,
}

fn main() {
    let options = Options::parse();
    options.server.bind();
    match options.model {
        Model::OverlappedEvent => overlapped_event::serve(options.server.buffer),
        Model::OverlappedRoutine => overlapped_routine::serve(options.server.buffer),
        Model::EventSelect => event_select::serve(options.server.buffer),
        Model::AsyncSelect => async_select::serve(options.server.buffer),
        Model::Select => select::serve(options.server.buffer),
    }
}
