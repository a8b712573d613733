//! Where an event could be lost or told falsely between two owners of the same condition.

use super::functions::fill;
use super::watch::{QUIETLY, Watch};
use super::window::{Notice, Window};
use crate::common::duplicate;
use crate::common::w::Win32::Foundation::CloseHandle;
use crate::common::w::Win32::Networking::WinSock::{
    FD_CLOSE, FD_OOB, FD_READ, FD_WRITE, MSG_OOB, WSAEWOULDBLOCK, recv, send,
};
use crate::io::{Operation, Start, connected_pair};

/// EVT-12: A receive that has stopped before urgent data is followed by FD_READ for what lies behind it.
#[test]
fn evt_12_data_behind_an_urgent_byte_is_told() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&b, FD_OOB);
    a.send(b"ab").expect("send");
    a.send_flags(b"!", MSG_OOB).expect("send urgent");
    a.send(b"cd").expect("send");
    watch.expect(&b, FD_OOB);

    let mut read = Vec::new();
    let reading = Watch::of(&b, FD_READ);
    while read.len() < 4 {
        reading.wait();
        if reading.take(&b).events & FD_READ != 0 {
            let mut buffer = [0; 16];
            let count = call!(recv(b.raw(), buffer.as_mut_ptr(), 16, 0));
            read.extend_from_slice(&buffer[..count.max(0) as usize]);
        }
    }
    assert_eq!(read, b"abcd");
}

/// EVT-28: A send that gave WSAEWOULDBLOCK because overlapped ones wait before it is followed by FD_WRITE when these have gone.
#[test]
fn evt_28_room_behind_overlapped_sends_is_told() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&b, FD_WRITE);
    watch.expect(&b, FD_WRITE);
    let filled = fill(&b, |socket, bytes| {
        call!(send(socket, bytes.as_ptr(), bytes.len() as i32, 0))
    });
    let waiting = Operation::sending(&[9; 300_000]);
    assert_eq!(waiting.send(&b), Start::Pending);
    assert_eq!(b.send(b"x"), Err(WSAEWOULDBLOCK));

    a.recv_all(filled + 300_000);
    assert_eq!(waiting.finish(&b), Ok(300_000));
    watch.expect(&b, FD_WRITE);
    assert_eq!(b.send(b"x"), Ok(1));
    assert_eq!(a.recv_all(1), b"x");
}

/// ASY-18: CloseHandle of one of two handles ends nothing and posts nothing; that of the last one posts FD_CLOSE.
#[test]
fn asy_18_only_the_last_handle_posts_fd_close() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, QUIETLY);
    duplicate(b.handle()).close();
    window.quiet();
    a.send(b"abc").expect("send");
    window.expect(&b, FD_READ);

    let expected = Notice::of(&b, FD_CLOSE);
    assert_ne!(call!(CloseHandle(b.handle())), 0);
    std::mem::forget(b);
    assert_eq!(window.next(), expected);
    window.quiet();
}

/// ASY-12: A message selection, too, is told of the room behind overlapped sends.
#[test]
fn asy_12_room_behind_overlapped_sends_is_posted() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, FD_WRITE);
    window.expect(&b, FD_WRITE);
    let filled = fill(&b, |socket, bytes| {
        call!(send(socket, bytes.as_ptr(), bytes.len() as i32, 0))
    });
    let waiting = Operation::sending(&[9; 300_000]);
    assert_eq!(waiting.send(&b), Start::Pending);
    assert_eq!(b.send(b"x"), Err(WSAEWOULDBLOCK));

    a.recv_all(filled + 300_000);
    assert_eq!(waiting.finish(&b), Ok(300_000));
    window.expect(&b, FD_WRITE);
}
