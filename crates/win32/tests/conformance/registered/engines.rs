//! The same tests on each of the two engines of Linux.

use std::process::Command;

const VARIABLE: &str = "LARBOARD_RIO";

fn run_all_on(engine: &str) {
    if std::env::var_os(VARIABLE).is_some() {
        return; // one of those runs
    }
    let this = std::env::current_exe().expect("the test's own program");
    let output = Command::new(this)
        .args(["registered::", "--test-threads=4"])
        .env(VARIABLE, engine)
        .output()
        .expect("the test's own program runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "on {engine}:\n{text}");
    assert!(text.contains("rio_32"), "no tests were run");
}

/// RIO-34: Everything is the same where there is no io_uring.
#[test]
fn rio_34_on_epoll() {
    run_all_on("epoll");
}

/// RIO-34: And where there is, unless this machine has none.
#[test]
fn rio_34_on_uring() {
    // SAFETY: the structure is large enough for any kernel, and zero is a valid value for all of it.
    let ring = unsafe { libc::syscall(libc::SYS_io_uring_setup, 4, [0u32; 64].as_mut_ptr()) };
    if ring < 0 {
        eprintln!("no io_uring here: {}", std::io::Error::last_os_error());
        return;
    }
    // SAFETY: the descriptor is new and has no other owner.
    unsafe { libc::close(ring as i32) };
    run_all_on("uring");
}
