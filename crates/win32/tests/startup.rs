//! Start-up and clean-up of Winsock (SOCK-01 to SOCK-03), in a process of its own: a clean-up closes every socket there is.

use std::ptr::{null, null_mut};

#[cfg(not(windows))]
use larboard_win32 as w;
#[cfg(windows)]
use windows_sys as w;

use w::Win32::Foundation::STATUS_PENDING;
use w::Win32::Networking::WinSock::{
    AF_INET, INVALID_SOCKET, IPPROTO_UDP, SOCK_DGRAM, SOCK_STREAM, SOCKADDR_IN, SOCKET,
    SOCKET_ERROR, WSA_FLAG_OVERLAPPED, WSA_IO_PENDING, WSABUF, WSACleanup, WSADATA, WSAEFAULT,
    WSAENOTSOCK, WSAGetLastError, WSANOTINITIALISED, WSARecv, WSASocketW, WSAStartup,
    WSAVERNOTSUPPORTED, bind, closesocket, getaddrinfo, listen, send, socket,
};
use w::Win32::System::IO::OVERLAPPED;
use w::Win32::System::Threading::{CreateEventW, WaitForSingleObject};

fn start(version: u16) -> (i32, WSADATA) {
    let mut data = WSADATA::default();
    // SAFETY: `data` is a writable WSADATA of this frame.
    let code = unsafe { WSAStartup(version, &mut data) };
    (code, data)
}

fn clean_up() -> Result<(), i32> {
    // SAFETY: no other thread of this process uses Winsock.
    match unsafe { WSACleanup() } {
        0 => Ok(()),
        _ => Err(error()),
    }
}

fn error() -> i32 {
    // SAFETY: reads the calling thread's own value.
    unsafe { WSAGetLastError() }
}

fn datagram_socket() -> Result<SOCKET, i32> {
    // SAFETY: takes values only.
    match unsafe { socket(AF_INET.into(), SOCK_DGRAM, IPPROTO_UDP) } {
        INVALID_SOCKET => Err(error()),
        value => Ok(value),
    }
}

/// SOCK-01: Before the first successful WSAStartup and after the last WSACleanup functions fail with WSANOTINITIALISED.
/// SOCK-02: The last WSACleanup closes all sockets and ends their operations; one too many fails with WSANOTINITIALISED.
/// SOCK-03: WSAStartup returns its error directly, and agrees on version 2.2 with whoever asks for more.
#[test]
fn sock_01_to_03_the_life_of_winsock() {
    nothing_works_before_the_start();
    versions_are_negotiated();
    starts_are_counted();
    the_last_clean_up_closes_everything();
}

#[track_caller]
fn nothing_works() {
    assert_eq!(datagram_socket(), Err(WSANOTINITIALISED));
    // SAFETY: null protocol information is allowed; the rest are values.
    let made = unsafe {
        WSASocketW(
            AF_INET.into(),
            SOCK_STREAM,
            6,
            null(),
            0,
            WSA_FLAG_OVERLAPPED,
        )
    };
    assert_eq!((made, error()), (INVALID_SOCKET, WSANOTINITIALISED));
    // SAFETY: takes values only.
    let result = unsafe { listen(4, 1) };
    assert_eq!((result, error()), (SOCKET_ERROR, WSANOTINITIALISED));
    let byte = 0_u8;
    // SAFETY: one readable byte.
    let result = unsafe { send(4, &byte, 1, 0) };
    assert_eq!((result, error()), (SOCKET_ERROR, WSANOTINITIALISED));
    let mut list = null_mut();
    // SAFETY: the texts are terminated, `list` is writable.
    let code = unsafe { getaddrinfo(c"127.0.0.1".as_ptr().cast(), null(), null(), &mut list) };
    assert_eq!(code, WSANOTINITIALISED);
    assert_eq!(clean_up(), Err(WSANOTINITIALISED));
}

fn nothing_works_before_the_start() {
    nothing_works();
    // SAFETY: a null pointer is what is refused.
    assert_eq!(unsafe { WSAStartup(0x0202, null_mut()) }, WSAEFAULT);
    // The major version is the low byte.
    assert_eq!(start(0x0000).0, WSAVERNOTSUPPORTED);
    assert_eq!(start(0x0200).0, WSAVERNOTSUPPORTED);
    // Failed starts don't count.
    nothing_works();
}

fn versions_are_negotiated() {
    for (asked, agreed) in [
        (0x0202, 0x0202),
        (0x0101, 0x0101),
        (0x0505, 0x0202),
        (0x0003, 0x0202),
    ] {
        let (code, data) = start(asked);
        assert_eq!(code, 0, "version {asked:#x}");
        assert_eq!(
            (data.wVersion, data.wHighVersion),
            (agreed, 0x0202),
            "version {asked:#x}"
        );
        assert_eq!(clean_up(), Ok(()));
    }
    nothing_works();
}

fn starts_are_counted() {
    assert_eq!((start(0x0202).0, start(0x0202).0), (0, 0));
    assert_eq!(clean_up(), Ok(()));
    let value = datagram_socket().expect("one start is left");
    // SAFETY: the socket is this test's.
    assert_eq!(unsafe { closesocket(value) }, 0);
    assert_eq!(clean_up(), Ok(()));
    nothing_works();
}

fn the_last_clean_up_closes_everything() {
    assert_eq!(start(0x0202).0, 0);
    let value = datagram_socket().expect("a socket");
    let address = SOCKADDR_IN {
        sin_family: AF_INET,
        ..Default::default()
    };
    // SAFETY: a whole SOCKADDR_IN of the length given.
    let bound = unsafe {
        bind(
            value,
            (&raw const address).cast(),
            size_of::<SOCKADDR_IN>() as i32,
        )
    };
    assert_eq!(bound, 0);
    // Given back at the end only, so that a failing test leaves nothing for the system to write to.
    let buffer = Box::into_raw(Box::new([0_u8; 16]));
    let overlapped = Box::into_raw(Box::<OVERLAPPED>::default());
    // SAFETY: no name and no attributes; the structure is this test's.
    let event = unsafe {
        let event = CreateEventW(null(), 1, 0, null());
        (*overlapped).hEvent = event;
        event
    };
    let descriptor = WSABUF {
        len: 16,
        buf: buffer.cast(),
    };
    let mut flags = 0;
    // SAFETY: buffer and OVERLAPPED stay, the descriptor is captured by the call.
    let result = unsafe {
        WSARecv(
            value,
            &descriptor,
            1,
            null_mut(),
            &mut flags,
            overlapped,
            None,
        )
    };
    assert_eq!((result, error()), (SOCKET_ERROR, WSA_IO_PENDING));

    assert_eq!(clean_up(), Ok(()));

    // SAFETY: a handle of this test.
    let waited = unsafe { WaitForSingleObject(event, 10_000) };
    assert_eq!(waited, 0, "the pending receive has ended");
    // SAFETY: the event is set: the operation is over and nobody writes to its memory any more.
    let (overlapped, _buffer) = unsafe { (Box::from_raw(overlapped), Box::from_raw(buffer)) };
    let status = overlapped.Internal as u32 as i32;
    assert_ne!(status, STATUS_PENDING);
    nothing_works();

    assert_eq!(start(0x0202).0, 0);
    // SAFETY: takes values only; the stale value is refused.
    let result = unsafe { closesocket(value) };
    assert_eq!((result, error()), (SOCKET_ERROR, WSAENOTSOCK));
    assert_eq!(clean_up(), Ok(()));
    assert_eq!(clean_up(), Err(WSANOTINITIALISED));
}
