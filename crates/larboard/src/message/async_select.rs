//! `WSAAsyncSelect`.

use super::SocketId;
use super::window::Window;
use crate::error::Result;
use crate::net::{NetworkEvent, NetworkEventSet, Socket};
use crate::sys::Win32;
use Win32::Networking::WinSock::SOCKET;
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

/// A socket whose network events arrive as messages. Made by [`MessageLoop::select`](super::MessageLoop::select).
///
/// It is the socket it was made from ([`Deref`]), in non-blocking mode. Dropping it ends the selection, and closes the
/// socket unless that has other owners; so does [`into_inner`](Self::into_inner) without closing. Nothing is told of it
/// any more, not even what waits in the queue already (unlike ASY-06).
///
/// What has been told is told again only after the call that deals with it, successful or not - `recv` for
/// [`Read`](NetworkEvent::Read), `accept` for [`Accept`](NetworkEvent::Accept), a `send` that found no room for
/// [`Write`](NetworkEvent::Write) - and at once if there is more (ASY-08, ASY-10). So one `recv` for each message is
/// enough.
///
/// Sockets accepted from it are non-blocking, and have to be [selected](super::MessageLoop::select) themselves.
pub struct AsyncSelect<S> {
    registered: Registered,
    socket: S,
}

/// The place of a socket in its window.
struct Registered {
    window: Rc<Window>,
    socket: SOCKET,
    id: SocketId,
}

impl<S: AsRef<Socket>> AsyncSelect<S> {
    pub(super) fn create(window: &Rc<Window>, socket: S, events: NetworkEventSet) -> Result<Self> {
        let registered = Registered {
            socket: socket.as_ref().raw(),
            id: window.register(socket.as_ref())?,
            window: Rc::clone(window),
        };
        let selected = Self { registered, socket };
        selected.select(events)?;
        Ok(selected)
    }
}

impl<S> AsyncSelect<S> {
    /// The name of the socket in messages.
    #[must_use]
    pub fn id(&self) -> SocketId {
        self.registered.id
    }

    /// Selects other events instead. What holds at this moment is told anew, except
    /// [`Connect`](NetworkEvent::Connect) (ASY-11). Stands for `WSAAsyncSelect`.
    ///
    /// # Errors
    /// [`WSAEINVAL`](crate::code::WSAEINVAL) if the loop has gone.
    pub fn select(&self, events: impl Into<NetworkEventSet>) -> Result<()> {
        self.registered
            .window
            .select(self.registered.socket, events.into())
    }

    /// Tells the loop of an event as if it had happened, without error: a way to come back to this socket later, after
    /// messages that wait already. Stands for `PostMessage` (ASY-23).
    ///
    /// # Errors
    /// [`ERROR_INVALID_WINDOW_HANDLE`](crate::code::ERROR_INVALID_WINDOW_HANDLE) if the loop has gone,
    /// [`ERROR_NOT_ENOUGH_QUOTA`](crate::code::ERROR_NOT_ENOUGH_QUOTA) if too many messages wait.
    pub fn post(&self, event: NetworkEvent) -> Result<()> {
        self.registered
            .window
            .post_network(self.registered.socket, event)
    }

    /// Ends the selection and gives the socket back, still in non-blocking mode.
    #[must_use]
    pub fn into_inner(self) -> S {
        self.socket
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.window.unregister(self.socket);
    }
}

impl<S> Deref for AsyncSelect<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.socket
    }
}

impl<S: fmt::Debug> fmt::Debug for AsyncSelect<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncSelect")
            .field("id", &self.id())
            .field("socket", &self.socket)
            .finish_non_exhaustive()
    }
}
