//! The yardstick: an echo server on edge-triggered epoll with nothing in between. Connections are dealt to the threads in turn.

use std::io;
use std::net::TcpListener;
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};

use larboard_bench::{announce, start};
use socket2::{Domain, Socket, Type};

fn main() -> io::Result<()> {
    let options = start();
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    listener.bind(
        &"127.0.0.1:0"
            .parse::<std::net::SocketAddr>()
            .expect("an address")
            .into(),
    )?;
    listener.listen(4096)?;
    let listener: TcpListener = listener.into();

    let pollers = (0..options.workers)
        .map(|_| start_worker(options.buffer))
        .collect::<io::Result<Vec<_>>>()?;
    announce(listener.local_addr()?.port());
    for poller in pollers.iter().cycle() {
        let (stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        deal(*poller, stream.into_raw_fd())?;
    }
    Ok(())
}

/// One client, owned by the thread whose epoll instance holds its address.
struct Client {
    fd: OwnedFd,
    /// What the peer has not taken yet.
    unsent: Vec<u8>,
}

/// Gives a connection to a thread.
fn deal(poller: RawFd, fd: RawFd) -> io::Result<()> {
    // SAFETY: the descriptor comes from `into_raw_fd` and has no other owner.
    let owned = unsafe { OwnedFd::from_raw_fd(fd) };
    let client = Box::new(Client {
        fd: owned,
        unsent: Vec::new(),
    });
    let events = (libc::EPOLLIN | libc::EPOLLOUT | libc::EPOLLRDHUP | libc::EPOLLET) as u32;
    let mut event = libc::epoll_event {
        events,
        u64: Box::into_raw(client) as u64,
    };
    // SAFETY: both descriptors are open and the event is live.
    check(unsafe { libc::epoll_ctl(poller, libc::EPOLL_CTL_ADD, fd, &mut event) }).map(drop)
}

fn start_worker(buffer: usize) -> io::Result<RawFd> {
    // SAFETY: takes no pointers.
    let poller = check(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
    std::thread::spawn(move || serve(poller, &mut vec![0; buffer]));
    Ok(poller)
}

fn serve(poller: RawFd, buffer: &mut [u8]) {
    let mut events = [libc::epoll_event { events: 0, u64: 0 }; 256];
    loop {
        // SAFETY: the array is live and its length is passed.
        let count =
            unsafe { libc::epoll_wait(poller, events.as_mut_ptr(), events.len() as i32, -1) };
        for event in &events[..count.max(0) as usize] {
            let client = event.u64 as *mut Client;
            // SAFETY: `deal` made the pointer; it is freed below and nowhere else, and one batch names each client once.
            if unsafe { &mut *client }.ready(buffer).is_err() {
                // SAFETY: as above; the descriptor closes with it and so leaves the epoll instance.
                drop(unsafe { Box::from_raw(client) });
            }
        }
    }
}

impl Client {
    /// Echoes what is there; an error ends the client.
    fn ready(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        if !self.flush()? {
            return Ok(());
        }
        loop {
            let Some(received) = self.receive(buffer)? else {
                return Ok(());
            };
            let sent = self.send(&buffer[..received])?;
            if sent < received {
                self.unsent.extend_from_slice(&buffer[sent..received]);
                return Ok(());
            }
            // A short read has emptied the socket: whatever comes later is a new edge.
            if received < buffer.len() {
                return Ok(());
            }
        }
    }

    /// Sends what is left over; whether nothing is left now.
    fn flush(&mut self) -> io::Result<bool> {
        if !self.unsent.is_empty() {
            let sent = self.send(&self.unsent)?;
            self.unsent.drain(..sent);
        }
        Ok(self.unsent.is_empty())
    }

    /// Bytes received, or nothing if there are none now.
    fn receive(&self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        // SAFETY: the buffer is live and its length is passed.
        let received = unsafe {
            libc::recv(
                self.fd.as_raw_fd(),
                buffer.as_mut_ptr().cast(),
                buffer.len(),
                0,
            )
        };
        match received {
            1.. => Ok(Some(received as usize)),
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => would_block().map(|_| None),
        }
    }

    /// How many bytes the system took.
    fn send(&self, bytes: &[u8]) -> io::Result<usize> {
        // SAFETY: the bytes are live and their length is passed.
        let sent = unsafe {
            libc::send(
                self.fd.as_raw_fd(),
                bytes.as_ptr().cast(),
                bytes.len(),
                libc::MSG_NOSIGNAL,
            )
        };
        if sent >= 0 {
            Ok(sent as usize)
        } else {
            would_block().map(|_| 0)
        }
    }
}

/// The last error, unless it only says that the call would block.
fn would_block() -> io::Result<()> {
    let error = io::Error::last_os_error();
    if error.kind() == io::ErrorKind::WouldBlock {
        Ok(())
    } else {
        Err(error)
    }
}

fn check(result: i32) -> io::Result<i32> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}
