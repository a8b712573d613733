//! The engine: file descriptors, tokens and readiness. It knows nothing of Windows and nothing above it.
//!
//! The contract, whichever poller stands behind it:
//! - `register(fd, token)` is called once per descriptor and poller. From then on every *edge* - the descriptor became
//!   readable, writable or broken after the last report - is reported once, as `(token, readiness)`, to whoever waits.
//!   A descriptor that is ready at registration is reported too.
//! - `wait` is called by one thread at a time. It returns when there are reports, when the time is over, when a kick
//!   descriptor registered with [`KICK`] is written to, or spuriously.
//! - After `unregister` returned, no `wait` that begins later reports the token. One that had begun may: the caller
//!   keeps what the token stands for alive until that `wait` is over (`io::pump`).
//! - No call here takes a lock of the kernel or runs anybody's code.

#[cfg(not(test))]
mod direct;
mod epoll;
#[cfg(test)]
pub mod simulated;
pub mod uring;

/// The system calls that move data and connections. Seeded tests put a simulator in their place.
pub mod sys {
    #[cfg(not(test))]
    pub use super::direct::{recv, recvfrom, send, sendto};
    #[cfg(test)]
    pub use super::simulated::{
        accept4, connect, recv, recvfrom, recvmsg, send, sendfile, sendmsg, sendto,
    };
    #[cfg(not(test))]
    pub use libc::{accept4, connect, recvmsg, sendfile, sendmsg};
}

pub use epoll::{Epoll, Events};

/// The token of kick descriptors; never reported.
pub const KICK: u64 = 0;

/// Why the calling thread's last system call failed.
fn errno() -> i32 {
    std::io::Error::last_os_error()
        .raw_os_error()
        .unwrap_or_default()
}

/// What a descriptor has become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// Reading makes progress, or says why not.
    pub readable: bool,
    /// Writing makes progress, or says why not.
    pub writable: bool,
    /// End of stream, error or urgent data: no further edge may come, so "readable" must not be forgotten.
    pub lasting: bool,
}
