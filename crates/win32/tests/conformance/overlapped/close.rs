//! Closing a socket with operations pending.

use crate::common::Socket;
use crate::common::w::Win32::Foundation::{
    ERROR_CONNECTION_ABORTED, ERROR_OPERATION_ABORTED, STATUS_CANCELLED, STATUS_CONNECTION_ABORTED,
};
use crate::common::w::Win32::Networking::WinSock::{
    WSA_OPERATION_ABORTED, WSAECONNABORTED, WSAENOTSOCK, WSAGetOverlappedResult,
};
use crate::common::{set_last_error, wsa_error};
use crate::io::operation::wait_for_routine;
use crate::io::{Operation, Port, Start, connected_pair, eventually};

/// OVL-100: closesocket with a receive pending on a connected stream ends it with 1236, or 995 as documented.
#[test]
fn ovl_100_closing_aborts_a_connected_receive() {
    let (a, _b) = connected_pair();
    let port = Port::of(&a, 7);
    let operation = Operation::without_event(4);
    assert_eq!(operation.receive(&a), Start::Pending);

    a.close();

    let packet = port.next();
    assert!(packet.is_of(&operation));
    assert_eq!((packet.bytes, packet.key), (0, 7));
    assert!(
        [ERROR_CONNECTION_ABORTED, ERROR_OPERATION_ABORTED].contains(&packet.error),
        "{packet:?}"
    );
    port.stays_empty();
}

/// OVL-100: A pending datagram receive ends with ERROR_OPERATION_ABORTED.
#[test]
fn ovl_100_closing_cancels_a_datagram_receive() {
    let socket = Socket::udp_bound();
    let port = Port::of(&socket, 8);
    let operation = Operation::without_event(4);
    assert_eq!(operation.receive_from(&socket), Start::Pending);

    socket.close();

    let packet = port.next();
    assert!(packet.is_of(&operation));
    assert_eq!((packet.error, packet.key), (ERROR_OPERATION_ABORTED, 8));
    assert_eq!(operation.status(), STATUS_CANCELLED);
}

/// OVL-100: A routine hears of the close with the Winsock error.
#[test]
fn ovl_100_a_routine_hears_of_the_close() {
    let (a, _b) = connected_pair();
    let operation = Operation::without_event(4);
    assert_eq!(operation.receive_then(&a), Start::Pending);

    a.close();

    let calls = wait_for_routine();
    assert_eq!((calls.len(), calls[0].bytes), (1, 0));
    assert!(
        [WSAECONNABORTED, WSA_OPERATION_ABORTED].contains(&(calls[0].error as i32)),
        "{calls:?}"
    );
}

/// OVL-101: closesocket returns 0 at once, and the cancelled operations are notified then.
#[test]
fn ovl_101_closing_returns_and_the_cancellations_follow() {
    let (a, _b) = connected_pair();
    let operations: Vec<_> = (0..3).map(|_| Operation::new(4)).collect();
    for operation in &operations {
        assert_eq!(operation.receive(&a), Start::Pending);
    }

    assert_eq!(a.try_close(), Ok(0));

    for operation in &operations {
        eventually("the event", || operation.event_is_set());
        let status = operation.status();
        assert!(
            [STATUS_CANCELLED, STATUS_CONNECTION_ABORTED].contains(&status),
            "status {status:#x}"
        );
    }
}

/// OVL-102: After closesocket WSAGetOverlappedResult with the old value is WSAENOTSOCK.
#[test]
fn ovl_102_the_old_value_is_no_socket() {
    let (a, _b) = connected_pair();
    let operation = Operation::new(4);
    assert_eq!(operation.receive(&a), Start::Pending);
    let old = a.close();
    operation.wait();

    let (mut count, mut flags) = (0, 0);
    set_last_error(0);
    let ok = call!(WSAGetOverlappedResult(
        old,
        operation.overlapped(),
        &mut count,
        0,
        &mut flags
    ));

    assert_eq!((ok, wsa_error()), (0, WSAENOTSOCK));
}
