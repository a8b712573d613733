//! Echoes of datagrams. Every client keeps some under way; each answer must be whole and come once.

use std::io::{self, Error, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use larboard_bench::raw;

use super::Options;
use super::contest::{self, Contender, Unit, Work};
use crate::report::{Bar, Limit, Report};

const SIZE: usize = 64;
/// Clients, and what each has under way.
const CLIENTS: usize = 8;
const WINDOW: usize = 4;
const SILENCE: i32 = 2_000;
const DATAGRAM: Unit = Unit {
    name: "datagram",
    size: 1.0,
    digits: 0,
};

/// WSARecvFrom and WSASendTo against recvfrom and sendto.
pub fn run(options: &Options, report: &mut Report) -> io::Result<Vec<Bar>> {
    let mut contenders = [
        Contender::new("raw epoll, recvfrom, sendto", "raw_datagram", &[]),
        Contender::new("port, 16 WSARecvFrom posted", "port_datagram", &[]),
        Contender::new("the same, skip mode", "port_datagram", &["--skip"]),
    ];
    let duration = Duration::from_secs_f64(options.seconds);
    let title = ("Datagrams of 64 bytes", DATAGRAM);
    let load = |address| drive(address, duration);
    contest::measure(title, options, &mut contenders, load, report)?;
    let [raw, port, _] = &contenders;
    Ok(vec![Bar::new(
        "datagrams/s / raw epoll",
        port.rate(raw),
        Limit::AtLeast(1.0),
    )])
}

fn drive(address: SocketAddr, duration: Duration) -> io::Result<Work> {
    let poller = raw::Poller::new()?;
    let mut clients = Vec::new();
    for index in 0..CLIENTS {
        let client = Client::new(address)?;
        poller.add(client.socket.as_raw_fd(), libc::EPOLLIN, index as u64)?;
        clients.push(client);
    }
    let start = Instant::now();
    for client in &mut clients {
        client.send(WINDOW)?;
    }
    let (mut units, mut open) = (0, CLIENTS * WINDOW);
    let mut events = raw::events();
    while open > 0 {
        let ready = poller.wait_for(&mut events, SILENCE)?;
        if ready == 0 {
            return Err(Error::new(ErrorKind::TimedOut, "datagrams are missing"));
        }
        let over = start.elapsed() >= duration;
        for event in &events[..ready] {
            let client = &mut clients[event.u64 as usize];
            // Edge-triggered: until there is nothing left.
            loop {
                let answers = client.receive()?;
                if answers == 0 {
                    break;
                }
                units += answers as u64;
                if over {
                    open -= answers;
                } else {
                    client.send(answers)?;
                }
            }
        }
    }
    let elapsed = start.elapsed();
    Ok(Work { units, elapsed })
}

struct Client {
    socket: UdpSocket,
    sent: u64,
    /// The numbers of those under way. In skip mode the server may answer a later one first.
    open: Vec<u64>,
}

impl Client {
    fn new(address: SocketAddr) -> io::Result<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.connect(address)?;
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket,
            sent: 0,
            open: Vec::with_capacity(WINDOW),
        })
    }

    /// Sends the next `count` datagrams, in one call: the client is not what is measured.
    fn send(&mut self, count: usize) -> io::Result<()> {
        let mut bytes = [[0x5A; SIZE]; WINDOW];
        for message in &mut bytes[..count] {
            message[..8].copy_from_slice(&self.sent.to_le_bytes());
            self.open.push(self.sent);
            self.sent += 1;
        }
        let mut batch = Batch::new(&mut bytes);
        // SAFETY: the headers point into this frame, and there are `count` of them.
        let sent = unsafe {
            libc::sendmmsg(
                self.socket.as_raw_fd(),
                batch.headers().as_mut_ptr(),
                count as u32,
                0,
            )
        };
        if raw::check(sent)? as usize == count {
            Ok(())
        } else {
            Err(Error::other("the datagrams do not fit the socket's buffer"))
        }
    }

    /// Takes the answers that are there; how many.
    fn receive(&mut self) -> io::Result<usize> {
        let mut bytes = [[0; SIZE]; WINDOW];
        let mut batch = Batch::new(&mut bytes);
        let (fd, room) = (self.socket.as_raw_fd(), WINDOW as u32);
        let headers = batch.headers();
        // SAFETY: the headers point into this frame, and there are so many of them.
        let received = unsafe {
            libc::recvmmsg(
                fd,
                headers.as_mut_ptr(),
                room,
                libc::MSG_DONTWAIT,
                std::ptr::null_mut(),
            )
        };
        if received < 0 && raw::would_block() {
            return Ok(0);
        }
        let count = raw::check(received)? as usize;
        for (message, header) in std::iter::zip(&bytes, &headers[..count]) {
            let known = self
                .open
                .iter()
                .position(|open| message[..8] == open.to_le_bytes());
            let whole = header.msg_len == SIZE as u32 && message[8..] == [0x5A; SIZE - 8];
            match known.filter(|_| whole) {
                Some(place) => self.open.swap_remove(place),
                None => {
                    return Err(Error::new(
                        ErrorKind::InvalidData,
                        "an answer is no datagram of ours",
                    ));
                }
            };
        }
        Ok(count)
    }
}

/// Headers for several datagrams.
struct Batch {
    parts: [libc::iovec; WINDOW],
    headers: [libc::mmsghdr; WINDOW],
}

impl Batch {
    fn new(bytes: &mut [[u8; SIZE]; WINDOW]) -> Self {
        Self {
            parts: bytes.each_mut().map(|message| libc::iovec {
                iov_base: message.as_mut_ptr().cast(),
                iov_len: SIZE,
            }),
            // SAFETY: all zeros is a valid header.
            headers: unsafe { std::mem::zeroed() },
        }
    }

    /// The headers, each with its part.
    fn headers(&mut self) -> &mut [libc::mmsghdr; WINDOW] {
        for (header, part) in std::iter::zip(&mut self.headers, &mut self.parts) {
            header.msg_hdr.msg_iov = part;
            header.msg_hdr.msg_iovlen = 1;
        }
        &mut self.headers
    }
}
