//! The concurrent server: blocking calls, a thread for every client.

use std::net::SocketAddr;

use larboard::net::TcpStream;

use super::acceptor::Acceptor;
use super::iterative::serve_client;
use super::journal::Journal;
use crate::failure::Failure;

/// Accepts clients, and leaves each to a thread of its own.
pub fn run(
    mut acceptor: Acceptor,
    journal: &'static Journal,
    buffer: usize,
) -> Result<(), Failure> {
    loop {
        let (client, peer) = acceptor.accept()?;
        journal.connected(peer);
        let started = super::spawn("client", journal, move || {
            client_thread(client, peer, journal, buffer)
        });
        if let Err(error) = started {
            // The client went with the closure that could not run.
            journal.error("CreateThread()", error.into());
            journal.disconnected(peer);
        }
    }
}

fn client_thread(client: TcpStream, peer: SocketAddr, journal: &Journal, buffer: usize) {
    if let Some(mut buffer) = super::buffer(buffer, journal) {
        serve_client(&client, peer, &mut buffer, journal);
    }
    drop(client);
    journal.disconnected(peer);
}
