//! Waitable timers.

use super::Handle;
use crate::error::Result;
use crate::sys::{self, Win32};
use Win32::System::Threading::{CancelWaitableTimer, CreateWaitableTimerW, SetWaitableTimer};
use std::fmt;
use std::ptr;
use std::time::Duration;

/// A timer one can wait for beside other objects.
///
/// A *manual* timer stays signalled until it is set again, an *auto* one (Windows: synchronisation timer) until one
/// wait has been satisfied (WAIT-32).
///
/// ```
/// use larboard::{Event, WaitableTimer, wait_any};
/// use std::time::Duration;
///
/// let (stop, tick) = (Event::manual(false)?, WaitableTimer::auto()?);
/// tick.set(Duration::from_millis(1))?;
/// assert_eq!(wait_any(&[&stop, &tick])?, 1);
/// # larboard::Result::Ok(())
/// ```
pub struct WaitableTimer(pub(super) Handle);

impl WaitableTimer {
    /// A timer that, once due, stays signalled until it is set again. Stands for `CreateWaitableTimer`.
    ///
    /// # Errors
    /// [`ERROR_NOT_ENOUGH_MEMORY`](crate::code::ERROR_NOT_ENOUGH_MEMORY).
    pub fn manual() -> Result<Self> {
        Self::create(true)
    }

    /// A timer whose signal is taken by one satisfied wait. Stands for `CreateWaitableTimer`.
    ///
    /// # Errors
    /// [`ERROR_NOT_ENOUGH_MEMORY`](crate::code::ERROR_NOT_ENOUGH_MEMORY).
    pub fn auto() -> Result<Self> {
        Self::create(false)
    }

    /// Signals the timer once, `due` from now (in steps of 100 ns). An earlier setting and its signal are forgotten
    /// (WAIT-31). Stands for `SetWaitableTimer` with a relative time.
    ///
    /// # Errors
    /// None that a valid timer can cause.
    pub fn set(&self, due: Duration) -> Result<()> {
        self.arm(due, 0)
    }

    /// Signals the timer `due` from now and then once every `period`, which is rounded up to whole milliseconds
    /// (WAIT-32).
    ///
    /// # Errors
    /// None that a valid timer can cause.
    pub fn set_periodic(&self, due: Duration, period: Duration) -> Result<()> {
        let period = period
            .as_nanos()
            .div_ceil(1_000_000)
            .clamp(1, i32::MAX as u128);
        self.arm(due, period as i32)
    }

    /// Stops the timer; a signal it has given already stays (WAIT-34). Stands for `CancelWaitableTimer`.
    ///
    /// # Errors
    /// None that a valid timer can cause.
    pub fn cancel(&self) -> Result<()> {
        // SAFETY: the handle is an open timer.
        match unsafe { CancelWaitableTimer(self.0.raw()) } {
            0 => Err(sys::last_error()),
            _ => Ok(()),
        }
    }

    fn arm(&self, due: Duration, period: i32) -> Result<()> {
        let relative = -i64::try_from(due.as_nanos().div_ceil(100)).unwrap_or(i64::MAX);
        // SAFETY: the handle is an open timer, `relative` is read during the call, and there is no routine.
        match unsafe { SetWaitableTimer(self.0.raw(), &relative, period, None, ptr::null(), 0) } {
            0 => Err(sys::last_error()),
            _ => Ok(()),
        }
    }

    fn create(manual: bool) -> Result<Self> {
        // SAFETY: no security attributes and no name are given; the handle returned is new.
        let handle = unsafe {
            Handle::created(CreateWaitableTimerW(
                ptr::null(),
                manual.into(),
                ptr::null(),
            ))
        };
        handle.map(Self)
    }
}

super::waitable_object!(WaitableTimer);

impl fmt::Debug for WaitableTimer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WaitableTimer").field(&self.0.raw()).finish()
    }
}
