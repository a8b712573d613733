//! The wide string functions of the C standard, for 16-bit units.

mod multibyte;
pub(crate) mod numbers;
mod strings;
mod stubs;
mod time;
