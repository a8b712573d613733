//! Datagrams.

use crate::common::Socket;
use crate::common::w::Win32::Foundation::{
    ERROR_MORE_DATA, STATUS_BUFFER_OVERFLOW, STATUS_SUCCESS,
};
use crate::common::w::Win32::Networking::WinSock::{
    AF_INET, AF_INET6, IPPROTO_UDP, MSG_PEEK, SOCK_DGRAM, SOCKADDR_IN, WSAEADDRNOTAVAIL,
    WSAEAFNOSUPPORT, WSAEFAULT, WSAEINVAL, WSAEMSGSIZE, WSAENOTCONN,
};
use crate::common::{ADDRESS_LENGTH, loopback};
use crate::io::address::{ADDRESS6_LENGTH, ip_of, ipv4, loopback6, port_of};
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

/// OVL-67: A datagram that is there already brings its source as well, over IPv6 under Windows' number, and the answer finds
/// its way there.
#[test]
fn ovl_67_an_echo_over_a_port_knows_where_to_go() {
    for six in [false, true] {
        let (a, b) = if six {
            let bound = || {
                let socket = Socket::open(AF_INET6.into(), SOCK_DGRAM, IPPROTO_UDP).expect("UDP");
                socket.bind6(&loopback6(0)).expect("bind to loopback");
                socket
            };
            (bound(), bound())
        } else {
            (Socket::udp_bound(), Socket::udp_bound())
        };
        let family = if six { AF_INET6 } else { AF_INET };
        let length = if six { ADDRESS6_LENGTH } else { ADDRESS_LENGTH };
        let name = |socket: &Socket| {
            let six = six.then(|| socket.name6().expect("name"));
            let four = || socket.name().expect("name");
            six.map_or_else(|| port_of(&four()), |name| u16::from_be(name.sin6_port))
        };
        let ports = [Port::of(&a, 1), Port::of(&b, 2)];
        let question = sending_without_event(b"question");
        let asked = if six {
            question.send_to_address(&b, &loopback6(name(&a)), length)
        } else {
            question.send_to(&b, &loopback(name(&a)))
        };
        asked.accepted();
        assert!(ports[1].next().is_of(&question));

        let receive = Operation::without_event(64);
        receive.receive_from(&a).accepted();
        let packet = ports[0].next();
        assert!(packet.is_of(&receive) && packet.bytes == 8);
        assert_eq!(&receive.buffer()[..8], b"question");
        let (source, told) = receive.source();
        assert_eq!((source.sin_family, told), (family, length));
        assert_eq!(port_of(&source), name(&b));

        let answer = sending_without_event(b"answer");
        let answered = if six {
            answer.send_to_address(&a, &loopback6(port_of(&source)), told)
        } else {
            answer.send_to(&a, &source)
        };
        answered.accepted();
        assert!(ports[0].next().is_of(&answer));
        let receive = Operation::without_event(64);
        receive.receive_from(&b).accepted();
        let packet = ports[1].next();
        assert!(packet.is_of(&receive) && packet.bytes == 6);
        assert_eq!(&receive.buffer()[..6], b"answer");
    }
}

/// OVL-73: A destination that is short, of another family, without a port or without a host is refused, in this order, and
/// nothing is started.
#[test]
fn ovl_73_a_destination_has_family_host_and_port() {
    let socket = Socket::udp_bound();
    let nowhere = SOCKADDR_IN {
        sin_family: 77,
        ..SOCKADDR_IN::default()
    };
    let no_host = ipv4(std::net::Ipv4Addr::UNSPECIFIED, 9);
    for (to, length, error) in [
        (loopback(0), ADDRESS_LENGTH - 1, WSAEFAULT),
        (loopback(9), -1, WSAEFAULT),
        (nowhere, ADDRESS_LENGTH, WSAEAFNOSUPPORT),
        (loopback(0), ADDRESS_LENGTH, WSAEADDRNOTAVAIL),
        (no_host, ADDRESS_LENGTH, WSAEADDRNOTAVAIL),
    ] {
        let operation = sending_without_event(b"x");
        let start = operation.send_to_address(&socket, &to, length);
        assert_eq!(start, Start::Failed(error), "{length}");
    }
    let operation = sending_without_event(b"x");
    let other_family = operation.send_to_address(&socket, &loopback6(9), ADDRESS6_LENGTH);
    assert_eq!(other_family, Start::Failed(WSAEAFNOSUPPORT));
    let longer = [
        SOCKADDR_IN {
            sin_port: socket.name().expect("name").sin_port,
            ..loopback(0)
        },
        SOCKADDR_IN::default(),
    ];
    operation
        .send_to_address(&socket, &longer, 2 * ADDRESS_LENGTH)
        .accepted();
    let mut buffer = [0; 4];
    assert_eq!(socket.recv(&mut buffer), Ok(1));
}

fn sending_without_event(bytes: &[u8]) -> Operation {
    Operation::with_event(bytes, std::ptr::null_mut())
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
