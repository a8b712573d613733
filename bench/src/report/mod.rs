//! What a run says: sections of tables and bars, printed as they come and kept for the file.

mod bar;
pub mod chart;
mod figures;
pub mod machine;
mod progress;
mod table;

pub use bar::{Bar, Limit};
pub use chart::{Chart, ChartBar};
pub use figures::{Figure, median, median_ratio};
pub use progress::Progress;
pub use table::Table;

/// Everything said so far, in Markdown.
#[derive(Default)]
pub struct Report {
    text: String,
    bars: usize,
    missed: usize,
    /// Of these, whose rounds leave it open.
    open: usize,
    failures: usize,
    charts: Vec<Chart>,
    pub progress: Progress,
}

impl Report {
    /// Begins a section.
    pub fn section(&mut self, title: &str) {
        self.say(&format!("## {title}\n"));
    }

    /// A paragraph.
    pub fn note(&mut self, text: &str) {
        self.say(&format!("{text}\n"));
    }

    /// A table under a title.
    pub fn table(&mut self, title: &str, table: &Table) {
        self.say(&format!("### {title}\n\n{table}"));
    }

    /// What did not work although it should have; the run does not succeed then.
    pub fn failure(&mut self, text: &str) {
        self.failures += 1;
        self.say(&format!("**Failed:** {text}\n"));
    }

    /// The bars of a section and whether they hold.
    pub fn bars(&mut self, bars: &[Bar]) {
        if bars.is_empty() {
            return;
        }
        self.bars += bars.len();
        let missed = || bars.iter().filter(|bar| !bar.holds());
        self.missed += missed().count();
        self.open += missed().filter(|bar| bar.is_open()).count();
        let mut table = Table::new(["bar", "value", "95 %", "limit", ""]);
        for bar in bars {
            table.row(bar.cells());
        }
        self.table("Bars", &table);
    }

    /// Keeps a chart for the file.
    pub fn chart(&mut self, chart: Chart) {
        self.charts.push(chart);
    }

    /// The charts, in order.
    pub fn charts(&self) -> &[Chart] {
        &self.charts
    }

    /// Everything said, in Markdown.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many bars hold, in a sentence.
    pub fn verdict(&self) -> String {
        let mut verdict = match (self.bars, self.missed) {
            (0, _) => "No bars apply to this run.".to_owned(),
            (all, 0) => format!("All {all} bars hold."),
            (all, missed) => format!("{missed} of {all} bars do not hold."),
        };
        if self.open > 0 {
            verdict += &format!(" {} of these the rounds leave open.", self.open);
        }
        if self.failures > 0 {
            verdict += &format!(" {} failure(s), see above.", self.failures);
        }
        verdict
    }

    /// Whether every bar holds and nothing failed.
    pub fn holds(&self) -> bool {
        self.missed == 0 && self.failures == 0
    }

    fn say(&mut self, text: &str) {
        self.progress.suspend(|| println!("{text}"));
        self.text += text;
        self.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verdict_counts_bars_and_failures() {
        let mut report = Report::default();
        assert_eq!(report.verdict(), "No bars apply to this run.");
        report.bars(&[Bar::new("a", 1.0, Limit::AtMost(1.0))]);
        assert_eq!(report.verdict(), "All 1 bars hold.");
        assert!(report.holds());
        report.bars(&[Bar::new("b", 2.0, Limit::AtMost(1.0))]);
        assert_eq!(report.verdict(), "1 of 2 bars do not hold.");
        let tie = Figure {
            value: 2.0,
            range: Some((1.0, 3.0)),
        };
        report.bars(&[Bar::new("c", tie, Limit::AtMost(1.0))]);
        let verdict = "2 of 3 bars do not hold. 1 of these the rounds leave open.";
        assert_eq!(report.verdict(), verdict);
        assert!(!report.holds());
        report.failure("a server ended");
        assert!(report.verdict().ends_with("1 failure(s), see above."));
    }
}
