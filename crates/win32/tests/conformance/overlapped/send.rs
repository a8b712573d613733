//! Sending to a stream.

use crate::common::Socket;
use crate::common::w::Win32::Foundation::{STATUS_CONNECTION_ABORTED, STATUS_CONNECTION_RESET};
use crate::common::w::Win32::Networking::WinSock::{
    SD_SEND, SO_SNDBUF, SOL_SOCKET, WSAESHUTDOWN, WSAEWOULDBLOCK,
};
use crate::io::{Background, Operation, Start, connected_pair, datagram_pair, eventually};

/// More than any system buffers on a loopback connection that nobody reads.
const MORE_THAN_BUFFERED: usize = 32 << 20;

/// Bytes in which a shift or a swap is seen.
fn pattern(length: usize) -> Vec<u8> {
    (0..length)
        .map(|index| (index * 31 / 7 % 253) as u8)
        .collect()
}

/// An overlapped send that can't be done at once, on `socket` whose peer doesn't read.
#[track_caller]
fn pending_send(socket: &Socket, data: &[u8]) -> Operation {
    let operation = Operation::sending(data);
    operation.send(socket).accepted();
    operation
}

/// OVL-52: After shutdown(SD_SEND) every send fails with WSAESHUTDOWN, and the peer sees the end.
#[test]
fn ovl_52_no_send_after_shutdown() {
    let (a, b) = connected_pair();
    a.shutdown(SD_SEND).expect("shutdown");
    assert_eq!(a.send(b"x"), Err(WSAESHUTDOWN));
    assert_eq!(
        Operation::sending(b"x").send(&a),
        Start::Failed(WSAESHUTDOWN)
    );
    assert_eq!(b.recv(&mut [0; 4]), Ok(0));
}

/// OVL-52: Overlapped sends that are pending at shutdown(SD_SEND) are finished first.
#[test]
fn ovl_52_pending_sends_are_finished_before_the_end() {
    let data = pattern(MORE_THAN_BUFFERED);
    let (a, b) = connected_pair();
    let operation = pending_send(&a, &data);

    a.shutdown(SD_SEND).expect("shutdown");

    assert!(b.recv_all(data.len()) == data, "the bytes differ");
    assert_eq!(b.recv(&mut [0; 4]), Ok(0));
    assert_eq!(operation.finish(&a), Ok(data.len() as u32));
}

/// OVL-61: A send on a blocking socket returns when everything is taken, however much it is.
#[test]
fn ovl_61_a_blocking_send_takes_everything() {
    let data = pattern(MORE_THAN_BUFFERED);
    let copy = data.clone();
    let (a, b) = connected_pair();
    let call = Background::start(move || (a.send(&copy), a));

    assert!(b.recv_all(data.len()) == data, "the bytes differ");

    assert_eq!(call.join("send").0, Ok(data.len() as i32));
}

/// OVL-62: A non-blocking send takes what fits and says how much, and answers WSAEWOULDBLOCK once nothing fits.
#[test]
fn ovl_62_a_non_blocking_send_takes_what_fits() {
    let chunk = pattern(1 << 20);
    let (a, b) = connected_pair();
    a.set_nonblocking(true);

    let mut taken = Vec::new();
    for _ in 0..MORE_THAN_BUFFERED / chunk.len() * 4 {
        match a.send(&chunk) {
            Ok(count) => taken.extend_from_slice(&chunk[..count as usize]),
            Err(code) => {
                assert_eq!(code, WSAEWOULDBLOCK);
                break;
            }
        }
    }

    assert_eq!(a.send(b"more"), Err(WSAEWOULDBLOCK));
    assert!(b.recv_all(taken.len()) == taken, "the bytes differ");
}

/// OVL-63: An overlapped send completes when the system has taken everything over, and counts the full length.
#[test]
fn ovl_63_an_overlapped_send_counts_the_full_length() {
    let data = pattern(MORE_THAN_BUFFERED);
    let (a, b) = connected_pair();
    let operation = pending_send(&a, &data);

    assert!(b.recv_all(data.len()) == data, "the bytes differ");

    assert_eq!(operation.finish(&a), Ok(data.len() as u32));
    assert_eq!(operation.transferred(), data.len());
}

/// OVL-63: A small overlapped send completes without the peer reading.
#[test]
fn ovl_63_a_small_send_completes_without_a_reader() {
    let (a, b) = connected_pair();
    let operation = pending_send(&a, b"hello");
    assert_eq!(operation.finish(&a), Ok(5));
    assert_eq!(b.recv_all(5), b"hello");
}

/// OVL-24: Several pending sends of one socket put their data in the order of the calls.
#[test]
fn ovl_24_pending_sends_keep_their_order() {
    let (a, b) = connected_pair();
    let parts: Vec<Vec<u8>> = (1..=4).map(|number| vec![number; 8 << 20]).collect();
    let operations: Vec<_> = parts.iter().map(|part| pending_send(&a, part)).collect();

    assert!(b.recv_all(32 << 20) == parts.concat(), "the bytes differ");

    for operation in &operations {
        assert_eq!(operation.finish(&a), Ok(8 << 20));
    }
}

/// OVL-64: With SO_SNDBUF 0 an overlapped send completes, with its full length, once the peer has got the data.
#[test]
fn ovl_64_without_a_send_buffer_a_send_still_completes() {
    let (a, b) = connected_pair();
    a.set(SOL_SOCKET, SO_SNDBUF, 0_u32).expect("SO_SNDBUF 0");
    let data = pattern(100_000);
    let operation = pending_send(&a, &data);

    assert!(b.recv_all(data.len()) == data, "the bytes differ");

    assert_eq!(operation.finish(&a), Ok(data.len() as u32));
}

/// OVL-65: A send that is pending when the connection is reset fails with the reset, or with the abort.
#[test]
fn ovl_65_a_reset_fails_the_pending_send() {
    let (a, b) = connected_pair();
    let operation = pending_send(&a, &pattern(MORE_THAN_BUFFERED));
    assert!(
        operation.is_pending(),
        "more than the system buffers was taken at once"
    );

    b.reset();
    operation.wait();

    let status = operation.status();
    assert!(
        [STATUS_CONNECTION_RESET, STATUS_CONNECTION_ABORTED].contains(&status),
        "status {status:#x}"
    );
}

/// OVL-66: An empty send on a stream succeeds and sends nothing.
#[test]
fn ovl_66_an_empty_stream_send_sends_nothing() {
    let (a, b) = connected_pair();
    assert_eq!(a.send(b""), Ok(0));
    let operation = Operation::new(0);
    operation.send(&a).accepted();
    assert_eq!(operation.finish(&a), Ok(0));

    a.send(b"x").expect("send");
    let mut buffer = [0; 4];
    assert_eq!(b.recv(&mut buffer), Ok(1));
}

/// OVL-66: An empty send on UDP is an empty datagram.
#[test]
fn ovl_66_an_empty_datagram_is_sent() {
    let (a, b) = datagram_pair();
    assert_eq!(a.send(b""), Ok(0));
    assert_eq!(b.recv(&mut [0; 4]), Ok(0));

    let operation = Operation::new(0);
    operation.send(&a).accepted();
    eventually("the send", || !operation.is_pending());
    assert_eq!(b.recv(&mut [0; 4]), Ok(0));
}
