//! What is special about UDP.

use std::net::Ipv4Addr;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicU16, Ordering};

use crate::common::w::Win32::Networking::WinSock::{
    AF_UNSPEC, SIO_UDP_CONNRESET, SO_BROADCAST, SOCKADDR_IN, SOL_SOCKET, WSAEACCES, WSAECONNRESET,
    WSAENOTCONN, WSAEWOULDBLOCK, WSAIoctl,
};
use crate::common::{Socket, loopback};
use crate::io::address::{ipv4, port_of};
use crate::io::{Operation, Start, checked, datagram_pair, eventually, never};

/// An address where no datagram is received.
///
/// Nothing keeps another socket from getting the port, so that these ports lie outside the range systems choose from.
fn deaf_address() -> SOCKADDR_IN {
    static NEXT: AtomicU16 = AtomicU16::new(20_011);
    loopback(NEXT.fetch_add(1, Ordering::Relaxed))
}

/// SOCK-35: A datagram that nobody received makes the next receive fail with WSAECONNRESET; the socket stays good.
#[test]
fn sock_35_an_unreachable_port_fails_the_next_receive() {
    let socket = Socket::udp_bound();
    socket.send_to(b"x", &deaf_address()).expect("sendto");
    assert_eq!(
        socket.recv_from(&mut [0; 4]).map(|_| ()),
        Err(WSAECONNRESET)
    );

    let sender = Socket::udp_bound();
    sender
        .send_to(b"good", &socket.name().expect("name"))
        .expect("sendto");
    assert_eq!(socket.recv_from(&mut [0; 8]).map(|(count, _)| count), Ok(4));
}

/// SOCK-35: A pending receive fails as well.
#[test]
fn sock_35_an_unreachable_port_fails_the_pending_receive() {
    let socket = Socket::udp_bound();
    let operation = Operation::new(8);
    assert_eq!(operation.receive_from(&socket), Start::Pending);
    socket.send_to(b"x", &deaf_address()).expect("sendto");
    assert_eq!(operation.wsa_finish(&socket), Err(WSAECONNRESET));
}

/// SOCK-35: SIO_UDP_CONNRESET FALSE switches that off.
#[test]
fn sock_35_the_reports_can_be_switched_off() {
    let socket = Socket::udp_bound();
    let (off, mut returned) = (0_u32, 0);
    let value = (&raw const off).cast();
    let code = SIO_UDP_CONNRESET;
    let switched = call!(WSAIoctl(
        socket.raw(),
        code,
        value,
        4,
        null_mut(),
        0,
        &mut returned,
        null_mut(),
        None
    ));
    assert_eq!(checked(switched), Ok(0));

    socket.send_to(b"x", &deaf_address()).expect("sendto");
    socket.set_nonblocking(true);

    never("a report", || {
        socket.recv_from(&mut [0; 4]).map(|_| ()) != Err(WSAEWOULDBLOCK)
    });
}

/// SOCK-36: Connecting UDP to AF_UNSPEC or to an address of zeros dissolves the association.
#[test]
fn sock_36_an_association_can_be_dissolved() {
    let unspecified = SOCKADDR_IN {
        sin_family: AF_UNSPEC,
        ..Default::default()
    };
    let zeros = ipv4(Ipv4Addr::UNSPECIFIED, 0);
    for nowhere in [unspecified, zeros] {
        let (a, b) = datagram_pair();
        let stranger = Socket::udp_bound();
        assert!(a.peer().is_ok());

        assert_eq!(a.connect(&nowhere), Ok(0));

        assert_eq!(a.peer().map(|_| ()), Err(WSAENOTCONN));
        assert_eq!(a.send(b"x"), Err(WSAENOTCONN));
        let name = a.name().expect("name");
        assert_ne!(port_of(&name), 0);
        stranger
            .send_to(b"hello", &loopback(port_of(&name)))
            .expect("sendto");
        assert_eq!(a.recv_from(&mut [0; 8]).map(|(count, _)| count), Ok(5));
        drop(b);
    }
}

/// SOCK-36: While associated, a socket hears its peer alone.
#[test]
fn sock_36_an_associated_socket_hears_its_peer_alone() {
    let (a, b) = datagram_pair();
    let stranger = Socket::udp_bound();
    stranger
        .send_to(b"stranger", &a.name().expect("name"))
        .expect("sendto");
    b.send(b"peer").expect("send");
    let mut buffer = [0; 16];
    assert_eq!(a.recv(&mut buffer), Ok(4));
    assert_eq!(&buffer[..4], b"peer");
}

/// SOCK-37: Broadcasting without SO_BROADCAST is WSAEACCES.
#[test]
fn sock_37_broadcasting_must_be_allowed() {
    let socket = Socket::udp();
    let everybody = ipv4(Ipv4Addr::BROADCAST, 9);
    assert_eq!(socket.get::<u32>(SOL_SOCKET, SO_BROADCAST), Ok(0));
    assert_eq!(socket.send_to(b"x", &everybody), Err(WSAEACCES));
}

/// SOCK-35: A connected socket hears of it from a peer that is gone.
#[test]
fn sock_35_a_gone_peer_is_reported() {
    let (a, b) = datagram_pair();
    b.close();
    a.send(b"x").expect("send");
    let mut answer = Ok(0);
    eventually("the report", || {
        answer = a.recv(&mut [0; 4]);
        answer.is_err()
    });
    assert_eq!(answer, Err(WSAECONNRESET));
}
