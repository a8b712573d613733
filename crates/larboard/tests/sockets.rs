//! Sockets without overlapped operations, and the way to other crates' sockets.

mod common;

use common::{LONG, SHORT, connection};
use larboard::net::{Socket, TcpListener, TcpStream, UdpSocket};
use larboard::{Operation, code};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::time::{Duration, Instant};

/// NB-04: Without data a non-blocking receive fails at once with WSAEWOULDBLOCK.
/// NB-06: Accepted sockets have the mode of their listener.
/// NB-16: After the peer has closed it returns zero.
#[test]
fn nb_04_nonblocking() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    assert_eq!(listener.accept().unwrap_err().code(), code::WSAEWOULDBLOCK);
    let peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let mut accepted = None;
    common::eventually("the client", || {
        accepted = listener.accept().ok();
        accepted.is_some()
    });
    let (ours, from) = accepted.unwrap();
    assert_eq!(from, peer.local_addr().unwrap());
    assert_eq!(
        ours.recv(&mut [0; 8]).unwrap_err().kind(),
        ErrorKind::WouldBlock
    );
    drop(peer);
    common::eventually("the end", || ours.recv(&mut [0; 8]) == Ok(0));
}

/// OVL-57: A timeout limits a blocking receive, and no overlapped one.
#[test]
fn ovl_57_receive_timeout() {
    let (ours, peer) = connection();
    ours.set_recv_timeout(Some(SHORT)).unwrap();
    let start = Instant::now();
    assert_eq!(
        ours.recv(&mut [0; 8]).unwrap_err().code(),
        code::WSAETIMEDOUT
    );
    assert!(start.elapsed() >= SHORT);
    let pending = ours.recv_overlapped(Operation::new([0; 8])).unwrap();
    let pending = pending.wait_timeout(SHORT * 2).unwrap_err();
    peer.send(b"late").unwrap();
    assert_eq!(pending.wait_timeout(LONG).unwrap().bytes, Ok(4));
}

/// OVL-54: MSG_WAITALL waits for all, or for the peer's end.
#[test]
fn ovl_54_receive_all() {
    let (ours, mut peer) = connection();
    let sender = std::thread::spawn(move || {
        for part in [b"one ", b"two ", b"end."] {
            peer.write_all(part).unwrap();
        }
        peer.shutdown(Shutdown::Write).unwrap();
        peer.recv(&mut [0; 8]).unwrap()
    });
    let mut buffer = [0; 8];
    assert_eq!(ours.recv_all(&mut buffer), Ok(8));
    assert_eq!(&buffer, b"one two ");
    assert_eq!(ours.peek(&mut buffer[..2]), Ok(2));
    assert_eq!(ours.recv_all(&mut buffer), Ok(4));
    assert_eq!(&buffer[..4], b"end.");
    drop(ours);
    assert_eq!(sender.join().unwrap(), 0);
}

/// SOCK-20: After shutdown sending fails with WSAESHUTDOWN; without a connection there is nothing to shut down.
#[test]
fn sock_20_shutdown() {
    let (ours, peer) = connection();
    ours.shutdown(Shutdown::Write).unwrap();
    assert_eq!(ours.send(b"x").unwrap_err().code(), code::WSAESHUTDOWN);
    assert_eq!(peer.recv(&mut [0; 8]), Ok(0));
    let address: SocketAddr = "127.0.0.1:9".parse().unwrap();
    let unconnected = TcpStream::unconnected(&address).unwrap();
    assert_eq!(
        unconnected.shutdown(Shutdown::Both).unwrap_err().code(),
        code::WSAENOTCONN
    );
    assert_eq!(
        unconnected.peer_addr().unwrap_err().code(),
        code::WSAENOTCONN
    );
}

/// SOCK-22: With a linger time of zero closing resets the connection.
#[test]
fn sock_22_hard_close() {
    let (ours, peer) = connection();
    ours.set_linger(Some(Duration::ZERO)).unwrap();
    drop(ours);
    assert_eq!(
        peer.recv(&mut [0; 8]).unwrap_err().code(),
        code::WSAECONNRESET
    );
    assert_eq!(peer.take_error(), Ok(None));
}

#[test]
fn options_are_taken() {
    let (ours, _peer) = connection();
    ours.set_nodelay(true).unwrap();
    ours.set_keepalive(true).unwrap();
    ours.set_send_timeout(Some(SHORT)).unwrap();
    ours.set_send_buffer_size(65536).unwrap();
    ours.set_recv_buffer_size(65536).unwrap();
    let datagrams = UdpSocket::bind("[::1]:0")
        .or_else(|_| UdpSocket::bind("127.0.0.1:0"))
        .unwrap();
    datagrams.set_reuse_address(false).unwrap();
    assert_eq!(
        datagrams.set_linger(None).unwrap_err().code(),
        code::WSAENOPROTOOPT
    );
}

#[test]
fn addresses_in_use_and_unknown() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = TcpListener::bind(listener.local_addr().unwrap()).unwrap_err();
    assert_eq!(
        (error.code(), error.kind()),
        (code::WSAEADDRINUSE, ErrorKind::AddrInUse)
    );
    let error = TcpListener::bind("192.0.2.1:0").unwrap_err();
    assert_eq!(error.code(), code::WSAEADDRNOTAVAIL);
    assert!(TcpStream::connect("no such host:1").is_err());
}

#[test]
fn connect_with_a_time_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let client = TcpStream::connect_timeout(&address, LONG).unwrap();
    assert_eq!(listener.accept().unwrap().1, client.local_addr().unwrap());
    drop(listener);
    let error = TcpStream::connect_timeout(&address, LONG).unwrap_err();
    assert_eq!(error.code(), code::WSAECONNREFUSED);
}

#[test]
fn std_sockets_there_and_back() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let peer = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    listener.set_nonblocking(true).unwrap();
    let listener = TcpListener::try_from(listener).unwrap();
    let (ours, _) = listener.accept().unwrap();
    peer.set_nonblocking(true).unwrap();
    let mut peer = TcpStream::try_from(peer).unwrap();

    peer.write_all(b"ahoy").unwrap();
    let done = ours
        .recv_overlapped(Operation::new([0; 8]))
        .unwrap()
        .wait_timeout(LONG)
        .unwrap();
    assert_eq!(done.operation.filled(), b"ahoy");

    let shared = ours.clone();
    let refused = std::net::TcpStream::try_from(ours).unwrap_err();
    assert_eq!(refused.code(), code::WSAEINVAL, "it has another owner");
    let mut ours = std::net::TcpStream::try_from(shared).unwrap();
    let sender =
        std::thread::spawn(move || peer.send(b"a blocking read waits for this").map(|_| peer));
    let mut buffer = [0; 30];
    ours.read_exact(&mut buffer).unwrap();
    assert_eq!(&buffer, b"a blocking read waits for this");
    let mut peer = sender.join().unwrap().unwrap();
    drop(ours);
    assert_eq!(peer.read(&mut buffer).unwrap(), 0, "and it closes");
}

#[test]
fn socket2_sockets_there_and_back() {
    let theirs = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None).unwrap();
    theirs
        .bind(&"127.0.0.1:0".parse::<SocketAddr>().unwrap().into())
        .unwrap();
    let ours = UdpSocket::from(Socket::from_os(theirs).unwrap());
    let to = ours.local_addr().unwrap();
    let pending = ours.recv_from_overlapped(Operation::new([0; 8])).unwrap();
    let peer = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    peer.send_to(b"ahoy", to).unwrap();
    let done = pending.wait_timeout(LONG).unwrap();
    assert_eq!(
        (done.operation.filled(), done.operation.peer()),
        (&b"ahoy"[..], peer.local_addr().ok())
    );
    let theirs: socket2::Socket = Socket::from(ours).into_os().unwrap().into();
    assert_eq!(theirs.local_addr().unwrap().as_socket(), Some(to));
}

#[test]
#[cfg(unix)]
fn what_is_no_socket_is_refused() {
    let (reader, _writer) = std::io::pipe().unwrap();
    let refused = Socket::from_os(std::os::fd::OwnedFd::from(reader)).unwrap_err();
    assert_eq!(refused.code(), code::WSAENOTSOCK);
}
