//! A server as a process of its own, and what it has used.

use std::fs;
use std::io::{self, BufRead, BufReader, Error};
use std::net::SocketAddr;
use std::ops::Sub;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use clap::ValueEnum;

/// The servers that are compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    RawEpoll,
    Port,
    /// The port server in skip mode.
    PortSkip,
    /// The server on one of the other models.
    Model(Model),
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::RawEpoll => "raw epoll",
            Self::Port => "port",
            Self::PortSkip => "port, skip",
            Self::Model(model) => model.name(),
        }
    }

    fn program(self) -> io::Result<PathBuf> {
        let name = match self {
            Self::RawEpoll => "raw_epoll",
            Self::Port | Self::PortSkip => "port_echo",
            Self::Model(_) => "model_echo",
        };
        let path = std::env::current_exe()?.with_file_name(name);
        if path.exists() {
            Ok(path)
        } else {
            Err(Error::other(format!(
                "{} is not built; build the package larboard-bench",
                path.display()
            )))
        }
    }
}

/// The notification models that `model_echo` knows.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub enum Model {
    OverlappedEvent,
    OverlappedRoutine,
    EventSelect,
    AsyncSelect,
    Select,
}

impl Model {
    pub fn name(self) -> &'static str {
        match self {
            Self::OverlappedEvent => "overlapped-event",
            Self::OverlappedRoutine => "overlapped-routine",
            Self::EventSelect => "event-select",
            Self::AsyncSelect => "async-select",
            Self::Select => "select",
        }
    }

    /// Numbers of connections worth measuring.
    pub fn connections(self) -> &'static [usize] {
        match self {
            Self::OverlappedEvent | Self::OverlappedRoutine | Self::EventSelect => &[50],
            Self::AsyncSelect | Self::Select => &[50, 500, 5000],
        }
    }

    /// Clients that one thread of the server takes.
    pub fn clients_per_thread(self) -> usize {
        match self {
            Self::OverlappedEvent | Self::EventSelect => 63,
            Self::OverlappedRoutine | Self::AsyncSelect | Self::Select => usize::MAX,
        }
    }

    /// What an echo may cost at up to 63 connections, as a multiple of raw epoll's processor time.
    pub fn bar(self) -> f64 {
        match self {
            Self::OverlappedEvent | Self::EventSelect | Self::AsyncSelect => 1.5,
            Self::OverlappedRoutine => 1.1,
            Self::Select => 2.5,
        }
    }
}

/// How a server is started.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub kind: Kind,
    pub workers: usize,
    pub buffer: usize,
    pub pin: Option<usize>,
}

/// A running server; it ends with this value.
pub struct Server {
    process: Child,
    pub address: SocketAddr,
}

impl Server {
    pub fn start(setup: Setup) -> io::Result<Self> {
        Self::launch(Command::new(setup.kind.program()?), setup)
    }

    /// Starts the server under strace, which writes its summary to `summary` when the server ends.
    pub fn start_traced(setup: Setup, summary: &Path) -> io::Result<Self> {
        let mut strace = Command::new("strace");
        strace
            .args(["-f", "-c", "-o"])
            .arg(summary)
            .arg(setup.kind.program()?);
        Self::launch(strace, setup)
    }

    fn launch(mut command: Command, setup: Setup) -> io::Result<Self> {
        command.args([
            "--workers",
            &setup.workers.to_string(),
            "--buffer",
            &setup.buffer.to_string(),
        ]);
        command.args(setup.pin.map(|processor| format!("--pin={processor}")));
        command.args((setup.kind == Kind::PortSkip).then_some("--skip"));
        if let Kind::Model(model) = setup.kind {
            command.args(["--model", model.name()]);
        }
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("it is piped")).read_line(&mut line)?;
        match line.trim().parse() {
            Ok(port) => Ok(Self {
                process,
                address: ([127, 0, 0, 1], port).into(),
            }),
            Err(_) => {
                process.wait()?;
                Err(Error::other(format!(
                    "the {} server does not start",
                    setup.kind.name()
                )))
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
            for line in status
                .lines()
                .filter(|line| line.contains("ctxt_switches:"))
            {
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

impl Drop for Server {
    fn drop(&mut self) {
        // The servers end when their input does.
        drop(self.process.stdin.take());
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
