//! What the thread sanitizer is told. It watches the program, which is built with it, and not this library, which is not: that a
//! buffer passes from one thread to another through a port, an event or a lock would be a race to it.
//!
//! So what passes between threads by way of the library is said: a call *publishes* what its thread has done before, and *observes*
//! on its way out what others have published. This orders more than the system promises, so some real races between calls are not
//! found; none is reported that is none. Locks are told by their address and order no more than they do.
//!
//! Without the sanitizer, each is a load and a branch.

use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicU8, Ordering};

/// A function of the sanitizer: `__tsan_acquire` or `__tsan_release`.
pub type Function = unsafe extern "C" fn(*mut c_void);

// Written once, before the program has a second thread; read by any.
static ACQUIRE: AtomicPtr<c_void> = AtomicPtr::new(null_mut());
static RELEASE: AtomicPtr<c_void> = AtomicPtr::new(null_mut());

/// Its address stands for all that is published.
static EVERYTHING: AtomicU8 = AtomicU8::new(0);

/// From now on the sanitizer is told.
pub fn install(acquire: Function, release: Function) {
    RELEASE.store(release as *mut c_void, Ordering::Release);
    ACQUIRE.store(acquire as *mut c_void, Ordering::Release);
}

/// What this thread has done can be observed by others from here on.
#[inline]
pub fn publish() {
    released(EVERYTHING.as_ptr().addr());
}

/// What others have published has been done before what this thread does from here on.
#[inline]
pub fn observe() {
    acquired(EVERYTHING.as_ptr().addr());
}

/// This thread has taken the lock at this address.
#[inline]
pub fn acquired(lock: usize) {
    tell(&ACQUIRE, lock);
}

/// This thread is about to give up the lock at this address.
#[inline]
pub fn released(lock: usize) {
    tell(&RELEASE, lock);
}

#[inline]
fn tell(function: &AtomicPtr<c_void>, address: usize) {
    let function = function.load(Ordering::Relaxed);
    if !function.is_null() {
        call(function, address);
    }
}

#[cold]
fn call(function: *mut c_void, address: usize) {
    // SAFETY: only `install` writes the two words, from functions of this type.
    let function = unsafe { std::mem::transmute::<*mut c_void, Function>(function) };
    // SAFETY: the sanitizer takes any address, and does not look at what is there.
    unsafe { function(address as *mut c_void) }
}

/// Publishes what was done before a call; when dropped, observes what others have published meanwhile.
pub struct Call;

impl Call {
    /// A call begins.
    #[inline]
    #[must_use]
    pub fn begin() -> Self {
        publish();
        Self
    }
}

impl Drop for Call {
    #[inline]
    fn drop(&mut self) {
        observe();
    }
}
