//! Socket options.

use std::ptr::{null, null_mut};
use std::time::Instant;

use crate::common::w::Win32::Networking::WinSock::{
    AF_INET, IPPROTO_IPV6, IPPROTO_TCP, IPV6_V6ONLY, LINGER, SO_ACCEPTCONN, SO_BROADCAST,
    SO_CONNECT_TIME, SO_DEBUG, SO_DONTLINGER, SO_ERROR, SO_KEEPALIVE, SO_LINGER, SO_MAX_MSG_SIZE,
    SO_OPENTYPE, SO_PROTOCOL_INFOW, SO_RCVBUF, SO_RCVTIMEO, SO_SNDBUF, SO_SNDTIMEO,
    SO_SYNCHRONOUS_NONALERT, SO_TYPE, SO_UPDATE_ACCEPT_CONTEXT, SO_UPDATE_CONNECT_CONTEXT,
    SOCK_DGRAM, SOCK_STREAM, SOL_SOCKET, TCP_NODELAY, WSAECONNREFUSED, WSAEFAULT, WSAEINVAL,
    WSAENOPROTOOPT, WSAENOTCONN, WSAENOTSOCK, WSAEOPNOTSUPP, WSAETIMEDOUT, WSAPROTOCOL_INFOW,
    getsockopt, setsockopt,
};
use crate::common::{Socket, event};
use crate::io::address::silent_address;
use crate::io::{Background, Operation, Start, checked, connected, connected_pair};

/// getsockopt with a buffer of `length` bytes preset to 0xcc; the answer is the bytes that belong to the result.
fn get_bytes(socket: &Socket, level: i32, name: i32, length: i32) -> Result<Vec<u8>, i32> {
    let (mut value, mut actual) = ([0xcc_u8; 1024], length);
    checked(call!(getsockopt(
        socket.raw(),
        level,
        name,
        value.as_mut_ptr(),
        &mut actual
    )))?;
    Ok(value[..actual as usize].to_vec())
}

fn set_bytes(socket: &Socket, level: i32, name: i32, value: &[u8]) -> Result<i32, i32> {
    checked(call!(setsockopt(
        socket.raw(),
        level,
        name,
        value.as_ptr(),
        value.len() as i32
    )))
}

/// SOCK-23: The context options need a socket that AcceptEx or ConnectEx has connected.
#[test]
fn sock_23_context_options_in_the_wrong_state() {
    let wrong = [WSAENOTCONN, WSAEINVAL];
    let (socket, listener) = (Socket::tcp(), Socket::listener());
    let answer = socket.set(SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, listener.raw());
    assert!(wrong.contains(&answer.expect_err("not accepted")));
    let answer = checked(call!(setsockopt(
        socket.raw(),
        SOL_SOCKET,
        SO_UPDATE_CONNECT_CONTEXT,
        null(),
        0
    )));
    assert!(wrong.contains(&answer.expect_err("not connected")));
}

/// SOCK-27: Time limits are milliseconds in 32 bits and read back as they were set, 0 being no limit.
#[test]
fn sock_27_time_limits_are_milliseconds() {
    let (a, _b) = connected_pair();
    for name in [SO_RCVTIMEO, SO_SNDTIMEO] {
        let fresh = Socket::tcp();
        assert_eq!(fresh.get::<u32>(SOL_SOCKET, name), Ok(0));
        for value in [1_u32, 1500, 0] {
            assert_eq!(a.set(SOL_SOCKET, name, value), Ok(0));
            assert_eq!(a.get::<u32>(SOL_SOCKET, name), Ok(value));
        }
    }
}

/// SOCK-27: When the limit is over the call fails with WSAETIMEDOUT.
#[test]
fn sock_27_a_limit_ends_the_call() {
    let (a, b) = connected_pair();
    a.set(SOL_SOCKET, SO_RCVTIMEO, 100_u32)
        .expect("SO_RCVTIMEO");
    let start = Instant::now();
    assert_eq!(a.recv(&mut [0; 4]), Err(WSAETIMEDOUT));
    let elapsed = start.elapsed().as_millis();
    assert!((70..9_000).contains(&elapsed), "after {elapsed} ms");
    b.send(b"x").expect("send");
    assert_eq!(
        a.recv(&mut [0; 4]),
        Ok(1),
        "the socket is good after the limit"
    );
}

/// SOCK-28: Buffer sizes read back exactly as they were set.
#[test]
fn sock_28_buffer_sizes_read_back_exactly() {
    let socket = Socket::tcp();
    for name in [SO_SNDBUF, SO_RCVBUF] {
        for value in [4096_u32, 20_000, 0] {
            assert_eq!(socket.set(SOL_SOCKET, name, value), Ok(0));
            assert_eq!(socket.get::<u32>(SOL_SOCKET, name), Ok(value));
        }
    }
}

/// SOCK-29: Boolean options take values of one byte and more, and read back 0 or 1.
#[test]
fn sock_29_booleans_of_any_length() {
    let socket = Socket::tcp();
    for value in [
        &[1_u8][..],
        &[2, 0],
        &[1, 0, 0, 0],
        &[0, 1, 0, 0, 0, 0, 0, 0],
    ] {
        assert_eq!(
            set_bytes(&socket, SOL_SOCKET, SO_KEEPALIVE, value),
            Ok(0),
            "{value:?}"
        );
        let answer = get_bytes(&socket, SOL_SOCKET, SO_KEEPALIVE, 4).expect("SO_KEEPALIVE");
        let expected = u8::from(value.iter().take(4).any(|&byte| byte != 0));
        assert_eq!(answer[0], expected, "{value:?}");
        assert!(answer[1..].iter().all(|&byte| byte == 0), "{answer:?}");
        assert_eq!(set_bytes(&socket, SOL_SOCKET, SO_KEEPALIVE, &[0; 4]), Ok(0));
        assert_eq!(socket.get::<u32>(SOL_SOCKET, SO_KEEPALIVE), Ok(0));
    }
    assert!(get_bytes(&socket, SOL_SOCKET, SO_KEEPALIVE, 1).is_ok());
}

/// SOCK-29: A length of 0 or no pointer is WSAEFAULT.
#[test]
fn sock_29_options_need_room() {
    let socket = Socket::tcp();
    let one = 1_u32;
    let value = (&raw const one).cast();
    assert_eq!(
        checked(call!(setsockopt(
            socket.raw(),
            SOL_SOCKET,
            SO_KEEPALIVE,
            value,
            0
        ))),
        Err(WSAEFAULT)
    );
    assert_eq!(
        checked(call!(setsockopt(
            socket.raw(),
            SOL_SOCKET,
            SO_KEEPALIVE,
            null(),
            4
        ))),
        Err(WSAEFAULT)
    );
    assert_eq!(
        get_bytes(&socket, SOL_SOCKET, SO_KEEPALIVE, 0),
        Err(WSAEFAULT)
    );
    let mut length = 4;
    let answer = call!(getsockopt(
        socket.raw(),
        SOL_SOCKET,
        SO_KEEPALIVE,
        null_mut(),
        &mut length
    ));
    assert_eq!(checked(answer), Err(WSAEFAULT));
    let mut room = [0; 4];
    let answer = call!(getsockopt(
        socket.raw(),
        SOL_SOCKET,
        SO_KEEPALIVE,
        room.as_mut_ptr(),
        null_mut()
    ));
    assert_eq!(checked(answer), Err(WSAEFAULT));
}

/// SOCK-29: TCP_NODELAY looks at the low byte alone.
#[test]
fn sock_29_nodelay_looks_at_the_low_byte() {
    let socket = Socket::tcp();
    for (value, expected) in [(1_u32, 1), (0x100, 0), (0x101, 1), (0, 0)] {
        assert_eq!(socket.set(IPPROTO_TCP, TCP_NODELAY, value), Ok(0));
        let answer = get_bytes(&socket, IPPROTO_TCP, TCP_NODELAY, 4).expect("TCP_NODELAY");
        assert_eq!(answer[0], expected, "{value:#x}");
    }
}

/// SOCK-30: Unknown options are WSAENOPROTOOPT, unknown levels WSAEINVAL.
#[test]
fn sock_30_unknown_options_and_levels() {
    let socket = Socket::tcp();
    assert_eq!(socket.get::<u32>(SOL_SOCKET, 0x7abc), Err(WSAENOPROTOOPT));
    assert_eq!(socket.set(SOL_SOCKET, 0x7abc, 1_u32), Err(WSAENOPROTOOPT));
    assert_eq!(socket.get::<u32>(0x7abc, SO_TYPE), Err(WSAEINVAL));
    assert_eq!(socket.set(0x7abc, SO_TYPE, 1_u32), Err(WSAEINVAL));
    let not_a_socket = event();
    let one = 1_u32;
    let value = (&raw const one).cast();
    let answer = call!(setsockopt(
        not_a_socket.raw() as usize,
        SOL_SOCKET,
        SO_DEBUG,
        value,
        4
    ));
    assert_eq!(checked(answer), Err(WSAENOTSOCK));
}

/// SOCK-30: Lingering is for streams; SO_DONTLINGER is SO_LINGER's flag the other way round.
#[test]
fn sock_30_linger_and_dontlinger() {
    let linger = LINGER {
        l_onoff: 1,
        l_linger: 9,
    };
    assert_eq!(
        Socket::udp().set(SOL_SOCKET, SO_LINGER, linger),
        Err(WSAENOPROTOOPT)
    );
    assert_eq!(
        Socket::udp()
            .get::<LINGER>(SOL_SOCKET, SO_LINGER)
            .map(|_| ()),
        Err(WSAENOPROTOOPT)
    );

    let socket = Socket::tcp();
    assert_eq!(socket.get::<u32>(SOL_SOCKET, SO_DONTLINGER), Ok(1));
    assert_eq!(socket.set(SOL_SOCKET, SO_LINGER, linger), Ok(0));
    assert_eq!(socket.get::<u32>(SOL_SOCKET, SO_DONTLINGER), Ok(0));
    let stored: LINGER = socket.get(SOL_SOCKET, SO_LINGER).expect("SO_LINGER");
    assert_eq!((stored.l_onoff, stored.l_linger), (1, 9));

    assert_eq!(socket.set(SOL_SOCKET, SO_DONTLINGER, 1_u32), Ok(0));
    let stored: LINGER = socket.get(SOL_SOCKET, SO_LINGER).expect("SO_LINGER");
    assert_eq!(stored.l_onoff, 0);
}

/// SOCK-30: SO_TYPE and SO_ACCEPTCONN can be read, and not be set.
#[test]
fn sock_30_options_that_are_facts() {
    let (stream, datagram, listener) = (Socket::tcp(), Socket::udp(), Socket::listener());
    assert_eq!(stream.get::<i32>(SOL_SOCKET, SO_TYPE), Ok(SOCK_STREAM));
    assert_eq!(datagram.get::<i32>(SOL_SOCKET, SO_TYPE), Ok(SOCK_DGRAM));
    assert_eq!(stream.get::<u32>(SOL_SOCKET, SO_ACCEPTCONN), Ok(0));
    assert_eq!(listener.get::<u32>(SOL_SOCKET, SO_ACCEPTCONN), Ok(1));
    for name in [SO_TYPE, SO_ACCEPTCONN] {
        assert_eq!(stream.set(SOL_SOCKET, name, 1_u32), Err(WSAENOPROTOOPT));
    }
}

/// SOCK-31: SO_CONNECT_TIME counts the seconds of a connection from 0, and is all ones without a connection.
#[test]
fn sock_31_the_time_of_a_connection() {
    let (a, b) = connected_pair();
    for socket in [&a, &b] {
        let seconds = socket
            .get::<u32>(SOL_SOCKET, SO_CONNECT_TIME)
            .expect("SO_CONNECT_TIME");
        assert!(seconds <= 5, "{seconds} s");
    }
    for socket in [Socket::tcp(), Socket::tcp_bound(), Socket::udp_bound()] {
        assert_eq!(socket.get::<u32>(SOL_SOCKET, SO_CONNECT_TIME), Ok(u32::MAX));
    }
}

/// SOCK-31: An AcceptEx socket that waits for the first data shows for how long its client has been idle.
#[test]
fn sock_31_idle_clients_of_accept_ex() {
    let (listener, acceptor) = (Socket::listener(), Socket::tcp());
    let operation = Operation::new(10 + 64);
    assert_eq!(operation.accept(&listener, &acceptor, 10), Start::Pending);
    assert_eq!(
        acceptor.get::<u32>(SOL_SOCKET, SO_CONNECT_TIME),
        Ok(u32::MAX)
    );

    let _client = Socket::connected_to(&listener);

    crate::io::eventually("the connection", || {
        acceptor
            .get::<u32>(SOL_SOCKET, SO_CONNECT_TIME)
            .is_ok_and(|seconds| seconds < 10)
    });
    listener.close();
    operation.wait();
}

/// SOCK-32: SO_ERROR keeps the error of a failed connect however often it is read; after a reset it is 0.
#[test]
fn sock_32_so_error() {
    let (_owner, nobody) = silent_address();
    let socket = Socket::tcp();
    socket.set_nonblocking(true);
    let first = socket.connect(&nobody).expect_err("nobody listens");
    if first != WSAECONNREFUSED {
        crate::io::eventually("the refusal", || {
            socket.get::<i32>(SOL_SOCKET, SO_ERROR) == Ok(WSAECONNREFUSED)
        });
        assert_eq!(socket.get::<i32>(SOL_SOCKET, SO_ERROR), Ok(WSAECONNREFUSED));
    }

    let (a, b) = connected_pair();
    b.reset();
    a.recv(&mut [0; 4]).expect_err("a reset");
    assert_eq!(a.get::<i32>(SOL_SOCKET, SO_ERROR), Ok(0));
}

/// SOCK-33: The largest datagram over IPv4 has 65507 bytes, and a stream has no such size.
#[test]
fn sock_33_the_largest_message() {
    assert_eq!(
        Socket::udp().get::<u32>(SOL_SOCKET, SO_MAX_MSG_SIZE),
        Ok(65_507)
    );
}

/// SOCK-33: SO_PROTOCOL_INFO describes the socket's protocol.
#[test]
fn sock_33_the_protocol_information() {
    for (socket, kind, protocol) in [
        (Socket::tcp(), SOCK_STREAM, 6),
        (Socket::udp(), SOCK_DGRAM, 17),
    ] {
        let mut information = WSAPROTOCOL_INFOW::default();
        let mut length = size_of::<WSAPROTOCOL_INFOW>() as i32;
        let value = (&raw mut information).cast();
        let answer = call!(getsockopt(
            socket.raw(),
            SOL_SOCKET,
            SO_PROTOCOL_INFOW,
            value,
            &mut length
        ));
        assert_eq!(checked(answer), Ok(0));
        assert_eq!(length as usize, size_of::<WSAPROTOCOL_INFOW>());
        let found = (
            information.iAddressFamily,
            information.iSocketType,
            information.iProtocol,
        );
        assert_eq!(found, (AF_INET.into(), kind, protocol));
    }
}

/// SOCK-33: An IPv6 socket is for IPv6 alone unless told otherwise.
#[test]
fn sock_33_ipv6_alone_is_the_default() {
    let socket = Socket::tcp6();
    assert_eq!(socket.get::<u32>(IPPROTO_IPV6, IPV6_V6ONLY), Ok(1));
    assert_eq!(socket.set(IPPROTO_IPV6, IPV6_V6ONLY, 0_u32), Ok(0));
    assert_eq!(socket.get::<u32>(IPPROTO_IPV6, IPV6_V6ONLY), Ok(0));
}

/// SOCK-34: SO_OPENTYPE is a default of the thread for socket(), asked for and set without a socket.
#[test]
fn sock_34_the_thread_decides_about_overlapped_sockets() {
    const ANY: usize = usize::MAX;
    crate::common::startup();
    let call = Background::start(|| {
        let (mut value, mut length) = (77_u32, 4);
        let at = (&raw mut value).cast();
        assert_eq!(
            checked(call!(getsockopt(
                ANY,
                SOL_SOCKET,
                SO_OPENTYPE,
                at,
                &mut length
            ))),
            Ok(0)
        );
        assert_eq!(value, 0);
        value = SO_SYNCHRONOUS_NONALERT;
        let at = (&raw const value).cast();
        assert_eq!(
            checked(call!(setsockopt(ANY, SOL_SOCKET, SO_OPENTYPE, at, 4))),
            Ok(0)
        );
        Socket::tcp()
    });
    let synchronous = call.join("setting SO_OPENTYPE");

    // This thread's default is as it was.
    let overlapped = Socket::tcp();
    let (a, b) = connected(overlapped, &Socket::listener());
    let operation = Operation::new(1);
    assert_eq!(operation.receive(&a), Start::Pending);
    b.send(b"x").expect("send");
    assert_eq!(operation.finish(&a), Ok(1));

    let (a, b) = connected(synchronous, &Socket::listener());
    let call = Background::start(move || Operation::new(1).receive(&a));
    call.still_blocked("WSARecv");
    b.send(b"x").expect("send");
    assert_eq!(call.join("WSARecv"), Start::Done);
}

/// SOCK-30: Options of the wrong kind of socket are refused.
#[test]
fn sock_30_options_of_the_wrong_kind() {
    let answer = Socket::tcp().set(SOL_SOCKET, SO_BROADCAST, 1_u32);
    assert!(
        [
            Err(WSAENOPROTOOPT),
            Err(WSAEINVAL),
            Err(WSAEOPNOTSUPP),
            Ok(0)
        ]
        .contains(&answer),
        "{answer:?}"
    );
    let answer = Socket::udp()
        .set(IPPROTO_TCP, TCP_NODELAY, 1_u32)
        .expect_err("TCP on UDP");
    assert!([WSAENOPROTOOPT, WSAEINVAL].contains(&answer), "{answer}");
}
