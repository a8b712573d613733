//! Sockets that belong to a port.

use super::{Shared, Types};
use crate::buffer::{Buffer, BufferMut};
use crate::error::Result;
use crate::net::{Call, Socket, issue, readable, writable};
use crate::operation::{NotStarted, Operation, Route};
use std::fmt;
use std::marker::PhantomData;
use std::net::{Shutdown, SocketAddr};
use std::ops::{Deref, RangeBounds};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A socket associated with a [`CompletionPort`](crate::CompletionPort), with its key. What is started through it
/// completes at the port.
///
/// It is a [`Socket`], and a clone is another owner of the same. Operations in flight are owners too: the socket closes
/// when the last [`Associated`] has been dropped and nothing is in flight any more. A server starts the first receive
/// and lets go; each completion brings the socket along, and not starting anything with it closes the connection.
///
/// ```
/// use larboard::{CompletionPort, Operation, Packet, net::{TcpListener, TcpStream}};
///
/// let port = CompletionPort::new()?;
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let client = TcpStream::connect(listener.local_addr()?)?;
///
/// port.associate(listener.accept()?.0, "key")?.recv(Operation::new(vec![0; 512]))?; // and let go
/// client.send(b"ahoy")?;
/// let Packet::Io(done) = port.wait()? else { panic!("nothing was posted") };
/// assert_eq!(done.socket.peer_addr()?, client.local_addr()?);
/// drop(done); // nothing is in flight any more: it closes
/// assert_eq!(client.recv(&mut [0; 16])?, 0);
/// # larboard::Result::Ok(())
/// ```
pub struct Associated<K, B = Vec<u8>, T = ()> {
    association: NonNull<Association<K>>,
    types: Types<(K, B, T)>,
}

/// The heap block behind it.
pub(super) struct Association<K> {
    /// Owners in the lower half, operations in flight in the upper.
    counts: AtomicU64,
    socket: Socket,
    key: K,
    port: Arc<Shared<K>>,
    /// Where the registry has it; changed under the registry's lock.
    place: AtomicUsize,
}

const OWNER: u64 = 1;
const IN_FLIGHT: u64 = 1 << 32;
/// Far below the overflow of either count, and far above what memory has room for.
const TOO_MANY: u64 = 1 << 63 | 1 << 31;

impl<K, B, T> Associated<K, B, T> {
    /// The key given at association.
    #[must_use]
    pub fn key(&self) -> &K {
        &self.association().key
    }

    /// Starts to receive into the whole buffer. Stands for `WSARecv`.
    ///
    /// A completion comes, whether data is there already or not (PORT-16), with at least one byte, or zero when the
    /// peer has closed.
    ///
    /// # Errors
    /// With the operation given back, and no completion to come: [`WSAENOTCONN`](crate::code::WSAENOTCONN),
    /// [`WSAECONNRESET`](crate::code::WSAECONNRESET), [`WSAESHUTDOWN`](crate::code::WSAESHUTDOWN),
    /// [`WSAENOBUFS`](crate::code::WSAENOBUFS), and [`ERROR_ABANDONED_WAIT_0`](crate::code::ERROR_ABANDONED_WAIT_0)
    /// once the port has been closed.
    pub fn recv(&self, operation: Operation<B, T>) -> Started<B, T>
    where
        B: BufferMut,
    {
        self.recv_into(operation, ..)
    }

    /// As [`recv`](Self::recv), into a part of the buffer.
    ///
    /// # Errors
    /// The same, and [`WSAEFAULT`](crate::code::WSAEFAULT) if `range` is not in the buffer.
    pub fn recv_into(
        &self,
        operation: Operation<B, T>,
        range: impl RangeBounds<usize>,
    ) -> Started<B, T>
    where
        B: BufferMut,
    {
        self.start(operation, |operation| {
            Ok(Call::Receive(writable(operation, range)?))
        })
    }

    /// Starts to send a part of the buffer (`..` for all of it). Stands for `WSASend`; complete when the system has
    /// taken all bytes (OVL-63).
    ///
    /// ```
    /// # use larboard::{CompletionPort, Operation, Packet, net::*};
    /// # let port = CompletionPort::new()?;
    /// # let listener = TcpListener::bind("127.0.0.1:0")?;
    /// # let client = TcpStream::connect(listener.local_addr()?)?;
    /// let server = port.associate(listener.accept()?.0, ())?;
    /// server.send(Operation::new("ahoy, all"), ..4)?;
    /// let Packet::Io(done) = port.wait()? else { panic!("nothing was posted") };
    /// assert_eq!((done.bytes?, done.operation.filled()), (4, &b"ahoy"[..]));
    /// # drop(client);
    /// # larboard::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`recv_into`](Self::recv_into).
    pub fn send(&self, operation: Operation<B, T>, range: impl RangeBounds<usize>) -> Started<B, T>
    where
        B: Buffer,
    {
        self.start(operation, |operation| {
            Ok(Call::Send(readable(operation, range)?))
        })
    }

    /// Starts to receive one datagram; [`Operation::peer`] is its sender. Stands for `WSARecvFrom`.
    ///
    /// ```
    /// # use larboard::{CompletionPort, Operation, Packet, net::*};
    /// # let port = CompletionPort::new()?;
    /// let socket = port.associate(UdpSocket::bind("127.0.0.1:0")?, ())?;
    /// let address = socket.local_addr()?;
    /// socket.recv_from(Operation::new(vec![0; 512]))?;
    /// socket.send_to(Operation::new(b"ahoy".to_vec()), .., address)?;
    /// for _ in 0..2 {
    ///     let Packet::Io(done) = port.wait()? else { panic!("nothing was posted") };
    ///     assert_eq!(done.operation.filled(), b"ahoy");
    /// }
    /// # larboard::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// With the operation given back: [`WSAEINVAL`](crate::code::WSAEINVAL) if the socket is not bound (OVL-72). A
    /// datagram longer than the buffer completes with [`WSAEMSGSIZE`](crate::code::WSAEMSGSIZE) and a full buffer
    /// (PORT-18).
    pub fn recv_from(&self, operation: Operation<B, T>) -> Started<B, T>
    where
        B: BufferMut,
    {
        self.start(operation, |operation| {
            Ok(Call::ReceiveFrom(writable(operation, ..)?))
        })
    }

    /// Starts to send a part of the buffer as one datagram. Stands for `WSASendTo`.
    ///
    /// # Errors
    /// With the operation given back: [`WSAEMSGSIZE`](crate::code::WSAEMSGSIZE), [`WSAEACCES`](crate::code::WSAEACCES),
    /// [`WSAEFAULT`](crate::code::WSAEFAULT) if `range` is not in the buffer.
    pub fn send_to(
        &self,
        operation: Operation<B, T>,
        range: impl RangeBounds<usize>,
        to: SocketAddr,
    ) -> Started<B, T>
    where
        B: Buffer,
    {
        self.start(operation, |operation| {
            Ok(Call::SendTo(readable(operation, range)?, to))
        })
    }

    /// Starts to accept a client on a listening socket; the client is found in [`Operation::take_accepted`] afterwards,
    /// and associated with no port yet (PORT-13). The buffer is not used. Stands for `AcceptEx`.
    ///
    /// ```
    /// # use larboard::{CompletionPort, Operation, Packet, net::*};
    /// # let port = CompletionPort::new()?;
    /// let listener = port.associate(TcpListener::bind("127.0.0.1:0")?, "listener")?;
    /// let address = listener.local_addr()?;
    /// let client = port.associate(TcpStream::unconnected(&address)?, "client")?;
    /// listener.accept(Operation::new(vec![0; 512]))?;
    /// client.connect(Operation::new(vec![0; 512]), address)?;
    /// for _ in 0..2 {
    ///     let Packet::Io(mut done) = port.wait()? else { panic!("nothing was posted") };
    ///     done.bytes?;
    ///     if *done.key() == "listener" {
    ///         let (server, peer) = done.operation.take_accepted()?;
    ///         assert_eq!(server.peer_addr()?, peer);
    ///     }
    /// }
    /// # larboard::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// With the operation given back: [`WSAEINVAL`](crate::code::WSAEINVAL) if the socket does not listen,
    /// [`WSAEMFILE`](crate::code::WSAEMFILE).
    pub fn accept(&self, operation: Operation<B, T>) -> Started<B, T> {
        self.start(operation, |_| Ok(Call::Accept))
    }

    /// Starts to connect a [bound](crate::net::TcpStream::unconnected) stream socket; the buffer is not used. Stands
    /// for `ConnectEx`.
    ///
    /// # Errors
    /// With the operation given back: [`WSAEINVAL`](crate::code::WSAEINVAL) if the socket is not bound,
    /// [`WSAEISCONN`](crate::code::WSAEISCONN). A refusal is the completion's error (OVL-89).
    pub fn connect(&self, operation: Operation<B, T>, to: SocketAddr) -> Started<B, T> {
        self.start(operation, |_| Ok(Call::Connect(to)))
    }

    /// Starts to disconnect: complete when everything has been sent; the buffer is not used. Stands for `DisconnectEx`.
    ///
    /// # Errors
    /// With the operation given back: [`WSAENOTCONN`](crate::code::WSAENOTCONN) (OVL-92).
    pub fn disconnect(&self, operation: Operation<B, T>) -> Started<B, T> {
        self.start(operation, |_| Ok(Call::Disconnect))
    }

    /// Ends the connection now, whoever else owns the socket: both directions are shut down, and what is in flight is
    /// cancelled and comes back as such.
    pub fn close(&self) {
        // A socket without connection has nothing to shut down.
        let _ = self.shutdown(Shutdown::Both);
        self.cancel_all();
    }

    fn start(
        &self,
        mut operation: Operation<B, T>,
        call: impl FnOnce(&mut Operation<B, T>) -> Result<Call>,
    ) -> Started<B, T> {
        let call = match call(&mut operation) {
            Ok(call) => call,
            Err(error) => return Err(NotStarted { operation, error }),
        };
        let header = operation.header_mut();
        header.begin(call.kind(), &call.range());
        header.route = Route::Port;
        header.set_event(None);
        let association = self.association();
        association.count(IN_FLIGHT);
        let block = operation.into_block();
        let started = association.port.check_open().and_then(|()| {
            // SAFETY: the block is begun for this call and nobody else has it; its packet finds the association
            // counted.
            unsafe { issue(&association.socket, block.cast(), &call, None) }
        });
        started.map_err(|error| {
            association.counts.fetch_sub(IN_FLIGHT, Ordering::Release);
            // SAFETY: the operation was not started, so the block is ours still.
            let mut operation = unsafe { Operation::from_block(block) };
            operation.header_mut().not_started();
            NotStarted { operation, error }
        })
    }

    /// The owner that a packet becomes.
    ///
    /// # Safety
    ///
    /// The key is that of a packet of an operation started through an [`Associated`] of the same types, and this is
    /// done once for the packet.
    pub(super) unsafe fn from_packet(key: usize) -> Self {
        let association = std::ptr::with_exposed_provenance_mut::<Association<K>>(key);
        // SAFETY: the operation is still counted in flight, so that the block lives; the count becomes an owner (rule 2
        // of `port`).
        let association = unsafe { NonNull::new_unchecked(association) };
        let owner = Self {
            association,
            types: PhantomData,
        };
        owner
            .association()
            .counts
            .fetch_add(OWNER.wrapping_sub(IN_FLIGHT), Ordering::Acquire);
        owner
    }

    /// The value the system is given as the key.
    pub(super) fn key_value(&self) -> usize {
        self.association.as_ptr().expose_provenance()
    }

    pub(super) fn socket(&self) -> &Socket {
        &self.association().socket
    }

    fn association(&self) -> &Association<K> {
        // SAFETY: `self` is an owner, so the block lives (rule 1 of `port`).
        unsafe { self.association.as_ref() }
    }
}

/// The outcome of starting an operation at a port: a completion will come, or the operation is given back.
type Started<B, T> = std::result::Result<(), NotStarted<B, T>>;

impl<K> Association<K> {
    /// A new block, with one owner, known to the port.
    pub(super) fn create<B, T>(
        socket: Socket,
        key: K,
        port: &Arc<Shared<K>>,
    ) -> Associated<K, B, T> {
        let counts = AtomicU64::new(OWNER);
        let block = Self {
            counts,
            socket,
            key,
            port: port.clone(),
            place: AtomicUsize::new(0),
        };
        let association = NonNull::from(Box::leak(Box::new(block)));
        port.registry.add(association);
        Associated {
            association,
            types: PhantomData,
        }
    }

    fn count(&self, one: u64) {
        // Sequentially consistent for the sake of rule 5 of `port`.
        if self.counts.fetch_add(one, Ordering::SeqCst) & TOO_MANY != 0 {
            std::process::abort();
        }
    }
}

impl<K, B, T> Clone for Associated<K, B, T> {
    fn clone(&self) -> Self {
        self.association().count(OWNER);
        Self {
            association: self.association,
            types: PhantomData,
        }
    }
}

impl<K, B, T> Drop for Associated<K, B, T> {
    fn drop(&mut self) {
        let association = self.association();
        if association.counts.fetch_sub(OWNER, Ordering::AcqRel) == OWNER {
            let port = association.port.clone();
            port.registry.remove(self.association);
            // SAFETY: there is no owner and nothing in flight any more, and the registry has forgotten the block (rule
            // 1 of `port`).
            drop(unsafe { Box::from_raw(self.association.as_ptr()) });
        }
    }
}

impl<K, B, T> Deref for Associated<K, B, T> {
    type Target = Socket;

    fn deref(&self) -> &Socket {
        self.socket()
    }
}

// SAFETY: the key is shared by all owners and dropped by any of them; operations started here come back in other
// threads.
unsafe impl<K: Send + Sync, B: Send, T: Send> Send for Associated<K, B, T> {}
// SAFETY: as above.
unsafe impl<K: Send + Sync, B: Send, T: Send> Sync for Associated<K, B, T> {}

impl<K, B, T> fmt::Debug for Associated<K, B, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Associated").field(self.socket()).finish()
    }
}

/// All associations of a port. Looked at when a socket comes or goes, and when the port is dropped; never for an
/// operation.
pub(super) struct Registry<K>(Mutex<Vec<NonNull<Association<K>>>>);

impl<K> Default for Registry<K> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

impl<K> Registry<K> {
    fn add(&self, association: NonNull<Association<K>>) {
        let mut list = self.lock();
        // SAFETY: what is in the list, or is just being put there, lives: it is freed after its removal.
        unsafe { association.as_ref() }
            .place
            .store(list.len(), Ordering::Relaxed);
        list.push(association);
    }

    fn remove(&self, association: NonNull<Association<K>>) {
        let mut list = self.lock();
        // SAFETY: as in `add`.
        let place = unsafe { association.as_ref() }
            .place
            .load(Ordering::Relaxed);
        list.swap_remove(place);
        if let Some(moved) = list.get(place) {
            // SAFETY: as in `add`.
            unsafe { moved.as_ref() }
                .place
                .store(place, Ordering::Relaxed);
        }
    }

    /// Cancels what is in flight; `false` if nothing is.
    pub(super) fn cancel_all(&self) -> bool {
        let mut any = false;
        for association in self.lock().iter() {
            // SAFETY: as in `add`.
            let association = unsafe { association.as_ref() };
            if association.counts.load(Ordering::SeqCst) >= IN_FLIGHT {
                association.socket.cancel_all();
                any = true;
            }
        }
        any
    }

    fn lock(&self) -> MutexGuard<'_, Vec<NonNull<Association<K>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
