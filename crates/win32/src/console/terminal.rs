//! What terminals understand: sequences, their size, and how they hand out input.

use std::sync::{Mutex, Once};

use windows_sys::Win32::System::Console::COORD;

use super::handles::is_terminal;

unsafe extern "C" {
    /// Standard output of the C library.
    static stdout: *mut libc::FILE;
}

/// Writes bytes to a terminal, behind what the C library still holds back of its standard output.
pub(super) fn write(fd: i32, bytes: &[u8]) {
    // SAFETY: the stream lives as long as the process.
    unsafe { libc::fflush(stdout) };
    write_all(fd, bytes);
}

fn write_all(fd: i32, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        // SAFETY: the bytes are valid for their length.
        let written = unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) };
        match usize::try_from(written) {
            Ok(written) => bytes = &bytes[written..],
            Err(_) => match std::io::Error::last_os_error().raw_os_error() {
                Some(libc::EINTR) => {}
                Some(libc::EAGAIN) => wait(fd, libc::POLLOUT, -1),
                _ => return, // the terminal is gone, and with it who would have read
            },
        }
    }
}

/// Waits until a descriptor is ready, at most some milliseconds; -1 for ever.
pub(super) fn wait(fd: i32, events: i16, milliseconds: i32) {
    is_ready(fd, events, milliseconds);
}

/// Whether a descriptor becomes ready within some milliseconds.
pub(super) fn is_ready(fd: i32, events: i16, milliseconds: i32) -> bool {
    let mut place = libc::pollfd {
        fd,
        events,
        revents: 0,
    };
    // SAFETY: one place, of this frame.
    unsafe { libc::poll(&mut place, 1, milliseconds) > 0 }
}

/// Columns and rows. A terminal that does not know has the usual ones.
pub(super) fn size(fd: i32) -> COORD {
    // SAFETY: integers: all zero is a value.
    let mut size: libc::winsize = unsafe { std::mem::zeroed() };
    // SAFETY: `size` is of this frame and of the type that the request takes.
    let known = unsafe { libc::ioctl(fd, libc::TIOCGWINSZ, &mut size) } == 0;
    let or = |known: u16, usual: i16| match i16::try_from(known) {
        Ok(known) if known > 0 => known,
        _ => usual,
    };
    if !known {
        (size.ws_col, size.ws_row) = (0, 0);
    }
    COORD {
        X: or(size.ws_col, 80),
        Y: or(size.ws_row, 25),
    }
}

/// The terminal that titles go to: standard output or standard error, if one of them is one.
pub(super) fn visible() -> Option<i32> {
    [1, 2].into_iter().find(|&fd| is_terminal(fd))
}

/// Whether this process may use the terminal now: another job in the foreground would be disturbed, and this one stopped.
pub(super) fn is_in_foreground(fd: i32) -> bool {
    // SAFETY: both take numbers only.
    unsafe { libc::tcgetpgrp(fd) == libc::getpgrp() }
}

/// How a terminal hands out input: at first as it was found.
pub(super) fn attributes(fd: i32) -> Option<libc::termios> {
    // SAFETY: integers: all zero is a value.
    let mut attributes: libc::termios = unsafe { std::mem::zeroed() };
    // SAFETY: `attributes` is of this frame.
    (unsafe { libc::tcgetattr(fd, &mut attributes) } == 0).then_some(attributes)
}

/// Changes how a terminal hands out input, unless another job has it; it is given back as it was at the end of the
/// process.
pub(super) fn set_attributes(fd: i32, attributes: &libc::termios) -> bool {
    keep(fd);
    // SAFETY: the attributes are valid for a read.
    is_in_foreground(fd) && unsafe { libc::tcsetattr(fd, libc::TCSANOW, attributes) } == 0
}

/// The descriptor that was changed first, and how it was.
static FOUND: Mutex<Option<(i32, libc::termios)>> = Mutex::new(None);

fn keep(fd: i32) {
    let mut found = FOUND
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    if found.is_none() {
        *found = attributes(fd).map(|attributes| (fd, attributes));
    }
    drop(found);
    restore_at_exit();
}

/// Has the terminal given back at the end of the process.
pub(super) fn restore_at_exit() {
    static REGISTERED: Once = Once::new();
    extern "C" fn at_exit() {
        restore();
    }
    REGISTERED.call_once(|| {
        // SAFETY: the function touches nothing that is gone by then.
        unsafe { libc::atexit(at_exit) };
    });
}

/// Gives the terminal back: input as it was found, the usual colours, and the cursor.
pub(super) fn restore() {
    if let Ok(mut found) = FOUND.try_lock()
        && let Some((fd, attributes)) = found.take()
        && is_in_foreground(fd)
    {
        // SAFETY: the attributes are valid for a read.
        unsafe { libc::tcsetattr(fd, libc::TCSANOW, &attributes) };
    }
    super::screen::restore();
}
