//! What the echo servers on Win32 functions do with sockets in the same way.

use std::ptr::{null, null_mut};

use larboard_win32::Win32::Foundation::GetLastError;
use larboard_win32::Win32::Networking::WinSock::{
    AF_INET, INVALID_SOCKET, IPPROTO_TCP, SOCK_STREAM, SOCKADDR, SOCKADDR_IN, SOCKET, TCP_NODELAY,
    WSA_FLAG_OVERLAPPED, WSA_FLAG_REGISTERED_IO, WSADATA, WSASocketW, WSAStartup, accept, bind,
    getsockname, listen, setsockopt,
};

/// Starts Winsock and gives a socket that listens on a free port of 127.0.0.1.
///
/// # Panics
/// If that is impossible, as everything here: a bench has nothing else to do then.
pub fn listening_socket() -> SOCKET {
    listener(WSA_FLAG_OVERLAPPED)
}

/// The same for registered I/O, which the sockets of its clients are fit for as well.
///
/// # Panics
/// If that is impossible.
pub fn registered_listener() -> SOCKET {
    listener(WSA_FLAG_OVERLAPPED | WSA_FLAG_REGISTERED_IO)
}

fn listener(flags: u32) -> SOCKET {
    let mut data = WSADATA::default();
    // SAFETY: the structure is live.
    assert_eq!(unsafe { WSAStartup(0x0202, &mut data) }, 0);
    // SAFETY: no protocol information is passed.
    let socket = unsafe {
        WSASocketW(
            i32::from(AF_INET),
            SOCK_STREAM,
            IPPROTO_TCP,
            null(),
            0,
            flags,
        )
    };
    assert_ne!(socket, INVALID_SOCKET, "no socket: error {}", error());
    let mut address = SOCKADDR_IN {
        sin_family: AF_INET,
        ..SOCKADDR_IN::default()
    };
    address.sin_addr.S_un.S_addr = u32::from_ne_bytes([127, 0, 0, 1]);
    // SAFETY: the address is live and its size is passed.
    let bound = unsafe {
        bind(
            socket,
            (&raw const address).cast::<SOCKADDR>(),
            size_of_val(&address) as i32,
        )
    };
    assert_eq!(bound, 0, "bind failed with error {}", error());
    // SAFETY: takes no pointers.
    let listening = unsafe { listen(socket, 4096) };
    assert_eq!(listening, 0, "listen failed with error {}", error());
    socket
}

/// The TCP port a socket is bound to.
///
/// # Panics
/// If it is bound to none.
pub fn tcp_port(socket: SOCKET) -> u16 {
    let mut address = SOCKADDR_IN::default();
    let mut size = size_of_val(&address) as i32;
    // SAFETY: address and size are live, and the size is that of the address.
    let done = unsafe { getsockname(socket, (&raw mut address).cast(), &mut size) };
    assert_eq!(done, 0, "getsockname failed with error {}", error());
    u16::from_be(address.sin_port)
}

/// The next client, without Nagle's delay.
///
/// # Panics
/// If the listener has failed.
pub fn accept_client(listener: SOCKET) -> SOCKET {
    // SAFETY: the address of the peer is not asked for.
    let socket = unsafe { accept(listener, null_mut(), null_mut()) };
    assert_ne!(
        socket,
        INVALID_SOCKET,
        "accept failed with error {}",
        error()
    );
    send_at_once(socket);
    socket
}

/// Turns Nagle's delay off.
pub fn send_at_once(socket: SOCKET) {
    let on = 1_i32;
    let (value, size) = ((&raw const on).cast(), size_of::<i32>() as i32);
    // SAFETY: the option's value is live and its size is passed.
    unsafe { setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, value, size) };
}

/// The thread's last error.
pub fn error() -> u32 {
    // SAFETY: takes no pointers.
    unsafe { GetLastError() }
}
