//! Several sockets on one port: SO_REUSEADDR, SO_EXCLUSIVEADDRUSE, wildcard and specific addresses.

use std::net::Ipv4Addr;

use crate::common::w::Win32::Networking::WinSock::{
    SO_EXCLUSIVEADDRUSE, SO_REUSEADDR, SOCKADDR_IN, SOL_SOCKET, WSAEACCES, WSAEADDRINUSE, WSAEINVAL,
};
use crate::common::{Socket, loopback};
use crate::io::address::{ipv4, port_of};

/// A socket with one of the two options, or with none.
fn socket_with(option: Option<i32>) -> Socket {
    let socket = Socket::tcp();
    if let Some(name) = option {
        socket.set(SOL_SOCKET, name, 1_u32).expect("setsockopt");
    }
    socket
}

/// Binds a socket with `option` to a free port of `address`, and returns it with its name.
#[track_caller]
fn bound(option: Option<i32>, address: Ipv4Addr) -> (Socket, SOCKADDR_IN) {
    let socket = socket_with(option);
    socket.bind(&ipv4(address, 0)).expect("bind to a free port");
    let name = socket.name().expect("name");
    (socket, name)
}

const ANY: Ipv4Addr = Ipv4Addr::UNSPECIFIED;
const LOCAL: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// SOCK-24: Two sockets with SO_REUSEADDR share an address even when the first one listens, and the first goes on getting the clients.
#[test]
fn sock_24_two_that_reuse_share() {
    let (first, name) = bound(Some(SO_REUSEADDR), LOCAL);
    first.listen(8).expect("listen");

    let second = socket_with(Some(SO_REUSEADDR));
    assert_eq!(second.bind(&name), Ok(0));

    for _ in 0..4 {
        let client = Socket::connected_to(&first);
        let server = first.accept().expect("accept");
        assert_eq!(
            server.peer().map(|peer| port_of(&peer)),
            client.name().map(|name| port_of(&name))
        );
    }
}

/// SOCK-24: If the second alone has SO_REUSEADDR, it is WSAEACCES.
#[test]
fn sock_24_one_that_reuses_does_not() {
    let (first, name) = bound(None, LOCAL);
    first.listen(8).expect("listen");
    assert_eq!(socket_with(Some(SO_REUSEADDR)).bind(&name), Err(WSAEACCES));
}

/// SOCK-25: Without options equal addresses are WSAEADDRINUSE, while a wildcard and a specific one may share a port.
#[test]
fn sock_25_wildcard_and_specific_coexist() {
    let (wildcard, name) = bound(None, ANY);
    wildcard.listen(8).expect("listen");
    assert_eq!(Socket::tcp().bind(&name), Err(WSAEADDRINUSE));

    let specific = Socket::tcp();
    assert_eq!(specific.bind(&loopback(port_of(&name))), Ok(0));
    specific.listen(8).expect("listen");

    let client = Socket::tcp();
    client.connect(&loopback(port_of(&name))).expect("connect");
    let server = specific
        .accept()
        .expect("the specific listener gets the client");
    assert_eq!(
        server.peer().map(|peer| port_of(&peer)),
        client.name().map(|name| port_of(&name))
    );
}

/// SOCK-25: A port on which a connection has just ended can be listened on at once.
#[test]
fn sock_25_a_finished_connection_does_not_block_the_port() {
    let listener = Socket::listener();
    let name = listener.name().expect("name");
    let client = Socket::connected_to(&listener);
    let server = listener.accept().expect("accept");
    // The listening side closes first, so that the waiting after the end is its own.
    server.close();
    assert_eq!(client.recv(&mut [0; 4]), Ok(0));
    client.close();
    listener.close();

    let again = Socket::tcp();
    assert_eq!(again.bind(&name), Ok(0));
    assert_eq!(again.listen(4), Ok(0));
}

/// SOCK-26: An exclusive wildcard keeps a specific address away: WSAEACCES.
#[test]
fn sock_26_an_exclusive_wildcard_keeps_others_away() {
    let (_first, name) = bound(Some(SO_EXCLUSIVEADDRUSE), ANY);
    assert_eq!(
        Socket::tcp().bind(&loopback(port_of(&name))),
        Err(WSAEACCES)
    );
}

/// SOCK-26: An exclusive wildcard comes too late after a specific address: WSAEADDRINUSE.
#[test]
fn sock_26_an_exclusive_wildcard_comes_too_late() {
    let (_first, name) = bound(None, LOCAL);
    let second = socket_with(Some(SO_EXCLUSIVEADDRUSE));
    assert_eq!(second.bind(&ipv4(ANY, port_of(&name))), Err(WSAEADDRINUSE));
}

/// SOCK-26: An exclusive specific address leaves the wildcard to others.
#[test]
fn sock_26_an_exclusive_specific_address_leaves_the_wildcard() {
    let (_first, name) = bound(Some(SO_EXCLUSIVEADDRUSE), LOCAL);
    assert_eq!(Socket::tcp().bind(&ipv4(ANY, port_of(&name))), Ok(0));
}

/// SOCK-26: Exclusive use and reuse exclude each other, the one set later is WSAEINVAL.
#[test]
fn sock_26_exclusive_and_reuse_exclude_each_other() {
    for (first, second) in [
        (SO_EXCLUSIVEADDRUSE, SO_REUSEADDR),
        (SO_REUSEADDR, SO_EXCLUSIVEADDRUSE),
    ] {
        let socket = socket_with(Some(first));
        assert_eq!(socket.set(SOL_SOCKET, second, 1_u32), Err(WSAEINVAL));
    }
}
