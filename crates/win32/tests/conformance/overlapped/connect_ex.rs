//! ConnectEx and DisconnectEx.

use std::ptr::{null, null_mut};

use crate::common::w::Win32::Foundation::{ERROR_CONNECTION_REFUSED, ERROR_INVALID_PARAMETER};
use crate::common::w::Win32::Networking::WinSock::{
    INVALID_SOCKET, SD_SEND, SO_UPDATE_ACCEPT_CONTEXT, SO_UPDATE_CONNECT_CONTEXT, SOL_SOCKET,
    TF_REUSE_SOCKET, WSAECONNREFUSED, WSAEINVAL, WSAEISCONN, WSAENOTCONN, WSAENOTSOCK,
    WSAESHUTDOWN, setsockopt,
};
use crate::common::{ADDRESS_LENGTH, Socket, last_error, loopback};
use crate::io::address::{pointer, port_of, silent_address};
use crate::io::operation::ADDRESS_ROOM;
use crate::io::{Operation, Port, Start, checked, connected_pair, extension};

/// Finishes a socket that ConnectEx has connected.
fn update_context(socket: &Socket) -> Result<i32, i32> {
    checked(call!(setsockopt(
        socket.raw(),
        SOL_SOCKET,
        SO_UPDATE_CONNECT_CONTEXT,
        null(),
        0
    )))
}

/// A socket connected by ConnectEx, its context not updated, and the accepted end.
#[track_caller]
fn connected_ex() -> (Socket, Socket) {
    let (listener, socket) = (Socket::listener(), Socket::tcp_bound());
    let operation = Operation::new(0);
    operation
        .connect(&socket, &listener.name().expect("name"))
        .accepted();
    assert_eq!(operation.finish(&socket), Ok(0));
    let server = listener.accept().expect("accept");
    socket.limit_receives();
    server.limit_receives();
    (socket, server)
}

/// OVL-88: ConnectEx wants a bound socket and an OVERLAPPED.
#[test]
fn ovl_88_the_socket_must_be_bound_and_overlapped_given() {
    let listener = Socket::listener();
    let target = listener.name().expect("name");
    assert_eq!(
        Operation::new(0).connect(&Socket::tcp(), &target),
        Start::Failed(WSAEINVAL)
    );

    let socket = Socket::tcp_bound();
    let function = extension::connect_ex().expect("ConnectEx");
    let address = pointer(&target);
    let ok = call!(function(
        socket.raw(),
        address,
        ADDRESS_LENGTH,
        null(),
        0,
        null_mut(),
        null_mut()
    ));
    assert_eq!((ok, last_error()), (0, ERROR_INVALID_PARAMETER));
}

/// OVL-88: A listening socket is WSAEINVAL, a connected one WSAEISCONN, no socket WSAENOTSOCK.
#[test]
fn ovl_88_the_state_of_the_socket_must_fit() {
    let listener = Socket::listener();
    let target = listener.name().expect("name");
    assert_eq!(
        Operation::new(0).connect(&Socket::listener(), &target),
        Start::Failed(WSAEINVAL)
    );
    let connected = Socket::connected_to(&listener);
    assert_eq!(
        Operation::new(0).connect(&connected, &target),
        Start::Failed(WSAEISCONN)
    );

    let function = extension::connect_ex().expect("ConnectEx");
    let operation = Operation::new(0);
    let (address, overlapped) = (pointer(&target), operation.overlapped());
    let ok = call!(function(
        INVALID_SOCKET,
        address,
        ADDRESS_LENGTH,
        null(),
        0,
        null_mut(),
        overlapped
    ));
    assert_eq!((ok, last_error() as i32), (0, WSAENOTSOCK));
}

/// OVL-89: ConnectEx pends, and completes with the connection; the packet has the socket's key.
#[test]
fn ovl_89_connect_completes_with_the_connection() {
    let (listener, socket) = (Socket::listener(), Socket::tcp_bound());
    let port = Port::of(&socket, 8);
    let operation = Operation::without_event(0);

    operation
        .connect(&socket, &listener.name().expect("name"))
        .accepted();

    let packet = port.next();
    assert!(packet.is_of(&operation));
    assert_eq!((packet.error, packet.bytes, packet.key), (0, 0, 8));
    let server = listener.accept().expect("accept");
    socket.send(b"hello").expect("send");
    assert_eq!(server.recv_all(5), b"hello");
}

/// OVL-89: A refused ConnectEx is ERROR_CONNECTION_REFUSED to GetOverlappedResult and WSAECONNREFUSED to WSAGetOverlappedResult.
#[test]
fn ovl_89_refusal_has_two_names() {
    let (_owner, nobody) = silent_address();
    let socket = Socket::tcp_bound();
    let operation = Operation::new(0);

    assert_eq!(operation.connect(&socket, &nobody), Start::Pending);
    operation.wait();

    assert_eq!(operation.result(&socket), Err(ERROR_CONNECTION_REFUSED));
    assert_eq!(operation.wsa_result(&socket), Err(WSAECONNREFUSED));
}

/// OVL-90: ConnectEx sends its buffer right after connecting and counts it.
#[test]
fn ovl_90_data_goes_with_the_connection() {
    let (listener, socket) = (Socket::listener(), Socket::tcp_bound());
    let operation = Operation::sending(b"hello");

    operation
        .connect(&socket, &listener.name().expect("name"))
        .accepted();

    let server = listener.accept().expect("accept");
    server.limit_receives();
    assert_eq!(operation.finish(&socket), Ok(5));
    assert_eq!(server.recv_all(5), b"hello");
}

/// OVL-91: Before SO_UPDATE_CONNECT_CONTEXT the socket has no peer name and can't be shut down.
#[test]
fn ovl_91_a_connected_socket_is_unfinished() {
    let (socket, server) = connected_ex();
    assert_eq!(socket.peer().map(|_| ()), Err(WSAENOTCONN));
    assert_eq!(socket.shutdown(SD_SEND), Err(WSAENOTCONN));
    assert_eq!(socket.send(b"hello"), Ok(5));
    assert_eq!(server.recv_all(5), b"hello");
}

/// OVL-91: SO_UPDATE_CONNECT_CONTEXT gives the socket its peer name and shutdown.
#[test]
fn ovl_91_updating_the_context_finishes_the_socket() {
    let (socket, server) = connected_ex();

    assert_eq!(update_context(&socket), Ok(0));

    let peer = socket.peer().expect("getpeername");
    assert_eq!(port_of(&peer), port_of(&server.name().expect("name")));
    socket.shutdown(SD_SEND).expect("shutdown");
    assert_eq!(server.recv(&mut [0; 4]), Ok(0));
}

/// OVL-92: DisconnectEx wants a connected socket.
#[test]
fn ovl_92_errors_of_disconnect() {
    let function = extension::disconnect_ex().expect("DisconnectEx");
    let operation = Operation::new(0);
    let ok = call!(function(INVALID_SOCKET, operation.overlapped(), 0, 0));
    assert_eq!((ok, last_error() as i32), (0, WSAENOTSOCK));
    assert_eq!(
        operation.disconnect(&Socket::tcp(), 0),
        Start::Failed(WSAENOTCONN)
    );
    assert_eq!(
        operation.disconnect(&Socket::tcp_bound(), 0),
        Start::Failed(WSAENOTCONN)
    );
}

/// OVL-92: With an OVERLAPPED DisconnectEx completes like any operation, and the peer sees the end.
#[test]
fn ovl_92_disconnect_completes_and_the_peer_sees_the_end() {
    let (a, b) = connected_pair();
    let operation = Operation::new(0);

    operation.disconnect(&a, 0).accepted();

    assert_eq!(operation.finish(&a), Ok(0));
    assert_eq!(b.recv(&mut [0; 4]), Ok(0));
}

/// OVL-92: Without an OVERLAPPED DisconnectEx is synchronous, and may be repeated.
#[test]
fn ovl_92_a_synchronous_disconnect_is_repeatable() {
    let (a, b) = connected_pair();
    let function = extension::disconnect_ex().expect("DisconnectEx");
    for _ in 0..2 {
        assert_eq!(
            call!(function(a.raw(), null_mut(), 0, 0)),
            1,
            "error {}",
            last_error()
        );
    }
    assert_eq!(b.recv(&mut [0; 4]), Ok(0));
}

/// OVL-93: After DisconnectEx sending is WSAESHUTDOWN and connecting WSAEISCONN, while data on its way still arrives.
#[test]
fn ovl_93_after_disconnect() {
    let (a, b) = connected_pair();
    let operation = Operation::new(0);
    b.send(b"late").expect("send");
    operation.disconnect(&a, 0).accepted();
    operation.wait();

    assert_eq!(a.send(b"x"), Err(WSAESHUTDOWN));
    let listener = Socket::listener();
    assert_eq!(a.connect(&listener.name().expect("name")), Err(WSAEISCONN));
    assert_eq!(a.recv_all(4), b"late");
}

/// OVL-94: TF_REUSE_SOCKET makes the socket good for another AcceptEx, with its handle and port as before.
#[test]
fn ovl_94_a_disconnected_socket_accepts_again() {
    let (listener, acceptor) = (Socket::listener(), Socket::tcp());
    let port = Port::of(&acceptor, 33);
    for round in 0..3 {
        let accept = Operation::new(2 * ADDRESS_ROOM as usize);
        accept.accept(&listener, &acceptor, 0).accepted();
        let client = Socket::connected_to(&listener);
        assert_eq!(accept.finish(&listener), Ok(0), "round {round}");
        acceptor
            .set(SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, listener.raw())
            .expect("update");

        let receive = Operation::without_event(8);
        receive.receive(&acceptor).accepted();
        client.send(b"hello").expect("send");
        let packet = port.next();
        assert!(packet.is_of(&receive));
        assert_eq!((packet.error, packet.bytes, packet.key), (0, 5, 33));

        client.shutdown(SD_SEND).expect("shutdown");
        let disconnect = Operation::without_event(0);
        disconnect.disconnect(&acceptor, TF_REUSE_SOCKET).accepted();
        let packet = port.next();
        assert!(packet.is_of(&disconnect));
        assert_eq!(packet.error, 0);
        assert_eq!(client.recv(&mut [0; 4]), Ok(0));
    }
}

/// OVL-94: TF_REUSE_SOCKET makes the socket good for another ConnectEx.
#[test]
fn ovl_94_a_disconnected_socket_connects_again() {
    let (socket, first) = connected_ex();
    assert_eq!(update_context(&socket), Ok(0));
    let disconnect = Operation::new(0);
    first.shutdown(SD_SEND).expect("shutdown");
    disconnect.disconnect(&socket, TF_REUSE_SOCKET).accepted();
    assert_eq!(disconnect.finish(&socket), Ok(0));
    assert_eq!(first.recv(&mut [0; 4]), Ok(0));
    drop(first);

    let listener = Socket::listener();
    // A socket that connected before is bound still; one that the system unbound takes a name again.
    let _ = socket.bind(&loopback(0));
    let connect = Operation::sending(b"again");
    connect
        .connect(&socket, &listener.name().expect("name"))
        .accepted();

    assert_eq!(connect.finish(&socket), Ok(5));
    let second = listener.accept().expect("accept");
    second.limit_receives();
    assert_eq!(second.recv_all(5), b"again");
}
