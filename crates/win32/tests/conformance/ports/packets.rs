//! When a packet is queued and when not.

use std::ptr::{null, null_mut};

use super::{Operation, Packet, Port, Start, await_data, reset, send_now};
use crate::common::w::Win32::Foundation::{
    ERROR_CONNECTION_ABORTED, ERROR_INVALID_PARAMETER, ERROR_MORE_DATA, ERROR_NETNAME_DELETED,
    ERROR_OPERATION_ABORTED, HANDLE,
};
use crate::common::w::Win32::Networking::WinSock::{
    AF_INET, AcceptEx, FIONREAD, IPPROTO_TCP, SD_SEND, SOCK_STREAM, SOCKADDR, SOCKET, WSAEMSGSIZE,
    WSAENOTCONN, WSAIoctl, WSASocketW, accept, connect, recv, shutdown,
};
use crate::common::w::Win32::Storage::FileSystem::SetFileCompletionNotificationModes;
use crate::common::w::Win32::System::IO::GetOverlappedResult;
use crate::common::w::Win32::System::WindowsProgramming::{
    FILE_SKIP_COMPLETION_PORT_ON_SUCCESS, FILE_SKIP_SET_EVENT_ON_HANDLE,
};
use crate::common::{
    ADDRESS_LENGTH, LIMIT, Socket, connect_to, duplicate, event, last_error, listener, signalled,
    startup, tcp_pair, tcp_socket, udp_pair, wait,
};

const SKIP_PACKET: u8 = FILE_SKIP_COMPLETION_PORT_ON_SUCCESS as u8;
const SKIP_EVENT: u8 = FILE_SKIP_SET_EVENT_ON_HANDLE as u8;

#[track_caller]
fn set_modes(file: HANDLE, modes: u8) {
    assert_ne!(
        call!(SetFileCompletionNotificationModes(file, modes)),
        0,
        "error {}",
        last_error()
    );
}

/// Sends until a send is finished when its call returns, which an idle connection allows at once; every packet of a send that pended
/// is taken off the port.
#[track_caller]
fn send_at_once(operation: &Operation, socket: SOCKET, port: &Port) {
    for _ in 0..100 {
        match operation.send(socket, b"now") {
            Start::Done(bytes) => return assert_eq!(bytes, 3),
            Start::Pending => assert_eq!(port.next().overlapped, operation.address()),
            Start::Failed(error) => panic!("the send failed with error {error}"),
        }
    }
    panic!("no send finishes at once");
}

/// PORT-15: an operation that pended queues a packet with its bytes, the key and its OVERLAPPED when it succeeds.
/// PORT-15: and one with the error when it fails.
#[test]
fn port_15_success_and_failure_after_pending() {
    let (port, (client, server)) = (Port::new(0), tcp_pair());
    port.associate(server.handle(), 15);
    let operation = Operation::new();
    assert_eq!(operation.receive(*server), Start::Pending);
    send_now(*client, b"first");
    assert_eq!(port.next(), Packet::new(5, 15, operation.address()));

    assert_eq!(operation.receive(*server), Start::Pending);
    reset(client);
    let failed = Packet {
        error: ERROR_NETNAME_DELETED,
        ..Packet::new(0, 15, operation.address())
    };
    assert_eq!(port.next(), failed);
    port.stays_empty();
}

/// PORT-16: an operation that succeeds during the call queues exactly one packet as well.
#[test]
fn port_16_immediate_success_queues_a_packet() {
    let (port, (client, server)) = (Port::new(0), tcp_pair());
    port.associate(client.handle(), 16);
    let operation = Operation::new();
    send_at_once(&operation, *client, &port);
    assert_eq!(port.next(), Packet::new(3, 16, operation.address()));
    port.stays_empty();

    port.associate(server.handle(), 17);
    await_data(*server);
    assert!(operation.receive(*server).accepted());
    let packet = port.next();
    assert_eq!(
        (packet.key, packet.overlapped, packet.error),
        (17, operation.address(), 0)
    );
    assert!(packet.bytes >= 3);
    port.stays_empty();
}

/// PORT-17: a call that fails at once with anything but pending queues nothing.
#[test]
fn port_17_failed_starts_queue_nothing() {
    let (port, unconnected) = (Port::new(0), tcp_socket());
    port.associate(unconnected.handle(), 17);
    let operation = Operation::new();
    assert_eq!(operation.receive(*unconnected), Start::Failed(WSAENOTCONN));
    assert_eq!(
        operation.send(*unconnected, b"x"),
        Start::Failed(WSAENOTCONN)
    );
    port.stays_empty();
}

/// PORT-18: a datagram that does not fit is a warning, which queues a packet even where the call itself reported it.
#[test]
fn port_18_immediate_warnings_queue_a_packet() {
    let (port, (sender, receiver)) = (Port::new(0), udp_pair());
    port.associate(receiver.handle(), 18);
    send_now(*sender, b"much too long");
    await_data(*receiver);
    let operation = Operation::new();
    let start = operation.receive_datagram(*receiver, 4);
    assert!(
        matches!(start, Start::Failed(WSAEMSGSIZE) | Start::Pending),
        "{start:?}"
    );
    let cut = Packet {
        error: ERROR_MORE_DATA,
        ..Packet::new(4, 18, operation.address())
    };
    assert_eq!(port.next(), cut);
    assert_eq!(operation.data(4), b"much");
    port.stays_empty();
}

/// PORT-19: calls without an OVERLAPPED queue nothing: connect, accept, send, recv, shutdown, closesocket.
#[test]
fn port_19_synchronous_calls_queue_nothing() {
    let port = Port::new(0);
    let (listening, address) = listener();
    let client = tcp_socket();
    port.associate(listening.handle(), 1);
    port.associate(client.handle(), 2);
    assert_eq!(
        call!(connect(
            *client,
            (&raw const address).cast::<SOCKADDR>(),
            ADDRESS_LENGTH
        )),
        0
    );
    let server = Socket::new(call!(accept(*listening, null_mut(), null_mut())));
    port.associate(server.handle(), 3);

    send_now(*client, b"plain");
    let mut buffer = [0; 16];
    assert_eq!(call!(recv(*server, buffer.as_mut_ptr(), 16, 0)), 5);
    assert_eq!(call!(shutdown(*client, SD_SEND)), 0);
    assert_eq!(call!(recv(*server, buffer.as_mut_ptr(), 16, 0)), 0);
    server.close();
    client.close();
    listening.close();
    port.stays_empty();
}

/// PORT-20: with FILE_SKIP_COMPLETION_PORT_ON_SUCCESS an immediate success queues nothing, an operation that pended does.
#[test]
fn port_20_skip_mode() {
    let (port, (client, server)) = (Port::new(0), tcp_pair());
    for socket in [&client, &server] {
        port.associate(socket.handle(), 20);
        set_modes(socket.handle(), SKIP_PACKET);
    }
    let (sending, receiving) = (Operation::new(), Operation::new());
    assert_eq!(receiving.receive(*server), Start::Pending);
    let outcome = sending.send(*client, b"skip");
    let mut due = vec![receiving.address()];
    if outcome == Start::Pending {
        due.push(sending.address());
    }
    while !due.is_empty() {
        let packet = port.next();
        let place = due.iter().position(|address| *address == packet.overlapped);
        due.swap_remove(place.expect("only operations that pended queue packets"));
        assert_eq!((packet.bytes, packet.error), (4, 0));
    }
    send_at_once(&sending, *client, &port);
    port.stays_empty();
}

/// PORT-21: skip mode keeps the packets of operations that pended, be the outcome failure or warning.
#[test]
fn port_21_skip_mode_spares_operations_that_pended() {
    let port = Port::new(0);
    let (sender, receiver) = udp_pair();
    let (client, server) = tcp_pair();
    for socket in [&receiver, &server] {
        set_modes(socket.handle(), SKIP_PACKET);
        port.associate(socket.handle(), 21);
    }
    let (warned, failed) = (Operation::new(), Operation::new());
    assert_eq!(warned.receive_datagram(*receiver, 4), Start::Pending);
    send_now(*sender, b"too long");
    assert_eq!(
        port.next(),
        Packet {
            error: ERROR_MORE_DATA,
            ..Packet::new(4, 21, warned.address())
        }
    );

    assert_eq!(failed.receive(*server), Start::Pending);
    reset(client);
    assert_eq!(
        port.next(),
        Packet {
            error: ERROR_NETNAME_DELETED,
            ..Packet::new(0, 21, failed.address())
        }
    );
}

/// PORT-21: with the flag set, a warning that the call itself returns queues nothing; one that pended queues its packet.
#[test]
fn port_21_immediate_warning_in_skip_mode() {
    let (port, (sender, receiver)) = (Port::new(0), udp_pair());
    set_modes(receiver.handle(), SKIP_PACKET);
    port.associate(receiver.handle(), 21);
    send_now(*sender, b"too long");
    await_data(*receiver);
    let operation = Operation::new();
    match operation.receive_datagram(*receiver, 4) {
        Start::Failed(WSAEMSGSIZE) => port.stays_empty(),
        Start::Pending => assert_eq!(port.next().error, ERROR_MORE_DATA),
        other => panic!("{other:?}"),
    }
}

/// PORT-22: with FILE_SKIP_SET_EVENT_ON_HANDLE a completion leaves the file's own flag alone, but sets an event that was given.
#[test]
fn port_22_skip_of_the_flag() {
    let (client, server) = tcp_pair();
    let operation = Operation::new();
    assert_eq!(operation.receive(*server), Start::Pending);
    send_now(*client, b"a");
    assert_eq!(operation.await_status(), 0);
    assert_eq!(
        wait(server.handle(), LIMIT),
        0,
        "without the mode the flag is set"
    );

    set_modes(server.handle(), SKIP_EVENT);
    assert_eq!(operation.receive(*server), Start::Pending);
    send_now(*client, b"b");
    assert_eq!(operation.await_status(), 0);
    assert!(!signalled(server.handle()));

    let event = event();
    let with_event = Operation::with_event(event.raw());
    assert_eq!(with_event.receive(*server), Start::Pending);
    send_now(*client, b"c");
    assert_eq!(wait(event.raw(), LIMIT), 0);
}

/// PORT-23: modes are only ever added: 0 succeeds and leaves them set. They belong to the file, thus to all its handles.
#[test]
fn port_23_modes_only_grow_and_are_shared() {
    let (port, (client, _server)) = (Port::new(0), tcp_pair());
    port.associate(client.handle(), 23);
    let copy = duplicate(client.handle());
    set_modes(copy.raw(), SKIP_PACKET);
    set_modes(client.handle(), 0);
    let operation = Operation::new();
    send_at_once(&operation, *client, &port);
    port.stays_empty();
}

/// PORT-24: the modes of a socket without the overlapped attribute cannot be set.
#[test]
fn port_24_modes_need_the_overlapped_attribute() {
    startup();
    let plain = Socket::new(call!(WSASocketW(
        i32::from(AF_INET),
        SOCK_STREAM,
        IPPROTO_TCP,
        null(),
        0,
        0
    )));
    assert_eq!(
        call!(SetFileCompletionNotificationModes(
            plain.handle(),
            SKIP_PACKET
        )),
        0
    );
    assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
}

/// PORT-25: the skip flag works whether it is set before or after the association.
#[test]
fn port_25_modes_before_and_after_the_association() {
    let port = Port::new(0);
    for before in [true, false] {
        let (client, _server) = tcp_pair();
        if before {
            set_modes(client.handle(), SKIP_PACKET);
        }
        port.associate(client.handle(), 25);
        if !before {
            set_modes(client.handle(), SKIP_PACKET);
        }
        send_at_once(&Operation::new(), *client, &port);
        port.stays_empty();
    }
}

/// PORT-26: with the lowest bit of hEvent set, the event is signalled and no packet is queued; GetOverlappedResult has the result.
#[test]
fn port_26_tagged_event_suppresses_the_packet() {
    let (port, (client, server), event) = (Port::new(0), tcp_pair(), event());
    port.associate(server.handle(), 26);
    let operation = Operation::with_event((event.raw() as usize | 1) as HANDLE);
    assert_eq!(operation.receive(*server), Start::Pending);
    send_now(*client, b"tag");
    assert_eq!(wait(event.raw(), LIMIT), 0);
    let mut bytes = 0;
    assert_ne!(
        call!(GetOverlappedResult(
            server.handle(),
            operation.overlapped,
            &mut bytes,
            0
        )),
        0
    );
    assert_eq!(bytes, 3);
    port.stays_empty();
}

/// PORT-27: with a plain hEvent both happen: the event is set and the packet queued.
#[test]
fn port_27_plain_event_and_packet() {
    let (port, (client, server), event) = (Port::new(0), tcp_pair(), event());
    port.associate(server.handle(), 27);
    let operation = Operation::with_event(event.raw());
    assert_eq!(operation.receive(*server), Start::Pending);
    send_now(*client, b"both");
    assert_eq!(wait(event.raw(), LIMIT), 0);
    assert_eq!(port.next(), Packet::new(4, 27, operation.address()));
}

/// PORT-28: the key is that of the handle the operation was issued on: for AcceptEx the listener's, not the acceptor's.
#[test]
fn port_28_key_of_the_issuing_handle() {
    let port = Port::new(0);
    let (listening, address) = listener();
    let acceptor = tcp_socket();
    port.associate(listening.handle(), 100);
    port.associate(acceptor.handle(), 200);
    let operation = Operation::new();
    let area = ADDRESS_LENGTH as u32 + 16;
    let mut room = [0_u8; 64];
    let (output, mut bytes) = (room.as_mut_ptr().cast(), 0);
    let started = call!(AcceptEx(
        *listening,
        *acceptor,
        output,
        0,
        area,
        area,
        &mut bytes,
        operation.overlapped
    ));
    assert!(
        started != 0 || last_error() == 997,
        "error {}",
        last_error()
    );
    let client = tcp_socket();
    connect_to(*client, &address);
    assert_eq!(port.next(), Packet::new(0, 100, operation.address()));

    assert!(operation.receive(*acceptor).accepted());
    send_now(*client, b"own key");
    assert_eq!(port.next(), Packet::new(7, 200, operation.address()));
}

/// PORT-29: data, count and status are in memory before the packet can be taken.
#[test]
fn port_29_memory_is_ready_before_the_packet() {
    let (port, (client, server)) = (Port::new(0), tcp_pair());
    port.associate(server.handle(), 29);
    let operation = Operation::new();
    for round in 0..500_u16 {
        assert!(operation.receive(*server).accepted());
        send_now(*client, &round.to_ne_bytes());
        let packet = port.next();
        assert_eq!(
            (operation.status(), operation.count(), packet.bytes),
            (0, 2, 2)
        );
        assert_eq!(operation.data(2), round.to_ne_bytes());
    }
}

/// PORT-30: an overlapped WSAIoctl that succeeds queues a packet; its byte count may be 0.
#[test]
fn port_30_overlapped_ioctl_queues_a_packet() {
    let (port, (client, server)) = (Port::new(0), tcp_pair());
    port.associate(server.handle(), 30);
    send_now(*client, b"count");
    await_data(*server);
    let operation = Operation::new();
    let (mut waiting, mut bytes) = (0_u32, 0);
    let (output, size) = ((&raw mut waiting).cast(), size_of::<u32>() as u32);
    let code = FIONREAD as u32;
    let done = call!(WSAIoctl(
        *server,
        code,
        null(),
        0,
        output,
        size,
        &mut bytes,
        operation.overlapped,
        None
    ));
    assert!(Start::of(done, bytes).accepted());
    let packet = port.next();
    assert_eq!(
        (packet.key, packet.overlapped, packet.error),
        (30, operation.address(), 0)
    );
    assert!(packet.bytes == 0 || packet.bytes == size);
    assert_eq!(waiting, 5);
}

/// PORT-31: closing the last handle queues a failure packet for each pending operation, key intact.
#[test]
fn port_31_closing_queues_a_packet_for_each_operation() {
    let port = Port::new(0);
    let ((_client, stream), (_sender, datagram)) = (tcp_pair(), udp_pair());
    port.associate(stream.handle(), 1);
    port.associate(datagram.handle(), 2);
    let operations: Vec<_> = (0..4).map(|_| Operation::new()).collect();
    for pair in operations.chunks(2) {
        assert_eq!(pair[0].receive(*stream), Start::Pending);
        assert_eq!(pair[1].receive_datagram(*datagram, 8), Start::Pending);
    }
    stream.close();
    datagram.close();
    let mut due: Vec<_> = operations.iter().map(Operation::address).collect();
    for _ in &operations {
        let packet = port.next();
        due.retain(|address| *address != packet.overlapped);
        match packet.key {
            1 => assert!(
                [ERROR_CONNECTION_ABORTED, ERROR_OPERATION_ABORTED].contains(&packet.error),
                "{packet:?}"
            ),
            _ => assert_eq!((packet.key, packet.error), (2, ERROR_OPERATION_ABORTED)),
        }
    }
    assert_eq!(due, [0_usize; 0], "every operation has its packet");
    port.stays_empty();
}

/// PORT-31: closing a file with nothing pending queues nothing.
#[test]
fn port_31_closing_an_idle_file_queues_nothing() {
    let (port, (client, server)) = (Port::new(0), tcp_pair());
    port.associate(client.handle(), 1);
    port.associate(server.handle(), 2);
    client.close();
    server.close();
    port.stays_empty();
}
