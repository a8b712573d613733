//! The results of overlapped operations, and cancelling them (OVL-27 to OVL-36, CXL).

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_IO_INCOMPLETE, ERROR_NOACCESS, ERROR_NOT_FOUND, FALSE, HANDLE, TRUE,
    WAIT_IO_COMPLETION, WAIT_TIMEOUT,
};
use windows_sys::Win32::Networking::WinSock::{SOCKET, WSA_IO_INCOMPLETE, WSAENOTSOCK};
use windows_sys::Win32::System::IO::OVERLAPPED;
use windows_sys::Win32::System::Threading::{INFINITE, THREAD_TERMINATE};
use windows_sys::core::BOOL;

use larboard_kernel::io::cancel::{self, Which};
use larboard_kernel::io::complete::read_status;
use larboard_kernel::io::file::File;
use larboard_kernel::io::request::{self, Overlapped, OverlappedPtr};
use larboard_kernel::object::ObjectRef;
use larboard_kernel::object::thread::Thread;
use larboard_kernel::object::wait::{self, Outcome};
use larboard_kernel::status::Status;

use crate::error::{Win32Error, WsaError};
use crate::guard::{check, is_bad, store, win32, winsock};
use crate::winsock::socket;
use crate::{handles, threads};

const _: () = assert!(size_of::<OVERLAPPED>() == size_of::<Overlapped>());
const _: () =
    assert!(std::mem::offset_of!(OVERLAPPED, hEvent) == std::mem::offset_of!(Overlapped, event));

/// The result of an overlapped operation; waits for it if asked for, on its event or else on the file (OVL-27 to
/// OVL-29).
///
/// Errors: `ERROR_IO_INCOMPLETE` while it is pending; the translated status of an operation that failed, with the byte
/// count stored all the same (OVL-28, OVL-35); `ERROR_NOACCESS` for a null pointer.
///
/// # Safety
/// `lpoverlapped` is null or one that an operation was started with; the byte count is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetOverlappedResult(
    hfile: HANDLE,
    lpoverlapped: *const OVERLAPPED,
    lpnumberofbytestransferred: *mut u32,
    bwait: BOOL,
) -> BOOL {
    let milliseconds = if bwait == FALSE { 0 } else { INFINITE };
    // SAFETY: this function's contract.
    win32(FALSE, || unsafe {
        result(
            hfile,
            lpoverlapped,
            lpnumberofbytestransferred,
            milliseconds,
            false,
        )
    })
}

/// As [`GetOverlappedResult`], with a limit in milliseconds, alertable if asked for (OVL-30, APC-29).
///
/// Errors: besides those of [`GetOverlappedResult`], `WAIT_TIMEOUT` when a limit above 0 runs out and
/// `WAIT_IO_COMPLETION` when an APC ran.
///
/// # Safety
/// As for [`GetOverlappedResult`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetOverlappedResultEx(
    hfile: HANDLE,
    lpoverlapped: *const OVERLAPPED,
    lpnumberofbytestransferred: *mut u32,
    dwmilliseconds: u32,
    balertable: BOOL,
) -> BOOL {
    win32(FALSE, || {
        let alertable = balertable != FALSE;
        // SAFETY: this function's contract.
        unsafe {
            result(
                hfile,
                lpoverlapped,
                lpnumberofbytestransferred,
                dwmilliseconds,
                alertable,
            )
        }
    })
}

/// The result of an overlapped operation of a socket, with a Winsock error (OVL-31 to OVL-36).
///
/// Errors: `WSA_IO_INCOMPLETE` while it is pending and no wait was asked for; `WSAENOTSOCK`, also for a handle made by
/// `DuplicateHandle` (HND-20); `WSAEFAULT` for a null pointer; the translated status of an operation that failed.
///
/// # Safety
/// `lpoverlapped` is null or one that an operation was started with; the other pointers are null or valid for writes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAGetOverlappedResult(
    s: SOCKET,
    lpoverlapped: *const OVERLAPPED,
    lpcbtransfer: *mut u32,
    fwait: BOOL,
    lpdwflags: *mut u32,
) -> BOOL {
    winsock(FALSE, || {
        let handle = socket::handle(s);
        if handles::is_duplicate(handle) {
            return Err(WSAENOTSOCK.into());
        }
        socket::look_up(s)?;
        check(lpoverlapped)
            .and(check(lpcbtransfer))
            .and(check(lpdwflags))?;
        let milliseconds = if fwait == FALSE { 0 } else { INFINITE };
        // SAFETY: this function's contract, and the pointer was checked for null.
        let (status, bytes) = unsafe { outcome(handle, lpoverlapped, milliseconds, false) }
            .map_err(|error| WsaError(error.0.cast_signed()))?;
        if status == Status::PENDING {
            return Err(WSA_IO_INCOMPLETE.into());
        }
        // SAFETY: valid for writes by this function's contract.
        unsafe {
            store(lpcbtransfer, bytes as u32);
            store(lpdwflags, 0);
        }
        if status.is_success() {
            Ok(TRUE)
        } else {
            Err(status.into())
        }
    })
}

/// Cancels the operations on a file that the calling thread has started; true also if there are none (CXL-01).
///
/// Errors: `ERROR_INVALID_HANDLE` (CXL-06).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CancelIo(hfile: HANDLE) -> BOOL {
    win32(FALSE, || {
        let file = handles::get::<File>(hfile)?.to_arc();
        cancel::cancel(
            &file,
            Which::StartedBy(Thread::with_current(|thread| thread.serial())),
        );
        Ok(TRUE)
    })
}

/// Cancels the operation that was started with an OVERLAPPED, or with null all of a file, whichever thread started it.
/// It is still notified, once, in the usual way (CXL-02 to CXL-04).
///
/// Errors: `ERROR_NOT_FOUND` if there was none; `ERROR_INVALID_HANDLE` (CXL-06).
///
/// # Safety
/// Sound to call at any time: the pointer is only compared.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CancelIoEx(hfile: HANDLE, lpoverlapped: *const OVERLAPPED) -> BOOL {
    win32(FALSE, || {
        let file = handles::get::<File>(hfile)?.to_arc();
        let which = if lpoverlapped.is_null() {
            Which::All
        } else {
            Which::Overlapped(OverlappedPtr(lpoverlapped.cast_mut().cast()))
        };
        if cancel::cancel(&file, which) == 0 {
            Err(ERROR_NOT_FOUND.into())
        } else {
            Ok(TRUE)
        }
    })
}

/// Ends the synchronous call in which a thread is blocked, which fails with `ERROR_OPERATION_ABORTED` (CXL-09).
///
/// Errors: `ERROR_NOT_FOUND` if the thread is not blocked in one (CXL-10); `ERROR_INVALID_HANDLE`;
/// `ERROR_ACCESS_DENIED` for a handle without `THREAD_TERMINATE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CancelSynchronousIo(hthread: HANDLE) -> BOOL {
    win32(FALSE, || {
        let thread = threads::get(hthread)?;
        if !handles::grants(hthread, THREAD_TERMINATE) {
            return Err(ERROR_ACCESS_DENIED.into());
        }
        cancel::cancel_synchronous(&thread)?;
        Ok(TRUE)
    })
}

/// # Safety
/// As for [`GetOverlappedResult`].
unsafe fn result(
    file: HANDLE,
    overlapped: *const OVERLAPPED,
    transferred: *mut u32,
    milliseconds: u32,
    alertable: bool,
) -> Result<BOOL, Win32Error> {
    if is_bad(overlapped) || is_bad(transferred) {
        return Err(ERROR_NOACCESS.into());
    }
    // SAFETY: this function's contract, and the pointer was checked for null.
    let (status, bytes) = unsafe { outcome(file, overlapped, milliseconds, alertable) }?;
    if status == Status::PENDING {
        return Err(ERROR_IO_INCOMPLETE.into());
    }
    // SAFETY: valid for a write by this function's contract.
    unsafe { store(transferred, bytes as u32) };
    if status.is_success() {
        Ok(TRUE)
    } else {
        Err(status.into())
    }
}

/// Status and byte count, after a wait if the operation is pending and there is time.
///
/// # Safety
/// `overlapped` is one that an operation was started with.
unsafe fn outcome(
    file: HANDLE,
    overlapped: *const OVERLAPPED,
    milliseconds: u32,
    alertable: bool,
) -> Result<(Status, usize), Win32Error> {
    let words = overlapped.cast_mut().cast::<Overlapped>();
    // SAFETY: this function's contract; also below.
    let read = || unsafe { read_status(words) };
    if read().0 != Status::PENDING {
        return Ok(read());
    }
    if milliseconds == 0 {
        if let Ok(file) = handles::get::<File>(file) {
            request::nudge(&file);
        }
        return Ok(read());
    }
    // SAFETY: hEvent belongs to the application, which leaves it alone while the operation is pending.
    let event = unsafe { (*overlapped).hEvent };
    let event = event.map_addr(|address| address & !1);
    let object: ObjectRef = handles::any(if event.is_null() { file } else { event })?;
    match wait::one(&object, milliseconds, alertable) {
        Outcome::Object(_) | Outcome::Abandoned(_) => Ok(read()),
        Outcome::TimedOut => Err(WAIT_TIMEOUT.into()),
        Outcome::Apc => Err(WAIT_IO_COMPLETION.into()),
    }
}
