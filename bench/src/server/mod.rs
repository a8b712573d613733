//! The echo servers: which there are, how they get built and started, and what they have used.

mod native;
mod process;
mod table;

pub use process::{Running, Setup, Usage};
pub use table::{Role, SERVERS, Server, bench_program, named, port_server};
