//! Windows: how they begin and end, where they stand, what they keep.

use std::ptr::null_mut;

use super::{NO_TEXT, Place, WM_ONE, Window, class, drain, peek, post};
use crate::common::w::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_CANNOT_FIND_WND_CLASS, ERROR_INVALID_INDEX,
    ERROR_INVALID_WINDOW_HANDLE, ERROR_TLW_WITH_WSCHILD, HWND,
};
use crate::common::w::Win32::Graphics::Gdi::UpdateWindow;
use crate::common::w::Win32::System::Threading::{GetCurrentProcessId, GetCurrentThreadId};
use crate::common::w::Win32::UI::WindowsAndMessaging::{
    CREATESTRUCTW, CallWindowProcW, CreateWindowExW, DefWindowProcW, DestroyWindow,
    DispatchMessageW, FindWindowExW, FindWindowW, GWL_STYLE, GWLP_HINSTANCE, GWLP_ID,
    GWLP_USERDATA, GWLP_WNDPROC, GetParent, GetWindowLongPtrW, GetWindowLongW,
    GetWindowThreadProcessId, HWND_MESSAGE, IsChild, IsWindow, IsWindowUnicode, IsWindowVisible,
    MSG, PM_REMOVE, SW_HIDE, SW_SHOW, SendMessageW, SetTimer, SetWindowLongPtrW, SetWindowLongW,
    ShowWindow, WM_CLOSE, WM_CREATE, WM_DESTROY, WM_NCCREATE, WM_NCDESTROY, WNDPROC, WS_CHILD,
    WS_POPUP, WS_VISIBLE,
};
use crate::common::{Log, SENTINEL, in_own_thread, last_error, set_last_error, task, wide};

const BIRTH_AND_DEATH: [u32; 4] = [WM_NCCREATE, WM_CREATE, WM_DESTROY, WM_NCDESTROY];

/// A window that notes its number with each message about its life.
fn noted(place: &Place, number: u32, log: &Log<(u32, u32)>) -> Window {
    let log = log.clone();
    Window::at(place, move |_, message, _, _| {
        if BIRTH_AND_DEATH.contains(&message) {
            log.note((number, message));
        }
        None
    })
}

/// MSG-20: A window begins with WM_NCCREATE and WM_CREATE, both with what CreateWindowEx was called with.
#[test]
fn msg_20_a_window_is_told_how_it_is_made() {
    in_own_thread(|| {
        let log: Log<(u32, [i32; 4], String)> = Log::default();
        let seen = log.clone();
        let place = Place {
            parent: HWND_MESSAGE,
            style: WS_POPUP,
            name: "첫 창",
        };
        let window = Window::at(&place, move |_, message, _, lparam| {
            if [WM_NCCREATE, WM_CREATE].contains(&message) {
                // SAFETY: the parameter of both messages is a CREATESTRUCT.
                let given = unsafe { *(lparam as *const CREATESTRUCTW) };
                // SAFETY: its name ends with 0.
                let name = (0..).map(|at| unsafe { *given.lpszName.add(at) });
                let name: Vec<u16> = name.take_while(|unit| *unit != 0).collect();
                assert_eq!(
                    (given.style as u32, given.hwndParent),
                    (WS_POPUP, HWND_MESSAGE)
                );
                seen.note((
                    message,
                    [given.x, given.y, given.cx, given.cy],
                    String::from_utf16_lossy(&name),
                ));
            }
            None
        });
        let told = |message| (message, [1, 2, 3, 4], "첫 창".to_owned());
        assert_eq!(log.entries(), [told(WM_NCCREATE), told(WM_CREATE)]);
        assert_ne!(call!(IsWindow(window.raw())), 0);
    });
}

/// MSG-20: WM_NCCREATE refuses by FALSE and WM_CREATE by -1: there is no window then, and WM_NCDESTROY is its last
/// message.
#[test]
fn msg_20_a_window_may_refuse_to_be() {
    in_own_thread(|| {
        for (refusing, answer, expected) in [
            (WM_NCCREATE, 0, vec![WM_NCCREATE, WM_NCDESTROY]),
            (WM_CREATE, -1, BIRTH_AND_DEATH.to_vec()),
        ] {
            let log: Log<(u32, usize)> = Log::default();
            let seen = log.clone();
            let window = Window::try_at(&Place::default(), move |window, message, _, _| {
                if BIRTH_AND_DEATH.contains(&message) {
                    seen.note((message, window.addr()));
                }
                (message == refusing).then_some(answer)
            });
            assert!(window.raw().is_null());
            let (messages, handles): (Vec<u32>, Vec<usize>) = log.entries().into_iter().unzip();
            assert_eq!(messages, expected);
            assert_eq!(call!(IsWindow(handles[0] as HWND)), 0);
        }
    });
}

/// MSG-21: CreateWindowEx needs a class that exists, a parent that exists, and a parent at all for a child.
#[test]
fn msg_21_what_creation_refuses() {
    let create = |class: &[u16], style, parent| {
        let class = class.as_ptr();
        let window = call!(CreateWindowExW(
            0,
            class,
            NO_TEXT,
            style,
            0,
            0,
            0,
            0,
            parent,
            null_mut(),
            null_mut(),
            std::ptr::null()
        ));
        assert!(window.is_null());
        last_error()
    };
    let unknown = wide("larboard class that nobody registered");
    assert_eq!(create(&unknown, 0, null_mut()), ERROR_CANNOT_FIND_WND_CLASS);
    assert_eq!(
        create(&class(), WS_CHILD, null_mut()),
        ERROR_TLW_WITH_WSCHILD
    );
    assert_eq!(
        create(&class(), 0, 0x7abc as HWND),
        ERROR_INVALID_WINDOW_HANDLE
    );
}

/// MSG-22: DestroyWindow tells the window, then its children, then ends the children, then the window. Windows it owns
/// go first.
#[test]
fn msg_22_the_order_of_the_end() {
    in_own_thread(|| {
        let log: Log<(u32, u32)> = Log::default();
        let parent = noted(&Place::default(), 1, &log);
        let below = |style| Place {
            parent: parent.raw(),
            style,
            name: "",
        };
        let child = noted(&below(WS_CHILD), 2, &log);
        let owned = noted(&below(WS_POPUP), 3, &log);
        let before = log.count();
        assert_ne!(call!(DestroyWindow(parent.raw())), 0);
        assert_eq!(
            log.entries()[before..],
            [
                (3, WM_DESTROY),
                (3, WM_NCDESTROY),
                (1, WM_DESTROY),
                (2, WM_DESTROY),
                (2, WM_NCDESTROY),
                (1, WM_NCDESTROY),
            ]
        );
        for window in [&parent, &child, &owned] {
            assert_eq!(call!(IsWindow(window.raw())), 0);
            assert_eq!(call!(DestroyWindow(window.raw())), 0);
            assert_eq!(last_error(), ERROR_INVALID_WINDOW_HANDLE);
        }
    });
}

/// MSG-22: Only the thread that made a window may destroy it: ERROR_ACCESS_DENIED. WM_CLOSE is answered by destroying it.
#[test]
fn msg_22_only_the_owner_destroys() {
    in_own_thread(|| {
        let window = Window::plain();
        let address = window.address();
        let other = task(move || (call!(DestroyWindow(address as HWND)), last_error()));
        assert_eq!(other.result(), (0, ERROR_ACCESS_DENIED));
        assert_ne!(call!(IsWindow(window.raw())), 0);
        assert_eq!(call!(SendMessageW(window.raw(), WM_CLOSE, 0, 0)), 0);
        assert_eq!(call!(IsWindow(window.raw())), 0);
    });
}

/// MSG-23: What is posted to a window, and its timers, go with it. Its handle is refused ever after, and is not given to
/// the next windows.
#[test]
fn msg_23_nothing_is_left_of_a_window() {
    in_own_thread(|| {
        let (window, other) = (Window::plain(), Window::plain());
        post(window.raw(), WM_ONE, 1);
        post(other.raw(), WM_ONE, 2);
        assert_ne!(call!(SetTimer(window.raw(), 1, 10, None)), 0);
        let stale = window.raw();
        drop(window);
        assert_eq!(drain(), [(WM_ONE, 2)]);
        for _ in 0..200 {
            assert_ne!(Window::plain().raw(), stale);
        }
        let message = MSG {
            hwnd: stale,
            message: WM_ONE,
            ..MSG::default()
        };
        assert_eq!(call!(DispatchMessageW(&message)), 0);
        assert_eq!(last_error(), ERROR_INVALID_WINDOW_HANDLE);
        std::thread::sleep(std::time::Duration::from_millis(30));
        assert!(peek(PM_REMOVE).is_none(), "its timer is silent");
    });
}

/// MSG-24: DispatchMessage calls procedures of the calling thread's windows only.
#[test]
fn msg_24_a_procedure_runs_on_its_own_thread() {
    in_own_thread(|| {
        let window = Window::new(|_, message, wparam, _| {
            (message == WM_ONE).then(|| wparam as isize + call!(GetCurrentThreadId()) as isize)
        });
        let own = call!(GetCurrentThreadId()) as isize;
        let address = window.address();
        let message = move || MSG {
            hwnd: address as HWND,
            message: WM_ONE,
            wParam: 3,
            ..MSG::default()
        };
        assert_eq!(call!(DispatchMessageW(&message())), own + 3);
        let other = task(move || (call!(DispatchMessageW(&message())), last_error()));
        assert_eq!(other.result(), (0, ERROR_ACCESS_DENIED));
    });
}

/// MSG-25: Parents, owners, threads and processes of windows.
#[test]
fn msg_25_the_place_of_a_window() {
    in_own_thread(|| {
        let parent = Window::plain();
        let below = |style| Place {
            parent: parent.raw(),
            style,
            name: "",
        };
        let child = Window::at(&below(WS_CHILD), |_, _, _, _| None);
        let popup = Window::at(&below(WS_POPUP), |_, _, _, _| None);
        assert_eq!(call!(GetParent(child.raw())), parent.raw());
        assert_eq!(call!(GetParent(popup.raw())), parent.raw());
        assert!(call!(GetParent(parent.raw())).is_null());
        assert_ne!(call!(IsChild(parent.raw(), child.raw())), 0);
        assert_eq!(call!(IsChild(parent.raw(), popup.raw())), 0);
        assert_ne!(call!(IsWindowUnicode(parent.raw())), 0);
        let mut process = 0;
        let thread = call!(GetWindowThreadProcessId(parent.raw(), &mut process));
        assert_eq!(thread, call!(GetCurrentThreadId()));
        assert_eq!(process, call!(GetCurrentProcessId()));
    });
}

/// MSG-26: FindWindow looks through the top-level windows and then the message-only ones; FindWindowEx through the
/// children of one. Case does not count; nothing found leaves the last error alone.
#[test]
fn msg_26_finding_windows() {
    in_own_thread(|| {
        let named = |parent, style, name| {
            let place = Place {
                parent,
                style,
                name,
            };
            Window::at(&place, |_, _, _, _| None)
        };
        let top = named(null_mut(), 0, "Larboard find me");
        let child = named(top.raw(), WS_CHILD, "Larboard child");
        let only = named(HWND_MESSAGE, 0, "Larboard only messages");
        let class = class();
        let find = |name: &str| call!(FindWindowW(class.as_ptr(), wide(name).as_ptr()));
        assert_eq!(find("LARBOARD FIND ME"), top.raw());
        assert_eq!(find("larboard only messages"), only.raw());
        set_last_error(SENTINEL);
        assert!(find("larboard child").is_null());
        assert_eq!(last_error(), SENTINEL);
        let find_in = |parent, name: &str| {
            call!(FindWindowExW(
                parent,
                null_mut(),
                class.as_ptr(),
                wide(name).as_ptr()
            ))
        };
        assert_eq!(find_in(top.raw(), "larboard child"), child.raw());
        assert_eq!(find_in(HWND_MESSAGE, "larboard only messages"), only.raw());
        assert!(find_in(HWND_MESSAGE, "larboard find me").is_null());
        let unknown = wide("larboard class that nobody has");
        assert!(call!(FindWindowW(unknown.as_ptr(), NO_TEXT)).is_null());
    });
}

/// MSG-27: A window keeps numbers: the program's, its styles, its id, its module, and the bytes its class asked for.
/// ERROR_INVALID_INDEX beyond.
#[test]
fn msg_27_the_numbers_of_a_window() {
    in_own_thread(|| {
        let window = Window::plain();
        let get = |index| call!(GetWindowLongPtrW(window.raw(), index));
        let set = |index, value| call!(SetWindowLongPtrW(window.raw(), index, value));
        for index in [GWLP_ID, GWLP_HINSTANCE, 0, 8] {
            assert_eq!((get(index), set(index, -5)), (0, 0));
            assert_eq!((set(index, 6), get(index)), (-5, 6));
        }
        assert_eq!(call!(SetWindowLongW(window.raw(), 12, -1)), 0);
        assert_eq!(call!(GetWindowLongW(window.raw(), 12)), -1);
        assert_eq!(get(8), 6 | -1 << 32, "four of the eight bytes");
        set(GWL_STYLE, WS_VISIBLE as isize);
        assert_eq!(
            call!(GetWindowLongW(window.raw(), GWL_STYLE)),
            WS_VISIBLE as i32
        );
        for (index, wide) in [
            (9, true),
            (13, false),
            (16, false),
            (-1, true),
            (GWLP_WNDPROC, false),
        ] {
            let value = match wide {
                true => get(index),
                false => call!(GetWindowLongW(window.raw(), index)) as isize,
            };
            assert_eq!((value, last_error()), (0, ERROR_INVALID_INDEX), "{index}");
        }
    });
}

/// MSG-28: SetWindowLongPtr puts another procedure in the place of a window's, which that one may call by CallWindowProc.
#[test]
fn msg_28_another_procedure() {
    unsafe extern "system" fn doubled(window: HWND, message: u32, w: usize, l: isize) -> isize {
        let before = call!(GetWindowLongPtrW(window, 0));
        // SAFETY: the number is the procedure that the test has stored there.
        let before: WNDPROC = unsafe { std::mem::transmute(before) };
        2 * call!(CallWindowProcW(before, window, message, w, l))
    }
    in_own_thread(|| {
        let window = Window::new(|_, message, w, _| (message == WM_ONE).then_some(w as isize));
        let set = |index, value| call!(SetWindowLongPtrW(window.raw(), index, value));
        let before = call!(GetWindowLongPtrW(window.raw(), GWLP_WNDPROC));
        set(0, before);
        assert_eq!(set(GWLP_WNDPROC, doubled as *const () as isize), before);
        assert_eq!(call!(SendMessageW(window.raw(), WM_ONE, 21, 0)), 42);
        set(GWLP_WNDPROC, before);
        assert_eq!(call!(SendMessageW(window.raw(), WM_ONE, 21, 0)), 21);
        assert_ne!(call!(GetWindowLongPtrW(window.raw(), GWLP_USERDATA)), 0);
        assert_eq!(call!(DefWindowProcW(window.raw(), WM_ONE, 0, 0)), 0);
    });
}

/// MSG-29: ShowWindow tells whether the window was shown before; a child is visible if its parent is. UpdateWindow has
/// nothing to draw.
#[test]
fn msg_29_shown_and_hidden() {
    in_own_thread(|| {
        let parent = Window::plain();
        let inside = Place {
            parent: parent.raw(),
            style: WS_CHILD | WS_VISIBLE,
            name: "",
        };
        let child = Window::at(&inside, |_, _, _, _| None);
        let visible = |window: &Window| call!(IsWindowVisible(window.raw())) != 0;
        assert!(!visible(&parent) && !visible(&child));
        assert_eq!(call!(ShowWindow(parent.raw(), SW_SHOW)), 0);
        assert!(visible(&parent) && visible(&child));
        assert_ne!(call!(ShowWindow(parent.raw(), SW_HIDE)), 0);
        assert!(!visible(&parent));
        assert_ne!(call!(UpdateWindow(parent.raw())), 0);
        assert_eq!(call!(UpdateWindow(0x7abc as HWND)), 0);
    });
}
