//! Starting overlapped operations on a socket whose completions go by event or by routine. (By port: see
//! [`Associated`](crate::Associated).)

use super::start::Memory;
use super::{Call, Socket};
use crate::buffer::{Buffer, BufferMut};
use crate::error::Result;
use crate::operation::{Done, NotStarted, Operation, part};
use crate::pending::Pending;
use crate::routine;
use std::net::SocketAddr;
use std::ops::RangeBounds;

type Start<V, B, T> = std::result::Result<V, NotStarted<B, T>>;

/// # Overlapped, by event
///
/// The completion signals the operation's own event: wait for the [`Pending`], alone or beside other objects, or ask
/// it. With nothing to report yet, these functions never wait.
impl Socket {
    /// Starts to receive into the whole buffer. Stands for `WSARecv`.
    ///
    /// It completes with at least one byte, or zero when the peer has closed (OVL-43, OVL-47).
    ///
    /// # Errors
    /// With the operation given back: [`WSAENOTCONN`](crate::code::WSAENOTCONN),
    /// [`WSAECONNRESET`](crate::code::WSAECONNRESET), [`WSAESHUTDOWN`](crate::code::WSAESHUTDOWN),
    /// [`WSAENOBUFS`](crate::code::WSAENOBUFS).
    pub fn recv_overlapped<B: BufferMut, T>(
        &self,
        operation: Operation<B, T>,
    ) -> Start<Pending<B, T>, B, T> {
        self.recv_into_overlapped(operation, ..)
    }

    /// As [`recv_overlapped`](Self::recv_overlapped), into a part of the buffer.
    ///
    /// # Errors
    /// The same, and [`WSAEFAULT`](crate::code::WSAEFAULT) if `range` is not in the buffer.
    pub fn recv_into_overlapped<B: BufferMut, T>(
        &self,
        operation: Operation<B, T>,
        range: impl RangeBounds<usize>,
    ) -> Start<Pending<B, T>, B, T> {
        self.pend(operation, |operation| {
            Ok(Call::Receive(writable(operation, range)?))
        })
    }

    /// Starts to send a part of the buffer (`..` for all of it). Stands for `WSASend`; complete when the system has
    /// taken all bytes (OVL-63).
    ///
    /// ```
    /// use larboard::{Operation,  net::{TcpListener, TcpStream}};
    /// # let listener = TcpListener::bind("127.0.0.1:0")?;
    /// # let client = TcpStream::connect(listener.local_addr()?)?;
    /// # let (server, _) = listener.accept()?;
    /// let done = client.send_overlapped(Operation::new("ahoy, all"), ..4)?.wait();
    /// assert_eq!(done.bytes?, 4);
    /// let mut buffer = [0; 16];
    /// assert_eq!(server.recv(&mut buffer)?, 4);
    /// assert_eq!(&buffer[..4], b"ahoy");
    /// # larboard::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`recv_into_overlapped`](Self::recv_into_overlapped).
    pub fn send_overlapped<B: Buffer, T>(
        &self,
        operation: Operation<B, T>,
        range: impl RangeBounds<usize>,
    ) -> Start<Pending<B, T>, B, T> {
        self.pend(operation, |operation| {
            Ok(Call::Send(readable(operation, range)?))
        })
    }

    /// Starts to receive one datagram; [`Operation::peer`] is its sender. Stands for `WSARecvFrom`.
    ///
    /// A datagram longer than the buffer completes with [`WSAEMSGSIZE`](crate::code::WSAEMSGSIZE) and a full buffer
    /// (OVL-69).
    ///
    /// ```
    /// use larboard::{Operation, net::UdpSocket};
    ///
    /// let (here, there) = (UdpSocket::bind("127.0.0.1:0")?, UdpSocket::bind("127.0.0.1:0")?);
    /// let pending = here.recv_from_overlapped(Operation::new([0; 512]))?;
    /// there.send_to(b"ahoy", here.local_addr()?)?;
    /// let done = pending.wait();
    /// assert_eq!(done.operation.filled(), b"ahoy");
    /// assert_eq!(done.operation.peer(), Some(there.local_addr()?));
    /// # larboard::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// With the operation given back: [`WSAEINVAL`](crate::code::WSAEINVAL) if the socket is not bound (OVL-72).
    pub fn recv_from_overlapped<B: BufferMut, T>(
        &self,
        operation: Operation<B, T>,
    ) -> Start<Pending<B, T>, B, T> {
        self.pend(operation, |operation| {
            Ok(Call::ReceiveFrom(writable(operation, ..)?))
        })
    }

    /// Starts to send a part of the buffer as one datagram. Stands for `WSASendTo`.
    ///
    /// # Errors
    /// With the operation given back: [`WSAEMSGSIZE`](crate::code::WSAEMSGSIZE), [`WSAEACCES`](crate::code::WSAEACCES),
    /// [`WSAEFAULT`](crate::code::WSAEFAULT) if `range` is not in the buffer.
    pub fn send_to_overlapped<B: Buffer, T>(
        &self,
        operation: Operation<B, T>,
        range: impl RangeBounds<usize>,
        to: SocketAddr,
    ) -> Start<Pending<B, T>, B, T> {
        self.pend(operation, |operation| {
            Ok(Call::SendTo(readable(operation, range)?, to))
        })
    }

    /// Starts to accept a client, who is found in [`Operation::take_accepted`] afterwards; the buffer is not used.
    /// Stands for `AcceptEx`.
    ///
    /// ```
    /// use larboard::{Operation, net::{TcpListener, TcpStream}};
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let pending = listener.accept_overlapped(Operation::new(()))?;
    /// let client = TcpStream::connect(listener.local_addr()?)?;
    /// let mut done = pending.wait();
    /// done.bytes?;
    /// let (server, address) = done.operation.take_accepted()?;
    /// assert_eq!(address, client.local_addr()?);
    /// assert_eq!(server.peer_addr()?, address);
    /// # larboard::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// With the operation given back: [`WSAEINVAL`](crate::code::WSAEINVAL) if the socket does not listen,
    /// [`WSAEMFILE`](crate::code::WSAEMFILE).
    pub fn accept_overlapped<B, T>(
        &self,
        operation: Operation<B, T>,
    ) -> Start<Pending<B, T>, B, T> {
        self.pend(operation, |_| Ok(Call::Accept))
    }

    /// Starts to connect a [bound](super::TcpStream::unconnected) stream socket; the buffer is not used. Stands for
    /// `ConnectEx`.
    ///
    /// ```
    /// use larboard::{Operation, net::{TcpListener, TcpStream}};
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let address = listener.local_addr()?;
    /// let client = TcpStream::unconnected(&address)?;
    /// client.connect_overlapped(Operation::new(()), address)?.wait().bytes?;
    /// assert_eq!(client.peer_addr()?, address);
    /// # larboard::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// With the operation given back: [`WSAEINVAL`](crate::code::WSAEINVAL) if the socket is not bound,
    /// [`WSAEISCONN`](crate::code::WSAEISCONN). A refusal is the completion's error (OVL-89).
    pub fn connect_overlapped<B, T>(
        &self,
        operation: Operation<B, T>,
        to: SocketAddr,
    ) -> Start<Pending<B, T>, B, T> {
        self.pend(operation, |_| Ok(Call::Connect(to)))
    }

    /// Starts to disconnect: complete when everything has been sent; the buffer is not used. Stands for `DisconnectEx`.
    ///
    /// ```
    /// use larboard::{Operation,  net::{TcpListener, TcpStream}};
    /// # let listener = TcpListener::bind("127.0.0.1:0")?;
    /// # let client = TcpStream::connect(listener.local_addr()?)?;
    /// # let (server, _) = listener.accept()?;
    /// client.disconnect_overlapped(Operation::new(()))?.wait().bytes?;
    /// assert_eq!(server.recv(&mut [0; 16])?, 0);
    /// # larboard::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// With the operation given back: [`WSAENOTCONN`](crate::code::WSAENOTCONN) (OVL-92).
    pub fn disconnect_overlapped<B, T>(
        &self,
        operation: Operation<B, T>,
    ) -> Start<Pending<B, T>, B, T> {
        self.pend(operation, |_| Ok(Call::Disconnect))
    }

    fn pend<B, T>(
        &self,
        mut operation: Operation<B, T>,
        call: impl FnOnce(&mut Operation<B, T>) -> Result<Call>,
    ) -> Start<Pending<B, T>, B, T> {
        match call(&mut operation) {
            Ok(call) => Pending::start(self, operation, &call),
            Err(error) => Err(NotStarted { operation, error }),
        }
    }
}

/// # Overlapped, by completion routine
///
/// The closure is run by the thread that started the operation, in one of its alertable waits -
/// [`sleep_alertable`](crate::sleep_alertable), [`wait_any_alertable`](crate::wait_any_alertable) and their like, or
/// while it blocks in a socket call - and nowhere else (APC-02, APC-17). So it need not be `Send`, it may share an `Rc`
/// with the thread, and it is never run from inside the call that starts it (APC-22). It may start the next operation.
///
/// A closure that captures nothing costs no allocation; what it needs can travel as the operation's
/// [data](Operation::data).
///
/// If the thread ends first, the operation is cancelled, and the closure is dropped without being run (APC-31).
///
/// ```
/// use larboard::{Operation, net::{TcpListener, TcpStream}, sleep_alertable};
/// use std::{cell::RefCell, rc::Rc};
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let client = TcpStream::connect(listener.local_addr()?)?;
/// let (server, _) = listener.accept()?;
///
/// let heard = Rc::new(RefCell::new(Vec::<u8>::new()));
/// let ear = heard.clone();
/// server.recv_then(Operation::new([0; 512]), move |done| ear.borrow_mut().extend(done.operation.filled()))?;
/// client.send(b"ahoy")?;
/// assert!(heard.borrow().is_empty());
/// assert!(sleep_alertable(None));
/// assert_eq!(*heard.borrow(), b"ahoy");
/// # larboard::Result::Ok(())
/// ```
impl Socket {
    /// Starts to receive into the whole buffer, and then runs `routine`. Stands for `WSARecv` with a completion
    /// routine.
    ///
    /// # Errors
    /// As [`recv_overlapped`](Self::recv_overlapped), and [`WSAEINVAL`](crate::code::WSAEINVAL) if the socket is
    /// associated with a port (OVL-40). The closure is dropped then.
    pub fn recv_then<B: BufferMut, T: 'static>(
        &self,
        operation: Operation<B, T>,
        routine: impl FnOnce(Done<B, T>) + 'static,
    ) -> Start<(), B, T> {
        self.recv_into_then(operation, .., routine)
    }

    /// As [`recv_then`](Self::recv_then), into a part of the buffer.
    ///
    /// # Errors
    /// The same, and [`WSAEFAULT`](crate::code::WSAEFAULT) if `range` is not in the buffer.
    pub fn recv_into_then<B: BufferMut, T: 'static>(
        &self,
        operation: Operation<B, T>,
        range: impl RangeBounds<usize>,
        routine: impl FnOnce(Done<B, T>) + 'static,
    ) -> Start<(), B, T> {
        self.then(
            operation,
            |operation| Ok(Call::Receive(writable(operation, range)?)),
            routine,
        )
    }

    /// Starts to send a part of the buffer, and then runs `routine`. Stands for `WSASend` with a completion routine.
    ///
    /// # Errors
    /// As [`recv_into_then`](Self::recv_into_then).
    pub fn send_then<B: Buffer, T: 'static>(
        &self,
        operation: Operation<B, T>,
        range: impl RangeBounds<usize>,
        routine: impl FnOnce(Done<B, T>) + 'static,
    ) -> Start<(), B, T> {
        self.then(
            operation,
            |operation| Ok(Call::Send(readable(operation, range)?)),
            routine,
        )
    }

    /// Starts to receive one datagram, and then runs `routine`. Stands for `WSARecvFrom` with a completion routine.
    ///
    /// # Errors
    /// As [`recv_from_overlapped`](Self::recv_from_overlapped).
    pub fn recv_from_then<B: BufferMut, T: 'static>(
        &self,
        operation: Operation<B, T>,
        routine: impl FnOnce(Done<B, T>) + 'static,
    ) -> Start<(), B, T> {
        self.then(
            operation,
            |operation| Ok(Call::ReceiveFrom(writable(operation, ..)?)),
            routine,
        )
    }

    /// Starts to send a part of the buffer as one datagram, and then runs `routine`. Stands for `WSASendTo` with a
    /// completion routine.
    ///
    /// # Errors
    /// As [`send_to_overlapped`](Self::send_to_overlapped).
    pub fn send_to_then<B: Buffer, T: 'static>(
        &self,
        operation: Operation<B, T>,
        range: impl RangeBounds<usize>,
        to: SocketAddr,
        routine: impl FnOnce(Done<B, T>) + 'static,
    ) -> Start<(), B, T> {
        self.then(
            operation,
            |operation| Ok(Call::SendTo(readable(operation, range)?, to)),
            routine,
        )
    }

    fn then<B: 'static, T: 'static>(
        &self,
        mut operation: Operation<B, T>,
        call: impl FnOnce(&mut Operation<B, T>) -> Result<Call>,
        routine: impl FnOnce(Done<B, T>) + 'static,
    ) -> Start<(), B, T> {
        match call(&mut operation) {
            Ok(call) => routine::start(self, operation, &call, routine),
            Err(error) => Err(NotStarted { operation, error }),
        }
    }
}

/// A part of the buffer to receive into.
pub(crate) fn writable<B: BufferMut, T>(
    operation: &mut Operation<B, T>,
    range: impl RangeBounds<usize>,
) -> Result<Memory> {
    let bytes = operation.buffer_mut().bytes_mut();
    Ok(Memory {
        range: part(range, bytes.len())?,
        pointer: bytes.as_mut_ptr(),
    })
}

/// A part of the buffer to send from.
pub(crate) fn readable<B: Buffer, T>(
    operation: &Operation<B, T>,
    range: impl RangeBounds<usize>,
) -> Result<Memory> {
    let bytes = operation.buffer().bytes();
    Ok(Memory {
        range: part(range, bytes.len())?,
        pointer: bytes.as_ptr().cast_mut(),
    })
}
