//! The yardstick for large transfers: one thread, edge-triggered epoll; every client gets the file by sendfile, or as many bytes from a
//! block of memory by send.

use std::fs::File;
use std::io;
use std::net::TcpStream;
use std::os::fd::{AsRawFd, RawFd};

use larboard_bench::large::{self, BLOCK, Source};
use larboard_bench::{announce, raw};

fn main() -> io::Result<()> {
    let options = large::Options::start();
    let listener = raw::listen()?;
    let poller = raw::Poller::new()?;
    poller.add(listener.as_raw_fd(), libc::EPOLLIN, u64::MAX)?;
    announce(listener.local_addr()?.port());
    let file = File::open(&options.file)?;
    let length = file.metadata()?.len();
    let mut events = raw::events();
    let mut clients: Vec<Client> = Vec::new();
    loop {
        let ready = poller.wait(&mut events)?;
        for event in &events[..ready] {
            if event.u64 != u64::MAX {
                continue;
            }
            while let Ok((stream, _)) = listener.accept() {
                stream.set_nonblocking(true)?;
                poller.add(
                    stream.as_raw_fd(),
                    libc::EPOLLOUT,
                    stream.as_raw_fd() as u64,
                )?;
                clients.push(Client {
                    stream,
                    sent: 0,
                    length,
                });
            }
        }
        // There are few clients: each is tried.
        clients.retain_mut(|client| match options.source {
            Source::File => client.send_file(file.as_raw_fd()),
            Source::Memory => client.send_memory(),
        });
    }
}

struct Client {
    stream: TcpStream,
    sent: u64,
    length: u64,
}

impl Client {
    /// Whether something is left to be sent.
    fn send_file(&mut self, file: RawFd) -> bool {
        while self.sent < self.length {
            let mut at = self.sent as libc::off_t;
            let left = (self.length - self.sent) as usize;
            // SAFETY: the offset is of this frame.
            let sent = unsafe { libc::sendfile(self.stream.as_raw_fd(), file, &mut at, left) };
            match sent {
                1.. => self.sent += sent as u64,
                _ => return sent < 0 && raw::would_block(),
            }
        }
        false
    }

    /// The same from memory.
    fn send_memory(&mut self) -> bool {
        static MEMORY: [u8; BLOCK] = [7; BLOCK];
        while self.sent < self.length {
            // What is left of a block first.
            let from = self.sent as usize % BLOCK;
            let left = (BLOCK - from).min((self.length - self.sent) as usize);
            let start = MEMORY[from..].as_ptr().cast();
            let fd = self.stream.as_raw_fd();
            // SAFETY: so many bytes follow in the block.
            let sent = unsafe { libc::send(fd, start, left, libc::MSG_NOSIGNAL) };
            match sent {
                1.. => self.sent += sent as u64,
                _ => return sent < 0 && raw::would_block(),
            }
        }
        false
    }
}
