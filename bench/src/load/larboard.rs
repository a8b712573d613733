//! The command `larboard load` as a process of its own. It inherits the processors of the calling thread.

use std::io::{self, Error};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::Seen;
use crate::server::{Running, Usage};
use crate::shape::Shape;

/// How often the server's usage is read while the command runs.
const TICK: Duration = Duration::from_millis(20);

/// What the command says, as far as it matters here.
#[derive(Deserialize)]
struct Outcome {
    messages_per_second: f64,
    latency_us: Option<Latency>,
    clients: Clients,
}

#[derive(Deserialize)]
struct Latency {
    p50: f64,
    p99: f64,
    p99_9: f64,
}

#[derive(Deserialize)]
struct Clients {
    served: usize,
}

/// Loads the server. What it uses is read between the first tenth of the load and its end: the command connects its clients before, and takes
/// its time over it.
pub fn measure(server: &Running, shape: Shape, seconds: f64) -> io::Result<(Seen, Usage)> {
    let mut load = Command::new(std::env::current_exe()?.with_file_name("larboard"))
        .arg("load")
        .arg(server.address.to_string())
        .arg(format!("--connections={}", shape.connections))
        .arg(format!("--size={}", shape.size))
        .arg(format!("--depth={}", shape.depth))
        .arg(format!("--seconds={seconds}"))
        .arg("--json")
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| Error::other(format!("cannot run `larboard load`: {error}")))?;
    let mut readings = Vec::new();
    while load.try_wait()?.is_none() {
        readings.push((Instant::now(), server.usage()?));
        std::thread::sleep(TICK);
    }
    let output = load.wait_with_output()?;
    if !output.status.success() {
        return Err(Error::other(format!(
            "`larboard load` ended with {}",
            output.status
        )));
    }
    let outcome: Outcome = serde_json::from_slice(&output.stdout)?;
    if outcome.clients.served < shape.connections {
        let (served, all) = (outcome.clients.served, shape.connections);
        return Err(Error::other(format!(
            "only {served} of {all} clients were served"
        )));
    }
    let latency = outcome
        .latency_us
        .ok_or_else(|| Error::other("no message came back"))?;
    let (elapsed, used) = within(&readings, Duration::from_secs_f64(seconds * 0.9))
        .ok_or_else(|| Error::other("the load was too short to be measured"))?;
    let seen = Seen {
        messages: (outcome.messages_per_second * elapsed.as_secs_f64()) as u64,
        elapsed,
        p50: latency.p50,
        p99: latency.p99,
        p999: latency.p99_9,
    };
    Ok((seen, used))
}

/// What was used in this last part of the readings, and how long it was exactly.
fn within(readings: &[(Instant, Usage)], part: Duration) -> Option<(Duration, Usage)> {
    let (end, last) = *readings.last()?;
    let (start, first) = *readings
        .iter()
        .rev()
        .find(|(time, _)| end - *time >= part)?;
    Some((end - start, last - first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_is_that_of_the_last_part() {
        let start = Instant::now();
        let reading = |second: u64| {
            let usage = Usage {
                cpu_ns: second * second,
                switches: second,
            };
            (start + Duration::from_secs(second), usage)
        };
        let readings: Vec<_> = (0..=10).map(reading).collect();
        let (length, used) = within(&readings, Duration::from_secs(4)).unwrap();
        assert_eq!(length, Duration::from_secs(4));
        assert_eq!((used.cpu_ns, used.switches), (100 - 36, 4));
        assert!(within(&readings, Duration::from_secs(11)).is_none());
    }
}
