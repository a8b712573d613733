//! Medians and the bars they are held against.

use std::process::ExitCode;

/// A figure with its upper or lower limit.
#[derive(Debug)]
pub struct Bar {
    pub name: String,
    pub value: f64,
    pub limit: Limit,
}

#[derive(Clone, Copy, Debug)]
pub enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

impl Bar {
    pub fn new(name: impl Into<String>, value: f64, limit: Limit) -> Self {
        Self {
            name: name.into(),
            value,
            limit,
        }
    }

    fn holds(&self) -> bool {
        match self.limit {
            Limit::AtMost(limit) => self.value <= limit,
            Limit::AtLeast(limit) => self.value >= limit,
        }
    }
}

/// Prints the bars; the exit status tells whether all hold.
pub fn verdict(bars: &[Bar]) -> ExitCode {
    println!();
    for bar in bars {
        let limit = match bar.limit {
            Limit::AtMost(limit) => format!("<= {limit}"),
            Limit::AtLeast(limit) => format!(">= {limit}"),
        };
        println!(
            "{}  {:<58} {:>9.3}  {limit}",
            if bar.holds() { "pass" } else { "FAIL" },
            bar.name,
            bar.value
        );
    }
    if bars.iter().all(Bar::holds) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The middle value.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median([]).is_nan());
    }

    #[test]
    fn bars_hold_up_to_their_limit() {
        assert!(Bar::new("a", 1.05, Limit::AtMost(1.05)).holds());
        assert!(!Bar::new("a", 1.06, Limit::AtMost(1.05)).holds());
        assert!(!Bar::new("a", 0.96, Limit::AtLeast(0.97)).holds());
        assert!(
            !Bar::new("a", f64::NAN, Limit::AtMost(1.0)).holds(),
            "what was not measured does not pass"
        );
    }
}
