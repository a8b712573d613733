//! WSASendMsg and WSARecvMsg.

use std::ptr::{null, null_mut};

use crate::common::Socket;
use crate::common::w::Win32::Networking::WinSock::{
    CMSGHDR, IN_PKTINFO, IP_PKTINFO, IPPROTO_IP, MSG_CTRUNC, SOCKADDR_IN, WSABUF, WSAEFAULT,
    WSAEINVAL, WSAEMSGSIZE, WSAMSG, WSASendMsg,
};
use crate::common::{ADDRESS_LENGTH, loopback, startup};
use crate::io::address::{ip_of, port_of};
use crate::io::operation::UNTOUCHED;
use crate::io::{Operation, Start, checked, connected_pair, datagram_pair, eventually, extension};

/// Control data as the functions lay it out.
#[repr(C, align(8))]
struct Control([u8; 128]);

/// A synchronous WSASendMsg of `text`.
fn send_message(socket: &Socket, text: &[u8], to: Option<SOCKADDR_IN>) -> Result<u32, i32> {
    let mut data = text.to_vec();
    let mut buffer = WSABUF {
        len: data.len() as u32,
        buf: data.as_mut_ptr(),
    };
    let mut to = to;
    let mut message = WSAMSG {
        lpBuffers: &mut buffer,
        dwBufferCount: 1,
        ..Default::default()
    };
    if let Some(address) = &mut to {
        message.name = (&raw mut *address).cast();
        message.namelen = ADDRESS_LENGTH;
    }
    let mut count = 0;
    checked(call!(WSASendMsg(
        socket.raw(),
        &message,
        0,
        &mut count,
        null_mut(),
        None
    )))
    .map(|_| count)
}

/// OVL-75: WSASendMsg without a message is WSAEFAULT.
#[test]
fn ovl_75_a_message_must_be_given() {
    let (a, _b) = datagram_pair();
    let mut count = UNTOUCHED;
    let result = call!(WSASendMsg(a.raw(), null(), 0, &mut count, null_mut(), None));
    assert_eq!(checked(result), Err(WSAEFAULT));
    assert_eq!(count, UNTOUCHED);
}

/// OVL-75: WSASendMsg is for datagrams, a stream socket is WSAEINVAL.
#[test]
fn ovl_75_a_stream_has_no_messages() {
    let (a, _b) = connected_pair();
    assert_eq!(send_message(&a, b"x", None), Err(WSAEINVAL));
}

/// OVL-75: WSASendMsg sends to the address in the message and binds an unbound socket.
#[test]
fn ovl_75_sending_a_message_binds_the_socket() {
    let (socket, target) = (Socket::udp(), Socket::udp_bound());
    assert_eq!(
        send_message(&socket, b"hello", Some(target.name().expect("name"))),
        Ok(5)
    );

    let name = socket.name().expect("an implicit name");
    let mut buffer = [0; 16];
    let (count, source) = target.recv_from(&mut buffer).expect("recvfrom");
    assert_eq!(
        (&buffer[..count as usize], port_of(&source)),
        (&b"hello"[..], port_of(&name))
    );
}

/// OVL-75: An unbound socket is bound even if the message can't be sent.
#[test]
fn ovl_75_a_failed_message_binds_the_socket_too() {
    let socket = Socket::udp();
    assert_eq!(
        send_message(&socket, &vec![0; 65_508], Some(loopback(9))),
        Err(WSAEMSGSIZE)
    );
    assert!(socket.name().is_ok());
}

/// OVL-75: WSASendMsg can be started overlapped.
#[test]
fn ovl_75_a_message_can_be_sent_overlapped() {
    startup();
    let (a, b) = datagram_pair();
    let operation = Operation::sending(b"hello");
    let mut buffer = operation.descriptor();
    let message = WSAMSG {
        lpBuffers: &mut buffer,
        dwBufferCount: 1,
        ..Default::default()
    };

    let function = extension::send_message().expect("WSASendMsg");
    let result = call!(function(
        a.raw(),
        &message,
        0,
        null_mut(),
        operation.overlapped(),
        None
    ));
    operation.note(Start::of_winsock(result)).accepted();

    assert_eq!(operation.finish(&a), Ok(5));
    assert_eq!(b.recv(&mut [0; 8]), Ok(5));
}

/// What a synchronous WSARecvMsg brought.
struct Received {
    result: Result<u32, i32>,
    data: [u8; 8],
    source: SOCKADDR_IN,
    flags: u32,
    control: Vec<u8>,
}

fn receive_message(socket: &Socket, control_length: u32) -> Received {
    let function = extension::receive_message().expect("WSARecvMsg");
    let (mut data, mut control, mut source) = ([0; 8], Control([0; 128]), SOCKADDR_IN::default());
    let mut buffer = WSABUF {
        len: 8,
        buf: data.as_mut_ptr(),
    };
    let mut message = WSAMSG {
        name: (&raw mut source).cast(),
        namelen: ADDRESS_LENGTH,
        lpBuffers: &mut buffer,
        dwBufferCount: 1,
        Control: WSABUF {
            len: control_length,
            buf: control.0.as_mut_ptr(),
        },
        dwFlags: 0,
    };
    let mut count = 0;
    let result = call!(function(
        socket.raw(),
        &mut message,
        &mut count,
        null_mut(),
        None
    ));
    let result = checked(result).map(|_| count);
    let control = control.0[..message.Control.len.min(control_length) as usize].to_vec();
    Received {
        result,
        data,
        source,
        flags: message.dwFlags,
        control,
    }
}

/// OVL-76: WSARecvMsg brings the datagram, its source and the control data that was asked for.
#[test]
fn ovl_76_a_message_comes_with_its_control_data() {
    let (socket, sender) = (Socket::udp_bound(), Socket::udp_bound());
    socket
        .set(IPPROTO_IP, IP_PKTINFO, 1_u32)
        .expect("IP_PKTINFO");
    sender
        .send_to(b"hello", &socket.name().expect("name"))
        .expect("sendto");

    let received = receive_message(&socket, 128);

    assert_eq!(received.result, Ok(5));
    assert_eq!(&received.data[..5], b"hello");
    assert_eq!(
        port_of(&received.source),
        port_of(&sender.name().expect("name"))
    );
    let whole = size_of::<CMSGHDR>() + size_of::<IN_PKTINFO>();
    assert!(
        received.control.len() >= whole,
        "{} bytes of control data",
        received.control.len()
    );
    // SAFETY: the control data holds at least one header and one packet information, as just checked.
    let (header, information) = unsafe {
        let start = received.control.as_ptr();
        let information = start.add(size_of::<CMSGHDR>()).cast::<IN_PKTINFO>();
        (
            start.cast::<CMSGHDR>().read_unaligned(),
            information.read_unaligned(),
        )
    };
    assert_eq!(
        (header.cmsg_len, header.cmsg_level, header.cmsg_type),
        (whole, IPPROTO_IP, IP_PKTINFO)
    );
    let destination = SOCKADDR_IN {
        sin_addr: information.ipi_addr,
        ..Default::default()
    };
    assert_eq!(ip_of(&destination), std::net::Ipv4Addr::LOCALHOST);
    assert_ne!(information.ipi_ifindex, 0);
}

/// OVL-76: Control data that doesn't fit is WSAEMSGSIZE with MSG_CTRUNC, while the data is complete.
#[test]
fn ovl_76_control_data_that_does_not_fit_is_reported() {
    let (socket, sender) = (Socket::udp_bound(), Socket::udp_bound());
    socket
        .set(IPPROTO_IP, IP_PKTINFO, 1_u32)
        .expect("IP_PKTINFO");
    sender
        .send_to(b"hello", &socket.name().expect("name"))
        .expect("sendto");

    let received = receive_message(&socket, 1);

    assert_eq!(received.result, Err(WSAEMSGSIZE));
    assert_ne!(
        received.flags & MSG_CTRUNC,
        0,
        "flags {:#x}",
        received.flags
    );
    assert_eq!(&received.data[..5], b"hello");
}

/// OVL-76: WSARecvMsg can be started overlapped, and everything is there at completion.
#[test]
fn ovl_76_a_message_can_be_received_overlapped() {
    let (a, b) = datagram_pair();
    let function = extension::receive_message().expect("WSARecvMsg");
    let operation = Operation::new(8);
    let mut buffer = operation.descriptor();
    // The message itself must stay until completion; on a failure of this test it is better lost than written to.
    let message = Box::leak(Box::new(WSAMSG {
        lpBuffers: &mut buffer,
        dwBufferCount: 1,
        ..Default::default()
    }));

    let result = call!(function(
        a.raw(),
        message,
        null_mut(),
        operation.overlapped(),
        None
    ));
    assert_eq!(operation.note(Start::of_winsock(result)), Start::Pending);
    b.send(b"hello").expect("send");

    eventually("the event", || operation.event_is_set());
    assert_eq!(operation.result(&a), Ok(5));
    assert_eq!(&operation.buffer()[..5], b"hello");
    // SAFETY: made by Box::leak above, and the operation has completed.
    drop(unsafe { Box::from_raw(message) });
}
