//! Completion ports (PORT-01 to PORT-62).

use windows_sys::Win32::Foundation::{
    ERROR_ABANDONED_WAIT_0, ERROR_INVALID_PARAMETER, ERROR_NOACCESS, FALSE, HANDLE,
    INVALID_HANDLE_VALUE, TRUE, WAIT_IO_COMPLETION, WAIT_TIMEOUT,
};
use windows_sys::Win32::System::IO::{OVERLAPPED, OVERLAPPED_ENTRY};
use windows_sys::Win32::System::WindowsProgramming::{
    FILE_SKIP_COMPLETION_PORT_ON_SUCCESS, FILE_SKIP_SET_EVENT_ON_HANDLE,
};
use windows_sys::core::BOOL;

use larboard_kernel::io::file::{self, File};
use larboard_kernel::io::packet::Packet;
use larboard_kernel::io::port::{Empty, Port};
use larboard_kernel::io::request::OverlappedPtr;
use larboard_kernel::object::handle_table::Handle;
use larboard_kernel::status::Status;

use crate::error::Win32Error;
use crate::guard::{is_bad, store, win32};
use crate::handles;

/// Creates a port, associates a file with a port, or both (PORT-01 to PORT-08).
///
/// Errors: null with `ERROR_INVALID_PARAMETER` for no file together with an existing port, for a file that has a port
/// already, and for a file that is not opened for overlapped use; `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateIoCompletionPort(
    filehandle: HANDLE,
    existingcompletionport: HANDLE,
    completionkey: usize,
    numberofconcurrentthreads: u32,
) -> HANDLE {
    win32(std::ptr::null_mut(), || {
        match (filehandle, existingcompletionport.is_null()) {
            (INVALID_HANDLE_VALUE, false) => Err(ERROR_INVALID_PARAMETER.into()),
            (INVALID_HANDLE_VALUE, true) => create(numberofconcurrentthreads),
            (_, false) => {
                associate(filehandle, existingcompletionport, completionkey)?;
                Ok(existingcompletionport)
            }
            (_, true) => {
                let port = create(numberofconcurrentthreads)?;
                if let Err(error) = associate(filehandle, port, completionkey) {
                    handles::table().close(handles::key(port))?;
                    return Err(error);
                }
                Ok(port)
            }
        }
    })
}

/// Takes one packet from a port, waiting for it if there is none (PORT-32 to PORT-40).
///
/// Returns true with the packet of an operation that succeeded. Errors: with an OVERLAPPED stored, the translated
/// status of an operation that failed; with null stored, `WAIT_TIMEOUT`, `ERROR_ABANDONED_WAIT_0` when the port was
/// closed meanwhile, `ERROR_INVALID_HANDLE`, `ERROR_NOACCESS` for a null pointer.
///
/// # Safety
/// The three pointers are null or valid for writes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetQueuedCompletionStatus(
    completionport: HANDLE,
    lpnumberofbytestransferred: *mut u32,
    lpcompletionkey: *mut usize,
    lpoverlapped: *mut *mut OVERLAPPED,
    dwmilliseconds: u32,
) -> BOOL {
    win32(FALSE, || {
        let port = handles::key(completionport);
        let bad =
            is_bad(lpnumberofbytestransferred) | is_bad(lpcompletionkey) | is_bad(lpoverlapped);
        let at_once = if bad {
            None
        } else {
            Port::dequeue_at_once(port)
        };
        let packet = match at_once {
            Some(packet) => packet,
            // SAFETY: null or valid for a write by this function's contract.
            None => unsafe { wait_for_packet(port, lpoverlapped, bad, dwmilliseconds) }?,
        };
        // SAFETY: valid for writes by this function's contract.
        unsafe {
            lpnumberofbytestransferred.write_unaligned(packet.bytes());
            lpcompletionkey.write_unaligned(packet.key);
            lpoverlapped.write_unaligned(packet.overlapped.0.cast());
        }
        if packet.status().is_success() {
            Ok(TRUE)
        } else {
            Err(packet.status().into())
        }
    })
}

/// # Safety
/// `overlapped` is null or valid for a write.
#[inline(never)]
unsafe fn wait_for_packet(
    port: Handle,
    overlapped: *mut *mut OVERLAPPED,
    bad: bool,
    milliseconds: u32,
) -> Result<Packet, Win32Error> {
    // SAFETY: null or valid for a write by this function's contract.
    unsafe { store(overlapped, std::ptr::null_mut()) };
    if bad {
        handles::table().get_tagged::<Port>(port)?;
        return Err(ERROR_NOACCESS.into());
    }
    Port::with_handle(port, |port| port.dequeue(milliseconds, false))?.map_err(nothing)
}

/// Takes up to `ulcount` packets from a port, waiting for the first one only, alertably if asked for; true also if
/// the operations failed (PORT-41 to PORT-45).
///
/// Errors: `ERROR_INVALID_PARAMETER` for no room; `WAIT_TIMEOUT`; `WAIT_IO_COMPLETION` when an APC ran;
/// `ERROR_ABANDONED_WAIT_0`; `ERROR_INVALID_HANDLE`; `ERROR_NOACCESS` for a null count.
///
/// # Safety
/// The array is null or valid for `ulcount` writes, the count null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetQueuedCompletionStatusEx(
    completionport: HANDLE,
    lpcompletionportentries: *mut OVERLAPPED_ENTRY,
    ulcount: u32,
    ulnumentriesremoved: *mut u32,
    dwmilliseconds: u32,
    falertable: BOOL,
) -> BOOL {
    win32(FALSE, || {
        if ulcount == 0 || is_bad(lpcompletionportentries) {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        if is_bad(ulnumentriesremoved) {
            return Err(ERROR_NOACCESS.into());
        }
        let write = |at: usize, packet: Packet| {
            // SAFETY: the kernel hands out indices below `ulcount`, for which the array is valid.
            unsafe {
                lpcompletionportentries
                    .add(at)
                    .write_unaligned(entry(packet))
            };
        };
        let alertable = falertable != FALSE;
        let taken = Port::with_handle(handles::key(completionport), |port| {
            port.dequeue_many(dwmilliseconds, alertable, write, ulcount as usize)
        })?;
        // Windows leaves a count of 1 where nothing was removed.
        let count = taken.map_or(1, |taken| taken as u32);
        // SAFETY: valid for a write by this function's contract.
        unsafe { store(ulnumentriesremoved, count) };
        taken.map(|_| TRUE).map_err(nothing)
    })
}

/// Queues a packet with exactly these values; nothing is dereferenced (PORT-46, PORT-47).
///
/// Errors: `ERROR_INVALID_HANDLE` (PORT-48).
///
/// # Safety
/// Sound to call at any time; what the values mean is between the caller and whoever takes the packet.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PostQueuedCompletionStatus(
    completionport: HANDLE,
    dwnumberofbytestransferred: u32,
    dwcompletionkey: usize,
    lpoverlapped: *const OVERLAPPED,
) -> BOOL {
    win32(FALSE, || {
        let packet = Packet::new(
            Status::SUCCESS,
            dwnumberofbytestransferred,
            dwcompletionkey,
            OverlappedPtr(lpoverlapped.cast_mut().cast()),
        );
        Port::post_to(handles::key(completionport), packet)?;
        Ok(TRUE)
    })
}

/// Adds notification modes to a file, which cannot be taken back (PORT-20 to PORT-25).
///
/// Errors: `ERROR_INVALID_HANDLE`; `ERROR_INVALID_PARAMETER` for unknown flags and for a file that is not opened for
/// overlapped use.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetFileCompletionNotificationModes(
    filehandle: HANDLE,
    flags: u8,
) -> BOOL {
    win32(FALSE, || {
        const SKIP_SET_USER_EVENT_ON_FAST_IO: u32 = 4;
        let flags = u32::from(flags);
        let known = FILE_SKIP_COMPLETION_PORT_ON_SUCCESS
            | FILE_SKIP_SET_EVENT_ON_HANDLE
            | SKIP_SET_USER_EVENT_ON_FAST_IO;
        if flags & !known != 0 {
            return Err(ERROR_INVALID_PARAMETER.into());
        }
        let mode = |flag: u32, mode: u32| if flags & flag != 0 { mode } else { 0 };
        handles::get::<File>(filehandle)?.add_modes(
            mode(
                FILE_SKIP_COMPLETION_PORT_ON_SUCCESS,
                file::SKIP_PORT_ON_SUCCESS,
            ) | mode(FILE_SKIP_SET_EVENT_ON_HANDLE, file::SKIP_SET_EVENT),
        )?;
        Ok(TRUE)
    })
}

fn create(concurrency: u32) -> Result<HANDLE, Win32Error> {
    Ok(handles::value(
        handles::table().insert(Port::new(concurrency)?)?,
    ))
}

fn associate(file: HANDLE, port: HANDLE, key: usize) -> Result<(), Win32Error> {
    let port = handles::get::<Port>(port)?;
    let file = handles::get::<File>(file)?;
    Ok(handles::arc(&file).associate(&handles::arc(&port), key)?)
}

fn entry(packet: Packet) -> OVERLAPPED_ENTRY {
    OVERLAPPED_ENTRY {
        lpCompletionKey: packet.key,
        lpOverlapped: packet.overlapped.0.cast(),
        Internal: packet.status().0 as usize,
        dwNumberOfBytesTransferred: packet.bytes(),
    }
}

fn nothing(empty: Empty) -> Win32Error {
    Win32Error(match empty {
        Empty::TimedOut => WAIT_TIMEOUT,
        Empty::Abandoned => ERROR_ABANDONED_WAIT_0,
        Empty::Apc => WAIT_IO_COMPLETION,
    })
}
