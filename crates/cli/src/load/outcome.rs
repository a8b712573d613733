//! What a load run found.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::compare::table::{bytes, count, microseconds};

/// The figures of one run.
pub struct Outcome {
    /// Clients by how they fared.
    pub clients: Clients,
    /// Messages that came back whole within the time.
    pub messages: u64,
    /// How long the load lasted.
    pub elapsed: Duration,
    /// Nanoseconds from the start of sending a message to having it back.
    pub latency: Histogram<u64>,
}

/// Clients by how they fared.
#[derive(Clone, Copy, Default, Serialize)]
pub struct Clients {
    /// Had an answer.
    pub served: usize,
    /// Were closed by the server before their first answer: its own limit.
    pub refused: usize,
    /// Are connected but had no answer.
    pub waiting: usize,
    /// Could not connect, or broke off after they had been served.
    pub broken: usize,
    /// Got bytes they had not sent.
    pub wrong: usize,
}

/// The outcome as JSON.
#[derive(Serialize)]
pub struct Report {
    address: String,
    connections: u32,
    size: u32,
    depth: u32,
    seconds: f64,
    messages: u64,
    messages_per_second: f64,
    latency_us: Option<Latency>,
    clients: Clients,
}

#[derive(Serialize)]
struct Latency {
    p50: f64,
    p90: f64,
    p99: f64,
    p99_9: f64,
    max: f64,
}

impl Outcome {
    /// Messages per second over the time of the load.
    pub fn rate(&self) -> f64 {
        self.messages as f64 / self.elapsed.as_secs_f64()
    }

    /// The latency that this share of the messages did not exceed, in microseconds; `None` without any message.
    pub fn latency_us(&self, quantile: f64) -> Option<f64> {
        (!self.latency.is_empty()).then(|| self.latency.value_at_quantile(quantile) as f64 / 1000.0)
    }

    fn percentiles(&self) -> Option<Latency> {
        Some(Latency {
            p50: self.latency_us(0.5)?,
            p90: self.latency_us(0.9)?,
            p99: self.latency_us(0.99)?,
            p99_9: self.latency_us(0.999)?,
            max: self.latency_us(1.0)?,
        })
    }

    /// The outcome for a program.
    pub fn report(&self, args: &crate::args::LoadArgs) -> Report {
        Report {
            address: args.addr.to_string(),
            connections: args.connections,
            size: args.size,
            depth: args.depth,
            seconds: self.elapsed.as_secs_f64(),
            messages: self.messages,
            messages_per_second: self.rate(),
            latency_us: self.percentiles(),
            clients: self.clients,
        }
    }

    /// The outcome for a reader.
    pub fn text(&self, args: &crate::args::LoadArgs) -> String {
        let rate = self.rate();
        let mut lines = vec![
            format!(
                "messages  {} in {:.1} s",
                count(self.messages),
                self.elapsed.as_secs_f64()
            ),
            format!(
                "rate      {} messages/s, {}/s each way",
                count(rate.round() as u64),
                bytes((rate * f64::from(args.size)).round() as u64)
            ),
        ];
        if let Some(latency) = self.percentiles() {
            let Latency {
                p50,
                p90,
                p99,
                p99_9,
                max,
            } = latency;
            let [p50, p90, p99, p99_9, max] = [p50, p90, p99, p99_9, max].map(microseconds);
            lines.push(format!(
                "latency   p50 {p50}   p90 {p90}   p99 {p99}   p99.9 {p99_9}   max {max}   (µs)"
            ));
        }
        lines.push(format!("clients   {}", self.clients.text()));
        lines.join("\n")
    }
}

impl Clients {
    fn text(self) -> String {
        let groups = [
            (self.served, "served"),
            (self.refused, "refused by the server"),
            (self.waiting, "waiting without an answer"),
            (self.broken, "broken off"),
            (self.wrong, "with wrong bytes"),
        ];
        let told: Vec<_> = groups
            .iter()
            .filter(|(clients, _)| *clients > 0)
            .map(|(clients, what)| format!("{} {what}", count(*clients as u64)))
            .collect();
        let verdict = if self.wrong == 0 {
            "; every byte verified"
        } else {
            ""
        };
        format!("{}{verdict}", told.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_and_percentiles_come_from_the_run() {
        let mut latency = Histogram::new(3).unwrap();
        (1..=100_u64).for_each(|micros| latency.record(micros * 1000).unwrap());
        let outcome = Outcome {
            clients: Clients::default(),
            messages: 100,
            elapsed: Duration::from_secs(2),
            latency,
        };
        assert_eq!(outcome.rate(), 50.0);
        assert!((outcome.latency_us(0.5).unwrap() - 50.0).abs() < 0.1);
        assert!((outcome.latency_us(0.99).unwrap() - 99.0).abs() < 0.1);
    }

    #[test]
    fn no_message_has_no_latency() {
        let latency = Histogram::new(3).unwrap();
        let outcome = Outcome {
            clients: Clients::default(),
            messages: 0,
            elapsed: Duration::from_secs(1),
            latency,
        };
        assert!(outcome.latency_us(0.5).is_none());
    }
}
