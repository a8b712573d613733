//! Locks in the program's memory, lists, and what each thread has for itself.

mod critical_sections;
mod lists;
mod once;
mod slim;
mod storage;
mod waits;

use std::cell::UnsafeCell;
use std::sync::Arc;

/// A structure of the system under test that several threads use.
pub struct Shared<T>(Arc<UnsafeCell<T>>);

// SAFETY: the tests only take addresses; the functions under test synchronise what lies there.
unsafe impl<T> Send for Shared<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Shared<T> {}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Shared<T> {
    /// Puts the structure in its place.
    pub fn new(value: T) -> Self {
        // Clippy would rather share what is Sync; Shared is.
        #[allow(clippy::arc_with_non_send_sync)]
        Self(Arc::new(UnsafeCell::new(value)))
    }

    /// Where it lies.
    pub fn at(&self) -> *mut T {
        self.0.get()
    }
}
