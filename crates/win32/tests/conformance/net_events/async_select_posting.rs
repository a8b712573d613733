//! When a message is posted, when it is posted again, and when not.

use std::ptr::null_mut;

use super::functions::{RECEIVES, SENDS, fill, wsa_accept};
use super::watch::{ALL, QUIETLY};
use super::window::{Notice, Window};
use crate::common::w::Win32::Networking::WinSock::{
    CF_ACCEPT, CF_DEFER, FD_ACCEPT, FD_CLOSE, FD_CONNECT, FD_OOB, FD_READ, FD_WRITE, MSG_OOB,
    MSG_PEEK, WSAEWOULDBLOCK, WSATRY_AGAIN, recv,
};
use crate::common::{QUIET, Socket};
use crate::io::operation::ADDRESS_ROOM;
use crate::io::{Operation, Port, Start, connected_pair, eventually};

/// ASY-08: A posted event isn't posted again before its re-enabling function, whatever arrives.
#[test]
fn asy_08_no_repetition_before_re_enabling() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, FD_READ);
    a.send(b"abc").expect("send");
    window.expect(&b, FD_READ);
    for _ in 0..5 {
        a.send(b"abc").expect("send");
    }
    window.quiet();
    assert_eq!(b.recv_all(18).len(), 18);
}

/// ASY-08: The same while the first message is still in the queue.
#[test]
fn asy_08_one_message_for_many_arrivals() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, FD_READ);
    for _ in 0..5 {
        a.send(b"abc").expect("send");
        window.peek();
    }
    window.expect(&b, FD_READ);
    window.quiet();
}

/// ASY-08: A second connection is no second FD_ACCEPT before accept.
#[test]
fn asy_08_a_second_connection_is_not_told() {
    let listener = Socket::listener();
    let window = Window::of(&listener, FD_ACCEPT);
    let _first = Socket::connected_to(&listener);
    window.expect(&listener, FD_ACCEPT);
    let _second = Socket::connected_to(&listener);
    window.quiet();
}

/// ASY-08: A second urgent byte is no second FD_OOB before it is received.
#[test]
fn asy_08_a_second_urgent_byte_is_not_told() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, FD_OOB);
    a.send_flags(b"1", MSG_OOB).expect("send urgent");
    window.expect(&b, FD_OOB);
    a.send_flags(b"2", MSG_OOB).expect("send urgent");
    window.quiet();
}

/// ASY-09: Every receive function re-enables FD_READ.
/// ASY-10: What a partial receive leaves is posted at once.
#[test]
fn asy_09_every_receive_function_re_enables_fd_read() {
    for (name, receive) in RECEIVES {
        let (a, b) = connected_pair();
        let window = Window::of(&b, FD_READ);
        a.send(b"abcdef").expect("send");
        window.expect(&b, FD_READ);
        for expected in [2, 3] {
            let count = receive(b.raw(), [0; 3].as_mut_ptr(), expected);
            assert_eq!(count, expected as i32, "{name}");
            window.expect(&b, FD_READ);
            window.quiet();
        }
        assert_eq!(receive(b.raw(), [0; 4].as_mut_ptr(), 4), 1, "{name}");
        window.quiet();
        a.send(b"x").expect("send");
        window.expect(&b, FD_READ);
    }
}

/// ASY-09: Every send function re-enables FD_WRITE.
/// ASY-12: FD_WRITE is posted once at first, and again only when a send has met WSAEWOULDBLOCK and room has come.
#[test]
fn asy_09_every_send_function_re_enables_fd_write() {
    for (name, send) in SENDS {
        let (a, b) = connected_pair();
        let window = Window::of(&b, ALL);
        window.expect(&b, FD_WRITE);
        for _ in 0..2 {
            let sent = fill(&b, send);
            a.recv_all(sent);
            window.expect(&b, FD_WRITE);
            // Sends that took a part may have been told their room by messages of their own.
            let mut parts = 0;
            while let Some(notice) = window.poll(QUIET) {
                assert_eq!(notice, Notice::of(&b, FD_WRITE));
                parts += 1;
                assert!(parts < 10, "FD_WRITE without an end");
            }
            assert_eq!(send(b.raw(), b"!"), 1, "{name}");
            a.recv_all(1);
            window.quiet();
        }
    }
}

/// ASY-09: accept and WSAAccept re-enable FD_ACCEPT, except when the connection was deferred.
#[test]
fn asy_09_accepting_re_enables_fd_accept() {
    let listener = Socket::listener();
    let _clients: Vec<_> = (0..3).map(|_| Socket::connected_to(&listener)).collect();
    let window = Window::of(&listener, FD_ACCEPT);
    window.expect(&listener, FD_ACCEPT);
    let deferred = wsa_accept(&listener, CF_DEFER).map(|_| ());
    assert_eq!(deferred, Err(WSATRY_AGAIN));
    window.quiet();

    let _first = wsa_accept(&listener, CF_ACCEPT).expect("WSAAccept");
    window.expect(&listener, FD_ACCEPT);
    window.quiet();
    let _second = listener.accept().expect("accept");
    window.expect(&listener, FD_ACCEPT);
    let _third = listener.accept().expect("accept");
    window.quiet();
}

/// ASY-09: Receiving the urgent byte re-enables FD_OOB.
#[test]
fn asy_09_receiving_urgent_data_re_enables_fd_oob() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, FD_READ | FD_OOB);
    for byte in [b"1", b"2", b"3"] {
        a.send_flags(byte, MSG_OOB).expect("send urgent");
        window.expect(&b, FD_OOB);
        assert_eq!(b.recv_flags(&mut [0; 1], MSG_OOB), Ok(1));
        window.quiet();
    }
}

/// ASY-10: One receive for each FD_READ reads everything, however small it is.
#[test]
fn asy_10_one_receive_per_message_reads_everything() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, FD_READ);
    a.send(&[5; 50]).expect("send");
    let mut received = 0;
    while received < 50 {
        window.expect(&b, FD_READ);
        received += b.recv(&mut [0; 7]).expect("recv");
    }
    window.quiet();
}

/// ASY-10: Reading in a loop until WSAEWOULDBLOCK leaves a spurious FD_READ behind.
/// ASY-13: The program that handles it gets WSAEWOULDBLOCK and goes on.
#[test]
fn asy_10_a_reading_loop_leaves_a_spurious_message() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, FD_READ);
    a.send(b"abcd").expect("send");
    window.expect(&b, FD_READ);
    assert_eq!(b.recv(&mut [0; 2]), Ok(2));
    assert_eq!(b.recv(&mut [0; 4]), Ok(2));
    assert_eq!(b.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));

    window.expect(&b, FD_READ);
    assert_eq!(b.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));
    window.quiet();
    a.send(b"e").expect("send");
    window.expect(&b, FD_READ);
    assert_eq!(b.recv_all(1), b"e");
}

/// ASY-10: A receive that fails re-enables as well.
#[test]
fn asy_10_a_failing_receive_re_enables() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, FD_READ);
    a.send(b"abc").expect("send");
    window.expect(&b, FD_READ);
    assert_eq!(call!(recv(b.raw(), null_mut(), 4, 0)), -1);
    window.expect(&b, FD_READ);
    window.quiet();
    assert_eq!(b.recv_all(3), b"abc");
}

/// ASY-10: A peek leaves its data, which is posted again.
#[test]
fn asy_10_a_peek_posts_again() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, FD_READ);
    a.send(b"abc").expect("send");
    window.expect(&b, FD_READ);
    assert_eq!(b.recv_flags(&mut [0; 8], MSG_PEEK), Ok(3));
    window.expect(&b, FD_READ);
    assert_eq!(b.recv(&mut [0; 8]), Ok(3));
    window.quiet();
}

/// ASY-10: After accept with another connection waiting, FD_ACCEPT is posted at once.
#[test]
fn asy_10_another_waiting_connection_is_posted() {
    let listener = Socket::listener();
    let _clients = [
        Socket::connected_to(&listener),
        Socket::connected_to(&listener),
    ];
    let window = Window::of(&listener, FD_ACCEPT);
    window.expect(&listener, FD_ACCEPT);
    let _first = listener.accept().expect("accept");
    window.expect(&listener, FD_ACCEPT);
    let _second = listener.accept().expect("accept");
    window.quiet();
}

/// ASY-11: Selecting again posts FD_READ, FD_WRITE, FD_OOB and FD_ACCEPT anew while they hold, also after a mask 0.
#[test]
fn asy_11_selecting_again_posts_again() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, ALL);
    window.expect(&b, FD_WRITE);
    a.send_flags(b"!", MSG_OOB).expect("send urgent");
    window.expect(&b, FD_OOB);
    a.send(b"abc").expect("send");
    window.expect(&b, FD_READ);
    for masks in [&[ALL][..], &[0, ALL]] {
        for &mask in masks {
            window.select(&b, mask);
        }
        window.expect(&b, FD_READ | FD_WRITE | FD_OOB);
        window.quiet();
    }
    window.select(&b, FD_WRITE | FD_CLOSE);
    window.expect(&b, FD_WRITE);
    window.quiet();

    let listener = Socket::listener();
    let _client = Socket::connected_to(&listener);
    for mask in [ALL, ALL] {
        window.select(&listener, mask);
        window.expect(&listener, FD_ACCEPT);
    }
    window.select(&listener, 0);
    window.select(&listener, FD_ACCEPT);
    window.expect(&listener, FD_ACCEPT);
    window.quiet();
}

/// ASY-11: Selecting again posts FD_CLOSE again.
#[test]
fn asy_11_the_close_is_posted_again() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, QUIETLY);
    a.close();
    window.expect(&b, FD_CLOSE);
    for masks in [&[QUIETLY][..], &[0, QUIETLY]] {
        for &mask in masks {
            window.select(&b, mask);
        }
        window.expect(&b, FD_CLOSE);
        window.quiet();
    }
}

/// ASY-11: FD_CONNECT isn't posted again.
#[test]
fn asy_11_the_connect_is_not_posted_again() {
    let listener = Socket::listener();
    let socket = Socket::tcp();
    let window = Window::of(&socket, ALL);
    assert_eq!(
        socket.connect(&listener.name().expect("name")),
        Err(WSAEWOULDBLOCK)
    );
    window.expect(&socket, FD_CONNECT | FD_WRITE);
    window.select(&socket, ALL);
    window.expect(&socket, FD_WRITE);
    window.quiet();
    window.select(&socket, FD_CONNECT);
    window.quiet();
}

/// ASY-12: FD_WRITE isn't posted for sends that succeed.
#[test]
fn asy_12_successful_sends_post_nothing() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, ALL);
    window.expect(&b, FD_WRITE);
    for _ in 0..100 {
        assert_eq!(b.send(&[3; 100]), Ok(100));
    }
    a.recv_all(10_000);
    window.quiet();
}

/// ASY-13: A message may be older than what it tells: the data can be gone.
#[test]
fn asy_13_a_message_may_be_out_of_date() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, FD_READ);
    a.send(b"abc").expect("send");
    window.peek();
    assert_eq!(b.recv_all(3), b"abc");
    window.expect(&b, FD_READ);
    assert_eq!(b.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));
    a.send(b"def").expect("send");
    window.expect(&b, FD_READ);
}

/// ASY-14: Data that a pending overlapped receive takes is no message; the next data is.
#[test]
fn asy_14_an_overlapped_receive_takes_first() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, FD_READ);
    let operation = Operation::new(8);
    assert_eq!(operation.receive(&b), Start::Pending);
    a.send(b"abc").expect("send");
    assert_eq!(operation.finish(&b), Ok(3));
    window.quiet();
    a.send(b"def").expect("send");
    window.expect(&b, FD_READ);
}

/// ASY-14: On a socket of a completion port, too.
#[test]
fn asy_14_a_port_and_a_window_on_one_socket() {
    let (a, b) = connected_pair();
    let port = Port::of(&b, 14);
    let window = Window::of(&b, FD_READ | FD_CLOSE);
    let operation = Operation::without_event(2);
    assert_eq!(operation.receive(&b), Start::Pending);
    a.send(b"abcd").expect("send");
    let packet = port.next();
    assert!(packet.is_of(&operation) && packet.bytes == 2);
    window.expect(&b, FD_READ);
    assert_eq!(b.recv_all(2), b"cd");
    window.quiet();

    let last = Operation::without_event(8);
    assert_eq!(last.receive(&b), Start::Pending);
    a.close();
    assert!(port.next().is_of(&last));
    window.expect(&b, FD_CLOSE);
    window.quiet();
}

/// ASY-14: A connection that a pending AcceptEx takes is no message; the next one is.
#[test]
fn asy_14_accept_ex_takes_first() {
    let listener = Socket::listener();
    let window = Window::of(&listener, FD_ACCEPT);
    let (acceptor, accept) = (Socket::tcp(), Operation::new(2 * ADDRESS_ROOM as usize));
    assert_eq!(accept.accept(&listener, &acceptor, 0), Start::Pending);
    let _first = Socket::connected_to(&listener);
    eventually("the connection", || !accept.is_pending());
    window.quiet();
    let _second = Socket::connected_to(&listener);
    window.expect(&listener, FD_ACCEPT);
    window.select(&listener, FD_CLOSE);
    window.quiet();
}
