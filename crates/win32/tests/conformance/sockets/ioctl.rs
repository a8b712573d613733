//! WSAIoctl and ioctlsocket.

use std::ffi::c_void;
use std::net::Ipv4Addr;
use std::ptr::{null, null_mut};

use crate::common::w::Win32::Foundation::{ERROR_NOT_SUPPORTED, ERROR_OPERATION_ABORTED};
use crate::common::w::Win32::Networking::WinSock::{
    FIONBIO, FIONREAD, SIO_ADDRESS_LIST_CHANGE, SIO_ADDRESS_LIST_QUERY, SIO_BASE_HANDLE,
    SIO_GET_EXTENSION_FUNCTION_POINTER, SIO_KEEPALIVE_VALS, SIO_LOOPBACK_FAST_PATH,
    SIO_ROUTING_INTERFACE_QUERY, SIOCATMARK, SOCKADDR_IN, SOCKET, SOCKET_ADDRESS_LIST, WSAEFAULT,
    WSAEINVAL, WSAENOTCONN, WSAENOTSOCK, WSAEOPNOTSUPP, WSAEWOULDBLOCK, WSAID_ACCEPTEX,
    WSAID_CONNECTEX, WSAID_DISCONNECTEX, WSAID_GETACCEPTEXSOCKADDRS, WSAID_TRANSMITFILE,
    WSAID_TRANSMITPACKETS, WSAID_WSARECVMSG, WSAID_WSASENDMSG, WSAIoctl, tcp_keepalive,
};
use crate::common::w::Win32::System::IO::CancelIoEx;
use crate::common::{ADDRESS_LENGTH, Socket, loopback};
use crate::io::address::ip_of;
use crate::io::extension::function_pointer;
use crate::io::operation::ADDRESS_ROOM;
use crate::io::{Operation, Port, Start, checked, connected_pair, eventually, never};

const SIO_GET_INTERFACE_LIST: u32 = 0x4004_747f;
const SIO_IDEAL_SEND_BACKLOG_QUERY: u32 = 0x4004_747b;

/// A synchronous WSAIoctl with typed buffers; the answer is the number of bytes returned.
fn ioctl<I, O>(
    socket: &Socket,
    code: u32,
    input: Option<&I>,
    output: Option<&mut O>,
) -> Result<u32, i32> {
    let (input_at, input_length): (*const c_void, u32) = input.map_or((null(), 0), |value| {
        ((&raw const *value).cast(), size_of::<I>() as u32)
    });
    let (output_at, output_length): (*mut c_void, u32) = output.map_or((null_mut(), 0), |value| {
        ((&raw mut *value).cast(), size_of::<O>() as u32)
    });
    let mut returned = 0;
    let result = call!(WSAIoctl(
        socket.raw(),
        code,
        input_at,
        input_length,
        output_at,
        output_length,
        &mut returned,
        null_mut(),
        None
    ));
    checked(result).map(|_| returned)
}

const NOTHING: Option<&u32> = None;
const NOWHERE: Option<&mut u32> = None;

/// SOCK-38: A synchronous WSAIoctl needs the pointer for the number of bytes.
#[test]
fn sock_38_the_returned_count_is_needed() {
    let socket = Socket::tcp();
    let mut value = 0_u32;
    let at = (&raw mut value).cast();
    let result = call!(WSAIoctl(
        socket.raw(),
        FIONREAD as u32,
        null(),
        0,
        at,
        4,
        null_mut(),
        null_mut(),
        None
    ));
    assert_eq!(checked(result), Err(WSAEFAULT));
}

/// SOCK-38: An unknown code is WSAEOPNOTSUPP, too little room for the answer WSAEFAULT, what is no socket WSAENOTSOCK.
#[test]
fn sock_38_errors_of_ioctls() {
    let socket = Socket::tcp();
    assert_eq!(
        ioctl(&socket, 0xdead_beef, NOTHING, NOWHERE),
        Err(WSAEOPNOTSUPP)
    );
    assert_eq!(
        ioctl(&socket, FIONREAD as u32, NOTHING, None::<&mut u8>),
        Err(WSAEFAULT)
    );
    assert_eq!(
        ioctl(&socket, SIO_BASE_HANDLE, NOTHING, Some(&mut 0_u8)),
        Err(WSAEFAULT)
    );
    assert_eq!(
        ioctl(&socket, SIO_GET_INTERFACE_LIST, NOTHING, Some(&mut 0_u32)),
        Err(WSAEFAULT)
    );
    let stale = socket.close();
    let mut returned = 0;
    let code = FIONREAD as u32;
    let result = call!(WSAIoctl(
        stale,
        code,
        null(),
        0,
        null_mut(),
        0,
        &mut returned,
        null_mut(),
        None
    ));
    assert_eq!(checked(result), Err(WSAENOTSOCK));
}

/// SOCK-38: Overlapped, an unknown code pends and completes with ERROR_NOT_SUPPORTED.
#[test]
fn sock_38_an_unknown_code_pends_and_fails() {
    let socket = Socket::tcp();
    let port = Port::of(&socket, 4);
    let operation = Operation::new(0);
    let (overlapped, code) = (operation.overlapped(), 0xdead_beef);
    let result = call!(WSAIoctl(
        socket.raw(),
        code,
        null(),
        0,
        null_mut(),
        0,
        null_mut(),
        overlapped,
        None
    ));
    assert_eq!(operation.note(Start::of_winsock(result)), Start::Pending);

    assert_eq!(operation.finish(&socket), Err(ERROR_NOT_SUPPORTED));
    let packet = port.next();
    assert!(packet.is_of(&operation));
    assert_eq!((packet.error, packet.key), (ERROR_NOT_SUPPORTED, 4));
}

/// SOCK-39: Every extension function is had by its identifier, from any socket, and is the same for all.
/// SOCK-40: The identifiers are the documented ones.
#[test]
fn sock_39_extension_functions_by_identifier() {
    let (stream, datagram) = (Socket::tcp(), Socket::udp());
    let identifiers = [
        WSAID_ACCEPTEX,
        WSAID_CONNECTEX,
        WSAID_DISCONNECTEX,
        WSAID_GETACCEPTEXSOCKADDRS,
        WSAID_TRANSMITFILE,
        WSAID_TRANSMITPACKETS,
        WSAID_WSARECVMSG,
        WSAID_WSASENDMSG,
    ];
    let mut seen = Vec::new();
    for identifier in &identifiers {
        let pointer = function_pointer(&stream, identifier).expect("an extension function");
        assert!(!pointer.is_null());
        assert!(!seen.contains(&pointer), "two identifiers, one function");
        seen.push(pointer);
        if let Ok(other) = function_pointer(&datagram, identifier) {
            assert_eq!(other, pointer);
        }
    }
}

/// SOCK-40: The first bytes of the identifiers as published.
#[test]
fn sock_40_the_identifiers_are_the_published_ones() {
    let published = [
        (WSAID_TRANSMITFILE.data1, 0xb536_7df0_u32),
        (WSAID_ACCEPTEX.data1, 0xb536_7df1),
        (WSAID_GETACCEPTEXSOCKADDRS.data1, 0xb536_7df2),
        (WSAID_CONNECTEX.data1, 0x25a2_07b9),
        (WSAID_DISCONNECTEX.data1, 0x7fda_2e11),
        (WSAID_TRANSMITPACKETS.data1, 0xd968_9da0),
        (WSAID_WSARECVMSG.data1, 0xf689_d7c8),
        (WSAID_WSASENDMSG.data1, 0xa441_e712),
    ];
    for (found, expected) in published {
        assert_eq!(found, expected);
    }
}

/// SOCK-39: An unknown identifier is WSAEINVAL.
#[test]
fn sock_39_an_unknown_identifier() {
    let socket = Socket::tcp();
    assert_eq!(function_pointer(&socket, &[0xab_u8; 16]), Err(WSAEINVAL));
    let code = SIO_GET_EXTENSION_FUNCTION_POINTER;
    let answer = ioctl(&socket, code, Some(&WSAID_ACCEPTEX), Some(&mut 0_u32));
    assert!(
        [Err(WSAEFAULT), Err(WSAEINVAL)].contains(&answer),
        "{answer:?}"
    );
}

/// SOCK-39: The function of one socket works for another, of whatever family.
#[test]
fn sock_39_the_function_works_for_any_socket() {
    let operation = Operation::new(2 * ADDRESS_ROOM as usize);
    let (listener, acceptor) = (Socket::listener(), Socket::tcp());
    // The kit asks a socket of its own for AcceptEx.
    operation.accept(&listener, &acceptor, 0).accepted();
    let _client = Socket::connected_to(&listener);
    assert_eq!(operation.finish(&listener), Ok(0));
}

/// SOCK-41: FIONBIO, FIONREAD and SIOCATMARK work through WSAIoctl as they do through ioctlsocket.
#[test]
fn sock_41_the_old_ioctls() {
    let (a, b) = connected_pair();
    assert_eq!(ioctl(&a, FIONBIO as u32, Some(&1_u32), NOWHERE), Ok(0));
    assert_eq!(a.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));
    b.send(b"abc").expect("send");
    let mut waiting = 0_u32;
    eventually("the data", || {
        assert_eq!(
            ioctl(&a, FIONREAD as u32, NOTHING, Some(&mut waiting)),
            Ok(4)
        );
        waiting == 3
    });
    let mut mark = 7_u32;
    assert!(ioctl(&a, SIOCATMARK as u32, NOTHING, Some(&mut mark)).is_ok());
    assert_eq!(mark & 0xff, 1);
}

/// SOCK-41: SIO_KEEPALIVE_VALS takes its structure of twelve bytes, whole.
#[test]
fn sock_41_keepalive_values() {
    let (a, _b) = connected_pair();
    let values = tcp_keepalive {
        onoff: 1,
        keepalivetime: 7_200_000,
        keepaliveinterval: 1000,
    };
    assert_eq!(size_of_val(&values), 12);
    assert_eq!(ioctl(&a, SIO_KEEPALIVE_VALS, Some(&values), NOWHERE), Ok(0));
    assert_eq!(
        ioctl(&a, SIO_KEEPALIVE_VALS, Some(&0_u64), NOWHERE),
        Err(WSAEFAULT)
    );
    assert_eq!(
        ioctl(&a, SIO_KEEPALIVE_VALS, NOTHING, NOWHERE),
        Err(WSAEFAULT)
    );
}

/// SOCK-41: The base of a socket is the socket.
#[test]
fn sock_41_the_base_handle() {
    let socket = Socket::tcp();
    let mut base: SOCKET = 0;
    assert_eq!(
        ioctl(&socket, SIO_BASE_HANDLE, NOTHING, Some(&mut base)),
        Ok(size_of::<SOCKET>() as u32)
    );
    assert_eq!(base, socket.raw());
}

/// One entry of SIO_GET_INTERFACE_LIST, which has three addresses of 24 bytes behind its flags.
#[repr(C)]
#[derive(Clone, Copy)]
struct Interface {
    flags: u32,
    address: [u32; 6],
    broadcast: [u32; 6],
    mask: [u32; 6],
}

/// SOCK-41: The list of interfaces has the loopback interface, with its address and flags.
#[test]
fn sock_41_the_interface_list() {
    const IFF_UP: u32 = 1;
    const IFF_LOOPBACK: u32 = 4;
    let empty = Interface {
        flags: 0,
        address: [0; 6],
        broadcast: [0; 6],
        mask: [0; 6],
    };
    let mut list = [empty; 64];
    let returned = ioctl(
        &Socket::udp(),
        SIO_GET_INTERFACE_LIST,
        NOTHING,
        Some(&mut list),
    )
    .expect("the list") as usize;

    assert!(
        returned > 0 && returned.is_multiple_of(size_of::<Interface>()),
        "{returned} bytes"
    );
    let list = &list[..returned / size_of::<Interface>()];
    let local = list
        .iter()
        .find(|entry| entry.address[1].to_ne_bytes() == [127, 0, 0, 1]);
    let local = local.expect("the loopback interface");
    assert_eq!(local.flags & (IFF_UP | IFF_LOOPBACK), IFF_UP | IFF_LOOPBACK);
    assert_eq!(local.mask[1].to_ne_bytes()[0], 255);
}

/// SOCK-41: SIO_ADDRESS_LIST_QUERY gives addresses of the socket's family.
#[test]
fn sock_41_the_address_list() {
    #[repr(C, align(8))]
    struct Room([u8; 4096]);
    let mut room = Room([0; 4096]);
    let socket = Socket::udp();
    let returned =
        ioctl(&socket, SIO_ADDRESS_LIST_QUERY, NOTHING, Some(&mut room)).expect("the list");
    assert!(returned >= 4, "{returned} bytes");
    // SAFETY: the room is aligned for the list and larger than its fixed part.
    let list = unsafe { room.0.as_ptr().cast::<SOCKET_ADDRESS_LIST>().read() };
    assert!(
        (0..256).contains(&list.iAddressCount),
        "{} addresses",
        list.iAddressCount
    );
    let answer = ioctl(&socket, SIO_ADDRESS_LIST_QUERY, NOTHING, Some(&mut 0_u8));
    assert_eq!(answer, Err(WSAEFAULT));
}

/// SOCK-41: SIO_ADDRESS_LIST_CHANGE pends until something changes, and can be cancelled.
#[test]
fn sock_41_the_address_list_change_pends() {
    let socket = Socket::udp();
    let operation = Operation::new(0);
    let (overlapped, code) = (operation.overlapped(), SIO_ADDRESS_LIST_CHANGE);
    let result = call!(WSAIoctl(
        socket.raw(),
        code,
        null(),
        0,
        null_mut(),
        0,
        null_mut(),
        overlapped,
        None
    ));
    assert_eq!(operation.note(Start::of_winsock(result)), Start::Pending);
    never("a change", || !operation.is_pending());
    assert_eq!(call!(CancelIoEx(socket.handle(), overlapped)), 1);
    assert_eq!(operation.finish(&socket), Err(ERROR_OPERATION_ABORTED));
}

/// SOCK-41: SIO_ADDRESS_LIST_CHANGE on a non-blocking socket without OVERLAPPED is WSAEWOULDBLOCK.
#[test]
fn sock_41_the_address_list_change_would_block() {
    let socket = Socket::udp();
    socket.set_nonblocking(true);
    assert_eq!(
        ioctl(&socket, SIO_ADDRESS_LIST_CHANGE, NOTHING, NOWHERE),
        Err(WSAEWOULDBLOCK)
    );
}

/// SOCK-41: SIO_ROUTING_INTERFACE_QUERY tells the local address from which a destination is reached.
#[test]
fn sock_41_the_routing_interface() {
    let mut local = SOCKADDR_IN::default();
    let socket = Socket::udp();
    let returned = ioctl(
        &socket,
        SIO_ROUTING_INTERFACE_QUERY,
        Some(&loopback(9)),
        Some(&mut local),
    );
    assert_eq!(returned, Ok(ADDRESS_LENGTH as u32));
    assert_eq!(ip_of(&local), Ipv4Addr::LOCALHOST);
}

/// SOCK-41: SIO_IDEAL_SEND_BACKLOG_QUERY is 64 KiB for a connection, and nothing without one.
#[test]
fn sock_41_the_ideal_backlog() {
    let (a, _b) = connected_pair();
    let mut size = 0_u32;
    assert_eq!(
        ioctl(&a, SIO_IDEAL_SEND_BACKLOG_QUERY, NOTHING, Some(&mut size)),
        Ok(4)
    );
    assert_eq!(size, 0x1_0000);
    let unconnected = ioctl(
        &Socket::tcp(),
        SIO_IDEAL_SEND_BACKLOG_QUERY,
        NOTHING,
        Some(&mut size),
    );
    assert_eq!(unconnected, Err(WSAENOTCONN));
    let datagrams = ioctl(
        &Socket::udp(),
        SIO_IDEAL_SEND_BACKLOG_QUERY,
        NOTHING,
        Some(&mut size),
    );
    assert_eq!(datagrams, Err(WSAEOPNOTSUPP));
}

/// SOCK-41: SIO_LOOPBACK_FAST_PATH is accepted.
#[test]
fn sock_41_the_loopback_fast_path() {
    assert_eq!(
        ioctl(
            &Socket::tcp(),
            SIO_LOOPBACK_FAST_PATH,
            Some(&1_u32),
            NOWHERE
        ),
        Ok(0)
    );
}
