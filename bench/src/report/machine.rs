//! The machine, the system and the versions that a result belongs to.

use std::fs;
use std::path::Path;
use std::process::Command;

use larboard_bench::cpu;

/// The package this belongs to.
const PACKAGE: &str = env!("CARGO_MANIFEST_DIR");

/// Peers whose versions the lock file of `peers` tells.
const RUST_PEERS: [&str; 4] = ["mio", "tokio", "compio", "monoio"];

/// A list in Markdown.
pub fn describe() -> String {
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let lines = [
        ("Date", said_by("date", &["--utc", "+%F %H:%M UTC"])),
        ("Larboard", revision()),
        ("Processor", processor()),
        ("Kernel", Some(format!("Linux {}", kernel.trim()))),
        ("Compilers", compilers()),
        ("Peers", peers()),
    ];
    let known = lines
        .iter()
        .filter_map(|(name, value)| Some(format!("- {name}: {}\n", value.as_ref()?)));
    known.collect()
}

fn revision() -> Option<String> {
    let commit = said_by("git", &["-C", PACKAGE, "rev-parse", "--short", "HEAD"])?;
    let changes = said_by("git", &["-C", PACKAGE, "status", "--porcelain", "-uno"]);
    let state = changes.map_or("", |_| ", with changes that are not committed");
    Some(format!("commit {commit}{state}"))
}

fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let model = text.lines().find(|line| line.starts_with("model name"));
    let model = model
        .and_then(|line| line.split_once(':'))
        .map(|pair| pair.1.trim());
    let count = cpu::allowed().len();
    Some(format!("{}, {count} usable", model.unwrap_or("unknown")))
}

fn compilers() -> Option<String> {
    let first = |text: String| text.lines().next().map(str::to_owned);
    let all = [("rustc", "--version"), ("cc", "--version")];
    let known = all.map(|(name, flag)| said_by(name, &[flag]).and_then(first));
    let known: Vec<_> = known.into_iter().flatten().collect();
    (!known.is_empty()).then(|| known.join("; "))
}

fn peers() -> Option<String> {
    let lock = fs::read_to_string(Path::new(PACKAGE).join("peers/Cargo.lock")).unwrap_or_default();
    let rust = RUST_PEERS.iter().filter_map(|&name| {
        let version = locked_version(&lock, name)?;
        Some(format!("{name} {version}"))
    });
    let libuv = said_by("pkg-config", &["--modversion", "libuv"]);
    let asio = fs::read_to_string("/usr/include/asio/version.hpp").ok();
    let asio = asio.as_deref().and_then(asio_version);
    let others = [("libuv", libuv), ("asio", asio)].into_iter();
    let others = others.filter_map(|(name, version)| Some(format!("{name} {}", version?)));
    let all: Vec<_> = rust.chain(others).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// The version of a package in a lock file of Cargo: the latest, if there are several, because dependencies bring old ones.
fn locked_version(lock: &str, name: &str) -> Option<String> {
    let entry = format!("name = \"{name}\"\nversion = \"");
    let rest = &lock[lock.rfind(&entry)? + entry.len()..];
    rest.split('"').next().map(str::to_owned)
}

/// The comment behind ASIO_VERSION holds the version as people write it.
fn asio_version(header: &str) -> Option<String> {
    let line = header
        .lines()
        .find(|line| line.starts_with("#define ASIO_VERSION "))?;
    let comment = line.split_once("//")?.1;
    comment.split_whitespace().next().map(str::to_owned)
}

/// What a program prints, if it runs, succeeds and prints something.
fn said_by(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let text = text.trim();
    (output.status.success() && !text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found() {
        let lock = "[[package]]\nname = \"mio\"\nversion = \"1.2.3\"\nsource = \"x\"\n";
        assert_eq!(locked_version(lock, "mio").as_deref(), Some("1.2.3"));
        assert_eq!(locked_version(lock, "tokio"), None);
        let header = "#define ASIO_VERSION 102201 // 1.22.1\n";
        assert_eq!(asio_version(header).as_deref(), Some("1.22.1"));
    }

    #[test]
    fn a_program_that_is_absent_says_nothing() {
        assert_eq!(said_by("no-such-program", &[]), None);
    }
}
