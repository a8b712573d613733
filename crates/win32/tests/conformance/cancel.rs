//! Cancelling, the end of a thread, the end of a handle (CXL).

use std::ptr::null;
use std::thread;

use crate::common::w::Win32::Foundation::{
    ERROR_INVALID_HANDLE, ERROR_NOT_FOUND, ERROR_OPERATION_ABORTED, INVALID_HANDLE_VALUE,
    STATUS_CANCELLED, STATUS_CONNECTION_ABORTED, STATUS_SUCCESS,
};
use crate::common::w::Win32::Networking::WinSock::{MSG_WAITALL, WSA_OPERATION_ABORTED};
use crate::common::w::Win32::System::IO::{CancelIo, CancelIoEx, CancelSynchronousIo};
use crate::common::w::Win32::System::Threading::SetEvent;
use crate::common::{
    Handle, LIMIT, SENTINEL, Socket, event, last_error, set_last_error, this_thread, wait,
};
use crate::io::operation::{routine_calls, wait_for_routine};
use crate::io::{
    Background, Operation, Port, Start, connected_pair, eventually, never, sleep_alertably,
    succeeded, within,
};

fn cancel_own(socket: &Socket) -> Result<(), u32> {
    succeeded(call!(CancelIo(socket.handle())))
}

fn cancel_one(socket: &Socket, operation: &Operation) -> Result<(), u32> {
    succeeded(call!(CancelIoEx(socket.handle(), operation.overlapped())))
}

fn cancel_all(socket: &Socket) -> Result<(), u32> {
    succeeded(call!(CancelIoEx(socket.handle(), null())))
}

/// A receive of one byte, pending on `socket`.
#[track_caller]
fn pending(socket: &Socket) -> Operation {
    let operation = Operation::new(1);
    assert_eq!(operation.receive(socket), Start::Pending);
    operation
}

/// A receive with neither event nor routine, pending on `socket`.
#[track_caller]
fn pending_without_event(socket: &Socket) -> Operation {
    let operation = Operation::without_event(1);
    assert_eq!(operation.receive(socket), Start::Pending);
    operation
}

/// CXL-01: CancelIo cancels what the calling thread has started on the handle, and nothing else.
#[test]
fn cxl_01_cancel_io_takes_the_own_operations_alone() {
    let (a, b) = connected_pair();
    let (other, _other_peer) = connected_pair();
    let mine = pending(&a);
    let elsewhere = pending(&other);

    // Another thread's operation, whose thread lives on.
    let done = event();
    let stop = done.raw() as usize;
    let (sender, receiver) = std::sync::mpsc::channel();
    let worker = Background::start(move || {
        let theirs = Operation::new(1);
        assert_eq!(theirs.receive(&a), Start::Pending);
        sender.send((theirs, a)).expect("the test waits");
        wait(stop as _, LIMIT)
    });
    let (theirs, a) = receiver
        .recv_timeout(crate::common::DEADLINE)
        .expect("the other thread's operation");

    assert_eq!(cancel_own(&a), Ok(()));

    assert_eq!(mine.finish(&a), Err(ERROR_OPERATION_ABORTED));
    never("the other operations end", || {
        !theirs.is_pending() || !elsewhere.is_pending()
    });
    b.send(b"x").expect("send");
    assert_eq!(theirs.finish(&a), Ok(1));
    call!(SetEvent(done.raw()));
    assert_eq!(worker.join("the other thread"), 0);
    assert_eq!(cancel_own(&other), Ok(()));
    assert_eq!(elsewhere.finish(&other), Err(ERROR_OPERATION_ABORTED));
}

/// CXL-01: CancelIo succeeds when there is nothing to cancel.
#[test]
fn cxl_01_cancel_io_of_nothing_succeeds() {
    let (a, _b) = connected_pair();
    assert_eq!(cancel_own(&a), Ok(()));
}

/// CXL-02: CancelIoEx with an OVERLAPPED cancels that operation, whichever thread started it.
#[test]
fn cxl_02_cancel_io_ex_takes_one_operation_of_any_thread() {
    let (a, b) = connected_pair();
    let (first, second) = (pending(&a), pending(&a));

    let (result, a, first) = within("CancelIoEx", move || (cancel_one(&a, &first), a, first));

    assert_eq!(result, Ok(()));
    assert_eq!(first.finish(&a), Err(ERROR_OPERATION_ABORTED));
    never("the other operation ends", || !second.is_pending());
    b.send(b"x").expect("send");
    assert_eq!(second.finish(&a), Ok(1));
}

/// CXL-02: CancelIoEx without an OVERLAPPED cancels everything on the handle.
#[test]
fn cxl_02_cancel_io_ex_takes_everything() {
    let (a, _b) = connected_pair();
    let operations = [pending(&a), pending(&a), pending(&a)];

    let (result, a) = within("CancelIoEx", move || (cancel_all(&a), a));

    assert_eq!(result, Ok(()));
    for operation in &operations {
        assert_eq!(operation.finish(&a), Err(ERROR_OPERATION_ABORTED));
    }
}

/// CXL-02: When nothing matches, never started, finished, or cancelled already, it is ERROR_NOT_FOUND.
#[test]
fn cxl_02_nothing_to_cancel_is_not_found() {
    let (a, b) = connected_pair();
    assert_eq!(cancel_all(&a), Err(ERROR_NOT_FOUND));
    assert_eq!(cancel_one(&a, &Operation::new(1)), Err(ERROR_NOT_FOUND));

    let finished = pending(&a);
    b.send(b"x").expect("send");
    assert_eq!(finished.finish(&a), Ok(1));
    assert_eq!(cancel_one(&a, &finished), Err(ERROR_NOT_FOUND));

    let cancelled = pending(&a);
    assert_eq!(cancel_one(&a, &cancelled), Ok(()));
    cancelled.wait();
    assert_eq!(cancel_one(&a, &cancelled), Err(ERROR_NOT_FOUND));
}

/// CXL-02: An operation of another handle isn't found either.
#[test]
fn cxl_02_an_operation_is_found_through_its_own_handle() {
    let (a, b) = connected_pair();
    let operation = pending(&a);
    assert_eq!(cancel_one(&b, &operation), Err(ERROR_NOT_FOUND));
    never("the operation ends", || !operation.is_pending());
    assert_eq!(cancel_one(&a, &operation), Ok(()));
    operation.wait();
}

/// CXL-03: A cancelled operation is either done or aborted with STATUS_CANCELLED, and data and answer agree, whoever wins the race.
/// CXL-15: What a cancelled receive didn't take is there for the next one.
#[test]
fn cxl_03_a_race_with_data_has_one_winner_and_loses_nothing() {
    let (a, b) = connected_pair();
    for round in 0..500_u32 {
        let byte = round as u8;
        let operation = pending(&a);
        thread::scope(|scope| {
            scope.spawn(|| b.send(&[byte]).expect("send"));
            if round % 2 == 0 {
                thread::yield_now();
            }
            let answer = cancel_one(&a, &operation);
            assert!(
                [Ok(()), Err(ERROR_NOT_FOUND)].contains(&answer),
                "{answer:?}"
            );
        });

        match operation.finish(&a) {
            Ok(count) => {
                assert_eq!((count, operation.status()), (1, STATUS_SUCCESS));
                assert_eq!(operation.buffer(), [byte]);
            }
            Err(code) => {
                assert_eq!(
                    (code, operation.status()),
                    (ERROR_OPERATION_ABORTED, STATUS_CANCELLED)
                );
                assert_eq!((operation.transferred(), operation.buffer()), (0, &[0][..]));
                assert_eq!(a.recv_all(1), [byte]);
            }
        }
    }
}

/// CXL-04: A cancelled operation sets its event.
#[test]
fn cxl_04_cancelling_sets_the_event() {
    let (a, _b) = connected_pair();
    let operation = pending(&a);
    assert_eq!(cancel_one(&a, &operation), Ok(()));
    eventually("the event", || operation.event_is_set());
    assert_eq!(operation.wsa_result(&a), Err(WSA_OPERATION_ABORTED));
}

/// CXL-04: A cancelled operation calls its routine, once, with 995.
#[test]
fn cxl_04_cancelling_calls_the_routine_once() {
    let (a, _b) = connected_pair();
    let operation = Operation::without_event(1);
    assert_eq!(operation.receive_then(&a), Start::Pending);

    assert_eq!(cancel_one(&a, &operation), Ok(()));

    let calls = wait_for_routine();
    assert_eq!(calls.len(), 1);
    assert_eq!(
        (calls[0].error, calls[0].bytes),
        (ERROR_OPERATION_ABORTED, 0)
    );
    assert_eq!(calls[0].overlapped, operation.overlapped());
    assert_eq!(sleep_alertably(50), 0);
    assert_eq!(routine_calls(), []);
}

/// CXL-04: A cancelled operation queues its packet, once, with 995.
#[test]
fn cxl_04_cancelling_queues_the_packet_once() {
    let (a, _b) = connected_pair();
    let port = Port::of(&a, 3);
    let operation = pending_without_event(&a);

    assert_eq!(cancel_one(&a, &operation), Ok(()));

    let packet = port.next();
    assert!(packet.is_of(&operation));
    assert_eq!(
        (packet.error, packet.bytes, packet.key),
        (ERROR_OPERATION_ABORTED, 0, 3)
    );
    port.stays_empty();
}

/// CXL-05: A stream receive that has got bytes is not reported as cancelled: it has completed with them.
#[test]
fn cxl_05_a_receive_with_bytes_is_complete() {
    let (a, b) = connected_pair();
    let operation = Operation::new(4);
    assert_eq!(operation.receive_flags(&a, MSG_WAITALL), Start::Pending);
    b.send(b"ab").expect("send");
    // The two bytes are on their way into the operation; nobody else reads them meanwhile.
    never("completion with half the buffer", || {
        !operation.is_pending()
    });

    assert_eq!(cancel_one(&a, &operation), Ok(()));
    operation.wait();

    match operation.result(&a) {
        Ok(count) => assert_eq!((count, &operation.buffer()[..2]), (2, &b"ab"[..])),
        Err(code) => {
            // Nothing had been taken yet, so that everything must still be there.
            assert_eq!(
                (code, operation.transferred()),
                (ERROR_OPERATION_ABORTED, 0)
            );
            assert_eq!(a.recv_all(2), b"ab");
        }
    }
}

/// CXL-06: Both functions refuse what is no handle with ERROR_INVALID_HANDLE.
#[test]
fn cxl_06_invalid_handles() {
    let (a, _b) = connected_pair();
    let stale = a.close() as *mut _;
    for handle in [std::ptr::null_mut(), INVALID_HANDLE_VALUE, stale] {
        assert_eq!(
            succeeded(call!(CancelIo(handle))),
            Err(ERROR_INVALID_HANDLE),
            "{handle:?}"
        );
        assert_eq!(
            succeeded(call!(CancelIoEx(handle, null()))),
            Err(ERROR_INVALID_HANDLE),
            "{handle:?}"
        );
    }
}

/// CXL-07: An AcceptEx is cancelled through the listener; through the acceptor nothing happens.
#[test]
fn cxl_07_an_accept_is_cancelled_through_the_listener() {
    let (listener, acceptor) = (Socket::listener(), Socket::tcp());
    let operation = Operation::new(64);
    assert_eq!(operation.accept(&listener, &acceptor, 0), Start::Pending);

    assert_eq!(cancel_own(&acceptor), Ok(()));
    assert_eq!(cancel_all(&acceptor), Err(ERROR_NOT_FOUND));
    never("completion through the acceptor", || {
        !operation.is_pending()
    });

    assert_eq!(cancel_own(&listener), Ok(()));
    assert_eq!(operation.finish(&listener), Err(ERROR_OPERATION_ABORTED));
}

/// CXL-08: CancelIo works for a socket with a port just as for one without.
#[test]
fn cxl_08_cancel_io_works_with_a_port() {
    let (a, _b) = connected_pair();
    let port = Port::of(&a, 1);
    let operation = pending_without_event(&a);

    assert_eq!(cancel_own(&a), Ok(()));

    let packet = port.next();
    assert!(packet.is_of(&operation));
    assert_eq!(packet.error, ERROR_OPERATION_ABORTED);
}

/// A thread that blocks in `recv`, its handle, and its peer.
fn blocked_receiver(socket: Socket) -> (Background<Result<i32, i32>>, Handle) {
    let (sender, receiver) = std::sync::mpsc::channel();
    let call = Background::start(move || {
        sender.send(this_thread()).expect("the test waits");
        socket.recv(&mut [0; 4])
    });
    let thread = receiver
        .recv_timeout(crate::common::DEADLINE)
        .expect("the thread's handle");
    call.still_blocked("recv");
    (call, thread)
}

/// CXL-09: CancelSynchronousIo ends the blocking call of a thread with ERROR_OPERATION_ABORTED.
/// CXL-10: It succeeds without touching the last error.
#[test]
fn cxl_09_a_blocking_call_is_cancelled() {
    let (a, _b) = connected_pair();
    let (call, thread) = blocked_receiver(a);

    set_last_error(SENTINEL);
    assert_eq!(
        call!(CancelSynchronousIo(thread.raw())),
        1,
        "error {}",
        last_error()
    );
    assert_eq!(last_error(), SENTINEL);

    assert_eq!(call.join("recv"), Err(WSA_OPERATION_ABORTED));
}

/// CXL-09: A blocking accept is cancelled as well, and the listener stays good.
#[test]
fn cxl_09_a_blocking_accept_is_cancelled() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let call = Background::start(move || {
        let listener = Socket::listener();
        sender.send(this_thread()).expect("the test waits");
        (listener.accept().map(|_| ()), listener)
    });
    let thread = receiver
        .recv_timeout(crate::common::DEADLINE)
        .expect("the thread's handle");
    call.still_blocked("accept");

    assert_eq!(succeeded(call!(CancelSynchronousIo(thread.raw()))), Ok(()));

    let (result, listener) = call.join("accept");
    assert_eq!(result, Err(WSA_OPERATION_ABORTED));
    let _client = Socket::connected_to(&listener);
    assert!(listener.accept().is_ok());
}

/// CXL-10: A thread that isn't blocked in synchronous I/O is ERROR_NOT_FOUND: it has overlapped operations, or it waits on an event.
#[test]
fn cxl_10_a_thread_outside_synchronous_io_is_not_found() {
    let (a, _b) = connected_pair();
    let operation = pending(&a);
    let myself = this_thread();
    assert_eq!(
        succeeded(call!(CancelSynchronousIo(myself.raw()))),
        Err(ERROR_NOT_FOUND)
    );
    never("the operation ends", || !operation.is_pending());

    let gate = event();
    let raw = gate.raw() as usize;
    let (sender, receiver) = std::sync::mpsc::channel();
    let call = Background::start(move || {
        sender.send(this_thread()).expect("the test waits");
        wait(raw as _, LIMIT)
    });
    let thread = receiver
        .recv_timeout(crate::common::DEADLINE)
        .expect("the thread's handle");
    call.still_blocked("the wait");
    assert_eq!(
        succeeded(call!(CancelSynchronousIo(thread.raw()))),
        Err(ERROR_NOT_FOUND)
    );
    call!(SetEvent(gate.raw()));
    assert_eq!(call.join("the wait"), 0);

    assert_eq!(cancel_own(&a), Ok(()));
    operation.wait();
}

/// CXL-10: A bad handle is ERROR_INVALID_HANDLE.
#[test]
fn cxl_10_a_bad_thread_handle_is_refused() {
    let stale = event().close();
    let wrong_kind = event();
    for handle in [std::ptr::null_mut(), stale, wrong_kind.raw()] {
        assert_eq!(
            succeeded(call!(CancelSynchronousIo(handle))),
            Err(ERROR_INVALID_HANDLE),
            "{handle:?}"
        );
    }
}

/// CXL-11: A synchronous call that was cancelled queues no packet, and the thread's next call is not affected.
#[test]
fn cxl_11_a_cancelled_call_queues_no_packet() {
    let (a, b) = connected_pair();
    let port = Port::of(&a, 1);
    let (sender, receiver) = std::sync::mpsc::channel();
    let call = Background::start(move || {
        sender.send(this_thread()).expect("the test waits");
        (a.recv(&mut [0; 4]), a.recv(&mut [0; 4]))
    });
    let thread = receiver
        .recv_timeout(crate::common::DEADLINE)
        .expect("the thread's handle");
    call.still_blocked("recv");

    assert_eq!(succeeded(call!(CancelSynchronousIo(thread.raw()))), Ok(()));
    b.send(b"xyz").expect("send");

    assert_eq!(
        call.join("two receives"),
        (Err(WSA_OPERATION_ABORTED), Ok(3))
    );
    port.stays_empty();
}

/// CXL-12: The end of a thread cancels what it has started, and the events are set.
#[test]
fn cxl_12_the_end_of_a_thread_cancels_its_operations() {
    let (a, _b) = connected_pair();
    let mine = pending(&a);
    let (theirs, a) = within("the thread", move || (pending(&a), a));

    eventually("the event", || theirs.event_is_set());
    assert_eq!(theirs.status(), STATUS_CANCELLED);
    assert_eq!(theirs.result(&a), Err(ERROR_OPERATION_ABORTED));

    assert!(mine.is_pending());
    assert_eq!(cancel_own(&a), Ok(()));
    mine.wait();
}

/// CXL-12: On a socket with a port an operation without event goes on, and queues its packet later.
#[test]
fn cxl_12_an_operation_of_a_port_outlives_its_thread() {
    let (a, b) = connected_pair();
    let port = Port::of(&a, 1);
    let (operation, _a) = within("the thread", move || (pending_without_event(&a), a));

    never("cancellation by the thread's end", || {
        !operation.is_pending()
    });
    b.send(b"x").expect("send");

    let packet = port.next();
    assert!(packet.is_of(&operation));
    assert_eq!((packet.error, packet.bytes), (0, 1));
}

/// CXL-12: On a socket with a port an operation with an event is cancelled, and queues its packet with 995.
#[test]
fn cxl_12_an_operation_with_an_event_ends_with_its_thread() {
    let (a, _b) = connected_pair();
    let port = Port::of(&a, 1);
    let (operation, _a) = within("the thread", move || (pending(&a), a));

    let packet = port.next();
    assert!(packet.is_of(&operation));
    assert_eq!(packet.error, ERROR_OPERATION_ABORTED);
    eventually("the event", || operation.event_is_set());
}

/// CXL-13: Closing the last handle ends the pending operations of all threads.
#[test]
fn cxl_13_closing_ends_the_operations_of_all_threads() {
    let (a, _b) = connected_pair();
    let port = Port::of(&a, 1);
    let mine = pending_without_event(&a);
    let (theirs, a) = within("the thread", move || (pending_without_event(&a), a));

    a.close();

    let mut ended = vec![port.next().overlapped, port.next().overlapped];
    let mut expected = vec![mine.overlapped(), theirs.overlapped()];
    ended.sort_unstable();
    expected.sort_unstable();
    assert_eq!(ended, expected);
    for operation in [mine, theirs] {
        assert!([STATUS_CANCELLED, STATUS_CONNECTION_ABORTED].contains(&operation.status()));
    }
}

/// CXL-15: Data that arrives after a cancelled receive goes to the next receive, all of it.
#[test]
fn cxl_15_later_data_goes_to_the_next_receive() {
    let (a, b) = connected_pair();
    for _ in 0..10 {
        let cancelled = pending(&a);
        assert_eq!(cancel_one(&a, &cancelled), Ok(()));
        assert_eq!(cancelled.finish(&a), Err(ERROR_OPERATION_ABORTED));

        b.send(b"abc").expect("send");
        assert_eq!(a.recv_all(3), b"abc");
    }
}

/// CXL-04: However many threads cancel, and whether or not data comes meanwhile, there is one packet.
#[test]
fn cxl_04_racing_cancellations_end_an_operation_once() {
    let (a, b) = connected_pair();
    let port = Port::of(&a, 1);
    for round in 0..300_u32 {
        let operation = pending_without_event(&a);
        thread::scope(|scope| {
            scope.spawn(|| cancel_all(&a));
            scope.spawn(|| cancel_all(&a));
            if round % 2 == 0 {
                scope.spawn(|| b.send(b"x").expect("send"));
            }
        });

        let packet = port.next();
        assert!(packet.is_of(&operation));
        assert!(
            [0, ERROR_OPERATION_ABORTED].contains(&packet.error),
            "{packet:?}"
        );
        if round % 2 == 0 && packet.error != 0 {
            assert_eq!(a.recv_all(1), b"x");
        }
        let second = port.poll(0);
        assert!(second.is_none(), "round {round}: {second:?}");
    }
}

/// CXL-13: Closing while data comes in ends every operation once, with the data or with an abort.
#[test]
fn cxl_13_closing_races_with_data() {
    let port = Port::new();
    for round in 0..100_usize {
        let (a, b) = connected_pair();
        port.associate(&a, round);
        let operations: Vec<_> = (0..3).map(|_| pending_without_event(&a)).collect();
        thread::scope(|scope| {
            scope.spawn(|| b.send(b"xy").expect("send"));
            scope.spawn(move || a.close());
        });

        let mut ended: Vec<_> = operations
            .iter()
            .map(|_| {
                let packet = port.next();
                assert_eq!(packet.key, round);
                assert_eq!(packet.bytes == 1, packet.error == 0, "{packet:?}");
                packet.overlapped
            })
            .collect();
        let mut expected: Vec<_> = operations.iter().map(Operation::overlapped).collect();
        ended.sort_unstable();
        expected.sort_unstable();
        assert_eq!(ended, expected);
        let more = port.poll(0);
        assert!(more.is_none(), "round {round}: {more:?}");
    }
}
