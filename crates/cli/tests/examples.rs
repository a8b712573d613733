//! The servers of `examples/cpp`, built by this command as they are and driven by clients of the standard library.
//! Where no Clang is installed, the tests print so and show nothing.

mod common;
#[path = "common/folder.rs"]
mod folder;

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;

use common::{Client, Server};
use folder::{Folder, has_compiler};

/// The examples in a folder of the test, which the build may write to.
fn copy(test: &str) -> Folder {
    let folder = Folder::new(&format!("examples-{test}"));
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cpp");
    copy_all(&examples, &folder.path);
    folder
}

fn copy_all(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            fs::create_dir_all(&to).unwrap();
            copy_all(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}

fn start(folder: &Folder, program: &str) -> Server {
    Server::spawn(Command::new(folder.path.join(program)).arg("0"))
}

fn comes(client: &Client) -> String {
    format!("[서버] {} 접속", client.addr)
}

fn says(client: &Client, text: &str) -> String {
    format!("[{}] {text}", client.addr)
}

fn goes(client: &Client) -> String {
    format!("[서버] {} 종료", client.addr)
}

/// Builds one source and lets it serve: a few clients in turn, then as many at once as it is made for.
fn serves(source: &str, at_once: usize) {
    if !has_compiler() {
        return;
    }
    let name = Path::new(source).file_stem().unwrap().to_str().unwrap();
    let folder = copy(name);
    folder.succeeds(&["build", source, "-o", "server"]);
    drive(start(&folder, "server"), at_once);
}

fn drive(mut server: Server, at_once: usize) {
    let mut clients: Vec<Client> = (0..3).map(|_| Client::new(server.addr)).collect();
    for client in &clients {
        server.expect(&comes(client));
    }
    for text in ["안녕하세요", "한국산업기술대학교", "게임공학과 hello"] {
        // The last one first: none has to wait for another.
        for client in clients.iter_mut().rev() {
            client.echo(text.as_bytes());
            server.expect(&says(client, text));
        }
    }
    for client in clients {
        let farewell = goes(&client);
        drop(client);
        server.expect(&farewell);
    }

    let mut clients: Vec<Client> = (0..at_once).map(|_| Client::new(server.addr)).collect();
    for round in 0..3 {
        let text = |at: usize| format!("{round}번째 {at}: 동시에");
        for (at, client) in clients.iter_mut().enumerate() {
            client.stream.write_all(text(at).as_bytes()).unwrap();
        }
        for (at, client) in clients.iter_mut().enumerate() {
            let mut back = vec![0; text(at).len()];
            client.stream.read_exact(&mut back).unwrap();
            assert_eq!(String::from_utf8(back).unwrap(), text(at));
        }
    }
    let mut staying = clients.split_off(1).pop().expect("a client that stays");
    staying.echo("끝까지".as_bytes());
    let (status, lines) = server.interrupt();
    assert!(status.success(), "{status}: {lines:?}");
    assert_eq!(lines.last().map(String::as_str), Some("[서버] 끝"));
    assert!(staying.is_closed());
}

/// The `at_once + 1`st client of a server with places for so many is refused, and finds one when another has gone.
fn refuses(source: &str, at_once: usize) {
    if !has_compiler() {
        return;
    }
    let name = Path::new(source).file_stem().unwrap().to_str().unwrap();
    let folder = copy(&format!("{name}-full"));
    folder.succeeds(&["build", source, "-o", "server"]);
    let mut server = start(&folder, "server");
    let mut clients: Vec<Client> = (0..at_once).map(|_| Client::new(server.addr)).collect();
    for client in &mut clients {
        client.echo("자리".as_bytes());
    }
    let mut one_too_many = Client::new(server.addr);
    assert!(one_too_many.is_closed());
    server.expect(&format!("[서버] {} 거절: 자리가 없다", one_too_many.addr));
    let leaving = clients.pop().expect("a client");
    let farewell = goes(&leaving);
    drop(leaving);
    server.expect(&farewell);
    Client::new(server.addr).echo("이제 있다".as_bytes());
    assert!(server.interrupt().0.success());
}

#[test]
fn blocking_in_c() {
    serves("Blocking/Blocking.c", 50);
}

#[test]
fn nonblocking_in_cp949() {
    serves("NonBlocking/NonBlocking.cpp", 50);
}

#[test]
fn select_in_utf_16() {
    serves("Select/SelectServer.cpp", 50);
}

#[test]
fn async_select() {
    serves("AsyncSelect/AsyncSelect.cpp", 50);
}

#[test]
fn event_select() {
    serves("EventSelect/EventSelect.cpp", 63);
    refuses("EventSelect/EventSelect.cpp", 63);
}

#[test]
fn overlapped_event() {
    serves("OverlappedEvent/OverlappedEvent.cpp", 63);
    refuses("OverlappedEvent/OverlappedEvent.cpp", 63);
}

#[test]
fn overlapped_routine() {
    serves("OverlappedRoutine/OverlappedRoutine.cpp", 50);
}

#[test]
fn completion_port() {
    serves("CompletionPort/CompletionPort.cpp", 50);
}

/// A solution: the library is built before the server that refers to it.
#[test]
fn a_solution() {
    if !has_compiler() {
        return;
    }
    let folder = copy("solution");
    folder.succeeds(&["build", "solution/EchoSolution.sln"]);
    drive(start(&folder, "solution/x64/Debug/EchoServer"), 50);
}
