//! How processes end.

use std::os::fd::{AsRawFd, OwnedFd};

use windows_sys::Win32::Foundation::{
    STATUS_ACCESS_VIOLATION, STATUS_CONTROL_C_EXIT, STATUS_FLOAT_DIVIDE_BY_ZERO,
    STATUS_ILLEGAL_INSTRUCTION,
};

use super::times::Times;

/// How a process has ended.
pub(super) struct End {
    pub(super) code: u32,
    /// By the signal that cannot be caught.
    pub(super) killed: bool,
    pub(super) times: Times,
}

/// How the process of a descriptor has ended; none while it runs. A child is forgotten by Linux thereby.
pub(super) fn ended(descriptor: &OwnedFd) -> Option<End> {
    let mut poll = libc::pollfd {
        fd: descriptor.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: one place, of this frame.
    if unsafe { libc::poll(&mut poll, 1, 0) } <= 0 {
        return None;
    }
    // SAFETY: numbers: all zero is a value.
    let (mut how, mut usage): (libc::siginfo_t, libc::rusage) = unsafe { std::mem::zeroed() };
    let options = libc::WEXITED | libc::WNOHANG;
    // SAFETY: both structures are of this frame. The C library has no function with usage.
    let waited = unsafe {
        libc::syscall(
            libc::SYS_waitid,
            libc::P_PIDFD,
            descriptor.as_raw_fd(),
            &raw mut how,
            options,
            &raw mut usage,
        )
    };
    let mut times = Times::of_usage(&usage);
    times.ended = crate::system::now_ticks();
    if waited != 0 {
        // No child of ours: Linux does not tell.
        return Some(End {
            code: 0,
            killed: true,
            times,
        });
    }
    // SAFETY: `waitid` has filled the structure in for a child.
    let status = unsafe { how.si_status() };
    let exited = how.si_code == libc::CLD_EXITED;
    Some(End {
        code: if exited {
            status.cast_unsigned()
        } else {
            of_signal(status)
        },
        killed: !exited && status == libc::SIGKILL,
        times,
    })
}

/// The exit code that a program would have had on Windows.
fn of_signal(signal: i32) -> u32 {
    let status = match signal {
        libc::SIGSEGV | libc::SIGBUS => STATUS_ACCESS_VIOLATION,
        libc::SIGILL => STATUS_ILLEGAL_INSTRUCTION,
        libc::SIGFPE => STATUS_FLOAT_DIVIDE_BY_ZERO,
        libc::SIGINT | libc::SIGTERM | libc::SIGHUP | libc::SIGQUIT => STATUS_CONTROL_C_EXIT,
        // What the C runtime's `abort` ends with.
        libc::SIGABRT => 3,
        // What the task manager ends with.
        libc::SIGKILL => 1,
        other => 128 + other,
    };
    status.cast_unsigned()
}
