//! Memory of an idle connection: many clients that connect and never speak, each with a receive of 64 bytes pending in the server.

use std::io::{self, Error};
use std::time::{Duration, Instant};

use clap::Args;

use super::{available, named_or_usual, raise_file_limit};
use crate::load::Load;
use crate::placement::Placement;
use crate::report::{Bar, Limit, Report, Table};
use crate::server::{Role, Running, Server, Setup, named};
use crate::shape::Shape;

const BUFFER: usize = 64;

/// Connections that are made before the first reading, so that what every server needs once is not counted.
const FIRST: usize = 200;

#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Servers to measure
    #[arg(long, value_delimiter = ',', value_name = "NAMES", value_parser = named)]
    pub servers: Vec<&'static Server>,
    /// Idle connections, or as many as the limit on open files allows
    #[arg(long, value_name = "N", default_value = "10000", value_parser = clap::value_parser!(u32).range(1..=60_000))]
    pub clients: u32,
}

/// Measures each server.
pub fn run(options: &Options, report: &mut Report) -> io::Result<()> {
    report.section("Memory");
    let room = raise_file_limit()?.saturating_sub(FIRST + 100);
    let clients = room.min(options.clients as usize);
    report.note(&format!(
        "User memory of {clients} idle connections, each with a receive of {BUFFER} bytes pending, the server's own block for the connection included. \
         Servers that wait until a connection is readable (raw-epoll, mio, libuv) need no buffer for an idle one. What the kernel keeps is not \
         counted.",
    ));
    let servers = available(named_or_usual(&options.servers), report);
    let mut table = Table::new(["server", "bytes/connection"]);
    let mut bars = Vec::new();
    report.progress.stage("memory", servers.len());
    Placement::Free.apply()?;
    for server in servers
        .into_iter()
        .filter(|one| one.threads(1, clients) == Some(1))
    {
        report.progress.step(server.name);
        match idle(server, clients) {
            Ok(bytes) => {
                table.row([server.name.to_owned(), format!("{bytes:.0}")]);
                if server.role == Role::Port {
                    let name = "user memory of an idle connection, bytes";
                    bars.push(Bar::new(name, bytes, Limit::AtMost(340.0)));
                }
            }
            Err(error) => report.failure(&format!("{}: {error}", server.name)),
        }
    }
    report.table("Idle connections", &table);
    report.bars(&bars);
    Ok(())
}

/// Bytes of one connection.
fn idle(server: &'static Server, clients: usize) -> io::Result<f64> {
    let running = Running::start(Setup {
        server,
        workers: 1,
        buffer: BUFFER,
        processor: None,
    })?;
    let _first = Load::connect(running.address, Shape::new(FIRST, BUFFER))?;
    let before = settled(&running)?;
    let _idle = Load::connect(running.address, Shape::new(clients, BUFFER))?;
    Ok(settled(&running)?.saturating_sub(before) as f64 / clients as f64)
}

/// The server's memory once it has stopped growing.
fn settled(server: &Running) -> io::Result<u64> {
    let deadline = Instant::now() + Duration::from_secs(20);
    let (mut last, mut equal) = (server.private_memory()?, 0);
    while Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(100));
        let now = server.private_memory()?;
        equal = if now == last { equal + 1 } else { 0 };
        if equal == 5 {
            return Ok(now);
        }
        last = now;
    }
    Err(Error::other("the server's memory does not settle"))
}
