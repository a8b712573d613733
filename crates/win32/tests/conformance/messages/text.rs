//! The text of windows, wide and narrow.

use std::ptr::null_mut;

use super::{Place, Window, pump_until};
use crate::common::w::Win32::Foundation::HWND;
use crate::common::w::Win32::UI::WindowsAndMessaging::{
    CreateWindowExA, DefWindowProcA, DestroyWindow, GetWindowTextA, GetWindowTextLengthA,
    GetWindowTextLengthW, GetWindowTextW, HWND_MESSAGE, RegisterClassA, SendMessageA,
    SetWindowTextA, SetWindowTextW, WM_SETTEXT, WNDCLASSA,
};
use crate::common::{in_own_thread, task, wide};

fn text_of(window: HWND, capacity: usize) -> String {
    let mut buffer = vec![0u16; capacity];
    let length = call!(GetWindowTextW(window, buffer.as_mut_ptr(), capacity as i32));
    String::from_utf16_lossy(&buffer[..length as usize])
}

fn narrow_text_of(window: HWND, capacity: usize) -> String {
    let mut buffer = vec![0u8; capacity];
    let length = call!(GetWindowTextA(window, buffer.as_mut_ptr(), capacity as i32));
    String::from_utf8_lossy(&buffer[..length as usize]).into_owned()
}

/// MSG-34: A window keeps the text it was made with and that of SetWindowText; a buffer that is too short gets the
/// beginning.
#[test]
fn msg_34_the_text_of_a_window() {
    in_own_thread(|| {
        let place = Place {
            name: "포트 서버",
            ..Place::default()
        };
        let window = Window::at(&place, |_, _, _, _| None);
        assert_eq!(text_of(window.raw(), 50), "포트 서버");
        assert_eq!(call!(GetWindowTextLengthW(window.raw())), 5);
        assert_ne!(
            call!(SetWindowTextW(window.raw(), wide("another").as_ptr())),
            0
        );
        assert_eq!(text_of(window.raw(), 50), "another");
        assert_eq!(text_of(window.raw(), 5), "anot");
    });
}

/// MSG-35: Between wide and narrow the text is converted, in both directions.
#[test]
fn msg_35_text_is_converted() {
    in_own_thread(|| {
        let window = Window::plain();
        assert_ne!(
            call!(SetWindowTextA(window.raw(), c"닻을 올려라".as_ptr().cast())),
            0
        );
        assert_eq!(text_of(window.raw(), 50), "닻을 올려라");
        assert_eq!(narrow_text_of(window.raw(), 50), "닻을 올려라");
        assert_eq!(call!(GetWindowTextLengthA(window.raw())), 16);
        assert_eq!(narrow_text_of(window.raw(), 5), "닻", "no half characters");

        let class = WNDCLASSA {
            lpfnWndProc: Some(DefWindowProcA),
            lpszClassName: c"larboard class with narrow text".as_ptr().cast(),
            ..WNDCLASSA::default()
        };
        assert_ne!(call!(RegisterClassA(&class)), 0);
        let narrow = call!(CreateWindowExA(
            0,
            class.lpszClassName,
            c"이름".as_ptr().cast(),
            0,
            0,
            0,
            0,
            0,
            HWND_MESSAGE,
            null_mut(),
            null_mut(),
            std::ptr::null()
        ));
        assert_eq!(text_of(narrow, 50), "이름");
        assert_ne!(call!(SetWindowTextW(narrow, wide("새 이름").as_ptr())), 0);
        assert_eq!(narrow_text_of(narrow, 50), "새 이름");
        assert_eq!(call!(GetWindowTextLengthW(narrow)), 4);
        assert_ne!(call!(DestroyWindow(narrow)), 0);
    });
}

/// MSG-34: Another thread's text comes from the window's own thread, also narrow.
#[test]
fn msg_34_text_across_threads() {
    in_own_thread(|| {
        let window = Window::plain();
        let address = window.address();
        let other = task(move || {
            let window = address as HWND;
            let set = call!(SendMessageA(
                window,
                WM_SETTEXT,
                0,
                c"건너편".as_ptr() as isize
            ));
            assert_ne!(set, 0);
            (text_of(window, 50), narrow_text_of(window, 50))
        });
        pump_until(|| other.ended());
        let (wide, narrow) = other.result();
        assert_eq!((wide.as_str(), narrow.as_str()), ("건너편", "건너편"));
    });
}
