//! Reading lines (CON-07).

use std::collections::VecDeque;
use std::ffi::c_void;
use std::sync::Mutex;

use windows_sys::Win32::Foundation::{ERROR_NOACCESS, FALSE, HANDLE, TRUE};
use windows_sys::Win32::System::Console::CONSOLE_READCONSOLE_CONTROL;
use windows_sys::core::BOOL;

use super::input::LineReader;
use super::{handles, input, terminal};
use crate::error::Win32Error;
use crate::guard::{is_bad, store, win32};

/// Reads a line of wide text, or what fits of it; the rest comes with the next call. A line ends with CR and LF. Without
/// `ENABLE_LINE_INPUT` it reads what was typed, at least one character. At the end of the input 0 characters are read.
///
/// Errors: `ERROR_INVALID_HANDLE` for what is no terminal, `ERROR_NOACCESS` for null pointers.
///
/// # Safety
/// The buffer is valid for its length, the count for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReadConsoleW(
    hconsoleinput: HANDLE,
    lpbuffer: *mut c_void,
    nnumberofcharstoread: u32,
    lpnumberofcharsread: *mut u32,
    _pinputcontrol: *const CONSOLE_READCONSOLE_CONTROL,
) -> BOOL {
    let to = (
        lpbuffer.cast::<u16>(),
        nnumberofcharstoread,
        lpnumberofcharsread,
    );
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        read(
            hconsoleinput,
            to,
            |text| text.encode_utf16().collect(),
            &WIDE,
        )
    })
}

/// As [`ReadConsoleW`], in narrow text, UTF-8.
///
/// # Safety
/// As for [`ReadConsoleW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReadConsoleA(
    hconsoleinput: HANDLE,
    lpbuffer: *mut c_void,
    nnumberofcharstoread: u32,
    lpnumberofcharsread: *mut u32,
    _pinputcontrol: *const CONSOLE_READCONSOLE_CONTROL,
) -> BOOL {
    let to = (
        lpbuffer.cast::<u8>(),
        nnumberofcharstoread,
        lpnumberofcharsread,
    );
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        read(hconsoleinput, to, |text| text.as_bytes().to_vec(), &NARROW)
    })
}

/// What did not fit into the buffers before.
static WIDE: Mutex<VecDeque<u16>> = Mutex::new(VecDeque::new());
static NARROW: Mutex<VecDeque<u8>> = Mutex::new(VecDeque::new());

/// # Safety
/// As for `ReadConsoleW`.
unsafe fn read<U: Copy>(
    handle: HANDLE,
    (buffer, length, count): (*mut U, u32, *mut u32),
    encode: fn(&str) -> Vec<U>,
    rest: &Mutex<VecDeque<U>>,
) -> Result<BOOL, Win32Error> {
    let fd = handles::input(handle)?;
    if length > 0 && is_bad(buffer) || is_bad(count) {
        return Err(ERROR_NOACCESS.into());
    }
    if length > 0 && locked(rest).is_empty() {
        // Nobody is kept waiting for what is left while this one waits for a line.
        let line = encode(&line(fd));
        locked(rest).extend(line);
    }
    let mut rest = locked(rest);
    let taken = rest.len().min(length as usize);
    for (at, unit) in rest.drain(..taken).enumerate() {
        // SAFETY: below the length.
        unsafe { buffer.add(at).write_unaligned(unit) };
    }
    // SAFETY: checked for null; otherwise valid for a write by this function's contract.
    unsafe { store(count, taken as u32) };
    Ok(TRUE)
}

fn locked<U>(rest: &Mutex<VecDeque<U>>) -> std::sync::MutexGuard<'_, VecDeque<U>> {
    rest.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// What a line before has left for `ReadFile`: how many bytes.
pub(crate) fn left(to: &mut [u8]) -> usize {
    let mut rest = locked(&NARROW);
    let taken = rest.len().min(to.len());
    for (place, byte) in to.iter_mut().zip(rest.drain(..taken)) {
        *place = byte;
    }
    taken
}

/// Makes the end of a line that `ReadFile` has read from a terminal CR and LF; what has no room is left. How many bytes
/// there are now.
pub(crate) fn end_line(fd: i32, buffer: &mut [u8], length: usize) -> usize {
    let is_line = terminal::attributes(fd).is_some_and(|it| it.c_lflag & libc::ICANON != 0);
    if !is_line || buffer[..length].last() != Some(&b'\n') {
        return length;
    }
    buffer[length - 1] = b'\r';
    match buffer.get_mut(length) {
        Some(place) => {
            *place = b'\n';
            length + 1
        }
        None => {
            locked(&NARROW).push_back(b'\n');
            length
        }
    }
}

/// What the terminal gives at once: a line, or in other modes what was typed. Empty at the end of the input.
fn line(fd: i32) -> String {
    const LONGEST: usize = 4096; // a terminal keeps no longer line
    let mut bytes = vec![0; LONGEST];
    let ahead = input::take(&mut bytes);
    let reader = LineReader::begin();
    let mut length = ahead;
    let is_whole = |bytes: &[u8]| match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_some(),
    };
    loop {
        terminal::wait(fd, libc::POLLIN, -1);
        // SAFETY: the rest of the buffer is valid for its length.
        let read = unsafe {
            let room = &mut bytes[length..];
            libc::read(fd, room.as_mut_ptr().cast(), room.len())
        };
        match usize::try_from(read) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(_) if std::io::Error::last_os_error().kind() == std::io::ErrorKind::Interrupted => {
                continue;
            }
            Err(_) => break,
        }
        // Without lines a character may come in parts.
        if length == LONGEST || is_whole(&bytes[..length]) {
            break;
        }
    }
    drop(reader);
    String::from_utf8_lossy(&bytes[..length]).replace('\n', "\r\n")
}
