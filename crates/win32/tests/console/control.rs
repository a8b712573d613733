//! Ctrl+C and its like.

use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, OnceLock};

use larboard_win32::Win32::Foundation::{ERROR_INVALID_PARAMETER, FALSE, TRUE};
use larboard_win32::Win32::System::Console::{
    CTRL_BREAK_EVENT, CTRL_C_EVENT, CTRL_CLOSE_EVENT, CTRL_SHUTDOWN_EVENT,
    GenerateConsoleCtrlEvent, SetConsoleCtrlHandler,
};
use larboard_win32::core::BOOL;

use crate::terminal::{on_a_terminal, until_a_signal};
use crate::{last_error, say};

type Told = (&'static str, u32);

static TELL: OnceLock<Mutex<std::sync::mpsc::Sender<Told>>> = OnceLock::new();

fn tell(who: &'static str, event: u32) {
    let to = TELL.get().expect("a receiver").lock().expect("one");
    to.send((who, event)).expect("somebody who listens");
}

fn told() -> Receiver<Told> {
    let (to, from) = channel();
    TELL.set(Mutex::new(to)).expect("the first");
    from
}

unsafe extern "system" fn takes_it(event: u32) -> BOOL {
    tell("first", event);
    TRUE
}

unsafe extern "system" fn passes_it_on(event: u32) -> BOOL {
    tell("second", event);
    FALSE
}

fn add(handler: unsafe extern "system" fn(u32) -> BOOL) {
    assert_ne!(call!(SetConsoleCtrlHandler(Some(handler), TRUE)), 0);
}

/// CON-13: Ctrl+C and Ctrl+Break reach the handlers, the last one first, until one takes the event; a handler that was
/// removed hears nothing. GenerateConsoleCtrlEvent does the same as the keys.
#[test]
fn con_13_handlers_of_ctrl_c() {
    on_a_terminal(
        "control::con_13_handlers_of_ctrl_c",
        || {
            let told = told();
            add(takes_it);
            add(passes_it_on);
            say("interrupt?");
            assert_eq!(told.recv(), Ok(("second", CTRL_C_EVENT)));
            assert_eq!(told.recv(), Ok(("first", CTRL_C_EVENT)));
            say("break?");
            assert_eq!(told.recv(), Ok(("second", CTRL_BREAK_EVENT)));
            assert_eq!(told.recv(), Ok(("first", CTRL_BREAK_EVENT)));
            assert_ne!(call!(SetConsoleCtrlHandler(Some(passes_it_on), FALSE)), 0);
            assert_ne!(call!(GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0)), 0);
            assert_eq!(told.recv(), Ok(("first", CTRL_C_EVENT)));
            assert_eq!(call!(SetConsoleCtrlHandler(Some(passes_it_on), FALSE)), 0);
            assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
            assert_eq!(call!(GenerateConsoleCtrlEvent(7, 0)), 0);
            assert_eq!(last_error(), ERROR_INVALID_PARAMETER);
        },
        |terminal| {
            terminal.expect("interrupt?");
            terminal.types("\x03");
            terminal.expect("break?");
            terminal.types("\x1C");
        },
    );
}

/// CON-13: Null with TRUE has Ctrl+C ignored, and null with FALSE heeded again.
#[test]
fn con_13_ctrl_c_may_be_ignored() {
    let signal = until_a_signal(
        "control::con_13_ctrl_c_may_be_ignored",
        || {
            assert_ne!(call!(SetConsoleCtrlHandler(None, TRUE)), 0);
            assert_ne!(call!(GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0)), 0);
            say("ignored");
            assert_ne!(call!(SetConsoleCtrlHandler(None, FALSE)), 0);
            call!(GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0));
            std::thread::park();
        },
        |terminal| {
            terminal.expect("ignored");
        },
    );
    assert_eq!(signal, Some(libc::SIGINT));
}

/// CON-14: What no handler takes ends the process, as the signal that it was.
#[test]
fn con_14_what_nobody_handles_ends_the_process() {
    let signal = until_a_signal(
        "control::con_14_what_nobody_handles_ends_the_process",
        || {
            let _told = told();
            add(passes_it_on);
            say("interrupt?");
            std::thread::park();
        },
        |terminal| {
            terminal.expect("interrupt?");
            terminal.types("\x03");
        },
    );
    assert_eq!(signal, Some(libc::SIGINT));
}

/// CON-14: Closing and shutting down are told, and end the process in any case when the handler has returned.
#[test]
fn con_14_shutting_down() {
    unsafe extern "system" fn says_so(event: u32) -> BOOL {
        say(match event {
            CTRL_CLOSE_EVENT => "closing",
            CTRL_SHUTDOWN_EVENT => "shutting down",
            _ => "?",
        });
        TRUE
    }
    let signal = until_a_signal(
        "control::con_14_shutting_down",
        || {
            add(says_so);
            say("ready");
            std::thread::park();
        },
        |terminal| {
            terminal.expect("ready");
            // SAFETY: takes numbers; the child is alive.
            unsafe { libc::kill(terminal.process(), libc::SIGTERM) };
            terminal.expect("shutting down");
        },
    );
    assert_eq!(signal, Some(libc::SIGTERM));
}
