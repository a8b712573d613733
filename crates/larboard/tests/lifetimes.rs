//! Dropping and leaking, in every order, with operations in flight.

mod common;

use common::{Census, LONG, connection, eventually};
use larboard::net::{TcpStream, UdpSocket};
use larboard::{Associated, CompletionPort, Operation, Packet, code, sleep_alertable};
use std::mem::forget;
use std::sync::Arc;
use std::time::Duration;

type Port = CompletionPort<Arc<()>, Vec<u8>, Arc<()>>;
type Ours = Associated<Arc<()>, Vec<u8>, Arc<()>>;

/// A port with a socket and a receive in flight on it. Key and operation are counted.
fn in_flight(census: &Census) -> (Port, Ours, TcpStream) {
    let port = Port::new().unwrap();
    let (ours, peer) = connection();
    let ours = port.associate(ours, census.member()).unwrap();
    ours.recv(Operation::with_data(vec![0; 512], census.member()))
        .unwrap();
    assert_eq!(census.alive(), 2);
    (port, ours, peer)
}

#[test]
fn port_first_then_socket() {
    let census = Census::new();
    let (port, ours, peer) = in_flight(&census);
    drop(port);
    assert_eq!(
        census.alive(),
        1,
        "the operation is gone, the key is the socket's"
    );
    peer.send(b"still connected").unwrap();
    let mut buffer = [0; 32];
    assert_eq!(
        ours.recv_overlapped(Operation::new([0; 32]))
            .unwrap()
            .wait_timeout(LONG)
            .unwrap()
            .bytes,
        Ok(15)
    );
    drop(ours);
    assert_eq!(census.alive(), 0);
    assert_eq!(peer.recv(&mut buffer), Ok(0));
}

#[test]
fn socket_first_then_port() {
    let census = Census::new();
    let (port, ours, peer) = in_flight(&census);
    drop(ours);
    assert_eq!(
        census.alive(),
        2,
        "the operation in flight keeps the socket"
    );
    drop(port);
    assert_eq!(census.alive(), 0);
    assert_eq!(peer.recv(&mut [0; 8]), Ok(0), "and then it closes");
}

#[test]
fn socket_dropped_before_its_completion() {
    let census = Census::new();
    let (port, ours, peer) = in_flight(&census);
    drop(ours);
    peer.send(b"ahoy").unwrap();
    let Some(Packet::Io(done)) = port.wait_timeout(LONG).unwrap() else {
        panic!("a packet")
    };
    assert_eq!(done.operation.filled(), b"ahoy");
    drop(port);
    assert_eq!(census.alive(), 2);
    let (socket, operation) = (done.socket, done.operation);
    assert_eq!(
        socket.recv(operation).unwrap_err().error.code(),
        code::ERROR_ABANDONED_WAIT_0
    );
    assert_eq!(census.alive(), 1);
    drop(socket);
    assert_eq!(census.alive(), 0);
    assert_eq!(peer.recv(&mut [0; 8]), Ok(0));
}

#[test]
fn closing_brings_everything_back() {
    let census = Census::new();
    let (port, ours, peer) = in_flight(&census);
    ours.recv(Operation::with_data(vec![0; 512], census.member()))
        .unwrap();
    ours.close();
    for _ in 0..2 {
        let Some(Packet::Io(done)) = port.wait_timeout(LONG).unwrap() else {
            panic!("a packet")
        };
        assert!(done.bytes.is_err() || done.bytes == Ok(0));
        let refused = done.socket.recv(done.operation).unwrap_err();
        assert_eq!(refused.error.code(), code::WSAESHUTDOWN);
    }
    assert_eq!(peer.recv(&mut [0; 8]), Ok(0), "the peer is told at once");
    drop(ours);
    assert_eq!(census.alive(), 0);
}

#[test]
fn completed_packets_are_dropped_with_the_port() {
    let census = Census::new();
    let (port, ours, peer) = in_flight(&census);
    peer.send(b"never taken").unwrap();
    drop(ours);
    drop(port);
    assert_eq!(census.alive(), 0);
}

#[test]
fn leaked_port_leaks_and_nothing_else() {
    let census = Census::new();
    let (port, ours, peer) = in_flight(&census);
    forget(port);
    peer.send(b"into the leaked block").unwrap();
    drop(ours);
    assert_eq!(census.alive(), 2);
}

#[test]
fn leaked_pending_keeps_its_block() {
    let census = Census::new();
    let (ours, peer) = connection();
    forget(
        ours.recv_overlapped(Operation::with_data(vec![0; 512], census.member()))
            .unwrap(),
    );
    drop(ours);
    peer.send(b"into the leaked block").unwrap();
    assert_eq!(census.alive(), 1);
}

#[test]
fn dropped_pending_is_cancelled_and_freed() {
    let census = Census::new();
    let (ours, peer) = connection();
    drop(
        ours.recv_overlapped(Operation::with_data(vec![0; 512], census.member()))
            .unwrap(),
    );
    assert_eq!(census.alive(), 0);
    peer.send(b"for the next").unwrap();
    let done = ours
        .recv_overlapped(Operation::new([0; 32]))
        .unwrap()
        .wait_timeout(LONG)
        .unwrap();
    assert_eq!(done.operation.filled(), b"for the next");
}

#[test]
fn pending_outlives_its_socket_value() {
    let (ours, peer) = connection();
    let pending = ours.recv_overlapped(Operation::new([0; 32])).unwrap();
    drop(ours);
    peer.send(b"ahoy").unwrap();
    assert_eq!(
        pending.wait_timeout(LONG).unwrap().operation.filled(),
        b"ahoy"
    );
    assert_eq!(peer.recv(&mut [0; 8]), Ok(0));
}

/// CXL-12: When the thread ends that started an operation, the operation is cancelled, and comes back.
#[test]
fn cxl_12_pending_of_an_ended_thread() {
    let (ours, _peer) = connection();
    let pending =
        std::thread::spawn(move || ours.recv_overlapped(Operation::new([0; 32])).unwrap())
            .join()
            .unwrap();
    let done = pending.wait_timeout(LONG).unwrap();
    assert_eq!(
        done.bytes.unwrap_err().code(),
        code::ERROR_OPERATION_ABORTED
    );
}

/// CXL-12: An operation that goes by port survives the thread that started it.
#[test]
fn cxl_12_port_operation_of_an_ended_thread() {
    let port = CompletionPort::<()>::new().unwrap();
    let (ours, peer) = connection();
    let ours = port.associate(ours, ()).unwrap();
    std::thread::spawn(move || ours.recv(Operation::new(vec![0; 16])).unwrap())
        .join()
        .unwrap();
    peer.send(b"ahoy").unwrap();
    let Some(Packet::Io(done)) = port.wait_timeout(LONG).unwrap() else {
        panic!("a packet")
    };
    assert_eq!(done.operation.filled(), b"ahoy");
}

/// APC-31: When the thread ends first, the routine is never run; what it holds is dropped with it.
#[test]
fn apc_31_routine_of_an_ended_thread() {
    let census = Census::new();
    let (ours, peer) = connection();
    let (data, captured) = (census.member(), census.member());
    let other = ours.clone();
    std::thread::spawn(move || {
        let routine = move |_| unreachable!("{captured:?}");
        other
            .recv_then(Operation::with_data(vec![0; 512], data), routine)
            .unwrap();
    })
    .join()
    .unwrap();
    assert_eq!(census.alive(), 0);
    peer.send(b"for the next").unwrap();
    let done = ours
        .recv_overlapped(Operation::new([0; 32]))
        .unwrap()
        .wait_timeout(LONG)
        .unwrap();
    assert_eq!(done.operation.filled(), b"for the next");
}

#[test]
fn routine_that_has_its_socket_alone() {
    let census = Census::new();
    let (ours, peer) = connection();
    let captured = census.member();
    ours.recv_then(Operation::new([0; 16]), move |done| {
        assert_eq!((done.bytes, Arc::strong_count(&captured)), (Ok(4), 2))
    })
    .unwrap();
    drop(ours);
    peer.send(b"ahoy").unwrap();
    eventually("the routine", || {
        sleep_alertable(Some(Duration::from_millis(10)))
    });
    assert_eq!(census.alive(), 0);
    assert_eq!(peer.recv(&mut [0; 8]), Ok(0));
}

#[test]
fn operations_are_reused_across_the_ways() {
    let port = CompletionPort::new().unwrap();
    let (ours, peer) = connection();
    let pending = ours.recv_overlapped(Operation::new(vec![0; 16])).unwrap();
    peer.send(b"event").unwrap();
    let operation = pending.wait_timeout(LONG).unwrap().operation;

    let (done, taken) = (
        std::rc::Rc::new(std::cell::Cell::new(None)),
        std::time::Instant::now(),
    );
    let into = done.clone();
    ours.recv_then(operation, move |done| into.set(Some(done.operation)))
        .unwrap();
    peer.send(b"routine").unwrap();
    while !sleep_alertable(Some(LONG)) {
        assert!(taken.elapsed() < LONG);
    }
    let operation = done.take().unwrap();
    assert_eq!(operation.filled(), b"routine");

    port.associate(ours, ()).unwrap().recv(operation).unwrap();
    peer.send(b"port").unwrap();
    let Some(Packet::<(), _>::Io(done)) = port.wait_timeout(LONG).unwrap() else {
        panic!("a packet")
    };
    assert_eq!(done.operation.filled(), b"port");

    let pending = done.socket.recv_overlapped(done.operation).unwrap();
    peer.send(b"event again").unwrap();
    assert_eq!(
        pending.wait_timeout(LONG).unwrap().operation.filled(),
        b"event again"
    );
}

#[test]
fn ports_are_dropped_while_others_start() {
    for _ in 0..50 {
        let census = Census::new();
        let (port, ours, _peer) = in_flight(&census);
        let (starter, census_too) = (ours.clone(), Census::new());
        let member = census_too.member();
        let thread = std::thread::spawn(move || {
            while starter
                .recv(Operation::with_data(vec![0; 16], member.clone()))
                .is_ok()
            {
                starter.cancel_all();
            }
        });
        std::thread::yield_now();
        drop(port);
        thread.join().unwrap();
        drop(ours);
        assert_eq!((census.alive(), census_too.alive()), (0, 0));
    }
}

#[test]
fn datagrams_in_flight_are_dropped_too() {
    let census = Census::new();
    let port = CompletionPort::<(), Vec<u8>, Arc<()>>::new().unwrap();
    let ours = port
        .associate(UdpSocket::bind("127.0.0.1:0").unwrap(), ())
        .unwrap();
    for _ in 0..4 {
        ours.recv_from(Operation::with_data(vec![0; 16], census.member()))
            .unwrap();
    }
    drop((port, ours));
    assert_eq!(census.alive(), 0);
}
