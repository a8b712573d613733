//! Dates, time zones, and the counter for measuring.

pub(crate) mod counter;
pub(crate) mod date;
pub(crate) mod zone;
