//! The echo servers: what they print and how many they serve, driven by clients of the standard library.

mod common;

use std::io::{Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use common::{CONCURRENT, Client, LIMITED, MODELS, Server, until};

fn processors() -> usize {
    std::thread::available_parallelism().unwrap().get()
}

/// How long nothing must arrive for "nothing arrives" to be believed.
const SILENCE: Duration = Duration::from_millis(50);

/// Waits for the number of threads: one that has just been made has its parent's name for a moment, one of the library's too.
fn has_threads(server: &Server, threads: usize) {
    until(&format!("{threads} threads"), || {
        server.threads() == threads
    });
}

/// The models that are told what their sockets are ready for.
const NOTIFIED: [&str; 3] = ["select", "async-select", "event-select"];

fn is_silent(client: &mut Client) -> bool {
    client.stream.set_read_timeout(Some(SILENCE)).unwrap();
    let nothing = client.stream.read(&mut [0]).is_err();
    client
        .stream
        .set_read_timeout(Some(common::DEADLINE))
        .unwrap();
    nothing
}

/// PRG-04: connect, data and disconnect of the Korean family, each on its own line, the first and last after an empty line.
/// PRG-10: address and port are the client's.
/// PRG-11: two clients get their own data only, and one that is silent holds up no other.
/// PRG-35: every model but the iterative one serves a second client beside a silent first.
#[test]
fn prg_04_two_clients_in_korean() {
    for model in CONCURRENT {
        let mut server = Server::start(model);
        let (mut first, mut second) = (server.connect(), server.connect());
        second.echo("안녕하세요".as_bytes());
        server.expect(&second.said("안녕하세요"));
        first.echo("한국산업기술대학교".as_bytes());
        server.expect(&first.said("한국산업기술대학교"));
        second.echo("게임공학과".as_bytes());
        server.expect(&second.said("게임공학과"));
        let farewell = [first.disconnected(), second.disconnected()];
        drop((first, second));
        farewell.iter().for_each(|line| server.expect(line));
        let after_empty = |text: &String| {
            let at = server.seen.iter().position(|line| line == text).unwrap();
            server.seen[at - 1].is_empty()
        };
        assert!(
            farewell.iter().all(after_empty),
            "{model}: {:?}",
            server.seen
        );
        let (status, lines) = server.interrupt();
        assert!(status.success(), "{model}");
        let summary = lines.last().unwrap();
        assert!(
            summary.starts_with("[TCP 서버] 요약: 클라이언트=2, 메시지=3, 바이트=57, 최대 스레드="),
            "{model}: {summary}"
        );
    }
}

/// PRG-05: the English family: accept for the event server, connect for the others; every message after an empty line.
#[test]
fn prg_05_english() {
    for model in MODELS {
        let mut server = Server::with(model, &["--lang", "en"]);
        let mut client = Client::new(server.addr);
        let port = client.addr.port();
        client.echo(b"hello");
        let verb = if model == "overlapped-event" {
            "Accept"
        } else {
            "Connect"
        };
        let lines = [
            format!("[TCP Server] {verb} Client: IP=127.0.0.1, port={port}"),
            format!("[TCP Server] IP=127.0.0.1, port={port}: hello"),
            format!("[TCP Server] Disconnect Client: IP=127.0.0.1, port={port}"),
        ];
        drop(client);
        lines.iter().for_each(|line| server.expect(line));
        let expected: Vec<_> = lines.iter().flat_map(|line| ["", line.as_str()]).collect();
        assert_eq!(server.seen[1..], expected, "{model}");
    }
}

/// PRG-01: every byte comes back to its client in order.
/// PRG-02: the buffer is 512 bytes: longer input is printed and echoed in pieces of 512 at most.
#[test]
fn prg_02_long_input_in_pieces() {
    for model in MODELS {
        let mut server = Server::start(model);
        let mut client = server.connect();
        let data: String = ('a'..='z').cycle().take(5000).collect();
        client.echo(data.as_bytes());
        let prefix = client.said("");
        let last = client.disconnected();
        drop(client);
        server.expect(&last);
        let pieces: Vec<_> = server
            .seen
            .iter()
            .filter_map(|line| line.strip_prefix(&prefix))
            .collect();
        assert!(pieces.iter().all(|piece| piece.len() <= 512), "{model}");
        assert_eq!(pieces.concat(), data, "{model}");
    }
}

/// PRG-18: what comes while an echo is owed waits until that has gone, and is received then, although it was told before and
/// nothing follows that could be told.
#[test]
fn prg_18_what_was_told_meanwhile_is_not_lost() {
    for model in CONCURRENT {
        let server = Server::with(model, &["--quiet"]);
        // As much as fits on the way while nobody reads: the server owes an echo, and the rest waits in its socket.
        let (_full, room) = fill(&server, usize::MAX);
        let (client, sent) = fill(&server, room - LAST);
        let mut back = vec![0; sent];
        let mut reader = client.stream;
        if let Err(error) = reader.read_exact(&mut back) {
            panic!("{model} gave only a part of {sent} bytes back: {error}");
        }
    }
}

/// What the second client of a pair leaves, so that its data are all on the way; the system's buffers may differ by less.
const LAST: usize = 48 << 10;

/// Writes without reading, until no more is taken or so much is written.
fn fill(server: &Server, most: usize) -> (Client, usize) {
    let mut client = Client::new(server.addr);
    let buffers = socket2::SockRef::from(&client.stream);
    buffers.set_recv_buffer_size(1 << 16).unwrap();
    buffers.set_send_buffer_size(1 << 12).unwrap();
    let patience = Some(4 * SILENCE);
    client.stream.set_write_timeout(patience).unwrap();
    let (block, mut written) = ([b'x'; 1 << 12], 0);
    while written < most {
        let next = &block[..block.len().min(most - written)];
        match client.stream.write(next) {
            Ok(count) => written += count,
            Err(_) => break,
        }
    }
    (client, written)
}

/// PRG-09: a server that cannot send everything at once goes on with the rest before it receives again.
#[test]
fn prg_09_partial_sends() {
    for model in MODELS {
        let server = Server::with(model, &["--quiet", "--buffer", "65536"]);
        let client = Client::new(server.addr);
        let buffers = socket2::SockRef::from(&client.stream);
        buffers.set_recv_buffer_size(1 << 16).unwrap();
        buffers.set_send_buffer_size(1 << 16).unwrap();
        // More than both directions can hold on the way, so that the server's sends are cut.
        let data: Vec<u8> = (0..32 << 20)
            .map(|index: u32| (index.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        let mut writer = client.stream.try_clone().unwrap();
        let mut reader = client.stream;
        let written = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            let (data, written) = (&data, &written);
            scope.spawn(move || {
                for block in data.chunks(1 << 16) {
                    writer.write_all(block).unwrap();
                    written.fetch_add(block.len(), Relaxed);
                }
            });
            // The server takes no more from a client that takes nothing back.
            let mut last = usize::MAX;
            until("a full pipe", || {
                std::thread::sleep(SILENCE);
                let now = written.load(Relaxed);
                std::mem::replace(&mut last, now) == now
            });
            assert!(last < data.len(), "{model} took everything");
            let mut back = vec![0; data.len()];
            reader.read_exact(&mut back).unwrap();
            assert!(back == *data, "{model}: the echo differs");
        });
    }
}

/// PRG-08: an orderly end and a reset are both recognised, with one disconnect message each.
/// PRG-06: the failed operation is named in brackets, with a text.
#[test]
fn prg_08_both_ways_to_go() {
    for model in MODELS {
        let mut server = Server::start(model);
        let orderly = server.connect();
        let line = orderly.disconnected();
        drop(orderly);
        server.expect(&line);
        let mut hasty = server.connect();
        hasty.echo(b"x");
        let line = hasty.disconnected();
        hasty.reset();
        server.expect(&line);
        let mut third = server.connect();
        third.echo(b"still there");
        let errors = |text: &&String| text.starts_with('[') && !text.starts_with("[TCP");
        assert!(
            server.seen.iter().any(|line| errors(&line)),
            "{model}: {:?}",
            server.seen
        );
        assert_eq!(
            server.seen.iter().filter(|seen| **seen == line).count(),
            1,
            "{model}"
        );
    }
}

/// PRG-12: the iterative server serves one client from accept to its end; a second is connected but has its echo only then.
#[test]
fn prg_12_one_after_the_other() {
    let mut server = Server::start("iterative");
    let mut first = server.connect();
    let mut second = Client::new(server.addr);
    second.stream.write_all(b"me too").unwrap();
    first.echo(b"first");
    assert!(is_silent(&mut second));
    drop(first);
    let mut back = [0; 6];
    second.stream.read_exact(&mut back).unwrap();
    assert_eq!(&back, b"me too");
    server.expect(&second.connected());
    has_threads(&server, 1);
}

/// PRG-13: a thread for every client and one more; threads end with their clients.
#[test]
fn prg_13_a_thread_for_every_client() {
    let mut server = Server::start("threads");
    has_threads(&server, 1);
    let clients: Vec<_> = (0..5).map(|_| server.connect()).collect();
    has_threads(&server, 6);
    drop(clients);
    has_threads(&server, 1);
    let (_, lines) = server.interrupt();
    assert!(
        lines.last().unwrap().ends_with("최대 스레드=6"),
        "{lines:?}"
    );
}

/// PRG-14: the non-blocking server polls one thread's sockets without pause: a whole processor even when nobody speaks.
#[test]
fn prg_14_polling_takes_a_whole_processor() {
    let mut server = Server::start("nonblocking");
    let mut client = server.connect();
    client.echo(b"x");
    let before = server.cpu_ticks();
    until("half a second of processor time without a message", || {
        server.cpu_ticks() - before >= 50
    });
    has_threads(&server, 1);
}

/// PRG-21: element 0 of the event array is the control event, so 63 clients fit.
/// PRG-22: the client that finds the table full is closed at once, and its disconnect is printed.
/// PRG-23: address and port are printed, and the server stays usable after a refused client.
/// PRG-24: removing a client moves the last one into its place, with socket and event.
/// PRG-30: the event server handles exactly 63 clients.
/// PRG-36: the limit of 64 objects for each thread is that of overlapped-event; the port has none.
#[test]
fn prg_21_sixty_three_clients() {
    let mut server = Server::start("overlapped-event");
    let mut clients: Vec<_> = (0..63).map(|_| server.connect()).collect();
    for client in &mut clients {
        client.echo(b"all of us");
    }
    let mut refused = server.connect();
    assert!(refused.is_closed());
    server.expect(&refused.disconnected());
    // Gaps at the start and in the middle are filled by the last ones, who keep their own data.
    for gap in [0, 30, 60] {
        let line = clients[gap].disconnected();
        drop(clients.remove(gap));
        server.expect(&line);
    }
    clients.extend((0..3).map(|_| server.connect()));
    for (number, client) in clients.iter_mut().enumerate() {
        client.echo(format!("client {number}").as_bytes());
        server.expect(&client.said(&format!("client {number}")));
    }
    assert!(server.connect().is_closed());
}

/// PRG-15: the select server is one thread for all clients, which sleeps in select while nobody speaks.
/// PRG-17: so is the server of the message model, with its one window.
/// PRG-19: and the event-select server, with an event for each socket.
#[test]
fn prg_15_one_thread_that_is_notified() {
    for model in NOTIFIED {
        let mut server = Server::start(model);
        has_threads(&server, 1);
        let mut clients: Vec<_> = (0..40).map(|_| server.connect()).collect();
        for round in ["하나", "둘"] {
            for client in &mut clients {
                client.echo(round.as_bytes());
                server.expect(&client.said(round));
            }
        }
        has_threads(&server, 1);
        let before = server.cpu_ticks();
        std::thread::sleep(10 * SILENCE);
        let ticks = server.cpu_ticks() - before;
        assert!(ticks <= 5, "{model} took {ticks}0 of 500 ms for nothing");
    }
}

/// PRG-16: the listening socket and 63 clients fill the select server's set of 64; who finds it full is told so in the
/// textbook's words and closed.
/// PRG-19: at most 64 sockets for the event-select server's thread: the listening one and 63 clients.
/// PRG-36: the limit of 64 for each thread is that of select and event-select too.
#[test]
fn prg_16_sixty_four_sockets() {
    for model in LIMITED {
        let mut server = Server::start(model);
        let mut clients: Vec<_> = (0..63).map(|_| server.connect()).collect();
        for client in &mut clients {
            client.echo(b"all of us");
        }
        let mut refused = server.connect();
        server.expect("[오류] 소켓 정보를 추가할 수 없습니다!");
        assert!(refused.is_closed(), "{model}");
        // Who goes, from the start, the middle or the end, makes room, and the others keep their own data.
        for gap in [0, 30, 60] {
            let line = clients[gap].disconnected();
            drop(clients.remove(gap));
            server.expect(&line);
        }
        clients.extend((0..3).map(|_| server.connect()));
        for (number, client) in clients.iter_mut().enumerate() {
            client.echo(format!("client {number}").as_bytes());
            server.expect(&client.said(&format!("client {number}")));
        }
        assert!(server.connect().is_closed(), "{model}");
        has_threads(&server, 1);
    }
}

/// PRG-16: with sets as large as need be the select server refuses nobody, still in one thread.
/// PRG-17: the message model has no limit to lift.
/// PRG-19: the event-select server takes a thread for every 63 clients, and fills gaps before it takes another.
/// PRG-36: so the limit is one of each thread, and of select and event-select only.
#[test]
fn prg_36_limits_are_for_each_thread() {
    let none = &["--lang", "ko", "--limit", "none"][..];
    for (model, args, threads) in [
        ("select", none, 1),
        ("async-select", &["--lang", "ko"], 1),
        ("event-select", none, 3),
    ] {
        let mut server = Server::with(model, args);
        let mut clients: Vec<_> = (0..150).map(|_| server.connect()).collect();
        clients
            .iter_mut()
            .for_each(|client| client.echo(b"one of 150"));
        has_threads(&server, threads);
        // Ten of every thread go, and as many come.
        for gap in (0..10).flat_map(|round| [round, 53 + round, 110 + round]) {
            let line = clients[gap].disconnected();
            clients[gap] = Client::new(server.addr);
            server.expect(&line);
        }
        for (number, client) in clients.iter_mut().enumerate() {
            client.echo(format!("client {number}").as_bytes());
        }
        has_threads(&server, threads);
        let (status, lines) = server.interrupt();
        assert!(status.success(), "{model}");
        let summary = lines.last().unwrap();
        assert!(
            summary.contains("클라이언트=180, 메시지=300")
                && summary.ends_with(&format!("최대 스레드={threads}")),
            "{model}: {summary}"
        );
    }
}

/// PRG-11: two who always speak hold up no third, whatever its place among them.
#[test]
fn prg_11_talkers_hold_up_nobody() {
    for model in NOTIFIED {
        let server = Server::with(model, &["--quiet"]);
        let mut clients: Vec<_> = (0..3).map(|_| Client::new(server.addr)).collect();
        let mut quiet = clients.remove(1);
        quiet.echo(b"here I am");
        let talking = AtomicUsize::new(clients.len());
        std::thread::scope(|scope| {
            for client in clients {
                scope.spawn(|| {
                    chatter(client, model);
                    talking.fetch_sub(1, Relaxed);
                });
            }
            (0..5).for_each(|_| quiet.echo(b"heard beside the talkers"));
            assert_eq!(
                talking.load(Relaxed),
                2,
                "{model} let the others finish first"
            );
        });
    }
}

/// Bytes one talker sends.
const TALK: usize = 16 << 20;

/// Sends without waiting for what comes back, which is read and compared beside.
fn chatter(client: Client, model: &str) {
    let mut writer = client.stream.try_clone().unwrap();
    let mut reader = client.stream;
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for _ in 0..TALK / PATTERN.len() {
                writer.write_all(&PATTERN).unwrap();
            }
            writer.shutdown(std::net::Shutdown::Write).unwrap();
        });
        let (mut piece, mut pieces) = ([0; PATTERN.len()], 0);
        while reader.read_exact(&mut piece).is_ok() {
            assert!(piece == PATTERN, "{model}: piece {pieces} differs");
            pieces += 1;
        }
        assert_eq!(
            pieces,
            TALK / PATTERN.len(),
            "{model}: the last bytes are missing"
        );
    });
}

/// A length that no buffer's size divides, so that a piece that is lost or doubled shows.
static PATTERN: [u8; 9973] = {
    let mut pattern = [0; 9973];
    let mut at = 0;
    while at < pattern.len() {
        pattern[at] = (at * 31 % 251) as u8;
        at += 1;
    }
    pattern
};

/// A client that sends, ends its half of the connection and then reads has everything back, and its end is told once.
#[test]
fn the_end_does_not_overtake_the_data() {
    for model in MODELS {
        let mut server = Server::start(model);
        let mut client = server.connect();
        let data: Vec<u8> = PATTERN.iter().copied().cycle().take(20_000).collect();
        client.stream.write_all(&data).unwrap();
        client.stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut back = Vec::new();
        client.stream.read_to_end(&mut back).unwrap();
        assert!(back == data, "{model} gave back {} bytes", back.len());
        server.expect(&client.disconnected());
    }
}

/// PRG-20: overlapped-event works with two threads, the one that accepts and one worker.
/// PRG-25: so does overlapped-routine.
/// PRG-26: its acceptor hands over each socket, however fast they come; the worker starts the first receive.
/// PRG-27: its routines receive and send in turn, for all clients, in the one worker.
#[test]
fn prg_25_two_threads_for_all_clients() {
    for model in ["overlapped-event", "overlapped-routine"] {
        let mut server = Server::start(model);
        has_threads(&server, 2);
        let mut clients: Vec<_> = (0..40).map(|_| Client::new(server.addr)).collect();
        for round in ["one", "two"] {
            for client in &mut clients {
                client.echo(round.as_bytes());
                server.expect(&client.said(round));
            }
        }
        has_threads(&server, 2);
    }
}

/// PRG-28: the port server has one thread and two for each processor, whatever the number of clients.
/// PRG-29: a worker survives the failed operation of a client.
#[test]
fn prg_28_two_workers_for_each_processor() {
    let mut server = Server::start("completion-port");
    let threads = 1 + 2 * processors();
    has_threads(&server, threads);
    for round in 0..3 * threads {
        let mut client = server.connect();
        client.echo(b"x");
        let line = client.disconnected();
        if round % 2 == 0 {
            client.reset()
        } else {
            drop(client)
        }
        server.expect(&line);
    }
    let mut clients: Vec<_> = (0..50).map(|_| server.connect()).collect();
    clients.iter_mut().for_each(|client| client.echo(b"alive"));
    has_threads(&server, threads);
}

#[test]
fn workers_can_be_chosen() {
    let server = Server::with("completion-port", &["--workers", "3", "--concurrency", "1"]);
    has_threads(&server, 4);
    let (_, lines) = server.interrupt();
    assert!(lines.last().unwrap().ends_with("=4"), "{lines:?}");
}

/// PRG-30: the port server handles a thousand clients.
/// PRG-37: and answers each of them within a second, with the same few threads.
#[test]
fn prg_37_a_thousand_clients() {
    let server = Server::with("completion-port", &["--quiet"]);
    let mut clients: Vec<_> = (0..1000).map(|_| Client::new(server.addr)).collect();
    let mut slowest = Duration::ZERO;
    for client in &mut clients {
        let start = std::time::Instant::now();
        client.echo(b"one of a thousand");
        slowest = slowest.max(start.elapsed());
    }
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    has_threads(&server, 1 + 2 * processors());
}
