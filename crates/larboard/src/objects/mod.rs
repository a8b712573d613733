//! Kernel objects a thread can wait for: events, semaphores, waitable timers.

mod event;
mod handle;
mod semaphore;
mod timer;

pub use event::Event;
pub use semaphore::Semaphore;
pub use timer::WaitableTimer;

pub(crate) use handle::Handle;

/// The three waits every object offers, and its place among [`Waitable`](crate::Waitable) things.
macro_rules! waitable_object {
    ($object:ident) => {
        impl $object {
            /// Waits until the object is signalled, and takes the signal if it is of the kind that is taken (WAIT-07).
            ///
            /// Stands for `WaitForSingleObject` with an infinite time.
            ///
            /// # Errors
            /// None that a valid object can cause.
            pub fn wait(&self) -> $crate::Result<()> {
                $crate::wait::wait_one(self, None).map(|_| ())
            }

            /// Waits for at most `timeout`; `false` if it ran out. Zero asks without waiting.
            ///
            /// Stands for `WaitForSingleObject`. Never returns before the time is over (WAIT-04).
            ///
            /// # Errors
            /// None that a valid object can cause.
            pub fn wait_timeout(&self, timeout: std::time::Duration) -> $crate::Result<bool> {
                $crate::wait::wait_one(self, Some(timeout))
            }

            /// Waits alertably: completion routines of this thread run meanwhile, and end the wait with
            /// [`Wake::Routine`](crate::Wake::Routine) (APC-04). `None` waits for ever.
            ///
            /// Stands for `WaitForSingleObjectEx` with `bAlertable`.
            ///
            /// # Errors
            /// None that a valid object can cause.
            ///
            /// # Panics
            /// Continues the panic of a routine that panicked.
            pub fn wait_alertable(
                &self,
                timeout: Option<std::time::Duration>,
            ) -> $crate::Result<$crate::Wake> {
                $crate::wait::wait_any_alertable(&[self], timeout)
            }
        }

        impl $crate::Waitable for $object {
            fn wait_handle(&self) -> $crate::WaitHandle<'_> {
                self.0.wait_handle()
            }
        }
    };
}
pub(crate) use waitable_object;
