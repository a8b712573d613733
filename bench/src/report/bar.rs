//! A figure and the limit it is held against.

/// A figure with its upper or lower limit.
#[derive(Debug)]
pub struct Bar {
    name: String,
    value: f64,
    limit: Limit,
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

    /// What was not measured does not hold.
    pub fn holds(&self) -> bool {
        match self.limit {
            Limit::AtMost(limit) => self.value <= limit,
            Limit::AtLeast(limit) => self.value >= limit,
        }
    }

    /// The row of a table: name, value, limit, outcome.
    pub fn cells(&self) -> [String; 4] {
        let limit = match self.limit {
            Limit::AtMost(limit) => format!("≤ {limit}"),
            Limit::AtLeast(limit) => format!("≥ {limit}"),
        };
        let outcome = if self.holds() { "pass" } else { "**FAIL**" };
        [
            self.name.clone(),
            format!("{:.3}", self.value),
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
        assert_eq!(row, ["a", "1.500", "≤ 1", "**FAIL**"]);
    }
}
