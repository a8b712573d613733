//! Blocking mode, ioctlsocket, the states of a connect (NB).

use std::ptr::null_mut;
use std::thread;
use std::time::{Duration, Instant};

use crate::common::w::Win32::Networking::WinSock::{
    AF_INET6, FIONBIO, FIONREAD, INVALID_SOCKET, MSG_OOB, SIOCATMARK, SO_ERROR, SO_OOBINLINE,
    SO_RCVTIMEO, SOL_SOCKET, WSAEALREADY, WSAECONNREFUSED, WSAEFAULT, WSAEINTR, WSAEINVAL,
    WSAEISCONN, WSAEMSGSIZE, WSAENOTCONN, WSAENOTSOCK, WSAEOPNOTSUPP, WSAEWOULDBLOCK, WSAIoctl,
    closesocket, ioctlsocket,
};
use crate::common::{DEADLINE, Socket, loopback};
use crate::io::address::{loopback6, port_of, silent_address};
use crate::io::{Background, Operation, Start, checked, connected_pair, datagram_pair, eventually};

/// NB-01: A new socket is blocking: accept waits for a client.
#[test]
fn nb_01_accept_blocks_until_a_client_comes() {
    let listener = Socket::listener();
    let name = listener.name().expect("name");
    let call = Background::start(move || listener.accept().map(|_| ()));
    call.still_blocked("accept");

    let client = Socket::tcp();
    client.connect(&name).expect("connect");

    assert_eq!(call.join("accept"), Ok(()));
}

/// NB-01: recv waits for at least one byte, recvfrom for a whole datagram, and connect until it is decided.
#[test]
fn nb_01_receives_block_until_something_comes() {
    let (a, b) = connected_pair();
    let call = Background::start(move || a.recv(&mut [0; 16]));
    call.still_blocked("recv");
    b.send(b"abc").expect("send");
    assert_eq!(call.join("recv"), Ok(3));

    let (socket, sender) = (Socket::udp_bound(), Socket::udp_bound());
    let target = socket.name().expect("name");
    let call = Background::start(move || socket.recv_from(&mut [0; 16]).map(|(count, _)| count));
    call.still_blocked("recvfrom");
    sender.send_to(b"datagram", &target).expect("sendto");
    assert_eq!(call.join("recvfrom"), Ok(8));

    let (_owner, nobody) = silent_address();
    assert_eq!(Socket::tcp().connect(&nobody), Err(WSAECONNREFUSED));
}

/// NB-02: FIONBIO with any value but 0 makes a socket non-blocking, 0 makes it blocking again.
#[test]
fn nb_02_fionbio_switches_the_mode() {
    let (a, b) = connected_pair();
    assert_eq!(a.ioctl(FIONBIO, &mut 0x4000_0000), Ok(0));
    assert_eq!(a.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));

    assert_eq!(a.ioctl(FIONBIO, &mut 0), Ok(0));
    let call = Background::start(move || a.recv(&mut [0; 4]));
    call.still_blocked("recv");
    b.send(b"x").expect("send");
    assert_eq!(call.join("recv"), Ok(1));
}

/// NB-02: FIONBIO wants a pointer and a socket.
#[test]
fn nb_02_errors_of_fionbio() {
    let socket = Socket::tcp();
    assert_eq!(
        checked(call!(ioctlsocket(socket.raw(), FIONBIO, null_mut()))),
        Err(WSAEFAULT)
    );
    let mut value = 1;
    assert_eq!(
        checked(call!(ioctlsocket(INVALID_SOCKET, FIONBIO, &mut value))),
        Err(WSAENOTSOCK)
    );
    let stale = socket.close();
    assert_eq!(
        checked(call!(ioctlsocket(stale, FIONBIO, &mut value))),
        Err(WSAENOTSOCK)
    );
}

/// NB-04: What would have to wait answers WSAEWOULDBLOCK instead, and can be repeated later.
/// NB-05: WSAEWOULDBLOCK is no failure: the connection goes on working.
#[test]
fn nb_04_what_would_block_says_so_and_can_be_repeated() {
    let listener = Socket::listener();
    listener.set_nonblocking(true);
    assert_eq!(listener.accept().map(|_| ()), Err(WSAEWOULDBLOCK));
    let client = Socket::connected_to(&listener);
    let mut server = None;
    eventually("the connection", || {
        server = listener.accept().ok();
        server.is_some()
    });
    let server = server.expect("just checked");

    for round in 0..3 {
        assert_eq!(
            server.recv(&mut [0; 4]),
            Err(WSAEWOULDBLOCK),
            "round {round}"
        );
        client.send(b"abc").expect("send");
        let mut buffer = [0; 4];
        eventually("the data", || server.recv(&mut buffer) == Ok(3));
        assert_eq!(&buffer[..3], b"abc");
        server.send(b"def").expect("send");
        assert_eq!(client.recv_all(3), b"def");
    }
}

/// NB-04: recvfrom of nothing is WSAEWOULDBLOCK too.
#[test]
fn nb_04_recvfrom_would_block() {
    let socket = Socket::udp_bound();
    socket.set_nonblocking(true);
    assert_eq!(
        socket.recv_from(&mut [0; 4]).map(|_| ()),
        Err(WSAEWOULDBLOCK)
    );
}

/// NB-06: An accepted socket has the mode of the listener.
#[test]
fn nb_06_an_accepted_socket_has_the_listeners_mode() {
    for non_blocking in [true, false] {
        let listener = Socket::listener();
        let client = Socket::connected_to(&listener);
        listener.set_nonblocking(non_blocking);
        let mut server = None;
        eventually("the connection", || {
            server = listener.accept().ok();
            server.is_some()
        });
        let server = server.expect("just checked");
        if non_blocking {
            assert_eq!(server.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));
        } else {
            let call = Background::start(move || server.recv(&mut [0; 4]));
            call.still_blocked("recv");
            client.send(b"x").expect("send");
            assert_eq!(call.join("recv"), Ok(1));
        }
    }
}

/// Starts a non-blocking connect.
#[track_caller]
fn connecting(listener: &Socket) -> Socket {
    let socket = Socket::tcp();
    socket.set_nonblocking(true);
    assert_eq!(
        socket.connect(&listener.name().expect("name")),
        Err(WSAEWOULDBLOCK)
    );
    socket
}

/// NB-07: A non-blocking connect is WSAEWOULDBLOCK and goes on by itself.
/// NB-08: Once it has succeeded, another connect is WSAEISCONN.
#[test]
fn nb_07_a_non_blocking_connect_goes_on_by_itself() {
    let listener = Socket::listener();
    let socket = connecting(&listener);
    let server = listener.accept().expect("accept");
    eventually("the connection", || socket.send(b"x") == Ok(1));
    server.limit_receives();
    assert_eq!(server.recv_all(1), b"x");
    assert_eq!(
        socket.connect(&listener.name().expect("name")),
        Err(WSAEISCONN)
    );
}

/// A connect that stays undecided: the listener's queue is full, so that the handshake gets no answer.
#[track_caller]
pub fn undecided_connect() -> (Vec<Socket>, Socket) {
    let listener = Socket::tcp_bound();
    listener.listen(1).expect("listen");
    let name = listener.name().expect("name");
    let mut others = vec![listener];
    for _ in 0..64 {
        let socket = Socket::tcp();
        socket.set_nonblocking(true);
        assert_eq!(socket.connect(&name), Err(WSAEWOULDBLOCK));
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(20) {
            if socket.send(b"") != Err(WSAENOTCONN) {
                break;
            }
            thread::sleep(Duration::from_millis(1));
        }
        if socket.send(b"") == Err(WSAENOTCONN) && socket.get::<i32>(SOL_SOCKET, SO_ERROR) == Ok(0)
        {
            return (others, socket);
        }
        others.push(socket);
    }
    panic!("the listener's queue is never full");
}

/// NB-08: A connect while one is in progress is WSAEALREADY.
/// NB-09: Meanwhile send and recv are WSAENOTCONN, and getpeername tells the destination.
/// NB-10: A ConnectEx meanwhile is WSAEINVAL.
#[test]
fn nb_08_while_a_connect_is_in_progress() {
    let (others, socket) = undecided_connect();
    let target = others[0].name().expect("name");

    assert_eq!(socket.connect(&target), Err(WSAEALREADY));
    assert_eq!(socket.send(b"x"), Err(WSAENOTCONN));
    assert_eq!(socket.recv(&mut [0; 4]), Err(WSAENOTCONN));
    assert_eq!(
        socket.peer().map(|peer| port_of(&peer)),
        Ok(port_of(&target))
    );
    let operation = Operation::new(0);
    assert_eq!(
        operation.connect(&socket, &target),
        Start::Failed(WSAEINVAL)
    );
    assert!(!operation.event_is_set());
}

/// NB-09: While a ConnectEx is pending, getpeername doesn't tell the destination.
/// NB-10: While a ConnectEx is pending, connect and ConnectEx are WSAEINVAL.
#[test]
fn nb_10_while_a_connect_ex_is_pending() {
    let (others, _undecided) = undecided_connect();
    let target = others[0].name().expect("name");
    let socket = Socket::tcp_bound();
    let pending = Operation::new(0);
    assert_eq!(pending.connect(&socket, &target), Start::Pending);
    assert!(pending.is_pending());

    socket.set_nonblocking(true);
    assert_eq!(socket.connect(&target), Err(WSAEINVAL));
    assert_eq!(
        Operation::new(0).connect(&socket, &target),
        Start::Failed(WSAEINVAL)
    );
    assert_eq!(socket.peer().map(|_| ()), Err(WSAENOTCONN));

    socket.close();
    pending.wait();
}

/// NB-08: On a listening socket connect is WSAEINVAL.
#[test]
fn nb_08_a_listener_cannot_connect() {
    let listener = Socket::listener();
    assert_eq!(listener.connect(&loopback(9)), Err(WSAEINVAL));
}

/// NB-08: After a failed connect the socket may try again.
#[test]
fn nb_08_a_failed_connect_may_be_repeated() {
    let (_owner, nobody) = silent_address();
    let listener = Socket::listener();
    let name = listener.name().expect("name");
    let socket = Socket::tcp();
    assert_eq!(socket.connect(&nobody), Err(WSAECONNREFUSED));
    assert_eq!(socket.connect(&nobody), Err(WSAECONNREFUSED));
    assert_eq!(socket.connect(&name), Ok(0));
    let server = listener.accept().expect("accept");
    socket.send(b"x").expect("send");
    assert_eq!(server.recv_all(1), b"x");
}

fn waiting_bytes(socket: &Socket) -> Result<u32, i32> {
    let mut count = 0xdead;
    socket.ioctl(FIONREAD, &mut count).map(|_| count)
}

/// NB-11: FIONREAD of a stream is what one recv could return; without data or connection it is 0.
#[test]
fn nb_11_fionread_of_a_stream() {
    assert_eq!(waiting_bytes(&Socket::tcp()), Ok(0));
    let (a, b) = connected_pair();
    assert_eq!(waiting_bytes(&a), Ok(0));
    b.send(b"abc").expect("send");
    b.send(b"defg").expect("send");
    eventually("all the data", || waiting_bytes(&a) == Ok(7));
    assert_eq!(a.recv(&mut [0; 5]), Ok(5));
    assert_eq!(waiting_bytes(&a), Ok(2));
}

/// NB-11: FIONREAD of a datagram socket is the size of the next datagram, or of all that wait.
#[test]
fn nb_11_fionread_of_datagrams() {
    let (a, b) = datagram_pair();
    assert_eq!(waiting_bytes(&a), Ok(0));
    b.send(b"abc").expect("send");
    b.send(b"defgh").expect("send");
    let mut seen = 0;
    eventually("a datagram", || {
        seen = waiting_bytes(&a).expect("FIONREAD");
        seen != 0
    });
    assert!([3, 8].contains(&seen), "{seen} bytes");
}

fn no_urgent_data(socket: &Socket) -> Result<u32, i32> {
    let mut value = 0xdead;
    socket.ioctl(SIOCATMARK, &mut value).map(|_| value)
}

/// NB-12: FIONREAD doesn't count urgent data, unless it is in the stream by SO_OOBINLINE.
/// NB-13: SIOCATMARK is TRUE while no urgent data waits, on an unconnected socket too, and FALSE while some does.
#[test]
fn nb_12_urgent_data_is_seen_by_siocatmark_alone() {
    assert_eq!(no_urgent_data(&Socket::tcp()), Ok(1));
    let (a, b) = connected_pair();
    assert_eq!(no_urgent_data(&a), Ok(1));

    b.send_flags(b"!", MSG_OOB).expect("send urgent");
    eventually("urgent data", || no_urgent_data(&a) == Ok(0));
    assert_eq!(waiting_bytes(&a), Ok(0));

    assert_eq!(a.recv_flags(&mut [0; 4], MSG_OOB), Ok(1));
    assert_eq!(no_urgent_data(&a), Ok(1));
}

/// NB-12: With SO_OOBINLINE FIONREAD counts the urgent byte like any other.
#[test]
fn nb_12_inline_urgent_data_is_counted() {
    let (a, b) = connected_pair();
    a.set(SOL_SOCKET, SO_OOBINLINE, 1_u32)
        .expect("SO_OOBINLINE");
    b.send_flags(b"!", MSG_OOB).expect("send urgent");
    eventually("the urgent byte", || waiting_bytes(&a) == Ok(1));
}

/// NB-14: FIONREAD and SIOCATMARK want a pointer; an unknown command is WSAEOPNOTSUPP, from ioctlsocket WSAEINVAL as well.
#[test]
fn nb_14_errors_of_ioctls() {
    let (a, _b) = connected_pair();
    for command in [FIONREAD, SIOCATMARK] {
        assert_eq!(
            checked(call!(ioctlsocket(a.raw(), command, null_mut()))),
            Err(WSAEFAULT)
        );
    }
    let unknown = 0x1234_5678;
    let answer = a.ioctl(unknown, &mut 0);
    assert!(
        [Err(WSAEOPNOTSUPP), Err(WSAEINVAL)].contains(&answer),
        "{answer:?}"
    );
    let (mut value, mut returned) = (0_u32, 0);
    let result = call!(WSAIoctl(
        a.raw(),
        unknown as u32,
        null_mut(),
        0,
        (&raw mut value).cast(),
        4,
        &mut returned,
        null_mut(),
        None
    ));
    assert_eq!(checked(result), Err(WSAEOPNOTSUPP));
}

/// NB-15: A non-blocking send takes the whole buffer while there is room, later a part, later nothing; what it took arrives.
#[test]
fn nb_15_a_non_blocking_send_says_what_it_took() {
    let (a, b) = connected_pair();
    a.set_nonblocking(true);
    assert_eq!(a.send(&[1; 4096]), Ok(4096));
    let mut taken = 4096;
    let start = Instant::now();
    loop {
        match a.send(&[1; 65_536]) {
            Ok(count) => taken += count as usize,
            Err(code) => break assert_eq!(code, WSAEWOULDBLOCK),
        }
        assert!(start.elapsed() < DEADLINE, "the buffers are never full");
    }
    assert!(b.recv_all(taken).iter().all(|&byte| byte == 1));
    eventually("room again", || a.send(b"x") == Ok(1));
}

/// NB-16: After the peer's close a non-blocking recv returns 0.
#[test]
fn nb_16_the_end_is_no_would_block() {
    let (a, b) = connected_pair();
    a.set_nonblocking(true);
    b.close();
    eventually("the end", || a.recv(&mut [0; 4]) != Err(WSAEWOULDBLOCK));
    assert_eq!(a.recv(&mut [0; 4]), Ok(0));
}

/// NB-17: A datagram that is too long is WSAEMSGSIZE in either mode.
#[test]
fn nb_17_a_long_datagram_is_an_error_in_either_mode() {
    for non_blocking in [false, true] {
        let (a, b) = datagram_pair();
        b.send(b"0123456789").expect("send");
        let mut waiting = 0;
        eventually("the datagram", || {
            waiting = waiting_bytes(&a).expect("FIONREAD");
            waiting != 0
        });
        a.set_nonblocking(non_blocking);
        let mut buffer = [0; 4];
        assert_eq!(a.recv(&mut buffer), Err(WSAEMSGSIZE));
        assert_eq!(&buffer, b"0123");
    }
}

/// NB-18: closesocket by another thread ends a blocking accept or recv with WSAEINTR or WSAENOTSOCK.
#[test]
fn nb_18_closing_ends_a_blocking_call() {
    let ended = [WSAEINTR, WSAENOTSOCK];

    let listener = Socket::listener();
    let value = listener.raw();
    let call = Background::start(move || {
        let result = listener.accept().map(|_| ());
        // The other thread has closed it.
        std::mem::forget(listener);
        result
    });
    call.still_blocked("accept");
    assert_eq!(call!(closesocket(value)), 0);
    assert!(ended.contains(&call.join("accept").expect_err("an ended accept")));

    let (a, b) = connected_pair();
    let value = a.raw();
    let call = Background::start(move || {
        let result = a.recv(&mut [0; 4]);
        std::mem::forget(a);
        result
    });
    call.still_blocked("recv");
    assert_eq!(call!(closesocket(value)), 0);
    assert!(ended.contains(&call.join("recv").expect_err("an ended recv")));
    drop(b);
}

/// NB-19: Switching to non-blocking mode leaves a call that blocks already blocking.
#[test]
fn nb_19_a_blocked_call_goes_on_blocking() {
    let (a, b) = connected_pair();
    let value = a.raw();
    let call = Background::start(move || (a.recv(&mut [0; 4]), a));
    call.still_blocked("recv");

    assert_eq!(call!(ioctlsocket(value, FIONBIO, &mut 1)), 0);
    call.still_blocked("recv");
    b.send(b"x").expect("send");

    let (result, a) = call.join("recv");
    assert_eq!(result, Ok(1));
    assert_eq!(a.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));
}

/// NB-20: One thread with non-blocking sockets serves every client, also while one of them is silent.
#[test]
fn nb_20_one_thread_serves_all() {
    let listener = Socket::listener();
    let silent = Socket::connected_to(&listener);
    let talking = Socket::connected_to(&listener);
    let servers = [
        listener.accept().expect("accept"),
        listener.accept().expect("accept"),
    ];
    for server in &servers {
        server.set_nonblocking(true);
    }

    for _ in 0..10 {
        talking.send(b"ping").expect("send");
        let mut echoed = 0;
        eventually("the echo", || {
            for server in &servers {
                let mut buffer = [0; 16];
                if let Ok(count) = server.recv(&mut buffer) {
                    echoed += server.send(&buffer[..count as usize]).expect("send");
                }
            }
            echoed == 4
        });
        assert_eq!(talking.recv_all(4), b"ping");
    }
    drop(silent);
}

/// NB-22: SO_RCVTIMEO plays no part in non-blocking mode.
#[test]
fn nb_22_time_limits_are_for_blocking_mode() {
    let (a, _b) = connected_pair();
    a.set(SOL_SOCKET, SO_RCVTIMEO, 5_000_u32)
        .expect("SO_RCVTIMEO");
    a.set_nonblocking(true);
    let start = Instant::now();
    assert_eq!(a.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));
    assert!(start.elapsed() < Duration::from_secs(4));
}

/// NB-06: It is the same for IPv6, whose addresses are those of Windows.
#[test]
fn nb_06_the_mode_is_inherited_over_ipv6() {
    let listener = Socket::tcp6();
    if listener.bind6(&loopback6(0)).is_err() {
        // A machine without IPv6.
        return;
    }
    listener.listen(4).expect("listen");
    let name = listener.name6().expect("name");
    assert_eq!(name.sin6_family, AF_INET6);
    let client = Socket::tcp6();
    client.connect6(&name).expect("connect");
    listener.set_nonblocking(true);
    let mut server = None;
    eventually("the connection", || {
        server = listener.accept().ok();
        server.is_some()
    });
    let server = server.expect("just checked");
    assert_eq!(server.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));
}
