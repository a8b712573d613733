//! Profiles: INI files (INI).
//!
//! A name without a folder is one of the current folder; Windows looks into its own. Files are UTF-16 or UTF-8 if they begin
//! with its mark; without one they are UTF-8, or what is not UTF-8 is Korean, code page 949. They are written back as they
//! were.

mod document;
pub(crate) mod reading;
pub(crate) mod writing;
