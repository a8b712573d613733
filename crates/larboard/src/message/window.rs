//! The window behind a loop: the only place that speaks to the system about windows.
//!
//! The window procedure only notes what arrives. The closure is called by the loop afterwards, outside of any call of
//! the system; so it may panic, and run another loop.
//!
//! A socket's messages carry its SOCKET and a number of its registration. A SOCKET value may be used again while
//! messages for its predecessor wait, and a socket may have inherited the selection of the listener; their numbers
//! differ.

use super::{SocketId, TimerId};
use crate::error::{Result, code};
use crate::net::{NetworkEvent, NetworkEventSet, Selection, Socket, success};
use crate::sys::{self, Win32};
use Win32::Foundation::{HWND, LPARAM, LRESULT, WPARAM};
use Win32::Networking::WinSock::{SOCKET, WSAAsyncSelect};
use Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DefWindowProcW, DestroyWindow, DispatchMessageW, GetMessageW, HWND_MESSAGE,
    KillTimer, MSG, PM_REMOVE, PeekMessageW, PostMessageW, PostQuitMessage, RegisterClassExW,
    SetTimer, WM_QUIT, WM_TIMER, WM_USER, WNDCLASSEXW,
};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet, VecDeque};
use std::ptr;
use std::rc::{Rc, Weak};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The message that announces a posted item.
const POSTED: u32 = WM_USER;
/// The messages of sockets; each registration takes the next.
const FIRST: u32 = WM_USER + 1;
/// The last message that is a window class' own or the program's own.
const LAST: u32 = 0xbfff;

pub(super) struct Window {
    handle: HWND,
    sockets: RefCell<HashMap<SOCKET, Registration>>,
    next_number: Cell<u32>,
    timers: RefCell<HashSet<usize>>,
    next_timer: Cell<usize>,
    arrived: RefCell<VecDeque<Arrived>>,
}

/// What the window procedure has noted.
#[derive(Clone, Copy)]
pub(super) enum Arrived {
    Network {
        socket: SOCKET,
        id: SocketId,
        event: NetworkEvent,
        error: u32,
    },
    Posted,
    Timer(TimerId),
}

/// A socket whose events this window is told.
struct Registration {
    id: SocketId,
    number: u32,
    /// Held for its end, which cancels.
    _selection: Selection,
}

/// Where items are announced. Any thread may post to a window.
#[derive(Clone, Copy)]
pub(super) struct Target(HWND);

// SAFETY: a window handle is a number; posting to it is for all threads.
unsafe impl Send for Target {}

thread_local! {
    /// The windows of this thread, for the window procedure.
    static WINDOWS: RefCell<Vec<Weak<Window>>> = const { RefCell::new(Vec::new()) };
}

impl Window {
    pub(super) fn create() -> Result<Rc<Self>> {
        let class = class()?;
        // SAFETY: the class name ends with zero, and the procedure of the class copes with every message; no other
        // pointer is given.
        let handle = unsafe {
            CreateWindowExW(
                0,
                class.as_ptr(),
                ptr::null(),
                0,
                0,
                0,
                0,
                0,
                HWND_MESSAGE,
                ptr::null_mut(),
                ptr::null_mut(),
                ptr::null(),
            )
        };
        if handle.is_null() {
            return Err(sys::last_error());
        }
        let window = Rc::new(Self {
            handle,
            sockets: RefCell::default(),
            next_number: Cell::new(FIRST),
            timers: RefCell::default(),
            next_timer: Cell::new(1),
            arrived: RefCell::default(),
        });
        WINDOWS.with_borrow_mut(|windows| windows.push(Rc::downgrade(&window)));
        Ok(window)
    }

    /// Ends every selection, and then the window: whoever has its handle next is told nothing.
    pub(super) fn destroy(&self) {
        let sockets = self.sockets.take();
        drop(sockets);
        self.arrived.take();
        let _ = WINDOWS.try_with(|windows| {
            windows
                .borrow_mut()
                .retain(|other| !ptr::eq(other.as_ptr(), self));
        });
        // SAFETY: takes no pointer; the window is this thread's, as the value cannot leave it. After the thread's end
        // there is none, and the call fails.
        unsafe { DestroyWindow(self.handle) };
    }

    /// Waits for the next thing that arrives; nothing if it is WM_QUIT.
    pub(super) fn next(&self) -> Result<Option<Arrived>> {
        loop {
            if let Some(arrived) = self.take() {
                return Ok(Some(arrived));
            }
            let mut message = MSG::default();
            // SAFETY: `message` is a live variable.
            match unsafe { GetMessageW(&mut message, ptr::null_mut(), 0, 0) } {
                0 => return Ok(None),
                -1 => return Err(sys::last_error()),
                // SAFETY: the message is one that GetMessage has filled in.
                _ => unsafe { DispatchMessageW(&message) },
            };
        }
    }

    pub(super) fn target(&self) -> Target {
        Target(self.handle)
    }

    pub(super) fn register(&self, socket: &Socket) -> Result<SocketId> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let selection = Selection::new(socket)?;
        let id = SocketId(NEXT.fetch_add(1, Ordering::Relaxed));
        let registration = Registration {
            id,
            number: self.take_number(),
            _selection: selection,
        };
        self.sockets.borrow_mut().insert(socket.raw(), registration);
        Ok(id)
    }

    pub(super) fn unregister(&self, socket: SOCKET) {
        let registration = self.sockets.borrow_mut().remove(&socket);
        drop(registration);
    }

    pub(super) fn select(&self, socket: SOCKET, events: NetworkEventSet) -> Result<()> {
        let number = self.number(socket).ok_or(code::WSAEINVAL)?;
        // SAFETY: takes no pointer; the socket is open as long as it is registered.
        success(unsafe { WSAAsyncSelect(socket, self.handle, number, events.mask()) })
    }

    pub(super) fn post_network(&self, socket: SOCKET, event: NetworkEvent) -> Result<()> {
        let number = self
            .number(socket)
            .ok_or(code::ERROR_INVALID_WINDOW_HANDLE)?;
        post(self.handle, number, socket, event.bit() as LPARAM)
    }

    pub(super) fn set_timer(&self, period: Duration) -> Result<TimerId> {
        let timer = self.next_timer.get();
        let milliseconds = sys::milliseconds(Some(period));
        // SAFETY: takes no pointer; without a function the timer is a message.
        if unsafe { SetTimer(self.handle, timer, milliseconds, None) } == 0 {
            return Err(sys::last_error());
        }
        self.next_timer.set(timer + 1);
        self.timers.borrow_mut().insert(timer);
        Ok(TimerId(timer))
    }

    pub(super) fn kill_timer(&self, timer: TimerId) -> bool {
        let active = self.timers.borrow_mut().remove(&timer.0);
        if active {
            // SAFETY: takes no pointer.
            unsafe { KillTimer(self.handle, timer.0) };
        }
        active
    }

    fn number(&self, socket: SOCKET) -> Option<u32> {
        let sockets = self.sockets.borrow();
        sockets.get(&socket).map(|registration| registration.number)
    }

    /// A number that no message in the queue has - none whose socket could be mistaken.
    fn take_number(&self) -> u32 {
        let number = self.next_number.get();
        self.next_number
            .set(if number < LAST { number + 1 } else { FIRST });
        if number == LAST {
            self.note_waiting();
        }
        number
    }

    /// Has the window procedure note the network messages that wait.
    fn note_waiting(&self) {
        let mut message = MSG::default();
        // SAFETY: `message` is a live variable.
        while unsafe { PeekMessageW(&mut message, self.handle, FIRST, LAST, PM_REMOVE) } != 0 {
            if message.message == WM_QUIT {
                // It comes whatever is asked for, once nothing else is left.
                // SAFETY: takes no pointer.
                unsafe { PostQuitMessage(message.wParam as i32) };
                break;
            }
            // SAFETY: the message is one that PeekMessage has filled in.
            unsafe { DispatchMessageW(&message) };
        }
    }

    /// Notes a message; false if it is none of ours.
    fn note(&self, message: u32, wparam: WPARAM, lparam: LPARAM) -> bool {
        let arrived = match message {
            POSTED => Some(Arrived::Posted),
            WM_TIMER => Some(Arrived::Timer(TimerId(wparam))),
            FIRST..=LAST => self.network(message, wparam, lparam),
            _ => return false,
        };
        self.arrived.borrow_mut().extend(arrived);
        true
    }

    fn network(&self, number: u32, socket: SOCKET, lparam: LPARAM) -> Option<Arrived> {
        let sockets = self.sockets.borrow();
        let registration = sockets.get(&socket).filter(|it| it.number == number)?;
        let (event, error) = (lparam as u32 & 0xffff, lparam as u32 >> 16);
        Some(Arrived::Network {
            socket,
            id: registration.id,
            event: NetworkEvent::from_bit(event)?,
            error,
        })
    }

    /// The first thing noted that still matters.
    fn take(&self) -> Option<Arrived> {
        let mut arrived = self.arrived.borrow_mut();
        loop {
            let first = arrived.pop_front()?;
            if self.matters(first) {
                return Some(first);
            }
        }
    }

    /// Whether it is about something that has not ended since.
    fn matters(&self, arrived: Arrived) -> bool {
        match arrived {
            Arrived::Network { socket, id, .. } => {
                let sockets = self.sockets.borrow();
                sockets.get(&socket).is_some_and(|now| now.id == id)
            }
            Arrived::Timer(timer) => self.timers.borrow().contains(&timer.0),
            Arrived::Posted => true,
        }
    }
}

impl Target {
    /// Announces an item.
    pub(super) fn post(self) -> Result<()> {
        post(self.0, POSTED, 0, 0)
    }
}

fn post(window: HWND, message: u32, wparam: WPARAM, lparam: LPARAM) -> Result<()> {
    // SAFETY: takes no pointer; a window that has gone is an error code.
    match unsafe { PostMessageW(window, message, wparam, lparam) } {
        0 => Err(sys::last_error()),
        _ => Ok(()),
    }
}

/// The name of the window class, which is registered by the first who asks.
fn class() -> Result<&'static [u16]> {
    static NAME: OnceLock<Result<Vec<u16>>> = OnceLock::new();
    NAME.get_or_init(|| {
        // A second copy of this crate in the program has a procedure and a class of its own.
        let name = format!("larboard::MessageLoop {:p}\0", procedure as *const ());
        let name: Vec<u16> = name.encode_utf16().collect();
        let class = WNDCLASSEXW {
            cbSize: size_of::<WNDCLASSEXW>() as u32,
            lpfnWndProc: Some(procedure),
            lpszClassName: name.as_ptr(),
            ..Default::default()
        };
        // SAFETY: `class` is a live variable, and the name in it ends with zero; the system copies both.
        match unsafe { RegisterClassExW(&class) } {
            0 => Err(sys::last_error()),
            _ => Ok(name),
        }
    })
    .as_deref()
    .map_err(|error| *error)
}

/// The window procedure of all loops.
///
/// # Safety
///
/// Called by the system, for a window of the class.
unsafe extern "system" fn procedure(
    handle: HWND,
    message: u32,
    wparam: WPARAM,
    lparam: LPARAM,
) -> LRESULT {
    let noted = window(handle).is_some_and(|window| window.note(message, wparam, lparam));
    if noted {
        return 0;
    }
    // SAFETY: what the system has given.
    unsafe { DefWindowProcW(handle, message, wparam, lparam) }
}

fn window(handle: HWND) -> Option<Rc<Window>> {
    let find = |windows: &RefCell<Vec<Weak<Window>>>| {
        let windows = windows.borrow();
        let mut alive = windows.iter().filter_map(Weak::upgrade);
        alive.find(|window| window.handle == handle)
    };
    WINDOWS.try_with(find).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::UdpSocket;

    /// A message that waits while all numbers are given out goes to whom it was meant for, or to nobody.
    #[test]
    fn numbers_come_round() {
        let window = Window::create().unwrap();
        let (dead, alive) = (
            UdpSocket::bind("127.0.0.1:0").unwrap(),
            UdpSocket::bind("127.0.0.1:0").unwrap(),
        );
        window.register(&dead).unwrap();
        let id = window.register(&alive).unwrap();
        for socket in [&dead, &alive] {
            window
                .post_network(socket.raw(), NetworkEvent::Read)
                .unwrap();
        }
        window.unregister(dead.raw());
        window.next_number.set(LAST);
        for number in [LAST, FIRST] {
            window.register(&dead).unwrap();
            assert_eq!(window.number(dead.raw()), Some(number));
            window.unregister(dead.raw());
        }
        window.next_number.set(FIRST);
        window.register(&dead).unwrap(); // as when the message was posted
        window.note_waiting();
        let told = window.take();
        assert!(matches!(told, Some(Arrived::Network { id: named, .. }) if named == id));
        assert!(window.take().is_none());
        window.destroy();
    }
}
