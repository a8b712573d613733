//! Events.

use super::Handle;
use crate::error::Result;
use crate::sys::{self, Win32};
use Win32::Foundation::HANDLE;
use Win32::System::Threading::{CreateEventW, PulseEvent, ResetEvent, SetEvent};
use std::fmt;
use std::ptr;

/// An event: signalled or not.
///
/// A *manual* event stays signalled, and lets everybody pass, until it is reset; an *auto* event lets one waiter pass
/// and is not signalled any more (WAIT-07, WAIT-15).
///
/// ```
/// use larboard::Event;
///
/// let ready = Event::auto(false)?;
/// std::thread::scope(|s| {
///     s.spawn(|| ready.set());
///     ready.wait()
/// })?;
/// assert!(!ready.wait_timeout(std::time::Duration::ZERO)?); // taken
/// # larboard::Result::Ok(())
/// ```
pub struct Event(pub(super) Handle);

impl Event {
    /// An event that stays signalled until [`reset`](Self::reset). Stands for `CreateEvent` and, with `false`, for
    /// `WSACreateEvent` (WAIT-22).
    ///
    /// # Errors
    /// [`ERROR_NOT_ENOUGH_MEMORY`](crate::code::ERROR_NOT_ENOUGH_MEMORY).
    pub fn manual(signalled: bool) -> Result<Self> {
        Self::create(true, signalled)
    }

    /// An event whose signal is taken by one satisfied wait. Stands for `CreateEvent`.
    ///
    /// # Errors
    /// [`ERROR_NOT_ENOUGH_MEMORY`](crate::code::ERROR_NOT_ENOUGH_MEMORY).
    pub fn auto(signalled: bool) -> Result<Self> {
        Self::create(false, signalled)
    }

    /// Signals the event; on one that is signalled already it has no effect (WAIT-16). Stands for `SetEvent`.
    pub fn set(&self) {
        // SAFETY: the handle is an open event.
        let done = unsafe { SetEvent(self.0.raw()) };
        debug_assert_ne!(done, 0, "{}", sys::last_error());
    }

    /// Takes the signal away, if there is one (WAIT-17). Stands for `ResetEvent`.
    pub fn reset(&self) {
        // SAFETY: the handle is an open event.
        let done = unsafe { ResetEvent(self.0.raw()) };
        debug_assert_ne!(done, 0, "{}", sys::last_error());
    }

    /// Releases those who wait at this moment - all of a manual event, one of an auto event - and leaves the event not
    /// signalled (WAIT-18). Stands for `PulseEvent`.
    pub fn pulse(&self) {
        // SAFETY: the handle is an open event.
        let done = unsafe { PulseEvent(self.0.raw()) };
        debug_assert_ne!(done, 0, "{}", sys::last_error());
    }

    pub(crate) fn raw(&self) -> HANDLE {
        self.0.raw()
    }

    fn create(manual: bool, signalled: bool) -> Result<Self> {
        // SAFETY: no security attributes and no name are given; the handle returned is new.
        let handle = unsafe {
            Handle::created(CreateEventW(
                ptr::null(),
                manual.into(),
                signalled.into(),
                ptr::null(),
            ))
        };
        handle.map(Self)
    }
}

super::waitable_object!(Event);

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Event").field(&self.0.raw()).finish()
    }
}
