//! GetQueuedCompletionStatus and GetQueuedCompletionStatusEx.

use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Operation, Packet, Port, Start, dequeue, reset, send_now};
use crate::common::w::Win32::Foundation::{
    ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_NETNAME_DELETED, WAIT_IO_COMPLETION,
    WAIT_TIMEOUT,
};
use crate::common::w::Win32::Networking::WinSock::{
    SD_SEND, WSAECONNRESET, WSAGetOverlappedResult, shutdown,
};
use crate::common::w::Win32::System::IO::{
    GetOverlappedResult, GetQueuedCompletionStatus, GetQueuedCompletionStatusEx, OVERLAPPED,
    OVERLAPPED_ENTRY,
};
use crate::common::w::Win32::System::Threading::{INFINITE, SleepEx};
use crate::common::{
    DEADLINE, LIMIT, Log, QUIET, SENTINEL, event, in_own_thread, last_error, queue_apc,
    set_last_error, task, tcp_pair, this_thread, wsa_error,
};

/// Takes up to `N` entries: what the function returned, the last error, and the entries.
fn dequeue_many<const N: usize>(
    port: &Port,
    milliseconds: u32,
    alertable: bool,
) -> (i32, u32, Vec<OVERLAPPED_ENTRY>) {
    let mut entries = [OVERLAPPED_ENTRY::default(); N];
    let mut count = 0;
    let array = entries.as_mut_ptr();
    let taken = call!(GetQueuedCompletionStatusEx(
        port.raw(),
        array,
        N as u32,
        &mut count,
        milliseconds,
        alertable.into()
    ));
    let valid = if taken == 0 { 0 } else { count as usize };
    (taken, last_error(), entries[..valid].to_vec())
}

/// PORT-32: a successful packet gives TRUE, bytes, key and OVERLAPPED, and leaves the last error alone.
#[test]
fn port_32_success_leaves_the_last_error() {
    let (port, (client, server)) = (Port::new(0), tcp_pair());
    port.associate(server.handle(), 32);
    let operation = Operation::new();
    assert!(operation.receive(*server).accepted());
    send_now(*client, b"data");

    let (mut bytes, mut key, mut overlapped) = (0, 0, null_mut());
    set_last_error(SENTINEL);
    let taken = call!(GetQueuedCompletionStatus(
        port.raw(),
        &mut bytes,
        &mut key,
        &mut overlapped,
        LIMIT
    ));
    assert_eq!(last_error(), SENTINEL);
    assert_ne!(taken, 0);
    assert_eq!((bytes, key, overlapped), (4, 32, operation.overlapped));
}

/// PORT-33: the packet of a failed operation gives FALSE with the OVERLAPPED stored, and the status as a Win32 error.
/// PORT-37: WSAGetOverlappedResult then has the Winsock code of the same failure.
#[test]
fn port_33_failed_operation() {
    let (port, (client, server)) = (Port::new(0), tcp_pair());
    port.associate(server.handle(), 33);
    let operation = Operation::new();
    assert_eq!(operation.receive(*server), Start::Pending);
    reset(client);
    assert_eq!(
        port.next(),
        Packet {
            error: ERROR_NETNAME_DELETED,
            ..Packet::new(0, 33, operation.address())
        }
    );

    let (mut bytes, mut flags) = (9, 0);
    assert_eq!(
        call!(WSAGetOverlappedResult(
            *server,
            operation.overlapped,
            &mut bytes,
            0,
            &mut flags
        )),
        0
    );
    assert_eq!(wsa_error(), WSAECONNRESET);
}

/// PORT-34: a timeout gives FALSE with WAIT_TIMEOUT and a null OVERLAPPED, and leaves bytes and key untouched.
#[test]
fn port_34_timeout() {
    let port = Port::new(0);
    for milliseconds in [0, QUIET] {
        let (mut bytes, mut key, mut overlapped) = (11, 22, 33 as *mut OVERLAPPED);
        let start = Instant::now();
        let taken = call!(GetQueuedCompletionStatus(
            port.raw(),
            &mut bytes,
            &mut key,
            &mut overlapped,
            milliseconds
        ));
        assert_eq!((taken, last_error()), (0, WAIT_TIMEOUT));
        assert_eq!((bytes, key), (11, 22));
        assert!(overlapped.is_null());
        assert!(
            start.elapsed() >= Duration::from_millis(u64::from(milliseconds).saturating_sub(1))
        );
    }
}

/// PORT-35: a handle that is no port fails at once with ERROR_INVALID_HANDLE and a null OVERLAPPED.
#[test]
fn port_35_bad_handle() {
    let other = event();
    let closed = Port::new(0).0.close();
    for bad in [null_mut(), closed, other.raw()] {
        assert_eq!(dequeue(bad, LIMIT), Err(ERROR_INVALID_HANDLE));
    }
}

/// PORT-36: the peer's orderly close is a success of 0 bytes.
#[test]
fn port_36_graceful_close_is_a_success_of_no_bytes() {
    let (port, (client, server)) = (Port::new(0), tcp_pair());
    port.associate(server.handle(), 36);
    let operation = Operation::new();
    assert_eq!(operation.receive(*server), Start::Pending);
    assert_eq!(call!(shutdown(*client, SD_SEND)), 0);
    assert_eq!(port.next(), Packet::new(0, 36, operation.address()));
}

/// PORT-38: a queued packet is returned with timeout 0; INFINITE waits as long as it takes.
#[test]
fn port_38_timeouts() {
    let port = Arc::new(Port::new(0));
    port.post(1, 2, 0);
    assert_eq!(port.poll(0), Some(Packet::new(1, 2, 0)));
    let waiting = task({
        let port = port.clone();
        move || dequeue(port.raw(), INFINITE)
    });
    waiting.still_blocked("an infinite wait");
    port.post(3, 4, 0);
    assert_eq!(waiting.result(), Ok(Packet::new(3, 4, 0)));
}

/// PORT-39: the wait is not alertable: an APC neither runs nor ends it.
#[test]
fn port_39_not_alertable() {
    in_own_thread(|| {
        let (port, log) = (Port::new(0), Log::default());
        let noted = log.clone();
        assert_ne!(queue_apc(this_thread().raw(), move || noted.note(1)), 0);
        port.stays_empty();
        assert_eq!(log.count(), 0);
        assert_eq!(call!(SleepEx(0, 1)), WAIT_IO_COMPLETION);
        assert_eq!(log.count(), 1);
    });
}

/// PORT-40: the byte count is stored in 32 bits, the key at the size of a pointer.
#[test]
fn port_40_widths() {
    #[repr(C)]
    struct Guarded<T>(u64, T, u32);

    let port = Port::new(0);
    port.post(u32::MAX, usize::MAX, 0);
    let mut bytes = Guarded(1, 0_u32, 0x0bad_f00d);
    let mut key = Guarded(1, 0_usize, 0x0bad_f00d);
    let mut overlapped = null_mut();
    assert_ne!(
        call!(GetQueuedCompletionStatus(
            port.raw(),
            &mut bytes.1,
            &mut key.1,
            &mut overlapped,
            LIMIT
        )),
        0
    );
    assert_eq!((bytes.0, bytes.1, bytes.2), (1, u32::MAX, 0x0bad_f00d));
    assert_eq!((key.0, key.1, key.2), (1, usize::MAX, 0x0bad_f00d));
}

/// PORT-41: the Ex function takes all that is there up to its limit in one call, in order, and waits for no more than the first.
#[test]
fn port_41_many_entries() {
    let (port, (client, server)) = (Port::new(0), tcp_pair());
    for number in 0..5 {
        port.post(number, number as usize + 10, 0);
    }
    let numbers = |entries: Vec<OVERLAPPED_ENTRY>| {
        let pair =
            |entry: &OVERLAPPED_ENTRY| (entry.dwNumberOfBytesTransferred, entry.lpCompletionKey);
        entries.iter().map(pair).collect::<Vec<_>>()
    };
    let (taken, _, entries) = dequeue_many::<3>(&port, LIMIT, false);
    assert_ne!(taken, 0);
    assert_eq!(numbers(entries), [(0, 10), (1, 11), (2, 12)]);
    let start = Instant::now();
    let (taken, _, entries) = dequeue_many::<3>(&port, LIMIT, false);
    assert_ne!(taken, 0);
    assert_eq!(numbers(entries), [(3, 13), (4, 14)]);
    assert!(start.elapsed() < DEADLINE, "it does not wait for a third");

    port.associate(server.handle(), 41);
    let operation = Operation::new();
    assert!(operation.receive(*server).accepted());
    send_now(*client, b"entry");
    let (_, _, entries) = dequeue_many::<3>(&port, LIMIT, false);
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].lpOverlapped, entries[0].Internal),
        (operation.overlapped, 0)
    );
    assert_eq!(numbers(entries), [(5, 41)]);
}

/// PORT-42: the Ex function returns TRUE for failed operations too; their status stands in the OVERLAPPED.
#[test]
fn port_42_failures_answer_true() {
    let (port, (client, server)) = (Port::new(0), tcp_pair());
    port.associate(server.handle(), 42);
    let operation = Operation::new();
    assert_eq!(operation.receive(*server), Start::Pending);
    reset(client);
    let (taken, _, entries) = dequeue_many::<4>(&port, LIMIT, false);
    assert_ne!(taken, 0);
    assert_eq!(
        (entries.len(), entries[0].lpOverlapped),
        (1, operation.overlapped)
    );
    assert_eq!(operation.status(), 0xc000_020d);
    let mut bytes = 0;
    assert_eq!(
        call!(GetOverlappedResult(
            server.handle(),
            operation.overlapped,
            &mut bytes,
            0
        )),
        0
    );
    assert_eq!(last_error(), ERROR_NETNAME_DELETED);
}

/// PORT-43: when its time is over the Ex function returns FALSE with WAIT_TIMEOUT.
#[test]
fn port_43_timeout_of_the_ex_function() {
    let port = Port::new(0);
    for milliseconds in [0, QUIET] {
        let (taken, error, _) = dequeue_many::<2>(&port, milliseconds, false);
        assert_eq!((taken, error), (0, WAIT_TIMEOUT));
    }
}

/// PORT-44: no array or an array of no entries is ERROR_INVALID_PARAMETER.
#[test]
fn port_44_bad_array() {
    let port = Port::new(0);
    port.post(1, 1, 1);
    let (mut entry, mut count) = (OVERLAPPED_ENTRY::default(), 0);
    for (array, room) in [(null_mut(), 1), (&raw mut entry, 0), (null_mut(), 0)] {
        set_last_error(SENTINEL);
        assert_eq!(
            call!(GetQueuedCompletionStatusEx(
                port.raw(),
                array,
                room,
                &mut count,
                0,
                0
            )),
            0
        );
        assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
    }
    assert_eq!(port.next(), Packet::new(1, 1, 1));
}

/// PORT-45: alertable, packets win and APCs stay queued; without packets an APC runs and the call gives FALSE with WAIT_IO_COMPLETION.
#[test]
fn port_45_alertable() {
    in_own_thread(|| {
        let (port, log) = (Port::new(0), Log::default());
        let noted = log.clone();
        assert_ne!(queue_apc(this_thread().raw(), move || noted.note(1)), 0);
        port.post(7, 7, 0);
        let (taken, _, entries) = dequeue_many::<2>(&port, LIMIT, true);
        assert_ne!(taken, 0);
        assert_eq!((entries.len(), log.count()), (1, 0));
        let (taken, error, _) = dequeue_many::<2>(&port, LIMIT, true);
        assert_eq!((taken, error, log.count()), (0, WAIT_IO_COMPLETION, 1));
        let (taken, error, _) = dequeue_many::<2>(&port, QUIET, true);
        assert_eq!((taken, error, log.count()), (0, WAIT_TIMEOUT, 1));
    });
}

/// PORT-45: an APC that arrives during the alertable wait ends it.
#[test]
fn port_45_apc_ends_the_wait() {
    let (ready, handle) = std::sync::mpsc::channel();
    let waiting = task(move || {
        ready.send(this_thread()).expect("the test listens");
        let (taken, error, _) = dequeue_many::<2>(&Port::new(0), LIMIT, true);
        (taken, error)
    });
    let thread = handle.recv_timeout(DEADLINE).expect("the thread starts");
    waiting.await_sleep();
    let log = Log::default();
    let noted = log.clone();
    assert_ne!(queue_apc(thread.raw(), move || noted.note(1)), 0);
    assert_eq!(waiting.result(), (0, WAIT_IO_COMPLETION));
    assert_eq!(log.count(), 1);
}

/// PORT-45: a call that is not alertable leaves APCs alone.
#[test]
fn port_45_not_alertable() {
    in_own_thread(|| {
        let (port, log) = (Port::new(0), Log::default());
        let noted = log.clone();
        assert_ne!(queue_apc(this_thread().raw(), move || noted.note(1)), 0);
        let (taken, error, _) = dequeue_many::<2>(&port, QUIET, false);
        assert_eq!((taken, error, log.count()), (0, WAIT_TIMEOUT, 0));
        assert_eq!(call!(SleepEx(0, 1)), WAIT_IO_COMPLETION);
    });
}

/// PORT-35: the Ex function refuses what is no port in the same way.
#[test]
fn port_35_bad_handle_of_the_ex_function() {
    let (mut entry, mut count) = (OVERLAPPED_ENTRY::default(), 0);
    let none = null::<()>() as *mut _;
    assert_eq!(
        call!(GetQueuedCompletionStatusEx(
            none, &mut entry, 1, &mut count, LIMIT, 0
        )),
        0
    );
    assert_eq!(last_error(), ERROR_INVALID_HANDLE);
}
