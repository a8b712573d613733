//! Dates, time zones, and the counter for measuring (DATE).

mod counter;
mod dates;
