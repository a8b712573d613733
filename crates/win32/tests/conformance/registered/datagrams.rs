//! Datagrams, and the functions with addresses, control data and flags.

use std::ptr::null;

use super::{Queue, Requests, Slab, done, pair, registered_udp, rio, started};
use crate::common::w::Win32::Networking::WinSock::{
    AF_INET, IP_PKTINFO, IPPROTO_IP, MSG_TRUNC, RIO_BUF, RIO_MSG_WAITALL, WSA_OPERATION_ABORTED,
    WSAEAFNOSUPPORT, WSAEINVAL, WSAEMSGSIZE, WSAENOTCONN, WSAEOPNOTSUPP,
};
use crate::common::{Socket, wsa_error};
use crate::io::address::{ipv4, port_of};

/// Where the tests put things in their slab.
const DATA: u32 = 0;
const LOCAL: u32 = 100;
const REMOTE: u32 = 200;
const CONTROL: u32 = 300;
const FLAGS: u32 = 500;
/// Size of SOCKADDR_INET.
const ADDRESS: u32 = 28;

fn address(slab: &Slab, offset: u32) -> (u16, u16, [u8; 4]) {
    let bytes = slab.read(offset, ADDRESS);
    let family = u16::from_ne_bytes([bytes[0], bytes[1]]);
    let port = u16::from_be_bytes([bytes[2], bytes[3]]);
    (family, port, [bytes[4], bytes[5], bytes[6], bytes[7]])
}

fn write_address(slab: &Slab, offset: u32, to: &Socket) -> RIO_BUF {
    let name = to.name().expect("a name");
    let mut bytes = [0; ADDRESS as usize];
    bytes[..2].copy_from_slice(&AF_INET.to_ne_bytes());
    bytes[2..4].copy_from_slice(&port_of(&name).to_be_bytes());
    bytes[4..8].copy_from_slice(&[127, 0, 0, 1]);
    slab.write(offset, &bytes)
}

/// RIO-26: A receive takes one datagram; one that is too long fills the part and ends with WSAEMSGSIZE.
#[test]
fn rio_26_a_receive_takes_one_datagram() {
    let (near, far) = (registered_udp(), Socket::udp_bound());
    let (queue, slab) = (Queue::new(8), Slab::new(1000));
    let requests = Requests::new(&near, 3, &queue, 4);
    for n in 0..3 {
        requests
            .receive(slab.part(n * 8, 8), 0, n as usize)
            .expect("receive");
    }
    let to = near.name().expect("a name");
    for text in [&b"one"[..], b"", b"0123456789"] {
        far.send_to(text, &to).expect("sendto");
    }
    assert_eq!((queue.next(), queue.next()), (done(3, 4, 0), done(0, 4, 1)));
    let long = queue.next();
    assert_eq!((long.status, long.bytes, long.request), (WSAEMSGSIZE, 8, 2));
    assert_eq!(slab.read(0, 3), b"one");
    assert_eq!(slab.read(16, 8), b"01234567");
}

/// RIO-26: Without a buffer a receive takes a datagram and drops what it contains; RIO_MSG_WAITALL is WSAEOPNOTSUPP.
#[test]
fn rio_26_a_receive_may_do_without_data() {
    let (near, far) = (registered_udp(), Socket::udp_bound());
    let (queue, slab) = (Queue::new(8), Slab::new(1000));
    let requests = Requests::new(&near, 3, &queue, 0);
    let bare = rio!(RIOReceive(requests.0, null(), 0, 0, 77 as *const _));
    assert_eq!(started(bare), Ok(()));
    requests.receive(slab.part(0, 8), 0, 2).expect("receive");
    let to = near.name().expect("a name");
    far.send_to(b"dropped", &to).expect("sendto");
    far.send_to(b"kept", &to).expect("sendto");
    assert_eq!(queue.next().request, 77);
    assert_eq!(queue.next(), done(4, 0, 2));
    assert_eq!(slab.read(0, 4), b"kept");
    let all = requests.receive(slab.part(0, 8), RIO_MSG_WAITALL, 3);
    assert_eq!(all, Err(WSAEOPNOTSUPP));
}

/// RIO-26: A connected datagram socket sends to its peer; one without a peer needs a remote address (WSAENOTCONN).
#[test]
fn rio_26_sending_datagrams() {
    let (near, far) = (registered_udp(), Socket::udp_bound());
    let (queue, slab) = (Queue::new(8), Slab::new(1000));
    let requests = Requests::new(&near, 3, &queue, 0);
    let part = slab.write(DATA, b"hello");
    assert_eq!(requests.send(part, 0, 1), Err(WSAENOTCONN));
    near.connect(&far.name().expect("a name")).expect("connect");
    requests.send(part, 0, 2).expect("send");
    assert_eq!(queue.next(), done(5, 0, 2));
    let mut buffer = [0; 16];
    assert_eq!(far.recv(&mut buffer), Ok(5));
    assert_eq!(&buffer[..5], b"hello");
}

/// RIO-26: Closing a datagram socket aborts its receives.
#[test]
fn rio_26_closing_aborts_receives_of_datagrams() {
    let near = registered_udp();
    let (queue, slab) = (Queue::new(8), Slab::new(1000));
    let requests = Requests::new(&near, 3, &queue, 0);
    for n in 0..3 {
        requests.receive(slab.part(0, 8), 0, n).expect("receive");
    }
    near.close();
    for n in 0..3 {
        let end = queue.next();
        assert_eq!((end.status, end.request), (WSA_OPERATION_ABORTED, n));
    }
}

/// RIO-27: RIOReceiveEx gives the addresses a datagram comes from and came in at, also where the socket is bound to all addresses.
#[test]
fn rio_27_addresses_of_a_received_datagram() {
    for bound_to_all in [false, true] {
        let near = if bound_to_all {
            let socket = Socket::open_with_flags(AF_INET.into(), 2, 17, super::REGISTERED)
                .expect("a registered UDP socket");
            socket.bind(&ipv4([0, 0, 0, 0].into(), 0)).expect("bind");
            socket
        } else {
            registered_udp()
        };
        let far = Socket::udp_bound();
        let (queue, slab) = (Queue::new(8), Slab::new(1000));
        let requests = Requests::new(&near, 3, &queue, 0);
        let port = port_of(&near.name().expect("a name"));
        let result = rio!(RIOReceiveEx(
            requests.0,
            &slab.part(DATA, 50),
            1,
            &slab.part(LOCAL, ADDRESS),
            &slab.part(REMOTE, ADDRESS),
            &slab.part(CONTROL, 100),
            &slab.part(FLAGS, 4),
            0,
            7 as *const _
        ));
        assert_eq!(started(result), Ok(()));
        far.send_to(b"hello", &ipv4([127, 0, 0, 1].into(), port))
            .expect("sendto");
        assert_eq!(queue.next(), done(5, 0, 7));
        assert_eq!(slab.read(DATA, 5), b"hello");
        let far_port = port_of(&far.name().expect("a name"));
        assert_eq!(address(&slab, REMOTE), (AF_INET, far_port, [127, 0, 0, 1]));
        assert_eq!(address(&slab, LOCAL), (AF_INET, port, [127, 0, 0, 1]));
        assert_eq!(slab.read(FLAGS, 4), [0; 4]);
        let nothing_asked_for = 8u32.to_ne_bytes();
        assert_eq!(slab.read(CONTROL, 4), nothing_asked_for);
    }
}

/// RIO-27: RIOSendEx sends to the remote address that the buffer holds when it is called. A local address is WSAEINVAL, an address of
/// another family WSAEAFNOSUPPORT.
#[test]
fn rio_27_sending_to_an_address() {
    let (near, far) = (registered_udp(), Socket::udp_bound());
    let (queue, slab) = (Queue::new(8), Slab::new(1000));
    let requests = Requests::new(&near, 3, &queue, 0);
    let data = slab.write(DATA, b"hello");
    let remote = write_address(&slab, REMOTE, &far);
    let send = |local: *const RIO_BUF, remote: *const RIO_BUF, context: usize| {
        started(rio!(RIOSendEx(
            requests.0,
            &data,
            1,
            local,
            remote,
            null(),
            null(),
            0,
            context as *const _
        )))
    };
    assert_eq!(send(null(), &remote, 1), Ok(()));
    assert_eq!(queue.next(), done(5, 0, 1));
    let mut buffer = [0; 16];
    let (count, from) = far.recv_from(&mut buffer).expect("recvfrom");
    assert_eq!(
        (count, port_of(&from)),
        (5, port_of(&near.name().expect("a name")))
    );
    assert_eq!(send(&remote, &remote, 2), Err(WSAEINVAL));
    let short = slab.part(REMOTE, ADDRESS - 1);
    assert_eq!(send(null(), &short, 3), Err(WSAEINVAL));
    let other = slab.write(REMOTE, &23u16.to_ne_bytes());
    let other = slab.part(other.Offset, ADDRESS);
    assert_eq!(send(null(), &other, 4), Err(WSAEAFNOSUPPORT));
    assert_eq!(queue.take(8), []);
}

/// RIO-28: Control data comes as a RIO_CMSG_BUFFER with its total length, and flags say what was cut off.
#[test]
fn rio_28_control_data_and_flags() {
    let (near, far) = (registered_udp(), Socket::udp_bound());
    near.set(IPPROTO_IP, IP_PKTINFO, 1).expect("IP_PKTINFO");
    let (queue, slab) = (Queue::new(8), Slab::new(1000));
    let requests = Requests::new(&near, 3, &queue, 0);
    let result = rio!(RIOReceiveEx(
        requests.0,
        &slab.part(DATA, 4),
        1,
        null(),
        null(),
        &slab.part(CONTROL, 100),
        &slab.part(FLAGS, 4),
        0,
        null()
    ));
    assert_eq!(started(result), Ok(()), "{}", wsa_error());
    far.send_to(b"too long", &near.name().expect("a name"))
        .expect("sendto");
    let end = queue.next();
    assert_eq!((end.status, end.bytes), (WSAEMSGSIZE, 4));
    let flags = slab.read(FLAGS, 4);
    assert_eq!(flags, MSG_TRUNC.to_ne_bytes());
    let control = slab.read(CONTROL, 40);
    // A length of 8, then one message: a header of 16 bytes, an address, an interface.
    assert_eq!(control[..4], 32u32.to_ne_bytes());
    assert_eq!(control[8..16], 24usize.to_ne_bytes());
    assert_eq!(control[16..20], IPPROTO_IP.to_ne_bytes());
    assert_eq!(control[20..24], IP_PKTINFO.to_ne_bytes());
    assert_eq!(control[24..28], [127, 0, 0, 1]);
}

/// RIO-28: The regions of the RIO...Ex functions must be large enough, otherwise they are WSAEINVAL.
#[test]
fn rio_28_regions_that_are_too_small() {
    let near = registered_udp();
    let (queue, slab) = (Queue::new(8), Slab::new(1000));
    let requests = Requests::new(&near, 3, &queue, 0);
    let (data, none) = (slab.part(DATA, 4), null::<RIO_BUF>());
    let (address, control, flags) = (slab.part(0, 27), slab.part(0, 7), slab.part(0, 3));
    for [local, remote, control, flags] in [
        [&raw const address, none, none, none],
        [none, &address, none, none],
        [none, none, &control, none],
        [none, none, none, &flags],
    ] {
        let result = rio!(RIOReceiveEx(
            requests.0,
            &data,
            1,
            local,
            remote,
            control,
            flags,
            0,
            null()
        ));
        assert_eq!(started(result), Err(WSAEINVAL));
    }
}

/// RIO-27: On a stream RIOReceiveEx gives the addresses of the connection.
#[test]
fn rio_27_addresses_of_a_stream() {
    let (near, far) = pair();
    let (queue, slab) = (Queue::new(8), Slab::new(1000));
    let requests = Requests::new(&near, 3, &queue, 0);
    let result = rio!(RIOReceiveEx(
        requests.0,
        &slab.part(DATA, 50),
        1,
        &slab.part(LOCAL, ADDRESS),
        &slab.part(REMOTE, ADDRESS),
        null(),
        &slab.part(FLAGS, 4),
        0,
        null()
    ));
    assert_eq!(started(result), Ok(()));
    far.send(b"hello").expect("send");
    assert_eq!(queue.next(), done(5, 0, 0));
    let port = |socket: &Socket| port_of(&socket.name().expect("a name"));
    assert_eq!(
        address(&slab, REMOTE),
        (AF_INET, port(&far), [127, 0, 0, 1])
    );
    assert_eq!(
        address(&slab, LOCAL),
        (AF_INET, port(&near), [127, 0, 0, 1])
    );
}
