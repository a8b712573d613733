//! Accepting clients, also when there is no room for one: that ends no server.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use larboard::net::{TcpListener, TcpStream};
use larboard::{Code, Error, code};

use super::journal::Journal;
use crate::failure::Failure;

/// The listening socket.
pub struct Acceptor {
    listener: TcpListener,
    journal: &'static Journal,
    /// What went wrong last, and when.
    trouble: Option<(Code, Instant)>,
}

/// How long to wait for a client to go before trying again for room.
const PAUSE: Duration = Duration::from_millis(100);

/// A trouble that has not been seen for this long is over.
const OVER: Duration = Duration::from_secs(10);

impl Acceptor {
    /// Accepts from this socket.
    pub fn new(listener: TcpListener, journal: &'static Journal) -> Self {
        Self {
            listener,
            journal,
            trouble: None,
        }
    }

    /// Makes `try_accept` return at once; clients inherit the mode.
    pub fn set_nonblocking(&self) -> Result<(), Failure> {
        self.listener.set_nonblocking(true).map_err(Failure::new)
    }

    /// The listening socket, for those who wait for it.
    pub fn listener(&self) -> &TcpListener {
        &self.listener
    }

    /// How long to leave the listening socket alone: a moment ago there was no room for a client.
    pub fn pause(&self) -> Option<Duration> {
        let (_, time) = self.trouble?;
        PAUSE.checked_sub(time.elapsed())
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
            Ok(client) => Ok(Some(client)),
            Err(error) if error.code() == code::WSAEWOULDBLOCK => Ok(None),
            Err(error) if passes(error) => {
                self.complain(error);
                Ok(None)
            }
            Err(error) => Err(Failure::new(format_args!(
                "cannot accept clients any more: {error}"
            ))),
        }
    }

    /// Says it once, however often it happens until it has been over for a while.
    fn complain(&mut self, error: Error) {
        let before = self.trouble.replace((error.code(), Instant::now()));
        if before.is_none_or(|(code, time)| code != error.code() || time.elapsed() > OVER) {
            self.journal.trouble("accept()", error);
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
