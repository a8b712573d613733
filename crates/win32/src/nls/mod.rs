//! National language support: code pages, conversion, comparing and changing characters, languages.

pub(crate) mod characters;
pub(crate) mod code_pages;
pub(crate) mod compare;
pub(crate) mod convert;
pub(crate) mod locale;
pub(crate) mod strings;
