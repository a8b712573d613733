//! Who has selected network events on a socket.

use super::Socket;
use super::socket::success;
use crate::error::{Error, Result, code};
use crate::sys::Win32;
use Win32::Networking::WinSock::WSAEventSelect;
use std::sync::atomic::{AtomicU8, Ordering};

/// What a socket knows about selections on it.
///
/// One owner of a selection at a time: were there two, the one that came first would go without events, and its end
/// would cancel the other's (EVT-30).
#[derive(Default)]
pub(super) struct Selected(AtomicU8);

const NOW: u8 = 1;
const EVER: u8 = 2;

impl Selected {
    /// Whether there ever was a selection: then sockets it accepts may have inherited one (EVT-29, ASY-16).
    pub(super) fn ever(&self) -> bool {
        self.0.load(Ordering::Acquire) & EVER != 0
    }
}

/// The right to select network events on a socket, of either kind. Cancels what is selected when dropped.
pub(crate) struct Selection(Socket);

impl Selection {
    /// # Errors
    /// [`WSAEALREADY`](code::WSAEALREADY) if somebody else has it.
    pub(crate) fn new(socket: &Socket) -> Result<Self> {
        if socket.selected().0.fetch_or(NOW | EVER, Ordering::AcqRel) & NOW != 0 {
            return Err(Error::from(code::WSAEALREADY));
        }
        Ok(Self(socket.clone()))
    }

    pub(crate) fn socket(&self) -> &Socket {
        &self.0
    }
}

impl Drop for Selection {
    fn drop(&mut self) {
        // It cannot fail on an open socket.
        let _ = cancel(&self.0);
        self.0.selected().0.fetch_and(!NOW, Ordering::AcqRel);
    }
}

/// Cancels the selection of a socket, whether it goes to an event or to a window.
pub(super) fn cancel(socket: &Socket) -> Result<()> {
    // SAFETY: takes no event.
    success(unsafe { WSAEventSelect(socket.raw(), 0, 0) })
}
