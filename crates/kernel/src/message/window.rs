//! Windows: somebody to send messages to. Nothing is drawn.
//!
//! A window lives from [`Window::create`] to the end of its WM_NCDESTROY, or to the end of its thread; then its handle
//! means nothing, and what is posted or sent to it is refused. Handles come from a table of their own, of the same kind
//! as that of the objects: a stale one is an error and never another window.

use std::ffi::c_void;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicIsize, AtomicPtr};

use super::class::Class;
use super::queue::Queue;
use super::send::Delivery;
use super::{Procedure, Refused, number};
use crate::object::dispatcher::{Dispatcher, Signal};
use crate::object::handle_table::{Handle, HandleTable};
use crate::object::{HandleCount, Object};
use crate::sync::{Arc, AtomicBool, Mutex, Ordering};

/// A window that is part of another one (WS_CHILD).
pub const CHILD: u32 = 0x4000_0000;

/// A window.
pub struct Window {
    dispatcher: Dispatcher,
    handles: HandleCount,
    handle: OnceLock<usize>,
    queue: Arc<Queue>,
    class: Arc<Class>,
    procedure: AtomicPtr<()>,
    alive: AtomicBool,
    destroying: AtomicBool,
    wide: AtomicBool,
    /// A number for the program.
    pub user_data: AtomicIsize,
    /// The rest.
    pub details: Mutex<Details>,
}

/// What is asked for less often.
#[derive(Default)]
pub struct Details {
    /// Style bits.
    pub style: u32,
    /// More style bits.
    pub extended_style: u32,
    /// The module.
    pub instance: usize,
    /// The id among its siblings, or the menu.
    pub id: usize,
    /// Its text.
    pub text: String,
    /// Bytes for the program.
    pub extra: Vec<u8>,
    /// The window it is part of, or which owns it.
    pub parent: Option<Arc<Window>>,
    /// It gets what is meant for it and nothing else: it is not found and not among "all windows".
    pub message_only: bool,
}

impl Object for Window {
    fn dispatcher(&self) -> &Dispatcher {
        &self.dispatcher
    }
    fn handles(&self) -> &HandleCount {
        &self.handles
    }
}

static TABLE: HandleTable = HandleTable::new();

/// Those that live, oldest first.
static WINDOWS: Mutex<Vec<Arc<Window>>> = Mutex::new(Vec::new());

/// The window of a handle. NoWindow if it is gone or has never been.
pub fn find(handle: usize) -> Result<Arc<Window>, Refused> {
    match TABLE.get_as::<Window>(Handle(handle)) {
        Ok(window) if window.is_alive() => Ok(window.to_arc()),
        _ => Err(Refused::NoWindow),
    }
}

/// The windows that live now, the youngest first.
pub fn all() -> Vec<Arc<Window>> {
    WINDOWS.lock().iter().rev().cloned().collect()
}

/// A procedure and the window it is called for.
pub struct Target {
    procedure: Procedure,
    window: *mut c_void,
}

impl Target {
    /// Calls the procedure. On the window's thread only, with no lock held.
    ///
    /// # Safety
    /// The procedure may be called with these parameters.
    pub unsafe fn call(self, message: u32, wparam: usize, lparam: isize) -> isize {
        // SAFETY: this function's contract.
        unsafe { (self.procedure)(self.window, message, wparam, lparam) }
    }
}

impl Window {
    /// A window of the calling thread. TooManyWindows if there are 1,048,575.
    pub fn create(class: Arc<Class>, details: Details) -> Result<Arc<Window>, Refused> {
        let extra = vec![0; class.window_extra];
        let window = Arc::new(Window {
            dispatcher: Dispatcher::new(Signal::Notification(false)),
            handles: HandleCount::default(),
            handle: OnceLock::new(),
            queue: Queue::of_current(),
            procedure: AtomicPtr::new(class.procedure as *mut ()),
            alive: AtomicBool::new(true),
            destroying: AtomicBool::new(false),
            wide: AtomicBool::new(class.wide),
            user_data: AtomicIsize::new(0),
            details: Mutex::new(Details { extra, ..details }),
            class,
        });
        let handle = TABLE.insert(window.clone());
        let handle = handle.map_err(|_| Refused::TooManyWindows)?.0;
        window.handle.get_or_init(|| handle);
        window.class.used();
        WINDOWS.lock().push(window.clone());
        Ok(window)
    }

    /// Its handle.
    pub fn handle(&self) -> usize {
        self.handle.get().copied().unwrap_or_default()
    }

    /// Its handle as procedures take it.
    pub fn pointer(&self) -> *mut c_void {
        std::ptr::without_provenance_mut(self.handle())
    }

    /// The queue of its thread.
    pub fn queue(&self) -> &Arc<Queue> {
        &self.queue
    }

    /// Its class.
    pub fn class(&self) -> &Arc<Class> {
        &self.class
    }

    /// Whether it has a use for messages.
    pub fn is_alive(&self) -> bool {
        self.alive.load(Ordering::Acquire)
    }

    /// Its procedure.
    pub fn procedure(&self) -> Procedure {
        let address = self.procedure.load(Ordering::Acquire);
        // SAFETY: only addresses of procedures are stored: of the class, or by `set_procedure`.
        unsafe { std::mem::transmute::<*mut (), Procedure>(address) }
    }

    /// Whether the procedure takes wide text.
    pub fn is_wide(&self) -> bool {
        self.wide.load(Ordering::Relaxed)
    }

    /// Another procedure, and whether it takes wide text; gives the address of the one before.
    ///
    /// # Safety
    /// The address is that of a window procedure.
    pub unsafe fn set_procedure(&self, address: usize, wide: bool) -> usize {
        self.wide.store(wide, Ordering::Relaxed);
        let address = std::ptr::with_exposed_provenance_mut(address);
        self.procedure
            .swap(address, Ordering::AcqRel)
            .expose_provenance()
    }

    /// What a call of its procedure needs. The window itself need not be held during the call, which may never return.
    pub fn target(&self) -> Target {
        Target {
            procedure: self.procedure(),
            window: self.pointer(),
        }
    }

    /// Calls its procedure. On its own thread only, with no lock held.
    ///
    /// # Safety
    /// The procedure may be called with these parameters.
    pub unsafe fn call(&self, message: u32, wparam: usize, lparam: isize) -> isize {
        // SAFETY: this function's contract.
        unsafe { self.target().call(message, wparam, lparam) }
    }

    /// Is it a part of `parent`?
    pub fn is_child_of(&self, parent: &Arc<Window>) -> bool {
        self.part_of()
            .is_some_and(|whole| Arc::ptr_eq(&whole, parent))
    }

    /// Is it a part of `other`, or of a part of it, and so on?
    pub fn is_below(&self, other: &Arc<Window>) -> bool {
        let mut above = self.part_of();
        while let Some(window) = above {
            if Arc::ptr_eq(&window, other) {
                return true;
            }
            above = window.part_of();
        }
        false
    }

    fn part_of(&self) -> Option<Arc<Window>> {
        let details = self.details.lock();
        let parent = details.parent.as_ref();
        parent.filter(|_| details.style & CHILD != 0).cloned()
    }

    /// Whether it stands on its own, for all to see.
    pub fn is_top_level(&self) -> bool {
        let details = self.details.lock();
        details.style & CHILD == 0 && !details.message_only
    }

    /// Ends the window and those below it: WM_DESTROY for it and all of them, then WM_NCDESTROY from below. NotOwner if
    /// another thread made it, NoWindow if it is gone. Once more while it is being destroyed does nothing.
    pub fn destroy(self: &Arc<Self>) -> Result<(), Refused> {
        if !self.is_alive() {
            return Err(Refused::NoWindow);
        }
        if !self.queue.is_own() {
            return Err(Refused::NotOwner);
        }
        if self.destroying.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        for owned in self.below(|style| style & CHILD == 0) {
            owned.destroy_wherever();
        }
        self.announce_end();
        self.finish();
        Ok(())
    }

    /// As `destroy` for a window whose creation was refused before anything was told of it.
    pub fn destroy_unborn(self: &Arc<Self>) {
        self.destroying.store(true, Ordering::Release);
        self.finish();
    }

    fn destroy_wherever(self: &Arc<Self>) {
        if self.queue.is_own() {
            let _ = self.destroy();
        } else {
            let _ = self.queue.send(Delivery::Destroy(self.clone()));
        }
    }

    fn announce_end(self: &Arc<Self>) {
        // SAFETY: every window procedure takes WM_DESTROY; this is its thread.
        unsafe { self.call(number::DESTROY, 0, 0) };
        for child in self.below(|style| style & CHILD != 0) {
            if !child.queue.is_own() {
                child.destroy_wherever();
            } else if !child.destroying.swap(true, Ordering::AcqRel) {
                child.announce_end();
            }
        }
    }

    fn finish(self: &Arc<Self>) {
        for child in self.below(|style| style & CHILD != 0) {
            if child.queue.is_own() {
                child.finish();
            }
        }
        if self.is_alive() {
            // SAFETY: every window procedure takes WM_NCDESTROY; this is its thread.
            unsafe { self.call(number::NCDESTROY, 0, 0) };
            self.remove();
        }
    }

    /// Those that have it as parent or owner, and this kind of style.
    fn below(self: &Arc<Self>, style: impl Fn(u32) -> bool) -> Vec<Arc<Window>> {
        let is_below = |window: &Arc<Window>| {
            let details = window.details.lock();
            let parent = details.parent.as_ref();
            parent.is_some_and(|parent| Arc::ptr_eq(parent, self)) && style(details.style)
        };
        all().into_iter().filter(is_below).collect()
    }

    /// From here on it is nobody.
    fn remove(self: &Arc<Self>) {
        self.queue.forget(self);
        let mut windows = WINDOWS.lock();
        windows.retain(|window| !Arc::ptr_eq(window, self));
        drop(windows);
        self.class.unused();
        let parent = self.details.lock().parent.take();
        drop(parent);
        // It is closed once: only who has taken it out of life comes here.
        let _ = TABLE.close(Handle(self.handle()));
    }

    /// No message is taken any more. Under the lock of the queue, so that none comes in behind this.
    pub(super) fn bury(&self) {
        self.alive.store(false, Ordering::Release);
    }
}

/// The windows of a thread that has ended go without being told; what belonged to them in other threads is destroyed there.
pub(super) fn thread_ends(queue: &Queue) {
    let is_of_thread = |window: &Arc<Window>| std::ptr::eq(Arc::as_ptr(&window.queue), queue);
    let windows = all();
    for window in windows.iter().filter(|w| is_of_thread(w) && w.is_alive()) {
        window.remove();
        for other in window.below(|_| true) {
            if !is_of_thread(&other) {
                other.destroy_wherever();
            }
        }
    }
}
