//! The iterative server: one thread, blocking calls, one client after the other.

use std::net::SocketAddr;

use larboard::Result;
use larboard::net::TcpStream;

use super::acceptor::Acceptor;
use super::journal::Journal;
use crate::failure::Failure;

/// Serves a client from accept to its end, then the next.
pub fn run(
    mut acceptor: Acceptor,
    journal: &Journal,
    buffer: usize,
) -> std::result::Result<(), Failure> {
    loop {
        let (client, peer) = acceptor.accept()?;
        journal.connected(peer);
        if let Some(mut buffer) = super::buffer(buffer, journal) {
            serve_client(&client, peer, &mut buffer, journal);
        }
        drop(client);
        journal.disconnected(peer);
    }
}

/// Gives a client back what it sends, until it ends or fails.
pub fn serve_client(client: &TcpStream, peer: SocketAddr, buffer: &mut [u8], journal: &Journal) {
    loop {
        match client.recv(buffer) {
            Ok(0) => return,
            Ok(received) => {
                let data = &buffer[..received];
                journal.received(peer, data);
                if let Err(error) = send_all(client, data) {
                    return journal.error("send()", error);
                }
            }
            Err(error) => return journal.error("recv()", error),
        }
    }
}

/// A send may take less than it was given; the rest follows.
fn send_all(client: &TcpStream, mut data: &[u8]) -> Result<()> {
    while !data.is_empty() {
        let sent = client.send(data)?;
        data = &data[sent..];
    }
    Ok(())
}
