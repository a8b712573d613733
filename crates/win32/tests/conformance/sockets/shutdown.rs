//! Names of sockets, shutdown, lingering.

use std::ptr::null_mut;
use std::time::{Duration, Instant};

use crate::common::w::Win32::Networking::WinSock::{
    LINGER, SD_BOTH, SD_RECEIVE, SD_SEND, SO_LINGER, SOCKADDR_IN, SOL_SOCKET, WSAECONNABORTED,
    WSAECONNRESET, WSAEFAULT, WSAEINVAL, WSAEISCONN, WSAENOTCONN, WSAESHUTDOWN, WSAEWOULDBLOCK,
    WSARecvDisconnect, WSASendDisconnect, closesocket, getpeername, getsockname,
};
use crate::common::{ADDRESS_LENGTH, Socket, loopback};
use crate::io::address::port_of;
use crate::io::{Background, Port, checked, connected_pair, datagram_pair, eventually};

/// SOCK-19: An unbound socket has no name: WSAEINVAL; an unconnected one has no peer: WSAENOTCONN.
#[test]
fn sock_19_names_that_are_not_there() {
    assert_eq!(Socket::tcp().name().map(|_| ()), Err(WSAEINVAL));
    assert_eq!(Socket::udp().name().map(|_| ()), Err(WSAEINVAL));
    assert_eq!(Socket::tcp().peer().map(|_| ()), Err(WSAENOTCONN));
    assert_eq!(Socket::tcp_bound().peer().map(|_| ()), Err(WSAENOTCONN));
    assert_eq!(Socket::listener().peer().map(|_| ()), Err(WSAENOTCONN));
}

/// SOCK-19: Too little room for a name is WSAEFAULT.
#[test]
fn sock_19_a_name_needs_room() {
    let (a, _b) = connected_pair();
    let (mut address, mut length) = (SOCKADDR_IN::default(), ADDRESS_LENGTH - 1);
    let to = (&raw mut address).cast();
    assert_eq!(
        checked(call!(getsockname(a.raw(), to, &mut length))),
        Err(WSAEFAULT)
    );
    assert_eq!(
        checked(call!(getpeername(a.raw(), to, &mut length))),
        Err(WSAEFAULT)
    );
    assert_eq!(
        checked(call!(getsockname(a.raw(), to, null_mut()))),
        Err(WSAEFAULT)
    );
    length = ADDRESS_LENGTH;
    assert_eq!(
        checked(call!(getsockname(a.raw(), null_mut(), &mut length))),
        Err(WSAEFAULT)
    );
}

/// SOCK-19: Both ends know each other's name, also after shutdown.
#[test]
fn sock_19_the_peer_has_a_name_even_after_shutdown() {
    let (a, b) = connected_pair();
    let ports = |socket: &Socket| {
        (
            socket.name().map(|name| port_of(&name)),
            socket.peer().map(|peer| port_of(&peer)),
        )
    };
    let before = ports(&a);
    let (own, peer) = ports(&b);
    assert_eq!(before, (peer, own));
    a.shutdown(SD_BOTH).expect("shutdown");
    assert_eq!(ports(&a), before);
}

/// SOCK-19: The peer keeps its name when it has reset the connection: a server still says who has gone.
#[test]
fn sock_19_the_peer_has_a_name_even_after_a_reset() {
    let (a, b) = connected_pair();
    let peer = a.peer().map(|peer| port_of(&peer));
    b.reset();
    assert_eq!(a.recv(&mut [0; 4]), Err(WSAECONNRESET));
    assert_eq!(a.peer().map(|peer| port_of(&peer)), peer);
    let (a, b) = connected_pair();
    let peer = b.peer().map(|peer| port_of(&peer));
    a.reset();
    assert_eq!(b.recv(&mut [0; 4]), Err(WSAECONNRESET));
    assert_eq!(b.peer().map(|peer| port_of(&peer)), peer);
}

/// SOCK-20: shutdown wants a connection: an unconnected or listening socket is WSAENOTCONN, a direction above 2 WSAEINVAL.
#[test]
fn sock_20_errors_of_shutdown() {
    assert_eq!(Socket::tcp().shutdown(SD_SEND), Err(WSAENOTCONN));
    assert_eq!(Socket::tcp_bound().shutdown(SD_SEND), Err(WSAENOTCONN));
    assert_eq!(Socket::listener().shutdown(SD_BOTH), Err(WSAENOTCONN));
    let (a, _b) = connected_pair();
    assert_eq!(a.shutdown(3), Err(WSAEINVAL));
}

/// SOCK-20: shutdown may be repeated; afterwards sending and receiving are WSAESHUTDOWN, connecting WSAEISCONN.
#[test]
fn sock_20_after_shutdown() {
    let (a, b) = connected_pair();
    for _ in 0..2 {
        assert_eq!(a.shutdown(SD_SEND), Ok(0));
        assert_eq!(a.shutdown(SD_RECEIVE), Ok(0));
    }
    assert_eq!(a.send(b"x"), Err(WSAESHUTDOWN));
    assert_eq!(a.recv(&mut [0; 4]), Err(WSAESHUTDOWN));
    assert_eq!(
        a.connect(&Socket::listener().name().expect("name")),
        Err(WSAEISCONN)
    );
    assert_eq!(b.recv(&mut [0; 4]), Ok(0));
}

/// SOCK-21: Data that comes after shutdown(SD_RECEIVE) is not received: it resets the connection, or is dropped.
#[test]
fn sock_21_data_after_shutdown_of_receiving() {
    let (a, b) = connected_pair();
    a.shutdown(SD_RECEIVE).expect("shutdown");
    let sent = b.send(b"unwanted");
    assert!(
        [Ok(8), Err(WSAECONNRESET), Err(WSAECONNABORTED)].contains(&sent),
        "{sent:?}"
    );
    assert_eq!(a.recv(&mut [0; 16]), Err(WSAESHUTDOWN));
}

/// SOCK-22: Without lingering closesocket is graceful: it returns at once and what was sent arrives.
#[test]
fn sock_22_the_default_close_is_graceful() {
    let (a, b) = connected_pair();
    a.set(
        SOL_SOCKET,
        SO_LINGER,
        LINGER {
            l_onoff: 0,
            l_linger: 0,
        },
    )
    .expect("SO_LINGER off");
    let data = vec![7; 100_000];
    let copy = data.clone();
    let sender = Background::start(move || {
        a.send(&copy).expect("send");
        a.close()
    });
    assert_eq!(b.recv_all(100_000), data);
    assert_eq!(b.recv(&mut [0; 4]), Ok(0));
    sender.join("send and close");
}

/// SOCK-22: Lingering for 0 seconds is a hard close, the peer gets a reset.
#[test]
fn sock_22_linger_zero_resets() {
    let (a, b) = connected_pair();
    a.reset();
    assert_eq!(b.recv(&mut [0; 4]), Err(WSAECONNRESET));
}

/// SOCK-22: With a linger time a blocking close waits until the data is out, or the time is over.
#[test]
fn sock_22_a_blocking_close_lingers() {
    let (a, b) = connected_pair();
    a.set(
        SOL_SOCKET,
        SO_LINGER,
        LINGER {
            l_onoff: 1,
            l_linger: 1,
        },
    )
    .expect("SO_LINGER 1 s");
    fill(&a);
    a.set_nonblocking(false);

    let start = Instant::now();
    let call = Background::start(move || a.try_close());
    assert_eq!(call.join("closesocket"), Ok(0));

    assert!(
        start.elapsed() >= Duration::from_millis(900),
        "after {:?}",
        start.elapsed()
    );
    drop(b);
}

/// Sends until nothing fits any more; leaves the socket non-blocking.
#[track_caller]
fn fill(socket: &Socket) {
    socket.set_nonblocking(true);
    for _ in 0..10_000 {
        if socket.send(&[0; 65_536]).is_err() {
            return;
        }
    }
    panic!("the buffers are never full");
}

/// SOCK-22: A non-blocking close that would have to linger is WSAEWOULDBLOCK, and the socket stays open.
#[test]
fn sock_22_a_non_blocking_close_does_not_linger() {
    let (a, b) = connected_pair();
    a.set(
        SOL_SOCKET,
        SO_LINGER,
        LINGER {
            l_onoff: 1,
            l_linger: 5,
        },
    )
    .expect("SO_LINGER 5 s");
    fill(&a);

    assert_eq!(checked(call!(closesocket(a.raw()))), Err(WSAEWOULDBLOCK));
    assert!(a.peer().is_ok(), "the socket is open");

    // What is left is closed hard, so that nothing lingers beyond the test.
    a.reset();
    drop(b);
}

/// SOCK-44: WSASendDisconnect is shutdown(SD_SEND), WSARecvDisconnect is shutdown(SD_RECEIVE), and neither queues a packet.
#[test]
fn sock_44_disconnects_are_shutdowns() {
    let (a, b) = connected_pair();
    let port = Port::of(&a, 1);

    assert_eq!(
        checked(call!(WSASendDisconnect(a.raw(), std::ptr::null()))),
        Ok(0)
    );
    assert_eq!(a.send(b"x"), Err(WSAESHUTDOWN));
    assert_eq!(b.recv(&mut [0; 4]), Ok(0));

    assert_eq!(
        checked(call!(WSARecvDisconnect(a.raw(), std::ptr::null()))),
        Ok(0)
    );
    assert_eq!(a.recv(&mut [0; 4]), Err(WSAESHUTDOWN));
    port.stays_empty();

    let unconnected = Socket::tcp();
    assert_eq!(
        checked(call!(WSASendDisconnect(
            unconnected.raw(),
            std::ptr::null()
        ))),
        Err(WSAENOTCONN)
    );
}

/// SOCK-20: A connected datagram socket can be shut down too.
#[test]
fn sock_20_datagrams_can_be_shut_down() {
    let (a, _b) = datagram_pair();
    assert_eq!(a.shutdown(SD_SEND), Ok(0));
    assert_eq!(a.send(b"x"), Err(WSAESHUTDOWN));
}

/// SOCK-19: The name after binding to the wildcard address is the wildcard address with a port.
#[test]
fn sock_19_a_wildcard_name() {
    let socket = Socket::udp();
    let wildcard = crate::io::address::ipv4(std::net::Ipv4Addr::UNSPECIFIED, 0);
    socket.bind(&wildcard).expect("bind");
    let name = socket.name().expect("name");
    assert_eq!(
        crate::io::address::ip_of(&name),
        std::net::Ipv4Addr::UNSPECIFIED
    );
    assert_ne!(port_of(&name), 0);
    eventually("a datagram", || {
        socket.send_to(b"x", &loopback(port_of(&name))) == Ok(1)
    });
}
