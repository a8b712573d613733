//! Ctrl+C and its like: signals, told to the handlers of the program on a thread of their own (CON-13, CON-14).
//!
//! | signal | event |
//! |---|---|
//! | SIGINT, what Ctrl+C sends | `CTRL_C_EVENT` |
//! | SIGQUIT, what Ctrl+\ sends | `CTRL_BREAK_EVENT` |
//! | SIGHUP, when the terminal is closed | `CTRL_CLOSE_EVENT` |
//! | SIGTERM, what stops services and containers | `CTRL_SHUTDOWN_EVENT` |
//!
//! The signals are caught once there is a handler. A signal that no handler takes ends the process as if it were not
//! caught, so that whoever has started it sees the signal. After an event of closing or shutting down the process ends
//! in any case when its handlers have returned, as on Windows.

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Mutex, Once};

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY, FALSE, TRUE,
};
use windows_sys::Win32::System::Console::{
    CTRL_BREAK_EVENT, CTRL_C_EVENT, CTRL_CLOSE_EVENT, CTRL_SHUTDOWN_EVENT, PHANDLER_ROUTINE,
};
use windows_sys::core::BOOL;

use super::terminal;
use crate::error::Win32Error;
use crate::guard::win32;

/// Adds or removes a handler of Ctrl+C and its like. The one that was added last is asked first; the first that returns
/// TRUE ends the row. Null with TRUE has Ctrl+C ignored, by this process and those it starts; null with FALSE no longer.
///
/// Errors: `ERROR_INVALID_PARAMETER` for a handler to be removed that is none; `ERROR_NOT_ENOUGH_MEMORY` if no thread can
/// be had.
///
/// # Safety
/// The handler may be called at any time, on another thread, until it is removed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetConsoleCtrlHandler(
    handlerroutine: PHANDLER_ROUTINE,
    add: BOOL,
) -> BOOL {
    win32(FALSE, || {
        let adds = add != FALSE;
        let Some(handler) = handlerroutine else {
            IGNORES_CTRL_C.store(adds, Ordering::Relaxed);
            catch_or_ignore(adds);
            return Ok(TRUE);
        };
        let mut handlers = handlers();
        if adds {
            catch()?;
            handlers.push(handler);
        } else {
            let same = |&other: &Handler| std::ptr::fn_addr_eq(other, handler);
            let at = handlers.iter().rposition(same);
            handlers.remove(at.ok_or(ERROR_INVALID_PARAMETER)?);
        }
        Ok(TRUE)
    })
}

/// Sends Ctrl+C or Ctrl+Break to a group of processes: 0 is the group of this one, as if the user had pressed the keys.
/// Only the process that has begun a group gives it its number.
///
/// Errors: `ERROR_INVALID_PARAMETER` for other events, and a group that is none.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GenerateConsoleCtrlEvent(
    dwctrlevent: u32,
    dwprocessgroupid: u32,
) -> BOOL {
    win32(FALSE, || {
        let signal = match dwctrlevent {
            CTRL_C_EVENT => libc::SIGINT,
            CTRL_BREAK_EVENT => libc::SIGQUIT,
            _ => return Err(ERROR_INVALID_PARAMETER.into()),
        };
        let group = i32::try_from(dwprocessgroupid).map_err(|_| ERROR_INVALID_PARAMETER)?;
        // SAFETY: takes numbers. A group of 1 would be everybody; process 1 is no program's.
        if group == 1 || unsafe { libc::kill(-group, signal) } != 0 {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        Ok(TRUE)
    })
}

type Handler = unsafe extern "system" fn(u32) -> BOOL;

const SIGNALS: [(i32, u32); 4] = [
    (libc::SIGINT, CTRL_C_EVENT),
    (libc::SIGQUIT, CTRL_BREAK_EVENT),
    (libc::SIGHUP, CTRL_CLOSE_EVENT),
    (libc::SIGTERM, CTRL_SHUTDOWN_EVENT),
];

static HANDLERS: Mutex<Vec<Handler>> = Mutex::new(Vec::new());
static IGNORES_CTRL_C: AtomicBool = AtomicBool::new(false);
/// Whether the signals are caught.
static CAUGHT: AtomicBool = AtomicBool::new(false);
/// The end of a pipe that the signal handler writes the signal to; -1 before there is one.
static PIPE: AtomicI32 = AtomicI32::new(-1);

fn handlers() -> std::sync::MutexGuard<'static, Vec<Handler>> {
    HANDLERS
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Catches the signals, once, and has a thread wait for them.
fn catch() -> Result<(), Win32Error> {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if let Some(pipe) = pipe() {
            let writer = pipe.1;
            let started = std::thread::Builder::new()
                .name("console control".into())
                .spawn(move || wait_for_signals(&pipe.0));
            if started.is_ok() {
                PIPE.store(writer, Ordering::Release);
                SIGNALS
                    .iter()
                    .for_each(|&(signal, _)| set(signal, caught as *const () as usize));
                CAUGHT.store(true, Ordering::Release);
                catch_or_ignore(IGNORES_CTRL_C.load(Ordering::Relaxed));
            }
        }
    });
    if CAUGHT.load(Ordering::Acquire) {
        Ok(())
    } else {
        Err(ERROR_NOT_ENOUGH_MEMORY.into())
    }
}

/// A pipe whose writing end stays open for ever.
fn pipe() -> Option<(OwnedFd, i32)> {
    let mut ends = [0; 2];
    // SAFETY: the array has room for two.
    let made = unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) } == 0;
    // SAFETY: a fresh descriptor that nobody else owns.
    made.then(|| (unsafe { OwnedFd::from_raw_fd(ends[0]) }, ends[1]))
}

/// Has SIGINT ignored, or not any more.
fn catch_or_ignore(ignores: bool) {
    let disposition = match (ignores, CAUGHT.load(Ordering::Acquire)) {
        (true, _) => libc::SIG_IGN,
        (false, true) => caught as *const () as usize,
        (false, false) => libc::SIG_DFL,
    };
    set(libc::SIGINT, disposition);
}

fn set(signal: i32, disposition: libc::sighandler_t) {
    // SAFETY: integers, pointers that may be null: all zero is a value. The handler does only what one may.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = disposition;
        action.sa_flags = libc::SA_RESTART;
        libc::sigaction(signal, &action, std::ptr::null_mut());
    }
}

/// The signal handler: tells the thread, and leaves `errno` alone.
extern "C" fn caught(signal: i32) {
    let byte = signal as u8;
    // SAFETY: write may be called from a signal handler; the byte is of this frame; `errno` belongs to this thread.
    unsafe {
        let errno = *libc::__errno_location();
        libc::write(PIPE.load(Ordering::Acquire), (&raw const byte).cast(), 1);
        *libc::__errno_location() = errno;
    }
}

fn wait_for_signals(pipe: &OwnedFd) {
    loop {
        let mut signal = 0u8;
        // SAFETY: one byte of this frame.
        let read = unsafe { libc::read(pipe.as_raw_fd(), (&raw mut signal).cast(), 1) };
        if read != 1 {
            continue; // interrupted: the other end is never closed
        }
        // Each event has a thread of its own: a handler may stay as long as it likes.
        let told = std::thread::Builder::new()
            .name("console control".into())
            .spawn(move || tell(signal.into()));
        if told.is_err() {
            tell(signal.into());
        }
    }
}

/// Tells the handlers of a signal; without one that takes it, the process ends.
fn tell(signal: i32) {
    let Some(&(_, event)) = SIGNALS.iter().find(|&&(known, _)| known == signal) else {
        return;
    };
    let row: Vec<Handler> = handlers().iter().rev().copied().collect();
    // SAFETY: whoever has added the handler says that it may be called.
    let is_taken = row.iter().any(|handler| unsafe { handler(event) } != FALSE);
    if !is_taken || matches!(event, CTRL_CLOSE_EVENT | CTRL_SHUTDOWN_EVENT) {
        terminal::restore();
        set(signal, libc::SIG_DFL);
        // SAFETY: takes a number. The signal is no longer caught, so it ends the process.
        unsafe { libc::kill(libc::getpid(), signal) };
    }
}
