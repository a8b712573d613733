//! The interactive client, driven by a pipe.

mod common;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use common::{MODELS, Server, larboard, run, text};

fn client(addr: SocketAddr, args: &[&str], input: &str) -> String {
    let output = run(
        larboard().arg("client").arg(addr.to_string()).args(args),
        input.as_bytes(),
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// A server made of the standard library: echoes in pieces, and gives back all it got.
fn echo_in_pieces(piece: usize) -> (SocketAddr, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_nodelay(true).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let (mut all, mut buffer) = (Vec::new(), [0; 4096]);
        loop {
            let count = stream.read(&mut buffer).unwrap();
            if count == 0 {
                return all;
            }
            all.extend_from_slice(&buffer[..count]);
            for part in buffer[..count].chunks(piece) {
                stream.write_all(part).unwrap();
            }
        }
    });
    (addr, server)
}

/// PRG-31: the client connects to the address given, and asks, sends, receives and prints until its input ends.
/// PRG-32: its prompt follows an empty line; it prints bytes sent, bytes received and the data.
/// PRG-34: byte counts are those really sent: three bytes for a Korean syllable in UTF-8.
#[test]
fn prg_31_the_dialogue() {
    for model in MODELS {
        let mut server = Server::start(model);
        let said = client(server.addr, &["--lang", "ko"], "안녕하세요\n게임공학과\n");
        let round = |data: &str| {
            format!(
                "\n[보낼 데이터] [TCP 클라이언트] 15바이트를 보냈습니다.\n[TCP 클라이언트] 15바이트를 받았습니다.\n[받은 데이터] {data}\n"
            )
        };
        assert_eq!(
            said.trim_end_matches('\n'),
            format!(
                "{}{}\n[보낼 데이터] ",
                round("안녕하세요"),
                round("게임공학과")
            )
        );
        let port = |line: &&String| {
            line.contains("접속")
                .then(|| line.rsplit('=').next().unwrap().to_owned())
        };
        let summary = loop {
            server.expect("");
            if let Some(port) = server.seen.iter().find_map(|line| port(&line)) {
                break port;
            }
        };
        server.expect(&format!("[TCP/127.0.0.1:{summary}] 안녕하세요"));
        server.expect(&format!("[TCP/127.0.0.1:{summary}] 게임공학과"));
        server.expect(&format!(
            "[TCP 서버] 클라이언트 종료: IP 주소=127.0.0.1, 포트 번호={summary}"
        ));
    }
}

/// PRG-33: the newline is not sent, and an empty line ends the client with an orderly close.
#[test]
fn prg_33_an_empty_line_ends() {
    let (addr, server) = echo_in_pieces(4096);
    client(addr, &[], "one\r\ntwo\n\nthree\n");
    assert_eq!(text(&server.join().unwrap()), "onetwo");
}

/// PRG-33: a divided echo is taken whole before it is printed.
#[test]
fn prg_33_a_divided_echo_is_taken_whole() {
    let (addr, server) = echo_in_pieces(1);
    let line = "한국산업기술대학교".repeat(20);
    let said = client(addr, &["--lang", "ko"], &format!("{line}\n"));
    assert!(
        said.contains(&format!(
            "[TCP 클라이언트] 540바이트를 받았습니다.\n[받은 데이터] {line}\n"
        )),
        "{said}"
    );
    assert_eq!(text(&server.join().unwrap()), line);
}

/// PRG-34: CP949 brings the counts of Korean Windows, two bytes for a syllable, and the text comes back as it was.
#[test]
fn prg_34_cp949() {
    let (addr, server) = echo_in_pieces(4096);
    let said = client(
        addr,
        &["--encoding", "cp949", "--lang", "ko"],
        "안녕하세요\n한국산업기술대학교\n",
    );
    for (data, count) in [("안녕하세요", 10), ("한국산업기술대학교", 18)] {
        let round = format!(
            "[TCP 클라이언트] {count}바이트를 보냈습니다.\n[TCP 클라이언트] {count}바이트를 받았습니다.\n[받은 데이터] {data}\n"
        );
        assert!(said.contains(&round), "{said}");
    }
    let on_the_wire = server.join().unwrap();
    assert_eq!(on_the_wire.len(), 28);
    assert_eq!(on_the_wire[..4], [0xBE, 0xC8, 0xB3, 0xE7]); // 안녕
}

#[test]
fn a_character_outside_cp949_is_refused_the_dialogue_goes_on_and_the_status_tells() {
    let (addr, server) = echo_in_pieces(4096);
    let output = run(
        larboard().args([
            "client",
            &addr.to_string(),
            "--encoding",
            "cp949",
            "--lang",
            "en",
        ]),
        "a🙂\nb\n".as_bytes(),
    );
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    let lines: Vec<_> = message.lines().collect();
    assert!(
        lines.len() == 2 && lines[0].contains("cp949") && lines[0].contains("utf-8"),
        "{message}"
    );
    assert_eq!(lines[1], "error: 1 line was not sent");
    assert_eq!(text(&server.join().unwrap()), "b");
}

#[test]
fn a_server_that_goes_away_ends_the_client_with_one_line() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let server = thread::spawn(move || drop(listener.accept().unwrap()));
    let output = run(larboard().args(["client", &addr.to_string()]), b"hello\n");
    server.join().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stderr).lines().count(),
        1,
        "{}",
        text(&output.stderr)
    );
}
