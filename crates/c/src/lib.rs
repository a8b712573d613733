//! liblarboard: what a program in C or C++ links.
//!
//! The Windows functions come from `larboard-win32`; here is the C runtime that programs for Windows expect beside them.
//! The headers lie in `include/`. A function that libc has too has the symbol `larboard_NAME`, which the header says.

mod algorithms;
mod bits;
mod classes;
mod conio;
mod console;
mod cxx;
mod debug;
mod descriptors;
mod digits;
mod environment;
mod errno;
mod floats;
mod format;
mod locale;
mod memory;
mod multibyte_secure;
mod names;
mod path;
mod process;
mod random;
mod scan;
mod secure;
mod startup;
mod stream;
mod strings;
mod strsafe;
mod threads;
mod time;
mod tokens;
mod unit;
mod wide;
