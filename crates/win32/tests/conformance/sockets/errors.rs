//! The error of the thread, and errors of the network.

use crate::common::w::Win32::Networking::WinSock::{
    SD_SEND, SO_TYPE, SOL_SOCKET, WSAECONNABORTED, WSAECONNREFUSED, WSAECONNRESET, WSAENOTSOCK,
    WSAESHUTDOWN, WSASetLastError, listen,
};
use crate::common::{SENTINEL, Socket, last_error, set_last_error, wsa_error};
use crate::io::address::silent_address;
use crate::io::{Operation, Start, connected_pair, eventually, extension, within};

/// SOCK-04: WSAGetLastError and GetLastError are one value.
#[test]
fn sock_04_there_is_one_last_error() {
    set_last_error(1234);
    assert_eq!(wsa_error(), 1234);
    call!(WSASetLastError(4321));
    assert_eq!(last_error(), 4321);
}

/// SOCK-04: The value belongs to the thread.
#[test]
fn sock_04_the_last_error_belongs_to_the_thread() {
    set_last_error(SENTINEL);
    let theirs = within("another thread", || {
        let socket = Socket::tcp();
        let stale = socket.close();
        call!(listen(stale, 1));
        wsa_error()
    });
    assert_eq!(theirs, WSAENOTSOCK);
    assert_eq!(last_error(), SENTINEL);
}

/// SOCK-04: A Winsock call that succeeds sets the last error to 0.
#[test]
fn sock_04_success_clears_the_last_error() {
    let (a, b) = connected_pair();

    set_last_error(SENTINEL);
    a.send(b"abc").expect("send");
    assert_eq!(last_error(), 0, "send");

    set_last_error(SENTINEL);
    b.recv(&mut [0; 1]).expect("recv");
    assert_eq!(last_error(), 0, "recv");

    set_last_error(SENTINEL);
    a.get::<i32>(SOL_SOCKET, SO_TYPE).expect("getsockopt");
    assert_eq!(last_error(), 0, "getsockopt");

    let operation = Operation::new(1);
    set_last_error(SENTINEL);
    if operation.receive(&b) == Start::Done {
        assert_eq!(last_error(), 0, "WSARecv");
    }
    operation.wait();

    let disconnect = extension::disconnect_ex().expect("DisconnectEx");
    set_last_error(SENTINEL);
    assert_eq!(call!(disconnect(a.raw(), std::ptr::null_mut(), 0, 0)), 1);
    assert_eq!(last_error(), 0, "DisconnectEx");
}

/// SOCK-05: Sending after the own shutdown is WSAESHUTDOWN, sending into a closed connection is a reset, and no signal ends the process.
#[test]
fn sock_05_a_broken_pipe_is_an_error_and_no_signal() {
    let (a, _b) = connected_pair();
    a.shutdown(SD_SEND).expect("shutdown");
    assert_eq!(a.send(b"x"), Err(WSAESHUTDOWN));

    let (a, b) = connected_pair();
    b.reset();
    let mut code = None;
    eventually("the reset", || {
        code = a.send(b"x").err();
        code.is_some()
    });
    for _ in 0..3 {
        let code = a.send(b"x").expect_err("a send into nowhere");
        assert!(
            [WSAECONNRESET, WSAECONNABORTED].contains(&code),
            "error {code}"
        );
    }
}

/// SOCK-06: Connecting where nobody listens is WSAECONNREFUSED.
/// SOCK-14: It may take Windows' two seconds or fail at once.
#[test]
fn sock_06_nobody_listens() {
    let (_owner, nobody) = silent_address();
    let answer = within("connect", move || Socket::tcp().connect(&nobody));
    assert_eq!(answer, Err(WSAECONNREFUSED));
}
