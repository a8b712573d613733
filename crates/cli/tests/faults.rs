//! Clients that misbehave and limits that are low: the server goes on, serves the others, and leaks nothing.

mod common;

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{CONCURRENT, Client, MODELS, Server, larboard, signal, until};

/// A quiet server and the descriptors it has open before any client.
fn start(model: &str) -> (Server, usize) {
    let server = Server::with(model, &["--quiet"]);
    let files = server.open_files();
    (server, files)
}

/// What a server may open once and keep: pollers, and an event for each of its threads to block on.
const KEPT: usize = 8;

/// The server serves, and what its clients had open is closed: no socket but the listening one, nothing piled up.
fn recovers(server: &mut Server, model: &str, files: usize) {
    let is_closed = |server: &Server| server.sockets() == 1 && server.open_files() <= files + KEPT;
    until(&format!("the end of {model}'s clients"), || {
        is_closed(server)
    });
    let mut client = Client::new(server.addr);
    client.echo("아직 있다".as_bytes());
    drop(client);
    until(&format!("the end of {model}'s last client"), || {
        is_closed(server)
    });
    assert!(server.is_running(), "{model}");
}

#[test]
fn a_reset_in_the_middle_of_a_message() {
    for model in MODELS {
        let (mut server, files) = start(model);
        for _ in 0..20 {
            let mut client = Client::new(server.addr);
            client.stream.write_all(&[b'x'; 300]).unwrap();
            client.reset();
        }
        recovers(&mut server, model, files);
    }
}

#[test]
fn a_hundred_megabytes_without_reading() {
    for model in CONCURRENT {
        let (mut server, files) = start(model);
        let mut flood = Client::new(server.addr);
        flood
            .stream
            .set_write_timeout(Some(Duration::from_millis(300)))
            .unwrap();
        let mut left = 100 << 20;
        let block = vec![b'x'; 1 << 20];
        // Backpressure stops the flood: the server holds no more than its buffer and the sockets'.
        let stopped = loop {
            match flood.stream.write(&block) {
                Ok(count) if count < left => left -= count,
                Ok(_) => panic!("{model} swallowed 100 MB without anybody reading"),
                Err(error) => break error.kind(),
            }
        };
        assert!(
            matches!(stopped, ErrorKind::WouldBlock | ErrorKind::TimedOut),
            "{model}: {stopped:?}"
        );
        let mut other = Client::new(server.addr);
        other.echo(b"served beside the flood");
        drop(other);
        drop(flood);
        recovers(&mut server, model, files);
    }
}

#[test]
fn clients_that_never_speak() {
    for model in CONCURRENT {
        let (mut server, files) = start(model);
        let silent: Vec<_> = (0..50).map(|_| Client::new(server.addr)).collect();
        let mut other = Client::new(server.addr);
        other.echo(b"served beside the silent");
        drop(other);
        drop(silent);
        recovers(&mut server, model, files);
    }
}

#[test]
fn clients_that_vanish_at_once() {
    for model in MODELS {
        let (mut server, files) = start(model);
        for round in 0..100 {
            let client = Client::new(server.addr);
            if round % 2 == 0 {
                client.reset()
            } else {
                drop(client)
            }
        }
        recovers(&mut server, model, files);
    }
}

#[test]
fn sixty_four_descriptors() {
    for model in CONCURRENT {
        let command = format!(
            "ulimit -n 64; exec {} serve --model {model} --addr 127.0.0.1:0 --lang ko",
            env!("CARGO_BIN_EXE_larboard")
        );
        let mut server = Server::spawn(Command::new("sh").args(["-c", &command]));
        // The kernel completes more connections than the server can accept; the rest wait in its backlog.
        let mut clients: Vec<_> = (0..80).map(|_| Client::new(server.addr)).collect();
        clients[0].echo(b"served at the limit");
        let complaint = |line: &String| line.starts_with("[accept()]");
        // The event server may run out of events before it runs out of descriptors; either way it goes on.
        until("the limit", || {
            server.drain();
            server.seen.iter().any(complaint)
        });
        clients[1].echo(b"served beyond the limit");
        let mut last = clients.pop().unwrap();
        drop(clients);
        last.echo(b"accepted when the others had gone");
        assert!(server.is_running(), "{model}");
        server.drain();
        let complaints = server.seen.iter().filter(|line| complaint(line)).count();
        assert_eq!(
            complaints,
            1,
            "{model} repeats itself:\n{}",
            server.seen.join("\n")
        );
    }
}

#[test]
fn ctrl_c_with_clients_connected() {
    for model in MODELS {
        let server = Server::with(model, &["--lang", "en"]);
        let mut client = Client::new(server.addr);
        client.echo(b"12345");
        let (status, lines) = server.interrupt();
        assert!(status.success(), "{model}");
        let summary = lines.last().unwrap();
        assert!(
            summary.contains("clients=1, messages=1, bytes=5"),
            "{model}: {summary}"
        );
        assert!(client.is_closed(), "{model}");
    }
}

#[test]
fn nobody_reads_what_the_server_prints() {
    for model in MODELS {
        let mut server = Server::start(model);
        server.stop_reading();
        let mut client = Client::new(server.addr);
        (0..10).for_each(|_| client.echo(b"into the void"));
        assert!(server.is_running(), "{model}");
    }
}

#[test]
fn ctrl_c_while_the_reader_of_the_output_sleeps() {
    let mut command = larboard();
    command.args([
        "serve",
        "--model",
        "completion-port",
        "--addr",
        "127.0.0.1:0",
        "--lang",
        "en",
    ]);
    let mut server = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(server.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    let addr = line
        .split_whitespace()
        .find_map(|word| word.parse().ok())
        .unwrap();
    // It prints until the pipe is full, and then no longer answers.
    let mut client = Client::new(addr);
    client
        .stream
        .set_read_timeout(Some(Duration::from_millis(300)))
        .unwrap();
    while client.stream.write_all(&[b'x'; 512]).is_ok()
        && client.stream.read_exact(&mut [0; 512]).is_ok()
    {}
    signal(server.id(), "INT");
    until("the end of the server", || {
        server.try_wait().unwrap().is_some()
    });
    assert!(server.wait().unwrap().success());
}
