//! What a server says while it runs, and what it has counted when it ends.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::panic::Location;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use larboard::Error;

use crate::messages::ServerMessages;

/// Printer and counter of one server, shared by its threads.
pub struct Journal {
    messages: ServerMessages,
    quiet: bool,
    clients: AtomicU64,
    received: AtomicU64,
    bytes: AtomicU64,
    threads: AtomicU64,
    peak_threads: AtomicU64,
    departures: Mutex<u64>,
    departed: Condvar,
}

/// How long the summary may take to be read.
const PATIENCE: Duration = Duration::from_secs(1);

impl Journal {
    /// The journal of this program, which lives as long as the program does.
    pub fn of_program(messages: ServerMessages, quiet: bool) -> &'static Self {
        Box::leak(Box::new(Self {
            messages,
            quiet,
            clients: AtomicU64::new(0),
            received: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            threads: AtomicU64::new(1),
            peak_threads: AtomicU64::new(1),
            departures: Mutex::new(0),
            departed: Condvar::new(),
        }))
    }

    /// The server is ready. Said even when quiet: port 0 has become a real one here.
    pub fn listening(&self, address: SocketAddr) {
        write(&self.messages.listening(address));
    }

    /// A client has come.
    pub fn connected(&self, peer: SocketAddr) {
        self.clients.fetch_add(1, Relaxed);
        self.say(|messages| messages.connected(peer));
    }

    /// A client has sent this.
    pub fn received(&self, peer: SocketAddr, data: &[u8]) {
        self.received.fetch_add(1, Relaxed);
        self.bytes.fetch_add(data.len() as u64, Relaxed);
        self.say(|messages| messages.received(peer, data));
    }

    /// A client has gone; its socket is closed.
    pub fn disconnected(&self, peer: SocketAddr) {
        self.say(|messages| messages.disconnected(peer));
        *lock(&self.departures) += 1;
        self.departed.notify_all();
    }

    /// An operation has failed, which concerns one client and not the server.
    #[track_caller]
    pub fn error(&self, operation: &str, error: Error) {
        let line = Location::caller();
        self.say(|messages| messages.error(operation, error, error.code().0, line));
    }

    /// The server itself is in trouble, which it survives. Said even when quiet.
    #[track_caller]
    pub fn trouble(&self, operation: &str, error: Error) {
        write(
            &self
                .messages
                .error(operation, error, error.code().0, Location::caller()),
        );
    }

    /// There is no memory for a client.
    pub fn out_of_memory(&self) {
        self.say(|messages| messages.out_of_memory().to_owned());
    }

    /// There is no place for another client.
    pub fn table_full(&self) {
        self.say(|messages| messages.table_full().to_owned());
    }

    /// Counts a thread from now until the value goes: made before the thread starts, and given to it.
    pub fn thread(&'static self) -> ThreadCount {
        let now = self.threads.fetch_add(1, Relaxed) + 1;
        self.peak_threads.fetch_max(now, Relaxed);
        ThreadCount(self)
    }

    /// Waits until a client goes, or until the time is over.
    pub fn wait_for_departure(&self, most: Duration) {
        let before = lock(&self.departures);
        let seen = *before;
        let _ = self
            .departed
            .wait_timeout_while(before, most, |departures| *departures == seen);
    }

    /// Ends the program with its summary, which is the last it prints.
    pub fn finish(&'static self) -> ! {
        let (printed, wait) = mpsc::channel();
        thread::spawn(move || {
            let mut out = io::stdout().lock();
            // A reader who has left is no error.
            let _ = out
                .write_all(self.summary().as_bytes())
                .and_then(|()| out.flush());
            let _ = printed.send(());
            // The lock is kept: no other thread prints after the summary.
            loop {
                thread::park();
            }
        });
        // A reader who has stopped reading does not keep the server from ending.
        let _ = wait.recv_timeout(PATIENCE);
        process::exit(0);
    }

    fn summary(&self) -> String {
        let [clients, received, bytes, threads] = [
            &self.clients,
            &self.received,
            &self.bytes,
            &self.peak_threads,
        ]
        .map(|count| count.load(Relaxed));
        self.messages.summary(clients, received, bytes, threads)
    }

    fn say(&self, text: impl FnOnce(&ServerMessages) -> String) {
        if !self.quiet {
            write(&text(&self.messages));
        }
    }
}

/// A thread of the server that is counted as running.
pub struct ThreadCount(&'static Journal);

impl Drop for ThreadCount {
    fn drop(&mut self) {
        self.0.threads.fetch_sub(1, Relaxed);
    }
}

fn write(text: &str) {
    let mut out = io::stdout().lock();
    // A reader who has left does not end the server.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
