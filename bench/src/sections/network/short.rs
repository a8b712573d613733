//! Short connections: how many are accepted, how many are served.

use std::io;
use std::time::Duration;

use super::Options;
use super::clients::Clients;
use super::contest::{self, Contender, Unit};
use crate::report::{Bar, Limit, Report};

/// Connections under way at a time.
const PLACES: usize = 32;
const CONNECTION: Unit = Unit {
    name: "connection",
    size: 1.0,
    digits: 0,
};

/// Connections that are accepted and closed.
pub fn accept(options: &Options, report: &mut Report) -> io::Result<Vec<Bar>> {
    let mut contenders = [
        Contender::new("raw epoll, accept4", "raw_accept", &["--job=accept"]),
        Contender::new("port, 64 AcceptEx posted", "port_accept", &["--job=accept"]),
    ];
    measure(
        ("Accept and close", false),
        options,
        &mut contenders,
        report,
    )?;
    let [raw, port] = &contenders;
    Ok(vec![Bar::new(
        "accepts/s / raw epoll",
        port.rate(raw),
        Limit::AtLeast(0.9),
    )])
}

/// A connection for each message.
pub fn churn(options: &Options, report: &mut Report) -> io::Result<Vec<Bar>> {
    let mut contenders = [
        Contender::new("raw epoll", "raw_accept", &["--job=echo"]),
        Contender::new("port, AcceptEx", "port_accept", &["--job=echo"]),
        Contender::new(
            "port, DisconnectEx and reuse",
            "port_accept",
            &["--job=reuse"],
        ),
    ];
    measure(
        ("Connect, echo, close", true),
        options,
        &mut contenders,
        report,
    )?;
    let [raw, close, _] = &contenders;
    Ok(vec![Bar::new(
        "short echoes/s / raw epoll",
        close.rate(raw),
        Limit::AtLeast(0.9),
    )])
}

fn measure(
    (title, speaks): (&str, bool),
    options: &Options,
    contenders: &mut [Contender],
    report: &mut Report,
) -> io::Result<()> {
    let duration = Duration::from_secs_f64(options.seconds);
    let load = |address| Clients::new(address, PLACES, speaks)?.drive(duration);
    contest::measure((title, CONNECTION), options, contenders, load, report)
}
