//! What the conformance tests share: the system under test as `w`, owned handles, sockets on the loopback interface, bounded waiting.

use std::ffi::c_void;
use std::ops::Deref;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, Once};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

#[cfg(not(windows))]
pub use larboard_win32 as w;
#[cfg(windows)]
pub use windows_sys as w;

use w::Win32::Foundation::{
    CloseHandle, DUPLICATE_SAME_ACCESS, DuplicateHandle, GetLastError, HANDLE, STATUS_PENDING,
    SetLastError, WAIT_OBJECT_0,
};
use w::Win32::Networking::WinSock::{
    AF_INET, IN_ADDR, IN_ADDR_0, INVALID_SOCKET, IPPROTO_TCP, IPPROTO_UDP, SOCK_DGRAM, SOCK_STREAM,
    SOCKADDR, SOCKADDR_IN, SOCKET, WSA_FLAG_OVERLAPPED, WSADATA, WSAGetLastError, WSASocketW,
    WSAStartup, accept, bind, closesocket, connect, getsockname, listen,
};
use w::Win32::System::IO::OVERLAPPED;
use w::Win32::System::Threading::{
    CreateEventW, CreateThread, GetCurrentProcess, GetCurrentThread, GetCurrentThreadId,
    QueueUserAPC, WaitForSingleObject,
};

/// How long anything may take that is expected to happen, in milliseconds: beyond it the test fails instead of hanging.
pub const LIMIT: u32 = 60_000;

/// [`LIMIT`] as a duration.
pub const DEADLINE: Duration = Duration::from_millis(LIMIT as u64);

/// How long a test goes on with its rounds: on a busy machine fewer of them have to do.
pub const ROUNDS_LIMIT: Duration = Duration::from_secs(10);

/// How long a test watches for something that must not happen, in milliseconds.
pub const QUIET: u32 = 50;

/// The last error that tests set before a call that has to leave it alone.
pub const SENTINEL: u32 = 0x00de_ad00;

/// Calls a function of the system under test.
macro_rules! call {
    ($call:expr) => {{
        // SAFETY: the test that calls passes pointers to live memory of the documented size, or the null and stale values whose
        // refusal it checks; memory of an operation stays in place until the test has seen its completion.
        unsafe { $call }
    }};
}

/// A handle that is closed at the end of the test.
#[derive(Debug)]
pub struct Handle(HANDLE);

// SAFETY: a handle is a number that means the same object in every thread of the process.
unsafe impl Send for Handle {}
// SAFETY: as above; the object behind it synchronises itself.
unsafe impl Sync for Handle {}

impl Handle {
    /// Takes over a handle that a create function returned; NULL fails the test.
    #[track_caller]
    pub fn new(handle: HANDLE) -> Self {
        assert!(
            !handle.is_null(),
            "the create function failed with error {}",
            last_error()
        );
        Self(handle)
    }

    /// The value itself.
    pub fn raw(&self) -> HANDLE {
        self.0
    }

    /// Closes the handle and returns its value, which is stale from here on.
    #[track_caller]
    pub fn close(self) -> HANDLE {
        let handle = self.leak();
        assert_ne!(
            call!(CloseHandle(handle)),
            0,
            "CloseHandle failed with error {}",
            last_error()
        );
        handle
    }

    /// Gives the handle up without closing it.
    pub fn leak(self) -> HANDLE {
        let handle = self.0;
        std::mem::forget(self);
        handle
    }
}

impl Deref for Handle {
    type Target = HANDLE;

    fn deref(&self) -> &HANDLE {
        &self.0
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        call!(CloseHandle(self.0));
    }
}

/// A socket that is closed at the end of the test.
#[derive(Debug)]
pub struct Socket(SOCKET);

impl Socket {
    /// Takes over a socket that a create function returned; INVALID_SOCKET fails the test.
    #[track_caller]
    pub fn new(socket: SOCKET) -> Self {
        assert_ne!(socket, INVALID_SOCKET, "no socket: error {}", wsa_error());
        Self(socket)
    }

    /// The value itself.
    pub fn raw(&self) -> SOCKET {
        self.0
    }

    /// The same value as a kernel handle.
    pub fn handle(&self) -> HANDLE {
        self.0 as HANDLE
    }

    /// Closes the socket and returns its value, which is stale from here on.
    #[track_caller]
    pub fn close(self) -> SOCKET {
        let socket = self.0;
        std::mem::forget(self);
        assert_eq!(
            call!(closesocket(socket)),
            0,
            "closesocket failed with error {}",
            wsa_error()
        );
        socket
    }
}

impl Deref for Socket {
    type Target = SOCKET;

    fn deref(&self) -> &SOCKET {
        &self.0
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        call!(closesocket(self.0));
    }
}

/// The calling thread's last error.
pub fn last_error() -> u32 {
    call!(GetLastError())
}

/// Sets the calling thread's last error.
pub fn set_last_error(code: u32) {
    call!(SetLastError(code));
}

/// The calling thread's Winsock error.
pub fn wsa_error() -> i32 {
    call!(WSAGetLastError())
}

/// Starts Winsock once for the whole process and never ends it.
pub fn startup() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let mut data = WSADATA::default();
        assert_eq!(call!(WSAStartup(0x0202, &mut data)), 0);
    });
}

/// Text as the zero-terminated UTF-16 that the W functions take.
pub fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// A manual-reset event, not signalled.
#[track_caller]
pub fn event() -> Handle {
    Handle::new(call!(CreateEventW(null(), 1, 0, null())))
}

/// An auto-reset event, not signalled.
#[track_caller]
pub fn auto_event() -> Handle {
    Handle::new(call!(CreateEventW(null(), 0, 0, null())))
}

/// Waits for one object, at most `milliseconds`.
pub fn wait(handle: HANDLE, milliseconds: u32) -> u32 {
    call!(WaitForSingleObject(handle, milliseconds))
}

/// Whether the object is signalled now; consumes what a wait consumes.
pub fn signalled(handle: HANDLE) -> bool {
    wait(handle, 0) == WAIT_OBJECT_0
}

/// Looks again and again until the condition holds; false once `limit` has passed.
#[must_use]
pub fn wait_until(limit: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while !condition() {
        if start.elapsed() > limit {
            return false;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    true
}

/// Waits until the threads with these identifiers all sleep: those that have called what waits do wait by then. Fails the test
/// if they do not within [`DEADLINE`].
#[cfg(not(windows))]
#[track_caller]
pub fn await_sleep(threads: &[u32]) {
    /// How often a thread has gone to sleep, if it sleeps now.
    fn sleeps(thread: &u32) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/self/task/{thread}/status")).ok()?;
        let field = |name| status.lines().find_map(|line| line.strip_prefix(name));
        let asleep = field("State:")?.trim().starts_with('S');
        let count = field("voluntary_ctxt_switches:")?.trim().parse().ok()?;
        asleep.then_some(count)
    }

    /// A thread may also sleep for a moment on its way, until it gets a lock; the same sleep for that many looks is a wait.
    const LOOKS: u32 = 20;
    let (mut last, mut looks) = (None, 0);
    let all_sleep = wait_until(DEADLINE, || {
        let now: Option<Vec<_>> = threads.iter().map(sleeps).collect();
        looks = if now.is_some() && now == last {
            looks + 1
        } else {
            0
        };
        last = now;
        looks == LOOKS
    });
    assert!(all_sleep, "a thread of the test does not wait");
}

/// Gives the threads time to wait: there is no look at them here.
#[cfg(windows)]
pub fn await_sleep(_threads: &[u32]) {
    std::thread::sleep(Duration::from_millis(QUIET.into()));
}

/// Does something in a thread of its own once the calling thread waits.
pub fn while_waiting<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> Task<T> {
    let waiter = call!(GetCurrentThreadId());
    task(move || {
        await_sleep(&[waiter]);
        body()
    })
}

/// Whether an operation has completed, by the status word in its OVERLAPPED.
pub fn completed(overlapped: *const OVERLAPPED) -> bool {
    let status = call!(AtomicUsize::from_ptr(
        (&raw const (*overlapped).Internal).cast_mut()
    ));
    status.load(Ordering::Acquire) != STATUS_PENDING as usize
}

/// A second handle to the same object, made by DuplicateHandle.
#[track_caller]
pub fn duplicate(source: HANDLE) -> Handle {
    let mut target: HANDLE = null_mut();
    let process = call!(GetCurrentProcess());
    let done = call!(DuplicateHandle(
        process,
        source,
        process,
        &mut target,
        0,
        0,
        DUPLICATE_SAME_ACCESS
    ));
    assert_ne!(
        done,
        0,
        "DuplicateHandle failed with error {}",
        last_error()
    );
    Handle::new(target)
}

/// A handle to the calling thread that other threads can use.
#[track_caller]
pub fn this_thread() -> Handle {
    duplicate(call!(GetCurrentThread()))
}

/// A TCP socket for overlapped I/O, neither bound nor connected.
#[track_caller]
pub fn tcp_socket() -> Socket {
    startup();
    let kind = (AF_INET as i32, SOCK_STREAM, IPPROTO_TCP);
    Socket::new(call!(WSASocketW(
        kind.0,
        kind.1,
        kind.2,
        null(),
        0,
        WSA_FLAG_OVERLAPPED
    )))
}

/// A UDP socket for overlapped I/O, bound to a free port of the loopback address.
#[track_caller]
pub fn udp_socket() -> Socket {
    startup();
    let kind = (AF_INET as i32, SOCK_DGRAM, IPPROTO_UDP);
    let socket = Socket::new(call!(WSASocketW(
        kind.0,
        kind.1,
        kind.2,
        null(),
        0,
        WSA_FLAG_OVERLAPPED
    )));
    bind_loopback(*socket);
    socket
}

/// A port of 127.0.0.1 as a socket address.
pub fn loopback(port: u16) -> SOCKADDR_IN {
    SOCKADDR_IN {
        sin_family: AF_INET,
        sin_port: port.to_be(),
        sin_addr: IN_ADDR {
            S_un: IN_ADDR_0 {
                S_addr: u32::from_ne_bytes([127, 0, 0, 1]),
            },
        },
        sin_zero: [0; 8],
    }
}

/// The size of an IPv4 socket address as the functions want it.
pub const ADDRESS_LENGTH: i32 = size_of::<SOCKADDR_IN>() as i32;

/// Binds to a free port of 127.0.0.1.
#[track_caller]
pub fn bind_loopback(socket: SOCKET) {
    let address = loopback(0);
    let done = call!(bind(
        socket,
        (&raw const address).cast::<SOCKADDR>(),
        ADDRESS_LENGTH
    ));
    assert_eq!(done, 0, "bind failed with error {}", wsa_error());
}

/// The local IPv4 address of a bound socket.
#[track_caller]
pub fn local_address(socket: SOCKET) -> SOCKADDR_IN {
    let mut address = SOCKADDR_IN::default();
    let mut length = ADDRESS_LENGTH;
    let done = call!(getsockname(
        socket,
        (&raw mut address).cast::<SOCKADDR>(),
        &mut length
    ));
    assert_eq!(done, 0, "getsockname failed with error {}", wsa_error());
    address
}

/// Connects a blocking socket; for UDP this only sets the peer.
#[track_caller]
pub fn connect_to(socket: SOCKET, address: &SOCKADDR_IN) {
    let done = call!(connect(
        socket,
        (&raw const *address).cast::<SOCKADDR>(),
        ADDRESS_LENGTH
    ));
    assert_eq!(done, 0, "connect failed with error {}", wsa_error());
}

/// A listening TCP socket on the loopback address, and that address.
#[track_caller]
pub fn listener() -> (Socket, SOCKADDR_IN) {
    let socket = tcp_socket();
    bind_loopback(*socket);
    assert_eq!(
        call!(listen(*socket, 16)),
        0,
        "listen failed with error {}",
        wsa_error()
    );
    let address = local_address(*socket);
    (socket, address)
}

/// Two connected overlapped TCP sockets: the connecting end and the accepted end.
#[track_caller]
pub fn tcp_pair() -> (Socket, Socket) {
    let (listening, address) = listener();
    let client = tcp_socket();
    connect_to(*client, &address);
    let server = Socket::new(call!(accept(*listening, null_mut(), null_mut())));
    (client, server)
}

/// Two overlapped UDP sockets, each with the other as its peer.
#[track_caller]
pub fn udp_pair() -> (Socket, Socket) {
    let (one, two) = (udp_socket(), udp_socket());
    connect_to(*one, &local_address(*two));
    connect_to(*two, &local_address(*one));
    (one, two)
}

/// The address of anything as the untyped parameter that many functions take.
pub fn parameter<T>(value: &T) -> *const c_void {
    (&raw const *value).cast()
}

/// A thread of the test whose end is awaited for a bounded time, so that a hang is a failure.
pub struct Task<T> {
    result: Receiver<T>,
    /// Its identifier; 0 before it has begun.
    id: Arc<AtomicU32>,
    thread: JoinHandle<()>,
}

/// Starts a thread of the test.
pub fn task<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> Task<T> {
    let (sender, result) = channel();
    let id = Arc::new(AtomicU32::new(0));
    let told = id.clone();
    let thread = std::thread::spawn(move || {
        told.store(call!(GetCurrentThreadId()), Ordering::SeqCst);
        // The receiver is gone only if the test has already failed.
        let _ = sender.send(body());
    });
    Task { result, id, thread }
}

impl<T> Task<T> {
    /// What the thread returned, after it has really ended; fails the test if that takes longer than [`DEADLINE`] or the thread panicked.
    #[track_caller]
    pub fn result(self) -> T {
        self.result_of("a thread of the test")
    }

    /// The same for a thread that does this.
    #[track_caller]
    pub fn result_of(self, what: &str) -> T {
        let result = self.result.recv_timeout(DEADLINE);
        if let Err(RecvTimeoutError::Timeout) = result {
            panic!("{what} hangs");
        }
        if let Err(panic) = self.thread.join() {
            std::panic::resume_unwind(panic);
        }
        result.expect("a thread that ended well has sent its result")
    }

    /// Waits until the thread sleeps; see [`await_sleep`].
    #[track_caller]
    pub fn await_sleep(&self) {
        Self::await_sleep_of(std::slice::from_ref(self));
    }

    /// Waits until all these threads sleep; see [`await_sleep`].
    #[track_caller]
    pub fn await_sleep_of(tasks: &[Self]) {
        let id = |task: &Self| task.id.load(Ordering::SeqCst);
        let begun = || tasks.iter().all(|task| id(task) != 0);
        assert!(wait_until(DEADLINE, begun), "a thread does not begin");
        await_sleep(&tasks.iter().map(id).collect::<Vec<_>>());
    }

    /// Fails the test if the thread does not block, or goes on within a moment.
    #[track_caller]
    pub fn still_blocked(&self, what: &str) {
        self.await_sleep();
        let early = self
            .result
            .recv_timeout(Duration::from_millis(QUIET.into()));
        assert!(
            matches!(early, Err(RecvTimeoutError::Timeout)),
            "{what} should have blocked"
        );
    }

    /// Whether the thread has ended by now.
    pub fn ended(&self) -> bool {
        self.thread.is_finished()
    }
}

/// Runs a test in a thread of its own, for tests that queue to their thread or need its end.
#[track_caller]
pub fn in_own_thread(body: impl FnOnce() + Send + 'static) {
    let thread = std::thread::spawn(body);
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// Starts a thread with CreateThread and returns its handle and identifier.
#[track_caller]
pub fn create_thread(flags: u32, body: impl FnOnce() -> u32 + Send + 'static) -> (Handle, u32) {
    type Body = Box<dyn FnOnce() -> u32 + Send>;

    unsafe extern "system" fn run(parameter: *mut c_void) -> u32 {
        // SAFETY: `create_thread` made the pointer from a box and CreateThread calls this once.
        let body = unsafe { Box::from_raw(parameter.cast::<Body>()) };
        body()
    }

    let body: *mut Body = Box::into_raw(Box::new(Box::new(body)));
    let mut id = 0;
    let handle = call!(CreateThread(
        null(),
        0,
        Some(run),
        body.cast(),
        flags,
        &mut id
    ));
    (Handle::new(handle), id)
}

/// Queues a closure to a thread as a user APC; returns what QueueUserAPC returns.
pub fn queue_apc(thread: HANDLE, body: impl FnOnce() + Send + 'static) -> u32 {
    type Body = Box<dyn FnOnce() + Send>;

    unsafe extern "system" fn run(data: usize) {
        // SAFETY: `queue_apc` made the address from a box and an APC runs at most once.
        let body = unsafe { Box::from_raw(data as *mut Body) };
        body();
    }

    let body: *mut Body = Box::into_raw(Box::new(Box::new(body)));
    call!(QueueUserAPC(Some(run), thread, body as usize))
}

/// What happened in a test, in its order, written by several threads and routines.
#[derive(Clone, Debug)]
pub struct Log<T>(Arc<Mutex<Vec<T>>>);

impl<T> Default for Log<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Clone> Log<T> {
    /// Appends an entry.
    pub fn note(&self, entry: T) {
        self.0
            .lock()
            .expect("nobody panics while noting")
            .push(entry);
    }

    /// All entries so far.
    pub fn entries(&self) -> Vec<T> {
        self.0.lock().expect("nobody panics while noting").clone()
    }

    /// How many entries there are.
    pub fn count(&self) -> usize {
        self.0.lock().expect("nobody panics while noting").len()
    }
}
