//! Paths as programs for Windows write them, for libc.

use std::ffi::CString;

use crate::unit::{Unit, bytes};

/// The path for libc: as `larboard_win32::path` has it.
pub(crate) fn native<U: Unit>(path: &[U]) -> CString {
    crate::stream::c_string(&larboard_win32::path::native(&bytes(path)))
}
