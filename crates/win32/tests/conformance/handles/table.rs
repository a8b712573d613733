//! The handle table: values, stale and pseudo handles, failure values.

use std::ptr::{null, null_mut};

use crate::common::w::Win32::Foundation::{
    CloseHandle, ERROR_FILE_NOT_FOUND, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, GENERIC_READ,
    HANDLE, INVALID_HANDLE_VALUE, WAIT_FAILED, WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use crate::common::w::Win32::Networking::WinSock::{
    AF_INET, INVALID_SOCKET, IPPROTO_UDP, SO_TYPE, SOCK_STREAM, SOCKADDR, SOCKET, SOCKET_ERROR,
    SOL_SOCKET, WSA_FLAG_OVERLAPPED, WSABUF, WSAENOTSOCK, WSARecv, WSASend, WSASocketW, accept,
    bind, closesocket, connect, getpeername, getsockname, getsockopt, listen, recv, send,
    setsockopt, shutdown,
};
use crate::common::w::Win32::Storage::FileSystem::{
    CreateFileW, FILE_SHARE_READ, GetFileType, OPEN_EXISTING,
};
use crate::common::w::Win32::System::IO::{
    CancelIo, CancelIoEx, CreateIoCompletionPort, GetQueuedCompletionStatus, OVERLAPPED,
    PostQueuedCompletionStatus,
};
use crate::common::w::Win32::System::Threading::{
    CreateEventW, CreateMutexW, CreateSemaphoreW, CreateWaitableTimerW, GetCurrentProcess,
    GetCurrentThread, ResetEvent, SetEvent, WaitForMultipleObjects,
};
use crate::common::{
    ADDRESS_LENGTH, Handle, LIMIT, SENTINEL, auto_event, create_thread, duplicate, event,
    last_error, loopback, set_last_error, signalled, tcp_pair, tcp_socket, udp_socket, wait, wide,
    wsa_error,
};

fn port() -> Handle {
    Handle::new(call!(CreateIoCompletionPort(
        INVALID_HANDLE_VALUE,
        null_mut(),
        0,
        0
    )))
}

/// A value that no function has ever returned.
const INVENTED: usize = 0x00ff_fff0;

/// HND-01: All kinds of object draw their handles from one table: non-zero multiples of 4, none twice, none INVALID_HANDLE_VALUE.
#[test]
fn hnd_01_one_table_of_multiples_of_four() {
    let sockets = [tcp_socket(), udp_socket()];
    let (thread, _) = create_thread(0, || 0);
    let objects = [
        event(),
        Handle::new(call!(CreateMutexW(null(), 0, null()))),
        Handle::new(call!(CreateSemaphoreW(null(), 0, 1, null()))),
        Handle::new(call!(CreateWaitableTimerW(null(), 1, null()))),
        port(),
        thread,
    ];
    let mut values: Vec<usize> = objects.iter().map(|object| object.raw() as usize).collect();
    values.extend(sockets.iter().map(|socket| socket.raw()));
    for value in &values {
        assert_ne!(*value, 0);
        assert_eq!(value % 4, 0);
        assert_ne!(*value, INVALID_HANDLE_VALUE as usize);
    }
    let count = values.len();
    values.sort_unstable();
    values.dedup();
    assert_eq!(values.len(), count);
}

/// HND-02: The two lowest bits of a handle do not matter.
#[test]
fn hnd_02_the_two_lowest_bits_are_ignored() {
    let event = auto_event();
    let tagged = |bits: usize| (event.raw() as usize | bits) as HANDLE;
    for bits in 0..4 {
        assert_eq!(wait(tagged(bits), 0), WAIT_TIMEOUT);
        assert_ne!(call!(SetEvent(tagged(bits))), 0);
        assert_eq!(wait(tagged(3 - bits), 0), WAIT_OBJECT_0);
    }
    let handles = [tagged(1), tagged(2)];
    assert_eq!(
        call!(WaitForMultipleObjects(2, handles.as_ptr(), 0, 0)),
        WAIT_TIMEOUT
    );
}

/// HND-03: What was started on a closed handle never reaches an object created later, even if that object has the same value.
#[test]
fn hnd_03_late_completions_stay_with_the_closed_object() {
    let port = port();
    for round in 0..100usize {
        let mut bytes = [0u8; 8];
        let buffer = WSABUF {
            len: 8,
            buf: bytes.as_mut_ptr(),
        };
        let mut operations = [OVERLAPPED::default(), OVERLAPPED::default()];
        let operations = operations.each_mut().map(|operation| &raw mut *operation);
        let start = |socket: SOCKET, operation: usize| {
            let key = 2 * round + operation;
            assert!(!call!(CreateIoCompletionPort(socket as HANDLE, *port, key, 0)).is_null());
            let overlapped = operations[operation];
            call!(WSARecv(
                socket,
                &buffer,
                1,
                null_mut(),
                &mut 0,
                overlapped,
                None
            ));
        };
        let (_peer, old) = tcp_pair();
        start(*old, 0);
        let stale = old.close();
        let (client, new) = tcp_pair();
        start(*new, 1);
        if stale != *new {
            assert_eq!(call!(CancelIoEx(stale as HANDLE, null())), 0);
            assert_eq!(last_error(), ERROR_INVALID_HANDLE);
            assert_eq!(call!(closesocket(stale)), SOCKET_ERROR);
        }
        for (operation, success) in [(0, false), (1, true)] {
            if success {
                assert_eq!(call!(send(*client, b"new".as_ptr(), 3, 0)), 3);
            }
            let (mut count, mut key, mut overlapped) = (0, 0, null_mut());
            let done = call!(GetQueuedCompletionStatus(
                *port,
                &mut count,
                &mut key,
                &mut overlapped,
                LIMIT
            ));
            assert_eq!(done != 0, success, "round {round}: error {}", last_error());
            assert_eq!(key, 2 * round + operation);
            assert_eq!(overlapped, operations[operation]);
        }
        assert_eq!(&bytes[..3], b"new");
    }
}

/// HND-04: NULL, a closed handle and an invented value make functions of kernel handles fail with ERROR_INVALID_HANDLE.
#[test]
fn hnd_04_bad_handles_are_invalid_handles() {
    let stale = event().close();
    for handle in [null_mut(), stale, INVENTED as HANDLE] {
        let failures: [(&str, &dyn Fn() -> bool); 8] = [
            ("CloseHandle", &|| call!(CloseHandle(handle)) == 0),
            ("SetEvent", &|| call!(SetEvent(handle)) == 0),
            ("ResetEvent", &|| call!(ResetEvent(handle)) == 0),
            ("WaitForSingleObject", &|| wait(handle, 0) == WAIT_FAILED),
            ("CancelIo", &|| call!(CancelIo(handle)) == 0),
            ("CancelIoEx", &|| call!(CancelIoEx(handle, null())) == 0),
            ("GetFileType", &|| call!(GetFileType(handle)) == 0),
            ("PostQueuedCompletionStatus", &|| {
                call!(PostQueuedCompletionStatus(handle, 0, 0, null())) == 0
            }),
        ];
        for (name, fails) in failures {
            set_last_error(SENTINEL);
            assert!(fails(), "{name}({handle:?})");
            assert_eq!(last_error(), ERROR_INVALID_HANDLE, "{name}({handle:?})");
        }
    }
}

/// Checks that every Winsock function refuses the value as no socket.
fn refused_as_socket(socket: SOCKET) {
    let mut bytes = [0u8; 4];
    let data = bytes.as_mut_ptr();
    let buffer = WSABUF { len: 4, buf: data };
    let mut address = loopback(1);
    let address = (&raw mut address).cast::<SOCKADDR>();
    let (mut length, mut option, mut count) = (ADDRESS_LENGTH, 4, 0);
    let (length, option, count) = (&raw mut length, &raw mut option, &raw mut count);
    let functions: [(&str, &dyn Fn() -> i32); 14] = [
        ("bind", &|| call!(bind(socket, address, ADDRESS_LENGTH))),
        ("listen", &|| call!(listen(socket, 1))),
        ("connect", &|| {
            call!(connect(socket, address, ADDRESS_LENGTH))
        }),
        (
            "accept",
            &|| match call!(accept(socket, null_mut(), null_mut())) {
                INVALID_SOCKET => SOCKET_ERROR,
                _ => 0,
            },
        ),
        ("recv", &|| call!(recv(socket, data, 4, 0))),
        ("send", &|| call!(send(socket, data, 4, 0))),
        ("shutdown", &|| call!(shutdown(socket, 1))),
        ("getsockname", &|| {
            call!(getsockname(socket, address, length))
        }),
        ("getpeername", &|| {
            call!(getpeername(socket, address, length))
        }),
        ("getsockopt", &|| {
            call!(getsockopt(socket, SOL_SOCKET, SO_TYPE, data, option))
        }),
        ("setsockopt", &|| {
            call!(setsockopt(socket, SOL_SOCKET, 4, data, 4))
        }),
        ("WSARecv", &|| {
            call!(WSARecv(socket, &buffer, 1, count, &mut 0, null_mut(), None))
        }),
        ("WSASend", &|| {
            call!(WSASend(socket, &buffer, 1, count, 0, null_mut(), None))
        }),
        ("closesocket", &|| call!(closesocket(socket))),
    ];
    for (name, function) in functions {
        set_last_error(SENTINEL);
        assert_eq!(function(), SOCKET_ERROR, "{name}({socket:#x})");
        assert_eq!(wsa_error(), WSAENOTSOCK, "{name}({socket:#x})");
    }
}

/// HND-04: NULL, a closed socket and an invented value make Winsock functions fail with WSAENOTSOCK.
#[test]
fn hnd_04_bad_sockets_are_not_sockets() {
    for socket in [0, tcp_socket().close(), INVENTED] {
        refused_as_socket(socket);
    }
}

/// HND-05: INVALID_SOCKET is numerically INVALID_HANDLE_VALUE, and Winsock functions refuse it with WSAENOTSOCK.
#[test]
fn hnd_05_invalid_socket_is_no_socket() {
    assert_eq!(INVALID_SOCKET, INVALID_HANDLE_VALUE as usize);
    drop(tcp_socket());
    refused_as_socket(INVALID_SOCKET);
}

/// HND-06: CreateFile fails with INVALID_HANDLE_VALUE, sockets with INVALID_SOCKET, and the other create functions with NULL.
#[test]
fn hnd_06_every_create_function_has_its_failure_value() {
    let missing = wide("larboard-no-such-file-anywhere");
    let file = call!(CreateFileW(
        missing.as_ptr(),
        GENERIC_READ,
        FILE_SHARE_READ,
        null(),
        OPEN_EXISTING,
        0,
        null_mut()
    ));
    assert_eq!(file, INVALID_HANDLE_VALUE);
    assert_eq!(last_error(), ERROR_FILE_NOT_FOUND);

    assert!(call!(CreateSemaphoreW(null(), 2, 1, null())).is_null());
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);

    let not_a_file = event();
    assert!(call!(CreateIoCompletionPort(*not_a_file, *port(), 0, 0)).is_null());

    drop(tcp_socket());
    assert_eq!(unsupported_socket(), INVALID_SOCKET);
    let (accepted, plain) = (INVALID_SOCKET, tcp_socket());
    assert_eq!(call!(accept(*plain, null_mut(), null_mut())), accepted);
}

/// A stream socket of a datagram protocol, which does not exist.
fn unsupported_socket() -> SOCKET {
    let flags = WSA_FLAG_OVERLAPPED;
    call!(WSASocketW(
        AF_INET as i32,
        SOCK_STREAM,
        IPPROTO_UDP,
        null(),
        0,
        flags
    ))
}

/// HND-06: CreateEvent fails with NULL for a name it cannot use.
#[test]
fn hnd_06_create_event_fails_with_null() {
    let name = wide(&format!("larboard-hnd-06-{}", std::process::id()));
    let _mutex = Handle::new(call!(CreateMutexW(null(), 0, name.as_ptr())));
    assert!(call!(CreateEventW(null(), 1, 0, name.as_ptr())).is_null());
    assert_eq!(last_error(), ERROR_INVALID_HANDLE);
}

/// HND-07: The pseudo handles -1 and -2 mean the process and the calling thread, can be awaited and duplicated, and closing them does
/// nothing.
#[test]
fn hnd_07_pseudo_handles_stand_for_process_and_thread() {
    let (process, thread) = (call!(GetCurrentProcess()), call!(GetCurrentThread()));
    assert_eq!((process as isize, thread as isize), (-1, -2));
    for pseudo in [process, thread] {
        assert_ne!(call!(CloseHandle(pseudo)), 0);
        assert_eq!(wait(pseudo, 0), WAIT_TIMEOUT, "it still runs");
        let real = duplicate(pseudo);
        assert_eq!(real.raw() as usize % 4, 0);
        assert_ne!(real.raw(), pseudo);
        assert_eq!(wait(*real, 0), WAIT_TIMEOUT);
    }
}

/// HND-08: WaitForMultipleObjects refuses pseudo handles with ERROR_INVALID_HANDLE.
#[test]
fn hnd_08_pseudo_handles_cannot_be_in_an_array() {
    let set = event();
    call!(SetEvent(*set));
    for pseudo in [call!(GetCurrentProcess()), call!(GetCurrentThread())] {
        for handles in [[*set, pseudo], [pseudo, *set]] {
            set_last_error(SENTINEL);
            assert_eq!(
                call!(WaitForMultipleObjects(2, handles.as_ptr(), 0, 0)),
                WAIT_FAILED
            );
            assert_eq!(last_error(), ERROR_INVALID_HANDLE);
        }
    }
}

/// HND-09: An object lives until its last handle is closed.
#[test]
fn hnd_09_the_last_handle_keeps_the_object() {
    let first = event();
    let second = duplicate(*first);
    let third = duplicate(*second);
    call!(SetEvent(*first));
    first.close();
    assert!(signalled(*second));
    call!(ResetEvent(*second));
    second.close();
    assert!(!signalled(*third));
}

/// HND-34: Creating that fails again and again uses nothing up.
#[test]
fn hnd_34_failed_creations_leave_nothing_behind() {
    let _socket = tcp_socket();
    let not_a_file = event();
    let port = port();
    for _ in 0..5000 {
        assert_eq!(unsupported_socket(), INVALID_SOCKET);
        assert!(call!(CreateIoCompletionPort(*not_a_file, *port, 0, 0)).is_null());
        assert!(call!(CreateSemaphoreW(null(), 2, 1, null())).is_null());
    }
    drop((tcp_pair(), event()));
}
