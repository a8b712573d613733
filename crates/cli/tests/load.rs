//! The load generator and the comparison: what they count, and that they notice what is wrong.

mod common;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Stdio;
use std::thread;
use std::time::Instant;

use common::{DEADLINE, MODELS, Server, larboard, run, text, until};

/// A figure of a JSON report, by its name; names are used once only.
fn number(json: &str, name: &str) -> f64 {
    let (_, rest) = json
        .split_once(&format!("\"{name}\": "))
        .unwrap_or_else(|| panic!("no {name} in {json}"));
    rest.split([',', '\n'])
        .next()
        .unwrap()
        .trim()
        .parse()
        .unwrap_or_else(|_| panic!("{name} is no number in {json}"))
}

fn load(addr: SocketAddr, args: &[&str]) -> String {
    load_for(0.3, addr, args)
}

/// Measures for longer and longer until the report has enough: on a busy machine nobody may have had a turn in a short
/// time. Tells the report, and how often it was begun.
fn longer(
    mut measure: impl FnMut(f64) -> String,
    is_enough: impl Fn(&str) -> bool,
) -> (String, usize) {
    let (start, mut seconds, mut begun) = (Instant::now(), 0.3, 1);
    loop {
        let report = measure(seconds);
        if is_enough(&report) {
            return (report, begun);
        }
        assert!(start.elapsed() < DEADLINE, "not enough in {report}");
        (seconds, begun) = (seconds * 3.0, begun + 1);
    }
}

/// Loads a server until more than so many messages have come back within one run.
fn load_until(messages: f64, addr: SocketAddr, args: &[&str]) -> (String, usize) {
    longer(
        |seconds| load_for(seconds, addr, args),
        |json| number(json, "messages") > messages,
    )
}

fn load_for(seconds: f64, addr: SocketAddr, args: &[&str]) -> String {
    let output = run(
        larboard()
            .arg("load")
            .arg(addr.to_string())
            .args(args)
            .args(["--seconds", &seconds.to_string(), "--json"]),
        b"",
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(
        output.stderr.is_empty(),
        "a progress bar without a terminal: {}",
        text(&output.stderr)
    );
    text(&output.stdout)
}

#[test]
fn every_model_is_loaded_and_verified() {
    for model in MODELS {
        let server = Server::with(model, &["--quiet"]);
        let args = ["--connections", "1", "--size", "100", "--depth", "3"];
        let (json, begun) = load_until(3.0, server.addr, &args);
        assert_eq!(number(&json, "served"), 1.0, "{model}: {json}");
        assert!(number(&json, "p50") > 0.0, "{model}: {json}");
        let (_, lines) = server.interrupt();
        assert!(
            lines.last().unwrap().contains(&format!("clients={begun}")),
            "{model}: {lines:?}"
        );
    }
}

/// PRG-12: with two clients the iterative server answers one; the other waits.
#[test]
fn prg_12_waiting_clients_are_told_apart() {
    let server = Server::with("iterative", &["--quiet"]);
    let json = load(server.addr, &["--connections", "10"]);
    assert_eq!(
        (number(&json, "served"), number(&json, "waiting")),
        (1.0, 9.0),
        "{json}"
    );
}

/// PRG-22: of seventy clients of the event server seven are closed at once.
/// PRG-30: sixty-three are served.
/// PRG-36: select and event-select have the same limit.
#[test]
fn prg_30_refused_clients_are_told_apart() {
    for model in ["select", "event-select", "overlapped-event"] {
        let server = Server::with(model, &["--quiet"]);
        let json = load(server.addr, &["--connections", "70"]);
        assert_eq!(
            (number(&json, "served"), number(&json, "refused")),
            (63.0, 7.0),
            "{model}: {json}"
        );
    }
}

#[test]
fn large_messages_and_depth() {
    for model in ["threads", "overlapped-routine", "completion-port"] {
        let server = Server::with(model, &["--quiet", "--buffer", "16384"]);
        let args = ["--connections", "4", "--size", "1000000", "--depth", "4"];
        let (json, _) = load_until(0.0, server.addr, &args);
        assert_eq!(
            (number(&json, "served"), number(&json, "wrong")),
            (4.0, 0.0),
            "{model}: {json}"
        );
    }
}

/// A server that answers every client with what another one sent.
fn crossing_server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (first, _) = listener.accept().unwrap();
        let (second, _) = listener.accept().unwrap();
        let pass = |mut from: TcpStream, mut to: TcpStream| {
            thread::spawn(move || {
                let mut buffer = [0; 4096];
                while let Ok(count @ 1..) = from.read(&mut buffer) {
                    if to.write_all(&buffer[..count]).is_err() {
                        break;
                    }
                }
            })
        };
        pass(first.try_clone().unwrap(), second.try_clone().unwrap());
        pass(second, first);
    });
    addr
}

#[test]
fn crossed_data_is_noticed() {
    let addr = crossing_server();
    let args = [
        "load",
        &addr.to_string(),
        "--connections",
        "2",
        "--seconds",
        "0.2",
        "--json",
    ];
    let output = run(larboard().args(args), b"");
    let json = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{json}");
    // The first to notice ends its connection, and with it perhaps the other's.
    assert!(
        number(&json, "wrong") >= 1.0 && number(&json, "served") == 0.0,
        "{json}"
    );
    assert_eq!(text(&output.stderr).lines().count(), 1);
}

#[test]
fn the_report_for_people() {
    let server = Server::with("completion-port", &["--quiet"]);
    let addr = server.addr.to_string();
    let measure = |seconds: f64| {
        let seconds = seconds.to_string();
        let args = ["load", &addr, "--connections", "5", "--seconds", &seconds];
        text(&run(larboard().args(args), b"").stdout)
    };
    let (report, _) = longer(measure, |report| report.contains("p50"));
    for word in ["messages/s", "p99.9", "5 served", "every byte verified"] {
        assert!(report.contains(word), "no {word} in:\n{report}");
    }
}

/// PRG-40: the models can be put side by side, by throughput and by what they cost.
#[test]
fn prg_40_comparison() {
    let folder = std::env::temp_dir().join(format!("larboard-compare-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (json, html) = (folder.join("figures.json"), folder.join("report.html"));
    let mut command = larboard();
    command
        .args([
            "compare",
            "--connections",
            "1,70",
            "--seconds",
            "0.2",
            "--json",
        ])
        .arg(&json)
        .arg("--html")
        .arg(&html);
    let output = run(&mut command, b"");
    let table = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    for model in MODELS {
        assert_eq!(
            table
                .lines()
                .filter(|line| line.split_whitespace().next() == Some(model))
                .count(),
            2,
            "{table}"
        );
    }
    assert_eq!(table.matches("7 refused").count(), 3, "{table}");
    assert!(table.contains("69 wait"), "{table}");
    assert!(
        table.contains("select, event-select and overlapped-event served 63 of 70."),
        "{table}"
    );
    assert!(table.contains("came back with every byte right"), "{table}");

    let page = std::fs::read_to_string(&html).unwrap();
    assert!(page.contains("prefers-color-scheme: dark") && page.contains("name=viewport"));
    assert_eq!(
        page.matches("<svg").count(),
        8,
        "four figures for two numbers of clients"
    );
    let mut foreign = page
        .match_indices("http")
        .filter(|(at, _)| !page[*at..].starts_with("http://www.w3.org/2000/svg"));
    assert_eq!(
        foreign.next(),
        None,
        "the report needs something from elsewhere"
    );

    let models = run(
        larboard()
            .args(["models", "--lang", "en", "--measured"])
            .arg(&json),
        b"",
    );
    let models = text(&models.stdout);
    assert!(
        models.contains("measured") && models.contains("63 of 70 clients"),
        "{models}"
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_comparison_that_is_killed_leaves_no_server_behind() {
    let mut command = larboard();
    command.args([
        "compare",
        "--models",
        "threads",
        "--connections",
        "1",
        "--seconds",
        "60",
    ]);
    let mut compare = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let children = format!("/proc/{0}/task/{0}/children", compare.id());
    let mut server = String::new();
    until("the start of the server", || {
        server = std::fs::read_to_string(&children).unwrap();
        !server.is_empty()
    });
    let name = format!("/proc/{}/comm", server.trim());
    until("the server's own program", || {
        std::fs::read_to_string(&name).is_ok_and(|name| name == "larboard\n")
    });
    // It blocks on its listening socket or on a client: it is past its start.
    until("a thread for a client", || {
        std::fs::read_dir(format!("/proc/{}/task", server.trim()))
            .unwrap()
            .count()
            > 2
    });
    compare.kill().unwrap();
    compare.wait().unwrap();
    until("the end of the server", || !std::fs::exists(&name).unwrap());
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_measuring() {
    let output = run(
        larboard().args(["compare", "--json", "/nowhere/figures.json"]),
        b"",
    );
    assert_eq!(output.status.code(), Some(1));
    let message = text(&output.stderr);
    assert!(
        message.lines().count() == 1 && message.contains("/nowhere/figures.json"),
        "{message}"
    );
}

#[test]
fn a_file_that_is_no_comparison_is_one_line() {
    let output = run(
        larboard().args(["models", "--measured", "/proc/self/status"]),
        b"",
    );
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stderr).lines().count(),
        1,
        "{}",
        text(&output.stderr)
    );
}
