//! A closed-loop load generator on one thread and plain epoll: each connection keeps its messages on their way and compares every byte that
//! comes back. It does as little else as it can, so that what is measured is the server.

use std::collections::VecDeque;
use std::io::{self, Error, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::Seen;
use crate::server::{Running, Usage};
use crate::shape::Shape;

/// The longest time without any echo, and for the last echoes.
const SILENCE: Duration = Duration::from_secs(30);

/// Bytes sent or received at once.
const BLOCK: usize = 1 << 16;

/// Length of the noise: a prime number, so that no message begins where the last one did.
const LENGTH: usize = 65_537;

/// What connections send, over and over: noise, so that an echo in the wrong order or of somebody else's bytes is seen. A block's
/// length of it is repeated at the end, so that any block is in one piece.
static NOISE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 56) as u8
    };
    let mut noise: Vec<_> = (0..LENGTH).map(|_| byte()).collect();
    noise.extend_from_within(..BLOCK);
    noise
});

/// Warms the server up, then loads it.
pub fn measure(server: &Running, shape: Shape, seconds: f64) -> io::Result<(Seen, Usage)> {
    let mut load = Load::connect(server.address, shape)?;
    load.drive(Duration::from_secs_f64(seconds / 5.0))?;
    let before = server.usage()?;
    let seen = load.drive(Duration::from_secs_f64(seconds))?;
    Ok((seen, server.usage()? - before))
}

/// Connections to one server.
pub struct Load {
    poller: OwnedFd,
    shape: Shape,
    connections: Vec<Connection>,
    buffer: Vec<u8>,
}

struct Connection {
    stream: TcpStream,
    /// Where in the noise the next byte to send and the next byte to come back are.
    outgoing: usize,
    incoming: usize,
    /// Bytes of messages that have been begun and not been given to the system.
    owed: usize,
    /// Bytes of the oldest message that are back.
    back: usize,
    /// When each message on its way was begun, the oldest first.
    begun: VecDeque<Instant>,
}

impl Load {
    /// Connects the clients.
    pub fn connect(address: SocketAddr, shape: Shape) -> io::Result<Self> {
        // SAFETY: takes no pointers.
        let poller = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        if poller < 0 {
            return Err(Error::last_os_error());
        }
        // SAFETY: the descriptor is new and has no other owner.
        let poller = unsafe { OwnedFd::from_raw_fd(poller) };
        let mut load = Self {
            poller,
            shape,
            connections: Vec::with_capacity(shape.connections),
            buffer: vec![0; BLOCK],
        };
        for index in 0..shape.connections {
            let connection = Connection::open(address, shape, index)?;
            load.watch(connection.stream.as_raw_fd(), index)?;
            load.connections.push(connection);
        }
        Ok(load)
    }

    fn watch(&self, fd: i32, index: usize) -> io::Result<()> {
        let mut event = libc::epoll_event {
            events: (libc::EPOLLIN | libc::EPOLLOUT | libc::EPOLLET) as u32,
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
        let Shape { size, depth, .. } = self.shape;
        for connection in &mut self.connections {
            connection.begin(size, depth)?;
        }
        let mut outstanding = self.connections.len() * depth;
        let mut messages = 0;
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; 256];
        while outstanding > 0 {
            let ready = self.wait(&mut events)?;
            for event in &events[..ready] {
                let connection = &mut self.connections[event.u64 as usize];
                let whole = connection.ready(size, &mut self.buffer, &mut latency)?;
                messages += whole as u64;
                if start.elapsed() < duration {
                    connection.begin(size, whole)?;
                } else {
                    outstanding -= whole;
                }
            }
            if start.elapsed() > duration + SILENCE {
                return Err(timed_out());
            }
        }
        let micros = |quantile| latency.value_at_quantile(quantile) as f64 / 1e3;
        Ok(Seen {
            messages,
            elapsed: start.elapsed(),
            p50: micros(0.5),
            p99: micros(0.99),
            p999: micros(0.999),
        })
    }

    fn wait(&self, events: &mut [libc::epoll_event]) -> io::Result<usize> {
        let (limit, room) = (SILENCE.as_millis() as i32, events.len() as i32);
        // SAFETY: the array is live and its length is passed.
        match unsafe { libc::epoll_wait(self.poller.as_raw_fd(), events.as_mut_ptr(), room, limit) }
        {
            count @ 1.. => Ok(count as usize),
            0 => Err(timed_out()),
            _ => Err(Error::last_os_error()),
        }
    }
}

fn timed_out() -> Error {
    Error::new(ErrorKind::TimedOut, "the server does not answer")
}

impl Connection {
    fn open(address: SocketAddr, shape: Shape, index: usize) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, SILENCE)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        // Connections begin far apart in the noise.
        let place = index * 7919 % LENGTH;
        Ok(Self {
            stream,
            outgoing: place,
            incoming: place,
            owed: 0,
            back: 0,
            begun: VecDeque::with_capacity(shape.depth),
        })
    }

    /// Begins so many messages, sent together.
    fn begin(&mut self, size: usize, count: usize) -> io::Result<()> {
        if count == 0 {
            return Ok(());
        }
        let now = Instant::now();
        self.begun.extend(std::iter::repeat_n(now, count));
        self.owed += size * count;
        self.send()
    }

    /// Sends what is owed, as far as there is room.
    fn send(&mut self) -> io::Result<()> {
        while self.owed > 0 {
            let count = self.owed.min(BLOCK);
            match self.stream.write(&NOISE[self.outgoing..][..count]) {
                Ok(sent) => {
                    self.owed -= sent;
                    self.outgoing = (self.outgoing + sent) % LENGTH;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Goes on after an event: sends what is owed, takes what has come. How many messages are whole now.
    fn ready(
        &mut self,
        size: usize,
        buffer: &mut [u8],
        latency: &mut Histogram<u64>,
    ) -> io::Result<usize> {
        self.send()?;
        let mut whole = 0;
        loop {
            let received = match self.stream.read(buffer) {
                Ok(0) => return Err(Error::new(ErrorKind::UnexpectedEof, "the server hung up")),
                Ok(received) => received,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(whole),
                Err(error) => return Err(error),
            };
            whole += self.take(&buffer[..received], size, latency)?;
            // A short read has emptied the socket: whatever comes later is a new edge.
            if received < buffer.len() {
                return Ok(whole);
            }
        }
    }

    /// Compares what has come; how many messages are whole now.
    fn take(
        &mut self,
        data: &[u8],
        size: usize,
        latency: &mut Histogram<u64>,
    ) -> io::Result<usize> {
        let differs = |text| Err(Error::new(ErrorKind::InvalidData, text));
        if data != &NOISE[self.incoming..][..data.len()] {
            return differs("the echo differs from the message");
        }
        self.incoming = (self.incoming + data.len()) % LENGTH;
        self.back += data.len();
        let whole = self.back / size;
        self.back %= size;
        let most = self.begun.len();
        if whole > most || (whole == most && self.back > 0) {
            return differs("the echo is longer than the message");
        }
        let now = Instant::now();
        for begun in self.begun.drain(..whole) {
            latency.saturating_record((now - begun).as_nanos() as u64);
        }
        Ok(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::thread;

    /// A server for one client that changes what it echoes.
    fn served(change: impl Fn(&mut Vec<u8>) + Send + 'static) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = stream.read(&mut buffer) {
                let mut echo = buffer[..count].to_vec();
                change(&mut echo);
                if stream.write_all(&echo).is_err() {
                    return;
                }
            }
        });
        address
    }

    fn drive(address: SocketAddr, shape: &str) -> io::Result<Seen> {
        Load::connect(address, shape.parse().unwrap())?.drive(Duration::from_millis(50))
    }

    #[test]
    fn true_echoes_are_counted_whatever_the_shape() {
        for shape in ["1x64", "1x1p3", "1x70000p2", "1x1000000"] {
            let seen = drive(served(|_| ()), shape).unwrap();
            assert!(seen.messages > 0 && seen.p50 > 0.0, "{shape}");
            assert!(seen.p50 <= seen.p99 && seen.p99 <= seen.p999, "{shape}");
        }
    }

    #[test]
    fn an_echo_that_differs_is_an_error() {
        let error = drive(served(|echo| echo[5] ^= 1), "1x64").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        let error = drive(served(|echo| echo.push(0)), "1x64").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
    }

    #[test]
    fn an_end_is_an_error() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.read_exact(&mut [0; 64]).unwrap();
        });
        let error = drive(address, "1x64").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
        server.join().unwrap();
    }
}
