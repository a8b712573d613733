//! What the servers on Win32 functions need beyond accept, send and receive.

use std::mem::transmute_copy;
use std::ptr::{null, null_mut};

use larboard_win32::Win32::Foundation::ERROR_IO_PENDING;
use larboard_win32::Win32::Networking::WinSock::{
    AF_INET, INVALID_SOCKET, IPPROTO_TCP, IPPROTO_UDP, LPFN_DISCONNECTEX,
    SIO_GET_EXTENSION_FUNCTION_POINTER, SOCK_DGRAM, SOCK_STREAM, SOCKADDR_IN, SOCKET,
    WSA_FLAG_OVERLAPPED, WSADATA, WSAGetLastError, WSAID_DISCONNECTEX, WSAIoctl, WSASocketW,
    WSAStartup, bind,
};
use larboard_win32::Win32::System::IO::OVERLAPPED;
use larboard_win32::core::GUID;

use crate::sockets::error;

/// A socket that is neither bound nor connected, for AcceptEx.
///
/// # Panics
/// If there is none to be had.
pub fn stream_socket() -> SOCKET {
    let family = i32::from(AF_INET);
    // SAFETY: no protocol information is passed.
    let socket = unsafe {
        WSASocketW(
            family,
            SOCK_STREAM,
            IPPROTO_TCP,
            null(),
            0,
            WSA_FLAG_OVERLAPPED,
        )
    };
    assert_ne!(socket, INVALID_SOCKET, "no socket: error {}", error());
    socket
}

/// A datagram socket on a free port of 127.0.0.1. Starts Winsock.
///
/// # Panics
/// If there is none to be had.
pub fn datagram_socket() -> SOCKET {
    let mut data = WSADATA::default();
    // SAFETY: the structure is live.
    check(unsafe { WSAStartup(0x0202, &mut data) });
    let family = i32::from(AF_INET);
    // SAFETY: no protocol information is passed.
    let socket = unsafe {
        WSASocketW(
            family,
            SOCK_DGRAM,
            IPPROTO_UDP,
            null(),
            0,
            WSA_FLAG_OVERLAPPED,
        )
    };
    assert_ne!(socket, INVALID_SOCKET, "no socket: error {}", error());
    let mut address = SOCKADDR_IN {
        sin_family: AF_INET,
        ..SOCKADDR_IN::default()
    };
    address.sin_addr.S_un.S_addr = u32::from_ne_bytes([127, 0, 0, 1]);
    let size = size_of_val(&address) as i32;
    // SAFETY: the address is live and its size is passed.
    check(unsafe { bind(socket, (&raw const address).cast(), size) });
    socket
}

/// Whether the call that has just failed has only started something.
pub fn is_pending() -> bool {
    // SAFETY: takes no pointers.
    unsafe { WSAGetLastError() == ERROR_IO_PENDING as i32 }
}

/// A result of 0 is success.
///
/// # Panics
/// If it is another one.
pub fn check(result: i32) {
    assert_eq!(result, 0, "error {}", error());
}

/// DisconnectEx, which is found at run time.
pub struct DisconnectEx(LPFN_DISCONNECTEX);

impl DisconnectEx {
    /// Asks a socket for it.
    ///
    /// # Panics
    /// If there is none.
    pub fn find(socket: SOCKET) -> Self {
        let (identifier, mut found, mut bytes) = (WSAID_DISCONNECTEX, 0_usize, 0);
        // SAFETY: both buffers are live and their sizes are passed.
        check(unsafe {
            WSAIoctl(
                socket,
                SIO_GET_EXTENSION_FUNCTION_POINTER,
                (&raw const identifier).cast(),
                size_of::<GUID>() as u32,
                (&raw mut found).cast(),
                size_of::<usize>() as u32,
                &mut bytes,
                null_mut(),
                None,
            )
        });
        // SAFETY: the identifier is that of a function of this type, which the system has given.
        Self(unsafe { transmute_copy::<usize, LPFN_DISCONNECTEX>(&found) })
    }

    /// Starts it; whether a packet follows.
    ///
    /// # Safety
    /// The OVERLAPPED lives until the operation completes.
    pub unsafe fn start(&self, socket: SOCKET, overlapped: *mut OVERLAPPED, flags: u32) -> bool {
        // SAFETY: this function's contract.
        self.0
            .is_some_and(|function| unsafe { function(socket, overlapped, flags, 0) } != 0)
            || is_pending()
    }
}
