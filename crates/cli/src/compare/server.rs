//! A server under test: this very program, as a process of its own.

use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::failure::Failure;
use crate::model::Model;

/// Starting and stopping take milliseconds; a machine that is busy may take this long.
const DEADLINE: Duration = Duration::from_secs(10);

/// How a server is started, apart from its model.
const SERVE: [&str; 7] = [
    "serve",
    "--end-with-parent",
    "--quiet",
    "--lang",
    "en",
    "--addr",
    "127.0.0.1:0",
];

/// A running server, which ends with the value.
pub struct Server {
    model: Model,
    child: Child,
    addr: SocketAddr,
}

impl Server {
    /// Starts a model on a free port of the loopback interface.
    pub fn start(model: Model) -> Result<Self, Failure> {
        Self::spawn(model, Command::new(program()?))
    }

    /// The same, and strace writes each system call with its time to this file.
    pub fn start_traced(model: Model, log: &Path) -> Result<Self, Failure> {
        // -D keeps the server our own child, and the tracer out of our way.
        let mut strace = Command::new("strace");
        strace
            .args([
                "-D",
                "-f",
                "-q",
                "-ttt",
                "-s",
                "0",
                "-e",
                "raw=all",
                "-e",
                "signal=none",
                "-o",
            ])
            .arg(log)
            .arg(program()?);
        Self::spawn(model, strace)
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Ends it as Ctrl-C does, and expects it to end well.
    pub fn stop(mut self) -> Result<(), Failure> {
        // A server that has already ended is told by its status below.
        let _ = kill_process(Pid::from_child(&self.child), Signal::INT);
        let start = Instant::now();
        while start.elapsed() < DEADLINE {
            match self.child.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => {
                    return Err(Failure::new(format_args!(
                        "the {} server ended with {status}",
                        self.model
                    )));
                }
                None => thread::sleep(Duration::from_millis(2)),
            }
        }
        Err(Failure::new(format_args!(
            "the {} server did not end when told to",
            self.model
        )))
    }

    fn spawn(model: Model, mut command: Command) -> Result<Self, Failure> {
        command.args(SERVE).args(["--model", model.name()]);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut output = BufReader::new(child.stdout.take().expect("stdout was piped"));
        let (sender, first_line) = channel();
        thread::spawn(move || {
            let mut line = String::new();
            let _ = output.read_line(&mut line).map(|_| sender.send(line));
            // Reads on, so that the summary at the end finds a reader.
            let _ = std::io::copy(&mut output, &mut std::io::sink());
        });
        let line = first_line.recv_timeout(DEADLINE).unwrap_or_default();
        let addr = line.split_whitespace().find_map(|word| word.parse().ok());
        let mut server = Self {
            model,
            child,
            addr: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        server.addr =
            addr.ok_or_else(|| Failure::new(format_args!("the {model} server did not start")))?;
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Of no consequence for one that has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> Result<OsString, Failure> {
    Ok(env::current_exe()?.into_os_string())
}
