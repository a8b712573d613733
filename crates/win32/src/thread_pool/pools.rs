//! Pools of the program: a part of the process's threads, with a limit of its own (POOL-10).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use windows_sys::Win32::Foundation::{ERROR_INVALID_PARAMETER, FALSE, TRUE};
use windows_sys::Win32::System::Threading::{PTP_POOL, TP_POOL_STACK_INFORMATION};
use windows_sys::core::BOOL;

use larboard_kernel::io::pool;
use larboard_kernel::status::Status;

use super::Registry;
use crate::guard::{infallible, is_bad, store, win32};

/// Makes a pool. Its callbacks run on the threads of the process's pool, as many at a time as its maximum says.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateThreadpool(_reserved: *const std::ffi::c_void) -> PTP_POOL {
    win32(0, || {
        let id = super::number();
        POOLS.insert(id, Pool::new(USUAL_MAXIMUM));
        Ok(id)
    })
}

/// Gives a pool up; its objects go on.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CloseThreadpool(ptpp: PTP_POOL) {
    infallible((), || drop(POOLS.remove(ptpp)));
}

/// Lets no more callbacks of the pool run at a time than this (POOL-10). 0 is 1.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetThreadpoolThreadMaximum(ptpp: PTP_POOL, cthrdmost: u32) {
    infallible((), || {
        if let Some(pool) = POOLS.get(ptpp) {
            pool.set_maximum(cthrdmost.max(1) as usize);
        }
    });
}

/// Accepts the number of threads that are to be kept. Threads come when they are needed.
///
/// Errors: `ERROR_INVALID_PARAMETER` for what is no pool.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetThreadpoolThreadMinimum(ptpp: PTP_POOL, _cthrdmic: u32) -> BOOL {
    win32(FALSE, || {
        POOLS.get(ptpp).ok_or(ERROR_INVALID_PARAMETER)?;
        Ok(TRUE)
    })
}

/// Accepts the sizes of stacks; all threads have the same.
///
/// Errors: `ERROR_INVALID_PARAMETER` for what is no pool, or a null pointer.
///
/// # Safety
/// The pointer is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetThreadpoolStackInformation(
    ptpp: PTP_POOL,
    ptpsi: *const TP_POOL_STACK_INFORMATION,
) -> BOOL {
    win32(FALSE, || {
        POOLS
            .get(ptpp)
            .filter(|_| !is_bad(ptpsi))
            .ok_or(ERROR_INVALID_PARAMETER)?;
        Ok(TRUE)
    })
}

/// The sizes of stacks of pool threads.
///
/// Errors: `ERROR_INVALID_PARAMETER` for what is no pool, or a null pointer.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn QueryThreadpoolStackInformation(
    ptpp: PTP_POOL,
    ptpsi: *mut TP_POOL_STACK_INFORMATION,
) -> BOOL {
    win32(FALSE, || {
        POOLS
            .get(ptpp)
            .filter(|_| !is_bad(ptpsi))
            .ok_or(ERROR_INVALID_PARAMETER)?;
        let sizes = TP_POOL_STACK_INFORMATION {
            StackReserve: 2 << 20,
            StackCommit: 4 << 10,
        };
        // SAFETY: not bad, so valid for a write by this function's contract.
        unsafe { store(ptpsi, sizes) };
        Ok(TRUE)
    })
}

const USUAL_MAXIMUM: usize = 500;

static POOLS: Registry<Pool> = Registry::new();

/// The pool of a number; none for 0, which is the process's.
pub(super) fn find(id: PTP_POOL) -> Option<Arc<Pool>> {
    POOLS.get(id)
}

type Callback = Box<dyn FnOnce() + Send>;

/// A pool of the program.
pub(crate) struct Pool(Mutex<State>);

struct State {
    maximum: usize,
    /// Threads that call back for this pool at present.
    active: usize,
    queue: VecDeque<Callback>,
}

/// Runs a callback on a thread of the pool.
pub(super) fn submit(pool: Option<&Arc<Pool>>, callback: Callback) -> Result<(), Status> {
    match pool {
        Some(pool) => pool.submit(callback),
        None => pool::submit(callback),
    }
}

impl Pool {
    pub(crate) fn new(maximum: usize) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            maximum,
            active: 0,
            queue: VecDeque::new(),
        })))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn submit(self: &Arc<Self>, callback: Callback) -> Result<(), Status> {
        let mut state = self.lock();
        state.queue.push_back(callback);
        if state.active >= state.maximum {
            return Ok(());
        }
        state.active += 1;
        drop(state);
        self.begin().inspect_err(|_| {
            let mut state = self.lock();
            state.active -= 1;
            if state.active == 0 {
                state.queue.pop_back();
            }
        })
    }

    fn set_maximum(self: &Arc<Self>, maximum: usize) {
        let mut state = self.lock();
        state.maximum = maximum;
        let more = state.queue.len().min(maximum.saturating_sub(state.active));
        state.active += more;
        drop(state);
        for _ in 0..more {
            if self.begin().is_err() {
                self.lock().active -= 1;
            }
        }
    }

    fn begin(self: &Arc<Self>) -> Result<(), Status> {
        let pool = self.clone();
        pool::submit(Box::new(move || pool.work()))
    }

    fn work(&self) {
        loop {
            let mut state = self.lock();
            let next = if state.active > state.maximum {
                None
            } else {
                state.queue.pop_front()
            };
            let Some(callback) = next else {
                state.active -= 1;
                return;
            };
            drop(state);
            callback();
        }
    }
}
