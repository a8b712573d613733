//! What the table shows, said in words and taken from its figures alone.

use std::fmt::Write;

use super::figures::{Cell, Comparison};
use super::table::{count, figure};

/// One short paragraph about the run with the most clients.
pub fn verdict(comparison: &Comparison) -> String {
    let Some(connections) = comparison.connections().pop() else {
        return "Nothing was measured.".to_owned();
    };
    let cells: Vec<_> = comparison.with_connections(connections).collect();
    let complete: Vec<_> = cells
        .iter()
        .copied()
        .filter(|cell| cell.served == cell.connections)
        .collect();
    let mut text = String::new();
    best(&mut text, &complete, connections);
    left_out(&mut text, &cells);
    verified(&mut text, comparison);
    text
}

/// Among the models that served everybody: who is fastest, who is thriftiest.
fn best(text: &mut String, complete: &[&Cell], connections: usize) {
    let Some(fastest) = complete
        .iter()
        .max_by(|a, b| a.messages_per_second.total_cmp(&b.messages_per_second))
    else {
        let _ = write!(
            text,
            "No model served all {} clients. ",
            count(connections as u64)
        );
        return;
    };
    let _ = write!(
        text,
        "With {} {} {} is the fastest model that serves every one: {} messages/s with {} {}",
        count(connections as u64),
        plural(connections as u64, "client"),
        fastest.model,
        count(fastest.messages_per_second.round() as u64),
        count(fastest.threads),
        plural(fastest.threads, "thread"),
    );
    let slowest = complete
        .iter()
        .min_by(|a, b| a.messages_per_second.total_cmp(&b.messages_per_second));
    if let Some(slowest) = slowest
        .filter(|slowest| slowest.model != fastest.model && slowest.messages_per_second > 0.0)
    {
        let ratio = fastest.messages_per_second / slowest.messages_per_second;
        let _ = write!(text, ", {ratio:.1} times {}", slowest.model);
    }
    text.push_str(". ");
    let cpu = |cell: &&&Cell| cell.cpu_us_per_message.unwrap_or(f64::INFINITY);
    let thrifty = complete.iter().min_by(|a, b| cpu(a).total_cmp(&cpu(b)));
    if let Some((cell, cost)) = thrifty.and_then(|cell| Some((cell, cell.cpu_us_per_message?))) {
        let _ = write!(
            text,
            "{} spends the least processor time, {} µs for a message. ",
            cell.model,
            figure(cost)
        );
    }
}

fn left_out(text: &mut String, cells: &[&Cell]) {
    for cell in cells.iter().filter(|cell| cell.served < cell.connections) {
        let _ = write!(
            text,
            "{} served {} of {}. ",
            cell.model,
            count(cell.served as u64),
            count(cell.connections as u64)
        );
    }
}

fn verified(text: &mut String, comparison: &Comparison) {
    let messages: u64 = comparison.cells.iter().map(|cell| cell.messages).sum();
    let failed: usize = comparison.cells.iter().map(|cell| cell.errors).sum();
    let _ = match failed {
        0 => write!(
            text,
            "All {} messages came back with every byte right.",
            count(messages)
        ),
        _ => write!(
            text,
            "{} {} failed.",
            count(failed as u64),
            plural(failed as u64, "client")
        ),
    };
}

fn plural(number: u64, noun: &str) -> String {
    if number == 1 {
        noun.to_owned()
    } else {
        format!("{noun}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;

    fn cell(model: Model, served: usize, rate: f64) -> Cell {
        Cell {
            model,
            connections: 100,
            served,
            refused: 100 - served,
            waiting: 0,
            errors: 0,
            messages: 500,
            messages_per_second: rate,
            p50_us: Some(1.0),
            p99_us: Some(2.0),
            cpu_us_per_message: Some(1e6 / rate),
            system_calls_per_message: None,
            switches_per_message: None,
            threads: 5,
            memory_per_client: None,
        }
    }

    #[test]
    fn the_words_follow_the_figures() {
        let comparison = Comparison {
            version: String::new(),
            kernel: String::new(),
            processors: 2,
            size: 64,
            depth: 1,
            seconds: 1.0,
            cells: vec![
                cell(Model::OverlappedEvent, 63, 90_000.0),
                cell(Model::Threads, 100, 40_000.0),
                cell(Model::CompletionPort, 100, 80_000.0),
            ],
        };
        assert_eq!(
            verdict(&comparison),
            "With 100 clients completion-port is the fastest model that serves every one: 80,000 messages/s with 5 threads, \
             2.0 times threads. completion-port spends the least processor time, 12.50 µs for a message. \
             overlapped-event served 63 of 100. All 1,500 messages came back with every byte right."
        );
    }
}
