//! The terminal, as far as the C runtime uses it by itself.

use std::io::Write;

use larboard_win32::console_keys;

/// Writes to the terminal on standard output; nothing, if there is none.
pub(crate) fn terminal(bytes: &[u8]) {
    // SAFETY: takes a number.
    if unsafe { libc::isatty(libc::STDOUT_FILENO) } == 1 {
        let mut output = std::io::stdout();
        let _ = output.write_all(bytes).and_then(|()| output.flush());
    }
}

/// Waits for a key; where standard input is no terminal, for a byte of it or its end.
pub(crate) fn wait_for_key() {
    console_keys::read(true);
}
