//! Receiving from a stream.

use std::ptr::{null, null_mut};

use crate::common::Socket;
use crate::common::w::Win32::Foundation::{STATUS_CONNECTION_RESET, STATUS_SUCCESS};
use crate::common::w::Win32::Networking::WinSock::{
    SD_RECEIVE, SD_SEND, SO_ERROR, SOL_SOCKET, WSABUF, WSAECONNRESET, WSAEINVAL, WSAENOTCONN,
    WSAESHUTDOWN, WSARecv, WSASend,
};
use crate::io::operation::UNTOUCHED;
use crate::io::{Background, Operation, Port, Start, checked, connected_pair, eventually, never};

/// OVL-43: A receive completes as soon as a byte is there, and scatters what there is over the buffers in the order of the array.
#[test]
fn ovl_43_a_receive_takes_what_there_is_and_scatters_it() {
    let (a, b) = connected_pair();
    let operation = Operation::new(9);
    let start = operation.descriptor().buf;
    // The array is in the reverse order of the memory, so that the order of the array is seen.
    let buffers = [6, 3, 0].map(|offset| WSABUF {
        len: 3,
        buf: start.wrapping_add(offset),
    });
    let mut flags = 0;
    let overlapped = operation.overlapped();
    let result = call!(WSARecv(
        a.raw(),
        buffers.as_ptr(),
        3,
        null_mut(),
        &mut flags,
        overlapped,
        None
    ));
    assert_eq!(operation.note(Start::of_winsock(result)), Start::Pending);

    b.send(b"abcdefg").expect("send");

    assert_eq!(operation.finish(&a), Ok(7));
    assert_eq!(operation.buffer(), b"g\0\0defabc");
}

/// OVL-43: What doesn't fit stays for the next receive.
#[test]
fn ovl_43_what_does_not_fit_stays() {
    let (a, b) = connected_pair();
    b.send(b"abcdef").expect("send");
    let (first, second) = (Operation::new(4), Operation::new(4));

    first.receive(&a).accepted();
    assert_eq!(first.finish(&a), Ok(4));
    second.receive(&a).accepted();

    assert_eq!(second.finish(&a), Ok(2));
    assert_eq!(
        (first.buffer(), &second.buffer()[..2]),
        (&b"abcd"[..], &b"ef"[..])
    );
}

/// OVL-44: A send gathers its buffers in the order of the array into one transfer without boundaries.
#[test]
fn ovl_44_a_send_gathers_its_buffers() {
    let (a, b) = connected_pair();
    let first: Vec<u8> = (0..128).collect();
    let second: Vec<u8> = (0..=255).collect();
    let operation = Operation::sending(&[first.clone(), second.clone()].concat());
    let start = operation.descriptor().buf;
    let buffers = [
        WSABUF {
            len: 128,
            buf: start,
        },
        WSABUF {
            len: 256,
            buf: start.wrapping_add(128),
        },
    ];

    let result = call!(WSASend(
        a.raw(),
        buffers.as_ptr(),
        2,
        null_mut(),
        0,
        operation.overlapped(),
        None
    ));
    operation.note(Start::of_winsock(result)).accepted();

    assert_eq!(operation.finish(&a), Ok(384));
    assert_eq!(b.recv_all(384), [first, second].concat());
}

/// OVL-45: A buffer count of 0 is WSAEINVAL for receiving and sending.
#[test]
fn ovl_45_no_buffers_is_an_error() {
    let (a, _b) = connected_pair();
    let operation = Operation::new(1);
    let buffers = [operation.descriptor()];
    let (mut count, mut flags, overlapped) = (UNTOUCHED, 0, operation.overlapped());

    let received = call!(WSARecv(
        a.raw(),
        buffers.as_ptr(),
        0,
        &mut count,
        &mut flags,
        overlapped,
        None
    ));
    assert_eq!(checked(received), Err(WSAEINVAL));
    let sent = call!(WSASend(
        a.raw(),
        buffers.as_ptr(),
        0,
        &mut count,
        0,
        overlapped,
        None
    ));
    assert_eq!(checked(sent), Err(WSAEINVAL));
}

/// OVL-46: A receive of length 0 waits for data, then completes with 0 bytes and takes none of it.
#[test]
fn ovl_46_an_empty_receive_waits_for_data_and_takes_none() {
    let (a, b) = connected_pair();
    let operation = Operation::new(0);
    assert_eq!(operation.receive(&a), Start::Pending);
    never("completion without data", || !operation.is_pending());

    b.send(b"abc").expect("send");

    assert_eq!(operation.finish(&a), Ok(0));
    assert_eq!(a.recv_all(3), b"abc");
}

/// OVL-46: A receive of length 0 completes at once when data is there already.
#[test]
fn ovl_46_an_empty_receive_completes_when_data_is_there() {
    let (a, b) = connected_pair();
    b.send(b"abc").expect("send");
    let operation = Operation::new(0);

    operation.receive(&a).accepted();

    assert_eq!(operation.finish(&a), Ok(0));
    assert_eq!(a.recv_all(3), b"abc");
}

/// OVL-46: recv with length 0 blocks until data is there, and returns 0.
#[test]
fn ovl_46_a_synchronous_empty_receive_waits_too() {
    let (a, b) = connected_pair();
    let call = Background::start(move || (a.recv(&mut []), a));
    call.still_blocked("recv of nothing");

    b.send(b"abc").expect("send");

    let (result, a) = call.join("recv of nothing");
    assert_eq!(result, Ok(0));
    assert_eq!(a.recv_all(3), b"abc");
}

/// OVL-46: The end of the stream ends a receive of length 0 as well.
#[test]
fn ovl_46_the_end_of_the_stream_ends_an_empty_receive() {
    let (a, b) = connected_pair();
    let operation = Operation::new(0);
    assert_eq!(operation.receive(&a), Start::Pending);
    b.close();
    assert_eq!(operation.finish(&a), Ok(0));
}

/// OVL-47: The peer's graceful close completes a pending receive with success and 0 bytes.
#[test]
fn ovl_47_a_graceful_close_is_success_with_no_bytes() {
    let (a, b) = connected_pair();
    let operation = Operation::new(4);
    assert_eq!(operation.receive(&a), Start::Pending);

    b.close();

    assert_eq!(operation.finish(&a), Ok(0));
    assert_eq!(
        (operation.status(), operation.transferred()),
        (STATUS_SUCCESS, 0)
    );
}

/// OVL-47: Seen from a port a graceful close is TRUE with 0 bytes.
#[test]
fn ovl_47_a_graceful_close_is_a_good_packet() {
    let (a, b) = connected_pair();
    let port = Port::of(&a, 3);
    let operation = Operation::without_event(4);
    assert_eq!(operation.receive(&a), Start::Pending);

    b.shutdown(SD_SEND).expect("shutdown");

    let packet = port.next();
    assert!(packet.is_of(&operation));
    assert_eq!((packet.error, packet.bytes), (0, 0));
}

/// OVL-48: What was received before the close comes first, then every receive completes with 0 bytes.
#[test]
fn ovl_48_data_comes_before_the_end_and_the_end_repeats() {
    let (a, b) = connected_pair();
    b.send(b"abc").expect("send");
    b.close();

    let data = Operation::new(8);
    data.receive(&a).accepted();
    assert_eq!(data.finish(&a), Ok(3));
    for _ in 0..3 {
        let end = Operation::new(8);
        end.receive(&a).accepted();
        assert_eq!(end.finish(&a), Ok(0));
        assert_eq!(a.recv(&mut [0; 8]), Ok(0));
    }
}

/// OVL-49: A reset by the peer completes a pending receive with STATUS_CONNECTION_RESET.
#[test]
fn ovl_49_a_reset_fails_the_pending_receive() {
    let (a, b) = connected_pair();
    let operation = Operation::new(4);
    assert_eq!(operation.receive(&a), Start::Pending);

    b.reset();

    assert_eq!(operation.wsa_finish(&a), Err(WSAECONNRESET));
    assert_eq!(operation.status(), STATUS_CONNECTION_RESET);
}

/// OVL-49: After a reset receives and sends fail at once, without packet or count, while SO_ERROR stays 0.
#[test]
fn ovl_49_after_a_reset_every_start_fails() {
    let (a, b) = connected_pair();
    let port = Port::of(&a, 1);
    let first = Operation::without_event(4);
    assert_eq!(first.receive(&a), Start::Pending);
    b.reset();
    assert!(port.next().is_of(&first));

    for _ in 0..2 {
        let (received, sent) = (Operation::without_event(4), Operation::without_event(4));
        assert_eq!(received.receive(&a), Start::Failed(WSAECONNRESET));
        assert_eq!(sent.send(&a), Start::Failed(WSAECONNRESET));
        assert_eq!((received.count(), sent.count()), (UNTOUCHED, UNTOUCHED));
        assert_eq!(a.get::<i32>(SOL_SOCKET, SO_ERROR), Ok(0));
    }
    port.stays_empty();
}

/// OVL-50: Receiving and sending on a stream socket that isn't connected fail at once with WSAENOTCONN.
#[test]
fn ovl_50_an_unconnected_stream_cannot_transfer() {
    for socket in [Socket::tcp(), Socket::tcp_bound(), Socket::listener()] {
        let operation = Operation::new(4);
        assert_eq!(operation.receive(&socket), Start::Failed(WSAENOTCONN));
        assert_eq!(operation.send(&socket), Start::Failed(WSAENOTCONN));
        assert_eq!(socket.send(b"x"), Err(WSAENOTCONN));
        assert_eq!(socket.recv(&mut [0; 4]), Err(WSAENOTCONN));
    }
}

/// OVL-51: shutdown(SD_RECEIVE) leaves a pending receive alone, and a new receive fails with WSAESHUTDOWN.
#[test]
fn ovl_51_shutdown_leaves_the_pending_receive_alone() {
    let (a, _b) = connected_pair();
    let operation = Operation::new(4);
    assert_eq!(operation.receive(&a), Start::Pending);

    a.shutdown(SD_RECEIVE).expect("shutdown");

    never("completion by shutdown", || !operation.is_pending());
    let late = Operation::new(4);
    assert_eq!(late.receive(&a), Start::Failed(WSAESHUTDOWN));
    assert_eq!(a.recv(&mut [0; 4]), Err(WSAESHUTDOWN));

    a.close();
    eventually("the end by closing", || !operation.is_pending());
}

/// OVL-51: A receive that was pending at shutdown(SD_RECEIVE) can still be given data.
#[test]
fn ovl_51_the_pending_receive_still_gets_data() {
    let (a, b) = connected_pair();
    let operation = Operation::new(4);
    assert_eq!(operation.receive(&a), Start::Pending);
    a.shutdown(SD_RECEIVE).expect("shutdown");

    b.send(b"abcd").expect("send");

    assert_eq!(operation.finish(&a), Ok(4));
    assert_eq!(operation.buffer(), b"abcd");
}

/// OVL-43: Data that is larger than all buffers comes out whole over many receives.
#[test]
fn ovl_43_a_large_stream_arrives_whole() {
    const SIZE: usize = 1 << 20;
    let (a, b) = connected_pair();
    let data: Vec<u8> = (0..SIZE).map(|index| (index * 7 % 251) as u8).collect();
    let copy = data.clone();
    let sender = Background::start(move || (b.send(&copy), b));

    let mut received = Vec::with_capacity(SIZE);
    while received.len() < SIZE {
        let operation = Operation::new(10_007);
        operation.receive(&a).accepted();
        let count = operation.finish(&a).expect("a receive") as usize;
        assert_ne!(count, 0, "end of stream after {} bytes", received.len());
        received.extend_from_slice(&operation.buffer()[..count]);
    }

    assert_eq!(sender.join("send").0, Ok(SIZE as i32));
    assert!(received == data, "the bytes differ");
}

/// OVL-45: A NULL array of buffers is an error, not a crash.
#[test]
fn ovl_45_null_buffers_are_an_error() {
    let (a, _b) = connected_pair();
    let operation = Operation::new(1);
    let (mut count, mut flags, overlapped) = (UNTOUCHED, 0, operation.overlapped());
    let received = call!(WSARecv(
        a.raw(),
        null(),
        1,
        &mut count,
        &mut flags,
        overlapped,
        None
    ));
    assert!(checked(received).is_err());
    assert_eq!(count, UNTOUCHED);
}
