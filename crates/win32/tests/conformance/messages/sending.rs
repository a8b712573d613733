//! SendMessage and its relatives, between threads.

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;

use super::{NO_TEXT, Place, WM_ONE, WM_TWO, Window, peek, post, pump_until, run, window_of};
use crate::common::w::Win32::Foundation::{
    ERROR_INVALID_WINDOW_HANDLE, ERROR_TIMEOUT, HWND, LRESULT,
};
use crate::common::w::Win32::System::Threading::{CreateThread, ExitThread, SetEvent};
use crate::common::w::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DefWindowProcW, GetParent, GetQueueStatus, HWND_BROADCAST, HWND_MESSAGE,
    ISMEX_CALLBACK, ISMEX_NOSEND, ISMEX_NOTIFY, ISMEX_REPLIED, ISMEX_SEND, InSendMessage,
    InSendMessageEx, IsWindow, PM_REMOVE, PostMessageW, PostQuitMessage, QS_SENDMESSAGE,
    RegisterClassW, RegisterWindowMessageW, ReplyMessage, SMTO_BLOCK, SMTO_NORMAL,
    SendMessageCallbackW, SendMessageTimeoutW, SendMessageW, SendNotifyMessageW, WM_DESTROY,
    WNDCLASSW, WS_CHILD,
};
use crate::common::{
    DEADLINE, Handle, LIMIT, Log, QUIET, event, in_own_thread, last_error, task, wait, wait_until,
    wide,
};

/// A thread with a window that runs a message loop until WM_TWO.
fn server(
    answer: impl Fn(HWND, u32, usize, isize) -> Option<LRESULT> + Send + 'static,
) -> (usize, crate::common::Task<usize>) {
    let (sender, address) = channel();
    let thread = task(move || {
        let window = Window::new(move |window, message, wparam, lparam| {
            if message == WM_TWO {
                call!(PostQuitMessage(0));
                return Some(0);
            }
            answer(window, message, wparam, lparam)
        });
        sender.send(window.address()).expect("it is waited for");
        run()
    });
    (address.recv().expect("the thread runs"), thread)
}

/// MSG-12: SendMessage calls the procedure of a window of the same thread at once and gives its answer.
#[test]
fn msg_12_sending_to_oneself_is_a_call() {
    let window = Window::new(|_, message, wparam, lparam| {
        (message == WM_ONE).then(|| wparam as isize * 10 + lparam)
    });
    assert_eq!(call!(SendMessageW(window.raw(), WM_ONE, 4, 2)), 42);
    assert_eq!(call!(SendMessageW(0x7abc as HWND, WM_ONE, 0, 0)), 0);
    assert_eq!(last_error(), ERROR_INVALID_WINDOW_HANDLE);
}

/// MSG-13: SendMessage to another thread waits until that thread has run the procedure, which it does inside GetMessage
/// or PeekMessage; posted messages wait longer.
#[test]
fn msg_13_sending_to_another_thread_waits_for_its_answer() {
    let log: Log<u32> = Log::default();
    let seen = log.clone();
    let (address, thread) = server(move |_, message, wparam, _| {
        (message >= WM_ONE).then(|| {
            seen.note(message);
            wparam as isize + 1
        })
    });
    for n in 0..1_000 {
        assert_eq!(
            call!(SendMessageW(window_of(address), WM_ONE, n, 0)),
            n as isize + 1
        );
    }
    assert_eq!(log.count(), 1_000);
    post(window_of(address), WM_TWO, 0);
    thread.result();
    assert_eq!(call!(SendMessageW(window_of(address), WM_ONE, 0, 0)), 0);
    assert_eq!(last_error(), ERROR_INVALID_WINDOW_HANDLE);
}

/// MSG-14: A thread that waits for an answer answers what is sent to its own windows, so two may send to each other.
#[test]
fn msg_14_two_threads_send_to_each_other() {
    in_own_thread(|| {
        let mine =
            Window::new(|_, message, wparam, _| (message == WM_ONE).then(|| wparam as isize * 2));
        let back = mine.address();
        let (address, thread) = server(move |_, message, wparam, _| {
            (message == WM_ONE).then(|| call!(SendMessageW(window_of(back), WM_ONE, wparam + 1, 0)))
        });
        for n in 0..500 {
            let answer = call!(SendMessageW(window_of(address), WM_ONE, n, 0));
            assert_eq!(answer, (n as isize + 1) * 2);
        }
        post(window_of(address), WM_TWO, 0);
        thread.result();
    });
}

/// MSG-15: SendMessageTimeout gives up when the time is over: ERROR_TIMEOUT; a message that was not begun is never run.
#[test]
fn msg_15_a_sender_may_lose_patience() {
    in_own_thread(|| {
        let ran = Arc::new(AtomicUsize::new(0));
        let seen = ran.clone();
        let window = Window::new(move |_, message, wparam, _| {
            (message == WM_ONE).then(|| {
                seen.fetch_add(1, Ordering::SeqCst);
                wparam as isize
            })
        });
        let address = window.address();
        let send = move |flags| {
            let mut answer = 0;
            let sent = call!(SendMessageTimeoutW(
                window_of(address),
                WM_ONE,
                9,
                0,
                flags,
                QUIET,
                &mut answer
            ));
            (sent, answer, last_error())
        };
        for flags in [SMTO_NORMAL, SMTO_BLOCK] {
            let (sent, _, error) = task(move || send(flags)).result();
            assert_eq!((sent, error), (0, ERROR_TIMEOUT));
        }
        assert!(peek(PM_REMOVE).is_none());
        assert_eq!(ran.load(Ordering::SeqCst), 0, "both were taken back");
        let (sent, answer, _) = send(SMTO_NORMAL);
        assert_eq!((sent, answer), (1, 9));
    });
}

/// MSG-16: SendNotifyMessage does not wait; SendMessageCallback has a routine called with the answer, by the sender's
/// thread, when it looks for messages.
#[test]
fn msg_16_notifying_and_being_called_back() {
    static ANSWERS: AtomicUsize = AtomicUsize::new(0);
    unsafe extern "system" fn answered(_: HWND, message: u32, data: usize, answer: LRESULT) {
        assert_eq!((message, data), (WM_ONE, 77));
        ANSWERS.fetch_add(answer as usize, Ordering::SeqCst);
    }
    in_own_thread(|| {
        let log: Log<(usize, u32)> = Log::default();
        let seen = log.clone();
        let (address, thread) = server(move |_, message, wparam, _| {
            (message == WM_ONE).then(|| {
                seen.note((wparam, call!(InSendMessageEx(std::ptr::null()))));
                wparam as isize
            })
        });
        let window = window_of(address);
        assert_ne!(call!(SendNotifyMessageW(window, WM_ONE, 3, 0)), 0);
        let called = call!(SendMessageCallbackW(
            window,
            WM_ONE,
            5,
            0,
            Some(answered),
            77
        ));
        assert_ne!(called, 0);
        assert!(wait_until(DEADLINE, || log.count() == 2));
        assert_eq!(log.entries(), [(3, ISMEX_NOTIFY), (5, ISMEX_CALLBACK)]);
        assert_eq!(ANSWERS.load(Ordering::SeqCst), 0, "nobody has looked");
        pump_until(|| ANSWERS.load(Ordering::SeqCst) == 5);

        let own = Window::new(|_, message, _, _| (message == WM_ONE).then_some(6));
        call!(SendMessageCallbackW(
            own.raw(),
            WM_ONE,
            0,
            0,
            Some(answered),
            77
        ));
        assert_eq!(
            ANSWERS.load(Ordering::SeqCst),
            11,
            "at once for an own window"
        );
        post(window, WM_TWO, 0);
        thread.result();
    });
}

/// MSG-17: ReplyMessage lets the sender go on before the procedure has returned; InSendMessage tells that there is one.
#[test]
fn msg_17_replying_before_the_end() {
    let (go, log) = (Arc::new(event()), Log::<u32>::default());
    let (held, seen) = (go.clone(), log.clone());
    let (address, thread) = server(move |_, message, _, _| {
        (message == WM_ONE).then(|| {
            seen.note(call!(InSendMessage()) as u32);
            seen.note(call!(InSendMessageEx(std::ptr::null())));
            seen.note(call!(ReplyMessage(31)) as u32);
            seen.note(call!(InSendMessageEx(std::ptr::null())));
            seen.note(call!(ReplyMessage(32)) as u32);
            wait(**held, LIMIT);
            33
        })
    });
    assert_eq!(call!(SendMessageW(window_of(address), WM_ONE, 0, 0)), 31);
    call!(SetEvent(**go));
    assert_eq!(call!(InSendMessageEx(std::ptr::null())), ISMEX_NOSEND);
    assert_eq!(call!(ReplyMessage(1)), 0);
    post(window_of(address), WM_TWO, 0);
    thread.result();
    assert_eq!(
        log.entries(),
        [1, ISMEX_SEND, 1, ISMEX_SEND | ISMEX_REPLIED, 0]
    );
}

/// The procedure of a window that ends its thread at WM_ONE, and must not hear of the end of the window.
unsafe extern "system" fn ends_thread(window: HWND, message: u32, w: usize, l: isize) -> LRESULT {
    match message {
        // SAFETY: the frames up to the start routine own nothing.
        WM_ONE => unsafe { ExitThread(5) },
        WM_DESTROY => TOLD.store(true, Ordering::SeqCst),
        _ => {}
    }
    call!(DefWindowProcW(window, message, w, l))
}

static TOLD: AtomicBool = AtomicBool::new(false);
static ENDING: AtomicUsize = AtomicUsize::new(0);

/// The start routine of its thread.
unsafe extern "system" fn run_ending(class: *mut c_void) -> u32 {
    let window = call!(CreateWindowExW(
        0,
        class.cast_const().cast(),
        NO_TEXT,
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
    ENDING.store(window.addr(), Ordering::SeqCst);
    run() as u32
}

/// MSG-18: The end of a thread ends its windows without calling their procedures; who waits for an answer of theirs goes
/// on without one.
#[test]
fn msg_18_the_end_of_a_thread() {
    let name = wide("larboard window that ends its thread");
    let class = WNDCLASSW {
        lpfnWndProc: Some(ends_thread),
        lpszClassName: name.as_ptr(),
        ..WNDCLASSW::default()
    };
    let atom = call!(RegisterClassW(&class));
    assert_ne!(atom, 0);
    let thread = Handle::new(call!(CreateThread(
        null(),
        0,
        Some(run_ending),
        usize::from(atom) as *const c_void,
        0,
        null_mut()
    )));
    assert!(wait_until(DEADLINE, || ENDING.load(Ordering::SeqCst) != 0));
    let address = ENDING.load(Ordering::SeqCst);
    // Each is answered, or waits behind the one that ends the thread in the midst of its procedure, or comes too late.
    let senders = [WM_TWO, WM_ONE, WM_TWO]
        .map(|message| task(move || call!(SendMessageW(window_of(address), message, 0, 0))));
    assert_eq!(wait(*thread, LIMIT), 0);
    assert_eq!(senders.map(|sender| sender.result()), [0; 3]);
    assert!(!TOLD.load(Ordering::SeqCst), "nothing was called");
    assert_eq!(call!(IsWindow(window_of(address))), 0);
    assert_eq!(call!(PostMessageW(window_of(address), WM_ONE, 0, 0)), 0);
    assert_eq!(last_error(), ERROR_INVALID_WINDOW_HANDLE);
}

/// MSG-18: Who waits for a window that goes without having looked goes on without an answer.
#[test]
fn msg_18_the_end_of_a_window_ends_the_wait_for_it() {
    in_own_thread(|| {
        let (window, other) = (Window::plain(), Window::plain());
        let address = window.address();
        let sender = task(move || {
            let answer = call!(SendMessageW(window_of(address), WM_ONE, 0, 0));
            (answer, last_error())
        });
        let sent = || call!(GetQueueStatus(QS_SENDMESSAGE)) >> 16 & QS_SENDMESSAGE != 0;
        assert!(wait_until(DEADLINE, sent));
        drop(window);
        assert_eq!(sender.result(), (0, ERROR_INVALID_WINDOW_HANDLE));
        assert!(!sent());
        drop(other);
    });
}

/// MSG-18: A window goes with its parent, also where the two belong to different threads and the parent's has ended.
#[test]
fn msg_18_windows_in_two_threads() {
    for ends_thread in [false, true] {
        let (sender, address) = channel();
        let (go, done) = (Arc::new(event()), Arc::new(event()));
        let (wanted, destroyed) = (go.clone(), done.clone());
        let parent = task(move || {
            let window = Window::plain();
            sender.send(window.address()).expect("it is waited for");
            wait(**wanted, LIMIT);
            if ends_thread {
                window.leave();
            } else {
                drop(window);
                call!(SetEvent(**destroyed));
            }
        });
        let parent_window = address.recv().expect("the thread runs");
        in_own_thread(move || {
            let inside = Place {
                parent: window_of(parent_window),
                style: WS_CHILD,
                name: "",
            };
            let child = Window::at(&inside, |_, _, _, _| None);
            call!(SetEvent(**go));
            pump_until(|| call!(IsWindow(child.raw())) == 0);
            assert!(call!(GetParent(child.raw())).is_null());
            parent.result();
            assert_eq!(crate::common::signalled(**done), !ends_thread);
        });
    }
}

/// MSG-19: A message sent by HWND_BROADCAST reaches every top-level window, those of other threads too.
#[test]
fn msg_19_sending_to_all() {
    in_own_thread(|| {
        let name = wide("larboard sent broadcast");
        let message = call!(RegisterWindowMessageW(name.as_ptr()));
        let (sender, address) = channel();
        let log: Log<usize> = Log::default();
        let seen = log.clone();
        let thread = task(move || {
            let top = Place {
                parent: std::ptr::null_mut(),
                ..Place::default()
            };
            let window = Window::at(&top, move |_, number, wparam, _| {
                if number == WM_TWO {
                    call!(PostQuitMessage(0));
                } else if number == message {
                    seen.note(wparam);
                }
                None
            });
            sender.send(window.address()).expect("it is waited for");
            run()
        });
        let address = address.recv().expect("the thread runs");
        let mut answer = 0;
        let sent = call!(SendMessageTimeoutW(
            HWND_BROADCAST,
            message,
            8,
            0,
            SMTO_NORMAL,
            LIMIT,
            &mut answer
        ));
        assert_ne!(sent, 0);
        assert_eq!(log.entries(), [8]);
        post(window_of(address), WM_TWO, 0);
        thread.result();
    });
}
