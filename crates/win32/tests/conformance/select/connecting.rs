//! Connects under way.

use std::time::Duration;

use super::{Set, becomes, look, select_sets, state};
use crate::common::w::Win32::Networking::WinSock::{
    SO_ERROR, SOL_SOCKET, WSAECONNREFUSED, WSAEWOULDBLOCK,
};
use crate::common::{DEADLINE, Socket};
use crate::io::address::silent_address;
use crate::io::{Background, Operation, Start, eventually};
use crate::nonblocking::undecided_connect;

const NOTHING: [bool; 3] = [false; 3];
const WRITE: [bool; 3] = [false, true, false];
const EXCEPT: [bool; 3] = [false, false, true];

#[track_caller]
fn refused() -> (Socket, Socket) {
    let (owner, nobody) = silent_address();
    let socket = Socket::tcp();
    socket.set_nonblocking(true);
    assert_eq!(socket.connect(&nobody), Err(WSAEWOULDBLOCK));
    (socket, owner)
}

/// SEL-03: A non-blocking connect that has succeeded makes a socket writable.
#[test]
fn sel_03_a_connect_that_succeeds_makes_writable() {
    let listener = Socket::listener();
    let socket = Socket::tcp();
    socket.set_nonblocking(true);
    let name = listener.name().expect("name");
    assert_eq!(socket.connect(&name), Err(WSAEWOULDBLOCK));
    assert_eq!(look(&socket, DEADLINE), WRITE);
    assert_eq!(socket.send(b"x"), Ok(1));
}

/// SEL-03: A connect that is undecided is in no set.
#[test]
fn sel_03_an_undecided_connect_is_in_no_set() {
    let (_others, socket) = undecided_connect();
    assert_eq!(state(&socket), NOTHING);
    assert_eq!(look(&socket, Duration::from_millis(30)), NOTHING);
}

/// SEL-03: A ConnectEx makes writable when it has succeeded, and select sees to it that it does.
#[test]
fn sel_03_a_connect_ex_makes_writable() {
    let listener = Socket::listener();
    let socket = Socket::tcp_bound();
    let operation = Operation::new(0);
    let name = listener.name().expect("name");
    assert_eq!(operation.connect(&socket, &name), Start::Pending);
    assert_eq!(look(&socket, DEADLINE), WRITE);
    operation.finish(&socket).expect("ConnectEx");
}

/// SEL-04: A non-blocking connect that has failed makes a socket exceptional.
/// SEL-06: It is neither readable nor writable.
#[test]
fn sel_06_a_failed_connect_is_exceptional_only() {
    let (socket, _owner) = refused();
    assert_eq!(look(&socket, DEADLINE), EXCEPT);
    becomes(&socket, EXCEPT);
    let short = Some(Duration::from_millis(30));
    let (mut read, mut write) = (Set::of(&[&socket]), Set::of(&[&socket]));
    assert_eq!(
        select_sets(Some(&mut read), Some(&mut write), None, short),
        Ok(0)
    );
}

/// SEL-06: Whoever waits for a connect in the write set only goes on waiting when it fails.
#[test]
fn sel_06_a_failed_connect_does_not_end_a_wait_for_writing() {
    let (socket, _owner) = refused();
    let mut write = Set::of(&[&socket]);
    let short = Some(Duration::from_millis(50));
    assert_eq!(select_sets(None, Some(&mut write), None, short), Ok(0));
    assert_eq!(state(&socket), EXCEPT);
}

/// SEL-07: SO_ERROR has the cause, again and again, until a connect succeeds.
#[test]
fn sel_07_so_error_keeps_the_cause() {
    let (socket, _owner) = refused();
    assert_eq!(look(&socket, DEADLINE), EXCEPT);
    for _ in 0..3 {
        assert_eq!(socket.get::<i32>(SOL_SOCKET, SO_ERROR), Ok(WSAECONNREFUSED));
        assert_eq!(state(&socket), EXCEPT);
    }
    let listener = Socket::listener();
    let name = listener.name().expect("name");
    assert_eq!(socket.connect(&name), Err(WSAEWOULDBLOCK));
    eventually("the connection", || state(&socket) == WRITE);
    assert_eq!(socket.get::<i32>(SOL_SOCKET, SO_ERROR), Ok(0));
}

/// SEL-08: A wait for a new socket goes on to its connection when another thread connects it.
#[test]
fn sel_08_a_new_socket_that_is_connected_meanwhile_becomes_writable() {
    let listener = Socket::listener();
    let socket = Socket::tcp();
    let value = socket.raw();
    let call = Background::start(move || {
        let mut write = Set::of_values([value]);
        select_sets(None, Some(&mut write), None, Some(DEADLINE))
    });
    call.still_blocked("select");
    socket
        .connect(&listener.name().expect("name"))
        .expect("connect");
    assert_eq!(call.join("select"), Ok(1));
}
