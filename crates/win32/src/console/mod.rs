//! The console: a terminal, if the program has one (CON).
//!
//! The standard handles denote descriptors 0, 1 and 2, whatever they are; the console functions work on those that are
//! terminals, and answer `ERROR_INVALID_HANDLE` to others, as Windows does to redirected ones. Output is made of the
//! sequences that terminals agree on (ECMA-48). The screen buffer is the window: there is no memory of what was written.
//!
//! Input has two sides. Lines come from the terminal as it is. For keys it has to be told to hand out every key at once
//! and to echo nothing: [`input`] does that when a program first asks for keys, until it asks for a line, and always
//! gives the terminal back at the end of the process.

pub(crate) mod control;
pub(crate) mod cursor;
pub(crate) mod drawing;
pub(crate) mod handles;
pub(crate) mod input;
pub(crate) mod lines;
pub(crate) mod modes;
pub(crate) mod output;
pub(crate) mod records;
pub(crate) mod title;

mod decode;
mod screen;
mod terminal;
