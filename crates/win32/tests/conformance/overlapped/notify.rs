//! How a completion makes itself known.

use crate::common::signalled;
use crate::common::w::Win32::Foundation::ERROR_NETNAME_DELETED;
use crate::common::w::Win32::Networking::WinSock::{WSAECONNRESET, WSAEINVAL};
use crate::io::operation::{routine_calls, wait_for_routine};
use crate::io::{Operation, Port, Start, connected_pair, eventually, never, sleep_alertably};

/// OVL-37: A completion can be had from the signalled file object, an event, a routine, or a port.
#[test]
fn ovl_37_four_ways_to_learn_of_a_completion() {
    let (a, b) = connected_pair();

    let by_object = Operation::without_event(1);
    assert_eq!(by_object.receive(&a), Start::Pending);
    b.send(b"1").expect("send");
    eventually("the file object's flag", || signalled(a.handle()));

    let by_event = Operation::new(1);
    assert_eq!(by_event.receive(&a), Start::Pending);
    b.send(b"2").expect("send");
    eventually("the event", || by_event.event_is_set());

    let by_routine = Operation::without_event(1);
    assert_eq!(by_routine.receive_then(&a), Start::Pending);
    b.send(b"3").expect("send");
    assert_eq!(wait_for_routine()[0].overlapped, by_routine.overlapped());

    let port = Port::of(&a, 9);
    let by_port = Operation::without_event(1);
    assert_eq!(by_port.receive(&a), Start::Pending);
    b.send(b"4").expect("send");
    assert!(port.next().is_of(&by_port));

    let received = [
        by_object.buffer(),
        by_event.buffer(),
        by_routine.buffer(),
        by_port.buffer(),
    ];
    assert_eq!(received.concat(), b"1234");
}

/// OVL-38: An operation with an event signals the event alone, the file object stays reset.
#[test]
fn ovl_38_with_an_event_the_file_object_stays_reset() {
    let (a, b) = connected_pair();
    let operation = Operation::new(1);
    assert_eq!(operation.receive(&a), Start::Pending);

    b.send(b"x").expect("send");
    eventually("the event", || operation.event_is_set());

    never("the file object's flag", || signalled(a.handle()));
}

/// OVL-39: On a socket with a port an operation with an event does both, it sets the event and queues its packet.
#[test]
fn ovl_39_event_and_packet_go_together() {
    let (a, b) = connected_pair();
    let port = Port::of(&a, 5);
    let operation = Operation::new(4);
    assert_eq!(operation.receive(&a), Start::Pending);

    b.send(b"abc").expect("send");

    let packet = port.next();
    assert!(packet.is_of(&operation));
    assert_eq!((packet.error, packet.bytes, packet.key), (0, 3, 5));
    eventually("the event", || operation.event_is_set());
}

/// OVL-39: A routine given before the port came is what the operation ends with; the port gets no packet.
#[test]
fn ovl_39_a_routine_takes_precedence_over_the_port() {
    let (a, b) = connected_pair();
    let operation = Operation::without_event(4);
    assert_eq!(operation.receive_then(&a), Start::Pending);
    let port = Port::of(&a, 5);

    b.send(b"abc").expect("send");

    let calls = wait_for_routine();
    assert_eq!((calls.len(), calls[0].bytes), (1, 3));
    port.stays_empty();
}

/// OVL-40: A routine on a socket that has a port is refused with WSAEINVAL.
#[test]
fn ovl_40_a_routine_on_a_socket_with_a_port_is_refused() {
    let (a, b) = connected_pair();
    let port = Port::of(&a, 1);
    let (received, sent) = (Operation::without_event(4), Operation::without_event(4));

    assert_eq!(received.receive_then(&a), Start::Failed(WSAEINVAL));
    assert_eq!(sent.send_then(&a), Start::Failed(WSAEINVAL));

    b.send(b"abc").expect("send");
    assert_eq!(sleep_alertably(50), 0);
    assert_eq!(routine_calls(), []);
    port.stays_empty();
}

/// OVL-33: A routine is told the Winsock error, a port the Win32 error of the same status.
#[test]
fn ovl_33_a_routine_gets_the_winsock_error_and_a_port_the_win32_error() {
    let (a, b) = connected_pair();
    let by_routine = Operation::without_event(4);
    assert_eq!(by_routine.receive_then(&a), Start::Pending);
    b.reset();
    let calls = wait_for_routine();
    assert_eq!((calls[0].error as i32, calls[0].bytes), (WSAECONNRESET, 0));

    let (a, b) = connected_pair();
    let port = Port::of(&a, 1);
    let by_port = Operation::without_event(4);
    assert_eq!(by_port.receive(&a), Start::Pending);
    b.reset();
    assert_eq!(port.next().error, ERROR_NETNAME_DELETED);
}
