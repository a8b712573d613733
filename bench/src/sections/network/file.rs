//! A large file to a client that discards what it gets.

use std::fs::File;
use std::io::{self, Error, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::Options;
use super::contest::{self, Contender, Unit, Work};
use crate::report::{Bar, Limit, Report};

/// Bytes of the file.
const LENGTH: u64 = 1 << 30;
/// The longest time in which nothing comes.
const SILENCE: Duration = Duration::from_secs(10);
const GIBIBYTE: Unit = Unit {
    name: "GiB",
    size: (1_u64 << 30) as f64,
    digits: 2,
};

/// TransmitFile against sendfile, WSASend against send.
pub fn run(options: &Options, report: &mut Report) -> io::Result<Vec<Bar>> {
    let file = Large::create()?;
    let path = format!("--file={}", file.0.display());
    let memory = "--source=memory";
    let mut contenders = [
        Contender::new("sendfile", "raw_file", &[&path]),
        Contender::new("TransmitFile", "port_file", &[&path]),
        Contender::new("send, 64 KiB", "raw_file", &[&path, memory]),
        Contender::new("WSASend, 64 KiB", "port_file", &[&path, memory]),
    ];
    let title = ("A file of 1 GiB", GIBIBYTE);
    contest::measure(title, options, &mut contenders, discard, report)?;
    // The other two are there to be looked at.
    let [sendfile, transmit, ..] = &contenders;
    Ok(vec![
        Bar::new(
            "TransmitFile, bytes/s / sendfile",
            transmit.rate(sendfile),
            Limit::AtLeast(0.95),
        ),
        Bar::new(
            "TransmitFile, CPU / sendfile",
            transmit.cpu(sendfile),
            Limit::AtMost(1.05),
        ),
    ])
}

/// Receives the whole file. The system throws the bytes away without copying them, so that the server sets the pace.
fn discard(address: SocketAddr) -> io::Result<Work> {
    let start = Instant::now();
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(SILENCE))?;
    let mut units = 0;
    while units < LENGTH {
        // SAFETY: nothing is written where MSG_TRUNC is given.
        let received = unsafe {
            libc::recv(
                stream.as_raw_fd(),
                std::ptr::null_mut(),
                1 << 20,
                libc::MSG_TRUNC,
            )
        };
        match received {
            1.. => units += received as u64,
            0 => return Err(Error::other("the file has ended too early")),
            _ => return Err(Error::last_os_error()),
        }
    }
    let elapsed = start.elapsed();
    Ok(Work { units, elapsed })
}

/// The file, in memory where that is to be had; it is removed with this value.
struct Large(PathBuf);

impl Large {
    fn create() -> io::Result<Self> {
        let memory = PathBuf::from("/dev/shm");
        let folder = Some(memory).filter(|memory| memory.is_dir());
        let folder = folder.unwrap_or_else(std::env::temp_dir);
        let path = folder.join(format!("larboard-bench-{}.bin", std::process::id()));
        let large = Self(path);
        let mut file = File::create(&large.0)?;
        let block = vec![0xA5; 1 << 20];
        for _ in 0..LENGTH >> 20 {
            file.write_all(&block)?;
        }
        Ok(large)
    }
}

impl Drop for Large {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
