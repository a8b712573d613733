//! `WSAEventSelect` and `WSAEnumNetworkEvents`: network events as event objects (EVT).

use std::sync::Arc;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::Networking::WinSock::{
    SOCKET, SOCKET_ERROR, WSAEFAULT, WSAEINVAL, WSAEOPNOTSUPP, WSAEVENT, WSANETWORKEVENTS,
};

use larboard_kernel::device::socket::net_events::{ALL, COUNT, Rearming, Sink};
use larboard_kernel::io::selection;
use larboard_kernel::object::event::Event;

use super::socket;
use crate::error::WsaError;
use crate::guard::{check, winsock};
use crate::handles;

/// Has network events of a socket recorded, and sets an event object when one of the selected ones occurs; makes the
/// socket non-blocking (EVT-01). A new call replaces the one before (EVT-03), and a call of `WSAAsyncSelect` (EVT-30);
/// without events the selection ends, and the handle is not looked at.
///
/// Errors: `SOCKET_ERROR` with `WSAENOTSOCK`; `WSAEINVAL` for a handle that is no event, and for unknown events
/// (EVT-02); `WSANOTINITIALISED`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAEventSelect(
    s: SOCKET,
    heventobject: WSAEVENT,
    lnetworkevents: i32,
) -> i32 {
    winsock(SOCKET_ERROR, || {
        let found = socket::look_up(s)?;
        let events = lnetworkevents.cast_unsigned();
        if events & !ALL != 0 {
            return Err(WSAEINVAL.into());
        }
        let sink: Option<Arc<dyn Sink>> = if events == 0 {
            None
        } else {
            Some(Arc::new(Set(event(heventobject)?)))
        };
        selection::select(&found.file(), events, sink)?;
        Ok(0)
    })
}

/// Fetches the selected events that have occurred since the last call, and resets an event object, if one is given, in
/// the same step (EVT-04). Of the codes only those of events that occurred are written (EVT-05).
///
/// Errors: `SOCKET_ERROR` with `WSAENOTSOCK`; `WSAEFAULT` for a null structure; `WSAEINVAL` for a handle that is no
/// event (EVT-07); `WSANOTINITIALISED`.
///
/// # Safety
/// `lpnetworkevents` is null or valid for reads and writes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAEnumNetworkEvents(
    s: SOCKET,
    heventobject: WSAEVENT,
    lpnetworkevents: *mut WSANETWORKEVENTS,
) -> i32 {
    winsock(SOCKET_ERROR, || {
        let found = socket::look_up(s)?;
        check(lpnetworkevents)?;
        let reset = if heventobject == 0 {
            None
        } else {
            Some(event(heventobject)?)
        };
        let (events, codes) = selection::enumerate(&found.file(), reset.as_deref());
        // SAFETY: not null, and valid by this function's contract; nothing is assumed of its alignment.
        unsafe {
            (&raw mut (*lpnetworkevents).lNetworkEvents).write_unaligned(events.cast_signed());
            let written = (&raw mut (*lpnetworkevents).iErrorCode).cast::<i32>();
            for at in (0..COUNT).filter(|at| events & 1 << at != 0) {
                written.add(at).write_unaligned(codes[at].into());
            }
        }
        Ok(0)
    })
}

/// A receive has failed: if its arguments were wrong, that still re-enables messages (ASY-10).
pub(crate) fn receive_failed(s: SOCKET, error: &WsaError) {
    if matches!(error.0, WSAEFAULT | WSAEINVAL | WSAEOPNOTSUPP)
        && let Ok(found) = socket::look_up(s)
    {
        selection::receive_refused(&found.file());
    }
}

fn event(handle: WSAEVENT) -> Result<Arc<Event>, WsaError> {
    let event = handles::table().get_as::<Event>(handles::key(handle as HANDLE));
    Ok(event.map_err(|_| WsaError(WSAEINVAL))?.to_arc())
}

/// Sets an event object.
struct Set(Arc<Event>);

impl Sink for Set {
    fn tell(&self, _event: u32, _error: u16) -> bool {
        self.0.set();
        false
    }

    fn rearming(&self) -> Rearming {
        Rearming::Event
    }

    fn inherit(&self, _handle: usize) -> Arc<dyn Sink> {
        Arc::new(Set(self.0.clone()))
    }
}
