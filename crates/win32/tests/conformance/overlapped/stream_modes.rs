//! Receiving from a stream with flags, urgent data, time limits, and in either blocking mode.

use std::time::{Duration, Instant};

use crate::common::Socket;
use crate::common::w::Win32::Networking::WinSock::{
    FIONREAD, MSG_OOB, MSG_PARTIAL, MSG_PEEK, MSG_WAITALL, SIOCATMARK, SO_OOBINLINE, SO_RCVTIMEO,
    SO_SNDTIMEO, SOL_SOCKET, WSAEINVAL, WSAEOPNOTSUPP, WSAESHUTDOWN, WSAETIMEDOUT, WSAEWOULDBLOCK,
    WSARecv, WSASend,
};
use crate::io::operation::UNTOUCHED;
use crate::io::{
    Background, Operation, Start, checked, connected, connected_pair, datagram_pair, eventually,
    never, within,
};

/// OVL-53: An overlapped MSG_PEEK can pend, and completes without taking the data.
#[test]
fn ovl_53_a_peek_pends_and_takes_nothing() {
    let (a, b) = connected_pair();
    let peek = Operation::new(3);
    assert_eq!(peek.receive_flags(&a, MSG_PEEK), Start::Pending);

    b.send(b"abc").expect("send");

    assert_eq!(peek.finish(&a), Ok(3));
    assert_eq!(peek.buffer(), b"abc");
    let receive = Operation::new(3);
    receive.receive(&a).accepted();
    assert_eq!(receive.finish(&a), Ok(3));
    assert_eq!(receive.buffer(), b"abc");
}

/// OVL-54: MSG_WAITALL keeps a receive pending until the buffer is full.
#[test]
fn ovl_54_waitall_waits_for_the_whole_buffer() {
    let (a, b) = connected_pair();
    let operation = Operation::new(10);
    assert_eq!(operation.receive_flags(&a, MSG_WAITALL), Start::Pending);

    b.send(b"0123").expect("send");
    never("completion with 4 of 10 bytes", || !operation.is_pending());
    b.send(b"456789").expect("send");

    assert_eq!(operation.finish(&a), Ok(10));
    assert_eq!(operation.buffer(), b"0123456789");
}

/// OVL-54: The peer's close ends a MSG_WAITALL with what has come.
#[test]
fn ovl_54_the_end_of_the_stream_ends_waitall() {
    let (a, b) = connected_pair();
    let operation = Operation::new(10);
    assert_eq!(operation.receive_flags(&a, MSG_WAITALL), Start::Pending);
    b.send(b"0123").expect("send");
    b.close();
    assert_eq!(operation.finish(&a), Ok(4));
    assert_eq!(&operation.buffer()[..4], b"0123");
}

/// OVL-54: A synchronous MSG_WAITALL waits for everything too.
#[test]
fn ovl_54_a_synchronous_waitall_waits() {
    let (a, b) = connected_pair();
    let call = Background::start(move || {
        let mut buffer = [0; 6];
        (a.recv_flags(&mut buffer, MSG_WAITALL), buffer)
    });
    b.send(b"012").expect("send");
    call.still_blocked("recv(MSG_WAITALL)");
    b.send(b"345").expect("send");
    assert_eq!(call.join("recv(MSG_WAITALL)"), (Ok(6), *b"012345"));
}

/// OVL-54: MSG_WAITALL goes together neither with MSG_OOB, MSG_PEEK or MSG_PARTIAL nor with datagrams: WSAEOPNOTSUPP.
#[test]
fn ovl_54_waitall_refuses_other_company() {
    let (a, _b) = connected_pair();
    for other in [MSG_OOB, MSG_PEEK, MSG_PARTIAL as i32] {
        let operation = Operation::new(4);
        let start = operation.receive_flags(&a, MSG_WAITALL | other);
        assert_eq!(
            start,
            Start::Failed(WSAEOPNOTSUPP),
            "MSG_WAITALL with {other:#x}"
        );
    }
    let (datagrams, _peer) = datagram_pair();
    let operation = Operation::new(4);
    assert_eq!(
        operation.receive_flags(&datagrams, MSG_WAITALL),
        Start::Failed(WSAEOPNOTSUPP)
    );
}

/// OVL-55: MSG_PARTIAL is no flag for a TCP send: WSAEOPNOTSUPP.
#[test]
fn ovl_55_partial_is_refused_on_a_stream_send() {
    let (a, b) = connected_pair();
    let operation = Operation::sending(b"abc");
    assert_eq!(
        operation.send_flags(&a, MSG_PARTIAL as i32),
        Start::Failed(WSAEOPNOTSUPP)
    );
    a.send(b"x").expect("send");
    assert_eq!(b.recv_all(1), b"x");
}

/// OVL-55: A TCP receive never reports MSG_PARTIAL, even when more data waits.
#[test]
fn ovl_55_a_stream_receive_never_reports_partial() {
    let (a, b) = connected_pair();
    b.send(b"abcdef").expect("send");
    let operation = Operation::new(2);
    operation.receive(&a).accepted();
    operation.wait();
    assert_eq!(operation.wsa_result(&a), Ok((2, 0)));
}

/// Waits until an urgent byte has come.
#[track_caller]
fn wait_for_urgent(socket: &Socket) {
    eventually("urgent data", || {
        let mut none_waiting = 1;
        socket
            .ioctl(SIOCATMARK, &mut none_waiting)
            .expect("SIOCATMARK");
        none_waiting == 0
    });
}

/// OVL-56: Urgent data is kept beside the stream: MSG_OOB alone gets it, with normal data before it and behind it.
#[test]
fn ovl_56_urgent_data_is_beside_the_stream() {
    let (a, b) = connected_pair();
    b.send(b"abc").expect("send");
    b.send_flags(b"!", MSG_OOB).expect("send urgent");
    b.send(b"def").expect("send");
    wait_for_urgent(&a);

    assert_eq!(a.recv_all(3), b"abc");
    let mut urgent = [0; 4];
    assert_eq!(a.recv_flags(&mut urgent, MSG_OOB), Ok(1));
    assert_eq!(urgent[0], b'!');
    assert_eq!(a.recv_all(3), b"def");
}

/// OVL-56: Without urgent data a non-blocking MSG_OOB is WSAEWOULDBLOCK.
#[test]
fn ovl_56_no_urgent_data_would_block() {
    let (a, b) = connected_pair();
    b.send(b"normal").expect("send");
    a.set_nonblocking(true);
    assert_eq!(a.recv_flags(&mut [0; 4], MSG_OOB), Err(WSAEWOULDBLOCK));
}

/// OVL-56: An overlapped MSG_OOB pends until urgent data comes, whatever normal data comes before it.
#[test]
fn ovl_56_an_overlapped_urgent_receive_pends() {
    let (a, b) = connected_pair();
    let operation = Operation::new(4);
    assert_eq!(operation.receive_flags(&a, MSG_OOB), Start::Pending);
    b.send(b"normal").expect("send");
    never("completion by normal data", || !operation.is_pending());

    b.send_flags(b"!", MSG_OOB).expect("send urgent");

    assert_eq!(operation.finish(&a), Ok(1));
    assert_eq!(operation.buffer()[0], b'!');
}

/// OVL-56: A receive that waits for urgent data doesn't stand in the way of one for normal data.
#[test]
fn ovl_56_urgent_and_normal_receives_pend_side_by_side() {
    let (a, b) = connected_pair();
    let (urgent, normal) = (Operation::new(1), Operation::new(8));
    assert_eq!(urgent.receive_flags(&a, MSG_OOB), Start::Pending);
    assert_eq!(normal.receive(&a), Start::Pending);

    b.send(b"normal").expect("send");
    assert_eq!(normal.finish(&a), Ok(6));
    assert!(urgent.is_pending());
    b.send_flags(b"!", MSG_OOB).expect("send urgent");

    assert_eq!(urgent.finish(&a), Ok(1));
    assert_eq!(urgent.buffer(), b"!");
}

/// OVL-56: With SO_OOBINLINE the urgent byte is part of the stream and MSG_OOB is WSAEINVAL.
#[test]
fn ovl_56_inline_urgent_data_is_in_the_stream() {
    let (a, b) = connected_pair();
    a.set(SOL_SOCKET, SO_OOBINLINE, 1_u32)
        .expect("SO_OOBINLINE");
    b.send(b"ab").expect("send");
    b.send_flags(b"!", MSG_OOB).expect("send urgent");

    assert_eq!(a.recv_all(3), b"ab!");
    assert_eq!(a.recv_flags(&mut [0; 4], MSG_OOB), Err(WSAEINVAL));
}

/// OVL-57: SO_RCVTIMEO ends a blocking receive with WSAETIMEDOUT and leaves the count alone.
#[test]
fn ovl_57_the_receive_limit_ends_a_synchronous_receive() {
    let (a, _b) = connected_pair();
    a.set(SOL_SOCKET, SO_RCVTIMEO, 60_u32).expect("SO_RCVTIMEO");
    let memory = Operation::without_event(4);
    let buffers = [memory.descriptor()];
    let (mut count, mut flags) = (UNTOUCHED, 0);

    let start = Instant::now();
    let overlapped = std::ptr::null_mut();
    let result = call!(WSARecv(
        a.raw(),
        buffers.as_ptr(),
        1,
        &mut count,
        &mut flags,
        overlapped,
        None
    ));

    assert_eq!(checked(result), Err(WSAETIMEDOUT));
    assert_eq!(count, UNTOUCHED);
    // Windows' clock may be a tick early.
    assert!(
        start.elapsed() >= Duration::from_millis(40),
        "after {:?}",
        start.elapsed()
    );
}

/// OVL-57: SO_SNDTIMEO ends a blocking send that nobody reads with WSAETIMEDOUT and leaves the count alone.
#[test]
fn ovl_57_the_send_limit_ends_a_synchronous_send() {
    let (a, b) = connected_pair();
    a.set(SOL_SOCKET, SO_SNDTIMEO, 60_u32).expect("SO_SNDTIMEO");
    let result = within("a limited send", move || {
        let memory = Operation::without_event(64 << 20);
        let buffers = [memory.descriptor()];
        let mut count = UNTOUCHED;
        let overlapped = std::ptr::null_mut();
        let result = call!(WSASend(
            a.raw(),
            buffers.as_ptr(),
            1,
            &mut count,
            0,
            overlapped,
            None
        ));
        (checked(result), count)
    });
    drop(b);
    assert_eq!(result, (Err(WSAETIMEDOUT), UNTOUCHED));
}

/// OVL-57: An overlapped receive ignores SO_RCVTIMEO.
#[test]
fn ovl_57_an_overlapped_receive_has_no_limit() {
    let (a, b) = connected_pair();
    a.set(SOL_SOCKET, SO_RCVTIMEO, 10_u32).expect("SO_RCVTIMEO");
    let operation = Operation::new(4);
    assert_eq!(operation.receive(&a), Start::Pending);
    never("completion by the limit", || !operation.is_pending());
    b.send(b"x").expect("send");
    assert_eq!(operation.finish(&a), Ok(1));
}

/// OVL-58: On a non-blocking overlapped socket an overlapped receive pends, a plain one is WSAEWOULDBLOCK.
#[test]
fn ovl_58_overlapped_pends_on_a_non_blocking_socket() {
    let (a, b) = connected_pair();
    a.set_nonblocking(true);
    assert_eq!(a.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));
    let operation = Operation::new(4);

    assert_eq!(operation.receive(&a), Start::Pending);
    b.send(b"abc").expect("send");

    assert_eq!(operation.finish(&a), Ok(3));
}

/// OVL-59: On a socket without the overlapped attribute an overlapped receive blocks until it is done, in either mode.
#[test]
fn ovl_59_a_socket_that_is_not_overlapped_receives_synchronously() {
    for non_blocking in [false, true] {
        let (a, b) = connected(Socket::tcp_not_overlapped(), &Socket::listener());
        a.set_nonblocking(non_blocking);
        let call = Background::start(move || {
            let operation = Operation::new(4);
            (
                operation.receive(&a),
                operation.status(),
                operation.transferred(),
            )
        });

        call.still_blocked("WSARecv");
        b.send(b"abc").expect("send");

        assert_eq!(call.join("WSARecv"), (Start::Done, 0, 3));
    }
}

/// OVL-60: Changing the blocking mode doesn't complete a pending receive.
#[test]
fn ovl_60_changing_the_mode_completes_nothing() {
    let (a, b) = connected_pair();
    let operation = Operation::new(4);
    assert_eq!(operation.receive(&a), Start::Pending);
    for non_blocking in [true, false] {
        a.set_nonblocking(non_blocking);
        never("completion by the mode", || !operation.is_pending());
    }
    b.send(b"x").expect("send");
    assert_eq!(operation.finish(&a), Ok(1));
}

/// OVL-60: A non-blocking recv beside a pending receive completes it neither.
#[test]
fn ovl_60_another_receive_completes_nothing() {
    let (a, b) = connected_pair();
    let operation = Operation::new(4);
    assert_eq!(operation.receive(&a), Start::Pending);
    a.set_nonblocking(true);
    assert_eq!(a.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));
    never("completion by recv", || !operation.is_pending());
    b.send(b"x").expect("send");
    assert_eq!(operation.finish(&a), Ok(1));
}

/// OVL-52: After shutdown(SD_SEND) the receiving side is as it was.
#[test]
fn ovl_52_shutdown_of_sending_leaves_receiving_alone() {
    use crate::common::w::Win32::Networking::WinSock::SD_SEND;
    let (a, b) = connected_pair();
    a.shutdown(SD_SEND).expect("shutdown");
    assert_eq!(a.send(b"x"), Err(WSAESHUTDOWN));
    b.send(b"abc").expect("send");
    let mut waiting = 0;
    eventually("the data", || {
        a.ioctl(FIONREAD, &mut waiting).expect("FIONREAD");
        waiting == 3
    });
    assert_eq!(a.recv_all(3), b"abc");
}
