//! Asynchronous procedure calls: queued by hand, by timers and by completion routines (rules APC).

mod blocking;
mod completions;
mod ports;
mod queue;
mod race;
mod waits;
