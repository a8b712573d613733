//! Alertable waits for packets and for the result of an operation.

use std::ptr::null_mut;

use crate::common::w::Win32::Foundation::{
    ERROR_IO_INCOMPLETE, INVALID_HANDLE_VALUE, WAIT_IO_COMPLETION,
};
use crate::common::w::Win32::Networking::WinSock::{
    SOCKET_ERROR, WSA_IO_PENDING, WSABUF, WSARecv, send,
};
use crate::common::w::Win32::System::IO::{
    CreateIoCompletionPort, GetOverlappedResultEx, GetQueuedCompletionStatusEx, OVERLAPPED,
    OVERLAPPED_ENTRY, PostQueuedCompletionStatus,
};
use crate::common::w::Win32::System::Threading::{GetCurrentThread, SleepEx};
use crate::common::{
    Handle, LIMIT, Log, SENTINEL, event, in_own_thread, last_error, queue_apc, set_last_error,
    tcp_pair, wsa_error,
};

fn queue_note(ran: &Log<u32>) {
    let ran = ran.clone();
    assert_ne!(queue_apc(call!(GetCurrentThread()), move || ran.note(1)), 0);
}

/// APC-28: GetQueuedCompletionStatusEx returns packets that are there and leaves the APCs queued.
/// APC-08: A packet already queued comes before the APCs.
#[test]
fn apc_28_packets_come_before_apcs() {
    in_own_thread(|| {
        let ran = Log::default();
        let port = call!(CreateIoCompletionPort(
            INVALID_HANDLE_VALUE,
            null_mut(),
            0,
            0
        ));
        let port = Handle::new(port);
        let (mut entries, mut count) = ([OVERLAPPED_ENTRY::default(); 4], 0);
        queue_note(&ran);
        assert_ne!(
            call!(PostQueuedCompletionStatus(*port, 5, 6, null_mut())),
            0
        );
        let entry = entries.as_mut_ptr();
        let got = call!(GetQueuedCompletionStatusEx(
            *port, entry, 4, &mut count, LIMIT, 1
        ));
        assert_eq!((got != 0, count), (true, 1));
        assert_eq!(
            (
                entries[0].dwNumberOfBytesTransferred,
                entries[0].lpCompletionKey
            ),
            (5, 6)
        );
        assert_eq!(ran.count(), 0);
        assert_eq!(call!(SleepEx(0, 1)), WAIT_IO_COMPLETION);
        assert_eq!(ran.count(), 1);
    });
}

/// APC-28: Without packets a queued APC runs, and GetQueuedCompletionStatusEx returns FALSE with WAIT_IO_COMPLETION as last error.
#[test]
fn apc_28_without_packets_the_apc_runs() {
    in_own_thread(|| {
        let ran = Log::default();
        let port = call!(CreateIoCompletionPort(
            INVALID_HANDLE_VALUE,
            null_mut(),
            0,
            0
        ));
        let port = Handle::new(port);
        let (mut entries, mut count) = ([OVERLAPPED_ENTRY::default(); 4], SENTINEL);
        queue_note(&ran);
        set_last_error(SENTINEL);
        let entry = entries.as_mut_ptr();
        let got = call!(GetQueuedCompletionStatusEx(
            *port, entry, 4, &mut count, LIMIT, 1
        ));
        assert_eq!((got, last_error()), (0, WAIT_IO_COMPLETION));
        assert_eq!(ran.count(), 1);
        // The native call reports one entry left; later versions of the Win32 function report none.
        assert!([0, 1].contains(&count), "{count}");
    });
}

/// APC-29: An alertable GetOverlappedResultEx on a pending operation ends with WAIT_IO_COMPLETION after an APC; with a time-out of 0 it
/// reports ERROR_IO_INCOMPLETE and runs nothing.
#[test]
fn apc_29_waiting_for_a_result_alertably() {
    in_own_thread(|| {
        let ran = Log::default();
        let (client, server) = tcp_pair();
        let done = event();
        let mut bytes = [0u8; 8];
        let buffer = WSABUF {
            len: 8,
            buf: bytes.as_mut_ptr(),
        };
        let mut operation = OVERLAPPED {
            hEvent: *done,
            ..OVERLAPPED::default()
        };
        let overlapped = &raw mut operation;
        let result = call!(WSARecv(
            *server,
            &buffer,
            1,
            null_mut(),
            &mut 0,
            overlapped,
            None
        ));
        assert_eq!((result, wsa_error()), (SOCKET_ERROR, WSA_IO_PENDING));
        queue_note(&ran);
        let mut count = 0;
        let mut ask = |time| {
            let handle = server.handle();
            call!(GetOverlappedResultEx(
                handle, overlapped, &mut count, time, 1
            ))
        };
        assert_eq!((ask(0), last_error()), (0, ERROR_IO_INCOMPLETE));
        assert_eq!(ran.count(), 0);
        assert_eq!((ask(LIMIT), last_error()), (0, WAIT_IO_COMPLETION));
        assert_eq!(ran.count(), 1);
        assert_eq!(call!(send(*client, b"done".as_ptr(), 4, 0)), 4);
        assert_ne!(ask(LIMIT), 0);
        assert_eq!(count, 4);
    });
}
