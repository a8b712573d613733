//! AcceptEx and GetAcceptExSockaddrs.

use std::ptr::null_mut;

use crate::common::w::Win32::Foundation::{
    ERROR_CONNECTION_ABORTED, ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER,
    ERROR_OPERATION_ABORTED,
};
use crate::common::w::Win32::Networking::WinSock::{
    AF_INET, INVALID_SOCKET, SD_SEND, SO_KEEPALIVE, SO_UPDATE_ACCEPT_CONTEXT, SOCKADDR,
    SOCKADDR_IN, SOL_SOCKET, WSAEFAULT, WSAEINVAL, WSAENOTCONN, WSAENOTSOCK,
};
use crate::common::w::Win32::System::IO::{CancelIo, CancelIoEx};
use crate::common::{ADDRESS_LENGTH, Socket, event, last_error, loopback};
use crate::io::address::port_of;
use crate::io::operation::ADDRESS_ROOM;
use crate::io::{Background, Operation, Port, Start, eventually, extension, never};

/// Room for two addresses.
const ADDRESSES: usize = 2 * ADDRESS_ROOM as usize;

/// An AcceptEx that asks for no data, pending on `listener`.
#[track_caller]
fn pending_accept(listener: &Socket, acceptor: &Socket) -> Operation {
    let operation = Operation::new(ADDRESSES);
    assert_eq!(operation.accept(listener, acceptor, 0), Start::Pending);
    operation
}

/// Finishes an accepted socket.
#[track_caller]
fn update_context(acceptor: &Socket, listener: &Socket) {
    acceptor
        .set(SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, listener.raw())
        .expect("SO_UPDATE_ACCEPT_CONTEXT");
}

/// OVL-77: What AcceptEx refuses at once, and how.
#[test]
fn ovl_77_errors_of_the_call() {
    let (listener, acceptor, operation) =
        (Socket::listener(), Socket::tcp(), Operation::new(ADDRESSES));
    let (local, remote) = (ADDRESS_ROOM, ADDRESS_ROOM);
    let event = event();

    for bad in [INVALID_SOCKET, 0, event.raw() as usize] {
        let start = operation.accept_with(bad, acceptor.raw(), 0, local, remote);
        assert_eq!(start, Start::Failed(WSAENOTSOCK), "listener {bad:#x}");
        let start = operation.accept_with(listener.raw(), bad, 0, local, remote);
        assert_eq!(start, Start::Failed(WSAENOTSOCK), "acceptor {bad:#x}");
    }
    let deaf = Socket::tcp_bound();
    assert_eq!(
        operation.accept(&deaf, &acceptor, 0),
        Start::Failed(WSAEINVAL)
    );
    let no_room = operation.accept_with(listener.raw(), acceptor.raw(), 0, local, 0);
    assert_eq!(no_room, Start::Failed(WSAEFAULT));
}

/// OVL-77: AcceptEx needs an output buffer and an OVERLAPPED.
#[test]
fn ovl_77_buffer_and_overlapped_must_be_given() {
    let (listener, acceptor, operation) =
        (Socket::listener(), Socket::tcp(), Operation::new(ADDRESSES));
    let function = extension::accept_ex().expect("AcceptEx");
    let (room, mut count) = (ADDRESS_ROOM, 0);

    let overlapped = operation.overlapped();
    let (s, a) = (listener.raw(), acceptor.raw());
    let ok = call!(function(
        s,
        a,
        null_mut(),
        0,
        room,
        room,
        &mut count,
        overlapped
    ));
    assert_eq!((ok, last_error() as i32), (0, WSAEFAULT));
    let buffer = operation.descriptor().buf.cast();
    let ok = call!(function(
        s,
        a,
        buffer,
        0,
        room,
        room,
        &mut count,
        null_mut()
    ));
    assert_eq!((ok, last_error()), (0, ERROR_INVALID_PARAMETER));
}

/// OVL-78: The acceptor must be neither bound nor connected nor waiting in another AcceptEx: WSAEINVAL.
#[test]
fn ovl_78_the_acceptor_must_be_fresh() {
    let listener = Socket::listener();
    let operation = Operation::new(ADDRESSES);

    assert_eq!(
        operation.accept(&listener, &Socket::tcp_bound(), 0),
        Start::Failed(WSAEINVAL)
    );
    let other = Socket::listener();
    let connected = Socket::connected_to(&other);
    assert_eq!(
        operation.accept(&listener, &connected, 0),
        Start::Failed(WSAEINVAL)
    );

    let acceptor = Socket::tcp();
    let first = pending_accept(&listener, &acceptor);
    assert_eq!(
        operation.accept(&listener, &acceptor, 0),
        Start::Failed(WSAEINVAL)
    );
    listener.close();
    first.wait();
}

/// OVL-79: A refused AcceptEx leaves InternalHigh alone and notifies nobody.
#[test]
fn ovl_79_a_refused_accept_notifies_nobody() {
    let listener = Socket::listener();
    let port = Port::of(&listener, 1);
    let operation = Operation::new(ADDRESSES);
    operation.preset(0, 0x5555);

    assert_eq!(
        operation.accept(&listener, &Socket::tcp_bound(), 0),
        Start::Failed(WSAEINVAL)
    );
    let _client = Socket::connected_to(&listener);

    never("the event", || operation.event_is_set());
    port.stays_empty();
    assert_eq!(operation.transferred(), 0x5555);
}

/// OVL-80: Without data to wait for, AcceptEx completes with the connection.
#[test]
fn ovl_80_accept_completes_with_the_connection() {
    let (listener, acceptor) = (Socket::listener(), Socket::tcp());
    let operation = pending_accept(&listener, &acceptor);

    let client = Socket::connected_to(&listener);

    assert_eq!(operation.finish(&listener), Ok(0));
    client.send(b"hello").expect("send");
    acceptor.limit_receives();
    assert_eq!(acceptor.recv_all(5), b"hello");
}

/// OVL-80: A connection that waits already may complete AcceptEx at once.
#[test]
fn ovl_80_a_waiting_connection_is_taken() {
    let (listener, acceptor) = (Socket::listener(), Socket::tcp());
    let _client = Socket::connected_to(&listener);
    let operation = Operation::new(ADDRESSES);

    operation.accept(&listener, &acceptor, 0).accepted();

    assert_eq!(operation.finish(&listener), Ok(0));
}

/// OVL-80: With a receive length AcceptEx completes only when the first bytes have come.
/// OVL-82: The byte count of the operation counts the received data alone.
#[test]
fn ovl_80_accept_with_data_waits_for_the_first_bytes() {
    let (listener, acceptor) = (Socket::listener(), Socket::tcp());
    let operation = Operation::new(100 + ADDRESSES);
    assert_eq!(operation.accept(&listener, &acceptor, 100), Start::Pending);
    let client = Socket::connected_to(&listener);
    never("completion without data", || !operation.is_pending());

    client.send(b"hello").expect("send");

    assert_eq!(operation.finish(&listener), Ok(5));
    assert_eq!(&operation.buffer()[..5], b"hello");
}

/// OVL-80: The peer's close ends the waiting for data with 0 bytes and success.
#[test]
fn ovl_80_a_close_ends_the_waiting_for_data() {
    let (listener, acceptor) = (Socket::listener(), Socket::tcp());
    let operation = Operation::new(100 + ADDRESSES);
    assert_eq!(operation.accept(&listener, &acceptor, 100), Start::Pending);

    Socket::connected_to(&listener).close();

    assert_eq!(operation.finish(&listener), Ok(0));
}

/// OVL-81: Too little room for an address fails the operation when it would be filled, and the connection stays for the next accept.
#[test]
fn ovl_81_too_little_room_fails_and_keeps_the_connection() {
    let listener = Socket::listener();
    for (local, remote) in [
        (ADDRESS_ROOM, ADDRESS_ROOM - 1),
        (ADDRESS_ROOM - 1, ADDRESS_ROOM),
    ] {
        let acceptor = Socket::tcp();
        let operation = Operation::new(ADDRESSES);
        let start = operation.accept_with(listener.raw(), acceptor.raw(), 0, local, remote);
        assert_eq!(start, Start::Pending);
        let client = Socket::connected_to(&listener);

        assert_eq!(operation.finish(&listener), Err(ERROR_INSUFFICIENT_BUFFER));

        let server = listener.accept().expect("the connection is still there");
        assert_eq!(
            server.peer().map(|peer| port_of(&peer)),
            client.name().map(|name| port_of(&name))
        );
    }
}

/// OVL-81: No room at all for the local address is allowed.
#[test]
fn ovl_81_the_local_address_may_be_left_out() {
    let (listener, acceptor) = (Socket::listener(), Socket::tcp());
    let operation = Operation::new(ADDRESSES);
    let start = operation.accept_with(listener.raw(), acceptor.raw(), 0, 0, ADDRESS_ROOM);
    assert_eq!(start, Start::Pending);
    let _client = Socket::connected_to(&listener);
    assert_eq!(operation.finish(&listener), Ok(0));
}

/// OVL-82: GetAcceptExSockaddrs finds both addresses behind the received data.
#[test]
fn ovl_82_the_addresses_are_behind_the_data() {
    let (listener, acceptor) = (Socket::listener(), Socket::tcp());
    let operation = Operation::new(10 + ADDRESSES);
    assert_eq!(operation.accept(&listener, &acceptor, 10), Start::Pending);
    let client = Socket::connected_to(&listener);
    client.send(b"hello").expect("send");
    assert_eq!(operation.finish(&listener), Ok(5));

    let (local, remote) = addresses(&operation, 10);

    assert_eq!((local.sin_family, remote.sin_family), (AF_INET, AF_INET));
    assert_eq!(port_of(&local), port_of(&listener.name().expect("name")));
    assert_eq!(port_of(&remote), port_of(&client.name().expect("name")));
}

/// The two addresses of a completed AcceptEx.
fn addresses(operation: &Operation, data: u32) -> (SOCKADDR_IN, SOCKADDR_IN) {
    let function = extension::accept_ex_addresses().expect("GetAcceptExSockaddrs");
    let buffer = operation.buffer().as_ptr().cast();
    let (mut local, mut remote): (*mut SOCKADDR, *mut SOCKADDR) = (null_mut(), null_mut());
    let (mut local_length, mut remote_length) = (0, 0);
    let room = ADDRESS_ROOM;
    call!(function(
        buffer,
        data,
        room,
        room,
        &mut local,
        &mut local_length,
        &mut remote,
        &mut remote_length
    ));
    assert_eq!(
        (local_length, remote_length),
        (ADDRESS_LENGTH, ADDRESS_LENGTH)
    );
    // SAFETY: the function points into the operation's buffer, at addresses of the lengths just checked.
    unsafe {
        (
            local.cast::<SOCKADDR_IN>().read_unaligned(),
            remote.cast::<SOCKADDR_IN>().read_unaligned(),
        )
    }
}

/// OVL-83: While it waits in AcceptEx the acceptor can be neither bound nor connected: WSAEINVAL.
#[test]
fn ovl_83_a_waiting_acceptor_is_taken() {
    let (listener, acceptor) = (Socket::listener(), Socket::tcp());
    let operation = pending_accept(&listener, &acceptor);
    let target = listener.name().expect("name");

    assert_eq!(acceptor.bind(&loopback(0)), Err(WSAEINVAL));
    assert_eq!(acceptor.connect(&target), Err(WSAEINVAL));
    assert_eq!(
        Operation::new(0).connect(&acceptor, &target),
        Start::Failed(WSAEINVAL)
    );

    listener.close();
    operation.wait();
}

/// OVL-84: Several AcceptEx on one listener are served in the order of the calls.
#[test]
fn ovl_84_accepts_are_served_in_order() {
    let listener = Socket::listener();
    let acceptors: Vec<_> = (0..8).map(|_| Socket::tcp()).collect();
    let operations: Vec<_> = acceptors
        .iter()
        .map(|acceptor| pending_accept(&listener, acceptor))
        .collect();

    for (number, operation) in operations.iter().enumerate() {
        let client = Socket::connected_to(&listener);
        assert_eq!(operation.finish(&listener), Ok(0));
        assert!(
            operations[number + 1..].iter().all(Operation::is_pending),
            "a later one was served"
        );
        let (_, remote) = addresses(operation, 0);
        assert_eq!(port_of(&remote), port_of(&client.name().expect("name")));
    }
}

/// OVL-84: A blocking accept stands behind a pending AcceptEx.
#[test]
fn ovl_84_a_blocking_accept_stands_behind() {
    let (listener, acceptor) = (Socket::listener(), Socket::tcp());
    let operation = pending_accept(&listener, &acceptor);
    let name = listener.name().expect("name");
    let blocking = Background::start(move || listener.accept());
    blocking.still_blocked("accept");

    let first = Socket::tcp();
    first.connect(&name).expect("connect");
    operation.wait();
    let second = Socket::tcp();
    second.connect(&name).expect("connect");

    let accepted = blocking.join("accept").expect("accept");
    let peer = accepted.peer().expect("peer");
    assert_eq!(port_of(&peer), port_of(&second.name().expect("name")));
}

/// OVL-85: Closing the listener ends the operation with ERROR_OPERATION_ABORTED.
#[test]
fn ovl_85_closing_the_listener_aborts() {
    let (listener, acceptor) = (Socket::listener(), Socket::tcp());
    let port = Port::of(&listener, 6);
    let operation = pending_accept(&listener, &acceptor);

    listener.close();

    let packet = port.next();
    assert!(packet.is_of(&operation));
    assert_eq!((packet.error, packet.key), (ERROR_OPERATION_ABORTED, 6));
}

/// OVL-85: Closing the acceptor ends the operation with ERROR_OPERATION_ABORTED, and the listener goes on.
#[test]
fn ovl_85_closing_the_acceptor_aborts() {
    let (listener, acceptor) = (Socket::listener(), Socket::tcp());
    let operation = pending_accept(&listener, &acceptor);

    acceptor.close();

    assert_eq!(operation.finish(&listener), Err(ERROR_OPERATION_ABORTED));
    let _client = Socket::connected_to(&listener);
    assert!(listener.accept().is_ok());
}

/// OVL-85: When the connection was made and data is awaited, closing aborts with 995 or 1236.
#[test]
fn ovl_85_closing_while_data_is_awaited_aborts() {
    let (listener, acceptor) = (Socket::listener(), Socket::tcp());
    let operation = Operation::new(10 + ADDRESSES);
    assert_eq!(operation.accept(&listener, &acceptor, 10), Start::Pending);
    let _client = Socket::connected_to(&listener);
    never("completion without data", || !operation.is_pending());

    acceptor.close();

    let error = operation.finish(&listener).expect_err("an aborted accept");
    assert!(
        [ERROR_OPERATION_ABORTED, ERROR_CONNECTION_ABORTED].contains(&error),
        "error {error}"
    );
}

/// OVL-86: The operation is the listener's: its packet has the listener's key, and the acceptor is free for a port and key of its own.
#[test]
fn ovl_86_the_operation_belongs_to_the_listener() {
    let (listener, acceptor) = (Socket::listener(), Socket::tcp());
    let port = Port::of(&listener, 10);
    let operation = pending_accept(&listener, &acceptor);
    let client = Socket::connected_to(&listener);

    let packet = port.next();
    assert!(packet.is_of(&operation));
    assert_eq!((packet.error, packet.key), (0, 10));

    port.associate(&acceptor, 20);
    let receive = Operation::without_event(4);
    receive.receive(&acceptor).accepted();
    client.send(b"x").expect("send");
    let packet = port.next();
    assert!(packet.is_of(&receive));
    assert_eq!(packet.key, 20);
}

/// OVL-86: It is cancelled through the listener.
#[test]
fn ovl_86_cancelling_takes_the_listener() {
    let (listener, acceptor) = (Socket::listener(), Socket::tcp());
    let operation = pending_accept(&listener, &acceptor);

    assert_eq!(
        call!(CancelIoEx(acceptor.handle(), operation.overlapped())),
        0
    );
    never("completion through the acceptor", || {
        !operation.is_pending()
    });
    assert_eq!(call!(CancelIo(listener.handle())), 1);

    assert_eq!(operation.finish(&listener), Err(ERROR_OPERATION_ABORTED));
    let again = pending_accept(&listener, &acceptor);
    listener.close();
    again.wait();
}

/// OVL-87: Before SO_UPDATE_ACCEPT_CONTEXT the socket transfers, but has no names and can't be shut down.
#[test]
fn ovl_87_an_accepted_socket_is_unfinished() {
    let (listener, acceptor) = (Socket::listener(), Socket::tcp());
    let operation = pending_accept(&listener, &acceptor);
    let client = Socket::connected_to(&listener);
    operation.wait();

    let unfinished = [WSAENOTCONN, WSAEINVAL];
    assert!(unfinished.contains(&acceptor.peer().map(|_| ()).expect_err("getpeername")));
    assert!(unfinished.contains(&acceptor.name().map(|_| ()).expect_err("getsockname")));
    assert!(unfinished.contains(&acceptor.shutdown(SD_SEND).expect_err("shutdown")));

    assert_eq!(acceptor.send(b"hello"), Ok(5));
    assert_eq!(client.recv_all(5), b"hello");
    client.send(b"back").expect("send");
    acceptor.limit_receives();
    assert_eq!(acceptor.recv_all(4), b"back");
}

/// OVL-87: SO_UPDATE_ACCEPT_CONTEXT gives the socket its names, the listener's options, and shutdown.
#[test]
fn ovl_87_updating_the_context_finishes_the_socket() {
    let (listener, acceptor) = (Socket::listener(), Socket::tcp());
    listener
        .set(SOL_SOCKET, SO_KEEPALIVE, 1_u32)
        .expect("SO_KEEPALIVE");
    let operation = pending_accept(&listener, &acceptor);
    let client = Socket::connected_to(&listener);
    operation.wait();
    assert_eq!(acceptor.get::<u32>(SOL_SOCKET, SO_KEEPALIVE), Ok(0));

    update_context(&acceptor, &listener);

    let peer = acceptor.peer().expect("getpeername");
    assert_eq!(port_of(&peer), port_of(&client.name().expect("name")));
    let name = acceptor.name().expect("getsockname");
    assert_eq!(port_of(&name), port_of(&listener.name().expect("name")));
    assert_eq!(acceptor.get::<u32>(SOL_SOCKET, SO_KEEPALIVE), Ok(1));
    acceptor.shutdown(SD_SEND).expect("shutdown");
    assert_eq!(client.recv(&mut [0; 4]), Ok(0));
}

/// OVL-84: Many clients at once each get an acceptor of their own.
#[test]
fn ovl_84_many_clients_at_once() {
    const CLIENTS: usize = 16;
    let listener = Socket::listener();
    let acceptors: Vec<_> = (0..CLIENTS).map(|_| Socket::tcp()).collect();
    let operations: Vec<_> = acceptors
        .iter()
        .map(|acceptor| pending_accept(&listener, acceptor))
        .collect();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| Socket::connected_to(&listener))
        .collect();

    let mut accepted: Vec<_> = operations
        .iter()
        .map(|operation| {
            assert_eq!(operation.finish(&listener), Ok(0));
            port_of(&addresses(operation, 0).1)
        })
        .collect();
    let mut connected: Vec<_> = clients
        .iter()
        .map(|client| port_of(&client.name().expect("name")))
        .collect();

    accepted.sort_unstable();
    connected.sort_unstable();
    assert_eq!(accepted, connected);
    eventually("no accept is pending", || {
        !operations.iter().any(Operation::is_pending)
    });
}
