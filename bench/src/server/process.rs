//! A server as a process of its own, and what it has used.

use std::fs;
use std::io::{self, BufRead, BufReader, Error};
use std::net::SocketAddr;
use std::ops::Sub;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::Server;

/// So long a server may take to end.
const PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 50 } else { 10_000 });

/// How a server is started.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub server: &'static Server,
    pub workers: usize,
    pub buffer: usize,
    pub processor: Option<usize>,
}

/// A running server; it ends with this value.
pub struct Running {
    process: Child,
    pub address: SocketAddr,
}

impl Running {
    pub fn start(setup: Setup) -> io::Result<Self> {
        Self::launch(Command::new(setup.server.program()?), setup)
    }

    /// Starts the server under a program that takes it and its arguments as its own last ones.
    pub fn start_under(mut tracer: Command, setup: Setup) -> io::Result<Self> {
        tracer.arg(setup.server.program()?);
        Self::launch(tracer, setup)
    }

    fn launch(mut command: Command, setup: Setup) -> io::Result<Self> {
        command
            .arg(format!("--workers={}", setup.workers))
            .arg(format!("--buffer={}", setup.buffer))
            .args(
                setup
                    .processor
                    .map(|processor| format!("--pin={processor}")),
            )
            .args(setup.server.arguments);
        Self::start_command(command, setup.server.name)
    }

    /// Starts any program that tells its port as the servers do.
    pub fn start_command(mut command: Command, name: &str) -> io::Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("it is piped")).read_line(&mut line)?;
        match line.trim().parse() {
            Ok(port) => Ok(Self {
                process,
                address: ([127, 0, 0, 1], port).into(),
            }),
            Err(_) => {
                drop(process.stdin.take());
                let status = process.wait()?;
                Err(Error::other(format!("{name} does not start: {status}")))
            }
        }
    }

    /// What all threads of the server have used so far.
    pub fn usage(&self) -> io::Result<Usage> {
        let mut usage = Usage::default();
        for thread in fs::read_dir(format!("/proc/{}/task", self.process.id()))? {
            let thread = thread?.path();
            let schedule = fs::read_to_string(thread.join("schedstat"))?;
            usage.cpu_ns += field(schedule.split_whitespace().next())?;
            let status = fs::read_to_string(thread.join("status"))?;
            let switches = status
                .lines()
                .filter(|line| line.contains("ctxt_switches:"));
            for line in switches {
                usage.switches += field(line.split_whitespace().nth(1))?;
            }
        }
        Ok(usage)
    }

    /// Memory that belongs to the server alone, in bytes.
    pub fn private_memory(&self) -> io::Result<u64> {
        let path = format!("/proc/{}/smaps_rollup", self.process.id());
        let text = fs::read_to_string(path)?;
        let line = text.lines().find(|line| line.starts_with("Private_Dirty:"));
        Ok(field(line.and_then(|line| line.split_whitespace().nth(1)))? * 1024)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The servers end when their input does. One that does not is not waited for.
        drop(self.process.stdin.take());
        let deadline = Instant::now() + PATIENCE;
        while matches!(self.process.try_wait(), Ok(None)) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Processor time and context switches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    pub cpu_ns: u64,
    pub switches: u64,
}

impl Sub for Usage {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self {
            cpu_ns: self.cpu_ns - earlier.cpu_ns,
            switches: self.switches - earlier.switches,
        }
    }
}

fn field(text: Option<&str>) -> io::Result<u64> {
    text.and_then(|text| text.parse().ok())
        .ok_or_else(|| Error::other("an unexpected line in /proc"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_server_that_does_not_end_is_ended() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo 7; exec sleep 600"]);
        let server = Running::start_command(command, "a server").unwrap();
        assert_eq!(server.address.port(), 7);
        let process = format!("/proc/{}", server.process.id());
        assert!(Path::new(&process).exists());
        drop(server);
        assert!(!Path::new(&process).exists());
    }

    #[test]
    fn a_server_that_tells_no_port_does_not_start() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo none; exit 3"]);
        let error = Running::start_command(command, "a server").err().unwrap();
        assert_eq!(error.to_string(), "a server does not start: exit status: 3");
    }
}
