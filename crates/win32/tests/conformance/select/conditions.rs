//! What makes a socket readable, writable, exceptional.

use std::time::Duration;

use super::{Set, becomes, look, select_sets, state, until_readable};
use crate::common::w::Win32::Networking::WinSock::{
    CF_ACCEPT, CF_DEFER, FD_READ, INVALID_SOCKET, MSG_OOB, QOS, SD_BOTH, SD_SEND, SO_OOBINLINE,
    SOL_SOCKET, WSAAccept, WSABUF, WSAECONNRESET, WSAEWOULDBLOCK, WSAEnumNetworkEvents,
    WSAEventSelect, WSANETWORKEVENTS, WSATRY_AGAIN,
};
use crate::common::{DEADLINE, Socket, event, wsa_error};
use crate::io::{Operation, Start, connected_pair, datagram_pair, eventually};

const NOTHING: [bool; 3] = [false; 3];
const READ: [bool; 3] = [true, false, false];
const WRITE: [bool; 3] = [false, true, false];
const READ_WRITE: [bool; 3] = [true, true, false];
const WRITE_EXCEPT: [bool; 3] = [false, true, true];

/// SEL-01: Blocking and non-blocking sockets are reported alike, and select leaves their mode as it is.
#[test]
fn sel_01_both_modes_are_reported_alike() {
    for non_blocking in [false, true] {
        let (a, b) = connected_pair();
        a.set_nonblocking(non_blocking);
        assert_eq!(state(&a), WRITE);
        b.send(b"x").expect("send");
        becomes(&a, READ_WRITE);
        assert_eq!(a.recv(&mut [0; 4]), Ok(1));
        assert_eq!(state(&a), WRITE);
        if non_blocking {
            assert_eq!(a.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));
        }
    }
}

/// SEL-02: A listener is readable while a connection waits to be accepted, and never writable.
#[test]
fn sel_02_a_waiting_connection_makes_readable() {
    let listener = Socket::listener();
    assert_eq!(state(&listener), NOTHING);
    let _client = Socket::connected_to(&listener);
    becomes(&listener, READ);
    listener.accept().expect("accept");
    assert_eq!(state(&listener), NOTHING);
}

/// SEL-02: A connection that was put off with CF_DEFER still waits to be accepted.
#[test]
fn sel_02_a_deferred_connection_waits_still() {
    unsafe extern "system" fn defer(
        _: *mut WSABUF,
        _: *mut WSABUF,
        _: *mut QOS,
        _: *mut QOS,
        _: *mut WSABUF,
        _: *mut WSABUF,
        _: *mut u32,
        data: usize,
    ) -> i32 {
        data as i32
    }

    let listener = Socket::listener();
    let _client = Socket::connected_to(&listener);
    until_readable(&listener);
    let (none, length) = (std::ptr::null_mut(), std::ptr::null_mut());
    let deferred = call!(WSAAccept(
        *listener,
        none,
        length,
        Some(defer),
        CF_DEFER as usize
    ));
    assert_eq!((deferred, wsa_error()), (INVALID_SOCKET, WSATRY_AGAIN));
    assert_eq!(look(&listener, DEADLINE), READ);
    let accepted = call!(WSAAccept(
        *listener,
        none,
        length,
        Some(defer),
        CF_ACCEPT as usize
    ));
    Socket::new(accepted);
    assert_eq!(state(&listener), NOTHING);
}

/// SEL-02: Data and datagrams make a socket readable until they are received, a datagram of no bytes as well.
#[test]
fn sel_02_data_and_datagrams_make_readable() {
    let (a, b) = connected_pair();
    b.send(b"xy").expect("send");
    becomes(&a, READ_WRITE);
    assert_eq!(a.recv(&mut [0; 1]), Ok(1));
    assert_eq!(state(&a), READ_WRITE, "a byte is left");
    assert_eq!(a.recv(&mut [0; 1]), Ok(1));
    assert_eq!(state(&a), WRITE);

    let (a, b) = datagram_pair();
    for length in [3, 0] {
        b.send(&[7; 3][..length]).expect("send");
        becomes(&a, READ_WRITE);
        assert_eq!(a.recv(&mut [0; 8]), Ok(length as i32));
        assert_eq!(state(&a), WRITE);
    }
}

/// SEL-02: The end of the stream makes a socket readable; writing to the half-closed connection still goes.
#[test]
fn sel_02_the_end_of_the_stream_makes_readable() {
    let (a, b) = connected_pair();
    b.shutdown(SD_SEND).expect("shutdown");
    becomes(&a, READ_WRITE);
    assert_eq!(a.recv(&mut [0; 1]), Ok(0));
    assert_eq!(state(&a), READ_WRITE);
    assert_eq!(state(&b), WRITE);
    a.shutdown(SD_BOTH).expect("shutdown");
    becomes(&b, READ_WRITE);
}

/// SEL-02: The failure that the next receive of a datagram socket tells of makes it readable.
#[test]
fn sel_02_an_unreachable_port_makes_readable() {
    let (a, b) = datagram_pair();
    b.close();
    a.send(b"x").expect("send");
    becomes(&a, READ_WRITE);
    assert_eq!(a.recv(&mut [0; 1]), Err(WSAECONNRESET));
    assert_eq!(state(&a), WRITE);
}

/// SEL-02: An overlapped receive that waits takes what comes first; what it leaves makes readable.
#[test]
fn sel_02_a_pending_receive_comes_first() {
    let (a, b) = connected_pair();
    let operation = Operation::new(4);
    assert_eq!(operation.receive(&a), Start::Pending);
    b.send(b"abc").expect("send");
    let mut read = Set::of(&[&a]);
    let short = Duration::from_millis(50);
    assert_eq!(select_sets(Some(&mut read), None, None, Some(short)), Ok(0));
    assert_eq!(operation.finish(&a), Ok(3));
    b.send(b"d").expect("send");
    until_readable(&a);
    assert_eq!(a.recv(&mut [0; 4]), Ok(1));
}

/// SEL-03: A socket is writable while the send buffer has room, and again when the peer has made some.
#[test]
fn sel_03_room_makes_writable() {
    let (a, b) = connected_pair();
    a.set_nonblocking(true);
    let mut sent = 0;
    loop {
        while let Ok(count) = a.send(&[1; 0x4000]) {
            sent += count as usize;
        }
        assert_eq!(wsa_error(), WSAEWOULDBLOCK);
        // Linux goes on moving data to the peer for a moment.
        if look(&a, Duration::from_millis(50)) == NOTHING {
            break;
        }
    }
    b.recv_all(sent);
    becomes(&a, WRITE);
    assert_eq!(a.send(b"x"), Ok(1));
}

/// SEL-03: A UDP socket is always writable, even unbound.
#[test]
fn sel_03_a_udp_socket_is_always_writable() {
    assert_eq!(state(&Socket::udp()), WRITE);
    assert_eq!(state(&Socket::udp_bound()), WRITE);
}

/// SEL-04: Urgent data makes a socket exceptional until it is received, and does not make it readable.
#[test]
fn sel_04_urgent_data_makes_exceptional() {
    let (a, b) = connected_pair();
    b.send_flags(b"!", MSG_OOB).expect("send");
    becomes(&a, WRITE_EXCEPT);
    let mut byte = [0];
    assert_eq!(a.recv_flags(&mut byte, MSG_OOB), Ok(1));
    assert_eq!(&byte, b"!");
    assert_eq!(state(&a), WRITE);
}

/// SEL-05: With SO_OOBINLINE urgent data makes a socket readable and not exceptional.
#[test]
fn sel_05_inline_urgent_data_makes_readable() {
    let (a, b) = connected_pair();
    a.set(SOL_SOCKET, SO_OOBINLINE, 1i32).expect("SO_OOBINLINE");
    b.send_flags(b"!", MSG_OOB).expect("send");
    becomes(&a, READ_WRITE);
    assert_eq!(a.recv(&mut [0; 4]), Ok(1));
    becomes(&a, WRITE);
}

/// SEL-08: A new TCP socket is in no set, bound or not, and does not end a wait.
#[test]
fn sel_08_a_new_socket_is_in_no_set() {
    for socket in [Socket::tcp(), Socket::tcp_bound()] {
        assert_eq!(state(&socket), NOTHING);
        assert_eq!(look(&socket, Duration::from_millis(30)), NOTHING);
    }
}

/// SEL-09: After a reset by the peer a socket is readable and writable and not exceptional, before and after a receive.
#[test]
fn sel_09_a_reset_connection_is_readable_and_writable() {
    let (a, b) = connected_pair();
    b.reset();
    becomes(&a, READ_WRITE);
    assert_eq!(a.recv(&mut [0; 1]), Err(WSAECONNRESET));
    assert_eq!(state(&a), READ_WRITE);
    let mut except = Set::of(&[&a]);
    let short = Duration::from_millis(30);
    assert_eq!(
        select_sets(None, None, Some(&mut except), Some(short)),
        Ok(0)
    );
}

/// SEL-24: A peer that closes after sending: readable, the data, then 0, and readable ever after.
#[test]
fn sel_24_a_closed_peer_stays_readable() {
    let (a, b) = connected_pair();
    b.send(b"end").expect("send");
    b.close();
    until_readable(&a);
    assert_eq!(a.recv_all(3), b"end");
    for _ in 0..3 {
        until_readable(&a);
        assert_eq!(a.recv(&mut [0; 1]), Ok(0));
    }
}

/// SEL-25: select takes nothing: what was reported is there for the next call and for the receive.
#[test]
fn sel_25_two_calls_report_the_same() {
    let (a, b) = connected_pair();
    b.send(b"abc").expect("send");
    for _ in 0..3 {
        until_readable(&a);
    }
    assert_eq!(a.recv_all(3), b"abc");
}

/// SEL-25: select has no influence on what is recorded for WSAEventSelect, nor that on select.
#[test]
fn sel_25_network_events_are_recorded_all_the_same() {
    let (a, b) = connected_pair();
    let event = event();
    let selected = call!(WSAEventSelect(*a, event.raw() as _, FD_READ as i32));
    assert_eq!(selected, 0);
    b.send(b"abc").expect("send");
    until_readable(&a);
    until_readable(&a);
    for expected in [FD_READ as i32, 0] {
        let mut events = WSANETWORKEVENTS::default();
        let fetched = call!(WSAEnumNetworkEvents(*a, event.raw() as _, &mut events));
        assert_eq!((fetched, events.lNetworkEvents), (0, expected));
        assert_eq!(state(&a), READ_WRITE);
    }
}

/// SEL-26: What was reported may be gone: after somebody else's receive a non-blocking one is WSAEWOULDBLOCK.
#[test]
fn sel_26_a_report_is_no_promise() {
    let (a, b) = connected_pair();
    a.set_nonblocking(true);
    b.send(b"x").expect("send");
    until_readable(&a);
    std::thread::scope(|scope| {
        scope.spawn(|| assert_eq!(a.recv(&mut [0; 4]), Ok(1)));
    });
    assert_eq!(a.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));
    assert_eq!(state(&a), WRITE);
}

/// SEL-02: A connection for which an AcceptEx waits is its own, and the next one makes the listener readable.
#[test]
fn sel_02_a_pending_accept_ex_comes_first() {
    let listener = Socket::listener();
    let acceptor = Socket::tcp();
    let operation = Operation::new(64);
    assert_eq!(operation.accept(&listener, &acceptor, 0), Start::Pending);
    let _first = Socket::connected_to(&listener);
    eventually("the AcceptEx", || {
        assert_eq!(state(&listener), NOTHING);
        !operation.is_pending()
    });
    operation.finish(&listener).expect("AcceptEx");
    let _second = Socket::connected_to(&listener);
    becomes(&listener, READ);
}
