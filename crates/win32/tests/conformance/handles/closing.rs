//! Closing handles, also under operations and waits.

use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::common::w::Win32::Foundation::{
    CloseHandle, ERROR_CONNECTION_ABORTED, ERROR_INVALID_HANDLE, ERROR_NETNAME_DELETED,
    ERROR_OPERATION_ABORTED, GENERIC_READ, HANDLE, INVALID_HANDLE_VALUE, STATUS_PENDING,
    WAIT_IO_COMPLETION, WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use crate::common::w::Win32::Networking::WinSock::{
    SOCKET, SOCKET_ERROR, WSA_IO_PENDING, WSABUF, WSAENOTSOCK, WSARecv, closesocket, send,
};
use crate::common::w::Win32::Storage::FileSystem::{CreateFileW, FILE_SHARE_READ, OPEN_EXISTING};
use crate::common::w::Win32::System::IO::{
    CreateIoCompletionPort, GetOverlappedResult, GetQueuedCompletionStatus, OVERLAPPED,
};
use crate::common::w::Win32::System::Threading::{
    CreateMutexW, CreateSemaphoreW, CreateWaitableTimerW, SetEvent, SleepEx,
};
use crate::common::{
    Handle, LIMIT, QUIET, SENTINEL, create_thread, duplicate, event, in_own_thread, last_error,
    set_last_error, signalled, task, tcp_pair, tcp_socket, wait, wide, wsa_error,
};

/// Starts a receive that has to wait.
fn start_receive(socket: SOCKET, bytes: &mut [u8; 8], overlapped: &mut OVERLAPPED) {
    let buffer = WSABUF {
        len: 8,
        buf: bytes.as_mut_ptr(),
    };
    let result = call!(WSARecv(
        socket,
        &buffer,
        1,
        null_mut(),
        &mut 0,
        overlapped,
        None
    ));
    assert_eq!((result, wsa_error()), (SOCKET_ERROR, WSA_IO_PENDING));
}

/// The errors that tell of an operation ended by the close of its socket.
fn is_abort(error: u32) -> bool {
    [
        ERROR_CONNECTION_ABORTED,
        ERROR_OPERATION_ABORTED,
        ERROR_NETNAME_DELETED,
    ]
    .contains(&error)
}

/// HND-10: CloseHandle closes every kind of object; sockets have closesocket.
/// HND-11: It returns TRUE, and FALSE with ERROR_INVALID_HANDLE for a handle that is closed already.
#[test]
fn hnd_10_close_handle_closes_every_object() {
    let file = temporary_file("hnd-10");
    let name = wide(file.to_str().expect("a plain path"));
    let opened = call!(CreateFileW(
        name.as_ptr(),
        GENERIC_READ,
        FILE_SHARE_READ,
        null(),
        OPEN_EXISTING,
        0,
        null_mut()
    ));
    assert_ne!(opened, INVALID_HANDLE_VALUE, "error {}", last_error());
    let (thread, _) = create_thread(0, || 0);
    let objects = [
        event(),
        Handle::new(call!(CreateMutexW(null(), 0, null()))),
        Handle::new(call!(CreateSemaphoreW(null(), 0, 1, null()))),
        Handle::new(call!(CreateWaitableTimerW(null(), 1, null()))),
        Handle::new(call!(CreateIoCompletionPort(
            INVALID_HANDLE_VALUE,
            null_mut(),
            0,
            0
        ))),
        thread,
        Handle::new(opened),
    ];
    for object in objects {
        let stale = object.close();
        set_last_error(SENTINEL);
        assert_eq!(call!(CloseHandle(stale)), 0);
        assert_eq!(last_error(), ERROR_INVALID_HANDLE);
    }
    let stale = tcp_socket().close();
    assert_eq!(call!(closesocket(stale)), SOCKET_ERROR);
    assert_eq!(wsa_error(), WSAENOTSOCK);
    std::fs::remove_file(file).expect("the file is there");
}

/// An empty file with a name of its own.
fn temporary_file(name: &str) -> std::path::PathBuf {
    let path = std::env::temp_dir().join(format!("larboard-{name}-{}", std::process::id()));
    std::fs::write(&path, b"").expect("the temporary directory can be written");
    path
}

/// HND-11: A second CloseHandle closes nothing, in particular not an object made in the meantime.
#[test]
fn hnd_11_an_invalid_handle_closes_nothing() {
    let stale = event().close();
    let others: Vec<Handle> = (0..8).map(|_| event()).collect();
    if others.iter().all(|other| other.raw() != stale) {
        assert_eq!(call!(CloseHandle(stale)), 0);
        assert_eq!(last_error(), ERROR_INVALID_HANDLE);
    }
    assert!(others.iter().all(|other| wait(**other, 0) == WAIT_TIMEOUT));
}

/// HND-12: CloseHandle on a socket closes it; closesocket finds no socket there any more.
#[test]
fn hnd_12_close_handle_closes_a_socket() {
    let (client, server) = tcp_pair();
    let value = server.raw();
    std::mem::forget(server);
    assert_ne!(call!(CloseHandle(value as HANDLE)), 0);
    assert_eq!(call!(closesocket(value)), SOCKET_ERROR);
    assert_eq!(wsa_error(), WSAENOTSOCK);

    let mut bytes = [0u8; 8];
    let buffer = WSABUF {
        len: 8,
        buf: bytes.as_mut_ptr(),
    };
    let mut count = 1;
    let result = call!(WSARecv(
        *client,
        &buffer,
        1,
        &mut count,
        &mut 0,
        null_mut(),
        None
    ));
    assert_eq!(
        (result, count),
        (0, 0),
        "the peer sees the end of the stream"
    );
}

/// HND-13: closesocket on an object that is no socket fails with WSAENOTSOCK and leaves it open.
#[test]
fn hnd_13_closesocket_closes_sockets_only() {
    drop(tcp_socket());
    let event = event();
    set_last_error(SENTINEL);
    assert_eq!(call!(closesocket(event.raw() as SOCKET)), SOCKET_ERROR);
    assert_eq!(wsa_error(), WSAENOTSOCK);
    assert_ne!(call!(SetEvent(*event)), 0);
    assert!(signalled(*event));
}

/// HND-14: While another handle to the socket is open, closing one disturbs no pending operation.
#[test]
fn hnd_14_only_the_last_close_cancels() {
    let (client, server) = tcp_pair();
    let done = event();
    let second = duplicate(server.handle());
    let mut bytes = [0u8; 8];
    let mut overlapped = OVERLAPPED {
        hEvent: *done,
        ..OVERLAPPED::default()
    };
    start_receive(*server, &mut bytes, &mut overlapped);
    server.close();
    assert_eq!(wait(*done, QUIET), WAIT_TIMEOUT);
    assert_eq!(call!(send(*client, b"still".as_ptr(), 5, 0)), 5);
    assert_eq!(wait(*done, LIMIT), WAIT_OBJECT_0);
    let mut count = 0;
    assert_ne!(
        call!(GetOverlappedResult(*second, &overlapped, &mut count, 0)),
        0
    );
    assert_eq!((count, &bytes[..5]), (5, &b"still"[..]));

    let mut overlapped = OVERLAPPED {
        hEvent: *done,
        ..OVERLAPPED::default()
    };
    let socket = second.raw() as SOCKET;
    start_receive_as_file(socket, &mut bytes, &mut overlapped);
    second.close();
    assert_eq!(wait(*done, LIMIT), WAIT_OBJECT_0);
    assert_ne!(
        overlapped.Internal, 0,
        "the last close has aborted the operation"
    );
}

/// The same through ReadFile, for a handle made by DuplicateHandle.
fn start_receive_as_file(socket: SOCKET, bytes: &mut [u8; 8], overlapped: &mut OVERLAPPED) {
    use crate::common::w::Win32::Foundation::ERROR_IO_PENDING;
    use crate::common::w::Win32::Storage::FileSystem::ReadFile;
    let handle = socket as HANDLE;
    let result = call!(ReadFile(
        handle,
        bytes.as_mut_ptr(),
        8,
        null_mut(),
        overlapped
    ));
    assert_eq!((result, last_error()), (0, ERROR_IO_PENDING));
}

/// HND-15: The last close ends a pending operation with an abort and signals its event.
#[test]
fn hnd_15_closing_completes_by_event() {
    let (_client, server) = tcp_pair();
    let done = event();
    let mut bytes = [0u8; 8];
    let mut overlapped = OVERLAPPED {
        hEvent: *done,
        ..OVERLAPPED::default()
    };
    start_receive(*server, &mut bytes, &mut overlapped);
    assert_eq!(overlapped.Internal, STATUS_PENDING as usize);
    server.close();
    assert_eq!(wait(*done, LIMIT), WAIT_OBJECT_0);
    assert_ne!(overlapped.Internal, STATUS_PENDING as usize);
    assert!((overlapped.Internal as i32) < 0, "an error status");
    assert_eq!(overlapped.InternalHigh, 0);
}

/// HND-15: A completion port gets the packet of an operation that the close aborted.
#[test]
fn hnd_15_closing_completes_by_packet() {
    let (_client, server) = tcp_pair();
    let port = call!(CreateIoCompletionPort(server.handle(), null_mut(), 7, 0));
    let port = Handle::new(port);
    let mut bytes = [0u8; 8];
    let mut overlapped = OVERLAPPED::default();
    start_receive(*server, &mut bytes, &mut overlapped);
    server.close();
    let (mut count, mut key, mut packet) = (1, 0, null_mut());
    let done = call!(GetQueuedCompletionStatus(
        *port,
        &mut count,
        &mut key,
        &mut packet,
        LIMIT
    ));
    assert_eq!((done, count, key), (0, 0, 7));
    assert!(is_abort(last_error()), "error {}", last_error());
    assert!(std::ptr::eq(packet, &overlapped));
}

static ROUTINE_ERROR: AtomicU32 = AtomicU32::new(SENTINEL);

/// HND-15: A completion routine is called for an operation that the close aborted.
#[test]
fn hnd_15_closing_completes_by_routine() {
    unsafe extern "system" fn routine(error: u32, count: u32, _: *mut OVERLAPPED, _: u32) {
        ROUTINE_ERROR.store(error + count, Ordering::SeqCst);
    }

    in_own_thread(|| {
        let (_client, server) = tcp_pair();
        let mut bytes = [0u8; 8];
        let buffer = WSABUF {
            len: 8,
            buf: bytes.as_mut_ptr(),
        };
        let mut overlapped = OVERLAPPED::default();
        let overlapped = &raw mut overlapped;
        let result = call!(WSARecv(
            *server,
            &buffer,
            1,
            null_mut(),
            &mut 0,
            overlapped,
            Some(routine)
        ));
        assert_eq!((result, wsa_error()), (SOCKET_ERROR, WSA_IO_PENDING));
        server.close();
        assert_eq!(call!(SleepEx(LIMIT, 1)), WAIT_IO_COMPLETION);
        let error = ROUTINE_ERROR.load(Ordering::SeqCst);
        assert!(is_abort(error) || error == 10053, "error {error}");
    });
}

/// HND-16: Closing a handle does not wake the threads that wait through it: they go on waiting for the object.
#[test]
fn hnd_16_closing_does_not_wake_waiters() {
    let first = event();
    let kept = duplicate(*first);
    let value = first.raw() as usize;
    let waiter = task(move || wait(value as HANDLE, LIMIT));
    waiter.await_sleep();
    first.close();
    waiter.still_blocked("the wait");
    call!(SetEvent(*kept));
    assert_eq!(waiter.result(), WAIT_OBJECT_0);
}
