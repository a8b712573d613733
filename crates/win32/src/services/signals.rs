//! How the dispatcher of services hears: signals and changes of state are bytes in a pipe.

use std::sync::atomic::{AtomicI32, Ordering};

use windows_sys::Win32::Foundation::ERROR_NOT_ENOUGH_MEMORY;

use crate::error::Win32Error;
use crate::path::errno;

/// A service has changed its state.
pub(super) const CHANGED: u8 = 0;

/// The ends of the pipe; -1 while nobody listens.
static READ: AtomicI32 = AtomicI32::new(-1);
static WRITE: AtomicI32 = AtomicI32::new(-1);

/// Begins to hear of signals.
pub(super) fn listen() -> Result<(), Win32Error> {
    let mut ends = [-1; 2];
    // SAFETY: room for two descriptors.
    if unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) } != 0 {
        return Err(ERROR_NOT_ENOUGH_MEMORY.into());
    }
    READ.store(ends[0], Ordering::Release);
    WRITE.store(ends[1], Ordering::Release);
    set(libc::SIGTERM, handle as *const () as usize);
    if current(libc::SIGINT) == libc::SIG_DFL {
        set(libc::SIGINT, handle as *const () as usize);
    }
    Ok(())
}

/// Signals take their usual course again.
pub(super) fn ignore() {
    for signal in [libc::SIGTERM, libc::SIGINT] {
        if current(signal) == handle as *const () as usize {
            set(signal, libc::SIG_DFL);
        }
    }
}

/// Ends the process as the signal would have.
pub(super) fn take_the_usual_course(signal: i32) {
    set(signal, libc::SIG_DFL);
    // SAFETY: takes a number.
    unsafe { libc::raise(signal) };
}

/// Puts a byte into the pipe, from wherever.
pub(super) fn tell(what: u8) {
    let write = WRITE.load(Ordering::Acquire);
    if write >= 0 {
        // SAFETY: one byte of this frame; what does not fit has been told already.
        unsafe { libc::write(write, (&raw const what).cast(), 1) };
    }
}

/// Waits for a byte: the signal, or none for a change of state.
pub(super) fn wait() -> Option<i32> {
    let mut what = CHANGED;
    loop {
        // SAFETY: room for one byte.
        let read = unsafe { libc::read(READ.load(Ordering::Acquire), (&raw mut what).cast(), 1) };
        if read >= 0 || errno() != libc::EINTR {
            return (what != CHANGED).then_some(what.into());
        }
    }
}

extern "C" fn handle(signal: i32) {
    let saved = errno();
    tell(signal as u8);
    // SAFETY: the place is this thread's.
    unsafe { *libc::__errno_location() = saved };
}

fn current(signal: i32) -> usize {
    // SAFETY: integers and pointers: all zero is a value.
    let mut now: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: `now` is of this frame.
    unsafe { libc::sigaction(signal, std::ptr::null(), &mut now) };
    now.sa_sigaction
}

fn set(signal: i32, handler: usize) {
    // SAFETY: integers and pointers: all zero is a value.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handler;
    action.sa_flags = libc::SA_RESTART;
    // SAFETY: the handler takes a number, as the flags say.
    unsafe { libc::sigaction(signal, &action, std::ptr::null_mut()) };
}
