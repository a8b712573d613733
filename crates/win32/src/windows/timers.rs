//! User timers: `WM_TIMER`.

use windows_sys::Win32::Foundation::{FALSE, HWND, TRUE};
use windows_sys::Win32::UI::WindowsAndMessaging::TIMERPROC;
use windows_sys::core::BOOL;

use larboard_kernel::message::queue::Queue;
use larboard_kernel::message::timer;

use super::find;
use crate::guard::win32;

/// Sets a timer of a window, in the place of the one with the same id: `WM_TIMER` comes when nothing else is in the
/// queue, and once however often the timer has come due meanwhile. With a routine, `DispatchMessageW` calls that instead
/// of the procedure.
///
/// The period is in milliseconds, 10 at least (`USER_TIMER_MINIMUM`). Without a window the timer is the thread's own and
/// gets an id, unless it replaces one. Gives the id; for a window's timer with the id 0 it gives 1.
///
/// Errors: 0 with `ERROR_INVALID_WINDOW_HANDLE`.
///
/// # Safety
/// The routine may be called with the window, `WM_TIMER`, the id and the time.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetTimer(
    hwnd: HWND,
    nidevent: usize,
    uelapse: u32,
    lptimerfunc: TIMERPROC,
) -> usize {
    win32(0, || {
        let routine = lptimerfunc.map_or(0, |routine| (routine as *const ()).expose_provenance());
        let routine = routine.cast_signed();
        if hwnd.is_null() {
            return Ok(timer::set(
                &Queue::of_current(),
                0,
                nidevent,
                uelapse,
                routine,
            ));
        }
        let window = find(hwnd)?;
        let id = timer::set(window.queue(), hwnd.addr(), nidevent, uelapse, routine);
        Ok(id.max(1))
    })
}

/// Stops a timer, also one that is due and whose message has not been taken.
///
/// Errors: `ERROR_INVALID_WINDOW_HANDLE`; `ERROR_INVALID_PARAMETER` if there is no such timer.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn KillTimer(hwnd: HWND, uidevent: usize) -> BOOL {
    win32(FALSE, || {
        if hwnd.is_null() {
            timer::kill(&Queue::of_current(), 0, uidevent)?;
        } else {
            timer::kill(find(hwnd)?.queue(), hwnd.addr(), uidevent)?;
        }
        Ok(TRUE)
    })
}
