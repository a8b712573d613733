//! Starting an operation: its three outcomes, its pointers, and the order of operations on one socket.

use std::ptr::{null, null_mut};

use crate::common::w::Win32::Foundation::{CloseHandle, ERROR_OPERATION_ABORTED, HANDLE};
use crate::common::w::Win32::Networking::WinSock::{
    MSG_PEEK, SIO_ADDRESS_LIST_CHANGE, WSAEFAULT, WSAENOTCONN, WSAEWOULDBLOCK, WSAIoctl,
    WSAProviderConfigChange, WSARecv, WSASend,
};
use crate::common::w::Win32::System::IO::CancelIoEx;
use crate::common::w::Win32::System::Threading::{ResetEvent, SetEvent};
use crate::common::{Socket, startup};
use crate::io::operation::{ADDRESS_ROOM, UNTOUCHED, record, routine_calls, wait_for_routine};
use crate::io::{
    Background, Operation, Port, Start, checked, connected_pair, eventually, never, sleep_alertably,
};

/// OVL-12: A start that succeeds at once stores the count, and the completion is notified nevertheless.
/// OVL-15: Where the data is there already, a program must be ready for both answers, done and pending.
#[test]
fn ovl_12_immediate_success_stores_the_count_and_notifies() {
    let (a, b) = connected_pair();
    b.send(b"abc").expect("send");
    // The data has to be here before the start, or the outcome would be decided.
    assert_eq!(a.recv_flags(&mut [0; 3], MSG_PEEK), Ok(3));
    let operation = Operation::new(3);

    match operation.receive(&a) {
        Start::Done => assert_eq!(operation.count(), 3),
        Start::Pending => assert_eq!(operation.count(), UNTOUCHED),
        Start::Failed(code) => panic!("WSARecv failed with {code}"),
    }

    assert_eq!(operation.finish(&a), Ok(3));
    assert!(operation.event_is_set());
}

/// OVL-12: A routine is called, and a packet queued, for an immediate success too.
#[test]
fn ovl_12_immediate_success_calls_the_routine_and_queues_the_packet() {
    let (a, b) = connected_pair();
    let sent = Operation::without_event(3);
    sent.send_then(&a).accepted();
    let calls = wait_for_routine();
    assert_eq!(calls.len(), 1);
    assert_eq!(
        (calls[0].error, calls[0].bytes, calls[0].overlapped),
        (0, 3, sent.overlapped())
    );

    let port = Port::of(&b, 7);
    let received = Operation::without_event(3);
    received.receive(&b).accepted();
    let packet = port.next();
    assert!(packet.is_of(&received));
    assert_eq!((packet.error, packet.bytes, packet.key), (0, 3, 7));
}

/// OVL-13: A start that has to wait says so by SOCKET_ERROR or FALSE and error 997, whichever family the function is of.
#[test]
fn ovl_13_pending_is_error_997_in_both_families() {
    let (a, _b) = connected_pair();
    let received = Operation::new(1);
    assert_eq!(received.receive(&a), Start::Pending);

    let (listener, acceptor) = (Socket::listener(), Socket::tcp());
    let accepted = Operation::new(2 * ADDRESS_ROOM as usize);
    assert_eq!(accepted.accept(&listener, &acceptor, 0), Start::Pending);

    a.close();
    listener.close();
    received.wait();
    accepted.wait();
}

/// OVL-14: A start that fails has started nothing: no event, no packet.
#[test]
fn ovl_14_a_failed_start_notifies_nobody() {
    let socket = Socket::tcp();
    let port = Port::of(&socket, 1);
    let operation = Operation::new(4);

    assert_eq!(operation.receive(&socket), Start::Failed(WSAENOTCONN));

    never("the event", || operation.event_is_set());
    port.stays_empty();
}

/// OVL-14: A start that fails never calls its routine.
#[test]
fn ovl_14_a_failed_start_calls_no_routine() {
    let socket = Socket::tcp();
    let operation = Operation::without_event(4);

    assert_eq!(operation.receive_then(&socket), Start::Failed(WSAENOTCONN));

    assert_eq!(sleep_alertably(50), 0);
    assert_eq!(routine_calls(), []);
}

/// OVL-17: Without an OVERLAPPED the count pointer must be given: WSAEFAULT.
#[test]
fn ovl_17_a_synchronous_call_needs_the_count_pointer() {
    let (a, b) = connected_pair();
    let memory = Operation::without_event(4);
    let buffers = [memory.descriptor()];
    let mut flags = 0;
    b.send(b"x").expect("send");

    let received = call!(WSARecv(
        a.raw(),
        buffers.as_ptr(),
        1,
        null_mut(),
        &mut flags,
        null_mut(),
        None
    ));
    assert_eq!(checked(received), Err(WSAEFAULT));
    let sent = call!(WSASend(
        a.raw(),
        buffers.as_ptr(),
        1,
        null_mut(),
        0,
        null_mut(),
        None
    ));
    assert_eq!(checked(sent), Err(WSAEFAULT));
}

/// OVL-17: With an OVERLAPPED the count pointer may be NULL.
#[test]
fn ovl_17_an_overlapped_call_needs_no_count_pointer() {
    let (a, b) = connected_pair();
    let (sent, received) = (Operation::sending(b"abc"), Operation::new(3));
    let mut flags = 0;

    let (buffers, overlapped) = ([sent.descriptor()], sent.overlapped());
    let result = call!(WSASend(
        b.raw(),
        buffers.as_ptr(),
        1,
        null_mut(),
        0,
        overlapped,
        None
    ));
    sent.note(Start::of_winsock(result)).accepted();
    let (buffers, overlapped) = ([received.descriptor()], received.overlapped());
    let result = call!(WSARecv(
        a.raw(),
        buffers.as_ptr(),
        1,
        null_mut(),
        &mut flags,
        overlapped,
        None
    ));
    received.note(Start::of_winsock(result)).accepted();

    assert_eq!((sent.finish(&b), received.finish(&a)), (Ok(3), Ok(3)));
    assert_eq!(received.buffer(), b"abc");
}

/// OVL-18: A pending start leaves the count and the flags variable as they were.
#[test]
fn ovl_18_pending_leaves_count_and_flags_alone() {
    let (a, b) = connected_pair();
    let operation = Operation::new(4);

    assert_eq!(operation.receive(&a), Start::Pending);
    b.send(b"ab").expect("send");
    assert_eq!(operation.finish(&a), Ok(2));

    assert_eq!((operation.count(), operation.flags()), (UNTOUCHED, 0));
}

/// OVL-19: With neither OVERLAPPED nor routine the call is synchronous: it blocks on a blocking socket.
#[test]
fn ovl_19_without_overlapped_a_blocking_socket_blocks() {
    let (a, b) = connected_pair();
    let call = Background::start(move || synchronous_receive(&a, None));

    call.still_blocked("WSARecv");
    b.send(b"abc").expect("send");

    assert_eq!(call.join("WSARecv"), Ok(b"abc".to_vec()));
}

/// OVL-19: With neither OVERLAPPED nor routine a non-blocking socket answers WSAEWOULDBLOCK.
#[test]
fn ovl_19_without_overlapped_a_non_blocking_socket_does_not_block() {
    let (a, _b) = connected_pair();
    a.set_nonblocking(true);
    assert_eq!(synchronous_receive(&a, None), Err(WSAEWOULDBLOCK));
}

/// OVL-20: A routine without an OVERLAPPED is ignored, the call is synchronous.
#[test]
fn ovl_20_a_routine_without_overlapped_is_ignored() {
    let (a, b) = connected_pair();
    b.send(b"abc").expect("send");

    assert_eq!(synchronous_receive(&a, Some(record)), Ok(b"abc".to_vec()));

    assert_eq!(sleep_alertably(50), 0);
    assert_eq!(routine_calls(), []);
}

type Routine = crate::common::w::Win32::Networking::WinSock::LPWSAOVERLAPPED_COMPLETION_ROUTINE;

fn synchronous_receive(socket: &Socket, routine: Routine) -> Result<Vec<u8>, i32> {
    let memory = Operation::without_event(8);
    let buffers = [memory.descriptor()];
    let (mut count, mut flags) = (0, 0);
    let result = call!(WSARecv(
        socket.raw(),
        buffers.as_ptr(),
        1,
        &mut count,
        &mut flags,
        null_mut(),
        routine
    ));
    checked(result).map(|_| memory.buffer()[..count as usize].to_vec())
}

/// OVL-21: With a routine hEvent is the program's own: the start doesn't reset it and the completion doesn't set it.
#[test]
fn ovl_21_with_a_routine_h_event_is_never_touched() {
    let (a, b) = connected_pair();
    for set_before in [false, true] {
        let operation = Operation::new(1);
        match set_before {
            true => call!(SetEvent(operation.event())),
            false => call!(ResetEvent(operation.event())),
        };
        operation.receive_then(&a).accepted();
        assert_eq!(operation.event_is_set(), set_before);
        b.send(b"x").expect("send");
        assert_eq!(wait_for_routine().len(), 1);
        assert_eq!(operation.event_is_set(), set_before);
    }
}

/// OVL-21: hEvent need not even be a handle when there is a routine.
#[test]
fn ovl_21_with_a_routine_h_event_may_be_anything() {
    let (a, b) = connected_pair();
    let number = 0x1234_5677_usize as HANDLE;
    let operation = Operation::with_event(&[0; 4], number);

    operation.receive_then(&a).accepted();
    b.send(b"x").expect("send");

    assert_eq!(wait_for_routine().len(), 1);
    // SAFETY: the operation has completed, the structure is the program's again.
    assert_eq!(unsafe { (*operation.overlapped()).hEvent }, number);
}

/// OVL-24: Receives of one socket take from the stream, and sends put into it, in the order of the calls.
#[test]
fn ovl_24_operations_of_one_socket_keep_the_order_of_the_calls() {
    const ROUNDS: u8 = 64;
    let (a, b) = connected_pair();
    let receives: Vec<_> = (0..ROUNDS).map(|_| Operation::new(1)).collect();
    for receive in &receives {
        assert_eq!(receive.receive(&a), Start::Pending);
    }
    let sends: Vec<_> = (0..ROUNDS)
        .map(|number| Operation::sending(&[number]))
        .collect();
    for send in &sends {
        send.send(&b).accepted();
    }

    for (number, (send, receive)) in sends.iter().zip(&receives).enumerate() {
        assert_eq!((send.finish(&b), receive.finish(&a)), (Ok(1), Ok(1)));
        assert_eq!(receive.buffer(), [number as u8]);
    }
}

/// OVL-25: When data for two pending receives comes at once, the first call gets the first bytes.
#[test]
fn ovl_25_the_first_pending_receive_is_filled_first() {
    let (a, b) = connected_pair();
    let (first, second) = (Operation::new(3), Operation::new(3));
    assert_eq!(first.receive(&a), Start::Pending);
    assert_eq!(second.receive(&a), Start::Pending);

    b.send(b"abcdef").expect("send");

    assert_eq!((first.finish(&a), second.finish(&a)), (Ok(3), Ok(3)));
    assert_eq!(
        (first.buffer(), second.buffer()),
        (&b"abc"[..], &b"def"[..])
    );
}

/// OVL-26: WSAIoctl can be started overlapped and stays pending while there is nothing to report.
#[test]
fn ovl_26_an_overlapped_ioctl_pends_until_cancelled() {
    let socket = Socket::tcp();
    let operation = Operation::new(0);
    let overlapped = operation.overlapped();

    let code = SIO_ADDRESS_LIST_CHANGE;
    let result = call!(WSAIoctl(
        socket.raw(),
        code,
        null(),
        0,
        null_mut(),
        0,
        null_mut(),
        overlapped,
        None
    ));
    assert_eq!(operation.note(Start::of_winsock(result)), Start::Pending);
    never("an address change", || !operation.is_pending());

    assert_eq!(call!(CancelIoEx(socket.handle(), overlapped)), 1);
    assert_eq!(operation.finish(&socket), Err(ERROR_OPERATION_ABORTED));
}

/// OVL-26: WSAProviderConfigChange gives a notification handle and pends on it until the handle is closed.
#[test]
fn ovl_26_provider_config_change_pends_until_the_handle_is_closed() {
    startup();
    let mut notification: HANDLE = null_mut();
    let made = call!(WSAProviderConfigChange(&mut notification, null_mut(), None));
    assert_eq!(checked(made), Ok(0));
    assert!(!notification.is_null());
    let operation = Operation::new(0);

    let result = call!(WSAProviderConfigChange(
        &mut notification,
        operation.overlapped(),
        None
    ));
    assert_eq!(operation.note(Start::of_winsock(result)), Start::Pending);
    never("a provider change", || !operation.is_pending());

    assert_eq!(call!(CloseHandle(notification)), 1);
    eventually("the end of the pending call", || operation.event_is_set());
    assert!(!operation.is_pending());
}
