//! The command line: what is refused, with which status, and that it is said in one clear line.

mod common;

use std::net::TcpListener;
use std::process::{Command, Output, Stdio};

use common::{LIMITED, MODELS, Server, larboard, run, text};

fn refused(args: &[&str], status: i32) -> String {
    let Output {
        status: ended,
        stdout,
        stderr,
    } = run(larboard().args(args), b"");
    let message = text(&stderr);
    assert_eq!(ended.code(), Some(status), "{args:?}: {message}");
    assert!(stdout.is_empty(), "{args:?} printed {:?}", text(&stdout));
    one_line(&message);
    message
}

fn one_line(message: &str) {
    assert_eq!(message.lines().count(), 1, "{message}");
}

#[test]
fn usage_errors_name_the_flag_and_what_it_takes() {
    let message = refused(&["serve", "--model", "fibers"], 2);
    assert!(
        message.contains("--model") && MODELS.iter().all(|model| message.contains(model)),
        "{message}"
    );
    let message = refused(&["serve", "--workers", "0"], 2);
    assert!(
        message.contains("--workers") && message.contains("1..=1024"),
        "{message}"
    );
    let message = refused(&["serve", "--addr", "somewhere"], 2);
    assert!(
        message.contains("--addr") && message.contains("127.0.0.1:9000"),
        "{message}"
    );
    let message = refused(&["serve", "--model", "threads", "--workers", "2"], 2);
    assert!(
        message.contains("--workers") && message.contains("completion-port"),
        "{message}"
    );
    let message = refused(&["serve", "--model", "select", "--limit", "128"], 2);
    assert!(
        message.contains("--limit") && message.contains("64, none"),
        "{message}"
    );
    for model in MODELS.iter().filter(|model| !LIMITED.contains(model)) {
        let message = refused(&["serve", "--model", model, "--limit", "none"], 2);
        assert!(
            LIMITED.iter().all(|limited| message.contains(limited)) && message.contains(model),
            "{message}"
        );
    }
    let message = refused(&["load", "127.0.0.1:9000", "--seconds", "never"], 2);
    assert!(message.contains("--seconds"), "{message}");
    refused(&["serve", "--buffer", "0"], 2);
    refused(&["client", "127.0.0.1"], 2);
    refused(&["client", "--encoding", "ebcdic"], 2);
    refused(&["compare", "--connections", "0"], 2);
    refused(&["compare", "--connections", "1,999999999"], 2);
    refused(&["compare", "--models", "iterative,fibers"], 2);
    refused(&["completions", "cmd"], 2);
    let message = refused(&["serv"], 2);
    assert!(message.contains("'serve'"), "{message}");
}

#[test]
fn negative_numbers_are_refused_for_what_they_are() {
    let message = refused(&["load", "127.0.0.1:9000", "--seconds", "-1"], 2);
    assert!(
        message.contains("'-1'") && message.contains("from 0.1 to 3600"),
        "{message}"
    );
    let message = refused(&["compare", "--seconds", "-0.5"], 2);
    assert!(
        message.contains("--seconds") && message.contains("from 0.1 to 3600"),
        "{message}"
    );
    for (command, flag, range) in [
        (&["serve"][..], "--workers", "1..=1024"),
        (&["serve"], "--concurrency", "0..=1024"),
        (&["serve"], "--buffer", "1..=1048576"),
        (&["load", "127.0.0.1:9000"], "--connections", "1..=60000"),
        (&["load", "127.0.0.1:9000"], "--size", "1..=16777216"),
        (&["load", "127.0.0.1:9000"], "--depth", "1..=1024"),
        (&["compare"], "--connections", "1..=60000"),
    ] {
        let message = refused(&[command, &[flag, "-1"]].concat(), 2);
        assert!(
            message.contains(flag) && message.contains(range),
            "{message}"
        );
    }
}

/// PRG-03: a start that fails prints why and ends with a status other than 0.
#[test]
fn prg_03_a_port_in_use_is_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    for model in MODELS {
        let message = refused(&["serve", "--model", model, "--addr", &addr], 1);
        assert!(
            message.contains(&addr) && message.contains("--addr"),
            "{message}"
        );
    }
}

/// The command without the privilege to bind low ports, or `None` where it cannot be dropped or no port is privileged.
fn unprivileged() -> Option<Command> {
    let first = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").ok()?;
    if first.trim().parse::<u16>().ok()? <= 80 {
        return None;
    }
    if text(&run(Command::new("id").arg("-u"), b"").stdout).trim() != "0" {
        return Some(larboard());
    }
    let mut command = Command::new("setpriv");
    command.args([
        "--bounding-set=-net_bind_service",
        "--inh-caps=-net_bind_service",
        "--",
    ]);
    let can_drop = Command::new("setpriv")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok();
    command.arg(env!("CARGO_BIN_EXE_larboard"));
    can_drop.then_some(command)
}

#[test]
fn a_privileged_port_is_one_line() {
    let Some(mut command) = unprivileged() else {
        return;
    };
    let output = run(command.args(["serve", "--addr", "127.0.0.1:80"]), b"");
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    one_line(&message);
    assert!(
        message.contains("1024") && message.contains("127.0.0.1:80"),
        "{message}"
    );
}

#[test]
fn an_address_of_another_machine_is_one_line() {
    let message = refused(&["serve", "--addr", "192.0.2.1:9000"], 1);
    assert!(message.contains("192.0.2.1:9000"), "{message}");
}

#[test]
fn nobody_listening_is_one_line() {
    let addr = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    for args in [&["client", &addr][..], &["load", &addr, "--seconds", "0.1"]] {
        let message = refused(args, 1);
        assert!(
            message.contains(&addr) && message.contains("larboard serve"),
            "{message}"
        );
    }
}

#[test]
fn completions_are_written_for_three_shells() {
    for (shell, mark) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef larboard"),
        ("fish", "complete -c larboard"),
    ] {
        let output = run(larboard().args(["completions", shell]), b"");
        let script = text(&output.stdout);
        assert!(output.status.success() && script.contains(mark), "{script}");
        assert!(
            MODELS.iter().all(|model| script.contains(model)) && script.contains("concurrency"),
            "{shell}"
        );
    }
}

/// PRG-01: port 9000 is what server and client take when they are not told otherwise.
#[test]
fn prg_01_port_9000_is_the_default() {
    for command in ["serve", "client"] {
        let help = text(&run(larboard().args([command, "--help"]), b"").stdout);
        assert!(help.contains("[default: 127.0.0.1:9000]"), "{help}");
    }
}

#[test]
fn a_reader_who_leaves_is_no_error() {
    let script = format!(
        "{{ {} models; echo $? >&2; }} | head -n 1",
        env!("CARGO_BIN_EXE_larboard")
    );
    let output = run(Command::new("sh").args(["-c", &script]), b"");
    assert_eq!(text(&output.stderr), "0\n");
}

#[test]
fn models_are_explained_in_both_languages() {
    let in_language = |lang| text(&run(larboard().args(["models", "--lang", lang]), b"").stdout);
    let (en, ko) = (in_language("en"), in_language("ko"));
    assert!(
        MODELS
            .iter()
            .all(|model| en.contains(model) && ko.contains(model))
    );
    assert!(en.contains("disadvantages") && ko.contains("단점"));
}

#[test]
fn the_language_follows_the_locale() {
    let with_locale = |locale| {
        let mut command = larboard();
        command
            .args(["models"])
            .env_remove("LC_ALL")
            .env_remove("LC_MESSAGES")
            .env("LC_CTYPE", locale)
            .env("LANG", locale);
        text(&run(&mut command, b"").stdout)
    };
    assert!(with_locale("ko_KR.UTF-8").contains("단점"));
    assert!(with_locale("de_DE.UTF-8").contains("disadvantages"));
    assert!(with_locale("C").contains("disadvantages"));
}

#[test]
fn doctor_finds_this_machine_usable() {
    let output = run(larboard().arg("doctor"), b"");
    let report = text(&output.stdout);
    assert!(output.status.success(), "{report}");
    for word in [
        "kernel",
        "engine",
        "io_uring",
        "open files",
        "somaxconn",
        "ports",
    ] {
        assert!(report.contains(word), "no {word} in:\n{report}");
    }
}

/// PRG-38: all models are always there, whatever the version of the system.
#[test]
fn prg_38_every_model_starts_and_ends() {
    for model in MODELS {
        let (status, lines) = Server::with(model, &["--lang", "en"]).interrupt();
        assert!(status.success(), "{model}: {lines:?}");
        assert!(
            lines[0].starts_with("[TCP Server] Listening: 127.0.0.1:") && lines[0].contains(model),
            "{lines:?}"
        );
        let summary = lines.last().unwrap();
        assert!(
            summary
                .starts_with("[TCP Server] Summary: clients=0, messages=0, bytes=0, peak threads="),
            "{summary}"
        );
    }
}
