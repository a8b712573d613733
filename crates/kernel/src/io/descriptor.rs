//! The descriptor behind the handle of a socket: made late, put in the place of another one, given up.
//!
//! A stream that is made to be the acceptor of an AcceptEx gets the descriptor of the connection: one of its own would be
//! made and closed for nothing. So a new stream has none, and so has one that waits to be used again (TF_REUSE_SOCKET),
//! until something asks for it: [`File::furnish`]. Its association with a port does not. Invariant: a file without a
//! descriptor is registered nowhere.

use super::file::{File, Io};
use super::selection;
use crate::device::socket::{self, NO_DESCRIPTOR};
use crate::device::{Device, Direction};
use crate::status::Status;

impl File {
    /// Makes the descriptor of a socket that has none yet. The status of the failed system call otherwise.
    #[inline]
    pub(super) fn furnish(&self, io: &mut Io) -> Result<(), Status> {
        if io.fd == NO_DESCRIPTOR && !io.closed {
            self.make_descriptor(io)
        } else {
            Ok(())
        }
    }

    #[cold]
    fn make_descriptor(&self, io: &mut Io) -> Result<(), Status> {
        let Device::Socket(socket) = &self.device() else {
            return Err(Status::OBJECT_TYPE_MISMATCH);
        };
        io.fd = socket::open(socket.family(), socket.kind(), socket.protocol())?;
        Ok(())
    }

    /// Has a new descriptor reported to where the file is registered, if it is; closes the descriptor if that fails. The
    /// registration's reference goes over to it.
    fn report_edges_of(&self, io: &Io, fd: i32) -> Result<(), Status> {
        let Some(pump) = self.pump(io) else {
            return Ok(());
        };
        self.state.forget_readable();
        let token = std::ptr::from_ref(self).expose_provenance() as u64;
        pump.engine().register(fd, token).inspect_err(|_| {
            self.state.mark_ready(Direction::In);
            close(fd);
        })
    }

    /// Puts another descriptor behind the handle (AcceptEx, DisconnectEx with reuse). The old one is closed.
    pub fn replace_fd(&self, fd: i32) -> Result<(), Status> {
        let mut io = self.lock();
        if io.closed {
            close(fd);
            return Err(Status::INVALID_HANDLE);
        }
        self.report_edges_of(&io, fd)?;
        if let Some(attachment) = io.attachment() {
            attachment.replaced(fd);
        }
        self.drop_descriptor(&mut io);
        io.fd = fd;
        self.state.mark_ready(Direction::In);
        self.state.mark_ready(Direction::Out);
        selection::replaced(&mut io);
        // Those who poll the old descriptor have to see that it is another one.
        io.rouse();
        Ok(())
    }

    /// Gives the descriptor up, whose connection has ended: the next one is made when it is needed. False if somebody
    /// looks at it; nothing was done then.
    pub fn vacate(&self) -> Result<bool, Status> {
        let mut io = self.lock();
        if io.closed {
            return Err(Status::INVALID_HANDLE);
        }
        if io.is_watched() {
            return Ok(false);
        }
        self.unregister(&mut io);
        self.drop_descriptor(&mut io);
        self.state.forget_readable();
        Ok(true)
    }

    fn drop_descriptor(&self, io: &mut Io) {
        let old = std::mem::replace(&mut io.fd, NO_DESCRIPTOR);
        if let Some(pump) = self.pump(io) {
            pump.engine().unregister(old);
        }
        close(old);
    }
}

/// Closes a descriptor that a file object owned and has just given up.
pub(super) fn close(fd: i32) {
    if fd != NO_DESCRIPTOR {
        // SAFETY: the caller owns it and does not use it again.
        unsafe { libc::close(fd) };
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::IntoRawFd;
    use std::os::unix::net::UnixStream;

    use crate::device::Device;
    use crate::device::socket::{NO_DESCRIPTOR, STREAM, Socket};
    use crate::engine::Epoll;
    use crate::io::file::{File, OVERLAPPED};
    use crate::io::port::Port;
    use crate::io::pump;
    use crate::object::thread::Thread;
    use crate::sync::Arc;

    fn without_descriptor() -> Arc<File> {
        let device = Device::Socket(Socket::new(2, STREAM, 6));
        File::new(NO_DESCRIPTOR, device, OVERLAPPED)
    }

    /// Does the port's poller report anything?
    fn is_reported(port: &Port) -> bool {
        pump::with_events(|events, _| {
            port.pump().poll(events, Epoll::poll, |_| ());
            events.iter().count() != 0
        })
    }

    #[test]
    fn a_descriptor_is_made_once_when_it_is_asked_for() {
        let file = without_descriptor();
        file.associate(&Port::new(1).unwrap(), 0).unwrap();
        assert_eq!(file.lock().fd, NO_DESCRIPTOR, "an association needs none");
        let fd = file.with_fd(|fd| fd).unwrap();
        assert!(fd != NO_DESCRIPTOR && file.with_fd(|fd| fd) == Ok(fd));
    }

    #[test]
    fn whichever_descriptor_is_there_its_edges_are_reported() {
        for (before, vacated) in [(false, false), (true, false), (true, true)] {
            let (port, file) = (Port::new(1).unwrap(), without_descriptor());
            file.associate(&port, 0).unwrap();
            if before {
                file.register(&mut file.lock()).unwrap();
                assert!(is_reported(&port), "a stream without a peer has ended");
            }
            if vacated {
                assert_eq!(file.vacate(), Ok(true));
            }
            let (mut near, far) = UnixStream::pair().unwrap();
            file.replace_fd(far.into_raw_fd()).unwrap();
            file.register(&mut file.lock()).unwrap();
            is_reported(&port); // it can be written to
            near.write_all(b"x").unwrap();
            assert!(is_reported(&port), "{before} {vacated}");
        }
    }

    #[test]
    fn nobody_gives_up_a_descriptor_that_is_waited_for() {
        let file = without_descriptor();
        let mut io = file.lock();
        file.furnish(&mut io).unwrap();
        Thread::with_current(|thread| file.begin_blocking(&mut io, thread));
        drop(io);
        assert_eq!(file.vacate(), Ok(false));
        assert!(file.with_fd(|fd| fd) != Ok(NO_DESCRIPTOR));
        Thread::with_current(|thread| file.end_blocking(&mut file.lock(), thread));
    }
}
