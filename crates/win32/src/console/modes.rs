//! Modes of the two sides of a console (CON-10).

use std::sync::atomic::{AtomicU32, Ordering};

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER, ERROR_NOACCESS, FALSE, HANDLE, TRUE,
};
use windows_sys::Win32::System::Console::{
    CONSOLE_MODE, DISABLE_NEWLINE_AUTO_RETURN, ENABLE_AUTO_POSITION, ENABLE_ECHO_INPUT,
    ENABLE_EXTENDED_FLAGS, ENABLE_INSERT_MODE, ENABLE_LINE_INPUT, ENABLE_LVB_GRID_WORLDWIDE,
    ENABLE_MOUSE_INPUT, ENABLE_PROCESSED_INPUT, ENABLE_PROCESSED_OUTPUT, ENABLE_QUICK_EDIT_MODE,
    ENABLE_VIRTUAL_TERMINAL_INPUT, ENABLE_VIRTUAL_TERMINAL_PROCESSING, ENABLE_WINDOW_INPUT,
    ENABLE_WRAP_AT_EOL_OUTPUT,
};
use windows_sys::core::BOOL;

use super::{handles, input, terminal};
use crate::error::Win32Error;
use crate::guard::{is_bad, store, win32};

/// The mode of the input or output side. Of input, lines, echo and `ENABLE_PROCESSED_INPUT` are those of the terminal; the
/// other flags are as they were set.
///
/// Errors: `ERROR_INVALID_HANDLE` for what is no terminal, `ERROR_NOACCESS` for a null pointer.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetConsoleMode(
    hconsolehandle: HANDLE,
    lpmode: *mut CONSOLE_MODE,
) -> BOOL {
    win32(FALSE, || {
        let (fd, is_input) = handles::side(hconsolehandle)?;
        if is_bad(lpmode) {
            return Err(ERROR_NOACCESS.into());
        }
        let mode = if is_input {
            of_terminal(&for_lines(fd)?) | OTHER_INPUT.load(Ordering::Relaxed)
        } else {
            OUTPUT.load(Ordering::Relaxed)
        };
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { store(lpmode, mode) };
        Ok(TRUE)
    })
}

/// Sets the mode of the input or output side. Lines, echo and `ENABLE_PROCESSED_INPUT` are told to the terminal, which is
/// given back as it was at the end of the process; the other flags are remembered. Sequences in what is written are always
/// followed.
///
/// Errors: `ERROR_INVALID_HANDLE` for what is no terminal; `ERROR_INVALID_PARAMETER` for unknown flags, and echo without
/// lines; `ERROR_ACCESS_DENIED` for a terminal that another job has in the foreground.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetConsoleMode(hconsolehandle: HANDLE, dwmode: CONSOLE_MODE) -> BOOL {
    win32(FALSE, || {
        let (fd, is_input) = handles::side(hconsolehandle)?;
        if is_input {
            set_input(fd, dwmode)?;
        } else if dwmode & !KNOWN_OUTPUT == 0 {
            OUTPUT.store(dwmode, Ordering::Relaxed);
        } else {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        Ok(TRUE)
    })
}

const OF_TERMINAL: u32 = ENABLE_PROCESSED_INPUT | ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT;
const REMEMBERED: u32 = ENABLE_WINDOW_INPUT
    | ENABLE_MOUSE_INPUT
    | ENABLE_INSERT_MODE
    | ENABLE_QUICK_EDIT_MODE
    | ENABLE_EXTENDED_FLAGS
    | ENABLE_AUTO_POSITION
    | ENABLE_VIRTUAL_TERMINAL_INPUT;
const KNOWN_OUTPUT: u32 = ENABLE_PROCESSED_OUTPUT
    | ENABLE_WRAP_AT_EOL_OUTPUT
    | ENABLE_VIRTUAL_TERMINAL_PROCESSING
    | DISABLE_NEWLINE_AUTO_RETURN
    | ENABLE_LVB_GRID_WORLDWIDE;

/// The flags that only are remembered, with what they are at first.
static OTHER_INPUT: AtomicU32 = AtomicU32::new(
    ENABLE_MOUSE_INPUT
        | ENABLE_INSERT_MODE
        | ENABLE_QUICK_EDIT_MODE
        | ENABLE_EXTENDED_FLAGS
        | ENABLE_AUTO_POSITION,
);
static OUTPUT: AtomicU32 = AtomicU32::new(ENABLE_PROCESSED_OUTPUT | ENABLE_WRAP_AT_EOL_OUTPUT);

fn for_lines(fd: i32) -> Result<libc::termios, Win32Error> {
    let attributes = if fd_is_keyboard(fd) {
        input::lock().for_lines()
    } else {
        terminal::attributes(fd)
    };
    Ok(attributes.ok_or(ERROR_ACCESS_DENIED)?)
}

/// Whether a descriptor is that of the terminal that keys come from.
fn fd_is_keyboard(fd: i32) -> bool {
    // SAFETY: integers: all zero is a value.
    let (mut one, mut other): (libc::stat, libc::stat) = unsafe { std::mem::zeroed() };
    // SAFETY: both are of this frame.
    let known = unsafe { libc::fstat(fd, &mut one) == 0 && libc::fstat(0, &mut other) == 0 };
    known && one.st_rdev == other.st_rdev && handles::is_terminal(0)
}

fn of_terminal(attributes: &libc::termios) -> u32 {
    let flag = |bit, flag| {
        if attributes.c_lflag & bit != 0 {
            flag
        } else {
            0
        }
    };
    let lines = flag(libc::ICANON, ENABLE_LINE_INPUT);
    let echo = if lines == 0 {
        0
    } else {
        flag(libc::ECHO, ENABLE_ECHO_INPUT)
    };
    lines | echo | flag(libc::ISIG, ENABLE_PROCESSED_INPUT)
}

fn set_input(fd: i32, mode: u32) -> Result<(), Win32Error> {
    let echo_without_lines = mode & (ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT) == ENABLE_ECHO_INPUT;
    if mode & !(OF_TERMINAL | REMEMBERED) != 0 || echo_without_lines {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    let mut attributes = for_lines(fd)?;
    if of_terminal(&attributes) != mode & OF_TERMINAL {
        for (flag, bit) in [
            (ENABLE_LINE_INPUT, libc::ICANON),
            (ENABLE_ECHO_INPUT, libc::ECHO),
            (ENABLE_PROCESSED_INPUT, libc::ISIG),
        ] {
            attributes.c_lflag &= !bit;
            if mode & flag != 0 {
                attributes.c_lflag |= bit;
            }
        }
        // Without lines Enter is the character of its key; a read takes what there is, in any mode.
        if mode & ENABLE_LINE_INPUT == 0 {
            attributes.c_iflag &= !libc::ICRNL;
            attributes.c_cc[libc::VMIN] = 1;
            attributes.c_cc[libc::VTIME] = 0;
        } else {
            attributes.c_iflag |= libc::ICRNL;
        }
        input::cooked();
        if !terminal::set_attributes(fd, &attributes) {
            return Err(ERROR_ACCESS_DENIED.into());
        }
    }
    OTHER_INPUT.store(mode & REMEMBERED, Ordering::Relaxed);
    Ok(())
}
