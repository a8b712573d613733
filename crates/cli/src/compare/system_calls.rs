//! System calls for each message: counted by strace in a short run of its own, because counting slows the server down.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::measure::Plan;
use super::server::Server;
use crate::failure::Failure;
use crate::load::Generator;

/// How long a traced server is loaded.
const TIME: Duration = Duration::from_millis(300);
/// With more clients than this the tracer takes longer to let them in than the whole comparison shall take.
const MOST_CLIENTS: usize = 100;
/// How long the tracer may take to write down the end of the server.
const DEADLINE: Duration = Duration::from_secs(5);

static POSSIBLE: LazyLock<bool> = LazyLock::new(|| {
    let mut probe = Command::new("strace");
    probe
        .args(["-D", "-o", "/dev/null", "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    probe.status().is_ok_and(|status| status.success())
});

/// Whether strace is there and may trace.
pub fn is_possible() -> bool {
    *POSSIBLE
}

/// System calls of the server for each message, or `None` where they cannot be counted.
pub fn per_message(plan: &Plan) -> Result<Option<f64>, Failure> {
    if !is_possible() || plan.connections > MOST_CLIENTS {
        return Ok(None);
    }
    let log = Log::new();
    let server = Server::start_traced(plan.model, &log.0)?;
    let mut generator = Generator::connect(plan.load(&server))?;
    generator.settle()?;
    let start = now();
    generator.run(TIME, |_| ())?;
    let end = now();
    let messages = generator.finish().messages;
    server.stop()?;
    let calls = log.read().map(|text| count(&text, start, end));
    Ok(calls
        .filter(|_| messages > 0)
        .map(|calls| calls as f64 / messages as f64))
}

/// Calls begun between two moments. A line is `PID SECONDS.MICROSECONDS name(arguments) = result`; a call that another
/// thread interrupts has a second line, which tells of its end.
fn count(log: &str, start: f64, end: f64) -> usize {
    let is_call = |line: &&str| {
        let mut words = line.split_ascii_whitespace().skip(1);
        let time = words.next().and_then(|word| word.parse::<f64>().ok());
        let begins = words
            .next()
            .is_some_and(|word| word.starts_with(|first: char| first.is_ascii_alphabetic()));
        begins && time.is_some_and(|time| (start..end).contains(&time))
    };
    log.lines().filter(is_call).count()
}

fn now() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs_f64()
}

/// The tracer's file, which goes with the value.
struct Log(PathBuf);

impl Log {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("larboard-{}.strace", process::id())))
    }

    /// The whole log; the tracer, which outlives the server by a moment, has written its last line.
    fn read(&self) -> Option<String> {
        let start = Instant::now();
        while start.elapsed() < DEADLINE {
            let text = read_lossy(&self.0)?;
            if text.ends_with("+++\n") {
                return Some(text);
            }
            thread::sleep(Duration::from_millis(5));
        }
        None
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn read_lossy(path: &Path) -> Option<String> {
    Some(String::from_utf8_lossy(&fs::read(path).ok()?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_in_two_lines_counts_once_and_only_within_the_time() {
        let log = "\
7 10.000000 early(0) = 0
7 11.000000 epoll_wait(0x4, 0x1, 0x40, 0xffffffff <unfinished ...>
8 11.500000 sendto(0x5, 0x1, 0x40, 0, 0, 0) = 0x40
7 11.600000 <... epoll_wait resumed>) = 0x1
8 12.500000 late(0) = 0
7 13.000000 +++ exited with 0 +++
";
        assert_eq!(count(log, 10.5, 12.0), 2);
    }
}
