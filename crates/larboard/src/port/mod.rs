//! Completion ports.
//!
//! # How keys live
//!
//! 1. An association is one heap block: the socket, the key, the port it belongs to, and two counts. *Owners* are
//!    [`Associated`] values; *in flight* are the operations started through them. The block is freed when both are
//!    zero; the socket closes with it.
//! 2. The key the system is given is the address of that block. Starting an operation counts it in flight before the
//!    system hears of it; its packet turns that count into an owner. So a packet's key always points to a live block.
//! 3. Packets posted by hand carry the key 0 and a box of the posted type as their OVERLAPPED; the packet that says
//!    "closed" carries the key 1. No block has such an address.
//! 4. The port is closed when the [`CompletionPort`] and all associations have gone. A closed [`CompletionPort`] is
//!    only marked as closed: a handle that other threads are waiting on is never given back to the system.
//! 5. Dropping the [`CompletionPort`] cancels what is in flight, takes every packet, and drops what it finds. An
//!    operation that is started at that moment is seen by its count, or sees that the port is closed: the count goes up
//!    before the mark is read, the mark is set before the counts are read, and both sides are sequentially consistent.

mod association;
mod packet;

pub use association::Associated;
pub use packet::{Completion, Packet};

use crate::error::{Error, Result, code};
use crate::net::Socket;
use crate::objects::Handle;
use crate::pending::GRACE;
use crate::sys::{self, Win32};
use Win32::Foundation::INVALID_HANDLE_VALUE;
use Win32::System::IO::{
    CreateIoCompletionPort, GetQueuedCompletionStatus, GetQueuedCompletionStatusEx, OVERLAPPED,
    OVERLAPPED_ENTRY, PostQueuedCompletionStatus,
};
use association::{Association, Registry};
use std::fmt;
use std::marker::PhantomData;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A completion port: one queue for the completions of any number of sockets, served by any number of threads.
///
/// `K` is the type of the keys: a value of your own that belongs to a socket and comes with each of its completions.
/// `B` and `T` are the buffer and data of the [operations](crate::Operation) started on its sockets, and `P` is what
/// can be [posted](Self::post) by hand. The first three are usually found out by the compiler.
///
/// Packets are given out first in, first out, to the thread that began to wait last; and no more threads run at a time
/// than the [concurrency value](Self::concurrency) allows, as far as the system can see that one of them blocks
/// (PORT-51, PORT-53, PORT-55).
///
/// Dropping it cancels the operations in flight on its sockets and drops them; the sockets, as far as they have other
/// owners, stay open.
///
/// ```
/// use larboard::{CompletionPort, Operation, Packet, net::{TcpListener, TcpStream}};
///
/// let port = CompletionPort::new()?;
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let client = TcpStream::connect(listener.local_addr()?)?;
///
/// let server = port.associate(listener.accept()?.0, "the key")?;
/// server.recv(Operation::new(vec![0; 512]))?;
/// client.send(b"ahoy")?;
///
/// let Packet::Io(done) = port.wait()? else { panic!("nothing was posted") };
/// assert_eq!(*done.key(), "the key");
/// assert_eq!(done.bytes?, 4);
/// assert_eq!(done.operation.filled(), b"ahoy");
/// # larboard::Result::Ok(())
/// ```
pub struct CompletionPort<K, B = Vec<u8>, T = (), P = ()> {
    shared: Arc<Shared<K>>,
    concurrency: usize,
    /// A port takes and gives all four: none of them may change by subtyping.
    types: Types<(K, B, T, P)>,
}

/// Invariant in `V`, and without a say in what is `Send`.
type Types<V> = PhantomData<fn(V) -> V>;

/// What the port and its associations share.
struct Shared<K> {
    handle: Handle,
    closed: AtomicBool,
    registry: Registry<K>,
}

/// The key of posted packets.
const POSTED: usize = 0;
/// The key of the packet that ends waits on a closed port. It stays in the queue: who takes it puts it back.
const CLOSED: usize = 1;
/// How many packets one call takes at most.
const BATCH: usize = 64;

impl<K, B, T> CompletionPort<K, B, T> {
    /// A port that lets as many threads run as there are processors. Stands for `CreateIoCompletionPort` (PORT-01,
    /// PORT-04).
    ///
    /// # Errors
    /// [`ERROR_NOT_ENOUGH_MEMORY`](crate::code::ERROR_NOT_ENOUGH_MEMORY), and [`WSAEMFILE`](crate::code::WSAEMFILE) or
    /// [`WSAENOBUFS`](crate::code::WSAENOBUFS) where the system has no descriptor left.
    pub fn new() -> Result<Self> {
        Self::with_concurrency(0)
    }
}

impl<K, B, T, P> CompletionPort<K, B, T, P> {
    /// A port that lets `concurrency` threads run at a time; 0 stands for the number of processors.
    ///
    /// ```
    /// use larboard::{CompletionPort, Packet};
    ///
    /// enum Order { Log(&'static str), Quit }
    ///
    /// let port = CompletionPort::<(), Vec<u8>, (), Order>::with_concurrency(1)?;
    /// assert_eq!(port.concurrency(), 1);
    /// port.post(Order::Log("hands aloft"))?;
    /// port.post(Order::Quit)?;
    /// while let Packet::Posted(Order::Log(text)) = port.wait()? {
    ///     assert_eq!(text, "hands aloft");
    /// }
    /// # larboard::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_concurrency(concurrency: usize) -> Result<Self> {
        let concurrency = match concurrency {
            0 => std::thread::available_parallelism().map_or(1, Into::into),
            some => some.min(u32::MAX as usize),
        };
        // SAFETY: no file is given; the handle returned is new.
        let handle = unsafe {
            Handle::created(CreateIoCompletionPort(
                INVALID_HANDLE_VALUE,
                ptr::null_mut(),
                0,
                concurrency as u32,
            ))?
        };
        let shared = Shared {
            handle,
            closed: AtomicBool::new(false),
            registry: Registry::default(),
        };
        Ok(Self {
            shared: Arc::new(shared),
            concurrency,
            types: PhantomData,
        })
    }

    /// The number of threads that may run at a time (PORT-53). Have more than that wait, twice as many in the lecture:
    /// some will block.
    #[must_use]
    pub fn concurrency(&self) -> usize {
        self.concurrency
    }

    /// Associates a socket, for ever, with this port and a key (PORT-02, PORT-07). Operations started through the
    /// [`Associated`] that is returned complete here. Stands for `CreateIoCompletionPort`.
    ///
    /// # Errors
    /// [`ERROR_INVALID_PARAMETER`](crate::code::ERROR_INVALID_PARAMETER) if the socket is associated already,
    /// [`ERROR_ABANDONED_WAIT_0`](crate::code::ERROR_ABANDONED_WAIT_0) if the port has been [closed](Self::close).
    pub fn associate(&self, socket: impl Into<Socket>, key: K) -> Result<Associated<K, B, T>> {
        self.shared.check_open()?;
        let association = Association::create(socket.into(), key, &self.shared);
        let (file, key) = (association.socket().raw() as _, association.key_value());
        // SAFETY: both handles are open; the key is only ever given back.
        let port = unsafe { CreateIoCompletionPort(file, self.shared.handle.raw(), key, 0) };
        if port.is_null() {
            Err(sys::last_error())
        } else {
            Ok(association)
        }
    }

    /// Waits for a packet. Stands for `GetQueuedCompletionStatus`.
    ///
    /// An operation that failed is a packet too, and no error of the wait.
    ///
    /// # Errors
    /// [`ERROR_ABANDONED_WAIT_0`](crate::code::ERROR_ABANDONED_WAIT_0) once the port has been [closed](Self::close)
    /// (PORT-35).
    pub fn wait(&self) -> Result<Packet<K, B, T, P>> {
        loop {
            if let Some(packet) = self.dequeue(sys::INFINITE)? {
                return Ok(packet);
            }
        }
    }

    /// Waits for a packet for at most `timeout`; `None` if the time ran out. Zero takes what there is (PORT-38).
    ///
    /// # Errors
    /// As [`wait`](Self::wait).
    pub fn wait_timeout(&self, timeout: Duration) -> Result<Option<Packet<K, B, T, P>>> {
        self.dequeue(sys::milliseconds(Some(timeout)))
    }

    /// Waits for a packet, and takes with it what else is there, at most `max` packets and never more than 64. They are
    /// appended to `packets`; their number is returned. Stands for `GetQueuedCompletionStatusEx`.
    ///
    /// ```
    /// use larboard::CompletionPort;
    ///
    /// let port = CompletionPort::<()>::new()?;
    /// for _ in 0..3 {
    ///     port.post(())?;
    /// }
    /// let mut packets = Vec::new();
    /// assert_eq!(port.wait_many(&mut packets, 2, None)?, 2);
    /// assert_eq!(port.wait_many(&mut packets, 2, None)?, 1);
    /// # larboard::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`wait`](Self::wait); [`ERROR_INVALID_PARAMETER`](crate::code::ERROR_INVALID_PARAMETER) if `max` is zero
    /// (PORT-44). When the time runs out, the number is zero.
    pub fn wait_many(
        &self,
        packets: &mut Vec<Packet<K, B, T, P>>,
        max: usize,
        timeout: Option<Duration>,
    ) -> Result<usize> {
        self.shared.check_open()?;
        let mut entries = [OVERLAPPED_ENTRY::default(); BATCH];
        let entries = self.dequeue_many(&mut entries, max, sys::milliseconds(timeout))?;
        packets.reserve(entries.len());
        let before = packets.len();
        for entry in entries {
            // SAFETY: the entry was just taken from the queue, and is used once.
            match unsafe { self.unpack(entry) } {
                Some(packet) if !self.shared.is_closed() => packets.push(packet),
                _ => {}
            }
        }
        self.shared.check_open()?;
        Ok(packets.len() - before)
    }

    /// Queues a value for one of the waiting threads. Stands for `PostQueuedCompletionStatus` (PORT-46, PORT-50).
    ///
    /// A value without size, such as `()`, costs no allocation.
    ///
    /// # Errors
    /// [`ERROR_ABANDONED_WAIT_0`](crate::code::ERROR_ABANDONED_WAIT_0) once the port has been [closed](Self::close),
    /// [`ERROR_NOT_ENOUGH_MEMORY`](crate::code::ERROR_NOT_ENOUGH_MEMORY). The value is dropped then.
    pub fn post(&self, value: P) -> Result<()> {
        self.shared.check_open()?;
        let value = Box::into_raw(Box::new(value));
        self.shared.post(POSTED, value.cast()).inspect_err(|_| {
            // SAFETY: the value was not queued.
            drop(unsafe { Box::from_raw(value) });
        })
    }

    /// Closes the port: every wait, present or future, returns
    /// [`ERROR_ABANDONED_WAIT_0`](crate::code::ERROR_ABANDONED_WAIT_0), and nothing can be started on its sockets any more
    /// (PORT-61). What is queued or in flight is dropped with the port. A second time it has no effect.
    ///
    /// A waiter that the [concurrency value](Self::concurrency) holds back returns once a running worker waits, blocks or
    /// ends: the handle itself is closed only when nobody can be using it any more.
    ///
    /// ```
    /// use larboard::{CompletionPort, code};
    ///
    /// let port = CompletionPort::<()>::new()?;
    /// std::thread::scope(|s| {
    ///     let worker = s.spawn(|| port.wait().unwrap_err());
    ///     port.close();
    ///     assert_eq!(worker.join().unwrap().code(), code::ERROR_ABANDONED_WAIT_0);
    /// });
    /// # larboard::Result::Ok(())
    /// ```
    pub fn close(&self) {
        if !self.shared.closed.swap(true, Ordering::SeqCst) {
            self.shared.post_closed();
        }
    }

    fn dequeue(&self, timeout: u32) -> Result<Option<Packet<K, B, T, P>>> {
        self.shared.check_open()?;
        let (mut bytes, mut key, mut overlapped) = (0, 0, ptr::null_mut());
        let handle = self.shared.handle.raw();
        // SAFETY: the handle is an open port (rule 4), the rest are live variables.
        let success = unsafe {
            GetQueuedCompletionStatus(handle, &mut bytes, &mut key, &mut overlapped, timeout)
        } != 0;
        if !success && overlapped.is_null() {
            return no_packet(sys::last_error()).map(|()| None);
        }
        // SAFETY: the packet was just taken from the queue, and is used once.
        let packet = unsafe { self.unpack_one(key, overlapped, bytes, success) };
        self.shared.check_open()?;
        Ok(packet)
    }

    /// Takes at least one packet, or none when the time ran out.
    fn dequeue_many<'a>(
        &self,
        entries: &'a mut [OVERLAPPED_ENTRY; BATCH],
        max: usize,
        timeout: u32,
    ) -> Result<&'a [OVERLAPPED_ENTRY]> {
        let (handle, max, mut count) = (self.shared.handle.raw(), max.min(BATCH) as u32, 0);
        // SAFETY: the handle is an open port (rule 4), and there is room for `max` entries.
        match unsafe {
            GetQueuedCompletionStatusEx(handle, entries.as_mut_ptr(), max, &mut count, timeout, 0)
        } {
            0 => no_packet(sys::last_error()).map(|()| &entries[..0]),
            _ => Ok(&entries[..count as usize]),
        }
    }

    /// # Safety
    ///
    /// The entry was taken from this port's queue, and is unpacked once.
    unsafe fn unpack(&self, entry: &OVERLAPPED_ENTRY) -> Option<Packet<K, B, T, P>> {
        let OVERLAPPED_ENTRY {
            lpCompletionKey: key,
            lpOverlapped: overlapped,
            dwNumberOfBytesTransferred: bytes,
            ..
        } = *entry;
        // SAFETY: passed on to the caller.
        unsafe { self.unpack_one(key, overlapped, bytes, packet::succeeded(key, overlapped)) }
    }

    /// # Safety
    ///
    /// The four were taken together from this port's queue, and are unpacked once.
    unsafe fn unpack_one(
        &self,
        key: usize,
        overlapped: *mut OVERLAPPED,
        bytes: u32,
        success: bool,
    ) -> Option<Packet<K, B, T, P>> {
        match key {
            POSTED => {
                // SAFETY: only `post` uses this key, and it posts a box of this type (rule 3).
                Some(Packet::Posted(*unsafe { Box::from_raw(overlapped.cast()) }))
            }
            CLOSED => {
                self.shared.post_closed();
                None
            }
            // SAFETY: any other key is that of an association of this port, whose operations are of this port's types.
            _ => unsafe { Completion::unpack(key, overlapped, bytes, success) }.map(Packet::Io),
        }
    }
}

impl<K, B, T, P> Drop for CompletionPort<K, B, T, P> {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        let end = Instant::now() + GRACE;
        let mut entries = [OVERLAPPED_ENTRY::default(); BATCH];
        loop {
            let in_flight = self.shared.registry.cancel_all();
            let timeout = if in_flight { 10 } else { 0 };
            let taken = self
                .dequeue_many(&mut entries, BATCH, timeout)
                .unwrap_or_default();
            for entry in taken.iter().filter(|entry| entry.lpCompletionKey != CLOSED) {
                // SAFETY: the entry was just taken from the queue, and is used once.
                drop(unsafe { self.unpack(entry) });
            }
            let empty = taken.is_empty();
            if empty && (!in_flight || Instant::now() > end) {
                break;
            }
        }
    }
}

impl<K> Shared<K> {
    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    fn check_open(&self) -> Result<()> {
        if self.is_closed() {
            Err(Error::from(code::ERROR_ABANDONED_WAIT_0))
        } else {
            Ok(())
        }
    }

    fn post_closed(&self) {
        let posted = self.post(CLOSED, ptr::null_mut());
        debug_assert!(posted.is_ok(), "{posted:?}");
    }

    fn post(&self, key: usize, overlapped: *mut OVERLAPPED) -> Result<()> {
        // SAFETY: the handle is an open port; nothing is dereferenced (PORT-46).
        match unsafe { PostQueuedCompletionStatus(self.handle.raw(), 0, key, overlapped) } {
            0 => Err(sys::last_error()),
            _ => Ok(()),
        }
    }
}

/// A wait that brought no packet: the time ran out, or an error.
fn no_packet(error: Error) -> Result<()> {
    if error.code() == code::WAIT_TIMEOUT {
        Ok(())
    } else {
        Err(error)
    }
}

// SAFETY: keys are shared by all threads that take completions, and dropped by any; operations and posted values go
// from thread to thread.
unsafe impl<K: Send + Sync, B: Send, T: Send, P: Send> Send for CompletionPort<K, B, T, P> {}
// SAFETY: as above.
unsafe impl<K: Send + Sync, B: Send, T: Send, P: Send> Sync for CompletionPort<K, B, T, P> {}

impl<K, B, T, P> fmt::Debug for CompletionPort<K, B, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (concurrency, closed) = (self.concurrency, self.shared.is_closed());
        f.debug_struct("CompletionPort")
            .field("concurrency", &concurrency)
            .field("closed", &closed)
            .finish_non_exhaustive()
    }
}
