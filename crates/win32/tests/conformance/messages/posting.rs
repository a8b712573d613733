//! Posting, order, filters, limits.

use std::ptr::null_mut;

use super::{Place, WM_ONE, WM_TWO, Window, drain, peek, peek_at, post, run, window_of};
use crate::common::w::Win32::Foundation::{
    ERROR_INVALID_THREAD_ID, ERROR_INVALID_WINDOW_HANDLE, ERROR_MESSAGE_SYNC_ONLY,
    ERROR_NOT_ENOUGH_QUOTA, HWND,
};
use crate::common::w::Win32::Networking::WinSock::{FD_CLOSE, FD_READ, WSAAsyncSelect, recv, send};
use crate::common::w::Win32::System::SystemInformation::GetTickCount;
use crate::common::w::Win32::System::Threading::{GetCurrentThreadId, SetEvent};
use crate::common::w::Win32::UI::WindowsAndMessaging::{
    DispatchMessageW, GetMessageTime, GetMessageW, GetQueueStatus, HWND_BROADCAST, MSG,
    PM_NOREMOVE, PM_QS_POSTMESSAGE, PM_QS_SENDMESSAGE, PM_REMOVE, PostMessageW, PostQuitMessage,
    PostThreadMessageW, QS_ALLINPUT, QS_POSTMESSAGE, QS_SENDMESSAGE, QS_TIMER,
    RegisterWindowMessageA, RegisterWindowMessageW, SendNotifyMessageW, SetTimer, WM_QUIT,
    WM_SETTEXT, WM_TIMER, WS_CHILD,
};
use crate::common::{
    DEADLINE, LIMIT, Log, event, in_own_thread, last_error, task, tcp_pair, wait, wait_until, wide,
};

/// MSG-01: What is sent comes before what is posted, that before WM_QUIT, and that before timers; posted messages keep
/// their order.
#[test]
fn msg_01_sent_posted_quit_timers() {
    in_own_thread(|| {
        let log: Log<&str> = Log::default();
        let seen = log.clone();
        let window = Window::new(move |_, message, _, _| {
            (message == WM_TWO).then(|| {
                seen.note("sent");
                0
            })
        });
        assert_ne!(call!(SetTimer(window.raw(), 7, 10, None)), 0);
        let due = || call!(GetQueueStatus(QS_TIMER)) >> 16 & QS_TIMER != 0;
        assert!(wait_until(DEADLINE, due));
        call!(PostQuitMessage(3));
        post(window.raw(), WM_ONE, 1);
        post(window.raw(), WM_ONE, 2);
        let address = window.address();
        task(move || call!(SendNotifyMessageW(window_of(address), WM_TWO, 0, 0))).result();

        assert_eq!(log.count(), 0, "it waits for the thread to look");
        let found: Vec<_> = (0..4)
            .map(|_| peek(PM_REMOVE).expect("there are four"))
            .map(|message| (message.message, message.wParam))
            .collect();
        assert_eq!(log.entries(), ["sent"]);
        assert_eq!(
            found,
            [(WM_ONE, 1), (WM_ONE, 2), (WM_QUIT, 3), (WM_TIMER, 7)]
        );
    });
}

/// MSG-02: A filter by window takes the window's messages and its children's; -1 takes those without a window; a range
/// takes what lies in it. The others stay in their order.
#[test]
fn msg_02_filters_by_window_and_range() {
    in_own_thread(|| {
        let (parent, other) = (Window::plain(), Window::plain());
        let inside = Place {
            parent: parent.raw(),
            style: WS_CHILD,
            name: "",
        };
        let child = Window::at(&inside, |_, _, _, _| None);
        post(other.raw(), WM_ONE, 1);
        post(child.raw(), WM_ONE, 2);
        post(parent.raw(), WM_TWO, 3);
        post(null_mut(), WM_ONE, 4);

        let take = |window, range| peek_at(window, range, PM_REMOVE).map(|m| m.wParam);
        assert_eq!(take(child.raw(), (WM_TWO, WM_TWO)), None);
        assert_eq!(take(usize::MAX as HWND, (0, 0)), Some(4));
        assert_eq!(take(usize::MAX as HWND, (0, 0)), None);
        assert_eq!(take(null_mut(), (WM_TWO, WM_TWO)), Some(3));
        assert_eq!(take(parent.raw(), (0, 0)), Some(2));
        assert_eq!(take(parent.raw(), (0, 0)), None);
        let mut message = MSG::default();
        assert_eq!(
            call!(GetMessageW(&mut message, other.raw(), WM_ONE, WM_ONE)),
            1
        );
        assert_eq!((message.hwnd, message.wParam), (other.raw(), 1));
    });
}

/// MSG-02: A window that does not exist is no filter: GetMessage gives -1, PeekMessage FALSE.
#[test]
fn msg_02_a_filter_window_must_exist() {
    in_own_thread(|| {
        let mut message = MSG::default();
        let nobody = 0x7abc as HWND;
        assert_eq!(call!(GetMessageW(&mut message, nobody, 0, 0)), -1);
        assert_eq!(last_error(), ERROR_INVALID_WINDOW_HANDLE);
        assert!(peek_at(nobody, (0, 0), PM_REMOVE).is_none());
        assert_eq!(last_error(), ERROR_INVALID_WINDOW_HANDLE);
    });
}

/// MSG-03: With PM_NOREMOVE a message stays; the PM_QS flags say which kinds are looked at.
#[test]
fn msg_03_peeking_leaves_or_removes() {
    in_own_thread(|| {
        let window = Window::plain();
        assert!(peek(PM_REMOVE).is_none());
        post(window.raw(), WM_ONE, 5);
        for _ in 0..2 {
            assert_eq!(peek(PM_NOREMOVE).map(|m| m.wParam), Some(5));
        }
        assert!(peek(PM_REMOVE | PM_QS_SENDMESSAGE).is_none());
        assert_eq!(
            peek(PM_REMOVE | PM_QS_POSTMESSAGE).map(|m| m.wParam),
            Some(5)
        );
        assert!(peek(PM_REMOVE).is_none());
    });
}

/// MSG-04: A queue takes 10,000 posted messages and no more: ERROR_NOT_ENOUGH_QUOTA, until one has been taken.
#[test]
fn msg_04_ten_thousand_messages() {
    in_own_thread(|| {
        let window = Window::plain();
        for n in 0..10_000 {
            post(window.raw(), WM_ONE, n);
        }
        assert_eq!(call!(PostMessageW(window.raw(), WM_ONE, 0, 0)), 0);
        assert_eq!(last_error(), ERROR_NOT_ENOUGH_QUOTA);
        let thread = call!(GetCurrentThreadId());
        assert_eq!(call!(PostThreadMessageW(thread, WM_ONE, 0, 0)), 0);
        assert_eq!(last_error(), ERROR_NOT_ENOUGH_QUOTA);
        assert_eq!(peek(PM_REMOVE).map(|m| m.wParam), Some(0));
        post(window.raw(), WM_ONE, 10_000);
        let all: Vec<usize> = drain().into_iter().map(|(_, wparam)| wparam).collect();
        assert_eq!(all, (1..=10_000).collect::<Vec<_>>());
    });
}

/// MSG-05: Without a window a message goes to the calling thread's queue; DispatchMessage has nobody to call for it.
#[test]
fn msg_05_a_message_without_a_window_is_for_the_own_thread() {
    in_own_thread(|| {
        let before = call!(GetTickCount());
        assert_ne!(call!(PostMessageW(null_mut(), WM_ONE, 6, 7)), 0);
        let message = peek(PM_REMOVE).expect("posted");
        assert!(message.hwnd.is_null());
        assert_eq!(
            (message.message, message.wParam, message.lParam),
            (WM_ONE, 6, 7)
        );
        assert!(message.time.wrapping_sub(before) < LIMIT);
        assert_eq!(call!(GetMessageTime()) as u32, message.time);
        assert_eq!(call!(DispatchMessageW(&message)), 0);
    });
}

/// MSG-05: HWND_BROADCAST posts to every top-level window, and to no message-only window and no child.
#[test]
fn msg_05_broadcast_reaches_top_level_windows() {
    in_own_thread(|| {
        let name = wide("larboard broadcast of the tests");
        let message = call!(RegisterWindowMessageW(name.as_ptr()));
        let top = || Place {
            parent: null_mut(),
            ..Place::default()
        };
        let (one, two) = (
            Window::at(&top(), |_, _, _, _| None),
            Window::at(&top(), |_, _, _, _| None),
        );
        let inside = Place {
            parent: one.raw(),
            style: WS_CHILD,
            name: "",
        };
        let (_child, _only) = (Window::at(&inside, |_, _, _, _| None), Window::plain());
        assert_ne!(call!(PostMessageW(HWND_BROADCAST, message, 1, 2)), 0);
        let mut got: Vec<HWND> =
            std::iter::from_fn(|| peek_at(null_mut(), (message, message), PM_REMOVE))
                .map(|message| message.hwnd)
                .collect();
        let mut expected = vec![one.raw(), two.raw()];
        got.sort();
        expected.sort();
        assert_eq!(got, expected);
    });
}

/// MSG-06: PostThreadMessage needs a thread that has a queue: ERROR_INVALID_THREAD_ID otherwise, also when it has ended.
#[test]
fn msg_06_a_thread_has_a_queue_once_it_has_looked() {
    let (ready, looked) = (std::sync::Arc::new(event()), std::sync::Arc::new(event()));
    let (sender, id) = std::sync::mpsc::channel();
    let thread = {
        let (ready, looked) = (ready.clone(), looked.clone());
        task(move || {
            sender
                .send(call!(GetCurrentThreadId()))
                .expect("it is waited for");
            assert_eq!(wait(**ready, LIMIT), 0);
            assert!(peek(PM_NOREMOVE).is_none());
            call!(SetEvent(**looked));
            let mut message = MSG::default();
            assert_eq!(call!(GetMessageW(&mut message, null_mut(), 0, 0)), 1);
            (message.hwnd.addr(), message.message, message.wParam)
        })
    };
    let id = id.recv().expect("the thread runs");
    assert_eq!(call!(PostThreadMessageW(id, WM_ONE, 1, 0)), 0);
    assert_eq!(last_error(), ERROR_INVALID_THREAD_ID);
    call!(SetEvent(**ready));
    assert_eq!(wait(**looked, LIMIT), 0);
    assert_ne!(call!(PostThreadMessageW(id, WM_ONE, 2, 0)), 0);
    assert_eq!(thread.result(), (0, WM_ONE, 2));
    assert_eq!(call!(PostThreadMessageW(id, WM_ONE, 3, 0)), 0);
    assert_eq!(last_error(), ERROR_INVALID_THREAD_ID);
}

/// MSG-07: PostQuitMessage ends a message loop with its code after what is posted, also what is posted later; no filter
/// holds WM_QUIT back.
#[test]
fn msg_07_quit_comes_last_and_through_filters() {
    in_own_thread(|| {
        let log: Log<usize> = Log::default();
        let seen = log.clone();
        let window = Window::new(move |_, message, wparam, _| {
            (message == WM_ONE).then(|| {
                seen.note(wparam);
                0
            })
        });
        call!(PostQuitMessage(42));
        post(window.raw(), WM_ONE, 1);
        post(window.raw(), WM_ONE, 2);
        assert_eq!(run(), 42);
        assert_eq!(log.entries(), [1, 2]);
        assert!(peek(PM_REMOVE).is_none(), "it is taken");

        call!(PostQuitMessage(-1));
        let quit = peek_at(window.raw(), (WM_ONE, WM_ONE), PM_NOREMOVE).expect("it passes");
        assert_eq!((quit.message, quit.wParam as i32), (WM_QUIT, -1));
        let mut message = MSG::default();
        assert_eq!(
            call!(GetMessageW(&mut message, window.raw(), WM_ONE, WM_ONE)),
            0
        );
    });
}

/// MSG-08: Messages with pointers cannot be posted: ERROR_MESSAGE_SYNC_ONLY.
#[test]
fn msg_08_pointers_cannot_be_posted() {
    let window = Window::plain();
    let text = wide("gone by then");
    let posted = call!(PostMessageW(
        window.raw(),
        WM_SETTEXT,
        0,
        text.as_ptr() as isize
    ));
    assert_eq!((posted, last_error()), (0, ERROR_MESSAGE_SYNC_ONLY));
}

/// MSG-09: RegisterWindowMessage gives one number per name, whatever its case, from 0xC000 on.
#[test]
fn msg_09_registered_messages() {
    let (a, b) = (wide("larboard message A"), wide("LARBOARD MESSAGE a"));
    let first = call!(RegisterWindowMessageW(a.as_ptr()));
    assert!((0xC000..=0xFFFF).contains(&first), "{first:#x}");
    assert_eq!(call!(RegisterWindowMessageW(b.as_ptr())), first);
    let narrow = c"larboard message A";
    assert_eq!(call!(RegisterWindowMessageA(narrow.as_ptr().cast())), first);
    let other = wide("larboard message B");
    assert_ne!(call!(RegisterWindowMessageW(other.as_ptr())), first);
}

/// MSG-10: GetQueueStatus tells what is there and what has come since it was asked or the queue looked at.
#[test]
fn msg_10_the_state_of_the_queue() {
    in_own_thread(|| {
        let window = Window::plain();
        let status = || call!(GetQueueStatus(QS_ALLINPUT));
        assert_eq!(status(), 0);
        post(window.raw(), WM_ONE, 0);
        assert_eq!(status(), QS_POSTMESSAGE << 16 | QS_POSTMESSAGE);
        assert_eq!(status(), QS_POSTMESSAGE << 16, "not new any more");
        let address = window.address();
        task(move || call!(SendNotifyMessageW(window_of(address), WM_ONE, 0, 0))).result();
        assert_eq!(
            status(),
            (QS_POSTMESSAGE | QS_SENDMESSAGE) << 16 | QS_SENDMESSAGE
        );
        assert_eq!(drain(), [(WM_ONE, 0)]);
        assert_eq!(status(), 0);
        post(window.raw(), WM_ONE, 0);
        assert!(peek(PM_NOREMOVE).is_some());
        assert_eq!(status(), QS_POSTMESSAGE << 16, "it has been seen");
    });
}

/// MSG-11: Messages from one thread arrive in the order in which it posted them, whoever else posts.
#[test]
fn msg_11_many_threads_post_in_order() {
    const THREADS: usize = 4;
    const EACH: usize = 2_000;
    in_own_thread(|| {
        let log: Log<usize> = Log::default();
        let seen = log.clone();
        let window = Window::new(move |_, message, wparam, _| {
            (message == WM_ONE).then(|| {
                seen.note(wparam);
                0
            })
        });
        let address = window.address();
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                task(move || {
                    for n in 0..EACH {
                        post(window_of(address), WM_ONE, thread * EACH + n);
                    }
                })
            })
            .collect();
        super::pump_until(|| log.count() == THREADS * EACH);
        threads.into_iter().for_each(|thread| thread.result());
        let got = log.entries();
        for thread in 0..THREADS {
            let mine = got.iter().filter(|n| **n / EACH == thread);
            assert!(mine.clone().is_sorted() && mine.count() == EACH);
        }
    });
}

/// MSG-42: A queue that never runs empty gets other messages all the same, and so does a program that only peeks.
#[test]
fn msg_42_a_busy_thread_hears_of_its_sockets() {
    in_own_thread(|| {
        let heard: Log<usize> = Log::default();
        let seen = heard.clone();
        let window = Window::new(move |window, message, wparam, _| {
            match message {
                WM_ONE => post(window, WM_ONE, 0),
                WM_TWO => seen.note(wparam),
                _ => return None,
            }
            Some(0)
        });
        let (client, server) = tcp_pair();
        let events = (FD_READ | FD_CLOSE) as i32;
        assert_eq!(
            call!(WSAAsyncSelect(*server, window.raw(), WM_TWO, events)),
            0
        );
        let send_one = || {
            let sent = call!(send(*client, c"x".as_ptr().cast(), 1, 0));
            assert_eq!(sent, 1);
        };
        send_one();
        assert!(wait_until(DEADLINE, || {
            let message = peek(PM_REMOVE);
            message.is_some_and(|m| m.wParam == *server && m.message == WM_TWO)
        }));
        let mut byte = [0u8];
        assert_eq!(call!(recv(*server, byte.as_mut_ptr(), 1, 0)), 1);

        post(window.raw(), WM_ONE, 0);
        send_one();
        let start = std::time::Instant::now();
        while heard.count() == 0 && start.elapsed() < DEADLINE {
            let mut message = MSG::default();
            assert_eq!(call!(GetMessageW(&mut message, null_mut(), 0, 0)), 1);
            call!(DispatchMessageW(&message));
        }
        assert_eq!(heard.entries(), [*server]);
    });
}
