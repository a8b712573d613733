//! Window classes.

use std::ptr::null_mut;

use super::{NO_TEXT, Window, class};
use crate::common::w::Win32::Foundation::{
    ERROR_CLASS_ALREADY_EXISTS, ERROR_CLASS_DOES_NOT_EXIST, ERROR_CLASS_HAS_WINDOWS,
    ERROR_INVALID_PARAMETER, ERROR_RESOURCE_NAME_NOT_FOUND,
};
use crate::common::w::Win32::Graphics::Gdi::{DC_PEN, GetStockObject, HBRUSH, WHITE_BRUSH};
use crate::common::w::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DefWindowProcA, DefWindowProcW, DestroyWindow, GetClassInfoExW, GetClassInfoW,
    GetClassNameA, GetClassNameW, IDC_ARROW, IDC_WAIT, IDI_APPLICATION, IsWindowUnicode,
    LoadCursorA, LoadCursorW, LoadIconA, LoadIconW, RegisterClassA, RegisterClassExW,
    RegisterClassW, UnregisterClassW, WNDCLASSA, WNDCLASSEXW, WNDCLASSW,
};
use crate::common::{in_own_thread, last_error, wide};

fn plain(name: &[u16]) -> WNDCLASSW {
    WNDCLASSW {
        lpfnWndProc: Some(DefWindowProcW),
        lpszClassName: name.as_ptr(),
        cbWndExtra: 24,
        style: 3,
        ..WNDCLASSW::default()
    }
}

/// MSG-30: A class is registered once under a name, whatever its case, and gone after UnregisterClass, which has to wait
/// for its windows.
#[test]
fn msg_30_a_class_has_its_time() {
    let name = wide("larboard class of a test");
    let again = wide("Larboard CLASS of a test");
    let atom = call!(RegisterClassW(&plain(&name)));
    assert!(atom >= 0xC000);
    assert_eq!(call!(RegisterClassW(&plain(&again))), 0);
    assert_eq!(last_error(), ERROR_CLASS_ALREADY_EXISTS);
    let window = call!(CreateWindowExW(
        0,
        usize::from(atom) as *const u16,
        NO_TEXT,
        0,
        0,
        0,
        0,
        0,
        null_mut(),
        null_mut(),
        null_mut(),
        std::ptr::null()
    ));
    assert!(!window.is_null(), "by its number");
    assert_eq!(call!(UnregisterClassW(name.as_ptr(), null_mut())), 0);
    assert_eq!(last_error(), ERROR_CLASS_HAS_WINDOWS);
    assert_ne!(call!(DestroyWindow(window)), 0);
    assert_ne!(call!(UnregisterClassW(again.as_ptr(), null_mut())), 0);
    assert_eq!(call!(UnregisterClassW(name.as_ptr(), null_mut())), 0);
    assert_eq!(last_error(), ERROR_CLASS_DOES_NOT_EXIST);
}

/// MSG-31: RegisterClass wants a procedure and a name, RegisterClassEx the right size too: ERROR_INVALID_PARAMETER.
#[test]
fn msg_31_what_registration_refuses() {
    let name = wide("larboard class never made");
    let empty = wide("");
    let without = WNDCLASSW {
        lpfnWndProc: None,
        ..plain(&name)
    };
    for class in [&without, &plain(&empty)] {
        assert_eq!(call!(RegisterClassW(class)), 0);
        assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
    }
    let size = WNDCLASSEXW {
        cbSize: 4,
        lpfnWndProc: Some(DefWindowProcW),
        lpszClassName: name.as_ptr(),
        ..WNDCLASSEXW::default()
    };
    assert_eq!(call!(RegisterClassExW(&size)), 0);
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
}

/// MSG-32: GetClassInfo gives what was registered, GetClassName the name as it was first written.
#[test]
fn msg_32_asking_for_a_class() {
    in_own_thread(|| {
        let name = wide("Larboard class To ask for");
        let asked = wide("larboard class to ask for");
        assert_ne!(call!(RegisterClassW(&plain(&name))), 0);
        let (mut short, mut long) = (WNDCLASSW::default(), WNDCLASSEXW::default());
        assert_ne!(
            call!(GetClassInfoW(null_mut(), asked.as_ptr(), &mut short)),
            0
        );
        assert_ne!(
            call!(GetClassInfoExW(null_mut(), asked.as_ptr(), &mut long)),
            0
        );
        assert_eq!((short.style, short.cbWndExtra), (3, 24));
        assert_eq!((long.style, long.cbWndExtra), (3, 24));
        assert_eq!(
            long.lpfnWndProc.map(|p| p as usize),
            short.lpfnWndProc.map(|p| p as usize)
        );
        let unknown = wide("larboard class that nobody asked for");
        assert_eq!(
            call!(GetClassInfoW(null_mut(), unknown.as_ptr(), &mut short)),
            0
        );
        assert_eq!(last_error(), ERROR_CLASS_DOES_NOT_EXIST);

        let window = Window::plain();
        let expected = class();
        let mut buffer = [0u16; 64];
        let length = call!(GetClassNameW(window.raw(), buffer.as_mut_ptr(), 64)) as usize;
        assert_eq!(buffer[..=length], expected[..]);
        let mut short = [1u8; 9];
        assert_eq!(call!(GetClassNameA(window.raw(), short.as_mut_ptr(), 9)), 8);
        assert_eq!(&short, b"larboard\0");
    });
}

/// MSG-33: Windows of a class registered by RegisterClassA take narrow text.
#[test]
fn msg_33_narrow_classes_have_narrow_windows() {
    in_own_thread(|| {
        let class = WNDCLASSA {
            lpfnWndProc: Some(DefWindowProcA),
            lpszClassName: c"larboard narrow class".as_ptr().cast(),
            ..WNDCLASSA::default()
        };
        assert_ne!(call!(RegisterClassA(&class)), 0);
        let name = wide("larboard narrow class");
        let window = call!(CreateWindowExW(
            0,
            name.as_ptr(),
            NO_TEXT,
            0,
            0,
            0,
            0,
            0,
            null_mut(),
            null_mut(),
            null_mut(),
            std::ptr::null()
        ));
        assert!(!window.is_null());
        assert_eq!(call!(IsWindowUnicode(window)), 0);
        assert_ne!(call!(DestroyWindow(window)), 0);
    });
}

/// MSG-43: Predefined icons, cursors and stock objects are there, each the same every time, and a class keeps them.
#[test]
fn msg_43_what_is_always_there() {
    let icon = call!(LoadIconW(null_mut(), IDI_APPLICATION));
    let arrow = call!(LoadCursorW(null_mut(), IDC_ARROW));
    let brush = call!(GetStockObject(WHITE_BRUSH));
    assert!(!icon.is_null() && !arrow.is_null() && !brush.is_null());
    assert_ne!(arrow, call!(LoadCursorW(null_mut(), IDC_WAIT)));
    assert_eq!(
        icon,
        call!(LoadIconA(null_mut(), IDI_APPLICATION.cast::<u8>()))
    );
    assert_eq!(
        arrow,
        call!(LoadCursorA(null_mut(), IDC_ARROW.cast::<u8>()))
    );
    assert!(call!(LoadIconW(null_mut(), std::ptr::without_provenance(7))).is_null());
    assert_eq!(last_error(), ERROR_RESOURCE_NAME_NOT_FOUND);
    assert!(call!(GetStockObject(9)).is_null());
    assert!(call!(GetStockObject(DC_PEN + 1)).is_null());
    let name = wide("larboard class with a cursor");
    let class = WNDCLASSW {
        hIcon: icon,
        hCursor: arrow,
        hbrBackground: brush as HBRUSH,
        ..plain(&name)
    };
    assert_ne!(call!(RegisterClassW(&class)), 0);
    let mut found = WNDCLASSW::default();
    assert_ne!(
        call!(GetClassInfoW(null_mut(), name.as_ptr(), &mut found)),
        0
    );
    assert_eq!((found.hIcon, found.hCursor), (icon, arrow));
    assert_eq!(found.hbrBackground, brush as HBRUSH);
    assert_ne!(call!(UnregisterClassW(name.as_ptr(), null_mut())), 0);
}
