//! What the table shows, said in words and taken from its figures alone.

use std::fmt::Write;

use super::figures::{Cell, Comparison};
use super::table::{count, figure};

/// Rates that differ by less than this factor are taken for equal.
const NOISE: f64 = 1.05;

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
    let clients = count(connections as u64);
    let rate = |cell: &Cell| cell.messages_per_second;
    let Some(fastest) = complete.iter().max_by(|a, b| rate(a).total_cmp(&rate(b))) else {
        let _ = write!(text, "No model served all {clients} clients. ");
        return;
    };
    let leaders: Vec<_> = complete
        .iter()
        .filter(|cell| rate(cell) * NOISE >= rate(fastest))
        .collect();
    let names = join(leaders.iter().map(|cell| cell.model.to_string()));
    let threads = join(leaders.iter().map(|cell| count(cell.threads)));
    let (verb, models) = if leaders.len() == 1 {
        ("is", "model that serves")
    } else {
        ("are", "models that serve")
    };
    let _ = write!(
        text,
        "With {clients} {} {names} {verb} the fastest {models} every one: {} messages/s with {threads} {}",
        plural(connections as u64, "client"),
        count(rate(fastest).round() as u64),
        plural(leaders.last().map_or(0, |cell| cell.threads), "thread"),
    );
    let slowest = complete.iter().min_by(|a, b| rate(a).total_cmp(&rate(b)));
    if let Some(slowest) =
        slowest.filter(|cell| rate(cell) > 0.0 && rate(cell) * NOISE < rate(fastest))
    {
        let _ = write!(
            text,
            ", {:.1} times as fast as {}",
            rate(fastest) / rate(slowest),
            slowest.model
        );
    }
    text.push_str(". ");
    thriftiest(text, complete);
}

fn thriftiest(text: &mut String, complete: &[&Cell]) {
    let costs = complete
        .iter()
        .filter_map(|cell| Some((cell.model, cell.cpu_us_per_message?)));
    let least = costs.clone().min_by(|a, b| a.1.total_cmp(&b.1));
    let most = costs.max_by(|a, b| a.1.total_cmp(&b.1));
    if let (Some((model, low)), Some((other, high))) = (least, most) {
        let _ = write!(
            text,
            "{model} spends the least processor time, {} µs for a message",
            figure(low)
        );
        if other != model {
            let _ = write!(text, "; {other} the most, {} µs", figure(high));
        }
        text.push_str(". ");
    }
}

/// Who did not serve everybody; models that served equally many in one sentence.
fn left_out(text: &mut String, cells: &[&Cell]) {
    let mut groups: Vec<(usize, Vec<&Cell>)> = Vec::new();
    for &cell in cells.iter().filter(|cell| cell.served < cell.connections) {
        match groups.iter_mut().find(|(served, _)| *served == cell.served) {
            Some((_, group)) => group.push(cell),
            None => groups.push((cell.served, vec![cell])),
        }
    }
    for (served, group) in groups {
        let _ = write!(
            text,
            "{} served {} of {}. ",
            join(group.iter().map(|cell| cell.model.to_string())),
            count(served as u64),
            count(group[0].connections as u64)
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

/// "a", "a and b", "a, b and c".
fn join(items: impl Iterator<Item = String>) -> String {
    let items: Vec<_> = items.collect();
    match items.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => items.concat(),
    }
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

    fn comparison(cells: Vec<Cell>) -> Comparison {
        let (version, kernel) = (String::new(), String::new());
        Comparison {
            version,
            kernel,
            processors: 2,
            size: 64,
            depth: 1,
            seconds: 1.0,
            cells,
        }
    }

    #[test]
    fn the_words_follow_the_figures() {
        let cells = vec![
            cell(Model::OverlappedEvent, 63, 90_000.0),
            cell(Model::Threads, 100, 40_000.0),
            cell(Model::CompletionPort, 100, 80_000.0),
        ];
        assert_eq!(
            verdict(&comparison(cells)),
            "With 100 clients completion-port is the fastest model that serves every one: 80,000 messages/s with 5 threads, \
             2.0 times as fast as threads. completion-port spends the least processor time, 12.50 µs for a message; threads the most, \
             25.00 µs. overlapped-event served 63 of 100. All 1,500 messages came back with every byte right."
        );
    }

    #[test]
    fn what_is_too_close_to_call_is_not_called() {
        let cells = vec![
            cell(Model::OverlappedRoutine, 100, 80_000.0),
            cell(Model::CompletionPort, 100, 79_000.0),
        ];
        let text = verdict(&comparison(cells));
        let names =
            "overlapped-routine and completion-port are the fastest models that serve every one";
        assert!(
            text.contains(names) && text.contains("with 5 and 5 threads. "),
            "{text}"
        );
    }

    #[test]
    fn models_with_the_same_limit_stand_together() {
        let cells = vec![
            cell(Model::Iterative, 1, 9_000.0),
            cell(Model::Select, 63, 30_000.0),
            cell(Model::AsyncSelect, 100, 50_000.0),
            cell(Model::EventSelect, 63, 40_000.0),
            cell(Model::OverlappedEvent, 63, 60_000.0),
        ];
        let text = verdict(&comparison(cells));
        assert!(
            text.contains(
                "iterative served 1 of 100. select, event-select and overlapped-event served 63 of 100. All"
            ),
            "{text}"
        );
    }

    #[test]
    fn nobody_served_is_said() {
        let text = verdict(&comparison(vec![cell(Model::Iterative, 1, 9_000.0)]));
        assert!(
            text.starts_with("No model served all 100 clients. iterative served 1 of 100."),
            "{text}"
        );
    }
}
