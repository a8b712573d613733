//! What a process costs, read from `/proc`.

use std::fs;
use std::io;
use std::time::Duration;

/// Unit of the times in `/proc/PID/stat`; fixed for user space on every architecture Rust runs on.
const TICKS_PER_SECOND: u64 = 100;

/// Threads that serve the program, not the model: the library's own and the one that waits for Ctrl-C.
const HELPERS: &[&str] = &["ctrl-c", "larboard"];

/// Processor time of the threads that live now, to the nanosecond; where the kernel does not say that, of all threads in
/// steps of 10 ms.
pub fn cpu_time(pid: u32) -> io::Result<Duration> {
    match sum_of_threads(pid, "schedstat", |text| {
        text.split_ascii_whitespace().next()?.parse().ok()
    })? {
        0 => {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
            cpu_time_of(&stat).ok_or_else(|| malformed("stat"))
        }
        nanoseconds => Ok(Duration::from_nanos(nanoseconds)),
    }
}

/// Context switches, voluntary or not, of the threads that live now.
pub fn context_switches(pid: u32) -> io::Result<u64> {
    sum_of_threads(pid, "status", |text| {
        Some(field(text, "voluntary_ctxt_switches")? + field(text, "nonvoluntary_ctxt_switches")?)
    })
}

/// Threads of a process that belong to its model, without the helpers every program has.
pub fn model_threads(pid: u32) -> io::Result<u64> {
    sum_of_threads(pid, "comm", |name| {
        // The main thread bears the program's name, which begins like the library's.
        let is_main = name.trim_end() == "larboard";
        Some(u64::from(
            is_main || !HELPERS.iter().any(|helper| name.starts_with(helper)),
        ))
    })
}

/// How many sockets the process has open.
pub fn sockets(pid: u32) -> io::Result<usize> {
    let is_socket = |entry: io::Result<fs::DirEntry>| {
        let target = entry.and_then(|entry| fs::read_link(entry.path()));
        target.is_ok_and(|target| target.to_string_lossy().starts_with("socket:"))
    };
    Ok(fs::read_dir(format!("/proc/{pid}/fd"))?
        .map(is_socket)
        .filter(|is| *is)
        .count())
}

/// Bytes of memory the process has written to: heap, stacks, data. Code and the kernel's socket memory are not in it.
pub fn memory(pid: u32) -> io::Result<u64> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let kib = field(&rollup, "Anonymous").ok_or_else(|| malformed("smaps_rollup"))?;
    Ok(kib * 1024)
}

/// Adds up a figure from a file of each thread; a thread that ends before it is read counts nothing.
fn sum_of_threads(pid: u32, file: &str, figure: impl Fn(&str) -> Option<u64>) -> io::Result<u64> {
    let mut total = 0;
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        let text = fs::read_to_string(task?.path().join(file)).ok();
        total += text.and_then(|text| figure(&text)).unwrap_or(0);
    }
    Ok(total)
}

fn cpu_time_of(stat: &str) -> Option<Duration> {
    // The program's name, in parentheses, may contain anything; the numbers follow the last one.
    let (_, numbers) = stat.rsplit_once(')')?;
    let mut numbers = numbers.split_ascii_whitespace().skip(11);
    let user: u64 = numbers.next()?.parse().ok()?;
    let system: u64 = numbers.next()?.parse().ok()?;
    Some(Duration::from_millis(
        (user + system) * 1000 / TICKS_PER_SECOND,
    ))
}

fn field(text: &str, name: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

fn malformed(file: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("/proc/PID/{file} has an unknown format"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_stat_follow_the_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194304 10 0 0 0 12 30 0 0 20 0 1 0 5 0 0";
        assert_eq!(cpu_time_of(stat), Some(Duration::from_millis(420)));
    }

    #[test]
    fn this_process_can_be_read() {
        let pid = std::process::id();
        assert!(memory(pid).unwrap() > 0);
        assert!(model_threads(pid).unwrap() >= 1);
        cpu_time(pid).unwrap();
        context_switches(pid).unwrap();
    }

    #[test]
    fn a_process_that_does_not_exist_is_an_error() {
        assert!(cpu_time(0).is_err() && memory(0).is_err());
    }
}
