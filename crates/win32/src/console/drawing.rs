//! Writing into places of the screen without moving the cursor (CON-06).

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_PARAMETER, ERROR_NOACCESS, FALSE, HANDLE, TRUE,
};
use windows_sys::Win32::System::Console::{CHAR_INFO, COORD, SMALL_RECT};
use windows_sys::core::{BOOL, PCSTR, PCWSTR};

use super::cursor::{at, is_inside};
use super::output::copied;
use super::{handles, screen, terminal};
use crate::error::Win32Error;
use crate::guard::{is_bad, store, win32};

/// Fills places of the screen with a character, from one place on to the right and on the next lines: in the colours that
/// are set. The number of places that it has reached is stored.
///
/// Errors: `ERROR_INVALID_HANDLE` for what is no terminal; `ERROR_INVALID_PARAMETER` for a place outside.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FillConsoleOutputCharacterW(
    hconsoleoutput: HANDLE,
    ccharacter: u16,
    nlength: u32,
    dwwritecoord: COORD,
    lpnumberofcharswritten: *mut u32,
) -> BOOL {
    win32(FALSE, || {
        let character = char::from_u32(ccharacter.into()).unwrap_or(char::REPLACEMENT_CHARACTER);
        let filled = fill(hconsoleoutput, character, nlength, dwwritecoord)?;
        // SAFETY: null or valid for a write by this function's contract.
        unsafe { store(lpnumberofcharswritten, filled) };
        Ok(TRUE)
    })
}

/// As [`FillConsoleOutputCharacterW`], with an ASCII character.
///
/// # Safety
/// As for [`FillConsoleOutputCharacterW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FillConsoleOutputCharacterA(
    hconsoleoutput: HANDLE,
    ccharacter: i8,
    nlength: u32,
    dwwritecoord: COORD,
    lpnumberofcharswritten: *mut u32,
) -> BOOL {
    win32(FALSE, || {
        let character = char::from(ccharacter.cast_unsigned());
        let filled = fill(hconsoleoutput, character, nlength, dwwritecoord)?;
        // SAFETY: null or valid for a write by this function's contract.
        unsafe { store(lpnumberofcharswritten, filled) };
        Ok(TRUE)
    })
}

/// Accepts colours for places of the screen; what stands there keeps its own. A terminal cannot change the colours of
/// what it shows. The number of places is stored.
///
/// Errors: as [`FillConsoleOutputCharacterW`].
///
/// # Safety
/// As for [`FillConsoleOutputCharacterW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FillConsoleOutputAttribute(
    hconsoleoutput: HANDLE,
    _wattribute: u16,
    nlength: u32,
    dwwritecoord: COORD,
    lpnumberofattrswritten: *mut u32,
) -> BOOL {
    win32(FALSE, || {
        let fd = handles::output(hconsoleoutput)?;
        let places = places(terminal::size(fd), dwwritecoord)?.min(nlength);
        // SAFETY: null or valid for a write by this function's contract.
        unsafe { store(lpnumberofattrswritten, places) };
        Ok(TRUE)
    })
}

/// Writes text into places of the screen, from one place on to the right and on the next lines, in the colours that are
/// set. The number of characters is stored.
///
/// Errors: as [`FillConsoleOutputCharacterW`]; `ERROR_NOACCESS` for a null pointer.
///
/// # Safety
/// The text is valid for its length, the count is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WriteConsoleOutputCharacterW(
    hconsoleoutput: HANDLE,
    lpcharacter: PCWSTR,
    nlength: u32,
    dwwritecoord: COORD,
    lpnumberofcharswritten: *mut u32,
) -> BOOL {
    win32(FALSE, || {
        let fd = handles::output(hconsoleoutput)?;
        // SAFETY: this function's contract.
        let units = unsafe { copied(lpcharacter, nlength) }?;
        write_at(fd, &String::from_utf16_lossy(&units), dwwritecoord)?;
        // SAFETY: null or valid for a write by this function's contract.
        unsafe { store(lpnumberofcharswritten, nlength) };
        Ok(TRUE)
    })
}

/// As [`WriteConsoleOutputCharacterW`], with narrow text.
///
/// # Safety
/// As for [`WriteConsoleOutputCharacterW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WriteConsoleOutputCharacterA(
    hconsoleoutput: HANDLE,
    lpcharacter: PCSTR,
    nlength: u32,
    dwwritecoord: COORD,
    lpnumberofcharswritten: *mut u32,
) -> BOOL {
    win32(FALSE, || {
        let fd = handles::output(hconsoleoutput)?;
        // SAFETY: this function's contract.
        let bytes = unsafe { copied(lpcharacter, nlength) }?;
        write_at(fd, &String::from_utf8_lossy(&bytes), dwwritecoord)?;
        // SAFETY: null or valid for a write by this function's contract.
        unsafe { store(lpnumberofcharswritten, nlength) };
        Ok(TRUE)
    })
}

/// Writes a rectangle of characters with their colours; what lies outside the window is left out. The rectangle written is
/// stored.
///
/// Errors: `ERROR_INVALID_HANDLE` for what is no terminal, `ERROR_NOACCESS` for null pointers, `ERROR_INVALID_PARAMETER`
/// for a buffer without places.
///
/// # Safety
/// The buffer is valid for the places of its size, the rectangle for a read and a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WriteConsoleOutputW(
    hconsoleoutput: HANDLE,
    lpbuffer: *const CHAR_INFO,
    dwbuffersize: COORD,
    dwbuffercoord: COORD,
    lpwriteregion: *mut SMALL_RECT,
) -> BOOL {
    win32(FALSE, || {
        // SAFETY: this function's contract. All bits of a unit are a unit.
        let of = |cell: &CHAR_INFO| {
            // SAFETY: the wide side of the union; all its bits are a unit.
            let unit = unsafe { cell.Char.UnicodeChar };
            char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER)
        };
        let from = (lpbuffer, dwbuffersize, dwbuffercoord);
        // SAFETY: this function's contract.
        unsafe { rectangle(hconsoleoutput, from, lpwriteregion, of) }
    })
}

/// As [`WriteConsoleOutputW`], with ASCII characters.
///
/// # Safety
/// As for [`WriteConsoleOutputW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WriteConsoleOutputA(
    hconsoleoutput: HANDLE,
    lpbuffer: *const CHAR_INFO,
    dwbuffersize: COORD,
    dwbuffercoord: COORD,
    lpwriteregion: *mut SMALL_RECT,
) -> BOOL {
    win32(FALSE, || {
        let of = |cell: &CHAR_INFO| {
            // SAFETY: the narrow side of the union; all its bits are a byte.
            let byte = unsafe { cell.Char.AsciiChar };
            char::from(byte.cast_unsigned())
        };
        let from = (lpbuffer, dwbuffersize, dwbuffercoord);
        // SAFETY: this function's contract.
        unsafe { rectangle(hconsoleoutput, from, lpwriteregion, of) }
    })
}

/// # Safety
/// As for `WriteConsoleOutputW`.
unsafe fn rectangle(
    handle: HANDLE,
    (buffer, size, from): (*const CHAR_INFO, COORD, COORD),
    region: *mut SMALL_RECT,
    character: impl Fn(&CHAR_INFO) -> char,
) -> Result<BOOL, Win32Error> {
    let fd = handles::output(handle)?;
    if is_bad(buffer) || is_bad(region) {
        return Err(ERROR_NOACCESS.into());
    }
    if !is_inside(size, from) {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    let window = terminal::size(fd);
    // SAFETY: valid for a read by this function's contract; it need not be aligned.
    let mut to = unsafe { region.read_unaligned() };
    to.Left = to.Left.max(0);
    to.Top = to.Top.max(0);
    to.Right = to
        .Right
        .min(window.X - 1)
        .min(to.Left.saturating_add(size.X - from.X - 1));
    to.Bottom = to
        .Bottom
        .min(window.Y - 1)
        .min(to.Top.saturating_add(size.Y - from.Y - 1));
    let mut drawn = String::from(SAVE);
    let mut colours = None;
    for row in to.Top..=to.Bottom {
        drawn += &at(COORD { X: to.Left, Y: row });
        for column in to.Left..=to.Right {
            let x = usize::from((column - to.Left + from.X).cast_unsigned());
            let y = usize::from((row - to.Top + from.Y).cast_unsigned());
            let place = y * usize::from(size.X.cast_unsigned()) + x;
            // SAFETY: the place lies within the buffer's size by the limits above.
            let cell = unsafe { buffer.add(place).read_unaligned() };
            if colours != Some(cell.Attributes) {
                drawn += &screen::sequence(cell.Attributes);
                colours = Some(cell.Attributes);
            }
            drawn.push(match character(&cell) {
                control if control.is_control() => ' ',
                character => character,
            });
        }
    }
    drawn += &screen::sequence(screen::now().colours);
    drawn += RESTORE;
    terminal::write(fd, drawn.as_bytes());
    // SAFETY: valid for a write by this function's contract.
    unsafe { store(region, to) };
    Ok(TRUE)
}

/// Keeps the cursor's place and goes back there.
const SAVE: &str = "\x1B7";
const RESTORE: &str = "\x1B8";

/// How many places there are from one on.
fn places(size: COORD, from: COORD) -> Result<u32, Win32Error> {
    if !is_inside(size, from) {
        return Err(ERROR_INVALID_PARAMETER.into());
    }
    let [width, height, x, y] =
        [size.X, size.Y, from.X, from.Y].map(|n| u32::from(n.cast_unsigned()));
    Ok((height - y) * width - x)
}

fn fill(handle: HANDLE, character: char, length: u32, from: COORD) -> Result<u32, Win32Error> {
    let fd = handles::output(handle)?;
    let size = terminal::size(fd);
    let all = places(size, from)?;
    let length = length.min(all);
    if character == ' ' && length == all && (from.X, from.Y) == (0, 0) {
        terminal::write(fd, b"\x1B[2J");
        return Ok(length);
    }
    let character = if character.is_control() {
        ' '
    } else {
        character
    };
    let text: String = std::iter::repeat_n(character, length as usize).collect();
    write_at(fd, &text, from)?;
    Ok(length)
}

/// Writes text from a place on, line by line, and leaves the cursor where it was.
fn write_at(fd: i32, text: &str, from: COORD) -> Result<(), Win32Error> {
    let size = terminal::size(fd);
    let mut left = places(size, from)? as usize;
    let mut drawn = String::from(SAVE);
    let (mut row, mut column) = (from.Y, from.X);
    let mut characters = text.chars().peekable();
    while left > 0 && characters.peek().is_some() {
        drawn += &at(COORD { X: column, Y: row });
        let room = usize::from((size.X - column).cast_unsigned()).min(left);
        drawn.extend(characters.by_ref().take(room));
        left -= room;
        (row, column) = (row + 1, 0);
    }
    drawn += RESTORE;
    terminal::write(fd, drawn.as_bytes());
    Ok(())
}
