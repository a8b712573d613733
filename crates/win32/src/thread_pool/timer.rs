//! Timers of the pool (POOL-04 to POOL-06).

use std::ffi::c_void;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::{Duration, Instant};

use windows_sys::Win32::Foundation::{ERROR_INVALID_PARAMETER, FALSE, FILETIME};
use windows_sys::Win32::System::Threading::{
    PTP_TIMER, PTP_TIMER_CALLBACK, TP_CALLBACK_ENVIRON_V3,
};
use windows_sys::core::BOOL;

use larboard_kernel::object::timer::{self, Alarm};

use super::instance::Instance;
use super::{Environment, Object, Registry, groups};
use crate::guard::{infallible, is_bad, win32};

/// Makes a timer that is not set (POOL-04).
///
/// Errors: 0 with `ERROR_INVALID_PARAMETER` for a null callback.
///
/// # Safety
/// The environment is null or valid; the callback may be called on any thread whenever the timer expires.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateThreadpoolTimer(
    pfnti: PTP_TIMER_CALLBACK,
    pv: *mut c_void,
    pcbe: *const TP_CALLBACK_ENVIRON_V3,
) -> PTP_TIMER {
    win32(0, || {
        let callback = pfnti.ok_or(ERROR_INVALID_PARAMETER)?;
        // SAFETY: this function's contract.
        let object = Object::new(pv, unsafe { Environment::read(pcbe) });
        let id = object.id;
        let timer = Expiring::new(object.clone(), move |object, instance| {
            // SAFETY: the caller promised that the callback may be called so.
            unsafe { callback(instance.id(), object.context(), id) };
        });
        groups::join(&object, move |_| {
            if let Some(timer) = TIMERS.remove(id) {
                timer.stop();
            }
        });
        TIMERS.insert(id, timer);
        Ok(id)
    })
}

/// Sets a timer: a negative due time is relative, a positive one absolute, 0 is now; a null pointer stops it. A period in
/// milliseconds repeats it (POOL-04, POOL-05). Callbacks that are pending stay so. The window has no effect: a timer is
/// never later than it has to be.
///
/// # Safety
/// The due time is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetThreadpoolTimer(
    pti: PTP_TIMER,
    pftduetime: *const FILETIME,
    msperiod: u32,
    _mswindowlength: u32,
) {
    // SAFETY: this function's contract.
    infallible((), || unsafe {
        set(pti, pftduetime, msperiod);
    });
}

/// As `SetThreadpoolTimer`; true if the timer was set before (POOL-05).
///
/// # Safety
/// The due time is null or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetThreadpoolTimerEx(
    pti: PTP_TIMER,
    pftduetime: *const FILETIME,
    msperiod: u32,
    _mswindowlength: u32,
) -> BOOL {
    // SAFETY: this function's contract.
    infallible(FALSE, || unsafe { set(pti, pftduetime, msperiod) }.into())
}

/// Whether a timer is set (POOL-05).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn IsThreadpoolTimerSet(pti: PTP_TIMER) -> BOOL {
    infallible(FALSE, || {
        TIMERS.get(pti).is_some_and(|timer| timer.lock().set).into()
    })
}

/// Waits for the callbacks of a timer, or drops those that have not begun and waits for the rest (POOL-06). The timer stays
/// set.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WaitForThreadpoolTimerCallbacks(
    pti: PTP_TIMER,
    fcancelpendingcallbacks: BOOL,
) {
    infallible((), || {
        if let Some(timer) = TIMERS.get(pti) {
            if fcancelpendingcallbacks != FALSE {
                timer.object.cancel();
            }
            timer.object.wait();
        }
    });
}

/// Ends a timer; a callback that is pending is called still.
///
/// # Safety
/// The timer is not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CloseThreadpoolTimer(pti: PTP_TIMER) {
    infallible((), || {
        if let Some(timer) = TIMERS.remove(pti) {
            timer.stop();
            groups::leave(&timer.object);
        }
    });
}

static TIMERS: Registry<Expiring> = Registry::new();

/// # Safety
/// The due time is null or valid.
unsafe fn set(id: PTP_TIMER, due: *const FILETIME, period: u32) -> bool {
    let Some(timer) = TIMERS.get(id) else {
        return false;
    };
    if is_bad(due) {
        return timer.stop();
    }
    // SAFETY: not bad, so valid by this function's contract.
    let due = unsafe { due.read_unaligned() };
    let due = u64::from(due.dwHighDateTime) << 32 | u64::from(due.dwLowDateTime);
    timer.set(timer::delay(due.cast_signed()), period)
}

type Callback = dyn Fn(&Object, &Instance) + Send + Sync;

/// Something whose callback is called when its time has come, once or periodically.
pub(crate) struct Expiring {
    pub(crate) object: Arc<Object>,
    callback: Arc<Callback>,
    setting: Mutex<Setting>,
}

#[derive(Default)]
struct Setting {
    generation: u64,
    set: bool,
    period: Option<Duration>,
}

impl Expiring {
    pub(crate) fn new(
        object: Arc<Object>,
        callback: impl Fn(&Object, &Instance) + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            object,
            callback: Arc::new(callback),
            setting: Mutex::default(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Setting> {
        self.setting
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Sets it anew; a period of 0 is once. True if it was set before.
    pub(crate) fn set(self: &Arc<Self>, after: Duration, period: u32) -> bool {
        let mut setting = self.lock();
        setting.generation += 1;
        setting.period = (period > 0).then(|| Duration::from_millis(period.into()));
        let before = std::mem::replace(&mut setting.set, true);
        let generation = setting.generation;
        drop(setting);
        let alarm: Weak<dyn Alarm> = Arc::<Expiring>::downgrade(self);
        timer::schedule(Instant::now() + after, alarm, generation);
        before
    }

    /// Nothing expires any more. True if it was set before.
    pub(crate) fn stop(&self) -> bool {
        let mut setting = self.lock();
        setting.generation += 1;
        std::mem::replace(&mut setting.set, false)
    }
}

impl Alarm for Expiring {
    fn fire(&self, moment: Instant, generation: u64) -> Option<Instant> {
        let setting = self.lock();
        if setting.generation != generation {
            return None;
        }
        let callback = self.callback.clone();
        // If there is no thread for it now, the next expiry tries again. Under the lock: who has stopped it sees the callback
        // pending, or it does not come.
        let _ = self
            .object
            .announce(move |object, instance| callback(object, instance));
        Some(moment + setting.period?)
    }

    fn wants(&self, generation: u64) -> bool {
        self.lock().generation == generation
    }
}
