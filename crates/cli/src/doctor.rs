//! `larboard doctor`: what this machine offers, what is missing, and how to fix it.

mod engine;

use std::fs;
use std::thread;

use crate::console;
use crate::failure::Failure;
use crate::limits;
use crate::messages::Lang;

/// How a thing was found.
enum State {
    Good,
    /// Works, but this would be better.
    Advice(String),
    /// Does not work.
    Broken(String),
}

struct Finding {
    name: &'static str,
    value: String,
    state: State,
}

/// Prints all findings; fails if larboard cannot run here.
pub fn run() -> Result<(), Failure> {
    let findings = [
        kernel(),
        processors(),
        engine::epoll(),
        engine::io_uring(),
        open_files(),
        backlog(),
        ports(),
        strace(),
        compiler(),
        language(),
    ];
    let mut table = console::table(["", "", "", ""]);
    for finding in &findings {
        let (mark, advice) = match &finding.state {
            State::Good => ("✓", ""),
            State::Advice(advice) => ("!", advice.as_str()),
            State::Broken(advice) => ("✗", advice.as_str()),
        };
        table.add_row([mark, finding.name, &finding.value, advice]);
    }
    console::print_line(
        &table
            .lines()
            .skip(2)
            .map(|line| line.trim_end().to_owned())
            .collect::<Vec<_>>()
            .join("\n"),
    )?;
    let broken: Vec<_> = findings
        .iter()
        .filter(|finding| matches!(finding.state, State::Broken(_)))
        .map(|finding| finding.name)
        .collect();
    if broken.is_empty() {
        return console::print_line("\nLarboard runs here.");
    }
    Err(Failure::new(format_args!(
        "larboard does not run here: {}",
        broken.join(", ")
    )))
}

fn kernel() -> Finding {
    let value = setting("kernel/osrelease").unwrap_or_else(|| "unknown".to_owned());
    Finding {
        name: "kernel",
        value: format!("Linux {value}"),
        state: State::Good,
    }
}

fn processors() -> Finding {
    let count = thread::available_parallelism().map_or(1, usize::from);
    let state = match count {
        1 => State::Advice(
            "server and load share one processor: compare shows less of a difference".to_owned(),
        ),
        _ => State::Good,
    };
    Finding {
        name: "processors",
        value: count.to_string(),
        state,
    }
}

fn open_files() -> Finding {
    let limit = limits::open_files();
    let write = |limit: Option<u64>| {
        limit.map_or_else(|| "unlimited".to_owned(), |limit| limit.to_string())
    };
    let state = match limit.hard {
        Some(hard) if hard < 10_100 => State::Advice(format!(
            "{} clients at most; for 10,000 raise the hard limit: `ulimit -Hn 20000` as root, or `nofile` in /etc/security/limits.conf",
            hard.saturating_sub(16)
        )),
        _ => State::Good,
    };
    let value = format!(
        "{} now, {} at most (serve and load raise it themselves)",
        write(limit.soft),
        write(limit.hard)
    );
    Finding {
        name: "open files",
        value,
        state,
    }
}

fn backlog() -> Finding {
    let (value, state) = match number("net/core/somaxconn") {
        Some(length) if length < 1024 => (
            length.to_string(),
            State::Advice(
                "many clients at once may be turned away: `sysctl -w net.core.somaxconn=4096`"
                    .to_owned(),
            ),
        ),
        Some(length) => (length.to_string(), State::Good),
        None => ("unknown".to_owned(), State::Good),
    };
    Finding {
        name: "somaxconn",
        value: format!("{value} clients may wait to be accepted"),
        state,
    }
}

fn ports() -> Finding {
    let range = setting("net/ipv4/ip_local_port_range").unwrap_or_default();
    let bounds: Vec<u32> = range
        .split_whitespace()
        .filter_map(|bound| bound.parse().ok())
        .collect();
    let &[low, high] = bounds.as_slice() else {
        return Finding {
            name: "client ports",
            value: "unknown".to_owned(),
            state: State::Good,
        };
    };
    let count = (high + 1).saturating_sub(low);
    let state = if count < 11_000 {
        State::Advice(
            "too few for 10,000 clients: `sysctl -w net.ipv4.ip_local_port_range='32768 60999'`"
                .to_owned(),
        )
    } else {
        State::Good
    };
    Finding {
        name: "client ports",
        value: format!("{count} ({low} to {high})"),
        state,
    }
}

fn strace() -> Finding {
    let (value, state) = if crate::compare::system_calls::is_possible() {
        ("found: compare counts system calls".to_owned(), State::Good)
    } else {
        (
            "not found".to_owned(),
            State::Advice("install strace if compare shall count system calls".to_owned()),
        )
    };
    Finding {
        name: "strace",
        value,
        state,
    }
}

fn compiler() -> Finding {
    let (value, state) = match crate::build::compiler() {
        Ok(identity) => (identity, State::Good),
        Err(failure) => (
            "not found".to_owned(),
            State::Advice(failure.message().to_owned()),
        ),
    };
    Finding {
        name: "C and C++",
        value,
        state,
    }
}

fn language() -> Finding {
    let value = Lang::of_system()
        .pick("English", "한국어 (Korean)")
        .to_owned();
    Finding {
        name: "language",
        value: format!("{value}, by locale; --lang chooses"),
        state: State::Good,
    }
}

/// A value under `/proc/sys`.
fn setting(name: &str) -> Option<String> {
    let text = fs::read_to_string(format!("/proc/sys/{name}")).ok()?;
    Some(text.trim().to_owned())
}

fn number(name: &str) -> Option<u64> {
    setting(name)?.parse().ok()
}
