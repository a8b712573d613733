//! User timers.

use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::{WM_ONE, Window, next, peek, peek_at, post, pump_until};
use crate::common::w::Win32::Foundation::{
    ERROR_INVALID_PARAMETER, ERROR_INVALID_WINDOW_HANDLE, HWND,
};
use crate::common::w::Win32::UI::WindowsAndMessaging::{
    DispatchMessageW, GetMessageW, GetQueueStatus, KillTimer, MSG, PM_NOREMOVE, PM_REMOVE,
    PostMessageW, QS_TIMER, SetTimer, WM_TIMER,
};
use crate::common::{DEADLINE, in_own_thread, last_error, task, wait_until};

fn due() -> bool {
    call!(GetQueueStatus(QS_TIMER)) >> 16 & QS_TIMER != 0
}

/// MSG-36: A timer's WM_TIMER comes again and again, its id in wParam; due several times before it is taken, it comes
/// once.
#[test]
fn msg_36_a_timer_comes_again_and_is_not_heaped_up() {
    in_own_thread(|| {
        let window = Window::plain();
        assert_eq!(call!(SetTimer(window.raw(), 5, 10, None)), 5);
        for _ in 0..3 {
            let mut message = MSG::default();
            assert_eq!(call!(GetMessageW(&mut message, null_mut(), 0, 0)), 1);
            assert_eq!(
                (message.hwnd, message.message, message.wParam),
                (window.raw(), WM_TIMER, 5)
            );
        }
        std::thread::sleep(Duration::from_millis(80));
        assert_ne!(call!(KillTimer(window.raw(), 6)), 1);
        assert_eq!(peek(PM_NOREMOVE).map(|m| m.message), Some(WM_TIMER));
        let start = Instant::now();
        let mut taken = 0;
        while peek(PM_REMOVE).is_some() {
            taken += 1;
        }
        let periods = start.elapsed().as_millis() as usize / 10;
        assert!(taken <= 2 + periods, "{taken} of the 8 periods gone by");
    });
}

/// MSG-37: Every other message comes before WM_TIMER.
#[test]
fn msg_37_timers_come_last() {
    in_own_thread(|| {
        let window = Window::plain();
        assert_ne!(call!(SetTimer(window.raw(), 1, 10, None)), 0);
        assert!(wait_until(DEADLINE, due));
        for n in 0..100 {
            post(window.raw(), WM_ONE, n);
        }
        let order: Vec<u32> = (0..101).map(|_| next().message).collect();
        assert_eq!(order[..100], [WM_ONE; 100]);
        assert_eq!(order[100], WM_TIMER);
    });
}

/// MSG-38: DispatchMessage calls a timer's routine instead of the window procedure, and only if the timer is set and the
/// routine is its own.
#[test]
fn msg_38_timers_with_a_routine() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    unsafe extern "system" fn ticked(_: HWND, message: u32, id: usize, _: u32) {
        assert_eq!((message, id), (WM_TIMER, 4));
        CALLS.fetch_add(1, Ordering::SeqCst);
    }
    in_own_thread(|| {
        let window = Window::plain();
        assert_eq!(call!(SetTimer(window.raw(), 4, 10, Some(ticked))), 4);
        pump_until(|| CALLS.load(Ordering::SeqCst) >= 2);
        let message = next();
        assert_eq!(message.message, WM_TIMER);
        assert_ne!(call!(KillTimer(window.raw(), 4)), 0);
        let calls = CALLS.load(Ordering::SeqCst);
        assert_eq!(call!(DispatchMessageW(&message)), 0);
        assert_ne!(
            call!(PostMessageW(window.raw(), WM_TIMER, 4, 0x4711_0000)),
            0
        );
        assert_eq!(call!(DispatchMessageW(&next())), 0);
        assert_eq!(CALLS.load(Ordering::SeqCst), calls);
    });
}

/// MSG-39: KillTimer stops a timer and takes a WM_TIMER back that is due; for a timer that is not set it fails.
#[test]
fn msg_39_killing_a_timer() {
    in_own_thread(|| {
        let window = Window::plain();
        assert_ne!(call!(SetTimer(window.raw(), 1, 10, None)), 0);
        assert!(wait_until(DEADLINE, due));
        assert_ne!(call!(KillTimer(window.raw(), 1)), 0);
        assert!(peek(PM_REMOVE).is_none());
        assert_eq!(call!(KillTimer(window.raw(), 1)), 0);
        assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
        assert_eq!(call!(SetTimer(0x7abc as HWND, 1, 10, None)), 0);
        assert_eq!(last_error(), ERROR_INVALID_WINDOW_HANDLE);
        std::thread::sleep(Duration::from_millis(30));
        assert!(!due());
    });
}

/// MSG-40: Without a window a timer gets an id of its own; the same id or the same window and id replace it. Another
/// thread may set a timer for a window, whose thread gets the message.
#[test]
fn msg_40_whose_timer_it_is() {
    in_own_thread(|| {
        let first = call!(SetTimer(null_mut(), 0, 60_000, None));
        let second = call!(SetTimer(null_mut(), 0, 60_000, None));
        assert!(first != 0 && second != 0 && first != second);
        assert_eq!(call!(SetTimer(null_mut(), first, 10, None)), first);
        let message = next();
        assert_eq!((message.hwnd.addr(), message.wParam), (0, first));
        assert_ne!(call!(KillTimer(null_mut(), first)), 0);
        assert_ne!(call!(KillTimer(null_mut(), second)), 0);

        let window = Window::plain();
        let address = window.address();
        let set = task(move || call!(SetTimer(address as HWND, 8, 10, None)));
        assert_eq!(set.result(), 8);
        let mut message = MSG::default();
        assert_eq!(call!(GetMessageW(&mut message, window.raw(), 0, 0)), 1);
        assert_eq!((message.message, message.wParam), (WM_TIMER, 8));
    });
}

/// MSG-41: A period below USER_TIMER_MINIMUM is 10 ms.
#[test]
fn msg_41_the_shortest_period() {
    in_own_thread(|| {
        let window = Window::plain();
        let start = Instant::now();
        assert_ne!(call!(SetTimer(window.raw(), 1, 0, None)), 0);
        for _ in 0..5 {
            let mut message = MSG::default();
            assert_eq!(call!(GetMessageW(&mut message, null_mut(), 0, 0)), 1);
        }
        // The fifth falls due 50 ms after the start, whenever the others were taken.
        assert!(start.elapsed() >= Duration::from_millis(49));
        assert!(peek_at(window.raw(), (WM_ONE, WM_ONE), PM_REMOVE).is_none());
    });
}
