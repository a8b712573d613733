//! The call itself and the messages: their parameters, their order, who replaces whom, closing.

use std::cell::{Cell, RefCell};
use std::ptr::null_mut;
use std::rc::Rc;
use std::thread;

use super::watch::{ALL, QUIETLY, Watch};
use super::window::{Notice, WM_SOCKET, Window, select};
use crate::common::w::Win32::Foundation::{CloseHandle, HWND};
use crate::common::w::Win32::Networking::WinSock::{
    FD_ACCEPT, FD_CLOSE, FD_CONNECT, FD_OOB, FD_READ, FD_WRITE, INVALID_SOCKET, MSG_PEEK,
    WSAEINVAL, WSAENOTSOCK, WSAEWOULDBLOCK,
};
use crate::common::w::Win32::UI::WindowsAndMessaging::{
    MSG, PM_NOREMOVE, PM_REMOVE, PeekMessageW, WM_USER,
};
use crate::common::{DEADLINE, Socket, task, wait_until};
use crate::io::{connected_pair, eventually, never};

/// ASY-01: Network events come as messages, and the socket is non-blocking.
#[test]
fn asy_01_events_come_as_messages() {
    let (a, b) = connected_pair();
    let window = Window::new();
    assert_eq!(
        select(a.raw(), window.raw(), WM_SOCKET, FD_READ | FD_CLOSE),
        Ok(0)
    );
    assert_eq!(a.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));
    window.quiet();
    b.send(b"abc").expect("send");
    window.expect(&a, FD_READ);
    assert_eq!(a.recv_all(3), b"abc");
    b.close();
    window.expect(&a, FD_CLOSE);
}

/// ASY-02: The bits of the events.
#[test]
fn asy_02_the_bits_of_the_events() {
    let bits = [FD_READ, FD_WRITE, FD_OOB, FD_ACCEPT, FD_CONNECT, FD_CLOSE];
    assert_eq!(bits, [1, 2, 4, 8, 16, 32]);
}

/// ASY-03: The window procedure gets the window's message, the socket, and event and error in the halves of lParam.
#[test]
fn asy_03_the_window_procedure_gets_socket_and_event() {
    let (a, b) = connected_pair();
    let window = Window::new();
    let notices = Rc::new(RefCell::new(Vec::new()));
    let noted = notices.clone();
    window.handle_with(move |notice| noted.borrow_mut().push(notice));
    window.select_as(&b, WM_USER + 77, FD_READ | FD_WRITE);
    a.send(b"abc").expect("send");
    window.run_until(|| notices.borrow().len() == 2);

    let mut events: Vec<_> = notices.borrow().iter().map(|n| n.event).collect();
    events.sort_unstable();
    assert_eq!(events, [FD_READ, FD_WRITE]);
    for notice in notices.borrow().iter() {
        let expected = (WM_USER + 77, b.raw(), 0);
        assert_eq!((notice.message, notice.socket, notice.error), expected);
    }
}

/// ASY-03: Window and parameters stand in the message itself; the error is the high word.
#[test]
fn asy_03_the_message_carries_everything() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, FD_CLOSE);
    a.close();
    window.peek();
    let mut message = MSG::default();
    let found = call!(PeekMessageW(&mut message, null_mut(), 0, 0, PM_REMOVE));
    assert_ne!(found, 0);
    assert_eq!((message.hwnd, message.message), (window.raw(), WM_SOCKET));
    assert_eq!((message.wParam, message.lParam), (b.raw(), 0x20));
}

/// ASY-04: Each message carries one event.
#[test]
fn asy_04_several_events_are_several_messages() {
    let (a, b) = connected_pair();
    a.send(b"abc").expect("send");
    eventually("the data", || b.recv_flags(&mut [0; 3], MSG_PEEK) == Ok(3));
    let window = Window::of(&b, ALL);
    let mut notices = [window.next(), window.next()];
    notices.sort_by_key(|notice| notice.event);
    assert_eq!(notices, [Notice::of(&b, FD_READ), Notice::of(&b, FD_WRITE)]);
    window.quiet();
}

/// ASY-05: A new call replaces mask, window and message.
#[test]
fn asy_05_a_new_call_replaces_everything() {
    let (a, b) = connected_pair();
    let old = Window::of(&b, FD_READ | FD_CLOSE);
    let new = Window::new();
    new.select_as(&b, WM_SOCKET + 1, FD_READ);
    a.send(b"abc").expect("send");
    let notice = new.next();
    assert_eq!((notice.message, notice.event), (WM_SOCKET + 1, FD_READ));
    old.quiet();

    new.select_as(&b, WM_SOCKET + 2, FD_CLOSE);
    assert_eq!(b.recv_all(3), b"abc");
    a.send(b"def").expect("send");
    new.quiet();
    a.close();
    let notice = new.next();
    assert_eq!((notice.message, notice.event), (WM_SOCKET + 2, FD_CLOSE));
    old.quiet();
}

/// ASY-06: Events 0 ends the selection.
#[test]
fn asy_06_no_events_cancel() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, QUIETLY);
    assert_eq!(select(b.raw(), window.raw(), 0, 0), Ok(0));
    a.send(b"abc").expect("send");
    a.close();
    window.quiet();
}

/// ASY-06: Messages that were posted before stay in the queue.
#[test]
fn asy_06_posted_messages_stay() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, FD_READ);
    a.send(b"abc").expect("send");
    assert_eq!(window.peek(), Notice::of(&b, FD_READ));
    assert_eq!(select(b.raw(), window.raw(), 0, 0), Ok(0));
    window.expect(&b, FD_READ);
    window.quiet();

    window.select(&b, FD_READ);
    assert_eq!(window.peek(), Notice::of(&b, FD_READ));
    let value = b.close();
    assert_eq!(window.next().socket, value);
    window.quiet();
}

/// ASY-07: A window that doesn't exist is WSAEINVAL.
#[test]
fn asy_07_a_bad_window_is_refused() {
    let (a, _b) = connected_pair();
    let destroyed = {
        let window = Window::new();
        window.raw()
    };
    for window in [null_mut(), destroyed, 0x1234_5678_usize as HWND] {
        assert_eq!(
            select(a.raw(), window, WM_SOCKET, FD_READ),
            Err(WSAEINVAL),
            "{window:?}"
        );
    }
}

/// ASY-07: A bad socket is WSAENOTSOCK, an unknown event WSAEINVAL.
#[test]
fn asy_07_a_bad_socket_or_event_is_refused() {
    let window = Window::new();
    for socket in [INVALID_SOCKET, Socket::tcp().close()] {
        assert_eq!(
            select(socket, window.raw(), WM_SOCKET, FD_READ),
            Err(WSAENOTSOCK)
        );
    }
    let (a, b) = connected_pair();
    for events in [FD_READ | 0x400, 0x8000_0000] {
        assert_eq!(
            select(a.raw(), window.raw(), WM_SOCKET, events),
            Err(WSAEINVAL),
            "{events:#x}"
        );
    }
    b.send(b"abc").expect("send");
    window.quiet();
}

/// ASY-18: closesocket ends the selection without a message.
#[test]
fn asy_18_closesocket_posts_nothing() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, QUIETLY);
    b.close();
    window.quiet();
    drop(a);
    window.quiet();
}

/// ASY-18: CloseHandle posts FD_CLOSE for a selected socket.
#[test]
fn asy_18_close_handle_posts_fd_close() {
    let (_a, b) = connected_pair();
    let window = Window::of(&b, FD_READ | FD_CLOSE);
    let socket = b.raw();
    std::mem::forget(b);
    assert_ne!(call!(CloseHandle(socket as _)), 0);
    let notice = window.next();
    let expected = Notice {
        message: WM_SOCKET,
        socket,
        event: FD_CLOSE,
        error: 0,
    };
    assert_eq!(notice, expected);
    window.quiet();
}

/// ASY-18: A selected socket may be closed while its messages come in.
#[test]
fn asy_18_closing_while_messages_come() {
    let (window, mut closed) = (Window::new(), Vec::new());
    for round in 0..100 {
        let (a, b) = connected_pair();
        window.select(&b, QUIETLY);
        let sending = task(move || while a.send(b"x").is_ok() {});
        for _ in 0..round % 7 {
            thread::yield_now();
        }
        closed.push(b.close());
        sending.result();
        while let Some(notice) = window.poll(0) {
            assert!(closed.contains(&notice.socket), "{notice:?}");
        }
    }
    window.quiet();
}

/// ASY-19: WSAEventSelect ends the message selection, and the reverse.
#[test]
fn asy_19_event_selection_ends_message_selection() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, FD_READ | FD_CLOSE);
    let watch = Watch::of(&b, FD_READ | FD_CLOSE);
    a.send(b"abc").expect("send");
    watch.expect(&b, FD_READ);
    window.quiet();

    window.select(&b, FD_CLOSE);
    a.close();
    window.expect(&b, FD_CLOSE);
    never("the event object", || watch.is_set());
}

/// ASY-19: Cancelling by either function ends the selection of the other.
#[test]
fn asy_19_either_function_cancels() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, FD_READ);
    Watch::new().select(&b, 0);
    a.send(b"abc").expect("send");
    window.quiet();

    assert_eq!(b.recv_all(3), b"abc");
    let watch = Watch::of(&b, FD_READ);
    window.select(&b, 0);
    a.send(b"abc").expect("send");
    watch.quiet(&b);
    window.quiet();
}

/// ASY-20: The window procedure runs in the window's thread, one message after the other; a slow one delays the rest.
#[test]
fn asy_20_one_message_at_a_time() {
    let pairs: Vec<_> = (0..4).map(|_| connected_pair()).collect();
    let window = Window::new();
    let (inside, handled) = (Cell::new(false), Rc::new(Cell::new(0)));
    let (count, owner, own) = (handled.clone(), thread::current().id(), window.raw());
    window.handle_with(move |notice| {
        assert!(!inside.replace(true), "two messages at a time");
        assert_eq!(thread::current().id(), owner);
        assert_eq!(notice.event, FD_READ);
        if count.get() == 0 {
            eventually("another message", || is_waiting(own, WM_SOCKET));
            assert_eq!(count.get(), 0, "served meanwhile");
        }
        count.set(count.get() + 1);
        inside.set(false);
    });
    for (a, b) in &pairs {
        window.select(a, FD_READ);
        b.send(b"abc").expect("send");
    }
    window.run_until(|| handled.get() == pairs.len());
}

/// ASY-21: The messages of a socket come in the order of its events, mixed with others in the thread's queue.
#[test]
fn asy_21_messages_are_in_the_order_of_events() {
    let (a, b) = connected_pair();
    let (c, d) = connected_pair();
    let window = Window::new();
    window.select(&b, FD_READ | FD_CLOSE);
    window.select_as(&d, WM_SOCKET + 1, FD_READ);

    window.post(WM_USER + 100, 1, 0);
    a.send(b"abc").expect("send");
    assert!(wait_until(DEADLINE, || is_waiting(window.raw(), WM_SOCKET)));
    c.send(b"abc").expect("send");
    assert!(wait_until(DEADLINE, || is_waiting(
        window.raw(),
        WM_SOCKET + 1
    )));
    window.post(WM_USER + 100, 2, 0);

    let order: Vec<_> = (0..4).map(|_| window.next()).collect();
    let told: Vec<_> = order.iter().map(|n| (n.message, n.socket)).collect();
    let expected = [
        (WM_USER + 100, 1),
        (WM_SOCKET, b.raw()),
        (WM_SOCKET + 1, d.raw()),
        (WM_USER + 100, 2),
    ];
    assert_eq!(told, expected);
    window.quiet();
}

/// Whether a message with this number waits in the queue, where it stays.
fn is_waiting(window: HWND, number: u32) -> bool {
    let mut message = MSG::default();
    let found = call!(PeekMessageW(
        &mut message,
        window,
        number,
        number,
        PM_NOREMOVE
    ));
    found != 0
}

/// ASY-21: Data and then the close are told in this order.
#[test]
fn asy_21_data_comes_before_the_close() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, FD_READ | FD_CLOSE);
    a.send(b"abc").expect("send");
    assert_eq!(window.peek(), Notice::of(&b, FD_READ));
    a.close();
    window.expect(&b, FD_READ);
    assert_eq!(b.recv_all(3), b"abc");
    window.expect(&b, FD_CLOSE);
    window.quiet();
}
