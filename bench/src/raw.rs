//! What the raw Linux programs and the load generators of the bench have in common.

use std::io;
use std::net::TcpListener;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

use socket2::{Domain, Socket, Type};

/// An edge-triggered epoll instance.
pub struct Poller(OwnedFd);

/// Room for the reports of one wait.
pub type Events = [libc::epoll_event; 256];

/// The room, empty.
pub fn events() -> Events {
    [libc::epoll_event { events: 0, u64: 0 }; 256]
}

impl Poller {
    /// A new one.
    pub fn new() -> io::Result<Self> {
        // SAFETY: takes no pointers.
        let fd = check(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
        // SAFETY: a fresh descriptor that nobody else owns.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    /// Reports edges of `fd` as `name` from now on.
    pub fn add(&self, fd: RawFd, interest: i32, name: u64) -> io::Result<()> {
        let mut event = libc::epoll_event {
            events: (interest | libc::EPOLLET) as u32,
            u64: name,
        };
        let poller = self.0.as_raw_fd();
        // SAFETY: the event is of this frame.
        check(unsafe { libc::epoll_ctl(poller, libc::EPOLL_CTL_ADD, fd, &mut event) }).map(drop)
    }

    /// Waits without limit; how many reports there are.
    pub fn wait(&self, events: &mut Events) -> io::Result<usize> {
        self.wait_for(events, -1)
    }

    /// Waits so many milliseconds.
    pub fn wait_for(&self, events: &mut Events, milliseconds: i32) -> io::Result<usize> {
        let (poller, room) = (self.0.as_raw_fd(), events.len() as i32);
        // SAFETY: the array is live and its length is passed.
        let ready = unsafe { libc::epoll_wait(poller, events.as_mut_ptr(), room, milliseconds) };
        check(ready).map(|ready| ready as usize)
    }
}

/// A non-blocking listener on a free port of 127.0.0.1.
pub fn listen() -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into())?;
    socket.listen(4096)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// Whether the last system call failed only because it would have blocked.
pub fn would_block() -> bool {
    io::Error::last_os_error().kind() == io::ErrorKind::WouldBlock
}

/// A negative result is an error.
pub fn check(result: i32) -> io::Result<i32> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}
