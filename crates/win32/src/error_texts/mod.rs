//! What errors are called, and text made of formats: `FormatMessage`, `wsprintf` (ERR).

pub(crate) mod format_message;
pub(crate) mod system;
pub(crate) mod wsprintf;

mod specification;
mod va_list;
