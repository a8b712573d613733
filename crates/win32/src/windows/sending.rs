//! Sending messages: the sender has the answer.
//!
//! Text in `WM_SETTEXT`, `WM_GETTEXT` and `WM_GETTEXTLENGTH` is converted where sender and procedure take different
//! units; every other message is handed over as it is.

use std::sync::Arc;

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_PARAMETER, FALSE, HWND, LPARAM, LRESULT, TRUE, WPARAM,
};
use windows_sys::Win32::System::Threading::INFINITE;
use windows_sys::Win32::UI::WindowsAndMessaging::{
    HWND_BROADCAST, ISMEX_CALLBACK, ISMEX_NOSEND, ISMEX_NOTIFY, ISMEX_REPLIED, ISMEX_SEND,
    SEND_MESSAGE_TIMEOUT_FLAGS, SENDASYNCPROC, SMTO_BLOCK, WM_GETTEXT, WM_GETTEXTLENGTH,
    WM_SETTEXT,
};
use windows_sys::core::BOOL;

use larboard_kernel::message::queue::Queue;
use larboard_kernel::message::send::{self, Patience, Wish};
use larboard_kernel::message::window::{self as kernel, Window};

use super::{Text, find, put_what_fits};
use crate::error::Win32Error;
use crate::guard::{infallible, store, win32};

/// Calls a window's procedure and gives its answer. On the thread of another window the procedure runs when that thread
/// next looks for messages; the caller waits, and answers what is sent to its own windows meanwhile.
///
/// With `HWND_BROADCAST` every top-level window gets the message, and the answer is 1.
///
/// Errors: 0 with `ERROR_INVALID_WINDOW_HANDLE` if the window is gone, or goes before it has answered.
///
/// # Safety
/// The procedure may be called with the message.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SendMessageW(
    hwnd: HWND,
    msg: u32,
    wparam: WPARAM,
    lparam: LPARAM,
) -> LRESULT {
    // SAFETY: this function's contract.
    win32(0, || unsafe {
        send::<u16>(hwnd, (msg, wparam, lparam), FOREVER)
    })
}

/// As [`SendMessageW`]; text in the message is narrow.
///
/// # Safety
/// As for [`SendMessageW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SendMessageA(
    hwnd: HWND,
    msg: u32,
    wparam: WPARAM,
    lparam: LPARAM,
) -> LRESULT {
    // SAFETY: this function's contract.
    win32(0, || unsafe {
        send::<u8>(hwnd, (msg, wparam, lparam), FOREVER)
    })
}

/// As [`SendMessageW`], waiting for so many milliseconds at most. The answer is stored; the result is not 0 if there is
/// one. A message that has not been begun when the time is over is taken back.
///
/// Flags: with `SMTO_BLOCK` the caller answers nothing while it waits. No thread is held to be hung, and a window that
/// goes ends the wait in any case; so `SMTO_ABORTIFHUNG` and `SMTO_ERRORONEXIT` change nothing, and with
/// `SMTO_NOTIMEOUTIFNOTHUNG` the time counts all the same.
///
/// Errors: 0 with `ERROR_TIMEOUT`; `ERROR_INVALID_WINDOW_HANDLE`.
///
/// # Safety
/// The procedure may be called with the message, also after the time is over if it has been begun by then;
/// `lpdwresult` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SendMessageTimeoutW(
    hwnd: HWND,
    msg: u32,
    wparam: WPARAM,
    lparam: LPARAM,
    fuflags: SEND_MESSAGE_TIMEOUT_FLAGS,
    utimeout: u32,
    lpdwresult: *mut usize,
) -> LRESULT {
    let patience = patience(fuflags, utimeout);
    win32(0, || {
        // SAFETY: this function's contract.
        let answer = unsafe { send::<u16>(hwnd, (msg, wparam, lparam), patience) }?;
        // SAFETY: as above.
        unsafe { store(lpdwresult, answer.cast_unsigned()) };
        Ok(1)
    })
}

/// As [`SendMessageTimeoutW`]; text in the message is narrow.
///
/// # Safety
/// As for [`SendMessageTimeoutW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SendMessageTimeoutA(
    hwnd: HWND,
    msg: u32,
    wparam: WPARAM,
    lparam: LPARAM,
    fuflags: SEND_MESSAGE_TIMEOUT_FLAGS,
    utimeout: u32,
    lpdwresult: *mut usize,
) -> LRESULT {
    let patience = patience(fuflags, utimeout);
    win32(0, || {
        // SAFETY: this function's contract.
        let answer = unsafe { send::<u8>(hwnd, (msg, wparam, lparam), patience) }?;
        // SAFETY: as above.
        unsafe { store(lpdwresult, answer.cast_unsigned()) };
        Ok(1)
    })
}

/// As [`SendMessageW`], but does not wait for another thread's window.
///
/// Errors: `ERROR_INVALID_WINDOW_HANDLE`.
///
/// # Safety
/// The procedure may be called with the message.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SendNotifyMessageW(
    hwnd: HWND,
    msg: u32,
    wparam: WPARAM,
    lparam: LPARAM,
) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        notify(hwnd, msg, wparam, lparam, || Wish::Nothing)
    })
}

/// As [`SendNotifyMessageW`].
///
/// # Safety
/// As for [`SendNotifyMessageW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SendNotifyMessageA(
    hwnd: HWND,
    msg: u32,
    wparam: WPARAM,
    lparam: LPARAM,
) -> BOOL {
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        notify(hwnd, msg, wparam, lparam, || Wish::Nothing)
    })
}

/// As [`SendNotifyMessageW`], and calls a routine with the answer, on the calling thread: when it next looks for
/// messages, or at once for a window of its own.
///
/// Errors: `ERROR_INVALID_WINDOW_HANDLE`; `ERROR_INVALID_PARAMETER` for a null routine.
///
/// # Safety
/// The procedure may be called with the message, and the routine with its answer.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SendMessageCallbackW(
    hwnd: HWND,
    msg: u32,
    wparam: WPARAM,
    lparam: LPARAM,
    lpresultcallback: SENDASYNCPROC,
    dwdata: usize,
) -> BOOL {
    // SAFETY: this function's contract.
    unsafe { callback(hwnd, (msg, wparam, lparam), lpresultcallback, dwdata) }
}

/// As [`SendMessageCallbackW`].
///
/// # Safety
/// As for [`SendMessageCallbackW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SendMessageCallbackA(
    hwnd: HWND,
    msg: u32,
    wparam: WPARAM,
    lparam: LPARAM,
    lpresultcallback: SENDASYNCPROC,
    dwdata: usize,
) -> BOOL {
    // SAFETY: this function's contract.
    unsafe { callback(hwnd, (msg, wparam, lparam), lpresultcallback, dwdata) }
}

/// Gives the sender of the message that the calling thread is at work on its answer at once. False if there is no such
/// message, or it has its answer.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReplyMessage(lresult: LRESULT) -> BOOL {
    infallible(FALSE, || {
        let sent = Queue::with_current(Queue::at_work_on);
        sent.is_some_and(|sent| sent.answer(Ok(lresult))).into()
    })
}

/// Whether the calling thread is at work on a message that another thread has sent.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InSendMessage() -> BOOL {
    infallible(FALSE, || {
        Queue::with_current(Queue::at_work_on).is_some().into()
    })
}

/// How the message was sent that the calling thread is at work on: `ISMEX_SEND`, `ISMEX_NOTIFY` or `ISMEX_CALLBACK`,
/// with `ISMEX_REPLIED` once it has its answer; `ISMEX_NOSEND` if there is none.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn InSendMessageEx(_lpreserved: *const std::ffi::c_void) -> u32 {
    infallible(ISMEX_NOSEND, || {
        let Some(sent) = Queue::with_current(Queue::at_work_on) else {
            return ISMEX_NOSEND;
        };
        let how = match sent.wish() {
            Wish::Answer => ISMEX_SEND,
            Wish::Nothing => ISMEX_NOTIFY,
            Wish::Call { .. } => ISMEX_CALLBACK,
        };
        if sent.is_answered() {
            how | ISMEX_REPLIED
        } else {
            how
        }
    })
}

/// As long as it takes.
pub(super) const FOREVER: Patience = Patience {
    milliseconds: INFINITE,
    blocks: false,
};

fn patience(flags: SEND_MESSAGE_TIMEOUT_FLAGS, milliseconds: u32) -> Patience {
    Patience {
        milliseconds,
        blocks: flags & SMTO_BLOCK != 0,
    }
}

/// A message with text in units of `T`.
///
/// # Safety
/// The procedure may be called with the message.
pub(super) unsafe fn send<T: Text>(
    window: HWND,
    message: (u32, WPARAM, LPARAM),
    patience: Patience,
) -> Result<LRESULT, Win32Error> {
    if window != HWND_BROADCAST {
        let found = find(window)?;
        if found.queue().is_own() && !needs_conversion::<T>(&found, message.0) {
            let target = found.target();
            drop(found); // the procedure may end the thread
            // SAFETY: this function's contract.
            return Ok(unsafe { target.call(message.0, message.1, message.2) });
        }
        // SAFETY: as above.
        return unsafe { send_to::<T>(&found, message, patience) };
    }
    for window in kernel::all().iter().filter(|w| w.is_top_level()) {
        // Each for itself: one that goes meanwhile holds the others back from nothing.
        // SAFETY: this function's contract.
        let _ = unsafe { send_to::<T>(window, message, patience) };
    }
    Ok(1)
}

/// # Safety
/// As for `send`.
unsafe fn send_to<T: Text>(
    window: &Arc<Window>,
    (message, wparam, lparam): (u32, WPARAM, LPARAM),
    patience: Patience,
) -> Result<LRESULT, Win32Error> {
    if !needs_conversion::<T>(window, message) {
        // SAFETY: this function's contract.
        return Ok(unsafe { send::send(window, message, wparam, lparam, patience) }?);
    }
    let message = (message, wparam, lparam);
    // SAFETY: as above; the procedure takes the other units.
    unsafe {
        if T::WIDE {
            send_text::<T, u8>(window, message, patience)
        } else {
            send_text::<T, u16>(window, message, patience)
        }
    }
}

/// Whether a message in units of `T` has text that the procedure takes in the other units.
fn needs_conversion<T: Text>(window: &Window, message: u32) -> bool {
    let has_text = matches!(message, WM_SETTEXT | WM_GETTEXT | WM_GETTEXTLENGTH);
    has_text && window.is_wide() != T::WIDE
}

/// A text message in units of `T` to a procedure that takes units of `U`.
///
/// # Safety
/// As for `send`.
unsafe fn send_text<T: Text, U: Text>(
    window: &Arc<Window>,
    (message, wparam, lparam): (u32, WPARAM, LPARAM),
    patience: Patience,
) -> Result<LRESULT, Win32Error> {
    let address = std::ptr::with_exposed_provenance_mut::<T>(lparam.cast_unsigned());
    if message == WM_SETTEXT {
        // SAFETY: the parameter of WM_SETTEXT is null or text that ends with 0.
        let text = unsafe { T::read(address) }.map(|text| U::encode(&text));
        let address = text.as_ref().map_or(std::ptr::null(), |text| text.as_ptr());
        let address = address.expose_provenance().cast_signed();
        // SAFETY: this function's contract; the converted text outlives the wait.
        return Ok(unsafe { send::send(window, message, wparam, address, patience) }?);
    }
    // SAFETY: this function's contract.
    let text = unsafe { fetch::<U>(window, patience) }?;
    Ok(if message == WM_GETTEXT {
        // SAFETY: the parameters of WM_GETTEXT are a buffer and its capacity.
        (unsafe { put_what_fits(&text, address, wparam) }).cast_signed()
    } else {
        (T::encode(&text).len() - 1).cast_signed()
    })
}

/// The text of a window whose procedure takes units of `U`.
///
/// # Safety
/// As for `send`.
unsafe fn fetch<U: Text>(window: &Arc<Window>, patience: Patience) -> Result<String, Win32Error> {
    // SAFETY: this message has no parameters.
    let length = unsafe { send::send(window, WM_GETTEXTLENGTH, 0, 0, patience) }?;
    let capacity = usize::try_from(length).unwrap_or_default() + 1;
    let mut buffer = vec![U::default(); capacity];
    let address = buffer.as_mut_ptr().expose_provenance().cast_signed();
    // SAFETY: the buffer has the capacity told and outlives the wait.
    unsafe { send::send(window, WM_GETTEXT, capacity, address, patience) }?;
    buffer[capacity - 1] = U::default();
    // SAFETY: the last unit is 0.
    Ok(unsafe { U::read(buffer.as_ptr()) }.unwrap_or_default())
}

/// # Safety
/// The procedure may be called with the message, and a routine as wished.
unsafe fn notify(
    window: HWND,
    message: u32,
    wparam: WPARAM,
    lparam: LPARAM,
    wish: impl Fn() -> Wish,
) -> Result<BOOL, Win32Error> {
    if window != HWND_BROADCAST {
        // SAFETY: this function's contract.
        unsafe { send::notify(&find(window)?, message, wparam, lparam, wish()) }?;
        return Ok(TRUE);
    }
    for window in kernel::all().iter().filter(|w| w.is_top_level()) {
        // Each for itself, as for `send`.
        // SAFETY: this function's contract.
        let _ = unsafe { send::notify(window, message, wparam, lparam, wish()) };
    }
    Ok(TRUE)
}

/// # Safety
/// The procedure may be called with the message, and the routine with its answer.
unsafe fn callback(
    window: HWND,
    (message, wparam, lparam): (u32, WPARAM, LPARAM),
    routine: SENDASYNCPROC,
    data: usize,
) -> BOOL {
    win32(FALSE, || {
        let routine = routine.ok_or(ERROR_INVALID_PARAMETER)?;
        let wish = || Wish::Call {
            routine,
            data,
            queue: Arc::downgrade(&Queue::of_current()),
        };
        // SAFETY: this function's contract.
        unsafe { notify(window, message, wparam, lparam, wish) }
    })
}
