//! liblarboard: what a program in C or C++ links.
//!
//! The Windows functions come from `larboard-win32`; here is the C runtime that programs for Windows expect beside them.
//! The headers lie in `include/`. A function that libc has too has the symbol `larboard_NAME`, which the header says.

use larboard_win32 as _;

mod classes;
mod cxx;
mod errno;
mod format;
mod locale;
mod path;
mod random;
mod scan;
mod startup;
mod stream;
mod tokens;
mod unit;
mod wide;
