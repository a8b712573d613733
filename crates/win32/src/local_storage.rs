//! Values that each thread has for itself: TLS, and FLS with a routine at the thread's end (TLS-01 to TLS-05).
//!
//! A value is written together with the number of its index's allocation. When an index is freed and given out again the
//! number is another one, so no thread sees what it left there, and nobody has to go through all threads.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Weak};

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_PARAMETER, ERROR_NO_MORE_ITEMS, ERROR_NOT_ENOUGH_MEMORY, FALSE, TRUE,
};
use windows_sys::Win32::System::SystemServices::{FLS_MAXIMUM_AVAILABLE, TLS_MINIMUM_AVAILABLE};
use windows_sys::Win32::System::Threading::{
    FLS_OUT_OF_INDEXES, PFLS_CALLBACK_FUNCTION, TLS_OUT_OF_INDEXES,
};
use windows_sys::core::BOOL;

use crate::error::set_last_error;
use crate::guard::{infallible, win32};

/// As many indexes as Windows has.
const INDEXES: usize = 1088;
/// The first ones are at hand without an allocation.
const NEAR: usize = TLS_MINIMUM_AVAILABLE as usize;

/// Gives out an index, at which every thread has null (TLS-01).
///
/// Errors: `TLS_OUT_OF_INDEXES` with `ERROR_NO_MORE_ITEMS` when all 1,088 are in use.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn TlsAlloc() -> u32 {
    win32(TLS_OUT_OF_INDEXES, || {
        let free = |allocation: &AtomicU32| {
            let number = allocation.load(Ordering::Relaxed);
            // Odd numbers are indexes in use.
            number.is_multiple_of(2)
                && allocation
                    .compare_exchange(number, number + 1, Ordering::Relaxed, Ordering::Relaxed)
                    .is_ok()
        };
        let index = ALLOCATIONS.iter().position(free);
        Ok(index.ok_or(ERROR_NO_MORE_ITEMS)? as u32)
    })
}

/// Takes an index back (TLS-02). What threads have there is forgotten; nothing is called.
///
/// Errors: `ERROR_INVALID_PARAMETER` for an index that is not in use.
///
/// # Safety
/// No thread uses the index any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn TlsFree(dwtlsindex: u32) -> BOOL {
    win32(FALSE, || {
        let allocation = ALLOCATIONS.get(dwtlsindex as usize);
        let allocation = allocation.ok_or(ERROR_INVALID_PARAMETER)?;
        let number = allocation.load(Ordering::Relaxed);
        let freed = !number.is_multiple_of(2)
            && allocation
                .compare_exchange(
                    number,
                    number.wrapping_add(1),
                    Ordering::Relaxed,
                    Ordering::Relaxed,
                )
                .is_ok();
        if freed {
            Ok(TRUE)
        } else {
            Err(ERROR_INVALID_PARAMETER.into())
        }
    })
}

/// The calling thread's value at an index, null if it has set none; the last error becomes 0 (TLS-03). Whether the index
/// is in use is not looked at.
///
/// Errors: null with `ERROR_INVALID_PARAMETER` for an index that does not exist.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn TlsGetValue(dwtlsindex: u32) -> *mut c_void {
    let index = dwtlsindex as usize;
    let Some(allocation) = ALLOCATIONS.get(index) else {
        set_last_error(ERROR_INVALID_PARAMETER);
        return std::ptr::null_mut();
    };
    set_last_error(0);
    let slot = match index.checked_sub(NEAR) {
        None => NEAR_SLOTS.with(|slots| slots[index].get()),
        Some(far) => far_slot(far),
    };
    if slot.allocation == allocation.load(Ordering::Relaxed) {
        slot.value
    } else {
        std::ptr::null_mut()
    }
}

/// Sets the calling thread's value at an index (TLS-03). Whether the index is in use is not looked at.
///
/// Errors: `ERROR_INVALID_PARAMETER` for an index that does not exist; `ERROR_NOT_ENOUGH_MEMORY` while the thread ends, for
/// an index from 64 on.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn TlsSetValue(dwtlsindex: u32, lptlsvalue: *const c_void) -> BOOL {
    win32(FALSE, || {
        let index = dwtlsindex as usize;
        let allocation = ALLOCATIONS.get(index).ok_or(ERROR_INVALID_PARAMETER)?;
        let slot = Slot {
            allocation: allocation.load(Ordering::Relaxed),
            value: lptlsvalue.cast_mut(),
        };
        match index.checked_sub(NEAR) {
            None => NEAR_SLOTS.with(|slots| slots[index].set(slot)),
            Some(far) => set_far_slot(far, slot).ok_or(ERROR_NOT_ENOUGH_MEMORY)?,
        }
        Ok(TRUE)
    })
}

/// How often each index has been given out and taken back.
static ALLOCATIONS: [AtomicU32; INDEXES] = [const { AtomicU32::new(0) }; INDEXES];

#[derive(Clone, Copy)]
struct Slot {
    /// The number of the index's allocation when the value was set.
    allocation: u32,
    value: *mut c_void,
}

const UNSET: Slot = Slot {
    allocation: 0,
    value: std::ptr::null_mut(),
};

thread_local! {
    /// Without a destructor, so that it is there to the last moment of a thread.
    static NEAR_SLOTS: [Cell<Slot>; NEAR] = const { [const { Cell::new(UNSET) }; NEAR] };
    static FAR_SLOTS: RefCell<Vec<Slot>> = const { RefCell::new(Vec::new()) };
}

fn far_slot(far: usize) -> Slot {
    let slot = FAR_SLOTS.try_with(|slots| slots.borrow().get(far).copied());
    slot.ok().flatten().unwrap_or(UNSET)
}

fn set_far_slot(far: usize, slot: Slot) -> Option<()> {
    let set = |slots: &RefCell<Vec<Slot>>| {
        let mut slots = slots.borrow_mut();
        if slots.len() <= far {
            slots.resize(INDEXES - NEAR, UNSET);
        }
        slots[far] = slot;
    };
    FAR_SLOTS.try_with(set).ok()
}

/// Gives out an index, at which every thread has null. The routine is called with each value that is not null, when its
/// thread ends or the index is freed (TLS-04).
///
/// Errors: `FLS_OUT_OF_INDEXES` with `ERROR_NO_MORE_ITEMS` when all are in use.
///
/// # Safety
/// The routine may be called on any thread that has set a value.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FlsAlloc(lpcallback: PFLS_CALLBACK_FUNCTION) -> u32 {
    win32(FLS_OUT_OF_INDEXES, || {
        let mut fibers = fibers();
        // Index 0 is the system's.
        let free = (1..fibers.indexes.len()).find(|&at| !fibers.indexes[at].in_use);
        let at = free.unwrap_or(fibers.indexes.len().max(1));
        if at >= FLS_MAXIMUM_AVAILABLE as usize {
            return Err(ERROR_NO_MORE_ITEMS.into());
        }
        if fibers.indexes.len() <= at {
            fibers.indexes.resize(at + 1, Index::default());
        }
        fibers.indexes[at] = Index {
            in_use: true,
            callback: lpcallback,
        };
        Ok(at as u32)
    })
}

/// Takes an index back: the routine is called, on this thread, with what each thread has there (TLS-05).
///
/// Errors: `ERROR_INVALID_PARAMETER` for an index that is not in use.
///
/// # Safety
/// No thread uses the index any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FlsFree(dwflsindex: u32) -> BOOL {
    win32(FALSE, || {
        let at = dwflsindex as usize;
        let mut fibers = fibers();
        let index = std::mem::take(fibers.get(at)?);
        fibers.values.retain(|values| values.strong_count() > 0);
        let values: Vec<_> = fibers.values.iter().filter_map(Weak::upgrade).collect();
        drop(fibers);
        for values in values {
            let value = values.take(at);
            // SAFETY: FlsAlloc's contract.
            unsafe { index.call(value) };
        }
        Ok(TRUE)
    })
}

/// The calling thread's value at an index, null if it has set none; the last error becomes 0 (TLS-04).
///
/// Errors: null with `ERROR_INVALID_PARAMETER` for index 0 and those that do not exist.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FlsGetValue(dwflsindex: u32) -> *mut c_void {
    win32(std::ptr::null_mut(), || {
        let at = index(dwflsindex)?;
        set_last_error(0);
        let value = FIBER.try_with(|fiber| fiber.0.lock().get(at).copied());
        Ok(std::ptr::with_exposed_provenance_mut(
            value.ok().flatten().unwrap_or_default(),
        ))
    })
}

/// Sets the calling thread's value at an index (TLS-04).
///
/// Errors: `ERROR_INVALID_PARAMETER` for an index that is not in use; `ERROR_NOT_ENOUGH_MEMORY` once the routines of the
/// thread's end have run.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn FlsSetValue(dwflsindex: u32, lpflsdata: *const c_void) -> BOOL {
    win32(FALSE, || {
        let at = index(dwflsindex)?;
        fibers().get(at)?;
        let value = lpflsdata.expose_provenance();
        let set = |fiber: &Fiber| {
            let mut values = fiber.0.lock();
            if values.is_empty() {
                fibers().values.push(Arc::downgrade(&fiber.0));
            }
            if values.len() <= at {
                values.resize(at + 1, 0);
            }
            values[at] = value;
        };
        FIBER.try_with(set).map_err(|_| ERROR_NOT_ENOUGH_MEMORY)?;
        Ok(TRUE)
    })
}

fn index(index: u32) -> Result<usize, u32> {
    if index == 0 || index >= FLS_MAXIMUM_AVAILABLE {
        return Err(ERROR_INVALID_PARAMETER);
    }
    Ok(index as usize)
}

/// The indexes, and what the threads have there. Taken after the lock of a thread's values.
#[derive(Default)]
struct Fibers {
    indexes: Vec<Index>,
    values: Vec<Weak<Values>>,
}

#[derive(Clone, Copy, Default)]
struct Index {
    in_use: bool,
    callback: PFLS_CALLBACK_FUNCTION,
}

static FIBERS: Mutex<Fibers> = Mutex::new(Fibers {
    indexes: Vec::new(),
    values: Vec::new(),
});

fn fibers() -> MutexGuard<'static, Fibers> {
    FIBERS
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Fibers {
    fn get(&mut self, at: usize) -> Result<&mut Index, u32> {
        let index = self.indexes.get_mut(at).filter(|index| index.in_use);
        index.ok_or(ERROR_INVALID_PARAMETER)
    }
}

impl Index {
    /// # Safety
    /// The routine may be called with the value.
    unsafe fn call(self, value: usize) {
        if value != 0
            && let Some(callback) = self.callback
        {
            // SAFETY: this function's contract.
            unsafe { callback(std::ptr::with_exposed_provenance(value)) };
        }
    }
}

/// One thread's values.
#[derive(Default)]
struct Values(Mutex<Vec<usize>>);

impl Values {
    fn lock(&self) -> MutexGuard<'_, Vec<usize>> {
        self.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn take(&self, at: usize) -> usize {
        self.lock().get_mut(at).map_or(0, std::mem::take)
    }
}

thread_local! {
    static FIBER: Fiber = Fiber::default();
}

#[derive(Default)]
struct Fiber(Arc<Values>);

impl Drop for Fiber {
    fn drop(&mut self) {
        infallible((), || {
            let values = std::mem::take(&mut *self.0.lock());
            for (at, value) in values.into_iter().enumerate() {
                let index = fibers().get(at).map_or(Index::default(), |index| *index);
                // SAFETY: FlsAlloc's contract.
                unsafe { index.call(value) };
            }
        });
    }
}
