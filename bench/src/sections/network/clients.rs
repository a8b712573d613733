//! Many short connections from one thread: connect, perhaps one message and its echo, and when the server has closed, close too. The
//! close is a reset, so that no port has to wait for its next use.

use std::io::{self, Error, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use larboard_bench::raw;
use socket2::{Domain, Socket, Type};

use super::contest::Work;

/// The longest time in which nothing happens.
const SILENCE: i32 = 10_000;
/// A measurement ends with so many connections, however fast they are.
const MOST: u64 = 2_000_000;

pub const SIZE: usize = 64;

/// One client after the other in `places` places; `speaks`: with a message.
pub struct Clients {
    address: SocketAddr,
    poller: raw::Poller,
    places: Vec<Option<Client>>,
    speaks: bool,
    begun: u64,
}

impl Clients {
    pub fn new(address: SocketAddr, places: usize, speaks: bool) -> io::Result<Self> {
        Ok(Self {
            address,
            poller: raw::Poller::new()?,
            places: (0..places).map(|_| None).collect(),
            speaks,
            begun: 0,
        })
    }

    /// Keeps all places busy for this long, and waits for the last ones.
    pub fn drive(&mut self, duration: Duration) -> io::Result<Work> {
        let start = Instant::now();
        for place in 0..self.places.len() {
            self.begin(place)?;
        }
        let (mut units, mut open) = (0, self.places.len());
        let mut events = raw::events();
        while open > 0 {
            let ready = self.poller.wait_for(&mut events, SILENCE)?;
            if ready == 0 {
                return Err(Error::new(
                    ErrorKind::TimedOut,
                    "the server does not answer",
                ));
            }
            let over = start.elapsed() >= duration || self.begun >= MOST;
            for event in &events[..ready] {
                let place = event.u64 as usize;
                let Some(client) = &mut self.places[place] else {
                    continue;
                };
                if !client.advance()? {
                    continue;
                }
                units += 1;
                self.places[place] = None;
                if over {
                    open -= 1;
                } else {
                    self.begin(place)?;
                }
            }
        }
        let elapsed = start.elapsed();
        Ok(Work { units, elapsed })
    }

    fn begin(&mut self, place: usize) -> io::Result<()> {
        self.begun += 1;
        let mut client = Client::connect(self.address, self.speaks.then_some(self.begun))?;
        client.speak()?;
        let interest = libc::EPOLLIN | libc::EPOLLOUT | libc::EPOLLRDHUP;
        self.poller
            .add(client.stream.as_raw_fd(), interest, place as u64)?;
        self.places[place] = Some(client);
        Ok(())
    }
}

struct Client {
    stream: TcpStream,
    /// What has to be sent yet.
    due: Option<[u8; SIZE]>,
    sent: Option<[u8; SIZE]>,
    echo: [u8; SIZE + 1],
    received: usize,
}

impl Client {
    fn connect(address: SocketAddr, number: Option<u64>) -> io::Result<Self> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM.nonblocking(), None)?;
        socket.set_linger(Some(Duration::ZERO))?;
        match socket.connect(&address.into()) {
            Err(error) if error.raw_os_error() != Some(libc::EINPROGRESS) => return Err(error),
            _ => {}
        }
        let message = number.map(|number| {
            let mut message = [0x5A; SIZE];
            message[..8].copy_from_slice(&number.to_le_bytes());
            message
        });
        Ok(Self {
            stream: socket.into(),
            due: message,
            sent: message,
            echo: [0; SIZE + 1],
            received: 0,
        })
    }

    /// Sends the message, once the connection stands.
    fn speak(&mut self) -> io::Result<()> {
        if let Some(message) = &self.due {
            match self.stream.write(message) {
                Ok(SIZE) => self.due = None,
                Ok(_) => return Err(Error::other("the message does not fit the socket's buffer")),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Takes what has come; whether the server has closed.
    fn advance(&mut self) -> io::Result<bool> {
        self.speak()?;
        loop {
            match self.stream.read(&mut self.echo[self.received..]) {
                Ok(0) => break,
                Ok(received) => self.received += received,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
            if self.received > self.echo.len() - 1 {
                break;
            }
        }
        let expected = self.sent.as_ref().map_or(&[][..], |sent| sent);
        if &self.echo[..self.received] == expected {
            Ok(true)
        } else {
            Err(Error::new(
                ErrorKind::InvalidData,
                "the echo differs from the message",
            ))
        }
    }
}
