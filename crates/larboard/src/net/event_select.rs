//! `WSAEventSelect`.

use super::Socket;
use super::network_event::{NetworkEventSet, NetworkEvents};
use super::selection::Selection;
use super::socket::success;
use crate::error::Result;
use crate::objects::Event;
use crate::sys::Win32;
use crate::wait::{WaitHandle, Waitable, wait_one};
use Win32::Networking::WinSock::{
    WSAEVENT, WSAEnumNetworkEvents, WSAEventSelect, WSANETWORKEVENTS,
};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

/// A socket whose network events signal an event: something to wait for beside others, in
/// [`wait_any`](crate::wait_any).
///
/// It is the socket it was made from ([`Deref`]), in non-blocking mode. Dropping it ends the selection, and closes the
/// socket unless that has other owners; so does [`into_inner`](Self::into_inner) without closing.
///
/// What held before counts too: data that was there already is told as [`Read`](crate::net::NetworkEvent::Read)
/// (EVT-10), unless an earlier selection has told it (EVT-14). What has been told is told again only when more arrives
/// (EVT-13), and after the call that deals with it - `recv` for [`Read`](crate::net::NetworkEvent::Read), `accept` for
/// [`Accept`](crate::net::NetworkEvent::Accept), a `send` that found no room for
/// [`Write`](crate::net::NetworkEvent::Write) - as soon as there is more (EVT-11, EVT-12).
///
/// A socket has one selection at a time. Sockets accepted from it have none: they are non-blocking, and events of
/// theirs go where they are selected to.
///
/// ```
/// use larboard::net::{EventSelect, NetworkEvent, TcpListener, TcpStream};
/// use larboard::{Waitable, wait_any};
///
/// let listener = EventSelect::new(TcpListener::bind("127.0.0.1:0")?, NetworkEvent::Accept)?;
/// let peer = TcpStream::connect(listener.local_addr()?)?;
/// peer.send(b"ahoy")?;
///
/// let mut clients: Vec<EventSelect<TcpStream>> = Vec::new();
/// loop {
///     let mut objects: Vec<&dyn Waitable> = vec![&listener];
///     objects.extend(clients.iter().map(|client| client as &dyn Waitable));
///     let index = wait_any(&objects)?;
///     if index == 0 {
///         listener.enumerate()?;
///         let (client, _) = listener.accept()?;
///         clients.push(EventSelect::new(client, NetworkEvent::Read | NetworkEvent::Close)?);
///     } else {
///         let client = &clients[index - 1];
///         if let Some(Ok(())) = client.enumerate()?.get(NetworkEvent::Read) {
///             let mut buffer = [0; 512];
///             assert_eq!(client.recv(&mut buffer)?, 4);
///             break;
///         }
///     }
/// }
/// # larboard::Result::Ok(())
/// ```
pub struct EventSelect<S> {
    selection: Selection,
    socket: S,
    event: Arc<Event>,
    own: bool,
}

impl<S: AsRef<Socket>> EventSelect<S> {
    /// Selects network events of the socket, with an event of its own. Stands for `WSACreateEvent` and
    /// `WSAEventSelect`.
    ///
    /// # Errors
    /// [`WSAEALREADY`](crate::code::WSAEALREADY) if events are selected on it already,
    /// [`ERROR_NOT_ENOUGH_MEMORY`](crate::code::ERROR_NOT_ENOUGH_MEMORY).
    pub fn new(socket: S, events: impl Into<NetworkEventSet>) -> Result<Self> {
        let event = Arc::new(Event::manual(false)?);
        Self::create(socket, event, true, events.into())
    }

    /// Selects network events of the socket, with an event that may serve others too (EVT-31). Stands for
    /// `WSAEventSelect`.
    ///
    /// [`enumerate`](Self::enumerate) leaves such an event as it is. If it is a manual one, reset it first, and then
    /// enumerate every socket it serves; what happens meanwhile sets it anew.
    ///
    /// ```
    /// use larboard::{Event, net::{EventSelect, NetworkEvent, UdpSocket}};
    /// use std::sync::Arc;
    ///
    /// let event = Arc::new(Event::manual(false)?);
    /// let socket = || EventSelect::with_event(UdpSocket::bind("127.0.0.1:0")?, event.clone(), NetworkEvent::Read);
    /// let (one, other) = (socket()?, socket()?);
    /// one.send_to(b"ahoy", other.local_addr()?)?;
    ///
    /// event.wait()?;
    /// event.reset();
    /// assert!(one.enumerate()?.is_empty());
    /// assert_eq!(other.enumerate()?.get(NetworkEvent::Read), Some(Ok(())));
    /// # larboard::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_event(
        socket: S,
        event: Arc<Event>,
        events: impl Into<NetworkEventSet>,
    ) -> Result<Self> {
        Self::create(socket, event, false, events.into())
    }

    fn create(socket: S, event: Arc<Event>, own: bool, events: NetworkEventSet) -> Result<Self> {
        let selected = Self {
            selection: Selection::new(socket.as_ref())?,
            socket,
            event,
            own,
        };
        selected.select(events)?;
        Ok(selected)
    }
}

impl<S> EventSelect<S> {
    /// Selects other events instead. What was recorded stays, and is told if it is among them (EVT-03, EVT-06). Stands
    /// for `WSAEventSelect`.
    ///
    /// # Errors
    /// None that a valid socket can cause.
    pub fn select(&self, events: impl Into<NetworkEventSet>) -> Result<()> {
        let (socket, mask) = (self.selection.socket().raw(), events.into().mask());
        // SAFETY: socket and event are open.
        success(unsafe { WSAEventSelect(socket, self.event.raw() as WSAEVENT, mask) })
    }

    /// Takes what has happened among the selected events, and resets the event in the same step, if it is this socket's
    /// own (EVT-04). Nothing may have happened: what was recorded goes when its cause does (EVT-16). Stands for
    /// `WSAEnumNetworkEvents`.
    ///
    /// # Errors
    /// None that a valid socket can cause.
    pub fn enumerate(&self) -> Result<NetworkEvents> {
        let event = match self.own {
            true => self.event.raw() as WSAEVENT,
            false => 0,
        };
        let mut events = WSANETWORKEVENTS::default();
        // SAFETY: socket and event are open; `events` is a live variable.
        success(unsafe {
            WSAEnumNetworkEvents(self.selection.socket().raw(), event, &mut events)
        })?;
        Ok(NetworkEvents::new(&events))
    }

    /// Waits until the event is signalled. Stands for `WSAWaitForMultipleEvents` with one event.
    ///
    /// # Errors
    /// None that a valid event can cause.
    pub fn wait(&self) -> Result<()> {
        wait_one(self, None).map(|_| ())
    }

    /// Waits for at most `timeout`; `false` if it ran out. Zero asks without waiting. Stands for
    /// `WSAWaitForMultipleEvents` with one event.
    ///
    /// # Errors
    /// None that a valid event can cause.
    pub fn wait_timeout(&self, timeout: Duration) -> Result<bool> {
        wait_one(self, Some(timeout))
    }

    /// The event that the network events signal.
    #[must_use]
    pub fn event(&self) -> &Arc<Event> {
        &self.event
    }

    /// Ends the selection and gives the socket back, still in non-blocking mode.
    #[must_use]
    pub fn into_inner(self) -> S {
        self.socket
    }
}

impl<S> Deref for EventSelect<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.socket
    }
}

impl<S> Waitable for EventSelect<S> {
    fn wait_handle(&self) -> WaitHandle<'_> {
        self.event.wait_handle()
    }
}

impl<S: fmt::Debug> fmt::Debug for EventSelect<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventSelect")
            .field("socket", &self.socket)
            .field("event", &self.event)
            .finish_non_exhaustive()
    }
}
