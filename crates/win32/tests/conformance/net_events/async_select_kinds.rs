//! The single events as messages: connect, accepted sockets, close, datagram sockets.

use super::watch::{ALL, QUIETLY};
use super::window::{Notice, WM_SOCKET, Window};
use crate::common::w::Win32::Networking::WinSock::{
    FD_ACCEPT, FD_CLOSE, FD_CONNECT, FD_OOB, FD_READ, FD_WRITE, MSG_OOB, SD_BOTH, SD_SEND,
    SO_OOBINLINE, SOL_SOCKET, WSAECONNABORTED, WSAECONNREFUSED, WSAECONNRESET, WSAEWOULDBLOCK,
};
use crate::common::{Socket, loopback};
use crate::io::address::{loopback6, silent_address};
use crate::io::connected_pair;
use crate::nonblocking::undecided_connect;

/// ASY-15: A connect posts FD_CONNECT and then FD_WRITE.
#[test]
fn asy_15_connect_and_then_write() {
    let listener = Socket::listener();
    let socket = Socket::tcp();
    let window = Window::of(&socket, ALL);
    window.quiet();
    let target = listener.name().expect("name");
    assert_eq!(socket.connect(&target), Err(WSAEWOULDBLOCK));
    assert_eq!(window.next(), Notice::of(&socket, FD_CONNECT));
    assert_eq!(window.next(), Notice::of(&socket, FD_WRITE));
    window.quiet();
    let server = listener.accept().expect("accept");
    assert_eq!(socket.send(b"abc"), Ok(3));
    assert_eq!(server.recv_all(3), b"abc");
}

/// ASY-15: A refused connect posts FD_CONNECT with its error in the high word, and no FD_WRITE.
#[test]
fn asy_15_a_refused_connect_posts_its_error() {
    let (_owner, nobody) = silent_address();
    let socket = Socket::tcp();
    let window = Window::of(&socket, FD_CONNECT | FD_WRITE);
    for _ in 0..2 {
        assert_eq!(socket.connect(&nobody), Err(WSAEWOULDBLOCK));
        assert_eq!(window.error_of(&socket, FD_CONNECT), WSAECONNREFUSED);
        window.quiet();
    }
}

/// ASY-15: A selection made after the connection exists posts FD_WRITE alone, on either end.
#[test]
fn asy_15_selecting_later_posts_write_alone() {
    let (a, b) = connected_pair();
    let window = Window::of(&a, ALL);
    window.expect(&a, FD_WRITE);
    window.select(&b, ALL);
    window.expect(&b, FD_WRITE);
    window.quiet();
}

/// ASY-15: While a connect is undecided nothing is posted; its end is posted once it comes.
#[test]
fn asy_15_an_undecided_connect_posts_nothing_yet() {
    let (others, socket) = undecided_connect();
    let window = Window::of(&socket, ALL);
    window.quiet();
    let (listener, waiting) = others.split_first().expect("the listener");
    listener.set_nonblocking(true);
    for _ in waiting {
        if let Ok(server) = listener.accept() {
            server.close();
        }
    }
    window.expect(&socket, FD_CONNECT | FD_WRITE);
}

/// A selected listener, one client, and the accepted socket, whose selection nobody has made.
#[track_caller]
fn accepted(window: &Window, events: u32) -> (Socket, Socket, Socket) {
    let listener = Socket::listener();
    window.select(&listener, events);
    let client = Socket::connected_to(&listener);
    window.expect(&listener, FD_ACCEPT);
    let server = listener.accept().expect("accept");
    (listener, client, server)
}

/// ASY-16: An accepted socket inherits window, message and mask; its messages carry its own value.
#[test]
fn asy_16_an_accepted_socket_inherits_the_selection() {
    let window = Window::new();
    let (_listener, client, server) = accepted(&window, ALL);
    window.expect(&server, FD_WRITE);
    client.send(b"abc").expect("send");
    window.expect(&server, FD_READ);
    assert_eq!(server.recv_all(3), b"abc");
    client.close();
    window.expect(&server, FD_CLOSE);
    window.quiet();
}

/// ASY-16: Data that came before accept is posted for the accepted socket.
#[test]
fn asy_16_earlier_data_is_posted() {
    let window = Window::new();
    let listener = Socket::listener();
    window.select(&listener, ALL);
    let client = Socket::connected_to(&listener);
    client.send(b"abc").expect("send");
    window.expect(&listener, FD_ACCEPT);
    let server = listener.accept().expect("accept");
    window.expect(&server, FD_WRITE | FD_READ);
    window.quiet();
}

/// ASY-16: What isn't in the listener's mask isn't posted for the accepted socket; a selection of its own replaces it.
#[test]
fn asy_16_the_mask_is_inherited_until_it_is_replaced() {
    let window = Window::new();
    let (listener, client, server) = accepted(&window, FD_ACCEPT | FD_CLOSE);
    client.send(b"abc").expect("send");
    window.quiet();
    let own = WM_SOCKET + 5;
    window.select_as(&server, own, FD_READ | FD_CLOSE);
    let notice = window.next();
    let expected = (own, server.raw(), FD_READ);
    assert_eq!((notice.message, notice.socket, notice.event), expected);

    let _second = Socket::connected_to(&listener);
    window.expect(&listener, FD_ACCEPT);
    window.quiet();
}

/// ASY-17: The peer's orderly close is FD_CLOSE without an error, posted once.
#[test]
fn asy_17_an_orderly_close_is_posted_once() {
    for by_shutdown in [false, true] {
        let (a, b) = connected_pair();
        let window = Window::of(&b, QUIETLY);
        if by_shutdown {
            a.shutdown(SD_SEND).expect("shutdown");
            window.expect(&b, FD_CLOSE);
        }
        a.close();
        if !by_shutdown {
            window.expect(&b, FD_CLOSE);
        }
        window.quiet();
        assert_eq!(b.recv(&mut [0; 4]), Ok(0));
        window.quiet();
    }
}

/// ASY-17: A local shutdown posts nothing; the peer's close behind it does.
#[test]
fn asy_17_a_local_shutdown_posts_nothing() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, QUIETLY);
    b.shutdown(SD_BOTH).expect("shutdown");
    window.quiet();
    a.shutdown(SD_SEND).expect("shutdown");
    window.expect(&b, FD_CLOSE);
    window.quiet();
}

/// ASY-17: A reset is FD_CLOSE with WSAECONNABORTED or WSAECONNRESET.
#[test]
fn asy_17_a_reset_is_posted_with_its_error() {
    let reset = [WSAECONNABORTED, WSAECONNRESET];
    let (a, b) = connected_pair();
    let window = Window::of(&b, FD_CLOSE);
    a.reset();
    let error = window.error_of(&b, FD_CLOSE);
    assert!(reset.contains(&error), "{error}");
    let answer = b.recv(&mut [0; 4]).expect_err("after a reset");
    assert!(reset.contains(&answer), "{answer}");
    window.quiet();
}

/// ASY-17: With data unread FD_CLOSE is posted once, and the data can be read to its end.
#[test]
fn asy_17_a_close_with_unread_data() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, FD_READ | FD_CLOSE);
    a.send(b"abcdefgh").expect("send");
    a.close();
    let (mut text, mut closes) = (Vec::new(), 0);
    while text.len() < 8 || closes == 0 {
        let notice = window.next();
        assert_eq!((notice.socket, notice.error), (b.raw(), 0));
        if notice.event == FD_CLOSE {
            closes += 1;
            continue;
        }
        assert_eq!(notice.event, FD_READ);
        let mut buffer = [0; 3];
        let count = b.recv(&mut buffer).expect("recv") as usize;
        text.extend_from_slice(&buffer[..count]);
    }
    assert_eq!((text.as_slice(), closes), (&b"abcdefgh"[..], 1));
    assert_eq!(b.recv(&mut [0; 4]), Ok(0));
    while let Some(notice) = window.poll(crate::common::QUIET) {
        assert_eq!(notice.event, FD_READ, "FD_CLOSE twice");
    }
}

/// ASY-17: Urgent data is FD_OOB, or FD_READ with SO_OOBINLINE.
#[test]
fn asy_17_urgent_data_before_the_close() {
    for inline in [false, true] {
        let (a, b) = connected_pair();
        b.set(SOL_SOCKET, SO_OOBINLINE, u32::from(inline))
            .expect("SO_OOBINLINE");
        let window = Window::of(&b, QUIETLY);
        a.send_flags(b"!", MSG_OOB).expect("send urgent");
        window.expect(&b, if inline { FD_READ } else { FD_OOB });
        window.quiet();
    }
}

/// ASY-22: Selecting a bound datagram socket posts FD_WRITE at once, and one FD_READ for datagrams, which recvfrom re-enables.
#[test]
fn asy_22_datagrams() {
    let (socket, peer) = (Socket::udp_bound(), Socket::udp_bound());
    let window = Window::of(&socket, ALL);
    window.expect(&socket, FD_WRITE);
    let target = socket.name().expect("name");
    for _ in 0..3 {
        peer.send_to(b"abc", &target).expect("sendto");
    }
    for _ in 0..3 {
        window.expect(&socket, FD_READ);
        window.quiet();
        let answer = socket.recv_from(&mut [0; 8]);
        assert_eq!(answer.map(|(count, _)| count), Ok(3));
    }
    window.quiet();
}

/// ASY-22: A datagram socket can be written to whether it is bound or not.
#[test]
fn asy_22_write_comes_with_the_selection() {
    let socket = Socket::udp();
    let window = Window::of(&socket, FD_READ | FD_WRITE);
    window.expect(&socket, FD_WRITE);
    socket.bind(&loopback(0)).expect("bind");
    let mut extra = 0;
    while let Some(notice) = window.poll(crate::common::QUIET) {
        assert_eq!(notice, Notice::of(&socket, FD_WRITE));
        extra += 1;
    }
    assert!(extra <= 1, "{extra} more");
}

/// ASY-15: The messages of an IPv6 connection are the same.
#[test]
fn asy_15_the_messages_of_an_ipv6_connection() {
    let listener = Socket::tcp6();
    if listener.bind6(&loopback6(0)).is_err() {
        // A machine without IPv6.
        return;
    }
    listener.listen(4).expect("listen");
    let client = Socket::tcp6();
    let window = Window::of(&client, ALL);
    let target = listener.name6().expect("name");
    assert_eq!(client.connect6(&target), Err(WSAEWOULDBLOCK));
    window.expect(&client, FD_CONNECT | FD_WRITE);
    let server = listener.accept().expect("accept");
    server.send(b"abc").expect("send");
    window.expect(&client, FD_READ);
    assert_eq!(client.recv_all(3), b"abc");
    server.close();
    window.expect(&client, FD_CLOSE);
    window.quiet();
}

/// ASY-15: A selection made while the connect runs is told its end: FD_WRITE, behind FD_CONNECT if it was still undecided.
#[test]
fn asy_15_selecting_while_connecting() {
    let window = Window::new();
    for _ in 0..20 {
        let listener = Socket::listener();
        let socket = Socket::tcp();
        socket.set_nonblocking(true);
        let target = listener.name().expect("name");
        assert_eq!(socket.connect(&target), Err(WSAEWOULDBLOCK));
        window.select(&socket, FD_CONNECT | FD_WRITE);
        let mut notice = window.next();
        if notice == Notice::of(&socket, FD_CONNECT) {
            notice = window.next();
        }
        assert_eq!(notice, Notice::of(&socket, FD_WRITE));
        assert_eq!(window.poll(0), None);
    }
}
