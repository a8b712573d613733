//! accept and WSAAccept.

use std::ptr::null_mut;

use crate::common::w::Win32::Networking::WinSock::{
    CF_ACCEPT, CF_DEFER, CF_REJECT, IPPROTO_TCP, LINGER, QOS, SO_CONDITIONAL_ACCEPT, SO_KEEPALIVE,
    SO_LINGER, SO_OOBINLINE, SO_RCVBUF, SO_RCVTIMEO, SO_REUSEADDR, SO_SNDBUF, SO_SNDTIMEO,
    SOCKADDR, SOCKADDR_IN, SOL_SOCKET, TCP_NODELAY, WSAAccept, WSABUF, WSAECONNABORTED,
    WSAECONNREFUSED, WSAECONNRESET, WSAEFAULT, WSAEINVAL, WSAENOTSOCK, WSAEOPNOTSUPP, WSATRY_AGAIN,
    accept,
};
use crate::common::{ADDRESS_LENGTH, Socket};
use crate::io::address::{ip_of, port_of};
use crate::io::{Operation, eventually};

/// SOCK-15: accept wants a listening stream socket.
#[test]
fn sock_15_accept_wants_a_listener() {
    assert_eq!(Socket::tcp().accept().map(|_| ()), Err(WSAEINVAL));
    assert_eq!(Socket::tcp_bound().accept().map(|_| ()), Err(WSAEINVAL));
    assert_eq!(Socket::udp_bound().accept().map(|_| ()), Err(WSAEOPNOTSUPP));
    let stale = Socket::tcp().close();
    assert_eq!(
        Socket::adopt(call!(accept(stale, null_mut(), null_mut()))).map(|_| ()),
        Err(WSAENOTSOCK)
    );
}

/// SOCK-15: accept tells the peer's address and its length.
#[test]
fn sock_15_accept_tells_the_peer() {
    let listener = Socket::listener();
    let client = Socket::connected_to(&listener);
    let (mut address, mut length) = (SOCKADDR_IN::default(), ADDRESS_LENGTH + 100);
    // The length is that of the room, which a SOCKADDR_IN doesn't use up.
    length -= 100;
    let server = Socket::adopt(call!(accept(
        listener.raw(),
        (&raw mut address).cast(),
        &mut length
    )));
    assert!(server.is_ok());
    assert_eq!(length, ADDRESS_LENGTH);
    assert_eq!(port_of(&address), port_of(&client.name().expect("name")));
}

/// SOCK-15: With too little room for the address accept is WSAEFAULT and the connection is lost.
#[test]
fn sock_15_too_little_room_loses_the_connection() {
    let listener = Socket::listener();
    let client = Socket::connected_to(&listener);
    let (mut address, mut length) = (SOCKADDR_IN::default(), ADDRESS_LENGTH - 1);
    let answer = call!(accept(
        listener.raw(),
        (&raw mut address).cast(),
        &mut length
    ));
    assert_eq!(Socket::adopt(answer).map(|_| ()), Err(WSAEFAULT));

    let end = client.recv(&mut [0; 4]);
    assert!(
        [Ok(0), Err(WSAECONNRESET), Err(WSAECONNABORTED)].contains(&end),
        "{end:?}"
    );
    let next = Socket::connected_to(&listener);
    let server = listener.accept().expect("accept");
    assert_eq!(
        server.peer().map(|peer| port_of(&peer)),
        next.name().map(|name| port_of(&name))
    );
}

/// SOCK-15: A length without an address is ignored.
#[test]
fn sock_15_a_length_alone_is_ignored() {
    let listener = Socket::listener();
    let _client = Socket::connected_to(&listener);
    let mut length = 0;
    assert!(Socket::adopt(call!(accept(listener.raw(), null_mut(), &mut length))).is_ok());
}

/// SOCK-16: An accepted socket inherits the listener's options.
#[test]
fn sock_16_options_are_inherited() {
    let listener = Socket::listener();
    let numbers = [
        (SOL_SOCKET, SO_KEEPALIVE, 1),
        (SOL_SOCKET, SO_OOBINLINE, 1),
        (SOL_SOCKET, SO_SNDBUF, 30_000),
        (SOL_SOCKET, SO_RCVBUF, 40_000),
        (SOL_SOCKET, SO_SNDTIMEO, 12_345),
        (SOL_SOCKET, SO_RCVTIMEO, 23_456),
        (IPPROTO_TCP, TCP_NODELAY, 1),
    ];
    for (level, name, value) in numbers {
        listener.set::<u32>(level, name, value).expect("setsockopt");
    }
    let linger = LINGER {
        l_onoff: 1,
        l_linger: 7,
    };
    listener
        .set(SOL_SOCKET, SO_LINGER, linger)
        .expect("SO_LINGER");
    let _client = Socket::connected_to(&listener);

    let server = listener.accept().expect("accept");

    for (level, name, value) in numbers {
        assert_eq!(
            read_number(&server, level, name),
            Ok(value),
            "option {level:#x}/{name:#x}"
        );
    }
    let inherited: LINGER = server.get(SOL_SOCKET, SO_LINGER).expect("SO_LINGER");
    assert_eq!((inherited.l_onoff, inherited.l_linger), (1, 7));
    server
        .set(SOL_SOCKET, SO_LINGER, LINGER::default())
        .expect("SO_LINGER off");
}

/// Reads an option whose value may be shorter than four bytes.
fn read_number(socket: &Socket, level: i32, name: i32) -> Result<u32, i32> {
    socket.get::<u32>(level, name)
}

/// SOCK-16: SO_REUSEADDR set before bind is inherited as well.
#[test]
fn sock_16_reuse_of_addresses_is_inherited() {
    let listener = Socket::tcp();
    listener
        .set(SOL_SOCKET, SO_REUSEADDR, 1_u32)
        .expect("SO_REUSEADDR");
    listener.bind(&crate::common::loopback(0)).expect("bind");
    listener.listen(4).expect("listen");
    let _client = Socket::connected_to(&listener);
    let server = listener.accept().expect("accept");
    assert_eq!(server.get::<u32>(SOL_SOCKET, SO_REUSEADDR), Ok(1));
}

/// What a condition function was shown.
#[derive(Default)]
struct Shown {
    answer: i32,
    calls: u32,
    caller: Option<u16>,
    thread: Option<std::thread::ThreadId>,
}

/// A condition function that notes the caller and answers as told through its data.
unsafe extern "system" fn condition(
    caller: *mut WSABUF,
    _: *mut WSABUF,
    _: *mut QOS,
    _: *mut QOS,
    _: *mut WSABUF,
    _: *mut WSABUF,
    _: *mut u32,
    data: usize,
) -> i32 {
    // SAFETY: the data is the address of the `Shown` that the test keeps during the call; the caller's buffer is valid
    // during the call and holds an address.
    unsafe {
        let shown = &mut *(data as *mut Shown);
        shown.calls += 1;
        shown.thread = Some(std::thread::current().id());
        if (*caller).len >= ADDRESS_LENGTH as u32 {
            let address = (*caller).buf.cast::<SOCKADDR_IN>().read_unaligned();
            shown.caller = Some(port_of(&address));
        }
        shown.answer
    }
}

fn conditional_accept(listener: &Socket, answer: u32) -> (Result<Socket, i32>, Shown) {
    let mut shown = Shown {
        answer: answer as i32,
        ..Default::default()
    };
    let data = (&raw mut shown) as usize;
    let accepted = call!(WSAAccept(
        listener.raw(),
        null_mut(),
        null_mut(),
        Some(condition),
        data
    ));
    (Socket::adopt(accepted), shown)
}

/// SOCK-17: WSAAccept asks its condition function, in the calling thread and with the caller's address; CF_ACCEPT gives the socket.
#[test]
fn sock_17_the_condition_accepts() {
    let listener = Socket::listener();
    let client = Socket::connected_to(&listener);

    let (accepted, shown) = conditional_accept(&listener, CF_ACCEPT);

    let server = accepted.expect("an accepted socket");
    assert_eq!(
        (shown.calls, shown.thread),
        (1, Some(std::thread::current().id()))
    );
    assert_eq!(shown.caller, Some(port_of(&client.name().expect("name"))));
    server.send(b"hello").expect("send");
    assert_eq!(client.recv_all(5), b"hello");
}

/// SOCK-17: CF_REJECT is WSAECONNREFUSED and the peer is reset.
#[test]
fn sock_17_the_condition_rejects() {
    let listener = Socket::listener();
    let client = Socket::connected_to(&listener);

    let (rejected, shown) = conditional_accept(&listener, CF_REJECT);

    assert_eq!(
        (rejected.map(|_| ()), shown.calls),
        (Err(WSAECONNREFUSED), 1)
    );
    let end = client.recv(&mut [0; 4]);
    assert!(
        [Err(WSAECONNRESET), Err(WSAECONNABORTED)].contains(&end),
        "{end:?}"
    );
}

/// SOCK-17: CF_DEFER is WSATRY_AGAIN, and the connection stays for the next accept.
#[test]
fn sock_17_the_condition_defers() {
    let listener = Socket::listener();
    let client = Socket::connected_to(&listener);

    assert_eq!(
        conditional_accept(&listener, CF_DEFER).0.map(|_| ()),
        Err(WSATRY_AGAIN)
    );

    let server = listener.accept().expect("the deferred connection");
    let peer = server.peer().expect("peer");
    assert_eq!(port_of(&peer), port_of(&client.name().expect("name")));
}

/// SOCK-17: A deferred connection can be taken by AcceptEx as well.
#[test]
fn sock_17_a_deferred_connection_goes_to_accept_ex() {
    let (listener, acceptor) = (Socket::listener(), Socket::tcp());
    let _client = Socket::connected_to(&listener);
    assert_eq!(
        conditional_accept(&listener, CF_DEFER).0.map(|_| ()),
        Err(WSATRY_AGAIN)
    );

    let operation = Operation::new(64);
    operation.accept(&listener, &acceptor, 0).accepted();
    assert_eq!(operation.finish(&listener), Ok(0));
}

/// SOCK-17: Without a condition function WSAAccept is accept, the address included.
#[test]
fn sock_17_without_a_condition() {
    let listener = Socket::listener();
    let client = Socket::connected_to(&listener);
    let (mut address, mut length) = (SOCKADDR_IN::default(), ADDRESS_LENGTH);
    let to: *mut SOCKADDR = (&raw mut address).cast();
    let server = Socket::adopt(call!(WSAAccept(listener.raw(), to, &mut length, None, 0)));
    assert!(server.is_ok());
    assert_eq!(port_of(&address), port_of(&client.name().expect("name")));
    assert_eq!(ip_of(&address), std::net::Ipv4Addr::LOCALHOST);
}

/// SOCK-18: With SO_CONDITIONAL_ACCEPT the condition decides about the caller, and a rejected one doesn't stay connected.
#[test]
fn sock_18_conditional_accept() {
    let listener = Socket::tcp_bound();
    listener
        .set(SOL_SOCKET, SO_CONDITIONAL_ACCEPT, 1_u32)
        .expect("SO_CONDITIONAL_ACCEPT");
    listener.listen(4).expect("listen");
    assert_eq!(
        listener.get::<u32>(SOL_SOCKET, SO_CONDITIONAL_ACCEPT),
        Ok(1)
    );
    let client = Socket::tcp();
    client.set_nonblocking(true);
    // Where the handshake waits for the decision, connect does too.
    let _ = client.connect(&listener.name().expect("name"));

    assert_eq!(
        conditional_accept(&listener, CF_REJECT).0.map(|_| ()),
        Err(WSAECONNREFUSED)
    );

    eventually("the end of the rejected client", || {
        client.send(b"x").is_err()
    });
}
