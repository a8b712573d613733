//! Accepting clients, also when there is no room for one: that ends no server.

use std::net::SocketAddr;
use std::time::Duration;

use larboard::net::{TcpListener, TcpStream};
use larboard::{Code, Error, code};

use super::journal::Journal;
use crate::failure::Failure;

/// The listening socket, and what went wrong last.
pub struct Acceptor {
    listener: TcpListener,
    journal: &'static Journal,
    complaint: Option<Code>,
}

/// How long to wait for a client to go before trying again for room.
const PAUSE: Duration = Duration::from_millis(100);

impl Acceptor {
    /// Accepts from this socket.
    pub fn new(listener: TcpListener, journal: &'static Journal) -> Self {
        Self {
            listener,
            journal,
            complaint: None,
        }
    }

    /// Makes `try_accept` return at once; clients inherit the mode.
    pub fn set_nonblocking(&self) -> Result<(), Failure> {
        self.listener.set_nonblocking(true).map_err(Failure::new)
    }

    /// Waits for the next client, and for room for it.
    pub fn accept(&mut self) -> Result<(TcpStream, SocketAddr), Failure> {
        loop {
            if let Some(client) = self.try_accept()? {
                return Ok(client);
            }
            self.journal.wait_for_departure(PAUSE);
        }
    }

    /// The next client, or `None` if there is no client or no room for it now.
    pub fn try_accept(&mut self) -> Result<Option<(TcpStream, SocketAddr)>, Failure> {
        match self.listener.accept() {
            Ok(client) => {
                self.complaint = None;
                Ok(Some(client))
            }
            Err(error) if error.code() == code::WSAEWOULDBLOCK => Ok(None),
            Err(error) if passes(error) => {
                // Said once, not ten times a second.
                if self.complaint.replace(error.code()) != Some(error.code()) {
                    self.journal.trouble("accept()", error);
                }
                Ok(None)
            }
            Err(error) => Err(Failure::new(format_args!(
                "cannot accept clients any more: {error}"
            ))),
        }
    }
}

/// Whether the next attempt may succeed.
fn passes(error: Error) -> bool {
    matches!(
        error.code(),
        code::WSAEMFILE
            | code::WSAENOBUFS
            | code::WSAECONNRESET
            | code::WSAECONNABORTED
            | code::WSAENETDOWN
    )
}
