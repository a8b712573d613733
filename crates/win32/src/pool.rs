//! The process's thread pool: callbacks for the completions of files, and work items (PORT-63 to PORT-67).

use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::atomic::{AtomicIsize, Ordering};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, Weak};

use windows_sys::Win32::Foundation::{ERROR_INVALID_PARAMETER, FALSE, HANDLE, TRUE};
use windows_sys::Win32::System::IO::LPOVERLAPPED_COMPLETION_ROUTINE;
use windows_sys::Win32::System::Threading::{
    LPTHREAD_START_ROUTINE, PTP_IO, PTP_WIN32_IO_CALLBACK, TP_CALLBACK_ENVIRON_V3,
    WORKER_THREAD_FLAGS,
};
use windows_sys::core::BOOL;

use larboard_kernel::io::file::File;
use larboard_kernel::io::packet::Packet;
use larboard_kernel::io::pool;

use crate::guard::{infallible, win32};
use crate::handles;
use crate::thread_pool::instance::Instance;

/// Binds a file to the pool: the routine runs on a pool thread for each completion, with a Windows error code (PORT-63,
/// PORT-67).
///
/// Errors: `ERROR_INVALID_HANDLE`; `ERROR_INVALID_PARAMETER` for a null routine, flags, a second binding, or a file that
/// is not opened for overlapped use.
///
/// # Safety
/// The routine may be called on any thread for every completion of the file.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn BindIoCompletionCallback(
    filehandle: HANDLE,
    function: LPOVERLAPPED_COMPLETION_ROUTINE,
    flags: u32,
) -> BOOL {
    win32(FALSE, || {
        let file = handles::get::<File>(filehandle)?;
        let function = function
            .filter(|_| flags == 0)
            .ok_or(ERROR_INVALID_PARAMETER)?;
        let call = move |packet: Packet| {
            // SAFETY: the caller promised that the routine may be called so.
            unsafe {
                function(
                    packet.status().win32(),
                    packet.bytes(),
                    packet.overlapped.0.cast(),
                )
            }
        };
        pool::bind(&handles::arc(&file), Box::new(call))?;
        Ok(TRUE)
    })
}

/// Runs a routine on a pool thread. The pool grows as it has to, so the flags have no effect.
///
/// Errors: `ERROR_INVALID_PARAMETER` for a null routine; `ERROR_NOT_ENOUGH_MEMORY`.
///
/// # Safety
/// The routine may be called once, on any thread, with the context.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn QueueUserWorkItem(
    function: LPTHREAD_START_ROUTINE,
    context: *const c_void,
    _flags: WORKER_THREAD_FLAGS,
) -> BOOL {
    win32(FALSE, || {
        let function = function.ok_or(ERROR_INVALID_PARAMETER)?;
        let context = context.expose_provenance();
        pool::submit(Box::new(move || {
            // SAFETY: the caller promised that the routine may be called so.
            unsafe { function(std::ptr::with_exposed_provenance_mut(context)) };
        }))?;
        Ok(TRUE)
    })
}

/// Binds a file to the pool, with callbacks that are counted (PORT-64). The environment has no effect: there is one
/// pool.
///
/// Errors: null with `ERROR_INVALID_HANDLE`; `ERROR_INVALID_PARAMETER` for a null callback, a file that is bound
/// already, or one that is not opened for overlapped use.
///
/// # Safety
/// The callback may be called on any thread for every completion that was announced.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateThreadpoolIo(
    fl: HANDLE,
    pfnio: PTP_WIN32_IO_CALLBACK,
    pv: *mut c_void,
    _pcbe: *const TP_CALLBACK_ENVIRON_V3,
) -> PTP_IO {
    win32(0, || {
        let file = handles::get::<File>(fl)?;
        let callback = pfnio.ok_or(ERROR_INVALID_PARAMETER)?;
        let io = Arc::new(Io {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            callback,
            context: pv.expose_provenance(),
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let bound = io.clone();
        let binding = pool::bind(
            &handles::arc(&file),
            Box::new(move |packet| bound.complete(packet)),
        )?;
        io.lock().bound = binding;
        let id = io.id;
        registry().insert(id, io);
        Ok(id)
    })
}

/// Announces an operation on the bound file (PORT-65).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StartThreadpoolIo(pio: PTP_IO) {
    with(pio, |io| io.lock().announced += 1);
}

/// Takes an announcement back: the operation failed at once (PORT-65).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CancelThreadpoolIo(pio: PTP_IO) {
    with(pio, |io| {
        let mut state = io.lock();
        state.announced = state.announced.saturating_sub(1);
        io.settle(state);
    });
}

/// Waits until everything that was announced has been called back, or drops the callbacks that have not begun and waits
/// for those that run (PORT-66). The operations themselves go on.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WaitForThreadpoolIoCallbacks(
    pio: PTP_IO,
    fcancelpendingcallbacks: BOOL,
) {
    with(pio, |io| {
        let mut state = io.lock();
        if fcancelpendingcallbacks != FALSE {
            state.skipped += std::mem::take(&mut state.announced);
        }
        while state.announced > 0 || state.running > 0 {
            state = io
                .changed
                .wait(state)
                .unwrap_or_else(|poisoned| poisoned.into_inner());
        }
    });
}

/// Ends a binding; what was announced is still called back (PORT-66).
///
/// # Safety
/// The object is not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CloseThreadpoolIo(pio: PTP_IO) {
    infallible((), || {
        let io = registry().remove(&pio);
        if let Some(io) = io {
            let mut state = io.lock();
            state.closed = true;
            io.settle(state);
        }
    });
}

static NEXT: AtomicIsize = AtomicIsize::new(1);

static REGISTRY: LazyLock<Mutex<HashMap<PTP_IO, Arc<Io>>>> = LazyLock::new(Mutex::default);

/// The thread-pool objects that are not closed, by the value the caller has. So a stale value does nothing.
fn registry() -> MutexGuard<'static, HashMap<PTP_IO, Arc<Io>>> {
    REGISTRY
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn with(id: PTP_IO, call: impl FnOnce(&Io)) {
    infallible((), || {
        let io = registry().get(&id).cloned();
        if let Some(io) = io {
            call(&io);
        }
    });
}

/// A thread-pool I/O object.
struct Io {
    id: PTP_IO,
    callback: unsafe extern "system" fn(isize, *mut c_void, *mut c_void, u32, usize, PTP_IO),
    context: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// What the pool gave for the binding.
    bound: Weak<pool::Bound>,
    /// Operations whose callback is still to come.
    announced: usize,
    /// Operations whose callback was dropped.
    skipped: usize,
    running: usize,
    closed: bool,
}

impl Io {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// A completion of the file: without an announcement nothing is called.
    fn complete(&self, packet: Packet) {
        let mut state = self.lock();
        if state.skipped > 0 {
            state.skipped -= 1;
            return self.settle(state);
        }
        if state.announced == 0 {
            return;
        }
        state.announced -= 1;
        state.running += 1;
        drop(state);
        let context = std::ptr::with_exposed_provenance_mut(self.context);
        let (status, bytes) = (packet.status().win32(), packet.bytes() as usize);
        let instance = Instance::new(None);
        instance.during(|instance| {
            let overlapped = packet.overlapped.0.cast();
            // SAFETY: the caller of CreateThreadpoolIo promised that the callback may be called so.
            unsafe { (self.callback)(instance.id(), context, overlapped, status, bytes, self.id) };
        });
        instance.finish();
        let mut state = self.lock();
        state.running -= 1;
        self.settle(state);
    }

    /// Wakes those that wait; the last completion of a closed object ends the binding.
    fn settle(&self, state: MutexGuard<'_, State>) {
        self.changed.notify_all();
        if state.closed
            && (state.announced, state.skipped, state.running) == (0, 0, 0)
            && let Some(bound) = state.bound.upgrade()
        {
            bound.unbind();
        }
    }
}
