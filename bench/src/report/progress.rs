//! How far the run is, on standard error: a bar on a terminal, a line for each stage elsewhere.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressStyle};

/// The progress of the stage that runs now.
pub struct Progress {
    bar: ProgressBar,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            bar: ProgressBar::hidden(),
        }
    }
}

impl Progress {
    /// Begins a stage of so many steps.
    pub fn stage(&mut self, name: &str, steps: usize) {
        self.bar.finish_and_clear();
        if !stderr().is_terminal() {
            eprintln!("{name}: {steps} measurements");
            return;
        }
        let style = ProgressStyle::with_template("{prefix} [{bar:30}] {pos}/{len} {eta} {msg}")
            .expect("a valid template");
        self.bar = ProgressBar::new(steps as u64)
            .with_style(style.progress_chars("━╸ "))
            .with_prefix(name.to_owned());
    }

    /// Begins a step.
    pub fn step(&self, name: &str) {
        self.bar.set_message(name.to_owned());
        self.bar.inc(1);
    }

    /// Ends the stage.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }

    /// Prints without a bar in between.
    pub fn suspend(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }
}
