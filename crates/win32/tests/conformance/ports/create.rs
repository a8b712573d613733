//! Making ports and associating files with them.

use std::ptr::{null, null_mut};

use super::{Operation, Packet, Port, Start, send_now};
use crate::common::w::Win32::Foundation::{
    CloseHandle, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, HANDLE, INVALID_HANDLE_VALUE,
};
use crate::common::w::Win32::Networking::WinSock::{
    AF_INET, FROM_PROTOCOL_INFO, IPPROTO_TCP, SOCK_STREAM, WSA_FLAG_OVERLAPPED,
    WSADuplicateSocketW, WSAPROTOCOL_INFOW, WSASocketW, accept, socket,
};
use crate::common::w::Win32::Storage::FileSystem::ReadFile;
use crate::common::w::Win32::System::IO::{CreateIoCompletionPort, OVERLAPPED};
use crate::common::w::Win32::System::Threading::{GetCurrentProcessId, WaitForSingleObjectEx};
use crate::common::{
    Handle, LIMIT, Socket, connect_to, duplicate, event, in_own_thread, last_error, listener,
    local_address, startup, task, tcp_pair, tcp_socket, udp_pair, udp_socket,
};

/// The error of an association that must fail.
#[track_caller]
fn refused(file: HANDLE, port: HANDLE) -> u32 {
    let result = call!(CreateIoCompletionPort(file, port, 7, 0));
    assert!(result.is_null(), "the association succeeds");
    last_error()
}

/// PORT-01: INVALID_HANDLE_VALUE without a port makes a port that serves no file, and the key is not looked at.
#[test]
fn port_01_a_port_alone_ignores_the_key() {
    let port = Port(Handle::new(call!(CreateIoCompletionPort(
        INVALID_HANDLE_VALUE,
        null_mut(),
        77,
        1
    ))));
    assert_eq!(port.poll(0), None);
    port.post(1, 5, 8);
    assert_eq!(port.next(), Packet::new(1, 5, 8));
}

/// PORT-02: associating a file gives back the port's own handle, and the number of threads is not looked at.
#[test]
fn port_02_associating_returns_the_port() {
    let (port, (client, server)) = (Port::new(1), tcp_pair());
    let result = call!(CreateIoCompletionPort(
        server.handle(),
        port.raw(),
        42,
        9999
    ));
    assert_eq!(result, port.raw());

    let operation = Operation::new();
    assert!(operation.receive(*server).accepted());
    send_now(*client, b"hello");
    assert_eq!(port.next(), Packet::new(5, 42, operation.address()));
}

/// PORT-03: a file without a port makes a new port and associates the file with it.
#[test]
fn port_03_creates_and_associates_in_one_call() {
    let (client, server) = tcp_pair();
    let port = Port(Handle::new(call!(CreateIoCompletionPort(
        server.handle(),
        null_mut(),
        3,
        1
    ))));

    let operation = Operation::new();
    assert!(operation.receive(*server).accepted());
    send_now(*client, b"abc");
    assert_eq!(port.next(), Packet::new(3, 3, operation.address()));
}

/// PORT-05: INVALID_HANDLE_VALUE together with an existing port fails with ERROR_INVALID_PARAMETER.
#[test]
fn port_05_no_file_with_an_existing_port() {
    assert_eq!(
        refused(INVALID_HANDLE_VALUE, Port::new(0).raw()),
        ERROR_INVALID_PARAMETER
    );
}

/// PORT-06: a closed handle or another kind of object is refused with ERROR_INVALID_HANDLE, in the place of the port and of the file.
#[test]
fn port_06_bad_handles() {
    let (port, (_client, server), other) = (Port::new(0), tcp_pair(), event());
    let closed = event().close();
    for bad in [closed, other.raw(), server.handle()] {
        assert_eq!(refused(server.handle(), bad), ERROR_INVALID_HANDLE);
    }
    for bad in [closed, other.raw(), null_mut()] {
        assert_eq!(refused(bad, port.raw()), ERROR_INVALID_HANDLE);
    }
    port.associate(server.handle(), 1);
}

/// PORT-07: a file belongs to one port for its life; a second association, with the same or another port, fails and changes nothing.
#[test]
fn port_07_a_second_association_fails() {
    let (first, second, (client, server)) = (Port::new(0), Port::new(0), tcp_pair());
    first.associate(server.handle(), 1);
    assert_eq!(
        refused(server.handle(), second.raw()),
        ERROR_INVALID_PARAMETER
    );
    assert_eq!(
        refused(server.handle(), first.raw()),
        ERROR_INVALID_PARAMETER
    );
    assert_eq!(
        refused(server.handle(), null_mut()),
        ERROR_INVALID_PARAMETER
    );

    let operation = Operation::new();
    assert!(operation.receive(*server).accepted());
    send_now(*client, b"x");
    assert_eq!(first.next(), Packet::new(1, 1, operation.address()));
    second.stays_empty();
}

/// PORT-08: a socket made without the overlapped attribute cannot be associated; socket() makes overlapped ones.
#[test]
fn port_08_only_overlapped_sockets() {
    startup();
    let port = Port::new(0);
    let (family, protocol) = (i32::from(AF_INET), IPPROTO_TCP);
    let plain = Socket::new(call!(WSASocketW(
        family,
        SOCK_STREAM,
        protocol,
        null(),
        0,
        0
    )));
    assert_eq!(refused(plain.handle(), port.raw()), ERROR_INVALID_PARAMETER);
    let usual = Socket::new(call!(socket(family, SOCK_STREAM, protocol)));
    port.associate(usual.handle(), 1);
}

/// PORT-09: a duplicate of the handle shares the association and keeps it when the first handle is closed.
#[test]
fn port_09_duplicate_handles_share_the_association() {
    let (port, (client, server)) = (Port::new(0), tcp_pair());
    port.associate(server.handle(), 9);
    let copy = duplicate(server.handle());
    assert_eq!(refused(copy.raw(), port.raw()), ERROR_INVALID_PARAMETER);
    server.close();

    let operation = Operation::new();
    let buffer = operation.buffer(8);
    call!(ReadFile(
        copy.raw(),
        buffer.buf,
        buffer.len,
        null_mut(),
        operation.overlapped
    ));
    send_now(*client, b"dup");
    assert_eq!(port.next(), Packet::new(3, 9, operation.address()));
}

/// PORT-09: a socket made by WSADuplicateSocket shares the association; with the last one closed the association is over.
#[test]
fn port_09_duplicate_sockets_share_the_association() {
    let (port, (client, server)) = (Port::new(0), tcp_pair());
    port.associate(server.handle(), 9);
    let mut information = WSAPROTOCOL_INFOW::default();
    assert_eq!(
        call!(WSADuplicateSocketW(
            *server,
            GetCurrentProcessId(),
            &mut information
        )),
        0
    );
    let any = FROM_PROTOCOL_INFO;
    let copy = Socket::new(call!(WSASocketW(
        any,
        any,
        any,
        &information,
        0,
        WSA_FLAG_OVERLAPPED
    )));

    let operation = Operation::new();
    assert!(operation.receive(*copy).accepted());
    server.close();
    send_now(*client, b"dup");
    assert_eq!(port.next(), Packet::new(3, 9, operation.address()));
    copy.close();
    port.stays_empty();
}

/// PORT-10: one port serves many files of different kinds, and several of them may have the same key of full pointer size.
#[test]
fn port_10_many_files_and_equal_keys() {
    let key = usize::MAX - 1;
    let port = Port::new(0);
    let streams: Vec<_> = (0..8).map(|_| tcp_pair()).collect();
    let datagrams = udp_pair();
    let ends = || streams.iter().chain([&datagrams]);
    let operations: Vec<_> = ends().map(|_| Operation::new()).collect();
    for ((_, receiver), operation) in ends().zip(&operations) {
        port.associate(receiver.handle(), key);
        assert!(operation.receive(**receiver).accepted());
    }
    ends().for_each(|(sender, _)| send_now(**sender, b"many"));

    let mut seen: Vec<_> = operations.iter().map(|_| port.next()).collect();
    seen.sort_by_key(|packet| packet.overlapped);
    let mut due: Vec<_> = operations
        .iter()
        .map(|operation| Packet::new(4, key, operation.address()))
        .collect();
    due.sort_by_key(|packet| packet.overlapped);
    assert_eq!(seen, due);
}

/// PORT-11: each call makes another port, private to its handle, that lives until CloseHandle.
#[test]
fn port_11_ports_are_made_and_closed_by_the_program() {
    let (one, two) = (Port::new(0), Port::new(0));
    one.post(1, 1, 1);
    assert_eq!(two.poll(0), None);
    let handle = one.0.close();
    assert_eq!(call!(CloseHandle(handle)), 0);
    assert_eq!(last_error(), ERROR_INVALID_HANDLE);
}

/// PORT-12: a plain operation that is pending when its file is associated queues its packet when it completes.
#[test]
fn port_12_pending_operations_queue_their_packets() {
    let (port, (client, server)) = (Port::new(0), tcp_pair());
    let operation = Operation::new();
    assert_eq!(operation.receive(*server), Start::Pending);
    port.associate(server.handle(), 12);
    send_now(*client, b"late");
    assert_eq!(port.next(), Packet::new(4, 12, operation.address()));
}

/// PORT-12: an operation with a completion routine that is pending at the association calls the routine and queues no packet.
#[test]
fn port_12_pending_routines_stay_routines() {
    unsafe extern "system" fn routine(
        error: u32,
        bytes: u32,
        overlapped: *mut OVERLAPPED,
        _flags: u32,
    ) {
        // SAFETY: hEvent is this test's own data: a pointer to a counter that outlives the operation.
        let seen = unsafe { &mut *(*overlapped).hEvent.cast::<[u32; 2]>() };
        *seen = [error, bytes];
    }

    in_own_thread(|| {
        let (port, (client, server)) = (Port::new(0), tcp_pair());
        let mut seen = [u32::MAX; 2];
        let operation = Operation::with_event((&raw mut seen).cast());
        assert_eq!(
            operation.receive_with(*server, 16, Some(routine)),
            Start::Pending
        );
        port.associate(server.handle(), 12);
        send_now(*client, b"late");
        let never = event();
        assert_eq!(call!(WaitForSingleObjectEx(never.raw(), LIMIT, 1)), 0xc0);
        assert_eq!(seen, [0, 4]);
        port.stays_empty();
    });
}

/// PORT-13: a socket that accept returns is not associated although the listener is; the program associates it itself.
#[test]
fn port_13_accepted_sockets_are_not_associated() {
    let port = Port::new(0);
    let (listening, address) = listener();
    port.associate(listening.handle(), 1);
    let client = tcp_socket();
    connect_to(*client, &address);
    let accepted = Socket::new(call!(accept(*listening, null_mut(), null_mut())));

    let operation = Operation::new();
    assert!(operation.receive(*accepted).accepted());
    send_now(*client, b"one");
    assert_eq!(operation.await_status(), 0);
    port.stays_empty();

    port.associate(accepted.handle(), 2);
    assert!(operation.receive(*accepted).accepted());
    send_now(*client, b"two");
    assert_eq!(port.next(), Packet::new(3, 2, operation.address()));
}

/// PORT-14: one thread starts the operation, another fetches the result.
#[test]
fn port_14_results_are_not_bound_to_a_thread() {
    let port = std::sync::Arc::new(Port::new(0));
    let receiver = udp_socket();
    let address = local_address(*receiver);
    port.associate(receiver.handle(), 14);
    let fetching = task({
        let port = port.clone();
        move || port.next()
    });
    let operation = Operation::new();
    assert!(operation.receive_datagram(*receiver, 16).accepted());
    let sender = udp_socket();
    connect_to(*sender, &address);
    send_now(*sender, b"across");
    assert_eq!(fetching.result(), Packet::new(6, 14, operation.address()));
    assert_eq!(operation.data(6), b"across");
}
