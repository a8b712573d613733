//! The Windows functions for asynchronous I/O under their own names, on Linux.
//!
//! The module paths, names and signatures are those of `windows-sys`; its types and constants are re-exported. A
//! program written against `windows_sys::Win32` runs against [`Win32`] unchanged. The functions are also exported as C
//! symbols. Names that the C library of Linux has too (`send`, `connect` …) are exported as `larboard_send` and so on.
//!
//! What is not implemented is not there: linking to it fails, or the name is private.
//!
//! Each function checks its pointers, looks its handles up, calls the kernel, and translates the outcome once. No panic
//! leaves the library.

#![allow(non_snake_case)]

mod adapters;
mod apc;
mod clock;
mod command_line;
mod computer;
mod console;
mod descriptor;
mod environment;
mod error;
mod error_texts;
mod event_log;
mod events;
mod exceptions;
mod exit_thread;
mod files;
mod guard;
mod guids;
mod handles;
mod local_storage;
mod locks;
mod memory;
mod message_box;
mod modules;
mod multimedia;
mod mutexes;
mod named;
mod nls;
mod operation;
mod overlapped;
pub mod path;
mod pool;
mod ports;
mod process;
mod processors;
mod profiles;
mod random;
mod semaphores;
mod services;
mod system;
mod text;
mod thread_details;
mod thread_pool;
mod threads;
mod timers;
mod usage;
mod version;
mod wait_list;
mod waits;
mod windows;
mod winsock;

pub use descriptor::{larboard_fd, larboard_handle_from_fd, larboard_socket_from_fd};
/// `GUID`, `PCWSTR` and other basic types, and the macros for string literals, where `windows-sys` has them.
pub use windows_sys::{core, s, w};

/// The functions, types and constants, under the paths of `windows-sys`.
pub mod Win32;

/// Keys of the console, for the C runtime (`_kbhit`, `_getch`).
pub mod console_keys {
    pub use crate::console::input::{Key, LineReader, cooked, pending, read, take, unread};
}
