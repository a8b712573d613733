//! Semaphores.

use super::Handle;
use crate::error::Result;
use crate::sys::{self, Win32};
use Win32::System::Threading::{CreateSemaphoreW, ReleaseSemaphore};
use std::fmt;
use std::ptr;

/// A semaphore: a count that each satisfied wait lowers by one; signalled while it is above zero.
///
/// ```
/// use larboard::{Semaphore, code};
///
/// let seats = Semaphore::new(1, 2)?;
/// seats.wait()?;
/// assert_eq!(seats.release(2)?, 0); // the count before
/// assert_eq!(seats.release(1).unwrap_err().code(), code::ERROR_TOO_MANY_POSTS);
/// # larboard::Result::Ok(())
/// ```
pub struct Semaphore(pub(super) Handle);

impl Semaphore {
    /// A semaphore with a count of `initial` that never goes above `maximum`. Stands for `CreateSemaphore`.
    ///
    /// # Errors
    /// [`ERROR_INVALID_PARAMETER`](crate::code::ERROR_INVALID_PARAMETER) unless `0 <= initial <= maximum` and `0 <
    /// maximum` (WAIT-23).
    pub fn new(initial: i32, maximum: i32) -> Result<Self> {
        // SAFETY: no security attributes and no name are given; the handle returned is new.
        let handle = unsafe {
            Handle::created(CreateSemaphoreW(ptr::null(), initial, maximum, ptr::null()))
        };
        handle.map(Self)
    }

    /// Raises the count by `count` and returns what it was before. Stands for `ReleaseSemaphore`.
    ///
    /// # Errors
    /// - [`ERROR_TOO_MANY_POSTS`](crate::code::ERROR_TOO_MANY_POSTS) if the count would pass the maximum; it stays as
    ///   it was (WAIT-24).
    /// - [`ERROR_INVALID_PARAMETER`](crate::code::ERROR_INVALID_PARAMETER) if `count` is not positive (WAIT-25).
    pub fn release(&self, count: i32) -> Result<i32> {
        let mut previous = 0;
        // SAFETY: the handle is an open semaphore, and `previous` a live variable.
        match unsafe { ReleaseSemaphore(self.0.raw(), count, &mut previous) } {
            0 => Err(sys::last_error()),
            _ => Ok(previous),
        }
    }
}

super::waitable_object!(Semaphore);

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Semaphore").field(&self.0.raw()).finish()
    }
}
