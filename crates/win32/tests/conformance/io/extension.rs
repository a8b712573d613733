//! The functions that are reached through SIO_GET_EXTENSION_FUNCTION_POINTER.

use std::ffi::c_void;
use std::mem::transmute;
use std::ptr::null_mut;

use super::checked;
use crate::common::Socket;
use crate::common::w::Win32::Networking::WinSock::{
    LPFN_ACCEPTEX, LPFN_CONNECTEX, LPFN_DISCONNECTEX, LPFN_GETACCEPTEXSOCKADDRS, LPFN_TRANSMITFILE,
    LPFN_TRANSMITPACKETS, LPFN_WSARECVMSG, LPFN_WSASENDMSG, SIO_GET_EXTENSION_FUNCTION_POINTER,
    WSAID_ACCEPTEX, WSAID_CONNECTEX, WSAID_DISCONNECTEX, WSAID_GETACCEPTEXSOCKADDRS,
    WSAID_TRANSMITFILE, WSAID_TRANSMITPACKETS, WSAID_WSARECVMSG, WSAID_WSASENDMSG, WSAIoctl,
};

/// Asks `socket` for the function behind an identifier.
pub fn function_pointer<G>(socket: &Socket, identifier: &G) -> Result<*mut c_void, i32> {
    let mut pointer: *mut c_void = null_mut();
    let mut returned = 0;
    let result = call!(WSAIoctl(
        socket.raw(),
        SIO_GET_EXTENSION_FUNCTION_POINTER,
        (&raw const *identifier).cast(),
        size_of::<G>() as u32,
        (&raw mut pointer).cast(),
        size_of::<*mut c_void>() as u32,
        &mut returned,
        null_mut(),
        None,
    ));
    checked(result)?;
    assert_eq!(returned as usize, size_of::<*mut c_void>());
    Ok(pointer)
}

macro_rules! extensions {
    ($($name:ident: $type:ty = $identifier:expr;)*) => {$(
        /// The extension function of that name.
        #[track_caller]
        pub fn $name() -> $type {
            let socket = Socket::tcp();
            let pointer = function_pointer(&socket, &$identifier).expect(stringify!($identifier));
            // SAFETY: an optional function pointer has the size and the null of a data pointer, and the function behind
            // this identifier has this signature.
            unsafe { transmute::<*mut c_void, $type>(pointer) }
        }
    )*};
}

extensions! {
    accept_ex: LPFN_ACCEPTEX = WSAID_ACCEPTEX;
    accept_ex_addresses: LPFN_GETACCEPTEXSOCKADDRS = WSAID_GETACCEPTEXSOCKADDRS;
    connect_ex: LPFN_CONNECTEX = WSAID_CONNECTEX;
    disconnect_ex: LPFN_DISCONNECTEX = WSAID_DISCONNECTEX;
    transmit_file: LPFN_TRANSMITFILE = WSAID_TRANSMITFILE;
    transmit_packets: LPFN_TRANSMITPACKETS = WSAID_TRANSMITPACKETS;
    receive_message: LPFN_WSARECVMSG = WSAID_WSARECVMSG;
    send_message: LPFN_WSASENDMSG = WSAID_WSASENDMSG;
}
