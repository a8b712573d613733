//! The non-blocking server: one thread that asks every socket in turn, and never waits.

use super::acceptor::Acceptor;
use super::client::{Client, Turn};
use super::journal::Journal;
use crate::failure::Failure;

/// Asks for a new client and goes round those there are, for ever.
pub fn run(
    mut acceptor: Acceptor,
    journal: &'static Journal,
    buffer: usize,
) -> Result<(), Failure> {
    acceptor.set_nonblocking()?;
    let mut clients: Vec<Client> = Vec::new();
    loop {
        if let Some((stream, peer)) = acceptor.try_accept()? {
            journal.connected(peer);
            clients.extend(Client::new(stream, peer, buffer, journal));
        }
        let mut index = 0;
        while let Some(client) = clients.get_mut(index) {
            match client.turn() {
                Turn::Done | Turn::NotNow => index += 1,
                Turn::End => clients.swap_remove(index).farewell(),
            }
        }
    }
}
