//! Completion ports.

mod common;

use common::{Census, LONG, SHORT, connection};
use larboard::net::{TcpListener, TcpStream, UdpSocket};
use larboard::{Completion, CompletionPort, Kind, Operation, Packet, code};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Takes the next completion of an operation.
fn take<K, B, T, P>(port: &CompletionPort<K, B, T, P>) -> Completion<K, B, T> {
    match port.wait_timeout(LONG).unwrap() {
        Some(Packet::Io(done)) => done,
        Some(Packet::Posted(_)) => panic!("a posted packet"),
        None => panic!("no packet"),
    }
}

/// PORT-15: A completion comes with its key, its operation and its bytes.
/// PORT-36: A peer that closes is a success with zero bytes.
#[test]
fn port_15_completion_brings_key_operation_and_bytes() {
    let port = CompletionPort::new().unwrap();
    let (ours, peer) = connection();
    port.associate(ours, "key")
        .unwrap()
        .recv(Operation::with_data(vec![0; 512], 7))
        .unwrap();
    peer.send(b"ahoy").unwrap();

    let done = take(&port);
    assert_eq!(
        (*done.key(), *done.operation.data(), done.bytes),
        ("key", 7, Ok(4))
    );
    assert_eq!(done.operation.kind(), Kind::Receive);
    assert_eq!(done.operation.filled(), b"ahoy");

    drop(peer);
    done.socket.recv(done.operation).unwrap();
    let done = take(&port);
    assert_eq!(done.bytes, Ok(0));
    assert_eq!(done.operation.filled(), b"");
}

/// PORT-16: Data that is there already makes a packet all the same, and one only.
#[test]
fn port_16_immediate_success_is_a_packet() {
    let port = CompletionPort::new().unwrap();
    let (ours, peer) = connection();
    peer.send(b"early").unwrap();
    common::eventually("the data", || ours.bytes_available().unwrap() == 5);
    let ours = port.associate(ours, ()).unwrap();
    ours.recv(Operation::new(vec![0; 512])).unwrap();
    assert_eq!(take(&port).operation.filled(), b"early");
    assert!(port.wait_timeout(SHORT).unwrap().is_none());
}

/// PORT-17: A start that fails gives the operation back, and no packet comes.
#[test]
fn port_17_refused_start_gives_the_operation_back() {
    let port = CompletionPort::<()>::new().unwrap();
    let address = "127.0.0.1:9".parse().unwrap();
    let ours = port
        .associate(TcpStream::unconnected(&address).unwrap(), ())
        .unwrap();
    let refused = ours.recv(Operation::new(vec![7; 16])).unwrap_err();
    assert_eq!(refused.error.code(), code::WSAENOTCONN);
    assert_eq!(refused.operation.into_parts().0, vec![7; 16]);
    assert!(port.wait_timeout(SHORT).unwrap().is_none());
}

/// PORT-33: An operation that failed is a packet with the error; here it is the Winsock code (PORT-37).
#[test]
fn port_33_failure_is_a_packet() {
    let port = CompletionPort::new().unwrap();
    let (ours, peer) = connection();
    port.associate(ours, ())
        .unwrap()
        .recv(Operation::new(vec![0; 512]))
        .unwrap();
    peer.set_linger(Some(Duration::ZERO)).unwrap();
    drop(peer);
    assert_eq!(take(&port).bytes.unwrap_err().code(), code::WSAECONNRESET);
}

/// PORT-07: A socket belongs to one port for its whole life.
#[test]
fn port_07_second_association_is_refused() {
    let port = CompletionPort::<()>::new().unwrap();
    let (ours, _peer) = connection();
    let first = port.associate(ours.clone(), ()).unwrap();
    assert_eq!(
        port.associate(ours, ()).unwrap_err().code(),
        code::ERROR_INVALID_PARAMETER
    );
    assert!(first.local_addr().is_ok());
}

/// PORT-41: One call takes several packets, and waits for the first only.
/// PORT-42: Failed operations among them carry their error.
#[test]
fn port_41_many_at_once() {
    let port = CompletionPort::new().unwrap();
    let mut peers = Vec::new();
    for key in 0..3 {
        let (ours, peer) = connection();
        port.associate(ours, key)
            .unwrap()
            .recv(Operation::new([0; 16]))
            .unwrap();
        match key {
            2 => peer.set_linger(Some(Duration::ZERO)).unwrap(),
            _ => assert_eq!(peer.send(&[key; 5]), Ok(5)),
        }
        peers.push(peer);
    }
    drop(peers);
    let mut packets = Vec::new();
    while packets.len() < 3 {
        assert_ne!(port.wait_many(&mut packets, 64, Some(LONG)).unwrap(), 0);
    }
    for packet in packets {
        let Packet::Io(done) = packet else {
            panic!("nothing was posted")
        };
        match *done.key() {
            2 => assert_eq!(done.bytes.unwrap_err().code(), code::WSAECONNRESET),
            key => assert_eq!(done.operation.filled(), [key; 5]),
        }
    }
    let _: CompletionPort<u8, [u8; 16], (), ()> = port;
}

/// PORT-44: Room for no packet is an error.
#[test]
fn port_44_many_of_none() {
    let port = CompletionPort::<()>::new().unwrap();
    let error = port.wait_many(&mut Vec::new(), 0, None).unwrap_err();
    assert_eq!(error.code(), code::ERROR_INVALID_PARAMETER);
}

/// PORT-34: A wait whose time runs out brings nothing, and is no failure.
#[test]
fn port_34_timeout() {
    let port = CompletionPort::<()>::new().unwrap();
    assert!(port.wait_timeout(Duration::ZERO).unwrap().is_none());
    assert_eq!(
        port.wait_many(&mut Vec::new(), 1, Some(Duration::from_millis(1)))
            .unwrap(),
        0
    );
}

/// PORT-46: What is posted comes out as it was.
/// PORT-49: First in, first out.
#[test]
fn port_46_posted_values() {
    let census = Census::new();
    let port =
        CompletionPort::<(), Vec<u8>, (), (u32, String, std::sync::Arc<()>)>::with_concurrency(1)
            .unwrap();
    for number in 0..100 {
        port.post((number, number.to_string(), census.member()))
            .unwrap();
    }
    for number in 0..50 {
        let Packet::Posted(value) = port.wait().unwrap() else {
            panic!("posted only")
        };
        assert_eq!((value.0, value.1), (number, number.to_string()));
    }
    assert_eq!(census.alive(), 50);
    drop(port);
    assert_eq!(census.alive(), 0);
}

/// PORT-50: Posting is the way to end the workers.
/// PORT-52: One packet wakes one thread.
#[test]
fn port_50_posted_end() {
    let port = CompletionPort::<()>::with_concurrency(4).unwrap();
    let ended = AtomicUsize::new(0);
    std::thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| {
                let Packet::Posted(()) = port.wait().unwrap() else {
                    panic!("posted only")
                };
                ended.fetch_add(1, Ordering::SeqCst);
            });
        }
        for count in 1..=4 {
            port.post(()).unwrap();
            common::eventually("the end of a worker", || {
                ended.load(Ordering::SeqCst) == count
            });
        }
    });
}

/// PORT-61: Closing ends all waits with ERROR_ABANDONED_WAIT_0, those that come later too.
#[test]
fn port_61_close_ends_all_waits() {
    let port = CompletionPort::<()>::new().unwrap();
    let (ours, _peer) = connection();
    let ours = port.associate(ours, ()).unwrap();
    std::thread::scope(|s| {
        let waiters: Vec<_> = (0..8)
            .map(|_| s.spawn(|| port.wait().unwrap_err()))
            .collect();
        port.close();
        port.close();
        for waiter in waiters {
            assert_eq!(waiter.join().unwrap().code(), code::ERROR_ABANDONED_WAIT_0);
        }
    });
    let closed = code::ERROR_ABANDONED_WAIT_0.into();
    assert_eq!(port.wait().unwrap_err(), closed);
    assert_eq!(
        port.wait_many(&mut Vec::new(), 1, None).unwrap_err(),
        closed
    );
    assert_eq!(port.post(()).unwrap_err(), closed);
    assert_eq!(
        ours.recv(Operation::new(vec![0; 16])).unwrap_err().error,
        closed
    );
}

/// PRG-09: A send can start anywhere in the buffer and goes on with the rest.
#[test]
fn prg_09_parts_of_a_buffer() {
    let port = CompletionPort::new().unwrap();
    let (ours, peer) = connection();
    let ours = port.associate(ours, ()).unwrap();
    ours.send(Operation::new(b"0123456789".to_vec()), 2..=4)
        .unwrap();
    let done = take(&port);
    assert_eq!(
        (done.bytes, done.operation.filled(), done.operation.rest()),
        (Ok(3), &b"234"[..], 5..5)
    );
    let mut buffer = [0; 3];
    assert_eq!(peer.recv_all(&mut buffer), Ok(3));
    assert_eq!(&buffer, b"234");

    peer.send(b"xy").unwrap();
    ours.recv_into(done.operation, 8..).unwrap();
    let done = take(&port);
    assert_eq!(done.operation.filled(), b"xy");
    assert_eq!(done.operation.buffer(), b"01234567xy");

    let backwards = std::ops::Range { start: 3, end: 2 };
    for range in [0..11, backwards, 11..11] {
        let refused = ours.send(Operation::new(vec![0; 10]), range).unwrap_err();
        assert_eq!(refused.error.code(), code::WSAEFAULT);
    }
}

/// OVL-86: An accept completes at the listener's port and key, and its client can be associated.
/// PORT-13: It is not associated by itself.
#[test]
fn ovl_86_accept_and_connect_by_port() {
    let port = CompletionPort::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let listener = port.associate(listener, "listener").unwrap();
    let connector = port
        .associate(TcpStream::unconnected(&address).unwrap(), "connector")
        .unwrap();
    listener.accept(Operation::new(vec![0; 64])).unwrap();
    connector
        .connect(Operation::new(vec![0; 64]), address)
        .unwrap();

    let (mut server, mut client) = (None, None);
    for _ in 0..2 {
        let mut done = take(&port);
        assert_eq!(done.bytes, Ok(0));
        match *done.key() {
            "listener" => server = Some(done.operation.take_accepted().unwrap()),
            _ => client = Some(done.socket),
        }
        assert!(done.operation.take_accepted().is_err(), "once only");
    }
    let ((server, from), client) = (server.unwrap(), client.unwrap());
    assert_eq!(from, client.local_addr().unwrap());
    assert_eq!(client.peer_addr().unwrap(), address);
    assert_eq!(server.peer_addr().unwrap(), from);

    let server = port.associate(server, "server").unwrap();
    server.recv(Operation::new(vec![0; 64])).unwrap();
    client.send(Operation::new(b"ahoy".to_vec()), ..).unwrap();
    let kinds =
        [take(&port), take(&port)].map(|done| (*done.key(), done.operation.kind(), done.bytes));
    assert!(
        kinds.contains(&("server", Kind::Receive, Ok(4)))
            && kinds.contains(&("connector", Kind::Send, Ok(4)))
    );
}

/// OVL-89: A refused connect is the completion's error.
#[test]
fn ovl_89_refused_connect() {
    let port = CompletionPort::new().unwrap();
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let ours = port
        .associate(TcpStream::unconnected(&nobody).unwrap(), ())
        .unwrap();
    ours.connect(Operation::new(Vec::<u8>::new()), nobody)
        .unwrap();
    let done = take(&port);
    assert_eq!(done.bytes.unwrap_err().code(), code::WSAECONNREFUSED);
    assert_eq!(done.operation.kind(), Kind::Connect);
}

/// PORT-18: A datagram too long for the buffer is a packet with WSAEMSGSIZE, and the buffer is full.
#[test]
fn port_18_long_datagram() {
    let port = CompletionPort::new().unwrap();
    let ours = UdpSocket::bind("127.0.0.1:0").unwrap();
    let to = ours.local_addr().unwrap();
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    let from = peer.local_addr().unwrap();
    let ours = port.associate(ours, ()).unwrap();

    peer.send_to(b"before", to).unwrap();
    common::eventually("the datagram", || ours.bytes_available().unwrap() > 0);
    ours.recv_from(Operation::new([0; 3])).unwrap();
    let done = take(&port);
    assert_eq!(done.bytes.unwrap_err().code(), code::WSAEMSGSIZE);
    assert_eq!(
        (done.operation.filled(), done.operation.peer()),
        (&b"bef"[..], Some(from))
    );

    done.socket.recv_from(done.operation).unwrap();
    peer.send_to(b"after", to).unwrap();
    let done = take(&port);
    assert_eq!(done.bytes.unwrap_err().code(), code::WSAEMSGSIZE);
    assert_eq!(
        (done.operation.filled(), done.operation.peer()),
        (&b"aft"[..], Some(from))
    );

    done.socket.send_to(done.operation, .., from).unwrap();
    assert_eq!(take(&port).bytes, Ok(3));
    let mut buffer = [0; 8];
    assert_eq!(peer.recv_from(&mut buffer).unwrap(), (3, to));
}

/// CXL-04: A cancelled operation comes back once, as cancelled.
#[test]
fn cxl_04_cancelled_operation_comes_back() {
    let port = CompletionPort::new().unwrap();
    let (ours, peer) = connection();
    let ours = port.associate(ours, ()).unwrap();
    assert!(!ours.cancel_all());
    ours.recv(Operation::new(vec![0; 512])).unwrap();
    assert!(ours.cancel_all());
    let done = take(&port);
    assert_eq!(
        done.bytes.unwrap_err().code(),
        code::ERROR_OPERATION_ABORTED
    );
    assert!(port.wait_timeout(SHORT).unwrap().is_none());

    done.socket.recv(done.operation).unwrap();
    peer.send(b"still there").unwrap();
    assert_eq!(take(&port).operation.filled(), b"still there");
}

/// PORT-26: An operation that goes by event makes no packet, though its socket is associated.
/// PORT-12: Nor does it when it was in flight at the association.
#[test]
fn port_26_events_make_no_packets() {
    let port = CompletionPort::<()>::new().unwrap();
    let (ours, peer) = connection();
    let before = ours.recv_overlapped(Operation::new([0; 1])).unwrap();
    let ours = port.associate(ours, ()).unwrap();
    let after = ours.recv_overlapped(Operation::new([0; 1])).unwrap();
    peer.send(b"xy").unwrap();
    assert_eq!(before.wait_timeout(LONG).unwrap().operation.filled(), b"x");
    assert_eq!(after.wait_timeout(LONG).unwrap().operation.filled(), b"y");
    assert!(port.wait_timeout(SHORT).unwrap().is_none());
}

/// PRG-01: Every byte comes back in order.
/// PRG-11: Many clients through few threads, and each gets its own bytes only.
#[test]
fn echo_for_many_clients() {
    const CLIENTS: usize = 64;
    const ROUNDS: u8 = 20;
    let port = CompletionPort::<()>::with_concurrency(2).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::scope(|s| {
        for _ in 0..3 {
            s.spawn(|| {
                while let Ok(Packet::Io(done)) = port.wait() {
                    let started = match (done.operation.kind(), done.bytes.unwrap()) {
                        (Kind::Receive, 0) => Ok(()),
                        (Kind::Receive, count) => done.socket.send(done.operation, ..count),
                        _ => done.socket.recv(done.operation),
                    };
                    started.unwrap();
                }
            });
        }
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let client = TcpStream::connect(address).unwrap();
                let ours = port.associate(listener.accept().unwrap().0, ()).unwrap();
                ours.recv(Operation::new(vec![0; 64])).unwrap();
                client
            })
            .collect();
        for round in 0..ROUNDS {
            for (number, client) in clients.iter().enumerate() {
                client.send(&[number as u8, round, 3, 4]).unwrap();
            }
            for (number, client) in clients.iter().enumerate() {
                let mut answer = [0; 4];
                client.set_recv_timeout(Some(LONG)).unwrap();
                assert_eq!(client.recv_all(&mut answer), Ok(4));
                assert_eq!(answer, [number as u8, round, 3, 4]);
            }
        }
        drop(clients);
        port.close();
    });
}
