//! socket, bind, listen, connect.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ptr::null;

use crate::common::w::Win32::Networking::WinSock::{
    AF_INET, AF_INET6, AF_UNSPEC, IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP, SO_TYPE, SOCK_DGRAM,
    SOCK_RAW, SOCK_STREAM, SOCKADDR_IN, SOL_SOCKET, WSAEACCES, WSAEADDRINUSE, WSAEADDRNOTAVAIL,
    WSAEAFNOSUPPORT, WSAEFAULT, WSAEINVAL, WSAEISCONN, WSAENOTSOCK, WSAEOPNOTSUPP,
    WSAEPROTONOSUPPORT, WSAESOCKTNOSUPPORT, bind, connect,
};
use crate::common::{ADDRESS_LENGTH, Socket, loopback};
use crate::io::address::{ip_of, ipv4, ipv6, loopback6, pointer, port_of};
use crate::io::{Background, Operation, Start, checked, connected, connected_pair};

const INET: i32 = AF_INET as i32;
const INET6: i32 = AF_INET6 as i32;
const UNSPECIFIED: i32 = AF_UNSPEC as i32;

/// SOCK-07: socket() and WSASocket with WSA_FLAG_OVERLAPPED make overlapped sockets, WSASocket without the flag doesn't.
#[test]
fn sock_07_the_overlapped_attribute() {
    let overlapped = [
        Socket::tcp(),
        Socket::open_with_flags(INET, SOCK_STREAM, IPPROTO_TCP, 1).expect("WSASocketW"),
    ];
    for socket in overlapped {
        let (a, b) = connected(socket, &Socket::listener());
        let operation = Operation::new(1);
        assert_eq!(operation.receive(&a), Start::Pending);
        b.send(b"x").expect("send");
        assert_eq!(operation.finish(&a), Ok(1));
    }

    let (a, b) = connected(Socket::tcp_not_overlapped(), &Socket::listener());
    let call = Background::start(move || Operation::new(1).receive(&a));
    call.still_blocked("WSARecv");
    b.send(b"x").expect("send");
    assert_eq!(call.join("WSARecv"), Start::Done);
}

/// SOCK-07: An accepted socket has the attribute of its listener.
#[test]
fn sock_07_accepted_sockets_have_the_listeners_attribute() {
    let listener = Socket::tcp_not_overlapped();
    listener.bind(&loopback(0)).expect("bind");
    listener.listen(4).expect("listen");
    let (client, server) = connected(Socket::tcp(), &listener);
    let call = Background::start(move || Operation::new(1).receive(&server));
    call.still_blocked("WSARecv");
    client.send(b"x").expect("send");
    assert_eq!(call.join("WSARecv"), Start::Done);

    let (client, server) = connected_pair();
    let operation = Operation::new(1);
    assert_eq!(operation.receive(&server), Start::Pending);
    client.send(b"x").expect("send");
    assert_eq!(operation.finish(&server), Ok(1));
}

/// SOCK-08: What socket() refuses, and in which order it looks.
#[test]
fn sock_08_errors_of_socket() {
    let error = |family, kind, protocol| {
        Socket::open(family, kind, protocol)
            .map(|_| ())
            .unwrap_err()
    };
    assert_eq!(error(INET, 77, IPPROTO_TCP), WSAESOCKTNOSUPPORT);
    assert_eq!(error(77, SOCK_STREAM, IPPROTO_TCP), WSAEAFNOSUPPORT);
    assert_eq!(error(INET, SOCK_STREAM, IPPROTO_UDP), WSAEPROTONOSUPPORT);
    assert_eq!(error(INET, SOCK_DGRAM, IPPROTO_TCP), WSAEPROTONOSUPPORT);
    assert_eq!(error(UNSPECIFIED, SOCK_STREAM, 0), WSAEINVAL);
}

/// SOCK-08: A type or protocol of 0 is inferred, and so is the family of TCP.
#[test]
fn sock_08_what_is_left_out_is_inferred() {
    let kind = |family, kind, protocol| {
        let socket = Socket::open(family, kind, protocol).expect("an inferred socket");
        socket.get::<i32>(SOL_SOCKET, SO_TYPE).expect("SO_TYPE")
    };
    assert_eq!(kind(INET, SOCK_STREAM, 0), SOCK_STREAM);
    assert_eq!(kind(INET, SOCK_DGRAM, 0), SOCK_DGRAM);
    assert_eq!(kind(INET, 0, IPPROTO_TCP), SOCK_STREAM);
    assert_eq!(kind(INET, 0, IPPROTO_UDP), SOCK_DGRAM);
    assert_eq!(kind(INET, 0, 0), SOCK_STREAM);
    assert_eq!(kind(INET6, 0, IPPROTO_TCP), SOCK_STREAM);

    let inferred =
        Socket::open(UNSPECIFIED, 0, IPPROTO_TCP).expect("socket(AF_UNSPEC, 0, IPPROTO_TCP)");
    assert_eq!(inferred.bind(&loopback(0)), Ok(0), "its family is AF_INET");
}

/// SOCK-09: A raw socket needs the privilege: WSAEACCES without it.
#[test]
fn sock_09_raw_sockets_need_a_privilege() {
    let answer = Socket::open(INET, SOCK_RAW, IPPROTO_ICMP).map(|_| ());
    assert!([Ok(()), Err(WSAEACCES)].contains(&answer), "{answer:?}");
}

/// SOCK-10: bind wants a whole address of the socket's family.
#[test]
fn sock_10_bind_wants_a_whole_address_of_the_family() {
    let socket = Socket::tcp();
    let address = loopback(0);
    let at = pointer(&address);
    assert_eq!(
        checked(call!(bind(socket.raw(), null(), ADDRESS_LENGTH))),
        Err(WSAEFAULT)
    );
    assert_eq!(
        checked(call!(bind(socket.raw(), at, ADDRESS_LENGTH - 1))),
        Err(WSAEFAULT)
    );
    assert_eq!(checked(call!(bind(socket.raw(), at, 0))), Err(WSAEFAULT));

    assert_eq!(socket.bind6(&loopback6(0)), Err(WSAEAFNOSUPPORT));
    let other_family = SOCKADDR_IN {
        sin_family: 77,
        ..loopback(0)
    };
    assert_eq!(socket.bind(&other_family), Err(WSAEAFNOSUPPORT));
}

/// SOCK-10: bind refuses foreign addresses, taken ones, a second name, and what is no socket.
#[test]
fn sock_10_bind_wants_a_free_local_address() {
    let socket = Socket::tcp();
    let foreign = ipv4(Ipv4Addr::new(192, 0, 2, 1), 0);
    assert_eq!(socket.bind(&foreign), Err(WSAEADDRNOTAVAIL));

    let listener = Socket::listener();
    let taken = listener.name().expect("name");
    assert_eq!(socket.bind(&taken), Err(WSAEADDRINUSE));

    assert_eq!(socket.bind(&loopback(0)), Ok(0));
    assert_eq!(socket.bind(&loopback(0)), Err(WSAEINVAL));
    let stale = socket.close();
    assert_eq!(
        checked(call!(bind(stale, pointer(&taken), ADDRESS_LENGTH))),
        Err(WSAENOTSOCK)
    );
}

/// SOCK-10: Port 0 lets the system choose, and getsockname tells what it chose.
#[test]
fn sock_10_port_zero_is_chosen() {
    let name = Socket::tcp_bound().name().expect("name");
    assert_eq!(
        (name.sin_family, ip_of(&name)),
        (AF_INET, Ipv4Addr::LOCALHOST)
    );
    assert_ne!(port_of(&name), 0);
}

/// SOCK-11: listen wants a bound, unconnected stream socket, and may be repeated.
#[test]
fn sock_11_listen() {
    assert_eq!(Socket::tcp().listen(4), Err(WSAEINVAL));
    let (a, _b) = connected_pair();
    assert_eq!(a.listen(4), Err(WSAEISCONN));
    assert_eq!(Socket::udp_bound().listen(4), Err(WSAEOPNOTSUPP));

    let socket = Socket::tcp_bound();
    assert_eq!(socket.listen(1), Ok(0));
    assert_eq!(socket.listen(4), Ok(0));
}

/// SOCK-11: A backlog of 0x7fffffff means as many as is reasonable.
#[test]
fn sock_11_the_largest_backlog() {
    let socket = Socket::tcp_bound();
    assert_eq!(socket.listen(0x7fff_ffff), Ok(0));
    let clients: Vec<_> = (0..32).map(|_| Socket::connected_to(&socket)).collect();
    for _ in &clients {
        assert!(socket.accept().is_ok());
    }
}

/// SOCK-12: connect binds by itself.
#[test]
fn sock_12_connect_binds_the_socket() {
    let listener = Socket::listener();
    let socket = Socket::tcp();
    assert_eq!(socket.connect(&listener.name().expect("name")), Ok(0));
    assert_ne!(port_of(&socket.name().expect("name")), 0);
}

/// SOCK-12: What connect refuses.
/// SOCK-13: 0.0.0.0 is no destination, it doesn't mean this machine.
#[test]
fn sock_12_errors_of_connect() {
    let socket = Socket::tcp();
    let listener = Socket::listener();
    let target = listener.name().expect("name");
    assert_eq!(
        checked(call!(connect(socket.raw(), null(), ADDRESS_LENGTH))),
        Err(WSAEFAULT)
    );
    assert_eq!(
        checked(call!(connect(
            socket.raw(),
            pointer(&target),
            ADDRESS_LENGTH - 1
        ))),
        Err(WSAEFAULT)
    );
    assert_eq!(
        socket.connect6(&loopback6(port_of(&target))),
        Err(WSAEAFNOSUPPORT)
    );
    assert_eq!(socket.connect(&loopback(0)), Err(WSAEADDRNOTAVAIL));
    assert_eq!(
        socket.connect(&ipv4(Ipv4Addr::UNSPECIFIED, port_of(&target))),
        Err(WSAEADDRNOTAVAIL)
    );
    assert_eq!(listener.connect(&target), Err(WSAEINVAL));

    assert_eq!(socket.connect(&target), Ok(0));
    assert_eq!(socket.connect(&target), Err(WSAEISCONN));
}

/// SOCK-13: The same holds for :: over IPv6.
#[test]
fn sock_13_the_unspecified_address_over_ipv6() {
    let listener = Socket::tcp6();
    if listener.bind6(&loopback6(0)).is_err() {
        // A machine without IPv6.
        return;
    }
    listener.listen(4).expect("listen");
    let name = listener.name6().expect("name");
    let target = ipv6(Ipv6Addr::UNSPECIFIED, u16::from_be(name.sin6_port));
    assert_eq!(Socket::tcp6().connect6(&target), Err(WSAEADDRNOTAVAIL));
    assert_eq!(Socket::tcp6().connect6(&name), Ok(0));
}

/// SOCK-49: The samples' structures: addresses in network order, and their conversion functions.
#[test]
fn sock_49_network_order() {
    use crate::common::w::Win32::Networking::WinSock::{WSABUF, htonl, htons, ntohl, ntohs};
    assert_eq!(call!(htons(9000)).to_ne_bytes(), [0x23, 0x28]);
    assert_eq!(call!(ntohs(u16::from_ne_bytes([0x23, 0x28]))), 9000);
    assert_eq!(call!(htonl(0x7f00_0001)).to_ne_bytes(), [127, 0, 0, 1]);
    assert_eq!(
        call!(ntohl(u32::from_ne_bytes([127, 0, 0, 1]))),
        0x7f00_0001
    );

    let name = Socket::tcp_bound().name().expect("name");
    // SAFETY: every view of the union is plain bytes.
    let address = unsafe { name.sin_addr.S_un.S_addr };
    assert_eq!(address.to_ne_bytes(), [127, 0, 0, 1]);
    let buffer = WSABUF {
        len: u32::MAX,
        buf: std::ptr::null_mut(),
    };
    assert_eq!(
        (size_of_val(&buffer.len), size_of_val(&buffer)),
        (4, 2 * size_of::<usize>())
    );
}
