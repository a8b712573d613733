//! The terminal, as far as the C runtime uses it by itself.

use std::io::Write;
use std::mem::MaybeUninit;

use crate::stream::standard_input;

/// Writes to the terminal on standard output; nothing, if there is none.
pub(crate) fn terminal(bytes: &[u8]) {
    // SAFETY: takes a number.
    if unsafe { libc::isatty(libc::STDOUT_FILENO) } == 1 {
        let mut output = std::io::stdout();
        let _ = output.write_all(bytes).and_then(|()| output.flush());
    }
}

/// Waits for a key; where standard input is no terminal, for a byte of it.
pub(crate) fn wait_for_key() {
    let mut before = MaybeUninit::<libc::termios>::uninit();
    // SAFETY: libc fills the structure if it answers 0, and only then is it used.
    unsafe {
        if libc::tcgetattr(libc::STDIN_FILENO, before.as_mut_ptr()) != 0 {
            libc::fgetc(standard_input());
            return;
        }
        let before = before.assume_init();
        let mut raw = before;
        raw.c_lflag &= !(libc::ICANON | libc::ECHO);
        raw.c_cc[libc::VMIN] = 1;
        raw.c_cc[libc::VTIME] = 0;
        libc::tcsetattr(libc::STDIN_FILENO, libc::TCSANOW, &raw const raw);
        let mut key = 0_u8;
        libc::read(libc::STDIN_FILENO, (&raw mut key).cast(), 1);
        libc::tcsetattr(libc::STDIN_FILENO, libc::TCSANOW, &raw const before);
    }
}
