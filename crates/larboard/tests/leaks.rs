//! Nothing is left behind. Alone in its program, because it counts the descriptors of the process.
#![cfg(target_os = "linux")]

mod common;

use common::{LONG, connection, eventually};
use larboard::message::{Message, MessageLoop};
use larboard::net::{EventSelect, NetworkEvent, Select, TcpListener, TcpStream};
use larboard::{CompletionPort, Event, Operation, Packet, sleep_alertable};
use std::time::Duration;

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Some of everything, ended in every way.
fn use_everything() {
    let port = CompletionPort::<u32>::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();

    let peers: Vec<_> = (0..8)
        .map(|key| {
            let peer = TcpStream::connect(address).unwrap();
            let ours = port.associate(listener.accept().unwrap().0, key).unwrap();
            ours.recv(Operation::new(vec![0; 64])).unwrap();
            peer
        })
        .collect();
    peers[0].send(b"ahoy").unwrap();
    let Some(Packet::Io(done)) = port.wait_timeout(LONG).unwrap() else {
        panic!("a packet")
    };
    drop(done); // closes
    assert_eq!(peers[0].recv(&mut [0; 8]), Ok(0));

    let _never_accepted = listener.accept_overlapped(Operation::new(())).unwrap();
    let never_connected = TcpStream::unconnected(&address).unwrap();
    let refused = never_connected
        .recv_overlapped(Operation::new([0; 8]))
        .unwrap_err();
    drop(refused);

    let (ours, peer) = connection();
    ours.recv_then(Operation::new([0; 8]), |_| {}).unwrap();
    peer.send(b"ahoy").unwrap();
    eventually("the routine", || {
        sleep_alertable(Some(Duration::from_millis(10)))
    });
    std::thread::spawn(move || {
        ours.recv_then(Operation::new([0; 8]), |_| unreachable!())
            .unwrap()
    })
    .join()
    .unwrap();
    let _event = Event::auto(true).unwrap();
    readiness();
}

/// Selections, ended by dropping each of their parts first.
fn readiness() {
    let ((ours, peer), mut select) = (connection(), Select::new());
    let ours = EventSelect::new(ours, NetworkEvent::Read).unwrap();
    peer.send(b"ahoy").unwrap();
    assert!(ours.wait_timeout(LONG).unwrap());
    let mut sets = select.zero();
    sets.read(&ours).unwrap();
    assert!(sets.wait(Some(LONG)).unwrap().readable(&ours));

    let messages = MessageLoop::<String>::new().unwrap();
    messages.set_timer(LONG).unwrap();
    let ours = messages
        .select(ours.into_inner(), NetworkEvent::Read)
        .unwrap();
    messages
        .run(|messages, message| match message {
            Message::Network { .. } => messages.poster().post(String::from("ahoy")).unwrap(),
            _ => messages.quit(),
        })
        .unwrap();
    messages.poster().post(String::from("never taken")).unwrap();
    let other = messages.select(peer, NetworkEvent::Write).unwrap();
    drop(other);
    drop(messages);
    drop(ours);
}

#[test]
fn descriptors_return_to_the_start() {
    use_everything(); // makes what is made once
    let before = descriptors();
    for _ in 0..50 {
        use_everything();
    }
    eventually("the closing of descriptors", || descriptors() <= before);
}
