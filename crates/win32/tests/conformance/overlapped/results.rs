//! GetOverlappedResult, GetOverlappedResultEx, WSAGetOverlappedResult, and their translations of a status.

use std::ptr::null_mut;

use crate::common::w::Win32::Foundation::{
    ERROR_BROKEN_PIPE, ERROR_CONNECTION_ABORTED, ERROR_CONNECTION_REFUSED, ERROR_HANDLE_EOF,
    ERROR_HOST_UNREACHABLE, ERROR_INSUFFICIENT_BUFFER, ERROR_IO_INCOMPLETE, ERROR_MORE_DATA,
    ERROR_NETNAME_DELETED, ERROR_NETWORK_UNREACHABLE, ERROR_NOT_SUPPORTED, ERROR_OPERATION_ABORTED,
    ERROR_PORT_UNREACHABLE, ERROR_SEM_TIMEOUT, NTSTATUS, STATUS_ACCESS_DENIED,
    STATUS_ACCESS_VIOLATION, STATUS_BUFFER_OVERFLOW, STATUS_BUFFER_TOO_SMALL, STATUS_CANCELLED,
    STATUS_CONNECTION_ABORTED, STATUS_CONNECTION_ACTIVE, STATUS_CONNECTION_REFUSED,
    STATUS_CONNECTION_RESET, STATUS_DEVICE_NOT_READY, STATUS_END_OF_FILE, STATUS_HOST_UNREACHABLE,
    STATUS_INVALID_CONNECTION, STATUS_IO_TIMEOUT, STATUS_LOCAL_DISCONNECT,
    STATUS_NETWORK_UNREACHABLE, STATUS_NOT_SUPPORTED, STATUS_PENDING, STATUS_PIPE_BROKEN,
    STATUS_PIPE_DISCONNECTED, STATUS_PORT_UNREACHABLE, STATUS_REMOTE_DISCONNECT,
    STATUS_SHARING_VIOLATION, STATUS_SUCCESS, STATUS_UNSUCCESSFUL, WAIT_IO_COMPLETION,
    WAIT_TIMEOUT,
};
use crate::common::w::Win32::Networking::WinSock::{
    WSA_IO_INCOMPLETE, WSA_OPERATION_ABORTED, WSAEACCES, WSAEADDRINUSE, WSAECONNABORTED,
    WSAECONNREFUSED, WSAECONNRESET, WSAEFAULT, WSAEHOSTUNREACH, WSAEINVAL, WSAEISCONN, WSAEMSGSIZE,
    WSAENETUNREACH, WSAENOTCONN, WSAENOTSOCK, WSAEOPNOTSUPP, WSAESHUTDOWN, WSAETIMEDOUT,
    WSAEWOULDBLOCK, WSAGetOverlappedResult,
};
use crate::common::w::Win32::System::IO::{GetOverlappedResult, GetOverlappedResultEx};
use crate::common::w::Win32::System::Threading::{GetCurrentThread, QueueUserAPC};
use crate::common::{LIMIT, Socket, event, last_error, set_last_error, wsa_error};
use crate::io::operation::UNTOUCHED;
use crate::io::{Background, Operation, Start, connected_pair, succeeded};

/// An OVERLAPPED as a finished operation with that status would have left it.
fn left_with(status: NTSTATUS) -> Operation {
    let operation = Operation::without_event(0);
    operation.preset(status as u32 as usize, 7);
    operation
}

/// OVL-27: GetOverlappedResult answers a pending operation with ERROR_IO_INCOMPLETE, a successful one with TRUE and the count.
#[test]
fn ovl_27_get_overlapped_result_of_pending_and_done() {
    let (a, b) = connected_pair();
    let operation = Operation::new(8);
    assert_eq!(operation.receive(&a), Start::Pending);

    assert_eq!(operation.result(&a), Err(ERROR_IO_INCOMPLETE));
    b.send(b"abcd").expect("send");

    assert_eq!(operation.finish(&a), Ok(4));
    assert_eq!(operation.result(&a), Ok(4));
}

/// OVL-28: For a failed operation GetOverlappedResult answers FALSE with the translated status, and stores the count all the same.
#[test]
fn ovl_28_a_failed_operation_still_has_a_count() {
    let operation = left_with(STATUS_CONNECTION_RESET);
    let mut count = UNTOUCHED;
    let ok = call!(GetOverlappedResult(
        null_mut(),
        operation.overlapped(),
        &mut count,
        0
    ));
    assert_eq!(succeeded(ok), Err(ERROR_NETNAME_DELETED));
    assert_eq!(count, 7);
}

/// OVL-29: Asked to wait, GetOverlappedResult waits on hEvent.
#[test]
fn ovl_29_get_overlapped_result_waits_on_the_event() {
    let (a, b) = connected_pair();
    let operation = Operation::new(8);
    assert_eq!(operation.receive(&a), Start::Pending);

    assert_eq!(waited_result(a, operation, b), Ok(3));
}

/// OVL-29: Without an event GetOverlappedResult waits on the file object.
#[test]
fn ovl_29_get_overlapped_result_waits_on_the_file_object() {
    let (a, b) = connected_pair();
    let operation = Operation::without_event(8);
    assert_eq!(operation.receive(&a), Start::Pending);

    assert_eq!(waited_result(a, operation, b), Ok(3));
}

fn waited_result(a: Socket, operation: Operation, b: Socket) -> Result<u32, u32> {
    let call = Background::start(move || {
        let mut count = 0;
        let ok = call!(GetOverlappedResult(
            a.handle(),
            operation.overlapped(),
            &mut count,
            1
        ));
        succeeded(ok).map(|()| count)
    });
    call.still_blocked("GetOverlappedResult");
    b.send(b"abc").expect("send");
    call.join("GetOverlappedResult")
}

/// OVL-29: The handle isn't looked at when the OVERLAPPED shows a finished operation.
#[test]
fn ovl_29_the_handle_is_not_validated() {
    let operation = left_with(STATUS_SUCCESS);
    let mut count = UNTOUCHED;
    let ok = call!(GetOverlappedResult(
        null_mut(),
        operation.overlapped(),
        &mut count,
        0
    ));
    assert_eq!((succeeded(ok), count), (Ok(()), 7));
}

fn result_within(
    socket: &Socket,
    operation: &Operation,
    milliseconds: u32,
    alertable: bool,
) -> Result<u32, u32> {
    let mut count = UNTOUCHED;
    let (handle, overlapped) = (socket.handle(), operation.overlapped());
    let ok = call!(GetOverlappedResultEx(
        handle,
        overlapped,
        &mut count,
        milliseconds,
        alertable.into()
    ));
    succeeded(ok).map(|()| count)
}

/// OVL-30: With timeout 0 a pending operation is ERROR_IO_INCOMPLETE, with a timeout that runs out WAIT_TIMEOUT.
#[test]
fn ovl_30_get_overlapped_result_ex_times_out() {
    let (a, b) = connected_pair();
    for operation in [Operation::new(4), Operation::without_event(4)] {
        assert_eq!(operation.receive(&a), Start::Pending);
        assert_eq!(
            result_within(&a, &operation, 0, false),
            Err(ERROR_IO_INCOMPLETE)
        );
        assert_eq!(result_within(&a, &operation, 20, false), Err(WAIT_TIMEOUT));

        b.send(b"ab").expect("send");
        assert_eq!(result_within(&a, &operation, LIMIT, false), Ok(2));
    }
}

/// OVL-30: An APC that runs during an alertable GetOverlappedResultEx ends it with WAIT_IO_COMPLETION.
#[test]
fn ovl_30_an_apc_ends_an_alertable_get_overlapped_result_ex() {
    unsafe extern "system" fn nothing(_: usize) {}
    let (a, b) = connected_pair();
    let operation = Operation::new(4);
    assert_eq!(operation.receive(&a), Start::Pending);
    assert_ne!(call!(QueueUserAPC(Some(nothing), GetCurrentThread(), 0)), 0);

    assert_eq!(
        result_within(&a, &operation, LIMIT, true),
        Err(WAIT_IO_COMPLETION)
    );

    b.send(b"ab").expect("send");
    assert_eq!(result_within(&a, &operation, LIMIT, true), Ok(2));
}

/// OVL-31: WSAGetOverlappedResult answers pending with WSA_IO_INCOMPLETE and success with TRUE, count and flags.
/// OVL-36: The flags of a plain stream receive are 0.
#[test]
fn ovl_31_wsa_get_overlapped_result_of_pending_and_done() {
    let (a, b) = connected_pair();
    let operation = Operation::new(8);
    assert_eq!(operation.receive(&a), Start::Pending);
    assert_eq!(operation.wsa_result(&a), Err(WSA_IO_INCOMPLETE));

    b.send(b"abcd").expect("send");
    operation.wait();

    assert_eq!(operation.wsa_result(&a), Ok((4, 0)));
}

/// OVL-31: WSAGetOverlappedResult can wait.
#[test]
fn ovl_31_wsa_get_overlapped_result_waits() {
    let (a, b) = connected_pair();
    let operation = Operation::new(8);
    assert_eq!(operation.receive(&a), Start::Pending);
    let call = Background::start(move || {
        let (mut count, mut flags) = (0, 0);
        let ok = call!(WSAGetOverlappedResult(
            a.raw(),
            operation.overlapped(),
            &mut count,
            1,
            &mut flags
        ));
        succeeded(ok).map(|()| count)
    });

    call.still_blocked("WSAGetOverlappedResult");
    b.send(b"abc").expect("send");

    assert_eq!(call.join("WSAGetOverlappedResult"), Ok(3));
}

/// OVL-31: WSAGetOverlappedResult must be given both result pointers: WSAEFAULT.
#[test]
fn ovl_31_wsa_get_overlapped_result_needs_both_pointers() {
    let (a, _b) = connected_pair();
    let operation = left_with(STATUS_SUCCESS);
    let (mut count, mut flags) = (0, 0);

    let ok = call!(WSAGetOverlappedResult(
        a.raw(),
        operation.overlapped(),
        null_mut(),
        0,
        &mut flags
    ));
    assert_eq!((ok, wsa_error()), (0, WSAEFAULT));
    let ok = call!(WSAGetOverlappedResult(
        a.raw(),
        operation.overlapped(),
        &mut count,
        0,
        null_mut()
    ));
    assert_eq!((ok, wsa_error()), (0, WSAEFAULT));
    let ok = call!(WSAGetOverlappedResult(
        a.raw(),
        null_mut(),
        &mut count,
        0,
        &mut flags
    ));
    assert_eq!((ok, wsa_error()), (0, WSAEFAULT));
}

/// OVL-32: WSAGetOverlappedResult on what isn't a socket is WSAENOTSOCK, even when the OVERLAPPED shows success.
#[test]
fn ovl_32_wsa_get_overlapped_result_wants_a_socket() {
    crate::common::startup();
    let operation = left_with(STATUS_SUCCESS);
    let event = event();
    for not_a_socket in [event.raw() as usize, 0, usize::MAX] {
        let (mut count, mut flags) = (0, 0);
        set_last_error(0);
        let ok = call!(WSAGetOverlappedResult(
            not_a_socket,
            operation.overlapped(),
            &mut count,
            0,
            &mut flags
        ));
        assert_eq!((ok, wsa_error()), (0, WSAENOTSOCK), "{not_a_socket:#x}");
    }
}

/// OVL-33: A reset connection is ERROR_NETNAME_DELETED to GetOverlappedResult and WSAECONNRESET to WSAGetOverlappedResult.
#[test]
fn ovl_33_one_status_two_translations() {
    let (a, b) = connected_pair();
    let operation = Operation::new(4);
    assert_eq!(operation.receive(&a), Start::Pending);
    b.reset();
    operation.wait();

    assert_eq!(operation.status(), STATUS_CONNECTION_RESET);
    assert_eq!(operation.result(&a), Err(ERROR_NETNAME_DELETED));
    assert_eq!(operation.wsa_result(&a), Err(WSAECONNRESET));
}

/// OVL-34: The statuses WSAGetOverlappedResult knows, each with its Winsock error; what it doesn't know is WSAEINVAL.
#[test]
fn ovl_34_status_to_winsock_error() {
    let (a, _b) = connected_pair();
    let table = [
        (STATUS_BUFFER_OVERFLOW, WSAEMSGSIZE),
        (STATUS_BUFFER_TOO_SMALL, WSAEFAULT),
        (STATUS_ACCESS_VIOLATION, WSAEFAULT),
        (STATUS_CANCELLED, WSA_OPERATION_ABORTED),
        (STATUS_LOCAL_DISCONNECT, WSAECONNABORTED),
        (STATUS_CONNECTION_ABORTED, WSAECONNABORTED),
        (STATUS_REMOTE_DISCONNECT, WSAECONNRESET),
        (STATUS_CONNECTION_RESET, WSAECONNRESET),
        (STATUS_PORT_UNREACHABLE, WSAECONNRESET),
        (STATUS_CONNECTION_REFUSED, WSAECONNREFUSED),
        (STATUS_IO_TIMEOUT, WSAETIMEDOUT),
        (STATUS_INVALID_CONNECTION, WSAENOTCONN),
        (STATUS_PIPE_DISCONNECTED, WSAESHUTDOWN),
        (STATUS_DEVICE_NOT_READY, WSAEWOULDBLOCK),
        (STATUS_NOT_SUPPORTED, WSAEOPNOTSUPP),
        (STATUS_SHARING_VIOLATION, WSAEADDRINUSE),
        (STATUS_ACCESS_DENIED, WSAEACCES),
        (STATUS_CONNECTION_ACTIVE, WSAEISCONN),
        (STATUS_HOST_UNREACHABLE, WSAEHOSTUNREACH),
        (STATUS_NETWORK_UNREACHABLE, WSAENETUNREACH),
        (STATUS_UNSUCCESSFUL, WSAEINVAL),
    ];
    for (status, code) in table {
        assert_eq!(
            left_with(status).wsa_result(&a),
            Err(code),
            "status {status:#x}"
        );
    }
    assert_eq!(
        left_with(STATUS_PENDING).wsa_result(&a),
        Err(WSA_IO_INCOMPLETE)
    );
    assert_eq!(left_with(STATUS_SUCCESS).wsa_result(&a), Ok((7, 0)));
}

/// OVL-35: The statuses GetOverlappedResult knows, each with its Win32 error.
#[test]
fn ovl_35_status_to_win32_error() {
    let (a, _b) = connected_pair();
    let table = [
        (STATUS_CONNECTION_RESET, ERROR_NETNAME_DELETED),
        (STATUS_CANCELLED, ERROR_OPERATION_ABORTED),
        (STATUS_CONNECTION_ABORTED, ERROR_CONNECTION_ABORTED),
        (STATUS_CONNECTION_REFUSED, ERROR_CONNECTION_REFUSED),
        (STATUS_BUFFER_OVERFLOW, ERROR_MORE_DATA),
        (STATUS_END_OF_FILE, ERROR_HANDLE_EOF),
        (STATUS_PIPE_BROKEN, ERROR_BROKEN_PIPE),
        (STATUS_BUFFER_TOO_SMALL, ERROR_INSUFFICIENT_BUFFER),
        (STATUS_IO_TIMEOUT, ERROR_SEM_TIMEOUT),
        (STATUS_HOST_UNREACHABLE, ERROR_HOST_UNREACHABLE),
        (STATUS_NETWORK_UNREACHABLE, ERROR_NETWORK_UNREACHABLE),
        (STATUS_PORT_UNREACHABLE, ERROR_PORT_UNREACHABLE),
        (STATUS_NOT_SUPPORTED, ERROR_NOT_SUPPORTED),
    ];
    for (status, code) in table {
        assert_eq!(
            left_with(status).result(&a),
            Err(code),
            "status {status:#x}"
        );
    }
}

/// OVL-33: What WSAGetOverlappedResult sets is the thread's one last error.
#[test]
fn ovl_33_winsock_and_last_error_are_one() {
    let (a, _b) = connected_pair();
    assert_eq!(
        left_with(STATUS_CANCELLED).wsa_result(&a),
        Err(WSA_OPERATION_ABORTED)
    );
    assert_eq!(last_error(), ERROR_OPERATION_ABORTED);
}
