//! Connecting, accepting, shutting down.

use super::address::Address;
use super::transfer::{Send, errno};
use super::{Socket, phase};
use crate::device::Outcome;
use crate::engine::sys;
use crate::status::Status;

/// A connect under way.
pub struct Connect {
    /// Where to.
    pub address: Address,
    /// ConnectEx may send at once (OVL-90).
    pub send: Option<Send>,
    /// The connection stands; the send is under way.
    pub connected: bool,
    /// ConnectEx: the socket has to be updated before it is like others (OVL-91).
    pub context: u32,
}

/// An accept under way, up to the connection.
pub struct Accept {
    /// The new descriptor once there is one.
    pub accepted: Option<i32>,
    /// The peer.
    pub peer: Address,
    /// AcceptEx' output buffer: receive area, local address area, remote address area.
    pub output: Output,
}

/// AcceptEx' output buffer. The application keeps it valid until completion.
#[derive(Clone, Copy)]
pub struct Output {
    /// Its beginning.
    pub buffer: *mut u8,
    /// Length of the receive area.
    pub receive: u32,
    /// Length of the local address area.
    pub local: u32,
    /// Length of the remote address area.
    pub remote: u32,
}

// SAFETY: as for `Buffers`.
unsafe impl std::marker::Send for Output {}

impl Drop for Accept {
    fn drop(&mut self) {
        if let Some(fd) = self.accepted {
            // SAFETY: the descriptor was accepted for us and handed to nobody.
            unsafe { libc::close(fd) };
        }
    }
}

/// Takes one connection off a listening descriptor, as a non-blocking descriptor.
pub fn accept_one(fd: i32) -> Result<(i32, Address), i32> {
    let mut peer = Address::empty();
    let flags = libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    loop {
        let mut length = Address::empty().length();
        // SAFETY: address and length are of this frame.
        let accepted = unsafe { sys::accept4(fd, peer.as_mut_ptr(), &mut length, flags) };
        if accepted >= 0 {
            *peer.length_mut() = length;
            return Ok((accepted, peer));
        }
        match errno() {
            // The connection was gone before it was taken: look at the next one.
            libc::ECONNABORTED | libc::EINTR => {}
            error => return Err(error),
        }
    }
}

pub(super) fn accept(fd: i32, accept: &mut Accept) -> Outcome {
    if accept.accepted.is_some() {
        return Outcome::status(Status::SUCCESS); // a connection that was put back (SOCK-17)
    }
    match accept_one(fd) {
        Ok((accepted, peer)) => {
            accept.accepted = Some(accepted);
            accept.peer = peer;
            Outcome::status(Status::SUCCESS)
        }
        Err(error) => Outcome::from_errno(error),
    }
}

impl Socket {
    pub(super) fn connect(&self, fd: i32, connect: &mut Connect) -> Outcome {
        if !connect.connected {
            match self.try_connect(fd, &connect.address) {
                Outcome::Done {
                    status: Status::SUCCESS,
                    ..
                } => {}
                other => return other,
            }
            connect.connected = true;
            self.connected(connect.context);
        }
        match &mut connect.send {
            Some(send) => self.send(fd, send),
            None => Outcome::status(Status::SUCCESS),
        }
    }

    /// Begins a connect, or asks how the one under way is getting on: connect(2) answers both questions.
    pub fn try_connect(&self, fd: i32, address: &Address) -> Outcome {
        // SAFETY: the address is valid for its length.
        let result = unsafe { sys::connect(fd, address.as_ptr(), address.length()) };
        let error = if result == 0 { 0 } else { errno() };
        match error {
            0 | libc::EISCONN => Outcome::status(Status::SUCCESS),
            libc::EINPROGRESS | libc::EALREADY | libc::EAGAIN | libc::EINTR => Outcome::Pending,
            error => Outcome::status(self.connect_failed(error)),
        }
    }

    /// Looks whether a non-blocking connect has ended meanwhile. Linux goes on with it by itself, so somebody has to ask
    /// before the phases are relied upon.
    pub fn settle_connect(&self, fd: i32) {
        if !self.is(phase::CONNECTING) || self.is(phase::CONNECT_EX) {
            return;
        }
        let mut poll = libc::pollfd {
            fd,
            events: libc::POLLOUT,
            revents: 0,
        };
        let mut error = 0i32;
        let mut length = size_of::<i32>() as libc::socklen_t;
        // SAFETY: the variables are of this frame and have the sizes given.
        let asked = unsafe {
            libc::poll(&mut poll, 1, 0) == 1
                && libc::getsockopt(
                    fd,
                    libc::SOL_SOCKET,
                    libc::SO_ERROR,
                    (&raw mut error).cast(),
                    &mut length,
                ) == 0
        };
        match (asked, error) {
            (false, _) => {}
            // The caller of connect has announced it and not come to the system call.
            (true, 0) if poll.revents & libc::POLLHUP != 0 => {}
            (true, 0) => self.connected(0),
            (true, error) => {
                forget_connect(fd);
                self.connect_failed(error);
            }
        }
    }

    fn connect_failed(&self, error: i32) -> Status {
        self.clear(phase::CONNECTING | phase::CONNECT_EX);
        let status = match error {
            // No local address that leads there.
            libc::EINVAL => Status::INVALID_ADDRESS_COMPONENT,
            error => Status::from_errno(error),
        };
        self.settings(|s| s.connect_error = Some(status));
        status
    }

    /// What shutdown means for later calls: 0 receive, 1 send, 2 both (SOCK-20). A pending receive may still get data
    /// (OVL-51), so the descriptor hears of the end of sending only, from the file object.
    pub fn shutdown(&self, how: i32) -> Result<(), Status> {
        let bits = match how {
            0 => phase::SHUT_RECEIVE,
            1 => phase::SHUT_SEND,
            2 => phase::SHUT_RECEIVE | phase::SHUT_SEND,
            _ => return Err(Status::INVALID_PARAMETER),
        };
        if !self.is(phase::CONNECTED) || self.is(phase::ACCEPT_CONTEXT | phase::CONNECT_CONTEXT) {
            return Err(Status::INVALID_CONNECTION);
        }
        self.set(bits);
        Ok(())
    }
}

/// Linux tells of a failed connect once more, as ECONNABORTED of the next one, unless a connect has told of it. This is
/// that connect; were the socket ready for a new one, the address would be too short for it.
fn forget_connect(fd: i32) {
    let family = libc::AF_INET as libc::sa_family_t;
    // SAFETY: two bytes of this frame are read.
    unsafe {
        libc::connect(
            fd,
            (&raw const family).cast(),
            size_of_val(&family) as libc::socklen_t,
        )
    };
}

#[cfg(test)]
mod tests {
    use super::super::{STREAM, open};
    use super::*;

    /// Whoever polls may look at a socket between the moment when connect is announced and its system call.
    #[test]
    fn a_connect_that_is_only_announced_has_not_ended() {
        let fd = open(2, STREAM, 6).unwrap();
        let socket = Socket::new(2, STREAM, 6);
        socket.set(phase::CONNECTING);
        socket.settle_connect(fd);
        assert!(socket.is(phase::CONNECTING) && !socket.is(phase::CONNECTED));
        // SAFETY: opened above.
        unsafe { libc::close(fd) };
    }
}
