//! Events (WAIT-16 to WAIT-22).

use std::sync::Arc;

use windows_sys::Win32::Foundation::{FALSE, HANDLE, TRUE};
use windows_sys::Win32::Networking::WinSock::WSAEVENT;
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::Win32::System::Threading::{
    CREATE_EVENT, CREATE_EVENT_INITIAL_SET, CREATE_EVENT_MANUAL_RESET,
    SYNCHRONIZATION_ACCESS_RIGHTS,
};
use windows_sys::core::{BOOL, PCSTR, PCWSTR};

use larboard_kernel::object::event::Event;

use crate::guard::win32;
use crate::handles;
use crate::named::{self, Name};
use crate::text::{narrow, wide};

/// Creates an event, or opens the one of that name: then the states are ignored and the last error is
/// `ERROR_ALREADY_EXISTS` (WAIT-20).
///
/// Errors: null with `ERROR_INVALID_HANDLE` if the name belongs to another kind of object.
///
/// # Safety
/// The attributes are null or valid; `lpname` is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateEventW(
    lpeventattributes: *const SECURITY_ATTRIBUTES,
    bmanualreset: BOOL,
    binitialstate: BOOL,
    lpname: PCWSTR,
) -> HANDLE {
    // SAFETY: this function's contract.
    unsafe {
        create(
            lpeventattributes,
            bmanualreset != FALSE,
            binitialstate != FALSE,
            || wide(lpname),
        )
    }
}

/// As [`CreateEventW`], with a narrow name.
///
/// # Safety
/// As for [`CreateEventW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateEventA(
    lpeventattributes: *const SECURITY_ATTRIBUTES,
    bmanualreset: BOOL,
    binitialstate: BOOL,
    lpname: PCSTR,
) -> HANDLE {
    // SAFETY: this function's contract.
    unsafe {
        create(
            lpeventattributes,
            bmanualreset != FALSE,
            binitialstate != FALSE,
            || narrow(lpname),
        )
    }
}

/// As [`CreateEventW`], with the states as flags. The handle has all rights.
///
/// # Safety
/// As for [`CreateEventW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateEventExW(
    lpeventattributes: *const SECURITY_ATTRIBUTES,
    lpname: PCWSTR,
    dwflags: CREATE_EVENT,
    _dwdesiredaccess: u32,
) -> HANDLE {
    let (manual, set) = (
        dwflags & CREATE_EVENT_MANUAL_RESET != 0,
        dwflags & CREATE_EVENT_INITIAL_SET != 0,
    );
    // SAFETY: this function's contract.
    unsafe { create(lpeventattributes, manual, set, || wide(lpname)) }
}

/// As [`CreateEventExW`], with a narrow name.
///
/// # Safety
/// As for [`CreateEventW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateEventExA(
    lpeventattributes: *const SECURITY_ATTRIBUTES,
    lpname: PCSTR,
    dwflags: CREATE_EVENT,
    _dwdesiredaccess: u32,
) -> HANDLE {
    let (manual, set) = (
        dwflags & CREATE_EVENT_MANUAL_RESET != 0,
        dwflags & CREATE_EVENT_INITIAL_SET != 0,
    );
    // SAFETY: this function's contract.
    unsafe { create(lpeventattributes, manual, set, || narrow(lpname)) }
}

/// Opens the event of a name; names are compared with case. The handle has all rights.
///
/// Errors: null with `ERROR_INVALID_PARAMETER` for a null name, `ERROR_FILE_NOT_FOUND`, `ERROR_INVALID_HANDLE` for
/// another kind of object (WAIT-21).
///
/// # Safety
/// `lpname` is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenEventW(
    _dwdesiredaccess: SYNCHRONIZATION_ACCESS_RIGHTS,
    binherithandle: BOOL,
    lpname: PCWSTR,
) -> HANDLE {
    // SAFETY: this function's contract.
    named::open::<Event>(binherithandle, || unsafe { wide(lpname) })
}

/// As [`OpenEventW`], with a narrow name.
///
/// # Safety
/// `lpname` is null or ends with 0.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenEventA(
    _dwdesiredaccess: SYNCHRONIZATION_ACCESS_RIGHTS,
    binherithandle: BOOL,
    lpname: PCSTR,
) -> HANDLE {
    // SAFETY: this function's contract.
    named::open::<Event>(binherithandle, || unsafe { narrow(lpname) })
}

/// Signals an event; once more has no further effect (WAIT-16).
///
/// Errors: `ERROR_INVALID_HANDLE` for no handle or no event (WAIT-19).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetEvent(hevent: HANDLE) -> BOOL {
    apply(hevent, Event::set)
}

/// Makes an event non-signalled (WAIT-17). Errors as [`SetEvent`].
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ResetEvent(hevent: HANDLE) -> BOOL {
    apply(hevent, Event::reset)
}

/// Releases those that wait at this moment and leaves the event non-signalled (WAIT-18). Errors as [`SetEvent`].
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn PulseEvent(hevent: HANDLE) -> BOOL {
    apply(hevent, Event::pulse)
}

/// A manual-reset event that is not signalled (WAIT-22). Needs no `WSAStartup`.
///
/// Errors: `WSA_INVALID_EVENT` (null) with `ERROR_TOO_MANY_OPEN_FILES`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSACreateEvent() -> WSAEVENT {
    // SAFETY: no attributes.
    unsafe { create(std::ptr::null(), true, false, || None) }
        .addr()
        .cast_signed()
}

/// Signals an event (WAIT-22). Errors: `WSA_INVALID_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSASetEvent(hevent: WSAEVENT) -> BOOL {
    apply(handle(hevent), Event::set)
}

/// Makes an event non-signalled (WAIT-22). Errors: `WSA_INVALID_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAResetEvent(hevent: WSAEVENT) -> BOOL {
    apply(handle(hevent), Event::reset)
}

/// Closes an event (WAIT-22). Errors: `WSA_INVALID_HANDLE`.
///
/// # Safety
/// No code relies on the handle any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSACloseEvent(hevent: WSAEVENT) -> BOOL {
    win32(FALSE, || {
        handles::table().close(handles::key(handle(hevent)))?;
        Ok(TRUE)
    })
}

/// # Safety
/// The attributes are null or valid for a read.
unsafe fn create(
    attributes: *const SECURITY_ATTRIBUTES,
    manual: bool,
    set: bool,
    name: impl Name,
) -> HANDLE {
    // SAFETY: this function's contract.
    unsafe { named::create(attributes, name, || Ok(Arc::new(Event::new(manual, set)))) }
}

fn apply(event: HANDLE, change: fn(&Event)) -> BOOL {
    win32(FALSE, || {
        change(&*handles::get::<Event>(event)?);
        Ok(TRUE)
    })
}

/// `WSAEVENT` is a number, `HANDLE` a pointer.
fn handle(event: WSAEVENT) -> HANDLE {
    std::ptr::without_provenance_mut(event.cast_unsigned())
}
