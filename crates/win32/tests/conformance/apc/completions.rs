//! Completion routines of overlapped socket operations.

use std::cell::RefCell;
use std::ptr::null_mut;

use crate::common::w::Win32::Foundation::{WAIT_IO_COMPLETION, WAIT_TIMEOUT};
use crate::common::w::Win32::Networking::WinSock::{
    SOCKET, SOCKET_ERROR, WSA_IO_PENDING, WSA_OPERATION_ABORTED, WSA_WAIT_IO_COMPLETION, WSABUF,
    WSAEFAULT, WSAENOTCONN, WSAENOTSOCK, WSARecv, WSASend, WSAWaitForMultipleEvents, send,
};
use crate::common::w::Win32::Storage::FileSystem::{ReadFileEx, WriteFileEx};
use crate::common::w::Win32::System::IO::OVERLAPPED;
use crate::common::w::Win32::System::Threading::{GetCurrentThread, GetCurrentThreadId, SleepEx};
use crate::common::{
    DEADLINE, LIMIT, QUIET, SENTINEL, Socket, completed, event, in_own_thread, last_error,
    queue_apc, task, tcp_pair, tcp_socket, wait, wait_until, wsa_error,
};

/// An operation as programs write it: the OVERLAPPED first, so that the routine finds the rest behind the pointer.
#[repr(C)]
struct Operation {
    overlapped: OVERLAPPED,
    name: &'static str,
    bytes: [u8; 16],
}

impl Operation {
    fn new(name: &'static str) -> Box<Self> {
        Box::new(Self {
            overlapped: OVERLAPPED::default(),
            name,
            bytes: [0; 16],
        })
    }

    /// Starts a receive with the routine; returns 0 or the Winsock error.
    fn receive(&mut self, socket: SOCKET) -> i32 {
        let buffer = WSABUF {
            len: 16,
            buf: self.bytes.as_mut_ptr(),
        };
        let overlapped = (&raw mut *self).cast::<OVERLAPPED>();
        let result = call!(WSARecv(
            socket,
            &buffer,
            1,
            null_mut(),
            &mut 0,
            overlapped,
            Some(routine)
        ));
        if result == 0 { 0 } else { wsa_error() }
    }

    /// Starts a receive that has to wait.
    #[track_caller]
    fn receive_later(&mut self, socket: SOCKET) {
        assert_eq!(self.receive(socket), WSA_IO_PENDING);
    }

    /// Starts sending the whole buffer with the routine; returns 0 or the Winsock error.
    fn send(&mut self, socket: SOCKET) -> i32 {
        let buffer = WSABUF {
            len: 16,
            buf: self.bytes.as_mut_ptr(),
        };
        let overlapped = (&raw mut *self).cast::<OVERLAPPED>();
        let result = call!(WSASend(
            socket,
            &buffer,
            1,
            null_mut(),
            0,
            overlapped,
            Some(routine)
        ));
        if result == 0 { 0 } else { wsa_error() }
    }
}

/// What a routine was told.
#[derive(Clone, Debug, PartialEq)]
struct Call {
    name: &'static str,
    error: u32,
    count: u32,
    address: usize,
    flags: u32,
    thread: u32,
}

thread_local! {
    static CALLS: RefCell<Vec<Call>> = const { RefCell::new(Vec::new()) };
}

unsafe extern "system" fn routine(error: u32, count: u32, overlapped: *mut OVERLAPPED, flags: u32) {
    // SAFETY: the routine is given to operations of type `Operation` only, which their tests keep until this call.
    let name = unsafe { (*overlapped.cast::<Operation>()).name };
    let (address, thread) = (overlapped as usize, call!(GetCurrentThreadId()));
    let call = Call {
        name,
        error,
        count,
        address,
        flags,
        thread,
    };
    CALLS.with_borrow_mut(|calls| calls.push(call));
}

/// The calls that this thread's routines have got since the last look.
fn calls() -> Vec<Call> {
    CALLS.take()
}

/// The names among them.
fn names() -> Vec<&'static str> {
    calls().iter().map(|call| call.name).collect()
}

#[track_caller]
fn send_text(socket: &Socket, text: &str) {
    let length = text.len() as i32;
    assert_eq!(call!(send(**socket, text.as_ptr(), length, 0)), length);
}

/// APC-02: A completion routine runs in an alertable wait of the thread that started the operation and in no other thread.
/// APC-32: Hence a receive belongs in the worker that waits alertably, not in the thread that accepted.
#[test]
fn apc_02_a_routine_belongs_to_the_starting_thread() {
    in_own_thread(|| {
        let (client, server) = tcp_pair();
        let mut operation = Operation::new("mine");
        operation.receive_later(*server);
        let other = task(|| (call!(SleepEx(2 * QUIET, 1)), names().len()));
        send_text(&client, "hello");
        assert_eq!(
            other.result(),
            (0, 0),
            "the other thread's alertable wait gets nothing"
        );
        assert_eq!(calls(), []);
        assert_eq!(call!(SleepEx(LIMIT, 1)), WAIT_IO_COMPLETION);
        let calls = calls();
        assert_eq!((calls.len(), calls[0].name), (1, "mine"));
        assert_eq!(calls[0].thread, call!(GetCurrentThreadId()));
    });
}

/// APC-06: Completions and APCs queued by hand run in the order in which they happened.
#[test]
fn apc_06_completions_keep_their_place() {
    in_own_thread(|| {
        let note = |name: &'static str| {
            let queued = queue_apc(call!(GetCurrentThread()), move || {
                let call = Call {
                    name,
                    error: 0,
                    count: 0,
                    address: 0,
                    flags: 0,
                    thread: 0,
                };
                CALLS.with_borrow_mut(|calls| calls.push(call));
            });
            assert_ne!(queued, 0);
        };
        let (client, server) = tcp_pair();
        send_text(&client, "there");
        let mut operation = Operation::new("completion");
        note("before");
        // Data is there, so the operation completes now.
        let result = operation.receive(*server);
        assert!(result == 0 || result == WSA_IO_PENDING);
        assert!(wait_until(DEADLINE, || completed(&operation.overlapped)));
        note("after");
        assert_eq!(call!(SleepEx(LIMIT, 1)), WAIT_IO_COMPLETION);
        assert_eq!(names(), ["before", "completion", "after"]);
    });
}

/// APC-21: When the starting call fails, the routine is never called.
#[test]
fn apc_21_a_refused_operation_calls_nothing() {
    in_own_thread(|| {
        let mut operation = Operation::new("refused");
        let plain = tcp_socket();
        assert_eq!(operation.receive(*plain), WSAENOTCONN);
        let stale = tcp_socket().close();
        assert_eq!(operation.receive(stale), WSAENOTSOCK);
        let (_client, server) = tcp_pair();
        let overlapped = &raw mut operation.overlapped;
        let (none, flags) = (null_mut(), &mut 0);
        let result = call!(WSARecv(
            *server,
            std::ptr::null(),
            1,
            none,
            flags,
            overlapped,
            Some(routine)
        ));
        assert_eq!((result, wsa_error()), (SOCKET_ERROR, WSAEFAULT));
        assert_eq!(call!(SleepEx(QUIET, 1)), 0);
        assert_eq!(calls(), []);
    });
}

/// APC-22: An operation that finishes at once delivers by the next alertable wait, never from inside the call that started it.
#[test]
fn apc_22_immediate_success_waits_for_the_alertable_wait() {
    in_own_thread(|| {
        let (client, server) = tcp_pair();
        let mut sending = Operation::new("send");
        assert!([0, WSA_IO_PENDING].contains(&sending.send(*client)));
        assert_eq!(calls(), []);
        assert_eq!(call!(SleepEx(LIMIT, 1)), WAIT_IO_COMPLETION);
        assert_eq!(names(), ["send"]);

        let mut receiving = Operation::new("receive");
        assert!([0, WSA_IO_PENDING].contains(&receiving.receive(*server)));
        assert_eq!(calls(), []);
        assert_eq!(
            wait(*event(), QUIET / 5),
            WAIT_TIMEOUT,
            "a plain wait runs nothing"
        );
        assert_eq!(calls(), []);
        assert_eq!(call!(SleepEx(LIMIT, 1)), WAIT_IO_COMPLETION);
        assert_eq!(names(), ["receive"]);
    });
}

/// APC-23: The routine is told error, byte count, OVERLAPPED and flags; 0 bytes without error mean that the peer has closed.
/// APC-25: The OVERLAPPED pointer is the very one the program passed, so that it leads to the structure around it.
#[test]
fn apc_23_the_routine_is_told_the_result() {
    in_own_thread(|| {
        let (client, server) = tcp_pair();
        let mut operation = Operation::new("data");
        operation.receive_later(*server);
        send_text(&client, "four");
        assert_eq!(call!(SleepEx(LIMIT, 1)), WAIT_IO_COMPLETION);
        let thread = call!(GetCurrentThreadId());
        let address = &raw const *operation as usize;
        let told = Call {
            name: "data",
            error: 0,
            count: 4,
            address,
            flags: 0,
            thread,
        };
        assert_eq!(calls(), [told]);
        assert_eq!(&operation.bytes[..4], b"four");

        let mut operation = Operation::new("end");
        operation.receive_later(*server);
        client.close();
        assert_eq!(call!(SleepEx(LIMIT, 1)), WAIT_IO_COMPLETION);
        let address = &raw const *operation as usize;
        let told = Call {
            name: "end",
            error: 0,
            count: 0,
            address,
            flags: 0,
            thread,
        };
        assert_eq!(calls(), [told]);
    });
}

/// APC-23: A failed operation reports a Winsock error code to its routine.
#[test]
fn apc_23_the_routine_is_told_the_error() {
    use crate::common::w::Win32::System::IO::CancelIoEx;
    in_own_thread(|| {
        let (_client, server) = tcp_pair();
        let mut operation = Operation::new("cancelled");
        operation.receive_later(*server);
        assert_ne!(call!(CancelIoEx(server.handle(), &operation.overlapped)), 0);
        assert_eq!(call!(SleepEx(LIMIT, 1)), WAIT_IO_COMPLETION);
        let calls = calls();
        assert_eq!(
            (calls[0].error, calls[0].count),
            (WSA_OPERATION_ABORTED as u32, 0)
        );
    });
}

/// APC-24: The routine of ReadFileEx and WriteFileEx is told error, byte count and the OVERLAPPED pointer.
#[test]
fn apc_24_the_file_routine_is_told_the_result() {
    unsafe extern "system" fn file_routine(error: u32, count: u32, overlapped: *mut OVERLAPPED) {
        // SAFETY: the arguments are the system's; the fourth of the other routine does not exist here.
        unsafe { routine(error, count, overlapped, SENTINEL) };
    }

    in_own_thread(|| {
        let (client, server) = tcp_pair();
        let mut reading = Operation::new("read");
        let data = reading.bytes.as_mut_ptr();
        let overlapped = (&raw mut *reading).cast::<OVERLAPPED>();
        let started = call!(ReadFileEx(
            server.handle(),
            data,
            16,
            overlapped,
            Some(file_routine)
        ));
        assert_ne!(started, 0, "error {}", last_error());
        let mut writing = Operation::new("write");
        let overlapped = (&raw mut *writing).cast::<OVERLAPPED>();
        let (handle, data) = (client.handle(), b"a file".as_ptr());
        let started = call!(WriteFileEx(handle, data, 6, overlapped, Some(file_routine)));
        assert_ne!(started, 0, "error {}", last_error());
        let mut told = Vec::new();
        while told.len() < 2 {
            assert_eq!(call!(SleepEx(LIMIT, 1)), WAIT_IO_COMPLETION);
            told.extend(calls());
        }
        told.sort_unstable_by_key(|call| call.name);
        for (call, operation) in told.iter().zip([&reading, &writing]) {
            assert_eq!((call.error, call.count), (0, 6));
            assert_eq!(call.address, &raw const **operation as usize);
        }
        assert_eq!(&reading.bytes[..6], b"a file");
    });
}

/// APC-27: A routine may start the next operation; even with data at hand that is no recursion, and the running wait may deliver it.
#[test]
fn apc_27_a_routine_starts_the_next_operation() {
    const MESSAGES: usize = 50;

    /// The state of a chain of receives, with the operation first.
    #[repr(C)]
    struct Chain {
        overlapped: OVERLAPPED,
        socket: SOCKET,
        byte: [u8; 1],
        received: Vec<u8>,
        depth: u32,
        deepest: u32,
    }

    fn start(chain: *mut Chain) -> i32 {
        // SAFETY: the test owns the chain until the last call; routines of one thread do not overlap.
        let chain = unsafe { &mut *chain };
        let buffer = WSABUF {
            len: 1,
            buf: chain.byte.as_mut_ptr(),
        };
        let overlapped = (&raw mut *chain).cast::<OVERLAPPED>();
        let (none, flags) = (null_mut(), &mut 0);
        call!(WSARecv(
            chain.socket,
            &buffer,
            1,
            none,
            flags,
            overlapped,
            Some(next)
        ))
    }

    unsafe extern "system" fn next(_: u32, count: u32, overlapped: *mut OVERLAPPED, _: u32) {
        let address = overlapped.cast::<Chain>();
        // SAFETY: as in `start`.
        let chain = unsafe { &mut *address };
        chain.depth += 1;
        chain.deepest = chain.deepest.max(chain.depth);
        if count == 1 {
            chain.received.push(chain.byte[0]);
            start(address);
        }
        // SAFETY: as in `start`; `chain` is not used after the operation was started again.
        unsafe { (*address).depth -= 1 };
    }

    in_own_thread(|| {
        let (client, server) = tcp_pair();
        let sent: Vec<u8> = (0..MESSAGES as u8).collect();
        assert_eq!(
            call!(send(*client, sent.as_ptr(), MESSAGES as i32, 0)),
            MESSAGES as i32
        );
        let chain = Box::into_raw(Box::new(Chain {
            overlapped: OVERLAPPED::default(),
            socket: *server,
            byte: [0],
            received: Vec::new(),
            depth: 0,
            deepest: 0,
        }));
        start(chain);
        // SAFETY: between the waits no routine runs.
        while unsafe { (*chain).received.len() } < MESSAGES {
            assert_eq!(call!(SleepEx(LIMIT, 1)), WAIT_IO_COMPLETION);
        }
        client.close();
        assert_eq!(
            call!(SleepEx(LIMIT, 1)),
            WAIT_IO_COMPLETION,
            "the end of the stream"
        );
        // SAFETY: the last routine has run and started nothing.
        let chain = unsafe { Box::from_raw(chain) };
        assert_eq!(chain.received, sent);
        assert_eq!(chain.deepest, 1, "no routine ran inside another");
    });
}

/// APC-30: An alertable WSAWaitForMultipleEvents tells that routines ran; the program can wait again and start operations.
#[test]
fn apc_30_the_winsock_wait_runs_routines() {
    in_own_thread(|| {
        let (client, server) = tcp_pair();
        let never = event();
        for _ in 0..3 {
            let mut operation = Operation::new("receive");
            operation.receive_later(*server);
            send_text(&client, "x");
            let result = call!(WSAWaitForMultipleEvents(1, &never.raw(), 0, LIMIT, 1));
            assert_eq!(result, WSA_WAIT_IO_COMPLETION as u32);
            assert_eq!(names(), ["receive"]);
        }
        let result = call!(WSAWaitForMultipleEvents(1, &never.raw(), 0, 5, 1));
        assert_eq!(result, WAIT_TIMEOUT);
    });
}

/// APC-31: When the thread that started an operation ends, the operation is cancelled and its routine is never called.
#[test]
fn apc_31_the_end_of_the_thread_cancels() {
    let (client, server) = tcp_pair();
    let socket = server.raw();
    let operation = task(move || {
        let operation = Box::into_raw(Operation::new("orphan"));
        // SAFETY: nobody else has the pointer yet.
        unsafe { &mut *operation }.receive_later(socket);
        operation as usize
    });
    let operation = operation.result() as *mut Operation;
    assert!(
        wait_until(DEADLINE, || completed(operation.cast())),
        "the operation is cancelled"
    );
    // SAFETY: it came from a box and the system has completed it.
    let operation = unsafe { Box::from_raw(operation) };
    send_text(&client, "late");
    assert_eq!(call!(SleepEx(QUIET, 1)), 0);
    assert_eq!(calls(), []);
    assert_eq!(operation.bytes, [0; 16], "nothing was received");
}
