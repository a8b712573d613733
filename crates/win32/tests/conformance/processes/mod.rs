//! Threads and processes: what is told of them, starting and ending.

mod programs;
mod self_and_others;
mod threads;
