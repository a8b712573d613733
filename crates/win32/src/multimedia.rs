//! The clock of the multimedia functions (TIME-01 to TIME-03).

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::time::Duration;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::Media::{
    LPTIMECALLBACK, MMSYSERR_INVALPARAM, TIME_CALLBACK_EVENT_PULSE, TIME_CALLBACK_EVENT_SET,
    TIME_CALLBACK_FUNCTION, TIME_PERIODIC, TIMECAPS, TIMERR_NOCANDO, TIMERR_NOERROR,
};

use larboard_kernel::object::event::Event;

use crate::guard::{infallible, is_bad};
use crate::thread_pool::pools::Pool;
use crate::thread_pool::timer::Expiring;
use crate::thread_pool::{Environment, Object};
use crate::{handles, system};

/// Milliseconds since the machine was started; begins anew after 49.7 days (TIME-01).
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn timeGetTime() -> u32 {
    system::milliseconds_since_start() as u32
}

/// Asks for a resolution in milliseconds (TIME-02). Waits are as exact as Linux can make them without it, so nothing
/// changes.
///
/// Errors: `TIMERR_NOCANDO` for 0 or more than 1,000,000.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn timeBeginPeriod(uperiod: u32) -> u32 {
    infallible(TIMERR_NOCANDO, || {
        if !(PERIOD_MIN..=PERIOD_MAX).contains(&uperiod) {
            return TIMERR_NOCANDO;
        }
        *periods().entry(uperiod).or_default() += 1;
        TIMERR_NOERROR
    })
}

/// Takes a resolution back (TIME-02).
///
/// Errors: `TIMERR_NOCANDO` for one that was not asked for.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn timeEndPeriod(uperiod: u32) -> u32 {
    infallible(TIMERR_NOCANDO, || match periods().get_mut(&uperiod) {
        Some(count) if *count > 0 => {
            *count -= 1;
            TIMERR_NOERROR
        }
        _ => TIMERR_NOCANDO,
    })
}

/// The range of resolutions: 1 to 1,000,000 milliseconds (TIME-02).
///
/// Errors: `TIMERR_NOCANDO` for a null pointer or a size below that of the structure.
///
/// # Safety
/// The pointer is null or valid for a write.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn timeGetDevCaps(ptc: *mut TIMECAPS, cbtc: u32) -> u32 {
    if is_bad(ptc) || (cbtc as usize) < size_of::<TIMECAPS>() {
        return TIMERR_NOCANDO;
    }
    let range = TIMECAPS {
        wPeriodMin: PERIOD_MIN,
        wPeriodMax: PERIOD_MAX,
    };
    // SAFETY: not bad, so valid for a write by this function's contract.
    unsafe { ptc.write_unaligned(range) };
    TIMERR_NOERROR
}

/// Has a routine called, or an event set or pulsed, after some milliseconds, once or periodically (TIME-03). All routines run
/// on one thread at a time, after each other. The resolution has no effect. Returns the timer's id, 0 if there is none.
///
/// # Safety
/// The routine may be called on another thread until the timer is killed; or it is the handle of an event, as the flags say.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn timeSetEvent(
    udelay: u32,
    _uresolution: u32,
    fptc: LPTIMECALLBACK,
    dwuser: usize,
    fuevent: u32,
) -> u32 {
    infallible(0, || {
        let (Some(routine), true) = (fptc, udelay <= PERIOD_MAX) else {
            return 0;
        };
        let mut timers = timers();
        timers.last = timers.last.wrapping_add(1).max(1);
        let id = timers.last;
        let event: HANDLE = routine as *mut std::ffi::c_void;
        let once = fuevent & TIME_PERIODIC == 0;
        let object = Object::new(std::ptr::null_mut(), Environment::of(THREAD.clone()));
        let event = event.addr();
        let timer = Expiring::new(object, move |_, _| {
            let event = std::ptr::without_provenance_mut(event);
            match fuevent & (TIME_CALLBACK_EVENT_SET | TIME_CALLBACK_EVENT_PULSE) {
                // SAFETY: this function's contract.
                TIME_CALLBACK_FUNCTION => unsafe { routine(id, 0, dwuser, 0, 0) },
                TIME_CALLBACK_EVENT_SET => {
                    let _ = handles::get::<Event>(event).map(|event| event.set());
                }
                _ => _ = handles::get::<Event>(event).map(|event| event.pulse()),
            }
            if once {
                self::timers().living.remove(&id);
            }
        });
        timers.living.insert(id, timer.clone());
        drop(timers);
        let period = if once { 0 } else { udelay.max(PERIOD_MIN) };
        timer.set(Duration::from_millis(udelay.into()), period);
        id
    })
}

/// Ends a timer; with `TIME_KILL_SYNCHRONOUS` in its flags no routine is called any more afterwards, and here always
/// (TIME-03).
///
/// Errors: `MMSYSERR_INVALPARAM` for an id that has ended, or never was.
///
/// # Safety
/// Sound to call at any time; `unsafe` because Windows declares it so.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn timeKillEvent(utimerid: u32) -> u32 {
    infallible(MMSYSERR_INVALPARAM, || {
        let Some(timer) = timers().living.remove(&utimerid) else {
            return MMSYSERR_INVALPARAM;
        };
        timer.stop();
        timer.object.cancel();
        timer.object.wait();
        TIMERR_NOERROR
    })
}

/// One routine at a time.
static THREAD: LazyLock<Arc<Pool>> = LazyLock::new(|| Pool::new(1));

#[derive(Default)]
struct Timers {
    last: u32,
    living: HashMap<u32, Arc<Expiring>>,
}

static TIMERS: LazyLock<Mutex<Timers>> = LazyLock::new(Mutex::default);

fn timers() -> MutexGuard<'static, Timers> {
    TIMERS
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

const PERIOD_MIN: u32 = 1;
const PERIOD_MAX: u32 = 1_000_000;

static PERIODS: LazyLock<Mutex<HashMap<u32, u32>>> = LazyLock::new(Mutex::default);

/// How often each resolution has been asked for and not taken back.
fn periods() -> std::sync::MutexGuard<'static, HashMap<u32, u32>> {
    PERIODS
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}
