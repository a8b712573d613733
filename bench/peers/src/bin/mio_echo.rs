//! mio: one thread, events of readiness, each drained until the call would block, as its documentation demands.

use std::io::{self, ErrorKind, Read, Write};

use larboard_bench_peers::{Options, announce, listener};
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use slab::Slab;

const LISTENER: Token = Token(usize::MAX);

fn main() -> io::Result<()> {
    let options = Options::start_single()?;
    let listener = listener()?;
    listener.set_nonblocking(true)?;
    announce(&listener)?;
    let mut listener = TcpListener::from_std(listener);
    let mut poll = Poll::new()?;
    poll.registry()
        .register(&mut listener, LISTENER, Interest::READABLE)?;
    serve(&mut poll, &listener, &mut vec![0; options.buffer])
}

fn serve(poll: &mut Poll, listener: &TcpListener, buffer: &mut [u8]) -> io::Result<()> {
    let mut clients = Slab::new();
    let mut events = Events::with_capacity(256);
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() == LISTENER {
                admit(poll, listener, &mut clients)?;
                continue;
            }
            let client = clients.get_mut(event.token().0);
            if client.is_some_and(|client: &mut Client| client.ready(buffer).is_err()) {
                // Closing the descriptor deregisters it.
                clients.remove(event.token().0);
            }
        }
    }
}

fn admit(poll: &Poll, listener: &TcpListener, clients: &mut Slab<Client>) -> io::Result<()> {
    while let Some((mut stream, _)) = unless_blocked(listener.accept())? {
        stream.set_nodelay(true)?;
        let entry = clients.vacant_entry();
        let interest = Interest::READABLE.add(Interest::WRITABLE);
        poll.registry()
            .register(&mut stream, Token(entry.key()), interest)?;
        entry.insert(Client {
            stream,
            unsent: Vec::new(),
        });
    }
    Ok(())
}

struct Client {
    stream: TcpStream,
    /// What the peer has not taken yet.
    unsent: Vec<u8>,
}

impl Client {
    /// Echoes what is there; an error ends the client.
    fn ready(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        if !self.unsent.is_empty() {
            let sent = unless_blocked(self.stream.write(&self.unsent))?.unwrap_or(0);
            self.unsent.drain(..sent);
        }
        while self.unsent.is_empty() {
            let received = match unless_blocked(self.stream.read(buffer))? {
                None => return Ok(()),
                Some(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Some(received) => received,
            };
            let mut rest = &buffer[..received];
            while !rest.is_empty() {
                match unless_blocked(self.stream.write(rest))? {
                    Some(sent) => rest = &rest[sent..],
                    None => {
                        self.unsent.extend_from_slice(rest);
                        break;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Nothing if the call would block.
fn unless_blocked<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error),
    }
}
