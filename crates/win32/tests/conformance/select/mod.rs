//! select and WSAPoll (SEL), and APCs during select (APC-19).

mod blocking;
mod conditions;
mod connecting;
mod macros;
mod poll;
mod sets;

use std::ptr::{null, null_mut};
use std::time::Duration;

use crate::common::w::Win32::Networking::WinSock::{FD_SET, SOCKET, TIMEVAL, select};
use crate::common::{DEADLINE, Socket};
use crate::io::{checked, eventually};

/// An fd_set of any size: its count in the first word, sockets in the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Set(Vec<SOCKET>);

impl Set {
    /// A set of these sockets, in this order.
    pub fn of(sockets: &[&Socket]) -> Set {
        Set::of_values(sockets.iter().map(|socket| socket.raw()))
    }

    /// A set of these values.
    pub fn of_values(values: impl IntoIterator<Item = SOCKET>) -> Set {
        let mut words = vec![0];
        words.extend(values);
        let count = words.len() as u32 - 1;
        // Room for the structure with its 64 places, and something behind it that nobody may touch.
        words.resize(words.len().max(1 + 64), 0);
        words.push(GUARD);
        let mut set = Set(words);
        set.set_count(count);
        set
    }

    /// Writes the count alone.
    pub fn set_count(&mut self, count: u32) {
        // SAFETY: the words begin like the structure.
        unsafe { (&raw mut (*self.pointer()).fd_count).write(count) };
    }

    /// How many sockets the set says it has.
    pub fn count(&self) -> usize {
        // SAFETY: as above.
        unsafe { (&raw const (*self.0.as_ptr().cast::<FD_SET>()).fd_count).read() as usize }
    }

    /// The sockets in the set.
    pub fn members(&self) -> &[SOCKET] {
        assert_eq!(self.0.last(), Some(&GUARD), "written behind the end");
        &self.0[1..1 + self.count()]
    }

    /// Whether the set holds this socket.
    pub fn has(&self, socket: &Socket) -> bool {
        self.members().contains(&socket.raw())
    }

    /// As the functions take it.
    pub fn pointer(&mut self) -> *mut FD_SET {
        self.0.as_mut_ptr().cast()
    }
}

/// The word behind a set.
const GUARD: SOCKET = 0x5e7;

/// A time for select.
pub fn time(duration: Duration) -> TIMEVAL {
    TIMEVAL {
        tv_sec: duration.as_secs() as i32,
        tv_usec: duration.subsec_micros() as i32,
    }
}

/// select with any of the sets; `None` for a time waits for ever.
pub fn select_sets(
    read: Option<&mut Set>,
    write: Option<&mut Set>,
    except: Option<&mut Set>,
    limit: Option<Duration>,
) -> Result<i32, i32> {
    let pointer = |set: Option<&mut Set>| set.map_or(null_mut(), Set::pointer);
    let time = limit.map(time);
    checked(call!(select(
        0,
        pointer(read),
        pointer(write),
        pointer(except),
        time.as_ref().map_or(null(), std::ptr::from_ref)
    )))
}

/// In which of the three sets a socket is now: readable, writable, exceptional.
#[track_caller]
pub fn state(socket: &Socket) -> [bool; 3] {
    look(socket, Duration::ZERO)
}

/// As [`state`], after waiting until it is in any of them.
#[track_caller]
pub fn look(socket: &Socket, limit: Duration) -> [bool; 3] {
    let mut sets = [(); 3].map(|()| Set::of(&[socket]));
    let [read, write, except] = &mut sets;
    let count = select_sets(Some(read), Some(write), Some(except), Some(limit)).expect("select");
    let state = sets.map(|set| set.has(socket));
    assert_eq!(state.iter().filter(|is| **is).count(), count as usize);
    state
}

/// Waits until select shows a socket in these sets.
#[track_caller]
pub fn becomes(socket: &Socket, expected: [bool; 3]) {
    eventually("the state", || state(socket) == expected);
    assert_eq!(state(socket), expected, "select takes nothing");
}

/// Waits until one socket is readable.
#[track_caller]
pub fn until_readable(socket: &Socket) {
    let mut read = Set::of(&[socket]);
    assert_eq!(
        select_sets(Some(&mut read), None, None, Some(DEADLINE)),
        Ok(1)
    );
}
