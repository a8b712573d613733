//! Threads (WAIT-35 to WAIT-37).

use std::ffi::c_void;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER, ERROR_NOACCESS, ERROR_NOT_ENOUGH_MEMORY,
    ERROR_NOT_SUPPORTED, ERROR_SIGNAL_REFUSED, FALSE, HANDLE, TRUE,
};
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::Win32::System::Threading::{
    CREATE_SUSPENDED, LPTHREAD_START_ROUTINE, THREAD_CREATION_FLAGS,
};
use windows_sys::core::BOOL;

use larboard_kernel::object::apc;
use larboard_kernel::object::handle_table::Pinned;
use larboard_kernel::object::thread::Thread;

use crate::error::Win32Error;
use crate::exit_thread;
use crate::guard::{infallible, is_bad, store, win32};
use crate::handles;

/// Starts a thread; with `CREATE_SUSPENDED` it begins to run at `ResumeThread` (WAIT-37). APCs queued before that run
/// before its start routine (APC-14).
///
/// Errors: null with `ERROR_INVALID_PARAMETER` for a null routine, `ERROR_NOT_ENOUGH_MEMORY`.
///
/// # Safety
/// The attributes and `lpthreadid` are null or valid; the routine may be called on a new thread with the parameter.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateThread(
    lpthreadattributes: *const SECURITY_ATTRIBUTES,
    dwstacksize: usize,
    lpstartaddress: LPTHREAD_START_ROUTINE,
    lpparameter: *const c_void,
    dwcreationflags: THREAD_CREATION_FLAGS,
    lpthreadid: *mut u32,
) -> HANDLE {
    win32(std::ptr::null_mut(), || {
        let routine = lpstartaddress.ok_or(ERROR_INVALID_PARAMETER)?;
        let thread = Arc::new(Thread::new());
        // SAFETY: null or valid by this function's contract.
        let handle = unsafe { handles::open(thread.clone(), lpthreadattributes) }?;
        let start = Start {
            thread: thread.clone(),
            gate: Arc::new(Gate::new(dwcreationflags & CREATE_SUSPENDED != 0)),
            routine,
            parameter: lpparameter.expose_provenance(),
        };
        if let Err(error) = start.spawn(dwstacksize) {
            handles::table().close(handles::key(handle))?;
            return Err(error);
        }
        // SAFETY: null or valid for a write by this function's contract.
        unsafe { store(lpthreadid, thread.id()) };
        Ok(handle)
    })
}

/// Ends the calling thread with an exit code.
///
/// A thread of `CreateThread` returns to where its start routine was called; frames in between are left without
/// running destructors, as on Windows. Any other thread ends as `pthread_exit` ends it.
///
/// # Safety
/// No frame between here and the start routine of the thread has a destructor that must run.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ExitThread(dwexitcode: u32) -> ! {
    infallible((), || {
        Thread::with_current(|thread| thread.set_exit_code(dwexitcode))
    });
    // SAFETY: this function's contract.
    unsafe { exit_thread::exit(dwexitcode) }
}

/// Lets a thread begin that was created suspended, once its suspend count has come down to 0 (WAIT-37). Returns the
/// count before: 0 for a thread that runs.
///
/// Errors: `u32::MAX` with `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ResumeThread(hthread: HANDLE) -> u32 {
    win32(u32::MAX, || {
        let thread = get(hthread)?;
        Ok(Gate::of(&thread).map_or(0, |gate| gate.resume()))
    })
}

/// Raises the suspend count of a thread that was created suspended and has not begun, and returns the count before.
/// Running code cannot be stopped safely on Linux.
///
/// Errors: `u32::MAX` with `ERROR_INVALID_HANDLE`, `ERROR_ACCESS_DENIED` for a thread that has ended (WAIT-37),
/// `ERROR_NOT_SUPPORTED` for a running one.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SuspendThread(hthread: HANDLE) -> u32 {
    win32(u32::MAX, || {
        let thread = get(hthread)?;
        if thread.has_ended() {
            return Err(ERROR_ACCESS_DENIED.into());
        }
        Gate::of(&thread)
            .and_then(|gate| gate.suspend())
            .ok_or(ERROR_NOT_SUPPORTED)?
    })
}

/// `STILL_ACTIVE` while a thread runs, afterwards what it returned or gave to `ExitThread` (WAIT-36).
///
/// Errors: `ERROR_INVALID_HANDLE`, `ERROR_NOACCESS` for a null pointer.
///
/// # Safety
/// `lpexitcode` is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetExitCodeThread(hthread: HANDLE, lpexitcode: *mut u32) -> BOOL {
    win32(FALSE, || {
        let code = get(hthread)?.exit_code();
        if is_bad(lpexitcode) {
            return Err(ERROR_NOACCESS.into());
        }
        // SAFETY: checked for null; otherwise valid for a write by this function's contract.
        unsafe { store(lpexitcode, code) };
        Ok(TRUE)
    })
}

/// The pseudo handle of the calling thread, -2 (HND-07).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetCurrentThread() -> HANDLE {
    std::ptr::without_provenance_mut(usize::MAX - 1)
}

/// The id of the calling thread.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetCurrentThreadId() -> u32 {
    infallible(0, || Thread::with_current(|thread| thread.id()))
}

/// The id of a thread; 0 with `ERROR_INVALID_HANDLE`.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetThreadId(thread: HANDLE) -> u32 {
    win32(0, || Ok(get(thread)?.id()))
}

/// Lets another thread run. Whether one did cannot be told on Linux: always true.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SwitchToThread() -> BOOL {
    std::thread::yield_now();
    TRUE
}

/// The thread behind a handle, pseudo handle included.
pub(crate) fn get(handle: HANDLE) -> Result<Arc<Thread>, Win32Error> {
    if handle.addr() == usize::MAX - 1 {
        return Ok(Thread::with_current(Arc::clone));
    }
    handles::get::<Thread>(handle).map(|thread: Pinned<'_, Thread>| thread.to_arc())
}

/// Has a thread end with a code instead of beginning. False if it has begun.
pub(crate) fn never_begin(thread: &Arc<Thread>, code: u32) -> bool {
    Gate::of(thread).is_some_and(|gate| gate.terminate(code))
}

/// What a new thread needs to begin.
struct Start {
    thread: Arc<Thread>,
    gate: Arc<Gate>,
    routine: unsafe extern "system" fn(*mut c_void) -> u32,
    parameter: usize,
}

/// The least stack a thread gets; Windows' default for programs.
const STACK: usize = 1 << 20;

impl Start {
    /// Starts the thread and waits until it has its id.
    fn spawn(self, stack: usize) -> Result<(), Win32Error> {
        let gate = self.gate.clone();
        gate.publish(&self.thread);
        let spawned = std::thread::Builder::new()
            .stack_size(stack.max(STACK))
            .spawn(|| self.run());
        match spawned {
            Ok(_detached) => {
                gate.await_arrival();
                Ok(())
            }
            Err(_) => {
                gate.withdraw();
                Err(ERROR_NOT_ENOUGH_MEMORY.into())
            }
        }
    }

    fn run(self) {
        self.thread.enter();
        crate::exceptions::stack::prepare_new_thread();
        if let Some(code) = self.gate.pass() {
            self.thread.set_exit_code(code);
            return;
        }
        apc::deliver(&self.thread);
        let parameter = std::ptr::with_exposed_provenance_mut(self.parameter);
        // SAFETY: the caller of CreateThread promised that the routine may be called so, once, on this thread.
        let code = unsafe { exit_thread::call(self.routine, parameter) };
        self.thread.set_exit_code(code);
    }
}

/// Where a new thread stops until it is resumed.
struct Gate {
    state: Mutex<GateState>,
    changed: Condvar,
}

struct GateState {
    suspended: u32,
    arrived: bool,
    passed: bool,
    /// The thread ends here, with this code.
    terminated: Option<u32>,
}

/// The gates that are still shut. A thread that runs has none.
static GATES: Mutex<Vec<(Arc<Thread>, Arc<Gate>)>> = Mutex::new(Vec::new());

impl Gate {
    fn new(suspended: bool) -> Self {
        let state = GateState {
            suspended: suspended.into(),
            arrived: false,
            passed: false,
            terminated: None,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    fn of(thread: &Arc<Thread>) -> Option<Arc<Self>> {
        let shut = lock(&GATES);
        shut.iter()
            .find(|(other, _)| Arc::ptr_eq(other, thread))
            .map(|(_, gate)| gate.clone())
    }

    /// Makes the gate known if it is shut.
    fn publish(self: &Arc<Self>, thread: &Arc<Thread>) {
        if lock(&self.state).suspended > 0 {
            lock(&GATES).push((thread.clone(), self.clone()));
        }
    }

    fn withdraw(self: &Arc<Self>) {
        lock(&GATES).retain(|(_, gate)| !Arc::ptr_eq(gate, self));
    }

    fn await_arrival(&self) {
        let mut state = lock(&self.state);
        while !state.arrived {
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(|poisoned| poisoned.into_inner());
        }
    }

    /// On the new thread: reports its arrival and stays until nobody wants it suspended. The code if it is to end.
    fn pass(self: &Arc<Self>) -> Option<u32> {
        let mut state = lock(&self.state);
        state.arrived = true;
        self.changed.notify_all();
        while state.suspended > 0 && state.terminated.is_none() {
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        state.passed = true;
        let terminated = state.terminated;
        drop(state);
        self.withdraw();
        terminated
    }

    /// False if the thread has begun.
    fn terminate(&self, code: u32) -> bool {
        let mut state = lock(&self.state);
        if !state.passed {
            state.terminated = Some(code);
            self.changed.notify_all();
        }
        !state.passed
    }

    fn resume(&self) -> u32 {
        let mut state = lock(&self.state);
        let before = state.suspended;
        state.suspended = before.saturating_sub(1);
        self.changed.notify_all();
        before
    }

    /// The count before; none once the thread has passed, `ERROR_SIGNAL_REFUSED` at the highest count.
    fn suspend(&self) -> Option<Result<u32, Win32Error>> {
        const MAXIMUM_SUSPEND_COUNT: u32 = 127;
        let mut state = lock(&self.state);
        if state.passed {
            return None;
        }
        let before = state.suspended;
        if before == MAXIMUM_SUSPEND_COUNT {
            return Some(Err(ERROR_SIGNAL_REFUSED.into()));
        }
        state.suspended = before + 1;
        Some(Ok(before))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Starts a thread of this library's own with a handle of nobody, as `CreateThread` would.
pub(crate) fn begin(
    routine: unsafe extern "system" fn(*mut c_void) -> u32,
    parameter: usize,
) -> Result<(), Win32Error> {
    let start = Start {
        thread: Arc::new(Thread::new()),
        gate: Arc::new(Gate::new(false)),
        routine,
        parameter,
    };
    start.spawn(0)
}
