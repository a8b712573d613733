//! Waiting for many sockets at once (SEL): `select`, `WSAPoll`, and what stands for the macros of an `fd_set`.

use std::cell::Cell;
use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::hash::{BuildHasherDefault, Hasher};
use std::mem::offset_of;
use std::ops::Range;
use std::time::Duration;

use windows_sys::Win32::Networking::WinSock::{
    FD_SET as SocketSet, POLLERR, POLLHUP, POLLNVAL, POLLRDBAND, POLLRDNORM, POLLWRNORM, SOCKET,
    SOCKET_ERROR, TIMEVAL, WSAEINVAL, WSAENOTSOCK, WSAPOLL_EVENT_FLAGS, WSAPOLLFD,
};

use larboard_kernel::device::socket::phase;
use larboard_kernel::io::select::{self as kernel, Entry, condition};

use super::connect;
use super::socket::{self, Found};
use crate::error::WsaError;
use crate::guard::{check, infallible, is_bad, winsock};

/// Waits until a socket of the sets is ready, and leaves in each set those that are, each once, in their order (SEL-02
/// to SEL-11). It takes nothing: the next call reports the same (SEL-25). The first argument is ignored.
///
/// Null waits for ever; zero does not wait. Returns how many sockets are in the sets now, 0 when the time was over.
/// APCs run while it waits (APC-19).
///
/// A set may be larger than its type: it has as many sockets as its count says (SEL-18).
///
/// Errors, with the sets as they were: `WSAEINVAL` for no socket at all and for a negative time; `WSAENOTSOCK` for an
/// invalid socket, and when one is closed meanwhile that is in no read set; `WSAEFAULT`; 995
/// (`WSA_OPERATION_ABORTED`) after `CancelSynchronousIo`.
///
/// # Safety
/// Each set is null, or valid for reads and writes of its count and as many sockets as that says; the time is null or
/// valid for a read.
#[unsafe(export_name = "larboard_select")]
pub unsafe extern "system" fn select(
    _nfds: i32,
    readfds: *mut SocketSet,
    writefds: *mut SocketSet,
    exceptfds: *mut SocketSet,
    timeout: *const TIMEVAL,
) -> i32 {
    winsock(SOCKET_ERROR, || {
        let sets = [(readfds, READ), (writefds, WRITE), (exceptfds, EXCEPT)];
        // SAFETY: this function's contract.
        with_scratch(|scratch| unsafe { select_in(scratch, sets, timeout) })
    })
}

/// Waits until one of the sockets is in a state that was asked for, or broken; the time is in milliseconds, negative
/// for ever. Returns how many have a state to report (SEL-28).
///
/// `POLLRDNORM`: data, a datagram or a connection has come; `POLLRDBAND`: urgent data; `POLLWRNORM`: sending does not
/// block. Unasked: `POLLHUP`, the peer has ended the connection; `POLLERR`, it is lost, or a connect has failed;
/// `POLLNVAL`, not a socket, which is not counted unless the socket was closed during the wait (SEL-29).
///
/// Errors: `WSAEINVAL` for no sockets and for other flags; `WSAEFAULT`; `WSAENOTSOCK` if none is a socket; 995
/// (`WSA_OPERATION_ABORTED`) after `CancelSynchronousIo`.
///
/// # Safety
/// `fdarray` is null or valid for reads and writes of `fds` entries.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAPoll(fdarray: *mut WSAPOLLFD, fds: u32, timeout: i32) -> i32 {
    winsock(SOCKET_ERROR, || {
        if fds == 0 {
            return Err(WSAEINVAL.into());
        }
        check(fdarray)?;
        let timeout = u64::try_from(timeout).ok().map(Duration::from_millis);
        // SAFETY: this function's contract.
        with_scratch(|scratch| unsafe { poll_in(scratch, fdarray, fds as usize, timeout) })
    })
}

/// Whether a socket is in a set: what the macro `FD_ISSET` calls. Not 0 if it is.
///
/// # Safety
/// `param1` is null or a valid set, as for [`select`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn __WSAFDIsSet(fd: SOCKET, param1: *mut SocketSet) -> i32 {
    infallible(0, || {
        // SAFETY: this function's contract.
        let is_in = !is_bad(param1) && unsafe { sockets_of(param1) }.any(|member| member == fd);
        i32::from(is_in)
    })
}

/// Stands for the macro `FD_ZERO`: the set is empty (SEL-19). `windows-sys` has no macros; these four functions are
/// Larboard's.
#[allow(non_snake_case)]
pub fn FD_ZERO(set: &mut SocketSet) {
    set.fd_count = 0;
}

/// Stands for the macro `FD_SET`, which `windows-sys` gives the name to the type: adds a socket, unless it is in the set
/// or the set is full; then nothing happens (SEL-19).
#[allow(non_snake_case)]
pub fn FD_SET(socket: SOCKET, set: &mut SocketSet) {
    let count = members(set).len();
    if count < set.fd_array.len() && !members(set).contains(&socket) {
        set.fd_array[count] = socket;
        set.fd_count = count as u32 + 1;
    }
}

/// Stands for the macro `FD_CLR`: removes a socket and closes the gap (SEL-19).
#[allow(non_snake_case)]
pub fn FD_CLR(socket: SOCKET, set: &mut SocketSet) {
    let count = members(set).len();
    if let Some(at) = members(set).iter().position(|member| *member == socket) {
        set.fd_array.copy_within(at + 1..count, at);
        set.fd_count = count as u32 - 1;
    }
}

/// Stands for the macro `FD_ISSET`: whether a socket is in the set (SEL-19).
#[allow(non_snake_case)]
pub fn FD_ISSET(socket: SOCKET, set: &SocketSet) -> bool {
    members(set).contains(&socket)
}

fn members(set: &SocketSet) -> &[SOCKET] {
    &set.fd_array[..set.fd_array.len().min(set.fd_count as usize)]
}

/// What makes a socket ready in each set. One that is closed during the wait is readable (SEL-22).
const READ: u32 = condition::READABLE | condition::ENDED | condition::CLOSED;
const WRITE: u32 = condition::WRITABLE;
const EXCEPT: u32 = condition::URGENT | condition::CONNECT_FAILED;

/// What a call uses and leaves to the next of its thread, so that it need not allocate.
#[derive(Default)]
struct Scratch {
    /// The sockets: of sets each once, in all of them together.
    entries: Vec<Entry<Found>>,
    /// The same sockets by their handles.
    sockets: Vec<SOCKET>,
    /// The place of each socket of a set in both.
    places: HashMap<SOCKET, u32, BuildHasherDefault<SocketHasher>>,
    /// For each member of each set, or of the array of WSAPoll, its place in `entries`.
    members: Vec<u32>,
}

/// The place of what is no socket.
const NOWHERE: u32 = u32::MAX;

/// Mixes a handle, which nobody chooses.
#[derive(Default)]
struct SocketHasher(u64);

impl Hasher for SocketHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }
    fn write_usize(&mut self, value: usize) {
        let mixed = (self.0 ^ value as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

fn with_scratch<R>(call: impl FnOnce(&mut Scratch) -> R) -> R {
    thread_local! {
        static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
    }
    // A call inside this one, in an APC, makes its own.
    let scratch = SCRATCH.try_with(Cell::take).ok().flatten();
    let mut scratch = scratch.unwrap_or_default();
    let result = call(&mut scratch);
    scratch.entries.clear(); // no socket stays pinned
    scratch.sockets.clear();
    scratch.places.clear();
    scratch.members.clear();
    let _ = SCRATCH.try_with(|kept| kept.set(Some(scratch)));
    result
}

/// # Safety
/// As for [`select`].
unsafe fn select_in(
    scratch: &mut Scratch,
    mut sets: [(*mut SocketSet, u32); 3],
    timeout: *const TIMEVAL,
) -> Result<i32, WsaError> {
    unite(&mut sets);
    let mut counts = [0; 3];
    for ((set, conditions), count) in sets.into_iter().zip(&mut counts) {
        if !set.is_null() {
            check(set)?;
            let before = scratch.members.len();
            // SAFETY: not null; otherwise this function's contract.
            for socket in unsafe { sockets_of(set) } {
                scratch.add(socket, conditions)?;
            }
            *count = scratch.members.len() - before;
        }
    }
    if scratch.entries.is_empty() {
        return Err(WSAEINVAL.into());
    }
    // SAFETY: this function's contract.
    kernel::wait(&mut scratch.entries, unsafe { duration(timeout) }?)?;

    let any = |holds: fn(&Entry<Found>) -> u32| scratch.entries.iter().any(|e| holds(e) != 0);
    if any(|entry| entry.found & condition::CLOSED) && !any(|entry| entry.found & entry.wanted) {
        return Err(WSAENOTSOCK.into());
    }
    let mut total = 0;
    let mut before = 0;
    for ((set, conditions), count) in sets.into_iter().zip(counts) {
        if !set.is_null() {
            // SAFETY: not null, and `count` sockets were read from it, by this function's contract.
            total += unsafe { scratch.leave_ready(set, conditions, before..before + count) };
            before += count;
        }
    }
    Ok(total.cast_signed())
}

impl Scratch {
    /// Adds a member of a set.
    fn add(&mut self, socket: SOCKET, conditions: u32) -> Result<(), WsaError> {
        let place = match self.places.entry(socket) {
            Slot::Occupied(slot) => *slot.get(),
            Slot::Vacant(slot) => {
                let found = socket::look_up(socket)?;
                self.entries.push(entry(found));
                self.sockets.push(socket);
                *slot.insert(self.entries.len() as u32 - 1)
            }
        };
        self.entries[place as usize].wanted |= conditions;
        self.members.push(place);
        Ok(())
    }

    /// Leaves in a set those of its members that are ready, each once, and returns how many (SEL-11).
    ///
    /// # Safety
    /// The set is valid for writes of its count and as many sockets as it has members.
    unsafe fn leave_ready(
        &mut self,
        set: *mut SocketSet,
        conditions: u32,
        members: Range<usize>,
    ) -> u32 {
        let mut count = 0;
        for &place in &self.members[members] {
            let entry = &mut self.entries[place as usize];
            if entry.found & conditions != 0 {
                entry.found &= !conditions; // no other set has these: only a duplicate would ask again
                let socket = self.sockets[place as usize];
                // SAFETY: no more are written than the set has; this function's contract.
                unsafe { array(set).add(count).write_unaligned(socket) };
                count += 1;
            }
        }
        // SAFETY: this function's contract.
        unsafe { (&raw mut (*set).fd_count).write_unaligned(count as u32) };
        count as u32
    }
}

fn entry(found: Found) -> Entry<Found> {
    let deferred = found.is(phase::LISTENING) && connect::has_deferred(found.as_ref());
    Entry {
        file: found,
        wanted: 0,
        standing: if deferred { condition::READABLE } else { 0 },
        found: 0,
    }
}

/// A set that is passed twice is one set for both (SEL-20).
fn unite(sets: &mut [(*mut SocketSet, u32); 3]) {
    for at in 1..3 {
        if let Some(same) = (0..at).find(|&earlier| sets[earlier].0 == sets[at].0) {
            sets[same].1 |= sets[at].1;
            sets[at].0 = std::ptr::null_mut();
        }
    }
}

/// Where the sockets of a set are: as many as its count says, whatever its type says (SEL-18).
fn array(set: *mut SocketSet) -> *mut SOCKET {
    set.wrapping_byte_add(offset_of!(SocketSet, fd_array))
        .cast()
}

/// # Safety
/// The set is valid for reads of its count and as many sockets as that says.
unsafe fn sockets_of(set: *mut SocketSet) -> impl Iterator<Item = SOCKET> {
    // SAFETY: this function's contract; alignment is not assumed.
    let count = unsafe { (&raw const (*set).fd_count).read_unaligned() };
    // SAFETY: as above.
    (0..count as usize).map(move |at| unsafe { array(set).add(at).read_unaligned() })
}

/// # Safety
/// The time is null or valid for a read.
unsafe fn duration(time: *const TIMEVAL) -> Result<Option<Duration>, WsaError> {
    if time.is_null() {
        return Ok(None);
    }
    check(time)?;
    // SAFETY: not null; otherwise this function's contract.
    let time = unsafe { time.read_unaligned() };
    match (u64::try_from(time.tv_sec), u64::try_from(time.tv_usec)) {
        (Ok(seconds), Ok(micros)) => Ok(Some(
            Duration::from_secs(seconds) + Duration::from_micros(micros),
        )),
        _ => Err(WSAEINVAL.into()),
    }
}

/// The flags of WSAPoll that may be asked for (SEL-27).
const ASKABLE: WSAPOLL_EVENT_FLAGS = POLLRDNORM | POLLRDBAND | POLLWRNORM;

/// # Safety
/// The array is valid for reads and writes of `count` entries.
unsafe fn poll_in(
    scratch: &mut Scratch,
    array: *mut WSAPOLLFD,
    count: usize,
    timeout: Option<Duration>,
) -> Result<i32, WsaError> {
    for at in 0..count {
        // SAFETY: this function's contract; alignment is not assumed.
        let asked = unsafe { array.add(at).read_unaligned() };
        let place = match socket::look_up(asked.fd) {
            Ok(_) if asked.events & !ASKABLE != 0 => return Err(WSAEINVAL.into()),
            Ok(found) => {
                scratch.entries.push(Entry {
                    wanted: wanted(asked.events),
                    ..entry(found)
                });
                scratch.entries.len() as u32 - 1
            }
            Err(_) => NOWHERE,
        };
        scratch.members.push(place);
    }
    if !scratch.entries.is_empty() {
        kernel::wait(&mut scratch.entries, timeout)?;
    }
    let mut ready = 0;
    for (at, &place) in scratch.members.iter().enumerate() {
        let found = scratch.entries.get(place as usize).map(|entry| entry.found);
        // SAFETY: this function's contract; alignment is not assumed.
        unsafe {
            let entry = array.add(at);
            let events = (&raw const (*entry).events).read_unaligned();
            let report = found.map_or(POLLNVAL, |found| report(found, events));
            (&raw mut (*entry).revents).write_unaligned(report);
            ready += i32::from(found.is_some() && report != 0);
        }
    }
    if scratch.entries.is_empty() {
        return Err(WSAENOTSOCK.into());
    }
    Ok(ready)
}

/// The conditions that flags ask for; those of broken connections need not be asked for.
fn wanted(events: WSAPOLL_EVENT_FLAGS) -> u32 {
    let flag = |flag, condition| if events & flag != 0 { condition } else { 0 };
    flag(POLLRDNORM, condition::READABLE)
        | flag(POLLRDBAND, condition::URGENT)
        | flag(POLLWRNORM, condition::WRITABLE)
        | condition::ENDED
        | condition::RESET
        | condition::CONNECT_FAILED
}

/// The flags that tell what was found (SEL-28).
fn report(found: u32, events: WSAPOLL_EVENT_FLAGS) -> WSAPOLL_EVENT_FLAGS {
    use condition::{CLOSED, CONNECT_FAILED, ENDED, READABLE, RESET, URGENT, WRITABLE};
    let flags = [
        (READABLE, POLLRDNORM),
        (URGENT, POLLRDBAND),
        (WRITABLE | CONNECT_FAILED, POLLWRNORM),
        (ENDED | CONNECT_FAILED, POLLHUP),
        (RESET | CONNECT_FAILED, POLLERR),
        (CLOSED, POLLNVAL),
    ];
    let told = flags
        .iter()
        .filter(|(conditions, _)| found & conditions != 0);
    told.fold(0, |report, (_, flag)| report | flag) & (events | POLLHUP | POLLERR | POLLNVAL)
}
