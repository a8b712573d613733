//! Messages: network events, posted values, timers.

mod common;

use common::{LONG, SHORT, connection, eventually};
use larboard::message::{AsyncSelect, Message, MessageLoop, Poster, SocketId};
use larboard::net::{EventSelect, NetworkEvent, NetworkEventSet, TcpListener, TcpStream};
use larboard::{Code, Result, code};
use std::collections::HashMap;
use std::net::{Shutdown, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// Runs the loop until the closure says true; fails if that takes too long.
fn run_until<M>(messages: &MessageLoop<M>, mut done: impl FnMut(Message<M>) -> bool) {
    let limit = messages.set_timer(LONG).unwrap();
    messages
        .run(|messages, message| {
            assert!(!matches!(message, Message::Timer(timer) if timer == limit));
            if done(message) {
                messages.quit();
            }
        })
        .unwrap();
    messages.kill_timer(limit);
}

/// What arrives within a short time.
fn soon<M>(messages: &MessageLoop<M>) -> Vec<Message<M>> {
    let end = messages.set_timer(SHORT).unwrap();
    let mut arrived = Vec::new();
    messages
        .run(|messages, message| match message {
            Message::Timer(timer) if timer == end => messages.quit(),
            message => arrived.push(message),
        })
        .unwrap();
    messages.kill_timer(end);
    arrived
}

fn is_network<M>(message: &Message<M>, id: SocketId, expected: NetworkEvent) -> bool {
    matches!(message, Message::Network { socket, event, result: Ok(()) }
        if *socket == id && *event == expected)
}

/// ASY-01: Network events arrive as messages, and the socket is non-blocking.
/// ASY-10: One receive for each message is enough: what is left is told again.
#[test]
fn asy_01_events_are_messages() {
    let messages = MessageLoop::<()>::new().unwrap();
    let (ours, peer) = connection();
    let events = NetworkEvent::Read | NetworkEvent::Close;
    let ours = messages.select(ours, events).unwrap();
    let error = ours.recv(&mut [0; 8]).unwrap_err();
    assert_eq!(error.code(), code::WSAEWOULDBLOCK);
    let error = ours.set_nonblocking(false).unwrap_err();
    assert_eq!(error.code(), code::WSAEINVAL, "NB-03");

    peer.send(b"ahoy").unwrap();
    let mut received = 0;
    run_until(&messages, |message| {
        assert!(is_network(&message, ours.id(), NetworkEvent::Read));
        received += ours.recv(&mut [0; 1]).unwrap();
        received == 4
    });
    peer.shutdown(Shutdown::Write).unwrap();
    run_until(&messages, |message| {
        is_network(&message, ours.id(), NetworkEvent::Close)
    });
    assert_eq!(ours.recv(&mut [0; 1]), Ok(0));
}

/// ASY-08: What has been told is not told again until it is dealt with.
/// ASY-11: Selecting again tells it anew.
#[test]
fn asy_08_told_once() {
    let messages = MessageLoop::<()>::new().unwrap();
    let (ours, peer) = connection();
    let ours = messages.select(ours, NetworkEvent::Read).unwrap();
    peer.send(b"ah").unwrap();
    run_until(&messages, |message| {
        is_network(&message, ours.id(), NetworkEvent::Read)
    });
    peer.send(b"oy").unwrap();
    assert!(soon(&messages).is_empty());
    ours.select(NetworkEvent::Read).unwrap();
    run_until(&messages, |message| {
        is_network(&message, ours.id(), NetworkEvent::Read)
    });
    ours.select(NetworkEventSet::NONE).unwrap();
    assert_eq!(ours.recv(&mut [0; 2]), Ok(2));
    assert!(soon(&messages).is_empty());
}

/// ASY-15: The end of a connect is told with its error.
#[test]
fn asy_15_the_end_of_a_connect() {
    let messages = MessageLoop::<()>::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let open = listener.local_addr().unwrap();
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for (address, expected) in [(open, Ok(())), (closed, Err(code::WSAECONNREFUSED.into()))] {
        let stream = TcpStream::unconnected(&address).unwrap();
        let stream = messages.select(stream, NetworkEvent::Connect).unwrap();
        let error = stream.connect_to(&address).unwrap_err();
        assert_eq!(error.code(), code::WSAEWOULDBLOCK);
        run_until(&messages, |message| {
            let Message::Network {
                socket,
                event,
                result,
            } = message
            else {
                panic!("{message:?}")
            };
            assert_eq!((socket, event), (stream.id(), NetworkEvent::Connect));
            assert_eq!(result, expected);
            true
        });
    }
}

/// What a listener's clients inherit is not told (unlike ASY-16): only what they are selected for themselves, once.
#[test]
fn no_selection_is_inherited() {
    let messages = MessageLoop::<()>::new().unwrap();
    let everything: NetworkEventSet = NetworkEvent::ALL.into_iter().collect();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let listener = messages.select(listener, everything).unwrap();
    let peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    peer.send(b"ahoy").unwrap();
    peer.shutdown(Shutdown::Write).unwrap();
    run_until(&messages, |message| {
        is_network(&message, listener.id(), NetworkEvent::Accept)
    });
    let (client, _) = listener.accept().unwrap();
    assert!(soon(&messages).is_empty());

    let client = messages.select(client, NetworkEvent::Close).unwrap();
    let told = soon(&messages);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(is_network(&told[0], client.id(), NetworkEvent::Close));
}

/// A message that waits when its socket goes is told to nobody, not even to the same socket under its next name.
#[test]
fn late_messages_are_lost() {
    let messages = MessageLoop::<()>::new().unwrap();
    let (ours, _peer) = connection();
    let first = messages.select(ours, NetworkEvent::Read).unwrap();
    let first_id = first.id();
    first.post(NetworkEvent::Read).unwrap();
    let second = messages
        .select(first.into_inner(), NetworkEvent::Read)
        .unwrap();
    assert_ne!(second.id(), first_id);
    assert!(soon(&messages).is_empty());

    second.post(NetworkEvent::Close).unwrap();
    second.post(NetworkEvent::Read).unwrap();
    let mut told = Vec::new();
    let mut second = Some(second);
    let poster = messages.poster();
    run_until(&messages, |message| match message {
        Message::Network { event, .. } => {
            told.push(event);
            second = None; // in the middle of its messages
            poster.quit().unwrap();
            false
        }
        _ => unreachable!(),
    });
    assert_eq!(told, [NetworkEvent::Close]);
    assert!(soon(&messages).is_empty());
}

/// A socket has one selection at a time, of whichever kind (unlike EVT-30).
#[test]
fn one_selection_at_a_time() {
    let (here, there) = (
        MessageLoop::<()>::new().unwrap(),
        MessageLoop::<()>::new().unwrap(),
    );
    let (ours, peer) = connection();
    let selected = here.select(&ours, NetworkEvent::Read).unwrap();
    let error = EventSelect::new(&ours, NetworkEvent::Read).unwrap_err();
    assert_eq!(error.code(), code::WSAEALREADY);
    assert_eq!(there.select(&ours, NetworkEvent::Read).unwrap_err(), error);
    drop(selected);
    let selected = there.select(&ours, NetworkEvent::Read).unwrap();
    peer.send(b"ahoy").unwrap();
    run_until(&there, |message| {
        is_network(&message, selected.id(), NetworkEvent::Read)
    });
    drop(selected);
    let selected = EventSelect::new(&ours, NetworkEvent::Read).unwrap();
    peer.send(b"ahoy").unwrap(); // of the first one it has been told (EVT-14)
    assert!(selected.wait_timeout(LONG).unwrap());
}

/// Loop, selected socket and poster may go in any order.
#[test]
fn the_order_of_dropping_does_not_matter() {
    let messages = MessageLoop::<u8>::new().unwrap();
    let poster = messages.poster();
    let (ours, peer) = connection();
    let selected = messages.select(ours, NetworkEvent::Read).unwrap();
    poster.post(1).unwrap();
    selected.post(NetworkEvent::Read).unwrap();
    drop(messages);
    let gone = Err(code::ERROR_INVALID_WINDOW_HANDLE.into());
    assert_eq!(poster.post(2), gone);
    assert_eq!(poster.quit(), gone);
    assert_eq!(selected.post(NetworkEvent::Read), gone);
    let error = selected.select(NetworkEvent::Read).unwrap_err();
    assert_eq!(error.code(), code::WSAEINVAL);
    selected.set_nonblocking(false).unwrap(); // the selection went with the loop
    let event = EventSelect::new(TcpStream::clone(&selected), NetworkEvent::Read).unwrap();
    drop(selected); // and its end does no harm to another
    peer.send(b"ahoy").unwrap();
    assert!(event.wait_timeout(LONG).unwrap());
}

/// Values of many threads arrive once, and those of one thread in their order; if too many wait, the poster is told.
#[test]
fn posted_values_arrive_in_order() {
    const THREADS: usize = 4;
    const EACH: usize = 5000; // together more than a queue takes
    let messages = MessageLoop::<(usize, usize)>::new().unwrap();
    let poster = messages.poster();
    let mut refused = 0;
    std::thread::scope(|threads| {
        let posters: Vec<_> = (0..THREADS)
            .map(|thread| {
                let poster = poster.clone();
                threads.spawn(move || {
                    (0..EACH)
                        .map(|n| post_patiently(&poster, (thread, n)))
                        .sum::<usize>()
                })
            })
            .collect();
        let (mut next, mut left) = ([0; THREADS], THREADS * EACH);
        run_until(&messages, |message| {
            let Message::Posted((thread, n)) = message else {
                panic!("{message:?}")
            };
            assert_eq!(n, next[thread]);
            next[thread] += 1;
            left -= 1;
            left == 0
        });
        refused += posters
            .into_iter()
            .map(|poster| poster.join().unwrap())
            .sum::<usize>();
    });
    println!("{refused} times the queue was full");
    assert!(soon(&messages).is_empty());
}

/// Posts, and again as often as the queue is full; says how often it was.
fn post_patiently(poster: &Poster<(usize, usize)>, value: (usize, usize)) -> usize {
    let end = Instant::now() + LONG;
    let mut refused = 0;
    while let Err(error) = poster.post(value) {
        assert_eq!(error.code(), code::ERROR_NOT_ENOUGH_QUOTA);
        assert!(Instant::now() < end);
        refused += 1;
        std::thread::yield_now();
    }
    refused
}

/// A queue takes 10,000 messages; what it refuses is dropped, and does not disturb the rest.
#[test]
fn a_full_queue_is_an_error() {
    let messages = MessageLoop::<usize>::new().unwrap();
    let poster = messages.poster();
    let taken = (0..20_000).take_while(|n| poster.post(*n).is_ok()).count();
    let error = poster.post(0).unwrap_err();
    assert_eq!(error.code(), code::ERROR_NOT_ENOUGH_QUOTA);
    let mut next = 0;
    run_until(&messages, |message| {
        assert!(matches!(message, Message::Posted(n) if n == next));
        next += 1;
        next == taken
    });
    poster.post(0).unwrap();
    assert_eq!(soon(&messages).len(), 1);
}

/// A panic of the closure comes out of `run`, and the loop goes on with the next message when it is run again.
#[test]
fn a_panic_comes_out_of_run() {
    let messages = MessageLoop::<&str>::new().unwrap();
    messages.poster().post("first").unwrap();
    messages.poster().post("second").unwrap();
    let run = || messages.run(|_, message| panic!("{message:?}"));
    let panicked = catch_unwind(AssertUnwindSafe(run)).unwrap_err();
    let text = panicked.downcast::<String>().unwrap();
    assert_eq!(*text, r#"Posted("first")"#);
    run_until(&messages, |message| {
        matches!(message, Message::Posted("second"))
    });
}

/// A closure may run its loop again, or another one, and each ends by its own quit.
#[test]
fn loops_may_be_nested() {
    let outer = MessageLoop::<u8>::new().unwrap();
    let inner = MessageLoop::<u8>::new().unwrap();
    for n in 1..=3 {
        outer.poster().post(n).unwrap();
        inner.poster().post(10 * n).unwrap();
    }
    let mut seen = Vec::new();
    run_until(&outer, |message| {
        let Message::Posted(n) = message else {
            panic!("{message:?}")
        };
        seen.push(n);
        if n == 1 {
            run_until(&outer, |message| matches!(message, Message::Posted(2)));
            run_until(&inner, |message| matches!(message, Message::Posted(20)));
        }
        n == 3
    });
    assert_eq!(seen, [1, 3]);
    run_until(&inner, |message| matches!(message, Message::Posted(30)));
}

/// Quitting leaves the messages behind it for the next time.
#[test]
fn quitting_loses_nothing() {
    let messages = MessageLoop::<u8>::new().unwrap();
    let poster = messages.poster();
    poster.post(1).unwrap();
    poster.quit().unwrap();
    poster.post(2).unwrap();
    let mut seen = Vec::new();
    messages.run(|_, message| seen.push(message)).unwrap();
    assert!(matches!(seen[..], [Message::Posted(1)]));
    messages.quit();
    messages.run(|_, _| unreachable!()).unwrap();
    run_until(&messages, |message| matches!(message, Message::Posted(2)));
}

/// A timer comes round, never early, until it is killed; and the next has another name.
#[test]
fn timers_come_round() {
    let messages = MessageLoop::<()>::new().unwrap();
    let period = Duration::from_millis(15);
    let (start, timer) = (Instant::now(), messages.set_timer(period).unwrap());
    for round in 1..=3 {
        run_until(
            &messages,
            |message| matches!(message, Message::Timer(which) if which == timer),
        );
        assert!(start.elapsed() >= period * round);
    }
    std::thread::sleep(period * 2); // it is due
    assert!(messages.kill_timer(timer));
    assert!(!messages.kill_timer(timer));
    assert_ne!(messages.set_timer(LONG).unwrap(), timer);
    assert!(soon(&messages).is_empty());
}

/// The lecture's server: it delays FD_READ while something is unsent, and then posts it to itself.
struct Server<'a> {
    messages: &'a MessageLoop,
    listener: AsyncSelect<TcpListener>,
    clients: HashMap<SocketId, Client>,
    served: usize,
}

struct Client {
    socket: AsyncSelect<TcpStream>,
    buffer: Vec<u8>,
    delayed: bool,
}

impl Server<'_> {
    fn procedure(&mut self, message: Message) {
        let Message::Network {
            socket,
            event,
            result,
        } = message
        else {
            panic!("{message:?}")
        };
        if socket == self.listener.id() {
            match self.listener.accept() {
                Ok((client, _)) => self.add(client),
                Err(error) => assert_eq!(error.code(), code::WSAEWOULDBLOCK),
            }
            return;
        }
        let client = self
            .clients
            .get_mut(&socket)
            .expect("a client that is there");
        result.unwrap();
        match event {
            NetworkEvent::Read if !client.buffer.is_empty() => client.delayed = true,
            NetworkEvent::Read => client.receive(),
            NetworkEvent::Write => {}
            NetworkEvent::Close => {
                self.clients.remove(&socket);
                self.served += 1;
                return;
            }
            _ => unreachable!("{event:?}"),
        }
        client.send();
    }

    fn add(&mut self, client: TcpStream) {
        client.set_send_buffer_size(4096).unwrap(); // so that much remains unsent
        let events = NetworkEvent::Read | NetworkEvent::Write | NetworkEvent::Close;
        let client = Client {
            socket: self.messages.select(client, events).unwrap(),
            buffer: Vec::new(),
            delayed: false,
        };
        self.clients.insert(client.socket.id(), client);
    }
}

impl Client {
    fn receive(&mut self) {
        self.buffer.resize(64 << 10, 0);
        let received = unless_blocked(self.socket.recv(&mut self.buffer));
        self.buffer.truncate(received);
    }

    fn send(&mut self) {
        let sent = match self.buffer.is_empty() {
            true => 0,
            false => unless_blocked(self.socket.send(&self.buffer)),
        };
        self.buffer.drain(..sent);
        if self.buffer.is_empty() && std::mem::take(&mut self.delayed) {
            self.socket.post(NetworkEvent::Read).unwrap();
        }
    }
}

fn unless_blocked(count: Result<usize>) -> usize {
    count.unwrap_or_else(|error| {
        assert_eq!(error.code(), code::WSAEWOULDBLOCK);
        0
    })
}

/// ASY-23: With FD_READ delayed and posted again, nothing is lost and nothing stands still.
/// ASY-12: What found no room goes on when there is some.
#[test]
fn asy_23_the_lectures_server() {
    const CLIENTS: usize = 8;
    const SIZE: usize = 1 << 20;
    let messages = MessageLoop::<()>::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let events = NetworkEvent::Accept | NetworkEvent::Close;
    let mut server = Server {
        listener: messages.select(listener, events).unwrap(),
        messages: &messages,
        clients: HashMap::new(),
        served: 0,
    };
    std::thread::scope(|threads| {
        for seed in 0..CLIENTS {
            threads.spawn(move || echo_client(address, SIZE, seed as u8));
        }
        run_until(&messages, |message| {
            server.procedure(message);
            server.served == CLIENTS
        });
    });
    assert!(server.clients.is_empty());
}

/// Sends so much, receives it again at its own pace, and closes.
fn echo_client(address: SocketAddr, size: usize, seed: u8) {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_recv_timeout(Some(LONG)).unwrap();
    let bytes: Vec<u8> = (0..size).map(|n| (n % 251) as u8 ^ seed).collect();
    std::thread::scope(|threads| {
        threads.spawn(|| {
            for piece in bytes.chunks(10_007) {
                assert_eq!(stream.send(piece), Ok(piece.len()));
            }
        });
        let (mut echo, mut received) = (vec![0; size], 0);
        while received < size {
            let end = size.min(received + 33_333);
            match stream.recv(&mut echo[received..end]) {
                Ok(0) => panic!("closed after {received} bytes"),
                Ok(count) => received += count,
                Err(error) => panic!("{error} after {received} bytes"),
            }
        }
        assert!(echo == bytes);
    });
}

/// Loops of several threads have nothing to do with each other.
#[test]
fn each_thread_has_its_own() {
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                let messages = MessageLoop::<()>::new().unwrap();
                let (ours, peer) = connection();
                let ours = messages.select(ours, NetworkEvent::Read).unwrap();
                for _ in 0..100 {
                    peer.send(b"ahoy").unwrap();
                    run_until(&messages, |message| {
                        is_network(&message, ours.id(), NetworkEvent::Read)
                    });
                    assert_eq!(ours.recv(&mut [0; 8]), Ok(4));
                }
            });
        }
    });
}

/// A thread that ends with a loop it has leaked leaves nothing behind that disturbs: posting is an error.
#[test]
fn a_leaked_loop_ends_with_its_thread() {
    let (poster, address) = std::thread::spawn(|| {
        let messages = MessageLoop::<u8>::new().unwrap();
        let (ours, peer) = connection();
        let selected = messages.select(ours, NetworkEvent::Read).unwrap();
        peer.send(b"ahoy").unwrap();
        std::mem::forget(selected);
        let poster = messages.poster();
        std::mem::forget(messages);
        (poster, peer.local_addr().unwrap())
    })
    .join()
    .unwrap();
    assert_ne!(address.port(), 0);
    let gone = |error: larboard::Error| -> Code { error.code() };
    eventually("the end of the window", || poster.post(1).is_err());
    assert_eq!(
        poster.post(1).map_err(gone),
        Err(code::ERROR_INVALID_WINDOW_HANDLE)
    );
}
