//! The yardstick for short connections: one thread, edge-triggered epoll, accept4. `--job accept` closes what it has accepted, `--job
//! echo` answers one message first.

use std::io;
use std::net::TcpListener;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

use larboard_bench::short::{self, Job};
use larboard_bench::{announce, raw};

fn main() -> io::Result<()> {
    let options = short::Options::start();
    let listener = raw::listen()?;
    announce(listener.local_addr()?.port());
    match options.job {
        Job::Accept => accept_only(&listener),
        Job::Echo => echo(&listener),
        Job::Reuse => panic!("epoll has no sockets to use again"),
    }
}

fn accept_only(listener: &TcpListener) -> io::Result<()> {
    let poller = raw::Poller::new()?;
    poller.add(listener.as_raw_fd(), libc::EPOLLIN, LISTENER)?;
    let mut events = raw::events();
    loop {
        poller.wait(&mut events)?;
        while let Some(client) = accept(listener.as_raw_fd())? {
            drop(client);
        }
    }
}

/// What the listener is called at its epoll instance; clients are called by their descriptors.
const LISTENER: u64 = u64::MAX;

fn echo(listener: &TcpListener) -> io::Result<()> {
    let poller = raw::Poller::new()?;
    poller.add(listener.as_raw_fd(), libc::EPOLLIN, LISTENER)?;
    let mut events = raw::events();
    loop {
        let ready = poller.wait(&mut events)?;
        for event in &events[..ready] {
            match event.u64 {
                LISTENER => {
                    while let Some(client) = accept(listener.as_raw_fd())? {
                        let interest = libc::EPOLLIN | libc::EPOLLOUT | libc::EPOLLRDHUP;
                        let fd = client.as_raw_fd();
                        poller.add(fd, interest, fd as u64)?;
                        std::mem::forget(client); // it belongs to the poller now
                    }
                }
                fd => answer(fd as RawFd),
            }
        }
    }
}

/// Answers a message and closes; does nothing while there is none.
fn answer(fd: RawFd) {
    let mut buffer = [0; 512];
    // SAFETY: the buffer is of this frame and its length is passed.
    let received = unsafe { libc::recv(fd, buffer.as_mut_ptr().cast(), buffer.len(), 0) };
    if received < 0 && raw::would_block() {
        return;
    }
    if received > 0 {
        // SAFETY: so many bytes of the buffer were filled. They fit a socket that has not sent yet.
        unsafe {
            libc::send(
                fd,
                buffer.as_ptr().cast(),
                received as usize,
                libc::MSG_NOSIGNAL,
            )
        };
    }
    // SAFETY: the poller's descriptor, which leaves it by being closed and is not used again.
    unsafe { libc::close(fd) };
}

fn accept(listener: RawFd) -> io::Result<Option<OwnedFd>> {
    let flags = libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    let (null, none) = (std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: the address is not asked for.
    let fd = unsafe { libc::accept4(listener, null, none, flags) };
    if fd >= 0 {
        // SAFETY: a fresh descriptor that nobody else owns.
        return Ok(Some(unsafe { OwnedFd::from_raw_fd(fd) }));
    }
    match io::Error::last_os_error() {
        error if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        error => Err(error),
    }
}
