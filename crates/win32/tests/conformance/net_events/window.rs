//! A window that gets network events as messages, and the questions the tests ask about it.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::{null, null_mut};
use std::rc::Rc;
use std::sync::Once;
use std::time::{Duration, Instant};

use super::load::LOAD_LIMIT;
use crate::common::w::Win32::Foundation::{HWND, LPARAM, LRESULT, WPARAM};
use crate::common::w::Win32::Networking::WinSock::{SOCKET, WSAAsyncSelect};
use crate::common::w::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DefWindowProcW, DestroyWindow, DispatchMessageW, HWND_MESSAGE, MSG,
    MWMO_INPUTAVAILABLE, MsgWaitForMultipleObjectsEx, PM_NOREMOVE, PM_REMOVE, PeekMessageW,
    PostMessageW, QS_ALLINPUT, RegisterClassW, WM_USER, WNDCLASSW,
};
use crate::common::{DEADLINE, LIMIT, QUIET, Socket, last_error, wide};
use crate::io::checked;

/// The message that network events arrive as, unless a test asks for another.
pub const WM_SOCKET: u32 = WM_USER + 1;

/// A message taken from the queue or given to the window procedure, read as one that tells a network event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    pub message: u32,
    pub socket: SOCKET,
    pub event: u32,
    pub error: i32,
}

impl Notice {
    fn new(message: u32, socket: WPARAM, parameter: LPARAM) -> Notice {
        Notice {
            message,
            socket,
            event: parameter as u32 & 0xffff,
            error: (parameter as u32 >> 16) as i32,
        }
    }

    /// What is expected of a message about one event of `socket`.
    pub fn of(socket: &Socket, event: u32) -> Notice {
        Notice {
            message: WM_SOCKET,
            socket: socket.raw(),
            event,
            error: 0,
        }
    }
}

/// WSAAsyncSelect
pub fn select(socket: SOCKET, window: HWND, message: u32, events: u32) -> Result<i32, i32> {
    checked(call!(WSAAsyncSelect(
        socket,
        window,
        message,
        events as i32
    )))
}

/// PostMessageW of a message that looks like one about an event without an error.
#[track_caller]
pub fn post(window: HWND, message: u32, socket: SOCKET, event: u32) {
    let posted = call!(PostMessageW(window, message, socket, event as LPARAM));
    assert_ne!(posted, 0, "PostMessageW: {}", last_error());
}

/// A message-only window of the calling thread.
pub struct Window(HWND);

impl Drop for Window {
    fn drop(&mut self) {
        call!(DestroyWindow(self.0));
        HANDLER.take();
    }
}

/// Making one, and selecting.
impl Window {
    #[track_caller]
    pub fn new() -> Window {
        let class = class_name();
        let window = call!(CreateWindowExW(
            0,
            class.as_ptr(),
            null(),
            0,
            0,
            0,
            0,
            0,
            HWND_MESSAGE,
            null_mut(),
            null_mut(),
            null()
        ));
        assert!(!window.is_null(), "CreateWindowExW: {}", last_error());
        Window(window)
    }

    /// With the events of one socket.
    #[track_caller]
    pub fn of(socket: &Socket, events: u32) -> Window {
        let window = Window::new();
        window.select(socket, events);
        window
    }

    pub fn raw(&self) -> HWND {
        self.0
    }

    #[track_caller]
    pub fn select(&self, socket: &Socket, events: u32) {
        self.select_as(socket, WM_SOCKET, events);
    }

    #[track_caller]
    pub fn select_as(&self, socket: &Socket, message: u32, events: u32) {
        let result = select(socket.raw(), self.0, message, events);
        assert_eq!(result, Ok(0), "WSAAsyncSelect");
    }

    #[track_caller]
    pub fn post(&self, message: u32, socket: SOCKET, event: u32) {
        post(self.0, message, socket, event);
    }
}

/// Taking the messages without a window procedure.
impl Window {
    /// The next message, or none within `milliseconds`.
    pub fn poll(&self, milliseconds: u32) -> Option<Notice> {
        self.look(PM_REMOVE, milliseconds)
    }

    /// The next message, which stays in the queue.
    #[track_caller]
    pub fn peek(&self) -> Notice {
        self.look(PM_NOREMOVE, LIMIT).expect("a message")
    }

    /// The next message; fails the test when none comes.
    #[track_caller]
    pub fn next(&self) -> Notice {
        self.poll(LIMIT).expect("a message")
    }

    /// Waits until exactly `events` have been told, each by one message and without an error.
    #[track_caller]
    pub fn expect(&self, socket: &Socket, events: u32) {
        let mut seen = 0;
        while seen != events {
            let Some(notice) = self.poll(LIMIT) else {
                panic!("expected {events:#x}, told only {seen:#x}");
            };
            let event = notice.event;
            assert_eq!(notice, Notice::of(socket, event));
            assert!(event.is_power_of_two(), "more than one event: {notice:?}");
            assert_eq!(event & !events, 0, "unexpected {notice:?}");
            assert_eq!(event & seen, 0, "told twice: {notice:?}");
            seen |= event;
        }
    }

    /// Waits for one event of the socket and returns its error.
    #[track_caller]
    pub fn error_of(&self, socket: &Socket, event: u32) -> i32 {
        let notice = self.next();
        assert_eq!((notice.socket, notice.event), (socket.raw(), event));
        notice.error
    }

    /// Watches for a moment that no message comes.
    #[track_caller]
    pub fn quiet(&self) {
        let notice = self.poll(QUIET);
        assert!(notice.is_none(), "unexpected {notice:?}");
    }

    fn look(&self, remove: u32, milliseconds: u32) -> Option<Notice> {
        let deadline = Instant::now() + Duration::from_millis(milliseconds.into());
        loop {
            let mut message = MSG::default();
            if call!(PeekMessageW(&mut message, self.0, 0, 0, remove)) != 0 {
                return Some(Notice::new(message.message, message.wParam, message.lParam));
            }
            wait_for_input(deadline)?;
        }
    }
}

/// Being served by a window procedure.
impl Window {
    /// Gives every message from WM_USER on to `handler`. There is one handler per thread.
    pub fn handle_with(&self, handler: impl Fn(Notice) + 'static) {
        HANDLER.set(Some(Rc::new(handler)));
    }

    /// Dispatches messages until `done`; fails the test when that takes too long, or no message comes any more.
    #[track_caller]
    pub fn run_until(&self, done: impl Fn() -> bool) {
        let start = Instant::now();
        while !done() {
            assert!(start.elapsed() < LOAD_LIMIT, "messages without an end");
            let mut message = MSG::default();
            let deadline = Instant::now() + DEADLINE;
            while call!(PeekMessageW(&mut message, null_mut(), 0, 0, PM_REMOVE)) == 0 {
                assert!(
                    wait_for_input(deadline).is_some(),
                    "no message comes any more"
                );
            }
            call!(DispatchMessageW(&message));
            if let Some(panic) = PANIC.take() {
                resume_unwind(panic);
            }
        }
    }
}

/// Waits until the calling thread has a message; none once the deadline has passed.
fn wait_for_input(deadline: Instant) -> Option<()> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return None;
    }
    call!(MsgWaitForMultipleObjectsEx(
        0,
        null(),
        left.as_millis() as u32 + 1,
        QS_ALLINPUT,
        MWMO_INPUTAVAILABLE
    ));
    Some(())
}

type Handler = Rc<dyn Fn(Notice)>;

thread_local! {
    static HANDLER: RefCell<Option<Handler>> = const { RefCell::new(None) };
    static PANIC: RefCell<Option<Box<dyn Any + Send>>> = const { RefCell::new(None) };
}

unsafe extern "system" fn procedure(
    window: HWND,
    message: u32,
    first: WPARAM,
    second: LPARAM,
) -> LRESULT {
    let handler = HANDLER.with_borrow(Option::clone);
    let Some(handler) = handler.filter(|_| message >= WM_USER) else {
        // SAFETY: the system called this procedure with these arguments.
        return unsafe { DefWindowProcW(window, message, first, second) };
    };
    let notice = Notice::new(message, first, second);
    // A failing check must not unwind into the system; `run_until` lets it go on from there.
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| handler(notice))) {
        PANIC.set(Some(panic));
    }
    0
}

/// The class of these windows, registered with the first of them.
fn class_name() -> Vec<u16> {
    static REGISTERED: Once = Once::new();
    let name = wide("NetworkEventTest");
    REGISTERED.call_once(|| {
        let class = WNDCLASSW {
            lpfnWndProc: Some(procedure),
            lpszClassName: name.as_ptr(),
            ..Default::default()
        };
        let atom = call!(RegisterClassW(&class));
        assert_ne!(atom, 0, "RegisterClassW: {}", last_error());
    });
    name
}
