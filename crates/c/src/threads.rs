//! `_beginthreadex` and `_beginthread`, over CreateThread.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;

use larboard_win32::Win32::Foundation::{
    CloseHandle, ERROR_ACCESS_DENIED, ERROR_NOT_ENOUGH_MEMORY, GetLastError, HANDLE,
};
use larboard_win32::Win32::System::Threading::{
    CREATE_SUSPENDED, CreateThread, ExitThread, ResumeThread,
};

use crate::errno::{EINVAL, invalid, set_errno};

type StartEx = unsafe extern "system" fn(*mut c_void) -> u32;
type Start = unsafe extern "C" fn(*mut c_void);

std::thread_local! {
    /// The handle of a thread of `_beginthread`, which it closes at its end.
    static OWN: Cell<HANDLE> = const { Cell::new(ptr::null_mut()) };
}

/// errno for what CreateThread said.
fn failed() {
    // SAFETY: sound at any time.
    set_errno(match unsafe { GetLastError() } {
        ERROR_NOT_ENOUGH_MEMORY => libc::ENOMEM,
        ERROR_ACCESS_DENIED => libc::EACCES,
        _ => libc::EAGAIN,
    });
}

/// `_beginthreadex`: the handle, which the program closes; 0 with errno: `EAGAIN`, `ENOMEM`, `EACCES`. A null function is an
/// invalid parameter.
#[unsafe(no_mangle)]
unsafe extern "C" fn _beginthreadex(
    security: *const c_void,
    stack: u32,
    start: Option<StartEx>,
    argument: *const c_void,
    flags: u32,
    id: *mut u32,
) -> usize {
    if start.is_none() {
        invalid(EINVAL);
        return 0;
    }
    // SAFETY: the caller's pointers are those that CreateThread takes.
    let handle =
        unsafe { CreateThread(security.cast(), stack as usize, start, argument, flags, id) };
    if handle.is_null() {
        failed();
    }
    handle.expose_provenance()
}

/// `_endthreadex`: ends this thread with a code.
#[unsafe(no_mangle)]
unsafe extern "C" fn _endthreadex(code: u32) {
    // SAFETY: the caller's thread gives up its stack, as the function demands.
    unsafe { ExitThread(code) }
}

struct Begun {
    start: Start,
    argument: *mut c_void,
    handle: HANDLE,
}

/// `_beginthread`: the handle, which is closed when the thread ends; -1 with errno.
#[unsafe(no_mangle)]
unsafe extern "C" fn _beginthread(
    start: Option<Start>,
    stack: u32,
    argument: *mut c_void,
) -> usize {
    let Some(start) = start else {
        invalid(EINVAL);
        return usize::MAX;
    };
    let begun = Box::into_raw(Box::new(Begun {
        start,
        argument,
        handle: ptr::null_mut(),
    }));
    // SAFETY: the box is the new thread's once that runs; until it is resumed, it is this one's.
    unsafe {
        let handle = CreateThread(
            ptr::null(),
            stack as usize,
            Some(run),
            begun.cast(),
            CREATE_SUSPENDED,
            ptr::null_mut(),
        );
        if handle.is_null() {
            drop(Box::from_raw(begun));
            failed();
            return usize::MAX;
        }
        (*begun).handle = handle;
        ResumeThread(handle);
        handle.expose_provenance()
    }
}

unsafe extern "system" fn run(begun: *mut c_void) -> u32 {
    // SAFETY: `_beginthread` handed its box over; the function and its argument are the program's.
    unsafe {
        let begun = Box::from_raw(begun.cast::<Begun>());
        OWN.set(begun.handle);
        (begun.start)(begun.argument);
    }
    close_own();
    0
}

/// `_endthread`: ends a thread of `_beginthread` and closes its handle.
#[unsafe(no_mangle)]
unsafe extern "C" fn _endthread() {
    close_own();
    // SAFETY: as in `_endthreadex`.
    unsafe { ExitThread(0) }
}

fn close_own() {
    let handle = OWN.replace(ptr::null_mut());
    if !handle.is_null() {
        // SAFETY: `_beginthread`'s handle, which by its contract nobody else closes.
        unsafe { CloseHandle(handle) };
    }
}
