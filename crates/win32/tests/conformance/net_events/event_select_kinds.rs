//! The single events: connect, close, urgent data, accept, write, and datagram sockets.

use super::watch::{ALL, QUIETLY, Watch, select, taken};
use crate::common::w::Win32::Networking::WinSock::{
    FD_ACCEPT, FD_CLOSE, FD_CONNECT, FD_OOB, FD_READ, FD_WRITE, MSG_OOB, SD_BOTH, SD_RECEIVE,
    SD_SEND, SO_OOBINLINE, SOL_SOCKET, WSAECONNABORTED, WSAECONNREFUSED, WSAECONNRESET,
    WSAEWOULDBLOCK,
};
use crate::common::{DEADLINE, Socket, loopback, wait_until};
use crate::io::address::{loopback6, silent_address};
use crate::io::{connected, connected_pair, datagram_pair};
use crate::nonblocking::undecided_connect;

/// Starts to connect a selected socket.
#[track_caller]
fn start_connect(socket: &Socket, listener: &Socket) {
    assert_eq!(
        socket.connect(&listener.name().expect("name")),
        Err(WSAEWOULDBLOCK)
    );
}

/// EVT-18: FD_CONNECT tells the end of a connect, once, and FD_WRITE comes with the success.
#[test]
fn evt_18_success_is_connect_and_write() {
    let listener = Socket::listener();
    let socket = Socket::tcp();
    let watch = Watch::of(&socket, ALL);
    watch.quiet(&socket);
    start_connect(&socket, &listener);
    watch.expect(&socket, FD_CONNECT | FD_WRITE);
    watch.quiet(&socket);
    let server = listener.accept().expect("accept");
    assert_eq!(socket.send(b"abc"), Ok(3));
    assert_eq!(server.recv_all(3), b"abc");
    watch.quiet(&socket);
}

/// EVT-18: A refused connect is FD_CONNECT with WSAECONNREFUSED, without FD_WRITE, once.
#[test]
fn evt_18_a_refused_connect_tells_its_error() {
    let (_owner, nobody) = silent_address();
    let socket = Socket::tcp();
    let watch = Watch::of(&socket, FD_CONNECT | FD_WRITE);
    assert_eq!(socket.connect(&nobody), Err(WSAEWOULDBLOCK));
    assert_eq!(watch.error_of(&socket, FD_CONNECT), WSAECONNREFUSED);
    watch.quiet(&socket);
}

/// EVT-18: After a refused connect the next one is told anew.
#[test]
fn evt_18_the_next_connect_is_told_anew() {
    let (_owner, nobody) = silent_address();
    let listener = Socket::listener();
    let socket = Socket::tcp();
    let watch = Watch::of(&socket, FD_CONNECT | FD_WRITE);
    for _ in 0..2 {
        assert_eq!(socket.connect(&nobody), Err(WSAEWOULDBLOCK));
        assert_eq!(watch.error_of(&socket, FD_CONNECT), WSAECONNREFUSED);
    }
    start_connect(&socket, &listener);
    watch.expect(&socket, FD_CONNECT | FD_WRITE);
    watch.quiet(&socket);
}

/// EVT-18: A selection made right after the connect has started is told its end as well.
#[test]
fn evt_18_selecting_while_connecting() {
    for _ in 0..20 {
        let listener = Socket::listener();
        let socket = Socket::tcp();
        socket.set_nonblocking(true);
        start_connect(&socket, &listener);
        let watch = Watch::of(&socket, ALL);
        watch.expect(&socket, FD_CONNECT | FD_WRITE);
        assert_eq!(taken(&socket), 0);
    }
    let (_owner, nobody) = silent_address();
    for _ in 0..20 {
        let socket = Socket::tcp();
        socket.set_nonblocking(true);
        assert_eq!(socket.connect(&nobody), Err(WSAEWOULDBLOCK));
        let watch = Watch::of(&socket, FD_CONNECT | FD_WRITE);
        assert_eq!(watch.error_of(&socket, FD_CONNECT), WSAECONNREFUSED);
    }
}

/// EVT-18: While a connect is undecided nothing is told; its end is told once it comes.
#[test]
fn evt_18_an_undecided_connect_tells_nothing_yet() {
    let (others, socket) = undecided_connect();
    let watch = Watch::of(&socket, ALL);
    watch.quiet(&socket);

    let (listener, waiting) = others.split_first().expect("the listener");
    for _ in waiting {
        listener.set_nonblocking(true);
        if let Ok(server) = listener.accept() {
            server.close();
        }
    }
    watch.expect(&socket, FD_CONNECT | FD_WRITE);
}

/// EVT-19: Selecting after the connect has succeeded tells FD_CONNECT and FD_WRITE.
#[test]
fn evt_19_a_connected_socket_tells_connect_and_write() {
    let (a, _b) = connected_pair();
    let watch = Watch::of(&a, ALL);
    watch.expect(&a, FD_CONNECT | FD_WRITE);
    watch.quiet(&a);
}

/// EVT-19: A socket that came from accept tells FD_WRITE alone.
#[test]
fn evt_19_an_accepted_socket_tells_write() {
    let (_a, b) = connected_pair();
    let watch = Watch::of(&b, ALL);
    watch.expect(&b, FD_WRITE);
    watch.quiet(&b);
}

/// EVT-20: The peer's close is told once; what comes later adds nothing.
#[test]
fn evt_20_the_peers_close_is_told_once() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&b, QUIETLY);
    watch.quiet(&b);
    a.close();
    watch.expect(&b, FD_CLOSE);
    watch.quiet(&b);
    assert_eq!(b.recv(&mut [0; 4]), Ok(0));
    watch.quiet(&b);
}

/// EVT-20: The peer's shutdown of sending is a close as well, and its closesocket adds nothing.
#[test]
fn evt_20_shutdown_of_sending_is_a_close() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&b, QUIETLY);
    a.shutdown(SD_SEND).expect("shutdown");
    watch.expect(&b, FD_CLOSE);
    watch.quiet(&b);
    a.close();
    watch.quiet(&b);
}

/// EVT-20: The peer's shutdown of receiving is no close.
#[test]
fn evt_20_shutdown_of_receiving_is_no_close() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&b, QUIETLY);
    a.shutdown(SD_RECEIVE).expect("shutdown");
    watch.quiet(&b);
}

/// EVT-20: A local shutdown of any kind is no close.
#[test]
fn evt_20_a_local_shutdown_is_no_close() {
    for how in [SD_RECEIVE, SD_SEND, SD_BOTH] {
        let (_a, b) = connected_pair();
        let watch = Watch::of(&b, QUIETLY);
        b.shutdown(how).expect("shutdown");
        watch.quiet(&b);
    }
}

/// EVT-21: After a local shutdown of both directions the peer's close is told.
#[test]
fn evt_21_close_comes_after_a_local_shutdown() {
    for how in [SD_SEND, SD_BOTH] {
        let (a, b) = connected_pair();
        let watch = Watch::of(&b, QUIETLY);
        b.shutdown(how).expect("shutdown");
        watch.quiet(&b);
        a.shutdown(SD_SEND).expect("shutdown");
        watch.expect(&b, FD_CLOSE);
        watch.quiet(&b);
    }
}

/// EVT-22: With data unread FD_CLOSE comes at once or behind the data, but once; a receive goes on telling FD_READ for the rest.
/// EVT-24: Receiving until 0 after FD_CLOSE gets everything.
#[test]
fn evt_22_close_and_unread_data() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&b, FD_READ | FD_CLOSE);
    a.send(b"abcdefgh").expect("send");
    a.close();

    let (mut text, mut closes, mut reads) = (Vec::new(), 0, 0);
    while text.len() < 8 || closes == 0 {
        watch.wait();
        let found = watch.take(&b);
        if found.events & FD_CLOSE != 0 {
            assert_eq!(found.error(FD_CLOSE), 0);
            closes += 1;
        }
        if found.events & FD_READ != 0 {
            reads += 1;
            let mut buffer = [0; 3];
            let count = b.recv(&mut buffer).expect("recv") as usize;
            text.extend_from_slice(&buffer[..count]);
        }
        assert!(reads <= 4, "FD_READ without data");
    }

    assert_eq!((text.as_slice(), closes), (&b"abcdefgh"[..], 1));
    assert_eq!(b.recv(&mut [0; 4]), Ok(0));
    assert_eq!(watch.take(&b).events & FD_CLOSE, 0);
    watch.quiet(&b);
}

/// EVT-22: FD_CLOSE that is selected after data and close have come isn't lost.
#[test]
fn evt_22_close_is_found_at_selection() {
    let (a, b) = connected_pair();
    a.send(b"abc").expect("send");
    a.close();
    let watch = Watch::of(&b, FD_CLOSE);
    let early = wait_until(std::time::Duration::from_millis(50), || watch.is_set());
    if !early {
        assert_eq!(b.recv_all(3), b"abc");
        assert_eq!(b.recv(&mut [0; 4]), Ok(0));
    }
    watch.expect(&b, FD_CLOSE);
    watch.quiet(&b);
}

/// EVT-23: A reset by the peer is FD_CLOSE with WSAECONNABORTED or WSAECONNRESET, once, and a receive tells it as well.
#[test]
fn evt_23_a_reset_is_told_with_its_error() {
    let reset = [WSAECONNABORTED, WSAECONNRESET];
    let (a, b) = connected_pair();
    let watch = Watch::of(&b, FD_CLOSE);
    a.reset();
    let error = watch.error_of(&b, FD_CLOSE);
    assert!(reset.contains(&error), "{error}");
    let answer = b.recv(&mut [0; 4]).expect_err("after a reset");
    assert!(reset.contains(&answer), "{answer}");
    watch.quiet(&b);
}

/// EVT-23: A reset that came before the selection keeps its error.
#[test]
fn evt_23_an_earlier_reset_keeps_its_error() {
    let reset = [WSAECONNABORTED, WSAECONNRESET];
    let (a, b) = connected_pair();
    let early = Watch::of(&b, FD_CLOSE);
    a.reset();
    early.wait();
    let watch = Watch::of(&b, QUIETLY & !FD_READ);
    let error = watch.error_of(&b, FD_CLOSE);
    assert!(reset.contains(&error), "{error}");
}

/// EVT-24: Everything that was sent before the close is received after FD_CLOSE.
#[test]
fn evt_24_reading_on_after_close_finds_everything() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&b, FD_READ | FD_CLOSE);
    let data: Vec<u8> = (0..60_000_u32).map(|place| place as u8).collect();
    a.send(&data).expect("send");
    a.close();
    let (mut received, mut buffer, mut closed) = (Vec::new(), [0; 10_000], false);
    while !closed {
        watch.wait();
        closed = watch.take(&b).events & FD_CLOSE != 0;
        while let Ok(count @ 1..) = b.recv(&mut buffer) {
            received.extend_from_slice(&buffer[..count as usize]);
        }
    }
    assert_eq!(b.recv(&mut [0; 4]), Ok(0));
    assert!(received == data, "{} of 60,000 bytes", received.len());
}

/// EVT-25: Urgent data is FD_OOB, and no FD_READ.
#[test]
fn evt_25_urgent_data_is_fd_oob() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&b, QUIETLY);
    a.send_flags(b"!", MSG_OOB).expect("send urgent");
    watch.expect(&b, FD_OOB);
    watch.quiet(&b);

    a.send(b"abc").expect("send");
    watch.expect(&b, FD_READ);
    let mut urgent = [0; 1];
    assert_eq!(b.recv_flags(&mut urgent, MSG_OOB), Ok(1));
    assert_eq!(b.recv_all(3), b"abc");
    watch.quiet(&b);
}

/// EVT-25: With SO_OOBINLINE urgent data is FD_READ, and no FD_OOB.
#[test]
fn evt_25_inline_urgent_data_is_fd_read() {
    let (a, b) = connected_pair();
    b.set(SOL_SOCKET, SO_OOBINLINE, 1_u32)
        .expect("SO_OOBINLINE");
    let watch = Watch::of(&b, QUIETLY);
    a.send_flags(b"!", MSG_OOB).expect("send urgent");
    watch.expect(&b, FD_READ);
    watch.quiet(&b);
    assert_eq!(b.recv_all(1), b"!");
    watch.quiet(&b);
}

/// EVT-25: Urgent data that is there already is told at selection.
#[test]
fn evt_25_earlier_urgent_data_is_told_at_selection() {
    let (a, b) = connected_pair();
    a.send_flags(b"!", MSG_OOB).expect("send urgent");
    let watch = Watch::of(&b, FD_OOB | FD_CLOSE);
    watch.expect(&b, FD_OOB);
    watch.quiet(&b);
}

/// EVT-26: A selection made before bind and listen works afterwards.
#[test]
fn evt_26_selecting_before_bind_works() {
    let socket = Socket::tcp();
    let watch = Watch::of(&socket, FD_CONNECT | FD_READ | FD_OOB | FD_ACCEPT);
    watch.quiet(&socket);
    socket.bind(&loopback(0)).expect("bind");
    watch.quiet(&socket);
    socket.listen(4).expect("listen");
    watch.quiet(&socket);
    let _client = Socket::connected_to(&socket);
    watch.expect(&socket, FD_ACCEPT);
    watch.quiet(&socket);
    assert!(socket.accept().is_ok());
}

/// EVT-26: A stream socket that is neither connected nor listening has no event at all.
#[test]
fn evt_26_a_fresh_stream_socket_has_no_events() {
    for socket in [Socket::tcp(), Socket::tcp_bound()] {
        Watch::of(&socket, ALL).quiet(&socket);
    }
}

/// EVT-27: A bound datagram socket can be written to, which is told once.
#[test]
fn evt_27_a_bound_datagram_socket_tells_write() {
    let socket = Socket::udp();
    let watch = Watch::of(&socket, ALL);
    socket.bind(&loopback(0)).expect("bind");
    watch.expect(&socket, FD_WRITE);
    watch.quiet(&socket);
    let peer = Socket::udp_bound();
    let target = peer.name().expect("name");
    for _ in 0..3 {
        assert_eq!(socket.send_to(b"abc", &target), Ok(3));
    }
    watch.quiet(&socket);
}

/// EVT-27: A datagram socket that is connected tells FD_CONNECT as well.
#[test]
fn evt_27_a_connected_datagram_socket_tells_connect_and_write() {
    let peer = Socket::udp_bound();
    let socket = Socket::udp();
    let watch = Watch::of(&socket, FD_CONNECT | FD_CLOSE);
    assert_eq!(socket.connect(&peer.name().expect("name")), Ok(0));
    watch.expect(&socket, FD_CONNECT);
    watch.select(&socket, ALL);
    watch.expect(&socket, FD_WRITE);
    watch.quiet(&socket);
}

/// EVT-27: Selecting after bind tells FD_WRITE; each datagram is FD_READ.
#[test]
fn evt_27_datagrams_are_fd_read() {
    let (socket, peer) = (Socket::udp_bound(), Socket::udp_bound());
    let watch = Watch::of(&socket, ALL);
    watch.expect(&socket, FD_WRITE);
    let target = socket.name().expect("name");
    for _ in 0..3 {
        peer.send_to(b"abc", &target).expect("sendto");
        watch.expect(&socket, FD_READ);
        assert_eq!(socket.recv_from(&mut [0; 8]).map(|(count, _)| count), Ok(3));
        watch.quiet(&socket);
    }
}

/// EVT-27: An empty datagram is FD_READ like any other.
#[test]
fn evt_27_an_empty_datagram_is_fd_read() {
    let (a, b) = datagram_pair();
    let watch = Watch::of(&a, FD_READ);
    b.send(b"").expect("send");
    watch.expect(&a, FD_READ);
    assert_eq!(a.recv(&mut [0; 4]), Ok(0));
    watch.quiet(&a);
}

/// EVT-28: FD_WRITE of a stream comes with the connection and then only behind WSAEWOULDBLOCK.
#[test]
fn evt_28_write_comes_with_the_connection() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&b, ALL);
    watch.expect(&b, FD_WRITE);
    for _ in 0..100 {
        assert_eq!(b.send(&[3; 100]), Ok(100));
    }
    a.recv_all(10_000);
    watch.quiet(&b);
}

/// EVT-28: After WSAEWOULDBLOCK the event comes when room has become free, again and again.
#[test]
fn evt_28_write_comes_with_the_room() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&b, FD_WRITE);
    watch.expect(&b, FD_WRITE);
    for _ in 0..5 {
        let mut sent = 0;
        let full = wait_until(DEADLINE, || match b.send(&[3; 50_000]) {
            Ok(count) => {
                sent += count as usize;
                false
            }
            Err(code) => code == WSAEWOULDBLOCK,
        });
        assert!(full, "the buffers are never full");
        a.recv_all(sent);
        watch.expect(&b, FD_WRITE);
        watch.quiet(&b);
    }
}

/// EVT-28: The room is told even if it became free before the selection.
#[test]
fn evt_28_room_that_came_unselected_is_told() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&b, FD_WRITE);
    watch.expect(&b, FD_WRITE);
    watch.select(&b, FD_CLOSE);
    let mut sent = 0;
    let full = wait_until(DEADLINE, || match b.send(&[3; 50_000]) {
        Ok(count) => {
            sent += count as usize;
            false
        }
        Err(code) => code == WSAEWOULDBLOCK,
    });
    assert!(full, "the buffers are never full");
    a.recv_all(sent);
    watch.quiet(&b);
    watch.select(&b, FD_CLOSE | FD_WRITE);
    watch.expect(&b, FD_WRITE);
    watch.quiet(&b);
}

/// EVT-18: The events of an IPv6 connection are the same, from FD_CONNECT to FD_CLOSE.
#[test]
fn evt_18_the_events_of_an_ipv6_connection() {
    let listener = Socket::tcp6();
    if listener.bind6(&loopback6(0)).is_err() {
        // A machine without IPv6.
        return;
    }
    let accepting = Watch::of(&listener, FD_ACCEPT);
    listener.listen(4).expect("listen");
    let client = Socket::tcp6();
    let watch = Watch::of(&client, ALL);
    let target = listener.name6().expect("name");
    assert_eq!(client.connect6(&target), Err(WSAEWOULDBLOCK));
    watch.expect(&client, FD_CONNECT | FD_WRITE);
    accepting.expect(&listener, FD_ACCEPT);
    let server = listener.accept().expect("accept");
    assert_eq!(select(server.raw(), std::ptr::null_mut(), 0), Ok(0));

    server.send(b"abc").expect("send");
    watch.expect(&client, FD_READ);
    assert_eq!(client.recv_all(3), b"abc");
    server.close();
    watch.expect(&client, FD_CLOSE);
    watch.quiet(&client);
}

/// EVT-19: Each of the two is told once, whenever it is selected.
#[test]
fn evt_19_connect_and_write_are_told_when_selected() {
    let listener = Socket::listener();
    let (a, _b) = connected(Socket::tcp(), &listener);
    let watch = Watch::of(&a, FD_CONNECT);
    watch.expect(&a, FD_CONNECT);
    watch.quiet(&a);
    watch.select(&a, FD_CONNECT | FD_WRITE);
    watch.expect(&a, FD_WRITE);
    watch.quiet(&a);
}
