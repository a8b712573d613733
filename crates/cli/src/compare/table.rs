//! The table of a comparison, and how a figure is written.

use comfy_table::{CellAlignment, Table};

use super::figures::{Cell, Comparison};
use crate::console;

/// The heading of each column.
pub const HEADER: [&str; 11] = [
    "\nmodel",
    "\nclients",
    "messages\nper s",
    "p50\nµs",
    "p99\nµs",
    "CPU µs\nper msg",
    "syscalls\nper msg",
    "switches\nper msg",
    "\nthreads",
    "memory\nper client",
    "not\nserved",
];

/// How the figures were taken.
pub const NOTES: &str = "\
CPU: user and system time of the server. System calls: counted in a run of its own under strace, which slows the server; blank without strace or above 100 clients.
Switches: voluntary and forced, of all threads. Threads: those of the model, without the library's own.
Memory: what the server's process writes to, for each idle client; sockets in the kernel are not in it.
Refused: beyond 63 clients by select, event-select and overlapped-event, the lecture's limit of 64 for a thread; `larboard serve --limit none` lifts that of the first two.";

/// The table for a terminal.
pub fn render(comparison: &Comparison) -> Table {
    let mut table = console::table(HEADER);
    for connections in comparison.connections() {
        for cell in comparison.with_connections(connections) {
            table.add_row(row(cell));
        }
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_padding((0, 0));
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// One row, in the order of the header.
pub fn row(cell: &Cell) -> [String; 11] {
    [
        cell.model.to_string(),
        count(cell.connections as u64),
        count(cell.messages_per_second.round() as u64),
        optional(cell.p50_us, microseconds),
        optional(cell.p99_us, microseconds),
        optional(cell.cpu_us_per_message, figure),
        optional(cell.system_calls_per_message, figure),
        optional(cell.switches_per_message, figure),
        count(cell.threads),
        optional(cell.memory_per_client, bytes),
        not_served(cell),
    ]
}

/// A whole number with thousands set apart.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "1 client", "50 clients".
pub fn clients(connections: usize) -> String {
    let noun = if connections == 1 {
        "client"
    } else {
        "clients"
    };
    format!("{} {noun}", count(connections as u64))
}

/// Microseconds, as exact as they mean something.
pub fn microseconds(value: f64) -> String {
    if value < 100.0 {
        format!("{value:.1}")
    } else {
        count(value.round() as u64)
    }
}

/// A figure per message.
pub fn figure(value: f64) -> String {
    if value < 100.0 {
        format!("{value:.2}")
    } else {
        count(value.round() as u64)
    }
}

/// Bytes in the unit that fits.
pub fn bytes(value: u64) -> String {
    match value {
        0..1024 => format!("{value} B"),
        1024..1_048_576 => format!("{:.1} KiB", value as f64 / 1024.0),
        _ => format!("{:.1} MiB", value as f64 / 1_048_576.0),
    }
}

/// Who was left out, and why.
pub fn not_served(cell: &Cell) -> String {
    let reasons = [
        (cell.refused, "refused"),
        (cell.waiting, "wait"),
        (cell.errors, "failed"),
    ];
    let told: Vec<_> = reasons
        .iter()
        .filter(|(clients, _)| *clients > 0)
        .map(|(clients, reason)| format!("{} {reason}", count(*clients as u64)))
        .collect();
    told.join(", ")
}

fn optional<T>(value: Option<T>, write: impl Fn(T) -> String) -> String {
    value.map(write).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(count(7), "7");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(microseconds(7.04), "7.0");
        assert_eq!(microseconds(1234.5), "1,235");
        assert_eq!(bytes(340), "340 B");
        assert_eq!(bytes(10 * 1024), "10.0 KiB");
    }
}
