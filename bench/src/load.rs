//! A closed-loop load generator on one thread: each connection sends a message, waits for its echo, compares every byte.

use std::io::{self, Error, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

/// The longest time without any echo.
const SILENCE: Duration = Duration::from_secs(10);

/// Connections to one server.
pub struct Load {
    poller: OwnedFd,
    connections: Vec<Connection>,
}

/// What one measurement saw.
pub struct Seen {
    pub messages: u64,
    pub elapsed: Duration,
    /// Nanoseconds from send to complete echo.
    pub latency: Histogram<u64>,
}

impl Seen {
    pub fn messages_per_second(&self) -> f64 {
        self.messages as f64 / self.elapsed.as_secs_f64()
    }

    /// A quantile of the latency in microseconds.
    pub fn quantile(&self, quantile: f64) -> f64 {
        self.latency.value_at_quantile(quantile) as f64 / 1e3
    }
}

struct Connection {
    stream: TcpStream,
    sent: Vec<u8>,
    echo: Vec<u8>,
    received: usize,
    number: u64,
    start: Instant,
}

impl Load {
    /// Connects `count` clients with messages of `size` bytes.
    pub fn connect(address: SocketAddr, count: usize, size: usize) -> io::Result<Self> {
        // SAFETY: takes no pointers.
        let poller = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        if poller < 0 {
            return Err(Error::last_os_error());
        }
        // SAFETY: the descriptor is new and has no other owner.
        let poller = unsafe { OwnedFd::from_raw_fd(poller) };
        let mut load = Self {
            poller,
            connections: Vec::with_capacity(count),
        };
        for index in 0..count {
            let connection = Connection::open(address, size, index)?;
            load.watch(connection.stream.as_raw_fd(), index)?;
            load.connections.push(connection);
        }
        Ok(load)
    }

    fn watch(&self, fd: i32, index: usize) -> io::Result<()> {
        let mut event = libc::epoll_event {
            events: (libc::EPOLLIN | libc::EPOLLET) as u32,
            u64: index as u64,
        };
        // SAFETY: both descriptors are open and the event is live.
        let done = unsafe {
            libc::epoll_ctl(self.poller.as_raw_fd(), libc::EPOLL_CTL_ADD, fd, &mut event)
        };
        if done < 0 {
            Err(Error::last_os_error())
        } else {
            Ok(())
        }
    }

    /// Keeps every connection busy for this long, then waits for the last echoes.
    pub fn drive(&mut self, duration: Duration) -> io::Result<Seen> {
        let mut latency =
            Histogram::new_with_bounds(1, 60_000_000_000, 3).expect("the bounds are in order");
        let start = Instant::now();
        self.connections
            .iter_mut()
            .try_for_each(|connection| connection.send(start))?;
        let mut outstanding = self.connections.len();
        let mut messages = 0;
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; 256];
        while outstanding > 0 {
            let ready = self.wait(&mut events)?;
            let now = Instant::now();
            for event in &events[..ready] {
                let connection = &mut self.connections[event.u64 as usize];
                if !connection.receive()? {
                    continue;
                }
                messages += 1;
                latency.saturating_record((now - connection.start).as_nanos() as u64);
                if now - start < duration {
                    connection.send(now)?;
                } else {
                    outstanding -= 1;
                }
            }
        }
        Ok(Seen {
            messages,
            elapsed: start.elapsed(),
            latency,
        })
    }

    fn wait(&self, events: &mut [libc::epoll_event]) -> io::Result<usize> {
        let (limit, room) = (SILENCE.as_millis() as i32, events.len() as i32);
        // SAFETY: the array is live and its length is passed.
        match unsafe { libc::epoll_wait(self.poller.as_raw_fd(), events.as_mut_ptr(), room, limit) }
        {
            count @ 1.. => Ok(count as usize),
            0 => Err(Error::new(
                ErrorKind::TimedOut,
                "the server does not answer",
            )),
            _ => Err(Error::last_os_error()),
        }
    }
}

impl Connection {
    fn open(address: SocketAddr, size: usize, index: usize) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, SILENCE)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        // No two connections send the same bytes.
        let sent = (0..size)
            .map(|place| (place * 31 + index * 7) as u8)
            .collect();
        // One byte more than a message, so that a reply that is too long is seen.
        Ok(Self {
            stream,
            sent,
            echo: vec![0; size + 1],
            received: 0,
            number: index as u64,
            start: Instant::now(),
        })
    }

    fn send(&mut self, now: Instant) -> io::Result<()> {
        self.number = self.number.wrapping_add(1);
        for (place, byte) in self.sent.iter_mut().zip(self.number.to_le_bytes()) {
            *place = byte;
        }
        (self.received, self.start) = (0, now);
        match self.stream.write(&self.sent)? {
            sent if sent == self.sent.len() => Ok(()),
            _ => Err(Error::other("the message does not fit the socket's buffer")),
        }
    }

    /// Takes what has come; whether the echo is complete.
    fn receive(&mut self) -> io::Result<bool> {
        let received = match self.stream.read(&mut self.echo[self.received..]) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(received) => received,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        };
        self.received += received;
        if self.received < self.sent.len() {
            return Ok(false);
        }
        if self.echo[..self.received] != self.sent {
            return Err(Error::new(
                ErrorKind::InvalidData,
                "the echo differs from the message",
            ));
        }
        Ok(true)
    }
}
