//! Processes as objects: this one, those it has started, and those it has opened (PROC-09 to PROC-22).

mod child;
pub(crate) mod create;
pub(crate) mod details;
mod reaper;
pub(crate) mod times;

use std::any::Any;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_NOACCESS, FALSE,
    HANDLE, STILL_ACTIVE, TRUE,
};
use windows_sys::Win32::System::Threading::{NORMAL_PRIORITY_CLASS, PROCESS_ACCESS_RIGHTS};
use windows_sys::core::BOOL;

use larboard_kernel::object::dispatcher::{Dispatcher, Signal};
use larboard_kernel::object::thread::Thread;
use larboard_kernel::object::{HandleCount, Object, ObjectRef};

use crate::error::Win32Error;
use crate::guard::{infallible, is_bad, store, win32};
use crate::handles;

pub(crate) use details::affinity;

/// The pseudo handle of this process, -1 (HND-07).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetCurrentProcess() -> HANDLE {
    std::ptr::without_provenance_mut(usize::MAX)
}

/// The id of this process.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetCurrentProcessId() -> u32 {
    std::process::id()
}

/// The id of the process behind a handle; 0 with `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetProcessId(process: HANDLE) -> u32 {
    win32(0, || Ok(get(process)?.id))
}

/// A handle to a process by its id (PROC-11). The handle has all rights that this user has.
///
/// Errors: null with `ERROR_INVALID_PARAMETER` if there is no such process.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenProcess(
    _dwdesiredaccess: PROCESS_ACCESS_RIGHTS,
    binherithandle: BOOL,
    dwprocessid: u32,
) -> HANDLE {
    win32(std::ptr::null_mut(), || {
        let process: ObjectRef = if dwprocessid == std::process::id() {
            CURRENT.clone()
        } else {
            reaper::open(dwprocessid)?
        };
        handles::inheritable(process, binherithandle)
    })
}

/// `STILL_ACTIVE` while a process runs, afterwards its exit code (PROC-12). Linux keeps the lowest 8 bits of what a process
/// ends with; one that a signal has ended has the code of the exception that Windows would have raised. The code of a
/// process that is no child of this one, and was not terminated by it, is 0.
///
/// Errors: `ERROR_INVALID_HANDLE`, `ERROR_NOACCESS` for a null pointer.
///
/// # Safety
/// `lpexitcode` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetExitCodeProcess(hprocess: HANDLE, lpexitcode: *mut u32) -> BOOL {
    win32(FALSE, || {
        let process = get(hprocess)?;
        if is_bad(lpexitcode) {
            return Err(ERROR_NOACCESS.into());
        }
        process.look();
        let code = process.state().code.unwrap_or(STILL_ACTIVE.cast_unsigned());
        // SAFETY: not bad, so valid for a write by this function's contract.
        unsafe { store(lpexitcode, code) };
        Ok(TRUE)
    })
}

/// Ends a process (PROC-13): this one at once, another one by the signal that cannot be caught. Nothing is written out and
/// nothing called in it. The call returns before another process has ended.
///
/// Errors: `ERROR_INVALID_HANDLE`; `ERROR_ACCESS_DENIED` for a process that has ended or belongs to another user.
///
/// # Safety
/// If it is this process, the caller does not mind what threads leave behind.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn TerminateProcess(hprocess: HANDLE, uexitcode: u32) -> BOOL {
    win32(FALSE, || {
        let process = get(hprocess)?;
        let Some(descriptor) = &process.descriptor else {
            // SAFETY: takes a number.
            unsafe { libc::_exit(uexitcode.cast_signed()) }
        };
        process.look();
        let mut state = process.state();
        if state.code.is_some() {
            return Err(ERROR_ACCESS_DENIED.into());
        }
        let (fd, signal) = (descriptor.as_raw_fd(), libc::SIGKILL);
        let details = std::ptr::null::<libc::siginfo_t>();
        // SAFETY: takes numbers; there are no details.
        let sent = unsafe { libc::syscall(libc::SYS_pidfd_send_signal, fd, signal, details, 0) };
        if sent != 0 {
            return Err(ERROR_ACCESS_DENIED.into());
        }
        state.asked.get_or_insert(uexitcode);
        Ok(TRUE)
    })
}

/// Ends this process with an exit code, of which Linux keeps the lowest 8 bits (PROC-14). What stands in the buffers of
/// standard output is written; other threads end where they are. Neither destructors of static objects nor routines of
/// `atexit` run, as on Windows, where the C runtime's `exit` does that.
///
/// # Safety
/// The caller does not mind what threads leave behind.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ExitProcess(uexitcode: u32) -> ! {
    infallible((), write_out);
    // SAFETY: takes a number.
    unsafe { libc::_exit(uexitcode.cast_signed()) }
}

/// The buffers of standard output, unless somebody is at them: he may be waiting there for ever.
fn write_out() {
    unsafe extern "C" {
        static stdout: *mut libc::FILE;
        fn ftrylockfile(file: *mut libc::FILE) -> i32;
        fn fflush_unlocked(file: *mut libc::FILE) -> i32;
    }
    // SAFETY: standard output of the C library, which is there from the beginning; it is flushed under its lock, which
    // nobody needs any more.
    unsafe {
        if ftrylockfile(stdout) == 0 {
            fflush_unlocked(stdout);
        }
    }
}

/// A process.
pub(crate) struct Process {
    dispatcher: Dispatcher,
    handles: HandleCount,
    id: u32,
    /// Linux' handle to it; none for this process.
    descriptor: Option<OwnedFd>,
    /// When it began.
    begun: u64,
    /// Its first thread, if this process has started it.
    thread: Option<Arc<Thread>>,
    state: Mutex<State>,
    priority_class: AtomicU32,
}

#[derive(Default)]
struct State {
    /// The exit code, once it has ended.
    code: Option<u32>,
    /// The code it was terminated with.
    asked: Option<u32>,
    /// Its times at the end.
    times: Option<times::Times>,
}

impl Object for Process {
    fn dispatcher(&self) -> &Dispatcher {
        &self.dispatcher
    }

    fn handles(&self) -> &HandleCount {
        &self.handles
    }
}

static CURRENT: LazyLock<Arc<Process>> =
    LazyLock::new(|| Arc::new(Process::new(std::process::id(), None, None)));

impl Process {
    fn new(id: u32, descriptor: Option<OwnedFd>, thread: Option<Arc<Thread>>) -> Self {
        Self {
            dispatcher: Dispatcher::new(Signal::Notification(false)),
            handles: HandleCount::default(),
            id,
            descriptor,
            begun: times::stat(&format!("/proc/{id}/stat")).map_or(0, |times| times.begun),
            thread,
            state: Mutex::default(),
            priority_class: AtomicU32::new(NORMAL_PRIORITY_CLASS),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn is_current(&self) -> bool {
        self.descriptor.is_none()
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    fn priority_class(&self) -> &AtomicU32 {
        &self.priority_class
    }

    /// Finds out whether the process has ended, and tells those that wait.
    fn look(&self) {
        let Some(descriptor) = &self.descriptor else {
            return;
        };
        let mut state = self.state();
        if state.code.is_some() {
            return;
        }
        let Some(end) = child::ended(descriptor) else {
            return;
        };
        let asked = state.asked.filter(|_| end.killed);
        let code = asked.unwrap_or(end.code);
        state.code = Some(code);
        state.times = Some(times::Times {
            begun: self.begun,
            ..end.times
        });
        drop(state);
        self.dispatcher.set();
        if let Some(thread) = &self.thread {
            thread.ended_elsewhere(code);
        }
    }
}

pub(crate) fn current() -> ObjectRef {
    CURRENT.clone()
}

/// The process behind a handle, pseudo handle included.
pub(crate) fn get(process: HANDLE) -> Result<Arc<Process>, Win32Error> {
    if process.addr() == usize::MAX {
        return Ok(CURRENT.clone());
    }
    let object = handles::any(process)?;
    let any: Arc<dyn Any + Send + Sync> = object;
    any.downcast().map_err(|_| ERROR_INVALID_HANDLE.into())
}

/// `ERROR_INVALID_HANDLE` unless the handle denotes this process.
pub(crate) fn check_current(process: HANDLE) -> Result<(), Win32Error> {
    if get(process)?.is_current() {
        Ok(())
    } else {
        Err(ERROR_INVALID_HANDLE.into())
    }
}

/// For a descriptor that was not to be had.
fn no_process(error: &std::io::Error) -> Win32Error {
    match error.raw_os_error() {
        Some(libc::ESRCH | libc::EINVAL) => ERROR_INVALID_PARAMETER.into(),
        _ => ERROR_ACCESS_DENIED.into(),
    }
}
