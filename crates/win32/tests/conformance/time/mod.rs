//! Dates, time zones, and the counter for measuring (TIME).

mod counter;
mod dates;
