//! Every server there is, one line each.

use std::io::{self, Error};
use std::path::PathBuf;

use super::native;

/// A server by its name on the command line.
#[derive(Debug)]
pub struct Server {
    pub name: &'static str,
    pub role: Role,
    workers: Workers,
    program: Program,
    /// What it is started with, besides what every server takes.
    pub arguments: &'static [&'static str],
}

/// What a server is measured for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// What everything is held against.
    Yardstick,
    /// What others have.
    Peer,
    /// What the bars of a completion port are for.
    Port,
    /// The same in another way, and what else is worth comparing with the peers.
    Variant,
    /// A notification model: measured if it is named, and in a section of its own.
    Model,
}

/// The threads a server can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Workers {
    One,
    Any,
    /// As many as it takes with 63 clients on each.
    Each63,
}

#[derive(Clone, Copy, Debug)]
enum Program {
    /// A program of the package `larboard-bench`.
    Bench(&'static str),
    /// A program of the package `larboard-bench-peers`.
    Package(&'static str),
    /// A source of C or C++.
    Native(&'static native::Source),
}

/// The servers, in the order of the tables.
pub static SERVERS: &[Server] = {
    use Program::{Bench, Native, Package};
    use Role::{Model, Peer, Port, Variant, Yardstick};
    use Workers::{Any, Each63, One};
    &[
        server("raw-epoll", Yardstick, Any, Bench("raw_epoll"), &[]),
        server("mio", Peer, One, Package("mio_echo"), &[]),
        server("tokio", Peer, Any, Package("tokio_echo"), &[]),
        server("compio", Peer, One, Package("compio_echo"), &[]),
        server("monoio", Peer, One, Package("monoio_echo"), &[]),
        server("libuv", Peer, One, Native(&native::LIBUV), &[]),
        server("asio", Peer, Any, Native(&native::ASIO), &[]),
        server("port", Port, Any, Bench("port_echo"), &[]),
        server("port-cpp", Variant, Any, Native(&native::PORT_CPP), &[]),
        server("port-ex", Variant, Any, Bench("port_echo"), &["--batch"]),
        server("port-skip", Variant, Any, Bench("port_echo"), &["--skip"]),
        server("rio", Variant, Any, Bench("rio_echo"), &[]),
        model(
            "overlapped-routine",
            Variant,
            One,
            &["--model=overlapped-routine"],
        ),
        model(
            "overlapped-event",
            Model,
            Each63,
            &["--model=overlapped-event"],
        ),
        model("event-select", Model, Each63, &["--model=event-select"]),
        model("async-select", Model, One, &["--model=async-select"]),
        model("select", Model, One, &["--model=select"]),
    ]
};

const fn server(
    name: &'static str,
    role: Role,
    workers: Workers,
    program: Program,
    arguments: &'static [&'static str],
) -> Server {
    Server {
        name,
        role,
        workers,
        program,
        arguments,
    }
}

/// The completion port with further arguments, for a section that compares it with itself.
pub const fn port_server(name: &'static str, arguments: &'static [&'static str]) -> Server {
    server(
        name,
        Role::Variant,
        Workers::Any,
        Program::Bench("port_echo"),
        arguments,
    )
}

const fn model(
    name: &'static str,
    role: Role,
    workers: Workers,
    arguments: &'static [&'static str],
) -> Server {
    server(name, role, workers, Program::Bench("model_echo"), arguments)
}

/// The server of this name; the error lists all names.
pub fn named(name: &str) -> Result<&'static Server, String> {
    SERVERS
        .iter()
        .find(|server| server.name == name)
        .ok_or_else(|| {
            let names: Vec<_> = SERVERS.iter().map(|server| server.name).collect();
            format!(
                "there is no server '{name}'; the servers are {}",
                names.join(", ")
            )
        })
}

impl Server {
    /// The threads it has if it is asked for so many; nothing if it cannot have as many.
    pub fn threads(&self, asked: usize, connections: usize) -> Option<usize> {
        match self.workers {
            Workers::Any => Some(asked),
            Workers::One => (asked == 1).then_some(1),
            Workers::Each63 => (asked == 1).then_some(connections.div_ceil(63)),
        }
    }

    /// Its program, built if that is the runner's task; the error says what is missing.
    pub fn program(&self) -> io::Result<PathBuf> {
        match self.program {
            Program::Native(source) => source.build(),
            Program::Bench(name) => bench_program(name),
            Program::Package(name) => beside_us(name, "larboard-bench-peers"),
        }
    }
}

/// A program of the package `larboard-bench`.
pub fn bench_program(name: &str) -> io::Result<PathBuf> {
    beside_us(name, "larboard-bench")
}

fn beside_us(name: &str, package: &str) -> io::Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    if path.exists() {
        Ok(path)
    } else {
        Err(Error::other(format!(
            "{package} is not built; bench/run builds it"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        for server in SERVERS {
            assert!(std::ptr::eq(named(server.name).unwrap(), server));
        }
        let error = named("iocp").unwrap_err();
        assert!(error.contains("no server 'iocp'") && error.contains("raw-epoll, mio"));
    }

    #[test]
    fn threads_follow_the_kind_of_server() {
        let threads = |name, asked, clients| named(name).unwrap().threads(asked, clients);
        assert_eq!(threads("port", 2, 1), Some(2));
        assert_eq!(threads("mio", 1, 1000), Some(1));
        assert_eq!(threads("mio", 2, 1000), None);
        assert_eq!(threads("event-select", 1, 63), Some(1));
        assert_eq!(threads("event-select", 1, 64), Some(2));
    }
}
