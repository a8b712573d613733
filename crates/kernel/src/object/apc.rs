//! Asynchronous procedure calls: each thread's queue, and running what is in it.
//!
//! An APC runs on the thread it was queued to and only in an alertable wait of it (APC-02). Queueing appends and then
//! tries the thread's claim, both under the queue's lock; a waiting thread publishes its claim and then looks at the
//! queue under the same lock. Whatever the order, one of the two sees the other (APC-33). And since the claim is tried
//! under the lock, it is over before the thread can have run the call: it never ends a later wait.

use std::collections::VecDeque;
use std::ffi::c_void;

use super::thread::Thread;
use crate::status::Status;
use crate::sync::{Arc, Mutex};

/// A Winsock completion routine: error, bytes, OVERLAPPED, flags.
pub type SocketRoutine = unsafe extern "system" fn(u32, u32, *mut c_void, u32);
/// A file completion routine: error, bytes, OVERLAPPED.
pub type FileRoutine = unsafe extern "system" fn(u32, u32, *mut c_void);
/// A timer routine: context, low and high half of the due time.
pub type TimerRoutine = unsafe extern "system" fn(*const c_void, u32, u32);

/// One queued call.
pub enum Apc {
    /// QueueUserAPC.
    User {
        /// The routine.
        routine: unsafe extern "system" fn(usize),
        /// Its argument.
        data: usize,
    },
    /// A waitable timer has come due.
    Timer {
        /// Which timer: CancelWaitableTimer removes its APCs by this.
        timer: usize,
        /// The routine.
        routine: TimerRoutine,
        /// Its first argument.
        context: usize,
        /// The due time as a FILETIME.
        due: u64,
    },
    /// A Winsock operation has completed.
    Socket {
        /// The routine.
        routine: SocketRoutine,
        /// How it ended.
        status: Status,
        /// Bytes transferred.
        bytes: u32,
        /// The application's OVERLAPPED.
        overlapped: usize,
        /// Flags of the completed operation.
        flags: u32,
    },
    /// A file operation has completed.
    File {
        /// The routine.
        routine: FileRoutine,
        /// How it ended.
        status: Status,
        /// Bytes transferred.
        bytes: u32,
        /// The application's OVERLAPPED.
        overlapped: usize,
    },
}

impl Apc {
    /// Runs the user's code.
    ///
    /// # Safety
    /// The routine and its arguments must still be what the application promised when it handed them over.
    unsafe fn call(self) {
        // SAFETY: handed on to the caller.
        unsafe {
            match self {
                Apc::User { routine, data } => routine(data),
                Apc::Timer {
                    routine,
                    context,
                    due,
                    ..
                } => {
                    routine(context as *const c_void, due as u32, (due >> 32) as u32);
                }
                Apc::Socket {
                    routine,
                    status,
                    bytes,
                    overlapped,
                    flags,
                } => {
                    routine(status.wsa(), bytes, overlapped as *mut c_void, flags);
                }
                Apc::File {
                    routine,
                    status,
                    bytes,
                    overlapped,
                } => {
                    routine(status.win32(), bytes, overlapped as *mut c_void);
                }
            }
        }
    }
}

/// A thread's queue.
#[derive(Default)]
pub struct ApcQueue(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    calls: VecDeque<Apc>,
    closed: bool,
}

impl ApcQueue {
    /// Is anything queued?
    pub fn is_empty(&self) -> bool {
        self.0.lock().calls.is_empty()
    }

    /// Drops what is queued and refuses more (APC-15).
    pub fn close(&self) {
        let mut queue = self.0.lock();
        queue.closed = true;
        queue.calls.clear();
    }

    /// Removes the calls of one timer (WAIT-34).
    pub fn remove_timer(&self, id: usize) {
        self.0
            .lock()
            .calls
            .retain(|apc| !matches!(apc, Apc::Timer { timer, .. } if *timer == id));
    }

    fn push(&self, apc: Apc, then: impl FnOnce() -> bool) -> Result<bool, Status> {
        let mut queue = self.0.lock();
        if queue.closed {
            return Err(Status::THREAD_IS_TERMINATING);
        }
        queue.calls.push_back(apc);
        Ok(then())
    }

    fn pop(&self) -> Option<Apc> {
        self.0.lock().calls.pop_front()
    }
}

/// Queues a call to `thread` and wakes it if it waits alertably. THREAD_IS_TERMINATING if it has ended (APC-13).
pub fn queue(thread: &Thread, apc: Apc) -> Result<(), Status> {
    if thread.apcs.push(apc, || thread.claim().alert())? {
        thread.unpark();
    }
    Ok(())
}

/// Runs everything that is queued, also what is queued meanwhile (APC-03, APC-07). True if anything ran.
pub fn deliver(thread: &Arc<Thread>) -> bool {
    let mut delivered = 0u32;
    while let Some(apc) = thread.apcs.pop() {
        delivered = delivered.wrapping_add(1);
        // Routines that start the next operation may go on for ever: what others wait for has its turn too.
        if delivered.is_multiple_of(TURNS) {
            thread.catch_up(false);
        }
        // SAFETY: QueueUserAPC, SetWaitableTimer and the calls that take completion routines are unsafe functions
        // whose caller promises that the routine may be called once, on this thread, in an alertable wait.
        unsafe { apc.call() };
    }
    delivered != 0
}

/// How many APCs run in a row before I/O is looked after.
const TURNS: u32 = 64;
