//! Datagrams.

use crate::common::Socket;
use crate::common::w::Win32::Foundation::{
    ERROR_MORE_DATA, STATUS_BUFFER_OVERFLOW, STATUS_SUCCESS,
};
use crate::common::w::Win32::Networking::WinSock::{
    AF_INET, MSG_PEEK, WSAEINVAL, WSAEMSGSIZE, WSAENOTCONN,
};
use crate::common::{ADDRESS_LENGTH, loopback};
use crate::io::address::{ip_of, port_of};
use crate::io::operation::{UNTOUCHED, record, wait_for_routine};
use crate::io::{Operation, Port, Start, connected_pair, datagram_pair, eventually};

/// OVL-67: WSARecvFrom completes with one whole datagram, and writes the source address and its length at the completion.
#[test]
fn ovl_67_receive_from_brings_the_datagram_and_its_source() {
    let (a, b) = (Socket::udp_bound(), Socket::udp_bound());
    let operation = Operation::new(64);
    assert_eq!(operation.receive_from(&a), Start::Pending);

    b.send_to(b"first", &a.name().expect("name"))
        .expect("sendto");
    b.send_to(b"second", &a.name().expect("name"))
        .expect("sendto");

    assert_eq!(operation.finish(&a), Ok(5));
    assert_eq!(&operation.buffer()[..5], b"first");
    let (source, length) = operation.source();
    assert_eq!(length, ADDRESS_LENGTH);
    assert_eq!(
        (source.sin_family, ip_of(&source)),
        (AF_INET, std::net::Ipv4Addr::LOCALHOST)
    );
    assert_eq!(port_of(&source), port_of(&b.name().expect("name")));
    let mut buffer = [0; 64];
    assert_eq!(a.recv_from(&mut buffer).map(|(count, _)| count), Ok(6));
}

/// OVL-68: A synchronous receive of a datagram that is too long fills the buffer, fails with WSAEMSGSIZE, and the rest is lost.
#[test]
fn ovl_68_a_long_datagram_fills_the_buffer_and_loses_the_rest() {
    let (a, b) = datagram_pair();
    b.send(b"0123456789").expect("send");
    b.send(b"next").expect("send");

    let mut buffer = [0; 4];
    assert_eq!(a.recv(&mut buffer), Err(WSAEMSGSIZE));
    assert_eq!(&buffer, b"0123");
    assert_eq!(a.recv(&mut buffer), Ok(4));
    assert_eq!(&buffer, b"next");
}

/// OVL-68: When the overflow is reported at once, the count is the size of the buffer.
/// OVL-70: It is a warning: the event is set although the call returned SOCKET_ERROR.
#[test]
fn ovl_70_an_overflow_at_once_still_sets_the_event() {
    let (a, b) = datagram_pair();
    b.send(b"0123456789").expect("send");
    let mut whole = [0; 10];
    assert_eq!(a.recv_flags(&mut whole, MSG_PEEK), Ok(10));
    let operation = Operation::new(4);

    match operation.receive_from(&a) {
        Start::Failed(code) => assert_eq!((code, operation.count()), (WSAEMSGSIZE, 4)),
        start => assert_eq!((start, operation.count()), (Start::Pending, UNTOUCHED)),
    }

    eventually("the event", || operation.event_is_set());
    assert_eq!(operation.status(), STATUS_BUFFER_OVERFLOW);
    assert_eq!(operation.buffer(), b"0123");
}

/// OVL-70: An overflow that is reported at once queues a packet nevertheless.
#[test]
fn ovl_70_an_overflow_at_once_still_queues_a_packet() {
    let (a, b) = datagram_pair();
    let port = Port::of(&a, 4);
    b.send(b"0123456789").expect("send");
    assert_eq!(a.recv_flags(&mut [0; 10], MSG_PEEK), Ok(10));
    let operation = Operation::without_event(4);

    let start = operation.receive(&a);
    assert!(
        [Start::Failed(WSAEMSGSIZE), Start::Pending].contains(&start),
        "{start:?}"
    );

    let packet = port.next();
    assert!(packet.is_of(&operation));
    assert_eq!(
        (packet.error, packet.bytes, packet.key),
        (ERROR_MORE_DATA, 4, 4)
    );
}

/// OVL-69: An overflow of a pending receive is STATUS_BUFFER_OVERFLOW, WSAEMSGSIZE and ERROR_MORE_DATA, with the buffer's size as count.
#[test]
fn ovl_69_a_pending_overflow_is_more_data() {
    let (a, b) = datagram_pair();
    let operation = Operation::new(4);
    assert_eq!(operation.receive(&a), Start::Pending);

    b.send(b"0123456789").expect("send");
    operation.wait();

    assert_eq!(
        (operation.status(), operation.transferred()),
        (STATUS_BUFFER_OVERFLOW, 4)
    );
    assert_eq!(operation.result(&a), Err(ERROR_MORE_DATA));
    assert_eq!(operation.wsa_result(&a), Err(WSAEMSGSIZE));
    assert_eq!(operation.buffer(), b"0123");
}

/// OVL-69: A port and a routine hear of the overflow in their own words.
#[test]
fn ovl_69_port_and_routine_hear_of_the_overflow() {
    let (a, b) = datagram_pair();
    let by_routine = Operation::without_event(4);
    let start = by_routine.start_receive_from(&a, Some(record));
    assert_eq!(start, Start::Pending);
    b.send(b"0123456789").expect("send");
    let calls = wait_for_routine();
    assert_eq!((calls[0].error as i32, calls[0].bytes), (WSAEMSGSIZE, 4));

    let port = Port::of(&a, 1);
    let by_port = Operation::without_event(4);
    assert_eq!(by_port.receive(&a), Start::Pending);
    b.send(b"0123456789").expect("send");
    let packet = port.next();
    assert_eq!((packet.error, packet.bytes), (ERROR_MORE_DATA, 4));
}

/// OVL-71: An empty datagram is a success with 0 bytes, and not the end of anything.
#[test]
fn ovl_71_an_empty_datagram_is_no_end() {
    let (a, b) = datagram_pair();
    let operation = Operation::new(4);
    assert_eq!(operation.receive(&a), Start::Pending);
    b.send(b"").expect("send");
    assert_eq!(operation.finish(&a), Ok(0));
    assert_eq!(operation.status(), STATUS_SUCCESS);

    b.send(b"more").expect("send");
    let next = Operation::new(4);
    next.receive(&a).accepted();
    assert_eq!(next.finish(&a), Ok(4));
}

/// OVL-72: Receiving on a UDP socket that isn't bound is WSAEINVAL.
#[test]
fn ovl_72_an_unbound_socket_cannot_receive() {
    let socket = Socket::udp();
    assert_eq!(socket.recv_from(&mut [0; 4]).map(|_| ()), Err(WSAEINVAL));
    assert_eq!(socket.recv(&mut [0; 4]), Err(WSAEINVAL));
    assert_eq!(
        Operation::new(4).receive_from(&socket),
        Start::Failed(WSAEINVAL)
    );
}

/// OVL-72: WSASendTo binds an unbound socket to a free port of the wildcard address.
#[test]
fn ovl_72_sending_binds_the_socket() {
    let (socket, target) = (Socket::udp(), Socket::udp_bound());
    assert_eq!(socket.name().map(|_| ()), Err(WSAEINVAL));
    let operation = Operation::sending(b"hello");

    operation
        .send_to(&socket, &target.name().expect("name"))
        .accepted();
    assert_eq!(operation.finish(&socket), Ok(5));

    let name = socket.name().expect("an implicit name");
    assert_ne!(port_of(&name), 0);
    let (count, source) = target.recv_from(&mut [0; 8]).expect("recvfrom");
    assert_eq!((count, port_of(&source)), (5, port_of(&name)));
}

/// OVL-73: Without a peer UDP can't send without a destination: WSAENOTCONN.
#[test]
fn ovl_73_an_unconnected_datagram_socket_needs_a_destination() {
    let socket = Socket::udp_bound();
    assert_eq!(socket.send(b"x"), Err(WSAENOTCONN));
    assert_eq!(
        Operation::sending(b"x").send(&socket),
        Start::Failed(WSAENOTCONN)
    );
}

/// OVL-73: A connected stream ignores the destination given to WSASendTo.
#[test]
fn ovl_73_a_stream_ignores_the_destination() {
    let (a, b) = connected_pair();
    let operation = Operation::sending(b"hello");
    operation.send_to(&a, &loopback(9)).accepted();
    assert_eq!(operation.finish(&a), Ok(5));
    assert_eq!(b.recv_all(5), b"hello");
}

/// OVL-74: The largest datagram over IPv4 has 65507 bytes; one more is WSAEMSGSIZE at once.
#[test]
fn ovl_74_a_datagram_has_a_largest_size() {
    let (a, b) = datagram_pair();
    assert_eq!(a.send(&vec![1; 65_508]), Err(WSAEMSGSIZE));
    assert_eq!(Operation::new(65_508).send(&a), Start::Failed(WSAEMSGSIZE));

    assert_eq!(a.send(&vec![2; 65_507]), Ok(65_507));
    let mut buffer = vec![0; 65_536];
    assert_eq!(b.recv(&mut buffer), Ok(65_507));
}
