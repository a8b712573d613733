//! Text: code pages, conversion, strings and characters (TXT).

mod characters;
mod convert;
mod formats;
mod strings;
