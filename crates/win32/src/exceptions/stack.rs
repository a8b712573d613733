//! A stack for the handlers of faults, since a thread that has used up its own has no room for them.

use std::cell::Cell;
use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, Ordering};

/// Enough for a filter that writes a report; taken from the system page by page as it is used.
const SIZE: usize = 1 << 20;

/// Whether faults are heard of, so that new threads need such a stack.
static WANTED: AtomicBool = AtomicBool::new(false);

/// Gives the calling thread its stack for faults, if it has none.
pub(crate) fn prepare() {
    WANTED.store(true, Ordering::Release);
    OWN.with(|own| {
        if own.0.get().is_null() && !has_one() {
            own.0.set(make());
        }
    });
}

/// As [`prepare`], for a thread that begins: only if faults are heard of.
pub(crate) fn prepare_new_thread() {
    if WANTED.load(Ordering::Acquire) {
        prepare();
    }
}

/// The memory of this thread's stack; null if it has none of us.
struct Own(Cell<*mut c_void>);

thread_local! {
    static OWN: Own = const { Own(Cell::new(std::ptr::null_mut())) };
}

impl Drop for Own {
    fn drop(&mut self) {
        let memory = self.0.get();
        if !memory.is_null() {
            let none = libc::stack_t {
                ss_sp: std::ptr::null_mut(),
                ss_flags: libc::SS_DISABLE,
                ss_size: SIZE,
            };
            // SAFETY: the thread ends and runs on its own stack; the memory was mapped in `make` with this size.
            unsafe {
                libc::sigaltstack(&none, std::ptr::null_mut());
                libc::munmap(memory, SIZE);
            }
        }
    }
}

fn has_one() -> bool {
    let mut now = libc::stack_t {
        ss_sp: std::ptr::null_mut(),
        ss_flags: 0,
        ss_size: 0,
    };
    // SAFETY: `now` is of this frame.
    let asked = unsafe { libc::sigaltstack(std::ptr::null(), &mut now) };
    // A small one, as Rust's threads have, does for Rust's own handler but not for a filter.
    asked == 0 && now.ss_flags & libc::SS_DISABLE == 0 && now.ss_size >= SIZE
}

fn make() -> *mut c_void {
    // SAFETY: fresh memory at an address that the system chooses.
    let memory = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            SIZE,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_STACK,
            -1,
            0,
        )
    };
    if memory == libc::MAP_FAILED {
        return std::ptr::null_mut();
    }
    let stack = libc::stack_t {
        ss_sp: memory,
        ss_flags: 0,
        ss_size: SIZE,
    };
    // SAFETY: the memory belongs to this thread until its end.
    unsafe { libc::sigaltstack(&stack, std::ptr::null_mut()) };
    memory
}
