//! `WSAAsyncSelect`: network events as window messages (ASY).

use std::sync::Arc;

use windows_sys::Win32::Foundation::HWND;
use windows_sys::Win32::Networking::WinSock::{SOCKET, SOCKET_ERROR, WSAEINVAL};

use larboard_kernel::device::socket::net_events::{Rearming, Sink};
use larboard_kernel::io::selection;
use larboard_kernel::message::Message;
use larboard_kernel::message::window::Window;

use super::find;
use crate::error::WsaError;
use crate::guard::winsock;
use crate::winsock::socket;

/// `FD_READ` to `FD_ADDRESS_LIST_CHANGE` (ASY-02). The last four are accepted and never occur.
const FD_ALL_EVENTS: u32 = 0x3FF;

/// Has network events of a socket posted to a window, and makes the socket non-blocking (ASY-01). Each message carries
/// the socket as its `wParam`, one event in the low half of its `lParam` and an error code in the high half (ASY-03,
/// ASY-04). A new call replaces the one before (ASY-05), and a call of `WSAEventSelect` (ASY-19); without events the
/// selection ends (ASY-06).
///
/// These messages count among the posted ones but are not subject to their limit: none is lost.
///
/// Errors: `SOCKET_ERROR` with `WSAENOTSOCK`; `WSAEINVAL` for a window that does not exist and for unknown events
/// (ASY-07); `WSANOTINITIALISED`.
///
/// # Safety
/// The window's procedure expects the message.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAAsyncSelect(s: SOCKET, hwnd: HWND, wmsg: u32, levent: i32) -> i32 {
    winsock(SOCKET_ERROR, || {
        let found = socket::look_up(s)?;
        let events = levent.cast_unsigned();
        if events & !FD_ALL_EVENTS != 0 {
            return Err(WSAEINVAL.into());
        }
        let sink = if events == 0 {
            None
        } else {
            let window = find(hwnd).map_err(|_| WsaError(WSAEINVAL))?;
            Some(sink(window, wmsg, s))
        };
        selection::select(&found.file(), events, sink)?;
        Ok(0)
    })
}

/// Where the events of one socket go.
struct Post {
    window: Arc<Window>,
    message: u32,
    socket: SOCKET,
}

fn sink(window: Arc<Window>, message: u32, socket: SOCKET) -> Arc<dyn Sink> {
    Arc::new(Post {
        window,
        message,
        socket,
    })
}

impl Sink for Post {
    fn tell(&self, event: u32, error: u16) -> bool {
        let message = Message {
            window: self.window.handle(),
            message: self.message,
            wparam: self.socket,
            lparam: (u32::from(error) << 16 | event) as isize,
            time: 0,
        };
        // An event is told again only after the program has dealt with it, so a socket has six messages there at most.
        // To a window that has gone there is nothing to tell any more.
        let _ = self.window.queue().post_beyond_limit(&self.window, message);
        true
    }

    fn rearming(&self) -> Rearming {
        Rearming::Message
    }

    fn inherit(&self, handle: usize) -> Arc<dyn Sink> {
        sink(self.window.clone(), self.message, handle)
    }
}
