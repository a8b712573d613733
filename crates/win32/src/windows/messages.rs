//! Posting messages, and getting them.
//!
//! What other threads have sent comes first and is answered inside the call; then what is posted, then `WM_QUIT`, then
//! timers. `WM_PAINT` and input do not exist.

use windows_sys::Win32::Foundation::{
    ERROR_MESSAGE_SYNC_ONLY, ERROR_NOACCESS, FALSE, HWND, LPARAM, LRESULT, POINT, TRUE, WPARAM,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    HWND_BROADCAST, MSG, PEEK_MESSAGE_REMOVE_TYPE, PM_REMOVE, QUEUE_STATUS_FLAGS, TIMERPROC,
    WM_COPYDATA, WM_CREATE, WM_GETTEXT, WM_KEYDOWN, WM_KEYUP, WM_NCCREATE, WM_QUIT, WM_SETTEXT,
    WM_SYSKEYDOWN, WM_SYSKEYUP, WM_TIMER,
};
use windows_sys::core::{BOOL, PCSTR, PCWSTR};

use larboard_kernel::message::queue::{Filter, Queue, Whose, kind};
use larboard_kernel::message::window::{self as kernel, Target};
use larboard_kernel::message::{Message, Refused, atom, now};

use super::{Text, find};
use crate::error::Win32Error;
use crate::guard::{infallible, is_bad, win32};

/// Takes the next message of the calling thread and waits until there is one. 0 for `WM_QUIT`, which no filter holds
/// back; -1 for a failure.
///
/// The filter: a window and its children, null for everything, -1 for messages without a window; and a range of
/// messages, 0 and 0 for all.
///
/// Errors: -1 with `ERROR_INVALID_WINDOW_HANDLE`, `ERROR_NOACCESS` for a null pointer.
///
/// # Safety
/// `lpmsg` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetMessageW(
    lpmsg: *mut MSG,
    hwnd: HWND,
    wmsgfiltermin: u32,
    wmsgfiltermax: u32,
) -> BOOL {
    // SAFETY: this function's contract.
    win32(-1, || unsafe {
        get(lpmsg, hwnd, (wmsgfiltermin, wmsgfiltermax))
    })
}

/// As [`GetMessageW`]: a message is the same for both.
///
/// # Safety
/// As for [`GetMessageW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetMessageA(
    lpmsg: *mut MSG,
    hwnd: HWND,
    wmsgfiltermin: u32,
    wmsgfiltermax: u32,
) -> BOOL {
    // SAFETY: this function's contract.
    win32(-1, || unsafe {
        get(lpmsg, hwnd, (wmsgfiltermin, wmsgfiltermax))
    })
}

/// As [`GetMessageW`], but does not wait: false if there is no message. With `PM_NOREMOVE` the message stays. The
/// `PM_QS_` flags restrict what is looked at.
///
/// Errors: false with `ERROR_INVALID_WINDOW_HANDLE`, `ERROR_NOACCESS` for a null pointer.
///
/// # Safety
/// `lpmsg` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PeekMessageW(
    lpmsg: *mut MSG,
    hwnd: HWND,
    wmsgfiltermin: u32,
    wmsgfiltermax: u32,
    wremovemsg: PEEK_MESSAGE_REMOVE_TYPE,
) -> BOOL {
    let range = (wmsgfiltermin, wmsgfiltermax);
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe { peek(lpmsg, hwnd, range, wremovemsg) })
}

/// As [`PeekMessageW`]: a message is the same for both.
///
/// # Safety
/// As for [`PeekMessageW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PeekMessageA(
    lpmsg: *mut MSG,
    hwnd: HWND,
    wmsgfiltermin: u32,
    wmsgfiltermax: u32,
    wremovemsg: PEEK_MESSAGE_REMOVE_TYPE,
) -> BOOL {
    let range = (wmsgfiltermin, wmsgfiltermax);
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe { peek(lpmsg, hwnd, range, wremovemsg) })
}

/// Calls the window procedure with a message, or the routine of a timer with its `WM_TIMER`. Gives what the procedure
/// gave, 0 for messages without a window.
///
/// Errors: 0 with `ERROR_INVALID_WINDOW_HANDLE`; `ERROR_ACCESS_DENIED` for a window of another thread;
/// `ERROR_NOACCESS` for a null pointer. A `WM_TIMER` with a routine that is not that of the timer is passed over.
///
/// # Safety
/// `lpmsg` is null or valid for a read; the procedure may be called with the message.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DispatchMessageW(lpmsg: *const MSG) -> LRESULT {
    // SAFETY: this function's contract.
    win32(0, || unsafe { dispatch(lpmsg) })
}

/// As [`DispatchMessageW`].
///
/// # Safety
/// As for [`DispatchMessageW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn DispatchMessageA(lpmsg: *const MSG) -> LRESULT {
    // SAFETY: this function's contract.
    win32(0, || unsafe { dispatch(lpmsg) })
}

/// True for `WM_KEYDOWN`, `WM_KEYUP`, `WM_SYSKEYDOWN` and `WM_SYSKEYUP`. There is no keyboard whose keys could be
/// translated: no character message is posted.
///
/// # Safety
/// `lpmsg` is null or valid for a read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn TranslateMessage(lpmsg: *const MSG) -> BOOL {
    infallible(FALSE, || {
        if is_bad(lpmsg) {
            return FALSE;
        }
        // SAFETY: this function's contract.
        let message = unsafe { lpmsg.read_unaligned() }.message;
        matches!(message, WM_KEYDOWN | WM_KEYUP | WM_SYSKEYDOWN | WM_SYSKEYUP).into()
    })
}

/// Puts a message in the queue of a window's thread; with a null window in that of the calling thread; with
/// `HWND_BROADCAST` in those of all top-level windows.
///
/// Errors: `ERROR_INVALID_WINDOW_HANDLE`; `ERROR_NOT_ENOUGH_QUOTA` when 10,000 messages are there;
/// `ERROR_MESSAGE_SYNC_ONLY` for messages with pointers, whose memory would be gone when they are read.
///
/// # Safety
/// The window's procedure may be called with the message.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PostMessageW(
    hwnd: HWND,
    msg: u32,
    wparam: WPARAM,
    lparam: LPARAM,
) -> BOOL {
    win32(FALSE, || post(hwnd, msg, wparam, lparam))
}

/// As [`PostMessageW`].
///
/// # Safety
/// As for [`PostMessageW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PostMessageA(
    hwnd: HWND,
    msg: u32,
    wparam: WPARAM,
    lparam: LPARAM,
) -> BOOL {
    win32(FALSE, || post(hwnd, msg, wparam, lparam))
}

/// Puts a message without a window in the queue of a thread. A thread has a queue once it has called a function that
/// looks for messages or makes a window.
///
/// Errors: `ERROR_INVALID_THREAD_ID` for a thread without a queue; otherwise as [`PostMessageW`].
///
/// # Safety
/// The thread expects the message.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PostThreadMessageW(
    idthread: u32,
    msg: u32,
    wparam: WPARAM,
    lparam: LPARAM,
) -> BOOL {
    win32(FALSE, || post_to_thread(idthread, msg, wparam, lparam))
}

/// As [`PostThreadMessageW`].
///
/// # Safety
/// As for [`PostThreadMessageW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PostThreadMessageA(
    idthread: u32,
    msg: u32,
    wparam: WPARAM,
    lparam: LPARAM,
) -> BOOL {
    win32(FALSE, || post_to_thread(idthread, msg, wparam, lparam))
}

/// Has the calling thread get a `WM_QUIT` with this exit code as its `wParam`, once nothing posted is left.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PostQuitMessage(nexitcode: i32) {
    infallible((), || Queue::with_current(|queue| queue.quit(nexitcode)));
}

/// The number of a message by its name, the same for all who ask; from 0xC000 on. Names ignore case.
///
/// Errors: 0 with `ERROR_NOACCESS` for a null pointer; `ERROR_NOT_ENOUGH_MEMORY` when there are 16,384 names.
///
/// # Safety
/// The name is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegisterWindowMessageW(lpstring: PCWSTR) -> u32 {
    // SAFETY: this function's contract.
    win32(0, || unsafe { register(lpstring) })
}

/// As [`RegisterWindowMessageW`], with a narrow name.
///
/// # Safety
/// As for [`RegisterWindowMessageW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegisterWindowMessageA(lpstring: PCSTR) -> u32 {
    // SAFETY: this function's contract.
    win32(0, || unsafe { register(lpstring) })
}

/// When the message taken last was posted, in milliseconds as `GetTickCount` counts.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetMessageTime() -> i32 {
    infallible(0, || Queue::with_current(Queue::time).cast_signed())
}

/// Which kinds of messages are in the queue (high half) and which have come since this was asked, or the queue looked
/// at (low half); both of the kinds asked for. `QS_POSTMESSAGE`, `QS_TIMER`, `QS_SENDMESSAGE` and `QS_ALLPOSTMESSAGE`
/// exist.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetQueueStatus(flags: QUEUE_STATUS_FLAGS) -> u32 {
    infallible(0, || {
        let (fresh, present) = Queue::with_current(|queue| queue.status(flags));
        present << 16 | fresh
    })
}

/// # Safety
/// `to` is null or valid for a write.
unsafe fn get(to: *mut MSG, window: HWND, range: (u32, u32)) -> Result<BOOL, Win32Error> {
    if is_bad(to) {
        return Err(ERROR_NOACCESS.into());
    }
    let message = with_filter(window, range, kind::ALL, |filter| {
        Queue::with_current(|queue| queue.take(filter))
    })?;
    // SAFETY: this function's contract.
    unsafe { to.write_unaligned(told(message)) };
    Ok((message.message != WM_QUIT).into())
}

/// # Safety
/// `to` is null or valid for a write.
unsafe fn peek(
    to: *mut MSG,
    window: HWND,
    range: (u32, u32),
    flags: PEEK_MESSAGE_REMOVE_TYPE,
) -> Result<BOOL, Win32Error> {
    if is_bad(to) {
        return Err(ERROR_NOACCESS.into());
    }
    let kinds = match flags >> 16 {
        0 => kind::ALL,
        kinds => kinds,
    };
    let message = with_filter(window, range, kinds, |filter| {
        Queue::with_current(|queue| queue.look(filter, flags & PM_REMOVE != 0))
    })?;
    let Some(message) = message else {
        return Ok(FALSE);
    };
    // SAFETY: this function's contract.
    unsafe { to.write_unaligned(told(message)) };
    Ok(TRUE)
}

fn with_filter<R>(
    window: HWND,
    range: (u32, u32),
    kinds: u32,
    f: impl FnOnce(&Filter<'_>) -> R,
) -> Result<R, Win32Error> {
    let found;
    let window = match window.addr() {
        0 => Whose::Any,
        usize::MAX => Whose::Thread,
        _ => {
            found = find(window)?;
            Whose::Window(&found)
        }
    };
    Ok(f(&Filter {
        window,
        range,
        kinds,
    }))
}

/// A message as the caller takes it.
fn told(message: Message) -> MSG {
    MSG {
        hwnd: std::ptr::without_provenance_mut(message.window),
        message: message.message,
        wParam: message.wparam,
        lParam: message.lparam,
        time: message.time,
        pt: POINT { x: 0, y: 0 },
    }
}

/// # Safety
/// `from` is null or valid for a read; the procedure may be called with the message.
unsafe fn dispatch(from: *const MSG) -> Result<LRESULT, Win32Error> {
    if is_bad(from) {
        return Err(ERROR_NOACCESS.into());
    }
    // SAFETY: this function's contract.
    let message = unsafe { from.read_unaligned() };
    if message.message == WM_TIMER && message.lParam != 0 {
        // SAFETY: as above.
        unsafe { dispatch_timer(&message) };
        return Ok(0);
    }
    if message.hwnd.is_null() {
        return Ok(0);
    }
    let target = target(message.hwnd)?;
    // SAFETY: as above.
    Ok(unsafe { target.call(message.message, message.wParam, message.lParam) })
}

/// What to call for a window of the calling thread.
fn target(window: HWND) -> Result<Target, Win32Error> {
    let window = find(window)?;
    if !window.queue().is_own() {
        return Err(Refused::NotOwner.into());
    }
    Ok(window.target())
}

/// # Safety
/// The routine of a timer may be called.
unsafe fn dispatch_timer(message: &MSG) {
    let (window, id) = (message.hwnd.addr(), message.wParam);
    if !Queue::with_current(|queue| queue.has_timer(window, id, message.lParam)) {
        return;
    }
    let routine = std::ptr::with_exposed_provenance::<()>(message.lParam.cast_unsigned());
    // SAFETY: a timer with this address as its routine was set by `SetTimer`, and the address is not 0.
    let routine: TIMERPROC = unsafe { std::mem::transmute(routine) };
    if let Some(routine) = routine {
        // SAFETY: this function's contract.
        unsafe { routine(message.hwnd, WM_TIMER, message.wParam, now()) };
    }
}

fn post(window: HWND, message: u32, wparam: WPARAM, lparam: LPARAM) -> Result<BOOL, Win32Error> {
    refuse_pointers(message)?;
    if window == HWND_BROADCAST {
        for window in kernel::all().iter().filter(|w| w.is_top_level()) {
            // Each for itself: one that has gone or is full holds the others back from nothing.
            let to_one = posted(window.pointer(), message, wparam, lparam);
            let _ = window.queue().post(Some(window), to_one);
        }
        return Ok(TRUE);
    }
    let told = posted(window, message, wparam, lparam);
    if window.is_null() {
        Queue::with_current(|queue| queue.post(None, told))?;
    } else {
        let window = find(window)?;
        let outcome = window.queue().post(Some(&window), told);
        // A thread that has ended has no windows.
        outcome.map_err(|refused| match refused {
            Refused::NoQueue => Refused::NoWindow,
            other => other,
        })?;
    }
    Ok(TRUE)
}

fn post_to_thread(
    thread: u32,
    message: u32,
    wparam: WPARAM,
    lparam: LPARAM,
) -> Result<BOOL, Win32Error> {
    refuse_pointers(message)?;
    let told = posted(std::ptr::null_mut(), message, wparam, lparam);
    Queue::of_thread(thread)?.post(None, told)?;
    Ok(TRUE)
}

fn posted(window: HWND, message: u32, wparam: WPARAM, lparam: LPARAM) -> Message {
    Message {
        window: window.addr(),
        message,
        wparam,
        lparam,
        time: 0,
    }
}

fn refuse_pointers(message: u32) -> Result<(), Win32Error> {
    match message {
        WM_CREATE | WM_NCCREATE | WM_SETTEXT | WM_GETTEXT | WM_COPYDATA => {
            Err(ERROR_MESSAGE_SYNC_ONLY.into())
        }
        _ => Ok(()),
    }
}

/// # Safety
/// The name is null or ends with 0.
unsafe fn register<T: Text>(name: *const T) -> Result<u32, Win32Error> {
    // SAFETY: this function's contract.
    let name = unsafe { T::read(name) }.ok_or(ERROR_NOACCESS)?;
    Ok(u32::from(atom::add(&name)?))
}
