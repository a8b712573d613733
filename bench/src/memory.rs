//! Memory per idle connection: many clients that connect and never speak, each with a 64-byte receive pending in the server.

use std::io::{self, Error};
use std::time::{Duration, Instant};

use crate::load::Load;
use crate::report::{Bar, Limit};
use crate::server::{Kind, Server, Setup};

const BUFFER: usize = 64;

/// Connections that are made before the first reading, so that what every server needs once is not counted.
const FIRST: usize = 200;

/// Measures both servers with `clients` connections, or as many as the limit on open files allows.
pub fn run(clients: usize) -> io::Result<Vec<Bar>> {
    let clients = clients.min(raise_file_limit()?.saturating_sub(FIRST + 100));
    let mut bars = Vec::new();
    for kind in [Kind::RawEpoll, Kind::Port] {
        let server = Server::start(Setup {
            kind,
            workers: 1,
            buffer: BUFFER,
            pin: None,
        })?;
        let _first = Load::connect(server.address, FIRST, BUFFER)?;
        let before = settled(&server)?;
        let _idle = Load::connect(server.address, clients, BUFFER)?;
        let each = settled(&server)?.saturating_sub(before) as f64 / clients as f64;
        println!(
            "{:<10} {clients} idle connections, {each:.0} bytes of user memory each",
            kind.name()
        );
        if kind == Kind::Port {
            bars.push(Bar::new(
                "user memory per idle connection",
                each,
                Limit::AtMost(340.0),
            ));
        }
    }
    Ok(bars)
}

/// The server's memory once it has stopped growing.
fn settled(server: &Server) -> io::Result<u64> {
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

/// Raises the limit on open files as far as it goes, for the servers too; returns it.
pub fn raise_file_limit() -> io::Result<usize> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the structure is live.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) } < 0 {
        return Err(Error::last_os_error());
    }
    limit.rlim_cur = limit.rlim_max;
    // SAFETY: the structure is live.
    if unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) } < 0 {
        return Err(Error::last_os_error());
    }
    Ok(usize::try_from(limit.rlim_cur).unwrap_or(usize::MAX))
}
