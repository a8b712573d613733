//! Duplicated handles and handle flags.

use std::ptr::{null, null_mut};

use crate::common::w::Win32::Foundation::{
    CloseHandle, DUPLICATE_CLOSE_SOURCE, DUPLICATE_SAME_ACCESS, DuplicateHandle,
    ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_IO_PENDING, GetHandleInformation, HANDLE,
    HANDLE_FLAG_INHERIT, HANDLE_FLAG_PROTECT_FROM_CLOSE, SetHandleInformation, WAIT_FAILED,
    WAIT_OBJECT_0,
};
use crate::common::w::Win32::Networking::WinSock::{
    AF_INET, FIONBIO, FROM_PROTOCOL_INFO, IPPROTO_TCP, SOCK_STREAM, SOCKET, SOCKET_ERROR,
    WSA_FLAG_NO_HANDLE_INHERIT, WSA_FLAG_OVERLAPPED, WSA_IO_PENDING, WSABUF, WSADuplicateSocketW,
    WSAENOTSOCK, WSAEWOULDBLOCK, WSAGetOverlappedResult, WSAPROTOCOL_INFOW, WSARecv, WSASocketW,
    ioctlsocket, recv, send, socket,
};
use crate::common::w::Win32::Storage::FileSystem::ReadFile;
use crate::common::w::Win32::System::IO::{
    CreateIoCompletionPort, GetOverlappedResult, GetQueuedCompletionStatus, OVERLAPPED,
};
use crate::common::w::Win32::System::Threading::{
    CreateMutexW, CreateSemaphoreW, GetCurrentProcess, GetCurrentProcessId, SetEvent,
};
use crate::common::{
    Handle, LIMIT, SENTINEL, Socket, duplicate, event, last_error, set_last_error, signalled,
    startup, tcp_pair, tcp_socket, wait, wsa_error,
};

fn flags(handle: HANDLE) -> u32 {
    let mut flags = SENTINEL;
    assert_ne!(
        call!(GetHandleInformation(handle, &mut flags)),
        0,
        "error {}",
        last_error()
    );
    flags
}

/// A second socket for the same connection, made in the documented way.
fn duplicate_socket(source: SOCKET) -> Socket {
    let mut information = WSAPROTOCOL_INFOW::default();
    let process = call!(GetCurrentProcessId());
    assert_eq!(
        call!(WSADuplicateSocketW(source, process, &mut information)),
        0
    );
    let any = FROM_PROTOCOL_INFO;
    Socket::new(call!(WSASocketW(
        any,
        any,
        any,
        &information,
        0,
        WSA_FLAG_OVERLAPPED
    )))
}

/// HND-18: A duplicate is the same object: what is done through one handle shows through the other.
#[test]
fn hnd_18_a_duplicate_is_the_same_object() {
    let first = event();
    let second = duplicate(*first);
    assert_ne!(first.raw(), second.raw());
    call!(SetEvent(*first));
    assert!(signalled(*second));
}

/// HND-18: The completion port of a socket, its key and its pending operations belong to the duplicate as well.
#[test]
fn hnd_18_port_and_operations_are_shared() {
    let (client, server) = tcp_pair();
    let port = Handle::new(call!(CreateIoCompletionPort(
        server.handle(),
        null_mut(),
        42,
        0
    )));
    let second = duplicate(server.handle());
    set_last_error(SENTINEL);
    assert!(call!(CreateIoCompletionPort(*second, *port, 43, 0)).is_null());
    assert_eq!(
        last_error(),
        ERROR_INVALID_PARAMETER,
        "it has its port already"
    );

    let mut bytes = [0u8; 8];
    let mut overlapped = OVERLAPPED::default();
    let result = call!(ReadFile(
        *second,
        bytes.as_mut_ptr(),
        8,
        null_mut(),
        &mut overlapped
    ));
    assert_eq!((result, last_error()), (0, ERROR_IO_PENDING));
    assert_eq!(call!(send(*client, b"one".as_ptr(), 3, 0)), 3);
    let (mut count, mut key, mut packet) = (0, 0, null_mut());
    let got = call!(GetQueuedCompletionStatus(
        *port,
        &mut count,
        &mut key,
        &mut packet,
        LIMIT
    ));
    assert_eq!((got != 0, count, key), (true, 3, 42));
    assert!(std::ptr::eq(packet, &overlapped));
    assert_ne!(
        call!(GetOverlappedResult(
            server.handle(),
            &overlapped,
            &mut count,
            0
        )),
        0
    );
}

/// HND-18: Blocking mode is shared by the sockets of one connection.
#[test]
fn hnd_18_the_blocking_mode_is_shared() {
    let (_client, server) = tcp_pair();
    let second = duplicate_socket(*server);
    assert_eq!(call!(ioctlsocket(*server, FIONBIO, &mut 1)), 0);
    assert_eq!(
        call!(recv(*second, [0u8; 4].as_mut_ptr(), 4, 0)),
        SOCKET_ERROR
    );
    assert_eq!(wsa_error(), WSAEWOULDBLOCK);
}

/// HND-19: DUPLICATE_CLOSE_SOURCE closes the source, and the duplicate goes on.
#[test]
fn hnd_19_close_source_moves_the_handle() {
    let process = call!(GetCurrentProcess());
    let source = event().leak();
    call!(SetEvent(source));
    let mut target = null_mut();
    let options = DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE;
    // The access mask is ignored with DUPLICATE_SAME_ACCESS.
    let done = call!(DuplicateHandle(
        process,
        source,
        process,
        &mut target,
        0xdead,
        0,
        options
    ));
    assert_ne!(done, 0);
    let target = Handle::new(target);
    assert!(signalled(*target));
    if *target != source {
        assert_eq!(wait(source, 0), WAIT_FAILED);
        assert_eq!(last_error(), ERROR_INVALID_HANDLE);
    }
}

/// HND-19: The source is closed even when the duplication fails.
#[test]
fn hnd_19_close_source_closes_even_on_failure() {
    let process = call!(GetCurrentProcess());
    let no_process = event();
    let source = event().leak();
    let mut target = null_mut();
    let options = DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE;
    let done = call!(DuplicateHandle(
        process,
        source,
        *no_process,
        &mut target,
        0,
        0,
        options
    ));
    assert_eq!(done, 0);
    assert_eq!(wait(source, 0), WAIT_FAILED);
    assert_eq!(last_error(), ERROR_INVALID_HANDLE);
}

/// HND-04: DuplicateHandle of a bad handle fails with ERROR_INVALID_HANDLE.
#[test]
fn hnd_04_a_bad_handle_cannot_be_duplicated() {
    let process = call!(GetCurrentProcess());
    for source in [null_mut(), event().close()] {
        let mut target = null_mut();
        set_last_error(SENTINEL);
        let done = call!(DuplicateHandle(
            process,
            source,
            process,
            &mut target,
            0,
            0,
            DUPLICATE_SAME_ACCESS
        ));
        assert_eq!((done, last_error()), (0, ERROR_INVALID_HANDLE));
    }
}

/// HND-20: A duplicate by DuplicateHandle is a file for GetOverlappedResult and no socket for WSAGetOverlappedResult.
#[test]
fn hnd_20_a_duplicated_handle_is_no_socket() {
    let (client, server) = tcp_pair();
    let second = duplicate(server.handle());
    let done = event();
    let mut bytes = [0u8; 8];
    let buffer = WSABUF {
        len: 8,
        buf: bytes.as_mut_ptr(),
    };
    let mut overlapped = OVERLAPPED {
        hEvent: *done,
        ..OVERLAPPED::default()
    };
    let result = call!(WSARecv(
        *server,
        &buffer,
        1,
        null_mut(),
        &mut 0,
        &mut overlapped,
        None
    ));
    assert_eq!((result, wsa_error()), (SOCKET_ERROR, WSA_IO_PENDING));
    assert_eq!(call!(send(*client, b"data".as_ptr(), 4, 0)), 4);
    assert_eq!(wait(*done, LIMIT), WAIT_OBJECT_0);

    let (mut count, mut flags) = (0, 0);
    let socket = second.raw() as SOCKET;
    set_last_error(SENTINEL);
    let got = call!(WSAGetOverlappedResult(
        socket,
        &overlapped,
        &mut count,
        0,
        &mut flags
    ));
    assert_eq!((got, wsa_error()), (0, WSAENOTSOCK));
    assert_ne!(
        call!(GetOverlappedResult(*second, &overlapped, &mut count, 0)),
        0
    );
    assert_eq!(count, 4);
}

/// HND-20: WSADuplicateSocket and WSASocket make a second socket in every respect.
#[test]
fn hnd_20_a_duplicated_socket_is_a_socket() {
    let (client, server) = tcp_pair();
    let second = duplicate_socket(*server);
    assert_ne!(second.raw(), server.raw());
    server.close();
    let done = event();
    let mut bytes = [0u8; 8];
    let buffer = WSABUF {
        len: 8,
        buf: bytes.as_mut_ptr(),
    };
    let mut overlapped = OVERLAPPED {
        hEvent: *done,
        ..OVERLAPPED::default()
    };
    call!(WSARecv(
        *second,
        &buffer,
        1,
        null_mut(),
        &mut 0,
        &mut overlapped,
        None
    ));
    assert_eq!(call!(send(*client, b"both".as_ptr(), 4, 0)), 4);
    assert_eq!(wait(*done, LIMIT), WAIT_OBJECT_0);
    let (mut count, mut flags) = (0, 0);
    let got = call!(WSAGetOverlappedResult(
        *second,
        &overlapped,
        &mut count,
        0,
        &mut flags
    ));
    assert_eq!((got != 0, count, &bytes[..4]), (true, 4, &b"both"[..]));
}

/// HND-21: Handle flags can be set and read; a handle protected from close stays open, with ERROR_INVALID_HANDLE.
#[test]
fn hnd_21_a_protected_handle_stays_open() {
    let event = event();
    let protect = HANDLE_FLAG_PROTECT_FROM_CLOSE;
    assert_ne!(call!(SetHandleInformation(*event, protect, protect)), 0);
    assert_eq!(flags(*event), protect);
    set_last_error(SENTINEL);
    assert_eq!(call!(CloseHandle(*event)), 0);
    assert_eq!(last_error(), ERROR_INVALID_HANDLE);
    call!(SetEvent(*event));
    assert!(signalled(*event));
    assert_ne!(call!(SetHandleInformation(*event, protect, 0)), 0);
    assert_eq!(flags(*event), 0);
    event.close();
}

/// HND-21: The inheritance flag is independent of the other one and of the other handles to the object.
#[test]
fn hnd_21_the_inheritance_flag_belongs_to_the_handle() {
    let socket = tcp_socket();
    let event = event();
    for handle in [*event, socket.handle()] {
        let inherit = HANDLE_FLAG_INHERIT;
        assert_ne!(call!(SetHandleInformation(handle, inherit, inherit)), 0);
        assert_eq!(flags(handle), inherit);
        let second = duplicate(handle);
        assert_eq!(flags(*second), 0);
        assert_ne!(call!(SetHandleInformation(handle, inherit, 0)), 0);
        assert_eq!(flags(handle), 0);
    }
    set_last_error(SENTINEL);
    assert_eq!(call!(GetHandleInformation(null_mut(), &mut 0)), 0);
    assert_eq!(last_error(), ERROR_INVALID_HANDLE);
}

/// HND-22: Without security attributes a handle is not inherited.
#[test]
fn hnd_22_default_handles_are_not_inherited() {
    let objects = [
        event(),
        Handle::new(call!(CreateMutexW(null(), 0, null()))),
        Handle::new(call!(CreateSemaphoreW(null(), 0, 1, null()))),
    ];
    assert!(objects.iter().all(|object| flags(**object) == 0));
}

/// HND-23: A socket made with WSA_FLAG_NO_HANDLE_INHERIT is not inherited; one made by socket() says which it is and can be changed.
#[test]
fn hnd_23_socket_inheritance_can_be_chosen() {
    startup();
    let private = WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT;
    let socket_made = call!(WSASocketW(
        AF_INET as i32,
        SOCK_STREAM,
        IPPROTO_TCP,
        null(),
        0,
        private
    ));
    assert_eq!(flags(Socket::new(socket_made).handle()), 0);

    let plain = Socket::new(call!(socket(AF_INET as i32, SOCK_STREAM, IPPROTO_TCP)));
    assert_eq!(flags(plain.handle()) & !HANDLE_FLAG_INHERIT, 0);
    for value in [0, HANDLE_FLAG_INHERIT] {
        assert_ne!(
            call!(SetHandleInformation(
                plain.handle(),
                HANDLE_FLAG_INHERIT,
                value
            )),
            0
        );
        assert_eq!(flags(plain.handle()), value);
    }
}
