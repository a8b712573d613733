//! The yardstick for datagrams: one thread, edge-triggered epoll, recvfrom and sendto.

use std::io;
use std::mem::MaybeUninit;
use std::net::UdpSocket;
use std::os::fd::AsRawFd;

use larboard_bench::{announce, datagram, raw};

fn main() -> io::Result<()> {
    datagram::Options::start();
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.set_nonblocking(true)?;
    let poller = raw::Poller::new()?;
    poller.add(socket.as_raw_fd(), libc::EPOLLIN, 1)?;
    announce(socket.local_addr()?.port());
    let mut events = raw::events();
    loop {
        poller.wait(&mut events)?;
        while echo(socket.as_raw_fd())? {}
    }
}

/// Answers one datagram; whether there was one.
fn echo(fd: i32) -> io::Result<bool> {
    let mut buffer = MaybeUninit::<[u8; 512]>::uninit();
    let mut address = MaybeUninit::<libc::sockaddr_in>::uninit();
    let mut length = size_of::<libc::sockaddr_in>() as libc::socklen_t;
    let room = size_of_val(&buffer);
    // SAFETY: buffer and address are of this frame and their sizes are passed.
    let received = unsafe {
        let from = address.as_mut_ptr().cast();
        libc::recvfrom(fd, buffer.as_mut_ptr().cast(), room, 0, from, &mut length)
    };
    if received < 0 {
        return raw::would_block()
            .then_some(false)
            .ok_or_else(io::Error::last_os_error);
    }
    // SAFETY: so many bytes of buffer and address were filled.
    let sent = unsafe {
        let to = address.as_ptr().cast();
        libc::sendto(fd, buffer.as_ptr().cast(), received as usize, 0, to, length)
    };
    if sent < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(true)
}
