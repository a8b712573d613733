//! The cursor, and the size of the screen (CON-04, CON-05).

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_PARAMETER, ERROR_NOACCESS, FALSE, HANDLE, TRUE,
};
use windows_sys::Win32::System::Console::{
    CONSOLE_CURSOR_INFO, CONSOLE_SCREEN_BUFFER_INFO, COORD, SMALL_RECT,
};
use windows_sys::core::BOOL;

use super::{handles, input, screen, terminal};
use crate::error::{Win32Error, set_last_error};
use crate::guard::{infallible, is_bad, store, win32};

/// Size, colours and cursor of a terminal. The buffer is the window; where the cursor is the terminal is asked, and 0, 0
/// is told if it does not answer, or while somebody waits for a line of input.
///
/// Errors: `ERROR_INVALID_HANDLE` for what is no terminal, `ERROR_NOACCESS` for a null pointer.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetConsoleScreenBufferInfo(
    hconsoleoutput: HANDLE,
    lpconsolescreenbufferinfo: *mut CONSOLE_SCREEN_BUFFER_INFO,
) -> BOOL {
    win32(FALSE, || {
        let fd = handles::output(hconsoleoutput)?;
        if is_bad(lpconsolescreenbufferinfo) {
            return Err(ERROR_NOACCESS.into());
        }
        let size = terminal::size(fd);
        let info = CONSOLE_SCREEN_BUFFER_INFO {
            dwSize: size,
            dwCursorPosition: input::cursor(fd),
            wAttributes: screen::now().colours,
            srWindow: SMALL_RECT {
                Left: 0,
                Top: 0,
                Right: size.X - 1,
                Bottom: size.Y - 1,
            },
            dwMaximumWindowSize: size,
        };
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { store(lpconsolescreenbufferinfo, info) };
        Ok(TRUE)
    })
}

/// Moves the cursor to a column and row of the window, both from 0.
///
/// Errors: `ERROR_INVALID_HANDLE` for what is no terminal, `ERROR_INVALID_PARAMETER` for a place outside.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetConsoleCursorPosition(
    hconsoleoutput: HANDLE,
    dwcursorposition: COORD,
) -> BOOL {
    win32(FALSE, || {
        let fd = handles::output(hconsoleoutput)?;
        if !is_inside(terminal::size(fd), dwcursorposition) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        terminal::write(fd, at(dwcursorposition).as_bytes());
        Ok(TRUE)
    })
}

/// Size and visibility of the cursor, as they were set: a terminal does not tell them.
///
/// Errors: `ERROR_INVALID_HANDLE` for what is no terminal, `ERROR_NOACCESS` for a null pointer.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetConsoleCursorInfo(
    hconsoleoutput: HANDLE,
    lpconsolecursorinfo: *mut CONSOLE_CURSOR_INFO,
) -> BOOL {
    win32(FALSE, || {
        handles::output(hconsoleoutput)?;
        if is_bad(lpconsolecursorinfo) {
            return Err(ERROR_NOACCESS.into());
        }
        let screen = screen::now();
        let info = CONSOLE_CURSOR_INFO {
            dwSize: screen.cursor_size,
            bVisible: BOOL::from(screen.cursor_visible),
        };
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { store(lpconsolecursorinfo, info) };
        Ok(TRUE)
    })
}

/// Shows or hides the cursor; its size is only remembered. It is shown again at the end of the process.
///
/// Errors: `ERROR_INVALID_HANDLE` for what is no terminal, `ERROR_NOACCESS` for a null pointer,
/// `ERROR_INVALID_PARAMETER` for a size that is not within 1 and 100.
///
/// # Safety
/// The pointer is null or valid for a read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetConsoleCursorInfo(
    hconsoleoutput: HANDLE,
    lpconsolecursorinfo: *const CONSOLE_CURSOR_INFO,
) -> BOOL {
    win32(FALSE, || {
        let fd = handles::output(hconsoleoutput)?;
        if is_bad(lpconsolecursorinfo) {
            return Err(ERROR_NOACCESS.into());
        }
        // SAFETY: valid for a read by this function's contract; it need not be aligned.
        let info = unsafe { lpconsolecursorinfo.read_unaligned() };
        if !(1..=100).contains(&info.dwSize) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        let visible = info.bVisible != FALSE;
        terminal::write(fd, if visible { b"\x1B[?25h" } else { b"\x1B[?25l" });
        screen::change(fd, |screen| {
            (screen.cursor_size, screen.cursor_visible) = (info.dwSize, visible);
        });
        Ok(TRUE)
    })
}

/// Asks the terminal to change its size, which it may or may not do.
///
/// Errors: `ERROR_INVALID_HANDLE` for what is no terminal, `ERROR_INVALID_PARAMETER` for a size of nothing.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetConsoleScreenBufferSize(
    hconsoleoutput: HANDLE,
    dwsize: COORD,
) -> BOOL {
    win32(FALSE, || {
        let fd = handles::output(hconsoleoutput)?;
        resize(fd, dwsize.X, dwsize.Y)
    })
}

/// Asks the terminal to change its size to that of the rectangle, which it may or may not do; where the window lies in the
/// buffer cannot be changed, since the buffer is the window.
///
/// Errors: as [`SetConsoleScreenBufferSize`]; `ERROR_NOACCESS` for a null pointer.
///
/// # Safety
/// The pointer is null or valid for a read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetConsoleWindowInfo(
    hconsoleoutput: HANDLE,
    babsolute: BOOL,
    lpconsolewindow: *const SMALL_RECT,
) -> BOOL {
    win32(FALSE, || {
        let fd = handles::output(hconsoleoutput)?;
        if is_bad(lpconsolewindow) {
            return Err(ERROR_NOACCESS.into());
        }
        // SAFETY: valid for a read by this function's contract; it need not be aligned.
        let window = unsafe { lpconsolewindow.read_unaligned() };
        let size = terminal::size(fd);
        let (width, height) = if babsolute == FALSE {
            (size.X, size.Y)
        } else {
            (1, 1)
        };
        let wider = window.Right.saturating_sub(window.Left);
        let higher = window.Bottom.saturating_sub(window.Top);
        resize(
            fd,
            width.saturating_add(wider),
            height.saturating_add(higher),
        )
    })
}

/// The size of the window: there is no larger one.
///
/// Errors: 0, 0 with `ERROR_INVALID_HANDLE` for what is no terminal.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetLargestConsoleWindowSize(hconsoleoutput: HANDLE) -> COORD {
    infallible(COORD { X: 0, Y: 0 }, || {
        match handles::output(hconsoleoutput) {
            Ok(fd) => terminal::size(fd),
            Err(error) => {
                set_last_error(error.0);
                COORD { X: 0, Y: 0 }
            }
        }
    })
}

fn resize(fd: i32, columns: i16, rows: i16) -> Result<BOOL, Win32Error> {
    if columns <= 0 || rows <= 0 {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    let size = terminal::size(fd);
    // A buffer of thousands of lines is one to scroll back in, which the terminal has of its own.
    if rows < 300 && (size.X, size.Y) != (columns, rows) {
        terminal::write(fd, format!("\x1B[8;{rows};{columns}t").as_bytes());
    }
    Ok(TRUE)
}

pub(super) fn is_inside(size: COORD, place: COORD) -> bool {
    (0..size.X).contains(&place.X) && (0..size.Y).contains(&place.Y)
}

/// The sequence that moves the cursor.
pub(super) fn at(place: COORD) -> String {
    format!(
        "\x1B[{};{}H",
        i32::from(place.Y) + 1,
        i32::from(place.X) + 1
    )
}
