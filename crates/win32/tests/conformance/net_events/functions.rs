//! The functions that re-enable an event, each in the same form.

use std::ptr::{null, null_mut};

use crate::common::w::Win32::Networking::WinSock::{
    QOS, SOCKET, WSAAccept, WSABUF, WSAEWOULDBLOCK, WSARecv, WSARecvEx, WSARecvFrom, WSASend,
    WSASendTo, recv, recvfrom, send, sendto,
};
use crate::common::{DEADLINE, Socket, wait_until, wsa_error};

/// A function that receives, and its name.
pub type Receive = (&'static str, fn(SOCKET, *mut u8, u32) -> i32);

/// The functions that re-enable FD_READ: each takes up to so many bytes and answers how many there were.
pub const RECEIVES: [Receive; 5] = [
    ("recv", |socket, start, length| {
        call!(recv(socket, start, length as i32, 0))
    }),
    ("recvfrom", |socket, start, length| {
        let length = length as i32;
        call!(recvfrom(socket, start, length, 0, null_mut(), null_mut()))
    }),
    ("WSARecv", |socket, start, length| {
        let buffer = WSABUF {
            len: length,
            buf: start,
        };
        let (mut count, mut flags) = (0, 0);
        let result = call!(WSARecv(
            socket,
            &buffer,
            1,
            &mut count,
            &mut flags,
            null_mut(),
            None
        ));
        if result == 0 { count as i32 } else { result }
    }),
    ("WSARecvFrom", |socket, start, length| {
        let buffer = WSABUF {
            len: length,
            buf: start,
        };
        let (mut count, mut flags) = (0, 0);
        let result = call!(WSARecvFrom(
            socket,
            &buffer,
            1,
            &mut count,
            &mut flags,
            null_mut(),
            null_mut(),
            null_mut(),
            None
        ));
        if result == 0 { count as i32 } else { result }
    }),
    ("WSARecvEx", |socket, start, length| {
        call!(WSARecvEx(socket, start, length as i32, &mut 0))
    }),
];

/// A function that sends, and its name.
pub type Send = (&'static str, fn(SOCKET, &[u8]) -> i32);

/// The functions that re-enable FD_WRITE.
pub const SENDS: [Send; 4] = [
    ("send", |socket, bytes| {
        call!(send(socket, bytes.as_ptr(), bytes.len() as i32, 0))
    }),
    ("sendto", |socket, bytes| {
        let length = bytes.len() as i32;
        call!(sendto(socket, bytes.as_ptr(), length, 0, null(), 0))
    }),
    ("WSASend", |socket, bytes| {
        let (buffer, mut count) = (descriptor(bytes), 0);
        let result = call!(WSASend(socket, &buffer, 1, &mut count, 0, null_mut(), None));
        if result == 0 { count as i32 } else { result }
    }),
    ("WSASendTo", |socket, bytes| {
        let (buffer, mut count) = (descriptor(bytes), 0);
        let result = call!(WSASendTo(
            socket,
            &buffer,
            1,
            &mut count,
            0,
            null(),
            0,
            null_mut(),
            None
        ));
        if result == 0 { count as i32 } else { result }
    }),
];

/// A WSABUF for bytes that are only read.
fn descriptor(bytes: &[u8]) -> WSABUF {
    WSABUF {
        len: bytes.len() as u32,
        buf: bytes.as_ptr().cast_mut(),
    }
}

/// Sends until the socket would block; returns how much it took.
#[track_caller]
pub fn fill(socket: &Socket, send: fn(SOCKET, &[u8]) -> i32) -> usize {
    let mut taken = 0;
    let full = wait_until(DEADLINE, || {
        let count = send(socket.raw(), &[7; 100_000]);
        taken += count.max(0) as usize;
        count < 0
    });
    assert!(full, "the buffers are never full");
    assert_eq!(wsa_error(), WSAEWOULDBLOCK);
    taken
}

/// Accepts with WSAAccept and a condition function that gives `decision`.
pub fn wsa_accept(listener: &Socket, decision: u32) -> Result<Socket, i32> {
    unsafe extern "system" fn decide(
        _: *mut WSABUF,
        _: *mut WSABUF,
        _: *mut QOS,
        _: *mut QOS,
        _: *mut WSABUF,
        _: *mut WSABUF,
        _: *mut u32,
        decision: usize,
    ) -> i32 {
        decision as i32
    }
    Socket::adopt(call!(WSAAccept(
        listener.raw(),
        null_mut(),
        null_mut(),
        Some(decide),
        decision as usize
    )))
}
