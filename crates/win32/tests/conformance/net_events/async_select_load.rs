//! Message selection under load, and the lecture's server.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ptr::null_mut;
use std::rc::Rc;
use std::time::Instant;

use super::load::{
    LOAD_LIMIT, Random, Upload, byte_at, check, irregular_reader, narrow_pair, sender, stretch,
};
use super::window::{Notice, WM_SOCKET, Window, post, select};
use crate::common::w::Win32::Foundation::HWND;
use crate::common::w::Win32::Networking::WinSock::{
    FD_ACCEPT, FD_CLOSE, FD_READ, FD_WRITE, SD_SEND, SO_RCVBUF, SO_SNDBUF, SOCKADDR_IN, SOCKET,
    SOL_SOCKET, WSAEWOULDBLOCK, accept, closesocket,
};
use crate::common::{Socket, Task, task};
use crate::io::connected_pair;

/// ASY-12: An upload that sends on FD_WRITE alone never stalls, however irregularly the peer reads.
#[test]
fn asy_12_an_upload_on_fd_write_never_stalls() {
    const TOTAL: usize = 12 << 20;
    let (a, b) = narrow_pair();
    let window = Window::of(&a, FD_WRITE);
    let reader = irregular_reader(b, 12);
    let mut upload = Upload::new(a, TOTAL);
    while !upload.is_done() {
        assert_eq!(window.next(), Notice::of(&upload.socket, FD_WRITE));
        upload.push();
    }
    upload.socket.shutdown(SD_SEND).expect("shutdown");
    assert_eq!(reader.result(), TOTAL);
}

/// Receives the test streams of several sockets in a window's thread: one receive for each FD_READ, the rest at FD_CLOSE.
fn receive_by_messages(sockets: &[Socket], seed: usize) -> Vec<usize> {
    let (window, mut random) = (Window::new(), Random::new(seed));
    let mut streams: HashMap<SOCKET, (usize, bool)> = HashMap::new();
    for socket in sockets {
        streams.insert(socket.raw(), (0, false));
        window.select(socket, FD_READ | FD_CLOSE);
    }
    let start = Instant::now();
    while !streams.values().all(|&(_, closed)| closed) {
        assert!(start.elapsed() < LOAD_LIMIT, "received {streams:?}");
        let notice = window.next();
        let socket = sockets.iter().find(|socket| socket.raw() == notice.socket);
        let socket = socket.expect("a socket of this window");
        let (received, closed) = streams.get_mut(&notice.socket).expect("just found");
        assert_eq!((notice.message, notice.error), (WM_SOCKET, 0));
        if notice.event == FD_CLOSE {
            assert!(!*closed, "FD_CLOSE twice");
            *closed = true;
        }
        loop {
            let mut buffer = vec![0; 1 + random.below(20_000)];
            match socket.recv(&mut buffer) {
                Ok(0) => break,
                Ok(count) => {
                    check(&buffer[..count as usize], *received);
                    *received += count as usize;
                }
                Err(code) => {
                    assert_eq!(code, WSAEWOULDBLOCK);
                    break;
                }
            }
            if !*closed {
                break;
            }
        }
    }
    sockets
        .iter()
        .map(|socket| streams[&socket.raw()].0)
        .collect()
}

/// ASY-10: One receive for each message gets every byte, in order, of many sockets in several windows' threads, and every close once.
#[test]
fn asy_10_nothing_is_lost_under_load() {
    let groups: Vec<_> = (0..3)
        .map(|group| {
            let (senders, sockets): (Vec<_>, Vec<_>) = (0..5).map(|_| connected_pair()).unzip();
            let receiving = task(move || receive_by_messages(&sockets, group));
            let sending: Vec<_> = senders
                .into_iter()
                .enumerate()
                .map(|(index, socket)| sender(socket, 1_000 + group * 100 + index))
                .collect();
            (receiving, sending)
        })
        .collect();
    for (receiving, sending) in groups {
        let sent: Vec<_> = sending.into_iter().map(Task::result).collect();
        assert_eq!(receiving.result(), sent);
    }
}

/// One client of the echo server: what has been received and how much of it has been sent back.
#[derive(Default)]
struct Client {
    data: Vec<u8>,
    sent: usize,
    receive_delayed: bool,
}

/// The echo server of the lecture: one window, one procedure, and FD_READ put off while the echo isn't sent.
struct EchoServer {
    window: HWND,
    clients: RefCell<HashMap<SOCKET, Client>>,
    served: Cell<usize>,
    put_off: Cell<usize>,
}

impl EchoServer {
    fn handle(&self, notice: Notice) {
        assert_eq!(notice.error, 0, "{notice:?}");
        match notice.event {
            FD_ACCEPT => self.accept(notice.socket),
            FD_READ => self.read(notice.socket),
            FD_WRITE => self.write(notice.socket),
            FD_CLOSE => self.close(notice.socket),
            _ => panic!("{notice:?}"),
        }
    }

    fn accept(&self, listener: SOCKET) {
        let socket = call!(accept(listener, null_mut(), null_mut()));
        self.clients.borrow_mut().insert(socket, Client::default());
        let events = FD_READ | FD_WRITE | FD_CLOSE;
        assert_eq!(select(socket, self.window, WM_SOCKET, events), Ok(0));
    }

    fn read(&self, socket: SOCKET) {
        let mut clients = self.clients.borrow_mut();
        let Some(client) = clients.get_mut(&socket) else {
            return;
        };
        if !client.data.is_empty() {
            client.receive_delayed = true;
            self.put_off.set(self.put_off.get() + 1);
            return;
        }
        let mut buffer = [0; 512];
        match borrowed(socket).recv(&mut buffer) {
            Ok(count) => client.data.extend_from_slice(&buffer[..count as usize]),
            Err(code) => return assert_eq!(code, WSAEWOULDBLOCK),
        }
        self.send_back(socket, client);
    }

    fn write(&self, socket: SOCKET) {
        if let Some(client) = self.clients.borrow_mut().get_mut(&socket) {
            self.send_back(socket, client);
        }
    }

    fn send_back(&self, socket: SOCKET, client: &mut Client) {
        if client.data.len() == client.sent {
            return;
        }
        match borrowed(socket).send(&client.data[client.sent..]) {
            Ok(count) => client.sent += count as usize,
            Err(code) => return assert_eq!(code, WSAEWOULDBLOCK),
        }
        if client.sent == client.data.len() {
            client.data.clear();
            client.sent = 0;
            if std::mem::take(&mut client.receive_delayed) {
                post(self.window, WM_SOCKET, socket, FD_READ);
            }
        }
    }

    fn close(&self, socket: SOCKET) {
        if self.clients.borrow_mut().remove(&socket).is_some() {
            assert_eq!(call!(closesocket(socket)), 0);
            self.served.set(self.served.get() + 1);
        }
    }
}

/// The everyday calls for a socket that somebody else closes.
fn borrowed(socket: SOCKET) -> std::mem::ManuallyDrop<Socket> {
    std::mem::ManuallyDrop::new(Socket::new(socket))
}

/// A client that sends a test stream faster than it reads the echo, and reads it irregularly.
fn echo_client(address: SOCKADDR_IN, total: usize, seed: usize) -> Task<usize> {
    task(move || {
        let socket = Socket::tcp();
        for name in [SO_SNDBUF, SO_RCVBUF] {
            socket
                .set::<u32>(SOL_SOCKET, name, 8 << 10)
                .expect("buffer size");
        }
        socket.connect(&address).expect("connect");
        socket.limit_receives();
        let raw = socket.raw();
        let sending = task(move || {
            let mut sent = 0;
            while sent < total {
                let count = borrowed(raw).send(&stretch(sent, (total - sent).min(7_000)));
                sent += count.expect("send") as usize;
            }
        });
        let (mut random, mut received) = (Random::new(seed), 0);
        let mut buffer = vec![0; 3_000];
        while received < total {
            if random.below(50) == 0 {
                std::thread::sleep(std::time::Duration::from_millis(3));
            }
            let room = 1 + random.below(buffer.len());
            let count = socket.recv(&mut buffer[..room]).expect("recv") as usize;
            assert_ne!(count, 0, "the end after {received} bytes");
            for (index, &byte) in buffer[..count].iter().enumerate() {
                assert_eq!(byte, byte_at(received + index));
            }
            received += count;
        }
        sending.result();
        received
    })
}

/// ASY-23: FD_READ that is put off with a flag and posted to oneself later: the lecture's server echoes everything.
/// ASY-20: One window serves several clients.
#[test]
fn asy_23_the_server_that_puts_reading_off() {
    const TOTAL: usize = 200_000;
    let listener = Socket::tcp_bound();
    // Little room, so that sending back is put off often; accepted sockets inherit it.
    for name in [SO_SNDBUF, SO_RCVBUF] {
        listener
            .set::<u32>(SOL_SOCKET, name, 4 << 10)
            .expect("buffer size");
    }
    listener.listen(16).expect("listen");
    let window = Window::new();
    let server = Rc::new(EchoServer {
        window: window.raw(),
        clients: RefCell::default(),
        served: Cell::new(0),
        put_off: Cell::new(0),
    });
    let handler = server.clone();
    window.handle_with(move |notice| handler.handle(notice));
    window.select(&listener, FD_ACCEPT | FD_CLOSE);
    let address = listener.name().expect("name");

    let clients: Vec<_> = (0..3)
        .map(|index| echo_client(address, TOTAL, index))
        .collect();
    window.run_until(|| server.served.get() == clients.len());

    for client in clients {
        assert_eq!(client.result(), TOTAL);
    }
    assert!(server.put_off.get() > 0, "reading was never put off");
    assert!(server.clients.borrow().is_empty());
}

/// ASY-23: A message posted by the program itself is like one of the system.
#[test]
fn asy_23_a_message_of_ones_own() {
    let (a, b) = connected_pair();
    let window = Window::of(&b, FD_READ);
    a.send(b"abc").expect("send");
    window.expect(&b, FD_READ);
    window.post(WM_SOCKET, b.raw(), FD_READ);
    window.expect(&b, FD_READ);
    assert_eq!(b.recv_all(3), b"abc");
    window.quiet();
}

/// ASY-16: Clients that come from several threads are all accepted by one accept per message, and their sockets tell their data.
#[test]
fn asy_16_everybody_is_accepted_and_heard() {
    const CLIENTS: usize = 90;
    let listener = Socket::listener();
    let window = Window::of(&listener, FD_ACCEPT | FD_READ);
    let address = listener.name().expect("name");
    let clients: Vec<_> = (0..3)
        .map(|_| {
            task(move || {
                (0..CLIENTS / 3)
                    .map(|_| {
                        let socket = Socket::tcp();
                        socket.connect(&address).expect("connect");
                        socket.send(b"hello").expect("send");
                        socket
                    })
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    let (mut servers, mut heard) = (Vec::new(), 0);
    while heard < CLIENTS {
        let notice = window.next();
        if notice == Notice::of(&listener, FD_ACCEPT) {
            servers.push(listener.accept().expect("a connection that was told"));
            continue;
        }
        let server = servers
            .iter()
            .find(|server| server.raw() == notice.socket)
            .expect("a socket that was accepted");
        assert_eq!(notice, Notice::of(server, FD_READ));
        assert_eq!(server.recv(&mut [0; 8]), Ok(5));
        heard += 1;
    }
    assert_eq!(servers.len(), CLIENTS);
    window.quiet();
    for client in clients {
        assert_eq!(client.result().len(), CLIENTS / 3);
    }
}
