//! `select`.

use super::Socket;
use crate::error::{Error, Result, code};
use crate::routine;
use crate::sys::{self, Win32};
use Win32::Networking::WinSock::{FD_SET, SOCKET, TIMEVAL, select};
use std::fmt;
use std::marker::PhantomData;
use std::ptr;
use std::time::Duration;

/// How many sockets a set takes unless it is told otherwise (SEL-18).
pub const FD_SETSIZE: usize = 64;

/// Room for the three sets of `select`.
///
/// As in C, the sets are filled anew for each call: [`zero`](Self::zero) begins a round, [`Sets::wait`] ends it, and
/// [`Ready`] says what came of it. While a round is filled and waits, the sockets in it are borrowed: none of them can
/// be closed. Afterwards they are free.
///
/// `select` only reports, on blocking and non-blocking sockets alike (SEL-01); it is customary to use non-blocking ones
/// with it, since what was reported may be gone when it is used (SEL-26).
///
/// ```
/// use larboard::net::{Select, TcpListener, TcpStream};
///
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let peer = TcpStream::connect(listener.local_addr()?)?;
/// let mut clients: Vec<(TcpStream, Vec<u8>)> = Vec::new(); // each with what is to be sent to it
///
/// let mut select = Select::new();
/// peer.send(b"ahoy")?;
/// let mut answer = [0; 4];
/// while answer != *b"ahoy" {
///     let mut sets = select.zero();
///     sets.read(&listener)?;
///     for (client, unsent) in &clients {
///         if unsent.is_empty() { sets.read(client)? } else { sets.write(client)? }
///     }
///     let ready = sets.wait(None)?;
///     if ready.readable(&listener) {
///         clients.push((listener.accept()?.0, Vec::new()));
///     }
///     for (client, unsent) in &mut clients {
///         if ready.readable(client) {
///             let mut buffer = [0; 512];
///             let received = client.recv(&mut buffer)?;
///             unsent.extend(&buffer[..received]);
///         } else if ready.writable(client) {
///             let sent = client.send(unsent)?;
///             unsent.drain(..sent);
///             peer.recv_all(&mut answer)?;
///         }
///     }
/// }
/// # larboard::Result::Ok(())
/// ```
pub struct Select {
    sets: [Set; 3],
}

/// The sets of one round, while they are filled. Made by [`Select::zero`].
pub struct Sets<'select, 'sockets> {
    select: &'select mut Select,
    sockets: PhantomData<&'sockets Socket>,
}

/// What `select` found, made by [`Sets::wait`]. It borrows no socket.
///
/// Asking for a socket that was not in the set is answered with `false`.
pub struct Ready<'select> {
    sets: &'select [Set; 3],
    count: usize,
}

const READ: usize = 0;
const WRITE: usize = 1;
const EXCEPT: usize = 2;

impl Select {
    /// Sets of up to [`FD_SETSIZE`] sockets each.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(FD_SETSIZE)
    }

    /// Sets of up to `sockets` sockets each: what a C program gets that defines `FD_SETSIZE` itself. Memory is taken as
    /// the sets grow.
    #[must_use]
    pub fn with_capacity(sockets: usize) -> Self {
        Self {
            sets: [(); 3].map(|()| Set::new(sockets)),
        }
    }

    /// Empties the sets for a new round. Stands for three times `FD_ZERO`.
    pub fn zero<'sockets>(&mut self) -> Sets<'_, 'sockets> {
        self.sets.iter_mut().for_each(Set::zero);
        Sets {
            select: self,
            sockets: PhantomData,
        }
    }
}

impl<'select, 'sockets> Sets<'select, 'sockets> {
    /// Asks whether a receive, or an accept, would return at once: something has come, or the peer has closed or is lost
    /// (SEL-02). Stands for `FD_SET`.
    ///
    /// # Errors
    /// [`WSAENOBUFS`](crate::code::WSAENOBUFS) if the set is full.
    pub fn read(&mut self, socket: &'sockets Socket) -> Result<()> {
        self.select.sets[READ].insert(socket)
    }

    /// Asks whether a send would return at once, or a connect that was under way has succeeded (SEL-03). Stands for
    /// `FD_SET`.
    ///
    /// # Errors
    /// [`WSAENOBUFS`](crate::code::WSAENOBUFS) if the set is full.
    pub fn write(&mut self, socket: &'sockets Socket) -> Result<()> {
        self.select.sets[WRITE].insert(socket)
    }

    /// Asks whether urgent data has come, or a connect that was under way has failed (SEL-04). Stands for `FD_SET`.
    ///
    /// # Errors
    /// [`WSAENOBUFS`](crate::code::WSAENOBUFS) if the set is full.
    pub fn except(&mut self, socket: &'sockets Socket) -> Result<()> {
        self.select.sets[EXCEPT].insert(socket)
    }

    /// Waits until one of the sockets is ready, for at most `timeout` (microseconds, rounded up); `None` waits for
    /// ever, zero only looks. When the time runs out, nothing is [`Ready`]. Stands for `select`.
    ///
    /// Completion routines of this thread may run meanwhile; the wait goes on after them (SEL-23).
    ///
    /// # Errors
    /// [`WSAEINVAL`](crate::code::WSAEINVAL) if all sets are empty (SEL-14).
    ///
    /// # Panics
    /// Continues the panic of a routine that panicked.
    pub fn wait(self, timeout: Option<Duration>) -> Result<Ready<'select>> {
        let timeout = timeout.map(timeval);
        let timeout = timeout.as_ref().map_or(ptr::null(), ptr::from_ref);
        let [read, write, except] = self.select.sets.each_mut().map(Set::as_mut_ptr);
        // SAFETY: each set is null, or a count with that many sockets behind it, in memory of its own; the sockets are
        // borrowed, so they are open. The time is a live variable or null. Routines that run meanwhile are this crate's
        // own trampoline, which does not unwind.
        let result = unsafe { select(0, read, write, except, timeout) };
        let count = usize::try_from(result).map_err(|_| sys::last_socket_error());
        routine::resume_panic();
        let count = count?;
        self.select.sets.iter_mut().for_each(Set::sort);
        Ok(Ready {
            sets: &self.select.sets,
            count,
        })
    }
}

impl Ready<'_> {
    /// Whether the socket was found ready in the read set. Stands for `FD_ISSET`, and takes less time.
    #[must_use]
    pub fn readable(&self, socket: &Socket) -> bool {
        self.sets[READ].contains(socket)
    }

    /// Whether the socket was found ready in the write set. Stands for `FD_ISSET`, and takes less time.
    #[must_use]
    pub fn writable(&self, socket: &Socket) -> bool {
        self.sets[WRITE].contains(socket)
    }

    /// Whether the socket was found in the except set. Stands for `FD_ISSET`, and takes less time.
    #[must_use]
    pub fn exceptional(&self, socket: &Socket) -> bool {
        self.sets[EXCEPT].contains(socket)
    }

    /// How many sockets were found in all sets together; one in two sets counts twice (SEL-10).
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Whether the time ran out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// An fd_set of any size: its count in the first word, and the sockets in the others.
struct Set {
    words: Vec<SOCKET>,
    limit: usize,
}

const _: () = {
    assert!(std::mem::offset_of!(FD_SET, fd_count) == 0);
    assert!(std::mem::offset_of!(FD_SET, fd_array) == size_of::<SOCKET>());
    assert!(align_of::<FD_SET>() <= align_of::<SOCKET>());
};

impl Set {
    fn new(limit: usize) -> Self {
        Self {
            words: vec![0],
            limit: limit.min(u32::MAX as usize),
        }
    }

    fn zero(&mut self) {
        self.words.truncate(1);
    }

    fn insert(&mut self, socket: &Socket) -> Result<()> {
        if self.words.len() > self.limit {
            return Err(Error::from(code::WSAENOBUFS));
        }
        self.words.push(socket.raw());
        Ok(())
    }

    /// The set as `select` takes it: null if it is empty.
    fn as_mut_ptr(&mut self) -> *mut FD_SET {
        let count = self.words.len() - 1;
        if count == 0 {
            return ptr::null_mut();
        }
        // As large as the type the pointer has, in case somebody reads it whole.
        self.words
            .reserve((1 + FD_SETSIZE).saturating_sub(self.words.len()));
        let set = self.words.as_mut_ptr().cast::<FD_SET>();
        // SAFETY: the first word is there for the count.
        unsafe { (&raw mut (*set).fd_count).write(count as u32) };
        set
    }

    /// After the call: cuts off what is not ready, and sorts the rest.
    fn sort(&mut self) {
        if self.words.len() > 1 {
            // SAFETY: the first word holds the count.
            let count = unsafe { self.words.as_ptr().cast::<u32>().read() };
            self.words.truncate(1 + count as usize);
            self.words[1..].sort_unstable();
        }
    }

    fn contains(&self, socket: &Socket) -> bool {
        self.words[1..].binary_search(&socket.raw()).is_ok()
    }
}

/// Rounded up, so that a wait never ends early.
fn timeval(time: Duration) -> TIMEVAL {
    let micros = time.as_nanos().div_ceil(1000);
    TIMEVAL {
        tv_sec: i32::try_from(micros / 1_000_000).unwrap_or(i32::MAX),
        tv_usec: (micros % 1_000_000) as i32,
    }
}

impl Default for Select {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Select {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = self.sets[READ].limit;
        f.debug_struct("Select")
            .field("limit", &limit)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Sets<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fields(f, "Sets", &self.select.sets)
    }
}

impl fmt::Debug for Ready<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fields(f, "Ready", self.sets)
    }
}

fn fields(f: &mut fmt::Formatter<'_>, name: &str, sets: &[Set; 3]) -> fmt::Result {
    f.debug_struct(name)
        .field("read", &&sets[READ].words[1..])
        .field("write", &&sets[WRITE].words[1..])
        .field("except", &&sets[EXCEPT].words[1..])
        .finish()
}
