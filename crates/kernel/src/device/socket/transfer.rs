//! Receiving and sending.

use std::mem::MaybeUninit;

use super::address::Address;
use super::{Socket, phase};
use crate::device::{Buffers, Outcome};
use crate::engine::sys;
use crate::status::Status;

/// Windows' MSG_ flags. MSG_OOB, MSG_PEEK and MSG_DONTROUTE are Linux' as well.
pub mod flag {
    /// Urgent data.
    pub const OOB: u32 = 0x1;
    /// Leave the data where it is.
    pub const PEEK: u32 = 0x2;
    /// Bypass routing.
    pub const DONT_ROUTE: u32 = 0x4;
    /// Fill the whole buffer.
    pub const WAIT_ALL: u32 = 0x8;
    /// The datagram was longer than the buffer.
    pub const TRUNCATED: u32 = 0x100;
    /// Control data was longer than its buffer.
    pub const CONTROL_TRUNCATED: u32 = 0x200;
    /// Part of a message.
    pub const PARTIAL: u32 = 0x8000;
}

/// A receive.
pub struct Receive {
    /// Where the data goes.
    pub buffers: Buffers,
    /// Windows' MSG_ flags.
    pub flags: u32,
    /// Bytes received so far (MSG_WAITALL).
    pub done: u32,
    /// Where the sender's address goes, and more.
    pub rare: Option<Box<ReceiveRare>>,
}

/// Memory of the application that few receives have. Valid until completion, as the buffers are.
pub struct ReceiveRare {
    /// Where the sender's address goes.
    pub sender: Sender,
    /// Control data (WSARecvMsg): where it goes, its room.
    pub control: Option<Control>,
}

/// Where the address of a datagram's sender goes. Valid until completion.
#[derive(Clone, Copy)]
pub struct Sender {
    /// The address, or null.
    pub address: *mut u8,
    /// Its room, then its length.
    pub length: *mut i32,
}

impl Sender {
    /// Nowhere.
    pub const NONE: Sender = Sender {
        address: std::ptr::null_mut(),
        length: std::ptr::null_mut(),
    };

    /// For a receive that waits.
    pub fn boxed(self) -> Option<Box<ReceiveRare>> {
        let rare = || ReceiveRare {
            sender: self,
            control: None,
        };
        (!self.address.is_null()).then(|| Box::new(rare()))
    }
}

/// Where WSARecvMsg reports control data: in Windows' layout.
pub struct Control {
    /// The buffer.
    pub buffer: *mut u8,
    /// Its length, replaced by the length used.
    pub length: *mut u32,
    /// WSAMSG.dwFlags.
    pub flags: *mut u32,
}

// SAFETY: as for `Buffers`: the application lets any thread write there until completion.
unsafe impl std::marker::Send for ReceiveRare {}

/// A datagram that was received.
pub(crate) struct Datagram {
    /// BUFFER_OVERFLOW if it did not fit, ACCESS_VIOLATION if the sender's address did not.
    pub(crate) status: Status,
    /// Bytes in the buffer.
    pub(crate) bytes: u32,
    /// Windows' MSG_ flags.
    flags: u32,
}

impl From<Datagram> for Outcome {
    fn from(datagram: Datagram) -> Outcome {
        Outcome::Done {
            status: datagram.status,
            bytes: datagram.bytes,
            flags: datagram.flags,
            more: true,
        }
    }
}

/// A send.
pub struct Send {
    /// What is left to be sent.
    pub buffers: Buffers,
    /// Windows' MSG_ flags.
    pub flags: u32,
    /// Bytes sent so far.
    pub done: u32,
    /// Destination and control data in Linux' layout.
    pub rare: Option<Box<SendRare>>,
}

/// What few sends have.
#[derive(Default)]
pub struct SendRare {
    /// Where to.
    pub address: Option<Address>,
    /// Control data in Linux' layout.
    pub control: Vec<u8>,
}

/// How many buffers Linux takes in one call.
const BATCH: usize = libc::UIO_MAXIOV as usize;

impl Socket {
    pub(super) fn admit_receive(&self, receive: &Receive) -> Result<(), Status> {
        if self.is(phase::RESET) {
            return Err(Status::CONNECTION_RESET);
        }
        if self.is_stream() && !self.is(phase::CONNECTED) {
            return Err(Status::INVALID_CONNECTION);
        }
        if self.is(phase::SHUT_RECEIVE) {
            return Err(Status::PIPE_DISCONNECTED);
        }
        if !self.is_stream() && !self.is(phase::BOUND) {
            return Err(Status::INVALID_PARAMETER);
        }
        if receive.flags & flag::OOB != 0 && self.is(phase::OOB_INLINE) {
            return Err(Status::INVALID_PARAMETER);
        }
        let odd = flag::OOB | flag::PEEK | flag::PARTIAL;
        if receive.flags & flag::WAIT_ALL != 0 && (receive.flags & odd != 0 || !self.is_stream()) {
            return Err(Status::NOT_SUPPORTED);
        }
        Ok(())
    }

    pub(super) fn admit_send(&self, send: &Send) -> Result<(), Status> {
        if self.is(phase::RESET) {
            return Err(Status::CONNECTION_RESET);
        }
        if self.is(phase::SHUT_SEND | phase::DISCONNECTED) {
            return Err(Status::PIPE_DISCONNECTED);
        }
        let addressed = send
            .rare
            .as_ref()
            .is_some_and(|rare| rare.address.is_some());
        if !self.is(phase::CONNECTED) && (self.is_stream() || !addressed) {
            return Err(Status::INVALID_CONNECTION);
        }
        if self.is_stream() && send.flags & flag::PARTIAL != 0 {
            return Err(Status::NOT_SUPPORTED);
        }
        Ok(())
    }

    pub(super) fn receive(&self, fd: i32, receive: &mut Receive) -> Outcome {
        if self.is_stream() {
            self.receive_stream(fd, receive)
        } else {
            self.receive_datagram(fd, receive)
        }
    }

    fn receive_stream(&self, fd: i32, receive: &mut Receive) -> Outcome {
        let wanted = receive.buffers.total();
        if wanted == 0 {
            return self.wait_for_data(fd);
        }
        if receive.flags & flag::WAIT_ALL != 0 {
            return self.receive_all(fd, receive);
        }
        let flags = (receive.flags & (flag::OOB | flag::PEEK)) as i32;
        let n = receive_parts(fd, receive.buffers.parts(), flags);
        if n < 0 {
            return self.receive_failed(receive);
        }
        let n = n as usize;
        if n == 0 {
            return self.ended(0);
        }
        Outcome::Done {
            status: Status::SUCCESS,
            bytes: n as u32,
            flags: receive.flags & flag::OOB,
            // A short read has drained the stream, if all buffers were offered.
            more: n == wanted || flags != 0 || receive.buffers.parts().len() > BATCH,
        }
    }

    /// MSG_WAITALL reads on until the buffers are full, the stream ends, or nothing more is there (OVL-54). An end that
    /// came in the same edge as the last bytes is found only by going on after a short read.
    fn receive_all(&self, fd: i32, receive: &mut Receive) -> Outcome {
        loop {
            let wanted = receive.buffers.total();
            let n = receive_parts(fd, receive.buffers.parts(), 0);
            if n < 0 {
                return self.receive_failed(receive);
            }
            receive.done += n as u32;
            receive.buffers.advance(n as usize);
            if n == 0 {
                return self.ended(receive.done);
            }
            if n as usize == wanted {
                return received(receive.done);
            }
        }
    }

    /// A read of nothing is the end of the stream, which repeats itself (OVL-48). Linux tells of a reset once and shows
    /// the end after it; all receives are to hear of the reset (OVL-49).
    fn ended(&self, bytes: u32) -> Outcome {
        if bytes == 0 && self.is(phase::RESET) {
            return Outcome::status(Status::CONNECTION_RESET);
        }
        received(bytes)
    }

    /// A receive of no bytes waits until there is something, and takes nothing (OVL-46).
    fn wait_for_data(&self, fd: i32) -> Outcome {
        let mut byte = 0u8;
        // SAFETY: one byte of this frame.
        let n = unsafe { sys::recv(fd, (&raw mut byte).cast(), 1, libc::MSG_PEEK) };
        if n < 0 {
            return self.receive_error(errno());
        }
        Outcome::status(Status::SUCCESS)
    }

    fn receive_failed(&self, receive: &Receive) -> Outcome {
        match errno() {
            // Linux says EINVAL when there is no urgent data.
            libc::EINVAL if receive.flags & flag::OOB != 0 => Outcome::Pending,
            error => self.receive_error(error),
        }
    }

    /// What the error of a receive comes to.
    pub(crate) fn receive_error(&self, error: i32) -> Outcome {
        match error {
            libc::EAGAIN => Outcome::Pending,
            libc::ECONNRESET | libc::EPIPE => {
                self.set(phase::RESET);
                Outcome::status(Status::CONNECTION_RESET)
            }
            libc::ECONNREFUSED if !self.is_stream() => Outcome::status(Status::PORT_UNREACHABLE),
            error => Outcome::from_errno(error),
        }
    }

    fn receive_datagram(&self, fd: i32, receive: &mut Receive) -> Outcome {
        if self.is(phase::UNREACHABLE) {
            self.clear(phase::UNREACHABLE);
            return Outcome::status(Status::PORT_UNREACHABLE);
        }
        let rare = receive.rare.as_ref();
        if let (&mut [part], true) = (
            receive.buffers.parts(),
            rare.is_none_or(|rare| rare.control.is_none()),
        ) {
            let sender = rare.map_or(Sender::NONE, |rare| rare.sender);
            return match self.receive_usual_datagram(fd, part, receive.flags, sender) {
                Some(datagram) => datagram.into(),
                None => self.datagram_error(fd),
            };
        }
        let mut from = Address::empty();
        let mut control = [0u64; 64];
        let parts = receive.buffers.parts();
        // SAFETY: all zeros is a valid msghdr.
        let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
        message.msg_name = from.as_mut_ptr().cast();
        message.msg_namelen = from.length();
        message.msg_iov = parts.as_mut_ptr();
        message.msg_iovlen = parts.len();
        if receive
            .rare
            .as_ref()
            .is_some_and(|rare| rare.control.is_some())
        {
            message.msg_control = control.as_mut_ptr().cast();
            message.msg_controllen = size_of_val(&control);
        }
        let flags = (receive.flags & (flag::OOB | flag::PEEK)) as i32;
        // SAFETY: the header points to this frame and to buffers that the application keeps valid.
        let n = unsafe { sys::recvmsg(fd, &mut message, flags) };
        if n < 0 {
            return self.datagram_error(fd);
        }
        *from.length_mut() = message.msg_namelen;
        let mut status = Status::SUCCESS;
        let mut out = 0;
        if message.msg_flags & libc::MSG_TRUNC != 0 {
            status = Status::BUFFER_OVERFLOW;
            out = flag::TRUNCATED;
        }
        if let Some(rare) = &receive.rare {
            // SAFETY: the application keeps these pointers valid until completion (OVL-67).
            if unsafe { from.write_to(rare.sender.address, rare.sender.length) }.is_err() {
                status = Status::ACCESS_VIOLATION;
            }
            if let Some(to) = &rare.control {
                let report = super::message::report(to, &message, out);
                if report == Status::BUFFER_OVERFLOW {
                    status = report;
                }
            }
        }
        Outcome::Done {
            status,
            bytes: n as u32,
            flags: out,
            more: true,
        }
    }

    /// Into one buffer and without control data: a system call with less to be copied in. None: see `datagram_error`.
    #[inline]
    pub(crate) fn receive_usual_datagram(
        &self,
        fd: i32,
        part: libc::iovec,
        flags: u32,
        sender: Sender,
    ) -> Option<Datagram> {
        let mut from = MaybeUninit::<libc::sockaddr_storage>::uninit();
        let mut length = size_of_val(&from) as libc::socklen_t;
        let (address, room) = if sender.address.is_null() {
            (std::ptr::null_mut(), std::ptr::null_mut())
        } else {
            (from.as_mut_ptr().cast(), &raw mut length)
        };
        // With MSG_TRUNC Linux tells how long the datagram was.
        let flags = (flags & (flag::OOB | flag::PEEK)) as i32 | libc::MSG_TRUNC;
        // SAFETY: the address is of this frame, the buffer is kept valid by the application.
        let n = unsafe { sys::recvfrom(fd, part.iov_base, part.iov_len, flags, address, room) };
        if n < 0 {
            return None;
        }
        // SAFETY: Linux has written so many bytes of the address. The application keeps these pointers valid until
        // completion (OVL-67).
        let told = sender.address.is_null()
            || unsafe { Address::hand_over(address, length, sender.address, sender.length) }
                .is_ok();
        let fits = n as usize <= part.iov_len;
        if fits && told {
            return Some(Datagram {
                status: Status::SUCCESS,
                bytes: n as u32,
                flags: 0,
            });
        }
        let status = match told {
            true => Status::BUFFER_OVERFLOW,
            false => Status::ACCESS_VIOLATION,
        };
        Some(Datagram {
            status,
            bytes: part.iov_len.min(n as usize) as u32,
            flags: if fits { 0 } else { flag::TRUNCATED },
        })
    }

    /// What the error of a receive of a datagram comes to.
    #[cold]
    pub(crate) fn datagram_error(&self, fd: i32) -> Outcome {
        let error = errno();
        if error == libc::EAGAIN {
            return Outcome::Pending;
        }
        drain_errors(fd);
        if error == libc::ECONNREFUSED && self.is(phase::IGNORE_UNREACHABLE) {
            return Outcome::Pending;
        }
        self.receive_error(error)
    }

    pub(super) fn send(&self, fd: i32, send: &mut Send) -> Outcome {
        loop {
            let left = send.buffers.total();
            if left == 0 && self.is_stream() {
                return sent(send.done);
            }
            let n = self.send_once(fd, send);
            if n < 0 {
                match errno() {
                    libc::ECONNREFUSED if !self.is_stream() => {
                        self.note_unreachable(fd);
                        continue;
                    }
                    error => return self.send_error(error),
                }
            }
            send.done += n as u32;
            send.buffers.advance(n as usize);
            if n as usize == left || !self.is_stream() {
                return sent(send.done);
            }
        }
    }

    /// A send was told of the ICMP error of an earlier datagram: that belongs to the next receive (SOCK-35).
    pub(crate) fn note_unreachable(&self, fd: i32) {
        drain_errors(fd);
        if !self.is(phase::IGNORE_UNREACHABLE) {
            self.set(phase::UNREACHABLE);
        }
    }

    fn send_once(&self, fd: i32, send: &mut Send) -> isize {
        let flags = (send.flags & (flag::OOB | flag::DONT_ROUTE)) as i32 | libc::MSG_NOSIGNAL;
        let parts = send.buffers.parts();
        if let (None, [one]) = (&send.rare, &*parts) {
            // SAFETY: the application keeps its buffer valid until completion (OVL-07).
            return unsafe { sys::send(fd, one.iov_base, one.iov_len, flags) };
        }
        if let (Some(rare), [one]) = (&send.rare, &*parts)
            && let (Some(address), false) = (&rare.address, self.is_stream())
            && rare.control.is_empty()
        {
            let (to, length) = (address.as_ptr(), address.length());
            // SAFETY: as above; the address belongs to the operation.
            return unsafe { sys::sendto(fd, one.iov_base, one.iov_len, flags, to, length) };
        }
        // SAFETY: all zeros is a valid msghdr.
        let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
        let parts = batch(parts);
        message.msg_iov = parts.as_mut_ptr();
        message.msg_iovlen = parts.len();
        if let Some(rare) = &mut send.rare {
            // A connected stream ignores the address (OVL-73).
            if let Some(address) = rare.address.as_mut().filter(|_| !self.is_stream()) {
                message.msg_namelen = address.length();
                message.msg_name = address.as_mut_ptr().cast();
            }
            if !rare.control.is_empty() {
                message.msg_control = rare.control.as_mut_ptr().cast();
                message.msg_controllen = rare.control.len();
            }
        }
        // SAFETY: as above; name and control data belong to the operation.
        unsafe { sys::sendmsg(fd, &message, flags) }
    }

    /// What the error of a send comes to.
    pub(crate) fn send_error(&self, error: i32) -> Outcome {
        match error {
            libc::EAGAIN => Outcome::Pending,
            libc::EPIPE if self.is(phase::SHUT_SEND) => Outcome::status(Status::PIPE_DISCONNECTED),
            libc::EPIPE | libc::ECONNRESET => {
                self.set(phase::RESET);
                Outcome::status(Status::CONNECTION_RESET)
            }
            error => Outcome::from_errno(error),
        }
    }
}

fn received(bytes: u32) -> Outcome {
    sent(bytes)
}

/// The next buffers to be filled or sent, no more than Linux takes in one call.
fn batch(parts: &mut [libc::iovec]) -> &mut [libc::iovec] {
    let first = parts.iter().position(|part| part.iov_len != 0);
    let rest = &mut parts[first.unwrap_or(0)..];
    let length = rest.len().min(BATCH);
    &mut rest[..length]
}

fn sent(bytes: u32) -> Outcome {
    Outcome::Done {
        status: Status::SUCCESS,
        bytes,
        flags: 0,
        more: true,
    }
}

fn receive_parts(fd: i32, parts: &mut [libc::iovec], flags: i32) -> isize {
    if let [one] = parts {
        // SAFETY: the application keeps its buffer valid until completion (OVL-07).
        return unsafe { sys::recv(fd, one.iov_base, one.iov_len, flags) };
    }
    // SAFETY: all zeros is a valid msghdr.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    let parts = batch(parts);
    message.msg_iov = parts.as_mut_ptr();
    message.msg_iovlen = parts.len();
    // SAFETY: as above.
    unsafe { sys::recvmsg(fd, &mut message, flags) }
}

/// Whether a receive would get bytes of a stream.
pub(crate) fn has_unread(fd: i32) -> bool {
    let mut bytes = 0i32;
    // SAFETY: `bytes` is of this frame.
    unsafe { libc::ioctl(fd, libc::FIONREAD, &mut bytes) == 0 && bytes > 0 }
}

/// Empties the error queue of a datagram socket, which would go on reporting an edge.
pub(crate) fn drain_errors(fd: i32) {
    for _ in 0..64 {
        let mut room = [0u64; 64];
        // SAFETY: all zeros is a valid msghdr.
        let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
        message.msg_control = room.as_mut_ptr().cast();
        message.msg_controllen = size_of_val(&room);
        // SAFETY: the header points to this frame.
        if unsafe { libc::recvmsg(fd, &mut message, libc::MSG_ERRQUEUE) } < 0 {
            return;
        }
    }
}

pub(crate) fn errno() -> i32 {
    std::io::Error::last_os_error()
        .raw_os_error()
        .unwrap_or_default()
}
