//! The standard handles (CON-01).

use std::os::fd::{BorrowedFd, IntoRawFd};
use std::ptr::null_mut;
use std::sync::Mutex;

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_HANDLE, FALSE, HANDLE, INVALID_HANDLE_VALUE, TRUE,
};
use windows_sys::Win32::System::Console::{
    STD_ERROR_HANDLE, STD_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE,
};
use windows_sys::core::BOOL;

use larboard_kernel::device::Device;
use larboard_kernel::device::disk::Disk;
use larboard_kernel::io::file::File;

use super::title;
use crate::error::Win32Error;
use crate::files::open::with_disk;
use crate::guard::win32;
use crate::handles;

/// The handle of standard input, output or error: a file handle for a copy of descriptor 0, 1 or 2, or what
/// `SetStdHandle` has put there. Null, without an error, if the descriptor is closed.
///
/// Errors: `INVALID_HANDLE_VALUE` with `ERROR_INVALID_HANDLE` for a number that names none of the three.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetStdHandle(nstdhandle: STD_HANDLE) -> HANDLE {
    win32(INVALID_HANDLE_VALUE, || {
        let place = place(nstdhandle)?;
        let mut slots = slots();
        match slots[place] {
            Some(handle) => Ok(handles::value(handle)),
            None => {
                let handle = open(place)?;
                slots[place] = Some(handles::key(handle));
                Ok(handle)
            }
        }
    })
}

/// Makes `GetStdHandle` answer another handle. The streams of the C library stay where they are.
///
/// Errors: `ERROR_INVALID_HANDLE` for a number that names none of the three.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetStdHandle(nstdhandle: STD_HANDLE, hhandle: HANDLE) -> BOOL {
    win32(FALSE, || {
        slots()[place(nstdhandle)?] = Some(handles::key(hhandle));
        Ok(TRUE)
    })
}

type Slots = [Option<larboard_kernel::object::handle_table::Handle>; 3];

static SLOTS: Mutex<Slots> = Mutex::new([None; 3]);

fn slots() -> std::sync::MutexGuard<'static, Slots> {
    SLOTS
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn place(which: STD_HANDLE) -> Result<usize, Win32Error> {
    match which {
        STD_INPUT_HANDLE => Ok(0),
        STD_OUTPUT_HANDLE => Ok(1),
        STD_ERROR_HANDLE => Ok(2),
        _ => Err(ERROR_INVALID_HANDLE.into()),
    }
}

/// A handle for a copy of a standard descriptor. Input is only read and output only written, which also tells the two
/// sides of a terminal apart.
fn open(place: usize) -> Result<HANDLE, Win32Error> {
    // SAFETY: a standard descriptor; whether it is open is found out by copying it.
    let fd = unsafe { BorrowedFd::borrow_raw(place as i32) };
    let Ok(copy) = fd.try_clone_to_owned() else {
        return Ok(null_mut());
    };
    let disk = Disk {
        reads: place == 0,
        writes: place != 0,
        ..Disk::of(place as i32)
    };
    let file = File::new(copy.into_raw_fd(), Device::Disk(disk), 0);
    // SAFETY: there are no attributes.
    unsafe { handles::open(file, std::ptr::null()) }
}

/// The descriptor of a terminal that is read: `ERROR_INVALID_HANDLE` for all others.
pub(crate) fn input(handle: HANDLE) -> Result<i32, Win32Error> {
    side(handle).and_then(|(fd, is_input)| {
        if is_input {
            Ok(fd)
        } else {
            Err(ERROR_INVALID_HANDLE.into())
        }
    })
}

/// The descriptor of a terminal that is written: `ERROR_INVALID_HANDLE` for all others.
pub(crate) fn output(handle: HANDLE) -> Result<i32, Win32Error> {
    side(handle).and_then(|(fd, is_input)| {
        if is_input {
            Err(ERROR_INVALID_HANDLE.into())
        } else {
            Ok(fd)
        }
    })
}

/// The descriptor of a terminal, and whether it is the side that is read.
pub(crate) fn side(handle: HANDLE) -> Result<(i32, bool), Win32Error> {
    if title::is_detached() {
        return Err(ERROR_INVALID_HANDLE.into());
    }
    with_disk(handle, |disk, fd| {
        if is_terminal(fd) {
            Ok((fd, disk.reads && !disk.writes))
        } else {
            Err(ERROR_INVALID_HANDLE.into())
        }
    })
}

pub(crate) fn is_terminal(fd: i32) -> bool {
    // SAFETY: takes a number.
    unsafe { libc::isatty(fd) == 1 }
}
