//! Conformance tests of the Win32 functions: every test names the rule it checks.
//!
//! The tests know the Win32 names alone, so the same source is built against `windows-sys` on Windows and against `larboard-win32` on
//! Linux. They run side by side in one process; those that need a process of their own are separate test binaries.

#[macro_use]
mod common;

mod apc;
mod cancel;
mod errors;
mod files;
mod guids;
mod handles;
mod io;
mod locks;
mod memory;
mod messages;
mod net_events;
mod nonblocking;
mod overlapped;
mod pool;
mod ports;
mod processes;
mod profiles;
mod registered;
mod select;
mod sockets;
mod system;
mod text;
mod time;
mod waits;
