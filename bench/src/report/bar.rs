//! A figure and the limit it is held against.

use super::Figure;

/// A figure with its upper or lower limit.
#[derive(Debug)]
pub struct Bar {
    name: String,
    figure: Figure,
    limit: Limit,
}

#[derive(Clone, Copy, Debug)]
pub enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

impl Bar {
    pub fn new(name: impl Into<String>, figure: impl Into<Figure>, limit: Limit) -> Self {
        Self {
            name: name.into(),
            figure: figure.into(),
            limit,
        }
    }

    /// What was not measured does not hold.
    pub fn holds(&self) -> bool {
        match self.limit {
            Limit::AtMost(limit) => self.figure.value <= limit,
            Limit::AtLeast(limit) => self.figure.value >= limit,
        }
    }

    /// Do the rounds leave open whether it holds? Then it is missed, or held, by less than chance brings.
    pub fn is_open(&self) -> bool {
        let (Limit::AtMost(limit) | Limit::AtLeast(limit)) = self.limit;
        let range = self.figure.range;
        range.is_some_and(|(low, high)| (low..=high).contains(&limit))
    }

    /// The row of a table: name, value, its range, limit, outcome.
    pub fn cells(&self) -> [String; 5] {
        let limit = match self.limit {
            Limit::AtMost(limit) => format!("≤ {limit}"),
            Limit::AtLeast(limit) => format!("≥ {limit}"),
        };
        let outcome = match (self.holds(), self.is_open()) {
            (true, false) => "pass",
            (true, true) => "pass, open",
            (false, false) => "**FAIL**",
            (false, true) => "**FAIL**, open",
        };
        let range = self.figure.range;
        [
            self.name.clone(),
            format!("{:.3}", self.figure.value),
            range.map_or(String::new(), |(low, high)| {
                format!("{low:.3} to {high:.3}")
            }),
            limit,
            outcome.to_owned(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_hold_up_to_their_limit() {
        assert!(Bar::new("a", 1.05, Limit::AtMost(1.05)).holds());
        assert!(!Bar::new("a", 1.06, Limit::AtMost(1.05)).holds());
        assert!(Bar::new("a", 0.97, Limit::AtLeast(0.97)).holds());
        assert!(!Bar::new("a", 0.96, Limit::AtLeast(0.97)).holds());
        assert!(!Bar::new("a", f64::NAN, Limit::AtMost(1.0)).holds());
    }

    #[test]
    fn a_loss_is_written_like_a_win() {
        let row = Bar::new("a", 1.5, Limit::AtMost(1.0)).cells();
        assert_eq!(row, ["a", "1.500", "", "≤ 1", "**FAIL**"]);
    }

    #[test]
    fn what_chance_may_turn_round_is_marked() {
        let outcome = |value, low, high| {
            let figure = Figure {
                value,
                range: Some((low, high)),
            };
            let [_, _, range, _, outcome] = Bar::new("a", figure, Limit::AtMost(1.0)).cells();
            assert_eq!(range, format!("{low:.3} to {high:.3}"));
            outcome
        };
        assert_eq!(outcome(0.9, 0.8, 0.95), "pass");
        assert_eq!(outcome(0.9, 0.8, 1.1), "pass, open");
        assert_eq!(outcome(1.1, 1.05, 1.2), "**FAIL**");
        assert_eq!(outcome(1.1, 0.99, 1.2), "**FAIL**, open");
    }
}
