//! An echo server in one thread, by messages. Try it with `nc 127.0.0.1 9000`.

use larboard::message::{AsyncSelect, Message, MessageLoop, SocketId};
use larboard::net::{NetworkEvent, TcpListener, TcpStream};
use larboard::{Result, code};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::ops::Range;

struct Client {
    socket: AsyncSelect<TcpStream>,
    address: SocketAddr,
    buffer: [u8; 512],
    unsent: Range<usize>,
}

fn main() -> Result<()> {
    let messages = MessageLoop::<()>::new()?;
    let listener = TcpListener::bind("127.0.0.1:9000")?;
    let listener = messages.select(listener, NetworkEvent::Accept)?;
    let mut clients = HashMap::<SocketId, Client>::new();
    messages.run(|messages, message| {
        let Message::Network { socket, result, .. } = message else {
            return; // nobody posts, and there is no timer
        };
        let served = result.and_then(|()| match clients.get_mut(&socket) {
            Some(client) => client.echo(),
            None => accept(messages, &listener)
                .map(|client| _ = clients.insert(client.socket.id(), client)),
        });
        match served {
            Err(error) if error.code() != code::WSAEWOULDBLOCK => match clients.remove(&socket) {
                Some(client) => println!("{}: {error}", client.address), // and closes
                None => println!("accept: {error}"),
            },
            _ => {} // a message will say when to go on
        }
    })
}

fn accept(messages: &MessageLoop, listener: &TcpListener) -> Result<Client> {
    let (socket, address) = listener.accept()?;
    println!("{address} has come");
    let events = NetworkEvent::Read | NetworkEvent::Write | NetworkEvent::Close;
    Ok(Client {
        socket: messages.select(socket, events)?,
        address,
        buffer: [0; 512],
        unsent: 0..0,
    })
}

impl Client {
    /// Goes on until it would have to wait for the client, or the client has closed: an error in either case.
    fn echo(&mut self) -> Result<()> {
        loop {
            while !self.unsent.is_empty() {
                self.unsent.start += self.socket.send(&self.buffer[self.unsent.clone()])?;
            }
            match self.socket.recv(&mut self.buffer)? {
                0 => return Err(code::WSAEDISCON.into()),
                received => self.unsent = 0..received,
            }
        }
    }
}
