//! Completions that run callbacks on the threads of the system's pool.

use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::Arc;

use super::{Operation, PENDING, Port, Start, reset, send_now};
use crate::common::w::Win32::Foundation::{ERROR_INVALID_PARAMETER, ERROR_NETNAME_DELETED, HANDLE};
use crate::common::w::Win32::Networking::WinSock::{
    AF_INET, IPPROTO_TCP, SOCK_STREAM, WSAENOTCONN, WSASocketW,
};
use crate::common::w::Win32::Storage::FileSystem::SetFileCompletionNotificationModes;
use crate::common::w::Win32::System::IO::{BindIoCompletionCallback, OVERLAPPED};
use crate::common::w::Win32::System::Threading::{
    CancelThreadpoolIo, CloseThreadpoolIo, CreateThreadpoolIo, GetCurrentThreadId,
    PTP_CALLBACK_INSTANCE, PTP_IO, QueueUserWorkItem, SetEvent, StartThreadpoolIo,
    WT_EXECUTEDEFAULT, WT_EXECUTELONGFUNCTION, WaitForThreadpoolIoCallbacks,
};
use crate::common::w::Win32::System::WindowsProgramming::FILE_SKIP_COMPLETION_PORT_ON_SUCCESS;
use crate::common::{
    DEADLINE, Handle, LIMIT, Log, QUIET, Socket, event, last_error, signalled, startup, task,
    tcp_pair, tcp_socket, wait, wait_until,
};

/// A callback's arguments and the thread it ran on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Call {
    error: u32,
    bytes: usize,
    overlapped: usize,
    io: PTP_IO,
    thread: u32,
}

/// What callbacks of a thread-pool Io get as their context.
#[derive(Default)]
struct Context {
    calls: Log<Call>,
    /// Callbacks that wait for the event before they end.
    gate: Option<Handle>,
}

unsafe extern "system" fn note(
    instance: PTP_CALLBACK_INSTANCE,
    context: *mut c_void,
    overlapped: *mut c_void,
    error: u32,
    bytes: usize,
    io: PTP_IO,
) {
    assert_ne!(instance, 0);
    // SAFETY: the tests pass a `Context` that outlives all callbacks.
    let context = unsafe { &*context.cast::<Context>() };
    let thread = call!(GetCurrentThreadId());
    context.calls.note(Call {
        error,
        bytes,
        overlapped: overlapped as usize,
        io,
        thread,
    });
    if let Some(gate) = &context.gate {
        wait(gate.raw(), LIMIT);
    }
}

/// Binds a socket to a thread-pool Io.
#[track_caller]
fn bind(socket: &Socket, context: &Context) -> PTP_IO {
    let context = (&raw const *context).cast_mut().cast();
    let io = call!(CreateThreadpoolIo(
        socket.handle(),
        Some(note),
        context,
        null()
    ));
    assert_ne!(
        io,
        0,
        "CreateThreadpoolIo failed with error {}",
        last_error()
    );
    io
}

/// A callback that finds its log through the OVERLAPPED, in whose offset fields the test has stored the address.
unsafe extern "system" fn note_in_overlapped(error: u32, bytes: u32, overlapped: *mut OVERLAPPED) {
    // SAFETY: `port_63` stores a pointer to a log that outlives the operation; its lowest bit is clear.
    let calls = unsafe { &*(*overlapped).Anonymous.Pointer.cast::<Log<Call>>() };
    let thread = call!(GetCurrentThreadId());
    calls.note(Call {
        error,
        bytes: bytes as usize,
        overlapped: overlapped as usize,
        io: 0,
        thread,
    });
}

#[track_caller]
fn await_calls(calls: &Log<Call>, count: usize) -> Vec<Call> {
    assert!(
        wait_until(DEADLINE, || calls.count() >= count),
        "no callback comes"
    );
    calls.entries()
}

#[track_caller]
fn no_further_call(calls: &Log<Call>, count: usize) {
    std::thread::sleep(std::time::Duration::from_millis(QUIET.into()));
    assert_eq!(calls.count(), count);
}

/// PORT-63: after BindIoCompletionCallback each completion calls the function with error, bytes and OVERLAPPED on a pool thread.
#[test]
fn port_63_bind_io_completion_callback() {
    let (client, server) = tcp_pair();
    assert_ne!(
        call!(BindIoCompletionCallback(
            server.handle(),
            Some(note_in_overlapped),
            0
        )),
        0
    );
    let calls: Log<Call> = Log::default();
    let operation = Operation::new();
    // SAFETY: nothing is pending on the OVERLAPPED; sockets leave its offset fields to the program.
    unsafe { (*operation.overlapped).Anonymous.Pointer = (&raw const calls).cast_mut().cast() };
    assert!(operation.receive(*server).accepted());
    send_now(*client, b"bound");
    let call = await_calls(&calls, 1)[0];
    assert_eq!(
        (call.error, call.bytes, call.overlapped),
        (0, 5, operation.address())
    );
    assert_ne!(call.thread, call!(GetCurrentThreadId()));

    assert!(operation.receive(*server).accepted());
    reset(client);
    let call = await_calls(&calls, 2)[1];
    assert_eq!(
        (call.error, call.bytes, call.overlapped),
        (ERROR_NETNAME_DELETED, 0, operation.address())
    );
    no_further_call(&calls, 2);
}

/// PORT-63: a second bind, a socket without the overlapped attribute and a null callback fail with ERROR_INVALID_PARAMETER.
#[test]
fn port_63_refusals() {
    startup();
    let refused = |file: HANDLE, callback| {
        assert_eq!(call!(BindIoCompletionCallback(file, callback, 0)), 0);
        last_error()
    };
    let (_client, server) = tcp_pair();
    assert_eq!(refused(server.handle(), None), ERROR_INVALID_PARAMETER);
    assert_ne!(
        call!(BindIoCompletionCallback(
            server.handle(),
            Some(note_in_overlapped),
            0
        )),
        0
    );
    assert_eq!(
        refused(server.handle(), Some(note_in_overlapped)),
        ERROR_INVALID_PARAMETER
    );
    let plain = Socket::new(call!(WSASocketW(
        i32::from(AF_INET),
        SOCK_STREAM,
        IPPROTO_TCP,
        null(),
        0,
        0
    )));
    assert_eq!(
        refused(plain.handle(), Some(note_in_overlapped)),
        ERROR_INVALID_PARAMETER
    );
}

/// PORT-64: CreateThreadpoolIo binds likewise; the callback gets instance, context, OVERLAPPED, result, bytes and the Io itself.
/// PORT-65: each operation is announced by StartThreadpoolIo.
#[test]
fn port_64_thread_pool_io() {
    let ((client, server), context) = (tcp_pair(), Context::default());
    let io = bind(&server, &context);
    let operation = Operation::new();
    for round in 1..=3 {
        call!(StartThreadpoolIo(io));
        assert!(operation.receive(*server).accepted());
        send_now(*client, b"pool");
        let call = await_calls(&context.calls, round)[round - 1];
        assert_eq!(
            call,
            Call {
                error: 0,
                bytes: 4,
                overlapped: operation.address(),
                io,
                thread: call.thread
            }
        );
        assert_ne!(call.thread, call!(GetCurrentThreadId()));
    }
    call!(WaitForThreadpoolIoCallbacks(io, 0));
    call!(CloseThreadpoolIo(io));
    no_further_call(&context.calls, 3);
}

/// PORT-64: a file that belongs to a port already cannot be bound.
#[test]
fn port_64_bound_files_are_refused() {
    let (port, (_client, server)) = (Port::new(0), tcp_pair());
    port.associate(server.handle(), 1);
    assert_eq!(
        call!(CreateThreadpoolIo(
            server.handle(),
            Some(note),
            null_mut(),
            null()
        )),
        0
    );
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
}

/// PORT-65: CancelThreadpoolIo takes back the announcement of an operation that failed at once.
#[test]
fn port_65_cancel_after_failed_start() {
    let (socket, context) = (tcp_socket(), Context::default());
    let io = bind(&socket, &context);
    call!(StartThreadpoolIo(io));
    assert_eq!(
        Operation::new().receive(*socket),
        Start::Failed(WSAENOTCONN)
    );
    call!(CancelThreadpoolIo(io));
    let waiting = task(move || call!(WaitForThreadpoolIoCallbacks(io, 0)));
    waiting.result();
    assert_eq!(context.calls.count(), 0);
    call!(CloseThreadpoolIo(io));
}

/// PORT-65: and that of an operation that succeeded at once in skip mode.
#[test]
fn port_65_cancel_after_immediate_success_in_skip_mode() {
    let ((client, _server), context) = (tcp_pair(), Context::default());
    let io = bind(&client, &context);
    let skip = FILE_SKIP_COMPLETION_PORT_ON_SUCCESS as u8;
    assert_ne!(
        call!(SetFileCompletionNotificationModes(client.handle(), skip)),
        0
    );
    let operation = Operation::new();
    call!(StartThreadpoolIo(io));
    let mut due = 0;
    match operation.send(*client, b"skip") {
        Start::Done(_) => call!(CancelThreadpoolIo(io)),
        Start::Pending => due = 1,
        failed => panic!("{failed:?}"),
    }
    let waiting = task(move || call!(WaitForThreadpoolIoCallbacks(io, 0)));
    waiting.result();
    no_further_call(&context.calls, due);
    call!(CloseThreadpoolIo(io));
}

/// PORT-65: a completion that was not announced makes no callback. (Windows leaves this undefined.)
#[cfg(not(windows))]
#[test]
fn port_65_unannounced_completions_are_silent() {
    let ((client, server), context) = (tcp_pair(), Context::default());
    let io = bind(&server, &context);
    let operation = Operation::new();
    assert!(operation.receive(*server).accepted());
    send_now(*client, b"silent");
    assert_eq!(operation.await_status(), 0);
    no_further_call(&context.calls, 0);
    call!(CloseThreadpoolIo(io));
}

/// PORT-66: WaitForThreadpoolIoCallbacks waits for a callback that runs.
#[test]
fn port_66_waits_for_running_callbacks() {
    let ((client, server), gate) = (tcp_pair(), event());
    let context = Arc::new(Context {
        gate: Some(gate),
        ..Context::default()
    });
    let io = bind(&server, &context);
    let operation = Operation::new();
    call!(StartThreadpoolIo(io));
    assert!(operation.receive(*server).accepted());
    send_now(*client, b"running");
    await_calls(&context.calls, 1);
    let waiting = task(move || call!(WaitForThreadpoolIoCallbacks(io, 0)));
    waiting.still_blocked("the wait for the callback");
    let gate = context.gate.as_ref().expect("the test made it");
    assert_ne!(call!(SetEvent(gate.raw())), 0);
    waiting.result();
    call!(CloseThreadpoolIo(io));
}

/// PORT-66: asked to cancel, it drops callbacks that have not begun and leaves the operation itself alone.
#[test]
fn port_66_cancelling_drops_callbacks_only() {
    let ((client, server), context) = (tcp_pair(), Context::default());
    let io = bind(&server, &context);
    let operation = Operation::new();
    call!(StartThreadpoolIo(io));
    assert_eq!(operation.receive(*server), Start::Pending);
    let waiting = task(move || call!(WaitForThreadpoolIoCallbacks(io, 1)));
    waiting.result();
    assert_eq!(operation.status(), PENDING);
    send_now(*client, b"data");
    assert_eq!(operation.await_status(), 0);
    no_further_call(&context.calls, 0);
    call!(CloseThreadpoolIo(io));
}

/// PORT-66: CloseThreadpoolIo lets an outstanding operation finish, callback included.
#[test]
fn port_66_close_lets_operations_finish() {
    let ((client, server), context) = (tcp_pair(), Context::default());
    let io = bind(&server, &context);
    let operation = Operation::new();
    call!(StartThreadpoolIo(io));
    assert_eq!(operation.receive(*server), Start::Pending);
    call!(CloseThreadpoolIo(io));
    send_now(*client, b"end");
    let call = await_calls(&context.calls, 1)[0];
    assert_eq!(
        (call.error, call.bytes, call.overlapped),
        (0, 3, operation.address())
    );
}

/// PORT-67: callbacks get Win32 codes, also for sockets.
#[test]
fn port_67_win32_codes() {
    let ((client, server), context) = (tcp_pair(), Context::default());
    let io = bind(&server, &context);
    let operation = Operation::new();
    call!(StartThreadpoolIo(io));
    assert_eq!(operation.receive(*server), Start::Pending);
    reset(client);
    assert_eq!(
        await_calls(&context.calls, 1)[0].error,
        ERROR_NETNAME_DELETED
    );
    call!(WaitForThreadpoolIoCallbacks(io, 0));
    call!(CloseThreadpoolIo(io));
}

/// QueueUserWorkItem runs each item once on a thread of the pool.
#[test]
fn queue_user_work_item_runs_each_item_once() {
    struct Item {
        log: Log<u32>,
        done: Handle,
    }

    unsafe extern "system" fn run(context: *mut c_void) -> u32 {
        // SAFETY: the test keeps the item until its event is set.
        let item = unsafe { &*context.cast::<Item>() };
        item.log.note(call!(GetCurrentThreadId()));
        call!(SetEvent(item.done.raw()));
        0
    }

    let items: Vec<_> = (0..32)
        .map(|_| Item {
            log: Log::default(),
            done: event(),
        })
        .collect();
    for (index, item) in items.iter().enumerate() {
        let flags = if index % 2 == 0 {
            WT_EXECUTEDEFAULT
        } else {
            WT_EXECUTELONGFUNCTION
        };
        assert_ne!(
            call!(QueueUserWorkItem(
                Some(run),
                (&raw const *item).cast(),
                flags
            )),
            0
        );
    }
    assert!(wait_until(DEADLINE, || items
        .iter()
        .all(|item| signalled(item.done.raw()))));
    for item in &items {
        assert_eq!(item.log.count(), 1);
        assert_ne!(item.log.entries()[0], call!(GetCurrentThreadId()));
    }
}
