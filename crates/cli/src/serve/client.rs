//! A client on a non-blocking socket, for the models that find out when a call would not block: the lecture's SOCKETINFO.

use std::net::SocketAddr;

use larboard::net::{NetworkEvent, TcpStream};
use larboard::{Error, Result, code};

use super::journal::Journal;

/// A client, and how much of what it sent has gone back.
pub struct Client {
    /// Its socket, in non-blocking mode.
    pub stream: TcpStream,
    peer: SocketAddr,
    journal: &'static Journal,
    buffer: Vec<u8>,
    received: usize,
    sent: usize,
}

/// A client whose socket tells of itself by network events.
pub struct Notified<W> {
    /// What makes it tell.
    pub watch: W,
    client: Client,
    /// FD_READ has come, and nothing has been received since.
    unread: bool,
    /// FD_CLOSE has come; what the client sent before may still be there.
    ended: bool,
}

/// How a call on a client's socket ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Bytes have moved.
    Done,
    /// The call would have blocked (WSAEWOULDBLOCK).
    NotNow,
    /// The client has ended, or the call has failed.
    End,
}

impl Client {
    /// A client that has not said anything yet; `None` if there is no memory for it.
    pub fn new(
        stream: TcpStream,
        peer: SocketAddr,
        buffer: usize,
        journal: &'static Journal,
    ) -> Option<Self> {
        let Some(buffer) = super::buffer(buffer, journal) else {
            drop(stream);
            journal.disconnected(peer);
            return None;
        };
        Some(Self {
            stream,
            peer,
            journal,
            buffer,
            received: 0,
            sent: 0,
        })
    }

    /// Whether something it sent has not gone back yet.
    pub fn is_owed(&self) -> bool {
        self.sent < self.received
    }

    /// Receives, if nothing is owed, and sends what is.
    pub fn turn(&mut self) -> Turn {
        if !self.is_owed() {
            match self.receive() {
                Turn::Done => {}
                other => return other,
            }
        }
        self.send()
    }

    /// Receives once, and prints it.
    pub fn receive(&mut self) -> Turn {
        match self.stream.recv(&mut self.buffer) {
            Ok(0) => Turn::End,
            Ok(received) => {
                (self.received, self.sent) = (received, 0);
                self.journal.received(self.peer, &self.buffer[..received]);
                Turn::Done
            }
            Err(error) => self.failed("recv()", error),
        }
    }

    /// Sends once what is owed.
    pub fn send(&mut self) -> Turn {
        match self.stream.send(&self.buffer[self.sent..self.received]) {
            Ok(sent) => {
                self.sent += sent;
                Turn::Done
            }
            Err(error) => self.failed("send()", error),
        }
    }

    /// Closes the socket and says so.
    pub fn farewell(self) {
        let Self {
            stream,
            peer,
            journal,
            ..
        } = self;
        drop(stream);
        journal.disconnected(peer);
    }

    /// Says that a call has failed, unless it only would have blocked.
    #[track_caller]
    pub fn failed(&self, operation: &str, error: Error) -> Turn {
        if error.code() == code::WSAEWOULDBLOCK {
            return Turn::NotNow;
        }
        self.journal.error(operation, error);
        Turn::End
    }
}

impl<W> Notified<W> {
    /// A client whose socket has told nothing yet.
    pub fn new(watch: W, client: Client) -> Self {
        Self {
            watch,
            client,
            unread: false,
            ended: false,
        }
    }

    /// Takes note of an event. An error comes with the loss of the connection.
    #[track_caller]
    pub fn note(&mut self, event: NetworkEvent, result: Result<()>) -> Turn {
        if let Err(error) = result {
            self.client.journal.error(name(event), error);
            return Turn::End;
        }
        match event {
            NetworkEvent::Read => self.unread = true,
            NetworkEvent::Close => self.ended = true,
            _ => {}
        }
        Turn::Done
    }

    /// Receives once, if there is something and nothing is owed, and sends what is; at the end of the client until all
    /// it sent has gone back.
    pub fn go_on(&mut self) -> Turn {
        loop {
            if self.has_more() {
                self.unread = false;
                match self.client.receive() {
                    Turn::Done => {}
                    Turn::NotNow if self.ended => return Turn::End,
                    other => return other,
                }
            }
            // FD_WRITE comes only after a send that would have blocked: it has to come to that, or to the end of the data.
            while self.client.is_owed() {
                match self.client.send() {
                    Turn::Done => {}
                    other => return other,
                }
            }
            if !self.ended {
                return Turn::Done;
            }
        }
    }

    /// Whether there is something to receive: it has told so, and nothing is owed before.
    pub fn has_more(&self) -> bool {
        (self.unread || self.ended) && !self.client.is_owed()
    }

    /// Closes the socket and says so.
    pub fn farewell(self) {
        drop(self.watch);
        self.client.farewell();
    }
}

fn name(event: NetworkEvent) -> &'static str {
    match event {
        NetworkEvent::Read => "FD_READ",
        NetworkEvent::Write => "FD_WRITE",
        NetworkEvent::Oob => "FD_OOB",
        NetworkEvent::Accept => "FD_ACCEPT",
        NetworkEvent::Connect => "FD_CONNECT",
        NetworkEvent::Close => "FD_CLOSE",
    }
}
