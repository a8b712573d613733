//! Ways for one thread to wake another: Larboard's, and those of Rust's libraries and of Linux. Each comes as two halves,
//! one that signals and one that waits for one signal.

use std::fs::File;
use std::io::{Error, Read, Write};
use std::os::fd::FromRawFd;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, OnceLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use larboard_win32::Win32::Foundation::{
    CloseHandle, DUPLICATE_SAME_ACCESS, DuplicateHandle, HANDLE, INVALID_HANDLE_VALUE,
    WAIT_IO_COMPLETION, WAIT_OBJECT_0,
};
use larboard_win32::Win32::System::IO::{
    CreateIoCompletionPort, GetQueuedCompletionStatus, PostQueuedCompletionStatus,
};
use larboard_win32::Win32::System::Threading::{
    CreateEventW, GetCurrentProcess, GetCurrentThread, INFINITE, QueueUserAPC, SetEvent, SleepEx,
    WaitForSingleObject,
};
use parking_lot::{Condvar, Mutex};

use crate::cpu;

/// The time of so many round trips between two threads, each bound to a processor.
///
/// # Panics
/// If a signal cannot be given or taken.
pub fn round_trips<S: FnMut() + Send, W: FnMut() + Send>(
    trips: u64,
    processors: [usize; 2],
    halves: [(S, W); 2],
) -> Duration {
    let [(mut ping, mut hear_ping), (mut pong, mut hear_pong)] = halves;
    thread::scope(|scope| {
        scope.spawn(move || {
            cpu::pin(processors[1]);
            for _ in 0..trips {
                hear_ping();
                pong();
            }
        });
        let first = scope.spawn(move || {
            cpu::pin(processors[0]);
            let start = Instant::now();
            for _ in 0..trips {
                ping();
                hear_pong();
            }
            start.elapsed()
        });
        first.join().expect("a round trip does not fail")
    })
}

/// A handle, closed with this value.
struct Object(HANDLE);

// SAFETY: a handle is a number that means the same object in every thread.
unsafe impl Send for Object {}
// SAFETY: as above; the object synchronises itself.
unsafe impl Sync for Object {}

impl Object {
    fn new(handle: HANDLE) -> Arc<Self> {
        assert!(!handle.is_null(), "no object: {}", crate::sockets::error());
        Arc::new(Self(handle))
    }

    fn get(&self) -> HANDLE {
        self.0
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        // SAFETY: takes no pointers; the handle is this value's own.
        unsafe { CloseHandle(self.0) };
    }
}

/// PostQueuedCompletionStatus and GetQueuedCompletionStatus.
///
/// # Panics
/// If there is no port to be had, as everything here.
pub fn port() -> (impl FnMut() + Send, impl FnMut() + Send) {
    // SAFETY: takes no pointers; INVALID_HANDLE_VALUE asks for a port alone.
    let port =
        Object::new(unsafe { CreateIoCompletionPort(INVALID_HANDLE_VALUE, null_mut(), 0, 1) });
    let post = {
        let port = port.clone();
        move || {
            // SAFETY: the OVERLAPPED pointer is not followed.
            let posted = unsafe { PostQueuedCompletionStatus(port.get(), 0, 1, null()) };
            assert_ne!(posted, 0);
        }
    };
    let get = move || {
        let (mut bytes, mut key, mut overlapped) = (0, 0, null_mut());
        // SAFETY: the three variables are live.
        let taken = unsafe {
            GetQueuedCompletionStatus(port.get(), &mut bytes, &mut key, &mut overlapped, INFINITE)
        };
        assert_eq!((taken, key), (1, 1));
    };
    (post, get)
}

/// SetEvent and WaitForSingleObject on an auto-reset event.
pub fn event() -> (impl FnMut() + Send, impl FnMut() + Send) {
    // SAFETY: null takes the default attributes and no name.
    let event = Object::new(unsafe { CreateEventW(null(), 0, 0, null()) });
    let set = {
        let event = event.clone();
        // SAFETY: takes no pointers.
        move || assert_ne!(unsafe { SetEvent(event.get()) }, 0)
    };
    let wait = move || {
        // SAFETY: takes no pointers.
        let woken = unsafe { WaitForSingleObject(event.get(), INFINITE) };
        assert_eq!(woken, WAIT_OBJECT_0);
    };
    (set, wait)
}

/// QueueUserAPC and SleepEx. The half that waits stays with the thread that calls it first, for which the other half waits.
pub fn apc() -> (impl FnMut() + Send, impl FnMut() + Send) {
    apc_to(Arc::default())
}

/// The same with both halves in the calling thread.
pub fn apc_here() -> (impl FnMut(), impl FnMut()) {
    apc_to(Arc::new(OnceLock::from(this_thread())))
}

fn apc_to(thread: Arc<OnceLock<Arc<Object>>>) -> (impl FnMut() + Send, impl FnMut() + Send) {
    unsafe extern "system" fn routine(_: usize) {}
    let queue = {
        let thread = thread.clone();
        move || {
            let thread: &Arc<Object> = thread.wait();
            // SAFETY: the routine fits and uses nothing.
            assert_ne!(unsafe { QueueUserAPC(Some(routine), thread.get(), 0) }, 0);
        }
    };
    let sleep = move || {
        thread.get_or_init(this_thread);
        // SAFETY: takes no pointers.
        assert_eq!(unsafe { SleepEx(INFINITE, 1) }, WAIT_IO_COMPLETION);
    };
    (queue, sleep)
}

fn this_thread() -> Arc<Object> {
    let mut handle = null_mut();
    // SAFETY: the pseudo handles are valid in every thread, and the new handle has a place.
    unsafe {
        let (process, thread) = (GetCurrentProcess(), GetCurrentThread());
        DuplicateHandle(
            process,
            thread,
            process,
            &mut handle,
            0,
            0,
            DUPLICATE_SAME_ACCESS,
        );
    }
    Object::new(handle)
}

/// The three values of a completion packet.
type Packet = (u32, usize, usize);

/// crossbeam-channel, without a bound.
pub fn crossbeam() -> (impl FnMut() + Send, impl FnMut() + Send) {
    let (sender, receiver) = crossbeam_channel::unbounded::<Packet>();
    let send = move || sender.send((0, 1, 0)).expect("the receiver lives");
    let receive = move || assert_eq!(receiver.recv().expect("the sender lives").1, 1);
    (send, receive)
}

/// The channel of Rust's standard library.
pub fn std_mpsc() -> (impl FnMut() + Send, impl FnMut() + Send) {
    let (sender, receiver) = mpsc::channel::<Packet>();
    let send = move || sender.send((0, 1, 0)).expect("the receiver lives");
    let receive = move || assert_eq!(receiver.recv().expect("the sender lives").1, 1);
    (send, receive)
}

/// A flag with parking_lot's mutex and condition variable.
pub fn condvar() -> (impl FnMut() + Send, impl FnMut() + Send) {
    let flag = Arc::new((Mutex::new(false), Condvar::new()));
    let set = {
        let flag = flag.clone();
        move || {
            *flag.0.lock() = true;
            flag.1.notify_one();
        }
    };
    let wait = move || {
        let mut set = flag.0.lock();
        flag.1.wait_while(&mut set, |set| !*set);
        *set = false;
    };
    (set, wait)
}

/// Linux's eventfd, as a semaphore that blocks.
pub fn eventfd() -> (impl FnMut() + Send, impl FnMut() + Send) {
    // SAFETY: takes no pointers.
    let fd = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC) };
    assert!(fd >= 0, "no eventfd: {}", Error::last_os_error());
    // SAFETY: the descriptor is new and has no other owner.
    let file = Arc::new(unsafe { File::from_raw_fd(fd) });
    let write = {
        let file = file.clone();
        move || {
            (&*file)
                .write_all(&1_u64.to_ne_bytes())
                .expect("room for one")
        }
    };
    let read = move || (&*file).read_exact(&mut [0; 8]).expect("a count");
    (write, read)
}

/// A bare futex: it counts signals, and the half that waits has seen so many.
pub fn futex() -> (impl FnMut() + Send, impl FnMut() + Send) {
    let word = Arc::new(AtomicU32::new(0));
    let wake = {
        let word = word.clone();
        move || {
            word.fetch_add(1, SeqCst);
            call_futex(&word, libc::FUTEX_WAKE, 1);
        }
    };
    let mut seen = 0;
    let wait = move || {
        while word.load(SeqCst) == seen {
            call_futex(&word, libc::FUTEX_WAIT, seen);
        }
        seen += 1;
    };
    (wake, wait)
}

fn call_futex(word: &AtomicU32, operation: i32, value: u32) {
    let operation = operation | libc::FUTEX_PRIVATE_FLAG;
    // SAFETY: the word is live; a null timeout waits without limit.
    unsafe {
        let no_limit = null::<libc::timespec>();
        libc::syscall(libc::SYS_futex, word.as_ptr(), operation, value, no_limit)
    };
}
