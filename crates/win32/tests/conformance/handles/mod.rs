//! Handles and the objects behind them (rules HND).

mod closing;
mod duplicating;
mod kinds;
mod table;
