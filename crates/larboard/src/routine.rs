//! Completion routines: closures that run in the alertable waits of the thread that started the operation.
//!
//! Each thread has a list of its operations in flight by routine. It exists for the thread's end: what is still in
//! flight then is cancelled, and its memory is taken back by running the routines with orders to discard (rule 7 of
//! `operation`).

use crate::error::{Error, Result};
use crate::net::{Call, Socket, issue};
use crate::operation::{Done, Header, NotStarted, Operation, Route};
use crate::pending::GRACE;
use crate::sys::Win32;
use Win32::Foundation::HANDLE;
use Win32::System::IO::{CancelIoEx, OVERLAPPED};
use Win32::System::Threading::SleepEx;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::NonNull;
use std::time::Instant;

/// A closure, with the knowledge what kind of operation it is for.
pub(crate) trait Routine {
    /// Puts the operation together again and hands it to the closure - or drops both.
    ///
    /// # Safety
    ///
    /// The block is complete and is of the type the routine was made for; nobody else has it.
    unsafe fn run(self: Box<Self>, header: NonNull<Header>, bytes: Result<usize>, discard: bool);
}

/// Without captured variables it has no size, and boxing it does not allocate.
struct Typed<F, B, T>(F, PhantomData<fn(Operation<B, T>)>);

impl<F: FnOnce(Done<B, T>), B, T> Routine for Typed<F, B, T> {
    unsafe fn run(self: Box<Self>, header: NonNull<Header>, bytes: Result<usize>, discard: bool) {
        // SAFETY: passed on to the caller.
        let operation = unsafe { Operation::<B, T>::from_header(header) };
        if !discard {
            (self.0)(Done { operation, bytes });
        }
    }
}

/// Starts an operation that goes by routine.
pub(crate) fn start<B: 'static, T: 'static>(
    socket: &Socket,
    mut operation: Operation<B, T>,
    call: &Call,
    routine: impl FnOnce(Done<B, T>) + 'static,
) -> std::result::Result<(), NotStarted<B, T>> {
    let header = operation.header_mut();
    header.begin(call.kind(), &call.range());
    header.route = Route::Routine;
    header.set_event(None);
    let extra = header.extra();
    extra.socket = Some(socket.clone());
    extra.routine = Some(Box::new(Typed(routine, PhantomData)));
    let block = operation.into_block();
    // SAFETY: the block is begun for this call and nobody else has it.
    match unsafe { issue(socket, block.cast(), call, Some(completed)) } {
        Ok(()) => {
            remember(block.cast());
            Ok(())
        }
        Err(error) => {
            // SAFETY: the operation was not started, so the block is ours still.
            let mut operation = unsafe { Operation::from_block(block) };
            operation.header_mut().not_started();
            Err(NotStarted { operation, error })
        }
    }
}

/// Continues the panic of a routine that ran in the wait which has just ended: it could not unwind through the system.
pub(crate) fn resume_panic() {
    if let Some(payload) = PANIC.take() {
        resume_unwind(payload);
    }
}

thread_local! {
    static PANIC: Cell<Option<Box<dyn Any + Send>>> = const { Cell::new(None) };
    /// This thread's operations in flight by routine. Without destructor, so that it can be used until the thread's
    /// very end.
    static IN_FLIGHT: ManuallyDrop<RefCell<Vec<NonNull<Header>>>> = const { ManuallyDrop::new(RefCell::new(Vec::new())) };
    static DISCARD: Cell<bool> = const { Cell::new(false) };
    /// Made by the first operation, after the system has made what it needs of the thread; so it is dropped before
    /// that.
    static END_OF_THREAD: EndOfThread = const { EndOfThread };
}

struct EndOfThread;

/// The system calls this in an alertable wait of the thread that started the operation.
///
/// # Safety
///
/// Only the system calls it, once, for an operation that [`start`] has started on this thread.
unsafe extern "system" fn completed(
    error: u32,
    bytes: u32,
    overlapped: *mut OVERLAPPED,
    _flags: u32,
) {
    let Some(mut header) = NonNull::new(overlapped.cast::<Header>()) else {
        return;
    };
    // SAFETY: the operation is complete, so its block is this function's until it is passed on (rules 2 and 3).
    let noted = unsafe { header.as_mut() };
    debug_assert_eq!(noted.route, Route::Routine);
    forget(noted.extra().place);
    let extra = noted.extra();
    let (Some(socket), Some(routine)) = (extra.socket.take(), extra.routine.take()) else {
        return;
    };
    let error = (error != 0).then(|| Error::new(error));
    let bytes = noted.finish(socket.raw(), bytes, error);
    let run = AssertUnwindSafe(|| {
        drop(socket);
        // SAFETY: the block is complete and the routine was stored by the `start` that knew its type; the header's
        // borrow has ended.
        unsafe { routine.run(header, bytes, DISCARD.get()) };
    });
    if let Err(payload) = catch_unwind(run) {
        let _ = PANIC.try_with(|panic| panic.set(panic.take().or(Some(payload))));
    }
}

/// Takes an operation into the thread's list. It can be done after the start, because a routine never runs inside it
/// (APC-22).
fn remember(header: NonNull<Header>) {
    let _ = END_OF_THREAD.try_with(|_| ());
    IN_FLIGHT.with(|list| {
        let mut list = list.borrow_mut();
        // SAFETY: what this crate notes about an operation is not touched by the system, and the operation is in flight
        // on this thread only.
        unsafe { Header::set_place(header, list.len()) };
        list.push(header);
    });
}

/// Takes the operation at `place` out of the thread's list.
fn forget(place: usize) {
    IN_FLIGHT.with(|list| {
        let mut list = list.borrow_mut();
        list.swap_remove(place);
        if let Some(moved) = list.get(place).copied() {
            // SAFETY: as in `remember`; what is in the list is in flight.
            unsafe { Header::set_place(moved, place) };
        }
    });
}

impl Drop for EndOfThread {
    fn drop(&mut self) {
        DISCARD.set(true);
        let end = Instant::now() + GRACE;
        while cancel_all() && Instant::now() < end {
            // SAFETY: takes no pointer; runs the routines that are due, which discard.
            unsafe { SleepEx(10, 1) };
        }
        // What the system has not let go of stays in the list, and in memory.
        IN_FLIGHT.with(|list| list.borrow_mut().shrink_to_fit());
    }
}

/// Cancels what is in flight on this thread; `false` if nothing is.
fn cancel_all() -> bool {
    IN_FLIGHT.with(|list| {
        let list = list.borrow();
        for &header in list.iter() {
            // SAFETY: what is in the list is in flight.
            if let Some(socket) = &unsafe { Header::extra_in_flight(header) }.socket {
                // SAFETY: the OVERLAPPED is only compared; the socket is open (rule 5).
                unsafe { CancelIoEx(socket.raw() as HANDLE, header.as_ptr().cast()) };
            }
        }
        !list.is_empty()
    })
}
