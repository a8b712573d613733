//! Network events: which there are, sets of them, and what was recorded.

use crate::error::{Error, Result};
use crate::sys::Win32;
use Win32::Networking::WinSock::{
    FD_ACCEPT, FD_CLOSE, FD_CONNECT, FD_OOB, FD_READ, FD_WRITE, WSANETWORKEVENTS,
};
use std::fmt;
use std::ops::BitOr;

/// What can happen to a socket.
///
/// Join several with `|`:
///
/// ```
/// use larboard::net::{NetworkEvent, NetworkEventSet};
///
/// let client: NetworkEventSet = NetworkEvent::Read | NetworkEvent::Write | NetworkEvent::Close;
/// assert!(client.contains(NetworkEvent::Write));
/// assert!(!client.contains(NetworkEvent::Accept));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NetworkEvent {
    /// There is something to receive (`FD_READ`).
    Read,
    /// There is room to send: once after connecting or accepting, then only after a send that took a part or failed with
    /// [`WSAEWOULDBLOCK`](crate::code::WSAEWOULDBLOCK) (`FD_WRITE`; EVT-28, ASY-12).
    Write,
    /// There is urgent data to [receive](super::Socket::recv_oob) (`FD_OOB`).
    Oob,
    /// A client waits to be accepted (`FD_ACCEPT`).
    Accept,
    /// The connect that was under way has ended; the result says how (`FD_CONNECT`).
    Connect,
    /// The peer has closed, or the connection is lost; the result says which (`FD_CLOSE`). Data may still be there to
    /// be received (EVT-24).
    Close,
}

/// A set of network events, to select.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct NetworkEventSet(u32);

/// What happened to a socket since it was last asked: each event with its result. Iterates in the order of
/// [`NetworkEvent`], so that [`Close`](NetworkEvent::Close) comes last.
///
/// ```
/// use larboard::net::{EventSelect, NetworkEvent, TcpListener, TcpStream};
///
/// let listener = EventSelect::new(TcpListener::bind("127.0.0.1:0")?, NetworkEvent::Accept)?;
/// let _client = TcpStream::connect(listener.local_addr()?)?;
/// listener.wait()?;
/// let events = listener.enumerate()?;
/// assert_eq!(events.get(NetworkEvent::Accept), Some(Ok(())));
/// assert_eq!(events.get(NetworkEvent::Close), None);
/// assert_eq!(events.iter().count(), 1);
/// # larboard::Result::Ok(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct NetworkEvents {
    set: NetworkEventSet,
    errors: [u32; NetworkEvent::ALL.len()],
}

impl NetworkEvent {
    /// All of them, in the order of their bits.
    pub const ALL: [Self; 6] = [
        Self::Read,
        Self::Write,
        Self::Oob,
        Self::Accept,
        Self::Connect,
        Self::Close,
    ];

    /// The `FD_` bit.
    pub(crate) const fn bit(self) -> u32 {
        match self {
            Self::Read => FD_READ,
            Self::Write => FD_WRITE,
            Self::Oob => FD_OOB,
            Self::Accept => FD_ACCEPT,
            Self::Connect => FD_CONNECT,
            Self::Close => FD_CLOSE,
        }
    }

    /// The event with this `FD_` bit.
    pub(crate) fn from_bit(bit: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.bit() == bit)
    }
}

impl NetworkEventSet {
    /// No event: what is selected then is nothing.
    pub const NONE: Self = Self(0);

    /// Whether the event is in the set.
    #[must_use]
    pub const fn contains(self, event: NetworkEvent) -> bool {
        self.0 & event.bit() != 0
    }

    /// Whether no event is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The mask the system takes.
    pub(crate) const fn mask(self) -> i32 {
        self.0.cast_signed()
    }
}

impl NetworkEvents {
    pub(crate) fn new(raw: &WSANETWORKEVENTS) -> Self {
        let mut events = Self::default();
        for event in NetworkEvent::ALL {
            let bit = event.bit();
            if raw.lNetworkEvents.cast_unsigned() & bit != 0 {
                events.set = events.set | event;
                // The index of an event's error is the number of its bit (EVT-05).
                events.errors[event as usize] =
                    raw.iErrorCode[bit.trailing_zeros() as usize].cast_unsigned();
            }
        }
        events
    }

    /// How the event went, if it happened.
    #[must_use]
    pub fn get(&self, event: NetworkEvent) -> Option<Result<()>> {
        self.set
            .contains(event)
            .then(|| result(self.errors[event as usize]))
    }

    /// Whether nothing happened.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// What happened, without results.
    #[must_use]
    pub const fn set(&self) -> NetworkEventSet {
        self.set
    }

    /// Each event that happened, with its result.
    pub fn iter(&self) -> impl Iterator<Item = (NetworkEvent, Result<()>)> + use<> {
        let events = *self;
        NetworkEvent::ALL
            .into_iter()
            .filter_map(move |event| Some((event, events.get(event)?)))
    }
}

/// What the error that comes with an event says.
pub(crate) fn result(error: u32) -> Result<()> {
    match error {
        0 => Ok(()),
        code => Err(Error::new(code)),
    }
}

impl From<NetworkEvent> for NetworkEventSet {
    fn from(event: NetworkEvent) -> Self {
        Self(event.bit())
    }
}

impl FromIterator<NetworkEvent> for NetworkEventSet {
    fn from_iter<I: IntoIterator<Item = NetworkEvent>>(events: I) -> Self {
        events
            .into_iter()
            .fold(Self::NONE, |set, event| set | event)
    }
}

impl<E: Into<NetworkEventSet>> BitOr<E> for NetworkEvent {
    type Output = NetworkEventSet;

    fn bitor(self, other: E) -> NetworkEventSet {
        NetworkEventSet::from(self) | other
    }
}

impl<E: Into<NetworkEventSet>> BitOr<E> for NetworkEventSet {
    type Output = Self;

    fn bitor(self, other: E) -> Self {
        Self(self.0 | other.into().0)
    }
}

impl fmt::Debug for NetworkEventSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(
                NetworkEvent::ALL
                    .into_iter()
                    .filter(|event| self.contains(*event)),
            )
            .finish()
    }
}

impl fmt::Debug for NetworkEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_know_their_bits() {
        for (place, event) in NetworkEvent::ALL.into_iter().enumerate() {
            assert_eq!(event as usize, place);
            assert_eq!(event.bit(), 1 << place);
            assert_eq!(NetworkEvent::from_bit(event.bit()), Some(event));
        }
        assert_eq!(NetworkEvent::from_bit(0), None);
        assert_eq!(NetworkEvent::from_bit(FD_READ | FD_WRITE), None);
    }

    /// EVT-05: An entry of the error array counts only if its bit is set.
    #[test]
    fn evt_05_errors_belong_to_bits() {
        let raw = WSANETWORKEVENTS {
            lNetworkEvents: (FD_READ | FD_CLOSE).cast_signed(),
            iErrorCode: [0, 10054, 10054, 0, 0, 10053, 0, 0, 0, 0],
        };
        let events = NetworkEvents::new(&raw);
        let all: Vec<_> = events.iter().collect();
        let aborted = Error::from(crate::code::WSAECONNABORTED);
        assert_eq!(
            all,
            [
                (NetworkEvent::Read, Ok(())),
                (NetworkEvent::Close, Err(aborted))
            ]
        );
        assert_eq!(events.get(NetworkEvent::Write), None);
        assert_eq!(events.set(), NetworkEvent::Read | NetworkEvent::Close);
    }
}
