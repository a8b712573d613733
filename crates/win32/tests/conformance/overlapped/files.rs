//! ReadFile and WriteFile on a socket handle.

use std::cell::Cell;
use std::ptr::null_mut;

use crate::common::w::Win32::Foundation::{ERROR_INVALID_PARAMETER, ERROR_NETNAME_DELETED};
use crate::common::w::Win32::Storage::FileSystem::{ReadFile, ReadFileEx, WriteFile, WriteFileEx};
use crate::common::w::Win32::System::IO::OVERLAPPED;
use crate::common::{LIMIT, Socket, loopback, wait};
use crate::io::operation::UNTOUCHED;
use crate::io::{Operation, Port, Start, connected, connected_pair, sleep_alertably, succeeded};

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

/// What `note` was called with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Call {
    error: u32,
    bytes: u32,
    overlapped: *mut OVERLAPPED,
}

thread_local! {
    static CALLS: Cell<Option<Call>> = const { Cell::new(None) };
}

/// A routine of ReadFileEx and WriteFileEx that notes how it was called.
unsafe extern "system" fn note(error: u32, bytes: u32, overlapped: *mut OVERLAPPED) {
    let call = Call {
        error,
        bytes,
        overlapped,
    };
    CALLS.set(Some(call));
}

/// Waits alertably for the routine.
#[track_caller]
fn noted() -> Call {
    sleep_alertably(LIMIT);
    CALLS.take().expect("the routine ran")
}

fn read_then(socket: &Socket, operation: &Operation) -> Result<(), u32> {
    let (buffer, overlapped) = (operation.descriptor(), operation.overlapped());
    let ok = call!(ReadFileEx(
        socket.handle(),
        buffer.buf,
        buffer.len,
        overlapped,
        Some(note)
    ));
    operation.note(if ok == 0 {
        Start::of_bool(0)
    } else {
        Start::Pending
    });
    succeeded(ok)
}

/// OVL-41: ReadFileEx is TRUE whether it pends or not, leaves hEvent alone, and delivers its result by the routine only.
#[test]
fn ovl_41_read_file_ex_delivers_by_the_routine() {
    let (a, b) = connected_pair();
    for early in [true, false] {
        let operation = Operation::new(8);
        if early {
            b.send(b"hello").expect("send");
        }
        assert_eq!(read_then(&a, &operation), Ok(()));
        if !early {
            b.send(b"hello").expect("send");
        }

        let overlapped = operation.overlapped();
        let expected = Call {
            error: 0,
            bytes: 5,
            overlapped,
        };
        assert_eq!(noted(), expected);
        assert!(!operation.event_is_set());
        assert_eq!(&operation.buffer()[..5], b"hello");
    }
}

/// OVL-41: WriteFileEx does the same for sending.
#[test]
fn ovl_41_write_file_ex_delivers_by_the_routine() {
    let (a, b) = connected_pair();
    let operation = Operation::sending(b"hello");
    let (buffer, overlapped) = (operation.descriptor(), operation.overlapped());
    let ok = call!(WriteFileEx(
        a.handle(),
        buffer.buf,
        buffer.len,
        overlapped,
        Some(note)
    ));
    assert_eq!(succeeded(ok), Ok(()));
    operation.note(Start::Pending);

    let call = noted();
    assert_eq!(
        (call.error, call.bytes, call.overlapped),
        (0, 5, overlapped)
    );
    assert!(!operation.event_is_set());
    assert_eq!(b.recv_all(5), b"hello");
}

/// OVL-40: ReadFileEx on a socket that has a port is ERROR_INVALID_PARAMETER.
#[test]
fn ovl_40_read_file_ex_is_refused_with_a_port() {
    let (a, _b) = connected_pair();
    let _port = Port::of(&a, 1);
    let operation = Operation::without_event(8);
    assert_eq!(read_then(&a, &operation), Err(ERROR_INVALID_PARAMETER));
}

/// OVL-33: The routine of ReadFileEx is told the Win32 error, not the Winsock error.
#[test]
fn ovl_33_a_file_routine_gets_the_win32_error() {
    let (a, b) = connected_pair();
    let operation = Operation::without_event(8);
    assert_eq!(read_then(&a, &operation), Ok(()));
    b.reset();
    assert_eq!(noted().error, ERROR_NETNAME_DELETED);
}
