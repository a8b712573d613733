//! Accepted sockets, one event object for many sockets, closing, the state at selection.

use std::ptr::null_mut;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::watch::{ALL, Watch, enumerate, select, taken};
use crate::common::w::Win32::Foundation::HANDLE;
use crate::common::w::Win32::Networking::WinSock::{
    FD_ACCEPT, FD_CLOSE, FD_CONNECT, FD_READ, FD_WRITE, MSG_PEEK, WSA_WAIT_EVENT_0, WSAAccept,
    WSAENOTSOCK, WSAEWOULDBLOCK, WSAWaitForMultipleEvents,
};
use crate::common::{LIMIT, Socket, duplicate, event, signalled, task, wait};
use crate::io::operation::ADDRESS_ROOM;
use crate::io::{Operation, Port, Start, connected, connected_pair, eventually, never};

/// A selected listener, one client, and the accepted socket.
#[track_caller]
fn accepted(watch: &Watch, events: u32) -> (Socket, Socket, Socket) {
    let listener = Socket::listener();
    watch.select(&listener, events);
    let client = Socket::connected_to(&listener);
    watch.expect(&listener, FD_ACCEPT);
    let server = listener.accept().expect("accept");
    (listener, client, server)
}

/// EVT-29: An accepted socket inherits event object and mask, and tells FD_WRITE through them.
#[test]
fn evt_29_an_accepted_socket_inherits_the_selection() {
    let watch = Watch::new();
    let (listener, client, server) = accepted(&watch, ALL);
    watch.expect(&server, FD_WRITE);
    client.send(b"abc").expect("send");
    watch.expect(&server, FD_READ);
    assert_eq!(server.recv_all(3), b"abc");
    assert_eq!(server.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));
    client.close();
    watch.expect(&server, FD_CLOSE);
    assert_eq!(taken(&listener), 0);
}

/// EVT-29: What isn't in the listener's mask isn't told of the accepted socket.
#[test]
fn evt_29_the_mask_is_inherited() {
    let watch = Watch::new();
    let (_listener, client, server) = accepted(&watch, FD_ACCEPT | FD_CLOSE);
    client.send(b"abc").expect("send");
    watch.quiet(&server);
    client.close();
    watch.expect(&server, FD_CLOSE);
}

/// EVT-29: Data that came before accept is told through the inherited selection.
#[test]
fn evt_29_earlier_data_is_told() {
    let watch = Watch::new();
    let listener = Socket::listener();
    watch.select(&listener, FD_ACCEPT | FD_READ | FD_CLOSE);
    let client = Socket::connected_to(&listener);
    client.send(b"abc").expect("send");
    client.close();
    watch.expect(&listener, FD_ACCEPT);
    let server = listener.accept().expect("accept");
    let mut seen = 0;
    while seen != FD_READ | FD_CLOSE {
        watch.wait();
        let events = watch.take(&server).events;
        assert_eq!(events & seen & FD_CLOSE, 0, "FD_CLOSE twice");
        seen |= events;
        if events & FD_READ != 0 {
            assert_eq!(server.recv(&mut [0; 8]), Ok(3));
        }
    }
}

/// EVT-29: WSAAccept hands the selection on as accept does.
#[test]
fn evt_29_wsa_accept_inherits_too() {
    let listener = Socket::listener();
    let watch = Watch::of(&listener, FD_ACCEPT | FD_READ);
    let client = Socket::connected_to(&listener);
    watch.expect(&listener, FD_ACCEPT);
    let server = Socket::new(call!(WSAAccept(
        listener.raw(),
        null_mut(),
        null_mut(),
        None,
        0
    )));
    client.send(b"abc").expect("send");
    watch.expect(&server, FD_READ);
}

/// EVT-29: The program gives the accepted socket an event object of its own, or none; the listener keeps its own.
#[test]
fn evt_29_the_accepted_socket_gets_its_own_object() {
    let watch = Watch::new();
    let (listener, client, server) = accepted(&watch, FD_ACCEPT | FD_READ | FD_CLOSE);
    let own = Watch::of(&server, FD_READ | FD_CLOSE);
    client.send(b"abc").expect("send");
    own.expect(&server, FD_READ);
    watch.quiet(&listener);

    let second = Socket::connected_to(&listener);
    watch.expect(&listener, FD_ACCEPT);
    let unselected = listener.accept().expect("accept");
    assert_eq!(select(unselected.raw(), null_mut(), 0), Ok(0));
    second.send(b"abc").expect("send");
    watch.quiet(&listener);
    assert_eq!(taken(&unselected), 0);
    own.quiet(&server);
}

/// EVT-29: The selection outlives the listener it came from.
#[test]
fn evt_29_the_inherited_selection_outlives_the_listener() {
    let watch = Watch::new();
    let (listener, client, server) = accepted(&watch, FD_ACCEPT | FD_READ);
    listener.close();
    client.send(b"abc").expect("send");
    watch.expect(&server, FD_READ);
}

/// EVT-31: One event object serves several sockets; WSAEnumNetworkEvents of each finds the active ones.
#[test]
fn evt_31_one_object_serves_several_sockets() {
    let pairs: Vec<_> = (0..5).map(|_| connected_pair()).collect();
    let watch = Watch::new();
    for (a, _) in &pairs {
        watch.select(a, FD_READ);
    }
    for active in [1, 3] {
        pairs[active].1.send(b"abc").expect("send");
        eventually("FD_READ", || {
            // Taken by a peek, so that the record stays for the question below.
            pairs[active].0.recv_flags(&mut [0; 3], MSG_PEEK) == Ok(3)
        });
    }
    watch.wait();
    for (index, (a, _)) in pairs.iter().enumerate() {
        let events = watch.take(a).events;
        let expected = if [1, 3].contains(&index) { FD_READ } else { 0 };
        assert_eq!(events, expected, "socket {index}");
    }
}

/// EVT-31: The first question resets the object; the records of the other sockets are there all the same.
#[test]
fn evt_31_the_other_records_survive_the_reset() {
    let (a, a_peer) = connected_pair();
    let (b, b_peer) = connected_pair();
    let watch = Watch::of(&a, FD_READ);
    watch.select(&b, FD_READ);
    a_peer.send(b"abc").expect("send");
    watch.wait();
    b_peer.send(b"abc").expect("send");
    let mut seen = [0, 0];
    eventually("both records", || {
        seen[0] |= watch.take(&a).events;
        seen[1] |= taken(&b);
        seen == [FD_READ; 2]
    });
}

/// EVT-32: closesocket ends the selection and sets nothing.
#[test]
fn evt_32_closing_sets_nothing() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_READ | FD_CLOSE);
    let value = a.close();
    never("set by closesocket", || watch.is_set());
    assert_eq!(enumerate(value, watch.raw()).map(|_| ()), Err(WSAENOTSOCK));
    drop(b);
    never("set after closesocket", || watch.is_set());
}

/// EVT-32: Records that weren't fetched go with the socket; a set object stays set.
#[test]
fn evt_32_closing_discards_the_records() {
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_READ);
    b.send(b"abc").expect("send");
    watch.wait();
    a.close();
    assert!(watch.is_set());
    let fresh = Socket::tcp();
    assert_eq!(watch.take(&fresh).events, 0);
}

/// EVT-32: A selected socket may be closed while its events come in and another thread asks for them.
#[test]
fn evt_32_closing_while_events_come() {
    for round in 0..100 {
        let (a, b) = connected_pair();
        let watch = Watch::of(&a, FD_READ | FD_CLOSE);
        let (socket, object) = (a.raw(), watch.raw() as usize);
        let closed = Arc::new(AtomicBool::new(false));
        let seen = closed.clone();
        let asking = task(move || {
            while enumerate(socket, object as HANDLE).is_ok() && !seen.load(Ordering::Relaxed) {
                wait(object as HANDLE, 1);
            }
        });
        let sending = task(move || while b.send(b"x").is_ok() {});
        for _ in 0..round % 7 {
            std::thread::yield_now();
        }
        a.close();
        closed.store(true, Ordering::Relaxed);
        asking.result();
        sending.result();
    }
}

/// EVT-32: The event object may be closed first; a second handle to it is still set.
#[test]
fn evt_32_the_event_handle_may_be_closed_first() {
    let (a, b) = connected_pair();
    let own = event();
    let second = duplicate(own.raw());
    assert_eq!(select(a.raw(), own.raw(), FD_READ | FD_CLOSE), Ok(0));
    own.close();
    b.send(b"abc").expect("send");
    assert_eq!(wait(second.raw(), LIMIT), 0);
    assert_eq!(taken(&a), FD_READ);
    second.close();
    b.close();
    eventually("FD_CLOSE", || taken(&a) == FD_CLOSE);
}

/// EVT-33: One thread waits for 64 sockets, and the index of the event object tells which one is active.
#[test]
fn evt_33_one_thread_serves_64_sockets() {
    let listener = Socket::tcp_bound();
    listener.listen(64).expect("listen");
    let pairs: Vec<_> = (0..64)
        .map(|_| connected(Socket::tcp(), &listener))
        .collect();
    let objects: Vec<_> = pairs.iter().map(|_| event()).collect();
    let handles: Vec<_> = objects.iter().map(|object| object.raw()).collect();
    for ((a, _), &handle) in pairs.iter().zip(&handles) {
        assert_eq!(select(a.raw(), handle, FD_READ | FD_CLOSE), Ok(0));
    }

    for step in 0..64 {
        let active = step * 37 % 64;
        pairs[active].1.send(&[active as u8]).expect("send");
        let index = call!(WSAWaitForMultipleEvents(64, handles.as_ptr(), 0, LIMIT, 0)) as usize
            - WSA_WAIT_EVENT_0 as usize;
        assert_eq!(index, active);
        let found = enumerate(pairs[index].0.raw(), handles[index]).expect("enumerate");
        assert_eq!(found.events, FD_READ);
        assert_eq!(pairs[index].0.recv_all(1), [active as u8]);
    }
    assert!(!handles.iter().any(|&handle| signalled(handle)));
}

/// EVT-34: A condition that arose while another consumer had the edge is found at selection.
#[test]
fn evt_34_the_state_is_looked_up_at_selection() {
    let (a, b) = connected_pair();
    let port = Port::of(&a, 1);
    let operation = Operation::without_event(2);
    assert_eq!(operation.receive(&a), Start::Pending);
    b.send(b"abcdef").expect("send");
    b.close();
    assert!(port.next().is_of(&operation));

    let watch = Watch::of(&a, FD_READ);
    watch.expect(&a, FD_READ);
    watch.select(&a, FD_READ | FD_CLOSE);
    if !wait_for_close(&watch, &a) {
        assert_eq!(a.recv_all(4), b"cdef");
        assert_eq!(a.recv(&mut [0; 4]), Ok(0));
        watch.expect(&a, FD_CLOSE);
    }
}

/// Whether FD_CLOSE comes with data unread.
fn wait_for_close(watch: &Watch, socket: &Socket) -> bool {
    wait(watch.raw(), 50) == 0 && watch.take(socket).events == FD_CLOSE
}

/// EVT-34: The same for a listener whose connections AcceptEx has been taking.
#[test]
fn evt_34_waiting_connections_are_found_at_selection() {
    let listener = Socket::listener();
    let (acceptor, accept) = (Socket::tcp(), Operation::new(2 * ADDRESS_ROOM as usize));
    assert_eq!(accept.accept(&listener, &acceptor, 0), Start::Pending);
    let _clients = [
        Socket::connected_to(&listener),
        Socket::connected_to(&listener),
    ];
    accept.wait();
    let watch = Watch::of(&listener, FD_ACCEPT);
    watch.expect(&listener, FD_ACCEPT);
    watch.quiet(&listener);
}

/// EVT-34: A socket without a receiver's request, too, is watched from the selection on: nothing is lost between them.
#[test]
fn evt_34_nothing_is_lost_around_the_selection() {
    for _ in 0..200 {
        let (a, b) = connected_pair();
        let sending = task(move || {
            b.send(b"abc").expect("send");
            b
        });
        let watch = Watch::of(&a, FD_READ | FD_CONNECT);
        let mut seen = 0;
        while seen != FD_READ | FD_CONNECT {
            watch.wait();
            seen |= watch.take(&a).events;
        }
        drop(sending.result());
    }
}
