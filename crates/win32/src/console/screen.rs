//! What was told to the terminal about colours and cursor, so that it can be told back.

use std::sync::Mutex;

use windows_sys::Win32::System::Console::{
    BACKGROUND_BLUE, BACKGROUND_GREEN, BACKGROUND_INTENSITY, BACKGROUND_RED,
    COMMON_LVB_REVERSE_VIDEO, COMMON_LVB_UNDERSCORE, FOREGROUND_BLUE, FOREGROUND_GREEN,
    FOREGROUND_INTENSITY, FOREGROUND_RED,
};

use super::terminal;

/// The state of the screen as the program has set it.
#[derive(Clone, Copy)]
pub(super) struct Screen {
    pub(super) colours: u16,
    pub(super) cursor_size: u32,
    pub(super) cursor_visible: bool,
    /// Where something was changed.
    fd: Option<i32>,
}

/// Light grey on black: what Windows begins with, and what stands for the terminal's own colours.
pub(super) const USUAL_COLOURS: u16 = FOREGROUND_RED | FOREGROUND_GREEN | FOREGROUND_BLUE;

static SCREEN: Mutex<Screen> = Mutex::new(Screen {
    colours: USUAL_COLOURS,
    cursor_size: 25,
    cursor_visible: true,
    fd: None,
});

/// A copy of the state.
pub(super) fn now() -> Screen {
    *SCREEN
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Changes the state for a terminal, which it is told back at the end of the process.
pub(super) fn change(fd: i32, change: impl FnOnce(&mut Screen)) {
    let mut screen = SCREEN
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    change(&mut screen);
    screen.fd = Some(fd);
    drop(screen);
    terminal::restore_at_exit();
}

/// Gives the terminal its own colours and its cursor back, if they were changed.
pub(super) fn restore() {
    let Ok(mut screen) = SCREEN.try_lock() else {
        return;
    };
    let Some(fd) = screen.fd.take() else {
        return;
    };
    let mut told = Vec::new();
    if screen.colours != USUAL_COLOURS {
        told.extend_from_slice(b"\x1B[0m");
    }
    if !screen.cursor_visible {
        told.extend_from_slice(b"\x1B[?25h");
    }
    drop(screen);
    if !told.is_empty() && terminal::is_in_foreground(fd) {
        terminal::write(fd, &told);
    }
}

/// The sequence for colours. The usual foreground and black background are the terminal's own, so that a program that
/// sets them back leaves no stripes.
pub(super) fn sequence(colours: u16) -> String {
    let mut sequence = String::from("\x1B[0");
    let (foreground, background) = (colours & 0xF, colours >> 4 & 0xF);
    if foreground != USUAL_COLOURS || background != 0 {
        let base = if colours & FOREGROUND_INTENSITY != 0 {
            90
        } else {
            30
        };
        let number = colour(colours, [FOREGROUND_RED, FOREGROUND_GREEN, FOREGROUND_BLUE]);
        sequence += &format!(";{}", base + number);
    }
    if background != 0 {
        let base = if colours & BACKGROUND_INTENSITY != 0 {
            100
        } else {
            40
        };
        let number = colour(colours, [BACKGROUND_RED, BACKGROUND_GREEN, BACKGROUND_BLUE]);
        sequence += &format!(";{}", base + number);
    }
    if colours & COMMON_LVB_UNDERSCORE != 0 {
        sequence += ";4";
    }
    if colours & COMMON_LVB_REVERSE_VIDEO != 0 {
        sequence += ";7";
    }
    sequence + "m"
}

/// The number of a colour for a terminal: red, green and blue are its bits, from the lowest up.
fn colour(colours: u16, parts: [u16; 3]) -> u16 {
    let parts = parts.iter().enumerate();
    parts
        .map(|(at, &part)| u16::from(colours & part != 0) << at)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours() {
        assert_eq!(sequence(USUAL_COLOURS), "\x1B[0m");
        assert_eq!(
            sequence(FOREGROUND_RED | FOREGROUND_INTENSITY),
            "\x1B[0;91m"
        );
        assert_eq!(sequence(FOREGROUND_BLUE), "\x1B[0;34m");
        assert_eq!(sequence(BACKGROUND_BLUE | USUAL_COLOURS), "\x1B[0;37;44m");
        assert_eq!(sequence(0xC000 | USUAL_COLOURS), "\x1B[0;4;7m");
    }
}
