//! Events of the console: those of keys (CON-09).

use windows_sys::Win32::Foundation::{ERROR_INVALID_HANDLE, ERROR_NOACCESS, FALSE, HANDLE, TRUE};
use windows_sys::Win32::System::Console::{
    INPUT_RECORD, INPUT_RECORD_0, KEY_EVENT, KEY_EVENT_RECORD, KEY_EVENT_RECORD_0,
};
use windows_sys::core::BOOL;

use super::handles;
use super::input::{Record, has_ended, lock, wait_for_keys};
use crate::error::Win32Error;
use crate::guard::{is_bad, store, win32};

/// Takes events out of the queue, and waits for the first. Every key is pressed and let go at once; there are no events of
/// mouse, window or focus.
///
/// Errors: `ERROR_INVALID_HANDLE` for what is no terminal, `ERROR_NOACCESS` for null pointers.
///
/// # Safety
/// The buffer is valid for its length, the count for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReadConsoleInputW(
    hconsoleinput: HANDLE,
    lpbuffer: *mut INPUT_RECORD,
    nlength: u32,
    lpnumberofeventsread: *mut u32,
) -> BOOL {
    let to = (lpbuffer, nlength, lpnumberofeventsread);
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        events(hconsoleinput, to, How::Wait, wide)
    })
}

/// As [`ReadConsoleInputW`]; characters that are not ASCII are told as `?`.
///
/// # Safety
/// As for [`ReadConsoleInputW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReadConsoleInputA(
    hconsoleinput: HANDLE,
    lpbuffer: *mut INPUT_RECORD,
    nlength: u32,
    lpnumberofeventsread: *mut u32,
) -> BOOL {
    let to = (lpbuffer, nlength, lpnumberofeventsread);
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        events(hconsoleinput, to, How::Wait, narrow)
    })
}

/// Shows the events of the queue and leaves them there; does not wait.
///
/// Errors: as [`ReadConsoleInputW`].
///
/// # Safety
/// As for [`ReadConsoleInputW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PeekConsoleInputW(
    hconsoleinput: HANDLE,
    lpbuffer: *mut INPUT_RECORD,
    nlength: u32,
    lpnumberofeventsread: *mut u32,
) -> BOOL {
    let to = (lpbuffer, nlength, lpnumberofeventsread);
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        events(hconsoleinput, to, How::Peek, wide)
    })
}

/// As [`PeekConsoleInputW`]; characters that are not ASCII are told as `?`.
///
/// # Safety
/// As for [`ReadConsoleInputW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PeekConsoleInputA(
    hconsoleinput: HANDLE,
    lpbuffer: *mut INPUT_RECORD,
    nlength: u32,
    lpnumberofeventsread: *mut u32,
) -> BOOL {
    let to = (lpbuffer, nlength, lpnumberofeventsread);
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        events(hconsoleinput, to, How::Peek, narrow)
    })
}

/// How many events there are now.
///
/// Errors: as [`ReadConsoleInputW`].
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetNumberOfConsoleInputEvents(
    hconsoleinput: HANDLE,
    lpnumberofevents: *mut u32,
) -> BOOL {
    win32(FALSE, || {
        handles::input(hconsoleinput)?;
        if is_bad(lpnumberofevents) {
            return Err(ERROR_NOACCESS.into());
        }
        let mut input = lock();
        input.read_ahead();
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { store(lpnumberofevents, input.records.len() as u32) };
        Ok(TRUE)
    })
}

/// Forgets the events that nobody has read, and what was typed.
///
/// Errors: `ERROR_INVALID_HANDLE` for what is no terminal.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FlushConsoleInputBuffer(hconsoleinput: HANDLE) -> BOOL {
    win32(FALSE, || {
        let fd = handles::input(hconsoleinput)?;
        let mut input = lock();
        input.read_ahead();
        input.records.clear();
        // SAFETY: takes numbers.
        unsafe { libc::tcflush(fd, libc::TCIFLUSH) };
        Ok(TRUE)
    })
}

/// Puts events of keys into the queue, as if they were typed; others are dropped.
///
/// Errors: as [`ReadConsoleInputW`].
///
/// # Safety
/// The buffer is valid for its length, the count is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WriteConsoleInputW(
    hconsoleinput: HANDLE,
    lpbuffer: *const INPUT_RECORD,
    nlength: u32,
    lpnumberofeventswritten: *mut u32,
) -> BOOL {
    let unit = |character: KEY_EVENT_RECORD_0| {
        // SAFETY: the wide side of the union; all its bits are a unit.
        unsafe { character.UnicodeChar }
    };
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        put(
            hconsoleinput,
            (lpbuffer, nlength),
            lpnumberofeventswritten,
            unit,
        )
    })
}

/// As [`WriteConsoleInputW`], with ASCII characters.
///
/// # Safety
/// As for [`WriteConsoleInputW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WriteConsoleInputA(
    hconsoleinput: HANDLE,
    lpbuffer: *const INPUT_RECORD,
    nlength: u32,
    lpnumberofeventswritten: *mut u32,
) -> BOOL {
    let unit = |character: KEY_EVENT_RECORD_0| {
        // SAFETY: the narrow side of the union; all its bits are a byte.
        u16::from(unsafe { character.AsciiChar }.cast_unsigned())
    };
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        put(
            hconsoleinput,
            (lpbuffer, nlength),
            lpnumberofeventswritten,
            unit,
        )
    })
}

/// What happens to the events that are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Wait,
    Peek,
}

fn wide(unit: u16) -> KEY_EVENT_RECORD_0 {
    KEY_EVENT_RECORD_0 { UnicodeChar: unit }
}

fn narrow(unit: u16) -> KEY_EVENT_RECORD_0 {
    let byte = u8::try_from(unit).ok().filter(u8::is_ascii).unwrap_or(b'?');
    // The other byte is 0, as on Windows.
    KEY_EVENT_RECORD_0 {
        UnicodeChar: byte.into(),
    }
}

/// # Safety
/// As for `ReadConsoleInputW`.
unsafe fn events(
    handle: HANDLE,
    (buffer, length, count): (*mut INPUT_RECORD, u32, *mut u32),
    how: How,
    character: fn(u16) -> KEY_EVENT_RECORD_0,
) -> Result<BOOL, Win32Error> {
    let fd = handles::input(handle)?;
    if length > 0 && is_bad(buffer) || is_bad(count) {
        return Err(ERROR_NOACCESS.into());
    }
    loop {
        let mut input = lock();
        input.read_ahead();
        if how == How::Wait && input.records.is_empty() && length > 0 {
            if has_ended(fd) || handles::input(handle).is_err() {
                return Err(ERROR_INVALID_HANDLE.into());
            }
            wait_for_keys(input, fd);
            continue;
        }
        let taken = input.records.len().min(length as usize);
        for (at, record) in input.records.iter().take(taken).enumerate() {
            // SAFETY: `at` is below the length.
            unsafe { buffer.add(at).write_unaligned(event(record, character)) };
        }
        if how == How::Wait {
            input.records.drain(..taken);
        }
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { store(count, taken as u32) };
        return Ok(TRUE);
    }
}

fn event(record: &Record, character: fn(u16) -> KEY_EVENT_RECORD_0) -> INPUT_RECORD {
    INPUT_RECORD {
        EventType: KEY_EVENT as u16,
        Event: INPUT_RECORD_0 {
            KeyEvent: KEY_EVENT_RECORD {
                bKeyDown: BOOL::from(record.down),
                wRepeatCount: 1,
                wVirtualKeyCode: record.virtual_key,
                wVirtualScanCode: record.scan_code,
                uChar: character(record.unit),
                dwControlKeyState: record.state,
            },
        },
    }
}

/// # Safety
/// As for `WriteConsoleInputW`.
unsafe fn put(
    handle: HANDLE,
    (buffer, length): (*const INPUT_RECORD, u32),
    count: *mut u32,
    unit: fn(KEY_EVENT_RECORD_0) -> u16,
) -> Result<BOOL, Win32Error> {
    handles::input(handle)?;
    if length > 0 && is_bad(buffer) {
        return Err(ERROR_NOACCESS.into());
    }
    let mut input = lock();
    input.read_ahead();
    for at in 0..length as usize {
        // SAFETY: within the length.
        let record = unsafe { buffer.add(at).read_unaligned() };
        if u32::from(record.EventType) == KEY_EVENT {
            // SAFETY: the type says which side of the union it is.
            let key = unsafe { record.Event.KeyEvent };
            input.records.push_back(Record {
                down: key.bKeyDown != FALSE,
                unit: unit(key.uChar),
                virtual_key: key.wVirtualKeyCode,
                scan_code: key.wVirtualScanCode,
                state: key.dwControlKeyState,
            });
        }
    }
    // SAFETY: null or valid for a write by this function's contract.
    unsafe { store(count, length) };
    Ok(TRUE)
}
