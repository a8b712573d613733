//! ReadFile and WriteFile on a socket handle.

use std::ptr::null_mut;

use crate::common::w::Win32::Storage::FileSystem::{ReadFile, WriteFile};
use crate::common::{LIMIT, Socket, loopback, wait};
use crate::io::operation::UNTOUCHED;
use crate::io::{Operation, Port, Start, connected, connected_pair, succeeded};

fn read(socket: &Socket, operation: &Operation, count: *mut u32) -> Start {
    let buffer = operation.descriptor();
    let ok = call!(ReadFile(
        socket.handle(),
        buffer.buf,
        buffer.len,
        count,
        operation.overlapped()
    ));
    operation.note(Start::of_bool(ok))
}

fn write(socket: &Socket, operation: &Operation, count: *mut u32) -> Start {
    let buffer = operation.descriptor();
    let ok = call!(WriteFile(
        socket.handle(),
        buffer.buf,
        buffer.len,
        count,
        operation.overlapped()
    ));
    operation.note(Start::of_bool(ok))
}

/// OVL-16: Overlapped ReadFile and WriteFile may do without the pointer for the byte count.
#[test]
fn ovl_16_the_count_may_be_left_out() {
    let (a, b) = connected_pair();
    let received = Operation::new(8);
    assert_eq!(read(&a, &received, null_mut()), Start::Pending);

    let sent = Operation::sending(b"hello");
    write(&b, &sent, null_mut()).accepted();

    assert_eq!(sent.finish(&b), Ok(5));
    assert_eq!(received.finish(&a), Ok(5));
    assert_eq!(&received.buffer()[..5], b"hello");
}

/// OVL-13: A pending ReadFile is FALSE with ERROR_IO_PENDING.
/// OVL-18: It leaves the count as it was, or clears it.
#[test]
fn ovl_13_a_pending_read_is_false_with_997() {
    let (a, b) = connected_pair();
    let operation = Operation::new(8);
    let mut count = UNTOUCHED;
    assert_eq!(read(&a, &operation, &mut count), Start::Pending);
    assert!([UNTOUCHED, 0].contains(&count));
    b.send(b"x").expect("send");
    assert_eq!(operation.finish(&a), Ok(1));
}

/// OVL-12: ReadFile queues its packet like WSARecv, and 0 bytes say that the peer has closed.
#[test]
fn ovl_12_reads_queue_packets() {
    let (a, b) = connected_pair();
    let port = Port::of(&a, 2);
    let operation = Operation::without_event(8);
    assert_eq!(read(&a, &operation, null_mut()), Start::Pending);
    b.close();
    let packet = port.next();
    assert!(packet.is_of(&operation));
    assert_eq!((packet.error, packet.bytes, packet.key), (0, 0, 2));
}

/// OVL-29: A read without event signals the socket's handle, on which a program may wait.
#[test]
fn ovl_29_the_handle_is_signalled_by_a_read() {
    let (a, b) = connected_pair();
    let operation = Operation::without_event(8);
    assert_eq!(read(&a, &operation, null_mut()), Start::Pending);
    b.send(b"abc").expect("send");
    assert_eq!(wait(a.handle(), LIMIT), 0);
    assert_eq!(operation.result(&a), Ok(3));
}

/// OVL-19: Without an OVERLAPPED a socket that isn't overlapped is written to and read from synchronously.
#[test]
fn ovl_19_synchronous_reads_and_writes() {
    let listener = Socket::tcp_not_overlapped();
    listener.bind(&loopback(0)).expect("bind");
    listener.listen(1).expect("listen");
    let (a, b) = connected(Socket::tcp_not_overlapped(), &listener);
    let mut count = 0;
    let text = b"hello";
    let written = call!(WriteFile(
        b.handle(),
        text.as_ptr(),
        5,
        &mut count,
        null_mut()
    ));
    assert_eq!((succeeded(written), count), (Ok(()), 5));
    let mut buffer = [0_u8; 8];
    let received = call!(ReadFile(
        a.handle(),
        buffer.as_mut_ptr(),
        8,
        &mut count,
        null_mut()
    ));
    assert_eq!((succeeded(received), count), (Ok(()), 5));
    assert_eq!(&buffer[..5], b"hello");
}
