//! The select model: one thread that asks for all sockets at once which of them are ready, and turns to those.

use larboard::net::{FD_SETSIZE, Ready, Select, TcpStream};

use super::acceptor::Acceptor;
use super::client::{Client, Turn};
use super::journal::Journal;
use crate::args::Limit;
use crate::failure::Failure;

/// Asks, accepts, receives and sends, for ever.
pub fn run(
    mut acceptor: Acceptor,
    journal: &'static Journal,
    buffer: usize,
    limit: Limit,
) -> Result<(), Failure> {
    // What was found ready may be gone by the time of the call, so no socket may block.
    acceptor.set_nonblocking()?;
    // Without the limit the sets are larger, as for a program in C that defines FD_SETSIZE itself.
    let room = match limit {
        Limit::SixtyFour => FD_SETSIZE,
        Limit::None => u32::MAX as usize,
    };
    let mut select = Select::with_capacity(room);
    let mut clients: Vec<Client> = Vec::new();
    loop {
        // ⑤ Repeat ① to ④.
        let ready = wait(&mut select, &acceptor, &clients)
            .map_err(|error| Failure::new(format_args!("select(): {error}")))?;
        // ④ Call what will not block, for every socket that is left in a set.
        if ready.readable(acceptor.listener())
            && let Some((stream, peer)) = acceptor.try_accept()?
        {
            journal.connected(peer);
            // The listening socket has a place too.
            if clients.len() + 1 < room {
                clients.extend(Client::new(stream, peer, buffer, journal));
            } else {
                refuse(stream, journal);
            }
        }
        let mut index = 0;
        while let Some(client) = clients.get_mut(index) {
            match turn(client, &ready) {
                Turn::Done | Turn::NotNow => index += 1,
                Turn::End => clients.swap_remove(index).farewell(),
            }
        }
    }
}

fn wait<'a>(
    select: &'a mut Select,
    acceptor: &Acceptor,
    clients: &[Client],
) -> larboard::Result<Ready<'a>> {
    // ① Empty the sets.
    let mut sets = select.zero();
    // ② Put the sockets in.
    let pause = acceptor.pause();
    match pause {
        None => sets.read(acceptor.listener())?,
        // While there is no room for a client, the listening socket is asked for what does not come to it.
        Some(_) => sets.except(acceptor.listener())?,
    }
    for client in clients {
        if client.is_owed() {
            sets.write(&client.stream)?;
        } else {
            sets.read(&client.stream)?;
        }
    }
    // ③ Wait until one of them is ready.
    sets.wait(pause)
}

fn turn(client: &mut Client, ready: &Ready<'_>) -> Turn {
    if ready.readable(&client.stream) {
        client.receive()
    } else if ready.writable(&client.stream) {
        client.send()
    } else {
        Turn::NotNow
    }
}

/// The table is full.
fn refuse(client: TcpStream, journal: &Journal) {
    journal.table_full();
    drop(client);
}
