//! The repository's own pages are true.

use std::process::Command;

/// `docs/behaviour.md` is what the tests say now, every rule they name exists, and enough rules are named.
#[test]
fn the_page_of_behaviour_is_fresh() {
    let output = Command::new(env!("CARGO_BIN_EXE_larboard-tools"))
        .args(["behaviour", "--check"])
        .output()
        .expect("the tool runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{said}run `cargo run -p larboard-tools -- behaviour`"
    );
}
