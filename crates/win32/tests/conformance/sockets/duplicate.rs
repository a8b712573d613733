//! Duplicated sockets, the catalogue of protocols, connecting by name.

use std::ptr::{null, null_mut};

use crate::common::w::Win32::Foundation::WAIT_TIMEOUT;
use crate::common::w::Win32::Networking::WinSock::{
    AF_INET, FROM_PROTOCOL_INFO, INVALID_SOCKET, SO_KEEPALIVE, SOCK_STREAM, SOCKADDR, SOCKADDR_IN,
    SOCKET_ADDRESS, SOCKET_ADDRESS_LIST, SOL_SOCKET, TIMEVAL, WSA_FLAG_OVERLAPPED,
    WSAConnectByList, WSAConnectByNameW, WSADuplicateSocketW, WSAEFAULT, WSAEINVAL, WSAENOBUFS,
    WSAENOTSOCK, WSAEWOULDBLOCK, WSAEnumProtocolsW, WSAPROTOCOL_INFOW, WSASocketW,
};
use crate::common::w::Win32::System::Threading::GetCurrentProcessId;
use crate::common::{ADDRESS_LENGTH, Socket, last_error, startup, wide, wsa_error};
use crate::io::address::{ip_of, port_of, silent_address};
use crate::io::{Operation, Port, Start, checked, connected_pair, never};

fn this_process() -> u32 {
    call!(GetCurrentProcessId())
}

/// A second socket for the same connection.
#[track_caller]
fn duplicate(socket: &Socket) -> Socket {
    let mut information = WSAPROTOCOL_INFOW::default();
    let noted = call!(WSADuplicateSocketW(
        socket.raw(),
        this_process(),
        &mut information
    ));
    assert_eq!(checked(noted), Ok(0));
    let any = FROM_PROTOCOL_INFO;
    let made = call!(WSASocketW(
        any,
        any,
        any,
        &information,
        0,
        WSA_FLAG_OVERLAPPED
    ));
    Socket::adopt(made).expect("WSASocket from the protocol information")
}

/// SOCK-42: What WSADuplicateSocket refuses.
#[test]
fn sock_42_errors_of_duplicating() {
    let socket = Socket::tcp();
    let mut information = WSAPROTOCOL_INFOW::default();
    let process = this_process();
    assert_eq!(
        checked(call!(WSADuplicateSocketW(
            INVALID_SOCKET,
            process,
            &mut information
        ))),
        Err(WSAENOTSOCK)
    );
    assert_eq!(
        checked(call!(WSADuplicateSocketW(
            socket.raw(),
            process,
            null_mut()
        ))),
        Err(WSAEFAULT)
    );
    assert_eq!(
        checked(call!(WSADuplicateSocketW(
            socket.raw(),
            0x7fff_fff0,
            &mut information
        ))),
        Err(WSAEINVAL)
    );
}

/// SOCK-42: A duplicate is another socket for the same connection, with its data, options and mode.
#[test]
fn sock_42_a_duplicate_shares_everything() {
    let (a, b) = connected_pair();
    let copy = duplicate(&a);
    assert_ne!(copy.raw(), a.raw());
    assert_eq!(
        copy.name().map(|name| port_of(&name)),
        a.name().map(|name| port_of(&name))
    );

    b.send(b"abcdef").expect("send");
    assert_eq!(a.recv_all(3), b"abc");
    assert_eq!(copy.recv_all(3), b"def");

    a.set(SOL_SOCKET, SO_KEEPALIVE, 1_u32)
        .expect("SO_KEEPALIVE");
    assert_eq!(copy.get::<u32>(SOL_SOCKET, SO_KEEPALIVE), Ok(1));
    copy.set_nonblocking(true);
    assert_eq!(a.recv(&mut [0; 4]), Err(WSAEWOULDBLOCK));
}

/// SOCK-42: The connection ends with the last of its sockets.
#[test]
fn sock_42_the_last_socket_ends_the_connection() {
    let (a, b) = connected_pair();
    let copy = duplicate(&a);
    a.close();
    copy.send(b"still here").expect("send");
    assert_eq!(b.recv_all(10), b"still here");
    b.set_nonblocking(true);
    never("the end", || b.recv(&mut [0; 4]) != Err(WSAEWOULDBLOCK));
    b.set_nonblocking(false);

    copy.close();
    assert_eq!(b.recv(&mut [0; 4]), Ok(0));
}

/// SOCK-42: A pending operation goes on when one of the two sockets is closed, and the port of one is the port of the other.
#[test]
fn sock_42_operations_and_port_are_shared() {
    let (a, b) = connected_pair();
    let port = Port::of(&a, 12);
    let copy = duplicate(&a);
    let operation = Operation::without_event(4);
    assert_eq!(operation.receive(&copy), Start::Pending);
    copy.close();
    never("the end of the operation", || !operation.is_pending());

    b.send(b"abc").expect("send");

    let packet = port.next();
    assert!(packet.is_of(&operation));
    assert_eq!((packet.error, packet.bytes, packet.key), (0, 3, 12));
    drop(a);
}

/// SOCK-43: With too little room WSAEnumProtocols is WSAENOBUFS and tells how much it needs, which is then enough.
#[test]
fn sock_43_the_catalogue_of_protocols() {
    startup();
    let mut length = 0;
    assert_eq!(
        checked(call!(WSAEnumProtocolsW(null(), null_mut(), &mut length))),
        Err(WSAENOBUFS)
    );
    let entry = size_of::<WSAPROTOCOL_INFOW>();
    assert!(length as usize >= entry, "{length} bytes");

    let mut catalogue = vec![WSAPROTOCOL_INFOW::default(); (length as usize).div_ceil(entry)];
    let count = checked(call!(WSAEnumProtocolsW(
        null(),
        catalogue.as_mut_ptr(),
        &mut length
    )))
    .expect("the catalogue");
    let catalogue = &catalogue[..count as usize];

    let inet = i32::from(AF_INET);
    assert!(
        catalogue
            .iter()
            .any(|entry| (entry.iAddressFamily, entry.iSocketType) == (inet, SOCK_STREAM))
    );
    assert!(catalogue.iter().any(|entry| entry.iProtocol == 17));
}

/// SOCK-43: A list of protocols selects from the catalogue.
#[test]
fn sock_43_a_selection_of_protocols() {
    startup();
    let wanted = [6, 0];
    let mut catalogue = vec![WSAPROTOCOL_INFOW::default(); 64];
    let mut length = (catalogue.len() * size_of::<WSAPROTOCOL_INFOW>()) as u32;
    let result = call!(WSAEnumProtocolsW(
        wanted.as_ptr(),
        catalogue.as_mut_ptr(),
        &mut length
    ));
    let count = checked(result).expect("the selection") as usize;
    assert!(count >= 1);
    assert!(catalogue[..count].iter().all(|entry| entry.iProtocol == 6));
}

/// SOCK-44: WSAConnectByName resolves and connects, and tells both addresses.
#[test]
fn sock_44_connecting_by_name() {
    let listener = Socket::listener();
    let port = port_of(&listener.name().expect("name"));
    let (node, service) = (wide("127.0.0.1"), wide(&port.to_string()));
    let socket = Socket::tcp();
    let (mut local, mut remote) = (SOCKADDR_IN::default(), SOCKADDR_IN::default());
    let (mut local_length, mut remote_length) = (ADDRESS_LENGTH as u32, ADDRESS_LENGTH as u32);

    let ok = call!(WSAConnectByNameW(
        socket.raw(),
        node.as_ptr(),
        service.as_ptr(),
        &mut local_length,
        (&raw mut local).cast(),
        &mut remote_length,
        (&raw mut remote).cast(),
        null(),
        null()
    ));

    assert_eq!(ok, 1, "error {}", wsa_error());
    let _server = listener.accept().expect("accept");
    assert_eq!(port_of(&remote), port);
    assert_eq!(ip_of(&remote), std::net::Ipv4Addr::LOCALHOST);
    let peer = socket.peer().expect("the peer's name");
    assert_eq!(port_of(&peer), port);
    assert_eq!(port_of(&local), port_of(&socket.name().expect("name")));
}

/// SOCK-44: WSAConnectByList tries the addresses in order until one answers.
#[test]
fn sock_44_connecting_by_list() {
    /// A SOCKET_ADDRESS_LIST with two entries.
    #[repr(C)]
    struct Two {
        count: i32,
        addresses: [SOCKET_ADDRESS; 2],
    }
    let (_owner, mut nobody) = silent_address();
    let listener = Socket::listener();
    let mut target = listener.name().expect("name");
    let entry = |address: &mut SOCKADDR_IN| SOCKET_ADDRESS {
        lpSockaddr: (&raw mut *address).cast::<SOCKADDR>(),
        iSockaddrLength: ADDRESS_LENGTH,
    };
    let list = Two {
        count: 2,
        addresses: [entry(&mut nobody), entry(&mut target)],
    };
    let list_at: *const SOCKET_ADDRESS_LIST = (&raw const list).cast();
    let limit = TIMEVAL {
        tv_sec: 10,
        tv_usec: 0,
    };
    let socket = Socket::tcp();
    let (nothing, limit_at) = (null_mut(), &raw const limit);

    let to = null_mut();
    let ok = call!(WSAConnectByList(
        socket.raw(),
        list_at,
        null_mut(),
        nothing,
        null_mut(),
        to,
        limit_at,
        null()
    ));

    assert_eq!(ok, 1, "error {}", wsa_error());
    let server = listener.accept().expect("accept");
    socket.send(b"hello").expect("send");
    assert_eq!(server.recv_all(5), b"hello");
    assert_ne!(last_error(), WAIT_TIMEOUT);
}
