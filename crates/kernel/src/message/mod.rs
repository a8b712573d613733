//! Messages: queues of threads, windows without a display, user timers.
//!
//! ```text
//! queue      a thread's queue: what is posted, sent, due; retrieving; waiting for any of it
//! send       messages between threads that are answered
//! timer      user timers
//! window     windows: procedure, place in the tree, text, numbers
//! class      window classes
//! atom       names that are numbers: classes and registered messages
//! ```
//!
//! A queue belongs to the thread for which it was made, on that thread's first call that needs one. Others put things
//! in; only the owner takes them out, calls window procedures, and waits. So the queue's dispatcher object has at most
//! one waiter, and it is signalled only while the owner waits and something of the asked kinds is there.
//!
//! No lock is held while a window procedure runs. Lock order: windows → queue → dispatcher.

pub mod atom;
pub mod class;
pub mod queue;
pub mod send;
pub mod timer;
pub mod window;

use std::ffi::c_void;

/// A window procedure: window, message, its two parameters.
pub type Procedure = unsafe extern "system" fn(*mut c_void, u32, usize, isize) -> isize;

/// A message as it is posted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// The window, 0 for a message to the thread.
    pub window: usize,
    /// Its number.
    pub message: u32,
    /// The first parameter.
    pub wparam: usize,
    /// The second one.
    pub lparam: isize,
    /// When it was posted, in milliseconds since the system was started.
    pub time: u32,
}

/// Why something was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no such window, or not any more.
    NoWindow,
    /// The thread has no queue.
    NoQueue,
    /// The queue holds as many posted messages as it may.
    Full,
    /// Only the thread that made the window may do this.
    NotOwner,
    /// The time was over.
    TimedOut,
    /// There is no such timer.
    NoTimer,
    /// There is no such class.
    NoClass,
    /// There is such a class already.
    ClassExists,
    /// There are windows of the class.
    ClassInUse,
    /// There is no number left for another name.
    NoAtom,
    /// There are as many windows as there may be.
    TooManyWindows,
}

/// The numbers that the system itself sends or looks at.
pub mod number {
    #![allow(missing_docs)]
    pub const DESTROY: u32 = 0x02;
    pub const QUIT: u32 = 0x12;
    pub const NCDESTROY: u32 = 0x82;
    pub const TIMER: u32 = 0x113;
}

/// Milliseconds since the system was started, as messages are stamped with.
pub fn now() -> u32 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the clock exists on every Linux, and `time` is of this frame.
    unsafe { libc::clock_gettime(libc::CLOCK_BOOTTIME, &mut time) };
    (time.tv_sec as u64 * 1000 + time.tv_nsec as u64 / 1_000_000) as u32
}
