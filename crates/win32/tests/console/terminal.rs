//! A pseudo terminal with a test on its other side.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take that is expected to happen.
const LIMIT: Duration = Duration::from_secs(60);
const CHILD: &str = "LARBOARD_CONSOLE_CHILD";

/// Runs a test: `inside` on a terminal of 100 columns and 30 rows, with a pipe as standard error, and `outside` as who
/// sits in front of it. Fails if either fails. `name` is the path of the test.
pub fn on_a_terminal(name: &str, inside: impl FnOnce(), outside: impl FnOnce(&mut Terminal)) {
    if std::env::var_os(CHILD).is_some() {
        return inside();
    }
    let mut terminal = Terminal::start(name);
    outside(&mut terminal);
    let (code, _, complaint) = terminal.end();
    assert_eq!(code, Some(0), "{complaint}");
}

/// As [`on_a_terminal`], for a test that a signal ends.
pub fn until_a_signal(
    name: &str,
    inside: impl FnOnce(),
    outside: impl FnOnce(&mut Terminal),
) -> Option<i32> {
    if std::env::var_os(CHILD).is_some() {
        inside();
        std::process::exit(0);
    }
    let mut terminal = Terminal::start(name);
    outside(&mut terminal);
    let (_, signal, _) = terminal.end();
    signal
}

/// The side of the terminal where the user sits.
pub struct Terminal {
    master: File,
    child: Child,
    seen: Vec<u8>,
    /// What it answers when it is asked for its cursor: row and column from 1. It does not answer without.
    pub cursor: Option<(u16, u16)>,
    /// What the user types just before that answer.
    pub types_before_answer: &'static str,
}

impl Terminal {
    fn start(name: &str) -> Self {
        let (master, slave) = open();
        let side = || Stdio::from(slave.try_clone().expect("a copy"));
        let mut command = Command::new(std::env::current_exe().expect("the test"));
        command.args(["--exact", "--nocapture", "--test-threads=1", name]);
        command
            .env(CHILD, "1")
            .stdin(side())
            .stdout(side())
            .stderr(Stdio::piped());
        // SAFETY: only system calls that may stand between fork and exec.
        unsafe {
            command.pre_exec(|| {
                libc::setsid();
                libc::ioctl(0, libc::TIOCSCTTY, 0);
                Ok(())
            });
        }
        Self {
            master: File::from(master),
            child: command.spawn().expect("the test again"),
            seen: Vec::new(),
            cursor: None,
            types_before_answer: "",
        }
    }

    /// Types.
    pub fn types(&mut self, text: &str) {
        self.master.write_all(text.as_bytes()).expect("a terminal");
    }

    /// Waits until the program has written this; what came before it.
    #[track_caller]
    pub fn expect(&mut self, text: &str) -> String {
        let end = Instant::now() + LIMIT;
        loop {
            let found = self
                .seen
                .windows(text.len())
                .position(|part| part == text.as_bytes());
            if let Some(at) = found {
                let before = String::from_utf8_lossy(&self.seen[..at]).into_owned();
                self.seen.drain(..at + text.len());
                return before;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || !self.listen(left) {
                let seen = String::from_utf8_lossy(&self.seen).into_owned();
                panic!("{text:?} does not come, but {seen:?}; {}", self.complaint());
            }
        }
    }

    /// Takes what the program writes; false at its end.
    fn listen(&mut self, limit: Duration) -> bool {
        let mut place = libc::pollfd {
            fd: self.master.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        };
        // SAFETY: one place, of this frame.
        if unsafe { libc::poll(&mut place, 1, limit.as_millis() as i32) } == 0 {
            return true;
        }
        let mut bytes = [0; 4096];
        let Ok(count @ 1..) = self.master.read(&mut bytes) else {
            return false;
        };
        self.seen.extend_from_slice(&bytes[..count]);
        const QUESTION: &[u8] = b"\x1B[6n";
        let question = self
            .seen
            .windows(QUESTION.len())
            .position(|part| part == QUESTION);
        if let (Some(at), Some((row, column))) = (question, self.cursor) {
            self.seen.drain(at..at + QUESTION.len());
            self.types(&format!("{}\x1B[{row};{column}R", self.types_before_answer));
        }
        true
    }

    /// The flags of the terminal's input: lines, echo, signals.
    pub fn local_flags(&self) -> u32 {
        // SAFETY: integers: all zero is a value.
        let mut attributes: libc::termios = unsafe { std::mem::zeroed() };
        // SAFETY: `attributes` is of this frame.
        let told = unsafe { libc::tcgetattr(self.master.as_raw_fd(), &mut attributes) };
        assert_eq!(told, 0);
        attributes.c_lflag
    }

    /// The number of the program's process.
    pub fn process(&self) -> i32 {
        self.child.id() as i32
    }

    /// Waits for the end of the program: its exit code or signal, and what it complained of.
    fn end(mut self) -> (Option<i32>, Option<i32>, String) {
        let end = Instant::now() + LIMIT;
        while self.listen(end.saturating_duration_since(Instant::now())) {
            if Instant::now() >= end {
                let _ = self.child.kill();
            }
        }
        let status = self.child.wait().expect("a child");
        (status.code(), status.signal(), self.complaint())
    }

    fn complaint(&mut self) -> String {
        let mut text = String::new();
        let _ = self.child.kill();
        if let Some(mut stderr) = self.child.stderr.take() {
            let _ = stderr.read_to_string(&mut text);
        }
        text
    }
}

fn open() -> (OwnedFd, OwnedFd) {
    let (mut master, mut slave) = (-1, -1);
    let size = libc::winsize {
        ws_row: 30,
        ws_col: 100,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    // SAFETY: all pointers are to variables of this frame, or null where that is allowed.
    let made = unsafe {
        libc::openpty(
            &mut master,
            &mut slave,
            std::ptr::null_mut(),
            std::ptr::null_mut(),
            &size,
        )
    };
    assert_eq!(
        made,
        0,
        "a pseudo terminal: {}",
        std::io::Error::last_os_error()
    );
    // SAFETY: fresh descriptors that nobody else owns. Neither goes to the child by itself.
    unsafe {
        libc::fcntl(master, libc::F_SETFD, libc::FD_CLOEXEC);
        libc::fcntl(slave, libc::F_SETFD, libc::FD_CLOEXEC);
        (OwnedFd::from_raw_fd(master), OwnedFd::from_raw_fd(slave))
    }
}
