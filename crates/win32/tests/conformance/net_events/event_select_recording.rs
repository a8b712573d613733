//! When an event is recorded, recorded again, and forgotten.

use std::ptr::null_mut;

use super::functions::{RECEIVES, SENDS, fill, wsa_accept};
use super::watch::{ALL, QUIETLY, Watch, taken};
use crate::common::w::Win32::Networking::WinSock::{
    CF_ACCEPT, CF_DEFER, FD_ACCEPT, FD_CLOSE, FD_CONNECT, FD_OOB, FD_READ, FD_WRITE, FIONREAD,
    MSG_OOB, MSG_PEEK, MSG_WAITALL, WSAEWOULDBLOCK, WSATRY_AGAIN, recv,
};
use crate::common::{DEADLINE, Socket, wait_until};
use crate::io::operation::ADDRESS_ROOM;
use crate::io::{Operation, Port, Start, connected_pair, datagram_pair, eventually, never};

/// EVT-10: An event is recorded when its condition becomes true, and told once.
#[test]
fn evt_10_a_condition_is_told_once() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&b, QUIETLY);
    watch.quiet(&b);
    a.send(b"abc").expect("send");
    watch.expect(&b, FD_READ);
    watch.quiet(&b);
}

/// EVT-10: A condition that is true already is recorded by the selection itself.
#[test]
fn evt_10_a_true_condition_is_told_at_selection() {
    let (a, b) = connected_pair();
    a.send(b"abc").expect("send");
    eventually("the data", || b.recv_flags(&mut [0; 3], MSG_PEEK) == Ok(3));
    let watch = Watch::of(&b, ALL);
    assert!(watch.is_set(), "set by the call itself");
    assert_eq!(watch.take(&b).events, FD_READ | FD_WRITE);
    watch.quiet(&b);

    let listener = Socket::listener();
    let _client = Socket::connected_to(&listener);
    let watch = Watch::of(&listener, ALL);
    watch.expect(&listener, FD_ACCEPT);
    watch.quiet(&listener);
}

/// EVT-11: Every receive function re-enables FD_READ.
/// EVT-12: What a partial receive leaves is told again.
#[test]
fn evt_11_every_receive_function_re_enables_fd_read() {
    for (name, receive) in RECEIVES {
        let (a, b) = connected_pair();
        let watch = Watch::of(&a, FD_READ);
        b.send(b"abcdef").expect("send");
        watch.expect(&a, FD_READ);
        for expected in [2, 3] {
            let mut buffer = [0; 3];
            let count = receive(a.raw(), buffer.as_mut_ptr(), expected);
            assert_eq!(count, expected as i32, "{name}");
            watch.expect(&a, FD_READ);
            watch.quiet(&a);
        }
        assert_eq!(receive(a.raw(), [0; 4].as_mut_ptr(), 4), 1, "{name}");
        watch.quiet(&a);
    }
}

/// EVT-11: FD_READ of datagrams is re-enabled by every receive function as well.
#[test]
fn evt_11_receiving_a_datagram_re_enables_fd_read() {
    for (name, receive) in RECEIVES {
        let (a, b) = datagram_pair();
        for datagram in [b"one", b"two", b"six"] {
            b.send(datagram).expect("send");
        }
        eventually("a datagram", || {
            let mut waiting = 0;
            a.ioctl(FIONREAD, &mut waiting).expect("FIONREAD");
            waiting != 0
        });
        let watch = Watch::of(&a, FD_READ);
        for _ in 0..3 {
            watch.expect(&a, FD_READ);
            watch.quiet(&a);
            assert_eq!(receive(a.raw(), [0; 8].as_mut_ptr(), 8), 3, "{name}");
        }
        watch.quiet(&a);
    }
}

/// EVT-11: Every send function re-enables FD_WRITE when it gives WSAEWOULDBLOCK; the event comes with the room.
#[test]
fn evt_11_every_send_function_re_enables_fd_write() {
    for (name, send) in SENDS {
        let (a, b) = connected_pair();
        let watch = Watch::of(&b, ALL);
        watch.expect(&b, FD_WRITE);
        for _ in 0..2 {
            let sent = fill(&b, send);
            a.recv_all(sent);
            watch.expect(&b, FD_WRITE);
            watch.quiet(&b);
            assert_eq!(send(b.raw(), b"!"), 1, "{name}");
            a.recv_all(1);
            watch.quiet(&b);
        }
    }
}

/// EVT-11: accept, WSAAccept and AcceptEx re-enable FD_ACCEPT.
/// EVT-12: With another connection waiting, it is told again at once.
#[test]
fn evt_11_every_accept_function_re_enables_fd_accept() {
    let listener = Socket::listener();
    let _clients: Vec<_> = (0..4).map(|_| Socket::connected_to(&listener)).collect();
    let watch = Watch::of(&listener, FD_ACCEPT);
    watch.expect(&listener, FD_ACCEPT);
    watch.quiet(&listener);

    let _first = listener.accept().expect("accept");
    watch.expect(&listener, FD_ACCEPT);
    watch.quiet(&listener);
    let _second = wsa_accept(&listener, CF_ACCEPT).expect("WSAAccept");
    watch.expect(&listener, FD_ACCEPT);
    watch.quiet(&listener);
    let (third, accept) = (Socket::tcp(), Operation::new(2 * ADDRESS_ROOM as usize));
    accept.accept(&listener, &third, 0).accepted();
    accept.wait();
    watch.expect(&listener, FD_ACCEPT);
    watch.quiet(&listener);
    let _fourth = listener.accept().expect("accept");
    watch.quiet(&listener);
}

/// EVT-11: A WSAAccept that defers the connection doesn't re-enable FD_ACCEPT.
#[test]
fn evt_11_deferring_does_not_re_enable() {
    let listener = Socket::listener();
    let _client = Socket::connected_to(&listener);
    let watch = Watch::of(&listener, FD_ACCEPT);
    watch.expect(&listener, FD_ACCEPT);

    assert_eq!(
        wsa_accept(&listener, CF_DEFER).map(|_| ()),
        Err(WSATRY_AGAIN)
    );
    watch.quiet(&listener);
    let _server = wsa_accept(&listener, CF_ACCEPT).expect("the deferred connection");
    watch.quiet(&listener);

    let _next = Socket::connected_to(&listener);
    watch.expect(&listener, FD_ACCEPT);
}

/// EVT-11: Nothing re-enables FD_CONNECT and FD_CLOSE.
#[test]
fn evt_11_nothing_re_enables_connect_and_close() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, ALL);
    watch.expect(&a, FD_CONNECT | FD_WRITE);
    a.send(b"abc").expect("send");
    assert_eq!(a.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));
    watch.quiet(&a);

    assert_eq!(b.recv_all(3), b"abc");
    b.close();
    watch.expect(&a, FD_CLOSE);
    for _ in 0..2 {
        assert_eq!(a.recv(&mut [0; 4]), Ok(0));
        watch.quiet(&a);
    }
}

/// EVT-11: Urgent data is told again when it comes again after a receive.
#[test]
fn evt_11_receiving_urgent_data_re_enables_fd_oob() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_READ | FD_OOB);
    for byte in [b"1", b"2", b"3"] {
        b.send_flags(byte, MSG_OOB).expect("send urgent");
        watch.expect(&a, FD_OOB);
        let mut urgent = [0; 1];
        assert_eq!(a.recv_flags(&mut urgent, MSG_OOB), Ok(1));
        assert_eq!(&urgent, byte);
        watch.quiet(&a);
    }
}

/// EVT-12: After one accept with two connections waiting, FD_ACCEPT is told again; after the second, not.
#[test]
fn evt_12_another_waiting_connection_is_told_again() {
    let listener = Socket::listener();
    let _clients = [
        Socket::connected_to(&listener),
        Socket::connected_to(&listener),
    ];
    let watch = Watch::of(&listener, FD_ACCEPT);
    watch.expect(&listener, FD_ACCEPT);
    let _first = listener.accept().expect("accept");
    assert!(watch.is_set(), "set by accept itself");
    watch.expect(&listener, FD_ACCEPT);
    let _second = listener.accept().expect("accept");
    watch.quiet(&listener);
}

/// EVT-12: A receive for each FD_READ reads everything, however small it is.
#[test]
fn evt_12_one_receive_per_event_reads_everything() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_READ);
    b.send(&[5; 50]).expect("send");
    let mut received = 0;
    while received < 50 {
        watch.expect(&a, FD_READ);
        received += a.recv(&mut [0; 7]).expect("recv");
    }
    watch.quiet(&a);
}

/// EVT-12: A peek leaves its data, which is told again.
#[test]
fn evt_12_a_peek_leaves_the_event() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_READ);
    b.send(b"abc").expect("send");
    watch.expect(&a, FD_READ);
    assert_eq!(a.recv_flags(&mut [0; 8], MSG_PEEK), Ok(3));
    watch.expect(&a, FD_READ);
    assert_eq!(a.recv(&mut [0; 8]), Ok(3));
    watch.quiet(&a);
}

/// EVT-13: More data, a second connection, a second urgent byte are told although nothing was received in between.
#[test]
fn evt_13_new_arrivals_are_told_again() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_READ | FD_OOB);
    for _ in 0..5 {
        b.send(b"abc").expect("send");
        watch.expect(&a, FD_READ);
        watch.quiet(&a);
    }
    assert_eq!(a.recv_all(15).len(), 15);
    watch.quiet(&a);

    let listener = Socket::listener();
    let watch = Watch::of(&listener, FD_ACCEPT);
    let mut clients = Vec::new();
    for _ in 0..3 {
        clients.push(Socket::connected_to(&listener));
        watch.expect(&listener, FD_ACCEPT);
        watch.quiet(&listener);
    }
}

/// EVT-13: A second datagram is told although the first is still there.
#[test]
fn evt_13_new_datagrams_are_told_again() {
    let (a, b) = datagram_pair();
    let watch = Watch::of(&a, FD_READ);
    for _ in 0..3 {
        b.send(b"abc").expect("send");
        watch.expect(&a, FD_READ);
        watch.quiet(&a);
    }
}

/// EVT-13: A second urgent byte is told although the first is still there.
#[test]
fn evt_13_new_urgent_data_is_told_again() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_OOB);
    for byte in [b"1", b"2"] {
        b.send_flags(byte, MSG_OOB).expect("send urgent");
        watch.expect(&a, FD_OOB);
        watch.quiet(&a);
    }
}

/// EVT-14: Selecting the same mask again tells nothing again, not even after a mask 0.
#[test]
fn evt_14_selecting_again_tells_nothing_twice() {
    let (a, b) = connected_pair();
    let listener = Socket::listener();
    let _client = Socket::connected_to(&listener);
    let watch = Watch::of(&a, ALL);
    b.send(b"abc").expect("send");
    watch.expect(&a, FD_CONNECT | FD_WRITE | FD_READ);
    let accepting = Watch::of(&listener, ALL);
    accepting.expect(&listener, FD_ACCEPT);

    for masks in [&[ALL][..], &[0, ALL], &[FD_CLOSE, ALL]] {
        for &mask in masks {
            watch.select(&a, mask);
            accepting.select(&listener, mask);
        }
        watch.quiet(&a);
        accepting.quiet(&listener);
    }

    b.close();
    watch.expect(&a, FD_CLOSE);
    for mask in [ALL, 0, ALL] {
        watch.select(&a, mask);
        watch.quiet(&a);
    }
}

/// EVT-15: A receive with wrong arguments doesn't re-enable FD_READ.
#[test]
fn evt_15_a_wrong_receive_re_enables_nothing() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_READ);
    b.send(b"abc").expect("send");
    watch.expect(&a, FD_READ);
    assert_eq!(call!(recv(a.raw(), null_mut(), 4, 0)), -1);
    watch.quiet(&a);
    assert!(a.recv_flags(&mut [0; 4], MSG_WAITALL | MSG_PEEK).is_err());
    watch.quiet(&a);
    assert_eq!(a.recv_all(3), b"abc");
}

/// EVT-16: Data that is read before the question is no event any more.
#[test]
fn evt_16_data_that_was_read_is_forgotten() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_READ);
    b.send(b"abc").expect("send");
    watch.wait();
    assert_eq!(a.recv_all(3), b"abc");
    watch.forgotten(&a);

    b.send(b"def").expect("send");
    watch.expect(&a, FD_READ);
}

/// EVT-16: Data that is read in part is told once.
#[test]
fn evt_16_data_that_was_read_in_part_is_told() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_READ);
    b.send(b"abcdef").expect("send");
    watch.wait();
    assert_eq!(a.recv(&mut [0; 2]), Ok(2));
    watch.expect(&a, FD_READ);
    watch.quiet(&a);
}

/// EVT-16: A connection that is accepted before the question is no event any more.
#[test]
fn evt_16_a_connection_that_was_accepted_is_forgotten() {
    let listener = Socket::listener();
    let watch = Watch::of(&listener, FD_ACCEPT);
    let _client = Socket::connected_to(&listener);
    watch.wait();
    let _server = listener.accept().expect("accept");
    watch.forgotten(&listener);
}

/// EVT-16: What came and went while it wasn't selected sets no event object.
#[test]
fn evt_16_what_came_and_went_unselected_is_forgotten() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_CLOSE);
    b.send(b"abc").expect("send");
    assert!(wait_until(DEADLINE, || a.recv(&mut [0; 4]) == Ok(3)));
    watch.quiet(&a);
    watch.select(&a, FD_READ | FD_CLOSE);
    watch.quiet(&a);

    let listener = Socket::listener();
    let watch = Watch::of(&listener, FD_READ);
    let _client = Socket::connected_to(&listener);
    let mut server = Err(0);
    eventually("the connection", || {
        server = listener.accept();
        server.is_ok()
    });
    watch.select(&listener, FD_READ | FD_ACCEPT);
    watch.quiet(&listener);
}

/// EVT-16: A send doesn't take FD_WRITE back.
#[test]
fn evt_16_fd_write_survives_a_send() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&b, FD_WRITE);
    b.send(b"abc").expect("send");
    watch.expect(&b, FD_WRITE);
    watch.quiet(&b);
    assert_eq!(a.recv_all(3), b"abc");
}

/// EVT-17: A pending overlapped receive takes the data; no event is recorded for it.
#[test]
fn evt_17_an_overlapped_receive_takes_first() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_READ);
    let operation = Operation::new(8);
    assert_eq!(operation.receive(&a), Start::Pending);
    b.send(b"abc").expect("send");
    assert_eq!(operation.finish(&a), Ok(3));
    watch.quiet(&a);

    b.send(b"def").expect("send");
    watch.expect(&a, FD_READ);
    assert_eq!(a.recv_all(3), b"def");
}

/// EVT-17: What a pending receive leaves over is told.
#[test]
fn evt_17_the_rest_is_told() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_READ);
    let operations = [Operation::new(2), Operation::new(2)];
    for operation in &operations {
        assert_eq!(operation.receive(&a), Start::Pending);
    }
    b.send(b"abcdef").expect("send");
    for operation in &operations {
        assert_eq!(operation.finish(&a), Ok(2));
    }
    watch.expect(&a, FD_READ);
    watch.quiet(&a);
    assert_eq!(a.recv_all(2), b"ef");
}

/// EVT-17: On a socket of a completion port, too, the pending receive comes first, and the next data is an event.
#[test]
fn evt_17_a_port_and_a_selection_on_one_socket() {
    let (a, b) = connected_pair();
    let port = Port::of(&a, 17);
    let operation = Operation::without_event(8);
    assert_eq!(operation.receive(&a), Start::Pending);
    let watch = Watch::of(&a, FD_READ | FD_CLOSE);

    b.send(b"abc").expect("send");
    let packet = port.next();
    assert!(packet.is_of(&operation) && packet.bytes == 3 && packet.key == 17);
    watch.quiet(&a);

    b.send(b"def").expect("send");
    watch.expect(&a, FD_READ);
    let operation = Operation::without_event(2);
    operation.receive(&a).accepted();
    let packet = port.next();
    assert!(packet.is_of(&operation) && packet.bytes == 2);
    watch.expect(&a, FD_READ);
    assert_eq!(a.recv(&mut [0; 8]), Ok(1));
    watch.quiet(&a);

    let last = Operation::without_event(8);
    assert_eq!(last.receive(&a), Start::Pending);
    b.close();
    let packet = port.next();
    assert!(packet.is_of(&last) && packet.bytes == 0 && packet.error == 0);
    watch.expect(&a, FD_CLOSE);
    watch.quiet(&a);
}

/// EVT-17: A pending AcceptEx takes the connection; the next one is an event.
#[test]
fn evt_17_accept_ex_takes_first() {
    let listener = Socket::listener();
    let watch = Watch::of(&listener, FD_ACCEPT);
    let (acceptor, accept) = (Socket::tcp(), Operation::new(2 * ADDRESS_ROOM as usize));
    assert_eq!(accept.accept(&listener, &acceptor, 0), Start::Pending);
    let _first = Socket::connected_to(&listener);
    accept.wait();
    watch.quiet(&listener);

    let _second = Socket::connected_to(&listener);
    watch.expect(&listener, FD_ACCEPT);
    let _server = listener.accept().expect("the second connection");
    never("a third connection", || taken(&listener) != 0);
}
