//! What can be measured, one file each. A section has its part of the command line and a function that runs it and fills the report.

pub mod all;
pub mod echo;
pub mod handlers;
pub mod memory;
pub mod models;
pub mod network;
pub mod port;
pub mod registered;
pub mod system_calls;

use std::io::{self, Error};

use crate::report::Report;
use crate::server::{Role, SERVERS, Server};

/// A length of time on the command line, in seconds.
pub fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.05..=600.0).contains(&seconds) => Ok(seconds),
        _ => Err("takes seconds from 0.05 to 600".to_owned()),
    }
}

/// A count on the command line.
pub fn count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 1..=1000) => Ok(count),
        _ => Err("takes a number from 1 to 1000".to_owned()),
    }
}

/// The servers that were named, or the usual ones if none was.
fn named_or_usual(named: &[&'static Server]) -> Vec<&'static Server> {
    match named {
        [] => SERVERS
            .iter()
            .filter(|server| server.role != Role::Model)
            .collect(),
        _ => named.to_vec(),
    }
}

/// Those that can be started; says of each other one what is missing.
fn available(mut servers: Vec<&'static Server>, report: &mut Report) -> Vec<&'static Server> {
    servers.retain(|server| match server.program() {
        Ok(_) => true,
        Err(error) => {
            report.note(&format!("Skipped: {}: {error}.", server.name));
            false
        }
    });
    servers
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
