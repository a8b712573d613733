//! What the objects of the pool have in common: how many callbacks are to come and how many run.
//!
//! A callback that was announced is *pending*; the pool thread that takes it finds it so and makes it *running*, or finds
//! that it was cancelled and does nothing. Who waits, waits for both to become 0, callbacks on his own thread apart.

use std::cell::RefCell;
use std::ffi::c_void;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, Weak};

use windows_sys::Win32::System::Threading::{
    PTP_CLEANUP_GROUP_CANCEL_CALLBACK, PTP_SIMPLE_CALLBACK, TP_CALLBACK_ENVIRON_V3,
};

use larboard_kernel::sanitizer;
use larboard_kernel::status::Status;

use super::groups::{self, Group};
use super::instance::Instance;
use super::pools::{self, Pool};
use crate::guard::is_bad;

/// What a callback environment says of an object.
#[derive(Clone, Default)]
pub(crate) struct Environment {
    /// None is the pool of the process.
    pool: Option<Arc<Pool>>,
    group: Option<Weak<Group>>,
    cancelled: PTP_CLEANUP_GROUP_CANCEL_CALLBACK,
    finished: PTP_SIMPLE_CALLBACK,
}

impl Environment {
    /// # Safety
    /// The environment is null or valid for a read.
    pub(crate) unsafe fn read(environment: *const TP_CALLBACK_ENVIRON_V3) -> Self {
        if is_bad(environment) {
            return Self::default();
        }
        // SAFETY: not bad, so valid for a read by this function's contract. Version 1 ends before the last two fields, which
        // are not looked at here.
        unsafe {
            Self {
                pool: pools::find((&raw const (*environment).Pool).read_unaligned()),
                group: groups::find((&raw const (*environment).CleanupGroup).read_unaligned())
                    .map(|group| Arc::downgrade(&group)),
                cancelled: (&raw const (*environment).CleanupGroupCancelCallback).read_unaligned(),
                finished: (&raw const (*environment).FinalizationCallback).read_unaligned(),
            }
        }
    }

    /// Callbacks of a pool of the library's own.
    pub(crate) fn of(pool: Arc<Pool>) -> Self {
        Self {
            pool: Some(pool),
            ..Self::default()
        }
    }
}

/// The part of an object that counts its callbacks.
pub(crate) struct Object {
    pub(crate) id: isize,
    /// The program's pointer.
    context: usize,
    environment: Environment,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    pending: usize,
    /// Announced callbacks that were cancelled and have not been taken by a pool thread yet.
    cancelled: usize,
    running: usize,
    /// What is done once no callback is pending or runs any more.
    at_rest: Vec<Box<dyn FnOnce() + Send>>,
}

/// Whether callbacks of an object are left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Alone {
    /// None.
    Yes,
    /// Some are pending or run.
    No,
}

thread_local! {
    /// The objects whose callbacks run on this thread, the innermost last.
    static RUNNING: RefCell<Vec<isize>> = const { RefCell::new(Vec::new()) };
}

impl Object {
    pub(crate) fn new(context: *mut c_void, environment: Environment) -> Arc<Self> {
        Arc::new(Self {
            id: super::number(),
            context: context.expose_provenance(),
            environment,
            state: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    pub(crate) fn context(&self) -> *mut c_void {
        std::ptr::with_exposed_provenance_mut(self.context)
    }

    /// The group that the object is to join.
    pub(super) fn group(&self) -> Option<Arc<Group>> {
        self.environment.group.as_ref()?.upgrade()
    }

    /// What the program wants to be called when the object is cancelled with its group.
    pub(super) fn cancel_callback(&self) -> PTP_CLEANUP_GROUP_CANCEL_CALLBACK {
        self.environment.cancelled
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Has a pool thread call `callback` with an instance.
    pub(crate) fn announce(
        self: &Arc<Self>,
        callback: impl FnOnce(&Object, &Instance) + Send + 'static,
    ) -> Result<(), Status> {
        self.lock().pending += 1;
        let object = self.clone();
        let submitted = pools::submit(
            self.environment.pool.as_ref(),
            Box::new(move || {
                if object.begin() {
                    object.run(callback);
                }
            }),
        );
        if submitted.is_err() {
            self.lock().pending -= 1;
        }
        submitted
    }

    /// Counts as a callback that runs until the last copy of this is gone.
    pub(crate) fn hold(self: &Arc<Self>) -> Arc<Held> {
        self.lock().running += 1;
        Arc::new(Held(self.clone()))
    }

    /// Calls `callback` on this thread.
    pub(crate) fn call(self: &Arc<Self>, callback: impl FnOnce(&Object, &Instance)) {
        self.lock().running += 1;
        self.run(callback);
    }

    fn begin(&self) -> bool {
        let mut state = self.lock();
        if state.cancelled > 0 {
            state.cancelled -= 1;
            return false;
        }
        state.pending -= 1;
        state.running += 1;
        true
    }

    fn run(self: &Arc<Self>, callback: impl FnOnce(&Object, &Instance)) {
        let instance = Instance::new(Some(self.clone()));
        RUNNING.with_borrow_mut(|running| running.push(self.id));
        instance.during(|instance| callback(self, instance));
        RUNNING.with_borrow_mut(|running| running.pop());
        if let Some(finished) = self.environment.finished {
            // SAFETY: the program has promised with its environment that this may be called.
            unsafe { finished(instance.id(), self.context()) };
        }
        instance.finish();
        self.end(&instance);
    }

    /// The callback of the instance does not count any more: it has ended, or it wants so.
    pub(super) fn end(&self, instance: &Instance) {
        if !instance.leave() {
            return;
        }
        sanitizer::release(self);
        let mut state = self.lock();
        state.running -= 1;
        let at_rest = if state.is_at_rest(0) {
            std::mem::take(&mut state.at_rest)
        } else {
            Vec::new()
        };
        drop(state);
        self.changed.notify_all();
        at_rest.into_iter().for_each(|action| action());
    }

    /// Drops the callbacks that have not begun.
    pub(crate) fn cancel(&self) {
        let mut state = self.lock();
        state.cancelled += std::mem::take(&mut state.pending);
    }

    /// Waits until no callback is pending or runs, but for those on this thread.
    pub(crate) fn wait(&self) {
        let own =
            RUNNING.with_borrow(|running| running.iter().filter(|&&id| id == self.id).count());
        let mut state = self.lock();
        while !state.is_at_rest(own) {
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        sanitizer::acquire(self);
    }

    /// Does something once no callback is pending or runs any more: at once if there is none.
    pub(crate) fn at_rest(&self, action: impl FnOnce() + Send + 'static) -> Alone {
        let mut state = self.lock();
        if !state.is_at_rest(0) {
            state.at_rest.push(Box::new(action));
            return Alone::No;
        }
        drop(state);
        action();
        Alone::Yes
    }
}

/// Something that counts as a callback that runs.
pub(crate) struct Held(Arc<Object>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.end(&Instance::new(None));
    }
}

impl State {
    fn is_at_rest(&self, but_for: usize) -> bool {
        self.pending == 0 && self.running <= but_for
    }
}
