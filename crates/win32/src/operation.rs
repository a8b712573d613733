//! Starting operations: from the caller's OVERLAPPED, event and routine to the kernel's request.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use windows_sys::Win32::Networking::WinSock::LPWSAOVERLAPPED_COMPLETION_ROUTINE;
use windows_sys::Win32::System::IO::{LPOVERLAPPED_COMPLETION_ROUTINE, OVERLAPPED};

use larboard_kernel::device::Direction;
use larboard_kernel::device::socket::Operation;
use larboard_kernel::io::blocking::{self, Patience};
use larboard_kernel::io::complete::Finished;
use larboard_kernel::io::file::{self, File};
use larboard_kernel::io::request::{self, Completion, OverlappedPtr, Rare, Routine, Started};
use larboard_kernel::object::apc::{FileRoutine, SocketRoutine};
use larboard_kernel::object::event::Event;
use larboard_kernel::object::handle_table::Handle;
use larboard_kernel::object::thread::Thread;
use larboard_kernel::status::Status;

use crate::guard::is_bad;
use crate::handles;

/// The routines of the two families as windows-sys declares them.
type ItsSocketRoutine = unsafe extern "system" fn(u32, u32, *mut OVERLAPPED, u32);
type ItsFileRoutine = unsafe extern "system" fn(u32, u32, *mut OVERLAPPED);

/// Where an operation reports to.
#[derive(Clone, Copy)]
pub(crate) struct Notify {
    pub(crate) overlapped: *mut OVERLAPPED,
    pub(crate) routine: Option<Routine>,
}

impl Notify {
    /// Without an OVERLAPPED a routine is ignored (OVL-20).
    pub(crate) fn socket(
        overlapped: *mut OVERLAPPED,
        routine: LPWSAOVERLAPPED_COMPLETION_ROUTINE,
    ) -> Self {
        let routine = routine.map(|routine| {
            // SAFETY: the types differ only in what the OVERLAPPED pointer points at, which is no matter of the ABI.
            unsafe { std::mem::transmute::<ItsSocketRoutine, SocketRoutine>(routine) }
        });
        Self {
            overlapped,
            routine: routine.map(Routine::Socket),
        }
    }

    pub(crate) fn file(
        overlapped: *mut OVERLAPPED,
        routine: LPOVERLAPPED_COMPLETION_ROUTINE,
    ) -> Self {
        let routine = routine.map(|routine| {
            // SAFETY: the types differ only in what the OVERLAPPED pointer points at, which is no matter of the ABI.
            unsafe { std::mem::transmute::<ItsFileRoutine, FileRoutine>(routine) }
        });
        Self {
            overlapped,
            routine: routine.map(Routine::File),
        }
    }

    /// Whether the call is an ordinary synchronous one (OVL-19).
    pub(crate) fn is_synchronous(&self) -> bool {
        is_bad(self.overlapped)
    }
}

/// Starts an operation. `Err(PENDING)` is the usual end; an `Ok` may carry a warning; any other error means that nothing
/// was started (OVL-12 to OVL-14).
///
/// # Safety
/// The OVERLAPPED and everything the operation points at stay valid until it completes (OVL-07).
pub(crate) unsafe fn start(
    file: &Arc<File>,
    operation: Operation,
    notify: Notify,
) -> Result<Finished, Status> {
    // SAFETY: this function's contract.
    unsafe { start_with(file, operation, notify, None) }
}

/// As [`start`], with what AcceptEx has besides.
///
/// # Safety
/// As for [`start`].
pub(crate) unsafe fn start_with(
    file: &Arc<File>,
    operation: Operation,
    notify: Notify,
    rare: Option<Rare>,
) -> Result<Finished, Status> {
    // SAFETY: this function's contract.
    let completion = unsafe { completion(file, notify, rare) }?;
    match request::start(file, operation, completion) {
        Started::Done(finished) => Ok(finished),
        Started::Pending => Err(Status::PENDING),
        Started::Failed(status) => Err(status),
    }
}

/// Receives or sends: overlapped, or at once where there is no OVERLAPPED or the file is not opened for overlapped use.
///
/// # Safety
/// As for [`start`].
pub(crate) unsafe fn transfer(
    file: &Arc<File>,
    mut operation: Operation,
    notify: Notify,
    patience: impl FnOnce(Direction) -> Patience,
) -> Result<Finished, Status> {
    if notify.is_synchronous() {
        let patience = patience(operation.direction());
        return settled(blocking::transfer(file, &mut operation, patience));
    }
    if file.has_modes(file::OVERLAPPED) {
        // SAFETY: this function's contract.
        return unsafe { start(file, operation, notify) };
    }
    // Even in non-blocking mode such a file blocks for an OVERLAPPED (OVL-59).
    // SAFETY: this function's contract.
    unsafe {
        let event = event(notify)?;
        write_status(notify.overlapped, Status::PENDING);
        if let Some(event) = &event {
            event.reset();
        }
        let finished = settled(blocking::transfer(
            file,
            &mut operation,
            Patience::Milliseconds(0),
        ))?;
        (*notify.overlapped).InternalHigh = finished.bytes as usize;
        write_status(notify.overlapped, finished.status);
        if let Some(event) = &event {
            event.set();
        }
        Ok(finished)
    }
}

/// An error is an error; a warning is a result.
fn settled(finished: Finished) -> Result<Finished, Status> {
    if finished.status.is_failure() {
        Err(finished.status)
    } else {
        Ok(finished)
    }
}

/// # Safety
/// The OVERLAPPED is valid.
unsafe fn completion(
    file: &File,
    notify: Notify,
    rare: Option<Rare>,
) -> Result<Completion, Status> {
    let mut rare = rare.map(Box::new);
    if let Some(routine) = notify.routine {
        if file.association().is_some() {
            return Err(Status::INVALID_PARAMETER); // OVL-40
        }
        rare.get_or_insert_default().routine = Some((routine, Thread::with_current(Arc::clone)));
    }
    Ok(Completion {
        overlapped: OverlappedPtr(notify.overlapped.cast()),
        // SAFETY: this function's contract.
        event: unsafe { event(notify) }?,
        // SAFETY: this function's contract.
        packet: unsafe { hevent(notify) } & 1 == 0,
        rare,
    })
}

/// The event to be set. A routine leaves hEvent to the program (OVL-21).
///
/// # Safety
/// The OVERLAPPED is valid.
unsafe fn event(notify: Notify) -> Result<Option<Arc<Event>>, Status> {
    const INVALID_EVENT: Status = Status::from_wsa(6); // the same number for Windows and for Winsock
    // SAFETY: this function's contract.
    let handle = unsafe { hevent(notify) } & !3;
    if handle == 0 || notify.routine.is_some() {
        return Ok(None);
    }
    let event = handles::table()
        .get_as::<Event>(Handle(handle))
        .map_err(|_| INVALID_EVENT)?;
    Ok(Some(event.to_arc()))
}

/// # Safety
/// The OVERLAPPED is valid.
unsafe fn hevent(notify: Notify) -> usize {
    // SAFETY: this function's contract.
    unsafe { (*notify.overlapped).hEvent }.addr()
}

/// # Safety
/// The OVERLAPPED is valid.
unsafe fn write_status(overlapped: *mut OVERLAPPED, status: Status) {
    // SAFETY: this function's contract; programs may poll the word, so it is written atomically.
    let internal = unsafe { AtomicUsize::from_ptr(&raw mut (*overlapped).Internal) };
    internal.store(status.0 as usize, Ordering::Release);
}
