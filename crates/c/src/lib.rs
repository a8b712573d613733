//! liblarboard: what a program in C or C++ links.
//!
//! The Windows functions come from `larboard-win32`; here is the C runtime that programs for Windows expect beside them.
//! The headers lie in `include/`.

use larboard_win32 as _;

mod cxx;
mod startup;
