//! `select` and `WSAEventSelect`.

mod common;

use common::{LONG, SHORT, connection};
use larboard::net::{
    EventSelect, FD_SETSIZE, NetworkEvent, NetworkEventSet, Select, TcpListener, TcpStream,
    UdpSocket,
};
use larboard::{Event, MAXIMUM_WAIT_OBJECTS, Operation, Waitable, code, wait_any_timeout};
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

/// An address where nobody listens.
fn nobody() -> SocketAddr {
    listener().local_addr().unwrap()
}

/// SEL-02: A client makes a listener readable, data makes its receiver readable.
/// SEL-03: There is room to send from the beginning, for datagrams always.
/// SEL-10: One socket in two sets counts twice.
#[test]
fn sel_02_what_is_ready_is_reported() {
    let (listener, udp) = (listener(), UdpSocket::bind("127.0.0.1:0").unwrap());
    let (ours, peer) = connection();
    let mut select = Select::new();

    let mut sets = select.zero();
    sets.read(&listener).unwrap();
    sets.read(&ours).unwrap();
    sets.read(&udp).unwrap();
    let ready = sets.wait(Some(Duration::ZERO)).unwrap();
    assert!(ready.is_empty() && !ready.readable(&ours));

    peer.send(b"ahoy").unwrap();
    let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let mut sets = select.zero();
    sets.read(&udp).unwrap();
    sets.read(&ours).unwrap();
    sets.write(&ours).unwrap();
    sets.write(&udp).unwrap();
    sets.except(&ours).unwrap();
    let ready = sets.wait(Some(LONG)).unwrap();
    assert_eq!(ready.count(), 3);
    assert!(ready.readable(&ours) && ready.writable(&ours) && !ready.exceptional(&ours));
    assert!(ready.writable(&udp) && !ready.readable(&udp));
    assert!(!ready.readable(&listener), "it was not asked about");

    let mut sets = select.zero();
    sets.read(&listener).unwrap();
    assert!(sets.wait(Some(LONG)).unwrap().readable(&listener));
}

/// SEL-04: A connect that has failed is in the except set.
/// SEL-06: And in no other.
/// SEL-03: One that has succeeded is in the write set.
#[test]
fn sel_04_the_end_of_a_connect() {
    let listener = listener();
    for (address, succeeds) in [(listener.local_addr().unwrap(), true), (nobody(), false)] {
        let stream = TcpStream::unconnected(&address).unwrap();
        stream.set_nonblocking(true).unwrap();
        let error = stream.connect_to(&address).unwrap_err();
        assert_eq!(error.code(), code::WSAEWOULDBLOCK);

        let mut select = Select::new();
        let mut sets = select.zero();
        sets.read(&stream).unwrap();
        sets.write(&stream).unwrap();
        sets.except(&stream).unwrap();
        let ready = sets.wait(Some(LONG)).unwrap();
        assert_eq!(ready.count(), 1);
        assert_eq!(ready.writable(&stream), succeeds);
        assert_eq!(ready.exceptional(&stream), !succeeds);
        let error = (!succeeds).then(|| code::WSAECONNREFUSED.into());
        assert_eq!(stream.take_error(), Ok(error));
    }
}

/// SEL-18: A set takes 64 sockets, and more if it was made for more.
#[test]
fn sel_18_the_limit_is_an_error() {
    let sockets: Vec<_> = (0..200)
        .map(|_| UdpSocket::bind("127.0.0.1:0").unwrap())
        .collect();
    let target = sockets[199].local_addr().unwrap();

    let mut select = Select::default();
    let mut sets = select.zero();
    for socket in &sockets[..FD_SETSIZE] {
        sets.read(socket).unwrap();
        sets.write(socket).unwrap();
    }
    let error = sets.read(&sockets[64]).unwrap_err();
    assert_eq!(error.code(), code::WSAENOBUFS);
    assert_eq!(sets.wait(Some(LONG)).unwrap().count(), FD_SETSIZE);

    let mut select = Select::with_capacity(200);
    let mut sets = select.zero();
    sockets.iter().for_each(|socket| sets.read(socket).unwrap());
    assert!(sets.read(&sockets[0]).is_err());
    sockets[0].send_to(b"ahoy", target).unwrap();
    let ready = sets.wait(Some(LONG)).unwrap();
    let readable = sockets.iter().map(|socket| ready.readable(socket));
    assert!(readable.eq((0..200).map(|index| index == 199)));
}

/// SEL-14: Empty sets are an error, not a sleep.
/// SEL-16: A time-out is kept, and empties the sets.
#[test]
fn sel_14_empty_sets() {
    let mut select = Select::new();
    let error = select.zero().wait(None).unwrap_err();
    assert_eq!(error.code(), code::WSAEINVAL);

    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut sets = select.zero();
    sets.read(&socket).unwrap();
    let start = Instant::now();
    let ready = sets.wait(Some(SHORT)).unwrap();
    assert!(ready.is_empty() && !ready.readable(&socket));
    assert!(start.elapsed() >= SHORT);
}

/// SEL-21: The sets of one round know nothing of the round before.
/// SEL-11: A socket that is named twice counts once.
#[test]
fn sel_21_sets_are_made_anew() {
    let (one, other) = (connection(), connection());
    let mut select = Select::new();
    for _ in 0..3 {
        for (socket, another) in [(&one.0, &other.0), (&other.0, &one.0)] {
            let mut sets = select.zero();
            sets.write(socket).unwrap();
            sets.write(socket).unwrap();
            let ready = sets.wait(None).unwrap();
            assert!(ready.writable(socket) && !ready.writable(another));
            assert_eq!(ready.count(), 1);
        }
    }
    select.zero().read(&one.0).unwrap(); // without waiting
    assert!(select.zero().wait(None).is_err());
}

/// The sockets of a round are free, and may be closed, as soon as it is over.
#[test]
fn what_is_ready_borrows_no_socket() {
    let (ours, peer) = connection();
    let mut clients = vec![ours];
    drop(peer);
    let mut select = Select::new();
    let mut sets = select.zero();
    clients.iter().for_each(|client| sets.read(client).unwrap());
    let ready = sets.wait(Some(LONG)).unwrap();
    clients.retain(|client| !ready.readable(client) || client.recv(&mut [0; 8]) != Ok(0));
    assert!(clients.is_empty());
}

/// APC-19: Completion routines run while `select` waits, and it goes on waiting.
#[test]
fn apc_19_routines_run_in_select() {
    let (ours, peer) = connection();
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap();
    let answer = UdpSocket::bind("127.0.0.1:0").unwrap();
    ours.recv_then(Operation::new([0; 8]), move |done| {
        assert_eq!(done.bytes, Ok(4));
        answer.send_to(b"ahoy", address).unwrap();
    })
    .unwrap();
    peer.send(b"ahoy").unwrap();
    let mut select = Select::new();
    let mut sets = select.zero();
    sets.read(&other).unwrap();
    assert!(sets.wait(Some(LONG)).unwrap().readable(&other));
}

/// A routine that panics while `select` waits goes on panicking in the caller.
#[test]
fn a_panic_comes_out_of_select() {
    let (ours, peer) = connection();
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    ours.recv_then(Operation::new([0; 8]), |_| panic!("ahoy"))
        .unwrap();
    peer.send(b"ahoy").unwrap();
    let panicked = std::panic::catch_unwind(|| {
        let mut select = Select::new();
        let end = Instant::now() + LONG;
        while Instant::now() < end {
            let mut sets = select.zero();
            sets.read(&other).unwrap();
            sets.wait(Some(Duration::from_millis(10))).unwrap();
        }
    });
    assert_eq!(*panicked.unwrap_err().downcast::<&str>().unwrap(), "ahoy");
}

/// EVT-01: The event is set when a selected event happens; the socket is non-blocking.
/// EVT-04: Taking the records clears them and resets the event.
/// EVT-12: What is left is recorded again.
#[test]
fn evt_01_events_are_told() {
    let (ours, peer) = connection();
    let ours = EventSelect::new(ours, NetworkEvent::Read | NetworkEvent::Close).unwrap();
    assert!(!ours.wait_timeout(Duration::ZERO).unwrap());
    let error = ours.recv(&mut [0; 8]).unwrap_err();
    assert_eq!(error.code(), code::WSAEWOULDBLOCK);
    let error = ours.set_nonblocking(false).unwrap_err();
    assert_eq!(error.code(), code::WSAEINVAL, "NB-03");

    peer.send(b"ahoy").unwrap();
    assert!(ours.wait_timeout(LONG).unwrap());
    let events = ours.enumerate().unwrap();
    assert_eq!(events.set(), NetworkEvent::Read.into());
    assert_eq!(events.get(NetworkEvent::Read), Some(Ok(())));
    assert!(!ours.wait_timeout(Duration::ZERO).unwrap());
    assert!(ours.enumerate().unwrap().is_empty());

    assert_eq!(ours.recv(&mut [0; 2]).unwrap(), 2);
    assert!(ours.wait_timeout(LONG).unwrap(), "half of it is left");
    assert_eq!(ours.recv(&mut [0; 2]).unwrap(), 2);

    peer.shutdown(Shutdown::Write).unwrap();
    let end = Instant::now() + LONG;
    while ours.enumerate().unwrap().get(NetworkEvent::Close) != Some(Ok(())) {
        assert!(Instant::now() < end && ours.wait_timeout(LONG).unwrap());
    }
    assert_eq!(ours.recv(&mut [0; 8]), Ok(0));
}

/// EVT-10: What held before the selection is told.
/// EVT-06: What was not selected is told when it is.
#[test]
fn evt_10_what_holds_already_is_told() {
    let (ours, peer) = connection();
    peer.send(b"ahoy").unwrap();
    let mut select = Select::new();
    let mut sets = select.zero();
    sets.read(&ours).unwrap();
    assert!(sets.wait(Some(LONG)).unwrap().readable(&ours));

    let ours = EventSelect::new(ours, NetworkEvent::Close).unwrap();
    assert!(ours.enumerate().unwrap().is_empty());
    ours.select(NetworkEvent::Read | NetworkEvent::Write)
        .unwrap();
    assert!(ours.wait_timeout(LONG).unwrap());
    let both = NetworkEvent::Read | NetworkEvent::Write;
    assert_eq!(ours.enumerate().unwrap().set(), both);
    ours.select(NetworkEventSet::NONE).unwrap();
    assert_eq!(ours.recv(&mut [0; 2]), Ok(2));
    assert!(!ours.wait_timeout(SHORT).unwrap());
}

/// What is accepted from a selected listener has no selection left (unlike EVT-29), and can be given one of its own.
#[test]
fn no_selection_is_inherited() {
    let everything: NetworkEventSet = NetworkEvent::ALL.into_iter().collect();
    let listener = EventSelect::new(listener(), everything).unwrap();
    let peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    assert!(listener.wait_timeout(LONG).unwrap());
    let events = listener.enumerate().unwrap();
    assert_eq!(events.get(NetworkEvent::Accept), Some(Ok(())));
    let (client, address) = listener.accept().unwrap();
    assert_eq!(address, peer.local_addr().unwrap());
    listener.event().reset();

    peer.send(b"ahoy").unwrap();
    assert!(!listener.wait_timeout(SHORT).unwrap(), "FD_READ of another");
    client.set_nonblocking(false).unwrap(); // NB-03: nothing is selected
    let client = EventSelect::new(client, everything).unwrap();
    assert!(client.wait_timeout(LONG).unwrap());
    let events = client.enumerate().unwrap().set();
    assert!(events.contains(NetworkEvent::Read) && events.contains(NetworkEvent::Write));

    // Through another owner of the listener too.
    let another = TcpListener::clone(&listener);
    let _peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    assert!(listener.wait_timeout(LONG).unwrap());
    let (client, _) = another.accept().unwrap();
    client.set_nonblocking(false).unwrap();
}

/// There is one selection at a time (unlike EVT-30). When its owner goes, it ends, and another may come.
#[test]
fn one_selection_at_a_time() {
    let (ours, peer) = connection();
    let first = EventSelect::new(ours.clone(), NetworkEvent::Read).unwrap();
    let error = EventSelect::new(&ours, NetworkEvent::Read).unwrap_err();
    assert_eq!(error.code(), code::WSAEALREADY);

    let event = Arc::clone(first.event());
    drop(first);
    peer.send(b"ahoy").unwrap();
    assert!(!event.wait_timeout(SHORT).unwrap());
    ours.set_nonblocking(false).unwrap();

    let second = EventSelect::with_event(&ours, Arc::clone(&event), NetworkEvent::Read).unwrap();
    assert!(event.wait_timeout(LONG).unwrap());
    assert!(!second.enumerate().unwrap().is_empty());
    assert!(event.wait_timeout(Duration::ZERO).unwrap(), "it is shared");
    let ours = second.into_inner();
    ours.set_nonblocking(false).unwrap();
}

/// Dropped in any order, event and socket are gone without harm; and with the last owner the connection.
#[test]
fn the_order_of_dropping_does_not_matter() {
    let (ours, peer) = connection();
    let event = Arc::new(Event::manual(false).unwrap());
    let selected =
        EventSelect::with_event(ours.clone(), Arc::clone(&event), NetworkEvent::Read).unwrap();
    drop(ours);
    drop(event);
    peer.send(b"ahoy").unwrap();
    assert!(selected.wait_timeout(LONG).unwrap());
    assert_eq!(selected.recv(&mut [0; 8]), Ok(4));
    drop(selected);
    assert_eq!(peer.recv(&mut [0; 8]), Ok(0));

    let (ours, peer) = connection();
    let selected = EventSelect::new(&ours, NetworkEvent::Read).unwrap();
    std::mem::forget(selected); // the selection stays, and so does the socket
    drop(ours);
    peer.send(b"ahoy").unwrap();
}

/// EVT-25: Urgent data is told as such, and told again when there is more.
#[test]
fn evt_25_urgent_data() {
    let (ours, peer) = connection();
    let ours = EventSelect::new(ours, NetworkEvent::Oob).unwrap();
    for byte in [7, 8] {
        peer.send_oob(&[byte]).unwrap();
        assert!(ours.wait_timeout(LONG).unwrap());
        let events = ours.enumerate().unwrap();
        assert_eq!(events.set(), NetworkEvent::Oob.into());
        let mut received = [0; 2];
        assert_eq!(ours.recv_oob(&mut received), Ok(1));
        assert_eq!(received[0], byte);
    }
}

/// EVT-18: The end of a connect is told once, with its error.
#[test]
fn evt_18_the_end_of_a_connect() {
    let listener = listener();
    let refused = Err(code::WSAECONNREFUSED.into());
    for (address, result) in [
        (listener.local_addr().unwrap(), Ok(())),
        (nobody(), refused),
    ] {
        let stream = TcpStream::unconnected(&address).unwrap();
        let stream = EventSelect::new(stream, NetworkEvent::Connect).unwrap();
        let error = stream.connect_to(&address).unwrap_err();
        assert_eq!(error.code(), code::WSAEWOULDBLOCK);
        assert!(stream.wait_timeout(LONG).unwrap());
        let events = stream.enumerate().unwrap();
        assert_eq!(events.get(NetworkEvent::Connect), Some(result));
        assert!(stream.enumerate().unwrap().is_empty());
    }
}

/// EVT-33: 64 sockets for each thread that waits.
#[test]
fn evt_33_as_many_as_a_wait_takes() {
    let sockets: Vec<_> = (0..MAXIMUM_WAIT_OBJECTS)
        .map(|_| EventSelect::new(UdpSocket::bind("127.0.0.1:0").unwrap(), NetworkEvent::Read))
        .collect::<Result<_, _>>()
        .unwrap();
    let objects: Vec<&dyn Waitable> = sockets.iter().map(|socket| socket as _).collect();
    for (index, socket) in sockets.iter().enumerate() {
        let next = &sockets[(index + 1) % 64];
        next.send_to(b"ahoy", socket.local_addr().unwrap()).unwrap();
        assert_eq!(wait_any_timeout(&objects, LONG).unwrap(), Some(index));
        let events = socket.enumerate().unwrap();
        assert_eq!(events.set(), NetworkEvent::Read.into());
        assert_eq!(socket.recv(&mut [0; 8]), Ok(4));
    }
}

/// EVT-28: A sender that is told of room only goes on until everything is there, on any thread.
#[test]
fn evt_28_room_is_told_until_everything_is_sent() {
    const SIZE: usize = 8 << 20;
    let (ours, peer) = connection();
    let ours = EventSelect::new(ours, NetworkEvent::Write).unwrap();
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let bytes = vec![7; 64 << 10];
            let mut left = SIZE;
            while left > 0 {
                assert!(ours.wait_timeout(LONG).unwrap(), "{left} bytes are left");
                ours.enumerate().unwrap();
                while left > 0 {
                    match ours.send(&bytes[..bytes.len().min(left)]) {
                        Ok(sent) => left -= sent,
                        Err(error) => {
                            assert_eq!(error.code(), code::WSAEWOULDBLOCK);
                            break;
                        }
                    }
                }
            }
        });
        let (mut buffer, mut received) = (vec![0; 100_000], 0);
        while received < SIZE {
            match peer.recv(&mut buffer).unwrap() {
                0 => panic!("closed"),
                count => received += count,
            }
        }
    });
}
