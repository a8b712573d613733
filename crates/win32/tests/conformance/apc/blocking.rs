//! APCs during Winsock calls that block.

use std::ptr::null_mut;
use std::sync::Arc;
use std::time::Duration;

use crate::common::w::Win32::Foundation::WAIT_IO_COMPLETION;
use crate::common::w::Win32::Networking::WinSock::{
    INVALID_SOCKET, SOCKET, WSABUF, WSARecv, accept, closesocket, recv, send,
};
use crate::common::w::Win32::System::Threading::{GetCurrentThread, SleepEx};
use crate::common::{
    DEADLINE, Log, QUIET, connect_to, in_own_thread, listener, queue_apc, task, tcp_pair,
    tcp_socket, this_thread, wait_until,
};

/// Runs a blocking call in a thread, queues an APC to it, then lets the call go on by `release`; checks that the APC ran during the call
/// and the call succeeded afterwards.
fn apc_runs_inside(call: impl FnOnce() -> bool + Send + 'static, release: impl FnOnce()) {
    let ran = Log::default();
    let (sender, receiver) = std::sync::mpsc::channel();
    let blocked = task(move || {
        sender
            .send(Arc::new(this_thread()))
            .expect("the test waits");
        call()
    });
    let thread = receiver
        .recv_timeout(DEADLINE)
        .expect("the thread has started");
    for round in 1..=2 {
        let ran = ran.clone();
        let noted = ran.clone();
        assert_ne!(queue_apc(**thread, move || noted.note(round)), 0);
        assert!(
            wait_until(DEADLINE, || ran.count() == round),
            "the APC runs during the call"
        );
        std::thread::sleep(Duration::from_millis(u64::from(QUIET) / 5));
        assert!(!blocked.ended(), "the call goes on blocking");
    }
    release();
    assert!(blocked.result(), "the call succeeds in the end");
}

/// APC-17: A blocking recv or WSARecv runs APCs that arrive and then goes on blocking.
#[test]
fn apc_17_a_blocking_receive_runs_apcs() {
    let (client, server) = tcp_pair();
    let release = || assert_eq!(call!(send(*client, b"x".as_ptr(), 1, 0)), 1);
    let socket = server.raw();
    apc_runs_inside(
        move || call!(recv(socket, [0u8; 4].as_mut_ptr(), 4, 0)) == 1,
        release,
    );
    apc_runs_inside(
        move || {
            let mut bytes = [0u8; 4];
            let buffer = WSABUF {
                len: 4,
                buf: bytes.as_mut_ptr(),
            };
            let mut count = 0;
            call!(WSARecv(
                socket,
                &buffer,
                1,
                &mut count,
                &mut 0,
                null_mut(),
                None
            )) == 0
                && count == 1
        },
        release,
    );
}

/// APC-17: A blocking accept runs APCs that arrive and then goes on blocking.
#[test]
fn apc_17_a_blocking_accept_runs_apcs() {
    let (listening, address) = listener();
    let socket = listening.raw();
    let client = tcp_socket();
    apc_runs_inside(
        move || {
            let accepted = call!(accept(socket, null_mut(), null_mut()));
            accepted != INVALID_SOCKET && call!(closesocket(accepted)) == 0
        },
        || connect_to(*client, &address),
    );
}

/// APC-17: A blocking send runs APCs that arrive and then goes on blocking.
#[test]
fn apc_17_a_blocking_send_runs_apcs() {
    const SIZE: usize = 32 << 20;
    let (client, server) = tcp_pair();
    let socket = server.raw();
    apc_runs_inside(
        move || {
            let bytes = vec![7u8; SIZE];
            call!(send(socket, bytes.as_ptr(), SIZE as i32, 0)) == SIZE as i32
        },
        || receive_all(*client, SIZE),
    );
}

fn receive_all(socket: SOCKET, size: usize) {
    let mut bytes = vec![0u8; 1 << 20];
    let mut total = 0;
    while total < size {
        let count = call!(recv(socket, bytes.as_mut_ptr(), bytes.len() as i32, 0));
        assert!(count > 0, "the stream ended after {total} bytes");
        total += count as usize;
    }
}

/// APC-18: A call that need not block returns without running the APCs that are queued.
#[test]
fn apc_18_a_call_that_succeeds_at_once_runs_nothing() {
    in_own_thread(|| {
        let ran = Log::default();
        let (client, server) = tcp_pair();
        assert_eq!(call!(send(*client, b"ab".as_ptr(), 2, 0)), 2);
        let peek = crate::common::w::Win32::Networking::WinSock::MSG_PEEK;
        assert_eq!(
            call!(recv(*server, [0u8; 1].as_mut_ptr(), 1, peek)),
            1,
            "data has arrived"
        );
        let noted = ran.clone();
        queue_apc(call!(GetCurrentThread()), move || noted.note(1));
        assert_eq!(call!(recv(*server, [0u8; 1].as_mut_ptr(), 1, 0)), 1);
        let mut byte = [0u8; 1];
        let buffer = WSABUF {
            len: 1,
            buf: byte.as_mut_ptr(),
        };
        let mut count = 0;
        let result = call!(WSARecv(
            *server,
            &buffer,
            1,
            &mut count,
            &mut 0,
            null_mut(),
            None
        ));
        assert_eq!((result, count), (0, 1));
        assert_eq!(call!(send(*client, b"c".as_ptr(), 1, 0)), 1);
        assert_eq!(ran.count(), 0);
        assert_eq!(call!(SleepEx(0, 1)), WAIT_IO_COMPLETION);
        assert_eq!(ran.count(), 1);
    });
}
