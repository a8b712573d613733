//! The way to the functions.

use std::ptr::null_mut;

use super::{ask, functions};
use crate::common::Socket;
use crate::common::w::Win32::Networking::WinSock::{
    RIO_EXTENSION_FUNCTION_TABLE, SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER, WSAEFAULT,
    WSAEINVAL, WSAID_ACCEPTEX, WSAID_MULTIPLE_RIO, WSAIoctl,
};
use crate::io::checked;

/// RIO-01: WSAIoctl with SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER and WSAID_MULTIPLE_RIO fills a table of all thirteen functions,
/// through a socket of any kind.
#[test]
fn rio_01_one_call_brings_all_functions() {
    for socket in [Socket::tcp(), Socket::udp(), super::registered_tcp()] {
        let (table, bytes) = ask(&socket, &WSAID_MULTIPLE_RIO).expect("the table");
        assert_eq!(bytes as usize, size_of::<RIO_EXTENSION_FUNCTION_TABLE>());
        assert_eq!(table.cbSize, bytes);
        let all = [
            table.RIOReceive.is_some(),
            table.RIOReceiveEx.is_some(),
            table.RIOSend.is_some(),
            table.RIOSendEx.is_some(),
            table.RIOCloseCompletionQueue.is_some(),
            table.RIOCreateCompletionQueue.is_some(),
            table.RIOCreateRequestQueue.is_some(),
            table.RIODequeueCompletion.is_some(),
            table.RIODeregisterBuffer.is_some(),
            table.RIONotify.is_some(),
            table.RIORegisterBuffer.is_some(),
            table.RIOResizeCompletionQueue.is_some(),
            table.RIOResizeRequestQueue.is_some(),
        ];
        assert_eq!(all, [true; 13]);
    }
}

/// RIO-02: Another identifier is WSAEINVAL; an identifier or a table with too little room is WSAEFAULT.
#[test]
fn rio_02_what_the_control_code_refuses() {
    let socket = Socket::tcp();
    assert_eq!(ask(&socket, &WSAID_ACCEPTEX).err(), Some(WSAEINVAL));
    assert_eq!(ask(&socket, &0u64).err(), Some(WSAEFAULT));
    let (mut short, mut bytes) = ([0u8; 16], 0);
    let identifier = WSAID_MULTIPLE_RIO;
    let result = call!(WSAIoctl(
        socket.raw(),
        SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER,
        (&raw const identifier).cast(),
        size_of_val(&identifier) as u32,
        (&raw mut short).cast(),
        16,
        &mut bytes,
        null_mut(),
        None
    ));
    assert_eq!(checked(result), Err(WSAEFAULT));
    assert_eq!(functions().cbSize as usize, size_of_val(functions()));
}
