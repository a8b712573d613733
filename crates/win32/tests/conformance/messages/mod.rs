//! Messages, windows without a display, user timers, and waits for messages.

mod classes;
mod everything;
mod life;
mod posting;
mod sending;
mod text;
mod timers;
mod waits;

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::Once;

use crate::common::w::Win32::Foundation::{HWND, LPARAM, LRESULT, WPARAM};
use crate::common::w::Win32::UI::WindowsAndMessaging::{
    CREATESTRUCTW, CreateWindowExW, DefWindowProcW, DestroyWindow, DispatchMessageW, GWLP_USERDATA,
    GetMessageW, GetWindowLongPtrW, HWND_MESSAGE, MSG, PEEK_MESSAGE_REMOVE_TYPE, PM_REMOVE,
    PeekMessageW, PostMessageW, RegisterClassW, SetWindowLongPtrW, WM_NCCREATE, WM_USER, WNDCLASSW,
};
use crate::common::{DEADLINE, last_error, wait_until, wide};

/// A message of the tests.
const WM_ONE: u32 = WM_USER + 1;
/// Another one.
const WM_TWO: u32 = WM_USER + 2;

/// What a window does with a message: None leaves it to DefWindowProc.
type Answer = Box<dyn Fn(HWND, u32, WPARAM, LPARAM) -> Option<LRESULT>>;

/// Where a window is and what it looks like.
struct Place {
    parent: HWND,
    style: u32,
    name: &'static str,
}

impl Default for Place {
    fn default() -> Self {
        Place {
            parent: HWND_MESSAGE,
            style: 0,
            name: "",
        }
    }
}

/// A window of the calling thread that is destroyed at the end of the test.
struct Window {
    handle: HWND,
    answer: *mut Answer,
}

impl Window {
    /// A message-only window.
    #[track_caller]
    fn new(answer: impl Fn(HWND, u32, WPARAM, LPARAM) -> Option<LRESULT> + 'static) -> Window {
        Window::at(&Place::default(), answer)
    }

    /// A message-only window that leaves everything to DefWindowProc.
    #[track_caller]
    fn plain() -> Window {
        Window::new(|_, _, _, _| None)
    }

    #[track_caller]
    fn at(
        place: &Place,
        answer: impl Fn(HWND, u32, WPARAM, LPARAM) -> Option<LRESULT> + 'static,
    ) -> Window {
        let window = Window::try_at(place, answer);
        assert!(!window.handle.is_null(), "no window: {}", last_error());
        window
    }

    /// The handle is null if the window was refused.
    fn try_at(
        place: &Place,
        answer: impl Fn(HWND, u32, WPARAM, LPARAM) -> Option<LRESULT> + 'static,
    ) -> Window {
        let answer: *mut Answer = Box::into_raw(Box::new(Box::new(answer)));
        let (class, name) = (class(), wide(place.name));
        let handle = call!(CreateWindowExW(
            0,
            class.as_ptr(),
            name.as_ptr(),
            place.style,
            1,
            2,
            3,
            4,
            place.parent,
            null_mut(),
            null_mut(),
            answer.cast::<c_void>()
        ));
        Window { handle, answer }
    }

    /// Leaves the window to the end of its thread.
    fn leave(self) {
        // SAFETY: made from a box in `try_at`; no message comes to the window any more.
        drop(unsafe { Box::from_raw(self.answer) });
        std::mem::forget(self);
    }

    fn raw(&self) -> HWND {
        self.handle
    }

    /// The handle as other threads may have it.
    fn address(&self) -> usize {
        self.handle.addr()
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        call!(DestroyWindow(self.handle));
        // SAFETY: made from a box in `try_at`; the window that used it is gone.
        drop(unsafe { Box::from_raw(self.answer) });
    }
}

/// The class of the windows above, registered once.
fn class() -> Vec<u16> {
    static REGISTERED: Once = Once::new();
    let name = wide("larboard test window");
    REGISTERED.call_once(|| {
        let class = WNDCLASSW {
            lpfnWndProc: Some(procedure),
            lpszClassName: name.as_ptr(),
            cbWndExtra: 16,
            ..WNDCLASSW::default()
        };
        assert_ne!(call!(RegisterClassW(&class)), 0, "{}", last_error());
    });
    name
}

unsafe extern "system" fn procedure(
    window: HWND,
    message: u32,
    wparam: WPARAM,
    lparam: LPARAM,
) -> LRESULT {
    if message == WM_NCCREATE {
        // SAFETY: the parameter of WM_NCCREATE is a CREATESTRUCT.
        let answer = unsafe { (*(lparam as *const CREATESTRUCTW)).lpCreateParams };
        call!(SetWindowLongPtrW(window, GWLP_USERDATA, answer as isize));
    }
    let answer = call!(GetWindowLongPtrW(window, GWLP_USERDATA)) as *const Answer;
    // SAFETY: null, or the box of the test, which outlives the window.
    let answer = unsafe { answer.as_ref() };
    answer
        .and_then(|answer| answer(window, message, wparam, lparam))
        .unwrap_or_else(|| call!(DefWindowProcW(window, message, wparam, lparam)))
}

/// A handle that came from another thread.
fn window_of(address: usize) -> HWND {
    address as HWND
}

#[track_caller]
fn post(window: HWND, message: u32, wparam: WPARAM) {
    let posted = call!(PostMessageW(window, message, wparam, 0));
    assert_ne!(posted, 0, "PostMessageW: {}", last_error());
}

/// PeekMessageW over everything.
fn peek(flags: PEEK_MESSAGE_REMOVE_TYPE) -> Option<MSG> {
    peek_at(null_mut(), (0, 0), flags)
}

fn peek_at(window: HWND, range: (u32, u32), flags: PEEK_MESSAGE_REMOVE_TYPE) -> Option<MSG> {
    let mut message = MSG::default();
    let found = call!(PeekMessageW(&mut message, window, range.0, range.1, flags));
    (found != 0).then_some(message)
}

/// The next message, within the limit of the tests.
#[track_caller]
fn next() -> MSG {
    let mut found = None;
    let there = wait_until(DEADLINE, || {
        found = peek(PM_REMOVE);
        found.is_some()
    });
    assert!(there, "no message came");
    found.expect("it is there")
}

/// All messages that are there, by number and first parameter.
fn drain() -> Vec<(u32, WPARAM)> {
    std::iter::from_fn(|| peek(PM_REMOVE))
        .map(|message| (message.message, message.wParam))
        .collect()
}

/// Dispatches messages until the quit message; gives its code.
fn run() -> WPARAM {
    let mut message = MSG::default();
    while call!(GetMessageW(&mut message, null_mut(), 0, 0)) > 0 {
        call!(DispatchMessageW(&message));
    }
    message.wParam
}

/// Answers what other threads send until the condition holds.
#[track_caller]
fn pump_until(mut condition: impl FnMut() -> bool) {
    let done = wait_until(DEADLINE, || {
        while let Some(message) = peek(PM_REMOVE) {
            call!(DispatchMessageW(&message));
        }
        condition()
    });
    assert!(done, "the condition never came to hold");
}

/// Nothing, as text.
const NO_TEXT: *const u16 = null();
