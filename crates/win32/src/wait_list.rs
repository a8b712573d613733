//! The objects of a wait for many.
//!
//! A thread that waits for many events waits for nearly the same ones again and again, and a look-up takes two atomic
//! read-modify-writes. So a thread keeps the events of its last wait pinned: a handle that stands where it stood, and is
//! still open, costs a load. The price is that up to 64 closed events live until the thread waits for others or ends.
//! That cannot be seen: an event without handles has no name and is signalled by nobody. Objects of other kinds, which
//! may own more than memory, are not kept.

use std::any::Any;
use std::cell::Cell;

use windows_sys::Win32::Foundation::HANDLE;

use larboard_kernel::object::Object;
use larboard_kernel::object::dispatcher::Dispatcher;
use larboard_kernel::object::event::Event;
use larboard_kernel::object::handle_table::Pinned;
use larboard_kernel::object::wait::Waitable;

use crate::error::Win32Error;
use crate::handles;

/// An object and the handle it was found by.
pub(crate) struct Held {
    handle: HANDLE,
    object: Pinned<'static, dyn Object>,
}

impl Waitable for Held {
    #[inline]
    fn header(&self) -> &Dispatcher {
        self.object.dispatcher()
    }
}

thread_local! {
    /// The events of the last wait.
    static KEPT: Cell<Vec<Held>> = const { Cell::new(Vec::new()) };
}

/// Runs `wait` with the objects of the handles. `ERROR_INVALID_HANDLE` if any is invalid or a pseudo handle (WAIT-14,
/// HND-08).
///
/// # Safety
/// `handles` is valid for `count` reads.
pub(crate) unsafe fn with_objects<R>(
    count: usize,
    handles: *const HANDLE,
    wait: impl FnOnce(&[Held]) -> R,
) -> Result<R, Win32Error> {
    // A wait inside this one, in an APC, finds nothing and leaves its own list, which this one replaces.
    let mut held = KEPT.try_with(Cell::take).unwrap_or_default();
    held.truncate(count);
    let mut worth_keeping = true;
    for at in 0..count {
        // SAFETY: valid for `count` reads by this function's contract; alignment is not assumed.
        let handle = unsafe { handles.add(at).read_unaligned() };
        match held.get_mut(at) {
            Some(last) if last.handle == handle && last.object.is_open() => continue,
            last => {
                let object = handles::pin(handle)?;
                worth_keeping &= (&*object as &dyn Any).is::<Event>();
                let new = Held { handle, object };
                match last {
                    Some(last) => *last = new,
                    None => held.push(new),
                }
            }
        }
    }
    let result = wait(&held);
    if worth_keeping {
        // Past the destructors of its locals a thread keeps nothing.
        let _ = KEPT.try_with(|kept| kept.set(held));
    }
    Ok(result)
}
