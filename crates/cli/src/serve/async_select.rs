//! The async-select model: one thread with a window, whose procedure is told by messages what has happened to the
//! sockets.

use std::collections::HashMap;

use larboard::Result;
use larboard::message::{AsyncSelect, Message, MessageLoop, SocketId, TimerId};
use larboard::net::{NetworkEvent, NetworkEventSet, TcpListener, TcpStream};

use super::acceptor::Acceptor;
use super::client::{Client, Notified, Turn};
use super::journal::Journal;
use crate::failure::Failure;

/// A client whose socket sends messages.
type Watched = Notified<AsyncSelect<TcpStream>>;

/// What the window procedure works with.
struct Server {
    acceptor: Acceptor,
    journal: &'static Journal,
    buffer: usize,
    listener: AsyncSelect<TcpListener>,
    clients: HashMap<SocketId, Watched>,
    /// Runs while there is no room for a client.
    pause: Option<TimerId>,
}

/// Accepts clients and serves them, all in the window procedure.
pub fn run(
    acceptor: Acceptor,
    journal: &'static Journal,
    buffer: usize,
) -> std::result::Result<(), Failure> {
    let messages = MessageLoop::new().map_err(Failure::new)?;
    // ① Say which network events of a socket shall become messages.
    let listener = messages
        .select(acceptor.listener().clone(), arrivals())
        .map_err(Failure::new)?;
    let mut server = Server {
        acceptor,
        journal,
        buffer,
        listener,
        clients: HashMap::new(),
        pause: None,
    };
    let mut outcome = Ok(());
    // ② When such an event happens, the message comes, and the window procedure is called.
    messages
        .run(|messages, message| {
            if let Err(failure) = server.window_procedure(messages, message) {
                outcome = Err(failure);
                messages.quit();
            }
        })
        .map_err(Failure::new)?;
    outcome
}

impl Server {
    /// ③ Call what deals with the message.
    fn window_procedure(
        &mut self,
        messages: &MessageLoop,
        message: Message,
    ) -> std::result::Result<(), Failure> {
        match message {
            Message::Network { socket, .. } if socket == self.listener.id() => {
                self.accept(messages)?;
            }
            Message::Network {
                socket,
                event,
                result,
            } => self.turn(socket, event, result),
            Message::Timer(timer) => {
                messages.kill_timer(timer);
                self.pause = None;
                // Who waits to be accepted is told anew.
                self.listener.select(arrivals()).map_err(Failure::new)?;
            }
            Message::Posted(()) => {}
        }
        Ok(())
    }

    fn accept(&mut self, messages: &MessageLoop) -> std::result::Result<(), Failure> {
        if self.pause.is_some() {
            return Ok(());
        }
        if let Some((stream, peer)) = self.acceptor.try_accept()? {
            self.journal.connected(peer);
            if let Some(client) = Client::new(stream, peer, self.buffer, self.journal) {
                self.add(client, messages);
            }
        } else if let Some(pause) = self.acceptor.pause() {
            // No room for a client: each attempt would bring the message again.
            self.listener
                .select(NetworkEventSet::NONE)
                .map_err(Failure::new)?;
            self.pause = Some(messages.set_timer(pause).map_err(Failure::new)?);
        }
        Ok(())
    }

    /// ① for a client's socket.
    fn add(&mut self, client: Client, messages: &MessageLoop) {
        let events = NetworkEvent::Read | NetworkEvent::Write | NetworkEvent::Close;
        match messages.select(client.stream.clone(), events) {
            Ok(watch) => {
                self.clients
                    .insert(watch.id(), Notified::new(watch, client));
            }
            Err(error) => {
                client.failed("WSAAsyncSelect()", error);
                client.farewell();
            }
        }
    }

    fn turn(&mut self, socket: SocketId, event: NetworkEvent, result: Result<()>) {
        let Some(client) = self.clients.get_mut(&socket) else {
            return;
        };
        let turn = match client.note(event, result) {
            Turn::Done => client.go_on(),
            other => other,
        };
        let goes_on = match turn {
            // FD_READ came while something was owed. It does not come again by itself.
            Turn::Done if client.has_more() => match client.watch.post(NetworkEvent::Read) {
                Ok(()) => true,
                Err(error) => {
                    self.journal.error("PostMessage()", error);
                    false
                }
            },
            Turn::Done | Turn::NotNow => true,
            Turn::End => false,
        };
        if !goes_on && let Some(client) = self.clients.remove(&socket) {
            client.farewell();
        }
    }
}

/// What is told of the listening socket.
fn arrivals() -> NetworkEventSet {
    NetworkEvent::Accept | NetworkEvent::Close
}
