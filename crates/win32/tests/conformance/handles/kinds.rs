//! What kind of object a handle means: file types, waitable objects, sockets as files.

use std::ptr::{null, null_mut};
use std::sync::Arc;

use crate::common::w::Win32::Foundation::{
    ERROR_INVALID_HANDLE, ERROR_IO_PENDING, ERROR_OPERATION_ABORTED, GENERIC_READ, HANDLE,
    INVALID_HANDLE_VALUE, NO_ERROR, WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use crate::common::w::Win32::Networking::WinSock::{
    SO_TYPE, SOCKET, SOCKET_ERROR, SOL_SOCKET, WSA_IO_PENDING, WSABUF, WSAENOTSOCK, WSARecv,
    getsockopt, recv, send,
};
use crate::common::w::Win32::Storage::FileSystem::{
    CreateFileW, FILE_SHARE_READ, FILE_TYPE_DISK, FILE_TYPE_PIPE, FILE_TYPE_UNKNOWN, GetFileType,
    OPEN_EXISTING, ReadFile, WriteFile,
};
use crate::common::w::Win32::System::IO::{
    CancelIo, CancelIoEx, CancelSynchronousIo, CreateIoCompletionPort, GetOverlappedResult,
    GetQueuedCompletionStatus, OVERLAPPED, PostQueuedCompletionStatus,
};
use crate::common::w::Win32::System::Threading::{
    CreateMutexW, CreateSemaphoreW, CreateWaitableTimerW, GetCurrentProcess, SetEvent,
    SetWaitableTimer, WaitForMultipleObjects,
};
use crate::common::{
    DEADLINE, Handle, LIMIT, SENTINEL, completed, create_thread, duplicate, event, last_error,
    set_last_error, signalled, task, tcp_pair, tcp_socket, this_thread, udp_socket, wait,
    wait_until, wide, wsa_error,
};

/// A file that is deleted at the end of the test, opened through CreateFile.
struct DiskFile {
    path: std::path::PathBuf,
    handle: Handle,
}

impl DiskFile {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("larboard-{name}-{}", std::process::id()));
        std::fs::write(&path, b"content").expect("the temporary directory can be written");
        let wide = wide(path.to_str().expect("a plain path"));
        let handle = call!(CreateFileW(
            wide.as_ptr(),
            GENERIC_READ,
            FILE_SHARE_READ,
            null(),
            OPEN_EXISTING,
            0,
            null_mut()
        ));
        assert_ne!(
            handle,
            INVALID_HANDLE_VALUE,
            "CreateFile failed with error {}",
            last_error()
        );
        Self {
            path,
            handle: Handle::new(handle),
        }
    }
}

impl Drop for DiskFile {
    fn drop(&mut self) {
        // The temporary directory is cleaned up by others if this fails.
        let _ = std::fs::remove_file(&self.path);
    }
}

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

/// HND-24: GetFileType tells disk files from sockets, which count as pipes.
#[test]
fn hnd_24_disk_files_and_sockets_have_their_types() {
    let file = DiskFile::new("hnd-24");
    assert_eq!(call!(GetFileType(*file.handle)), FILE_TYPE_DISK);
    assert_eq!(call!(GetFileType(tcp_socket().handle())), FILE_TYPE_PIPE);
    assert_eq!(call!(GetFileType(udp_socket().handle())), FILE_TYPE_PIPE);
}

/// HND-25: For a bad handle and for an object that is no file GetFileType says unknown, with ERROR_INVALID_HANDLE and not NO_ERROR.
#[test]
fn hnd_25_what_is_no_file_has_no_file_type() {
    let event = event();
    let process = duplicate(call!(GetCurrentProcess()));
    let stale = tcp_socket().close() as HANDLE;
    for handle in [null_mut(), stale, *event, *process] {
        set_last_error(NO_ERROR);
        assert_eq!(call!(GetFileType(handle)), FILE_TYPE_UNKNOWN);
        assert_eq!(last_error(), ERROR_INVALID_HANDLE);
    }
}

/// HND-27: Socket functions on a disk file or an event fail with WSAENOTSOCK.
#[test]
fn hnd_27_socket_functions_want_sockets() {
    drop(tcp_socket());
    let (file, event) = (DiskFile::new("hnd-27"), event());
    for handle in [*file.handle, *event] {
        let socket = handle as SOCKET;
        let mut value = [0u8; 4];
        let value = value.as_mut_ptr();
        set_last_error(SENTINEL);
        assert_eq!(
            call!(getsockopt(socket, SOL_SOCKET, SO_TYPE, value, &mut 4)),
            SOCKET_ERROR
        );
        assert_eq!(wsa_error(), WSAENOTSOCK);
        set_last_error(SENTINEL);
        assert_eq!(call!(recv(socket, value, 4, 0)), SOCKET_ERROR);
        assert_eq!(wsa_error(), WSAENOTSOCK);
    }
}

/// HND-28: Events, semaphores, mutexes, timers, threads, processes, sockets and completion ports can be awaited.
#[test]
fn hnd_28_all_these_objects_can_be_awaited() {
    let semaphore = Handle::new(call!(CreateSemaphoreW(null(), 1, 1, null())));
    let timer = Handle::new(call!(CreateWaitableTimerW(null(), 1, null())));
    call!(SetWaitableTimer(*timer, &0, 0, None, null(), 0));
    let (thread, _) = create_thread(0, || 0);
    let set = event();
    call!(SetEvent(*set));
    let mutex = Handle::new(call!(CreateMutexW(null(), 1, null())));
    for object in [*semaphore, *timer, *thread, *set, *mutex] {
        assert_eq!(wait(object, LIMIT), WAIT_OBJECT_0);
    }
    assert_eq!(wait(call!(GetCurrentProcess()), 0), WAIT_TIMEOUT);
    assert_eq!(wait(*this_thread(), 0), WAIT_TIMEOUT);

    let port = call!(CreateIoCompletionPort(
        INVALID_HANDLE_VALUE,
        null_mut(),
        0,
        0
    ));
    let port = Handle::new(port);
    let socket = tcp_socket();
    for object in [*port, socket.handle()] {
        let result = wait(object, 0);
        assert!(
            [WAIT_OBJECT_0, WAIT_TIMEOUT].contains(&result),
            "{result:#x}"
        );
    }
}

/// HND-29: Starting an operation clears the signal of the socket handle, and the operation's completion sets it.
#[test]
fn hnd_29_a_socket_handle_is_signalled_by_completion() {
    let (client, server) = tcp_pair();
    let mut bytes = [0u8; 8];
    for _ in 0..3 {
        let mut overlapped = OVERLAPPED::default();
        start_receive(*server, &mut bytes, &mut overlapped);
        assert_eq!(wait(server.handle(), 0), WAIT_TIMEOUT);
        assert_eq!(call!(send(*client, b"x".as_ptr(), 1, 0)), 1);
        assert_eq!(wait(server.handle(), LIMIT), WAIT_OBJECT_0);
        assert_eq!((overlapped.Internal, overlapped.InternalHigh), (0, 1));
        assert!(signalled(server.handle()), "waiting does not reset it");
    }
}

/// HND-29: An operation with an event of its own signals that event and not the handle.
#[test]
fn hnd_29_an_own_event_is_signalled_instead() {
    let (client, server) = tcp_pair();
    let done = event();
    let mut bytes = [0u8; 8];
    let mut overlapped = OVERLAPPED {
        hEvent: *done,
        ..OVERLAPPED::default()
    };
    start_receive(*server, &mut bytes, &mut overlapped);
    assert_eq!(call!(send(*client, b"x".as_ptr(), 1, 0)), 1);
    assert_eq!(wait(*done, LIMIT), WAIT_OBJECT_0);
    assert_eq!(wait(server.handle(), 0), WAIT_TIMEOUT);
}

/// HND-30: With two operations outstanding the handle's signal does not tell which one has completed.
#[test]
fn hnd_30_the_handle_does_not_tell_operations_apart() {
    let (client, server) = tcp_pair();
    let mut bytes = [[0u8; 8]; 2];
    let mut overlapped = [OVERLAPPED::default(), OVERLAPPED::default()];
    for (bytes, overlapped) in bytes.iter_mut().zip(&mut overlapped) {
        start_receive(*server, bytes, overlapped);
    }
    assert_eq!(call!(send(*client, b"one".as_ptr(), 3, 0)), 3);
    assert_eq!(wait(server.handle(), LIMIT), WAIT_OBJECT_0);
    let result = |index: usize| {
        let mut count = 0;
        let handle = server.handle();
        let operation = &raw const overlapped[index];
        call!(GetOverlappedResult(handle, operation, &mut count, 0)) != 0 && count > 0
    };
    assert!(
        result(0) && !result(1),
        "signalled although one is still pending"
    );
    assert_eq!(call!(send(*client, b"two".as_ptr(), 3, 0)), 3);
    assert!(wait_until(DEADLINE, || result(1)));
}

/// HND-31: A socket is a file for GetFileType, DuplicateHandle, CreateIoCompletionPort, CancelIo, CancelIoEx and GetOverlappedResult.
#[test]
fn hnd_31_a_socket_is_a_file() {
    let (_client, server) = tcp_pair();
    assert_eq!(call!(GetFileType(server.handle())), FILE_TYPE_PIPE);
    let second = duplicate(server.handle());
    let mut bytes = [0u8; 8];
    for cancel in [true, false] {
        let mut overlapped = OVERLAPPED::default();
        start_receive(*server, &mut bytes, &mut overlapped);
        let cancelled = if cancel {
            call!(CancelIo(server.handle()))
        } else {
            call!(CancelIoEx(*second, &overlapped))
        };
        assert_ne!(cancelled, 0);
        assert!(wait_until(DEADLINE, || completed(&overlapped)));
        assert_eq!(
            call!(GetOverlappedResult(server.handle(), &overlapped, &mut 0, 0)),
            0
        );
        assert_eq!(last_error(), ERROR_OPERATION_ABORTED);
    }
    let port = call!(CreateIoCompletionPort(*second, null_mut(), 0, 0));
    drop(Handle::new(port));
}

/// What an overlapped call and GetOverlappedResult together have transferred.
fn transferred(handle: HANDLE, started: i32, overlapped: &OVERLAPPED) -> u32 {
    assert!(
        started != 0 || last_error() == ERROR_IO_PENDING,
        "error {}",
        last_error()
    );
    assert!(wait_until(DEADLINE, || wait(overlapped.hEvent, 10) == WAIT_OBJECT_0));
    let mut count = SENTINEL;
    assert_ne!(
        call!(GetOverlappedResult(handle, overlapped, &mut count, 0)),
        0
    );
    count
}

/// HND-32: WriteFile and ReadFile send and receive on a socket; ReadFile with 0 bytes tells that the peer has closed.
#[test]
fn hnd_32_sockets_are_read_and_written_as_files() {
    let (client, server) = tcp_pair();
    let done = event();
    let new = || OVERLAPPED {
        hEvent: *done,
        ..OVERLAPPED::default()
    };
    let mut bytes = [0u8; 16];

    let mut overlapped = new();
    let handle = client.handle();
    let started = call!(WriteFile(
        handle,
        b"as a file".as_ptr(),
        9,
        null_mut(),
        &mut overlapped
    ));
    assert_eq!(transferred(handle, started, &overlapped), 9);

    let mut overlapped = new();
    let handle = server.handle();
    let started = call!(ReadFile(
        handle,
        bytes.as_mut_ptr(),
        16,
        null_mut(),
        &mut overlapped
    ));
    assert_eq!(transferred(handle, started, &overlapped), 9);
    assert_eq!(&bytes[..9], b"as a file");

    client.close();
    let mut overlapped = new();
    let started = call!(ReadFile(
        handle,
        bytes.as_mut_ptr(),
        16,
        null_mut(),
        &mut overlapped
    ));
    assert_eq!(transferred(handle, started, &overlapped), 0);
}

/// HND-35: Successful calls leave the last error alone: waits, ports, events, CancelSynchronousIo.
#[test]
fn hnd_35_success_leaves_the_last_error() {
    let set = event();
    let port = call!(CreateIoCompletionPort(
        INVALID_HANDLE_VALUE,
        null_mut(),
        0,
        0
    ));
    let port = Handle::new(port);
    let (mut count, mut key, mut packet) = (0, 0, null_mut());
    set_last_error(SENTINEL);
    assert_ne!(call!(SetEvent(*set)), 0);
    assert_eq!(wait(*set, 0), WAIT_OBJECT_0);
    assert_eq!(
        call!(WaitForMultipleObjects(1, &set.raw(), 1, 0)),
        WAIT_OBJECT_0
    );
    assert_ne!(call!(PostQueuedCompletionStatus(*port, 1, 2, null())), 0);
    let got = call!(GetQueuedCompletionStatus(
        *port,
        &mut count,
        &mut key,
        &mut packet,
        LIMIT
    ));
    assert_eq!((got != 0, count, key), (true, 1, 2));
    assert_eq!(last_error(), SENTINEL);
}

/// HND-35: A successful CancelSynchronousIo leaves the last error alone.
#[test]
fn hnd_35_cancel_synchronous_io_leaves_the_last_error() {
    let (_client, server) = tcp_pair();
    let socket = server.raw();
    let (sender, receiver) = std::sync::mpsc::channel();
    let blocked = task(move || {
        sender
            .send(Arc::new(this_thread()))
            .expect("the test waits");
        let mut bytes = [0u8; 4];
        call!(recv(socket, bytes.as_mut_ptr(), 4, 0))
    });
    let thread = receiver
        .recv_timeout(DEADLINE)
        .expect("the thread has started");
    let cancelled = wait_until(DEADLINE, || {
        set_last_error(SENTINEL);
        call!(CancelSynchronousIo(**thread)) != 0
    });
    assert!(cancelled);
    assert_eq!(last_error(), SENTINEL);
    assert_eq!(blocked.result(), SOCKET_ERROR);
}
