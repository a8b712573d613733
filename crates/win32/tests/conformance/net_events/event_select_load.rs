//! Event selection under load: nothing lost, nothing told twice, nobody left waiting.

use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::Instant;

use super::load::{
    LOAD_LIMIT, Random, Upload, check, irregular_reader, narrow_pair, sender, stretch,
};
use super::watch::{Watch, enumerate, select, taken};
use crate::common::w::Win32::Foundation::HANDLE;
use crate::common::w::Win32::Networking::WinSock::{
    FD_ACCEPT, FD_CLOSE, FD_READ, FD_WRITE, SD_SEND, SOCKET, WSA_WAIT_EVENT_0, WSAEWOULDBLOCK,
    WSAWaitForMultipleEvents,
};
use crate::common::{Handle, LIMIT, Socket, Task, event, task, wait};
use crate::io::connected_pair;

/// EVT-28: An upload that sends on FD_WRITE alone never stalls, however irregularly the peer reads.
#[test]
fn evt_28_an_upload_on_fd_write_never_stalls() {
    const TOTAL: usize = 12 << 20;
    let (a, b) = narrow_pair();
    let watch = Watch::of(&a, FD_WRITE);
    let reader = irregular_reader(b, 28);
    let mut upload = Upload::new(a, TOTAL);
    while !upload.is_done() {
        watch.wait();
        if watch.take(&upload.socket).events & FD_WRITE != 0 {
            upload.push();
        }
    }
    upload.socket.shutdown(SD_SEND).expect("shutdown");
    assert_eq!(reader.result(), TOTAL);
}

/// EVT-28: Several uploads in one thread, whose reader ends are served by FD_READ in another, don't stall each other.
#[test]
fn evt_28_uploads_and_downloads_by_events_alone() {
    const TOTAL: usize = 1 << 20;
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..6).map(|_| narrow_pair()).unzip();
    let receiving = task(move || Receivers::new(receivers, 1).run());
    let objects: Vec<_> = senders.iter().map(|_| event()).collect();
    let handles = selected(&senders, &objects, FD_WRITE);
    let mut uploads: Vec<_> = senders
        .into_iter()
        .map(|socket| Upload::new(socket, TOTAL))
        .collect();
    while !uploads.iter().all(Upload::is_done) {
        let index = first_of(&handles);
        let upload = &mut uploads[index];
        let found = enumerate(upload.socket.raw(), handles[index]).expect("enumerate");
        assert_eq!(found.events & !FD_WRITE, 0, "{found:?}");
        if found.events != 0 {
            upload.push();
        }
        if upload.is_done() {
            upload.socket.shutdown(SD_SEND).expect("shutdown");
        }
    }
    assert_eq!(receiving.result(), vec![TOTAL; 6]);
}

/// Selects the same events of every socket, each for its own object; returns the objects' values.
#[track_caller]
fn selected(sockets: &[Socket], objects: &[Handle], events: u32) -> Vec<HANDLE> {
    for (socket, object) in sockets.iter().zip(objects) {
        assert_eq!(select(socket.raw(), object.raw(), events), Ok(0));
    }
    objects.iter().map(Handle::raw).collect()
}

/// Waits for one of several event objects, and returns its index.
#[track_caller]
fn first_of(handles: &[HANDLE]) -> usize {
    let count = handles.len() as u32;
    let outcome = call!(WSAWaitForMultipleEvents(
        count,
        handles.as_ptr(),
        0,
        LIMIT,
        0
    ));
    let index = outcome.wrapping_sub(WSA_WAIT_EVENT_0 as u32) as usize;
    assert!(index < handles.len(), "no event any more: {outcome}");
    index
}

/// Sockets whose test streams one thread receives on FD_READ and FD_CLOSE.
struct Receivers {
    sockets: Vec<Socket>,
    received: Vec<usize>,
    closed: Vec<bool>,
    random: Random,
}

impl Receivers {
    fn new(sockets: Vec<Socket>, seed: usize) -> Receivers {
        let (received, closed) = (vec![0; sockets.len()], vec![false; sockets.len()]);
        Receivers {
            sockets,
            received,
            closed,
            random: Random::new(seed),
        }
    }

    /// Serves all of them until every one is closed; returns how much each has received.
    fn run(mut self) -> Vec<usize> {
        let objects: Vec<_> = self.sockets.iter().map(|_| event()).collect();
        let handles = selected(&self.sockets, &objects, FD_READ | FD_CLOSE);
        let start = Instant::now();
        while !self.closed.iter().all(|&closed| closed) {
            assert!(start.elapsed() < LOAD_LIMIT, "received {:?}", self.received);
            let index = first_of(&handles);
            let socket = self.sockets[index].raw();
            let found = enumerate(socket, handles[index]).expect("enumerate");
            self.serve(index, found.events);
        }
        self.received
    }

    /// Serves the events of one socket: sometimes by one receive, which must lead to the next event, sometimes to the last byte.
    fn serve(&mut self, index: usize, events: u32) {
        if events & FD_READ != 0 {
            let draining = self.random.below(2) == 0;
            while self.receive(index) && draining {}
        }
        if events & FD_CLOSE != 0 {
            assert!(!self.closed[index], "FD_CLOSE twice");
            self.closed[index] = true;
            while self.receive(index) {}
        }
    }

    /// Receives once; false at the end, or when there is nothing now.
    fn receive(&mut self, index: usize) -> bool {
        let mut buffer = vec![0; 1 + self.random.below(20_000)];
        match self.sockets[index].recv(&mut buffer) {
            Ok(0) => false,
            Ok(count) => {
                check(&buffer[..count as usize], self.received[index]);
                self.received[index] += count as usize;
                true
            }
            Err(code) => {
                assert_eq!(code, WSAEWOULDBLOCK);
                false
            }
        }
    }
}

/// EVT-12: Threads that receive on events and threads that send at random: every byte comes, in order, and every close once.
#[test]
fn evt_12_nothing_is_lost_under_load() {
    let groups: Vec<_> = (0..3)
        .map(|group| {
            let (senders, receivers): (Vec<_>, Vec<_>) = (0..5).map(|_| connected_pair()).unzip();
            let receiving = task(move || Receivers::new(receivers, group).run());
            let sending: Vec<_> = senders
                .into_iter()
                .enumerate()
                .map(|(index, socket)| sender(socket, group * 100 + index))
                .collect();
            (receiving, sending)
        })
        .collect();
    for (receiving, sending) in groups {
        let sent: Vec<_> = sending.into_iter().map(Task::result).collect();
        assert_eq!(receiving.result(), sent);
    }
}

/// EVT-12: A receive in another thread than the one that waits leads to the next event just so.
#[test]
fn evt_12_another_thread_may_receive() {
    const TOTAL: usize = 300_000;
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_READ);
    let (work, todo) = channel();
    let (raw, sending) = (a.raw(), task(move || (b.send(&stretch(0, TOTAL)), b)));
    let receiving = task(move || {
        let mut received = 0;
        while todo.recv().is_ok() {
            let mut buffer = [0; 1_000];
            let socket = ManuallyDrop::new(Socket::new(raw));
            match socket.recv(&mut buffer) {
                Ok(count) => {
                    check(&buffer[..count as usize], received);
                    received += count as usize;
                }
                Err(code) => assert_eq!(code, WSAEWOULDBLOCK),
            }
            if received == TOTAL {
                break;
            }
        }
        received
    });
    let start = Instant::now();
    while !receiving.ended() {
        assert!(start.elapsed() < LOAD_LIMIT, "an event is missing");
        if wait(watch.raw(), 20) == 0 && watch.take(&a).events == FD_READ {
            // The receiver is gone once it has everything.
            let _ = work.send(());
        }
    }
    assert_eq!(receiving.result(), TOTAL);
    assert!(sending.result().0.is_ok());
}

/// EVT-31: One event object for many sockets under load: reset with the first question, asked of all, nothing lost.
#[test]
fn evt_31_one_object_under_load() {
    let (senders, sockets): (Vec<_>, Vec<_>) = (0..8).map(|_| connected_pair()).unzip();
    let watch = Watch::new();
    for socket in &sockets {
        watch.select(socket, FD_READ | FD_CLOSE);
    }
    let sending: Vec<_> = senders
        .into_iter()
        .enumerate()
        .map(|(index, socket)| sender(socket, 310 + index))
        .collect();
    let mut receivers = Receivers::new(sockets, 31);
    let start = Instant::now();
    while !receivers.closed.iter().all(|&closed| closed) {
        assert!(start.elapsed() < LOAD_LIMIT, "{:?}", receivers.received);
        watch.wait();
        for index in 0..receivers.sockets.len() {
            let socket = &receivers.sockets[index];
            let events = match index {
                0 => watch.take(socket).events,
                _ => taken(socket),
            };
            receivers.serve(index, events);
        }
    }
    let sent: Vec<_> = sending.into_iter().map(Task::result).collect();
    assert_eq!(receivers.received, sent);
}

/// EVT-12: One accept for each FD_ACCEPT accepts everybody, while clients come from several threads.
/// EVT-29: Every accepted socket tells its own data through the inherited object.
#[test]
fn evt_12_one_accept_per_event_accepts_everybody() {
    const CLIENTS: usize = 90;
    let listener = Socket::listener();
    let watch = Watch::of(&listener, FD_ACCEPT | FD_READ);
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
    let (mut servers, mut heard): (Vec<Socket>, usize) = (Vec::new(), 0);
    let start = Instant::now();
    while heard < CLIENTS {
        assert!(start.elapsed() < LOAD_LIMIT, "{} accepted", servers.len());
        watch.wait();
        if watch.take(&listener).events & FD_ACCEPT != 0 {
            servers.push(listener.accept().expect("a connection that was told"));
        }
        for server in &servers {
            if taken(server) & FD_READ != 0 {
                assert_eq!(server.recv(&mut [0; 8]), Ok(5));
                heard += 1;
            }
        }
    }
    assert_eq!(servers.len(), CLIENTS);
    for client in clients {
        assert_eq!(client.result().len(), CLIENTS / 3);
    }
}

/// EVT-04: Two threads that ask for the same socket's events are told each of them once: whoever is told finds the data.
#[test]
fn evt_04_two_threads_share_the_events() {
    const ROUNDS: usize = 2_000;
    let (a, b) = connected_pair();
    let watch = Watch::of(&a, FD_READ | FD_CLOSE);
    let (socket, object) = (a.raw(), watch.raw() as usize);
    let calling = task(move || {
        for round in 0..ROUNDS {
            b.send(&[round as u8]).expect("send");
            assert_eq!(b.recv_all(1), [round as u8]);
        }
        b.close();
    });
    let closed = Arc::new(AtomicUsize::new(0));
    let answering: Vec<_> = (0..2)
        .map(|_| {
            let closed = closed.clone();
            task(move || answer_bytes(socket, object as HANDLE, &closed))
        })
        .collect();
    calling.result();
    let answered: usize = answering.into_iter().map(Task::result).sum();
    assert_eq!((answered, closed.load(Ordering::Relaxed)), (ROUNDS, 1));
}

/// Sends every single byte back until somebody has been told FD_CLOSE; returns how many there were.
fn answer_bytes(socket: SOCKET, object: HANDLE, closed: &AtomicUsize) -> usize {
    let (socket, start) = (ManuallyDrop::new(Socket::new(socket)), Instant::now());
    let (mut answered, mut byte) = (0, [0; 4]);
    while closed.load(Ordering::Relaxed) == 0 {
        assert!(start.elapsed() < LOAD_LIMIT, "an event is missing");
        wait(object, 5);
        let found = enumerate(socket.raw(), object).expect("enumerate");
        if found.events & FD_READ != 0 {
            assert_eq!(socket.recv(&mut byte), Ok(1), "told for nothing");
            answered += 1;
            socket.send(&byte[..1]).expect("send");
        }
        if found.events & FD_CLOSE != 0 {
            closed.fetch_add(1, Ordering::Relaxed);
        }
    }
    answered
}
