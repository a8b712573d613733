//! The non-blocking server: one thread that asks every socket in turn, and never waits.

use std::net::SocketAddr;

use larboard::net::TcpStream;
use larboard::{Result, code};

use super::acceptor::Acceptor;
use super::journal::Journal;
use crate::failure::Failure;

/// A client, and how much of what it sent has gone back.
struct Client {
    stream: TcpStream,
    peer: SocketAddr,
    buffer: Vec<u8>,
    received: usize,
    sent: usize,
}

/// Asks for a new client and goes round those there are, for ever.
pub fn run(
    mut acceptor: Acceptor,
    journal: &Journal,
    buffer: usize,
) -> std::result::Result<(), Failure> {
    acceptor.set_nonblocking()?;
    let mut clients: Vec<Client> = Vec::new();
    loop {
        if let Some((stream, peer)) = acceptor.try_accept()? {
            journal.connected(peer);
            match super::buffer(buffer, journal) {
                Some(buffer) => clients.push(Client {
                    stream,
                    peer,
                    buffer,
                    received: 0,
                    sent: 0,
                }),
                None => farewell(stream, peer, journal),
            }
        }
        let mut index = 0;
        while let Some(client) = clients.get_mut(index) {
            if client.turn(journal) {
                index += 1;
            } else {
                let Client { stream, peer, .. } = clients.swap_remove(index);
                farewell(stream, peer, journal);
            }
        }
    }
}

impl Client {
    /// Does what can be done without waiting; `false` at the end of the client.
    fn turn(&mut self, journal: &Journal) -> bool {
        let (operation, result) = if self.sent == self.received {
            ("recv()", self.receive(journal))
        } else {
            ("send()", self.send())
        };
        match result {
            Ok(goes_on) => goes_on,
            Err(error) if error.code() == code::WSAEWOULDBLOCK => true,
            Err(error) => {
                journal.error(operation, error);
                false
            }
        }
    }

    fn receive(&mut self, journal: &Journal) -> Result<bool> {
        self.received = self.stream.recv(&mut self.buffer)?;
        self.sent = 0;
        if self.received == 0 {
            return Ok(false);
        }
        journal.received(self.peer, &self.buffer[..self.received]);
        self.send()
    }

    fn send(&mut self) -> Result<bool> {
        self.sent += self.stream.send(&self.buffer[self.sent..self.received])?;
        Ok(true)
    }
}

fn farewell(stream: TcpStream, peer: SocketAddr, journal: &Journal) {
    drop(stream);
    journal.disconnected(peer);
}
