//! A server process under test: its lines as they come, its cost, its end. Everything waits for a condition
//! with a deadline; nothing sleeps until it passes.
#![allow(dead_code, reason = "every test file uses its own part")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Nothing that is expected takes longer, not even on a busy machine.
pub const DEADLINE: Duration = Duration::from_secs(120);

/// The models of this command.
pub const MODELS: [&str; 9] = [
    "iterative",
    "threads",
    "nonblocking",
    "select",
    "async-select",
    "event-select",
    "overlapped-event",
    "overlapped-routine",
    "completion-port",
];

/// The models that serve clients side by side.
pub const CONCURRENT: [&str; 8] = [
    "threads",
    "nonblocking",
    "select",
    "async-select",
    "event-select",
    "overlapped-event",
    "overlapped-routine",
    "completion-port",
];

/// The models whose limit of 64 sockets can be lifted.
pub const LIMITED: [&str; 2] = ["select", "event-select"];

/// The command itself.
pub fn larboard() -> Command {
    Command::new(env!("CARGO_BIN_EXE_larboard"))
}

/// Runs a command to its end, with this as its input; it must end before the deadline.
pub fn run(command: &mut Command, input: &[u8]) -> Output {
    run_within(command, input, DEADLINE)
}

/// As [`run`], with a limit of its own.
pub fn run_within(command: &mut Command, input: &[u8], limit: Duration) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that ends before it has read everything is judged by its output.
    let _ = child.stdin.take().unwrap().write_all(input);
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let out = thread::spawn(move || read_all(&mut out));
    let err = thread::spawn(move || read_all(&mut err));
    let status = wait(&mut child, limit);
    Output {
        status,
        stdout: out.join().unwrap(),
        stderr: err.join().unwrap(),
    }
}

/// What a command printed, as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Waits for a condition.
pub fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(
            start.elapsed() < DEADLINE,
            "{what} did not happen in {DEADLINE:?}"
        );
        thread::sleep(Duration::from_millis(5));
    }
}

/// A running `larboard serve`.
pub struct Server {
    child: Child,
    lines: Receiver<String>,
    /// Every line so far.
    pub seen: Vec<String>,
    /// Lines of `seen` that were already expected.
    taken: Vec<bool>,
    /// Where it listens.
    pub addr: SocketAddr,
}

impl Server {
    /// Starts a model on a free port, with Korean messages.
    pub fn start(model: &str) -> Self {
        Self::with(model, &["--lang", "ko"])
    }

    /// Starts a model with these further arguments.
    pub fn with(model: &str, args: &[&str]) -> Self {
        let mut command = larboard();
        command
            .args(["serve", "--model", model, "--addr", "127.0.0.1:0"])
            .args(args);
        Self::spawn(&mut command)
    }

    /// Starts a command that is a server.
    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            output
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        let first = lines
            .recv_timeout(DEADLINE)
            .expect("the server says where it listens");
        let addr = first
            .split_whitespace()
            .find_map(|word| word.parse().ok())
            .expect("an address in the first line");
        Self {
            child,
            lines,
            seen: vec![first],
            taken: vec![true],
            addr,
        }
    }

    /// A client that has been accepted: the server has printed so.
    pub fn connect(&mut self) -> Client {
        let client = Client::new(self.addr);
        self.expect(&client.connected());
        client
    }

    /// Waits until this line is printed, in whatever order to others; each printed line satisfies one expectation.
    pub fn expect(&mut self, line: &str) {
        let start = Instant::now();
        loop {
            let found = (0..self.seen.len()).find(|&at| !self.taken[at] && self.seen[at] == line);
            if let Some(at) = found {
                self.taken[at] = true;
                return;
            }
            let rest = DEADLINE.saturating_sub(start.elapsed());
            match self.lines.recv_timeout(rest) {
                Ok(next) => {
                    self.seen.push(next);
                    self.taken.push(false);
                }
                Err(_) => panic!("no line {line:?}; so far:\n{}", self.seen.join("\n")),
            }
        }
    }

    /// Takes up the lines printed so far.
    pub fn drain(&mut self) {
        let new: Vec<_> = self.lines.try_iter().collect();
        self.taken.extend(new.iter().map(|_| false));
        self.seen.extend(new);
    }

    /// Closes the reading end of its output.
    pub fn stop_reading(&mut self) {
        // The reader ends, and closes the pipe, as soon as a line finds no taker.
        self.lines = channel().1;
    }

    /// Ends the server with Ctrl-C: its status, and everything it printed.
    pub fn interrupt(mut self) -> (ExitStatus, Vec<String>) {
        signal(self.child.id(), "INT");
        let status = wait(&mut self.child, DEADLINE);
        let mut seen = std::mem::take(&mut self.seen);
        seen.extend(self.lines.iter());
        (status, seen)
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether the process still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Descriptors the process has open.
    pub fn open_files(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.pid()))
            .unwrap()
            .count()
    }

    /// Sockets the process has open.
    pub fn sockets(&self) -> usize {
        let files = fs::read_dir(format!("/proc/{}/fd", self.pid())).unwrap();
        let targets = files.filter_map(|file| fs::read_link(file.unwrap().path()).ok());
        targets
            .filter(|target| target.to_string_lossy().starts_with("socket:"))
            .count()
    }

    /// Threads of the model: without those of the library and the one that waits for Ctrl-C.
    pub fn threads(&self) -> usize {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.pid())).unwrap();
        let names =
            tasks.filter_map(|task| fs::read_to_string(task.unwrap().path().join("comm")).ok());
        names
            .filter(|name| {
                name == "larboard\n"
                    || !(name.starts_with("larboard") || name.starts_with("ctrl-c"))
            })
            .count()
    }

    /// Processor time of the process so far, in clock ticks of 10 ms.
    pub fn cpu_ticks(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        let fields: Vec<_> = stat
            .rsplit_once(')')
            .unwrap()
            .1
            .split_whitespace()
            .collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client made of the standard library alone.
pub struct Client {
    /// Its socket.
    pub stream: TcpStream,
    /// Its own address, which the server prints.
    pub addr: SocketAddr,
}

impl Client {
    /// Connects; whether it is accepted is the server's business.
    pub fn new(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        let addr = stream.local_addr().unwrap();
        Self { stream, addr }
    }

    /// Sends this and takes it back whole.
    pub fn echo(&mut self, data: &[u8]) {
        self.stream.write_all(data).unwrap();
        let mut back = vec![0; data.len()];
        self.stream.read_exact(&mut back).unwrap();
        assert!(back == data, "the echo differs");
    }

    /// Whether the server has closed this connection.
    pub fn is_closed(&mut self) -> bool {
        let mut byte = [0];
        match self.stream.read(&mut byte) {
            Ok(count) => count == 0,
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    }

    /// Ends with a reset instead of an orderly close.
    pub fn reset(self) {
        socket2::SockRef::from(&self.stream)
            .set_linger(Some(Duration::ZERO))
            .unwrap();
    }

    /// What the Korean server prints when it comes.
    pub fn connected(&self) -> String {
        format!(
            "[TCP 서버] 클라이언트 접속: IP 주소={}, 포트 번호={}",
            self.addr.ip(),
            self.addr.port()
        )
    }

    /// What the Korean server prints when it sends this.
    pub fn said(&self, data: &str) -> String {
        format!("[TCP/{}:{}] {data}", self.addr.ip(), self.addr.port())
    }

    /// What the Korean server prints when it goes.
    pub fn disconnected(&self) -> String {
        format!(
            "[TCP 서버] 클라이언트 종료: IP 주소={}, 포트 번호={}",
            self.addr.ip(),
            self.addr.port()
        )
    }
}

/// Sends a signal by its name.
pub fn signal(pid: u32, name: &str) {
    // The shell has a `kill` of its own, where a small system has no program of that name.
    let script = format!("kill -s {name} {pid}");
    assert!(
        Command::new("sh")
            .args(["-c", &script])
            .status()
            .unwrap()
            .success()
    );
}

fn wait(child: &mut Child, limit: Duration) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if start.elapsed() > limit {
            let _ = child.kill();
            panic!("the command did not end in {limit:?}");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn read_all(source: &mut impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    source.read_to_end(&mut bytes).unwrap();
    bytes
}
